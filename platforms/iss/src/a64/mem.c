/* SPDX-License-Identifier: Apache-2.0 */
/* Data accesses that may fault, cross pages, or go to the bus. */
#include "mem.h"

#include <string.h>

#include "sys.h"

void a64_spend(a64_cpu *c, uint64_t ps)
{
    uint64_t period = c->config.period_ps;
    uint64_t cycles = (ps + period - 1u) / period;
    /* Beyond the end of the slice the accumulator stays bounded; the base takes the rest. */
    int64_t left = (c->acc >> 32) + 1;
    uint64_t most = left > 0 ? (uint64_t)left : 0;
    uint64_t part = cycles < most ? cycles : most;
    c->acc -= (int64_t)(part << 32);
    c->a.cycles += cycles - part;
}

void a64_retry(a64_cpu *c)
{
    c->stop = ISS_STOP_SYNC;
    c->attn |= A64_ATTN_END;
}

/** By direct pointer, when there is one with the right that is needed. */
static bool direct_access(a64_cpu *c, uint64_t pa, unsigned size, bool secure, bool write,
                          void *data)
{
    iss_direct d;
    uint32_t want = write ? ISS_RIGHT_WRITE : ISS_RIGHT_READ;
    if (!c->env.direct(pa, secure, want, &d, c->env.ctx))
        return false;
    uint8_t *p = d.host + (pa - d.pa);
    if (!write) {
        if (d.rights & ISS_RIGHT_READ)
            memcpy(data, p, size);
        return d.rights & ISS_RIGHT_READ;
    }
    if (!(d.rights & (ISS_RIGHT_WRITE | ISS_RIGHT_WRITE_NOTIFY)))
        return false;
    memcpy(p, data, size);
    if (!(d.rights & ISS_RIGHT_WRITE))
        c->env.store_notify(pa, size, secure, c->env.ctx);
    return true;
}

/** By the bus. */
static iss_status bus_access(a64_cpu *c, uint64_t pa, unsigned size, bool secure, bool write,
                             iss_kind kind, void *data)
{
    iss_bus_access a = {.pa = pa,
                        .size = size,
                        .write = write,
                        .secure = secure,
                        .privileged = c->a.el != 0,
                        .kind = (uint8_t)kind};
    a64_publish_monitor(c);
    uint64_t time = a64_now_ps(c);
    iss_status status = c->env.bus(&a, data, &time, c->env.ctx);
    if (status != ISS_RETRY)
        a64_spend_until(c, time);
    return status;
}

iss_status a64_physical(a64_cpu *c, uint64_t pa, unsigned size, bool secure, bool write,
                        iss_kind kind, void *data)
{
    if (direct_access(c, pa, size, secure, write, data))
        return ISS_OK;
    return bus_access(c, pa, size, secure, write, kind, data);
}

/** What ESR_EL2 tells of the load or store in execution: one of a single general register. */
static uint32_t access_syndrome(const a64_mem *m)
{
    if (!m || (m->kind != A64_MEM_SINGLE && m->kind != A64_MEM_ORDERED) ||
        m->mode == A64_MODE_PRE || m->mode == A64_MODE_POST)
        return 0;
    bool wide = m->sign ? m->to64 : m->size == 3u;
    return A64_ISS_ISV | (uint32_t)m->size << A64_ISS_SAS_SHIFT |
           (uint32_t)m->sign << A64_ISS_SSE_SHIFT | (uint32_t)m->rt << A64_ISS_SRT_SHIFT |
           (uint32_t)wide << A64_ISS_SF_SHIFT |
           (uint32_t)(m->kind == A64_MEM_ORDERED) << A64_ISS_AR_SHIFT;
}

/** A data abort of the instruction at `a.pc`. */
static void data_abort(a64_cpu *c, uint64_t va, const a64_xlat *x, unsigned flags)
{
    uint32_t bits = access_syndrome(c->loading);
    if (flags & A64_ACC_WRITE)
        bits |= A64_ISS_WNR;
    a64_take_abort(c, x, va, bits, false);
}

/** One that has nothing to do with translation. */
static void plain_abort(a64_cpu *c, uint64_t va, uint8_t fsc, unsigned flags)
{
    a64_xlat x = {.fsc = fsc};
    data_abort(c, va, &x, flags);
}

