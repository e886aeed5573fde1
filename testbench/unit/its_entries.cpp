// SPDX-License-Identifier: Apache-2.0
// Entries of an ITS's tables, in memory and in its caches (docs/its-tables.md): what is written,
// what is taken and what is not, and what stays in a cache.
#include "its_rig.hpp"

using namespace its_rig;

namespace
{

constexpr uint64_t garbage = UINT64_C(0xFFFFFFFFFFFFFFFF);

void forget(bench &b)
{
    b.settle();
    b.write(GITS_CTLR, 0);
    b.write(GITS_CTLR, ENABLED);
}

} // namespace

// Whole entries are written, whatever stood there.
TEST(ItsEntries, AreWrittenWhole)
{
    for (bool indirect : {false, true}) {
        gic_config config = its_config(2);
        config.its.indirect = true;
        bench b(config);
        b.start((indirect ? INDIRECT : 0) | DEVICES, COLLECTIONS | 15);
        uint64_t device = DEVICES + 7 * 8;
        if (indirect) {
            b.ram.set_word(DEVICES, VALID | 0x50000000);
            device = 0x50000000 + 7 * 8;
        }
        const uint64_t event = bench::itt(7) + 3 * 16, collection = COLLECTIONS + 9 * 8;
        for (uint64_t at : {device, event, event + 8, collection})
            b.ram.set_word(at, garbage);
        b.map_device(7, 4);
        b.mapc(9, 1);
        b.mapti(7, 3, 8200, 9);
        b.settle();
        EXPECT_EQ(b.ram.word(device), VALID | bench::itt(7) | 4);
        EXPECT_EQ(b.ram.word(event), VALID | UINT64_C(9) << 32 | 8200);
        EXPECT_EQ(b.ram.word(event + 8), 0u);
        EXPECT_EQ(b.ram.word(collection), VALID | 1);
        const uint64_t reserved = UINT64_C(0x7FF) << 52 | 0xFF; // of MAPD's third doubleword
        b.run(bench::make(0x08, 7, 4, VALID | reserved | bench::itt(7)));
        b.settle();
        EXPECT_EQ(b.ram.word(device), VALID | bench::itt(7) | 4);
        b.ram.set_word(event + 8, garbage);
        b.mapc(10, 0);
        b.movi(7, 3, 10);
        b.settle();
        EXPECT_EQ(b.ram.word(event), VALID | UINT64_C(10) << 32 | 8200);
        EXPECT_EQ(b.ram.word(event + 8), 0u);
        b.ram.set_word(event + 8, garbage);
        b.discard(7, 3);
        b.settle();
        EXPECT_EQ(b.ram.word(event), 0u);
        EXPECT_EQ(b.ram.word(event + 8), 0u);
        b.mapc(9, 1, false);
        b.map_device(7, 4, false);
        b.settle();
        EXPECT_EQ(b.ram.word(collection), 0u);
        EXPECT_EQ(b.ram.word(device), 0u);
        for (const gic_memory_req &req : b.requests)
            if (req.op == GIC_MEMORY_WRITE) {
                EXPECT_EQ(req.length, req.address == event ? 16 : 8);
            }
        EXPECT_EQ(b.errors(), 0u);
    }
}

// The largest and the smallest that an entry may say is taken; bits that are not named are not
// looked at.
TEST(ItsEntries, AreTakenUpToTheirLimits)
{
    bench b(its_config(2));
    b.start_mapped();
    b.mapti(7, 1, 8200, 1);
    b.settle();
    struct edit {
        uint64_t address, value;
        uint32_t intid;
        unsigned pe;
    };
    const uint64_t ite = bench::itt(7) + 16, device = DEVICES + 7 * 8, cte = COLLECTIONS + 8;
    const uint64_t icid = UINT64_C(1) << 32;
    for (const edit &e :
         {edit{ite, VALID | icid | 8192, 8192, 1}, edit{ite, VALID | icid | 0xFFFF, 0xFFFF, 1},
          edit{ite, VALID | icid | 0x7FFF0000FF000000 | 8200, 8200, 1},
          edit{cte, VALID | 0, 8200, 0}, edit{cte, VALID | 1, 8200, 1},
          edit{cte, VALID | 0x7FFFFFFFFFFF0001, 8200, 1},
          edit{device, VALID | bench::itt(7) | 15, 8200, 1},
          edit{device, VALID | bench::itt(7) | 0, 8200, 1},
          edit{device, VALID | bench::itt(7) | 0x7FF00000000000E4, 8200, 1}}) {
        const uint64_t before = b.ram.word(e.address);
        forget(b);
        b.ram.set_word(e.address, e.value);
        EXPECT_TRUE(b.arrives(7, 1, e.pe, e.intid)) << std::hex << e.value;
        b.intr(7, 1); // cached now
        b.settle();
        EXPECT_TRUE(b.pending(e.pe, e.intid)) << std::hex << e.value;
        b.ram.set_word(e.address, before);
    }
    EXPECT_EQ(b.errors(), 0u);
    EXPECT_EQ(b.count(GIC_EV_BAD_ITS_TABLE), 0u);
    for (uint64_t at : {ite, cte, device}) { // without Valid, whatever else it says
        const uint64_t before = b.ram.word(at);
        forget(b);
        b.ram.set_word(at, before & ~VALID);
        EXPECT_TRUE(b.dropped(7, 1)) << std::hex << at;
        b.ram.set_word(at, before);
    }
    EXPECT_EQ(b.count(GIC_EV_BAD_ITS_TABLE), 0u) << "not mapped is no mistake of the tables";
}

