/* SPDX-License-Identifier: Apache-2.0 */
/* The reference GIC: system registers, acknowledge and end of interrupt, SGIs. */
#include "ref_gic.h"

/* ---- who may access what -------------------------------------------------------------------- */

typedef enum kind { GROUP0, GROUP1, COMMON, DIR, SGI, SRE1, SRE2, EL3_ONLY, ABSENT } kind;

static bool is_ap0(gic_sysreg reg)
{
    return reg >= GIC_ICC_AP0R0_EL1 && reg <= GIC_ICC_AP0R3_EL1;
}

static bool is_ap1(gic_sysreg reg)
{
    return reg >= GIC_ICC_AP1R0_EL1 && reg <= GIC_ICC_AP1R3_EL1;
}

/* Number of an active priorities register, or -1. */
static int ap_number(gic_sysreg reg)
{
    if (is_ap0(reg))
        return (int)reg - (int)GIC_ICC_AP0R0_EL1;
    return is_ap1(reg) ? (int)reg - (int)GIC_ICC_AP1R0_EL1 : -1;
}

static kind kind_by_name(gic_sysreg reg)
{
    switch (reg) {
    case GIC_ICC_IAR0_EL1:
    case GIC_ICC_EOIR0_EL1:
    case GIC_ICC_HPPIR0_EL1:
    case GIC_ICC_BPR0_EL1:
    case GIC_ICC_IGRPEN0_EL1:
        return GROUP0;
    case GIC_ICC_IAR1_EL1:
    case GIC_ICC_NMIAR1_EL1:
    case GIC_ICC_EOIR1_EL1:
    case GIC_ICC_HPPIR1_EL1:
    case GIC_ICC_BPR1_EL1:
    case GIC_ICC_IGRPEN1_EL1:
        return GROUP1;
    case GIC_ICC_PMR_EL1:
    case GIC_ICC_RPR_EL1:
    case GIC_ICC_CTLR_EL1:
        return COMMON;
    case GIC_ICC_DIR_EL1:
        return DIR;
    case GIC_ICC_SGI0R_EL1:
    case GIC_ICC_SGI1R_EL1:
    case GIC_ICC_ASGI1R_EL1:
        return SGI;
    case GIC_ICC_SRE_EL1:
        return SRE1;
    case GIC_ICC_SRE_EL2:
        return SRE2;
    case GIC_ICC_SRE_EL3:
    case GIC_ICC_CTLR_EL3:
    case GIC_ICC_IGRPEN1_EL3:
        return EL3_ONLY;
    default:
        return ABSENT;
    }
}

static kind kind_of(gic_sysreg reg)
{
    if (is_ap0(reg))
        return GROUP0;
    return is_ap1(reg) ? GROUP1 : kind_by_name(reg);
}

static bool el2_enabled(const ref_gic *g, const gic_pe_state *pe)
{
    return g->config.has_el2 && (!g->config.has_el3 || pe->scr_ns || pe->scr_eel2);
}

static gic_sysreg_result sre_access(const ref_gic *g, const ref_pe *p, kind k)
{
    const gic_pe_state *pe = &p->cpu.pe;
    if (k == SRE2 && (pe->el < 2 || !g->config.has_el2))
        return GIC_SYSREG_UNDEFINED;
    if (k == SRE2 && pe->el == 3 && !el2_enabled(g, pe))
        return GIC_SYSREG_UNDEFINED; /* ID-P06 */
    if (k == SRE1 && pe->el == 1 && el2_enabled(g, pe) && !p->sre_el2_enable)
        return GIC_SYSREG_TRAP_EL2;
    if (pe->el < 3 && g->config.has_el3 && !p->sre_el3_enable)
        return GIC_SYSREG_TRAP_EL3;
    return GIC_SYSREG_OK;
}

static bool has_virtual(const ref_gic *g)
{
    return g->config.has_el2 && g->config.list_registers > 0;
}

