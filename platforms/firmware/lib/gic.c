/* SPDX-License-Identifier: Apache-2.0 */
#include "fw/gic.h"

#include "fw/gic2.h"
#include "fw/io.h"
#include "fw/pe.h"

/** Priority of INTIDs that nobody has configured; in the Non-secure half. */
#define DEFAULT_PRIORITY 0xc0
#define MPIDR_AFFINITY   0xff00ffffffULL
/** A register access takes some cycles: this bounds any wait for a handshake. */
#define WAIT_LIMIT 1000000u

/** Waits until `mask` of the register reads as `value`, or ends the program. */
static void wait_for(uintptr_t reg, uint32_t mask, uint32_t value, const char *what)
{
    for (unsigned i = 0; i < WAIT_LIMIT; i++) {
        if ((read32(reg) & mask) == value) {
            return;
        }
    }
    panic(what, reg);
}

static bool is_private(uint32_t intid)
{
    return intid < 32;
}

/** Base of the frame with the per-INTID registers of this INTID. */
static uintptr_t irq_frame(unsigned slot, uint32_t intid)
{
    return is_private(intid) && !gic_is_v2 ? pes[slot].gicr + GICR_SGI_FRAME : BOARD_GICD_BASE;
}

/** A GICv2 has no such bit. */
static void wait_rwp(unsigned slot, uint32_t intid)
{
    if (gic_is_v2) {
        return;
    }
    if (is_private(intid)) {
        wait_for(pes[slot].gicr + GICR_CTLR, GICR_CTLR_RWP, 0, "GICR_CTLR.RWP stays 1");
    } else {
        wait_for(BOARD_GICD_BASE + GICD_CTLR, GICD_CTLR_RWP, 0, "GICD_CTLR.RWP stays 1");
    }
}

/** Sets or clears one INTID's bit in a one-bit-per-INTID register (read-modify-write). */
static void irq_bit(unsigned slot, uint32_t intid, uint32_t family, bool set)
{
    uintptr_t reg = irq_frame(slot, intid) + family + 4 * (intid / 32);
    uint32_t bit = 1u << (intid % 32);
    write32(reg, set ? read32(reg) | bit : read32(reg) & ~bit);
}

/** Writes 1 to one INTID's bit of a set or clear register. */
static void irq_write1(unsigned slot, uint32_t intid, uint32_t family)
{
    write32(irq_frame(slot, intid) + family + 4 * (intid / 32), 1u << (intid % 32));
}

static unsigned slot_of_affinity(uint32_t affinity)
{
    return (affinity & 0xff) + BOARD_AFF0_PES * ((affinity >> 8) & 0xff);
}

unsigned gic_find_redistributors(void)
{
    unsigned found = 0;
    gic_is_v2 = fdt_find_compatible("arm,cortex-a15-gic") != 0;
    if (gic_is_v2) {
        return gic2_find();
    }
    for (uintptr_t rd = BOARD_GICR_BASE;; rd += GICR_STRIDE) {
        uint64_t typer = read64(rd + GICR_TYPER);
        uint32_t affinity = (uint32_t)(typer >> 32);
        unsigned slot = slot_of_affinity(affinity);
        if (slot < FW_MAX_PES) {
            pes[slot].gicr = rd;
            pes[slot].number = (uint32_t)(typer >> 8) & 0xffff;
            pes[slot].mpidr = ((uint64_t)(affinity >> 24) << 32) | (affinity & 0xffffff);
            found++;
        }
        if (typer & GICR_TYPER_LAST) {
            return found;
        }
    }
}

/** Number of INTIDs below 1020 that the Distributor has. */
static uint32_t spi_limit(void)
{
    uint32_t lines = 32 * ((read32(BOARD_GICD_BASE + GICD_TYPER) & 0x1f) + 1);
    return lines < GIC_MAX_SPI ? lines : GIC_MAX_SPI;
}

