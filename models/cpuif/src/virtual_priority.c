/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual priorities: ICH_VMCR_EL2, which the guest reaches by the ICV_ registers of its fields
 * (V-11), and active priorities, one state by both names (V-13).
 */
#include "internal.h"

/* ---- ICH_VMCR_EL2 ---------------------------------------------------------------------------- */

/* V-11: by the virtual pre-emption bits; Group 1 counts one more in Non-secure state (ID-H04). */
static unsigned minimum_vbpr(const gic_config *config, unsigned group, unsigned bank)
{
    const unsigned minimum = 7u - config->virtual_preemption_bits;
    return group == 1 && bank == CPUIF_BANK_NS ? minimum + 1u : minimum;
}

static uint64_t at_least(uint64_t value, unsigned minimum)
{
    return value < minimum && !GIC_FAULT("V-11") ? minimum : value;
}

uint32_t cpuif_clean_vmcr(const gic_config *config, uint64_t value, unsigned bank)
{
    uint64_t vmcr =
        value & (GIC_FIELD_MASK(ICH_VMCR_EL2, VENG0) | GIC_FIELD_MASK(ICH_VMCR_EL2, VENG1) |
                 GIC_FIELD_MASK(ICH_VMCR_EL2, VCBPR) | GIC_FIELD_MASK(ICH_VMCR_EL2, VEOIM));
    /* System registers only: VFIQEn is RES1, VAckCtl RES0 (ID-P11). A GICv2 has both. */
    vmcr = GIC_PUT(ICH_VMCR_EL2, VFIQEn, vmcr, 1);
    if (config->gicv2) {
        vmcr = GIC_PUT(ICH_VMCR_EL2, VFIQEn, vmcr, GIC_GET(ICH_VMCR_EL2, VFIQEn, value));
        vmcr = GIC_PUT(ICH_VMCR_EL2, VAckCtl, vmcr, GIC_GET(ICH_VMCR_EL2, VAckCtl, value));
    }
    vmcr = GIC_PUT(ICH_VMCR_EL2, VBPR0, vmcr,
                   at_least(GIC_GET(ICH_VMCR_EL2, VBPR0, value), minimum_vbpr(config, 0, bank)));
    vmcr = GIC_PUT(ICH_VMCR_EL2, VBPR1, vmcr,
                   at_least(GIC_GET(ICH_VMCR_EL2, VBPR1, value), minimum_vbpr(config, 1, bank)));
    vmcr = GIC_PUT(ICH_VMCR_EL2, VPMR, vmcr,
                   cpuif_implemented_priority(config->virtual_priority_bits,
                                              GIC_GET(ICH_VMCR_EL2, VPMR, value)));
    return (uint32_t)vmcr;
}

static unsigned vbpr(const cpuif *c, unsigned group)
{
    return (unsigned)(group == 0 ? GIC_GET(ICH_VMCR_EL2, VBPR0, c->s.v.vmcr)
                                 : GIC_GET(ICH_VMCR_EL2, VBPR1, c->s.v.vmcr));
}

static void derive_virtual_masks(cpuif *c)
{
    const bool common = GIC_GET(ICH_VMCR_EL2, VCBPR, c->s.v.vmcr) != 0;
    const unsigned bank = c->d.view.bank;
    /* Where Group 1 counts one more, what was written in Secure state may be below its minimum. */
    const unsigned offset = bank == CPUIF_BANK_NS && vbpr(c, 1) > 0 ? 1u : 0u;
    c->d.v.bank = (uint8_t)bank;
    c->d.v.group_mask[0] = cpuif_group_bits(vbpr(c, 0));
    c->d.v.group_mask[1] = cpuif_group_bits(common ? vbpr(c, 0) : vbpr(c, 1) - offset);
}

/* The register has a new value, by whichever name. */
static void set_vmcr(cpuif *c, uint64_t vmcr)
{
    c->s.v.vmcr = (uint32_t)vmcr;
    derive_virtual_masks(c);
    cpuif_find_urgent(c);
    cpuif_update_virtual(c);
}

uint64_t cpuif_ich_vmcr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    (void)index;
    return c->s.v.vmcr;
}

bool cpuif_ich_vmcr_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    (void)index;
    set_vmcr(c, cpuif_clean_vmcr(&c->config, value, v->bank));
    return true;
}

/* ---- its fields, as the guest has them ------------------------------------------------------- */

