/* SPDX-License-Identifier: Apache-2.0 */
/* Candidate lists: what could be offered where, and the search for the most urgent in one list. */
#include "gicd_state.h"

static uint32_t *gicd_list_word(const gicd *d, unsigned list, unsigned w)
{
    return &d->derived.list[list * d->words + w];
}

static uint32_t *gicd_level_word(const gicd *d, unsigned level, unsigned w)
{
    return &d->derived.level[level * d->words + w];
}

static void gicd_level_note(const gicd *d, unsigned slot, unsigned list)
{
    unsigned level = gicd_level(d, d->derived.slot[slot].urgency);
    gicd_level_set(d, list, gicd_group(d, slot))[level / 32] |= gic_bit(level);
}

static inline void gicd_put(gicd *d, unsigned slot, unsigned list)
{
    *gicd_list_word(d, list, slot / 32) |= gic_bit(slot);
    d->derived.list_words[list] |= UINT64_C(1) << (slot / 32);
    gicd_level_note(d, slot, list);
}

static inline void gicd_drop(gicd *d, unsigned slot, unsigned list)
{
    uint32_t *word = gicd_list_word(d, list, slot / 32);
    *word &= ~gic_bit(slot);
    if (*word == 0)
        d->derived.list_words[list] &= ~(UINT64_C(1) << (slot / 32));
}

void gicd_list_put(gicd *d, unsigned slot, unsigned list)
{
    gicd_put(d, slot, list);
}

void gicd_list_drop(gicd *d, unsigned slot, unsigned list)
{
    gicd_drop(d, slot, list);
}

static void gicd_list_add(gicd *d, unsigned slot, unsigned list)
{
    gicd_put(d, slot, list);
    d->derived.slot[slot].listed = (uint16_t)list;
}

void gicd_unlist(gicd *d, unsigned slot)
{
    gicd_drop(d, slot, d->derived.slot[slot].listed);
    d->derived.slot[slot].listed = GICD_NO_LIST;
}

void gicd_list_changed(gicd *d, unsigned slot, unsigned list)
{
    gicd_level_note(d, slot, list);
    gicd_mark_list(d, list);
}

/* The slot's candidacy goes by another level or group. */
static void gicd_moved(gicd *d, unsigned slot)
{
    unsigned list = d->derived.slot[slot].listed;
    if (list != GICD_NO_LIST)
        gicd_list_changed(d, slot, list);
    else if (d->claims)
        gicd_claim_changed(d, slot);
}

void gicd_mark_recall(gicd *d, unsigned slot)
{
    d->word[slot / 32].recall_wanted |= gic_bit(slot);
    d->arch->recall_words |= UINT64_C(1) << (slot / 32);
}

static void gicd_want_recall(gicd *d, unsigned slot)
{
    if (!(d->word[slot / 32].recalled & gic_bit(slot)) && !gicd_offer_stands(d, slot))
        gicd_mark_recall(d, slot);
}

void gicd_refresh(gicd *d, unsigned slot)
{
    unsigned list = gicd_list_for(d, slot);
    unsigned listed = d->derived.slot[slot].listed;

    if (d->word[slot / 32].offered & gic_bit(slot))
        gicd_want_recall(d, slot);
    if (list == listed) {
        if (d->claims)
            gicd_claim_refresh(d, slot);
        return;
    }
    if (listed != GICD_NO_LIST)
        gicd_unlist(d, slot);
    if (list == GICD_NO_LIST)
        return;
    gicd_list_add(d, slot, list);
    if (list == d->pool || d->pe[list].offers == GIC_CREDIT_OFFER ||
        gicd_displaces(d, &d->pe[list], slot))
        gicd_mark_list(d, list);
}

static void gicd_level_move(gicd *d, unsigned slot, unsigned from, unsigned to)
{
    unsigned w = slot / 32;
    uint32_t *old = gicd_level_word(d, from, w);
    *old &= ~gic_bit(slot);
    if (*old == 0)
        d->derived.level_words[from] &= ~(UINT64_C(1) << w);
    *gicd_level_word(d, to, w) |= gic_bit(slot);
    d->derived.level_words[to] |= UINT64_C(1) << w;
}

