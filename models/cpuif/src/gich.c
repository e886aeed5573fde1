/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICH and GICV: the virtual half of a GICv2 (L-12). One state with ICH_ and ICV_: a list register
 * of 32 bits is one of 64 whose vINTID has the CPUID of an SGI in bits [12:10], as GICV_IAR returns
 * them; GICH_VMCR has the layout of ICH_VMCR_EL2, GICH_HCR its bits without the traps.
 */
#include "gic/regs.h"

#include "internal.h"

/* What is ended by a guest reaches Non-secure interrupts alone, whoever wrote it (ID-H05). */
static cpuif_view guest_view(const cpuif *c)
{
    cpuif_view v = {0};
    v.bank = CPUIF_BANK_NS;
    v.ends = c->s.ds ? GIC_GROUPS_ALL : gic_group_bit(GIC_GROUP_1NS);
    return v;
}

/* ---- list registers -------------------------------------------------------------------------- */

static uint64_t lr_from_gich(uint64_t value)
{
    const uint64_t linked = GIC_GET(GICH_LR, HW, value);
    uint64_t vintid = GIC_GET(GICH_LR, VirtualID, value);
    uint64_t lr = GIC_MAKE(ICH_LR, State, GIC_GET(GICH_LR, State, value));
    lr = GIC_PUT(ICH_LR, HW, lr, linked);
    lr = GIC_PUT(ICH_LR, Group, lr, GIC_GET(GICH_LR, Grp1, value));
    lr = GIC_PUT(ICH_LR, Priority, lr,
                 GIC_GET(GICH_LR, Priority, value) << (GIC_FAULT("peer-VCML-5") ? 0 : 3));
    if (linked)
        lr = GIC_PUT(ICH_LR, pINTID, lr, GIC_GET(GICH_LR, PhysicalID, value));
    else
        lr = GIC_PUT(ICH_LR, EOI, lr, GIC_GET(GICH_LR, EOI, value));
    if (!linked && !GIC_FAULT("L-12"))
        vintid = GIC_PUT(GICC_IAR, CPUID, vintid, GIC_GET(GICH_LR, CPUID, value));
    return GIC_PUT(ICH_LR, vINTID, lr, vintid);
}

static uint64_t lr_to_gich(uint64_t lr)
{
    const uint64_t linked = GIC_GET(ICH_LR, HW, lr);
    uint64_t value = GIC_MAKE(GICH_LR, VirtualID, GIC_GET(ICH_LR, vINTID, lr));
    value = GIC_PUT(GICH_LR, State, value, GIC_GET(ICH_LR, State, lr));
    value = GIC_PUT(GICH_LR, HW, value, linked);
    value = GIC_PUT(GICH_LR, Grp1, value, GIC_GET(ICH_LR, Group, lr));
    value = GIC_PUT(GICH_LR, Priority, value,
                    GIC_GET(ICH_LR, Priority, lr) >> (GIC_FAULT("peer-VCML-5") ? 0 : 3));
    if (linked)
        return GIC_PUT(GICH_LR, PhysicalID, value, GIC_GET(ICH_LR, pINTID, lr));
    value = GIC_PUT(GICH_LR, EOI, value, GIC_GET(ICH_LR, EOI, lr));
    return GIC_PUT(GICH_LR, CPUID, value, GIC_GET(GICC_IAR, CPUID, lr));
}

static gic_status gich_read_lr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    const unsigned n = a->offset / 4u;
    if (GIC_FAULT("peer-QEMU-10") && n == c->d.v.count)
        return cpuif_frame_answer(value, lr_to_gich(c->s.v.lr[n]));
    return cpuif_frame_answer(value, n < c->d.v.count ? lr_to_gich(c->s.v.lr[n]) : 0);
}

