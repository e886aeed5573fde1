// SPDX-License-Identifier: Apache-2.0
// Exclusive monitors on one and several PEs, atomics that Unicorn gets wrong.
#include "a64_fixture.h"

namespace
{

constexpr uint64_t kLock = 0x40080000;

class Exclusive : public A64
{
protected:
    void SetUp() override
    {
        El1Only();
        config.pes = 2;
        Build();
        MmuOn(0);
        MmuOn(1);
        SetX(2, kLock, 0);
        SetX(2, kLock, 1);
    }

    // PE 0 executes its load exclusive and stops before the store exclusive.
    void LoadExclusive()
    {
        At(PROG_prog_exclusive);
        ASSERT_EQ(Run(2).insns, 2u);
    }

    uint64_t StoreExclusive()
    {
        RunToEnd();
        return X(3);
    }

    void StoreByOther(uint64_t address, uint64_t v)
    {
        SetX(2, address, 1);
        SetX(4, v, 1);
        At(PROG_prog_plain_store, kEl1h, 1);
        RunToEnd(1000, 1);
    }
};

TEST_F(Exclusive, SucceedsAlone)
{
    Poke(kLock, 41);
    At(PROG_prog_exclusive);
    EXPECT_EQ(StoreExclusive(), 0u);
    EXPECT_EQ(Peek(kLock), 42u);
}

TEST_F(Exclusive, SurvivesAStopInBetween)
{
    LoadExclusive();
    EXPECT_TRUE(iss_domain_armed(m->domain, 0));
    EXPECT_EQ(StoreExclusive(), 0u);
    EXPECT_FALSE(iss_domain_armed(m->domain, 0));
}

TEST_F(Exclusive, StoreOfAnotherPeBreaksIt)
{
    StoreByOther(kLock, 7); // warms the other PE's pointer to the page
    LoadExclusive();
    StoreByOther(kLock, 7); // the same value: the monitor is no comparison
    EXPECT_EQ(StoreExclusive(), 1u);
    EXPECT_EQ(Peek(kLock), 7u);
}

TEST_F(Exclusive, StoreInTheSameGranuleBreaksItAndInAnotherDoesNot)
{
    LoadExclusive();
    StoreByOther(kLock + 64, 7);
    EXPECT_EQ(StoreExclusive(), 0u);
    LoadExclusive();
    StoreByOther(kLock + 56, 7);
    EXPECT_EQ(StoreExclusive(), 1u);
}

TEST_F(Exclusive, DmaAndDebuggerBreakIt)
{
    uint64_t v = 5;
    LoadExclusive();
    machine_store(m, kLock + 8, &v, 8);
    EXPECT_EQ(StoreExclusive(), 1u);
    LoadExclusive();
    iss_debug_access a = {kLock, 8, true, false};
    ASSERT_EQ(ops->memory(m->pe[1].instance, &a, &v), 8u);
    EXPECT_EQ(StoreExclusive(), 1u);
}

TEST_F(Exclusive, ClrexAndExceptionReturnClearIt)
{
    At(PROG_prog_exclusive_clrex);
    EXPECT_EQ(StoreExclusive(), 1u);
    LoadExclusive();
    At(PROG_prog_eret);
    Run(1);
    At(PROG_prog_exclusive_store);
    EXPECT_EQ(StoreExclusive(), 1u);
}

TEST_F(Exclusive, StoreAloneFails)
{
    At(PROG_prog_exclusive_store);
    EXPECT_EQ(StoreExclusive(), 1u);
}

TEST_F(Exclusive, Pair)
{
    Poke(kLock, 10);
    Poke(kLock + 8, 20);
    At(PROG_prog_exclusive_pair);
    EXPECT_EQ(StoreExclusive(), 0u);
    EXPECT_EQ(Peek(kLock), 11u);
    EXPECT_EQ(Peek(kLock + 8), 22u);
    SetX(2, kLock + 8); // a pair is aligned to its whole size
    At(PROG_prog_exclusive_pair);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x3f, 0x21u);
}

