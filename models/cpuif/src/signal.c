/* SPDX-License-Identifier: Apache-2.0 */
/* The central decision of the CPU interface: what is signalled, and on which line. */
#include "internal.h"

bool cpuif_can_signal(cpuif_candidate candidate)
{
    uint8_t mask = candidate.group_mask;
    if (GIC_FAULT("P-05") && candidate.priority == candidate.pmr)
        return true;
    if (GIC_FAULT("P-07"))
        mask = 0xFF;
    /* P-05: PMR compares the whole priority. */
    if (candidate.priority >= candidate.pmr)
        return false;
    if (candidate.running == GIC_PRIORITY_IDLE)
        return true;
    /* P-07: pre-emption compares group priorities. */
    return (candidate.priority & mask) < (candidate.running & mask);
}

gic_line cpuif_line_of(gic_group group, const gic_pe_state *pe, bool one_state)
{
    bool secure = gic_pe_secure(pe);
    if (group == GIC_GROUP_0)
        return GIC_LINE_FIQ;
    if (one_state)
        return GIC_LINE_IRQ;
    if (group == GIC_GROUP_1NS)
        return secure ? GIC_LINE_FIQ : GIC_LINE_IRQ;
    return !secure || (pe->el == 3 && !pe->aarch32) ? GIC_LINE_FIQ : GIC_LINE_IRQ;
}

bool cpuif_signals(const cpuif *c)
{
    cpuif_candidate candidate;
    if (!cpuif_presented(c))
        return false;
    candidate.priority = c->s.held.priority;
    candidate.pmr = c->s.pmr;
    candidate.running = c->d.running;
    candidate.group_mask = c->d.group_mask[c->s.held.group];
    /* Without a credit for its Activate it could not be acknowledged: it waits (ID-P02). */
    return cpuif_can_signal(candidate) && c->s.open_activate < GIC_CREDIT_ACTIVATE;
}

/* Drive the lines of @p changed to their level in @p lines. */
static void drive(cpuif *c, unsigned changed, unsigned lines, uint32_t intid)
{
    while (changed != 0) {
        unsigned line = gic_lowest_bit(changed);
        changed &= changed - 1u;
        gic_drive(&c->outbox, line, c->pe, (lines >> line & 1u) != 0, intid);
    }
}

void cpuif_update_lines(cpuif *c)
{
    bool signals = cpuif_signals(c);
    uint32_t intid = signals ? c->s.held.intid : GIC_INTID_SPURIOUS;
    unsigned lines = signals ? 1u << c->d.line_of[c->s.held.group] : 0;
    unsigned changed = lines ^ c->s.lines;
    if (changed == 0 && intid == c->s.signalled_intid)
        return;
    /* What falls goes first: never both lines for one interrupt. */
    drive(c, changed & ~lines, lines, GIC_INTID_SPURIOUS);
    drive(c, changed & lines, lines, intid);
    c->s.lines = (uint8_t)lines;
    c->s.signalled_intid = intid;
    if (signals)
        gic_report(&c->outbox, GIC_EV_SIGNALLED, c->pe, intid, gic_lowest_bit(lines));
}
