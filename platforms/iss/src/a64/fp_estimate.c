/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reciprocal and reciprocal square root estimates: the architecture defines every bit of them, as
 * 8-bit tables given by a formula.
 */
#include "fp.h"

/** Fractions here have 52 bits whatever the format. */
enum { FRAC = 52 };

#define FRAC_TOP (UINT64_C(1) << (FRAC - 1))
#define FRAC_ALL ((UINT64_C(1) << FRAC) - 1u)

/** 1/a: a from 256 (0.5) to 511, result from 256 (1.0) to 511. */
static unsigned recip_table(unsigned a)
{
    unsigned b = (1u << 19) / (a * 2u + 1u);
    return (b + 1u) / 2u;
}

/** 1/sqrt(a): a from 128 (0.25) to 511. */
static unsigned rsqrt_table(unsigned a)
{
    unsigned b = 512;
    a = a < 256u ? a * 2u + 1u : ((a >> 1 << 1) + 1u) * 2u;
    while (a * (b + 1u) * (b + 1u) < 1u << 28)
        b++;
    return (b + 1u) / 2u;
}

static uint64_t fraction_of(fp_size z, uint64_t a)
{
    return a << (FRAC - fp_frac_bits(z)) & FRAC_ALL;
}

static int32_t exponent_of(fp_size z, uint64_t a)
{
    return (int32_t)(a >> fp_frac_bits(z)) & ((1 << fp_exp_bits(z)) - 1);
}

static uint64_t assemble(fp_size z, bool sign, int32_t exp, uint64_t frac)
{
    return fp_zero(z, sign) | (uint64_t)exp << fp_frac_bits(z) | frac >> (FRAC - fp_frac_bits(z));
}

/** The estimate of a finite number in the range where it is normal or a shallow denormal. */
static uint64_t recip_normal(fp_size z, uint64_t a, bool sign)
{
    uint64_t frac = fraction_of(z, a);
    int32_t exp = exponent_of(z, a), result;
    if (exp == 0) {
        bool deep = !(frac & FRAC_TOP);
        exp = deep ? -1 : 0;
        frac = frac << (deep ? 2 : 1) & FRAC_ALL;
    }
    result = 2 * fp_bias(z) - 1 - exp;
    frac = (uint64_t)(recip_table(256u | (unsigned)(frac >> (FRAC - 8))) & 255u) << (FRAC - 8);
    if (result == 0) {
        frac = frac >> 1 | FRAC_TOP;
    } else if (result == -1) {
        frac = frac >> 2 | FRAC_TOP >> 1;
        result = 0;
    }
    return assemble(z, sign, result, frac);
}

uint64_t fp_recip_estimate(fp_size z, uint64_t a, fp_env *e)
{
    fp_num n = fp_unpack(z, a, e);
    int32_t bias = fp_bias(z);
    if (n.cls >= FP_QNAN)
        return fp_nan(z, a, (fp_class)n.cls, e);
    if (n.cls == FP_INF)
        return fp_zero(z, n.sign);
    if (n.cls == FP_ZERO) {
        e->flags |= FP_DZC;
        return fp_infinity(z, n.sign);
    }
    if (n.exp < -bias - 1) {
        e->flags |= FP_OFC | FP_IXC;
        return fp_overflows((fp_round)e->round, n.sign) ? fp_infinity(z, n.sign)
                                                        : fp_max_normal(z, n.sign);
    }
    if (e->fz && n.exp >= bias - 1) {
        e->flags |= FP_UFC;
        return fp_zero(z, n.sign);
    }
    return recip_normal(z, a, n.sign);
}

uint64_t fp_rsqrt_estimate(fp_size z, uint64_t a, fp_env *e)
{
    fp_num n = fp_unpack(z, a, e);
    uint64_t frac;
    int32_t exp;
    unsigned scaled;
    if (n.cls >= FP_QNAN)
        return fp_nan(z, a, (fp_class)n.cls, e);
    if (n.cls == FP_ZERO) {
        e->flags |= FP_DZC;
        return fp_infinity(z, n.sign);
    }
    if (n.sign)
        return fp_invalid(z, e);
    if (n.cls == FP_INF)
        return fp_zero(z, false);
    exp = n.exp + fp_bias(z); /* that of the field, below zero for denormals */
    frac = n.mant << 1 >> (64 - FRAC);
    scaled =
        (exp & 1) ? 128u | (unsigned)(frac >> (FRAC - 7)) : 256u | (unsigned)(frac >> (FRAC - 8));
    frac = (uint64_t)(rsqrt_table(scaled) & 255u) << (FRAC - 8);
    return assemble(z, false, (3 * fp_bias(z) - 1 - exp) / 2, frac);
}

uint64_t fp_recip_exponent(fp_size z, uint64_t a, fp_env *e)
{
    fp_num n = fp_unpack(z, a, e);
    int32_t top = (1 << fp_exp_bits(z)) - 1;
    int32_t exp = exponent_of(z, a);
    if (n.cls >= FP_QNAN)
        return fp_nan(z, a, (fp_class)n.cls, e);
    return assemble(z, n.sign, exp ? exp ^ top : top - 1, 0);
}

uint32_t fp_unsigned_recip(uint32_t a)
{
    return a >> 31 ? (uint32_t)recip_table(a >> 23) << 23 : UINT32_MAX;
}

uint32_t fp_unsigned_rsqrt(uint32_t a)
{
    return a >> 30 ? (uint32_t)rsqrt_table(a >> 23) << 23 : UINT32_MAX;
}
