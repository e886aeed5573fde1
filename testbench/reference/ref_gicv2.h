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

enum {
    REF2_PES = 8,
    REF2_SPIS = 988,
    REF2_INTIDS = 1020,
    REF2_NONE = 1023,
    REF2_LEVELS = 128,
    REF2_VIRTUAL_LEVELS = 32
};

/** One interrupt, an SGI or PPI as one PE has it. */
typedef struct ref2_irq {
    bool wire, latch, edge, enabled, active, group1;
    int priority, nsacr;
    unsigned targets; /**< SPI: PEs. */
    unsigned sources; /**< SGI: PEs that it is pending from. */
} ref2_irq;

/** A list register. */
typedef struct ref2_lr {
    bool pending, active, group1, hardware, eoi;
    int priority;
    unsigned vid, cpuid, pid;
} ref2_lr;

/** GICH and GICV of one PE. */
typedef struct ref2_guest {
    ref2_lr lr[16];
    bool level[REF2_VIRTUAL_LEVELS]; /**< GICH_APR */
    bool enable[2], ack_ctl, fiq_en, cbpr, eoi_mode;
    int pmr, bpr[2];
    bool on;         /**< GICH_HCR.En */
    uint32_t causes; /**< GICH_HCR[7:1] */
    int eoi_count;
    bool outside; /**< The maintenance PPI's own input. */
} ref2_guest;

/** One CPU interface and its private interrupts. */
typedef struct ref2_pe {
    ref2_irq own[32];
    bool enable[2], ack_ctl, fiq_en, cbpr, eoi_s, eoi_ns;
    unsigned bypass; /**< GICC_CTLR[8:5] */
    bool legacy_irq, legacy_fiq;
    ref2_guest guest;
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
/** The legacy inputs of a PE. */
void ref2_legacy(ref2 *r, unsigned pe, bool irq, bool fiq);
/** Accesses of @p size bytes by @p pe. A read with @p look has no effect. */
uint32_t ref2_gicd_read(const ref2 *r, unsigned pe, bool secure, unsigned offset, unsigned size);
void ref2_gicd_write(ref2 *r, unsigned pe, bool secure, unsigned offset, unsigned size,
                     uint32_t value);
uint32_t ref2_gicc_read(ref2 *r, unsigned pe, bool secure, unsigned offset, bool look);
void ref2_gicc_write(ref2 *r, unsigned pe, bool secure, unsigned offset, uint32_t value);
/** Those of a hypervisor and its guest, in a GIC with list registers. */
uint32_t ref2_gich_read(const ref2 *r, unsigned pe, unsigned offset);
void ref2_gich_write(ref2 *r, unsigned pe, unsigned offset, uint32_t value);
uint32_t ref2_gicv_read(ref2 *r, unsigned pe, unsigned offset, bool look);
void ref2_gicv_write(ref2 *r, unsigned pe, unsigned offset, uint32_t value);
/** IRQ and FIQ of a PE. */
bool ref2_irq_line(const ref2 *r, unsigned pe);
bool ref2_fiq_line(const ref2 *r, unsigned pe);
/** Virtual IRQ and FIQ, and the maintenance interrupt. */
bool ref2_virq_line(const ref2 *r, unsigned pe);
bool ref2_vfiq_line(const ref2 *r, unsigned pe);
bool ref2_maintenance_line(const ref2 *r, unsigned pe);

GIC_END_DECLS

#endif
