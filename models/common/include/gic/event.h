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
/** One line of text that says what the event means. */
const char *gic_event_text(unsigned id);

GIC_END_DECLS

#endif
