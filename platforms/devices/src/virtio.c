/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/virtio.h"

#include <string.h>

#include "virtio_bytes.h"

#define FEATURE(bit) (UINT64_C(1) << (bit))

/* What all of our devices offer, and what a driver must accept. */
#define FEATURES_COMMON \
    (FEATURE(VIRTIO_F_VERSION_1) | FEATURE(VIRTIO_F_INDIRECT_DESC) | FEATURE(VIRTIO_F_EVENT_IDX))
#define FEATURES_NEEDED FEATURE(VIRTIO_F_VERSION_1)

bool virtio_has(const virtio *v, unsigned bit)
{
    return (v->state->driver_features & FEATURE(bit)) != 0;
}

/* ---------------------------------------------------------------- reset */

/* What the driver's reset does: everything but counters and the PCI function. */
static void restart(virtio *v)
{
    virtio_state *st = v->state;

    memset(st->queue, 0, sizeof st->queue);
    for (unsigned n = 0; n < v->queues; n++) {
        st->queue[n].size = VIRTQ_SIZE_MAX;
        st->queue[n].vector = VIRTIO_NO_VECTOR;
    }
    st->driver_features = 0;
    st->due_ps = DEV_NEVER;
    st->status = 0;
    st->isr = 0;
    st->device_select = st->driver_select = st->queue_select = 0;
    st->config_vector = VIRTIO_NO_VECTOR;
    st->turn = 0;
}

void virtio_reset(virtio *v)
{
    memset(v->state, 0, sizeof *v->state);
    restart(v);
    if (v->kind->reset != NULL)
        v->kind->reset(v->self);
}

void virtio_init(virtio *v, const virtio_kind *kind, void *self, virtio_state *state,
                 const virtio_setup *setup, unsigned queues, uint64_t features)
{
    memset(v, 0, sizeof *v);
    v->kind = kind;
    v->self = self;
    v->state = state;
    v->setup = *setup;
    v->queues = queues;
    v->features = features | FEATURES_COMMON;
    virtio_reset(v);
}

/* ---------------------------------------------------------------- mistakes and interrupts */

static void interrupt(virtio *v, unsigned queue, uint64_t now_ps)
{
    v->state->counters.interrupts++;
    v->transport.interrupt(v->transport.ctx, queue, now_ps);
}

/* Nothing more is served until the driver has reset the device. */
static void needs_reset(virtio *v, unsigned queue, uint64_t now_ps)
{
    virtio_state *st = v->state;

    st->counters.errors++;
    if (st->mistake == VIRTQ_ERROR_NONE) {
        st->mistake = st->queue[queue].error;
        st->mistake_queue = queue;
    }
    st->status |= VIRTIO_STATUS_NEEDS_RESET;
    if ((st->status & VIRTIO_STATUS_DRIVER_OK) != 0)
        interrupt(v, VIRTIO_QUEUES_MAX, now_ps);
}

bool virtio_take_mistake(virtio *v, unsigned *queue, const char **text)
{
    if (v->state->mistake == VIRTQ_ERROR_NONE)
        return false;
    *queue = v->state->mistake_queue;
    *text = virtq_error_text((virtq_error)v->state->mistake);
    v->state->mistake = VIRTQ_ERROR_NONE;
    return true;
}

/* ---------------------------------------------------------------- service */

static bool is_live(const virtio *v)
{
    const uint32_t need = VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_FEATURES_OK;
    const uint32_t stop = VIRTIO_STATUS_NEEDS_RESET | VIRTIO_STATUS_FAILED;

    return (v->state->status & need) == need && (v->state->status & stop) == 0;
}

static bool can_serve(const virtio *v, unsigned n)
{
    const virtq *q = &v->state->queue[n];

    return q->ready && q->kicked && (v->kind->ready == NULL || v->kind->ready(v->self, n));
}

/* The queue whose turn it is; VIRTIO_QUEUES_MAX: none has work. */
static unsigned next_queue(const virtio *v)
{
    for (unsigned n = 0; n < v->queues; n++) {
        const unsigned at = (v->state->turn + n) % v->queues;

        if (can_serve(v, at))
            return at;
    }
    return VIRTIO_QUEUES_MAX;
}