static gic_status gich_write_lr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    const cpuif_view v = guest_view(c);
    const unsigned n = a->offset / 4u;
    if (GIC_FAULT("peer-QEMU-10") && n == c->d.v.count)
        c->s.v.lr[n] = lr_from_gich(value);
    if (GIC_FAULT("peer-VCML-6") && n < c->d.v.count && GIC_GET(GICH_LR, State, value) != 0)
        value |= lr_to_gich(c->s.v.lr[n]) & GIC_FIELD_MASK(GICH_LR, State);
    return n < c->d.v.count ? cpuif_frame_done(cpuif_ich_lr_write(c, &v, n, lr_from_gich(value)))
                            : GIC_OK;
}

/* Bits of list registers n to n + 31, in the first word of two. */
static gic_status gich_read_eisr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    return cpuif_frame_answer(value,
                              a->offset == 0 ? cpuif_ich_eisr_value(c, &c->d.view, CPUIF_ONLY) : 0);
}

static gic_status gich_read_elrsr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    return cpuif_frame_answer(
        value, a->offset == 0 ? cpuif_ich_elrsr_value(c, &c->d.view, CPUIF_ONLY) : 0);
}

/* ---- control --------------------------------------------------------------------------------- */

static gic_status gich_read_hcr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    (void)a;
    return cpuif_frame_answer(value, ((const cpuif *)kernel)->s.v.hcr);
}

/* There are no system registers to trap. */
static gic_status gich_write_hcr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    return cpuif_frame_done(
        cpuif_ich_hcr_write(c, &c->d.view, CPUIF_ONLY, value & a->row->write_mask));
}

static gic_status gich_read_vtr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    uint64_t vtr = GIC_MAKE(GICH_VTR, ListRegs, c->d.v.count - 1u);
    (void)a;
    vtr = GIC_PUT(GICH_VTR, PREbits, vtr, c->config.virtual_preemption_bits - 1u);
    return cpuif_frame_answer(
        value, GIC_PUT(GICH_VTR, PRIbits, vtr, c->config.virtual_priority_bits - 1u));
}

static gic_status gich_read_vmcr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    (void)a;
    return cpuif_frame_answer(value, ((const cpuif *)kernel)->s.v.vmcr);
}

static gic_status gich_write_vmcr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    const cpuif_view v = guest_view(c);
    (void)a;
    if (GIC_FAULT("peer-VCML-6b")) { /* two bits of VBPR0, no VBPR1 */
        value = GIC_PUT(ICH_VMCR_EL2, VBPR0, value, GIC_GET(ICH_VMCR_EL2, VBPR0, value) & 3u);
        value = GIC_PUT(ICH_VMCR_EL2, VBPR1, value, GIC_GET(ICH_VMCR_EL2, VBPR1, c->s.v.vmcr));
    }
    return cpuif_frame_done(cpuif_ich_vmcr_write(c, &v, CPUIF_ONLY, value));
}

static gic_status gich_read_misr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    (void)a;
    return cpuif_frame_answer(value, cpuif_ich_misr_value(c, &c->d.view, CPUIF_ONLY));
}

/* One register of active priorities, whatever the groups (L-12). */
static gic_status gich_read_apr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    const unsigned n = a->offset / 4u;
    return cpuif_frame_answer(value, c->s.v.ap[0][n]);
}

static gic_status gich_write_apr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    const unsigned n = a->offset / 4u;
    return n < c->d.v.ap_words ? cpuif_frame_done(cpuif_ich_ap0r_write(c, &c->d.view, n, value))
                               : GIC_OK;
}

/* ---- the guest: acknowledge and end ---------------------------------------------------------- */

static unsigned best_group(const cpuif *c)
{
    return c->d.v.group1 >> cpuif_virtual_best(&c->d.v) & 1u;
}

static bool acks_both(const cpuif *c)
{
    return GIC_GET(ICH_VMCR_EL2, VAckCtl, c->s.v.vmcr) != 0 && !GIC_FAULT("L-12b");
}

/* What GICV_HPPIR, or with @p aliased GICV_AHPPIR, returns. */
static uint64_t gich_identify(const cpuif *c, bool aliased)
{
    unsigned group;
    if (c->d.v.urgency == CPUIF_URGENCY_NONE)
        return GIC_INTID_SPURIOUS;
    group = best_group(c);
    if (aliased ? group == 0 : group == 1 && !acks_both(c))
        return aliased ? GIC_INTID_SPURIOUS : GIC_INTID_NMI; /* 1022: for GICV_AIAR */
    return cpuif_icv_hppir_value(c, &c->d.view, group);
}

