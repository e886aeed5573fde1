/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoded code: a page of slots per physical page that was executed, decoded slot by slot when
 * first reached. A store to the page makes the stored-to slots undecoded again, whoever stores: so
 * self-modifying code is seen at once, which is stronger than the architecture asks for.
 */
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "sys.h"

#define HASH_SIZE 1024u

/** Pages kept before everything is forgotten; a page is 32 KiB of slots. */
#define MAX_PAGES 4096u

struct a64_page {
    a64_page *next;
    uint64_t pa;
    bool secure;
    const uint8_t *host;
    a64_code *code;
    a64_op ops[A64_PAGE_OPS + 1u];
};

struct a64_code {
    iss_config config;
    const a64_model *model;
    uint64_t generation;
    unsigned owners;  /**< PEs that use it. */
    unsigned running; /**< Of these, inside `run`. */
    unsigned pages;
    a64_page *retired; /**< Forgotten while PEs were inside: freed when none is. */
    a64_page *hash[HASH_SIZE];
};

void a64_decode(const iss_config *config, const a64_model *model, uint32_t raw, int32_t slot,
                a64_op *op)
{
    a64_decoded d = {.cls = ISS_CPI_alu, .slot = slot, .model = model};
    bool known;
    d.op.raw = raw;
    switch (a64_bits(raw, 28, 25)) {
    case 8:
    case 9:
        known = a64_decode_dp_imm(&d, raw);
        break;
    case 10:
    case 11:
        known = a64_decode_branch(&d, raw) || a64_decode_system(&d, raw);
        break;
    case 4:
    case 6:
    case 12:
    case 14:
        known = a64_bit(raw, 26) ? a64_decode_simd_ldst(&d, raw) : a64_decode_ldst(&d, raw);
        break;
    case 5:
    case 13:
        known = a64_decode_dp_reg(&d, raw);
        break;
    case 7:
    case 15:
        known = a64_decode_simd(&d, raw);
        break;
    default:
        known = false;
        break;
    }
    if (!known)
        d.op.fn = a64_op_undefined;
    d.op.cost = ((int64_t)config->cpi.cycles[d.cls] << 32) - 1;
    *op = d.op;
}

/** The page that a slot lies in: its first slot is at c->ops. */
static a64_page *page_of(const a64_op *first)
{
    return (a64_page *)(uintptr_t)((const char *)first - offsetof(a64_page, ops));
}

/** Handler of a slot that has not been decoded since it was last written. */
A64_HANDLER(op_undecoded)
{
    a64_page *page = page_of(c->ops);
    unsigned slot = (unsigned)(o - c->ops);
    uint32_t raw;
    memcpy(&raw, page->host + slot * 4u, sizeof raw);
    a64_decode(&page->code->config, page->code->model, raw, (int32_t)slot, &page->ops[slot]);
    c->next = o;
    c->acc = acc;
}

/** Handler of the slot after the last: the next page, at no cost of its own. */
A64_HANDLER(op_page_end)
{
    uint64_t pc = c->page_va + A64_PAGE_SIZE;
    const a64_itlb *e = &c->itlb[(pc >> A64_PAGE_BITS) % A64_ITLB_SIZE];
    (void)o;
    if (A64_UNLIKELY(e->tag != pc)) {
        c->a.pc = pc;
        c->acc = acc;
        return;
    }
    c->ops = e->ops;
    c->page_va = pc;
    A64_DISPATCH(c, c->ops, acc);
}

a64_code *a64_code_create(const iss_config *config, const a64_model *model)
{
    a64_code *code = (a64_code *)calloc(1, sizeof *code);
    if (code) {
        code->owners = 1;
        code->config = *config;
        code->model = model;
    }
    return code;
}

static void free_retired(a64_code *code)
{
    while (code->retired) {
        a64_page *p = code->retired;
        code->retired = p->next;
        free(p);
    }
}

void a64_code_forget(a64_code *code, uint64_t pa, uint64_t length)
{
    for (unsigned i = 0; i < HASH_SIZE; i++) {
        for (a64_page **link = &code->hash[i]; *link;) {
            a64_page *p = *link;
            if (p->pa + A64_PAGE_SIZE <= pa || (p->pa > pa && p->pa - pa >= length)) {
                link = &p->next;
                continue;
            }
            *link = p->next;
            p->next = code->retired;
            code->retired = p;
            code->pages--;
        }
    }
    code->generation++;
    if (!code->running)
        free_retired(code);
}

void a64_code_release(a64_code *code)
{
    if (!code || --code->owners)
        return;
    a64_code_forget(code, 0, UINT64_MAX);
    free(code);
}

a64_code *a64_code_share(a64_code *code)
{
    code->owners++;
    return code;
}

void a64_code_enter(a64_code *code)
{
    if (!code->running) {
        if (code->pages >= MAX_PAGES)
            a64_code_forget(code, 0, UINT64_MAX);
        free_retired(code);
    }
    code->running++;
}

void a64_code_leave(a64_code *code)
{
    code->running--;
}

uint64_t a64_code_generation(const a64_code *code)
{
    return code->generation;
}

static unsigned bucket(uint64_t pa)
{
    return (unsigned)((pa >> A64_PAGE_BITS) % HASH_SIZE);
}

