// SPDX-License-Identifier: Apache-2.0
// SIMD and floating point around the arithmetic: traps, control registers, faults, checkpoints.
#include <vector>

#include "a64_fixture.h"

namespace
{

constexpr uint64_t kFpTrap = 0x1fe00000; // EC 0x07, IL, CV, COND of AL
constexpr uint64_t kFpen = 3u << 20;
constexpr uint32_t kFadd = 0x1e602820, kHvc = 0xd4000002;

class Fp : public A64
{
protected:
    void El1WithMmu(uint64_t cpacr = kFpen)
    {
        El1Only();
        Build();
        MmuOn();
        Fpen(cpacr);
    }

    void Fpen(uint64_t cpacr)
    {
        At(PROG_prog_fpen);
        SetX(0, cpacr);
        RunToEnd();
    }

    void SetV(unsigned n, uint64_t low, uint64_t high)
    {
        SetX(ISS_REG_V0 + 2 * n, low);
        SetX(ISS_REG_V0 + 2 * n + 1, high);
    }

    uint64_t V(unsigned n, unsigned half)
    {
        return X(ISS_REG_V0 + 2 * n + half);
    }

    // Drops from EL3 to @p pstate at the FADD, with the controls given.
    void DropWith(uint64_t pstate, uint64_t cptr2, uint64_t cptr3, uint64_t cpacr, uint64_t hcr)
    {
        At(PROG_prog_fp_el2, kEl3h);
        SetX(0, pstate);
        SetX(1, PROG_prog_fp);
        SetX(2, 0x531); // NS, HCE, RW
        SetX(4, cptr2), SetX(5, cptr3), SetX(6, cpacr), SetX(7, hcr);
        SetX(ISS_REG_SP, 0x40200000);
    }
};

TEST_F(Fp, CpacrTrapsEl1AndEl0)
{
    El1WithMmu(0);
    for (uint64_t fpen : {0u, 2u}) {
        Fpen(fpen << 20);
        At(PROG_prog_fp);
        RunToVector(0x200);
        EXPECT_EQ(Esr(), kFpTrap) << fpen;
        EXPECT_EQ(Elr(), PROG_prog_fp);
        At(PROG_prog_fpcr);
        RunToVector(0x200);
        EXPECT_EQ(Esr(), kFpTrap) << "MSR FPCR is no system register trap";
    }
    Poke(0x40601000, static_cast<uint64_t>(kHvc) << 32 | kFadd);
    for (uint64_t fpen : {0u, 1u, 2u}) {
        Fpen(fpen << 20);
        At(0x40601000, kEl0);
        RunToVector(0x400);
        EXPECT_EQ(Esr(), kFpTrap) << fpen;
    }
    Fpen(1u << 20);
    At(PROG_prog_fp);
    RunToEnd(); // EL1 may
    Fpen(kFpen);
    At(0x40601000, kEl0);
    RunToVector(0x400);
    EXPECT_EQ(Esr(), UINT64_C(0x02000000)) << "HVC at EL0, after the FADD";
    EXPECT_EQ(Elr(), 0x40601004u);
}

TEST_F(Fp, AnUnallocatedEncodingIsNotTrapped)
{
    El1WithMmu(0);
    Poke(0x40300000, 0x1ee02820); // FADD of halves
    At(0x40300000);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x02000000));
}

TEST_F(Fp, CptrTrapsToEl2AndEl3)
{
    Build();
    DropWith(kEl1h, 1u << 10, 0, kFpen, UINT64_C(1) << 31);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), kFpTrap) << "EL1 by CPTR_EL2";
    EXPECT_EQ(Elr(), PROG_prog_fp);
    DropWith(kEl2h, 1u << 10, 0, kFpen, UINT64_C(1) << 31);
    RunToVector(0x200, 2);
    EXPECT_EQ(Esr(), kFpTrap) << "EL2 itself by CPTR_EL2";
    DropWith(kEl2h, 0, 1u << 10, kFpen, UINT64_C(1) << 31);
    RunToVector(0x400, 3);
    EXPECT_EQ(Esr(), kFpTrap) << "EL2 by CPTR_EL3";
    DropWith(kEl1h, 1u << 10, 1u << 10, 0, UINT64_C(1) << 31);
    RunToVector(0x200, 1);
    EXPECT_EQ(Esr(), kFpTrap) << "CPACR_EL1 is asked first";
    DropWith(kEl1h, 0, 0, kFpen, UINT64_C(1) << 31);
    RunToEnd();
    EXPECT_EQ(El(), 1u);
}

TEST_F(Fp, TrapsOfEl0GoToEl2WithTge)
{
    Build();
    DropWith(kEl0, 0, 0, 0, UINT64_C(1) << 31 | UINT64_C(1) << 27);
    RunToVector(0x400, 2);
    EXPECT_EQ(Esr(), UINT64_C(0x02000000)) << "no class of its own";
}

TEST_F(Fp, ControlAndStatusHoldWhatExists)
{
    El1WithMmu();
    SetX(0, UINT64_MAX), SetX(1, UINT64_MAX);
    At(PROG_prog_fpcr);
    RunToEnd();
    EXPECT_EQ(X(0), 0x07c00000u) << "AHP, DN, FZ, RMode; no FZ16, no trap enables";
    EXPECT_EQ(X(1), 0x0800009fu) << "QC and the cumulative flags";
    EXPECT_EQ(X(ISS_REG_FPCR), 0x07c00000u);
    EXPECT_EQ(X(ISS_REG_FPSR), 0x0800009fu);
}

