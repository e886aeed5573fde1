/* SPDX-License-Identifier: Apache-2.0 */
/* The scripted PE: the ISS port implemented by a table of steps. A step costs one cycle. */
#include "iss/scripted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPT_MAIN, SCRIPT_IRQ, SCRIPT_FIQ, SCRIPT_COUNT };

/** Where a script stands, and what was masked when it was entered. */
typedef struct frame {
    uint32_t script, step;
    bool mask_irq, mask_fiq;
} frame;

/** What a checkpoint holds. */
typedef struct scripted_state {
    uint64_t cycles, steps, exceptions;
    uint64_t spin; /**< Cycles left of a SPIN. */
    uint64_t last; /**< Last value logged. */
    uint64_t x[2]; /**< x0, x1 of a conduit call. */
    uint64_t logged;
    uint32_t lines;
    uint32_t depth;
    frame frames[SCRIPT_COUNT]; /**< [depth] is the running one. */
    uint8_t el, scr, sleep, event, halted, unused[3];
} scripted_state;

struct iss {
    scripted_state s;
    iss_env env;
    iss_config config;
    gic_pe_state pe;
    const iss_script_step *script[SCRIPT_COUNT];
    iss_script_log *log;
    size_t log_capacity;
    bool running, stop_requested;
};

static uint64_t now_ps(const iss *p)
{
    return p->s.cycles * p->config.period_ps;
}

static void spend_until(iss *p, uint64_t time_ps)
{
    uint64_t cycles = (time_ps + p->config.period_ps - 1u) / p->config.period_ps;
    if (cycles > p->s.cycles)
        p->s.cycles = cycles;
}

static frame *top(iss *p)
{
    return &p->s.frames[p->s.depth];
}

static void report(iss *p, iss_event_kind kind, unsigned line)
{
    iss_event e = {.kind = (uint8_t)kind,
                   .line = (uint8_t)line,
                   .el = p->s.el,
                   .from_el = p->s.el,
                   .time_ps = now_ps(p),
                   .pc = top(p)->step};
    if (p->env.event)
        p->env.event(&e, p->env.ctx);
}

static void push_state(iss *p)
{
    p->pe = (gic_pe_state){.el = p->s.el,
                           .scr_ns = (p->s.scr & ISS_SCRIPT_SCR_NS) != 0,
                           .scr_irq = (p->s.scr & ISS_SCRIPT_SCR_IRQ) != 0,
                           .scr_fiq = (p->s.scr & ISS_SCRIPT_SCR_FIQ) != 0};
    p->env.pe_state(&p->pe, now_ps(p), p->env.ctx);
}

static void log_value(iss *p, unsigned status, uint64_t value)
{
    const frame *f = top(p);
    if (p->s.logged < p->log_capacity)
        p->log[p->s.logged] = (iss_script_log){.script = f->script,
                                               .step = f->step,
                                               .status = (uint8_t)status,
                                               .value = value,
                                               .time_ps = now_ps(p)};
    p->s.logged++;
    p->s.last = value;
}

/* ------------------------------------------------------------------ steps */

/** How a step ended. */
typedef enum outcome { STEP_DONE, STEP_AGAIN, STEP_RETRY, STEP_JUMPED, STEP_STOP } outcome;

static iss_status access_bus(iss *p, const iss_script_step *st, bool write, iss_kind kind,
                             uint64_t *value)
{
    iss_bus_access a = {.pa = st->address,
                        .size = st->size,
                        .write = write,
                        .secure = p->s.el == 3u || !(p->s.scr & ISS_SCRIPT_SCR_NS),
                        .privileged = p->s.el != 0,
                        .kind = (uint8_t)kind};
    uint64_t time = now_ps(p);
    iss_status status = p->env.bus(&a, value, &time, p->env.ctx);
    if (status != ISS_RETRY)
        spend_until(p, time);
    return status;
}

static outcome do_read(iss *p, const iss_script_step *st, bool poll)
{
    uint64_t v = 0;
    iss_status status = access_bus(p, st, false, ISS_KIND_DATA, &v);
    if (status == ISS_RETRY)
        return STEP_RETRY;
    if (poll && status == ISS_OK && (v & st->mask) != st->value)
        return STEP_AGAIN;
    log_value(p, status, v);
    return STEP_DONE;
}