/* N-06: IPRIORITYR of an NMI does not count. */
static uint16_t gicd_urgency(const gicd *d, unsigned slot)
{
    if (!(gicd_nmis(d, slot / 32) & gic_bit(slot)))
        return gic_urgency(d->priority[slot], false);
    if (GIC_FAULT("N-06"))
        return gic_urgency(d->priority[slot], true);
    return gic_urgency(gic_nmi_priority(gicd_group(d, slot), d->arch->ds), true);
}

static void gicd_set_urgency(gicd *d, unsigned slot, uint16_t urgency)
{
    unsigned from = gicd_level(d, d->derived.slot[slot].urgency);
    unsigned to = gicd_level(d, urgency);

    if (from == to)
        return;
    gicd_level_move(d, slot, from, to);
    d->derived.slot[slot].urgency = urgency;
    gicd_moved(d, slot);
    gicd_refresh(d, slot);
}

void gicd_set_priority(gicd *d, unsigned slot, uint8_t priority)
{
    d->priority[slot] = priority;
    gicd_set_urgency(d, slot, gicd_urgency(d, slot));
}

void gicd_refresh_urgency(gicd *d, unsigned w, uint32_t bits)
{
    while (bits) {
        unsigned slot = w * 32u + gic_lowest_bit(bits);
        gicd_set_urgency(d, slot, gicd_urgency(d, slot));
        bits &= bits - 1;
    }
}

uint32_t gicd_regroup(gicd *d, unsigned w)
{
    const gicd_word *word = &d->word[w];
    gicd_view *view = &d->derived.view[w];
    uint32_t changed = 0;
    unsigned g;

    for (g = 0; g < GIC_GROUP_COUNT; g++) {
        uint32_t now = view->implemented &
                       gic_group_words((gic_group)g, d->arch->ds, word->group, word->grpmod);
        changed |= now ^ view->group[g];
        view->group[g] = now;
    }
    return changed;
}

void gicd_regrouped(gicd *d, unsigned w, uint32_t changed)
{
    uint32_t bits = changed;
    /* That of an NMI changes with DS alone too. */
    gicd_refresh_urgency(d, w, d->inmir[w]);
    while (bits) {
        gicd_moved(d, w * 32u + gic_lowest_bit(bits));
        bits &= bits - 1;
    }
    gicd_refresh_bits(d, w, changed);
}

void gicd_refresh_group(gicd *d, unsigned w)
{
    gicd_regrouped(d, w, gicd_regroup(d, w));
}

/* --- the search ------------------------------------------------------------------------------ */

static inline uint32_t gicd_group_mask(const gicd_view *view, gic_group_set groups)
{
    uint32_t mask = 0;
    if (groups == GIC_GROUPS_ALL)
        return view->implemented;
    if (groups & gic_group_bit(GIC_GROUP_0))
        mask |= view->group[GIC_GROUP_0];
    if (groups & gic_group_bit(GIC_GROUP_1S))
        mask |= view->group[GIC_GROUP_1S];
    if (groups & gic_group_bit(GIC_GROUP_1NS))
        mask |= view->group[GIC_GROUP_1NS];
    return mask;
}

/* First candidate of @p list at @p level among @p groups: ties go to the lowest INTID (ID-D11). */
static inline unsigned gicd_first_at(const gicd *d, unsigned list, unsigned level,
                                     gic_group_set groups)
{
    uint64_t words = d->derived.list_words[list] & d->derived.level_words[level];
    while (words) {
        unsigned w = gic_lowest_bit64(words);
        uint32_t bits = *gicd_list_word(d, list, w) & *gicd_level_word(d, level, w) &
                        gicd_group_mask(&d->derived.view[w], groups);
        if (bits && GIC_FAULT("N-05"))
            return w * 32u + 31u - (unsigned)__builtin_clz(bits);
        if (bits)
            return w * 32u + gic_lowest_bit(bits);
        words &= words - 1;
    }
    return GICD_NO_SLOT;
}

/* Levels of set word @p i that may be non-empty in @p groups. */
static inline uint32_t gicd_levels(const gicd *d, unsigned list, unsigned i, gic_group_set groups)
{
    const uint32_t *set = gicd_level_set(d, list, GIC_GROUP_0) + i;
    uint32_t levels = 0;
    if (groups & gic_group_bit(GIC_GROUP_0))
        levels |= set[0];
    if (groups & gic_group_bit(GIC_GROUP_1S))
        levels |= set[d->level_sets];
    if (groups & gic_group_bit(GIC_GROUP_1NS))
        levels |= set[2u * d->level_sets];
    return levels;
}

