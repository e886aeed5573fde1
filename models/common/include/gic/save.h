/* SPDX-License-Identifier: Apache-2.0 */
/* Saved state: one block per kernel, with version and checksum. */
#ifndef GIC_SAVE_H
#define GIC_SAVE_H

#include "gic/defs.h"

GIC_BEGIN_DECLS

/** In front of every saved block. */
typedef struct gic_save_header {
    uint32_t magic;    /**< Four letters of the component. */
    uint32_t version;  /**< Of the layout of the payload. */
    uint32_t length;   /**< Bytes of payload behind the header. */
    uint32_t checksum; /**< gic_checksum() of the payload. */
} gic_save_header;

/** Fletcher-style checksum of @p length bytes; position dependent, not cryptographic. */
uint32_t gic_checksum(const void *data, size_t length);

/** Write header and payload to @p out, which has room for both; bytes written. */
size_t gic_save_block(void *out, uint32_t magic, uint32_t version, const void *payload,
                      size_t length);

/**
 * Check a block of at most @p available bytes and copy its payload out.
 * @return false, with nothing copied, when magic, version, length or checksum differ.
 */
bool gic_load_block(const void *in, size_t available, uint32_t magic, uint32_t version,
                    void *payload, size_t length);

GIC_END_DECLS

#endif
