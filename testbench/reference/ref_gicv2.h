/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole GICv2 the slow and obvious way: one flat state, no messages, nothing derived; every
 * question is a loop over all interrupts. Written from IHI 0048B, the L rules and the numbered
 * choices (docs/impdef.md). Accesses are legal ones: words, and bytes where a register has them.
 */
#ifndef GICTLM_REF_GICV2_H
#define GICTLM_REF_GICV2_H

#include "gic/config.h"

GIC_BEGIN_DECLS

enum { REF2_PES = 8, REF2_SPIS = 988, REF2_INTIDS = 1020, REF2_NONE = 1023, REF2_LEVELS = 128 };

/** One interrupt, an SGI or PPI as one PE has it. */
typedef struct ref2_irq {
    bool wire, latch, edge, enabled, active, group1;
    int priority, nsacr;
    unsigned targets; /**< SPI: PEs. */
    unsigned sources; /**< SGI: PEs that it is pending from. */
} ref2_irq;

/** One CPU interface and its private interrupts. */
typedef struct ref2_pe {
    ref2_irq own[32];
    bool enable[2], ack_ctl, fiq_en, cbpr, eoi_s, eoi_ns;
    unsigned bypass; /**< GICC_CTLR[8:5] */
    int pmr, bpr[2];
    bool level[2][REF2_LEVELS]; /**< Active priorities by group. */
} ref2_pe;

/** The GIC. */
typedef struct ref2 {
    gic_config config;
    bool enable[2]; /**< GICD_CTLR */
    ref2_irq spi[REF2_SPIS];
    ref2_pe pe[REF2_PES];
} ref2;

/** A GIC of @p config after reset. */
void ref2_init(ref2 *r, const gic_config *config);
/** An input; @p pe counts for PPIs. */
void ref2_wire(ref2 *r, unsigned pe, unsigned intid, bool level);
/** Accesses of @p size bytes by @p pe. A read with @p look has no effect. */
uint32_t ref2_gicd_read(const ref2 *r, unsigned pe, bool secure, unsigned offset, unsigned size);
void ref2_gicd_write(ref2 *r, unsigned pe, bool secure, unsigned offset, unsigned size,
                     uint32_t value);
uint32_t ref2_gicc_read(ref2 *r, unsigned pe, bool secure, unsigned offset, bool look);
void ref2_gicc_write(ref2 *r, unsigned pe, bool secure, unsigned offset, uint32_t value);
/** IRQ and FIQ of a PE. */
bool ref2_irq_line(const ref2 *r, unsigned pe);
bool ref2_fiq_line(const ref2 *r, unsigned pe);

GIC_END_DECLS

#endif
