/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "study.h"

static const char help[] =
    "usage: study latency [options]\n"
    "\n"
    "Runs the latency firmware on gicvp, once for each number of PEs, and writes tables and the\n"
    "report (report.html, latency.csv, samples.csv, latency.json) to a directory.\n"
    "\n"
    "  --pes LIST        numbers of PEs, 1 to 8 each (default 1,2,4,8)\n"
    "  --samples N       samples per workload and load, 1 to 4096 (default 192)\n"
    "  --profile NAME    timing profile: a name of 'gicvp params' or a file (default gic600)\n"
    "  --set KEY=VALUE   override one key of the profile; may be repeated\n"
    "  --workloads LIST  only these workloads, e.g. sgi_self,spi_edge\n"
    "  --seed N          seed of the stimuli's phases (default 1)\n"
    "  --out DIR         directory of the results (default build/study)\n"
    "  --max-time TIME   bound on simulated time of a run (default 10s)\n"
    "  --gicvp PATH      the virtual platform program\n"
    "  --firmware PATH   latency.elf\n"
    "  --json            print the results as JSON instead of tables\n"
    "  --help            this text\n";

static bool parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *out >= min && *out <= max;
}

static bool parse_pes(study_options *o, const char *text)
{
    o->num_runs = 0;
    for (const char *p = text; *p != '\0';) {
        char *end;
        unsigned long n = strtoul(p, &end, 10);

        if (end == p || n < 1 || n > STUDY_MAX_PES || (*end != '\0' && *end != ',') ||
            o->num_runs == STUDY_MAX_RUNS)
            return study_fail("--pes %s: give up to %d numbers from 1 to %d, e.g. 1,2,4,8", text,
                              STUDY_MAX_RUNS, STUDY_MAX_PES);
        o->pes[o->num_runs++] = (unsigned)n;
        p = *end == ',' ? end + 1 : end;
    }
    return o->num_runs > 0 || study_fail("--pes: give at least one number from 1 to 8");
}

static bool parse_samples(study_options *o, const char *text)
{
    uint64_t n;

    if (!parse_u64(text, 1, 4096, &n))
        return study_fail("--samples %s: give a number from 1 to 4096", text);
    o->samples = (unsigned)n;
    return true;
}

static bool parse_seed(study_options *o, const char *text)
{
    if (!parse_u64(text, 0, UINT64_MAX, &o->seed))
        return study_fail("--seed %s: give a whole number", text);
    return true;
}

static bool parse_set(study_options *o, const char *text)
{
    if (strchr(text, '=') == NULL)
        return study_fail("--set %s: no '='; give KEY=VALUE (see 'gicvp params')", text);
    if (o->num_sets == STUDY_MAX_SETS)
        return study_fail("--set %s: more than %d overrides", text, STUDY_MAX_SETS);
    o->set[o->num_sets++] = text;
    return true;
}

typedef struct option_row {
    const char *name;
    bool (*parse)(study_options *, const char *);
    size_t text; /**< Offset of a string member, when there is no function. */
} option_row;

static const option_row rows[] = {
    {"--pes", parse_pes, 0},
    {"--samples", parse_samples, 0},
    {"--seed", parse_seed, 0},
    {"--set", parse_set, 0},
    {"--profile", NULL, offsetof(study_options, profile)},
    {"--workloads", NULL, offsetof(study_options, workloads)},
    {"--out", NULL, offsetof(study_options, out)},
    {"--max-time", NULL, offsetof(study_options, max_time)},
    {"--gicvp", NULL, offsetof(study_options, gicvp)},
    {"--firmware", NULL, offsetof(study_options, firmware)},
};

static const option_row *find_row(const char *name)
{
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++)
        if (strcmp(rows[n].name, name) == 0)
            return &rows[n];
    return NULL;
}

static bool parse_one(study_options *o, const char *name, const char *value)
{
    const option_row *row = find_row(name);

    if (row == NULL)
        return study_fail("%s: no such option; see study --help", name);
    if (value == NULL)
        return study_fail("%s: needs a value; see study --help", name);
    if (row->parse != NULL)
        return row->parse(o, value);
    memcpy((char *)o + row->text, &value, sizeof value);
    return true;
}

int study_parse_options(study_options *o, int argc, char **argv)
{
    *o = (study_options){.pes = {1, 2, 4, 8},
                         .num_runs = 4,
                         .samples = 192,
                         .seed = 1,
                         .profile = "gic600",
                         .out = "build/study",
                         .max_time = "10s"};
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        fputs(help, argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : -1;
    }
    if (strcmp(argv[1], "latency") != 0) {
        study_fail("%s: no such study; there is: latency", argv[1]);
        return 2;
    }
    for (int n = 2; n < argc; n++) {
        if (strcmp(argv[n], "--help") == 0) {
            fputs(help, stdout);
            return -1;
        }
        if (strcmp(argv[n], "--json") == 0) {
            o->json = true;
        } else if (!parse_one(o, argv[n], n + 1 < argc ? argv[n + 1] : NULL)) {
            return 2;
        } else {
            n++;
        }
    }
    return 0;
}
