/* SPDX-License-Identifier: Apache-2.0 */
/* One run of lpi.elf, and the joining of its samples with the model's instances. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gictime/breakdown.h"
#include "lpi.h"

static const struct {
    const char *name, *path;
} counters[LPI_COUNTERS] = {
    [LPI_DEVICE_HITS] = {"device_hits", "platform/its0.device_cache.hits"},
    [LPI_DEVICE_MISSES] = {"device_misses", "platform/its0.device_cache.misses"},
    [LPI_ITT_HITS] = {"itt_hits", "platform/its0.itt_cache.hits"},
    [LPI_ITT_MISSES] = {"itt_misses", "platform/its0.itt_cache.misses"},
    [LPI_COLLECTION_HITS] = {"collection_hits", "platform/its0.collection_cache.hits"},
    [LPI_COLLECTION_MISSES] = {"collection_misses", "platform/its0.collection_cache.misses"},
    [LPI_MEMORY_READS] = {"its_memory_reads", "platform/its0.memory_reads"},
    [LPI_MEMORY_WRITES] = {"its_memory_writes", "platform/its0.memory_writes"},
    [LPI_QUEUE_FULL] = {"its_queue_full", "platform/its0.queue_full"},
    [LPI_SPILLED] = {"lpis_spilled", "events/LPI_SPILLED"},
    [LPI_REFILLED] = {"lpis_refilled", "events/LPI_REFILLED"},
};

const char *lpi_counter_name(unsigned counter)
{
    return counters[counter].name;
}

/* ------------------------------------------------------------------ a run */

static bool read_counters(study_result *result, unsigned number, lpi_run *run)
{
    char *text = study_read_stats(result, number);

    if (text == NULL)
        return false;
    for (unsigned n = 0; n < LPI_COUNTERS; n++)
        run->counter[n] = study_json_number(text, counters[n].path, 0);
    run->completed = study_json_number(text, "instances/completed", 0);
    run->merged = study_json_number(text, "instances/merged", 0);
    free(text);
    return true;
}

bool lpi_run_job(study_result *result, const study_job *job, lpi_run *run)
{
    const char *dir = result->options->out;
    char uart[4096], stamps[4096];

    memset(run, 0, sizeof *run);
    study_path(uart, sizeof uart, dir, "uart", (int)job->number, ".log");
    study_path(stamps, sizeof stamps, dir, "stamps", (int)job->number, ".csv");
    if (!study_run(result->options, job) || !read_counters(result, job->number, run) ||
        !study_log_read(&run->log, uart) || !study_instances_read(&run->instances, stamps) ||
        !study_clock_make(&run->clock, &run->log, result->period_ps))
        return false;
    study_sort_instances(&run->instances);
    if (run->clock.doubt > result->clock_doubt)
        result->clock_doubt = run->clock.doubt;
    return true;
}

void lpi_run_free(lpi_run *run)
{
    study_log_free(&run->log);
    study_instances_free(&run->instances);
}

/* ------------------------------------------------------------------ samples */

/* Values of every quantity. */
typedef struct columns {
    int64_t *list[LPI_QUANTITIES];
    size_t count[LPI_QUANTITIES];
} columns;

static void put(columns *c, unsigned quantity, int64_t value)
{
    c->list[quantity][c->count[quantity]++] = value;
}

static void put_hops(columns *c, const gictime_instance *i, int64_t link)
{
    uint64_t hops[GICTIME_STAMP_COUNT], spans[GICTIME_SPAN_COUNT];

    gictime_instance_durations(i, hops, spans);
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        if (hops[s] != GICTIME_NO_STAMP)
            put(c, LPI_HOP + s, (int64_t)hops[s]);
    put(c, LPI_LINK, link);
    put(c, LPI_TOTAL, link + (int64_t)spans[GICTIME_SPAN_TOTAL]);
}

/*
 * The two views of the latency. The firmware asks the device when it sent its last message: that is
 * another interrupt's when the message merged, or when it came after the vector. An LPI that found
 * the PE in the vector on behalf of another one has waited for nothing and has no vector of its
 * own.
 */
static void compare(study_result *result, lpi_point *point, columns *c, const gictime_instance *i,
                    uint64_t sent_ps, uint64_t vector_ps)
{
    const uint64_t handler_ps = i->stamp[GICTIME_STAMP_HANDLER];
    int64_t difference;

    if (handler_ps == GICTIME_NO_STAMP || i->merged != 0 || vector_ps < sent_ps) {
        result->incomparable++;
        if (handler_ps == GICTIME_NO_STAMP && i->merged == 0) {
            put(c, LPI_FW, 0);
            put(c, LPI_MODEL, 0);
        }
        return;
    }
    put(c, LPI_FW, (int64_t)(vector_ps - sent_ps));
    put(c, LPI_MODEL, (int64_t)(handler_ps - sent_ps));
    difference = llabs((int64_t)(vector_ps - handler_ps));
    point->compared++;
    point->disagree += difference > (int64_t)result->period_ps;
    if (difference > point->worst_difference)
        point->worst_difference = difference;
}

