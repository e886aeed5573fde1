/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/virtio_pci.h"

#include <string.h>

#include "pcie_function.h"

enum { VECTOR_CONFIG = VIRTIO_QUEUES_MAX };

static bool msix_enabled(const pcie_function *f)
{
    return (pcie_get(f, f->msix + PCI_MSIX_CONTROL, 2) & PCI_MSIX_CONTROL_ENABLE) != 0;
}

/* ISR and INTx are used only without MSI-X (4.1.4.5). */
static void pci_interrupt(void *ctx, unsigned queue, uint64_t now_ps)
{
    virtio_pci *p = (virtio_pci *)ctx;
    virtio_state *st = p->device->state;
    const uint32_t vector = queue == VECTOR_CONFIG ? st->config_vector : st->queue[queue].vector;

    if (msix_enabled(&p->function)) {
        if (vector < p->function.desc.msix_vectors)
            (void)pcie_raise(&p->function, vector, now_ps);
        return;
    }
    st->isr |= queue == VECTOR_CONFIG ? VIRTIO_ISR_CONFIG : VIRTIO_ISR_QUEUE;
    pcie_set_intx(&p->function, true);
}

static bool pci_may_run(const void *ctx)
{
    const pcie_function *f = &((const virtio_pci *)ctx)->function;

    return pcie_function_awake(f) && (pcie_get(f, PCI_COMMAND, 2) & PCI_COMMAND_MASTER) != 0;
}

/* ---------------------------------------------------------------- common configuration */

/* Bytes of the register that begins at an offset; 0: none does. */
static unsigned common_width(uint64_t offset)
{
    switch (offset) {
    case VIRTIO_PCI_DEVICE_FEATURE_SELECT:
    case VIRTIO_PCI_DEVICE_FEATURE:
    case VIRTIO_PCI_DRIVER_FEATURE_SELECT:
    case VIRTIO_PCI_DRIVER_FEATURE:
        return 4;
    case VIRTIO_PCI_STATUS:
    case VIRTIO_PCI_GENERATION:
        return 1;
    default:
        return offset < VIRTIO_PCI_QUEUE_DESC && offset % 2 == 0 ? 2 : 0;
    }
}

static bool width_is_good(uint64_t offset, unsigned size)
{
    if (offset >= VIRTIO_PCI_QUEUE_DESC)
        return size == 4 || size == 8;
    return common_width(offset) == size;
}

static dev_status read_address(const virtq *q, uint64_t offset, unsigned size, uint64_t *value)
{
    uint64_t address = 0;

    if (q != NULL && offset < VIRTIO_PCI_QUEUE_DRIVER)
        address = q->desc;
    else if (q != NULL)
        address = offset < VIRTIO_PCI_QUEUE_DEVICE ? q->driver : q->device;
    return dev_read64(address, offset, size, value);
}

static dev_status read_queue(const virtio *v, uint64_t offset, uint64_t *value)
{
    const virtq *q = virtio_selected(v);

    switch (offset) {
    case VIRTIO_PCI_QUEUE_SIZE:
        *value = q != NULL ? q->size : 0;
        break;
    case VIRTIO_PCI_QUEUE_VECTOR:
        *value = q != NULL ? q->vector : VIRTIO_NO_VECTOR;
        break;
    case VIRTIO_PCI_QUEUE_ENABLE:
        *value = q != NULL ? q->ready : 0;
        break;
    default: /* QUEUE_NOTIFY_OFF: each queue has its own */
        *value = q != NULL ? v->state->queue_select : 0;
        break;
    }
    return DEV_OK;
}

static dev_status read_common(const virtio *v, uint64_t offset, unsigned size, uint64_t *value)
{
    const virtio_state *st = v->state;

    if (!width_is_good(offset, size))
        return DEV_BAD_SIZE;
    if (offset >= VIRTIO_PCI_QUEUE_DESC)
        return read_address(virtio_selected(v), offset, size, value);
    switch (offset) {
    case VIRTIO_PCI_DEVICE_FEATURE_SELECT:
        *value = st->device_select;
        break;
    case VIRTIO_PCI_DEVICE_FEATURE:
        *value = virtio_device_features(v, st->device_select);
        break;
    case VIRTIO_PCI_DRIVER_FEATURE_SELECT:
        *value = st->driver_select;
        break;
    case VIRTIO_PCI_DRIVER_FEATURE:
        *value = virtio_driver_features(v, st->driver_select);
        break;
    case VIRTIO_PCI_CONFIG_VECTOR:
        *value = st->config_vector;
        break;
    case VIRTIO_PCI_NUM_QUEUES:
        *value = v->queues;
        break;
    case VIRTIO_PCI_STATUS:
        *value = st->status;
        break;
    case VIRTIO_PCI_GENERATION:
        *value = 0; /* the configuration never changes */
        break;
    case VIRTIO_PCI_QUEUE_SELECT:
        *value = st->queue_select;
        break;
    default:
        return read_queue(v, offset, value);
    }
    return DEV_OK;
}

