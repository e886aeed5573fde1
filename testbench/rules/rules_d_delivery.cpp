// SPDX-License-Identifier: Apache-2.0
// Pending, active, delivery (D-05 to D-10, D-13, D-15, D-20).
#include "gic_rig.hpp"

using namespace rig;

namespace
{

const interrupt level{};
const interrupt edge{GIC_GROUP_1NS, 0xA0, true, 0};

TEST(Rules, D_05_PendingReadsLatchOrLevel)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40, level, false);
        g.line(40, true);
        EXPECT_TRUE(g.pending(40));
        EXPECT_TRUE(g.spi_bit(GICD_ICPENDR, 40));
        g.line(40, false);
        EXPECT_FALSE(g.pending(40));
        g.spi_set(GICD_ISENABLER, 40);
        g.line(40, true);
        EXPECT_EQ(g.ack(0), 40u);
        EXPECT_TRUE(g.pending(40)) << "also while active";
        g.line(40, false);
        g.eoi(0, 40);
        g.private_interrupt(0, 20);
        g.ppi(0, 20, true);
        EXPECT_TRUE(g.private_bit(0, GICD_ISPENDR, 20));
        EXPECT_EQ(g.ack(0), 20u);
        EXPECT_TRUE(g.private_bit(0, GICD_ICPENDR, 20));
    });
}

TEST(Rules, D_06_IcpendrClearsOnlyWhatIspendrPended)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40);
        g.line(40, true);
        g.spi_set(GICD_ICPENDR, 40);
        EXPECT_TRUE(g.pending(40)) << "the input is high";
        EXPECT_TRUE(g.irq(0));
        g.line(40, false);
        g.dist_write(GICD_SETSPI_NSR, 40);
        g.spi_set(GICD_ICPENDR, 40);
        EXPECT_TRUE(g.pending(40)) << "a SETSPI level is an input as well";
        g.dist_write(GICD_CLRSPI_NSR, 40);
        EXPECT_FALSE(g.pending(40));
        g.spi_set(GICD_ISPENDR, 40);
        g.pulse(40);
        EXPECT_TRUE(g.pending(40)) << "what the input does leaves ISPENDR's latch alone";
        g.spi_set(GICD_ICPENDR, 40);
        EXPECT_FALSE(g.pending(40));
        EXPECT_FALSE(g.irq(0));
        g.spi_set(GICD_ISPENDR, 40);
        EXPECT_EQ(g.service(0), 40u);
        EXPECT_FALSE(g.pending(40)) << "ended by the acknowledge";
    });
}

TEST(Rules, D_07_LevelStillHighPendsOncePerDeactivation)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40);
        g.private_interrupt(0, 20, {GIC_GROUP_1NS, 0xA0, false, 0});
        g.line(40, true);
        for (unsigned i = 0; i < 3; i++) {
            EXPECT_EQ(g.ack(0), 40u);
            EXPECT_FALSE(g.irq(0)) << "not again while active";
            EXPECT_EQ(g.ack(0), 1023u);
            g.eoi(0, 40);
            EXPECT_TRUE(g.irq(0)) << "again after deactivation";
        }
        EXPECT_EQ(g.ack(0), 40u);
        g.line(40, false);
        g.eoi(0, 40);
        EXPECT_FALSE(g.irq(0));
        EXPECT_EQ(g.count(GIC_EV_DEACTIVATED), 4u);
        g.ppi(0, 20, true);
        EXPECT_EQ(g.service(0), 20u);
        EXPECT_EQ(g.ack(0), 20u);
        g.ppi(0, 20, false);
        g.eoi(0, 20);
        EXPECT_EQ(g.ack(0), 1023u);
    });
}

TEST(Rules, D_08_EdgesMergeBeforeAndPendOnceMoreWhileActive)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40, edge);
        g.pulse(40);
        g.pulse(40);
        g.pulse(40);
        EXPECT_EQ(g.count(GIC_EV_MERGED), 2u);
        EXPECT_EQ(g.ack(0), 40u);
        EXPECT_FALSE(g.pending(40));
        g.pulse(40);
        g.pulse(40);
        EXPECT_TRUE(g.pending(40) && g.active(40)) << "active and pending";
        g.eoi(0, 40);
        EXPECT_EQ(g.service(0), 40u) << "one more delivery";
        EXPECT_EQ(g.ack(0), 1023u);
        g.line(40, true);
        EXPECT_EQ(g.service(0), 40u);
        g.line(40, false);
        EXPECT_FALSE(g.pending(40)) << "a falling edge does nothing";
        EXPECT_EQ(g.ack(0), 1023u);
    });
}

