// SPDX-License-Identifier: Apache-2.0
// An ITS kernel alone: answers of before a reset, bits of commands that are reserved.
#include "its_rig.hpp"

using namespace its_rig;

namespace
{

std::vector<unsigned char> saved(const bench &b)
{
    std::vector<unsigned char> file(its_save_size(b.s));
    file.resize(its_save(b.s, file.data()));
    return file;
}

} // namespace

// What was under way when the ITS was reset is no answer to what it asks for after that.
TEST(ItsMemory, AnAnswerOfBeforeAResetIsPassedOver)
{
    bench b(its_config(2));
    b.start();
    b.memory_answers = false;
    b.give(bench::make(0x05, 0)); // SYNC
    b.ring();
    ASSERT_FALSE(b.requests.empty());
    const uint32_t old = b.requests.back().tag;
    its_reset(b.s);
    uint64_t line[8] = {};
    std::vector<unsigned char> before = saved(b);
    its_mem_done(b.s, old, line, true);
    EXPECT_EQ(saved(b), before) << "nothing has been asked for";
    b.start();
    b.ring();
    const uint32_t now = b.requests.back().tag;
    ASSERT_NE(now, old);
    before = saved(b);
    its_mem_done(b.s, old, line, true);
    EXPECT_EQ(saved(b), before);
    for (uint32_t row = 0; row < 256; row++)
        if (row != (now & 0xFF)) {
            its_mem_done(b.s, row, line, true);
            EXPECT_EQ(saved(b), before) << "row " << row << " waits for nothing";
        }
}

// The same of a walk: by the same row for the same entry, and in the same order as before.
TEST(ItsMemory, AnAnswerToAWalkOfBeforeAResetIsPassedOver)
{
    bench b(its_config(2));
    std::vector<uint32_t> old;
    for (unsigned resets = 0; resets < 4; resets++) {
        b.memory_answers = true;
        b.start();
        b.memory_answers = false;
        b.msi(7, 3);
        const std::vector<gic_memory_req> open = b.take_open();
        ASSERT_EQ(open.size(), 1u);
        EXPECT_EQ(open[0].address, DEVICES + 7 * 8);
        const std::vector<unsigned char> before = saved(b);
        const uint64_t line[8] = {};
        for (uint32_t tag : old) {
            its_mem_done(b.s, tag, line, true);
            EXPECT_EQ(saved(b), before) << resets;
        }
        old.push_back(open[0].tag);
        its_reset(b.s);
        b.pump();
    }
}

// Only a walk that there is has data to write.
TEST(ItsMemory, DataIsThatOfAWalk)
{
    bench b(its_config(2));
    b.start();
    EXPECT_NE(its_mem_data(b.s, 0), nullptr);
    EXPECT_NE(its_mem_data(b.s, b.config.its.walks - 1u), nullptr);
    for (uint32_t row = b.config.its.walks; row < 256; row++)
        EXPECT_EQ(its_mem_data(b.s, row), nullptr) << row;
}

// A hit is a use, also on the way of an MSI whose mappings are all cached.
TEST(ItsCaches, WhatAnMsiUsesStays)
{
    gic_config config = its_config(2);
    config.its.itt_cache = {2, 2, GIC_REPLACE_LRU};
    bench b(config);
    b.start_mapped();
    for (unsigned event = 0; event < 3; event++)
        b.mapti(7, event, 8200 + event, 0);
    b.settle();
    const auto misses = [&](unsigned event) {
        const uint64_t before = its_get_stats(b.s)->misses[ITS_CACHE_ITT];
        b.msi(7, event);
        b.settle();
        return its_get_stats(b.s)->misses[ITS_CACHE_ITT] - before;
    };
    misses(0);
    misses(1);
    EXPECT_EQ(misses(0), 0u) << "used again";
    EXPECT_EQ(misses(2), 1u);
    EXPECT_EQ(misses(0), 0u) << "event 1 had to go";
    EXPECT_EQ(misses(1), 1u);
}

TEST(ItsCaches, ALookIsAHitOrAMiss)
{
    bench b(its_config(2));
    b.start_mapped();
    b.mapti(7, 3, 8200, 0);
    b.settle();
    b.write(GITS_CTLR, 0); // empties the caches
    b.settle();
    b.write(GITS_CTLR, ENABLED);
    b.settle();
    for (unsigned round = 0; round < 2; round++) {
        const its_stats before = *its_get_stats(b.s);
        b.msi(7, 3);
        b.settle();
        const its_stats &after = *its_get_stats(b.s);
        for (unsigned n = 0; n < ITS_CACHE_COUNT; n++) {
            EXPECT_EQ(after.misses[n] - before.misses[n], round == 0 ? 1u : 0u) << n;
            EXPECT_EQ(after.hits[n] - before.hits[n], round == 0 ? 0u : 1u) << n;
        }
    }
}