static dev_status write_address(virtio *v, uint64_t offset, unsigned size, uint64_t value)
{
    virtq *q = virtio_selected(v);

    if (q == NULL)
        return DEV_BAD_VALUE;
    if (offset < VIRTIO_PCI_QUEUE_DRIVER)
        return virtio_set_queue_address(v, &q->desc, offset, size, value);
    return virtio_set_queue_address(v, offset < VIRTIO_PCI_QUEUE_DEVICE ? &q->driver : &q->device,
                                    offset, size, value);
}

/* A vector that the table has not is refused: NO_VECTOR reads back (4.1.5.1.2). */
static uint16_t good_vector(const virtio_pci *p, uint32_t vector)
{
    return (uint16_t)(vector < p->function.desc.msix_vectors ? vector : (uint32_t)VIRTIO_NO_VECTOR);
}

static dev_status write_queue(virtio_pci *p, uint64_t offset, uint32_t value, uint64_t now_ps)
{
    virtio *v = p->device;
    virtq *q = virtio_selected(v);

    switch (offset) {
    case VIRTIO_PCI_QUEUE_SIZE:
        return virtio_set_queue_size(v, value);
    case VIRTIO_PCI_QUEUE_VECTOR:
        if (q == NULL)
            return DEV_BAD_VALUE;
        q->vector = good_vector(p, value);
        return DEV_OK;
    case VIRTIO_PCI_QUEUE_ENABLE:
        /* A driver only enables; what disables is its reset of the device. */
        return value == 1 ? virtio_set_queue_ready(v, true, now_ps) : DEV_BAD_VALUE;
    default:
        return DEV_READ_ONLY;
    }
}

static dev_status write_common(virtio_pci *p, uint64_t offset, unsigned size, uint64_t value,
                               uint64_t now_ps)
{
    virtio *v = p->device;
    virtio_state *st = v->state;
    const uint32_t word = (uint32_t)value;

    if (!width_is_good(offset, size))
        return DEV_BAD_SIZE;
    if (offset >= VIRTIO_PCI_QUEUE_DESC)
        return write_address(v, offset, size, value);
    switch (offset) {
    case VIRTIO_PCI_DEVICE_FEATURE_SELECT:
        st->device_select = word;
        return DEV_OK;
    case VIRTIO_PCI_DRIVER_FEATURE_SELECT:
        st->driver_select = word;
        return DEV_OK;
    case VIRTIO_PCI_DRIVER_FEATURE:
        return virtio_accept_features(v, st->driver_select, word);
    case VIRTIO_PCI_CONFIG_VECTOR:
        st->config_vector = good_vector(p, word);
        return DEV_OK;
    case VIRTIO_PCI_STATUS:
        return virtio_set_status(v, word, now_ps);
    case VIRTIO_PCI_QUEUE_SELECT:
        st->queue_select = word;
        return DEV_OK;
    case VIRTIO_PCI_DEVICE_FEATURE:
    case VIRTIO_PCI_NUM_QUEUES:
    case VIRTIO_PCI_GENERATION:
        return DEV_READ_ONLY;
    default:
        return write_queue(p, offset, word, now_ps);
    }
}

/* ---------------------------------------------------------------- BAR 4 */

static dev_status pci_peek(const void *self, unsigned bar, uint64_t offset, unsigned size,
                           uint64_t now_ps, uint64_t *value)
{
    const virtio *v = ((const virtio_pci *)self)->device;

    (void)now_ps;
    *value = 0;
    if (bar != VIRTIO_PCI_BAR)
        return DEV_HOLE;
    if (offset < VIRTIO_PCI_COMMON_SIZE)
        return read_common(v, offset, size, value);
    if (offset == VIRTIO_PCI_ISR) {
        *value = v->state->isr;
        return DEV_OK;
    }
    if (offset >= VIRTIO_PCI_NOTIFY &&
        offset < VIRTIO_PCI_NOTIFY + v->queues * (uint64_t)VIRTIO_PCI_NOTIFY_STEP)
        return DEV_WRITE_ONLY;
    if (offset >= VIRTIO_PCI_DEVICE && offset < VIRTIO_PCI_NOTIFY)
        return virtio_config_read(v, offset - VIRTIO_PCI_DEVICE, size, value);
    return DEV_HOLE;
}

