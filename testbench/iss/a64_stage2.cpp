// SPDX-License-Identifier: Apache-2.0
// Stage 2: granules and levels, faults and what they report, VMIDs, invalidation, attributes, AT.
#include "a64_el2.h"

namespace
{

constexpr uint64_t kTable = 0x40100000;  // stage 2, level 1; level 2 and 3 follow
constexpr uint64_t kStage1 = 0x40110000; // stage 1 of EL1, level 1; level 2 and 3 follow
constexpr uint64_t kOther = 0x40120000;  // stage 2 of another guest
constexpr uint64_t kIpa = 0x40200000;    // mapped by pages
constexpr uint64_t kPageA = 0x40400000, kPageB = 0x40500000;

// Descriptor of stage 2: inner shareable, AF, Normal write-back.
constexpr uint64_t kAf = 1 << 10, kRead = 1 << 6, kWrite = 2 << 6, kXn = UINT64_C(1) << 54;
constexpr uint64_t kNormal = 15 << 2 | 3 << 8 | kAf, kDevice = 1 << 2 | kAf;
constexpr uint64_t kAll = kNormal | kRead | kWrite;

// 39 bits from level 1, 4 KiB, 40 bits out.
constexpr uint64_t kVtcr = UINT64_C(0x80000000) | 25 | 1 << 6 | 2 << 16;

constexpr uint32_t kLdr = 0xf9400000 | 9 << 5 | 10; // ldr x10, [x9]
constexpr uint32_t kStr = 0xf9000000 | 9 << 5 | 10; // str x10, [x9]

constexpr uint32_t kTlbiVmalle1 = 0xd508871f, kTlbiVmalle1is = 0xd508831f,
                   kTlbiIpas2e1 = 0xd50c8420, kTlbiIpas2e1is = 0xd50c8020,
                   kTlbiVmalls12e1 = 0xd50c87df, kTlbiAlle1 = 0xd50c879f, kTlbiVaae1 = 0xd5088760;

class Stage2 : public El2
{
protected:
    void SetUp() override
    {
        El2::SetUp();
        Tables(kTable);
        Enable(0);
    }

    // Identity of the first 2 MiB, which hold programs and tables, pages for the next 2 MiB.
    void Tables(uint64_t table)
    {
        Poke(table + 8, (table + 0x1000) | 3);
        Poke(table + 0x1000, 0x40000000 | kAll | 1);
        Poke(table + 0x1008, (table + 0x2000) | 3);
    }

    void Map(uint64_t ipa, uint64_t pa, uint64_t attributes, uint64_t table = kTable)
    {
        Poke(table + 0x2000 + (ipa - kIpa) / 4096 * 8, attributes ? pa | attributes | 3 : 0);
    }

    void Enable(uint16_t vmid, uint64_t hcr = kVm, uint64_t table = kTable, unsigned i = 0)
    {
        Msr(kVtcrEl2, kVtcr, kEl2h, i);
        Msr(kVttbrEl2, table | static_cast<uint64_t>(vmid) << 48, kEl2h, i);
        Msr(kHcrEl2, kRw | hcr, kEl2h, i);
    }

    // Stage 1 of EL1: identity by pages for kIpa, a block for the programs.
    void Stage1On(uint64_t table = kStage1)
    {
        Poke(kStage1 + 8, (kStage1 + 0x1000) | 3);
        Poke(kStage1 + 0x1000, 0x40000000 | kAf | 0x301);
        Poke(kStage1 + 0x1008, (kStage1 + 0x2000) | 3);
        for (uint64_t i = 0; i < 512; i++)
            Poke(kStage1 + 0x2000 + i * 8, (kIpa + i * 4096) | kAf | 0x303);
        Msr(kTtbr0El1, table);
        Msr(kMairEl1, 0xff);
        Msr(kTcrEl1, 25 | 1 << 23 | UINT64_C(2) << 32);
        Msr(kSctlrEl1, 0x30d00801);
    }

