// SPDX-License-Identifier: Apache-2.0
// LPIs through the joiner: memory that answers later, resets in between, lines of an ITS, physical
// targets, and a state that can be saved without an ITS.
#include "gic/fields.h"
#include "gic/gicr.h"
#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint32_t LPI = 8200;
constexpr uint32_t DEVICE = 3;

enum : uint32_t { GITS_UMSIR = 0x48, GITS_STATUSR = 0x40 };

gic_config direct(unsigned pes = 1)
{
    gic_config config = with_its(pes, 0);
    config.direct_lpi = true;
    return config;
}

std::vector<unsigned char> saved(const gic &g)
{
    std::vector<unsigned char> bytes(gic_assembly_save_size(g.a));
    bytes.resize(gic_assembly_save(g.a, bytes.data()));
    return bytes;
}

void map(its_gic &g)
{
    g.mapd(0, DEVICE, 4);
    g.mapc(0, 1, 0);
    g.mapti(0, DEVICE, 5, LPI, 1);
    g.property(LPI, 0xA0);
}

} // namespace

// A GIC with LPIs and no ITS refused what it had saved itself.
TEST(SaveLpi, AGicWithoutItsLoadsWhatItSaved)
{
    its_gic g(direct());
    const std::vector<unsigned char> fresh = saved(g);
    EXPECT_TRUE(gic_assembly_load(g.a, fresh.data(), fresh.size()));
    EXPECT_EQ(saved(g), fresh);
    g.boot_lpis();
    g.property(LPI, 0xA0);
    g.redist_write(0, GICR_SETLPIR, LPI, 8);
    g.settle();
    const std::vector<unsigned char> later = saved(g);
    EXPECT_TRUE(gic_assembly_load(g.a, later.data(), later.size()));
    EXPECT_EQ(saved(g), later);
    EXPECT_EQ(g.service(0), LPI);
}

TEST(LateMemory, TheGicWaitsAndGoesOnWhenAllIsAnswered)
{
    its_gic g(with_its());
    g.boot_lpis();
    map(g);
    g.later = true;
    EXPECT_FALSE(gic_assembly_waits_for_memory(g.a));
    EXPECT_TRUE(g.msi(0, DEVICE, 5));
    g.settle();
    EXPECT_TRUE(gic_assembly_waits_for_memory(g.a));
    EXPECT_FALSE(g.irq(0));
    g.settle_memory();
    EXPECT_FALSE(gic_assembly_waits_for_memory(g.a));
    EXPECT_TRUE(g.irq(0));
    EXPECT_EQ(g.service(0), LPI);
}

TEST(LateMemory, AnAnswerOfBeforeAResetIsPassedOver)
{
    its_gic g(with_its());
    g.boot_lpis();
    map(g);
    g.later = true;
    EXPECT_TRUE(g.msi(0, DEVICE, 5));
    ASSERT_FALSE(g.waiting.empty());
    const gic_memory_access old = g.waiting.front();
    gic_assembly_reset(g.a, g.now);
    EXPECT_FALSE(gic_assembly_waits_for_memory(g.a));
    g.waiting.clear();
    const std::vector<unsigned char> reset = saved(g);
    gic_assembly_memory_done(g.a, g.now, old.id, old.data, true);
    EXPECT_EQ(saved(g), reset);
    EXPECT_FALSE(gic_assembly_waits_for_memory(g.a));
    gic_assembly_advance(g.a, g.now);
    g.settle();
    EXPECT_EQ(g.its_read(0, GITS_CTLR, 4) & 1u, 0u) << "the ITS has been reset";
    EXPECT_EQ(g.its_read(0, GITS_CBASER), 0u);
    g.later = false;
    g.boot_lpis();
    map(g);
    EXPECT_TRUE(g.msi(0, DEVICE, 5));
    EXPECT_EQ(g.service(0), LPI);
}

