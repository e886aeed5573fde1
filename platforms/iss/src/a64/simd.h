/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advanced SIMD and scalar floating point: what their files share.
 *
 * Most operations are an a64_body called by a64_op_body. Their operands: rd, rn, rm are registers
 * of either kind, `ra` is the number of bytes of the result that are not zero (16, 8, or the size
 * of a scalar) unless said otherwise; what else a body needs it takes from `raw`.
 */
#ifndef A64_SIMD_H
#define A64_SIMD_H

#include "fp.h"
#include "sys.h"

#define VEC(field) (c->a.v[o->field])

/** Writes a result; what is beyond its `ra` bytes becomes zero. */
static inline void simd_put(a64_cpu *c, const a64_op *o, a64_vec r)
{
    if (o->ra <= 8u) {
        r.d[1] = 0;
        if (o->ra < 8u)
            r.d[0] &= (UINT64_C(1) << (8u * o->ra)) - 1u;
    }
    VEC(rd) = r;
}

/**
 * Writes what narrows to half a vector: the lower half, clearing the upper one; or, in the "2"
 * forms (Q), the upper half only.
 */
static inline void simd_put_half(a64_cpu *c, const a64_op *o, uint64_t v)
{
    bool upper = a64_bit(o->raw, 30);
    VEC(rd).d[upper] = v;
    if (!upper)
        VEC(rd).d[1] = 0;
}

/** Writes what narrows: half a vector as simd_put_half(), or one scalar. */
static inline void simd_put_narrow(a64_cpu *c, const a64_op *o, a64_vec r)
{
    if (a64_bit(o->raw, 28))
        VEC(rd) = r;
    else
        simd_put_half(c, o, r.d[0]);
}

/** Lane @p i of @p v, of 2^size bytes. */
static inline uint64_t simd_get(const a64_vec *v, unsigned size, unsigned i)
{
    switch (size) {
    case 0:
        return v->b[i];
    case 1:
        return v->h[i];
    case 2:
        return v->s[i];
    default:
        return v->d[i];
    }
}

static inline void simd_set(a64_vec *v, unsigned size, unsigned i, uint64_t x)
{
    switch (size) {
    case 0:
        v->b[i] = (uint8_t)x;
        break;
    case 1:
        v->h[i] = (uint16_t)x;
        break;
    case 2:
        v->s[i] = (uint32_t)x;
        break;
    default:
        v->d[i] = x;
        break;
    }
}

/** The same, extended to 64 bits. */
static inline uint64_t simd_lane(const a64_vec *v, unsigned size, unsigned i, bool is_signed)
{
    uint64_t x = simd_get(v, size, i);
    return is_signed ? (uint64_t)a64_sext(x, 8u << size) : x;
}

/** All ones in @p bits bits. */
static inline uint64_t simd_ones(unsigned bits)
{
    return bits >= 64u ? UINT64_MAX : (UINT64_C(1) << bits) - 1u;
}

/* ------------------------------------------------------------------ saturation */

/** The signed value nearest to @p v in @p bits bits; sets @p sat when it is another. */
static inline int64_t simd_sat_signed(a64_i128 v, unsigned bits, bool *sat)
{
    int64_t most = (int64_t)(simd_ones(bits) >> 1), least = -most - 1;
    if (v >= least && v <= most)
        return (int64_t)v;
    *sat = true;
    return v < 0 ? least : most;
}

/** The unsigned one. */
static inline uint64_t simd_sat_unsigned(a64_i128 v, unsigned bits, bool *sat)
{
    uint64_t most = simd_ones(bits);
    if (v >= 0 && v <= (a64_i128)most)
        return (uint64_t)v;
    *sat = true;
    return v < 0 ? 0 : most;
}

/** How lanes become narrower: plain, or saturated from signed or unsigned to signed or unsigned. */
typedef enum simd_narrowing {
    SIMD_NARROW,
    SIMD_NARROW_SS,
    SIMD_NARROW_SU,
    SIMD_NARROW_UU
} simd_narrowing;

/** What is left in @p bits bits of a lane that is @p u when unsigned and @p s when signed. */
static inline uint64_t simd_narrowed(uint64_t u, int64_t s, unsigned bits, simd_narrowing how,
                                     bool *sat)
{
    switch (how) {
    case SIMD_NARROW_SS:
        return (uint64_t)simd_sat_signed(s, bits, sat);
    case SIMD_NARROW_SU:
        return simd_sat_unsigned(s, bits, sat);
    case SIMD_NARROW_UU:
        return simd_sat_unsigned((a64_i128)u, bits, sat);
    default:
        return u;
    }
}

