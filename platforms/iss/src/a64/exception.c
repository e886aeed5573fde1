/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: routing, entry, return; interrupts against masks; Exception levels and their banks.
 */
#include "mem.h"
#include "sys.h"

/* PSTATE fields as SPSR holds them. */
enum {
    SPSR_PAN_SHIFT = 22,
    SPSR_SS = 1u << 21,
    SPSR_IL = 1u << 20,
    SPSR_DAIF_SHIFT = 6,
    SPSR_AARCH32 = 1u << 4
};

#define SCTLR_SPAN (UINT64_C(1) << 23)

/* SCR_EL3 and HCR_EL2. */
#define SCR_IRQ (UINT64_C(1) << 1)
#define SCR_FIQ (UINT64_C(1) << 2)
#define SCR_EA  (UINT64_C(1) << 3)
#define HCR_FMO (UINT64_C(1) << 3)
#define HCR_IMO (UINT64_C(1) << 4)
#define HCR_AMO (UINT64_C(1) << 5)
#define HCR_VF  (UINT64_C(1) << 6)
#define HCR_VI  (UINT64_C(1) << 7)
#define HCR_VSE (UINT64_C(1) << 8)
#define HCR_TGE (UINT64_C(1) << 27)

/* CPACR_EL1.FPEN, CPTR_ELx.TFP. */
#define CPACR_FPEN(v) ((unsigned)((v) >> 20) & 3u)
#define CPTR_TFP      (UINT64_C(1) << 10)
/** ISS of a floating point trap: no condition (CV, COND of AL). */
#define FP_TRAP_ISS (1u << 24 | 0xeu << 20)

static const uint16_t vbar_of[4] = {S_VBAR_EL1, S_VBAR_EL1, S_VBAR_EL2, S_VBAR_EL3};
static const uint16_t elr_of[4] = {S_ELR_EL1, S_ELR_EL1, S_ELR_EL2, S_ELR_EL3};
static const uint16_t spsr_of[4] = {S_SPSR_EL1, S_SPSR_EL1, S_SPSR_EL2, S_SPSR_EL3};
static const uint16_t esr_of[4] = {S_ESR_EL1, S_ESR_EL1, S_ESR_EL2, S_ESR_EL3};
static const uint16_t far_of[4] = {S_FAR_EL1, S_FAR_EL1, S_FAR_EL2, S_FAR_EL3};

unsigned a64_highest_el(const a64_cpu *c)
{
    return c->config.has_el3 ? 3u : c->config.has_el2 ? 2u : 1u;
}

/* ------------------------------------------------------------------ levels and banks */

void a64_set_spsel(a64_cpu *c, unsigned sp_sel)
{
    a64_arch *a = &c->a;
    a->sp_el[a->sp_sel ? a->el : 0u] = a->x[A64_SP];
    a->sp_sel = (uint8_t)(a->el ? sp_sel : 0u);
    a->x[A64_SP] = a->sp_el[a->sp_sel ? a->el : 0u];
}

void a64_context_changed(a64_cpu *c)
{
    const a64_arch *a = &c->a;
    uint64_t scr = c->config.has_el3 ? a->sys[S_SCR_EL3] : !c->config.secure_only;
    uint64_t hcr = c->config.has_el2 ? a->sys[S_HCR_EL2] : 0;
    uint64_t sctlr;
    gic_pe_state pe = {.el = a->el,
                       .scr_ns = scr & 1u,
                       .scr_irq = (scr & SCR_IRQ) != 0,
                       .scr_fiq = (scr & SCR_FIQ) != 0,
                       .hcr_imo = (hcr & HCR_IMO) != 0,
                       .hcr_fmo = (hcr & HCR_FMO) != 0,
                       .hcr_amo = (hcr & HCR_AMO) != 0,
                       .hcr_tge = (hcr & HCR_TGE) != 0};
    c->ctx = (uint8_t)a64_context(c);
    c->dtlb = c->bank[c->ctx].d;
    c->itlb = c->bank[c->ctx].i;
    sctlr = a64_sctlr(c, a64_ctx_regime(c->ctx));
    c->sp_check = (sctlr >> (a->el ? 3 : 4)) & 1u;
    a64_update_fp_trap(c);
    if (pe.el != c->pe.el || pe.scr_ns != c->pe.scr_ns || pe.scr_irq != c->pe.scr_irq ||
        pe.scr_fiq != c->pe.scr_fiq || pe.hcr_imo != c->pe.hcr_imo || pe.hcr_fmo != c->pe.hcr_fmo ||
        pe.hcr_amo != c->pe.hcr_amo || pe.hcr_tge != c->pe.hcr_tge) {
        c->pe = pe;
        c->env.pe_state(&c->pe, a64_now_ps(c), c->env.ctx);
    }
    a64_update_lines(c);
}

