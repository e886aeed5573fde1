// SPDX-License-Identifier: Apache-2.0
// The CPU interface's side of the conversation with its Redistributor (gic/msg.h).
#include "cpuif_rig.hpp"

using cpuif_rig::plain_config;
using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

// A rig of one Security state at EL1 with everything open.
class CpuifLink : public ::testing::Test
{
protected:
    CpuifLink() : r(plain_config())
    {
        r.pe(1, true);
        r.open_all();
    }

    rig r;
};

} // namespace

TEST_F(CpuifLink, InitRefusesWhatIsTooSmallOrWrong)
{
    gic_config config = plain_config();
    gic_config_error error = GIC_CONFIG_OK;
    alignas(64) static unsigned char memory[8192];
    ASSERT_LE(cpuif_footprint(&config), sizeof memory);
    EXPECT_EQ(cpuif_init(memory, cpuif_footprint(&config) - 1, &config, 0, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_MEMORY);
    EXPECT_EQ(cpuif_init(memory, sizeof memory, &config, 1, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_PE_COUNT);
    config.priority_bits = 9;
    EXPECT_EQ(cpuif_init(memory, sizeof memory, &config, 0, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_PRIORITY_BITS);
}

TEST_F(CpuifLink, SetIsSignalledAcknowledgedAndEnded)
{
    r.set(40, 0x80, GIC_GROUP_1NS);
    EXPECT_TRUE(r.line(GIC_LINE_IRQ));
    EXPECT_EQ(r.events_of(GIC_EV_SIGNALLED), 1u);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
    EXPECT_FALSE(r.line(GIC_LINE_IRQ));
    ASSERT_EQ(r.sent.size(), 1u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_ACTIVATE);
    EXPECT_EQ(r.sent[0].intid, 40u);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    ASSERT_EQ(r.sent.size(), 2u);
    EXPECT_EQ(r.sent[1].kind, GIC_MSG_DEACTIVATE);
    EXPECT_EQ(r.sent[1].intid, 40u);
    EXPECT_EQ(r.sent[1].group, GIC_GROUPS_ALL);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xFFu);
}

TEST_F(CpuifLink, SecondSetDisplacesTheFirstAndReleasesIt)
{
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.set(41, 0x40, GIC_GROUP_1NS);
    ASSERT_EQ(r.sent.size(), 1u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_RELEASE);
    EXPECT_EQ(r.sent[0].intid, 40u);
    EXPECT_EQ(r.events_of(GIC_EV_CROSSED_DISPLACED), 1u);
    EXPECT_EQ(r.get(GIC_ICC_HPPIR1_EL1), 41u);
    // The line stays up for its successor: no glitch, but a stamp for the new one.
    EXPECT_EQ(r.line_changes, 1u);
    EXPECT_EQ(r.events_of(GIC_EV_SIGNALLED), 2u);
}

// Bits that are RES0 do nothing, whatever software writes there (IHI 0069, 12.2).
TEST_F(CpuifLink, ReservedBitsOfRegistersDoNothing)
{
    const struct {
        gic_sysreg reg;
        uint64_t fields;
    } registers[] = {{GIC_ICC_PMR_EL1, 0xFF},        {GIC_ICC_BPR0_EL1, 7},
                     {GIC_ICC_BPR1_EL1, 7},          {GIC_ICC_CTLR_EL1, 0x43},
                     {GIC_ICC_IGRPEN0_EL1, 1},       {GIC_ICC_IGRPEN1_EL1, 1},
                     {GIC_ICC_AP0R0_EL1, UINT32_MAX}};
    for (const auto &each : registers) {
        SCOPED_TRACE(gic_sysreg_name(each.reg));
        r.put(each.reg, 0);
        const uint64_t zero = r.get(each.reg);
        for (unsigned bit = 0; bit < 64; bit++)
            if (!(each.fields >> bit & 1)) {
                r.put(each.reg, UINT64_C(1) << bit);
                EXPECT_EQ(r.get(each.reg), zero) << bit;
            }
    }
    r.open_all();
    for (unsigned bit = 24; bit < 64; bit++) {
        r.set(40, 0x80, GIC_GROUP_1NS);
        ASSERT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
        r.sent.clear();
        r.put(GIC_ICC_EOIR1_EL1, UINT64_C(1) << bit | 40);
        ASSERT_EQ(r.sent.size(), 1u) << bit;
        EXPECT_EQ(r.sent[0].kind, GIC_MSG_DEACTIVATE);
        EXPECT_EQ(r.sent[0].intid, 40u);
    }
    r.put(GIC_ICC_CTLR_EL1, 2);
    for (unsigned bit = 24; bit < 64; bit++) {
        r.sent.clear();
        r.put(GIC_ICC_DIR_EL1, UINT64_C(1) << bit | 40);
        ASSERT_EQ(r.sent.size(), 1u) << bit;
        EXPECT_EQ(r.sent[0].intid, 40u);
    }
}

// A Redistributor that lives elsewhere may say anything: a group that is none counts as Group 1.
TEST_F(CpuifLink, ASetOfNoGroupIsOfGroup1)
{
    for (unsigned group : {3u, 255u}) {
        r.set(40, 0x80, static_cast<gic_group>(group));
        EXPECT_TRUE(r.line(GIC_LINE_IRQ)) << group;
        EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u) << group;
        r.put(GIC_ICC_EOIR1_EL1, 40);
    }
}

// What it should not have sent changes nothing.
TEST_F(CpuifLink, MessagesThatNobodyShouldHaveSentArePassedOver)
{
    std::vector<unsigned char> before(cpuif_save_size(r.c));
    cpuif_save(r.c, before.data());
    for (unsigned kind :
         {unsigned(GIC_MSG_NONE), unsigned(GIC_MSG_OFFER), unsigned(GIC_MSG_RELEASE),
          unsigned(GIC_MSG_LINE), unsigned(GIC_MSG_ACTIVATE_ACK), unsigned(GIC_MSG_DEACTIVATE_ACK),
          unsigned(GIC_MSG_GENERATE_SGI_ACK), unsigned(GIC_MSG_UPSTREAM_CONTROL_ACK),
          unsigned(GIC_MSG_KIND_COUNT), 255u}) {
        r.receive(static_cast<gic_msg_kind>(kind), 40);
        std::vector<unsigned char> after(before.size());
        cpuif_save(r.c, after.data());
        EXPECT_EQ(after, before) << kind;
        EXPECT_TRUE(r.sent.empty()) << kind;
    }
}

TEST_F(CpuifLink, ClearReleasesWhatIsHeldAndIsAnsweredAfterIt)
{
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.receive(GIC_MSG_CLEAR, 40);
    ASSERT_EQ(r.sent.size(), 2u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_RELEASE);
    EXPECT_EQ(r.sent[1].kind, GIC_MSG_CLEAR_ACK);
    EXPECT_EQ(r.sent[1].intid, 40u);
    EXPECT_FALSE(r.line(GIC_LINE_IRQ));
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
}

TEST_F(CpuifLink, ClearThatCrossesTheAcknowledgeIsAnsweredAlone)
{
    r.set(40, 0x80, GIC_GROUP_1NS);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
    r.receive(GIC_MSG_CLEAR, 40);
    ASSERT_EQ(r.sent.size(), 2u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_ACTIVATE);
    EXPECT_EQ(r.sent[1].kind, GIC_MSG_CLEAR_ACK);
    EXPECT_EQ(r.events_of(GIC_EV_CROSSED_CLEAR), 1u);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0x80u);
}

