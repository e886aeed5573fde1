/* SPDX-License-Identifier: Apache-2.0 */
/* System registers: performance monitors. */
#include "sysreg.h"

/** Bits of the counters that the current level may see, as PMCNTENSET has them. */
static uint64_t pm_visible(const a64_cpu *c)
{
    return ((UINT64_C(1) << a64_pmu_visible(c)) - 1u) | UINT64_C(1) << A64_PMU_CYCLE;
}

bool a64_write_pmu(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    a64_pmu_sync(c);
    a64_write_st(c, r, raw, v);
    a64_pmu_update(c);
    return true;
}

bool a64_read_pmcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)raw;
    *v = (c->model->midr >> 24 & 0xffu) << 24 | (uint64_t)a64_pmu_visible(c) << 11 |
         a64_stored(c, r);
    return true;
}

bool a64_write_pmcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    a64_pmu_write_control(c, v);
    return true;
}

/** The register that a CLR register is the other name of. */
static unsigned pm_set_of(const row *r)
{
    return r->slot == S_PMCNTENCLR_EL0   ? S_PMCNTENSET_EL0
           : r->slot == S_PMINTENCLR_EL1 ? S_PMINTENSET_EL1
                                         : S_PMOVSSET_EL0;
}

bool a64_read_pmclr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)raw;
    a64_pmu_sync(c);
    *v = c->a.sys[pm_set_of(r)] & pm_visible(c);
    return true;
}

bool a64_read_pmbits(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)raw;
    a64_pmu_sync(c);
    *v = a64_stored(c, r) & pm_visible(c);
    return true;
}

bool a64_write_pmclr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    a64_pmu_sync(c);
    c->a.sys[pm_set_of(r)] &= ~(v & r->mask & pm_visible(c));
    a64_pmu_update(c);
    return true;
}

bool a64_write_pmset(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    a64_pmu_sync(c);
    c->a.sys[r->slot] |= v & r->mask & pm_visible(c);
    a64_pmu_update(c);
    return true;
}

bool a64_write_pmswinc(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    a64_pmu_increment(c, (uint32_t)(v & r->mask & pm_visible(c)));
    return true;
}

bool a64_read_pmceid(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)c, (void)r, (void)raw;
    *v = a64_pmu_events();
    return true;
}

/** Counter @p n, or one that does not exist when the current level may not see it. */
static unsigned pm_seen(const a64_cpu *c, unsigned n)
{
    return n == A64_PMU_CYCLE || n < a64_pmu_visible(c) ? n : A64_PMU_COUNTERS;
}

/** Counter that PMCCNTR, PMXEV* (by PMSELR) or PMEV*<n> names. */
static unsigned pm_counter(const a64_cpu *c, uint32_t raw)
{
    unsigned crn = a64_bits(raw, 15, 12);
    if (crn == 14u && a64_bits(raw, 11, 8) == 15u && a64_bits(raw, 7, 5) == 7u)
        return A64_PMU_CYCLE; /* PMCCFILTR */
    if (crn == 14u)
        return pm_seen(c, a64_bits(raw, 9, 8) << 3 | a64_bits(raw, 7, 5));
    return a64_bits(raw, 7, 5) == 0u ? A64_PMU_CYCLE : pm_seen(c, (unsigned)c->a.sys[S_PMSELR_EL0]);
}

bool a64_read_pmcnt(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r;
    *v = a64_pmu_read(c, pm_counter(c, raw));
    return true;
}

bool a64_write_pmcnt(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r;
    a64_pmu_write(c, pm_counter(c, raw), v);
    return true;
}

/** Storage of a counter's event type; NULL for a counter that does not exist. */
static uint64_t *pm_type(a64_cpu *c, uint32_t raw)
{
    unsigned n = a64_bits(raw, 15, 12) == 14u ? pm_counter(c, raw)
                                              : pm_seen(c, (unsigned)c->a.sys[S_PMSELR_EL0]);
    if (n == A64_PMU_CYCLE)
        return &c->a.sys[S_PMCCFILTR_EL0];
    return n < A64_PMU_COUNTERS ? &c->a.sys[S_PMEVTYPER0_EL0 + n] : NULL;
}

bool a64_read_pmtype(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    const uint64_t *type = pm_type(c, raw);
    (void)r;
    *v = type ? *type : 0;
    return true;
}

bool a64_write_pmtype(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t *type = pm_type(c, raw);
    (void)r;
    if (!type)
        return true;
    a64_pmu_sync(c);
    *type = v & (type == &c->a.sys[S_PMCCFILTR_EL0] ? 0xfc000000u : 0xfc0003ffu);
    a64_pmu_update(c);
    return true;
}
