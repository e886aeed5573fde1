/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory requests of the kernels: out to whoever owns the memory, and their answers back.
 *
 * A request that is answered in the call itself needs no place when nothing takes time. Otherwise a
 * row keeps what was read until its answer is due, or until the memory's owner has it
 * (GIC_MEMORY_LATER). Rows are saved; those that are with the memory's owner are asked for anew
 * after loading.
 */
#include "internal.h"

void memory_clear(gic_assembly *a)
{
    for (uint32_t i = 0; i < a->memory_count; i++)
        a->memory[i].state = MEMORY_FREE;
    a->memory_free = 0;
    a->memory_asked = 0;
}

/* The first free row, and no other: a run that goes on from a saved state takes the same ones. */
static memory_row *take_row(gic_assembly *a, const gic_out *out)
{
    const gic_memory_req req = gic_memory_of(out);
    memory_row *row;
    while (a->memory_free < a->memory_count && a->memory[a->memory_free].state != MEMORY_FREE)
        a->memory_free++;
    if (a->memory_free == a->memory_count)
        return NULL;
    row = &a->memory[a->memory_free++];
    row->address = req.address;
    row->tag = req.tag;
    row->from = out->from;
    row->index = out->from_pe;
    row->op = req.op;
    row->length = req.length;
    row->turn++;
    return row;
}

static void give_row_back(gic_assembly *a, memory_row *row)
{
    row->state = MEMORY_FREE;
    if ((uint32_t)(row - a->memory) < a->memory_free)
        a->memory_free = (uint32_t)(row - a->memory);
}

static const void *data_of(const gic_assembly *a, gic_port from, uint16_t index, uint32_t tag)
{
    return from == GIC_PORT_ITS ? its_mem_data(a->itss[index].kernel, tag)
                                : gicr_mem_data(a->seats[index].redist, tag);
}

/* The kernel that asked goes on; its outbox. */
static gic_outbox *answer(gic_assembly *a, gic_port from, uint16_t index, uint32_t tag,
                          const void *data, bool ok)
{
    if (from == GIC_PORT_ITS) {
        its_mem_done(a->itss[index].kernel, tag, data, ok);
        return a->itss[index].box;
    }
    gicr_mem_done(a->seats[index].redist, tag, data, ok);
    return a->seats[index].redist_box;
}

/* Put a row's question to the owner of the memory. */
static gic_memory_answer ask(gic_assembly *a, memory_row *row, gic_memory_access *access,
                             uint64_t now_ps, uint64_t *done_ps)
{
    gic_memory_answer got = GIC_MEMORY_FAILED;
    access->address = row->address;
    access->id = (uint32_t)(row - a->memory) | (uint32_t)row->turn << 16;
    access->op = row->op;
    access->length = row->length;
    if (row->op == GIC_MEMORY_WRITE)
        memcpy(access->data, data_of(a, (gic_port)row->from, row->index, row->tag), row->length);
    row->state = MEMORY_ASKED;
    *done_ps = now_ps;
    a->stats.memory_requests[row->op]++;
    if (a->ports.memory)
        got = a->ports.memory(a->ports.up, access, now_ps, done_ps);
    a->memory_asked += got == GIC_MEMORY_LATER;
    return got;
}

static void wait_for_answer(gic_assembly *a, memory_row *row, bool ok, uint64_t due_ps)
{
    gic_out out = {0};
    row->state = MEMORY_ANSWERED;
    row->ok = ok;
    out.port = PORT_ANSWER;
    out.from = row->from;
    out.to = row->index;
    out.from_pe = row->index;
    out.msg.intid = (uint32_t)(row - a->memory);
    push_or_deliver(a, memory_lane(a, (gic_port)row->from, row->index, true), &out, due_ps);
}

static void put_on_lane(gic_assembly *a, const gic_out *out, uint64_t due_ps)
{
    gic_out later = *out;
    later.to = out->from_pe;
    push_or_deliver(a, memory_lane(a, (gic_port)out->from, out->from_pe, false), &later, due_ps);
}

