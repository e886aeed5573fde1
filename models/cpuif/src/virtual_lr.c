/* SPDX-License-Identifier: Apache-2.0 */
/* List registers: what they hold, the most urgent of them, deactivation. */
#include "internal.h"

enum { ID_BITS_WIDE = 1 }; /* ICH_VTR_EL2.IDbits of 24 bits */

uint64_t cpuif_lr_mask(const gic_config *config)
{
    const unsigned least = 8u - config->virtual_priority_bits;
    uint64_t mask = config->nmi ? GIC_FIELD_MASK(ICH_LR, NMI) : 0;
    mask |= GIC_FIELD_MASK(ICH_LR, pINTID) | GIC_FIELD_MASK(ICH_LR, Group) |
            GIC_FIELD_MASK(ICH_LR, HW) | GIC_FIELD_MASK(ICH_LR, State);
    mask |= gic_mask(ICH_LR_Priority_HIGH, ICH_LR_Priority_LOW + least);
    return mask | gic_mask(cpuif_id_bits(config) == ID_BITS_WIDE ? 23 : 15, ICH_LR_vINTID_LOW);
}

/* ---- what is known of them ------------------------------------------------------------------- */

static uint16_t with_bit(uint16_t mask, unsigned n, bool set)
{
    return (uint16_t)((mask & ~(1u << n)) | (unsigned)set << n);
}

static void note_lr(cpuif *c, unsigned n)
{
    cpuif_virtual_derived *d = &c->d.v;
    const uint64_t lr = c->s.v.lr[n];
    const unsigned state = (unsigned)GIC_GET(ICH_LR, State, lr);
    const bool reports = GIC_GET(ICH_LR, HW, lr) == 0 && GIC_GET(ICH_LR, EOI, lr) != 0;
    d->pending = with_bit(d->pending, n, state == CPUIF_LR_PENDING);
    d->active = with_bit(d->active, n, (state & CPUIF_LR_ACTIVE) != 0);
    d->valid = with_bit(d->valid, n, state != CPUIF_LR_INVALID);
    d->ended = with_bit(d->ended, n, state == CPUIF_LR_INVALID && reports);
    d->group1 = with_bit(d->group1, n, GIC_GET(ICH_LR, Group, lr) != 0);
    if (GIC_FAULT("V-07"))
        d->ended = with_bit(d->ended, n, state == CPUIF_LR_INVALID && lr != 0);
    if (GIC_FAULT("V-02"))
        d->pending = with_bit(d->pending, n, (state & CPUIF_LR_PENDING) != 0);
}

/* Place of list register @p n in the order of urgency: V-02, ties go to the lowest (ID-H02).
   The priority of an NMI is 0, whatever its field says (N-08). */
static uint16_t urgency_of(const cpuif *c, unsigned n)
{
    const uint64_t lr = c->s.v.lr[n];
    const bool nmi = cpuif_lr_is_nmi(lr) && !GIC_FAULT("N-08c");
    const uint8_t priority =
        nmi && !GIC_FAULT("N-08g") ? 0 : (uint8_t)GIC_GET(ICH_LR, Priority, lr);
    if ((c->d.v.pending >> n & 1u) == 0 || priority == GIC_PRIORITY_IDLE ||
        !cpuif_virtual_group_enabled(c, c->d.v.group1 >> n & 1u))
        return CPUIF_URGENCY_NONE;
    return (uint16_t)((unsigned)gic_urgency(priority, nmi) << CPUIF_LR_BITS | n);
}

void cpuif_find_urgent(cpuif *c)
{
    c->d.v.urgency = CPUIF_URGENCY_NONE;
    for (uint32_t left = c->d.v.pending; left != 0; left &= left - 1u) {
        const uint16_t urgency = urgency_of(c, gic_lowest_bit(left));
        if (urgency < c->d.v.urgency)
            c->d.v.urgency = urgency;
    }
}

void cpuif_derive_list_registers(cpuif *c)
{
    for (unsigned n = 0; n < c->d.v.count; n++)
        note_lr(c, n);
    cpuif_find_urgent(c);
}

void cpuif_set_lr(cpuif *c, unsigned n, uint64_t lr)
{
    cpuif_virtual_derived *d = &c->d.v;
    const bool was_best = d->urgency != CPUIF_URGENCY_NONE && cpuif_virtual_best(d) == n;
    uint16_t urgency;
    c->s.v.lr[n] = lr;
    note_lr(c, n);
    urgency = urgency_of(c, n);
    if (urgency < d->urgency)
        d->urgency = urgency;
    else if (was_best && urgency != d->urgency)
        cpuif_find_urgent(c);
}

