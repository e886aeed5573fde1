/* SPDX-License-Identifier: Apache-2.0 */
/* The traffic generator's streams. Registers are in tgen_regs.c. */
#include "tgen_internal.h"

#include <string.h>

#include "arrival.h"

#define TGEN_CLASS 0x118000u /* other signal processing controller */

static unsigned kind_of(const tgen_stream *s)
{
    return s->program.ctrl & TGEN_KIND_MASK;
}

static bool is_random(const tgen_stream *s)
{
    return kind_of(s) == TGEN_KIND_POISSON || kind_of(s) == TGEN_KIND_BURST_POISSON;
}

static bool is_burst(const tgen_stream *s)
{
    return kind_of(s) == TGEN_KIND_BURST || kind_of(s) == TGEN_KIND_BURST_POISSON;
}

/* ---------------------------------------------------------------- programs */

tgen_program tgen_program_default(void)
{
    const tgen_program p = {.count = 1, .vectors = 1, .burst = 1};

    return p;
}

/* One past the last entry to replay; 0: the range is empty or outside the trace. */
static uint32_t trace_end(const tgen *t, const tgen_program *p)
{
    if (p->trace_first >= t->trace_size)
        return 0;
    if (p->trace_count == 0)
        return t->trace_size;
    return p->trace_count > t->trace_size - p->trace_first ? 0 : p->trace_first + p->trace_count;
}

static bool trace_is_good(const tgen *t, const tgen_program *p)
{
    const uint32_t end = trace_end(t, p);

    for (uint32_t n = p->trace_first; n < end; n++)
        if (t->trace[n].vector >= p->vectors)
            return false;
    return end != 0;
}

static bool program_is_good(const tgen *t, const tgen_program *p)
{
    const unsigned kind = p->ctrl & TGEN_KIND_MASK;

    if (p->vectors == 0 || p->vectors > t->config.vectors ||
        p->first > t->config.vectors - p->vectors)
        return false;
    if (kind == TGEN_KIND_TRACE)
        return trace_is_good(t, p);
    if (kind == TGEN_KIND_BURST || kind == TGEN_KIND_BURST_POISSON)
        return p->period_ns != 0 && p->burst != 0 && p->burst <= TGEN_MAX_BURST;
    return kind <= TGEN_KIND_POISSON && p->period_ns != 0;
}

/* ---------------------------------------------------------------- arrivals */

static uint64_t interval(tgen_stream *s)
{
    const uint64_t period = arrival_ns_to_ps(s->program.period_ns);

    return is_random(s) ? arrival_exponential(&s->random, period) : period;
}

static void trace_next(const tgen *t, tgen_stream *s)
{
    s->due_ps = s->turn < trace_end(t, &s->program)
                    ? arrival_add(s->start_ps, t->trace[s->turn].time_ps)
                    : DEV_NEVER;
}

static void schedule_first(const tgen *t, tgen_stream *s)
{
    s->burst_ps = is_random(s) ? arrival_add(s->start_ps, interval(s)) : s->start_ps;
    s->due_ps = s->burst_ps;
    if (kind_of(s) == TGEN_KIND_TRACE) {
        s->turn = s->program.trace_first;
        trace_next(t, s);
    }
}

/* In a burst after GAP; then the next burst, which does not start before the last one is over. */
static void schedule_next(const tgen *t, tgen_stream *s)
{
    if (s->program.count != 0 && s->fired >= s->program.count) {
        s->due_ps = DEV_NEVER;
    } else if (kind_of(s) == TGEN_KIND_TRACE) {
        s->turn++;
        trace_next(t, s);
    } else if (is_burst(s) && ++s->in_burst < s->program.burst) {
        s->due_ps = arrival_add(s->last_ps, arrival_ns_to_ps(s->program.gap_ns));
    } else {
        s->in_burst = 0;
        s->burst_ps = arrival_add(s->burst_ps, interval(s));
        s->burst_ps = s->burst_ps < s->last_ps ? s->last_ps : s->burst_ps;
        s->due_ps = s->burst_ps;
    }
}

static unsigned pick_vector(const tgen *t, tgen_stream *s)
{
    const tgen_program *p = &s->program;

    if (kind_of(s) == TGEN_KIND_TRACE)
        return p->first + t->trace[s->turn].vector;
    if ((p->ctrl & TGEN_CTRL_RANDOM_VECTOR) != 0)
        return p->first + arrival_below(&s->random, p->vectors);
    const unsigned vector = p->first + s->turn;

    s->turn = (s->turn + 1) % p->vectors;
    return vector;
}

static void arrive(tgen *t, unsigned n)
{
    tgen_state *st = &t->state;
    tgen_stream *s = &st->stream[n];
    const unsigned vector = pick_vector(t, s);

    st->arrivals++;
    st->arrivals_of[vector]++;
    switch (pcie_raise(&t->function, vector, s->due_ps)) {
    case PCIE_RAISED_HELD:
        st->held++;
        break;
    case PCIE_RAISED_MERGED:
        st->merged++;
        break;
    case PCIE_RAISED_INTX:
        st->int_status |= UINT32_C(1) << n;
        pcie_set_intx(&t->function, true);
        break;
    default:
        break;
    }
    s->fired++;
    s->last_ps = s->due_ps;
    schedule_next(t, s);
    if (s->due_ps == DEV_NEVER)
        s->status &= ~(uint32_t)TGEN_STATUS_RUNNING;
}

