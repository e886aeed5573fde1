/* SPDX-License-Identifier: Apache-2.0 */
/* GICD_CTLR: three views of one state (D-02), and what a change of it sets going. */
#include "gicd_state.h"

static uint64_t gicd_group_bit(const gicd *d, gic_group group)
{
    return (d->arch->enabled & gic_group_bit(group)) != 0;
}

/* Affinity routing is always on: ARE is RAO/WI (D-17, ID-D03). */
static uint64_t gicd_are(void)
{
    return GIC_FAULT("D-17") ? 0 : 1;
}

static uint64_t gicd_ctlr_secure(const gicd *d)
{
    return GIC_MAKE(GICD_CTLR, EnableGrp0, gicd_group_bit(d, GIC_GROUP_0)) |
           GIC_MAKE(GICD_CTLR, EnableGrp1NS, gicd_group_bit(d, GIC_GROUP_1NS)) |
           GIC_MAKE(GICD_CTLR, EnableGrp1S, gicd_group_bit(d, GIC_GROUP_1S)) |
           GIC_MAKE(GICD_CTLR, ARE_S, gicd_are()) | GIC_MAKE(GICD_CTLR, ARE_NS, gicd_are()) |
           GIC_MAKE(GICD_CTLR, E1NWF, d->arch->e1nwf) | GIC_MAKE(GICD_CTLR, RWP, gicd_rwp(d));
}

static uint64_t gicd_ctlr_nonsecure(const gicd *d)
{
    return GIC_MAKE(GICD_CTLR_NS, EnableGrp1A, gicd_group_bit(d, GIC_GROUP_1NS)) |
           GIC_MAKE(GICD_CTLR_NS, ARE_NS, gicd_are()) | GIC_MAKE(GICD_CTLR_NS, RWP, gicd_rwp(d));
}

static uint64_t gicd_ctlr_one_state(const gicd *d)
{
    return GIC_MAKE(GICD_CTLR_DS, EnableGrp0, gicd_group_bit(d, GIC_GROUP_0)) |
           GIC_MAKE(GICD_CTLR_DS, EnableGrp1, gicd_group_bit(d, GIC_GROUP_1NS)) |
           GIC_MAKE(GICD_CTLR_DS, ARE, gicd_are()) | GIC_MAKE(GICD_CTLR_DS, DS, 1) |
           GIC_MAKE(GICD_CTLR_DS, E1NWF, d->arch->e1nwf) | GIC_MAKE(GICD_CTLR_DS, RWP, gicd_rwp(d));
}

static uint64_t gicd_ctlr_v2(const gicd *d, bool all)
{
    uint64_t enable1 = gicd_group_bit(d, GIC_GROUP_1NS);
    if (!all)
        return GIC_MAKE(GICD_CTLR_V2_NS, EnableGrp1, enable1);
    return GIC_MAKE(GICD_CTLR_V2, EnableGrp0, gicd_group_bit(d, GIC_GROUP_0)) |
           GIC_MAKE(GICD_CTLR_V2, EnableGrp1, enable1);
}

gic_status gicd_ctlr_read(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicd *d = (const gicd *)kernel;
    if (d->claims)
        *value = gicd_ctlr_v2(d, d->arch->ds || a->access->secure);
    else if (d->arch->ds)
        *value = gicd_ctlr_one_state(d);
    else if (a->access->secure || GIC_FAULT("D-02"))
        *value = gicd_ctlr_secure(d);
    else
        *value = gicd_ctlr_nonsecure(d);
    return GIC_OK;
}

/* --- writes ---------------------------------------------------------------------------------- */

/* What GICD_CTLR becomes. */
typedef struct gicd_control {
    gic_group_set enabled;
    bool ds;
    bool e1nwf;
} gicd_control;

static gic_group_set gicd_put_group(gic_group_set set, gic_group group, uint64_t on)
{
    gic_group_set bit = gic_group_bit(group);
    return (gic_group_set)(on ? set | bit : set & ~bit);
}

