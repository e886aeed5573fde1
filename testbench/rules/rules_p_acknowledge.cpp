// SPDX-License-Identifier: Apache-2.0
// Rules P-01 to P-04, P-10, P-11, P-15 to P-20, P-29, P-30: acknowledge and end of interrupt.
#include "rules_p_system.hpp"

using namespace p_rules;

// ---- P-01 ------------------------------------------------------------------------------------

TEST(Rules, P_01_NothingPendingReadsSpurious)
{
    each(any, [](p_rules::system &s) {
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
        EXPECT_EQ(s.get3(GIC_ICC_IAR0_EL1), GIC_INTID_SPURIOUS);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
    });
}

TEST(Rules, P_01_MaskedByPmrReadsSpuriousAndChangesNothing)
{
    each(any, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1NS);
        s.put(GIC_ICC_PMR_EL1, 0x40);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
        EXPECT_TRUE(s.pending(40));
        EXPECT_FALSE(s.active(40));
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
        EXPECT_EQ(s.get(GIC_ICC_AP1R0_EL1), 0u);
        s.put(GIC_ICC_PMR_EL1, 0xFF);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
    });
}

// ---- P-02 ------------------------------------------------------------------------------------

TEST(Rules, P_02_WrongGroupReadsSpuriousBelowEL3)
{
    each(one, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR0_EL1), GIC_INTID_SPURIOUS);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR0_EL1), GIC_INTID_SPURIOUS);
        s.raise(41, 0x40, GIC_GROUP_0);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), GIC_INTID_SPURIOUS);
        EXPECT_TRUE(s.pending(40));
        EXPECT_TRUE(s.pending(41));
        EXPECT_EQ(s.get(GIC_ICC_IAR0_EL1), 41u);
    });
}

TEST(Rules, P_02_EL3ReadsSpecialIdsThroughGroup0)
{
    each(two, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1NS);
        s.at(3, false);
        EXPECT_EQ(s.get(GIC_ICC_IAR0_EL1), GIC_INTID_NONSECURE);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR0_EL1), GIC_INTID_NONSECURE);
        s.raise(41, 0x40, GIC_GROUP_1S);
        EXPECT_EQ(s.get(GIC_ICC_IAR0_EL1), GIC_INTID_SECURE);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR0_EL1), GIC_INTID_SECURE);
        // IAR0 only if it could be signalled, HPPIR0 always.
        s.put(GIC_ICC_PMR_EL1, 0x40);
        EXPECT_EQ(s.get(GIC_ICC_IAR0_EL1), GIC_INTID_SPURIOUS);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR0_EL1), GIC_INTID_SECURE);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
        EXPECT_TRUE(s.pending(40));
        EXPECT_TRUE(s.pending(41));
        // Secure EL1 is not EL3.
        s.at(1, false);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR0_EL1), GIC_INTID_SPURIOUS);
    });
}

TEST(Rules, P_02_RmIsRes0BecauseSreIsFixed)
{
    each(with_el3, [](p_rules::system &s) {
        EXPECT_EQ(s.get3(GIC_ICC_SRE_EL1, false) & 1u, 1u);
        s.put3(GIC_ICC_SRE_EL1, 0, false);
        EXPECT_EQ(s.get3(GIC_ICC_SRE_EL1, false) & 1u, 1u);
        s.put3(GIC_ICC_CTLR_EL3, 1u << 5);
        EXPECT_EQ(s.get3(GIC_ICC_CTLR_EL3) >> 5 & 1u, 0u);
    });
}

// ---- P-03 ------------------------------------------------------------------------------------

