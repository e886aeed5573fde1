/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the ITS, and what it reports of unmapped MSIs. */
#include "gic/identity.h"
#include "its_state.h"

/* --- identification --------------------------------------------------------------------------- */

/*
 * Virtual, VMOVP and what else belongs to GICv4 read zero: none of it is there. Collections are
 * those held and those in memory together (CCT). INV: Enabled 1 to 0 empties the caches.
 */
uint64_t its_make_typer(const gic_config *config)
{
    const gic_its_config *c = &config->its;
    uint64_t value = GIC_MAKE(GITS_TYPER, Physical, 1);
    value = GIC_PUT(GITS_TYPER, CCT, value, c->hcc > 0);
    value =
        GIC_PUT(GITS_TYPER, ITT_entry_size, value, GIC_FAULT("peer-gem5-7") ? 0 : ITS_ITE_SIZE - 1);
    value = GIC_PUT(GITS_TYPER, ID_bits, value, c->event_bits - 1);
    value = GIC_PUT(GITS_TYPER, Devbits, value, c->device_bits - 1);
    value = GIC_PUT(GITS_TYPER, SEIS, value, c->seis);
    value = GIC_PUT(GITS_TYPER, PTA, value, c->pta);
    value = GIC_PUT(GITS_TYPER, HCC, value, c->hcc);
    value = GIC_PUT(GITS_TYPER, CIL, value, c->collection_bits < 16);
    value =
        GIC_PUT(GITS_TYPER, CIDbits, value, c->collection_bits < 16 ? c->collection_bits - 1 : 0);
    value = GIC_PUT(GITS_TYPER, UMSI, value, c->umsi);
    value = GIC_PUT(GITS_TYPER, UMSIirq, value, c->umsi);
    return GIC_PUT(GITS_TYPER, INV, value, 1);
}

static gic_status gits_read_typer(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    *value = gic_reg_part(a, ((const its *)kernel)->typer);
    return GIC_OK;
}

static gic_status gits_read_iidr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    (void)a;
    *value = ((const its *)kernel)->config.iidr;
    return GIC_OK;
}

static gic_status gits_read_identity(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    *value = gic_identity(&((const its *)kernel)->config, a->row->offset);
    return GIC_OK;
}

/* --- unmapped MSIs ---------------------------------------------------------------------------- */

void its_update_line(its *s)
{
    its_arch *a = s->arch;
    bool level = a->umsiirq && GIC_GET(GITS_STATUSR, UMSI, a->statusr) != 0;
    if (level == a->line)
        return;
    a->line = level;
    gic_drive(&s->outbox, GIC_ITS_LINE_UMSI, s->index, level, GIC_INTID_SPURIOUS);
}

/* The first is kept until software has cleared UMSI; later ones only show that there were some. */
void its_unmapped(its *s, uint32_t device, uint32_t event)
{
    its_arch *a = s->arch;
    gic_report(&s->outbox, GIC_EV_ITS_UNMAPPED, GIC_PE_NONE, 0, (uint64_t)device << 32 | event);
    if (!s->config.its.umsi)
        return;
    if (GIC_GET(GITS_STATUSR, UMSI, a->statusr) && !GIC_FAULT("T-25")) {
        a->statusr = (uint32_t)GIC_PUT(GITS_STATUSR, Overflow, a->statusr, 1);
        return;
    }
    a->statusr = (uint32_t)GIC_PUT(GITS_STATUSR, UMSI, a->statusr, 1);
    a->umsir = GIC_PUT(GITS_UMSIR, EventID, GIC_MAKE(GITS_UMSIR, DeviceID, device), event);
    its_update_line(s);
}

static gic_status gits_read_statusr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    (void)a;
    *value = ((const its *)kernel)->arch->statusr;
    return GIC_OK;
}

static gic_status gits_write_statusr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    its *s = (its *)kernel;
    s->arch->statusr &= ~(uint32_t)(value & a->row->write_mask);
    its_update_line(s);
    return GIC_OK;
}

static gic_status gits_read_umsir(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    *value = gic_reg_part(a, ((const its *)kernel)->arch->umsir);
    return GIC_OK;
}