static gicd_control gicd_decode_secure(const gicd *d, uint64_t value)
{
    gicd_control next;
    bool set_ds = d->config.ds_writable && GIC_GET(GICD_CTLR, DS, value) != 0;
    next.ds = d->arch->ds || set_ds;
    next.e1nwf = GIC_GET(GICD_CTLR, E1NWF, value) != 0;
    next.enabled = gicd_put_group(0, GIC_GROUP_0, GIC_GET(GICD_CTLR, EnableGrp0, value));
    next.enabled =
        gicd_put_group(next.enabled, GIC_GROUP_1NS, GIC_GET(GICD_CTLR, EnableGrp1NS, value));
    if (!next.ds)
        next.enabled =
            gicd_put_group(next.enabled, GIC_GROUP_1S, GIC_GET(GICD_CTLR, EnableGrp1S, value));
    return next;
}

static gicd_control gicd_decode_nonsecure(const gicd *d, uint64_t value)
{
    gicd_control next = {.ds = d->arch->ds, .e1nwf = d->arch->e1nwf};
    next.enabled =
        gicd_put_group(d->arch->enabled, GIC_GROUP_1NS, GIC_GET(GICD_CTLR_NS, EnableGrp1A, value));
    return next;
}

static gicd_control gicd_decode_one_state(const gicd *d, uint64_t value)
{
    gicd_control next;
    next.ds = d->arch->ds;
    next.e1nwf = GIC_GET(GICD_CTLR_DS, E1NWF, value) != 0;
    next.enabled = gicd_put_group(0, GIC_GROUP_0, GIC_GET(GICD_CTLR_DS, EnableGrp0, value));
    next.enabled =
        gicd_put_group(next.enabled, GIC_GROUP_1NS, GIC_GET(GICD_CTLR_DS, EnableGrp1, value));
    return next;
}

static gicd_control gicd_decode_v2(const gicd *d, bool all, uint64_t value)
{
    gicd_control next = {d->arch->enabled, d->arch->ds, d->arch->e1nwf};
    uint64_t enable1 = all ? GIC_GET(GICD_CTLR_V2, EnableGrp1, value)
                           : GIC_GET(GICD_CTLR_V2_NS, EnableGrp1, value);
    if (all)
        next.enabled =
            gicd_put_group(next.enabled, GIC_GROUP_0, GIC_GET(GICD_CTLR_V2, EnableGrp0, value));
    next.enabled = gicd_put_group(next.enabled, GIC_GROUP_1NS, enable1);
    return next;
}

/* RWP needs no waits of its own: what changes group was Group 1 Secure, which DS disables, and a
   Redistributor answers that only when it has given such an offer back. */
static void gicd_refresh_groups(gicd *d)
{
    unsigned w;
    for (w = 0; w < d->words; w++)
        gicd_refresh_group(d, w);
}

static void gicd_control_change(gicd *d, gicd_control next)
{
    gic_group_set cleared = d->arch->enabled & (gic_group_set)~next.enabled;
    bool ds_set = next.ds && !d->arch->ds;
    bool e1nwf_cleared = d->arch->e1nwf && !next.e1nwf;
    bool changed = d->arch->enabled != next.enabled;

    d->arch->enabled = next.enabled;
    d->arch->ds = next.ds;
    d->arch->e1nwf = next.e1nwf;
    if (ds_set)
        gicd_refresh_groups(d);
    if (e1nwf_cleared)
        gicd_refresh_sleepers(d, true); /* RWP waits for what they hold (D-15) */
    gicd_mark_list(d, d->pool);
    if (changed || ds_set)
        gicd_announce(d, cleared != 0 || ds_set);
}

/* A change of DS or E1NWF with a group enabled is applied all the same (D-17, ID-D04). */
gic_status gicd_ctlr_write(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicd *d = (gicd *)kernel;
    gicd_control next;

    if (d->claims)
        next = gicd_decode_v2(d, d->arch->ds || a->access->secure, value);
    else if (d->arch->ds)
        next = gicd_decode_one_state(d, value);
    else if (a->access->secure)
        next = gicd_decode_secure(d, value);
    else
        next = gicd_decode_nonsecure(d, value);
    if (d->arch->enabled && (next.ds != d->arch->ds || next.e1nwf != d->arch->e1nwf))
        gic_report(&d->outbox, GIC_EV_BAD_CTLR_CHANGE, a->access->pe, 0,
                   (uint64_t)a->row->offset << 32 | (uint32_t)value);
    gicd_control_change(d, next);
    gicd_run(d);
    return GIC_OK;
}
