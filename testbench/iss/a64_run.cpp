// SPDX-License-Identifier: Apache-2.0
// run: exact limits, time, sleep, stops, debugger, checkpoint, reset.
#include <vector>

#include "a64_fixture.h"

namespace
{

class RunTest : public A64
{
protected:
    void SetUp() override
    {
        El1Only();
    }

    iss_result RunUntil(uint64_t time_ps, uint64_t insns = ISS_INSNS_UNLIMITED)
    {
        iss_until until = {time_ps, insns};
        iss_result r;
        ops->run(pe, &until, &r);
        return r;
    }
};

TEST_F(RunTest, InstructionLimitIsExactForEveryLength)
{
    Build();
    MmuOn();
    SetX(0, UINT64_C(1) << 40), SetX(2, 0x40080000);
    At(PROG_prog_count);
    SetX(1, 0);
    for (uint64_t n = 1; n < 200; n++) {
        iss_result r = Run(n);
        ASSERT_EQ(r.reason, ISS_STOP_LIMIT);
        ASSERT_EQ(r.insns, n);
    }
    uint64_t total = 199 * 200 / 2;
    EXPECT_EQ(X(1), total / 4 + (total % 4 != 0));
    EXPECT_EQ(Pc(), PROG_prog_count + total % 4 * 4);
}

TEST_F(RunTest, TimeLimitIsTheFirstBoundaryAtOrAfter)
{
    config.iss.period_ps = 833; // 1.2 GHz
    config.iss.cpi.cycles[ISS_CPI_load] = 5;
    config.iss.cpi.cycles[ISS_CPI_branch] = 2;
    Build();
    MmuOn();
    SetX(0, UINT64_C(1) << 40), SetX(2, 0x40080000), SetX(1, 0);
    At(PROG_prog_count); // add 1, ldr 5, subs 1, b.ne 2: 9 cycles a round
    uint64_t start = ops->time(pe);
    iss_result r = RunUntil(start + 9 * 833 * 100);
    EXPECT_EQ(r.insns, 400u);
    EXPECT_EQ(r.time_ps, start + 9 * 833 * 100);
    r = RunUntil(r.time_ps + 1); // part of a cycle: the add takes one
    EXPECT_EQ(r.insns, 1u);
    r = RunUntil(r.time_ps + 1); // the load takes five
    EXPECT_EQ(r.insns, 1u);
    EXPECT_EQ(r.time_ps, start + (900 + 6) * 833);
    EXPECT_EQ(RunUntil(r.time_ps).insns, 0u) << "a limit that has passed executes nothing";
}

TEST_F(RunTest, CpiChangesTimeAndNotTheInstructionStream)
{
    for (uint16_t load : {1, 7}) {
        config.iss.cpi.cycles[ISS_CPI_load] = load;
        Build();
        MmuOn();
        SetX(0, 100), SetX(1, 0), SetX(2, 0x40080000);
        At(PROG_prog_count);
        uint64_t start = ops->time(pe);
        iss_result r = RunUntil(ISS_TIME_NEVER);
        EXPECT_EQ(r.insns, 401u);
        EXPECT_EQ(X(1), 100u);
        EXPECT_EQ((r.time_ps - start) / 1000, 401u + 100u * (load - 1u));
        machine_destroy(m);
        m = nullptr;
    }
}

TEST_F(RunTest, WfiReturnsAtOnceAndWakesOnAMaskedLine)
{
    Build();
    MmuOn();
    At(PROG_prog_wfi);
    iss_result r = Run();
    EXPECT_EQ(r.reason, ISS_STOP_WFI);
    EXPECT_EQ(r.insns, 2u);
    EXPECT_EQ(X(0), 1u);
    EXPECT_FALSE(ops->runnable(pe));
    uint64_t now = ops->time(pe);
    EXPECT_EQ(Run().insns, 0u) << "still asleep";
    EXPECT_EQ(ops->time(pe), now);
    ops->advance(pe, now + 1500);
    EXPECT_EQ(ops->time(pe), now + 2000) << "the next clock edge";
    ops->set_line(pe, ISS_LINE_IRQ, true);
    EXPECT_TRUE(ops->runnable(pe));
    RunToEnd();
    EXPECT_EQ(X(0), 2u);
    At(PROG_prog_wfi);
    RunToEnd(); // the line is high: WFI does not sleep
}

TEST_F(RunTest, WfeUsesTheEventRegister)
{
    Build();
    MmuOn();
    At(PROG_prog_wfe);
    iss_result r = Run();
    EXPECT_EQ(r.reason, ISS_STOP_WFE);
    EXPECT_EQ(X(0), 1u) << "SEVL lets the first WFE pass";
    ops->set_event(pe);
    RunToEnd();
    EXPECT_EQ(X(0), 2u);
}

TEST_F(RunTest, WfeSleepsThroughAMaskedInterruptAndWfiDoesNot)
{
    Build();
    MmuOn();
    ops->set_line(pe, ISS_LINE_IRQ, true);
    At(PROG_prog_wfe);
    EXPECT_EQ(Run().reason, ISS_STOP_WFE);
    EXPECT_FALSE(ops->runnable(pe));
    At(PROG_prog_wfe, 0x345); // unmasked: taken instead
    RunToVector(0x280);
}

TEST_F(RunTest, StepTakesOneInterruptAndStopsAtTheVector)
{
    Build();
    MmuOn();
    At(PROG_prog_nop, 0x345);
    ops->set_line(pe, ISS_LINE_IRQ, true);
    iss_result r;
    ops->step(pe, &r);
    EXPECT_EQ(r.reason, ISS_STOP_STEP);
    EXPECT_EQ(r.insns, 0u);
    uint64_t vbar;
    ASSERT_TRUE(ops->get_sysreg(pe, 0xc600, &vbar));
    EXPECT_EQ(Pc(), vbar + 0x280);
    At(PROG_prog_nop, 0x345);
    ASSERT_TRUE(ops->breakpoint(pe, vbar + 0x280, true));
    EXPECT_EQ(Run().reason, ISS_STOP_BREAKPOINT) << "a breakpoint on the vector is seen";
    EXPECT_EQ(Pc(), vbar + 0x280);
}

TEST_F(RunTest, SevWakesOtherPes)
{
    config.pes = 2;
    Build();
    MmuOn(0);
    MmuOn(1);
    At(PROG_prog_wfe, kEl1h, 1);
    EXPECT_EQ(Run(1000, 1).reason, ISS_STOP_WFE);
    At(PROG_prog_sev);
    RunToEnd();
    EXPECT_TRUE(ops->runnable(m->pe[1].instance));
    RunToEnd(1000, 1);
}

TEST_F(RunTest, SelfModifyingCodeIsSeenOnEveryPe)
{
    config.pes = 2;
    Build();
    for (unsigned i : {0u, 1u}) {
        MmuOn(i);
        SetX(1, 0xd2800040, i); // mov x0, #2
        At(PROG_prog_patch, kEl1h, i);
        RunToEnd(1000, i);
        EXPECT_EQ(X(5, i), i == 0 ? 1u : 2u) << "the second PE sees what the first has patched";
        EXPECT_EQ(X(0, i), 2u);
    }
    const uint32_t mov3 = 0xd2800060; // by DMA
    machine_store(m, PROG_patched, &mov3, 4);
    SetX(1, 0xd2800080);
    At(PROG_prog_patch);
    RunToEnd();
    EXPECT_EQ(X(5), 3u);
    EXPECT_EQ(X(0), 4u);
}

TEST_F(RunTest, CodeWithoutDirectPointersRunsTheSame)
{
    config.no_direct = true;
    Build();
    MmuOn();
    SetX(0, 50), SetX(1, 0), SetX(2, 0x40080000);
    At(PROG_prog_count);
    iss_result r = Run();
    EXPECT_EQ(r.reason, ISS_STOP_CONDUIT);
    EXPECT_EQ(r.insns, 201u);
    EXPECT_EQ(X(1), 50u);
    EXPECT_GT(m->bus_accesses, 200u);
}

// ---- devices: time, retry, stop

struct Device {
    machine *m;
    unsigned reads, writes, retries;
    uint64_t cost, seen_time;
    bool stop;
};

iss_status DeviceBus(const iss_bus_access *a, void *data, uint64_t *time, uint32_t pe, void *user)
{
    auto *d = static_cast<Device *>(user);
    if (d->retries) {
        d->retries--;
        return ISS_RETRY;
    }
    d->seen_time = *time;
    *time += d->cost;
    if (a->write)
        d->writes++;
    else
        d->reads++;
    std::memset(data, 0x5a, a->write ? 0 : a->size);
    if (d->stop)
        d->m->config.ops->request_stop(d->m->pe[pe].instance);
    return ISS_OK;
}

class DeviceTest : public RunTest
{
protected:
    void SetUp() override
    {
        El1Only();
        config.bus = DeviceBus;
        config.user = &device;
        Build();
        device.m = m;
        SetX(9, 0x09000000);
        At(PROG_prog_mmio);
    }

