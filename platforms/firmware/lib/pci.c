/* SPDX-License-Identifier: Apache-2.0 */
#include "fw/pci.h"

#include "fw/board.h"
#include "fw/io.h"

#define PCI_SLOTS     32
#define PCI_FUNCTIONS 8
#define PCI_NONE      0xffff
#define PCI_MAX_HOPS  48
#define PCI_PINS      4

static uintptr_t next_bar, bar_end;

static uintptr_t config_address(uint16_t rid, unsigned reg)
{
    return BOARD_PCIE_ECAM_BASE + PCI_ECAM_OFFSET((uintptr_t)rid, reg);
}

uint32_t pci_read(uint16_t rid, unsigned reg, unsigned size)
{
    uintptr_t at = config_address(rid, reg);
    return size == 4 ? read32(at) : size == 2 ? *(volatile uint16_t *)at : *(volatile uint8_t *)at;
}

void pci_write(uint16_t rid, unsigned reg, unsigned size, uint32_t value)
{
    uintptr_t at = config_address(rid, reg);
    if (size == 4) {
        write32(at, value);
    } else if (size == 2) {
        *(volatile uint16_t *)at = (uint16_t)value;
    } else {
        write8(at, (uint8_t)value);
    }
}

uint8_t pci_capability(uint16_t rid, uint8_t id)
{
    uint8_t at = 0;
    if (pci_read(rid, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST) {
        at = (uint8_t)pci_read(rid, PCI_CAP_POINTER, 1);
    }
    for (unsigned hops = 0; at != 0 && hops < PCI_MAX_HOPS; hops++) {
        if (pci_read(rid, at, 1) == id) {
            return at;
        }
        at = (uint8_t)pci_read(rid, at + PCI_CAP_NEXT, 1);
    }
    return 0;
}

/* ------------------------------------------------------------------ BARs */

/** Bytes of a BAR by writing all ones; 0: it is not there, or is I/O. */
static uint64_t bar_size(uint16_t rid, unsigned n)
{
    uint32_t bits;
    pci_write(rid, PCI_BAR(n), 4, ~0u);
    bits = pci_read(rid, PCI_BAR(n), 4);
    return bits == 0 || (bits & PCI_BAR_IO) ? 0 : ~(bits & ~(uint32_t)PCI_BAR_FLAGS) + 1u;
}

static uintptr_t take_room(uint64_t size)
{
    uintptr_t at = (next_bar + size - 1) & ~(size - 1);
    if (at + size > bar_end) {
        return 0;
    }
    next_bar = at + size;
    return at;
}

/** Places BAR n. @return how many BARs it takes. */
static unsigned place_bar(struct pci_function *f, unsigned n)
{
    uint32_t flags = pci_read(f->rid, PCI_BAR(n), 4) & PCI_BAR_FLAGS;
    bool wide = (flags & PCI_BAR_TYPE_MASK) == PCI_BAR_TYPE_64 && n + 1 < PCI_BARS;
    f->size[n] = bar_size(f->rid, n);
    if (f->size[n] == 0) {
        return 1;
    }
    f->bar[n] = take_room(f->size[n]);
    pci_write(f->rid, PCI_BAR(n), 4, (uint32_t)f->bar[n]);
    if (wide) {
        pci_write(f->rid, PCI_BAR(n + 1), 4, 0);
    }
    return wide ? 2 : 1;
}

static void find_msix(struct pci_function *f)
{
    uint32_t table, pba;
    f->msix = pci_capability(f->rid, PCI_CAP_ID_MSIX);
    if (f->msix == 0) {
        return;
    }
    table = pci_read(f->rid, f->msix + PCI_MSIX_TABLE, 4);
    pba = pci_read(f->rid, f->msix + PCI_MSIX_PBA, 4);
    if ((table & PCI_MSIX_BIR) >= PCI_BARS || f->bar[table & PCI_MSIX_BIR] == 0 ||
        (pba & PCI_MSIX_BIR) >= PCI_BARS || f->bar[pba & PCI_MSIX_BIR] == 0) {
        return;
    }
    f->vectors =
        (uint16_t)((pci_read(f->rid, f->msix + PCI_MSIX_CONTROL, 2) & PCI_MSIX_CONTROL_SIZE) + 1);
    f->table = f->bar[table & PCI_MSIX_BIR] + (table & ~(uint32_t)PCI_MSIX_BIR);
    f->pba = f->bar[pba & PCI_MSIX_BIR] + (pba & ~(uint32_t)PCI_MSIX_BIR);
}

static void set_up(struct pci_function *f, uint16_t rid)
{
    memset(f, 0, sizeof *f);
    f->rid = rid;
    f->vendor = (uint16_t)pci_read(rid, PCI_VENDOR_ID, 2);
    f->device = (uint16_t)pci_read(rid, PCI_DEVICE_ID, 2);
    pci_write(rid, PCI_COMMAND, 2, 0);
    for (unsigned n = 0; n < PCI_BARS;) {
        n += place_bar(f, n);
    }
    pci_write(rid, PCI_COMMAND, 2, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    find_msix(f);
}

unsigned pci_scan(struct pci_function *list, unsigned most)
{
    unsigned found = 0;
    next_bar = BOARD_PCIE_MMIO_BASE;
    bar_end = BOARD_PCIE_MMIO_END;
    for (unsigned slot = 0; slot < PCI_SLOTS; slot++) {
        unsigned functions = 1;
        for (unsigned n = 0; n < functions && found < most; n++) {
            uint16_t rid = (uint16_t)PCI_DEVFN(slot, n);
            if (pci_read(rid, PCI_VENDOR_ID, 2) == PCI_NONE) {
                continue;
            }
            if (pci_read(rid, PCI_HEADER_TYPE, 1) & PCI_HEADER_MULTIFUNCTION) {
                functions = PCI_FUNCTIONS;
            }
            set_up(&list[found++], rid);
        }
    }
    return found;
}

/* ------------------------------------------------------------------ interrupts */

static void msix_control(const struct pci_function *f, uint32_t value)
{
    pci_write(f->rid, f->msix + PCI_MSIX_CONTROL, 2, value);
}

void pci_msix_enable(const struct pci_function *f, bool masked)
{
    msix_control(f, PCI_MSIX_CONTROL_ENABLE | (masked ? PCI_MSIX_CONTROL_MASK : 0));
}

void pci_msix_disable(const struct pci_function *f)
{
    msix_control(f, 0);
}

static uintptr_t entry(const struct pci_function *f, unsigned vector)
{
    return f->table + vector * (uintptr_t)PCI_MSIX_ENTRY;
}

void pci_msix_message(const struct pci_function *f, unsigned vector, uint64_t address,
                      uint32_t data)
{
    write64(entry(f, vector) + PCI_MSIX_ENTRY_ADDRESS, address);
    write32(entry(f, vector) + PCI_MSIX_ENTRY_DATA, data);
}

void pci_msix_mask(const struct pci_function *f, unsigned vector, bool masked)
{
    write32(entry(f, vector) + PCI_MSIX_ENTRY_CONTROL, masked ? PCI_MSIX_ENTRY_MASKED : 0);
}

bool pci_msix_pending(const struct pci_function *f, unsigned vector)
{
    return (read64(f->pba + vector / 64 * 8) >> (vector % 64) & 1) != 0;
}

uint32_t pci_intx_intid(const struct pci_function *f)
{
    uint32_t pin = pci_read(f->rid, PCI_INTERRUPT_PIN, 1);
    uint32_t slot = f->rid >> 3;
    return pin == 0 ? 0 : INTID_PCIE_INTA + (slot + pin - 1) % PCI_PINS;
}
