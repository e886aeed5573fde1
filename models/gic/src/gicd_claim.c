/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2: a claim instead of ownership. An SPI is a candidate for each PE of its target list, and
 * offered to each that holds nothing more urgent; whose CPU interface is read first takes it, and
 * from the others it is recalled (L-03). The joiner carries the messages of a GICv2 within the
 * activation, so that no second PE can take it meanwhile.
 *
 * A slot has a set of PEs that list it and a set of PEs that have an offer of it, together its
 * targets while it is ready; what ownership goes by (listed, owner, route, the word's offered)
 * names nothing.
 */
#include "gicd_state.h"

/* PEs that should have the slot, listed or offered. */
static unsigned gicd_claim_targets(const gicd *d, unsigned slot)
{
    const gicd_word *word = &d->word[slot / 32];
    uint32_t ready = gicd_pending(word) & word->enable & ~gicd_blocked(word);
    return ready & gic_bit(slot) ? d->irouter[slot] : 0;
}

static bool gicd_claim_stands(const gicd *d, unsigned slot, unsigned pe, const gicd_offer *offer)
{
    return (gicd_claim_targets(d, slot) >> pe & 1u) && gicd_offer_current(d, slot, offer);
}

static void gicd_claim_list(gicd *d, unsigned slot, unsigned wanted)
{
    gicd_slot *s = &d->derived.slot[slot];
    unsigned changed = s->wanted ^ wanted;
    while (changed) {
        unsigned pe = gic_lowest_bit(changed);
        if (wanted >> pe & 1u) {
            gicd_list_put(d, slot, pe);
            gicd_mark_list(d, pe);
        } else {
            gicd_list_drop(d, slot, pe);
        }
        changed &= changed - 1;
    }
    s->wanted = (uint8_t)wanted;
}

void gicd_claim_refresh(gicd *d, unsigned slot)
{
    unsigned claimed = d->derived.slot[slot].claimed;
    unsigned left = claimed;
    gicd_claim_list(d, slot, gicd_claim_targets(d, slot) & ~claimed);
    while (left) {
        unsigned pe = gic_lowest_bit(left);
        const gicd_offer *offer = gicd_find_offer(d, pe, slot);
        if (offer && !offer->recalled && !gicd_claim_stands(d, slot, pe, offer))
            gicd_mark_recall(d, slot);
        left &= left - 1;
    }
}

void gicd_claim_changed(gicd *d, unsigned slot)
{
    unsigned left = d->derived.slot[slot].wanted;
    while (left) {
        gicd_list_changed(d, slot, gic_lowest_bit(left));
        left &= left - 1;
    }
}

void gicd_claim_offer(gicd *d, unsigned pe, unsigned slot)
{
    gicd_slot *s = &d->derived.slot[slot];
    gicd_claim_list(d, slot, s->wanted & ~(1u << pe));
    s->claimed |= (uint8_t)(1u << pe);
    gicd_offer_send(d, pe, slot, false);
}

void gicd_claim_recall(gicd *d, unsigned slot)
{
    unsigned left = d->derived.slot[slot].claimed;
    while (left) {
        unsigned pe = gic_lowest_bit(left);
        gicd_offer *offer = gicd_find_offer(d, pe, slot);
        left &= left - 1;
        if (!offer || offer->recalled || gicd_claim_stands(d, slot, pe, offer))
            continue;
        offer->recalled = 1;
        gicd_tell(d, pe, GIC_MSG_RECALL, gicd_intid(d, slot));
    }
}

/* The offer of the slot that @p msg answers is over; GICD_NO_SLOT: there was none. */
static unsigned gicd_claim_end(gicd *d, uint16_t from, const gic_msg *msg)
{
    unsigned slot = gicd_slot_of(d, msg->intid);
    const gicd_offer *offer = slot == GICD_NO_SLOT ? NULL : gicd_find_offer(d, from, slot);
    GIC_ASSERT(offer);
    if (!offer)
        return GICD_NO_SLOT;
    d->derived.slot[slot].claimed &= (uint8_t) ~(1u << from);
    gicd_forget_offer(d, from, offer);
    return slot;
}

/* The first takes it: for the others it is active, and their offers stand no more. */
void gicd_claim_taken(gicd *d, uint16_t from, const gic_msg *msg)
{
    unsigned slot = gicd_claim_end(d, from, msg);
    if (slot == GICD_NO_SLOT)
        return;
    gicd_activate(d, slot);
    if (!GIC_FAULT("L-03"))
        gicd_claim_refresh(d, slot);
    gicd_tell(d, from, GIC_MSG_TAKEN_ACK, msg->intid);
}

void gicd_claim_returned(gicd *d, uint16_t from, const gic_msg *msg)
{
    unsigned slot = gicd_claim_end(d, from, msg);
    if (slot == GICD_NO_SLOT)
        return;
    gic_report(&d->outbox, GIC_EV_RETURNED, from, msg->intid, 0);
    gicd_claim_refresh(d, slot);
}

/* --- from nothing ---------------------------------------------------------------------------- */

static unsigned gicd_claimants(const gicd *d, unsigned slot)
{
    unsigned set = 0;
    unsigned pe;
    for (pe = 0; pe < d->pool; pe++)
        set |= gicd_find_offer(d, pe, slot) ? 1u << pe : 0u;
    return set;
}

void gicd_claim_rebuild(gicd *d)
{
    unsigned slot;
    for (slot = 0; slot < d->words * 32u; slot++) {
        gicd_slot *s = &d->derived.slot[slot];
        unsigned left;
        s->claimed = (uint8_t)gicd_claimants(d, slot);
        s->wanted = (uint8_t)(gicd_claim_targets(d, slot) & ~(unsigned)s->claimed);
        for (left = s->wanted; left; left &= left - 1)
            gicd_list_put(d, slot, gic_lowest_bit(left));
    }
}