/** Notes that an operation saturated. */
static inline void simd_note(a64_cpu *c, bool sat)
{
    if (sat)
        c->a.fpsr |= FP_QC;
}

/* ------------------------------------------------------------------ products */

/** Of polynomials over {0, 1}: 8 bits by 8 bits. */
static inline unsigned simd_polynomial(unsigned l, unsigned r)
{
    unsigned p = 0;
    for (unsigned i = 0; i < 8u; i++)
        p ^= (r >> i & 1u) ? l << i : 0;
    return p;
}

/** (2 * l * r [+ rounding]) >> bits. */
static inline uint64_t simd_double_high(uint64_t l, uint64_t r, unsigned bits, bool round,
                                        bool *sat)
{
    a64_i128 p = (a64_i128)a64_sext(l, bits) * a64_sext(r, bits) * 2;
    if (round)
        p += (a64_i128)1 << (bits - 1u);
    return (uint64_t)simd_sat_signed(p >> bits, bits, sat);
}

/* ------------------------------------------------------------------ floating point */

static inline fp_env simd_fp_env(const a64_cpu *c)
{
    uint32_t fpcr = c->a.fpcr;
    return (fp_env){.native = !(fpcr >> 22 & 3u) && (c->a.fpsr & FP_IXC),
                    .round = (uint8_t)(fpcr >> 22 & 3u),
                    .fz = fpcr >> 24 & 1u,
                    .dn = fpcr >> 25 & 1u,
                    .ahp = fpcr >> 26 & 1u};
}

/* ------------------------------------------------------------------ decode */

/**
 * One opcode of a group: a body for each element size, and which sizes exist, as bits: for vectors
 * (64-bit elements need 128-bit vectors) and for scalars.
 */
typedef struct simd_row {
    a64_body *body[4];
    uint8_t vector, scalar;
} simd_row;

/** Takes a body for the operation, with rd, rn, rm from their usual places. */
static inline bool simd_take(a64_decoded *d, a64_body *body, unsigned bytes)
{
    uint32_t raw = d->op.raw;
    d->op.fn = a64_op_body;
    d->op.body = body;
    d->op.rd = (uint8_t)a64_bits(raw, 4, 0);
    d->op.rn = (uint8_t)a64_bits(raw, 9, 5);
    d->op.rm = (uint8_t)a64_bits(raw, 20, 16);
    d->op.ra = (uint8_t)bytes;
    return body != NULL;
}

/** Takes what @p row has for elements of 2^size bytes. */
static inline bool simd_take_row(a64_decoded *d, const simd_row *row, unsigned size)
{
    bool scalar = a64_bit(d->op.raw, 28), q = a64_bit(d->op.raw, 30);
    unsigned sizes = scalar ? row->scalar : row->vector;
    if (!(sizes >> size & 1u) || (!scalar && size == 3u && !q))
        return false;
    return simd_take(d, row->body[size], scalar ? 1u << size : q ? 16u : 8u);
}

/** The groups; each returns false for an unallocated encoding. */
bool simd_decode_same(a64_decoded *d, uint32_t raw);
bool simd_decode_same_fp(a64_decoded *d, uint32_t raw);
bool simd_decode_different(a64_decoded *d, uint32_t raw);
bool simd_decode_misc(a64_decoded *d, uint32_t raw);
bool simd_decode_misc_fp(a64_decoded *d, uint32_t raw);
bool simd_decode_across(a64_decoded *d, uint32_t raw);
bool simd_decode_pairwise(a64_decoded *d, uint32_t raw);
bool simd_decode_across_fp(a64_decoded *d, uint32_t raw);
bool simd_decode_copy(a64_decoded *d, uint32_t raw);
bool simd_decode_permute(a64_decoded *d, uint32_t raw);
bool simd_decode_immediate(a64_decoded *d, uint32_t raw);
bool simd_decode_shift(a64_decoded *d, uint32_t raw);
bool simd_decode_fixed(a64_decoded *d, uint32_t raw);
bool simd_decode_indexed(a64_decoded *d, uint32_t raw);
bool simd_decode_indexed_fp(a64_decoded *d, uint32_t raw);
bool fp_decode(a64_decoded *d, uint32_t raw);

/** LD1 to LD4, ST1 to ST4: executes one; false when it took an exception or must be redone. */
bool a64_simd_structure(a64_cpu *c, uint32_t raw);
bool a64_simd_structure_known(uint32_t raw);

#endif
