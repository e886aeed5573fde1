// SPDX-License-Identifier: Apache-2.0
// The joiner, timed: what a full GIC waits for, and which component is busy with what.
#include <cstring>

#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint64_t HOP = 1000;
constexpr uint32_t LPI = 8200;
constexpr uint32_t DEVICE = 3;

const gic_assembly_stats &stats(const gic &g)
{
    return *gic_assembly_get_stats(g.a);
}

// One kind of component takes a hundred hops for a message.
gic_timing busy(gic_station station)
{
    gic_timing timing = timed(HOP);
    timing.occupancy_ps[station] = 100 * HOP;
    return timing;
}

} // namespace

// More wires have moved than may be under way beside a broadcast: it lets them arrive first, and
// looks again when the next one has.
TEST(FanOut, WaitsForOthersAndNotInVain)
{
    gic_timing timing = timed(HOP);
    timing.hop_ps[GIC_HOP_SPI_LINE] = 1000 * HOP;
    gic_config config = extended(one_state());
    config.espi_count = GIC_MAX_ESPIS;
    gic g(config, timing);
    g.boot();
    g.settling = false;
    for (uint32_t intid = 32; intid < 1020; intid++)
        g.pulse(intid);
    for (uint32_t intid = 4096; intid < 5120; intid++)
        g.pulse(intid);
    const uint64_t moved = stats(g).in_flight_peak;
    ASSERT_GT(moved, 2080u);
    g.dist_write(GICD_CTLR, CTLR_GRP1NS);
    g.pass(10 * HOP);
    EXPECT_NE(g.dist(GICD_CTLR) & CTLR_RWP, 0u) << "waits";
    EXPECT_GT(stats(g).station_waits, 0u) << "and is counted";
    EXPECT_LE(stats(g).station_waits, moved);
    g.settle();
    EXPECT_EQ(g.dist(GICD_CTLR) & CTLR_RWP, 0u);
    EXPECT_LE(stats(g).station_waits, moved);
    EXPECT_EQ(stats(g).messages_lost, 0u);
}

// Every component is busy for itself alone.
TEST(Stations, ABusyRedistributorHoldsUpNoOther)
{
    for (bool same : {false, true}) {
        gic g(one_state(3), busy(GIC_STATION_GICR));
        g.boot();
        g.private_interrupt(1, 20);
        g.private_interrupt(same ? 1 : 2, 21);
        const uint64_t before = stats(g).station_waits;
        g.pass(1000 * HOP);
        g.settling = false;
        g.ppi(1, 20, true);
        g.ppi(same ? 1 : 2, 21, true);
        g.pass(2 * HOP);
        EXPECT_TRUE(g.irq(1));
        EXPECT_EQ(g.irq(2), !same);
        EXPECT_EQ(stats(g).station_waits - before, same ? 1u : 0u);
    }
}

TEST(Stations, ABusyRedistributorDoesNotHoldUpItsCpuInterface)
{
    gic g(one_state(2), busy(GIC_STATION_GICR));
    g.boot();
    g.private_interrupt(1, 20);
    g.pass(1000 * HOP);
    g.settling = false;
    g.ppi(1, 20, true);
    g.pass(HOP); // it is at the Redistributor, which is busy now
    const uint64_t before = stats(g).station_waits;
    g.pass(HOP);
    EXPECT_TRUE(g.irq(1));
    EXPECT_EQ(stats(g).station_waits, before);
}

TEST(Stations, ABusyCpuInterfaceHoldsUpNoOther)
{
    gic g(one_state(2), busy(GIC_STATION_CPUIF));
    g.boot();
    for (unsigned pe = 0; pe < 2; pe++)
        g.private_interrupt(pe, 20);
    g.pass(1000 * HOP);
    const uint64_t before = stats(g).station_waits;
    g.settling = false;
    g.ppi(0, 20, true);
    g.ppi(1, 20, true);
    g.pass(2 * HOP);
    EXPECT_TRUE(g.irq(0));
    EXPECT_TRUE(g.irq(1));
    EXPECT_EQ(stats(g).station_waits, before);
}