    void Stage1Map(uint64_t va, uint64_t descriptor)
    {
        Poke(kStage1 + 0x2000 + (va - kIpa) / 4096 * 8, descriptor);
    }

    void Forget()
    {
        Sys(kTlbiVmalls12e1, 0);
    }

    uint64_t Load(uint64_t va)
    {
        SetX(9, va);
        Do({kLdr}, kEl1h);
        return X(10);
    }

    // The instruction, at EL1, ends in an abort to EL2.
    void Aborts(uint32_t word, uint64_t va, uint64_t esr, uint64_t ipa)
    {
        SetX(9, va);
        Words({word}, kEl1h);
        RunToVector(0x400, 2);
        EXPECT_EQ(Esr(), esr) << std::hex << word << " at " << va << ": " << Esr();
        EXPECT_EQ(Far(), va);
        EXPECT_EQ(Hpfar(), ipa >> 12 << 4);
        EXPECT_EQ(Elr(), kScratch);
    }
};

// Syndromes of LDR x10, STR x10 with a fault status; ISV, SAS 8 bytes, SRT 10, SF.
constexpr uint64_t LdrFault(unsigned fsc)
{
    return UINT64_C(0x24) << 26 | 1 << 25 | 1 << 24 | 3 << 22 | 10 << 16 | 1 << 15 | fsc;
}

constexpr uint64_t StrFault(unsigned fsc)
{
    return LdrFault(fsc) | 1 << 6;
}

TEST_F(Stage2, TranslatesWithStage1Off)
{
    Map(kIpa + 0x1000, kPageA, kAll);
    Poke(kPageA + 0x10, 0x1122334455667788);
    EXPECT_EQ(Load(kIpa + 0x1010), UINT64_C(0x1122334455667788));
    SetX(9, kIpa + 0x1018), SetX(10, 42);
    Do({kStr}, kEl1h);
    EXPECT_EQ(Peek(kPageA + 0x18), 42u);
}

TEST_F(Stage2, FaultsTellAddressAndInstruction)
{
    Aborts(kLdr, kIpa + 0x2008, LdrFault(7), kIpa + 0x2008); // translation, level 3
    Map(kIpa + 0x2000, kPageA, kNormal & ~kAf);
    Aborts(kLdr, kIpa + 0x2008, LdrFault(0xb), kIpa + 0x2008); // access flag
    Map(kIpa + 0x2000, kPageA, kNormal | kRead);
    EXPECT_EQ(Load(kIpa + 0x2008), Peek(kPageA + 8));
    Aborts(kStr, kIpa + 0x2008, StrFault(0xf), kIpa + 0x2008); // permission
    Map(kIpa + 0x2000, kPageA, kNormal | kWrite);
    Forget();
    Aborts(kLdr, kIpa + 0x2008, LdrFault(0xf), kIpa + 0x2008);
    SetX(9, kIpa + 0x2008), SetX(10, 7);
    Do({kStr}, kEl1h);
    EXPECT_EQ(Peek(kPageA + 8), 7u);
    Map(kIpa + 0x2000, UINT64_C(1) << 41, kAll);
    Forget();
    Aborts(kLdr, kIpa + 0x2008, LdrFault(3), kIpa + 0x2008); // address size
    Aborts(kLdr, 0x40600000, LdrFault(6), 0x40600000);       // level 2
    Aborts(kLdr, 0x80000000, LdrFault(5), 0x80000000);       // level 1
    Aborts(kLdr, UINT64_C(1) << 39, LdrFault(4), UINT64_C(1) << 39);
}

TEST_F(Stage2, InstructionAbort)
{
    Map(kIpa + 0x1000, kPageA, kAll | kXn);
    At(kIpa + 0x1000);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x20) << 26 | 1 << 25 | 0xf);
    EXPECT_EQ(Far(), kIpa + 0x1000);
    EXPECT_EQ(Hpfar(), (kIpa + 0x1000) >> 8);
    Map(kIpa + 0x1000, kPageA, kNormal); // neither read nor written: executed all the same
    Forget();
    Poke(kPageA, kHvc);
    At(kIpa + 0x1000);
    RunToEnd();
}

