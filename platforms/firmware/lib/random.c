/* SPDX-License-Identifier: Apache-2.0 */
#include "fw/random.h"

#include "fw/board.h"
#include "fw/pe.h"

static uint64_t states[FW_MAX_PES];

void random_seed(uint64_t seed)
{
    for (unsigned slot = 0; slot < FW_MAX_PES; slot++) {
        states[slot] = (seed + 1) * 0x9e3779b97f4a7c15ULL + slot * 0xbf58476d1ce4e5b9ULL + 1;
    }
}

uint32_t random_below(uint32_t bound)
{
    uint64_t *state = &states[pe_self()];
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return bound == 0 ? 0 : (uint32_t)((x >> 32) % bound);
}
