// SPDX-License-Identifier: Apache-2.0
// LPIs through the whole GIC: ITS, Redistributor and CPU interface together, by the joiner. What a
// kernel alone can show is in rules_t_*.cpp and rules_r_lpi*.cpp.
#include <map>
#include <random>

#include "lpi_rig.hpp"

namespace
{

using rig::its_gic;

// Both modes and both cache sizes, with every stimulus settled.
void in_all_settings(unsigned pes, unsigned itss, const std::function<void(its_gic &)> &test)
{
    for (const bool small : {false, true}) {
        for (const bool timed : {false, true}) {
            SCOPED_TRACE(std::string(small ? "4-entry caches, " : "large caches, ") +
                         (timed ? "timed" : "loosely timed"));
            gic_config config = rig::with_its(pes, itss);
            if (small)
                config = rig::with_small_caches(config);
            its_gic g(config, timed ? rig::timed() : rig::loosely_timed());
            g.latency_ps = timed ? 5000 : 0;
            g.boot_lpis();
            test(g);
            g.settle();
            EXPECT_EQ(gic_assembly_get_stats(g.a)->causality_violations, 0u);
        }
    }
}

TEST(Rules, T_22_TheLpiOfTheRightPeArrivesWithTheRightIntid)
{
    in_all_settings(4, 1, [](its_gic &g) {
        const uint32_t last_device = 255, last_event = 255, last_intid = (1u << 14) - 1;
        for (unsigned pe = 0; pe < 4; pe++)
            g.mapc(0, pe, pe);
        g.mapd(0, 2, 5);
        g.mapd(0, last_device, 8);
        g.mapti(0, 2, 20, 8195, 3);
        g.mapti(0, last_device, last_event, last_intid, 2);
        for (uint32_t intid : {8195u, last_intid})
            g.property(intid, 0xA0);
        EXPECT_TRUE(g.msi(0, 2, 20));
        EXPECT_TRUE(g.irq(3));
        EXPECT_EQ(g.service(3), 8195u);
        EXPECT_TRUE(g.msi(0, last_device, last_event));
        EXPECT_TRUE(g.irq(2));
        EXPECT_EQ(g.service(2), last_intid);
        for (unsigned pe = 0; pe < 4; pe++)
            EXPECT_EQ(g.ack(pe), 1023u);
    });
}

TEST(Rules, T_20_TwoItssMapOnTheirOwnAndShareTheRedistributorsPendingState)
{
    in_all_settings(2, 2, [](its_gic &g) {
        for (unsigned its = 0; its < 2; its++) {
            g.mapc(its, 0, its);
            g.mapd(its, 7, 4);
            g.mapti(its, 7, 3, 8200 + its, 0);
            g.mapti(its, 7, 4, 8300, 0);
            g.property(8200 + its, 0xA0);
        }
        g.property(8300, 0x80);
        EXPECT_TRUE(g.msi(0, 7, 3));
        EXPECT_TRUE(g.msi(1, 7, 3));
        EXPECT_EQ(g.service(0), 8200u);
        EXPECT_EQ(g.service(1), 8201u);
        // The second ITS's collection goes to the same PE: one pending bit for both.
        g.mapc(1, 0, 0);
        g.sync(1, 0);
        EXPECT_TRUE(g.msi(0, 7, 4));
        EXPECT_TRUE(g.msi(1, 7, 4));
        EXPECT_EQ(g.service(0), 8300u);
        EXPECT_EQ(g.ack(0), 1023u);
    });
}

TEST(Rules, T_12_MoviTakesThePendingStateAlong)
{
    in_all_settings(2, 1, [](its_gic &g) {
        g.mapc(0, 0, 0);
        g.mapc(0, 1, 1);
        g.mapd(0, 1, 4);
        g.mapti(0, 1, 0, 8192, 0);
        g.property(8192, 0xA0);
        g.msi(0, 1, 0);
        EXPECT_TRUE(g.irq(0));
        g.movi(0, 1, 0, 1);
        g.sync(0, 0);
        EXPECT_FALSE(g.irq(0));
        EXPECT_TRUE(g.irq(1));
        EXPECT_EQ(g.service(1), 8192u);
        g.msi(0, 1, 0);
        EXPECT_EQ(g.service(1), 8192u);
        EXPECT_EQ(g.ack(0), 1023u);
    });
}

TEST(Rules, T_13_MovallIsTheUnionOfBoth)
{
    in_all_settings(2, 1, [](its_gic &g) {
        g.mapc(0, 0, 0);
        g.mapc(0, 1, 1);
        g.mapd(0, 1, 6);
        for (uint32_t n = 0; n < 40; n++)
            g.property(8192 + n, 0xA0); // all before the first is read: lines are cached
        for (uint32_t n = 0; n < 40; n++) {
            g.mapti(0, 1, n, 8192 + n, n % 2);
            g.msi(0, 1, n);
        }
        g.movall(0, 0, 1);
        g.sync(0, 0);
        g.sync(0, 1);
        EXPECT_EQ(g.ack(0), 1023u);
        for (uint32_t n = 0; n < 40; n++)
            EXPECT_EQ(g.service(1), 8192u + n);
        EXPECT_EQ(g.ack(1), 1023u);
        // Mappings have not changed.
        g.msi(0, 1, 2);
        EXPECT_EQ(g.service(0), 8194u);
    });
}

TEST(Rules, T_13_MovallToARedistributorWithoutLpisLosesThem)
{
    its_gic g(rig::with_its(2, 1));
    g.boot();
    g.enable_lpis(0);
    g.enable_its(0);
    g.mapc(0, 0, 0);
    g.mapd(0, 1, 4);
    g.mapti(0, 1, 0, 8192, 0);
    g.property(8192, 0xA0);
    EXPECT_TRUE(g.msi(0, 1, 0));
    EXPECT_TRUE(g.irq(0));
    g.movall(0, 0, 1);
    g.sync(0, 0);
    g.sync(0, 1);
    EXPECT_TRUE(g.queue_is_empty(0));
    EXPECT_EQ(g.ack(0), 1023u);
    g.enable_lpis(1, false);
    EXPECT_EQ(g.ack(1), 1023u) << "R-17: enabling later does not bring it back";
}

TEST(Rules, T_15_InvMakesTheNewByteCount)
{
    in_all_settings(1, 1, [](its_gic &g) {
        g.mapc(0, 0, 0);
        g.mapd(0, 1, 4);
        g.mapti(0, 1, 0, 8192, 0);
        g.property(8192, 0xA0, true);
        g.inv(0, 1, 0);
        g.sync(0, 0);
        g.msi(0, 1, 0);
        EXPECT_EQ(g.service(0), 8192u);
        g.property(8192, 0xA0, false);
        g.inv(0, 1, 0);
        g.sync(0, 0);
        g.msi(0, 1, 0);
        EXPECT_FALSE(g.irq(0));
        EXPECT_EQ(g.ack(0), 1023u);
        g.property(8192, 0xA0, true); // it has stayed pending
        g.inv(0, 1, 0);
        g.sync(0, 0);
        EXPECT_TRUE(g.irq(0));
        EXPECT_EQ(g.service(0), 8192u);
    });
}

TEST(Rules, R_17_WhatAnItsSendsToARedistributorWithoutLpisLeavesNothing)
{
    gic_config config = rig::with_its(1, 1);
    its_gic g(config);
    g.boot();
    g.enable_its(0);
    g.mapc(0, 0, 0);
    g.mapd(0, 1, 4);
    g.mapti(0, 1, 0, 8192, 0);
    g.property(8192, 0xA0);
    EXPECT_TRUE(g.msi(0, 1, 0));
    g.sync(0, 0);
    EXPECT_TRUE(g.queue_is_empty(0));
    EXPECT_GT(g.count(GIC_EV_LPI_DROPPED), 0u);
    g.enable_lpis(0, false);
    EXPECT_EQ(g.ack(0), 1023u);
    EXPECT_TRUE(g.msi(0, 1, 0));
    EXPECT_EQ(g.service(0), 8192u);
}

TEST(Rules, C_04_CreadrPassesASyncOnlyWhenMemoryHasAnswered)
{
    gic_config config = rig::with_its(1, 1);
    its_gic g(config);
    g.boot_lpis();
    g.later = true;
    g.mapc(0, 0, 0);
    g.mapd(0, 1, 4);
    g.mapti(0, 1, 0, 8192, 0);
    g.sync(0, 0);
    g.property(8192, 0xA0);
    unsigned answers = 0;
    while (!g.queue_is_empty(0)) {
        ASSERT_FALSE(g.waiting.empty()) << "the queue neither moves nor waits for memory";
        g.answer_one();
        ASSERT_LT(++answers, 100u);
    }
    EXPECT_GE(answers, 4u) << "commands and tables come from memory";
    EXPECT_TRUE(g.msi(0, 1, 0));
    EXPECT_FALSE(g.irq(0)) << "the configuration byte is not known yet";
    g.settle_memory();
    EXPECT_TRUE(g.irq(0));
    EXPECT_EQ(g.service(0), 8192u);
}

// CREADR passes a SYNC, and Quiescent reads 1, when every message before has been answered.
TEST(Rules, C_04_SyncAndQuiescentWaitForEveryAnswer)
{
    for (uint64_t hop : {UINT64_C(700), UINT64_C(5000)}) {
        its_gic g(rig::with_its(2, 1), rig::timed(hop));
        g.boot_lpis();
        g.mapc(0, 0, 0);
        g.mapc(0, 1, 1);
        g.mapd(0, 1, 4);
        for (uint32_t event = 0; event < 2; event++) {
            g.property(8192 + event, 0xA0);
            g.mapti(0, 1, event, 8192 + event, event);
        }
        g.settle();
        g.settling = false;
        const auto answered = [&g](gic_msg_kind kind) {
            return g.messages(GIC_MSG_LPI_DONE) >= g.messages(kind) && g.messages(kind) > 0;
        };
        g.command(0, rig::ITS_INT | UINT64_C(1) << 32, 0);
        g.sync(0, 0);
        while (!g.queue_is_empty(0)) {
            g.pass(50);
            ASSERT_LT(g.now, UINT64_C(10000000)) << "the queue does not move";
        }
        EXPECT_TRUE(answered(GIC_MSG_LPI_SET)) << "CREADR is past the SYNC";
        const uint64_t before = g.messages(GIC_MSG_LPI_DONE);
        EXPECT_TRUE(g.msi(0, 1, 1));
        g.pass(hop + 100); // it has arrived at the ITS, and what it sends has not
        g.its_write(0, rig::GITS_CTLR, 0, 4);
        bool seen_busy = false;
        while ((g.its_read(0, rig::GITS_CTLR, 4) >> 31) == 0) {
            seen_busy = true;
            g.pass(50);
            ASSERT_LT(g.now, UINT64_C(10000000)) << "Quiescent does not come";
        }
        EXPECT_TRUE(seen_busy);
        EXPECT_EQ(g.messages(GIC_MSG_LPI_DONE), before + 1) << "Quiescent";
        g.settle();
        EXPECT_EQ(g.service(0), 8192u);
        EXPECT_EQ(g.service(1), 8193u);
    }
}

// ---- A storm on two ITSs under mapping commands
// --------------------------------------------------

struct storm {
    uint64_t sent = 0;
    uint64_t delivered = 0;
    uint64_t merged = 0;
    uint64_t spilled = 0;
    uint64_t moved = 0;
};

enum : unsigned { PES = 4, DEVICES = 3, EVENTS_A_DEVICE = 16, COLLECTIONS = 4 };

uint32_t intid_of(unsigned its, unsigned device, unsigned event)
{
    return 8192 + (its * DEVICES + device) * EVENTS_A_DEVICE * 5 + event * 5;
}

void map_everything(its_gic &g)
{
    for (unsigned its = 0; its < 2; its++) {
        for (unsigned c = 0; c < COLLECTIONS; c++)
            g.mapc(its, c, c);
        for (unsigned d = 0; d < DEVICES; d++) {
            g.mapd(its, d, 4);
            for (unsigned e = 0; e < EVENTS_A_DEVICE; e++) {
                g.mapti(its, d, e, intid_of(its, d, e), e % COLLECTIONS);
                g.property(intid_of(its, d, e), static_cast<uint8_t>(0x40 + 8 * (e % 8)));
            }
        }
    }
    g.settle();
}

// A mapping command that loses nothing by itself.
void random_command(its_gic &g, std::mt19937_64 &random)
{
    const unsigned its = random() % 2, device = random() % DEVICES;
    const unsigned event = random() % EVENTS_A_DEVICE, pe = random() % PES;
    if (g.queue_is_full(its))
        return;
    switch (random() % 5) {
    case 0:
        g.movi(its, device, event, random() % COLLECTIONS);
        break;
    case 1:
        g.movall(its, pe, random() % PES);
        break;
    case 2:
        g.inv(its, device, event);
        break;
    case 3:
        g.mapc(its, random() % COLLECTIONS, pe);
        break;
    default:
        g.sync(its, pe);
        break;
    }
}

uint32_t drain(its_gic &g)
{
    uint32_t taken = 0;
    bool again = true;
    while (again) {
        again = false;
        g.settle();
        for (unsigned pe = 0; pe < PES; pe++)
            while (g.service(pe) >= GIC_INTID_LPI_FIRST) {
                taken++;
                again = true;
                g.settle();
            }
    }
    return taken;
}

storm run_storm(uint64_t seed, bool small)
{
    std::mt19937_64 random(seed);
    gic_config config = rig::with_its(PES, 2);
    gic_timing timing = rig::timed();
    storm s;
    if (small)
        config = rig::with_small_caches(config);
    for (uint64_t &hop : timing.hop_ps)
        hop = random() % 8 * 500;
    for (uint64_t &busy : timing.occupancy_ps)
        busy = random() % 3 * 300;
    its_gic g(config, timing);
    g.latency_ps = random() % 5 * 3000;
    g.boot_lpis();
    map_everything(g);
    g.watch = [&](const gic_event &event) {
        s.merged += event.id == GIC_EV_MERGED && event.intid >= GIC_INTID_LPI_FIRST;
    };
    g.settling = false;
    for (unsigned step = 0; step < 400; step++) {
        if (random() % 3 != 0)
            s.sent += g.msi(random() % 2, random() % DEVICES, random() % EVENTS_A_DEVICE);
        if (random() % 4 == 0)
            random_command(g, random);
        g.pass(random() % 4000);
        const unsigned pe = random() % PES;
        if (random() % 3 == 0 && g.irq(pe))
            s.delivered += g.service(pe) >= GIC_INTID_LPI_FIRST;
    }
    s.delivered += drain(g);
    s.spilled = g.count(GIC_EV_LPI_SPILLED);
    s.moved = g.count(GIC_EV_LPI_MOVED);
    EXPECT_EQ(g.count(GIC_EV_ITS_UNMAPPED) + g.count(GIC_EV_LPI_DROPPED) +
                  g.count(GIC_EV_BAD_ITS_COMMAND),
              0u);
    for (unsigned pe = 0; pe < PES; pe++)
        EXPECT_FALSE(g.irq(pe));
    return s;
}

void storms(bool small)
{
    storm all;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        const storm s = run_storm(seed, small);
        ASSERT_EQ(s.sent, s.delivered + s.merged) << "seed " << seed;
        all.sent += s.sent;
        all.merged += s.merged;
        all.spilled += s.spilled;
        all.moved += s.moved;
    }
    EXPECT_GT(all.sent, 10000u);
    EXPECT_GT(all.merged, 0u);
    EXPECT_GT(all.moved, 0u);
    if (small) {
        EXPECT_GT(all.spilled, 0u);
    }
}

