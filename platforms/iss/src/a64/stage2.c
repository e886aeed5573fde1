/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 of Non-secure EL1&0: VTTBR_EL2 and VTCR_EL2, rights, attributes, combination. */
#include "mmu.h"

/* VTCR_EL2. */
#define VTCR_T0SZ(v) ((unsigned)(v)&63u)
#define VTCR_SL0(v)  ((unsigned)((v) >> 6) & 3u)
#define VTCR_TG0(v)  ((unsigned)((v) >> 14) & 3u)
#define VTCR_PS(v)   ((unsigned)((v) >> 16) & 7u)
#define VTCR_VS      A64_BIT(19)

/* Descriptor of stage 2. */
#define S2_MEMATTR(v) ((unsigned)((v) >> 2) & 15u)
#define S2_AP(v)      ((unsigned)((v) >> 6) & 3u)
#define S2_SH(v)      ((unsigned)((v) >> 8) & 3u)
#define S2_AF         A64_BIT(10)
#define S2_XN         A64_BIT(54)

/* S2AP. */
enum { S2AP_READ = 1, S2AP_WRITE = 2 };

/* A nibble of a MAIR byte. */
enum { NIBBLE_NC = 0x4, NIBBLE_WT = 0xb, NIBBLE_WB = 0xf };
/* Shareability. */
enum { SH_OUTER = 2, SH_INNER = 3 };

uint16_t a64_vmid(const a64_cpu *c)
{
    uint16_t vmid = (uint16_t)(c->a.sys[S_VTTBR_EL2] >> 48);
    return (c->a.sys[S_VTCR_EL2] & VTCR_VS) ? vmid : vmid & 0xffu;
}

uint32_t a64_tlb_key(const a64_cpu *c, unsigned regime)
{
    if (regime != A64_R_NS10 && regime != A64_R_STAGE2)
        return 0;
    uint64_t hcr = a64_hcr(c);
    uint32_t key = a64_vmid(c);
    if (regime == A64_R_STAGE2)
        return key;
    return key | ((hcr & HCR_VM) ? A64_KEY_VM : 0u) | ((hcr & HCR_DC) ? A64_KEY_DC : 0u);
}

/** A fault of stage 2 at @p ipa. */
static bool stage2_fault(a64_xlat *x, uint64_t ipa, unsigned fsc)
{
    x->fsc = (uint8_t)fsc;
    x->stage2 = true;
    x->ipa = ipa;
    return false;
}

/* ------------------------------------------------------------------ walk */

/** First level of the walk that SL0 asks for; 4 for a reserved value. */
static unsigned first_level(unsigned granule, unsigned sl0)
{
    static const uint8_t of_4k[4] = {2, 1, 0, 4}, of_others[4] = {3, 2, 1, 4};
    return granule == 12u ? of_4k[sl0] : of_others[sl0];
}

/** Whether the first level suits the physical address size and T0SZ: at most 16 tables in a row. */
static bool consistent(const a64_cpu *c, const a64_walk *w)
{
    unsigned most = a64_pa_bits(c, 7), bits = 64u - w->tsz, stride = w->granule - 3u;
    unsigned floor = w->granule == 12u ? 0u : 1u;
    if (w->level > 3u || bits > most)
        return false;
    if (w->level == floor && most <= (w->granule == 14u ? 40u : 42u))
        return false;
    unsigned below = w->granule + stride * (3u - w->level);
    return bits > below && bits - below <= stride + 4u;
}

static bool configure(const a64_cpu *c, a64_walk *w)
{
    uint64_t vtcr = c->a.sys[S_VTCR_EL2];
    unsigned tsz = VTCR_T0SZ(vtcr);
    *w = (a64_walk){.stage2 = true};
    w->base = c->a.sys[S_VTTBR_EL2] & UINT64_C(0x0000fffffffffffe);
    w->granule = a64_granule_bits(c, VTCR_TG0(vtcr), false);
    w->tsz = tsz < 16u ? 16u : tsz > 39u ? 39u : tsz;
    w->ps = a64_pa_bits(c, VTCR_PS(vtcr));
    w->level = first_level(w->granule, VTCR_SL0(vtcr));
    return consistent(c, w);
}

/** The MAIR byte of a MemAttr field. */
static uint8_t mair_of(unsigned memattr)
{
    static const uint8_t nibble[4] = {NIBBLE_NC, NIBBLE_NC, NIBBLE_WT, NIBBLE_WB};
    if (memattr < 4u)
        return (uint8_t)(memattr << 2);
    return (uint8_t)(nibble[memattr >> 2] << 4 | nibble[memattr & 3u]);
}

static bool walk(a64_cpu *c, uint64_t ipa, a64_tlbe *e, a64_xlat *x)
{
    a64_walk w;
    a64_leaf l;
    if (!configure(c, &w) || ipa >> (64u - w.tsz))
        return stage2_fault(x, ipa, A64_FSC_TRANSLATION);
    if (!a64_descend(c, ipa, &w, &l, x))
        return stage2_fault(x, ipa, x->fsc);
    if (!(l.desc & S2_AF))
        return stage2_fault(x, ipa, A64_FSC_ACCESS_FLAG + l.level);
    *e = (a64_tlbe){.va = ipa & ~(A64_BIT(l.shift) - 1u),
                    .pa = l.pa,
                    .key = a64_tlb_key(c, A64_R_STAGE2),
                    .shift = (uint8_t)l.shift,
                    .span = (uint8_t)l.shift,
                    .level = (uint8_t)l.level,
                    .regime = A64_R_STAGE2,
                    .ap = (uint8_t)S2_AP(l.desc),
                    .attr = mair_of(S2_MEMATTR(l.desc)),
                    .sh = (uint8_t)S2_SH(l.desc),
                    .valid = true,
                    .global = true,
                    .uxn = (l.desc & S2_XN) != 0};
    return true;
}

