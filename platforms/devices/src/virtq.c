/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/virtq.h"

#include <stddef.h>

#include "virtio_bytes.h"

/* Layout of the rings. */
enum {
    RING_FLAGS = 0,
    RING_INDEX = 2,
    RING_ENTRIES = 4,
    AVAIL_ENTRY = 2,
    USED_ENTRY = 8,
    DESC_ALIGN = 16,
    AVAIL_ALIGN = 2,
    USED_ALIGN = 4
};

/* One descriptor. */
typedef struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
} descriptor;

/* The walk along one chain. `table` is the bytes of an indirect table, or those of one descriptor
 * of the queue's own. */
typedef struct walk {
    virtq *q;
    const virtq_dma *dma;
    virtq_chain *chain;
    bool inside;      /* The descriptors are those of an indirect table ... */
    uint32_t entries; /* ... which has so many. */
    uint32_t steps;   /* Descriptors of the table at hand that were looked at. */
    uint8_t table[VIRTQ_SIZE_MAX * VIRTQ_DESC_BYTES];
} walk;

static bool broken(virtq *q, virtq_error error)
{
    q->error = (uint8_t)error;
    return false;
}

static bool read_half(virtq *q, const virtq_dma *dma, uint64_t address, uint16_t *value)
{
    uint8_t bytes[2];

    if (!dma->read(dma->ctx, address, bytes, sizeof bytes))
        return broken(q, VIRTQ_ERROR_MEMORY);
    *value = (uint16_t)virtio_get_le(bytes, sizeof bytes);
    return true;
}

static bool write_half(virtq *q, const virtq_dma *dma, uint64_t address, uint16_t value)
{
    uint8_t bytes[2];

    virtio_put_le(bytes, sizeof bytes, value);
    return dma->write(dma->ctx, address, bytes, sizeof bytes) || broken(q, VIRTQ_ERROR_MEMORY);
}

bool virtq_check(virtq *q)
{
    const bool good = q->size != 0 && q->size <= VIRTQ_SIZE_MAX && (q->size & (q->size - 1)) == 0 &&
                      q->desc % DESC_ALIGN == 0 && q->driver % AVAIL_ALIGN == 0 &&
                      q->device % USED_ALIGN == 0;

    return good || broken(q, VIRTQ_ERROR_SETUP);
}

/* ---------------------------------------------------------------- descriptors */

static descriptor parse(const uint8_t *at)
{
    const descriptor d = {virtio_get_le(at, 8), (uint32_t)virtio_get_le(at + 8, 4),
                          (uint16_t)virtio_get_le(at + 12, 2), (uint16_t)virtio_get_le(at + 14, 2)};

    return d;
}

static bool fetch(walk *w, uint32_t index, descriptor *d)
{
    uint8_t own[VIRTQ_DESC_BYTES];

    if (index >= w->entries)
        return broken(w->q, VIRTQ_ERROR_INDEX);
    /* A chain longer than its table visits a descriptor twice. */
    if (w->steps++ >= w->entries)
        return broken(w->q, VIRTQ_ERROR_LOOP);
    if (w->inside) {
        *d = parse(w->table + (size_t)index * VIRTQ_DESC_BYTES);
        return true;
    }
    if (!w->dma->read(w->dma->ctx, w->q->desc + (uint64_t)index * VIRTQ_DESC_BYTES, own,
                      sizeof own))
        return broken(w->q, VIRTQ_ERROR_MEMORY);
    *d = parse(own);
    return true;
}

static bool add_segment(walk *w, const descriptor *d)
{
    virtq_chain *c = w->chain;
    const bool write = (d->flags & VIRTQ_DESC_WRITE) != 0;
    const virtq_segment segment = {d->address, d->length, 0};

    if (!write && c->ins != 0)
        return broken(w->q, VIRTQ_ERROR_ORDER);
    if (d->length > VIRTQ_BYTES_MAX - c->out_bytes - c->in_bytes)
        return broken(w->q, VIRTQ_ERROR_LENGTH);
    if (c->outs + c->ins >= VIRTQ_SIZE_MAX)
        return broken(w->q, VIRTQ_ERROR_LOOP);
    c->segment[c->outs + c->ins] = segment;
    if (write) {
        c->ins++;
        c->in_bytes += d->length;
    } else {
        c->outs++;
        c->out_bytes += d->length;
    }
    return true;
}

/* Goes on in the table that `d` names. A table in a table, one that goes on behind itself, and one
 * of no descriptors or of parts of them do not exist. */
static bool enter_table(walk *w, const descriptor *d)
{
    if (w->inside || !w->q->indirect || (d->flags & VIRTQ_DESC_NEXT) != 0 || d->length == 0 ||
        d->length % VIRTQ_DESC_BYTES != 0 || d->length > sizeof w->table)
        return broken(w->q, VIRTQ_ERROR_INDIRECT);
    if (!w->dma->read(w->dma->ctx, d->address, w->table, d->length))
        return broken(w->q, VIRTQ_ERROR_MEMORY);
    w->inside = true;
    w->entries = d->length / VIRTQ_DESC_BYTES;
    w->steps = 0;
    return true;
}

static bool walk_chain(walk *w)
{
    uint32_t index = w->chain->head;
    descriptor d;

    for (;;) {
        if (!fetch(w, index, &d))
            return false;
        if ((d.flags & VIRTQ_DESC_INDIRECT) != 0) {
            if (!enter_table(w, &d))
                return false;
            index = 0;
            continue;
        }
        if (!add_segment(w, &d))
            return false;
        if ((d.flags & VIRTQ_DESC_NEXT) == 0)
            return true;
        index = d.next;
    }
}

/* ---------------------------------------------------------------- rings */