TEST_F(CpuifLink, ClearOfAnotherInterruptLeavesWhatIsHeld)
{
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.receive(GIC_MSG_CLEAR, 41);
    EXPECT_EQ(r.count(GIC_MSG_RELEASE), 0u);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
}

TEST_F(CpuifLink, QuiesceGivesBackAndDownstreamControlEndsIt)
{
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.receive(GIC_MSG_QUIESCE);
    ASSERT_EQ(r.sent.size(), 2u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_RELEASE);
    EXPECT_EQ(r.sent[1].kind, GIC_MSG_QUIESCE_ACK);
    EXPECT_FALSE(r.line(GIC_LINE_IRQ));
    r.sent.clear();
    r.set(42, 0x80, GIC_GROUP_1NS); // a Redistributor that does not keep to the rules
    ASSERT_EQ(r.sent.size(), 1u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_RELEASE);
    EXPECT_EQ(r.events_of(GIC_EV_CROSSED_QUIESCE), 1u);
    r.sent.clear();
    r.wake(true);
    ASSERT_EQ(r.sent.size(), 1u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_DOWNSTREAM_CONTROL_ACK);
    r.set(40, 0x80, GIC_GROUP_1NS);
    EXPECT_TRUE(r.line(GIC_LINE_IRQ));
}

