/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speed of the built-in A64 ISS alone, on RAM with direct pointers: the loop of iss_loop.S. Median
 * of 9 runs in CPU time. --json: one JSON object a line.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "iss/a64.h"
#include "machine.h"

enum { RUNS = 9, ROUNDS = 60000, LIMIT_MIPS = 100, IMAGE_MAX = 4096 };

static double cpu_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Loads the loop at the start of RAM; false when it cannot be read. */
static bool load_image(machine *m)
{
    FILE *f = fopen(ISS_LOOP_IMAGE, "rb");
    size_t got = f ? fread(machine_ram(m, m->config.ram_base), 1, IMAGE_MAX, f) : 0;
    if (f)
        (void)fclose(f);
    if (!got)
        (void)fprintf(stderr, "bench_iss: %s: cannot be read; build it first\n", ISS_LOOP_IMAGE);
    return got != 0;
}

/* One run from reset to the HVC, in slices of @slice instructions; MIPS. */
static double measure(machine *m, uint64_t slice)
{
    const iss_ops *ops = m->config.ops;
    iss *pe = m->pe[0].instance;
    iss_start start = {.pc = m->config.ram_base, .x = {ROUNDS}};
    uint64_t insns = 0;
    iss_result r;
    double begin;
    ops->reset(pe, &start);
    begin = cpu_seconds();
    do {
        r = machine_run(m, 0, slice);
        insns += r.insns;
    } while (r.reason == ISS_STOP_LIMIT);
    if (r.reason != ISS_STOP_CONDUIT) {
        (void)fprintf(stderr, "bench_iss: the loop ended by %s\n", iss_stop_name(r.reason));
        exit(1);
    }
    return (double)insns / (cpu_seconds() - begin) * 1e-6;
}

static int by_value(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static double median(machine *m, uint64_t slice)
{
    double v[RUNS];
    for (unsigned i = 0; i < RUNS; i++)
        v[i] = measure(m, slice);
    qsort(v, RUNS, sizeof v[0], by_value);
    return v[RUNS / 2];
}

int main(int argc, char **argv)
{
    bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
    const char *form = json ? "{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"MIPS\",\"limit\":%d,"
                              "\"config\":\"1 PE, MMU on, direct RAM, slices of %s\"}\n"
                            : "%-20s %8.1f MIPS  (at least %d)  slices of %s\n";
    machine_config config;
    machine *m;
    machine_default(&config, a64_ops());
    config.iss.has_el2 = config.iss.has_el3 = false;
    config.iss.conduit = ISS_CONDUIT_HVC;
    m = machine_create(&config);
    if (!m || !load_image(m))
        return 1;
    (void)printf(form, "iss_mips", median(m, ISS_INSNS_UNLIMITED), LIMIT_MIPS, "any length");
    (void)printf(form, "iss_slice1000_mips", median(m, 1000), LIMIT_MIPS, "1000 instructions");
    machine_destroy(m);
    return 0;
}
