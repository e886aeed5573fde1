/* SPDX-License-Identifier: Apache-2.0 */
/* The port's operations: create, reset, run, lines, time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "port.h"
#include "sys.h"

/** Cycles of one slice at most: the accumulator's halves must not meet. */
#define SLICE_CYCLES (UINT64_C(1) << 30)

static const a64_model models[] = {
    {"cortex-a53", 0x410fd034, 0x0a200023, {0x700fe01a, 0x201fe00a, 0x707fe07a}, 2, .crc32 = true},
    {"cortex-a57", 0x411fd070, 0x0a200023, {0x701fe00a, 0x201fe012, 0x70ffe07a}, 4, .crc32 = true},
    {"cortex-a72", 0x410fd083, 0x0a200023, {0x701fe00a, 0x201fe012, 0x707fe07a}, 4, .crc32 = true},
    {"max",
     0x000f0510,
     0x0a200023,
     {0x701fe00a, 0x201fe012, 0x70ffe07a},
     5,
     .lse = true,
     .crc32 = true,
     .gran16 = true,
     .pan = true,
     .vhe = true,
     .csv = true},
};

#define MODEL_COUNT (sizeof models / sizeof models[0])

const char *a64_cpu_name(unsigned index)
{
    return index < MODEL_COUNT ? models[index].name : NULL;
}

static const a64_model *find_model(const char *name)
{
    for (unsigned i = 0; i < MODEL_COUNT; i++)
        if (name && strcmp(models[i].name, name) == 0)
            return &models[i];
    return NULL;
}

bool a64_cpu_has_vhe(const char *name)
{
    const a64_model *model = find_model(name);
    return model && model->vhe;
}

bool a64_cpu_has_nmi(const char *name)
{
    return a64_cpu_has_vhe(name);
}

/* ------------------------------------------------------------------ create, destroy */

struct a64_share *a64_share_create(const iss_config *config)
{
    const a64_model *model = find_model(config->cpu);
    struct a64_share *share = model ? (struct a64_share *)calloc(1, sizeof *share) : NULL;
    if (share)
        share->code = a64_code_create(config, model);
    if (share && share->code)
        return share;
    free(share);
    return NULL;
}

void a64_share_destroy(struct a64_share *share)
{
    if (share)
        a64_code_release(share->code);
    free(share);
}

static const char *bad_config(const iss_config *config, const iss_env *env)
{
    if (config->version != ISS_PORT_VERSION || env->version != ISS_PORT_VERSION)
        return "iss: port version differs";
    if (config->period_ps < 1 || config->period_ps > 1000000)
        return "iss: clock period must be 1 to 1000000 ps";
    if (!env->bus || !env->direct || !env->pe_state || !env->cpuif || !env->timer || !env->dsb ||
        !env->exclusive_arm || !env->exclusive_claim || !env->exclusive_clear ||
        !env->store_notify || !env->code_cached)
        return "iss: a required callback of the environment is missing";
    for (unsigned i = 0; i < ISS_CPI_COUNT; i++)
        if (config->cpi.cycles[i] < iss_cpi_min(i))
            return "iss: CPI of an instruction class must be at least 1";
    return NULL;
}

static void a64_destroy(iss *c)
{
    if (!c)
        return;
    a64_code_release(c->code);
    free(c->tlb);
    free(c->bank);
    free(c->scratch);
    free(c);
}

/** Memory of a PE; false when there is not enough. */
static bool allocate(iss *c, a64_code *shared)
{
    c->tlb = (a64_tlb *)calloc(1, sizeof *c->tlb);
    c->bank = (a64_bank *)calloc(A64_CTX_COUNT, sizeof *c->bank);
    c->scratch = (a64_op *)calloc(2, sizeof *c->scratch);
    c->code = shared ? a64_code_share(shared) : a64_code_create(&c->config, c->model);
    if (!c->tlb || !c->bank || !c->scratch || !c->code)
        return false;
    for (unsigned i = 0; i < A64_CTX_COUNT; i++)
        c->bank[i].used = true;
    a64_flush_buffers(c);
    return true;
}

static unsigned least_cost(const a64_cpu *c)
{
    unsigned least = UINT16_MAX;
    for (unsigned i = 0; i < ISS_CPI_COUNT; i++)
        if (iss_cpi_min(i) && c->config.cpi.cycles[i] < least)
            least = c->config.cpi.cycles[i];
    return least;
}

