/* SPDX-License-Identifier: Apache-2.0 */
/* The storm study: offered load against delivered interrupts and their latency. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gictime/breakdown.h"
#include "lpi.h"

/** A load counts as carried while so many of a thousand MSIs come out as interrupts of their own.
 */
enum { CARRIED_PERMILLE = 990 };

#define PS_PER_S 1000000000000.0

/* One load on one number of PEs. */
typedef struct storm_point {
    unsigned pes, rate;
    lpi_point point;
    study_storm_log log;
    uint64_t merged;    /* In the model. */
    uint64_t delivered; /* Acknowledged before the arrivals ended. */
    study_stat latency; /* All LPIs of the model: written to GITS_TRANSLATER until the vector. */
    study_stat hop[GICTIME_STAMP_COUNT];
    int64_t share[GICTIME_STAMP_COUNT];
} storm_point;

typedef struct storm_result {
    study_result *common;
    storm_point *points;
    size_t count;
} storm_result;

/* ------------------------------------------------------------------ running */

/* What no vector of its own answers found the PE on its way: until the acknowledge then. */
static int64_t latency_of(const gictime_instance *i)
{
    const uint64_t handler = i->stamp[GICTIME_STAMP_HANDLER];
    const uint64_t end =
        handler != GICTIME_NO_STAMP ? handler : i->stamp[GICTIME_STAMP_ACKNOWLEDGED];

    return (int64_t)(end - i->stamp[GICTIME_STAMP_ASSERTED]);
}

static bool is_lpi(const gictime_instance *i)
{
    return i->stamp[GICTIME_STAMP_TRANSLATED] != GICTIME_NO_STAMP &&
           i->stamp[GICTIME_STAMP_ASSERTED] != GICTIME_NO_STAMP;
}

static void measure_latency(storm_point *p, const study_instances *list, int64_t *values)
{
    size_t count = 0;

    for (size_t n = 0; n < list->count; n++) {
        if (!is_lpi(&list->list[n]))
            continue;
        values[count++] = latency_of(&list->list[n]);
        p->delivered += list->list[n].stamp[GICTIME_STAMP_ACKNOWLEDGED] < p->log.end_ps;
    }
    p->latency = study_stat_of(values, count);
}

static void measure_hop(storm_point *p, unsigned stamp, const study_instances *list,
                        int64_t *values)
{
    size_t count = 0;
    int64_t sum = 0;

    for (size_t n = 0; n < list->count; n++) {
        uint64_t hops[GICTIME_STAMP_COUNT], spans[GICTIME_SPAN_COUNT];

        if (!is_lpi(&list->list[n]))
            continue;
        gictime_instance_durations(&list->list[n], hops, spans);
        if (hops[stamp] == GICTIME_NO_STAMP)
            continue;
        values[count++] = (int64_t)hops[stamp];
        sum += (int64_t)hops[stamp];
    }
    p->hop[stamp] = study_stat_of(values, count);
    p->share[stamp] = p->latency.count > 0 ? sum / (int64_t)p->latency.count : 0;
}

/* Nothing is lost: every MSI is an interrupt, or part of one. */
static bool check_sums(const storm_point *p, const lpi_run *run)
{
    if (run->completed != p->log.taken)
        return study_fail("%u thousand MSIs/s: the firmware took %" PRIu64 " interrupts, the model "
                          "completed %" PRIu64,
                          p->rate, p->log.taken, run->completed);
    if (p->log.sent != p->log.taken + run->merged)
        return study_fail("%u thousand MSIs/s: %" PRIu64 " sent, but %" PRIu64 " taken and %" PRIu64
                          " merged",
                          p->rate, p->log.sent, p->log.taken, run->merged);
    return true;
}

static bool take_run(study_result *result, storm_point *p, lpi_run *run)
{
    int64_t *values = (int64_t *)study_alloc(run->instances.count, sizeof *values);

    p->log = run->log.storm;
    p->merged = run->merged;
    lpi_point_make(result, run, &p->point);
    memcpy(p->point.counter, run->counter, sizeof run->counter);
    measure_latency(p, &run->instances, values);
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        measure_hop(p, s, &run->instances, values);
    free(values);
    return check_sums(p, run);
}

static bool run_point(storm_result *r, storm_point *p)
{
    const study_options *o = r->common->options;
    char append[256], device[32];
    const study_job job = {
        .pes = p->pes, .number = (unsigned)r->count + 1, .append = append, .device = device};
    lpi_run run;
    bool ok;

    snprintf(device, sizeof device, "tgen,vectors=%u", o->vectors);
    snprintf(append, sizeof append,
             "mode=storm pes=%u vectors=%u period=%u duration=%u service=%u samples=%u seed=%llu",
             p->pes, o->vectors, (1000000 + p->rate / 2) / p->rate, o->duration_us, o->service,
             o->samples, (unsigned long long)o->seed);
    ok = lpi_run_job(r->common, &job, &run) && take_run(r->common, p, &run);
    lpi_run_free(&run);
    return ok;
}

