/* SPDX-License-Identifier: Apache-2.0 */
/* Addition, multiplication, division, square root, fused multiply-add, comparison. */
#include "fp_native.h"

/** A product or sum before rounding: mant / 2^127 * 2^exp, bit 127 of mant set unless it is 0. */
typedef struct exact {
    fp_u128 mant;
    int32_t exp;
    bool sign;
} exact;

static bool is_nan(const fp_num *n)
{
    return n->cls >= FP_QNAN;
}

/** Zero as the sum of opposites. */
static uint64_t cancelled(fp_size z, const fp_env *e)
{
    return fp_zero(z, e->round == FP_TO_MINUS);
}

static fp_u128 jam128(fp_u128 v, unsigned by)
{
    if (by >= 128u)
        return v != 0;
    return by ? v >> by | (v << (128u - by) != 0) : v;
}

static unsigned leading_zeros128(fp_u128 v)
{
    uint64_t high = (uint64_t)(v >> 64);
    return (unsigned)(high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)v));
}

/* ------------------------------------------------------------------ sums */

/** Exact sum but for a sticky bit; a mantissa of 0 is a zero. */
static exact sum(exact a, exact b)
{
    if (!a.mant || (b.mant && (b.exp > a.exp || (b.exp == a.exp && b.mant > a.mant)))) {
        exact t = a;
        a = b;
        b = t;
    }
    if (!b.mant)
        return a;
    /* A bit of room above: products and operands leave more than that below. */
    fp_u128 big = jam128(a.mant, 1), small = jam128(b.mant, 1u + (unsigned)(a.exp - b.exp));
    fp_u128 r = a.sign == b.sign ? big + small : big - small;
    if (!r)
        return (exact){0};
    unsigned lead = leading_zeros128(r);
    return (exact){.mant = r << lead, .exp = a.exp + 1 - (int32_t)lead, .sign = a.sign};
}

static exact exact_of(const fp_num *n)
{
    return (exact){
        .mant = n->cls == FP_FINITE ? (fp_u128)n->mant << 64 : 0, .exp = n->exp, .sign = n->sign};
}

static uint64_t pack_exact(fp_size z, const exact *x, fp_env *e)
{
    uint64_t mant = (uint64_t)(x->mant >> 64) | ((uint64_t)x->mant != 0);
    return fp_pack(z, x->sign, x->exp, mant, e);
}

static uint64_t add_sub(fp_size z, uint64_t a, uint64_t b, bool subtract, fp_env *e)
{
    fp_num x = fp_unpack(z, a, e), y = fp_unpack(z, b, e);
    if (is_nan(&x) || is_nan(&y))
        return fp_nan2(z, a, (fp_class)x.cls, b, (fp_class)y.cls, e);
    y.sign ^= subtract;
    if (x.cls == FP_INF && y.cls == FP_INF && x.sign != y.sign)
        return fp_invalid(z, e);
    if (x.cls == FP_INF || y.cls == FP_INF)
        return fp_infinity(z, x.cls == FP_INF ? x.sign : y.sign);
    if (x.cls == FP_ZERO && y.cls == FP_ZERO && x.sign == y.sign)
        return fp_zero(z, x.sign);
    exact r = sum(exact_of(&x), exact_of(&y));
    return r.mant ? pack_exact(z, &r, e) : cancelled(z, e);
}

uint64_t fp_add(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    uint64_t r;
    return fp_native_add(z, a, b, e, &r) ? r : add_sub(z, a, b, false, e);
}

uint64_t fp_sub(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    uint64_t r;
    return fp_native_sub(z, a, b, e, &r) ? r : add_sub(z, a, b, true, e);
}

uint64_t fp_abd(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    return fp_abs(z, fp_sub(z, a, b, e));
}

/* ------------------------------------------------------------------ products */

static exact product(const fp_num *x, const fp_num *y)
{
    exact r = {.sign = x->sign != y->sign};
    if (x->cls == FP_ZERO || y->cls == FP_ZERO)
        return r;
    fp_u128 p = (fp_u128)x->mant * y->mant;
    bool carry = (p >> 127) != 0;
    r.mant = carry ? p : p << 1;
    r.exp = x->exp + y->exp + carry;
    return r;
}

/** Infinity times zero. */
static bool undefined_product(const fp_num *x, const fp_num *y)
{
    return (x->cls == FP_INF && y->cls == FP_ZERO) || (x->cls == FP_ZERO && y->cls == FP_INF);
}

