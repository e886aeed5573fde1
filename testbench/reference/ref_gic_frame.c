/* SPDX-License-Identifier: Apache-2.0 */
/* The reference GIC: register frames of the Distributor and of the Redistributors. */
#include "ref_gic.h"

/* ---- sizes ---------------------------------------------------------------------------------- */

/* D-14, B-05: a width or an alignment that the register does not have does nothing. */
static gic_status bad_size(const ref_gic *g)
{
    return g->config.bad_size == GIC_BAD_SIZE_ERROR ? GIC_BAD_SIZE : GIC_OK;
}

/* ---- fields of one interrupt ---------------------------------------------------------------- */

typedef enum field {
    GROUP,
    GRPMOD,
    SET_ENABLE,
    CLEAR_ENABLE,
    SET_PENDING,
    CLEAR_PENDING,
    SET_ACTIVE,
    CLEAR_ACTIVE,
    PRIORITY,
    CONFIG,
    NSACR,
    NMI
} field;

/* A family of registers: where INTID 0 and the first extended SPI are in the GICD frame, and how
 * many bits each INTID has. In the SGI_base frame the extended PPIs follow INTID 31. */
typedef struct family {
    field what;
    uint32_t base;
    uint32_t extended;
    uint32_t bits;
} family;

static const family families[] = {
    {GROUP, 0x0080, 0x1000, 1},       {GRPMOD, 0x0D00, 0x3400, 1},
    {SET_ENABLE, 0x0100, 0x1200, 1},  {CLEAR_ENABLE, 0x0180, 0x1400, 1},
    {SET_PENDING, 0x0200, 0x1600, 1}, {CLEAR_PENDING, 0x0280, 0x1800, 1},
    {SET_ACTIVE, 0x0300, 0x1A00, 1},  {CLEAR_ACTIVE, 0x0380, 0x1C00, 1},
    {PRIORITY, 0x0400, 0x2000, 8},    {CONFIG, 0x0C00, 0x3000, 2},
    {NSACR, 0x0E00, 0x3600, 2},       {NMI, 0x0F80, 0x3B00, 1},
};

/* The family at an offset of the GICD frame, and the first INTID there. */
static const family *gicd_family(uint32_t offset, uint32_t *intid)
{
    for (unsigned i = 0; i < sizeof families / sizeof families[0]; i++) {
        const family *f = &families[i];
        uint32_t bytes = 1024 / 8 * f->bits;
        if (offset >= f->base && offset < f->base + bytes) {
            *intid = (offset - f->base) * 8 / f->bits;
            return f;
        }
        if (offset >= f->extended && offset < f->extended + bytes) {
            *intid = 4096 + (offset - f->extended) * 8 / f->bits;
            return f;
        }
    }
    return NULL;
}

/* The same in SGI_base. */
static const family *gicr_family(uint32_t offset, uint32_t *intid)
{
    for (unsigned i = 0; i < sizeof families / sizeof families[0]; i++) {
        const family *f = &families[i];
        uint32_t start = 0x10000 + f->base;
        uint32_t bytes = f->what == NSACR ? 4 : (32 + 64) / 8 * f->bits; /* of SGIs alone */
        if (offset < start || offset >= start + bytes)
            continue;
        *intid = (offset - start) * 8 / f->bits;
        if (*intid >= 32)
            *intid += 1056 - 32;
        return f;
    }
    return NULL;
}

/* The interrupt of an INTID in a frame: D-01 leaves INTIDs 0 to 31 to the Redistributors. */
static ref_irq *in_frame(ref_gic *g, int pe, uint32_t intid)
{
    ref_irq *irq = NULL;
    if (pe < 0 && intid < REF_SHARED)
        irq = &g->spi[intid];
    if (pe >= 0 && intid < REF_PRIVATE)
        irq = &g->pe[pe].irq[intid];
    return irq != NULL && irq->exists ? irq : NULL;
}

/* D-04: what NSACR opens of a Secure SPI. */
static bool opened(const ref_irq *irq, field what, bool write)
{
    if (!irq->shared)
        return false;
    if (what == SET_PENDING)
        return irq->nsacr >= 1;
    if (what == CLEAR_PENDING)
        return irq->nsacr >= 2;
    return (what == SET_ACTIVE || what == CLEAR_ACTIVE) && !write && irq->nsacr >= 2;
}

