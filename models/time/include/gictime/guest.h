/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Report of the guest's mistakes: every one is counted, the first few of each kind become a line
 * of text, then the 10th, 100th, 1000th ...; the registers' names come from the frames' own rows.
 */
#ifndef GICTIME_GUEST_H
#define GICTIME_GUEST_H

#include "gic/event.h"
#include "gic/regs.h"
#include "gictime/json.h"

GIC_BEGIN_DECLS

/** Takes one line of text without newline; it lives during the call only. */
typedef void gictime_line_fn(void *ctx, const char *line);

/** State of the report. Zero-initialised and with its first six members filled in, it is ready. */
typedef struct gictime_guest {
    gictime_line_fn *line; /**< NULL: count only. */
    void *ctx;
    const gic_frame *gicd; /**< For names of registers; may be NULL. */
    const gic_frame *gicr;
    const gic_frame *gicc; /**< Of a GICv2, where `gicr` is what GICD banks by PE; else NULL. */
    uint32_t verbatim;     /**< Lines of each kind before thinning out. */
    uint64_t count[GIC_EV_COUNT];
} gictime_guest;

/** Count an event and report it; events that are not of class GIC_EVENT_GUEST are passed over. */
void gictime_guest_event(gictime_guest *guest, const gic_event *event);
/** The line that describes @p event, into @p text. */
void gictime_guest_describe(const gictime_guest *guest, const gic_event *event, char *text,
                            size_t size);
/** All mistakes together. */
uint64_t gictime_guest_total(const gictime_guest *guest);
/** Object of event name to count; kinds that never happened are left out. */
void gictime_guest_json(const gictime_guest *guest, gictime_json *json, const char *key);

GIC_END_DECLS

#endif
