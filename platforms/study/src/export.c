/* SPDX-License-Identifier: Apache-2.0 */
/* CSV and JSON. */
#include <inttypes.h>
#include <string.h>

#include "study.h"

/** Pairs of the agreement picture; with more points every k-th is taken. */
enum { MAX_PAIRS = 3000 };

static void csv_stat(const study_stat *s, FILE *out)
{
    if (s->count == 0)
        fputs(",,,,,", out);
    else
        fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64, s->min, s->p50,
                s->p90, s->p99, s->max);
}

static bool write_sets_csv(const study_result *r, const char *dir)
{
    FILE *out = study_create(dir, "latency.csv");

    if (out == NULL)
        return false;
    fputs("workload,load,pes,samples,fw_min_ps,fw_p50_ps,fw_p90_ps,fw_p99_ps,fw_max_ps,"
          "model_min_ps,model_p50_ps,model_p90_ps,model_p99_ps,model_max_ps,total_min_ps,"
          "total_p50_ps,total_p90_ps,total_p99_ps,total_max_ps,largest_difference_ps",
          out);
    for (unsigned s = 1; s < GICTIME_STAMP_COUNT; s++)
        fprintf(out, ",mean_%s_ps", gictime_stamp_name(s));
    fputc('\n', out);
    for (size_t n = 0; n < r->num_sets; n++) {
        const study_set *set = &r->sets[n];

        fprintf(out, "%s,%s,%u,%zu", set->workload, set->loaded ? "loaded" : "idle", set->pes,
                set->fw.count);
        csv_stat(&set->fw, out);
        csv_stat(&set->model, out);
        csv_stat(&set->total, out);
        fprintf(out, ",%" PRId64, set->worst_difference);
        for (unsigned s = 1; s < GICTIME_STAMP_COUNT; s++)
            fprintf(out, ",%" PRId64, set->hop_mean[s]);
        fputc('\n', out);
    }
    return study_close(out, "latency.csv");
}

static void csv_time(int64_t ps, FILE *out)
{
    if (ps == STUDY_NONE)
        fputc(',', out);
    else
        fprintf(out, ",%" PRId64, ps);
}

static void csv_point(const study_result *r, const study_point *p, FILE *out)
{
    const study_set *set = &r->sets[p->set];
    const int64_t fw[] = {p->fw_monitor, p->fw_vector, p->fw_acknowledge,
                          p->fw_end,     p->fw_back,   p->model_vector};

    fprintf(out, "%s,%s,%u,%u,%u,%" PRIu64, set->workload, set->loaded ? "loaded" : "idle",
            set->pes, p->pe, (unsigned)p->intid, p->asserted_ps);
    for (size_t n = 0; n < sizeof fw / sizeof fw[0]; n++)
        csv_time(fw[n], out);
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        csv_time(p->instance == STUDY_NO_INSTANCE || p->stamps.stamp[s] == GICTIME_NO_STAMP
                     ? STUDY_NONE
                     : (int64_t)p->stamps.stamp[s],
                 out);
    fputc('\n', out);
}

static bool write_samples_csv(const study_result *r, const char *dir)
{
    FILE *out = study_create(dir, "samples.csv");

    if (out == NULL)
        return false;
    fputs("workload,load,pes,pe,intid,fw_asserted_ps,fw_to_monitor_ps,fw_to_vector_ps,"
          "fw_to_acknowledge_ps,fw_to_end_ps,fw_to_back_ps,model_to_vector_ps",
          out);
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        fprintf(out, ",model_%s_ps", gictime_stamp_name(s));
    fputc('\n', out);
    for (size_t n = 0; n < r->num_points; n++)
        csv_point(r, &r->points[n], out);
    return study_close(out, "samples.csv");
}

bool study_write_csv(const study_result *r, const char *dir)
{
    return write_sets_csv(r, dir) && write_samples_csv(r, dir);
}

/* ---------------------------------------------------------------- JSON */

/* A signed time; the writer knows unsigned numbers only. Differences of views can be negative. */
void study_json_time(gictime_json *j, const char *key, int64_t ps)
{
    gictime_json_u64(j, key, ps < 0 ? 0 : (uint64_t)ps);
}

void study_json_stat(gictime_json *j, const char *key, const study_stat *s)
{
    if (s->count == 0) {
        gictime_json_null(j, key);
        return;
    }
    gictime_json_object(j, key);
    gictime_json_u64(j, "count", s->count);
    study_json_time(j, "min", s->min);
    study_json_time(j, "p50", s->p50);
    study_json_time(j, "p90", s->p90);
    study_json_time(j, "p99", s->p99);
    study_json_time(j, "max", s->max);
    study_json_time(j, "mean", s->mean);
    gictime_json_end(j);
}

static void json_hops(gictime_json *j, const study_set *set)
{
    gictime_json_object(j, "hops");
    for (unsigned s = 1; s < GICTIME_STAMP_COUNT; s++) {
        if (set->hop[s].count == 0)
            continue;
        gictime_json_object(j, gictime_stamp_name(s));
        study_json_time(j, "share", set->hop_mean[s]);
        study_json_time(j, "p50", set->hop[s].p50);
        study_json_time(j, "p99", set->hop[s].p99);
        study_json_time(j, "max", set->hop[s].max);
        gictime_json_end(j);
    }
    gictime_json_end(j);
}