TEST(Stations, ABusyItsHoldsUpNoOther)
{
    for (bool same : {false, true}) {
        its_gic g(with_its(2, 2), busy(GIC_STATION_ITS));
        g.boot_lpis();
        for (unsigned its = 0; its < 2; its++) {
            g.mapd(its, DEVICE, 4);
            for (unsigned pe = 0; pe < 2; pe++) {
                g.mapc(its, pe, pe);
                g.mapti(its, DEVICE, pe, LPI + pe, pe);
                g.property(LPI + pe, 0xA0);
            }
        }
        // Everything is in the caches, and nobody is busy any more.
        for (unsigned its = 0; its < 2; its++)
            for (unsigned event = 0; event < 2; event++) {
                g.msi(its, DEVICE, event);
                EXPECT_EQ(g.service(event), LPI + event);
            }
        g.pass(10000 * HOP);
        g.settling = false;
        g.msi(0, DEVICE, 0);
        g.msi(same ? 0 : 1, DEVICE, 1);
        g.pass(3 * HOP);
        EXPECT_TRUE(g.irq(0));
        EXPECT_EQ(g.irq(1), !same);
        g.pass(100 * HOP);
        EXPECT_TRUE(g.irq(1));
    }
}

// Every entry acts at its time on its component: one at an earlier time is too late, and counted.
TEST(Entries, EachReachesItsComponent)
{
    struct entry {
        const char *name;
        std::function<void(its_gic &)> make;
    };
    const std::vector<entry> entries = {
        {"sysreg write", [](its_gic &g) { g.icc_write(1, GIC_ICC_PMR_EL1, 0xF8); }},
        {"sysreg read", [](its_gic &g) { g.icc_read(1, GIC_ICC_PMR_EL1); }},
        {"PE state", [](its_gic &g) { g.become(1, 1, true); }},
        {"GICD write", [](its_gic &g) { g.dist_write(GICD_ISENABLER + 4, 0); }},
        {"GICD read", [](its_gic &g) { g.dist(GICD_ISENABLER + 4); }},
        {"GICR write", [](its_gic &g) { g.redist_write(1, GICR_SGI_BASE + GICD_ISENABLER, 0); }},
        {"GICR read", [](its_gic &g) { g.redist(1, GICR_SGI_BASE + GICD_ISENABLER); }},
        {"ITS write", [](its_gic &g) { g.its_write(1, GITS_CWRITER, 0); }},
        {"ITS read", [](its_gic &g) { g.its_read(1, GITS_CWRITER); }},
        {"cpu_active", [](its_gic &g) { gic_assembly_set_cpu_active(g.a, g.now, 1, true); }},
        {"reset of a PE", [](its_gic &g) { gic_assembly_reset_pe(g.a, 1, g.now); }},
        {"MSI", [](its_gic &g) { g.msi(1, DEVICE, 5); }},
        {"SPI wire", [high = false](its_gic &g) mutable { g.line(40, high = !high); }},
        {"PPI wire", [high = false](its_gic &g) mutable { g.ppi(1, 20, high = !high); }},
    };
    for (const entry &each : entries) {
        SCOPED_TRACE(each.name);
        its_gic g(with_its(2, 2), timed(HOP));
        g.boot_lpis();
        g.settling = false;
        g.now += 1000 * HOP;
        each.make(g);
        const uint64_t before = stats(g).causality_violations;
        g.now -= 7 * HOP;
        each.make(g);
        EXPECT_EQ(stats(g).causality_violations - before, 1u);
        EXPECT_EQ(stats(g).causality_skew_ps, 7 * HOP);
    }
}