/* D-03, D-21 */
static bool reachable(const ref_gic *g, const ref_irq *irq, field what, bool secure, bool write)
{
    if (what == NSACR && !irq->shared && irq->intid >= 16)
        return false;
    if (what == NMI && (!g->config.nmi || ref_gic_group(g, irq) == GIC_GROUP_0)) /* N-08 */
        return false;
    if (g->ds)
        return what != GRPMOD && what != NSACR;
    if (secure)
        return true;
    if (what == GROUP || what == GRPMOD || what == NSACR)
        return false;
    return ref_gic_group(g, irq) == GIC_GROUP_1NS || opened(irq, what, write);
}

/* P-14: Non-secure software sees priorities shifted while there are two Security states. */
static bool shifted(const ref_gic *g, bool secure)
{
    return !g->ds && !secure;
}

static unsigned read_field(const ref_gic *g, const ref_irq *irq, field what, bool secure)
{
    switch (what) {
    case GROUP:
        return irq->igroup;
    case GRPMOD:
        return irq->igrpmod;
    case SET_ENABLE:
    case CLEAR_ENABLE:
        return irq->enabled;
    case SET_PENDING:
    case CLEAR_PENDING:
        return ref_gic_pending(irq);
    case SET_ACTIVE:
    case CLEAR_ACTIVE:
        return irq->active;
    case PRIORITY:
        return (unsigned)(shifted(g, secure) ? irq->priority * 2 % 256 : irq->priority);
    case CONFIG:
        return irq->edge ? 2 : 0;
    case NMI:
        return irq->inmir;
    default:
        return (unsigned)irq->nsacr;
    }
}

static void write_priority(const ref_gic *g, ref_irq *irq, bool secure, int value)
{
    if (shifted(g, secure))
        value = 128 + value / 2;
    while (value % (256 >> g->config.priority_bits) != 0) /* P-06 */
        value--;
    irq->priority = value;
}

static void write_field(const ref_gic *g, ref_irq *irq, field what, bool secure, unsigned value)
{
    switch (what) {
    case GROUP:
        irq->igroup = value != 0;
        break;
    case GRPMOD:
        irq->igrpmod = value != 0;
        break;
    case SET_ENABLE:
        irq->enabled = irq->enabled || value != 0;
        break;
    case CLEAR_ENABLE:
        irq->enabled = irq->enabled && value == 0;
        break;
    case SET_PENDING:
        irq->latch = irq->latch || value != 0;
        break;
    case CLEAR_PENDING: /* D-06: not what the input drives */
        irq->latch = irq->latch && value == 0;
        break;
    case SET_ACTIVE:
        irq->active = irq->active || value != 0;
        break;
    case CLEAR_ACTIVE:
        irq->active = irq->active && value == 0;
        break;
    case PRIORITY:
        write_priority(g, irq, secure, (int)value);
        break;
    case CONFIG: /* D-19: SGIs are fixed */
        irq->edge = irq->intid < 16 || (value & 2) != 0;
        break;
    case NSACR:
        irq->nsacr = (int)value;
        break;
    case NMI:
        irq->inmir = value != 0;
        break;
    }
}

static bool family_has_size(const family *f, const gic_access *access, uint32_t offset)
{
    return (access->size == 4 || (access->size == 1 && f->what == PRIORITY)) &&
           offset % access->size == 0;
}

static uint64_t read_family(ref_gic *g, int pe, const family *f, const gic_access *access,
                            uint32_t intid)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < access->size * 8u / f->bits; i++) {
        const ref_irq *irq = in_frame(g, pe, intid + i);
        if (irq != NULL && reachable(g, irq, f->what, access->secure, false))
            value |= (uint64_t)read_field(g, irq, f->what, access->secure) << (i * f->bits);
    }
    return value;
}

static void write_family(ref_gic *g, int pe, const family *f, const gic_access *access,
                         uint32_t intid, uint64_t value)
{
    for (uint32_t i = 0; i < access->size * 8u / f->bits; i++) {
        ref_irq *irq = in_frame(g, pe, intid + i);
        unsigned part = (unsigned)(value >> (i * f->bits)) & ((1u << f->bits) - 1u);
        if (irq != NULL && reachable(g, irq, f->what, access->secure, true))
            write_field(g, irq, f->what, access->secure, part);
    }
}

/* ---- GICD ----------------------------------------------------------------------------------- */

