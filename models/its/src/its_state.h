/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ITS from inside; not an interface.
 *
 * What is at work is a row of a bounded table: a translation or the one command that is executed.
 * A row goes through a plan, a short list of steps (its_command.c); a step that needs memory, a
 * credit or its turn leaves the row waiting and is called again. Plans have no loops, so that a row
 * ends after a bounded number of steps, whatever the guest wrote.
 *
 * Order (T-23). Commands are executed one after the other. While a command that changes a mapping
 * is at work no translation of that mapping begins, and it begins after those that have begun have
 * sent their message: so a translation sees wholly the old or wholly the new mapping, and what SYNC
 * waits for covers the old. A message is a tag until the Redistributor's answer. Tags are counted
 * per Redistributor in two phases: SYNC changes the phase and waits until the old one is empty, so
 * that a storm of new ones does not hold it up. A move counts at both Redistributors, and nothing
 * that takes a pending state away is sent to one that a moved LPI may still be on its way to.
 *
 * Tables are written through: memory is right whenever no row is at work (T-21).
 */
#ifndef ITS_STATE_H
#define ITS_STATE_H

#include "gic/fault.h"
#include "gic/fields.h"
#include "gic/its.h"
#include "gic/mem.h"
#include "its_cache.h"

enum {
#define GIC_FIELD GIC_FIELD_CONSTANTS
#include "gits_fields.def"
#include "its_fields.def"
#undef GIC_FIELD
    ITS_FIELDS_END
};

enum {
    ITS_TABLE_DEVICE, /* GITS_BASER0 */
    ITS_TABLE_COLLECTION,
    ITS_TABLES,
    ITS_TYPE_DEVICE = 1, /* GITS_BASER.Type */
    ITS_TYPE_COLLECTION = 4,
    ITS_ENTRY_SIZE = 8, /* bytes of a DTE, CTE or level-1 entry */
    ITS_ITE_SIZE = 16,
    ITS_COMMAND_SIZE = 32,
    ITS_HELD_MAX = 255,
    ITS_NO_ROW = 0xFF,
    ITS_FETCH = 0xFF,       /* row number in the tag of a fetch of commands */
    ITS_OUTBOX = 256,       /* entries */
    ITS_OUTBOX_RESERVE = 16 /* room that one unit of work may need */
};

/* What a saved state must agree in: the numbers of the configuration, in the order of its.c. */
enum { ITS_SHAPE = 24 };
typedef struct its_shape {
    uint16_t number[ITS_SHAPE];
} its_shape;

/* Why a walk or a command cannot go on; the low byte of the architecture's error numbers. */
typedef enum its_error {
    ITS_OK = 0,
    ITS_DEVICE_OOR = 0x01,
    ITS_MOVALL_PROCNUM_OOR = 0x01,
    ITS_ITTSIZE_OOR = 0x02,
    ITS_PROCNUM_OOR = 0x02,
    ITS_COLLECTION_OOR = 0x03,
    ITS_UNMAPPED_DEVICE = 0x04,
    ITS_ID_OOR = 0x05,
    ITS_PHYSICALID_OOR = 0x06,
    ITS_UNMAPPED_INTERRUPT = 0x07,
    ITS_UNMAPPED_COLLECTION = 0x09,
    ITS_MEMORY = 0xFE, /* ours: memory refused an access */
    ITS_UNKNOWN = 0xFF /* ours: no such command */
} its_error;

/* What a step left. */
typedef enum its_result {
    ITS_NEXT, /* on with the next step */
    ITS_WAIT, /* called again when what it waits for has come */
    ITS_FAIL  /* its_row.error says why */
} its_result;

/* What a row waits for. */
enum { ITS_WAIT_NOTHING, ITS_WAIT_MEMORY, ITS_WAIT_MESSAGE, ITS_WAIT_HAZARD };

/* How far a step is that uses memory. */
enum { ITS_FRESH, ITS_LEVEL1, ITS_ENTRY, ITS_WRITTEN, ITS_SYNCING };

/* What a mapping command changes, and translations have to keep off. */
enum { ITS_HAZARD_NONE, ITS_HAZARD_EVENT, ITS_HAZARD_DEVICE, ITS_HAZARD_COLLECTION };

