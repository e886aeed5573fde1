// SPDX-License-Identifier: Apache-2.0
// Active priorities, NMIs among them, and what ends: each register, each bit, each bound.
#include <string>

#include "cpuif_rig.hpp"

using cpuif_rig::plain_config;
using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

constexpr uint64_t NMI = UINT64_C(1) << 63;
constexpr uint64_t NMI_NS = UINT64_C(1) << 62;

gic_config nmi_config(unsigned priority_bits = 5, unsigned preemption_bits = 5)
{
    gic_config config = secure_config(priority_bits, preemption_bits);
    config.nmi = true;
    return config;
}

gic_sysreg ap0r(unsigned n)
{
    return static_cast<gic_sysreg>(GIC_ICC_AP0R0_EL1 + n);
}
gic_sysreg ap1r(unsigned n)
{
    return static_cast<gic_sysreg>(GIC_ICC_AP1R0_EL1 + n);
}

// At EL3, seeing the bank of one Security state.
void bank(rig &r, bool ns)
{
    r.pe(3, ns);
}

} // namespace

// ID-P05: with two Security states Non-secure software clears levels of the Secure half and sets
// none; with one it sets what it likes.
TEST(CpuifPriority, NonSecureSoftwareSetsItsOwnHalf)
{
    for (unsigned preemption : {5u, 6u, 7u})
        for (const bool ds : {false, true}) {
            rig r(secure_config(preemption, preemption));
            r.wake(ds);
            for (unsigned level = 0; level < 1u << preemption; level++) {
                const unsigned n = level / 32;
                const uint32_t bit = 1u << level % 32;
                const bool own = ds || level >= 1u << (preemption - 1);
                SCOPED_TRACE("level " + std::to_string(level) + " of " +
                             std::to_string(1u << preemption));
                r.pe(1, true);
                r.put(ap1r(n), bit);
                EXPECT_EQ(r.get(ap1r(n)), own ? bit : 0u);
                EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), own ? level << (8 - preemption) : 0xFFu);
                bank(r, true);
                r.put(ap1r(n), bit);
                r.pe(1, true);
                r.put(ap1r(n), bit);
                EXPECT_EQ(r.get(ap1r(n)), bit) << "what is there may stay";
                r.put(ap1r(n), 0);
                EXPECT_EQ(r.get(ap1r(n)), 0u) << "and go";
                EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xFFu);
            }
        }
}

// Each level of each group runs, and an end of its group, and of no other, drops it.
TEST(CpuifPriority, EachLevelOfEachGroupRunsAndEnds)
{
    for (unsigned preemption : {5u, 6u, 7u})
        for (unsigned level = 0; level < 1u << preemption; level++)
            for (unsigned group = 0; group < GIC_GROUP_COUNT; group++) {
                rig r(secure_config(preemption, preemption));
                const gic_sysreg reg = group == GIC_GROUP_0 ? ap0r(level / 32) : ap1r(level / 32);
                const gic_sysreg eoir =
                    group == GIC_GROUP_0 ? GIC_ICC_EOIR0_EL1 : GIC_ICC_EOIR1_EL1;
                const gic_sysreg other =
                    group == GIC_GROUP_0 ? GIC_ICC_EOIR1_EL1 : GIC_ICC_EOIR0_EL1;
                SCOPED_TRACE("level " + std::to_string(level) + " group " + std::to_string(group));
                bank(r, group == GIC_GROUP_1NS);
                r.put(reg, 1u << level % 32);
                EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), level << (8 - preemption));
                r.put(other, 40);
                EXPECT_EQ(r.get(reg), 1u << level % 32);
                r.put(eoir, 40);
                EXPECT_EQ(r.get(reg), 0u);
                EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xFFu);
            }
}

// ID-P05: at the same level Group 0 comes first, then Secure Group 1, then Non-secure.
TEST(CpuifPriority, GroupsOfTheSameLevelEndInTheirOrder)
{
    rig r(secure_config());
    bank(r, false);
    r.put(ap0r(0), 1u << 20);
    r.put(ap1r(0), 1u << 20);
    bank(r, true);
    r.put(ap1r(0), 1u << 20);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_EQ(r.get(ap0r(0)), 1u << 20) << "Group 1 is not what runs";
    r.put(GIC_ICC_EOIR0_EL1, 40);
    EXPECT_EQ(r.get(ap0r(0)), 0u);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_EQ(r.get(ap1r(0)), 1u << 20) << "the Non-secure one is still there";
    bank(r, false);
    EXPECT_EQ(r.get(ap1r(0)), 0u);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xFFu);
}

