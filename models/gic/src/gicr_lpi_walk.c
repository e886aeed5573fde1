/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows: what is being done about one LPI, or one line, between requests of memory. A step function
 * looks at where its row is and does what can be done; it is called again when what it waits for
 * has come.
 */
#include "gicr_lpi.h"

#include "gic/mem.h"

/* --- memory ---------------------------------------------------------------------------------- */

static uint64_t lpi_table_base(const gicr_lpi *l)
{
    return l->arch.pendbaser & GIC_FIELD_MASK(GICR_PENDBASER, Physical_Address);
}

static uint64_t lpi_config_base(const gicr_lpi *l)
{
    return l->arch.propbaser & GIC_FIELD_MASK(GICR_PROPBASER, Physical_Address);
}

/* Where the memory request of a row in state @p state lies. */
static uint64_t lpi_address(const gicr_lpi *l, const gicr_lpi_row *row)
{
    if (row->state == LPI_READ_CONFIG)
        return lpi_config_base(l) + (uint64_t)row->config * GIC_MEMORY_LINE;
    if (GIC_FAULT("R-14"))
        return lpi_table_base(l) + (uint64_t)(row->line - 16u) * GIC_MEMORY_LINE;
    return lpi_table_base(l) + (uint64_t)row->line * GIC_MEMORY_LINE;
}

static void lpi_request(gicr *r, gicr_lpi_row *row, gicr_lpi_state state)
{
    gicr_lpi *l = r->lpi;
    gic_memory_req req;
    l->arch.sequence++;
    row->state = (uint8_t)state;
    row->tag = l->arch.sequence << 3 | (uint32_t)(row - l->arch.row);
    req.address = lpi_address(l, row);
    req.tag = row->tag;
    req.op = state == LPI_WRITE_TABLE ? GIC_MEMORY_WRITE : GIC_MEMORY_READ;
    req.length = GIC_MEMORY_LINE;
    req.lookups = l->arch.looks;
    l->arch.looks = 0;
    gic_memory_request(&r->outbox, req);
}

bool lpi_need_table(gicr *r, gicr_lpi_row *row)
{
    if (row->flags & LPI_HAVE_TABLE)
        return true;
    if (lpi_is_known(r->lpi, row->line) && !(row->flags & LPI_FRESH)) {
        r->lpi->stats.table_reads++;
        lpi_request(r, row, LPI_READ_TABLE);
        return false;
    }
    memset(row->buffer, 0, sizeof(row->buffer));
    row->flags |= LPI_HAVE_TABLE;
    return true;
}

void lpi_write_table(gicr *r, gicr_lpi_row *row)
{
    r->lpi->stats.table_writes++;
    lpi_request(r, row, LPI_WRITE_TABLE);
}

gicr_lpi_prop *lpi_need_config(gicr *r, gicr_lpi_row *row, uint32_t intid)
{
    gicr_lpi *l = r->lpi;
    gicr_lpi_prop *prop = lpi_lookup(l, intid);
    if (l->arch.looks < UINT8_MAX)
        l->arch.looks++;
    if (prop) {
        l->stats.config_hits++;
        return prop;
    }
    l->stats.config_misses++;
    row->config = (intid - GIC_INTID_LPI_FIRST) / LPI_PROP_INTIDS;
    lpi_request(r, row, LPI_READ_CONFIG);
    return NULL;
}

const void *gicr_mem_data(const gicr *r, uint32_t tag)
{
    const gicr_lpi_row *row;
    if (!r->lpi)
        return NULL;
    row = &r->lpi->arch.row[tag % LPI_ROWS];
    return row->tag == tag && row->state == LPI_WRITE_TABLE ? row->buffer : NULL;
}

