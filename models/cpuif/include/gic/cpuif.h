/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU interface kernel of one PE: ICC_* system registers, or the GICC frame of a GICv2, the
 * interrupt that is presented, running priority, IRQ and FIQ.
 *
 * One block of caller's memory, no time, no calls out: messages to the Redistributor, lines and
 * events go to the outbox, which the joiner empties after every call.
 */
#ifndef GIC_CPUIF_H
#define GIC_CPUIF_H

#include "gic/config.h"
#include "gic/explain.h"
#include "gic/outbox.h"
#include "gic/pe.h"
#include "gic/regs.h"
#include "gic/sysreg.h"

GIC_BEGIN_DECLS

typedef struct cpuif cpuif;

/** Bytes of memory that cpuif_init() needs for @p config, aligned to 64. */
size_t cpuif_footprint(const gic_config *config);

/**
 * Build the CPU interface of PE @p pe in @p memory (aligned to 64).
 * @return the kernel, reset, or NULL with the reason in @p error (which may be NULL).
 */
cpuif *cpuif_init(void *memory, size_t length, const gic_config *config, uint16_t pe,
                  gic_config_error *error);

/**
 * Reset of the PE's CPU interface alone: registers to their reset values; what is held is released
 * and the groups are disabled upstream, by messages, so that no interrupt is lost with the reset.
 * What is unacknowledged on the link stays accounted for.
 */
void cpuif_reset(cpuif *c);

/** The PE's state changed. Lines are driven anew (P-22). */
void cpuif_set_pe_state(cpuif *c, const gic_pe_state *state);

/**
 * Read of a system register by the PE in the state last pushed.
 * @return GIC_SYSREG_OK with @p value, UNDEFINED, the trap, or GIC_SYSREG_STALL with nothing done.
 */
gic_sysreg_result cpuif_sysreg_read(cpuif *c, gic_sysreg reg, uint64_t *value);
/** Write of a system register; see cpuif_sysreg_read(). */
gic_sysreg_result cpuif_sysreg_write(cpuif *c, gic_sysreg reg, uint64_t value);

/** A debugger's read: what a read at EL3 (or the highest EL) would return, with no effect. */
bool cpuif_peek(const cpuif *c, gic_sysreg reg, uint64_t *value);

/** The frames of a GICv2 that are banked by PE: physical, for a hypervisor, for its guest. */
typedef enum cpuif_frame_kind { CPUIF_GICC, CPUIF_GICH, CPUIF_GICV } cpuif_frame_kind;

/** Bytes of these frames. */
enum { GICC_FRAME_SIZE = 0x2000, GICH_FRAME_SIZE = 0x1000, GICV_FRAME_SIZE = 0x2000 };

/**
 * GICv2: access to a frame of this PE, whose system registers are UNDEFINED then. A debugger's read
 * of GICC_IAR or GICV_IAR acknowledges nothing. See gic_frame_read(); GIC_ADDRESS where there is no
 * such frame.
 */
gic_status cpuif_frame_read(cpuif *c, cpuif_frame_kind kind, const gic_access *access,
                            uint32_t offset, uint64_t *value);
/** Register write; see gic_frame_write(). */
gic_status cpuif_frame_write(cpuif *c, cpuif_frame_kind kind, const gic_access *access,
                             uint32_t offset, uint64_t value);
/**
 * The frame (rows); NULL when this is no GICv2, and of GICH and GICV when there are no list
 * registers.
 */
const gic_frame *cpuif_frame(const cpuif *c, cpuif_frame_kind kind);

/** A message from the Redistributor. */
void cpuif_receive(cpuif *c, const gic_msg *msg);

/**
 * GICv2: the legacy input behind IRQ or FIQ (@p line) is at @p level; low unless told. It goes on
 * to that line while interrupt bypass is on (L-13). A reset of the kernel keeps it. Nothing in a
 * GICv3.
 */
void cpuif_set_legacy(cpuif *c, gic_line line, bool level);
/** The level last set. */
bool cpuif_legacy(const cpuif *c, gic_line line);

/** Whether an upstream message is unacknowledged: what a DSB waits for. */
bool cpuif_upstream_pending(const cpuif *c);

/** The outbox, to be emptied after every call. */
gic_outbox *cpuif_outbox(cpuif *c);

/** Fill in the gates IGRPEN, BEST, PMR, RUNNING, LINE. */
void cpuif_explain(const cpuif *c, gic_explanation *explanation);
/** Fill in the gates of a virtual interrupt, VIRTUAL_LISTED to VIRTUAL_ROUTED. */
void cpuif_explain_virtual(const cpuif *c, gic_explanation *explanation);

/** Bytes that cpuif_save() writes. */
size_t cpuif_save_size(const cpuif *c);
/** Save the architectural state and what is unacknowledged. */
size_t cpuif_save(const cpuif *c, void *out);
/** Load what cpuif_save() wrote of an equal configuration; false and unchanged otherwise. */
bool cpuif_load(cpuif *c, const void *in, size_t length);

GIC_END_DECLS

#endif
