/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Distributor from inside; not an interface.
 *
 * A shared interrupt is a slot: SPIs first (slot 0 is INTID 32), then extended SPIs, in words of
 * 32, so that slots are in the order of INTIDs. There are at most 63 words, hence one 64-bit
 * summary.
 *
 * Two structs: `gicd_arch` with what follows it in memory is what the architecture and the
 * conversation with the Redistributors know, and is saved; `gicd_derived` is rebuilt from it.
 *
 * Finding the next interrupt takes constant time. Every slot that could be offered is a bit in one
 * of the candidate lists: one list a PE, and the pool for 1-of-N. A list has a summary of non-empty
 * words and, per group, a set of priority levels that may be non-empty (a level that turns out to
 * be empty is struck out by the search that finds it so). One global map per level and per group
 * says which slots have it. The answer is the first bit of list & level & groups at the best level.
 * Memory per PE: 63 words, a summary, three level sets, two offers: under 400 bytes at most, and
 * half as much again with NMIs, which have levels of their own.
 */
#ifndef GICD_STATE_H
#define GICD_STATE_H

#include "gic/event.h"
#include "gic/fields.h"
#include "gic/gicd.h"
#include "gic_bits.h"

enum {
#define GIC_FIELD GIC_FIELD_CONSTANTS
#include "gicd_fields.def"
#undef GIC_FIELD
    GICD_FIELDS_END
};

enum {
    GICD_WORDS_MAX = 63,
    GICD_NO_SLOT = 0xFFFF,
    GICD_NO_LIST = 0xFFFF,
    GICD_PE_WORDS = GIC_MAX_PES / 64,
    GICD_LEVELS_MAX = 512,
    GICD_OUTBOX = 256,        /* entries */
    GICD_OUTBOX_RESERVE = 16, /* room that one unit of work may need */
    GICD_UNITS_MAX = 128      /* units of work of one activation, whatever is configured */
};

/* State of 32 interrupts, a bit each: one cache line. */
typedef struct gicd_word {
    uint32_t group;
    uint32_t grpmod;
    uint32_t enable;
    uint32_t latch;   /* edge seen, or ISPENDR */
    uint32_t level;   /* the wire */
    uint32_t message; /* level of a message-based SPI: SETSPI without CLRSPI (D-13) */
    uint32_t active;
    uint32_t edge;
    uint32_t nsacr_low;
    uint32_t nsacr_high;
    uint32_t one_of_n;
    uint32_t offered;       /* with a Redistributor, or on the way */
    uint32_t recalled;      /* a Recall was sent, the answer is outstanding */
    uint32_t recall_wanted; /* to be recalled when work is done */
    uint32_t rwp;           /* the answer ends a wait for RWP */
    uint32_t instance;      /* an instance has begun (PENDING) and is not taken yet: events only */
} gicd_word;

GIC_STATIC_ASSERT(sizeof(gicd_word) == 64, "32 interrupts share one cache line");

/* An Offer that is not answered. */
typedef struct gicd_offer {
    uint16_t slot;
    uint16_t urgency : 9; /* as gicd_slot.urgency was */
    uint16_t group : 4;
    uint16_t one_of_n : 1;
    uint16_t recalled : 2; /* with claims: a Recall was sent */
} gicd_offer;

/* What the Distributor knows of a PE; offers oldest first, the last one is held there. */
typedef struct gicd_pe {
    gicd_offer offer[GIC_CREDIT_OFFER];
    uint8_t offers;
    gic_group_set enabled;
    gic_group_set dpg;
    uint8_t mask_hint;
    bool awake;
    uint8_t reserved[3];
} gicd_pe;

/* What a saved state must agree in. */
typedef struct gicd_shape {
    uint16_t pe_count;
    uint16_t spi_count;
    uint16_t espi_count;
    uint8_t priority_bits;
    uint8_t security; /* two states | ds_writable << 1 | gicv2 << 2 | nmi << 3 */
} gicd_shape;

