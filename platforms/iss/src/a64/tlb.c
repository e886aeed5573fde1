/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLB: leaf translations by regime and ASID, and the look-aside buffers derived from it. An
 * invalidation may remove more than it names, never less.
 */
#include <string.h>

#include "sys.h"

/** Set of an address: by 4 KiB page, whatever the size of the leaf that covers it. */
static unsigned set_of(uint64_t va, unsigned regime)
{
    uint64_t page = va >> A64_PAGE_BITS;
    return (unsigned)((page ^ page >> 8 ^ (uint64_t)regime << 6) % A64_TLB_SETS);
}

static bool same_regime(const a64_tlbe *e, unsigned regime)
{
    return e->valid && e->regime == regime;
}

static bool covers(const a64_tlbe *e, uint64_t va)
{
    return (va - e->va) >> e->shift == 0;
}

/** Whether the leaf of stage 1 that an entry is of, or is part of, covers @p va. */
static bool spans(const a64_tlbe *e, uint64_t va)
{
    return (va ^ e->va) >> e->span == 0;
}

const a64_tlbe *a64_tlb_find(const a64_cpu *c, uint64_t va, unsigned regime)
{
    const a64_tlbe *set = c->tlb->entry[set_of(va, regime)];
    uint16_t asid = a64_asid(c, regime);
    uint32_t key = a64_tlb_key(c, regime);
    for (unsigned i = 0; i < A64_TLB_WAYS; i++)
        if (same_regime(&set[i], regime) && covers(&set[i], va) && set[i].key == key &&
            (set[i].global || set[i].asid == asid))
            return &set[i];
    return NULL;
}

void a64_flush_context(a64_cpu *c, unsigned ctx)
{
    a64_bank *b = &c->bank[ctx];
    if (!b->used)
        return;
    for (unsigned i = 0; i < A64_ITLB_SIZE; i++)
        b->i[i].tag = A64_TAG_NONE;
    for (unsigned i = 0; i < A64_DTLB_SIZE; i++)
        b->d[i].rtag = b->d[i].wtag = A64_TAG_NONE;
    for (unsigned i = 0; i < A64_BUS_PAGES; i++)
        b->bus[i].rtag = b->bus[i].wtag = A64_TAG_NONE;
    b->used = false;
}

void a64_flush_buffers(a64_cpu *c)
{
    for (unsigned i = 0; i < A64_CTX_COUNT; i++)
        a64_flush_context(c, i);
}

void a64_flush_data(a64_cpu *c, uint32_t rights)
{
    for (unsigned ctx = 0; ctx < A64_CTX_COUNT; ctx++) {
        a64_dtlb *d = c->bank[ctx].d;
        for (unsigned i = 0; i < A64_DTLB_SIZE && c->bank[ctx].used; i++) {
            if (rights & ISS_RIGHT_READ)
                d[i].rtag = A64_TAG_NONE;
            if (rights & ISS_RIGHT_WRITE)
                d[i].wtag = A64_TAG_NONE;
        }
    }
}

void a64_flush_regime(a64_cpu *c, a64_regime regime)
{
    unsigned count;
    a64_ctx first = a64_regime_ctx(regime, &count);
    for (unsigned i = 0; i < count; i++)
        a64_flush_context(c, first + i);
}

/** Drops what was derived for one page in every context of a regime. */
static void flush_page(a64_cpu *c, uint64_t va, unsigned regime)
{
    unsigned count;
    a64_ctx first = a64_regime_ctx((a64_regime)regime, &count);
    for (unsigned i = first; i < first + count; i++) {
        a64_dtlb *d = &c->bank[i].d[(va >> A64_PAGE_BITS) % A64_DTLB_SIZE];
        if (!c->bank[i].used)
            continue;
        a64_bus_page *bus = &c->bank[i].bus[(va >> A64_PAGE_BITS) % A64_BUS_PAGES];
        d->rtag = d->wtag = bus->rtag = bus->wtag = A64_TAG_NONE;
        c->bank[i].i[(va >> A64_PAGE_BITS) % A64_ITLB_SIZE].tag = A64_TAG_NONE;
    }
}

