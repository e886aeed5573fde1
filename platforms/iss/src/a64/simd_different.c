/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advanced SIMD three different: operands or results of twice the width; and the integer products
 * by one element of a vector.
 */
#include "simd_body.h"

/* ------------------------------------------------------------------ long, wide, narrow */

/** First lane of the half that the instruction reads or writes: the upper one with Q. */
static unsigned half_of(const a64_op *o, unsigned size)
{
    return a64_bit(o->raw, 30) ? 8u >> size : 0u;
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
    (void)acc;
    return simd_polynomial((unsigned)l, (unsigned)r);
}

/** Both operands narrow. */
static inline void do_long(a64_cpu *c, const a64_op *o, unsigned size, bool is_signed, long_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm), d = VEC(rd);
    unsigned lanes = 8u >> size, half = half_of(o, size);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++)
        simd_set(&r, size + 1u, i,
                 fn(simd_lane(&n, size, half + i, is_signed),
                    simd_lane(&m, size, half + i, is_signed), simd_get(&d, size + 1u, i)));
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
                 fn(simd_get(&n, size + 1u, i), simd_lane(&m, size, half + i, is_signed), 0));
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

#define BOTH(name, how, fn)            \
    BODIES_BHS(s##name, how, true, fn) \
    BODIES_BHS(u##name, how, false, fn)

BOTH(addl, do_long, long_add)
BOTH(addw, do_wide, long_add)
BOTH(subl, do_long, long_sub)
BOTH(subw, do_wide, long_sub)
BOTH(abal, do_long, long_aba)
BOTH(abdl, do_long, long_abd)
BOTH(mlal, do_long, long_mla)
BOTH(mlsl, do_long, long_mls)
BOTH(mull, do_long, long_mul)
BODIES_BHS(addhn, do_narrow, false, long_add)
BODIES_BHS(raddhn, do_narrow, true, long_add)
BODIES_BHS(subhn, do_narrow, false, long_sub)
BODIES_BHS(rsubhn, do_narrow, true, long_sub)
BODY(pmull_b, do_long(c, o, 0u, false, long_pmul))

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

BODIES_HS(sqdmull, do_doubled, DOUBLE_SET, -1)
BODIES_HS(sqdmlal, do_doubled, DOUBLE_ADD, -1)
BODIES_HS(sqdmlsl, do_doubled, DOUBLE_SUB, -1)

/* ------------------------------------------------------------------ decode */

bool simd_decode_different(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[2][16] = {
        {ROW_BHS(saddl, NONE),
         ROW_BHS(saddw, NONE),
         ROW_BHS(ssubl, NONE),
         ROW_BHS(ssubw, NONE),
         ROW_BHS(addhn, NONE),
         ROW_BHS(sabal, NONE),
         ROW_BHS(subhn, NONE),
         ROW_BHS(sabdl, NONE),
         ROW_BHS(smlal, NONE),
         ROW_HS(sqdmlal, HS),
         ROW_BHS(smlsl, NONE),
         ROW_HS(sqdmlsl, HS),
         ROW_BHS(smull, NONE),
         ROW_HS(sqdmull, HS),
         {{pmull_b, NULL, NULL, NULL}, B_ONLY, NONE},
         ROW_NONE},
        {ROW_BHS(uaddl, NONE), ROW_BHS(uaddw, NONE), ROW_BHS(usubl, NONE), ROW_BHS(usubw, NONE),
         ROW_BHS(raddhn, NONE), ROW_BHS(uabal, NONE), ROW_BHS(rsubhn, NONE), ROW_BHS(uabdl, NONE),
         ROW_BHS(umlal, NONE), ROW_NONE, ROW_BHS(umlsl, NONE), ROW_NONE, ROW_BHS(umull, NONE),
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
    uint64_t r_lane = simd_lane(&m, size, index_of(o, size), is_signed);
    unsigned lanes = 8u >> size, half = half_of(o, size);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++)
        simd_set(&r, size + 1u, i,
                 fn(simd_lane(&n, size, half + i, is_signed), r_lane, simd_get(&d, size + 1u, i)));
    VEC(rd) = r;
}

/** SQDMULH and SQRDMULH. */
static inline void do_indexed_high(a64_cpu *c, const a64_op *o, unsigned size, bool round)
{
    const a64_vec n = VEC(rn), m = VEC(rm);
    unsigned bits = 8u << size;
    uint64_t by = simd_get(&m, size, index_of(o, size));
    a64_vec r = {.d = {0, 0}};
    bool sat = false;
    for (unsigned i = 0; i < (unsigned)o->ra >> size; i++)
        simd_set(&r, size, i, simd_double_high(simd_get(&n, size, i), by, bits, round, &sat));
    simd_note(c, sat);
    simd_put(c, o, r);
}

#define INDEXED_DOUBLED(name, how)                                \
    BODY(name##_h, do_doubled(c, o, 1, how, (int)index_of(o, 1))) \
    BODY(name##_s, do_doubled(c, o, 2, how, (int)index_of(o, 2)))

BODIES_HS(i_mla, do_indexed, long_mla)
BODIES_HS(i_mls, do_indexed, long_mls)
BODIES_HS(i_mul, do_indexed, long_mul)
BODIES_HS(i_smlal, do_indexed_long, true, long_mla)
BODIES_HS(i_umlal, do_indexed_long, false, long_mla)
BODIES_HS(i_smlsl, do_indexed_long, true, long_mls)
BODIES_HS(i_umlsl, do_indexed_long, false, long_mls)
BODIES_HS(i_smull, do_indexed_long, true, long_mul)
BODIES_HS(i_umull, do_indexed_long, false, long_mul)
INDEXED_DOUBLED(i_sqdmull, DOUBLE_SET)
INDEXED_DOUBLED(i_sqdmlal, DOUBLE_ADD)
INDEXED_DOUBLED(i_sqdmlsl, DOUBLE_SUB)
BODIES_HS(i_sqdmulh, do_indexed_high, false)
BODIES_HS(i_sqrdmulh, do_indexed_high, true)

bool simd_decode_indexed(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[2][16] = {
        {ROW_NONE, ROW_NONE, ROW_HS(i_smlal, NONE), ROW_HS(i_sqdmlal, HS), ROW_NONE, ROW_NONE,
         ROW_HS(i_smlsl, NONE), ROW_HS(i_sqdmlsl, HS), ROW_HS(i_mul, NONE), ROW_NONE,
         ROW_HS(i_smull, NONE), ROW_HS(i_sqdmull, HS), ROW_HS(i_sqdmulh, HS),
         ROW_HS(i_sqrdmulh, HS), ROW_NONE, ROW_NONE},
        {ROW_HS(i_mla, NONE), ROW_NONE, ROW_HS(i_umlal, NONE), ROW_NONE, ROW_HS(i_mls, NONE),
         ROW_NONE, ROW_HS(i_umlsl, NONE), ROW_NONE, ROW_NONE, ROW_NONE, ROW_HS(i_umull, NONE),
         ROW_NONE, ROW_NONE, ROW_NONE, ROW_NONE, ROW_NONE}};
    unsigned size = a64_bits(raw, 23, 22), opcode = a64_bits(raw, 15, 12);
    if ((opcode & 3u) == 1u && opcode != 13u)
        return simd_decode_indexed_fp(d, raw);
    if (!simd_take_row(d, &rows[a64_bit(raw, 29)][opcode], size))
        return false;
    if (size == 1u) /* M is part of the lane */
        d->op.rm &= 15u;
    return true;
}
