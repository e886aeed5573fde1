/* SPDX-License-Identifier: Apache-2.0 */
/* The study of virtual interrupts: what each way to give one to a guest costs, and a switch. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lpi.h"

/* Parts of an interrupt's life, and sums of them. */
enum {
    PART_ARRIVE,      /* Asserted until the first vector, EL2's or the guest's. */
    PART_INJECT,      /* EL2's vector until the guest's. */
    PART_ACKNOWLEDGE, /* Until the guest has read IAR. */
    PART_HANDLER,     /* Until it writes EOIR. */
    PART_END,         /* Until it goes on where it was interrupted. */
    PART_COUNT,
    SUM_LATENCY = PART_COUNT, /* Asserted until the guest's vector. */
    SUM_WHOLE,                /* All of it; of a cost: the cost. */
    SUM_COUNT
};

static const char *const part_names[SUM_COUNT] = {
    [PART_ARRIVE] = "arrive",   [PART_INJECT] = "inject", [PART_ACKNOWLEDGE] = "acknowledge",
    [PART_HANDLER] = "handler", [PART_END] = "end",       [SUM_LATENCY] = "latency",
    [SUM_WHOLE] = "whole"};

typedef enum virt_kind { KIND_WAY, KIND_BURST, KIND_COST } virt_kind;

/* The firmware's workloads, in the order of the report. */
static const struct {
    const char *name, *title;
    virt_kind kind;
} texts[] = {
    {"direct", "No hypervisor: the interrupt is the guest's", KIND_WAY},
    {"lr_hard", "List register, its end deactivates the physical one", KIND_WAY},
    {"lr_soft", "List register, its end is a maintenance interrupt", KIND_WAY},
    {"emulated", "HCR_EL2.VI, IAR and EOIR trapped", KIND_WAY},
    {"burst", "A burst", KIND_BURST},
    {"hvc", "HVC and back", KIND_COST},
    {"save_up", "Save, all upwards", KIND_COST},
    {"save_down", "Save, all downwards", KIND_COST},
    {"save_used", "Save, those in use", KIND_COST},
    {"restore_up", "Restore, all upwards", KIND_COST},
    {"restore_down", "Restore, all downwards", KIND_COST},
    {"restore_used", "Restore, those in use", KIND_COST},
};

enum { TEXTS = sizeof texts / sizeof texts[0] };

/* One workload with one number of list registers. */
typedef struct virt_point {
    size_t samples;
    study_stat stat[SUM_COUNT];
    int64_t mean[SUM_COUNT];
    uint64_t maintenance, traps;
} virt_point;

typedef struct virt_result {
    study_result *common;
    virt_point points[STUDY_MAX_LISTS][TEXTS];
    uint64_t compared, disagree;
} virt_result;

/* ------------------------------------------------------------------ samples */

typedef struct columns {
    int64_t *list[SUM_COUNT];
    size_t count;
} columns;

/* The firmware's stamp of the first vector against the model's. */
static void compare(virt_result *r, const lpi_run *run, const study_sample *s, uint64_t vector_ps)
{
    const ptrdiff_t at = study_find_instance(&run->instances, s, &run->clock);
    int64_t difference;

    if (at == STUDY_NO_INSTANCE) {
        r->common->unmatched++;
        return;
    }
    difference = (int64_t)(vector_ps - run->instances.list[at].stamp[GICTIME_STAMP_HANDLER]);
    r->compared++;
    if (llabs(difference) > (int64_t)run->clock.period_ps + run->clock.doubt)
        r->disagree++;
}

static void add_sample(virt_result *r, const lpi_run *run, const study_sample *s, virt_kind kind,
                       columns *c)
{
    const study_clock *clock = &run->clock;
    const uint64_t asserted = study_asserted_ps(s, clock);
    const uint64_t guest = study_clock_ps(clock, s->pe, s->exception);
    const uint64_t first = s->monitor != 0 ? study_clock_ps(clock, s->pe, s->monitor) : guest;
    const uint64_t acknowledged = study_clock_ps(clock, s->pe, s->acknowledge);
    const uint64_t end = study_clock_ps(clock, s->pe, s->end);
    const uint64_t back = study_clock_ps(clock, s->pe, s->back);
    const int64_t values[SUM_COUNT] = {[PART_ARRIVE] = (int64_t)(first - asserted),
                                       [PART_INJECT] = (int64_t)(guest - first),
                                       [PART_ACKNOWLEDGE] = (int64_t)(acknowledged - guest),
                                       [PART_HANDLER] = (int64_t)(end - acknowledged),
                                       [PART_END] = (int64_t)(back - end),
                                       [SUM_LATENCY] = (int64_t)(guest - asserted),
                                       [SUM_WHOLE] = (int64_t)(back - asserted)};

    for (unsigned n = 0; n < SUM_COUNT; n++)
        c->list[n][c->count] = kind == KIND_COST && n != SUM_WHOLE ? 0 : values[n];
    c->count++;
    if (kind == KIND_WAY)
        compare(r, run, s, first);
}

