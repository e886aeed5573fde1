/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LPIs of one Redistributor from inside; not an interface.
 *
 * Where an LPI's pending state is. An INTID that has an entry in the cache is as the entry says.
 * Any other one is as its bit in the pending table says, and bits are set only in lines that are
 * marked: an unmarked line is all zero, as far as this Redistributor is concerned, and is written
 * without having been read. Three maps have a bit for each line of 512 INTIDs:
 *   ready     LPIs in it may be enabled: a refill looks at it
 *   disabled  disabled LPIs are in it: looked at again when they are invalidated
 *   taken     bits of it belong to entries of the cache, and are still to be cleared
 *
 * The order. A key is priority << 24 | INTID, so that keys compare as gic_more_urgent() does. The
 * fence is at or before the key of every enabled LPI that is in memory alone; what is behind it in
 * the cache is not presented until a refill has looked (late, never wrong). An LPI that arrives
 * behind the fence goes to memory; one before it cannot be in memory already, provided that its
 * configuration has stayed in the property cache since the fence was worked out. A line of that
 * cache that came in while its part of the pending table was marked is in doubt: the first arrival
 * looks at the pending table and settles it.
 *
 * Work. What needs memory is a row of a small table. A row owns one line of the pending table, and
 * with it its 512 INTIDs and their configuration; nobody else touches them until it is done. Row 0
 * is for LPIs that come from other Redistributors alone, and never waits for one: that is why
 * moves between Redistributors cannot wait for each other in a circle. INVALL, MOVEALL and the
 * clearing of EnableLPIs are done by a control that uses rows in turn; it starts when no other row
 * is half way.
 */
#ifndef GICR_LPI_H
#define GICR_LPI_H

#include "gicr_state.h"

enum {
    LPI_ROWS = 8,          /* walks at work at once */
    LPI_PASS_ROWS = 6,     /* the last row that a refill may use */
    LPI_LINE_INTIDS = 512, /* INTIDs of a line of the pending table */
    LPI_PROP_INTIDS = 64,  /* INTIDs of a line of the property table */
    LPI_REGISTERS = 64,    /* register writes that wait */
    LPI_SUMMARY = 8,       /* words that summarise a map of 32768 lines */
    LPI_ROOM = 48,         /* entries of the outbox that other steps of an activation may need */
    LPI_ENABLE = 1,        /* bit of a configuration byte */
    LPI_PRIORITY = 0xFC    /* its priority */
};

#define LPI_NO_SLOT 0xFFFFu
#define LPI_NO_LINE UINT32_MAX
#define LPI_NO_KEY  UINT32_MAX /* behind every key: the low bits of a priority are zero */

/* --- entries --------------------------------------------------------------------------------- */

/* Flags of an entry. It is in the heaps while it is pending, and neither of the last two. */
enum {
    LPI_PENDING = 1,
    LPI_IN_TABLE = 2,  /* its bit in the pending table is set */
    LPI_PRESENTED = 4, /* it is with the CPU interface */
    LPI_BLOCKED = 8,   /* a row waits for the CPU interface to give it back */
    LPI_FLAGS = 15
};

typedef struct gicr_lpi_entry {
    uint32_t key; /* 0: free */
    uint32_t flags;
} gicr_lpi_entry;

/* What the configuration says of one LPI. */
typedef struct gicr_lpi_config {
    uint32_t key;
    bool enabled;
} gicr_lpi_config;

/* A line of the property cache. */
typedef struct gicr_lpi_prop {
    uint32_t line; /* (INTID - 8192) / 64, or LPI_NO_LINE */
    uint32_t used; /* since the hand came by */
    uint32_t doubt;
} gicr_lpi_prop;

/* A map with a bit for each line of the pending table. */
typedef struct gicr_lpi_map {
    uint64_t *word;
    uint64_t summary[LPI_SUMMARY]; /* bit n: word n is not zero */
    uint32_t count;
} gicr_lpi_map;

enum { LPI_READY, LPI_DISABLED, LPI_TAKEN, LPI_MAPS };

/* --- operations ------------------------------------------------------------------------------ */