// ISS of each kind of access: ISV, SAS, SSE, SRT, SF, AR for one general register, else none.
TEST_F(Stage2, SyndromeDescribesLoadsAndStoresOfOneRegister)
{
    const struct {
        uint32_t word;
        uint32_t iss;
    } cases[] = {
        {0x39400120 | 3, 1 << 24 | 0 << 22 | 3 << 16},                     // ldrb w3, [x9]
        {0x39c00120 | 4, 1 << 24 | 0 << 22 | 1 << 21 | 4 << 16},           // ldrsb w4, [x9]
        {0x39800120 | 5, 1 << 24 | 1 << 21 | 5 << 16 | 1 << 15},           // ldrsb x5, [x9]
        {0x79400120 | 6, 1 << 24 | 1 << 22 | 6 << 16},                     // ldrh w6, [x9]
        {0xb9800120 | 7, 1 << 24 | 2 << 22 | 1 << 21 | 7 << 16 | 1 << 15}, // ldrsw x7, [x9]
        {0xb9400120 | 31, 1 << 24 | 2 << 22 | 31 << 16},                   // ldr wzr, [x9]
        {0xf8400120 | 8, 1 << 24 | 3 << 22 | 8 << 16 | 1 << 15},           // ldur x8, [x9]
        {0xf8400920 | 8, 1 << 24 | 3 << 22 | 8 << 16 | 1 << 15},           // ldtr x8, [x9]
        {0x39000120 | 3, 1 << 24 | 3 << 16 | 1 << 6},                      // strb w3, [x9]
        {0xc8dffd20 | 2, 1 << 24 | 3 << 22 | 2 << 16 | 1 << 15 | 1 << 14}, // ldar x2, [x9]
        {0x889ffd20 | 2, 1 << 24 | 2 << 22 | 2 << 16 | 1 << 14 | 1 << 6},  // stlr w2, [x9]
        {0xf8408520 | 8, 0},                                               // ldr x8, [x9], #8
        {0xf8008d20 | 8, 1 << 6},                                          // str x8, [x9, #8]!
        {0xa9400120 | 1 << 10, 0},                                         // ldp x0, x1, [x9]
        {0xa9000120 | 1 << 10, 1 << 6},                                    // stp x0, x1, [x9]
        {0xc85f7d20, 0},                                                   // ldxr x0, [x9]
        {0x3dc00120, 0},                                                   // ldr q0, [x9]
        {0xd50b7e20 | 9, 1 << 8 | 1 << 6},                                 // dc civac, x9
        {0xd50b7420 | 9, 1 << 6},                                          // dc zva, x9
    };
    Msr(kCpacrEl1, 3 << 20);
    for (const auto &one : cases) {
        uint64_t base = (one.word & 0xffe00c00) == 0xf8000c00 ? kIpa + 0x2ff8 : kIpa + 0x3000;
        SetX(9, base);
        Words({one.word}, kEl1h);
        RunToVector(0x400, 2);
        EXPECT_EQ(Esr(), UINT64_C(0x24) << 26 | 1 << 25 | one.iss | 7) << std::hex << one.word;
        EXPECT_EQ(Far(), kIpa + 0x3000);
    }
}