static int workload_number(const study_log *log, const char *name)
{
    for (unsigned n = 0; n < log->num_names; n++)
        if (strcmp(log->name[n], name) == 0)
            return (int)n;
    return -1;
}

static void finish_point(virt_point *p, columns *c)
{
    p->samples = c->count;
    for (unsigned n = 0; n < SUM_COUNT; n++) {
        int64_t sum = 0;

        for (size_t i = 0; i < c->count; i++)
            sum += c->list[n][i];
        p->mean[n] = c->count > 0 ? sum / (int64_t)c->count : 0;
        p->stat[n] = study_stat_of(c->list[n], c->count);
        free(c->list[n]);
    }
}

static bool make_point(virt_result *r, const lpi_run *run, unsigned text, virt_point *p)
{
    const int number = workload_number(&run->log, texts[text].name);
    columns c = {{NULL}, 0};

    if (number < 0)
        return study_fail("the firmware has no workload %s", texts[text].name);
    for (unsigned n = 0; n < SUM_COUNT; n++)
        c.list[n] = (int64_t *)study_alloc(run->log.num_samples, sizeof(int64_t));
    for (size_t n = 0; n < run->log.num_samples; n++)
        if (run->log.samples[n].workload == (unsigned)number)
            add_sample(r, run, &run->log.samples[n], texts[text].kind, &c);
    finish_point(p, &c);
    p->maintenance = run->log.virt[number].maintenance;
    p->traps = run->log.virt[number].traps;
    return p->samples > 0 || study_fail("no samples of %s", texts[text].name);
}

/* ------------------------------------------------------------------ running */

static bool run_lists(virt_result *r, unsigned index)
{
    const study_options *o = r->common->options;
    char append[160], lists[48];
    study_job job = {
        .pes = 1, .number = index + 1, .hypervisor = true, .gicv2 = o->gicv2, .append = append};
    lpi_run run;
    bool ok;

    snprintf(append, sizeof append, "samples=%u seed=%llu burst=%u live=%u", o->samples,
             (unsigned long long)o->seed, o->burst, o->live);
    snprintf(lists, sizeof lists, "gic.list_registers=%u", o->lists[index]);
    job.set[job.num_sets++] = lists;
    fprintf(stderr, "study: %u list register%s ...\n", o->lists[index],
            o->lists[index] == 1 ? "" : "s");
    ok = lpi_run_job(r->common, &job, &run);
    for (unsigned n = 0; ok && n < TEXTS; n++)
        ok = make_point(r, &run, n, &r->points[index][n]);
    lpi_run_free(&run);
    return ok;
}

/* ------------------------------------------------------------------ tables */

static double ns(int64_t ps)
{
    return (double)ps / 1e3;
}

/* Of a burst, each interrupt's share. */
static int64_t whole_of(const virt_result *r, const virt_point *p, unsigned text)
{
    return texts[text].kind == KIND_BURST ? p->mean[SUM_WHOLE] / r->common->options->burst
                                          : p->mean[SUM_WHOLE];
}

/* How often the hypervisor came in beside the first time, for each interrupt or burst. */
static double per_event(const virt_result *r, const virt_point *p, unsigned text, uint64_t count)
{
    const size_t events =
        texts[text].kind == KIND_BURST ? p->samples / r->common->options->burst : p->samples;

    return events > 0 ? (double)count / (double)events : 0;
}

static void print_ways(const virt_result *r, unsigned index, FILE *out)
{
    fprintf(out,
            "Ways to the guest, %u list registers; means in ns, p50 and p99 of the latency\n\n",
            r->common->options->lists[index]);
    fprintf(out, "%-10s", "way");
    for (unsigned n = 0; n < PART_COUNT; n++)
        fprintf(out, " %11s", part_names[n]);
    fprintf(out, " %10s %9s %9s %7s %6s\n", "whole", "p50", "p99", "maint.", "traps");
    for (unsigned t = 0; t < TEXTS && texts[t].kind == KIND_WAY; t++) {
        const virt_point *p = &r->points[index][t];

        if (p->samples == 0)
            continue;
        fprintf(out, "%-10s", texts[t].name);
        for (unsigned n = 0; n < PART_COUNT; n++)
            fprintf(out, " %11.1f", ns(p->mean[n]));
        fprintf(out, " %10.1f %9.1f %9.1f %7.2f %6.2f\n", ns(p->mean[SUM_WHOLE]),
                ns(p->stat[SUM_LATENCY].p50), ns(p->stat[SUM_LATENCY].p99),
                per_event(r, p, t, p->maintenance), per_event(r, p, t, p->traps));
    }
}

/* The ways do not depend on the number of list registers: any but the least will do. */
static unsigned usual_lists(const study_options *o)
{
    for (unsigned i = 0; i < o->num_lists; i++)
        if (o->lists[i] == 4)
            return i;
    return o->num_lists - 1;
}

