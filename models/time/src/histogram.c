/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/histogram.h"

#include <inttypes.h>

#include <string.h>

#include "memory.h"

enum { SUB_BITS = 7 };
GIC_STATIC_ASSERT(1 << SUB_BITS == GICTIME_HISTOGRAM_BUCKETS, "a bucket is a value's top bits");

/* Row and bucket of a value: row n > 0 holds the values whose highest bit is n + SUB_BITS - 1. */
static void locate(uint64_t value, unsigned *row, unsigned *bucket)
{
    unsigned high;
    if (value < GICTIME_HISTOGRAM_BUCKETS) {
        *row = 0;
        *bucket = (unsigned)value;
        return;
    }
    high = 63u - (unsigned)__builtin_clzll(value);
    *row = high - SUB_BITS + 1u;
    *bucket = (unsigned)(value >> (high - SUB_BITS)) & (GICTIME_HISTOGRAM_BUCKETS - 1u);
}

static uint64_t bucket_low(unsigned row, unsigned bucket)
{
    if (row == 0)
        return bucket;
    return ((uint64_t)GICTIME_HISTOGRAM_BUCKETS + bucket) << (row - 1u);
}

static uint64_t bucket_high(unsigned row, unsigned bucket)
{
    uint64_t width = row == 0 ? 1u : UINT64_C(1) << (row - 1u);
    return bucket_low(row, bucket) + width - 1u;
}

/* The octave of a row, allocated when it is not there; NULL without memory. */
static uint64_t *octave_of(gictime_histogram *h, unsigned row)
{
    if (!h->octave[row])
        h->octave[row] = GICTIME_NEW(uint64_t, GICTIME_HISTOGRAM_BUCKETS);
    return h->octave[row];
}

static void add_sum(gictime_histogram *h, uint64_t low, uint64_t high)
{
    h->sum_low += low;
    h->sum_high += high + (h->sum_low < low ? 1u : 0u);
}

static void stretch(gictime_histogram *h, uint64_t min, uint64_t max)
{
    if (h->count == 0 || min < h->min)
        h->min = min;
    if (h->count == 0 || max > h->max)
        h->max = max;
}

void gictime_histogram_add(gictime_histogram *h, uint64_t value)
{
    unsigned row, bucket;
    uint64_t *octave;
    uint64_t kept = value;
    if (value > GICTIME_HISTOGRAM_MAX) {
        kept = GICTIME_HISTOGRAM_MAX;
        h->over++;
    }
    locate(kept, &row, &bucket);
    octave = octave_of(h, row);
    if (octave)
        octave[bucket]++;
    else
        h->lost++;
    stretch(h, value, value);
    add_sum(h, value, 0);
    h->count++;
}

void gictime_histogram_merge(gictime_histogram *h, const gictime_histogram *other)
{
    unsigned row, bucket;
    if (other->count == 0)
        return;
    for (row = 0; row < GICTIME_HISTOGRAM_OCTAVES; row++) {
        uint64_t *octave = other->octave[row] ? octave_of(h, row) : NULL;
        for (bucket = 0; other->octave[row] && bucket < GICTIME_HISTOGRAM_BUCKETS; bucket++) {
            if (octave)
                octave[bucket] += other->octave[row][bucket];
            else
                h->lost += other->octave[row][bucket];
        }
    }
    stretch(h, other->min, other->max);
    add_sum(h, other->sum_low, other->sum_high);
    h->count += other->count;
    h->over += other->over;
    h->lost += other->lost;
}

void gictime_histogram_clear(gictime_histogram *h)
{
    unsigned row;
    for (row = 0; row < GICTIME_HISTOGRAM_OCTAVES; row++)
        free(h->octave[row]);
    memset(h, 0, sizeof(*h));
}

uint64_t gictime_histogram_min(const gictime_histogram *h)
{
    return h->count ? h->min : 0;
}

bool gictime_histogram_next(const gictime_histogram *h, uint32_t *position, uint64_t *low,
                            uint64_t *high, uint64_t *count)
{
    while (*position < GICTIME_HISTOGRAM_OCTAVES * GICTIME_HISTOGRAM_BUCKETS) {
        unsigned row = *position / GICTIME_HISTOGRAM_BUCKETS;
        unsigned bucket = *position % GICTIME_HISTOGRAM_BUCKETS;
        if (!h->octave[row]) {
            *position = (row + 1u) * GICTIME_HISTOGRAM_BUCKETS;
            continue;
        }
        (*position)++;
        if (h->octave[row][bucket]) {
            *low = bucket_low(row, bucket);
            *high = bucket_high(row, bucket);
            *count = h->octave[row][bucket];
            return true;
        }
    }
    return false;
}