TEST(Rules, D_09_DeliveredWhenTheObstacleGoes)
{
    in_both_modes(two_states(2), [](gic &g) {
        g.spi(40, edge, false);
        g.pulse(40);
        EXPECT_FALSE(g.irq(0));
        g.spi_set(GICD_ISENABLER, 40);
        EXPECT_TRUE(g.irq(0)) << "it was disabled";
        EXPECT_EQ(g.service(0), 40u);

        g.dist_write(GICD_CTLR, CTLR_GRP0);
        g.pulse(40);
        EXPECT_FALSE(g.irq(0));
        g.dist_write(GICD_CTLR, CTLR_ALL);
        EXPECT_EQ(g.service(0), 40u) << "its group was disabled";

        g.dist_write(gic::router(40), UINT64_C(0x7F) << 32, 8);
        g.pulse(40);
        EXPECT_FALSE(g.irq(0) || g.irq(1));
        g.dist_write(gic::router(40), g.affinity(1), 8);
        EXPECT_EQ(g.service(1), 40u) << "it led nowhere";

        g.dist_write(gic::router(40), 0, 8);
        g.enable_groups(0, GIC_GROUPS_NONE);
        g.pulse(40);
        EXPECT_FALSE(g.irq(0));
        EXPECT_EQ(g.messages(GIC_MSG_OFFER), 3u) << "not offered to where it is disabled (P-23)";
        g.enable_groups(0, GIC_GROUPS_ALL);
        EXPECT_EQ(g.service(0), 40u) << "ICC_IGRPEN1 was 0";
    });
}

TEST(Rules, D_10_IsactiverAndIcactiverChangeOnlyTheActiveState)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40, edge);
        g.pulse(40);
        EXPECT_TRUE(g.irq(0));
        g.spi_set(GICD_ISACTIVER, 40);
        EXPECT_FALSE(g.irq(0)) << "active: not delivered";
        EXPECT_TRUE(g.pending(40));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0xFFu);
        g.spi_set(GICD_ICACTIVER, 40);
        EXPECT_TRUE(g.irq(0));
        EXPECT_EQ(g.ack(0), 40u);
        const uint64_t running = g.icc_read(0, GIC_ICC_RPR_EL1);
        g.spi_set(GICD_ICACTIVER, 40);
        EXPECT_FALSE(g.active(40));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), running);
        EXPECT_EQ(g.dist(GICD_CTLR) & CTLR_RWP, 0u);
        g.eoi(0, 40);
        g.private_interrupt(0, 20, edge);
        g.ppi(0, 20, true);
        g.private_set(0, GICD_ISACTIVER, 20);
        EXPECT_FALSE(g.irq(0));
        g.private_set(0, GICD_ICACTIVER, 20);
        EXPECT_EQ(g.service(0), 20u);
    });
}

TEST(Rules, D_13_SetspiLevelStaysUntilClrspi)
{
    in_both_modes(two_states(), [](gic &g) {
        g.spi(40);
        g.dist_write(GICD_SETSPI_NSR, 40, 4, false);
        EXPECT_EQ(g.ack(0), 40u);
        EXPECT_TRUE(g.pending(40) && g.active(40)) << "acknowledge gives active and pending";
        g.spi_set(GICD_ICPENDR, 40);
        EXPECT_TRUE(g.pending(40));
        g.eoi(0, 40);
        EXPECT_EQ(g.ack(0), 40u);
        g.dist_write(GICD_CLRSPI_NSR, 40, 2, false);
        EXPECT_FALSE(g.pending(40));
        g.eoi(0, 40);
        EXPECT_EQ(g.ack(0), 1023u);
    });
}

TEST(Rules, D_13_SetspiEdgeEndsAtAcknowledgeClrspiOrIcpendr)
{
    in_both_modes(two_states(), [](gic &g) {
        g.spi(40, edge);
        g.dist_write(GICD_SETSPI_NSR, 40);
        EXPECT_EQ(g.service(0), 40u);
        EXPECT_EQ(g.ack(0), 1023u);
        g.dist_write(GICD_SETSPI_NSR, 40, 2);
        EXPECT_TRUE(g.irq(0));
        g.dist_write(GICD_CLRSPI_NSR, 40);
        EXPECT_FALSE(g.irq(0) || g.pending(40));
        g.dist_write(GICD_SETSPI_NSR, 40);
        g.spi_set(GICD_ICPENDR, 40);
        EXPECT_FALSE(g.irq(0) || g.pending(40));
        g.dist_write(GICD_CLRSPI_NSR, 40);  // not pending: no effect
        g.dist_write(GICD_SETSPI_NSR, 300); // beyond the range
        g.dist_write(GICD_SETSPI_NSR, 20);  // no SPI
        EXPECT_EQ(g.count(GIC_EV_BAD_INTID), 2u);
        EXPECT_EQ(g.ack(0), 1023u);
    });
}

