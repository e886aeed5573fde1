/* SPDX-License-Identifier: Apache-2.0 */
/* Hints, barriers, exception generation and return, PSTATE by immediate. */
#include "mem.h"
#include "sys.h"

A64_HANDLER(op_nop)
{
    A64_NEXT();
}

/* ------------------------------------------------------------------ WFI, WFE, SEV */

/** Exception level that WFI or WFE traps to, 0 for none. */
static unsigned wait_trap(const a64_cpu *c, bool wfe)
{
    uint64_t sctlr = a64_sctlr_el0(c);
    uint64_t hcr = a64_hcr(c);
    if (c->a.el == 0u && !(sctlr & (wfe ? SCTLR_NTWE : SCTLR_NTWI)))
        return (hcr & HCR_TGE) ? 2u : 1u;
    if (c->a.el < 2u && (hcr & (wfe ? HCR_TWE : HCR_TWI)))
        return 2;
    if (c->a.el < 3u && c->config.has_el3 && (c->a.sys[S_SCR_EL3] & (wfe ? SCR_TWE : SCR_TWI)))
        return 3;
    return 0;
}

/** Traps or goes to sleep; false when a trap was taken. */
static bool go_to_sleep(a64_cpu *c, bool wfe)
{
    unsigned el = wait_trap(c, wfe);
    if (el) {
        uint32_t bits = 1u << 24 | 0xeu << 20 | wfe;
        a64_take_sync(c, el, a64_esr(A64_EC_WFX, true, bits), c->a.pc);
        return false;
    }
    c->a.sleep = wfe ? ISS_STOP_WFE : ISS_STOP_WFI;
    c->stop = (iss_stop)c->a.sleep;
    c->attn |= A64_ATTN_END;
    a64_report(c, ISS_EVENT_SLEEP, ISS_LINE_COUNT, c->a.el, c->a.pc, 0);
    return true;
}

A64_HANDLER(op_wfi)
{
    A64_SLOW_BEGIN();
    if (!a64_wakeup(c, false) && !go_to_sleep(c, false))
        return;
    A64_SLOW_END();
}

A64_HANDLER(op_wfe)
{
    A64_SLOW_BEGIN();
    if (c->a.event)
        c->a.event = 0;
    else if (!a64_wakeup(c, true) && !go_to_sleep(c, true))
        return;
    A64_SLOW_END();
}

A64_HANDLER(op_sev)
{
    iss_dvm op = {.kind = ISS_DVM_SEV};
    A64_SLOW_BEGIN();
    c->a.event = 1;
    if (c->env.broadcast)
        c->env.broadcast(&op, c->env.ctx);
    A64_SLOW_END();
}

A64_HANDLER(op_sevl)
{
    c->a.event = 1;
    A64_NEXT();
}

/* ------------------------------------------------------------------ barriers */

A64_HANDLER(op_clrex)
{
    A64_SLOW_BEGIN();
    a64_clear_monitor(c);
    A64_SLOW_END();
}

A64_HANDLER(op_dsb)
{
    uint64_t time;
    A64_SLOW_BEGIN();
    a64_publish_monitor(c);
    time = a64_now_ps(c);
    if (c->env.dsb(&time, c->env.ctx) == ISS_RETRY) {
        a64_retry(c);
        return;
    }
    a64_spend_until(c, time);
    A64_SLOW_END();
}

A64_HANDLER(op_isb)
{
    A64_SLOW_BEGIN();
    c->a.pc += 4;
    A64_SLOW_LEAVE();
}

/* ------------------------------------------------------------------ PSTATE */

/** MSR DAIFSet/DAIFClr: imm is the mask, ra 1 sets. */
A64_HANDLER(op_daif)
{
    A64_SLOW_BEGIN();
    if (c->a.el == 0u && !(a64_sctlr_el0(c) & SCTLR_UMA)) {
        (void)a64_trap_sysreg(c, a64_sync_target(c), o->raw);
        return;
    }
    c->a.daif = (uint8_t)(o->ra ? c->a.daif | o->imm : c->a.daif & ~o->imm);
    a64_update_lines(c);
    A64_SLOW_END();
}