TEST_F(Fp, AFaultInTheSecondPageLeavesEverything)
{
    El1WithMmu();
    Poke(0x40101000 + 8 * 8, 0); // [0x41000000, 0x41200000) is not mapped
    SetX(9, 0x41000000 - 8);     // half of the first register would be there
    SetV(1, 1, 2), SetV(2, 3, 4);
    At(PROG_prog_ldp_q);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x96000006)) << "translation fault, level 2, read";
    EXPECT_EQ(Far(), 0x41000000u);
    EXPECT_EQ(X(9), 0x41000000u - 8) << "no write-back";
    EXPECT_EQ(V(1, 0), 1u);
    EXPECT_EQ(V(2, 1), 4u);
    SetX(9, 0x41000000 + 8);
    Poke(0x41000000 - 32, 0x77);
    At(PROG_prog_stp_q);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x96000046));
    EXPECT_EQ(Peek(0x41000000 - 24), 0u) << "nothing is written before the fault";
    EXPECT_EQ(X(9), 0x41000000u + 8);
}

TEST_F(Fp, UnalignedQuadwordsOnNormalMemory)
{
    El1WithMmu();
    for (uint64_t at : {0x40400001u, 0x40400ff1u, 0x40400ffcu, 0x40400fe8u}) {
        for (unsigned i = 0; i < 6; i++)
            Poke(at - 8 + 8 * i, 0x1111111111111111u * (i + 1));
        SetX(9, at);
        At(PROG_prog_ldp_q);
        RunToEnd();
        EXPECT_EQ(V(1, 0), 0x2222222222222222u) << std::hex << at;
        EXPECT_EQ(V(2, 1), 0x5555555555555555u) << std::hex << at;
        EXPECT_EQ(X(9), at + 32);
        SetV(1, 7, 8), SetV(2, 9, 10);
        At(PROG_prog_stp_q);
        RunToEnd();
        EXPECT_EQ(Peek(at), 7u);
        EXPECT_EQ(Peek(at + 24), 10u);
        EXPECT_EQ(Peek(at - 8), 0x1111111111111111u);
        EXPECT_EQ(Peek(at + 32), 0x6666666666666666u);
    }
}

TEST_F(Fp, UnalignedQuadwordsOnDeviceMemoryFault)
{
    El1Only();
    Build(); // the MMU is off: Device
    At(PROG_mmu_on);
    Run(8); // set_vectors only
    Fpen(kFpen);
    for (uint64_t at : {0x40400000u, 0x40400008u}) {
        SetX(9, at);
        At(PROG_prog_ldp_q);
        if (at % 16 == 0) {
            RunToEnd();
            continue;
        }
        RunToVector(0x200);
        EXPECT_EQ(Esr(), UINT64_C(0x96000021));
        EXPECT_EQ(Far(), at);
    }
    SetX(9, 0x40400004); // an element at a time: four bytes are enough
    At(PROG_prog_st4);
    RunToEnd();
    EXPECT_EQ(X(9), 0x40400044u);
}

TEST_F(Fp, AMisalignedStackPointerIsFoundAfterTheTrap)
{
    El1WithMmu(0);
    SetX(0, UINT64_C(0x200800019)), SetX(1, 0x40100000), SetX(3, 0xff), SetX(4, 9);
    At(PROG_prog_mmu_setup); // SCTLR_EL1.SA
    RunToEnd();
    SetX(9, 0x40400008);
    At(PROG_prog_ld1_sp);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), kFpTrap);
    SetX(ISS_REG_SP, 0x40200000);
    Fpen(kFpen);
    At(PROG_prog_ld1_sp);
    RunToVector(0x200);
    EXPECT_EQ(Esr() >> 26, 0x26u);
}

TEST_F(Fp, AStoreOfAVectorToCodeIsSeen)
{
    El1WithMmu();
    At(PROG_prog_fp); // decoded now
    RunToEnd();
    uint64_t at = PROG_prog_fp & ~UINT64_C(15);
    std::vector<uint8_t> bytes(32);
    std::memcpy(bytes.data(), machine_ram(m, at), 32);
    uint32_t movz = 0xd2800540; // mov x0, #42
    std::memcpy(bytes.data() + (PROG_prog_fp - at), &movz, 4);
    uint64_t v[4];
    std::memcpy(v, bytes.data(), 32);
    SetV(1, v[0], v[1]), SetV(2, v[2], v[3]);
    SetX(9, at + 32);
    At(PROG_prog_stp_q);
    RunToEnd();
    SetX(0, 0);
    At(PROG_prog_fp);
    RunToEnd();
    EXPECT_EQ(X(0), 42u);
}

TEST_F(Fp, CheckpointsHoldVectors)
{
    El1WithMmu();
    for (unsigned n = 0; n < 32; n++)
        SetV(n, n * 3, ~static_cast<uint64_t>(n));
    SetX(ISS_REG_FPCR, 0x01400000), SetX(ISS_REG_FPSR, 0x08000011);
    std::vector<uint8_t> image(ops->save_size(pe));
    ops->save(pe, image.data());
    for (unsigned n = 0; n < 32; n++)
        SetV(n, 0, 0);
    SetX(ISS_REG_FPCR, 0), SetX(ISS_REG_FPSR, 0);
    Fpen(0);
    ASSERT_TRUE(ops->load(pe, image.data(), image.size()));
    for (unsigned n = 0; n < 32; n++) {
        EXPECT_EQ(V(n, 0), n * 3);
        EXPECT_EQ(V(n, 1), ~static_cast<uint64_t>(n));
    }
    EXPECT_EQ(X(ISS_REG_FPCR), 0x01400000u);
    EXPECT_EQ(X(ISS_REG_FPSR), 0x08000011u);
    At(PROG_prog_fp);
    RunToEnd(); // CPACR_EL1 is back, and with it what is derived from it
}

} // namespace
