/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounded cache of pending LPIs: by INTID a hash index, by order two binary heaps over the same
 * slots. A free slot is always the lowest one, so that the order of slots follows from what is
 * saved.
 */
#include "gicr_lpi.h"

#include "gic/mem.h"

/* --- memory ---------------------------------------------------------------------------------- */

/* Carve @p bytes from the block, or count them. */
static unsigned char *lpi_carve(unsigned char *base, size_t *at, size_t bytes)
{
    unsigned char *here = base ? base + *at : NULL;
    *at += gic_align_up(bytes, 8);
    return here;
}

static uint32_t lpi_buckets(uint32_t entries)
{
    uint32_t buckets = 8;
    while (buckets < 2u * entries)
        buckets *= 2u;
    return buckets;
}

static void lpi_count(gicr_lpi *l, const gic_config *config)
{
    l->size = config->lpi_cache;
    l->lines = UINT32_C(1) << (config->lpi_bits - 9u);
    l->props = config->lpi_property_cache;
    l->prop_shift = 32u - gic_lowest_bit(lpi_buckets(config->lpi_property_cache));
    l->queue_size = (uint32_t)config->its_count * GIC_CREDIT_LPI + LPI_REGISTERS;
    l->moved_size = config->pe_count;
    l->hash_shift = 32u - gic_lowest_bit(lpi_buckets(config->lpi_cache));
}

static size_t lpi_carve_saved(gicr_lpi *l, unsigned char *base)
{
    size_t at = 0;
    l->entry = (gicr_lpi_entry *)(void *)lpi_carve(base, &at, l->size * sizeof(*l->entry));
    l->prop = (gicr_lpi_prop *)(void *)lpi_carve(base, &at, l->props * sizeof(*l->prop));
    l->prop_byte = lpi_carve(base, &at, (size_t)l->props * LPI_PROP_INTIDS);
    for (unsigned m = 0; m < LPI_MAPS; m++)
        l->map[m].word =
            (uint64_t *)(void *)lpi_carve(base, &at, gic_align_up(l->lines / 8u, sizeof(uint64_t)));
    l->queue = (gicr_lpi_op *)(void *)lpi_carve(base, &at, l->queue_size * sizeof(*l->queue));
    l->moved = (gicr_lpi_moved *)(void *)lpi_carve(base, &at, l->moved_size * sizeof(*l->moved));
    l->saved = at;
    return at;
}

static size_t lpi_carve_derived(gicr_lpi *l, unsigned char *base)
{
    size_t at = 0;
    for (unsigned h = 0; h < 2; h++) {
        l->heap[h] = (uint64_t *)(void *)lpi_carve(base, &at, l->size * sizeof(uint64_t));
        l->place[h] = (uint16_t *)(void *)lpi_carve(base, &at, l->size * sizeof(uint16_t));
    }
    l->bucket = (uint16_t *)(void *)lpi_carve(base, &at, lpi_buckets(l->size) * sizeof(*l->bucket));
    l->next = (uint16_t *)(void *)lpi_carve(base, &at, l->size * sizeof(*l->next));
    l->prop_bucket =
        (uint16_t *)(void *)lpi_carve(base, &at, lpi_buckets(l->props) * sizeof(*l->prop_bucket));
    l->prop_next = (uint16_t *)(void *)lpi_carve(base, &at, l->props * sizeof(*l->prop_next));
    l->vacant = (uint64_t *)(void *)lpi_carve(base, &at, (l->size + 63u) / 64u * sizeof(uint64_t));
    return at;
}

size_t lpi_lay_out(gicr_lpi *l, const gic_config *config, unsigned char *base)
{
    size_t saved;
    lpi_count(l, config);
    saved = lpi_carve_saved(l, base);
    return saved + lpi_carve_derived(l, base ? base + saved : NULL);
}

/* --- heaps ----------------------------------------------------------------------------------- */

static inline void lpi_put(gicr_lpi *l, unsigned h, uint32_t at, uint64_t item)
{
    l->heap[h][at] = item;
    l->place[h][item & 0xFFFFu] = (uint16_t)at;
}

static inline void lpi_rise(gicr_lpi *l, unsigned h, uint32_t at, uint64_t item)
{
    const uint64_t *heap = l->heap[h];
    while (at > 0 && item < heap[(at - 1u) / 2u]) {
        lpi_put(l, h, at, heap[(at - 1u) / 2u]);
        at = (at - 1u) / 2u;
    }
    lpi_put(l, h, at, item);
}

static inline void lpi_sink(gicr_lpi *l, unsigned h, uint32_t at, uint64_t item)
{
    const uint64_t *heap = l->heap[h];
    for (;;) {
        uint32_t child = 2u * at + 1u;
        if (child >= l->heaped)
            break;
        if (child + 1u < l->heaped && heap[child + 1u] < heap[child])
            child++;
        if (item <= heap[child])
            break;
        lpi_put(l, h, at, heap[child]);
        at = child;
    }
    lpi_put(l, h, at, item);
}

static void lpi_heaps_push(gicr_lpi *l, unsigned slot)
{
    uint32_t key = l->entry[slot].key;
    uint32_t at = l->heaped++;
    lpi_rise(l, 0, at, (uint64_t)key << 16 | slot);
    lpi_rise(l, 1, at, (uint64_t)(uint32_t)~key << 16 | slot);
}

