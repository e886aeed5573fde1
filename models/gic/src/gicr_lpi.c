/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LPIs: what is asked, in which order it is done, and by whom. Messages and registers wait in a
 * queue, LPIs that come from other Redistributors in one of their own; the head of each is started
 * as soon as a row is free and nobody is at its line.
 */
#include "gicr_lpi.h"

#include "gic/mem.h"

/* --- building -------------------------------------------------------------------------------- */

size_t gicr_lpi_footprint(const gic_config *config)
{
    gicr_lpi lpi;
    if (config->lpi_bits == 0)
        return 0;
    return gic_align_up(sizeof(lpi) + lpi_lay_out(&lpi, config, NULL), 64);
}

gicr_lpi *gicr_lpi_init(void *memory, const gic_config *config)
{
    gicr_lpi *l = (gicr_lpi *)memory;
    if (config->lpi_bits == 0)
        return NULL;
    lpi_lay_out(l, config, (unsigned char *)(l + 1));
    return l;
}

gicr_lpi_face *gicr_lpi_get_face(gicr_lpi *l)
{
    return &l->face;
}

/* What is under way to memory stays so: an answer to it is not one to what comes later. */
void gicr_lpi_reset(gicr_lpi *l)
{
    uint32_t sequence = l->arch.sequence;
    memset(&l->arch, 0, sizeof(l->arch));
    memset(l->entry, 0, l->saved);
    l->arch.sequence = sequence;
    for (unsigned i = 0; i < LPI_ROWS; i++)
        l->arch.row[i].line = LPI_NO_LINE;
    l->busy = 0;
    l->face.work = false;
    lpi_forget_everything(l);
}

void lpi_forget_everything(gicr_lpi *l)
{
    memset(l->entry, 0, l->size * sizeof(*l->entry));
    for (unsigned map = 0; map < LPI_MAPS; map++)
        memset(l->map[map].word, 0, gic_align_up(l->lines / 8u, sizeof(uint64_t)));
    if (!GIC_FAULT("R-17"))
        l->arch.limit = 0;
    l->arch.fence = LPI_NO_KEY;
    l->arch.fence_new = LPI_NO_KEY;
    l->arch.pass = LPI_PASS_NONE;
    lpi_forget_all(l);
    lpi_index(l);
    lpi_summarise(l);
}

/* --- EnableLPIs ------------------------------------------------------------------------------- */

/* Lines of the table that the guest has, from the first LPI on. */
static void lpi_mark_all(gicr_lpi *l)
{
    for (uint32_t line = lpi_line(GIC_INTID_LPI_FIRST); line < lpi_line(l->arch.limit); line++)
        lpi_mark(l, LPI_READY, line);
    l->arch.fence = 0;
}

/* with PTZ the table is all zero, and is not read; without, all of it is. */
void lpi_enable(gicr *r, bool zeroed)
{
    gicr_lpi *l = r->lpi;
    uint32_t bits = (uint32_t)GIC_GET(GICR_PROPBASER, IDbits, l->arch.propbaser) + 1u;
    lpi_forget_everything(l);
    l->arch.enabled = 1;
    bits = gic_min_u32(bits, r->config.lpi_bits);
    l->arch.limit = bits > 13u ? UINT32_C(1) << bits : 0;
    if (l->arch.limit && !(zeroed && !GIC_FAULT("R-04b")) && !GIC_FAULT("R-04"))
        lpi_mark_all(l);
    l->face.work = true;
}

/* What has been asked before is still done; then the cache is written back. */
void lpi_disable(gicr *r)
{
    r->lpi->arch.enabled = 0;
    r->lpi->arch.disabling = 1;
    r->lpi->face.work = true;
}

/* --- answers --------------------------------------------------------------------------------- */

static uint64_t lpi_pack(const gicr_lpi_op *op)
{
    gic_lpi lpi;
    lpi.tag = op->tag;
    lpi.target = op->target;
    lpi.source = op->source;
    lpi.its = op->its;
    return gic_lpi_pack(lpi);
}

void lpi_answer(gicr *r, const gicr_lpi_op *op)
{
    if (op->from == LPI_FROM_ITS)
        gic_send_kind(&r->outbox, GIC_PORT_ITS, op->its, GIC_MSG_LPI_DONE, op->intid)->arg =
            lpi_pack(op);
    else if (op->from == LPI_FROM_PEER)
        gic_send_kind(&r->outbox, GIC_PORT_GICR, op->source, GIC_MSG_LPI_MOVED_ACK, op->intid)
            ->arg = lpi_pack(op);
    else if (op->from == LPI_FROM_REGISTER)
        r->lpi->arch.register_open--;
}