TEST(Rules, P_03_SecurityHidesInterruptsFromIarAndHppir)
{
    each(two, [](p_rules::system &s) {
        s.raise(40, 0x40, GIC_GROUP_1S);
        s.normal();
        EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), GIC_INTID_SPURIOUS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
        s.at(3, true);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), 40u);
        s.unpend(40);
        s.raise(41, 0x40, GIC_GROUP_1NS);
        s.at(1, false);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), GIC_INTID_SPURIOUS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
        s.state().scr_eel2 = true;
        s.at(2, false);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), GIC_INTID_SPURIOUS);
        s.at(3, false);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), 41u);
        s.unpend(41);
        s.raise(42, 0x40, GIC_GROUP_0);
        s.normal();
        EXPECT_EQ(s.get(GIC_ICC_HPPIR0_EL1), GIC_INTID_SPURIOUS);
        EXPECT_EQ(s.get(GIC_ICC_IAR0_EL1), GIC_INTID_SPURIOUS);
        s.at(1, false);
        EXPECT_EQ(s.get(GIC_ICC_IAR0_EL1), 42u);
    });
}

TEST(Rules, P_03_EL3AcknowledgesBothGroup1s)
{
    each(two, [](p_rules::system &s) {
        for (bool ns : {false, true}) {
            s.raise(40, 0x40, GIC_GROUP_1S);
            s.raise(41, 0x80, GIC_GROUP_1NS);
            s.at(3, ns);
            EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
            s.put(GIC_ICC_EOIR1_EL1, 40);
            EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 41u);
            s.put(GIC_ICC_EOIR1_EL1, 41);
            EXPECT_FALSE(s.active(40));
            EXPECT_FALSE(s.active(41));
        }
    });
}

// ---- P-04 ------------------------------------------------------------------------------------

TEST(Rules, P_04_HppirIsNotFilteredByPmrOrRunningPriority)
{
    each(any, [](p_rules::system &s) {
        s.raise(40, 0x40, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        s.raise(41, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), 41u); // running priority
        s.put(GIC_ICC_EOIR1_EL1, 40);
        s.put(GIC_ICC_PMR_EL1, 0);
        for (int i = 0; i < 3; i++)
            EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), 41u); // mask, and no side effect
        EXPECT_TRUE(s.pending(41));
        EXPECT_FALSE(s.active(41));
        s.put(GIC_ICC_IGRPEN1_EL1, 0);
        EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), GIC_INTID_SPURIOUS); // group enables do filter
    });
}

// ---- P-10 ------------------------------------------------------------------------------------

TEST(Rules, P_10_AcknowledgeSetsOneBitOfTheGroupsBank)
{
    each(any, [](p_rules::system &s) {
        for (gic_group group : s.groups()) {
            s.raise(40, 0xC0, group);
            s.world_of(group);
            ASSERT_EQ(s.acknowledge(group), 40u);
            unsigned bits = 0;
            unsigned words = (1u << s.preemption_bits()) / 32;
            for (unsigned n = 0; n < words; n++) {
                gic_sysreg ap0 = static_cast<gic_sysreg>(GIC_ICC_AP0R0_EL1 + n);
                gic_sysreg ap1 = static_cast<gic_sysreg>(GIC_ICC_AP1R0_EL1 + n);
                uint64_t own =
                    group == GIC_GROUP_0 ? s.get3(ap0) : s.get3(ap1, group == GIC_GROUP_1NS);
                uint64_t others = s.get3(ap0) | s.get3(ap1, true);
                if (s.has_el3())
                    others |= s.get3(ap1, false);
                EXPECT_EQ(own, others) << "word " << n;
                bits += static_cast<unsigned>(__builtin_popcountll(own));
            }
            EXPECT_EQ(bits, 1u);
            EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xC0u);
            s.end(group, 40);
            EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
        }
    });
}

// With a large binary point both the whole and the masked priority are allowed; ours is ID-P04.
TEST(Rules, P_10_RprHasPreemptionBitGranularity)
{
    each(any, [](p_rules::system &s) {
        uint8_t priority = s.masked(0xAF);
        unsigned level = priority & 0xFFu << (8 - s.preemption_bits()) & 0xFFu;
        s.put3(GIC_ICC_BPR1_EL1, 6);
        s.raise(40, priority, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), level);
    });
}

