/* SPDX-License-Identifier: Apache-2.0 */
/** @file random.h
 * @brief The seeded source of everything random here: the same seed, the same program. */
#ifndef DIFF_RANDOM_H
#define DIFF_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/** State of a generator. */
typedef struct diff_random {
    uint64_t state;
} diff_random;

/** The next 64 bits. */
static inline uint64_t random_next(diff_random *r)
{
    r->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = r->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/** 64 bits of which about a quarter are set. */
static inline uint64_t random_sparse(diff_random *r)
{
    uint64_t once = random_next(r);
    return once & random_next(r);
}

/** A number below @p limit, which is at least 1. */
static inline uint32_t random_below(diff_random *r, uint32_t limit)
{
    return (uint32_t)((random_next(r) >> 32) * limit >> 32);
}

/** True in @p percent of 100 cases. */
static inline bool random_chance(diff_random *r, uint32_t percent)
{
    return random_below(r, 100) < percent;
}

#endif
