// SPDX-License-Identifier: Apache-2.0
// Tables in memory and the caches of them: rules T-17, T-21, malformed entries, and what an entry
// edited behind the ITS's back does.
#include "its_rig.hpp"

using namespace its_rig;

namespace
{

// Level-1 entries of the pages at DEVICES + 0x100000 and on, for @p pages of them.
void fill_level1(bench &s, uint64_t table, unsigned pages, uint64_t page_bytes)
{
    for (unsigned i = 0; i < pages; i++)
        s.ram.set_word(table + i * 8, VALID | (table + 0x1000000 + i * page_bytes));
}

} // namespace

TEST(Rules, T_17_TwoLevelDeviceTables)
{
    for (uint64_t size : {PAGE_4K, PAGE_16K, PAGE_64K}) {
        gic_config config = its_config();
        config.its.device_bits = 20;
        everywhere(config, [size](bench &s) {
            uint64_t bytes = UINT64_C(4096) << 2 * size;
            uint32_t per_page = static_cast<uint32_t>(bytes / 8);
            s.start(DEVICES | INDIRECT | size << 8);
            s.ram.set_word(DEVICES + 8, VALID | (DEVICES + 0x1000000));
            s.mapc(1, 1);
            s.map_device(per_page, 4);
            s.map_device(2 * per_page - 1, 4);
            s.mapti(per_page, 1, 8200, 1);
            s.mapti(2 * per_page - 1, 1, 8201, 1);
            s.settle();
            EXPECT_EQ(s.errors(), 0u);
            EXPECT_TRUE(s.arrives(per_page, 1, 1, 8200));
            EXPECT_TRUE(s.arrives(2 * per_page - 1, 1, 1, 8201));
            EXPECT_EQ(s.ram.word(DEVICES + 0x1000000) & VALID, VALID);
            EXPECT_EQ(s.ram.word(DEVICES + 0x1000000 + bytes - 8) & VALID, VALID);
            size_t writes = its_get_stats(s.s)->memory_writes;
            EXPECT_TRUE(s.dropped(per_page - 1, 1)) << "level 1 invalid: unmapped";
            s.map_device(per_page - 1, 4);
            s.settle();
            EXPECT_EQ(s.error(), 0x010801u);
            s.map_device(per_page - 1, 4, false);
            s.intr(per_page - 1, 1);
            s.settle();
            EXPECT_EQ(s.error(), 0x010304u);
            EXPECT_EQ(s.errors(), 2u) << "there is nothing to unmap";
            EXPECT_EQ(its_get_stats(s.s)->memory_writes, writes) << "no memory write";
            EXPECT_EQ(s.count(GIC_EV_BAD_ITS_TABLE), 0u) << "no fault";
        });
    }
}

TEST(Rules, T_17_BeyondLevelOneIsAnError)
{
    gic_config config = its_config();
    config.its.device_bits = 32;
    bench s(config);
    s.start(DEVICES | INDIRECT | PAGE_4K << 8); // 512 entries of 512 devices
    fill_level1(s, DEVICES, 512, 0x1000);
    s.map_device(0x3FFFF, 4);
    EXPECT_EQ(s.errors(), 0u);
    s.map_device(0x40000, 4);
    EXPECT_EQ(s.error(), 0x010801u);
    EXPECT_TRUE(s.dropped(0x40000, 1));
    EXPECT_EQ(s.count(GIC_EV_BAD_ITS_MAPPING), 1u);
}

TEST(Rules, T_17_TwoLevelCollectionTables)
{
    everywhere(its_config(), [](bench &s) {
        s.start(DEVICES | 127, COLLECTIONS | INDIRECT);
        s.ram.set_word(COLLECTIONS + 8, VALID | (COLLECTIONS + 0x1000000));
        s.map_device(7, 4);
        s.mapc(600, 2);
        s.mapti(7, 1, 8200, 600);
        s.settle();
        EXPECT_TRUE(s.arrives(7, 1, 2, 8200));
        EXPECT_EQ(s.ram.word(COLLECTIONS + 0x1000000 + 88 * 8), VALID | 2);
        s.mapc(3, 1);
        s.settle();
        EXPECT_EQ(s.error(), 0x010903u);
        s.mapti(7, 2, 8201, 3);
        s.mapc(3, 0, false);
        s.settle();
        EXPECT_EQ(s.errors(), 1u);
        EXPECT_TRUE(s.dropped(7, 2));
    });
}

