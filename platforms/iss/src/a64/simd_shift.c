/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD shifts by an immediate. */
#include "simd.h"

/*
 * immh:immb of the instruction counts up from the size of an element (left shifts) or down from
 * twice that size (right shifts).
 */
static inline unsigned left_by(const a64_op *o, unsigned size)
{
    return a64_bits(o->raw, 22, 16) - (8u << size);
}

static inline unsigned right_by(const a64_op *o, unsigned size)
{
    return (16u << size) - a64_bits(o->raw, 22, 16);
}

/** What becomes of one lane. */
typedef uint64_t shift_fn(uint64_t v, uint64_t acc, unsigned by, unsigned bits, bool *sat);

#define SHIFT(name, expr)                                                                 \
    static uint64_t name(uint64_t v, uint64_t acc, unsigned by, unsigned bits, bool *sat) \
    {                                                                                     \
        (void)acc, (void)bits, (void)sat;                                                 \
        return expr;                                                                      \
    }

/** Right shifts by 1 to 64, rounding to nearest when asked to. */
static uint64_t right_unsigned(uint64_t v, unsigned by, bool round)
{
    uint64_t r = by < 64u ? v >> by : 0;
    return r + (round ? v >> (by - 1u) & 1u : 0);
}

static uint64_t right_signed(uint64_t v, unsigned bits, unsigned by, bool round)
{
    a64_i128 s = a64_sext(v, bits);
    return (uint64_t)(s >> by) + (round ? (uint64_t)(s >> (by - 1u)) & 1u : 0);
}

SHIFT(sshr, right_signed(v, bits, by, false))
SHIFT(ushr, right_unsigned(v, by, false))
SHIFT(srshr, right_signed(v, bits, by, true))
SHIFT(urshr, right_unsigned(v, by, true))
SHIFT(ssra, acc + right_signed(v, bits, by, false))
SHIFT(usra, acc + right_unsigned(v, by, false))
SHIFT(srsra, acc + right_signed(v, bits, by, true))
SHIFT(ursra, acc + right_unsigned(v, by, true))
SHIFT(sri, right_unsigned(v, by, false) | (acc & ~(by >= bits ? 0 : simd_ones(bits) >> by)))
SHIFT(shl, v << by)
SHIFT(sli, v << by | (acc & ((UINT64_C(1) << by) - 1u)))
SHIFT(sqshlu, simd_sat_unsigned((a64_i128)a64_sext(v, bits) * ((a64_i128)1 << by), bits, sat))
SHIFT(sqshl,
      (uint64_t)simd_sat_signed((a64_i128)a64_sext(v, bits) * ((a64_i128)1 << by), bits, sat))
SHIFT(uqshl, simd_sat_unsigned((a64_i128)v << by, bits, sat))

static inline void by_lane(a64_cpu *c, const a64_op *o, unsigned size, unsigned by, shift_fn *fn)
{
    const a64_vec n = VEC(rn), d = VEC(rd);
    a64_vec r = {.d = {0, 0}};
    bool sat = false;
    for (unsigned i = 0; i < (unsigned)o->ra >> size; i++)
        simd_set(&r, size, i,
                 fn(simd_get(&n, size, i), simd_get(&d, size, i), by, 8u << size, &sat));
    simd_note(c, sat);
    simd_put(c, o, r);
}

#define FORM(name, lane, size, amount)                     \
    static void name##_##lane(a64_cpu *c, const a64_op *o) \
    {                                                      \
        by_lane(c, o, size, amount(o, size), name);        \
    }
#define FORMS(name, amount)   \
    FORM(name, b, 0u, amount) \
    FORM(name, h, 1u, amount) \
    FORM(name, s, 2u, amount) \
    FORM(name, d, 3u, amount)

FORMS(sshr, right_by)
FORMS(ushr, right_by)
FORMS(srshr, right_by)
FORMS(urshr, right_by)
FORMS(ssra, right_by)
FORMS(usra, right_by)
FORMS(srsra, right_by)
FORMS(ursra, right_by)
FORMS(sri, right_by)
FORMS(shl, left_by)
FORMS(sli, left_by)
FORMS(sqshlu, left_by)
FORMS(sqshl, left_by)
FORMS(uqshl, left_by)

/* ------------------------------------------------------------------ narrower, wider */

/** How lanes become narrower: plain, or saturated from signed or unsigned to signed or unsigned. */
typedef enum narrowing { NARROW, NARROW_SS, NARROW_SU, NARROW_UU } narrowing;

