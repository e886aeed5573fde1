// SPDX-License-Identifier: Apache-2.0
// Rules P-05 to P-09, P-12 to P-14, P-24 to P-28: masks, binary points, views, banks.
#include "rules_p_system.hpp"

using namespace p_rules;

// ---- P-05 ------------------------------------------------------------------------------------

TEST(Rules, P_05_EqualPriorityIsMasked)
{
    each(any, [](p_rules::system &s) {
        s.put(GIC_ICC_PMR_EL1, 0x80);
        s.raise(40, 0x80, GIC_GROUP_1NS);
        EXPECT_FALSE(s.line());
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
        s.put(GIC_ICC_PMR_EL1, 0x88);
        EXPECT_TRUE(s.line());
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
    });
}

TEST(Rules, P_05_PmrZeroMasksEverything)
{
    each(any, [](p_rules::system &s) {
        s.put(GIC_ICC_PMR_EL1, 0);
        s.raise(40, 0, GIC_GROUP_1NS);
        EXPECT_FALSE(s.line());
        s.put(GIC_ICC_PMR_EL1, 0x08);
        EXPECT_TRUE(s.line());
    });
}

TEST(Rules, P_05_TheLowestPriorityIsNeverDelivered)
{
    each(any, [](p_rules::system &s) {
        s.put(GIC_ICC_PMR_EL1, 0xFF);
        s.raise(40, 0xFF, GIC_GROUP_1NS);
        EXPECT_FALSE(s.line());
        s.dist_write(GICD_IPRIORITYR + 40, 0xF0, 1);
        EXPECT_TRUE(s.line());
    });
}

// ---- P-06 ------------------------------------------------------------------------------------

TEST(Rules, P_06_UnimplementedPriorityBitsAreRazWi)
{
    each(any, [](p_rules::system &s) {
        uint64_t implemented = s.masked(0xFF);
        s.put(GIC_ICC_PMR_EL1, 0xFF);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), implemented);
        s.dist_write(GICD_IPRIORITYR + 40, 0xFF, 1);
        EXPECT_EQ(s.dist(GICD_IPRIORITYR + 40, 1), implemented);
        s.redist_write(0, GICR_SGI + GICD_IPRIORITYR + 8, 0xFFFFFFFF);
        EXPECT_EQ(s.redist(0, GICR_SGI + GICD_IPRIORITYR + 8), implemented * 0x01010101);
        EXPECT_EQ(s.get(GIC_ICC_CTLR_EL1) >> 8 & 7u, s.priority_bits() - 1);
    });
}

TEST(Rules, P_06_TheShiftedViewLosesOneMoreBit)
{
    each(with_el3, [](p_rules::system &s) {
        s.put(GIC_ICC_PMR_EL1, 0xFF);
        s.scr_fiq(true);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), s.masked(0xFF) << 1 & 0xFFu);
        s.put(GIC_ICC_PMR_EL1, 0xFF);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), s.masked(0xFF) << 1 & 0xFFu);
    });
}

// ---- P-07 ------------------------------------------------------------------------------------

TEST(Rules, P_07_PreemptionComparesGroupPriority)
{
    each(any, [](p_rules::system &s) {
        s.put3(GIC_ICC_BPR1_EL1, 6); // group priority: bits 7 and 6
        s.raise(40, 0x70, GIC_GROUP_1NS);
        ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        s.raise(41, 0x40, GIC_GROUP_1NS); // more urgent, same group priority
        EXPECT_FALSE(s.line());
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
        s.raise(42, 0x38, GIC_GROUP_1NS);
        EXPECT_TRUE(s.line());
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 42u);
        s.put(GIC_ICC_EOIR1_EL1, 42);
        s.put(GIC_ICC_EOIR1_EL1, 40);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 41u);
    });
}

TEST(Rules, P_07_SubPriorityOrdersAndCountsAgainstPmr)
{
    each(any, [](p_rules::system &s) {
        s.put3(GIC_ICC_BPR1_EL1, 6);
        s.put(GIC_ICC_PMR_EL1, 0);
        s.raise(40, 0x70, GIC_GROUP_1NS);
        s.raise(41, 0x48, GIC_GROUP_1NS);
        s.put(GIC_ICC_PMR_EL1, 0x48);
        EXPECT_FALSE(s.line()); // the whole priority is compared
        s.put(GIC_ICC_PMR_EL1, 0xFF);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 41u);
        s.put(GIC_ICC_EOIR1_EL1, 41);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
    });
}

