/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fast handlers of loads and stores have in common: the look-up and the address modes.
 *
 * rd: rt, rn: base, rm: index or second register, ra: bits of the base that must be zero (SP).
 */
#ifndef A64_LDST_H
#define A64_LDST_H

#include "mem.h"

#define X(field) (c->a.x[o->field])

static inline const a64_dtlb *dtlb_of(const a64_cpu *c, uint64_t va)
{
    return &c->dtlb[(va >> A64_PAGE_BITS) % A64_DTLB_SIZE];
}

/* Address modes: declare va, and the base register's new value in `base`. */
#define BASE_OFFSET                            \
    uint64_t base = X(rn), va = base + o->imm; \
    uint64_t bad = base & o->ra
#define BASE_PRE                               \
    uint64_t base = X(rn) + o->imm, va = base; \
    uint64_t bad = X(rn) & o->ra
#define BASE_POST                            \
    uint64_t va = X(rn), base = va + o->imm; \
    uint64_t bad = va & o->ra
#define BASE_LSL                                          \
    uint64_t base = X(rn), va = base + (X(rm) << o->imm); \
    uint64_t bad = base & o->ra
#define BASE_SXTW                                                                     \
    uint64_t base = X(rn), va = base + ((uint64_t)(int64_t)(int32_t)X(rm) << o->imm); \
    uint64_t bad = base & o->ra
#define BASE_UXTW                                                             \
    uint64_t base = X(rn), va = base + ((uint64_t)(uint32_t)X(rm) << o->imm); \
    uint64_t bad = base & o->ra
#define BASE_LITERAL                                   \
    uint64_t va = a64_pc_of(c, o) + o->imm, base = va; \
    uint64_t bad = 0

#define BACK_OFFSET  (void)base
#define BACK_PRE     X(rn) = base
#define BACK_POST    X(rn) = base
#define BACK_LSL     (void)base
#define BACK_SXTW    (void)base
#define BACK_UXTW    (void)base
#define BACK_LITERAL (void)base

#endif
