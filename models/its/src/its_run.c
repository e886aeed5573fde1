/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on: rows and their steps, memory requests, MSIs, and how much is done in one
 * activation.
 */
#include "its_state.h"

/* --- waiting ---------------------------------------------------------------------------------- */

its_result its_failed(its_row *row, its_error error)
{
    row->error = (uint8_t)error;
    return ITS_FAIL;
}

void its_bad_table(its *s, uint64_t address)
{
    gic_report(&s->outbox, GIC_EV_BAD_ITS_TABLE, GIC_PE_NONE, 0, address);
}

void its_ask(its *s, its_row *row, gic_memory_op op, uint64_t address, unsigned length)
{
    gic_memory_req req;
    row->gen++;
    row->wait = ITS_WAIT_MEMORY;
    row->address = address;
    req.address = address;
    req.tag = (uint32_t)(row - s->row) | (uint32_t)row->gen << 8;
    req.op = (uint8_t)op;
    req.length = (uint8_t)length;
    req.lookups = row->lookups;
    row->lookups = 0;
    gic_memory_request(&s->outbox, req);
    if (op == GIC_MEMORY_READ)
        s->arch->stats.memory_reads++;
    else
        s->arch->stats.memory_writes++;
}

/* Whether a translation that has begun uses what the command at work changes (T-23). */
static bool its_row_conflicts(const its *s, const its_row *row)
{
    bool begun = row->pc > 0 || row->sub != ITS_FRESH;
    if (row->plan != ITS_PLAN_MSI || !begun)
        return false;
    if (s->arch->hazard != ITS_HAZARD_COLLECTION)
        return its_event_blocked(s, row->device, row->event);
    return its_collection_blocked(s, row->icid) &&
           (row->pc > 2 || (row->pc == 2 && row->sub != ITS_FRESH));
}

static bool its_must_wait(const its *s, const its_row *row)
{
    uint64_t others = s->arch->busy;
    if (row->plan == ITS_PLAN_MSI)
        return its_event_blocked(s, row->device, row->event);
    if (s->arch->hazard == ITS_HAZARD_NONE)
        return false;
    for (; others; others &= others - 1u)
        if (its_row_conflicts(s, &s->row[gic_lowest_bit64(others)]))
            return true;
    return false;
}

static void its_wake_blocked(its *s)
{
    uint64_t waiting = s->arch->busy & ~s->arch->runnable;
    for (; waiting; waiting &= waiting - 1u) {
        unsigned i = gic_lowest_bit64(waiting);
        if (s->row[i].wait == ITS_WAIT_HAZARD)
            s->arch->runnable |= UINT64_C(1) << i;
    }
}

/* --- rows ------------------------------------------------------------------------------------- */

static its_row *its_take_row(its *s, unsigned slot)
{
    its_row *row = &s->row[slot];
    uint16_t gen = row->gen;
    memset(row, 0, sizeof(*row));
    row->gen = gen;
    return row;
}

static void its_drop_msi(its *s, const its_row *row)
{
    s->arch->stats.dropped++;
    if (row->error == ITS_MEMORY)
        return;
    if (row->error == ITS_DEVICE_OOR || row->error == ITS_ID_OOR)
        gic_report(&s->outbox, GIC_EV_BAD_ITS_MAPPING, GIC_PE_NONE, 0,
                   (uint64_t)row->device << 32 | row->event);
    its_unmapped(s, row->device, row->event);
}

/* The one place where a translation or a command ends, well or not; none does that could be run. */
static void its_end_row(its *s, unsigned slot)
{
    its_row *row = &s->row[slot];
    s->arch->busy &= ~(UINT64_C(1) << slot);
    if (row->plan != ITS_PLAN_MSI)
        its_end_command(s, row);
    else if (row->error != ITS_OK)
        its_drop_msi(s, row);
    its_wake_blocked(s);
}

static void its_run_row(its *s, unsigned slot, const uint64_t *data)
{
    its_row *row = &s->row[slot];
    const its_command *plan = its_plan(row->plan);
    its_result result = ITS_NEXT;

    s->arch->runnable &= ~(UINT64_C(1) << slot);
    if (row->pc == 0 && row->sub == ITS_FRESH && its_must_wait(s, row)) {
        row->wait = ITS_WAIT_HAZARD;
        return;
    }
    while (result == ITS_NEXT && row->pc < ITS_PLAN_STEPS && plan->step[row->pc]) {
        result = plan->step[row->pc](s, row, data);
        if (result == ITS_NEXT) {
            row->pc++;
            row->sub = ITS_FRESH;
        }
    }
    if (result != ITS_WAIT)
        its_end_row(s, slot);
}

/* --- units of work ---------------------------------------------------------------------------- */

static uint64_t its_free_rows(const its *s)
{
    return s->rows & ~s->arch->busy;
}

