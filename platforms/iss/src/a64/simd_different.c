/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advanced SIMD three different: operands or results of twice the width; and the integer products
 * by one element of a vector.
 */
#include "simd.h"

/* ------------------------------------------------------------------ long, wide, narrow */

/** First lane of the half that the instruction reads or writes: the upper one with Q. */
static unsigned half_of(const a64_op *o, unsigned size)
{
    return a64_bit(o->raw, 30) ? 8u >> size : 0u;
}

static uint64_t extended(const a64_vec *v, unsigned size, unsigned lane, bool is_signed)
{
    uint64_t x = simd_get(v, size, lane);
    return is_signed ? (uint64_t)a64_sext(x, 8u << size) : x;
}

/** What becomes of two extended lanes and the lane of the destination. */
typedef uint64_t long_fn(uint64_t l, uint64_t r, uint64_t acc);

static uint64_t long_add(uint64_t l, uint64_t r, uint64_t acc)
{
    (void)acc;
    return l + r;
}

static uint64_t long_sub(uint64_t l, uint64_t r, uint64_t acc)
{
    (void)acc;
    return l - r;
}

/** Extended to 64 bits, both kinds compare as signed. */
static uint64_t long_abd(uint64_t l, uint64_t r, uint64_t acc)
{
    (void)acc;
    return (int64_t)l > (int64_t)r ? l - r : r - l;
}

static uint64_t long_aba(uint64_t l, uint64_t r, uint64_t acc)
{
    return acc + long_abd(l, r, 0);
}

static uint64_t long_mul(uint64_t l, uint64_t r, uint64_t acc)
{
    (void)acc;
    return l * r;
}

static uint64_t long_mla(uint64_t l, uint64_t r, uint64_t acc)
{
    return acc + l * r;
}

static uint64_t long_mls(uint64_t l, uint64_t r, uint64_t acc)
{
    return acc - l * r;
}

static uint64_t long_pmul(uint64_t l, uint64_t r, uint64_t acc)
{
    uint64_t p = 0;
    (void)acc;
    for (unsigned i = 0; i < 8u; i++)
        p ^= (r >> i & 1u) ? l << i : 0;
    return p;
}

/** Both operands narrow. */
static inline void do_long(a64_cpu *c, const a64_op *o, unsigned size, bool is_signed, long_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm), d = VEC(rd);
    unsigned lanes = 8u >> size, half = half_of(o, size);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++)
        simd_set(&r, size + 1u, i,
                 fn(extended(&n, size, half + i, is_signed),
                    extended(&m, size, half + i, is_signed), simd_get(&d, size + 1u, i)));
    VEC(rd) = r;
}

/** The first operand wide already. */
static inline void do_wide(a64_cpu *c, const a64_op *o, unsigned size, bool is_signed, long_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm);
    unsigned lanes = 8u >> size, half = half_of(o, size);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++)
        simd_set(&r, size + 1u, i,
                 fn(simd_get(&n, size + 1u, i), extended(&m, size, half + i, is_signed), 0));
    VEC(rd) = r;
}

/** The upper halves of wide sums or differences, rounded or not. */
static inline void do_narrow(a64_cpu *c, const a64_op *o, unsigned size, bool round, long_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm);
    unsigned lanes = 8u >> size, bits = 8u << size;
    uint64_t half_bit = round ? UINT64_C(1) << (bits - 1u) : 0;
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++) {
        uint64_t v = fn(simd_get(&n, size + 1u, i), simd_get(&m, size + 1u, i), 0);
        simd_set(&r, size, i, (v + half_bit) >> bits);
    }
    simd_put_half(c, o, r.d[0]);
}

#define FORM(name, size, suffix, how, flag, fn)              \
    static void name##_##suffix(a64_cpu *c, const a64_op *o) \
    {                                                        \
        how(c, o, size, flag, fn);                           \
    }
#define FORMS(name, how, flag, fn)   \
    FORM(name, 0u, b, how, flag, fn) \
    FORM(name, 1u, h, how, flag, fn) \
    FORM(name, 2u, s, how, flag, fn)
