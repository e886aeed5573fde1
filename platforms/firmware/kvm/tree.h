/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree that a guest finds at the start of its memory. */
#ifndef KVM_TREE_H
#define KVM_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Writes a device tree to @p to: /chosen with @p bootargs, a GIC of version 2, an ITS, if there
 * are.
 * @return its bytes, 0 when @p room bytes are not enough.
 */
size_t tree_write(uint8_t *to, size_t room, const char *bootargs, bool gicv2, bool has_its);

#endif