TEST_F(CpuifLink, DisableIsToldBeforeTheReleaseItCauses)
{
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.put(GIC_ICC_IGRPEN1_EL1, 0);
    ASSERT_EQ(r.sent.size(), 2u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_UPSTREAM_CONTROL);
    EXPECT_EQ(r.sent[0].group, gic_group_bit(GIC_GROUP_0));
    EXPECT_EQ(r.sent[1].kind, GIC_MSG_RELEASE);
    EXPECT_FALSE(r.line(GIC_LINE_IRQ));
}

TEST_F(CpuifLink, WithoutUpstreamCreditTheReleaseWaitsForTheDisable)
{
    r.answer = false;
    r.put(GIC_ICC_IGRPEN0_EL1, 0); // takes the one credit
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.put(GIC_ICC_IGRPEN1_EL1, 0);
    EXPECT_FALSE(r.line(GIC_LINE_IRQ));
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
    EXPECT_EQ(r.get(GIC_ICC_HPPIR1_EL1), GIC_INTID_SPURIOUS);
    ASSERT_EQ(r.sent.size(), 1u);
    EXPECT_TRUE(cpuif_upstream_pending(r.c));
    r.receive(GIC_MSG_UPSTREAM_CONTROL_ACK);
    ASSERT_EQ(r.sent.size(), 3u);
    EXPECT_EQ(r.sent[1].kind, GIC_MSG_UPSTREAM_CONTROL);
    EXPECT_EQ(r.sent[1].group, GIC_GROUPS_NONE);
    EXPECT_EQ(r.sent[2].kind, GIC_MSG_RELEASE);
    r.receive(GIC_MSG_UPSTREAM_CONTROL_ACK);
    EXPECT_FALSE(cpuif_upstream_pending(r.c));
}

TEST_F(CpuifLink, EnableAgainBeforeTheDisableWasToldKeepsTheInterrupt)
{
    r.answer = false;
    r.put(GIC_ICC_IGRPEN0_EL1, 0);
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.put(GIC_ICC_IGRPEN1_EL1, 0);
    r.put(GIC_ICC_IGRPEN1_EL1, 1);
    EXPECT_TRUE(r.line(GIC_LINE_IRQ));
    r.receive(GIC_MSG_UPSTREAM_CONTROL_ACK);
    EXPECT_EQ(r.count(GIC_MSG_RELEASE), 0u);
    EXPECT_EQ(r.count(GIC_MSG_UPSTREAM_CONTROL), 1u);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
}

TEST_F(CpuifLink, SetOfADisabledGroupIsReleasedAtOnce)
{
    r.put(GIC_ICC_IGRPEN1_EL1, 0);
    r.sent.clear();
    r.set(40, 0x80, GIC_GROUP_1NS);
    ASSERT_EQ(r.sent.size(), 1u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_RELEASE);
    EXPECT_EQ(r.events_of(GIC_EV_CROSSED_DISABLED), 1u);
}

