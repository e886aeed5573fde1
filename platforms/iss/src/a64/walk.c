/* SPDX-License-Identifier: Apache-2.0 */
/* Table walks with all granules, for either stage. */
#include "mem.h"
#include "mmu.h"

/* Descriptor bits. */
#define DESC_VALID    A64_BIT(0)
#define DESC_TABLE    A64_BIT(1)
#define DESC_PXNTABLE A64_BIT(59)
#define DESC_XNTABLE  A64_BIT(60)
#define DESC_NSTABLE  A64_BIT(63)

unsigned a64_granule_bits(const a64_cpu *c, unsigned tg, bool upper)
{
    /* TG0: 0 4K, 1 64K, 2 16K. TG1: 1 16K, 2 4K, 3 64K. */
    static const uint8_t tg0[4] = {12, 16, 14, 12};
    static const uint8_t tg1[4] = {12, 14, 12, 16};
    unsigned bits = upper ? tg1[tg] : tg0[tg];
    return bits == 14u && !c->model->gran16 ? 12u : bits;
}

unsigned a64_pa_bits(const a64_cpu *c, unsigned ps)
{
    static const uint8_t bits[8] = {32, 36, 40, 42, 44, 48, 48, 48};
    unsigned most = bits[c->model->pa_range];
    return bits[ps] < most ? bits[ps] : most;
}

/** Reads a descriptor; false with the fault in @p x. */
static bool read_descriptor(a64_cpu *c, uint64_t address, const a64_walk *w, bool secure,
                            unsigned level, uint64_t *desc, a64_xlat *x)
{
    uint64_t pa = address;
    if (w->nested && !a64_stage2_table(c, address, &pa, x))
        return false;
    iss_status s = a64_physical(c, pa, 8, secure, false, ISS_KIND_WALK, desc);
    if (s == ISS_OK)
        return true;
    x->fsc = (uint8_t)(s == ISS_RETRY ? A64_FSC_RETRY : A64_FSC_EXTERNAL_WALK + level);
    return false;
}

/** Whether a descriptor with bits [1:0] = 01 may be a block at @p level. */
static bool block_allowed(unsigned granule, unsigned level)
{
    return granule == 12u ? level == 1u || level == 2u : level == 2u;
}

/** Whether a valid descriptor of @p level is a leaf; *bad when it is nothing. */
static bool is_leaf(uint64_t desc, unsigned granule, unsigned level, bool *bad)
{
    bool table = (desc & DESC_TABLE) != 0;
    bool leaf = level == 3u || !table;
    *bad = !(desc & DESC_VALID) || (level == 3u && !table) ||
           (level < 3u && leaf && !block_allowed(granule, level));
    return leaf;
}

static uint64_t output_address(uint64_t desc, unsigned shift)
{
    return desc & UINT64_C(0x0000ffffffffffff) & ~(A64_BIT(shift) - 1u);
}

static void note_table(uint64_t desc, a64_leaf *l)
{
    l->ap_table |= (desc >> 61) & 3u;
    l->pxn = l->pxn || (desc & DESC_PXNTABLE);
    l->xn = l->xn || (desc & DESC_XNTABLE);
    l->ns = l->ns || (desc & DESC_NSTABLE);
}

bool a64_descend(a64_cpu *c, uint64_t address, const a64_walk *w, a64_leaf *leaf, a64_xlat *x)
{
    unsigned stride = w->granule - 3u, bits = 64u - w->tsz;
    unsigned shift = w->granule + stride * (3u - w->level);
    unsigned first = bits - shift + 3u; /* log2 of the first table's bytes */
    uint64_t table = w->base & ~(A64_BIT(first) - 1u);
    uint64_t index_mask = A64_BIT(bits - shift) - 1u;
    *leaf = (a64_leaf){0};
    x->fsc = A64_FSC_ADDRESS_SIZE;
    if (table >> w->ps)
        return false;
    for (unsigned level = w->level;; level++, shift -= stride) {
        uint64_t desc, at = table + ((address >> shift) & index_mask) * 8u;
        bool bad;
        if (!read_descriptor(c, at, w, w->secure && !leaf->ns, level, &desc, x))
            return false;
        bool last = is_leaf(desc, w->granule, level, &bad);
        x->fsc = (uint8_t)(A64_FSC_TRANSLATION + level);
        if (bad)
            return false;
        table = output_address(desc, last ? shift : w->granule);
        x->fsc = (uint8_t)(A64_FSC_ADDRESS_SIZE + level);
        if (table >> w->ps)
            return false;
        if (last) {
            leaf->desc = desc;
            leaf->pa = table;
            leaf->level = level;
            leaf->shift = shift;
            return true;
        }
        if (!w->stage2)
            note_table(desc, leaf);
        index_mask = A64_BIT(stride) - 1u;
    }
}