// The largest distance is kept, whichever comes first.
TEST(Entries, TheLargestSkewIsKept)
{
    gic g(one_state(), timed(HOP));
    g.boot();
    g.settling = false;
    g.now += 1000 * HOP;
    g.dist(GICD_CTLR);
    const uint64_t reached = g.now, before = stats(g).causality_violations;
    uint64_t largest = 0, count = 0;
    for (uint64_t skew : {3u, 9u, 5u, 9u, 11u, 1u}) {
        g.now = reached - skew * HOP;
        g.dist(GICD_CTLR);
        largest = std::max(largest, skew * HOP);
        EXPECT_EQ(stats(g).causality_skew_ps, largest);
        EXPECT_EQ(stats(g).causality_violations - before, ++count);
    }
    g.now = reached;
    g.dist(GICD_CTLR);
    EXPECT_EQ(stats(g).causality_violations - before, count) << "in time";
}

// An entry finds what is due before it already there, at its own time.
TEST(Entries, EachComesAfterWhatIsDueBeforeIt)
{
    gic g(one_state(), timed(HOP));
    g.boot();
    g.private_interrupt(0, 20);
    g.settling = false;
    g.ppi(0, 20, true);
    g.now += 2 * HOP;
    g.icc_write(0, GIC_ICC_PMR_EL1, 0);
    EXPECT_EQ(g.count(GIC_EV_SIGNALLED), 1u) << "it was, before the mask closed";
    EXPECT_FALSE(g.irq(0));
    g.icc_write(0, GIC_ICC_PMR_EL1, 0xF8);
    EXPECT_TRUE(g.irq(0));
    g.ppi(0, 20, false);
    g.now += 4 * HOP;
    EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS) << "taken back meanwhile";
}

// So does a message from a component that lives elsewhere.
TEST(Entries, AMessageFromElsewhereReachesItsComponent)
{
    const gic_config config = one_state();
    const gic_assembly_parts parts = {true, true, false, false};
    const gic_timing timing = timed(HOP);
    gic_assembly_ports ports{};
    ports.version = 1;
    struct alignas(64) block {
        unsigned char byte[64];
    };
    std::vector<block> memory(gic_assembly_footprint(&config, &parts) / sizeof(block) + 1);
    gic_assembly *const a = gic_assembly_init(memory.data(), memory.size() * sizeof(block), &config,
                                              &parts, &timing, &ports, nullptr);
    ASSERT_NE(a, nullptr);
    gic_msg msg{};
    msg.kind = GIC_MSG_UPSTREAM_CONTROL;
    msg.group = GIC_GROUPS_ALL;
    msg.priority = 0xFF;
    gic_assembly_receive(a, 1000 * HOP, GIC_PORT_CPUIF, GIC_PORT_GICR, 0, &msg);
    EXPECT_EQ(gic_assembly_get_stats(a)->causality_violations, 0u);
    gic_assembly_receive(a, 990 * HOP, GIC_PORT_CPUIF, GIC_PORT_GICR, 0, &msg);
    EXPECT_EQ(gic_assembly_get_stats(a)->causality_violations, 1u);
    EXPECT_EQ(gic_assembly_get_stats(a)->causality_skew_ps, 10 * HOP);
}

// A look into a cache of the ITS costs its time, in front of what comes of it.
TEST(Costs, LookupsOfTheItsDelayItsMessages)
{
    uint64_t took[2] = {};
    uint64_t lookups = 0;
    const uint64_t cost = 17;
    for (bool costs : {false, true}) {
        gic_timing timing = timed(HOP);
        timing.access_ps[GIC_COST_ITS_LOOKUP] = costs ? cost : 0;
        its_gic g(with_its(), timing);
        g.boot_lpis();
        g.mapd(0, DEVICE, 4);
        g.mapc(0, 1, 0);
        g.mapti(0, DEVICE, 5, LPI, 1);
        g.property(LPI, 0xA0);
        g.msi(0, DEVICE, 5);
        ASSERT_EQ(g.service(0), LPI); // now all of it is cached
        const its_stats before = g.counters(0);
        g.settling = false;
        const uint64_t start = g.now;
        g.msi(0, DEVICE, 5);
        while (!g.irq(0) && g.now < start + 1000 * HOP)
            g.pass(1);
        took[costs] = g.now - start;
        const its_stats &after = g.counters(0);
        lookups = 0;
        for (unsigned n = 0; n < GIC_COUNT_OF(after.hits); n++) {
            lookups += after.hits[n] - before.hits[n];
            EXPECT_EQ(after.misses[n], before.misses[n]);
        }
    }
    EXPECT_GT(lookups, 0u);
    EXPECT_EQ(took[1] - took[0], lookups * cost);
}

