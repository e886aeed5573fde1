/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers of arrival processes: integers only, the same on every machine. */
#ifndef DEVICES_ARRIVAL_H
#define DEVICES_ARRIVAL_H

#include <stdint.h>

/** Next 64 random bits (splitmix64: every seed is good). */
uint64_t arrival_random(uint64_t *state);

/** A whole number below `limit`, each as likely; `limit` above 0. */
uint32_t arrival_below(uint64_t *state, uint32_t limit);

/** An interval with exponential distribution, rounded down to ps. @param mean_ps its mean. */
uint64_t arrival_exponential(uint64_t *state, uint64_t mean_ps);

/** Sums and products that stop at the end of time, UINT64_MAX. */
uint64_t arrival_add(uint64_t a, uint64_t b);
uint64_t arrival_ns_to_ps(uint64_t ns);

#endif
