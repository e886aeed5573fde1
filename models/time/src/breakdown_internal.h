/* SPDX-License-Identifier: Apache-2.0 */
/* State of a breakdown: what breakdown.c keeps and save.c saves. */
#ifndef GICTIME_BREAKDOWN_INTERNAL_H
#define GICTIME_BREAKDOWN_INTERNAL_H

#include "gictime/breakdown.h"
#include "gictime/names.h"

enum {
    CLASSES = GIC_CLASS_LPI + 1,
    MAX_GROUPS = 1 + CLASSES + GICTIME_MAX_INTIDS,
    MAP_SLOTS = 1024 /* Power of two, well above GICTIME_MAX_INTIDS. */
};

/** Where the group of an INTID is. */
typedef struct map_slot {
    uint32_t intid;
    gictime_group *group; /**< NULL: free. */
} map_slot;

struct gictime_breakdown {
    gictime_group *group[MAX_GROUPS]; /**< In the order of gictime_breakdown_group(). */
    unsigned count;
    unsigned intids;
    uint32_t intid[GICTIME_MAX_INTIDS]; /**< INTIDs with a group, in the order of the groups. */
    gictime_group *by_class[CLASSES];
    map_slot map[MAP_SLOTS];
    uint64_t ungrouped;
    const gictime_names *names; /**< Who raises the INTIDs; may be NULL. */
};

/** Group of an INTID, made when there is room; NULL when there is none. */
gictime_group *gictime_breakdown_group_of(gictime_breakdown *b, uint32_t intid);

#endif
