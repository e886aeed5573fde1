/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 1 translation: regimes, table walks with all granules, permissions, AT. */
#include <string.h>

#include "mem.h"
#include "sys.h"

/* TCR_ELx. Positions for TTBR0; EL1&0 has a second set for TTBR1. */
#define TCR_EPD1 (UINT64_C(1) << 23)
#define TCR_EPD0 (UINT64_C(1) << 7)
#define TCR_A1   (UINT64_C(1) << 22)
#define TCR_AS   (UINT64_C(1) << 36)

/* Descriptor bits. */
#define DESC_VALID    (UINT64_C(1) << 0)
#define DESC_TABLE    (UINT64_C(1) << 1)
#define DESC_NS       (UINT64_C(1) << 5)
#define DESC_AF       (UINT64_C(1) << 10)
#define DESC_NG       (UINT64_C(1) << 11)
#define DESC_PXN      (UINT64_C(1) << 53)
#define DESC_XN       (UINT64_C(1) << 54)
#define DESC_PXNTABLE (UINT64_C(1) << 59)
#define DESC_XNTABLE  (UINT64_C(1) << 60)
#define DESC_NSTABLE  (UINT64_C(1) << 63)

#define SCTLR_M   (UINT64_C(1) << 0)
#define SCTLR_WXN (UINT64_C(1) << 19)

/** Fault status "the run stops here": a bus answered ISS_RETRY. */
#define FSC_RETRY 0xffu

/** The granule and range of one half of a regime. */
typedef struct walk_config {
    uint64_t base;    /**< TTBR's table address field. */
    unsigned granule; /**< log2 of the page size. */
    unsigned tsz;
    unsigned ps;   /**< log2 of the physical address limit. */
    bool disabled; /**< EPDn. */
} walk_config;

/** What table descriptors on the way add to the leaf. */
typedef struct walk_attrs {
    unsigned ap_table;
    bool pxn, xn, ns;
} walk_attrs;

a64_ctx a64_context(const a64_cpu *c)
{
    unsigned base = a64_secure_below3(c) ? A64_CTX_S_EL0 : A64_CTX_NS_EL0;
    if (c->a.el >= 2u)
        return c->a.el == 3u ? A64_CTX_EL3 : A64_CTX_EL2;
    return (a64_ctx)(base + (c->a.el ? 1u + c->a.pan : 0u));
}

a64_regime a64_ctx_regime(unsigned ctx)
{
    static const uint8_t regime[A64_CTX_COUNT] = {A64_R_NS10, A64_R_NS10, A64_R_NS10, A64_R_S10,
                                                  A64_R_S10,  A64_R_S10,  A64_R_EL2,  A64_R_EL3};
    return (a64_regime)regime[ctx];
}

uint64_t a64_sctlr(const a64_cpu *c, unsigned regime)
{
    static const uint16_t reg[A64_R_COUNT] = {S_SCTLR_EL1, S_SCTLR_EL1, S_SCTLR_EL2, S_SCTLR_EL3};
    return c->a.sys[reg[regime]];
}

uint16_t a64_asid(const a64_cpu *c)
{
    uint64_t tcr = c->a.sys[S_TCR_EL1];
    uint64_t ttbr = c->a.sys[(tcr & TCR_A1) ? S_TTBR1_EL1 : S_TTBR0_EL1];
    uint16_t asid = (uint16_t)(ttbr >> 48);
    return (tcr & TCR_AS) ? asid : asid & 0xffu;
}

/** Whether the top byte of @p va is ignored in @p regime. */
static bool top_byte_ignored(const a64_cpu *c, uint64_t va, unsigned regime)
{
    if (regime == A64_R_EL2)
        return (c->a.sys[S_TCR_EL2] >> 20) & 1u;
    if (regime == A64_R_EL3)
        return (c->a.sys[S_TCR_EL3] >> 20) & 1u;
    return (c->a.sys[S_TCR_EL1] >> (37u + ((va >> 55) & 1u))) & 1u;
}

