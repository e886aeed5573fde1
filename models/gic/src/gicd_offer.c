/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conversation with the Redistributors: offers and recalls, and the announcement of GICD_CTLR.
 * It is driven by marks (PEs to look at, slots to recall), so that an activation does a bounded
 * number of units of work and what is left goes on in gicd_step().
 */
#include "gicd_state.h"

/* --- offers ---------------------------------------------------------------------------------- */

/* Whether the offer went where the interrupt is routed now. */
static bool gicd_offer_routed(const gicd *d, unsigned slot, const gicd_offer *offer)
{
    unsigned pe = d->derived.slot[slot].owner;
    if (!offer->one_of_n)
        return d->derived.slot[slot].route == pe;
    /* With a sleeping PE only while nobody awake can take it (ID-D06). */
    return d->derived.slot[slot].route == d->pool &&
           (d->pe[pe].awake || (d->arch->e1nwf && !gicd_any_able(d, (gic_group)offer->group)));
}

static inline bool gicd_current(const gicd *d, unsigned slot, const gicd_offer *offer)
{
    const gicd_word *word = &d->word[slot / 32];
    bool ready = (gicd_pending(word) & word->enable & ~word->active & gic_bit(slot)) != 0;

    return ready && offer->urgency == d->derived.slot[slot].urgency &&
           offer->group == gicd_group(d, slot);
}

bool gicd_offer_current(const gicd *d, unsigned slot, const gicd_offer *offer)
{
    return gicd_current(d, slot, offer);
}

bool gicd_offer_stands(const gicd *d, unsigned slot)
{
    const gicd_offer *offer = gicd_offer_of(d, slot);

    if (GIC_FAULT("D-20") && offer->urgency != d->derived.slot[slot].urgency)
        return true;
    if (GIC_FAULT("C-05") && offer->group != gicd_group(d, slot))
        return true;
    return gicd_offer_routed(d, slot, offer) && gicd_current(d, slot, offer);
}

/* @p slot is no candidate of that PE any more. */
void gicd_offer_send(gicd *d, unsigned pe, unsigned slot, bool one_of_n)
{
    gicd_pe *p = &d->pe[pe];
    gicd_offer *offer = &p->offer[p->offers++];
    uint32_t intid = gicd_intid(d, slot);
    unsigned urgency = d->derived.slot[slot].urgency;
    uint8_t priority = gic_urgency_priority(urgency);
    gic_group group = gicd_group(d, slot);
    gic_msg *msg;

    offer->slot = (uint16_t)slot;
    offer->urgency = urgency & 0x1FFu;
    offer->group = (uint8_t)group & 0xFu;
    offer->one_of_n = one_of_n;
    offer->recalled = 0;
    if (!d->claims) {
        d->word[slot / 32].offered |= gic_bit(slot);
        d->derived.slot[slot].owner = (uint16_t)pe;
    }
    gicd_note_offers(d, pe);

    msg = gicd_tell(d, pe, GIC_MSG_OFFER, intid);
    msg->priority = priority;
    msg->group = (uint8_t)group;
    msg->flags =
        (uint8_t)((one_of_n ? GIC_OFFER_1OFN : 0) | (gic_urgency_is_nmi(urgency) ? GIC_IS_NMI : 0));
    gic_report(&d->outbox, GIC_EV_OFFERED, (uint16_t)pe, intid, priority);
}

static void gicd_wait_credit(gicd *d, unsigned pe)
{
    d->derived.waiting[pe / 64] |= UINT64_C(1) << (pe % 64);
}

/* Whether something has waited to be offered to the PE; it waits no more. */
static bool gicd_end_wait_credit(gicd *d, unsigned pe)
{
    uint64_t bit = UINT64_C(1) << (pe % 64);
    bool waited = (d->derived.waiting[pe / 64] & bit) != 0;
    d->derived.waiting[pe / 64] &= ~bit;
    return waited;
}

static void gicd_look_at_pe(gicd *d, unsigned pe)
{
    gicd_pe *p = &d->pe[pe];
    unsigned slot = gicd_best(d, pe, gicd_groups_at(d, pe));

    if (slot == GICD_NO_SLOT || !gicd_displaces(d, p, slot))
        return;
    if (p->offers == GIC_CREDIT_OFFER) { /* looked at again when one is answered */
        gicd_wait_credit(d, pe);
        gic_report(&d->outbox, GIC_EV_CREDIT_WAIT, (uint16_t)pe, gicd_intid(d, slot),
                   GIC_MSG_OFFER);
        return;
    }
    if (d->claims) {
        gicd_claim_offer(d, pe, slot);
        return;
    }
    gicd_unlist(d, slot);
    gicd_offer_send(d, pe, slot, false);
}