// An id is of one request: once it is answered, and when its row has another one, it is passed
// over.
TEST(LateMemory, AnIdIsAnsweredOnce)
{
    its_gic g(with_its());
    g.boot_lpis();
    map(g);
    g.later = true;
    EXPECT_TRUE(g.msi(0, DEVICE, 5));
    ASSERT_EQ(g.waiting.size(), 1u);
    const gic_memory_access first = g.waiting.front();
    const auto passed_over = [&](uint32_t id) {
        const std::vector<unsigned char> before = saved(g);
        const bool waits = gic_assembly_waits_for_memory(g.a);
        gic_assembly_memory_done(g.a, g.now, id, first.data, true);
        EXPECT_EQ(saved(g), before) << id;
        EXPECT_EQ(gic_assembly_waits_for_memory(g.a), waits) << id;
    };
    passed_over(first.id + 1);
    passed_over(first.id ^ 1u << 16);
    passed_over(UINT32_MAX);
    g.settle_memory();
    passed_over(first.id);
    EXPECT_TRUE(g.msi(0, DEVICE, 6));
    ASSERT_EQ(g.waiting.size(), 1u);
    EXPECT_EQ(g.waiting.front().id & 0xFFFF, first.id & 0xFFFF) << "the same row";
    passed_over(first.id);
    g.settle_memory();
    EXPECT_EQ(g.count(GIC_EV_ITS_UNMAPPED), 1u);
    EXPECT_EQ(g.service(0), LPI);
}

TEST(LateMemory, WhatWasAskedIsAskedAgainAfterLoading)
{
    its_gic g(with_its());
    g.boot_lpis();
    map(g);
    g.later = true;
    EXPECT_TRUE(g.msi(0, DEVICE, 5));
    const std::vector<unsigned char> file = saved(g);
    const size_t asked = g.waiting.size();
    ASSERT_GT(asked, 0u);
    g.waiting.clear();
    EXPECT_TRUE(gic_assembly_load(g.a, file.data(), file.size()));
    EXPECT_EQ(g.waiting.size(), asked);
    g.settle_memory();
    EXPECT_EQ(g.service(0), LPI);
}

TEST(ItsTargets, RdBaseIsTheAddressOfARedistributorWithPta)
{
    gic_config config = with_its(3);
    config.its.pta = true;
    its_gic g(config);
    // In no order: the ITS looks them up.
    const uint64_t base[] = {0x30000, 0x10000, 0x20000};
    gic_assembly_set_gicr_bases(g.a, base);
    g.boot_lpis();
    g.mapd(0, DEVICE, 4);
    for (unsigned pe = 0; pe < 3; pe++) {
        g.command(0, ITS_MAPC, 0, VALID | base[pe] | (pe + 1));
        g.mapti(0, DEVICE, pe, LPI + pe, pe + 1);
        g.property(LPI + pe, 0xA0);
    }
    for (unsigned pe = 0; pe < 3; pe++) {
        EXPECT_TRUE(g.msi(0, DEVICE, pe));
        for (unsigned other = 0; other < 3; other++)
            EXPECT_EQ(g.irq(other), other == pe);
        EXPECT_EQ(g.service(pe), LPI + pe);
    }
}

// GICR_SETLPIR while memory does not answer: room for so many, and an answer makes room again.
TEST(Room, OfARedistributorForLpisEndsAndComesBack)
{
    its_gic g(direct(2));
    g.boot_lpis();
    EXPECT_TRUE(gic_assembly_lpi_has_room(g.a, 0));
    EXPECT_TRUE(gic_assembly_lpi_has_room(g.a, 1));
    EXPECT_TRUE(gic_assembly_lpi_has_room(g.a, 2)) << "there is no such PE";
    g.later = true;
    unsigned taken = 0;
    while (gic_assembly_lpi_has_room(g.a, 1) && taken < 1000) {
        g.property(LPI + taken, 0xA0);
        g.redist_write(1, GICR_SETLPIR, LPI + taken, 8);
        taken++;
    }
    EXPECT_GT(taken, 1u);
    EXPECT_LT(taken, 1000u);
    EXPECT_TRUE(gic_assembly_lpi_has_room(g.a, 0));
    EXPECT_EQ(g.count(GIC_EV_LPI_DROPPED), 0u);
    g.settle_memory();
    EXPECT_TRUE(gic_assembly_lpi_has_room(g.a, 1));
    for (unsigned n = 0; n < taken; n++) {
        g.settle_memory();
        const uint32_t intid = g.ack(1);
        EXPECT_GE(intid, LPI);
        g.eoi(1, intid);
    }
}

