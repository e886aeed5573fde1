/* SPDX-License-Identifier: Apache-2.0 */
/* The virt board: addresses, sizes and interrupt numbers. */
#ifndef VIRT_BOARD_H
#define VIRT_BOARD_H

#include <stdint.h>

/** Memory map, VP_AREA(name, base, size, node): one row an area. */
#define VP_AREAS(VP_AREA)                                                             \
    VP_AREA(FLASH0, 0x00000000, 0x04000000, "flash bank 0")                           \
    VP_AREA(FLASH1, 0x04000000, 0x04000000, "flash bank 1")                           \
    VP_AREA(GICD, 0x08000000, 0x00010000, "GIC Distributor")                          \
    VP_AREA(GICC, 0x08010000, 0x00010000, "GICv2 CPU interface")                      \
    VP_AREA(V2M, 0x08020000, 0x00001000, "GICv2m frame")                              \
    VP_AREA(GICH, 0x08030000, 0x00010000, "GICv2 list registers")                     \
    VP_AREA(GICV, 0x08040000, 0x00010000, "GICv2 virtual CPU interface")              \
    VP_AREA(ITS, 0x08080000, 0x00020000, "ITS")                                       \
    VP_AREA(GICR, 0x080a0000, 0x00f60000, "GIC Redistributors")                       \
    VP_AREA(UART0, 0x09000000, 0x00001000, "PL011 UART")                              \
    VP_AREA(RTC, 0x09010000, 0x00001000, "PL031 RTC")                                 \
    VP_AREA(FW_CFG, 0x09020000, 0x00000018, "fw_cfg")                                 \
    VP_AREA(GPIO, 0x09030000, 0x00001000, "PL061 GPIO")                               \
    VP_AREA(UART1, 0x09040000, 0x00001000, "secure PL011 UART")                       \
    VP_AREA(SECURE_GPIO, 0x090b0000, 0x00001000, "secure PL061 GPIO")                 \
    VP_AREA(VIRTIO, 0x0a000000, 0x00004000, "virtio-mmio slots")                      \
    VP_AREA(STIMULUS, 0x0b000000, 0x00010000, "interrupt stimulator")                 \
    VP_AREA(ITS_MORE, 0x0c000000, 0x001e0000, "further ITSs")                         \
    VP_AREA(SECURE_RAM, 0x0e000000, 0x01000000, "secure RAM")                         \
    VP_AREA(PCIE_MMIO, 0x10000000, 0x2eff0000, "PCIe memory window")                  \
    VP_AREA(PCIE_PIO, 0x3eff0000, 0x00010000, "PCIe I/O window")                      \
    VP_AREA(RAM, 0x40000000, 0x3fc0000000, "RAM")                                     \
    VP_AREA(GICR_HIGH, 0x4000000000, 0x04000000, "GIC Redistributors, second region") \
    VP_AREA(PCIE_ECAM, 0x4010000000, 0x10000000, "PCIe configuration space")          \
    VP_AREA(PCIE_MMIO_HIGH, 0x8000000000, 0x8000000000, "PCIe high memory window")

#define VP_AREA_BASE(name, base, size, text) static const uint64_t VP_##name##_BASE = base##ULL;
#define VP_AREA_SIZE(name, base, size, text) static const uint64_t VP_##name##_SIZE = size##ULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-variable"
VP_AREAS(VP_AREA_BASE)
VP_AREAS(VP_AREA_SIZE)
#pragma GCC diagnostic pop

/** Interrupt numbers. SPIs and PPIs as in the device tree: INTID - 32, INTID - 16. */
enum {
    VP_SPI_UART0 = 1,
    VP_SPI_RTC = 2,
    VP_SPI_PCIE = 3, /**< INTA; INTB..INTD follow. */
    VP_SPI_GPIO = 7,
    VP_SPI_UART1 = 8,
    VP_SPI_VIRTIO = 16, /**< Slot 0; one each, edge. */
    VP_PPI_PMU = 7,
    VP_PPI_MAINTENANCE = 9,
    VP_PPI_CNTHP = 10,
    VP_PPI_CNTV = 11,
    VP_PPI_CNTHV = 12,
    VP_PPI_CNTPS = 13,
    VP_PPI_CNTP = 14,
    VP_INTID_PPI = 16, /**< INTID of PPI 0. */
    VP_INTID_SPI = 32, /**< INTID of SPI 0. */
    VP_V2M_FIRST = 80, /**< First INTID of the GICv2m frame ... */
    VP_V2M_SPIS = 64   /**< ... and how many it has. */
};

enum {
    VP_GICR_FRAME = 0x20000,     /**< Bytes of one GICv3 Redistributor. */
    VP_GICV2_MAX_CPUS = 8,       /**< What a GICv2 has room for. */
    VP_MAX_CPUS = 512,           /**< What both Redistributor regions and the model hold. */
    VP_CPUS_PER_CLUSTER = 16,    /**< PEs in Aff0; then Aff1. */
    VP_CNTFRQ_HZ = 62500000,     /**< Frequency of the generic timers. */
    VP_UARTCLK_HZ = 24000000,    /**< APB clock of the PrimeCells. */
    VP_DTB_SPACE = 0x100000,     /**< Room kept for the device tree blob. */
    VP_KERNEL_OFFSET = 0x200000, /**< Kernel Images start at a multiple of 2 MiB. */
    VP_POWER_KEY_PIN = 3,        /**< GPIO pin of the power key. */
    VP_SECURE_POWEROFF_PIN = 0,
    VP_SECURE_RESET_PIN = 1
};

#endif
