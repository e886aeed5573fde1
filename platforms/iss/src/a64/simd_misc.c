/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD two-register miscellaneous and across lanes, on integers. */
#include "simd.h"

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

#define BODY(name, call)                          \
    static void name(a64_cpu *c, const a64_op *o) \
    {                                             \
        call;                                     \
    }

BODY(rev64_b, reverse(c, o, 0, 3))
BODY(rev64_h, reverse(c, o, 1, 3))
BODY(rev64_s, reverse(c, o, 2, 3))
BODY(rev32_b, reverse(c, o, 0, 2))
BODY(rev32_h, reverse(c, o, 1, 2))
BODY(rev16_b, reverse(c, o, 0, 1))

/* ------------------------------------------------------------------ sums of pairs */

static uint64_t lane_of(const a64_vec *v, unsigned size, unsigned i, bool is_signed)
{
    uint64_t x = simd_get(v, size, i);
    return is_signed ? (uint64_t)a64_sext(x, 8u << size) : x;
}

/** ADDLP, ADALP: pairs of lanes added to lanes of twice the size. */
static inline void add_pairs(a64_cpu *c, const a64_op *o, unsigned size, bool is_signed, bool to)
{
    const a64_vec n = VEC(rn), d = VEC(rd);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < 8u >> size; i++)
        simd_set(&r, size + 1u, i,
                 lane_of(&n, size, 2u * i, is_signed) + lane_of(&n, size, 2u * i + 1u, is_signed) +
                     (to ? simd_get(&d, size + 1u, i) : 0));
    simd_put(c, o, r);
}

