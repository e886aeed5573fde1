/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes, bounded in time and output. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/** Starts a child whose standard output is the pipe's end @p out. */
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

/** Reads all that comes through @p in. @return false when it takes too long or is too much. */
static bool read_all(int in, unsigned seconds, char *text, size_t most)
{
    long end = milliseconds() + (long)seconds * 1000;
    size_t used = 0;
    for (;;) {
        struct pollfd ready = {in, POLLIN, 0};
        long left = end - milliseconds();
        text[used] = 0;
        if (left <= 0 || used >= most || poll(&ready, 1, (int)left) <= 0)
            return false;
        ssize_t got = read(in, text + used, most - used);
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        used += got > 0 ? (size_t)got : 0;
    }
}

child_result child_run(const char *const *arguments, unsigned seconds, char *text, size_t most)
{
    int ends[2], status = 0;
    text[0] = 0;
    if (pipe(ends) != 0)
        return (child_result){CHILD_NOT_STARTED, 0};
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    pid_t pid = start(arguments, ends[1]);
    (void)close(ends[1]);
    bool in_time = pid > 0 && read_all(ends[0], seconds, text, most);
    (void)close(ends[0]);
    if (pid <= 0)
        return (child_result){CHILD_NOT_STARTED, 0};
    if (!in_time)
        (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    if (!in_time)
        return (child_result){CHILD_ENDED, 0};
    return WIFSIGNALED(status) ? (child_result){CHILD_SIGNALLED, WTERMSIG(status)}
                               : (child_result){CHILD_EXITED, WEXITSTATUS(status)};
}
