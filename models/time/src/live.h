/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupts that have something alive: a fixed pool and an index by key. */
#ifndef GICTIME_LIVE_H
#define GICTIME_LIVE_H

#include "gictime/recorder.h"

/** Assertions under way to the bit that pends them: what a link holds and a little more. */
enum { GICTIME_ASSERTIONS = 4 };

/** An assertion on its way to the bit that it pends. */
typedef struct gictime_assertion {
    uint64_t asserted_ps;
    uint64_t translated_ps; /**< LPIs, else GICTIME_NO_STAMP. */
} gictime_assertion;

/** One interrupt. */
typedef struct gictime_live {
    uint64_t key;
    uint32_t next_free;
    uint8_t assertions; /**< Entries of assertion, oldest first. */
    bool pending;       /**< `waiting` is an instance. */
    bool active;        /**< `serving` is an instance. */
    bool moving;        /**< `waiting` is on its way to another Redistributor. */
    bool used;
    gictime_assertion assertion[GICTIME_ASSERTIONS];
    gictime_instance waiting; /**< Pending, not yet acknowledged. */
    gictime_instance serving; /**< Acknowledged, not yet deactivated. */
} gictime_live;

/** The pool. `slot` holds index + 1 of the entry, 0 where free; linear probing. */
typedef struct gictime_live_table {
    gictime_live *entry;
    uint32_t *slot;
    uint32_t mask; /**< Slots - 1. */
    uint32_t capacity;
    uint32_t count;
    uint32_t free; /**< First free entry, or `capacity`. */
} gictime_live_table;

/** Allocate; false without memory. */
bool gictime_live_init(gictime_live_table *table, size_t capacity);
void gictime_live_free(gictime_live_table *table);
/** Entry of @p key, or NULL. */
gictime_live *gictime_live_find(const gictime_live_table *table, uint64_t key);
/** A new entry, empty; NULL when the pool is used up. @p key must not be there. */
gictime_live *gictime_live_add(gictime_live_table *table, uint64_t key);
/** Give an entry back. */
void gictime_live_remove(gictime_live_table *table, gictime_live *live);

#endif