static void tgen_sent(void *self, unsigned vector, uint64_t now_ps)
{
    tgen_state *st = &((tgen *)self)->state;

    st->sent++;
    st->sent_of[vector]++;
    st->last_ps[vector] = now_ps;
}

/* ---------------------------------------------------------------- start and stop */

bool tgen_go(tgen *t, unsigned n, uint64_t now_ps)
{
    tgen_stream *s = &t->state.stream[n];
    const tgen_program *p = &s->program;
    const uint64_t delay = arrival_add(arrival_ns_to_ps(p->delay_ns), p->phase_ps);

    tgen_stop(t, n);
    s->status = program_is_good(t, p) ? TGEN_STATUS_RUNNING : TGEN_STATUS_ERROR;
    if (s->status == TGEN_STATUS_ERROR)
        return false;
    s->start_ps = (p->ctrl & TGEN_CTRL_ABS) != 0 ? delay : arrival_add(now_ps, delay);
    s->start_ps = s->start_ps < now_ps ? now_ps : s->start_ps;
    s->fired = 0;
    s->turn = 0;
    s->in_burst = 0;
    s->random = p->seed;
    schedule_first(t, s);
    if (s->due_ps == DEV_NEVER)
        s->status = 0;
    return true;
}

bool tgen_start(tgen *t, unsigned n, const tgen_program *program, uint64_t now_ps)
{
    if (n >= TGEN_NUM_STREAMS)
        return false;
    t->state.stream[n].program = *program;
    return tgen_go(t, n, now_ps);
}

void tgen_stop(tgen *t, unsigned n)
{
    t->state.stream[n].due_ps = DEV_NEVER;
    t->state.stream[n].status &= ~(uint32_t)TGEN_STATUS_RUNNING;
}

bool tgen_load_trace(tgen *t, const tgen_arrival *trace, uint32_t size, uint32_t *bad)
{
    for (unsigned n = 0; n < TGEN_NUM_STREAMS; n++)
        if (kind_of(&t->state.stream[n]) == TGEN_KIND_TRACE)
            tgen_stop(t, n);
    t->trace = NULL;
    t->trace_size = 0;
    for (uint32_t n = 1; n < size; n++)
        if (trace[n].time_ps < trace[n - 1].time_ps) {
            *bad = n;
            return false;
        }
    t->trace = trace;
    t->trace_size = size;
    return true;
}

/* ---------------------------------------------------------------- device operations */

/* The stream whose arrival comes first, of equal ones the lowest. */
static unsigned earliest(const tgen_state *st)
{
    unsigned best = 0;

    for (unsigned n = 1; n < TGEN_NUM_STREAMS; n++)
        if (st->stream[n].due_ps < st->stream[best].due_ps)
            best = n;
    return best;
}

static uint64_t tgen_deadline(const void *self)
{
    const tgen_state *st = &((const tgen *)self)->state;

    return st->stream[earliest(st)].due_ps;
}

static void tgen_advance(void *self, uint64_t now_ps)
{
    tgen *t = (tgen *)self;

    for (unsigned work = 0; work < TGEN_WORK; work++) {
        const unsigned n = earliest(&t->state);

        if (t->state.stream[n].due_ps == DEV_NEVER || t->state.stream[n].due_ps > now_ps)
            return;
        arrive(t, n);
    }
}

static void tgen_reset(void *self, uint64_t now_ps)
{
    tgen *t = (tgen *)self;

    (void)now_ps;
    memset(&t->state, 0, sizeof t->state);
    pcie_function_reset(&t->function);
    for (unsigned n = 0; n < TGEN_NUM_STREAMS; n++) {
        t->state.stream[n].program = tgen_program_default();
        t->state.stream[n].due_ps = DEV_NEVER;
    }
}

const pcie_function_ops tgen_ops = {
    .device = {.name = "tgen",
               .span = 0,
               .num_lines = 0,
               .version = 1,
               .state_offset = offsetof(tgen, state),
               .state_size = sizeof(tgen_state),
               .reset = tgen_reset,
               .read = NULL,
               .peek = NULL,
               .write = NULL,
               .advance = tgen_advance,
               .deadline = tgen_deadline,
               .line = NULL},
    .read = tgen_read,
    .peek = tgen_peek,
    .write = tgen_write,
    .sent = tgen_sent,
};

bool tgen_init(tgen *t, const tgen_config *config)
{
    const pcie_desc desc = {
        .vendor = config->vendor,
        .device = PCIE_DEVICE_TGEN,
        .subvendor = config->vendor,
        .subdevice = PCIE_DEVICE_TGEN,
        .class_code = TGEN_CLASS,
        .revision = 1,
        .pin = 1,
        .bar = {[0] = {PCIE_BAR_32, TGEN_BAR0_SIZE}, [2] = {PCIE_BAR_64_PREFETCH, TGEN_BAR2_SIZE}},
        .msi_vectors = PCI_MSI_MOST,
        .msix_vectors = config->vectors,
        .msix_bar = 2,
        .msix_table = 0,
        .msix_pba = TGEN_PBA,
    };

    memset(t, 0, sizeof *t);
    t->config = *config;
    if (config->cpu_period_ps == 0 || config->counter_hz == 0 || config->vectors == 0 ||
        !pcie_function_init(&t->function, &desc, &tgen_ops, t, &t->state.function, t->state.table,
                            t->state.pba))
        return false;
    t->cpu_clock.num = 1;
    t->cpu_clock.den = config->cpu_period_ps;
    t->counter = dev_clock_make(config->counter_hz);
    tgen_reset(t, 0);
    return true;
}