/* Reading ISR clears it, and so the line. */
static dev_status pci_read(void *self, unsigned bar, uint64_t offset, unsigned size,
                           uint64_t now_ps, uint64_t *value)
{
    virtio_pci *p = (virtio_pci *)self;
    const dev_status status = pci_peek(self, bar, offset, size, now_ps, value);

    if (bar == VIRTIO_PCI_BAR && offset == VIRTIO_PCI_ISR) {
        p->device->state->isr = 0;
        pcie_set_intx(&p->function, false);
    }
    return status;
}

static dev_status write_structures(virtio_pci *p, uint64_t offset, unsigned size, uint64_t now_ps,
                                   uint64_t value)
{
    virtio *v = p->device;

    if (offset < VIRTIO_PCI_COMMON_SIZE)
        return write_common(p, offset, size, value, now_ps);
    if (offset == VIRTIO_PCI_ISR)
        return DEV_READ_ONLY;
    if (offset >= VIRTIO_PCI_NOTIFY) {
        if (offset % VIRTIO_PCI_NOTIFY_STEP != 0 || (size != 2 && size != 4))
            return DEV_BAD_SIZE;
        return virtio_notify(v, (uint32_t)(offset - VIRTIO_PCI_NOTIFY) / VIRTIO_PCI_NOTIFY_STEP,
                             now_ps);
    }
    return offset >= VIRTIO_PCI_DEVICE && offset - VIRTIO_PCI_DEVICE < v->config_size
               ? DEV_READ_ONLY
               : DEV_HOLE;
}

static dev_status pci_write(void *self, unsigned bar, uint64_t offset, unsigned size,
                            uint64_t now_ps, uint64_t value)
{
    virtio_pci *p = (virtio_pci *)self;
    dev_status status;

    if (bar != VIRTIO_PCI_BAR)
        return DEV_HOLE;
    status = write_structures(p, offset, size, now_ps, value);
    pcie_set_intx(&p->function, p->device->state->isr != 0);
    return status;
}

/* ---------------------------------------------------------------- access through configuration */

/* The access that the capability describes; length 0: it makes no sense. */
static unsigned described_access(const virtio_pci *p, unsigned *bar, uint64_t *offset)
{
    const pcie_function *f = &p->function;
    const unsigned length = pcie_get(f, p->access + VIRTIO_PCI_CAP_BYTES, 4);

    *bar = pcie_get(f, p->access + VIRTIO_PCI_CAP_BAR, 1);
    *offset = pcie_get(f, p->access + VIRTIO_PCI_CAP_OFFSET, 4);
    if ((length != 1 && length != 2 && length != 4) || *offset % length != 0 || *bar >= PCI_BARS ||
        f->desc.bar[*bar].kind == PCIE_BAR_NONE || *offset + length > f->desc.bar[*bar].size)
        return 0;
    return length;
}

static dev_status port_read(void *self, uint64_t now_ps, uint32_t *value)
{
    virtio_pci *p = (virtio_pci *)self;
    uint64_t offset, word = 0;
    unsigned bar;
    const unsigned length = described_access(p, &bar, &offset);
    dev_status status;

    *value = 0;
    if (length == 0)
        return DEV_BAD_VALUE;
    status = pcie_bar_read(&p->function, bar, offset, length, now_ps, &word);
    *value = (uint32_t)word;
    return status;
}

static dev_status port_write(void *self, uint64_t now_ps, uint32_t value)
{
    virtio_pci *p = (virtio_pci *)self;
    uint64_t offset;
    unsigned bar;
    const unsigned length = described_access(p, &bar, &offset);

    if (length == 0)
        return DEV_BAD_VALUE;
    return pcie_bar_write(&p->function, bar, offset, length, now_ps, value & dev_mask(length));
}

/* ---------------------------------------------------------------- the function */

static void pci_reset(void *self, uint64_t now_ps)
{
    virtio_pci *p = (virtio_pci *)self;

    (void)now_ps;
    virtio_reset(p->device);
    pcie_function_reset(&p->function);
}

static uint64_t pci_deadline(const void *self)
{
    return virtio_deadline(((const virtio_pci *)self)->device);
}

static void pci_advance(void *self, uint64_t now_ps)
{
    virtio_advance(((virtio_pci *)self)->device, now_ps);
}