/* A translation or the command at work. Nothing in it is padding: it is saved as it is. */
typedef struct its_row {
    uint64_t address; /* of the memory request, open or last */
    uint8_t data[16]; /* what the open request writes, as it stands in memory */
    uint64_t dte;
    uint32_t device;
    uint32_t event;
    uint32_t intid;
    uint16_t icid;
    uint16_t pe;      /* of icid */
    uint16_t target;  /* where a move goes */
    uint16_t wait_pe; /* ITS_WAIT_MESSAGE: whose answer */
    uint16_t icid_to; /* MOVI: the new collection */
    uint16_t gen;     /* of memory requests: what is late is not ours */
    uint8_t plan;     /* opcode, or ITS_PLAN_MSI */
    uint8_t pc;       /* step of the plan */
    uint8_t sub;      /* ITS_FRESH... */
    uint8_t wait;     /* ITS_WAIT_* */
    uint8_t lookups;  /* of caches, not yet charged */
    uint8_t error;    /* its_error */
    bool valid;       /* MAPD, MAPC: V */
    bool mapped;      /* pe stands for a mapped collection */
} its_row;

GIC_STATIC_ASSERT(sizeof(its_row) == 64, "a row has no padding");

/* An MSI that waits for a row. */
typedef struct its_msi {
    uint32_t device;
    uint32_t event;
} its_msi;

/* Messages to one Redistributor that are not answered. */
typedef struct its_peer {
    uint16_t open[2];  /* tags by phase, moves that come here included */
    uint16_t incoming; /* moves that come here */
    uint8_t unanswered;
    uint8_t phase;
} its_peer;

/* Architectural state; peers, held collections, MSIs, rows and caches follow in memory. */
typedef struct its_arch {
    its_shape shape;
    uint64_t cbaser;
    uint64_t baser[ITS_TABLES];
    uint64_t umsir;
    uint64_t busy;      /* rows at work */
    uint64_t runnable;  /* of them, those that can go on */
    uint64_t buffer[8]; /* commands read from the line of `creadr` */
    uint32_t statusr;
    uint32_t creadr;
    uint32_t cwriter;
    uint32_t open; /* tags in all */
    uint32_t hazard_device;
    uint32_t hazard_id; /* EventID or ICID */
    uint16_t queue_first;
    uint16_t queue_count;
    uint16_t fetch_gen;
    uint16_t epoch; /* of tags: answers from before a reset are not ours */
    uint8_t hazard; /* ITS_HAZARD_* */
    uint8_t command_row;
    uint8_t buffered;     /* commands in `buffer`, */
    uint8_t buffer_first; /* from this one on */
    bool fetching;
    bool enabled;
    bool umsiirq;
    bool stalled;
    bool line;     /* level of the UMSI line */
    bool msi_turn; /* the next free row is for an MSI, if both want it */
    uint8_t reserved[6];
    its_stats stats;
} its_arch;

/* A table as its GITS_BASER describes it; derived. */
typedef struct its_table {
    uint64_t base;
    uint64_t capacity; /* entries in all; 0 when not valid */
    unsigned page_shift;
    bool indirect;
} its_table;

struct its {
    gic_outbox outbox;
    its_arch *arch;
    its_peer *peer; /* per PE */
    uint64_t *held; /* per held collection: a CTE */
    its_msi *msi;   /* ring of config.its.queue */
    its_row *row;   /* config.its.walks of them */
    its_cache cache[ITS_CACHE_COUNT];
    its_table table[ITS_TABLES];
    size_t saved_bytes;  /* from arch on */
    uint64_t *target;    /* PTA: addresses in ascending order, */
    uint16_t *target_pe; /* and whose they are */
    uint16_t targets;
    uint16_t queue;
    uint64_t rows; /* a bit for each row */
    uint32_t intid_end;
    gic_config config; /* without the affinity table */
    uint64_t typer;
    gic_frame frame;
    uint8_t index;
    uint8_t frame_index[ITS_FRAME_SIZE / GIC_FRAME_GRANULE];
};

/* --- commands (its_command.c) ----------------------------------------------------------------- */

/* A step of a plan; @p data is what it asked to read, when it is called again with it. */
typedef its_result its_step_fn(its *s, its_row *row, const uint64_t *data);

enum { ITS_PLAN_STEPS = 8, ITS_PLAN_MSI = 0 };

/* A row of the command table. */
typedef struct its_command {
    uint8_t error;  /* byte of the command in the architecture's error numbers */
    uint8_t hazard; /* ITS_HAZARD_* */
    const char *name;
    its_error (*decode)(its *s, its_row *row, const uint64_t *word);
    its_step_fn *step[ITS_PLAN_STEPS]; /* up to NULL */
} its_command;