/* Memory that cannot be read is zero: nothing pending, nothing enabled. */
static void lpi_memory_came(gicr *r, gicr_lpi_row *row, const void *data)
{
    if (row->state == LPI_READ_CONFIG) {
        lpi_fill(r->lpi, row->config, (const uint8_t *)data);
    } else if (row->state == LPI_WRITE_TABLE) {
        row->flags |= LPI_WRITTEN;
    } else {
        if (data)
            memcpy(row->buffer, data, sizeof(row->buffer));
        else
            memset(row->buffer, 0, sizeof(row->buffer));
        row->flags |= LPI_HAVE_TABLE;
    }
}

void gicr_mem_done(gicr *r, uint32_t tag, const void *data, bool ok)
{
    gicr_lpi_row *row;
    if (!r->lpi)
        return;
    row = &r->lpi->arch.row[tag % LPI_ROWS];
    if (row->tag != tag || row->state < LPI_READ_CONFIG || row->state > LPI_WRITE_TABLE)
        return;
    if (!ok)
        gic_report(&r->outbox, GIC_EV_BAD_LPI_TABLE, r->pe, row->op.intid,
                   lpi_address(r->lpi, row));
    lpi_memory_came(r, row, ok ? data : NULL);
    lpi_step(r, row);
    r->lpi->face.work = true;
    gicr_update(r);
}

/* --- beginning and end ----------------------------------------------------------------------- */

void lpi_start(gicr *r, gicr_lpi_row *row, gicr_lpi_op op, uint32_t line)
{
    r->lpi->busy++;
    row->op = op;
    row->line = line;
    row->victim = 0;
    row->flags = 0;
    row->bit = 0;
    lpi_step(r, row);
}

/* The row goes on with the LPI that lost its place. */
void lpi_spill(gicr *r, gicr_lpi_row *row, uint8_t flags)
{
    row->op.kind = LPI_SPILL;
    row->op.from = LPI_FROM_SELF;
    row->op.intid = row->victim;
    row->back = row->line;
    row->line = lpi_line(row->victim);
    row->victim = 0;
    row->flags = (uint8_t)((row->flags & LPI_FRESH) | flags);
    row->state = LPI_WAIT_LINE;
    r->lpi->face.work = true;
}

void lpi_close(gicr *r, gicr_lpi_row *row)
{
    lpi_answer(r, &row->op);
    if (row->victim) {
        lpi_spill(r, row, 0);
        return;
    }
    r->lpi->busy--;
    row->state = LPI_FREE;
    row->line = LPI_NO_LINE;
    r->lpi->face.work |= lpi_may_work(r->lpi);
}

/* Its line is free while it waits: the new owner may be sending us one of the same line. */
void lpi_move_out(gicr *r, gicr_lpi_row *row)
{
    row->line = LPI_NO_LINE;
    row->state = LPI_CREDIT;
    r->lpi->face.work = true;
}

static bool lpi_is_empty(const gicr_lpi_row *row)
{
    unsigned all = 0;
    for (unsigned i = 0; i < sizeof(row->buffer); i++)
        all |= row->buffer[i];
    return all == 0;
}

void lpi_unmark_if_empty(gicr_lpi *l, const gicr_lpi_row *row)
{
    if (!lpi_is_empty(row))
        return;
    lpi_unmark(l, LPI_READY, row->line);
    lpi_unmark(l, LPI_DISABLED, row->line);
}

/* --- room ------------------------------------------------------------------------------------ */

/* Another LPI of the line is on its way to memory: a row that is looking through the line may have
   passed it by, one that was going to write the line unread may come after it. */
static void lpi_tell_others(gicr_lpi *l, uint32_t line)
{
    unsigned i;
    for (i = 0; i < LPI_ROWS; i++) {
        gicr_lpi_row *row = &l->arch.row[i];
        if (row->line == line && row->op.kind == LPI_SELECT)
            row->flags |= LPI_SAW_ENABLED;
        if (row->victim ? lpi_line(row->victim) == line : row->line == line)
            row->flags &= (uint8_t)~LPI_FRESH;
    }
}

/* Whether the key of an entry may be out of date: somebody is about to look at its configuration.
 */