A64_HANDLER(op_spsel)
{
    A64_SLOW_BEGIN();
    if (c->a.el == 0u) {
        a64_take_undefined(c);
        return;
    }
    a64_set_spsel(c, (unsigned)o->imm & 1u);
    A64_SLOW_END();
}

/** MSR PAN, #imm; UNDEFINED in a core without it. */
A64_HANDLER(op_pan)
{
    A64_SLOW_BEGIN();
    if (c->a.el == 0u || !c->model->pan) {
        a64_take_undefined(c);
        return;
    }
    a64_set_pan(c, o->imm & 1u);
    A64_SLOW_END();
}

/** MSR ALLINT, #imm; UNDEFINED in a core without it. HCRX_EL2.TALLINT traps what sets it at EL1. */
A64_HANDLER(op_allint)
{
    A64_SLOW_BEGIN();
    if (c->a.el == 0u || !c->config.nmi || o->imm > 1u) {
        a64_take_undefined(c);
        return;
    }
    if (o->imm == 1u && c->a.el == 1u && (a64_hcrx(c) & HCRX_TALLINT)) {
        (void)a64_trap_sysreg(c, 2, o->raw);
        return;
    }
    c->a.allint = o->imm & 1u;
    a64_update_lines(c);
    A64_SLOW_END();
}

/* ------------------------------------------------------------------ exceptions */

/** Takes an exception whose instruction has been executed: it returns to the next one. */
static void call_exception(a64_cpu *c, const a64_op *o, unsigned el, unsigned ec)
{
    a64_take_sync(c, el, a64_esr(ec, true, (uint32_t)o->imm), c->a.pc + 4u);
}

/** A call that the platform serves: the run ends after the instruction. */
static void conduit_call(a64_cpu *c, const a64_op *o, bool smc)
{
    c->stop = ISS_STOP_CONDUIT;
    c->result->conduit_imm = o->imm;
    c->result->conduit_smc = smc;
    c->attn |= A64_ATTN_END;
    c->a.pc += 4;
    c->acc -= o->cost;
}

A64_HANDLER(op_svc)
{
    A64_SLOW_BEGIN();
    call_exception(c, o, a64_sync_target(c), A64_EC_SVC);
}

/** Whether HVC is defined at the current level. */
static bool hvc_enabled(const a64_cpu *c)
{
    if (c->a.el == 0u || !c->config.has_el2 || (c->a.el == 1u && a64_secure_below3(c)))
        return false;
    if (c->config.has_el3)
        return (c->a.sys[S_SCR_EL3] & SCR_HCE) != 0;
    return !(a64_hcr(c) & HCR_HCD);
}

A64_HANDLER(op_hvc)
{
    A64_SLOW_BEGIN();
    if (c->config.conduit == ISS_CONDUIT_HVC && c->a.el)
        conduit_call(c, o, false);
    else if (hvc_enabled(c))
        call_exception(c, o, c->a.el == 3u ? 3u : 2u, A64_EC_HVC);
    else
        a64_take_undefined(c);
}

A64_HANDLER(op_smc)
{
    A64_SLOW_BEGIN();
    if (c->a.el == 0u)
        a64_take_undefined(c);
    else if (c->a.el == 1u && (a64_hcr(c) & HCR_TSC))
        a64_take_sync(c, 2, a64_esr(A64_EC_SMC, true, (uint32_t)o->imm), c->a.pc);
    else if (c->config.conduit == ISS_CONDUIT_SMC)
        conduit_call(c, o, true);
    else if (!c->config.has_el3 || (c->a.sys[S_SCR_EL3] & SCR_SMD))
        a64_take_undefined(c);
    else
        call_exception(c, o, 3, A64_EC_SMC);
}

A64_HANDLER(op_brk)
{
    A64_SLOW_BEGIN();
    a64_take_sync(c, a64_debug_target(c), a64_esr(A64_EC_BRK, true, (uint32_t)o->imm), c->a.pc);
}

