/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What uses rows in turn: refills, INVALL, MOVEALL, and writing back when EnableLPIs is cleared.
 */
#include "gicr_lpi.h"

/* --- refill ---------------------------------------------------------------------------------- */

static void lpi_begin_select(gicr_lpi *l)
{
    l->arch.pass = LPI_PASS_SELECT;
    l->arch.cursor = 0;
    l->arch.fence_new = LPI_NO_KEY;
}

static void lpi_begin_take(gicr_lpi *l)
{
    l->arch.pass = LPI_PASS_TAKE;
    l->arch.cursor = 0;
}

/* All lines have been looked at: the fence is what was left in memory. */
static void lpi_end_select(gicr_lpi *l)
{
    l->arch.fence = l->arch.fence_new;
    l->arch.fence_new = LPI_NO_KEY;
    if (l->arch.fence == LPI_NO_KEY)
        lpi_pour(l, LPI_READY, LPI_DISABLED);
    lpi_begin_take(l);
}

/* Bits that were gone when they should have been cleared (memory is the guest's). */
static void lpi_end_take(gicr_lpi *l)
{
    unsigned slot;
    l->arch.pass = LPI_PASS_NONE;
    for (slot = 0; slot < l->size; slot++) {
        uint32_t flags = l->entry[slot].flags;
        if (!(flags & LPI_IN_TABLE))
            continue;
        if (flags & LPI_PENDING)
            l->entry[slot].flags = flags & ~(uint32_t)LPI_IN_TABLE;
        else
            lpi_remove(l, slot);
    }
}

static bool lpi_try_line(gicr *r, gicr_lpi_kind kind, uint32_t line, unsigned last)
{
    gic_msg msg = {0};
    return lpi_try(r, lpi_make_op(kind, LPI_FROM_SELF, &msg), line, 1, last);
}

/* Start with the next line of  map; lpi_fold() counts it as looked at from here on. */
static bool lpi_pass_lines(gicr *r, unsigned map, gicr_lpi_kind kind)
{
    gicr_lpi *l = r->lpi;
    uint32_t line = lpi_next_marked(l, map, l->arch.cursor);
    if (line == LPI_NO_LINE) {
        l->arch.cursor = l->lines;
        return false;
    }
    l->arch.cursor = line + 1u;
    if (lpi_try_line(r, kind, line, LPI_PASS_ROWS))
        return true;
    l->arch.cursor = line;
    return false;
}

bool lpi_pass_goes_on(gicr *r)
{
    gicr_lpi *l = r->lpi;
    bool select = l->arch.pass == LPI_PASS_SELECT;
    if (l->arch.pass == LPI_PASS_NONE) {
        if (!lpi_is_thirsty(l))
            return false;
        lpi_begin_select(l);
        return true;
    }
    if (lpi_pass_lines(r, select ? LPI_READY : LPI_TAKEN, select ? LPI_SELECT : LPI_TAKE))
        return true;
    if (l->arch.cursor < l->lines || lpi_has_row(l, select ? LPI_SELECT : LPI_TAKE))
        return false;
    if (select)
        lpi_end_select(l);
    else
        lpi_end_take(l);
    return true;
}

/* --- INVALL ---------------------------------------------------------------------------------- */

static void lpi_end_control(gicr *r)
{
    r->lpi->arch.control = LPI_IDLE;
    lpi_answer(r, &r->lpi->arch.control_op);
}

/* Nothing is known of what is in memory until all of it has been looked at again. */
static void lpi_begin_invall(gicr_lpi *l)
{
    if (!GIC_FAULT("R-08b"))
        lpi_forget_all(l);
    lpi_pour(l, LPI_DISABLED, LPI_READY);
    if (l->map[LPI_READY].count > 0) {
        l->arch.fence = 0;
        lpi_begin_select(l);
    }
    l->arch.control = LPI_REVIEW_ALL;
    l->arch.control_at = 0;
}

/* Start @p kind for the next pending entry; false: none is left, or it has to wait. */
static bool lpi_entries_go_on(gicr *r, gicr_lpi_kind kind)
{
    gicr_lpi *l = r->lpi;
    gicr_lpi_op op = l->arch.control_op;
    while (l->arch.control_at < l->size && !(l->entry[l->arch.control_at].flags & LPI_PENDING))
        l->arch.control_at++;
    if (l->arch.control_at == l->size)
        return false;
    op.kind = (uint8_t)kind;
    op.from = LPI_FROM_SELF;
    op.intid = lpi_intid(l->entry[l->arch.control_at].key);
    if (!lpi_try(r, op, lpi_line(op.intid), 1, LPI_ROWS - 1))
        return false;
    l->arch.control_at++;
    return true;
}

static bool lpi_review_all(gicr *r)
{
    gicr_lpi *l = r->lpi;
    if (lpi_entries_go_on(r, LPI_REVIEW))
        return true;
    if (l->arch.control_at < l->size || lpi_has_row(l, LPI_REVIEW))
        return false;
    l->arch.control = LPI_REFILL_ALL;
    return true;
}

static bool lpi_refill_all(gicr *r)
{
    if (r->lpi->arch.pass == LPI_PASS_SELECT)
        return false;
    lpi_end_control(r);
    return true;
}

/* --- MOVEALL --------------------------------------------------------------------------------- */