/* D-02 */
static uint64_t read_gicd_ctlr(const ref_gic *g, bool secure)
{
    uint64_t group0 = g->group_enabled[GIC_GROUP_0];
    uint64_t group1s = g->group_enabled[GIC_GROUP_1S];
    uint64_t group1ns = g->group_enabled[GIC_GROUP_1NS];
    if (g->ds)
        return group0 | group1ns << 1 | 1u << 4 | 1u << 6 | (uint64_t)g->e1nwf << 7;
    if (secure)
        return group0 | group1ns << 1 | group1s << 2 | 3u << 4 | (uint64_t)g->e1nwf << 7;
    return group1ns << 1 | 1u << 4;
}

/* Nothing is said to a CPU interface that sleeps: it hears of DS when it wakes. */
static void tell_ds(ref_gic *g, int pe)
{
    if (!g->pe[pe].sleeping)
        g->pe[pe].cpu.one_state = g->ds;
}

static void write_gicd_ctlr(ref_gic *g, bool secure, uint64_t value)
{
    g->group_enabled[GIC_GROUP_1NS] = (value & 2) != 0;
    if (!g->ds && !secure)
        return;
    g->group_enabled[GIC_GROUP_0] = (value & 1) != 0;
    g->e1nwf = (value & 0x80) != 0;
    if (g->ds)
        return;
    g->group_enabled[GIC_GROUP_1S] = (value & 4) != 0;
    if (g->config.ds_writable && (value & 0x40) != 0) {
        g->ds = true;
        for (int pe = 0; pe < g->config.pe_count; pe++)
            tell_ds(g, pe);
    }
}

static uint64_t read_gicd_typer(const ref_gic *g)
{
    const gic_config *c = &g->config;
    uint64_t value = (c->spi_count + 31u) / 32u;
    uint64_t id_bits = c->espi_count > 0 || c->eppi_count > 0 ? 13 : 10; /* ID-D12 */
    if (c->lpi_bits > 0)
        id_bits = c->lpi_bits;
    if (c->espi_count > 0)
        value |= 1u << 8 | (uint64_t)(c->espi_count / 32u - 1u) << 27;
    value |= (uint64_t)c->nmi << 9 | (uint64_t)!g->ds << 10;
    value |= (uint64_t)c->mbis << 16;
    value |= (uint64_t)(c->lpi_bits > 0) << 17;
    value |= (id_bits - 1) << 19;
    value |= (uint64_t)c->aff3_valid << 24;
    value |= (uint64_t)!c->one_of_n << 25;
    value |= (uint64_t)c->range_select << 26;
    return value;
}

/* D-13; @p least: what NSACR has to be for Non-secure software. */
static ref_irq *message_spi(ref_gic *g, bool secure, uint64_t value, int least)
{
    uint32_t intid = (uint32_t)value & 0x1FFF;
    ref_irq *irq = in_frame(g, -1, intid);
    if (irq == NULL || !g->config.mbis)
        return NULL;
    if (!g->ds && !secure && ref_gic_group(g, irq) != GIC_GROUP_1NS && irq->nsacr < least)
        return NULL;
    return irq;
}

static void set_message(ref_gic *g, bool secure, uint64_t value)
{
    ref_irq *irq = message_spi(g, secure, value, 1);
    if (irq == NULL || ref_gic_pending(irq))
        return;
    if (irq->edge)
        irq->latch = true;
    else
        irq->message = true;
}

static void clear_message(ref_gic *g, bool secure, uint64_t value)
{
    ref_irq *irq = message_spi(g, secure, value, 2);
    if (irq == NULL || !ref_gic_pending(irq))
        return;
    if (irq->edge)
        irq->latch = false;
    else
        irq->message = false;
}

/* GICD_SETSPI_NSR, CLRSPI_NSR, SETSPI_SR, CLRSPI_SR. */
static bool is_message_register(uint32_t offset)
{
    return offset == 0x40 || offset == 0x48 || offset == 0x50 || offset == 0x58;
}

static void write_message(ref_gic *g, const gic_access *access, uint32_t offset, uint64_t value)
{
    bool secure_register = offset >= 0x50;
    if (secure_register && (g->ds || !access->secure))
        return;
    if (offset % 0x10 == 0)
        set_message(g, access->secure, value);
    else
        clear_message(g, access->secure, value);
}

