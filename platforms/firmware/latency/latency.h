/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file latency.h
 * @brief Interrupt-latency workloads: probes, stimuli, load, log.
 *
 * On a GICv2 it runs in one Security state, and without the workloads that need two.
 *
 * Boot arguments: samples=N (per workload and load, default 64), pes=N (0: all), seed=N,
 * workloads=a,b,... (default: all), loads=idle|loaded (default: both).
 *
 * Output: the records of fw/record.h, and (decimal where not said otherwise)
 *
 * - `C key=value ...` configuration.
 * - `W number name` a workload.
 * - `D w load pe` the samples of this workload on this PE are done (hexadecimal).
 * - `E` the end.
 */
#ifndef LATENCY_H
#define LATENCY_H

#include "fw/gic.h"
#include "fw/io.h"
#include "fw/irq.h"
#include "fw/pe.h"
#include "fw/random.h"
#include "fw/record.h"
#include "fw/world.h"

/* INTIDs. SGIs 0..7 stay Non-secure Group 1, 8..11 are Secure Group 1, 12..15 Group 0. */
enum {
    SGI_PROBE = 1, /**< sgi_self, sgi_other. */
    SGI_LOW = 2,   /**< preempt: the handler that is preempted. */
    SGI_STORM = 5, /**< load: from PE to PE. */
    SPI_LEVEL = 100,
    SPI_EDGE = 101,
    SPI_ANY = 102,    /**< 1 of N. */
    SPI_SECURE = 103, /**< Secure Group 1. */
    SPI_GROUP0 = 104,
    SPI_HIGH = 105,  /**< preempt: the interrupt that preempts. */
    SPI_STORM = 112, /**< load: + slot. */
    LATENCY_INTIDS = 128
};

/* Priorities; Non-secure ones in the Non-secure view. */
enum {
    PRIO_GROUP0 = 0x10,
    PRIO_SECURE = 0x40,
    PRIO_HIGH = 0x40,
    PRIO_PROBE = 0xa0,
    PRIO_STORM = 0xa0, /**< As the probe: a storm's handler delays it. */
    PRIO_LOW = 0xe0
};

/** What one measurement of one INTID is doing. */
struct probe {
    volatile uint32_t done;
    uint32_t slot;  /**< PE that took it. */
    uint32_t depth; /**< Handlers preempted. */
    char unit;      /**< Unit of t0, see the S record. */
    uint64_t t0;
    struct irq_event event;
    uint64_t end;
};

/** The probe of each INTID. */
extern struct probe probes[LATENCY_INTIDS];

/** One measurement to make. */
struct run {
    unsigned workload; /**< Index in the table. */
    bool loaded;
    unsigned samples; /**< On this target. */
    volatile uint32_t stop;
};

/** A workload: measures `run->samples` samples on the PE that runs it. */
typedef void workload_fn(struct run *run);

struct workload {
    const char *name;
    workload_fn *measure;
    unsigned min_pes;
    bool idle_only; /**< A cost that load does not change. */
    bool worlds;    /**< Needs EL3 and two Security states. */
};

extern const struct workload workloads[];
extern const unsigned workload_count;

/* ---- log.c */
/** Prints the C, K and W records. */
void log_header(unsigned samples, uint64_t seed);
/** Keeps one sample of a finished probe; `back` 0 or the time EL3 was left. */
void log_probe(uint32_t intid, uint64_t back);
/** Keeps a cost: from..to in cycles of this PE. */
void log_cost(uint32_t intid, uint64_t from, uint64_t to);
/** Prints what was kept. Interrupt-free: call it when nothing is being measured. */
void log_flush(const struct run *run, unsigned slot);

/* ---- stim.c */
/** Finds the stimulator. @return false: there is none, and stimuli are made by GICD_ISPENDR. */
bool stim_init(void);
bool stim_present(void);
/** Arms the stimulator for one assertion of an SPI a random time from now (2 to 4 us). */
void stim_fire(uint32_t intid, bool edge);
/** The same, `ns` from now and a random part of `span_ns`. */
void stim_fire_in(uint32_t intid, bool edge, uint64_t ns, uint64_t span_ns);
/** Handler's side: reads the moment of assertion into the probe and lowers the line. */
void stim_taken(struct probe *probe, uint32_t intid);
/** Turns the storm of SPIs on a PE on or off. */
void stim_storm(unsigned slot, bool on);
/** Programs a physical or virtual timer of NS EL1, or Secure EL1's, a random time ahead.
 *  @return false when that time had come before the timer was programmed: no measurement. */
bool timer_fire(uint32_t intid);
/** Sends the Non-secure SGI to PE `slot`, stamping t0 right before the write. */
void sgi_fire(uint32_t intid, unsigned slot);

/* ---- load.c */
/** A little work on memory. */
void work_step(void);
/** A piece of background work: memory traffic, now and then an SGI to the next PE. */
void load_step(void);
/** Waits for a probe: in WFI, or working. */
void wait_probe(const struct run *run, uint32_t intid);
/** What PEs do that are not measured: sleep or work, and send an SGI when asked to. */
void background(void *run);
/** Asks PE `from` (in background()) to send SGI_PROBE to PE `to`. */
void request_sgi(unsigned from, unsigned to);
/** Handlers of all INTIDs, groups, priorities, targets. */
void irqs_init(void);
/** Routes the SPIs of the probes to this PE. */
void irqs_route_here(void);

/* ---- measure.c, worlds.c */
workload_fn measure_sgi_self, measure_sgi_other, measure_cntp, measure_cntv, measure_cntps;
workload_fn measure_spi_level, measure_spi_edge, measure_spi_any, measure_preempt;
workload_fn measure_group0, measure_group1s, measure_group1ns, measure_fire;
workload_fn measure_smc, measure_call;

#endif