/* V-01: whether EL2 has the interrupts of this kind, and EL1 a virtual register. */
static bool redirected(const ref_gic *g, const gic_pe_state *pe, kind k)
{
    bool imo = pe->hcr_imo || (pe->hcr_tge && !pe->hcr_e2h);
    bool fmo = pe->hcr_fmo || (pe->hcr_tge && !pe->hcr_e2h);
    if (pe->hcr_tge && pe->hcr_e2h)
        imo = fmo = false;
    if (pe->el != 1 || !el2_enabled(g, pe))
        return false;
    if (k == GROUP0)
        return fmo;
    return k == GROUP1 ? imo : imo || fmo;
}

/* V-14, and V-01 of the SGI registers; ID-P01 without a virtual CPU interface. */
static bool trapped_to_el2(const ref_gic *g, const ref_pe *p, kind k)
{
    const gic_pe_state *pe = &p->cpu.pe;
    if (pe->el != 1 || !el2_enabled(g, pe))
        return false;
    if (redirected(g, pe, k) && (k == SGI || !has_virtual(g)))
        return true;
    if (k == GROUP0 || k == GROUP1)
        return p->v.trap_group[k == GROUP1];
    return p->v.trap_common || (k == DIR && p->v.trap_dir);
}

/* P-26: one register up to 5 bits, two for 6, four for 7; by the bits of the interface that the
   access is to (ID-H08). */
static bool is_there(const ref_gic *g, const ref_pe *p, gic_sysreg reg)
{
    int bits = g->config.preemption_bits;
    if (reg == GIC_ICC_NMIAR1_EL1)
        return g->config.nmi;
    if (redirected(g, &p->cpu.pe, kind_of(reg)) && has_virtual(g))
        bits = g->config.virtual_preemption_bits;
    return ap_number(reg) < 0 || ap_number(reg) < (bits <= 5 ? 1 : bits == 6 ? 2 : 4);
}

static bool trapped_to_el3(const ref_gic *g, const gic_pe_state *pe, kind k)
{
    if (pe->el == 3 || !g->config.has_el3)
        return false;
    if (k == GROUP0)
        return pe->scr_fiq;
    return k == GROUP1 ? pe->scr_irq : pe->scr_irq && pe->scr_fiq;
}

static gic_sysreg_result check_access(const ref_gic *g, const ref_pe *p, gic_sysreg reg)
{
    kind k = kind_of(reg);
    if (k == ABSENT || p->cpu.pe.el == 0)
        return GIC_SYSREG_UNDEFINED;
    if (k == EL3_ONLY)
        return p->cpu.pe.el == 3 ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED;
    if (k == SRE1 || k == SRE2)
        return sre_access(g, p, k);
    if (!is_there(g, p, reg))
        return GIC_SYSREG_UNDEFINED;
    if (trapped_to_el2(g, p, k))
        return GIC_SYSREG_TRAP_EL2;
    if (redirected(g, &p->cpu.pe, k))
        return GIC_SYSREG_OK;
    return trapped_to_el3(g, &p->cpu.pe, k) ? GIC_SYSREG_TRAP_EL3 : GIC_SYSREG_OK;
}

/* ---- state of the PE ------------------------------------------------------------------------ */

static bool at_el3(const ref_gic *g, const ref_pe *p)
{
    return g->config.has_el3 && p->cpu.pe.el == 3;
}

static bool secure(const ref_gic *g, const ref_pe *p)
{
    return g->config.has_el3 && gic_pe_secure(&p->cpu.pe);
}

static bool secure_bank(const ref_gic *g, const ref_pe *p)
{
    return g->config.has_el3 && !p->cpu.pe.scr_ns; /* P-27 */
}

/* ---- control registers ---------------------------------------------------------------------- */

/* ID-P15 */
static uint64_t identification(const ref_gic *g)
{
    const gic_config *c = &g->config;
    uint64_t value = (uint64_t)(c->priority_bits - 1) << 8;
    value |= (uint64_t)(c->lpi_bits > 16) << 11;
    value |= (uint64_t)c->aff3_valid << 15;
    value |= (uint64_t)c->range_select << 18;
    return value | 1u << 19;
}