/* Architectural state; words, priorities, routes and PEs follow in memory. */
typedef struct gicd_arch {
    gicd_shape shape;
    gic_group_set enabled;   /* GICD_CTLR */
    gic_group_set announced; /* what the Redistributors were told last */
    bool ds;
    bool e1nwf;
    uint16_t acks;       /* GROUP_ENABLES_ACKs outstanding */
    bool announce;       /* to be announced again when they are in */
    bool announce_rwp;   /* and RWP waits for that */
    bool rwp;            /* RWP waits for the acks outstanding */
    bool pool_dirty;     /* the 1-of-N pool is to be looked at */
    uint8_t dirty_words; /* words of `dirty` with marks */
    uint8_t reserved[3];
    uint64_t rwp_words;            /* words with rwp bits */
    uint64_t recall_words;         /* words with recall_wanted bits */
    uint64_t dirty[GICD_PE_WORDS]; /* PEs whose best candidate is to be looked at */
} gicd_arch;

/* Derived per word. */
typedef struct gicd_view {
    uint32_t implemented;
    uint32_t group[GIC_GROUP_COUNT]; /* implemented interrupts of each group */
} gicd_view;

/* Derived per slot: together, since they are looked at together. */
typedef struct gicd_slot {
    uint16_t listed;  /* list it is a candidate in, or GICD_NO_LIST */
    uint16_t owner;   /* PE it is offered to */
    uint16_t route;   /* PE, pool, or GICD_NO_LIST when it leads nowhere */
    uint16_t urgency; /* gic_urgency(): by IPRIORITYR, or of an NMI */
    /* With claims the first three name nothing, and these are sets of PEs (gicd_claim.c). */
    uint8_t wanted;  /* lists that it is a candidate in */
    uint8_t claimed; /* PEs that it is offered to */
} gicd_slot;

/* Sets of PEs that 1-of-N routing goes by. */
typedef struct gicd_routing {
    uint64_t able[GIC_GROUP_COUNT][GICD_PE_WORDS];   /* awake, group enabled, DPG clear */
    uint64_t asleep[GIC_GROUP_COUNT][GICD_PE_WORDS]; /* asleep, DPG clear */
    uint64_t idle[GICD_PE_WORDS];                    /* holding nothing that stays */
    uint64_t holding[GICD_LEVELS_MAX / 64];          /* levels with a PE in holders */
    uint64_t stale[GICD_PE_WORDS];                   /* PEs whose offers changed since */
    uint8_t stale_words;
} gicd_routing;

typedef struct gicd_affinity {
    uint32_t affinity;
    uint16_t pe;
    uint16_t reserved;
} gicd_affinity;

/* Derived state: pointers into the kernel's block. */
typedef struct gicd_derived {
    gicd_view *view;
    uint64_t *list_words;    /* per list: summary */
    uint32_t *list;          /* per list: candidate words */
    uint32_t *list_levels;   /* per list and group: levels that may be non-empty */
    uint64_t *level_words;   /* per level: summary */
    uint32_t *level;         /* per level: words of slots with that priority */
    uint64_t *holders;       /* per level: PEs whose held offer has it and can be displaced */
    gicd_slot *slot;         /* per slot */
    uint16_t *held;          /* per PE: level in holders, or GICD_NO_LIST */
    gicd_affinity *affinity; /* ascending */
    gicd_routing routing;
    uint64_t waiting[GICD_PE_WORDS]; /* PEs for which something more urgent may wait for credit */
} gicd_derived;

typedef void gicd_receive_fn(gicd *d, uint16_t from, const gic_msg *msg);

struct gicd {
    gic_outbox outbox;
    gicd_receive_fn *const *receivers; /* by kind of message */
    gicd_arch *arch;
    gicd_word *word;
    uint32_t *inmir;   /* per word: INMIR; counts for Group 1 only (N-08) */
    uint8_t *priority; /* per slot: IPRIORITYR */
    uint32_t *irouter; /* per slot: Aff3.Aff2.Aff1.Aff0 as written; GICv2: target list */
    gicd_pe *pe;
    size_t saved_bytes; /* from arch on */
    gicd_derived derived;
    gic_config config; /* without the affinity table */
    uint16_t words;
    uint16_t spi_words;
    uint16_t pool; /* list number of the 1-of-N pool: pe_count */
    uint16_t pe_words;
    uint16_t levels;
    uint8_t level_shift; /* bits of an urgency below one level */
    uint8_t level_nmi;   /* 1: NMIs have levels of their own, before those of their priorities */
    uint8_t level_sets;  /* 32-bit words of a set of levels */
    bool claims;         /* GICv2: SPIs are offered to each of their targets */
    uint32_t typer;
    gic_frame frame;
    uint8_t frame_index[GICD_FRAME_SIZE / GIC_FRAME_GRANULE];
};

/* --- slots ----------------------------------------------------------------------------------- */