static bool lpi_is_in_review(const gicr_lpi *l, unsigned slot)
{
    uint32_t intid = lpi_intid(l->entry[slot].key);
    unsigned i;
    if (l->arch.control == LPI_REVIEW_ALL && slot >= l->arch.control_at)
        return true;
    for (i = 0; i < LPI_ROWS && l->busy > 1; i++) {
        const gicr_lpi_row *row = &l->arch.row[i];
        if (row->state != LPI_FREE && row->op.intid == intid &&
            (row->op.kind == LPI_INV || row->op.kind == LPI_REVIEW))
            return true;
    }
    return false;
}

static void lpi_report_spilled(gicr *r, uint32_t key)
{
    r->lpi->stats.spills++;
    gic_report(&r->outbox, GIC_EV_LPI_SPILLED, r->pe, lpi_intid(key), lpi_priority(key));
}

/* An LPI leaves the cache for memory. Its cached configuration may be newer than what it went by:
   then that is in doubt. */
static void lpi_evict(gicr *r, gicr_lpi_row *row, unsigned slot)
{
    gicr_lpi *l = r->lpi;
    gicr_lpi_config was = {l->entry[slot].key, true};
    uint32_t intid = lpi_intid(was.key);
    gicr_lpi_prop *prop = lpi_lookup(l, intid);
    bool others = lpi_is_taken(l, lpi_line(intid));
    bool unsure = lpi_is_in_review(l, slot);

    if (prop) {
        gicr_lpi_config now = lpi_decode(r, intid, lpi_prop_byte(l, prop, intid));
        if (now.key != was.key || !now.enabled)
            prop->doubt = 1;
    }
    if (!(l->entry[slot].flags & LPI_IN_TABLE)) {
        row->victim = intid;
        if (!lpi_is_known(l, lpi_line(intid)) && !others)
            row->flags |= LPI_FRESH;
    }
    lpi_remove(l, slot);
    lpi_report_spilled(r, was.key);
    if (unsure)
        was.key = 0; /* a refill is to look at it before anything else is presented */
    lpi_note(l, intid, was);
    if (others)
        lpi_tell_others(l, lpi_line(intid));
}

bool lpi_make_room(gicr *r, gicr_lpi_row *row, uint32_t key)
{
    gicr_lpi *l = r->lpi;
    unsigned slot;
    if (l->used < l->size)
        return true;
    if (l->face.count == 0)
        return false;
    slot = lpi_worst(l);
    if (l->entry[slot].key < key || (row->victim && !(l->entry[slot].flags & LPI_IN_TABLE)))
        return false;
    lpi_evict(r, row, slot);
    return true;
}

/* --- set ------------------------------------------------------------------------------------- */

static void lpi_report(gicr *r, unsigned event, uint32_t intid, uint64_t arg)
{
    gic_report(&r->outbox, event, r->pe, intid, arg);
}

static void lpi_report_pending(gicr *r, uint32_t key, bool merged)
{
    if (merged)
        lpi_report(r, GIC_EV_MERGED, lpi_intid(key), 0);
    else
        lpi_report(r, GIC_EV_PENDING, lpi_intid(key),
                   lpi_priority(key) | (uint64_t)GIC_GROUP_1NS << 8);
}

/* Whether another row has something to write into the line of this one. */
static bool lpi_is_waited_for(const gicr_lpi *l, const gicr_lpi_row *row)
{
    unsigned i;
    for (i = 0; i < LPI_ROWS && l->busy > 1; i++) {
        const gicr_lpi_row *other = &l->arch.row[i];
        if (other != row && other->state != LPI_FREE &&
            (other->line == row->line || (other->victim && lpi_line(other->victim) == row->line)))
            return true;
    }
    return false;
}

/* What else of the 64 INTIDs is in memory, by the configuration that is cached now. What is still
   on its way there, by another row, is not seen: then the line stays in doubt. */
