/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Performance monitors. Counters are values as of a set of totals that only grow (cycles of local
 * time, instructions, exceptions, returns); `a64_pmu_sync` brings them up to now, and is called
 * before anything changes that decides whether a counter counts.
 */
#include "sys.h"

#define PMCR_E    (1u << 0)
#define PMCR_P    (1u << 1)
#define PMCR_C    (1u << 2)
#define PMCR_DP   (1u << 5)
#define PMCR_KEEP 0x30u /* X and DP are held; D has no effect because LC is RES1 */
#define PMCR_LC   (1u << 6)

/* Event numbers. */
enum {
    EVENT_SW_INCR = 0x00,
    EVENT_INST_RETIRED = 0x08,
    EVENT_EXC_TAKEN = 0x09,
    EVENT_EXC_RETURN = 0x0a,
    EVENT_CPU_CYCLES = 0x11
};

/* PMEVTYPERn, PMCCFILTR filter bits. */
#define FILTER_P   (UINT64_C(1) << 31)
#define FILTER_U   (UINT64_C(1) << 30)
#define FILTER_NSK (UINT64_C(1) << 29)
#define FILTER_NSU (UINT64_C(1) << 28)
#define FILTER_NSH (UINT64_C(1) << 27)
#define FILTER_M   (UINT64_C(1) << 26)

#define COUNTER_BITS (UINT64_C(1) << 32)

/** Bits of PMCNTENSET and its kin that are counters. */
#define COUNTERS_MASK (UINT64_C(1) << A64_PMU_CYCLE | ((UINT64_C(1) << A64_PMU_COUNTERS) - 1u))

uint64_t a64_pmu_events(void)
{
    return 1u << EVENT_SW_INCR | 1u << EVENT_INST_RETIRED | 1u << EVENT_EXC_TAKEN |
           1u << EVENT_EXC_RETURN | 1u << EVENT_CPU_CYCLES;
}

static a64_pmu_source source_of(const a64_cpu *c, unsigned index)
{
    if (index == A64_PMU_COUNTERS)
        return A64_PMU_CYCLES;
    switch (c->a.sys[S_PMEVTYPER0_EL0 + index] & 0x3ffu) {
    case EVENT_INST_RETIRED:
        return A64_PMU_INSNS;
    case EVENT_EXC_TAKEN:
        return A64_PMU_EXCEPTIONS;
    case EVENT_EXC_RETURN:
        return A64_PMU_RETURNS;
    case EVENT_CPU_CYCLES:
        return A64_PMU_CYCLES;
    default:
        return A64_PMU_NONE;
    }
}

static uint64_t filter_of(const a64_cpu *c, unsigned index)
{
    return c->a.sys[index == A64_PMU_COUNTERS ? (unsigned)S_PMCCFILTR_EL0
                                              : (unsigned)S_PMEVTYPER0_EL0 + index];
}

/** Whether the filter lets the current Exception level and Security state count. */
static bool filter_passes(const a64_cpu *c, uint64_t f)
{
    bool p = (f & FILTER_P) != 0, u = (f & FILTER_U) != 0;
    bool secure = a64_secure(c) || !c->config.has_el3;
    switch (c->a.el) {
    case 0:
        return secure ? !u : u == ((f & FILTER_NSU) != 0);
    case 1:
        return secure ? !p : p == ((f & FILTER_NSK) != 0);
    case 2:
        return (f & FILTER_NSH) != 0;
    default:
        return p == ((f & FILTER_M) != 0);
    }
}

/** Bit of a counter in PMCNTENSET and its kin. */
static uint32_t bit_of(unsigned index)
{
    return 1u << (index == A64_PMU_COUNTERS ? A64_PMU_CYCLE : index);
}

static bool counting(const a64_cpu *c, unsigned index)
{
    const uint64_t *sys = c->a.sys;
    bool prohibited = c->config.has_el3 && a64_secure(c) && !(sys[S_MDCR_EL3] >> 17 & 1u);
    bool reserved =
        c->config.has_el2 && index < A64_PMU_COUNTERS && index >= MDCR_HPMN(sys[S_MDCR_EL2]);
    bool enabled = reserved ? (sys[S_MDCR_EL2] & MDCR_HPME) != 0 : (sys[S_PMCR_EL0] & PMCR_E);
    if (!enabled || !(sys[S_PMCNTENSET_EL0] & bit_of(index)))
        return false;
    if (prohibited && (index < A64_PMU_COUNTERS || (sys[S_PMCR_EL0] & PMCR_DP)))
        return false;
    return filter_passes(c, filter_of(c, index));
}

static void update_line(a64_cpu *c)
{
    const uint64_t *sys = c->a.sys;
    bool level = (sys[S_PMOVSSET_EL0] & sys[S_PMINTENSET_EL1]) && (sys[S_PMCR_EL0] & PMCR_E);
    if (level == (c->a.pmu_irq != 0))
        return;
    c->a.pmu_irq = level;
    if (c->env.line_out)
        c->env.line_out(ISS_OUT_PMUIRQ, level, a64_now_ps(c), c->env.ctx);
}

static void totals(const a64_cpu *c, uint64_t *t)
{
    t[A64_PMU_NONE] = 0;
    t[A64_PMU_INSNS] = a64_now_insns(c);
    t[A64_PMU_CYCLES] = a64_now_cycles(c);
    t[A64_PMU_EXCEPTIONS] = c->a.exceptions;
    t[A64_PMU_RETURNS] = c->a.returns;
}