unsigned cpuif_active_lr(const cpuif *c, uint32_t intid)
{
    for (uint32_t left = c->d.v.active; left != 0; left &= left - 1u) {
        const unsigned n = gic_lowest_bit(left);
        if (GIC_GET(ICH_LR, vINTID, c->s.v.lr[n]) == intid)
            return n;
    }
    return CPUIF_LR_NONE;
}

/* ---- what a list register is linked to ------------------------------------------------------- */

static uint32_t link_of(uint64_t lr)
{
    return (uint32_t)GIC_GET(ICH_LR, pINTID, lr);
}

/* V-05: an SPI, or a PPI of this PE; extended ones too (M-04). The field has no room for an LPI. */
static bool can_be_linked(const cpuif *c, uint32_t intid)
{
    if (GIC_FAULT("M-04b") && intid > GIC_INTID_SPURIOUS)
        return false;
    return intid >= GIC_INTID_PPI_FIRST && cpuif_is_implemented(c, intid);
}

bool cpuif_lr_waits(const cpuif *c, unsigned n)
{
    const uint64_t lr = c->s.v.lr[n];
    return c->s.open_deactivate == GIC_CREDIT_DEACTIVATE && GIC_GET(ICH_LR, HW, lr) != 0 &&
           can_be_linked(c, link_of(lr));
}

void cpuif_deactivate_lr(cpuif *c, const cpuif_view *v, unsigned n)
{
    const uint64_t lr = c->s.v.lr[n];
    const unsigned state = (unsigned)GIC_GET(ICH_LR, State, lr) & ~(unsigned)CPUIF_LR_ACTIVE;
    const uint32_t linked = link_of(lr);
    if (GIC_GET(ICH_LR, HW, lr) != 0 && !GIC_FAULT("V-05")) {
        /* Of the groups that the guest's state may end: no Secure one from Non-secure (ID-H05). */
        if (can_be_linked(c, linked) || (GIC_FAULT("V-16") && !gic_is_special(linked)))
            cpuif_send_deactivate(c, linked, GIC_FAULT("V-05b") ? GIC_GROUPS_ALL : v->ends);
        else
            gic_report(&c->outbox, GIC_EV_BAD_LR_LINK, c->pe, linked, lr);
    }
    gic_report(&c->outbox, GIC_EV_VIRTUAL_DEACTIVATED, c->pe, (uint32_t)GIC_GET(ICH_LR, vINTID, lr),
               n);
    cpuif_set_lr(c, n, GIC_PUT(ICH_LR, State, lr, state));
}

/* ---- ICH_LR<n>_EL2 --------------------------------------------------------------------------- */

uint64_t cpuif_ich_lr_value(const cpuif *c, const cpuif_view *v, unsigned index)
{
    (void)v;
    return c->s.v.lr[index];
}

/* Whether another list register that is not Invalid holds @p intid. */
static bool is_held_elsewhere(const cpuif *c, unsigned n, uint32_t intid)
{
    for (uint32_t left = c->d.v.valid & ~(1u << n); left != 0; left &= left - 1u)
        if (GIC_GET(ICH_LR, vINTID, c->s.v.lr[gic_lowest_bit(left)]) == intid)
            return true;
    return false;
}

/* V-16: what a list register must not say. It is kept as written, and does no harm (ID-H03). */
static void check_lr(cpuif *c, unsigned n, uint64_t lr)
{
    const unsigned state = (unsigned)GIC_GET(ICH_LR, State, lr);
    const uint32_t intid = (uint32_t)GIC_GET(ICH_LR, vINTID, lr);
    const bool linked = GIC_GET(ICH_LR, HW, lr) != 0;
    if (state == CPUIF_LR_INVALID)
        return;
    if (cpuif_is_special(c, intid) || (linked && state == CPUIF_LR_PENDING_ACTIVE) ||
        (linked && !can_be_linked(c, link_of(lr))) || is_held_elsewhere(c, n, intid))
        gic_report(&c->outbox, GIC_EV_BAD_LIST_REGISTER, c->pe, intid, lr);
}

bool cpuif_ich_lr_write(cpuif *c, const cpuif_view *v, unsigned index, uint64_t value)
{
    const uint64_t lr = GIC_FAULT("V-15") ? value : value & cpuif_lr_mask(&c->config);
    (void)v;
    check_lr(c, index, lr);
    cpuif_set_lr(c, index, lr);
    if (!GIC_FAULT("V-15b"))
        cpuif_update_virtual(c);
    return true;
}