    Device device{};
};

TEST_F(DeviceTest, AccessSeesExactTimeAndMovesIt)
{
    device.cost = 2500;
    uint64_t start = ops->time(pe);
    Run(1);
    EXPECT_EQ(device.seen_time, start);
    EXPECT_EQ(ops->time(pe), start + 3000 + 1000) << "rounded up to an edge, plus the instruction";
    Run(1);
    EXPECT_EQ(device.seen_time, start + 4000);
}

TEST_F(DeviceTest, AccessLongerThanTheSliceEndsIt)
{
    device.cost = UINT64_C(5000000000000); // 5 s: more cycles than a slice can have
    uint64_t start = ops->time(pe);
    iss_result r = RunUntil(start + 10000);
    EXPECT_EQ(r.reason, ISS_STOP_LIMIT);
    EXPECT_EQ(r.insns, 1u);
    EXPECT_EQ(r.time_ps, start + device.cost + 1000);
}

TEST_F(DeviceTest, RetryExecutesNothingAndIsRepeated)
{
    device.retries = 2;
    for (int i = 0; i < 2; i++) {
        iss_result r = Run();
        EXPECT_EQ(r.reason, ISS_STOP_SYNC);
        EXPECT_EQ(r.insns, 0u);
        EXPECT_EQ(Pc(), PROG_prog_mmio);
    }
    RunToEnd();
    EXPECT_EQ(device.reads, 2u);
    EXPECT_EQ(device.writes, 1u);
    EXPECT_EQ(X(0), 0x5a5a5a5au);
}

TEST_F(DeviceTest, RequestStopEndsAfterTheInstruction)
{
    device.stop = true;
    iss_result r = Run();
    EXPECT_EQ(r.reason, ISS_STOP_REQUEST);
    EXPECT_EQ(r.insns, 1u);
    EXPECT_EQ(X(0), 0x5a5a5a5au);
}

// ---- debugger

TEST_F(RunTest, BreakpointsStepAndWatchpoints)
{
    Build();
    MmuOn();
    SetX(0, 10), SetX(1, 0), SetX(2, 0x40080000);
    At(PROG_prog_count);
    ASSERT_TRUE(ops->breakpoint(pe, PROG_prog_count + 8, true));
    iss_result r = Run();
    EXPECT_EQ(r.reason, ISS_STOP_BREAKPOINT);
    EXPECT_EQ(r.insns, 2u);
    EXPECT_EQ(Pc(), PROG_prog_count + 8);
    r = Run();
    EXPECT_EQ(r.reason, ISS_STOP_BREAKPOINT) << "one round later";
    EXPECT_EQ(r.insns, 4u);
    ops->step(pe, &r);
    EXPECT_EQ(r.reason, ISS_STOP_STEP);
    EXPECT_EQ(r.insns, 1u);
    ASSERT_TRUE(ops->breakpoint(pe, PROG_prog_count + 8, false));
    ASSERT_TRUE(ops->watchpoint(pe, 0x40080000, 8, ISS_RIGHT_READ, true));
    r = Run();
    EXPECT_EQ(r.reason, ISS_STOP_WATCHPOINT);
    EXPECT_EQ(r.watch_address, 0x40080000u);
    EXPECT_EQ(Pc(), PROG_prog_count + 8);
    ASSERT_TRUE(ops->watchpoint(pe, 0x40080000, 8, ISS_RIGHT_READ, false));
    RunToEnd();
}

TEST_F(RunTest, DebuggerWritesCodeThroughTranslation)
{
    Build();
    MmuOn();
    At(PROG_patched);
    SetX(30, PROG_prog_stop);
    RunToEnd();
    ASSERT_EQ(X(0), 1u);
    uint32_t mov9 = 0xd2800120;
    iss_debug_access a = {PROG_patched, 4, true, false};
    ASSERT_EQ(ops->memory(pe, &a, &mov9), 4u);
    At(PROG_patched);
    RunToEnd();
    EXPECT_EQ(X(0), 9u);
    a = {0x3fffffff, 4, false, false};
    EXPECT_EQ(ops->memory(pe, &a, &mov9), 0u) << "unmapped";
}

TEST_F(RunTest, CheckpointResumesIdentically)
{
    Build();
    MmuOn();
    SetX(0, 1000), SetX(1, 0), SetX(2, 0x40080000);
    At(PROG_prog_count);
    Run(777);
    const auto saved = [this] {
        std::vector<uint8_t> bytes(ops->save_size(pe));
        ops->save(pe, bytes.data());
        return bytes;
    };
    std::vector<uint8_t> image = saved();
    Run(1111);
    const std::vector<uint8_t> after = saved();
    ASSERT_TRUE(ops->load(pe, image.data(), image.size()));
    EXPECT_EQ(saved(), image);
    Run(1111);
    EXPECT_EQ(saved(), after);
    image[100] ^= 1;
    EXPECT_FALSE(ops->load(pe, image.data(), image.size())) << "checksum";
    EXPECT_FALSE(ops->load(pe, image.data(), image.size() - 1));
}

TEST_F(RunTest, ResetLineHoldsAndRestarts)
{
    Build();
    MmuOn();
    At(PROG_prog_spin);
    Run(10);
    uint64_t insns, time = ops->time(pe);
    iss_counters c;
    ops->counters(pe, &c);
    insns = c.insns;
    ops->set_line(pe, ISS_LINE_RESET, true);
    EXPECT_EQ(Run().reason, ISS_STOP_HALTED);
    iss_start start = {};
    start.pc = PROG_prog_nop;
    start.x[0] = 7;
    ops->reset(pe, &start);
    ops->set_line(pe, ISS_LINE_RESET, false);
    EXPECT_EQ(X(0), 7u);
    EXPECT_EQ(El(), 1u);
    RunToEnd();
    ops->counters(pe, &c);
    EXPECT_EQ(c.insns, insns + 5) << "totals are kept over reset";
    EXPECT_GE(ops->time(pe), time);
}

TEST_F(RunTest, EndlessFaultsStillEndTheSlice)
{
    Build();
    At(0x10000000); // nothing there, nor at the vectors
    iss_result r = Run(1000);
    EXPECT_EQ(r.reason, ISS_STOP_LIMIT);
    EXPECT_EQ(r.insns, 1000u);
}

TEST_F(RunTest, SemihostingStopsWhenEnabled)
{
    config.iss.semihosting = true;
    Build();
    const uint32_t hlt = 0xd45e0000;
    machine_store(m, 0x40080000, &hlt, 4);
    SetX(0, 0x18);
    At(0x40080000);
    EXPECT_EQ(Run().reason, ISS_STOP_SEMIHOST);
    EXPECT_EQ(Pc(), 0x40080004u);
}

TEST_F(RunTest, BadConfigurationIsNamed)
{
    char error[160];
    iss_env env = {};
    env.version = ISS_PORT_VERSION;
    config.iss.cpu = "cortex-m0";
    EXPECT_EQ(a64_ops()->create(&config.iss, &env, error, sizeof error), nullptr);
    EXPECT_NE(std::strstr(error, "callback"), nullptr);
    config.iss.period_ps = 0;
    EXPECT_EQ(a64_ops()->create(&config.iss, &env, error, sizeof error), nullptr);
    EXPECT_NE(std::strstr(error, "period"), nullptr);
    iss_cpi cpi;
    iss_cpi_default(&cpi);
    EXPECT_TRUE(iss_cpi_set(&cpi, "load", 4));
    EXPECT_EQ(cpi.cycles[ISS_CPI_load], 4u);
    EXPECT_FALSE(iss_cpi_set(&cpi, "load", 0));
    EXPECT_FALSE(iss_cpi_set(&cpi, "loads", 1));
}

} // namespace
