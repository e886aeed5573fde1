/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeded faults for the test-only build (GIC_FAULTS): `if (GIC_FAULT("P-05"))` puts a defect where
 * the conformance test of that rule has to catch it (testbench/plan). In every other build the
 * condition is the constant false and the defect is not in the code.
 */
#ifndef GIC_FAULT_H
#define GIC_FAULT_H

#ifdef GIC_FAULTS
#include "gic/defs.h"
GIC_BEGIN_DECLS
/** Supplied by the test program: whether the fault of this name is switched on. */
bool gic_fault_active(const char *name);
GIC_END_DECLS
#define GIC_FAULT(name) gic_fault_active(name)
#else
#define GIC_FAULT(name) 0
#endif

#endif