TEST(Rules, T_17_HighAddressesWith64KPages)
{
    bench s(its_config());
    uint64_t base = UINT64_C(0xA000012340000);
    s.start((base & UINT64_C(0xFFFFFFFF0000)) | (base >> 48) << 12 | PAGE_64K << 8 | 7);
    s.map_device(7, 4);
    EXPECT_EQ(s.requests.back().address, base + 7 * 8);
}

TEST(Rules, T_17_TablesLieAtAnyPage)
{
    for (uint64_t size : {PAGE_4K, PAGE_16K, PAGE_64K}) {
        const uint64_t bytes = UINT64_C(4096) << 2 * size;
        for (uint64_t pages : {1u, 2u, 3u, 4u}) {
            SCOPED_TRACE(bytes);
            bench s(its_config());
            s.start((DEVICES + pages * bytes) | size << 8,
                    (COLLECTIONS + pages * bytes) | size << 8);
            s.map_device(7, 4);
            EXPECT_EQ(s.requests.back().address, DEVICES + pages * bytes + 7 * 8);
            s.mapc(3, 1);
            EXPECT_EQ(s.requests.back().address, COLLECTIONS + pages * bytes + 3 * 8);
            bench two(its_config()); // level 2 at any page
            two.start(DEVICES | INDIRECT | size << 8);
            two.ram.set_word(DEVICES, VALID | (DEVICES + 0x1000000 + pages * bytes));
            two.map_device(7, 4);
            EXPECT_EQ(two.requests.back().address, DEVICES + 0x1000000 + pages * bytes + 7 * 8);
        }
    }
}

TEST(Rules, T_17_TheCapacityOfAFlatTableIsItsSize)
{
    for (uint64_t size : {PAGE_4K, PAGE_16K, PAGE_64K}) {
        bench s(its_config());
        uint32_t entries = static_cast<uint32_t>(2 * (UINT64_C(512) << 2 * size));
        s.start(DEVICES | size << 8 | 1);
        s.map_device(entries - 1, 4);
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_EQ(s.requests.back().address, DEVICES + (entries - 1) * UINT64_C(8));
        s.map_device(entries, 4);
        EXPECT_EQ(s.error(), 0x010801u);
    }
}

TEST(Rules, T_21_MappingsAreInMemoryWhenQuiescent)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        for (unsigned e = 0; e < 20; e++)
            s.mapti(7, e, 8200 + e, e % 4);
        s.settle();
        s.write(GITS_CTLR, 0);
        s.settle();
        EXPECT_EQ(s.read(GITS_CTLR) & QUIESCENT, QUIESCENT);
        for (unsigned e = 0; e < 20; e++) {
            EXPECT_EQ(s.ram.word(bench::itt(7) + e * 16),
                      VALID | static_cast<uint64_t>(e % 4) << 32 | (8200 + e));
            EXPECT_EQ(s.ram.word(bench::itt(7) + e * 16 + 8), 0u);
        }
        EXPECT_EQ(s.ram.word(DEVICES + 7 * 8), VALID | bench::itt(7) | 4);
        EXPECT_EQ(s.ram.word(COLLECTIONS + 3 * 8), VALID | 3);
        s.write(GITS_CTLR, ENABLED);
        s.settle();
        for (unsigned e = 0; e < 20; e++)
            EXPECT_TRUE(s.arrives(7, e, e % 4, 8200 + e));
    });
}

TEST(Rules, T_21_SoftwareMayMoveTablesWhileDisabled)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
        s.write(GITS_CTLR, 0);
        s.settle();
        uint64_t moved = COLLECTIONS + 0x100000;
        for (unsigned i = 0; i < 16; i++)
            s.ram.set_word(moved + i * 8, s.ram.word(COLLECTIONS + i * 8));
        s.ram.set_word(moved + 8, VALID | 2);
        s.write64(GITS_BASER1, VALID | moved | 15);
        s.write(GITS_CTLR, ENABLED);
        EXPECT_TRUE(s.arrives(7, 1, 2, 8200));
        s.write(GITS_CTLR, 0);
        s.settle();
        s.ram.set_word(moved + 8, VALID | 3); // edited, BASER untouched
        s.write(GITS_CTLR, ENABLED);
        EXPECT_TRUE(s.arrives(7, 1, 3, 8200));
    });
}

