// SPDX-License-Identifier: Apache-2.0
// Loosely timed, what one entry brings about is bounded: the rest waits for a microsecond of
// simulated time, so that no queue of a guest stops it (docs/architecture.md).
#include <cstring>

#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint64_t MICROSECOND = 1000000;
constexpr uint64_t MOST = 16384; // requests for memory and steps of leftover work in one entry
constexpr uint32_t COMMANDS = 32767;
constexpr uint32_t LPI = 8200;

const gic_assembly_stats &stats(const gic &g)
{
    return *gic_assembly_get_stats(g.a);
}

// An ITS whose queue is a megabyte, in the place of a second one's tables.
void make_queue_long(its_gic &g)
{
    g.its_write(0, GITS_CTLR, 0, 4);
    g.its_write(0, GITS_CBASER, VALID | (its_gic::TABLES + 0x100000) | 0xFF);
    g.its_write(0, GITS_CTLR, 1, 4);
}

// As many commands as it holds: each is half a line of the queue, and an entry of the device table.
void fill(its_gic &g)
{
    const uint64_t words[4] = {ITS_MAPD | UINT64_C(3) << 32, 0, 0, 0};
    for (uint32_t n = 0; n < COMMANDS; n++)
        std::memcpy(g.at(its_gic::TABLES + 0x100000 + 32 * uint64_t{n}), words, sizeof words);
}

uint64_t done(its_gic &g)
{
    return (g.its_read(0, GITS_CREADR) & 0xFFFE0) / 32;
}

} // namespace

TEST(Turns, AQueueOfAMegabyteTakesSeveral)
{
    its_gic g(with_its());
    g.boot_lpis();
    make_queue_long(g);
    g.now = 5 * MICROSECOND;
    fill(g);
    uint64_t in_this_turn = 0, latest = g.now;
    const auto plain = g.memory;
    g.memory = [&](gic_memory_access &access, uint64_t at, uint64_t &done_ps) {
        EXPECT_EQ(at, g.now) << "when its turn is";
        EXPECT_GE(at, latest);
        latest = at;
        in_this_turn++;
        return plain(access, at, done_ps);
    };
    g.its_write(0, GITS_CWRITER, 32 * COMMANDS);
    unsigned turns = 1;
    uint64_t before = 0;
    for (; gic_assembly_next_due(g.a) != GIC_TIME_NEVER; turns++) {
        ASSERT_LT(turns, 100u);
        EXPECT_EQ(gic_assembly_next_due(g.a), g.now + MICROSECOND);
        EXPECT_LE(in_this_turn, turns == 1 ? MOST : MOST + 1) << "and the one that waited";
        EXPECT_GT(in_this_turn, 0u);
        in_this_turn = 0;
        gic_assembly_advance(g.a, g.now + MICROSECOND - 1);
        EXPECT_EQ(in_this_turn, 0u) << "not before";
        g.now += MICROSECOND;
        gic_assembly_advance(g.a, g.now);
        const uint64_t now = done(g);
        EXPECT_GT(now, before);
        before = now;
    }
    EXPECT_GT(turns, 1u);
    EXPECT_EQ(done(g), COMMANDS);
    EXPECT_EQ(stats(g).messages_lost, 0u);
}

// An entry that comes before the rest's turn finds what has been done, and does a part itself.
TEST(Turns, AreTakenFromByNoEntry)
{
    its_gic g(with_its());
    g.boot_lpis();
    make_queue_long(g);
    fill(g);
    g.now = 100 * MICROSECOND;
    g.its_write(0, GITS_CWRITER, 32 * COMMANDS);
    const uint64_t first = done(g);
    EXPECT_LT(first, COMMANDS);
    const uint64_t due = gic_assembly_next_due(g.a);
    // Local times of PEs run apart: one that is behind is not late for anything.
    g.now = 50 * MICROSECOND;
    g.spi(40);
    g.line(40, true);
    EXPECT_TRUE(g.irq(0));
    EXPECT_EQ(g.service(0), 40u);
    EXPECT_EQ(gic_assembly_next_due(g.a), due);
    for (unsigned n = 0; n < 100 && gic_assembly_next_due(g.a) != GIC_TIME_NEVER; n++)
        gic_assembly_advance(g.a, gic_assembly_next_due(g.a));
    EXPECT_EQ(done(g), COMMANDS);
    g.its_write(0, GITS_CTLR, 0, 4);
    g.its_write(0, GITS_CBASER, VALID | (its_gic::TABLES + 0x100000) | 0xFF);
    g.its_write(0, GITS_CTLR, 1, 4);
    g.its_write(0, GITS_CWRITER, 32 * COMMANDS);
    EXPECT_EQ(gic_assembly_next_due(g.a), 51 * MICROSECOND);
    for (unsigned n = 0; n < 100 && gic_assembly_next_due(g.a) != GIC_TIME_NEVER; n++)
        gic_assembly_advance(g.a, gic_assembly_next_due(g.a));
    EXPECT_EQ(done(g), COMMANDS);
    EXPECT_EQ(stats(g).causality_violations, 0u) << "loosely timed there is no order to violate";
}

