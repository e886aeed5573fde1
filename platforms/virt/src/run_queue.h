/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PEs in the order of a time, then of their number: the order in which they run, or in which their
 * timers fall due. A binary heap with positions: insert, move and remove in logarithmic time, so
 * that a sleeping PE costs nothing.
 */
#ifndef VIRT_RUN_QUEUE_H
#define VIRT_RUN_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RUN_QUEUE_MAX = 512 };

/** The time of an empty queue. */
#define RUN_QUEUE_NEVER UINT64_MAX

/** The queue. */
typedef struct run_queue {
    uint32_t count;
    uint16_t heap[RUN_QUEUE_MAX];  /**< PEs, the earliest first. */
    uint16_t place[RUN_QUEUE_MAX]; /**< Index in the heap plus 1; 0: not queued. */
    uint64_t time[RUN_QUEUE_MAX];  /**< Key of each PE. */
} run_queue;

/** Empties the queue. */
void run_queue_init(run_queue *q);

/** Queues PE `pe` (below RUN_QUEUE_MAX) at `time`, moving it when it is queued already;
 *  RUN_QUEUE_NEVER removes it. */
void run_queue_put(run_queue *q, uint32_t pe, uint64_t time);

/** Removes a PE; nothing happens when it is not queued. */
void run_queue_remove(run_queue *q, uint32_t pe);

/** Time of the first PE; RUN_QUEUE_NEVER when the queue is empty. */
static inline uint64_t run_queue_time(const run_queue *q)
{
    return q->count == 0 ? RUN_QUEUE_NEVER : q->time[q->heap[0]];
}

/** The first PE; the queue must not be empty. */
static inline uint32_t run_queue_first(const run_queue *q)
{
    return q->heap[0];
}

/** Whether a PE is queued. */
static inline bool run_queue_has(const run_queue *q, uint32_t pe)
{
    return q->place[pe] != 0;
}

#ifdef __cplusplus
}
#endif

#endif
