/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt bypass of a GICv2 (L-13): while the CPU interface signals nothing by IRQ, or by FIQ,
 * that line follows its legacy input. What the GIC itself signals and what is passed on never
 * drive one line together, so that each is kept for itself.
 */
#include "internal.h"

/* No enabled group is signalled by FIQ, and software has not disabled the bypass. */
static bool fiq_is_passed(const cpuif *c)
{
    const uint64_t ctlr = c->s.gicc;
    const bool group0 = (c->s.igrpen & gic_group_bit(GIC_GROUP_0)) != 0;
    const bool fiq_en = GIC_GET(GICC_CTLR, FIQEn, ctlr) != 0;
    if (group0 && fiq_en)
        return false;
    return GIC_GET(GICC_CTLR, FIQBypDisGrp0, ctlr) == 0 ||
           (GIC_GET(GICC_CTLR, FIQBypDisGrp1, ctlr) == 0 && !fiq_en);
}

/* The same for IRQ, by which Group 0 is signalled while FIQEn=0. */
static bool irq_is_passed(const cpuif *c)
{
    const uint64_t ctlr = c->s.gicc;
    const bool group0 = (c->s.igrpen & gic_group_bit(GIC_GROUP_0)) != 0;
    const bool group1 = (c->s.igrpen & gic_group_bit(GIC_GROUP_1NS)) != 0;
    const bool fiq_en = GIC_GET(GICC_CTLR, FIQEn, ctlr) != 0;
    if (group1 || (group0 && !fiq_en && !GIC_FAULT("L-13b")))
        return false;
    return GIC_GET(GICC_CTLR, IRQBypDisGrp1, ctlr) == 0 ||
           (GIC_GET(GICC_CTLR, IRQBypDisGrp0, ctlr) == 0 && fiq_en);
}

unsigned gicc_wanted_bypass(const cpuif *c)
{
    unsigned open = 0;
    if (irq_is_passed(c))
        open |= 1u << GIC_LINE_IRQ;
    if (fiq_is_passed(c) || GIC_FAULT("L-13"))
        open |= 1u << GIC_LINE_FIQ;
    return open & c->s.legacy;
}

static void drive_passed(cpuif *c, unsigned passed)
{
    for (unsigned left = passed ^ c->s.passed; left != 0; left &= left - 1u) {
        const unsigned line = gic_lowest_bit(left);
        gic_drive(&c->outbox, line, c->pe, (passed >> line & 1u) != 0, GIC_INTID_SPURIOUS);
    }
    c->s.passed = (uint8_t)passed;
}

void gicc_close_bypass(cpuif *c)
{
    drive_passed(c, c->s.passed & gicc_wanted_bypass(c));
}

void gicc_open_bypass(cpuif *c)
{
    drive_passed(c, gicc_wanted_bypass(c));
}

void cpuif_set_legacy(cpuif *c, gic_line line, bool level)
{
    const uint8_t bit = (uint8_t)(1u << line);
    if (!c->config.gicv2 || line > GIC_LINE_FIQ)
        return;
    c->s.legacy = (uint8_t)(level ? c->s.legacy | bit : c->s.legacy & ~bit);
    gicc_open_bypass(c);
}

bool cpuif_legacy(const cpuif *c, gic_line line)
{
    return (c->s.legacy >> line & 1u) != 0;
}