static bool run_all(storm_result *r)
{
    const study_options *o = r->common->options;

    for (unsigned run = 0; run < o->num_runs; run++)
        for (unsigned n = 0; n < o->num_rates; n++) {
            storm_point p = {.pes = o->pes[run], .rate = o->rates[n]};

            fprintf(stderr, "study: %u PE%s, %u thousand MSIs/s ...\n", p.pes,
                    p.pes == 1 ? "" : "s", p.rate);
            if (!run_point(r, &p))
                return false;
            r->points = (storm_point *)study_grow(r->points, r->count, sizeof p);
            r->points[r->count++] = p;
        }
    return true;
}

/* ------------------------------------------------------------------ rates */

static double seconds(const storm_point *p)
{
    return (double)(p->log.end_ps - p->log.start_ps) / PS_PER_S;
}

static uint64_t per_second(const storm_point *p, uint64_t count)
{
    return (uint64_t)((double)count / seconds(p) + 0.5);
}

static bool is_carried(const storm_point *p)
{
    return p->log.taken * 1000 >= p->log.sent * CARRIED_PERMILLE;
}

/* The most that so many PEs have taken, a second; and the highest load that was carried. */
static uint64_t saturation(const storm_result *r, unsigned pes, uint64_t *carried)
{
    uint64_t most = 0;

    *carried = 0;
    for (size_t n = 0; n < r->count; n++) {
        const storm_point *p = &r->points[n];
        const uint64_t delivered = per_second(p, p->delivered);

        if (p->pes != pes)
            continue;
        if (delivered > most)
            most = delivered;
        if (is_carried(p) && per_second(p, p->log.arrivals) > *carried)
            *carried = per_second(p, p->log.arrivals);
    }
    return most;
}

/* ------------------------------------------------------------------ output */

static void print_point(const storm_point *p, FILE *out)
{
    fprintf(out, "%3u %8.3f %10.3f %8.3f   %9.1f %9.1f %9.1f   %6zu %9.1f %9.1f   %5.1f\n", p->pes,
            (double)per_second(p, p->log.arrivals) / 1e6, (double)per_second(p, p->delivered) / 1e6,
            (double)per_second(p, p->merged) / 1e6, (double)p->latency.p50 / 1e3,
            (double)p->latency.p99 / 1e3, (double)p->latency.max / 1e3, p->point.stat[LPI_FW].count,
            (double)p->point.stat[LPI_FW].p50 / 1e3, (double)p->point.stat[LPI_FW].p99 / 1e3,
            p->log.sent > 0 ? 100.0 * (double)p->merged / (double)p->log.sent : 0.0);
}

static void print_table(const void *ctx, FILE *out)
{
    const storm_result *r = (const storm_result *)ctx;
    const study_options *o = r->common->options;

    fprintf(out,
            "Poisson arrivals over %u vectors for %u us; the handler takes %u cycles from IAR to "
            "EOIR.\nMillions a second; latency, ns, of all interrupts by the model (from "
            "GITS_TRANSLATER to the vector), and of the first\nones that merged with no other, by "
            "the firmware (from the device to the vector).\n\n",
            o->vectors, o->duration_us, o->service);
    fprintf(out, "%3s %8s %10s %8s   %9s %9s %9s   %6s %9s %9s   %5s\n", "", "", "", "", "model",
            "", "", "", "firmware", "", "");
    fprintf(out, "%3s %8s %10s %8s   %9s %9s %9s   %6s %9s %9s   %5s\n", "PEs", "offered",
            "delivered", "merged", "p50", "p99", "max", "n", "p50", "p99", "% mrg");
    for (size_t n = 0; n < r->count; n++)
        print_point(&r->points[n], out);
    for (unsigned run = 0; run < o->num_runs; run++) {
        uint64_t carried, most = saturation(r, o->pes[run], &carried);

        fprintf(out, "\n%u PE%s: at most %.3f million interrupts a second", o->pes[run],
                o->pes[run] == 1 ? "" : "s", (double)most / 1e6);
        if (carried > 0)
            fprintf(out, "; up to %.3f million MSIs a second hardly any merge",
                    (double)carried / 1e6);
    }
    fputc('\n', out);
}

