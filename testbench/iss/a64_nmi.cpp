// SPDX-License-Identifier: Apache-2.0
// FEAT_NMI: PSTATE.ALLINT, SCTLR_ELx.NMI and SPINTMASK, interrupts with superpriority.
#include "a64_el2.h"

namespace
{

constexpr uint64_t kNmi = UINT64_C(1) << 61, kSpintmask = UINT64_C(1) << 62;
constexpr uint64_t kAllint = 1 << 13, kI = 1 << 7;
constexpr uint64_t kOpen = 0x345, kMasked = 0x3c5; // EL1h, PSTATE.I clear and set
constexpr uint32_t kAllintReg = Reg(3, 0, 4, 3, 0), kIsr = Reg(3, 0, 12, 1, 0),
                   kPfr1 = Reg(3, 0, 0, 4, 1), kMmfr1 = Reg(3, 0, 0, 7, 1),
                   kHcrxEl2 = Reg(3, 4, 1, 2, 2), kScrEl3 = Reg(3, 6, 1, 1, 0),
                   kVbarEl3 = Reg(3, 6, 12, 0, 0);
constexpr uint64_t kVf = 1 << 6, kVi = 1 << 7;                          // HCR_EL2
constexpr uint64_t kTallint = 1 << 6, kVinmi = 1 << 7, kVfnmi = 1 << 8; // HCRX_EL2
constexpr uint32_t kNop = 0xd503201f;

class Nmi : public El2
{
protected:
    void SetUp() override
    {
        config.iss.nmi = true;
        El2::SetUp();
        Msr(kHcrEl2, kRw);
    }

    void Sctlr(uint64_t bits)
    {
        Msr(kSctlrEl1, 0x30d00800 | bits);
    }

    void Lines(bool irq, bool super)
    {
        ops->set_line(pe, ISS_LINE_IRQ, irq);
        ops->set_line(pe, ISS_LINE_NMI, super);
    }