/* How many buffers wait. */
static bool waiting(virtq *q, const virtq_dma *dma, uint16_t *count)
{
    uint16_t index;

    if (!read_half(q, dma, q->driver + RING_INDEX, &index))
        return false;
    *count = (uint16_t)(index - q->available);
    return *count <= q->size || broken(q, VIRTQ_ERROR_AVAILABLE);
}

virtq_popped virtq_pop(virtq *q, const virtq_dma *dma, virtq_chain *chain)
{
    walk w;
    uint16_t count;

    if (q->error != VIRTQ_ERROR_NONE || !virtq_check(q) || !waiting(q, dma, &count))
        return VIRTQ_BROKEN;
    if (count == 0)
        return VIRTQ_EMPTY;
    chain->outs = chain->ins = 0;
    chain->out_bytes = chain->in_bytes = 0;
    w.q = q;
    w.dma = dma;
    w.chain = chain;
    w.inside = false;
    w.entries = q->size;
    w.steps = 0;
    if (!read_half(q, dma,
                   q->driver + RING_ENTRIES +
                       (uint64_t)(q->available % q->size) * (uint64_t)AVAIL_ENTRY,
                   &chain->head) ||
        !walk_chain(&w))
        return VIRTQ_BROKEN;
    q->available++;
    return VIRTQ_GOT;
}

void virtq_unpop(virtq *q)
{
    q->available--;
}

bool virtq_push(virtq *q, const virtq_dma *dma, const virtq_chain *chain, uint32_t written)
{
    uint8_t entry[USED_ENTRY];

    if (q->size == 0)
        return broken(q, VIRTQ_ERROR_SETUP);
    virtio_put_le(entry, 4, chain->head);
    virtio_put_le(entry + 4, 4, written);
    if (!dma->write(dma->ctx,
                    q->device + RING_ENTRIES + (uint64_t)(q->used % q->size) * (uint64_t)USED_ENTRY,
                    entry, sizeof entry))
        return broken(q, VIRTQ_ERROR_MEMORY);
    q->used++;
    return write_half(q, dma, q->device + RING_INDEX, q->used);
}

bool virtq_arm(virtq *q, const virtq_dma *dma, bool *more)
{
    const uint64_t event = q->device + RING_ENTRIES + (uint64_t)q->size * USED_ENTRY;
    uint16_t count = 0;

    *more = false;
    if (q->event_idx && !write_half(q, dma, event, q->available))
        return false;
    if (!waiting(q, dma, &count))
        return false;
    *more = count != 0;
    return true;
}

bool virtq_wants_interrupt(virtq *q, const virtq_dma *dma, bool *wants)
{
    const uint16_t before = q->told;
    const uint16_t event_offset = (uint16_t)(RING_ENTRIES + q->size * AVAIL_ENTRY);
    uint16_t value;

    *wants = false;
    q->told = q->used;
    if (q->used == before)
        return true;
    if (!read_half(q, dma, q->driver + (q->event_idx ? event_offset : RING_FLAGS), &value))
        return false;
    if (q->event_idx)
        *wants = (uint16_t)(q->used - value - 1) < (uint16_t)(q->used - before);
    else
        *wants = (value & VIRTQ_AVAIL_NO_INTERRUPT) == 0;
    return true;
}

/* ---------------------------------------------------------------- buffers */

/* Copies between `data` and the segments from `first` to `last`. */
static bool copy(const virtq_dma *dma, const virtq_segment *segment, unsigned count, bool write,
                 uint32_t offset, uint8_t *data, uint32_t length)
{
    for (unsigned n = 0; n < count && length != 0; n++) {
        const virtq_segment *s = &segment[n];
        uint32_t now;

        if (offset >= s->length) {
            offset -= s->length;
            continue;
        }
        now = s->length - offset < length ? s->length - offset : length;
        if (write ? !dma->write(dma->ctx, s->address + offset, data, now)
                  : !dma->read(dma->ctx, s->address + offset, data, now))
            return false;
        data += now;
        length -= now;
        offset = 0;
    }
    return length == 0;
}

bool virtq_out(const virtq_dma *dma, const virtq_chain *chain, uint32_t offset, void *data,
               uint32_t length)
{
    return copy(dma, chain->segment, chain->outs, false, offset, (uint8_t *)data, length);
}

bool virtq_in(const virtq_dma *dma, const virtq_chain *chain, uint32_t offset, const void *data,
              uint32_t length)
{
    return copy(dma, chain->segment + chain->outs, chain->ins, true, offset,
                (uint8_t *)(uintptr_t)data, length);
}

const char *virtq_error_text(virtq_error error)
{
    static const char *const text[VIRTQ_ERRORS] = {
        [VIRTQ_ERROR_NONE] = "no error",
        [VIRTQ_ERROR_MEMORY] = "a ring, a table or a buffer is not in memory",
        [VIRTQ_ERROR_AVAILABLE] = "more buffers are available than the queue has descriptors",
        [VIRTQ_ERROR_INDEX] = "a descriptor's number is beyond its table",
        [VIRTQ_ERROR_LOOP] = "a chain of descriptors goes in a circle",
        [VIRTQ_ERROR_LENGTH] = "a chain has more than 1 GiB",
        [VIRTQ_ERROR_INDIRECT] = "an indirect table is not allowed there, or has a wrong length",
        [VIRTQ_ERROR_ORDER] = "a buffer to read stands behind one to write",
        [VIRTQ_ERROR_SETUP] = "the queue's size or addresses make no sense",
        [VIRTQ_ERROR_REQUEST] = "the buffers are not those of a request",
    };

    return error < VIRTQ_ERRORS ? text[error] : "unknown error";
}