/* The state is the device's. */
static const pcie_function_ops virtio_pci_ops = {
    .device = {.name = "virtio-pci",
               .version = 1,
               .reset = pci_reset,
               .advance = pci_advance,
               .deadline = pci_deadline},
    .read = pci_read,
    .peek = pci_peek,
    .write = pci_write,
    .sent = NULL,
    .port_read = port_read,
    .port_write = port_write,
};

static uint8_t add_structure(pcie_function *f, unsigned type, uint8_t size, uint32_t offset,
                             uint32_t length)
{
    const uint8_t at = pcie_add_capability(f, PCI_CAP_ID_VENDOR, size);

    pcie_put(f, at + VIRTIO_PCI_CAP_LENGTH, 1, size);
    pcie_put(f, at + VIRTIO_PCI_CAP_TYPE, 1, type);
    pcie_put(f, at + VIRTIO_PCI_CAP_BAR, 1, VIRTIO_PCI_BAR);
    pcie_put(f, at + VIRTIO_PCI_CAP_OFFSET, 4, offset);
    pcie_put(f, at + VIRTIO_PCI_CAP_BYTES, 4, length);
    return at;
}

static void add_structures(virtio_pci *p)
{
    const virtio *v = p->device;
    pcie_function *f = &p->function;
    uint8_t at;

    (void)add_structure(f, VIRTIO_PCI_CAP_COMMON, VIRTIO_PCI_CAP_SIZE, VIRTIO_PCI_COMMON,
                        VIRTIO_PCI_COMMON_SIZE);
    at = add_structure(f, VIRTIO_PCI_CAP_NOTIFY, VIRTIO_PCI_CAP_SIZE_EXTRA, VIRTIO_PCI_NOTIFY,
                       v->queues * VIRTIO_PCI_NOTIFY_STEP);
    pcie_put(f, at + VIRTIO_PCI_CAP_EXTRA, 4, VIRTIO_PCI_NOTIFY_STEP);
    (void)add_structure(f, VIRTIO_PCI_CAP_ISR, VIRTIO_PCI_CAP_SIZE, VIRTIO_PCI_ISR, 1);
    if (v->config_size != 0)
        (void)add_structure(f, VIRTIO_PCI_CAP_DEVICE, VIRTIO_PCI_CAP_SIZE, VIRTIO_PCI_DEVICE,
                            v->config_size);
    p->access = add_structure(f, VIRTIO_PCI_CAP_ACCESS, VIRTIO_PCI_CAP_SIZE_EXTRA, 0, 0);
    pcie_allow(f, p->access + VIRTIO_PCI_CAP_BAR, 1, UINT8_MAX);
    pcie_allow(f, p->access + VIRTIO_PCI_CAP_OFFSET, 4, UINT32_MAX);
    pcie_allow(f, p->access + VIRTIO_PCI_CAP_BYTES, 4, UINT32_MAX);
    f->port = (uint8_t)(p->access + VIRTIO_PCI_CAP_EXTRA);
}

bool virtio_pci_init(virtio_pci *p, virtio *device)
{
    const pcie_desc desc = {
        .vendor = VIRTIO_PCI_VENDOR,
        .device = (uint16_t)(VIRTIO_PCI_DEVICE_BASE + device->kind->id),
        .subvendor = VIRTIO_PCI_VENDOR,
        .subdevice = VIRTIO_PCI_SUBSYSTEM,
        .class_code = device->kind->class_code,
        .revision = VIRTIO_PCI_REVISION,
        .pin = 1,
        .bar = {[VIRTIO_PCI_MSIX_BAR] = {PCIE_BAR_32, VIRTIO_PCI_MSIX_BAR_SIZE},
                [VIRTIO_PCI_BAR] = {PCIE_BAR_64_PREFETCH, VIRTIO_PCI_BAR_SIZE}},
        .msix_vectors = (uint16_t)(device->queues + 1),
        .msix_bar = VIRTIO_PCI_MSIX_BAR,
        .msix_table = 0,
        .msix_pba = VIRTIO_PCI_PBA,
    };

    memset(p, 0, sizeof *p);
    p->device = device;
    if (!pcie_function_init(&p->function, &desc, &virtio_pci_ops, p, &device->state->function,
                            device->state->table, device->state->pba))
        return false;
    add_structures(p);
    device->transport.ctx = p;
    device->transport.interrupt = pci_interrupt;
    device->transport.may_run = pci_may_run;
    pci_reset(p, 0);
    return true;
}