static void add_sample(study_result *result, const lpi_run *run, const study_sample *s,
                       lpi_point *point, columns *c)
{
    const ptrdiff_t index = study_find_instance(&run->instances, s, &run->clock);
    const uint64_t sent_ps = study_asserted_ps(s, &run->clock);
    gictime_instance i;
    int64_t link = 0;

    if (index == STUDY_NO_INSTANCE) {
        result->unmatched++;
        return;
    }
    i = run->instances.list[index];
    if (s->unit != 'p') /* A command: its life begins with the write of CWRITER. */
        i.stamp[GICTIME_STAMP_ASSERTED] = sent_ps;
    else if (i.merged == 0 && i.stamp[GICTIME_STAMP_ASSERTED] != GICTIME_NO_STAMP &&
             i.stamp[GICTIME_STAMP_ASSERTED] > sent_ps)
        link = (int64_t)(i.stamp[GICTIME_STAMP_ASSERTED] - sent_ps);
    point->samples++;
    compare(result, point, c, &i, sent_ps, study_clock_ps(&run->clock, s->pe, s->exception));
    put_hops(c, &i, link);
}

static int64_t sum_of(const int64_t *list, size_t count)
{
    int64_t sum = 0;

    for (size_t n = 0; n < count; n++)
        sum += list[n];
    return sum;
}

void lpi_point_make(study_result *result, lpi_run *run, lpi_point *point)
{
    columns c = {{NULL}, {0}};

    memset(point, 0, sizeof *point);
    for (unsigned q = 0; q < LPI_QUANTITIES; q++)
        c.list[q] = (int64_t *)study_alloc(run->log.num_samples, sizeof(int64_t));
    for (size_t n = 0; n < run->log.num_samples; n++)
        add_sample(result, run, &run->log.samples[n], point, &c);
    for (unsigned q = 0; q < LPI_QUANTITIES; q++) {
        if (point->samples > 0)
            point->share[q] = sum_of(c.list[q], c.count[q]) / (int64_t)point->samples;
        point->stat[q] = study_stat_of(c.list[q], c.count[q]);
        free(c.list[q]);
    }
}

/* ------------------------------------------------------------------ output */

bool lpi_has_hop(unsigned stamp)
{
    return stamp != GICTIME_STAMP_ASSERTED && stamp != GICTIME_STAMP_OFFERED &&
           stamp != GICTIME_STAMP_DEACTIVATED;
}

void lpi_json_stamps(gictime_json *j)
{
    gictime_json_array(j, "stamps");
    gictime_json_string(j, NULL, "link");
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        if (lpi_has_hop(s))
            gictime_json_string(j, NULL, gictime_stamp_name(s));
    gictime_json_end(j);
}

static void json_hop(gictime_json *j, const char *name, const lpi_point *p, unsigned quantity)
{
    if (p->stat[quantity].count == 0)
        return;
    gictime_json_object(j, name);
    study_json_time(j, "share", p->share[quantity]);
    study_json_time(j, "p50", p->stat[quantity].p50);
    study_json_time(j, "p99", p->stat[quantity].p99);
    study_json_time(j, "max", p->stat[quantity].max);
    gictime_json_end(j);
}

void lpi_json_point(gictime_json *j, const lpi_point *p)
{
    gictime_json_u64(j, "samples", p->samples);
    study_json_stat(j, "firmware", &p->stat[LPI_FW]);
    study_json_stat(j, "model", &p->stat[LPI_MODEL]);
    study_json_stat(j, "total", &p->stat[LPI_TOTAL]);
    gictime_json_object(j, "hops");
    json_hop(j, "link", p, LPI_LINK);
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        if (lpi_has_hop(s))
            json_hop(j, gictime_stamp_name(s), p, LPI_HOP + s);
    gictime_json_end(j);
    gictime_json_object(j, "counters");
    for (unsigned n = 0; n < LPI_COUNTERS; n++)
        gictime_json_u64(j, counters[n].name, p->counter[n]);
    gictime_json_end(j);
    gictime_json_u64(j, "compared", p->compared);
    gictime_json_u64(j, "disagree", p->disagree);
    study_json_time(j, "largest_difference", p->worst_difference);
}

void lpi_csv_header(FILE *out)
{
    static const char *const views[] = {"fw", "model", "total"};

    fputs(",samples", out);
    for (unsigned n = 0; n < sizeof views / sizeof views[0]; n++)
        fprintf(out, ",%s_min_ps,%s_p50_ps,%s_p99_ps,%s_max_ps", views[n], views[n], views[n],
                views[n]);
    fputs(",largest_difference_ps,mean_link_ps", out);
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        if (lpi_has_hop(s))
            fprintf(out, ",mean_%s_ps", gictime_stamp_name(s));
    for (unsigned n = 0; n < LPI_COUNTERS; n++)
        fprintf(out, ",%s", counters[n].name);
}

void lpi_csv_point(const lpi_point *p, FILE *out)
{
    fprintf(out, ",%zu", p->samples);
    for (unsigned q = LPI_FW; q <= LPI_TOTAL; q++)
        fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64, p->stat[q].min,
                p->stat[q].p50, p->stat[q].p99, p->stat[q].max);
    fprintf(out, ",%" PRId64 ",%" PRId64, p->worst_difference, p->share[LPI_LINK]);
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        if (lpi_has_hop(s))
            fprintf(out, ",%" PRId64, p->share[LPI_HOP + s]);
    for (unsigned n = 0; n < LPI_COUNTERS; n++)
        fprintf(out, ",%" PRIu64, p->counter[n]);
}

void lpi_print_head(const study_result *result, FILE *out)
{
    const study_options *o = result->options;

    fprintf(out, "profile %s, CPU period %llu ps, %u samples a point, seed %llu\n\n%s\n",
            result->profile_name, (unsigned long long)result->period_ps, o->samples,
            (unsigned long long)o->seed, result->profile_text);
}