// ---- P-08 ------------------------------------------------------------------------------------

TEST(Rules, P_08_SplitPointsOfEachGroup)
{
    each(any, [](p_rules::system &s) {
        for (gic_group group : s.groups()) {
            bool offset = group == GIC_GROUP_1NS;
            for (unsigned bpr = 0; bpr < 8; bpr++) {
                unsigned minimum = 7 - s.preemption_bits() + (offset ? 1 : 0);
                unsigned stored = std::max(bpr, minimum);
                gic_sysreg reg = group == GIC_GROUP_0 ? GIC_ICC_BPR0_EL1 : GIC_ICC_BPR1_EL1;
                s.put3(reg, bpr, group != GIC_GROUP_1S);
                EXPECT_EQ(s.get3(reg, group != GIC_GROUP_1S), stored);
                // Group bits [7:n]: n = BPR + 1, for Group 1 Non-secure n = BPR.
                unsigned from = offset ? stored : stored + 1;
                // A running priority with all the group bits set, but not the lowest of all.
                uint8_t running = s.masked(0xF0);
                for (unsigned bit = 4; bit < 8; bit++) {
                    s.raise(40, running, group);
                    s.world_of(group);
                    ASSERT_EQ(s.acknowledge(group), 40u);
                    s.raise(41, static_cast<uint8_t>(running & ~(1u << bit)), group);
                    EXPECT_EQ(s.line(), bit >= from)
                        << "group " << group << " BPR " << bpr << " bit " << bit;
                    s.unpend(41);
                    s.end(group, 40);
                }
            }
        }
    });
}

TEST(Rules, P_08_MinimumBinaryPoints)
{
    each(any, [](p_rules::system &s) {
        unsigned minimum = 7 - s.preemption_bits();
        s.put3(GIC_ICC_BPR0_EL1, 0);
        EXPECT_EQ(s.get3(GIC_ICC_BPR0_EL1), minimum);
        s.put3(GIC_ICC_BPR1_EL1, 0, true);
        EXPECT_EQ(s.get3(GIC_ICC_BPR1_EL1, true), minimum + 1);
        if (s.has_el3()) {
            s.put3(GIC_ICC_BPR1_EL1, 0, false);
            EXPECT_EQ(s.get3(GIC_ICC_BPR1_EL1, false), minimum);
        }
    });
}

// ---- P-09 ------------------------------------------------------------------------------------

TEST(Rules, P_09_CommonBinaryPointNonSecure)
{
    each(with_el3, [](p_rules::system &s) {
        s.put3(GIC_ICC_CTLR_EL3, 2); // CBPR_EL1NS
        s.put3(GIC_ICC_BPR1_EL1, 4, true);
        for (unsigned bpr0 = 3; bpr0 < 8; bpr0++) {
            s.put3(GIC_ICC_BPR0_EL1, bpr0);
            s.normal();
            EXPECT_EQ(s.get(GIC_ICC_BPR1_EL1), std::min(bpr0 + 1, 7u));
            s.put(GIC_ICC_BPR1_EL1, 6);
            s.at(2, true);
            s.put(GIC_ICC_BPR1_EL1, 6);
            EXPECT_EQ(s.get(GIC_ICC_BPR1_EL1), std::min(bpr0 + 1, 7u));
            EXPECT_EQ(s.get3(GIC_ICC_BPR1_EL1, true), 4u); // EL3: the register itself
            EXPECT_EQ(s.get3(GIC_ICC_BPR0_EL1), bpr0);
        }
    });
}

TEST(Rules, P_09_CommonBinaryPointSecure)
{
    each(with_el3, [](p_rules::system &s) {
        s.put3(GIC_ICC_CTLR_EL3, 1); // CBPR_EL1S
        s.put3(GIC_ICC_BPR1_EL1, 4, false);
        s.at(1, false);
        s.put(GIC_ICC_BPR1_EL1, 6);
        EXPECT_EQ(s.get(GIC_ICC_BPR1_EL1), 6u);
        EXPECT_EQ(s.get(GIC_ICC_BPR0_EL1), 6u);
        EXPECT_EQ(s.get3(GIC_ICC_BPR1_EL1, false), 4u);
    });
}