// Timed, the answer of memory is there when memory says, and a busy component holds up no request.
TEST(Memory, AnswersTakeTheTimeThatMemorySays)
{
    for (uint64_t latency : {uint64_t{0}, uint64_t{500 * HOP}}) {
        gic_config config = with_its(1, 0);
        config.direct_lpi = true;
        gic_timing timing = timed(HOP);
        timing.occupancy_ps[GIC_STATION_GICR] = 50 * HOP;
        its_gic g(config, timing);
        g.boot_lpis();
        g.property(LPI, 0xA0);
        g.latency_ps = latency;
        g.pass(1000 * HOP);
        g.settling = false;
        const uint64_t start = g.now;
        g.redist_write(0, GICR_SETLPIR, LPI, 8);
        while (!g.irq(0) && g.now < start + 10000 * HOP)
            g.pass(HOP / 2);
        EXPECT_EQ(g.now - start, latency + HOP) << "one line of configuration, one hop";
    }
}

// Loosely timed: on return the GIC has settled, also where a kernel has more to do than it does in
// one go.
TEST(LooselyTimed, LeftoverWorkIsDoneOnReturn)
{
    gic_config config = with_its();
    config.work_limit = 1;
    config.direct_lpi = true;
    its_gic g(config);
    g.boot_lpis();
    g.mapd(0, DEVICE, 6);
    g.mapc(0, 1, 0);
    for (uint32_t event = 0; event < 50; event++) {
        g.property(LPI + event, 0xA0);
        g.mapti(0, DEVICE, event, LPI + event, 1);
        EXPECT_TRUE(g.queue_is_empty(0));
    }
    const uint64_t words[4] = {ITS_INT | uint64_t(DEVICE) << 32, 0, 0, 0};
    for (uint32_t event = 0; event < 50; event++) {
        uint64_t one[4] = {words[0], event, 0, 0};
        std::memcpy(g.at(g.tables(0) + g.writer[0] + 32 * event), one, sizeof one);
    }
    g.writer[0] += 32 * 50;
    g.its_write(0, GITS_CWRITER, g.writer[0]);
    EXPECT_TRUE(g.queue_is_empty(0));
    EXPECT_EQ(gic_assembly_next_due(g.a), GIC_TIME_NEVER);
    for (uint32_t event = 0; event < 50; event++)
        EXPECT_EQ(g.service(0), LPI + event);
}

// A kernel's leftover work is on the way once, however often it is asked for something meanwhile.
TEST(Work, IsOnTheWayOnce)
{
    for (bool of_its : {true, false}) {
        gic_config config = with_small_caches(with_its(2));
        config.work_limit = 1;
        gic_timing timing = timed(HOP);
        timing.occupancy_ps[of_its ? GIC_STATION_ITS : GIC_STATION_GICR] = 100 * HOP;
        its_gic g(config, timing);
        g.boot();
        std::memset(g.at(g.pending_table(1) + 1024), 0xFF, 2);
        g.enable_lpis(0);
        g.enable_lpis(1, false);
        g.enable_its(0);
        g.mapc(0, 0, 0);
        g.mapc(0, 1, 1);
        g.settle();
        g.settling = false;
        if (of_its)
            for (unsigned n = 0; n < 20; n++)
                g.sync(0, 0);
        else
            g.movall(0, 1, 0);
        const uint32_t before = stats(g).in_flight_peak;
        for (unsigned n = 0; n < 5000; n++) {
            of_its ? g.its_read(0, GITS_CTLR, 4) : g.redist(1, GICR_CTLR);
            g.pass(HOP);
        }
        EXPECT_LE(stats(g).in_flight_peak, before + 8) << of_its;
        g.settle();
        EXPECT_TRUE(g.queue_is_empty(0));
        const uint64_t *const asked = stats(g).memory_requests;
        EXPECT_GT(stats(g).by_kind[GIC_MSG_NONE], asked[GIC_MEMORY_READ] + asked[GIC_MEMORY_WRITE])
            << "steps of work count besides the answers of memory";
    }
}