/* A request is under way from the moment at which one is known. */
static void plan(virtio *v, uint64_t now_ps)
{
    virtio_state *st = v->state;

    if (!is_live(v) || next_queue(v) == VIRTIO_QUEUES_MAX)
        st->due_ps = DEV_NEVER;
    else if (st->due_ps == DEV_NEVER)
        st->due_ps =
            v->setup.latency_ps > DEV_NEVER - now_ps ? DEV_NEVER : now_ps + v->setup.latency_ps;
}

void virtio_wake(virtio *v, uint64_t now_ps)
{
    plan(v, now_ps);
}

/* The ring is empty: the driver is to notify again, unless it was faster. */
static bool run_dry(virtio *v, virtq *q)
{
    bool more;

    q->kicked = 0;
    if (!virtq_arm(q, &v->setup.dma, &more))
        return false;
    q->kicked = more;
    return true;
}

static bool serve(virtio *v, unsigned n, virtq *q, const virtq_chain *chain, uint64_t now_ps)
{
    uint32_t written = 0;

    if (!v->kind->serve(v->self, n, chain, now_ps, &written)) {
        q->error = q->error == VIRTQ_ERROR_NONE ? VIRTQ_ERROR_REQUEST : q->error;
        return false;
    }
    v->state->counters.requests++;
    return virtq_push(q, &v->setup.dma, chain, written);
}

/* One request of the queue whose turn it is. @return whether there was one. */
static bool serve_one(virtio *v, uint64_t now_ps)
{
    const unsigned n = next_queue(v);
    virtq *q = &v->state->queue[n % VIRTIO_QUEUES_MAX];
    virtq_chain chain;
    bool good = false;
    bool some = false;

    if (n == VIRTIO_QUEUES_MAX)
        return false;
    v->state->turn = n;
    switch (virtq_pop(q, &v->setup.dma, &chain)) {
    case VIRTQ_GOT:
        v->state->turn = (n + 1) % v->queues;
        some = true;
        good = serve(v, n, q, &chain, now_ps);
        break;
    case VIRTQ_EMPTY:
        good = run_dry(v, q);
        break;
    default:
        break;
    }
    if (!good)
        needs_reset(v, n, now_ps);
    return some;
}

/* Interrupts for all that was returned at this instant. */
static void tell(virtio *v, uint64_t now_ps)
{
    for (unsigned n = 0; n < v->queues && is_live(v); n++) {
        virtq *q = &v->state->queue[n];
        bool wants = false;

        if (!q->ready)
            continue;
        if (!virtq_wants_interrupt(q, &v->setup.dma, &wants))
            needs_reset(v, n, now_ps);
        else if (wants)
            interrupt(v, n, now_ps);
    }
}

static bool may_run(const virtio *v)
{
    return v->transport.may_run == NULL || v->transport.may_run(v->transport.ctx);
}

uint64_t virtio_deadline(const virtio *v)
{
    return may_run(v) ? v->state->due_ps : DEV_NEVER;
}

void virtio_advance(virtio *v, uint64_t now_ps)
{
    virtio_state *st = v->state;

    for (unsigned work = 0; work < VIRTIO_WORK && virtio_deadline(v) <= now_ps; work++) {
        const uint64_t time = st->due_ps;

        /* An empty ring takes no time: the next one is looked at in the same instant. */
        if (serve_one(v, time) || !is_live(v) || next_queue(v) == VIRTIO_QUEUES_MAX)
            st->due_ps = DEV_NEVER;
        /* With a latency each request has an instant of its own. */
        if (st->due_ps == DEV_NEVER && v->setup.latency_ps != 0)
            tell(v, time);
        plan(v, time);
    }
    tell(v, now_ps);
}

bool virtio_read(virtio *v, const virtq_chain *chain, uint32_t offset, void *data, uint32_t length)
{
    v->state->counters.bytes_read += length;
    return virtq_out(&v->setup.dma, chain, offset, data, length);
}

bool virtio_write(virtio *v, const virtq_chain *chain, uint32_t offset, const void *data,
                  uint32_t length)
{
    v->state->counters.bytes_written += length;
    return virtq_in(&v->setup.dma, chain, offset, data, length);
}

/* ---------------------------------------------------------------- registers */

uint32_t virtio_device_features(const virtio *v, uint32_t select)
{
    return select > 1 ? 0 : (uint32_t)(v->features >> (32 * select));
}

uint32_t virtio_driver_features(const virtio *v, uint32_t select)
{
    return select > 1 ? 0 : (uint32_t)(v->state->driver_features >> (32 * select));
}

