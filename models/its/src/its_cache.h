/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set-associative cache of an ITS. Geometry and replacement are the configuration's; finding an
 * entry costs the same whatever the ways: a hash chain leads to it, and each set is a list from the
 * newest to the oldest entry, with the free ones last.
 */
#ifndef ITS_CACHE_H
#define ITS_CACHE_H

#include "gic/config.h"

enum { ITS_CACHE_NONE = 0xFFFF };

/* One entry. */
typedef struct its_cache_entry {
    uint64_t key;
    uint64_t value;
    uint16_t older; /* neighbours in the list of its set */
    uint16_t newer;
    uint16_t valid;
    uint16_t reserved;
} its_cache_entry;

GIC_STATIC_ASSERT(sizeof(its_cache_entry) == 24, "an entry has no padding");

/* Ends of a set's list. */
typedef struct its_cache_set {
    uint16_t newest;
    uint16_t oldest;
} its_cache_set;

/* A cache: where its parts are in the kernel's block, and its geometry. */
typedef struct its_cache {
    its_cache_entry *entry;
    its_cache_set *set;
    uint16_t *lfsr;   /* state of GIC_REPLACE_RANDOM */
    uint16_t *bucket; /* first of each hash bucket; derived, */
    uint16_t *chain;  /* as is the next one of each valid entry */
    uint16_t entries;
    uint16_t ways;
    uint16_t bucket_mask;
    uint8_t set_bits;
    uint8_t replacement;
} its_cache;

/* Sets, and buckets, of a geometry. */
unsigned its_cache_sets(const gic_cache_config *config);
unsigned its_cache_buckets(const gic_cache_config *config);

/* Empty, lists in the order of the ways. */
void its_cache_clear(its_cache *c);

/* Multiplying by odd constants spreads runs and strides of either half evenly over the sets. */
static inline uint64_t its_cache_hash(uint64_t key)
{
    return (key & UINT32_MAX) * UINT64_C(0x9E3779B97F4A7C15) +
           (key >> 32) * UINT64_C(0xC2B2AE3D27D4EB4F);
}

static inline unsigned its_cache_bucket(const its_cache *c, uint64_t hash)
{
    return (unsigned)(hash >> 40) & c->bucket_mask;
}

/* The entry of @p key, or NULL. */
static inline its_cache_entry *its_cache_find(const its_cache *c, uint64_t key)
{
    unsigned at = c->bucket[its_cache_bucket(c, its_cache_hash(key))];
    while (at != ITS_CACHE_NONE && c->entry[at].key != key)
        at = c->chain[at];
    return at == ITS_CACHE_NONE ? NULL : &c->entry[at];
}

/* It was used. */
void its_cache_touch(its_cache *c, its_cache_entry *entry);
/* Make or change the entry of @p key. @return whether another had to go for it. */
bool its_cache_put(its_cache *c, uint64_t key, uint64_t value);
/* Without @p key from now on. */
void its_cache_drop(its_cache *c, uint64_t key);
/* Without any key whose high half is @p high. */
void its_cache_drop_high(its_cache *c, uint32_t high);
/* Whether saved entries and sets of the geometry of @p c, unaligned, make up proper lists. */
bool its_cache_sane(const its_cache *c, const unsigned char *entries, const unsigned char *sets);
/* Derive the hash chains. */
void its_cache_rebuild(its_cache *c);

#endif