// An MSI without a mapping, reported by the line of the ITS that it was sent to (T-25).
TEST(ItsLines, FollowUnmappedMsisOfTheirIts)
{
    gic_config config = with_its(1, 2);
    config.its.umsi = true;
    for (const gic_timing &timing : {loosely_timed(), timed()}) {
        its_gic g(config, timing);
        g.boot_lpis();
        bool level[2] = {};
        unsigned changes = 0;
        g.umsi = [&](unsigned its, bool to) {
            EXPECT_NE(level[its], to);
            level[its] = to;
            changes++;
        };
        g.its_write(1, GITS_CTLR, 0x101, 4);
        g.msi(0, DEVICE, 5);
        EXPECT_EQ(changes, 0u) << "it does not ask for its line";
        g.msi(1, DEVICE, 5);
        EXPECT_TRUE(level[1]);
        EXPECT_FALSE(level[0]);
        g.its_write(1, GITS_STATUSR, 0x10, 4);
        EXPECT_FALSE(level[1]);
        EXPECT_EQ(changes, 2u);
        g.msi(1, DEVICE, 6);
        EXPECT_TRUE(level[1]);
        gic_assembly_reset(g.a, g.now);
        g.settle();
        EXPECT_FALSE(level[1]);
    }
}

TEST(ItsFrames, ThereIsOneForEachItsAndNoOther)
{
    its_gic g(with_its(1, 2));
    const gic_access as = {0, 0, 4, true, false};
    uint64_t value = 0;
    EXPECT_EQ(gic_assembly_its_read(g.a, 0, 1, &as, GITS_CTLR, &value), GIC_OK);
    EXPECT_EQ(gic_assembly_its_read(g.a, 0, 2, &as, GITS_CTLR, &value), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_its_write(g.a, 0, 2, &as, GITS_CTLR, 0), GIC_ADDRESS);
    EXPECT_TRUE(gic_assembly_msi(g.a, 0, 2, DEVICE, 5)) << "goes nowhere, holds nobody up";
    EXPECT_NE(gic_assembly_its_frame(g.a), nullptr);
    EXPECT_NE(gic_assembly_its_stats(g.a, 1), nullptr);
    EXPECT_EQ(gic_assembly_its_stats(g.a, 2), nullptr);
    EXPECT_EQ(g.counters(0).full, 0u);
    gic_assembly_msi_waits(g.a, 0);
    gic_assembly_msi_waits(g.a, 2);
    EXPECT_EQ(g.counters(0).full, 1u);
    EXPECT_EQ(g.counters(1).full, 0u);
}

// ExplainLpi: what is known of an LPI without asking memory.
TEST(ExplainLpi, PendingAndDisabledAndUnknown)
{
    its_gic g(direct(2));
    g.boot_lpis();
    g.property(LPI, 0xA0);
    gic_explanation e;
    gic_explain(g.a, LPI, 0, &e);
    EXPECT_TRUE(e.gate[GIC_GATE_IMPLEMENTED].open);
    EXPECT_FALSE(e.gate[GIC_GATE_PENDING].open);
    g.redist_write(0, GICR_SETLPIR, LPI, 8);
    gic_explain(g.a, LPI, 0, &e);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_COUNT);
    EXPECT_EQ(e.gate[GIC_GATE_PENDING].value, 2u);
    EXPECT_EQ(e.gate[GIC_GATE_ENABLED].value, 1u);
    EXPECT_EQ(e.gate[GIC_GATE_GROUP_ENABLED].value, static_cast<uint64_t>(GIC_GROUP_1NS));
    EXPECT_EQ(e.gate[GIC_GATE_OWNER].value, 0u);
    gic_explain(g.a, LPI, 1, &e);
    EXPECT_FALSE(e.gate[GIC_GATE_PENDING].open) << "it is at PE 0";
    gic_explain(g.a, 1u << 14, 0, &e);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_IMPLEMENTED);
}

