/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: routing, entry, return; interrupts against masks; Exception levels and their banks.
 */
#include "mem.h"
#include "sys.h"

/** ISS of a floating point trap: no condition (CV, COND of AL). */
#define FP_TRAP_ISS (1u << 24 | 0xeu << 20)

static const uint16_t vbar_of[4] = {S_VBAR_EL1, S_VBAR_EL1, S_VBAR_EL2, S_VBAR_EL3};
static const uint16_t elr_of[4] = {S_ELR_EL1, S_ELR_EL1, S_ELR_EL2, S_ELR_EL3};
static const uint16_t spsr_of[4] = {S_SPSR_EL1, S_SPSR_EL1, S_SPSR_EL2, S_SPSR_EL3};
static const uint16_t esr_of[4] = {S_ESR_EL1, S_ESR_EL1, S_ESR_EL2, S_ESR_EL3};
static const uint16_t sctlr_of[4] = {S_SCTLR_EL1, S_SCTLR_EL1, S_SCTLR_EL2, S_SCTLR_EL3};
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

/** The buffers of Non-secure EL1&0 hold what one VTTBR_EL2 and HCR_EL2 made of its addresses. */
static void select_guest(a64_cpu *c)
{
    uint64_t hcr = a64_hcr(c) & (HCR_VM | HCR_PTW | HCR_DC | HCR_TGE | HCR_CD | HCR_ID);
    uint64_t vttbr = c->a.sys[S_VTTBR_EL2];
    if (A64_LIKELY(hcr == c->guest_hcr && vttbr == c->guest_vttbr))
        return;
    a64_flush_regime(c, A64_R_NS10);
    c->guest_hcr = hcr;
    c->guest_vttbr = vttbr;
}

/** SCTLR_ELx.NMI of each level, as the CPU interface sees them. */
static uint8_t nmi_levels(const a64_cpu *c)
{
    unsigned levels = 0;
    for (unsigned el = 1; el <= 3u && c->config.nmi; el++)
        levels |= (unsigned)((c->a.sys[sctlr_of[el]] & SCTLR_NMI) != 0) << el;
    return (uint8_t)levels;
}

static bool differs(const gic_pe_state *a, const gic_pe_state *b)
{
    return a->el != b->el || a->scr_ns != b->scr_ns || a->scr_irq != b->scr_irq ||
           a->scr_fiq != b->scr_fiq || a->hcr_imo != b->hcr_imo || a->hcr_fmo != b->hcr_fmo ||
           a->hcr_amo != b->hcr_amo || a->hcr_tge != b->hcr_tge || a->hcr_e2h != b->hcr_e2h ||
           a->sctlr_nmi != b->sctlr_nmi;
}

/** What follows from the level and its controls inside the PE. */
static void select_context(a64_cpu *c)
{
    uint64_t sctlr;
    c->ctx = (uint8_t)a64_context(c);
    if (c->ctx <= A64_CTX_NS_EL1_PAN)
        select_guest(c);
    c->dtlb = c->bank[c->ctx].d;
    c->itlb = c->bank[c->ctx].i;
    sctlr = a64_sctlr(c, a64_ctx_regime(c->ctx));
    c->sp_check = (sctlr >> (c->a.el ? 3 : 4)) & 1u;
    a64_update_fp_trap(c);
}

