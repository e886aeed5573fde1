/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pl061.h
 * @brief PL061 GPIO (Arm DDI 0190): eight pins with level and edge interrupts.
 */
#ifndef DEVICES_PL061_H
#define DEVICES_PL061_H

#include "devices/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Saved state of the GPIO block; bit n of each byte is pin n. */
typedef struct pl061_state {
    uint8_t dir;   /**< 1: output. */
    uint8_t data;  /**< Levels driven on outputs. */
    uint8_t input; /**< Levels present on inputs. */
    uint8_t is;    /**< 1: level-sensitive. */
    uint8_t ibe;   /**< 1: both edges. */
    uint8_t iev;   /**< 1: rising edge or high level. */
    uint8_t ie;    /**< Interrupt mask, 1: enabled. */
    uint8_t edges; /**< Edges seen and not cleared. */
    uint8_t afsel; /**< Mode control; the alternate function is not connected. */
} pl061_state;

/** The GPIO block. */
typedef struct pl061 {
    pl061_state state;
} pl061;

/** Operations of the device; line 0 is GPIOINTR. */
extern const dev_ops pl061_ops;

/** Prepares and resets the block. */
void pl061_init(pl061 *g);

/** Drives input pin `pin` (0..7). */
void pl061_set_input(pl061 *g, unsigned pin, bool level);

/** Levels on the pins as the outside sees them: outputs as driven, inputs low. */
uint8_t pl061_outputs(const pl061 *g);

#ifdef __cplusplus
}
#endif

#endif