// What is known goes with EnableLPIs: the table is software's again.
TEST(ExplainLpi, NothingIsKnownWhileLpisAreOff)
{
    its_gic g(direct());
    g.boot_lpis();
    g.property(LPI, 0xA0);
    g.redist_write(0, GICR_SETLPIR, LPI, 8);
    g.redist_write(0, GICR_CTLR, 0);
    g.settle();
    ASSERT_EQ(g.redist(0, GICR_CTLR) & 9, 0u) << "EnableLPIs, RWP";
    gic_explanation e;
    gic_explain(g.a, LPI, 0, &e);
    EXPECT_FALSE(e.gate[GIC_GATE_IMPLEMENTED].open);
    EXPECT_FALSE(e.gate[GIC_GATE_PENDING].known);
    g.redist_write(0, GICR_CTLR, RCTLR_ENABLE_LPIS);
    EXPECT_EQ(g.service(0), LPI);
}

// One unit of work in an activation: what is left is done a little later, timed too.
TEST(WorkLimit, AllMsisArriveWhenEachActivationDoesOneThing)
{
    for (const gic_timing &timing : {loosely_timed(), timed()}) {
        gic_config config = with_small_caches(with_its(2));
        config.work_limit = 1;
        its_gic g(config, timing);
        g.boot_lpis();
        g.mapd(0, DEVICE, 4);
        g.mapc(0, 1, 0);
        g.mapc(0, 2, 1);
        for (unsigned event = 0; event < 12; event++) {
            g.mapti(0, DEVICE, event, LPI + event * 70, 1 + event % 2);
            g.property(LPI + event * 70, 0xA0);
        }
        g.settling = false;
        for (unsigned event = 0; event < 12; event++)
            EXPECT_TRUE(g.msi(0, DEVICE, event));
        g.settle();
        for (unsigned pe = 0; pe < 2; pe++) {
            unsigned taken = 0;
            g.settling = true;
            while (g.service(pe) != GIC_INTID_SPURIOUS)
                taken++;
            EXPECT_EQ(taken, 6u) << "PE " << pe;
        }
        EXPECT_EQ(gic_assembly_get_stats(g.a)->causality_violations, 0u);
    }
}

// The order in which requests had been answered, and a count of those asked again, were in the
// file.
TEST(LateMemory, SavingAfterLoadingGivesTheSameFile)
{
    gic_config config = with_its();
    its_gic g(config);
    g.boot_lpis();
    g.mapd(0, DEVICE, 4);
    g.mapc(0, 1, 0);
    for (unsigned event = 0; event < 4; event++) {
        g.mapti(0, DEVICE, event, LPI + 512 * event, 1);
        g.property(LPI + 512 * event, 0xA0);
    }
    g.later = true;
    for (unsigned event = 0; event < 4; event++)
        EXPECT_TRUE(g.msi(0, DEVICE, event));
    ASSERT_GT(g.waiting.size(), 1u);
    g.answer_one();
    g.answer_one();
    const std::vector<unsigned char> waiting = saved(g);
    g.waiting.clear();
    ASSERT_TRUE(gic_assembly_load(g.a, waiting.data(), waiting.size()));
    EXPECT_EQ(saved(g), waiting);
    g.settle_memory();
    const std::vector<unsigned char> settled = saved(g);
    ASSERT_TRUE(gic_assembly_load(g.a, settled.data(), settled.size()));
    EXPECT_EQ(saved(g), settled);
}

TEST(EventsLpi, AnMsiIsReportedWithDeviceAndEvent)
{
    its_gic g(with_its());
    g.boot_lpis();
    map(g);
    std::vector<gic_event> seen;
    g.watch = [&](const gic_event &event) {
        if (event.id == GIC_EV_MSI)
            seen.push_back(event);
    };
    EXPECT_TRUE(g.msi(0, DEVICE, 5));
    EXPECT_EQ(seen.size(), 1u);
    EXPECT_EQ(g.count(GIC_EV_MSI), 1u);
}

