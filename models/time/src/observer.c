/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/observer.h"

#include <errno.h>

#include <string.h>

#include "gictime/trace.h"
#include "gictime/vcd.h"
#include "memory.h"
#include "observer_internal.h"

enum { GUEST_VERBATIM = 5, LOOSE_WINDOW_PS = 1 };

/* ------------------------------------------------------------------ files */

static bool cannot_write(const char *path, gictime_error *error)
{
    snprintf(error->text, sizeof(error->text),
             "%.160s: cannot be written: %s; a writable file would be right", path,
             strerror(errno));
    return false;
}

static bool open_one(FILE **file, const char *path, gictime_error *error)
{
    if (!path)
        return true;
    *file = fopen(path, "wb");
    return *file || cannot_write(path, error);
}

static bool close_one(FILE **file, const char *path, bool ok, gictime_error *error)
{
    if (!*file)
        return true;
    errno = 0;
    ok = !ferror(*file) && ok;
    ok = fclose(*file) == 0 && ok;
    *file = NULL;
    return ok || cannot_write(path, error);
}

static bool open_files(gictime_observer *o, const gictime_observer_config *c, gictime_error *error)
{
    if (!open_one(&o->stats_file, c->stats_path, error) ||
        !open_one(&o->trace_file, c->trace_path, error) ||
        !open_one(&o->vcd_file, c->vcd_path, error) ||
        !open_one(&o->stamps_file, c->stamps_path, error))
        return false;
    if (o->trace_file)
        o->trace = gictime_trace_create(o->trace_file, c->gic, c->max_trace_instances);
    if (o->trace)
        gictime_trace_names(o->trace, c->names);
    if (o->vcd_file)
        o->vcd = gictime_vcd_create(o->vcd_file, c->gic);
    if (o->stamps_file)
        gictime_instance_csv_header(o->stamps_file);
    if (c->log)
        o->log = gictime_log_create(c->log, c->log_max, c->names);
    if ((o->trace_file && !o->trace) || (o->vcd_file && !o->vcd) || (c->log && !o->log)) {
        snprintf(error->text, sizeof(error->text), "no memory for the trace");
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------ instances */

static void on_finished(void *ctx, const gictime_instance *list, size_t count)
{
    gictime_observer *o = (gictime_observer *)ctx;
    size_t n;
    for (n = 0; n < count; n++) {
        gictime_breakdown_add(o->breakdown, &list[n]);
        if (o->stamps_file)
            gictime_instance_csv(&list[n], o->stamps_file);
        if (o->trace)
            gictime_trace_instance(o->trace, &list[n]);
    }
}

static gictime_recorder *create_recorder(gictime_observer *o, const gictime_observer_config *c)
{
    gictime_recorder_config rc;
    memset(&rc, 0, sizeof(rc));
    rc.gic = c->gic;
    rc.live_capacity = c->live_capacity;
    rc.sink = on_finished;
    rc.ctx = o;
    /* Loosely timed an SGI pends in the activation that wrote it, or never. */
    rc.sgi_window_ps = gictime_profile_timed(c->profile) ? 0 : LOOSE_WINDOW_PS;
    return gictime_recorder_create(&rc);
}

gictime_observer *gictime_observer_create(const gictime_observer_config *config,
                                          gictime_error *error)
{
    gictime_observer *o = GICTIME_NEW(gictime_observer, 1);
    if (!o) {
        snprintf(error->text, sizeof(error->text), "no memory for the observer");
        return NULL;
    }
    o->config = *config;
    o->guest.line = config->guest_line;
    o->guest.ctx = config->guest_ctx;
    o->guest.verbatim = GUEST_VERBATIM;
    o->recorder = create_recorder(o, config);
    o->breakdown = gictime_breakdown_create();
    if (!o->recorder || !o->breakdown) {
        snprintf(error->text, sizeof(error->text), "no memory for the recorder");
        gictime_observer_destroy(o);
        return NULL;
    }
    gictime_breakdown_names(o->breakdown, config->names);
    if (!open_files(o, config, error)) {
        gictime_observer_destroy(o);
        return NULL;
    }
    o->config.gic = NULL;
    return o;
}

void gictime_observer_frames(gictime_observer *o, const gic_frame *gicd, const gic_frame *gicr,
                             const gic_frame *gicc)
{
    o->guest.gicd = gicd;
    o->guest.gicr = gicr;
    o->guest.gicc = gicc;
}

/* ------------------------------------------------------------------ ports */

/* These end an instance, or an attempt of it: what it was is looked at before. */
static bool ends_something(const gic_event *event)
{
    return event->id == GIC_EV_EOI || event->id == GIC_EV_DEACTIVATED ||
           event->id == GIC_EV_WITHDRAWN || event->id == GIC_EV_RELEASED ||
           event->id == GIC_EV_RETURNED;
}

static void record_and_log(gictime_observer *o, const gic_event *event)
{
    const bool before = ends_something(event);
    gictime_instance instance;
    bool known = before && gictime_recorder_instance(o->recorder, event, &instance);
    gictime_recorder_event(o->recorder, event);
    if (!before)
        known = gictime_recorder_instance(o->recorder, event, &instance);
    gictime_log_event(o->log, event, known ? &instance : NULL);
}

void gictime_observer_event(void *observer, const gic_event *event)
{
    gictime_observer *o = (gictime_observer *)observer;
    if (o->config.names)
        gictime_names_event(o->config.names, event);
    if (o->log && gictime_log_tells(event))
        record_and_log(o, event);
    else
        gictime_recorder_event(o->recorder, event);
    gictime_guest_event(&o->guest, event);
    if (o->trace) {
        const gictime_recorder_stats *stats = gictime_recorder_get_stats(o->recorder);
        gictime_trace_counts(o->trace, event->time_ps, stats->pending, stats->active);
        if (event->id == GIC_EV_SPURIOUS || gic_event_class_of(event->id) == GIC_EVENT_GUEST)
            gictime_trace_mark(o->trace, event->pe, event->time_ps, gic_event_name(event->id));
    }
}

void gictime_observer_line(void *observer, uint16_t pe, gic_line line, bool level, uint64_t time_ps)
{
    gictime_observer *o = (gictime_observer *)observer;
    if (o->vcd)
        gictime_vcd_line(o->vcd, pe, line, level, time_ps);
}

void gictime_observer_input(gictime_observer *o, uint16_t pe, uint32_t intid, bool level,
                            uint64_t time_ps)
{
    if (o->vcd)
        gictime_vcd_input(o->vcd, pe, intid, level, time_ps);
}

void gictime_observer_exception(gictime_observer *o, uint16_t pe, bool fiq, uint64_t time_ps)
{
    gictime_recorder_exception(o->recorder, pe, fiq, time_ps);
}

void gictime_observer_handler(gictime_observer *o, uint16_t pe, bool fiq, uint64_t time_ps)
{
    gictime_recorder_handler(o->recorder, pe, fiq, time_ps);
}

void gictime_observer_note(gictime_observer *o, uint16_t pe, uint64_t time_ps, const char *text)
{
    if (o->log)
        gictime_log_note(o->log, pe, time_ps, text);
}

void gictime_observer_advance(gictime_observer *o, uint64_t time_ps)
{
    if (o->vcd)
        gictime_vcd_advance(o->vcd, time_ps);
}

void gictime_observer_reset(gictime_observer *o, uint64_t time_ps)
{
    gictime_recorder_close(o->recorder, time_ps);
}

/* ------------------------------------------------------------------ the end */

bool gictime_observer_finish(gictime_observer *o, const gictime_run *run, gictime_error *error)
{
    const gictime_observer_config *c = &o->config;
    bool ok = true, trace_ok = true, vcd_ok = true;
    gictime_recorder_close(o->recorder, run->end_ps);
    gictime_recorder_flush(o->recorder);
    if (o->trace)
        trace_ok = gictime_trace_finish(o->trace);
    if (o->vcd) {
        o->vcd_late = gictime_vcd_late(o->vcd);
        vcd_ok = gictime_vcd_finish(o->vcd, run->end_ps);
    }
    o->trace = NULL;
    o->vcd = NULL;
    if (o->log && !gictime_log_finish(o->log))
        ok = cannot_write("the log", error);
    o->log = NULL;
    if (o->stats_file)
        gictime_observer_stats(o, run, o->stats_file);
    ok = close_one(&o->trace_file, c->trace_path, trace_ok, error) && ok;
    ok = close_one(&o->vcd_file, c->vcd_path, vcd_ok, error) && ok;
    ok = close_one(&o->stamps_file, c->stamps_path, true, error) && ok;
    return close_one(&o->stats_file, c->stats_path, true, error) && ok;
}

void gictime_observer_destroy(gictime_observer *o)
{
    gictime_error ignored = {""};
    if (!o)
        return;
    if (o->trace)
        gictime_trace_finish(o->trace);
    if (o->vcd)
        gictime_vcd_finish(o->vcd, 0);
    if (o->log)
        gictime_log_finish(o->log);
    close_one(&o->stats_file, "", true, &ignored);
    close_one(&o->trace_file, "", true, &ignored);
    close_one(&o->vcd_file, "", true, &ignored);
    close_one(&o->stamps_file, "", true, &ignored);
    gictime_recorder_destroy(o->recorder);
    gictime_breakdown_destroy(o->breakdown);
    free(o);
}

const gictime_recorder *gictime_observer_recorder(const gictime_observer *o)
{
    return o->recorder;
}

const gictime_breakdown *gictime_observer_breakdown(const gictime_observer *o)
{
    return o->breakdown;
}

const gictime_guest *gictime_observer_guest(const gictime_observer *o)
{
    return &o->guest;
}