static uint64_t multiply(fp_size z, uint64_t a, uint64_t b, bool extended, fp_env *e)
{
    fp_num x = fp_unpack(z, a, e), y = fp_unpack(z, b, e);
    bool sign = x.sign != y.sign;
    if (is_nan(&x) || is_nan(&y))
        return fp_nan2(z, a, (fp_class)x.cls, b, (fp_class)y.cls, e);
    if (undefined_product(&x, &y))
        return extended ? fp_pack(z, sign, 1, UINT64_C(1) << 63, e) : fp_invalid(z, e);
    if (x.cls == FP_INF || y.cls == FP_INF)
        return fp_infinity(z, sign);
    exact r = product(&x, &y);
    return r.mant ? pack_exact(z, &r, e) : fp_zero(z, sign);
}

uint64_t fp_mul(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    uint64_t r;
    return fp_native_mul(z, a, b, e, &r) ? r : multiply(z, a, b, false, e);
}

uint64_t fp_mulx(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    return multiply(z, a, b, true, e);
}

/* ------------------------------------------------------------------ fused multiply-add */

uint64_t fp_muladd(fp_size z, uint64_t addend, uint64_t a, uint64_t b, fp_env *e)
{
    fp_num w = fp_unpack(z, addend, e), x = fp_unpack(z, a, e), y = fp_unpack(z, b, e);
    bool undefined = undefined_product(&x, &y), sign = x.sign != y.sign;
    bool infinite = x.cls == FP_INF || y.cls == FP_INF;
    if (w.cls == FP_QNAN && undefined)
        return fp_invalid(z, e);
    if (w.cls == FP_SNAN || (w.cls == FP_QNAN && x.cls != FP_SNAN && y.cls != FP_SNAN))
        return fp_nan(z, addend, (fp_class)w.cls, e);
    if (is_nan(&x) || is_nan(&y))
        return fp_nan2(z, a, (fp_class)x.cls, b, (fp_class)y.cls, e);
    if (undefined || (w.cls == FP_INF && infinite && w.sign != sign))
        return fp_invalid(z, e);
    if (w.cls == FP_INF || infinite)
        return fp_infinity(z, w.cls == FP_INF ? w.sign : sign);
    exact p = product(&x, &y), r;
    if (w.cls == FP_ZERO && !p.mant && w.sign == sign)
        return fp_zero(z, sign);
    r = sum(exact_of(&w), p);
    return r.mant ? pack_exact(z, &r, e) : cancelled(z, e);
}

/** (@p constant - a * b) * 2^@p scale; @p otherwise is the result of infinity times zero. */
static uint64_t step(fp_size z, uint64_t a, uint64_t b, const fp_num *constant, int32_t scale,
                     const fp_num *otherwise, fp_env *e)
{
    fp_num x, y;
    exact r;
    a = fp_neg(z, a);
    x = fp_unpack(z, a, e);
    y = fp_unpack(z, b, e);
    if (is_nan(&x) || is_nan(&y))
        return fp_nan2(z, a, (fp_class)x.cls, b, (fp_class)y.cls, e);
    if (undefined_product(&x, &y))
        return fp_pack(z, false, otherwise->exp, otherwise->mant, e);
    if (x.cls == FP_INF || y.cls == FP_INF)
        return fp_infinity(z, x.sign != y.sign);
    r = sum(exact_of(constant), product(&x, &y));
    r.exp += scale;
    return r.mant ? pack_exact(z, &r, e) : cancelled(z, e);
}

static const fp_num two = {.mant = UINT64_C(1) << 63, .exp = 1, .cls = FP_FINITE};
static const fp_num three = {.mant = UINT64_C(3) << 62, .exp = 1, .cls = FP_FINITE};
static const fp_num three_halves = {.mant = UINT64_C(3) << 62, .exp = 0, .cls = FP_FINITE};

uint64_t fp_recip_step(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    return step(z, a, b, &two, 0, &two, e);
}

uint64_t fp_rsqrt_step(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    return step(z, a, b, &three, -1, &three_halves, e);
}

/* ------------------------------------------------------------------ quotient, root */

static uint64_t divide(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    fp_num x = fp_unpack(z, a, e), y = fp_unpack(z, b, e);
    bool sign = x.sign != y.sign;
    if (is_nan(&x) || is_nan(&y))
        return fp_nan2(z, a, (fp_class)x.cls, b, (fp_class)y.cls, e);
    if (x.cls == y.cls && (x.cls == FP_INF || x.cls == FP_ZERO))
        return fp_invalid(z, e);
    if (x.cls == FP_INF || y.cls == FP_ZERO) {
        if (x.cls != FP_INF)
            e->flags |= FP_DZC;
        return fp_infinity(z, sign);
    }
    if (x.cls == FP_ZERO || y.cls == FP_INF)
        return fp_zero(z, sign);
    bool less = x.mant < y.mant;
    fp_u128 dividend = (fp_u128)x.mant << (less ? 64 : 63);
    uint64_t quotient = (uint64_t)(dividend / y.mant);
    bool rest = (fp_u128)quotient * y.mant != dividend;
    return fp_pack(z, sign, x.exp - y.exp - less, quotient | rest, e);
}