// ---- P-11 ------------------------------------------------------------------------------------

TEST(Rules, P_11_DropClearsTheHighestActivePriorityOfItsGroup)
{
    each(any, [](p_rules::system &s) {
        const uint8_t priorities[] = {0xE0, 0xC0, 0xA0, 0x80};
        for (uint32_t i = 0; i < 4; i++) {
            s.raise(40 + i, priorities[i], GIC_GROUP_1NS);
            ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), 40 + i);
            EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), priorities[i]);
        }
        for (uint32_t i = 4; i-- > 0;) {
            EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), priorities[i]);
            s.put(GIC_ICC_EOIR1_EL1, 40 + i);
        }
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
    });
}

// ---- P-15 ------------------------------------------------------------------------------------

TEST(Rules, P_15_EoirOfSpecialIntidsIsIgnored)
{
    each(any, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        for (uint32_t special = 1020; special <= 1023; special++)
            s.put(GIC_ICC_EOIR1_EL1, special);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0x80u);
        EXPECT_TRUE(s.active(40));
        EXPECT_EQ(gic_assembly_get_stats(s.a)->events[GIC_EV_BAD_EOIR], 0u);
    });
}

TEST(Rules, P_15_EoirOfAnotherGroupOrStateIsIgnored)
{
    each(two, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1S);
        s.at(1, false);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        s.put(GIC_ICC_EOIR0_EL1, 40);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0x80u);
        s.normal();
        s.put(GIC_ICC_EOIR1_EL1, 40);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0x80u);
        EXPECT_TRUE(s.active(40));
        EXPECT_EQ(gic_assembly_get_stats(s.a)->events[GIC_EV_BAD_EOIR], 2u);
        s.at(1, false);
        s.put(GIC_ICC_EOIR1_EL1, 40);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
        EXPECT_FALSE(s.active(40));
    });
}

TEST(Rules, P_15_EoirWithNothingActiveIsIgnored)
{
    each(any, [](p_rules::system &s) {
        s.set_bit(GICD_ISACTIVER, 40);
        s.put(GIC_ICC_EOIR1_EL1, 40);
        EXPECT_TRUE(s.active(40));
        s.put(GIC_ICC_EOIR1_EL1, 0xFFFFFFFF);
        s.put(GIC_ICC_EOIR1_EL1, 3000);
        EXPECT_EQ(gic_assembly_get_stats(s.a)->events[GIC_EV_BAD_EOIR], 3u);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
    });
}

// Non-secure software names a Secure interrupt while its own is active: only its own drops.
TEST(Rules, P_15_NonSecureEoirNeverDeactivatesASecureInterrupt)
{
    each(two, [](p_rules::system &s) {
        s.spi(50, 0x40, GIC_GROUP_1S);
        s.set_bit(GICD_ISACTIVER, 50);
        s.raise(40, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        s.put(GIC_ICC_EOIR1_EL1, 50);
        EXPECT_TRUE(s.active(50));
        EXPECT_TRUE(s.active(40));
    });
}

// ---- P-16 ------------------------------------------------------------------------------------

namespace
{

// EOImode of the level at which the tests' interrupts are handled.
void set_eoi_mode(p_rules::system &s, bool split)
{
    s.put(GIC_ICC_CTLR_EL1, split ? 2 : 0);
}

} // namespace

TEST(Rules, P_16_EoiMode0DropsAndDeactivates)
{
    each(any, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        EXPECT_TRUE(s.active(40));
        EXPECT_FALSE(s.pending(40));
        s.put(GIC_ICC_EOIR1_EL1, 40);
        EXPECT_FALSE(s.active(40));
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
    });
}

