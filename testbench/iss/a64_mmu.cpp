// SPDX-License-Identifier: Apache-2.0
// Stage 1 translation: granules, levels, permissions, attributes, faults, TLB maintenance.
#include "a64_fixture.h"

namespace
{

constexpr uint64_t kTtbr0Table = 0x40100000;
constexpr uint64_t kTables = 0x40110000; // 64 KiB aligned
constexpr uint64_t kPageA = 0x40400000, kPageB = 0x40500000;

// Descriptor bits.
constexpr uint64_t kAf = 1u << 10, kNg = 1u << 11, kUser = 1u << 6, kReadOnly = 1u << 7;
constexpr uint64_t kPxn = UINT64_C(1) << 53, kUxn = UINT64_C(1) << 54;
constexpr uint64_t kDevice = 1u << 2; // AttrIndx 1

struct Granule {
    const char *name;
    unsigned bits;
    uint64_t tg1;
    unsigned tsz;   // of TTBR1
    unsigned level; // of the leaf
};

const Granule kGranules[] = {
    {"4K_page_48", 12, 2, 16, 3},     {"4K_page_39", 12, 2, 25, 3},  {"4K_2M_block", 12, 2, 25, 2},
    {"4K_1G_block", 12, 2, 25, 1},    {"4K_page_30", 12, 2, 34, 3},  {"4K_page_25", 12, 2, 39, 3},
    {"16K_page_48", 14, 1, 16, 3},    {"16K_page_47", 14, 1, 17, 3}, {"16K_page_36", 14, 1, 28, 3},
    {"16K_32M_block", 14, 1, 28, 2},  {"64K_page_48", 16, 3, 16, 3}, {"64K_page_42", 16, 3, 22, 3},
    {"64K_512M_block", 16, 3, 22, 2}, {"64K_page_32", 16, 3, 32, 3},
};

class Mmu : public A64
{
protected:
    void SetUp() override
    {
        El1Only();
        config.ram_size = 64 << 20;
        Build();
        Poke(kTtbr0Table + 8, 0x40000000 | kAf | 0x301);
    }

    // TCR: TTBR0 39 bits of 4 KiB pages, TTBR1 as given, 48-bit physical addresses, 16-bit ASIDs.
    static uint64_t Tcr(const Granule &g)
    {
        return 25u | static_cast<uint64_t>(g.tsz) << 16 | g.tg1 << 30 | UINT64_C(5) << 32 |
               UINT64_C(1) << 36;
    }

    // Level of the first table.
    static unsigned First(const Granule &g)
    {
        unsigned bits = 64 - g.tsz, stride = g.bits - 3;
        return 4 - (bits - g.bits + stride - 1) / stride;
    }

    static unsigned Shift(const Granule &g, unsigned level)
    {
        return g.bits + (g.bits - 3) * (3 - level);
    }

    static uint64_t TableOf(unsigned level)
    {
        return kTables + level * 0x10000;
    }

    // Address of the descriptor of @p va at @p level, tables one after the other.
    static uint64_t Slot(const Granule &g, uint64_t va, unsigned level)
    {
        unsigned top = level == First(g) ? 64 - g.tsz : Shift(g, level) + g.bits - 3;
        uint64_t in = va & ((UINT64_C(1) << top) - 1);
        return TableOf(level) + (in >> Shift(g, level)) * 8;
    }

    // Maps the leaf of @p va; @p extra adds to the leaf, @p table to every table descriptor.
    void Map(const Granule &g, uint64_t va, uint64_t pa, uint64_t extra, uint64_t table = 0)
    {
        for (unsigned l = First(g); l < g.level; l++)
            Poke(Slot(g, va, l), TableOf(l + 1) | 3 | table);
        uint64_t leaf = pa & ~((UINT64_C(1) << Shift(g, g.level)) - 1);
        Poke(Slot(g, va, g.level), leaf | 0x300 | (g.level == 3 ? 3 : 1) | extra);
    }

    void Enable(const Granule &g, uint64_t sctlr = 1, uint64_t ttbr0 = kTtbr0Table)
    {
        SetX(0, Tcr(g));
        SetX(1, ttbr0);
        SetX(2, TableOf(First(g)));
        SetX(3, 0x00ff); // 0 Normal, 1 Device-nGnRnE
        SetX(4, sctlr);
        At(PROG_prog_mmu_setup);
        RunToEnd();
    }

