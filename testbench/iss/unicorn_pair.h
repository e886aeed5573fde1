// SPDX-License-Identifier: Apache-2.0
//
// The built-in ISS and Unicorn side by side: the same memory and registers, one instruction at a
// time, and everything visible compared.
//
// ISS_SEED=<n> repeats a run, ISS_CASES=<n> makes it longer.
#ifndef TESTBENCH_ISS_UNICORN_PAIR_H
#define TESTBENCH_ISS_UNICORN_PAIR_H

#include <gtest/gtest.h>
#include <unicorn/unicorn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "iss/a64.h"
#include "machine.h"
#include "programs.h"

constexpr uint64_t kRam = 0x40000000;
constexpr uint64_t kRamSize = 8 << 20;
constexpr uint64_t kCode = kRam + (4 << 20); // literal loads and branches reach +-1 MiB
constexpr uint64_t kData = kRam + (6 << 20) + (256 << 10);
constexpr uint64_t kDataSize = 64 << 10;
constexpr uint32_t kStay = 0x14000000; // b .

inline unsigned Rd(uint32_t raw)
{
    return raw & 31u;
}

inline unsigned Rn(uint32_t raw)
{
    return raw >> 5 & 31u;
}

inline unsigned Rm(uint32_t raw)
{
    return raw >> 16 & 31u;
}

inline unsigned Rt2(uint32_t raw)
{
    return raw >> 10 & 31u;
}

class UnicornPair : public ::testing::Test
{
protected:
    void Start(const char *iss_cpu, int uc_cpu, uint64_t cases_wanted)
    {
        const char *seed = std::getenv("ISS_SEED");
        const char *cases = std::getenv("ISS_CASES");
        seed_ = seed ? std::strtoull(seed, nullptr, 0) : std::random_device{}();
        cases_ = cases ? std::strtoull(cases, nullptr, 0) : cases_wanted;
        random_.seed(seed_);
        std::printf("seed %llu, %llu cases\n", (unsigned long long)seed_,
                    (unsigned long long)cases_);
        StartIss(iss_cpu);
        StartUnicorn(uc_cpu);
    }

    void TearDown() override
    {
        machine_destroy(machine_);
        if (uc_)
            uc_close(uc_);
    }

    void StartIss(const char *cpu)
    {
        machine_config config;
        machine_default(&config, a64_ops());
        config.iss.cpu = cpu;
        config.iss.has_el2 = config.iss.has_el3 = false;
        config.iss.conduit = ISS_CONDUIT_HVC;
        config.iss.rvbar = PROG_mmu_on;
        config.ram_size = kRamSize;
        machine_ = machine_create(&config);
        ASSERT_NE(machine_, nullptr);
        FILE *f = std::fopen(ISS_PROGRAMS_IMAGE, "rb");
        ASSERT_NE(f, nullptr) << ISS_PROGRAMS_IMAGE;
        ASSERT_GT(std::fread(machine_ram(machine_, kRam), 1, 0x10000, f), 0u);
        std::fclose(f);
        ASSERT_EQ(machine_run(machine_, 0, 5000).reason, ISS_STOP_CONDUIT);
        ops_ = config.ops;
        pe_ = machine_->pe[0].instance;
    }

