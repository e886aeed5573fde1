// SPDX-License-Identifier: Apache-2.0
// The scripted PE behind the same port, in the same machine as the A64 ISS.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "iss/a64.h"
#include "iss/scripted.h"
#include "machine.h"

namespace
{

struct FakeGic {
    machine *m = nullptr;
    bool stall = false;
    bool dsb_busy = false;
    std::vector<iss_sysreg_access> accesses;
};

gic_sysreg_result Cpuif(iss_sysreg_access *a, uint64_t *, uint32_t pe, void *user)
{
    auto *gic = static_cast<FakeGic *>(user);
    if (gic->stall)
        return GIC_SYSREG_STALL;
    gic->accesses.push_back(*a);
    if (a->reg == GIC_ICC_IAR1_EL1) {
        a->value = 40;
        gic->m->config.ops->set_line(gic->m->pe[pe].instance, ISS_LINE_IRQ, false);
    }
    return a->reg == GIC_ICC_SRE_EL3 ? GIC_SYSREG_TRAP_EL3 : GIC_SYSREG_OK;
}

iss_status Dsb(uint64_t *time, uint32_t, void *user)
{
    *time += 5000;
    return static_cast<FakeGic *>(user)->dsb_busy ? ISS_RETRY : ISS_OK;
}

class Scripted : public ::testing::Test
{
protected:
    void Build(const iss_script_step *script, const iss_script_step *irq = nullptr)
    {
        machine_config config;
        machine_default(&config, iss_scripted_ops());
        config.cpuif = Cpuif;
        config.dsb = Dsb;
        config.user = &gic;
        config.pes = 2;
        m = machine_create(&config);
        ASSERT_NE(m, nullptr);
        gic.m = m;
        ops = config.ops;
        pe = m->pe[0].instance;
        iss_scripted_program(pe, script, irq, nullptr, log, 32);
    }

    void TearDown() override
    {
        machine_destroy(m);
    }

    static iss_script_step Step(iss_script_op op)
    {
        iss_script_step s = {};
        s.op = static_cast<uint8_t>(op);
        s.size = 8;
        s.address = 0x40001000;
        return s;
    }

    static iss_script_step Step(iss_script_op op, uint64_t value, uint64_t mask = 0)
    {
        iss_script_step s = Step(op);
        s.value = value;
        s.mask = mask;
        return s;
    }

    static iss_script_step Reg(iss_script_op op, unsigned reg, uint64_t value = 0)
    {
        iss_script_step s = Step(op, value);
        s.reg = static_cast<uint16_t>(reg);
        return s;
    }

