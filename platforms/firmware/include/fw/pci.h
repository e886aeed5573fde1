/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pci.h
 * @brief PCI Express of the board: finds functions, places their BARs, programs MSI-X.
 *
 * One bus. BARs are placed one after the other in the 32-bit memory window, 64-bit ones too, so
 * that they lie in the first GiB, which mmu.h maps as devices.
 */
#ifndef FW_PCI_H
#define FW_PCI_H

#include "devices/pcie_regs.h"
#include "fw/arch.h"

/** A function that pci_scan() found. */
struct pci_function {
    uint16_t rid;            /**< Requester ID, also its DeviceID on this board. */
    uint16_t vendor;         /**< Vendor ID. */
    uint16_t device;         /**< Device ID. */
    uint16_t vectors;        /**< MSI-X vectors; 0: no MSI-X. */
    uint8_t msix;            /**< Offset of the MSI-X capability. */
    uintptr_t bar[PCI_BARS]; /**< Addresses; 0: none. */
    uint64_t size[PCI_BARS]; /**< Sizes in bytes. */
    uintptr_t table, pba;    /**< MSI-X table and pending bits. */
};

/** Configuration space of a function. */
uint32_t pci_read(uint16_t rid, unsigned reg, unsigned size);
void pci_write(uint16_t rid, unsigned reg, unsigned size, uint32_t value);

/** Finds up to `most` functions on bus 0 in the order of requester IDs, places their BARs, and
 *  turns memory and bus mastering on. @return how many; a BAR that finds no room stays 0. */
unsigned pci_scan(struct pci_function *list, unsigned most);

/** Offset of a capability, 0 when the function has none. */
uint8_t pci_capability(uint16_t rid, uint8_t id);

/** MSI-X on, with all vectors of the function masked by the function mask if `masked`. */
void pci_msix_enable(const struct pci_function *f, bool masked);
/** MSI-X off: the function interrupts by INTx. */
void pci_msix_disable(const struct pci_function *f);
/** Message of a vector; it stays masked or unmasked. */
void pci_msix_message(const struct pci_function *f, unsigned vector, uint64_t address,
                      uint32_t data);
/** Masks or unmasks a vector. */
void pci_msix_mask(const struct pci_function *f, unsigned vector, bool masked);
/** Whether a vector is pending. */
bool pci_msix_pending(const struct pci_function *f, unsigned vector);

/** SPI (INTID) of the INTx pin of a function; 0: it has none. */
uint32_t pci_intx_intid(const struct pci_function *f);

#endif
