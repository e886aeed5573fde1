/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/virtio_net.h"

#include <stddef.h>
#include <string.h>

#include "virtio_bytes.h"

/* Offsets in the device configuration, and bits of its status. */
enum { CONFIG_MAC = 0, CONFIG_STATUS = 6, CONFIG_MTU = 10, CONFIG_SIZE = 12, STATUS_LINK_UP = 1 };

enum { MTU = 1500, HEADER_BUFFERS = 10 /* Offset of num_buffers in the header. */ };

static bool net_ready(const void *self, unsigned queue)
{
    const virtio_net *n = (const virtio_net *)self;

    return queue == VIRTIO_NET_TX || n->state.waiting != 0;
}

/* ---------------------------------------------------------------- to the driver */

void virtio_net_hear(void *ctx, const uint8_t *frame, uint32_t length, uint64_t now_ps)
{
    virtio_net *n = (virtio_net *)ctx;
    virtio_net_state *st = &n->state;
    virtio_net_frame *f = &st->frame[(st->first + st->waiting) % VIRTIO_NET_FRAMES];

    /* Without a driver there is nobody to hear. */
    if ((st->common.status & VIRTIO_STATUS_DRIVER_OK) == 0)
        return;
    if (st->waiting >= VIRTIO_NET_FRAMES || length < VIRTIO_NET_LEAST || length > VIRTIO_NET_MOST) {
        st->dropped++;
        return;
    }
    f->length = length;
    memcpy(f->bytes, frame, length);
    st->waiting++;
    virtio_wake(&n->base, now_ps);
}

static bool receive(virtio_net *n, const virtq_chain *chain, uint32_t *written)
{
    virtio_net_state *st = &n->state;
    const virtio_net_frame *f = &st->frame[st->first % VIRTIO_NET_FRAMES];
    const uint32_t length = f->length < VIRTIO_NET_MOST ? f->length : VIRTIO_NET_MOST;
    uint8_t header[VIRTIO_NET_HEADER] = {0};

    if (chain->in_bytes < VIRTIO_NET_HEADER)
        return false;
    st->first = (st->first + 1) % VIRTIO_NET_FRAMES;
    st->waiting--;
    if (chain->in_bytes - VIRTIO_NET_HEADER < length) {
        /* The buffer goes back empty. */
        st->dropped++;
        return true;
    }
    virtio_put_le(header + HEADER_BUFFERS, 2, 1);
    *written = VIRTIO_NET_HEADER + length;
    st->received++;
    return virtio_write(&n->base, chain, 0, header, sizeof header) &&
           virtio_write(&n->base, chain, VIRTIO_NET_HEADER, f->bytes, length);
}

/* ---------------------------------------------------------------- from the driver */

static bool transmit(virtio_net *n, const virtq_chain *chain, uint64_t now_ps)
{
    uint8_t frame[VIRTIO_NET_MOST];
    uint32_t length;

    if (chain->out_bytes < VIRTIO_NET_HEADER)
        return false;
    length = chain->out_bytes - VIRTIO_NET_HEADER;
    if (length < VIRTIO_NET_LEAST || length > VIRTIO_NET_MOST) {
        n->state.dropped++;
        return true;
    }
    if (!virtio_read(&n->base, chain, VIRTIO_NET_HEADER, frame, length))
        return false;
    n->state.sent++;
    if (n->listener.hear != NULL)
        n->listener.hear(n->listener.ctx, frame, length, now_ps);
    return true;
}

static bool net_serve(void *self, unsigned queue, const virtq_chain *chain, uint64_t now_ps,
                      uint32_t *written)
{
    virtio_net *n = (virtio_net *)self;

    return queue == VIRTIO_NET_RX ? receive(n, chain, written) : transmit(n, chain, now_ps);
}

/* ---------------------------------------------------------------- the device */

static void net_restart(void *self)
{
    virtio_net *n = (virtio_net *)self;

    n->state.first = n->state.waiting = 0;
}

static void net_reset(void *self)
{
    virtio_net *n = (virtio_net *)self;

    net_restart(n);
    n->state.sent = n->state.received = n->state.dropped = 0;
}

const virtio_kind virtio_net_kind = {
    .device = {.name = "virtio-net",
               .version = 1,
               .state_offset = offsetof(virtio_net, state),
               .state_size = sizeof(virtio_net_state)},
    .id = VIRTIO_ID_NET,
    .class_code = 0x020000, /* Ethernet controller */
    .reset = net_reset,
    .restart = net_restart,
    .ready = net_ready,
    .serve = net_serve,
};

void virtio_net_init(virtio_net *n, const uint8_t mac[VIRTIO_NET_MAC], const virtio_setup *setup)
{
    const uint64_t features = UINT64_C(1) << VIRTIO_NET_F_MAC | UINT64_C(1) << VIRTIO_NET_F_STATUS |
                              UINT64_C(1) << VIRTIO_NET_F_MTU;

    memset(n, 0, sizeof *n);
    virtio_init(&n->base, &virtio_net_kind, n, &n->state.common, setup, VIRTIO_NET_QUEUES,
                features);
    memcpy(n->base.config + CONFIG_MAC, mac, VIRTIO_NET_MAC);
    virtio_put_le(n->base.config + CONFIG_STATUS, 2, STATUS_LINK_UP);
    virtio_put_le(n->base.config + CONFIG_MTU, 2, MTU);
    n->base.config_size = CONFIG_SIZE;
}

void virtio_net_listen(virtio_net *n, const virtio_net_listener *listener)
{
    n->listener = *listener;
}