// The Distributor's leftover work goes on at its own pace, or at once where it takes no time.
TEST(Work, OfTheDistributorTakesItsTime)
{
    for (bool takes_time : {false, true}) {
        gic_config config = one_state(3);
        config.work_limit = 1;
        gic_timing timing = timed(HOP);
        timing.occupancy_ps[GIC_STATION_GICD] = takes_time ? 50 * HOP : 0;
        gic g(config, timing);
        g.boot();
        for (uint32_t pe = 0; pe < 3; pe++) {
            g.spi(40 + pe, {GIC_GROUP_1NS, 0xA0, false, pe});
            g.line(40 + pe, true);
        }
        for (uint32_t pe = 0; pe < 3; pe++)
            EXPECT_TRUE(g.irq(pe));
        g.dist_write(GICD_CTLR, CTLR_GRP0);
        for (uint32_t pe = 0; pe < 3; pe++)
            EXPECT_FALSE(g.irq(pe));
        g.pass(1000 * HOP);
        g.settling = false;
        g.dist_write(GICD_CTLR, CTLR_ALL);
        uint64_t at[3] = {};
        for (unsigned steps = 0; steps < 1000; steps++) {
            g.pass(HOP);
            for (unsigned pe = 0; pe < 3; pe++)
                if (g.irq(pe) && at[pe] == 0)
                    at[pe] = g.now;
        }
        for (unsigned pe = 0; pe < 3; pe++)
            EXPECT_NE(at[pe], 0u);
        std::sort(std::begin(at), std::end(at));
        EXPECT_EQ(at[2] > at[0], takes_time)
            << "one unit for each message, and one for each 50 hops";
    }
}

// What is told to the Distributor changes again before it has answered.
TEST(Credits, ASecondPeStateWaitsForTheAnswerToTheFirst)
{
    gic g(one_state(), timed(HOP));
    g.boot();
    g.settling = false;
    std::vector<uint64_t> waits;
    g.watch = [&](const gic_event &event) {
        if (event.id == GIC_EV_CREDIT_WAIT)
            waits.push_back(event.arg);
    };
    g.redist_write(0, GICR_CTLR, RCTLR_DPG0);
    EXPECT_TRUE(waits.empty());
    g.redist_write(0, GICR_CTLR, RCTLR_DPG1NS);
    ASSERT_FALSE(waits.empty());
    EXPECT_EQ(waits[0], static_cast<uint64_t>(GIC_MSG_PE_STATE));
    g.settle();
    EXPECT_EQ(g.redist(0, GICR_CTLR) & (RCTLR_UWP | RCTLR_RWP), 0u);
}

// gic_assembly_stats.messages: delivered in all, and by their kinds.
TEST(Counters, AnMsiThatArrivesIsAMessage)
{
    for (const gic_timing &timing : {loosely_timed(), timed(HOP)}) {
        its_gic g(with_its(), timing);
        g.boot_lpis();
        const uint64_t lines = g.messages(GIC_MSG_LINE);
        const uint64_t all = stats(g).messages;
        EXPECT_TRUE(g.msi(0, DEVICE, 5)); // no mapping: nothing else comes of it
        EXPECT_EQ(g.count(GIC_EV_ITS_UNMAPPED), 1u);
        EXPECT_EQ(g.messages(GIC_MSG_LINE) - lines, 1u);
        EXPECT_GT(stats(g).messages, all);
    }
}

