/* SPDX-License-Identifier: Apache-2.0 */
/* Saved blocks: header, version, checksum. */
#include "gic/save.h"

#include "gic/mem.h"

uint32_t gic_checksum(const void *data, size_t length)
{
    const unsigned char *byte = (const unsigned char *)data;
    uint32_t a = 1;
    uint32_t b = 0;
    for (size_t i = 0; i < length; i++) {
        a = (a + byte[i]) % 65521u;
        b = (b + a) % 65521u;
    }
    return b << 16 | a;
}

size_t gic_save_block(void *out, uint32_t magic, uint32_t version, const void *payload,
                      size_t length)
{
    gic_save_header header;
    header.magic = magic;
    header.version = version;
    header.length = (uint32_t)length;
    header.checksum = gic_checksum(payload, length);
    memcpy(out, &header, sizeof header);
    memcpy((unsigned char *)out + sizeof header, payload, length);
    return sizeof header + length;
}

bool gic_load_block(const void *in, size_t available, uint32_t magic, uint32_t version,
                    void *payload, size_t length)
{
    gic_save_header header;
    const unsigned char *body = (const unsigned char *)in + sizeof header;
    if (available < sizeof header)
        return false;
    memcpy(&header, in, sizeof header);
    if (header.magic != magic || header.version != version || header.length != length)
        return false;
    if (available - sizeof header < length || header.checksum != gic_checksum(body, length))
        return false;
    memcpy(payload, body, length);
    return true;
}
