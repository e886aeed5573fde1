/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian's kernel to its init and power-off, in CPU time of the simulator.
 *
 *   linux_boot_mips         1 PE, loosely timed: instructions of the whole run by its time
 *   linux4_over_qemu_icount 4 PEs, loosely timed: its time by that of QEMU with -icount, which
 * counts instructions and runs all PEs in one thread, as gicvp does; the same kernel, initial RAM
 * disk and command line; the median of pairs
 */
#define _DEFAULT_SOURCE /* mkdtemp */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_run.h"
#include "bench_util.h"

#define SELF   "bench_linux"
#define APPEND "quiet cryptomgr.notests console=ttyAMA0"

enum { PATH_SIZE = 4096 };

typedef struct images {
    char kernel[PATH_SIZE];
    char initrd[PATH_SIZE];
} images;

/* One side of a comparison: a simulator with its images. */
typedef struct side {
    const images *guest;
    double (*boot)(const images *i, const char *pes, bench_run *r);
} side;

static double boot(const char *const *args, bench_run *r)
{
    bench_run_program(SELF, args, "", r);
    if (!strstr(r->out, "INIT-REACHED"))
        bench_die(SELF, "the kernel did not come to its init");
    return r->cpu_s;
}

static double boot_gicvp(const images *i, const char *pes, bench_run *r)
{
    const char *const args[] = {GICVP,     "run",   "--kernel",    i->kernel,    "--initrd",
                                i->initrd, "--ram", "256M",        "--append",   APPEND,
                                "--cpus",  pes,     "--max-insns", "3000000000", "--max-time",
                                "60s",     NULL};
    return boot(args, r);
}

static double boot_qemu(const images *i, const char *pes, bench_run *r)
{
    const char *const args[] = {QEMU,
                                "-M",
                                "virt,gic-version=3,its=on,dtb-randomness=off",
                                "-cpu",
                                "cortex-a57",
                                "-smp",
                                pes,
                                "-m",
                                "256M",
                                "-icount",
                                "shift=0,sleep=off",
                                "-nographic",
                                "-no-reboot",
                                "-net",
                                "none",
                                "-kernel",
                                i->kernel,
                                "-initrd",
                                i->initrd,
                                "-append",
                                APPEND,
                                NULL};
    return boot(args, r);
}

static double measure(void *what)
{
    static bench_run r;
    const side *s = (const side *)what;
    return s->boot(s->guest, "4", &r) * 1e9;
}

static void bench_mips(bool json, const images *i)
{
    static bench_run r;
    double speed[BENCH_PAIRS];
    for (unsigned n = 0; n < BENCH_PAIRS; n++) {
        double cpu_s = boot_gicvp(i, "1", &r);
        speed[n] = (double)r.insns / cpu_s * 1e-6;
    }
    bench_print(json, "linux_boot_mips", bench_median(speed, BENCH_PAIRS), "MIPS", "100",
                "1 PE, loosely timed, to init and power-off");
}

static void bench_ratio(bool json, const images *i)
{
    side theirs = {i, boot_qemu}, ours = {i, boot_gicvp};
    double theirs_ns, ours_ns, ratio;
    bench_compare(measure, &theirs, &ours, &theirs_ns, &ours_ns, &ratio);
    bench_print(json, "linux4_over_qemu_icount", ratio, "x", "2.5",
                "4 PEs, loosely timed, CPU time over that of QEMU -icount shift=0,sleep=off");
}

/* The kernel, and an initial RAM disk in a directory that must be removed; false without guests. */
static bool prepare(const char *directory, images *i)
{
    char command[2 * PATH_SIZE];
    if (!bench_run_path(FETCH_GUESTS " --path linux 2>/dev/null", i->kernel, PATH_SIZE))
        return false;
    (void)snprintf(i->initrd, sizeof i->initrd, "%s/initrd", directory);
    (void)snprintf(command, sizeof command,
                   "printf 'echo INIT-REACHED\\npoweroff -f\\n' | " MAKE_INITRD " %s 2>/dev/null",
                   i->initrd);
    return system(command) == 0; /* NOLINT(cert-env33-c): paths of our own */
}

static void usage(FILE *f)
{
    (void)fputs("usage: bench_linux [--json]\n"
                "Debian's kernel to its init on gicvp, and beside QEMU; medians of 11 runs.\n"
                "  --json  one JSON object a line\n"
                "Wants scripts/fetch-guests linux busybox, and qemu-system-aarch64.\n",
                f);
}

int main(int argc, char **argv)
{
    static images i;
    char directory[] = "/tmp/bench_linux.XXXXXX";
    bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        usage(stdout);
        return 0;
    }
    if (argc > 1 && !json) {
        (void)fprintf(stderr, SELF ": bad argument '%s'; --json or --help\n", argv[argc - 1]);
        return 2;
    }
    if (!mkdtemp(directory))
        bench_die(SELF, "no room for a temporary directory");
    if (prepare(directory, &i)) {
        bench_mips(json, &i);
        if (access(QEMU, X_OK) == 0)
            bench_ratio(json, &i);
    } else {
        (void)fputs(SELF ": skipped: Linux is not there; run scripts/fetch-guests linux busybox\n",
                    stderr);
    }
    (void)unlink(i.initrd);
    (void)rmdir(directory);
    return 0;
}