// ID-P19: the active NMI of Non-secure state has priority 0x80, or 0x00 with DS=1, and then it
// comes after that of Secure state.
TEST(CpuifPriority, ActiveNmisFollowDs)
{
    rig r(nmi_config());
    bank(r, false);
    r.put(ap1r(0), NMI);
    bank(r, true);
    r.put(ap1r(0), NMI);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), NMI_NS | 0x80u) << "the Secure one was first";
    r.wake(true);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), NMI_NS | 0u);
    r.wake(false);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), NMI_NS | 0x80u);
    r.wake(true);
    bank(r, false);
    r.put(ap1r(0), NMI);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), NMI_NS | NMI | 0u);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), NMI_NS | 0u) << "Secure first, of the same priority";
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xFFu);
}

// What pre-empts an NMI ends before it, and leaves it active.
TEST(CpuifPriority, WhatPreemptsAnNmiEndsFirst)
{
    rig r(nmi_config());
    r.open_all();
    bank(r, true);
    r.receive(GIC_MSG_SET, 40, 0x80, GIC_GROUP_1NS, GIC_IS_NMI);
    EXPECT_EQ(r.get(GIC_ICC_NMIAR1_EL1), 40u);
    EXPECT_EQ(r.get(ap1r(0)), NMI);
    r.set(41, 0x20, GIC_GROUP_0);
    EXPECT_EQ(r.get(GIC_ICC_IAR0_EL1), 41u);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), NMI_NS | 0x20u);
    EXPECT_EQ(r.get(ap0r(0)), 1u << 4);
    r.put(GIC_ICC_EOIR0_EL1, 41);
    EXPECT_EQ(r.get(ap0r(0)), 0u);
    EXPECT_EQ(r.get(ap1r(0)), NMI);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), NMI_NS | 0x80u);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_EQ(r.get(ap1r(0)), 0u);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xFFu);
}

// N-07: the active NMI of each view.
TEST(CpuifPriority, RprSaysWhichNmisAreActive)
{
    for (const bool of_s : {false, true})
        for (const bool of_ns : {false, true}) {
            rig r(nmi_config());
            bank(r, false);
            r.put(ap1r(0), of_s ? NMI : 0);
            EXPECT_EQ(r.get(ap1r(0)), of_s ? NMI : 0);
            bank(r, true);
            r.put(ap1r(0), of_ns ? NMI : 0);
            EXPECT_EQ(r.get(ap1r(0)), of_ns ? NMI : 0);
            const uint64_t secures = (of_s ? NMI : 0) | (of_ns ? NMI_NS : 0);
            const uint64_t running = of_s ? 0 : of_ns ? 0x80 : 0xFF;
            EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), secures | running);
            r.pe(1, false);
            EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), secures | running);
            r.pe(1, true);
            EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), (of_ns ? NMI : 0) | running);
            r.state.scr_fiq = true;
            r.push();
            EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), (of_ns ? NMI : 0) | (of_s || of_ns ? 0 : 0xFF));
        }
    // Without EL3 there is one view, whatever the state of the PE.
    for (const bool ns : {false, true}) {
        gic_config config = plain_config();
        config.nmi = true;
        rig r(config);
        r.pe(1, ns);
        r.put(ap1r(0), NMI);
        EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), NMI | 0u);
    }
}

// ICC_AP1R0_EL1 alone has the bit.
TEST(CpuifPriority, TheOtherRegistersHaveNoNmi)
{
    rig r(nmi_config(8, 7));
    bank(r, true);
    for (unsigned n = 0; n < 4; n++) {
        r.put(ap0r(n), NMI | 2);
        EXPECT_EQ(r.get(ap0r(n)), 2u);
        r.put(ap0r(n), 0);
        r.put(ap1r(0), NMI);
        if (n == 0)
            continue;
        r.put(ap1r(n), NMI | 2);
        EXPECT_EQ(r.get(ap1r(n)), 2u);
        r.put(ap1r(n), 0);
        EXPECT_EQ(r.get(ap1r(0)), NMI) << "and none of them changes it";
        r.put(ap1r(0), 0);
        r.put(ap1r(n), NMI);
        EXPECT_EQ(r.get(ap1r(0)), 0u);
    }
}

