/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of a function: INTx, MSI, MSI-X with its table and pending bits; accesses to BARs. */
#include "pcie_function.h"

/* Where in an access to the MSI-X BAR something lies. */
typedef enum msix_place { MSIX_NOWHERE, MSIX_TABLE, MSIX_PBA } msix_place;

enum { PBA_BITS = 64 };

static bool msi_enabled(const pcie_function *f)
{
    return f->msi != 0 && (pcie_get(f, f->msi + PCI_MSI_CONTROL, 2) & PCI_MSI_CONTROL_ENABLE) != 0;
}

static bool msix_enabled(const pcie_function *f)
{
    return f->msix != 0 &&
           (pcie_get(f, f->msix + PCI_MSIX_CONTROL, 2) & PCI_MSIX_CONTROL_ENABLE) != 0;
}

static bool may_send(const pcie_function *f)
{
    return f->host != NULL && pcie_function_awake(f) &&
           (pcie_get(f, PCI_COMMAND, 2) & PCI_COMMAND_MASTER) != 0;
}

/* Vectors that software granted: never more than there are (ID-E05). */
static unsigned msi_granted(const pcie_function *f)
{
    const uint32_t control = pcie_get(f, f->msi + PCI_MSI_CONTROL, 2);
    const unsigned granted = 1u << ((control & PCI_MSI_CONTROL_GRANTED) >> PCI_MSI_GRANTED_LSB);

    return granted < f->desc.msi_vectors ? granted : f->desc.msi_vectors;
}

/* The message of a vector, as its registers say now. */
static pcie_msi msi_message(const pcie_function *f, unsigned vector, uint64_t now_ps)
{
    const uint64_t high = pcie_get(f, f->msi + PCI_MSI_ADDRESS_HIGH, 4);
    const uint32_t data = pcie_get(f, f->msi + PCI_MSI_DATA, 2) & ~(msi_granted(f) - 1u);
    const pcie_msi message = {now_ps,        high << 32 | pcie_get(f, f->msi + PCI_MSI_ADDRESS, 4),
                              data | vector, 0,
                              f->rid,        vector};

    return message;
}

static pcie_msi msix_message(const pcie_function *f, unsigned vector, uint64_t now_ps)
{
    const pcie_msix_entry *entry = &f->table[vector];
    const pcie_msi message = {now_ps, entry->address, entry->data, 0, f->rid, vector};

    return message;
}

static bool is_masked(const pcie_function *f, unsigned vector)
{
    if (!msix_enabled(f))
        return (pcie_get(f, f->msi + PCI_MSI_MASK, 4) >> vector & 1u) != 0;
    return (pcie_get(f, f->msix + PCI_MSIX_CONTROL, 2) & PCI_MSIX_CONTROL_MASK) != 0 ||
           (f->table[vector].control & PCI_MSIX_ENTRY_MASKED) != 0;
}

bool pcie_is_pending(const pcie_function *f, unsigned vector)
{
    if (msix_enabled(f) || !msi_enabled(f))
        return vector < f->desc.msix_vectors &&
               (f->pba[vector / PBA_BITS] >> vector % PBA_BITS & 1u) != 0;
    return vector < f->desc.msi_vectors &&
           (pcie_get(f, f->msi + PCI_MSI_PENDING, 4) >> vector & 1u) != 0;
}

static void set_bit(uint8_t *bytes, unsigned bit, bool value)
{
    const unsigned mask = 1u << bit % 8;

    bytes[bit / 8] = (uint8_t)(value ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask);
}

static void set_pending(pcie_function *f, unsigned vector, bool pending)
{
    const uint64_t bit = UINT64_C(1) << vector % PBA_BITS;

    if (!msix_enabled(f))
        set_bit(&f->state->config[f->msi + PCI_MSI_PENDING], vector, pending);
    else if (pending)
        f->pba[vector / PBA_BITS] |= bit;
    else
        f->pba[vector / PBA_BITS] &= ~bit;
}

/* Sends a vector that is not masked. @return false when the host's queue is full. */
static bool send(pcie_function *f, unsigned vector, uint64_t now_ps)
{
    const pcie_msi message =
        msix_enabled(f) ? msix_message(f, vector, now_ps) : msi_message(f, vector, now_ps);

    if (!pcie_host_send(f->host, f, &message)) {
        f->state->stalled = 1;
        return false;
    }
    if (f->ops->sent != NULL)
        f->ops->sent(f->self, vector, now_ps);
    return true;
}

/* MSI-X goes before MSI (ID-E03); what cannot go becomes pending (ID-E04). */
pcie_raised pcie_raise(pcie_function *f, unsigned vector, uint64_t now_ps)
{
    if (!msix_enabled(f) && !msi_enabled(f))
        return PCIE_RAISED_INTX;
    if (!msix_enabled(f))
        vector %= msi_granted(f);
    if (pcie_is_pending(f, vector))
        return PCIE_RAISED_MERGED;
    if (may_send(f) && !is_masked(f, vector) && send(f, vector, now_ps))
        return PCIE_RAISED_SENT;
    set_pending(f, vector, true);
    return PCIE_RAISED_HELD;
}

/* One vector that may have become free to go. @return false when the queue is full. */
static bool flush_one(pcie_function *f, unsigned vector, uint64_t now_ps)
{
    if (!pcie_is_pending(f, vector) || is_masked(f, vector))
        return true;
    if (!send(f, vector, now_ps))
        return false;
    set_pending(f, vector, false);
    return true;
}

