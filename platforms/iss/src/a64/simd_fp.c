/* SPDX-License-Identifier: Apache-2.0 */
/* Floating point on vectors and SIMD scalars. */
#include "simd_body.h"

/** Raises what an operation has raised. */
static void raise_flags(a64_cpu *c, const fp_env *e)
{
    c->a.fpsr |= e->flags;
}

/* The result of a body, lane by lane in format z: `expr` over i and e. */
#define EACH_LANE(expr)                                 \
    fp_env e = simd_fp_env(c);                          \
    a64_vec r = {.d = {0, 0}};                          \
    for (unsigned i = 0; i < (unsigned)o->ra >> z; i++) \
        simd_set(&r, z, i, expr);                       \
    raise_flags(c, &e);                                 \
    simd_put(c, o, r)

/* ------------------------------------------------------------------ two operands */

static void two(a64_cpu *c, const a64_op *o, fp_size z, fp_two_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm);
    EACH_LANE(fn(z, simd_get(&n, z, i), simd_get(&m, z, i), &e));
}

/** Adjacent pairs of the two vectors laid end to end. */
static void pairs(a64_cpu *c, const a64_op *o, fp_size z, fp_two_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm);
    fp_env e = simd_fp_env(c);
    unsigned half = (unsigned)o->ra >> z >> 1;
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < 2u * half; i++) {
        const a64_vec *from = i < half ? &n : &m;
        unsigned at = 2u * (i < half ? i : i - half);
        simd_set(&r, z, i, fn(z, simd_get(from, z, at), simd_get(from, z, at + 1u), &e));
    }
    raise_flags(c, &e);
    simd_put(c, o, r);
}

static void three(a64_cpu *c, const a64_op *o, fp_size z, fp_three_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm), d = VEC(rd);
    EACH_LANE(fn(z, simd_get(&d, z, i), simd_get(&n, z, i), simd_get(&m, z, i), &e));
}

static uint64_t mulsub(fp_size z, uint64_t acc, uint64_t l, uint64_t r, fp_env *e)
{
    return fp_muladd(z, acc, fp_neg(z, l), r, e);
}

#define COMPARE(name, left, right, signal, test)                       \
    static uint64_t name(fp_size z, uint64_t l, uint64_t r, fp_env *e) \
    {                                                                  \
        unsigned nzcv = fp_compare(z, left, right, signal, e);         \
        return (test) ? UINT64_MAX : 0;                                \
    }

COMPARE(eq, l, r, false, nzcv == 6u)
COMPARE(ge, l, r, true, nzcv == 6u || nzcv == 2u)
COMPARE(gt, l, r, true, nzcv == 2u)
COMPARE(abs_ge, fp_abs(z, l), fp_abs(z, r), true, nzcv == 6u || nzcv == 2u)
COMPARE(abs_gt, fp_abs(z, l), fp_abs(z, r), true, nzcv == 2u)

#define TWO(name, fn) BODIES_SD(name, two, fn)

FP_OPS_OF_TWO(TWO)
TWO(fmulx, fp_mulx)
TWO(fabd, fp_abd)
TWO(frecps, fp_recip_step)
TWO(frsqrts, fp_rsqrt_step)
TWO(fcmeq, eq)
TWO(fcmge, ge)
TWO(fcmgt, gt)
TWO(facge, abs_ge)
TWO(facgt, abs_gt)
BODIES_SD(fmla, three, fp_muladd)
BODIES_SD(fmls, three, mulsub)
BODIES_SD(faddp, pairs, fp_add)
BODIES_SD(fmaxp, pairs, fp_max)
BODIES_SD(fminp, pairs, fp_min)
BODIES_SD(fmaxnmp, pairs, fp_maxnm)
BODIES_SD(fminnmp, pairs, fp_minnm)

