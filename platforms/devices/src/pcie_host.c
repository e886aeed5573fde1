/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/pcie_host.h"

#include <string.h>

#include "pcie_function.h"

#define BRIDGE_CLASS 0x060000u /* host bridge */

enum { RID_SPACE = 0x10000, DEVFN_MASK = 0xff, PINS = 4 };

/* ---------------------------------------------------------------- the host bridge */

static void bridge_reset(void *self, uint64_t now_ps)
{
    (void)now_ps;
    pcie_function_reset(&((pcie_host *)self)->bridge);
}

/* Its state is part of the host's. */
static const pcie_function_ops bridge_ops = {
    .device = {.name = "pcie-bridge", .version = 1, .reset = bridge_reset},
    .read = NULL,
    .peek = NULL,
    .write = NULL,
    .sent = NULL,
};

/* ---------------------------------------------------------------- configuration */

pcie_host_config pcie_host_config_default(void)
{
    const pcie_host_config config = {PCIE_VENDOR_DEFAULT, UINT16_MAX, 1, {{0, RID_SPACE, 0}}};

    return config;
}

static bool overlaps(uint64_t a, uint64_t b, uint64_t length_a, uint64_t length_b)
{
    return a < b + length_b && b < a + length_a;
}

static bool map_is_good(const pcie_host_config *c)
{
    if (c->maps > PCIE_MAPS)
        return false;
    for (unsigned n = 0; n < c->maps; n++) {
        const pcie_map *row = &c->map[n];

        if (row->length == 0 || row->length > RID_SPACE ||
            row->rid_base > RID_SPACE - row->length ||
            row->device_base > UINT32_MAX - (row->length - 1))
            return false;
        for (unsigned other = 0; other < n; other++)
            if (overlaps(row->rid_base, c->map[other].rid_base, row->length, c->map[other].length))
                return false;
    }
    return true;
}

bool pcie_device_id(const pcie_host *host, uint16_t rid, uint32_t *device_id)
{
    const uint32_t masked = rid & host->config.rid_mask;

    for (unsigned n = 0; n < host->config.maps; n++) {
        const pcie_map *row = &host->config.map[n];

        if (masked < row->rid_base || masked - row->rid_base >= row->length)
            continue;
        *device_id = row->device_base + (masked - row->rid_base);
        return true;
    }
    return false;
}

/* Function 0 of a slot says whether there are others. */
static void mark_multifunction(const pcie_host *host, unsigned device)
{
    pcie_function *first = host->function[PCI_DEVFN(device, 0)];
    bool others = false;

    for (unsigned n = 1; n < 8; n++)
        others = others || host->function[PCI_DEVFN(device, n)] != NULL;
    if (first == NULL || !others)
        return;
    first->initial[PCI_HEADER_TYPE] = PCI_HEADER_MULTIFUNCTION;
    first->state->config[PCI_HEADER_TYPE] = PCI_HEADER_MULTIFUNCTION;
}

bool pcie_attach(pcie_host *host, pcie_function *f, unsigned device, unsigned function)
{
    const unsigned place = PCI_DEVFN(device, function);
    unsigned at = host->functions;

    if (device >= 32 || function >= 8 || host->function[place] != NULL)
        return false;
    f->host = host;
    f->rid = (uint16_t)place;
    host->function[place] = f;
    for (; at > 0 && host->list[at - 1]->rid > f->rid; at--)
        host->list[at] = host->list[at - 1];
    host->list[at] = f;
    host->functions++;
    mark_multifunction(host, device);
    return true;
}

bool pcie_host_init(pcie_host *host, const pcie_host_config *config)
{
    const pcie_desc bridge = {
        .vendor = config->vendor,
        .device = PCIE_DEVICE_BRIDGE,
        .subvendor = config->vendor,
        .subdevice = PCIE_DEVICE_BRIDGE,
        .class_code = BRIDGE_CLASS,
    };

    memset(host, 0, sizeof *host);
    host->config = *config;
    if (!map_is_good(config) || !pcie_function_init(&host->bridge, &bridge, &bridge_ops, host,
                                                    &host->state.bridge, NULL, NULL))
        return false;
    pcie_function_reset(&host->bridge);
    return pcie_attach(host, &host->bridge, 0, 0);
}