static iss *a64_create(const iss_config *config, const iss_env *env, char *error, size_t error_size)
{
    const a64_model *model = find_model(config->cpu);
    const char *bad = bad_config(config, env);
    iss *c;
    if (!bad && model && config->nmi && !a64_cpu_has_nmi(config->cpu))
        bad = "iss: FEAT_NMI (nmi) is there in cpu 'max' only";
    if (bad || !model) {
        if (bad)
            (void)snprintf(error, error_size, "%s", bad);
        else
            (void)snprintf(error, error_size,
                           "cpu '%s': unknown; one of cortex-a53, cortex-a57, cortex-a72, max",
                           config->cpu ? config->cpu : "");
        return NULL;
    }
    c = (iss *)calloc(1, sizeof *c);
    if (c) {
        c->config = *config;
        c->env = *env;
        c->model = model;
        if (allocate(c, config->share ? config->share->code : NULL)) {
            iss_start start = {.pc = config->rvbar};
            c->budget = 1;
            c->least_cost = least_cost(c);
            c->pe.el = 0xff; /* nothing pushed yet */
            a64_reset(c, &start);
            return c;
        }
        a64_destroy(c);
    }
    (void)snprintf(error, error_size, "iss: out of memory");
    return NULL;
}

/* ------------------------------------------------------------------ reset */

static void reset_now(iss *c)
{
    a64_arch *a = &c->a;
    const iss_start *s = &c->start;
    unsigned el = s->el && s->el <= a64_highest_el(c) ? s->el : a64_highest_el(c);
    a64_arch keep = *a;
    memset(a, 0, sizeof *a);
    a->cycles = keep.cycles;
    a->insns = keep.insns;
    a->exceptions = keep.exceptions;
    a->returns = keep.returns;
    a->irqs = keep.irqs;
    a->lines = keep.lines;
    a->pmu_irq = keep.pmu_irq;
    a->zf = 1;
    a->daif = A64_D | A64_A | A64_I | A64_F;
    a->allint = c->config.nmi;
    a64_sysregs_reset(c);
    a64_pmu_reset(c);
    if (c->config.has_el3 && el < 3u)
        a->sys[S_SCR_EL3] |=
            (s->scr_el3 & (0x3b8e | (c->config.nmi ? SCR_HXEN : 0))) | s->nonsecure;
    for (unsigned i = 0; i < 4u; i++)
        a->x[i] = s->x[i];
    a->pc = s->pc;
    a->el = (uint8_t)el;
    a->sp_sel = 1;
    memset(c->tlb, 0, sizeof *c->tlb);
    a64_flush_buffers(c);
    c->env.exclusive_clear(c->env.ctx);
    c->reset_pending = false;
    c->next = NULL;
    a64_context_changed(c);
}

void a64_reset(iss *c, const iss_start *start)
{
    c->start = *start;
    if (c->running) {
        c->reset_pending = true;
        c->attn |= A64_ATTN_REFETCH;
        return;
    }
    reset_now(c);
}

/* ------------------------------------------------------------------ run */

void a64_leave(a64_cpu *c, const a64_op *o, int64_t acc)
{
    c->acc = acc;
    c->a.pc = a64_pc_of(c, o);
}

/** Executes until the slice is over or something wants attention. */
static void dispatch(a64_cpu *c)
{
    const a64_op *o = a64_fetch(c);
    while (o) {
        c->next = NULL;
        o->fn(c, o, c->acc);
        o = c->next;
        if (o && (c->attn || c->acc < 0)) {
            c->a.pc = a64_pc_of(c, o);
            return;
        }
    }
}

static void slice(a64_cpu *c, uint64_t cycles)
{
    c->budget = (int64_t)cycles;
    c->acc = (int64_t)((cycles - 1u) << 32);
    c->attn &= ~(uint32_t)A64_ATTN_REFETCH;
    while (c->acc >= 0 && !(c->attn & ~(uint32_t)A64_ATTN_LINE)) {
        if (!(c->attn & A64_ATTN_LINE) || !a64_take_pending(c))
            dispatch(c);
        if (c->single)
            break;
    }
    c->a.cycles = a64_now_cycles(c);
    c->a.insns = a64_now_insns(c);
    c->budget = 1;
    c->acc = 0;
    if (c->pmu_on && a64_pmu_interrupts(c)) /* otherwise nobody sees it before a register is read */
        a64_pmu_sync(c);
}

