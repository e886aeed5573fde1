/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the files of Advanced SIMD and floating point write bodies and tables of opcodes: a function
 * is made into a body for each size of elements, and a row of a table has those that exist.
 */
#ifndef A64_SIMD_BODY_H
#define A64_SIMD_BODY_H

#include "simd.h"

/* A body that is one call. */
#define BODY(name, call)                          \
    static void name(a64_cpu *c, const a64_op *o) \
    {                                             \
        call;                                     \
    }

/* Bodies name_b, name_h, name_s, name_d that call how(c, o, log2 of an element's bytes, ...). */
#define BODIES_HS(name, how, ...)              \
    BODY(name##_h, how(c, o, 1u, __VA_ARGS__)) \
    BODY(name##_s, how(c, o, 2u, __VA_ARGS__))
#define BODIES_BHS(name, how, ...)             \
    BODY(name##_b, how(c, o, 0u, __VA_ARGS__)) \
    BODIES_HS(name, how, __VA_ARGS__)
#define BODIES_ALL(name, how, ...)     \
    BODIES_BHS(name, how, __VA_ARGS__) \
    BODY(name##_d, how(c, o, 3u, __VA_ARGS__))

/* The same for the formats of floating point. */
#define BODIES_SD(name, how, ...)                     \
    BODY(name##_s, how(c, o, FP_SINGLE, __VA_ARGS__)) \
    BODY(name##_d, how(c, o, FP_DOUBLE, __VA_ARGS__))

/* ------------------------------------------------------------------ rows of tables */

/** Sizes of elements that exist: B, H, S and D are bits 0 to 3. */
enum { NONE = 0, B_ONLY = 1, BH = 3, S_ONLY = 4, HS = 6, BHS = 7, D_ONLY = 8, SD = 12, ALL = 15 };

/* A simd_row: vectors have all the sizes that it names, scalars those of `scalar`. */
#define ROW_HS(name, scalar)                         \
    {                                                \
        {NULL, name##_h, name##_s, NULL}, HS, scalar \
    }
#define ROW_BHS(name, scalar)                             \
    {                                                     \
        {name##_b, name##_h, name##_s, NULL}, BHS, scalar \
    }
#define ROW_SD(name, scalar)                         \
    {                                                \
        {NULL, NULL, name##_s, name##_d}, SD, scalar \
    }
#define ROW_ALL(name, scalar)                                 \
    {                                                         \
        {name##_b, name##_h, name##_s, name##_d}, ALL, scalar \
    }
#define ROW_NONE                             \
    {                                        \
        {NULL, NULL, NULL, NULL}, NONE, NONE \
    }

/* ------------------------------------------------------------------ floating point */

/* one_<name>: a function of one number, `expr` over z, v and e. */
#define ONE_FN(name, expr)                                       \
    static uint64_t one_##name(fp_size z, uint64_t v, fp_env *e) \
    {                                                            \
        (void)z, (void)e;                                        \
        return expr;                                             \
    }

/** The rounding that FPCR asks for. */
#define CURRENT ((fp_round)e->round)

/* What scalars and vectors both have: OP(name, expr) of one number, OP(name, function) of two. */
#define FP_OPS_OF_ONE(OP)                                   \
    OP(fabs_, fp_abs(z, v))                                 \
    OP(fneg, fp_neg(z, v))                                  \
    OP(fsqrt, fp_sqrt(z, v, e))                             \
    OP(frintn, fp_round_int(z, v, FP_TO_NEAREST, false, e)) \
    OP(frintp, fp_round_int(z, v, FP_TO_PLUS, false, e))    \
    OP(frintm, fp_round_int(z, v, FP_TO_MINUS, false, e))   \
    OP(frintz, fp_round_int(z, v, FP_TO_ZERO, false, e))    \
    OP(frinta, fp_round_int(z, v, FP_TIES_AWAY, false, e))  \
    OP(frintx, fp_round_int(z, v, CURRENT, true, e))        \
    OP(frinti, fp_round_int(z, v, CURRENT, false, e))
#define FP_OPS_OF_TWO(OP) \
    OP(fmul, fp_mul)      \
    OP(fdiv, fp_div)      \
    OP(fadd, fp_add)      \
    OP(fsub, fp_sub)      \
    OP(fmax, fp_max)      \
    OP(fmin, fp_min)      \
    OP(fmaxnm, fp_maxnm)  \
    OP(fminnm, fp_minnm)

#endif
