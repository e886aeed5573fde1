/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file psci.h
 * @brief Calls to the machine's PSCI, when the machine and not this firmware owns EL3.
 */
#ifndef FW_PSCI_H
#define FW_PSCI_H

#include "fw/arch.h"

#define PSCI_CPU_ON     0xc4000003
#define PSCI_SYSTEM_OFF 0x84000008
#define PSCI_SUCCESS    0

/** True when the firmware entered below EL3: then the machine serves PSCI. */
bool psci_available(void);

/** One call, by HVC when entered at EL1, by SMC when entered at EL2. @return x0. */
int64_t psci_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3);

#endif
