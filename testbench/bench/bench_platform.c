/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speed of the whole platform: gicvp with a guest, in CPU time of the simulator.
 *
 *   guest_sgi_cycle_ns       an SGI to the own PE: SGI1R, exception, IAR, EOIR, ERET; loosely timed
 *   guest_sgi_cycle_timed_ns the same with the profile gic600, the guest spinning meanwhile
 *   guest_lpi_cycle_ns       an LPI by the INT command: queue, CWRITER, exception, IAR, EOIR, ERET;
 *                            loosely timed
 *   uboot_mips               Debian's U-Boot: `crc32 40000000 1000000`
 *
 * Every value is the difference of a long and a short run, which have the start in common, so that
 * what is left is the work itself; the median of interleaved rounds. The ratio of the two cycles is
 * the median of the rounds' own ratios.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_run.h"

enum {
    ROUNDS = 9,
    LIMIT_CYCLE_NS = 1000,
    LIMIT_RATIO = 4,
    LIMIT_LPI_NS = 2000,
    LIMIT_MIPS = 60,
    SGI_SHORT = 10000,
    SGI_LONG = 210000,
    SGI_TIMED_LONG = 50000
};

#define SELF "bench_platform"

static void die(const char *what, const char *detail)
{
    (void)fprintf(stderr, SELF ": %s%s%s\n", what, *detail ? ": " : "", detail);
    exit(1);
}

/* ------------------------------------------------------------------ guests */

/* Seconds of @count interrupts, start included, by a guest of @firmware. */
static double guest_run(const char *firmware, const char *profile, unsigned count)
{
    static bench_run r;
    char append[40], taken[40];
    const char *args[BENCH_RUN_ARGS] = {GICVP,  "run",         "--elf",      firmware, "--append",
                                        append, "--max-insns", "1000000000", NULL};
    if (profile)
        args[8] = "--profile", args[9] = profile;
    (void)snprintf(append, sizeof append, "iterations=%u", count);
    (void)snprintf(taken, sizeof taken, "taken %u ", count);
    bench_run_program(SELF, args, "", &r);
    if (!strstr(r.out, taken))
        die("the guest did not take its interrupts", r.out);
    return r.cpu_s;
}

/* Nanoseconds of one cycle. */
static double guest_cycle(const char *firmware, const char *profile, unsigned most)
{
    double start = guest_run(firmware, profile, SGI_SHORT);
    return (guest_run(firmware, profile, most) - start) / (double)(most - SGI_SHORT) * 1e9;
}

/* Boots U-Boot, types @commands and powers off. It eats what is typed while a command prints,
 * hence the spaces. */
static void uboot_run(const char *image, const char *commands, bench_run *r)
{
    static const char pad[] = "                ";
    char input[256];
    const char *args[BENCH_RUN_ARGS] = {GICVP,        "run",        "--bios", image, "--max-insns",
                                        "3000000000", "--max-time", "60s",    NULL};
    (void)snprintf(input, sizeof input, "\n%s%s\n%spoweroff\n", pad, commands, pad);
    bench_run_program(SELF, args, input, r);
}

static double uboot_speed(const char *image)
{
    static bench_run idle, busy;
    uboot_run(image, "", &idle);
    uboot_run(image, "crc32 40000000 1000000", &busy);
    if (!strstr(busy.out, "40ffffff ==> ") || busy.insns <= idle.insns)
        die("U-Boot did not do its crc32", busy.err);
    return (double)(busy.insns - idle.insns) / (busy.cpu_s - idle.cpu_s) * 1e-6;
}

/* ------------------------------------------------------------------ results */

static int by_value(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static double median(double *v)
{
    qsort(v, ROUNDS, sizeof v[0], by_value);
    return v[ROUNDS / 2];
}

/* A limit in MIPS is the least, any other the most. */
static void print(bool json, const char *name, double value, const char *unit, double limit,
                  const char *config)
{
    bool least = strcmp(unit, "MIPS") == 0;
    if (json)
        (void)printf("{\"name\":\"%s\",\"value\":%.2f,\"unit\":\"%s\",\"limit\":%.10g,"
                     "\"config\":\"%s\"}\n",
                     name, value, unit, limit, config);
    else
        (void)printf("%-28s %10.2f %-5s (at %s %.10g)  %s\n", name, value, unit,
                     least ? "least" : "most", limit, config);
    (void)fflush(stdout);
}

static void bench_sgi(bool json)
{
    double loose[ROUNDS], timed[ROUNDS], ratio[ROUNDS];
    double cycle;
    for (unsigned i = 0; i < ROUNDS; i++) {
        loose[i] = guest_cycle(FIRMWARE_BENCH_SGI, NULL, SGI_LONG);
        timed[i] = guest_cycle(FIRMWARE_BENCH_SGI, "gic600", SGI_TIMED_LONG);
        ratio[i] = timed[i] / loose[i];
    }
    cycle = median(loose);
    print(json, "guest_sgi_cycle_ns", cycle, "ns", LIMIT_CYCLE_NS,
          "1 PE, loosely timed, 200000 cycles");
    print(json, "guest_sgi_cycle_timed_ns", median(timed), "ns", LIMIT_RATIO * cycle,
          "1 PE, profile gic600, 40000 cycles");
    print(json, "guest_sgi_cycle_timed_ratio", median(ratio), "x", LIMIT_RATIO,
          "profile gic600 to loosely timed");
}

static void bench_lpi(bool json)
{
    double cycle[ROUNDS];
    for (unsigned i = 0; i < ROUNDS; i++)
        cycle[i] = guest_cycle(FIRMWARE_BENCH_LPI, NULL, SGI_LONG);
    print(json, "guest_lpi_cycle_ns", median(cycle), "ns", LIMIT_LPI_NS,
          "1 PE, loosely timed, 14 INTID bits, INT command, 200000 cycles");
}

static void bench_uboot(bool json)
{
    double speed[ROUNDS];
    char image[4096];
    if (!bench_run_path(FETCH_GUESTS " --path u-boot 2>/dev/null", image, sizeof image)) {
        (void)fprintf(stderr, "bench_platform: uboot_mips is skipped: U-Boot is not there; run "
                              "scripts/fetch-guests u-boot\n");
        return;
    }
    for (unsigned i = 0; i < ROUNDS; i++)
        speed[i] = uboot_speed(image);
    print(json, "uboot_mips", median(speed), "MIPS", LIMIT_MIPS, "1 PE, crc32 40000000 1000000");
}

static void usage(FILE *f)
{
    (void)fputs("usage: bench_platform [--json]\n"
                "Speed of the virtual platform with guests, in CPU time of the simulator; the "
                "median of 9 rounds.\n"
                "  --json  one JSON object a line\n"
                "U-Boot is measured when scripts/fetch-guests has fetched it.\n",
                f);
}

int main(int argc, char **argv)
{
    bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        usage(stdout);
        return 0;
    }
    if (argc > 1 && !json) {
        (void)fprintf(stderr, "bench_platform: bad argument '%s'; --json or --help\n",
                      argv[argc - 1]);
        return 2;
    }
    if (access(GICVP, X_OK) != 0)
        die("build it first", GICVP);
    if (access(FIRMWARE_BENCH_SGI, R_OK) != 0)
        die("build it first", FIRMWARE_BENCH_SGI);
    bench_sgi(json);
    bench_lpi(json);
    bench_uboot(json);
    return 0;
}