gicr_lpi_op lpi_make_op(gicr_lpi_kind kind, unsigned from, const gic_msg *msg)
{
    gic_lpi lpi = gic_lpi_unpack(msg->arg);
    gicr_lpi_op op;
    op.intid = msg->intid;
    op.tag = lpi.tag;
    op.target = lpi.target;
    op.source = lpi.source;
    op.kind = (uint8_t)kind;
    op.from = (uint8_t)from;
    op.its = lpi.its;
    op.reserved[0] = op.reserved[1] = op.reserved[2] = 0;
    return op;
}

/* --- rows ------------------------------------------------------------------------------------ */

bool lpi_is_taken(const gicr_lpi *l, uint32_t line)
{
    unsigned i, left = l->busy;
    for (i = 0; left > 0; i++) {
        const gicr_lpi_row *row = &l->arch.row[i];
        left -= row->state != LPI_FREE;
        if (row->state != LPI_FREE &&
            (row->line == line || (row->victim && lpi_line(row->victim) == line)))
            return true;
    }
    return false;
}

/* A free row of @p first to @p last, or NULL. */
static gicr_lpi_row *lpi_free_row(gicr_lpi *l, unsigned first, unsigned last)
{
    unsigned i;
    for (i = first; i <= last; i++)
        if (l->arch.row[i].state == LPI_FREE)
            return &l->arch.row[i];
    return NULL;
}

bool lpi_try(gicr *r, gicr_lpi_op op, uint32_t line, unsigned first, unsigned last)
{
    gicr_lpi *l = r->lpi;
    gicr_lpi_row *row = lpi_free_row(l, first, last);
    if (!row || (l->busy > 0 && lpi_is_taken(l, line)))
        return false;
    lpi_start(r, row, op, line);
    return true;
}

/* SELECT counts where it spills in between. */
bool lpi_has_row(const gicr_lpi *l, gicr_lpi_kind kind)
{
    unsigned i;
    for (i = 0; i < LPI_ROWS; i++) {
        const gicr_lpi_row *row = &l->arch.row[i];
        if (row->state != LPI_FREE &&
            (row->op.kind == kind || (kind == LPI_SELECT && (row->flags & LPI_AGAIN))))
            return true;
    }
    return false;
}

bool lpi_is_quiet(const gicr_lpi *l)
{
    unsigned i;
    for (i = 0; i < LPI_ROWS; i++)
        if (l->arch.row[i].state != LPI_FREE && l->arch.row[i].state < LPI_CREDIT)
            return false;
    return true;
}

static bool lpi_is_owned(const gicr_lpi *l, const gicr_lpi_row *asking)
{
    unsigned i;
    for (i = 0; i < LPI_ROWS; i++) {
        const gicr_lpi_row *row = &l->arch.row[i];
        if (row != asking && row->state > LPI_WAIT_LINE && row->line == asking->line)
            return true;
    }
    return false;
}

static void lpi_send_moved(gicr *r, gicr_lpi_row *row)
{
    gicr_lpi *l = r->lpi;
    gicr_lpi_op moved = row->op;
    moved.source = r->pe;
    l->arch.moving = (uint8_t)(row - l->arch.row + 1);
    row->state = LPI_ACK;
    gic_send_kind(&r->outbox, GIC_PORT_GICR, moved.target, GIC_MSG_LPI_MOVED, moved.intid)->arg =
        lpi_pack(&moved);
}

/* One row that can go on does so. */
static bool lpi_rows_go_on(gicr *r)
{
    gicr_lpi *l = r->lpi;
    unsigned i, left = l->busy;
    for (i = 0; left > 0; i++) {
        gicr_lpi_row *row = &l->arch.row[i];
        left -= row->state != LPI_FREE;
        if (row->state == LPI_GO || (row->state == LPI_WAIT_LINE && !lpi_is_owned(l, row))) {
            lpi_step(r, row);
            return true;
        }
        if (row->state == LPI_CREDIT && !l->arch.moving) {
            lpi_send_moved(r, row);
            return true;
        }
    }
    return false;
}

/* --- the queues ------------------------------------------------------------------------------ */

