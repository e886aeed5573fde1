// SPDX-License-Identifier: Apache-2.0
// GICv2: interrupt bypass (L-13; IHI 0048B 2.3.1 and the pseudocode of exception generation).
#include "gicv2_rig.hpp"

using namespace v2;

namespace
{

enum : uint32_t {
    FIQ_BYP_DIS_GRP0 = 1u << 5,
    IRQ_BYP_DIS_GRP0 = 1u << 6,
    FIQ_BYP_DIS_GRP1 = 1u << 7,
    IRQ_BYP_DIS_GRP1 = 1u << 8
};

// What GICC_CTLR has in `mask`, and whether the bypass is open then.
struct row {
    uint32_t mask;
    uint32_t value;
    bool open;
};

void check_table(gic &g, const std::vector<row> &rows, bool fiq)
{
    g.legacy(0, !fiq, fiq);
    for (uint32_t ctlr = 0; ctlr < 1u << 9; ctlr++) {
        g.gicc_write(0, GICC_CTLR, ctlr);
        unsigned matches = 0;
        for (const row &r : rows) {
            if ((ctlr & r.mask) != r.value)
                continue;
            matches++;
            EXPECT_EQ(fiq ? g.fiq(0) : g.irq(0), r.open) << std::hex << "GICC_CTLR " << ctlr;
            EXPECT_FALSE(fiq ? g.irq(0) : g.fiq(0)) << std::hex << "GICC_CTLR " << ctlr;
        }
        EXPECT_EQ(matches, 1u) << "the table has one row for each value: " << ctlr;
    }
    g.legacy(0, false, false);
}

TEST(Rules, L_13_FiqIsPassedOnWhileNoGroupUsesIt)
{
    const uint32_t used = ENABLE_GRP0 | FIQ_EN;
    const std::vector<row> rows = {
        {used, used, false},
        // Group 0 would use it: its own bit decides.
        {used | FIQ_BYP_DIS_GRP0, FIQ_EN, true},
        {used | FIQ_BYP_DIS_GRP0, FIQ_EN | FIQ_BYP_DIS_GRP0, false},
        // No group would: both bits have to be set to disable it.
        {FIQ_EN | FIQ_BYP_DIS_GRP0, 0, true},
        {FIQ_EN | FIQ_BYP_DIS_GRP0 | FIQ_BYP_DIS_GRP1, FIQ_BYP_DIS_GRP0, true},
        {FIQ_EN | FIQ_BYP_DIS_GRP0 | FIQ_BYP_DIS_GRP1, FIQ_BYP_DIS_GRP0 | FIQ_BYP_DIS_GRP1, false},
    };
    in_both_modes(two_states(2), [&rows](gic &g) { check_table(g, rows, true); });
    in_both_modes(one_state(1), [&rows](gic &g) { check_table(g, rows, true); });
}

TEST(Rules, L_13_IrqIsPassedOnWhileNoGroupUsesIt)
{
    const uint32_t both = IRQ_BYP_DIS_GRP0 | IRQ_BYP_DIS_GRP1;
    const std::vector<row> rows = {
        {ENABLE_GRP1, ENABLE_GRP1, false},
        // Group 0 is signalled by IRQ: it has to be disabled too, and Group 1's bit decides.
        {ENABLE_GRP1 | FIQ_EN | ENABLE_GRP0, ENABLE_GRP0, false},
        {ENABLE_GRP1 | FIQ_EN | ENABLE_GRP0 | IRQ_BYP_DIS_GRP1, 0, true},
        {ENABLE_GRP1 | FIQ_EN | ENABLE_GRP0 | IRQ_BYP_DIS_GRP1, IRQ_BYP_DIS_GRP1, false},
        // It is signalled by FIQ: both bits have to be set to disable the bypass.
        {ENABLE_GRP1 | FIQ_EN | IRQ_BYP_DIS_GRP1, FIQ_EN, true},
        {ENABLE_GRP1 | FIQ_EN | both, FIQ_EN | IRQ_BYP_DIS_GRP1, true},
        {ENABLE_GRP1 | FIQ_EN | both, FIQ_EN | both, false},
    };
    in_both_modes(two_states(2), [&rows](gic &g) { check_table(g, rows, false); });
    in_both_modes(one_state(1), [&rows](gic &g) { check_table(g, rows, false); });
}

TEST(Rules, L_13_ResetLeavesTheBypassOnAndEachPeHasItsOwnInputs)
{
    gic g(two_states(3));
    EXPECT_EQ(g.irqs(), 0u) << "an input that nobody drives is low";
    g.legacy(1, true, false);
    g.legacy(2, false, true);
    EXPECT_EQ(g.irqs(), 2u);
    EXPECT_TRUE(g.fiq(2) && !g.fiq(0) && !g.fiq(1));
    EXPECT_EQ(g.gicc(1, GICC_IAR), 1023u) << "there is nothing to acknowledge";
    EXPECT_EQ(g.gicc(1, GICC_HPPIR), 1023u);
    gic_assembly_reset(g.a, g.now);
    EXPECT_EQ(g.irqs(), 2u) << "inputs keep their level";
    EXPECT_TRUE(g.fiq(2));
    g.legacy(1, false, false);
    EXPECT_EQ(g.irqs(), 0u);
}

TEST(Rules, L_13_TheGroupThatIsEnabledTakesTheLineAndGivesItBack)
{
    in_both_modes(two_states(2), [](gic &g) {
        g.spi(40, 1, 1);
        g.spi(41, 1, 0, 0x40);
        g.gicc_write(0, GICC_CTLR, FIQ_EN);
        g.legacy(0, true, true);
        EXPECT_TRUE(g.irq(0) && g.fiq(0));
        g.gicc_write(0, GICC_CTLR, FIQ_EN | ENABLE_GRP0);
        EXPECT_TRUE(g.irq(0)) << "Group 1 is not enabled";
        EXPECT_FALSE(g.fiq(0)) << "Group 0 is: the GIC drives FIQ, and has nothing";
        g.wire(41, true);
        EXPECT_TRUE(g.fiq(0));
        g.legacy(0, true, false);
        EXPECT_TRUE(g.fiq(0)) << "by the GIC";
        g.gicc_write(0, GICC_CTLR, FIQ_EN | ENABLE_GRP0 | ENABLE_GRP1);
        EXPECT_FALSE(g.irq(0));
        g.legacy(0, false, true);
        g.wire(40, true);
        EXPECT_EQ(g.gicc(0, GICC_IAR), 41u);
        g.wire(41, false);
        g.gicc_write(0, GICC_EOIR, 41);
        EXPECT_TRUE(g.irq(0)) << "INTID 40";
        EXPECT_FALSE(g.fiq(0));
        g.gicc_write(0, GICC_CTLR, FIQ_EN);
        EXPECT_FALSE(g.irq(0)) << "as its input";
        EXPECT_TRUE(g.fiq(0)) << "as its input";
    });
}

TEST(Rules, L_13_NonSecureSoftwareHasTheBitsOfGroup1)
{
    in_both_modes(two_states(1), [](gic &g) {
        g.gicc_write(0, GICC_CTLR, FIQ_BYP_DIS_GRP0 | IRQ_BYP_DIS_GRP0);
        g.legacy(0, true, true);
        EXPECT_TRUE(g.irq(0) && g.fiq(0));
        g.gicc_write(0, GICC_CTLR, 1u << 5, false);
        EXPECT_TRUE(g.irq(0)) << "IRQBypDisGrp1 is bit 6 of its view";
        EXPECT_FALSE(g.fiq(0));
        g.gicc_write(0, GICC_CTLR, 1u << 6, false);
        EXPECT_FALSE(g.irq(0));
        EXPECT_TRUE(g.fiq(0));
        g.gicc_write(0, GICC_CTLR, 1u << 5 | 1u << 6, false);
        EXPECT_FALSE(g.irq(0) || g.fiq(0));
    });
}

TEST(Rules, L_13_IsSavedAndLoaded)
{
    in_both_modes(one_state(2), [](gic &g) {
        g.gicc_write(0, GICC_CTLR, FIQ_BYP_DIS_GRP0 | FIQ_BYP_DIS_GRP1);
        g.legacy(0, true, true);
        ASSERT_TRUE(g.reload());
        EXPECT_TRUE(g.irq(0));
        EXPECT_FALSE(g.fiq(0));
        g.gicc_write(0, GICC_CTLR, 0);
        EXPECT_TRUE(g.fiq(0)) << "the level behind the bypass is kept";
        g.legacy(0, false, false);
        EXPECT_FALSE(g.irq(0) || g.fiq(0));
    });
}

TEST(Rules, L_13_OnlyTheCpuInterfacesOfAGicv2HaveIt)
{
    gic_config config = gic_config_default();
    config.pe_count = 1;
    gic three(config);
    three.legacy(0, true, true);
    EXPECT_FALSE(three.irq(0) || three.fiq(0));
    EXPECT_EQ(three.count(GIC_EV_BAD_LINE), 2u);
    gic two(one_state(1));
    two.legacy(1, true, true);
    EXPECT_EQ(two.count(GIC_EV_BAD_LINE), 2u) << "there is no PE 1";
    gic_assembly_set_legacy(two.a, 0, 0, GIC_LINE_VIRQ, true);
    EXPECT_EQ(two.count(GIC_EV_BAD_LINE), 3u);
    EXPECT_FALSE(two.line(0, GIC_LINE_VIRQ));
}

} // namespace
