/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Redistributor from inside; not an interface.
 *
 * Private interrupts are in up to three words: INTIDs 0 to 31, then extended PPIs from 1056. With
 * at most 96 of them the most urgent is found by looking at those that are ready. SPIs come and go
 * as offers of the Distributor.
 */
#ifndef GICR_STATE_H
#define GICR_STATE_H

#include "gic/event.h"
#include "gic/fields.h"
#include "gic/gicr.h"
#include "gic/pe.h"
#include "gic_bits.h"

enum {
#define GIC_FIELD GIC_FIELD_CONSTANTS
#include "gicr_fields.def"
#undef GIC_FIELD
    GICR_FIELDS_END
};

enum {
    GICR_WORDS_MAX = 3,
    GICR_SLOTS_MAX = 96,
    GICR_NO_SLOT = 0xFF,
    GICR_NO_INTID = GIC_INTID_SPURIOUS,
    GICR_OUTBOX = 112, /* entries: 64 events at most for 32 bits of a register, and the messages */
    GICR_SGIS = 0xFFFF
};

/* State of 32 private interrupts, a bit each. */
typedef struct gicr_word {
    uint32_t group;
    uint32_t grpmod;
    uint32_t enable;
    uint32_t latch;
    uint32_t level;
    uint32_t active;
    uint32_t edge;
    uint32_t instance; /* an instance has begun and is not acknowledged yet: events only */
} gicr_word;

/* What is said of one interrupt that is with the CPU interface, or offered by the Distributor. */
typedef struct gicr_entry {
    uint32_t intid;
    uint8_t priority;
    uint8_t group;
    uint8_t flags;
    uint8_t nmi; /* 0 or 1 */
} gicr_entry;

/* Flags of an entry. */
enum {
    GICR_CLEARING = 1, /* presented: a Clear was sent */
    GICR_RWP = 2,      /* its answer ends a wait for RWP */
    GICR_RETURN = 4,   /* offered: to be given back */
    GICR_1OFN = 8      /* offered: 1-of-N */
};

/* Entries oldest first; the last one is what the receiver holds. */
typedef struct gicr_entries {
    gicr_entry entry[2];
    uint32_t count;
} gicr_entries;

GIC_STATIC_ASSERT(GIC_CREDIT_SET == 2 && GIC_CREDIT_OFFER == 2, "one held, one displacing it");

/* The PE's sleep as the Redistributor goes through it. */
typedef enum gicr_phase {
    GICR_ASLEEP, /* ChildrenAsleep is 1 */
    GICR_WAKING, /* DownstreamControl is under way */
    GICR_AWAKE,
    GICR_FALLING /* Quiesce or the Distributor's PEState is under way */
} gicr_phase;

typedef struct gicr_shape {
    uint16_t pe;
    uint16_t pe_count;
    uint8_t eppi_count;
    uint8_t priority_bits;
    uint8_t security; /* two states | ds_writable << 1 | gicv2 << 2 | nmi << 3 */
    uint8_t dpg;
    uint8_t lpi_bits;
    uint8_t its_count;
    uint16_t lpi_cache; /* zero without LPIs, as the next one */
    uint16_t lpi_property_cache;
} gicr_shape;

/* Architectural state and the conversation; saved as it is. */
typedef struct gicr_arch {
    gicr_shape shape;
    gicr_word word[GICR_WORDS_MAX];
    uint32_t inmir[GICR_WORDS_MAX]; /* counts for Group 1 only (N-08) */
    uint8_t priority[GICR_SLOTS_MAX];
    uint32_t nsacr;
    uint32_t upstream;      /* answers of the Distributor to this PE's acts outstanding: UWP */
    gicr_entries presented; /* Sets not answered */
    gicr_entries offers;    /* Offers not answered */
    uint64_t routing_sent;  /* last PEState, packed */
    gic_group_set gicd_groups;
    gic_group_set cpu_groups; /* ICC_IGRPEN, by UpstreamControl */
    gic_group_set dpg;
    uint8_t mask_hint;
    uint8_t phase; /* gicr_phase */
    bool ds;
    bool processor_sleep;
    bool quiesced;          /* falling: the CPU interface has answered */
    bool clear_open;        /* a Clear is not answered */
    bool control_open;      /* a DownstreamControl is not answered */
    bool control_again;     /* and is stale */
    bool routing_open;      /* a PEState is not answered */
    bool routing_rwp;       /* RWP waits for it (DPG) */
    bool announced;         /* GROUP_ENABLES_ACK is owed */
    bool wake;              /* level of the wake request line */
    bool last;              /* GICR_TYPER.Last */
    bool inactive;          /* cpu_active is low: no 1-of-N */
    uint8_t sgi_source[16]; /* GICv2: PEs that an SGI is pending from; the latch is set if any */
} gicr_arch;