static uint64_t read_ctlr_el1(const ref_gic *g, const ref_pe *p)
{
    bool cbpr = secure_bank(g, p) ? p->cpu.cbpr_s : p->cpu.cbpr_ns;
    bool eoimode = secure_bank(g, p) ? p->cpu.eoimode_s : p->cpu.eoimode_ns;
    return identification(g) | cbpr | (uint64_t)eoimode << 1 | (uint64_t)p->pmhe << 6;
}

/* P-28: PMHE and CBPR are EL3's with two Security states. */
static void write_ctlr_el1(const ref_gic *g, ref_pe *p, uint64_t value)
{
    ref_cpuif_write_ctlr_el1(&p->cpu, (value & 1) != 0, (value & 2) != 0);
    if (!g->config.has_el3 || p->cpu.one_state)
        p->pmhe = (value & 0x40) != 0;
}

static uint64_t read_ctlr_el3(const ref_gic *g, const ref_pe *p)
{
    uint64_t value = identification(g);
    value |= p->cpu.cbpr_s;
    value |= (uint64_t)p->cpu.cbpr_ns << 1;
    value |= (uint64_t)p->cpu.eoimode_el3 << 2;
    value |= (uint64_t)p->cpu.eoimode_s << 3;
    value |= (uint64_t)p->cpu.eoimode_ns << 4;
    return value | (uint64_t)p->pmhe << 6;
}

static void write_ctlr_el3(ref_pe *p, uint64_t value)
{
    p->cpu.cbpr_s = (value & 1) != 0;
    p->cpu.cbpr_ns = (value & 2) != 0;
    p->cpu.eoimode_el3 = (value & 4) != 0;
    p->cpu.eoimode_s = (value & 8) != 0;
    p->cpu.eoimode_ns = (value & 16) != 0;
    p->pmhe = (value & 0x40) != 0;
}

/* ---- active priorities ---------------------------------------------------------------------- */

static gic_group ap_bank(const ref_gic *g, const ref_pe *p, gic_sysreg reg)
{
    if (is_ap0(reg))
        return GIC_GROUP_0;
    return secure_bank(g, p) ? GIC_GROUP_1S : GIC_GROUP_1NS;
}

/* ID-P04: the priority of bit n of register m. */
static int ap_priority(const ref_gic *g, gic_sysreg reg, int bit)
{
    return (32 * ap_number(reg) + bit) * (256 >> g->config.preemption_bits);
}

static uint64_t read_ap(const ref_gic *g, const ref_pe *p, gic_sysreg reg)
{
    gic_group bank = ap_bank(g, p, reg);
    uint64_t value = 0;
    for (int bit = 0; bit < 32; bit++)
        if (ap_priority(g, reg, bit) < 256 && p->cpu.active[bank][ap_priority(g, reg, bit)])
            value |= UINT64_C(1) << bit;
    if (reg == GIC_ICC_AP1R0_EL1 && p->cpu.active_nmi[bank])
        value |= UINT64_C(1) << 63;
    return value;
}

/* ID-P05, P-26 */
static void write_ap(const ref_gic *g, ref_pe *p, gic_sysreg reg, uint64_t value)
{
    gic_group bank = ap_bank(g, p, reg);
    if (reg == GIC_ICC_AP1R0_EL1 && g->config.nmi)
        p->cpu.active_nmi[bank] = (value >> 63 & 1) != 0;
    for (int bit = 0; bit < 32; bit++) {
        int priority = ap_priority(g, reg, bit);
        bool set = (value >> bit & 1) != 0;
        if (priority >= 256)
            continue;
        if (!p->cpu.one_state && !secure(g, p) && priority < 128 && !p->cpu.active[bank][priority])
            continue;
        p->cpu.active[bank][priority] = set;
    }
}

/* ---- acknowledge and end -------------------------------------------------------------------- */

/* The CPU interface has returned @p intid. */
static uint64_t acknowledge(ref_gic *g, int pe, uint64_t intid)
{
    ref_irq *irq;
    if (intid >= 1020 && intid <= 1023)
        return intid;
    if (intid >= REF_LPI_FIRST) { /* */
        g->pe[pe].lpi_pending[intid - REF_LPI_FIRST] = false;
        return intid;
    }
    irq = ref_gic_find(g, pe, (uint32_t)intid);
    irq->active = true;
    irq->latch = false;
    return intid;
}