static void lpi_push(gicr_lpi *l, gicr_lpi_op op)
{
    GIC_ASSERT(l->arch.queue_count < l->queue_size);
    if (l->arch.queue_count == l->queue_size)
        return;
    l->queue[(l->arch.queue_head + l->arch.queue_count) % l->queue_size] = op;
    l->arch.queue_count++;
    l->face.work = true;
}

static void lpi_pop(gicr_lpi *l)
{
    l->arch.queue_head = (l->arch.queue_head + 1u) % l->queue_size;
    l->arch.queue_count--;
}

void lpi_begin_control(gicr_lpi *l, gicr_lpi_op op)
{
    l->arch.control = LPI_QUIET;
    l->arch.control_op = op;
}

bool lpi_start_queued(gicr *r)
{
    gicr_lpi *l = r->lpi;
    gicr_lpi_op op;
    if (l->arch.queue_count == 0)
        return false;
    op = l->queue[l->arch.queue_head];
    if (op.kind == LPI_INVALL || op.kind == LPI_MOVEALL)
        lpi_begin_control(l, op);
    else if (!lpi_try(r, op, lpi_line(op.intid), 1, LPI_ROWS - 1))
        return false;
    lpi_pop(l);
    return true;
}

static gicr_lpi_op lpi_moved_op(const gicr *r, const gicr_lpi_moved *moved)
{
    gic_msg msg = {0};
    gic_lpi lpi = {0, 0, 0, 0};
    lpi.tag = moved->tag;
    lpi.target = r->pe;
    lpi.source = moved->source;
    lpi.its = moved->its;
    msg.intid = moved->intid;
    msg.arg = gic_lpi_pack(lpi);
    return lpi_make_op(LPI_SET, LPI_FROM_PEER, &msg);
}

static bool lpi_start_moved(gicr *r)
{
    gicr_lpi *l = r->lpi;
    gicr_lpi_op op;
    if (l->arch.moved_count == 0)
        return false;
    op = lpi_moved_op(r, &l->moved[l->arch.moved_head]);
    if (!lpi_try(r, op, lpi_line(op.intid), 0, 0))
        return false;
    l->arch.moved_head = (l->arch.moved_head + 1u) % l->moved_size;
    l->arch.moved_count--;
    return true;
}

/* --- what is next ---------------------------------------------------------------------------- */

/* While nothing waits for the rows to be quiet. */
static bool lpi_may_start_moved(const gicr_lpi *l)
{
    return l->arch.control != LPI_QUIET;
}

static bool lpi_unit(gicr *r)
{
    gicr_lpi *l = r->lpi;
    return lpi_rows_go_on(r) || (lpi_may_start_moved(l) && lpi_start_moved(r)) ||
           lpi_control_goes_on(r) || (lpi_may_pass(l) && lpi_pass_goes_on(r));
}

void gicr_lpi_work(gicr *r)
{
    unsigned units = r->config.work_limit;
    bool more = true;
    while (more && units-- > 0 && gic_outbox_room(&r->outbox) >= LPI_ROOM)
        more = lpi_unit(r);
    r->lpi->face.work = more;
}

void gicr_step(gicr *r)
{
    gicr_update(r);
}

/* --- what is asked --------------------------------------------------------------------------- */

static bool lpi_is_accepted(const gicr_lpi *l, uint32_t intid)
{
    return (l->arch.enabled || GIC_FAULT("R-17")) && lpi_exists(l, intid);
}

/* At once if nobody is before it. */
static void lpi_accept(gicr *r, gicr_lpi_op op)
{
    gicr_lpi *l = r->lpi;
    bool first = l->arch.queue_count == 0 && l->arch.control == LPI_IDLE && !l->arch.refresh &&
                 op.kind < LPI_INVALL;
    if (!first || !lpi_try(r, op, lpi_line(op.intid), 1, LPI_ROWS - 1))
        lpi_push(l, op);
}

static void lpi_drop(gicr *r, const gicr_lpi_op *op)
{
    if (op->kind == LPI_SET)
        gic_report(&r->outbox, GIC_EV_LPI_DROPPED, r->pe, op->intid, 0);
    lpi_answer(r, op);
}