#define BOTH(name, how, fn)       \
    FORMS(s##name, how, true, fn) \
    FORMS(u##name, how, false, fn)

BOTH(addl, do_long, long_add)
BOTH(addw, do_wide, long_add)
BOTH(subl, do_long, long_sub)
BOTH(subw, do_wide, long_sub)
BOTH(abal, do_long, long_aba)
BOTH(abdl, do_long, long_abd)
BOTH(mlal, do_long, long_mla)
BOTH(mlsl, do_long, long_mls)
BOTH(mull, do_long, long_mul)
FORMS(addhn, do_narrow, false, long_add)
FORMS(raddhn, do_narrow, true, long_add)
FORMS(subhn, do_narrow, false, long_sub)
FORMS(rsubhn, do_narrow, true, long_sub)
FORM(pmull, 0u, b, do_long, false, long_pmul)

/* ------------------------------------------------------------------ saturating doubling products
 */

/** What a doubled product does to the destination. */
typedef enum doubling { DOUBLE_SET, DOUBLE_ADD, DOUBLE_SUB } doubling;

static uint64_t doubled(uint64_t l, uint64_t r, uint64_t acc, unsigned bits, doubling how,
                        bool *sat)
{
    a64_i128 p = (a64_i128)a64_sext(l, bits) * a64_sext(r, bits) * 2;
    int64_t product = simd_sat_signed(p, 2u * bits, sat);
    int64_t before = a64_sext(acc, 2u * bits);
    if (how == DOUBLE_SET)
        return (uint64_t)product;
    p = how == DOUBLE_ADD ? (a64_i128)before + product : (a64_i128)before - product;
    return (uint64_t)simd_sat_signed(p, 2u * bits, sat);
}

/** @p index: the lane of m to multiply by, or one for each when negative. */
static void do_doubled(a64_cpu *c, const a64_op *o, unsigned size, doubling how, int index)
{
    const a64_vec n = VEC(rn), m = VEC(rm), d = VEC(rd);
    bool scalar = a64_bit(o->raw, 28), sat = false;
    unsigned lanes = scalar ? 1u : 8u >> size, half = scalar ? 0 : half_of(o, size);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++)
        simd_set(&r, size + 1u, i,
                 doubled(simd_get(&n, size, half + i),
                         simd_get(&m, size, index < 0 ? half + i : (unsigned)index),
                         simd_get(&d, size + 1u, i), 8u << size, how, &sat));
    simd_note(c, sat);
    VEC(rd) = r;
}

#define DOUBLED(name, how)                            \
    static void name##_h(a64_cpu *c, const a64_op *o) \
    {                                                 \
        do_doubled(c, o, 1, how, -1);                 \
    }                                                 \
    static void name##_s(a64_cpu *c, const a64_op *o) \
    {                                                 \
        do_doubled(c, o, 2, how, -1);                 \
    }

DOUBLED(sqdmull, DOUBLE_SET)
DOUBLED(sqdmlal, DOUBLE_ADD)
DOUBLED(sqdmlsl, DOUBLE_SUB)

/* ------------------------------------------------------------------ decode */

enum { NONE = 0, B_ONLY = 1, HS = 6, BHS = 7 };

#define ROW(name)                                       \
    {                                                   \
        {name##_b, name##_h, name##_s, NULL}, BHS, NONE \
    }
#define ROW_SAT(name)                            \
    {                                            \
        {NULL, name##_h, name##_s, NULL}, HS, HS \
    }
#define ROW_NONE                             \
    {                                        \
        {NULL, NULL, NULL, NULL}, NONE, NONE \
    }

bool simd_decode_different(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[2][16] = {{ROW(saddl),
                                          ROW(saddw),
                                          ROW(ssubl),
                                          ROW(ssubw),
                                          ROW(addhn),
                                          ROW(sabal),
                                          ROW(subhn),
                                          ROW(sabdl),
                                          ROW(smlal),
                                          ROW_SAT(sqdmlal),
                                          ROW(smlsl),
                                          ROW_SAT(sqdmlsl),
                                          ROW(smull),
                                          ROW_SAT(sqdmull),
                                          {{pmull_b, NULL, NULL, NULL}, B_ONLY, NONE},
                                          ROW_NONE},
                                         {ROW(uaddl), ROW(uaddw), ROW(usubl), ROW(usubw),
                                          ROW(raddhn), ROW(uabal), ROW(rsubhn), ROW(uabdl),
                                          ROW(umlal), ROW_NONE, ROW(umlsl), ROW_NONE, ROW(umull),
                                          ROW_NONE, ROW_NONE, ROW_NONE}};
    return simd_take_row(d, &rows[a64_bit(raw, 29)][a64_bits(raw, 15, 12)], a64_bits(raw, 23, 22));
}

/* ------------------------------------------------------------------ by element */

/** Element that the instruction names: its register is in rm, its lane is made of H, L and M. */
static unsigned index_of(const a64_op *o, unsigned size)
{
    unsigned h = a64_bit(o->raw, 11), l = a64_bit(o->raw, 21), m = a64_bit(o->raw, 20);
    return size == 1u ? h << 2 | l << 1 | m : h << 1 | l;
}

/** Lane of the second operand, the same for all. */
static inline void do_indexed(a64_cpu *c, const a64_op *o, unsigned size, long_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm), d = VEC(rd);
    uint64_t r_lane = simd_get(&m, size, index_of(o, size));
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < 16u >> size; i++)
        simd_set(&r, size, i, fn(simd_get(&n, size, i), r_lane, simd_get(&d, size, i)));
    simd_put(c, o, r);
}

static inline void do_indexed_long(a64_cpu *c, const a64_op *o, unsigned size, bool is_signed,
                                   long_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm), d = VEC(rd);
    uint64_t r_lane = extended(&m, size, index_of(o, size), is_signed);
    unsigned lanes = 8u >> size, half = half_of(o, size);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++)
        simd_set(&r, size + 1u, i,
                 fn(extended(&n, size, half + i, is_signed), r_lane, simd_get(&d, size + 1u, i)));
    VEC(rd) = r;
}

