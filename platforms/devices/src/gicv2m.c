/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/gicv2m.h"

#include <string.h>

enum { FIRST_SPI = 32, LAST_SPI = 1019, TYPER_BASE_LSB = 16 };

static dev_status gicv2m_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t *value)
{
    const gicv2m_config *c = &((const gicv2m *)self)->config;

    (void)now_ps;
    *value = 0;
    if (size != 4 || offset % 4U != 0)
        return DEV_BAD_SIZE;
    switch (offset) {
    case GICV2M_TYPER:
        *value = (uint64_t)c->first << TYPER_BASE_LSB | c->number;
        return DEV_OK;
    case GICV2M_IIDR:
        *value = c->iidr;
        return DEV_OK;
    case GICV2M_SETSPI_NS:
        return DEV_WRITE_ONLY;
    default:
        return DEV_HOLE;
    }
}

/* ID-E10: an INTID outside the frame is no SPI of it. */
static dev_status raise(gicv2m *m, uint64_t intid, uint64_t now_ps)
{
    gicv2m_state *st = &m->state;
    const gicv2m_pulse pulse = {now_ps, (uint32_t)intid, 0};

    if (intid < m->config.first || intid - m->config.first >= m->config.number ||
        st->count == GICV2M_OUTBOX) {
        st->refused++;
        return DEV_BAD_VALUE;
    }
    st->out[(st->head + st->count) % GICV2M_OUTBOX] = pulse;
    st->count++;
    st->raised++;
    return DEV_OK;
}

static dev_status gicv2m_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                               uint64_t value)
{
    gicv2m *m = (gicv2m *)self;

    /* A device of PCI may write 16 bits of data. */
    if ((size != 4 && (size != 2 || offset != GICV2M_SETSPI_NS)) || offset % size != 0)
        return DEV_BAD_SIZE;
    if (offset == GICV2M_SETSPI_NS)
        return raise(m, value & dev_mask(size), now_ps);
    return offset == GICV2M_TYPER || offset == GICV2M_IIDR ? DEV_READ_ONLY : DEV_HOLE;
}

bool gicv2m_pop(gicv2m *m, gicv2m_pulse *pulse)
{
    gicv2m_state *st = &m->state;

    if (st->count == 0)
        return false;
    *pulse = st->out[st->head % GICV2M_OUTBOX];
    st->head = (st->head + 1) % GICV2M_OUTBOX;
    st->count--;
    return true;
}

static void gicv2m_reset(void *self, uint64_t now_ps)
{
    (void)now_ps;
    memset(&((gicv2m *)self)->state, 0, sizeof(gicv2m_state));
}

bool gicv2m_init(gicv2m *m, const gicv2m_config *config)
{
    m->config = *config;
    gicv2m_reset(m, 0);
    return config->first >= FIRST_SPI && config->number != 0 &&
           config->first + config->number - 1 <= LAST_SPI;
}

const dev_ops gicv2m_ops = {
    .name = "v2m",
    .span = 0x1000,
    .num_lines = 0,
    .version = 1,
    .state_offset = offsetof(gicv2m, state),
    .state_size = sizeof(gicv2m_state),
    .reset = gicv2m_reset,
    .read = gicv2m_read,
    .peek = NULL,
    .write = gicv2m_write,
    .advance = NULL,
    .deadline = NULL,
    .line = NULL,
};
