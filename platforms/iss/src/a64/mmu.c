/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 1 translation: contexts, regimes, permissions. */
#include "mmu.h"

/* TCR_ELx. Positions for TTBR0; a regime with two ranges has a second set for TTBR1. */
#define TCR_EPD1 A64_BIT(23)
#define TCR_EPD0 A64_BIT(7)
#define TCR_A1   A64_BIT(22)
#define TCR_AS   A64_BIT(36)

/* Descriptor bits. */
#define DESC_NS  A64_BIT(5)
#define DESC_AF  A64_BIT(10)
#define DESC_NG  A64_BIT(11)
#define DESC_PXN A64_BIT(53)
#define DESC_XN  A64_BIT(54)

/** Attributes of HCR_EL2.DC: Normal, write-back, allocating. */
#define ATTR_DEFAULT 0xffu
/** Attributes of fetches with stage 1 off: Normal, write-through. */
#define ATTR_FETCH 0xaau

/** The registers of a regime. */
typedef struct regime_regs {
    uint16_t sctlr, tcr, ttbr[2], mair;
} regime_regs;

static const regime_regs regs_of[A64_R_STAGE2] = {
    {S_SCTLR_EL1, S_TCR_EL1, {S_TTBR0_EL1, S_TTBR1_EL1}, S_MAIR_EL1},
    {S_SCTLR_EL1, S_TCR_EL1, {S_TTBR0_EL1, S_TTBR1_EL1}, S_MAIR_EL1},
    {S_SCTLR_EL2, S_TCR_EL2, {S_TTBR0_EL2, S_TTBR1_EL2}, S_MAIR_EL2},
    {S_SCTLR_EL2, S_TCR_EL2, {S_TTBR0_EL2, S_TTBR0_EL2}, S_MAIR_EL2},
    {S_SCTLR_EL3, S_TCR_EL3, {S_TTBR0_EL3, S_TTBR0_EL3}, S_MAIR_EL3}};

/** Whether a regime has EL0, and so two ranges of addresses. */
static bool has_el0(unsigned regime)
{
    return regime < A64_R_EL2;
}

static bool is_secure(unsigned regime)
{
    return regime == A64_R_S10 || regime == A64_R_EL3;
}

a64_ctx a64_context(const a64_cpu *c)
{
    uint64_t hcr = a64_hcr(c);
    unsigned base = a64_ctx_el0(c);
    if (c->a.el == 3u)
        return A64_CTX_EL3;
    if (c->a.el == 2u && !(hcr & HCR_E2H))
        return A64_CTX_EL2;
    if (c->a.el == 2u || (c->a.el == 0u && a64_is_host(hcr)))
        base = A64_CTX_HOST_EL0;
    return (a64_ctx)(base + (c->a.el ? 1u + c->a.pan : 0u));
}

a64_regime a64_ctx_regime(unsigned ctx)
{
    static const uint8_t regime[A64_CTX_COUNT] = {A64_R_NS10, A64_R_NS10, A64_R_NS10, A64_R_S10,
                                                  A64_R_S10,  A64_R_S10,  A64_R_EL20, A64_R_EL20,
                                                  A64_R_EL20, A64_R_EL2,  A64_R_EL3};
    return (a64_regime)regime[ctx];
}

a64_ctx a64_regime_ctx(a64_regime regime, unsigned *count)
{
    /* What stage 1 that is off left of an address was derived from stage 2. */
    static const uint8_t first[A64_R_COUNT] = {A64_CTX_NS_EL0, A64_CTX_S_EL0, A64_CTX_HOST_EL0,
                                               A64_CTX_EL2,    A64_CTX_EL3,   A64_CTX_NS_EL0};
    *count = regime == A64_R_EL2 || regime == A64_R_EL3 ? 1u : 3u;
    return (a64_ctx)first[regime];
}

uint64_t a64_sctlr(const a64_cpu *c, unsigned regime)
{
    return c->a.sys[regs_of[regime].sctlr];
}

uint16_t a64_asid(const a64_cpu *c, unsigned regime)
{
    if (!has_el0(regime))
        return 0;
    const regime_regs *r = &regs_of[regime];
    uint64_t tcr = c->a.sys[r->tcr];
    uint16_t asid = (uint16_t)(c->a.sys[r->ttbr[(tcr & TCR_A1) != 0]] >> 48);
    return (tcr & TCR_AS) ? asid : asid & 0xffu;
}

/** Whether the top byte of @p va is ignored in @p regime. */
static bool top_byte_ignored(const a64_cpu *c, uint64_t va, unsigned regime)
{
    uint64_t tcr = c->a.sys[regs_of[regime].tcr];
    return (has_el0(regime) ? tcr >> (37u + ((va >> 55) & 1u)) : tcr >> 20) & 1u;
}