/* ID-P09, P-29 */
static void end(ref_gic *g, int pe, int n, uint64_t value)
{
    ref_pe *p = &g->pe[pe];
    uint32_t intid = (uint32_t)value & 0xFFFFFF;
    ref_irq *irq = ref_gic_find(g, pe, intid);
    bool is_lpi = g->config.lpi_bits > 0 && intid >= REF_LPI_FIRST &&
                  intid < UINT32_C(1) << g->config.lpi_bits;
    if (irq == NULL && !is_lpi)
        return;
    if (!ref_cpuif_eoir(&p->cpu, n) || ref_cpuif_eoimode(&p->cpu) || irq == NULL)
        return;
    if (p->cpu.one_state || secure(g, p) || ref_gic_group(g, irq) == GIC_GROUP_1NS)
        irq->active = false;
}

/* P-17, ID-P14 */
static bool may_deactivate(const ref_gic *g, const ref_pe *p, gic_group group)
{
    if (at_el3(g, p) || !g->config.has_el3)
        return true;
    if (group == GIC_GROUP_0)
        return !p->cpu.pe.scr_fiq && (p->cpu.one_state || secure(g, p));
    if (group == GIC_GROUP_1S && !secure(g, p))
        return false;
    return !p->cpu.pe.scr_irq;
}

static void deactivate(ref_gic *g, int pe, uint64_t value)
{
    ref_pe *p = &g->pe[pe];
    ref_irq *irq = ref_gic_find(g, pe, (uint32_t)value & 0xFFFFFF);
    if (irq != NULL && ref_cpuif_eoimode(&p->cpu) && may_deactivate(g, p, ref_gic_group(g, irq)))
        irq->active = false;
}

/* ---- SGIs ----------------------------------------------------------------------------------- */

/* S-04, S-06, ID-R05 */
static bool reaches(const ref_gic *g, bool from_secure, gic_sysreg reg, const ref_irq *irq)
{
    gic_group group = ref_gic_group(g, irq);
    if (g->ds)
        return reg == GIC_ICC_SGI1R_EL1 || group == GIC_GROUP_0;
    if (from_secure) {
        if (reg == GIC_ICC_SGI0R_EL1)
            return group == GIC_GROUP_0;
        return group == (reg == GIC_ICC_SGI1R_EL1 ? GIC_GROUP_1S : GIC_GROUP_1NS);
    }
    if (group == GIC_GROUP_0)
        return irq->nsacr >= 1;
    if (group == GIC_GROUP_1S)
        return irq->nsacr >= 2 && reg != GIC_ICC_SGI0R_EL1;
    return reg == GIC_ICC_SGI1R_EL1;
}

/* S-01: whether a PE is in the target list. */
static bool listed(uint64_t value, uint32_t affinity)
{
    uint64_t aff3 = value >> 48 & 0xFF;
    uint64_t range = value >> 44 & 0xF;
    uint64_t aff2 = value >> 32 & 0xFF;
    uint64_t aff1 = value >> 16 & 0xFF;
    if (aff3 != affinity >> 24 || aff2 != (affinity >> 16 & 0xFF) || aff1 != (affinity >> 8 & 0xFF))
        return false;
    if (range != (affinity & 0xFF) / 16)
        return false;
    return (value >> (affinity % 16) & 1) != 0;
}

static void generate_sgi(ref_gic *g, int from, gic_sysreg reg, uint64_t value)
{
    bool all = (value >> 40 & 1) != 0;
    bool range_or_aff3 = (value >> 44 & 0xF) != 0 && !g->config.range_select;
    range_or_aff3 = range_or_aff3 || ((value >> 48 & 0xFF) != 0 && !g->config.aff3_valid);
    if (!all && range_or_aff3) /* ID-P12 */
        return;
    for (int pe = 0; pe < g->config.pe_count; pe++) {
        ref_irq *irq = &g->pe[pe].irq[value >> 24 & 0xF];
        if (all ? pe == from : !listed(value, g->pe[pe].affinity)) /* S-02 */
            continue;
        if (reaches(g, secure(g, &g->pe[from]), reg, irq))
            irq->latch = true;
    }
}

