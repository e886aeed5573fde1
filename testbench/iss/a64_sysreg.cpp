// SPDX-License-Identifier: Apache-2.0
// System registers: identification, EL0 controls, traps of EL2, performance monitors.
#include "a64_fixture.h"

namespace
{

class Sysreg : public A64
{
protected:
    void SetUp() override
    {
        El1Only();
    }

    // One instruction at an address of its own, entered at @p pstate.
    void One(uint32_t raw, uint64_t pstate)
    {
        const uint32_t code[] = {raw, 0xd4000002};
        // mmu_on opens what lies above 0x40600000 to EL0, and so closes it to fetches of EL1.
        uint64_t at = pstate == kEl0 ? 0x40680000 : 0x40480000;
        machine_store(m, at, code, sizeof code);
        At(at, pstate);
    }

    // EL0 needs pages that it may execute: identity 2 MiB blocks, read-only and open to EL0.
    void MmuForEl0()
    {
        MmuOn();
        Poke(0x40101000 + 3 * 8, 0x40600000 | 1u << 10 | 3u << 8 | 3u << 6 | 1); // RO for both
        At(PROG_prog_tlbi_vmalle1);
        RunToEnd();
    }

    void ExpectTrapFromEl0(uint32_t raw, unsigned ec)
    {
        One(raw, kEl0);
        RunToVector(0x400);
        EXPECT_EQ(Esr() >> 26, ec) << std::hex << raw;
        EXPECT_EQ(Elr(), 0x40680000u);
    }
};

struct Core {
    const char *name;
    uint64_t midr, isar0, mmfr0;
    uint64_t csv; // ID_AA64PFR0_EL1.CSV2, CSV3
};

class Cores : public Sysreg, public ::testing::WithParamInterface<Core>
{
};

TEST_P(Cores, IdentificationTellsWhatIsImplemented)
{
    const Core &core = GetParam();
    config.iss.cpu = core.name;
    config.iss.has_el3 = true;
    Build();
    At(PROG_prog_ids, kEl1h);
    RunToEnd();
    EXPECT_EQ(X(0), core.midr);
    EXPECT_EQ(X(1), 0x80000000u);
    EXPECT_EQ(X(2), 0x01001011u | core.csv << 56) << "EL3, no EL2, FP and Advanced SIMD, GICv3";
    EXPECT_EQ(X(3), core.isar0);
    EXPECT_EQ(X(4), core.mmfr0);
    EXPECT_EQ(X(5), 0x106u);
    EXPECT_EQ(X(6), 0u) << "no AArch32";
    EXPECT_EQ(X(7), 0x84448004u);
    EXPECT_EQ(X(8), 4u) << "DC ZVA allowed at EL1, 64 bytes";
    EXPECT_EQ(X(10), 0x10110222u) << "single and double precision";
    EXPECT_EQ(X(11), 0x12111111u) << "fused multiply-add, half precision conversions";
    EXPECT_EQ(X(12), 0x43u);
}

INSTANTIATE_TEST_SUITE_P(All, Cores,
                         ::testing::Values(Core{"cortex-a53", 0x410fd034, 0x10000, 0x1022, 0},
                                           Core{"cortex-a57", 0x411fd070, 0x10000, 0x1024, 0},
                                           Core{"cortex-a72", 0x410fd083, 0x10000, 0x1024, 0},
                                           Core{"max", 0x000f0510, 0x210000, 0x101025, 0x11}));

TEST_F(Sysreg, NamesOfCores)
{
    EXPECT_STREQ(a64_cpu_name(0), "cortex-a53");
    EXPECT_EQ(a64_cpu_name(4), nullptr);
}

TEST_F(Sysreg, El0ControlsTrapToEl1)
{
    Build();
    MmuForEl0();
    ExpectTrapFromEl0(0xd5380000, 0x00); // mrs x0, midr_el1: UNDEFINED
    ExpectTrapFromEl0(0xd53b0020, 0x18); // ctr_el0, UCT
    ExpectTrapFromEl0(0xd50342df, 0x18); // msr daifset, UMA
    EXPECT_EQ(Esr() & 0x1ffffffu, 0x0cd3e4u) << "op0, op2, op1, CRn, Rt, CRm as encoded";
    ExpectTrapFromEl0(0xd503207f, 0x01); // wfi, nTWI
    ExpectTrapFromEl0(0xd50b7429, 0x18); // dc zva, DZE
    ExpectTrapFromEl0(0xd50b7a29, 0x18); // dc cvac, UCI
    ExpectTrapFromEl0(0xd53b9d00, 0x18); // pmccntr_el0, PMUSERENR
    ExpectTrapFromEl0(0xd4000002, 0x00); // hvc
    ExpectTrapFromEl0(0xd69f03e0, 0x00); // eret
}

TEST_F(Sysreg, UnknownRegistersAreUndefinedAndImpdefOnesReadZero)
{
    Build();
    MmuOn();
    One(0xd53800e0 | 7u << 5 | 15u << 12 | 1u << 16, kEl1h); // S3_1_C15_C0_7
    SetX(0, 5);
    RunToEnd();
    EXPECT_EQ(X(0), 0u);
    One(0xd5380000 | 6u << 12 | 9u << 8, kEl1h); // S3_0_C6_C9_0
    RunToVector(0x200);
    EXPECT_EQ(Esr() >> 26, 0u);
    One(0xd5380000 | 7u << 8 | 5u << 5, kEl1h); // reserved identification space
    RunToEnd();
    EXPECT_EQ(X(0), 0u);
}

TEST_F(Sysreg, OsLock)
{
    Build();
    MmuOn();
    One(0xd5301180 | 0, kEl1h); // mrs x0, oslsr_el1
    RunToEnd();
    EXPECT_EQ(X(0), 0xau) << "locked at reset";
    SetX(0, 0);
    One(0xd5101080, kEl1h); // msr oslar_el1, x0
    RunToEnd();
    One(0xd5301180, kEl1h);
    RunToEnd();
    EXPECT_EQ(X(0), 0x8u);
}

TEST_F(Sysreg, HcrTrapsOfEl1)
{
    config.iss.has_el2 = config.iss.has_el3 = true;
    config.iss.conduit = ISS_CONDUIT_NONE;
    Build();
    Drop(PROG_prog_stop, kEl2h, 0x531);
    for (int i = 0; i < 100 && El() != 2; i++)
        Run(1);
    struct {
        uint64_t hcr;
        uint32_t raw;
        unsigned ec;
    } cases[] = {
        {UINT64_C(1) << 13, 0xd503207f, 0x01}, // TWI: wfi
        {UINT64_C(1) << 18, 0xd5380400, 0x18}, // TID3: id_aa64pfr0_el1
        {UINT64_C(1) << 19, 0xd4000003, 0x17}, // TSC: smc
        {UINT64_C(1) << 22, 0xd5087640, 0x18}, // TSW: dc isw
        {UINT64_C(1) << 25, 0xd508871f, 0x18}, // TTLB: tlbi vmalle1
        {UINT64_C(1) << 26, 0xd5182000, 0x18}, // TVM: msr ttbr0_el1
        {UINT64_C(1) << 30, 0xd5382000, 0x18}, // TRVM: mrs ttbr0_el1
    };
    for (const auto &t : cases) {
        const uint32_t set[] = {0xd51c1100}; // msr hcr_el2, x0
        machine_store(m, 0x40090000, set, sizeof set);
        SetX(0, t.hcr);
        At(0x40090000, kEl2h);
        Run(1);
        m->pe[0].event_count = 0;
        One(t.raw, kEl1h);
        Run(1);
        ASSERT_GE(m->pe[0].event_count, 1u) << std::hex << t.raw;
        EXPECT_EQ(m->pe[0].events[0].el, 2u);
        EXPECT_EQ(m->pe[0].events[0].esr >> 26, t.ec) << std::hex << t.raw;
    }
}

// ---- performance monitors

TEST_F(Sysreg, PmuCountsCyclesAndInstructionsExactly)
{
    config.iss.cpi.cycles[ISS_CPI_branch] = 4;
    config.iss.cpi.cycles[ISS_CPI_sysreg] = 2;
    Build();
    MmuOn();
    SetX(0, 1000);
    At(PROG_prog_pmu);
    RunToEnd();
    // Between the two reads of PMCCNTR: one MRS, then the loop. The first MRS counts itself.
    EXPECT_EQ(X(3) - X(2), 2u + 2u + 1000u * (1u + 4u));
    EXPECT_EQ(X(5) - X(4), 2u + 2000u);
}

TEST_F(Sysreg, PmuCycleCounterIsLocalTime)
{
    config.iss.cpi.cycles[ISS_CPI_load] = 3;
    Build();
    MmuOn();
    SetX(0, 1);
    At(PROG_prog_pmu);
    RunToEnd();
    One(0xd53b9d00, kEl1h); // mrs x0, pmccntr_el0
    Run(1);
    uint64_t first = X(0), time = ops->time(pe);
    ops->advance(pe, time + 12345000);
    One(0xd53b9d00, kEl1h);
    Run(1);
    EXPECT_EQ(X(0) - first, (ops->time(pe) - time) / 1000);
}

TEST_F(Sysreg, PmuFilterExcludesEl1)
{
    Build();
    MmuOn();
    SetX(0, 10);
    At(PROG_prog_pmu);
    RunToEnd();
    SetX(0, 0x80000000);
    One(0xd51befe0, kEl1h); // msr pmccfiltr_el0, x0: not at EL1
    RunToEnd();
    One(0xd53b9d00, kEl1h);
    RunToEnd();
    uint64_t before = X(0);
    At(PROG_prog_nop);
    RunToEnd();
    One(0xd53b9d00, kEl1h);
    RunToEnd();
    EXPECT_EQ(X(0), before);
}

TEST_F(Sysreg, PmuOverflowRaisesItsLineAtTheExactInstruction)
{
    Build();
    MmuOn();
    SetX(0, 10);
    At(PROG_prog_pmu);
    RunToEnd();
    SetX(0, UINT64_MAX - 499);
    One(0xd51b9d00, kEl1h); // msr pmccntr_el0, x0
    Run(1);
    SetX(0, 0x80000000);
    One(0xd5189e20, kEl1h); // msr pmintenset_el1, x0
    Run(1);
    uint64_t deadline = ops->deadline(pe), now = ops->time(pe);
    EXPECT_EQ(deadline - now, 498000u) << "500 cycles less the two MSRs";
    At(PROG_prog_spin);
    Run((deadline - now) / 1000 - 1);
    EXPECT_FALSE(m->pe[0].pmu_irq);
    Run(1);
    EXPECT_TRUE(m->pe[0].pmu_irq);
    SetX(0, 0x80000000);
    One(0xd51b9c60, kEl1h); // msr pmovsclr_el0, x0
    Run(1);
    EXPECT_FALSE(m->pe[0].pmu_irq);
}

TEST_F(Sysreg, PmuOverflowIsSeenWhenItIsReadWithoutAnInterrupt)
{
    Build();
    MmuOn();
    SetX(0, 10);
    At(PROG_prog_pmu);
    RunToEnd();
    SetX(0, UINT64_MAX - 3);
    One(0xd51b9d00, kEl1h); // msr pmccntr_el0, x0
    Run(1);
    One(0xd53b9e60, kEl1h); // mrs x0, pmovsset_el0
    Run(1);
    EXPECT_EQ(X(0) >> 31 & 1, 0u);
    At(PROG_prog_spin);
    Run(10);
    One(0xd53b9e60, kEl1h);
    Run(1);
    EXPECT_EQ(X(0) >> 31 & 1, 1u);
}

TEST_F(Sysreg, PmuIsProhibitedInSecureStateUnlessSpme)
{
    config.iss.has_el3 = true;
    Build();
    SetX(0, 100);
    At(PROG_prog_pmu, kEl3h);
    SetX(ISS_REG_SP, 0x40200000);
    RunToEnd();
    EXPECT_EQ(X(5) - X(4), 0u) << "event counters stand still";
    EXPECT_NE(X(3) - X(2), 0u) << "the cycle counter goes on without PMCR.DP";
}

} // namespace
