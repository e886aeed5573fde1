/* SPDX-License-Identifier: Apache-2.0 */
/* A second stage of translation: the identity, without the pages of GICC. */
#include "vif.h"

#ifdef VIRT_GICV2

#define ENTRIES 512
#define GIB     (1ULL << 30)
#define MIB2    (1ULL << 21)
#define PAGE    (1ULL << 12)

#define DESC_BLOCK 1ULL
#define DESC_TABLE 3ULL
#define DESC_PAGE  3ULL
/** Normal, write-back: what stage 1 says of devices is stronger. Reads and writes. */
#define DESC_IDENTITY ((0xfULL << 2) | (3ULL << 6) | (3ULL << 8) | (1ULL << 10))

/* VTCR: 39 bits from level 1, write-back walks, inner shareable, 4 KiB granule, 40-bit output. */
#define VTCR_T0SZ  (64 - 39)
#define VTCR_SL0_1 (1ULL << 6)
#define VTCR_WALK  ((1ULL << 8) | (1ULL << 10) | (3ULL << 12))
#define VTCR_PS_40 (2ULL << 16)
#define VTCR_RES1  (1ULL << 31)

#define HCR_VM        (1ULL << 0)
#define HPFAR_PAGE(h) (((h) >> 4) << 12)

static uint64_t level1[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level2[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level3[ENTRIES] __attribute__((aligned(4096)));

static bool is_cpu_interface(uint64_t address)
{
    return address >= BOARD_GICC_BASE && address < BOARD_GICC_BASE + 2 * PAGE;
}

static void build(void)
{
    const uint64_t hole = BOARD_GICC_BASE & ~(MIB2 - 1);
    for (uint64_t n = 0; n < ENTRIES; n++) {
        const uint64_t page = hole + n * PAGE;
        level1[n] = n * GIB | DESC_IDENTITY | DESC_BLOCK;
        level2[n] = n * MIB2 | DESC_IDENTITY | DESC_BLOCK;
        level3[n] = is_cpu_interface(page) ? 0 : page | DESC_IDENTITY | DESC_PAGE;
    }
    level1[0] = (uint64_t)level2 | DESC_TABLE;
    level2[hole / MIB2] = (uint64_t)level3 | DESC_TABLE;
    dsb_sy();
}

void stage2_set(bool on)
{
    uint64_t hcr = read_sysreg(hcr_el2) & ~HCR_VM;
    if (on && level1[0] == 0) {
        build();
    }
    write_sysreg(vtcr_el2, VTCR_T0SZ | VTCR_SL0_1 | VTCR_WALK | VTCR_PS_40 | VTCR_RES1);
    write_sysreg(vttbr_el2, (uint64_t)level1);
    write_sysreg(hcr_el2, on ? hcr | HCR_VM : hcr);
    isb();
    __asm__ volatile("tlbi vmalls12e1\n\tdsb sy" ::: "memory");
    isb();
}

uint64_t stage2_faulted(void)
{
    return HPFAR_PAGE(read_sysreg(hpfar_el2)) | (read_sysreg(far_el2) & (PAGE - 1));
}

#endif
