/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pcie.h
 * @brief What a PCI Express function is: its configuration space, BARs and interrupts.
 *
 * An endpoint embeds a pcie_function, gives its description and its operations, and is attached to
 * a host (devices/pcie_host.h). The library does what all functions have in common: the type 0
 * header, sizing and decoding of memory BARs, power states, function level reset, INTx, MSI with
 * masks, MSI-X with table and pending bits. The endpoint does what lies behind its BARs and calls
 * pcie_raise() when it wants to interrupt.
 *
 * Everything that software writes is taken as it comes: an access reaches an endpoint only inside
 * one of its BARs, and with `vectors` and sizes that pcie_function_init() has checked.
 *
 * The state is flat; it is part of the endpoint's own saved state, as are the MSI-X table and
 * pending bits, to which the function only points.
 */
#ifndef DEVICES_PCIE_H
#define DEVICES_PCIE_H

#include "devices/device.h"
#include "devices/pcie_regs.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pcie_host;
struct pcie_function;

/** A message-signalled interrupt on its way: a posted write of 32 bits. */
typedef struct pcie_msi {
    uint64_t time_ps;   /**< When the function sent it. */
    uint64_t address;   /**< Address as software programmed it. */
    uint32_t data;      /**< Data as software programmed it. */
    uint32_t device_id; /**< DeviceID that the host made of the requester ID. */
    uint32_t rid;       /**< Requester ID of the function. */
    uint32_t vector;    /**< Which of the function's vectors. */
} pcie_msi;

/** Kinds of BAR. */
typedef enum pcie_bar_kind {
    PCIE_BAR_NONE,       /**< Not there: reads zero. The upper half of a 64-bit BAR is NONE too. */
    PCIE_BAR_32,         /**< Memory below 4 GiB. */
    PCIE_BAR_64,         /**< Memory anywhere, takes two BARs. */
    PCIE_BAR_64_PREFETCH /**< The same, reads have no side effects. */
} pcie_bar_kind;

/** One BAR. */
typedef struct pcie_bar_desc {
    pcie_bar_kind kind;
    uint32_t size; /**< Bytes, a power of two from 16 to 2 GiB. */
} pcie_bar_desc;

/** What a function is; constant after pcie_function_init(). */
typedef struct pcie_desc {
    uint16_t vendor, device;       /**< Not 0xffff. */
    uint16_t subvendor, subdevice; /**< Subsystem. */
    uint32_t class_code;           /**< Class, subclass, interface in bits 23:0. */
    uint8_t revision;
    uint8_t pin; /**< INTA..INTD: 1..4; 0: no INTx. */
    pcie_bar_desc bar[PCI_BARS];
    uint16_t msi_vectors;  /**< 0: no MSI; else a power of two up to 32. */
    uint16_t msix_vectors; /**< 0: no MSI-X; else up to 2048. */
    uint8_t msix_bar;      /**< BAR of table and pending bits. */
    uint32_t msix_table;   /**< Offset of the table in it, a multiple of 8. */
    uint32_t msix_pba;     /**< Offset of the pending bits in it, a multiple of 8. */
} pcie_desc;

/** An entry of the MSI-X table. */
typedef struct pcie_msix_entry {
    uint64_t address;
    uint32_t data;
    uint32_t control; /**< PCI_MSIX_ENTRY_MASKED. */
} pcie_msix_entry;

/** Words of pending bits for `vectors`. */
#define PCIE_PBA_WORDS(vectors) (((vectors) + 63u) / 64u)

/** Saved state of a function. */
typedef struct pcie_function_state {
    uint8_t config[PCI_CONFIG_SIZE]; /**< Configuration space, little-endian. */
    uint32_t intx;                   /**< The endpoint wants its INTx line. */
    uint32_t stalled;                /**< A message found the host full and waits as pending. */
} pcie_function_state;

/** What an endpoint does. `self` is the endpoint. */
typedef struct pcie_function_ops {
    /** Name, saved state (state_offset, state_size, version), reset, advance and deadline of the
     *  endpoint; its read, write and lines are not used. */
    dev_ops device;
    /** Reads `size` (1, 2, 4, 8) bytes, aligned, inside BAR `bar`; the MSI-X table is not seen
     *  here. NULL: reads zero. */
    dev_status (*read)(void *self, unsigned bar, uint64_t offset, unsigned size, uint64_t now_ps,
                       uint64_t *value);
    /** The same without side effects; NULL: its reads have none. */
    dev_status (*peek)(const void *self, unsigned bar, uint64_t offset, unsigned size,
                       uint64_t now_ps, uint64_t *value);
    /** Writes the low `size` bytes of `value`. NULL: ignores. */
    dev_status (*write)(void *self, unsigned bar, uint64_t offset, unsigned size, uint64_t now_ps,
                        uint64_t value);
    /** Vector `vector` was sent at `now_ps`, at once or when it was unmasked; NULL: no matter. */
    void (*sent)(void *self, unsigned vector, uint64_t now_ps);
    /** The word of configuration space that is the endpoint's own (pcie_function.port): what it
     *  reads now, and a write of all of it. NULL without one. */
    dev_status (*port_read)(void *self, uint64_t now_ps, uint32_t *value);
    dev_status (*port_write)(void *self, uint64_t now_ps, uint32_t value);
} pcie_function_ops;

