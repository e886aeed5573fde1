/* SPDX-License-Identifier: Apache-2.0 */
/* The stats document. */
#include "observer_internal.h"

#include "gic/msg.h"

static void write_recorder(const gictime_recorder_stats *s, gictime_json *json)
{
    unsigned outcome;
    gictime_json_object(json, "instances");
    gictime_json_u64(json, "begun", s->begun);
    for (outcome = 0; outcome < GICTIME_OUTCOME_COUNT; outcome++)
        gictime_json_u64(json, gictime_outcome_name(outcome), s->outcome[outcome]);
    gictime_json_u64(json, "merged", s->merged);
    gictime_json_u64(json, "displaced", s->displaced);
    gictime_json_u64(json, "returned", s->returned);
    gictime_json_u64(json, "spurious", s->spurious);
    gictime_json_u64(json, "implied", s->implied);
    gictime_json_u64(json, "orphan_events", s->orphans);
    gictime_json_u64(json, "dropped_live", s->dropped_live);
    gictime_json_u64(json, "dropped_finished", s->dropped_finished);
    gictime_json_u64(json, "live_peak", s->live_peak);
    gictime_json_end(json);
}

static void write_joiner(const gic_assembly_stats *s, gictime_json *json)
{
    unsigned i;
    gictime_json_object(json, "causality");
    gictime_json_u64(json, "violations", s->causality_violations);
    gictime_json_u64(json, "largest_skew_ps", s->causality_skew_ps);
    gictime_json_end(json);
    gictime_json_object(json, "messages");
    gictime_json_u64(json, "delivered", s->messages);
    gictime_json_u64(json, "in_flight_peak", s->in_flight_peak);
    gictime_json_u64(json, "station_waits", s->station_waits);
    gictime_json_u64(json, "toggles_folded", s->toggles_folded);
    gictime_json_u64(json, "lost", s->messages_lost);
    gictime_json_object(json, "by_kind");
    for (i = 0; i < GIC_MSG_KIND_COUNT; i++) {
        if (s->by_kind[i])
            gictime_json_u64(json, gic_msg_name(i), s->by_kind[i]);
    }
    gictime_json_end(json);
    gictime_json_end(json);
    gictime_json_object(json, "events");
    for (i = 0; i < GIC_EV_COUNT; i++) {
        if (s->events[i])
            gictime_json_u64(json, gic_event_name(i), s->events[i]);
    }
    gictime_json_u64(json, "dropped", s->events_dropped);
    gictime_json_end(json);
}

static void write_facts(const gictime_run *run, gictime_json *json)
{
    size_t i;
    gictime_json_object(json, "platform");
    for (i = 0; i < run->fact_count; i++)
        gictime_json_u64(json, run->fact[i].name, run->fact[i].value);
    gictime_json_end(json);
}

void gictime_observer_stats(const gictime_observer *o, const gictime_run *run, FILE *out)
{
    gictime_json json;
    gictime_json_open(&json, out, 3);
    gictime_json_object(&json, NULL);
    gictime_json_string(&json, "schema", "gictlm-stats-1");
    gictime_json_string(&json, "title", run->title);
    gictime_json_u64(&json, "end_ps", run->end_ps);
    write_facts(run, &json);
    if (run->gic)
        write_joiner(run->gic, &json);
    write_recorder(gictime_recorder_get_stats(o->recorder), &json);
    gictime_guest_json(&o->guest, &json, "guest_mistakes");
    gictime_json_u64(&json, "vcd_late", o->vcd_late);
    gictime_json_u64(&json, "breakdown_ungrouped", gictime_breakdown_ungrouped(o->breakdown));
    gictime_breakdown_json(o->breakdown, &json, "breakdown", o->config.buckets);
    gictime_profile_json(o->config.profile, &json);
    gictime_json_end(&json);
}