static iss_kind bus_kind(unsigned flags)
{
    if (flags & A64_ACC_EXCLUSIVE)
        return ISS_KIND_EXCLUSIVE;
    return (flags & A64_ACC_ATOMIC) ? ISS_KIND_ATOMIC : ISS_KIND_DATA;
}

/** Marks a hit of a watchpoint: the run stops after this instruction. */
static void check_watchpoints(a64_cpu *c, uint64_t va, unsigned size, bool write)
{
    uint32_t right = write ? ISS_RIGHT_WRITE : ISS_RIGHT_READ;
    for (unsigned i = 0; i < c->watches; i++) {
        const a64_watch *w = &c->watchpoint[i];
        if ((w->rights & right) && va < w->address + w->length && w->address < va + size) {
            c->result->watch_address = va;
            c->stop = ISS_STOP_WATCHPOINT;
            c->attn |= A64_ATTN_END;
        }
    }
}

/** Entry of a context's look-aside buffer for the page of @p va. */
static a64_dtlb *dtlb_of(const a64_cpu *c, a64_ctx ctx, uint64_t va)
{
    return &c->bank[ctx].d[(va >> A64_PAGE_BITS) % A64_DTLB_SIZE];
}

/** Fills a context's look-aside buffer for the page of @p va. */
static void fill_dtlb(a64_cpu *c, a64_ctx ctx, uint64_t va, const a64_xlat *x, bool write)
{
    iss_direct d;
    uint64_t pa = x->pa & A64_PAGE_MASK;
    a64_dtlb *e = dtlb_of(c, ctx, va);
    uint64_t tag = va & A64_PAGE_MASK;
    if (c->watches ||
        !c->env.direct(pa, x->secure, ISS_RIGHT_READ | ISS_RIGHT_WRITE, &d, c->env.ctx))
        return;
    uintptr_t addend = (uintptr_t)(d.host + (pa - d.pa)) - (uintptr_t)tag;
    if (e->addend != addend || (e->rtag != tag && e->wtag != tag)) {
        e->rtag = e->wtag = A64_TAG_NONE;
        e->addend = addend;
    }
    if (!write && (d.rights & ISS_RIGHT_READ))
        e->rtag = tag;
    if (write && (d.rights & ISS_RIGHT_WRITE))
        e->wtag = tag;
    e->loose = !x->device && !(a64_sctlr(c, a64_ctx_regime(ctx)) & SCTLR_A);
    c->bank[ctx].used = true;
}

/** Entry of a context's buffer of pages without a direct pointer. */
static a64_bus_page *bus_page_of(const a64_cpu *c, a64_ctx ctx, uint64_t va)
{
    return &c->bank[ctx].bus[(va >> A64_PAGE_BITS) % A64_BUS_PAGES];
}

/** Notes the page of @p va, which has no direct pointer now, if it is a device's. */
static void fill_bus_page(a64_cpu *c, a64_ctx ctx, uint64_t va, const a64_xlat *x, bool write)
{
    a64_bus_page *e = bus_page_of(c, ctx, va);
    uint64_t tag = va & A64_PAGE_MASK, pa = x->pa & A64_PAGE_MASK;
    if (c->watches || !x->device)
        return;
    if (e->pa != pa || e->secure != x->secure || (e->rtag != tag && e->wtag != tag))
        *e = (a64_bus_page){A64_TAG_NONE, A64_TAG_NONE, pa, x->secure};
    if (write)
        e->wtag = tag;
    else
        e->rtag = tag;
    c->bank[ctx].used = true;
}

/** Translation of an aligned access to a page that has been noted, whole within it. */
static bool find_bus_page(const a64_cpu *c, a64_ctx ctx, uint64_t va, unsigned size, bool write,
                          a64_xlat *x)
{
    const a64_bus_page *e = bus_page_of(c, ctx, va);
    if ((write ? e->wtag : e->rtag) != (va & A64_PAGE_MASK) ||
        ((va + size - 1u) & A64_PAGE_MASK) != (va & A64_PAGE_MASK))
        return false;
    x->pa = e->pa + (va & (A64_PAGE_SIZE - 1u));
    x->secure = e->secure;
    x->device = true;
    return true;
}

