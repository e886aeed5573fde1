// SPDX-License-Identifier: Apache-2.0
// What the tests of EL2 share: a PE with EL2 and without EL3 that starts there, access to system
// registers by name, instructions by word.
#ifndef TESTBENCH_ISS_A64_EL2_H
#define TESTBENCH_ISS_A64_EL2_H

#include <initializer_list>
#include <vector>

#include "a64_fixture.h"

// A system register as MRS names it.
constexpr uint32_t Reg(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2)
{
    return op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2;
}

constexpr uint32_t kSctlrEl1 = Reg(3, 0, 1, 0, 0), kCpacrEl1 = Reg(3, 0, 1, 0, 2),
                   kTtbr0El1 = Reg(3, 0, 2, 0, 0), kTtbr1El1 = Reg(3, 0, 2, 0, 1),
                   kTcrEl1 = Reg(3, 0, 2, 0, 2), kMairEl1 = Reg(3, 0, 10, 2, 0),
                   kVbarEl1 = Reg(3, 0, 12, 0, 0), kParEl1 = Reg(3, 0, 7, 4, 0),
                   kEsrEl1 = Reg(3, 0, 5, 2, 0), kFarEl1 = Reg(3, 0, 6, 0, 0),
                   kSctlrEl2 = Reg(3, 4, 1, 0, 0), kHcrEl2 = Reg(3, 4, 1, 1, 0),
                   kMdcrEl2 = Reg(3, 4, 1, 1, 1), kCptrEl2 = Reg(3, 4, 1, 1, 2),
                   kTtbr0El2 = Reg(3, 4, 2, 0, 0), kTtbr1El2 = Reg(3, 4, 2, 0, 1),
                   kTcrEl2 = Reg(3, 4, 2, 0, 2), kVttbrEl2 = Reg(3, 4, 2, 1, 0),
                   kVtcrEl2 = Reg(3, 4, 2, 1, 2), kMairEl2 = Reg(3, 4, 10, 2, 0),
                   kVbarEl2 = Reg(3, 4, 12, 0, 0), kEsrEl2 = Reg(3, 4, 5, 2, 0),
                   kHpfarEl2 = Reg(3, 4, 6, 0, 4), kSpsrEl1 = Reg(3, 0, 4, 0, 0),
                   kSpsrEl2 = Reg(3, 4, 4, 0, 0), kElrEl1 = Reg(3, 0, 4, 0, 1),
                   kElrEl2 = Reg(3, 4, 4, 0, 1), kContextEl2 = Reg(3, 4, 13, 0, 1);

// HCR_EL2.
constexpr uint64_t kVm = 1, kPtw = 1 << 2, kFmo = 1 << 3, kImo = 1 << 4, kAmo = 1 << 5,
                   kVse = 1 << 8, kDc = 1 << 12, kTge = 1 << 27, kRw = UINT64_C(1) << 31,
                   kE2h = UINT64_C(1) << 34;

class El2 : public A64
{
protected:
    // Where instructions by word are put, and the HVC that ends them.
    static constexpr uint64_t kScratch = 0x40080000;
    static constexpr uint32_t kHvc = 0xd4000002;

    void SetUp() override
    {
        config.iss.has_el3 = false;
        Build();
        Vectors();
    }

    void Vectors()
    {
        Msr(kVbarEl2, PROG_vectors_el2);
        Msr(kVbarEl1, PROG_vectors_el1);
    }

    // Puts instructions and HVC #0 behind them; the PE at the first of them.
    void Words(std::initializer_list<uint32_t> words, uint64_t pstate = kEl2h, unsigned i = 0)
    {
        std::vector<uint32_t> code(words);
        code.push_back(kHvc);
        machine_store(m, kScratch, code.data(), code.size() * 4);
        At(kScratch, pstate, i);
    }

    void Do(std::initializer_list<uint32_t> words, uint64_t pstate = kEl2h, unsigned i = 0)
    {
        Words(words, pstate, i);
        RunToEnd(1000, i);
    }

    static uint32_t MsrWord(uint32_t reg, unsigned rt = 0)
    {
        return 0xd5000000 | reg << 5 | rt;
    }

    static uint32_t MrsWord(uint32_t reg, unsigned rt = 0)
    {
        return 0xd5200000 | reg << 5 | rt;
    }

    void Msr(uint32_t reg, uint64_t v, uint64_t pstate = kEl2h, unsigned i = 0)
    {
        SetX(0, v, i);
        Do({MsrWord(reg)}, pstate, i);
    }

    uint64_t Mrs(uint32_t reg, uint64_t pstate = kEl2h)
    {
        Do({MrsWord(reg)}, pstate);
        return X(0);
    }

    // A SYS operation with its operand, then DSB and ISB.
    void Sys(uint32_t word, uint64_t operand, uint64_t pstate = kEl2h, unsigned i = 0)
    {
        SetX(0, operand, i);
        Do({word, 0xd5033f9f, 0xd5033fdf}, pstate, i);
    }

    uint64_t Stored(uint32_t reg)
    {
        uint64_t v = 0;
        EXPECT_TRUE(ops->get_sysreg(pe, reg, &v));
        return v;
    }

    uint64_t Hpfar()
    {
        return Stored(kHpfarEl2);
    }
};

#endif
