// SPDX-License-Identifier: Apache-2.0
// Virtualization Host Extensions: registers by other names, the EL2&0 regime, its traps; and cores
// without them.
#include "a64_el2.h"

namespace
{

constexpr uint64_t Ec(unsigned ec)
{
    return static_cast<uint64_t>(ec) << 26 | 1 << 25;
}

constexpr uint64_t kHost = kRw | kE2h | kTge;
constexpr uint64_t kAf = 1 << 10;
constexpr uint32_t kLdr = 0xf9400000 | 9 << 5 | 10, kLdtr = 0xf8400800 | 9 << 5 | 10;

// The same register by the name that ends in _EL12 or _EL02.
constexpr uint32_t Alias(uint32_t reg)
{
    return (reg & ~(7u << 11)) | 5u << 11;
}

class Vhe : public El2
{
protected:
    static constexpr uint64_t kTables = 0x40100000, kPageA = 0x40400000, kPageB = 0x40500000;

    void SetUp() override
    {
        El2::SetUp();
        Msr(kHcrEl2, kHost);
    }

    // EL2&0: identity below 2 MiB, pages after it, the same tables by TTBR1.
    void On(uint64_t sctlr = 0, uint64_t asid = 0)
    {
        Poke(kTables + 8, (kTables + 0x1000) | 3);
        Poke(kTables + 0x1000, 0x40000000 | kAf | 0x301);
        Poke(kTables + 0x1008, (kTables + 0x2000) | 3);
        Msr(kTtbr0El1, kTables | asid << 48);
        Msr(kTtbr1El1, kTables);
        Msr(kMairEl1, 0xff);
        Msr(kTcrEl1, 25 | 25 << 16 | 2 << 30 | UINT64_C(2) << 32 | UINT64_C(1) << 36);
        Msr(kSctlrEl1, 0x30d00801 | sctlr);
    }

    void Map(uint64_t va, uint64_t descriptor)
    {
        Poke(kTables + 0x2000 + (va >> 12 & 511) * 8, descriptor ? descriptor | kAf | 0x303 : 0);
    }

    uint64_t Load(uint64_t va, uint32_t word = kLdr, uint64_t pstate = kEl2h)
    {
        SetX(9, va);
        Do({word}, pstate);
        return X(10);
    }
};

TEST_F(Vhe, NamesOfEl1ReachEl2)
{
    const struct {
        uint32_t el1, el2;
        uint64_t value;
    } cases[] = {{kTtbr0El1, kTtbr0El2, UINT64_C(0x1234000040100000)},
                 {kTtbr1El1, kTtbr1El2, UINT64_C(0x5678000040200000)},
                 {kTcrEl1, kTcrEl2, UINT64_C(0x12b5193519)},
                 {kMairEl1, kMairEl2, 0x44ff},
                 {kVbarEl1, kVbarEl2, PROG_vectors_el2},
                 {kEsrEl1, kEsrEl2, 0x96000045},
                 {kFarEl1, Reg(3, 4, 6, 0, 0), 0x123456789},
                 {kSpsrEl1, kSpsrEl2, 0x3c9},
                 {kElrEl1, kElrEl2, 0x40001000},
                 {kCpacrEl1, kCptrEl2, 3 << 20},
                 {Reg(3, 0, 13, 0, 1), kContextEl2, 0x77}};
    for (const auto &one : cases) {
        Msr(Alias(one.el1), one.el1 == kCpacrEl1 ? 1 << 20 : 0x800);
        Msr(one.el1, one.value);
        EXPECT_EQ(Stored(one.el2), one.value) << std::hex << one.el1;
        EXPECT_EQ(Mrs(one.el1), one.value);
        EXPECT_EQ(Mrs(one.el2), one.value);
        EXPECT_NE(Mrs(Alias(one.el1)), one.value) << "EL1's own";
        EXPECT_EQ(Mrs(Alias(one.el1)), Stored(one.el1));
    }
}

// Bit 20 is RES1 with E2H, and bit 5 RES0; without it is the other way round.
TEST_F(Vhe, ReservedBitsOfSctlrEl2AreThoseOfSctlrEl1)
{
    Msr(kHcrEl2, kRw | kE2h);
    Msr(kSctlrEl1, 0x30d00800 ^ (1 << 20 | 1 << 5));
    EXPECT_EQ(Mrs(kSctlrEl1), 0x30d00800u);
    Msr(kHcrEl2, kRw);
    Msr(kSctlrEl2, 0x30c50830 ^ (1 << 20 | 1 << 5));
    EXPECT_EQ(Mrs(kSctlrEl2), 0x30c50830u);
}

TEST_F(Vhe, OtherNamesExistAtEl2WithE2hOnly)
{
    Msr(kHcrEl2, kRw);
    for (uint32_t reg : {kSctlrEl1, kTtbr0El1, kSpsrEl1, Reg(3, 3, 14, 3, 1)}) {
        Words({MrsWord(Alias(reg))});
        RunToVector(0x200, 2);
        EXPECT_EQ(Esr(), Ec(0));
    }
    Msr(kHcrEl2, kRw | kE2h);
    Words({MrsWord(Alias(kTtbr0El1))}, kEl1h);
    RunToVector(0x200, 1);
    EXPECT_EQ(Esr(), Ec(0)) << "no nested virtualization";
    Do({MrsWord(Alias(kTtbr0El1))});
    Words({MrsWord(Reg(3, 5, 1, 0, 1))}); // ACTLR_EL1 has no such name
    RunToVector(0x200, 2);
}

TEST_F(Vhe, TwoRangesAndUserAccess)
{
    On();
    Map(0x40201000, kPageA | 1 << 6); // EL0 too
    Map(0x40202000, kPageB);          // EL2 only
    Poke(kPageA, 1), Poke(kPageB, 2);
    const uint64_t high = ~((UINT64_C(1) << 39) - 1);
    EXPECT_EQ(Load(0x40201000), 1u);
    EXPECT_EQ(Load(high + 0x40202000), 2u);
    EXPECT_EQ(Load(0x40201000, kLdtr), 1u);
    SetX(9, 0x40202000);
    Words({kLdtr}); // as EL0
    RunToVector(0x200, 2);
    EXPECT_EQ(Esr(), Ec(0x25) | 0xf);
    Words({0xd503201f}, kEl0); // EL0: code is EL2's alone
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), Ec(0x20) | 0xe);
    Msr(kHcrEl2, kRw | kE2h); // without TGE LDTR is EL2's
    EXPECT_EQ(Load(0x40202000, kLdtr), 2u);
}