    bool Taken(uint64_t pstate)
    {
        Words({kNop, kNop}, pstate);
        iss_result r = Run();
        EXPECT_EQ(r.reason, ISS_STOP_CONDUIT);
        return r.conduit_imm == kVectorMark;
    }
};

TEST_F(Nmi, IsThereByConfigurationOnly)
{
    EXPECT_EQ(Mrs(kPfr1) >> 36 & 15, 1u);
    Sctlr(kNmi | kSpintmask);
    EXPECT_EQ(Stored(kSctlrEl1) >> 61, 3u);
    EXPECT_EQ(m->pe[0].state.sctlr_nmi, 1u << 1);
    machine_destroy(m);
    config.iss.nmi = false;
    Build();
    Vectors();
    EXPECT_EQ(Mrs(kPfr1) >> 36 & 15, 0u);
    Msr(kSctlrEl1, 0x30d00800 | kNmi | kSpintmask);
    EXPECT_EQ(Stored(kSctlrEl1) >> 61, 0u);
    for (uint32_t word : {MrsWord(kAllintReg), MsrWord(kAllintReg), 0xd501401fu, 0xd501411fu}) {
        Words({word});
        RunToVector(0x200, 2);
        EXPECT_EQ(Esr(), UINT64_C(0x02000000)) << std::hex << word;
    }
}

TEST_F(Nmi, OtherCoresDoNotHaveIt)
{
    char error[160];
    iss_config other = config.iss;
    other.cpu = "cortex-a57";
    iss_env env = iss_env();
    env.version = ISS_PORT_VERSION;
    EXPECT_EQ(ops->create(&other, &env, error, sizeof error), nullptr);
}

TEST_F(Nmi, AllintIsReadAndWrittenByRegisterAndImmediate)
{
    Do({0xd501411f, MrsWord(kAllintReg, 1), 0xd501401f, MrsWord(kAllintReg, 2)});
    EXPECT_EQ(X(1), kAllint);
    EXPECT_EQ(X(2), 0u);
    SetX(0, UINT64_MAX);
    Do({MsrWord(kAllintReg), MrsWord(kAllintReg, 1)});
    EXPECT_EQ(X(1), kAllint);
    EXPECT_NE(Pstate() & kAllint, 0u);
    Words({MrsWord(kAllintReg)}, kEl0);
    RunToVector(0x400, 1);
}

TEST_F(Nmi, SuperpriorityGoesThroughTheMaskOfI)
{
    Sctlr(kNmi);
    Lines(true, false);
    EXPECT_FALSE(Taken(kMasked));
    EXPECT_TRUE(Taken(kOpen));
    Lines(true, true);
    EXPECT_TRUE(Taken(kMasked));
    EXPECT_FALSE(Taken(kMasked | kAllint));
    EXPECT_FALSE(Taken(kOpen | kAllint)) << "ALLINT masks all";
    Lines(true, false);
    EXPECT_FALSE(Taken(kOpen | kAllint));
    Lines(false, true);
    EXPECT_FALSE(Taken(kOpen)) << "superpriority of nothing";
    Sctlr(0);
    Lines(true, true);
    EXPECT_FALSE(Taken(kMasked)) << "NMI clear: an interrupt as any other";
    EXPECT_TRUE(Taken(kOpen | kAllint));
}

TEST_F(Nmi, SpintmaskMasksOnTheLevelsOwnStack)
{
    Sctlr(kNmi | kSpintmask);
    Lines(true, true);
    EXPECT_FALSE(Taken(kOpen));
    EXPECT_TRUE(Taken(kOpen & ~UINT64_C(1))) << "EL1t";
    EXPECT_TRUE(Taken(0x3c0)) << "EL0, PSTATE.I set";
}

TEST_F(Nmi, ExceptionsSetAllintUnlessSpintmask)
{
    Sctlr(kNmi);
    Words({0xd4000001}, kMasked & ~kI);
    RunToVector(0x200, 1);
    EXPECT_NE(Pstate() & kAllint, 0u);
    EXPECT_EQ(Spsr() & kAllint, 0u);
    Words({0xd4000001}, kMasked | kAllint);
    RunToVector(0x200, 1);
    EXPECT_NE(Spsr() & kAllint, 0u);
    Sctlr(kNmi | kSpintmask);
    Words({0xd4000001}, kMasked | kAllint);
    RunToVector(0x200, 1);
    EXPECT_EQ(Pstate() & kAllint, 0u);
}

TEST_F(Nmi, ReturnRestoresAllint)
{
    for (uint64_t allint : {kAllint, UINT64_C(0)}) {
        Msr(kSpsrEl2, kMasked | allint);
        EXPECT_EQ(Stored(kSpsrEl2) & kAllint, allint);
        Msr(kElrEl2, PROG_prog_stop);
        Words({0xd69f03e0});
        RunToEnd();
        EXPECT_EQ(El(), 1u);
        EXPECT_EQ(Pstate() & kAllint, allint);
    }
}

TEST_F(Nmi, RoutedToEl2ItInterruptsEl1Whatever)
{
    Msr(kHcrEl2, kRw | kImo);
    Lines(true, true);
    Words({kNop}, kMasked | kAllint);
    RunToVector(0x480, 2);
    Msr(kSctlrEl2, kNmi);
    EXPECT_EQ(m->pe[0].state.sctlr_nmi, 1u << 2);
    Words({kNop}, kEl2h);
    RunToVector(0x280, 2);
    Do({kNop}, kEl2h | kAllint);
}

TEST_F(Nmi, IsrTellsSuperpriority)
{
    Lines(true, true);
    EXPECT_EQ(Mrs(kIsr, kEl1h), 1u << 10 | kI);
    Lines(true, false);
    EXPECT_EQ(Mrs(kIsr, kEl1h), kI);
}

TEST_F(Nmi, AVirtualIrqHasASuperpriorityOfItsOwn)
{
    const auto lines = [this](bool virq, bool super) {
        ops->set_line(pe, ISS_LINE_VIRQ, virq);
        ops->set_line(pe, ISS_LINE_VNMI, super);
    };
    Msr(kHcrEl2, kRw | kImo);
    Sctlr(kNmi);
    lines(true, false);
    EXPECT_FALSE(Taken(kMasked));
    EXPECT_TRUE(Taken(kOpen));
    EXPECT_EQ(Mrs(kIsr, kEl1h), kI);
    lines(true, true);
    EXPECT_TRUE(Taken(kMasked));
    EXPECT_FALSE(Taken(kMasked | kAllint));
    EXPECT_EQ(Mrs(kIsr, kEl1h | kAllint), 1u << 10 | kI);
    lines(false, true);
    EXPECT_FALSE(Taken(kOpen)) << "superpriority of nothing";
    lines(true, false);
    Lines(false, true);
    EXPECT_FALSE(Taken(kMasked)) << "that of the physical line is another";
}

TEST_F(Nmi, HcrxIsThereWithNmis)
{
    EXPECT_EQ(Mrs(kMmfr1) >> 40 & 15, 1u);
    Msr(kHcrxEl2, UINT64_MAX);
    EXPECT_EQ(Mrs(kHcrxEl2), kTallint | kVinmi | kVfnmi) << "all else is RES0";
    for (uint32_t word : {MrsWord(kHcrxEl2), MsrWord(kHcrxEl2)}) {
        Words({word}, kEl1h);
        RunToVector(0x200, 1);
        EXPECT_EQ(Esr(), UINT64_C(0x02000000)) << std::hex << word;
    }
    machine_destroy(m);
    config.iss.nmi = false;
    Build();
    Vectors();
    EXPECT_EQ(Mrs(kMmfr1) >> 40 & 15, 0u);
    Words({MrsWord(kHcrxEl2)});
    RunToVector(0x200, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x02000000));
}