static gic_status gich_acknowledge(cpuif *c, const gic_access *access, bool aliased,
                                   uint64_t *value)
{
    const bool signals = cpuif_virtual_signals(c);
    const bool takes = signals && (best_group(c) == 1 ? aliased || acks_both(c) : !aliased);
    *value = signals ? gich_identify(c, aliased) : (uint64_t)GIC_INTID_SPURIOUS;
    if (access->debug)
        return GIC_OK;
    if (takes) /* 1022 and 1023 of a list register as well (ID-H03) */
        cpuif_icv_iar_acknowledge(c, best_group(c), *value);
    else
        gic_report(&c->outbox, GIC_EV_VIRTUAL_SPURIOUS, c->pe, (uint32_t)*value, 0);
    return GIC_OK;
}

static gic_status gicv_read_iar(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    return gich_acknowledge((cpuif *)kernel, a->access, false, value);
}

static gic_status gicv_read_aiar(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    return gich_acknowledge((cpuif *)kernel, a->access, true, value);
}

static gic_status gicv_read_hppir(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    (void)a;
    return cpuif_frame_answer(value, gich_identify((const cpuif *)kernel, false));
}

static gic_status gicv_read_ahppir(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    (void)a;
    return cpuif_frame_answer(value, gich_identify((const cpuif *)kernel, true));
}

/* The group that a write ends: that of the list register, or the register's own if there is none.
 */
static unsigned ended_group(const cpuif *c, uint64_t value, bool aliased)
{
    const unsigned n = cpuif_active_lr(c, (uint32_t)value);
    return n != CPUIF_LR_NONE && (aliased || acks_both(c)) ? c->d.v.group1 >> n & 1u : aliased;
}

static gic_status gicv_write_eoir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    const cpuif_view v = guest_view(c);
    value &= a->row->write_mask;
    return cpuif_frame_done(cpuif_icv_eoir_write(c, &v, ended_group(c, value, false), value));
}

static gic_status gicv_write_aeoir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    const cpuif_view v = guest_view(c);
    return cpuif_frame_done(cpuif_icv_eoir_write(c, &v, 1, value & a->row->write_mask));
}

static gic_status gicv_write_dir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    const cpuif_view v = guest_view(c);
    return cpuif_frame_done(cpuif_icv_dir_write(c, &v, CPUIF_ONLY, value & a->row->write_mask));
}

/* ---- the guest: fields of GICH_VMCR ---------------------------------------------------------- */

static gic_status gicv_read_ctlr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const uint64_t vmcr = ((const cpuif *)kernel)->s.v.vmcr;
    uint64_t ctlr = GIC_MAKE(GICV_CTLR, EnableGrp0, GIC_GET(ICH_VMCR_EL2, VENG0, vmcr));
    (void)a;
    ctlr = GIC_PUT(GICV_CTLR, EnableGrp1, ctlr, GIC_GET(ICH_VMCR_EL2, VENG1, vmcr));
    ctlr = GIC_PUT(GICV_CTLR, AckCtl, ctlr, GIC_GET(ICH_VMCR_EL2, VAckCtl, vmcr));
    ctlr = GIC_PUT(GICV_CTLR, FIQEn, ctlr, GIC_GET(ICH_VMCR_EL2, VFIQEn, vmcr));
    ctlr = GIC_PUT(GICV_CTLR, CBPR, ctlr, GIC_GET(ICH_VMCR_EL2, VCBPR, vmcr));
    return cpuif_frame_answer(
        value, GIC_PUT(GICV_CTLR, EOImode, ctlr, GIC_GET(ICH_VMCR_EL2, VEOIM, vmcr)));
}