/* GICD_IROUTER of an SPI at this offset; NULL where there is none, or none for the requester. */
static ref_irq *routed_at(ref_gic *g, uint32_t offset, bool secure)
{
    uint32_t intid = 0;
    ref_irq *irq;
    if (offset >= 0x6100 && offset < 0x7FE0)
        intid = (offset - 0x6000) / 8;
    if (offset >= 0x8000 && offset < 0xA000)
        intid = 4096 + (offset - 0x8000) / 8;
    irq = in_frame(g, -1, intid);
    if (irq != NULL && !g->ds && !secure && ref_gic_group(g, irq) != GIC_GROUP_1NS &&
        irq->nsacr < 3)
        return NULL;
    return irq;
}

static bool is_router(uint32_t offset)
{
    return (offset >= 0x6100 && offset < 0x7FE0) || (offset >= 0x8000 && offset < 0xA000);
}

/* D-11: 64 bits, or one half. */
static void write_route(const ref_gic *g, ref_irq *irq, unsigned size, bool upper, uint64_t value)
{
    uint64_t there = 0xFFFFFF; /* ID-D08 */
    if (g->config.aff3_valid)
        there |= UINT64_C(0xFF) << 32;
    if (g->config.one_of_n)
        there |= UINT64_C(1) << 31;
    if (size == 4 && upper)
        value = (irq->route & 0xFFFFFFFF) | value << 32;
    else if (size == 4)
        value = (irq->route >> 32 << 32) | (value & 0xFFFFFFFF);
    irq->route = value & there;
}

/* What is the same for everybody. */
static uint64_t read_gicd_identity(const ref_gic *g, uint32_t offset)
{
    switch (offset) {
    case 0x0004:
        return read_gicd_typer(g);
    case 0x0008:
        return g->config.iidr;
    case 0xFFE8:
        return (uint64_t)g->config.arch_rev << 4;
    default:
        return 0;
    }
}

static bool within(uint32_t offset, uint32_t first, uint32_t bytes)
{
    return offset >= first && offset < first + bytes;
}

/* GICD_ITARGETSR, CPENDSGIR and SPENDSGIR, which affinity routing makes RAZ/WI: by bytes too. */
static bool is_legacy_bytes(uint32_t offset)
{
    return within(offset, 0x0800, 0x400) || within(offset, 0x0F10, 0x20);
}

/* Registers of 32 bits without a family of their own: CTLR to TYPER2, SGIR, identity. */
static bool is_gicd_word(uint32_t offset)
{
    return within(offset, 0, 0x10) || within(offset, 0x0F00, 4) || within(offset, 0xFFD0, 0x30);
}

static bool aligned(const gic_access *access, uint32_t offset)
{
    return offset % access->size == 0;
}

/* A reserved offset takes every width, and does nothing. */
static bool gicd_has_size(const gic_access *access, uint32_t offset)
{
    uint32_t intid = 0;
    const family *f = gicd_family(offset, &intid);
    if (f != NULL)
        return family_has_size(f, access, offset);
    if (is_router(offset))
        return (access->size == 4 || access->size == 8) && aligned(access, offset);
    if (is_message_register(offset / 4 * 4))
        return (access->size == 2 || access->size == 4) && aligned(access, offset);
    if (is_legacy_bytes(offset))
        return (access->size == 1 || access->size == 4) && aligned(access, offset);
    return !is_gicd_word(offset) || (access->size == 4 && aligned(access, offset));
}

gic_status ref_gicd_read(ref_gic *g, const gic_access *access, uint32_t offset, uint64_t *value)
{
    uint32_t intid = 0;
    const family *f = gicd_family(offset, &intid);
    *value = 0;
    if (!gicd_has_size(access, offset))
        return bad_size(g);
    if (f != NULL) {
        *value = read_family(g, -1, f, access, intid);
    } else if (is_router(offset)) {
        const ref_irq *irq = routed_at(g, offset, access->secure);
        if (irq != NULL)
            *value = access->size == 8 ? irq->route : irq->route >> (offset % 8 * 8) & 0xFFFFFFFF;
    } else if (offset == 0) {
        *value = read_gicd_ctlr(g, access->secure);
    } else {
        *value = read_gicd_identity(g, offset);
    }
    return GIC_OK;
}

