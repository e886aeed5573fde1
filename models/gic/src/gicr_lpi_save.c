/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving and loading LPIs: one block for what is fixed, one for the arrays. What is loaded is
 * looked at in full before anything of it counts: a number that is an index is in its range, a flag
 * is a flag, and no INTID is in the cache twice. More is not needed for safety: a forged state can
 * lose interrupts, but not the model.
 */
#include "gic/mem.h"
#include "gic/save.h"
#include "gicr_lpi.h"

enum {
    LPI_SAVE_MAGIC = 0x3149504C,   /* "LPI1" */
    LPI_ARRAYS_MAGIC = 0x3249504C, /* "LPI2" */
    LPI_SAVE_VERSION = 1
};

size_t gicr_lpi_save_size(const gicr *r)
{
    if (!r->lpi)
        return 0;
    return 2u * sizeof(gic_save_header) + sizeof(r->lpi->arch) + r->lpi->saved;
}

size_t gicr_lpi_save(const gicr *r, void *out)
{
    const gicr_lpi *l = r->lpi;
    gicr_lpi_arch arch;
    size_t at;
    if (!l)
        return 0;
    memcpy(&arch, &l->arch, sizeof(arch));
    arch.work = l->face.work;
    at = gic_save_block(out, LPI_SAVE_MAGIC, LPI_SAVE_VERSION, &arch, sizeof(arch));
    return at + gic_save_block((unsigned char *)out + at, LPI_ARRAYS_MAGIC, LPI_SAVE_VERSION,
                               l->entry, l->saved);
}

/* --- what a row says ------------------------------------------------------------------------- */

static bool lpi_op_is_sane(const gicr *r, const gicr_lpi_op *op, bool named)
{
    if (op->kind >= LPI_KINDS || op->from > LPI_FROM_SELF)
        return false;
    if (op->from == LPI_FROM_ITS && op->its >= r->config.its_count)
        return false;
    if (op->from == LPI_FROM_PEER && op->source >= r->config.pe_count)
        return false;
    if ((op->kind == LPI_MOVE || op->kind == LPI_SWEEP) && op->target >= r->config.pe_count)
        return false;
    return !named || (op->intid >= GIC_INTID_LPI_FIRST &&
                      lpi_line(op->intid) < UINT32_C(1) << (r->config.lpi_bits - 9u));
}

static bool lpi_is_table_line(const gicr *r, uint32_t line)
{
    return line >= lpi_line(GIC_INTID_LPI_FIRST) && line < r->lpi->lines;
}

/* Operations that are about one INTID from their beginning. */
static bool lpi_is_named(const gicr_lpi_row *row)
{
    return row->op.kind <= LPI_MOVE || row->op.kind == LPI_REVIEW || row->op.kind == LPI_SPILL ||
           (row->op.kind == LPI_SWEEP && row->state >= LPI_CREDIT);
}

static bool lpi_row_is_sane(const gicr *r, const gicr_lpi_row *row, unsigned number)
{
    bool waits = row->state >= LPI_READ_CONFIG && row->state <= LPI_WRITE_TABLE;
    bool sends = row->state == LPI_CREDIT || row->state == LPI_ACK;
    if (row->state == LPI_FREE)
        return true;
    if (row->state >= LPI_STATES || row->flags > LPI_ROW_FLAGS || row->bit > LPI_LINE_INTIDS)
        return false;
    if (row->op.kind == LPI_INVALL || row->op.kind == LPI_MOVEALL ||
        !lpi_op_is_sane(r, &row->op, lpi_is_named(row)))
        return false;
    if (sends ? row->line != LPI_NO_LINE : !lpi_is_table_line(r, row->line))
        return false;
    if (lpi_is_named(row) && !sends && lpi_line(row->op.intid) != row->line)
        return false;
    if (sends && row->op.kind != LPI_MOVE && row->op.kind != LPI_SWEEP)
        return false;
    if ((row->flags & LPI_AGAIN) && !lpi_is_table_line(r, row->back))
        return false;
    if (row->state == LPI_READ_CONFIG && row->config / 8u + 16u != row->line)
        return false;
    return (!waits || row->tag % LPI_ROWS == number) &&
           (row->victim == 0 || lpi_is_table_line(r, lpi_line(row->victim)));
}

static bool lpi_rows_are_sane(const gicr *r, const gicr_lpi_arch *a)
{
    unsigned i;
    for (i = 0; i < LPI_ROWS; i++)
        if (!lpi_row_is_sane(r, &a->row[i], i))
            return false;
    return a->moving == 0 || (a->moving <= LPI_ROWS && a->row[a->moving - 1u].state == LPI_ACK);
}

/* ---- registers, queues, phases --------------------------------------------------------------- */

static bool lpi_limit_is_sane(const gicr *r, uint32_t limit)
{
    uint32_t bits;
    for (bits = 14; bits <= r->config.lpi_bits; bits++)
        if (limit == UINT32_C(1) << bits)
            return true;
    return limit == 0;
}

