/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian's kernel to its init and power-off, in CPU time of the simulator.
 *
 *   linux_boot_mips         1 PE, loosely timed: instructions of the whole run by its time
 *   linux4_over_qemu_icount 4 PEs, loosely timed: its time by that of QEMU with -icount, which
 * counts instructions and runs all PEs in one thread, as gicvp does; the same kernel, initial RAM
 * disk and command line; the median of pairs
 *   kvm_guest_over_qemu_icount 1 PE with EL2: the same, with a guest of KVM that takes 40
 * interrupts
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
    char kvm_initrd[PATH_SIZE];
} images;

/* What is booted. */
typedef struct system {
    const char *kernel, *initrd, *pes;
    const char *done; /* What the console must show. */
    bool el2;
} system_images;

/* One side of a comparison: a simulator with its images. */
typedef struct side {
    const system_images *guest;
    double (*boot)(const system_images *s, bench_run *r);
} side;

static double boot(const char *const *args, const system_images *s, bench_run *r)
{
    bench_run_program(SELF, args, "", r);
    if (!strstr(r->out, s->done))
        bench_die_with(SELF, "the kernel did not come to its end", r->out);
    return r->cpu_s;
}

static double boot_gicvp(const system_images *s, bench_run *r)
{
    const char *const args[] = {GICVP,
                                "run",
                                "--kernel",
                                s->kernel,
                                "--initrd",
                                s->initrd,
                                "--ram",
                                "256M",
                                "--append",
                                APPEND,
                                "--cpus",
                                s->pes,
                                "--max-insns",
                                "3000000000",
                                "--max-time",
                                "60s",
                                s->el2 ? "--virtualization" : NULL,
                                NULL};
    return boot(args, s, r);
}

static double boot_qemu(const system_images *s, bench_run *r)
{
    const char *const args[] = {QEMU,
                                "-M",
                                s->el2 ? "virt,gic-version=3,virtualization=on,dtb-randomness=off"
                                       : "virt,gic-version=3,its=on,dtb-randomness=off",
                                "-cpu",
                                "cortex-a57",
                                "-smp",
                                s->pes,
                                "-m",
                                "256M",
                                "-icount",
                                "shift=0,sleep=off",
                                "-nographic",
                                "-no-reboot",
                                "-net",
                                "none",
                                "-kernel",
                                s->kernel,
                                "-initrd",
                                s->initrd,
                                "-append",
                                APPEND,
                                NULL};
    return boot(args, s, r);
}

static double measure(void *what)
{
    static bench_run r;
    const side *s = (const side *)what;
    return s->boot(s->guest, &r) * 1e9;
}

static void bench_mips(bool json, const images *i)
{
    static bench_run r;
    const system_images plain = {i->kernel, i->initrd, "1", "INIT-REACHED", false};
    double speed[BENCH_PAIRS];
    for (unsigned n = 0; n < BENCH_PAIRS; n++) {
        double cpu_s = boot_gicvp(&plain, &r);
        speed[n] = (double)r.insns / cpu_s * 1e-6;
    }
    bench_print(json, "linux_boot_mips", bench_median(speed, BENCH_PAIRS), "MIPS", "100",
                "1 PE, loosely timed, to init and power-off");
}

static double over_qemu(const system_images *s)
{
    side theirs = {s, boot_qemu}, ours = {s, boot_gicvp};
    double theirs_ns, ours_ns, ratio;
    bench_compare(measure, &theirs, &ours, &theirs_ns, &ours_ns, &ratio);
    return ratio;
}

static void bench_ratios(bool json, const images *i)
{
    const system_images plain = {i->kernel, i->initrd, "4", "INIT-REACHED", false};
    const system_images kvm = {i->kernel, i->kvm_initrd, "1", "PASSED", true};
    bench_print(json, "linux4_over_qemu_icount", over_qemu(&plain), "x", "2.5",
                "4 PEs, loosely timed, CPU time over that of QEMU -icount shift=0,sleep=off");
    bench_print(json, "kvm_guest_over_qemu_icount", over_qemu(&kvm), "x", "3",
                "1 PE with EL2: KVM's host and a guest that takes virtual interrupts, likewise");
}

static bool make_initrd(const char *path, const char *script, const char *options)
{
    char command[4 * PATH_SIZE];
    (void)snprintf(command, sizeof command, "printf '%s' | " MAKE_INITRD " %s %s 2>/dev/null",
                   script, options, path);
    return system(command) == 0; /* NOLINT(cert-env33-c): paths of our own */
}

/* The kernel, and initial RAM disks in a directory that must be removed; false without guests. */
static bool prepare(const char *directory, images *i)
{
    static const char kvm[] = "/kvmrun --append \"semihosting=0 rounds=4\" /kvm_guest.elf\\n"
                              "poweroff -f\\n";
    if (!bench_run_path(FETCH_GUESTS " --path linux 2>/dev/null", i->kernel, PATH_SIZE))
        return false;
    (void)snprintf(i->initrd, sizeof i->initrd, "%s/initrd", directory);
    (void)snprintf(i->kvm_initrd, sizeof i->kvm_initrd, "%s/kvm", directory);
    return make_initrd(i->initrd, "echo INIT-REACHED\\npoweroff -f\\n", "") &&
           make_initrd(i->kvm_initrd, kvm,
                       "--add " FIRMWARE "/kvmrun --add " FIRMWARE "/kvm_guest.elf");
}

static void usage(FILE *f)
{
    (void)fputs("usage: bench_linux [--json]\n"
                "Debian's kernel to its init on gicvp, and beside QEMU, and with a guest of KVM; "
                "medians of 11 runs.\n"
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
            bench_ratios(json, &i);
    } else {
        (void)fputs(SELF ": skipped: Linux is not there; run scripts/fetch-guests linux busybox\n",
                    stderr);
    }
    (void)unlink(i.initrd);
    (void)unlink(i.kvm_initrd);
    (void)rmdir(directory);
    return 0;
}