/** All SPIs: Group 1 (Non-secure), default priority, disabled. */
static void spi_defaults(void)
{
    uint32_t limit = spi_limit();
    for (uint32_t intid = 32; intid < limit; intid += 32) {
        write32(BOARD_GICD_BASE + GICD_ICENABLER + intid / 8, 0xffffffff);
        write32(BOARD_GICD_BASE + GICD_IGROUPR + intid / 8, 0xffffffff);
        write32(BOARD_GICD_BASE + GICD_IGRPMODR + intid / 8, 0);
    }
    for (uint32_t intid = 32; intid < limit; intid += 4) {
        write32(BOARD_GICD_BASE + GICD_IPRIORITYR + intid, DEFAULT_PRIORITY * 0x01010101u);
    }
}

void gic_el3_distributor(void)
{
    uintptr_t ctlr = BOARD_GICD_BASE + GICD_CTLR;
    /* ARE before anything else: it changes what the other registers mean. */
    write32(ctlr, GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS);
    wait_for(ctlr, GICD_CTLR_RWP, 0, "GICD_CTLR.RWP stays 1");
    spi_defaults();
    write32(ctlr, GICD_CTLR_ARE_S | GICD_CTLR_ARE_NS | GICD_CTLR_EN_GRP0 | GICD_CTLR_EN_GRP1S |
                      GICD_CTLR_EN_GRP1NS);
    wait_for(ctlr, GICD_CTLR_RWP, 0, "GICD_CTLR.RWP stays 1");
}

/** Redistributor awake; SGIs and PPIs Group 1 (Non-secure), default priority, disabled. */
static void redistributor_init(unsigned slot)
{
    uintptr_t rd = pes[slot].gicr;
    uintptr_t sgi = rd + GICR_SGI_FRAME;
    write32(rd + GICR_WAKER, read32(rd + GICR_WAKER) & ~GICR_WAKER_PROCESSOR_SLEEP);
    wait_for(rd + GICR_WAKER, GICR_WAKER_CHILDREN_ASLEEP, 0, "GICR_WAKER.ChildrenAsleep stays 1");
    write32(sgi + GICD_ICENABLER, 0xffffffff);
    write32(sgi + GICD_IGROUPR, 0xffffffff);
    write32(sgi + GICD_IGRPMODR, 0);
    for (uint32_t intid = 0; intid < 32; intid += 4) {
        write32(sgi + GICD_IPRIORITYR + intid, DEFAULT_PRIORITY * 0x01010101u);
    }
    wait_for(rd + GICR_CTLR, GICR_CTLR_RWP, 0, "GICR_CTLR.RWP stays 1");
}

void gic_el3_pe(unsigned slot)
{
    uint64_t sre = ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB | ICC_SRE_ENABLE;
    uint64_t scr = read_sysreg(scr_el3);

    redistributor_init(slot);
    write_sysreg(icc_sre_el3, sre);
    isb();
    /* ICC_SRE_EL1 is banked by SCR_EL3.NS; ICC_SRE_EL2 is there only if EL2 is. */
    write_sysreg(scr_el3, scr & ~SCR_NS);
    isb();
    write_sysreg(icc_sre_el1, sre & ~ICC_SRE_ENABLE);
    isb();
    write_sysreg(scr_el3, scr | SCR_NS);
    isb();
    if (el2_present()) {
        write_sysreg(icc_sre_el2, sre);
        isb();
    }
    write_sysreg(icc_sre_el1, sre & ~ICC_SRE_ENABLE);
    write_sysreg(scr_el3, scr);
    isb();
    write_sysreg(icc_pmr_el1, 0xff);
    write_sysreg(icc_bpr0_el1, 0);
    write_sysreg(icc_igrpen0_el1, 1);
    write_sysreg(icc_igrpen1_el3, ICC_IGRPEN1_EL3_NS | ICC_IGRPEN1_EL3_S);
    isb();
}

