/* SPDX-License-Identifier: Apache-2.0 */
/* Build, reset, PE state, explaining. */
#include "internal.h"

size_t cpuif_footprint(const gic_config *config)
{
    (void)config;
    return gic_align_up(sizeof(cpuif), 64);
}

/* Registers at their reset values (N-03; UNKNOWN ones: ID-P13). The link's state stays. */
static void reset_registers(cpuif *c)
{
    cpuif_state *s = &c->s;
    memset(s->ap, 0, sizeof s->ap);
    s->ap_nmi = 0;
    for (unsigned g = 0; g < GIC_GROUP_COUNT; g++)
        s->bpr[g] = cpuif_minimum_bpr(&c->config, (gic_group)g);
    s->pmr = GIC_FAULT("N-03") ? s->pmr : 0;
    s->ctlr = 0;
    s->igrpen = GIC_GROUPS_NONE;
    s->gicc = 0;
    s->sre_enable_el2 = 0;
    s->sre_enable_el3 = 0;
    memset(s->v.lr, 0, sizeof s->v.lr);
    memset(s->v.ap, 0, sizeof s->v.ap);
    s->v.ap_nmi = 0;
    s->v.hcr = 0;
    s->v.vmcr = cpuif_clean_vmcr(&c->config, 0, CPUIF_BANK_NS);
}

/* The PE as it leaves reset: the highest Exception level, Secure where there is EL3. */
static void reset_pe(cpuif *c)
{
    gic_pe_state *pe = &c->s.pe;
    memset(pe, 0, sizeof *pe);
    pe->el = c->config.has_el3 ? 3 : c->config.has_el2 ? 2 : 1;
    pe->scr_ns = !c->config.has_el3;
}

void cpuif_reset(cpuif *c)
{
    reset_registers(c);
    reset_pe(c);
    cpuif_derive_pe(c);
    cpuif_derive_priorities(c);
    cpuif_derive_virtual_priorities(c);
    cpuif_derive_list_registers(c);
    cpuif_settle(c);
    gicc_open_bypass(c);
    cpuif_update_virtual(c);
}

/* Nothing held, nothing on the link, asleep until the Redistributor wakes it. */
static void start(cpuif *c)
{
    cpuif_state *s = &c->s;
    s->ds = !c->config.two_security_states;
    s->quiesced = !c->config.gicv2; /* a GICv2 knows no sleep */
    s->sent_hint = 0xFF;
}

cpuif *cpuif_init(void *memory, size_t length, const gic_config *config, uint16_t pe,
                  gic_config_error *error)
{
    cpuif *c = (cpuif *)memory;
    gic_config_error found = gic_config_check(config);
    if (found == GIC_CONFIG_OK && pe >= config->pe_count)
        found = GIC_CONFIG_PE_COUNT;
    if (found == GIC_CONFIG_OK && (memory == NULL || length < cpuif_footprint(config) ||
                                   (uintptr_t)memory % sizeof(uint64_t) != 0))
        found = GIC_CONFIG_MEMORY;
    if (error)
        *error = found;
    if (found != GIC_CONFIG_OK)
        return NULL;
    memset(c, 0, sizeof *c);
    c->config = *config;
    c->config.affinity = NULL;
    c->pe = pe;
    gic_outbox_init(&c->outbox, c->entries, CPUIF_OUTBOX_ENTRIES, GIC_PORT_CPUIF, pe);
    c->d.v.count = gic_config_list_registers(config);
    cpuif_derive_classes(c);
    if (config->gicv2)
        gicc_init(c);
    start(c);
    cpuif_reset(c);
    return c;
}

void cpuif_set_pe_state(cpuif *c, const gic_pe_state *state)
{
    gic_pe_state other_level = c->s.pe;
    other_level.el = state->el;
    GIC_STATIC_ASSERT(sizeof *state == 12, "a state of the PE has no padding");
    c->s.pe = *state;
    if (memcmp(&other_level, state, sizeof other_level) == 0)
        cpuif_derive_level(c);
    else
        cpuif_derive_pe(c);
    if (!GIC_FAULT("P-22"))
        cpuif_update_lines(c);
    /* V-11: virtual Group 1 counts its binary point by the Security state. */
    if (c->d.v.bank != c->d.view.bank) {
        cpuif_derive_virtual_priorities(c);
        cpuif_update_virtual(c);
    }
}

gic_outbox *cpuif_outbox(cpuif *c)
{
    return &c->outbox;
}

/* ---- explaining ------------------------------------------------------------------------------ */

static void explain_held(const cpuif *c, gic_explanation *e)
{
    const cpuif_held *held = &c->s.held;
    uint8_t mask = c->d.group_mask[held->group];
    cpuif_candidate unmasked;
    cpuif_candidate idle;
    unmasked.priority = held->priority;
    unmasked.pmr = 0xFF;
    unmasked.running = c->d.running;
    unmasked.group_mask = mask;
    idle = unmasked;
    idle.pmr = c->s.pmr;
    idle.running = GIC_PRIORITY_IDLE;
    gic_gate_set(e, GIC_GATE_PMR, held->nmi ? cpuif_nmi_passes(c) : cpuif_can_signal(idle),
                 (uint64_t)held->priority << 8 | c->s.pmr);
    gic_gate_set(e, GIC_GATE_RUNNING,
                 held->nmi ? cpuif_nmi_preempts(c) : cpuif_can_signal(unmasked),
                 (uint64_t)held->priority << 8 | c->d.running);
}

void cpuif_explain(const cpuif *c, gic_explanation *e)
{
    const cpuif_held *held = &c->s.held;
    const gic_gate *group = &e->gate[GIC_GATE_GROUP_ENABLED];
    uint32_t mask = c->config.gicv2 ? (uint32_t)GIC_INTID_SPURIOUS : UINT32_MAX;
    bool is_held = held->valid && (held->intid & mask) == e->intid;
    uint64_t best = held->valid ? held->intid & mask : GIC_INTID_SPURIOUS;
    if (is_held)
        gic_gate_set(e, GIC_GATE_IGRPEN, cpuif_presented(c), c->s.igrpen);
    else if (group->known && group->value < GIC_GROUP_COUNT)
        gic_gate_set(e, GIC_GATE_IGRPEN,
                     (c->s.igrpen & gic_group_bit((gic_group)group->value)) != 0, c->s.igrpen);
    gic_gate_set(e, GIC_GATE_BEST, is_held || !held->valid, best);
    if (is_held)
        explain_held(c, e);
    gic_gate_set(e, GIC_GATE_LINE, c->s.lines != 0 && (c->s.signalled_intid & mask) == e->intid,
                 c->s.lines);
}