static bool lpi_numbers_are_sane(const gicr *r, const gicr_lpi_arch *a)
{
    const gicr_lpi *l = r->lpi;
    return lpi_limit_is_sane(r, a->limit) && a->hand < l->props && a->cursor <= l->lines &&
           a->control_at <= (l->lines > l->size ? l->lines : l->size) &&
           a->queue_head < l->queue_size && a->queue_count <= l->queue_size &&
           a->moved_head < l->moved_size && a->moved_count <= l->moved_size &&
           a->register_open <= LPI_REGISTERS + 1u;
}

static bool lpi_phases_are_sane(const gicr *r, const gicr_lpi_arch *a)
{
    bool all = a->control_op.kind == LPI_INVALL || a->control_op.kind == LPI_MOVEALL;
    bool none =
        a->control == LPI_IDLE || a->control == LPI_FLUSH_CACHE; /* the operation is stale */
    if ((a->control == LPI_REVIEW_ALL || a->control == LPI_MOVE_CACHE) &&
        a->control_at > r->lpi->size)
        return false;
    return (none || (all && lpi_op_is_sane(r, &a->control_op, false))) && a->enabled <= 1 &&
           a->disabling <= 1 && !(a->enabled && a->disabling) && a->pass <= LPI_PASS_TAKE &&
           a->control < LPI_CONTROLS && a->refresh <= LPI_REFRESH && a->work <= 1;
}

/* --- arrays ---------------------------------------------------------------------------------- */

/* Where an array lies in the saved block. */
static const unsigned char *lpi_in(const gicr_lpi *l, const unsigned char *arrays,
                                   const void *array)
{
    return arrays + ((const unsigned char *)array - (const unsigned char *)l->entry);
}

static gicr_lpi_entry lpi_saved_entry(const unsigned char *arrays, unsigned slot)
{
    gicr_lpi_entry entry;
    memcpy(&entry, arrays + slot * sizeof(entry), sizeof(entry));
    return entry;
}

/* A bit for each slot whose INTID was met already: by the hash chains, which are rebuilt later. */
static bool lpi_is_new(gicr_lpi *l, const unsigned char *arrays, unsigned slot, uint32_t intid)
{
    uint16_t *bucket = &l->bucket[intid * UINT32_C(2654435769) >> l->hash_shift];
    unsigned other;
    for (other = *bucket; other != LPI_NO_SLOT; other = l->next[other])
        if (lpi_intid(lpi_saved_entry(arrays, other).key) == intid)
            return false;
    l->next[slot] = *bucket;
    *bucket = (uint16_t)slot;
    return true;
}

static bool lpi_entry_is_sane(const gicr_lpi_arch *a, gicr_lpi_entry entry)
{
    uint32_t intid = lpi_intid(entry.key);
    if (entry.key == 0)
        return entry.flags == 0;
    return intid >= GIC_INTID_LPI_FIRST && intid < a->limit && entry.flags <= LPI_FLAGS &&
           ((entry.flags & LPI_PENDING) || entry.flags == LPI_IN_TABLE);
}

static bool lpi_is_presented(const gicr_entries *presented, gicr_lpi_entry entry)
{
    uint32_t i;
    for (i = 0; i < presented->count; i++)
        if (presented->entry[i].intid == lpi_intid(entry.key))
            return true;
    return false;
}

static unsigned lpi_count_presented(const gicr_entries *presented)
{
    unsigned count = 0;
    uint32_t i;
    for (i = 0; i < presented->count; i++)
        count += presented->entry[i].intid >= GIC_INTID_LPI_FIRST;
    return count;
}

static bool lpi_entries_are_sane(gicr_lpi *l, const gicr_lpi_arch *a, const unsigned char *arrays,
                                 const gicr_entries *presented)
{
    unsigned held = 0;
    unsigned slot;
    memset(l->bucket, 0xFF, sizeof(*l->bucket) << (32u - l->hash_shift));
    for (slot = 0; slot < l->size; slot++) {
        gicr_lpi_entry entry = lpi_saved_entry(arrays, slot);
        bool is_held = (entry.flags & LPI_PRESENTED) != 0;
        if (!lpi_entry_is_sane(a, entry))
            return false;
        if (entry.key == 0)
            continue;
        if (!lpi_is_new(l, arrays, slot, lpi_intid(entry.key)) ||
            is_held != lpi_is_presented(presented, entry))
            return false;
        held += is_held;
    }
    return held == lpi_count_presented(presented);
}

static bool lpi_props_are_sane(const gicr_lpi *l, const unsigned char *arrays)
{
    uint32_t i;
    for (i = 0; i < l->props; i++) {
        gicr_lpi_prop prop;
        memcpy(&prop, lpi_in(l, arrays, &l->prop[i]), sizeof(prop));
        if (prop.line != LPI_NO_LINE && prop.line >= (l->lines - 16u) * 8u)
            return false;
        if (prop.doubt > 1 || prop.used > 1)
            return false;
    }
    return true;
}