static outcome do_write(iss *p, const iss_script_step *st)
{
    uint64_t v = st->value;
    iss_status status = access_bus(p, st, true, ISS_KIND_DATA, &v);
    if (status == ISS_BUS_ERROR)
        log_value(p, status, st->value);
    return status == ISS_RETRY ? STEP_RETRY : STEP_DONE;
}

static outcome do_sysreg(iss *p, const iss_script_step *st, bool timer, bool write, uint64_t value)
{
    iss_sysreg_access a = {.reg = st->reg, .write = write, .value = value, .pe = &p->pe};
    uint64_t time = now_ps(p);
    gic_sysreg_result r = (timer ? p->env.timer : p->env.cpuif)(&a, &time, p->env.ctx);
    if (r == GIC_SYSREG_STALL)
        return STEP_RETRY;
    spend_until(p, time);
    if (!write || r != GIC_SYSREG_OK)
        log_value(p, r, a.value);
    return STEP_DONE;
}

static outcome do_exclusive(iss *p, const iss_script_step *st, bool store)
{
    uint64_t v = st->value;
    bool secure = p->s.el == 3u || !(p->s.scr & ISS_SCRIPT_SCR_NS);
    if (store && !p->env.exclusive_claim(st->address, st->size, secure, p->env.ctx)) {
        log_value(p, ISS_OK, 1);
        return STEP_DONE;
    }
    iss_status status = access_bus(p, st, store, ISS_KIND_EXCLUSIVE, &v);
    if (status == ISS_RETRY || !store)
        p->env.exclusive_arm(st->address, st->size, secure, p->env.ctx);
    if (status == ISS_RETRY)
        return STEP_RETRY;
    log_value(p, status, store ? 0 : v);
    return STEP_DONE;
}

static bool wakeup(const iss *p)
{
    return (p->s.lines & (1u << ISS_LINE_IRQ | 1u << ISS_LINE_FIQ)) != 0;
}

static outcome do_wait(iss *p, iss_stop kind)
{
    if (kind == ISS_STOP_WFE && p->s.event) {
        p->s.event = 0;
        return STEP_DONE;
    }
    if (wakeup(p))
        return STEP_DONE;
    p->s.sleep = (uint8_t)kind;
    report(p, ISS_EVENT_SLEEP, ISS_LINE_COUNT);
    return STEP_DONE;
}

static outcome do_spin(iss *p, const iss_script_step *st)
{
    if (!p->s.spin)
        p->s.spin = st->value ? st->value : 1u;
    return --p->s.spin ? STEP_AGAIN : STEP_DONE;
}

static outcome do_return(iss *p)
{
    if (p->s.depth == 0)
        return STEP_STOP;
    p->s.depth--;
    report(p, ISS_EVENT_ERET, ISS_LINE_COUNT);
    return STEP_JUMPED;
}

static outcome do_simple(iss *p, const iss_script_step *st)
{
    iss_dvm sev = {.kind = ISS_DVM_SEV};
    switch ((iss_script_op)st->op) {
    case ISS_SCRIPT_SEV:
        p->s.event = 1;
        if (p->env.broadcast)
            p->env.broadcast(&sev, p->env.ctx);
        return STEP_DONE;
    case ISS_SCRIPT_MASK:
        top(p)->mask_irq = st->value & 1u;
        top(p)->mask_fiq = st->value & 2u;
        return STEP_DONE;
    case ISS_SCRIPT_STATE:
        p->s.el = st->value & 3u;
        p->s.scr = (uint8_t)st->mask;
        push_state(p);
        return STEP_DONE;
    case ISS_SCRIPT_JUMP:
        top(p)->step = (uint32_t)st->value;
        return STEP_JUMPED;
    case ISS_SCRIPT_CONDUIT:
        p->s.x[0] = st->value;
        p->s.x[1] = st->address;
        return STEP_DONE;
    default:
        return STEP_STOP;
    }
}