void a64_set_el(a64_cpu *c, unsigned el, unsigned sp_sel)
{
    a64_arch *a = &c->a;
    if (c->pmu_on && el != a->el)
        a64_pmu_sync(c);
    a->sp_el[a->sp_sel ? a->el : 0u] = a->x[A64_SP];
    a->sp_sel = (uint8_t)(el ? sp_sel : 0u);
    a->x[A64_SP] = a->sp_el[a->sp_sel ? el : 0u];
    if (el == a->el) { /* the context is of the level; what is masked may have changed */
        a64_update_lines(c);
        return;
    }
    a->el = (uint8_t)el;
    a64_context_changed(c);
}

void a64_set_pan(a64_cpu *c, bool pan)
{
    if (c->a.pan == pan || !c->model->pan)
        return;
    c->a.pan = pan;
    if (c->a.el == 1u)
        a64_context_changed(c);
}

uint64_t a64_pstate(const a64_cpu *c)
{
    const a64_arch *a = &c->a;
    return (uint64_t)a64_nzcv(a) | (uint64_t)a->pan << SPSR_PAN_SHIFT | (uint64_t)a->ss << 21 |
           (uint64_t)a->il << 20 | (uint64_t)a->daif << SPSR_DAIF_SHIFT | (uint64_t)a->el << 2 |
           a->sp_sel;
}

/* ------------------------------------------------------------------ entry */

void a64_report(a64_cpu *c, iss_event_kind kind, unsigned line, unsigned from_el, uint64_t pc,
                uint64_t esr)
{
    iss_event e = {.kind = (uint8_t)kind,
                   .line = (uint8_t)line,
                   .el = c->a.el,
                   .from_el = (uint8_t)from_el,
                   .time_ps = a64_now_ps(c),
                   .pc = pc,
                   .esr = esr};
    if (c->env.event)
        c->env.event(&e, c->env.ctx);
}

/** Offset in the vector table of an exception that comes from the current state to @p el. */
static unsigned vector_base(const a64_cpu *c, unsigned el)
{
    if (c->a.el < el)
        return 0x400u; /* From a lower level: AArch64 is all there is. */
    return c->a.sp_sel ? 0x200u : 0u;
}

/** What every exception does. @p kind: 0 synchronous, 1 IRQ, 2 FIQ, 3 SError. */
static void enter(a64_cpu *c, unsigned el, unsigned kind, unsigned line, uint64_t elr, uint64_t esr)
{
    a64_arch *a = &c->a;
    unsigned from = a->el;
    uint64_t vector = (a->sys[vbar_of[el]] & ~UINT64_C(0x7ff)) + vector_base(c, el) + kind * 0x80u;
    if (c->pmu_on)
        a64_pmu_sync(c);
    a->sys[spsr_of[el]] = a64_pstate(c);
    a->sys[elr_of[el]] = elr;
    a->exceptions++;
    a->irqs += kind == 1u || kind == 2u;
    a->daif = A64_D | A64_A | A64_I | A64_F;
    a->il = a->ss = 0;
    a->sleep = 0;
    if (el == 1u && !(a->sys[S_SCTLR_EL1] & SCTLR_SPAN))
        a64_set_pan(c, true);
    a64_set_el(c, el, 1);
    a64_report(c, ISS_EVENT_EXCEPTION, line, from, elr, esr);
    c->acc -= (int64_t)c->config.cpi.cycles[ISS_CPI_entry] << 32;
    a->pc = vector;
    c->next = NULL;
    a64_report(c, ISS_EVENT_HANDLER, line, from, vector, esr);
}

unsigned a64_sync_target(const a64_cpu *c)
{
    if (c->a.el > 1u)
        return c->a.el;
    return c->a.el == 0u && (a64_hcr(c) & HCR_TGE) ? 2u : 1u;
}

void a64_take_sync(a64_cpu *c, unsigned el, uint64_t esr, uint64_t elr)
{
    /* An instruction that ends in an exception counts as one and takes its class's time. */
    c->acc -= ((int64_t)c->config.cpi.cycles[ISS_CPI_exception] << 32) - 1;
    c->a.sys[esr_of[el]] = esr;
    enter(c, el, 0, ISS_LINE_COUNT, elr, esr);
}