gic_outbox *memory_at_once(gic_assembly *a, const gic_out *request, uint64_t now_ps)
{
    const gic_out out = *request; /* it may lie in the outbox that its answer writes to */
    const gic_port from = (gic_port)out.from;
    memory_row *row = has_had_its_turn(a) ? NULL : take_row(a, &out);
    gic_memory_access access;
    gic_memory_answer got;
    uint64_t done_ps;
    if (!row) {
        put_on_lane(a, &out, now_ps + DEFER_PS);
        return outbox_of(a, from, out.from_pe);
    }
    got = ask(a, row, &access, now_ps, &done_ps);
    if (got == GIC_MEMORY_LATER)
        return outbox_of(a, from, out.from_pe);
    give_row_back(a, row);
    return answer(a, from, out.from_pe, row->tag,
                  row->op == GIC_MEMORY_READ && got == GIC_MEMORY_OK ? access.data : NULL,
                  got == GIC_MEMORY_OK);
}

void memory_send(gic_assembly *a, const gic_out *out, uint64_t now_ps)
{
    /* A Redistributor's look into its caches is part of its occupancy. */
    const uint64_t lookups = out->from == GIC_PORT_ITS ? gic_memory_of(out).lookups : 0;
    put_on_lane(a, out, now_ps + lookups * a->timing.access_ps[GIC_COST_ITS_LOOKUP]);
}

/* Ask for a row; unless it is left to the memory's owner, its answer is on its way. */
static void ask_and_wait(gic_assembly *a, memory_row *row, uint64_t now_ps)
{
    gic_memory_access access;
    uint64_t done_ps;
    const gic_memory_answer got = ask(a, row, &access, now_ps, &done_ps);
    if (got == GIC_MEMORY_LATER)
        return;
    if (row->op == GIC_MEMORY_READ && got == GIC_MEMORY_OK)
        memcpy(row->data, access.data, row->length);
    wait_for_answer(a, row, got == GIC_MEMORY_OK, done_ps > now_ps ? done_ps : now_ps);
}

bool memory_serve(gic_assembly *a, const gic_out *out, uint64_t now_ps)
{
    memory_row *row = take_row(a, out);
    if (!row)
        return false;
    ask_and_wait(a, row, now_ps);
    return true;
}

gic_outbox *memory_hand_over(gic_assembly *a, const gic_out *out)
{
    memory_row *row = &a->memory[out->msg.intid];
    const bool has_data = row->op == GIC_MEMORY_READ && row->ok != 0;
    gic_outbox *box;
    if (row->state != MEMORY_ANSWERED) /* a forged file may name a row twice */
        return outbox_of(a, (gic_port)out->from, out->to);
    count_message(a, GIC_MSG_NONE);
    box = answer(a, (gic_port)row->from, row->index, row->tag, has_data ? row->data : NULL,
                 row->ok != 0);
    give_row_back(a, row);
    return box;
}

void gic_assembly_memory_done(gic_assembly *a, uint64_t due_ps, uint32_t id, const void *data,
                              bool ok)
{
    const uint32_t index = id & 0xFFFFu;
    memory_row *row;
    if (index >= a->memory_count)
        return;
    row = &a->memory[index];
    if (row->state != MEMORY_ASKED || row->turn != id >> 16)
        return; /* of before a reset */
    if (ok && row->op == GIC_MEMORY_READ)
        memcpy(row->data, data, row->length);
    a->memory_asked--;
    wait_for_answer(a, row, ok, due_ps);
}

bool gic_assembly_waits_for_memory(const gic_assembly *a)
{
    return a->memory_asked != 0;
}

void memory_ask_again(gic_assembly *a, uint64_t now_ps)
{
    a->memory_asked = 0;
    for (uint32_t i = 0; i < a->memory_count; i++)
        if (a->memory[i].state == MEMORY_ASKED) {
            a->stats.memory_requests[a->memory[i].op]--; /* it was counted when it was made */
            ask_and_wait(a, &a->memory[i], now_ps);
        }
}
