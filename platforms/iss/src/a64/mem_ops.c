/* SPDX-License-Identifier: Apache-2.0 */
/* The complete execution of loads, stores, exclusives and atomics, one instruction at a time. */
#include <string.h>

#include "alu.h"
#include "mem.h"
#include "sys.h"

/** Bytes of a reservation granule; CTR_EL0.ERG says the same. */
#define A64_GRANULE 64u

void a64_clear_monitor(a64_cpu *c)
{
    if (c->a.excl_published)
        c->env.exclusive_clear(c->env.ctx);
    c->a.excl = c->a.excl_published = 0;
}

static uint64_t read_x(const a64_cpu *c, unsigned r)
{
    return c->a.x[a64_zr_src(r)];
}

static void write_x(a64_cpu *c, unsigned r, uint64_t v)
{
    c->a.x[a64_zr_dst(r)] = v;
}

/** What a loaded element becomes in its register. */
static uint64_t extend_loaded(const a64_mem *m, uint64_t v)
{
    if (!m->sign)
        return v;
    int64_t s = a64_sext(v, 8u << m->size);
    return m->to64 ? (uint64_t)s : (uint32_t)s;
}

bool a64_mem_base(a64_cpu *c, const a64_mem *m, uint64_t *base)
{
    *base = m->mode == A64_MODE_LITERAL ? c->a.pc : c->a.x[m->rn];
    if (m->mode == A64_MODE_LITERAL || m->rn != 31u || !c->sp_check || !(*base & 15u))
        return true;
    a64_take_sync(c, a64_sync_target(c), a64_esr(A64_EC_SP_ALIGN, true, 0), c->a.pc);
    return false;
}

uint64_t a64_mem_address(const a64_cpu *c, const a64_mem *m, uint64_t base)
{
    if (m->mode == A64_MODE_POST)
        return base;
    if (m->mode == A64_MODE_REGISTER)
        return base + a64_extend(read_x(c, m->rm), m->option, m->shift);
    return base + (uint64_t)m->offset;
}

void a64_mem_write_back(a64_cpu *c, const a64_mem *m, uint64_t base)
{
    if (m->mode == A64_MODE_PRE || m->mode == A64_MODE_POST)
        c->a.x[m->rn] = base + (uint64_t)m->offset;
}

static bool do_single(a64_cpu *c, const a64_mem *m, uint64_t base)
{
    unsigned bytes = 1u << m->size;
    unsigned flags = m->unpriv ? A64_ACC_UNPRIV : 0;
    uint64_t va = a64_mem_address(c, m, base);
    uint64_t v = m->load ? 0 : read_x(c, m->rt);
    if (!a64_access(c, va, bytes, bytes, flags | (m->load ? 0 : A64_ACC_WRITE), &v))
        return false;
    a64_mem_write_back(c, m, base);
    if (m->load)
        write_x(c, m->rt, extend_loaded(m, v));
    return true;
}

static bool do_pair(a64_cpu *c, const a64_mem *m, uint64_t base)
{
    unsigned bytes = 1u << m->size;
    uint64_t va = a64_mem_address(c, m, base);
    uint64_t v[2] = {read_x(c, m->rt), read_x(c, m->rt2)};
    uint8_t image[16];
    memcpy(image, &v[0], bytes);
    memcpy(image + bytes, &v[1], bytes);
    if (!a64_access(c, va, 2u * bytes, bytes, m->load ? 0 : A64_ACC_WRITE, image))
        return false;
    a64_mem_write_back(c, m, base);
    if (!m->load)
        return true;
    v[0] = v[1] = 0;
    memcpy(&v[0], image, bytes);
    memcpy(&v[1], image + bytes, bytes);
    write_x(c, m->rt, extend_loaded(m, v[0]));
    write_x(c, m->rt2, extend_loaded(m, v[1]));
    return true;
}