static void gicd_strike_level(const gicd *d, unsigned list, unsigned level, gic_group_set groups)
{
    unsigned g;
    for (g = 0; g < GIC_GROUP_COUNT; g++)
        if (groups & gic_group_bit((gic_group)g))
            gicd_level_set(d, list, (gic_group)g)[level / 32] &= ~gic_bit(level);
}

unsigned gicd_best(gicd *d, unsigned list, gic_group_set groups)
{
    unsigned i;
    if (d->derived.list_words[list] == 0)
        return GICD_NO_SLOT;
    for (i = 0; i < d->level_sets; i++) {
        uint32_t levels = gicd_levels(d, list, i, groups);
        while (levels) {
            unsigned level = i * 32u + gic_lowest_bit(levels);
            unsigned slot = gicd_first_at(d, list, level, groups);
            if (slot != GICD_NO_SLOT)
                return slot;
            gicd_strike_level(d, list, level, groups);
            levels &= levels - 1;
        }
    }
    return GICD_NO_SLOT;
}

/* --- from nothing ---------------------------------------------------------------------------- */

static void gicd_clear_lists(gicd *d)
{
    size_t lists = (size_t)d->pool + 1u;
    size_t i;
    for (i = 0; i < lists; i++)
        d->derived.list_words[i] = 0;
    for (i = 0; i < lists * d->words; i++)
        d->derived.list[i] = 0;
    for (i = 0; i < lists * GIC_GROUP_COUNT * d->level_sets; i++)
        d->derived.list_levels[i] = 0;
    for (i = 0; i < d->levels; i++)
        d->derived.level_words[i] = 0;
    for (i = 0; i < (size_t)d->levels * d->words; i++)
        d->derived.level[i] = 0;
}

static void gicd_rebuild_slot(gicd *d, unsigned slot)
{
    const uint16_t urgency = gicd_urgency(d, slot);
    const unsigned level = gicd_level(d, urgency);
    unsigned list;

    d->derived.slot[slot].urgency = urgency;
    d->derived.slot[slot].listed = GICD_NO_LIST;
    d->derived.slot[slot].route = gicd_route_of(d, slot);
    *gicd_level_word(d, level, slot / 32) |= gic_bit(slot);
    d->derived.level_words[level] |= UINT64_C(1) << (slot / 32);
    list = gicd_list_for(d, slot);
    if (list != GICD_NO_LIST)
        gicd_list_add(d, slot, list);
}

static void gicd_rebuild_pe(gicd *d, unsigned pe)
{
    unsigned i;
    for (i = 0; i < d->pe[pe].offers && !d->claims; i++)
        d->derived.slot[d->pe[pe].offer[i].slot].owner = (uint16_t)pe;
    gicd_note_state(d, pe);
    gicd_note_offers(d, pe);
}

/* The other sets have a bit for each PE, which gicd_rebuild_pe() puts. */
static void gicd_clear_holders(gicd *d)
{
    size_t i;
    for (i = 0; i < GIC_COUNT_OF(d->derived.routing.holding); i++)
        d->derived.routing.holding[i] = 0;
    for (i = 0; i < (size_t)d->levels * d->pe_words; i++)
        d->derived.holders[i] = 0;
}

void gicd_rebuild(gicd *d)
{
    unsigned i;
    gicd_clear_lists(d);
    gicd_clear_holders(d);
    for (i = 0; i < GICD_PE_WORDS; i++)
        d->derived.waiting[i] = ~UINT64_C(0);
    for (i = 0; i < d->words; i++)
        (void)gicd_regroup(d, i);
    for (i = 0; i < d->words * 32u; i++) {
        d->derived.slot[i].owner = GIC_PE_NONE;
        gicd_rebuild_slot(d, i);
    }
    for (i = 0; i < d->pool; i++) {
        d->derived.held[i] = GICD_NO_LIST;
        gicd_rebuild_pe(d, i);
    }
    if (d->claims)
        gicd_claim_rebuild(d);
    d->outbox.more = gicd_has_work(d);
}