TEST(Rules, P_09_CommonBinaryPointWithoutEL3)
{
    each([](const shape &s) { return !s.two_states; },
         [](p_rules::system &s) {
             s.put(GIC_ICC_CTLR_EL1, 1);
             s.put(GIC_ICC_BPR0_EL1, 5);
             EXPECT_EQ(s.get(GIC_ICC_BPR1_EL1), 6u);
             s.put(GIC_ICC_BPR1_EL1, 3);
             EXPECT_EQ(s.get(GIC_ICC_BPR1_EL1), 6u);
             s.put(GIC_ICC_CTLR_EL1, 0);
             EXPECT_EQ(s.get(GIC_ICC_BPR1_EL1), 8 - s.preemption_bits()); // untouched
         });
}

// G1NS splits by BPR0 itself: with BPR0 = 5 bits [7:6] pre-empt, and not [7:5].
TEST(Rules, P_09_CommonBinaryPointSplitsWithoutOffset)
{
    each(any, [](p_rules::system &s) {
        s.put3(GIC_ICC_BPR0_EL1, 5);
        if (s.has_el3())
            s.put3(GIC_ICC_CTLR_EL3, 2);
        else
            s.put(GIC_ICC_CTLR_EL1, 1);
        s.raise(40, 0xF0, GIC_GROUP_1NS);
        ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        s.raise(41, 0xD0, GIC_GROUP_1NS);
        EXPECT_FALSE(s.line());
        s.raise(42, 0xB0, GIC_GROUP_1NS);
        EXPECT_TRUE(s.line());
    });
}

// ---- P-12, P-13, P-25 ------------------------------------------------------------------------

TEST(Rules, P_12_RprInTheShiftedView)
{
    each(with_el3, [](p_rules::system &s) {
        s.scr_fiq(true);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu); // idle
        s.raise(40, 0xB0, GIC_GROUP_1NS);
        ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0x60u);
        s.at(2, true);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0x60u);
        EXPECT_EQ(s.get3(GIC_ICC_RPR_EL1), 0xB0u);
        s.at(1, false); // Secure: whole range
        s.scr_fiq(false);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xB0u);
        s.scr_fiq(true);
        s.normal();
        s.raise(41, 0x40, GIC_GROUP_1NS); // Secure software gave it a Secure priority
        ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), 41u);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0u);
    });
}

TEST(Rules, P_13_PmrInTheShiftedView)
{
    each(with_el3, [](p_rules::system &s) {
        s.scr_fiq(true);
        s.put3(GIC_ICC_PMR_EL1, 0x40);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0u);
        s.put(GIC_ICC_PMR_EL1, 0xFF);
        EXPECT_EQ(s.get3(GIC_ICC_PMR_EL1), 0x40u);
        s.put3(GIC_ICC_PMR_EL1, 0xC0);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0x80u);
        s.put(GIC_ICC_PMR_EL1, 0x20);
        EXPECT_EQ(s.get3(GIC_ICC_PMR_EL1), 0x90u);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0x20u);
        s.put(GIC_ICC_PMR_EL1, 0);
        EXPECT_EQ(s.get3(GIC_ICC_PMR_EL1), 0x80u); // never below the Non-secure half
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0u);
        s.put(GIC_ICC_PMR_EL1, 0xFF);
        EXPECT_EQ(s.get3(GIC_ICC_PMR_EL1), s.masked(0xFF));
    });
}

TEST(Rules, P_25_ScrFiqChoosesTheViewAndChangesNoValue)
{
    each(with_el3, [](p_rules::system &s) {
        s.put(GIC_ICC_PMR_EL1, 0x40); // below 0x80, from Non-secure
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0x40u);
        s.scr_fiq(true);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0u);
        s.scr_fiq(false);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0x40u);
        s.put(GIC_ICC_PMR_EL1, 0xD0);
        s.raise(40, 0xA0, GIC_GROUP_1NS);
        ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xA0u);
        s.scr_fiq(true);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0xA0u);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0x40u);
        s.scr_fiq(false);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xA0u);
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0xD0u);
    });
}