// What waits for its turn is saved, and goes on where it is loaded.
TEST(Turns, AreKeptByASavedState)
{
    its_gic g(with_its()), h(with_its());
    g.boot_lpis();
    make_queue_long(g);
    fill(g);
    g.its_write(0, GITS_CWRITER, 32 * COMMANDS);
    ASSERT_LT(done(g), COMMANDS);
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    EXPECT_EQ(gic_assembly_save(g.a, file.data()), file.size());
    h.ram = g.ram;
    ASSERT_TRUE(gic_assembly_load(h.a, file.data(), file.size()));
    EXPECT_EQ(gic_assembly_next_due(g.a), MICROSECOND);
    EXPECT_EQ(gic_assembly_next_due(h.a), MICROSECOND);
    for (its_gic *each : {&g, &h}) {
        each->settle();
        EXPECT_EQ(done(*each), COMMANDS);
    }
    EXPECT_EQ(stats(g).memory_requests[GIC_MEMORY_READ], stats(h).memory_requests[GIC_MEMORY_READ]);
}

// A kernel does no more in one activation than its outbox has room for, however high the limit is.
TEST(Turns, NothingIsLostWhereMuchIsToBeDone)
{
    for (bool in_time : {false, true}) {
        constexpr unsigned PES = 400;
        gic_config config = extended(one_state(PES));
        config.work_limit = UINT16_MAX;
        gic g(config, in_time ? timed() : loosely_timed());
        g.boot();
        g.dist_write(GICD_CTLR, 0);
        for (uint32_t pe = 0; pe < PES; pe++) {
            g.spi(40 + pe, {GIC_GROUP_1NS, 0xA0, false, g.affinity(pe)});
            g.line(40 + pe, true);
        }
        g.dist_write(GICD_CTLR, CTLR_ALL);
        for (unsigned pe = 0; pe < PES; pe++)
            EXPECT_TRUE(g.irq(pe)) << pe;
        g.dist_write(GICD_CTLR, 0);
        for (unsigned pe = 0; pe < PES; pe++)
            EXPECT_FALSE(g.irq(pe)) << pe;
        EXPECT_EQ(g.dist(GICD_CTLR) & CTLR_RWP, 0u);
        EXPECT_EQ(stats(g).messages_lost, 0u);
        EXPECT_EQ(stats(g).events_dropped, 0u);
    }
}

// A Redistributor has turns too: all LPIs of a pending table move to another PE.
TEST(Turns, OfARedistributor)
{
    gic_config config = with_small_caches(with_its(2));
    config.lpi_bits = 16;
    config.work_limit = 1;
    its_gic g(config);
    g.boot();
    for (unsigned pe = 0; pe < 2; pe++) {
        if (pe == 0)
            std::memset(g.at(g.pending_table(0) + 1024), 0xFF, 0x2000 - 1024);
        g.enable_lpis(pe, pe != 0);
    }
    g.enable_its(0);
    g.mapc(0, 0, 0);
    g.mapc(0, 1, 1);
    g.now = 7 * MICROSECOND;
    uint64_t in_this_turn = 0;
    const auto plain = g.memory;
    g.memory = [&](gic_memory_access &access, uint64_t at, uint64_t &done_ps) {
        in_this_turn++;
        EXPECT_EQ(at, g.now);
        return plain(access, at, done_ps);
    };
    g.movall(0, 0, 1);
    unsigned turns = 1;
    for (; gic_assembly_next_due(g.a) != GIC_TIME_NEVER; turns++) {
        ASSERT_LT(turns, 200u);
        EXPECT_LE(in_this_turn, MOST + 1);
        EXPECT_EQ(gic_assembly_next_due(g.a), g.now + MICROSECOND);
        in_this_turn = 0;
        g.now += MICROSECOND;
        gic_assembly_advance(g.a, g.now);
    }
    EXPECT_GT(turns, 1u);
    EXPECT_TRUE(g.queue_is_empty(0));
    for (uint32_t intid : {8192u, 8193u, LPI, 40000u, 65535u}) {
        g.redist_write(0, GICR_CTLR, 0);
        g.redist_write(1, GICR_CTLR, 0);
        g.settle();
        EXPECT_FALSE(g.pending_in_memory(0, intid)) << intid;
        EXPECT_TRUE(g.pending_in_memory(1, intid)) << intid;
    }
    EXPECT_EQ(stats(g).messages_lost, 0u);
}
