/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distributor kernel: SPIs and extended SPIs, GICD registers, routing, 1-of-N, SGI fan-out. Of a
 * GICv2 as of a GICv3; what a GICv2's GICD frame banks by PE is with gicr_read() and gicr_write().
 *
 * One block of caller's memory, no time, no calls out. Every entry point leaves what it has to say
 * in the outbox (gicd_outbox), which the joiner empties before the next entry.
 */
#ifndef GIC_GICD_H
#define GIC_GICD_H

#include "gic/config.h"
#include "gic/explain.h"
#include "gic/outbox.h"
#include "gic/regs.h"

GIC_BEGIN_DECLS

typedef struct gicd gicd;

/** Bytes of the GICD frame of a GICv3, and of a GICv2. */
enum { GICD_FRAME_SIZE = 0x10000, GICD2_FRAME_SIZE = 0x1000 };

/** Bytes of memory that gicd_init() needs for @p config, aligned to 64. */
size_t gicd_footprint(const gic_config *config);

/**
 * Build a Distributor in @p memory (aligned to 64).
 * @return the kernel, reset, or NULL with the reason in @p error (which may be NULL).
 */
gicd *gicd_init(void *memory, size_t length, const gic_config *config, gic_config_error *error);

/** Reset: registers to their reset values (N-03), nothing pending but what lines drive. */
void gicd_reset(gicd *d);

/** Register access by @p access at @p offset of the frame. See gic_frame_read(). */
gic_status gicd_read(gicd *d, const gic_access *access, uint32_t offset, uint64_t *value);
/** Register write; see gic_frame_write(). */
gic_status gicd_write(gicd *d, const gic_access *access, uint32_t offset, uint64_t value);

/** Message @p msg from the Redistributor of PE @p from. */
void gicd_receive(gicd *d, uint16_t from, const gic_msg *msg);

/** The wire of SPI @p intid is at @p level. Repeating a level does nothing. */
void gicd_set_line(gicd *d, uint32_t intid, bool level);

/** Whether work is left over (configuration work_limit); the joiner then calls gicd_step(). */
bool gicd_has_work(const gicd *d);
/** Do up to work_limit units of what is left over. */
void gicd_step(gicd *d);

/** The outbox, to be emptied after every call. */
gic_outbox *gicd_outbox(gicd *d);

/** The register frame (rows), for sweeps, `gicvp regs` and documentation. */
const gic_frame *gicd_frame(const gicd *d);

/** Fill in the gates that the Distributor knows for an SPI and a PE. Changes nothing. */
void gicd_explain(const gicd *d, gic_explanation *explanation);

/** Bytes that gicd_save() writes. */
size_t gicd_save_size(const gicd *d);
/** Save the architectural state (the outbox is empty between activations). */
size_t gicd_save(const gicd *d, void *out);
/** Load what gicd_save() wrote of an equal configuration; false and unchanged otherwise. */
bool gicd_load(gicd *d, const void *in, size_t length);

GIC_END_DECLS

#endif
