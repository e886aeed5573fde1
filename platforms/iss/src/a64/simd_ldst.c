/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads and stores of SIMD and floating-point registers. As for general registers, the fast
 * handlers do what hits the data look-aside buffer and leave the rest to one that does everything.
 */
#include <string.h>

#include "ldst.h"
#include "simd.h"

/** Whether @p count elements of @p size bytes at @p va can be accessed through @p e. */
static inline bool hits(uint64_t tag, const a64_dtlb *e, uint64_t va, unsigned size, unsigned count)
{
    uint64_t offset = va & (A64_PAGE_SIZE - 1u);
    return tag == (va & A64_PAGE_MASK) && offset <= A64_PAGE_SIZE - size * count &&
           ((va & (size - 1u)) == 0 || e->loose);
}

static inline uint8_t *host_of(const a64_dtlb *e, uint64_t va)
{
    return (uint8_t *)(e->addend + (uintptr_t)va);
}

static a64_fn op_vmem;

#define LOAD(name, mode, size)                                                 \
    A64_HANDLER(name##_##mode)                                                 \
    {                                                                          \
        BASE_##mode;                                                           \
        const a64_dtlb *e = dtlb_of(c, va);                                    \
        a64_vec v = {.d = {0, 0}};                                             \
        if (A64_UNLIKELY(c->fp_trap || !hits(e->rtag, e, va, size, 1) || bad)) \
            A64_TAIL(op_vmem, c, o, acc);                                      \
        __builtin_memcpy(&v, host_of(e, va), size);                            \
        BACK_##mode;                                                           \
        c->a.v[o->rd] = v;                                                     \
        A64_NEXT();                                                            \
    }

#define STORE(name, mode, size)                                                \
    A64_HANDLER(name##_##mode)                                                 \
    {                                                                          \
        BASE_##mode;                                                           \
        const a64_dtlb *e = dtlb_of(c, va);                                    \
        if (A64_UNLIKELY(c->fp_trap || !hits(e->wtag, e, va, size, 1) || bad)) \
            A64_TAIL(op_vmem, c, o, acc);                                      \
        __builtin_memcpy(host_of(e, va), &c->a.v[o->rd], size);                \
        BACK_##mode;                                                           \
        A64_NEXT();                                                            \
    }

#define LOAD_PAIR(name, mode, size)                                            \
    A64_HANDLER(name##_##mode)                                                 \
    {                                                                          \
        BASE_##mode;                                                           \
        const a64_dtlb *e = dtlb_of(c, va);                                    \
        a64_vec v[2] = {{.d = {0, 0}}, {.d = {0, 0}}};                         \
        if (A64_UNLIKELY(c->fp_trap || !hits(e->rtag, e, va, size, 2) || bad)) \
            A64_TAIL(op_vmem, c, o, acc);                                      \
        __builtin_memcpy(&v[0], host_of(e, va), size);                         \
        __builtin_memcpy(&v[1], host_of(e, va) + (size), size);                \
        BACK_##mode;                                                           \
        c->a.v[o->rd] = v[0];                                                  \
        c->a.v[o->rm] = v[1];                                                  \
        A64_NEXT();                                                            \
    }

#define STORE_PAIR(name, mode, size)                                           \
    A64_HANDLER(name##_##mode)                                                 \
    {                                                                          \
        BASE_##mode;                                                           \
        const a64_dtlb *e = dtlb_of(c, va);                                    \
        if (A64_UNLIKELY(c->fp_trap || !hits(e->wtag, e, va, size, 2) || bad)) \
            A64_TAIL(op_vmem, c, o, acc);                                      \
        __builtin_memcpy(host_of(e, va), &c->a.v[o->rd], size);                \
        __builtin_memcpy(host_of(e, va) + (size), &c->a.v[o->rm], size);       \
        BACK_##mode;                                                           \
        A64_NEXT();                                                            \
    }

/* ------------------------------------------------------------------ the complete execution */

static bool parse_single(uint32_t raw, a64_mem *m)
{
    bool wide = a64_bit(raw, 23);
    unsigned sub = a64_bits(raw, 11, 10);
    m->load = a64_bit(raw, 22);
    m->size = (uint8_t)(wide ? 4u : a64_bits(raw, 31, 30));
    if (wide && a64_bits(raw, 31, 30))
        return false;
    if (a64_bit(raw, 24)) {
        m->offset = (int64_t)a64_bits(raw, 21, 10) << m->size;
        return true;
    }
    if (a64_bit(raw, 21)) {
        m->mode = A64_MODE_REGISTER;
        m->rm = (uint8_t)a64_bits(raw, 20, 16);
        m->option = (uint8_t)a64_bits(raw, 15, 13);
        m->shift = a64_bit(raw, 12) ? m->size : 0;
        return sub == 2u && (m->option & 2u);
    }
    m->mode = a64_mem_mode_of(sub);
    m->offset = a64_sext(a64_bits(raw, 20, 12), 9);
    return sub != 2u;
}

static bool parse_pair(uint32_t raw, a64_mem *m)
{
    unsigned opc = a64_bits(raw, 31, 30);
    m->kind = A64_MEM_PAIR;
    m->load = a64_bit(raw, 22);
    m->mode = a64_mem_mode_of(a64_bits(raw, 24, 23));
    m->size = (uint8_t)(2u + opc);
    m->rt2 = (uint8_t)a64_bits(raw, 14, 10);
    m->offset = a64_sext(a64_bits(raw, 21, 15), 7) * (1 << m->size);
    return opc != 3u;
}

static bool parse_literal(uint32_t raw, a64_mem *m)
{
    unsigned opc = a64_bits(raw, 31, 30);
    m->mode = A64_MODE_LITERAL;
    m->rn = 0;
    m->load = true;
    m->size = (uint8_t)(2u + opc);
    m->offset = a64_sext(a64_bits(raw, 23, 5), 19) * 4;
    return opc != 3u && !a64_bit(raw, 24);
}

/** Single registers, pairs and literals; false when unallocated. */
static bool parse(uint32_t raw, a64_mem *m)
{
    *m = (a64_mem){.kind = A64_MEM_SINGLE,
                   .rt = (uint8_t)a64_bits(raw, 4, 0),
                   .rn = (uint8_t)a64_bits(raw, 9, 5)};
    switch (a64_bits(raw, 29, 28)) {
    case 1:
        return parse_literal(raw, m);
    case 2:
        return parse_pair(raw, m);
    default:
        return parse_single(raw, m);
    }
}

/** LD1 to LD4 and ST1 to ST4 have [29:28] = 0. */
static bool is_structure(uint32_t raw)
{
    return a64_bits(raw, 29, 28) == 0u;
}

static bool transfer(a64_cpu *c, const a64_mem *m, uint64_t va)
{
    unsigned size = 1u << m->size, count = m->kind == A64_MEM_PAIR ? 2u : 1u;
    a64_vec v[2] = {{.d = {0, 0}}, {.d = {0, 0}}};
    uint8_t image[32];
    memcpy(image, &c->a.v[m->rt], size);
    memcpy(image + size, &c->a.v[m->rt2], size);
    if (!a64_access(c, va, size * count, size, m->load ? 0 : A64_ACC_WRITE, image))
        return false;
    if (!m->load)
        return true;
    memcpy(&v[0], image, size);
    memcpy(&v[1], image + size, size);
    c->a.v[m->rt] = v[0];
    if (count == 2u)
        c->a.v[m->rt2] = v[1];
    return true;
}

/** The complete execution of any of these. */
static void op_vmem(a64_cpu *c, const a64_op *o, int64_t acc)
{
    a64_mem m;
    uint64_t base;
    A64_SLOW_BEGIN();
    if (c->fp_trap) {
        a64_take_fp_trap(c);
        return;
    }
    if (is_structure(o->raw)) {
        if (!a64_simd_structure(c, o->raw))
            return;
        A64_SLOW_END();
    }
    (void)parse(o->raw, &m);
    if (!a64_mem_base(c, &m, &base) || !transfer(c, &m, a64_mem_address(c, &m, base)))
        return;
    a64_mem_write_back(c, &m, base);
    A64_SLOW_END();
}

/* ------------------------------------------------------------------ the fast handlers */

#define SINGLES(mode)      \
    LOAD(ldv1, mode, 1u)   \
    LOAD(ldv2, mode, 2u)   \
    LOAD(ldv4, mode, 4u)   \
    LOAD(ldv8, mode, 8u)   \
    LOAD(ldv16, mode, 16u) \
    STORE(stv1, mode, 1u)  \
    STORE(stv2, mode, 2u)  \
    STORE(stv4, mode, 4u)  \
    STORE(stv8, mode, 8u)  \
    STORE(stv16, mode, 16u)
#define PAIRS(mode)              \
    LOAD_PAIR(ldpv4, mode, 4u)   \
    LOAD_PAIR(ldpv8, mode, 8u)   \
    LOAD_PAIR(ldpv16, mode, 16u) \
    STORE_PAIR(stpv4, mode, 4u)  \
    STORE_PAIR(stpv8, mode, 8u)  \
    STORE_PAIR(stpv16, mode, 16u)

SINGLE_MODES(SINGLES)
PAIR_MODES(PAIRS)
LOAD(ldv4, LITERAL, 4u)
LOAD(ldv8, LITERAL, 8u)
LOAD(ldv16, LITERAL, 16u)

/* ------------------------------------------------------------------ decode */

static a64_fn *single_handler(bool load, unsigned size, unsigned column)
{
    static a64_fn *const fn[2][5][COL_COUNT] = {
        {ROW(stv1), ROW(stv2), ROW(stv4), ROW(stv8), ROW(stv16)},
        {ROW(ldv1), ROW(ldv2), ROW(ldv4), ROW(ldv8), ROW(ldv16)}};
    return fn[load][size][column];
}

static a64_fn *pair_handler(bool load, unsigned size, unsigned mode)
{
    static a64_fn *const fn[2][3][3] = {{PAIR_ROW(stpv4), PAIR_ROW(stpv8), PAIR_ROW(stpv16)},
                                        {PAIR_ROW(ldpv4), PAIR_ROW(ldpv8), PAIR_ROW(ldpv16)}};
    return fn[load][size - 2u][mode];
}

static void decode_single(a64_decoded *d, const a64_mem *m)
{
    static a64_fn *const literal[3] = {ldv4_LITERAL, ldv8_LITERAL, ldv16_LITERAL};
    if (m->mode == A64_MODE_LITERAL) {
        d->op.imm = (uint64_t)m->offset;
        d->op.ra = 0;
        d->op.fn = literal[m->size - 2u];
        return;
    }
    d->op.fn = single_handler(m->load, m->size, take_address(d, m));
}

/** LD1 and ST1 of one or two whole registers are what a load or store of Q or a pair is. */
static bool decode_structure(a64_decoded *d, uint32_t raw)
{
    bool post = a64_bit(raw, 23), load = a64_bit(raw, 22);
    unsigned opcode = a64_bits(raw, 15, 12);
    unsigned mode = post ? COL_POST : COL_OFFSET;
    bool whole = a64_bit(raw, 30) && !a64_bit(raw, 24);
    if (!a64_simd_structure_known(raw))
        return false;
    d->cls = load ? ISS_CPI_load : ISS_CPI_store;
    if (!whole || (post && a64_bits(raw, 20, 16) != 31u))
        return true;
    if (opcode == 7u) {
        d->op.imm = post ? 16 : 0;
        d->op.fn = single_handler(load, 4, mode);
    } else if (opcode == 10u) {
        d->op.rm = (uint8_t)((d->op.rd + 1u) % 32u);
        d->op.imm = post ? 32 : 0;
        d->op.fn = pair_handler(load, 4, mode);
    }
    return true;
}

bool a64_decode_simd_ldst(a64_decoded *d, uint32_t raw)
{
    a64_mem m;
    d->op.fn = op_vmem;
    d->op.rd = (uint8_t)a64_bits(raw, 4, 0);
    d->op.rn = (uint8_t)a64_bits(raw, 9, 5);
    d->op.ra = d->op.rn == 31u ? 15u : 0u;
    if (is_structure(raw))
        return decode_structure(d, raw);
    if (!parse(raw, &m))
        return false;
    d->cls = m.load ? ISS_CPI_load : ISS_CPI_store;
    if (m.kind == A64_MEM_PAIR) {
        d->op.rm = m.rt2;
        d->op.imm = (uint64_t)m.offset;
        d->op.fn = pair_handler(m.load, m.size, m.mode);
    } else {
        decode_single(d, &m);
    }
    return true;
}
