/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redistributor kernel of one PE: SGIs, PPIs, extended PPIs, GICR registers, sleep, and the choice
 * of what its CPU interface is presented with.
 *
 * One block of caller's memory, no time, no calls out: see gicd.h.
 */
#ifndef GIC_GICR_H
#define GIC_GICR_H

#include "gic/config.h"
#include "gic/explain.h"
#include "gic/memory.h"
#include "gic/regs.h"

GIC_BEGIN_DECLS

typedef struct gicr gicr;

/** Bytes of the frames of one Redistributor: RD_base and SGI_base, 64 KiB each. */
enum { GICR_FRAME_SIZE = 0x20000 };

/** GICv2: its frame is what the GICD frame banks by PE, at the offsets of that. */
enum { GICR2_FRAME_SIZE = 0x1000 };

/** Bytes of memory that gicr_init() needs for @p config, aligned to 64. */
size_t gicr_footprint(const gic_config *config);

/**
 * Build the Redistributor of PE @p pe in @p memory (aligned to 64).
 * @return the kernel, reset, or NULL with the reason in @p error (which may be NULL).
 */
gicr *gicr_init(void *memory, size_t length, const gic_config *config, uint16_t pe,
                gic_config_error *error);

/** Whether this is the last Redistributor of a contiguous region: GICR_TYPER.Last. */
void gicr_set_last(gicr *r, bool last);

/**
 * The PE's cpu_active input: low means that it is not to be chosen for 1-of-N interrupts, of
 * whatever group, as by GICR_CTLR.DPG. What is routed by affinity still comes. High unless told.
 */
void gicr_set_cpu_active(gicr *r, bool active);

/** Whether a message may raise or lower the wake request: the PE sleeps, or has not been told. */
bool gicr_may_ask_to_wake(const gicr *r);

/** Reset: asleep (WAKER = 6), registers to their reset values (N-03). */
void gicr_reset(gicr *r);

/** Register access; @p offset from RD_base, SGI_base is at 0x10000. See gic_frame_read(). */
gic_status gicr_read(gicr *r, const gic_access *access, uint32_t offset, uint64_t *value);
/** Register write; see gic_frame_write(). */
gic_status gicr_write(gicr *r, const gic_access *access, uint32_t offset, uint64_t value);

/**
 * A message from the Distributor (GIC_PORT_GICD), the CPU interface (GIC_PORT_CPUIF), an ITS
 * (GIC_PORT_ITS: which one is in gic_lpi.its) or another Redistributor (GIC_PORT_GICR).
 */
void gicr_receive(gicr *r, gic_port from, const gic_msg *msg);

/** The wire of PPI or extended PPI @p intid is at @p level. Repeating a level does nothing. */
void gicr_set_line(gicr *r, uint32_t intid, bool level);

/** What the open memory request @p tag of kind GIC_MEMORY_WRITE writes (gic/memory.h). */
const void *gicr_mem_data(const gicr *r, uint32_t tag);
/**
 * The memory request @p tag is done; @p data: what was read (NULL for a write, or when it failed).
 * A tag that is not open is passed over.
 */
void gicr_mem_done(gicr *r, uint32_t tag, const void *data, bool ok);

/**
 * Go on with what is left over: to be called while the outbox says `more`, after it has been
 * emptied. At most the configured work_limit of units is done in one call.
 */
void gicr_step(gicr *r);

/**
 * Whether GICR_SETLPIR and GICR_CLRLPIR take another write now. One that comes while they do not
 * has no effect, and is reported (GIC_EV_LPI_DROPPED): whoever can hold its writer up should.
 */
bool gicr_lpi_has_room(const gicr *r);

/** What the LPI caches of a Redistributor did since it was built. */
typedef struct gicr_lpi_stats {
    uint64_t config_hits;   /**< Lookups of configuration bytes that the property cache answered. */
    uint64_t config_misses; /**< ... that read a line from memory. */
    uint64_t spills;        /**< Pending LPIs that went to the table for want of room, from the
                                 cache or on arrival. */
    uint64_t refills;       /**< Pending LPIs that a refill brought back. */
    uint64_t table_reads;   /**< Lines of the pending table read. */
    uint64_t table_writes;  /**< ... and written. */
} gicr_lpi_stats;

/** The counters of the LPI caches, or NULL without LPIs. They are not saved. */
const gicr_lpi_stats *gicr_get_lpi_stats(const gicr *r);

/** The outbox, to be emptied after every call. */
gic_outbox *gicr_outbox(gicr *r);

/** The register frame (rows). */
const gic_frame *gicr_frame(const gicr *r);

/** Fill in the gates that this Redistributor knows (all for private INTIDs; sleep and owner). */
void gicr_explain(const gicr *r, gic_explanation *explanation);

/** Bytes that gicr_save() writes. */
size_t gicr_save_size(const gicr *r);
/** Save the architectural state. */
size_t gicr_save(const gicr *r, void *out);
/** Load what gicr_save() wrote of an equal configuration; false and unchanged otherwise. */
bool gicr_load(gicr *r, const void *in, size_t length);

GIC_END_DECLS

#endif
