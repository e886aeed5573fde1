/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lpi.h
 * @brief LPIs from devices and from commands, measured one by one or under a storm.
 *
 * Boot arguments:
 * - mode=sweep (default): interrupts one round after the other, each round waited for.
 *   source=msi|int (default msi): the traffic generator writes MSIs, or INT commands;
 *   devices=N (default 1, msi: 1) and events=N of each (default 1): what is mapped; each round
 *   takes its events from all of them at random;
 *   burst=N events at once (default 1); samples=N interrupts to measure (default 256; 0: only
 *   what comes before them, so that counters of two runs can be subtracted).
 * - mode=storm: Poisson arrivals over vectors=N (default 64) of the traffic generator, one every
 *   period=NS (default 1000) on average for duration=US (default 1000); the handler takes
 *   service=CYCLES (default 500) from IAR to EOIR; samples=N of each PE are kept;
 *   pes=N PEs take the vectors in turn (default 1).
 * - both: seed=N.
 *
 * Output: the records of fw/record.h, and in decimal
 *
 * - `C key=value ...` configuration.
 * - `W 0 name` what was measured: msi, int or storm.
 * - `N key=value ...` a storm: arrivals and messages of the generator, interrupts taken in all, and
 *   before `end_ps`, when the arrivals were to end; `start_ps` is when they began.
 * - `E` the end.
 */
#ifndef LPI_H
#define LPI_H

#include "fw/io.h"
#include "fw/irq.h"
#include "fw/its.h"
#include "fw/pe.h"
#include "fw/random.h"
#include "fw/record.h"
#include "fw/tgen.h"

#define LPI_MOST 4096 /**< Events of all devices together. */

/** What the boot arguments ask for. */
struct options {
    bool storm, commands;
    unsigned devices, events, burst, samples, pes;
    unsigned vectors, service;
    uint64_t period_ns, duration_us, seed;
};

/** The ITS, and the traffic generator that writes to it (NULL: none is needed). */
extern struct its its;
extern const struct pci_function *generator;

/** Says why, as an X record. @return false. */
bool complain(const char *why);

/** Maps event `event` of device `device`, for all of both, to an LPI each, and enables it: their
 *  INTIDs follow each other from LPI_FIRST. Finds and programs the generator if one is needed. */
bool set_up(const struct options *o);

/** DeviceID of device number n. */
uint32_t device_id(const struct options *o, unsigned n);

/** Measures round by round. */
bool measure_sweep(const struct options *o);

/** Measures under a storm. */
bool measure_storm(const struct options *o);

#endif
