/* SPDX-License-Identifier: Apache-2.0 */
/* GICR_WAKER: putting the PE to sleep, waking it, asking for it to be woken. */
#include "gicr_state.h"

void gicr_send_control(gicr *r)
{
    gic_msg msg = {0};
    if (r->arch.control_open) {
        r->arch.control_again = true;
        return;
    }
    r->arch.control_open = true;
    r->arch.control_again = false;
    msg.kind = GIC_MSG_DOWNSTREAM_CONTROL;
    msg.flags = r->arch.ds ? GIC_CTL_DS : 0;
    gic_send(&r->outbox, GIC_PORT_CPUIF, r->pe, msg);
}

static void gicr_fall(gicr *r)
{
    r->arch.phase = GICR_FALLING;
    r->arch.quiesced = false;
    gicr_to_cpuif(r, GIC_MSG_QUIESCE, 0);
}

/* Everything that was sent by the old state, on both sides, has arrived and been answered. Offers
   that are 1-of-N have been given back with the PEState, before its answer. */
static bool gicr_has_fallen(const gicr *r)
{
    return r->arch.quiesced && r->arch.presented.count == 0 && !gicr_routing_unsettled(r);
}

/* What ends comes first: it may be time for the opposite at once. What begins waits for an answer.
 */
void gicr_sleep_step(gicr *r)
{
    if (r->arch.phase == GICR_FALLING && gicr_has_fallen(r)) {
        r->arch.phase = GICR_ASLEEP;
        gic_report(&r->outbox, GIC_EV_PE_ASLEEP, r->pe, GIC_INTID_SPURIOUS, 0);
    } else if (r->arch.phase == GICR_WAKING && !r->arch.control_open) {
        r->arch.phase = GICR_AWAKE;
        gic_report(&r->outbox, GIC_EV_PE_AWAKE, r->pe, GIC_INTID_SPURIOUS, 0);
    }
    if (r->arch.phase == GICR_AWAKE && r->arch.processor_sleep && !r->arch.control_open) {
        gicr_fall(r);
    } else if (r->arch.phase == GICR_ASLEEP && !r->arch.processor_sleep) {
        r->arch.phase = GICR_WAKING;
        gicr_send_control(r);
    }
}

static bool gicr_has_something(const gicr *r)
{
    return gicr_choose(r, r->arch.gicd_groups).intid != GICR_NO_INTID;
}

bool gicr_may_ask_to_wake(const gicr *r)
{
    return r->arch.processor_sleep || r->arch.wake;
}

/* Asleep, whatever GICD_CTLR enables counts: software disables ICC_IGRPEN before it sleeps
   (ID-R01). */
void gicr_drive_wake(gicr *r)
{
    bool wake = r->arch.processor_sleep && r->arch.phase != GICR_AWAKE && gicr_has_something(r);
    if (wake == r->arch.wake || GIC_FAULT("R-01b"))
        return;
    r->arch.wake = wake;
    gic_drive(&r->outbox, GIC_LINE_WAKE_REQUEST, r->pe, wake,
              wake ? gicr_choose(r, r->arch.gicd_groups).intid : (uint32_t)GIC_INTID_SPURIOUS);
}
