// SPDX-License-Identifier: Apache-2.0
// Reset, races of two PEs, determinism, and what both modes agree in (N-03 to N-05, C-03).
#include <random>

#include "gic_rig.hpp"

using namespace rig;

namespace
{

const interrupt edge{GIC_GROUP_1NS, 0xA0, true, 0};

// Every word of every frame, as Secure software reads it.
std::vector<uint64_t> all_registers(gic &g)
{
    std::vector<uint64_t> words;
    for (uint32_t at = 0; at < 0x10000; at += 4)
        words.push_back(g.dist(at));
    for (unsigned pe = 0; pe < g.config.pe_count; pe++)
        for (uint32_t at = 0; at < 0x20000; at += 4)
            words.push_back(g.redist(pe, at));
    return words;
}

void write_everything(gic &g)
{
    for (uint32_t at = 0; at < 0x10000; at += 4)
        g.dist_write(at, 0xFFFFFFFF & ~(at == 0 ? static_cast<uint32_t>(CTLR_DS) : 0));
    for (unsigned pe = 0; pe < g.config.pe_count; pe++)
        for (uint32_t at = 0; at < 0x20000; at += 4)
            g.redist_write(pe, at, 0xFFFFFFFF);
}

TEST(Rules, N_03_ResetBringsBackEveryRegister)
{
    for (const gic_config &config : {extended(one_state(2)), extended(two_states(2))}) {
        gic g(config);
        const std::vector<uint64_t> fresh = all_registers(g);
        EXPECT_EQ(g.dist(GICD_CTLR) & CTLR_ALL, 0u) << "group enables";
        EXPECT_EQ(g.redist(0, GICR_WAKER), 6u);
        EXPECT_EQ(g.redist(0, GICR_ICFGR0), 0xAAAAAAAAu);
        g.boot();
        write_everything(g);
        EXPECT_NE(all_registers(g), fresh);
        gic_assembly_reset(g.a, g.now);
        EXPECT_EQ(all_registers(g), fresh);
        EXPECT_FALSE(g.irq(0) || g.fiq(0));
        g.boot();
        g.spi(40, edge);
        g.pulse(40);
        EXPECT_EQ(g.service(0), 40u) << "and it works again";
    }
}

TEST(Rules, N_03_ResetDropsWhatIsUnderWay)
{
    for (uint64_t delay = 0; delay < 8000; delay += 500) {
        gic g(one_state(2), timed());
        g.boot();
        g.spi(40, edge);
        g.spi(41);
        g.line(41, true);
        g.settling = false;
        g.line(40, true);
        g.dist_write(GICD_CTLR, 0);
        g.pass(delay);
        gic_assembly_reset(g.a, g.now);
        EXPECT_FALSE(g.irq(0));
        g.settle();
        EXPECT_FALSE(g.dist(GICD_CTLR) & CTLR_RWP);
        EXPECT_TRUE(g.pending(41)) << "the wire is still high";
        g.boot();
        g.spi_set(GICD_ISENABLER, 41);
        g.dist_write(GICD_IGROUPR + 4, 0x200);
        g.settle();
        EXPECT_EQ(g.ack(0), 41u);
    }
}

// One PE acknowledges while another does @p act; afterwards nothing is lost or doubled.
void race(const std::function<void(gic &)> &act, const std::function<void(gic &)> &undo,
          uint64_t *crossed)
{
    for (uint64_t delay = 0; delay < 7000; delay += 250) {
        gic g(one_state(2), timed());
        g.boot();
        g.spi(40, edge);
        g.pulse(40);
        g.settling = false;
        act(g);
        g.pass(delay);
        unsigned taken = 0;
        for (unsigned round = 0; round < 4; round++) {
            for (unsigned pe : {0u, 1u})
                if (g.ack(pe) == 40) {
                    taken++;
                    g.settle();
                    g.eoi(pe, 40);
                }
            g.settle();
            if (round == 1)
                undo(g);
            g.settle();
        }
        EXPECT_EQ(taken, 1u) << "delay " << delay;
        EXPECT_FALSE(g.pending(40) || g.active(40));
        *crossed += g.count(GIC_EV_CROSSED_ACTIVATE) + g.count(GIC_EV_CROSSED_CLEAR);
    }
}

TEST(Rules, N_04_AcknowledgeRacesWithTheOtherPesWrites)
{
    uint64_t crossed = 0;
    const auto nothing = [](gic &) {};
    race([](gic &g) { g.spi_set(GICD_ICENABLER, 40); },
         [](gic &g) { g.spi_set(GICD_ISENABLER, 40); }, &crossed);
    race([](gic &g) { g.dist_write(gic::router(40), g.affinity(1), 8); }, nothing, &crossed);
    race([](gic &g) { g.dist_write(gic::router(40), IRM, 8); }, nothing, &crossed);
    race([](gic &g) { g.spi_set(GICD_ICACTIVER, 40); }, nothing, &crossed);
    race([](gic &g) { g.dist_write(gic::priority_byte(40), 0x80, 1); }, nothing, &crossed);
    EXPECT_GT(crossed, 0u);
}

// The order in which one PE takes everything that a seed pends.
std::vector<uint32_t> order(const gic_timing &timing, uint64_t seed, uint64_t step)
{
    std::mt19937_64 random(seed);
    gic g(extended(one_state(2)), timing);
    g.boot();
    std::vector<uint32_t> pended;
    for (unsigned i = 0; i < 60; i++) {
        const uint32_t intid =
            static_cast<uint32_t>(i % 3 ? 32 + random() % 980 : 4096 + random() % 64);
        const uint8_t priority = static_cast<uint8_t>(0x80 + random() % 4 * 0x20);
        g.spi(intid, {GIC_GROUP_1NS, priority, true, 0});
        g.spi_set(GICD_ISPENDR, intid);
        pended.push_back(intid);
    }
    g.settle();
    g.settling = false;
    std::vector<uint32_t> taken;
    for (unsigned quiet = 0; quiet < 50;) {
        const uint32_t intid = g.service(0);
        g.pass(step);
        g.settle();
        quiet = intid == 1023 ? quiet + 1 : 0;
        if (intid != 1023)
            taken.push_back(intid);
    }
    return taken;
}

TEST(Rules, N_05_SameStimulusSameOrder)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        SCOPED_TRACE(seed);
        const std::vector<uint32_t> reference = order(loosely_timed(), seed, 0);
        EXPECT_GT(reference.size(), 40u);
        for (uint64_t hop : {UINT64_C(1), UINT64_C(1000), UINT64_C(7777)})
            for (uint64_t step : {UINT64_C(0), UINT64_C(100), UINT64_C(50000)})
                EXPECT_EQ(order(timed(hop), seed, step), reference);
    }
}

