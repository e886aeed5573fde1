/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floating point as the architecture defines it, in integer arithmetic: the same bits on any host.
 *
 * Numbers are passed as they lie in registers, in the low bits of a uint64_t. Every operation
 * unpacks, computes exactly (or with a sticky bit), rounds once and packs; flags accumulate in
 * `fp_env.flags`. No FP16 arithmetic: halves occur in conversions only.
 */
#ifndef A64_FP_H
#define A64_FP_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 fp_u128;

/** A format, as log2 of its bytes. */
typedef enum fp_size { FP_HALF = 1, FP_SINGLE = 2, FP_DOUBLE = 3 } fp_size;

/** Rounding; the first four as in FPCR.RMode. */
typedef enum fp_round {
    FP_TO_NEAREST,
    FP_TO_PLUS,
    FP_TO_MINUS,
    FP_TO_ZERO,
    FP_TIES_AWAY, /**< To nearest, ties away from zero. */
    FP_TO_ODD     /**< Towards zero, then the last bit set when inexact (FCVTXN). */
} fp_round;

/** Cumulative exception flags, where FPSR has them. */
enum {
    FP_IOC = 1u << 0,
    FP_DZC = 1u << 1,
    FP_OFC = 1u << 2,
    FP_UFC = 1u << 3,
    FP_IXC = 1u << 4,
    FP_IDC = 1u << 7,
    FP_QC = 1u << 27 /**< Saturation of an integer operation. */
};

/** What an operation obeys, from FPCR, and the flags it raises. */
typedef struct fp_env {
    uint32_t flags; /**< FP_* raised. */
    uint8_t round;  /**< fp_round. */
    bool dn;        /**< Default NaN. */
    bool fz;        /**< Flush denormals of single and double to zero. */
    bool ahp;       /**< Alternative half precision. */
    bool native;    /**< To nearest, and IXC is set already: the host may compute what is plain. */
} fp_env;

/** Kinds of values. */
typedef enum fp_class { FP_ZERO, FP_FINITE, FP_INF, FP_QNAN, FP_SNAN } fp_class;

/** A value taken apart: finite ones are mant / 2^63 * 2^exp with bit 63 of mant set. */
typedef struct fp_num {
    uint64_t mant;
    int32_t exp;
    uint8_t cls; /**< fp_class. */
    bool sign;
} fp_num;

/* ------------------------------------------------------------------ formats */

/** Bits of the fraction and of the exponent. */
static inline unsigned fp_frac_bits(fp_size z)
{
    return z == FP_DOUBLE ? 52u : z == FP_SINGLE ? 23u : 10u;
}

static inline unsigned fp_exp_bits(fp_size z)
{
    return z == FP_DOUBLE ? 11u : z == FP_SINGLE ? 8u : 5u;
}

static inline int fp_bias(fp_size z)
{
    return (1 << (fp_exp_bits(z) - 1u)) - 1;
}

static inline uint64_t fp_sign_bit(fp_size z)
{
    return UINT64_C(1) << ((8u << z) - 1u);
}

static inline uint64_t fp_infinity(fp_size z, bool sign)
{
    return (sign ? fp_sign_bit(z) : 0) | (fp_sign_bit(z) - (UINT64_C(1) << fp_frac_bits(z)));
}

static inline uint64_t fp_zero(fp_size z, bool sign)
{
    return sign ? fp_sign_bit(z) : 0;
}

static inline uint64_t fp_max_normal(fp_size z, bool sign)
{
    return fp_infinity(z, sign) - 1u;
}

static inline uint64_t fp_default_nan(fp_size z)
{
    return fp_infinity(z, false) | UINT64_C(1) << (fp_frac_bits(z) - 1u);
}

/** Sign changes; they touch NaNs too and raise nothing. */
static inline uint64_t fp_neg(fp_size z, uint64_t v)
{
    return v ^ fp_sign_bit(z);
}

static inline uint64_t fp_abs(fp_size z, uint64_t v)
{
    return v & (fp_sign_bit(z) - 1u);
}

/** Right shift that keeps what it drops as a sticky bit 0. */
static inline uint64_t fp_shift_jam(uint64_t v, unsigned by)
{
    if (by >= 64u)
        return v != 0;
    return by ? v >> by | (v << (64u - by) != 0) : v;
}

/* ------------------------------------------------------------------ core */

/** Takes a number apart; a flushed denormal raises IDC. */
fp_num fp_unpack(fp_size z, uint64_t v, fp_env *e);

/** Rounds mant / 2^63 * 2^exp (bit 63 set, bit 0 sticky) into the format. */
uint64_t fp_pack(fp_size z, bool sign, int32_t exp, uint64_t mant, fp_env *e);

