// SPDX-License-Identifier: Apache-2.0
// The joiner begins again: after a reset, and from a saved state, in which memory has not answered
// yet.
#include <cstring>

#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint64_t HOP = 1000;
constexpr uint32_t LPI = 8200, DEVICE = 3;

const gic_assembly_stats &stats(const gic &g)
{
    return *gic_assembly_get_stats(g.a);
}

std::vector<unsigned char> saved(const gic &g)
{
    std::vector<unsigned char> bytes(gic_assembly_save_size(g.a));
    bytes.resize(gic_assembly_save(g.a, bytes.data()));
    return bytes;
}

} // namespace

// What a component was busy with is gone: what comes after the reset waits for nothing.
TEST(Again, AfterAResetNoComponentIsBusy)
{
    struct stimulus {
        gic_station station;
        std::function<void(its_gic &, unsigned n)> make; // two of them come apart
    };
    const std::vector<stimulus> stimuli = {
        {GIC_STATION_GICD, [](its_gic &g, unsigned n) { g.line(40 + n, true); }},
        {GIC_STATION_GICR, [](its_gic &g, unsigned n) { g.ppi(n % 2, 20 + n, true); }},
        {GIC_STATION_CPUIF, [](its_gic &g, unsigned n) { g.redist_write(n % 2, GICR_WAKER, 0); }},
        {GIC_STATION_ITS, [](its_gic &g, unsigned n) { g.msi(n % 2, DEVICE, n); }},
    };
    for (const stimulus &each : stimuli) {
        gic_timing timing = timed(HOP);
        timing.occupancy_ps[each.station] = 1000 * HOP;
        its_gic g(with_its(2, 2), timing);
        g.settling = false;
        for (unsigned round = 0; round < 3; round++) {
            for (unsigned n = 0; n < (each.station == GIC_STATION_GICD ? 1u : 2u); n++)
                each.make(g, n + 2 * round);
            const uint64_t waits = stats(g).station_waits;
            g.pass(3 * HOP);
            EXPECT_EQ(stats(g).station_waits, waits) << each.station << ", round " << round;
            for (unsigned n = 0; n < 2; n++) { // no wire is high any more
                g.ppi(n, 20 + n + 2 * round, false);
                g.line(40 + n + 2 * round, false);
            }
            gic_assembly_reset(g.a, g.now);
        }
    }
}

// Wires that are high are told by the reset itself, the last of them too.
TEST(Again, AResetTellsOfEveryWireThatIsHigh)
{
    gic_config config = extended(one_state(2));
    config.spi_count = 64;
    for (const std::vector<uint32_t> &spis :
         {std::vector<uint32_t>{95}, {4159}, {32}, {4096, 4159, 95}}) {
        gic g(config);
        for (uint32_t intid : spis)
            g.line(intid, true);
        for (unsigned pe = 0; pe < 2; pe++)
            g.ppi(pe, spis.size() > 1 ? 1119 : 31, true);
        std::vector<uint32_t> asserted, pended;
        g.now = 77;
        g.watch = [&](const gic_event &e) {
            EXPECT_EQ(e.time_ps, 77u);
            if (e.id == GIC_EV_ASSERTED)
                asserted.push_back(e.intid);
            if (e.id == GIC_EV_PENDING)
                pended.push_back(e.intid);
        };
        gic_assembly_reset(g.a, g.now);
        g.watch = nullptr;
        EXPECT_EQ(asserted.size(), spis.size() + 2);
        EXPECT_EQ(pended.size(), spis.size() + 2);
        std::sort(asserted.begin(), asserted.end());
        std::sort(pended.begin(), pended.end());
        EXPECT_EQ(pended, asserted);
    }
}

