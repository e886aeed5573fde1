/* SPDX-License-Identifier: Apache-2.0 */
/* What the CPU interface is presented with: the choice, Set, Clear, and their answers. */
#include "gicr_state.h"

/* --- the choice ------------------------------------------------------------------------------ */

static bool gicr_is_presented(const gicr *r, uint32_t intid)
{
    const gicr_entries *p = &r->arch.presented;
    intid = gicr_wire(r, intid);
    return (p->count > 0 && p->entry[0].intid == intid) ||
           (p->count > 1 && p->entry[1].intid == intid);
}

static void gicr_consider(gicr_choice *best, uint32_t intid, unsigned urgency, unsigned group)
{
    bool later = GIC_FAULT("P-20") && urgency == best->urgency;
    if (best->intid != GICR_NO_INTID && !later &&
        !gic_more_urgent(urgency, intid, best->urgency, best->intid))
        return;
    best->intid = intid;
    best->urgency = (uint16_t)urgency;
    best->group = (uint8_t)group;
}

static uint32_t gicr_in_groups(const gicr *r, unsigned w, gic_group_set groups)
{
    uint32_t mask = 0;
    unsigned g;
    for (g = 0; g < GIC_GROUP_COUNT; g++)
        if (groups & gic_group_bit((gic_group)g))
            mask |= gicr_group_word(r, w, (gic_group)g);
    return mask;
}

static void gicr_consider_private(const gicr *r, gicr_choice *best, unsigned w,
                                  gic_group_set groups)
{
    uint32_t bits = gicr_ready(&r->arch.word[w]);
    if (bits)
        bits &= gicr_in_groups(r, w, groups);
    while (bits) {
        unsigned slot = w * 32u + gic_lowest_bit(bits);
        uint32_t intid = gicr_intid(slot);
        gic_group group = gicr_group(r, slot);
        if (!gicr_is_presented(r, intid))
            gicr_consider(best, intid, gicr_urgency(r, slot, group), group);
        bits &= bits - 1;
    }
}

static gicr_choice gicr_choose_private(const gicr *r, gic_group_set groups)
{
    gicr_choice best = {GICR_NO_INTID, 0, 0};
    unsigned i;
    for (i = 0; i < r->words; i++)
        gicr_consider_private(r, &best, i, groups);
    return best;
}

static void gicr_consider_lpi(const gicr *r, gicr_choice *best)
{
    gicr_choice lpi = gicr_lpi_choice(r);
    if (lpi.intid != GICR_NO_INTID)
        gicr_consider(best, lpi.intid, lpi.urgency, lpi.group);
}

static inline gicr_choice gicr_best(const gicr *r, gic_group_set groups)
{
    gicr_choice best = {GICR_NO_INTID, 0, 0};
    unsigned i;
    if (gicr_any_ready(r))
        best = gicr_choose_private(r, groups);
    for (i = 0; i < r->arch.offers.count; i++) {
        const gicr_entry *offer = &r->arch.offers.entry[i];
        if (!(offer->flags & GICR_RETURN) && (groups & gic_group_bit((gic_group)offer->group)) &&
            !gicr_is_presented(r, offer->intid))
            gicr_consider(&best, offer->intid, gicr_entry_urgency(offer), offer->group);
    }
    if (r->face->count > 0 && (groups & gic_group_bit(GIC_GROUP_1NS)))
        gicr_consider_lpi(r, &best);
    return best;
}

gicr_choice gicr_choose(const gicr *r, gic_group_set groups)
{
    return gicr_best(r, groups);
}

/* --- Set and Clear --------------------------------------------------------------------------- */

static bool gicr_private_stands(const gicr *r, unsigned slot, const gicr_entry *entry)
{
    gic_group group = gicr_group(r, slot);
    return (gicr_ready(&r->arch.word[slot / 32]) & gic_bit(slot)) &&
           gicr_entry_urgency(entry) == gicr_urgency(r, slot, group) &&
           entry->group == (uint8_t)group;
}

/* Whether what was presented still says what the state says. Groups that the CPU interface itself
   has disabled do not count: it releases them unasked. */
static bool gicr_stands(const gicr *r, const gicr_entry *entry)
{
    unsigned slot = gicr_slot_of(r, entry->intid & r->intid_mask);
    const gicr_entries *offers = &r->arch.offers;
    unsigned i;

    if (!(r->arch.gicd_groups & gic_group_bit((gic_group)entry->group)))
        return false;
    if (slot != GICR_NO_SLOT)
        return gicr_private_stands(r, slot, entry) &&
               entry->intid == gicr_wire(r, gicr_intid(slot));
    if (entry->intid >= GIC_INTID_LPI_FIRST)
        return gicr_lpi_stands(r, entry);
    for (i = 0; i < offers->count; i++)
        if (offers->entry[i].intid == entry->intid)
            return !(offers->entry[i].flags & GICR_RETURN);
    return false;
}

bool gicr_presented_stands(const gicr *r)
{
    unsigned i;
    for (i = 0; i < r->arch.presented.count; i++)
        if (!gicr_stands(r, &r->arch.presented.entry[i]))
            return false;
    return true;
}