/* --- control ---------------------------------------------------------------------------------- */

static gic_status gits_refuse(its *s, const gic_reg_access *a, uint64_t value)
{
    gic_report(&s->outbox, GIC_EV_BAD_ITS_REGISTER, GIC_PE_NONE, 0,
               (uint64_t)(a->row->offset + a->offset) << 32 | (value & UINT32_MAX));
    return GIC_OK;
}

static gic_status gits_read_ctlr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const its *s = (const its *)kernel;
    (void)a;
    *value = GIC_MAKE(GITS_CTLR, Enabled, s->arch->enabled);
    *value = GIC_PUT(GITS_CTLR, UMSIirq, *value, s->arch->umsiirq);
    *value = GIC_PUT(GITS_CTLR, Quiescent, *value, its_quiescent(s) || GIC_FAULT("peer-QEMU-5"));
    return GIC_OK;
}

/* Memory has everything: what is cached is forgotten, so that software may change or move it. */
static void gits_forget(its *s)
{
    unsigned c;
    for (c = 0; c < ITS_CACHE_COUNT; c++)
        its_cache_clear(&s->cache[c]);
}

/* Enabled before Quiescent=1 is software's mistake: it counts at once (ID-T03). */
static void gits_enable(its *s, const gic_reg_access *a, uint64_t value)
{
    if (!its_quiescent(s))
        (void)gits_refuse(s, a, value);
    if (!GIC_FAULT("T-21"))
        gits_forget(s);
    s->arch->enabled = true;
}

static gic_status gits_write_ctlr(void *kernel, const gic_reg_access *a, uint64_t value)
{
    its *s = (its *)kernel;
    bool enabled = GIC_GET(GITS_CTLR, Enabled, value) != 0;
    s->arch->umsiirq = s->config.its.umsi && GIC_GET(GITS_CTLR, UMSIirq, value) != 0;
    its_update_line(s);
    if (enabled && !s->arch->enabled)
        gits_enable(s, a, value);
    if (!enabled) {
        s->arch->enabled = false;
        s->arch->buffered = 0;
    }
    if (!GIC_FAULT("T-04"))
        its_run(s);
    return GIC_OK;
}

/* --- command queue ---------------------------------------------------------------------------- */

/* What must stay as it is while the ITS is at work (T-03). */
static bool gits_fixed(const its *s)
{
    return (s->arch->enabled || !its_quiescent(s)) && !GIC_FAULT("T-03");
}

static gic_status gits_read_cbaser(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    *value = gic_reg_part(a, ((const its *)kernel)->arch->cbaser);
    return GIC_OK;
}

static gic_status gits_write_cbaser(void *kernel, const gic_reg_access *a, uint64_t value)
{
    its *s = (its *)kernel;
    if (gits_fixed(s))
        return gits_refuse(s, a, value);
    s->arch->cbaser = gic_reg_merge(a, s->arch->cbaser, value);
    if (!GIC_FAULT("T-03b"))
        s->arch->creadr = 0;
    s->arch->stalled = false;
    s->arch->buffered = 0;
    return GIC_OK;
}

static gic_status gits_read_cwriter(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    *value = gic_reg_part(a, ((const its *)kernel)->arch->cwriter);
    return GIC_OK;
}

static gic_status gits_write_cwriter(void *kernel, const gic_reg_access *a, uint64_t value)
{
    its *s = (its *)kernel;
    uint64_t written = gic_reg_merge(a, s->arch->cwriter, value);
    if (GIC_FAULT("peer-KVM-2") &&
        (written & GIC_FIELD_MASK(GITS_CWRITER, Offset)) >= its_queue_bytes(s))
        return GIC_OK;
    s->arch->cwriter = (uint32_t)(written & GIC_FIELD_MASK(GITS_CWRITER, Offset));
    if (s->arch->cwriter >= its_queue_bytes(s))
        (void)gits_refuse(s, a, value);
    its_queue_moved(s, GIC_GET(GITS_CWRITER, Retry, written) != 0);
    return GIC_OK;
}

