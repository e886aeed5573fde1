/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/virtio_mmio.h"

#include <string.h>

/* The device sets bits of InterruptStatus; the line is read from there. */
static void mmio_interrupt(void *ctx, unsigned queue, uint64_t now_ps)
{
    virtio *v = (virtio *)ctx;

    (void)now_ps;
    v->state->isr |= queue == VIRTIO_QUEUES_MAX ? VIRTIO_ISR_CONFIG : VIRTIO_ISR_QUEUE;
}

void virtio_mmio_init(virtio_mmio *bus)
{
    memset(bus, 0, sizeof *bus);
}

bool virtio_mmio_attach(virtio_mmio *bus, unsigned slot, virtio *v)
{
    if (slot >= VIRTIO_SLOTS || bus->slot[slot] != NULL)
        return false;
    v->transport.ctx = v;
    v->transport.interrupt = mmio_interrupt;
    v->transport.may_run = NULL;
    bus->slot[slot] = v;
    return true;
}

/* ---------------------------------------------------------------- reads */

/* What is there whether or not there is a device. */
static dev_status read_identity(const virtio *v, uint64_t reg, uint64_t *value)
{
    switch (reg) {
    case VIRTIO_MMIO_MAGIC:
        *value = VIRTIO_MMIO_MAGIC_VALUE;
        return DEV_OK;
    case VIRTIO_MMIO_VERSION:
        *value = VIRTIO_MMIO_VERSION_VALUE;
        return DEV_OK;
    case VIRTIO_MMIO_DEVICE_ID:
        *value = v != NULL ? v->kind->id : 0;
        return DEV_OK;
    case VIRTIO_MMIO_VENDOR_ID:
        *value = v != NULL ? VIRTIO_MMIO_VENDOR_VALUE : 0;
        return DEV_OK;
    default:
        return DEV_HOLE;
    }
}

static bool is_write_only(uint64_t reg)
{
    switch (reg) {
    case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
    case VIRTIO_MMIO_DRIVER_FEATURES:
    case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
    case VIRTIO_MMIO_QUEUE_SEL:
    case VIRTIO_MMIO_QUEUE_NUM:
    case VIRTIO_MMIO_QUEUE_NOTIFY:
    case VIRTIO_MMIO_INTERRUPT_ACK:
    case VIRTIO_MMIO_QUEUE_DESC_LOW:
    case VIRTIO_MMIO_QUEUE_DESC_HIGH:
    case VIRTIO_MMIO_QUEUE_DRIVER_LOW:
    case VIRTIO_MMIO_QUEUE_DRIVER_HIGH:
    case VIRTIO_MMIO_QUEUE_DEVICE_LOW:
    case VIRTIO_MMIO_QUEUE_DEVICE_HIGH:
    case VIRTIO_MMIO_SHM_SEL:
        return true;
    default:
        return false;
    }
}

static dev_status read_register(const virtio *v, uint64_t reg, uint64_t *value)
{
    const virtio_state *st = v->state;
    const virtq *q = virtio_selected(v);

    if (reg >= VIRTIO_MMIO_SHM_LEN_LOW && reg <= VIRTIO_MMIO_SHM_BASE_HIGH) {
        *value = UINT32_MAX; /* there is no shared memory */
        return DEV_OK;
    }
    switch (reg) {
    case VIRTIO_MMIO_DEVICE_FEATURES:
        *value = virtio_device_features(v, st->device_select);
        return DEV_OK;
    case VIRTIO_MMIO_QUEUE_NUM_MAX:
        *value = q != NULL ? VIRTQ_SIZE_MAX : 0;
        return DEV_OK;
    case VIRTIO_MMIO_QUEUE_READY:
        *value = q != NULL ? q->ready : 0;
        return DEV_OK;
    case VIRTIO_MMIO_INTERRUPT_STATUS:
        *value = st->isr;
        return DEV_OK;
    case VIRTIO_MMIO_STATUS:
        *value = st->status;
        return DEV_OK;
    case VIRTIO_MMIO_CONFIG_GENERATION:
        *value = 0; /* it never changes */
        return DEV_OK;
    default:
        return is_write_only(reg) ? DEV_WRITE_ONLY : DEV_HOLE;
    }
}

static dev_status mmio_peek(const void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                            uint64_t *value)
{
    const virtio_mmio *bus = (const virtio_mmio *)self;
    const virtio *v = bus->slot[offset / VIRTIO_SLOT_SPAN % VIRTIO_SLOTS];
    const uint64_t reg = offset % VIRTIO_SLOT_SPAN;

    (void)now_ps;
    *value = 0;
    if (v != NULL && reg >= VIRTIO_MMIO_CONFIG)
        return virtio_config_read(v, reg - VIRTIO_MMIO_CONFIG, size, value);
    if (size != 4 || reg % 4U != 0)
        return DEV_BAD_SIZE;
    if (v == NULL || reg <= VIRTIO_MMIO_VENDOR_ID)
        return read_identity(v, reg, value);
    return read_register(v, reg, value);
}

static dev_status mmio_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                            uint64_t *value)
{
    return mmio_peek(self, offset, size, now_ps, value);
}

/* ---------------------------------------------------------------- writes */

