/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/pl011.h"

#include <string.h>

#include "primecell.h"

enum {
    UARTDR = 0x00,
    UARTRSR = 0x04,
    UARTFR = 0x18,
    UARTILPR = 0x20,
    UARTIBRD = 0x24,
    UARTFBRD = 0x28,
    UARTLCR_H = 0x2c,
    UARTCR = 0x30,
    UARTIFLS = 0x34,
    UARTIMSC = 0x38,
    UARTRIS = 0x3c,
    UARTMIS = 0x40,
    UARTICR = 0x44,
    UARTDMACR = 0x48
};

enum {
    FR_RXFE = 1 << 4,
    FR_RXFF = 1 << 6,
    FR_TXFE = 1 << 7,
    LCR_H_FEN = 1 << 4,
    CR_UARTEN = 1 << 0,
    CR_LBE = 1 << 7,
    CR_TXE = 1 << 8,
    CR_RXE = 1 << 9,
    CR_RESET = CR_TXE | CR_RXE,
    CR_MASK = 0xff87,
    INT_RX = 1 << 4,
    INT_TX = 1 << 5,
    INT_RT = 1 << 6,
    INT_OE = 1 << 10,
    INT_ALL = 0x7ff,
    DR_OE = 1 << 11,
    DR_ERRORS = 8, /* UARTDR bits 11:8 are UARTRSR bits 3:0 */
    IFLS_RESET = 0x12,
    TIMEOUT_BITS = 32,
    PERIPH_ID = 0x00341011 /* part 0x011, designer Arm, revision 3: r1p5 */
};

static pl011 *pl011_of(void *self)
{
    return (pl011 *)self;
}

static uint32_t pl011_depth(const pl011_state *st)
{
    return (st->lcr_h & LCR_H_FEN) != 0 ? PL011_FIFO : 1;
}

/* UARTIFLS.RXIFLSEL: 1/8, 1/4, 1/2, 3/4, 7/8 of the FIFO; reserved codes act as 7/8. */
static uint32_t pl011_rx_trigger(const pl011_state *st)
{
    static const uint32_t level[8] = {2, 4, 8, 12, 14, 14, 14, 14};

    return (st->lcr_h & LCR_H_FEN) != 0 ? level[(st->ifls >> 3) & 7U] : 1;
}

/* 32 bit periods; a divisor not yet programmed counts as the smallest one. */
static uint64_t pl011_timeout_ps(const pl011 *u)
{
    const uint64_t divisor = (uint64_t)u->state.ibrd * 64U + u->state.fbrd;
    const dev_clock clock = dev_clock_make(u->clock_hz);

    /* A bit is 16 * divisor/64 clocks. */
    return dev_clock_ps(&clock, TIMEOUT_BITS * (divisor < 64U ? 64U : divisor) / 4U);
}

static void pl011_restart_timeout(pl011 *u, uint64_t now_ps)
{
    const bool running = u->state.fifo_count != 0 && (u->state.lcr_h & LCR_H_FEN) != 0;

    u->state.timeout_ps = running ? now_ps + pl011_timeout_ps(u) : DEV_NEVER;
}

static bool pl011_enabled(const pl011_state *st, uint32_t direction)
{
    return (st->cr & CR_UARTEN) != 0 && (st->cr & direction) != 0;
}

bool pl011_can_receive(const pl011 *u)
{
    return pl011_enabled(&u->state, CR_RXE) && u->state.fifo_count < pl011_depth(&u->state);
}

bool pl011_receive(pl011 *u, uint8_t byte, uint64_t now_ps)
{
    pl011_state *st = &u->state;

    if (!pl011_enabled(st, CR_RXE))
        return false;
    if (st->fifo_count >= pl011_depth(st)) {
        /* The byte in the shift register is lost; the FIFO's contents stay valid. */
        st->fifo[(st->fifo_head + st->fifo_count - 1) % PL011_FIFO] |= DR_OE;
        st->ris |= INT_OE;
        return false;
    }
    st->fifo[(st->fifo_head + st->fifo_count) % PL011_FIFO] = byte;
    st->fifo_count++;
    if (st->fifo_count >= pl011_rx_trigger(st))
        st->ris |= INT_RX;
    pl011_restart_timeout(u, now_ps);
    return true;
}

bool pl011_pop(pl011 *u, uint8_t *byte)
{
    pl011_state *st = &u->state;

    if (st->out_count == 0)
        return false;
    *byte = st->out[st->out_head];
    st->out_head = (st->out_head + 1) % PL011_OUTBOX;
    st->out_count--;
    return true;
}

static uint32_t pl011_read_data(pl011 *u, uint64_t now_ps)
{
    pl011_state *st = &u->state;
    uint32_t entry;

    if (st->fifo_count == 0)
        return 0;
    entry = st->fifo[st->fifo_head];
    st->fifo_head = (st->fifo_head + 1) % PL011_FIFO;
    st->fifo_count--;
    st->rsr = entry >> DR_ERRORS;
    if (st->fifo_count < pl011_rx_trigger(st))
        st->ris &= ~(uint32_t)INT_RX;
    if (st->fifo_count == 0)
        st->ris &= ~(uint32_t)INT_RT;
    pl011_restart_timeout(u, now_ps);
    return entry;
}

static void pl011_transmit(pl011 *u, uint8_t byte, uint64_t now_ps)
{
    pl011_state *st = &u->state;

    if (!pl011_enabled(st, CR_TXE))
        return;
    /* The FIFO fell through its trigger level on the way to empty. */
    st->ris |= INT_TX;
    if ((st->cr & CR_LBE) != 0) {
        (void)pl011_receive(u, byte, now_ps);
        return;
    }
    if (st->out_count == PL011_OUTBOX) {
        st->tx_lost++;
        return;
    }
    st->out[(st->out_head + st->out_count) % PL011_OUTBOX] = byte;
    st->out_count++;
}