/* What an activation asks of the LPIs, if there are any (gicr_lpi.h). */
typedef struct gicr_lpi_face {
    bool work;      /* something can be done without waiting for anybody */
    uint32_t count; /* pending LPIs in the cache that are not presented */
} gicr_lpi_face;

typedef struct gicr_lpi gicr_lpi;

struct gicr {
    /* What messages touch comes first, and together. */
    gic_outbox outbox;
    gicr_lpi_face *face; /* of `lpi`; never NULL */
    gicr_lpi *lpi;       /* NULL: no LPIs */
    gicr_arch arch;
    uint16_t pe;
    uint8_t words;
    bool v2;             /* the Redistributor's part of a GICv2 */
    uint32_t intid_mask; /* what is the INTID of what the CPU interface gets (gicr_wire()) */
    gic_out entries[GICR_OUTBOX];
    gic_config config; /* without the affinity table */
    uint32_t affinity;
    gic_frame frame;
    uint8_t frame_index[GICR_FRAME_SIZE / GIC_FRAME_GRANULE];
    gicr_lpi_face no_face; /* without LPIs */
};

/* --- slots ----------------------------------------------------------------------------------- */

static inline unsigned gicr_slot_of(const gicr *r, uint32_t intid)
{
    uint32_t extended = intid - GIC_INTID_EPPI_FIRST;
    if (intid < 32)
        return intid;
    if (extended < r->config.eppi_count)
        return 32u + extended;
    if (GIC_FAULT("M-02") && extended < GIC_MAX_EPPIS)
        return 32u + extended;
    return GICR_NO_SLOT;
}

static inline uint32_t gicr_intid(unsigned slot)
{
    return slot < 32 ? slot : GIC_INTID_EPPI_FIRST + (slot - 32u);
}

/* What the CPU interface knows an interrupt by: its INTID, and of an SGI in a GICv2 also its
   source, the lowest, as GICC_IAR will say it (L-06). */
static inline uint32_t gicr_wire(const gicr *r, uint32_t intid)
{
    if (r->v2 && intid <= GIC_INTID_SGI_LAST && r->arch.sgi_source[intid])
        return intid | gic_lowest_bit(r->arch.sgi_source[intid]) << 10;
    return intid;
}

static inline uint32_t gicr_pending(const gicr_word *word)
{
    return word->latch | (~word->edge & word->level);
}

/* Private interrupts that could be presented but for their groups. */
static inline uint32_t gicr_ready(const gicr_word *word)
{
    return gicr_pending(word) & word->enable & ~word->active;
}

/* Whether any private interrupt could be presented, whatever its group. */
static inline bool gicr_any_ready(const gicr *r)
{
    uint32_t ready = gicr_ready(&r->arch.word[0]);
    unsigned w;
    for (w = 1; w < r->words; w++)
        ready |= gicr_ready(&r->arch.word[w]);
    return ready != 0;
}

/* Whether there is anything for gicr_present() to look at. */
static inline bool gicr_may_present(const gicr *r)
{
    return (r->arch.offers.count | r->arch.presented.count | r->face->count) != 0 ||
           gicr_any_ready(r);
}

static inline uint32_t gicr_group_word(const gicr *r, unsigned w, gic_group group)
{
    return gic_group_words(group, r->arch.ds, r->arch.word[w].group, r->arch.word[w].grpmod);
}

gic_group gicr_group(const gicr *r, unsigned slot);

/* Place of @p slot in the order of urgency: by IPRIORITYR, or of an NMI (N-06). */
static inline unsigned gicr_urgency(const gicr *r, unsigned slot, gic_group group)
{
    if (!(r->arch.inmir[slot / 32] & gic_bit(slot)) || group == GIC_GROUP_0)
        return gic_urgency(r->arch.priority[slot], false);
    if (GIC_FAULT("N-06b"))
        return gic_urgency(r->arch.priority[slot], true);
    return gic_urgency(gic_nmi_priority(group, r->arch.ds), true);
}