// A PPI that is made edge-triggered, and level-sensitive again, while its wire is high (D-19).
TEST(Rules, D_19_AnInstanceEndsAndBeginsWithIcfgr)
{
    in_both_modes(extended(one_state()), [](gic &g) {
        for (uint32_t intid : {20u, 45u, 1060u, 1100u, 4100u}) {
            const bool is_private = gic_is_private(intid);
            uint32_t offset = gic::config_word(intid);
            if (is_private)
                offset = intid < 32 ? GICR_ICFGR1
                                    : GICR_ICFGR1 + 4 + (intid - GIC_INTID_EPPI_FIRST) / 16 * 4;
            const auto make = [&](bool edge) {
                const uint64_t value = edge ? UINT64_C(2) << intid % 16 * 2 : 0;
                if (is_private)
                    g.redist_write(0, offset, value);
                else
                    g.dist_write(offset, value);
            };
            std::vector<gic_event_id> seen;
            g.watch = [&](const gic_event &event) {
                if (event.intid == intid &&
                    (event.id == GIC_EV_PENDING || event.id == GIC_EV_WITHDRAWN))
                    seen.push_back(static_cast<gic_event_id>(event.id));
            };
            const auto drive = [&](bool level) {
                if (is_private)
                    g.ppi(0, intid, level);
                else
                    g.line(intid, level);
            };
            drive(true);
            make(true);
            make(true);
            make(false);
            drive(false);
            EXPECT_EQ(seen, (std::vector<gic_event_id>{GIC_EV_PENDING, GIC_EV_WITHDRAWN,
                                                       GIC_EV_PENDING, GIC_EV_WITHDRAWN}))
                << intid;
            g.watch = nullptr;
        }
    });
}

// A link is FIFO: a message that took little time to make does not overtake one that took long,
// here an LPI on whose way three caches were looked into, and the command that moves it away.
TEST(Links, NeverReorder)
{
    gic_timing timing = timed(HOP);
    timing.access_ps[GIC_COST_ITS_LOOKUP] = 100 * HOP;
    its_gic g(with_its(2), timing);
    g.boot_lpis();
    g.mapd(0, DEVICE, 4);
    for (unsigned pe = 0; pe < 2; pe++)
        g.mapc(0, pe, pe);
    g.mapti(0, DEVICE, 5, LPI, 0);
    g.property(LPI, 0xA0);
    EXPECT_TRUE(g.msi(0, DEVICE, 5)); // cached from here on
    EXPECT_EQ(g.service(0), LPI);
    g.settling = false;
    EXPECT_TRUE(g.msi(0, DEVICE, 5));
    g.pass(2 * HOP);
    g.movall(0, 0, 1);
    g.settle();
    EXPECT_FALSE(g.irq(0));
    EXPECT_TRUE(g.irq(1));
}

// its.lookup costs what an ITS sends, and nobody else.
TEST(Links, LookupsOfAnItsCostNoOtherMessage)
{
    gic_timing timing = timed(HOP);
    timing.access_ps[GIC_COST_ITS_LOOKUP] = 100 * HOP;
    its_gic g(with_its(), timing);
    g.boot_lpis();
    g.spi(45);
    g.private_interrupt(0, 20);
    g.settling = false;
    const uint64_t start = g.now;
    g.line(45, true);
    g.pass(3 * HOP - 1);
    EXPECT_FALSE(g.irq(0));
    g.pass(1);
    EXPECT_TRUE(g.irq(0)) << "wire, Distributor, Redistributor: " << g.now - start;
    EXPECT_EQ(g.ack(0), 45u);
    g.line(45, false);
    g.eoi(0, 45);
    g.settle();
    g.ppi(0, 20, true);
    g.pass(2 * HOP);
    EXPECT_TRUE(g.irq(0));
    EXPECT_EQ(g.ack(0), 20u);
}

// gic_assembly_next_line_due(): what an awake PE lets go may wake another one, long before anything
// from its own Redistributor could reach it. gic::advance() compares.
class WokenPes : public ::testing::TestWithParam<uint64_t> // GIC_HOP_GICR_GICD
{
};

