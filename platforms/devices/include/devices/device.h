/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file device.h
 * @brief What every device of the platform looks like to the bus that holds it.
 *
 * Device logic is C11 without globals, threads, files or clocks: the platform pushes the time of
 * every call in, and asks for the next moment at which the device wants to be called
 * (`deadline`). A device never calls out: interrupt outputs are levels that the platform reads
 * after each call, everything else waits in an outbox of the device until the platform takes it.
 *
 * The architectural state of a device is one flat block without pointers, so that dev_save() and
 * dev_load() serve all devices.
 */
#ifndef DEVICES_DEVICE_H
#define DEVICES_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A deadline that never comes. */
#define DEV_NEVER UINT64_MAX

/** Honest answer of a register access; the bus decides what the guest sees of it. */
typedef enum dev_status {
    DEV_OK,         /**< Done. */
    DEV_HOLE,       /**< No register at this offset: reads as zero, writes ignored. */
    DEV_BAD_SIZE,   /**< The register has no access of this size or alignment. */
    DEV_READ_ONLY,  /**< Write to a register that only reads. */
    DEV_WRITE_ONLY, /**< Read of a register that only writes. */
    DEV_BAD_VALUE   /**< The written value means nothing to the device; ignored. */
} dev_status;

/** The virtual table of a device. `self` is the device's own struct. */
typedef struct dev_ops {
    const char *name;    /**< Short name, as in the device tree. */
    uint64_t span;       /**< Bytes of address space. */
    unsigned num_lines;  /**< Interrupt outputs. */
    uint32_t version;    /**< Version of the saved state. */
    size_t state_offset; /**< Where in the struct the flat state starts. */
    size_t state_size;   /**< Its length in bytes. */
    /** Cold reset. Configuration and storage stay. */
    void (*reset)(void *self, uint64_t now_ps);
    /** Reads `size` (1, 2, 4, 8) bytes at `offset` at time `now_ps`. */
    dev_status (*read)(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                       uint64_t *value);
    /** The same without side effects, for debuggers; NULL: this device's reads have none. */
    dev_status (*peek)(const void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                       uint64_t *value);
    /** Writes the low `size` bytes of `value`. */
    dev_status (*write)(void *self, uint64_t offset, unsigned size, uint64_t now_ps,
                        uint64_t value);
    /** Does what is due at or before `now_ps`; NULL: nothing ever is. */
    void (*advance)(void *self, uint64_t now_ps);
    /** Next moment at which advance() has something to do; NULL: never. */
    uint64_t (*deadline)(const void *self);
    /** Level of interrupt output `index`; NULL when num_lines is 0. */
    bool (*line)(const void *self, unsigned index);
} dev_ops;

/** Bytes that dev_save() writes for a device of this kind. */
size_t dev_save_size(const dev_ops *ops);

/** Writes version, size, checksum and state to `out` (dev_save_size() bytes). */
void dev_save(const dev_ops *ops, const void *self, uint8_t *out);

/** Restores what dev_save() wrote.
 *  @return false, and the device untouched, when version, size or checksum do not fit. */
bool dev_load(const dev_ops *ops, void *self, const uint8_t *in, size_t length);

/** All ones in the low `size` bytes (1..8). */
static inline uint64_t dev_mask(unsigned size)
{
    return size >= 8 ? UINT64_MAX : (UINT64_C(1) << (size * 8U)) - 1U;
}

/** Reads a part of a 64-bit register: `size` 4 at `offset` 0 or 4 of it, or 8 at 0. */
static inline dev_status dev_read64(uint64_t reg, uint64_t offset, unsigned size, uint64_t *value)
{
    if ((size != 4 && size != 8) || offset % size != 0)
        return DEV_BAD_SIZE;
    *value = (reg >> (offset % 8U * 8U)) & dev_mask(size);
    return DEV_OK;
}

/** Writes a part of a 64-bit register, see dev_read64(). */
static inline dev_status dev_write64(uint64_t *reg, uint64_t offset, unsigned size, uint64_t value)
{
    const unsigned shift = (unsigned)(offset % 8U * 8U);

    if ((size != 4 && size != 8) || offset % size != 0)
        return DEV_BAD_SIZE;
    *reg = (*reg & ~(dev_mask(size) << shift)) | ((value & dev_mask(size)) << shift);
    return DEV_OK;
}

#ifdef __cplusplus
}
#endif

#endif