TEST(Rules, P_16_EoiMode1DropsAndDirDeactivatesInAnyOrder)
{
    each(any, [](p_rules::system &s) {
        set_eoi_mode(s, true);
        s.raise(40, 0xC0, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        s.raise(41, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 41u);
        s.put(GIC_ICC_EOIR1_EL1, 41);
        s.put(GIC_ICC_EOIR1_EL1, 40);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
        EXPECT_TRUE(s.active(40));
        EXPECT_TRUE(s.active(41));
        s.put(GIC_ICC_DIR_EL1, 40);
        EXPECT_FALSE(s.active(40));
        EXPECT_TRUE(s.active(41));
        s.put(GIC_ICC_DIR_EL1, 41);
        EXPECT_FALSE(s.active(41));
    });
}

// ---- P-17 ------------------------------------------------------------------------------------

TEST(Rules, P_17_DirInEoiMode0IsIgnored)
{
    each(any, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        s.put(GIC_ICC_DIR_EL1, 40);
        EXPECT_TRUE(s.active(40));
        EXPECT_EQ(gic_assembly_get_stats(s.a)->events[GIC_EV_BAD_DIR], 1u);
    });
}

TEST(Rules, P_17_DirBeforeEoirLeavesTheActivePriority)
{
    each(any, [](p_rules::system &s) {
        set_eoi_mode(s, true);
        s.raise(40, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        s.put(GIC_ICC_DIR_EL1, 40);
        EXPECT_FALSE(s.active(40));
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0x80u);
        s.put(GIC_ICC_EOIR1_EL1, 40);
        EXPECT_EQ(s.get(GIC_ICC_RPR_EL1), 0xFFu);
    });
}

TEST(Rules, P_17_DirOfSpecialOrUnknownIntidsAndLpisIsIgnored)
{
    each(any, [](p_rules::system &s) {
        set_eoi_mode(s, true);
        for (uint32_t intid : {1020u, 1021u, 1022u, 1023u, 1000u, 3000u, 8192u, 0xFFFFFFu})
            s.put(GIC_ICC_DIR_EL1, intid);
        EXPECT_EQ(gic_assembly_get_stats(s.a)->events[GIC_EV_BAD_DIR], 8u);
    });
}

TEST(Rules, P_17_DirNotPermittedByStateAndRoutingIsIgnored)
{
    each(two, [](p_rules::system &s) {
        s.put3(GIC_ICC_CTLR_EL3, 0x1C); // EOImode everywhere
        for (gic_group group : s.groups()) {
            s.spi(40, 0x80, group);
            s.set_bit(GICD_ISACTIVER, 40);
            s.normal();
            s.put(GIC_ICC_DIR_EL1, 40);
            EXPECT_EQ(s.active(40), group != GIC_GROUP_1NS);
            s.set_bit(GICD_ISACTIVER, 40);
            s.at(1, false);
            s.put(GIC_ICC_DIR_EL1, 40);
            EXPECT_FALSE(s.active(40));
            // SCR_EL3 routes the group to EL3: not for Secure EL1 to deactivate.
            s.set_bit(GICD_ISACTIVER, 40);
            s.state().scr_fiq = group == GIC_GROUP_0;
            s.state().scr_irq = group != GIC_GROUP_0;
            s.push();
            s.put(GIC_ICC_DIR_EL1, 40);
            EXPECT_TRUE(s.active(40));
            s.at(3, false);
            s.put(GIC_ICC_DIR_EL1, 40);
            EXPECT_FALSE(s.active(40));
            s.state().scr_fiq = false;
            s.state().scr_irq = false;
        }
    });
}

// ---- P-18 ------------------------------------------------------------------------------------

TEST(Rules, P_18_EoiModeIsTheLevelsOwn)
{
    struct level {
        unsigned el;
        bool ns;
        gic_group group;
        unsigned bit; // of ICC_CTLR_EL3
    };
    const level levels[] = {{1, false, GIC_GROUP_1S, 3},
                            {1, true, GIC_GROUP_1NS, 4},
                            {2, true, GIC_GROUP_1NS, 4},
                            {3, false, GIC_GROUP_0, 2},
                            {3, true, GIC_GROUP_0, 2}};
    each(two, [&levels](p_rules::system &s) {
        for (const level &l : levels)
            for (unsigned mode = 0; mode < 8; mode++) {
                s.put3(GIC_ICC_CTLR_EL3, uint64_t{mode} << 2);
                s.raise(40, 0x80, l.group);
                s.at(l.el, l.ns);
                ASSERT_EQ(s.acknowledge(l.group), 40u);
                s.end(l.group, 40);
                EXPECT_EQ(s.active(40), (mode << 2 >> l.bit & 1u) != 0)
                    << "EL" << l.el << " mode " << mode;
                s.set_bit(GICD_ICACTIVER, 40);
            }
    });
}

