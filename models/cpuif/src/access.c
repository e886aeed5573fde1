/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses to system registers: rows, permissions, traps, dispatch. */
#include "internal.h"

typedef struct cpuif_row {
    uint8_t class_; /* cpuif_class */
    uint8_t index;
    cpuif_value_fn *value;
    cpuif_effect_fn *effect;
    cpuif_write_fn *write;
} cpuif_row;

#define NONE NULL
#define ONLY CPUIF_ONLY
static const cpuif_row rows[GIC_SYSREG_COUNT] = {
#define CPUIF_REG(name, class, index, value, effect, write) \
    [GIC_##name] = {CPUIF_CLASS_##class, (index), (value), (effect), (write)},
#include "regs/icc_regs.def"
#include "regs/ich_regs.def"
#undef CPUIF_REG
};

/* The same names where the access is virtual: the class stays that of the row above. */
static const cpuif_row virtual_rows[GIC_SYSREG_COUNT] = {
#define CPUIF_ICV(name, index, value, effect, write) \
    [GIC_##name] = {CPUIF_CLASS_NONE, (index), (value), (effect), (write)},
#include "regs/icv_regs.def"
#undef CPUIF_ICV
};
#undef NONE
#undef ONLY

/* ---- permissions ----------------------------------------------------------------------------- */

/* The PE as the trap rules see it: Exception level and the controls that count there. */
typedef struct cpuif_gates {
    unsigned el;
    bool el2_enabled;
    bool imo; /* physical IRQs are routed to EL2: EL1 accesses are virtual */
    bool fmo;
    bool irq; /* SCR_EL3.IRQ */
    bool fiq; /* SCR_EL3.FIQ */
    /* ICH_HCR_EL2, where it counts: at EL1 with EL2 enabled */
    bool tc;
    bool tall0;
    bool tall1;
    bool tdir;
} cpuif_gates;

static cpuif_gates gates_of(const cpuif *c)
{
    const gic_pe_state *pe = &c->s.pe;
    bool has_el3 = c->config.has_el3;
    const uint64_t hcr = c->s.v.hcr;
    bool traps;
    cpuif_gates g;
    g.el = pe->el;
    g.el2_enabled = c->config.has_el2 && (!has_el3 || gic_pe_el2_enabled(pe, true));
    /* HCR_EL2.TGE routes everything to EL2, except for a host at EL2 (E2H), which has no EL1. */
    g.imo = g.el2_enabled && (pe->hcr_tge ? !pe->hcr_e2h : pe->hcr_imo);
    g.fmo = g.el2_enabled && (pe->hcr_tge ? !pe->hcr_e2h : pe->hcr_fmo);
    g.irq = has_el3 && pe->scr_irq;
    g.fiq = has_el3 && pe->scr_fiq;
    /* V-14: whether the access is virtual or not. */
    traps = g.el2_enabled && g.el == 1;
    g.tc = traps && GIC_GET(ICH_HCR_EL2, TC, hcr) != 0;
    g.tall0 = traps && GIC_GET(ICH_HCR_EL2, TALL0, hcr) != 0;
    g.tall1 = traps && GIC_GET(ICH_HCR_EL2, TALL1, hcr) != 0;
    g.tdir = traps && GIC_GET(ICH_HCR_EL2, TDIR, hcr) != 0 && !GIC_FAULT("V-14");
    return g;
}

/* V-14: what EL2 traps comes first; V-01: then an access from EL1 is virtual while EL2 has the
   interrupts of its kind; then what EL3 traps. */
static uint8_t interrupt_access(const cpuif_gates *g, bool to_el2, bool is_virtual, bool to_el3)
{
    if (g->el == 0)
        return GIC_SYSREG_UNDEFINED;
    if (to_el2)
        return GIC_SYSREG_TRAP_EL2;
    if (g->el == 1 && is_virtual)
        return CPUIF_SYSREG_VIRTUAL;
    return g->el < 3 && to_el3 ? GIC_SYSREG_TRAP_EL3 : GIC_SYSREG_OK;
}

/* Without list registers there is no virtual CPU interface: EL2 gets the access (ID-P01). */
static uint8_t redirected(const cpuif *c, uint8_t result)
{
    return result == CPUIF_SYSREG_VIRTUAL && c->d.v.count == 0 ? (uint8_t)GIC_SYSREG_TRAP_EL2
                                                               : result;
}

/* What exists in one of the two interfaces only (ID-H08). */
static void derive_single_results(const cpuif_gates *g, uint8_t *result)
{
    const bool to_virtual[2] = {g->el == 1 && g->fmo, g->el == 1 && g->imo};
    static const uint8_t whole[2] = {CPUIF_CLASS_GROUP0, CPUIF_CLASS_GROUP1};
    static const uint8_t physical[2] = {CPUIF_CLASS_GROUP0_PHYSICAL, CPUIF_CLASS_GROUP1_PHYSICAL};
    static const uint8_t virtual_[2] = {CPUIF_CLASS_GROUP0_VIRTUAL, CPUIF_CLASS_GROUP1_VIRTUAL};
    for (unsigned group = 0; group < 2; group++) {
        const uint8_t now = result[whole[group]];
        result[physical[group]] = to_virtual[group] ? (uint8_t)GIC_SYSREG_UNDEFINED : now;
        result[virtual_[group]] = to_virtual[group] ? now : (uint8_t)GIC_SYSREG_UNDEFINED;
    }
}

static gic_sysreg_result sre_el1_access(const cpuif *c, const cpuif_gates *g)
{
    if (g->el == 0)
        return GIC_SYSREG_UNDEFINED;
    if (g->el == 1 && g->el2_enabled && !c->s.sre_enable_el2)
        return GIC_SYSREG_TRAP_EL2;
    if (g->el < 3 && c->config.has_el3 && !c->s.sre_enable_el3)
        return GIC_SYSREG_TRAP_EL3;
    return GIC_SYSREG_OK;
}

/* ID-P06: at EL3, ICC_SRE_EL2 exists only while EL2 is enabled in the state of SCR_EL3.NS. */
static gic_sysreg_result sre_el2_access(const cpuif *c, const cpuif_gates *g)
{
    if (g->el < 2 || !g->el2_enabled)
        return GIC_SYSREG_UNDEFINED;
    if (g->el < 3 && c->config.has_el3 && !c->s.sre_enable_el3)
        return GIC_SYSREG_TRAP_EL3;
    return GIC_SYSREG_OK;
}

static void derive_results(cpuif *c)
{
    cpuif_gates g = gates_of(c);
    uint8_t *result = c->d.result;
    bool both = g.irq && g.fiq;
    bool either = g.imo || g.fmo;
    bool sgi = g.tc || (g.el == 1 && either && !GIC_FAULT("V-01b"));
    bool imo = g.imo && !GIC_FAULT("V-01");
    result[CPUIF_CLASS_NONE] = GIC_SYSREG_UNDEFINED;
    result[CPUIF_CLASS_GROUP0] = redirected(c, interrupt_access(&g, g.tall0, g.fmo, g.fiq));
    result[CPUIF_CLASS_GROUP1] = redirected(c, interrupt_access(&g, g.tall1, imo, g.irq));
    result[CPUIF_CLASS_COMMON] = redirected(c, interrupt_access(&g, g.tc, either, both));
    result[CPUIF_CLASS_DIR] = redirected(c, interrupt_access(&g, g.tc || g.tdir, either, both));
    result[CPUIF_CLASS_SGI] = interrupt_access(&g, sgi, false, both);
    result[CPUIF_CLASS_ICH] = g.el >= 2 ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED;
    derive_single_results(&g, result);
    result[CPUIF_CLASS_SRE_EL1] = (uint8_t)sre_el1_access(c, &g);
    result[CPUIF_CLASS_SRE_EL2] = (uint8_t)sre_el2_access(c, &g);
    result[CPUIF_CLASS_EL3] = g.el == 3 ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED;
}

/* ---- views ----------------------------------------------------------------------------------- */

/* ID-P08: with one Security state Group 1 is everyone's. */
static gic_group_set visible_group1(const cpuif *c, const cpuif_view *v)
{
    if (c->s.ds || v->el3 || GIC_FAULT("P-03"))
        return gic_group_bit(GIC_GROUP_1S) | gic_group_bit(GIC_GROUP_1NS);
    return gic_group_bit(v->secure ? GIC_GROUP_1S : GIC_GROUP_1NS);
}

static bool eoi_mode(const cpuif *c, const cpuif_view *v)
{
    if (v->el3)
        return GIC_GET(ICC_CTLR_EL3, EOImode_EL3, c->s.ctlr) != 0;
    if (v->bank == CPUIF_BANK_S && !GIC_FAULT("P-18"))
        return GIC_GET(ICC_CTLR_EL3, EOImode_EL1S, c->s.ctlr) != 0;
    return GIC_GET(ICC_CTLR_EL3, EOImode_EL1NS, c->s.ctlr) != 0;
}

/*
 * What a write of ICC_EOIR may deactivate: the group of what is ended has been checked at its
 * active priority; its configuration may have changed since, so Secure software is not held to the
 * register's group, but Non-secure software never reaches a Secure interrupt (ID-P09).
 */
static void derive_groups(const cpuif *c, cpuif_view *v)
{
    bool all = c->s.ds || v->secure;
    v->visible[0] = all ? gic_group_bit(GIC_GROUP_0) : GIC_GROUPS_NONE;
    v->visible[1] = visible_group1(c, v);
    v->ends = all ? GIC_GROUPS_ALL : gic_group_bit(GIC_GROUP_1NS);
    v->eoi_mode = eoi_mode(c, v);
}

static void derive_view(const cpuif *c, const gic_pe_state *pe, cpuif_view *v)
{
    bool has_el3 = c->config.has_el3;
    v->el3 = has_el3 && pe->el == 3;
    v->secure = has_el3 ? gic_pe_secure(pe) : !pe->scr_ns;
    v->irq_to_el3 = has_el3 && pe->scr_irq;
    v->fiq_to_el3 = has_el3 && pe->scr_fiq;
    /* P-25: by SCR_EL3.FIQ, not by GICD_CTLR.DS. */
    v->shifted = v->fiq_to_el3 && !v->secure;
    if (GIC_FAULT("P-25"))
        v->shifted = has_el3 && !v->secure && !c->s.ds;
    /* P-27: at EL3 too the bank follows SCR_EL3.NS. */
    v->bank = has_el3 && !pe->scr_ns ? CPUIF_BANK_S : CPUIF_BANK_NS;
    if (GIC_FAULT("P-27") && v->el3)
        v->bank = CPUIF_BANK_S;
    v->nmi_apart = (pe->sctlr_nmi >> pe->el & 1u) != 0;
    derive_groups(c, v);
}

static void derive_lines(cpuif *c)
{
    for (unsigned g = 0; g < GIC_GROUP_COUNT; g++)
        c->d.line_of[g] =
            (uint8_t)(c->config.gicv2 ? gicc_line_of(c, (gic_group)g)
                                      : cpuif_line_of((gic_group)g, &c->s.pe, c->s.ds != 0));
}

static void derive_now(cpuif *c)
{
    cpuif_level *level = &c->d.level[c->s.pe.el & 3u];
    derive_view(c, &c->s.pe, &c->d.view);
    if (c->config.gicv2)
        c->d.view.bank = CPUIF_BANK_NS; /* guests have no Secure state there */
    derive_results(c);
    derive_lines(c);
    level->view = c->d.view;
    memcpy(level->result, c->d.result, sizeof level->result);
    memcpy(level->line_of, c->d.line_of, sizeof level->line_of);
    c->d.known_levels |= (uint8_t)(1u << (c->s.pe.el & 3u));
}

void cpuif_derive_pe(cpuif *c)
{
    c->d.known_levels = 0;
    derive_now(c);
}

void cpuif_derive_level(cpuif *c)
{
    const cpuif_level *level = &c->d.level[c->s.pe.el & 3u];
    if (!(c->d.known_levels >> (c->s.pe.el & 3u) & 1u)) {
        derive_now(c);
        return;
    }
    c->d.view = level->view;
    memcpy(c->d.result, level->result, sizeof level->result);
    memcpy(c->d.line_of, level->line_of, sizeof level->line_of);
}

/* The hypervisor's registers: beyond the list registers and active priorities that exist there are
   none. */
static bool ich_is_there(const cpuif *c, const cpuif_row *row)
{
    if (row->value == cpuif_ich_lr_value)
        return row->index < c->d.v.count;
    if (row->value == cpuif_ich_ap0r_value || row->value == cpuif_ich_ap1r_value)
        return c->d.v.count > 0 && row->index < cpuif_ap_count(c->config.virtual_preemption_bits);
    return c->d.v.count > 0;
}

/* Active priorities may exist physically, virtually, or both. */
static uint8_t ap_class(const cpuif *c, const cpuif_row *row)
{
    const bool group0 = row->class_ == CPUIF_CLASS_GROUP0;
    const bool physical = row->index < cpuif_ap_count(c->config.preemption_bits);
    const bool is_virtual =
        c->d.v.count > 0 && row->index < cpuif_ap_count(c->config.virtual_preemption_bits);
    if (physical && (is_virtual || c->d.v.count == 0))
        return row->class_;
    if (physical)
        return group0 ? CPUIF_CLASS_GROUP0_PHYSICAL : CPUIF_CLASS_GROUP1_PHYSICAL;
    if (is_virtual)
        return group0 ? CPUIF_CLASS_GROUP0_VIRTUAL : CPUIF_CLASS_GROUP1_VIRTUAL;
    return CPUIF_CLASS_NONE;
}

static bool is_there(const cpuif *c, const cpuif_row *row)
{
    if (c->config.gicv2)
        return false; /* GICC, and no system registers */
    if (row->class_ == CPUIF_CLASS_EL3)
        return c->config.has_el3;
    if (row->class_ == CPUIF_CLASS_SRE_EL2)
        return c->config.has_el2;
    if (row->value == cpuif_nmiar_value)
        return c->config.nmi;
    return row->class_ != CPUIF_CLASS_ICH || ich_is_there(c, row);
}

void cpuif_derive_classes(cpuif *c)
{
    for (unsigned reg = 0; reg < GIC_SYSREG_COUNT; reg++) {
        const cpuif_row *row = &rows[reg];
        uint8_t class_ = is_there(c, row) ? row->class_ : (uint8_t)CPUIF_CLASS_NONE;
        if (class_ != CPUIF_CLASS_NONE &&
            (row->value == cpuif_ap0r_value || row->value == cpuif_ap1r_value))
            class_ = ap_class(c, row);
        c->d.class_of[reg] = class_;
    }
}

/* ---- the PE's accesses
 * --------------------------------------------------------------------------- */

/* What is not permitted: an event for the guest's mistakes, the answer for the PE. */
static gic_sysreg_result refuse(cpuif *c, gic_sysreg reg, unsigned result)
{
    if (result == GIC_SYSREG_UNDEFINED)
        gic_report(&c->outbox, GIC_EV_BAD_SYSREG, c->pe, GIC_INTID_SPURIOUS, (uint64_t)reg);
    return (gic_sysreg_result)result;
}

/* Permission for an access now; `exists`: the register can be read (or written) at all. */
static unsigned permit(const cpuif *c, gic_sysreg reg, bool exists)
{
    return exists ? c->d.result[c->d.class_of[reg]] : (unsigned)GIC_SYSREG_UNDEFINED;
}

/* R-15, ID-P07: it takes effect all the same. */
static void check_asleep(cpuif *c, gic_sysreg reg)
{
    const cpuif_row *row = &rows[reg];
    if (c->s.quiesced && row->class_ != CPUIF_CLASS_ICH && row->value != cpuif_sre_value &&
        row->value != cpuif_sre_el1_value)
        gic_report(&c->outbox, GIC_EV_BAD_ASLEEP, c->pe, GIC_INTID_SPURIOUS, (uint64_t)reg);
}

gic_sysreg_result cpuif_sysreg_read(cpuif *c, gic_sysreg reg, uint64_t *value)
{
    const cpuif_row *row;
    unsigned result;
    if ((unsigned)reg >= GIC_SYSREG_COUNT)
        return GIC_SYSREG_UNDEFINED;
    row = &rows[reg];
    result = permit(c, reg, row->value != NULL);
    if (result == CPUIF_SYSREG_VIRTUAL)
        row = &virtual_rows[reg];
    else if (result != GIC_SYSREG_OK)
        return refuse(c, reg, result);
    *value = row->value(c, &c->d.view, row->index);
    if (row->effect)
        row->effect(c, row->index, *value);
    return GIC_SYSREG_OK;
}

gic_sysreg_result cpuif_sysreg_write(cpuif *c, gic_sysreg reg, uint64_t value)
{
    const cpuif_row *row;
    unsigned result;
    if ((unsigned)reg >= GIC_SYSREG_COUNT)
        return GIC_SYSREG_UNDEFINED;
    row = &rows[reg];
    result = permit(c, reg, row->write != NULL);
    if (result == CPUIF_SYSREG_VIRTUAL)
        row = &virtual_rows[reg];
    else if (result != GIC_SYSREG_OK)
        return refuse(c, reg, result);
    else
        check_asleep(c, reg);
    return row->write(c, &c->d.view, row->index, value) ? GIC_SYSREG_OK : GIC_SYSREG_STALL;
}

bool cpuif_peek(const cpuif *c, gic_sysreg reg, uint64_t *value)
{
    gic_pe_state pe = c->s.pe;
    cpuif_view v;
    unsigned class_;
    if ((unsigned)reg >= GIC_SYSREG_COUNT || rows[reg].value == NULL)
        return false;
    class_ = c->d.class_of[reg];
    if (class_ == CPUIF_CLASS_NONE || class_ == CPUIF_CLASS_GROUP0_VIRTUAL ||
        class_ == CPUIF_CLASS_GROUP1_VIRTUAL)
        return false;
    pe.el = c->config.has_el3 ? 3 : c->config.has_el2 ? 2 : 1;
    derive_view(c, &pe, &v);
    *value = rows[reg].value(c, &v, rows[reg].index);
    return true;
}
