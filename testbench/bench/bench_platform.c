/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speed of the whole platform: gicvp with a guest, in CPU time of the simulator.
 *
 *   guest_sgi_cycle_ns       an SGI to the own PE: SGI1R, exception, IAR, EOIR, ERET; loosely timed
 *   guest_sgi_cycle_timed_ns the same with the profile gic600, the guest spinning meanwhile
 *   guest_lpi_cycle_ns       an LPI by the INT command: queue, CWRITER, exception, IAR, EOIR, ERET;
 *                            loosely timed
 *   guest_vspi_cycle_ns      an SPI that EL2 takes and gives to its guest by a list register:
 *                            ISPENDR, two exceptions, IAR, LR, EOIR, ERET, IAR, EOIR, ERET;
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
#include "bench_util.h"

enum { ROUNDS = 9, SGI_SHORT = 10000, SGI_LONG = 210000, SGI_TIMED_LONG = 50000 };

#define SELF "bench_platform"

/* ------------------------------------------------------------------ guests */

/* Options of gicvp beyond those of every guest. */
static const char *const no_options[] = {NULL};
static const char *const timed_options[] = {"--profile", "gic600", NULL};
static const char *const el2_options[] = {"--virtualization", NULL};

/* Seconds of @count interrupts, start included, by a guest of @firmware. */
static double guest_run(const char *firmware, const char *const *options, unsigned count)
{
    static bench_run r;
    char append[40], taken[40];
    const char *args[BENCH_RUN_ARGS] = {GICVP,  "run",         "--elf",      firmware, "--append",
                                        append, "--max-insns", "1000000000", NULL};
    unsigned count_args = 8;
    while (*options)
        args[count_args++] = *options++;
    (void)snprintf(append, sizeof append, "iterations=%u", count);
    (void)snprintf(taken, sizeof taken, "taken %u ", count);
    bench_run_program(SELF, args, "", &r);
    if (!strstr(r.out, taken))
        bench_die_with(SELF, "the guest did not take its interrupts", r.out);
    return r.cpu_s;
}

/* Nanoseconds of one cycle. */
static double guest_cycle(const char *firmware, const char *const *options, unsigned most)
{
    double start = guest_run(firmware, options, SGI_SHORT);
    return (guest_run(firmware, options, most) - start) / (double)(most - SGI_SHORT) * 1e9;
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
        bench_die_with(SELF, "U-Boot did not do its crc32", busy.err);
    return (double)(busy.insns - idle.insns) / (busy.cpu_s - idle.cpu_s) * 1e-6;
}

/* ------------------------------------------------------------------ results */

static void bench_sgi(bool json)
{
    double loose[ROUNDS], timed[ROUNDS], ratio[ROUNDS];
    for (unsigned i = 0; i < ROUNDS; i++) {
        loose[i] = guest_cycle(FIRMWARE_BENCH_SGI, no_options, SGI_LONG);
        timed[i] = guest_cycle(FIRMWARE_BENCH_SGI, timed_options, SGI_TIMED_LONG);
        ratio[i] = timed[i] / loose[i];
    }
    bench_print(json, "guest_sgi_cycle_ns", bench_median(loose, ROUNDS), "ns", "1000",
                "1 PE, loosely timed, 200000 cycles");
    bench_print(json, "guest_sgi_cycle_timed_ns", bench_median(timed, ROUNDS), "ns", "null",
                "1 PE, profile gic600, 40000 cycles");
    bench_print(json, "guest_sgi_cycle_timed_ratio", bench_median(ratio, ROUNDS), "x", "4",
                "profile gic600 to loosely timed");
}

/* A figure of its own: the cycle of one program, loosely timed. */
static void bench_guest(bool json, const char *name, const char *firmware,
                        const char *const *options, const char *limit, const char *what)
{
    double cycle[ROUNDS];
    for (unsigned i = 0; i < ROUNDS; i++)
        cycle[i] = guest_cycle(firmware, options, SGI_LONG);
    bench_print(json, name, bench_median(cycle, ROUNDS), "ns", limit, what);
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
    bench_print(json, "uboot_mips", bench_median(speed, ROUNDS), "MIPS", "60",
                "1 PE, crc32 40000000 1000000");
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
        bench_die_with(SELF, "build it first", GICVP);
    if (access(FIRMWARE_BENCH_SGI, R_OK) != 0)
        bench_die_with(SELF, "build it first", FIRMWARE_BENCH_SGI);
    bench_sgi(json);
    bench_guest(json, "guest_lpi_cycle_ns", FIRMWARE_BENCH_LPI, no_options, "2000",
                "1 PE, loosely timed, 14 INTID bits, INT command, 200000 cycles");
    bench_guest(json, "guest_vspi_cycle_ns", FIRMWARE_BENCH_VSPI, el2_options, "1500",
                "1 PE, loosely timed, list register with hardware deactivation, 200000 cycles");
    bench_uboot(json);
    return 0;
}
