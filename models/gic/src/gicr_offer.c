/* SPDX-License-Identifier: Apache-2.0 */
/* The conversation with the Distributor: offers, recalls, group enables, what it knows of the PE.
 */
#include "gicr_state.h"

/* --- what the Distributor knows of the PE ---------------------------------------------------- */

bool gicr_routing_unsettled(const gicr *r)
{
    return r->arch.routing_open || gicr_routing_stale(r);
}

void gicr_tell_routing(gicr *r)
{
    gic_msg msg = {0};
    if (r->arch.routing_open) {
        gic_report(&r->outbox, GIC_EV_CREDIT_WAIT, r->pe, GIC_INTID_SPURIOUS, GIC_MSG_PE_STATE);
        return;
    }
    r->arch.routing_sent = gicr_routing(r);
    r->arch.routing_open = true;
    r->arch.upstream++;
    msg.kind = GIC_MSG_PE_STATE;
    msg.arg = r->arch.routing_sent;
    gic_send(&r->outbox, GIC_PORT_GICD, r->pe, msg);
}

void gicr_receive_pe_state_ack(gicr *r, const gic_msg *msg)
{
    (void)msg;
    r->arch.routing_open = false;
    r->arch.upstream--;
    if (!gicr_routing_stale(r))
        r->arch.routing_rwp = false;
}

/* --- offers ---------------------------------------------------------------------------------- */

void gicr_receive_offer(gicr *r, const gic_msg *msg)
{
    gicr_entries *offers = &r->arch.offers;
    gicr_entry *held = gicr_last(offers);
    gicr_entry *entry;

    GIC_ASSERT(offers->count < GIC_CREDIT_OFFER);
    if (offers->count >= GIC_CREDIT_OFFER)
        return;
    if (held && !(held->flags & GICR_RETURN)) {
        held->flags |= GICR_RETURN;
        gic_report(&r->outbox, GIC_EV_CROSSED_DISPLACED, r->pe, held->intid, GIC_MSG_OFFER);
    }
    entry = &offers->entry[offers->count++];
    entry->intid = msg->intid;
    entry->priority = msg->priority;
    entry->group = msg->group;
    entry->flags = msg->flags & GIC_OFFER_1OFN ? GICR_1OFN : 0;
    entry->nmi = (msg->flags & GIC_IS_NMI) && r->config.nmi && msg->group != GIC_GROUP_0;
}

/* The Offer's own answer answers the Recall; if it is on its way, nothing is left to do. */
void gicr_receive_recall(gicr *r, const gic_msg *msg)
{
    gicr_entry *offer = gicr_find(&r->arch.offers, msg->intid);
    if (!offer)
        gic_report(&r->outbox, GIC_EV_CROSSED_CLEAR, r->pe, msg->intid, GIC_MSG_RECALL);
    else if (!GIC_FAULT("C-06"))
        offer->flags |= GICR_RETURN;
}

/* Why this PE cannot keep an offer: an event id, or 0 when it can. */
static unsigned gicr_unable(const gicr *r, const gicr_entry *offer)
{
    gic_group_set bit = gic_group_bit((gic_group)offer->group);
    bool awake = r->arch.phase == GICR_AWAKE;

    if (!(r->arch.gicd_groups & bit))
        return GIC_EV_CROSSED_DISABLED;
    if (awake && !(r->arch.cpu_groups & bit) && !GIC_FAULT("D-12b"))
        return GIC_EV_CROSSED_DISABLED;
    if (!(offer->flags & GICR_1OFN))
        return 0;
    if (r->arch.phase == GICR_FALLING)
        return GIC_EV_CROSSED_QUIESCE;
    if ((gicr_excluded(r) & bit) ||
        (r->arch.mask_hint != GIC_PRIORITY_IDLE &&
         gic_urgency_hidden(gicr_entry_urgency(offer), r->arch.mask_hint)))
        return GIC_EV_CROSSED_DISABLED;
    return 0;
}

void gicr_sort_offers(gicr *r)
{
    unsigned i;
    for (i = 0; i < r->arch.offers.count; i++) {
        gicr_entry *offer = &r->arch.offers.entry[i];
        unsigned reason = offer->flags & GICR_RETURN ? 0 : gicr_unable(r, offer);
        if (!reason)
            continue;
        offer->flags |= GICR_RETURN;
        if (reason == GIC_EV_CROSSED_QUIESCE || !gicr_find(&r->arch.presented, offer->intid))
            gic_report(&r->outbox, reason, r->pe, offer->intid, GIC_MSG_OFFER);
    }
}

/* PEState goes before the Returned that it causes, or the same offer would come again. */
void gicr_return_offers(gicr *r)
{
    unsigned i = 0;
    if (gicr_routing_stale(r))
        return;
    while (i < r->arch.offers.count) {
        const gicr_entry *offer = &r->arch.offers.entry[i];
        if (!(offer->flags & GICR_RETURN) || gicr_find(&r->arch.presented, offer->intid)) {
            i++;
            continue;
        }
        gicr_to_gicd(r, GIC_MSG_RETURNED, offer->intid);
        gicr_remove(&r->arch.offers, offer);
    }
}

/* --- GICD_CTLR ------------------------------------------------------------------------------- */

void gicr_receive_group_enables(gicr *r, const gic_msg *msg)
{
    bool ds = (msg->flags & GIC_CTL_DS) != 0;
    r->arch.gicd_groups = msg->group;
    r->arch.announced = true;
    if (ds == r->arch.ds)
        return;
    r->arch.ds = ds;
    r->arch.dpg &= (gic_group_set)~gic_group_bit(GIC_GROUP_1S); /* RES0 while DS=1 */
    gicr_lpi_ds_changed(r);
    if (r->arch.phase == GICR_AWAKE || r->arch.phase == GICR_WAKING)
        gicr_send_control(r);
}

void gicr_answer_announcement(gicr *r)
{
    unsigned i;
    if (r->arch.control_open || !gicr_presented_stands(r))
        return;
    for (i = 0; i < r->arch.offers.count; i++)
        if (!(r->arch.gicd_groups & gic_group_bit((gic_group)r->arch.offers.entry[i].group)))
            return;
    r->arch.announced = false;
    gicr_to_gicd(r, GIC_MSG_GROUP_ENABLES_ACK, 0);
}
