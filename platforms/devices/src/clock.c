/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/clock.h"

#define PS_PER_S UINT64_C(1000000000000)

__extension__ typedef unsigned __int128 u128;

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

dev_clock dev_clock_make(uint64_t hz)
{
    const uint64_t divisor = gcd(hz, PS_PER_S);
    const dev_clock clock = {hz / divisor, PS_PER_S / divisor};

    return clock;
}

uint64_t dev_clock_ticks(const dev_clock *clock, uint64_t ps)
{
    if (clock->num == 1)
        return ps / clock->den;
    return (uint64_t)((u128)ps * clock->num / clock->den);
}

uint64_t dev_clock_ps(const dev_clock *clock, uint64_t ticks)
{
    const u128 ps = ((u128)ticks * clock->den + clock->num - 1) / clock->num;

    return ps > UINT64_MAX ? UINT64_MAX : (uint64_t)ps;
}
