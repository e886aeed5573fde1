/* SPDX-License-Identifier: Apache-2.0 */
/* Simulators as children, measured. */
#define _DEFAULT_SOURCE /* wait4 */
#include "bench_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_util.h"

static FILE *scratch_file(const char *self)
{
    FILE *f = tmpfile();
    if (!f)
        bench_die(self, "no room for a temporary file");
    return f;
}

static void read_back(FILE *f, char *text)
{
    size_t got;
    rewind(f);
    got = fread(text, 1, BENCH_RUN_OUTPUT - 1, f);
    text[got] = '\0';
    (void)fclose(f);
}

/* The child's part: its files, its bounds, the program. */
static void become(const char *const *args, FILE *in, FILE *out, FILE *err)
{
    const struct rlimit bound = {BENCH_RUN_SECONDS, BENCH_RUN_SECONDS};
    if (dup2(fileno(in), STDIN_FILENO) < 0 || dup2(fileno(out), STDOUT_FILENO) < 0 ||
        dup2(fileno(err), STDERR_FILENO) < 0 || setrlimit(RLIMIT_CPU, &bound) != 0)
        _exit(126);
    (void)alarm(BENCH_RUN_SECONDS);
    (void)execv(args[0], (char *const *)(uintptr_t)args);
    _exit(127);
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* The count in gicvp's line "gicvp: N instructions, ...". */
static uint64_t insns_of(const char *err)
{
    const char *end = strstr(err, " instructions,");
    const char *at = end;
    while (at && at > err && at[-1] >= '0' && at[-1] <= '9')
        at--;
    return at == end ? 0 : strtoull(at, NULL, 10);
}

void bench_run_program(const char *self, const char *const *args, const char *input, bench_run *r)
{
    FILE *in = scratch_file(self), *out = scratch_file(self), *err = scratch_file(self);
    struct rusage usage;
    int status = 0;
    pid_t child;
    if (fputs(input, in) < 0 || fflush(in) != 0)
        bench_die(self, "no room for a temporary file");
    rewind(in);
    child = fork();
    if (child == 0)
        become(args, in, out, err);
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        bench_die_with(self, "cannot run", args[0]);
    (void)fclose(in);
    read_back(out, r->out);
    read_back(err, r->err);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        bench_die_with(self, "the simulator failed", r->err);
    r->cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    r->insns = insns_of(r->err);
}

bool bench_run_path(const char *command, char *path, size_t size)
{
    FILE *p = popen(command, "r");
    bool found = p && fgets(path, (int)size, p);
    if (p && pclose(p) != 0)
        found = false;
    if (found)
        path[strcspn(path, "\n")] = '\0';
    return found;
}
