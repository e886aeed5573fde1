/* SPDX-License-Identifier: Apache-2.0 */
/* The two machines, bounded in time, instructions and output. */
#include "run.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

/** A run that takes longer (seconds), or prints more (bytes), is ended. */
#define RUN_SECONDS 20
#define RUN_BYTES   (1u << 20)
/** Instructions of all PEs on our side. */
#define RUN_INSNS "20000000"
#define RUN_RAM   "128M"

#define MAX_ARGUMENTS 48
#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))

/** Our GIC as QEMU's is: what it has not is left out. A GICv2's priorities have eight bits. */
static const char *const gicv2_parameters[] = {"gic.priority_bits=8", "gic.preemption_bits=7"};
static const char *const gicv3_parameters[] = {
    "gic.one_of_n=0",         "gic.mbis=0",     "gic.dpg=0",
    "gic.lpi_inv_register=0", "gic.its_umsi=0", "gic.its_seis=0",
};

const char *side_name(diff_side side)
{
    return side == DIFF_OURS ? "gicvp" : "qemu";
}

bool tools_open(diff_tools *tools)
{
    const char *base = getenv("TMPDIR");
    (void)snprintf(tools->directory, sizeof tools->directory, "%s/gicdiff.XXXXXX",
                   base && strlen(base) < 40 ? base : "/tmp");
    if (!mkdtemp(tools->directory)) {
        perror("gicdiff: temporary directory");
        return false;
    }
    return true;
}

static void image_path(const diff_tools *tools, char path[96])
{
    (void)snprintf(path, 96, "%s/program.elf", tools->directory);
}

void tools_close(const diff_tools *tools)
{
    char path[96];
    image_path(tools, path);
    (void)unlink(path);
    (void)rmdir(tools->directory);
}

static const char **set_parameters(const char **arg, const char *const *parameters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        *arg++ = "--set";
        *arg++ = parameters[i];
    }
    return arg;
}

static const char **our_arguments(const char **arg, const diff_tools *tools, const diff_case *c,
                                  const char *pes)
{
    *arg++ = tools->gicvp;
    *arg++ = "run";
    if (c->program.secure)
        *arg++ = "--secure";
    if (c->program.el2)
        *arg++ = "--virtualization";
    if (c->program.gicv2) {
        *arg++ = "--gic";
        *arg++ = "v2";
    }
    *arg++ = "--cpus";
    *arg++ = pes;
    *arg++ = "--ram";
    *arg++ = RUN_RAM;
    *arg++ = "--max-insns";
    *arg++ = RUN_INSNS;
    arg = c->program.gicv2 ? set_parameters(arg, gicv2_parameters, COUNT(gicv2_parameters))
                           : set_parameters(arg, gicv3_parameters, COUNT(gicv3_parameters));
    *arg++ = "--elf";
    return arg;
}

static const char **their_arguments(const char **arg, const diff_tools *tools, const diff_case *c,
                                    const char *pes)
{
    *arg++ = tools->qemu;
    *arg++ = "-M";
    *arg++ = c->program.gicv2 ? "virt,gic-version=2" : "virt,gic-version=3";
    *arg++ = "-M";
    *arg++ = c->program.secure ? "secure=on" : "secure=off";
    *arg++ = "-M";
    *arg++ = c->program.el2 ? "virtualization=on" : "virtualization=off";
    *arg++ = "-cpu";
    *arg++ = "cortex-a57";
    *arg++ = "-smp";
    *arg++ = pes;
    *arg++ = "-m";
    *arg++ = RUN_RAM;
    *arg++ = "-accel";
    *arg++ = "tcg,thread=single";
    *arg++ = "-nodefaults";
    *arg++ = "-display";
    *arg++ = "none";
    *arg++ = "-monitor";
    *arg++ = "none";
    *arg++ = "-serial";
    *arg++ = "stdio";
    *arg++ = "-semihosting-config";
    *arg++ = "enable=on,target=native";
    *arg++ = "-kernel";
    return arg;
}

static void describe_end(child_result child, diff_log *log)
{
    char *outcome = log->outcome;
    const size_t room = sizeof log->outcome;
    outcome[0] = 0;
    if (child.end == CHILD_NOT_STARTED)
        (void)snprintf(outcome, room, "was not started");
    else if (child.end == CHILD_ENDED)
        (void)snprintf(outcome, room, "did not end within %d s", RUN_SECONDS);
    else if (child.end == CHILD_SIGNALLED)
        (void)snprintf(outcome, room, "ended by signal %d", child.code);
    else if (child.code != 0)
        (void)snprintf(outcome, room, "ended with status %d", child.code);
    else if (!log->complete)
        (void)snprintf(outcome, room, "ended without a whole log");
}

static char text[RUN_BYTES + 1]; /* what a run printed */

static void run_arguments(const char *const *arguments, diff_log *log)
{
    child_result child = child_run(arguments, RUN_SECONDS, text, RUN_BYTES);
    log_parse(text, log);
    describe_end(child, log);
}

/** Where the log of this program is kept: by a hash of all that decides it. */
static void cache_path(const diff_tools *tools, const diff_case *c, char path[512])
{
    const unsigned char *bytes = (const unsigned char *)&c->program;
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < sizeof c->program; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    (void)snprintf(path, 512, "%s/%016llx.log", tools->cache, (unsigned long long)hash);
}

static bool cache_read(const char *path, diff_log *log)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    text[fread(text, 1, RUN_BYTES, file)] = 0;
    (void)fclose(file);
    log_parse(text, log);
    log->outcome[0] = 0;
    return log->complete;
}

/** Keeps the text of the run that has just ended. */
static void cache_write(const char *path, const char *directory)
{
    char part[128];
    (void)snprintf(part, sizeof part, "%s/log", directory);
    FILE *file = fopen(part, "w");
    if (!file)
        return;
    (void)fputs(text, file);
    if (fclose(file) != 0 || rename(part, path) != 0)
        (void)unlink(part);
}

static void run_machine(const diff_tools *tools, const diff_case *c, diff_side side, diff_log *log)
{
    char path[96], pes[16];
    const char *arguments[MAX_ARGUMENTS];
    image_path(tools, path);
    (void)snprintf(pes, sizeof pes, "%u", c->program.pes);
    if (!image_write(tools, &c->program, path)) {
        (void)snprintf(log->outcome, sizeof log->outcome, "no image");
        log->records = 0;
        return;
    }
    const char **end = side == DIFF_OURS ? our_arguments(arguments, tools, c, pes)
                                         : their_arguments(arguments, tools, c, pes);
    *end++ = path;
    *end = NULL;
    run_arguments(arguments, log);
}

void run_side(const diff_tools *tools, const diff_case *c, diff_side side, diff_log *log)
{
    char path[512];
    if (side == DIFF_OURS || !tools->cache) {
        run_machine(tools, c, side, log);
        return;
    }
    cache_path(tools, c, path);
    if (cache_read(path, log))
        return;
    run_machine(tools, c, side, log);
    if (log->complete && !log->outcome[0])
        cache_write(path, tools->directory);
}
