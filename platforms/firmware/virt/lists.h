/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lists.h
 * @brief Access to ICH_LR<n>_EL2 by number; each is an instruction of its own.
 */
#ifndef VIRT_LISTS_H
#define VIRT_LISTS_H

#include "virt.h"

/** Applies DO to the number of each list register, the first one first. */
#define LISTS_UP(DO) \
    DO(0)            \
    DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15)

/** ICH_LR<n>_EL2. @param n below lists_count(). */
static inline uint64_t list_read(unsigned n)
{
#define LIST_READ(number) \
    case number:          \
        return read_sysreg(ich_lr##number##_el2);
    switch (n) {
        LISTS_UP(LIST_READ)
    default:
        return 0;
    }
#undef LIST_READ
}

/** ICH_LR<n>_EL2. @param n below lists_count(). */
static inline void list_write(unsigned n, uint64_t value)
{
#define LIST_WRITE(number)                         \
    case number:                                   \
        write_sysreg(ich_lr##number##_el2, value); \
        break;
    switch (n) {
        LISTS_UP(LIST_WRITE)
    default:
        break;
    }
#undef LIST_WRITE
}

#endif
