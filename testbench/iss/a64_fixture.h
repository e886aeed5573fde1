// SPDX-License-Identifier: Apache-2.0
// What the tests of the built-in ISS share: a machine with the guest programs loaded.
#ifndef TESTBENCH_ISS_A64_FIXTURE_H
#define TESTBENCH_ISS_A64_FIXTURE_H

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>

#include "iss/a64.h"
#include "machine.h"
#include "programs.h"

// SPSR values: level and stack pointer, all of DAIF masked.
constexpr uint64_t kEl0 = 0x3c0, kEl1h = 0x3c5, kEl2h = 0x3c9, kEl3h = 0x3cd;

// The immediate of the HVC that the vectors of programs.S end in.
constexpr uint64_t kVectorMark = 0x77;

class A64 : public ::testing::Test
{
protected:
    A64()
    {
        machine_default(&config, a64_ops());
        config.iss.conduit = ISS_CONDUIT_HVC;
        config.user = this;
    }

    ~A64() override
    {
        machine_destroy(m);
    }

    // Only EL1, as most tests want it.
    void El1Only()
    {
        config.iss.has_el2 = config.iss.has_el3 = false;
    }

    void Build()
    {
        m = machine_create(&config);
        ASSERT_NE(m, nullptr);
        ops = config.ops;
        pe = m->pe[0].instance;
        FILE *f = std::fopen(ISS_PROGRAMS_IMAGE, "rb");
        ASSERT_NE(f, nullptr) << ISS_PROGRAMS_IMAGE;
        ASSERT_GT(std::fread(machine_ram(m, config.ram_base), 1, 0x10000, f), 0u);
        std::fclose(f);
    }

    uint64_t X(unsigned n, unsigned i = 0)
    {
        return ops->get_reg(m->pe[i].instance, static_cast<iss_reg>(n));
    }

    void SetX(unsigned n, uint64_t v, unsigned i = 0)
    {
        ops->set_reg(m->pe[i].instance, static_cast<iss_reg>(n), v);
    }

    uint64_t Pc(unsigned i = 0)
    {
        return X(ISS_REG_PC, i);
    }

    uint64_t Pstate()
    {
        return X(ISS_REG_PSTATE);
    }

    unsigned El()
    {
        return Pstate() >> 2 & 3u;
    }

    // Goes to a program at a level; PSTATE as in an SPSR.
    void At(uint64_t pc, uint64_t pstate = kEl1h, unsigned i = 0)
    {
        SetX(ISS_REG_PSTATE, pstate, i);
        SetX(ISS_REG_PC, pc, i);
    }

    iss_result Run(uint64_t insns = 100000, unsigned i = 0)
    {
        return machine_run(m, i, insns);
    }

    // Runs to the HVC that ends a program.
    void RunToEnd(uint64_t insns = 100000, unsigned i = 0)
    {
        iss_result r = Run(insns, i);
        ASSERT_EQ(r.reason, ISS_STOP_CONDUIT)
            << iss_stop_name(r.reason) << " at " << std::hex << Pc(i);
    }

    // Runs to a vector of programs.S and checks which; x20 to x24 hold what it recorded.
    void RunToVector(uint64_t offset, unsigned el = 1)
    {
        iss_result r = Run();
        ASSERT_EQ(r.reason, ISS_STOP_CONDUIT) << iss_stop_name(r.reason) << std::hex << Pc();
        ASSERT_EQ(r.conduit_imm, kVectorMark) << "no exception was taken";
        EXPECT_EQ(X(24), offset);
        EXPECT_EQ(El(), el);
    }

    uint64_t Esr()
    {
        return X(20);
    }

    uint64_t Elr()
    {
        return X(21);
    }

    uint64_t Far()
    {
        return X(22);
    }

    uint64_t Spsr()
    {
        return X(23);
    }

    // Identity MMU at EL1 (mmu_on of programs.S), vectors set.
    void MmuOn(unsigned i = 0)
    {
        At(PROG_mmu_on, kEl1h, i);
        RunToEnd(5000, i);
    }

    // Vectors set with the MMU off; from EL3 down to @p pstate at @p pc with SCR_EL3.
    void Drop(uint64_t pc, uint64_t pstate, uint64_t scr)
    {
        At(PROG_drop_el3, kEl3h);
        SetX(0, pstate);
        SetX(1, pc);
        SetX(2, scr);
        SetX(ISS_REG_SP, 0x40200000);
    }

    void Poke(uint64_t pa, uint64_t v)
    {
        machine_store(m, pa, &v, sizeof v);
    }

    uint64_t Peek(uint64_t pa)
    {
        uint64_t v;
        std::memcpy(&v, machine_ram(m, pa), sizeof v);
        return v;
    }

    machine_config config;
    machine *m = nullptr;
    const iss_ops *ops = nullptr;
    iss *pe = nullptr;
};

#endif
