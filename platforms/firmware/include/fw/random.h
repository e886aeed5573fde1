/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file random.h
 * @brief Random numbers, a sequence of its own for each PE.
 */
#ifndef FW_RANDOM_H
#define FW_RANDOM_H

#include "fw/arch.h"

/** Starts all sequences anew. */
void random_seed(uint64_t seed);

/** A number of 0 .. bound - 1 (0 for bound 0) of this PE's sequence. */
uint32_t random_below(uint32_t bound);

#endif