    void Load(uint64_t va)
    {
        SetX(9, va);
        At(PROG_prog_load);
    }

    void Store(uint64_t va, uint64_t v)
    {
        SetX(9, va);
        SetX(10, v);
        At(PROG_prog_store);
    }

    void Op(uint64_t program, uint64_t operand)
    {
        SetX(9, operand);
        At(program);
        RunToEnd();
    }

    static uint64_t TopVa(const Granule &g)
    {
        return ~((UINT64_C(1) << (64 - g.tsz)) - 1);
    }
};

class Granules : public Mmu, public ::testing::WithParamInterface<Granule>
{
};

TEST_P(Granules, LeafTranslatesAndFaultsTellTheirLevel)
{
    const Granule &g = GetParam();
    unsigned shift = Shift(g, g.level);
    uint64_t base = TopVa(g) + (UINT64_C(3) << shift) % (UINT64_C(1) << (64 - g.tsz));
    uint64_t offset = 0x40400000 & ((UINT64_C(1) << shift) - 1); // blocks begin below RAM
    uint64_t va = base + offset + 0x128;
    Map(g, va, kPageA, kAf);
    Poke(kPageA + 0x128, 0x1122334455667788);
    Enable(g);
    Load(va);
    RunToEnd();
    EXPECT_EQ(X(10), UINT64_C(0x1122334455667788));
    Store(va, 42);
    RunToEnd();
    EXPECT_EQ(Peek(kPageA + 0x128), 42u);
    // No access flag, then no descriptor; each after the TLB forgot.
    Map(g, va, kPageA, 0);
    Op(PROG_prog_tlbi_vmalle1, 0);
    Load(va);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 8u + g.level) << "access flag";
    EXPECT_EQ(Far(), va);
    Poke(Slot(g, va, g.level), 0);
    Load(va);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 4u + g.level) << "translation";
    Map(g, va, kPageA, kAf | kReadOnly);
    Store(va, 43);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x7f, 0x40u + 12u + g.level) << "permission";
    EXPECT_EQ(Peek(kPageA + 0x128), 42u);
    Map(g, va, UINT64_C(1) << 47, kAf);
    Op(PROG_prog_tlbi_vmalle1, 0);
    Load(va);
    RunToVector(0x200); // "max" has PARange 48 bits: a bus error, not an address size fault
    EXPECT_EQ(Esr() & 0x3f, 0x10u);
}

TEST_P(Granules, AddressOutsideTheRangeFaultsAtLevelZero)
{
    const Granule &g = GetParam();
    Enable(g);
    Load(TopVa(g) - 8);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x96000004));
    EXPECT_EQ(Far(), TopVa(g) - 8);
}

INSTANTIATE_TEST_SUITE_P(All, Granules, ::testing::ValuesIn(kGranules),
                         [](const auto &test) { return std::string(test.param.name); });

constexpr Granule k4k = {"4K", 12, 2, 25, 3};
constexpr uint64_t kVa = ~((UINT64_C(1) << 39) - 1) + 0x5000;

TEST_F(Mmu, AddressSizeFaultBeyondIps)
{
    Map(k4k, kVa, UINT64_C(1) << 40, kAf);
    Enable(k4k);
    SetX(0, Tcr(k4k) & ~(UINT64_C(7) << 32)); // IPS 32 bits
    SetX(1, kTtbr0Table), SetX(2, TableOf(1)), SetX(3, 0xff), SetX(4, 1);
    At(PROG_prog_mmu_setup);
    RunToEnd();
    Load(kVa);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 3u);
}

TEST_F(Mmu, Epd1FaultsWithoutAWalk)
{
    Map(k4k, kVa, kPageA, kAf);
    Enable(k4k);
    SetX(0, Tcr(k4k) | 1u << 23);
    SetX(1, kTtbr0Table), SetX(2, TableOf(1)), SetX(3, 0xff), SetX(4, 1);
    At(PROG_prog_mmu_setup);
    RunToEnd();
    Load(kVa);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 4u);
}