static void print_sweep(const virt_result *r, FILE *out)
{
    const study_options *o = r->common->options;

    fprintf(out,
            "\nAgainst the number of list registers; ns: an interrupt of a burst of %u, and its "
            "maintenance interrupts; a switch with %u in use\n\n%-6s %9s %7s",
            o->burst, o->live, "lists", "burst", "maint.");
    for (unsigned t = 0; t < TEXTS; t++)
        if (texts[t].kind == KIND_COST)
            fprintf(out, " %12s", texts[t].name);
    fputc('\n', out);
    for (unsigned i = 0; i < o->num_lists; i++) {
        for (unsigned t = 0; t < TEXTS; t++) {
            const virt_point *p = &r->points[i][t];

            if (texts[t].kind == KIND_BURST)
                fprintf(out, "%-6u %9.1f %7.2f", o->lists[i], ns(whole_of(r, p, t)),
                        per_event(r, p, t, p->maintenance));
            else if (texts[t].kind == KIND_COST)
                fprintf(out, " %12.1f", ns(p->mean[SUM_WHOLE]));
        }
        fputc('\n', out);
    }
}

/* ------------------------------------------------------------------ data */

static void write_csv(const void *ctx, FILE *out)
{
    const virt_result *r = (const virt_result *)ctx;
    const study_options *o = r->common->options;

    fputs("lists,workload,samples,maintenance,traps", out);
    for (unsigned n = 0; n < SUM_COUNT; n++)
        fprintf(out, ",mean_%s_ps,p50_%s_ps,p99_%s_ps", part_names[n], part_names[n],
                part_names[n]);
    fputc('\n', out);
    for (unsigned i = 0; i < o->num_lists; i++)
        for (unsigned t = 0; t < TEXTS; t++) {
            const virt_point *p = &r->points[i][t];

            if (p->samples == 0)
                continue;
            fprintf(out, "%u,%s,%zu,%" PRIu64 ",%" PRIu64, o->lists[i], texts[t].name, p->samples,
                    p->maintenance, p->traps);
            for (unsigned n = 0; n < SUM_COUNT; n++)
                fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64, p->mean[n], p->stat[n].p50,
                        p->stat[n].p99);
            fputc('\n', out);
        }
}

static void json_point(gictime_json *j, const virt_result *r, unsigned index, unsigned t)
{
    static const char *const kinds[] = {"way", "burst", "cost"};
    const virt_point *p = &r->points[index][t];

    gictime_json_object(j, NULL);
    gictime_json_string(j, "name", texts[t].name);
    gictime_json_string(j, "title", texts[t].title);
    gictime_json_string(j, "kind", kinds[texts[t].kind]);
    gictime_json_u64(j, "samples", p->samples);
    gictime_json_u64(j, "maintenance", p->maintenance);
    gictime_json_u64(j, "traps", p->traps);
    study_json_time(j, "each", whole_of(r, p, t));
    gictime_json_object(j, "mean");
    for (unsigned n = 0; n < SUM_COUNT; n++)
        study_json_time(j, part_names[n], p->mean[n]);
    gictime_json_end(j);
    study_json_stat(j, "latency", &p->stat[SUM_LATENCY]);
    study_json_stat(j, "whole", &p->stat[SUM_WHOLE]);
    gictime_json_end(j);
}

static void write_json(const void *ctx, FILE *out)
{
    const virt_result *r = (const virt_result *)ctx;
    const study_options *o = r->common->options;
    gictime_json j;

    gictime_json_open(&j, out, 3);
    gictime_json_object(&j, NULL);
    gictime_json_string(&j, "study", "virt");
    gictime_json_string(&j, "unit", "ps");
    study_json_configuration(&j, r->common);
    study_json_checks(&j, r->common, r->compared, r->disagree);
    gictime_json_string(&j, "gic", o->gicv2 ? "GICv2" : "GICv3");
    gictime_json_u64(&j, "burst", o->burst);
    gictime_json_u64(&j, "live", o->live);
    gictime_json_array(&j, "parts");
    for (unsigned n = 0; n < PART_COUNT; n++)
        gictime_json_string(&j, NULL, part_names[n]);
    gictime_json_end(&j);
    gictime_json_array(&j, "series");
    for (unsigned i = 0; i < o->num_lists; i++) {
        gictime_json_object(&j, NULL);
        gictime_json_u64(&j, "lists", o->lists[i]);
        gictime_json_array(&j, "points");
        for (unsigned t = 0; t < TEXTS; t++)
            if (r->points[i][t].samples > 0)
                json_point(&j, r, i, t);
        gictime_json_end(&j);
        gictime_json_end(&j);
    }
    gictime_json_end(&j);
    gictime_json_end(&j);
}

static void print_table(const void *ctx, FILE *out)
{
    const virt_result *r = (const virt_result *)ctx;

    print_ways(r, usual_lists(r->common->options), out);
    print_sweep(r, out);
}

static const study_output output = {STUDY_VIRT, "virt", write_json, write_csv, print_table};

int study_virt(study_result *result)
{
    static virt_result r;
    const study_options *o = result->options;

    r.common = result;
    for (unsigned i = 0; i < o->num_lists; i++)
        if (!run_lists(&r, i))
            return 1;
    return study_publish(result, &output, &r) && study_check(result, r.compared, r.disagree) ? 0
                                                                                             : 1;
}