static void lpi_receive(gicr *r, gicr_lpi_kind kind, const gic_msg *msg)
{
    gicr_lpi_op op = lpi_make_op(kind, LPI_FROM_ITS, msg);
    bool all = kind == LPI_INVALL || kind == LPI_MOVEALL;
    if (op.its >= r->config.its_count)
        return;
    if (all ? r->lpi->arch.enabled && r->lpi->arch.limit : lpi_is_accepted(r->lpi, op.intid))
        lpi_accept(r, op);
    else
        lpi_drop(r, &op);
}

/* Without LPIs nobody sends such a message. */
#define LPI_RECEIVER(name, kind)                          \
    void gicr_receive_##name(gicr *r, const gic_msg *msg) \
    {                                                     \
        GIC_ASSERT(r->lpi);                               \
        if (r->lpi)                                       \
            lpi_receive(r, kind, msg);                    \
    }
LPI_RECEIVER(lpi_set, LPI_SET)
LPI_RECEIVER(lpi_clear, LPI_CLEAR)
LPI_RECEIVER(lpi_inv, LPI_INV)
LPI_RECEIVER(lpi_invall, LPI_INVALL)
LPI_RECEIVER(lpi_move, LPI_MOVE)
LPI_RECEIVER(lpi_moveall, LPI_MOVEALL)

static void lpi_keep_moved(gicr_lpi *l, const gicr_lpi_op *op)
{
    gicr_lpi_moved *moved = &l->moved[(l->arch.moved_head + l->arch.moved_count) % l->moved_size];
    GIC_ASSERT(l->arch.moved_count < l->moved_size);
    if (l->arch.moved_count == l->moved_size)
        return;
    moved->intid = op->intid;
    moved->tag = op->tag;
    moved->source = op->source;
    moved->its = op->its;
    l->arch.moved_count++;
    l->face.work = true;
}

/* where LPIs are disabled, a moved one is lost. */
void gicr_receive_lpi_moved(gicr *r, const gic_msg *msg)
{
    gicr_lpi *l = r->lpi;
    gicr_lpi_op op = lpi_make_op(LPI_SET, LPI_FROM_PEER, msg);
    GIC_ASSERT(l && op.source < r->config.pe_count);
    if (!l || op.source >= r->config.pe_count)
        return;
    if (!lpi_is_accepted(l, op.intid))
        lpi_drop(r, &op);
    else if (l->arch.moved_count > 0 || !lpi_may_start_moved(l) ||
             !lpi_try(r, op, lpi_line(op.intid), 0, 0))
        lpi_keep_moved(l, &op);
}

void gicr_receive_lpi_moved_ack(gicr *r, const gic_msg *msg)
{
    gicr_lpi *l = r->lpi;
    gicr_lpi_row *row;
    GIC_ASSERT(l && l->arch.moving > 0);
    if (!l || l->arch.moving == 0)
        return;
    row = &l->arch.row[l->arch.moving - 1u];
    l->arch.moving = 0;
    l->face.work = true;
    if (row->op.kind != LPI_SWEEP) {
        lpi_close(r, row);
        return;
    }
    row->line = lpi_line(msg->intid);
    row->bit = (uint16_t)(msg->intid % LPI_LINE_INTIDS + 1u);
    row->flags = 0;
    row->state = LPI_WAIT_LINE;
}

void lpi_ask(gicr *r, gicr_lpi_kind kind, uint32_t intid)
{
    gicr_lpi *l = r->lpi;
    gic_msg msg = {0};
    gicr_lpi_op op;
    msg.intid = intid;
    op = lpi_make_op(kind, LPI_FROM_REGISTER, &msg);
    if (l->arch.register_open < LPI_REGISTERS) {
        l->arch.register_open++;
        lpi_accept(r, op);
    } else if (kind == LPI_INV || kind == LPI_INVALL) {
        if (!(l->arch.refresh & LPI_REFRESH_REGISTER))
            l->arch.register_open++;
        l->arch.refresh |= LPI_REFRESH_REGISTER;
        l->face.work = true;
    } else {
        gic_report(&r->outbox, GIC_EV_LPI_DROPPED, r->pe, intid, 0);
    }
}

/* --- the CPU interface ------------------------------------------------------------------------ */

gicr_choice gicr_lpi_choice(const gicr *r)
{
    uint32_t key = lpi_candidate(r->lpi);
    gicr_choice choice = {GICR_NO_INTID, 0, GIC_GROUP_1NS};
    if (key != LPI_NO_KEY) {
        choice.intid = lpi_intid(key);
        choice.urgency = gic_urgency(lpi_priority(key), false);
    }
    return choice;
}