typedef enum gicr_lpi_kind {
    LPI_SET,
    LPI_CLEAR,
    LPI_INV,
    LPI_MOVE,
    LPI_INVALL,
    LPI_MOVEALL,
    /* by the Redistributor itself */
    LPI_REVIEW, /* the configuration of an entry may have changed */
    LPI_SPILL,  /* an LPI lost its place in the cache */
    LPI_SELECT, /* look for the best of a line */
    LPI_TAKE,   /* clear the bits of a line that entries stand for */
    LPI_FLUSH,  /* write what entries of a line say */
    LPI_SWEEP,  /* move an LPI of a line away */
    LPI_KINDS
} gicr_lpi_kind;

/* Who is to be answered. */
enum { LPI_FROM_ITS, LPI_FROM_PEER, LPI_FROM_REGISTER, LPI_FROM_SELF };

typedef struct gicr_lpi_op {
    uint32_t intid;
    uint16_t tag;
    uint16_t target;
    uint16_t source;
    uint8_t kind; /* gicr_lpi_kind */
    uint8_t from;
    uint8_t its;
    uint8_t reserved[3];
} gicr_lpi_op;

/* A moved LPI that waits: one for each Redistributor, by GIC_CREDIT_LPI_MOVED. */
typedef struct gicr_lpi_moved {
    uint32_t intid;
    uint16_t tag;
    uint16_t source;
    uint8_t its;
    uint8_t reserved[3];
} gicr_lpi_moved;

GIC_STATIC_ASSERT(GIC_CREDIT_LPI_MOVED == 1, "a place for each other Redistributor is enough");

/* What a row waits for. */
typedef enum gicr_lpi_state {
    LPI_FREE,
    LPI_WAIT_LINE,   /* for the row that has its line */
    LPI_GO,          /* for nothing: there is work left */
    LPI_READ_CONFIG, /* for memory */
    LPI_READ_TABLE,
    LPI_WRITE_TABLE,
    LPI_RECALL, /* for the CPU interface */
    LPI_CREDIT, /* to send LPI_MOVED */
    LPI_ACK,    /* for LPI_MOVED_ACK */
    LPI_STATES
} gicr_lpi_state;

/* Flags of a row. */
enum {
    LPI_HAVE_TABLE = 1,  /* `buffer` is the line of the pending table */
    LPI_WRITTEN = 2,     /* and has been written */
    LPI_INVALIDATED = 4, /* INV: the property cache forgot the configuration */
    LPI_SAW_ENABLED = 8, /* SELECT */
    LPI_SAW_DISABLED = 16,
    LPI_AGAIN = 32, /* SPILL: SELECT goes on with line `back` */
    LPI_FRESH = 64, /* SPILL: its line was not marked: it is zero, and need not be read */
    LPI_ROW_FLAGS = 127
};

typedef struct gicr_lpi_row {
    gicr_lpi_op op;
    uint32_t line;   /* the one that it owns or waits for, or LPI_NO_LINE */
    uint32_t back;   /* LPI_AGAIN */
    uint32_t tag;    /* of its memory request */
    uint32_t config; /* line of the property table that it reads */
    uint32_t victim; /* INTID that lost its place to this one, or 0 */
    uint16_t bit;    /* SELECT: where to go on */
    uint8_t state;   /* gicr_lpi_state */
    uint8_t flags;
    uint8_t buffer[GIC_MEMORY_LINE];
} gicr_lpi_row;

/* A refill: first the best of all marked lines are selected, then their bits are cleared. */
typedef enum gicr_lpi_pass { LPI_PASS_NONE, LPI_PASS_SELECT, LPI_PASS_TAKE } gicr_lpi_pass;

/* What uses rows in turn. */
typedef enum gicr_lpi_control {
    LPI_IDLE,
    LPI_QUIET,       /* waits until no row is half way */
    LPI_REVIEW_ALL,  /* INVALL: every entry */
    LPI_REFILL_ALL,  /* and every marked line */
    LPI_MOVE_CACHE,  /* MOVEALL: every entry */
    LPI_MOVE_TABLE,  /* and every marked line */
    LPI_FLUSH_CACHE, /* EnableLPIs has been cleared */
    LPI_CONTROLS
} gicr_lpi_control;

/* Why all configuration is to be looked at again, without a message that asks for it. */
enum { LPI_REFRESH_DS = 1, LPI_REFRESH_REGISTER = 2, LPI_REFRESH = 3 };

