/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lists.h
 * @brief Access to list registers by number.
 */
#ifndef VIRT_LISTS_H
#define VIRT_LISTS_H

#include "vif.h"

/** List register n. @param n below lists_count(). */
static inline uint64_t list_read(unsigned n)
{
#define LIST_READ(number) \
    case number:          \
        return VIF_LIST(number);
    switch (n) {
        LISTS_UP(LIST_READ)
    default:
        return 0;
    }
#undef LIST_READ
}

/** List register n. @param n below lists_count(). */
static inline void list_write(unsigned n, uint64_t value)
{
#define LIST_WRITE(number)           \
    case number:                     \
        VIF_SET_LIST(number, value); \
        break;
    switch (n) {
        LISTS_UP(LIST_WRITE)
    default:
        break;
    }
#undef LIST_WRITE
}

#endif