static unsigned block_bit(uint64_t va)
{
    const uint64_t region = va >> A64_BLOCK_BITS;
    return (unsigned)((region ^ region >> 12 ^ region >> 24) % A64_BLOCK_MAP);
}

void a64_tlb_note_block(a64_tlb *t, const a64_tlbe *e)
{
    const unsigned bit = block_bit(e->va);
    if (e->regime == A64_R_STAGE2) /* invalidated by looking at all sets */
        return;
    if (e->span > A64_BLOCK_BITS)
        t->huge = true;
    else if (e->span != A64_PAGE_BITS)
        t->block_at[bit / 64u] |= UINT64_C(1) << bit % 64u;
}

/** Whether @p va may lie in an entry of more than 4 KiB, which has a set for each of its pages. */
static bool in_block(const a64_tlb *t, uint64_t va)
{
    const unsigned bit = block_bit(va);
    return t->huge || (t->block_at[bit / 64u] >> bit % 64u & 1u) != 0;
}

void a64_tlb_insert(a64_cpu *c, uint64_t va, const a64_tlbe *e)
{
    /* A block is entered once for each of its pages that is touched: the set follows the page. */
    unsigned set = set_of(va, e->regime);
    unsigned way = c->tlb->victim[set];
    a64_tlbe *slot = &c->tlb->entry[set][way];
    /* What was derived from an entry does not outlive it: buffers are rebuilt from the TLB alone.
     */
    if (slot->valid)
        flush_page(c, slot->page, slot->regime);
    *slot = *e;
    slot->page = va;
    c->tlb->victim[set] = (uint8_t)((way + 1u) % A64_TLB_WAYS);
    a64_tlb_note_block(c->tlb, e);
}

/** Whether the VMID of an entry is meant, in a regime that has them. */
static bool same_guest(const a64_tlbe *e, const iss_dvm *op)
{
    bool guests = e->regime == A64_R_NS10 || e->regime == A64_R_STAGE2;
    return !guests || op->any_vmid || (e->key & A64_KEY_VMID) == op->vmid;
}

static bool matches(const a64_tlbe *e, unsigned regime, const iss_dvm *op)
{
    if (!same_regime(e, regime) || !same_guest(e, op))
        return false;
    switch ((iss_tlbi_match)op->match) {
    case ISS_TLBI_ASID:
        return !e->global && e->asid == op->asid;
    case ISS_TLBI_VA_ASID:
        return spans(e, op->address) && (e->global || e->asid == op->asid);
    case ISS_TLBI_VA:
    case ISS_TLBI_IPA:
        return spans(e, op->address);
    default:
        return true;
    }
}

static void invalidate_set(a64_cpu *c, unsigned set, unsigned regime, const iss_dvm *op)
{
    for (unsigned way = 0; way < A64_TLB_WAYS; way++) {
        a64_tlbe *e = &c->tlb->entry[set][way];
        if (matches(e, regime, op))
            e->valid = false;
    }
}

static void invalidate_regime(a64_cpu *c, unsigned regime, const iss_dvm *op)
{
    for (unsigned set = 0; set < A64_TLB_SETS; set++)
        invalidate_set(c, set, regime, op);
    a64_flush_regime(c, (a64_regime)regime);
}

void a64_tlb_invalidate(a64_cpu *c, const iss_dvm *op)
{
    static const uint8_t regimes[4][2] = {{A64_R_NS10, A64_R_S10},
                                          {A64_R_EL2, A64_R_EL2},
                                          {A64_R_EL3, A64_R_EL3},
                                          {A64_R_EL20, A64_R_EL20}};
    unsigned regime = op->match == ISS_TLBI_IPA ? A64_R_STAGE2 : regimes[op->regime][op->secure];
    bool by_va = op->match == ISS_TLBI_VA || op->match == ISS_TLBI_VA_ASID;
    if (by_va && !in_block(c->tlb, op->address)) {
        invalidate_set(c, set_of(op->address, regime), regime, op);
        flush_page(c, op->address, regime);
        return;
    }
    invalidate_regime(c, regime, op);
    if (regime == A64_R_NS10 && op->match == ISS_TLBI_ALL)
        invalidate_regime(c, A64_R_STAGE2, op);
}