TEST_F(CpuifLink, OnlyTheLatestUpstreamValueIsSent)
{
    r.put(GIC_ICC_CTLR_EL1, 1u << 6); // PMHE
    r.answer = false;
    r.sent.clear();
    for (unsigned pmr = 0x10; pmr <= 0x80; pmr += 0x10)
        r.put(GIC_ICC_PMR_EL1, pmr);
    ASSERT_EQ(r.sent.size(), 1u);
    EXPECT_EQ(r.sent[0].priority, 0x10);
    r.receive(GIC_MSG_UPSTREAM_CONTROL_ACK);
    ASSERT_EQ(r.sent.size(), 2u);
    EXPECT_EQ(r.sent[1].priority, 0x80);
    r.receive(GIC_MSG_UPSTREAM_CONTROL_ACK);
    EXPECT_EQ(r.sent.size(), 2u);
}

TEST_F(CpuifLink, TheMaskHintIsOffWithoutPMHE)
{
    r.put(GIC_ICC_PMR_EL1, 0x40);
    EXPECT_EQ(r.count(GIC_MSG_UPSTREAM_CONTROL), 0u);
    r.put(GIC_ICC_CTLR_EL1, 1u << 6);
    ASSERT_EQ(r.count(GIC_MSG_UPSTREAM_CONTROL), 1u);
    EXPECT_EQ(r.sent.back().priority, 0x40);
    r.put(GIC_ICC_CTLR_EL1, 0);
    EXPECT_EQ(r.sent.back().priority, 0xFF);
}

TEST_F(CpuifLink, EoirAndSgiStallWithoutCreditAndDoNothing)
{
    r.answer = false;
    r.put(GIC_ICC_CTLR_EL1, 1u << 1); // EOImode: DIR alone sends Deactivate
    for (int i = 0; i < GIC_CREDIT_DEACTIVATE; i++)
        r.put(GIC_ICC_DIR_EL1, 40);
    EXPECT_EQ(r.write(GIC_ICC_DIR_EL1, 41), GIC_SYSREG_STALL);
    r.put(GIC_ICC_CTLR_EL1, 0);
    r.set(42, 0x80, GIC_GROUP_1NS);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 42u);
    EXPECT_EQ(r.write(GIC_ICC_EOIR1_EL1, 42), GIC_SYSREG_STALL);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0x80u);
    EXPECT_EQ(r.count(GIC_MSG_DEACTIVATE), unsigned(GIC_CREDIT_DEACTIVATE));
    r.receive(GIC_MSG_DEACTIVATE_ACK, 40);
    r.put(GIC_ICC_EOIR1_EL1, 42);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xFFu);
    for (int i = 0; i < GIC_CREDIT_GENERATE_SGI; i++)
        r.put(GIC_ICC_SGI1R_EL1, 1);
    EXPECT_EQ(r.write(GIC_ICC_SGI1R_EL1, 1), GIC_SYSREG_STALL);
    EXPECT_EQ(r.events_of(GIC_EV_CREDIT_WAIT), 3u);
    r.receive(GIC_MSG_GENERATE_SGI_ACK);
    r.put(GIC_ICC_SGI1R_EL1, 1);
    EXPECT_EQ(r.count(GIC_MSG_GENERATE_SGI), unsigned(GIC_CREDIT_GENERATE_SGI) + 1u);
}

TEST_F(CpuifLink, WithoutActivateCreditNothingIsSignalledAndIarNeverWaits)
{
    r.answer = false;
    r.put(GIC_ICC_CTLR_EL1, 1u << 1);
    for (uint32_t i = 0; i < GIC_CREDIT_ACTIVATE; i++) {
        r.set(40 + i, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u + i);
        r.put(GIC_ICC_EOIR1_EL1, 40 + i);
    }
    r.set(60, 0x80, GIC_GROUP_1NS);
    EXPECT_FALSE(r.line(GIC_LINE_IRQ));
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
    EXPECT_EQ(r.get(GIC_ICC_HPPIR1_EL1), 60u);
    r.receive(GIC_MSG_ACTIVATE_ACK, 40);
    EXPECT_TRUE(r.line(GIC_LINE_IRQ));
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 60u);
}

