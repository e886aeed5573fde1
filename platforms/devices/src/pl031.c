/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/pl031.h"

#include <string.h>

#include "primecell.h"

enum {
    RTCDR = 0x00,
    RTCMR = 0x04,
    RTCLR = 0x08,
    RTCCR = 0x0c,
    RTCIMSC = 0x10,
    RTCRIS = 0x14,
    RTCMIS = 0x18,
    RTCICR = 0x1c,
    RTC_PERIPH_ID = 0x00041031
};

#define RTC_PS_PER_S UINT64_C(1000000000000)

static uint32_t pl031_seconds(uint64_t now_ps)
{
    return (uint32_t)(now_ps / RTC_PS_PER_S);
}

/* The next second in which the counter, modulo 2^32, comes to equal the match register. */
static void pl031_arm(pl031_state *st, uint64_t now_ps)
{
    const uint64_t now_s = now_ps / RTC_PS_PER_S;
    const uint32_t wait = st->match - (st->offset + (uint32_t)now_s);

    st->due_ps = wait > UINT64_MAX / RTC_PS_PER_S - now_s - 1 || wait == 0
                     ? DEV_NEVER
                     : (now_s + wait) * RTC_PS_PER_S;
}

static dev_status pl031_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                             uint64_t *value)
{
    const pl031_state *st = &((const pl031 *)self)->state;

    *value = 0;
    if (!primecell_size_ok(offset, size))
        return DEV_BAD_SIZE;
    switch (offset) {
    case RTCDR:
        *value = (uint32_t)(st->offset + pl031_seconds(now_ps));
        break;
    case RTCMR:
        *value = st->match;
        break;
    case RTCLR:
        *value = st->load;
        break;
    case RTCCR:
        *value = 1;
        break; /* the clock cannot be stopped */
    case RTCIMSC:
        *value = st->imsc;
        break;
    case RTCRIS:
        *value = st->ris;
        break;
    case RTCMIS:
        *value = st->ris & st->imsc;
        break;
    case RTCICR:
        return DEV_WRITE_ONLY;
    default:
        return primecell_read_id(RTC_PERIPH_ID, offset, value) ? DEV_OK : DEV_HOLE;
    }
    return DEV_OK;
}

static dev_status pl031_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t value)
{
    pl031_state *st = &((pl031 *)self)->state;
    const uint32_t word = (uint32_t)(value & dev_mask(size));

    if (!primecell_size_ok(offset, size))
        return DEV_BAD_SIZE;
    switch (offset) {
    case RTCMR:
        st->match = word;
        pl031_arm(st, now_ps);
        break;
    case RTCLR:
        st->load = word;
        st->offset = word - pl031_seconds(now_ps);
        pl031_arm(st, now_ps);
        break;
    case RTCCR:
        break; /* bit 0 is read-as-one; nothing else exists */
    case RTCIMSC:
        st->imsc = word & 1U;
        break;
    case RTCICR:
        st->ris &= ~(word & 1U);
        break;
    default:
        return offset <= RTCMIS || offset >= PRIMECELL_ID_FIRST ? DEV_READ_ONLY : DEV_HOLE;
    }
    return DEV_OK;
}

static void pl031_advance(void *self, uint64_t now_ps)
{
    pl031_state *st = &((pl031 *)self)->state;

    if (st->due_ps > now_ps)
        return;
    st->due_ps = DEV_NEVER;
    st->ris = 1;
}

static uint64_t pl031_deadline(const void *self)
{
    return ((const pl031 *)self)->state.due_ps;
}

static bool pl031_line(const void *self, unsigned index)
{
    const pl031_state *st = &((const pl031 *)self)->state;

    return index == 0 && (st->ris & st->imsc) != 0;
}

static void pl031_reset(void *self, uint64_t now_ps)
{
    pl031 *rtc = (pl031 *)self;

    (void)now_ps;
    memset(&rtc->state, 0, sizeof rtc->state);
    rtc->state.offset = rtc->start_s;
    rtc->state.due_ps = DEV_NEVER;
}

void pl031_init(pl031 *rtc, uint32_t start_s)
{
    rtc->start_s = start_s;
    pl031_reset(rtc, 0);
}

const dev_ops pl031_ops = {
    .name = "pl031",
    .span = PRIMECELL_SPAN,
    .num_lines = 1,
    .version = 1,
    .state_offset = offsetof(pl031, state),
    .state_size = sizeof(pl031_state),
    .reset = pl031_reset,
    .read = pl031_read,
    .peek = NULL,
    .write = pl031_write,
    .advance = pl031_advance,
    .deadline = pl031_deadline,
    .line = pl031_line,
};
