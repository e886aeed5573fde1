/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads and stores, the fast half: an aligned access that hits the data look-aside buffer. Whatever
 * else happens (miss, unaligned, device, fault, misaligned SP) goes to a64_op_mem, which does the
 * same instruction completely. Nothing is changed before the hit is certain.
 */
#include "ldst.h"

/** The part of an address that a tag must equal for an aligned access of @p size bytes. */
#define TAG_OF(va, size) ((va) & (A64_PAGE_MASK | ((size)-1u)))

#define LOAD(name, mode, type, convert)                                            \
    A64_HANDLER(name##_##mode)                                                     \
    {                                                                              \
        BASE_##mode;                                                               \
        const a64_dtlb *e = dtlb_of(c, va);                                        \
        type v;                                                                    \
        if (A64_UNLIKELY((e->rtag ^ TAG_OF(va, sizeof(type))) | bad))              \
            A64_TAIL(a64_op_mem, c, o, acc);                                       \
        __builtin_memcpy(&v, (const void *)(e->addend + (uintptr_t)va), sizeof v); \
        BACK_##mode;                                                               \
        X(rd) = convert v;                                                         \
        A64_NEXT();                                                                \
    }

#define STORE(name, mode, type)                                              \
    A64_HANDLER(name##_##mode)                                               \
    {                                                                        \
        BASE_##mode;                                                         \
        const a64_dtlb *e = dtlb_of(c, va);                                  \
        type v = (type)X(rd);                                                \
        if (A64_UNLIKELY((e->wtag ^ TAG_OF(va, sizeof(type))) | bad))        \
            A64_TAIL(a64_op_mem, c, o, acc);                                 \
        __builtin_memcpy((void *)(e->addend + (uintptr_t)va), &v, sizeof v); \
        BACK_##mode;                                                         \
        A64_NEXT();                                                          \
    }

#define LOAD_PAIR(name, mode, type, convert)                                         \
    A64_HANDLER(name##_##mode)                                                       \
    {                                                                                \
        BASE_##mode;                                                                 \
        const a64_dtlb *e = dtlb_of(c, va);                                          \
        type v[2];                                                                   \
        if (A64_UNLIKELY((e->rtag ^ TAG_OF(va, sizeof(type))) |                      \
                         (e->rtag ^ TAG_OF(va + sizeof(type), sizeof(type))) | bad)) \
            A64_TAIL(a64_op_mem, c, o, acc);                                         \
        __builtin_memcpy(v, (const void *)(e->addend + (uintptr_t)va), sizeof v);    \
        BACK_##mode;                                                                 \
        X(rd) = convert v[0];                                                        \
        X(rm) = convert v[1];                                                        \
        A64_NEXT();                                                                  \
    }

#define STORE_PAIR(name, mode, type)                                                 \
    A64_HANDLER(name##_##mode)                                                       \
    {                                                                                \
        BASE_##mode;                                                                 \
        const a64_dtlb *e = dtlb_of(c, va);                                          \
        type v0 = (type)X(rd), v1 = (type)X(rm);                                     \
        uint8_t *p = (uint8_t *)(e->addend + (uintptr_t)va);                         \
        if (A64_UNLIKELY((e->wtag ^ TAG_OF(va, sizeof(type))) |                      \
                         (e->wtag ^ TAG_OF(va + sizeof(type), sizeof(type))) | bad)) \
            A64_TAIL(a64_op_mem, c, o, acc);                                         \
        __builtin_memcpy(p, &v0, sizeof v0);                                         \
        __builtin_memcpy(p + sizeof v0, &v1, sizeof v1);                             \
        BACK_##mode;                                                                 \
        A64_NEXT();                                                                  \
    }

#define SX64 (uint64_t)(int64_t)
#define SX32 (uint64_t)(uint32_t)(int32_t)

/* The loads, in the order of the table below: unsigned by size, signed to 64, signed to 32 bits. */
#define LOADS(mode)                   \
    LOAD(ld8, mode, uint8_t, )        \
    LOAD(ld16, mode, uint16_t, )      \
    LOAD(ld32, mode, uint32_t, )      \
    LOAD(ld64, mode, uint64_t, )      \
    LOAD(ld8sx, mode, int8_t, SX64)   \
    LOAD(ld16sx, mode, int16_t, SX64) \
    LOAD(ld32sx, mode, int32_t, SX64) \
    LOAD(ld8sw, mode, int8_t, SX32)   \
    LOAD(ld16sw, mode, int16_t, SX32)
#define STORES(mode)            \
    STORE(st8, mode, uint8_t)   \
    STORE(st16, mode, uint16_t) \
    STORE(st32, mode, uint32_t) \
    STORE(st64, mode, uint64_t)
#define PAIRS(mode)                       \
    LOAD_PAIR(ldp32, mode, uint32_t, )    \
    LOAD_PAIR(ldpsw, mode, int32_t, SX64) \
    LOAD_PAIR(ldp64, mode, uint64_t, )    \
    STORE_PAIR(stp32, mode, uint32_t)     \
    STORE_PAIR(stp64, mode, uint64_t)

SINGLE_MODES(LOADS)
SINGLE_MODES(STORES)
PAIR_MODES(PAIRS)
LOAD(ld32, LITERAL, uint32_t, )
LOAD(ld64, LITERAL, uint64_t, )
LOAD(ld32sx, LITERAL, int32_t, SX64)

A64_HANDLER(prefetch)
{
    A64_NEXT();
}

/* ------------------------------------------------------------------ decode */

static a64_fn *single_handler(const a64_mem *m, unsigned column)
{
    static a64_fn *const loads[9][COL_COUNT] = {ROW(ld8),    ROW(ld16),  ROW(ld32),
                                                ROW(ld64),   ROW(ld8sx), ROW(ld16sx),
                                                ROW(ld32sx), ROW(ld8sw), ROW(ld16sw)};
    static a64_fn *const stores[4][COL_COUNT] = {ROW(st8), ROW(st16), ROW(st32), ROW(st64)};
    unsigned row = m->size;
    if (!m->load)
        return stores[row][column];
    if (m->sign)
        row += m->to64 ? 4u : 7u;
    return loads[row][column];
}

static a64_fn *pair_handler(const a64_mem *m)
{
    static a64_fn *const fn[5][3] = {PAIR_ROW(stp32), PAIR_ROW(stp64), PAIR_ROW(ldp32),
                                     PAIR_ROW(ldp64), PAIR_ROW(ldpsw)};
    unsigned row = m->sign ? 4u : (m->load ? 2u : 0u) + (m->size == 3u);
    return fn[row][m->mode];
}

static void decode_single(a64_decoded *d, const a64_mem *m)
{
    if (m->mode == A64_MODE_LITERAL) {
        d->op.imm = (uint64_t)m->offset;
        d->op.ra = 0;
        d->op.fn = m->sign ? ld32sx_LITERAL : m->size == 3u ? ld64_LITERAL : ld32_LITERAL;
        return;
    }
    d->op.fn = single_handler(m, take_address(d, m));
}

bool a64_decode_ldst(a64_decoded *d, uint32_t raw)
{
    a64_mem m;
    if (!a64_mem_parse(raw, d->model->lse, &m))
        return false;
    d->cls = m.load ? ISS_CPI_load : ISS_CPI_store;
    d->op.fn = a64_op_mem;
    d->op.rd = m.load ? a64_zr_dst(m.rt) : a64_zr_src(m.rt);
    d->op.rn = m.rn;
    d->op.ra = m.rn == 31u ? 15u : 0u;
    if (m.kind == A64_MEM_PREFETCH) {
        d->op.fn = prefetch;
    } else if (m.kind == A64_MEM_SINGLE && !m.unpriv) {
        decode_single(d, &m);
    } else if (m.kind == A64_MEM_PAIR) {
        d->op.rm = m.load ? a64_zr_dst(m.rt2) : a64_zr_src(m.rt2);
        d->op.imm = (uint64_t)m.offset;
        d->op.fn = pair_handler(&m);
    } else if (m.kind != A64_MEM_SINGLE) {
        d->cls = ISS_CPI_atomic;
    }
    return true;
}
