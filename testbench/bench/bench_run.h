/* SPDX-License-Identifier: Apache-2.0 */
/* One run of a simulator as a child: what it took in CPU time, what it printed. */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BENCH_RUN_SECONDS = 300, /**< No run may take longer, in CPU time or by the clock. */
    BENCH_RUN_ARGS = 32,
    BENCH_RUN_OUTPUT = 1 << 16
};

typedef struct bench_run {
    double cpu_s;               /**< User and system time. */
    uint64_t insns;             /**< As gicvp says at its end; 0 for other programs. */
    char out[BENCH_RUN_OUTPUT]; /**< Standard output: the guest's console. */
    char err[BENCH_RUN_OUTPUT]; /**< Of the simulator. */
} bench_run;

/**
 * Runs @p args[0], a path, with @p args (NULL ends them) and @p input typed; anything but success
 * ends the program @p self with status 1.
 */
void bench_run_program(const char *self, const char *const *args, const char *input, bench_run *r);

/** The path that a command prints on one line; false when it fails or prints none. */
bool bench_run_path(const char *command, char *path, size_t size);

#endif
