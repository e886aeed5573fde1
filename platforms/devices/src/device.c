/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/device.h"

#include <string.h>

/** What stands before the state in a saved device. */
typedef struct dev_header {
    uint32_t magic;
    uint32_t version;
    uint64_t size;
    uint64_t checksum;
} dev_header;

#define DEV_MAGIC 0x56454447u /* "GDEV" */

/* FNV-1a: not against malice, but against a damaged or mismatched file. */
static uint64_t checksum(const uint8_t *bytes, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

size_t dev_save_size(const dev_ops *ops)
{
    return sizeof(dev_header) + ops->state_size;
}

void dev_save(const dev_ops *ops, const void *self, uint8_t *out)
{
    const uint8_t *state = (const uint8_t *)self + ops->state_offset;
    const dev_header header = {DEV_MAGIC, ops->version, ops->state_size,
                               checksum(state, ops->state_size)};

    memcpy(out, &header, sizeof header);
    memcpy(out + sizeof header, state, ops->state_size);
}

bool dev_load(const dev_ops *ops, void *self, const uint8_t *in, size_t length)
{
    dev_header header;

    if (length != dev_save_size(ops))
        return false;
    memcpy(&header, in, sizeof header);
    if (header.magic != DEV_MAGIC || header.version != ops->version ||
        header.size != ops->state_size ||
        header.checksum != checksum(in + sizeof header, ops->state_size))
        return false;
    memcpy((uint8_t *)self + ops->state_offset, in + sizeof header, ops->state_size);
    return true;
}