dev_status virtio_accept_features(virtio *v, uint32_t select, uint32_t value)
{
    const unsigned shift = 32 * (select & 1U);

    if ((v->state->status & VIRTIO_STATUS_FEATURES_OK) != 0 || (select > 1 && value != 0))
        return DEV_BAD_VALUE;
    if (select > 1)
        return DEV_OK;
    v->state->driver_features &= ~(UINT64_C(0xffffffff) << shift);
    v->state->driver_features |= (uint64_t)value << shift;
    return DEV_OK;
}

static bool features_are_good(const virtio *v)
{
    const uint64_t chosen = v->state->driver_features;

    return (chosen & ~v->features) == 0 && (chosen & FEATURES_NEEDED) == FEATURES_NEEDED;
}

/* The driver has reset the device. */
static void driver_reset(virtio *v)
{
    restart(v);
    if (v->kind->restart != NULL)
        v->kind->restart(v->self);
}

dev_status virtio_set_status(virtio *v, uint32_t value, uint64_t now_ps)
{
    virtio_state *st = v->state;
    const uint32_t all = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
                         VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_FAILED;
    const uint32_t before = st->status;
    uint32_t added = value & all & ~before;

    if ((value & UINT8_MAX) == 0) {
        driver_reset(v);
        return DEV_OK;
    }
    if ((before & all & ~value) != 0)
        return DEV_BAD_VALUE;
    if ((added & VIRTIO_STATUS_FEATURES_OK) != 0 && !features_are_good(v))
        added &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
    if ((added & VIRTIO_STATUS_DRIVER_OK) != 0 &&
        ((before | added) & VIRTIO_STATUS_FEATURES_OK) == 0)
        return DEV_BAD_VALUE;
    st->status |= added;
    plan(v, now_ps);
    return DEV_OK;
}

virtq *virtio_selected(const virtio *v)
{
    return v->state->queue_select < v->queues ? &v->state->queue[v->state->queue_select] : NULL;
}

/* The selected queue when its registers may be written: it is not in use. */
static virtq *selected_idle(const virtio *v)
{
    virtq *q = virtio_selected(v);

    return q == NULL || q->ready ? NULL : q;
}

dev_status virtio_set_queue_size(virtio *v, uint32_t size)
{
    virtq *q = selected_idle(v);

    if (q == NULL || size == 0 || size > VIRTQ_SIZE_MAX || (size & (size - 1)) != 0)
        return DEV_BAD_VALUE;
    q->size = (uint16_t)size;
    return DEV_OK;
}

dev_status virtio_set_queue_address(virtio *v, uint64_t *address, uint64_t offset, unsigned size,
                                    uint64_t value)
{
    return selected_idle(v) == NULL ? DEV_BAD_VALUE : dev_write64(address, offset, size, value);
}

dev_status virtio_set_queue_ready(virtio *v, bool ready, uint64_t now_ps)
{
    virtq *q = virtio_selected(v);

    if (q == NULL)
        return DEV_BAD_VALUE;
    if (ready && !q->ready) {
        q->indirect = virtio_has(v, VIRTIO_F_INDIRECT_DESC);
        q->event_idx = virtio_has(v, VIRTIO_F_EVENT_IDX);
        q->available = q->used = q->told = 0;
        q->kicked = 0;
        q->error = VIRTQ_ERROR_NONE;
        if (!virtq_check(q)) {
            needs_reset(v, v->state->queue_select, now_ps);
            return DEV_OK;
        }
    }
    q->ready = ready;
    plan(v, now_ps);
    return DEV_OK;
}

dev_status virtio_notify(virtio *v, uint32_t queue, uint64_t now_ps)
{
    if (queue >= v->queues)
        return DEV_BAD_VALUE;
    v->state->counters.notifications++;
    v->state->queue[queue].kicked = 1;
    plan(v, now_ps);
    return DEV_OK;
}

dev_status virtio_config_read(const virtio *v, uint64_t offset, unsigned size, uint64_t *value)
{
    *value = 0;
    if (size == 0 || size > 8 || offset % size != 0)
        return DEV_BAD_SIZE;
    if (offset >= v->config_size || size > v->config_size - offset)
        return DEV_HOLE;
    *value = virtio_get_le(v->config + offset, size);
    return DEV_OK;
}
