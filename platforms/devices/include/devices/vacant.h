/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vacant.h
 * @brief Places for devices that are not there: virtio-mmio transports.
 *
 * They answer a probe as the specification says an empty place does, so that drivers go on.
 * There is no state.
 */
#ifndef DEVICES_VACANT_H
#define DEVICES_VACANT_H

#include "devices/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VIRTIO_SLOT_SPAN = 0x200, /**< Bytes of one virtio-mmio transport. */
    VIRTIO_SLOTS = 32         /**< Transports of the board. */
};

/** 32 virtio-mmio transports (virtio 1.1, 4.2.2): magic, version 2, DeviceID 0. */
extern const dev_ops virtio_vacant_ops;

#ifdef __cplusplus
}
#endif

#endif