/* What is better than everything else stays in front of the heaps: nearly always it is presented
   next, and costs nothing. */
static void lpi_heaps_add(gicr_lpi *l, unsigned slot)
{
    bool best = l->face.count == 0 || l->entry[slot].key < lpi_best_key(l);
    l->face.count++;
    if (best && l->front != LPI_NO_SLOT)
        lpi_heaps_push(l, l->front);
    if (best)
        l->front = slot;
    else
        lpi_heaps_push(l, slot);
}

static void lpi_heap_drop(gicr_lpi *l, unsigned h, unsigned slot)
{
    uint32_t at = l->place[h][slot];
    uint64_t last = l->heap[h][l->heaped];
    if (at == l->heaped)
        return;
    if (at > 0 && last < l->heap[h][(at - 1u) / 2u])
        lpi_rise(l, h, at, last);
    else
        lpi_sink(l, h, at, last);
}

static void lpi_heaps_drop(gicr_lpi *l, unsigned slot)
{
    l->face.count--;
    if (slot == l->front) {
        l->front = LPI_NO_SLOT;
        return;
    }
    l->heaped--;
    lpi_heap_drop(l, 0, slot);
    lpi_heap_drop(l, 1, slot);
}

static inline bool lpi_is_in_heaps(uint32_t flags)
{
    return (flags & (LPI_PENDING | LPI_PRESENTED | LPI_BLOCKED)) == LPI_PENDING;
}

/* --- index ----------------------------------------------------------------------------------- */

static inline uint32_t lpi_hash(const gicr_lpi *l, uint32_t intid)
{
    return intid * UINT32_C(2654435769) >> l->hash_shift;
}

unsigned lpi_find(const gicr_lpi *l, uint32_t intid)
{
    unsigned slot = l->bucket[lpi_hash(l, intid)];
    while (slot != LPI_NO_SLOT && lpi_intid(l->entry[slot].key) != intid)
        slot = l->next[slot];
    return slot;
}

static void lpi_link(gicr_lpi *l, unsigned slot)
{
    uint16_t *bucket = &l->bucket[lpi_hash(l, lpi_intid(l->entry[slot].key))];
    l->next[slot] = *bucket;
    *bucket = (uint16_t)slot;
}

static void lpi_unlink(gicr_lpi *l, unsigned slot)
{
    uint16_t *at = &l->bucket[lpi_hash(l, lpi_intid(l->entry[slot].key))];
    while (*at != slot)
        at = &l->next[*at];
    *at = l->next[slot];
}

/* --- entries --------------------------------------------------------------------------------- */

static void lpi_set_vacant(gicr_lpi *l, unsigned slot)
{
    l->vacant[slot / 64u] |= UINT64_C(1) << (slot % 64u);
    l->vacant_summary |= UINT64_C(1) << (slot / 64u);
}

static unsigned lpi_take_vacant(gicr_lpi *l)
{
    unsigned word = gic_lowest_bit64(l->vacant_summary);
    unsigned slot = word * 64u + gic_lowest_bit64(l->vacant[word]);
    l->vacant[word] &= l->vacant[word] - 1u;
    if (l->vacant[word] == 0)
        l->vacant_summary &= l->vacant_summary - 1u;
    return slot;
}

unsigned lpi_insert(gicr_lpi *l, uint32_t key, uint32_t flags)
{
    unsigned slot = lpi_take_vacant(l);
    l->entry[slot].key = key;
    l->entry[slot].flags = flags;
    l->used++;
    lpi_link(l, slot);
    if (lpi_is_in_heaps(flags))
        lpi_heaps_add(l, slot);
    return slot;
}

void lpi_remove(gicr_lpi *l, unsigned slot)
{
    if (lpi_is_in_heaps(l->entry[slot].flags))
        lpi_heaps_drop(l, slot);
    lpi_unlink(l, slot);
    l->entry[slot].key = 0;
    l->entry[slot].flags = 0;
    l->used--;
    lpi_set_vacant(l, slot);
}

void lpi_change(gicr_lpi *l, unsigned slot, uint32_t key, uint32_t flags)
{
    gicr_lpi_entry *entry = &l->entry[slot];
    bool moved = key != entry->key;
    if (lpi_is_in_heaps(entry->flags) && (moved || !lpi_is_in_heaps(flags)))
        lpi_heaps_drop(l, slot);
    else
        moved = !lpi_is_in_heaps(entry->flags);
    entry->key = key;
    entry->flags = flags;
    if (moved && lpi_is_in_heaps(flags))
        lpi_heaps_add(l, slot);
}

void lpi_index(gicr_lpi *l)
{
    memset(l->bucket, 0xFF, lpi_buckets(l->size) * sizeof(*l->bucket));
    memset(l->vacant, 0, (l->size + 63u) / 64u * sizeof(uint64_t));
    l->vacant_summary = 0;
    l->heaped = 0;
    l->face.count = 0;
    l->front = LPI_NO_SLOT;
    l->used = 0;
    for (unsigned slot = 0; slot < l->size; slot++) {
        if (l->entry[slot].key == 0) {
            lpi_set_vacant(l, slot);
            continue;
        }
        l->used++;
        lpi_link(l, slot);
        if (lpi_is_in_heaps(l->entry[slot].flags))
            lpi_heaps_add(l, slot);
    }
}