/** Wakes a sleeping PE when it may; false while it sleeps on. */
static bool try_wake(a64_cpu *c)
{
    if (!a64_runnable(c))
        return false;
    if (c->a.sleep == ISS_STOP_WFE && c->a.event)
        c->a.event = 0;
    c->a.sleep = 0;
    a64_report(c, ISS_EVENT_WAKE, ISS_LINE_COUNT, c->a.el, c->a.pc, 0);
    c->a.cycles += c->config.cpi.cycles[ISS_CPI_wake];
    return true;
}

/** Cycles of the next slice; 0: a limit has been reached. */
static uint64_t slice_length(const a64_cpu *c, const iss_until *until, uint64_t insns_done)
{
    uint64_t period = c->config.period_ps;
    uint64_t now = c->a.cycles;
    uint64_t end = until->time_ps == ISS_TIME_NEVER
                       ? UINT64_MAX
                       : until->time_ps / period + (until->time_ps % period != 0);
    uint64_t insns = until->insns == ISS_INSNS_UNLIMITED ? UINT64_MAX : until->insns - insns_done;
    uint64_t most = SLICE_CYCLES;
    uint64_t deadline = a64_pmu_deadline(c);
    if (end <= now || (until->insns != ISS_INSNS_UNLIMITED && insns_done >= until->insns))
        return 0;
    if (c->single)
        return 1;
    if (end - now < most)
        most = end - now;
    if (insns < most)
        most = insns * c->least_cost < most ? insns * c->least_cost : most;
    return deadline < most ? deadline : most;
}

/** A stop that needs no execution, or ISS_STOP_COUNT. */
static iss_stop stop_before(a64_cpu *c)
{
    if (c->reset_pending)
        reset_now(c);
    if (c->a.halted)
        return ISS_STOP_HALTED;
    if (c->attn & A64_ATTN_STOP)
        return ISS_STOP_REQUEST;
    if (c->a.sleep && !try_wake(c))
        return (iss_stop)c->a.sleep;
    if (c->breaks && a64_at_breakpoint(c))
        return ISS_STOP_BREAKPOINT;
    return ISS_STOP_COUNT;
}

static iss_stop execute(a64_cpu *c, const iss_until *until, uint64_t first)
{
    for (;;) {
        iss_stop stop = stop_before(c);
        uint64_t cycles = slice_length(c, until, c->a.insns - first);
        if (stop != ISS_STOP_COUNT)
            return stop;
        if (!cycles)
            return ISS_STOP_LIMIT;
        slice(c, cycles);
        if (c->attn & A64_ATTN_END)
            return c->stop;
    }
}

static void begin_run(a64_cpu *c, iss_result *result)
{
    memset(result, 0, sizeof *result);
    c->result = result;
    c->running = true;
    c->single = c->breaks || c->watches;
    a64_code_enter(c->code);
    if (c->code_generation != a64_code_generation(c->code)) {
        c->code_generation = a64_code_generation(c->code);
        a64_flush_buffers(c);
    }
}

static void end_run(a64_cpu *c, iss_stop reason, uint64_t first)
{
    c->attn &= (uint32_t)A64_ATTN_LINE;
    a64_publish_monitor(c);
    a64_code_leave(c->code);
    c->running = false;
    if (c->reset_pending)
        reset_now(c);
    c->result->reason = reason;
    c->result->insns = c->a.insns - first;
    c->result->time_ps = c->a.cycles * c->config.period_ps;
    c->result = NULL;
}

static void a64_run(iss *c, const iss_until *until, iss_result *result)
{
    uint64_t first = c->a.insns;
    begin_run(c, result);
    end_run(c, execute(c, until, first), first);
}

static void a64_step(iss *c, iss_result *result)
{
    uint64_t first = c->a.insns;
    iss_stop stop;
    begin_run(c, result);
    c->single = true;
    a64_skip_breakpoint(c);
    stop = stop_before(c);
    if (stop == ISS_STOP_COUNT) {
        slice(c, 1);
        stop = (c->attn & A64_ATTN_END) ? c->stop : ISS_STOP_STEP;
    }
    end_run(c, stop, first);
}