static uint64_t strip_tag(const a64_cpu *c, uint64_t va, unsigned regime)
{
    if (!top_byte_ignored(c, va, regime))
        return va;
    return has_el0(regime) ? (uint64_t)a64_sext(va, 56) : va & ~(UINT64_C(0xff) << 56);
}

uint64_t a64_canonical(const a64_cpu *c, uint64_t va)
{
    return strip_tag(c, va, a64_ctx_regime(c->ctx));
}

/** Whether stage 1 of a regime translates at all. */
static bool stage1_on(const a64_cpu *c, unsigned regime)
{
    if (regime == A64_R_NS10 && (a64_hcr(c) & (HCR_DC | HCR_TGE)))
        return false;
    return (a64_sctlr(c, regime) & SCTLR_M) != 0;
}

/* ------------------------------------------------------------------ walk */

static a64_walk configure(const a64_cpu *c, uint64_t va, unsigned regime)
{
    const regime_regs *r = &regs_of[regime];
    uint64_t tcr = c->a.sys[r->tcr];
    bool two = has_el0(regime), upper = two && ((va >> 55) & 1u);
    a64_walk w = {.secure = is_secure(regime)};
    w.base = c->a.sys[r->ttbr[upper]] & UINT64_C(0x0000fffffffffffe);
    w.tsz = (upper ? tcr >> 16 : tcr) & 63u;
    w.tsz = w.tsz < 16u ? 16u : w.tsz > 39u ? 39u : w.tsz;
    w.granule = a64_granule_bits(c, (upper ? tcr >> 30 : tcr >> 14) & 3u, upper);
    w.ps = a64_pa_bits(c, (two ? tcr >> 32 : tcr >> 16) & 7u);
    w.disabled = two && (tcr & (upper ? TCR_EPD1 : TCR_EPD0));
    w.nested = regime == A64_R_NS10 && a64_stage2_on(c);
    unsigned stride = w.granule - 3u;
    w.level = 4u - (64u - w.tsz - w.granule + stride - 1u) / stride;
    return w;
}

/** True when the bits of @p va above the range are as they must be. */
static bool in_range(uint64_t va, unsigned tsz, unsigned regime)
{
    unsigned bits = 64u - tsz;
    uint64_t top = va >> bits;
    if (has_el0(regime) && ((va >> 55) & 1u))
        return top == (UINT64_MAX >> bits);
    return top == 0;
}

static void take_leaf(const a64_cpu *c, uint64_t va, const a64_leaf *l, unsigned regime,
                      a64_tlbe *e)
{
    bool single = !has_el0(regime); /* One privilege: no AP[1], no PXN, all global. */
    unsigned ap = (l->desc >> 6) & 3u;
    *e = (a64_tlbe){.va = va & ~(A64_BIT(l->shift) - 1u),
                    .pa = l->pa,
                    .key = a64_tlb_key(c, regime),
                    .asid = a64_asid(c, regime),
                    .shift = (uint8_t)l->shift,
                    .span = (uint8_t)l->shift,
                    .level = (uint8_t)l->level,
                    .regime = (uint8_t)regime,
                    .sh = (l->desc >> 8) & 3u,
                    .valid = true};
    e->ap =
        (uint8_t)((ap & 2u) | (l->ap_table & 2u) | (single ? 0u : (ap & 1u) & ~(l->ap_table & 1u)));
    e->uxn = (l->desc & DESC_XN) || l->xn;
    e->pxn = single ? e->uxn : ((l->desc & DESC_PXN) || l->pxn);
    e->global = single || !(l->desc & DESC_NG);
    e->attr = (uint8_t)(c->a.sys[regs_of[regime].mair] >> (8u * ((l->desc >> 2) & 7u)));
    e->secure = is_secure(regime) && !(l->desc & DESC_NS) && !l->ns;
}

/** Walks the tables of stage 1; a leaf without permission checks. False with the fault in @p x. */
static bool walk(a64_cpu *c, uint64_t va, unsigned regime, a64_tlbe *e, a64_xlat *x)
{
    a64_walk w = configure(c, va, regime);
    a64_leaf l;
    x->fsc = A64_FSC_TRANSLATION;
    if (w.disabled || !in_range(va, w.tsz, regime) || !a64_descend(c, va, &w, &l, x))
        return false;
    take_leaf(c, va, &l, regime, e);
    x->fsc = (uint8_t)(A64_FSC_ACCESS_FLAG + l.level);
    return (l.desc & DESC_AF) != 0;
}

/* ------------------------------------------------------------------ permissions */