static uint32_t pl011_flags(const pl011_state *st)
{
    return (uint32_t)FR_TXFE | (st->fifo_count == 0 ? FR_RXFE : 0u) |
           (st->fifo_count >= pl011_depth(st) ? FR_RXFF : 0u);
}

static dev_status pl011_peek(const void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                             uint64_t *value)
{
    const pl011_state *st = &((const pl011 *)self)->state;

    (void)now_ps;
    *value = 0;
    if (!primecell_size_ok(offset, size))
        return DEV_BAD_SIZE;
    switch (offset) {
    case UARTDR:
        *value = st->fifo_count != 0 ? st->fifo[st->fifo_head] : 0;
        break;
    case UARTRSR:
        *value = st->rsr;
        break;
    case UARTFR:
        *value = pl011_flags(st);
        break;
    case UARTILPR:
        *value = st->ilpr;
        break;
    case UARTIBRD:
        *value = st->ibrd;
        break;
    case UARTFBRD:
        *value = st->fbrd;
        break;
    case UARTLCR_H:
        *value = st->lcr_h;
        break;
    case UARTCR:
        *value = st->cr;
        break;
    case UARTIFLS:
        *value = st->ifls;
        break;
    case UARTIMSC:
        *value = st->imsc;
        break;
    case UARTRIS:
        *value = st->ris;
        break;
    case UARTMIS:
        *value = st->ris & st->imsc;
        break;
    case UARTICR:
        return DEV_WRITE_ONLY;
    case UARTDMACR:
        *value = st->dmacr;
        break;
    default:
        return primecell_read_id(PERIPH_ID, offset, value) ? DEV_OK : DEV_HOLE;
    }
    return DEV_OK;
}

static dev_status pl011_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                             uint64_t *value)
{
    if (offset == UARTDR && primecell_size_ok(offset, size)) {
        *value = pl011_read_data(pl011_of(self), now_ps);
        return DEV_OK;
    }
    return pl011_peek(self, offset, size, now_ps, value);
}

/* Changing FEN flushes the FIFO. */
static void pl011_write_lcr_h(pl011 *u, uint32_t value)
{
    pl011_state *st = &u->state;

    if (((st->lcr_h ^ value) & LCR_H_FEN) != 0) {
        st->fifo_count = 0;
        st->fifo_head = 0;
        st->ris &= ~(uint32_t)(INT_RX | INT_RT);
        st->timeout_ps = DEV_NEVER;
    }
    st->lcr_h = value & 0xffU;
}

static dev_status pl011_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t value)
{
    pl011 *u = pl011_of(self);
    const uint32_t word = (uint32_t)(value & dev_mask(size));

    if (!primecell_size_ok(offset, size))
        return DEV_BAD_SIZE;
    switch (offset) {
    case UARTDR:
        pl011_transmit(u, (uint8_t)word, now_ps);
        break;
    case UARTRSR:
        u->state.rsr = 0;
        break;
    case UARTILPR:
        u->state.ilpr = word & 0xffU;
        break;
    case UARTIBRD:
        u->state.ibrd = word & 0xffffU;
        break;
    case UARTFBRD:
        u->state.fbrd = word & 0x3fU;
        break;
    case UARTLCR_H:
        pl011_write_lcr_h(u, word);
        break;
    case UARTCR:
        u->state.cr = word & CR_MASK;
        break;
    case UARTIFLS:
        u->state.ifls = word & 0x3fU;
        break;
    case UARTIMSC:
        u->state.imsc = word & INT_ALL;
        break;
    case UARTICR:
        u->state.ris &= ~word;
        break;
    case UARTDMACR:
        u->state.dmacr = word & 7U;
        break;
    case UARTFR:
    case UARTRIS:
    case UARTMIS:
        return DEV_READ_ONLY;
    default:
        return offset >= PRIMECELL_ID_FIRST ? DEV_READ_ONLY : DEV_HOLE;
    }
    return DEV_OK;
}

static void pl011_advance(void *self, uint64_t now_ps)
{
    pl011_state *st = &pl011_of(self)->state;

    if (st->timeout_ps > now_ps)
        return;
    st->timeout_ps = DEV_NEVER;
    st->ris |= INT_RT;
}

static uint64_t pl011_deadline(const void *self)
{
    return ((const pl011 *)self)->state.timeout_ps;
}

static bool pl011_line(const void *self, unsigned index)
{
    const pl011_state *st = &((const pl011 *)self)->state;

    return index == 0 && (st->ris & st->imsc) != 0;
}

static void pl011_reset(void *self, uint64_t now_ps)
{
    pl011_state *st = &pl011_of(self)->state;

    (void)now_ps;
    memset(st, 0, sizeof *st);
    st->cr = CR_RESET;
    st->ifls = IFLS_RESET;
    st->timeout_ps = DEV_NEVER;
}

void pl011_init(pl011 *u, uint64_t clock_hz)
{
    u->clock_hz = clock_hz;
    pl011_reset(u, 0);
}

const dev_ops pl011_ops = {
    .name = "pl011",
    .span = PRIMECELL_SPAN,
    .num_lines = 1,
    .version = 1,
    .state_offset = offsetof(pl011, state),
    .state_size = sizeof(pl011_state),
    .reset = pl011_reset,
    .read = pl011_read,
    .peek = pl011_peek,
    .write = pl011_write,
    .advance = pl011_advance,
    .deadline = pl011_deadline,
    .line = pl011_line,
};