static uint64_t strip_tag(const a64_cpu *c, uint64_t va, unsigned regime)
{
    if (!top_byte_ignored(c, va, regime))
        return va;
    return regime >= A64_R_EL2 ? va & ~(UINT64_C(0xff) << 56) : (uint64_t)a64_sext(va, 56);
}

uint64_t a64_canonical(const a64_cpu *c, uint64_t va)
{
    return strip_tag(c, va, a64_ctx_regime(c->ctx));
}

/* ------------------------------------------------------------------ walk */

/** log2 of the page size that a TG field asks for; one that the core lacks reads as 4 KiB. */
static unsigned granule_bits(const a64_cpu *c, unsigned tg, bool upper)
{
    /* TG0: 0 4K, 1 64K, 2 16K. TG1: 1 16K, 2 4K, 3 64K. */
    static const uint8_t tg0[4] = {12, 16, 14, 12};
    static const uint8_t tg1[4] = {12, 14, 12, 16};
    unsigned bits = upper ? tg1[tg] : tg0[tg];
    return bits == 14u && !c->model->gran16 ? 12u : bits;
}

static unsigned pa_bits(unsigned ps)
{
    static const uint8_t bits[8] = {32, 36, 40, 42, 44, 48, 48, 48};
    return bits[ps];
}

static walk_config configure(const a64_cpu *c, uint64_t va, unsigned regime)
{
    const uint64_t *sys = c->a.sys;
    walk_config w = {.disabled = false};
    unsigned ps, most = pa_bits(c->model->pa_range);
    if (regime >= A64_R_EL2) {
        uint64_t tcr = sys[regime == A64_R_EL2 ? S_TCR_EL2 : S_TCR_EL3];
        w.base = sys[regime == A64_R_EL2 ? S_TTBR0_EL2 : S_TTBR0_EL3];
        w.tsz = tcr & 63u;
        w.granule = granule_bits(c, (tcr >> 14) & 3u, false);
        ps = (tcr >> 16) & 7u;
    } else {
        uint64_t tcr = sys[S_TCR_EL1];
        bool upper = (va >> 55) & 1u;
        w.base = sys[upper ? S_TTBR1_EL1 : S_TTBR0_EL1];
        w.tsz = (upper ? tcr >> 16 : tcr) & 63u;
        w.granule = granule_bits(c, (upper ? tcr >> 30 : tcr >> 14) & 3u, upper);
        w.disabled = (tcr & (upper ? TCR_EPD1 : TCR_EPD0)) != 0;
        ps = (tcr >> 32) & 7u;
    }
    w.tsz = w.tsz < 16u ? 16u : w.tsz > 39u ? 39u : w.tsz;
    w.ps = pa_bits(ps) < most ? pa_bits(ps) : most;
    w.base &= UINT64_C(0x0000fffffffffffe);
    return w;
}

/** True when the bits of @p va above the range are as they must be. */
static bool in_range(uint64_t va, unsigned tsz, unsigned regime)
{
    unsigned bits = 64u - tsz;
    uint64_t top = va >> bits;
    if (regime < A64_R_EL2 && ((va >> 55) & 1u))
        return top == (UINT64_MAX >> bits);
    return top == 0;
}

/** Reads a descriptor; false with @p fsc set. */
static bool read_descriptor(a64_cpu *c, uint64_t pa, bool secure, unsigned level, uint64_t *desc,
                            uint8_t *fsc)
{
    iss_status s = a64_physical(c, pa, 8, secure, false, ISS_KIND_WALK, desc);
    if (s == ISS_OK)
        return true;
    *fsc = (uint8_t)(s == ISS_RETRY ? FSC_RETRY : A64_FSC_EXTERNAL_WALK + level);
    return false;
}