bool simd_decode_same_fp(a64_decoded *d, uint32_t raw)
{
    /* By U and the upper bit of size, then by opcode from 24. */
    static const simd_row rows[4][8] = {
        {ROW_SD(fmaxnm, NONE), ROW_SD(fmla, NONE), ROW_SD(fadd, NONE), ROW_SD(fmulx, SD),
         ROW_SD(fcmeq, SD), ROW_NONE, ROW_SD(fmax, NONE), ROW_SD(frecps, SD)},
        {ROW_SD(fminnm, NONE), ROW_SD(fmls, NONE), ROW_SD(fsub, NONE), ROW_NONE, ROW_NONE, ROW_NONE,
         ROW_SD(fmin, NONE), ROW_SD(frsqrts, SD)},
        {ROW_SD(fmaxnmp, NONE), ROW_NONE, ROW_SD(faddp, NONE), ROW_SD(fmul, NONE),
         ROW_SD(fcmge, SD), ROW_SD(facge, SD), ROW_SD(fmaxp, NONE), ROW_SD(fdiv, NONE)},
        {ROW_SD(fminnmp, NONE), ROW_NONE, ROW_SD(fabd, SD), ROW_NONE, ROW_SD(fcmgt, SD),
         ROW_SD(facgt, SD), ROW_SD(fminp, NONE), ROW_NONE}};
    unsigned group = a64_bit(raw, 29) << 1 | a64_bit(raw, 23);
    return simd_take_row(d, &rows[group][a64_bits(raw, 15, 11) - 24u], 2u + a64_bit(raw, 22));
}

/* ------------------------------------------------------------------ one operand */

static void one(a64_cpu *c, const a64_op *o, fp_size z, fp_one_fn *fn)
{
    const a64_vec n = VEC(rn);
    EACH_LANE(fn(z, simd_get(&n, z, i), &e));
}

#define ONE(name, expr) \
    ONE_FN(name, expr)  \
    BODIES_SD(name, one, one_##name)

FP_OPS_OF_ONE(ONE)
ONE(fcvtns, fp_to_fixed(z, v, 8u << z, 0, true, FP_TO_NEAREST, e))
ONE(fcvtnu, fp_to_fixed(z, v, 8u << z, 0, false, FP_TO_NEAREST, e))
ONE(fcvtms, fp_to_fixed(z, v, 8u << z, 0, true, FP_TO_MINUS, e))
ONE(fcvtmu, fp_to_fixed(z, v, 8u << z, 0, false, FP_TO_MINUS, e))
ONE(fcvtps, fp_to_fixed(z, v, 8u << z, 0, true, FP_TO_PLUS, e))
ONE(fcvtpu, fp_to_fixed(z, v, 8u << z, 0, false, FP_TO_PLUS, e))
ONE(fcvtzs, fp_to_fixed(z, v, 8u << z, 0, true, FP_TO_ZERO, e))
ONE(fcvtzu, fp_to_fixed(z, v, 8u << z, 0, false, FP_TO_ZERO, e))
ONE(fcvtas, fp_to_fixed(z, v, 8u << z, 0, true, FP_TIES_AWAY, e))
ONE(fcvtau, fp_to_fixed(z, v, 8u << z, 0, false, FP_TIES_AWAY, e))
ONE(scvtf, fp_from_fixed(z, v, 8u << z, 0, true, e))
ONE(ucvtf, fp_from_fixed(z, v, 8u << z, 0, false, e))
ONE(fcmgt0, gt(z, v, 0, e))
ONE(fcmge0, ge(z, v, 0, e))
ONE(fcmeq0, eq(z, v, 0, e))
ONE(fcmle0, ge(z, 0, v, e))
ONE(fcmlt0, gt(z, 0, v, e))
ONE(frecpe, fp_recip_estimate(z, v, e))
ONE(frsqrte, fp_rsqrt_estimate(z, v, e))
ONE(frecpx, fp_recip_exponent(z, v, e))
ONE_FN(urecpe, fp_unsigned_recip((uint32_t)v))
ONE_FN(ursqrte, fp_unsigned_rsqrt((uint32_t)v))
BODY(urecpe_s, one(c, o, FP_SINGLE, one_urecpe))
BODY(ursqrte_s, one(c, o, FP_SINGLE, one_ursqrte))

/* ------------------------------------------------------------------ between formats */

/** FCVTL: from half a vector of @p from. */
static void lengthen(a64_cpu *c, const a64_op *o, fp_size from)
{
    const a64_vec n = VEC(rn);
    fp_env e = simd_fp_env(c);
    fp_size to = (fp_size)(from + 1);
    unsigned lanes = 8u >> from, first = a64_bit(o->raw, 30) ? lanes : 0;
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++)
        simd_set(&r, to, i,
                 fp_convert(from, to, simd_get(&n, from, first + i), (fp_round)e.round, &e));
    raise_flags(c, &e);
    VEC(rd) = r;
}