static uint64_t narrowed(uint64_t v, unsigned by, unsigned bits, bool round, narrowing how,
                         bool *sat)
{
    uint64_t u = right_unsigned(v, by, round), s = right_signed(v, 2u * bits, by, round);
    switch (how) {
    case NARROW_SS:
        return (uint64_t)simd_sat_signed((int64_t)s, bits, sat);
    case NARROW_SU:
        return simd_sat_unsigned((int64_t)s, bits, sat);
    case NARROW_UU:
        return simd_sat_unsigned((a64_i128)u, bits, sat);
    default:
        return u;
    }
}

static inline void shift_narrow(a64_cpu *c, const a64_op *o, unsigned size, narrowing how,
                                bool round)
{
    const a64_vec n = VEC(rn);
    bool scalar = a64_bit(o->raw, 28), sat = false;
    unsigned by = right_by(o, size);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < (scalar ? 1u : 8u >> size); i++)
        simd_set(&r, size, i,
                 narrowed(simd_get(&n, size + 1u, i), by, 8u << size, round, how, &sat));
    simd_note(c, sat);
    if (scalar)
        VEC(rd) = r;
    else
        simd_put_half(c, o, r.d[0]);
}

static inline void shift_long(a64_cpu *c, const a64_op *o, unsigned size, bool is_signed)
{
    const a64_vec n = VEC(rn);
    unsigned by = left_by(o, size), first = a64_bit(o->raw, 30) ? 8u >> size : 0;
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < 8u >> size; i++) {
        uint64_t v = simd_get(&n, size, first + i);
        v = is_signed ? (uint64_t)a64_sext(v, 8u << size) : v;
        simd_set(&r, size + 1u, i, v << by);
    }
    VEC(rd) = r;
}

#define NARROWS(name, lane, size, call, ...)               \
    static void name##_##lane(a64_cpu *c, const a64_op *o) \
    {                                                      \
        call(c, o, size, __VA_ARGS__);                     \
    }
#define BHS(name, call, ...)                \
    NARROWS(name, b, 0u, call, __VA_ARGS__) \
    NARROWS(name, h, 1u, call, __VA_ARGS__) \
    NARROWS(name, s, 2u, call, __VA_ARGS__)

BHS(shrn, shift_narrow, NARROW, false)
BHS(rshrn, shift_narrow, NARROW, true)
BHS(sqshrn, shift_narrow, NARROW_SS, false)
BHS(sqrshrn, shift_narrow, NARROW_SS, true)
BHS(sqshrun, shift_narrow, NARROW_SU, false)
BHS(sqrshrun, shift_narrow, NARROW_SU, true)
BHS(uqshrn, shift_narrow, NARROW_UU, false)
BHS(uqrshrn, shift_narrow, NARROW_UU, true)
BHS(sshll, shift_long, true)
BHS(ushll, shift_long, false)

/* ------------------------------------------------------------------ decode */

enum { NONE = 0, BHS_SIZES = 7, ALL = 15, D_ONLY = 8 };

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

/** The row of an opcode that is odd or has none; opcodes of lanes of one size are even. */
static const simd_row *row_of(unsigned u, unsigned opcode)
{
    static const simd_row lanes[2][8] = {
        {ROW4(sshr, D_ONLY), ROW4(ssra, D_ONLY), ROW4(srshr, D_ONLY), ROW4(srsra, D_ONLY), ROW_NONE,
         ROW4(shl, D_ONLY), ROW_NONE, ROW4(sqshl, ALL)},
        {ROW4(ushr, D_ONLY), ROW4(usra, D_ONLY), ROW4(urshr, D_ONLY), ROW4(ursra, D_ONLY),
         ROW4(sri, D_ONLY), ROW4(sli, D_ONLY), ROW4(sqshlu, ALL), ROW4(uqshl, ALL)}};
    static const simd_row other[2][5] = {
        {ROW3(shrn, NONE), ROW3(rshrn, NONE), ROW3(sqshrn, BHS_SIZES), ROW3(sqrshrn, BHS_SIZES),
         ROW3(sshll, NONE)},
        {ROW3(sqshrun, BHS_SIZES), ROW3(sqrshrun, BHS_SIZES), ROW3(uqshrn, BHS_SIZES),
         ROW3(uqrshrn, BHS_SIZES), ROW3(ushll, NONE)}};
    static const simd_row none = ROW_NONE;
    if (opcode < 16u)
        return (opcode & 1u) ? &none : &lanes[u][opcode / 2u];
    return opcode <= 20u ? &other[u][opcode - 16u] : &none;
}

bool simd_decode_shift(a64_decoded *d, uint32_t raw)
{
    unsigned immh = a64_bits(raw, 22, 19), opcode = a64_bits(raw, 15, 11);
    unsigned size = 0;
    if (opcode == 28u || opcode == 31u)
        return simd_decode_fixed(d, raw);
    while (immh >> (size + 1u))
        size++;
    return simd_take_row(d, row_of(a64_bit(raw, 29), opcode), size);
}