/* The command of an opcode, or that of an MSI (ITS_PLAN_MSI); NULL when there is none. */
const its_command *its_plan(unsigned opcode);

/* --- walking (its_walk.c) --------------------------------------------------------------------- */

/* Derive its.table from GITS_BASER. */
void its_derive_tables(its *s);
bool its_device_in_range(const its *s, uint32_t device);
bool its_collection_in_range(const its *s, uint32_t icid);
its_step_fn its_step_device, its_step_event, its_step_collection, its_step_old_collection,
    its_step_new_collection, its_step_write_device, its_step_write_event, its_step_clear_event,
    its_step_write_collection;

/* --- messages (its_send.c) -------------------------------------------------------------------- */

its_step_fn its_step_set, its_step_clear, its_step_inv, its_step_invall, its_step_move,
    its_step_moveall, its_step_sync;
/* The PE that RDbase names, or false. */
bool its_find_target(const its *s, uint64_t rdbase, uint16_t *pe);
/* An MSI whose mappings are all cached and whose message can go at once: true, and it is gone. */
bool its_translate_cached(its *s, uint32_t device, uint32_t event);

/* --- running (its_run.c) ---------------------------------------------------------------------- */

/* Whether something could go on without waiting. */
bool its_has_work(const its *s);
/* Do up to work_limit units of it. */
void its_run(its *s);
void its_ask(its *s, its_row *row, gic_memory_op op, uint64_t address, unsigned length);
bool its_quiescent(const its *s);
its_result its_failed(its_row *row, its_error error);
/* A malformed entry, or one whose memory cannot be accessed. */
void its_bad_table(its *s, uint64_t address);

/* --- command queue (its_queue.c) -------------------------------------------------------------- */

void its_fetch(its *s);
void its_fetched(its *s, const void *data, bool ok);
void its_start_command(its *s, unsigned slot);
void its_end_command(its *s, const its_row *row);
void its_fail_command(its *s, unsigned opcode, uint32_t code);
/* CWRITER or its Retry were written. */
void its_queue_moved(its *s, bool retry);

/* --- registers (its_regs.c) ------------------------------------------------------------------- */

const gic_reg_row *its_rows(unsigned *count);
uint64_t its_make_typer(const gic_config *config);
void its_unmapped(its *s, uint32_t device, uint32_t event);
void its_update_line(its *s);

static inline uint32_t its_queue_bytes(const its *s)
{
    return ((uint32_t)GIC_GET(GITS_CBASER, Size, s->arch->cbaser) + 1u) * 4096u;
}

/* Whether commands may be taken from the queue, and there are some. */
static inline bool its_open_queue(const its *s)
{
    const its_arch *a = s->arch;
    return a->creadr != a->cwriter && a->enabled && !a->stalled &&
           (a->cwriter < its_queue_bytes(s) || GIC_FAULT("T-02")) &&
           GIC_GET(GITS_CBASER, Valid, a->cbaser) != 0;
}

static inline bool its_wants_fetch(const its *s)
{
    const its_arch *a = s->arch;
    return a->command_row == ITS_NO_ROW && a->buffered == 0 && !a->fetching && its_open_queue(s);
}

static inline bool its_has_command(const its *s)
{
    const its_arch *a = s->arch;
    return a->command_row == ITS_NO_ROW && a->buffered > 0 && !a->fetching && its_open_queue(s);
}

/* Eight bytes of memory as a number. */
static inline uint64_t its_word(const uint8_t *byte)
{
    return (uint64_t)byte[0] | (uint64_t)byte[1] << 8 | (uint64_t)byte[2] << 16 |
           (uint64_t)byte[3] << 24 | (uint64_t)byte[4] << 32 | (uint64_t)byte[5] << 40 |
           (uint64_t)byte[6] << 48 | (uint64_t)byte[7] << 56;
}

/* Whether a command at work changes how this event is translated. */
static inline bool its_event_blocked(const its *s, uint32_t device, uint32_t event)
{
    const its_arch *a = s->arch;
    if (a->hazard != ITS_HAZARD_EVENT && a->hazard != ITS_HAZARD_DEVICE)
        return false;
    return a->hazard_device == device &&
           (a->hazard == ITS_HAZARD_DEVICE || a->hazard_id == event) && !GIC_FAULT("T-23");
}

static inline bool its_collection_blocked(const its *s, uint32_t icid)
{
    return s->arch->hazard == ITS_HAZARD_COLLECTION && s->arch->hazard_id == icid;
}

#endif