bool its_has_work(const its *s)
{
    if (s->arch->runnable || its_wants_fetch(s))
        return true;
    return its_free_rows(s) && (s->arch->queue_count || its_has_command(s));
}

static void its_start_msi(its *s, unsigned slot)
{
    its_arch *a = s->arch;
    its_row *row = its_take_row(s, slot);
    row->device = s->msi[a->queue_first].device;
    row->event = s->msi[a->queue_first].event;
    a->queue_first = (uint16_t)(a->queue_first + 1u == s->queue ? 0 : a->queue_first + 1u);
    a->queue_count--;
    a->busy |= UINT64_C(1) << slot;
    its_run_row(s, slot, NULL);
}

/* Where both want the row, commands and MSIs take turns. */
static void its_start(its *s)
{
    its_arch *a = s->arch;
    unsigned slot = gic_lowest_bit64(its_free_rows(s));
    bool command = its_has_command(s) && !(a->queue_count && a->msi_turn);
    a->msi_turn = command;
    if (!command) {
        its_start_msi(s, slot);
        return;
    }
    (void)its_take_row(s, slot);
    its_start_command(s, slot);
}

static void its_unit(its *s)
{
    if (its_wants_fetch(s))
        its_fetch(s);
    else if (s->arch->runnable)
        its_run_row(s, gic_lowest_bit64(s->arch->runnable), NULL);
    else
        its_start(s);
}

void its_run(its *s)
{
    unsigned units = s->config.work_limit;
    while (units > 0 && its_has_work(s) && gic_outbox_room(&s->outbox) >= ITS_OUTBOX_RESERVE) {
        its_unit(s);
        units--;
    }
    s->outbox.more = its_has_work(s);
}

void its_step(its *s)
{
    its_run(s);
}

/* Nothing at work, nothing on the way (T-04). What has been accepted is finished first. */
bool its_quiescent(const its *s)
{
    const its_arch *a = s->arch;
    if (GIC_FAULT("T-04b"))
        return true;
    return !a->enabled && a->busy == 0 && a->queue_count == 0 && !a->fetching &&
           (a->open == 0 || GIC_FAULT("C-04b"));
}

/* --- memory ----------------------------------------------------------------------------------- */

const void *its_mem_data(const its *s, uint32_t tag)
{
    unsigned slot = tag & 0xFFu;
    return slot < s->config.its.walks ? s->row[slot].data : NULL;
}

static void its_row_done(its *s, unsigned slot, const void *data, bool ok)
{
    its_row *row = &s->row[slot];
    bool reads = row->sub != ITS_WRITTEN;
    uint64_t word = 0;
    if (!ok || (reads && !data)) {
        its_bad_table(s, row->address);
        row->error = ITS_MEMORY;
        its_end_row(s, slot);
        return;
    }
    if (reads)
        word = its_word((const uint8_t *)data);
    its_run_row(s, slot, &word);
}

void its_mem_done(its *s, uint32_t tag, const void *data, bool ok)
{
    unsigned slot = tag & 0xFFu;
    uint32_t gen = tag >> 8;
    if (slot == ITS_FETCH) {
        if (!s->arch->fetching || gen != s->arch->fetch_gen)
            return;
        its_fetched(s, data, ok);
    } else {
        if (slot >= s->config.its.walks || !(s->arch->busy >> slot & 1u) ||
            s->row[slot].wait != ITS_WAIT_MEMORY || s->row[slot].gen != gen)
            return;
        its_row_done(s, slot, data, ok);
    }
    its_run(s);
}

/* --- MSIs ------------------------------------------------------------------------------------- */

void its_note_wait(its *s)
{
    s->arch->stats.full++;
}

bool its_is_full(const its *s)
{
    return s->arch->queue_count == s->queue;
}

uint32_t its_room(const its *s)
{
    return (uint32_t)s->queue - s->arch->queue_count;
}

static void its_enqueue(its *s, uint32_t device, uint32_t event)
{
    its_arch *a = s->arch;
    unsigned at = (unsigned)a->queue_first + a->queue_count;
    if (at >= s->queue)
        at -= s->queue;
    s->msi[at].device = device;
    s->msi[at].event = event;
    a->queue_count++;
}

bool its_translate(its *s, uint32_t device, uint32_t event)
{
    if (its_is_full(s)) {
        s->arch->stats.full++;
        gic_report(&s->outbox, GIC_EV_ITS_FULL, GIC_PE_NONE, 0, s->index);
        return false;
    }
    if (!s->arch->enabled && !GIC_FAULT("T-16")) {
        s->arch->stats.dropped++;
        return true;
    }
    if (its_translate_cached(s, device, event))
        return true;
    its_enqueue(s, device, event);
    its_run(s);
    return true;
}