TEST_F(Stage2, BothStagesCombine)
{
    Stage1On();
    Map(kIpa + 0x5000, kPageA, kAll);
    Stage1Map(kIpa + 0x1000, (kIpa + 0x5000) | kAf | 0x303);
    Poke(kPageA + 8, 77);
    EXPECT_EQ(Load(kIpa + 0x1008), 77u);
    // What stage 2 does not map: its IPA, not the address, in HPFAR_EL2.
    Stage1Map(kIpa + 0x2000, (kIpa + 0x6000) | kAf | 0x303);
    Aborts(kLdr, kIpa + 0x2010, LdrFault(7), kIpa + 0x6010);
    // Stage 1 comes first: its fault goes to EL1, stage 2 is not looked at.
    Stage1Map(kIpa + 0x3000, (kIpa + 0x6000) | kAf | 0x383);
    SetX(9, kIpa + 0x3000);
    Words({kStr}, kEl1h);
    RunToVector(0x200, 1);
    EXPECT_EQ(Esr(), UINT64_C(0x9600004f)) << "permission, stage 1, level 3, no ISV";
    // The smaller of the two leaves: a block of stage 1 over pages of stage 2.
    Poke(kStage1 + 0x1008, kIpa | kAf | 0x301);
    Sys(kTlbiVmalle1, 0);
    EXPECT_EQ(Load(kIpa + 0x5008), 77u);
    Aborts(kLdr, kIpa + 0x6010, LdrFault(7), kIpa + 0x6010);
}

TEST_F(Stage2, TablesOfStage1GoThroughStage2)
{
    Stage1On();
    Poke(kStage1 + 0x1008, (kIpa + 0x8000) | 3);
    SetX(9, kIpa + 0x1000);
    Words({kLdr}, kEl1h);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x24) << 26 | 1 << 25 | 1 << 7 | 7) << "S1PTW, no ISV";
    EXPECT_EQ(Far(), kIpa + 0x1000);
    EXPECT_EQ(Hpfar(), (kIpa + 0x8000) >> 8);
    // A store's walk is a read; WnR says what the instruction is.
    SetX(9, kIpa + 0x1000);
    Words({kStr}, kEl1h);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x24) << 26 | 1 << 25 | 1 << 7 | 1 << 6 | 7);
    Map(kIpa + 0x8000, kStage1 + 0x2000, kNormal | kRead);
    Map(kIpa + 0x1000, kPageA, kAll);
    Poke(kPageA, 5);
    EXPECT_EQ(Load(kIpa + 0x1000), 5u);
    // HCR_EL2.PTW: not from Device memory.
    Map(kIpa + 0x8000, kStage1 + 0x2000, kDevice | kRead);
    Forget();
    EXPECT_EQ(Load(kIpa + 0x1000), 5u);
    Enable(0, kVm | kPtw);
    Forget();
    SetX(9, kIpa + 0x1000);
    Words({kLdr}, kEl1h);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x24) << 26 | 1 << 25 | 1 << 7 | 0xf);
}

TEST_F(Stage2, VmidsKeepGuestsApart)
{
    Tables(kOther);
    Stage1On();
    Map(kIpa + 0x1000, kPageA, kAll);
    Map(kIpa + 0x1000, kPageB, kAll, kOther);
    Poke(kPageA, 1), Poke(kPageB, 2);
    for (unsigned round = 0; round < 3; round++) {
        Enable(1);
        EXPECT_EQ(Load(kIpa + 0x1000), 1u);
        Enable(2, kVm, kOther);
        EXPECT_EQ(Load(kIpa + 0x1000), 2u);
        Enable(0x102, kVm, kTable);
        EXPECT_EQ(Load(kIpa + 0x1000), 2u) << "8 bits without VTCR_EL2.VS: the same VMID";
    }
    // Only what is meant goes.
    Map(kIpa + 0x1000, kPageB, kAll);
    Map(kIpa + 0x1000, kPageA, kAll, kOther);
    Enable(2, kVm, kOther);
    Sys(kTlbiVmalls12e1, 0);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u);
    Enable(1);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u) << "another guest's: stays";
    Sys(kTlbiAlle1, 0);
    EXPECT_EQ(Load(kIpa + 0x1000), 2u);
}

