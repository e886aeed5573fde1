/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree of the board, made from the configuration with libfdt. */
#ifndef VIRT_DEVICE_TREE_H
#define VIRT_DEVICE_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "machine.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Writes the blob into `space` bytes at `out`. @param size bytes of the finished blob. */
bool vp_device_tree_make(const vp_machine *machine, uint8_t *out, uint32_t space, uint32_t *size,
                         vp_error *error);

#ifdef __cplusplus
}
#endif

#endif
