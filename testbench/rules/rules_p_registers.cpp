// SPDX-License-Identifier: Apache-2.0
// What other chapters ask of the CPU interface's registers: reset values (N-03), extended INTIDs
// (M-03, M-04).
#include "rules_p_system.hpp"

using namespace p_rules;

TEST(Rules, N_03_CpuInterfaceResetValues)
{
    each(any, [](p_rules::system &s) {
        s.put3(GIC_ICC_BPR0_EL1, 7);
        s.put3(GIC_ICC_BPR1_EL1, 7);
        s.put3(GIC_ICC_CTLR_EL1, 2);
        s.raise(40, 0x80, GIC_GROUP_1NS);
        ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        gic_assembly_reset_pe(s.a, 0, s.now);
        s.push();
        unsigned minimum = 7 - s.preemption_bits();
        EXPECT_EQ(s.get3(GIC_ICC_PMR_EL1), 0u);
        EXPECT_EQ(s.get3(GIC_ICC_RPR_EL1), 0xFFu);
        EXPECT_EQ(s.get3(GIC_ICC_BPR0_EL1), minimum);
        EXPECT_EQ(s.get3(GIC_ICC_BPR1_EL1, true), minimum + 1);
        EXPECT_EQ(s.get3(GIC_ICC_IGRPEN0_EL1), 0u);
        EXPECT_EQ(s.get3(GIC_ICC_IGRPEN1_EL1, true), 0u);
        EXPECT_EQ(s.get3(GIC_ICC_CTLR_EL1, true) & 0x43u, 0u);
        EXPECT_EQ(s.get3(GIC_ICC_AP0R0_EL1), 0u);
        EXPECT_EQ(s.get3(GIC_ICC_AP1R0_EL1, true), 0u);
        if (s.has_el3()) {
            EXPECT_EQ(s.get3(GIC_ICC_BPR1_EL1, false), minimum);
            EXPECT_EQ(s.get3(GIC_ICC_IGRPEN1_EL3), 0u);
            EXPECT_EQ(s.get3(GIC_ICC_SRE_EL3), 7u);
            EXPECT_EQ(s.get3(GIC_ICC_SRE_EL2), 7u);
        }
        // Nothing was lost with the reset: what was held comes back, what was active is active.
        EXPECT_TRUE(s.active(40));
    });
}

// A PE that is reset while an interrupt is presented gives it back, and takes it when it is up.
TEST(Rules, N_03_ResetOfAPeLosesNoInterrupt)
{
    each(any, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1NS);
        ASSERT_TRUE(s.line());
        gic_assembly_reset_pe(s.a, 0, s.now);
        s.push();
        EXPECT_FALSE(s.line());
        EXPECT_TRUE(s.pending(40));
        s.put3(GIC_ICC_PMR_EL1, 0xFF);
        s.put3(GIC_ICC_IGRPEN1_EL1, 1);
        EXPECT_TRUE(s.line());
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
    });
}

TEST(Rules, M_03_CtlrSaysThatExtendedIntidsAreTaken)
{
    each(any, [](p_rules::system &s) {
        EXPECT_EQ(s.get(GIC_ICC_CTLR_EL1) >> 19 & 1u, 1u);
        if (s.has_el3()) {
            EXPECT_EQ(s.get3(GIC_ICC_CTLR_EL3) >> 19 & 1u, 1u);
        }
    });
}

TEST(Rules, M_04_ExtendedIntidsAreEndedLikeAnyOther)
{
    each(any, [](p_rules::system &s) {
        for (bool split : {false, true}) {
            s.put(GIC_ICC_CTLR_EL1, split ? 2 : 0);
            s.extended(4100, 0x80);
            ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), 4100u);
            EXPECT_TRUE(s.extended_active(4100));
            s.put(GIC_ICC_EOIR1_EL1, 4100);
            EXPECT_EQ(s.extended_active(4100), split);
            if (split)
                s.put(GIC_ICC_DIR_EL1, 4100);
            EXPECT_FALSE(s.extended_active(4100));
        }
    });
}
