/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file virtio_rng.h
 * @brief The virtio entropy device (virtio 1.1, 5.4): the same bytes in every run with a seed.
 *
 * It is a generator and no source of entropy: simulations are repeatable.
 */
#ifndef DEVICES_VIRTIO_RNG_H
#define DEVICES_VIRTIO_RNG_H

#include "devices/virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { VIRTIO_RNG_MOST = 4096 /**< Bytes of one request; a driver takes what it gets. */ };

/** Saved state. */
typedef struct virtio_rng_state {
    virtio_state common;
    uint64_t random;
} virtio_rng_state;

/** The device. */
typedef struct virtio_rng {
    virtio base;
    uint64_t seed;
    virtio_rng_state state;
} virtio_rng;

/** Its kind; `device` saves and restores. */
extern const virtio_kind virtio_rng_kind;

/** Prepares the device. */
void virtio_rng_init(virtio_rng *r, uint64_t seed, const virtio_setup *setup);

#ifdef __cplusplus
}
#endif

#endif