// Tables of before a reset are none of after it.
TEST(ItsReset, ForgetsItsTables)
{
    bench b(its_config(2));
    b.start_mapped();
    b.mapti(7, 3, 8200, 0);
    b.settle();
    its_reset(b.s);
    b.write64(GITS_CBASER, VALID | QUEUE);
    b.write(GITS_CTLR, ENABLED);
    const size_t asked = b.requests.size();
    const uint64_t dropped = its_get_stats(b.s)->dropped;
    b.msi(7, 3);
    b.settle();
    EXPECT_EQ(b.requests.size(), asked) << "there are no tables";
    EXPECT_EQ(its_get_stats(b.s)->dropped, dropped + 1);
    EXPECT_TRUE(b.rd[0].pending.empty());
}

// Collections that are held are no more after it; nor are messages that are not answered, MSIs that
// wait, and a stall.
TEST(ItsReset, ForgetsWhatIsHeldAndWhatIsUnderWay)
{
    gic_config config = its_config(2);
    config.its.hcc = 4;
    config.its.stall = true;
    config.its.walks = 2;
    config.its.queue = 3;
    bench b(config);
    b.start_mapped();
    for (unsigned icid = 0; icid < 4; icid++) {
        b.mapc(icid, 1);
        b.mapti(7, icid, 8200 + icid, icid);
    }
    b.settle();
    b.run(bench::make(0xFE, 0));
    b.settle();
    EXPECT_EQ(b.read64(GITS_CREADR) & STALLED, STALLED);
    b.answers = false;
    while (!its_is_full(b.s))
        b.msi(7, 0);
    EXPECT_EQ(b.log.size(), 8u) << "credit";
    its_reset(b.s);
    b.pump();
    b.drop_everything_under_way();
    b.log.clear();
    EXPECT_EQ(b.read(GITS_CTLR), QUIESCENT);
    EXPECT_EQ(its_room(b.s), 3u);
    EXPECT_EQ(b.read64(GITS_CREADR), 0u);
    b.set_writer(0);
    b.start();
    b.map_device(7, 4);
    for (unsigned icid = 0; icid < 4; icid++) {
        b.mapti(7, icid, 8200 + icid, icid);
        EXPECT_TRUE(b.dropped(7, icid)) << icid;
    }
    for (unsigned icid = 0; icid < 4; icid++)
        b.mapc(icid, 1);
    EXPECT_EQ(b.errors(), 1u) << "that of before";
    b.log.clear();
    for (unsigned n = 0; n < 8; n++)
        b.msi(7, 0);
    EXPECT_EQ(b.log.size(), 8u) << "all of the credit";
    EXPECT_FALSE(its_is_full(b.s));
}

// Leftover work is gone with a reset.
TEST(ItsReset, LeavesNoWork)
{
    gic_config config = its_config(2);
    config.work_limit = 1;
    bench b(config, timing::late);
    b.start();
    for (unsigned n = 0; n < 20; n++)
        b.give(bench::make(0x05, 0));
    b.memory_answers = false;
    b.ring();
    b.memory_answers = true;
    unsigned bound = 0;
    while (!its_outbox(b.s)->more && b.tick())
        ASSERT_LT(bound++, 1000u);
    ASSERT_TRUE(its_outbox(b.s)->more);
    its_reset(b.s);
    EXPECT_FALSE(its_outbox(b.s)->more);
}

// its_stats: what was done is what is counted.
TEST(ItsStats, CountCommandsAndMemory)
{
    bench b(its_config(2));
    b.start_mapped();
    const its_stats before = *its_get_stats(b.s);
    const size_t asked = b.requests.size();
    b.mapti(7, 3, 8200, 0);
    b.run(bench::make(0xFE, 0)); // none of the architecture's
    b.intr(7, 3);
    b.msi(7, 3);
    b.msi(7, 4);
    b.settle();
    const its_stats &after = *its_get_stats(b.s);
    EXPECT_EQ(after.commands - before.commands, 3u);
    EXPECT_EQ(after.command_errors - before.command_errors, 1u);
    EXPECT_EQ(after.translated - before.translated, 2u);
    EXPECT_EQ(after.dropped - before.dropped, 1u);
    uint64_t reads = 0, writes = 0;
    for (size_t n = asked; n < b.requests.size(); n++)
        (b.requests[n].op == GIC_MEMORY_WRITE ? writes : reads)++;
    EXPECT_GT(writes, 0u);
    EXPECT_EQ(after.memory_reads - before.memory_reads, reads);
    EXPECT_EQ(after.memory_writes - before.memory_writes, writes);
}

