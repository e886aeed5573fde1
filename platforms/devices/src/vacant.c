/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/vacant.h"

enum {
    VIRTIO_MAGIC = 0x000,
    VIRTIO_VERSION = 0x004,
    VIRTIO_DEVICE_ID = 0x008,
    VIRTIO_VENDOR_ID = 0x00c,
    VIRTIO_MAGIC_VALUE = 0x74726976, /* "virt" */
    VIRTIO_VERSION_VALUE = 2
};

static dev_status virtio_vacant_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                                     uint64_t *value)
{
    (void)self;
    (void)now_ps;
    *value = 0;
    if (size != 4 || offset % 4U != 0)
        return DEV_BAD_SIZE;
    switch (offset % VIRTIO_SLOT_SPAN) {
    case VIRTIO_MAGIC:
        *value = VIRTIO_MAGIC_VALUE;
        break;
    case VIRTIO_VERSION:
        *value = VIRTIO_VERSION_VALUE;
        break;
    /* DeviceID 0: a placeholder, and no other register is to be looked at. */
    case VIRTIO_DEVICE_ID:
    case VIRTIO_VENDOR_ID:
        break;
    default:
        return DEV_HOLE;
    }
    return DEV_OK;
}

static dev_status vacant_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                               uint64_t value)
{
    (void)self;
    (void)offset;
    (void)size;
    (void)now_ps;
    (void)value;
    return DEV_HOLE;
}

static void vacant_reset(void *self, uint64_t now_ps)
{
    (void)self;
    (void)now_ps;
}

const dev_ops virtio_vacant_ops = {
    .name = "virtio_mmio",
    .span = VIRTIO_SLOT_SPAN * VIRTIO_SLOTS,
    .num_lines = 0,
    .version = 1,
    .state_offset = 0,
    .state_size = 0,
    .reset = vacant_reset,
    .read = virtio_vacant_read,
    .peek = NULL,
    .write = vacant_write,
    .advance = NULL,
    .deadline = NULL,
    .line = NULL,
};
