/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timeline as Chrome trace-event JSON; opens in ui.perfetto.dev and chrome://tracing.
 *
 * Process "PEs" has a track per PE: the exception until the acknowledge, then the interrupt until
 * its priority drop; nested where it was pre-empted. Processes "Distributor" and "Redistributors"
 * have a track per interrupt with its pending and active phases, the latter also one per PE with
 * what it presents. Process "ITS" has a track per LPI with its translations, process "Devices" one
 * per interrupt that has a name, with the time from the assertion to the acknowledge. Arrows lead
 * from the device's wire or MSI, an SGI from its sender, over translation, pending bit, Set,
 * exception and acknowledge to the EOI. Counters show how many interrupts are pending and active.
 */
#ifndef GICTIME_TRACE_H
#define GICTIME_TRACE_H

#include "gic/config.h"
#include "gictime/bytes.h"
#include "gictime/names.h"
#include "gictime/recorder.h"

GIC_BEGIN_DECLS

typedef struct gictime_trace gictime_trace;

/**
 * Begin a trace on @p out, which stays the caller's. @p max_instances bounds the file (0: a
 * million); what is beyond is counted in "otherData".
 * @return NULL without memory.
 */
gictime_trace *gictime_trace_create(FILE *out, const gic_config *gic, uint64_t max_instances);
/** Names of devices; NULL: none. Before the first instance. */
void gictime_trace_names(gictime_trace *trace, const gictime_names *names);
/** Add a finished instance. */
void gictime_trace_instance(gictime_trace *trace, const gictime_instance *instance);
/** The counters have these values from @p time_ps on; unchanged values write nothing. */
void gictime_trace_counts(gictime_trace *trace, uint64_t time_ps, uint32_t pending,
                          uint32_t active);
/** An instant on the track of @p pe, e.g. a spurious IAR or a guest's mistake. */
void gictime_trace_mark(gictime_trace *trace, uint16_t pe, uint64_t time_ps, const char *name);
/** Checkpoint: what the part of a trace that is still to come depends on. */
void gictime_trace_save(const gictime_trace *trace, gictime_bytes *bytes);
/**
 * Go on, in a file of its own, where gictime_trace_save() stood: names of tracks come again, events
 * do not. What is wrong makes @p cursor bad.
 */
void gictime_trace_load(gictime_trace *trace, gictime_cursor *cursor);
/** Write the end, free. False when the stream has failed. */
bool gictime_trace_finish(gictime_trace *trace);

GIC_END_DECLS

#endif
