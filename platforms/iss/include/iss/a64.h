/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in A64 interpreter: an implementation of the ISS port. */
#ifndef ISS_A64_H
#define ISS_A64_H

#include "iss/iss.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The operations of the built-in A64 ISS. */
const iss_ops *a64_ops(void);

/**
 * Decoded code that several PEs share, to be named in their `iss_config.share`. They must have the
 * same cpu and CPI table as @p config, run in one thread, and be given the same memory. It may be
 * destroyed before them. NULL when out of memory or when config->cpu is unknown.
 */
struct a64_share *a64_share_create(const iss_config *config);
void a64_share_destroy(struct a64_share *share);

/** Names of the cores that `iss_config.cpu` accepts; NULL beyond the last. */
const char *a64_cpu_name(unsigned index);

/** Whether the core of that name has the Virtualization Host Extensions, and so CNTHV at EL2. */
bool a64_cpu_has_vhe(const char *name);
/** Whether core @p name can have FEAT_NMI (iss_config.nmi); false for an unknown one. */
bool a64_cpu_has_nmi(const char *name);

#ifdef __cplusplus
}
#endif

#endif