/** FCVTN, FCVTXN: to half a vector, or one scalar. */
static void shorten(a64_cpu *c, const a64_op *o, fp_size to, bool odd)
{
    const a64_vec n = VEC(rn);
    fp_env e = simd_fp_env(c);
    fp_size from = (fp_size)(to + 1);
    bool scalar = a64_bit(o->raw, 28);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < (scalar ? 1u : 8u >> to); i++)
        simd_set(
            &r, to, i,
            fp_convert(from, to, simd_get(&n, from, i), odd ? FP_TO_ODD : (fp_round)e.round, &e));
    raise_flags(c, &e);
    simd_put_narrow(c, o, r);
}

BODY(fcvtl_s, lengthen(c, o, FP_HALF))
BODY(fcvtl_d, lengthen(c, o, FP_SINGLE))
BODY(fcvtn_s, shorten(c, o, FP_HALF, false))
BODY(fcvtn_d, shorten(c, o, FP_SINGLE, false))
BODY(fcvtxn_d, shorten(c, o, FP_SINGLE, true))

/** The row of a two-register opcode: by U and the upper bit of size. */
static const simd_row *misc_row(unsigned group, unsigned opcode)
{
    /* Opcodes 12 to 15, and 22 to 31. */
    static const simd_row low[4][4] = {
        {ROW_NONE, ROW_NONE, ROW_NONE, ROW_NONE},
        {ROW_SD(fcmgt0, SD), ROW_SD(fcmeq0, SD), ROW_SD(fcmlt0, SD), ROW_SD(fabs_, NONE)},
        {ROW_NONE, ROW_NONE, ROW_NONE, ROW_NONE},
        {ROW_SD(fcmge0, SD), ROW_SD(fcmle0, SD), ROW_NONE, ROW_SD(fneg, NONE)}};
    static const simd_row high[4][10] = {{{{NULL, NULL, fcvtn_s, fcvtn_d}, SD, NONE},
                                          {{NULL, NULL, fcvtl_s, fcvtl_d}, SD, NONE},
                                          ROW_SD(frintn, NONE),
                                          ROW_SD(frintm, NONE),
                                          ROW_SD(fcvtns, SD),
                                          ROW_SD(fcvtms, SD),
                                          ROW_SD(fcvtas, SD),
                                          ROW_SD(scvtf, SD),
                                          ROW_NONE,
                                          ROW_NONE},
                                         {ROW_NONE,
                                          ROW_NONE,
                                          ROW_SD(frintp, NONE),
                                          ROW_SD(frintz, NONE),
                                          ROW_SD(fcvtps, SD),
                                          ROW_SD(fcvtzs, SD),
                                          {{NULL, NULL, urecpe_s, NULL}, S_ONLY, NONE},
                                          ROW_SD(frecpe, SD),
                                          ROW_NONE,
                                          {{NULL, NULL, frecpx_s, frecpx_d}, NONE, SD}},
                                         {{{NULL, NULL, NULL, fcvtxn_d}, D_ONLY, D_ONLY},
                                          ROW_NONE,
                                          ROW_SD(frinta, NONE),
                                          ROW_SD(frintx, NONE),
                                          ROW_SD(fcvtnu, SD),
                                          ROW_SD(fcvtmu, SD),
                                          ROW_SD(fcvtau, SD),
                                          ROW_SD(ucvtf, SD),
                                          ROW_NONE,
                                          ROW_NONE},
                                         {ROW_NONE,
                                          ROW_NONE,
                                          ROW_NONE,
                                          ROW_SD(frinti, NONE),
                                          ROW_SD(fcvtpu, SD),
                                          ROW_SD(fcvtzu, SD),
                                          {{NULL, NULL, ursqrte_s, NULL}, S_ONLY, NONE},
                                          ROW_SD(frsqrte, SD),
                                          ROW_NONE,
                                          ROW_SD(fsqrt, NONE)}};
    return opcode < 16u ? &low[group][opcode - 12u] : &high[group][opcode - 22u];
}

