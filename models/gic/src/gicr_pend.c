/* SPDX-License-Identifier: Apache-2.0 */
/* Pending and active state of private interrupts; SGIs as they arrive. */
#include "gicr_state.h"

gic_group gicr_group(const gicr *r, unsigned slot)
{
    unsigned w = slot / 32;
    if (gicr_group_word(r, w, GIC_GROUP_1NS) & gic_bit(slot))
        return GIC_GROUP_1NS;
    return gicr_group_word(r, w, GIC_GROUP_1S) & gic_bit(slot) ? GIC_GROUP_1S : GIC_GROUP_0;
}

static void gicr_report_bits(gicr *r, unsigned event, unsigned w, uint32_t bits)
{
    while (bits) {
        unsigned slot = w * 32u + gic_lowest_bit(bits);
        uint64_t arg = 0;
        if (event == GIC_EV_PENDING)
            arg = (uint64_t)gic_urgency_priority(gicr_urgency(r, slot, gicr_group(r, slot))) |
                  (uint64_t)gicr_group(r, slot) << 8;
        gic_report(&r->outbox, event, r->pe, gicr_intid(slot), arg);
        bits &= bits - 1;
    }
}

static void gicr_begin_instances(gicr *r, unsigned w, uint32_t bits)
{
    r->arch.word[w].instance |= bits;
    gicr_report_bits(r, GIC_EV_PENDING, w, bits);
}

void gicr_pending_changed(gicr *r, unsigned w, uint32_t before)
{
    gicr_word *word = &r->arch.word[w];
    uint32_t after = gicr_pending(word);
    uint32_t fell = before & ~after;

    gicr_begin_instances(r, w, after & ~before & ~word->instance);
    gicr_report_bits(r, GIC_EV_WITHDRAWN, w, fell & word->instance);
    word->instance &= ~fell;
}

void gicr_latch(gicr *r, unsigned w, uint32_t bits, bool edges)
{
    gicr_word *word = &r->arch.word[w];
    uint32_t before = gicr_pending(word);
    if (edges)
        gicr_report_bits(r, GIC_EV_MERGED, w, bits & word->latch);
    word->latch |= bits;
    gicr_pending_changed(r, w, before);
}

void gicr_deactivate(gicr *r, unsigned w, uint32_t bits)
{
    gicr_word *word = &r->arch.word[w];
    uint32_t ended = bits & word->active;
    word->active &= ~ended;
    gicr_report_bits(r, GIC_EV_DEACTIVATED, w, ended);
    gicr_begin_instances(r, w, ended & gicr_pending(word) & ~word->instance);
}

void gicr_activate(gicr *r, unsigned slot, uint32_t wire)
{
    gicr_word *word = &r->arch.word[slot / 32];
    uint32_t bit = gic_bit(slot);
    word->latch &= ~bit;
    if (r->v2 && slot <= GIC_INTID_SGI_LAST) {
        r->arch.sgi_source[slot] &= GIC_FAULT("L-06") ? 0 : (uint8_t) ~(1u << (wire >> 10 & 7u));
        word->latch |= r->arch.sgi_source[slot] ? bit : 0;
    }
    word->active |= bit;
    word->instance &= ~bit;
}

/* --- SGIs ------------------------------------------------------------------------------------ */

void gicr_set_sources(gicr *r, unsigned sgi, unsigned sources)
{
    gicr_word *word = &r->arch.word[0];
    uint32_t before = gicr_pending(word);
    r->arch.sgi_source[sgi] = (uint8_t)sources;
    word->latch = sources ? word->latch | gic_bit(sgi) : word->latch & ~gic_bit(sgi);
    gicr_pending_changed(r, 0, before);
}

/* From one source it merges, from another it is one more (L-06). */
static void gicr_sgi_from_source(gicr *r, unsigned sgi, unsigned source)
{
    unsigned sources = r->arch.sgi_source[sgi];
    if (sources >> source & 1u)
        gic_report(&r->outbox, GIC_EV_MERGED, r->pe, sgi, 0);
    gicr_set_sources(r, sgi, sources | 1u << source);
}

/* Two Security states, a Non-secure write: NSACR may open a Secure SGI (S-04). */
static bool gicr_sgi_from_nonsecure(const gicr *r, uint32_t intid, gic_sgi sgi, gic_group group)
{
    unsigned opened = r->arch.nsacr >> (2u * intid) & 3u; /* 3 counts as 2 (ID-R04) */
    if (GIC_FAULT("S-04"))
        opened = 0;
    if (group == GIC_GROUP_1NS)
        return sgi.source == GIC_SGI_SGI1R;
    if (group == GIC_GROUP_0)
        return opened >= 1;
    return opened >= 2 && sgi.source != GIC_SGI_SGI0R;
}

/* A Secure SGI1R does not reach a Group 0 target (ID-R05). */
static bool gicr_sgi_from_secure(gic_sgi sgi, gic_group group)
{
    if (sgi.source == GIC_SGI_SGI0R)
        return group == GIC_GROUP_0;
    return group == (sgi.source == GIC_SGI_SGI1R ? GIC_GROUP_1S : GIC_GROUP_1NS);
}

/* Whether an SGI becomes pending here, by its group at this target. */
static bool gicr_sgi_permitted(const gicr *r, uint32_t intid, gic_sgi sgi)
{
    gic_group group = gicr_group(r, intid);
    if (r->arch.ds && !GIC_FAULT("S-06"))
        return sgi.source == GIC_SGI_SGI1R || group == GIC_GROUP_0;
    return sgi.nonsecure ? gicr_sgi_from_nonsecure(r, intid, sgi, group)
                         : gicr_sgi_from_secure(sgi, group);
}

void gicr_receive_sgi(gicr *r, const gic_msg *msg)
{
    uint32_t bit = gic_bit(msg->intid);
    if (msg->intid > GIC_INTID_SGI_LAST ||
        !gicr_sgi_permitted(r, msg->intid, gic_sgi_unpack(msg->arg)))
        return;
    if (GIC_FAULT("S-05") && r->arch.phase == GICR_ASLEEP)
        return;
    if (GIC_FAULT("S-03") && (r->arch.word[0].latch & bit)) {
        r->arch.word[0].latch &= ~bit;
        return;
    }
    if (r->v2)
        gicr_sgi_from_source(r, msg->intid, gic_sgi_unpack(msg->arg).cluster & 7u);
    else
        gicr_latch(r, 0, bit, true);
}
