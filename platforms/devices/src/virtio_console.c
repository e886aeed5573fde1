/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/virtio_console.h"

#include <stddef.h>
#include <string.h>

enum { PIECE = 4096 /* Bytes that are handed over at once. */ };

static bool console_ready(const void *self, unsigned queue)
{
    const virtio_console *c = (const virtio_console *)self;

    return queue == VIRTIO_CONSOLE_TX || c->state.waiting != 0;
}

static bool receive(virtio_console *c, const virtq_chain *chain, uint32_t *written)
{
    virtio_console_state *st = &c->state;
    const uint32_t have = st->waiting < VIRTIO_CONSOLE_IN ? st->waiting : VIRTIO_CONSOLE_IN;
    const uint32_t length = chain->in_bytes < have ? chain->in_bytes : have;

    if (length == 0 || !virtio_write(&c->base, chain, 0, st->in, length))
        return false;
    memmove(st->in, st->in + length, have - length);
    st->waiting = have - length;
    *written = length;
    return true;
}

static bool transmit(virtio_console *c, const virtq_chain *chain)
{
    uint8_t bytes[PIECE];

    for (uint32_t at = 0; at < chain->out_bytes;) {
        const uint32_t now = chain->out_bytes - at < PIECE ? chain->out_bytes - at : PIECE;

        if (!virtio_read(&c->base, chain, at, bytes, now))
            return false;
        c->sink.put(c->sink.ctx, bytes, now);
        at += now;
    }
    return true;
}

static bool console_serve(void *self, unsigned queue, const virtq_chain *chain, uint64_t now_ps,
                          uint32_t *written)
{
    virtio_console *c = (virtio_console *)self;

    (void)now_ps;
    return queue == VIRTIO_CONSOLE_RX ? receive(c, chain, written) : transmit(c, chain);
}

static void console_reset(void *self)
{
    virtio_console *c = (virtio_console *)self;

    c->state.waiting = 0;
}

const virtio_kind virtio_console_kind = {
    .device = {.name = "virtio-console",
               .version = 1,
               .state_offset = offsetof(virtio_console, state),
               .state_size = sizeof(virtio_console_state)},
    .id = VIRTIO_ID_CONSOLE,
    .class_code = 0x078000, /* other communication device */
    .reset = console_reset,
    .restart = NULL,
    .ready = console_ready,
    .serve = console_serve,
};

void virtio_console_init(virtio_console *c, const virtio_console_sink *sink,
                         const virtio_setup *setup)
{
    memset(c, 0, sizeof *c);
    c->sink = *sink;
    virtio_init(&c->base, &virtio_console_kind, c, &c->state.common, setup, VIRTIO_CONSOLE_QUEUES,
                0);
}

bool virtio_console_can_receive(const virtio_console *c)
{
    return c->state.waiting < VIRTIO_CONSOLE_IN;
}

void virtio_console_receive(virtio_console *c, uint8_t byte, uint64_t now_ps)
{
    if (!virtio_console_can_receive(c))
        return;
    c->state.in[c->state.waiting++] = byte;
    virtio_wake(&c->base, now_ps);
}