/* --- state ----------------------------------------------------------------------------------- */

/* Saved as it is, with the arrays behind it. */
typedef struct gicr_lpi_arch {
    uint64_t propbaser;
    uint64_t pendbaser;
    uint32_t limit;     /* INTIDs from here on do not exist; 0: none does */
    uint32_t fence;     /* before or at each enabled LPI in memory */
    uint32_t fence_new; /* LPI_PASS_SELECT: of what has been looked at */
    uint32_t cursor;    /* of the pass: the next line */
    uint32_t control_at;
    uint32_t sequence; /* of memory requests */
    uint32_t hand;     /* of the property cache: where a place is looked for */
    uint32_t queue_head;
    uint32_t queue_count;
    uint32_t moved_head;
    uint32_t moved_count;
    uint32_t register_open; /* register writes that have not taken effect: SYNCR.Busy */
    gicr_lpi_op control_op;
    uint8_t enabled;   /* GICR_CTLR.EnableLPIs */
    uint8_t disabling; /* it has been cleared, and pending state is on its way to memory: RWP */
    uint8_t pass;      /* gicr_lpi_pass */
    uint8_t control;   /* gicr_lpi_control */
    uint8_t moving;    /* row + 1 that has an LPI_MOVED under way */
    uint8_t refresh;
    uint8_t looks; /* lookups since the last memory request */
    uint8_t work;  /* in a saved state: gicr_lpi_face.work */
    gicr_lpi_row row[LPI_ROWS];
} gicr_lpi_arch;

struct gicr_lpi {
    /* Derived: what each message touches. */
    gicr_lpi_face face; /* first: struct gicr points to it */
    uint32_t busy;      /* rows that are not free */
    uint32_t used;      /* entries */
    unsigned front;     /* slot of the best one, if it is not in the heaps; or LPI_NO_SLOT */
    uint32_t heaped;    /* entries in the heaps; face.count counts `front` as well */
    uint32_t size;      /* of the cache */
    unsigned hash_shift;
    unsigned prop_shift;
    uint64_t *heap[2];  /* best first by key, worst first by ~key: sort key << 16 | slot */
    uint16_t *place[2]; /* of a slot in each heap */
    uint16_t *bucket;   /* first slot of a hash chain */
    uint16_t *next;     /* the next one */
    uint64_t *vacant;   /* bit: slot is free */
    uint64_t vacant_summary;
    uint16_t *prop_bucket; /* the same for lines of the property cache */
    uint16_t *prop_next;
    /* Saved. */
    gicr_lpi_arch arch;
    gicr_lpi_entry *entry;
    gicr_lpi_prop *prop;
    uint8_t *prop_byte; /* 64 a line */
    gicr_lpi_map map[LPI_MAPS];
    gicr_lpi_op *queue;
    gicr_lpi_moved *moved;
    /* Sizes. */
    uint32_t lines; /* of the pending table, at most */
    uint32_t props; /* lines of the property cache */
    uint32_t queue_size;
    uint32_t moved_size;
    size_t saved; /* bytes of the arrays, which start at `entry` */
    gicr_lpi_stats stats;
};

static inline uint32_t lpi_intid(uint32_t key)
{
    return key & 0xFFFFFFu;
}

static inline uint8_t lpi_priority(uint32_t key)
{
    return (uint8_t)(key >> 24);
}

static inline uint32_t lpi_line(uint32_t intid)
{
    return intid / LPI_LINE_INTIDS;
}

static inline bool lpi_bit(const gicr_lpi_row *row, uint32_t intid)
{
    return (row->buffer[intid / 8u % GIC_MEMORY_LINE] >> (intid % 8u) & 1u) != 0;
}

static inline void lpi_flip(gicr_lpi_row *row, uint32_t intid)
{
    row->buffer[intid / 8u % GIC_MEMORY_LINE] ^= (uint8_t)(1u << (intid % 8u));
}

/* Whether an LPI can have state here. */
static inline bool lpi_exists(const gicr_lpi *l, uint32_t intid)
{
    if (GIC_FAULT("R-06"))
        return intid < l->arch.limit;
    if (GIC_FAULT("peer-gem5-16") && intid == l->arch.limit)
        return true;
    return intid >= GIC_INTID_LPI_FIRST && intid < l->arch.limit;
}

