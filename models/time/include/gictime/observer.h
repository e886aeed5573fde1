/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that a program wants to know of a run, behind the joiner's ports: recorder,
 * breakdown, guest report, names, log, and the files of --stats, --trace-json, --vcd, --stamps.
 *
 *     gictime_observer *o = gictime_observer_create(&config, &error);
 *     ports.event = gictime_observer_event;  ports.line = gictime_observer_line;  ports.up = o;
 *     ... run ...
 *     gictime_observer_finish(o, &run, &error);
 *     gictime_observer_destroy(o);
 */
#ifndef GICTIME_OBSERVER_H
#define GICTIME_OBSERVER_H

#include "gic/assembly.h"
#include "gictime/breakdown.h"
#include "gictime/bytes.h"
#include "gictime/guest.h"
#include "gictime/log.h"
#include "gictime/names.h"
#include "gictime/profile.h"
#include "gictime/recorder.h"

GIC_BEGIN_DECLS

/** What to observe and where to write it. Paths may be NULL. */
typedef struct gictime_observer_config {
    const gic_config *gic;          /**< Used during create only. */
    const gictime_profile *profile; /**< Lives as long as the observer. */
    const char *stats_path;         /**< Stats JSON, written by finish. */
    const char *trace_path;         /**< Chrome trace-event JSON. */
    const char *vcd_path;           /**< VCD of the lines. */
    const char *stamps_path;        /**< CSV, a line per instance. */
    FILE *log;                      /**< Lines of gictime_log.h; stays the caller's. NULL: none. */
    uint64_t log_max;               /**< See gictime_log_create(). */
    gictime_names *names;           /**< Lives as long as the observer; NULL: no names. */
    gictime_line_fn *guest_line;    /**< The guest's mistakes, a line each; may be NULL. */
    void *guest_ctx;
    size_t live_capacity;         /**< See gictime_recorder_config; 0: its default. */
    uint64_t max_trace_instances; /**< See gictime_trace_create(); 0: its default. */
    bool buckets;                 /**< Histograms of the spans in full in the stats. */
} gictime_observer_config;

/** One more number for the stats, e.g. a PE's instructions. */
typedef struct gictime_fact {
    const char *name;
    uint64_t value;
} gictime_fact;

/** How the run went; all members may be zero or NULL. */
typedef struct gictime_run {
    const char *title;             /**< What ran. */
    uint64_t end_ps;               /**< Simulated time at the end. */
    const gic_assembly_stats *gic; /**< Counters of the joiner. */
    const gictime_fact *fact;      /**< Counters of the platform, under "platform". */
    size_t fact_count;
} gictime_run;

typedef struct gictime_observer gictime_observer;

/** Opens the files. NULL with one line in @p error (a file that cannot be written, memory). */
gictime_observer *gictime_observer_create(const gictime_observer_config *config,
                                          gictime_error *error);
/** Frames of the assembly, for names of registers; either may be NULL. */
void gictime_observer_frames(gictime_observer *o, const gic_frame *gicd, const gic_frame *gicr,
                             const gic_frame *gicc);

/** For gic_assembly_ports.event, with `up` the observer. */
void gictime_observer_event(void *observer, const gic_event *event);
/** For gic_assembly_ports.line. */
void gictime_observer_line(void *observer, uint16_t pe, gic_line line, bool level,
                           uint64_t time_ps);
/** An input line moved: an SPI (@p pe is not looked at) or a PPI of @p pe. */
void gictime_observer_input(gictime_observer *o, uint16_t pe, uint32_t intid, bool level,
                            uint64_t time_ps);
/** PE took an IRQ or FIQ exception; its vector begins. */
void gictime_observer_exception(gictime_observer *o, uint16_t pe, bool fiq, uint64_t time_ps);
void gictime_observer_handler(gictime_observer *o, uint16_t pe, bool fiq, uint64_t time_ps);
/** Something that @p pe did, for the log. */
void gictime_observer_note(gictime_observer *o, uint16_t pe, uint64_t time_ps, const char *text);
/** No PE's local time is before @p time_ps any more. */
void gictime_observer_advance(gictime_observer *o, uint64_t time_ps);
/** Checkpoint: everything that the files still to come depend on, but the names. */
void gictime_observer_save(const gictime_observer *o, gictime_bytes *bytes);
/**
 * Continue what gictime_observer_save() saved, in an observer that was created alike and has seen
 * nothing: statistics are those of the whole run, traces and the log begin here.
 * Names are the caller's, and are to be loaded before.
 * @return false when it is not of an observer with the same files, or damaged.
 */
bool gictime_observer_load(gictime_observer *o, gictime_cursor *cursor);
/** The GIC was reset: what is alive ends. */
void gictime_observer_reset(gictime_observer *o, uint64_t time_ps);

/**
 * End of the run: closes what is alive, writes the stats and ends every file.
 * @return false with the file that could not be written in @p error.
 */
bool gictime_observer_finish(gictime_observer *o, const gictime_run *run, gictime_error *error);
void gictime_observer_destroy(gictime_observer *o);

const gictime_recorder *gictime_observer_recorder(const gictime_observer *o);
const gictime_breakdown *gictime_observer_breakdown(const gictime_observer *o);
const gictime_guest *gictime_observer_guest(const gictime_observer *o);

/** The stats document (docs/timing.md) on @p out. */
void gictime_observer_stats(const gictime_observer *o, const gictime_run *run, FILE *out);

GIC_END_DECLS

#endif