TEST_F(Mmu, TaggedAddressesWithTbi1)
{
    Map(k4k, kVa, kPageA, kAf);
    Poke(kPageA, 77);
    Enable(k4k);
    uint64_t tagged = (kVa & ~(UINT64_C(0xff) << 56)) | UINT64_C(0x5a) << 56;
    Load(tagged);
    RunToVector(0x200);
    EXPECT_EQ(Far(), tagged);
    SetX(0, Tcr(k4k) | UINT64_C(1) << 38); // TBI1
    SetX(1, kTtbr0Table), SetX(2, TableOf(1)), SetX(3, 0xff), SetX(4, 1);
    At(PROG_prog_mmu_setup);
    RunToEnd();
    Load(tagged);
    RunToEnd();
    EXPECT_EQ(X(10), 77u);
}

TEST_F(Mmu, ExecutePermissions)
{
    const uint32_t code[] = {0xd2800560, 0xd4000002}; // mov x0, #43 ; hvc #0
    machine_store(m, kPageA, code, sizeof code);
    struct {
        uint64_t leaf, table, sctlr;
        bool runs;
    } cases[] = {
        {0, 0, 1, true},
        {kPxn, 0, 1, false},
        {kUxn, 0, 1, true},   // UXN is EL0's
        {kUser, 0, 1, false}, // writable at EL0: never executable at EL1
        {kUser | kReadOnly, 0, 1, true},
        {0, UINT64_C(1) << 59, 1, false}, // PXNTable
        {kReadOnly, 0, 1 | 1 << 19, true},
    };
    for (const auto &t : cases) {
        Map(k4k, kVa, kPageA, kAf | t.leaf, t.table);
        Enable(k4k, t.sctlr & ~(UINT64_C(1) << 19));
        At(kVa);
        if (t.runs) {
            RunToEnd();
            EXPECT_EQ(X(0), 43u);
        } else {
            RunToVector(0x200);
            EXPECT_EQ(Esr(), UINT64_C(0x8600000f));
            EXPECT_EQ(Far(), kVa);
        }
    }
}

TEST_F(Mmu, WxnForbidsExecutionOfWritablePages)
{
    const uint32_t code[] = {0xd2800560, 0xd4000002};
    machine_store(m, kPageA, code, sizeof code);
    Map(k4k, kVa, kPageA, kAf);
    Poke(kTtbr0Table + 8, 0x40000000 | kAf | 0x301 | kReadOnly); // else the program itself stops
    Enable(k4k, 1 | 1 << 19);
    At(kVa);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x8600000f));
}

TEST_F(Mmu, HierarchicalReadOnlyAndUnprivileged)
{
    Map(k4k, kVa, kPageA, kAf | kUser, UINT64_C(1) << 62); // APTable[1]: read only
    Enable(k4k);
    Store(kVa, 1);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 0x0fu);
    SetX(9, kVa);
    At(PROG_prog_ldtr);
    RunToEnd();
    Map(k4k, kVa, kPageA, kAf | kUser, UINT64_C(1) << 61); // APTable[0]: not for EL0
    Op(PROG_prog_tlbi_vmalle1, 0);
    SetX(9, kVa);
    At(PROG_prog_ldtr);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 0x0fu);
    Load(kVa);
    RunToEnd();
}

TEST_F(Mmu, DeviceMemoryWantsAlignment)
{
    Map(k4k, kVa, kPageA, kAf | kDevice);
    Enable(k4k);
    Load(kVa + 1);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 0x21u);
    Load(kVa + 8);
    RunToEnd();
    SetX(9, kVa + 64);
    At(PROG_prog_zva);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 0x21u);
}

TEST_F(Mmu, UnalignedAcrossPagesReadsBothAndFaultsAtTheSecond)
{
    Map(k4k, kVa, kPageA, kAf);
    Map(k4k, kVa + 0x1000, kPageB, kAf);
    Poke(kPageA + 0xff8, 0x8877665544332211);
    Poke(kPageB, 0xffeeddccbbaa9900);
    Enable(k4k);
    Load(kVa + 0xffd);
    RunToEnd();
    EXPECT_EQ(X(10), UINT64_C(0xddccbbaa99008877) << 8 | 0x66u);
    Poke(Slot(k4k, kVa + 0x1000, 3), 0);
    Op(PROG_prog_tlbi_vmalle1, 0);
    Poke(kPageA + 0xff8, 0);
    Store(kVa + 0xffd, ~UINT64_C(0));
    RunToVector(0x200);
    EXPECT_EQ(Far(), kVa + 0x1000);
    EXPECT_EQ(Peek(kPageA + 0xff8), 0u) << "nothing is written when the second page faults";
    SetX(0, 0);
}

