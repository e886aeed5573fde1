/* SPDX-License-Identifier: Apache-2.0 */
/* What every kernel header needs: linkage, assertions, small bit operations. */
#ifndef GIC_DEFS_H
#define GIC_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define GIC_BEGIN_DECLS               extern "C" {
#define GIC_END_DECLS                 }
#define GIC_STATIC_ASSERT(cond, text) static_assert(cond, text)
#else
#define GIC_BEGIN_DECLS
#define GIC_END_DECLS
#define GIC_STATIC_ASSERT(cond, text) _Static_assert(cond, text)
#endif

/*
 * GIC_ASSERT states a contract between our own pieces of code, never a property of what a guest
 * wrote. The host supplies it (-DGIC_ASSERT=...); freestanding builds leave it empty.
 */
#ifndef GIC_ASSERT
#if defined(GIC_CHECKED) && GIC_CHECKED
#define GIC_ASSERT(cond) ((cond) ? (void)0 : __builtin_trap())
#else
#define GIC_ASSERT(cond) ((void)0)
#endif
#endif

/** Number of elements of an array. */
#define GIC_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/** Index of the lowest set bit of @p word; @p word must not be zero. */
static inline unsigned gic_lowest_bit(uint32_t word)
{
    return (unsigned)__builtin_ctz(word);
}

/** Index of the lowest set bit of @p word; @p word must not be zero. */
static inline unsigned gic_lowest_bit64(uint64_t word)
{
    return (unsigned)__builtin_ctzll(word);
}

/** Bit @p n of a 32-bit word. */
static inline uint32_t gic_bit(unsigned n)
{
    return UINT32_C(1) << (n & 31u);
}

/** The smaller of two numbers. */
static inline uint32_t gic_min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/** Round @p n up to a multiple of @p align, a power of two. */
static inline size_t gic_align_up(size_t n, size_t align)
{
    return (n + align - 1u) & ~(align - 1u);
}

#endif
