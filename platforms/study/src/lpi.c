/* SPDX-License-Identifier: Apache-2.0 */
/* The LPI study: latency of LPIs against one quantity after the other. */
#include <inttypes.h>
#include <string.h>

#include "lpi.h"

enum { MAX_VALUES = 8, MAX_SERIES = 16 };

/* One line of a picture. */
typedef struct lpi_series {
    const char *sweep, *name;
    const char *append;         /* Boot arguments. */
    const char *argument;       /* One more of them, whose number is swept; NULL: a key is. */
    const char *key;            /* Key of the profile that is swept; NULL: an argument is. */
    const char *unit;           /* Behind the key's value. */
    const char *fixed;          /* One more key and value; NULL: none. */
    unsigned value[MAX_VALUES]; /* Ends with 0. */
} lpi_series;

typedef struct sweep_text {
    const char *name, *title, *axis, *text;
} sweep_text;

static const sweep_text sweeps[] = {
    {"devices", "Number of devices", "devices",
     "One event of each of so many devices, triggered by INT commands in random order. Every "
     "device takes an entry of the device cache and one of the ITT cache."},
    {"events", "Events of one device", "events",
     "MSIs of one device over so many of its vectors, in random order: only the ITT cache fills."},
    {"itt_cache", "Size of the ITT cache", "entries of its.itt_cache",
     "MSIs over 512 vectors. What is not in the cache is read from the ITT in memory."},
    {"device_cache", "Size of the device cache", "entries of its.device_cache",
     "INT commands for 128 devices. A device that is not in the cache costs a read of the device "
     "table before that of its ITT."},
    {"pending_cache", "Pending LPIs in the Redistributor", "lpi.pending_cache",
     "64 MSIs in one instant, with room for all in the queue of the ITS. Those that the "
     "Redistributor has no room for go to its pending table and come back."},
    {"memory", "Latency of memory", "memory.read, ns",
     "One event, which is in all caches, and 1024 events with an ITT cache of four entries."},
    {"walks", "Work at once", "its.walks",
     "16 events in one instant, with an ITT cache of four entries: how many of them the ITS has at "
     "work at once. MSIs overlap their walks; INT commands run one after the other, as all "
     "commands "
     "do, so that more work at once gains them nothing."},
};

#define SMALL_ITT_CACHE "its.itt_cache.entries=4"

static const lpi_series all_series[] = {
    {"devices", "INT commands", "source=int", "devices", NULL, "", NULL, {1, 4, 16, 64, 256, 1024}},
    {"events", "MSIs", "source=msi", "events", NULL, "", NULL, {1, 4, 16, 64, 256, 1024}},
    {.sweep = "itt_cache",
     .name = "MSIs",
     .append = "source=msi events=512",
     .key = "its.itt_cache.entries",
     .unit = "",
     .value = {4, 16, 64, 256, 1024}},
    {.sweep = "device_cache",
     .name = "INT commands",
     .append = "source=int devices=128",
     .key = "its.device_cache.entries",
     .unit = "",
     .value = {4, 16, 64, 256, 1024}},
    {.sweep = "pending_cache",
     .name = "64 MSIs",
     .append = "source=msi events=128 burst=64",
     .key = "lpi.pending_cache",
     .unit = "",
     .fixed = "its.queue=64",
     .value = {4, 8, 16, 32, 64, 128}},
    {.sweep = "memory",
     .name = "cached",
     .append = "source=msi events=1",
     .key = "memory.read",
     .unit = " ns",
     .value = {20, 40, 80, 160, 320}},
    {.sweep = "memory",
     .name = "walked",
     .append = "source=msi events=1024",
     .key = "memory.read",
     .unit = " ns",
     .fixed = SMALL_ITT_CACHE,
     .value = {20, 40, 80, 160, 320}},
    {.sweep = "walks",
     .name = "16 MSIs",
     .append = "source=msi events=1024 burst=16",
     .key = "its.walks",
     .unit = "",
     .fixed = SMALL_ITT_CACHE,
     .value = {1, 2, 4, 8, 16}},
    {.sweep = "walks",
     .name = "16 INT commands",
     .append = "source=int devices=1024 burst=16",
     .key = "its.walks",
     .unit = "",
     .fixed = SMALL_ITT_CACHE,
     .value = {1, 2, 4, 8, 16}},
};

/* One point with its place. */
typedef struct swept {
    const lpi_series *series;
    unsigned value;
    lpi_point point;
} swept;

typedef struct lpi_result {
    study_result *common;
    swept points[MAX_SERIES * MAX_VALUES];
    unsigned count;
} lpi_result;

/* ------------------------------------------------------------------ running */

