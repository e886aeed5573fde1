/* SPDX-License-Identifier: Apache-2.0 */
/* Taking numbers apart, rounding, and the rules of NaNs. */
#include "fp.h"

fp_num fp_unpack(fp_size z, uint64_t v, fp_env *e)
{
    unsigned frac_bits = fp_frac_bits(z);
    uint64_t frac = v & ((UINT64_C(1) << frac_bits) - 1u);
    int32_t top = (1 << fp_exp_bits(z)) - 1;
    int32_t field = (int32_t)(v >> frac_bits) & top;
    fp_num n = {.sign = (v & fp_sign_bit(z)) != 0};
    if (field == 0) {
        if (frac == 0)
            return n;
        if (e->fz && z != FP_HALF) {
            e->flags |= FP_IDC;
            return n;
        }
        unsigned lead = (unsigned)__builtin_clzll(frac);
        n.cls = FP_FINITE;
        n.mant = frac << lead;
        n.exp = 64 - fp_bias(z) - (int32_t)(frac_bits + lead);
        return n;
    }
    n.mant = UINT64_C(1) << 63 | frac << (63u - frac_bits);
    n.exp = field - fp_bias(z);
    n.cls = FP_FINITE;
    if (field == top && !(z == FP_HALF && e->ahp))
        n.cls = frac == 0 ? FP_INF : (frac >> (frac_bits - 1u) ? FP_QNAN : FP_SNAN);
    return n;
}

bool fp_rounds_up(fp_round round, bool sign, bool odd, uint64_t rest)
{
    const uint64_t half = UINT64_C(1) << 63;
    switch (round) {
    case FP_TO_NEAREST:
        return rest > half || (rest == half && odd);
    case FP_TO_PLUS:
        return rest && !sign;
    case FP_TO_MINUS:
        return rest && sign;
    case FP_TIES_AWAY:
        return rest >= half;
    default:
        return false;
    }
}

bool fp_overflows(fp_round round, bool sign)
{
    switch (round) {
    case FP_TO_PLUS:
        return !sign;
    case FP_TO_MINUS:
        return sign;
    case FP_TO_ZERO:
    case FP_TO_ODD:
        return false;
    default:
        return true;
    }
}

/** What is packed when the exponent does not fit. */
static uint64_t overflowed(fp_size z, bool sign, fp_env *e)
{
    if (z == FP_HALF && e->ahp) {
        e->flags |= FP_IOC;
        return fp_zero(z, sign) | (fp_sign_bit(z) - 1u);
    }
    e->flags |= FP_OFC | FP_IXC;
    return fp_overflows((fp_round)e->round, sign) ? fp_infinity(z, sign) : fp_max_normal(z, sign);
}

uint64_t fp_pack(fp_size z, bool sign, int32_t exp, uint64_t mant, fp_env *e)
{
    unsigned frac_bits = fp_frac_bits(z);
    int32_t least = 1 - fp_bias(z);
    int32_t field = exp < least ? 0 : exp - least + 1;
    int32_t top = (1 << fp_exp_bits(z)) - (z == FP_HALF && e->ahp ? 0 : 1);
    unsigned shift = 63u - frac_bits + (field ? 0u : (unsigned)(least - exp));
    fp_round round = (fp_round)e->round;
    uint64_t kept = 0, rest = 1;
    if (!field && e->fz && z != FP_HALF) { /* before rounding; never inexact */
        e->flags |= FP_UFC;
        return fp_zero(z, sign);
    }
    if (shift < 64u) {
        kept = mant >> shift;
        rest = mant << (64u - shift);
    } else if (shift == 64u) {
        rest = mant;
    }
    if (!field && rest)
        e->flags |= FP_UFC;
    kept += fp_rounds_up(round, sign, kept & 1u, rest);
    kept |= round == FP_TO_ODD && rest;
    if (!field && kept >> frac_bits) {
        field = 1;
    } else if (kept >> (frac_bits + 1u)) {
        field++;
        kept >>= 1;
    }
    if (field >= top)
        return overflowed(z, sign, e);
    if (rest)
        e->flags |= FP_IXC;
    return fp_zero(z, sign) | (uint64_t)field << frac_bits |
           (kept & ((UINT64_C(1) << frac_bits) - 1u));
}

uint64_t fp_nan(fp_size z, uint64_t v, fp_class cls, fp_env *e)
{
    if (cls == FP_SNAN)
        e->flags |= FP_IOC;
    return e->dn ? fp_default_nan(z) : v | UINT64_C(1) << (fp_frac_bits(z) - 1u);
}

uint64_t fp_nan2(fp_size z, uint64_t a, fp_class ca, uint64_t b, fp_class cb, fp_env *e)
{
    if (ca == FP_SNAN || (cb != FP_SNAN && ca == FP_QNAN))
        return fp_nan(z, a, ca, e);
    return fp_nan(z, b, cb, e);
}

uint64_t fp_invalid(fp_size z, fp_env *e)
{
    e->flags |= FP_IOC;
    return fp_default_nan(z);
}