// ---- P-19 ------------------------------------------------------------------------------------

TEST(Rules, P_19_AnActiveInterruptIsNotOfferedAgain)
{
    each(any, [](p_rules::system &s) {
        set_eoi_mode(s, true);
        for (uint32_t intid : {3u, 40u}) {
            if (intid == 3) {
                s.redist_write(0, GICR_SGI + GICD_IGROUPR, 0xFFFFFFFF);
                s.redist_write(0, GICR_SGI + GICD_ISENABLER, 1u << 3);
                s.redist_write(0, GICR_SGI + GICD_IPRIORITYR + 3, 0x80, 1);
                s.redist_write(0, GICR_SGI + GICD_ISPENDR, 1u << 3);
            } else {
                s.raise(intid, 0x80, GIC_GROUP_1NS);
            }
            ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), intid);
            s.put(GIC_ICC_EOIR1_EL1, intid);
            if (intid == 3)
                s.redist_write(0, GICR_SGI + GICD_ISPENDR, 1u << 3);
            else
                s.pend(intid);
            EXPECT_FALSE(s.line());
            EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), GIC_INTID_SPURIOUS);
            s.put(GIC_ICC_DIR_EL1, intid);
            EXPECT_TRUE(s.line());
            EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), intid);
            s.put(GIC_ICC_EOIR1_EL1, intid);
            s.put(GIC_ICC_DIR_EL1, intid);
        }
    });
}

// ---- P-20 ------------------------------------------------------------------------------------

TEST(Rules, P_20_TiesGoToTheLowestIntid)
{
    each(any, [](p_rules::system &s) {
        s.put(GIC_ICC_IGRPEN1_EL1, 0); // all are there before one is chosen
        s.redist_write(0, GICR_SGI + GICD_IGROUPR, 0xFFFFFFFF);
        s.redist_write(0, GICR_SGI + GICD_IPRIORITYR + 4, 0x80808080);
        s.redist_write(0, GICR_SGI + GICD_IPRIORITYR + 20, 0x80808080);
        s.redist_write(0, GICR_SGI + GICD_ISENABLER, 1u << 22 | 1u << 5);
        s.redist_write(0, GICR_SGI + GICD_ISPENDR, 1u << 22 | 1u << 5);
        for (uint32_t intid : {63u, 41u, 52u, 40u, 71u})
            s.raise(intid, 0x80, GIC_GROUP_1NS);
        s.put(GIC_ICC_IGRPEN1_EL1, 1);
        for (uint32_t intid : {5u, 22u, 40u, 41u, 52u, 63u, 71u}) {
            ASSERT_EQ(s.get(GIC_ICC_IAR1_EL1), intid);
            s.put(GIC_ICC_EOIR1_EL1, intid);
        }
    });
}

// The order does not depend on the order of arrival either.
TEST(Rules, P_20_ALaterTieDisplacesOnlyUpwards)
{
    each(any, [](p_rules::system &s) {
        s.put(GIC_ICC_PMR_EL1, 0);
        for (uint32_t intid : {63u, 41u, 52u, 40u, 71u}) {
            s.raise(intid, 0x80, GIC_GROUP_1NS);
            EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1),
                      intid == 71 || intid == 52 ? (intid == 71 ? 40 : 41) : intid);
        }
    });
}

// ---- P-29 ------------------------------------------------------------------------------------