static void flush_msix(pcie_function *f, uint64_t now_ps)
{
    for (unsigned word = 0; word < PCIE_PBA_WORDS(f->desc.msix_vectors); word++)
        for (unsigned bit = 0; f->pba[word] >> bit % PBA_BITS != 0 && bit < PBA_BITS; bit++)
            if (!flush_one(f, word * PBA_BITS + bit, now_ps))
                return;
}

void pcie_flush(pcie_function *f, uint64_t now_ps)
{
    f->state->stalled = 0;
    if (!may_send(f))
        return;
    if (msix_enabled(f)) {
        flush_msix(f, now_ps);
        return;
    }
    for (unsigned vector = 0; msi_enabled(f) && vector < msi_granted(f); vector++)
        if (!flush_one(f, vector, now_ps))
            return;
}

void pcie_set_intx(pcie_function *f, bool level)
{
    f->state->intx = level;
}

bool pcie_intx(const pcie_function *f)
{
    return f->state->intx != 0 && f->desc.pin != 0 && pcie_function_awake(f) && !msi_enabled(f) &&
           !msix_enabled(f) && (pcie_get(f, PCI_COMMAND, 2) & PCI_COMMAND_INTX_DISABLE) == 0;
}

/* ---------------------------------------------------------------- BARs */

/* Which structure of MSI-X an access meets; `*offset` moves into it. */
static msix_place find_msix(const pcie_function *f, unsigned bar, uint64_t *offset)
{
    const pcie_desc *d = &f->desc;
    const uint64_t in_table = *offset - d->msix_table, in_pba = *offset - d->msix_pba;

    if (d->msix_vectors == 0 || bar != d->msix_bar)
        return MSIX_NOWHERE;
    if (in_table < (uint64_t)d->msix_vectors * PCI_MSIX_ENTRY) {
        *offset = in_table;
        return MSIX_TABLE;
    }
    if (in_pba < PCIE_PBA_WORDS(d->msix_vectors) * sizeof(uint64_t)) {
        *offset = in_pba;
        return MSIX_PBA;
    }
    return MSIX_NOWHERE;
}

/* The half of an entry in which a register lies: address, or data and control. */
static uint64_t entry_half(const pcie_msix_entry *entry, uint64_t reg)
{
    return reg < PCI_MSIX_ENTRY_DATA ? entry->address
                                     : (uint64_t)entry->control << 32 | entry->data;
}

static dev_status table_write(pcie_function *f, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t value)
{
    const unsigned vector = (unsigned)(offset / PCI_MSIX_ENTRY);
    const uint64_t reg = offset % PCI_MSIX_ENTRY;
    pcie_msix_entry *entry = &f->table[vector];
    uint64_t half = entry_half(entry, reg);
    const dev_status status = dev_write64(&half, offset, size, value);

    if (status != DEV_OK)
        return status;
    if (reg < PCI_MSIX_ENTRY_DATA) {
        entry->address = half & ~UINT64_C(3);
    } else {
        entry->data = (uint32_t)half;
        entry->control = (uint32_t)(half >> 32) & PCI_MSIX_ENTRY_MASKED;
    }
    if (may_send(f) && msix_enabled(f))
        (void)flush_one(f, vector, now_ps);
    return DEV_OK;
}

/* What of a BAR the library itself answers. @return false: the endpoint does. */
static bool msix_read(const pcie_function *f, unsigned bar, uint64_t offset, unsigned size,
                      uint64_t *value, dev_status *status)
{
    const msix_place place = find_msix(f, bar, &offset);

    *value = 0;
    if (place == MSIX_TABLE)
        *status =
            dev_read64(entry_half(&f->table[offset / PCI_MSIX_ENTRY], offset % PCI_MSIX_ENTRY),
                       offset, size, value);
    else if (place == MSIX_PBA)
        *status = dev_read64(f->pba[offset / sizeof *f->pba], offset, size, value);
    return place != MSIX_NOWHERE;
}

dev_status pcie_bar_read(pcie_function *f, unsigned bar, uint64_t offset, unsigned size,
                         uint64_t now_ps, uint64_t *value)
{
    dev_status status = DEV_HOLE;

    if (msix_read(f, bar, offset, size, value, &status) || f->ops->read == NULL)
        return status;
    return f->ops->read(f->self, bar, offset, size, now_ps, value);
}

dev_status pcie_bar_peek(const pcie_function *f, unsigned bar, uint64_t offset, unsigned size,
                         uint64_t now_ps, uint64_t *value)
{
    dev_status status = DEV_HOLE;

    if (msix_read(f, bar, offset, size, value, &status) || f->ops->read == NULL)
        return status;
    if (f->ops->peek != NULL)
        return f->ops->peek(f->self, bar, offset, size, now_ps, value);
    return f->ops->read(f->self, bar, offset, size, now_ps, value);
}

dev_status pcie_bar_write(pcie_function *f, unsigned bar, uint64_t offset, unsigned size,
                          uint64_t now_ps, uint64_t value)
{
    uint64_t within = offset;
    const msix_place place = find_msix(f, bar, &within);

    if (place == MSIX_TABLE)
        return table_write(f, within, size, now_ps, value);
    if (place == MSIX_PBA)
        return DEV_READ_ONLY;
    if (f->ops->write == NULL)
        return DEV_HOLE;
    return f->ops->write(f->self, bar, offset, size, now_ps, value);
}
