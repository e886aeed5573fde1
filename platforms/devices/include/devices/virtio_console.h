/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file virtio_console.h
 * @brief The virtio console device (virtio 1.1, 5.3) with its one port.
 *
 * Bytes from the guest go to the platform as they come; those for the guest wait in the device
 * until there is a buffer for them.
 */
#ifndef DEVICES_VIRTIO_CONSOLE_H
#define DEVICES_VIRTIO_CONSOLE_H

#include "devices/virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VIRTIO_CONSOLE_IN = 256, /**< Bytes that wait for the guest. */
    VIRTIO_CONSOLE_RX = 0,   /**< Queues. */
    VIRTIO_CONSOLE_TX = 1,
    VIRTIO_CONSOLE_QUEUES = 2
};

/** Where the guest's bytes go. */
typedef struct virtio_console_sink {
    void *ctx;
    void (*put)(void *ctx, const uint8_t *bytes, uint32_t length);
} virtio_console_sink;

/** Saved state. */
typedef struct virtio_console_state {
    virtio_state common;
    uint32_t waiting; /**< Bytes in `in`. */
    uint32_t zero;    /**< Not used, 0. */
    uint8_t in[VIRTIO_CONSOLE_IN];
} virtio_console_state;

/** The device. */
typedef struct virtio_console {
    virtio base;
    virtio_console_sink sink;
    virtio_console_state state;
} virtio_console;

/** Its kind; `device` saves and restores. */
extern const virtio_kind virtio_console_kind;

/** Prepares the device. */
void virtio_console_init(virtio_console *c, const virtio_console_sink *sink,
                         const virtio_setup *setup);

/** Whether a byte for the guest finds room. */
bool virtio_console_can_receive(const virtio_console *c);

/** A byte for the guest arrives; there is room. */
void virtio_console_receive(virtio_console *c, uint8_t byte, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
