/* SPDX-License-Identifier: Apache-2.0 */
/* GICv2: the same set-up with GICC in memory, banked registers, and target lists. */
#include "fw/gic2.h"
#include "fw/gic.h"
#include "fw/io.h"
#include "fw/pe.h"

#define GICD_ITARGETSR       0x0800
#define GICD_TYPER_CPUS(t)   ((((t) >> 5) & 7) + 1)
#define GICC_CTLR            0x0000
#define GICC_PMR             0x0004
#define GICC_BPR             0x0008
#define ENABLE               1u /* of the group that this state's software has by default */
#define DEFAULT_PRIORITY     0xc0
#define SGIR_TARGET(slot)    (1u << (16 + (slot)))
#define INTIDS_OF(typer)     (32 * (((typer)&0x1f) + 1))
#define PRIVATE_INTIDS       32
#define WORD_OF_BYTES(value) ((value)*0x01010101u)

bool gic_is_v2;
static uintptr_t cpu_interface = BOARD_GICC_BASE;

unsigned gic2_find(void)
{
    unsigned cpus = GICD_TYPER_CPUS(read32(BOARD_GICD_BASE + GICD_TYPER));
    for (unsigned slot = 0; slot < cpus; slot++) {
        pes[slot].gicr = BOARD_GICD_BASE; /* its banked registers */
        pes[slot].number = slot;
        pes[slot].mpidr = slot;
    }
    return cpus;
}

void gic2_distributor(void)
{
    uint32_t limit = INTIDS_OF(read32(BOARD_GICD_BASE + GICD_TYPER));
    write32(BOARD_GICD_BASE + GICD_CTLR, 0);
    for (uint32_t intid = PRIVATE_INTIDS; intid < limit && intid < GIC_MAX_SPI; intid += 4) {
        if (intid % 32 == 0) {
            write32(BOARD_GICD_BASE + GICD_ICENABLER + intid / 8, 0xffffffff);
        }
        write32(BOARD_GICD_BASE + GICD_IPRIORITYR + intid, WORD_OF_BYTES(DEFAULT_PRIORITY));
        write32(BOARD_GICD_BASE + GICD_ITARGETSR + intid, WORD_OF_BYTES(1));
    }
    write32(BOARD_GICD_BASE + GICD_CTLR, ENABLE);
}

void gic2_pe(void)
{
    write32(BOARD_GICD_BASE + GICD_ICENABLER, 0xffffffff);
    for (uint32_t intid = 0; intid < PRIVATE_INTIDS; intid += 4) {
        write32(BOARD_GICD_BASE + GICD_IPRIORITYR + intid, WORD_OF_BYTES(DEFAULT_PRIORITY));
    }
    write32(BOARD_GICC_BASE + GICC_PMR, 0xff);
    write32(BOARD_GICC_BASE + GICC_BPR, 0);
    write32(BOARD_GICC_BASE + GICC_CTLR, ENABLE);
}

void gic2_route(uint32_t intid, unsigned slot)
{
    write8(BOARD_GICD_BASE + GICD_ITARGETSR + intid, (uint8_t)(1u << slot));
}

void gic2_route_any(uint32_t intid)
{
    write8(BOARD_GICD_BASE + GICD_ITARGETSR + intid, 0xff);
}

uint32_t gic2_sgi_value(uint32_t intid, unsigned slot)
{
    return SGIR_TARGET(slot) | intid;
}

void gic2_send_sgi(uint32_t intid, unsigned slot)
{
    dsb_sy();
    *GIC2_SGIR = gic2_sgi_value(intid, slot);
}

uint32_t gic2_acknowledge(void)
{
    return gic2_acknowledge_at(cpu_interface);
}

void gic2_end(uint32_t acknowledged)
{
    gic2_end_at(cpu_interface, acknowledged);
}

void gic2_cpu_interface(uintptr_t base)
{
    cpu_interface = base;
}