/** Whether rounding up in magnitude is due; @p rest is what is dropped, half is bit 63. */
bool fp_rounds_up(fp_round round, bool sign, bool odd, uint64_t rest);

/** Whether overflow in this rounding gives infinity, else the largest number. */
bool fp_overflows(fp_round round, bool sign);

/** The result for a NaN operand. */
uint64_t fp_nan(fp_size z, uint64_t v, fp_class cls, fp_env *e);

/** The result of two operands of which one at least is a NaN. */
uint64_t fp_nan2(fp_size z, uint64_t a, fp_class ca, uint64_t b, fp_class cb, fp_env *e);

/** Invalid operation: default NaN. */
uint64_t fp_invalid(fp_size z, fp_env *e);

/* ------------------------------------------------------------------ arithmetic */

/** Functions of one, two and three numbers; the first of three is what is added to. */
typedef uint64_t fp_one_fn(fp_size z, uint64_t v, fp_env *e);
typedef uint64_t fp_two_fn(fp_size z, uint64_t l, uint64_t r, fp_env *e);
typedef uint64_t fp_three_fn(fp_size z, uint64_t acc, uint64_t l, uint64_t r, fp_env *e);

uint64_t fp_add(fp_size z, uint64_t a, uint64_t b, fp_env *e);
uint64_t fp_sub(fp_size z, uint64_t a, uint64_t b, fp_env *e);
uint64_t fp_mul(fp_size z, uint64_t a, uint64_t b, fp_env *e);
/** FMULX: infinity times zero is 2. */
uint64_t fp_mulx(fp_size z, uint64_t a, uint64_t b, fp_env *e);
uint64_t fp_div(fp_size z, uint64_t a, uint64_t b, fp_env *e);
uint64_t fp_sqrt(fp_size z, uint64_t a, fp_env *e);
/** @p addend + @p a * @p b, rounded once. */
uint64_t fp_muladd(fp_size z, uint64_t addend, uint64_t a, uint64_t b, fp_env *e);
/** |a - b|. */
uint64_t fp_abd(fp_size z, uint64_t a, uint64_t b, fp_env *e);
/** FRECPS: 2 - a * b; FRSQRTS: (3 - a * b) / 2. */
uint64_t fp_recip_step(fp_size z, uint64_t a, uint64_t b, fp_env *e);
uint64_t fp_rsqrt_step(fp_size z, uint64_t a, uint64_t b, fp_env *e);

uint64_t fp_max(fp_size z, uint64_t a, uint64_t b, fp_env *e);
uint64_t fp_min(fp_size z, uint64_t a, uint64_t b, fp_env *e);
uint64_t fp_maxnm(fp_size z, uint64_t a, uint64_t b, fp_env *e);
uint64_t fp_minnm(fp_size z, uint64_t a, uint64_t b, fp_env *e);

/** NZCV as four bits; @p signal: quiet NaNs are invalid too. */
unsigned fp_compare(fp_size z, uint64_t a, uint64_t b, bool signal, fp_env *e);

/** FRECPE, FRSQRTE, FRECPX, and their unsigned integer relatives. */
uint64_t fp_recip_estimate(fp_size z, uint64_t a, fp_env *e);
uint64_t fp_rsqrt_estimate(fp_size z, uint64_t a, fp_env *e);
uint64_t fp_recip_exponent(fp_size z, uint64_t a, fp_env *e);
uint32_t fp_unsigned_recip(uint32_t a);
uint32_t fp_unsigned_rsqrt(uint32_t a);

/* ------------------------------------------------------------------ conversions */

/** To an integral value in the same format; @p exact: raise IXC (FRINTX). */
uint64_t fp_round_int(fp_size z, uint64_t a, fp_round round, bool exact, fp_env *e);

/** To a fixed-point number of @p bits bits, @p frac of them below the point; saturates. */
uint64_t fp_to_fixed(fp_size z, uint64_t a, unsigned bits, unsigned frac, bool is_signed,
                     fp_round round, fp_env *e);

/** From a fixed-point number of @p bits bits. */
uint64_t fp_from_fixed(fp_size z, uint64_t v, unsigned bits, unsigned frac, bool is_signed,
                       fp_env *e);

/** From format @p from to format @p to, rounding as @p round. */
uint64_t fp_convert(fp_size from, fp_size to, uint64_t a, fp_round round, fp_env *e);

/** The constant that the imm8 of FMOV stands for. */
uint64_t fp_expand_imm(fp_size z, unsigned imm8);

#endif