static void take_leaf(const a64_cpu *c, uint64_t desc, const walk_attrs *t, unsigned regime,
                      a64_tlbe *e)
{
    static const uint16_t mair[A64_R_COUNT] = {S_MAIR_EL1, S_MAIR_EL1, S_MAIR_EL2, S_MAIR_EL3};
    bool single = regime >= A64_R_EL2; /* One privilege: no AP[1], no PXN, all global. */
    unsigned ap = (desc >> 6) & 3u;
    e->ap =
        (uint8_t)((ap & 2u) | (t->ap_table & 2u) | (single ? 0u : (ap & 1u) & ~(t->ap_table & 1u)));
    e->uxn = (desc & DESC_XN) || t->xn;
    e->pxn = single ? e->uxn : ((desc & DESC_PXN) || t->pxn);
    e->global = single || !(desc & DESC_NG);
    e->attr = (uint8_t)(c->a.sys[mair[regime]] >> (8u * ((desc >> 2) & 7u)));
    e->secure = (regime == A64_R_S10 || regime == A64_R_EL3) && !(desc & DESC_NS) && !t->ns;
}

/** Whether a descriptor with bits [1:0] = 01 may be a block at @p level. */
static bool block_allowed(unsigned granule, unsigned level)
{
    return granule == 12u ? level == 1u || level == 2u : level == 2u;
}

static uint64_t output_address(uint64_t desc, unsigned shift)
{
    return desc & UINT64_C(0x0000ffffffffffff) & ~((UINT64_C(1) << shift) - 1u);
}

bool a64_walk(a64_cpu *c, uint64_t va, a64_regime regime, a64_tlbe *e, uint8_t *fsc)
{
    walk_config w = configure(c, va, regime);
    walk_attrs t = {0};
    unsigned stride = w.granule - 3u;
    unsigned bits = 64u - w.tsz;
    unsigned level = 4u - (bits - w.granule + stride - 1u) / stride;
    bool secure = regime == A64_R_S10 || regime == A64_R_EL3;
    *fsc = A64_FSC_TRANSLATION;
    if (w.disabled || !in_range(va, w.tsz, regime))
        return false;
    unsigned shift = w.granule + stride * (3u - level);
    unsigned first = bits - shift + 3u; /* log2 of the first table's bytes */
    uint64_t table = w.base & ~((UINT64_C(1) << first) - 1u);
    uint64_t index_mask = (UINT64_C(1) << (bits - shift)) - 1u;
    *fsc = A64_FSC_ADDRESS_SIZE;
    if (table >> w.ps)
        return false;
    for (;; level++, shift -= stride) {
        uint64_t desc, out;
        bool secure_table = secure && !t.ns;
        if (!read_descriptor(c, table + ((va >> shift) & index_mask) * 8u, secure_table, level,
                             &desc, fsc))
            return false;
        bool last = level == 3u || !(desc & DESC_TABLE);
        *fsc = (uint8_t)(A64_FSC_TRANSLATION + level);
        if (!(desc & DESC_VALID) || (level == 3u && !(desc & DESC_TABLE)) ||
            (level < 3u && last && !block_allowed(w.granule, level)))
            return false;
        out = output_address(desc, last ? shift : w.granule);
        *fsc = (uint8_t)(A64_FSC_ADDRESS_SIZE + level);
        if (out >> w.ps)
            return false;
        if (last) {
            *fsc = (uint8_t)(A64_FSC_ACCESS_FLAG + level);
            take_leaf(c, desc, &t, regime, e);
            e->va = va & ~((UINT64_C(1) << shift) - 1u);
            e->pa = out;
            e->shift = (uint8_t)shift;
            e->level = (uint8_t)level;
            e->regime = (uint8_t)regime;
            e->asid = a64_asid(c);
            e->valid = true;
            return (desc & DESC_AF) != 0;
        }
        t.ap_table |= (desc >> 61) & 3u;
        t.pxn = t.pxn || (desc & DESC_PXNTABLE);
        t.xn = t.xn || (desc & DESC_XNTABLE);
        t.ns = t.ns || (desc & DESC_NSTABLE);
        table = out;
        index_mask = (UINT64_C(1) << stride) - 1u;
    }
}

/* ------------------------------------------------------------------ permissions */