    void StartUnicorn(int cpu)
    {
        memory_.resize(kRamSize);
        ASSERT_EQ(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &uc_), UC_ERR_OK);
        ASSERT_EQ(uc_ctl_set_cpu_model(uc_, cpu), UC_ERR_OK);
        ASSERT_EQ(uc_mem_map_ptr(uc_, kRam, kRamSize, UC_PROT_ALL, memory_.data()), UC_ERR_OK);
        for (uint64_t i = 0; i < kRamSize; i += 8)
            Poke64(kRam + i, random_());
    }

    void Poke64(uint64_t address, uint64_t v)
    {
        std::memcpy(&memory_[address - kRam], &v, 8);
        if (address >= kCode - (2 << 20)) // below are the program that ran and its tables
            std::memcpy(machine_ram(machine_, address), &v, 8);
        else
            std::memcpy(&v, machine_ram(machine_, address), 8),
                std::memcpy(&memory_[address - kRam], &v, 8);
    }

    uint64_t Value()
    {
        switch (random_() % 8) {
        case 0:
            return 0;
        case 1:
            return UINT64_MAX;
        case 2:
            return random_() % 64;
        case 3:
            return UINT64_C(1) << (random_() % 64);
        case 4:
            return (UINT64_C(1) << (random_() % 64)) - 1;
        case 5:
            return static_cast<uint64_t>(static_cast<int32_t>(random_()));
        default:
            return random_();
        }
    }

    // An address in the data window from which every offset stays in RAM.
    uint64_t Address(unsigned align)
    {
        uint64_t a = kData + random_() % kDataSize;
        return a & ~static_cast<uint64_t>(align - 1);
    }

    bool Chance(unsigned one_in)
    {
        return random_() % one_in == 0;
    }

    // Runs @p count instructions on both; true when both found them defined.
    bool RunBoth(uint64_t pc, unsigned count, const std::string &what)
    {
        uc_err err = uc_emu_start(uc_, pc, kRam + kRamSize - 4, 0, count);
        bool undefined = false;
        for (unsigned i = 0; i < count && !undefined; i++) {
            iss_result r;
            uint64_t before;
            iss_counters c;
            ops_->counters(pe_, &c);
            before = c.exceptions;
            ops_->step(pe_, &r);
            ops_->counters(pe_, &c);
            undefined = c.exceptions != before;
        }
        EXPECT_EQ(err != UC_ERR_OK, undefined) << what << " uc: " << uc_strerror(err);
        return err == UC_ERR_OK && !undefined;
    }

    // General registers, SP, PC, NZCV, and memory when it may have changed.
    void CompareGeneral(const std::string &what, bool memory)
    {
        for (int i = 0; i < 31; i++) {
            uint64_t v = 0;
            int reg = i < 29 ? UC_ARM64_REG_X0 + i : i == 29 ? UC_ARM64_REG_X29 : UC_ARM64_REG_X30;
            uc_reg_read(uc_, reg, &v);
            EXPECT_EQ(ops_->get_reg(pe_, static_cast<iss_reg>(i)), v) << what << " x" << i;
        }
        uint64_t sp = 0, pc = 0, nzcv = 0;
        uc_reg_read(uc_, UC_ARM64_REG_SP, &sp);
        uc_reg_read(uc_, UC_ARM64_REG_PC, &pc);
        uc_reg_read(uc_, UC_ARM64_REG_NZCV, &nzcv);
        EXPECT_EQ(ops_->get_reg(pe_, ISS_REG_SP), sp) << what;
        EXPECT_EQ(ops_->get_reg(pe_, ISS_REG_PC), pc) << what;
        EXPECT_EQ(ops_->get_reg(pe_, ISS_REG_PSTATE) & 0xf0000000u, nzcv & 0xf0000000u) << what;
        constexpr uint64_t kFrom = kData - 0x10000, kSize = kDataSize + 0x20000;
        if (!memory)
            return;
        EXPECT_EQ(std::memcmp(machine_ram(machine_, kFrom), &memory_[kFrom - kRam], kSize), 0)
            << what << ": memory";
    }

    void Place(uint64_t pc, uint32_t raw)
    {
        machine_store(machine_, pc, &raw, 4);
        uc_mem_write(uc_, pc, &raw, 4);
        uc_ctl_remove_cache(uc_, pc, pc + 4); // a write alone leaves translated code behind
    }

    machine *machine_ = nullptr;
    const iss_ops *ops_ = nullptr;
    iss *pe_ = nullptr;
    uc_engine *uc_ = nullptr;
    std::vector<uint8_t> memory_;
    std::mt19937_64 random_;
    uint64_t seed_ = 0, cases_ = 0;
    uint64_t x_[32] = {};
    uint32_t flags_ = 0;
};

#endif
