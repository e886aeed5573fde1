/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file fw_cfg.h
 * @brief The fw_cfg device in its memory-mapped form, with DMA ("qemu,fw-cfg-mmio").
 *
 * Layout: data at +0 (any width, bytes in order), selector at +8 (16 bits, big-endian), DMA address
 * at +0x10 (64 bits, big-endian; writing the low half starts the transfer). Items are read-only.
 * The device touches no memory: it asks for it (fw_cfg_request) and goes on when told that it is
 * done (fw_cfg_done).
 */
#ifndef DEVICES_FW_CFG_H
#define DEVICES_FW_CFG_H

#include "devices/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    FW_CFG_ITEMS = 32,      /**< Items of fixed key. */
    FW_CFG_FILES = 16,      /**< Named files. */
    FW_CFG_NAME = 56,       /**< Bytes of a file's name, zero included. */
    FW_CFG_FILE_ENTRY = 64, /**< Bytes of an entry of the directory. */
    FW_CFG_DMA_BYTES = 16   /**< Bytes of a DMA descriptor. */
};

/** Keys of the items that have a fixed one. */
enum {
    FW_CFG_SIGNATURE = 0x00,
    FW_CFG_ID = 0x01,
    FW_CFG_NB_CPUS = 0x05,
    FW_CFG_KERNEL_SIZE = 0x08,
    FW_CFG_INITRD_SIZE = 0x0b,
    FW_CFG_MAX_CPUS = 0x0f,
    FW_CFG_KERNEL_DATA = 0x11,
    FW_CFG_INITRD_DATA = 0x12,
    FW_CFG_CMDLINE_SIZE = 0x14,
    FW_CFG_CMDLINE_DATA = 0x15,
    FW_CFG_FILE_DIR = 0x19,
    FW_CFG_FILE_FIRST = 0x20
};

/** An item: its key and its bytes. Small ones live in `small`. */
typedef struct fw_cfg_item {
    uint16_t key;
    bool is_small;
    uint32_t length;
    const uint8_t *data;
    uint8_t small[8];
} fw_cfg_item;

/** A memory access that the device wants. */
typedef struct fw_cfg_mem {
    bool write;
    uint64_t address;
    uint32_t length;     /**< Bytes. */
    const uint8_t *data; /**< Write: the bytes; NULL: zeros. */
} fw_cfg_mem;

/** Saved state. */
typedef struct fw_cfg_state {
    uint16_t key;
    uint32_t offset;      /**< Next byte of the selected item. */
    uint64_t dma_address; /**< Register, and address of the descriptor under way. */
    uint8_t phase;        /**< Of the transfer; 0: none. */
    uint32_t control;     /**< From the descriptor. */
    uint32_t length;      /**< Bytes still to transfer. */
    uint64_t target;      /**< Address of the next one. */
    uint32_t chunk;       /**< Bytes of the request under way. */
    uint8_t answer[4];    /**< Control word that ends the transfer. */
} fw_cfg_state;

/** The device. */
typedef struct fw_cfg {
    fw_cfg_item item[FW_CFG_ITEMS + FW_CFG_FILES];
    uint32_t num_items, num_files;
    uint8_t directory[4 + FW_CFG_FILES * FW_CFG_FILE_ENTRY];
    fw_cfg_state state;
} fw_cfg;

/** Operations of the device. */
extern const dev_ops fw_cfg_ops;

/** Prepares the device with signature, ID and an empty directory. */
void fw_cfg_init(fw_cfg *f);

/** Adds an item; the bytes stay the caller's and outlive the device.
 *  @return false when the table is full. */
bool fw_cfg_add(fw_cfg *f, uint16_t key, const uint8_t *data, uint32_t length);

/** Adds an item that is a little-endian number of `bytes` (1..8) bytes. */
bool fw_cfg_add_number(fw_cfg *f, uint16_t key, uint64_t number, unsigned bytes);

/** Adds a named file. @return false when the name is too long or the directory is full. */
bool fw_cfg_add_file(fw_cfg *f, const char *name, const uint8_t *data, uint32_t length);

/** The access that the device waits for. @return false when there is none. */
bool fw_cfg_request(fw_cfg *f, fw_cfg_mem *mem);

/** The access is done. @param data bytes read, when it was a read. @param ok false: bus error. */
void fw_cfg_done(fw_cfg *f, const uint8_t *data, bool ok);

#ifdef __cplusplus
}
#endif

#endif