TEST(Rules, P_29_AnotherPeDeactivatesAnSpiAndChangesNoRunningPriority)
{
    each(
        any,
        [](p_rules::system &s) {
            s.put(GIC_ICC_CTLR_EL1, 2, 0);
            s.put(GIC_ICC_CTLR_EL1, 2, 1);
            s.raise(40, 0x80, GIC_GROUP_1NS, 0);
            EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1, 0), 40u);
            s.put(GIC_ICC_DIR_EL1, 40, 1);
            EXPECT_FALSE(s.active(40));
            EXPECT_EQ(s.get(GIC_ICC_RPR_EL1, 0), 0x80u);
            EXPECT_EQ(s.get(GIC_ICC_RPR_EL1, 1), 0xFFu);
            s.put(GIC_ICC_EOIR1_EL1, 40, 0);
            EXPECT_EQ(s.get(GIC_ICC_RPR_EL1, 0), 0xFFu);
            // By GICD_ICACTIVER too.
            s.pend(40);
            EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1, 0), 40u);
            s.set_bit(GICD_ICACTIVER, 40);
            EXPECT_FALSE(s.active(40));
            EXPECT_EQ(s.get(GIC_ICC_RPR_EL1, 0), 0x80u);
        },
        2);
}

TEST(Rules, P_29_PrivateInterruptsAreDeactivatedByTheirOwnPeOnly)
{
    each(
        any,
        [](p_rules::system &s) {
            s.put(GIC_ICC_CTLR_EL1, 2, 0);
            s.put(GIC_ICC_CTLR_EL1, 2, 1);
            s.redist_write(0, GICR_SGI + GICD_IGROUPR, 0xFFFFFFFF);
            s.redist_write(0, GICR_SGI + GICD_ISENABLER, 1u << 20);
            s.redist_write(0, GICR_SGI + GICD_ISPENDR, 1u << 20);
            EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1, 0), 20u);
            s.put(GIC_ICC_DIR_EL1, 20, 1);
            EXPECT_EQ(s.redist(0, GICR_SGI + GICD_ISACTIVER) >> 20 & 1u, 1u);
            s.put(GIC_ICC_DIR_EL1, 20, 0);
            EXPECT_EQ(s.redist(0, GICR_SGI + GICD_ISACTIVER) >> 20 & 1u, 0u);
        },
        2);
}

// ---- P-30 ------------------------------------------------------------------------------------

TEST(Rules, P_30_TheLineFallsWithTheAcknowledge)
{
    each(any, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1NS);
        ASSERT_TRUE(s.line());
        s.settling = false; // timed: nothing has been delivered when the read returns
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
        EXPECT_FALSE(s.line());
        s.settle();
        EXPECT_FALSE(s.line());
    });
}

TEST(Rules, P_30_TheLineFallsWithThePmrWrite)
{
    each(any, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1NS);
        ASSERT_TRUE(s.line());
        s.settling = false;
        s.put(GIC_ICC_PMR_EL1, 0x80);
        EXPECT_FALSE(s.line());
        s.settle();
        EXPECT_FALSE(s.line());
        s.put(GIC_ICC_PMR_EL1, 0xFF);
        s.settle();
        EXPECT_TRUE(s.line());
    });
}

// Timed: a rise that is still on its way to the PE does not arrive after the mask was written.
TEST(Rules, P_30_ARiseUnderWayIsOvertakenByThePmrWrite)
{
    each(any, [](p_rules::system &s) {
        if (!s.timed())
            return;
        s.put(GIC_ICC_PMR_EL1, 0);
        s.raise(40, 0x80, GIC_GROUP_1NS);
        s.settling = false;
        s.put(GIC_ICC_PMR_EL1, 0xFF); // the line rises one hop later
        s.pass(1);
        s.put(GIC_ICC_PMR_EL1, 0x80);
        s.rises = 0;
        s.settle();
        EXPECT_EQ(s.rises, 0u);
        EXPECT_FALSE(s.line());
    });
}