static inline unsigned gicd_word_of(const gicd *d, uint32_t intid)
{
    uint32_t spi = intid - GIC_INTID_SPI_FIRST;
    uint32_t espi = intid - GIC_INTID_ESPI_FIRST;

    if (GIC_FAULT("D-01") && intid < GIC_INTID_SPI_FIRST)
        return 0;
    if (GIC_FAULT("M-05") && spi / 32 == d->spi_words && d->words > d->spi_words)
        return d->spi_words;
    if (spi / 32 < d->spi_words)
        return spi / 32;
    if (GIC_FAULT("D-16") && espi / 32 < d->words)
        return espi / 32;
    if (espi / 32 < (uint32_t)(d->words - d->spi_words))
        return d->spi_words + espi / 32;
    return GICD_WORDS_MAX;
}

static inline unsigned gicd_slot_of(const gicd *d, uint32_t intid)
{
    unsigned w = gicd_word_of(d, intid);
    if (w == GICD_WORDS_MAX || !(d->derived.view[w].implemented & gic_bit(intid)))
        return GICD_NO_SLOT;
    return w * 32u + (intid & 31u);
}

static inline uint32_t gicd_intid(const gicd *d, unsigned slot)
{
    unsigned spis = d->spi_words * 32u;
    return slot < spis ? GIC_INTID_SPI_FIRST + slot : GIC_INTID_ESPI_FIRST + (slot - spis);
}

/* Line level and pending latch are two bits; a level counts while level-sensitive (D-05). */
static inline uint32_t gicd_pending(const gicd_word *word)
{
    return word->latch | (~word->edge & (word->level | word->message));
}

/* What keeps an interrupt from being offered although it pends: it is active (P-19). */
static inline uint32_t gicd_blocked(const gicd_word *word)
{
    return GIC_FAULT("P-19") ? 0 : word->active;
}

static inline gic_group gicd_group(const gicd *d, unsigned slot)
{
    const gicd_view *view = &d->derived.view[slot / 32];
    uint32_t bit = gic_bit(slot);
    if (view->group[GIC_GROUP_1NS] & bit)
        return GIC_GROUP_1NS;
    return view->group[GIC_GROUP_1S] & bit ? GIC_GROUP_1S : GIC_GROUP_0;
}

static inline unsigned gicd_level(const gicd *d, unsigned urgency)
{
    return urgency >> d->level_shift << d->level_nmi | (urgency & d->level_nmi);
}

/* INMIR of word @p w where it counts (N-08). */
static inline uint32_t gicd_nmis(const gicd *d, unsigned w)
{
    return d->inmir[w] & ~d->derived.view[w].group[GIC_GROUP_0];
}

static inline uint32_t *gicd_level_set(const gicd *d, unsigned list, gic_group group)
{
    return &d->derived.list_levels[(list * GIC_GROUP_COUNT + (unsigned)group) * d->level_sets];
}

static inline void gicd_mark_pe(gicd *d, unsigned pe)
{
    d->arch->dirty[pe / 64] |= UINT64_C(1) << (pe % 64);
    d->arch->dirty_words |= (uint8_t)(1u << (pe / 64));
}

/* Look at a list that may now have something for somebody; an empty one has nothing. */
static inline void gicd_mark_list(gicd *d, unsigned list)
{
    if (d->derived.list_words[list] == 0)
        return;
    if (list == d->pool)
        d->arch->pool_dirty = true;
    else
        gicd_mark_pe(d, list);
}

static inline bool gicd_marked(const gicd *d)
{
    return (d->arch->recall_words | d->arch->dirty_words | d->arch->pool_dirty) != 0;
}

/* The list in which @p slot has to be: pending, enabled, not active, with no Redistributor, and
   routed somewhere. Whether its group is enabled is asked by the search. */
static inline unsigned gicd_list_for(const gicd *d, unsigned slot)
{
    const gicd_word *word = &d->word[slot / 32];
    uint32_t ready = gicd_pending(word) & word->enable & ~gicd_blocked(word) & ~word->offered;
    return ready & gic_bit(slot) ? d->derived.slot[slot].route : (unsigned)GICD_NO_LIST;
}

/* --- gicd_list.c: candidate lists and the search --------------------------------------------- */