/** Whether a leaf of stage 1 allows the access. */
static bool permitted(const a64_cpu *c, const a64_tlbe *e, unsigned ctx, a64_intent intent)
{
    bool two = has_el0(e->regime);
    bool el0 = two && ctx % 3u == 0u, pan = two && ctx % 3u == 2u;
    bool user = (e->ap & 1u) != 0;
    bool writable = !(e->ap & 2u);
    bool wxn = (a64_sctlr(c, e->regime) & SCTLR_WXN) != 0;
    if (el0 && intent != A64_EXEC)
        return user && (intent == A64_READ || writable);
    if (intent != A64_EXEC)
        return (intent == A64_READ || writable) && !(pan && user);
    /* Secure instruction fetch from Non-secure memory is refused with SCR_EL3.SIF. */
    if (!e->secure && a64_secure(c) && c->config.has_el3 && (c->a.sys[S_SCR_EL3] & SCR_SIF))
        return false;
    if (el0)
        return user && !e->uxn && !(wxn && writable);
    /* The higher level never executes what EL0 can write. */
    if (two && user && writable)
        return false;
    return !e->pxn && !(wxn && writable);
}

/* ------------------------------------------------------------------ translate */

/** Stage 1 disabled: flat; data is Device-nGnRnE, instructions are Normal; with DC all is. */
static bool translate_flat(const a64_cpu *c, uint64_t va, unsigned regime, a64_intent intent,
                           a64_xlat *x)
{
    bool cacheable = regime == A64_R_NS10 && (a64_hcr(c) & HCR_DC);
    uint64_t pa = strip_tag(c, va, regime);
    if (has_el0(regime) && top_byte_ignored(c, va, regime))
        pa &= ~(UINT64_C(0xff) << 56);
    x->fsc = A64_FSC_ADDRESS_SIZE;
    if (pa >> a64_pa_bits(c, 7))
        return false;
    x->pa = pa;
    x->secure = is_secure(regime);
    x->device = intent != A64_EXEC && !cacheable;
    x->attr = cacheable ? ATTR_DEFAULT : x->device ? 0x00 : ATTR_FETCH;
    x->sh = cacheable ? 0u : 2u;
    return true;
}

static void take_result(const a64_tlbe *e, uint64_t va, a64_xlat *x)
{
    x->pa = e->pa + (va - e->va);
    x->ipa = e->ipa + (va - e->va);
    x->secure = e->secure;
    x->attr = e->attr;
    x->sh = e->sh;
    x->device = a64_is_device(e->attr);
    x->stage2 = e->device2;
}

/** Stage 1 of @p plain by a walk, permission included. */
static bool walk_permitted(a64_cpu *c, uint64_t plain, a64_ctx ctx, a64_intent intent, a64_tlbe *e,
                           a64_xlat *x)
{
    if (!walk(c, plain, a64_ctx_regime(ctx), e, x))
        return false;
    x->fsc = (uint8_t)(A64_FSC_PERMISSION + e->level);
    return permitted(c, e, ctx, intent);
}

bool a64_translate_stage1(a64_cpu *c, uint64_t va, a64_ctx ctx, a64_intent intent, a64_xlat *x)
{
    a64_regime regime = a64_ctx_regime(ctx);
    uint64_t plain = strip_tag(c, va, regime);
    a64_tlbe e;
    x->stage2 = x->s1ptw = false;
    if (!stage1_on(c, regime))
        return translate_flat(c, va, regime, intent, x);
    if (!walk_permitted(c, plain, ctx, intent, &e, x))
        return false;
    take_result(&e, plain, x);
    return true;
}

/** A miss: both stages, where there are two. The order of faults is that of the stages. */
static bool fill(a64_cpu *c, uint64_t plain, a64_ctx ctx, a64_intent intent, a64_tlbe *e,
                 a64_xlat *x)
{
    a64_regime regime = a64_ctx_regime(ctx);
    bool both = regime == A64_R_NS10 && a64_stage2_on(c);
    if (!both && !walk(c, plain, regime, e, x))
        return false;
    if (both &&
        (!walk_permitted(c, plain, ctx, intent, e, x) || !a64_stage2_combine(c, plain, e, x)))
        return false;
    a64_tlb_insert(c, plain, e);
    return true;
}

bool a64_translate(a64_cpu *c, uint64_t va, a64_ctx ctx, a64_intent intent, a64_xlat *x)
{
    a64_regime regime = a64_ctx_regime(ctx);
    a64_tlbe fresh;
    x->stage2 = x->s1ptw = false;
    if (!stage1_on(c, regime))
        return translate_flat(c, va, regime, intent, x) &&
               (regime != A64_R_NS10 || !a64_stage2_on(c) || a64_stage2_flat(c, intent, x));
    uint64_t plain = strip_tag(c, va, regime);
    const a64_tlbe *e = a64_tlb_find(c, plain, regime);
    if (!e) {
        if (!fill(c, plain, ctx, intent, &fresh, x))
            return false;
        e = &fresh;
    }
    x->fsc = (uint8_t)(A64_FSC_PERMISSION + e->level);
    if (!permitted(c, e, ctx, intent))
        return false;
    take_result(e, plain, x);
    return !e->level2 || a64_stage2_permits(e, x->ipa, intent, x);
}
