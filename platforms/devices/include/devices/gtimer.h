/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gtimer.h
 * @brief Generic timers of one PE (Arm ARM, D11), outside any ISS.
 *
 * The counter is simulated time: CNTPCT = floor(time * CNTFRQ_config). Every access is decided
 * here, traps included, from the PE's state that comes with it. Outputs are levels: a timer whose
 * condition is met, enabled and not masked, holds its PPI high. The registers that VHE redirects
 * are expected under the name that they are redirected to.
 */
#ifndef DEVICES_GTIMER_H
#define DEVICES_GTIMER_H

#include "devices/clock.h"
#include "devices/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The registers by identity; of each timer CTL, CVAL and TVAL follow each other. */
typedef enum gtimer_reg {
    GTIMER_CNTFRQ_EL0,
    GTIMER_CNTPCT_EL0,
    GTIMER_CNTVCT_EL0,
    GTIMER_CNTKCTL_EL1,
    GTIMER_CNTHCTL_EL2,
    GTIMER_CNTVOFF_EL2,
    GTIMER_CNTP_CTL_EL0,
    GTIMER_CNTP_CVAL_EL0,
    GTIMER_CNTP_TVAL_EL0,
    GTIMER_CNTV_CTL_EL0,
    GTIMER_CNTV_CVAL_EL0,
    GTIMER_CNTV_TVAL_EL0,
    GTIMER_CNTHP_CTL_EL2,
    GTIMER_CNTHP_CVAL_EL2,
    GTIMER_CNTHP_TVAL_EL2,
    GTIMER_CNTHV_CTL_EL2,
    GTIMER_CNTHV_CVAL_EL2,
    GTIMER_CNTHV_TVAL_EL2,
    GTIMER_CNTPS_CTL_EL1,
    GTIMER_CNTPS_CVAL_EL1,
    GTIMER_CNTPS_TVAL_EL1,
    GTIMER_REG_COUNT
} gtimer_reg;

/** The timers, in the order of their registers. */
typedef enum gtimer_id {
    GTIMER_P,
    GTIMER_V,
    GTIMER_HP,
    GTIMER_HV,
    GTIMER_PS,
    GTIMER_COUNT
} gtimer_id;

/** How an access ends. */
typedef enum gtimer_result {
    GTIMER_OK,
    GTIMER_UNDEFINED,
    GTIMER_TRAP_EL1,
    GTIMER_TRAP_EL2,
    GTIMER_TRAP_EL3
} gtimer_result;

/** State of the PE that makes an access. */
typedef struct gtimer_pe {
    uint8_t el;       /**< 0 to 3. */
    bool secure;      /**< Secure state (always at EL3). */
    bool el2_enabled; /**< EL2 exists and is enabled in this Security state. */
    bool e2h;         /**< HCR_EL2.E2H. */
    bool tge;         /**< HCR_EL2.TGE. */
    bool st;          /**< SCR_EL3.ST: Secure EL1 may use CNTPS. */
} gtimer_pe;

/** What the PE has. */
typedef struct gtimer_config {
    uint64_t hz; /**< Frequency of the counter, also the reset value of CNTFRQ_EL0. */
    bool has_el2;
    bool has_el3;
    bool has_vhe; /**< CNTHV exists. */
} gtimer_config;

/** One timer. */
typedef struct gtimer_unit {
    uint64_t cval;
    uint32_t ctl; /**< ENABLE and IMASK. */
} gtimer_unit;

/** Saved state. */
typedef struct gtimer_state {
    gtimer_unit unit[GTIMER_COUNT];
    uint64_t cntvoff;
    uint32_t cntkctl, cnthctl, cntfrq;
} gtimer_state;

/** The timers of one PE. */
typedef struct gtimer {
    gtimer_config config;
    dev_clock clock;
    gtimer_state state;
} gtimer;

/** For dev_save()/dev_load() and reset; there are no registers in memory. */
extern const dev_ops gtimer_ops;

/** Prepares and resets the timers. */
void gtimer_init(gtimer *t, const gtimer_config *config);

/** Reads a register as the PE in state `pe` would at `now_ps`. */
gtimer_result gtimer_read(const gtimer *t, gtimer_reg reg, const gtimer_pe *pe, uint64_t now_ps,
                          uint64_t *value);

/** Writes a register; look at gtimer_lines() and gtimer_deadline() again afterwards. */
gtimer_result gtimer_write(gtimer *t, gtimer_reg reg, const gtimer_pe *pe, uint64_t now_ps,
                           uint64_t value);

/** Levels of the outputs at `now_ps`: bit n is timer n (gtimer_id). */
uint32_t gtimer_lines(const gtimer *t, uint64_t now_ps);

/** First moment after `now_ps` at which an output changes if no register does; DEV_NEVER: none. */
uint64_t gtimer_deadline(const gtimer *t, uint64_t now_ps);

/** Next wake-up event of the event streams (CNTKCTL_EL1, CNTHCTL_EL2) after `now_ps`, for a PE that
 *  sleeps in WFE; DEV_NEVER when both are off. */
uint64_t gtimer_next_event(const gtimer *t, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