// P-13: Non-secure software changes a mask of its own half, from 0x80 on.
TEST(CpuifPriority, TheMaskOfTheSecureHalfIsNotNonSecureSoftwares)
{
    rig r(secure_config());
    r.state.scr_fiq = true;
    for (unsigned mask = 0; mask < 256; mask += 8) {
        bank(r, true);
        r.put(GIC_ICC_PMR_EL1, mask);
        r.pe(1, true);
        EXPECT_EQ(r.get(GIC_ICC_PMR_EL1), mask < 0x80 ? 0u : mask << 1 & 0xFF) << mask;
        r.put(GIC_ICC_PMR_EL1, 0x50);
        bank(r, true);
        EXPECT_EQ(r.get(GIC_ICC_PMR_EL1), mask < 0x80 ? mask : 0xA8u) << mask;
    }
}

// The end of an LPI deactivates nothing; which LPIs there are is the configuration's say (ID-P10).
TEST(CpuifPriority, EndsKnowWhatIsImplemented)
{
    for (unsigned lpi_bits : {0u, 14u, 16u}) {
        gic_config config = plain_config();
        config.lpi_bits = static_cast<uint8_t>(lpi_bits);
        config.spi_count = 64;
        config.espi_count = 32;
        config.eppi_count = 32;
        rig r(config);
        r.pe(1, true);
        const struct {
            uint32_t intid;
            bool exists;
        } rows[] = {{0, true},
                    {31, true},
                    {32, true},
                    {95, true},
                    {96, false},
                    {1019, false},
                    {1024, false},
                    {1055, false},
                    {1056, true},
                    {1087, true},
                    {1088, false},
                    {4095, false},
                    {4096, true},
                    {4127, true},
                    {4128, false},
                    {8191, false},
                    {8192, lpi_bits > 0},
                    {16383, lpi_bits > 0},
                    {16384, lpi_bits > 14},
                    {65535, lpi_bits > 14},
                    {65536, false}};
        for (const auto &row : rows) {
            SCOPED_TRACE(row.intid);
            const bool is_lpi = row.intid >= 8192;
            r.put(ap1r(0), 1u << 20);
            r.sent.clear();
            r.put(GIC_ICC_EOIR1_EL1, row.intid);
            EXPECT_EQ(r.get(ap1r(0)), row.exists ? 0u : 1u << 20);
            EXPECT_EQ(r.count(GIC_MSG_DEACTIVATE), row.exists && !is_lpi ? 1u : 0u);
            r.put(GIC_ICC_CTLR_EL1, 2);
            r.sent.clear();
            r.put(GIC_ICC_DIR_EL1, row.intid);
            EXPECT_EQ(r.count(GIC_MSG_DEACTIVATE), row.exists && !is_lpi ? 1u : 0u);
            r.put(GIC_ICC_CTLR_EL1, 0);
        }
    }
}

// An LPI is ended without a credit; what is deactivated waits for one (ID-P02).
TEST(CpuifPriority, WhatDeactivatesNothingNeedsNoCredit)
{
    gic_config config = plain_config();
    config.lpi_bits = 14;
    rig r(config);
    r.pe(1, true);
    r.answer = false;
    r.put(GIC_ICC_CTLR_EL1, 2);
    for (unsigned n = 0; n < GIC_CREDIT_DEACTIVATE; n++)
        r.put(GIC_ICC_DIR_EL1, 32 + n);
    r.put(ap1r(0), 1u << 20);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_EQ(r.get(ap1r(0)), 0u) << "EOImode";
    r.put(GIC_ICC_CTLR_EL1, 0);
    r.put(ap1r(0), 1u << 20);
    EXPECT_EQ(r.write(GIC_ICC_EOIR1_EL1, 40), GIC_SYSREG_STALL);
    r.put(GIC_ICC_EOIR1_EL1, 8192);
    EXPECT_EQ(r.get(ap1r(0)), 0u);
}