static outcome do_dsb(iss *p)
{
    uint64_t time = now_ps(p);
    iss_status status = p->env.dsb(&time, p->env.ctx);
    if (status == ISS_RETRY)
        return STEP_RETRY;
    spend_until(p, time);
    return STEP_DONE;
}

static outcome do_step(iss *p, const iss_script_step *st)
{
    switch ((iss_script_op)st->op) {
    case ISS_SCRIPT_READ:
    case ISS_SCRIPT_POLL:
        return do_read(p, st, st->op == ISS_SCRIPT_POLL);
    case ISS_SCRIPT_WRITE:
        return do_write(p, st);
    case ISS_SCRIPT_GIC_READ:
        return do_sysreg(p, st, false, false, 0);
    case ISS_SCRIPT_GIC_WRITE:
        return do_sysreg(p, st, false, true, st->value);
    case ISS_SCRIPT_GIC_EOI:
        return do_sysreg(p, st, false, true, p->s.last);
    case ISS_SCRIPT_TIMER_READ:
        return do_sysreg(p, st, true, false, 0);
    case ISS_SCRIPT_TIMER_WRITE:
        return do_sysreg(p, st, true, true, st->value);
    case ISS_SCRIPT_DSB:
        return do_dsb(p);
    case ISS_SCRIPT_WFI:
        return do_wait(p, ISS_STOP_WFI);
    case ISS_SCRIPT_WFE:
        return do_wait(p, ISS_STOP_WFE);
    case ISS_SCRIPT_SPIN:
        return do_spin(p, st);
    case ISS_SCRIPT_LDXR:
    case ISS_SCRIPT_STXR:
        return do_exclusive(p, st, st->op == ISS_SCRIPT_STXR);
    case ISS_SCRIPT_RETURN:
        return do_return(p);
    default:
        return do_simple(p, st);
    }
}

/* ------------------------------------------------------------------ run */

/** Enters a handler script when its line is high and unmasked. */
static void take_interrupt(iss *p)
{
    const frame *f = top(p);
    bool fiq = (p->s.lines >> ISS_LINE_FIQ & 1u) && !f->mask_fiq && p->script[SCRIPT_FIQ];
    bool irq = (p->s.lines >> ISS_LINE_IRQ & 1u) && !f->mask_irq && p->script[SCRIPT_IRQ];
    if ((!fiq && !irq) || p->s.depth + 1u == SCRIPT_COUNT)
        return;
    p->s.depth++;
    *top(p) = (frame){fiq ? SCRIPT_FIQ : SCRIPT_IRQ, 0, true, fiq || f->mask_fiq};
    p->s.exceptions++;
    report(p, ISS_EVENT_EXCEPTION, fiq ? ISS_LINE_FIQ : ISS_LINE_IRQ);
    report(p, ISS_EVENT_HANDLER, fiq ? ISS_LINE_FIQ : ISS_LINE_IRQ);
}

static bool runnable(const iss *p)
{
    if (p->s.halted)
        return false;
    return !p->s.sleep || wakeup(p) || (p->s.sleep == ISS_STOP_WFE && p->s.event);
}

/** Before a step: a reason to stop, or ISS_STOP_COUNT. */
static iss_stop check_stop(iss *p, const iss_until *until, uint64_t done)
{
    if (p->s.halted || !p->script[SCRIPT_MAIN])
        return ISS_STOP_HALTED;
    if (p->stop_requested)
        return ISS_STOP_REQUEST;
    if (p->s.sleep && !runnable(p))
        return (iss_stop)p->s.sleep;
    if (p->s.sleep) {
        if (p->s.sleep == ISS_STOP_WFE)
            p->s.event = 0;
        p->s.sleep = 0;
        report(p, ISS_EVENT_WAKE, ISS_LINE_COUNT);
    }
    if (now_ps(p) >= until->time_ps || done >= until->insns)
        return ISS_STOP_LIMIT;
    return ISS_STOP_COUNT;
}