static void gicr_set(gicr *r, gicr_choice choice)
{
    gicr_entries *p = &r->arch.presented;
    gicr_entry *entry = &p->entry[p->count++];
    gic_msg *msg;

    entry->intid = gicr_wire(r, choice.intid);
    entry->priority = gic_urgency_priority(choice.urgency);
    entry->group = choice.group;
    entry->flags = 0;
    entry->nmi = gic_urgency_is_nmi(choice.urgency);
    msg = gicr_to_cpuif(r, GIC_MSG_SET, entry->intid);
    msg->priority = entry->priority;
    msg->group = choice.group;
    msg->flags = entry->nmi ? GIC_IS_NMI : 0;
    gic_report(&r->outbox, GIC_EV_SET, r->pe, choice.intid, entry->priority);
    if (choice.intid >= GIC_INTID_LPI_FIRST)
        gicr_lpi_presented(r, choice.intid);
}

static void gicr_wait_credit(gicr *r, uint32_t intid, gic_msg_kind kind)
{
    gic_report(&r->outbox, GIC_EV_CREDIT_WAIT, r->pe, intid, kind);
}

/* Present the best if it displaces what is held: something less urgent, or something that has to
   go anyway, for which the Set does what a Clear would. */
static bool gicr_set_best(gicr *r)
{
    gicr_choice best = gicr_best(r, r->arch.gicd_groups & r->arch.cpu_groups);
    const gicr_entry *held = gicr_last(&r->arch.presented);

    if (best.intid == GICR_NO_INTID)
        return false;
    if (held && GIC_FAULT("P-20") && best.urgency == gicr_entry_urgency(held))
        return false;
    if (held && !(held->flags & GICR_CLEARING) && gicr_stands(r, held) &&
        !gic_more_urgent(best.urgency, best.intid, gicr_entry_urgency(held),
                         held->intid & r->intid_mask))
        return false;
    if (r->arch.presented.count == GIC_CREDIT_SET) {
        gicr_wait_credit(r, best.intid, GIC_MSG_SET);
        return false;
    }
    gicr_set(r, best);
    return true;
}

static void gicr_clear_held(gicr *r)
{
    gicr_entry *held = gicr_last(&r->arch.presented);
    if (!held || (held->flags & GICR_CLEARING) || gicr_stands(r, held) ||
        !(r->arch.cpu_groups & gic_group_bit((gic_group)held->group)))
        return;
    if (r->arch.clear_open) {
        gicr_wait_credit(r, held->intid, GIC_MSG_CLEAR);
        return;
    }
    held->flags |= GICR_CLEARING;
    r->arch.clear_open = true;
    gicr_to_cpuif(r, GIC_MSG_CLEAR, held->intid);
}

/* What stands again without having been taken back needs no wait any more. */
static void gicr_drop_waits(gicr *r)
{
    unsigned i;
    for (i = 0; i < r->arch.presented.count; i++) {
        gicr_entry *entry = &r->arch.presented.entry[i];
        if ((entry->flags & GICR_RWP) && !(entry->flags & GICR_CLEARING) && gicr_stands(r, entry))
            entry->flags &= (uint8_t)~GICR_RWP;
    }
}

void gicr_present(gicr *r)
{
    if (r->arch.phase == GICR_AWAKE && !gicr_set_best(r) && r->arch.presented.count > 0)
        gicr_clear_held(r);
    if (gicr_flags(&r->arch.presented) & GICR_RWP)
        gicr_drop_waits(r);
}

void gicr_wait_for(gicr *r, unsigned w, uint32_t bits)
{
    while (bits) {
        gicr_entry *entry =
            gicr_find(&r->arch.presented, gicr_intid(w * 32u + gic_lowest_bit(bits)));
        if (entry)
            entry->flags |= GICR_RWP;
        bits &= bits - 1;
    }
}

/* --- answers --------------------------------------------------------------------------------- */

/* A fact, whatever was written meanwhile: software has read the INTID. */
void gicr_receive_activate(gicr *r, const gic_msg *msg)
{
    gicr_entry *entry = gicr_find(&r->arch.presented, msg->intid);
    gicr_entry *offer = gicr_find(&r->arch.offers, msg->intid);
    unsigned slot = gicr_slot_of(r, msg->intid & r->intid_mask);

    GIC_ASSERT(entry);
    if (entry && (entry->flags & GICR_CLEARING))
        gic_report(&r->outbox, GIC_EV_CROSSED_ACTIVATE, r->pe, msg->intid, GIC_MSG_CLEAR);
    if (entry)
        gicr_remove(&r->arch.presented, entry);
    if (slot != GICR_NO_SLOT) {
        gicr_activate(r, slot, msg->intid);
        gicr_to_cpuif(r, GIC_MSG_ACTIVATE_ACK, msg->intid);
    } else if (offer) { /* acknowledged when the Distributor knows (TAKEN_ACK) */
        gicr_remove(&r->arch.offers, offer);
        r->arch.upstream++;
        gicr_to_gicd(r, GIC_MSG_TAKEN, msg->intid);
    } else {
        if (msg->intid >= GIC_INTID_LPI_FIRST && r->lpi)
            gicr_lpi_activated(r, msg->intid);
        gicr_to_cpuif(r, GIC_MSG_ACTIVATE_ACK, msg->intid);
    }
}

void gicr_receive_release(gicr *r, const gic_msg *msg)
{
    gicr_entry *entry = gicr_find(&r->arch.presented, msg->intid);
    GIC_ASSERT(entry);
    if (!entry)
        return;
    gicr_remove(&r->arch.presented, entry);
    if (msg->intid >= GIC_INTID_LPI_FIRST)
        gicr_lpi_released(r, msg->intid);
    gic_report(&r->outbox, GIC_EV_RELEASED, r->pe, msg->intid, 0);
}