/** Stage 2 off with HCR_EL2.DC alone cannot be: DC sets VM. So a leaf is always looked for. */
const a64_tlbe *a64_stage2_find(a64_cpu *c, uint64_t ipa, a64_tlbe *fresh, a64_xlat *x)
{
    const a64_tlbe *e = a64_tlb_find(c, ipa, A64_R_STAGE2);
    if (e)
        return e;
    if (!walk(c, ipa, fresh, x))
        return NULL;
    a64_tlb_insert(c, ipa, fresh);
    return fresh;
}

/* ------------------------------------------------------------------ attributes */

static bool write_through(unsigned nibble)
{
    return nibble != NIBBLE_NC && (nibble & 4u) == 0;
}

/** The weaker of two cacheabilities, with the allocation hints of stage 1. */
static unsigned weaker(unsigned one, unsigned two)
{
    if (one == NIBBLE_NC || two == NIBBLE_NC)
        return NIBBLE_NC;
    if (write_through(one) || write_through(two))
        return 8u | (one & 3u);
    return one;
}

/** Attributes of both stages: the stronger Device type, or the weaker cacheability. */
static uint8_t combine_attr(uint8_t one, uint8_t two)
{
    if (a64_is_device(one) && a64_is_device(two))
        return one < two ? one : two;
    if (a64_is_device(one) || a64_is_device(two))
        return a64_is_device(one) ? one : two;
    return (uint8_t)(weaker(one >> 4, two >> 4) << 4 | weaker(one & 15u, two & 15u));
}

/** Shareability of both stages: the wider; of Device and Non-cacheable memory always Outer. */
static uint8_t combine_sh(uint8_t attr, uint8_t one, uint8_t two)
{
    if (a64_is_device(attr) || attr == (NIBBLE_NC << 4 | NIBBLE_NC) || one == SH_OUTER ||
        two == SH_OUTER)
        return SH_OUTER;
    return one == SH_INNER || two == SH_INNER ? SH_INNER : 0u;
}

/** Attributes of a leaf of stage 2: HCR_EL2.CD and ID make Normal memory Non-cacheable. */
static uint8_t leaf_attr(const a64_cpu *c, const a64_tlbe *two, a64_intent intent)
{
    bool off = (a64_hcr(c) & (intent == A64_EXEC ? HCR_ID : HCR_CD)) != 0;
    return off && !a64_is_device(two->attr) ? NIBBLE_NC << 4 | NIBBLE_NC : two->attr;
}

/* ------------------------------------------------------------------ both stages */

bool a64_stage2_combine(a64_cpu *c, uint64_t va, a64_tlbe *e, a64_xlat *x)
{
    a64_tlbe fresh;
    uint64_t ipa = e->pa + (va - e->va);
    const a64_tlbe *two = a64_stage2_find(c, ipa, &fresh, x);
    if (!two)
        return false;
    uint8_t attr = combine_attr(e->attr, leaf_attr(c, two, A64_READ));
    e->span = e->shift;
    if (two->shift < e->shift)
        e->shift = two->shift;
    uint64_t within = A64_BIT(e->shift) - 1u;
    e->device2 = a64_is_device(two->attr) && !a64_is_device(e->attr);
    e->sh = combine_sh(attr, e->sh, two->sh);
    e->attr = attr;
    e->va = va & ~within;
    e->ipa = ipa & ~within;
    e->pa = two->pa + (e->ipa - two->va);
    e->ap2 = two->ap;
    e->xn2 = two->uxn;
    e->level2 = two->level;
    return true;
}

static bool rights_allow(unsigned ap, bool xn, a64_intent intent)
{
    return intent == A64_EXEC ? !xn : (ap & (intent == A64_WRITE ? S2AP_WRITE : S2AP_READ)) != 0;
}

bool a64_stage2_permits(const a64_tlbe *e, uint64_t ipa, a64_intent intent, a64_xlat *x)
{
    return rights_allow(e->ap2, e->xn2, intent) ||
           stage2_fault(x, ipa, A64_FSC_PERMISSION + e->level2);
}

bool a64_stage2_table(a64_cpu *c, uint64_t ipa, uint64_t *pa, a64_xlat *x)
{
    a64_tlbe fresh;
    const a64_tlbe *two = a64_stage2_find(c, ipa, &fresh, x);
    x->s1ptw = true;
    if (!two)
        return false;
    bool protect = (a64_hcr(c) & HCR_PTW) && a64_is_device(two->attr);
    if (protect || !rights_allow(two->ap, two->uxn, A64_READ))
        return stage2_fault(x, ipa, A64_FSC_PERMISSION + two->level);
    x->s1ptw = false;
    *pa = two->pa + (ipa - two->va);
    return true;
}

bool a64_stage2_flat(a64_cpu *c, a64_intent intent, a64_xlat *x)
{
    a64_tlbe fresh;
    uint64_t ipa = x->pa;
    const a64_tlbe *two = a64_stage2_find(c, ipa, &fresh, x);
    if (!two)
        return false;
    if (!rights_allow(two->ap, two->uxn, intent))
        return stage2_fault(x, ipa, A64_FSC_PERMISSION + two->level);
    uint8_t one = x->attr;
    x->pa = two->pa + (ipa - two->va);
    x->ipa = ipa;
    x->attr = combine_attr(one, leaf_attr(c, two, intent));
    x->sh = combine_sh(x->attr, x->sh, two->sh);
    x->stage2 = a64_is_device(two->attr) && !a64_is_device(one);
    x->device = a64_is_device(x->attr);
    return true;
}