static gic_status gicv_write_ctlr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    const cpuif_view v = guest_view(c);
    uint64_t vmcr = c->s.v.vmcr;
    (void)a;
    vmcr = GIC_PUT(ICH_VMCR_EL2, VENG0, vmcr, GIC_GET(GICV_CTLR, EnableGrp0, value));
    vmcr = GIC_PUT(ICH_VMCR_EL2, VENG1, vmcr, GIC_GET(GICV_CTLR, EnableGrp1, value));
    vmcr = GIC_PUT(ICH_VMCR_EL2, VAckCtl, vmcr, GIC_GET(GICV_CTLR, AckCtl, value));
    vmcr = GIC_PUT(ICH_VMCR_EL2, VFIQEn, vmcr, GIC_GET(GICV_CTLR, FIQEn, value));
    vmcr = GIC_PUT(ICH_VMCR_EL2, VCBPR, vmcr, GIC_GET(GICV_CTLR, CBPR, value));
    vmcr = GIC_PUT(ICH_VMCR_EL2, VEOIM, vmcr, GIC_GET(GICV_CTLR, EOImode, value));
    return cpuif_frame_done(cpuif_ich_vmcr_write(c, &v, CPUIF_ONLY, vmcr));
}

static gic_status gicv_read_pmr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    (void)a;
    return cpuif_frame_answer(value, cpuif_icv_pmr_value(c, &c->d.view, CPUIF_ONLY));
}

static gic_status gicv_write_pmr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    (void)a;
    return cpuif_frame_done(cpuif_icv_pmr_write(c, &c->d.view, CPUIF_ONLY, value));
}

static gic_status gicv_read_rpr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    (void)a;
    return cpuif_frame_answer(value, cpuif_icv_rpr_value(c, &c->d.view, CPUIF_ONLY));
}

static gic_status gicv_read_bpr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const cpuif *c = (const cpuif *)kernel;
    (void)a;
    return cpuif_frame_answer(value, cpuif_icv_bpr0_value(c, &c->d.view, CPUIF_ONLY));
}

static gic_status gicv_write_bpr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    const cpuif_view v = guest_view(c);
    (void)a;
    return cpuif_frame_done(cpuif_icv_bpr0_write(c, &v, CPUIF_ONLY, value));
}

/* Group 1's own, whatever VMCBPR says, as GICC_ABPR. */
static gic_status gicv_read_abpr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    (void)a;
    return cpuif_frame_answer(value,
                              GIC_GET(ICH_VMCR_EL2, VBPR1, ((const cpuif *)kernel)->s.v.vmcr));
}

static gic_status gicv_write_abpr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    cpuif *c = (cpuif *)kernel;
    const cpuif_view v = guest_view(c);
    (void)a;
    return cpuif_frame_done(
        cpuif_ich_vmcr_write(c, &v, CPUIF_ONLY, GIC_PUT(ICH_VMCR_EL2, VBPR1, c->s.v.vmcr, value)));
}

#define gicv_read_apr  gich_read_apr
#define gicv_write_apr gich_write_apr

static gic_status gicv_read_iidr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    (void)a;
    return cpuif_frame_answer(value, gicc_iidr((const cpuif *)kernel));
}

/* ---- the frames ------------------------------------------------------------------------------ */

#define gich_read_none  NULL
#define gich_write_none NULL
#define gicv_read_none  NULL
#define gicv_write_none NULL

static const gic_reg_row gich_rows[] = {
#define GICH_REG(...) CPUIF_FRAME_ROW(gich, __VA_ARGS__),
#include "regs/gich.def"
#undef GICH_REG
};

static const gic_reg_row gicv_rows[] = {
#define GICV_REG(...) CPUIF_FRAME_ROW(gicv, __VA_ARGS__),
#include "regs/gicv.def"
#undef GICV_REG
};

void gich_init(cpuif *c)
{
    cpuif_init_frame(&c->gich, c->gich_index, gich_rows, GIC_COUNT_OF(gich_rows), GICH_FRAME_SIZE);
    cpuif_init_frame(&c->gicv, c->gicv_index, gicv_rows, GIC_COUNT_OF(gicv_rows), GICV_FRAME_SIZE);
}
