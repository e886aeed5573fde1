/* SPDX-License-Identifier: Apache-2.0 */
/* What a PE tells its CPU interface about itself, and the lines between the two. */
#ifndef GIC_PE_H
#define GIC_PE_H

#include "gic/defs.h"

/**
 * State of a PE that decides routing, views and traps. The PE pushes it whenever a member changes,
 * before its next access. The CPU interface answers everything from the state last pushed.
 */
typedef struct gic_pe_state {
    uint8_t el;        /**< Current Exception level, 0 to 3. */
    bool scr_ns;       /**< SCR_EL3.NS; true when the PE has no EL3 and is Non-secure. */
    bool scr_irq;      /**< SCR_EL3.IRQ. */
    bool scr_fiq;      /**< SCR_EL3.FIQ. */
    bool scr_eel2;     /**< SCR_EL3.EEL2: Secure EL2 is enabled. */
    bool hcr_imo;      /**< HCR_EL2.IMO. */
    bool hcr_fmo;      /**< HCR_EL2.FMO. */
    bool hcr_amo;      /**< HCR_EL2.AMO. */
    bool hcr_tge;      /**< HCR_EL2.TGE. */
    bool hcr_e2h;      /**< HCR_EL2.E2H. */
    bool aarch32;      /**< The current Exception level uses AArch32. */
    uint8_t sctlr_nmi; /**< Bit n: SCTLR_ELn.NMI (FEAT_NMI), else 0. */
} gic_pe_state;

/** True when the PE is at EL3 or in Secure state. */
static inline bool gic_pe_secure(const gic_pe_state *pe)
{
    return pe->el == 3 || !pe->scr_ns;
}

/** True when EL2 is enabled in the current Security state. */
static inline bool gic_pe_el2_enabled(const gic_pe_state *pe, bool has_el2)
{
    return has_el2 && (pe->scr_ns || pe->scr_eel2);
}

/** Lines that leave a CPU interface or Redistributor. */
typedef enum gic_line {
    GIC_LINE_IRQ,
    GIC_LINE_FIQ,
    GIC_LINE_VIRQ,
    GIC_LINE_VFIQ,
    GIC_LINE_NMI,          /**< What IRQ asserts is an NMI: superpriority. FIQ has none. */
    GIC_LINE_WAKE_REQUEST, /**< Redistributor: a sleeping PE has something pending. */
    GIC_LINE_MAINTENANCE,
    GIC_LINE_VNMI, /**< What virtual IRQ asserts is an NMI. */
    GIC_LINE_COUNT
} gic_line;

/** How a system register access ended. */
typedef enum gic_sysreg_result {
    GIC_SYSREG_OK,
    GIC_SYSREG_UNDEFINED, /**< UNDEFINED at the current Exception level. */
    GIC_SYSREG_TRAP_EL1,  /**< Trap to EL1 (ISS encoding is the PE's business). */
    GIC_SYSREG_TRAP_EL2,
    GIC_SYSREG_TRAP_EL3,
    GIC_SYSREG_STALL /**< Nothing happened: no credit upstream; repeat when a message arrived. */
} gic_sysreg_result;

#endif
