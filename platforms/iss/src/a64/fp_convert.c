/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions: to integral values, to and from fixed point, between formats. */
#include "fp.h"

/** Integral part of mant / 2^63 * 2^exp for exp up to 63, and what is below the point. */
static uint64_t split(uint64_t mant, int32_t exp, uint64_t *rest)
{
    if (exp < -1) { /* below a half */
        *rest = 1;
        return 0;
    }
    if (exp == -1) {
        *rest = mant;
        return 0;
    }
    unsigned shift = 63u - (unsigned)exp;
    *rest = shift ? mant << (64u - shift) : 0;
    return mant >> shift;
}

uint64_t fp_round_int(fp_size z, uint64_t a, fp_round round, bool exact, fp_env *e)
{
    fp_num n = fp_unpack(z, a, e);
    uint64_t rest, whole;
    if (n.cls >= FP_QNAN)
        return fp_nan(z, a, (fp_class)n.cls, e);
    if (n.cls == FP_INF || (n.cls == FP_FINITE && n.exp >= (int32_t)fp_frac_bits(z)))
        return a;
    if (n.cls == FP_ZERO)
        return fp_zero(z, n.sign);
    whole = split(n.mant, n.exp, &rest);
    whole += fp_rounds_up(round, n.sign, whole & 1u, rest);
    if (rest && exact)
        e->flags |= FP_IXC;
    if (!whole)
        return fp_zero(z, n.sign);
    unsigned lead = (unsigned)__builtin_clzll(whole);
    return fp_pack(z, n.sign, 63 - (int32_t)lead, whole << lead, e);
}

/** The number nearest to an infinite or too large one. */
static uint64_t saturated(unsigned bits, bool is_signed, bool sign, fp_env *e)
{
    uint64_t all = bits == 64u ? UINT64_MAX : (UINT64_C(1) << bits) - 1u;
    e->flags |= FP_IOC;
    if (is_signed)
        return sign ? all / 2u + 1u : all / 2u;
    return sign ? 0 : all;
}

uint64_t fp_to_fixed(fp_size z, uint64_t a, unsigned bits, unsigned frac, bool is_signed,
                     fp_round round, fp_env *e)
{
    fp_num n = fp_unpack(z, a, e);
    uint64_t all = bits == 64u ? UINT64_MAX : (UINT64_C(1) << bits) - 1u;
    uint64_t most = is_signed ? all / 2u + n.sign : n.sign ? 0 : all;
    uint64_t rest, whole;
    int32_t exp = n.exp + (int32_t)frac;
    if (n.cls >= FP_QNAN) {
        e->flags |= FP_IOC;
        return 0;
    }
    if (n.cls == FP_ZERO)
        return 0;
    if (n.cls == FP_INF || exp > 63)
        return saturated(bits, is_signed, n.sign, e);
    whole = split(n.mant, exp, &rest);
    whole += fp_rounds_up(round, n.sign, whole & 1u, rest);
    if (whole > most)
        return saturated(bits, is_signed, n.sign, e);
    if (rest)
        e->flags |= FP_IXC;
    return (n.sign ? 0 - whole : whole) & all;
}

uint64_t fp_from_fixed(fp_size z, uint64_t v, unsigned bits, unsigned frac, bool is_signed,
                       fp_env *e)
{
    uint64_t all = bits == 64u ? UINT64_MAX : (UINT64_C(1) << bits) - 1u;
    bool sign = is_signed && (v >> (bits - 1u) & 1u);
    uint64_t magnitude = (sign ? 0 - v : v) & all;
    if (!magnitude)
        return 0;
    unsigned lead = (unsigned)__builtin_clzll(magnitude);
    return fp_pack(z, sign, 63 - (int32_t)(lead + frac), magnitude << lead, e);
}

/** A NaN in another format: as much of its fraction as fits. */
static uint64_t convert_nan(fp_size to, const fp_num *n, fp_env *e)
{
    unsigned to_bits = fp_frac_bits(to);
    uint64_t frac = n->mant << 1 >> (64u - to_bits);
    if (n->cls == FP_SNAN || (to == FP_HALF && e->ahp))
        e->flags |= FP_IOC;
    if (to == FP_HALF && e->ahp) /* which has no NaNs */
        return fp_zero(to, n->sign);
    if (e->dn)
        return fp_default_nan(to);
    return fp_infinity(to, n->sign) | UINT64_C(1) << (to_bits - 1u) | frac;
}

uint64_t fp_convert(fp_size from, fp_size to, uint64_t a, fp_round round, fp_env *e)
{
    fp_num n = fp_unpack(from, a, e);
    uint8_t before = e->round;
    uint64_t r;
    if (n.cls >= FP_QNAN)
        return convert_nan(to, &n, e);
    if (n.cls == FP_ZERO)
        return fp_zero(to, n.sign);
    if (n.cls == FP_INF) {
        if (to != FP_HALF || !e->ahp)
            return fp_infinity(to, n.sign);
        e->flags |= FP_IOC;
        return fp_zero(to, n.sign) | (fp_sign_bit(to) - 1u);
    }
    e->round = (uint8_t)round;
    r = fp_pack(to, n.sign, n.exp, n.mant, e);
    e->round = before;
    return r;
}

uint64_t fp_expand_imm(fp_size z, unsigned imm8)
{
    unsigned frac_bits = fp_frac_bits(z), exp_bits = fp_exp_bits(z);
    uint64_t high = imm8 >> 6 & 1u;
    uint64_t exp = (high ? (UINT64_C(1) << (exp_bits - 3u)) - 1u : 0) << 2 | (imm8 >> 4 & 3u);
    exp |= (uint64_t)!high << (exp_bits - 1u);
    return fp_zero(z, imm8 >> 7 & 1u) | exp << frac_bits |
           (uint64_t)(imm8 & 15u) << (frac_bits - 4u);
}