TEST_F(Stage2, SixteenBitsOfVmid)
{
    Tables(kOther);
    Map(kIpa + 0x1000, kPageA, kAll);
    Map(kIpa + 0x1000, kPageB, kAll, kOther);
    Poke(kPageA, 1), Poke(kPageB, 2);
    Enable(1);
    Msr(kVtcrEl2, kVtcr | 1 << 19);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u);
    Msr(kVttbrEl2, kOther | UINT64_C(0x101) << 48);
    EXPECT_EQ(Load(kIpa + 0x1000), 2u);
}

TEST_F(Stage2, InvalidationByIpaAndThenByVmid)
{
    Stage1On();
    Map(kIpa + 0x1000, kPageA, kAll);
    Map(kIpa + 0x2000, kPageA, kAll);
    Poke(kPageA, 1), Poke(kPageB, 2);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u);
    EXPECT_EQ(Load(kIpa + 0x2000), 1u);
    Map(kIpa + 0x1000, kPageB, kAll);
    Map(kIpa + 0x2000, kPageB, kAll);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u) << "the TLB holds it";
    Sys(kTlbiIpas2e1, (kIpa + 0x1000) >> 12);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u) << "what both stages made is not stage 2's";
    Sys(kTlbiVmalle1, 0);
    EXPECT_EQ(Load(kIpa + 0x1000), 2u);
    Enable(3);
    EXPECT_EQ(Load(kIpa + 0x1000), 2u);
    Map(kIpa + 0x1000, kPageA, kAll);
    Enable(0);
    Sys(kTlbiIpas2e1, (kIpa + 0x1000) >> 12);
    Sys(kTlbiVmalle1, 0);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u);
    Enable(3);
    EXPECT_EQ(Load(kIpa + 0x1000), 2u) << "another VMID's";
}

TEST_F(Stage2, InvalidationByAddressFindsPagesOfABlock)
{
    Stage1On();
    Poke(kStage1 + 0x1008, kIpa | kAf | 0x301);
    Map(kIpa + 0x1000, kPageA, kAll);
    Map(kIpa + 0x9000, kPageA, kAll);
    Poke(kPageA, 1), Poke(kPageB, 2);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u);
    Poke(kStage1 + 0x1008, (kStage1 + 0x2000) | 3);
    Stage1Map(kIpa + 0x1000, kPageB | kAf | 0x303);
    Map(kIpa + 0x1000, kPageB, kAll);
    Poke(kStage1 + 0x2008, (kIpa + 0xa000) | kAf | 0x303);
    Map(kIpa + 0xa000, kPageB, kAll);
    Sys(kTlbiVaae1, (kIpa + 0x9000) >> 12);
    EXPECT_EQ(Load(kIpa + 0x1000), 2u) << "the page is part of the block that was named";
}

TEST_F(Stage2, DefaultCacheableTurnsStage1Off)
{
    Stage1On(); // its table 1 maps nothing of kPageA
    Poke(kTable + 0x1010, kPageA | kAll | 1);
    Poke(kPageA + 1, 0x1234);
    Enable(0, kDc); // VM behaves as 1
    Forget();
    EXPECT_EQ(Load(kPageA + 1), 0x1234u) << "flat, Normal memory: unaligned accesses are done";
    Aborts(kLdr, 0x40600000, LdrFault(6), 0x40600000);
    Poke(kTable + 0x1010, kPageA | kDevice | kRead | kWrite | 1);
    Forget();
    Aborts(kLdr, kPageA + 1, LdrFault(0x21), kPageA + 1);
}

