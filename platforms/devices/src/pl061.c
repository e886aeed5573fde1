/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/pl061.h"

#include <string.h>

#include "primecell.h"

enum {
    GPIODATA_END = 0x400, /* address bits 9:2 mask the pins */
    GPIODIR = 0x400,
    GPIOIS = 0x404,
    GPIOIBE = 0x408,
    GPIOIEV = 0x40c,
    GPIOIE = 0x410,
    GPIORIS = 0x414,
    GPIOMIS = 0x418,
    GPIOIC = 0x41c,
    GPIOAFSEL = 0x420,
    GPIO_PERIPH_ID = 0x00041061
};

static uint8_t pl061_pins(const pl061_state *st)
{
    return (uint8_t)((st->data & st->dir) | (st->input & ~st->dir));
}

/* Level-sensitive pins show their level, edge-sensitive ones what was latched. */
static uint8_t pl061_ris(const pl061_state *st)
{
    const uint8_t active = (uint8_t) ~(pl061_pins(st) ^ st->iev);

    return (uint8_t)((active & st->is) | (st->edges & ~st->is));
}

static void pl061_latch_edges(pl061_state *st, uint8_t before)
{
    const uint8_t after = pl061_pins(st);
    const uint8_t changed = before ^ after;
    const uint8_t wanted = (uint8_t)(st->ibe | (uint8_t) ~(after ^ st->iev));

    st->edges |= (uint8_t)(changed & wanted & ~st->is);
}

void pl061_set_input(pl061 *g, unsigned pin, bool level)
{
    const uint8_t before = pl061_pins(&g->state);
    const uint8_t bit = (uint8_t)(1U << (pin & 7U));

    g->state.input = (uint8_t)(level ? g->state.input | bit : g->state.input & ~bit);
    pl061_latch_edges(&g->state, before);
}

uint8_t pl061_outputs(const pl061 *g)
{
    return g->state.data & g->state.dir;
}

static dev_status pl061_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                             uint64_t *value)
{
    const pl061_state *st = &((const pl061 *)self)->state;

    (void)now_ps;
    *value = 0;
    if (!primecell_size_ok(offset, size))
        return DEV_BAD_SIZE;
    if (offset < GPIODATA_END) {
        *value = pl061_pins(st) & (offset >> 2);
        return DEV_OK;
    }
    switch (offset) {
    case GPIODIR:
        *value = st->dir;
        break;
    case GPIOIS:
        *value = st->is;
        break;
    case GPIOIBE:
        *value = st->ibe;
        break;
    case GPIOIEV:
        *value = st->iev;
        break;
    case GPIOIE:
        *value = st->ie;
        break;
    case GPIORIS:
        *value = pl061_ris(st);
        break;
    case GPIOMIS:
        *value = pl061_ris(st) & st->ie;
        break;
    case GPIOIC:
        return DEV_WRITE_ONLY;
    case GPIOAFSEL:
        *value = st->afsel;
        break;
    default:
        return primecell_read_id(GPIO_PERIPH_ID, offset, value) ? DEV_OK : DEV_HOLE;
    }
    return DEV_OK;
}

static void pl061_write_pins(pl061_state *st, uint8_t mask, uint8_t data)
{
    const uint8_t before = pl061_pins(st);
    const uint8_t writable = mask & st->dir;

    st->data = (uint8_t)((st->data & ~writable) | (data & writable));
    pl061_latch_edges(st, before);
}

static dev_status pl061_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t value)
{
    pl061_state *st = &((pl061 *)self)->state;
    const uint8_t byte = (uint8_t)value;

    (void)now_ps;
    if (!primecell_size_ok(offset, size))
        return DEV_BAD_SIZE;
    if (offset < GPIODATA_END) {
        pl061_write_pins(st, (uint8_t)(offset >> 2), byte);
        return DEV_OK;
    }
    switch (offset) {
    case GPIODIR:
        st->dir = byte;
        break;
    case GPIOIS:
        st->is = byte;
        break;
    case GPIOIBE:
        st->ibe = byte;
        break;
    case GPIOIEV:
        st->iev = byte;
        break;
    case GPIOIE:
        st->ie = byte;
        break;
    case GPIOIC:
        st->edges &= (uint8_t)~byte;
        break;
    case GPIOAFSEL:
        st->afsel = byte;
        break;
    default:
        return offset <= GPIOMIS || offset >= PRIMECELL_ID_FIRST ? DEV_READ_ONLY : DEV_HOLE;
    }
    return DEV_OK;
}

static bool pl061_line(const void *self, unsigned index)
{
    const pl061_state *st = &((const pl061 *)self)->state;

    return index == 0 && (pl061_ris(st) & st->ie) != 0;
}

static void pl061_reset(void *self, uint64_t now_ps)
{
    pl061 *g = (pl061 *)self;

    (void)now_ps;
    memset(&g->state, 0, sizeof g->state);
}

void pl061_init(pl061 *g)
{
    pl061_reset(g, 0);
}

const dev_ops pl061_ops = {
    .name = "pl061",
    .span = PRIMECELL_SPAN,
    .num_lines = 1,
    .version = 1,
    .state_offset = offsetof(pl061, state),
    .state_size = sizeof(pl061_state),
    .reset = pl061_reset,
    .read = pl061_read,
    .peek = NULL,
    .write = pl061_write,
    .advance = NULL,
    .deadline = NULL,
    .line = pl061_line,
};
