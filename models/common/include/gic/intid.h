/* SPDX-License-Identifier: Apache-2.0 */
/* INTIDs: which number is what (IHI 0069, 2.2). */
#ifndef GIC_INTID_H
#define GIC_INTID_H

#include "gic/defs.h"

enum {
    GIC_INTID_SGI_FIRST = 0,
    GIC_INTID_SGI_LAST = 15,
    GIC_INTID_PPI_FIRST = 16,
    GIC_INTID_MAINTENANCE = 25, /**< PPI of the virtual maintenance interrupt. */
    GIC_INTID_PPI_LAST = 31,
    GIC_INTID_SPI_FIRST = 32,
    GIC_INTID_SPI_LAST = 1019,
    GIC_INTID_SPECIAL_FIRST = 1020,
    GIC_INTID_SECURE = 1020,    /**< IAR at EL3: a G1S interrupt is pending. */
    GIC_INTID_NONSECURE = 1021, /**< IAR at EL3: a G1NS interrupt is pending. */
    GIC_INTID_NMI = 1022,       /**< IAR1: an NMI is pending (GICv3.3). */
    GIC_INTID_SPURIOUS = 1023,  /**< Nothing that this access may acknowledge. */
    GIC_INTID_EPPI_FIRST = 1056,
    GIC_INTID_EPPI_LAST = 1119,
    GIC_INTID_ESPI_FIRST = 4096,
    GIC_INTID_ESPI_LAST = 5119,
    GIC_INTID_LPI_FIRST = 8192
};

/** The classes of INTID that the architecture distinguishes. */
typedef enum gic_intid_class {
    GIC_CLASS_SGI,
    GIC_CLASS_PPI,
    GIC_CLASS_SPI,
    GIC_CLASS_SPECIAL,
    GIC_CLASS_EPPI,
    GIC_CLASS_ESPI,
    GIC_CLASS_RESERVED,
    GIC_CLASS_LPI
} gic_intid_class;

/** Class of @p intid by its number alone; whether it is implemented is the configuration's say. */
static inline gic_intid_class gic_classify(uint32_t intid)
{
    if (intid <= GIC_INTID_SGI_LAST)
        return GIC_CLASS_SGI;
    if (intid <= GIC_INTID_PPI_LAST)
        return GIC_CLASS_PPI;
    if (intid <= GIC_INTID_SPI_LAST)
        return GIC_CLASS_SPI;
    if (intid <= GIC_INTID_SPURIOUS)
        return GIC_CLASS_SPECIAL;
    if (intid >= GIC_INTID_LPI_FIRST)
        return GIC_CLASS_LPI;
    if (intid >= GIC_INTID_EPPI_FIRST && intid <= GIC_INTID_EPPI_LAST)
        return GIC_CLASS_EPPI;
    if (intid >= GIC_INTID_ESPI_FIRST && intid <= GIC_INTID_ESPI_LAST)
        return GIC_CLASS_ESPI;
    return GIC_CLASS_RESERVED;
}

/** True for SGIs, PPIs and extended PPIs: the INTIDs whose state a Redistributor holds. */
static inline bool gic_is_private(uint32_t intid)
{
    return intid < GIC_INTID_SPI_FIRST ||
           (intid >= GIC_INTID_EPPI_FIRST && intid <= GIC_INTID_EPPI_LAST);
}

/** True for SPIs and extended SPIs: the INTIDs whose state the Distributor holds. */
static inline bool gic_is_shared(uint32_t intid)
{
    return (intid >= GIC_INTID_SPI_FIRST && intid <= GIC_INTID_SPI_LAST) ||
           (intid >= GIC_INTID_ESPI_FIRST && intid <= GIC_INTID_ESPI_LAST);
}

/** True for 1020 to 1023, which never name an interrupt. */
static inline bool gic_is_special(uint32_t intid)
{
    return intid >= GIC_INTID_SPECIAL_FIRST && intid <= GIC_INTID_SPURIOUS;
}

/**
 * Interrupt groups. With one Security state (GICD_CTLR.DS=1) there are two: GIC_GROUP_0 and
 * GIC_GROUP_1NS, which then stands for plain Group 1.
 */
typedef enum gic_group { GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS, GIC_GROUP_COUNT } gic_group;

/** A set of groups: bit n is group n. */
typedef uint8_t gic_group_set;

/** The set that holds @p group alone. */
static inline gic_group_set gic_group_bit(gic_group group)
{
    return (gic_group_set)(1u << (unsigned)group);
}

#define GIC_GROUPS_NONE ((gic_group_set)0)
#define GIC_GROUPS_ALL  ((gic_group_set)7)

/** Priority of nothing: idle running priority, empty slot. Lower values are more urgent. */
#define GIC_PRIORITY_IDLE 0xFFu

/**
 * The order of urgency everywhere: lower priority value first, then lower INTID. One rule in one
 * place, so that no cache size, restore or mode changes the order (P-20).
 */
static inline bool gic_more_urgent(unsigned prio_a, uint32_t intid_a, unsigned prio_b,
                                   uint32_t intid_b)
{
    return prio_a < prio_b || (prio_a == prio_b && intid_a < intid_b);
}

/**
 * Place of a priority in that order: an NMI comes before others of its priority (N-01). What
 * compares priorities may compare these instead, but not one with the other.
 */
static inline uint16_t gic_urgency(uint8_t priority, bool nmi)
{
    return (uint16_t)((unsigned)priority << 1 | !nmi);
}

/** The priority of an NMI of Group 1, whatever IPRIORITYR says (N-06); @p ds: GICD_CTLR.DS. */
static inline uint8_t gic_nmi_priority(gic_group group, bool ds)
{
    return group == GIC_GROUP_1NS && !ds ? 0x80 : 0;
}

/** The priority at a place in the order. */
static inline uint8_t gic_urgency_priority(unsigned urgency)
{
    return (uint8_t)(urgency >> 1);
}

/** Whether it is that of an NMI. */
static inline bool gic_urgency_is_nmi(unsigned urgency)
{
    return (urgency & 1u) == 0;
}

/** Whether a priority mask hides what is at a place in the order (P-05): an NMI whose priority
    equals it is not hidden (N-06). */
static inline bool gic_urgency_hidden(unsigned urgency, uint8_t mask)
{
    return urgency > (unsigned)mask << 1;
}

#endif
