/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file virtio_pci.h
 * @brief A virtio device as a PCI Express function (virtio 1.1, 4.1), the modern interface only.
 *
 * BAR 1 (4 KiB, 32-bit) holds the MSI-X table, one vector a queue and one for the configuration,
 * and its pending bits; BAR 4 (16 KiB, 64-bit, prefetchable) the four structures, which vendor
 * capabilities name: common configuration, ISR, device configuration, notifications. A fifth one
 * reaches the BARs through configuration space. Without MSI-X the function uses INTA.
 *
 * Memory is reached only while the function is a bus master and awake; requests wait for that.
 */
#ifndef DEVICES_VIRTIO_PCI_H
#define DEVICES_VIRTIO_PCI_H

#include "devices/virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Identity: vendor, device = base + VIRTIO_ID_*, revision. */
#define VIRTIO_PCI_VENDOR      0x1af4
#define VIRTIO_PCI_DEVICE_BASE 0x1040
#define VIRTIO_PCI_REVISION    1
#define VIRTIO_PCI_SUBSYSTEM   0x1100 /**< 0x40 or more: not the legacy interface. */

/** Where things are in the BARs. */
enum {
    VIRTIO_PCI_MSIX_BAR = 1,
    VIRTIO_PCI_MSIX_BAR_SIZE = 0x1000,
    VIRTIO_PCI_PBA = 0x800,
    VIRTIO_PCI_BAR = 4,
    VIRTIO_PCI_BAR_SIZE = 0x4000,
    VIRTIO_PCI_COMMON = 0x0000, /**< Common configuration ... */
    VIRTIO_PCI_COMMON_SIZE = 0x38,
    VIRTIO_PCI_ISR = 0x1000,
    VIRTIO_PCI_DEVICE = 0x2000,
    VIRTIO_PCI_NOTIFY = 0x3000,
    VIRTIO_PCI_NOTIFY_STEP = 4 /**< Bytes between the notification registers of two queues. */
};

/** Vendor capabilities: kinds, and offsets in them. */
enum {
    VIRTIO_PCI_CAP_COMMON = 1,
    VIRTIO_PCI_CAP_NOTIFY = 2,
    VIRTIO_PCI_CAP_ISR = 3,
    VIRTIO_PCI_CAP_DEVICE = 4,
    VIRTIO_PCI_CAP_ACCESS = 5,
    VIRTIO_PCI_CAP_LENGTH = 2,
    VIRTIO_PCI_CAP_TYPE = 3,
    VIRTIO_PCI_CAP_BAR = 4,
    VIRTIO_PCI_CAP_OFFSET = 8,
    VIRTIO_PCI_CAP_BYTES = 12,
    VIRTIO_PCI_CAP_EXTRA = 16, /**< NOTIFY: the step. ACCESS: the data. */
    VIRTIO_PCI_CAP_SIZE = 16,
    VIRTIO_PCI_CAP_SIZE_EXTRA = 20
};

/** Registers of the common configuration. */
enum {
    VIRTIO_PCI_DEVICE_FEATURE_SELECT = 0x00,
    VIRTIO_PCI_DEVICE_FEATURE = 0x04,
    VIRTIO_PCI_DRIVER_FEATURE_SELECT = 0x08,
    VIRTIO_PCI_DRIVER_FEATURE = 0x0c,
    VIRTIO_PCI_CONFIG_VECTOR = 0x10,
    VIRTIO_PCI_NUM_QUEUES = 0x12,
    VIRTIO_PCI_STATUS = 0x14,
    VIRTIO_PCI_GENERATION = 0x15,
    VIRTIO_PCI_QUEUE_SELECT = 0x16,
    VIRTIO_PCI_QUEUE_SIZE = 0x18,
    VIRTIO_PCI_QUEUE_VECTOR = 0x1a,
    VIRTIO_PCI_QUEUE_ENABLE = 0x1c,
    VIRTIO_PCI_QUEUE_NOTIFY_OFF = 0x1e,
    VIRTIO_PCI_QUEUE_DESC = 0x20,
    VIRTIO_PCI_QUEUE_DRIVER = 0x28,
    VIRTIO_PCI_QUEUE_DEVICE = 0x30
};

/** The function of a device. */
typedef struct virtio_pci {
    virtio *device;
    pcie_function function;
    uint8_t access; /**< Offset of the capability that reaches the BARs. */
} virtio_pci;

/** Makes a device a function, and resets both; attach `function` to a host next. `p` stays where it
 *  is. @return false when the library refuses its description. */
bool virtio_pci_init(virtio_pci *p, virtio *device);

#ifdef __cplusplus
}
#endif

#endif