/* ---- registers ------------------------------------------------------------------------------ */

static uint64_t read_igrpen1_el3(const ref_pe *p)
{
    return (uint64_t)p->cpu.enable_1ns | (uint64_t)p->cpu.enable_1s << 1;
}

static uint64_t read_value(ref_gic *g, int pe, gic_sysreg reg)
{
    ref_pe *p = &g->pe[pe];
    switch (reg) {
    case GIC_ICC_IAR0_EL1:
        return acknowledge(g, pe, (uint64_t)ref_cpuif_iar(&p->cpu, 0));
    case GIC_ICC_IAR1_EL1:
        return acknowledge(g, pe, (uint64_t)ref_cpuif_iar(&p->cpu, 1));
    case GIC_ICC_NMIAR1_EL1:
        return acknowledge(g, pe, (uint64_t)ref_cpuif_nmiar(&p->cpu));
    case GIC_ICC_HPPIR0_EL1:
        return (uint64_t)ref_cpuif_hppir(&p->cpu, 0);
    case GIC_ICC_HPPIR1_EL1:
        return (uint64_t)ref_cpuif_hppir(&p->cpu, 1);
    case GIC_ICC_BPR0_EL1:
        return (uint64_t)ref_cpuif_bpr0(&p->cpu);
    case GIC_ICC_BPR1_EL1:
        return (uint64_t)ref_cpuif_bpr1(&p->cpu);
    case GIC_ICC_PMR_EL1:
        return (uint64_t)ref_cpuif_pmr(&p->cpu);
    case GIC_ICC_RPR_EL1:
        return ref_cpuif_rpr(&p->cpu);
    case GIC_ICC_CTLR_EL1:
        return read_ctlr_el1(g, p);
    case GIC_ICC_CTLR_EL3:
        return read_ctlr_el3(g, p);
    case GIC_ICC_IGRPEN0_EL1:
        return p->cpu.enable_0;
    case GIC_ICC_IGRPEN1_EL1:
        return ref_cpuif_igrpen1(&p->cpu);
    case GIC_ICC_IGRPEN1_EL3:
        return read_igrpen1_el3(p);
    case GIC_ICC_SRE_EL1:
        return 7; /* ID-P11 */
    case GIC_ICC_SRE_EL2:
        return 7 | (uint64_t)p->sre_el2_enable << 3;
    case GIC_ICC_SRE_EL3:
        return 7 | (uint64_t)p->sre_el3_enable << 3;
    default:
        return read_ap(g, p, reg);
    }
}

/* ---- the virtual half ----------------------------------------------------------------------- */

static bool is_ich(gic_sysreg reg)
{
    return reg >= GIC_ICH_HCR_EL2;
}

/* UNDEFINED below EL2; nobody traps it. */
static gic_sysreg_result check_ich(const ref_pe *p, gic_sysreg reg)
{
    return p->cpu.pe.el >= 2 && ref_virtual_has(&p->v, reg) ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED;
}

static bool is_virtual(const ref_gic *g, const ref_pe *p, gic_sysreg reg)
{
    return has_virtual(g) && redirected(g, &p->cpu.pe, kind_of(reg));
}

/* V-05: of the groups that the guest's Security state may end. */
static void deactivate_linked(ref_gic *g, int pe, int intid)
{
    const ref_pe *p = &g->pe[pe];
    ref_irq *irq = intid < 0 ? NULL : ref_gic_find(g, pe, (uint32_t)intid);
    if (irq == NULL)
        return;
    if (p->cpu.one_state || secure(g, p) || ref_gic_group(g, irq) == GIC_GROUP_1NS) {
        irq->active = false;
        g->deactivated = intid;
    }
}

