// SPDX-License-Identifier: Apache-2.0
// The Redistributor: WAKER, TYPER, DPG.
#include "gic_rig.hpp"

using namespace rig;

namespace
{

const interrupt edge{GIC_GROUP_1NS, 0xA0, true, 0};

TEST(Rules, R_01_BothBitsResetToOneAndNothingIsSignalledAsleep)
{
    gic_config config = two_states(2);
    in_both_modes(config, [](gic &) {});
    gic g(config);
    EXPECT_EQ(g.redist(0, GICR_WAKER), 6u);
    EXPECT_EQ(g.redist(0, GICR_WAKER, 4, false), 0u) << "RAZ to Non-secure";
    g.redist_write(0, GICR_WAKER, 0, 4, false);
    EXPECT_EQ(g.redist(0, GICR_WAKER), 6u) << "and WI";
    g.dist_write(GICD_CTLR, CTLR_ALL);
    g.open_cpu(0);
    g.spi(40, edge);
    g.pulse(40);
    EXPECT_FALSE(g.irq(0));
    EXPECT_EQ(g.ack(0), 1023u);
    EXPECT_TRUE(g.pending(40));
    EXPECT_TRUE(g.wake_request(0));
    EXPECT_FALSE(g.wake_request(1));
    g.wake(0);
    EXPECT_EQ(g.redist(0, GICR_WAKER), 0u);
    EXPECT_FALSE(g.wake_request(0));
    EXPECT_EQ(g.service(0), 40u);
}

TEST(Rules, R_01_SleepReleasesWhatTheCpuInterfaceHolds)
{
    in_both_modes(one_state(2), [](gic &g) {
        g.spi(40, edge);
        g.private_interrupt(0, 20, edge);
        g.pulse(40);
        g.ppi(0, 20, true);
        EXPECT_TRUE(g.irq(0));
        g.enable_groups(0, GIC_GROUPS_NONE);
        g.sleep(0);
        EXPECT_EQ(g.redist(0, GICR_WAKER), 6u);
        g.enable_groups(0, GIC_GROUPS_ALL);
        EXPECT_FALSE(g.irq(0)) << "asleep";
        EXPECT_TRUE(g.wake_request(0)) << "something is pending for it";
        EXPECT_TRUE(g.pending(40) && g.private_bit(0, GICD_ISPENDR, 20));
        g.dist_write(GICD_CTLR, 0);
        EXPECT_FALSE(g.wake_request(0)) << "nothing of an enabled group";
        g.dist_write(GICD_CTLR, CTLR_GRP0 | CTLR_GRP1NS);
        g.wake(0);
        EXPECT_EQ(g.service(0), 20u);
        EXPECT_EQ(g.service(0), 40u);
    });
}

TEST(Rules, R_01_TheHandShakeTakesItsTimeAndCrossesOffers)
{
    uint64_t crossed = 0;
    for (uint64_t delay = 0; delay < 6000; delay += 250) {
        gic g(one_state(2), timed());
        g.boot();
        g.spi(40, {GIC_GROUP_1NS, 0xA0, true, IRM});
        g.spi(41, edge);
        g.settling = false;
        g.line(40, true);
        g.line(41, true);
        g.pass(delay);
        g.sleep(0);
        EXPECT_EQ(g.redist(0, GICR_WAKER), 2u) << "ChildrenAsleep is not early";
        unsigned bound = 0;
        while (!g.asleep(0) && bound++ < 100)
            g.pass(100);
        EXPECT_TRUE(g.asleep(0));
        EXPECT_FALSE(g.irq(0));
        EXPECT_EQ(g.ack(0), 1023u);
        g.settle();
        EXPECT_EQ(g.ack(1), 40u) << "the other one of N, delay " << delay;
        EXPECT_TRUE(g.wake_request(0)) << "the directed one waits";
        g.wake(0);
        EXPECT_EQ(g.redist(0, GICR_WAKER), 4u);
        g.settle();
        EXPECT_EQ(g.redist(0, GICR_WAKER), 0u);
        EXPECT_EQ(g.ack(0), 41u);
        crossed += g.count(GIC_EV_CROSSED_QUIESCE);
    }
    EXPECT_GT(crossed, 0u);
}

TEST(Rules, R_02_TyperNamesThePe)
{
    gic_config config = one_state(3);
    const uint32_t affinities[] = {0x00000001, 0x00030201, 0x0A0B0C0D};
    config.affinity = affinities;
    gic g(config);
    for (unsigned pe = 0; pe < 3; pe++) {
        const uint64_t typer = g.redist(pe, GICR_TYPER, 8);
        EXPECT_EQ(typer >> 32, affinities[pe]);
        EXPECT_EQ(typer >> 8 & 0xFFFF, pe);
        EXPECT_EQ(typer >> 4 & 1, pe == 2 ? 1u : 0u) << "Last on the highest only";
        EXPECT_EQ(typer >> 5 & 1, 1u) << "DPGS";
        EXPECT_EQ(typer & 0xF, 0u) << "no LPIs, no virtual LPIs";
        EXPECT_EQ(g.redist(pe, GICR_TYPER + 4), affinities[pe]);
    }
    gic_assembly_reset(g.a, 0);
    EXPECT_EQ(g.redist(2, GICR_TYPER) >> 4 & 1, 1u);
    EXPECT_EQ(g.redist(0, GICD_PIDR2) >> 4 & 0xF, 3u);
}

TEST(Rules, R_13_DpgExcludesFromOneOfNOnly)
{
    const uint32_t dpg_of[] = {RCTLR_DPG0, RCTLR_DPG1S, RCTLR_DPG1NS};
    in_both_modes(two_states(2), [&](gic &g) {
        for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS}) {
            SCOPED_TRACE(group);
            const interrupt one_of_n{group, 0x80, true, IRM};
            const interrupt directed{group, 0x80, true, 0};
            g.spi(40, one_of_n);
            g.spi(41, directed);
            g.redist_write(0, GICR_CTLR, dpg_of[group]);
            g.pulse(40);
            g.pulse(41);
            EXPECT_EQ(g.service(0, group), 41u) << "directed ones come";
            EXPECT_EQ(g.service(1, group), 40u);
            g.redist_write(0, GICR_CTLR, 0);
            g.pulse(40);
            EXPECT_TRUE(g.irq(0) || g.fiq(0));
            g.redist_write(0, GICR_CTLR, dpg_of[group]);
            EXPECT_EQ(g.ack(0, group), 1023u) << "set late: what was not taken moves";
            EXPECT_EQ(g.service(1, group), 40u);
            g.redist_write(0, GICR_CTLR, 0);
        }
    });
}

