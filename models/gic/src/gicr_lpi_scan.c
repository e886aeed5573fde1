/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that look at a whole line of the pending table: refills, flushes, MOVEALL. */
#include "gicr_lpi.h"

/* Eight bytes of a line as one word, bit n for INTID n of them on any host: one load on most. */
static inline uint64_t lpi_word(const uint8_t *b)
{
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

/* The first INTID from @p bit on that is set in the row's line; LPI_LINE_INTIDS: none. */
static unsigned lpi_next_bit(const gicr_lpi_row *row, unsigned bit)
{
    while (bit < LPI_LINE_INTIDS) {
        uint64_t word = lpi_word(row->buffer + bit / 64u * 8u) >> (bit % 64u);
        if (word)
            return bit + gic_lowest_bit64(word);
        bit = bit / 64u * 64u + 64u;
    }
    return LPI_LINE_INTIDS;
}

static uint32_t lpi_intid_of(const gicr_lpi_row *row, unsigned bit)
{
    return row->line * LPI_LINE_INTIDS + bit;
}

/* --- the best of all marked lines ------------------------------------------------------------- */

/* An enabled LPI of memory: into the cache if it is among the best so far. Its bit stays, for now.
   False: an LPI of the cache has to go to memory first. */
static bool lpi_offer(gicr *r, gicr_lpi_row *row, uint32_t key)
{
    gicr_lpi *l = r->lpi;
    row->flags |= LPI_SAW_ENABLED;
    if (!lpi_make_room(r, row, key)) {
        if (row->victim && l->face.count > 0 && key < l->entry[lpi_worst(l)].key)
            return false;
        lpi_fold(l, row->line, key);
        return true;
    }
    lpi_insert(l, key, LPI_PENDING | LPI_IN_TABLE);
    lpi_mark(l, LPI_TAKEN, row->line);
    l->stats.refills++;
    gic_report(&r->outbox, GIC_EV_LPI_REFILLED, r->pe, lpi_intid(key), lpi_priority(key));
    return true;
}

/* Look at one bit; false: the row waits, or goes on later. */
static bool lpi_select_bit(gicr *r, gicr_lpi_row *row)
{
    gicr_lpi *l = r->lpi;
    uint32_t intid = lpi_intid_of(row, row->bit);
    gicr_lpi_prop *prop;
    gicr_lpi_config config;

    if (!lpi_exists(l, intid) || lpi_find(l, intid) != LPI_NO_SLOT)
        return true;
    prop = lpi_need_config(r, row, intid);
    if (!prop)
        return false;
    config = lpi_decode(r, intid, lpi_prop_byte(l, prop, intid));
    if (!config.enabled) {
        row->flags |= LPI_SAW_DISABLED;
        return true;
    }
    if (lpi_offer(r, row, config.key))
        return true;
    lpi_spill(r, row, LPI_AGAIN);
    return false;
}

void lpi_step_select(gicr *r, gicr_lpi_row *row)
{
    gicr_lpi *l = r->lpi;
    if (!lpi_need_table(r, row))
        return;
    for (;;) {
        row->bit = (uint16_t)lpi_next_bit(row, row->bit);
        if (row->bit >= LPI_LINE_INTIDS)
            break;
        if (gic_outbox_room(&r->outbox) < LPI_ROOM || !lpi_select_bit(r, row))
            return;
        row->bit++;
    }
    if (!(row->flags & LPI_SAW_ENABLED))
        lpi_unmark(l, LPI_READY, row->line);
    if (row->flags & LPI_SAW_DISABLED)
        lpi_mark(l, LPI_DISABLED, row->line);
    else
        lpi_unmark(l, LPI_DISABLED, row->line);
    lpi_close(r, row);
}

/* --- clearing what the cache stands for ------------------------------------------------------- */

void lpi_step_take(gicr *r, gicr_lpi_row *row)
{
    gicr_lpi *l = r->lpi;
    bool changed = false;
    unsigned bit;

    if (row->flags & LPI_WRITTEN) {
        lpi_close(r, row);
        return;
    }
    if (!lpi_need_table(r, row))
        return;
    for (bit = lpi_next_bit(row, 0); bit < LPI_LINE_INTIDS; bit = lpi_next_bit(row, bit + 1u)) {
        unsigned slot = lpi_find(l, lpi_intid_of(row, bit));
        if (slot == LPI_NO_SLOT)
            continue;
        lpi_flip(row, lpi_intid_of(row, bit));
        changed = true;
        if (l->entry[slot].flags & LPI_PENDING)
            l->entry[slot].flags &= ~(uint32_t)LPI_IN_TABLE;
        else
            lpi_remove(l, slot);
    }
    lpi_unmark(l, LPI_TAKEN, row->line);
    lpi_unmark_if_empty(l, row);
    if (changed)
        lpi_write_table(r, row);
    else
        lpi_close(r, row);
}

/* --- write back ------------------------------------------------------------------------------ */

/* Memory becomes what the cache says, which ends with it. */
void lpi_step_flush(gicr *r, gicr_lpi_row *row)
{
    const gicr_lpi *l = r->lpi;
    unsigned bit;

    if (row->flags & LPI_WRITTEN) {
        lpi_close(r, row);
        return;
    }
    if (!lpi_need_table(r, row))
        return;
    for (bit = 0; bit < LPI_LINE_INTIDS; bit++) {
        uint32_t intid = lpi_intid_of(row, bit);
        unsigned slot = lpi_find(l, intid);
        bool pending = slot != LPI_NO_SLOT && (l->entry[slot].flags & LPI_PENDING);
        if (slot != LPI_NO_SLOT && pending != lpi_bit(row, intid))
            lpi_flip(row, intid);
    }
    lpi_write_table(r, row);
}

/* --- moving all ------------------------------------------------------------------------------ */

/* The first bit from @p bit on that no entry stands for. */
static unsigned lpi_next_in_memory(const gicr_lpi *l, const gicr_lpi_row *row, unsigned bit)
{
    bit = lpi_next_bit(row, bit);
    while (bit < LPI_LINE_INTIDS && lpi_find(l, lpi_intid_of(row, bit)) != LPI_NO_SLOT)
        bit = lpi_next_bit(row, bit + 1u);
    return bit;
}

/* One LPI at a time, upwards: while another Redistributor answers, the line is nobody's. */
void lpi_step_sweep(gicr *r, gicr_lpi_row *row)
{
    gicr_lpi *l = r->lpi;
    unsigned bit;

    if (row->flags & LPI_WRITTEN) {
        lpi_move_out(r, row);
        return;
    }
    if (!lpi_need_table(r, row))
        return;
    bit = lpi_next_in_memory(l, row, row->bit);
    if (bit == LPI_LINE_INTIDS) {
        if (lpi_next_in_memory(l, row, 0) == LPI_LINE_INTIDS) {
            lpi_unmark(l, LPI_READY, row->line);
            lpi_unmark(l, LPI_DISABLED, row->line);
        }
        lpi_close(r, row);
        return;
    }
    row->op.intid = lpi_intid_of(row, bit);
    lpi_flip(row, row->op.intid);
    gic_report(&r->outbox, GIC_EV_LPI_MOVED, r->pe, row->op.intid, row->op.target);
    lpi_write_table(r, row);
}
