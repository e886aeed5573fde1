/* SPDX-License-Identifier: Apache-2.0 */
/* The traffic generator's registers. */
#include <string.h>

#include "tgen_internal.h"

enum {
    STREAM_BASE = 0x1000,
    STREAM_SPAN = 0x80,
    VECTOR_BASE = 0x8000,
    VECTOR_SPAN = 0x4000, /* bytes of one array by vector */
    REG_WIDE = 8
};

/* A register that is a member of the stream. */
typedef struct stream_row {
    uint16_t offset;
    uint16_t size;
    uint16_t member;
    bool program; /* software writes it, but not while the stream runs */
} stream_row;

#define MEMBER(name, field, program)                                                              \
    {                                                                                             \
        TGEN_S_##name, sizeof(((tgen_stream *)0)->field), (uint16_t)offsetof(tgen_stream, field), \
            program                                                                               \
    }

static const stream_row stream_rows[] = {
    MEMBER(CTRL, program.ctrl, true),
    MEMBER(COUNT, program.count, true),
    MEMBER(FIRST, program.first, true),
    MEMBER(VECTORS, program.vectors, true),
    MEMBER(BURST, program.burst, true),
    MEMBER(TRACE_FIRST, program.trace_first, true),
    MEMBER(TRACE_COUNT, program.trace_count, true),
    MEMBER(DELAY_NS, program.delay_ns, true),
    MEMBER(PHASE_PS, program.phase_ps, true),
    MEMBER(PERIOD_NS, program.period_ns, true),
    MEMBER(GAP_NS, program.gap_ns, true),
    MEMBER(SEED, program.seed, true),
    MEMBER(STATUS, status, false),
    MEMBER(FIRED, fired, false),
    MEMBER(NEXT_PS, due_ps, false),
    MEMBER(LAST_PS, last_ps, false),
};

#undef MEMBER

static const stream_row *find_row(uint64_t reg)
{
    for (size_t n = 0; n < sizeof stream_rows / sizeof stream_rows[0]; n++)
        if (reg >= stream_rows[n].offset && reg - stream_rows[n].offset < stream_rows[n].size)
            return &stream_rows[n];
    return NULL;
}

/* A 32-bit register takes 32-bit accesses, a 64-bit register its halves too. */
static bool row_takes(const stream_row *row, uint64_t reg, unsigned size)
{
    return (size == 4 || size == REG_WIDE) && size <= row->size && reg % size == 0;
}

static dev_status read_stream(const tgen_stream *s, uint64_t reg, unsigned size, uint64_t *value)
{
    const stream_row *row = find_row(reg);
    uint64_t word = 0;

    if (row == NULL)
        return reg == TGEN_S_GO ? DEV_WRITE_ONLY : DEV_HOLE;
    if (!row_takes(row, reg, size))
        return DEV_BAD_SIZE;
    memcpy(&word, (const uint8_t *)s + row->member, row->size);
    *value = word >> ((reg - row->offset) * 8) & dev_mask(size);
    return DEV_OK;
}

static dev_status write_row(tgen_stream *s, const stream_row *row, uint64_t reg, unsigned size,
                            uint64_t value)
{
    uint8_t *at = (uint8_t *)s + row->member + (reg - row->offset);

    if (!row_takes(row, reg, size))
        return DEV_BAD_SIZE;
    if (!row->program)
        return DEV_READ_ONLY;
    if ((s->status & TGEN_STATUS_RUNNING) != 0)
        return DEV_BAD_VALUE;
    memcpy(at, &value, size);
    return DEV_OK;
}

static dev_status write_stream(tgen *t, unsigned n, uint64_t reg, unsigned size, uint64_t now_ps,
                               uint64_t value)
{
    const stream_row *row = find_row(reg);

    if (row != NULL)
        return write_row(&t->state.stream[n], row, reg, size, value);
    if (reg != TGEN_S_GO)
        return DEV_HOLE;
    if (size != 4)
        return DEV_BAD_SIZE;
    if ((value & 1) == 0)
        tgen_stop(t, n);
    else if (!tgen_go(t, n, now_ps))
        return DEV_BAD_VALUE;
    return DEV_OK;
}

/* The arrays by vector, in the order of their places. */
static dev_status read_vector(const tgen *t, uint64_t offset, unsigned size, uint64_t *value)
{
    const uint64_t vector = (offset - VECTOR_BASE) % VECTOR_SPAN / REG_WIDE;
    const tgen_state *st = &t->state;
    uint64_t word;

    if (vector >= t->config.vectors)
        return DEV_HOLE;
    switch ((offset - VECTOR_BASE) / VECTOR_SPAN) {
    case 0:
        word = st->last_ps[vector];
        break;
    case 1:
        word = (uint64_t)st->arrivals_of[vector] << 32 | st->sent_of[vector];
        break;
    case 2:
        word = dev_clock_ticks(&t->cpu_clock, st->last_ps[vector]);
        break;
    case 3:
        word = dev_clock_ticks(&t->counter, st->last_ps[vector]);
        break;
    default:
        return DEV_HOLE;
    }
    return dev_read64(word, offset, size, value);
}

