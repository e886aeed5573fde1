/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/stimulus.h"

#include <string.h>

#define PS_PER_NS         UINT64_C(1000)
#define STIMULUS_PS_PER_S UINT64_C(1000000000000)
#define CHANNEL_BASE      0x1000u
#define CHANNEL_SPAN      0x80u

/* Saturating sum: a delay beyond the end of time never comes. */
static uint64_t add_sat(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t ns_to_ps(uint64_t ns)
{
    return ns > UINT64_MAX / PS_PER_NS ? UINT64_MAX : ns * PS_PER_NS;
}

/* xorshift64*: small, and the same on every machine. */
static uint64_t next_random(stimulus_state *st)
{
    uint64_t x = st->seed != 0 ? st->seed : 1;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    st->seed = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t random_phase(stimulus_state *st, const stimulus_channel *ch)
{
    return ch->span_ps == 0 ? 0 : next_random(st) % ch->span_ps;
}

static void push_change(stimulus_state *st, const stimulus_channel *ch, uint64_t time_ps,
                        bool level)
{
    const uint32_t slot = (st->out_head + st->out_count) % STIMULUS_OUTBOX;
    const bool ppi = (ch->ctrl & STIMULUS_CTRL_PPI) != 0;
    const stimulus_change change = {time_ps, ch->intid, ppi ? ch->pe : 0, ppi, level};

    st->out[slot] = change;
    st->out_count++;
}

/* Room for the two changes of a pulse. */
static bool outbox_has_room(const stimulus_state *st)
{
    return st->out_count + 2 <= STIMULUS_OUTBOX;
}

bool stimulus_pop(stimulus *s, stimulus_change *change)
{
    stimulus_state *st = &s->state;

    if (st->out_count == 0)
        return false;
    *change = st->out[st->out_head];
    st->out_head = (st->out_head + 1) % STIMULUS_OUTBOX;
    st->out_count--;
    return true;
}

static bool in_range(uint32_t intid, uint32_t first, uint32_t number)
{
    return intid >= first && intid - first < number;
}

static bool line_exists(const stimulus *s, const stimulus_channel *ch)
{
    if ((ch->ctrl & STIMULUS_CTRL_PPI) != 0)
        return ch->pe < s->config.num_pes &&
               (in_range(ch->intid, 16, 16) || in_range(ch->intid, 1056, s->config.num_eppis));
    return in_range(ch->intid, 32, s->config.num_spis) ||
           in_range(ch->intid, 4096, s->config.num_espis);
}

static void schedule_first(stimulus_state *st, stimulus_channel *ch, uint64_t from_ps)
{
    const bool absolute = (ch->ctrl & STIMULUS_CTRL_ABS) != 0 && ch->fired == 0;
    const uint64_t delay = add_sat(ns_to_ps(ch->delay_ns), ch->phase_ps);
    const uint64_t due = add_sat(add_sat(absolute ? 0 : from_ps, delay), random_phase(st, ch));

    ch->due_ps = due < from_ps ? from_ps : due;
}

/* After an assertion: the next one by PERIOD, by DELAY (edge), or not before ACK (level). */
static void schedule_next(stimulus_state *st, stimulus_channel *ch)
{
    const uint64_t from = ch->assert_ps;
    uint64_t due;

    ch->due_ps = DEV_NEVER;
    if (ch->count != 0 && ch->fired >= ch->count)
        return;
    if (ch->period_ns == 0 && (ch->ctrl & STIMULUS_CTRL_EDGE) == 0) {
        ch->wait_ack = true;
        return;
    }
    due = ch->period_ns != 0 ? ns_to_ps(ch->period_ns)
                             : add_sat(ns_to_ps(ch->delay_ns), ch->phase_ps);
    due = add_sat(due, random_phase(st, ch));
    /* An interval of nothing would assert for ever in one instant: time must move. */
    ch->due_ps = add_sat(from, due == 0 ? 1 : due);
}

static void assert_line(stimulus_state *st, stimulus_channel *ch)
{
    ch->assert_ps = ch->due_ps;
    ch->fired++;
    if (ch->line)
        ch->merged++;
    else
        push_change(st, ch, ch->due_ps, true);
    ch->line = true;
    if ((ch->ctrl & STIMULUS_CTRL_EDGE) != 0) {
        push_change(st, ch, ch->due_ps, false);
        ch->line = false;
    }
    schedule_next(st, ch);
}

static stimulus_channel *earliest(stimulus_state *st)
{
    stimulus_channel *best = &st->ch[0];

    for (unsigned n = 1; n < STIMULUS_NUM_CHANNELS; n++)
        if (st->ch[n].due_ps < best->due_ps)
            best = &st->ch[n];
    return best;
}

static uint64_t stimulus_deadline(const void *self)
{
    const stimulus *s = (const stimulus *)self;
    uint64_t best = DEV_NEVER;

    for (unsigned n = 0; n < STIMULUS_NUM_CHANNELS; n++)
        if (s->state.ch[n].due_ps < best)
            best = s->state.ch[n].due_ps;
    return best;
}

static void stimulus_advance(void *self, uint64_t now_ps)
{
    stimulus_state *st = &((stimulus *)self)->state;

    while (outbox_has_room(st)) {
        stimulus_channel *ch = earliest(st);

        if (ch->due_ps == DEV_NEVER || ch->due_ps > now_ps)
            return;
        assert_line(st, ch);
    }
}

static void lower(stimulus_state *st, stimulus_channel *ch, uint64_t now_ps)
{
    ch->release_ps = now_ps;
    if (ch->line)
        push_change(st, ch, now_ps, false);
    ch->line = false;
}

static void go(stimulus *s, stimulus_channel *ch, uint64_t now_ps, bool arm)
{
    ch->due_ps = DEV_NEVER;
    ch->wait_ack = false;
    if (!arm)
        return;
    ch->error = !line_exists(s, ch);
    ch->fired = 0;
    ch->merged = 0;
    if (!ch->error)
        schedule_first(&s->state, ch, now_ps);
}

static void acknowledge(stimulus *s, stimulus_channel *ch, uint64_t now_ps)
{
    lower(&s->state, ch, now_ps);
    if (ch->wait_ack) {
        ch->wait_ack = false;
        schedule_first(&s->state, ch, now_ps);
    }
}

static void stop_all(stimulus *s, uint64_t now_ps)
{
    for (unsigned n = 0; n < STIMULUS_NUM_CHANNELS; n++) {
        stimulus_channel *ch = &s->state.ch[n];

        ch->due_ps = DEV_NEVER;
        ch->wait_ack = false;
        if (ch->line)
            lower(&s->state, ch, now_ps);
    }
}

static uint32_t channel_bits(const stimulus_state *st, bool lines)
{
    uint32_t bits = 0;

    for (unsigned n = 0; n < STIMULUS_NUM_CHANNELS; n++)
        if (lines ? st->ch[n].line : (st->ch[n].due_ps != DEV_NEVER || st->ch[n].wait_ack))
            bits |= UINT32_C(1) << n;
    return bits;
}

static dev_status read_global(const stimulus *s, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t *value)
{
    switch (offset & ~UINT64_C(7)) {
    case STIMULUS_ID:
        return dev_read64((uint64_t)STIMULUS_NUM_CHANNELS << 32 | STIMULUS_ID_VALUE, offset, size,
                          value);
    case STIMULUS_NOW_NS:
        return dev_read64(now_ps / PS_PER_NS, offset, size, value);
    case STIMULUS_NOW_PS:
        return dev_read64(now_ps, offset, size, value);
    case STIMULUS_NOW_CYCLES:
        return dev_read64(dev_clock_ticks(&s->cpu_clock, now_ps), offset, size, value);
    case STIMULUS_CPU_HZ:
        return dev_read64((STIMULUS_PS_PER_S + s->config.cpu_period_ps / 2) /
                              s->config.cpu_period_ps,
                          offset, size, value);
    case STIMULUS_SEED:
        return dev_read64(s->state.seed, offset, size, value);
    case STIMULUS_STOP:
        return DEV_WRITE_ONLY;
    case STIMULUS_ARMED:
        return dev_read64((uint64_t)channel_bits(&s->state, true) << 32 |
                              channel_bits(&s->state, false),
                          offset, size, value);
    default:
        return DEV_HOLE;
    }
}

static uint32_t status_bits(const stimulus_channel *ch)
{
    return (ch->due_ps != DEV_NEVER || ch->wait_ack ? STIMULUS_STATUS_ARMED : 0u) |
           (ch->line ? STIMULUS_STATUS_LINE : 0u) | (ch->error ? STIMULUS_STATUS_ERROR : 0u);
}

/* Pairs of 32-bit registers are read as the 64-bit word that holds both. */
static dev_status read_channel(const stimulus *s, const stimulus_channel *ch, uint64_t reg,
                               unsigned size, uint64_t *value)
{
    uint64_t word;

    switch (reg & ~UINT64_C(7)) {
    case STIMULUS_CH_CTRL:
        word = (uint64_t)ch->intid << 32 | ch->ctrl;
        break;
    case STIMULUS_CH_PE:
        word = (uint64_t)ch->count << 32 | ch->pe;
        break;
    case STIMULUS_CH_DELAY_NS:
        word = ch->delay_ns;
        break;
    case STIMULUS_CH_PHASE_PS:
        word = ch->phase_ps;
        break;
    case STIMULUS_CH_PERIOD_NS:
        word = ch->period_ns;
        break;
    case STIMULUS_CH_SPAN_PS:
        word = ch->span_ps;
        break;
    case STIMULUS_CH_GO:
        return DEV_WRITE_ONLY;
    case STIMULUS_CH_STATUS:
        word = (uint64_t)ch->fired << 32 | status_bits(ch);
        break;
    case STIMULUS_CH_ASSERT_PS:
        word = ch->assert_ps;
        break;
    case STIMULUS_CH_ASSERT_NS:
        word = ch->assert_ps / PS_PER_NS;
        break;
    case STIMULUS_CH_ASSERT_CYCLES:
        word = dev_clock_ticks(&s->cpu_clock, ch->assert_ps);
        break;
    case STIMULUS_CH_MERGED:
        word = ch->merged;
        break;
    case STIMULUS_CH_RELEASE_PS:
        word = ch->release_ps;
        break;
    default:
        return DEV_HOLE;
    }
    return dev_read64(word, reg, size, value);
}

static dev_status stimulus_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                                uint64_t *value)
{
    const stimulus *s = (const stimulus *)self;
    const uint64_t in_channels = offset - CHANNEL_BASE;

    *value = 0;
    if ((size != 4 && size != 8) || offset % size != 0)
        return DEV_BAD_SIZE;
    if (offset < CHANNEL_BASE)
        return read_global(s, offset, size, now_ps, value);
    if (in_channels / CHANNEL_SPAN >= STIMULUS_NUM_CHANNELS)
        return DEV_HOLE;
    return read_channel(s, &s->state.ch[in_channels / CHANNEL_SPAN], in_channels % CHANNEL_SPAN,
                        size, value);
}

static dev_status stimulus_peek(const void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                                uint64_t *value)
{
    return stimulus_read((void *)(uintptr_t)self, offset, size, now_ps, value);
}

static dev_status write_global(stimulus *s, uint64_t offset, unsigned size, uint64_t now_ps,
                               uint64_t value)
{
    if ((offset & ~UINT64_C(7)) == STIMULUS_SEED)
        return dev_write64(&s->state.seed, offset, size, value);
    if (offset == STIMULUS_STOP && size == 4) {
        stop_all(s, now_ps);
        return DEV_OK;
    }
    return offset <= STIMULUS_LINES ? DEV_READ_ONLY : DEV_HOLE;
}

/* The 32-bit registers of a channel, and the commands. */
static dev_status write_channel32(stimulus *s, stimulus_channel *ch, uint64_t reg, uint64_t now_ps,
                                  uint32_t value)
{
    const uint32_t ctrl_mask = STIMULUS_CTRL_EDGE | STIMULUS_CTRL_PPI | STIMULUS_CTRL_ABS;

    /* A channel whose line is high keeps its line: what went up must come down. */
    if (ch->line && reg <= STIMULUS_CH_PE)
        return DEV_BAD_VALUE;
    switch (reg) {
    case STIMULUS_CH_CTRL:
        ch->ctrl = value & ctrl_mask;
        return DEV_OK;
    case STIMULUS_CH_INTID:
        ch->intid = value;
        return DEV_OK;
    case STIMULUS_CH_PE:
        ch->pe = value;
        return DEV_OK;
    case STIMULUS_CH_COUNT:
        ch->count = value;
        return DEV_OK;
    case STIMULUS_CH_GO:
        go(s, ch, now_ps, (value & 1u) != 0);
        return DEV_OK;
    case STIMULUS_CH_ACK:
        acknowledge(s, ch, now_ps);
        return DEV_OK;
    default:
        return reg <= STIMULUS_CH_RELEASE_PS ? DEV_READ_ONLY : DEV_HOLE;
    }
}

static dev_status write_channel(stimulus *s, stimulus_channel *ch, uint64_t reg, unsigned size,
                                uint64_t now_ps, uint64_t value)
{
    switch (reg & ~UINT64_C(7)) {
    case STIMULUS_CH_DELAY_NS:
        return dev_write64(&ch->delay_ns, reg, size, value);
    case STIMULUS_CH_PHASE_PS:
        return dev_write64(&ch->phase_ps, reg, size, value);
    case STIMULUS_CH_PERIOD_NS:
        return dev_write64(&ch->period_ns, reg, size, value);
    case STIMULUS_CH_SPAN_PS:
        return dev_write64(&ch->span_ps, reg, size, value);
    default:
        return size == 4 ? write_channel32(s, ch, reg, now_ps, (uint32_t)value) : DEV_BAD_SIZE;
    }
}

static dev_status stimulus_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                                 uint64_t value)
{
    stimulus *s = (stimulus *)self;
    const uint64_t in_channels = offset - CHANNEL_BASE;

    if ((size != 4 && size != 8) || offset % size != 0)
        return DEV_BAD_SIZE;
    if (offset < CHANNEL_BASE)
        return write_global(s, offset, size, now_ps, value);
    if (in_channels / CHANNEL_SPAN >= STIMULUS_NUM_CHANNELS)
        return DEV_HOLE;
    return write_channel(s, &s->state.ch[in_channels / CHANNEL_SPAN], in_channels % CHANNEL_SPAN,
                         size, now_ps, value);
}

static void stimulus_reset(void *self, uint64_t now_ps)
{
    stimulus_state *st = &((stimulus *)self)->state;

    (void)now_ps;
    memset(st, 0, sizeof *st);
    st->seed = 1;
    for (unsigned n = 0; n < STIMULUS_NUM_CHANNELS; n++) {
        st->ch[n].count = 1;
        st->ch[n].due_ps = DEV_NEVER;
    }
}

void stimulus_init(stimulus *s, const stimulus_config *config)
{
    s->config = *config;
    s->cpu_clock.num = 1;
    s->cpu_clock.den = config->cpu_period_ps;
    stimulus_reset(s, 0);
}

const dev_ops stimulus_ops = {
    .name = "stimulus",
    .span = 0x10000,
    .num_lines = 0,
    .version = 1,
    .state_offset = offsetof(stimulus, state),
    .state_size = sizeof(stimulus_state),
    .reset = stimulus_reset,
    .read = stimulus_read,
    .peek = stimulus_peek,
    .write = stimulus_write,
    .advance = stimulus_advance,
    .deadline = stimulus_deadline,
    .line = NULL,
};