static bool do_ordered(a64_cpu *c, const a64_mem *m, uint64_t base)
{
    unsigned bytes = 1u << m->size;
    unsigned flags = A64_ACC_ALIGNED | (m->load ? 0 : A64_ACC_WRITE);
    uint64_t v = m->load ? 0 : read_x(c, m->rt);
    if (!a64_access(c, base, bytes, bytes, flags, &v))
        return false;
    if (m->load)
        write_x(c, m->rt, v);
    return true;
}

/**
 * Whether a write at @p va would be possible; false: it was not, and its exception has been taken.
 */
static bool check_write(a64_cpu *c, uint64_t va, unsigned size, unsigned flags, a64_xlat *x)
{
    uint8_t none[16] = {0};
    if (!(va & (size - 1u)) && a64_translate(c, va, (a64_ctx)c->ctx, A64_WRITE, x))
        return true;
    return a64_access(c, va, size, size, flags | A64_ACC_WRITE, none);
}

static bool do_load_exclusive(a64_cpu *c, const a64_mem *m, uint64_t va, bool pair)
{
    unsigned bytes = 1u << m->size;
    unsigned size = pair ? 2u * bytes : bytes;
    uint8_t image[16] = {0};
    uint64_t v[2] = {0, 0};
    a64_xlat x;
    if (!a64_access(c, va, size, size, A64_ACC_ALIGNED | A64_ACC_EXCLUSIVE, image) ||
        !a64_translate(c, va, (a64_ctx)c->ctx, A64_READ, &x))
        return false;
    a64_clear_monitor(c);
    c->a.excl = 1;
    c->a.excl_pa = x.pa;
    c->a.excl_size = (uint8_t)size;
    c->a.excl_secure = x.secure;
    memcpy(&v[0], image, bytes);
    memcpy(&v[1], image + bytes, bytes);
    write_x(c, m->rt, v[0]);
    if (pair)
        write_x(c, m->rt2, v[1]);
    return true;
}

/** Whether the monitor covers what a store exclusive writes. */
static bool monitor_passes(a64_cpu *c, unsigned size, const a64_xlat *x)
{
    const a64_arch *a = &c->a;
    if (!a->excl || a->excl_secure != x->secure || (a->excl_pa ^ x->pa) / A64_GRANULE)
        return false;
    return !a->excl_published || c->env.exclusive_claim(x->pa, size, x->secure, c->env.ctx);
}

static bool do_store_exclusive(a64_cpu *c, const a64_mem *m, uint64_t va, bool pair)
{
    unsigned bytes = 1u << m->size;
    unsigned size = pair ? 2u * bytes : bytes;
    uint64_t v[2] = {read_x(c, m->rt), read_x(c, m->rt2)};
    uint8_t image[16];
    a64_xlat x = {0};
    bool passed;
    if (!check_write(c, va, size, A64_ACC_ALIGNED | A64_ACC_EXCLUSIVE, &x))
        return false;
    passed = monitor_passes(c, size, &x);
    memcpy(image, &v[0], bytes);
    memcpy(image + bytes, &v[1], bytes);
    if (passed && !a64_access(c, va, size, size,
                              A64_ACC_ALIGNED | A64_ACC_EXCLUSIVE | A64_ACC_WRITE, image)) {
        c->a.excl_published = 0;
        return false;
    }
    c->a.excl = c->a.excl_published = 0;
    write_x(c, m->rs, passed ? 0 : 1);
    return true;
}

static bool do_exclusive(a64_cpu *c, const a64_mem *m, uint64_t base)
{
    bool pair = m->kind == A64_MEM_EXCLUSIVE_PAIR;
    return m->load ? do_load_exclusive(c, m, base, pair) : do_store_exclusive(c, m, base, pair);
}

/** LD<op>: 0 ADD, 1 CLR, 2 EOR, 3 SET, 4 SMAX, 5 SMIN, 6 UMAX, 7 UMIN, 8 SWP. */
static uint64_t atomic_result(unsigned op, uint64_t old, uint64_t v, unsigned bits)
{
    uint64_t mask = bits == 64u ? UINT64_MAX : (UINT64_C(1) << bits) - 1u;
    int64_t so = a64_sext(old, bits), sv = a64_sext(v, bits);
    v &= mask;
    switch (op) {
    case 0:
        return old + v;
    case 1:
        return old & ~v;
    case 2:
        return old ^ v;
    case 3:
        return old | v;
    case 4:
        return so > sv ? old : v;
    case 5:
        return so < sv ? old : v;
    case 6:
        return old > v ? old : v;
    case 7:
        return old < v ? old : v;
    default:
        return v;
    }
}

