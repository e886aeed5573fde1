/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What time costs, as the joiner needs it: latencies of the hops, occupancies of the components,
 * costs of accesses. All in picoseconds. A profile (models/time) fills it from cycle counts.
 */
#ifndef GIC_TIMING_H
#define GIC_TIMING_H

#include "gic/defs.h"

/**
 * Costs of the GIC. GIC_HOP(name, key, meaning): latency from sending to arrival.
 */
#define GIC_HOPS(GIC_HOP)                                                       \
    GIC_HOP(SPI_LINE, "spi_line", "SPI wire to Distributor: synchroniser")      \
    GIC_HOP(PPI_LINE, "ppi_line", "PPI wire to Redistributor: synchroniser")    \
    GIC_HOP(GICD_GICR, "gicd_gicr", "Distributor to Redistributor")             \
    GIC_HOP(GICR_GICD, "gicr_gicd", "Redistributor to Distributor")             \
    GIC_HOP(GICR_CPUIF, "gicr_cpuif", "Redistributor to CPU interface")         \
    GIC_HOP(CPUIF_GICR, "cpuif_gicr", "CPU interface to Redistributor")         \
    GIC_HOP(CPUIF_PE, "cpuif_pe", "CPU interface to the PE's IRQ or FIQ input") \
    GIC_HOP(MSI, "msi", "MSI write at the ITS's port to its queue")             \
    GIC_HOP(ITS_GICR, "its_gicr", "ITS to Redistributor")                       \
    GIC_HOP(GICR_ITS, "gicr_its", "Redistributor to ITS")                       \
    GIC_HOP(GICR_GICR, "gicr_gicr", "Redistributor to Redistributor: LPIs that move")

/** Components that are busy while they handle a message. */
#define GIC_STATIONS(GIC_STATION)                             \
    GIC_STATION(GICD, "gicd", "Distributor: one message")     \
    GIC_STATION(GICR, "gicr", "Redistributor: one message")   \
    GIC_STATION(CPUIF, "cpuif", "CPU interface: one message") \
    GIC_STATION(ITS, "its", "ITS: one MSI, command, message or answer of memory")

/** Accesses by software. */
#define GIC_ACCESS_COSTS(GIC_COST)                                          \
    GIC_COST(GICD_READ, "gicd_read", "read of a Distributor register")      \
    GIC_COST(GICD_WRITE, "gicd_write", "write of a Distributor register")   \
    GIC_COST(GICR_READ, "gicr_read", "read of a Redistributor register")    \
    GIC_COST(GICR_WRITE, "gicr_write", "write of a Redistributor register") \
    GIC_COST(GICC_READ, "gicc_read", "read of a GICv2's GICC register")     \
    GIC_COST(GICC_WRITE, "gicc_write", "write of a GICv2's GICC register")  \
    GIC_COST(SYSREG_IAR, "icc_iar", "read of ICC_IAR")                      \
    GIC_COST(SYSREG_EOIR, "icc_eoir", "write of ICC_EOIR or ICC_DIR")       \
    GIC_COST(SYSREG_SGI, "icc_sgi", "write of ICC_SGIxR")                   \
    GIC_COST(SYSREG_READ, "icc_read", "read of another ICC register")       \
    GIC_COST(SYSREG_WRITE, "icc_write", "write of another ICC register")    \
    GIC_COST(ITS_READ, "its_read", "read of an ITS register")               \
    GIC_COST(ITS_WRITE, "its_write", "write of an ITS register")            \
    GIC_COST(ITS_LOOKUP, "its_lookup", "a look into a cache of the ITS, hit or miss")

#define GIC_HOP_ENUM(name, key, meaning)     GIC_HOP_##name,
#define GIC_STATION_ENUM(name, key, meaning) GIC_STATION_##name,
#define GIC_COST_ENUM(name, key, meaning)    GIC_COST_##name,
typedef enum gic_hop { GIC_HOPS(GIC_HOP_ENUM) GIC_HOP_COUNT } gic_hop;
typedef enum gic_station { GIC_STATIONS(GIC_STATION_ENUM) GIC_STATION_COUNT } gic_station;
typedef enum gic_cost { GIC_ACCESS_COSTS(GIC_COST_ENUM) GIC_COST_COUNT } gic_cost;
#undef GIC_HOP_ENUM
#undef GIC_STATION_ENUM
#undef GIC_COST_ENUM

/** Timing of one GIC. All zero with `timed` false: loosely timed. */
typedef struct gic_timing {
    bool timed; /**< false: every message is delivered in the same activation. */
    uint64_t hop_ps[GIC_HOP_COUNT];
    uint64_t occupancy_ps[GIC_STATION_COUNT]; /**< A station handles one message in so long. */
    uint64_t access_ps[GIC_COST_COUNT];
} gic_timing;

#endif
