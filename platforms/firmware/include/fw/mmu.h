/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mmu.h
 * @brief Identity map, one for each translation regime, MMU and caches on.
 *
 * 39-bit addresses, 4 KiB granule. 0..1 GiB, and the GiB of the PCIe configuration space: devices
 * (nGnRE, never executed). 1..2 GiB, where RAM starts: the image's text read-only and executable,
 * the rest read-write and never executed,
 * write-back, inner shareable. All worlds use Normal memory in the physical address space of their
 * own Security state; the board's RAM is one memory behind both.
 */
#ifndef FW_MMU_H
#define FW_MMU_H

#include "fw/arch.h"

/** Fills the tables. Once, by the primary, before any mmu_on_*. */
void mmu_build_tables(void);

/** Turns EL3's MMU on for this PE. */
void mmu_on_el3(void);

/** Turns EL1's MMU on for this PE in the current Security state. */
void mmu_on_el1(void);
/** At EL2, on the tables of mmu_build_tables(). */
void mmu_on_el2(void);

#endif
