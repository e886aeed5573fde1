/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets an interrupt: affinities, 1-of-N, SGI fan-out. */
#include "gicd_state.h"

/* Index of the first entry of the affinity table that is not below @p affinity. */
static unsigned gicd_affinity_index(const gicd *d, uint32_t affinity)
{
    unsigned low = 0;
    unsigned high = d->config.pe_count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (d->derived.affinity[middle].affinity < affinity)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint16_t gicd_find_pe(const gicd *d, uint32_t affinity)
{
    unsigned i = gicd_affinity_index(d, affinity);
    if (i < d->config.pe_count && d->derived.affinity[i].affinity == affinity)
        return d->derived.affinity[i].pe;
    return GIC_PE_NONE;
}

/* An affinity that no PE has leads nowhere: the SPI stays pending (D-18, ID-D05). */
uint16_t gicd_route_of(const gicd *d, unsigned slot)
{
    uint16_t pe;
    if (d->claims)
        return GICD_NO_LIST; /* target lists: gicd_claim.c */
    if (d->word[slot / 32].one_of_n & gic_bit(slot))
        return d->pool;
    pe = gicd_find_pe(d, d->irouter[slot]);
    if (GIC_FAULT("D-18") && pe == GIC_PE_NONE)
        return 0;
    return pe == GIC_PE_NONE ? (uint16_t)GICD_NO_LIST : pe;
}

/* --- 1-of-N ---------------------------------------------------------------------------------- */

/* The PEs that hold an offer of @p level and can take another. */
static uint64_t *gicd_holders(const gicd *d, unsigned level)
{
    return d->derived.holders + (size_t)level * d->pe_words;
}

/* First PE of two sets whose priority mask does not hide @p urgency. */
static uint16_t gicd_first_pe(const gicd *d, const uint64_t *a, const uint64_t *b, unsigned urgency)
{
    unsigned i;
    for (i = 0; i < d->pe_words; i++) {
        uint64_t pes = a[i] & b[i];
        while (pes) {
            unsigned pe = i * 64u + gic_lowest_bit64(pes);
            uint8_t hint = d->pe[pe].mask_hint;
            if (hint == GIC_PRIORITY_IDLE || !gic_urgency_hidden(urgency, hint))
                return (uint16_t)pe;
            pes &= pes - 1;
        }
    }
    return GIC_PE_NONE;
}

/* An able PE that holds a less urgent interrupt: of the least urgent level, the first. */
static uint16_t gicd_first_displaceable(const gicd *d, unsigned urgency, gic_group group)
{
    const gicd_routing *r = &d->derived.routing;
    unsigned level = d->levels;
    while (level-- > gicd_level(d, urgency) + 1u) {
        uint16_t pe;
        if (!(r->holding[level / 64] >> (level % 64) & 1u))
            continue;
        pe = gicd_first_pe(d, gicd_holders(d, level), r->able[group], urgency);
        if (pe != GIC_PE_NONE)
            return pe;
    }
    return GIC_PE_NONE;
}

bool gicd_any_able(const gicd *d, gic_group group)
{
    uint64_t any = 0;
    unsigned i;
    for (i = 0; i < d->pe_words; i++)
        any |= d->derived.routing.able[group][i];
    return any != 0;
}

/* The choice among PEs is IMPLEMENTATION DEFINED (ID-D06): an idle one, then the one that holds the
   least urgent interrupt; with E1NWF and no able PE awake, one that is asleep; the lowest number of
   equal ones. */
uint16_t gicd_pick_1ofn(const gicd *d, unsigned urgency, gic_group group)
{
    const gicd_routing *r = &d->derived.routing;
    uint16_t pe = gicd_first_pe(d, r->able[group], r->idle, urgency);
    if (pe == GIC_PE_NONE)
        pe = gicd_first_displaceable(d, urgency, group);
    if (pe == GIC_PE_NONE && d->arch->e1nwf && !gicd_any_able(d, group))
        pe = gicd_first_pe(d, r->asleep[group], r->idle, urgency);
    return pe;
}

static void gicd_put_pe(uint64_t *set, unsigned pe, bool in)
{
    uint64_t bit = UINT64_C(1) << (pe % 64);
    if (in)
        set[pe / 64] |= bit;
    else
        set[pe / 64] &= ~bit;
}

void gicd_note_state(gicd *d, unsigned pe)
{
    const gicd_pe *p = &d->pe[pe];
    gicd_routing *r = &d->derived.routing;
    unsigned g;
    for (g = 0; g < GIC_GROUP_COUNT; g++) {
        gic_group_set bit = gic_group_bit((gic_group)g);
        bool excluded = (p->dpg & bit) != 0;
        gicd_put_pe(r->able[g], pe, p->awake && (p->enabled & bit) && !excluded);
        gicd_put_pe(r->asleep[g], pe, !p->awake && !excluded);
    }
}

static void gicd_note_held(gicd *d, unsigned pe, unsigned level)
{
    gicd_routing *r = &d->derived.routing;
    unsigned old = d->derived.held[pe];
    uint64_t *set;
    unsigned i;

    if (old == level)
        return;
    if (old != GICD_NO_LIST) {
        uint64_t any = 0;
        set = gicd_holders(d, old);
        gicd_put_pe(set, pe, false);
        for (i = 0; i < d->pe_words; i++)
            any |= set[i];
        if (!any)
            r->holding[old / 64] &= ~(UINT64_C(1) << (old % 64));
    }
    if (level != GICD_NO_LIST) {
        gicd_put_pe(gicd_holders(d, level), pe, true);
        r->holding[level / 64] |= UINT64_C(1) << (level % 64);
    }
    d->derived.held[pe] = (uint16_t)level;
}

static void gicd_note_offers_now(gicd *d, unsigned pe)
{
    const gicd_pe *p = &d->pe[pe];
    const gicd_offer *held = p->offers ? &p->offer[p->offers - 1u] : NULL;
    bool stays = held && !(d->word[held->slot / 32].recalled & gic_bit(held->slot));
    bool credit = p->offers < GIC_CREDIT_OFFER;

    gicd_put_pe(d->derived.routing.idle, pe, credit && !stays);
    gicd_note_held(d, pe, credit && stays ? gicd_level(d, held->urgency) : (unsigned)GICD_NO_LIST);
}

/* Only 1-of-N asks for who holds what: each change costs a mark, and the work once when it asks. */
void gicd_settle_routing(gicd *d)
{
    gicd_routing *r = &d->derived.routing;
    while (r->stale_words) {
        unsigned i = gic_lowest_bit(r->stale_words);
        unsigned pe = i * 64u + gic_lowest_bit64(r->stale[i]);
        r->stale[i] &= r->stale[i] - 1;
        if (r->stale[i] == 0)
            r->stale_words &= (uint8_t) ~(1u << i);
        gicd_note_offers_now(d, pe);
    }
}

/* --- SGIs ------------------------------------------------------------------------------------ */

static void gicd_sgi_send(gicd *d, uint16_t to, uint16_t except, uint32_t intid, gic_sgi sgi)
{
    gic_out *out = gic_outbox_next(&d->outbox, GIC_PORT_GICR, to);
    if (!out)
        return;
    sgi.target_list = 0;
    out->except = except;
    out->msg.kind = GIC_MSG_SGI;
    out->msg.intid = intid;
    out->msg.arg = gic_sgi_pack(sgi);
}

/* Targets are Aff3.Aff2.Aff1.(16 * RS + bit); bits that name no PE are ignored (S-01). */
static void gicd_sgi_list(gicd *d, uint16_t from, uint32_t intid, gic_sgi sgi)
{
    uint32_t range = GIC_FAULT("S-01") ? 0 : sgi.range;
    uint32_t base = sgi.cluster << 8 | range << 4;
    uint32_t left = GIC_FAULT("peer-Renode-2") ? sgi.target_list & 0x1Fu : sgi.target_list;
    unsigned i;

    for (i = gicd_affinity_index(d, base); i < d->config.pe_count; i++) {
        const gicd_affinity *entry = &d->derived.affinity[i];
        if (entry->affinity - base > 15u)
            break;
        if (!(left & gic_bit(entry->affinity - base)))
            continue;
        left &= ~gic_bit(entry->affinity - base);
        gicd_sgi_send(d, entry->pe, GIC_PE_NONE, intid, sgi);
    }
    if (left)
        gic_report(&d->outbox, GIC_EV_BAD_SGI_TARGET, from, intid, gic_sgi_pack(sgi));
}

void gicd_sgi_request(gicd *d, uint16_t from, const gic_msg *msg)
{
    gic_sgi sgi = gic_sgi_unpack(msg->arg);
    gic_msg ack = {0};

    if (sgi.all_but_self)
        gicd_sgi_send(d, GIC_PE_ALL, GIC_FAULT("S-02") ? (uint16_t)GIC_PE_NONE : from, msg->intid,
                      sgi);
    else
        gicd_sgi_list(d, from, msg->intid, sgi);
    ack.kind = GIC_MSG_SGI_REQUEST_ACK;
    ack.intid = msg->intid;
    gic_send(&d->outbox, GIC_PORT_GICR, from, ack);
}

/* --- SGIs of a GICv2 ------------------------------------------------------------------------- */

/* GICD_SGIR.TargetListFilter. */
enum { SGIR_LIST, SGIR_OTHERS, SGIR_SELF };

/* Who is asked to take it; the group at each of them decides the rest (gicr_pend.c). */
static unsigned gicd_sgir_targets(const gicd *d, unsigned pe, uint64_t value)
{
    unsigned all = (1u << d->pool) - 1u;
    switch (GIC_GET(GICD_SGIR, TargetListFilter, value)) {
    case SGIR_LIST:
        return (unsigned)GIC_GET(GICD_SGIR, CPUTargetList, value) & all;
    case SGIR_OTHERS:
        return GIC_FAULT("L-04") ? all : all & ~(1u << pe);
    case SGIR_SELF:
        return 1u << pe;
    default:
        return 0;
    }
}

/* NSATT chooses a group in Secure writes with two Security states and is ignored otherwise (L-05):
   a Non-secure SGI1R reaches Group 1, and what GICD_NSACR0 opens; with one state it reaches all. */
static gic_sgi_source gicd_sgir_source(const gicd *d, const gic_access *access, uint64_t value)
{
    if (d->arch->ds || !access->secure)
        return GIC_SGI_SGI1R;
    if (GIC_FAULT("L-05"))
        return GIC_SGI_SGI0R;
    return GIC_GET(GICD_SGIR, NSATT, value) ? GIC_SGI_ASGI1R : GIC_SGI_SGI0R;
}

gic_status gicd_write_sgir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    uint32_t intid = (uint32_t)GIC_GET(GICD_SGIR, INTID, value);
    unsigned targets = gicd_sgir_targets(d, a->access->pe, value);
    gic_sgi sgi = {0};

    sgi.source = (uint8_t)gicd_sgir_source(d, a->access, value);
    sgi.nonsecure = !a->access->secure;
    sgi.target_list = (uint16_t)targets; /* in the events: PEs, as Aff0 of cluster 0 */
    if (GIC_GET(GICD_SGIR, TargetListFilter, value) == SGIR_LIST &&
        GIC_GET(GICD_SGIR, CPUTargetList, value) != targets)
        gic_report(&d->outbox, GIC_EV_BAD_SGI_TARGET, a->access->pe, intid, gic_sgi_pack(sgi));
    gic_report(&d->outbox, GIC_EV_SGI_GENERATED, a->access->pe, intid, gic_sgi_pack(sgi));
    sgi.cluster = a->access->pe;
    while (targets) {
        gicd_sgi_send(d, (uint16_t)gic_lowest_bit(targets), GIC_PE_NONE, intid, sgi);
        targets &= targets - 1;
    }
    return GIC_OK;
}
