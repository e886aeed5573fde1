/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the Redistributor that are not per interrupt: CTLR, TYPER, WAKER, identification. */
#include "gicr_state.h"

/* --- GICR_CTLR ------------------------------------------------------------------------------- */

static uint64_t gicr_dpg_bit(const gicr *r, gic_group group)
{
    return (r->arch.dpg & gic_group_bit(group)) != 0;
}

/* Answers outstanding that GICR_CTLR.RWP covers: ICENABLER and DPG (D-15). */
static bool gicr_rwp(const gicr *r)
{
    unsigned i;
    bool waits = r->arch.routing_rwp || gicr_lpi_rwp(r);
    for (i = 0; i < r->arch.presented.count; i++)
        waits |= (r->arch.presented.entry[i].flags & GICR_RWP) != 0;
    for (i = 0; i < r->arch.offers.count; i++)
        waits |= (r->arch.offers.entry[i].flags & GICR_RWP) != 0;
    return waits && !GIC_FAULT("D-15b");
}

gic_status gicr_read_ctlr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    bool upstream = r->arch.upstream > 0 && !GIC_FAULT("C-04");
    uint64_t v = GIC_MAKE(GICR_CTLR, UWP, upstream) | gicr_lpi_ctlr(r);
    v = GIC_PUT(GICR_CTLR, RWP, v, gicr_rwp(r));
    v = GIC_PUT(GICR_CTLR, DPG1NS, v, gicr_dpg_bit(r, GIC_GROUP_1NS));
    if (gicr_sees_all(r, a->access)) {
        v = GIC_PUT(GICR_CTLR, DPG1S, v, gicr_dpg_bit(r, GIC_GROUP_1S));
        v = GIC_PUT(GICR_CTLR, DPG0, v, gicr_dpg_bit(r, GIC_GROUP_0));
    }
    *value = v;
    return GIC_OK;
}

/* What a write makes of the groups excluded. DPG1S is RES0 while DS=1. */
static gic_group_set gicr_decode_dpg(const gicr *r, const gic_access *access, uint64_t value)
{
    gic_group_set dpg = r->arch.dpg;
    gic_group_set given = 0;
    gic_group_set open = gic_group_bit(GIC_GROUP_1NS);

    if (!r->config.dpg)
        return 0;
    if (gicr_sees_all(r, access))
        open |= gic_group_bit(GIC_GROUP_0);
    if (access->secure && !r->arch.ds)
        open |= gic_group_bit(GIC_GROUP_1S);
    if (GIC_GET(GICR_CTLR, DPG0, value))
        given |= gic_group_bit(GIC_GROUP_0);
    if (GIC_GET(GICR_CTLR, DPG1S, value))
        given |= gic_group_bit(GIC_GROUP_1S);
    if (GIC_GET(GICR_CTLR, DPG1NS, value))
        given |= gic_group_bit(GIC_GROUP_1NS);
    return (gic_group_set)((dpg & ~open) | (given & open));
}

gic_status gicr_write_ctlr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    gic_group_set dpg = gicr_decode_dpg(r, a->access, value);
    unsigned i;
    gicr_lpi_write_ctlr(r, value);
    if (dpg == r->arch.dpg)
        return GIC_OK;
    r->arch.dpg = dpg;
    /* With cpu_active low the Distributor is not told anything new, and nothing is waited for. */
    r->arch.routing_rwp = gicr_routing_unsettled(r);
    for (i = 0; i < r->arch.offers.count; i++) {
        gicr_entry *offer = &r->arch.offers.entry[i];
        if ((offer->flags & GICR_1OFN) && (dpg & gic_group_bit((gic_group)offer->group)))
            offer->flags |= GICR_RWP;
    }
    gicr_update(r);
    return GIC_OK;
}

/* --- GICR_TYPER ------------------------------------------------------------------------------ */

gic_status gicr_read_typer(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    uint64_t v = GIC_MAKE(GICR_TYPER, Affinity_Value, r->affinity);
    v = GIC_PUT(GICR_TYPER, PPInum, v, r->config.eppi_count / 32u);
    v = GIC_PUT(GICR_TYPER, Processor_Number, v, r->pe);
    v = GIC_PUT(GICR_TYPER, DPGS, v, r->config.dpg);
    v = GIC_PUT(GICR_TYPER, Last, v, r->arch.last && !GIC_FAULT("R-02"));
    v = GIC_PUT(GICR_TYPER, PLPIS, v, r->lpi != NULL);
    v = GIC_PUT(GICR_TYPER, DirectLPI, v, r->lpi && r->config.direct_lpi);
    *value = gic_reg_part(a, v);
    return GIC_OK;
}

/* --- GICR_WAKER ------------------------------------------------------------------------------ */

static uint64_t gicr_waker(const gicr *r)
{
    bool asleep = r->arch.phase == GICR_ASLEEP || r->arch.phase == GICR_WAKING;
    if (GIC_FAULT("R-01"))
        asleep = r->arch.processor_sleep;
    return GIC_MAKE(GICR_WAKER, ProcessorSleep, r->arch.processor_sleep) |
           GIC_MAKE(GICR_WAKER, ChildrenAsleep, asleep);
}

gic_status gicr_read_waker(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    (void)a;
    *value = gicr_waker(r);
    return GIC_OK;
}

/* Misuse is applied, reported, and loses nothing (R-15, ID-R02). */
gic_status gicr_write_waker(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    bool sleep = GIC_GET(GICR_WAKER, ProcessorSleep, value) != 0;
    bool early = !sleep && r->arch.processor_sleep && r->arch.phase != GICR_ASLEEP;
    bool enabled = sleep && !r->arch.processor_sleep && r->arch.cpu_groups != 0;
    (void)a;
    if (early || enabled)
        gic_report(&r->outbox, GIC_EV_BAD_WAKER, r->pe, 0,
                   gicr_waker(r) << 32 | (value & UINT32_MAX));
    if (GIC_FAULT("peer-QEMU-9") && sleep)
        return GIC_OK;
    r->arch.processor_sleep = sleep;
    if (GIC_FAULT("R-15") && enabled)
        r->arch.word[0].latch = 0;
    gicr_update(r);
    return GIC_OK;
}

/* --- identification -------------------------------------------------------------------------- */

gic_status gicr_read_iidr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    (void)a;
    *value = r->config.iidr;
    return GIC_OK;
}

gic_status gicr_read_identity(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    *value = gic_identity(&r->config, a->row->offset);
    return GIC_OK;
}