/* True when `name` is in the comma-separated list; NULL lists everything. */
static bool listed(const char *list, const char *name)
{
    const size_t length = strlen(name);

    while (list != NULL && *list != '\0') {
        const size_t word = strcspn(list, ",");

        if (word == length && strncmp(list, name, length) == 0)
            return true;
        list += word + (list[word] == ',');
    }
    return list == NULL;
}

static bool check_sweeps(const char *list)
{
    char word[STUDY_NAME];

    while (list != NULL && *list != '\0') {
        const size_t length = strcspn(list, ",");
        bool known = false;

        snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1),
                 list);
        for (size_t n = 0; n < sizeof sweeps / sizeof sweeps[0]; n++)
            known = known || strcmp(word, sweeps[n].name) == 0;
        if (!known)
            return study_fail("--sweeps %s: no such sweep; see study --help", word);
        list += length + (list[length] == ',');
    }
    return true;
}

/* Runs the point and, before it, what precedes its measurement: the counters are the difference. */
static bool run_point(study_result *result, const lpi_series *s, unsigned value, unsigned number,
                      lpi_point *point)
{
    char append[160], what[96], key[64];
    study_job job = {.pes = 1, .append = append, .device = "tgen,vectors=1024"};
    unsigned samples[] = {0, result->options->samples};
    uint64_t before[LPI_COUNTERS] = {0};

    if (s->key != NULL) {
        snprintf(key, sizeof key, "%s=%u%s", s->key, value, s->unit);
        job.set[job.num_sets++] = key;
    }
    if (s->fixed != NULL)
        job.set[job.num_sets++] = s->fixed;
    snprintf(what, sizeof what, "%s", s->append);
    if (s->argument != NULL)
        snprintf(what, sizeof what, "%s %s=%u", s->append, s->argument, value);
    for (unsigned n = 0; n < 2; n++) {
        lpi_run run;
        bool ok;

        snprintf(append, sizeof append, "%s samples=%u seed=%llu", what, samples[n],
                 (unsigned long long)result->options->seed);
        job.number = 2 * number + n + 1;
        ok = lpi_run_job(result, &job, &run);
        if (ok && n == 0)
            memcpy(before, run.counter, sizeof before);
        if (ok && n == 1)
            lpi_point_make(result, &run, point);
        for (unsigned c = 0; ok && n == 1 && c < LPI_COUNTERS; c++)
            point->counter[c] = run.counter[c] - before[c];
        lpi_run_free(&run);
        if (!ok)
            return false;
    }
    return true;
}

static bool run_series(lpi_result *r, const lpi_series *s)
{
    for (unsigned n = 0; n < MAX_VALUES && s->value[n] != 0; n++) {
        swept *p = &r->points[r->count];

        fprintf(stderr, "study: %s, %s: %u ...\n", s->sweep, s->name, s->value[n]);
        p->series = s;
        p->value = s->value[n];
        if (!run_point(r->common, s, p->value, r->count, &p->point))
            return false;
        r->count++;
    }
    return true;
}

/* ------------------------------------------------------------------ tables */

static double per_sample(const lpi_point *p, unsigned counter)
{
    return p->samples > 0 ? (double)p->counter[counter] / (double)p->samples : 0;
}

static void print_point(const swept *s, FILE *out)
{
    const lpi_point *p = &s->point;

    fprintf(out, "%-14s %-16s %6u %5zu  %8.1f %8.1f %8.1f  %8.1f %8.1f  %7.1f %7.1f %7.1f  ",
            s->series->sweep, s->series->name, s->value, p->samples,
            (double)p->stat[LPI_FW].p50 / 1e3, (double)p->stat[LPI_FW].p99 / 1e3,
            (double)p->stat[LPI_FW].max / 1e3, (double)p->stat[LPI_MODEL].p50 / 1e3,
            (double)p->stat[LPI_MODEL].p99 / 1e3, (double)p->share[LPI_LINK] / 1e3,
            (double)p->share[LPI_HOP + GICTIME_STAMP_TRANSLATED] / 1e3,
            (double)p->share[LPI_HOP + GICTIME_STAMP_PENDING] / 1e3);
    fprintf(out, "%6.2f %6.2f %6.2f %7.2f\n", per_sample(p, LPI_DEVICE_MISSES),
            per_sample(p, LPI_ITT_MISSES), per_sample(p, LPI_MEMORY_READS),
            per_sample(p, LPI_REFILLED));
}

