/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of interrupts as text: a line an event, in the order in which the model made them.
 *
 *     TIME ms  PE n  CLASS INTID  NAME  WHAT  +HOP ns
 *
 * The hop is the time since the stamp that the same instance had reached before. Loosely timed,
 * times of different PEs may go back by up to a quantum.
 */
#ifndef GICTIME_LOG_H
#define GICTIME_LOG_H

#include <stdio.h>

#include "gictime/names.h"
#include "gictime/recorder.h"

GIC_BEGIN_DECLS

typedef struct gictime_log gictime_log;

/**
 * A log on @p out, which stays the caller's, of at most @p max_lines lines (0: a million); what is
 * beyond is counted. @p names may be NULL. @return NULL without memory.
 */
gictime_log *gictime_log_create(FILE *out, uint64_t max_lines, const gictime_names *names);
/**
 * Whether a line tells of @p event: all that happens to an interrupt, not the guest's mistakes nor
 * the traffic between components.
 */
bool gictime_log_tells(const gic_event *event);
/** A line for @p event. @p instance is what it happened to, or NULL. */
void gictime_log_event(gictime_log *log, const gic_event *event, const gictime_instance *instance);
/** A line for something that @p pe did at @p time_ps. */
void gictime_log_note(gictime_log *log, uint16_t pe, uint64_t time_ps, const char *text);
/** Says what was left out, frees. False when the stream has failed. */
bool gictime_log_finish(gictime_log *log);

GIC_END_DECLS

#endif