gic_status ref_gicd_write(ref_gic *g, const gic_access *access, uint32_t offset, uint64_t value)
{
    uint32_t intid = 0;
    const family *f = gicd_family(offset, &intid);
    if (!gicd_has_size(access, offset))
        return bad_size(g);
    if (f != NULL) {
        write_family(g, -1, f, access, intid, value);
    } else if (is_router(offset)) {
        ref_irq *irq = routed_at(g, offset, access->secure);
        if (irq != NULL)
            write_route(g, irq, access->size, offset % 8 == 4, value);
    } else if (offset == 0) {
        write_gicd_ctlr(g, access->secure, value);
    } else if (is_message_register(offset)) {
        write_message(g, access, offset, value);
    }
    return GIC_OK;
}

/* ---- GICR ----------------------------------------------------------------------------------- */

/* which DPG bits the requester has. */
static bool has_dpg(const ref_gic *g, gic_group group, bool secure)
{
    if (!g->config.dpg)
        return false;
    if (g->ds)
        return group != GIC_GROUP_1S;
    return secure || group == GIC_GROUP_1NS;
}

/* GICR_CTLR.DPG0, DPG1NS, DPG1S. */
static unsigned dpg_bit(gic_group group)
{
    if (group == GIC_GROUP_0)
        return 24;
    return group == GIC_GROUP_1NS ? 25 : 26;
}

static uint64_t read_gicr_ctlr(const ref_gic *g, int pe, bool secure)
{
    uint64_t value = 0;
    if (g->config.lpi_bits > 0) {
        value |= g->pe[pe].lpis_on;
        value |= (uint64_t)g->config.lpi_can_disable << 1;
        value |= (uint64_t)g->config.lpi_inv_register << 2;
    }
    for (int group = 0; group < GIC_GROUP_COUNT; group++)
        if (has_dpg(g, (gic_group)group, secure) && g->pe[pe].dpg[group])
            value |= UINT64_C(1) << dpg_bit((gic_group)group);
    return value;
}

/* R-12, ID-R07: RES1 once set, or it clears; R-04, ID-R08: what PTZ vouched for is not read. */
static void write_enable_lpis(ref_gic *g, int pe, bool on)
{
    ref_pe *p = &g->pe[pe];
    if (g->config.lpi_bits == 0 || (p->lpis_on && !on && !g->config.lpi_can_disable))
        return;
    for (int i = 0; on && !p->lpis_on && p->ptz && i < g->lpis; i++)
        p->lpi_pending[g->lpi[i] - REF_LPI_FIRST] = false;
    p->ptz = p->ptz && (p->lpis_on || !on);
    p->lpis_on = on;
}

/* GICR_PROPBASER and GICR_PENDBASER. */
static bool is_base(const ref_gic *g, uint32_t offset)
{
    return g->config.lpi_bits > 0 && within(offset, 0x70, 16);
}

static uint64_t read_base(const ref_gic *g, int pe, uint32_t offset)
{
    uint64_t value = offset < 0x78 ? g->pe[pe].propbaser : g->pe[pe].pendbaser;
    return offset % 8 == 0 ? value : value >> 32;
}

static void write_base(ref_gic *g, int pe, const gic_access *access, uint32_t offset,
                       uint64_t value)
{
    ref_pe *p = &g->pe[pe];
    uint64_t *base = offset < 0x78 ? &p->propbaser : &p->pendbaser;
    /* OuterCache, address, Shareability, InnerCache, and IDbits of the first. */
    uint64_t there = offset < 0x78 ? UINT64_C(0x070FFFFFFFFFFF9F) : UINT64_C(0x070FFFFFFFFF0F80);
    if (p->lpis_on)
        return;
    if (access->size == 4 && offset % 8 == 4)
        value = (*base & 0xFFFFFFFF) | value << 32;
    else if (access->size == 4)
        value = (*base >> 32 << 32) | (value & 0xFFFFFFFF);
    if (offset >= 0x78 && (access->size == 8 || offset % 8 == 4))
        p->ptz = (value >> 62 & 1) != 0;
    *base = value & there;
}

static void write_gicr_ctlr(ref_gic *g, int pe, bool secure, uint64_t value)
{
    for (int group = 0; group < GIC_GROUP_COUNT; group++)
        if (has_dpg(g, (gic_group)group, secure))
            g->pe[pe].dpg[group] = (value >> dpg_bit((gic_group)group) & 1) != 0;
    write_enable_lpis(g, pe, (value & 1) != 0);
}

