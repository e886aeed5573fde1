/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gictime/profile.h"
#include "study.h"

/* Creates the directory and those above it. */
static bool make_directory(const char *path)
{
    char text[4096];

    if (strlen(path) >= sizeof text)
        return study_fail("--out %s: the path is too long", path);
    snprintf(text, sizeof text, "%s", path);
    for (char *p = text + 1; *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            mkdir(text, 0777);
            *p = '/';
        }
    if (mkdir(text, 0777) != 0 && errno != EEXIST)
        return study_fail("--out %s: %s; give a directory that can be made", path, strerror(errno));
    return true;
}

/* The profile as gicvp will have it: its clock, and its text for the report. */
static bool load_profile(study_result *result, const study_options *o)
{
    gictime_profile profile;
    gictime_error error;
    size_t size;
    FILE *text;
    bool ok = gictime_profile_load(&profile, o->profile, &error);

    for (unsigned n = 0; ok && n < o->num_sets; n++)
        ok = gictime_profile_set(&profile, o->set[n], &error);
    if (!ok || !gictime_profile_check(&profile, &error))
        return study_fail("%s", error.text);
    result->period_ps = gictime_profile_period_ps(&profile, GICTIME_DOMAIN_CPU);
    snprintf(result->profile_name, sizeof result->profile_name, "%s", profile.name);
    text = open_memstream(&result->profile_text, &size);
    if (text == NULL)
        return study_fail("out of memory");
    gictime_profile_print(&profile, text);
    return study_close(text, "profile");
}

static bool read_stats(study_result *result, const char *path)
{
    char *text = study_read_file(path);
    uint64_t skew;

    if (text == NULL)
        return false;
    result->causality += study_json_number(text, "causality/violations", 0);
    skew = study_json_number(text, "causality/largest_skew_ps", 0);
    if (skew > result->causality_skew)
        result->causality_skew = skew;
    free(text);
    return true;
}

/* Runs one number of PEs and adds what it gives. */
static bool study_one(study_result *result, unsigned pes)
{
    const char *dir = result->options->out;
    char uart[4096], stamps[4096], stats[4096];
    study_instances instances = {0};
    study_clock clock;
    study_log log;
    bool ok;

    study_path(uart, sizeof uart, dir, "uart", (int)pes, ".log");
    study_path(stamps, sizeof stamps, dir, "stamps", (int)pes, ".csv");
    study_path(stats, sizeof stats, dir, "stats", (int)pes, ".json");
    fprintf(stderr, "study: %u PE%s ...\n", pes, pes == 1 ? "" : "s");
    if (!study_run(result->options, pes) || !read_stats(result, stats))
        return false;
    ok = study_log_read(&log, uart) && study_instances_read(&instances, stamps) &&
         study_clock_make(&clock, &log, result->period_ps);
    if (ok && log.pes != pes)
        ok = study_fail("%s: %u of %u PEs came online", uart, log.pes, pes);
    if (ok)
        study_join(result, &log, &instances, &clock);
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

/* What makes the numbers worthless. */
static bool check(const study_result *result)
{
    size_t compared = 0, disagree = 0;

    for (size_t n = 0; n < result->num_sets; n++) {
        compared += result->sets[n].compared;
        disagree += result->sets[n].disagree;
    }
    if (result->causality != 0)
        return study_fail("%llu causality violations (largest skew %llu ps): the times are not "
                          "exact; use a smaller quantum",
                          (unsigned long long)result->causality,
                          (unsigned long long)result->causality_skew);
    if (result->unmatched != 0)
        return study_fail("%llu samples of the firmware have no interrupt in the model's stamps",
                          (unsigned long long)result->unmatched);
    if (disagree != 0)
        return study_fail("%zu of %zu samples: firmware and model are more than a cycle apart",
                          disagree, compared);
    return true;
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

static int run_study(study_result *result)
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

static void free_result(study_result *result)
{
    for (size_t n = 0; n < result->num_sets; n++)
        free(result->sets[n].ecdf);
    free(result->sets);
    free(result->points);
    free(result->profile_text);
}

int main(int argc, char **argv)
{
    study_options options;
    study_result result = {.options = &options};
    int status = study_parse_options(&options, argc, argv);

    if (status != 0)
        return status < 0 ? 0 : status;
    if (options.gicvp == NULL || options.firmware == NULL) {
        study_fail("%s is missing; scripts/study gives it",
                   options.gicvp == NULL ? "--gicvp" : "--firmware");
        return 2;
    }
    status = load_profile(&result, &options) && make_directory(options.out) ? 0 : 2;
    if (status == 0)
        status = run_study(&result);
    free_result(&result);
    return status;
}
