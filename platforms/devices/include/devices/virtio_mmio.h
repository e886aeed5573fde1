/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file virtio_mmio.h
 * @brief The board's 32 virtio-mmio transports (virtio 1.1, 4.2.2), version 2.
 *
 * An empty place answers a probe as the specification says, with DeviceID 0. Each place has an
 * interrupt output that is high while InterruptStatus is not 0. There is no legacy interface.
 */
#ifndef DEVICES_VIRTIO_MMIO_H
#define DEVICES_VIRTIO_MMIO_H

#include "devices/virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VIRTIO_SLOT_SPAN = 0x200, /**< Bytes of one transport. */
    VIRTIO_SLOTS = 32         /**< Transports of the board. */
};

/** Registers of a transport; all of 32 bits. */
enum {
    VIRTIO_MMIO_MAGIC = 0x000,
    VIRTIO_MMIO_VERSION = 0x004,
    VIRTIO_MMIO_DEVICE_ID = 0x008,
    VIRTIO_MMIO_VENDOR_ID = 0x00c,
    VIRTIO_MMIO_DEVICE_FEATURES = 0x010,
    VIRTIO_MMIO_DEVICE_FEATURES_SEL = 0x014,
    VIRTIO_MMIO_DRIVER_FEATURES = 0x020,
    VIRTIO_MMIO_DRIVER_FEATURES_SEL = 0x024,
    VIRTIO_MMIO_QUEUE_SEL = 0x030,
    VIRTIO_MMIO_QUEUE_NUM_MAX = 0x034,
    VIRTIO_MMIO_QUEUE_NUM = 0x038,
    VIRTIO_MMIO_QUEUE_READY = 0x044,
    VIRTIO_MMIO_QUEUE_NOTIFY = 0x050,
    VIRTIO_MMIO_INTERRUPT_STATUS = 0x060,
    VIRTIO_MMIO_INTERRUPT_ACK = 0x064,
    VIRTIO_MMIO_STATUS = 0x070,
    VIRTIO_MMIO_QUEUE_DESC_LOW = 0x080,
    VIRTIO_MMIO_QUEUE_DESC_HIGH = 0x084,
    VIRTIO_MMIO_QUEUE_DRIVER_LOW = 0x090,
    VIRTIO_MMIO_QUEUE_DRIVER_HIGH = 0x094,
    VIRTIO_MMIO_QUEUE_DEVICE_LOW = 0x0a0,
    VIRTIO_MMIO_QUEUE_DEVICE_HIGH = 0x0a4,
    VIRTIO_MMIO_SHM_SEL = 0x0ac,
    VIRTIO_MMIO_SHM_LEN_LOW = 0x0b0,
    VIRTIO_MMIO_SHM_BASE_HIGH = 0x0bc,
    VIRTIO_MMIO_CONFIG_GENERATION = 0x0fc,
    VIRTIO_MMIO_CONFIG = 0x100
};

#define VIRTIO_MMIO_MAGIC_VALUE   0x74726976u /* "virt" in memory order */
#define VIRTIO_MMIO_VERSION_VALUE 2u
#define VIRTIO_MMIO_VENDOR_VALUE  0x544c4d47u /* ours */

/** The places. The devices' states are not the bus's: each is saved by itself. */
typedef struct virtio_mmio {
    virtio *slot[VIRTIO_SLOTS]; /**< NULL: empty. */
} virtio_mmio;

/** Operations: `self` is the virtio_mmio. Line n is slot n's. */
extern const dev_ops virtio_mmio_ops;

/** Empties all places. */
void virtio_mmio_init(virtio_mmio *bus);

/** Puts a device into place `slot`. @return false when that is taken or does not exist. */
bool virtio_mmio_attach(virtio_mmio *bus, unsigned slot, virtio *v);

#ifdef __cplusplus
}
#endif

#endif