TEST(Rules, P_25_IpriorityrStaysShiftedWhateverScrFiqIs)
{
    each(two, [](p_rules::system &s) {
        s.spi(40, 0xA0, GIC_GROUP_1NS);
        for (bool fiq : {false, true}) {
            s.scr_fiq(fiq);
            EXPECT_EQ(s.dist(GICD_IPRIORITYR + 40, 1, false), 0x40u);
        }
    });
}

// ---- P-14 ------------------------------------------------------------------------------------

TEST(Rules, P_14_IpriorityrInTheNonSecureView)
{
    each(two, [](p_rules::system &s) {
        s.spi(40, 0xA0, GIC_GROUP_1NS);
        EXPECT_EQ(s.dist(GICD_IPRIORITYR + 40, 1, false), 0x40u);
        s.dist_write(GICD_IPRIORITYR + 40, 0x60, 1, false);
        EXPECT_EQ(s.dist(GICD_IPRIORITYR + 40, 1), 0xB0u);
        s.dist_write(GICD_IPRIORITYR + 40, 0, 1, false);
        EXPECT_EQ(s.dist(GICD_IPRIORITYR + 40, 1), 0x80u);
        for (gic_group secure : {GIC_GROUP_0, GIC_GROUP_1S}) {
            s.spi(41, 0x60, secure);
            EXPECT_EQ(s.dist(GICD_IPRIORITYR + 41, 1, false), 0u);
            s.dist_write(GICD_IPRIORITYR + 41, 0xFF, 1, false);
            EXPECT_EQ(s.dist(GICD_IPRIORITYR + 41, 1), 0x60u);
        }
        // SGIs and PPIs likewise.
        s.redist_write(0, GICR_SGI + GICD_IGROUPR, 0x2);
        s.redist_write(0, GICR_SGI + GICD_IPRIORITYR, 0x0000A040);
        EXPECT_EQ(s.redist(0, GICR_SGI + GICD_IPRIORITYR, 4, false), 0x4000u);
    });
}

TEST(Rules, P_14_OneViewWithOneSecurityState)
{
    each(one, [](p_rules::system &s) {
        s.spi(40, 0x40, GIC_GROUP_1NS);
        EXPECT_EQ(s.dist(GICD_IPRIORITYR + 40, 1, false), 0x40u);
        s.dist_write(GICD_IPRIORITYR + 40, 0x60, 1, false);
        EXPECT_EQ(s.dist(GICD_IPRIORITYR + 40, 1), 0x60u);
        // The views of PMR and RPR do not depend on DS (P-25).
        s.scr_fiq(true);
        EXPECT_EQ(s.dist(GICD_IPRIORITYR + 40, 1, false), 0x60u);
    });
}

// ---- P-24, P-26 ------------------------------------------------------------------------------

TEST(Rules, P_24_ZeroToTheApRegistersMakesRprIdle)
{
    each(any, [](p_rules::system &s) {
        for (gic_group group : s.groups()) {
            s.raise(40, 0xC0, group);
            s.world_of(group);
            ASSERT_EQ(s.acknowledge(group), 40u);
            ASSERT_EQ(s.get3(GIC_ICC_RPR_EL1), 0xC0u);
            s.raise(41, 0xD0, GIC_GROUP_1NS);
            EXPECT_FALSE(s.line());
            for (unsigned n = 0; n < (1u << s.preemption_bits()) / 32; n++) {
                s.put3(static_cast<gic_sysreg>(GIC_ICC_AP0R0_EL1 + n), 0);
                s.put3(static_cast<gic_sysreg>(GIC_ICC_AP1R0_EL1 + n), 0, true);
                if (s.has_el3())
                    s.put3(static_cast<gic_sysreg>(GIC_ICC_AP1R0_EL1 + n), 0, false);
            }
            EXPECT_EQ(s.get3(GIC_ICC_RPR_EL1), 0xFFu);
            EXPECT_TRUE(s.line()); // and further signalling
            s.unpend(41);
            s.set_bit(GICD_ICACTIVER, 40);
        }
    });
}

