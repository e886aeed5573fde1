/* SPDX-License-Identifier: Apache-2.0 */
/* What the benchmark programs share: CPU time, medians of interleaved pairs, the result's line. */
#ifndef BENCH_UTIL_H
#define BENCH_UTIL_H

#include <stdbool.h>
#include <stddef.h>

enum { BENCH_PAIRS = 11 /**< Interleaved pairs of a comparison. */ };

/** CPU time of this process, ns. */
double bench_cpu_ns(void);

/** Median of @p count values, an odd number; sorts them. */
double bench_median(double *values, size_t count);

/** One half of a pair: does its work and returns ns of CPU time per operation. */
typedef double bench_half(void *what);

/** Medians of both halves, and of the ratio of the second to the first, pair by pair. */
void bench_compare(bench_half *measure, void *first, void *second, double *first_ns,
                   double *second_ns, double *ratio);

/** One result, as a JSON object or a line for people. @p limit: "null", a number, ">= n". */
void bench_print(bool json, const char *name, double value, const char *unit, const char *limit,
                 const char *config);

/** "PROGRAM: WHAT" on stderr, and exit status 1. */
void bench_die(const char *program, const char *what) __attribute__((noreturn));

/** The same with @p detail, of whatever length, on lines of its own before it. */
void bench_die_with(const char *program, const char *what, const char *detail)
    __attribute__((noreturn));

#endif