static inline unsigned gicr_entry_urgency(const gicr_entry *entry)
{
    return gic_urgency(entry->priority, entry->nmi != 0);
}

/* --- gicr_pend.c: pending and active of private interrupts ----------------------------------- */

void gicr_pending_changed(gicr *r, unsigned w, uint32_t before);
void gicr_latch(gicr *r, unsigned w, uint32_t bits, bool edges);
void gicr_deactivate(gicr *r, unsigned w, uint32_t bits);
/* @p wire is gicr_wire() of what was presented. */
void gicr_activate(gicr *r, unsigned slot, uint32_t wire);
/* GICv2: the SGI is pending from the PEs @p sources alone. */
void gicr_set_sources(gicr *r, unsigned sgi, unsigned sources);
/* A GIC_MSG_SGI has arrived (S-03, S-04, S-06). */
void gicr_receive_sgi(gicr *r, const gic_msg *msg);

/* --- gicr_present.c: what the CPU interface is presented with -------------------------------- */

/* What could be presented next. */
typedef struct gicr_choice {
    uint32_t intid; /* GICR_NO_INTID: nothing */
    uint16_t urgency;
    uint8_t group;
} gicr_choice;

/* The most urgent of the private interrupts and the offers not with the CPU interface: the central
   decision. */
gicr_choice gicr_choose(const gicr *r, gic_group_set groups);
/* Set, Clear, RWP. */
void gicr_present(gicr *r);
/* Whether everything presented still says what the state says. */
bool gicr_presented_stands(const gicr *r);
/* RWP waits for what is presented of the slots @p bits of word @p w. */
void gicr_wait_for(gicr *r, unsigned w, uint32_t bits);
void gicr_receive_activate(gicr *r, const gic_msg *msg);
void gicr_receive_release(gicr *r, const gic_msg *msg);

/* --- gicr_offer.c: the conversation with the Distributor ------------------------------------- */

void gicr_receive_offer(gicr *r, const gic_msg *msg);
void gicr_receive_recall(gicr *r, const gic_msg *msg);
void gicr_receive_group_enables(gicr *r, const gic_msg *msg);
void gicr_receive_pe_state_ack(gicr *r, const gic_msg *msg);
/* Mark the offers that this PE cannot keep. */
void gicr_sort_offers(gicr *r);
/* Give back what is marked and not with the CPU interface. */
void gicr_return_offers(gicr *r);
/* PEState, when it is stale and there is credit. */
void gicr_tell_routing(gicr *r);
/* Groups whose 1-of-N interrupts this PE does not take. */
static inline gic_group_set gicr_excluded(const gicr *r)
{
    return r->arch.inactive ? GIC_GROUPS_ALL : r->arch.dpg;
}

/* What the Distributor has to know of the PE, packed. */
static inline uint64_t gicr_routing(const gicr *r)
{
    gic_pe_routing routing;
    routing.enabled = r->arch.cpu_groups;
    routing.dpg = gicr_excluded(r);
    routing.mask_hint = r->arch.mask_hint;
    routing.awake = r->arch.phase == GICR_AWAKE;
    return gic_pe_routing_pack(routing);
}
static inline bool gicr_routing_stale(const gicr *r)
{
    return gicr_routing(r) != r->arch.routing_sent;
}
/* Whether the Distributor has not been told, or has not answered. */
bool gicr_routing_unsettled(const gicr *r);
/* GROUP_ENABLES_ACK when nothing of a disabled group is here any more. */
void gicr_answer_announcement(gicr *r);

/* --- gicr_sleep.c: WAKER --------------------------------------------------------------------- */

void gicr_sleep_step(gicr *r);
/* DownstreamControl with the current DS. */
void gicr_send_control(gicr *r);
void gicr_drive_wake(gicr *r);

/* --- gicr_lpi.c: LPIs ------------------------------------------------------------------------ */

