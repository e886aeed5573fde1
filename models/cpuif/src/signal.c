/* SPDX-License-Identifier: Apache-2.0 */
/* Driving the lines by the central decision of the CPU interface (internal.h). */
#include "internal.h"

/* Drive one line, if any, to its new level. */
static void drive(cpuif *c, unsigned changed, bool level, uint32_t intid)
{
    if (changed != 0)
        gic_drive(&c->outbox, gic_lowest_bit(changed), c->pe, level, intid);
}

void cpuif_drive_lines(cpuif *c, unsigned wanted)
{
    uint32_t intid = wanted != 0 ? c->s.held.intid : GIC_INTID_SPURIOUS;
    unsigned changed = wanted ^ c->s.lines;
    /* What falls goes first: never both lines for one interrupt. */
    drive(c, changed & ~wanted, false, GIC_INTID_SPURIOUS);
    drive(c, changed & wanted, true, intid);
    c->s.lines = (uint8_t)wanted;
    c->s.signalled_intid = intid;
    if (wanted != 0)
        gic_report(&c->outbox, GIC_EV_SIGNALLED, c->pe, intid, gic_lowest_bit(wanted));
}
