/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of saved state: a buffer that grows while it is written, and a cursor that never reads
 * beyond its end. Both remember that something went wrong, so that only the end need be looked at.
 */
#ifndef GICTIME_BYTES_H
#define GICTIME_BYTES_H

#include "gic/defs.h"

GIC_BEGIN_DECLS

/** A buffer. Zero-initialised it is empty. */
typedef struct gictime_bytes {
    uint8_t *data;
    size_t size;
    size_t capacity;
    bool failed; /**< There was no memory; what was put since is lost. */
} gictime_bytes;

/** Appends @p size bytes. */
void gictime_bytes_put(gictime_bytes *bytes, const void *data, size_t size);
/** Appends a number of 1, 4 or 8 bytes. */
void gictime_bytes_u8(gictime_bytes *bytes, uint8_t value);
void gictime_bytes_u32(gictime_bytes *bytes, uint32_t value);
void gictime_bytes_u64(gictime_bytes *bytes, uint64_t value);
/** Appends @p size bytes of unknown content and says where, or NULL without memory. */
uint8_t *gictime_bytes_room(gictime_bytes *bytes, size_t size);
/** Gives the memory back. */
void gictime_bytes_free(gictime_bytes *bytes);

/** A place in saved state. */
typedef struct gictime_cursor {
    const uint8_t *at;
    size_t left;
    bool bad; /**< More was asked for than there was, or a value was refused. */
} gictime_cursor;

/** Takes @p size bytes; zeros, and the cursor is bad, where there are fewer. */
void gictime_cursor_get(gictime_cursor *cursor, void *data, size_t size);
uint8_t gictime_cursor_u8(gictime_cursor *cursor);
uint32_t gictime_cursor_u32(gictime_cursor *cursor);
uint64_t gictime_cursor_u64(gictime_cursor *cursor);
/** A byte that is 0 or 1; anything else makes the cursor bad. */
bool gictime_cursor_bool(gictime_cursor *cursor);
/** A number of at most @p most; a larger one makes the cursor bad and reads as 0. */
uint32_t gictime_cursor_count(gictime_cursor *cursor, uint32_t most);
/** Where the next @p size bytes are, or NULL when there are fewer. */
const uint8_t *gictime_cursor_take(gictime_cursor *cursor, size_t size);
/** Whether all was sound and nothing is left. */
bool gictime_cursor_done(const gictime_cursor *cursor);

GIC_END_DECLS

#endif