static void a64_request_stop(iss *c)
{
    if (c->running)
        c->attn |= A64_ATTN_STOP;
}

/* ------------------------------------------------------------------ lines, events, time */

static void a64_set_line(iss *c, iss_line line, bool level)
{
    uint32_t bit = 1u << line;
    bool before = (c->a.lines & bit) != 0;
    if (level == before)
        return;
    c->a.lines ^= bit;
    if (line == ISS_LINE_SERROR && level)
        c->a.serror = 1;
    if (line == ISS_LINE_RESET) {
        c->a.halted = level;
        c->attn |= A64_ATTN_REFETCH;
        if (!level)
            a64_reset(c, &c->start);
        return;
    }
    a64_update_lines(c);
}

static void a64_set_event(iss *c)
{
    c->a.event = 1;
}

bool a64_runnable(const iss *c)
{
    if (c->a.halted)
        return false;
    bool wfe = c->a.sleep == ISS_STOP_WFE;
    return !c->a.sleep || a64_wakeup(c, wfe) || (wfe && c->a.event);
}

static uint64_t a64_time(const iss *c)
{
    return a64_now_ps(c);
}

static void a64_advance(iss *c, uint64_t time_ps)
{
    uint64_t cycles = time_ps / c->config.period_ps + (time_ps % c->config.period_ps != 0);
    if (c->running)
        a64_spend_until(c, time_ps);
    else if (cycles > c->a.cycles) {
        c->a.cycles = cycles;
        if (c->pmu_on)
            a64_pmu_sync(c);
    }
}

static uint64_t a64_deadline(const iss *c)
{
    uint64_t cycles = a64_pmu_deadline(c);
    if (A64_LIKELY(cycles == UINT64_MAX) ||
        cycles > UINT64_MAX / c->config.period_ps - a64_now_cycles(c))
        return ISS_TIME_NEVER;
    return (a64_now_cycles(c) + cycles) * c->config.period_ps;
}

static void a64_counters(const iss *c, iss_counters *out)
{
    *out = (iss_counters){.insns = a64_now_insns(c),
                          .cycles = a64_now_cycles(c),
                          .exceptions = c->a.exceptions,
                          .irqs = c->a.irqs};
}

/* ------------------------------------------------------------------ coherence */

static void a64_invalidate_direct(iss *c, uint64_t pa, uint64_t length, uint32_t rights)
{
    /* The buffers are by virtual address; they are cheap to fill again. */
    if (rights & (ISS_RIGHT_READ | ISS_RIGHT_WRITE))
        a64_flush_data(c, rights);
    if (rights & (ISS_RIGHT_EXEC | ISS_RIGHT_READ)) {
        a64_code_forget(c->code, pa, length);
        c->attn |= A64_ATTN_REFETCH;
        a64_flush_buffers(c);
        c->code_generation = a64_code_generation(c->code);
    }
}

static void a64_invalidate(iss *c, uint64_t pa, uint64_t length)
{
    a64_code_invalidate(c->code, pa, length);
}

static void a64_dvm(iss *c, const iss_dvm *op)
{
    if (op->kind == ISS_DVM_TLBI)
        a64_tlb_invalidate(c, op);
    else if (op->kind == ISS_DVM_SEV)
        a64_set_event(c);
}

const iss_ops *a64_ops(void)
{
    static const iss_ops ops = {.version = ISS_PORT_VERSION,
                                .name = "a64",
                                .create = a64_create,
                                .destroy = a64_destroy,
                                .reset = a64_reset,
                                .run = a64_run,
                                .step = a64_step,
                                .request_stop = a64_request_stop,
                                .set_line = a64_set_line,
                                .set_event = a64_set_event,
                                .runnable = a64_runnable,
                                .time = a64_time,
                                .advance = a64_advance,
                                .deadline = a64_deadline,
                                .counters = a64_counters,
                                .invalidate_direct = a64_invalidate_direct,
                                .invalidate = a64_invalidate,
                                .dvm = a64_dvm,
                                .get_reg = a64_get_reg,
                                .set_reg = a64_set_reg,
                                .get_sysreg = a64_sysreg_peek,
                                .memory = a64_memory,
                                .breakpoint = a64_breakpoint,
                                .watchpoint = a64_watchpoint,
                                .save_size = a64_save_size,
                                .save = a64_save,
                                .load = a64_load};
    return &ops;
}
