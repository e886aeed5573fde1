/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's own arithmetic where it cannot be told from ours: IEEE 754 formats, rounding to
 * nearest, operands that are normal or zero, a result that is normal and not the least one, and a
 * guest whose cumulative inexact flag is set already, so that nobody can see what raised it. Then
 * the result is the one that the standard defines, whatever the host. Anything else is left to the
 * integer code.
 */
#ifndef A64_FP_NATIVE_H
#define A64_FP_NATIVE_H

#include <float.h>
#include <string.h>

#include "fp.h"

#if FLT_EVAL_METHOD == 0 && FLT_RADIX == 2 && DBL_MANT_DIG == 53 && FLT_MANT_DIG == 24
#define FP_HAS_NATIVE 1
#else
#define FP_HAS_NATIVE 0
#endif

/** Normal or zero. */
static inline bool fp_is_plain(fp_size z, uint64_t v)
{
    uint64_t field = v >> fp_frac_bits(z) & ((1u << fp_exp_bits(z)) - 1u);
    return ((field + 1u) & ((1u << fp_exp_bits(z)) - 2u)) != 0 || fp_abs(z, v) == 0;
}

/** Normal, and not with the least exponent, where the rounded result may hide an underflow. */
static inline bool fp_is_sure(fp_size z, uint64_t v)
{
    uint64_t field = v >> fp_frac_bits(z) & ((1u << fp_exp_bits(z)) - 1u);
    return field > 1u && field < (1u << fp_exp_bits(z)) - 1u;
}

static inline double fp_as_double(uint64_t v)
{
    double d;
    memcpy(&d, &v, sizeof d);
    return d;
}

static inline uint64_t fp_of_double(double d)
{
    uint64_t v;
    memcpy(&v, &d, sizeof v);
    return v;
}

static inline float fp_as_float(uint64_t v)
{
    uint32_t w = (uint32_t)v;
    float f;
    memcpy(&f, &w, sizeof f);
    return f;
}

static inline uint64_t fp_of_float(float f)
{
    uint32_t w;
    memcpy(&w, &f, sizeof w);
    return w;
}

/* fp_native_<name>: true when *r is the result. */
#define FP_NATIVE(name, op)                                                                 \
    static inline bool fp_native_##name(fp_size z, uint64_t a, uint64_t b, const fp_env *e, \
                                        uint64_t *r)                                        \
    {                                                                                       \
        if (!FP_HAS_NATIVE || !e->native || !fp_is_plain(z, a) || !fp_is_plain(z, b))       \
            return false;                                                                   \
        *r = z == FP_DOUBLE ? fp_of_double(fp_as_double(a) op fp_as_double(b))              \
                            : fp_of_float(fp_as_float(a) op fp_as_float(b));                \
        return fp_is_sure(z, *r);                                                           \
    }

FP_NATIVE(add, +)
FP_NATIVE(sub, -)
FP_NATIVE(mul, *)
FP_NATIVE(div, /)

/** Order of two plain numbers: NZCV as fp_compare gives it. */
static inline bool fp_native_compare(fp_size z, uint64_t a, uint64_t b, unsigned *nzcv)
{
    double x, y;
    if (!FP_HAS_NATIVE || !fp_is_plain(z, a) || !fp_is_plain(z, b))
        return false;
    x = z == FP_DOUBLE ? fp_as_double(a) : (double)fp_as_float(a);
    y = z == FP_DOUBLE ? fp_as_double(b) : (double)fp_as_float(b);
    *nzcv = x < y ? 8u : x > y ? 2u : 6u;
    return true;
}

#endif
