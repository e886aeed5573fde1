/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cfi_flash.h
 * @brief A bank of NOR flash: two 16-bit chips side by side, Intel command set (CFI 0x0001).
 *
 * Bits 15:0 of each 32-bit word belong to chip 0, bits 31:16 to chip 1; each chip has its own
 * command state, as on a board. A write narrower than a word reaches both chips, its data repeated
 * on every lane. Erasing and programming complete at once. A bank that is not
 * writable answers both with "block locked" in its status register.
 */
#ifndef DEVICES_CFI_FLASH_H
#define DEVICES_CFI_FLASH_H

#include "devices/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    CFI_CHIPS = 2,
    CFI_BLOCK = 0x20000,           /**< Bytes of an erase block of one chip. */
    CFI_BUFFER = 32,               /**< Words of a chip's write buffer. */
    CFI_BANK_BLOCK = 2 * CFI_BLOCK /**< Bytes of an erase block of the bank. */
};

/** One chip's command state. */
typedef struct cfi_chip {
    uint8_t mode;   /**< What a read gives: array, status, query or identification. */
    uint8_t step;   /**< The command whose next cycle is awaited; 0: none. */
    uint8_t status; /**< Status register, error bits sticky. */
    uint8_t count;  /**< Words of the buffered write still to come. */
    uint8_t filled; /**< Words in the buffer. */
    uint32_t address[CFI_BUFFER];
    uint16_t data[CFI_BUFFER];
} cfi_chip;

/** Saved state, without the contents of the bank, which belong to the platform. */
typedef struct cfi_state {
    cfi_chip chip[CFI_CHIPS];
} cfi_state;

/** A bank. */
typedef struct cfi_flash {
    uint8_t *storage; /**< The bank's bytes, owned by the platform. */
    uint64_t size;    /**< Power of two, at least CFI_BANK_BLOCK. */
    bool writable;
    cfi_state state;
} cfi_flash;

/** Operations of the device. `span` is 64 MiB; the size of a bank may be less. */
extern const dev_ops cfi_flash_ops;

/** Prepares and resets a bank; `storage` holds `size` bytes and outlives the bank. */
void cfi_flash_init(cfi_flash *f, uint8_t *storage, uint64_t size, bool writable);

/** Whether both chips show their array, so that reads may bypass the device. */
bool cfi_flash_is_array(const cfi_flash *f);

#ifdef __cplusplus
}
#endif

#endif