TEST_F(Stage2, DeviceMemoryByEitherStage)
{
    Stage1On();
    Map(kIpa + 0x1000, kPageA, kDevice | kRead | kWrite);
    Map(kIpa + 0x2000, kPageA, kAll);
    Load(kIpa + 0x1008);
    Aborts(kLdr, kIpa + 0x1001, LdrFault(0x21), kIpa + 0x1001); // alignment, of stage 2
    Load(kIpa + 0x2001);
    Stage1Map(kIpa + 0x2000, (kIpa + 0x2000) | kAf | 0x307); // AttrIndx 1: Device
    Sys(kTlbiVmalle1, 0);
    SetX(9, kIpa + 0x2001);
    Words({kLdr}, kEl1h);
    RunToVector(0x200, 1);
    EXPECT_EQ(Esr(), UINT64_C(0x96000021));
    // DC ZVA is an alignment fault of the same stage.
    Aborts(0xd50b7420 | 9, kIpa + 0x1000, UINT64_C(0x24) << 26 | 1 << 25 | 1 << 6 | 0x21,
           kIpa + 0x1000);
}

TEST_F(Stage2, AddressTranslationInstructions)
{
    constexpr uint32_t s1e1r = 0xd5087800, s12e1r = 0xd50c7880, s12e1w = 0xd50c78a0,
                       s12e0r = 0xd50c78c0;
    Stage1On();
    Map(kIpa + 0x5000, kPageA, kNormal | kRead);
    Stage1Map(kIpa + 0x1000, (kIpa + 0x5000) | kAf | 0x303);
    Sys(s1e1r, kIpa + 0x1000);
    EXPECT_EQ(Stored(kParEl1), UINT64_C(0xff) << 56 | (kIpa + 0x5000) | 1 << 11 | 1 << 9 | 3 << 7);
    Sys(s12e1r, kIpa + 0x1000);
    EXPECT_EQ(Stored(kParEl1), UINT64_C(0xff) << 56 | kPageA | 1 << 11 | 1 << 9 | 3 << 7);
    Sys(s12e1w, kIpa + 0x1000);
    EXPECT_EQ(Stored(kParEl1), 1u | 0xf << 1 | 1 << 9 | 1 << 11) << "stage 2, permission";
    Sys(s12e0r, kIpa + 0x1000);
    EXPECT_EQ(Stored(kParEl1), 1u | 0xf << 1 | 1 << 11) << "stage 1, permission";
    Sys(s12e1r, kIpa + 0x2000);
    EXPECT_EQ(Stored(kParEl1), 1u | 7 << 1 | 1 << 9 | 1 << 11);
    Sys(s1e1r, kIpa + 0x2000);
    EXPECT_EQ(Stored(kParEl1) & 1, 0u) << "stage 1 alone";
    // A table that stage 2 does not map: told at EL2, taken from EL1.
    Poke(kStage1 + 0x1008, (kIpa + 0x8000) | 3);
    Forget();
    Sys(s1e1r, kIpa + 0x1000);
    EXPECT_EQ(Stored(kParEl1), 1u | 7 << 1 | 1 << 8 | 1 << 9 | 1 << 11);
    SetX(0, kIpa + 0x1000);
    Words({s1e1r}, kEl1h);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x24) << 26 | 1 << 25 | 1 << 8 | 1 << 7 | 1 << 6 | 7);
    EXPECT_EQ(Hpfar(), (kIpa + 0x8000) >> 8);
}

TEST_F(Stage2, CombinedAttributesInPar)
{
    const struct {
        uint64_t mair, two;
        uint64_t attr, sh;
    } cases[] = {
        {0xff, 15 << 2 | 3 << 8, 0xff, 3}, {0xff, 15 << 2, 0xff, 3},
        {0xff, 15 << 2 | 2 << 8, 0xff, 2}, {0xff, 5 << 2 | 3 << 8, 0x44, 2},
        {0xff, 10 << 2 | 3 << 8, 0xbb, 3}, {0x44, 15 << 2 | 3 << 8, 0x44, 2},
        {0xff, 1 << 2, 0x04, 2},           {0x08, 15 << 2, 0x08, 2},
        {0x08, 1 << 2, 0x04, 2},
    };
    Stage1On();
    for (const auto &one : cases) {
        Msr(kMairEl1, one.mair);
        Map(kIpa + 0x1000, kPageA, kAf | kRead | one.two);
        Forget();
        Sys(0xd50c7880, kIpa + 0x1000);
        EXPECT_EQ(Stored(kParEl1), one.attr << 56 | kPageA | 1 << 11 | 1 << 9 | one.sh << 7)
            << std::hex << one.mair << " " << one.two;
    }
}