/** A function: description, wiring, derived masks. The state is elsewhere. */
typedef struct pcie_function {
    pcie_desc desc;
    const pcie_function_ops *ops;
    void *self;
    struct pcie_host *host; /**< NULL: not attached. */
    uint16_t rid;
    pcie_function_state *state;
    pcie_msix_entry *table;            /**< desc.msix_vectors entries. */
    uint64_t *pba;                     /**< PCIE_PBA_WORDS(desc.msix_vectors) words. */
    uint8_t initial[PCI_CONFIG_SIZE];  /**< Configuration space after a reset. */
    uint8_t writable[PCI_CONFIG_SIZE]; /**< Bits that software may write. */
    uint8_t pm, msi, msix, express;    /**< Offsets of the capabilities; 0: not there. */
    uint8_t port;     /**< Offset of a word that ops->port_read and port_write serve; 0: none. */
    uint8_t cap_last; /**< The last capability of the list. */
    uint16_t cap_end; /**< Where free space starts. */
} pcie_function;

/** How pcie_raise() ended. */
typedef enum pcie_raised {
    PCIE_RAISED_SENT,   /**< The message is on its way. */
    PCIE_RAISED_HELD,   /**< Masked, no bus master, or asleep: the vector is pending now. */
    PCIE_RAISED_MERGED, /**< The same, and the vector was pending already. */
    PCIE_RAISED_INTX    /**< Neither MSI nor MSI-X is enabled: pcie_set_intx() is to be used. */
} pcie_raised;

/**
 * Prepares a function; the endpoint's reset calls pcie_function_reset() next.
 * @param state, table, pba live in the endpoint's saved state (table and pba NULL without MSI-X).
 * @return false when the description is contradictory; nothing may be done with it then.
 */
bool pcie_function_init(pcie_function *f, const pcie_desc *desc, const pcie_function_ops *ops,
                        void *self, pcie_function_state *state, pcie_msix_entry *table,
                        uint64_t *pba);

/** Adds a capability of `length` bytes, the header's two included, read-only and zero; only between
 *  pcie_function_init() and the first reset. @return its offset; 0 when there is no room. */
uint8_t pcie_add_capability(pcie_function *f, uint8_t id, uint8_t length);

/** Everything as after power-up: header, capabilities, table masked, nothing pending. */
void pcie_function_reset(pcie_function *f);

/** An access to configuration space, `offset` 0 to 4095. Sizes 1, 2, 4, aligned. A peek does not
 *  call the endpoint for its word. */
dev_status pcie_config_peek(const pcie_function *f, uint32_t offset, unsigned size,
                            uint64_t *value);
dev_status pcie_config_read(pcie_function *f, uint32_t offset, unsigned size, uint64_t now_ps,
                            uint64_t *value);
dev_status pcie_config_write(pcie_function *f, uint32_t offset, unsigned size, uint64_t now_ps,
                             uint64_t value);

/** The BAR that holds all of [address, address + size), which moves `*offset` into it; -1: none. */
int pcie_bar_find(const pcie_function *f, uint64_t address, unsigned size, uint64_t *offset);

/** Address in BAR `bar`, flags removed. */
uint64_t pcie_bar_address(const pcie_function *f, unsigned bar);

/** An access to a BAR, inside it, sizes 1, 2, 4, 8, aligned. */
dev_status pcie_bar_read(pcie_function *f, unsigned bar, uint64_t offset, unsigned size,
                         uint64_t now_ps, uint64_t *value);
dev_status pcie_bar_peek(const pcie_function *f, unsigned bar, uint64_t offset, unsigned size,
                         uint64_t now_ps, uint64_t *value);
dev_status pcie_bar_write(pcie_function *f, unsigned bar, uint64_t offset, unsigned size,
                          uint64_t now_ps, uint64_t value);

/** Interrupts by vector at `now_ps`. Without room in the host's queue the vector becomes pending
 *  and goes as soon as there is. @param vector below desc.msix_vectors; with MSI the granted
 *  number is a modulus. */
pcie_raised pcie_raise(pcie_function *f, unsigned vector, uint64_t now_ps);

/** Whether vector `vector` of MSI-X (MSI when that is enabled) is pending. */
bool pcie_is_pending(const pcie_function *f, unsigned vector);

/** Sends what is pending and may be sent now; the library calls it after each change. */
void pcie_flush(pcie_function *f, uint64_t now_ps);

/** The endpoint wants its INTx line high or low. */
void pcie_set_intx(pcie_function *f, bool level);

/** Level of the INTx line: wanted, not disabled, and neither MSI nor MSI-X in use. */
bool pcie_intx(const pcie_function *f);

/** Reads a little-endian field of configuration space without any effect; for endpoints. */
uint32_t pcie_get(const pcie_function *f, unsigned offset, unsigned size);
/** Sets what a field is after a reset; only between pcie_function_init() and the first reset. */
void pcie_put(pcie_function *f, unsigned offset, unsigned size, uint32_t value);

/** Lets software write the bits of `mask` of a field; only between pcie_function_init() and the
 * first reset. */
void pcie_allow(pcie_function *f, unsigned offset, unsigned size, uint32_t mask);

#ifdef __cplusplus
}
#endif

#endif