static void lpi_reconcile(gicr *r, const gicr_lpi_row *row, gicr_lpi_prop *prop)
{
    gicr_lpi *l = r->lpi;
    uint32_t first = prop->line * LPI_PROP_INTIDS + GIC_INTID_LPI_FIRST;
    for (uint32_t intid = first; intid < first + LPI_PROP_INTIDS; intid++)
        if (intid != row->op.intid && lpi_bit(row, intid) && lpi_find(l, intid) == LPI_NO_SLOT)
            lpi_note(l, intid, lpi_decode(r, intid, lpi_prop_byte(l, prop, intid)));
    prop->doubt = lpi_is_waited_for(l, row);
}

/* The LPI is pending in memory alone from now on. */
static void lpi_set_in_table(gicr *r, gicr_lpi_row *row, gicr_lpi_config config)
{
    bool merged;
    if (!lpi_need_table(r, row))
        return;
    merged = lpi_bit(row, row->op.intid);
    lpi_note(r->lpi, row->op.intid, config);
    lpi_report_pending(r, config.key, merged);
    if (merged) {
        lpi_close(r, row);
        return;
    }
    if (config.enabled)
        lpi_report_spilled(r, config.key);
    lpi_flip(row, row->op.intid);
    lpi_write_table(r, row);
}

/* An entry of the cache stands for the LPI from now on: its bit in memory goes. */
static void lpi_set_in_cache(gicr *r, gicr_lpi_row *row, gicr_lpi_config config, unsigned event)
{
    bool merged = (row->flags & LPI_HAVE_TABLE) != 0 && lpi_bit(row, row->op.intid);
    lpi_insert(r->lpi, config.key, LPI_PENDING);
    if (event == GIC_EV_PENDING)
        lpi_report_pending(r, config.key, merged);
    else
        lpi_report(r, event, row->op.intid, lpi_priority(config.key));
    if (!merged) {
        lpi_close(r, row);
        return;
    }
    lpi_flip(row, row->op.intid);
    lpi_unmark_if_empty(r->lpi, row);
    lpi_write_table(r, row);
}

/* A bit that was still to be cleared is what it should be again. */
static void lpi_revive(gicr *r, gicr_lpi_row *row, unsigned slot, gicr_lpi_config config)
{
    lpi_report_pending(r, config.key, false);
    if (config.enabled) {
        lpi_change(r->lpi, slot, config.key, LPI_PENDING | LPI_IN_TABLE);
    } else {
        lpi_remove(r->lpi, slot);
        lpi_note(r->lpi, row->op.intid, config);
    }
    lpi_close(r, row);
}

static void lpi_place(gicr *r, gicr_lpi_row *row, gicr_lpi_config config)
{
    if (config.key < lpi_fence(r->lpi) && lpi_make_room(r, row, config.key))
        lpi_set_in_cache(r, row, config, GIC_EV_PENDING);
    else
        lpi_set_in_table(r, row, config);
}

static void lpi_step_set(gicr *r, gicr_lpi_row *row)
{
    gicr_lpi *l = r->lpi;
    uint32_t intid = row->op.intid;
    unsigned slot = lpi_find(l, intid);
    gicr_lpi_prop *prop;
    gicr_lpi_config config;

    if (row->flags & LPI_WRITTEN) {
        lpi_close(r, row);
        return;
    }
    if (slot != LPI_NO_SLOT && (l->entry[slot].flags & LPI_PENDING)) {
        lpi_report(r, GIC_EV_MERGED, intid, 0);
        lpi_close(r, row);
        return;
    }
    prop = lpi_need_config(r, row, intid);
    if (!prop)
        return;
    config = lpi_decode(r, intid, lpi_prop_byte(l, prop, intid));
    if (slot != LPI_NO_SLOT) {
        lpi_revive(r, row, slot, config);
        return;
    }
    if (config.enabled && prop->doubt && lpi_is_known(l, row->line)) {
        if (!lpi_need_table(r, row))
            return;
        lpi_reconcile(r, row, prop);
    }
    if (config.enabled)
        lpi_place(r, row, config);
    else
        lpi_set_in_table(r, row, config);
}

