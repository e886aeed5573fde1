/* SPDX-License-Identifier: Apache-2.0 */
#include "devices/cfi_flash.h"

#include <string.h>

/* What a read of the chip gives. */
enum { MODE_ARRAY, MODE_STATUS, MODE_QUERY, MODE_ID };

/* Intel commands; also the names of the steps that wait for a second cycle. */
enum {
    CMD_PROGRAM_ALT = 0x10,
    CMD_ERASE = 0x20,
    CMD_PROGRAM = 0x40,
    CMD_CLEAR_STATUS = 0x50,
    CMD_LOCK = 0x60,
    CMD_STATUS = 0x70,
    CMD_ID = 0x90,
    CMD_QUERY = 0x98,
    CMD_CONFIRM = 0xd0,
    CMD_BUFFER = 0xe8,
    CMD_ARRAY = 0xff,
    STEP_BUFFER_DATA = 0xe9,
    STEP_BUFFER_CONFIRM = 0xea
};

enum {
    SR_LOCKED = 1 << 1,
    SR_PROGRAM = 1 << 4,
    SR_ERASE = 1 << 5,
    SR_READY = 1 << 7,
    ID_MANUFACTURER = 0x89,
    ID_DEVICE = 0x18,
    CFI_TABLE = 0x40,
    CFI_BANK_SPAN = 0x4000000
};

/* log2 of a power of two. */
static uint8_t cfi_log2(uint64_t n)
{
    uint8_t log = 0;

    while ((n >>= 1) != 0)
        log++;
    return log;
}

/* The query table of one chip (JEDEC JESD68, Intel extended table "PRI" 1.0). */
static uint8_t cfi_query(const cfi_flash *f, uint32_t word)
{
    static const uint8_t fixed[CFI_TABLE] = {
        [0x10] = 'Q',  [0x11] = 'R',  [0x12] = 'Y',  [0x13] = 0x01, /* Intel extended */
        [0x15] = 0x31,                                              /* its table */
        [0x1b] = 0x45, [0x1c] = 0x55,                               /* Vcc 4.5 to 5.5 V */
        [0x1f] = 0x01, [0x20] = 0x01, [0x21] = 0x01,                /* typical times, 2^n */
        [0x23] = 0x01, [0x24] = 0x01, [0x25] = 0x01,                /* and maxima */
        [0x28] = 0x01,                                              /* x16 */
        [0x2a] = 0x06,                                              /* write buffer 2^6 bytes */
        [0x2c] = 0x01,                                              /* one erase region */
        [0x31] = 'P',  [0x32] = 'R',  [0x33] = 'I',  [0x34] = '1',  [0x35] = '0',
    };
    const uint64_t chip_size = f->size / CFI_CHIPS;
    const uint64_t blocks = chip_size / CFI_BLOCK;

    switch (word) {
    case 0x27:
        return cfi_log2(chip_size);
    case 0x2d:
        return (uint8_t)(blocks - 1);
    case 0x2e:
        return (uint8_t)((blocks - 1) >> 8);
    case 0x2f:
        return (uint8_t)(CFI_BLOCK >> 8);
    case 0x30:
        return (uint8_t)(CFI_BLOCK >> 16);
    default:
        return word < CFI_TABLE ? fixed[word] : 0;
    }
}

static uint8_t cfi_identify(const cfi_flash *f, uint32_t word)
{
    switch (word % (CFI_BLOCK / 2)) {
    case 0:
        return ID_MANUFACTURER;
    case 1:
        return ID_DEVICE;
    case 2:
        return f->writable ? 0 : 1; /* block lock status */
    default:
        return 0;
    }
}

/* Byte offset in the bank of word `word` of chip `chip`. */
static uint64_t cfi_offset(unsigned chip, uint32_t word)
{
    return (uint64_t)word * 4U + chip * 2U;
}

static uint16_t cfi_array(const cfi_flash *f, unsigned chip, uint32_t word)
{
    const uint8_t *at = f->storage + cfi_offset(chip, word);

    return (uint16_t)(at[0] | at[1] << 8);
}