/** Whether an EL1&0, EL2 or EL3 leaf allows the access. */
static bool permitted(const a64_cpu *c, const a64_tlbe *e, unsigned ctx, a64_intent intent)
{
    bool el0 = ctx == A64_CTX_NS_EL0 || ctx == A64_CTX_S_EL0;
    bool pan = ctx == A64_CTX_NS_EL1_PAN || ctx == A64_CTX_S_EL1_PAN;
    bool two = e->regime < A64_R_EL2;
    bool user = (e->ap & 1u) != 0;
    bool writable = !(e->ap & 2u);
    bool wxn = (a64_sctlr(c, e->regime) & SCTLR_WXN) != 0;
    if (two && el0 && intent != A64_EXEC)
        return user && (intent == A64_READ || writable);
    if (intent != A64_EXEC)
        return (intent == A64_READ || writable) && !(pan && user);
    /* Secure instruction fetch from Non-secure memory is refused with SCR_EL3.SIF. */
    if (!e->secure && a64_secure(c) && c->config.has_el3 && (c->a.sys[S_SCR_EL3] >> 9 & 1u))
        return false;
    if (two && el0)
        return user && !e->uxn && !(wxn && writable);
    /* EL1 never executes what EL0 can write. */
    if (two && user && writable)
        return false;
    return !e->pxn && !(wxn && writable);
}

static bool is_device(uint8_t attr)
{
    return (attr & 0xf0u) == 0;
}

/** Stage 1 disabled: flat; data is Device-nGnRnE, instructions are Normal. */
static bool translate_flat(const a64_cpu *c, uint64_t va, unsigned regime, a64_intent intent,
                           a64_xlat *x)
{
    uint64_t pa = strip_tag(c, va, regime);
    if (regime < A64_R_EL2 && top_byte_ignored(c, va, regime))
        pa &= ~(UINT64_C(0xff) << 56);
    x->fsc = A64_FSC_ADDRESS_SIZE;
    if (pa >> pa_bits(c->model->pa_range))
        return false;
    x->pa = pa;
    x->secure = regime == A64_R_S10 || regime == A64_R_EL3;
    x->device = intent != A64_EXEC;
    x->attr = x->device ? 0x00 : 0xaa;
    return true;
}

bool a64_translate(a64_cpu *c, uint64_t va, a64_ctx ctx, a64_intent intent, a64_xlat *x)
{
    a64_regime regime = a64_ctx_regime(ctx);
    a64_tlbe fresh;
    if (!(a64_sctlr(c, regime) & SCTLR_M))
        return translate_flat(c, va, regime, intent, x);
    uint64_t plain = strip_tag(c, va, regime);
    const a64_tlbe *e = a64_tlb_find(c, plain, regime);
    if (!e) {
        if (!a64_walk(c, plain, regime, &fresh, &x->fsc))
            return false;
        a64_tlb_insert(c, plain, &fresh);
        e = &fresh;
    }
    x->fsc = (uint8_t)(A64_FSC_PERMISSION + e->level);
    if (!permitted(c, e, ctx, intent))
        return false;
    x->pa = e->pa + (plain - e->va);
    x->secure = e->secure;
    x->attr = e->attr;
    x->device = is_device(e->attr);
    return true;
}

/* ------------------------------------------------------------------ AT */

void a64_address_translate(a64_cpu *c, uint64_t va, a64_ctx ctx, a64_intent intent)
{
    a64_xlat x;
    uint64_t par;
    if (a64_translate(c, va, ctx, intent, &x)) {
        uint64_t shareability = x.device ? 2u : 3u;
        par = (x.pa & UINT64_C(0x0000fffffffff000)) | (uint64_t)x.attr << 56 |
              (uint64_t)!x.secure << 9 | UINT64_C(1) << 11 | shareability << 7;
    } else if (x.fsc == FSC_RETRY) {
        a64_retry(c);
        return;
    } else {
        par = 1u | (uint64_t)x.fsc << 1 | UINT64_C(1) << 11;
    }
    c->a.sys[S_PAR_EL1] = par;
}
