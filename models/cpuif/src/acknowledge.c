/* SPDX-License-Identifier: Apache-2.0 */
/* Acknowledge and end of interrupt: ICC_IAR, ICC_HPPIR, ICC_EOIR, ICC_DIR. */
#include "internal.h"

/* ---- who sees what --------------------------------------------------------------------------- */

/* What ICC_HPPIR<which> returns: the INTID, or the special one that stands for it (P-02, P-03). */
static uint32_t identify(const cpuif *c, const cpuif_view *v, unsigned which)
{
    gic_group group = (gic_group)c->s.held.group;
    if (!cpuif_presented(c))
        return GIC_INTID_SPURIOUS;
    if ((v->visible[which] & gic_group_bit(group)) != 0)
        return c->s.held.intid;
    if (which == 0 && v->el3 && group != GIC_GROUP_0 && !GIC_FAULT("P-02"))
        return group == GIC_GROUP_1S ? GIC_INTID_SECURE : GIC_INTID_NONSECURE;
    return GIC_INTID_SPURIOUS;
}

uint64_t cpuif_hppir_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    if (GIC_FAULT("P-04") && !cpuif_signals(c))
        return GIC_INTID_SPURIOUS;
    if (GIC_FAULT("peer-Renode-5"))
        return 0;
    return identify(c, v, index);
}

uint64_t cpuif_iar_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    if (GIC_FAULT("peer-VCML-1") && c->s.held.valid && c->s.held.priority < c->d.running)
        return identify(c, v, index);
    if (!cpuif_signals(c))
        return GIC_INTID_SPURIOUS;
    if (c->s.held.nmi && v->nmi_apart && !GIC_FAULT("N-01")) {
        const uint32_t intid = identify(c, v, index);
        return gic_is_special(intid) ? intid : (uint64_t)GIC_INTID_NMI;
    }
    return identify(c, v, index);
}

/* N-01: what is no NMI is not there. */
uint64_t cpuif_nmiar_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    const bool nmi = c->s.held.nmi || GIC_FAULT("N-01b");
    return nmi && cpuif_signals(c) ? identify(c, v, index) : GIC_INTID_SPURIOUS;
}

/* The read of ICC_IAR or ICC_NMIAR1 returned @p value: a fact from here on, whatever is under way.
 */
void cpuif_iar_acknowledge(cpuif *c, unsigned index, uint64_t value)
{
    uint32_t intid = (uint32_t)value;
    (void)index;
    if (gic_is_special(intid)) {
        if (GIC_FAULT("P-01") && c->s.held.valid)
            c->s.held.valid = 0;
        gic_report(&c->outbox, GIC_EV_SPURIOUS, c->pe, intid, 0);
        return;
    }
    if (c->s.held.nmi && !GIC_FAULT("N-07"))
        cpuif_raise_nmi(c, (gic_group)c->s.held.group);
    else
        cpuif_raise_running(c, (gic_group)c->s.held.group, c->s.held.priority);
    c->s.held.valid = 0;
    cpuif_send_activate(c, intid);
    if (!GIC_FAULT("P-30"))
        cpuif_update_lines(c);
    gic_report(&c->outbox, GIC_EV_ACKNOWLEDGED, c->pe, intid, c->d.running);
}

/* ---- end of interrupt ------------------------------------------------------------------------ */

bool cpuif_is_implemented(const cpuif *c, uint32_t intid)
{
    if (intid >= GIC_INTID_LPI_FIRST)
        return intid >> c->config.lpi_bits == 0;
    return gic_config_has_private(&c->config, intid) || gic_config_has_shared(&c->config, intid);
}

static void bad_write(cpuif *c, gic_event_id event, uint32_t intid, uint64_t value)
{
    gic_report(&c->outbox, (unsigned)event, c->pe, intid, value);
}

bool cpuif_eoir_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    uint32_t intid = (uint32_t)GIC_GET(ICC_EOIR, INTID, value);
    gic_group group = (gic_group)c->d.running_group;
    bool deactivates = intid < GIC_INTID_LPI_FIRST && !v->eoi_mode;
    if (GIC_FAULT("P-16"))
        deactivates = intid < GIC_INTID_LPI_FIRST;
    if (GIC_FAULT("peer-gem5-13"))
        deactivates = intid < GIC_INTID_LPI_FIRST && (!v->eoi_mode || index == 0);
    if ((GIC_FAULT("peer-QEMU-3") && intid >= GIC_INTID_LPI_FIRST) || GIC_FAULT("peer-Renode-3")) {
        intid &= GIC_INTID_SPURIOUS;
        deactivates = !v->eoi_mode;
    }
    if (gic_is_special(intid) && !GIC_FAULT("P-15"))
        return true;
    /* P-15: ended is the highest active priority, by its own group's register and state (ID-P10).
     */
    if (group == GIC_GROUP_COUNT || !cpuif_is_implemented(c, intid) ||
        (v->visible[index] & gic_group_bit(group)) == 0) {
        bad_write(c, GIC_EV_BAD_EOIR, intid, value);
        return true;
    }
    if (deactivates && c->s.open_deactivate == GIC_CREDIT_DEACTIVATE)
        return cpuif_stall(c, GIC_MSG_DEACTIVATE, intid);
    cpuif_drop_running(c, group);
    if (deactivates && !(GIC_FAULT("M-04") && intid > GIC_INTID_SPURIOUS))
        cpuif_send_deactivate(c, intid, v->ends);
    gic_report(&c->outbox, GIC_EV_EOI, c->pe, intid, 0);
    cpuif_update_lines(c);
    return true;
}

/* ---- deactivate ------------------------------------------------------------------------------ */

/* Groups that a write of ICC_DIR may deactivate, by level, state and routing (P-17, ID-P14). */
static gic_group_set dir_groups(const cpuif *c, const cpuif_view *v)
{
    gic_group_set groups = GIC_GROUPS_NONE;
    if (v->el3)
        return GIC_GROUPS_ALL;
    if (!v->fiq_to_el3 && (v->secure || c->s.ds))
        groups |= gic_group_bit(GIC_GROUP_0);
    if (!v->irq_to_el3) {
        groups |= gic_group_bit(GIC_GROUP_1NS);
        if (v->secure)
            groups |= gic_group_bit(GIC_GROUP_1S);
    }
    return GIC_FAULT("P-17") ? GIC_GROUPS_ALL : groups;
}

bool cpuif_dir_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    uint32_t intid = (uint32_t)GIC_GET(ICC_DIR_EL1, INTID, value);
    gic_group_set groups = dir_groups(c, v);
    (void)index;
    if (!v->eoi_mode || intid >= GIC_INTID_LPI_FIRST || !cpuif_is_implemented(c, intid) ||
        groups == GIC_GROUPS_NONE) {
        bad_write(c, GIC_EV_BAD_DIR, intid, value);
        return true;
    }
    if (GIC_FAULT("P-29") && gic_is_shared(intid))
        return true;
    if (c->s.open_deactivate == GIC_CREDIT_DEACTIVATE)
        return cpuif_stall(c, GIC_MSG_DEACTIVATE, intid);
    cpuif_send_deactivate(c, intid, groups);
    return true;
}
