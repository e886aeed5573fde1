/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file known.h
 * @brief What the functions behind the rows of known.def share.
 */
#ifndef DIFF_KNOWN_H
#define DIFF_KNOWN_H

#include "compare.h"

/** Row of the register that the step reads, when the pair is what it read; else -1. */
int known_row_read(const diff_pair *p);

/** Of the virtual interface: known_guest.c. */
uint64_t known_eoi_count(const diff_pair *p);
uint64_t known_virtual_mask(const diff_pair *p);
uint64_t known_virtual_minimum(const diff_pair *p);

/** Of machines with a GICv2: known_gicv2.c. */
#define KNOWN(id, ...)
#define KNOWN_V2(id, ...) uint64_t known_##id(const diff_pair *p);
#include "known.def"
#undef KNOWN
#undef KNOWN_V2

#endif
