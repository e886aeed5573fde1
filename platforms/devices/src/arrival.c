/* SPDX-License-Identifier: Apache-2.0 */
#include "arrival.h"

#define PS_PER_NS UINT64_C(1000)
/** ln 2 with 32 binary places. */
#define LN2_Q32 UINT64_C(2977044472)

enum { LOG_PLACES = 32, TOP_BIT = 63 };

__extension__ typedef unsigned __int128 u128;

uint64_t arrival_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t arrival_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)((u128)arrival_random(state) * limit >> 64);
}

/* -log2(x / 2^64) with 32 binary places, x not 0: one place of the logarithm a squaring. */
static uint64_t minus_log2(uint64_t x)
{
    uint64_t places = 0;
    unsigned zeros = 0;

    while (x >> TOP_BIT == 0) {
        x <<= 1;
        zeros++;
    }
    for (unsigned n = 0; n < LOG_PLACES; n++) {
        const u128 square = (u128)x * x >> TOP_BIT;
        const unsigned carry = (unsigned)(square >> (TOP_BIT + 1));

        places = places << 1 | carry;
        x = (uint64_t)(square >> carry);
    }
    return ((uint64_t)(zeros + 1) << LOG_PLACES) - places;
}

uint64_t arrival_exponential(uint64_t *state, uint64_t mean_ps)
{
    const uint64_t bits = minus_log2(arrival_random(state) | 1);
    const uint64_t units = (uint64_t)((u128)bits * LN2_Q32 >> LOG_PLACES);
    const u128 interval = (u128)mean_ps * units >> LOG_PLACES;

    return interval > UINT64_MAX ? UINT64_MAX : (uint64_t)interval;
}

uint64_t arrival_add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t arrival_ns_to_ps(uint64_t ns)
{
    return ns > UINT64_MAX / PS_PER_NS ? UINT64_MAX : ns * PS_PER_NS;
}