/* */
static uint64_t read_gicr_typer(const ref_gic *g, int pe)
{
    const gic_config *c = &g->config;
    uint64_t value = (uint64_t)g->pe[pe].affinity << 32 | (uint64_t)pe << 8;
    value |= (uint64_t)(c->lpi_bits > 0);
    value |= (uint64_t)(c->lpi_bits > 0 && c->direct_lpi) << 3;
    value |= (uint64_t)g->pe[pe].last << 4;
    value |= (uint64_t)c->dpg << 5;
    value |= (uint64_t)(c->eppi_count / 32u) << 27;
    return value;
}

static uint64_t read_gicr_identity(const ref_gic *g, int pe, uint32_t offset)
{
    switch (offset) {
    case 0x0004:
        return g->config.iidr;
    case 0x0008:
        return read_gicr_typer(g, pe);
    case 0x000C:
        return read_gicr_typer(g, pe) >> 32;
    case 0xFFE8:
        return (uint64_t)g->config.arch_rev << 4;
    default:
        return 0;
    }
}

/* WAKER is Secure where there are two Security states. */
static bool has_waker(const ref_gic *g, bool secure)
{
    return g->ds || secure;
}

static void write_waker(ref_gic *g, int pe, bool sleeping)
{
    g->pe[pe].sleeping = sleeping;
    tell_ds(g, pe);
}

static bool is_direct_lpi(const ref_gic *g, uint32_t offset)
{
    return g->config.lpi_bits > 0 && g->config.direct_lpi && (offset == 0x40 || offset == 0x48);
}

/* CTLR, IIDR, WAKER, SYNCR, identity. */
static bool is_gicr_word(uint32_t offset)
{
    return within(offset, 0, 8) || within(offset, 0x14, 4) || within(offset, 0xC0, 4) ||
           within(offset, 0xFFD0, 0x30);
}

/* TYPER, SETLPIR, CLRLPIR, PROPBASER, PENDBASER, INVLPIR, INVALLR, with LPIs and without. */
static bool is_gicr_doubleword(uint32_t offset)
{
    return within(offset, 0x08, 8) || within(offset, 0x40, 16) || within(offset, 0x70, 16) ||
           within(offset, 0xA0, 8) || within(offset, 0xB0, 8);
}

static bool gicr_has_size(const gic_access *access, uint32_t offset)
{
    uint32_t intid = 0;
    const family *f = gicr_family(offset, &intid);
    if (f != NULL)
        return family_has_size(f, access, offset);
    if (is_gicr_doubleword(offset))
        return (access->size == 4 || access->size == 8) && aligned(access, offset);
    return !is_gicr_word(offset) || (access->size == 4 && aligned(access, offset));
}

gic_status ref_gicr_read(ref_gic *g, int pe, const gic_access *access, uint32_t offset,
                         uint64_t *value)
{
    uint32_t intid = 0;
    const family *f = gicr_family(offset, &intid);
    *value = 0;
    if (!gicr_has_size(access, offset))
        return bad_size(g);
    if (f != NULL)
        *value = read_family(g, pe, f, access, intid);
    else if (offset == 0)
        *value = read_gicr_ctlr(g, pe, access->secure);
    else if (is_base(g, offset))
        *value = read_base(g, pe, offset);
    else if (offset == 0x14)
        *value = has_waker(g, access->secure) && g->pe[pe].sleeping ? 6 : 0;
    else
        *value = read_gicr_identity(g, pe, offset);
    if (access->size == 4)
        *value &= 0xFFFFFFFF;
    return GIC_OK;
}

gic_status ref_gicr_write(ref_gic *g, int pe, const gic_access *access, uint32_t offset,
                          uint64_t value)
{
    uint32_t intid = 0;
    const family *f = gicr_family(offset, &intid);
    if (!gicr_has_size(access, offset))
        return bad_size(g);
    if (f != NULL)
        write_family(g, pe, f, access, intid, value);
    else if (offset == 0)
        write_gicr_ctlr(g, pe, access->secure, value);
    else if (is_base(g, offset))
        write_base(g, pe, access, offset, value);
    else if (offset == 0x14 && has_waker(g, access->secure))
        write_waker(g, pe, (value & 2) != 0);
    else if (is_direct_lpi(g, offset))
        ref_gic_lpi(g, pe, (uint32_t)value, offset == 0x40);
    return GIC_OK;
}