static uint16_t cfi_read_word(const cfi_flash *f, unsigned chip, uint32_t word)
{
    switch (f->state.chip[chip].mode) {
    case MODE_STATUS:
        return f->state.chip[chip].status;
    case MODE_QUERY:
        return cfi_query(f, word);
    case MODE_ID:
        return cfi_identify(f, word);
    default:
        return cfi_array(f, chip, word);
    }
}

static void cfi_program(cfi_flash *f, unsigned chip, uint32_t word, uint16_t data)
{
    uint8_t *at = f->storage + cfi_offset(chip, word);

    if (!f->writable) {
        f->state.chip[chip].status |= SR_PROGRAM | SR_LOCKED;
        return;
    }
    /* Programming only clears bits. */
    at[0] &= (uint8_t)data;
    at[1] &= (uint8_t)(data >> 8);
}

static void cfi_erase(cfi_flash *f, unsigned chip, uint32_t word)
{
    const uint32_t words = CFI_BLOCK / 2;
    const uint32_t first = word - word % words;

    if (!f->writable) {
        f->state.chip[chip].status |= SR_ERASE | SR_LOCKED;
        return;
    }
    for (uint32_t w = first; w < first + words; w++)
        memset(f->storage + cfi_offset(chip, w), 0xff, 2);
}

/* The first cycle of a command. */
static void cfi_command(cfi_flash *f, unsigned index, uint8_t command)
{
    cfi_chip *chip = &f->state.chip[index];

    switch (command) {
    case CMD_PROGRAM:
    case CMD_PROGRAM_ALT:
        chip->step = CMD_PROGRAM;
        break;
    case CMD_ERASE:
    case CMD_LOCK:
    case CMD_BUFFER:
        chip->step = command;
        break;
    case CMD_CLEAR_STATUS:
        chip->status = SR_READY;
        return;
    case CMD_STATUS:
        break;
    case CMD_ID:
        chip->mode = MODE_ID;
        return;
    case CMD_QUERY:
        chip->mode = MODE_QUERY;
        return;
    case CMD_CONFIRM:
        return; /* resume: nothing is ever suspended */
    default:
        chip->mode = MODE_ARRAY;
        return; /* Read Array, and what is no command */
    }
    chip->mode = MODE_STATUS;
}

/* A wrong sequence: both error bits, as the chip reports it. */
static void cfi_sequence_error(cfi_chip *chip)
{
    chip->status |= SR_PROGRAM | SR_ERASE;
    chip->step = 0;
}

static void cfi_buffer_data(cfi_chip *chip, uint32_t word, uint16_t data)
{
    chip->address[chip->filled] = word;
    chip->data[chip->filled] = data;
    chip->filled++;
    if (--chip->count == 0)
        chip->step = STEP_BUFFER_CONFIRM;
}

static void cfi_buffer_flush(cfi_flash *f, unsigned index, uint8_t command)
{
    cfi_chip *chip = &f->state.chip[index];

    if (command != CMD_CONFIRM) {
        cfi_sequence_error(chip);
        return;
    }
    for (unsigned n = 0; n < chip->filled; n++)
        cfi_program(f, index, chip->address[n], chip->data[n]);
    chip->step = 0;
}

/* A further cycle of the command that `step` names. */
static void cfi_continue(cfi_flash *f, unsigned index, uint32_t word, uint16_t data)
{
    cfi_chip *chip = &f->state.chip[index];
    const uint8_t command = (uint8_t)data;

    switch (chip->step) {
    case CMD_PROGRAM:
        cfi_program(f, index, word, data);
        chip->step = 0;
        break;
    case CMD_ERASE:
        if (command == CMD_CONFIRM)
            cfi_erase(f, index, word);
        else
            chip->status |= SR_PROGRAM | SR_ERASE;
        chip->step = 0;
        break;
    case CMD_LOCK:
        chip->step = 0;
        break; /* locks are fixed: the bank is writable or not */
    case CMD_BUFFER:
        if (data >= CFI_BUFFER) {
            cfi_sequence_error(chip);
            break;
        }
        chip->count = (uint8_t)(data + 1U);
        chip->filled = 0;
        chip->step = STEP_BUFFER_DATA;
        break;
    case STEP_BUFFER_DATA:
        cfi_buffer_data(chip, word, data);
        break;
    default:
        cfi_buffer_flush(f, index, command);
        break;
    }
}