/* Whether @p slot displaces what PE @p p holds; what is recalled is as good as gone. */
static inline bool gicd_displaces(const gicd *d, const gicd_pe *p, unsigned slot)
{
    const gicd_offer *held;
    if (p->offers == 0)
        return true;
    held = &p->offer[p->offers - 1u];
    return (d->word[held->slot / 32].recalled & gic_bit(held->slot)) ||
           gic_more_urgent(d->derived.slot[slot].urgency, slot, held->urgency, held->slot);
}

/* Put @p slot into the list it belongs to by the architectural state, and want a Recall of it when
   it is offered in a way that no longer holds. */
void gicd_refresh(gicd *d, unsigned slot);
/* @p slot joins, or leaves, the candidates of @p list. */
void gicd_list_put(gicd *d, unsigned slot, unsigned list);
void gicd_list_drop(gicd *d, unsigned slot, unsigned list);
/* Level and group of @p slot, a candidate of @p list, have changed. */
void gicd_list_changed(gicd *d, unsigned slot, unsigned list);
/* gicd_refresh() for the slots @p bits of word @p w. */
static inline void gicd_refresh_bits(gicd *d, unsigned w, uint32_t bits)
{
    while (bits) {
        gicd_refresh(d, w * 32u + gic_lowest_bit(bits));
        bits &= bits - 1;
    }
}
/* @p slot is a candidate no more, since it is being offered. */
void gicd_unlist(gicd *d, unsigned slot);
/* Priority of @p slot becomes @p priority. */
void gicd_set_priority(gicd *d, unsigned slot, uint8_t priority);
/* INMIR, the group or DS have changed for the slots @p bits of word @p w: urgency follows. */
void gicd_refresh_urgency(gicd *d, unsigned w, uint32_t bits);
/* Groups of word @p w follow IGROUPR, IGRPMODR and DS; slots whose group changed. */
uint32_t gicd_regroup(gicd *d, unsigned w);
/* The groups of the slots @p changed of word @p w are new: lists and offers follow. */
void gicd_regrouped(gicd *d, unsigned w, uint32_t changed);
/* gicd_regroup() and gicd_regrouped(). */
void gicd_refresh_group(gicd *d, unsigned w);
/* Most urgent candidate of a list among @p groups, or GICD_NO_SLOT. */
unsigned gicd_best(gicd *d, unsigned list, gic_group_set groups);
/* Rebuild everything derived. */
void gicd_rebuild(gicd *d);

/* --- gicd_route.c: who gets it --------------------------------------------------------------- */

/* PE with @p affinity, or GIC_PE_NONE. */
uint16_t gicd_find_pe(const gicd *d, uint32_t affinity);
/* Route of @p slot by IROUTER: PE, pool or GICD_NO_LIST. */
uint16_t gicd_route_of(const gicd *d, unsigned slot);
/* The PE that a 1-of-N interrupt goes to now, or GIC_PE_NONE: the central decision (D-12). */
uint16_t gicd_pick_1ofn(const gicd *d, unsigned urgency, gic_group group);
/* Whether a PE that is awake can be picked for 1-of-N of @p group, now or when it has room. */
bool gicd_any_able(const gicd *d, gic_group group);
/* Groups of which PE @p pe may be offered directed SPIs. */
static inline gic_group_set gicd_groups_at(const gicd *d, unsigned pe)
{
    gic_group_set groups = d->arch->enabled & d->arch->announced;
    /* Awake, a group that the CPU interface has disabled is not offered (P-23). Asleep, it is:
       the Redistributor holds it and asks for the PE to be woken. */
    if (d->pe[pe].awake)
        groups &= d->pe[pe].enabled;
    if (GIC_FAULT("R-13"))
        groups &= (gic_group_set)~d->pe[pe].dpg;
    return groups;
}
/* The sets of PEs follow d->pe[pe]: its state at once; its offers when they are asked for. */
void gicd_note_state(gicd *d, unsigned pe);
static inline void gicd_note_offers(gicd *d, unsigned pe)
{
    d->derived.routing.stale[pe / 64] |= UINT64_C(1) << (pe % 64);
    d->derived.routing.stale_words |= (uint8_t)(1u << (pe / 64));
}
/* Bring the sets up to date, before gicd_pick_1ofn(). */
void gicd_settle_routing(gicd *d);
/* SGI fan-out: GIC_MSG_SGI_REQUEST of PE @p from. */
void gicd_sgi_request(gicd *d, uint16_t from, const gic_msg *msg);

/* --- gicd_offer.c: the conversation with the Redistributors ---------------------------------- */