/* With no mark set, nothing in a PE's list displaces what the PE holds: what does is its best. */
static bool gicd_offer_at_once(gicd *d, unsigned slot)
{
    unsigned pe = gicd_list_for(d, slot);
    if (gicd_marked(d) || pe >= d->pool || d->derived.slot[slot].listed != GICD_NO_LIST ||
        d->pe[pe].offers == GIC_CREDIT_OFFER ||
        !(gicd_groups_at(d, pe) & gic_group_bit(gicd_group(d, slot))) ||
        !gicd_displaces(d, &d->pe[pe], slot))
        return false;
    gicd_offer_send(d, pe, slot, false);
    return true;
}

void gicd_refresh_alone(gicd *d, unsigned slot)
{
    if (!gicd_offer_at_once(d, slot))
        gicd_refresh(d, slot);
}

/* Offer the most urgent interrupt of the pool that some PE can take; false: there is none. */
static bool gicd_look_at_pool(gicd *d)
{
    gic_group_set groups = d->arch->enabled & d->arch->announced;
    unsigned best = GICD_NO_SLOT;
    uint16_t best_pe = GIC_PE_NONE;
    unsigned g;

    gicd_settle_routing(d);
    for (g = 0; g < GIC_GROUP_COUNT; g++) {
        gic_group_set bit = gic_group_bit((gic_group)g) & groups;
        unsigned slot = bit ? gicd_best(d, d->pool, bit) : (unsigned)GICD_NO_SLOT;
        uint16_t pe;
        if (slot == GICD_NO_SLOT)
            continue;
        if (best != GICD_NO_SLOT && !gic_more_urgent(d->derived.slot[slot].urgency, slot,
                                                     d->derived.slot[best].urgency, best))
            continue;
        pe = gicd_pick_1ofn(d, d->derived.slot[slot].urgency, (gic_group)g);
        if (pe == GIC_PE_NONE)
            continue;
        best = slot;
        best_pe = pe;
    }
    if (best == GICD_NO_SLOT)
        return false;
    gicd_unlist(d, best);
    gicd_offer_send(d, best_pe, best, true);
    return true;
}

/* --- recalls --------------------------------------------------------------------------------- */

static void gicd_end_wait(gicd *d, unsigned slot)
{
    gicd_word *word = &d->word[slot / 32];
    if (!(word->rwp & gic_bit(slot)))
        return;
    word->rwp &= ~gic_bit(slot);
    if (word->rwp == 0)
        d->arch->rwp_words &= ~(UINT64_C(1) << (slot / 32));
}

static void gicd_unwant_recall(gicd *d, unsigned slot)
{
    gicd_word *word = &d->word[slot / 32];
    word->recall_wanted &= ~gic_bit(slot);
    if (word->recall_wanted == 0)
        d->arch->recall_words &= ~(UINT64_C(1) << (slot / 32));
}

/* Recall one slot of those marked, unless its offer stands again by now. */
static void gicd_recall_next(gicd *d)
{
    unsigned w = gic_lowest_bit64(d->arch->recall_words);
    gicd_word *word = &d->word[w];
    unsigned slot = w * 32u + gic_lowest_bit(word->recall_wanted);
    uint32_t bit = gic_bit(slot);

    gicd_unwant_recall(d, slot);
    if (d->claims) {
        gicd_claim_recall(d, slot);
        return;
    }
    if (gicd_offer_stands(d, slot)) {
        gicd_end_wait(d, slot);
        return;
    }
    word->recalled |= bit;
    gicd_note_offers(d, d->derived.slot[slot].owner);
    gicd_tell(d, d->derived.slot[slot].owner, GIC_MSG_RECALL, gicd_intid(d, slot));
    gicd_mark_list(d, d->derived.slot[slot].owner);
    gicd_mark_list(d, d->pool);
}

void gicd_wait_for(gicd *d, unsigned w, uint32_t bits)
{
    bits &= d->word[w].offered;
    if (!bits)
        return;
    d->word[w].rwp |= bits;
    d->arch->rwp_words |= UINT64_C(1) << w;
}

void gicd_refresh_sleepers(gicd *d, bool rwp)
{
    unsigned pe;
    unsigned i;
    for (pe = 0; pe < d->pool; pe++)
        for (i = 0; i < d->pe[pe].offers && !d->pe[pe].awake; i++) {
            const gicd_offer *offer = &d->pe[pe].offer[i];
            if (!offer->one_of_n)
                continue;
            if (rwp)
                gicd_wait_for(d, offer->slot / 32u, gic_bit(offer->slot));
            gicd_refresh(d, offer->slot);
        }
}

bool gicd_rwp(const gicd *d)
{
    if (GIC_FAULT("D-15"))
        return false;
    return d->arch->rwp || d->arch->announce_rwp || d->arch->rwp_words != 0;
}

/* --- units of work --------------------------------------------------------------------------- */

