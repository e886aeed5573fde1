/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pl031.h
 * @brief PL031 real-time clock (Arm DDI 0224): seconds of simulated time on a configured start.
 */
#ifndef DEVICES_PL031_H
#define DEVICES_PL031_H

#include "devices/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Saved state of the RTC. */
typedef struct pl031_state {
    uint32_t offset; /**< Reading = offset + whole seconds of simulated time. */
    uint32_t match, load, imsc, ris;
    uint64_t due_ps; /**< Next match; DEV_NEVER: none armed. */
} pl031_state;

/** The RTC. */
typedef struct pl031 {
    uint32_t start_s; /**< Reading at reset, seconds since 1970. */
    pl031_state state;
} pl031;

/** Operations of the device; line 0 is RTCINTR. */
extern const dev_ops pl031_ops;

/** Prepares and resets the RTC. @param start_s reading at time zero, seconds since 1970. */
void pl031_init(pl031 *rtc, uint32_t start_s);

#ifdef __cplusplus
}
#endif

#endif
