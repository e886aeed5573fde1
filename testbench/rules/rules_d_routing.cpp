// SPDX-License-Identifier: Apache-2.0
// Routing: IROUTER, 1-of-N (D-11, D-12, D-18).
#include "gic_rig.hpp"

using namespace rig;

namespace
{

const interrupt edge{GIC_GROUP_1NS, 0xA0, true, 0};
const interrupt shared{GIC_GROUP_1NS, 0xA0, true, IRM};

TEST(Rules, D_11_IrouterMovesAPendingInterrupt)
{
    in_both_modes(one_state(3), [](gic &g) {
        g.spi(40, edge);
        g.pulse(40);
        EXPECT_TRUE(g.irq(0));
        g.dist_write(gic::router(40), g.affinity(2), 8);
        EXPECT_FALSE(g.irq(0)) << "released from the old";
        EXPECT_TRUE(g.irq(2));
        EXPECT_EQ(g.ack(0), 1023u);
        EXPECT_EQ(g.ack(2), 40u);
        g.dist_write(gic::router(40), g.affinity(1), 8);
        g.eoi(2, 40);
        EXPECT_FALSE(g.active(40)) << "the one that acknowledged deactivates";
        g.pulse(40);
        EXPECT_EQ(g.service(1), 40u);
    });
}

TEST(Rules, D_11_HalvesOfIrouterAreConsistent)
{
    gic_config config = one_state(3);
    const uint32_t affinities[] = {0x00000000, 0x00000100, 0x02000100};
    config.affinity = affinities;
    in_both_modes(config, [](gic &g) {
        g.spi(40, edge);
        g.pulse(40);
        g.dist_write(gic::router(40), 0x100, 4);
        EXPECT_EQ(g.dist(gic::router(40), 8), 0x100u);
        EXPECT_TRUE(g.irq(1)) << "after the low half";
        g.dist_write(gic::router(40) + 4, 2, 4);
        EXPECT_EQ(g.dist(gic::router(40), 8), UINT64_C(0x200000100));
        EXPECT_EQ(g.dist(gic::router(40) + 4, 4), 2u);
        EXPECT_TRUE(g.irq(2)) << "after the high half";
        EXPECT_FALSE(g.irq(0) || g.irq(1));
        EXPECT_EQ(g.service(2), 40u);
    });
}

TEST(Rules, D_11_IrouterRacesWithTheAcknowledge)
{
    uint64_t crossed = 0;
    for (uint64_t delay = 0; delay < 6000; delay += 250) {
        gic g(one_state(2), timed());
        g.boot();
        g.spi(40, edge);
        g.pulse(40);
        g.settling = false;
        g.dist_write(gic::router(40), g.affinity(1), 8);
        g.pass(delay);
        const uint32_t first = g.ack(0);
        g.settle();
        const uint32_t second = g.ack(1);
        EXPECT_TRUE((first == 40) != (second == 40)) << "one of the two, delay " << delay;
        g.settle();
        EXPECT_TRUE(g.active(40));
        g.eoi(first == 40 ? 0 : 1, 40);
        g.settle();
        EXPECT_FALSE(g.active(40));
        crossed += g.count(GIC_EV_CROSSED_ACTIVATE) + g.count(GIC_EV_CROSSED_CLEAR);
    }
    EXPECT_GT(crossed, 0u);
}

unsigned holders(const gic &g)
{
    unsigned n = 0;
    for (unsigned pe = 0; pe < g.config.pe_count; pe++)
        n += g.irq(pe);
    return n;
}

TEST(Rules, D_12_OneOfNIsDeliveredToExactlyOneAblePe)
{
    in_both_modes(one_state(4), [](gic &g) {
        g.spi(40, shared);
        g.enable_groups(0, GIC_GROUPS_NONE);
        g.redist_write(1, GICR_CTLR, RCTLR_DPG1NS);
        g.sleep(2);
        g.pulse(40);
        EXPECT_TRUE(g.irq(3)) << "disabled, excluded, asleep: the one that is left";
        EXPECT_EQ(holders(g), 1u);
        g.enable_groups(3, GIC_GROUPS_NONE);
        EXPECT_EQ(holders(g), 0u) << "it becomes unable, and nobody is able";
        EXPECT_TRUE(g.pending(40));
        EXPECT_FALSE(g.wake_request(2)) << "E1NWF is 0";
        g.redist_write(1, GICR_CTLR, 0);
        EXPECT_TRUE(g.irq(1)) << "released and given to another";
        EXPECT_EQ(holders(g), 1u);
        EXPECT_EQ(g.service(1), 40u);
        EXPECT_EQ(g.ack(3), 1023u);
    });
}

TEST(Rules, D_12_SeveralOneOfNSpreadOverIdlePes)
{
    in_both_modes(one_state(3), [](gic &g) {
        for (uint32_t intid = 40; intid < 44; intid++)
            g.spi(intid, shared);
        for (uint32_t intid = 40; intid < 44; intid++)
            g.pulse(intid);
        EXPECT_EQ(holders(g), 3u) << "to those that hold nothing";
        EXPECT_EQ(g.ack(0), 40u);
        EXPECT_EQ(g.ack(1), 41u);
        EXPECT_EQ(g.ack(2), 42u);
        for (unsigned pe : {0u, 1u, 2u})
            g.eoi(pe, 40 + pe);
        EXPECT_EQ(g.service(0) + g.service(1) + g.service(2), 43u + 1023 + 1023) << "one of them";
    });
}

// All that PEs are free for, and not the first one only, when several become deliverable at once.
TEST(Rules, D_12_SeveralOneOfNGoOutTogether)
{
    in_both_modes(one_state(3), [](gic &g) {
        g.dist_write(GICD_CTLR, 0);
        for (uint32_t intid : {40u, 41u, 42u, 43u}) {
            g.spi(intid, {GIC_GROUP_1NS, 0xA0, true, IRM});
            g.pulse(intid);
        }
        g.dist_write(GICD_CTLR, CTLR_ALL);
        std::vector<uint32_t> taken;
        for (unsigned pe = 0; pe < 3; pe++) {
            EXPECT_TRUE(g.irq(pe)) << pe;
            taken.push_back(g.ack(pe));
        }
        std::sort(taken.begin(), taken.end());
        EXPECT_EQ(taken, (std::vector<uint32_t>{40, 41, 42}));
    });
}

TEST(Rules, D_12_AMoreUrgentDirectedSpiSendsAOneOfNAway)
{
    in_both_modes(one_state(2), [](gic &g) {
        g.spi(40, shared);
        g.spi(41, {GIC_GROUP_1NS, 0x40, true, 0});
        g.pulse(40);
        EXPECT_TRUE(g.irq(0));
        g.pulse(41);
        EXPECT_TRUE(g.irq(1)) << "the other PE holds nothing";
        EXPECT_EQ(g.service(0), 41u);
        EXPECT_EQ(g.service(1), 40u);
        EXPECT_GT(g.count(GIC_EV_CROSSED_DISPLACED), 0u);
    });
}

TEST(Rules, D_12_E1nwfWakesAPe)
{
    in_both_modes(one_state(2), [](gic &g) {
        g.spi(40, shared);
        g.dist_write(GICD_CTLR, CTLR_GRP0 | CTLR_GRP1NS | CTLR_E1NWF);
        for (unsigned pe : {0u, 1u}) {
            g.enable_groups(pe, GIC_GROUPS_NONE);
            g.sleep(pe);
        }
        g.pulse(40);
        EXPECT_TRUE(g.wake_request(0) && !g.wake_request(1)) << "exactly one is woken";
        g.wake(0);
        g.enable_groups(0, GIC_GROUPS_ALL);
        EXPECT_FALSE(g.wake_request(1)) << "one is awake and able";
        EXPECT_EQ(g.service(0), 40u);
        g.enable_groups(0, GIC_GROUPS_NONE);
        g.sleep(0);
        g.pulse(40);
        EXPECT_TRUE(g.wake_request(0));
        g.dist_write(GICD_CTLR, CTLR_GRP0 | CTLR_GRP1NS);
        EXPECT_FALSE(g.wake_request(0)) << "without E1NWF it is taken back";
        EXPECT_EQ(g.dist(GICD_CTLR) & CTLR_RWP, 0u);
    });
}

// A PE that has done nothing since its reset but what firmware does for it.
// D-15: E1NWF cleared, RWP waits until the sleeping PE has given back what it holds by that.
TEST(Rules, D_15_RwpWaitsForWhatSleepersHoldByE1nwf)
{
    gic g(one_state(), timed());
    g.boot();
    g.spi(40, {GIC_GROUP_1NS, 0xA0, false, IRM});
    g.dist_write(GICD_CTLR, CTLR_ALL | CTLR_E1NWF);
    g.sleep(0);
    g.line(40, true);
    ASSERT_TRUE(g.wake_request(0));
    g.settling = false;
    g.dist_write(GICD_CTLR, CTLR_ALL);
    EXPECT_NE(g.dist(GICD_CTLR) & CTLR_RWP, 0u);
    g.settle();
    EXPECT_EQ(g.dist(GICD_CTLR) & CTLR_RWP, 0u);
    EXPECT_FALSE(g.wake_request(0));
    EXPECT_TRUE(g.pending(40));
}

TEST(Rules, D_12_E1nwfWakesAPeThatHasNotRunYet)
{
    for (const gic_timing &timing : {loosely_timed(), timed()}) {
        gic g(one_state(2), timing);
        g.dist_write(GICD_CTLR, CTLR_GRP0 | CTLR_GRP1NS | CTLR_E1NWF);
        g.spi(40, shared);
        g.pulse(40);
        EXPECT_NE(g.wake_request(0), g.wake_request(1)) << "exactly one is woken";
    }
}

TEST(Rules, D_12_TheMaskHintExcludesAPe)
{
    in_both_modes(one_state(2), [](gic &g) {
        g.spi(40, shared);
        g.icc_write(0, GIC_ICC_PMR_EL1, 0x80);
        g.icc_write(0, GIC_ICC_CTLR_EL1, 1u << 6); // PMHE
        g.pulse(40);
        EXPECT_TRUE(g.irq(1)) << "PE 0 masks it, and says so";
        EXPECT_EQ(g.service(1), 40u);
    });
}

TEST(Rules, D_12_UnableWhileTheOfferIsUnderWay)
{
    uint64_t crossed = 0;
    for (uint64_t delay = 0; delay < 8000; delay += 250) {
        gic g(one_state(2), timed());
        g.boot();
        g.spi(40, shared);
        g.settling = false;
        g.line(40, true);
        g.pass(delay);
        g.enable_groups(0, GIC_GROUPS_NONE);
        g.settle();
        EXPECT_EQ(g.ack(1), 40u) << "delay " << delay;
        g.settle();
        g.eoi(1, 40);
        g.settle();
        EXPECT_EQ(g.ack(0), 1023u);
        crossed += g.count(GIC_EV_CROSSED_DISABLED);
    }
    EXPECT_GT(crossed, 0u);
}

TEST(Rules, D_12_WithoutOneOfNIrmIsRazWi)
{
    gic_config config = one_state();
    config.one_of_n = false;
    gic g(config);
    EXPECT_EQ(g.dist(GICD_TYPER) >> 25 & 1, 1u) << "No1N";
    g.dist_write(gic::router(40), IRM | 3, 8);
    EXPECT_EQ(g.dist(gic::router(40), 8), 3u) << "ID-D08";
}

TEST(Rules, D_18_ARouteToNoPeKeepsTheInterruptPending)
{
    in_both_modes(one_state(2), [](gic &g) {
        const uint64_t nowhere = UINT64_C(0x1200345678);
        g.spi(40, {GIC_GROUP_1NS, 0xA0, true, nowhere});
        EXPECT_EQ(g.dist(gic::router(40), 8), nowhere) << "reads back as written";
        g.pulse(40);
        EXPECT_TRUE(g.pending(40));
        EXPECT_EQ(holders(g), 0u) << "ID-D05: it goes nowhere";
        g.dist_write(gic::router(40), nowhere + 1, 8);
        EXPECT_EQ(g.count(GIC_EV_BAD_ROUTE), 1u);
        g.dist_write(gic::router(40), g.affinity(1), 8);
        EXPECT_EQ(g.service(1), 40u);
    });
}

} // namespace
