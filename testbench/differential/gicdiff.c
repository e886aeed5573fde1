/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs random programs on gicvp and on QEMU, and compares their logs. scripts/differential calls
 * it.
 *
 * Exit status: 0 equal but for what known.def explains, 1 differences, 2 bad usage.
 */
#include "coverage.h"
#include "generate.h"
#include "run.h"
#include "shrink.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/** Worker processes, failing seeds that are remembered, and runs for shrinking one, at most. */
enum { MAX_JOBS = 64, MAX_FAILED = 4096, SHRINK_RUNS = 600 };

/** What is wanted. */
typedef struct options {
    diff_tools tools;
    uint64_t first, last;
    unsigned jobs, shrink;
    unsigned gic; /**< Programs for this GIC version alone; 0: all. */
    const char *json, *keep, *print;
    bool once;     /**< Stop at the first difference. */
    bool report;   /**< Print the coverage. */
    bool expected; /**< Rows of known.def that are expected have to be seen. */
} options;

/** What the workers share. */
typedef struct shared {
    diff_coverage coverage;
    atomic_ullong next;
    atomic_uint failures;
    atomic_bool stop;
    uint64_t failed[MAX_FAILED];
} shared;

static _Noreturn void bad_usage(const char *what, const char *want)
{
    (void)fprintf(stderr, "gicdiff: %s: %s\n", what, want);
    exit(2);
}

static bool parse_number(const char *text, uint64_t *value, char end)
{
    char *rest;
    errno = 0;
    *value = strtoull(text, &rest, 0);
    return errno == 0 && rest != text && *rest == end;
}

static void parse_seeds(options *o, const char *text)
{
    const char *dots = strstr(text, "..");
    bool good = dots ? parse_number(text, &o->first, '.') && parse_number(dots + 2, &o->last, 0)
                     : parse_number(text, &o->first, 0);
    if (!dots)
        o->last = o->first;
    if (!good || o->last < o->first)
        bad_usage(text, "want seeds A..B with A not above B");
}

static unsigned parse_count(const char *name, const char *text, unsigned least, unsigned most)
{
    uint64_t value;
    if (!parse_number(text, &value, 0) || value < least || value > most) {
        (void)fprintf(stderr, "gicdiff: %s %s: want a number from %u to %u\n", name, text, least,
                      most);
        exit(2);
    }
    return (unsigned)value;
}

static unsigned parse_version(const char *text)
{
    if (strcmp(text, "v2") != 0 && strcmp(text, "v3") != 0)
        bad_usage(text, "want --gic v2 or --gic v3");
    return text[1] == '2' ? 2 : 3;
}

/** Options with a value. @return false when @p name is none of them. */
static bool parse_value(options *o, const char *name, const char *value)
{
    if (strcmp(name, "--seeds") == 0)
        parse_seeds(o, value);
    else if (strcmp(name, "--jobs") == 0)
        o->jobs = parse_count(name, value, 1, MAX_JOBS);
    else if (strcmp(name, "--shrink") == 0)
        o->shrink = parse_count(name, value, 0, MAX_FAILED);
    else if (strcmp(name, "--gic") == 0)
        o->gic = parse_version(value);
    else if (strcmp(name, "--gicvp") == 0)
        o->tools.gicvp = value;
    else if (strcmp(name, "--qemu") == 0)
        o->tools.qemu = value;
    else if (strcmp(name, "--firmware") == 0)
        o->tools.firmware = value;
    else if (strcmp(name, "--cache") == 0)
        o->tools.cache = value;
    else if (strcmp(name, "--json") == 0)
        o->json = value;
    else if (strcmp(name, "--keep") == 0)
        o->keep = value;
    else if (strcmp(name, "--print") == 0)
        o->print = value;
    else
        return false;
    return true;
}

static void parse_options(options *o, char **arg)
{
    for (; *arg; arg++) {
        if (strcmp(*arg, "--once") == 0)
            o->once = true;
        else if (strcmp(*arg, "--coverage") == 0)
            o->report = true;
        else if (strcmp(*arg, "--any-qemu") == 0)
            o->expected = false;
        else if (!arg[1])
            bad_usage(*arg, "unknown option, or its value is missing");
        else if (!parse_value(o, *arg, arg[1]))
            bad_usage(*arg, "unknown option");
        else
            arg++;
    }
    if (!o->print && (!o->tools.gicvp || !o->tools.qemu || !o->tools.firmware))
        bad_usage("nothing to run", "--gicvp, --qemu and --firmware are needed");
}

/** The large things, one of each in every process. */
static struct {
    diff_case c;
    diff_log ours, theirs;
    diff_result result;
} work;

static void note_failure(shared *s, uint64_t seed)
{
    unsigned place = atomic_fetch_add(&s->failures, 1);
    if (place < MAX_FAILED)
        s->failed[place] = seed;
}

/** Takes seed after seed until none is left. */
static void worker(const options *o, shared *s)
{
    diff_tools tools = o->tools;
    if (!tools_open(&tools))
        _exit(1);
    while (!atomic_load(&s->stop)) {
        uint64_t seed = atomic_fetch_add(&s->next, 1);
        if (seed > o->last)
            break;
        generate(seed, &work.c);
        if (o->gic && (o->gic == 2) != (work.c.program.gicv2 != 0))
            continue;
        judge_case(&tools, &work.c, &work.ours, &work.theirs, &work.result);
        if (!work.result.equal) {
            note_failure(s, seed);
            if (o->once)
                atomic_store(&s->stop, true);
        }
        coverage_add(&s->coverage, &work.c, &work.ours, &work.result);
    }
    tools_close(&tools);
}

