/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gic.h
 * @brief GICv3 driver for two Security states (or one, when the machine has no EL3), and on
 * machines without EL3 of a GICv2.
 *
 * Who sets up what:
 * - EL3 (gic_el3_*): groups of all INTIDs, Group 0, system register access for the lower levels;
 * - a world at EL1 (gic_world_*): its own Group 1 at the CPU interface;
 * - enabling, priorities, configuration, routing: whoever owns the INTID, with gic_irq_*.
 * Addresses are the same for both Security states; the GIC sees the Security state of the access.
 */
#ifndef FW_GIC_H
#define FW_GIC_H

#include "fw/arch.h"

/** Interrupt groups as software knows them. */
enum gic_group { GIC_GROUP0, GIC_GROUP1S, GIC_GROUP1NS };

/** Highest INTID + 1 of the ordinary ranges. */
#define GIC_MAX_SPI 1020

/* Special INTIDs that an IAR can return. */
#define INTID_SECURE_PENDING 1020 /**< IAR0 at EL3: a Secure Group 1 interrupt is pending. */
#define INTID_NONSECURE_PENDING                                       \
    1021 /**< IAR0 at EL3: a Non-secure Group 1 interrupt is pending. \
          */
#define INTID_SPURIOUS 1023

/* Distributor */
#define GICD_CTLR       0x0000
#define GICD_TYPER      0x0004
#define GICD_IGROUPR    0x0080
#define GICD_ISENABLER  0x0100
#define GICD_ICENABLER  0x0180
#define GICD_ISPENDR    0x0200
#define GICD_ICPENDR    0x0280
#define GICD_IPRIORITYR 0x0400
#define GICD_ICFGR      0x0c00
#define GICD_IGRPMODR   0x0d00
#define GICD_IROUTER    0x6000
/* GICD_CTLR, Secure view (two Security states) */
#define GICD_CTLR_EN_GRP0   (1u << 0)
#define GICD_CTLR_EN_GRP1NS (1u << 1)
#define GICD_CTLR_EN_GRP1S  (1u << 2)
#define GICD_CTLR_ARE_S     (1u << 4)
#define GICD_CTLR_ARE_NS    (1u << 5)
#define GICD_CTLR_RWP       (1u << 31)
/* GICD_CTLR with one Security state */
#define GICD_CTLR_DS_ARE (1u << 4)
#define GICD_IROUTER_IRM (1ULL << 31)

/* Redistributor: RD frame, and the SGI frame 64 KiB above it */
#define GICR_STRIDE                0x20000
#define GICR_SGI_FRAME             0x10000
#define GICR_CTLR                  0x0000
#define GICR_TYPER                 0x0008
#define GICR_WAKER                 0x0014
#define GICR_WAKER_PROCESSOR_SLEEP (1u << 1)
#define GICR_WAKER_CHILDREN_ASLEEP (1u << 2)
#define GICR_CTLR_RWP              (1u << 3)
#define GICR_TYPER_LAST            (1ULL << 4)

/** Whether the machine has a GICv2; known once gic_find_redistributors() has looked. */
extern bool gic_is_v2;

/** Finds the Redistributors of all PEs of the firmware and stores their frames in pes[].
 *  @return number of PEs that have one (at most FW_MAX_PES). */
unsigned gic_find_redistributors(void);

/** EL3, primary: Distributor on, both views affinity-routed, every SPI Non-secure Group 1. */
void gic_el3_distributor(void);

/** EL3, each PE: wakes its Redistributor, SGIs/PPIs to Group 1 NS, CPU interface for all levels,
 *  Group 0 on, both Group 1 enables on. */
void gic_el3_pe(unsigned slot);

/** EL1 machine without EL3, primary: Distributor on. */
void gic_single_distributor(void);
/** EL1 machine without EL3, each PE: Redistributor awake, SGIs and PPIs Group 1. */
void gic_single_pe(unsigned slot);

/** EL1 of a world, each PE: system registers on, PMR open, its Group 1 enabled. */
void gic_world_pe(void);

/** Secure only: puts an INTID in a group. SGIs and PPIs: of PE `slot`. */
void gic_irq_group(unsigned slot, uint32_t intid, enum gic_group group);

/** Sets priority, then enables. @param priority as the caller's Security state sees it. */
void gic_irq_enable(unsigned slot, uint32_t intid, uint8_t priority);
/** Disables and waits until the GIC no longer delivers it (RWP). */
void gic_irq_disable(unsigned slot, uint32_t intid);
/** Edge or level, of an SPI or a PPI. The INTID must be disabled. */
void gic_irq_edge(unsigned slot, uint32_t intid, bool edge);
/** Routes an SPI to PE `slot`. */
void gic_irq_route(uint32_t intid, unsigned slot);
/** Routes an SPI to any PE (1 of N). */
void gic_irq_route_any(uint32_t intid);
/** Makes it pending, as a write of ISPENDR does; edge-like. */
void gic_irq_set_pending(unsigned slot, uint32_t intid);
/** Removes the pending state. */
void gic_irq_clear_pending(unsigned slot, uint32_t intid);

/** Sends SGI `intid` of Group 1 to PE `slot`. */
void gic_send_sgi(uint32_t intid, unsigned slot);

/** Value for ICC_SGI*R_EL1 that sends SGI `intid` to PE `slot` alone. */
uint64_t gic_sgi_value(uint32_t intid, unsigned slot);

#endif
