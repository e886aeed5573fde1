/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the Redistributor about LPIs. */
#include "gicr_lpi.h"

static void lpi_report_register(gicr *r, uint32_t offset, uint64_t value)
{
    gic_report(&r->outbox, GIC_EV_BAD_LPI_REGISTER, r->pe, 0,
               (uint64_t)offset << 32 | (value & UINT32_MAX));
}

/* --- GICR_CTLR ------------------------------------------------------------------------------- */

uint64_t gicr_lpi_ctlr(const gicr *r)
{
    uint64_t v;
    if (!r->lpi)
        return 0;
    v = GIC_MAKE(GICR_CTLR, EnableLPIs, r->lpi->arch.enabled);
    v = GIC_PUT(GICR_CTLR, CES, v, r->config.lpi_can_disable);
    return GIC_PUT(GICR_CTLR, IR, v, r->config.lpi_inv_register);
}

bool gicr_lpi_rwp(const gicr *r)
{
    return r->lpi && r->lpi->arch.disabling && !GIC_FAULT("R-12b");
}

/* Without CES, EnableLPIs is RES1 once it is set; while RWP says that pending state is on its way
   to memory it cannot be set again (R-12, ID-R07). */
void gicr_lpi_write_ctlr(gicr *r, uint64_t value)
{
    gicr_lpi *l = r->lpi;
    bool enable = GIC_GET(GICR_CTLR, EnableLPIs, value) != 0;
    if (!l || enable == (l->arch.enabled != 0))
        return;
    if (enable ? l->arch.disabling : !r->config.lpi_can_disable) {
        lpi_report_register(r, 0, value);
        return;
    }
    if (!enable) {
        lpi_disable(r);
    } else {
        bool zeroed = GIC_GET(GICR_PENDBASER, PTZ, l->arch.pendbaser) != 0;
        l->arch.pendbaser &= ~GIC_FIELD_MASK(GICR_PENDBASER, PTZ);
        lpi_enable(r, zeroed);
    }
    gicr_update(r);
}

/* ---- GICR_PROPBASER, GICR_PENDBASER ---------------------------------------------------------- */

gic_status gicr_read_propbaser(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    if (!r->lpi)
        return GIC_RESERVED;
    *value = gic_reg_part(a, r->lpi->arch.propbaser);
    return GIC_OK;
}

/* PTZ is write-only. */
gic_status gicr_read_pendbaser(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    uint64_t whole;
    if (!r->lpi)
        return GIC_RESERVED;
    whole = r->lpi->arch.pendbaser;
    if (!GIC_FAULT("R-04c"))
        whole &= ~GIC_FIELD_MASK(GICR_PENDBASER, PTZ);
    *value = gic_reg_part(a, whole);
    return GIC_OK;
}

/* The tables must not move while LPIs are enabled, or on their way to memory. */
static gic_status lpi_write_base(gicr *r, const gic_reg_access *a, uint64_t value, uint64_t *base)
{
    if ((r->lpi->arch.enabled || r->lpi->arch.disabling) && !GIC_FAULT("R-03"))
        lpi_report_register(r, a->row->offset + a->offset, value);
    else
        *base = gic_reg_merge(a, *base, value);
    return GIC_OK;
}

gic_status gicr_write_propbaser(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    return r->lpi ? lpi_write_base(r, a, value, &r->lpi->arch.propbaser) : GIC_RESERVED;
}

gic_status gicr_write_pendbaser(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    return r->lpi ? lpi_write_base(r, a, value, &r->lpi->arch.pendbaser) : GIC_RESERVED;
}

/* ---- SETLPIR, CLRLPIR, INVLPIR, INVALLR, SYNCR ----------------------------------------------- */

static bool lpi_has_direct(const gicr *r)
{
    return r->lpi && r->config.direct_lpi;
}

static bool lpi_has_inv(const gicr *r)
{
    return r->lpi && (r->config.direct_lpi || r->config.lpi_inv_register);
}

/* A 32-bit write is zero-extended; one of the upper half alone names nothing. */
static gic_status lpi_write_intid(gicr *r, const gic_reg_access *a, uint64_t value,
                                  gicr_lpi_kind kind)
{
    const gicr_lpi *l = r->lpi;
    uint32_t intid = (uint32_t)GIC_GET(GICR_SETLPIR, pINTID, value);
    if (a->offset != 0)
        return GIC_OK;
    if (l->arch.enabled && lpi_exists(l, intid)) {
        lpi_ask(r, kind, intid);
        gicr_update(r);
    } else if (kind == LPI_SET) {
        gic_report(&r->outbox, GIC_EV_LPI_DROPPED, r->pe, intid, 0);
    }
    return GIC_OK;
}

gic_status gicr_write_setlpir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    return lpi_has_direct(r) ? lpi_write_intid(r, a, value, LPI_SET) : GIC_RESERVED;
}

gic_status gicr_write_clrlpir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    if (GIC_FAULT("R-11"))
        return GIC_OK;
    return lpi_has_direct(r) ? lpi_write_intid(r, a, value, LPI_CLEAR) : GIC_RESERVED;
}

gic_status gicr_write_invlpir(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    return lpi_has_inv(r) ? lpi_write_intid(r, a, value, LPI_INV) : GIC_RESERVED;
}

gic_status gicr_write_invallr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    gicr *r = (gicr *)kernel;
    (void)value;
    if (!lpi_has_inv(r))
        return GIC_RESERVED;
    if (a->offset == 0 && r->lpi->arch.enabled) {
        lpi_ask(r, LPI_INVALL, 0);
        gicr_update(r);
    }
    return GIC_OK;
}

gic_status gicr_read_syncr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const gicr *r = (const gicr *)kernel;
    (void)a;
    if (!lpi_has_inv(r))
        return GIC_RESERVED;
    *value = GIC_MAKE(GICR_SYNCR, Busy, r->lpi->arch.register_open > 0 && !GIC_FAULT("R-16b"));
    return GIC_OK;
}
