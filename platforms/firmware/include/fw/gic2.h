/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gic2.h
 * @brief What is different in a GICv2; programs use fw/gic.h, which asks gic_is_v2.
 *
 * For machines without EL3. A register of an SGI or a PPI is that of the PE which accesses it.
 */
#ifndef FW_GIC2_H
#define FW_GIC2_H

#include "fw/io.h"

/** INTID of what gic2_acknowledge() returned; an SGI's source stands above it. */
#define GIC2_INTID(acknowledged) ((acknowledged)&0x3ff)

/** Notes all PEs in pes[]. @return their number. */
unsigned gic2_find(void);
/** Primary: Distributor on; every SPI disabled, of default priority, routed to the first PE. */
void gic2_distributor(void);
/** Each PE: its SGIs and PPIs disabled, its CPU interface on. */
void gic2_pe(void);
/** Routes an SPI to PE `slot`. */
void gic2_route(uint32_t intid, unsigned slot);
/** Makes all PEs targets of an SPI: one of them takes it. */
void gic2_route_any(uint32_t intid);
/** GICD_SGIR and what sends an SGI to PE `slot`, for who stamps the write itself. */
#define GIC2_SGIR ((volatile uint32_t *)(BOARD_GICD_BASE + 0xf00))
uint32_t gic2_sgi_value(uint32_t intid, unsigned slot);
/** Sends an SGI to PE `slot`. */
void gic2_send_sgi(uint32_t intid, unsigned slot);
/** Reads IAR of the CPU interface that the interrupt handlers use. */
uint32_t gic2_acknowledge(void);
/** Writes what gic2_acknowledge() returned to its EOIR. */
void gic2_end(uint32_t acknowledged);
/** Makes the handlers use GICC (as at the start) or GICV. */
void gic2_cpu_interface(uintptr_t base);
/** IAR and EOIR of a CPU interface. */
static inline uint32_t gic2_acknowledge_at(uintptr_t base)
{
    return read32(base + 0x0c);
}
static inline void gic2_end_at(uintptr_t base, uint32_t acknowledged)
{
    write32(base + 0x10, acknowledged);
}

#endif
