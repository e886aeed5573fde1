/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vif.h
 * @brief The hypervisor's registers, of a GICv3 (system registers) or, with VIRT_GICV2, of a GICv2
 * (GICC and GICH in memory). The same names in both.
 */
#ifndef VIRT_VIF_H
#define VIRT_VIF_H

#ifdef VIRT_GICV2
#include "vif2.h"
#else
#include "vif3.h"
#endif

/** Applies DO to the number of each list register, the first one first. */
#define LISTS_UP(DO) \
    DO(0)            \
    DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15)

#endif