/* --- gicr_lpi_cache.c: entries, found by INTID, by best and by worst -------------------------- */

/* Lay the arrays out behind @p l, or count their bytes (base NULL). */
size_t lpi_lay_out(gicr_lpi *l, const gic_config *config, unsigned char *base);
/* Rebuild what is derived of the entries. */
void lpi_index(gicr_lpi *l);
unsigned lpi_find(const gicr_lpi *l, uint32_t intid);
/* There is a free slot. */
unsigned lpi_insert(gicr_lpi *l, uint32_t key, uint32_t flags);
/* Take an entry out of the heaps, if it is there, and out of the cache. */
void lpi_remove(gicr_lpi *l, unsigned slot);
/* Change the flags, or the key, of an entry: in or out of the heaps. */
void lpi_change(gicr_lpi *l, unsigned slot, uint32_t key, uint32_t flags);
/* The slot of the last in order, the key of the first; there is one. */
static inline unsigned lpi_worst(const gicr_lpi *l)
{
    return l->heaped > 0 ? (unsigned)(l->heap[1][0] & 0xFFFFu) : l->front;
}
static inline uint32_t lpi_best_key(const gicr_lpi *l)
{
    return l->front != LPI_NO_SLOT ? l->entry[l->front].key : (uint32_t)(l->heap[0][0] >> 16);
}

/* --- gicr_lpi_table.c: maps, fence, property cache -------------------------------------------- */

void lpi_mark(gicr_lpi *l, unsigned map, uint32_t line);
void lpi_unmark(gicr_lpi *l, unsigned map, uint32_t line);
/* Whether bits of the line may be set. */
bool lpi_is_known(const gicr_lpi *l, uint32_t line);
/* The first marked line from @p line on, or LPI_NO_LINE. */
uint32_t lpi_next_marked(const gicr_lpi *l, unsigned map, uint32_t line);
void lpi_summarise(gicr_lpi *l);
/* All of `ready` becomes `disabled`, or the other way round. */
void lpi_pour(gicr_lpi *l, unsigned from, unsigned to);
/* Nothing enabled in memory is before it. */
static inline uint32_t lpi_fence(const gicr_lpi *l)
{
    return gic_min_u32(l->arch.fence, l->arch.fence_new);
}
/* An enabled LPI of @p line is in memory. */
void lpi_fold(gicr_lpi *l, uint32_t line, uint32_t key);
/* An LPI is in memory, or about to be. */
void lpi_note(gicr_lpi *l, uint32_t intid, gicr_lpi_config config);

gicr_lpi_config lpi_decode(const gicr *r, uint32_t intid, uint8_t byte);
/* The cached line of an LPI's configuration, or NULL. */
gicr_lpi_prop *lpi_lookup(gicr_lpi *l, uint32_t intid);
uint8_t lpi_prop_byte(const gicr_lpi *l, const gicr_lpi_prop *prop, uint32_t intid);
/* A line of configuration has come from memory; NULL: it could not be read, and is zero. */
void lpi_fill(gicr_lpi *l, uint32_t line, const uint8_t *byte);
/* Forget the configuration of an LPI, or all. */
void lpi_forget(gicr_lpi *l, uint32_t intid);
void lpi_forget_all(gicr_lpi *l);
/* Whatever arrives looks at the pending table. */
void lpi_doubt_all(gicr_lpi *l);
/* Rebuild the index of the property cache. */
void lpi_index_props(gicr_lpi *l);

/* --- gicr_lpi_walk.c: rows ------------------------------------------------------------------- */

/* Do what can be done for a row. */
void lpi_step(gicr *r, gicr_lpi_row *row);
/* Start @p op in @p row, which is free; its line is nobody's. */
void lpi_start(gicr *r, gicr_lpi_row *row, gicr_lpi_op op, uint32_t line);
/* The row has done its work, or only its LPI's new owner is still to answer. */
void lpi_close(gicr *r, gicr_lpi_row *row);
/* The row goes on with the LPI that lost its place, then with its line if @p flags say LPI_AGAIN.
 */