uint64_t cpuif_icv_pmr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    (void)index;
    return GIC_MAKE(ICC_PMR_EL1, Priority, GIC_GET(ICH_VMCR_EL2, VPMR, c->s.v.vmcr));
}

bool cpuif_icv_pmr_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    const uint8_t mask = cpuif_implemented_priority(c->config.virtual_priority_bits,
                                                    GIC_GET(ICC_PMR_EL1, Priority, value));
    (void)v;
    (void)index;
    set_vmcr(c, GIC_PUT(ICH_VMCR_EL2, VPMR, c->s.v.vmcr, mask));
    return true;
}

uint64_t cpuif_icv_igrpen_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    return GIC_MAKE(ICC_IGRPEN1_EL1, Enable, cpuif_virtual_group_enabled(c, index));
}

bool cpuif_icv_igrpen_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    const uint64_t enable = GIC_GET(ICC_IGRPEN1_EL1, Enable, value);
    (void)v;
    set_vmcr(c, index == 0 ? GIC_PUT(ICH_VMCR_EL2, VENG0, c->s.v.vmcr, enable)
                           : GIC_PUT(ICH_VMCR_EL2, VENG1, c->s.v.vmcr, enable));
    return true;
}

uint64_t cpuif_icv_ctlr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    uint64_t value = cpuif_ctlr_el1_value(c, v, index);
    value = GIC_PUT(ICC_CTLR_EL1, PMHE, value, 0);
    value = GIC_PUT(ICC_CTLR_EL1, CBPR, value, GIC_GET(ICH_VMCR_EL2, VCBPR, c->s.v.vmcr));
    value = GIC_PUT(ICC_CTLR_EL1, EOImode, value, GIC_GET(ICH_VMCR_EL2, VEOIM, c->s.v.vmcr));
    return GIC_PUT(ICC_CTLR_EL1, PRIbits, value,
                   GIC_FAULT("V-11b") ? 7 : c->config.virtual_priority_bits - 1);
}

bool cpuif_icv_ctlr_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    uint64_t vmcr = c->s.v.vmcr;
    (void)v;
    (void)index;
    vmcr = GIC_PUT(ICH_VMCR_EL2, VCBPR, vmcr, GIC_GET(ICC_CTLR_EL1, CBPR, value));
    set_vmcr(c, GIC_PUT(ICH_VMCR_EL2, VEOIM, vmcr, GIC_GET(ICC_CTLR_EL1, EOImode, value)));
    return true;
}

uint64_t cpuif_icv_bpr0_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    (void)index;
    return vbpr(c, 0);
}

static void set_vbpr0(cpuif *c, unsigned bank, uint64_t point)
{
    point = at_least(point, minimum_vbpr(&c->config, 0, bank));
    set_vmcr(c, GIC_PUT(ICH_VMCR_EL2, VBPR0, c->s.v.vmcr, point));
}

bool cpuif_icv_bpr0_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    (void)index;
    set_vbpr0(c, v->bank, GIC_GET(ICC_BPR0_EL1, BinaryPoint, value));
    return true;
}

/* V-11: with VCBPR it is VBPR0, in Non-secure state one more and not to be written (as P-09). */
uint64_t cpuif_icv_bpr1_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)index;
    if (GIC_GET(ICH_VMCR_EL2, VCBPR, c->s.v.vmcr) == 0)
        return vbpr(c, 1);
    return v->bank == CPUIF_BANK_S ? vbpr(c, 0) : gic_min_u32(vbpr(c, 0) + 1u, CPUIF_BPR_MAX);
}

bool cpuif_icv_bpr1_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    const uint64_t point = GIC_GET(ICC_BPR1_EL1, BinaryPoint, value);
    const bool common = GIC_GET(ICH_VMCR_EL2, VCBPR, c->s.v.vmcr) != 0;
    (void)index;
    if (!common)
        set_vmcr(c, GIC_PUT(ICH_VMCR_EL2, VBPR1, c->s.v.vmcr,
                            at_least(point, minimum_vbpr(&c->config, 1, v->bank))));
    else if (v->bank == CPUIF_BANK_S)
        set_vbpr0(c, v->bank, point);
    return true;
}

/* ---- active priorities ----------------------------------------------------------------------- */

