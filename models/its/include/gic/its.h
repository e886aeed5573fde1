/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt Translation Service kernel: command queue, device, interrupt translation and collection
 * tables in memory, caches of them, and the translation of (DeviceID, EventID) to an LPI of a PE.
 *
 * One block of caller's memory, no time, no calls out: see gicd.h. Tables and queue are reached by
 * memory requests (gic/memory.h); several translations and commands can be at work at once.
 */
#ifndef GIC_ITS_H
#define GIC_ITS_H

#include "gic/access.h"
#include "gic/config.h"
#include "gic/event.h"
#include "gic/memory.h"
#include "gic/regs.h"

GIC_BEGIN_DECLS

typedef struct its its;

enum {
    ITS_FRAME_SIZE = 0x20000, /**< Bytes of the frames: control, then translation. */
    ITS_TRANSLATER = 0x10040  /**< Offset of GITS_TRANSLATER. */
};

/** Lines that an ITS drives: gic_out.to is its index, gic_msg.kind one of these. */
typedef enum gic_its_line {
    GIC_ITS_LINE_UMSI /**< GITS_STATUSR.UMSI while GITS_CTLR.UMSIirq allows it (T-25). */
} gic_its_line;

/** Caches of an ITS. */
typedef enum its_cache_id {
    ITS_CACHE_DEVICE,
    ITS_CACHE_ITT,
    ITS_CACHE_COLLECTION,
    ITS_CACHE_COUNT
} its_cache_id;

/** Counters. They are saved with the state, so that a restored run reports the same. */
typedef struct its_stats {
    uint64_t hits[ITS_CACHE_COUNT];
    uint64_t misses[ITS_CACHE_COUNT];
    uint64_t evictions[ITS_CACHE_COUNT];
    uint64_t translated;     /**< MSIs and INT commands that became an LPI message. */
    uint64_t dropped;        /**< MSIs without a mapping, or refused. */
    uint64_t commands;       /**< Commands consumed. */
    uint64_t command_errors; /**< Of them, not carried out. */
    uint64_t memory_reads;
    uint64_t memory_writes;
    uint64_t full; /**< MSIs that found the queue full, and waited or were lost. */
} its_stats;

/** Bytes of memory that its_init() needs for @p config, aligned to 64. */
size_t its_footprint(const gic_config *config);

/**
 * Build ITS @p index in @p memory (aligned to 64).
 * @return the kernel, reset, or NULL with the reason in @p error (which may be NULL).
 */
its *its_init(void *memory, size_t length, const gic_config *config, uint8_t index,
              gic_config_error *error);

/**
 * With GITS_TYPER.PTA=1: where the Redistributors stand in memory. RDbase names PE n by
 * `base[n]`, the physical address of its RD_base; @p count is config.pe_count. Copied.
 */
void its_set_targets(its *s, const uint64_t *base, unsigned count);

/** Reset: disabled, quiescent, caches empty (N-03). Open memory requests are forgotten. */
void its_reset(its *s);

/** Register access; @p offset from GITS_BASE, the translation frame is at 0x10000. */
gic_status its_read(its *s, const gic_access *access, uint32_t offset, uint64_t *value);
/**
 * Register write; see gic_frame_write(). A write of GITS_TRANSLATER is its_translate() with the
 * DeviceID of @p access; when its_is_full() it is GIC_OK, dropped and counted: ask before.
 */
gic_status its_write(its *s, const gic_access *access, uint32_t offset, uint64_t value);

/** Whether the queue of MSIs is full: the writer of GITS_TRANSLATER has to wait. */
bool its_is_full(const its *s);
/** Free places in that queue: the joiner counts those against MSIs that are still on their way. */
uint32_t its_room(const its *s);
/** Count an MSI that waits for room (its_stats.full), for who asks before. */
void its_note_wait(its *s);
/** An MSI. @return false, and nothing has happened, when the queue is full. */
bool its_translate(its *s, uint32_t device_id, uint32_t event_id);

/** A message: GIC_MSG_LPI_DONE from the Redistributor of PE @p from. */
void its_receive(its *s, uint16_t from, const gic_msg *msg);

/** What the open memory request @p tag of kind GIC_MEMORY_WRITE writes. */
const void *its_mem_data(const its *s, uint32_t tag);
/** The memory request @p tag is done; see gicr_mem_done(). */
void its_mem_done(its *s, uint32_t tag, const void *data, bool ok);

/** Do up to work_limit units of what is left over (gic_outbox.more). */
void its_step(its *s);

/** The outbox, to be emptied after every call. */
gic_outbox *its_outbox(its *s);
/** The register frame (rows). */
const gic_frame *its_frame(const its *s);
/** Counters. */
const its_stats *its_get_stats(const its *s);
/** Name of an ITS command, "?" for an opcode that this ITS does not have. */
const char *its_command_name(unsigned opcode);

/** Bytes that its_save() writes. */
size_t its_save_size(const its *s);
/** Save the state, caches included: what is cached is architecturally visible until invalidated. */
size_t its_save(const its *s, void *out);
/** Load what its_save() wrote of an equal configuration; false and unchanged otherwise. */
bool its_load(its *s, const void *in, size_t length);

GIC_END_DECLS

#endif