/** One step; ISS_STOP_COUNT to go on. */
static iss_stop execute(iss *p)
{
    take_interrupt(p);
    const frame at = *top(p);
    const iss_script_step *st = &p->script[at.script][at.step];
    outcome o = st->op == ISS_SCRIPT_HALT ? STEP_STOP : do_step(p, st);
    if (o == STEP_STOP) {
        p->s.halted = 1;
        return ISS_STOP_HALTED;
    }
    if (o == STEP_RETRY)
        return ISS_STOP_SYNC;
    p->s.cycles++;
    p->s.steps++;
    if (o == STEP_DONE)
        top(p)->step++;
    return st->op == ISS_SCRIPT_CONDUIT ? ISS_STOP_CONDUIT : ISS_STOP_COUNT;
}

static void scripted_run(iss *p, const iss_until *until, iss_result *result)
{
    uint64_t first = p->s.steps;
    iss_stop stop;
    p->running = true;
    do {
        stop = check_stop(p, until, p->s.steps - first);
        if (stop == ISS_STOP_COUNT)
            stop = execute(p);
    } while (stop == ISS_STOP_COUNT);
    p->running = p->stop_requested = false;
    *result = (iss_result){.reason = stop, .time_ps = now_ps(p), .insns = p->s.steps - first};
}

static void scripted_step(iss *p, iss_result *result)
{
    iss_until one = {.time_ps = ISS_TIME_NEVER, .insns = 1};
    scripted_run(p, &one, result);
    if (result->reason == ISS_STOP_LIMIT)
        result->reason = ISS_STOP_STEP;
}

/* ------------------------------------------------------------------ the other operations */

static void scripted_reset(iss *p, const iss_start *start)
{
    scripted_state keep = p->s;
    memset(&p->s, 0, sizeof p->s);
    p->s.cycles = keep.cycles;
    p->s.steps = keep.steps;
    p->s.exceptions = keep.exceptions;
    p->s.logged = keep.logged;
    p->s.lines = keep.lines;
    p->s.frames[0] = (frame){SCRIPT_MAIN, (uint32_t)start->pc, true, true};
    p->s.el = start->el ? start->el : (p->config.has_el3 ? 3u : 1u);
    p->s.scr = start->nonsecure || !p->config.has_el3 ? ISS_SCRIPT_SCR_NS : 0;
    p->env.exclusive_clear(p->env.ctx);
    push_state(p);
}

static iss *scripted_create(const iss_config *config, const iss_env *env, char *error,
                            size_t error_size)
{
    iss_start start = {0};
    iss *p = (iss *)calloc(1, sizeof *p);
    if (!p || config->version != ISS_PORT_VERSION || env->version != ISS_PORT_VERSION) {
        (void)snprintf(error, error_size, "scripted PE: %s", p ? "port version differs" : "memory");
        free(p);
        return NULL;
    }
    p->config = *config;
    p->env = *env;
    scripted_reset(p, &start);
    return p;
}

static void scripted_destroy(iss *p)
{
    free(p);
}

void iss_scripted_program(iss *p, const iss_script_step *main_script,
                          const iss_script_step *irq_handler, const iss_script_step *fiq_handler,
                          iss_script_log *log, size_t log_capacity)
{
    p->script[SCRIPT_MAIN] = main_script;
    p->script[SCRIPT_IRQ] = irq_handler;
    p->script[SCRIPT_FIQ] = fiq_handler;
    p->log = log;
    p->log_capacity = log_capacity;
}

size_t iss_scripted_logged(const iss *p)
{
    return p->s.logged < p->log_capacity ? (size_t)p->s.logged : p->log_capacity;
}

static void scripted_request_stop(iss *p)
{
    p->stop_requested = p->running;
}

static void scripted_set_line(iss *p, iss_line line, bool level)
{
    p->s.lines = (p->s.lines & ~(1u << line)) | (uint32_t)level << line;
    if (line == ISS_LINE_RESET)
        p->s.halted = level;
}

static void scripted_set_event(iss *p)
{
    p->s.event = 1;
}

static void scripted_advance(iss *p, uint64_t time_ps)
{
    spend_until(p, time_ps);
}

static uint64_t scripted_deadline(const iss *p)
{
    (void)p;
    return ISS_TIME_NEVER;
}