TEST_F(Vhe, PrivilegedAccessNever)
{
    constexpr uint64_t pan = 1 << 22;
    On();
    Map(0x40201000, kPageA | 1 << 6);
    Poke(kPageA, 1);
    EXPECT_EQ(Load(0x40201000), 1u);
    SetX(9, 0x40201000);
    Words({kLdr}, kEl2h | pan);
    RunToVector(0x200, 2);
    EXPECT_EQ(Esr(), Ec(0x25) | 0xf);
    EXPECT_EQ(Load(0x40201000, kLdtr, kEl2h | pan), 1u);
    // Taken exceptions set it, unless SPAN.
    Msr(kSctlrEl1, 0x30500801);
    Words({0xd4000001});
    RunToVector(0x200, 2);
    EXPECT_NE(Pstate() & pan, 0u);
    Msr(kSctlrEl1, 0x30500801 | 1 << 23);
    Words({0xd4000001});
    RunToVector(0x200, 2);
    EXPECT_EQ(Pstate() & pan, 0u);
}

TEST_F(Vhe, AsidsOfTheHost)
{
    constexpr uint32_t vae2 = 0xd50c8720, vae1 = 0xd5088720, aside1 = 0xd5088740,
                       alle2 = 0xd50c871f, vmalle1 = 0xd508871f;
    const uint64_t ng = 1 << 11, va = 0x40201000, page = va >> 12, tag = UINT64_C(0x107) << 48;
    On(0, 0x107);
    Poke(kPageA, 1), Poke(kPageB, 2);
    for (uint32_t word : {vae2, vae1, aside1, alle2, vmalle1}) {
        Map(va, kPageA | ng);
        Sys(alle2, 0);
        EXPECT_EQ(Load(va), 1u);
        Map(va, kPageB | ng);
        EXPECT_EQ(Load(va), 1u);
        if (word != alle2 && word != vmalle1) {
            Sys(word, (word == aside1 ? 0 : page) | UINT64_C(7) << 48);
            EXPECT_EQ(Load(va), 1u) << "another ASID";
        }
        Sys(word, (word == aside1 ? 0 : page) | tag);
        EXPECT_EQ(Load(va), 2u) << std::hex << word;
    }
    Map(va, kPageA | ng);
    Msr(kTtbr0El1, kTables | UINT64_C(8) << 48);
    EXPECT_EQ(Load(va), 1u) << "ASID 8 has not seen the old one";
}

TEST_F(Vhe, GuestsInvalidationIsNotTheHosts)
{
    const uint64_t va = 0x40201000;
    On();
    Map(va, kPageA);
    Poke(kPageA, 1), Poke(kPageB, 2);
    EXPECT_EQ(Load(va), 1u);
    Map(va, kPageB);
    Msr(kHcrEl2, kRw | kE2h); // TGE clear: EL1's names mean the guest
    Sys(0xd508871f, 0);
    EXPECT_EQ(Load(va), 1u);
    Msr(kHcrEl2, kHost);
    Sys(0xd508871f, 0);
    EXPECT_EQ(Load(va), 2u);
}

