// SPDX-License-Identifier: Apache-2.0
// LPIs of a Redistributor from inside: maps of lines, the cache of entries and the property cache
// against sets and loops, at the smallest and at the largest size.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>
extern "C" {
#include "gicr_lpi.h"
}

namespace
{

struct release {
    void operator()(void *p) const
    {
        std::free(p);
    }
};

class LpiInside : public testing::Test
{
protected:
    void build(uint8_t bits, uint16_t cache = 8, uint16_t lines = 4)
    {
        gic_config config = gic_config_default();
        config.lpi_bits = bits;
        config.lpi_cache = cache;
        config.lpi_property_cache = lines;
        config.its_count = 1;
        const size_t bytes = gicr_footprint(&config);
        memory_.reset(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
        r = gicr_init(memory_.get(), bytes, &config, 0, nullptr);
        ASSERT_NE(r, nullptr);
        l = r->lpi;
    }
    uint32_t any(uint32_t n)
    {
        return static_cast<uint32_t>(random() % n);
    }

    gicr *r = nullptr;
    gicr_lpi *l = nullptr;
    std::mt19937 random{11};

private:
    std::unique_ptr<void, release> memory_;
};

using lines_of = std::set<uint32_t>;

uint32_t next_of(const lines_of &set, uint32_t from)
{
    const auto at = set.lower_bound(from);
    return at == set.end() ? LPI_NO_LINE : *at;
}

} // namespace

TEST_F(LpiInside, MapsAreSetsOfLines)
{
    for (uint8_t bits : {14, 15, 16, 18, 21, 24}) {
        build(bits);
        const uint32_t lines = UINT32_C(1) << (bits - 9);
        ASSERT_EQ(l->lines, lines);
        lines_of slow[LPI_MAPS];
        // Few lines, at both ends of words and of summaries, meet again.
        const auto a_line = [&] {
            const uint32_t edges[] = {0, 63, 64, 127, 4095, 4096, 8191, 8192, lines - 1};
            return (any(2) ? edges[any(9)] : any(lines)) % lines;
        };
        for (unsigned n = 0; n < 4000; n++) {
            const unsigned map = any(LPI_MAPS);
            const uint32_t line = a_line();
            switch (any(n % 500 == 499 ? 40 : 10)) {
            case 0:
            case 1:
            case 2:
                lpi_mark(l, map, line);
                slow[map].insert(line);
                break;
            case 3:
            case 4:
            case 5:
                lpi_unmark(l, map, line);
                slow[map].erase(line);
                break;
            case 6:
                lpi_summarise(l);
                break;
            case 30:
            case 31:
                lpi_pour(l, LPI_READY, LPI_DISABLED);
                slow[LPI_DISABLED].insert(slow[LPI_READY].begin(), slow[LPI_READY].end());
                slow[LPI_READY].clear();
                break;
            case 32:
                lpi_forget_everything(l);
                for (lines_of &set : slow)
                    set.clear();
                break;
            default:
                break;
            }
            const uint32_t look = a_line();
            bool known = false;
            for (unsigned m = 0; m < LPI_MAPS; m++) {
                ASSERT_EQ(l->map[m].count, slow[m].size());
                ASSERT_EQ(lpi_next_marked(l, m, look), next_of(slow[m], look)) << look;
                ASSERT_EQ(lpi_next_marked(l, m, look + 1), next_of(slow[m], look + 1)) << look;
                known = known || slow[m].count(look) != 0;
            }
            ASSERT_EQ(lpi_is_known(l, look), known) << look;
        }
        EXPECT_EQ(lpi_next_marked(l, LPI_READY, lines), LPI_NO_LINE);
    }
}

// By INTID, by best and by worst; the lowest free place is taken.
TEST_F(LpiInside, TheCacheIsATableOfEntries)
{
    for (uint16_t size : {4, 5, 63, 64, 65, 200}) {
        build(16, size);
        l->arch.limit = 1u << 16;
        std::map<unsigned, gicr_lpi_entry> slow; // by slot
        const auto in_heaps = [](uint32_t flags) {
            return (flags & LPI_PENDING) && !(flags & (LPI_PRESENTED | LPI_BLOCKED));
        };
        const auto some_flags = [&] {
            return any(4)   ? LPI_PENDING | (any(2) ? unsigned(LPI_IN_TABLE) : 0u)
                   : any(2) ? unsigned(LPI_IN_TABLE)
                            : unsigned(LPI_PENDING | (any(2) ? LPI_PRESENTED : LPI_BLOCKED));
        };
        for (unsigned n = 0; n < 6000; n++) {
            const uint32_t intid = GIC_INTID_LPI_FIRST + any(3u * size);
            const uint32_t key = (8 * any(31) + 8) << 24 | intid;
            unsigned at = LPI_NO_SLOT;
            for (const auto &one : slow)
                if (lpi_intid(one.second.key) == intid)
                    at = one.first;
            ASSERT_EQ(lpi_find(l, intid), at);
            if (at == LPI_NO_SLOT && slow.size() < size) {
                const uint32_t flags = some_flags();
                unsigned lowest = 0;
                while (slow.count(lowest))
                    lowest++;
                ASSERT_EQ(lpi_insert(l, key, flags), lowest);
                slow[lowest] = {key, flags};
            } else if (at != LPI_NO_SLOT && any(3) == 0) {
                lpi_remove(l, at);
                slow.erase(at);
            } else if (at != LPI_NO_SLOT) {
                const uint32_t flags = some_flags();
                const uint32_t to = any(2) ? key : slow[at].key;
                lpi_change(l, at, to, flags);
                slow[at] = {to, flags};
            }
            if (any(200) == 0)
                lpi_index(l);
            uint32_t best = UINT32_MAX, worst = 0, count = 0;
            for (const auto &one : slow)
                if (in_heaps(one.second.flags)) {
                    best = std::min(best, one.second.key);
                    worst = std::max(worst, one.second.key);
                    count++;
                }
            ASSERT_EQ(l->used, slow.size());
            ASSERT_EQ(l->face.count, count);
            if (count > 0) {
                ASSERT_EQ(lpi_best_key(l), best);
                ASSERT_EQ(l->entry[lpi_worst(l)].key, worst);
            }
        }
    }
}

// Second chance: the next one round that is empty or has not been used since the last round.
TEST_F(LpiInside, ThePropertyCacheGivesASecondChance)
{
    for (uint16_t size : {1, 2, 5, 16}) {
        build(16, 8, size);
        struct place {
            uint32_t line = LPI_NO_LINE;
            bool used = false;
            uint8_t byte = 0;
        };
        std::vector<place> slow(size);
        unsigned hand = 0;
        for (unsigned n = 0; n < 5000; n++) {
            const uint32_t line = any(2u * size + 1);
            const uint32_t intid = GIC_INTID_LPI_FIRST + line * 64 + any(64);
            const auto at = std::find_if(slow.begin(), slow.end(),
                                         [&](const place &p) { return p.line == line; });
            gicr_lpi_prop *found = lpi_lookup(l, intid);
            ASSERT_EQ(found != nullptr, at != slow.end());
            if (found) {
                ASSERT_EQ(found - l->prop, at - slow.begin());
                ASSERT_EQ(lpi_prop_byte(l, found, intid), at->byte);
                at->used = true;
            }
            if (any(8) == 0) {
                lpi_forget(l, intid);
                if (at != slow.end())
                    at->line = LPI_NO_LINE;
            } else if (any(400) == 0) {
                lpi_forget_all(l);
                for (place &p : slow)
                    p.line = LPI_NO_LINE;
            } else if (!found || any(4) == 0) {
                uint8_t bytes[64];
                const uint8_t value = static_cast<uint8_t>(any(256));
                const bool fails = any(10) == 0;
                std::fill(std::begin(bytes), std::end(bytes), value);
                unsigned to = static_cast<unsigned>(at - slow.begin());
                while (at == slow.end()) {
                    to = hand;
                    hand = (hand + 1) % size;
                    if (slow[to].line == LPI_NO_LINE || !slow[to].used)
                        break;
                    slow[to].used = false;
                }
                lpi_fill(l, line, fails ? nullptr : bytes);
                slow[to] = {line, true, static_cast<uint8_t>(fails ? 0 : value)};
            }
            if (any(100) == 0)
                lpi_index_props(l);
        }
    }
}