/* --- clear, move ----------------------------------------------------------------------------- */

/* It is pending here no longer. */
static void lpi_taken(gicr *r, gicr_lpi_row *row)
{
    if (row->op.kind == LPI_CLEAR)
        lpi_close(r, row);
    else
        lpi_move_out(r, row);
}

static void lpi_report_taken(gicr *r, const gicr_lpi_row *row)
{
    if (row->op.kind == LPI_CLEAR)
        lpi_report(r, GIC_EV_WITHDRAWN, row->op.intid, 0);
    else
        lpi_report(r, GIC_EV_LPI_MOVED, row->op.intid, row->op.target);
}

/* What is with the CPU interface comes back first, unless it is acknowledged. */
static void lpi_recall(gicr *r, gicr_lpi_row *row, unsigned slot)
{
    gicr_lpi_entry *entry = &r->lpi->entry[slot];
    lpi_change(r->lpi, slot, entry->key, entry->flags | LPI_BLOCKED);
    row->state = LPI_RECALL;
}

static void lpi_take_from_cache(gicr *r, gicr_lpi_row *row, unsigned slot)
{
    gicr_lpi *l = r->lpi;
    uint32_t flags = l->entry[slot].flags;
    if (flags & LPI_PRESENTED) {
        lpi_recall(r, row, slot);
        return;
    }
    if (flags & LPI_IN_TABLE)
        lpi_change(l, slot, l->entry[slot].key, LPI_IN_TABLE);
    else
        lpi_remove(l, slot);
    lpi_report_taken(r, row);
    lpi_taken(r, row);
}

static void lpi_take_from_table(gicr *r, gicr_lpi_row *row)
{
    if (!lpi_need_table(r, row))
        return;
    if (!lpi_bit(row, row->op.intid)) {
        lpi_close(r, row);
        return;
    }
    lpi_flip(row, row->op.intid);
    lpi_unmark_if_empty(r->lpi, row);
    lpi_report_taken(r, row);
    lpi_write_table(r, row);
}

static void lpi_step_clear(gicr *r, gicr_lpi_row *row)
{
    gicr_lpi *l = r->lpi;
    unsigned slot = lpi_find(l, row->op.intid);
    if (row->flags & LPI_WRITTEN)
        lpi_taken(r, row);
    else if (slot == LPI_NO_SLOT && lpi_is_known(l, row->line))
        lpi_take_from_table(r, row);
    else if (slot != LPI_NO_SLOT && (l->entry[slot].flags & LPI_PENDING))
        lpi_take_from_cache(r, row, slot);
    else
        lpi_close(r, row);
}

static void lpi_step_move(gicr *r, gicr_lpi_row *row)
{
    if (row->op.target == r->pe || row->op.target >= r->config.pe_count)
        lpi_close(r, row);
    else
        lpi_step_clear(r, row);
}

/* --- invalidation ---------------------------------------------------------------------------- */

/* A cached LPI has become disabled: memory keeps it. */
static void lpi_retire(gicr *r, gicr_lpi_row *row, unsigned slot, gicr_lpi_config config)
{
    gicr_lpi *l = r->lpi;
    bool in_table = (l->entry[slot].flags & LPI_IN_TABLE) != 0;
    if (!in_table && !lpi_need_table(r, row))
        return;
    lpi_remove(l, slot);
    lpi_note(l, row->op.intid, config);
    if (in_table) {
        lpi_close(r, row);
        return;
    }
    lpi_flip(row, row->op.intid);
    lpi_write_table(r, row);
}