/* The offer of @p slot at its owner. */
static inline gicd_offer *gicd_offer_of(const gicd *d, unsigned slot)
{
    gicd_pe *p = &d->pe[d->derived.slot[slot].owner];
    return p->offer[0].slot == slot ? &p->offer[0] : &p->offer[1];
}
/* Who handles what the Redistributors say: with ownership, or with claims. */
gicd_receive_fn *const *gicd_receivers(const gicd *d);
/* The offer of @p slot to PE @p pe, or NULL. */
gicd_offer *gicd_find_offer(const gicd *d, unsigned pe, unsigned slot);
/* Note and send an offer of @p slot to PE @p pe. */
void gicd_offer_send(gicd *d, unsigned pe, unsigned slot, bool one_of_n);
/* Forget @p offer of PE @p pe, which has been answered. */
void gicd_forget_offer(gicd *d, unsigned pe, const gicd_offer *offer);
/* The slot's Recall is wanted; wanted no more. */
void gicd_mark_recall(gicd *d, unsigned slot);
/* gicd_refresh() of the only slot that an activation has changed, at its end: what can be offered
   is, without a detour by the list. */
void gicd_refresh_alone(gicd *d, unsigned slot);
/* Whether an offer still says what the state says. */
bool gicd_offer_stands(const gicd *d, unsigned slot);
/* Whether pending, enabling, priority and group still say what @p offer of @p slot says. */
bool gicd_offer_current(const gicd *d, unsigned slot, const gicd_offer *offer);
/* A message to the Redistributor of PE @p pe. */
static inline gic_msg *gicd_tell(gicd *d, unsigned pe, gic_msg_kind kind, uint32_t intid)
{
    return gic_send_kind(&d->outbox, GIC_PORT_GICR, (uint16_t)pe, kind, intid);
}
/* Do units of work: recalls, offers to PEs marked, offers from the pool. */
void gicd_work(gicd *d);
static inline void gicd_run(gicd *d)
{
    if (gicd_marked(d))
        gicd_work(d);
    else /* what was left over may have been answered meanwhile */
        d->outbox.more = false;
}
/* Tell the Redistributors of GICD_CTLR; @p rwp: RWP waits for their answers. */
void gicd_announce(gicd *d, bool rwp);
/* Recall what sleeping PEs hold of 1-of-N, where it may not stay; @p rwp: RWP waits for it. */
void gicd_refresh_sleepers(gicd *d, bool rwp);
/* RWP waits for the offers among the slots @p bits of word @p w to be answered. */
void gicd_wait_for(gicd *d, unsigned w, uint32_t bits);
/* GICD_CTLR.RWP. */
bool gicd_rwp(const gicd *d);

/* --- gicd_claim.c: claims instead of ownership (GICv2) --------------------------------------- */

/* gicd_refresh(), gicd_list_changed() for the lists it is in, what gicd_rebuild() leaves out. */
void gicd_claim_refresh(gicd *d, unsigned slot);
void gicd_claim_changed(gicd *d, unsigned slot);
void gicd_claim_rebuild(gicd *d);
/* A unit of work: what is in the list of PE @p pe is offered to it; recalls of @p slot. */
void gicd_claim_offer(gicd *d, unsigned pe, unsigned slot);
void gicd_claim_recall(gicd *d, unsigned slot);
/* Answers of the Redistributors. */
gicd_receive_fn gicd_claim_taken, gicd_claim_returned;

/* --- gicd_pend.c: pending and active --------------------------------------------------------- */

/* Pending of word @p w was @p before: events, candidates. */
void gicd_pending_changed(gicd *d, unsigned w, uint32_t before);
/* Latch the slots @p bits of word @p w; @p edges: they arrived as edges and may merge. */
void gicd_latch(gicd *d, unsigned w, uint32_t bits, bool edges);
/* The slots @p bits of word @p w are not active any more. */
void gicd_deactivate(gicd *d, unsigned w, uint32_t bits);
/* PE @p pe has acknowledged @p slot. */
void gicd_activate(gicd *d, unsigned slot);

/* --- gicd_regs.c ----------------------------------------------------------------------------- */

/* GICD_CTLR: gicd_ctlr.c. */
gic_reg_read_fn gicd_ctlr_read;
gic_reg_write_fn gicd_ctlr_write;
/* GICD_SGIR of a GICv2: gicd_route.c. */
gic_reg_write_fn gicd_write_sgir;
/* Rows of the frame. */
const gic_reg_row *gicd_rows(const gicd *d, unsigned *count);

#endif