static void scripted_counters(const iss *p, iss_counters *out)
{
    *out = (iss_counters){.insns = p->s.steps,
                          .cycles = p->s.cycles,
                          .exceptions = p->s.exceptions,
                          .irqs = p->s.exceptions};
}

/* It keeps no pointers and no derived state: coherence costs it nothing. */
static void scripted_invalidate_direct(iss *p, uint64_t pa, uint64_t length, uint32_t rights)
{
    (void)p, (void)pa, (void)length, (void)rights;
}

static void scripted_invalidate(iss *p, uint64_t pa, uint64_t length)
{
    (void)p, (void)pa, (void)length;
}

static void scripted_dvm(iss *p, const iss_dvm *op)
{
    if (op->kind == ISS_DVM_SEV)
        p->s.event = 1;
}

static uint64_t scripted_get_reg(const iss *p, iss_reg reg)
{
    if (reg == ISS_REG_PC)
        return p->s.frames[p->s.depth].step;
    if (reg == ISS_REG_PSTATE)
        return (uint64_t)p->s.el << 2;
    return (unsigned)reg < 2u ? p->s.x[reg] : 0;
}

static void scripted_set_reg(iss *p, iss_reg reg, uint64_t value)
{
    if (reg == ISS_REG_PC)
        top(p)->step = (uint32_t)value;
    else if ((unsigned)reg < 2u)
        p->s.x[reg] = value;
}

static bool scripted_get_sysreg(iss *p, uint32_t encoding, uint64_t *value)
{
    (void)p, (void)encoding, (void)value;
    return false;
}

/** Its translation is flat, so virtual addresses are physical. */
static uint32_t scripted_memory(iss *p, const iss_debug_access *access, void *data)
{
    uint8_t *bytes = (uint8_t *)data;
    uint64_t time = now_ps(p);
    for (uint32_t i = 0; i < access->size; i++) {
        iss_bus_access a = {.pa = access->address + i,
                            .size = 1,
                            .write = access->write,
                            .secure = gic_pe_secure(&p->pe),
                            .kind = ISS_KIND_DEBUG};
        if (p->env.bus(&a, bytes + i, &time, p->env.ctx) != ISS_OK)
            return i;
    }
    return access->size;
}

static bool scripted_breakpoint(iss *p, uint64_t address, bool add)
{
    (void)p, (void)address;
    return !add;
}

static bool scripted_watchpoint(iss *p, uint64_t address, uint64_t length, uint32_t rights,
                                bool add)
{
    (void)p, (void)address, (void)length, (void)rights;
    return !add;
}

static size_t scripted_save_size(const iss *p)
{
    return sizeof p->s;
}

static void scripted_save(const iss *p, void *image)
{
    memcpy(image, &p->s, sizeof p->s);
}

static bool scripted_load(iss *p, const void *image, size_t size)
{
    if (size != sizeof p->s)
        return false;
    memcpy(&p->s, image, sizeof p->s);
    push_state(p);
    return true;
}

const iss_ops *iss_scripted_ops(void)
{
    static const iss_ops ops = {.version = ISS_PORT_VERSION,
                                .name = "scripted",
                                .create = scripted_create,
                                .destroy = scripted_destroy,
                                .reset = scripted_reset,
                                .run = scripted_run,
                                .step = scripted_step,
                                .request_stop = scripted_request_stop,
                                .set_line = scripted_set_line,
                                .set_event = scripted_set_event,
                                .runnable = runnable,
                                .time = now_ps,
                                .advance = scripted_advance,
                                .deadline = scripted_deadline,
                                .counters = scripted_counters,
                                .invalidate_direct = scripted_invalidate_direct,
                                .invalidate = scripted_invalidate,
                                .dvm = scripted_dvm,
                                .get_reg = scripted_get_reg,
                                .set_reg = scripted_set_reg,
                                .get_sysreg = scripted_get_sysreg,
                                .memory = scripted_memory,
                                .breakpoint = scripted_breakpoint,
                                .watchpoint = scripted_watchpoint,
                                .save_size = scripted_save_size,
                                .save = scripted_save,
                                .load = scripted_load};
    return &ops;
}
