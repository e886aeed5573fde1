/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conversation with the Redistributor (gic/msg.h): what is presented, what is given back, and
 * what is told upstream.
 */
#include "internal.h"

/* ---- upstream -------------------------------------------------------------------------------- */

bool cpuif_stall(cpuif *c, gic_msg_kind kind, uint32_t intid)
{
    gic_report(&c->outbox, GIC_EV_CREDIT_WAIT, c->pe, intid, (uint64_t)kind);
    return false;
}

/* The mask hint: ICC_PMR when software lets it out (PMHE), else "nothing is masked" (ID-P16). */
static uint8_t mask_hint(const cpuif *c)
{
    return GIC_GET(ICC_CTLR_EL3, PMHE, c->s.ctlr) != 0 ? c->s.pmr : 0xFF;
}

static bool upstream_is_stale(const cpuif *c)
{
    return c->s.sent_groups != c->s.igrpen || c->s.sent_hint != mask_hint(c);
}

/* One UpstreamControl at a time; the latest values go when the answer to the last one is here. */
static void tell_upstream(cpuif *c)
{
    gic_msg *msg;
    if (!upstream_is_stale(c))
        return;
    if (c->s.open_upstream >= GIC_CREDIT_UPSTREAM_CONTROL) {
        (void)cpuif_stall(c, GIC_MSG_UPSTREAM_CONTROL, GIC_INTID_SPURIOUS);
        return;
    }
    c->s.sent_groups = c->s.igrpen;
    c->s.sent_hint = mask_hint(c);
    c->s.open_upstream++;
    msg = cpuif_send(c, GIC_MSG_UPSTREAM_CONTROL, 0);
    msg->group = c->s.sent_groups;
    msg->priority = c->s.sent_hint;
}

bool cpuif_upstream_pending(const cpuif *c)
{
    return (c->s.open_activate | c->s.open_deactivate | c->s.open_sgi | c->s.open_upstream) != 0 ||
           upstream_is_stale(c);
}

/* ---- what is held ---------------------------------------------------------------------------- */

static void release(cpuif *c)
{
    if (!c->s.held.valid)
        return;
    c->s.held.valid = 0;
    (void)cpuif_send(c, GIC_MSG_RELEASE, c->s.held.intid);
}

/*
 * P-23: what belongs to a disabled group goes back, so that it hides nothing. Not before upstream
 * has been told that the group is disabled, or it would be presented again at once; until then it
 * is held and not signalled.
 */
static void release_disabled(cpuif *c)
{
    gic_group_set group = gic_group_bit((gic_group)c->s.held.group);
    if (GIC_FAULT("P-23"))
        return;
    if (c->s.held.valid && (c->s.igrpen & group) == 0 && (c->s.sent_groups & group) == 0)
        release(c);
}

void cpuif_settle(cpuif *c)
{
    tell_upstream(c);
    release_disabled(c);
    cpuif_update_lines(c);
}

/* ---- downstream ------------------------------------------------------------------------------ */

typedef void receive_fn(cpuif *c, const gic_msg *msg);

static void receive_set(cpuif *c, const gic_msg *msg)
{
    if (c->s.held.valid) {
        gic_report(&c->outbox, GIC_EV_CROSSED_DISPLACED, c->pe, c->s.held.intid, 0);
        release(c);
    }
    c->s.held.valid = 1;
    c->s.held.intid = msg->intid;
    c->s.held.priority = msg->priority;
    c->s.held.group = msg->group < GIC_GROUP_COUNT ? msg->group : (uint8_t)GIC_GROUP_1NS;
    c->s.held.nmi = 0;
    if ((msg->flags & GIC_IS_NMI) != 0)
        c->s.held.nmi = c->config.nmi && c->s.held.group != GIC_GROUP_0;
    if (c->s.quiesced) {
        gic_report(&c->outbox, GIC_EV_CROSSED_QUIESCE, c->pe, msg->intid, 0);
        release(c);
    } else if (!cpuif_presented(c)) {
        gic_report(&c->outbox, GIC_EV_CROSSED_DISABLED, c->pe, msg->intid, 0);
        release_disabled(c);
    }
    cpuif_update_lines(c);
}

static void receive_clear(cpuif *c, const gic_msg *msg)
{
    if (c->s.held.valid && c->s.held.intid == msg->intid)
        release(c);
    else
        gic_report(&c->outbox, GIC_EV_CROSSED_CLEAR, c->pe, msg->intid, 0);
    (void)cpuif_send(c, GIC_MSG_CLEAR_ACK, msg->intid);
    if (!GIC_FAULT("P-21"))
        cpuif_update_lines(c);
}

static void receive_quiesce(cpuif *c, const gic_msg *msg)
{
    (void)msg;
    release(c);
    c->s.quiesced = 1;
    cpuif_update_lines(c);
    (void)cpuif_send(c, GIC_MSG_QUIESCE_ACK, 0);
}

static void receive_downstream_control(cpuif *c, const gic_msg *msg)
{
    c->s.quiesced = 0;
    c->s.ds = (msg->flags & GIC_CTL_DS) != 0;
    cpuif_derive_pe(c);
    if (c->s.ap_nmi != 0) /* the priority of an active NMI follows DS */
        cpuif_derive_priorities(c);
    (void)cpuif_send(c, GIC_MSG_DOWNSTREAM_CONTROL_ACK, 0);
    cpuif_settle(c);
}

/* An answer gives one credit back; one that was not asked for is passed over. */
static void give_back(uint8_t *open)
{
    GIC_ASSERT(*open > 0);
    if (*open > 0)
        (*open)--;
}

static void receive_activate_ack(cpuif *c, const gic_msg *msg)
{
    bool waited = c->s.open_activate == GIC_CREDIT_ACTIVATE;
    (void)msg;
    give_back(&c->s.open_activate);
    if (waited)
        cpuif_update_lines(c);
}

static void receive_deactivate_ack(cpuif *c, const gic_msg *msg)
{
    (void)msg;
    give_back(&c->s.open_deactivate);
}

static void receive_sgi_ack(cpuif *c, const gic_msg *msg)
{
    (void)msg;
    give_back(&c->s.open_sgi);
}

static void receive_upstream_ack(cpuif *c, const gic_msg *msg)
{
    (void)msg;
    give_back(&c->s.open_upstream);
    cpuif_settle(c);
}

static receive_fn *const receivers[GIC_MSG_KIND_COUNT] = {
    [GIC_MSG_SET] = receive_set,
    [GIC_MSG_CLEAR] = receive_clear,
    [GIC_MSG_QUIESCE] = receive_quiesce,
    [GIC_MSG_DOWNSTREAM_CONTROL] = receive_downstream_control,
    [GIC_MSG_ACTIVATE_ACK] = receive_activate_ack,
    [GIC_MSG_DEACTIVATE_ACK] = receive_deactivate_ack,
    [GIC_MSG_GENERATE_SGI_ACK] = receive_sgi_ack,
    [GIC_MSG_UPSTREAM_CONTROL_ACK] = receive_upstream_ack,
};

void cpuif_receive(cpuif *c, const gic_msg *msg)
{
    receive_fn *receiver = msg->kind < GIC_MSG_KIND_COUNT ? receivers[msg->kind] : NULL;
    GIC_ASSERT(receiver != NULL);
    if (receiver)
        receiver(c, msg);
}
