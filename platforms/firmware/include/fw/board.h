/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file board.h
 * @brief The `virt` board as the firmware sees it: addresses and interrupt numbers.
 *
 * This header is included by C, by assembler and by the linker script: plain macros only.
 */
#ifndef FW_BOARD_H
#define FW_BOARD_H

#define FW_MAX_PES    8          /**< PEs the firmware runs on; further ones are parked in WFI. */
#define FW_STACK_SIZE 0x2000     /**< Bytes of each stack (per PE and per world). */
#define FW_IMAGE_BASE 0x40200000 /**< Link address; RAM below it holds the device tree. */
#define FW_TEXT_LIMIT 0x40400000 /**< End of the read-only, executable 2 MiB. */

#define BOARD_RAM_BASE       0x40000000
#define BOARD_GICD_BASE      0x08000000
#define BOARD_GICC_BASE      0x08010000 /**< GICv2. */
#define BOARD_GICH_BASE      0x08030000
#define BOARD_GICV_BASE      0x08040000
#define BOARD_GICR_BASE      0x080a0000
#define BOARD_UART0_BASE     0x09000000
#define BOARD_STIMULUS_BASE  0x0b000000
#define BOARD_V2M_BASE       0x08020000
#define BOARD_ITS_BASE       0x08080000
#define BOARD_PCIE_MMIO_BASE 0x10000000
#define BOARD_PCIE_MMIO_END  0x3eff0000
#define BOARD_PCIE_ECAM_BASE 0x4010000000

/* INTIDs of the board. */
#define INTID_PMU         23
#define INTID_MAINTENANCE 25
#define INTID_CNTHP       26
#define INTID_CNTV        27
#define INTID_CNTPS       29
#define INTID_CNTP        30
#define INTID_UART0       33
#define INTID_PCIE_INTA   35 /**< INTB..INTD follow. */

/* Affinity of the board's PEs: 16 PEs in Aff0, then Aff1. */
#define BOARD_AFF0_PES 16

#endif