A64_HANDLER(op_hlt)
{
    A64_SLOW_BEGIN();
    if (!c->config.semihosting || o->imm != 0xf000u) {
        a64_take_undefined(c);
        return;
    }
    conduit_call(c, o, false);
    c->stop = ISS_STOP_SEMIHOST;
}

A64_HANDLER(op_eret)
{
    A64_SLOW_BEGIN();
    if (c->a.el == 0u) {
        a64_take_undefined(c);
        return;
    }
    c->acc -= o->cost;
    a64_eret(c);
}

/* ------------------------------------------------------------------ decode */

static bool decode_hint(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[6] = {op_nop, op_nop, op_wfe, op_wfi, op_sev, op_sevl};
    unsigned hint = a64_bits(raw, 11, 5);
    d->op.fn = hint < 6u ? fn[hint] : op_nop;
    d->cls = ISS_CPI_hint;
    return true;
}

static bool decode_barrier(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[8] = {NULL, NULL, op_clrex, NULL, op_dsb, op_nop, op_isb, NULL};
    d->op.fn = fn[a64_bits(raw, 7, 5)];
    d->cls = ISS_CPI_barrier;
    return d->op.fn != NULL;
}

static bool decode_pstate(a64_decoded *d, uint32_t raw)
{
    unsigned field = a64_bits(raw, 18, 16) << 3 | a64_bits(raw, 7, 5);
    d->op.imm = a64_bits(raw, 11, 8);
    d->op.ra = field == 036u;
    switch (field) {
    case 036u:
    case 037u:
        d->op.fn = op_daif;
        break;
    case 005u:
        d->op.fn = op_spsel;
        break;
    case 004u:
        d->op.fn = op_pan;
        break;
    case 010u:
        d->op.fn = op_allint;
        break;
    default:
        return false;
    }
    return true;
}

static bool decode_system_word(a64_decoded *d, uint32_t raw)
{
    bool read = a64_bit(raw, 21);
    unsigned op0 = a64_bits(raw, 20, 19);
    uint32_t rt = a64_bits(raw, 4, 0);
    d->cls = ISS_CPI_sysreg;
    if (op0 == 0u) {
        unsigned crn = a64_bits(raw, 15, 12);
        if (read || rt != 31u)
            return false;
        if (crn == 4u)
            return decode_pstate(d, raw);
        if (a64_bits(raw, 18, 16) != 3u)
            return false;
        return crn == 2u ? decode_hint(d, raw) : crn == 3u && decode_barrier(d, raw);
    }
    uint32_t encoding = a64_bits(raw, 20, 5);
    uint64_t which = op0 == 1u ? a64_sysop_row(encoding) : a64_sysreg_row(encoding);
    a64_fn *fn = op0 == 1u                          ? a64_op_sys
                 : a64_sysreg_is_gic(which, &which) ? a64_op_gic
                                                    : a64_op_sysreg;
    a64_set(d, fn, read ? a64_zr_dst(rt) : a64_zr_src(rt), 0, 0, which);
    return true;
}

static bool decode_exception(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const calls[4] = {NULL, op_svc, op_hvc, op_smc};
    unsigned opc = a64_bits(raw, 23, 21);
    unsigned ll = a64_bits(raw, 1, 0);
    if (a64_bits(raw, 4, 2))
        return false;
    d->op.imm = a64_bits(raw, 20, 5);
    d->cls = ISS_CPI_exception;
    if (opc == 0u)
        d->op.fn = calls[ll];
    else if (ll == 0u)
        d->op.fn = opc == 1u ? op_brk : opc == 2u ? op_hlt : NULL;
    return d->op.fn != NULL;
}

bool a64_decode_system(a64_decoded *d, uint32_t raw)
{
    if (raw >> 22 == 0x354u)
        return decode_system_word(d, raw);
    if (raw >> 24 == 0xd4u)
        return decode_exception(d, raw);
    if (raw == 0xd69f03e0u) {
        d->op.fn = op_eret;
        d->cls = ISS_CPI_eret;
        return true;
    }
    return false;
}
