/* SPDX-License-Identifier: Apache-2.0 */
/* A reader for the flattened device tree: one bounded walk, no state. */
#include "fw/board.h"
#include "fw/io.h"

#define FDT_MAGIC      0xd00dfeedu
#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE   2u
#define FDT_PROP       3u
#define FDT_NOP        4u
#define FDT_MAX_SIZE   0x100000u
#define FDT_MAX_DEPTH  8

/** One property met on the walk. */
struct fdt_prop {
    const char *node; /**< Name of the node it is in. */
    const char *name;
    const uint8_t *data;
    uint32_t length;
    unsigned depth; /**< 1: in the root node. */
};

/** Sees each property in turn; true ends the walk. */
typedef bool fdt_visit_fn(const struct fdt_prop *prop, void *arg);

static uint32_t be32(const uint8_t *p)
{
    return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

static bool same(const char *a, const char *b)
{
    size_t n = strlen(b);
    return strlen(a) == n && memcmp(a, b, n) == 0;
}

/** The structure block: where we are and where it ends. */
struct cursor {
    const uint8_t *at, *end;
    const char *strings;
};

static bool fdt_open(struct cursor *c)
{
    const uint8_t *tree = (const uint8_t *)BOARD_RAM_BASE;
    uint32_t size;
    if (be32(tree) != FDT_MAGIC) {
        return false;
    }
    size = be32(tree + 4);
    if (size > FDT_MAX_SIZE || be32(tree + 8) >= size || be32(tree + 12) >= size) {
        return false;
    }
    c->at = tree + be32(tree + 8);
    c->end = tree + size;
    c->strings = (const char *)tree + be32(tree + 12);
    return true;
}

static uint32_t align4(uint32_t n)
{
    return (n + 3) & ~3u;
}

static void fdt_walk(fdt_visit_fn *visit, void *arg)
{
    const char *names[FDT_MAX_DEPTH + 1] = {""};
    unsigned depth = 0;
    struct cursor c;
    if (!fdt_open(&c)) {
        return;
    }
    while (c.at + 12 <= c.end) {
        uint32_t token = be32(c.at);
        if (token == FDT_BEGIN_NODE && depth < FDT_MAX_DEPTH) {
            names[++depth] = (const char *)c.at + 4;
            c.at += 4 + align4((uint32_t)strlen(names[depth]) + 1);
        } else if (token == FDT_END_NODE && depth > 0) {
            depth--;
            c.at += 4;
        } else if (token == FDT_PROP) {
            struct fdt_prop prop = {names[depth], c.strings + be32(c.at + 8), c.at + 12,
                                    be32(c.at + 4), depth};
            if (visit(&prop, arg)) {
                return;
            }
            c.at += 12 + align4(prop.length);
        } else if (token == FDT_NOP) {
            c.at += 4;
        } else {
            return;
        }
    }
}

static bool visit_bootargs(const struct fdt_prop *prop, void *arg)
{
    if (prop->depth == 2 && same(prop->node, "chosen") && same(prop->name, "bootargs")) {
        *(const char **)arg = (const char *)prop->data;
        return true;
    }
    return false;
}

const char *bootarg_text(const char *key)
{
    const char *args = NULL;
    size_t n = strlen(key);
    fdt_walk(visit_bootargs, &args);
    while (args != NULL && *args != 0) {
        if (memcmp(args, key, n) == 0 && args[n] == '=') {
            return args + n + 1;
        }
        while (*args != 0 && *args != ' ') {
            args++;
        }
        args += *args == ' ';
    }
    return NULL;
}

bool bootarg_lists(const char *list, const char *name)
{
    size_t n = strlen(name);
    while (list != NULL && *list != 0 && *list != ' ') {
        const char *end = list;
        while (*end != 0 && *end != ' ' && *end != ',') {
            end++;
        }
        if ((size_t)(end - list) == n && memcmp(list, name, n) == 0) {
            return true;
        }
        list = *end == ',' ? end + 1 : end;
    }
    return list == NULL;
}

static bool digit_value(char c, unsigned base, unsigned *value)
{
    unsigned v = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                        : 16;
    *value = v;
    return v < base;
}

uint64_t bootarg_number(const char *key, uint64_t otherwise)
{
    const char *text = bootarg_text(key);
    unsigned base = 10;
    unsigned v;
    uint64_t number = 0;
    if (text == NULL || !digit_value(*text, 10, &v)) {
        return otherwise;
    }
    if (text[0] == '0' && text[1] == 'x') {
        base = 16;
        text += 2;
    }
    while (digit_value(*text++, base, &v)) {
        number = base * number + v;
    }
    return number;
}

/** What visit_compatible looks for, and the `reg` it found. */
struct compatible_search {
    const char *compatible;
    const char *node;
    uint64_t reg, matched_reg;
    bool matched;
};

static bool visit_compatible(const struct fdt_prop *prop, void *arg)
{
    struct compatible_search *s = arg;
    if (prop->node != s->node) {
        s->node = prop->node;
        s->reg = 0;
        s->matched = false;
    }
    if (same(prop->name, "reg") && prop->length >= 8) {
        s->reg = ((uint64_t)be32(prop->data) << 32) | be32(prop->data + 4);
    }
    if (same(prop->name, "compatible") && same((const char *)prop->data, s->compatible)) {
        s->matched = true;
    }
    s->matched_reg = s->matched ? s->reg : 0;
    return s->matched_reg != 0;
}

uint64_t fdt_find_compatible(const char *compatible)
{
    struct compatible_search s = {compatible, NULL, 0, 0, false};
    fdt_walk(visit_compatible, &s);
    return s.matched_reg;
}