/** SQDMULH and SQRDMULH. */
static inline void do_indexed_high(a64_cpu *c, const a64_op *o, unsigned size, bool round)
{
    const a64_vec n = VEC(rn), m = VEC(rm);
    unsigned bits = 8u << size;
    int64_t by = a64_sext(simd_get(&m, size, index_of(o, size)), bits);
    a64_vec r = {.d = {0, 0}};
    bool sat = false;
    for (unsigned i = 0; i < (unsigned)o->ra >> size; i++) {
        a64_i128 p = (a64_i128)a64_sext(simd_get(&n, size, i), bits) * by * 2;
        p += round ? (a64_i128)1 << (bits - 1u) : 0;
        simd_set(&r, size, i, (uint64_t)simd_sat_signed(p >> bits, bits, &sat));
    }
    simd_note(c, sat);
    simd_put(c, o, r);
}

#define INDEXED(name, lane, call)                          \
    static void name##_##lane(a64_cpu *c, const a64_op *o) \
    {                                                      \
        call;                                              \
    }
#define INDEXED_HS(name, fn)                  \
    INDEXED(name, h, do_indexed(c, o, 1, fn)) \
    INDEXED(name, s, do_indexed(c, o, 2, fn))
#define INDEXED_LONG(name, is_signed, fn)                     \
    INDEXED(name, h, do_indexed_long(c, o, 1, is_signed, fn)) \
    INDEXED(name, s, do_indexed_long(c, o, 2, is_signed, fn))
#define INDEXED_DOUBLED(name, how)                                  \
    INDEXED(name, h, do_doubled(c, o, 1, how, (int)index_of(o, 1))) \
    INDEXED(name, s, do_doubled(c, o, 2, how, (int)index_of(o, 2)))

INDEXED_HS(i_mla, long_mla)
INDEXED_HS(i_mls, long_mls)
INDEXED_HS(i_mul, long_mul)
INDEXED_LONG(i_smlal, true, long_mla)
INDEXED_LONG(i_umlal, false, long_mla)
INDEXED_LONG(i_smlsl, true, long_mls)
INDEXED_LONG(i_umlsl, false, long_mls)
INDEXED_LONG(i_smull, true, long_mul)
INDEXED_LONG(i_umull, false, long_mul)
INDEXED_DOUBLED(i_sqdmull, DOUBLE_SET)
INDEXED_DOUBLED(i_sqdmlal, DOUBLE_ADD)
INDEXED_DOUBLED(i_sqdmlsl, DOUBLE_SUB)
INDEXED(i_sqdmulh, h, do_indexed_high(c, o, 1, false))
INDEXED(i_sqdmulh, s, do_indexed_high(c, o, 2, false))
INDEXED(i_sqrdmulh, h, do_indexed_high(c, o, 1, true))
INDEXED(i_sqrdmulh, s, do_indexed_high(c, o, 2, true))

#define ROW_I(name, scalar)                          \
    {                                                \
        {NULL, name##_h, name##_s, NULL}, HS, scalar \
    }

bool simd_decode_indexed(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[2][16] = {
        {ROW_NONE, ROW_NONE, ROW_I(i_smlal, NONE), ROW_I(i_sqdmlal, HS), ROW_NONE, ROW_NONE,
         ROW_I(i_smlsl, NONE), ROW_I(i_sqdmlsl, HS), ROW_I(i_mul, NONE), ROW_NONE,
         ROW_I(i_smull, NONE), ROW_I(i_sqdmull, HS), ROW_I(i_sqdmulh, HS), ROW_I(i_sqrdmulh, HS),
         ROW_NONE, ROW_NONE},
        {ROW_I(i_mla, NONE), ROW_NONE, ROW_I(i_umlal, NONE), ROW_NONE, ROW_I(i_mls, NONE), ROW_NONE,
         ROW_I(i_umlsl, NONE), ROW_NONE, ROW_NONE, ROW_NONE, ROW_I(i_umull, NONE), ROW_NONE,
         ROW_NONE, ROW_NONE, ROW_NONE, ROW_NONE}};
    unsigned size = a64_bits(raw, 23, 22), opcode = a64_bits(raw, 15, 12);
    if ((opcode & 3u) == 1u && opcode != 13u)
        return simd_decode_indexed_fp(d, raw);
    if (!simd_take_row(d, &rows[a64_bit(raw, 29)][opcode], size))
        return false;
    if (size == 1u) /* M is part of the lane */
        d->op.rm &= 15u;
    return true;
}
