/* SPDX-License-Identifier: Apache-2.0 */
#include "live.h"

#include <string.h>

#include "memory.h"

static uint32_t home_of(const gictime_live_table *table, uint64_t key)
{
    key *= UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(key >> 32) & table->mask;
}

bool gictime_live_init(gictime_live_table *table, size_t capacity)
{
    uint32_t slots = 16, i;
    memset(table, 0, sizeof(*table));
    if (capacity == 0 || capacity > UINT32_C(1) << 28)
        return false;
    while (slots < capacity * 2u)
        slots *= 2u;
    table->entry = GICTIME_NEW(gictime_live, capacity);
    table->slot = GICTIME_NEW(uint32_t, slots);
    table->mask = slots - 1u;
    table->capacity = (uint32_t)capacity;
    if (!table->entry || !table->slot)
        return false;
    for (i = 0; i < table->capacity; i++)
        table->entry[i].next_free = i + 1u;
    return true;
}

void gictime_live_free(gictime_live_table *table)
{
    free(table->entry);
    free(table->slot);
    memset(table, 0, sizeof(*table));
}

/* Slot that holds @p key, or the free slot where it would go. */
static uint32_t slot_of(const gictime_live_table *table, uint64_t key)
{
    uint32_t s = home_of(table, key);
    while (table->slot[s] && table->entry[table->slot[s] - 1u].key != key)
        s = (s + 1u) & table->mask;
    return s;
}

gictime_live *gictime_live_find(const gictime_live_table *table, uint64_t key)
{
    uint32_t index = table->slot[slot_of(table, key)];
    return index ? &table->entry[index - 1u] : NULL;
}

gictime_live *gictime_live_add(gictime_live_table *table, uint64_t key)
{
    uint32_t index = table->free;
    gictime_live *live;
    if (index == table->capacity)
        return NULL;
    live = &table->entry[index];
    table->free = live->next_free;
    live->key = key;
    live->used = true;
    live->assertions = 0;
    live->pending = false;
    live->active = false;
    live->moving = false;
    table->slot[slot_of(table, key)] = index + 1u;
    table->count++;
    return live;
}

/* Closes the hole at @p hole: later entries of the same run move up when their home allows. */
static void close_hole(gictime_live_table *table, uint32_t hole)
{
    uint32_t s = hole;
    for (;;) {
        uint32_t home;
        s = (s + 1u) & table->mask;
        if (!table->slot[s])
            break;
        home = home_of(table, table->entry[table->slot[s] - 1u].key);
        if (((s - home) & table->mask) >= ((s - hole) & table->mask)) {
            table->slot[hole] = table->slot[s];
            hole = s;
        }
    }
    table->slot[hole] = 0;
}

void gictime_live_remove(gictime_live_table *table, gictime_live *live)
{
    close_hole(table, slot_of(table, live->key));
    live->used = false;
    live->next_free = table->free;
    table->free = (uint32_t)(live - table->entry);
    table->count--;
}