static void write_csv(const void *ctx, FILE *out)
{
    const storm_result *r = (const storm_result *)ctx;

    fputs("pes,rate_kps,arrivals,sent,taken,merged,delivered,duration_ps,offered_per_s,"
          "delivered_per_s,merged_per_s,latency_min_ps,latency_p50_ps,latency_p99_ps,"
          "latency_max_ps",
          out);
    lpi_csv_header(out);
    fputc('\n', out);
    for (size_t n = 0; n < r->count; n++) {
        const storm_point *p = &r->points[n];

        fprintf(out,
                "%u,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
                ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64,
                p->pes, p->rate, p->log.arrivals, p->log.sent, p->log.taken, p->merged,
                p->delivered, p->log.end_ps - p->log.start_ps, per_second(p, p->log.arrivals),
                per_second(p, p->delivered), per_second(p, p->merged), p->latency.min,
                p->latency.p50, p->latency.p99, p->latency.max);
        lpi_csv_point(&p->point, out);
        fputc('\n', out);
    }
}

static void json_rates(gictime_json *j, const storm_point *p)
{
    gictime_json_u64(j, "rate_kps", p->rate);
    gictime_json_u64(j, "arrivals", p->log.arrivals);
    gictime_json_u64(j, "sent", p->log.sent);
    gictime_json_u64(j, "taken", p->log.taken);
    gictime_json_u64(j, "merged", p->merged);
    gictime_json_u64(j, "delivered", p->delivered);
    gictime_json_u64(j, "offered_per_s", per_second(p, p->log.arrivals));
    gictime_json_u64(j, "delivered_per_s", per_second(p, p->delivered));
    gictime_json_u64(j, "merged_per_s", per_second(p, p->merged));
}

static void json_point(gictime_json *j, const storm_point *p)
{
    gictime_json_object(j, NULL);
    json_rates(j, p);
    study_json_stat(j, "latency", &p->latency);
    gictime_json_object(j, "all_hops");
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++) {
        if (!lpi_has_hop(s) || p->hop[s].count == 0)
            continue;
        gictime_json_object(j, gictime_stamp_name(s));
        study_json_time(j, "share", p->share[s]);
        study_json_time(j, "p99", p->hop[s].p99);
        gictime_json_end(j);
    }
    gictime_json_end(j);
    lpi_json_point(j, &p->point);
    gictime_json_end(j);
}

static void json_pes(gictime_json *j, const storm_result *r, unsigned pes)
{
    uint64_t carried, most = saturation(r, pes, &carried);

    gictime_json_object(j, NULL);
    gictime_json_u64(j, "pes", pes);
    gictime_json_u64(j, "saturation_per_s", most);
    gictime_json_u64(j, "carried_per_s", carried);
    gictime_json_array(j, "points");
    for (size_t n = 0; n < r->count; n++)
        if (r->points[n].pes == pes)
            json_point(j, &r->points[n]);
    gictime_json_end(j);
    gictime_json_end(j);
}

static void agreement(const storm_result *r, uint64_t *compared, uint64_t *disagree)
{
    *compared = *disagree = 0;
    for (size_t n = 0; n < r->count; n++) {
        *compared += r->points[n].point.compared;
        *disagree += r->points[n].point.disagree;
    }
}

static void write_json(const void *ctx, FILE *out)
{
    const storm_result *r = (const storm_result *)ctx;
    const study_options *o = r->common->options;
    uint64_t compared, disagree;
    gictime_json j;

    agreement(r, &compared, &disagree);
    gictime_json_open(&j, out, 3);
    gictime_json_object(&j, NULL);
    gictime_json_string(&j, "study", "storm");
    gictime_json_string(&j, "unit", "ps");
    study_json_configuration(&j, r->common);
    gictime_json_u64(&j, "vectors", o->vectors);
    gictime_json_u64(&j, "service_cycles", o->service);
    gictime_json_u64(&j, "duration_us", o->duration_us);
    study_json_checks(&j, r->common, compared, disagree);
    lpi_json_stamps(&j);
    gictime_json_array(&j, "series");
    for (unsigned run = 0; run < o->num_runs; run++)
        json_pes(&j, r, o->pes[run]);
    gictime_json_end(&j);
    gictime_json_end(&j);
}

static const study_output output = {STUDY_STORM, "storm", write_json, write_csv, print_table};

int study_storm(study_result *result)
{
    storm_result r = {.common = result};
    uint64_t compared, disagree;
    bool ok = run_all(&r) && study_publish(result, &output, &r);

    agreement(&r, &compared, &disagree);
    free(r.points);
    return ok && study_check(result, compared, disagree) ? 0 : 1;
}