TEST_F(Mmu, SctlrAMakesUnalignedFault)
{
    Map(k4k, kVa, kPageA, kAf);
    Enable(k4k, 3);
    Load(kVa + 4);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 0x21u);
}

// ---- TLB maintenance: entries live until they are invalidated, and go when they are

class Tlb : public Mmu
{
protected:
    void Fill(uint64_t asid_global)
    {
        Map(k4k, kVa, kPageA, kAf | asid_global);
        Poke(kPageA, 1);
        Poke(kPageB, 2);
        Enable(k4k);
        SetX(9, kTtbr0Table | UINT64_C(5) << 48);
        At(PROG_prog_set_ttbr0);
        RunToEnd();
        Expect(1);
        // From here on the table says B; the TLB still says A.
        Poke(Slot(k4k, kVa, 3), kPageB | 0x300 | 3 | kAf | asid_global);
        Expect(1);
    }

    void Expect(uint64_t v)
    {
        Load(kVa);
        RunToEnd();
        EXPECT_EQ(X(10), v);
    }

    static uint64_t Operand(uint64_t asid)
    {
        return (kVa >> 12 & ((UINT64_C(1) << 44) - 1)) | asid << 48;
    }
};

TEST_F(Tlb, ByAddressAndAsid)
{
    Fill(kNg);
    Op(PROG_prog_tlbi_vae1, Operand(6));
    Expect(1);
    Op(PROG_prog_tlbi_vae1, Operand(5));
    Expect(2);
}

TEST_F(Tlb, ByAddressMatchesGlobalEntriesInAnyAsid)
{
    Fill(0);
    Op(PROG_prog_tlbi_vae1, Operand(6) + 1);
    Expect(1);
    Op(PROG_prog_tlbi_vae1, Operand(6));
    Expect(2);
}

TEST_F(Tlb, ByAddressInEveryAsid)
{
    Fill(kNg);
    Op(PROG_prog_tlbi_vaae1, Operand(0));
    Expect(2);
}

TEST_F(Tlb, ByAsidLeavesGlobalEntries)
{
    Fill(0);
    Op(PROG_prog_tlbi_aside1, UINT64_C(5) << 48);
    Expect(1);
    Op(PROG_prog_tlbi_vmalle1, 0);
    Expect(2);
}

TEST_F(Tlb, ByAsid)
{
    Fill(kNg);
    Op(PROG_prog_tlbi_aside1, UINT64_C(4) << 48);
    Expect(1);
    Op(PROG_prog_tlbi_aside1, UINT64_C(5) << 48);
    Expect(2);
}

TEST_F(Tlb, AsidSwitchHidesEntriesAndBringsThemBack)
{
    Fill(kNg);
    Op(PROG_prog_set_ttbr0, kTtbr0Table | UINT64_C(6) << 48);
    Expect(2);
    Op(PROG_prog_set_ttbr0, kTtbr0Table | UINT64_C(5) << 48);
    Expect(1);
}

TEST_F(Tlb, AddressInsideABlockInvalidatesTheBlock)
{
    Granule block = {"2M", 12, 2, 25, 2};
    uint64_t va = kVa & ~UINT64_C(0x1fffff);
    Map(block, va, kPageA, kAf);
    Poke(kPageA + 0x3000, 1);
    Poke(kPageA + 0x203000, 2);
    Enable(block);
    Load(va + 0x3000);
    RunToEnd();
    Load(va + 0x5000);
    RunToEnd();
    Poke(Slot(block, va, 2), (kPageA + 0x200000) | 0x301 | kAf);
    Op(PROG_prog_tlbi_vaae1, (va + 0x5000) >> 12 & ((UINT64_C(1) << 44) - 1));
    Load(va + 0x3000);
    RunToEnd();
    EXPECT_EQ(X(10), 2u);
}

TEST_F(Tlb, AddressTranslationFillsPar)
{
    Map(k4k, kVa, kPageA, kAf | kReadOnly);
    Enable(k4k);
    SetX(9, kVa + 0x123);
    At(PROG_prog_at);
    RunToEnd();
    EXPECT_EQ(X(0), UINT64_C(0xff) << 56 | kPageA | 0xb80); // Normal, inner shareable, NS
    EXPECT_EQ(X(1) & 0x7f, 1u | 0x0fu << 1) << "write: permission fault, level 3";
    EXPECT_EQ(X(2) & 0x7f, 1u | 0x0fu << 1) << "EL0: permission fault, level 3";
}