#define BHS(name, call, ...)                    \
    BODY(name##_b, call(c, o, 0u, __VA_ARGS__)) \
    BODY(name##_h, call(c, o, 1u, __VA_ARGS__)) \
    BODY(name##_s, call(c, o, 2u, __VA_ARGS__))
#define BHSD(name, call, ...)    \
    BHS(name, call, __VA_ARGS__) \
    BODY(name##_d, call(c, o, 3u, __VA_ARGS__))

BHS(saddlp, add_pairs, true, false)
BHS(uaddlp, add_pairs, false, false)
BHS(sadalp, add_pairs, true, true)
BHS(uadalp, add_pairs, false, true)

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

BHSD(suqadd, add_mixed, true)
BHSD(usqadd, add_mixed, false)
BHSD(sqabs, magnitude, false)
BHSD(sqneg, magnitude, true)

/** How lanes become narrower. */
typedef enum narrowing { NARROW, NARROW_SS, NARROW_SU, NARROW_UU } narrowing;

static uint64_t narrowed(uint64_t v, unsigned bits, narrowing how, bool *sat)
{
    switch (how) {
    case NARROW_SS:
        return (uint64_t)simd_sat_signed(a64_sext(v, 2u * bits), bits, sat);
    case NARROW_SU:
        return simd_sat_unsigned(a64_sext(v, 2u * bits), bits, sat);
    case NARROW_UU:
        return simd_sat_unsigned((a64_i128)v, bits, sat);
    default:
        return v;
    }
}

/** XTN and its saturating relatives; size is that of the result. */
static inline void narrow(a64_cpu *c, const a64_op *o, unsigned size, narrowing how)
{
    const a64_vec n = VEC(rn);
    bool scalar = a64_bit(o->raw, 28), sat = false;
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < (scalar ? 1u : 8u >> size); i++)
        simd_set(&r, size, i, narrowed(simd_get(&n, size + 1u, i), 8u << size, how, &sat));
    simd_note(c, sat);
    if (scalar)
        VEC(rd) = r;
    else
        simd_put_half(c, o, r.d[0]);
}

BHS(xtn, narrow, NARROW)
BHS(sqxtn, narrow, NARROW_SS)
BHS(sqxtun, narrow, NARROW_SU)
BHS(uqxtn, narrow, NARROW_UU)

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

BHS(shll, shift_long, 8u)

/* ------------------------------------------------------------------ across lanes */

/** Kinds of reductions. */
typedef enum reduction { SUM, LONG_SUM, MOST, LEAST } reduction;

static inline void across(a64_cpu *c, const a64_op *o, unsigned size, reduction how, bool is_signed)
{
    const a64_vec n = VEC(rn);
    uint64_t r = lane_of(&n, size, 0, is_signed);
    a64_vec v = {.d = {0, 0}};
    for (unsigned i = 1; i < (unsigned)o->ra >> size; i++) {
        uint64_t x = lane_of(&n, size, i, is_signed);
        if (how <= LONG_SUM)
            r += x;
        else if (((int64_t)x > (int64_t)r) == (how == MOST))
            r = x;
    }
    simd_set(&v, how == LONG_SUM ? size + 1u : size, 0, r);
    VEC(rd) = v;
}

BHS(addv, across, SUM, false)
BHS(saddlv, across, LONG_SUM, true)
BHS(uaddlv, across, LONG_SUM, false)
BHS(smaxv, across, MOST, true)
BHS(umaxv, across, MOST, false)
BHS(sminv, across, LEAST, true)
BHS(uminv, across, LEAST, false)

/* ------------------------------------------------------------------ decode */

enum { NONE = 0, B_ONLY = 1, BH = 3, BHS_SIZES = 7, ALL = 15, D_ONLY = 8 };

#define ROW3(name, scalar)                                      \
    {                                                           \
        {name##_b, name##_h, name##_s, NULL}, BHS_SIZES, scalar \
    }
#define ROW4(name, scalar)                                    \
    {                                                         \
        {name##_b, name##_h, name##_s, name##_d}, ALL, scalar \
    }
#define ROW_NONE                             \
    {                                        \
        {NULL, NULL, NULL, NULL}, NONE, NONE \
    }

bool simd_decode_misc(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[2][21] = {{ROW3(rev64, NONE),
                                          {{rev16_b, NULL, NULL, NULL}, B_ONLY, NONE},
                                          ROW3(saddlp, NONE),
                                          ROW4(suqadd, ALL),
                                          ROW3(cls, NONE),
                                          {{cnt_b, NULL, NULL, NULL}, B_ONLY, NONE},
                                          ROW3(sadalp, NONE),
                                          ROW4(sqabs, ALL),
                                          ROW4(cmgt0, D_ONLY),
                                          ROW4(cmeq0, D_ONLY),
                                          ROW4(cmlt0, D_ONLY),
                                          ROW4(abs, D_ONLY),
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW3(xtn, NONE),
                                          ROW_NONE,
                                          ROW3(sqxtn, BHS_SIZES)},
                                         {{{rev32_b, rev32_h, NULL, NULL}, BH, NONE},
                                          ROW_NONE,
                                          ROW3(uaddlp, NONE),
                                          ROW4(usqadd, ALL),
                                          ROW3(clz, NONE),
                                          {{invert_d, rbit_b, NULL, NULL}, BH, NONE},
                                          ROW3(uadalp, NONE),
                                          ROW4(sqneg, ALL),
                                          ROW4(cmge0, D_ONLY),
                                          ROW4(cmle0, D_ONLY),
                                          ROW_NONE,
                                          ROW4(neg, D_ONLY),
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW3(sqxtun, BHS_SIZES),
                                          ROW3(shll, NONE),
                                          ROW3(uqxtn, BHS_SIZES)}};
    unsigned opcode = a64_bits(raw, 16, 12);
    if (opcode >= 22u || (opcode >= 12u && opcode <= 15u))
        return simd_decode_misc_fp(d, raw);
    return opcode <= 20u &&
           simd_take_row(d, &rows[a64_bit(raw, 29)][opcode], a64_bits(raw, 23, 22));
}

bool simd_decode_across(a64_decoded *d, uint32_t raw)
{
    static const simd_row sums[2] = {ROW3(saddlv, NONE), ROW3(uaddlv, NONE)};
    static const simd_row most[2] = {ROW3(smaxv, NONE), ROW3(umaxv, NONE)};
    static const simd_row least[2] = {ROW3(sminv, NONE), ROW3(uminv, NONE)};
    static const simd_row plain[2] = {ROW3(addv, NONE), ROW_NONE};
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