    FakeGic gic;
    machine *m = nullptr;
    const iss_ops *ops = nullptr;
    iss *pe = nullptr;
    iss_script_log log[32] = {};
};

TEST_F(Scripted, AccessesLogAndLimits)
{
    const iss_script_step script[] = {
        Step(ISS_SCRIPT_WRITE, 0x1234), Step(ISS_SCRIPT_READ), Step(ISS_SCRIPT_SPIN, 10),
        Reg(ISS_SCRIPT_TIMER_READ, ISS_CNTFRQ_EL0), Step(ISS_SCRIPT_HALT)};
    Build(script);
    iss_result r = machine_run(m, 0, 5);
    EXPECT_EQ(r.reason, ISS_STOP_LIMIT);
    EXPECT_EQ(r.insns, 5u);
    r = machine_run(m, 0, 100);
    EXPECT_EQ(r.reason, ISS_STOP_HALTED);
    ASSERT_EQ(iss_scripted_logged(pe), 2u);
    EXPECT_EQ(log[0].value, 0x1234u);
    EXPECT_EQ(log[0].time_ps, 1000u);
    EXPECT_EQ(log[1].value, 62500000u);
    EXPECT_EQ(log[1].time_ps, 12000u);
}

TEST_F(Scripted, InterruptBetweenStepsAcknowledgeAndReturn)
{
    const iss_script_step script[] = {Step(ISS_SCRIPT_MASK, 2), Step(ISS_SCRIPT_WFI),
                                      Step(ISS_SCRIPT_HALT)};
    const iss_script_step irq[] = {Reg(ISS_SCRIPT_GIC_READ, GIC_ICC_IAR1_EL1),
                                   Reg(ISS_SCRIPT_GIC_EOI, GIC_ICC_EOIR1_EL1),
                                   Step(ISS_SCRIPT_RETURN)};
    Build(script, irq);
    EXPECT_EQ(machine_run(m, 0, 100).reason, ISS_STOP_WFI);
    EXPECT_EQ(machine_run(m, 0, 100).reason, ISS_STOP_WFI);
    ops->set_line(pe, ISS_LINE_IRQ, true);
    EXPECT_TRUE(ops->runnable(pe));
    EXPECT_EQ(machine_run(m, 0, 100).reason, ISS_STOP_HALTED);
    ASSERT_EQ(gic.accesses.size(), 2u);
    EXPECT_EQ(gic.accesses[1].value, 40u) << "EOI writes what IAR returned";
    EXPECT_EQ(m->pe[0].events[2].kind, ISS_EVENT_EXCEPTION);
    EXPECT_EQ(m->pe[0].events[2].line, ISS_LINE_IRQ);
}

TEST_F(Scripted, StallAndDsbStopForExactTime)
{
    const iss_script_step script[] = {Reg(ISS_SCRIPT_GIC_WRITE, GIC_ICC_PMR_EL1, 0xff),
                                      Step(ISS_SCRIPT_DSB), Step(ISS_SCRIPT_HALT)};
    Build(script);
    gic.stall = true;
    EXPECT_EQ(machine_run(m, 0, 100).reason, ISS_STOP_SYNC);
    EXPECT_EQ(ops->time(pe), 0u);
    gic.stall = false;
    gic.dsb_busy = true;
    EXPECT_EQ(machine_run(m, 0, 100).reason, ISS_STOP_SYNC);
    EXPECT_EQ(gic.accesses.size(), 1u) << "the write was made once";
    EXPECT_EQ(ops->time(pe), 1000u);
    gic.dsb_busy = false;
    EXPECT_EQ(machine_run(m, 0, 100).reason, ISS_STOP_HALTED);
    EXPECT_EQ(ops->time(pe), 7000u);
}

TEST_F(Scripted, StateIsPushedAndTrapsAreLogged)
{
    const iss_script_step script[] = {Step(ISS_SCRIPT_STATE, 1, ISS_SCRIPT_SCR_NS),
                                      Reg(ISS_SCRIPT_GIC_READ, GIC_ICC_SRE_EL3),
                                      Step(ISS_SCRIPT_HALT)};
    Build(script);
    EXPECT_EQ(m->pe[0].state.el, 3u);
    machine_run(m, 0, 100);
    EXPECT_EQ(m->pe[0].state.el, 1u);
    EXPECT_TRUE(m->pe[0].state.scr_ns);
    ASSERT_EQ(iss_scripted_logged(pe), 1u);
    EXPECT_EQ(log[0].status, GIC_SYSREG_TRAP_EL3);
}

TEST_F(Scripted, ExclusivesShareTheMonitorOfTheDomain)
{
    const iss_script_step script[] = {Step(ISS_SCRIPT_LDXR), Step(ISS_SCRIPT_STXR, 5),
                                      Step(ISS_SCRIPT_HALT)};
    const iss_script_step other[] = {Step(ISS_SCRIPT_WRITE, 9), Step(ISS_SCRIPT_HALT)};
    Build(script);
    iss_scripted_program(m->pe[1].instance, other, nullptr, nullptr, nullptr, 0);
    machine_run(m, 0, 1);
    machine_run(m, 1, 10);
    machine_run(m, 0, 10);
    ASSERT_EQ(iss_scripted_logged(pe), 2u);
    EXPECT_EQ(log[1].value, 1u) << "the store of the other PE broke it";
    iss_start again = {};
    ops->reset(pe, &again);
    machine_run(m, 0, 10);
    ASSERT_EQ(iss_scripted_logged(pe), 4u);
    EXPECT_EQ(log[3].value, 0u);
}

TEST_F(Scripted, CheckpointResumes)
{
    const iss_script_step script[] = {Step(ISS_SCRIPT_SPIN, 100), Step(ISS_SCRIPT_CONDUIT, 7),
                                      Step(ISS_SCRIPT_HALT)};
    Build(script);
    machine_run(m, 0, 50);
    std::vector<uint8_t> image(ops->save_size(pe));
    ops->save(pe, image.data());
    iss_result a = machine_run(m, 0, 1000);
    ASSERT_TRUE(ops->load(pe, image.data(), image.size()));
    iss_result b = machine_run(m, 0, 1000);
    EXPECT_EQ(a.reason, ISS_STOP_CONDUIT);
    EXPECT_EQ(a.insns, b.insns);
    EXPECT_EQ(a.time_ps, b.time_ps);
    EXPECT_EQ(ops->get_reg(pe, ISS_REG_X0), 7u);
}

TEST(Port, NamesOfEverything)
{
    EXPECT_STREQ(iss_stop_name(ISS_STOP_HALTED), "halted");
    EXPECT_STREQ(iss_stop_name(ISS_STOP_COUNT), "?");
    EXPECT_STREQ(iss_timer_reg_name(ISS_CNTPS_CVAL_EL1), "CNTPS_CVAL_EL1");
    EXPECT_STREQ(iss_cpi_name(ISS_CPI_entry), "entry");
    EXPECT_EQ(iss_cpi_name(ISS_CPI_COUNT), nullptr);
}

// Every operation is there in both implementations: a platform never asks.
TEST(Port, OperationsAreComplete)
{
    for (const iss_ops *ops : {a64_ops(), iss_scripted_ops()}) {
        EXPECT_EQ(ops->version, ISS_PORT_VERSION);
        const auto *p = reinterpret_cast<void *const *>(&ops->create);
        const auto *end = reinterpret_cast<void *const *>(ops + 1);
        for (; p < end; p++)
            EXPECT_NE(*p, nullptr) << ops->name;
    }
}

} // namespace