bool ref_icc_is_virtual(const ref_gic *g, int pe, gic_sysreg reg)
{
    const ref_pe *p = &g->pe[pe];
    if (is_ich(reg))
        return check_ich(p, reg) == GIC_SYSREG_OK;
    return check_access(g, p, reg) == GIC_SYSREG_OK && is_virtual(g, p, reg);
}

gic_sysreg_result ref_icc_read(ref_gic *g, int pe, gic_sysreg reg, uint64_t *value)
{
    ref_pe *p = &g->pe[pe];
    gic_sysreg_result result = is_ich(reg) ? check_ich(p, reg) : check_access(g, p, reg);
    if (!gic_sysreg_readable(reg))
        return GIC_SYSREG_UNDEFINED;
    if (result != GIC_SYSREG_OK)
        return result;
    p->v.secure = secure_bank(g, p);
    p->v.nmi_apart = (p->cpu.pe.sctlr_nmi >> p->cpu.pe.el & 1) != 0;
    if (is_ich(reg))
        *value = ref_virtual_read(&p->v, reg);
    else if (is_virtual(g, p, reg))
        *value = ref_virtual_guest_read(&p->v, reg);
    else
        *value = read_value(g, pe, reg);
    ref_gic_maintain(g, pe);
    return result;
}

/* Registers that belong to one PE and do nothing elsewhere. */
static void write_own(const ref_gic *g, ref_pe *p, gic_sysreg reg, uint64_t value)
{
    switch (reg) {
    case GIC_ICC_BPR0_EL1:
        ref_cpuif_write_bpr0(&p->cpu, (int)(value & 7));
        break;
    case GIC_ICC_BPR1_EL1:
        ref_cpuif_write_bpr1(&p->cpu, (int)(value & 7));
        break;
    case GIC_ICC_PMR_EL1:
        ref_cpuif_write_pmr(&p->cpu, (int)(value & 0xFF));
        break;
    case GIC_ICC_CTLR_EL1:
        write_ctlr_el1(g, p, value);
        break;
    case GIC_ICC_CTLR_EL3:
        write_ctlr_el3(p, value);
        break;
    case GIC_ICC_IGRPEN0_EL1:
        p->cpu.enable_0 = (value & 1) != 0;
        break;
    case GIC_ICC_IGRPEN1_EL1:
        ref_cpuif_write_igrpen1(&p->cpu, (value & 1) != 0);
        break;
    case GIC_ICC_IGRPEN1_EL3:
        p->cpu.enable_1ns = (value & 1) != 0;
        p->cpu.enable_1s = (value & 2) != 0;
        break;
    case GIC_ICC_SRE_EL2:
        p->sre_el2_enable = (value & 8) != 0;
        break;
    case GIC_ICC_SRE_EL3:
        p->sre_el3_enable = (value & 8) != 0;
        break;
    default:
        if (ap_number(reg) >= 0)
            write_ap(g, p, reg, value);
        break;
    }
}

gic_sysreg_result ref_icc_write(ref_gic *g, int pe, gic_sysreg reg, uint64_t value)
{
    ref_pe *p = &g->pe[pe];
    gic_sysreg_result result = is_ich(reg) ? check_ich(p, reg) : check_access(g, p, reg);
    if (!gic_sysreg_writable(reg))
        return GIC_SYSREG_UNDEFINED;
    if (result != GIC_SYSREG_OK)
        return result;
    p->v.secure = secure_bank(g, p);
    if (is_ich(reg))
        ref_virtual_write(&p->v, reg, value);
    else if (is_virtual(g, p, reg))
        deactivate_linked(g, pe, ref_virtual_guest_write(&p->v, reg, value));
    else if (reg == GIC_ICC_EOIR0_EL1 || reg == GIC_ICC_EOIR1_EL1)
        end(g, pe, reg == GIC_ICC_EOIR1_EL1, value);
    else if (reg == GIC_ICC_DIR_EL1)
        deactivate(g, pe, value);
    else if (kind_of(reg) == SGI)
        generate_sgi(g, pe, reg, value);
    else
        write_own(g, p, reg, value);
    ref_gic_maintain(g, pe);
    return result;
}
