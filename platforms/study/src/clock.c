/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How each PE's PMCCNTR_EL0 relates to simulated time.
 *
 * CNTPCT_EL0 counts simulated time since reset in ticks. A K record says: when CNTPCT read `ticks`,
 * PMCCNTR read `cycles - cost`. So (cycles - cost + offset) * period lies within that tick. The
 * offset is a whole number of cycles; every record narrows its interval, and reads at many phases
 * leave one or two candidates.
 */
#include "study.h"

#define PS_PER_S UINT64_C(1000000000000)

/* Interval of possible offsets, both ends included. */
typedef struct interval {
    int64_t low, high;
} interval;

static int64_t ceil_div(int64_t a, int64_t b)
{
    return a / b + (a % b > 0 ? 1 : 0);
}

static interval offsets_of(const study_clock_read *r, const study_clock *clock)
{
    int64_t cycle = (int64_t)(r->cycles - r->cost);
    int64_t begin = (int64_t)(r->ticks * clock->tick_ps);
    int64_t end = begin + (int64_t)clock->tick_ps;
    int64_t period = (int64_t)clock->period_ps;

    return (interval){ceil_div(begin, period) - cycle, ceil_div(end, period) - 1 - cycle};
}

static bool calibrate(study_clock *clock, const study_log *log, unsigned pe)
{
    interval all = {INT64_MIN / 2, INT64_MAX / 2};

    for (size_t n = 0; n < log->num_reads; n++) {
        interval one;

        if (log->reads[n].pe != pe)
            continue;
        one = offsets_of(&log->reads[n], clock);
        all.low = one.low > all.low ? one.low : all.low;
        all.high = one.high < all.high ? one.high : all.high;
        clock->cost[pe] = log->reads[n].cost;
    }
    if (all.low == INT64_MIN / 2)
        return study_fail("PE %u wrote no clock records", pe);
    if (all.low > all.high)
        return study_fail("PE %u: PMCCNTR_EL0 and CNTPCT_EL0 do not run at %llu ps and %llu ps", pe,
                          (unsigned long long)clock->period_ps, (unsigned long long)clock->tick_ps);
    clock->offset[pe] = all.low + (all.high - all.low) / 2;
    if (all.high - all.low > clock->doubt)
        clock->doubt = all.high - all.low;
    return true;
}

bool study_clock_make(study_clock *clock, const study_log *log, uint64_t period_ps)
{
    *clock = (study_clock){.period_ps = period_ps, .tick_ps = PS_PER_S / log->counter_hz};
    for (unsigned pe = 0; pe < log->pes; pe++)
        if (!calibrate(clock, log, pe))
            return false;
    return true;
}

uint64_t study_clock_ps(const study_clock *clock, unsigned pe, uint64_t cycles)
{
    return (uint64_t)((int64_t)cycles + clock->offset[pe]) * clock->period_ps;
}
