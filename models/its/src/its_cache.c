/* SPDX-License-Identifier: Apache-2.0 */
/* Caches of the ITS: lookup, replacement, invalidation. */
#include "its_cache.h"

#include "gic/mem.h"

unsigned its_cache_sets(const gic_cache_config *config)
{
    return config->entries / config->ways;
}

unsigned its_cache_buckets(const gic_cache_config *config)
{
    unsigned n = 1;
    while (n < config->entries)
        n *= 2u;
    return n;
}

static inline unsigned set_of(const its_cache *c, uint64_t h)
{
    return (unsigned)(h >> 1 >> (63u - c->set_bits));
}

/* --- hash chains ------------------------------------------------------------------------------ */

static void chain_in(its_cache *c, unsigned at)
{
    uint16_t *bucket = &c->bucket[its_cache_bucket(c, its_cache_hash(c->entry[at].key))];
    c->chain[at] = *bucket;
    *bucket = (uint16_t)at;
}

static void chain_out(its_cache *c, unsigned at)
{
    uint16_t *link = &c->bucket[its_cache_bucket(c, its_cache_hash(c->entry[at].key))];
    while (*link != at)
        link = &c->chain[*link];
    *link = c->chain[at];
}

/* --- lists ------------------------------------------------------------------------------------ */

static void list_out(its_cache *c, its_cache_set *set, unsigned at)
{
    const its_cache_entry *e = &c->entry[at];
    if (e->newer == ITS_CACHE_NONE)
        set->newest = e->older;
    else
        c->entry[e->newer].older = e->older;
    if (e->older == ITS_CACHE_NONE)
        set->oldest = e->newer;
    else
        c->entry[e->older].newer = e->newer;
}

static void list_newest(its_cache *c, its_cache_set *set, unsigned at)
{
    if (set->newest == at)
        return;
    list_out(c, set, at);
    c->entry[at].newer = ITS_CACHE_NONE;
    c->entry[at].older = set->newest;
    c->entry[set->newest].newer = (uint16_t)at;
    set->newest = (uint16_t)at;
}

static void list_oldest(its_cache *c, its_cache_set *set, unsigned at)
{
    if (set->oldest == at)
        return;
    list_out(c, set, at);
    c->entry[at].older = ITS_CACHE_NONE;
    c->entry[at].newer = set->oldest;
    c->entry[set->oldest].older = (uint16_t)at;
    set->oldest = (uint16_t)at;
}

void its_cache_clear(its_cache *c)
{
    unsigned i;
    for (i = 0; i < c->entries; i++) {
        unsigned way = i % c->ways;
        c->entry[i].key = 0;
        c->entry[i].value = 0;
        c->entry[i].newer = (uint16_t)(way == 0 ? ITS_CACHE_NONE : i - 1u);
        c->entry[i].older = (uint16_t)(way == c->ways - 1u ? ITS_CACHE_NONE : i + 1u);
        c->entry[i].valid = 0;
        if (way == 0) {
            c->set[i / c->ways].newest = (uint16_t)i;
            c->set[i / c->ways].oldest = (uint16_t)(i + c->ways - 1u);
        }
    }
    for (i = 0; i <= c->bucket_mask; i++)
        c->bucket[i] = ITS_CACHE_NONE;
    *c->lfsr = 0xACE1;
}

/* --- use -------------------------------------------------------------------------------------- */

void its_cache_touch(its_cache *c, its_cache_entry *entry)
{
    unsigned at = (unsigned)(entry - c->entry);
    if (c->replacement == GIC_REPLACE_LRU && entry->newer != ITS_CACHE_NONE)
        list_newest(c, &c->set[at / c->ways], at);
}

/* x^16 + x^14 + x^13 + x^11 + 1 */
static unsigned next_random(its_cache *c)
{
    unsigned v = *c->lfsr;
    unsigned bit = (v ^ v >> 2 ^ v >> 3 ^ v >> 5) & 1u;
    *c->lfsr = (uint16_t)(v >> 1 | bit << 15);
    return *c->lfsr;
}

static unsigned choose_victim(its_cache *c, unsigned set)
{
    unsigned oldest = c->set[set].oldest;
    if (c->entry[oldest].valid && c->replacement == GIC_REPLACE_RANDOM)
        return set * c->ways + next_random(c) % c->ways;
    return oldest;
}

bool its_cache_put(its_cache *c, uint64_t key, uint64_t value)
{
    its_cache_entry *e = its_cache_find(c, key);
    bool evicts = false;
    unsigned set;
    unsigned at;
    if (e) {
        e->value = value;
        its_cache_touch(c, e);
        return false;
    }
    set = set_of(c, its_cache_hash(key));
    at = choose_victim(c, set);
    e = &c->entry[at];
    evicts = e->valid != 0;
    if (evicts)
        chain_out(c, at);
    e->key = key;
    e->value = value;
    e->valid = 1;
    chain_in(c, at);
    list_newest(c, &c->set[set], at);
    return evicts;
}

static void drop_at(its_cache *c, unsigned at)
{
    chain_out(c, at);
    c->entry[at].key = 0;
    c->entry[at].value = 0;
    c->entry[at].valid = 0;
    list_oldest(c, &c->set[at / c->ways], at);
}

void its_cache_drop(its_cache *c, uint64_t key)
{
    its_cache_entry *e = its_cache_find(c, key);
    if (e)
        drop_at(c, (unsigned)(e - c->entry));
}

void its_cache_drop_high(its_cache *c, uint32_t high)
{
    unsigned i;
    for (i = 0; i < c->entries; i++)
        if (c->entry[i].valid && c->entry[i].key >> 32 == high)
            drop_at(c, i);
}

/* --- saved state ------------------------------------------------------------------------------ */

/* Whether the list of @p set goes through each of its ways once. */
static bool list_sane(const its_cache *c, unsigned set, its_cache_set ends,
                      const unsigned char *entries)
{
    unsigned before = ITS_CACHE_NONE;
    unsigned at = ends.newest;
    unsigned seen;
    for (seen = 0; at != ITS_CACHE_NONE; seen++) {
        its_cache_entry e;
        if (seen == c->ways || at / c->ways != set)
            return false;
        memcpy(&e, entries + at * sizeof(e), sizeof(e));
        if (e.newer != before || e.valid > 1)
            return false;
        before = at;
        at = e.older;
    }
    return seen == c->ways && ends.oldest == before;
}

bool its_cache_sane(const its_cache *c, const unsigned char *entries, const unsigned char *sets)
{
    unsigned set;
    for (set = 0; set < (unsigned)c->entries / c->ways; set++) {
        its_cache_set ends;
        memcpy(&ends, sets + set * sizeof(ends), sizeof(ends));
        if (!list_sane(c, set, ends, entries))
            return false;
    }
    return true;
}

void its_cache_rebuild(its_cache *c)
{
    unsigned i;
    for (i = 0; i <= c->bucket_mask; i++)
        c->bucket[i] = ITS_CACHE_NONE;
    for (i = 0; i < c->entries; i++)
        if (c->entry[i].valid)
            chain_in(c, i);
}
