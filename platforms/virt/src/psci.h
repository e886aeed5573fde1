/* SPDX-License-Identifier: Apache-2.0 */
/**
 * PSCI 1.1 (Arm DEN 0022) and the part of the SMC Calling Convention that finds it, as the machine
 * offers it when no firmware of the guest owns EL3. Pure logic: the caller does what `action` says.
 */
#ifndef VIRT_PSCI_H
#define VIRT_PSCI_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Power state of a PE. */
typedef enum psci_power { PSCI_OFF, PSCI_ON, PSCI_ON_PENDING } psci_power;

/** What the platform has to do after a call. */
typedef enum psci_action {
    PSCI_ACTION_NONE,    /**< Return `value` in x0. */
    PSCI_ACTION_CPU_ON,  /**< Start PE `target` at `entry` with x0 = `context`; return `value`. */
    PSCI_ACTION_CPU_OFF, /**< The calling PE goes off; it does not return. */
    PSCI_ACTION_SUSPEND, /**< The calling PE sleeps as in WFI, then `value` returns in x0. */
    PSCI_ACTION_SYSTEM_OFF,
    PSCI_ACTION_SYSTEM_RESET
} psci_action;

/** Result of a call. */
typedef struct psci_result {
    psci_action action;
    int64_t value; /**< x0. */
    uint32_t target;
    uint64_t entry;
    uint64_t context;
} psci_result;

enum { PSCI_MAX_PES = 512 };

/** State: which PE is on. Flat, a copy is a checkpoint. */
typedef struct psci {
    uint32_t pes;
    uint8_t power[PSCI_MAX_PES]; /**< psci_power. */
} psci;

/** PE 0 is on, the others are off. */
void psci_init(psci *p, uint32_t pes);

/** The PE that was switched on has started. */
void psci_started(psci *p, uint32_t pe);

/** A call by PE `caller`: x[0] is the function, x[1..3] its arguments. */
void psci_call(psci *p, uint32_t caller, const uint64_t x[4], psci_result *result);

#ifdef __cplusplus
}
#endif

#endif