static gic_status gits_read_creadr(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const its_arch *arch = ((const its *)kernel)->arch;
    uint64_t whole = arch->creadr;
    *value = gic_reg_part(a, GIC_PUT(GITS_CREADR, Stalled, whole, arch->stalled));
    return GIC_OK;
}

/* --- tables ----------------------------------------------------------------------------------- */

static uint64_t gits_baser_fixed(unsigned table)
{
    unsigned type = table == ITS_TABLE_DEVICE ? ITS_TYPE_DEVICE : ITS_TYPE_COLLECTION;
    uint64_t value = GIC_MAKE(GITS_BASER, Type, type);
    return GIC_PUT(GITS_BASER, Entry_Size, value, ITS_ENTRY_SIZE - 1);
}

static gic_status gits_read_baser(void *kernel, const gic_reg_access *a, uint64_t *value)
{
    const its *s = (const its *)kernel;
    unsigned table = a->offset / 8u;
    if (table < ITS_TABLES)
        *value = gic_reg_part(a, s->arch->baser[table] | gits_baser_fixed(table));
    return GIC_OK;
}

/* A page size that is not there reads back as the smallest that is; 3 counts as 64 KiB (T-18). */
static uint64_t gits_legal_baser(const its *s, uint64_t value)
{
    unsigned size = gic_min_u32((uint32_t)GIC_GET(GITS_BASER, Page_Size, value), 2);
    if (!(s->config.its.page_sizes >> size & 1u))
        size = gic_lowest_bit(s->config.its.page_sizes);
    value = GIC_PUT(GITS_BASER, Page_Size, value, size);
    return s->config.its.indirect ? value : GIC_PUT(GITS_BASER, Indirect, value, 0);
}

static gic_status gits_write_baser(void *kernel, const gic_reg_access *a, uint64_t value)
{
    its *s = (its *)kernel;
    unsigned table = a->offset / 8u;
    if (table >= ITS_TABLES)
        return GIC_OK;
    if (gits_fixed(s))
        return gits_refuse(s, a, value);
    if (!GIC_FAULT("T-19"))
        value = gic_reg_merge(a, s->arch->baser[table], value);
    if (GIC_FAULT("peer-gem5-2"))
        value |= s->arch->baser[table];
    if (GIC_FAULT("peer-KVM-1") && table == ITS_TABLE_COLLECTION)
        value = GIC_PUT(GITS_BASER, Indirect, value, 0);
    s->arch->baser[table] = GIC_FAULT("T-18") ? value : gits_legal_baser(s, value);
    its_derive_tables(s);
    return GIC_OK; /* what is cached is forgotten when the ITS is enabled */
}

/* --- translation ------------------------------------------------------------------------------ */

static gic_status gits_write_translater(void *kernel, const gic_reg_access *a, uint64_t value)
{
    if (a->offset != 0)
        return GIC_BAD_SIZE;
    (void)its_translate((its *)kernel, a->access->device_id, (uint32_t)value);
    return GIC_OK;
}

/* --- the frame -------------------------------------------------------------------------------- */

#define gits_read_none  NULL
#define gits_write_none NULL
#define GITS_REG(name, offset, span, element, widths, flags, read, write, reset, mask)        \
    {#name, offset, span, 0, 0, element, widths, flags, gits_read_##read, gits_write_##write, \
     reset, mask},

static const gic_reg_row gits_rows[] = {
#include "gits.def"
};

const gic_reg_row *its_rows(unsigned *count)
{
    *count = (unsigned)GIC_COUNT_OF(gits_rows);
    return gits_rows;
}

gic_status its_read(its *s, const gic_access *access, uint32_t offset, uint64_t *value)
{
    gic_frame_policy policy = {&s->outbox, GIC_PE_NONE, false, s->config.bad_size};
    return gic_frame_read(&s->frame, &policy, s, access, offset, value);
}

gic_status its_write(its *s, const gic_access *access, uint32_t offset, uint64_t value)
{
    gic_frame_policy policy = {&s->outbox, GIC_PE_NONE, false, s->config.bad_size};
    return gic_frame_write(&s->frame, &policy, s, access, offset, value);
}