bool simd_decode_misc_fp(a64_decoded *d, uint32_t raw)
{
    unsigned group = a64_bit(raw, 29) << 1 | a64_bit(raw, 23), opcode = a64_bits(raw, 16, 12);
    unsigned size = 2u + a64_bit(raw, 22);
    bool halves = opcode == 22u || opcode == 23u;
    const simd_row *row = misc_row(group, opcode);
    if (halves && !a64_bit(raw, 28)) /* there Q only says which half */
        return (row->vector >> size & 1u) && simd_take(d, row->body[size], 8);
    return simd_take_row(d, row, size);
}

/* ------------------------------------------------------------------ scalar pairs, across lanes */

static void scalar_pair(a64_cpu *c, const a64_op *o, fp_size z, fp_two_fn *fn)
{
    const a64_vec n = VEC(rn);
    fp_env e = simd_fp_env(c);
    a64_vec r = {.d = {0, 0}};
    simd_set(&r, z, 0, fn(z, simd_get(&n, z, 0), simd_get(&n, z, 1), &e));
    raise_flags(c, &e);
    simd_put(c, o, r);
}

BODIES_SD(p_faddp, scalar_pair, fp_add)
BODIES_SD(p_fmaxp, scalar_pair, fp_max)
BODIES_SD(p_fminp, scalar_pair, fp_min)
BODIES_SD(p_fmaxnmp, scalar_pair, fp_maxnm)
BODIES_SD(p_fminnmp, scalar_pair, fp_minnm)

static void addp(a64_cpu *c, const a64_op *o)
{
    VEC(rd) = (a64_vec){.d = {VEC(rn).d[0] + VEC(rn).d[1], 0}};
}

bool simd_decode_pairwise(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[4][2] = {{ROW_SD(p_fmaxnmp, SD), ROW_SD(p_fminnmp, SD)},
                                        {ROW_SD(p_faddp, SD), ROW_NONE},
                                        {ROW_NONE, ROW_NONE},
                                        {ROW_SD(p_fmaxp, SD), ROW_SD(p_fminp, SD)}};
    unsigned opcode = a64_bits(raw, 16, 12);
    if (opcode == 27u)
        return !a64_bit(raw, 29) && a64_bits(raw, 23, 22) == 3u && simd_take(d, addp, 8);
    return a64_bit(raw, 29) && opcode >= 12u && opcode <= 15u &&
           simd_take_row(d, &rows[opcode - 12u][a64_bit(raw, 23)], 2u + a64_bit(raw, 22));
}

/** Reduction of four singles, as a tree. */
static void across(a64_cpu *c, const a64_op *o, fp_two_fn *fn)
{
    const a64_vec n = VEC(rn);
    fp_env e = simd_fp_env(c);
    uint64_t low = fn(FP_SINGLE, n.s[0], n.s[1], &e), high = fn(FP_SINGLE, n.s[2], n.s[3], &e);
    VEC(rd) = (a64_vec){.d = {fn(FP_SINGLE, low, high, &e), 0}};
    raise_flags(c, &e);
}

BODY(fmaxv, across(c, o, fp_max))
BODY(fminv, across(c, o, fp_min))
BODY(fmaxnmv, across(c, o, fp_maxnm))
BODY(fminnmv, across(c, o, fp_minnm))

