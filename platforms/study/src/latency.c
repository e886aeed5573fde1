/* SPDX-License-Identifier: Apache-2.0 */
/* The latency study: every workload, for each number of PEs. */
#include <stdlib.h>

#include "study.h"

static void name_samples(char *text, size_t size, const study_options *o)
{
    snprintf(text, size, "samples=%u seed=%llu%s%s", o->samples, (unsigned long long)o->seed,
             o->workloads != NULL ? " workloads=" : "", o->workloads != NULL ? o->workloads : "");
}

/* Runs one number of PEs and adds what it gives. */
static bool study_one(study_result *result, unsigned pes)
{
    const char *dir = result->options->out;
    char uart[4096], stamps[4096], append[256], *stats;
    const bool gicv2 = result->options->gicv2;
    const study_job job = {
        .pes = pes, .number = pes, .secure = !gicv2, .gicv2 = gicv2, .append = append};
    study_instances instances = {0};
    study_clock clock;
    study_log log;
    bool ok;

    study_path(uart, sizeof uart, dir, "uart", (int)pes, ".log");
    study_path(stamps, sizeof stamps, dir, "stamps", (int)pes, ".csv");
    name_samples(append, sizeof append, result->options);
    fprintf(stderr, "study: %u PE%s ...\n", pes, pes == 1 ? "" : "s");
    if (!study_run(result->options, &job))
        return false;
    stats = study_read_stats(result, pes);
    if (stats == NULL)
        return false;
    free(stats);
    ok = study_log_read(&log, uart) && study_instances_read(&instances, stamps) &&
         study_clock_make(&clock, &log, result->period_ps);
    if (ok && log.pes != pes)
        ok = study_fail("%s: %u of %u PEs came online", uart, log.pes, pes);
    if (ok) {
        clock.sgi_way_ps = gicv2 ? result->mmio_ps / 2 : 0; /* ID-V01 */
        study_join(result, &log, &instances, &clock);
    }
    study_log_free(&log);
    study_instances_free(&instances);
    return ok;
}

static bool write_all(const study_result *result)
{
    const char *dir = result->options->out;
    FILE *json = study_create(dir, "latency.json");

    if (json == NULL)
        return false;
    study_write_json(result, json);
    return study_close(json, "latency.json") && study_write_csv(result, dir) &&
           study_write_html(result, dir);
}

static bool check(const study_result *result)
{
    size_t compared = 0, disagree = 0;

    for (size_t n = 0; n < result->num_sets; n++) {
        compared += result->sets[n].compared;
        disagree += result->sets[n].disagree;
    }
    return study_check(result, compared, disagree);
}

static void print_all(const study_result *result)
{
    const study_options *o = result->options;

    if (o->json) {
        study_write_json(result, stdout);
        return;
    }
    printf("profile %s, CPU period %llu ps, %u samples per workload and load, seed %llu\n\n%s\n",
           result->profile_name, (unsigned long long)result->period_ps, o->samples,
           (unsigned long long)o->seed, result->profile_text);
    study_print_table(result, stdout);
    study_print_breakdown(result, stdout);
    printf("\n%s/report.html  pictures and tables\n%s/latency.csv, latency.json, samples.csv\n",
           o->out, o->out);
}

int study_latency(study_result *result)
{
    const study_options *o = result->options;

    for (unsigned n = 0; n < o->num_runs; n++)
        if (!study_one(result, o->pes[n]))
            return 1;
    study_sets_finish(result);
    if (!write_all(result))
        return 1;
    print_all(result);
    return check(result) ? 0 : 1;
}