static void cfi_write_word(cfi_flash *f, unsigned index, uint32_t word, uint16_t data)
{
    if (f->state.chip[index].step != 0)
        cfi_continue(f, index, word, data);
    else
        cfi_command(f, index, (uint8_t)data);
}

static bool cfi_access_ok(const cfi_flash *f, uint64_t offset, unsigned size)
{
    return offset % size == 0 && offset + size <= f->size;
}

static dev_status cfi_peek(const void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                           uint64_t *value)
{
    const cfi_flash *f = (const cfi_flash *)self;

    (void)now_ps;
    *value = 0;
    if (!cfi_access_ok(f, offset, size))
        return offset + size > f->size ? DEV_HOLE : DEV_BAD_SIZE;
    for (unsigned n = 0; n < size; n++) {
        const uint64_t at = offset + n;
        const uint16_t word = cfi_read_word(f, (unsigned)(at / 2U % 2U), (uint32_t)(at / 4U));

        *value |= (uint64_t)(uint8_t)(word >> (at % 2U * 8U)) << (n * 8U);
    }
    return DEV_OK;
}

static dev_status cfi_read(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                           uint64_t *value)
{
    return cfi_peek(self, offset, size, now_ps, value);
}

/* The chips share chip select and write enable: a narrow write reaches both, the bus repeating its
 * data on every lane. */
static void cfi_write_narrow(cfi_flash *f, uint64_t offset, uint16_t lane)
{
    for (unsigned chip = 0; chip < CFI_CHIPS; chip++)
        cfi_write_word(f, chip, (uint32_t)(offset / 4U), lane);
}

static dev_status cfi_write(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                            uint64_t value)
{
    cfi_flash *f = (cfi_flash *)self;

    (void)now_ps;
    if (!cfi_access_ok(f, offset, size))
        return offset + size > f->size ? DEV_HOLE : DEV_BAD_SIZE;
    if (size < 4) {
        cfi_write_narrow(f, offset,
                         size == 1 ? (uint16_t)((value & 0xffU) * 0x101U) : (uint16_t)value);
        return DEV_OK;
    }
    for (unsigned n = 0; n < size; n += 2) {
        const uint64_t at = offset + n;

        cfi_write_word(f, (unsigned)(at / 2U % 2U), (uint32_t)(at / 4U),
                       (uint16_t)(value >> (n * 8U)));
    }
    return DEV_OK;
}

bool cfi_flash_is_array(const cfi_flash *f)
{
    const cfi_chip *chip = f->state.chip;

    return chip[0].mode == MODE_ARRAY && chip[1].mode == MODE_ARRAY;
}

static void cfi_reset(void *self, uint64_t now_ps)
{
    cfi_flash *f = (cfi_flash *)self;

    (void)now_ps;
    memset(&f->state, 0, sizeof f->state);
    for (unsigned n = 0; n < CFI_CHIPS; n++)
        f->state.chip[n].status = SR_READY;
}

void cfi_flash_init(cfi_flash *f, uint8_t *storage, uint64_t size, bool writable)
{
    f->storage = storage;
    f->size = size;
    f->writable = writable;
    cfi_reset(f, 0);
}

const dev_ops cfi_flash_ops = {
    .name = "flash",
    .span = CFI_BANK_SPAN,
    .num_lines = 0,
    .version = 1,
    .state_offset = offsetof(cfi_flash, state),
    .state_size = sizeof(cfi_state),
    .reset = cfi_reset,
    .read = cfi_read,
    .peek = cfi_peek,
    .write = cfi_write,
    .advance = NULL,
    .deadline = NULL,
    .line = NULL,
};