uint64_t fp_div(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    uint64_t r;
    return fp_native_div(z, a, b, e, &r) ? r : divide(z, a, b, e);
}

uint64_t fp_sqrt(fp_size z, uint64_t a, fp_env *e)
{
    fp_num x = fp_unpack(z, a, e);
    if (is_nan(&x))
        return fp_nan(z, a, (fp_class)x.cls, e);
    if (x.cls == FP_ZERO)
        return fp_zero(z, x.sign);
    if (x.sign)
        return fp_invalid(z, e);
    if (x.cls == FP_INF)
        return fp_infinity(z, false);
    /* The root of mant * 2^63 or 2^62, so that the exponent is even: 63 or 64 bits, bit by bit. */
    bool odd = x.exp & 1;
    fp_u128 rest = (fp_u128)x.mant << (odd ? 64 : 63);
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 63; bit; bit >>= 1) {
        uint64_t trial = root | bit;
        if ((fp_u128)trial * trial <= rest)
            root = trial;
    }
    bool inexact = (fp_u128)root * root != rest;
    return fp_pack(z, false, (x.exp - odd) / 2, root | inexact, e);
}

/* ------------------------------------------------------------------ order */

/** -1, 0 or 1 of two numbers that are no NaNs. */
static int order(const fp_num *x, const fp_num *y)
{
    int up = x->sign ? -1 : 1;
    if (x->cls == FP_ZERO && y->cls == FP_ZERO)
        return 0;
    if (x->cls == FP_ZERO)
        return y->sign ? 1 : -1;
    if (y->cls == FP_ZERO || x->sign != y->sign)
        return up;
    if (x->cls != y->cls)
        return x->cls == FP_INF ? up : -up;
    if (x->cls == FP_INF)
        return 0;
    if (x->exp != y->exp)
        return x->exp > y->exp ? up : -up;
    return x->mant == y->mant ? 0 : x->mant > y->mant ? up : -up;
}

unsigned fp_compare(fp_size z, uint64_t a, uint64_t b, bool signal, fp_env *e)
{
    static const uint8_t flags[3] = {8, 6, 2}; /* N; Z and C; C */
    unsigned nzcv;
    if (fp_native_compare(z, a, b, &nzcv))
        return nzcv;
    fp_num x = fp_unpack(z, a, e), y = fp_unpack(z, b, e);
    if (is_nan(&x) || is_nan(&y)) {
        if (signal || x.cls == FP_SNAN || y.cls == FP_SNAN)
            e->flags |= FP_IOC;
        return 3; /* C and V */
    }
    return flags[order(&x, &y) + 1];
}

/** The operand itself, a flushed one as zero. */
static uint64_t value_of(fp_size z, uint64_t v, const fp_num *n)
{
    return n->cls == FP_ZERO ? fp_zero(z, n->sign) : v;
}

/** The larger (@p want 1) or smaller (-1). */
static uint64_t extreme(fp_size z, uint64_t a, uint64_t b, int want, fp_env *e)
{
    fp_num x = fp_unpack(z, a, e), y = fp_unpack(z, b, e);
    if (is_nan(&x) || is_nan(&y))
        return fp_nan2(z, a, (fp_class)x.cls, b, (fp_class)y.cls, e);
    if (x.cls == FP_ZERO && y.cls == FP_ZERO)
        return fp_zero(z, want > 0 ? x.sign && y.sign : x.sign || y.sign);
    return order(&x, &y) == want ? value_of(z, a, &x) : value_of(z, b, &y);
}

/** The same where a number beats a quiet NaN. */
static uint64_t extreme_number(fp_size z, uint64_t a, uint64_t b, int want, fp_env *e)
{
    fp_num x = fp_unpack(z, a, e), y = fp_unpack(z, b, e);
    uint64_t least = fp_infinity(z, want > 0);
    if (x.cls == FP_QNAN && !is_nan(&y))
        a = least;
    else if (y.cls == FP_QNAN && !is_nan(&x))
        b = least;
    return extreme(z, a, b, want, e);
}

uint64_t fp_max(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    return extreme(z, a, b, 1, e);
}

uint64_t fp_min(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    return extreme(z, a, b, -1, e);
}

uint64_t fp_maxnm(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    return extreme_number(z, a, b, 1, e);
}

uint64_t fp_minnm(fp_size z, uint64_t a, uint64_t b, fp_env *e)
{
    return extreme_number(z, a, b, -1, e);
}