void gic_single_distributor(void)
{
    uintptr_t ctlr = BOARD_GICD_BASE + GICD_CTLR;
    if (gic_is_v2) {
        gic2_distributor();
        return;
    }
    write32(ctlr, GICD_CTLR_DS_ARE);
    wait_for(ctlr, GICD_CTLR_RWP, 0, "GICD_CTLR.RWP stays 1");
    spi_defaults();
    write32(ctlr, GICD_CTLR_DS_ARE | GICD_CTLR_EN_GRP0 | GICD_CTLR_EN_GRP1NS);
    wait_for(ctlr, GICD_CTLR_RWP, 0, "GICD_CTLR.RWP stays 1");
}

void gic_single_pe(unsigned slot)
{
    if (gic_is_v2) {
        gic2_pe();
        return;
    }
    redistributor_init(slot);
    gic_world_pe();
}

void gic_world_pe(void)
{
    write_sysreg(icc_sre_el1, ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB);
    isb();
    write_sysreg(icc_pmr_el1, 0xff);
    write_sysreg(icc_bpr1_el1, 0);
    write_sysreg(icc_igrpen1_el1, 1);
    isb();
}

void gic_irq_group(unsigned slot, uint32_t intid, enum gic_group group)
{
    irq_bit(slot, intid, GICD_IGROUPR, group == GIC_GROUP1NS);
    irq_bit(slot, intid, GICD_IGRPMODR, group == GIC_GROUP1S);
}

void gic_irq_enable(unsigned slot, uint32_t intid, uint8_t priority)
{
    write8(irq_frame(slot, intid) + GICD_IPRIORITYR + intid, priority);
    irq_write1(slot, intid, GICD_ISENABLER);
}

void gic_irq_disable(unsigned slot, uint32_t intid)
{
    irq_write1(slot, intid, GICD_ICENABLER);
    wait_rwp(slot, intid);
}

void gic_irq_edge(unsigned slot, uint32_t intid, bool edge)
{
    uintptr_t reg = irq_frame(slot, intid) + GICD_ICFGR + 4 * (intid / 16);
    uint32_t bit = 2u << (2 * (intid % 16));
    write32(reg, edge ? read32(reg) | bit : read32(reg) & ~bit);
}

void gic_irq_route(uint32_t intid, unsigned slot)
{
    if (gic_is_v2) {
        gic2_route(intid, slot);
        return;
    }
    write64(BOARD_GICD_BASE + GICD_IROUTER + 8 * (uintptr_t)intid,
            pes[slot].mpidr & MPIDR_AFFINITY);
}

void gic_irq_route_any(uint32_t intid)
{
    if (gic_is_v2) {
        gic2_route_any(intid);
        return;
    }
    write64(BOARD_GICD_BASE + GICD_IROUTER + 8 * (uintptr_t)intid, GICD_IROUTER_IRM);
}

void gic_irq_set_pending(unsigned slot, uint32_t intid)
{
    irq_write1(slot, intid, GICD_ISPENDR);
}

void gic_irq_clear_pending(unsigned slot, uint32_t intid)
{
    irq_write1(slot, intid, GICD_ICPENDR);
}

void gic_send_sgi(uint32_t intid, unsigned slot)
{
    if (gic_is_v2) {
        gic2_send_sgi(intid, slot);
        return;
    }
    write_sysreg(icc_sgi1r_el1, gic_sgi_value(intid, slot));
    isb();
}

uint64_t gic_sgi_value(uint32_t intid, unsigned slot)
{
    uint64_t aff = pes[slot].mpidr;
    uint64_t aff0 = aff & 0xff;
    return ((uint64_t)intid << 24) | (((aff >> 8) & 0xff) << 16) | (((aff >> 16) & 0xff) << 32) |
           (((aff >> 32) & 0xff) << 48) | ((aff0 / 16) << 44) | (1ULL << (aff0 % 16));
}