static void print_table(const void *ctx, FILE *out)
{
    const lpi_result *r = (const lpi_result *)ctx;
    fprintf(
        out,
        "Latency of LPIs from the device (INT commands: from the write of GITS_CWRITER) to "
        "the first instruction of the vector,\nns; means of hops, ns; misses, memory "
        "reads of the ITS and LPIs that came back from the pending table, for each interrupt.\n\n");
    fprintf(out, "%-14s %-16s %6s %5s  %26s  %17s  %23s  %13s\n", "", "", "", "", "firmware",
            "model", "mean of hop", "misses");
    fprintf(out, "%-14s %-16s %6s %5s  %8s %8s %8s  %8s %8s  %7s %7s %7s  %6s %6s %6s %7s\n",
            "sweep", "source", "value", "n", "p50", "p99", "max", "p50", "p99", "link", "ITS",
            "pending", "device", "ITT", "reads", "refills");
    for (unsigned n = 0; n < r->count; n++) {
        if (n > 0 && r->points[n].series != r->points[n - 1].series)
            fputc('\n', out);
        print_point(&r->points[n], out);
    }
}

/* ------------------------------------------------------------------ data */

static void write_csv(const void *ctx, FILE *out)
{
    const lpi_result *r = (const lpi_result *)ctx;

    fputs("sweep,source,value", out);
    lpi_csv_header(out);
    fputc('\n', out);
    for (unsigned n = 0; n < r->count; n++) {
        const swept *s = &r->points[n];

        fprintf(out, "%s,%s,%u", s->series->sweep, s->series->name, s->value);
        lpi_csv_point(&s->point, out);
        fputc('\n', out);
    }
}

static void json_series(gictime_json *j, const lpi_result *r, const lpi_series *s)
{
    gictime_json_object(j, NULL);
    gictime_json_string(j, "name", s->name);
    gictime_json_string(j, "key", s->key != NULL ? s->key : s->argument);
    gictime_json_string(j, "arguments", s->append);
    gictime_json_string(j, "fixed", s->fixed != NULL ? s->fixed : "");
    gictime_json_array(j, "points");
    for (unsigned n = 0; n < r->count; n++) {
        if (r->points[n].series != s)
            continue;
        gictime_json_object(j, NULL);
        gictime_json_u64(j, "value", r->points[n].value);
        lpi_json_point(j, &r->points[n].point);
        gictime_json_end(j);
    }
    gictime_json_end(j);
    gictime_json_end(j);
}

static void json_sweep(gictime_json *j, const lpi_result *r, const sweep_text *text)
{
    gictime_json_object(j, NULL);
    gictime_json_string(j, "name", text->name);
    gictime_json_string(j, "title", text->title);
    gictime_json_string(j, "axis", text->axis);
    gictime_json_string(j, "text", text->text);
    gictime_json_array(j, "series");
    for (size_t n = 0; n < sizeof all_series / sizeof all_series[0]; n++)
        if (strcmp(all_series[n].sweep, text->name) == 0)
            json_series(j, r, &all_series[n]);
    gictime_json_end(j);
    gictime_json_end(j);
}

static void agreement(const lpi_result *r, uint64_t *compared, uint64_t *disagree)
{
    *compared = *disagree = 0;
    for (unsigned n = 0; n < r->count; n++) {
        *compared += r->points[n].point.compared;
        *disagree += r->points[n].point.disagree;
    }
}

static void write_json(const void *ctx, FILE *out)
{
    const lpi_result *r = (const lpi_result *)ctx;
    uint64_t compared, disagree;
    gictime_json j;

    agreement(r, &compared, &disagree);
    gictime_json_open(&j, out, 3);
    gictime_json_object(&j, NULL);
    gictime_json_string(&j, "study", "lpi");
    gictime_json_string(&j, "unit", "ps");
    study_json_configuration(&j, r->common);
    study_json_checks(&j, r->common, compared, disagree);
    lpi_json_stamps(&j);
    gictime_json_array(&j, "sweeps");
    for (size_t n = 0; n < sizeof sweeps / sizeof sweeps[0]; n++)
        if (listed(r->common->options->sweeps, sweeps[n].name))
            json_sweep(&j, r, &sweeps[n]);
    gictime_json_end(&j);
    gictime_json_end(&j);
}

static const study_output output = {STUDY_LPI, "lpi", write_json, write_csv, print_table};

int study_lpi(study_result *result)
{
    static lpi_result r;
    const study_options *o = result->options;
    uint64_t compared, disagree;

    r.common = result;
    if (!check_sweeps(o->sweeps))
        return 2;
    for (size_t n = 0; n < sizeof all_series / sizeof all_series[0]; n++)
        if (listed(o->sweeps, all_series[n].sweep) && !run_series(&r, &all_series[n]))
            return 1;
    agreement(&r, &compared, &disagree);
    return study_publish(result, &output, &r) && study_check(result, compared, disagree) ? 0 : 1;
}
