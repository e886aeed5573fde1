/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "study.h"

static const char help[] =
    "usage: study latency|lpi|storm|virt [options]\n"
    "\n"
    "Runs the study's firmware on gicvp, once for each point, and writes tables, data and "
    "pictures\n"
    "(report.html, CSV, JSON) to a directory.\n"
    "\n"
    "  latency           every kind of interrupt, idle and loaded, on 1 to 8 PEs\n"
    "  lpi               LPIs against devices, events, cache sizes, memory latency, walks\n"
    "  storm             offered MSIs against delivered interrupts and their latency\n"
    "  virt              what a hypervisor's guest pays for an interrupt, and for a switch\n"
    "\n"
    "  --samples N       samples of a point, 1 to 4096 (default 192; lpi 256; storm 512 of a PE; "
    "virt 128)\n"
    "  --profile NAME    timing profile: a name of 'gicvp params' or a file (default gic600)\n"
    "  --set KEY=VALUE   override one key of the profile; may be repeated\n"
    "  --seed N          seed of the stimuli's phases (default 1)\n"
    "  --out DIR         directory of the results (default build/study, the others below it)\n"
    "  --max-time TIME   bound on simulated time of a run (default 10s)\n"
    "  --gicvp PATH      the virtual platform program\n"
    "  --firmware PATH   latency.elf; lpi, storm: lpi.elf; virt: virt.elf\n"
    "  --json            print the results as JSON instead of tables\n"
    "  --help            this text\n"
    "latency, storm:\n"
    "  --pes LIST        numbers of PEs, 1 to 8 each (default 1,2,4,8; storm 1,4)\n"
    "latency, virt:\n"
    "  --gic v2|v3       version of the GIC (default v3; virt on a v2 with virt_gicv2.elf)\n"
    "latency:\n"
    "  --workloads LIST  only these workloads, e.g. sgi_self,spi_edge\n"
    "lpi:\n"
    "  --sweeps LIST     only these of "
    "devices,events,itt_cache,device_cache,pending_cache,memory,\n"
    "                    walks\n"
    "storm:\n"
    "  --rates LIST      offered loads, thousand MSIs a second, 1 to 100000 each\n"
    "  --vectors N       vectors that the MSIs come from, 1 to 2048 (default 64)\n"
    "  --service N       cycles from IAR to EOIR in the handler, 1 to 1000000 (default 500)\n"
    "  --duration N      microseconds of arrivals at each load, 1 to 1000000 (default 1000)\n"
    "virt:\n"
    "  --lists LIST      numbers of list registers, 1 to 16 each (default 1,2,4,8,16)\n"
    "  --burst N         virtual interrupts at once, 1 to 32 (default 16)\n"
    "  --live N          list registers in use when the guest is switched, 0 to 16 (default 2)\n";

/** Studies that an option is of. */
enum {
    OF_LATENCY = 1 << STUDY_LATENCY,
    OF_LPI = 1 << STUDY_LPI,
    OF_STORM = 1 << STUDY_STORM,
    OF_VIRT = 1 << STUDY_VIRT,
    OF_ALL = OF_LATENCY | OF_LPI | OF_STORM | OF_VIRT
};

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

static bool parse_rates(study_options *o, const char *text)
{
    o->num_rates = 0;
    for (const char *p = text; *p != '\0';) {
        char *end;
        unsigned long n = strtoul(p, &end, 10);

        if (end == p || n < 1 || n > 100000 || (*end != '\0' && *end != ',') ||
            o->num_rates == STUDY_MAX_RATES)
            return study_fail("--rates %s: give up to %d numbers from 1 to 100000, e.g. 500,1000",
                              text, STUDY_MAX_RATES);
        o->rates[o->num_rates++] = (unsigned)n;
        p = *end == ',' ? end + 1 : end;
    }
    return o->num_rates > 0 || study_fail("--rates: give at least one number");
}

static bool parse_number(const char *option, const char *text, uint64_t max, unsigned *out)
{
    uint64_t n;

    if (!parse_u64(text, 1, max, &n))
        return study_fail("%s %s: give a number from 1 to %llu", option, text,
                          (unsigned long long)max);
    *out = (unsigned)n;
    return true;
}

static bool parse_vectors(study_options *o, const char *text)
{
    return parse_number("--vectors", text, 2048, &o->vectors);
}

static bool parse_service(study_options *o, const char *text)
{
    return parse_number("--service", text, 1000000, &o->service);
}

static bool parse_duration(study_options *o, const char *text)
{
    return parse_number("--duration", text, 1000000, &o->duration_us);
}

static bool parse_lists(study_options *o, const char *text)
{
    o->num_lists = 0;
    for (const char *p = text; *p != '\0';) {
        char *end;
        unsigned long n = strtoul(p, &end, 10);

        if (end == p || n < 1 || n > STUDY_MAX_LISTS || (*end != '\0' && *end != ',') ||
            o->num_lists == STUDY_MAX_LISTS)
            return study_fail("--lists %s: give up to %d numbers from 1 to %d, e.g. 2,4,8", text,
                              STUDY_MAX_LISTS, STUDY_MAX_LISTS);
        o->lists[o->num_lists++] = (unsigned)n;
        p = *end == ',' ? end + 1 : end;
    }
    return o->num_lists > 0 || study_fail("--lists: give at least one number from 1 to 16");
}