TEST(Rules, P_24_NonSecureSoftwareClearsItsOwnBankOnly)
{
    each(two, [](p_rules::system &s) {
        unsigned words = (1u << s.preemption_bits()) / 32;
        s.raise(40, 0xC0, GIC_GROUP_1S);
        s.at(1, false);
        ASSERT_EQ(s.acknowledge(GIC_GROUP_1S), 40u);
        s.raise(41, 0xA0, GIC_GROUP_1NS);
        s.normal();
        ASSERT_EQ(s.acknowledge(GIC_GROUP_1NS), 41u);
        for (unsigned n = 0; n < words; n++)
            s.put(static_cast<gic_sysreg>(GIC_ICC_AP1R0_EL1 + n), 0);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xC0u); // the Secure one is still there
    });
}

TEST(Rules, P_24_ContextSaveAndRestore)
{
    each(any, [](p_rules::system &s) {
        unsigned words = (1u << s.preemption_bits()) / 32;
        uint64_t saved[4] = {};
        s.raise(40, 0xC0, GIC_GROUP_1NS);
        ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        for (unsigned n = 0; n < words; n++) {
            saved[n] = s.get(static_cast<gic_sysreg>(GIC_ICC_AP1R0_EL1 + n));
            s.put(static_cast<gic_sysreg>(GIC_ICC_AP1R0_EL1 + n), 0);
        }
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
        for (unsigned n = 0; n < words; n++)
            s.put(static_cast<gic_sysreg>(GIC_ICC_AP1R0_EL1 + n), saved[n]);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xC0u);
        s.put(GIC_ICC_EOIR1_EL1, 40);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
    });
}

TEST(Rules, P_26_NumberOfApRegistersAndMinimumBpr0)
{
    each(any, [](p_rules::system &s) {
        const unsigned counts[] = {1, 2, 4, 4}; // 5, 6, 7, 8 priority bits
        unsigned count = counts[s.priority_bits() - 5];
        for (unsigned n = 0; n < 4; n++)
            for (gic_sysreg base : {GIC_ICC_AP0R0_EL1, GIC_ICC_AP1R0_EL1}) {
                gic_sysreg reg = static_cast<gic_sysreg>(base + n);
                uint64_t value;
                gic_sysreg_result expected = n < count ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED;
                EXPECT_EQ(gic_assembly_sysreg_read(s.a, s.now, 0, reg, &value), expected);
                EXPECT_EQ(gic_assembly_sysreg_write(s.a, s.now, 0, reg, 0), expected);
            }
        EXPECT_EQ(s.get3(GIC_ICC_BPR0_EL1), 7 - std::min(s.priority_bits(), 7u));
    });
}

TEST(Rules, P_26_NonSecureWritesNeverActivateTheSecureHalf)
{
    each(two, [](p_rules::system &s) {
        unsigned words = (1u << s.preemption_bits()) / 32;
        for (gic_sysreg base : {GIC_ICC_AP0R0_EL1, GIC_ICC_AP1R0_EL1}) {
            for (unsigned n = 0; n < words; n++)
                s.put(static_cast<gic_sysreg>(base + n), 0xFFFFFFFF);
            EXPECT_EQ(s.get3(GIC_ICC_RPR_EL1), 0x80u);
            for (unsigned n = 0; n < words; n++)
                s.put(static_cast<gic_sysreg>(base + n), 0);
            EXPECT_EQ(s.get3(GIC_ICC_RPR_EL1), 0xFFu);
        }
        EXPECT_GT(gic_assembly_get_stats(s.a)->events[GIC_EV_BAD_AP_WRITE], 0u);
        s.at(1, false); // Secure software may
        s.put(GIC_ICC_AP1R0_EL1, 1);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0u);
    });
}

// ---- P-27, P-28 ------------------------------------------------------------------------------