TEST(Rules, N_05_TiesGoToTheLowestIntid)
{
    in_both_modes(extended(one_state()), [](gic &g) {
        std::vector<uint32_t> intids;
        for (uint32_t intid : {900u, 33u, 47u, 32u, 4100u, 63u, 64u, 46u}) {
            g.spi(intid, edge);
            intids.push_back(intid);
        }
        g.dist_write(GICD_CTLR, 0);
        for (uint32_t intid : intids)
            g.pulse(intid);
        g.dist_write(GICD_CTLR, CTLR_GRP0 | CTLR_GRP1NS);
        std::sort(intids.begin(), intids.end());
        for (uint32_t intid : intids)
            EXPECT_EQ(g.service(0), intid);
    });
}

// --- N-02
// -------------------------------------------------------------------------------------------

// Three SPIs, the second nested in the first, the third pending behind the mask of the second.
void nest(gic &g, uint64_t stop)
{
    g.boot();
    g.spi(40, {GIC_GROUP_1NS, 0xC0, false, 0});
    g.spi(41, {GIC_GROUP_1NS, 0xA0, false, 0});
    g.spi(42, {GIC_GROUP_1NS, 0xB0, true, 0});
    g.line(40, true);
    EXPECT_EQ(g.ack(0), 40u);
    g.line(41, true);
    g.settling = false;
    EXPECT_EQ(g.ack(0), 41u);
    g.pulse(42);
    g.pass(stop);
}

// All that the PE reads until nothing is active any more.
std::vector<uint64_t> unwind(gic &g)
{
    std::vector<uint64_t> seen;
    const auto look = [&] {
        g.settle();
        seen.insert(seen.end(), {g.icc_read(0, GIC_ICC_RPR_EL1), g.icc_read(0, GIC_ICC_HPPIR1_EL1),
                                 g.dist(GICD_ISACTIVER + 4), g.dist(GICD_ISPENDR + 4), g.irq(0)});
    };
    look();
    g.line(40, false);
    g.line(41, false);
    for (uint32_t intid : {41u, 0u, 42u, 40u}) {
        if (intid == 0)
            seen.push_back(g.ack(0));
        else
            g.eoi(0, intid);
        look();
    }
    return seen;
}