static void start_workers(const options *o, shared *s, pid_t *workers)
{
    (void)fflush(NULL);
    for (unsigned i = 0; i < o->jobs; i++) {
        workers[i] = fork();
        if (workers[i] == 0) {
            worker(o, s);
            _exit(0);
        }
    }
}

/** A line on the terminal that moves, or one every 15 s in a file. */
static void progress(const options *o, const shared *s, unsigned ticks)
{
    bool terminal = isatty(2);
    unsigned long long done = s->coverage.programs;
    uint64_t all = o->last - o->first + 1;
    if (all < 2 || ticks % (terminal ? 5 : 150) != 0)
        return;
    (void)fprintf(stderr, "%sgicdiff: %llu of %" PRIu64 " programs, %u with differences%s",
                  terminal ? "\r" : "", done, all, s->failures, terminal ? "" : "\n");
}

static bool wait_workers(const options *o, const shared *s, const pid_t *workers)
{
    unsigned running = o->jobs;
    bool good = true, over[MAX_JOBS] = {false};
    const struct timespec pause = {0, 100000000};
    for (unsigned ticks = 1; running > 0; ticks++) {
        (void)nanosleep(&pause, NULL);
        for (unsigned i = 0; i < o->jobs; i++) {
            int status = 0;
            if (over[i] || workers[i] <= 0 || waitpid(workers[i], &status, WNOHANG) == 0)
                continue;
            over[i] = true;
            running--;
            good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
        progress(o, s, ticks);
    }
    if (isatty(2))
        (void)fprintf(stderr, "\n");
    return good;
}

/** Writes program and list of a failing seed where it can be looked at. */
static void keep_failure(const options *o, uint64_t seed)
{
    char path[512];
    (void)mkdir(o->keep, 0777);
    (void)snprintf(path, sizeof path, "%s/seed-%" PRIu64 ".elf", o->keep, seed);
    (void)image_write(&o->tools, &work.c.program, path);
    (void)snprintf(path, sizeof path, "%s/seed-%" PRIu64 ".txt", o->keep, seed);
    FILE *out = fopen(path, "w");
    if (!out)
        return;
    print_answers(out, &work.c, &work.ours, &work.theirs, &work.result);
    (void)fclose(out);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/** Shows the failures: the first ones as minimal programs, the others by their seeds. */
static void show_failures(const options *o, shared *s)
{
    diff_tools tools = o->tools;
    unsigned count = s->failures < MAX_FAILED ? s->failures : MAX_FAILED;
    qsort(s->failed, count, sizeof s->failed[0], by_number);
    if (!tools_open(&tools))
        return;
    for (unsigned i = 0; i < count; i++) {
        if (i >= o->shrink && !o->keep) {
            (void)printf("seed %" PRIu64 " differs\n", s->failed[i]);
            continue;
        }
        generate(s->failed[i], &work.c);
        judge_case(&tools, &work.c, &work.ours, &work.theirs, &work.result);
        if (o->keep)
            keep_failure(o, s->failed[i]);
        if (i < o->shrink && !work.result.equal) {
            (void)fprintf(stderr, "gicdiff: making the program of seed %" PRIu64 " smaller\n",
                          s->failed[i]);
            shrink(&tools, &work.c, &work.ours, &work.theirs, &work.result, SHRINK_RUNS);
            print_answers(stdout, &work.c, &work.ours, &work.theirs, &work.result);
            (void)fflush(stdout);
        }
    }
    tools_close(&tools);
}

static void write_json(const options *o, const shared *s)
{
    FILE *out = fopen(o->json, "w");
    if (!out) {
        (void)fprintf(stderr, "gicdiff: cannot write '%s'\n", o->json);
        return;
    }
    coverage_json(out, &s->coverage, o->first, o->last, s->failed,
                  s->failures < MAX_FAILED ? s->failures : MAX_FAILED);
    (void)fclose(out);
}

static int run(const options *o)
{
    pid_t workers[MAX_JOBS];
    shared *s =
        (shared *)mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED) {
        perror("gicdiff");
        return 1;
    }
    atomic_store(&s->next, o->first);
    start_workers(o, s, workers);
    bool good = wait_workers(o, s, workers);
    unsigned missing = o->expected ? coverage_missing(&s->coverage) : 0;
    show_failures(o, s);
    if (o->report)
        coverage_print(stdout, &s->coverage);
    if (o->json)
        write_json(o, s);
    (void)printf("gicdiff: seeds %" PRIu64 "..%" PRIu64 ": %llu programs, %u with differences, "
                 "%u expected differences missing\n",
                 o->first, o->last, s->coverage.programs, s->failures, missing);
    return good && s->failures == 0 && missing == 0 ? 0 : 1;
}

int main(int count, char **arg)
{
    options o = {.first = 1, .last = 200, .jobs = 1, .shrink = 3, .expected = true};
    (void)count;
    (void)signal(SIGPIPE, SIG_IGN);
    parse_options(&o, arg + 1);
    if (o.print) {
        uint64_t seed;
        if (!parse_number(o.print, &seed, 0))
            bad_usage(o.print, "want a seed");
        generate(seed, &work.c);
        program_print(stdout, &work.c);
        return 0;
    }
    return run(&o);
}