static bool parse_burst(study_options *o, const char *text)
{
    return parse_number("--burst", text, 32, &o->burst);
}

static bool parse_live(study_options *o, const char *text)
{
    uint64_t n;

    if (!parse_u64(text, 0, STUDY_MAX_LISTS, &n))
        return study_fail("--live %s: give a number from 0 to %d", text, STUDY_MAX_LISTS);
    o->live = (unsigned)n;
    return true;
}

static bool parse_gic(study_options *o, const char *text)
{
    o->gicv2 = strcmp(text, "v2") == 0;
    return o->gicv2 || strcmp(text, "v3") == 0 || study_fail("--gic %s: give v2 or v3", text);
}

typedef struct option_row {
    const char *name;
    unsigned studies; /**< OF_*. */
    bool (*parse)(study_options *, const char *);
    size_t text; /**< Offset of a string member, when there is no function. */
} option_row;

static const option_row rows[] = {
    {"--pes", OF_LATENCY | OF_STORM, parse_pes, 0},
    {"--samples", OF_ALL, parse_samples, 0},
    {"--seed", OF_ALL, parse_seed, 0},
    {"--set", OF_ALL, parse_set, 0},
    {"--rates", OF_STORM, parse_rates, 0},
    {"--vectors", OF_STORM, parse_vectors, 0},
    {"--service", OF_STORM, parse_service, 0},
    {"--duration", OF_STORM, parse_duration, 0},
    {"--gic", OF_LATENCY | OF_VIRT, parse_gic, 0},
    {"--lists", OF_VIRT, parse_lists, 0},
    {"--burst", OF_VIRT, parse_burst, 0},
    {"--live", OF_VIRT, parse_live, 0},
    {"--profile", OF_ALL, NULL, offsetof(study_options, profile)},
    {"--workloads", OF_LATENCY, NULL, offsetof(study_options, workloads)},
    {"--sweeps", OF_LPI, NULL, offsetof(study_options, sweeps)},
    {"--out", OF_ALL, NULL, offsetof(study_options, out)},
    {"--max-time", OF_ALL, NULL, offsetof(study_options, max_time)},
    {"--gicvp", OF_ALL, NULL, offsetof(study_options, gicvp)},
    {"--firmware", OF_ALL, NULL, offsetof(study_options, firmware)},
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
    if ((row->studies >> o->study & 1) == 0)
        return study_fail("%s: no option of this study; see study --help", name);
    if (value == NULL)
        return study_fail("%s: needs a value; see study --help", name);
    if (row->parse != NULL)
        return row->parse(o, value);
    memcpy((char *)o + row->text, &value, sizeof value);
    return true;
}

/* Defaults of each study. */
static const study_options defaults[STUDY_KINDS] = {
    [STUDY_LATENCY] = {.study = STUDY_LATENCY,
                       .pes = {1, 2, 4, 8},
                       .num_runs = 4,
                       .samples = 192,
                       .out = "build/study"},
    [STUDY_LPI] =
        {.study = STUDY_LPI, .pes = {1}, .num_runs = 1, .samples = 256, .out = "build/study/lpi"},
    [STUDY_STORM] = {.study = STUDY_STORM,
                     .pes = {1, 4},
                     .num_runs = 2,
                     .samples = 512,
                     .rates = {500, 1000, 2000, 2500, 3000, 3500, 4000, 6000, 8000, 12000, 16000},
                     .num_rates = 11,
                     .vectors = 64,
                     .service = 500,
                     .duration_us = 1000,
                     .out = "build/study/storm"},
    [STUDY_VIRT] = {.study = STUDY_VIRT,
                    .pes = {1},
                    .num_runs = 1,
                    .samples = 128,
                    .lists = {1, 2, 4, 8, 16},
                    .num_lists = 5,
                    .burst = 16,
                    .live = 2,
                    .out = "build/study/virt"},
};

static bool parse_study(study_options *o, const char *name)
{
    static const char *const names[STUDY_KINDS] = {"latency", "lpi", "storm", "virt"};

    for (unsigned n = 0; n < STUDY_KINDS; n++)
        if (strcmp(name, names[n]) == 0) {
            *o = defaults[n];
            o->seed = 1;
            o->profile = "gic600";
            o->max_time = "10s";
            return true;
        }
    return study_fail("%s: no such study; there are: latency, lpi, storm, virt", name);
}

int study_parse_options(study_options *o, int argc, char **argv)
{
    memset(o, 0, sizeof *o);
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        fputs(help, argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : -1;
    }
    if (!parse_study(o, argv[1]))
        return 2;
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