/* No mark outside the table that the guest has. */
static bool lpi_maps_are_sane(const gicr_lpi *l, const gicr_lpi_arch *a,
                              const unsigned char *arrays)
{
    uint32_t first = lpi_line(GIC_INTID_LPI_FIRST);
    uint32_t end = lpi_line(a->limit);
    for (unsigned map = 0; map < LPI_MAPS; map++)
        for (uint32_t i = 0; i < (l->lines + 63u) / 64u; i++) {
            uint64_t word;
            memcpy(&word, lpi_in(l, arrays, &l->map[map].word[i]), sizeof(word));
            for (; word; word &= word - 1u) {
                uint32_t line = i * 64u + gic_lowest_bit64(word);
                if (line < first || line >= end)
                    return false;
            }
        }
    return true;
}

static bool lpi_queues_are_sane(const gicr *r, const gicr_lpi_arch *a, const unsigned char *arrays)
{
    const gicr_lpi *l = r->lpi;
    uint32_t i;
    for (i = 0; i < a->queue_count; i++) {
        gicr_lpi_op op;
        memcpy(&op, lpi_in(l, arrays, &l->queue[(a->queue_head + i) % l->queue_size]), sizeof(op));
        if (op.kind > LPI_MOVEALL ||
            !lpi_op_is_sane(r, &op, op.kind != LPI_INVALL && op.kind != LPI_MOVEALL))
            return false;
    }
    for (i = 0; i < a->moved_count; i++) {
        gicr_lpi_moved moved;
        memcpy(&moved, lpi_in(l, arrays, &l->moved[(a->moved_head + i) % l->moved_size]),
               sizeof(moved));
        if (moved.source >= r->config.pe_count || !lpi_is_table_line(r, lpi_line(moved.intid)))
            return false;
    }
    return true;
}

bool lpi_sane(const gicr *r, const gicr_lpi_arch *arch, const unsigned char *arrays,
              const gicr_entries *presented)
{
    bool sane = lpi_numbers_are_sane(r, arch) && lpi_phases_are_sane(r, arch) &&
                lpi_rows_are_sane(r, arch) && lpi_props_are_sane(r->lpi, arrays) &&
                lpi_maps_are_sane(r->lpi, arch, arrays) && lpi_queues_are_sane(r, arch, arrays) &&
                lpi_entries_are_sane(r->lpi, arch, arrays, presented);
    lpi_index(r->lpi);
    return sane;
}

/* --- loading --------------------------------------------------------------------------------- */

/* The payload of a sound block, or NULL. */
static const unsigned char *lpi_payload(const unsigned char *in, size_t available, uint32_t magic,
                                        size_t length)
{
    gic_save_header header;
    const unsigned char *payload = in + sizeof(header);
    if (available < sizeof(header) + length)
        return NULL;
    memcpy(&header, in, sizeof(header));
    if (header.magic != magic || header.version != LPI_SAVE_VERSION || header.length != length ||
        header.checksum != gic_checksum(payload, length))
        return NULL;
    return payload;
}

bool gicr_lpi_can_load(gicr *r, const void *in, size_t length, const gicr_arch *arch)
{
    size_t first = sizeof(gic_save_header) + sizeof(gicr_lpi_arch);
    const unsigned char *at = (const unsigned char *)in;
    const unsigned char *arrays;
    gicr_lpi_arch lpi;

    if (!r->lpi)
        return lpi_count_presented(&arch->presented) == 0;
    if (!gic_load_block(in, length, LPI_SAVE_MAGIC, LPI_SAVE_VERSION, &lpi, sizeof(lpi)))
        return false;
    arrays = lpi_payload(at + first, length - first, LPI_ARRAYS_MAGIC, r->lpi->saved);
    return arrays && lpi_sane(r, &lpi, arrays, &arch->presented);
}

void gicr_lpi_load(gicr *r, const void *in)
{
    gicr_lpi *l = r->lpi;
    const unsigned char *at = (const unsigned char *)in + sizeof(gic_save_header);
    unsigned i;
    if (!l)
        return;
    memcpy(&l->arch, at, sizeof(l->arch));
    memcpy(l->entry, at + sizeof(l->arch) + sizeof(gic_save_header), l->saved);
    l->busy = 0;
    for (i = 0; i < LPI_ROWS; i++)
        l->busy += l->arch.row[i].state != LPI_FREE;
    lpi_index(l);
    lpi_index_props(l);
    lpi_summarise(l);
    l->face.work = l->arch.work;
    if (GIC_FAULT("N-02b"))
        l->arch.fence = LPI_NO_KEY;
    r->outbox.more = l->face.work;
}
