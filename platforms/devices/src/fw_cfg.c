/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/fw_cfg.h"

#include <string.h>

enum {
    REG_DATA = 0x00,
    REG_DATA_END = 0x08,
    REG_SELECTOR = 0x08,
    REG_DMA_HIGH = 0x10,
    REG_DMA_LOW = 0x14,
    REG_END = 0x18,
    ID_TRADITIONAL = 1 << 0,
    ID_DMA = 1 << 1,
    DMA_ERROR = 1 << 0,
    DMA_READ = 1 << 1,
    DMA_SKIP = 1 << 2,
    DMA_SELECT = 1 << 3,
    DMA_WRITE = 1 << 4,
    DMA_KEY_SHIFT = 16
};

/* Phases of a DMA transfer. */
enum { PHASE_IDLE, PHASE_DESCRIPTOR, PHASE_DATA, PHASE_ANSWER };

static const uint8_t fw_cfg_signature[4] = {'Q', 'E', 'M', 'U'};
/* "QEMU CFG", what a read of the DMA register gives. */
#define FW_CFG_DMA_SIGNATURE UINT64_C(0x51454d5520434647)

static void fw_cfg_put_be(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned n = 0; n < bytes; n++)
        at[n] = (uint8_t)(value >> ((bytes - 1 - n) * 8U));
}

static uint64_t fw_cfg_get_be(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned n = 0; n < bytes; n++)
        value = value << 8 | at[n];
    return value;
}

/* The low `size` bytes of `value` in the other order. */
static uint64_t fw_cfg_swap(uint64_t value, unsigned size)
{
    uint8_t bytes[8];

    fw_cfg_put_be(bytes, value, 8);
    value = 0;
    for (unsigned n = 0; n < size; n++)
        value |= (uint64_t)bytes[8 - size + n] << (n * 8U);
    return value;
}

bool fw_cfg_add(fw_cfg *f, uint16_t key, const uint8_t *data, uint32_t length)
{
    fw_cfg_item *item = &f->item[f->num_items];

    if (f->num_items == FW_CFG_ITEMS + FW_CFG_FILES)
        return false;
    memset(item, 0, sizeof *item);
    item->key = key;
    item->length = length;
    item->data = data;
    f->num_items++;
    return true;
}

bool fw_cfg_add_number(fw_cfg *f, uint16_t key, uint64_t number, unsigned bytes)
{
    fw_cfg_item *item = &f->item[f->num_items];

    if (!fw_cfg_add(f, key, NULL, bytes))
        return false;
    item->is_small = true;
    for (unsigned n = 0; n < bytes; n++)
        item->small[n] = (uint8_t)(number >> (n * 8U));
    return true;
}

bool fw_cfg_add_file(fw_cfg *f, const char *name, const uint8_t *data, uint32_t length)
{
    const uint16_t key = (uint16_t)(FW_CFG_FILE_FIRST + f->num_files);
    uint8_t *entry = f->directory + 4 + f->num_files * FW_CFG_FILE_ENTRY;

    if (f->num_files == FW_CFG_FILES || strlen(name) >= FW_CFG_NAME ||
        !fw_cfg_add(f, key, data, length))
        return false;
    fw_cfg_put_be(entry, length, 4);
    fw_cfg_put_be(entry + 4, key, 2);
    memcpy(entry + 8, name, strlen(name) + 1);
    f->num_files++;
    fw_cfg_put_be(f->directory, f->num_files, 4);
    return true;
}

static const fw_cfg_item *fw_cfg_find(const fw_cfg *f, uint16_t key)
{
    for (uint32_t n = 0; n < f->num_items; n++)
        if (f->item[n].key == key)
            return &f->item[n];
    return NULL;
}

static const uint8_t *fw_cfg_bytes(const fw_cfg_item *item)
{
    return item->is_small ? item->small : item->data;
}

static uint32_t fw_cfg_left(const fw_cfg *f, const fw_cfg_item *item)
{
    return item == NULL || f->state.offset >= item->length ? 0 : item->length - f->state.offset;
}