TEST(Rules, R_13_DpgViews)
{
    gic g(two_states());
    g.redist_write(0, GICR_CTLR, 7u << 24, 4, false);
    EXPECT_EQ(g.redist(0, GICR_CTLR), RCTLR_DPG1NS);
    g.redist_write(0, GICR_CTLR, 7u << 24);
    EXPECT_EQ(g.redist(0, GICR_CTLR), 7u << 24);
    EXPECT_EQ(g.redist(0, GICR_CTLR, 4, false), RCTLR_DPG1NS);
    g.redist_write(0, GICR_CTLR, 0, 4, false);
    EXPECT_EQ(g.redist(0, GICR_CTLR), RCTLR_DPG1S | RCTLR_DPG0);
    gic_config config = one_state();
    config.dpg = false;
    gic without(config);
    without.redist_write(0, GICR_CTLR, 7u << 24);
    EXPECT_EQ(without.redist(0, GICR_CTLR), 0u);
    EXPECT_EQ(without.redist(0, GICR_TYPER) >> 5 & 1, 0u);
}

TEST(Rules, R_15_WakerMisuseLosesNothing)
{
    in_both_modes(one_state(), [](gic &g) {
        g.private_interrupt(0, 20, edge);
        g.private_interrupt(0, 5, edge);
        g.spi(40, edge);
        g.pulse(40);
        g.ppi(0, 20, true);
        g.private_set(0, GICD_ISPENDR, 5);
        g.sleep(0); // with groups enabled
        EXPECT_EQ(g.count(GIC_EV_BAD_WAKER), 1u);
        EXPECT_TRUE(g.asleep(0)) << "applied (ID-R02)";
        EXPECT_TRUE(g.wake_request(0));
        g.wake(0);
        EXPECT_EQ(g.service(0), 5u);
        EXPECT_EQ(g.service(0), 20u);
        EXPECT_EQ(g.service(0), 40u);
    });
    for (uint64_t delay = 0; delay < 5000; delay += 250) {
        gic g(one_state(), timed());
        g.boot();
        g.spi(40, edge);
        g.pulse(40);
        g.settling = false;
        g.sleep(0);
        g.pass(delay);
        const bool early = !g.asleep(0);
        g.wake(0); // before ChildrenAsleep is 1
        EXPECT_EQ(g.count(GIC_EV_BAD_WAKER), early ? 2u : 1u);
        g.settle();
        EXPECT_EQ(g.redist(0, GICR_WAKER), 0u);
        EXPECT_EQ(g.ack(0), 40u);
    }
}

} // namespace
