/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file virtio_net.h
 * @brief The virtio network device (virtio 1.1, 5.1) with one pair of queues.
 *
 * What it sends is heard by its listener: itself (loopback), the device that it is joined with, or
 * the platform's network. Frames wait in the device until the driver has a buffer for them; when
 * VIRTIO_NET_FRAMES wait, a further one is dropped, as on a wire whose end is too slow. A frame for
 * which the driver's buffer is too small is dropped as well. No offloads: a driver that asks for
 * one in a frame's header gets the frame sent as it is.
 */
#ifndef DEVICES_VIRTIO_NET_H
#define DEVICES_VIRTIO_NET_H

#include "devices/virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VIRTIO_NET_MAC = 6,
    VIRTIO_NET_HEADER = 12, /**< Bytes before a frame. */
    VIRTIO_NET_LEAST = 14,  /**< Bytes of a frame: its Ethernet header ... */
    VIRTIO_NET_MOST = 1518, /**< ... and at most so many, with a VLAN tag. */
    VIRTIO_NET_ROOM = 1520,
    VIRTIO_NET_FRAMES = 64, /**< That wait for the driver. */
    VIRTIO_NET_RX = 0,      /**< Queues. */
    VIRTIO_NET_TX = 1,
    VIRTIO_NET_QUEUES = 2
};

/** Feature bits. */
enum { VIRTIO_NET_F_MTU = 3, VIRTIO_NET_F_MAC = 5, VIRTIO_NET_F_STATUS = 16 };

/** A frame that waits. */
typedef struct virtio_net_frame {
    uint32_t length;
    uint8_t bytes[VIRTIO_NET_ROOM];
} virtio_net_frame;

/** Who hears what a device sends. */
typedef struct virtio_net_listener {
    void *ctx;
    void (*hear)(void *ctx, const uint8_t *frame, uint32_t length, uint64_t now_ps);
} virtio_net_listener;

/** Saved state. */
typedef struct virtio_net_state {
    virtio_state common;
    uint64_t sent, received; /**< Frames, since reset. */
    uint64_t dropped;        /**< Frames that found no room, or were none. */
    uint32_t first, waiting; /**< Of the frames. */
    virtio_net_frame frame[VIRTIO_NET_FRAMES];
} virtio_net_state;

/** The device. */
typedef struct virtio_net {
    virtio base;
    virtio_net_listener listener;
    virtio_net_state state;
} virtio_net;

/** Its kind; `device` saves and restores. */
extern const virtio_kind virtio_net_kind;

/** Prepares the device; until virtio_net_listen() nobody hears it. */
void virtio_net_init(virtio_net *n, const uint8_t mac[VIRTIO_NET_MAC], const virtio_setup *setup);

/** Says who hears it. */
void virtio_net_listen(virtio_net *n, const virtio_net_listener *listener);

/** A frame for the device (a virtio_net) arrives: a `hear` of listeners. */
void virtio_net_hear(void *ctx, const uint8_t *frame, uint32_t length, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
