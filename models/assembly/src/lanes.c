/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lanes: FIFO queues of messages under way, and a binary heap that finds the lane whose head is due
 * first. Equal times go in order of sending, so that the order depends on nothing but the stimuli.
 */
#include "internal.h"

static bool before(const gic_assembly *a, uint32_t lane_a, uint32_t lane_b)
{
    const node *x = &a->nodes[a->lanes[lane_a].head];
    const node *y = &a->nodes[a->lanes[lane_b].head];
    return x->due_ps < y->due_ps || (x->due_ps == y->due_ps && x->seq < y->seq);
}

static void sift_up(gic_assembly *a, uint32_t at)
{
    uint32_t lane_id = a->heap[at];
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;
        if (!before(a, lane_id, a->heap[parent]))
            break;
        a->heap[at] = a->heap[parent];
        at = parent;
    }
    a->heap[at] = lane_id;
}

static void sift_down(gic_assembly *a, uint32_t at)
{
    uint32_t lane_id = a->heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= a->heap_count)
            break;
        if (child + 1 < a->heap_count && before(a, a->heap[child + 1], a->heap[child]))
            child++;
        if (!before(a, a->heap[child], lane_id))
            break;
        a->heap[at] = a->heap[child];
        at = child;
    }
    a->heap[at] = lane_id;
}

void lanes_clear(gic_assembly *a)
{
    for (uint32_t i = 0; i < a->lane_count; i++) {
        a->lanes[i].head = NONE;
        a->lanes[i].tail = NONE;
    }
    for (uint32_t i = 0; i < a->node_count; i++)
        a->nodes[i].next = i + 1 < a->node_count ? i + 1 : NONE;
    a->node_free = a->node_count ? 0 : NONE;
    a->heap_count = 0;
    a->in_flight = 0;
    a->line_due_known = false;
}

bool lanes_push(gic_assembly *a, uint32_t lane_id, const gic_out *out, uint64_t due_ps)
{
    lane *l = &a->lanes[lane_id];
    uint32_t n = a->node_free;
    if (n == NONE)
        return false;
    a->node_free = a->nodes[n].next;
    a->line_due_known = false;
    a->nodes[n].due_ps = due_ps;
    a->nodes[n].seq = a->next_seq++;
    a->nodes[n].out = *out;
    a->nodes[n].next = NONE;
    if (l->head == NONE) {
        l->head = n;
        l->tail = n;
        a->heap[a->heap_count] = lane_id;
        sift_up(a, a->heap_count++);
    } else {
        a->nodes[l->tail].next = n;
        l->tail = n;
    }
    if (++a->in_flight > a->stats.in_flight_peak)
        a->stats.in_flight_peak = a->in_flight;
    return true;
}

gic_out lanes_pop(gic_assembly *a, uint32_t lane_id)
{
    lane *l = &a->lanes[lane_id];
    uint32_t n = l->head;
    gic_out out = a->nodes[n].out;
    const uint64_t due_ps = a->nodes[n].due_ps;
    GIC_ASSERT(a->heap[0] == lane_id);
    a->line_due_known = false;
    l->head = a->nodes[n].next;
    if (l->head != NONE && a->nodes[l->head].due_ps < due_ps)
        a->nodes[l->head].due_ps = due_ps; /* it waited behind that one: links never reorder */
    a->nodes[n].next = a->node_free;
    a->node_free = n;
    a->in_flight--;
    if (l->head == NONE) {
        l->tail = NONE;
        a->heap[0] = a->heap[--a->heap_count];
    }
    if (a->heap_count > 0)
        sift_down(a, 0);
    return out;
}

void lanes_postpone(gic_assembly *a, uint32_t lane_id, uint64_t due_ps)
{
    GIC_ASSERT(a->heap[0] == lane_id);
    a->line_due_known = false;
    a->nodes[a->lanes[lane_id].head].due_ps = due_ps; /* what is behind it follows: lanes_pop() */
    sift_down(a, 0);
}
