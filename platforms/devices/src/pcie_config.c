/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration space of a function: header, capabilities, sizing and decoding of BARs. */
#include <string.h>

#include "pcie_function.h"

#define PCI_COMMAND_WRITABLE (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE)
#define PCI_BAR_LEAST        16u
#define PCI_BYTE_MASK        0xffu

static uint32_t get_le(const uint8_t *at, unsigned size)
{
    uint32_t value = 0;

    for (unsigned n = 0; n < size; n++)
        value |= (uint32_t)at[n] << (8 * n);
    return value;
}

static void put_le(uint8_t *at, unsigned size, uint32_t value)
{
    for (unsigned n = 0; n < size; n++)
        at[n] = (uint8_t)(value >> (8 * n) & PCI_BYTE_MASK);
}

uint32_t pcie_get(const pcie_function *f, unsigned offset, unsigned size)
{
    return get_le(f->state->config + offset, size);
}

void pcie_put(pcie_function *f, unsigned offset, unsigned size, uint32_t value)
{
    put_le(f->initial + offset, size, value);
}

void pcie_allow(pcie_function *f, unsigned offset, unsigned size, uint32_t mask)
{
    put_le(f->writable + offset, size, mask);
}

/* ---------------------------------------------------------------- what a function is made of */

uint8_t pcie_add_capability(pcie_function *f, uint8_t id, uint8_t length)
{
    const unsigned at = f->cap_end;

    if (at + length > PCI_CONFIG_SIZE || length < 4)
        return 0;
    f->initial[at + PCI_CAP_ID_REG] = id;
    f->initial[f->cap_last == 0 ? PCI_CAP_POINTER : f->cap_last + PCI_CAP_NEXT] = (uint8_t)at;
    pcie_put(f, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
    f->cap_last = (uint8_t)at;
    f->cap_end = (uint16_t)((at + length + 3u) & ~3u);
    return (uint8_t)at;
}

static void add_power(pcie_function *f)
{
    f->pm = pcie_add_capability(f, PCI_CAP_ID_PM, PCI_PM_SIZE);
    pcie_put(f, f->pm + PCI_PM_CAPABILITIES, 2, PCI_PM_VERSION);
    pcie_put(f, f->pm + PCI_PM_CSR, 2, PCI_PM_NO_SOFT_RESET);
    /* The state is written by config_power(): D1 and D2 do not exist. */
}

static unsigned log2_of(unsigned power)
{
    unsigned n = 0;

    while (power >> n > 1)
        n++;
    return n;
}

static void add_msi(pcie_function *f)
{
    const unsigned vectors = f->desc.msi_vectors;
    const uint32_t control =
        (log2_of(vectors) << PCI_MSI_CAPABLE_LSB) | PCI_MSI_CONTROL_64 | PCI_MSI_CONTROL_MASKS;

    if (vectors == 0)
        return;
    f->msi = pcie_add_capability(f, PCI_CAP_ID_MSI, PCI_MSI_SIZE);
    pcie_put(f, f->msi + PCI_MSI_CONTROL, 2, control);
    pcie_allow(f, f->msi + PCI_MSI_CONTROL, 2, PCI_MSI_CONTROL_ENABLE | PCI_MSI_CONTROL_GRANTED);
    pcie_allow(f, f->msi + PCI_MSI_ADDRESS, 4, ~UINT32_C(3));
    pcie_allow(f, f->msi + PCI_MSI_ADDRESS_HIGH, 4, UINT32_MAX);
    pcie_allow(f, f->msi + PCI_MSI_DATA, 2, UINT16_MAX);
    pcie_allow(f, f->msi + PCI_MSI_MASK, 4, (uint32_t)((UINT64_C(1) << vectors) - 1));
}

static void add_msix(pcie_function *f)
{
    const pcie_desc *d = &f->desc;

    if (d->msix_vectors == 0)
        return;
    f->msix = pcie_add_capability(f, PCI_CAP_ID_MSIX, PCI_MSIX_SIZE);
    pcie_put(f, f->msix + PCI_MSIX_CONTROL, 2, d->msix_vectors - 1u);
    pcie_put(f, f->msix + PCI_MSIX_TABLE, 4, d->msix_table | d->msix_bar);
    pcie_put(f, f->msix + PCI_MSIX_PBA, 4, d->msix_pba | d->msix_bar);
    pcie_allow(f, f->msix + PCI_MSIX_CONTROL, 2, PCI_MSIX_CONTROL_MASK | PCI_MSIX_CONTROL_ENABLE);
}

/* An integrated endpoint has no link and, without an event collector, no error reporting (ID-E07).
 */
static void add_express(pcie_function *f)
{
    f->express = pcie_add_capability(f, PCI_CAP_ID_PCIE, PCI_EXP_SIZE);
    pcie_put(f, f->express + PCI_EXP_FLAGS, 2, PCI_EXP_FLAGS_VERSION | PCI_EXP_FLAGS_RCIEP);
    pcie_put(f, f->express + PCI_EXP_DEVCAP, 4, PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR);
}

static bool bar_is_64(pcie_bar_kind kind)
{
    return kind == PCIE_BAR_64 || kind == PCIE_BAR_64_PREFETCH;
}

static void add_bars(pcie_function *f)
{
    for (unsigned n = 0; n < PCI_BARS; n++) {
        const pcie_bar_desc *bar = &f->desc.bar[n];
        const uint32_t flags = (bar_is_64(bar->kind) ? PCI_BAR_TYPE_64 : 0u) |
                               (bar->kind == PCIE_BAR_64_PREFETCH ? PCI_BAR_PREFETCH : 0u);

        if (bar->kind == PCIE_BAR_NONE)
            continue;
        pcie_put(f, PCI_BAR(n), 4, flags);
        pcie_allow(f, PCI_BAR(n), 4, ~(bar->size - 1u));
        if (bar_is_64(bar->kind))
            pcie_allow(f, PCI_BAR(n + 1), 4, UINT32_MAX);
    }
}

static void add_header(pcie_function *f)
{
    const pcie_desc *d = &f->desc;

    pcie_put(f, PCI_VENDOR_ID, 2, d->vendor);
    pcie_put(f, PCI_DEVICE_ID, 2, d->device);
    pcie_put(f, PCI_SUBSYSTEM_VENDOR_ID, 2, d->subvendor);
    pcie_put(f, PCI_SUBSYSTEM_ID, 2, d->subdevice);
    pcie_put(f, PCI_REVISION_ID, 1, d->revision);
    pcie_put(f, PCI_CLASS_CODE, 3, d->class_code);
    pcie_put(f, PCI_INTERRUPT_PIN, 1, d->pin);
    pcie_allow(f, PCI_COMMAND, 2, PCI_COMMAND_WRITABLE);
    pcie_allow(f, PCI_CACHE_LINE_SIZE, 1, PCI_BYTE_MASK);
    pcie_allow(f, PCI_INTERRUPT_LINE, 1, PCI_BYTE_MASK);
}

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static bool bars_fit(const pcie_desc *d)
{
    for (unsigned n = 0; n < PCI_BARS; n++) {
        const pcie_bar_desc *bar = &d->bar[n];

        if (bar->kind == PCIE_BAR_NONE)
            continue;
        if (!is_power_of_two(bar->size) || bar->size < PCI_BAR_LEAST)
            return false;
        if (bar_is_64(bar->kind) && (n + 1 == PCI_BARS || d->bar[n + 1].kind != PCIE_BAR_NONE))
            return false;
    }
    return true;
}

/* Table and pending bits lie in their BAR and apart from each other. */
static bool msix_fits(const pcie_desc *d)
{
    const uint64_t table = d->msix_table, pba = d->msix_pba;
    const uint64_t table_end = table + (uint64_t)d->msix_vectors * PCI_MSIX_ENTRY;
    const uint64_t pba_end = pba + PCIE_PBA_WORDS(d->msix_vectors) * sizeof(uint64_t);

    if (d->msix_vectors == 0)
        return true;
    return d->msix_vectors <= PCI_MSIX_MOST && d->msix_bar < PCI_BARS && table % 8 == 0 &&
           pba % 8 == 0 && d->bar[d->msix_bar].kind != PCIE_BAR_NONE &&
           table_end <= d->bar[d->msix_bar].size && pba_end <= d->bar[d->msix_bar].size &&
           (table_end <= pba || pba_end <= table);
}

bool pcie_function_init(pcie_function *f, const pcie_desc *desc, const pcie_function_ops *ops,
                        void *self, pcie_function_state *state, pcie_msix_entry *table,
                        uint64_t *pba)
{
    if (!bars_fit(desc) || !msix_fits(desc) || desc->vendor == UINT16_MAX || desc->pin > 4 ||
        (desc->msi_vectors != 0 &&
         (!is_power_of_two(desc->msi_vectors) || desc->msi_vectors > PCI_MSI_MOST)))
        return false;
    memset(f, 0, sizeof *f);
    f->desc = *desc;
    f->ops = ops;
    f->self = self;
    f->state = state;
    f->table = table;
    f->pba = pba;
    f->cap_end = PCI_HEADER_END;
    add_header(f);
    add_bars(f);
    add_power(f);
    add_msi(f);
    add_msix(f);
    add_express(f);
    return true;
}

void pcie_function_reset(pcie_function *f)
{
    memset(f->state, 0, sizeof *f->state);
    memcpy(f->state->config, f->initial, sizeof f->state->config);
    for (unsigned n = 0; n < f->desc.msix_vectors; n++) {
        const pcie_msix_entry masked = {0, 0, PCI_MSIX_ENTRY_MASKED};

        f->table[n] = masked;
    }
    if (f->desc.msix_vectors != 0)
        memset(f->pba, 0, PCIE_PBA_WORDS(f->desc.msix_vectors) * sizeof *f->pba);
}

/* ---------------------------------------------------------------- accesses */

static bool config_size_ok(uint32_t offset, unsigned size)
{
    return (size == 1 || size == 2 || size == 4) && offset % size == 0 && offset < PCIE_CONFIG_SIZE;
}

/* The byte with what the function knows itself. */
static uint8_t config_byte(const pcie_function *f, uint32_t offset)
{
    const uint8_t byte = f->state->config[offset];

    return offset == PCI_STATUS && f->state->intx != 0 ? byte | PCI_STATUS_INTX : byte;
}

dev_status pcie_config_peek(const pcie_function *f, uint32_t offset, unsigned size, uint64_t *value)
{
    *value = 0;
    if (!config_size_ok(offset, size))
        return DEV_BAD_SIZE;
    /* Extended space: a header of zero, no extended capability. */
    for (unsigned n = 0; n < size && offset < PCI_CONFIG_SIZE; n++)
        *value |= (uint64_t)config_byte(f, offset + n) << (8 * n);
    return DEV_OK;
}

/* Whether an access is to the endpoint's own word. */
static bool is_port(const pcie_function *f, uint32_t offset)
{
    return f->port != 0 && offset >= f->port && offset < f->port + 4U;
}

dev_status pcie_config_read(pcie_function *f, uint32_t offset, unsigned size, uint64_t now_ps,
                            uint64_t *value)
{
    uint32_t word;

    if (!is_port(f, offset) || !config_size_ok(offset, size))
        return pcie_config_peek(f, offset, size, value);
    const dev_status status = f->ops->port_read(f->self, now_ps, &word);

    *value = word >> (8 * (offset - f->port)) & dev_mask(size);
    return status;
}

/* D0 and D3hot exist; a write of another state is discarded. */
static void config_power(pcie_function *f, uint32_t offset, unsigned size, uint64_t value)
{
    const uint32_t csr = f->pm + PCI_PM_CSR;

    if (offset > csr || offset + size <= csr)
        return;
    const uint8_t wanted = (uint8_t)(value >> (8 * (csr - offset)) & PCI_PM_CSR_STATE);

    if (wanted == 0 || wanted == PCI_PM_D3HOT)
        f->state->config[csr] = (uint8_t)((f->state->config[csr] & ~PCI_PM_CSR_STATE) | wanted);
}

static bool config_wants_reset(const pcie_function *f, uint32_t offset, unsigned size,
                               uint64_t value)
{
    const uint32_t high = f->express + PCI_EXP_DEVCTL + 1;

    return offset <= high && offset + size > high &&
           (value >> (8 * (high - offset)) & (PCI_EXP_DEVCTL_FLR >> 8)) != 0;
}

dev_status pcie_config_write(pcie_function *f, uint32_t offset, unsigned size, uint64_t now_ps,
                             uint64_t value)
{
    if (!config_size_ok(offset, size))
        return DEV_BAD_SIZE;
    if (offset >= PCI_CONFIG_SIZE)
        return DEV_OK;
    if (is_port(f, offset))
        return f->ops->port_write(f->self, now_ps,
                                  (uint32_t)(value & dev_mask(size)) << (8 * (offset - f->port)));
    if (config_wants_reset(f, offset, size, value)) {
        f->ops->device.reset(f->self, now_ps);
        return DEV_OK;
    }
    for (unsigned n = 0; n < size; n++) {
        uint8_t *at = &f->state->config[offset + n];
        const uint8_t mask = f->writable[offset + n];

        *at = (uint8_t)((*at & ~mask) | ((value >> (8 * n)) & mask));
    }
    config_power(f, offset, size, value);
    pcie_flush(f, now_ps);
    return DEV_OK;
}

bool pcie_function_awake(const pcie_function *f)
{
    return (pcie_get(f, f->pm + PCI_PM_CSR, 2) & PCI_PM_CSR_STATE) == 0;
}

uint64_t pcie_bar_address(const pcie_function *f, unsigned bar)
{
    const uint64_t low = pcie_get(f, PCI_BAR(bar), 4) & ~(uint32_t)PCI_BAR_FLAGS;

    return bar_is_64(f->desc.bar[bar].kind) ? (uint64_t)pcie_get(f, PCI_BAR(bar + 1), 4) << 32 | low
                                            : low;
}

int pcie_bar_find(const pcie_function *f, uint64_t address, unsigned size, uint64_t *offset)
{
    if ((pcie_get(f, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY) == 0 || !pcie_function_awake(f))
        return -1;
    for (unsigned n = 0; n < PCI_BARS; n++) {
        const uint64_t distance = address - pcie_bar_address(f, n);

        if (f->desc.bar[n].kind == PCIE_BAR_NONE || distance >= f->desc.bar[n].size ||
            size > f->desc.bar[n].size - distance)
            continue;
        *offset = distance;
        return (int)n;
    }
    return -1;
}
