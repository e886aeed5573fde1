/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic that sets flags, shifts and extensions: shared by all data-processing handlers. */
#ifndef A64_ALU_H
#define A64_ALU_H

#include "cpu.h"

static inline uint64_t a64_adds64(a64_arch *a, uint64_t l, uint64_t r)
{
    uint64_t res = l + r;
    a->nf = a->zf = res;
    a->cf = res < l;
    a->vf = (l ^ res) & (r ^ res);
    return res;
}

static inline uint64_t a64_subs64(a64_arch *a, uint64_t l, uint64_t r)
{
    uint64_t res = l - r;
    a->nf = a->zf = res;
    a->cf = l >= r;
    a->vf = (l ^ r) & (l ^ res);
    return res;
}

static inline uint64_t a64_adds32(a64_arch *a, uint32_t l, uint32_t r)
{
    uint32_t res = l + r;
    a->nf = (uint64_t)res << 32;
    a->zf = res;
    a->cf = res < l;
    a->vf = (uint64_t)((l ^ res) & (r ^ res)) << 32;
    return res;
}

static inline uint64_t a64_subs32(a64_arch *a, uint32_t l, uint32_t r)
{
    uint32_t res = l - r;
    a->nf = (uint64_t)res << 32;
    a->zf = res;
    a->cf = l >= r;
    a->vf = (uint64_t)((l ^ r) & (l ^ res)) << 32;
    return res;
}

/** Addition with carry in; subtraction passes the inverse of @p r. */
static inline uint64_t a64_adcs64(a64_arch *a, uint64_t l, uint64_t r)
{
    uint64_t part = l + r;
    uint64_t res = part + a->cf;
    uint64_t carry = (uint64_t)(part < l) | (uint64_t)(res < part);
    a->nf = a->zf = res;
    a->cf = carry;
    a->vf = (l ^ res) & (r ^ res);
    return res;
}

static inline uint64_t a64_adcs32(a64_arch *a, uint32_t l, uint32_t r)
{
    uint64_t wide = (uint64_t)l + r + a->cf;
    uint32_t res = (uint32_t)wide;
    a->nf = (uint64_t)res << 32;
    a->zf = res;
    a->cf = wide >> 32;
    a->vf = (uint64_t)((l ^ res) & (r ^ res)) << 32;
    return res;
}

static inline uint64_t a64_logic64(a64_arch *a, uint64_t res)
{
    a->nf = a->zf = res;
    a->cf = a->vf = 0;
    return res;
}

static inline uint64_t a64_logic32(a64_arch *a, uint32_t res)
{
    a->nf = (uint64_t)res << 32;
    a->zf = res;
    a->cf = a->vf = 0;
    return res;
}

/** Shift of a register operand: type 0 LSL, 1 LSR, 2 ASR, 3 ROR. */
static inline uint64_t a64_shift64(uint64_t v, unsigned type, unsigned by)
{
    switch (type) {
    case 0:
        return v << by;
    case 1:
        return v >> by;
    case 2:
        return (uint64_t)((int64_t)v >> by);
    default:
        return by ? v >> by | v << (64u - by) : v;
    }
}

static inline uint32_t a64_shift32(uint32_t v, unsigned type, unsigned by)
{
    switch (type) {
    case 0:
        return v << by;
    case 1:
        return v >> by;
    case 2:
        return (uint32_t)((int32_t)v >> by);
    default:
        return by ? v >> by | v << (32u - by) : v;
    }
}

/** Extended register operand: option 0 UXTB to 7 SXTX, then a left shift. */
static inline uint64_t a64_extend(uint64_t v, unsigned option, unsigned by)
{
    unsigned bits = 8u << (option & 3u);
    uint64_t low = bits == 64u ? v : v & ((UINT64_C(1) << bits) - 1u);
    if (option & 4u)
        low = (uint64_t)a64_sext(v, bits);
    return low << by;
}

#endif
