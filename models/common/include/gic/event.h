/* SPDX-License-Identifier: Apache-2.0 */
/* Events by id (rows: gic/event.def). */
#ifndef GIC_EVENT_H
#define GIC_EVENT_H

#include "gic/defs.h"

GIC_BEGIN_DECLS

/** Each event a kernel can report. */
typedef enum gic_event_id {
#define GIC_EVENT(name, class, meaning) GIC_EV_##name,
#include "gic/event.def"
#undef GIC_EVENT
    GIC_EV_COUNT
} gic_event_id;

/** A set of events. */
typedef struct gic_event_set {
    uint64_t bit[(GIC_EV_COUNT + 63) / 64]; /**< Bit n % 64 of word n / 64: gic_event_id n. */
} gic_event_set;

/** Whether event @p id, below GIC_EV_COUNT, is in @p set. */
static inline bool gic_event_set_has(const gic_event_set *set, unsigned id)
{
    return (set->bit[id / 64u] >> id % 64u & 1u) != 0;
}

/** Put event @p id, below GIC_EV_COUNT, into @p set. */
static inline void gic_event_set_add(gic_event_set *set, unsigned id)
{
    set->bit[id / 64u] |= UINT64_C(1) << id % 64u;
}

/** What an event is about. */
typedef enum gic_event_class {
    GIC_EVENT_STAMP, /**< A point in the life of an interrupt instance. */
    GIC_EVENT_STATE, /**< Worth counting: races, credits, sleep. */
    GIC_EVENT_GUEST  /**< The guest's mistake. */
} gic_event_class;

/** One event as the joiner hands it to tools. */
typedef struct gic_event {
    uint64_t time_ps; /**< Simulated time. */
    uint64_t arg;
    uint32_t intid;
    uint16_t pe;  /**< PE, or GIC_PE_NONE. */
    uint8_t id;   /**< gic_event_id */
    uint8_t port; /**< gic_port of the component that reported it. */
} gic_event;

/** Name of an event, "?" for a number that names none. */
const char *gic_event_name(unsigned id);
/** Class of an event. */
gic_event_class gic_event_class_of(unsigned id);
/** Put every event of a class into @p set. */
void gic_event_set_add_class(gic_event_set *set, gic_event_class class_of);
/** The set of all events. */
gic_event_set gic_event_set_all(void);
/** One line of text that says what the event means. */
const char *gic_event_text(unsigned id);

GIC_END_DECLS

#endif
