/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file clock.h
 * @brief Exact conversion between simulated time in ps and the ticks of a clock.
 *
 * A clock of f Hz shows floor(t * f / 10^12) at time t ps. The quotient is kept reduced, so that
 * frequencies with a whole period (62.5 MHz: 16000 ps) cost one 64-bit division.
 */
#ifndef DEVICES_CLOCK_H
#define DEVICES_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Ticks = floor(ps * num / den), num and den without common factor. */
typedef struct dev_clock {
    uint64_t num;
    uint64_t den;
} dev_clock;

/** Makes the clock of `hz` Hz. @param hz 1 .. 10^12. */
dev_clock dev_clock_make(uint64_t hz);

/** Ticks the clock shows at `ps`. */
uint64_t dev_clock_ticks(const dev_clock *clock, uint64_t ps);

/** First ps at which the clock shows `ticks` or more; UINT64_MAX when that is out of range. */
uint64_t dev_clock_ps(const dev_clock *clock, uint64_t ticks);

#ifdef __cplusplus
}
#endif

#endif