static void derive_virtual_running(cpuif *c)
{
    cpuif_virtual_derived *d = &c->d.v;
    d->running = GIC_PRIORITY_IDLE;
    d->running_nmi = c->s.v.ap_nmi;
    if (c->s.v.ap_nmi) { /* before everything else that is active (N-08) */
        d->running = 0;
        d->running_group = 1;
        return;
    }
    for (unsigned n = 0; n < d->ap_words; n++) {
        const uint32_t active = c->s.v.ap[0][n] | c->s.v.ap[1][n];
        if (active != 0) {
            const unsigned bit = gic_lowest_bit(active);
            d->running = (uint8_t)((n * CPUIF_AP_WORD_BITS + bit) << d->level_shift);
            d->running_group = (c->s.v.ap[0][n] & gic_bit(bit)) == 0;
            return;
        }
    }
}

void cpuif_derive_virtual_priorities(cpuif *c)
{
    c->d.v.level_shift = (uint8_t)(8 - c->config.virtual_preemption_bits);
    c->d.v.ap_words = (uint8_t)cpuif_ap_count(c->config.virtual_preemption_bits);
    derive_virtual_masks(c);
    derive_virtual_running(c);
}

uint8_t cpuif_lr_running(const cpuif *c, uint64_t lr)
{
    /* At pre-emption-bit granularity, whatever the binary point (ID-P04). */
    const unsigned level = (unsigned)GIC_GET(ICH_LR, Priority, lr) >> c->d.v.level_shift;
    return (uint8_t)(level << c->d.v.level_shift);
}

void cpuif_raise_virtual(cpuif *c, unsigned group, uint8_t running)
{
    const unsigned level = (unsigned)running >> c->d.v.level_shift;
    if (c->config.gicv2)
        group = 0; /* GICH_APR knows no groups (L-12) */
    c->s.v.ap[group][level / CPUIF_AP_WORD_BITS] |= gic_bit(level);
    /* What is signalled pre-empts: nothing as urgent is active, and no NMI. */
    c->d.v.running = running;
    c->d.v.running_group = (uint8_t)group;
}

void cpuif_raise_virtual_nmi(cpuif *c)
{
    c->s.v.ap_nmi = 1;
    derive_virtual_running(c);
}

bool cpuif_virtual_nmi_preempts(const cpuif *c)
{
    if (GIC_FAULT("N-08d") && GIC_GET(ICH_VMCR_EL2, VPMR, c->s.v.vmcr) == 0)
        return false;
    /* Its priority is 0: of all that can run only another NMI stands before it. */
    return !c->d.v.running_nmi;
}

void cpuif_drop_virtual(cpuif *c)
{
    const unsigned level = (unsigned)c->d.v.running >> c->d.v.level_shift;
    if (c->d.v.running_nmi)
        c->s.v.ap_nmi = 0;
    else
        c->s.v.ap[c->d.v.running_group][level / CPUIF_AP_WORD_BITS] &= ~gic_bit(level);
    derive_virtual_running(c);
}

uint64_t cpuif_icv_rpr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    (void)index;
    return GIC_MAKE(ICC_RPR_EL1, Priority, c->d.v.running) |
           GIC_MAKE(ICC_RPR_EL1, NMI, c->s.v.ap_nmi);
}

static bool virtual_ap_write(cpuif *c, unsigned group, unsigned n, uint64_t value)
{
    c->s.v.ap[group][n] = (uint32_t)value & cpuif_ap_bits(c->config.virtual_preemption_bits);
    derive_virtual_running(c);
    cpuif_update_virtual(c);
    return true;
}

uint64_t cpuif_ich_ap0r_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    return GIC_MAKE(ICH_AP0R, P, c->s.v.ap[0][index]);
}

uint64_t cpuif_ich_ap1r_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    return GIC_MAKE(ICH_AP1R, P, c->s.v.ap[1][index]) |
           GIC_MAKE(ICH_AP1R, NMI, index == 0 ? c->s.v.ap_nmi : 0);
}

bool cpuif_ich_ap0r_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    (void)v;
    return virtual_ap_write(c, 0, index, GIC_GET(ICH_AP0R, P, value));
}

bool cpuif_ich_ap1r_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    (void)v;
    if (GIC_FAULT("V-13") && c->s.pe.el == 1)
        return true;
    if (index == 0 && c->config.nmi)
        c->s.v.ap_nmi = (uint8_t)GIC_GET(ICH_AP1R, NMI, value);
    return virtual_ap_write(c, 1, index, GIC_GET(ICH_AP1R, P, value));
}
