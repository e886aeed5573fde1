/* SPDX-License-Identifier: Apache-2.0 */
/* Little-endian numbers in bytes, as all of virtio has them. */
#ifndef DEVICES_VIRTIO_BYTES_H
#define DEVICES_VIRTIO_BYTES_H

#include <stdint.h>

/** The number in `size` (1..8) bytes. */
static inline uint64_t virtio_get_le(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;

    for (unsigned n = 0; n < size; n++)
        value |= (uint64_t)at[n] << (8U * n);
    return value;
}

/** Puts the low `size` (1..8) bytes. */
static inline void virtio_put_le(uint8_t *at, unsigned size, uint64_t value)
{
    for (unsigned n = 0; n < size; n++)
        at[n] = (uint8_t)(value >> (8U * n));
}

#endif
