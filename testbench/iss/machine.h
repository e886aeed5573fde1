/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A minimal machine around an ISS for tests and benchmarks: RAM, a coherence domain, hooks for
 * devices and system registers. No SystemC, no time of its own.
 */
#ifndef TESTBENCH_ISS_MACHINE_H
#define TESTBENCH_ISS_MACHINE_H

#include "iss/domain.h"
#include "iss/iss.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MACHINE_MAX_PES 8u
#define MACHINE_EVENTS  256u

struct machine;

/** One PE's connection to the machine. */
typedef struct machine_pe {
    struct machine *machine;
    uint32_t index;
    iss *instance;
    gic_pe_state state; /**< Last pushed. */
    unsigned pushes;
    bool pmu_irq;
    iss_event events[MACHINE_EVENTS];
    unsigned event_count;
} machine_pe;

/** Configuration; hooks may be NULL. All get `user`. */
typedef struct machine_config {
    const iss_ops *ops;
    iss_config iss;
    uint32_t pes;
    uint64_t ram_base;
    uint64_t ram_size;
    void *user;
    /** Accesses outside RAM; without it they are bus errors. */
    iss_status (*bus)(const iss_bus_access *access, void *data, uint64_t *time_ps, uint32_t pe,
                      void *user);
    /** CPU interface registers; without it UNDEFINED. */
    gic_sysreg_result (*cpuif)(iss_sysreg_access *access, uint64_t *time_ps, uint32_t pe,
                               void *user);
    /** Generic timer registers; without it CNTPCT/CNTVCT count at 62.5 MHz, the rest is RAZ/WI. */
    gic_sysreg_result (*timer)(iss_sysreg_access *access, uint64_t *time_ps, uint32_t pe,
                               void *user);
    iss_status (*dsb)(uint64_t *time_ps, uint32_t pe, void *user);
    /** RAM is reached by the bus only (no direct pointers). */
    bool no_direct;
} machine_config;

typedef struct machine {
    machine_config config;
    uint8_t *ram;
    iss_domain *domain;
    machine_pe pe[MACHINE_MAX_PES];
    uint64_t bus_accesses; /**< On RAM, by the bus. */
} machine;

/** A configuration with one "max" PE, EL3 and EL2, 1000 ps per cycle, 16 MiB RAM at 0x40000000. */
void machine_default(machine_config *config, const iss_ops *ops);

/** Builds the machine; NULL with the reason on stderr. */
machine *machine_create(const machine_config *config);
void machine_destroy(machine *m);

/** Host address of a physical RAM address. */
void *machine_ram(machine *m, uint64_t pa);

/** Writes RAM as a DMA master does (the domain is told). */
void machine_store(machine *m, uint64_t pa, const void *data, size_t size);

/** Runs PE @p pe for at most @p insns instructions. */
iss_result machine_run(machine *m, uint32_t pe, uint64_t insns);

#ifdef __cplusplus
}
#endif

#endif