class TlbBroadcast : public Tlb
{
protected:
    void SetUp() override
    {
        config.pes = 2;
        Mmu::SetUp();
    }
};

TEST_F(TlbBroadcast, InnerShareableReachesTheOtherPe)
{
    Fill(0);
    MmuOn(1);
    SetX(9, Operand(0), 1);
    At(PROG_prog_tlbi_vae1, kEl1h, 1);
    RunToEnd(1000, 1);
    Expect(1);
    SetX(9, Operand(0), 1);
    At(PROG_prog_tlbi_vae1is, kEl1h, 1);
    RunToEnd(1000, 1);
    Expect(2);
}

// ---- PAN: what EL0 may access, EL1 may not

class Pan : public Mmu
{
protected:
    static constexpr uint64_t kPan = UINT64_C(1) << 22;
    static constexpr uint64_t kCode = 0x40080000;

    void SetUp() override
    {
        Mmu::SetUp();
        Map(k4k, kVa, kPageA, kAf | kUser);
        Enable(k4k);
    }

    // Executes one instruction word with x9 holding the address, then ends.
    void Word(uint32_t word, uint64_t pstate)
    {
        const uint32_t code[] = {word, 0xd4000002};
        machine_store(m, kCode, code, sizeof code);
        SetX(9, kVa);
        At(kCode, pstate);
    }

    void Faults(uint64_t esr)
    {
        RunToVector(0x200);
        EXPECT_EQ(Esr(), esr);
        EXPECT_EQ(Far(), kVa);
        EXPECT_EQ(Spsr() & kPan, kPan);
    }

    uint64_t Par(uint32_t at, uint64_t pstate)
    {
        const uint32_t code[] = {at, 0xd5033fdf, 0xd5387400, 0xd4000002}; // isb; mrs x0, par_el1
        machine_store(m, kCode, code, sizeof code);
        SetX(9, kVa);
        At(kCode, pstate);
        RunToEnd();
        return X(0);
    }
};

constexpr uint32_t kLdr = 0xf940012a, kStr = 0xf900012a, kLdtr = 0xf840092a, kZva = 0xd50b7429,
                   kCivac = 0xd50b7e29;

TEST_F(Pan, DataAccessesToPagesOfEl0Fault)
{
    for (uint32_t word : {kLdr, kStr, kZva}) {
        Word(word, kEl1h);
        RunToEnd();
    }
    Word(kLdr, kEl1h | kPan);
    Faults(UINT64_C(0x9600000f));
    Word(kStr, kEl1h | kPan);
    Faults(UINT64_C(0x9600004f));
    Word(kZva, kEl1h | kPan);
    Faults(UINT64_C(0x9600004f));
    Word(kLdr, kEl1h);
    RunToEnd();
    for (uint32_t word : {kLdtr, kCivac}) { // as from EL0; no access to data
        Word(word, kEl1h | kPan);
        RunToEnd();
    }
    Map(k4k, kVa, kPageA, kAf);
    Op(PROG_prog_tlbi_vmalle1, 0);
    Word(kLdr, kEl1h | kPan);
    RunToEnd();
}

TEST_F(Pan, ADebuggerReadsAllTheSame)
{
    At(kCode, kEl1h | kPan);
    uint64_t value = 0;
    iss_debug_access access{};
    access.address = kVa;
    access.size = 8;
    EXPECT_EQ(ops->memory(pe, &access, &value), 8u);
}

TEST_F(Pan, AnExceptionSetsItUnlessSpan)
{
    // mrs x0, sctlr_el1; eor x0, x0, #1 << 23; msr sctlr_el1, x0; isb; hvc #0
    const uint32_t other[] = {0xd5381000, 0xd2690000, 0xd5181000, 0xd5033fdf, 0xd4000002};
    machine_store(m, kCode, other, sizeof other);
    At(kCode); // out of reset it is set
    RunToEnd();
    At(PROG_prog_svc);
    RunToVector(0x200);
    EXPECT_EQ(Spsr() & kPan, 0u);
    EXPECT_EQ(Pstate() & kPan, kPan);
    At(kCode);
    RunToEnd();
    At(PROG_prog_svc);
    RunToVector(0x200);
    EXPECT_EQ(Pstate() & kPan, 0u);
    At(PROG_prog_svc, kEl1h | kPan);
    RunToVector(0x200);
    EXPECT_EQ(Pstate() & kPan, kPan) << "it stays";
}