// So are those that had arrived: what they drive is pending from the reset on.
TEST(Again, WhatWiresDriveIsPendingFromTheResetOn)
{
    for (bool in_time : {false, true}) {
        gic_config config = one_state(2);
        config.spi_count = 224;
        gic g(config, in_time ? timed() : loosely_timed());
        for (uint32_t intid = 32; intid < 256; intid++)
            g.line(intid, true);
        for (unsigned pe = 0; pe < 2; pe++)
            for (uint32_t intid = 16; intid < 32; intid++)
                g.ppi(pe, intid, true);
        g.settle();
        const uint64_t pending = g.count(GIC_EV_PENDING);
        g.now += 5000;
        g.watch = [&](const gic_event &e) { EXPECT_EQ(e.time_ps, g.now); };
        gic_assembly_reset(g.a, g.now);
        g.watch = nullptr;
        EXPECT_EQ(g.count(GIC_EV_PENDING) - pending, 224u + 2 * 16u);
        EXPECT_EQ(stats(g).events_dropped, 0u);
        g.settle();
        EXPECT_EQ(g.count(GIC_EV_PENDING) - pending, 224u + 2 * 16u) << "once";
        EXPECT_EQ(g.dist(GICD_ISPENDR + 4), 0xFFFFFFFFu);
        EXPECT_EQ(g.redist(1, GICR_SGI_BASE + GICD_ISPENDR), 0xFFFF0000u);
    }
}

// What memory's owner had not answered it is asked again, at the time that the GIC had reached:
// that of the component which acted last, whichever it is.
TEST(Again, MemoryIsAskedAtTheTimeThatWasReached)
{
    struct last {
        const char *name;
        std::function<void(its_gic &)> act;
    };
    const std::vector<last> lasts = {
        {"GICD", [](its_gic &g) { g.dist(GICD_CTLR); }},
        {"GICR 0", [](its_gic &g) { g.redist(0, GICR_CTLR); }},
        {"GICR 2", [](its_gic &g) { g.redist(2, GICR_CTLR); }},
        {"CPU interface 0", [](its_gic &g) { g.icc_read(0, GIC_ICC_PMR_EL1); }},
        {"CPU interface 2", [](its_gic &g) { g.icc_read(2, GIC_ICC_PMR_EL1); }},
        {"ITS 0", [](its_gic &g) { g.its_read(0, GITS_CTLR, 4); }},
        {"ITS 1", [](its_gic &g) { g.its_read(1, GITS_CTLR, 4); }},
    };
    for (const last &each : lasts) {
        SCOPED_TRACE(each.name);
        gic_config config = with_its(3, 2);
        config.direct_lpi = true;
        its_gic g(config, timed(HOP));
        g.boot_lpis();
        g.property(LPI, 0x40);
        g.settling = false;
        g.later = true;
        g.redist_write(1, GICR_SETLPIR, LPI, 8);
        g.pass(10 * HOP);
        ASSERT_EQ(g.waiting.size(), 1u);
        g.pass(123 * HOP);
        each.act(g);
        const std::vector<unsigned char> file = saved(g);
        its_gic h(config, timed(HOP));
        h.later = true;
        h.ram = g.ram;
        unsigned asked = 0;
        const auto plain = h.memory;
        h.memory = [&](gic_memory_access &access, uint64_t at, uint64_t &done) {
            EXPECT_EQ(at, g.now);
            EXPECT_EQ(access.address, g.waiting.front().address);
            EXPECT_EQ(access.id, g.waiting.front().id);
            EXPECT_EQ(access.length, g.waiting.front().length);
            asked++;
            return plain(access, at, done);
        };
        ASSERT_TRUE(gic_assembly_load(h.a, file.data(), file.size()));
        EXPECT_EQ(asked, 1u);
        EXPECT_TRUE(gic_assembly_waits_for_memory(h.a));
        EXPECT_EQ(saved(h), file);
        h.now = g.now;
        for (its_gic *one : {&g, &h}) {
            one->settle_memory();
            EXPECT_FALSE(gic_assembly_waits_for_memory(one->a));
            EXPECT_TRUE(one->irq(1));
        }
        EXPECT_EQ(h.now, g.now);
        EXPECT_EQ(saved(h), saved(g));
    }
}