void lpi_spill(gicr *r, gicr_lpi_row *row, uint8_t flags);
/* An LPI leaves: to be sent by the row when there is credit. */
void lpi_move_out(gicr *r, gicr_lpi_row *row);
/* Make room for a key that is better than the worst; false: there is none. */
bool lpi_make_room(gicr *r, gicr_lpi_row *row, uint32_t key);
/* The line's bits in row->buffer; false: memory has been asked. */
bool lpi_need_table(gicr *r, gicr_lpi_row *row);
/* The configuration of an LPI of the row's line; NULL: memory has been asked. */
gicr_lpi_prop *lpi_need_config(gicr *r, gicr_lpi_row *row, uint32_t intid);
void lpi_write_table(gicr *r, gicr_lpi_row *row);
/* No bit is left: forget the marks. */
void lpi_unmark_if_empty(gicr_lpi *l, const gicr_lpi_row *row);

/* --- gicr_lpi_scan.c: steps of rows that look at whole lines ---------------------------------- */

void lpi_step_select(gicr *r, gicr_lpi_row *row);
void lpi_step_take(gicr *r, gicr_lpi_row *row);
void lpi_step_flush(gicr *r, gicr_lpi_row *row);
void lpi_step_sweep(gicr *r, gicr_lpi_row *row);

/* --- gicr_lpi.c: what is asked, and who does it ----------------------------------------------- */

/* Whether a row owns the line, waits for it, or is going to. */
bool lpi_is_taken(const gicr_lpi *l, uint32_t line);
/* Whether a refill is due: what could be presented next may be in memory. While an LPI is with the
   CPU interface the next one is looked for already. */
static inline bool lpi_is_thirsty(const gicr_lpi *l)
{
    return l->arch.fence != LPI_NO_KEY && l->arch.pass == LPI_PASS_NONE &&
           (l->face.count == 0 || lpi_best_key(l) >= l->arch.fence);
}
void lpi_answer(gicr *r, const gicr_lpi_op *op);
gicr_lpi_op lpi_make_op(gicr_lpi_kind kind, unsigned from, const gic_msg *msg);
/* Start @p op in a row of @p first to @p last, if one is free and nobody is at its line. */
bool lpi_try(gicr *r, gicr_lpi_op op, uint32_t line, unsigned first, unsigned last);
/* Whether a row does @p kind. */
bool lpi_has_row(const gicr_lpi *l, gicr_lpi_kind kind);
/* No row has decided anything that is not recorded yet. */
bool lpi_is_quiet(const gicr_lpi *l);
/* Start the head of the queue. */
bool lpi_start_queued(gicr *r);
/* INVALL or MOVEALL, once no row is half way. */
void lpi_begin_control(gicr_lpi *l, gicr_lpi_op op);
/* A register asks. */
void lpi_ask(gicr *r, gicr_lpi_kind kind, uint32_t intid);
/* EnableLPIs. */
void lpi_enable(gicr *r, bool zeroed);
void lpi_disable(gicr *r);
void lpi_forget_everything(gicr_lpi *l);
/* Something may be there to do: the work flag is to be set. */
static inline bool lpi_may_work(const gicr_lpi *l)
{
    return (l->busy | l->arch.queue_count | l->arch.moved_count) != 0 ||
           (l->arch.control | l->arch.pass | l->arch.disabling | l->arch.refresh) != 0 ||
           lpi_is_thirsty(l);
}
/* The key that can be presented next, or LPI_NO_KEY. */
static inline uint32_t lpi_candidate(const gicr_lpi *l)
{
    uint32_t key;
    if (l->face.count == 0 || !l->arch.enabled)
        return LPI_NO_KEY;
    key = lpi_best_key(l);
    return key < lpi_fence(l) || GIC_FAULT("R-10") ? key : LPI_NO_KEY;
}

/* ---- gicr_lpi_control.c: refills, INVALL, MOVEALL, write back -------------------------------- */

/* Do a unit of it; false: nothing can be done now. */
bool lpi_control_goes_on(gicr *r);
bool lpi_may_pass(const gicr_lpi *l);
bool lpi_pass_goes_on(gicr *r);

/* --- gicr_lpi_save.c ------------------------------------------------------------------------- */

/* Whether a saved block is sound; leaves derived state as it was. */
bool lpi_sane(const gicr *r, const gicr_lpi_arch *arch, const unsigned char *arrays,
              const gicr_entries *presented);

#endif
