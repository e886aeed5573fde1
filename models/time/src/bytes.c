/* SPDX-License-Identifier: Apache-2.0 */
#include "gictime/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096 };

static bool grow(gictime_bytes *b, size_t size)
{
    size_t capacity = b->capacity ? b->capacity : FIRST_CAPACITY;
    uint8_t *data;
    if (b->failed || size > SIZE_MAX / 2u - b->size)
        return false;
    while (capacity < b->size + size)
        capacity *= 2u;
    if (capacity == b->capacity)
        return true;
    data = (uint8_t *)realloc(b->data, capacity);
    if (!data)
        return false;
    b->data = data;
    b->capacity = capacity;
    return true;
}

uint8_t *gictime_bytes_room(gictime_bytes *b, size_t size)
{
    if (!grow(b, size)) {
        b->failed = true;
        return NULL;
    }
    b->size += size;
    return b->data + b->size - size;
}

void gictime_bytes_put(gictime_bytes *b, const void *data, size_t size)
{
    uint8_t *to = gictime_bytes_room(b, size);
    if (to && size)
        memcpy(to, data, size);
}

void gictime_bytes_u8(gictime_bytes *b, uint8_t value)
{
    gictime_bytes_put(b, &value, sizeof(value));
}

void gictime_bytes_u32(gictime_bytes *b, uint32_t value)
{
    gictime_bytes_put(b, &value, sizeof(value));
}

void gictime_bytes_u64(gictime_bytes *b, uint64_t value)
{
    gictime_bytes_put(b, &value, sizeof(value));
}

void gictime_bytes_free(gictime_bytes *b)
{
    free(b->data);
    memset(b, 0, sizeof(*b));
}

const uint8_t *gictime_cursor_take(gictime_cursor *c, size_t size)
{
    const uint8_t *at = c->at;
    if (size > c->left) {
        c->bad = true;
        c->left = 0;
        return NULL;
    }
    c->at += size;
    c->left -= size;
    return at;
}

void gictime_cursor_get(gictime_cursor *c, void *data, size_t size)
{
    const uint8_t *at = gictime_cursor_take(c, size);
    if (at && size)
        memcpy(data, at, size);
    else
        memset(data, 0, size);
}

uint8_t gictime_cursor_u8(gictime_cursor *c)
{
    uint8_t value;
    gictime_cursor_get(c, &value, sizeof(value));
    return value;
}

uint32_t gictime_cursor_u32(gictime_cursor *c)
{
    uint32_t value;
    gictime_cursor_get(c, &value, sizeof(value));
    return value;
}

uint64_t gictime_cursor_u64(gictime_cursor *c)
{
    uint64_t value;
    gictime_cursor_get(c, &value, sizeof(value));
    return value;
}

bool gictime_cursor_bool(gictime_cursor *c)
{
    uint8_t value = gictime_cursor_u8(c);
    c->bad = c->bad || value > 1u;
    return value == 1u;
}

uint32_t gictime_cursor_count(gictime_cursor *c, uint32_t most)
{
    uint32_t value = gictime_cursor_u32(c);
    if (value <= most)
        return value;
    c->bad = true;
    return 0;
}

bool gictime_cursor_done(const gictime_cursor *c)
{
    return !c->bad && c->left == 0;
}
