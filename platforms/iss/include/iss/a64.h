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

/** Names of the cores that `iss_config.cpu` accepts; NULL beyond the last. */
const char *a64_cpu_name(unsigned index);

#ifdef __cplusplus
}
#endif

#endif
