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

/* Whether what is presented can be signalled now. */
static bool signals_now(const cpuif *c)
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

/* Drive one line, if any, to its new level. */
static void drive(cpuif *c, unsigned changed, bool level, uint32_t intid)
{
    if (changed != 0)
        gic_drive(&c->outbox, gic_lowest_bit(changed), c->pe, level, intid);
}

/* The line that has to be up, as a set: empty or one bit. */
static unsigned wanted_lines(const cpuif *c)
{
    return signals_now(c) ? 1u << c->d.line_of[c->s.held.group] : 0;
}

bool cpuif_lines_are_right(const cpuif *c)
{
    unsigned lines = wanted_lines(c);
    return c->s.lines == lines &&
           c->s.signalled_intid == (lines != 0 ? c->s.held.intid : GIC_INTID_SPURIOUS);
}

void cpuif_drive_lines(cpuif *c)
{
    unsigned lines = wanted_lines(c);
    uint32_t intid = lines != 0 ? c->s.held.intid : GIC_INTID_SPURIOUS;
    unsigned changed = lines ^ c->s.lines;
    if (changed == 0 && intid == c->s.signalled_intid)
        return;
    /* What falls goes first: never both lines for one interrupt. */
    drive(c, changed & ~lines, false, GIC_INTID_SPURIOUS);
    drive(c, changed & lines, true, intid);
    c->s.lines = (uint8_t)lines;
    c->s.signalled_intid = intid;
    if (lines != 0)
        gic_report(&c->outbox, GIC_EV_SIGNALLED, c->pe, intid, gic_lowest_bit(lines));
}