/* The offset stays at the end rather than wrap: a longer read gives zeros. */
static void fw_cfg_skip(fw_cfg *f, uint32_t bytes)
{
    f->state.offset = bytes > UINT32_MAX - f->state.offset ? UINT32_MAX : f->state.offset + bytes;
}

static uint64_t fw_cfg_peek_data(const fw_cfg *f, unsigned size)
{
    const fw_cfg_item *item = fw_cfg_find(f, f->state.key);
    const uint32_t left = fw_cfg_left(f, item);
    uint64_t value = 0;

    for (unsigned n = 0; n < size && n < left; n++)
        value |= (uint64_t)fw_cfg_bytes(item)[f->state.offset + n] << (n * 8U);
    return value;
}

static dev_status fw_cfg_peek(const void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t *value)
{
    const fw_cfg *f = (const fw_cfg *)self;

    (void)now_ps;
    *value = 0;
    if (offset + size > REG_END)
        return DEV_HOLE;
    if (offset + size <= REG_DATA_END) {
        *value = fw_cfg_peek_data(f, size);
        return DEV_OK;
    }
    if (offset >= REG_DMA_HIGH && offset % size == 0) {
        const unsigned shift = (unsigned)(REG_END - offset - size) * 8U;

        *value = fw_cfg_swap((FW_CFG_DMA_SIGNATURE >> shift) & dev_mask(size), size);
        return DEV_OK;
    }
    return offset == REG_SELECTOR ? DEV_WRITE_ONLY : DEV_BAD_SIZE;
}

static dev_status fw_cfg_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                              uint64_t *value)
{
    const dev_status status = fw_cfg_peek(self, offset, size, now_ps, value);

    if (status == DEV_OK && offset < REG_DATA_END)
        fw_cfg_skip((fw_cfg *)self, size);
    return status;
}

static void fw_cfg_select(fw_cfg *f, uint16_t key)
{
    f->state.key = key;
    f->state.offset = 0;
}

/* One transfer at a time: it ends before the guest's next access in any sane program, and a second
 * start while one is under way is dropped. */
static void fw_cfg_start_dma(fw_cfg *f)
{
    if (f->state.phase == PHASE_IDLE)
        f->state.phase = PHASE_DESCRIPTOR;
}

static dev_status fw_cfg_write_dma(fw_cfg *f, uint64_t offset, unsigned size, uint64_t value)
{
    const uint64_t word = fw_cfg_swap(value, size);

    if (f->state.phase != PHASE_IDLE)
        return DEV_BAD_VALUE;
    if (offset == REG_DMA_HIGH && size == 8) {
        f->state.dma_address = word;
        fw_cfg_start_dma(f);
    } else if (offset == REG_DMA_HIGH && size == 4) {
        f->state.dma_address = word << 32;
    } else if (offset == REG_DMA_LOW && size == 4) {
        f->state.dma_address = (f->state.dma_address & ~UINT64_C(0xffffffff)) | word;
        fw_cfg_start_dma(f);
    } else {
        return DEV_BAD_SIZE;
    }
    return DEV_OK;
}

static dev_status fw_cfg_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                               uint64_t value)
{
    fw_cfg *f = (fw_cfg *)self;

    (void)now_ps;
    if (offset + size > REG_END)
        return DEV_HOLE;
    if (offset < REG_DATA_END)
        return DEV_READ_ONLY;
    if (offset >= REG_DMA_HIGH)
        return fw_cfg_write_dma(f, offset, size, value & dev_mask(size));
    if (offset != REG_SELECTOR || size != 2)
        return DEV_BAD_SIZE;
    fw_cfg_select(f, (uint16_t)fw_cfg_swap(value & 0xffffU, 2));
    return DEV_OK;
}

/* The next piece of a read: what is left of the item, then zeros. */
static void fw_cfg_data_request(fw_cfg *f, fw_cfg_mem *mem)
{
    const fw_cfg_item *item = fw_cfg_find(f, f->state.key);
    const uint32_t left = fw_cfg_left(f, item);

    mem->write = true;
    mem->address = f->state.target;
    mem->length = left != 0 && left < f->state.length ? left : f->state.length;
    mem->data = left != 0 ? fw_cfg_bytes(item) + f->state.offset : NULL;
    f->state.chunk = mem->length;
}