void a64_context_changed(a64_cpu *c)
{
    const a64_arch *a = &c->a;
    uint64_t scr = c->config.has_el3 ? a->sys[S_SCR_EL3] : !c->config.secure_only;
    uint64_t hcr = c->config.has_el2 ? a->sys[S_HCR_EL2] : 0;
    gic_pe_state pe = {.el = a->el,
                       .scr_ns = scr & SCR_NS,
                       .scr_irq = (scr & SCR_IRQ) != 0,
                       .scr_fiq = (scr & SCR_FIQ) != 0,
                       .hcr_imo = (hcr & HCR_IMO) != 0,
                       .hcr_fmo = (hcr & HCR_FMO) != 0,
                       .hcr_amo = (hcr & HCR_AMO) != 0,
                       .hcr_tge = (hcr & HCR_TGE) != 0,
                       .hcr_e2h = (hcr & HCR_E2H) != 0,
                       .sctlr_nmi = nmi_levels(c)};
    select_context(c);
    if (differs(&pe, &c->pe)) {
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
    select_context(c);
    c->pe.el = (uint8_t)el; /* all else is pushed by whatever changes it */
    c->env.pe_state(&c->pe, a64_now_ps(c), c->env.ctx);
    a64_update_lines(c);
}

void a64_set_pan(a64_cpu *c, bool pan)
{
    if (c->a.pan == pan || !c->model->pan)
        return;
    c->a.pan = pan;
    if (c->a.el == 1u || c->a.el == 2u)
        a64_context_changed(c);
}

uint64_t a64_pstate(const a64_cpu *c)
{
    const a64_arch *a = &c->a;
    return (uint64_t)a64_nzcv(a) | (uint64_t)a->pan << SPSR_PAN_SHIFT |
           (uint64_t)a->ss << SPSR_SS_SHIFT | (uint64_t)a->il << SPSR_IL_SHIFT |
           (uint64_t)a->allint << SPSR_ALLINT_SHIFT | (uint64_t)a->daif << SPSR_DAIF_SHIFT |
           (uint64_t)a->el << SPSR_EL_SHIFT | a->sp_sel;
}

/* ------------------------------------------------------------------ entry */

void a64_report(a64_cpu *c, iss_event_kind kind, unsigned line, unsigned from_el, uint64_t pc,
                uint64_t esr)
{
    if (!c->env.event || (c->env.unwanted_events >> kind & 1u))
        return;
    iss_event e = {.kind = (uint8_t)kind,
                   .line = (uint8_t)line,
                   .el = c->a.el,
                   .from_el = (uint8_t)from_el,
                   .time_ps = a64_now_ps(c),
                   .pc = pc,
                   .esr = esr};
    c->env.event(&e, c->env.ctx);
}

/** Offset in the vector table of an exception that comes from the current state to @p el. */
static unsigned vector_base(const a64_cpu *c, unsigned el)
{
    if (c->a.el < el)
        return 0x400u; /* From a lower level: AArch64 is all there is. */
    return c->a.sp_sel ? 0x200u : 0u;
}

/** Whether an exception to @p el sets PSTATE.PAN. */
static bool sets_pan(const a64_cpu *c, unsigned el)
{
    if (el == 1u)
        return !(c->a.sys[S_SCTLR_EL1] & SCTLR_SPAN);
    return el == 2u && a64_is_host(a64_hcr(c)) && !(c->a.sys[S_SCTLR_EL2] & SCTLR_SPAN);
}

/** What every exception does. @p kind: 0 synchronous, 1 IRQ, 2 FIQ, 3 SError. */
static void enter(a64_cpu *c, unsigned el, unsigned kind, unsigned line, uint64_t elr, uint64_t esr)
{
    a64_arch *a = &c->a;
    unsigned from = a->el;
    uint64_t vector = (a->sys[vbar_of[el]] & ~UINT64_C(0x7ff)) + vector_base(c, el) + kind * 0x80u;
    if (c->pmu_on && el == from) /* otherwise a64_set_el() does it, at this same time */
        a64_pmu_sync(c);
    a->sys[spsr_of[el]] = a64_pstate(c);
    a->sys[elr_of[el]] = elr;
    a->exceptions++;
    a->irqs += kind == 1u || kind == 2u;
    a->daif = A64_D | A64_A | A64_I | A64_F;
    a->il = a->ss = 0;
    a->sleep = 0;
    if (c->config.nmi)
        a->allint = !(a->sys[sctlr_of[el]] & SCTLR_SPINTMASK);
    if (sets_pan(c, el))
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

unsigned a64_debug_target(const a64_cpu *c)
{
    bool tde = c->a.el < 2u && a64_el2_enabled(c) && (c->a.sys[S_MDCR_EL2] & MDCR_TDE);
    return tde ? 2u : a64_sync_target(c);
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

/** HPFAR_EL2 of a fault of stage 2. */
static uint64_t hpfar_of(uint64_t ipa)
{
    return (ipa >> A64_PAGE_BITS) << 4;
}

void a64_take_abort(a64_cpu *c, const a64_xlat *x, uint64_t va, uint32_t bits, bool fetch)
{
    unsigned type = x->fsc & ~3u;
    bool external = type == A64_FSC_EXTERNAL || type == A64_FSC_EXTERNAL_WALK;
    unsigned el = a64_sync_target(c);
    if (x->stage2 && el < 2u)
        el = 2;
    if (external && c->config.has_el3 && (c->a.sys[S_SCR_EL3] & SCR_EA))
        el = 3;
    if (x->stage2 && el == 2u)
        c->a.sys[S_HPFAR_EL2] = hpfar_of(x->ipa);
    /* The instruction is described for faults of stage 2 on what it accessed itself. */
    if (!x->stage2 || x->s1ptw || external)
        bits &= A64_ISS_WNR | A64_ISS_CM;
    if (x->s1ptw)
        bits |= A64_ISS_S1PTW;
    unsigned ec = fetch ? A64_EC_IABT_LOWER : A64_EC_DABT_LOWER;
    if (el == c->a.el)
        ec++; /* from the same level */
    a64_take_fault(c, el, a64_esr(ec, true, bits | x->fsc), va, c->a.pc);
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

/** Whether FPEN of CPACR_EL1, or of a CPTR_EL2 like it, stops a level: @p user is its EL0. */
static bool fpen_stops(uint64_t v, bool user)
{
    unsigned fpen = CPACR_FPEN(v);
    return fpen != 3u && (fpen != 1u || user);
}

/** CPTR_EL2, in the format that E2H says. */
static bool el2_stops_fp(const a64_cpu *c, uint64_t hcr)
{
    uint64_t cptr = c->a.sys[S_CPTR_EL2];
    if (!(hcr & HCR_E2H))
        return (cptr & CPTR_TFP) != 0;
    return fpen_stops(cptr, c->a.el == 0u && (hcr & HCR_TGE));
}

/** Level that SIMD and floating-point instructions trap to now, 0 for none. */
static unsigned fp_trap_level(const a64_cpu *c)
{
    const a64_arch *a = &c->a;
    uint64_t hcr = a64_hcr(c);
    if (a->el < 2u && !a64_is_host(hcr) && fpen_stops(a->sys[S_CPACR_EL1], a->el == 0u))
        return 1;
    if (a->el < 3u && a64_el2_enabled(c) && el2_stops_fp(c, hcr))
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

static bool line_high(const a64_cpu *c, iss_line line)
{
    return (c->a.lines >> line) & 1u;
}

/**
 * Whether PSTATE masks what is for @p target, at or just above the current level: by a bit of DAIF,
 * and an interrupt, where SCTLR_ELx.NMI says so, by ALLINT or by the stack pointer in use. Then
 * DAIF does not mask one with superpriority.
 */
static bool masked(const a64_cpu *c, unsigned target, unsigned mask, bool super)
{
    const a64_arch *a = &c->a;
    uint64_t sctlr = a->sys[sctlr_of[target]];
    if (!c->config.nmi || mask == A64_A || !(sctlr & SCTLR_NMI))
        return (a->daif & mask) != 0;
    if (a->el == target && (a->allint || ((sctlr & SCTLR_SPINTMASK) && a->sp_sel)))
        return true;
    return !super && (a->daif & mask);
}

bool a64_super_irq(const a64_cpu *c)
{
    return c->config.nmi && line_high(c, ISS_LINE_NMI);
}

bool a64_super_fiq(const a64_cpu *c)
{
    return c->config.nmi && line_high(c, ISS_LINE_FNMI);
}

bool a64_super_virq(const a64_cpu *c)
{
    return c->config.nmi &&
           (line_high(c, ISS_LINE_VNMI) || ((a64_hcr(c) & HCR_VI) && (a64_hcrx(c) & HCRX_VINMI)));
}

/** No line: a GIC has no virtual FIQ with superpriority either. */
bool a64_super_vfiq(const a64_cpu *c)
{
    return c->config.nmi && (a64_hcr(c) & HCR_VF) && (a64_hcrx(c) & HCRX_VFNMI);
}

/** An asynchronous exception: where it would go, and whether it can be taken now. */
static bool can_take(const a64_cpu *c, uint64_t scr_bit, uint64_t hcr_bit, unsigned mask,
                     unsigned *target)
{
    bool super = mask == A64_I ? a64_super_irq(c) : mask == A64_F && a64_super_fiq(c);
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
    return !masked(c, *target, mask, super);
}

/** Virtual interrupts go to Non-secure EL1, from EL0 and EL1. */
static bool can_take_virtual(const a64_cpu *c, uint64_t hcr_bit, unsigned mask)
{
    bool super = mask == A64_I ? a64_super_virq(c) : mask == A64_F && a64_super_vfiq(c);
    uint64_t hcr = a64_hcr(c);
    return c->a.el < 2u && (hcr & hcr_bit) && !(hcr & HCR_TGE) && !masked(c, 1, mask, super);
}

/** What is to be taken next: FIQ before IRQ before virtual ones before SError. @p line of a virtual
 * SError is ISS_LINE_COUNT. */
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
    *target = 1, *line = ISS_LINE_COUNT;
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
        if (line == ISS_LINE_SERROR)
            c->a.serror = 0;
        else
            c->a.sys[S_HCR_EL2] &= ~HCR_VSE;
        line = ISS_LINE_SERROR;
    }
    enter(c, target, kind, line, c->a.pc, kind == 3u ? esr : 0);
    return true;
}

/** Whether anything is pending, masked or not. */
static bool anything_pending(const a64_cpu *c)
{
    return c->a.lines || c->a.serror || (a64_hcr(c) & (HCR_VF | HCR_VI | HCR_VSE));
}

void a64_update_lines(a64_cpu *c)
{
    if (anything_pending(c))
        c->attn |= A64_ATTN_LINE;
    else
        c->attn &= ~(uint32_t)A64_ATTN_LINE;
}

bool a64_wakeup(const a64_cpu *c, bool wfe)
{
    uint64_t hcr = a64_hcr(c);
    bool below2 = c->a.el < 2u && !(hcr & HCR_TGE);
    unsigned target, kind, line;
    if (wfe)
        return anything_pending(c) && pick(c, &target, &kind, &line);
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
    unsigned el = (spsr >> SPSR_EL_SHIFT) & 3u;
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
    a->allint = c->config.nmi && (spsr >> SPSR_ALLINT_SHIFT & 1u);
    a->ss = 0;
    if (legal_return(c, spsr)) {
        a->il = (spsr >> SPSR_IL_SHIFT) & 1u;
        a64_set_el(c, (spsr >> SPSR_EL_SHIFT) & 3u, spsr & 1u);
        a->pc = a64_canonical(c, elr);
    } else {
        a->il = 1;
        a64_update_lines(c);
        a->pc = elr;
    }
    a64_set_pan(c, spsr >> SPSR_PAN_SHIFT & 1u);
    a64_report(c, ISS_EVENT_ERET, ISS_LINE_COUNT, from, a->pc, 0);
}