static unsigned gicd_take_mark(gicd *d)
{
    unsigned i = gic_lowest_bit(d->arch->dirty_words);
    unsigned pe = i * 64u + gic_lowest_bit64(d->arch->dirty[i]);
    d->arch->dirty[i] &= d->arch->dirty[i] - 1;
    if (d->arch->dirty[i] == 0)
        d->arch->dirty_words &= (uint8_t) ~(1u << i);
    return pe;
}

/* Recalls first, so that what they free can be offered. */
static void gicd_unit(gicd *d)
{
    if (d->arch->recall_words)
        gicd_recall_next(d);
    else if (d->arch->dirty_words)
        gicd_look_at_pe(d, gicd_take_mark(d));
    else
        d->arch->pool_dirty = gicd_look_at_pool(d);
}

bool gicd_has_work(const gicd *d)
{
    return gicd_marked(d) && !GIC_FAULT("C-03");
}

void gicd_work(gicd *d)
{
    unsigned units = gic_min_u32(d->config.work_limit, GICD_UNITS_MAX);
    while (units > 0 && gicd_marked(d) && gic_outbox_room(&d->outbox) > GICD_OUTBOX_RESERVE) {
        gicd_unit(d);
        units--;
    }
    d->outbox.more = gicd_has_work(d);
}

void gicd_step(gicd *d)
{
    gicd_run(d);
}

/* --- what the Redistributors say ------------------------------------------------------------- */

static inline void gicd_forget(gicd *d, unsigned pe, const gicd_offer *offer)
{
    gicd_pe *p = &d->pe[pe];
    bool held = offer == &p->offer[p->offers - 1u];

    if (offer == &p->offer[0])
        p->offer[0] = p->offer[1];
    p->offers--;
    gicd_note_offers(d, pe);
    /* What did not displace the one held, and did not wait for credit, does not now. */
    if (held || gicd_end_wait_credit(d, pe))
        gicd_mark_list(d, pe);
}

void gicd_forget_offer(gicd *d, unsigned pe, const gicd_offer *offer)
{
    gicd_forget(d, pe, offer);
}

/* Forget the offer of @p slot to PE @p pe; the slot is the Distributor's again. */
static void gicd_end_offer(gicd *d, unsigned pe, unsigned slot)
{
    gicd_word *word = &d->word[slot / 32];
    uint32_t bit = gic_bit(slot);

    gicd_forget(d, pe, gicd_offer_of(d, slot));
    d->derived.slot[slot].owner = GIC_PE_NONE;
    word->offered &= ~bit;
    word->recalled &= ~bit;
    if (word->recall_wanted & bit)
        gicd_unwant_recall(d, slot);
    if (word->rwp & bit)
        gicd_end_wait(d, slot);
    gicd_mark_list(d, d->pool);
}

gicd_offer *gicd_find_offer(const gicd *d, unsigned pe, unsigned slot)
{
    gicd_pe *p = &d->pe[pe];
    if (p->offers > 0 && p->offer[0].slot == slot)
        return &p->offer[0];
    return p->offers > 1 && p->offer[1].slot == slot ? &p->offer[1] : NULL;
}

/* Slot of @p intid if it is offered to PE @p from, as each answer has to be. */
static unsigned gicd_answered(const gicd *d, uint16_t from, uint32_t intid)
{
    unsigned slot = gicd_slot_of(d, intid);
    if (slot != GICD_NO_SLOT && d->derived.slot[slot].owner == from)
        return slot;
    GIC_ASSERT(slot == GICD_NO_SLOT);
    return GICD_NO_SLOT;
}

/* A fact, whatever was written meanwhile: software has read the INTID. */
static void gicd_receive_taken(gicd *d, uint16_t from, const gic_msg *msg)
{
    unsigned slot = gicd_answered(d, from, msg->intid);
    bool recalled;
    if (slot == GICD_NO_SLOT)
        return;
    recalled = (d->word[slot / 32].recalled & gic_bit(slot)) != 0;
    if (recalled)
        gic_report(&d->outbox, GIC_EV_CROSSED_ACTIVATE, from, msg->intid, GIC_MSG_RECALL);
    gicd_end_offer(d, from, slot);
    if (GIC_FAULT("C-02") || (GIC_FAULT("N-04") && recalled))
        gicd_refresh(d, slot);
    else
        gicd_activate(d, slot);
    gicd_tell(d, from, GIC_MSG_TAKEN_ACK, msg->intid);
}

static void gicd_receive_returned(gicd *d, uint16_t from, const gic_msg *msg)
{
    unsigned slot = gicd_answered(d, from, msg->intid);
    if (slot == GICD_NO_SLOT)
        return;
    gicd_end_offer(d, from, slot);
    gic_report(&d->outbox, GIC_EV_RETURNED, from, msg->intid, 0);
    if (GIC_FAULT("C-01") || (GIC_FAULT("D-12") && d->derived.slot[slot].route == d->pool))
        return;
    gicd_refresh(d, slot);
}