static dev_status write_address(virtio *v, uint64_t reg, uint32_t value)
{
    virtq *q = virtio_selected(v);
    const uint64_t half = reg % 8U;

    if (q == NULL)
        return DEV_BAD_VALUE;
    switch (reg - half) {
    case VIRTIO_MMIO_QUEUE_DESC_LOW:
        return virtio_set_queue_address(v, &q->desc, half, 4, value);
    case VIRTIO_MMIO_QUEUE_DRIVER_LOW:
        return virtio_set_queue_address(v, &q->driver, half, 4, value);
    default:
        return virtio_set_queue_address(v, &q->device, half, 4, value);
    }
}

static dev_status write_selector(virtio *v, uint64_t reg, uint32_t value)
{
    switch (reg) {
    case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
        v->state->device_select = value;
        break;
    case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
        v->state->driver_select = value;
        break;
    case VIRTIO_MMIO_QUEUE_SEL:
        v->state->queue_select = value;
        break;
    default: /* SHMSel: whatever it is, there is nothing */
        break;
    }
    return DEV_OK;
}

static dev_status write_register(virtio *v, uint64_t reg, uint32_t value, uint64_t now_ps)
{
    switch (reg) {
    case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
    case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
    case VIRTIO_MMIO_QUEUE_SEL:
    case VIRTIO_MMIO_SHM_SEL:
        return write_selector(v, reg, value);
    case VIRTIO_MMIO_DRIVER_FEATURES:
        return virtio_accept_features(v, v->state->driver_select, value);
    case VIRTIO_MMIO_QUEUE_NUM:
        return virtio_set_queue_size(v, value);
    case VIRTIO_MMIO_QUEUE_READY:
        return virtio_set_queue_ready(v, (value & 1U) != 0, now_ps);
    case VIRTIO_MMIO_QUEUE_NOTIFY:
        return virtio_notify(v, value, now_ps);
    case VIRTIO_MMIO_INTERRUPT_ACK:
        v->state->isr &= ~value;
        return DEV_OK;
    case VIRTIO_MMIO_STATUS:
        return virtio_set_status(v, value, now_ps);
    default:
        break;
    }
    return is_write_only(reg) ? write_address(v, reg, value) : DEV_HOLE;
}

/* Whether a register that does not take writes can be read. */
static bool is_read_only(const virtio *v, uint64_t reg)
{
    uint64_t value;

    return (reg <= VIRTIO_MMIO_VENDOR_ID ? read_identity(v, reg, &value)
                                         : read_register(v, reg, &value)) == DEV_OK;
}

static dev_status mmio_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                             uint64_t value)
{
    const virtio_mmio *bus = (const virtio_mmio *)self;
    virtio *v = bus->slot[offset / VIRTIO_SLOT_SPAN % VIRTIO_SLOTS];
    const uint64_t reg = offset % VIRTIO_SLOT_SPAN;
    dev_status status;

    if (v == NULL)
        return DEV_HOLE;
    if (reg >= VIRTIO_MMIO_CONFIG)
        return reg - VIRTIO_MMIO_CONFIG < v->config_size ? DEV_READ_ONLY : DEV_HOLE;
    if (size != 4 || reg % 4U != 0)
        return DEV_BAD_SIZE;
    status = write_register(v, reg, (uint32_t)value, now_ps);
    return status == DEV_HOLE && is_read_only(v, reg) ? DEV_READ_ONLY : status;
}

/* ---------------------------------------------------------------- device operations */

static void mmio_reset(void *self, uint64_t now_ps)
{
    const virtio_mmio *bus = (const virtio_mmio *)self;

    (void)now_ps;
    for (unsigned n = 0; n < VIRTIO_SLOTS; n++)
        if (bus->slot[n] != NULL)
            virtio_reset(bus->slot[n]);
}

static uint64_t mmio_deadline(const void *self)
{
    const virtio_mmio *bus = (const virtio_mmio *)self;
    uint64_t best = DEV_NEVER;

    for (unsigned n = 0; n < VIRTIO_SLOTS; n++) {
        const uint64_t deadline = bus->slot[n] != NULL ? virtio_deadline(bus->slot[n]) : DEV_NEVER;

        best = deadline < best ? deadline : best;
    }
    return best;
}

static void mmio_advance(void *self, uint64_t now_ps)
{
    const virtio_mmio *bus = (const virtio_mmio *)self;

    for (unsigned n = 0; n < VIRTIO_SLOTS; n++)
        if (bus->slot[n] != NULL && virtio_deadline(bus->slot[n]) <= now_ps)
            virtio_advance(bus->slot[n], now_ps);
}

static bool mmio_line(const void *self, unsigned index)
{
    const virtio *v = ((const virtio_mmio *)self)->slot[index];

    return v != NULL && v->state->isr != 0;
}

const dev_ops virtio_mmio_ops = {
    .name = "virtio_mmio",
    .span = VIRTIO_SLOT_SPAN * VIRTIO_SLOTS,
    .num_lines = VIRTIO_SLOTS,
    .version = 1,
    .state_offset = 0,
    .state_size = 0,
    .reset = mmio_reset,
    .read = mmio_read,
    .peek = mmio_peek,
    .write = mmio_write,
    .advance = mmio_advance,
    .deadline = mmio_deadline,
    .line = mmio_line,
};