TEST(Rules, T_21_AnEntryEditedBehindItsBackCountsAfterInvalidation)
{
    bench s(its_config());
    s.start_mapped();
    s.mapti(7, 1, 8200, 1);
    EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
    uint64_t ite = s.ram.word(bench::itt(7) + 16);
    s.ram.set_word(bench::itt(7) + 16, ite + 1); // 8201
    s.ram.set_word(COLLECTIONS + 8, VALID | 2);
    s.ram.set_word(DEVICES + 7 * 8, 0);
    EXPECT_TRUE(s.arrives(7, 1, 1, 8200)) << "all three are cached";
    s.sync(1);
    EXPECT_TRUE(s.arrives(7, 1, 1, 8200)) << "SYNC only waits";
    s.inv(7, 1);
    EXPECT_TRUE(s.arrives(7, 1, 1, 8200)) << "INV is about configuration";
    s.map_device(7, 4);
    EXPECT_TRUE(s.arrives(7, 1, 1, 8201)) << "MAPD drops the events of the device";
    s.write(GITS_CTLR, 0);
    s.write(GITS_CTLR, ENABLED);
    EXPECT_TRUE(s.arrives(7, 1, 2, 8201)) << "disabling drops all";
}

TEST(Rules, T_21_MalformedEntriesAreUnmapped)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.settle();
        uint64_t ite_at = bench::itt(7) + 16;
        struct edit {
            uint64_t address;
            uint64_t value;
        };
        unsigned bad = 0;
        for (const edit &e :
             {edit{ite_at, VALID | UINT64_C(1) << 32 | 8191},
              edit{ite_at, VALID | UINT64_C(1) << 32 | 65536}, edit{COLLECTIONS + 8, VALID | 4},
              edit{COLLECTIONS + 8, VALID | 0xFFFF},
              edit{DEVICES + 7 * 8, VALID | bench::itt(7) | 16}}) {
            uint64_t before = s.ram.word(e.address);
            s.write(GITS_CTLR, 0);
            s.settle();
            s.write(GITS_CTLR, ENABLED);
            s.ram.set_word(e.address, e.value);
            EXPECT_TRUE(s.dropped(7, 1));
            EXPECT_EQ(s.count(GIC_EV_BAD_ITS_TABLE), ++bad);
            EXPECT_EQ(s.last[GIC_EV_BAD_ITS_TABLE].arg, e.address);
            s.ram.set_word(e.address, before);
            EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
        }
        // An ICID beyond the tables, and memory that refuses: dropped as well.
        s.write(GITS_CTLR, 0);
        s.settle();
        s.write(GITS_CTLR, ENABLED);
        s.ram.set_word(ite_at, VALID | UINT64_C(0xFFFF) << 32 | 8200);
        EXPECT_TRUE(s.dropped(7, 1));
        s.write(GITS_CTLR, 0);
        s.settle();
        s.write(GITS_CTLR, ENABLED);
        s.ram.refuse(ite_at, ite_at);
        EXPECT_TRUE(s.dropped(7, 1));
        EXPECT_EQ(s.last[GIC_EV_BAD_ITS_TABLE].arg, ite_at);
    });
}

TEST(Rules, T_21_HitsAndMisses)
{
    gic_config config = with_caches(its_config(), 4, 4);
    bench s(config);
    s.start_mapped();
    for (unsigned e = 0; e < 8; e++)
        s.mapti(7, e, 8200 + e, 1);
    its_stats before = *its_get_stats(s.s);
    s.msi(7, 7); // the newest
    its_stats after = *its_get_stats(s.s);
    for (unsigned c = 0; c < ITS_CACHE_COUNT; c++) {
        EXPECT_EQ(after.hits[c], before.hits[c] + 1) << c;
        EXPECT_EQ(after.misses[c], before.misses[c]) << c;
    }
    EXPECT_EQ(s.log.back().msg.group, 3u) << "three lookups to be charged";
    size_t requests = s.requests.size();
    s.msi(7, 0); // long gone
    ASSERT_EQ(s.requests.size(), requests + 1);
    EXPECT_EQ(s.requests.back().length, 16u);
    EXPECT_EQ(s.requests.back().lookups, 2u);
    EXPECT_EQ(s.log.back().msg.group, 1u);
    EXPECT_EQ(its_get_stats(s.s)->translated, 2u);
    EXPECT_GT(its_get_stats(s.s)->evictions[ITS_CACHE_ITT], 0u);
}