TEST_P(WokenPes, AreLookedAhead)
{
    gic_timing timing = timed(1000);
    timing.hop_ps[GIC_HOP_GICR_GICD] = GetParam();
    timing.hop_ps[GIC_HOP_GICR_CPUIF] = 1000000;
    gic_config config = one_state(2);
    config.one_of_n = true;
    gic g(config, timing);
    g.boot(CTLR_ALL | CTLR_E1NWF);
    g.sleep(1);
    g.settle();
    g.spi(40, {GIC_GROUP_1NS, 0xA0, false, IRM});
    g.line(40, true);
    g.settle();
    ASSERT_TRUE(g.irq(0));
    g.settling = false;
    g.enable_groups(0, 0);
    const uint64_t before = g.messages(GIC_MSG_UPSTREAM_CONTROL_ACK);
    while (g.messages(GIC_MSG_UPSTREAM_CONTROL_ACK) == before && g.now < 100000000)
        g.pass(1000);
    EXPECT_FALSE(g.wake_request(1)) << "its Release is under way";
    g.pass(500000);
    EXPECT_TRUE(g.wake_request(1));
}

INSTANTIATE_TEST_SUITE_P(LookAhead, WokenPes, ::testing::Values(500, 1000));

// A hop that takes no time is over before the access returns, whatever the others take.
TEST(Links, HopsOfNoTimeArriveWithinTheAccess)
{
    gic g(one_state(), timed(0));
    g.boot();
    g.spi(40);
    g.private_interrupt(0, 20, {GIC_GROUP_1NS, 0x80});
    g.settling = false;
    g.line(40, true);
    EXPECT_TRUE(g.irq(0));
    EXPECT_EQ(g.ack(0), 40u);
    EXPECT_FALSE(g.irq(0));
    g.ppi(0, 20, true);
    EXPECT_TRUE(g.irq(0));
    EXPECT_EQ(gic_assembly_next_due(g.a), GIC_TIME_NEVER);
}

// What is taken back makes room at once: the next one is offered together with the recall.
TEST(Offers, TheNextOneGoesWithTheRecall)
{
    for (uint64_t route : {UINT64_C(0), IRM}) {
        gic g(one_state(), timed(HOP));
        g.boot();
        g.spi(40, {GIC_GROUP_1NS, 0x80, false, route});
        g.spi(41, {GIC_GROUP_1NS, 0xA0, false, route});
        g.line(40, true);
        g.line(41, true);
        ASSERT_TRUE(g.irq(0));
        g.settling = false;
        const uint64_t offers = g.messages(GIC_MSG_OFFER), returned = g.messages(GIC_MSG_RETURNED);
        g.spi_set(GICD_ICENABLER, 40);
        g.pass(HOP);
        EXPECT_EQ(g.messages(GIC_MSG_OFFER), offers + 1);
        EXPECT_EQ(g.messages(GIC_MSG_RETURNED), returned);
        g.settle();
        EXPECT_EQ(g.ack(0), 41u);
    }
}

// The Distributor has work left over, and the answer that it still wanted to ask for comes by
// itself meanwhile: then it has none, and the GIC comes to rest.
TEST(Timed, LeftoverWorkThatIsAnsweredMeanwhileIsNoWork)
{
    for (uint64_t delay = 0; delay < 12000; delay += 500) {
        gic_config config = one_state(2);
        config.work_limit = 1;
        gic_timing timing = timed();
        timing.occupancy_ps[GIC_STATION_GICD] = 3000;
        gic g(config, timing);
        g.boot();
        for (unsigned pe = 0; pe < 2; pe++)
            g.spi(40 + pe, {GIC_GROUP_1NS, 0xA0, true, g.affinity(pe)});
        g.pulse(40);
        g.pulse(41);
        g.settling = false;
        EXPECT_EQ(g.ack(1), 41u);
        g.pass(delay);
        g.dist_write(GICD_ICENABLER + 4, 3u << 8);
        g.settle();
        EXPECT_EQ(g.dist(GICD_CTLR) & CTLR_RWP, 0u);
        EXPECT_FALSE(g.irq(0));
        EXPECT_TRUE(g.active(41));
    }
}
