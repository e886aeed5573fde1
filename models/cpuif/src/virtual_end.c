/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's acknowledge and end of interrupt: ICV_IAR, ICV_HPPIR, ICV_EOIR, ICV_DIR. */
#include "internal.h"

static uint32_t vintid_of(uint64_t lr)
{
    return (uint32_t)GIC_GET(ICH_LR, vINTID, lr);
}

/* ---- acknowledge ----------------------------------------------------------------------------- */

/* Not filtered by ICH_HCR_EL2.En, the mask or the running priority, as P-04 (ID-H06). */
uint64_t cpuif_icv_hppir_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    const unsigned n = cpuif_virtual_best(&c->d.v);
    (void)v;
    if (c->d.v.urgency == CPUIF_URGENCY_NONE || (c->d.v.group1 >> n & 1u) != index)
        return GIC_INTID_SPURIOUS;
    return vintid_of(c->s.v.lr[n]);
}

/* Whether a read of ICV_IAR<@p group> acknowledges. */
static bool acknowledges(const cpuif *c, unsigned group)
{
    const unsigned n = cpuif_virtual_best(&c->d.v);
    return cpuif_virtual_signals(c) && (c->d.v.group1 >> n & 1u) == group;
}

/* N-01, N-08: whether a read of ICV_IAR<@p group> only says that there is an NMI. */
static bool tells_nmi(const cpuif *c, const cpuif_view *v, unsigned group)
{
    const unsigned n = cpuif_virtual_best(&c->d.v);
    return v->nmi_apart && cpuif_virtual_best_is_nmi(&c->d.v) && acknowledges(c, group) &&
           !cpuif_is_special(c, vintid_of(c->s.v.lr[n])) && !GIC_FAULT("N-08e");
}

/* Whether a read of ICV_NMIAR1 acknowledges. */
static bool acknowledges_nmi(const cpuif *c, unsigned group)
{
    return cpuif_virtual_best_is_nmi(&c->d.v) && acknowledges(c, group);
}

uint64_t cpuif_icv_iar_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    if (tells_nmi(c, v, index))
        return GIC_INTID_NMI;
    return acknowledges(c, index) ? cpuif_icv_hppir_value(c, v, index)
                                  : (uint64_t)GIC_INTID_SPURIOUS;
}

uint64_t cpuif_icv_nmiar_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    return acknowledges_nmi(c, index) ? cpuif_icv_hppir_value(c, v, index)
                                      : (uint64_t)GIC_INTID_SPURIOUS;
}

/* V-03: Pending becomes Active; a special INTID leaves nothing behind. */
static void acknowledge_virtual(cpuif *c, unsigned index, uint32_t intid)
{
    const unsigned n = cpuif_virtual_best(&c->d.v);
    const uint64_t lr = c->s.v.lr[n];
    if (cpuif_is_special(c, intid) && !GIC_FAULT("V-03b")) {
        cpuif_set_lr(c, n, GIC_PUT(ICH_LR, State, lr, CPUIF_LR_INVALID));
        gic_report(&c->outbox, GIC_EV_VIRTUAL_SPURIOUS, c->pe, intid, 0);
    } else {
        if (cpuif_lr_is_nmi(lr) && !GIC_FAULT("N-08f"))
            cpuif_raise_virtual_nmi(c);
        else
            cpuif_raise_virtual(c, index, cpuif_lr_running(c, lr));
        if (!GIC_FAULT("V-03"))
            cpuif_set_lr(c, n, GIC_PUT(ICH_LR, State, lr, CPUIF_LR_ACTIVE));
        gic_report(&c->outbox, GIC_EV_VIRTUAL_ACKNOWLEDGED, c->pe, intid, c->d.v.running);
    }
    cpuif_update_virtual(c);
}

void cpuif_icv_iar_acknowledge(cpuif *c, unsigned index, uint64_t value)
{
    if (acknowledges(c, index) && !tells_nmi(c, &c->d.view, index))
        acknowledge_virtual(c, index, (uint32_t)value);
    else
        gic_report(&c->outbox, GIC_EV_VIRTUAL_SPURIOUS, c->pe, (uint32_t)value, 0);
}