void a64_take_fault(a64_cpu *c, unsigned el, uint64_t esr, uint64_t far, uint64_t elr)
{
    c->a.sys[far_of[el]] = far;
    a64_take_sync(c, el, esr, elr);
}

void a64_take_undefined(a64_cpu *c)
{
    a64_take_sync(c, a64_sync_target(c), a64_esr(A64_EC_UNKNOWN, true, 0), c->a.pc);
}

void a64_op_undefined(a64_cpu *c, const a64_op *o, int64_t acc)
{
    A64_SLOW_BEGIN();
    a64_take_undefined(c);
}

/* ------------------------------------------------------------------ floating point traps */

/** Level that SIMD and floating-point instructions trap to now, 0 for none. */
static unsigned fp_trap_level(const a64_cpu *c)
{
    const a64_arch *a = &c->a;
    unsigned fpen = CPACR_FPEN(a->sys[S_CPACR_EL1]);
    if (a->el < 2u && fpen != 3u && (a->el == 0u || fpen != 1u))
        return 1;
    if (a->el < 3u && a64_el2_enabled(c) && (a->sys[S_CPTR_EL2] & CPTR_TFP))
        return 2;
    return c->config.has_el3 && (a->sys[S_CPTR_EL3] & CPTR_TFP) ? 3u : 0u;
}

void a64_update_fp_trap(a64_cpu *c)
{
    c->fp_trap = fp_trap_level(c) != 0u;
}

void a64_take_fp_trap(a64_cpu *c)
{
    unsigned el = fp_trap_level(c);
    /* What CPACR_EL1 would send to EL1 has no class of its own where TGE sends it to EL2. */
    if (el == 1u && (a64_hcr(c) & HCR_TGE))
        a64_take_sync(c, 2, a64_esr(A64_EC_UNKNOWN, true, 0), c->a.pc);
    else
        a64_take_sync(c, el, a64_esr(A64_EC_FP, true, FP_TRAP_ISS), c->a.pc);
}

void a64_op_fp_trap(a64_cpu *c, const a64_op *o, int64_t acc)
{
    A64_SLOW_BEGIN();
    a64_take_fp_trap(c);
}

void a64_op_body(a64_cpu *c, const a64_op *o, int64_t acc)
{
    if (A64_UNLIKELY(c->fp_trap))
        A64_TAIL(a64_op_fp_trap, c, o, acc);
    o->body(c, o);
    A64_NEXT();
}

/* ------------------------------------------------------------------ interrupts */

/** An asynchronous exception: where it would go, and whether it can be taken now. */
static bool can_take(const a64_cpu *c, uint64_t scr_bit, uint64_t hcr_bit, unsigned mask,
                     unsigned *target)
{
    const a64_arch *a = &c->a;
    uint64_t hcr = a64_hcr(c);
    if (c->config.has_el3 && (a->sys[S_SCR_EL3] & scr_bit))
        *target = 3;
    else if (a64_el2_enabled(c) && (a->el == 2u || (hcr & (hcr_bit | HCR_TGE))))
        *target = 2;
    else
        *target = 1;
    if (*target < a->el)
        return false;
    /* Without routing to EL2, EL2 itself does not take it (it stays pending). */
    if (*target == 2u && a->el == 2u && !(hcr & (hcr_bit | HCR_TGE)))
        return false;
    if (*target > a->el && *target > 1u)
        return true;
    return !(a->daif & mask);
}

/** Virtual interrupts go to Non-secure EL1, from EL0 and EL1. */
static bool can_take_virtual(const a64_cpu *c, uint64_t hcr_bit, unsigned mask)
{
    uint64_t hcr = a64_hcr(c);
    return c->a.el < 2u && (hcr & hcr_bit) && !(hcr & HCR_TGE) && !(c->a.daif & mask);
}

static bool line_high(const a64_cpu *c, iss_line line)
{
    return (c->a.lines >> line) & 1u;
}