/** One piece of an access, within one page: whole by direct pointer, or in aligned bus accesses. */
static bool access_piece(a64_cpu *c, uint64_t va, unsigned size, unsigned element, unsigned flags,
                         a64_ctx ctx, const a64_xlat *x, uint8_t *data)
{
    bool write = (flags & A64_ACC_WRITE) != 0;
    unsigned step = element;
    if (direct_access(c, x->pa, size, x->secure, write, data))
        return true;
    fill_bus_page(c, ctx, va, x, write);
    while (step > 1u && ((va & (step - 1u)) || size % step || step > 8u))
        step /= 2u;
    for (unsigned done = 0; done < size; done += step) {
        iss_status s =
            bus_access(c, x->pa + done, step, x->secure, write, bus_kind(flags), data + done);
        if (s == ISS_OK)
            continue;
        if (s == ISS_RETRY)
            a64_retry(c);
        else
            plain_abort(c, va + done, A64_FSC_EXTERNAL, flags);
        return false;
    }
    return true;
}

/** Translates one end of an access and applies the rules of Device memory. */
static bool access_page(a64_cpu *c, uint64_t va, bool aligned, unsigned flags, a64_ctx ctx,
                        a64_xlat *x)
{
    a64_intent intent = (flags & A64_ACC_WRITE) ? A64_WRITE : A64_READ;
    if (!a64_translate(c, va, ctx, intent, x)) {
        if (x->fsc == A64_FSC_RETRY)
            a64_retry(c);
        else
            data_abort(c, va, x, flags);
        return false;
    }
    if (x->device && !aligned) { /* stage 2's when that alone says Device */
        x->fsc = A64_FSC_ALIGNMENT;
        data_abort(c, va, x, flags);
        return false;
    }
    return true;
}

/** An access that hits the look-aside buffer entry @p e. */
static bool quick_access(const a64_dtlb *e, uint64_t va, unsigned size, bool aligned,
                         unsigned flags, void *data)
{
    bool write = (flags & A64_ACC_WRITE) != 0;
    if (!aligned && (!e->loose || (flags & A64_ACC_ALIGNED)))
        return false;
    if ((write ? e->wtag : e->rtag) != (va & A64_PAGE_MASK) ||
        ((va + size - 1u) & A64_PAGE_MASK) != (va & A64_PAGE_MASK))
        return false;
    if (write)
        memcpy((void *)(e->addend + (uintptr_t)va), data, size);
    else
        memcpy(data, (const void *)(e->addend + (uintptr_t)va), size);
    return true;
}

bool a64_access(a64_cpu *c, uint64_t va, unsigned size, unsigned align, unsigned flags, void *data)
{
    uint8_t *bytes = (uint8_t *)data;
    bool aligned = (va & (align - 1u)) == 0;
    a64_ctx ctx = (flags & A64_ACC_UNPRIV) ? a64_ctx_unprivileged(c) : (a64_ctx)c->ctx;
    a64_xlat x, x2;
    if (quick_access(dtlb_of(c, ctx, va), va, size, aligned, flags, data))
        return true;
    if (aligned && find_bus_page(c, ctx, va, size, (flags & A64_ACC_WRITE) != 0, &x))
        return access_piece(c, va, size, align, flags, ctx, &x, bytes);
    if (!aligned && ((flags & A64_ACC_ALIGNED) || (a64_sctlr(c, a64_ctx_regime(ctx)) & SCTLR_A))) {
        plain_abort(c, va, A64_FSC_ALIGNMENT, flags);
        return false;
    }
    if (!access_page(c, va, aligned, flags, ctx, &x))
        return false;
    unsigned first = (unsigned)(A64_PAGE_SIZE - (va & (A64_PAGE_SIZE - 1u)));
    if (c->watches)
        check_watchpoints(c, va, size, (flags & A64_ACC_WRITE) != 0);
    if (size <= first) {
        fill_dtlb(c, ctx, va, &x, (flags & A64_ACC_WRITE) != 0);
        return access_piece(c, va, size, align, flags, ctx, &x, bytes);
    }
    return access_page(c, va + first, aligned, flags, ctx, &x2) &&
           access_piece(c, va, first, align, flags, ctx, &x, bytes) &&
           access_piece(c, va + first, size - first, align, flags, ctx, &x2, bytes + first);
}