bool simd_decode_across_fp(a64_decoded *d, uint32_t raw)
{
    static a64_body *const number[2] = {fmaxnmv, fminnmv}, *const plain[2] = {fmaxv, fminv};
    unsigned opcode = a64_bits(raw, 16, 12), least = a64_bit(raw, 23);
    if (!a64_bit(raw, 29) || !a64_bit(raw, 30) || a64_bit(raw, 22))
        return false;
    return (opcode == 12u && simd_take(d, number[least], 16)) ||
           (opcode == 15u && simd_take(d, plain[least], 16));
}

/* ------------------------------------------------------------------ fixed point */

/** Bits below the point, from immh:immb. */
static unsigned point(const a64_op *o, fp_size z)
{
    return (16u << z) - a64_bits(o->raw, 22, 16);
}

static void from_fixed(a64_cpu *c, const a64_op *o, fp_size z, bool is_signed)
{
    const a64_vec n = VEC(rn);
    EACH_LANE(fp_from_fixed(z, simd_get(&n, z, i), 8u << z, point(o, z), is_signed, &e));
}

static void to_fixed(a64_cpu *c, const a64_op *o, fp_size z, bool is_signed)
{
    const a64_vec n = VEC(rn);
    EACH_LANE(fp_to_fixed(z, simd_get(&n, z, i), 8u << z, point(o, z), is_signed, FP_TO_ZERO, &e));
}

BODIES_SD(x_scvtf, from_fixed, true)
BODIES_SD(x_ucvtf, from_fixed, false)
BODIES_SD(x_fcvtzs, to_fixed, true)
BODIES_SD(x_fcvtzu, to_fixed, false)

bool simd_decode_fixed(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[2][2] = {{ROW_SD(x_scvtf, SD), ROW_SD(x_ucvtf, SD)},
                                        {ROW_SD(x_fcvtzs, SD), ROW_SD(x_fcvtzu, SD)}};
    unsigned size = a64_bit(raw, 22) ? 3u : 2u;
    if (a64_bits(raw, 22, 21) == 0u)
        return false;
    return simd_take_row(d, &rows[a64_bits(raw, 15, 11) == 31u][a64_bit(raw, 29)], size);
}

/* ------------------------------------------------------------------ by element */

/** The element: H:L for singles, H for doubles. */
static uint64_t element(a64_cpu *c, const a64_op *o, fp_size z)
{
    unsigned h = a64_bit(o->raw, 11), l = a64_bit(o->raw, 21);
    return z == FP_DOUBLE ? VEC(rm).d[h] : VEC(rm).s[h << 1 | l];
}

static void two_indexed(a64_cpu *c, const a64_op *o, fp_size z, fp_two_fn *fn)
{
    const a64_vec n = VEC(rn);
    uint64_t m = element(c, o, z);
    EACH_LANE(fn(z, simd_get(&n, z, i), m, &e));
}

static void three_indexed(a64_cpu *c, const a64_op *o, fp_size z, fp_three_fn *fn)
{
    const a64_vec n = VEC(rn), d = VEC(rd);
    uint64_t m = element(c, o, z);
    EACH_LANE(fn(z, simd_get(&d, z, i), simd_get(&n, z, i), m, &e));
}

BODIES_SD(i_fmul, two_indexed, fp_mul)
BODIES_SD(i_fmulx, two_indexed, fp_mulx)
BODIES_SD(i_fmla, three_indexed, fp_muladd)
BODIES_SD(i_fmls, three_indexed, mulsub)

bool simd_decode_indexed_fp(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[2][3] = {
        {ROW_SD(i_fmla, SD), ROW_SD(i_fmls, SD), ROW_SD(i_fmul, SD)},
        {ROW_NONE, ROW_NONE, ROW_SD(i_fmulx, SD)}};
    bool is_double = a64_bit(raw, 22);
    if (!a64_bit(raw, 23) || (is_double && a64_bit(raw, 21)))
        return false;
    return simd_take_row(d, &rows[a64_bit(raw, 29)][a64_bits(raw, 15, 14)], 2u + is_double);
}
