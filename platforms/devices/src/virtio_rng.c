/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/virtio_rng.h"

#include <stddef.h>
#include <string.h>

#include "arrival.h"
#include "virtio_bytes.h"

enum { WORD = 8 };

static bool rng_serve(void *self, unsigned queue, const virtq_chain *chain, uint64_t now_ps,
                      uint32_t *written)
{
    virtio_rng *r = (virtio_rng *)self;
    uint8_t bytes[VIRTIO_RNG_MOST];
    const uint32_t length = chain->in_bytes < sizeof bytes ? chain->in_bytes : sizeof bytes;

    (void)queue;
    (void)now_ps;
    if (chain->in_bytes == 0)
        return false;
    for (uint32_t at = 0; at < length; at += WORD)
        virtio_put_le(bytes + at, WORD, arrival_random(&r->state.random));
    *written = length;
    return virtio_write(&r->base, chain, 0, bytes, length);
}

static void rng_reset(void *self)
{
    virtio_rng *r = (virtio_rng *)self;

    r->state.random = r->seed;
}

const virtio_kind virtio_rng_kind = {
    .device = {.name = "virtio-rng",
               .version = 1,
               .state_offset = offsetof(virtio_rng, state),
               .state_size = sizeof(virtio_rng_state)},
    .id = VIRTIO_ID_ENTROPY,
    .class_code = 0x00ff00, /* a class that has no code */
    .reset = rng_reset,
    .restart = NULL,
    .ready = NULL,
    .serve = rng_serve,
};

void virtio_rng_init(virtio_rng *r, uint64_t seed, const virtio_setup *setup)
{
    memset(r, 0, sizeof *r);
    r->seed = seed;
    virtio_init(&r->base, &virtio_rng_kind, r, &r->state.common, setup, 1, 0);
}
