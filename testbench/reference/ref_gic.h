/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole GIC the slow and obvious way: Distributor, Redistributors and CPU interfaces are one flat
 * state, without messages and without anything derived. Every question is answered by a loop over
 * all interrupts. Written from the conformance rules, the numbered choices (docs/impdef.md) and the
 * architecture, and from nothing else. What one PE is presented with, its priorities and its lines,
 * is the reference CPU interface's part (ref_cpuif.h).
 *
 * The architecture leaves free which PE gets a 1-of-N interrupt. The reference does not choose: the
 * test tells what each PE of the model is presented with, and ref_gic_present() says whether that
 * may be.
 */
#ifndef GICTLM_REF_GIC_H
#define GICTLM_REF_GIC_H

#include "gic/access.h"
#include "gic/config.h"
#include "gic/pe.h"
#include "gic/sysreg.h"
#include "ref_cpuif.h"
#include "ref_virtual.h"

GIC_BEGIN_DECLS

enum {
    REF_PES = 8,
    REF_SHARED = 5120,  /* INTIDs of the Distributor's interrupts are below this. */
    REF_PRIVATE = 1120, /* INTIDs of a PE's own interrupts are below this. */
    REF_INTIDS = 32 + 988 + 64 + 1024,
    REF_LPI_FIRST = 8192,
    REF_LPI_END = 16384, /* LPIs have 14 bits here. */
    REF_LPIS = 32,       /* So many of them are looked at. */
    REF_NONE = 1023
};

/** One SGI, PPI or SPI. */
typedef struct ref_irq {
    bool exists;
    uint32_t intid;
    bool shared;  /* an SPI */
    bool wire;    /* the input */
    bool message; /* the level that SETSPI left (D-13) */
    bool latch;
    bool edge;
    bool enabled;
    bool active;
    bool igroup;
    bool igrpmod;
    bool inmir;
    int priority;
    int nsacr;
    uint64_t route; /* GICD_IROUTER */
} ref_irq;

/** One PE with what belongs to it. */
typedef struct ref_pe {
    ref_cpuif cpu;
    ref_virtual v;
    bool maintenance_input; /* the input of PPI 25 by itself */
    bool pmhe;
    bool sre_el2_enable, sre_el3_enable;
    uint32_t affinity;
    bool sleeping; /* GICR_WAKER; without time both bits are alike */
    bool cpu_active;
    bool dpg[GIC_GROUP_COUNT];
    ref_irq irq[REF_PRIVATE];
    bool lpis_on;                                  /* GICR_CTLR.EnableLPIs */
    bool lpi_pending[REF_LPI_END - REF_LPI_FIRST]; /* in the table, while LPIs are off */
    uint64_t propbaser, pendbaser;
    bool ptz;  /* as PENDBASER was written last */
    bool last; /* GICR_TYPER.Last */
} ref_pe;

/** The whole state. */
typedef struct ref_gic {
    gic_config config;
    bool ds; /* GICD_CTLR.DS, or one Security state */
    bool group_enabled[GIC_GROUP_COUNT];
    bool e1nwf;
    uint32_t intid[REF_INTIDS]; /* those that are implemented, in order; no LPIs */
    int intids;
    uint32_t lpi[REF_LPIS]; /* those that the test uses, in order */
    int lpis;
    ref_irq spi[REF_SHARED];
    ref_pe pe[REF_PES];
    uint8_t lpi_config[REF_LPI_END - REF_LPI_FIRST]; /* the bytes that count */
    int deactivated;                                 /* what a list register deactivated last */
} ref_gic;

/** A GIC of this configuration after reset; every wire low. */
void ref_gic_init(ref_gic *g, const gic_config *config);
/** Reset of everything; wires and what the PEs said of themselves stay. */
void ref_gic_reset(ref_gic *g);
/** Reset of one CPU interface. */
void ref_gic_reset_pe(ref_gic *g, int pe);

/* ---- inputs --------------------------------------------------------------------------------- */

/** The wire of an interrupt; @p pe counts for PPIs. Unimplemented ones are passed over. */
void ref_gic_wire(ref_gic *g, int pe, uint32_t intid, bool level);
/** PPI 25 of a PE follows its input and the maintenance interrupt (V-10). */
void ref_gic_maintain(ref_gic *g, int pe);
/** The test uses this LPI: in the order of INTIDs, at most REF_LPIS. */
void ref_gic_use_lpi(ref_gic *g, uint32_t intid);
/** An LPI becomes pending at, or is taken from, a PE. */
void ref_gic_lpi(ref_gic *g, int pe, uint32_t intid, bool pending);

/* ---- what is pending, and for whom ---------------------------------------------------------- */

/** The interrupt, or NULL: the Distributor's, or @p pe's own. */
ref_irq *ref_gic_find(ref_gic *g, int pe, uint32_t intid);
/** Its group now (D-21). */
gic_group ref_gic_group(const ref_gic *g, const ref_irq *irq);
/** Whether it is an NMI, and its priority then or otherwise (N-06, N-08). */
bool ref_gic_nmi(const ref_gic *g, const ref_irq *irq);
int ref_gic_priority(const ref_gic *g, const ref_irq *irq);
/** Latch, or level (D-05). */
bool ref_gic_pending(const ref_irq *irq);
/** The most urgent interrupt that can go to this PE and no other, or REF_NONE. */
uint32_t ref_gic_directed(ref_gic *g, int pe);
/**
 * Adopt what each PE of the model is presented with, if the rules allow it.
 * @return NULL, or what is wrong, in one line.
 */
const char *ref_gic_present(ref_gic *g, const uint32_t *presented);
/** Whether the wake request of each PE may be as the model has it (R-01, D-12); as above. */
const char *ref_gic_check_wake(ref_gic *g, const bool *wake_request);

/* ---- registers ------------------------------------------------------------------------------ */

/** Access to the GICD frame, @p value as read or to be written (D-14: narrow or wide). */
gic_status ref_gicd_read(ref_gic *g, const gic_access *access, uint32_t offset, uint64_t *value);
gic_status ref_gicd_write(ref_gic *g, const gic_access *access, uint32_t offset, uint64_t value);
/** Access to the frames of one PE. */
gic_status ref_gicr_read(ref_gic *g, int pe, const gic_access *access, uint32_t offset,
                         uint64_t *value);
gic_status ref_gicr_write(ref_gic *g, int pe, const gic_access *access, uint32_t offset,
                          uint64_t value);

/** System registers, by a PE in the state of ref_pe.cpu.pe. */
gic_sysreg_result ref_icc_read(ref_gic *g, int pe, gic_sysreg reg, uint64_t *value);
gic_sysreg_result ref_icc_write(ref_gic *g, int pe, gic_sysreg reg, uint64_t value);
/** Whether an access that is permitted now is to the virtual half: ICH_, or ICV_ by HCR_EL2. */
bool ref_icc_is_virtual(const ref_gic *g, int pe, gic_sysreg reg);

GIC_END_DECLS

#endif