TEST_F(Exclusive, LockHandOverByWfeAndStore)
{
    Poke(kLock, 1);
    At(PROG_prog_lock);
    EXPECT_EQ(Run().reason, ISS_STOP_WFE) << "the lock is held: asleep with the monitor armed";
    EXPECT_FALSE(ops->runnable(pe));
    At(PROG_prog_unlock, kEl1h, 1);
    RunToEnd(1000, 1);
    EXPECT_TRUE(ops->runnable(pe)) << "the store broke the monitor, which is a wake-up event";
    RunToEnd();
    EXPECT_EQ(Peek(kLock) & 0xffffffffu, 1u);
}

TEST_F(Exclusive, BothPesAddUnderContention)
{
    constexpr unsigned kRounds = 500;
    const uint32_t code[] = {
        0xc85f7c40, // 0: ldxr x0, [x2]
        0x91000400, //    add x0, x0, #1
        0xc8037c40, //    stxr w3, x0, [x2]
        0x35ffffa3, //    cbnz w3, 0b
        0xf1000508, //    subs x8, x8, #1
        0x54ffff61, //    b.ne 0b
        0xd4000002, //    hvc #0
    };
    machine_store(m, 0x40090000, code, sizeof code);
    Poke(kLock, 0);
    for (unsigned i : {0u, 1u}) {
        SetX(8, kRounds, i);
        At(0x40090000, kEl1h, i);
    }
    bool done[2] = {false, false};
    uint64_t failures = 0;
    for (unsigned slice = 0; !(done[0] && done[1]) && slice < 100000; slice++) {
        unsigned i = slice & 1u;
        if (done[i])
            continue;
        done[i] = Run(1 + slice % 5, i).reason == ISS_STOP_CONDUIT;
        failures += X(3, i);
    }
    EXPECT_EQ(Peek(kLock), 2 * kRounds);
    EXPECT_GT(failures, 0u) << "no store exclusive ever failed: no contention was seen";
}

// ---- narrow signed minimum and maximum

struct MinMax {
    uint32_t raw; // Rs x4, Rt x5, [x2]
    uint64_t memory, operand, result;
};

TEST_F(A64, NarrowSignedAtomicMinimumAndMaximum)
{
    El1Only();
    Build();
    MmuOn();
    const MinMax cases[] = {
        {0x38244045, 0x80, 0x01, 0x01},       {0x38244045, 0x01, 0x80, 0x01}, // ldsmaxb
        {0x38245045, 0x80, 0x01, 0x80},       {0x38245045, 0x7f, 0xfff0, 0xf0},
        {0x78244045, 0x8000, 0x7fff, 0x7fff}, {0x78245045, 0x8000, 0x7fff, 0x8000},
        {0xb8244045, 0x80000000, 1, 1},       {0xb8245045, 0x80000000, 1, 0x80000000},
        {0x38246045, 0x80, 0x1ff, 0xff},      {0x38247045, 0x80, 0x100, 0x00},
    };
    for (const MinMax &t : cases) {
        machine_store(m, 0x40090000, &t.raw, 4);
        Poke(kLock, t.memory);
        SetX(2, kLock), SetX(4, t.operand);
        At(0x40090000);
        Run(1);
        EXPECT_EQ(Peek(kLock), t.result)
            << std::hex << t.raw << " " << t.memory << " " << t.operand;
        EXPECT_EQ(X(5), t.memory);
    }
}

TEST_F(A64, AtomicsAreUndefinedWithoutLse)
{
    El1Only();
    config.iss.cpu = "cortex-a57";
    Build();
    MmuOn();
    const uint32_t ldadd = 0xf8240045;
    machine_store(m, 0x40090000, &ldadd, 4);
    At(0x40090000);
    RunToVector(0x200);
    EXPECT_EQ(Esr() >> 26, 0u);
}

TEST_F(A64, AtomicOnAReadOnlyPageIsOneFaultAndNoStore)
{
    El1Only();
    Build();
    MmuOn();
    const uint32_t ldadd = 0xf8240045;
    machine_store(m, 0x40090000, &ldadd, 4);
    SetX(2, UINT64_C(1) << 45), SetX(4, 1);
    At(0x40090000);
    RunToVector(0x200);
    EXPECT_EQ(Esr() & 0x7f, 4u) << "a read would fault too: WnR is clear";
}

} // namespace