static uint32_t running_bits(const tgen_state *st)
{
    uint32_t bits = 0;

    for (unsigned n = 0; n < TGEN_NUM_STREAMS; n++)
        if ((st->stream[n].status & TGEN_STATUS_RUNNING) != 0)
            bits |= UINT32_C(1) << n;
    return bits;
}

/* Pairs of 32-bit registers are read as the 64-bit word that holds both. */
static dev_status read_global(const tgen *t, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t *value)
{
    const tgen_state *st = &t->state;
    uint64_t word;

    switch (offset & ~UINT64_C(7)) {
    case TGEN_ID:
        word = (uint64_t)TGEN_NUM_STREAMS << 32 | TGEN_ID_VALUE;
        break;
    case TGEN_VECTORS:
        word = (uint64_t)t->trace_size << 32 | t->config.vectors;
        break;
    case TGEN_NOW_PS:
        word = now_ps;
        break;
    case TGEN_NOW_CYCLES:
        word = dev_clock_ticks(&t->cpu_clock, now_ps);
        break;
    case TGEN_NOW_TICKS:
        word = dev_clock_ticks(&t->counter, now_ps);
        break;
    case TGEN_ARRIVALS:
        word = st->arrivals;
        break;
    case TGEN_SENT:
        word = st->sent;
        break;
    case TGEN_HELD:
        word = st->held;
        break;
    case TGEN_MERGED:
        word = st->merged;
        break;
    case TGEN_START:
        return DEV_WRITE_ONLY;
    case TGEN_RUNNING:
        word = (uint64_t)st->int_status << 32 | running_bits(st);
        break;
    default:
        return DEV_HOLE;
    }
    return dev_read64(word, offset, size, value);
}

/* All of them at one instant, in the order of their numbers. */
static dev_status start_set(tgen *t, uint32_t set, uint64_t now_ps)
{
    dev_status status = DEV_OK;

    for (unsigned n = 0; n < TGEN_NUM_STREAMS; n++)
        if ((set >> n & 1u) != 0 && !tgen_go(t, n, now_ps))
            status = DEV_BAD_VALUE;
    return status;
}

static void stop_set(tgen *t, uint32_t set)
{
    for (unsigned n = 0; n < TGEN_NUM_STREAMS; n++)
        if ((set >> n & 1u) != 0)
            tgen_stop(t, n);
}

static dev_status write_global(tgen *t, uint64_t offset, unsigned size, uint64_t now_ps,
                               uint32_t value)
{
    if (size != 4)
        return DEV_BAD_SIZE;
    switch (offset) {
    case TGEN_START:
        return start_set(t, value, now_ps);
    case TGEN_STOP:
        stop_set(t, value);
        return DEV_OK;
    case TGEN_INT_STATUS:
        t->state.int_status &= ~value;
        pcie_set_intx(&t->function, t->state.int_status != 0);
        return DEV_OK;
    default:
        return offset <= TGEN_RUNNING ? DEV_READ_ONLY : DEV_HOLE;
    }
}

dev_status tgen_peek(const void *self, unsigned bar, uint64_t offset, unsigned size,
                     uint64_t now_ps, uint64_t *value)
{
    const tgen *t = (const tgen *)self;
    const uint64_t in_streams = offset - STREAM_BASE;

    *value = 0;
    if (bar != 0)
        return DEV_HOLE;
    if ((size != 4 && size != REG_WIDE) || offset % size != 0)
        return DEV_BAD_SIZE;
    if (offset >= VECTOR_BASE)
        return read_vector(t, offset, size, value);
    if (offset < STREAM_BASE)
        return read_global(t, offset, size, now_ps, value);
    if (in_streams / STREAM_SPAN >= TGEN_NUM_STREAMS)
        return DEV_HOLE;
    return read_stream(&t->state.stream[in_streams / STREAM_SPAN], in_streams % STREAM_SPAN, size,
                       value);
}

dev_status tgen_read(void *self, unsigned bar, uint64_t offset, unsigned size, uint64_t now_ps,
                     uint64_t *value)
{
    return tgen_peek(self, bar, offset, size, now_ps, value);
}

dev_status tgen_write(void *self, unsigned bar, uint64_t offset, unsigned size, uint64_t now_ps,
                      uint64_t value)
{
    tgen *t = (tgen *)self;
    const uint64_t in_streams = offset - STREAM_BASE;

    if (bar != 0)
        return DEV_HOLE;
    if ((size != 4 && size != REG_WIDE) || offset % size != 0)
        return DEV_BAD_SIZE;
    if (offset >= VECTOR_BASE)
        return DEV_READ_ONLY;
    if (offset < STREAM_BASE)
        return write_global(t, offset, size, now_ps, (uint32_t)value);
    if (in_streams / STREAM_SPAN >= TGEN_NUM_STREAMS)
        return DEV_HOLE;
    return write_stream(t, (unsigned)(in_streams / STREAM_SPAN), in_streams % STREAM_SPAN, size,
                        now_ps, value);
}