// An address has 52 bits; what is above and between the fields is RES0 (IHI 0069, 12.11).
TEST(RegistersLpi, PropbaserAndPendbaserKeepTheirFieldsOnly)
{
    its_gic g(direct());
    g.redist_write(0, GICR_PENDBASER, ~UINT64_C(0), 8);
    EXPECT_EQ(g.redist(0, GICR_PENDBASER, 8) >> 16 & 0xFFFFFFFFF, 0xFFFFFFFFFu);
    EXPECT_EQ(g.redist(0, GICR_PENDBASER, 8) >> 52 & 0xF, 0u);
    g.redist_write(0, GICR_PROPBASER, ~UINT64_C(0), 8);
    EXPECT_EQ(g.redist(0, GICR_PROPBASER, 8) >> 12 & 0xFFFFFFFFFF, 0xFFFFFFFFFFu);
    EXPECT_EQ(g.redist(0, GICR_PROPBASER, 8) >> 52 & 0xF, 0u);
}

// Fewer ID bits than LPIs need: there are none, and that can be saved too.
TEST(SaveLpi, WithTooFewIdBitsThereAreNoLpis)
{
    its_gic g(direct());
    g.boot();
    g.redist_write(0, GICR_PROPBASER, its_gic::PROPERTIES | 12, 8);
    g.redist_write(0, GICR_PENDBASER, g.pending_table(0) | PTZ, 8);
    g.redist_write(0, GICR_CTLR, RCTLR_ENABLE_LPIS);
    const std::vector<unsigned char> file = saved(g);
    EXPECT_TRUE(gic_assembly_load(g.a, file.data(), file.size()));
    g.redist_write(0, GICR_SETLPIR, LPI, 8);
    EXPECT_FALSE(g.irq(0));
}

TEST(StatsLpi, ALookupIsAHitOrAMiss)
{
    its_gic g(direct());
    g.boot_lpis();
    const gicr *kernel =
        static_cast<const gicr *>(gic_assembly_frame_kernel(g.a, GIC_PORT_GICR, 0));
    g.property(LPI, 0xA0);
    g.property(LPI + 1, 0xA0);
    const gicr_lpi_stats before = *gicr_get_lpi_stats(kernel);
    g.redist_write(0, GICR_SETLPIR, LPI, 8);
    EXPECT_EQ(gicr_get_lpi_stats(kernel)->config_misses, before.config_misses + 1);
    const uint64_t hits = gicr_get_lpi_stats(kernel)->config_hits;
    g.redist_write(0, GICR_SETLPIR, LPI + 1, 8); // of the same line
    EXPECT_EQ(gicr_get_lpi_stats(kernel)->config_misses, before.config_misses + 1);
    EXPECT_EQ(gicr_get_lpi_stats(kernel)->config_hits, hits + 1);
}

TEST(EventsLpi, AStalledQueueIsReportedWithoutAnInterrupt)
{
    gic_config config = with_its();
    config.its.stall = true;
    its_gic g(config);
    g.boot_lpis();
    std::vector<gic_event> seen;
    g.watch = [&](const gic_event &event) {
        if (event.id == GIC_EV_ITS_STALLED)
            seen.push_back(event);
    };
    g.command(0, 0xFE); // no command of the architecture
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].intid, 0u);
}

TEST(RegistersLpi, ClrlpirTakesAPendingLpiAway)
{
    its_gic g(direct());
    g.boot_lpis();
    g.property(LPI, 0xA0);
    g.redist_write(0, GICR_SETLPIR, LPI, 8);
    EXPECT_TRUE(g.irq(0));
    g.redist_write(0, GICR_CLRLPIR, LPI, 8);
    EXPECT_FALSE(g.irq(0));
    EXPECT_EQ(g.ack(0), GIC_INTID_SPURIOUS);
}

// ICC_CTLR.IDbits: 0 for 16 bits of INTID, 1 for 24 (IHI 0069, 12.2.6).
TEST(RegistersLpi, IdBitsSayHowLongAnIntidIs)
{
    for (uint8_t bits : {14, 16, 17, 24}) {
        gic_config config = direct();
        config.lpi_bits = bits;
        its_gic g(config);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_CTLR_EL1) >> 11 & 7, bits > 16 ? 1u : 0u) << +bits;
    }
}

