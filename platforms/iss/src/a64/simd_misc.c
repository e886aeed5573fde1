/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD two-register miscellaneous and across lanes, on integers. */
#include "simd_body.h"

/* Lane by lane: `expr` over ul (unsigned), sl (signed). */
#define LANES(name, bits, lane, expr)                      \
    static void name##_##lane(a64_cpu *c, const a64_op *o) \
    {                                                      \
        const a64_vec n = VEC(rn);                         \
        a64_vec r;                                         \
        for (unsigned i = 0; i < 128u / (bits); i++) {     \
            const uint##bits##_t ul = n.lane[i];           \
            const int##bits##_t sl = (int##bits##_t)ul;    \
            (void)sl;                                      \
            r.lane[i] = (uint##bits##_t)(expr);            \
        }                                                  \
        simd_put(c, o, r);                                 \
    }
#define LANES_ALL(name, expr) \
    LANES(name, 8, b, expr)   \
    LANES(name, 16, h, expr)  \
    LANES(name, 32, s, expr)  \
    LANES(name, 64, d, expr)

LANES_ALL(cmgt0, sl > 0 ? -1 : 0)
LANES_ALL(cmge0, sl >= 0 ? -1 : 0)
LANES_ALL(cmeq0, ul == 0 ? -1 : 0)
LANES_ALL(cmle0, sl <= 0 ? -1 : 0)
LANES_ALL(cmlt0, sl < 0 ? -1 : 0)
LANES_ALL(abs, sl < 0 ? UINT64_C(0) - ul : ul)
LANES_ALL(neg, UINT64_C(0) - ul)
LANES(invert, 64, d, ~ul)

static unsigned leading_zeros(uint64_t v, unsigned bits)
{
    return v ? (unsigned)__builtin_clzll(v) - (64u - bits) : bits;
}

static unsigned leading_signs(int64_t v, unsigned bits)
{
    return leading_zeros((uint64_t)(v < 0 ? ~v : v), bits) - 1u;
}

static unsigned reversed_bits(unsigned v)
{
    v = (v >> 1 & 0x55u) | (v & 0x55u) << 1;
    v = (v >> 2 & 0x33u) | (v & 0x33u) << 2;
    return v >> 4 | v << 4;
}

LANES(clz, 8, b, leading_zeros(ul, 8))
LANES(clz, 16, h, leading_zeros(ul, 16))
LANES(clz, 32, s, leading_zeros(ul, 32))
LANES(cls, 8, b, leading_signs(sl, 8))
LANES(cls, 16, h, leading_signs(sl, 16))
LANES(cls, 32, s, leading_signs(sl, 32))
LANES(cnt, 8, b, __builtin_popcount(ul))
LANES(rbit, 8, b, reversed_bits(ul))

/* ------------------------------------------------------------------ reversal */

/** Reverses the elements of 2^size bytes within each container of 2^within bytes. */
static inline void reverse(a64_cpu *c, const a64_op *o, unsigned size, unsigned within)
{
    const a64_vec n = VEC(rn);
    unsigned flip = (1u << (within - size)) - 1u;
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < 16u >> size; i++)
        simd_set(&r, size, i, simd_get(&n, size, i ^ flip));
    simd_put(c, o, r);
}

BODY(rev64_b, reverse(c, o, 0, 3))
BODY(rev64_h, reverse(c, o, 1, 3))
BODY(rev64_s, reverse(c, o, 2, 3))
BODY(rev32_b, reverse(c, o, 0, 2))
BODY(rev32_h, reverse(c, o, 1, 2))
BODY(rev16_b, reverse(c, o, 0, 1))

/* ------------------------------------------------------------------ sums of pairs */

/** ADDLP, ADALP: pairs of lanes added to lanes of twice the size. */
static inline void add_pairs(a64_cpu *c, const a64_op *o, unsigned size, bool is_signed, bool to)
{
    const a64_vec n = VEC(rn), d = VEC(rd);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < 8u >> size; i++)
        simd_set(&r, size + 1u, i,
                 simd_lane(&n, size, 2u * i, is_signed) +
                     simd_lane(&n, size, 2u * i + 1u, is_signed) +
                     (to ? simd_get(&d, size + 1u, i) : 0));
    simd_put(c, o, r);
}