// Each bit of ICC_CTLR_EL3 is of its own level or state.
TEST(CpuifPriority, EachModeIsOfItsOwn)
{
    for (unsigned mode = 0; mode < 5; mode++) {
        rig r(secure_config());
        bank(r, true);
        r.put(GIC_ICC_BPR0_EL1, 4);
        r.put(GIC_ICC_BPR1_EL1, 6);
        bank(r, false);
        r.put(GIC_ICC_BPR1_EL1, 7);
        r.put(GIC_ICC_CTLR_EL3, 1u << mode);
        const auto splits = [&r](unsigned level, bool ns) {
            const unsigned refused = r.events_of(GIC_EV_BAD_DIR);
            r.pe(level, ns);
            r.put(GIC_ICC_DIR_EL1, 40);
            return r.events_of(GIC_EV_BAD_DIR) == refused;
        };
        EXPECT_EQ(splits(3, true), mode == 2) << mode;
        EXPECT_EQ(splits(3, false), mode == 2) << mode;
        EXPECT_EQ(splits(1, false), mode == 3) << mode;
        EXPECT_EQ(splits(1, true), mode == 4) << mode;
        EXPECT_EQ(splits(2, true), mode == 4) << mode;
        r.pe(1, false);
        EXPECT_EQ(r.get(GIC_ICC_BPR1_EL1), mode == 0 ? 4u : 7u) << mode;
        EXPECT_EQ(r.get(GIC_ICC_CTLR_EL1) & 3, (mode == 0 ? 1u : 0) | (mode == 3 ? 2u : 0));
        r.pe(1, true);
        EXPECT_EQ(r.get(GIC_ICC_BPR1_EL1), mode == 1 ? 5u : 6u) << mode;
        EXPECT_EQ(r.get(GIC_ICC_CTLR_EL1) & 3, (mode == 1 ? 1u : 0) | (mode == 4 ? 2u : 0));
    }
}

// Group priorities of Secure and of Non-secure Group 1, with their own binary point or Group 0's.
TEST(CpuifPriority, BinaryPointsSplitEachGroup)
{
    for (const bool common : {false, true})
        for (unsigned group = 0; group < GIC_GROUP_COUNT; group++)
            for (unsigned point = 0; point < 8; point++) {
                rig r(secure_config(8, 7));
                r.open_all();
                bank(r, group != GIC_GROUP_1S);
                r.put(GIC_ICC_CTLR_EL3, common ? 3 : 0);
                const bool by_bpr0 = group == GIC_GROUP_0 || common;
                r.put(GIC_ICC_BPR0_EL1, by_bpr0 ? point : 7 - point);
                r.put(GIC_ICC_BPR1_EL1, by_bpr0 ? 7 - point : point);
                const unsigned own = group == GIC_GROUP_1NS && !common ? 1 : 0;
                const unsigned shift = (point < own ? own : point) + 1 - own;
                r.put(ap0r(0xB6 / 64), 1u << 0xB6 / 2 % 32);
                for (unsigned priority = 0x80; priority < 0xC0; priority++) {
                    r.set(40, static_cast<uint8_t>(priority), static_cast<gic_group>(group));
                    ASSERT_EQ(r.lines != 0, priority >> shift < 0xB6u >> shift)
                        << "group " << group << " point " << point << common << " " << priority;
                }
            }
}

// ID-P02: without a credit an NMI waits as everything does.
TEST(CpuifPriority, AnNmiWaitsForACreditToo)
{
    rig r(nmi_config());
    r.open_all();
    r.pe(3, true);
    r.answer = false;
    for (unsigned n = 0; n < GIC_CREDIT_ACTIVATE; n++) {
        r.receive(GIC_MSG_SET, 40 + n, 0, GIC_GROUP_1S, GIC_IS_NMI);
        ASSERT_NE(r.lines, 0u) << n;
        EXPECT_EQ(r.get(GIC_ICC_NMIAR1_EL1), 40u + n);
        bank(r, false);
        r.put(ap1r(0), 0);
        bank(r, true);
    }
    r.receive(GIC_MSG_SET, 60, 0, GIC_GROUP_1S, GIC_IS_NMI);
    EXPECT_EQ(r.lines, 0u);
    EXPECT_EQ(r.get(GIC_ICC_NMIAR1_EL1), GIC_INTID_SPURIOUS);
    r.receive(GIC_MSG_ACTIVATE_ACK, 40);
    EXPECT_NE(r.lines, 0u);
    EXPECT_EQ(r.get(GIC_ICC_NMIAR1_EL1), 60u);
}