static void lpi_begin_moveall(gicr *r)
{
    gicr_lpi *l = r->lpi;
    uint16_t target = l->arch.control_op.target;
    l->arch.control = LPI_MOVE_CACHE;
    l->arch.control_at = 0;
    if (target == r->pe || target >= r->config.pe_count)
        lpi_end_control(r);
}

static bool lpi_move_cache(gicr *r)
{
    gicr_lpi *l = r->lpi;
    if (lpi_entries_go_on(r, LPI_MOVE))
        return true;
    if (l->arch.control_at < l->size || lpi_has_row(l, LPI_MOVE))
        return false;
    l->arch.control = LPI_MOVE_TABLE;
    l->arch.control_at = 0;
    return true;
}

/* Each line once: what another Redistributor sends here meanwhile may stay. */
static bool lpi_move_table(gicr *r)
{
    gicr_lpi *l = r->lpi;
    uint32_t line = gic_min_u32(lpi_next_marked(l, LPI_READY, l->arch.control_at),
                                lpi_next_marked(l, LPI_DISABLED, l->arch.control_at));
    gicr_lpi_op op = l->arch.control_op;
    if (lpi_has_row(l, LPI_SWEEP))
        return false;
    if (line == LPI_NO_LINE) {
        lpi_end_control(r);
        return true;
    }
    op.kind = LPI_SWEEP;
    op.from = LPI_FROM_SELF;
    if (!lpi_try(r, op, line, 1, LPI_ROWS - 1))
        return false;
    l->arch.control_at = line + 1u;
    return true;
}

/* --- write back ------------------------------------------------------------------------------ */

/* Called when nothing is asked, or the rows are busy. */
static bool lpi_may_flush(const gicr *r)
{
    const gicr_lpi *l = r->lpi;
    unsigned i;
    if (!l->arch.disabling || l->busy > 0)
        return false;
    for (i = 0; i < r->arch.presented.count; i++)
        if (r->arch.presented.entry[i].intid >= GIC_INTID_LPI_FIRST)
            return false;
    return true;
}

static void lpi_begin_flush(gicr_lpi *l)
{
    unsigned slot;
    for (slot = 0; slot < l->size; slot++) {
        uint32_t flags = l->entry[slot].flags & (LPI_PENDING | LPI_IN_TABLE);
        if (flags == LPI_PENDING || flags == LPI_IN_TABLE)
            lpi_mark(l, LPI_TAKEN, lpi_line(lpi_intid(l->entry[slot].key)));
    }
    l->arch.control = LPI_FLUSH_CACHE;
    l->arch.control_at = 0;
}

static bool lpi_flush_cache(gicr *r)
{
    gicr_lpi *l = r->lpi;
    uint32_t line = lpi_next_marked(l, LPI_TAKEN, l->arch.control_at);
    if (line != LPI_NO_LINE && !GIC_FAULT("R-12")) {
        if (!lpi_try_line(r, LPI_FLUSH, line, LPI_ROWS - 1))
            return false;
        l->arch.control_at = line + 1u;
        return true;
    }
    if (l->busy > 0)
        return false;
    lpi_forget_everything(l);
    l->arch.disabling = 0;
    l->arch.control = LPI_IDLE;
    return true;
}

/* --- what is next ---------------------------------------------------------------------------- */

static void lpi_begin(gicr *r)
{
    if (r->lpi->arch.control_op.kind == LPI_INVALL)
        lpi_begin_invall(r->lpi);
    else
        lpi_begin_moveall(r);
}

/* Configuration is to be looked at for a reason that did not fit into the queue. */
static void lpi_begin_refresh(gicr *r)
{
    gicr_lpi *l = r->lpi;
    gic_msg msg = {0};
    bool asked = (l->arch.refresh & LPI_REFRESH_REGISTER) != 0;
    l->arch.refresh = 0;
    lpi_begin_control(l, lpi_make_op(LPI_INVALL, asked ? LPI_FROM_REGISTER : LPI_FROM_SELF, &msg));
}

static bool lpi_idle_goes_on(gicr *r)
{
    gicr_lpi *l = r->lpi;
    if (l->arch.refresh) {
        lpi_begin_refresh(r);
        return true;
    }
    if (lpi_start_queued(r))
        return true;
    if (!lpi_may_flush(r))
        return false;
    lpi_begin_flush(l);
    return true;
}

bool lpi_control_goes_on(gicr *r)
{
    switch ((gicr_lpi_control)r->lpi->arch.control) {
    case LPI_IDLE:
        return lpi_idle_goes_on(r);
    case LPI_QUIET:
        if (!lpi_is_quiet(r->lpi))
            return false;
        lpi_begin(r);
        return true;
    case LPI_REVIEW_ALL:
        return lpi_review_all(r);
    case LPI_REFILL_ALL:
        return lpi_refill_all(r);
    case LPI_MOVE_CACHE:
        return lpi_move_cache(r);
    case LPI_MOVE_TABLE:
        return lpi_move_table(r);
    case LPI_FLUSH_CACHE:
        return lpi_flush_cache(r);
    case LPI_CONTROLS:
        break;
    }
    return false;
}

/* A refill rests while all pending LPIs move, and once they are written back. */
bool lpi_may_pass(const gicr_lpi *l)
{
    return l->arch.control == LPI_REVIEW_ALL || l->arch.control == LPI_REFILL_ALL ||
           (l->arch.control == LPI_IDLE && l->arch.enabled);
}