/** Adds to a counter; the cycle counter has 64 bits, the others 32. */
static void add(a64_cpu *c, unsigned index, uint64_t n)
{
    uint64_t *v = &c->a.pmu.value[index];
    uint64_t sum = *v + n;
    bool overflow = index == A64_PMU_COUNTERS ? sum < n : sum >= COUNTER_BITS;
    *v = index == A64_PMU_COUNTERS ? sum : sum % COUNTER_BITS;
    if (overflow)
        c->a.sys[S_PMOVSSET_EL0] |= bit_of(index);
}

void a64_pmu_sync(a64_cpu *c)
{
    uint64_t now[A64_PMU_SOURCES];
    a64_pmu *p = &c->a.pmu;
    const uint64_t enabled = c->a.sys[S_PMCNTENSET_EL0] & COUNTERS_MASK;
    totals(c, now);
    for (uint64_t left = enabled; left; left &= left - 1u) {
        const unsigned bit = (unsigned)__builtin_ctzll(left);
        const unsigned i = bit == A64_PMU_CYCLE ? A64_PMU_COUNTERS : bit;
        const a64_pmu_source s = source_of(c, i);
        if (now[s] != p->base[s] && counting(c, i))
            add(c, i, now[s] - p->base[s]);
    }
    for (unsigned s = 0; s < A64_PMU_SOURCES; s++)
        p->base[s] = now[s];
    update_line(c);
}

void a64_pmu_update(a64_cpu *c)
{
    c->pmu_on = c->a.sys[S_PMCNTENSET_EL0] != 0;
    update_line(c);
    /* The slice was cut for the deadline of the old settings. */
    c->attn |= A64_ATTN_REFETCH;
}

void a64_pmu_reset(a64_cpu *c)
{
    a64_pmu *p = &c->a.pmu;
    for (unsigned i = 0; i <= A64_PMU_COUNTERS; i++)
        p->value[i] = 0;
    totals(c, p->base);
    c->a.sys[S_PMCR_EL0] = PMCR_LC;
    c->pmu_on = false;
    update_line(c);
}

uint64_t a64_pmu_next_overflow(const a64_cpu *c)
{
    const uint64_t able = c->a.sys[S_PMINTENSET_EL1] & c->a.sys[S_PMCNTENSET_EL0];
    uint64_t best = UINT64_MAX;
    if (!c->pmu_on || c->a.pmu_irq)
        return best;
    for (unsigned i = 0; i <= A64_PMU_COUNTERS; i++) {
        uint64_t v = c->a.pmu.value[i];
        uint64_t left = i == A64_PMU_COUNTERS ? 0 - v : COUNTER_BITS - v;
        a64_pmu_source s = source_of(c, i);
        if (!(able & bit_of(i)) || s == A64_PMU_NONE || !counting(c, i))
            continue;
        uint64_t pending = (s == A64_PMU_CYCLES  ? a64_now_cycles(c)
                            : s == A64_PMU_INSNS ? a64_now_insns(c)
                                                 : c->a.pmu.base[s]) -
                           c->a.pmu.base[s];
        /* An event takes at least a cycle. A counter at 0 is 2^64 away: as good as never. */
        if (left) {
            left = left > pending ? left - pending : 1u;
            best = left < best ? left : best;
        }
    }
    return best;
}

unsigned a64_pmu_visible(const a64_cpu *c)
{
    unsigned hpmn = MDCR_HPMN(c->a.sys[S_MDCR_EL2]);
    return c->a.el < 2u && a64_el2_enabled(c) && hpmn < A64_PMU_COUNTERS ? hpmn : A64_PMU_COUNTERS;
}

/** Index in `value` of a counter number; A64_PMU_COUNTERS + 1 for none. */
static unsigned index_of(unsigned counter)
{
    if (counter == A64_PMU_CYCLE)
        return A64_PMU_COUNTERS;
    return counter < A64_PMU_COUNTERS ? counter : A64_PMU_COUNTERS + 1u;
}

uint64_t a64_pmu_read(a64_cpu *c, unsigned counter)
{
    unsigned i = index_of(counter);
    a64_pmu_sync(c);
    return i <= A64_PMU_COUNTERS ? c->a.pmu.value[i] : 0;
}

void a64_pmu_write(a64_cpu *c, unsigned counter, uint64_t value)
{
    unsigned i = index_of(counter);
    a64_pmu_sync(c);
    if (i <= A64_PMU_COUNTERS)
        c->a.pmu.value[i] = i == A64_PMU_COUNTERS ? value : value % COUNTER_BITS;
    a64_pmu_update(c);
}

void a64_pmu_write_control(a64_cpu *c, uint64_t value)
{
    a64_pmu_sync(c);
    if (value & PMCR_P)
        for (unsigned i = 0; i < a64_pmu_visible(c); i++)
            c->a.pmu.value[i] = 0;
    if (value & PMCR_C)
        c->a.pmu.value[A64_PMU_COUNTERS] = 0;
    c->a.sys[S_PMCR_EL0] = (value & (PMCR_E | PMCR_KEEP)) | PMCR_LC;
    a64_pmu_update(c);
}

void a64_pmu_increment(a64_cpu *c, uint32_t counters)
{
    a64_pmu_sync(c);
    for (unsigned i = 0; i < A64_PMU_COUNTERS; i++)
        if ((counters >> i & 1u) && counting(c, i) &&
            (c->a.sys[S_PMEVTYPER0_EL0 + i] & 0x3ffu) == EVENT_SW_INCR)
            add(c, i, 1);
    update_line(c);
}