TEST_F(Vhe, AddressTranslation)
{
    constexpr uint32_t s1e1r = 0xd5087800, s1e0r = 0xd5087840, s1e2r = 0xd50c7800;
    On();
    Map(0x40201000, kPageA);
    Sys(s1e1r, 0x40201000);
    EXPECT_EQ(Stored(kParEl1) & UINT64_C(0xfffffffff001), kPageA);
    Sys(s1e2r, 0x40201000);
    EXPECT_EQ(Stored(kParEl1) & UINT64_C(0xfffffffff001), kPageA);
    Sys(s1e0r, 0x40201000);
    EXPECT_EQ(Stored(kParEl1) & 0x7f, 1u | 0xf << 1);
    Msr(kHcrEl2, kRw | kE2h); // now the guest's, whose stage 1 is off
    Sys(s1e1r, 0x40201000);
    EXPECT_EQ(Stored(kParEl1) & UINT64_C(0xfffffffff001), 0x40201000u);
}

TEST_F(Vhe, FloatingPointByTheFormatOfCpacr)
{
    constexpr uint32_t fadd = 0x1e602820;
    const uint64_t trap = Ec(7) | 1 << 24 | 0xe << 20;
    Msr(kCptrEl2, UINT64_MAX);
    EXPECT_EQ(Stored(kCptrEl2), 0x80300000u);
    Do({fadd});
    Do({fadd, 0xd4000001}, kEl0);
    Msr(kCpacrEl1, 1 << 20);
    Do({fadd});
    Words({fadd}, kEl0);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), trap);
    Msr(kCpacrEl1, 0);
    Words({fadd});
    RunToVector(0x200, 2);
    EXPECT_EQ(Esr(), trap);
    Msr(kCpacrEl1, 3 << 20); // EL1's own does not matter to a host's EL0
    Msr(Alias(kCpacrEl1), 0);
    Do({fadd}, kEl0);
}

TEST_F(Vhe, ControlsOverEl0AreSctlrEl2s)
{
    Msr(Alias(kSctlrEl1), 0x34d5d200 | 0x30d00800); // all open for EL0
    Msr(kSctlrEl1, 0x30d00800);
    const uint32_t words[] = {0xd503207f, 0xd53b0020, 0xd50b7e20, 0xd50342df};
    for (uint32_t word : words) { // WFI, MRS CTR_EL0, DC CIVAC, MSR DAIFSet
        SetX(0, 0x40300000);
        Words({word}, kEl0);
        RunToVector(0x400, 2);
    }
    Msr(kSctlrEl1, 0x30d00800 | 1 << 9 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 26);
    Do({0xd53b0020, 0xd50342df}, kEl0);
}

TEST_F(Vhe, RegistersOfTheFormatThatE2hSays)
{
    Msr(kHcrEl2, kRw);
    Msr(kTcrEl2, UINT64_MAX);
    EXPECT_EQ(Stored(kTcrEl2), 0x8097ff3fu);
    Msr(kTtbr0El2, UINT64_MAX);
    EXPECT_EQ(Stored(kTtbr0El2), UINT64_C(0xfffffffffffe));
    Msr(kHcrEl2, kHost);
    Msr(kTcrEl2, UINT64_MAX);
    EXPECT_EQ(Stored(kTcrEl2), UINT64_C(0x77ffffffbf));
    Msr(kTtbr0El2, UINT64_MAX);
    EXPECT_EQ(Stored(kTtbr0El2), UINT64_C(0xfffffffffffffffe));
}

TEST_F(Vhe, HostLevelZeroIgnoresWhatGuestsAreHeldBy)
{
    Msr(kHcrEl2, kHost | kVm | 1 << 13 | 1 << 28 | 1 << 17 | 1 << 23);
    Msr(kSctlrEl1, 0x30d00800 | 1 << 9 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 26);
    SetX(0, 0x40300000);
    Do({0xd53b0021, 0xd50b7e20}, kEl0); // CTR_EL0, DC CIVAC; and no stage 2 at all
}

TEST_F(Vhe, InterruptsOfTheHostAreEl2s)
{
    ops->set_line(pe, ISS_LINE_IRQ, true);
    Words({0xd503201f}, 0x340);
    RunToVector(0x480, 2);
    Words({0xd503201f}, 0x349);
    RunToVector(0x280, 2);
    Do({0xd503201f}, 0x3c9);
}

TEST_F(Vhe, ThePeStateSaysE2h)
{
    EXPECT_TRUE(m->pe[0].state.hcr_e2h);
    EXPECT_TRUE(m->pe[0].state.hcr_tge);
    Msr(kHcrEl2, kRw);
    EXPECT_FALSE(m->pe[0].state.hcr_e2h);
}

