/* SPDX-License-Identifier: Apache-2.0 */
/* LD1 to LD4 and ST1 to ST4: whole structures, single ones, and one replicated to all lanes. */
#include <string.h>

#include "ldst.h"
#include "simd.h"

/** Such an instruction taken apart. */
typedef struct structure {
    bool load, post, single, replicate, q;
    uint8_t size;     /**< log2 of the bytes of an element. */
    uint8_t elements; /**< Of one structure: 1 to 4 registers. */
    uint8_t repeat;   /**< LD1 and ST1 of several registers: one after the other. */
    uint8_t lane;     /**< Of a single structure. */
    uint8_t rt, rn, rm;
} structure;

static bool parse_multiple(uint32_t raw, structure *s)
{
    /* By opcode: elements << 4 | repeat; 0 is unallocated. */
    static const uint8_t forms[16] = {
        [0] = 0x41, [2] = 0x14, [4] = 0x31, [6] = 0x13, [7] = 0x11, [8] = 0x21, [10] = 0x12};
    uint8_t form = forms[a64_bits(raw, 15, 12)];
    s->size = (uint8_t)a64_bits(raw, 11, 10);
    s->elements = form >> 4;
    s->repeat = form & 15u;
    return form && !a64_bit(raw, 21) && !(s->size == 3u && !s->q && s->elements != 1u);
}

static bool parse_one(uint32_t raw, structure *s)
{
    unsigned scale = a64_bits(raw, 15, 14), size = a64_bits(raw, 11, 10), bit = a64_bit(raw, 12);
    unsigned lane = (unsigned)s->q << 3 | bit << 2 | size;
    s->single = true;
    s->repeat = 1;
    s->elements = (uint8_t)((a64_bit(raw, 13) << 1 | a64_bit(raw, 21)) + 1u);
    if (scale == 3u) {
        s->replicate = true;
        s->size = (uint8_t)size;
        return s->load && !bit;
    }
    if (scale == 2u && (size & 1u)) {
        s->size = 3;
        s->lane = s->q;
        return size == 1u && !bit;
    }
    s->size = (uint8_t)scale;
    s->lane = (uint8_t)(lane >> scale);
    return (size & ((1u << scale) - 1u)) == 0;
}

static bool parse(uint32_t raw, structure *s)
{
    *s = (structure){.load = a64_bit(raw, 22),
                     .post = a64_bit(raw, 23),
                     .q = a64_bit(raw, 30),
                     .rt = (uint8_t)a64_bits(raw, 4, 0),
                     .rn = (uint8_t)a64_bits(raw, 9, 5),
                     .rm = (uint8_t)a64_bits(raw, 20, 16)};
    if (a64_bit(raw, 31) || (!s->post && s->rm))
        return false;
    return a64_bit(raw, 24) ? parse_one(raw, s) : parse_multiple(raw, s);
}

bool a64_simd_structure_known(uint32_t raw)
{
    structure s;
    return parse(raw, &s);
}

/** Register that holds element @p n of the structures. */
static a64_vec *reg_of(a64_cpu *c, const structure *s, unsigned n)
{
    return &c->a.v[(s->rt + n) % 32u];
}

/** Number of structures (lanes) that are moved. */
static unsigned lanes_of(const structure *s)
{
    return s->single ? 1u : (s->q ? 16u : 8u) >> s->size;
}

/** Between registers and the image in memory, where a structure's elements lie together. */
static void move(a64_cpu *c, const structure *s, uint8_t *image, bool to_registers)
{
    unsigned bytes = 1u << s->size, lanes = lanes_of(s);
    for (unsigned r = 0; r < s->repeat; r++)
        for (unsigned lane = 0; lane < lanes; lane++)
            for (unsigned n = 0; n < s->elements; n++) {
                unsigned at = s->single ? s->lane : lane;
                uint8_t *reg = reg_of(c, s, r + n)->b + at * bytes;
                if (to_registers)
                    memcpy(reg, image, bytes);
                else
                    memcpy(image, reg, bytes);
                image += bytes;
            }
}

static void replicate(a64_cpu *c, const structure *s, const uint8_t *image)
{
    unsigned bytes = 1u << s->size;
    for (unsigned n = 0; n < s->elements; n++) {
        a64_vec v = {.d = {0, 0}};
        for (unsigned at = 0; at < (s->q ? 16u : 8u); at += bytes)
            memcpy(v.b + at, image + n * bytes, bytes);
        *reg_of(c, s, n) = v;
    }
}

static void loaded(a64_cpu *c, const structure *s, uint8_t *image)
{
    if (s->replicate) {
        replicate(c, s, image);
        return;
    }
    if (!s->single)
        for (unsigned n = 0; n < s->repeat * s->elements; n++)
            *reg_of(c, s, n) = (a64_vec){.d = {0, 0}};
    move(c, s, image, true);
}

bool a64_simd_structure(a64_cpu *c, uint32_t raw)
{
    structure s;
    uint8_t image[64] = {0};
    uint64_t base;
    (void)parse(raw, &s);
    a64_mem m = {.mode = A64_MODE_OFFSET, .rn = s.rn};
    unsigned bytes = 1u << s.size, total = s.repeat * s.elements * lanes_of(&s) * bytes;
    if (!a64_mem_base(c, &m, &base))
        return false;
    if (!s.load)
        move(c, &s, image, false);
    if (!a64_access(c, base, total, bytes, s.load ? 0 : A64_ACC_WRITE, image))
        return false;
    if (s.load)
        loaded(c, &s, image);
    if (s.post)
        c->a.x[s.rn] = base + (s.rm == 31u ? total : c->a.x[s.rm]);
    return true;
}
