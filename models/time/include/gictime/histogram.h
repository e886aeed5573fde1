/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log-linear histogram of picoseconds: each octave of values has 128 buckets of equal width, so
 * that a quantile is at most 1/128 (0.8 %) above the true one and never below; values below 256 ps
 * are exact. Count, sum, minimum and maximum are exact. Octaves are allocated when first used:
 * memory is bounded by 38 octaves of 1 KiB, adding takes constant time.
 */
#ifndef GICTIME_HISTOGRAM_H
#define GICTIME_HISTOGRAM_H

#include "gic/defs.h"
#include "gictime/json.h"

GIC_BEGIN_DECLS

enum {
    GICTIME_HISTOGRAM_BUCKETS = 128, /**< Buckets of an octave. */
    GICTIME_HISTOGRAM_OCTAVES = 38   /**< Row 0: 0 to 127; row n: 2^(n+6) to 2^(n+7)-1. */
};

/** Largest value that keeps its bucket, 10 s; larger ones are counted there, and as `over`. */
#define GICTIME_HISTOGRAM_MAX UINT64_C(10000000000000)

/** A histogram. Zero-initialised it is empty. */
typedef struct gictime_histogram {
    uint64_t *octave[GICTIME_HISTOGRAM_OCTAVES];
    uint64_t count;
    uint64_t over; /**< Values above GICTIME_HISTOGRAM_MAX. */
    uint64_t lost; /**< Values without a bucket: no memory. Count, sum, min, max include them. */
    uint64_t min;  /**< UINT64_MAX while empty is never shown: use gictime_histogram_min(). */
    uint64_t max;
    uint64_t sum_low; /**< Sum of all values, 128 bits. */
    uint64_t sum_high;
} gictime_histogram;

/** Add one value. */
void gictime_histogram_add(gictime_histogram *h, uint64_t value);
/** Add everything that @p other holds. */
void gictime_histogram_merge(gictime_histogram *h, const gictime_histogram *other);
/** Free the octaves and make it empty. */
void gictime_histogram_clear(gictime_histogram *h);
/** Smallest value; 0 while empty. */
uint64_t gictime_histogram_min(const gictime_histogram *h);
/**
 * The value that at least @p ppm / 10^6 of all values do not exceed (nearest
 * rank): 500000 is the median, 990000 p99, 999000 p99.9. The upper end of its bucket, within
 * [min, max]: at most 0.8 % too large, never too small. 0 while empty.
 */
uint64_t gictime_histogram_quantile(const gictime_histogram *h, uint32_t ppm);
/** Sum / @p count in thousandths, rounded to nearest; with count = h->count: the mean. */
uint64_t gictime_histogram_mean_milli(const gictime_histogram *h, uint64_t count);
/**
 * Walk the buckets that are not empty: start with *position = 0; true and the bucket's lowest and
 * highest value and count, or false at the end.
 */
bool gictime_histogram_next(const gictime_histogram *h, uint32_t *position, uint64_t *low,
                            uint64_t *high, uint64_t *count);
/** Object: count, min, mean, p50, p90, p99, p999, max, and with @p buckets [[low, high, count]...].
 */
void gictime_histogram_json(const gictime_histogram *h, gictime_json *json, const char *key,
                            bool buckets);
/** Lines "low_ps,high_ps,count" under that header. */
void gictime_histogram_csv(const gictime_histogram *h, FILE *out);

GIC_END_DECLS

#endif
