/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explaining: every gate between a line and a PE, in order. Each kernel adds the gates that it
 * knows; the joiner puts them together (gic_explain), the first closed one is the answer to "why
 * is this interrupt not delivered?".
 */
#ifndef GIC_EXPLAIN_H
#define GIC_EXPLAIN_H

#include "gic/defs.h"

GIC_BEGIN_DECLS

/** Gates in the order in which an interrupt passes them. */
typedef enum gic_gate_id {
    GIC_GATE_IMPLEMENTED, /**< The INTID exists in this configuration. */
    GIC_GATE_PENDING,     /**< Level-sensitive line high, or latch set; value: level | latch << 1 */
    GIC_GATE_ENABLED,     /**< ISENABLER; value: the bit */
    GIC_GATE_NOT_ACTIVE,  /**< value: active bit */
    GIC_GATE_GROUP_ENABLED, /**< GICD_CTLR enables its group; value: gic_group */
    GIC_GATE_ROUTED,        /**< IROUTER leads to this PE; value: IROUTER, GICv2: ITARGETSR */
    GIC_GATE_AWAKE,         /**< GICR_WAKER; value: ProcessorSleep | ChildrenAsleep << 1 */
    GIC_GATE_OWNER,         /**< Not at another PE, not on its way; value: owner PE */
    GIC_GATE_IGRPEN,        /**< ICC_IGRPEN of its group; value: the group set enabled */
    GIC_GATE_BEST,          /**< Nothing more urgent is presented; value: INTID held */
    GIC_GATE_PMR,           /**< Priority above ICC_PMR; value: priority << 8 | PMR */
    GIC_GATE_RUNNING,       /**< Pre-empts the running priority; value: priority << 8 | RPR */
    GIC_GATE_LINE,          /**< IRQ or FIQ is asserted; value: irq | fiq << 1 */
    GIC_GATE_PSTATE,        /**< Not masked in the PE (DAIF, target Exception level). */

    /* Of a virtual interrupt, by gic_explain_virtual() */
    GIC_GATE_VIRTUAL_LISTED,  /**< A list register holds it; value: its number, or
                                   GIC_MAX_LIST_REGISTERS */
    GIC_GATE_VIRTUAL_PENDING, /**< ICH_LR.State is Pending, and the priority not 0xFF; value: the
                                   list register */
    GIC_GATE_VIRTUAL_ENABLED, /**< ICH_HCR_EL2.En; value: ICH_HCR_EL2 */
    GIC_GATE_VIRTUAL_GROUP,   /**< ICH_VMCR_EL2.VENG of its group; value: the group */
    GIC_GATE_VIRTUAL_BEST,    /**< No list register is more urgent; value: the most urgent one,
                                   GIC_MAX_LIST_REGISTERS: none */
    GIC_GATE_VIRTUAL_PMR,     /**< Above ICV_PMR; value: priority << 8 | PMR */
    GIC_GATE_VIRTUAL_RUNNING, /**< Pre-empts; value: priority << 8 | ICV_RPR */
    GIC_GATE_VIRTUAL_LINE,    /**< vIRQ or vFIQ is asserted; value: vIRQ | vFIQ << 1 */
    GIC_GATE_VIRTUAL_ROUTED,  /**< HCR_EL2.IMO or FMO; value: IMO | FMO << 1 */
    GIC_GATE_VIRTUAL_PSTATE,  /**< The PE is at EL0 or EL1 and does not mask it. */
    GIC_GATE_COUNT
} gic_gate_id;

/** State of one gate. */
typedef struct gic_gate {
    uint8_t id; /**< gic_gate_id */
    bool known; /**< Somebody filled it in. */
    bool open;
    uint64_t value; /**< What the gate looked at; see gic_gate_id. */
} gic_gate;

/** All gates for one INTID and PE, indexed by gic_gate_id. */
typedef struct gic_explanation {
    uint32_t intid;
    uint16_t pe;
    gic_gate gate[GIC_GATE_COUNT];
} gic_explanation;

/** Fill one gate. */
static inline void gic_gate_set(gic_explanation *e, gic_gate_id id, bool open, uint64_t value)
{
    gic_gate *g = &e->gate[id];
    g->id = (uint8_t)id;
    g->known = true;
    g->open = open;
    g->value = value;
}

/** First known gate, in that order, that is closed, or GIC_GATE_COUNT when all known gates are
 * open. */
gic_gate_id gic_first_closed_gate(const gic_explanation *e);

/** Short name of a gate, e.g. "GICD_CTLR group enable". */
const char *gic_gate_name(gic_gate_id id);

GIC_END_DECLS

#endif