/** Reads for a read-modify-write, having checked that the write will be possible. */
static bool atomic_read(a64_cpu *c, uint64_t va, unsigned size, void *old)
{
    unsigned flags = A64_ACC_ALIGNED | A64_ACC_ATOMIC;
    a64_xlat x;
    if (a64_translate(c, va, (a64_ctx)c->ctx, A64_READ, &x) && !check_write(c, va, size, flags, &x))
        return false;
    return a64_access(c, va, size, size, flags, old);
}

static bool atomic_write(a64_cpu *c, uint64_t va, unsigned size, void *v)
{
    return a64_access(c, va, size, size, A64_ACC_ALIGNED | A64_ACC_ATOMIC | A64_ACC_WRITE, v);
}

static bool do_atomic(a64_cpu *c, const a64_mem *m, uint64_t base)
{
    unsigned bytes = 1u << m->size;
    uint64_t old = 0;
    if (!atomic_read(c, base, bytes, &old))
        return false;
    uint64_t v = atomic_result(m->op, old, read_x(c, m->rs), 8u * bytes);
    if (!atomic_write(c, base, bytes, &v))
        return false;
    write_x(c, m->rt, old);
    return true;
}

static bool do_cas(a64_cpu *c, const a64_mem *m, uint64_t base)
{
    bool pair = m->kind == A64_MEM_CASP;
    unsigned bytes = 1u << m->size;
    unsigned size = pair ? 2u * bytes : bytes;
    uint64_t expect[2] = {read_x(c, m->rs), pair ? read_x(c, m->rs + 1u) : 0};
    uint64_t desired[2] = {read_x(c, m->rt), pair ? read_x(c, m->rt + 1u) : 0};
    uint8_t old[16] = {0}, want[16] = {0}, image[16] = {0};
    uint64_t v[2] = {0, 0};
    memcpy(want, &expect[0], bytes);
    memcpy(image, &desired[0], bytes);
    if (pair) {
        memcpy(want + bytes, &expect[1], bytes);
        memcpy(image + bytes, &desired[1], bytes);
    }
    if (!atomic_read(c, base, size, old))
        return false;
    if (memcmp(old, want, size) == 0 && !atomic_write(c, base, size, image))
        return false;
    memcpy(&v[0], old, bytes);
    memcpy(&v[1], old + bytes, pair ? bytes : 0);
    write_x(c, m->rs, v[0]);
    if (pair)
        write_x(c, m->rs + 1u, v[1]);
    return true;
}

void a64_op_mem(a64_cpu *c, const a64_op *o, int64_t acc)
{
    static bool (*const execute[])(a64_cpu *, const a64_mem *,
                                   uint64_t) = {[A64_MEM_SINGLE] = do_single,
                                                [A64_MEM_PAIR] = do_pair,
                                                [A64_MEM_PREFETCH] = do_single,
                                                [A64_MEM_EXCLUSIVE] = do_exclusive,
                                                [A64_MEM_EXCLUSIVE_PAIR] = do_exclusive,
                                                [A64_MEM_ORDERED] = do_ordered,
                                                [A64_MEM_ATOMIC] = do_atomic,
                                                [A64_MEM_CAS] = do_cas,
                                                [A64_MEM_CASP] = do_cas};
    a64_mem m;
    uint64_t base;
    bool done;
    A64_SLOW_BEGIN();
    (void)a64_mem_parse(o->raw, true, &m);
    c->loading = &m;
    done = a64_mem_base(c, &m, &base) && execute[m.kind](c, &m, base);
    c->loading = NULL;
    if (!done)
        return;
    A64_SLOW_END();
}