/* The set says which groups the writer may deactivate (P-17); the INTID need not be active. */
static void gicd_receive_deactivate(gicd *d, uint16_t from, const gic_msg *msg)
{
    unsigned slot = gicd_slot_of(d, msg->intid);
    if (slot != GICD_NO_SLOT && (msg->group & gic_group_bit(gicd_group(d, slot))))
        gicd_deactivate(d, slot / 32, gic_bit(slot));
    gicd_tell(d, from, GIC_MSG_DEACTIVATE_SPI_ACK, msg->intid);
}

static void gicd_receive_pe_state(gicd *d, uint16_t from, const gic_msg *msg)
{
    gic_pe_routing state = gic_pe_routing_unpack(msg->arg);
    gicd_pe *p = &d->pe[from];
    p->enabled = state.enabled;
    p->dpg = state.dpg;
    p->mask_hint = state.mask_hint;
    p->awake = state.awake;
    gicd_note_state(d, from);
    if (d->arch->e1nwf)
        gicd_refresh_sleepers(d, false);
    gicd_mark_list(d, from);
    gicd_mark_list(d, d->pool);
    gicd_tell(d, from, GIC_MSG_PE_STATE_ACK, 0);
}

/* --- GICD_CTLR and the Redistributors -------------------------------------------------------- */

static void gicd_mark_all(gicd *d)
{
    unsigned list;
    for (list = 0; list <= d->pool; list++)
        gicd_mark_list(d, list);
}

static void gicd_broadcast(gicd *d)
{
    gic_msg msg = {0};
    msg.kind = GIC_MSG_GROUP_ENABLES;
    msg.group = d->arch->enabled;
    msg.flags = d->arch->ds ? GIC_CTL_DS : 0;
    gic_send(&d->outbox, GIC_PORT_GICR, GIC_PE_ALL, msg);
    d->arch->announced = d->arch->enabled;
    d->arch->acks = d->config.pe_count;
    gicd_mark_all(d);
}

/* One announcement is under way at a time (GIC_CREDIT_GROUP_ENABLES). */
void gicd_announce(gicd *d, bool rwp)
{
    if (d->arch->acks) {
        if (!d->arch->announce)
            gic_report(&d->outbox, GIC_EV_CREDIT_WAIT, GIC_PE_NONE, GIC_INTID_SPURIOUS,
                       GIC_MSG_GROUP_ENABLES);
        d->arch->announce = true;
        d->arch->announce_rwp |= rwp;
        return;
    }
    d->arch->rwp = rwp;
    gicd_broadcast(d);
}

static void gicd_receive_group_enables_ack(gicd *d, uint16_t from, const gic_msg *msg)
{
    (void)from;
    (void)msg;
    GIC_ASSERT(d->arch->acks > 0);
    if (d->arch->acks == 0 || --d->arch->acks > 0)
        return;
    d->arch->rwp = false;
    if (d->arch->announce) {
        bool rwp = d->arch->announce_rwp;
        d->arch->announce = false;
        d->arch->announce_rwp = false;
        gicd_announce(d, rwp);
    }
}

gicd_receive_fn *const *gicd_receivers(const gicd *d)
{
    static gicd_receive_fn *const owned[GIC_MSG_KIND_COUNT] = {
        [GIC_MSG_TAKEN] = gicd_receive_taken,
        [GIC_MSG_RETURNED] = gicd_receive_returned,
        [GIC_MSG_DEACTIVATE_SPI] = gicd_receive_deactivate,
        [GIC_MSG_SGI_REQUEST] = gicd_sgi_request,
        [GIC_MSG_PE_STATE] = gicd_receive_pe_state,
        [GIC_MSG_GROUP_ENABLES_ACK] = gicd_receive_group_enables_ack,
    };
    static gicd_receive_fn *const claimed[GIC_MSG_KIND_COUNT] = {
        [GIC_MSG_TAKEN] = gicd_claim_taken,
        [GIC_MSG_RETURNED] = gicd_claim_returned,
        [GIC_MSG_DEACTIVATE_SPI] = gicd_receive_deactivate,
        [GIC_MSG_PE_STATE] = gicd_receive_pe_state,
        [GIC_MSG_GROUP_ENABLES_ACK] = gicd_receive_group_enables_ack,
    };
    return d->claims ? claimed : owned;
}

void gicd_receive(gicd *d, uint16_t from, const gic_msg *msg)
{
    bool known = msg->kind < GIC_MSG_KIND_COUNT && d->receivers[msg->kind] && from < d->pool;
    GIC_ASSERT(known);
    if (!known)
        return;
    d->receivers[msg->kind](d, from, msg);
    gicd_run(d);
}
