// SPDX-License-Identifier: Apache-2.0
// EL2 as a hypervisor: HCR_EL2, CPTR_EL2 and MDCR_EL2 against EL1 and EL0, routing, identity.
#include "a64_el2.h"

namespace
{

constexpr uint64_t Ec(unsigned ec)
{
    return static_cast<uint64_t>(ec) << 26 | 1 << 25;
}

// ESR of a trapped MRS, MSR or SYS.
constexpr uint64_t Trapped(uint32_t word)
{
    return Ec(0x18) | (word >> 19 & 3) << 20 | (word >> 5 & 7) << 17 | (word >> 16 & 7) << 14 |
           (word >> 12 & 15) << 10 | (word & 31) << 5 | (word >> 8 & 15) << 1 | (word >> 21 & 1);
}

constexpr uint32_t MrsOf(uint32_t reg, unsigned rt = 3)
{
    return 0xd5200000 | reg << 5 | rt;
}

constexpr uint32_t MsrOf(uint32_t reg, unsigned rt = 3)
{
    return 0xd5000000 | reg << 5 | rt;
}

class Hypervisor : public El2
{
protected:
    void Hcr(uint64_t bits)
    {
        Msr(kHcrEl2, kRw | bits);
    }

    void TrapsToEl2(uint32_t word, uint64_t esr, uint64_t pstate = kEl1h)
    {
        Words({word}, pstate);
        RunToVector(0x400, 2);
        EXPECT_EQ(Esr(), esr) << std::hex << word << ": " << Esr();
        EXPECT_EQ(Elr(), kScratch);
    }
};

// ---- traps of instructions of EL1

struct HcrTrap {
    const char *name;
    unsigned bit;
    std::vector<uint32_t> trapped, free;
};

const HcrTrap kHcrTraps[] = {
    {"TID1",
     16,
     {MrsOf(Reg(3, 0, 0, 0, 6)), MrsOf(Reg(3, 1, 0, 0, 7))},
     {MrsOf(Reg(3, 0, 0, 4, 0))}},
    {"TID2",
     17,
     {MrsOf(Reg(3, 3, 0, 0, 1)), MrsOf(Reg(3, 1, 0, 0, 0)), MrsOf(Reg(3, 1, 0, 0, 1)),
      MrsOf(Reg(3, 2, 0, 0, 0)), MsrOf(Reg(3, 2, 0, 0, 0))},
     {MrsOf(Reg(3, 3, 0, 0, 7))}},
    {"TID3",
     18,
     {MrsOf(Reg(3, 0, 0, 4, 0)), MrsOf(Reg(3, 0, 0, 7, 1)), MrsOf(Reg(3, 0, 0, 5, 0)),
      MrsOf(Reg(3, 0, 0, 4, 5)), MrsOf(Reg(3, 0, 0, 3, 0))},
     {MrsOf(Reg(3, 0, 0, 0, 0))}},
    {"TIDCP", 20, {MrsOf(Reg(3, 1, 15, 2, 0)), MsrOf(Reg(3, 0, 11, 1, 1)), 0xd50bf120}, {}},
    {"TACR", 21, {MrsOf(Reg(3, 0, 1, 0, 1)), MsrOf(Reg(3, 0, 1, 0, 1))}, {}},
    {"TSW", 22, {0xd5087640, 0xd5087a40, 0xd5087e40}, {}},
    {"TPC", 23, {0xd50b7a23, 0xd50b7e23, 0xd5087623}, {0xd50b7b23}},
    {"TPU", 24, {0xd50b7b23, 0xd50b7523, 0xd508751f, 0xd508711f}, {0xd50b7a23}},
    {"TTLB", 25, {0xd508871f, 0xd508831f, 0xd5088723, 0xd5088743, 0xd5088763, 0xd50883a3}, {}},
    {"TVM",
     26,
     {MsrOf(kSctlrEl1), MsrOf(kTtbr0El1), MsrOf(kTtbr1El1), MsrOf(kTcrEl1), MsrOf(kEsrEl1),
      MsrOf(kFarEl1), MsrOf(kMairEl1), MsrOf(Reg(3, 0, 5, 1, 0)), MsrOf(Reg(3, 0, 5, 1, 1)),
      MsrOf(Reg(3, 0, 10, 3, 0)), MsrOf(Reg(3, 0, 13, 0, 1))},
     {MrsOf(kSctlrEl1), MsrOf(kVbarEl1)}},
    {"TDZ", 28, {0xd50b7423}, {}},
    {"TRVM",
     30,
     {MrsOf(kSctlrEl1), MrsOf(kTtbr0El1), MrsOf(kTcrEl1), MrsOf(kEsrEl1), MrsOf(kMairEl1)},
     {MsrOf(kTtbr1El1), MrsOf(kVbarEl1)}},
};

class HcrTraps : public Hypervisor, public ::testing::WithParamInterface<HcrTrap>
{
};

TEST_P(HcrTraps, StopsWhatItNamesAndNothingElse)
{
    const HcrTrap &trap = GetParam();
    SetX(3, 0x40300000);
    for (uint32_t word : trap.free) {
        Hcr(UINT64_C(1) << trap.bit);
        Do({word}, kEl1h);
    }
    for (uint32_t word : trap.trapped) {
        Hcr(UINT64_C(1) << trap.bit);
        SetX(3, 0x40300000);
        TrapsToEl2(word, Trapped(word));
        if ((word >> 19 & 3) == 1) // what it does while it is free is a matter of other tests
            continue;
        Hcr(0);
        SetX(3, Mrs(kSctlrEl1));
        if (word >> 21 & 1)
            Do({word}, kEl1h);
    }
}

INSTANTIATE_TEST_SUITE_P(All, HcrTraps, ::testing::ValuesIn(kHcrTraps),
                         [](const auto &test) { return std::string(test.param.name); });

TEST_F(Hypervisor, WaitsTrap)
{
    Hcr(1 << 13);
    TrapsToEl2(0xd503207f, Ec(1) | 1 << 24 | 0xe << 20);
    Hcr(1 << 14);
    TrapsToEl2(0xd503205f, Ec(1) | 1 << 24 | 0xe << 20 | 1);
    Hcr(1 << 13); // EL0: EL1's own trap comes first
    Words({0xd503207f}, kEl0);
    RunToVector(0x400, 1);
    Msr(kSctlrEl1, 0x30d50800); // nTWI, nTWE
    TrapsToEl2(0xd503207f, Ec(1) | 1 << 24 | 0xe << 20, kEl0);
}

TEST_F(Hypervisor, SmcTrapsAndReturnsToItself)
{
    Hcr(1 << 19);
    TrapsToEl2(0xd4000003 | 0x1234 << 5, Ec(0x17) | 0x1234);
}

TEST_F(Hypervisor, FloatingPointTrapsByCptr)
{
    constexpr uint32_t fadd = 0x1e602820;
    Hcr(0);
    Msr(kCpacrEl1, 3 << 20);
    Msr(kCptrEl2, 0x33ff | 1 << 10);
    TrapsToEl2(fadd, Ec(7) | 1 << 24 | 0xe << 20);
    Words({fadd});
    RunToVector(0x200, 2); // EL2's own
    Msr(kCptrEl2, UINT64_C(1) << 31);
    EXPECT_EQ(Stored(kCptrEl2), 0x800033ffu);
    TrapsToEl2(MrsOf(kCpacrEl1), Trapped(MrsOf(kCpacrEl1)));
    Do({fadd}, kEl1h);
    Msr(kCpacrEl1, 0);
    Words({fadd}, kEl1h);
    RunToVector(0x200, 1);
}

TEST_F(Hypervisor, DebugAndPerformanceMonitorsTrapByMdcr)
{
    constexpr uint32_t oslsr = Reg(2, 0, 1, 1, 4), mdscr = Reg(2, 0, 0, 2, 2),
                       mdrar = Reg(2, 0, 1, 0, 0), pmcr = Reg(3, 3, 9, 12, 0),
                       pmsel = Reg(3, 3, 9, 12, 5);
    const struct {
        unsigned bit;
        uint32_t trapped, free;
    } cases[] = {{9, mdscr, oslsr}, {10, oslsr, mdscr}, {11, mdrar, mdscr},
                 {6, pmsel, mdscr}, {6, pmcr, mdscr},   {5, pmcr, pmsel}};
    Hcr(0);
    for (const auto &one : cases) {
        Msr(kMdcrEl2, 6u | UINT64_C(1) << one.bit);
        TrapsToEl2(MrsOf(one.trapped), Trapped(MrsOf(one.trapped)));
        Do({MrsOf(one.free)}, kEl1h);
    }
    Msr(kMdcrEl2, 6 | 1 << 8); // TDE: all of debug, and BRK
    for (uint32_t reg : {oslsr, mdscr, mdrar})
        TrapsToEl2(MrsOf(reg), Trapped(MrsOf(reg)));
    TrapsToEl2(0xd4200000 | 9 << 5, Ec(0x3c) | 9);
}

TEST_F(Hypervisor, HpmnHidesCounters)
{
    constexpr uint32_t pmcr = Reg(3, 3, 9, 12, 0), set = Reg(3, 3, 9, 12, 1),
                       count3 = Reg(3, 3, 14, 8, 3), count1 = Reg(3, 3, 14, 8, 1);
    Hcr(0);
    Msr(kMdcrEl2, 2);
    EXPECT_EQ(Mrs(pmcr) >> 11 & 31, 6u);
    EXPECT_EQ(Mrs(pmcr, kEl1h) >> 11 & 31, 2u);
    Msr(set, 0x8000003f);
    EXPECT_EQ(Mrs(set, kEl1h), 0x80000003u);
    EXPECT_EQ(Mrs(set), 0x8000003fu);
    Msr(count3, 33), Msr(count1, 11);
    Msr(count3, 99, kEl1h), Msr(count1, 44, kEl1h);
    EXPECT_EQ(Mrs(count3), 33u);
    EXPECT_EQ(Mrs(count1), 44u);
    EXPECT_EQ(Mrs(count3, kEl1h), 0u);
    Msr(pmcr, 2, kEl1h); // P
    EXPECT_EQ(Mrs(count3), 33u);
    EXPECT_EQ(Mrs(count1), 0u);
}

// ---- identity

TEST_F(Hypervisor, El1SeesTheIdentityThatEl2Gives)
{
    constexpr uint32_t midr = Reg(3, 0, 0, 0, 0), mpidr = Reg(3, 0, 0, 0, 5);
    uint64_t own = Mrs(midr);
    Msr(Reg(3, 4, 0, 0, 0), 0x12345678);
    Msr(Reg(3, 4, 0, 0, 5), UINT64_C(0x80000007));
    EXPECT_EQ(Mrs(midr, kEl1h), 0x12345678u);
    EXPECT_EQ(Mrs(mpidr, kEl1h), 0x80000007u);
    EXPECT_EQ(Mrs(midr), own);
}

TEST_F(Hypervisor, BitsThatAreNotThereReadZero)
{
    Msr(kHcrEl2, UINT64_MAX & ~kE2h & ~kTge);
    EXPECT_EQ(Stored(kHcrEl2), UINT64_C(0x3f7ff7fff)) << "TID0 needs AArch32";
    Hcr(0);
    Msr(kVtcrEl2, UINT64_MAX);
    EXPECT_EQ(Stored(kVtcrEl2), 0x800fffffu);
    Msr(kVttbrEl2, UINT64_MAX);
    EXPECT_EQ(Stored(kVttbrEl2), UINT64_C(0xfffffffffffffffe));
    Msr(Reg(3, 4, 1, 1, 3), UINT64_MAX); // HSTR_EL2: AArch32
    EXPECT_EQ(Stored(Reg(3, 4, 1, 1, 3)), 0u);
}

// ---- routing

TEST_F(Hypervisor, TgeTakesEverythingOfEl0)
{
    Hcr(kTge);
    const struct {
        uint32_t word;
        uint64_t esr;
    } cases[] = {{0xd4000001 | 7 << 5, Ec(0x15) | 7},
                 {0xd4200000 | 8 << 5, Ec(0x3c) | 8},
                 {0x00000000, Ec(0)},
                 {0xd503207f, Ec(1) | 1 << 24 | 0xe << 20},
                 {MrsOf(Reg(3, 3, 0, 0, 1)), Trapped(MrsOf(Reg(3, 3, 0, 0, 1)))},
                 {0x1e602820, Ec(0)}}; // FP by CPACR_EL1: no class of its own
    for (const auto &one : cases) {
        Words({one.word}, kEl0);
        RunToVector(0x400, 2);
        EXPECT_EQ(Esr(), one.esr) << std::hex << one.word;
    }
    Msr(kSctlrEl1, 0x30d00801); // M, without tables: TGE turns it off for EL0
    SetX(9, 0x10000000);
    Words({0xf9400120}, kEl0);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), Ec(0x24) | 0x10) << "a bus error, no translation fault";
    Msr(kSpsrEl2, kEl1h);
    Msr(kElrEl2, kScratch);
    Words({0xd69f03e0});
    RunToVector(0x200, 2);
    EXPECT_EQ(Esr(), Ec(0x0e)) << "there is no EL1 to return to";
}