bool fw_cfg_request(fw_cfg *f, fw_cfg_mem *mem)
{
    switch (f->state.phase) {
    case PHASE_DESCRIPTOR:
        *mem = (fw_cfg_mem){false, f->state.dma_address, FW_CFG_DMA_BYTES, NULL};
        return true;
    case PHASE_DATA:
        fw_cfg_data_request(f, mem);
        return true;
    case PHASE_ANSWER:
        *mem = (fw_cfg_mem){true, f->state.dma_address, sizeof f->state.answer, f->state.answer};
        return true;
    default:
        return false;
    }
}

static void fw_cfg_answer(fw_cfg *f, uint32_t control)
{
    fw_cfg_put_be(f->state.answer, control, 4);
    f->state.phase = PHASE_ANSWER;
}

static void fw_cfg_descriptor(fw_cfg *f, const uint8_t *data)
{
    f->state.control = (uint32_t)fw_cfg_get_be(data, 4);
    f->state.length = (uint32_t)fw_cfg_get_be(data + 4, 4);
    f->state.target = fw_cfg_get_be(data + 8, 8);
    if ((f->state.control & DMA_SELECT) != 0)
        fw_cfg_select(f, (uint16_t)(f->state.control >> DMA_KEY_SHIFT));
    if ((f->state.control & DMA_READ) != 0 && f->state.length != 0) {
        f->state.phase = PHASE_DATA;
        return;
    }
    if ((f->state.control & DMA_SKIP) != 0)
        fw_cfg_skip(f, f->state.length);
    /* Every item is read-only. */
    fw_cfg_answer(f, (f->state.control & (DMA_READ | DMA_SKIP)) == 0 &&
                             (f->state.control & DMA_WRITE) != 0
                         ? DMA_ERROR
                         : 0);
}

static void fw_cfg_data_done(fw_cfg *f)
{
    fw_cfg_skip(f, f->state.chunk);
    f->state.target += f->state.chunk;
    f->state.length -= f->state.chunk;
    if (f->state.length == 0)
        fw_cfg_answer(f, 0);
}

void fw_cfg_done(fw_cfg *f, const uint8_t *data, bool ok)
{
    switch (f->state.phase) {
    case PHASE_DESCRIPTOR:
        if (ok)
            fw_cfg_descriptor(f, data);
        else
            f->state.phase = PHASE_IDLE; /* nowhere to put an answer */
        break;
    case PHASE_DATA:
        if (ok)
            fw_cfg_data_done(f);
        else
            fw_cfg_answer(f, DMA_ERROR);
        break;
    default:
        f->state.phase = PHASE_IDLE;
        f->state.dma_address = 0;
        break;
    }
}

static void fw_cfg_reset(void *self, uint64_t now_ps)
{
    fw_cfg *f = (fw_cfg *)self;

    (void)now_ps;
    memset(&f->state, 0, sizeof f->state);
}

void fw_cfg_init(fw_cfg *f)
{
    memset(f, 0, sizeof *f);
    (void)fw_cfg_add(f, FW_CFG_SIGNATURE, fw_cfg_signature, sizeof fw_cfg_signature);
    (void)fw_cfg_add_number(f, FW_CFG_ID, ID_TRADITIONAL | ID_DMA, 4);
    (void)fw_cfg_add(f, FW_CFG_FILE_DIR, f->directory, sizeof f->directory);
}

const dev_ops fw_cfg_ops = {
    .name = "fw-cfg",
    .span = REG_END,
    .num_lines = 0,
    .version = 1,
    .state_offset = offsetof(fw_cfg, state),
    .state_size = sizeof(fw_cfg_state),
    .reset = fw_cfg_reset,
    .read = fw_cfg_read,
    .peek = fw_cfg_peek,
    .write = fw_cfg_write,
    .advance = NULL,
    .deadline = NULL,
    .line = NULL,
};