TEST_F(Stage2, ExclusivesAndAtomicsTellWhatIsMissing)
{
    constexpr uint32_t stxr = 0xc8007d2a, ldadd = 0xf8200120;
    Map(kIpa + 0x1000, kPageA, kNormal | kRead);
    constexpr uint64_t write_fault = UINT64_C(0x24) << 26 | 1 << 25 | 1 << 6 | 0xf;
    Aborts(stxr, kIpa + 0x1000, write_fault, kIpa + 0x1000);
    Aborts(ldadd, kIpa + 0x1000, write_fault, kIpa + 0x1000);
}

TEST_F(Stage2, CacheMaintenanceNeedsAMappingOnly)
{
    Map(kIpa + 0x1000, kPageA, kNormal);
    Sys(0xd50b7e20, kIpa + 0x1000, kEl1h); // DC CIVAC
    SetX(0, kIpa + 0x2000);
    Words({0xd50b7e20}, kEl1h);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x24) << 26 | 1 << 25 | 1 << 8 | 1 << 6 | 7);
}

TEST_F(Stage2, ACheckpointKeepsWhatTheTlbKnows)
{
    Stage1On();
    Map(kIpa + 0x1000, kPageA, kAll);
    Poke(kPageA, 1), Poke(kPageB, 2);
    Enable(5);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u);
    std::vector<uint8_t> image(ops->save_size(pe));
    ops->save(pe, image.data());
    Map(kIpa + 0x1000, kPageB, kAll);
    Forget();
    EXPECT_EQ(Load(kIpa + 0x1000), 2u);
    ASSERT_TRUE(ops->load(pe, image.data(), image.size()));
    EXPECT_EQ(Stored(kVttbrEl2), kTable | UINT64_C(5) << 48);
    EXPECT_EQ(Load(kIpa + 0x1000), 1u);
    Aborts(kLdr, kIpa + 0x2000, LdrFault(7), kIpa + 0x2000);
}

// ---- two PEs

class Stage2Pair : public Stage2
{
protected:
    void SetUp() override
    {
        config.pes = 2;
        Stage2::SetUp();
    }
};

TEST_F(Stage2Pair, BroadcastsCarryTheVmid)
{
    Map(kIpa + 0x1000, kPageA, kAll);
    Poke(kPageA, 1), Poke(kPageB, 2);
    Stage1On();
    Enable(1, kVm, kTable, 1);
    Enable(1);
    auto other = [this] {
        SetX(9, kIpa + 0x1000, 1);
        Do({kLdr}, kEl1h, 1);
        return X(10, 1);
    };
    EXPECT_EQ(other(), 1u);
    Map(kIpa + 0x1000, kPageB, kAll);
    Enable(2);
    Sys(kTlbiIpas2e1is, (kIpa + 0x1000) >> 12);
    Sys(kTlbiVmalle1is, 0);
    EXPECT_EQ(other(), 1u) << "not of this guest";
    Enable(1);
    Sys(kTlbiIpas2e1is, (kIpa + 0x1000) >> 12);
    EXPECT_EQ(other(), 2u) << "its stage 1 is off: nothing combines";
    Map(kIpa + 0x1000, kPageA, kAll);
    Enable(1, kVm | 1 << 9); // FB: a guest's local TLBI reaches all
    Sys(kTlbiVmalle1, 0, kEl1h);
    EXPECT_EQ(other(), 1u);
}

// ---- geometry

struct Geometry {
    const char *name;
    unsigned granule; // log2
    unsigned tg0, t0sz, sl0;
    unsigned first;  // level of the first table
    unsigned tables; // in a row
    bool valid;
};