TEST_F(Hypervisor, VirtualInterruptsByHcr)
{
    Hcr(kImo | 1 << 7);
    Words({0xd503201f, 0xd503201f}, 0x345); // EL1h, I clear
    RunToVector(0x280, 1);
    Hcr(kFmo | 1 << 6);
    Words({0xd503201f}, 0x385);
    RunToVector(0x300, 1);
    Hcr(1 << 7); // without IMO it is nothing
    Do({0xd503201f}, 0x345);
    Hcr(kAmo | kVse);
    Words({0xd503201f}, 0x2c5);
    RunToVector(0x380, 1);
    EXPECT_EQ(Stored(kHcrEl2) & kVse, 0u) << "taken: no longer pending";
}

TEST_F(Hypervisor, VirtualSErrorLeavesAPhysicalOnePending)
{
    Hcr(kVse); // AMO clear: the physical one would be EL1's
    ops->set_line(pe, ISS_LINE_SERROR, true);
    ops->set_line(pe, ISS_LINE_SERROR, false);
    Words({0xd503201f}, 0x2c5);
    RunToVector(0x380, 1);
    EXPECT_NE(Stored(kHcrEl2) & kVse, 0u);
    Hcr(kAmo | kVse);
    ops->set_line(pe, ISS_LINE_SERROR, true);
    Words({0xd503201f}, 0x2c5);
    RunToVector(0x580, 2);
    EXPECT_NE(Stored(kHcrEl2) & kVse, 0u) << "the physical one went to EL2";
}