TEST(Rules, N_02_NestedPrioritiesGoOnAfterRestore)
{
    for (uint64_t stop = 0; stop <= 5000; stop += 250) {
        const gic_timing timing = stop == 0 ? loosely_timed() : timed();
        gic straight(one_state(2), timing);
        gic other(one_state(2), timing);
        nest(straight, stop);
        std::vector<uint8_t> saved(gic_assembly_save_size(straight.a));
        saved.resize(gic_assembly_save(straight.a, saved.data()));
        ASSERT_TRUE(gic_assembly_load(other.a, saved.data(), saved.size())) << stop;
        other.now = straight.now;
        other.settling = false;
        other.adopt_line(0, straight.irq(0));
        const std::vector<uint64_t> right = unwind(straight);
        EXPECT_EQ(unwind(other), right) << "stopped at " << stop;
        ASSERT_GT(right.size(), 12u);
        EXPECT_EQ(right[0], 0xA0u) << "the running priority is the nested one's";
        EXPECT_EQ(right[5], 0xC0u) << "then that of the first";
        EXPECT_EQ(right[10], 42u) << "then the third is taken";
        EXPECT_EQ(right[right.size() - 5], 0xFFu);
    }
}

// --- C-03
// -------------------------------------------------------------------------------------------

void random_stimulus(gic &g, std::mt19937_64 &random)
{
    const uint32_t intid = static_cast<uint32_t>(32 + random() % 8);
    const unsigned pe = static_cast<unsigned>(random() % g.config.pe_count);
    const uint8_t priority = static_cast<uint8_t>(0x80 + random() % 4 * 0x20);
    switch (random() % 14) {
    case 0:
    case 1:
        g.line(intid, random() % 2 != 0);
        break;
    case 2:
        g.ppi(pe, 16 + intid % 16, random() % 2 != 0);
        break;
    case 3:
        g.spi_set(random() % 2 ? GICD_ISENABLER : GICD_ICENABLER, intid);
        break;
    case 4:
        g.dist_write(gic::priority_byte(intid), priority, 1);
        break;
    case 5:
        g.dist_write(gic::router(intid), random() % 2 ? IRM : g.affinity(pe), 8);
        break;
    case 6:
        g.dist_write(GICD_CTLR, random() % 4 | (random() % 2 ? CTLR_E1NWF : 0u));
        break;
    case 7:
        g.enable_groups(pe, static_cast<gic_group_set>(random() % 8));
        break;
    case 8:
        g.redist_write(pe, GICR_WAKER, random() % 3 ? 0u : static_cast<unsigned>(WAKER_SLEEP));
        break;
    case 9:
        g.sgi(pe, GIC_ICC_SGI1R_EL1, intid % 16, random() % 2 ? gic::SGI_ALL_BUT_SELF : 5);
        break;
    case 10:
        g.spi_set(random() % 2 ? GICD_ISPENDR : GICD_ICPENDR, intid);
        break;
    case 11:
        g.dist_write(GICD_IGROUPR + 4, random() & 0xFF);
        break;
    default:
        g.service(pe, random() % 3 ? GIC_GROUP_1NS : GIC_GROUP_0);
        break;
    }
}

void same_state(gic &a, gic &b)
{
    for (uint32_t at = 0; at < 0x500; at += 4)
        ASSERT_EQ(a.dist(at), b.dist(at)) << at;
    for (unsigned pe = 0; pe < a.config.pe_count; pe++) {
        ASSERT_EQ(a.irq(pe), b.irq(pe)) << pe;
        ASSERT_EQ(a.fiq(pe), b.fiq(pe)) << pe;
        ASSERT_EQ(a.wake_request(pe), b.wake_request(pe)) << pe;
        for (uint32_t at : {0x14u, 0x0u, 0x10100u, 0x10200u, 0x10300u})
            ASSERT_EQ(a.redist(pe, at), b.redist(pe, at)) << pe << " " << at;
    }
}

TEST(Rules, C_03_QuiescenceEqualsZeroLatency)
{
    std::mt19937_64 seeds(20240607);
    for (unsigned run = 0; run < 60; run++) {
        const uint64_t seed = seeds();
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 latencies(seed);
        gic_timing timing = timed();
        for (uint64_t &hop : timing.hop_ps)
            hop = latencies() % 5000;
        for (uint64_t &occupancy : timing.occupancy_ps)
            occupancy = latencies() % 1000;
        gic_config stepwise = one_state(3);
        stepwise.work_limit = 1;
        gic loose(one_state(3));
        gic slow(stepwise, timing);
        std::mt19937_64 for_loose(seed);
        std::mt19937_64 for_slow(seed);
        for (gic *g : {&loose, &slow}) {
            g->boot();
            for (unsigned pe = 0; pe < 3; pe++)
                g->redist_write(pe, GICR_SGI_BASE + GICD_ISENABLER, 0xFFFFFFFF);
        }
        for (unsigned i = 0; i < 150; i++) {
            random_stimulus(loose, for_loose);
            random_stimulus(slow, for_slow);
            same_state(loose, slow);
            if (::testing::Test::HasFatalFailure())
                return;
        }
    }
}

} // namespace