/* ---------------------------------------------------------------- messages */

bool pcie_host_send(pcie_host *host, const pcie_function *f, const pcie_msi *message)
{
    pcie_host_state *st = &host->state;
    uint32_t at = st->count;
    pcie_msi now = *message;

    if (!pcie_device_id(host, f->rid, &now.device_id)) {
        /* Nobody would know whose it is: dropped (ID-E06). */
        st->unmapped++;
        return true;
    }
    if (st->count >= PCIE_MSI_QUEUE)
        return false;
    /* In the order of time; what is of the same time stays in the order of sending. */
    for (; at > st->sending; at--) {
        const pcie_msi *before = &st->queue[(st->head + at - 1) % PCIE_MSI_QUEUE];

        if (before->time_ps <= now.time_ps)
            break;
        st->queue[(st->head + at) % PCIE_MSI_QUEUE] = *before;
    }
    st->queue[(st->head + at) % PCIE_MSI_QUEUE] = now;
    st->count++;
    st->sent++;
    return true;
}

const pcie_msi *pcie_msi_head(const pcie_host *host)
{
    return host->state.count == 0 ? NULL : &host->state.queue[host->state.head % PCIE_MSI_QUEUE];
}

void pcie_msi_begin(pcie_host *host)
{
    host->state.sending = host->state.count != 0;
}

void pcie_msi_done(pcie_host *host, uint64_t now_ps)
{
    pcie_host_state *st = &host->state;

    if (st->sending == 0)
        return;
    st->sending = 0;
    st->head = (st->head + 1) % PCIE_MSI_QUEUE;
    st->count--;
    for (unsigned n = 0; n < host->functions && st->count < PCIE_MSI_QUEUE; n++)
        if (host->list[n]->state->stalled != 0)
            pcie_flush(host->list[n], now_ps);
}

/* ---------------------------------------------------------------- ECAM */

/* The function at a place in ECAM; NULL: none. */
static pcie_function *ecam_function(const pcie_host *host, uint64_t offset)
{
    const uint64_t rid = PCI_ECAM_RID(offset);

    return rid > DEVFN_MASK ? NULL : host->function[rid];
}

static dev_status ecam_peek(const void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                            uint64_t *value)
{
    const pcie_function *f = ecam_function((const pcie_host *)self, offset);

    (void)now_ps;
    *value = dev_mask(size);
    return f == NULL ? DEV_OK : pcie_config_peek(f, (uint32_t)PCI_ECAM_REG(offset), size, value);
}

static dev_status ecam_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                            uint64_t *value)
{
    pcie_function *f = ecam_function((const pcie_host *)self, offset);

    *value = dev_mask(size);
    return f == NULL ? DEV_OK
                     : pcie_config_read(f, (uint32_t)PCI_ECAM_REG(offset), size, now_ps, value);
}

/* Where there is no function the host drops the write: probing is no mistake. */
static dev_status ecam_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                             uint64_t value)
{
    pcie_function *f = ecam_function((const pcie_host *)self, offset);

    return f == NULL ? DEV_OK
                     : pcie_config_write(f, (uint32_t)PCI_ECAM_REG(offset), size, now_ps, value);
}

static uint64_t function_deadline(const pcie_function *f)
{
    return f->ops->device.deadline == NULL ? DEV_NEVER : f->ops->device.deadline(f->self);
}

static uint64_t ecam_deadline(const void *self)
{
    const pcie_host *host = (const pcie_host *)self;
    uint64_t best = DEV_NEVER;

    for (unsigned n = 0; n < host->functions; n++) {
        const uint64_t deadline = function_deadline(host->list[n]);

        best = deadline < best ? deadline : best;
    }
    return best;
}

static void ecam_advance(void *self, uint64_t now_ps)
{
    const pcie_host *host = (const pcie_host *)self;

    for (unsigned n = 0; n < host->functions; n++)
        if (function_deadline(host->list[n]) <= now_ps)
            host->list[n]->ops->device.advance(host->list[n]->self, now_ps);
}