// What HCR_EL2.VI and VF pend is an NMI where HCRX_EL2 says so, and each has a bit of its own.
TEST_F(Nmi, HcrxGivesSuperpriorityToVirtualInterruptsOfHcr)
{
    const uint64_t f = 1 << 6, masked = kMasked, open = kMasked & ~(kI | f);
    Sctlr(kNmi);
    for (bool fiq : {false, true}) {
        const uint64_t one = fiq ? kVf : kVi, other = fiq ? kVi : kVf;
        const uint64_t super = fiq ? kVfnmi : kVinmi;
        Msr(kHcrEl2, kRw | kImo | kFmo | one);
        Msr(kHcrxEl2, fiq ? kVinmi : kVfnmi);
        EXPECT_FALSE(Taken(masked)) << "the bit of the other";
        EXPECT_TRUE(Taken(open));
        EXPECT_EQ(X(24), fiq ? 0x300u : 0x280u);
        Msr(kHcrxEl2, super);
        EXPECT_TRUE(Taken(masked));
        EXPECT_EQ(X(24), fiq ? 0x300u : 0x280u);
        EXPECT_FALSE(Taken(masked | kAllint));
        EXPECT_EQ(Mrs(kIsr, kEl1h | kAllint), fiq ? 1u << 9 | 1u << 6 : 1u << 10 | kI);
        Msr(kHcrEl2, kRw | kImo | kFmo | other);
        EXPECT_FALSE(Taken(masked)) << "nothing is pending that it is about";
        Msr(kHcrEl2, kRw | kImo | kFmo);
        EXPECT_EQ(Mrs(kIsr, kEl1h), 0u);
        Msr(kHcrxEl2, 0);
    }
}

TEST_F(Nmi, AnFiqHasASuperpriorityOfItsOwn)
{
    const uint64_t f = 1 << 6;
    Sctlr(kNmi);
    ops->set_line(pe, ISS_LINE_FIQ, true);
    ops->set_line(pe, ISS_LINE_NMI, true);
    EXPECT_FALSE(Taken(kMasked)) << "that of IRQ is another";
    EXPECT_EQ(Mrs(kIsr, kEl1h), f);
    ops->set_line(pe, ISS_LINE_FNMI, true);
    EXPECT_TRUE(Taken(kMasked));
    EXPECT_EQ(X(24), 0x300u);
    EXPECT_EQ(Mrs(kIsr, kEl1h | kAllint), 1u << 9 | f);
    EXPECT_FALSE(Taken(kMasked | kAllint));
    Sctlr(kNmi | kSpintmask);
    EXPECT_FALSE(Taken(kMasked));
    Sctlr(0);
    EXPECT_FALSE(Taken(kMasked));
    ops->set_line(pe, ISS_LINE_FIQ, false);
    Sctlr(kNmi);
    EXPECT_FALSE(Taken(kMasked & ~f)) << "superpriority of nothing";
}

TEST_F(Nmi, HcrxTrapsWhatSetsAllintAtEl1)
{
    Msr(kHcrxEl2, kTallint);
    SetX(0, kAllint);
    Words({MsrWord(kAllintReg)}, kEl1h);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x62300000) | 4 << 10 | 3 << 1) << "MSR ALLINT, X0";
    Words({0xd501411f}, kEl1h);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x62000000) | 1 << 14 | 4 << 10 | 31 << 5 | 1 << 1)
        << "MSR ALLINT, #1";
    Do({0xd501401f, MrsWord(kAllintReg, 1)}, kEl1h);
    EXPECT_EQ(X(1), 0u) << "neither what clears it nor a read";
    Do({0xd501411f, MrsWord(kAllintReg, 1)});
    EXPECT_EQ(X(1), kAllint) << "EL2 is not trapped";
    Msr(kHcrxEl2, 0);
    Do({0xd501411f, MrsWord(kAllintReg, 1)}, kEl1h);
    EXPECT_EQ(X(1), kAllint);
}

TEST_F(Nmi, ScrLetsEl2HaveHcrx)
{
    const uint64_t scr = 0x531, hxen = UINT64_C(1) << 38; // NS, HCE, RW
    machine_destroy(m);
    config.iss.has_el3 = true;
    Build();
    Msr(kVbarEl3, PROG_vectors_el3, kEl3h);
    Msr(kScrEl3, scr | hxen, kEl3h);
    EXPECT_EQ(Stored(kScrEl3), scr | hxen);
    Vectors();
    Msr(kHcrxEl2, kTallint);
    EXPECT_EQ(Mrs(kHcrxEl2), kTallint);
    Words({0xd501411f}, kEl1h);
    RunToVector(0x400, 2);
    Msr(kScrEl3, scr, kEl3h);
    Words({MrsWord(kHcrxEl2)});
    RunToVector(0x400, 3);
    EXPECT_EQ(Esr() >> 26, 0x18u);
    Do({0xd501411f, MrsWord(kAllintReg, 1)}, kEl1h);
    EXPECT_EQ(X(1), kAllint) << "without HXEn it is as 0";
    EXPECT_EQ(Mrs(kHcrxEl2, kEl3h), kTallint) << "and keeps its value";
}

TEST_F(Nmi, ACheckpointHoldsAllint)
{
    Do({0xd501411f});
    std::vector<uint8_t> image(ops->save_size(pe));
    ops->save(pe, image.data());
    Do({0xd501401f});
    ASSERT_TRUE(ops->load(pe, image.data(), image.size()));
    EXPECT_NE(Pstate() & kAllint, 0u);
}

} // namespace