const Geometry kGeometries[] = {
    {"4K_39", 12, 0, 25, 1, 1, 1, true},
    {"4K_40_two_tables", 12, 0, 24, 1, 1, 2, true},
    {"4K_43_16_tables", 12, 0, 21, 1, 1, 16, true},
    {"4K_48", 12, 0, 16, 2, 0, 1, true},
    {"4K_34_level2_16", 12, 0, 30, 0, 2, 16, true},
    {"4K_44_too_many", 12, 0, 20, 1, 1, 32, false},
    {"4K_30_level1", 12, 0, 34, 1, 1, 1, false},
    {"4K_reserved", 12, 0, 25, 3, 1, 1, false},
    {"16K_36", 14, 2, 28, 1, 2, 1, true},
    {"16K_40_16_tables", 14, 2, 24, 1, 2, 16, true},
    {"16K_47", 14, 2, 17, 2, 1, 1, true},
    {"64K_42", 16, 1, 22, 1, 2, 1, true},
    {"64K_48", 16, 1, 16, 2, 1, 1, true},
    {"64K_33_level3_16", 16, 1, 31, 0, 3, 16, true},
};

class Geometries : public El2, public ::testing::WithParamInterface<Geometry>
{
protected:
    void SetUp() override
    {
        config.ram_size = 64 << 20;
        El2::SetUp();
    }
};

TEST_P(Geometries, WalkFromTheFirstLevel)
{
    const Geometry &g = GetParam();
    constexpr uint64_t tables = 0x41000000; // 1 MiB apart
    const unsigned stride = g.granule - 3;
    // The last address of the range but one page, through the last of the tables in a row.
    const uint64_t top = UINT64_C(1) << (64 - g.t0sz);
    const uint64_t page = UINT64_C(1) << g.granule, ipa = top - page;
    unsigned leaf = 3;
    for (unsigned level = g.first; level <= leaf; level++) {
        unsigned shift = g.granule + stride * (3 - level);
        uint64_t index = ipa >> shift;
        if (level != g.first)
            index &= (UINT64_C(1) << stride) - 1;
        uint64_t next =
            level == leaf ? 0x40400000 | kAll | 3 : (tables + (level + 1) * 0x100000) | 3;
        Poke(tables + level * 0x100000 + index * 8, next);
    }
    // Code lies outside: EL1 runs it with stage 1 alone, so the data is looked at by AT.
    Msr(kVtcrEl2, UINT64_C(0x80000000) | g.t0sz | g.sl0 << 6 | g.tg0 << 14 | 5 << 16);
    Msr(kVttbrEl2, tables + g.first * 0x100000);
    Msr(kHcrEl2, kRw | kVm);
    Sys(0xd50c7880, ipa + 0x128);
    uint64_t par = Stored(kParEl1);
    if (!g.valid) {
        EXPECT_EQ(par, 1u | 4 << 1 | 1 << 9 | 1 << 11) << "translation fault, level 0";
        return;
    }
    EXPECT_EQ(par & UINT64_C(0xfffffffff001), 0x40400000u) << std::hex << par;
    if (top < UINT64_C(1) << 48) {
        Sys(0xd50c7880, top);
        EXPECT_EQ(Stored(kParEl1), 1u | 4 << 1 | 1 << 9 | 1 << 11);
    }
    Poke(tables + 3 * 0x100000 +
             (g.first == 3 ? ipa >> g.granule : ipa >> g.granule & ((1u << stride) - 1)) * 8,
         0);
    Sys(kTlbiAlle1, 0);
    Sys(0xd50c7880, ipa);
    EXPECT_EQ(Stored(kParEl1), 1u | 7 << 1 | 1 << 9 | 1 << 11);
}

INSTANTIATE_TEST_SUITE_P(All, Geometries, ::testing::ValuesIn(kGeometries),
                         [](const auto &test) { return std::string(test.param.name); });

} // namespace