TEST_F(Hypervisor, WaitingEndsForWhatIsVirtual)
{
    Hcr(kImo);
    Words({0xd503207f, 0xd2800040}, kEl1h); // WFI, mov x0, #2
    EXPECT_EQ(Run().reason, ISS_STOP_WFI);
    EXPECT_FALSE(ops->runnable(pe));
    ops->set_line(pe, ISS_LINE_VIRQ, true);
    EXPECT_TRUE(ops->runnable(pe));
    RunToEnd();
    EXPECT_EQ(X(0), 2u);
}

TEST_F(Hypervisor, IsrShowsVirtualInterruptsToEl1)
{
    constexpr uint32_t isr = Reg(3, 0, 12, 1, 0);
    Hcr(kImo | kFmo | kAmo | 1 << 6 | 1 << 7 | kVse);
    EXPECT_EQ(Mrs(isr, kEl1h), 0x1c0u);
    EXPECT_EQ(Mrs(isr), 0u);
}

class HypervisorWithEl3 : public A64
{
protected:
    void SetUp() override
    {
        Build();
    }
};

TEST_F(HypervisorWithEl3, ExternalAbortsGoWhereScrSays)
{
    SetX(9, 0x10000000);
    Drop(PROG_prog_load32, kEl1h, 0x531 | 1 << 3); // EA
    SetX(9, 0x10000000);
    RunToVector(0x400, 3);
    EXPECT_EQ(Esr(), UINT64_C(0x24) << 26 | 1 << 25 | 0x10);
    Drop(PROG_prog_load32, kEl1h, 0x531);
    SetX(9, 0x10000000);
    RunToVector(0x200, 1);
}

TEST_F(HypervisorWithEl3, HcdIsNotThere)
{
    const uint32_t program[] = {0xd51c1100, 0xd53c1100, 0xd4000002}; // msr, mrs hcr_el2; hvc
    machine_store(m, 0x40080000, program, sizeof program);
    SetX(0, UINT64_MAX & ~(UINT64_C(1) << 27));
    At(0x40080000, kEl3h);
    RunToEnd();
    EXPECT_EQ(X(0) >> 29 & 1, 0u);
}

TEST_F(Hypervisor, HcdMakesHvcUndefined)
{
    machine_destroy(m);
    m = nullptr;
    config.iss.conduit = ISS_CONDUIT_SMC;
    Build();
    // The programs end in HVC here, which is to be UNDEFINED: look at what is recorded.
    const uint32_t program[] = {0xd51c1100, kHvc};
    machine_store(m, kScratch, program, sizeof program);
    SetX(0, kRw | 1 << 29);
    At(kScratch, kEl2h);
    Run(3);
    EXPECT_EQ(m->pe[0].events[0].esr, Ec(0));
    EXPECT_EQ(m->pe[0].events[0].el, 2u);
}

} // namespace
