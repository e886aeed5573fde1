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

/* FAMILY(mode) for each address mode that single registers and pairs have. */
#define SINGLE_MODES(FAMILY) \
    PAIR_MODES(FAMILY)       \
    FAMILY(LSL)              \
    FAMILY(SXTW)             \
    FAMILY(UXTW)
#define PAIR_MODES(FAMILY) \
    FAMILY(OFFSET)         \
    FAMILY(PRE)            \
    FAMILY(POST)

/** Columns of the tables: three immediate modes, as a64_mem_mode has them, three register modes. */
enum { COL_OFFSET, COL_PRE, COL_POST, COL_LSL, COL_SXTW, COL_UXTW, COL_COUNT };

#define ROW(name)                                                                    \
    {                                                                                \
        name##_OFFSET, name##_PRE, name##_POST, name##_LSL, name##_SXTW, name##_UXTW \
    }
#define PAIR_ROW(name)                         \
    {                                          \
        name##_OFFSET, name##_PRE, name##_POST \
    }

/** Takes the address of a single register that is no literal. @return the column of its mode. */
static inline unsigned take_address(a64_decoded *d, const a64_mem *m)
{
    d->op.imm = (uint64_t)m->offset;
    if (m->mode != A64_MODE_REGISTER)
        return m->mode;
    d->op.rm = a64_zr_src(m->rm);
    d->op.imm = m->shift;
    return m->option == 6u ? COL_SXTW : m->option == 2u ? COL_UXTW : COL_LSL;
}

#endif