// A reset of everything while an MSI is on its way to an ITS and its work is not done: both are
// gone, and the ITS has all its places and goes on.
TEST(ResetLpi, LeavesNoMsiAndNoWorkOnTheWay)
{
    gic_timing slow = timed();
    slow.hop_ps[GIC_HOP_MSI] = 50000;
    for (const gic_timing &timing : {loosely_timed(), slow}) {
        gic_config config = with_its();
        config.its.queue = 1;
        config.its.walks = 1;
        config.work_limit = 1;
        its_gic g(config, timing);
        g.boot_lpis();
        map(g);
        g.settling = false;
        for (unsigned n = 0; n < 20; n++)
            g.sync(0, 0);
        g.redist_write(0, GICR_INVALLR, 0, 8);
        EXPECT_TRUE(g.msi(0, DEVICE, 5));
        gic_assembly_reset(g.a, g.now);
        EXPECT_TRUE(gic_assembly_msi_has_room(g.a, 0));
        EXPECT_EQ(gic_assembly_next_due(g.a), GIC_TIME_NEVER);
        EXPECT_FALSE(gic_assembly_waits_for_memory(g.a));
        g.settling = timing.timed;
        g.boot_lpis();
        map(g);
        for (unsigned n = 0; n < 20; n++)
            g.sync(0, 0);
        g.settle();
        EXPECT_TRUE(g.queue_is_empty(0));
        for (unsigned n = 0; n < 3; n++) {
            EXPECT_TRUE(g.msi(0, DEVICE, 5));
            g.settle();
            EXPECT_EQ(g.service(0), LPI);
        }
        EXPECT_EQ(g.counters(0).dropped, 0u);
    }
}

// Writes that memory holds up wait, as many as there is room for; no INTID is mistaken for another.
TEST(LpiRegisters, AsManyWritesWaitAsThereIsRoomFor)
{
    constexpr unsigned ROOM = 64;
    gic_config config = with_its();
    config.direct_lpi = true;
    its_gic g(config);
    g.boot_lpis();
    for (unsigned n = 0; n <= ROOM; n++)
        g.property(8192 + n, 0xA0);
    g.later = true;
    const uint64_t dropped = g.count(GIC_EV_LPI_DROPPED);
    for (unsigned n = 0; n < ROOM; n++) {
        EXPECT_TRUE(gic_assembly_lpi_has_room(g.a, 0)) << n;
        g.redist_write(0, GICR_SETLPIR, 8192 + n, 8);
    }
    EXPECT_FALSE(gic_assembly_lpi_has_room(g.a, 0));
    EXPECT_EQ(g.count(GIC_EV_LPI_DROPPED), dropped);
    g.redist_write(0, GICR_SETLPIR, 8192 + ROOM, 8);
    EXPECT_EQ(g.count(GIC_EV_LPI_DROPPED), dropped + 1);
    g.settle_memory();
    EXPECT_TRUE(gic_assembly_lpi_has_room(g.a, 0));
    for (unsigned n = 0; n < ROOM; n++) {
        g.settle_memory();
        EXPECT_EQ(g.service(0), 8192 + n);
    }
    g.settle_memory();
    EXPECT_EQ(g.service(0), 1023u);
}

// what INV enables while the cache is full stays in memory, and is presented in its turn.
TEST(Rules, R_08_WhatInvEnablesWithoutRoomIsNotForgotten)
{
    constexpr uint32_t ROOM = 4, HIDDEN = 8192 + 600;
    gic_config config = with_small_caches(with_its());
    config.direct_lpi = true;
    its_gic g(config);
    g.boot_lpis();
    for (uint32_t n = 0; n < ROOM; n++)
        g.property(8192 + n, 0x20);
    g.property(HIDDEN, 0x80, false);
    for (uint32_t n = 0; n < ROOM; n++)
        g.redist_write(0, GICR_SETLPIR, 8192 + n, 8);
    g.redist_write(0, GICR_SETLPIR, HIDDEN, 8);
    g.property(HIDDEN, 0x80, true);
    g.redist_write(0, GICR_INVLPIR, HIDDEN, 8);
    g.property(8200, 0xA0);
    g.redist_write(0, GICR_SETLPIR, 8200, 8);
    for (uint32_t n = 0; n < ROOM; n++)
        EXPECT_EQ(g.service(0), 8192 + n);
    EXPECT_EQ(g.service(0), HIDDEN) << "it comes before one of a lower priority";
    EXPECT_EQ(g.service(0), 8200u);
    EXPECT_EQ(g.service(0), 1023u);
}
