// SPDX-License-Identifier: Apache-2.0
// The caches of the ITS against a slow list: every geometry and replacement, random use.
#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <map>
#include <random>
#include <vector>

extern "C" {
#include "its_cache.h"
}

namespace
{

class cache
{
public:
    explicit cache(const gic_cache_config &config)
        : entries(config.entries), sets(its_cache_sets(&config)),
          buckets(its_cache_buckets(&config)), chains(config.entries)
    {
        c.entry = entries.data();
        c.set = sets.data();
        c.lfsr = &lfsr;
        c.bucket = buckets.data();
        c.chain = chains.data();
        c.entries = config.entries;
        c.ways = config.ways;
        c.bucket_mask = static_cast<uint16_t>(buckets.size() - 1);
        c.set_bits = static_cast<uint8_t>(gic_lowest_bit(its_cache_sets(&config)));
        c.replacement = config.replacement;
        its_cache_clear(&c);
    }
    bool sane() const
    {
        return its_cache_sane(&c, reinterpret_cast<const unsigned char *>(entries.data()),
                              reinterpret_cast<const unsigned char *>(sets.data()));
    }
    its_cache c{};
    std::vector<its_cache_entry> entries;
    std::vector<its_cache_set> sets;
    std::vector<uint16_t> buckets;
    std::vector<uint16_t> chains;
    uint16_t lfsr = 0;
};

gic_cache_config geometry(uint16_t entries, uint16_t ways, gic_replacement replacement)
{
    gic_cache_config config{};
    config.entries = entries;
    config.ways = ways;
    config.replacement = static_cast<uint8_t>(replacement);
    return config;
}

} // namespace

TEST(ItsCache, FullyAssociativeLruAndFifo)
{
    for (gic_replacement how : {GIC_REPLACE_LRU, GIC_REPLACE_FIFO}) {
        for (uint16_t ways : {1, 2, 3, 7, 64}) {
            cache k(geometry(ways, ways, how));
            std::list<std::pair<uint64_t, uint64_t>> slow; // newest first
            std::mt19937 random(ways);
            for (unsigned i = 0; i < 5000; i++) {
                uint64_t key = random() % (2 * ways) | uint64_t(random() % 2) << 32;
                auto at = std::find_if(slow.begin(), slow.end(),
                                       [&](const auto &e) { return e.first == key; });
                its_cache_entry *found = its_cache_find(&k.c, key);
                ASSERT_EQ(found != nullptr, at != slow.end());
                if (found) {
                    ASSERT_EQ(found->value, at->second);
                }
                if (random() % 8 == 0) {
                    its_cache_drop(&k.c, key);
                    if (at != slow.end())
                        slow.erase(at);
                } else if (found && random() % 2) {
                    its_cache_touch(&k.c, found);
                    if (how == GIC_REPLACE_LRU)
                        slow.splice(slow.begin(), slow, at);
                } else if (found) {
                    ASSERT_FALSE(its_cache_put(&k.c, key, i));
                    at->second = i;
                    if (how == GIC_REPLACE_LRU)
                        slow.splice(slow.begin(), slow, at);
                } else {
                    ASSERT_EQ(its_cache_put(&k.c, key, i), slow.size() == ways);
                    slow.push_front({key, i});
                    if (slow.size() > ways)
                        slow.pop_back();
                }
                ASSERT_TRUE(k.sane());
            }
        }
    }
}

TEST(ItsCache, EverySetHoldsItsWays)
{
    for (gic_replacement how : {GIC_REPLACE_LRU, GIC_REPLACE_FIFO, GIC_REPLACE_RANDOM}) {
        cache k(geometry(64, 4, how));
        std::map<uint64_t, uint64_t> last;
        unsigned evicted = 0;
        for (uint64_t key = 0; key < 4096; key++) {
            evicted += its_cache_put(&k.c, key * 64, key);
            last[key * 64] = key;
        }
        unsigned held = 0;
        for (const auto &e : last) {
            its_cache_entry *found = its_cache_find(&k.c, e.first);
            held += found != nullptr;
            if (found) {
                EXPECT_EQ(found->value, e.second);
            }
        }
        EXPECT_EQ(held, 64u) << "strides use every set";
        EXPECT_EQ(evicted, 4096u - 64u);
        EXPECT_TRUE(k.sane());
    }
}