// Bits of a command that are none of its fields do nothing (IHI 0069, 5.3).
TEST(ItsCommands, ReservedBitsDoNothing)
{
    const uint64_t above_address = UINT64_C(0x7FF) << 52; // below Valid
    for (bool reserved : {false, true}) {
        const uint64_t upper = reserved ? UINT64_MAX : 0;
        const uint64_t rd = reserved ? above_address : 0;
        const uint64_t icid = upper << 16;
        bench b(its_config(2));
        b.start();
        b.run(bench::make(0x08 | (upper << 8 & 0xFFFFFF00), 7, 4 | (upper << 5),
                          bench::itt(7) | VALID | rd | (reserved ? 0xFF : 0)));
        for (unsigned pe = 0; pe < 2; pe++)
            b.run(bench::make(0x09, 0, upper, b.target(pe) | pe | VALID | rd, upper));
        b.run(bench::make(0x0A, 7, 3 | UINT64_C(8200) << 32, 0 | icid, upper));
        b.run(bench::make(0x03, 7, 3, upper, upper));
        b.settle();
        EXPECT_EQ(b.rd[0].pending.count(8200), 1u) << reserved;
        b.run(bench::make(0x0E, 0, upper, b.target(0) | rd | (reserved ? 0xFFFF : 0),
                          b.target(1) | rd | (reserved ? 0xFFFF : 0)));
        b.settle();
        EXPECT_EQ(b.rd[0].pending.count(8200), 0u) << reserved;
        EXPECT_EQ(b.rd[1].pending.count(8200), 1u) << reserved;
        b.run(bench::make(0x01, 7, 3, 1 | icid, upper));
        b.run(bench::make(0x05, 0, upper, b.target(1) | rd | (reserved ? 0xFFFF : 0), upper));
        b.run(bench::make(0x0D, 0, upper, 1 | icid, upper));
        b.run(bench::make(0x04, 7, 3, upper, upper));
        b.settle();
        EXPECT_EQ(b.rd[1].pending.count(8200), 0u) << reserved;
        EXPECT_EQ(b.events[GIC_EV_BAD_ITS_COMMAND], 0u) << reserved;
        EXPECT_EQ(b.read64(GITS_CREADR), b.writer());
    }
}

// T-23: a translation that meets a MAPC at work does not keep what it saw of the table before it:
// its answer may come after that of the write.
TEST(Rules, T_23_AMappingFromBeforeAMapcIsNotCached)
{
    bench b(its_config(2));
    b.start_mapped();
    b.mapti(7, 3, 8200, 1);
    b.settle();
    b.write(GITS_CTLR, 0); // empties the caches
    b.write(GITS_CTLR, ENABLED);
    b.mapti(7, 3, 8200, 1); // device and event are cached again, the collection is not
    b.settle();
    b.when = timing::late;
    b.memory_answers = false;
    b.answers = false;
    b.mapc(1, 0); // it was PE 1's
    while (b.tick())
        ;
    b.answer_oldest(); // the command itself
    while (b.tick())
        ;
    ASSERT_EQ(b.open_requests(), 1u) << "the write of the collection's entry";
    ASSERT_EQ(b.requests.back().op, GIC_MEMORY_WRITE);
    b.msi(7, 3);
    while (b.tick())
        ;
    if (b.open_requests() == 2) { // the MSI has looked
        b.perform_open(1);
        b.answer_open(0);
        b.answer_open(0);
    }
    b.when = timing::at_once;
    b.memory_answers = true;
    b.answers = true;
    b.settle();
    b.sync(0);
    b.settle();
    EXPECT_TRUE(b.arrives(7, 3, 0, 8200));
}

// gicr_mem_done(), which its_mem_done() is like: "A tag that is not open is passed over."
TEST(ItsMemory, AnAnswerThatComesAgainIsPassedOver)
{
    bench b(its_config(2));
    b.start_mapped();
    b.when = timing::late;
    b.memory_answers = false;
    for (unsigned n = 0; n < 8; n++)
        b.mapti(7, 3 + n, 8200 + n, 1);
    b.msi(7, 3);
    const std::vector<unsigned char> junk(64, 0xFF);
    unsigned again = 0;
    for (unsigned bound = 0; bound < 200; bound++) {
        while (b.tick())
            ;
        const std::vector<unsigned char> before = b.save();
        for (size_t n = 0; n + b.open_requests() < b.requests.size(); n++, again++) {
            its_mem_done(b.s, b.requests[n].tag, junk.data(), true);
            ASSERT_EQ(b.save(), before) << "request " << n << " of " << b.requests.size();
        }
        if (b.open_requests() == 0)
            break;
        b.answer_oldest();
    }
    EXPECT_EQ(b.open_requests(), 0u);
    EXPECT_GT(again, 20u);
    EXPECT_TRUE(b.arrives(7, 10, 1, 8207));
}
