/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an NMI is signalled; driving the lines by the central decision of the CPU interface
 * (internal.h). */
#include "internal.h"

/* ICC_PMR masks an NMI of the Non-secure half only, in Secure state also when it is just that half.
 */
bool cpuif_nmi_passes(const cpuif *c)
{
    const uint8_t priority = c->s.held.priority;
    if (GIC_FAULT("N-06e") && priority >= c->s.pmr)
        return false;
    if (gic_urgency_hidden(gic_urgency(priority, true), c->s.pmr) && !GIC_FAULT("N-06d"))
        return false;
    return priority != CPUIF_SECURE_HALF || c->s.pmr != CPUIF_SECURE_HALF ||
           !gic_pe_secure(&c->s.pe) || GIC_FAULT("N-06c");
}

/* What is no NMI and of its group priority it pre-empts too, but nothing that stays before it in
   the order of active priorities (ID-P18). */
bool cpuif_nmi_preempts(const cpuif *c)
{
    const cpuif_held *held = &c->s.held;
    const unsigned urgency = gic_urgency(held->priority, true);
    const uint8_t mask = c->d.group_mask[held->group];
    if (c->d.running == GIC_PRIORITY_IDLE)
        return true;
    return (held->priority & mask) <= (c->d.running & mask) &&
           urgency < gic_urgency(c->d.running, c->d.running_nmi != 0 && !GIC_FAULT("N-06f"));
}

/* Drive one line, if any, to its new level. */
static void drive(cpuif *c, unsigned changed, bool level, uint32_t intid)
{
    if (changed != 0)
        gic_drive(&c->outbox, gic_lowest_bit(changed), c->pe, level, intid);
}

void cpuif_drive_lines(cpuif *c, unsigned wanted)
{
    const unsigned lines = 1u << GIC_LINE_IRQ | 1u << GIC_LINE_FIQ;
    const uint32_t intid = wanted != 0 ? c->s.held.intid : GIC_INTID_SPURIOUS;
    const unsigned changed = wanted ^ c->s.lines;
    /* What falls goes first: never both lines for one interrupt. NMI is about the line that is up:
       it changes between the two. */
    drive(c, changed & ~wanted & lines, false, GIC_INTID_SPURIOUS);
    if ((changed & ~lines) != 0)
        gic_drive(&c->outbox, GIC_LINE_NMI, c->pe, (wanted & ~lines) != 0, intid);
    drive(c, changed & wanted & lines, true, intid);
    c->s.lines = (uint8_t)wanted;
    c->s.signalled_intid = intid;
    if (wanted != 0)
        gic_report(&c->outbox, GIC_EV_SIGNALLED, c->pe, intid, gic_lowest_bit(wanted));
}
