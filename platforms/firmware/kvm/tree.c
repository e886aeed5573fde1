/* SPDX-License-Identifier: Apache-2.0 */
/* A flattened device tree, version 17, written front to back (there is no cross-built libfdt). */
#include "tree.h"

#include <string.h>

#include "fw/board.h"

enum {
    FDT_MAGIC = (int)0xd00dfeedu,
    FDT_BEGIN_NODE = 1,
    FDT_END_NODE = 2,
    FDT_PROP = 3,
    FDT_END = 9,
    FDT_VERSION = 17,
    FDT_COMPATIBLE_VERSION = 16,
    HEADER_BYTES = 40,
    RESERVED_BYTES = 16, /* one empty entry */
    CELL = 4
};

/* Every property's name, one behind the other; offsets are into this block. */
static const char names[] = "bootargs\0compatible\0reg";
enum { NAME_BOOTARGS = 0, NAME_COMPATIBLE = 9, NAME_REG = 20 };

typedef struct writer {
    uint8_t *to;
    size_t room, used;
} writer;

static void put_bytes(writer *w, const void *bytes, size_t length)
{
    const size_t padded = (length + CELL - 1) / CELL * CELL;

    if (w->used + padded <= w->room) {
        memset(w->to + w->used, 0, padded);
        memcpy(w->to + w->used, bytes, length);
    }
    w->used += padded;
}

static void put_cell(writer *w, uint32_t value)
{
    const uint8_t bytes[CELL] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
                                 (uint8_t)(value >> 8), (uint8_t)value};

    put_bytes(w, bytes, sizeof bytes);
}

static void begin_node(writer *w, const char *name)
{
    put_cell(w, FDT_BEGIN_NODE);
    put_bytes(w, name, strlen(name) + 1);
}

static void put_property(writer *w, uint32_t name, const void *value, size_t length)
{
    put_cell(w, FDT_PROP);
    put_cell(w, (uint32_t)length);
    put_cell(w, name);
    put_bytes(w, value, length);
}

static void put_text(writer *w, uint32_t name, const char *text)
{
    put_property(w, name, text, strlen(text) + 1);
}

/* Address and size, two cells each. */
static void put_reg(writer *w, uint64_t address, uint64_t size)
{
    put_cell(w, FDT_PROP);
    put_cell(w, 4 * CELL);
    put_cell(w, NAME_REG);
    put_cell(w, (uint32_t)(address >> 32));
    put_cell(w, (uint32_t)address);
    put_cell(w, (uint32_t)(size >> 32));
    put_cell(w, (uint32_t)size);
}

static void put_device(writer *w, const char *node, const char *compatible, uint64_t address,
                       uint64_t size)
{
    begin_node(w, node);
    put_text(w, NAME_COMPATIBLE, compatible);
    put_reg(w, address, size);
    put_cell(w, FDT_END_NODE);
}

static void put_nodes(writer *w, const char *bootargs, bool gicv2, bool has_its)
{
    begin_node(w, "");
    begin_node(w, "chosen");
    put_text(w, NAME_BOOTARGS, bootargs);
    put_cell(w, FDT_END_NODE);
    if (gicv2)
        put_device(w, "intc@8000000", "arm,cortex-a15-gic", BOARD_GICD_BASE, 0x10000);
    if (has_its)
        put_device(w, "its@8080000", "arm,gic-v3-its", BOARD_ITS_BASE, 0x20000);
    put_cell(w, FDT_END_NODE);
    put_cell(w, FDT_END);
}

static void put_header(writer *w, size_t total, size_t structure, size_t strings)
{
    const uint32_t header[] = {
        (uint32_t)FDT_MAGIC, (uint32_t)total,    HEADER_BYTES + RESERVED_BYTES, (uint32_t)strings,
        HEADER_BYTES,        FDT_VERSION,        FDT_COMPATIBLE_VERSION,        0,
        sizeof names,        (uint32_t)structure};

    for (size_t n = 0; n < sizeof header / sizeof header[0]; n++)
        put_cell(w, header[n]);
}

size_t tree_write(uint8_t *to, size_t room, const char *bootargs, bool gicv2, bool has_its)
{
    const size_t start = HEADER_BYTES + RESERVED_BYTES;
    writer body = {to, room, start}, header = {to, room, 0};
    size_t strings;

    put_nodes(&body, bootargs, gicv2, has_its);
    strings = body.used;
    put_bytes(&body, names, sizeof names);
    if (body.used > room)
        return 0;
    memset(to, 0, start);
    put_header(&header, body.used, strings - start, strings);
    return body.used;
}