size_t gicr_lpi_footprint(const gic_config *config);
/* In zeroed memory; NULL: no LPIs. */
gicr_lpi *gicr_lpi_init(void *memory, const gic_config *config);
gicr_lpi_face *gicr_lpi_get_face(gicr_lpi *l);
void gicr_lpi_reset(gicr_lpi *l);
/* Do what can be done, by the limit of work. */
void gicr_lpi_work(gicr *r);
/* The most urgent LPI that is not with the CPU interface. There are LPIs. */
gicr_choice gicr_lpi_choice(const gicr *r);
void gicr_lpi_presented(gicr *r, uint32_t intid);
bool gicr_lpi_stands(const gicr *r, const gicr_entry *entry);
void gicr_lpi_activated(gicr *r, uint32_t intid);
void gicr_lpi_released(gicr *r, uint32_t intid);
void gicr_lpi_ds_changed(gicr *r);
void gicr_lpi_explain(const gicr *r, gic_explanation *e);
void gicr_receive_lpi_set(gicr *r, const gic_msg *msg);
void gicr_receive_lpi_clear(gicr *r, const gic_msg *msg);
void gicr_receive_lpi_inv(gicr *r, const gic_msg *msg);
void gicr_receive_lpi_invall(gicr *r, const gic_msg *msg);
void gicr_receive_lpi_move(gicr *r, const gic_msg *msg);
void gicr_receive_lpi_moveall(gicr *r, const gic_msg *msg);
void gicr_receive_lpi_moved(gicr *r, const gic_msg *msg);
void gicr_receive_lpi_moved_ack(gicr *r, const gic_msg *msg);

/* --- gicr_lpi_regs.c */

/* GICR_CTLR as far as LPIs go: EnableLPIs, CES, IR, and whether RWP waits for them. */
uint64_t gicr_lpi_ctlr(const gicr *r);
void gicr_lpi_write_ctlr(gicr *r, uint64_t value);
bool gicr_lpi_rwp(const gicr *r);
gic_reg_read_fn gicr_read_propbaser;
gic_reg_write_fn gicr_write_propbaser;
gic_reg_read_fn gicr_read_pendbaser;
gic_reg_write_fn gicr_write_pendbaser;
gic_reg_read_fn gicr_read_syncr;
gic_reg_write_fn gicr_write_setlpir;
gic_reg_write_fn gicr_write_clrlpir;
gic_reg_write_fn gicr_write_invlpir;
gic_reg_write_fn gicr_write_invallr;

/* --- gicr_lpi_save.c */

size_t gicr_lpi_save_size(const gicr *r);
size_t gicr_lpi_save(const gicr *r, void *out);
/* Whether @p in can be loaded beside @p arch, and loading it. */
bool gicr_lpi_can_load(gicr *r, const void *in, size_t length, const gicr_arch *arch);
void gicr_lpi_load(gicr *r, const void *in);

/* --- gicr.c ---------------------------------------------------------------------------------- */

static inline gic_msg *gicr_to_cpuif(gicr *r, gic_msg_kind kind, uint32_t intid)
{
    return gic_send_kind(&r->outbox, GIC_PORT_CPUIF, r->pe, kind, intid);
}
static inline gic_msg *gicr_to_gicd(gicr *r, gic_msg_kind kind, uint32_t intid)
{
    return gic_send_kind(&r->outbox, GIC_PORT_GICD, r->pe, kind, intid);
}
static inline gicr_entry *gicr_find(gicr_entries *entries, uint32_t intid)
{
    if (entries->count > 0 && entries->entry[0].intid == intid)
        return &entries->entry[0];
    return entries->count > 1 && entries->entry[1].intid == intid ? &entries->entry[1] : NULL;
}
/* The place of the entry is zero afterwards. */
void gicr_remove(gicr_entries *entries, const gicr_entry *entry);
/* Flags that some entry has: places of none are zero. */
static inline unsigned gicr_flags(const gicr_entries *entries)
{
    return entries->entry[0].flags | entries->entry[1].flags;
}
static inline gicr_entry *gicr_last(gicr_entries *entries)
{
    return entries->count ? &entries->entry[entries->count - 1u] : NULL;
}
/* Everything that follows from a change; at the end of every entry. */
void gicr_update(gicr *r);

/* --- gicr_regs.c, gicr_ctlr.c ---------------------------------------------------------------- */

/* Whether an access sees what is Secure: the interrupts of other groups (D-03), DPG1S and DPG0
 * (R-13). */
static inline bool gicr_sees_all(const gicr *r, const gic_access *access)
{
    return access->secure || r->arch.ds;
}
gic_reg_read_fn gicr_read_ctlr;
gic_reg_write_fn gicr_write_ctlr;
gic_reg_read_fn gicr_read_waker;
gic_reg_write_fn gicr_write_waker;
gic_reg_read_fn gicr_read_typer;
gic_reg_read_fn gicr_read_iidr;
gic_reg_read_fn gicr_read_identity;
const gic_reg_row *gicr_rows(const gicr *r, unsigned *count);

#endif