void gicr_lpi_presented(gicr *r, uint32_t intid)
{
    gicr_lpi *l = r->lpi;
    unsigned slot = lpi_find(l, intid);
    lpi_change(l, slot, l->entry[slot].key, l->entry[slot].flags | LPI_PRESENTED);
    if (lpi_is_thirsty(l))
        l->face.work = true;
}

bool gicr_lpi_stands(const gicr *r, const gicr_entry *entry)
{
    const gicr_lpi *l = r->lpi;
    unsigned slot = lpi_find(l, entry->intid);
    return l->arch.enabled && slot != LPI_NO_SLOT && !(l->entry[slot].flags & LPI_BLOCKED);
}

/* A row that waits for the CPU interface to give the LPI back goes on. */
static void lpi_wake(gicr_lpi *l, uint32_t intid)
{
    unsigned i;
    l->face.work |= lpi_may_work(l);
    for (i = 0; i < LPI_ROWS && l->busy > 0; i++)
        if (l->arch.row[i].state == LPI_RECALL && l->arch.row[i].op.intid == intid)
            l->arch.row[i].state = LPI_GO;
}

/* No active state: an acknowledge clears pending, and that is all. */
void gicr_lpi_activated(gicr *r, uint32_t intid)
{
    gicr_lpi *l = r->lpi;
    unsigned slot = lpi_find(l, intid);
    if (slot == LPI_NO_SLOT)
        return;
    if (GIC_FAULT("R-09"))
        lpi_change(l, slot, l->entry[slot].key, LPI_PENDING | LPI_PRESENTED);
    else if (l->entry[slot].flags & LPI_IN_TABLE)
        lpi_change(l, slot, l->entry[slot].key, LPI_IN_TABLE);
    else
        lpi_remove(l, slot);
    lpi_wake(l, intid);
}

void gicr_lpi_released(gicr *r, uint32_t intid)
{
    gicr_lpi *l = r->lpi;
    unsigned slot = lpi_find(l, intid);
    if (slot == LPI_NO_SLOT)
        return;
    lpi_change(l, slot, l->entry[slot].key, l->entry[slot].flags & ~(uint32_t)LPI_PRESENTED);
    lpi_wake(l, intid);
}

/* GICD_CTLR.DS moves the priorities, and the fence is made of the old ones: what arrives before all
   configuration has been looked at again may be in memory already. */
void gicr_lpi_ds_changed(gicr *r)
{
    if (!r->lpi || !r->lpi->arch.enabled)
        return;
    lpi_doubt_all(r->lpi);
    r->lpi->arch.refresh |= LPI_REFRESH_DS;
    r->lpi->face.work = true;
}

/* --- explaining ------------------------------------------------------------------------------ */

/* What is in memory alone is not known here without reading it. */
static void lpi_explain_pending(const gicr_lpi *l, gic_explanation *e)
{
    unsigned slot = lpi_find(l, e->intid);
    uint32_t flags = slot == LPI_NO_SLOT ? 0 : l->entry[slot].flags;
    uint64_t pending = flags & LPI_PENDING;

    if (slot != LPI_NO_SLOT || !lpi_is_known(l, lpi_line(e->intid)))
        gic_gate_set(e, GIC_GATE_PENDING, pending != 0, pending << 1);
    if (pending)
        gic_gate_set(e, GIC_GATE_ENABLED, true, 1);
}

void gicr_lpi_explain(const gicr *r, gic_explanation *e)
{
    const gicr_lpi *l = r->lpi;
    bool exists = l && lpi_exists(l, e->intid);
    gic_gate_set(e, GIC_GATE_IMPLEMENTED, exists, exists);
    if (!exists)
        return;
    lpi_explain_pending(l, e);
    gic_gate_set(e, GIC_GATE_GROUP_ENABLED,
                 (r->arch.gicd_groups & gic_group_bit(GIC_GROUP_1NS)) != 0, GIC_GROUP_1NS);
    gic_gate_set(e, GIC_GATE_OWNER, l->arch.enabled, r->pe);
}

bool gicr_lpi_has_room(const gicr *r)
{
    return !r->lpi || r->lpi->arch.register_open < LPI_REGISTERS;
}

const gicr_lpi_stats *gicr_get_lpi_stats(const gicr *r)
{
    return r->lpi ? &r->lpi->stats : NULL;
}
