/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD shifts by an immediate. */
#include "simd_body.h"

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

#define FORM(name, lane, size, amount) \
    BODY(name##_##lane, by_lane(c, o, size, amount(o, size), name))
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

static inline void shift_narrow(a64_cpu *c, const a64_op *o, unsigned size, simd_narrowing how,
                                bool round)
{
    const a64_vec n = VEC(rn);
    unsigned bits = 8u << size, lanes = a64_bit(o->raw, 28) ? 1u : 8u >> size;
    unsigned by = right_by(o, size);
    a64_vec r = {.d = {0, 0}};
    bool sat = false;
    for (unsigned i = 0; i < lanes; i++) {
        uint64_t v = simd_get(&n, size + 1u, i), u = right_unsigned(v, by, round);
        int64_t s = (int64_t)right_signed(v, 2u * bits, by, round);
        simd_set(&r, size, i, simd_narrowed(u, s, bits, how, &sat));
    }
    simd_note(c, sat);
    simd_put_narrow(c, o, r);
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

BODIES_BHS(shrn, shift_narrow, SIMD_NARROW, false)
BODIES_BHS(rshrn, shift_narrow, SIMD_NARROW, true)
BODIES_BHS(sqshrn, shift_narrow, SIMD_NARROW_SS, false)
BODIES_BHS(sqrshrn, shift_narrow, SIMD_NARROW_SS, true)
BODIES_BHS(sqshrun, shift_narrow, SIMD_NARROW_SU, false)
BODIES_BHS(sqrshrun, shift_narrow, SIMD_NARROW_SU, true)
BODIES_BHS(uqshrn, shift_narrow, SIMD_NARROW_UU, false)
BODIES_BHS(uqrshrn, shift_narrow, SIMD_NARROW_UU, true)
BODIES_BHS(sshll, shift_long, true)
BODIES_BHS(ushll, shift_long, false)

/* ------------------------------------------------------------------ decode */

/** The row of an opcode that is odd or has none; opcodes of lanes of one size are even. */
static const simd_row *row_of(unsigned u, unsigned opcode)
{
    static const simd_row lanes[2][8] = {
        {ROW_ALL(sshr, D_ONLY), ROW_ALL(ssra, D_ONLY), ROW_ALL(srshr, D_ONLY),
         ROW_ALL(srsra, D_ONLY), ROW_NONE, ROW_ALL(shl, D_ONLY), ROW_NONE, ROW_ALL(sqshl, ALL)},
        {ROW_ALL(ushr, D_ONLY), ROW_ALL(usra, D_ONLY), ROW_ALL(urshr, D_ONLY),
         ROW_ALL(ursra, D_ONLY), ROW_ALL(sri, D_ONLY), ROW_ALL(sli, D_ONLY), ROW_ALL(sqshlu, ALL),
         ROW_ALL(uqshl, ALL)}};
    static const simd_row other[2][5] = {
        {ROW_BHS(shrn, NONE), ROW_BHS(rshrn, NONE), ROW_BHS(sqshrn, BHS), ROW_BHS(sqrshrn, BHS),
         ROW_BHS(sshll, NONE)},
        {ROW_BHS(sqshrun, BHS), ROW_BHS(sqrshrun, BHS), ROW_BHS(uqshrn, BHS), ROW_BHS(uqrshrn, BHS),
         ROW_BHS(ushll, NONE)}};
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