// Without tables nothing is in range, the first one neither.
TEST(ItsEntries, TheFirstOneNeedsATableToo)
{
    bench b(its_config(2));
    b.write64(GITS_BASER0, DEVICES | 15); // Valid is 0
    b.write64(GITS_BASER1, COLLECTIONS | 15);
    b.write64(GITS_CBASER, VALID | QUEUE);
    b.write(GITS_CTLR, ENABLED);
    b.map_device(0, 4);
    EXPECT_EQ(b.error(), 0x010801u);
    b.mapc(0, 1);
    EXPECT_EQ(b.error(), 0x010903u);
    b.mapti(0, 0, 8192, 0);
    EXPECT_EQ(b.error(), 0x010A01u);
    EXPECT_EQ(b.errors(), 3u);
    EXPECT_TRUE(b.dropped(0, 0));
    for (const gic_memory_req &req : b.requests)
        EXPECT_EQ(req.address / 0x1000, QUEUE / 0x1000) << "commands alone were read";
}

// A use keeps an entry in its cache, by an MSI that walks, by one that finds everything, by a
// command.
TEST(ItsEntries, UsedOnesStayInTheirCache)
{
    for (unsigned cache = 0; cache < ITS_CACHE_COUNT; cache++)
        for (unsigned how = 0; how < 3; how++) { // MSI; INT; an MSI, and one of the caches is small
            SCOPED_TRACE(cache * 10 + how);
            gic_config config = its_config(2);
            const gic_cache_config small = {2, 2, GIC_REPLACE_LRU};
            (cache == ITS_CACHE_DEVICE ? config.its.device_cache
             : cache == ITS_CACHE_ITT  ? config.its.itt_cache
                                       : config.its.collection_cache) = small;
            if (how == 2 && cache != ITS_CACHE_DEVICE)
                config.its.device_cache = {1, 1, GIC_REPLACE_LRU}; // so that it walks
            bench b(config);
            b.start();
            for (unsigned n = 0; n < 4; n++) {
                b.map_device(n, 4);
                b.mapc(n, 1);
                b.mapti(n, n, 8200 + n, n);
            }
            forget(b);
            const uint64_t evicted = its_get_stats(b.s)->evictions[cache];
            const auto missed = [&](unsigned n) {
                const its_stats before = *its_get_stats(b.s);
                if (how == 1)
                    b.intr(n, n);
                else
                    b.msi(n, n);
                b.settle();
                const its_stats &after = *its_get_stats(b.s);
                EXPECT_EQ(after.hits[cache] + after.misses[cache],
                          before.hits[cache] + before.misses[cache] + 1);
                return after.misses[cache] != before.misses[cache];
            };
            EXPECT_TRUE(missed(0));
            EXPECT_TRUE(missed(1));
            EXPECT_EQ(its_get_stats(b.s)->evictions[cache], evicted);
            EXPECT_FALSE(missed(0)) << "used";
            EXPECT_TRUE(missed(2));
            EXPECT_EQ(its_get_stats(b.s)->evictions[cache], evicted + 1);
            EXPECT_FALSE(missed(0)) << "1 had to go";
            EXPECT_TRUE(missed(1));
            EXPECT_EQ(its_get_stats(b.s)->evictions[cache], evicted + 2);
            EXPECT_FALSE(missed(0)) << "2 had to go";
        }
}