TEST(Rules, D_13_SecureMessageSpis)
{
    in_both_modes(two_states(), [](gic &g) {
        g.spi(41, {GIC_GROUP_1S, 0x40, true, 0});
        g.dist_write(GICD_SETSPI_NSR, 41, 4, false);
        g.dist_write(GICD_SETSPI_SR, 41, 4, false);
        EXPECT_FALSE(g.pending(41)) << "Non-secure, NSACR 0";
        g.dist_write(GICD_SETSPI_SR, 41);
        EXPECT_EQ(g.service(0, GIC_GROUP_1S), 41u);
        g.dist_write(GICD_CTLR, 0);
        g.dist_write(GICD_CTLR, CTLR_DS);
        g.dist_write(GICD_SETSPI_SR, 41);
        EXPECT_FALSE(g.pending(41)) << "DS=1: SR is WI";
        g.dist_write(GICD_SETSPI_NSR, 41, 4, false);
        EXPECT_TRUE(g.pending(41)) << "and NSR serves all";
    });
    gic_config config = one_state();
    config.mbis = false;
    gic without(config);
    without.spi(40);
    without.dist_write(GICD_SETSPI_NSR, 40);
    EXPECT_FALSE(without.pending(40));
    EXPECT_EQ(without.dist(GICD_TYPER) >> 16 & 1, 0u);
    EXPECT_EQ(without.count(GIC_EV_BAD_RESERVED), 1u);
}

// --- RWP
// ------------------------------------------------------------------------------------------

bool rwp(gic &g)
{
    return (g.dist(GICD_CTLR) & CTLR_RWP) != 0;
}

TEST(Rules, D_15_RwpWaitsForTheRecallOfWhatIcenablerDisabled)
{
    gic g(two_states(2), timed());
    g.boot();
    g.spi(40);
    g.line(40, true);
    EXPECT_TRUE(g.irq(0));
    g.settling = false;
    g.spi_set(GICD_ICENABLER, 40);
    EXPECT_TRUE(rwp(g)) << "the CPU interface may still acknowledge it";
    EXPECT_TRUE(g.irq(0));
    EXPECT_EQ(g.ack(0), 40u) << "and does";
    g.pass(1500);
    EXPECT_TRUE(rwp(g)) << "Taken is under way";
    g.settle();
    EXPECT_FALSE(rwp(g));
    EXPECT_TRUE(g.active(40)) << "an Activate is a fact";
    EXPECT_GT(g.count(GIC_EV_CROSSED_ACTIVATE) + g.count(GIC_EV_CROSSED_CLEAR), 0u);
    g.settling = true;
    g.eoi(0, 40);
    EXPECT_EQ(g.ack(0), 1023u) << "after RWP nobody acts on the old value";
}

TEST(Rules, D_15_RwpWaitsForDisabledGroups)
{
    gic g(two_states(3), timed());
    g.boot();
    g.spi(40, edge);
    g.pulse(40);
    g.private_interrupt(2, 20, edge);
    g.ppi(2, 20, true);
    g.settling = false;
    g.dist_write(GICD_CTLR, CTLR_GRP0 | CTLR_GRP1S);
    EXPECT_TRUE(rwp(g));
    for (unsigned bound = 0; rwp(g) && bound < 100; bound++)
        g.pass(100);
    EXPECT_FALSE(rwp(g));
    EXPECT_GE(g.now, 4000u) << "there, to the CPU interface, and back";
    EXPECT_FALSE(g.irq(0) || g.irq(2));
    EXPECT_EQ(g.ack(0), 1023u);
    EXPECT_EQ(g.ack(2), 1023u);
    g.settle();
    g.dist_write(GICD_CTLR, CTLR_ALL);
    EXPECT_FALSE(rwp(g)) << "setting an enable is not tracked";
    g.settle();
    EXPECT_EQ(g.ack(0), 40u);
    EXPECT_EQ(g.ack(2), 20u);
}

TEST(Rules, D_15_RwpOfTwoWritesInARow)
{
    gic g(two_states(2), timed());
    g.boot();
    g.settling = false;
    g.dist_write(GICD_CTLR, CTLR_GRP0 | CTLR_GRP1S);
    g.dist_write(GICD_CTLR, CTLR_ALL);
    g.dist_write(GICD_CTLR, CTLR_GRP0);
    EXPECT_GT(g.count(GIC_EV_CREDIT_WAIT), 0u) << "one announcement at a time";
    EXPECT_TRUE(rwp(g));
    g.settle();
    EXPECT_FALSE(rwp(g));
    EXPECT_EQ(g.messages(GIC_MSG_GROUP_ENABLES_ACK), 2u * (1 + 2));
    g.dist_write(GICD_CTLR, CTLR_GRP0 | CTLR_E1NWF);
    EXPECT_FALSE(rwp(g));
}