TEST(Rules, C_01_AStormUnderMappingCommandsLosesNothingAndDoublesNothing)
{
    storms(false);
}

TEST(Rules, C_02_AStormUnderMappingCommandsWithFourEntryCaches)
{
    storms(true);
}

// ---- Saving
// --------------------------------------------------------------------------------------

// What is left of a run: acknowledges in order, then the tables.
std::vector<uint32_t> finish(its_gic &g)
{
    std::vector<uint32_t> taken;
    for (unsigned step = 0; step < 400; step++) {
        g.pass(700);
        for (unsigned pe = 0; pe < g.config.pe_count; pe++)
            if (g.irq(pe))
                taken.push_back(g.service(pe) | pe << 24);
    }
    g.settle();
    return taken;
}

TEST(Rules, N_02_ARunThatIsRestoredAnywhereEndsAsTheOneThatWasNot)
{
    const gic_config config = rig::with_small_caches(rig::with_its(2, 2));
    for (uint64_t stop = 0; stop < 60000; stop += 1300) {
        const auto begin = [&](its_gic &g) {
            g.latency_ps = 2500;
            g.boot_lpis();
            for (unsigned its = 0; its < 2; its++) {
                g.mapc(its, 0, 0);
                g.mapc(its, 1, 1);
                g.mapd(its, 1, 5);
                for (uint32_t e = 0; e < 24; e++) {
                    g.mapti(its, 1, e, 8192 + 100 * its + e, e % 2);
                    g.property(8192 + 100 * its + e, 0xA0);
                }
            }
            g.settle();
            g.settling = false;
            for (uint32_t e = 0; e < 24; e++) {
                (void)g.msi(e % 2, 1, e);
                g.movi(1 - e % 2, 1, e, 1);
                g.pass(300);
            }
            g.pass(stop);
        };
        its_gic straight(config, rig::timed()), other(config, rig::timed());
        begin(straight);
        std::vector<uint8_t> saved(gic_assembly_save_size(straight.a));
        saved.resize(gic_assembly_save(straight.a, saved.data()));
        other.ram = straight.ram;
        other.now = straight.now;
        other.latency_ps = straight.latency_ps;
        other.settling = false;
        ASSERT_TRUE(gic_assembly_load(other.a, saved.data(), saved.size())) << stop;
        for (unsigned pe = 0; pe < 2; pe++)
            other.adopt_line(pe, straight.irq(pe));
        EXPECT_EQ(finish(straight), finish(other)) << "stopped at " << stop;
        EXPECT_EQ(straight.ram, other.ram) << "stopped at " << stop;
    }
}

TEST(Rules, N_02_ADamagedOrForeignFileIsRefused)
{
    its_gic g(rig::with_its(1, 1));
    g.boot_lpis();
    std::vector<uint8_t> saved(gic_assembly_save_size(g.a));
    saved.resize(gic_assembly_save(g.a, saved.data()));
    for (size_t cut = 0; cut < saved.size(); cut += 1 + saved.size() / 97)
        EXPECT_FALSE(gic_assembly_load(g.a, saved.data(), cut)) << cut;
    for (size_t at = 0; at < saved.size(); at += 1 + saved.size() / 211) {
        std::vector<uint8_t> bad = saved;
        bad[at] ^= 0x40;
        EXPECT_FALSE(gic_assembly_load(g.a, bad.data(), bad.size())) << at;
    }
    its_gic without(rig::one_state(1));
    EXPECT_FALSE(gic_assembly_load(without.a, saved.data(), saved.size()));
    EXPECT_TRUE(gic_assembly_load(g.a, saved.data(), saved.size()));
}

} // namespace