/* what has been forwarded is looked at again, unless it is acknowledged. */
static void lpi_review_entry(gicr *r, gicr_lpi_row *row, unsigned slot)
{
    gicr_lpi *l = r->lpi;
    uint32_t intid = row->op.intid;
    uint32_t flags = l->entry[slot].flags;
    gicr_lpi_prop *prop = lpi_need_config(r, row, intid);
    gicr_lpi_config config;

    if (!prop)
        return;
    config = lpi_decode(r, intid, lpi_prop_byte(l, prop, intid));
    if (flags & LPI_PRESENTED) {
        if ((config.enabled && config.key == l->entry[slot].key) || GIC_FAULT("R-16"))
            lpi_close(r, row);
        else
            lpi_recall(r, row, slot);
        return;
    }
    if (!config.enabled) {
        lpi_retire(r, row, slot, config);
        return;
    }
    lpi_change(l, slot, config.key, flags & ~(uint32_t)LPI_BLOCKED);
    lpi_close(r, row);
}

static void lpi_review_table(gicr *r, gicr_lpi_row *row)
{
    gicr_lpi *l = r->lpi;
    uint32_t intid = row->op.intid;
    gicr_lpi_prop *prop;
    gicr_lpi_config config;

    if (!lpi_need_table(r, row))
        return;
    if (!lpi_bit(row, intid)) {
        lpi_close(r, row);
        return;
    }
    prop = lpi_need_config(r, row, intid);
    if (!prop)
        return;
    lpi_reconcile(r, row, prop);
    config = lpi_decode(r, intid, lpi_prop_byte(l, prop, intid));
    if (config.enabled && config.key < lpi_fence(l) && lpi_make_room(r, row, config.key)) {
        lpi_set_in_cache(r, row, config, GIC_EV_LPI_REFILLED);
        return;
    }
    lpi_note(l, intid, config);
    lpi_close(r, row);
}

static void lpi_step_inv(gicr *r, gicr_lpi_row *row)
{
    gicr_lpi *l = r->lpi;
    unsigned slot;
    if (row->flags & LPI_WRITTEN) {
        lpi_close(r, row);
        return;
    }
    if (!(row->flags & LPI_INVALIDATED) && row->op.kind == LPI_INV)
        lpi_forget(l, row->op.intid);
    row->flags |= LPI_INVALIDATED;
    slot = lpi_find(l, row->op.intid);
    if (slot == LPI_NO_SLOT && lpi_is_known(l, row->line))
        lpi_review_table(r, row);
    else if (slot != LPI_NO_SLOT && (l->entry[slot].flags & LPI_PENDING))
        lpi_review_entry(r, row, slot);
    else
        lpi_close(r, row);
}

/* --- spill ----------------------------------------------------------------------------------- */

static void lpi_step_spill(gicr *r, gicr_lpi_row *row)
{
    if (row->flags & LPI_WRITTEN) {
        if (!(row->flags & LPI_AGAIN)) {
            lpi_close(r, row);
            return;
        }
        row->op.kind = LPI_SELECT;
        row->line = row->back;
        row->flags = 0;
        row->bit = 0;
        row->state = LPI_WAIT_LINE;
        return;
    }
    if (!lpi_need_table(r, row))
        return;
    lpi_mark(r->lpi, LPI_READY, row->line);
    row->buffer[row->op.intid / 8u % GIC_MEMORY_LINE] |= (uint8_t)(1u << (row->op.intid % 8u));
    lpi_write_table(r, row);
}

/* --- dispatch -------------------------------------------------------------------------------- */

void lpi_step(gicr *r, gicr_lpi_row *row)
{
    static void (*const step[LPI_KINDS])(gicr *, gicr_lpi_row *) = {
        [LPI_SET] = lpi_step_set,       [LPI_CLEAR] = lpi_step_clear, [LPI_INV] = lpi_step_inv,
        [LPI_MOVE] = lpi_step_move,     [LPI_REVIEW] = lpi_step_inv,  [LPI_SPILL] = lpi_step_spill,
        [LPI_SELECT] = lpi_step_select, [LPI_TAKE] = lpi_step_take,   [LPI_FLUSH] = lpi_step_flush,
        [LPI_SWEEP] = lpi_step_sweep,
    };
    row->state = LPI_GO;
    step[row->op.kind](r, row);
}