// ID-P09, ID-P14: which groups a Deactivate may reach, by level, state, routing and DS.
TEST(CpuifPriority, ADeactivateReachesWhatItsWriterMay)
{
    for (const bool ds : {false, true})
        for (unsigned level = 1; level <= 3; level++)
            for (unsigned n = 0; n < 8; n++) {
                rig r(secure_config());
                r.wake(ds);
                r.state.scr_eel2 = true;
                r.state.scr_fiq = (n & 2u) != 0;
                r.state.scr_irq = (n & 4u) != 0;
                const bool ns = (n & 1u) != 0;
                const bool secure = level == 3 || !ns;
                if (level < 3 && r.state.scr_fiq && r.state.scr_irq)
                    continue; // trapped
                SCOPED_TRACE("EL" + std::to_string(level) + " " + std::to_string(n) +
                             (ds ? " DS" : ""));
                gic_group_set reach = GIC_GROUPS_NONE;
                if (!r.state.scr_fiq && (secure || ds))
                    reach |= gic_group_bit(GIC_GROUP_0);
                if (!r.state.scr_irq)
                    reach |= gic_group_bit(GIC_GROUP_1NS);
                if (!r.state.scr_irq && secure)
                    reach |= gic_group_bit(GIC_GROUP_1S);
                if (level == 3)
                    reach = GIC_GROUPS_ALL;
                bank(r, ns);
                r.put(GIC_ICC_CTLR_EL3, 0x1C);
                r.pe(level, ns);
                r.sent.clear();
                r.put(GIC_ICC_DIR_EL1, 40);
                ASSERT_EQ(r.sent.size(), reach == GIC_GROUPS_NONE ? 0u : 1u);
                if (reach != GIC_GROUPS_NONE) {
                    EXPECT_EQ(r.sent[0].group, reach);
                }
                EXPECT_EQ(r.events_of(GIC_EV_BAD_DIR), reach == GIC_GROUPS_NONE ? 1u : 0u);
                bank(r, ns);
                r.put(GIC_ICC_CTLR_EL3, 0);
                r.put(ap1r(0), 1u << 20);
                r.sent.clear();
                r.pe(level, ns);
                if (r.write(GIC_ICC_EOIR1_EL1, 40) != GIC_SYSREG_OK)
                    continue;
                ASSERT_EQ(r.sent.size(), 1u);
                EXPECT_EQ(r.sent[0].group,
                          secure || ds ? GIC_GROUPS_ALL : gic_group_bit(GIC_GROUP_1NS));
            }
}

// N-08: a guest's NMI is acknowledged and ended by its own active priority.
TEST(CpuifPriority, AVirtualNmiHasItsOwnActivePriority)
{
    rig r(nmi_config());
    r.state.hcr_imo = true;
    r.pe(2, true);
    r.put(GIC_ICH_VMCR_EL2, 3);
    r.put(GIC_ICH_LR1_EL2, UINT64_C(0xB) << 59 | 40); // Pending, Group 1, NMI
    r.put(GIC_ICH_HCR_EL2, 1);
    r.state.sctlr_nmi = 2;
    r.pe(1, true);
    r.forget();
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), GIC_INTID_NMI);
    EXPECT_EQ(r.get(GIC_ICC_NMIAR1_EL1), 40u);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), NMI | 0u);
    r.pe(2, true);
    EXPECT_EQ(r.get(GIC_ICH_AP1R0_EL2), NMI);
    r.put(GIC_ICH_LR2_EL2, UINT64_C(0xB) << 59 | 41);
    EXPECT_FALSE(r.line(GIC_LINE_VIRQ)) << "one NMI does not pre-empt another";
    r.put(GIC_ICH_LR0_EL2, UINT64_C(9) << 60 | 42); // Active, Group 1, priority 0, no NMI
    r.pe(1, true);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_TRUE(r.line(GIC_LINE_VIRQ));
    r.pe(2, true);
    EXPECT_EQ(r.get(GIC_ICH_LR1_EL2) >> 62, 0u);
    EXPECT_EQ(r.get(GIC_ICH_LR0_EL2) >> 62, 2u);
    EXPECT_EQ(r.get(GIC_ICH_AP1R0_EL2), 0u);
}