BODIES_BHS(saddlp, add_pairs, true, false)
BODIES_BHS(uaddlp, add_pairs, false, false)
BODIES_BHS(sadalp, add_pairs, true, true)
BODIES_BHS(uadalp, add_pairs, false, true)

/* ------------------------------------------------------------------ saturation */

/** SUQADD (@p is_signed: an unsigned value to a signed one) and USQADD (the reverse). */
static inline void add_mixed(a64_cpu *c, const a64_op *o, unsigned size, bool is_signed)
{
    const a64_vec n = VEC(rn), d = VEC(rd);
    a64_vec r = {.d = {0, 0}};
    unsigned bits = 8u << size;
    bool sat = false;
    for (unsigned i = 0; i < (unsigned)o->ra >> size; i++) {
        uint64_t u = simd_get(is_signed ? &n : &d, size, i);
        a64_i128 v = (a64_i128)u + a64_sext(simd_get(is_signed ? &d : &n, size, i), bits);
        simd_set(&r, size, i,
                 is_signed ? (uint64_t)simd_sat_signed(v, bits, &sat)
                           : simd_sat_unsigned(v, bits, &sat));
    }
    simd_note(c, sat);
    simd_put(c, o, r);
}

/** SQABS, SQNEG. */
static inline void magnitude(a64_cpu *c, const a64_op *o, unsigned size, bool negate)
{
    const a64_vec n = VEC(rn);
    a64_vec r = {.d = {0, 0}};
    unsigned bits = 8u << size;
    bool sat = false;
    for (unsigned i = 0; i < (unsigned)o->ra >> size; i++) {
        int64_t v = a64_sext(simd_get(&n, size, i), bits);
        a64_i128 w = negate || v < 0 ? -(a64_i128)v : v;
        simd_set(&r, size, i, (uint64_t)simd_sat_signed(w, bits, &sat));
    }
    simd_note(c, sat);
    simd_put(c, o, r);
}

BODIES_ALL(suqadd, add_mixed, true)
BODIES_ALL(usqadd, add_mixed, false)
BODIES_ALL(sqabs, magnitude, false)
BODIES_ALL(sqneg, magnitude, true)

/** XTN and its saturating relatives; size is that of the result. */
static inline void narrow(a64_cpu *c, const a64_op *o, unsigned size, simd_narrowing how)
{
    const a64_vec n = VEC(rn);
    unsigned bits = 8u << size, lanes = a64_bit(o->raw, 28) ? 1u : 8u >> size;
    a64_vec r = {.d = {0, 0}};
    bool sat = false;
    for (unsigned i = 0; i < lanes; i++) {
        uint64_t v = simd_get(&n, size + 1u, i);
        simd_set(&r, size, i, simd_narrowed(v, a64_sext(v, 2u * bits), bits, how, &sat));
    }
    simd_note(c, sat);
    simd_put_narrow(c, o, r);
}

BODIES_BHS(xtn, narrow, SIMD_NARROW)
BODIES_BHS(sqxtn, narrow, SIMD_NARROW_SS)
BODIES_BHS(sqxtun, narrow, SIMD_NARROW_SU)
BODIES_BHS(uqxtn, narrow, SIMD_NARROW_UU)

/** SHLL: shifted left by the size of an element, to twice that size. */
static inline void shift_long(a64_cpu *c, const a64_op *o, unsigned size, unsigned half_bytes)
{
    const a64_vec n = VEC(rn);
    unsigned first = a64_bit(o->raw, 30) ? half_bytes >> size : 0;
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < 8u >> size; i++)
        simd_set(&r, size + 1u, i, simd_get(&n, size, first + i) << (8u << size));
    VEC(rd) = r;
}

BODIES_BHS(shll, shift_long, 8u)

/* ------------------------------------------------------------------ across lanes */

/** Kinds of reductions. */
typedef enum reduction { SUM, LONG_SUM, MOST, LEAST } reduction;

