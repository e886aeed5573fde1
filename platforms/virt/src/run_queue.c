/* SPDX-License-Identifier: Apache-2.0 */
#include "run_queue.h"

#include <string.h>

void run_queue_init(run_queue *q)
{
    memset(q, 0, sizeof *q);
}

/* The order that everything depends on: local time, then PE number. */
static bool queue_before(const run_queue *q, uint32_t a, uint32_t b)
{
    if (q->time[a] != q->time[b])
        return q->time[a] < q->time[b];
    return a < b;
}

static void queue_set(run_queue *q, uint32_t slot, uint16_t pe)
{
    q->heap[slot] = pe;
    q->place[pe] = (uint16_t)(slot + 1);
}

static void queue_sift_up(run_queue *q, uint32_t slot)
{
    const uint16_t pe = q->heap[slot];

    while (slot != 0) {
        const uint32_t parent = (slot - 1) / 2;

        if (!queue_before(q, pe, q->heap[parent]))
            break;
        queue_set(q, slot, q->heap[parent]);
        slot = parent;
    }
    queue_set(q, slot, pe);
}

static void queue_sift_down(run_queue *q, uint32_t slot)
{
    const uint16_t pe = q->heap[slot];

    for (;;) {
        uint32_t child = 2 * slot + 1;

        if (child >= q->count)
            break;
        if (child + 1 < q->count && queue_before(q, q->heap[child + 1], q->heap[child]))
            child++;
        if (!queue_before(q, q->heap[child], pe))
            break;
        queue_set(q, slot, q->heap[child]);
        slot = child;
    }
    queue_set(q, slot, pe);
}

void run_queue_remove(run_queue *q, uint32_t pe)
{
    const uint32_t place = q->place[pe];
    uint16_t last;

    if (place == 0)
        return;
    q->place[pe] = 0;
    q->count--;
    if (place - 1 == q->count)
        return;
    last = q->heap[q->count];
    queue_set(q, place - 1, last);
    queue_sift_up(q, place - 1);
    queue_sift_down(q, q->place[last] - 1U);
}

void run_queue_put(run_queue *q, uint32_t pe, uint64_t time)
{
    if (q->place[pe] != 0 && q->time[pe] == time)
        return;
    run_queue_remove(q, pe);
    if (time == RUN_QUEUE_NEVER)
        return;
    q->time[pe] = time;
    queue_set(q, q->count, (uint16_t)pe);
    q->count++;
    queue_sift_up(q, q->count - 1);
}
