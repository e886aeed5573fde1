/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pcie_regs.h
 * @brief Registers of PCI configuration space and of MSI-X tables, plain macros.
 *
 * PCI Local Bus 3.0 chapter 6, PCI Express Base 4.0 chapter 7. Included by device logic, tests and
 * A64 firmware.
 */
#ifndef DEVICES_PCIE_REGS_H
#define DEVICES_PCIE_REGS_H

/* Type 0 header. */
#define PCI_VENDOR_ID            0x00
#define PCI_DEVICE_ID            0x02
#define PCI_COMMAND              0x04
#define PCI_COMMAND_MEMORY       0x0002 /**< Memory BARs answer. */
#define PCI_COMMAND_MASTER       0x0004 /**< The function may write memory, MSIs included. */
#define PCI_COMMAND_INTX_DISABLE 0x0400
#define PCI_STATUS               0x06
#define PCI_STATUS_INTX          0x0008 /**< An INTx interrupt waits inside the function. */
#define PCI_STATUS_CAP_LIST      0x0010
#define PCI_REVISION_ID          0x08
#define PCI_CLASS_CODE           0x09 /**< Three bytes: interface, subclass, class. */
#define PCI_CACHE_LINE_SIZE      0x0c
#define PCI_HEADER_TYPE          0x0e
#define PCI_HEADER_MULTIFUNCTION 0x80
#define PCI_BAR(n)               (0x10 + 4 * (n))
#define PCI_BARS                 6
#define PCI_BAR_IO               0x1
#define PCI_BAR_TYPE_MASK        0x6
#define PCI_BAR_TYPE_64          0x4
#define PCI_BAR_PREFETCH         0x8
#define PCI_BAR_FLAGS            0xf
#define PCI_SUBSYSTEM_VENDOR_ID  0x2c
#define PCI_SUBSYSTEM_ID         0x2e
#define PCI_CAP_POINTER          0x34
#define PCI_INTERRUPT_LINE       0x3c
#define PCI_INTERRUPT_PIN        0x3d
#define PCI_HEADER_END           0x40

#define PCI_CONFIG_SIZE  0x100  /**< What a conventional function has. */
#define PCIE_CONFIG_SIZE 0x1000 /**< With the extended space, which is empty here. */
#define PCI_NO_FUNCTION  0xffffffffu

/* Capabilities: identifier, pointer to the next one, then the registers. */
#define PCI_CAP_ID_PM     0x01
#define PCI_CAP_ID_MSI    0x05
#define PCI_CAP_ID_VENDOR 0x09
#define PCI_CAP_ID_PCIE   0x10
#define PCI_CAP_ID_MSIX   0x11
#define PCI_CAP_ID_REG    0x00
#define PCI_CAP_NEXT      0x01

/* Power management. */
#define PCI_PM_CAPABILITIES  0x02
#define PCI_PM_VERSION       0x0003
#define PCI_PM_CSR           0x04
#define PCI_PM_CSR_STATE     0x0003 /**< 0: D0, 3: D3hot. */
#define PCI_PM_D3HOT         0x0003
#define PCI_PM_NO_SOFT_RESET 0x0008
#define PCI_PM_SIZE          0x08

/* MSI with 64-bit address and a mask bit each. */
#define PCI_MSI_CONTROL         0x02
#define PCI_MSI_CONTROL_ENABLE  0x0001
#define PCI_MSI_CONTROL_CAPABLE 0x000e /**< log2 of the vectors that it has. */
#define PCI_MSI_CONTROL_GRANTED 0x0070 /**< log2 of the vectors that software grants. */
#define PCI_MSI_CONTROL_64      0x0080
#define PCI_MSI_CONTROL_MASKS   0x0100
#define PCI_MSI_CAPABLE_LSB     1
#define PCI_MSI_GRANTED_LSB     4
#define PCI_MSI_ADDRESS         0x04
#define PCI_MSI_ADDRESS_HIGH    0x08
#define PCI_MSI_DATA            0x0c
#define PCI_MSI_MASK            0x10
#define PCI_MSI_PENDING         0x14
#define PCI_MSI_SIZE            0x18
#define PCI_MSI_MOST            32

/* MSI-X. */
#define PCI_MSIX_CONTROL        0x02
#define PCI_MSIX_CONTROL_SIZE   0x07ff /**< Vectors - 1. */
#define PCI_MSIX_CONTROL_MASK   0x4000 /**< All vectors are masked. */
#define PCI_MSIX_CONTROL_ENABLE 0x8000
#define PCI_MSIX_TABLE          0x04 /**< Offset in the BAR, its number in bits 2:0. */
#define PCI_MSIX_PBA            0x08
#define PCI_MSIX_BIR            0x7
#define PCI_MSIX_SIZE           0x0c
#define PCI_MSIX_MOST           2048

/* An entry of the MSI-X table. */
#define PCI_MSIX_ENTRY         16 /**< Bytes. */
#define PCI_MSIX_ENTRY_ADDRESS 0x0
#define PCI_MSIX_ENTRY_DATA    0x8
#define PCI_MSIX_ENTRY_CONTROL 0xc
#define PCI_MSIX_ENTRY_MASKED  0x1

/* PCI Express. */
#define PCI_EXP_FLAGS         0x02
#define PCI_EXP_FLAGS_VERSION 0x0002
#define PCI_EXP_FLAGS_RCIEP   0x0090 /**< Root Complex Integrated Endpoint. */
#define PCI_EXP_DEVCAP        0x04
#define PCI_EXP_DEVCAP_RBER   0x00008000
#define PCI_EXP_DEVCAP_FLR    0x10000000
#define PCI_EXP_DEVCTL        0x08
#define PCI_EXP_DEVCTL_FLR    0x8000 /**< Function level reset; reads 0. */
#define PCI_EXP_SIZE          0x3c

/* A place in ECAM, and the requester ID: bus, device, function. */
#define PCI_DEVFN(device, function)    (((device) << 3) | (function))
#define PCI_RID(bus, device, function) (((bus) << 8) | PCI_DEVFN(device, function))
#define PCI_ECAM_OFFSET(rid, reg)      (((rid) << 12) + (reg))
#define PCI_ECAM_RID(offset)           ((offset) >> 12)
#define PCI_ECAM_REG(offset)           ((offset)&0xfff)

#endif