TEST_F(CpuifLink, UpstreamPendingFollowsEachKindOfMessage)
{
    r.answer = false;
    EXPECT_FALSE(cpuif_upstream_pending(r.c));
    r.put(GIC_ICC_SGI1R_EL1, 1);
    EXPECT_TRUE(cpuif_upstream_pending(r.c));
    r.receive(GIC_MSG_GENERATE_SGI_ACK);
    EXPECT_FALSE(cpuif_upstream_pending(r.c));
    r.set(40, 0x80, GIC_GROUP_1NS);
    EXPECT_FALSE(cpuif_upstream_pending(r.c));
    r.get(GIC_ICC_IAR1_EL1);
    EXPECT_TRUE(cpuif_upstream_pending(r.c));
    r.receive(GIC_MSG_ACTIVATE_ACK, 40);
    EXPECT_FALSE(cpuif_upstream_pending(r.c));
    r.put(GIC_ICC_EOIR1_EL1, 40);
    EXPECT_TRUE(cpuif_upstream_pending(r.c));
    r.receive(GIC_MSG_DEACTIVATE_ACK, 40);
    EXPECT_FALSE(cpuif_upstream_pending(r.c));
    r.put(GIC_ICC_IGRPEN1_EL1, 0);
    EXPECT_TRUE(cpuif_upstream_pending(r.c));
    r.receive(GIC_MSG_UPSTREAM_CONTROL_ACK);
    EXPECT_FALSE(cpuif_upstream_pending(r.c));
}

TEST_F(CpuifLink, ResetDisablesUpstreamThenReleases)
{
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.get(GIC_ICC_IAR1_EL1);
    r.set(41, 0x40, GIC_GROUP_1NS);
    r.sent.clear();
    cpuif_reset(r.c);
    r.push();
    ASSERT_EQ(r.sent.size(), 2u);
    EXPECT_EQ(r.sent[0].kind, GIC_MSG_UPSTREAM_CONTROL);
    EXPECT_EQ(r.sent[0].group, GIC_GROUPS_NONE);
    EXPECT_EQ(r.sent[1].kind, GIC_MSG_RELEASE);
    EXPECT_EQ(r.sent[1].intid, 41u);
    EXPECT_FALSE(r.line(GIC_LINE_IRQ));
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xFFu);
    EXPECT_EQ(r.get(GIC_ICC_PMR_EL1), 0u);
}

TEST(Cpuif, AsleepAfterInitUntilDownstreamControl)
{
    rig r(plain_config(), false);
    r.pe(1, true);
    r.put(GIC_ICC_IGRPEN1_EL1, 1);
    EXPECT_EQ(r.events_of(GIC_EV_BAD_ASLEEP), 1u);
    EXPECT_EQ(r.count(GIC_MSG_UPSTREAM_CONTROL), 1u);
    r.wake(true);
    EXPECT_EQ(r.count(GIC_MSG_DOWNSTREAM_CONTROL_ACK), 1u);
    r.put(GIC_ICC_PMR_EL1, 0xF0);
    EXPECT_EQ(r.events_of(GIC_EV_BAD_ASLEEP), 1u);
}

TEST(Cpuif, DownstreamControlCarriesDS)
{
    rig r(secure_config());
    r.pe(1, true);
    r.open_all();
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.pe(3, false);
    EXPECT_TRUE(r.line(GIC_LINE_FIQ));
    r.wake(true);
    EXPECT_TRUE(r.line(GIC_LINE_IRQ));
    EXPECT_FALSE(r.line(GIC_LINE_FIQ));
}
