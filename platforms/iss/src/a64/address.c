/* SPDX-License-Identifier: Apache-2.0 */
/* AT: address translation for PAR_EL1. */
#include "mem.h"
#include "mmu.h"

/* PAR_EL1. */
#define PAR_F          A64_BIT(0)
#define PAR_FST_SHIFT  1
#define PAR_SH_SHIFT   7
#define PAR_PTW        A64_BIT(8)
#define PAR_S          A64_BIT(9)
#define PAR_NS         A64_BIT(9)
#define PAR_RES1       A64_BIT(11)
#define PAR_PA         UINT64_C(0x0000fffffffff000)
#define PAR_ATTR_SHIFT 56

static bool is_external(uint8_t fsc)
{
    return (fsc & ~3u) == A64_FSC_EXTERNAL_WALK;
}

static uint64_t par_of(const a64_xlat *x)
{
    uint64_t sh = x->device || x->attr == 0x44u ? 2u : x->sh;
    return (x->pa & PAR_PA) | (uint64_t)x->attr << PAR_ATTR_SHIFT | (x->secure ? 0 : PAR_NS) |
           PAR_RES1 | sh << PAR_SH_SHIFT;
}

static uint64_t par_of_fault(const a64_xlat *x)
{
    return PAR_F | (uint64_t)x->fsc << PAR_FST_SHIFT | (x->s1ptw ? PAR_PTW : 0) |
           (x->stage2 ? PAR_S : 0) | PAR_RES1;
}

bool a64_address_translate(a64_cpu *c, uint64_t va, a64_ctx ctx, a64_intent intent, bool both)
{
    a64_xlat x;
    bool apart = !both && a64_ctx_regime(ctx) == A64_R_NS10 && a64_stage2_on(c);
    if (apart ? a64_translate_stage1(c, va, ctx, intent, &x)
              : a64_translate(c, va, ctx, intent, &x)) {
        c->a.sys[S_PAR_EL1] = par_of(&x);
        return true;
    }
    if (x.fsc == A64_FSC_RETRY) {
        a64_retry(c);
        return false;
    }
    /* Faults of the walk itself that PAR_EL1 does not tell: they are taken. */
    if (is_external(x.fsc) || (x.s1ptw && c->a.el == 1u)) {
        a64_take_abort(c, &x, va, A64_ISS_CM | A64_ISS_WNR, false);
        return false;
    }
    c->a.sys[S_PAR_EL1] = par_of_fault(&x);
    return true;
}
