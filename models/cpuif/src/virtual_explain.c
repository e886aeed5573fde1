/* SPDX-License-Identifier: Apache-2.0 */
/* Explaining: every gate between a list register and the guest. */
#include "internal.h"

/* The most urgent candidate, or CPUIF_LR_NONE. */
static unsigned best_lr(const cpuif *c)
{
    return c->d.v.urgency != CPUIF_URGENCY_NONE ? cpuif_virtual_best(&c->d.v) : CPUIF_LR_NONE;
}

/* The list register that a virtual INTID is looked for in: the most urgent that holds it Pending,
   else the first that holds it at all. */
static unsigned lr_of(const cpuif *c, uint32_t vintid)
{
    const unsigned best = best_lr(c);
    unsigned found = CPUIF_LR_NONE;
    for (unsigned n = c->d.v.count; n-- > 0;) {
        const uint64_t lr = c->s.v.lr[n];
        if ((c->d.v.valid >> n & 1u) == 0 || GIC_GET(ICH_LR, vINTID, lr) != vintid)
            continue;
        if (found == CPUIF_LR_NONE || found != best)
            found = n;
    }
    return found;
}

/* What it would have to pass if it were the most urgent. */
static void explain_priority(const cpuif *c, unsigned group, uint64_t lr, gic_explanation *e)
{
    const bool nmi = cpuif_lr_is_nmi(lr);
    const uint8_t priority = nmi ? 0 : (uint8_t)GIC_GET(ICH_LR, Priority, lr);
    const uint8_t mask = (uint8_t)GIC_GET(ICH_VMCR_EL2, VPMR, c->s.v.vmcr);
    cpuif_candidate candidate;
    candidate.priority = priority;
    candidate.group_mask = c->d.v.group_mask[group];
    candidate.pmr = mask;
    candidate.running = GIC_PRIORITY_IDLE;
    gic_gate_set(e, GIC_GATE_VIRTUAL_PMR, nmi || cpuif_can_signal(candidate),
                 (uint64_t)priority << 8 | mask);
    candidate.pmr = 0xFF;
    candidate.running = c->d.v.running;
    gic_gate_set(e, GIC_GATE_VIRTUAL_RUNNING,
                 nmi ? cpuif_virtual_nmi_preempts(c) : cpuif_can_signal(candidate),
                 (uint64_t)priority << 8 | c->d.v.running);
}

void cpuif_explain_virtual(const cpuif *c, gic_explanation *e)
{
    const unsigned n = lr_of(c, e->intid);
    const unsigned lines = c->s.v.lines >> GIC_LINE_VIRQ & 3u;
    const unsigned best = best_lr(c);
    const gic_pe_state *pe = &c->s.pe;
    unsigned group;
    uint8_t priority;
    gic_gate_set(e, GIC_GATE_VIRTUAL_LISTED, n != CPUIF_LR_NONE, n);
    if (n == CPUIF_LR_NONE)
        return;
    group = c->d.v.group1 >> n & 1u;
    priority = (uint8_t)GIC_GET(ICH_LR, Priority, c->s.v.lr[n]);
    gic_gate_set(e, GIC_GATE_VIRTUAL_PENDING,
                 (c->d.v.pending >> n & 1u) != 0 &&
                     (priority != GIC_PRIORITY_IDLE || cpuif_lr_is_nmi(c->s.v.lr[n])),
                 c->s.v.lr[n]);
    gic_gate_set(e, GIC_GATE_VIRTUAL_ENABLED, GIC_GET(ICH_HCR_EL2, En, c->s.v.hcr) != 0,
                 c->s.v.hcr);
    gic_gate_set(e, GIC_GATE_VIRTUAL_GROUP, cpuif_virtual_group_enabled(c, group), group);
    gic_gate_set(e, GIC_GATE_VIRTUAL_BEST, best == n || best == CPUIF_LR_NONE, best);
    explain_priority(c, group, c->s.v.lr[n], e);
    gic_gate_set(e, GIC_GATE_VIRTUAL_LINE, best == n && lines != 0, lines);
    gic_gate_set(e, GIC_GATE_VIRTUAL_ROUTED, group == 1 ? pe->hcr_imo : pe->hcr_fmo,
                 (uint64_t)pe->hcr_imo | (uint64_t)pe->hcr_fmo << 1);
}