// At time 0 too, where nothing takes any.
TEST(Again, MemoryIsAskedAtTimeZero)
{
    for (bool in_time : {false, true}) {
        gic_config config = with_its(1);
        config.direct_lpi = true;
        const gic_timing timing = in_time ? timed(0) : loosely_timed();
        its_gic g(config, timing), h(config, timing);
        g.boot_lpis();
        g.later = h.later = true;
        g.settling = false;
        g.redist_write(0, GICR_SETLPIR, LPI, 8);
        ASSERT_EQ(g.now, 0u);
        ASSERT_EQ(g.waiting.size(), 1u);
        const std::vector<unsigned char> file = saved(g);
        const auto plain = h.memory;
        h.memory = [&](gic_memory_access &access, uint64_t at, uint64_t &done) {
            EXPECT_EQ(at, 0u);
            EXPECT_EQ(done, 0u) << "no earlier than now, which is what it holds";
            return plain(access, at, done);
        };
        ASSERT_TRUE(gic_assembly_load(h.a, file.data(), file.size()));
        EXPECT_EQ(h.waiting.size(), 1u);
        h.property(LPI, 0x40);
        h.settle_memory();
        EXPECT_TRUE(h.irq(0));
    }
}

// An answer that memory gives at once when it is asked again is a saved one's successor in every
// way: it comes no earlier than memory says.
TEST(Again, MemoryMayAnswerAtOnceThen)
{
    for (uint64_t latency : {uint64_t{0}, 500 * HOP}) {
        gic_config config = with_its(1);
        config.direct_lpi = true;
        its_gic g(config, timed(HOP)), h(config, timed(HOP));
        g.boot_lpis();
        g.property(LPI, 0x40);
        g.later = true;
        g.settling = h.settling = false;
        g.redist_write(0, GICR_SETLPIR, LPI, 8);
        g.pass(10 * HOP);
        ASSERT_EQ(g.waiting.size(), 1u);
        const std::vector<unsigned char> file = saved(g);
        h.ram = g.ram;
        h.latency_ps = latency;
        ASSERT_TRUE(gic_assembly_load(h.a, file.data(), file.size()));
        EXPECT_FALSE(gic_assembly_waits_for_memory(h.a));
        h.now = g.now - 10 * HOP; // when the Redistributor acted last
        EXPECT_EQ(gic_assembly_next_due(h.a), h.now + latency);
        h.settle();
        EXPECT_TRUE(h.irq(0));
        EXPECT_EQ(h.now, g.now - 10 * HOP + latency + HOP);
        EXPECT_EQ(stats(h).memory_requests[GIC_MEMORY_READ],
                  stats(g).memory_requests[GIC_MEMORY_READ])
            << "one request, asked twice";
    }
}

// Looks into the caches of an ITS come before its request for memory; those of a Redistributor are
// part of its own time.
TEST(Costs, LookupsOfTheItsDelayItsRequests)
{
    uint64_t first[2][2] = {};
    uint64_t lookups = 0;
    const uint64_t cost = 17;
    for (bool costs : {false, true}) {
        gic_timing timing = timed(HOP);
        timing.access_ps[GIC_COST_ITS_LOOKUP] = costs ? cost : 0;
        gic_config config = with_its();
        config.direct_lpi = true;
        its_gic g(config, timing);
        g.boot_lpis();
        g.settling = false;
        uint64_t asked = 0;
        const auto plain = g.memory;
        g.memory = [&](gic_memory_access &access, uint64_t at, uint64_t &done) {
            if (asked == 0)
                asked = at;
            return plain(access, at, done);
        };
        g.now = 1000 * HOP;
        const its_stats before = g.counters(0);
        g.msi(0, DEVICE, 5); // of a device that no cache knows
        while (asked == 0 && g.now < 2000 * HOP)
            g.pass(1);
        first[costs][0] = asked;
        lookups = 0;
        for (unsigned n = 0; n < GIC_COUNT_OF(before.hits); n++)
            lookups +=
                g.counters(0).hits[n] + g.counters(0).misses[n] - before.hits[n] - before.misses[n];
        g.settle();
        asked = 0;
        g.now = 3000 * HOP;
        g.redist_write(0, GICR_SETLPIR, LPI, 8);
        while (asked == 0 && g.now < 4000 * HOP)
            g.pass(1);
        first[costs][1] = asked;
    }
    EXPECT_EQ(first[0][0], 1001 * HOP) << "the MSI's hop";
    EXPECT_GT(lookups, 0u);
    EXPECT_EQ(first[1][0] - first[0][0], lookups * cost);
    EXPECT_EQ(first[0][1], 3000 * HOP);
    EXPECT_EQ(first[1][1], first[0][1]);
}
