/* SPDX-License-Identifier: Apache-2.0 */
#include "fw/mmu.h"

#include "fw/board.h"

#define ENTRIES  512
#define GIB      (1ULL << 30)
#define BLOCK_2M (1ULL << 21)

#define DESC_BLOCK           1ULL
#define DESC_TABLE           3ULL
#define DESC_ATTR(index)     ((uint64_t)(index) << 2)
#define DESC_RO              (1ULL << 7)
#define DESC_INNER_SHAREABLE (3ULL << 8)
#define DESC_AF              (1ULL << 10)
#define DESC_PXN             (1ULL << 53)
#define DESC_UXN             (1ULL << 54) /**< XN in EL3's regime. */

enum { ATTR_DEVICE, ATTR_NORMAL };
/** Attribute 0: Device-nGnRE; attribute 1: Normal, write-back, allocating. */
#define MAIR_VALUE 0xff04ULL

/* TCR: 39 bits, write-back walks, inner shareable, 4 KiB granule, 40-bit output. */
#define TCR_T0SZ       (64 - 39)
#define TCR_WALK_WB    ((1ULL << 8) | (1ULL << 10) | (3ULL << 12))
#define TCR_EL1_EPD1   (1ULL << 23)
#define TCR_EL1_IPS_40 (2ULL << 32)
#define TCR_EL23_PS_40 (2ULL << 16)
#define TCR_EL23_RES1  ((1ULL << 31) | (1ULL << 23))

static uint64_t level1[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level2_ram[ENTRIES] __attribute__((aligned(4096)));

static uint64_t ram_block(uint64_t address)
{
    uint64_t desc = address | DESC_BLOCK | DESC_ATTR(ATTR_NORMAL) | DESC_INNER_SHAREABLE | DESC_AF;
    bool text = address >= FW_IMAGE_BASE && address < FW_TEXT_LIMIT;
    return desc | (text ? DESC_RO : DESC_PXN | DESC_UXN);
}

void mmu_build_tables(void)
{
    /* Above RAM: second region of Redistributors, PCIe configuration space. */
    level1[BOARD_PCIE_ECAM_BASE / GIB] = (BOARD_PCIE_ECAM_BASE & ~(GIB - 1)) | DESC_BLOCK |
                                         DESC_ATTR(ATTR_DEVICE) | DESC_AF | DESC_PXN | DESC_UXN;
    level1[0] = DESC_BLOCK | DESC_ATTR(ATTR_DEVICE) | DESC_AF | DESC_PXN | DESC_UXN;
    level1[BOARD_RAM_BASE / GIB] = (uint64_t)level2_ram | DESC_TABLE;
    for (uint64_t i = 0; i < ENTRIES; i++) {
        level2_ram[i] = ram_block(BOARD_RAM_BASE + i * BLOCK_2M);
    }
    dsb_sy();
}

/* The MMU and the caches of one exception level, by the shared tables. */
#define MMU_ON(el, tcr, tlbi, sctlr)                                     \
    void mmu_on_##el(void)                                               \
    {                                                                    \
        write_sysreg(mair_##el, MAIR_VALUE);                             \
        write_sysreg(tcr_##el, TCR_T0SZ | TCR_WALK_WB | (tcr));          \
        write_sysreg(ttbr0_##el, (uint64_t)level1);                      \
        dsb_sy();                                                        \
        __asm__ volatile("tlbi " tlbi "\n\tdsb sy" ::: "memory");        \
        isb();                                                           \
        write_sysreg(sctlr_##el, (sctlr) | SCTLR_M | SCTLR_C | SCTLR_I); \
        isb();                                                           \
    }

MMU_ON(el3, TCR_EL23_PS_40 | TCR_EL23_RES1, "alle3", SCTLR_EL23_RES1)
MMU_ON(el2, TCR_EL23_PS_40 | TCR_EL23_RES1, "alle2", SCTLR_EL23_RES1)
MMU_ON(el1, TCR_EL1_EPD1 | TCR_EL1_IPS_40, "vmalle1", SCTLR_EL1_RES1)