static void reset_slots(a64_page *page, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++)
        page->ops[i].fn = op_undecoded;
}

const a64_op *a64_code_page(a64_cpu *c, uint64_t pa, bool secure, const uint8_t *host)
{
    a64_code *code = c->code;
    a64_page **head = &code->hash[bucket(pa)];
    a64_page *p;
    for (p = *head; p; p = p->next)
        if (p->pa == pa && p->secure == secure)
            return p->ops;
    p = (a64_page *)calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->next = *head;
    p->pa = pa;
    p->secure = secure;
    p->host = host;
    p->code = code;
    reset_slots(p, 0, A64_PAGE_OPS);
    p->ops[A64_PAGE_OPS].fn = op_page_end;
    *head = p;
    code->pages++;
    c->env.code_cached(pa, A64_PAGE_SIZE, secure, c->env.ctx);
    return p->ops;
}

static void invalidate_page(a64_code *code, uint64_t page_pa, uint64_t from, uint64_t to)
{
    for (a64_page *p = code->hash[bucket(page_pa)]; p; p = p->next) {
        if (p->pa != page_pa)
            continue;
        unsigned first = from > page_pa ? (unsigned)((from - page_pa) / 4u) : 0;
        unsigned last =
            to < page_pa + A64_PAGE_SIZE ? (unsigned)((to - page_pa + 3u) / 4u) : A64_PAGE_OPS;
        reset_slots(p, first, last - first);
    }
}

void a64_code_invalidate(a64_code *code, uint64_t pa, uint64_t length)
{
    if (length == 0)
        return;
    if (length / A64_PAGE_SIZE > HASH_SIZE) {
        for (unsigned i = 0; i < HASH_SIZE; i++)
            for (a64_page *p = code->hash[i]; p; p = p->next)
                if (p->pa + A64_PAGE_SIZE > pa && p->pa - pa < length)
                    reset_slots(p, 0, A64_PAGE_OPS);
        return;
    }
    for (uint64_t page = pa & A64_PAGE_MASK; page < pa + length; page += A64_PAGE_SIZE)
        invalidate_page(code, page, pa, pa + length);
}

/* ------------------------------------------------------------------ fetch */

/** Handler after the one slot of code that has no direct pointer: look the next one up. */
A64_HANDLER(op_scratch_end)
{
    a64_leave(c, o, acc);
}

static const a64_op *fetch_by_bus(a64_cpu *c, const a64_xlat *x)
{
    uint32_t raw;
    iss_status s = a64_physical(c, x->pa, 4, x->secure, false, ISS_KIND_FETCH, &raw);
    if (s == ISS_RETRY) {
        a64_retry(c);
        return NULL;
    }
    if (s != ISS_OK) {
        a64_xlat fault = {.fsc = A64_FSC_EXTERNAL};
        a64_take_abort(c, &fault, c->a.pc, 0, true);
        return NULL;
    }
    a64_decode(&c->config, c->model, raw, A64_SLOT_NOWHERE, &c->scratch[0]);
    c->scratch[1].fn = op_scratch_end;
    c->ops = c->scratch;
    c->page_va = c->a.pc;
    return c->scratch;
}

static const a64_op *fetch_failed(a64_cpu *c, const a64_xlat *x)
{
    if (x->fsc == A64_FSC_RETRY)
        a64_retry(c);
    else
        a64_take_abort(c, x, c->a.pc, 0, true);
    return NULL;
}

const a64_op *a64_fetch(a64_cpu *c)
{
    a64_xlat x;
    iss_direct d;
    uint64_t pc = c->a.pc;
    if (A64_UNLIKELY(c->a.il)) {
        a64_take_sync(c, a64_sync_target(c), a64_esr(A64_EC_ILLEGAL, true, 0), pc);
        return NULL;
    }
    a64_itlb *e = &c->itlb[(pc >> A64_PAGE_BITS) % A64_ITLB_SIZE];
    if (A64_LIKELY(e->tag == (pc & (A64_PAGE_MASK | 3u)))) {
        c->ops = e->ops;
        c->page_va = e->tag;
        return c->ops + (pc >> 2) % A64_PAGE_OPS;
    }
    pc = c->a.pc = a64_canonical(c, pc);
    if (pc & 3u) {
        a64_take_fault(c, a64_sync_target(c), a64_esr(A64_EC_PC_ALIGN, true, 0), pc, pc);
        return NULL;
    }
    if (!a64_translate(c, pc, (a64_ctx)c->ctx, A64_EXEC, &x))
        return fetch_failed(c, &x);
    uint64_t page_pa = x.pa & A64_PAGE_MASK;
    if (!c->env.direct(page_pa, x.secure, ISS_RIGHT_EXEC, &d, c->env.ctx) ||
        !(d.rights & ISS_RIGHT_EXEC))
        return fetch_by_bus(c, &x);
    const a64_op *ops = a64_code_page(c, page_pa, x.secure, d.host + (page_pa - d.pa));
    if (!ops)
        return fetch_by_bus(c, &x);
    e->tag = pc & A64_PAGE_MASK;
    e->ops = ops;
    c->bank[c->ctx].used = true;
    c->ops = ops;
    c->page_va = e->tag;
    return ops + (pc >> 2) % A64_PAGE_OPS;
}