void cpuif_icv_nmiar_acknowledge(cpuif *c, unsigned index, uint64_t value)
{
    if (acknowledges_nmi(c, index))
        acknowledge_virtual(c, index, (uint32_t)value);
    else
        gic_report(&c->outbox, GIC_EV_VIRTUAL_SPURIOUS, c->pe, (uint32_t)value, 0);
}

/* ---- end of interrupt ------------------------------------------------------------------------ */

/* V-04, V-06: software ended what has no list register, and an LPI has no state to count. */
static void end_unlisted(cpuif *c, uint32_t intid)
{
    if (intid < GIC_INTID_LPI_FIRST || GIC_FAULT("V-04b"))
        cpuif_count_eoi(c);
}

/* Whether list register @p n is what ICV_EOIR<@p group> ends: V-04. */
static bool is_running(const cpuif *c, unsigned n, unsigned group)
{
    const bool nmi = cpuif_lr_is_nmi(c->s.v.lr[n]);
    return (c->d.v.group1 >> n & 1u) == group && nmi == (c->d.v.running_nmi != 0) &&
           (nmi || cpuif_lr_running(c, c->s.v.lr[n]) == c->d.v.running);
}

/* V-12: an LPI has no active state that could be left for ICV_DIR. */
static bool eoi_deactivates(const cpuif *c, uint32_t intid)
{
    return GIC_GET(ICH_VMCR_EL2, VEOIM, c->s.v.vmcr) == 0 ||
           (intid >= GIC_INTID_LPI_FIRST && !GIC_FAULT("V-12"));
}

bool cpuif_icv_eoir_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    const uint32_t intid = (uint32_t)GIC_GET(ICC_EOIR, INTID, value);
    const unsigned n = cpuif_active_lr(c, intid);
    const bool drops = c->d.v.running != GIC_PRIORITY_IDLE;
    const bool deactivates =
        n != CPUIF_LR_NONE && is_running(c, n, index) && eoi_deactivates(c, intid);
    if (cpuif_is_special(c, intid))
        return true;
    /* Nothing is active: neither ended nor counted (ID-H07). */
    if (!drops || (c->d.v.running_group != index && !c->config.gicv2))
        gic_report(&c->outbox, GIC_EV_BAD_ICV_EOIR, c->pe, intid, value);
    if (!drops)
        return true;
    if (deactivates && cpuif_lr_waits(c, n))
        return cpuif_stall(c, GIC_MSG_DEACTIVATE, intid);
    cpuif_drop_virtual(c);
    gic_report(&c->outbox, GIC_EV_VIRTUAL_EOI, c->pe, intid, 0);
    if (deactivates)
        cpuif_deactivate_lr(c, v, n);
    else if (n == CPUIF_LR_NONE && (eoi_deactivates(c, intid) || GIC_FAULT("V-04")))
        end_unlisted(c, intid);
    cpuif_update_virtual(c);
    return true;
}

bool cpuif_icv_dir_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    const uint32_t intid = (uint32_t)GIC_GET(ICC_DIR_EL1, INTID, value);
    const unsigned n = cpuif_active_lr(c, intid);
    (void)index;
    if (cpuif_is_special(c, intid) || intid >= GIC_INTID_LPI_FIRST ||
        (GIC_GET(ICH_VMCR_EL2, VEOIM, c->s.v.vmcr) == 0 && !GIC_FAULT("V-06"))) {
        gic_report(&c->outbox, GIC_EV_BAD_ICV_DIR, c->pe, intid, value);
        return true;
    }
    if (n == CPUIF_LR_NONE) {
        end_unlisted(c, intid);
    } else {
        if (cpuif_lr_waits(c, n))
            return cpuif_stall(c, GIC_MSG_DEACTIVATE, intid);
        cpuif_deactivate_lr(c, v, n);
    }
    cpuif_update_virtual(c);
    return true;
}