TEST_F(Pan, AReturnTakesItFromSpsr)
{
    for (uint64_t pan : {kPan, UINT64_C(0)}) {
        // msr spsr_el1, x0; adr x1, .+12; msr elr_el1, x1; eret; hvc #0
        const uint32_t code[] = {0xd5184000, 0x10000061, 0xd5184021, 0xd69f03e0, 0xd4000002};
        machine_store(m, kCode, code, sizeof code);
        SetX(0, kEl1h | pan);
        At(kCode, kEl1h | (pan ^ kPan));
        RunToEnd();
        EXPECT_EQ(Pstate() & kPan, pan);
    }
}

TEST_F(Pan, HasItsRegisterAndItsImmediate)
{
    Word(0xd500419f, kEl1h); // msr pan, #1
    RunToEnd();
    EXPECT_EQ(Pstate() & kPan, kPan);
    Word(0xd5384260, kEl1h | kPan); // mrs x0, pan
    RunToEnd();
    EXPECT_EQ(X(0), kPan);
    SetX(0, 0);
    Word(0xd5184260, kEl1h | kPan); // msr pan, x0
    RunToEnd();
    EXPECT_EQ(Pstate() & kPan, 0u);
    Word(0xd5380720, kEl1h); // mrs x0, id_aa64mmfr1_el1
    RunToEnd();
    EXPECT_EQ(X(0) >> 20 & 15u, 2u);
}

TEST_F(Pan, AddressTranslationHasAFormThatHeedsIt)
{
    for (uint32_t write : {0u, 0x20u}) {
        EXPECT_EQ(Par(0xd5087909 | write, kEl1h) & 1, 0u);
        EXPECT_EQ(Par(0xd5087909 | write, kEl1h | kPan) & 0x7f, 1u | 0x0fu << 1);
        EXPECT_EQ(Par(0xd5087809 | write, kEl1h | kPan) & 1, 0u) << "AT S1E1R, S1E1W do not";
    }
}

TEST_F(A64, WithoutPanItsNamesAreUndefined)
{
    El1Only();
    config.iss.cpu = "cortex-a57";
    Build();
    MmuOn();
    for (uint32_t word : {0xd500419fu, 0xd5384260u, 0xd5184260u, 0xd5087909u}) {
        machine_store(m, 0x40080000, &word, 4);
        At(0x40080000);
        RunToVector(0x200);
        EXPECT_EQ(Esr() >> 26, 0u) << std::hex << word;
        EXPECT_EQ(Pstate() >> 22 & 1u, 0u);
    }
}

// ---- other regimes

TEST_F(A64, El3RegimeTranslatesAndSeesItsOwnSecureSpace)
{
    Build();
    // msr ttbr0_el3, x0; mair x1; tcr x2; isb; mrs x3, sctlr_el3; orr #1; msr; isb; ldr x4,[x5];
    // hvc
    const uint32_t code[] = {0xd51e2000, 0xd51ea201, 0xd51e2042, 0xd5033fdf, 0xd53e1003,
                             0xb2400063, 0xd51e1003, 0xd5033fdf, 0xf94000a4, 0xd4000002};
    machine_store(m, 0x40080000, code, sizeof code);
    Poke(kTtbr0Table + 8, 0x40000000 | kAf | 0x301);
    Poke(0x40090000, 99);
    SetX(0, kTtbr0Table), SetX(1, 0xff), SetX(2, 25u | 2u << 16), SetX(5, 0x40090000);
    At(0x40080000, kEl3h);
    RunToEnd();
    EXPECT_EQ(X(4), 99u);
    SetX(5, UINT64_C(0xffff) << 48); // EL3 has no upper half
    At(0x40080020, kEl3h);
    uint64_t esr;
    Run(1);
    ASSERT_TRUE(ops->get_sysreg(pe, 0xf290, &esr));
    EXPECT_EQ(esr, UINT64_C(0x96000004));
}

} // namespace