/** What is to be taken next: FIQ before IRQ before virtual ones before SError. */
static bool pick(const a64_cpu *c, unsigned *target, unsigned *kind, unsigned *line)
{
    uint64_t hcr = a64_hcr(c);
    bool vfiq = line_high(c, ISS_LINE_VFIQ) || (hcr & HCR_VF);
    bool virq = line_high(c, ISS_LINE_VIRQ) || (hcr & HCR_VI);
    if (line_high(c, ISS_LINE_FIQ) && can_take(c, SCR_FIQ, HCR_FMO, A64_F, target)) {
        *kind = 2, *line = ISS_LINE_FIQ;
        return true;
    }
    if (line_high(c, ISS_LINE_IRQ) && can_take(c, SCR_IRQ, HCR_IMO, A64_I, target)) {
        *kind = 1, *line = ISS_LINE_IRQ;
        return true;
    }
    *target = 1;
    if (vfiq && can_take_virtual(c, HCR_FMO, A64_F)) {
        *kind = 2, *line = ISS_LINE_VFIQ;
        return true;
    }
    if (virq && can_take_virtual(c, HCR_IMO, A64_I)) {
        *kind = 1, *line = ISS_LINE_VIRQ;
        return true;
    }
    *kind = 3, *line = ISS_LINE_SERROR;
    if (c->a.serror && can_take(c, SCR_EA, HCR_AMO, A64_A, target))
        return true;
    *target = 1;
    return (hcr & HCR_VSE) && can_take_virtual(c, HCR_AMO, A64_A);
}

bool a64_take_pending(a64_cpu *c)
{
    unsigned target, kind, line;
    uint64_t esr = a64_esr(A64_EC_SERROR, true, 0);
    if (!pick(c, &target, &kind, &line)) {
        c->attn &= ~(uint32_t)A64_ATTN_LINE;
        return false;
    }
    if (kind == 3u) {
        c->a.sys[esr_of[target]] = esr;
        if (c->a.serror)
            c->a.serror = 0;
        else
            c->a.sys[S_HCR_EL2] &= ~HCR_VSE;
    }
    enter(c, target, kind, line, c->a.pc, kind == 3u ? esr : 0);
    return true;
}

void a64_update_lines(a64_cpu *c)
{
    unsigned target, kind, line;
    bool pending = c->a.lines || c->a.serror || (a64_hcr(c) & (HCR_VF | HCR_VI | HCR_VSE));
    if (pending && pick(c, &target, &kind, &line))
        c->attn |= A64_ATTN_LINE;
    else
        c->attn &= ~(uint32_t)A64_ATTN_LINE;
}

bool a64_wakeup(const a64_cpu *c, bool wfe)
{
    uint64_t hcr = a64_hcr(c);
    bool below2 = c->a.el < 2u && !(hcr & HCR_TGE);
    if (wfe)
        return (c->attn & A64_ATTN_LINE) != 0;
    if (line_high(c, ISS_LINE_IRQ) || line_high(c, ISS_LINE_FIQ) || c->a.serror)
        return true;
    return below2 && (((hcr & HCR_IMO) && (line_high(c, ISS_LINE_VIRQ) || (hcr & HCR_VI))) ||
                      ((hcr & HCR_FMO) && (line_high(c, ISS_LINE_VFIQ) || (hcr & HCR_VF))) ||
                      ((hcr & HCR_AMO) && (hcr & HCR_VSE)));
}

/* ------------------------------------------------------------------ return */

/** Whether SPSR names a state that this PE can return to from the current level. */
static bool legal_return(const a64_cpu *c, uint64_t spsr)
{
    unsigned el = (spsr >> 2) & 3u;
    bool secure = a64_secure_below3(c);
    if ((spsr & (SPSR_AARCH32 | 2u)) || c->a.il || el > c->a.el || (el == 0u && (spsr & 1u)))
        return false;
    if (el == 2u && (!c->config.has_el2 || secure))
        return false;
    return !(el == 1u && (a64_hcr(c) & HCR_TGE));
}

void a64_eret(a64_cpu *c)
{
    a64_arch *a = &c->a;
    unsigned from = a->el;
    uint64_t spsr = a->sys[spsr_of[from]];
    uint64_t elr = a->sys[elr_of[from]];
    a->returns++;
    a->event = 1;
    a64_clear_monitor(c);
    a64_set_nzcv(a, (uint32_t)spsr);
    a->daif = (spsr >> SPSR_DAIF_SHIFT) & 15u;
    a->ss = 0;
    if (legal_return(c, spsr)) {
        a->il = (spsr & SPSR_IL) != 0;
        a64_set_el(c, (spsr >> 2) & 3u, spsr & 1u);
        a->pc = a64_canonical(c, elr);
    } else {
        a->il = 1;
        a64_update_lines(c);
        a->pc = elr;
    }
    a64_set_pan(c, spsr >> SPSR_PAN_SHIFT & 1u);
    a64_report(c, ISS_EVENT_ERET, ISS_LINE_COUNT, from, a->pc, 0);
}
