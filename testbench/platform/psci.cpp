// SPDX-License-Identifier: Apache-2.0
#include "psci.h"

#include "gtest/gtest.h"

namespace
{

enum : uint64_t {
    VERSION = 0x84000000,
    SUSPEND64 = 0xc4000001,
    CPU_OFF = 0x84000002,
    CPU_ON32 = 0x84000003,
    CPU_ON64 = 0xc4000003,
    AFFINITY_INFO64 = 0xc4000004,
    MIGRATE = 0x84000005,
    MIGRATE_INFO_TYPE = 0x84000006,
    SYSTEM_OFF = 0x84000008,
    SYSTEM_RESET = 0x84000009,
    FEATURES = 0x8400000a
};

class Psci : public testing::Test
{
protected:
    Psci()
    {
        psci_init(&state, 20);
    }
    int64_t call(uint64_t function, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0,
                 uint32_t caller = 0)
    {
        const uint64_t x[4] = {function, a, b, c};
        psci_call(&state, caller, x, &result);
        return result.value;
    }
    psci state;
    psci_result result = psci_result();
};

TEST_F(Psci, SaysVersion1_1)
{
    EXPECT_EQ(call(VERSION), 0x10001);
    EXPECT_EQ(call(0x80000000), 0x10001) << "SMCCC_VERSION";
    EXPECT_EQ(call(MIGRATE_INFO_TYPE), 2) << "no Trusted OS";
}

TEST_F(Psci, CpuOnStartsThePeOfTheAffinity)
{
    EXPECT_EQ(call(CPU_ON64, 0x102, 0x40200000, 77), 0);
    EXPECT_EQ(result.action, PSCI_ACTION_CPU_ON);
    EXPECT_EQ(result.target, 18u) << "0.0.1.2";
    EXPECT_EQ(result.entry, 0x40200000u);
    EXPECT_EQ(result.context, 77u);
    EXPECT_EQ(call(AFFINITY_INFO64, 0x102), 2);
    EXPECT_EQ(call(CPU_ON64, 0x102, 0x40200000), -5) << "ON_PENDING";
    psci_started(&state, 18);
    EXPECT_EQ(call(AFFINITY_INFO64, 0x102), 0);
    EXPECT_EQ(call(CPU_ON64, 0x102, 0x40200000), -4) << "ALREADY_ON";
    EXPECT_EQ(call(CPU_OFF, 0, 0, 0, 18), 0);
    EXPECT_EQ(result.action, PSCI_ACTION_CPU_OFF);
    EXPECT_EQ(call(AFFINITY_INFO64, 0x102), 1);
}

TEST_F(Psci, BadTargetsAreRefused)
{
    for (const uint64_t mpidr :
         {uint64_t(0x104), uint64_t(0x10), uint64_t(0x20000), uint64_t(1) << 32, UINT64_MAX})
        EXPECT_EQ(call(CPU_ON64, mpidr, 0x40200000), -2) << mpidr;
    EXPECT_EQ(call(CPU_ON64, 1, 0x40200002), -9) << "misaligned entry";
    EXPECT_EQ(result.action, PSCI_ACTION_NONE);
    EXPECT_EQ(call(AFFINITY_INFO64, 1, 1), -2) << "only level 0";
}

TEST_F(Psci, ThirtyTwoBitCallsTruncateTheirArguments)
{
    EXPECT_EQ(call(CPU_ON32, 0xffffffff00000001, 0xffffffff40200000, 5), 0);
    EXPECT_EQ(result.entry, 0x40200000u);
}

TEST_F(Psci, SuspendIsStandbyOnly)
{
    EXPECT_EQ(call(SUSPEND64, 0), 0);
    EXPECT_EQ(result.action, PSCI_ACTION_SUSPEND);
    EXPECT_EQ(call(SUSPEND64, 0x10000), -2);
    EXPECT_EQ(result.action, PSCI_ACTION_NONE);
}

TEST_F(Psci, SystemCalls)
{
    (void)call(SYSTEM_OFF);
    EXPECT_EQ(result.action, PSCI_ACTION_SYSTEM_OFF);
    (void)call(SYSTEM_RESET);
    EXPECT_EQ(result.action, PSCI_ACTION_SYSTEM_RESET);
}

TEST_F(Psci, FeaturesTellTheTruth)
{
    for (uint64_t family : {0x84000000u, 0xc4000000u})
        for (uint64_t function = 0; function < 32; function++) {
            psci copy = state;
            const uint64_t id = family + function;
            const int64_t says = call(FEATURES, id);
            const uint64_t x[4] = {id, VERSION, 0, 0};

            psci_call(&copy, 0, x, &result);
            EXPECT_EQ(says == 0, result.value != -1) << std::hex << id;
        }
    EXPECT_EQ(call(FEATURES, 0x80000000), 0);
    EXPECT_EQ(call(MIGRATE), -1);
    EXPECT_EQ(call(0xc4000002), -1) << "CPU_OFF has no 64-bit form";
    EXPECT_EQ(call(0x12345678), -1);
}

} // namespace