static void json_segments(gictime_json *j, const study_set *set)
{
    gictime_json_object(j, "segments");
    study_json_stat(j, "monitor", &set->to_monitor);
    study_json_stat(j, "vector", &set->to_vector);
    study_json_stat(j, "acknowledge", &set->to_acknowledge);
    study_json_stat(j, "end", &set->to_end);
    study_json_stat(j, "back", &set->to_back);
    gictime_json_end(j);
}

static void json_set(gictime_json *j, const study_set *set)
{
    gictime_json_object(j, NULL);
    gictime_json_string(j, "workload", set->workload);
    gictime_json_string(j, "load", set->loaded ? "loaded" : "idle");
    gictime_json_u64(j, "pes", set->pes);
    study_json_stat(j, "firmware", &set->fw);
    study_json_stat(j, "model", &set->model);
    study_json_stat(j, "total", &set->total);
    json_segments(j, set);
    json_hops(j, set);
    gictime_json_u64(j, "compared", set->compared);
    gictime_json_u64(j, "disagree", set->disagree);
    study_json_time(j, "largest_difference", set->worst_difference);
    gictime_json_array(j, "distribution");
    for (size_t n = 0; n < set->num_ecdf; n++)
        study_json_time(j, NULL, set->ecdf[n]);
    gictime_json_end(j);
    gictime_json_end(j);
}

void study_json_configuration(gictime_json *j, const study_result *r)
{
    const study_options *o = r->options;

    gictime_json_object(j, "configuration");
    gictime_json_string(j, "profile", r->profile_name);
    gictime_json_u64(j, "samples", o->samples);
    gictime_json_u64(j, "seed", o->seed);
    gictime_json_u64(j, "cpu_period_ps", r->period_ps);
    gictime_json_array(j, "pes");
    for (unsigned n = 0; n < o->num_runs; n++)
        gictime_json_u64(j, NULL, o->pes[n]);
    gictime_json_end(j);
    gictime_json_array(j, "overrides");
    for (unsigned n = 0; n < o->num_sets; n++)
        gictime_json_string(j, NULL, o->set[n]);
    gictime_json_end(j);
    gictime_json_string(j, "profile_text", r->profile_text);
    gictime_json_end(j);
}

void study_json_checks(gictime_json *j, const study_result *r, uint64_t compared, uint64_t disagree)
{
    gictime_json_object(j, "checks");
    gictime_json_u64(j, "compared", compared);
    gictime_json_u64(j, "disagree", disagree);
    gictime_json_u64(j, "unmatched", r->unmatched);
    gictime_json_u64(j, "not_compared", r->incomparable);
    gictime_json_u64(j, "causality_violations", r->causality);
    gictime_json_u64(j, "causality_skew_ps", r->causality_skew);
    gictime_json_u64(j, "clock_doubt_cycles", (uint64_t)r->clock_doubt);
    gictime_json_end(j);
}

static void json_checks(gictime_json *j, const study_result *r)
{
    size_t compared = 0, disagree = 0;

    for (size_t n = 0; n < r->num_sets; n++) {
        compared += r->sets[n].compared;
        disagree += r->sets[n].disagree;
    }
    study_json_checks(j, r, compared, disagree);
}

static bool has_workload(const study_result *r, const char *name)
{
    for (size_t n = 0; n < r->num_sets; n++)
        if (strcmp(r->sets[n].workload, name) == 0)
            return true;
    return false;
}

static void json_workloads(gictime_json *j, const study_result *r)
{
    const study_workload_text *text;

    gictime_json_array(j, "workloads");
    for (unsigned n = 0; (text = study_workload_number(n)) != NULL; n++) {
        if (!has_workload(r, text->name))
            continue;
        gictime_json_object(j, NULL);
        gictime_json_string(j, "name", text->name);
        gictime_json_string(j, "title", text->title);
        gictime_json_string(j, "text", text->text);
        gictime_json_bool(j, "cost", text->cost);
        gictime_json_end(j);
    }
    gictime_json_end(j);
}

/* Both views of single interrupts: set, firmware, model; every k-th when there are many. */
static void json_pairs(gictime_json *j, const study_result *r)
{
    size_t step = r->num_points / MAX_PAIRS + 1;

    gictime_json_array(j, "pairs");
    for (size_t n = 0; n < r->num_points; n += step) {
        const study_point *p = &r->points[n];

        if (!p->comparable)
            continue;
        gictime_json_array(j, NULL);
        gictime_json_u64(j, NULL, p->set);
        study_json_time(j, NULL, p->fw_vector);
        study_json_time(j, NULL, p->model_vector);
        gictime_json_end(j);
    }
    gictime_json_end(j);
}

void study_write_json(const study_result *r, FILE *out)
{
    gictime_json j;

    gictime_json_open(&j, out, 2);
    gictime_json_object(&j, NULL);
    gictime_json_string(&j, "study", "latency");
    gictime_json_string(&j, "unit", "ps");
    study_json_configuration(&j, r);
    json_checks(&j, r);
    gictime_json_array(&j, "stamps");
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        if (s == 0 || study_hop_is_shown(r, s))
            gictime_json_string(&j, NULL, gictime_stamp_name(s));
    gictime_json_end(&j);
    json_workloads(&j, r);
    gictime_json_array(&j, "sets");
    for (size_t n = 0; n < r->num_sets; n++)
        json_set(&j, &r->sets[n]);
    gictime_json_end(&j);
    json_pairs(&j, r);
    gictime_json_end(&j);
}