TEST(Rules, P_27_BankedRegisters)
{
    each(with_el3, [](p_rules::system &s) {
        s.at(1, false);
        s.put(GIC_ICC_BPR1_EL1, 4);
        s.put(GIC_ICC_CTLR_EL1, 2);
        s.put(GIC_ICC_IGRPEN1_EL1, 0);
        s.put(GIC_ICC_AP1R0_EL1, 0);
        s.normal();
        s.put(GIC_ICC_BPR1_EL1, 6);
        s.put(GIC_ICC_CTLR_EL1, 0);
        s.put(GIC_ICC_IGRPEN1_EL1, 1);
        for (unsigned el : {1u, 3u}) { // at EL3 the bank follows SCR_EL3.NS
            s.at(el, false);
            EXPECT_EQ(s.get(GIC_ICC_BPR1_EL1), 4u);
            EXPECT_EQ(s.get(GIC_ICC_CTLR_EL1) & 2u, 2u);
            EXPECT_EQ(s.get(GIC_ICC_IGRPEN1_EL1), 0u);
            s.at(el, true);
            EXPECT_EQ(s.get(GIC_ICC_BPR1_EL1), 6u);
            EXPECT_EQ(s.get(GIC_ICC_CTLR_EL1) & 2u, 0u);
            EXPECT_EQ(s.get(GIC_ICC_IGRPEN1_EL1), 1u);
        }
    });
}

TEST(Rules, P_27_UnbankedRegisters)
{
    each(with_el3, [](p_rules::system &s) {
        s.at(1, false);
        s.put(GIC_ICC_PMR_EL1, 0xA0);
        s.put(GIC_ICC_BPR0_EL1, 5);
        s.put(GIC_ICC_IGRPEN0_EL1, 0);
        s.normal();
        EXPECT_EQ(s.get(GIC_ICC_PMR_EL1), 0xA0u);
        EXPECT_EQ(s.get(GIC_ICC_BPR0_EL1), 5u);
        EXPECT_EQ(s.get(GIC_ICC_IGRPEN0_EL1), 0u);
        s.put(GIC_ICC_AP0R0_EL1, 0);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), s.get3(GIC_ICC_RPR_EL1, false));
    });
}

TEST(Rules, P_28_AliasesOfEL3)
{
    each(with_el3, [](p_rules::system &s) {
        for (uint64_t value = 0; value < 4; value++) {
            s.put3(GIC_ICC_IGRPEN1_EL3, value);
            EXPECT_EQ(s.get3(GIC_ICC_IGRPEN1_EL1, true), value & 1u);
            EXPECT_EQ(s.get3(GIC_ICC_IGRPEN1_EL1, false), value >> 1);
            s.put3(GIC_ICC_IGRPEN1_EL1, ~value & 1u, true);
            EXPECT_EQ(s.get3(GIC_ICC_IGRPEN1_EL3), value ^ 1u);
        }
        for (uint64_t value = 0; value < 32; value++) {
            s.put3(GIC_ICC_CTLR_EL3, value);
            EXPECT_EQ(s.get3(GIC_ICC_CTLR_EL1, false) & 3u, (value & 1u) | (value >> 3 & 1u) << 1);
            EXPECT_EQ(s.get3(GIC_ICC_CTLR_EL1, true) & 3u, (value >> 1 & 1u) | (value >> 4 & 1u)
                                                                                   << 1);
        }
        s.put3(GIC_ICC_CTLR_EL3, 0);
        s.put3(GIC_ICC_CTLR_EL1, 2, false);
        EXPECT_EQ(s.get3(GIC_ICC_CTLR_EL3) & 0x1Fu, 8u);
        s.put3(GIC_ICC_CTLR_EL1, 2, true);
        EXPECT_EQ(s.get3(GIC_ICC_CTLR_EL3) & 0x1Fu, 0x18u);
    });
}

TEST(Rules, P_28_CbprAndPmheAreReadOnlyAtEL1WithTwoStates)
{
    each(any, [](p_rules::system &s) {
        const uint64_t bits = 1u << 6 | 1u; // PMHE, CBPR
        s.put(GIC_ICC_CTLR_EL1, bits);
        EXPECT_EQ(s.get(GIC_ICC_CTLR_EL1) & bits, s.two_states() ? 0 : bits);
        if (!s.two_states())
            return;
        s.put3(GIC_ICC_CTLR_EL3, 1u << 6 | 2u);
        EXPECT_EQ(s.get(GIC_ICC_CTLR_EL1) & bits, bits);
        s.put(GIC_ICC_CTLR_EL1, 0);
        EXPECT_EQ(s.get(GIC_ICC_CTLR_EL1) & bits, bits);
    });
}