/* ceil(count * ppm / 10^6), at least 1: the rank that is asked for. */
static uint64_t rank_of(uint64_t count, uint32_t ppm)
{
    uint64_t whole = count / 1000000u * ppm;
    uint64_t rest = (count % 1000000u * ppm + 999999u) / 1000000u;
    uint64_t rank = whole + rest;
    return rank ? rank : 1u;
}

uint64_t gictime_histogram_quantile(const gictime_histogram *h, uint32_t ppm)
{
    uint64_t rank, low, high, count, seen = 0;
    uint32_t position = 0;
    if (h->count == 0)
        return 0;
    if (ppm >= 1000000u)
        return h->max;
    rank = rank_of(h->count - h->lost, ppm);
    while (gictime_histogram_next(h, &position, &low, &high, &count)) {
        seen += count;
        if (seen < rank)
            continue;
        /* Above the range the bucket says nothing: the maximum is the honest upper end. */
        if (h->over && high >= GICTIME_HISTOGRAM_MAX)
            return h->max;
        return high < h->min ? h->min : high > h->max ? h->max : high;
    }
    return h->max;
}

/* (high:low) / divisor, quotient in 64 bits and the remainder; high < divisor. */
static uint64_t divide_wide(uint64_t high, uint64_t low, uint64_t divisor, uint64_t *remainder)
{
    uint64_t quotient = 0;
    unsigned bit;
    for (bit = 64; bit-- > 0;) {
        bool carry = high >> 63 != 0;
        high = high << 1 | (low >> bit & 1u);
        if (carry || high >= divisor) {
            high -= divisor;
            quotient |= UINT64_C(1) << bit;
        }
    }
    *remainder = high;
    return quotient;
}

uint64_t gictime_histogram_mean_milli(const gictime_histogram *h, uint64_t count)
{
    uint64_t whole, rest, digits = 0;
    unsigned n;
    if (count == 0)
        return 0;
    if (h->sum_high >= count)
        return UINT64_MAX;
    whole = divide_wide(h->sum_high, h->sum_low, count, &rest);
    for (n = 0; n < 3; n++) { /* Three decimals by long division; counts stay below 2^60. */
        digits = digits * 10u + rest * 10u / count;
        rest = rest * 10u % count;
    }
    if (rest >= count - rest)
        digits++;
    return whole > (UINT64_MAX - digits) / 1000u ? UINT64_MAX : whole * 1000u + digits;
}

static void write_buckets(const gictime_histogram *h, gictime_json *json)
{
    uint32_t position = 0;
    uint64_t low, high, count;
    gictime_json_array(json, "buckets");
    while (gictime_histogram_next(h, &position, &low, &high, &count)) {
        gictime_json_array(json, NULL);
        gictime_json_u64(json, NULL, low);
        gictime_json_u64(json, NULL, high);
        gictime_json_u64(json, NULL, count);
        gictime_json_end(json);
    }
    gictime_json_end(json);
}

void gictime_histogram_json(const gictime_histogram *h, gictime_json *json, const char *key,
                            bool buckets)
{
    gictime_json_object(json, key);
    gictime_json_u64(json, "count", h->count);
    gictime_json_u64(json, "min_ps", gictime_histogram_min(h));
    gictime_json_milli(json, "mean_ps", gictime_histogram_mean_milli(h, h->count));
    gictime_json_u64(json, "p50_ps", gictime_histogram_quantile(h, 500000));
    gictime_json_u64(json, "p90_ps", gictime_histogram_quantile(h, 900000));
    gictime_json_u64(json, "p99_ps", gictime_histogram_quantile(h, 990000));
    gictime_json_u64(json, "p999_ps", gictime_histogram_quantile(h, 999000));
    gictime_json_u64(json, "max_ps", h->max);
    if (h->over)
        gictime_json_u64(json, "over_range", h->over);
    if (h->lost)
        gictime_json_u64(json, "lost", h->lost);
    if (buckets)
        write_buckets(h, json);
    gictime_json_end(json);
}

void gictime_histogram_csv(const gictime_histogram *h, FILE *out)
{
    uint32_t position = 0;
    uint64_t low, high, count;
    fputs("low_ps,high_ps,count\n", out);
    while (gictime_histogram_next(h, &position, &low, &high, &count))
        fprintf(out, "%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", low, high, count);
}