/* INTA..INTD of slot d arrive at root line (d + pin) % 4, as the interrupt-map says. */
static bool ecam_line(const void *self, unsigned index)
{
    const pcie_host *host = (const pcie_host *)self;

    for (unsigned n = 0; n < host->functions; n++) {
        const pcie_function *f = host->list[n];
        const unsigned device = f->rid >> 3;

        if ((device + f->desc.pin + PINS - 1) % PINS == index && pcie_intx(f))
            return true;
    }
    return false;
}

static void ecam_reset(void *self, uint64_t now_ps)
{
    pcie_host *host = (pcie_host *)self;

    memset(&host->state, 0, sizeof host->state);
    for (unsigned n = 0; n < host->functions; n++)
        host->list[n]->ops->device.reset(host->list[n]->self, now_ps);
}

const dev_ops pcie_ecam_ops = {
    .name = "pcie",
    .span = PCIE_ECAM_SIZE,
    .num_lines = PINS,
    .version = 1,
    .state_offset = offsetof(pcie_host, state),
    .state_size = sizeof(pcie_host_state),
    .reset = ecam_reset,
    .read = ecam_read,
    .peek = ecam_peek,
    .write = ecam_write,
    .advance = ecam_advance,
    .deadline = ecam_deadline,
    .line = ecam_line,
};

/* ---------------------------------------------------------------- windows */

static bool window_size_ok(uint64_t offset, unsigned size)
{
    return (size == 1 || size == 2 || size == 4 || size == 8) && offset % size == 0;
}

/* Who has [offset, offset + size) of the window; NULL: nobody (ID-E01, ID-E02). */
static pcie_function *window_find(const pcie_window *w, uint64_t offset, unsigned size, int *bar,
                                  uint64_t *within)
{
    if (w->io || offset >= w->size || size > w->size - offset)
        return NULL;
    for (unsigned n = 0; n < w->host->functions; n++) {
        *bar = pcie_bar_find(w->host->list[n], w->base + offset, size, within);
        if (*bar >= 0)
            return w->host->list[n];
    }
    return NULL;
}

static dev_status window_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t *value)
{
    const pcie_window *w = (const pcie_window *)self;
    uint64_t within;
    int bar;

    *value = 0;
    if (!window_size_ok(offset, size))
        return DEV_BAD_SIZE;
    pcie_function *f = window_find(w, offset, size, &bar, &within);

    if (f != NULL)
        return pcie_bar_read(f, (unsigned)bar, within, size, now_ps, value);
    w->host->state.unclaimed++;
    *value = dev_mask(size);
    return DEV_HOLE;
}

static dev_status window_peek(const void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t *value)
{
    const pcie_window *w = (const pcie_window *)self;
    uint64_t within;
    int bar;

    *value = 0;
    if (!window_size_ok(offset, size))
        return DEV_BAD_SIZE;
    const pcie_function *f = window_find(w, offset, size, &bar, &within);

    if (f != NULL)
        return pcie_bar_peek(f, (unsigned)bar, within, size, now_ps, value);
    *value = dev_mask(size);
    return DEV_HOLE;
}

static dev_status window_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                               uint64_t value)
{
    const pcie_window *w = (const pcie_window *)self;
    uint64_t within;
    int bar;

    if (!window_size_ok(offset, size))
        return DEV_BAD_SIZE;
    pcie_function *f = window_find(w, offset, size, &bar, &within);

    if (f != NULL)
        return pcie_bar_write(f, (unsigned)bar, within, size, now_ps, value & dev_mask(size));
    w->host->state.unclaimed++;
    return DEV_HOLE;
}

static void window_reset(void *self, uint64_t now_ps)
{
    (void)self;
    (void)now_ps;
}

const dev_ops pcie_window_ops = {
    .name = "pcie-window",
    .span = UINT64_C(1) << 39,
    .num_lines = 0,
    .version = 1,
    .state_offset = 0,
    .state_size = 0,
    .reset = window_reset,
    .read = window_read,
    .peek = window_peek,
    .write = window_write,
    .advance = NULL,
    .deadline = NULL,
    .line = NULL,
};