TEST(ItsCache, DropsByDevice)
{
    cache k(geometry(256, 4, GIC_REPLACE_LRU));
    for (uint64_t device = 0; device < 4; device++)
        for (uint64_t event = 0; event < 16; event++)
            its_cache_put(&k.c, device << 32 | event, event);
    its_cache_drop_high(&k.c, 2);
    for (uint64_t device = 0; device < 4; device++)
        for (uint64_t event = 0; event < 16; event++)
            if (device == 2) {
                EXPECT_EQ(its_cache_find(&k.c, device << 32 | event), nullptr);
            }
    EXPECT_NE(its_cache_find(&k.c, UINT64_C(3) << 32 | 15), nullptr);
    EXPECT_TRUE(k.sane());
}

TEST(ItsCache, RebuildsItsChains)
{
    cache k(geometry(64, 8, GIC_REPLACE_LRU));
    for (uint64_t key = 0; key < 200; key += 3)
        its_cache_put(&k.c, key, key + 1);
    std::fill(k.buckets.begin(), k.buckets.end(), 0);
    std::fill(k.chains.begin(), k.chains.end(), 0);
    its_cache_rebuild(&k.c);
    for (const its_cache_entry &e : k.entries)
        if (e.valid) {
            ASSERT_EQ(its_cache_find(&k.c, e.key), &e);
        }
    EXPECT_EQ(its_cache_find(&k.c, 199), nullptr);
}

TEST(ItsCache, RefusesListsThatAreNone)
{
    cache k(geometry(16, 4, GIC_REPLACE_LRU));
    for (uint64_t key = 0; key < 40; key++)
        its_cache_put(&k.c, key, key);
    ASSERT_TRUE(k.sane());
    for (unsigned i = 0; i < 16; i++) {
        for (uint16_t its_cache_entry::*link : {&its_cache_entry::older, &its_cache_entry::newer}) {
            uint16_t before = k.entries[i].*link;
            for (unsigned to : {0u, 5u, 15u, 16u, 0xFFFEu, 0xFFFFu}) {
                if (to == before)
                    continue;
                k.entries[i].*link = static_cast<uint16_t>(to);
                EXPECT_FALSE(k.sane()) << i << " to " << to;
            }
            k.entries[i].*link = before;
        }
    }
    EXPECT_TRUE(k.sane());
}

// Random replacement goes by x^16 + x^14 + x^13 + x^11 + 1, which is primitive: every number but
// zero comes before one comes again, and each way has its turn.
TEST(ItsCache, RandomReplacementGoesThroughAllNumbers)
{
    cache k(geometry(4, 4, GIC_REPLACE_RANDOM));
    for (uint64_t key = 0; key < 4; key++)
        EXPECT_FALSE(its_cache_put(&k.c, key, key)) << "there is room";
    std::vector<bool> met(1u << 16);
    unsigned times[4] = {};
    for (uint64_t key = 4; key < 4 + 65535; key++) {
        ASSERT_FALSE(met[k.lfsr]);
        met[k.lfsr] = true;
        EXPECT_TRUE(its_cache_put(&k.c, key, key));
        const its_cache_entry *at = its_cache_find(&k.c, key);
        ASSERT_NE(at, nullptr);
        times[at - k.entries.data()]++;
    }
    EXPECT_FALSE(met[0]);
    EXPECT_TRUE(met[k.lfsr]) << "round";
    for (unsigned n : times)
        EXPECT_NEAR(n, 65535 / 4.0, 1);
}
