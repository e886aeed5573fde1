/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes, bounded in time, instructions and output. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t start(const char *const *arguments, int out)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    int nothing = open("/dev/null", O_RDWR);
    if (dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(nothing, 2) < 0)
        _exit(126);
    execv(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static long milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** Reads all that comes; false when it takes too long or is too much. */
static bool read_all(int in, char *text)
{
    long end = milliseconds() + RUN_SECONDS * 1000L;
    size_t used = 0;
    for (;;) {
        struct pollfd ready = {in, POLLIN, 0};
        long left = end - milliseconds();
        text[used] = 0;
        if (left <= 0 || used >= RUN_BYTES || poll(&ready, 1, (int)left) <= 0)
            return false;
        ssize_t got = read(in, text + used, RUN_BYTES - used);
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        used += got > 0 ? (size_t)got : 0;
    }
}

static bool run(const char *const *arguments, char *text)
{
    int ends[2], status = 0;
    if (pipe(ends) != 0)
        return false;
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    pid_t pid = start(arguments, ends[1]);
    (void)close(ends[1]);
    bool in_time = pid > 0 && read_all(ends[0], text);
    (void)close(ends[0]);
    if (pid <= 0)
        return false;
    if (!in_time)
        (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    size_t used = strlen(text);
    (void)snprintf(text + used, RUN_BYTES + 1u - used, "\n%s: %s %d\n", arguments[0],
                   !in_time              ? "not ended after seconds:"
                   : WIFSIGNALED(status) ? "signal"
                                         : "status",
                   !in_time              ? RUN_SECONDS
                   : WIFSIGNALED(status) ? WTERMSIG(status)
                                         : WEXITSTATUS(status));
    return false;
}

bool run_image(const machines *m, side which, const char *image, char *text)
{
    const char *const ours[] = {m->gicvp,      "run",       "--cpu", "cortex-a57", "--ram", "128M",
                                "--max-insns", "100000000", "--elf", image,        NULL};
    const char *const theirs[] = {m->qemu,   "-M",          "virt,gic-version=3",
                                  "-cpu",    "cortex-a57",  "-m",
                                  "128M",    "-nodefaults", "-display",
                                  "none",    "-monitor",    "none",
                                  "-serial", "stdio",       "-kernel",
                                  image,     NULL};
    return run(which == SIDE_GICVP ? ours : theirs, text);
}