TEST(Rules, D_15_GicrRwpAndUwp)
{
    gic g(one_state(2), timed());
    g.boot();
    g.private_interrupt(0, 20, edge);
    g.ppi(0, 20, true);
    g.settling = false;
    g.private_set(0, GICD_ICENABLER, 20);
    EXPECT_TRUE(g.redist(0, GICR_CTLR) & RCTLR_RWP);
    g.settle();
    EXPECT_FALSE(g.redist(0, GICR_CTLR) & RCTLR_RWP);
    EXPECT_EQ(g.ack(0), 1023u);
    g.redist_write(0, GICR_CTLR, RCTLR_DPG1NS);
    EXPECT_TRUE(g.redist(0, GICR_CTLR) & RCTLR_RWP) << "DPG";
    EXPECT_TRUE(g.redist(0, GICR_CTLR) & RCTLR_UWP);
    g.settle();
    EXPECT_EQ(g.redist(0, GICR_CTLR), RCTLR_DPG1NS);
    g.private_set(0, GICD_ICENABLER, 21);
    EXPECT_FALSE(g.redist(0, GICR_CTLR) & RCTLR_RWP) << "nothing of it was presented";
}

TEST(Rules, D_15_DsAndE1nwfAreTracked)
{
    gic g(two_states(2), timed());
    g.boot();
    g.spi(40, {GIC_GROUP_1S, 0x40, true, 0});
    g.pulse(40);
    g.settling = false;
    g.dist_write(GICD_CTLR, CTLR_ALL | CTLR_DS);
    EXPECT_TRUE(rwp(g));
    g.settle();
    EXPECT_FALSE(rwp(g));
    g.settling = true;
    EXPECT_EQ(g.ack(0, GIC_GROUP_0), 40u) << "Group 0 by IGROUPR alone";
}

// --- old or new
// --------------------------------------------------------------------------------------

TEST(Rules, D_20_ARacingPriorityIsWhollyOldOrNew)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40, edge);
        g.spi(41, {GIC_GROUP_1NS, 0x80, true, 0});
        g.pulse(40);
        g.pulse(41);
        g.dist_write(gic::priority_byte(40), 0x40, 1);
        EXPECT_EQ(g.ack(0), 40u) << "the new value holds in finite time";
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0x40u);
        g.eoi(0, 40);
        g.dist_write(gic::priority_byte(41), 0xF8, 1);
        EXPECT_EQ(g.ack(0), 1023u) << "masked by its new priority";
        EXPECT_TRUE(g.pending(41));
    });
    unsigned old_values = 0;
    unsigned new_values = 0;
    for (uint64_t delay = 0; delay < 8000; delay += 250) {
        gic g(one_state(), timed());
        g.boot();
        g.spi(40, edge);
        g.settling = false;
        g.line(40, true);
        g.pass(2500);
        g.dist_write(gic::priority_byte(40), 0x40, 1);
        g.pass(delay);
        if (g.ack(0) == 1023) {
            g.settle();
            ASSERT_EQ(g.ack(0), 40u) << "not lost";
        }
        const uint64_t rpr = g.icc_read(0, GIC_ICC_RPR_EL1);
        EXPECT_TRUE(rpr == 0xA0 || rpr == 0x40) << rpr;
        (rpr == 0xA0 ? old_values : new_values)++;
        g.settle();
        g.eoi(0, 40);
        g.settle();
        EXPECT_EQ(g.ack(0), 1023u) << "not twice";
    }
    EXPECT_GT(old_values, 0u) << "the race has to happen";
    EXPECT_GT(new_values, 0u);
}

TEST(Rules, C_05_ARacingGroupIsWhollyOldOrNew)
{
    unsigned taken[GIC_GROUP_COUNT] = {};
    for (uint64_t delay = 0; delay < 8000; delay += 250) {
        gic g(two_states(), timed());
        g.boot();
        g.spi(40, {GIC_GROUP_0, 0xA0, true, 0});
        g.settling = false;
        g.line(40, true);
        g.pass(3500);
        g.dist_write(GICD_IGROUPR + 4, 0x100);
        g.pass(delay);
        unsigned count = 0;
        for (unsigned round = 0; round < 2; round++) {
            for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1NS})
                if (g.ack(0, group) == 40) {
                    taken[group]++;
                    count++;
                    g.settle();
                    g.eoi(0, 40, group);
                }
            g.settle();
        }
        EXPECT_EQ(count, 1u) << "neither lost nor twice, delay " << delay;
        EXPECT_FALSE(g.active(40));
        EXPECT_FALSE(g.irq(0) || g.fiq(0));
    }
    EXPECT_GT(taken[GIC_GROUP_0], 0u) << "the race has to happen";
    EXPECT_GT(taken[GIC_GROUP_1NS], 0u);
}

} // namespace