// ---- timers

struct TimerLog {
    std::vector<uint32_t> reg;
};

gic_sysreg_result LogTimer(iss_sysreg_access *access, uint64_t *, uint32_t, void *user)
{
    static_cast<TimerLog *>(user)->reg.push_back(access->reg);
    access->value = 0;
    return GIC_SYSREG_OK;
}

class VheTimers : public El2
{
protected:
    void SetUp() override
    {
        config.timer = LogTimer;
        config.user = &log;
        El2::SetUp();
    }

    uint32_t Reaches(uint32_t reg, uint64_t pstate = kEl2h)
    {
        log.reg.clear();
        Do({MrsWord(reg)}, pstate);
        return log.reg.empty() ? UINT32_MAX : log.reg[0];
    }

    TimerLog log;
};

TEST_F(VheTimers, NamesGoToTheTimersOfEl2)
{
    constexpr uint32_t p = Reg(3, 3, 14, 2, 1), v = Reg(3, 3, 14, 3, 2), k = Reg(3, 0, 14, 1, 0),
                       hv = Reg(3, 4, 14, 3, 0);
    EXPECT_EQ(Reaches(p), ISS_CNTP_CTL_EL0);
    Msr(kHcrEl2, kHost);
    EXPECT_EQ(Reaches(p), ISS_CNTHP_CTL_EL2);
    EXPECT_EQ(Reaches(v), ISS_CNTHV_CVAL_EL2);
    EXPECT_EQ(Reaches(k), ISS_CNTHCTL_EL2);
    EXPECT_EQ(Reaches(hv), ISS_CNTHV_TVAL_EL2);
    EXPECT_EQ(Reaches(p, kEl0), ISS_CNTHP_CTL_EL2);
    EXPECT_EQ(Reaches(v, kEl0), ISS_CNTHV_CVAL_EL2);
    EXPECT_EQ(Reaches(Alias(p)), ISS_CNTP_CTL_EL0);
    EXPECT_EQ(Reaches(Alias(v)), ISS_CNTV_CVAL_EL0);
    EXPECT_EQ(Reaches(Alias(k)), ISS_CNTKCTL_EL1);
    Msr(kHcrEl2, kRw | kE2h);
    EXPECT_EQ(Reaches(p), ISS_CNTHP_CTL_EL2);
    EXPECT_EQ(Reaches(p, kEl0), ISS_CNTP_CTL_EL0);
    EXPECT_EQ(Reaches(v, kEl1h), ISS_CNTV_CVAL_EL0);
}

// Only the EL0 names reach EL2's timers from EL0 of a host.
TEST_F(VheTimers, NamesOfEl2AreUndefinedBelowIt)
{
    constexpr uint32_t hp = Reg(3, 4, 14, 2, 1), hv = Reg(3, 4, 14, 3, 1);
    Msr(kHcrEl2, kHost);
    EXPECT_EQ(Reaches(hp, kEl0), UINT32_MAX);
    EXPECT_EQ(Reaches(hv, kEl0), UINT32_MAX);
    EXPECT_EQ(Reaches(hv), ISS_CNTHV_CTL_EL2);
    Msr(kHcrEl2, kRw | kE2h);
    EXPECT_EQ(Reaches(hv, kEl1h), UINT32_MAX);
}

// ---- a core without

class NoVhe : public El2
{
protected:
    void SetUp() override
    {
        config.iss.cpu = "cortex-a57";
        El2::SetUp();
    }
};

TEST_F(NoVhe, SaysSoAndHasNothingOfIt)
{
    EXPECT_EQ(Mrs(Reg(3, 0, 0, 7, 1)) >> 4 & 0xff, 0u) << "VH, VMIDBits";
    Msr(kHcrEl2, kRw | kE2h);
    EXPECT_EQ(Stored(kHcrEl2), kRw);
    for (uint32_t reg : {kTtbr1El2, kContextEl2, Alias(kSctlrEl1), Alias(Reg(3, 3, 14, 2, 0))}) {
        Words({MrsWord(reg)});
        RunToVector(0x200, 2);
        EXPECT_EQ(Esr(), Ec(0)) << std::hex << reg;
    }
    Msr(kVttbrEl2, UINT64_MAX);
    EXPECT_EQ(Stored(kVttbrEl2), UINT64_C(0x00fffffffffffffe));
    Msr(kVtcrEl2, UINT64_MAX);
    EXPECT_EQ(Stored(kVtcrEl2), 0x8007ffffu);
    EXPECT_FALSE(a64_cpu_has_vhe("cortex-a57"));
    EXPECT_TRUE(a64_cpu_has_vhe("max"));
    EXPECT_FALSE(a64_cpu_has_vhe("nothing"));
}

} // namespace