static inline void across(a64_cpu *c, const a64_op *o, unsigned size, reduction how, bool is_signed)
{
    const a64_vec n = VEC(rn);
    uint64_t r = simd_lane(&n, size, 0, is_signed);
    a64_vec v = {.d = {0, 0}};
    for (unsigned i = 1; i < (unsigned)o->ra >> size; i++) {
        uint64_t x = simd_lane(&n, size, i, is_signed);
        if (how <= LONG_SUM)
            r += x;
        else if (((int64_t)x > (int64_t)r) == (how == MOST))
            r = x;
    }
    simd_set(&v, how == LONG_SUM ? size + 1u : size, 0, r);
    VEC(rd) = v;
}

BODIES_BHS(addv, across, SUM, false)
BODIES_BHS(saddlv, across, LONG_SUM, true)
BODIES_BHS(uaddlv, across, LONG_SUM, false)
BODIES_BHS(smaxv, across, MOST, true)
BODIES_BHS(umaxv, across, MOST, false)
BODIES_BHS(sminv, across, LEAST, true)
BODIES_BHS(uminv, across, LEAST, false)

/* ------------------------------------------------------------------ decode */

bool simd_decode_misc(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[2][21] = {{ROW_BHS(rev64, NONE),
                                          {{rev16_b, NULL, NULL, NULL}, B_ONLY, NONE},
                                          ROW_BHS(saddlp, NONE),
                                          ROW_ALL(suqadd, ALL),
                                          ROW_BHS(cls, NONE),
                                          {{cnt_b, NULL, NULL, NULL}, B_ONLY, NONE},
                                          ROW_BHS(sadalp, NONE),
                                          ROW_ALL(sqabs, ALL),
                                          ROW_ALL(cmgt0, D_ONLY),
                                          ROW_ALL(cmeq0, D_ONLY),
                                          ROW_ALL(cmlt0, D_ONLY),
                                          ROW_ALL(abs, D_ONLY),
                                          [18] = ROW_BHS(xtn, NONE),
                                          [20] = ROW_BHS(sqxtn, BHS)},
                                         {{{rev32_b, rev32_h, NULL, NULL}, BH, NONE},
                                          ROW_NONE,
                                          ROW_BHS(uaddlp, NONE),
                                          ROW_ALL(usqadd, ALL),
                                          ROW_BHS(clz, NONE),
                                          {{invert_d, rbit_b, NULL, NULL}, BH, NONE},
                                          ROW_BHS(uadalp, NONE),
                                          ROW_ALL(sqneg, ALL),
                                          ROW_ALL(cmge0, D_ONLY),
                                          ROW_ALL(cmle0, D_ONLY),
                                          [11] = ROW_ALL(neg, D_ONLY),
                                          [18] = ROW_BHS(sqxtun, BHS),
                                          ROW_BHS(shll, NONE),
                                          ROW_BHS(uqxtn, BHS)}};
    unsigned opcode = a64_bits(raw, 16, 12);
    if (opcode >= 22u || (opcode >= 12u && opcode <= 15u))
        return simd_decode_misc_fp(d, raw);
    return opcode <= 20u &&
           simd_take_row(d, &rows[a64_bit(raw, 29)][opcode], a64_bits(raw, 23, 22));
}

bool simd_decode_across(a64_decoded *d, uint32_t raw)
{
    static const simd_row sums[2] = {ROW_BHS(saddlv, NONE), ROW_BHS(uaddlv, NONE)};
    static const simd_row most[2] = {ROW_BHS(smaxv, NONE), ROW_BHS(umaxv, NONE)};
    static const simd_row least[2] = {ROW_BHS(sminv, NONE), ROW_BHS(uminv, NONE)};
    static const simd_row plain[2] = {ROW_BHS(addv, NONE), ROW_NONE};
    unsigned u = a64_bit(raw, 29), size = a64_bits(raw, 23, 22);
    unsigned opcode = a64_bits(raw, 16, 12);
    if (opcode >= 12u && opcode <= 15u)
        return simd_decode_across_fp(d, raw);
    if (size == 2u && !a64_bit(raw, 30))
        return false;
    switch (opcode) {
    case 3:
        return simd_take_row(d, &sums[u], size);
    case 10:
        return simd_take_row(d, &most[u], size);
    case 26:
        return simd_take_row(d, &least[u], size);
    case 27:
        return simd_take_row(d, &plain[u], size);
    default:
        return false;
    }
}
