/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "bench_util.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double bench_cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), by_value);
    return values[count / 2];
}

void bench_compare(bench_half *measure, void *first, void *second, double *first_ns,
                   double *second_ns, double *ratio)
{
    double a[BENCH_PAIRS], b[BENCH_PAIRS], r[BENCH_PAIRS];
    unsigned n;
    for (n = 0; n < BENCH_PAIRS; n++) {
        a[n] = measure(first);
        b[n] = measure(second);
        r[n] = b[n] / a[n];
    }
    *first_ns = bench_median(a, BENCH_PAIRS);
    *second_ns = bench_median(b, BENCH_PAIRS);
    *ratio = bench_median(r, BENCH_PAIRS);
}

/* Thousandths as text: printf's decimal point is the locale's. */
void bench_print(bool json, const char *name, double value, const char *unit, const char *limit,
                 const char *config)
{
    unsigned long milli = (unsigned long)(value * 1000.0 + 0.5);
    if (json)
        printf("{\"name\": \"%s\", \"value\": %lu.%03lu, \"unit\": \"%s\", \"limit\": %s, "
               "\"config\": \"%s\"}\n",
               name, milli / 1000, milli % 1000, unit, limit, config);
    else
        printf("%-28s %8lu.%03lu %-6s limit %-5s %s\n", name, milli / 1000, milli % 1000, unit,
               limit, config);
    (void)fflush(stdout);
}

void bench_die(const char *program, const char *what)
{
    fprintf(stderr, "%s: %s\n", program, what);
    exit(1);
}

void bench_die_with(const char *program, const char *what, const char *detail)
{
    (void)fprintf(stderr, "%s\n", detail);
    bench_die(program, what);
}
