/* SPDX-License-Identifier: Apache-2.0 */
/* Starts gicvp and waits for it. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "study.h"

extern char **environ;

enum { MAX_ARGS = 45 + 2 * (STUDY_MAX_SETS + STUDY_JOB_SETS), PATH_SIZE = 4096 };

/* An argument list under construction. */
typedef struct command {
    const char *argv[MAX_ARGS + 1];
    unsigned count;
} command;

static void add(command *c, const char *option, const char *value)
{
    if (c->count + 2 <= MAX_ARGS) {
        c->argv[c->count++] = option;
        if (value != NULL)
            c->argv[c->count++] = value;
    }
    c->argv[c->count] = NULL;
}

/* Names of the files of one run. */
typedef struct run_files {
    char uart[PATH_SIZE], stats[PATH_SIZE], stamps[PATH_SIZE], log[PATH_SIZE];
    char cpus[16];
} run_files;

static void name_files(run_files *f, const study_options *o, const study_job *job)
{
    const int number = (int)job->number;
    char dir[PATH_SIZE - 8];

    snprintf(dir, sizeof dir, "file:%s", o->out);
    study_path(f->uart, sizeof f->uart, dir, "uart", number, ".log");
    study_path(f->stats, sizeof f->stats, o->out, "stats", number, ".json");
    study_path(f->stamps, sizeof f->stamps, o->out, "stamps", number, ".csv");
    study_path(f->log, sizeof f->log, o->out, "gicvp", number, ".log");
    snprintf(f->cpus, sizeof f->cpus, "%u", job->pes);
}

static bool same_key(const char *a, const char *b)
{
    const size_t length = strcspn(a, "= ");

    return strcspn(b, "= ") == length && strncmp(a, b, length) == 0;
}

/* What the command line overrides, but not what this run is about. */
static void add_overrides(command *c, const study_options *o, const study_job *job)
{
    for (unsigned n = 0; n < o->num_sets; n++) {
        bool own = false;

        for (unsigned k = 0; k < job->num_sets; k++)
            own = own || same_key(o->set[n], job->set[k]);
        if (!own)
            add(c, "--set", o->set[n]);
    }
    for (unsigned k = 0; k < job->num_sets; k++)
        add(c, "--set", job->set[k]);
}

static void build_command(command *c, const study_options *o, const study_job *job,
                          const run_files *f)
{
    c->count = 0;
    add(c, o->gicvp, "run");
    add(c, "--gic", job->gicv2 ? "v2" : "v3");
    if (job->secure)
        add(c, "--secure", NULL);
    if (job->hypervisor)
        add(c, "--virtualization", NULL);
    if (job->device != NULL)
        add(c, "--device", job->device);
    add(c, "--cpus", f->cpus);
    add(c, "--elf", o->firmware);
    add(c, "--append", job->append);
    add(c, "--profile", o->profile);
    add_overrides(c, o, job);
    add(c, "--max-time", o->max_time);
    add(c, "--uart", f->uart);
    add(c, "--stats", f->stats);
    add(c, "--stamps", f->stamps);
}

/* Standard input empty, output and errors to the log. */
static bool spawn(const command *c, const char *log, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int error;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    error =
        posix_spawn(pid, c->argv[0], &actions, NULL, (char *const *)(uintptr_t)c->argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ||
           study_fail("%s: %s; build it or name it with --gicvp", c->argv[0], strerror(error));
}

/* The first line of what gicvp said, for the message. */
static void first_line(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");

    out[0] = '\0';
    if (file == NULL)
        return;
    if (fgets(out, (int)size, file) == NULL)
        out[0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    fclose(file);
}

static bool check_status(int status, unsigned pes, const char *log)
{
    char line[256];

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    first_line(log, line, sizeof line);
    if (WIFSIGNALED(status))
        return study_fail("gicvp with %u PEs was killed by signal %d; see %s", pes,
                          WTERMSIG(status), log);
    return study_fail("gicvp with %u PEs ended with status %d%s: %s (see %s)", pes,
                      WEXITSTATUS(status), WEXITSTATUS(status) == 3 ? " (a bound was reached)" : "",
                      line, log);
}

bool study_run(const study_options *o, const study_job *job)
{
    run_files files;
    command c;
    pid_t pid;
    int status;

    name_files(&files, o, job);
    build_command(&c, o, job, &files);
    if (!spawn(&c, files.log, &pid))
        return false;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return study_fail("waiting for gicvp: %s", strerror(errno));
    return check_status(status, job->pes, files.log);
}
