// SPDX-License-Identifier: Apache-2.0
// Exceptions: syndromes, vectors, routing, return, interrupts.
#include "a64_fixture.h"

namespace
{

constexpr uint64_t Ec(uint64_t esr)
{
    return esr >> 26;
}

constexpr uint64_t Iss(uint64_t esr)
{
    return esr & 0x1ffffff;
}

class Exception : public A64
{
};

TEST_F(Exception, SvcFromEl1RecordsImmediateAndNextInstruction)
{
    El1Only();
    Build();
    MmuOn();
    At(PROG_prog_svc);
    RunToVector(0x200);
    EXPECT_EQ(Ec(Esr()), 0x15u);
    EXPECT_EQ(Iss(Esr()), 0x1234u);
    EXPECT_EQ(Esr() >> 25 & 1u, 1u);
    EXPECT_EQ(Elr(), PROG_prog_svc + 4);
    EXPECT_EQ(Spsr(), kEl1h);
}

TEST_F(Exception, UndefinedIsUnknown)
{
    El1Only();
    Build();
    MmuOn();
    At(PROG_prog_udf);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x02000000));
    EXPECT_EQ(Elr(), PROG_prog_udf);
}

TEST_F(Exception, BrkReturnsToItself)
{
    El1Only();
    Build();
    MmuOn();
    At(PROG_prog_brk);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0xf2001237));
    EXPECT_EQ(Elr(), PROG_prog_brk);
}

TEST_F(Exception, FromEl0AndFromSpEl0UseTheirVectors)
{
    El1Only();
    Build();
    MmuOn();
    At(PROG_prog_svc, 0x3c4); // EL1t
    RunToVector(0x000);
    EXPECT_EQ(Spsr(), 0x3c4u);
    At(PROG_prog_svc, kEl0); // code is not executable for EL0: an instruction abort
    RunToVector(0x400);
    EXPECT_EQ(Esr(), UINT64_C(0x8200000e)); // permission fault, level 2, from a lower level
    EXPECT_EQ(Far(), PROG_prog_svc);
}

TEST_F(Exception, DataAbortTellsWriteAndAddress)
{
    El1Only();
    Build();
    MmuOn();
    SetX(9, 0x123456789000); // beyond T0SZ
    At(PROG_prog_store);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x96000044)); // same level, WnR, translation fault, level 0
    EXPECT_EQ(Far(), UINT64_C(0x123456789000));
    EXPECT_EQ(Elr(), PROG_prog_store);
    At(PROG_prog_load);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x96000004));
}

TEST_F(Exception, BusErrorIsASynchronousExternalAbort)
{
    El1Only();
    Build();
    SetX(9, 0x10000000);
    At(PROG_mmu_on);
    Run(8); // as far as set_vectors; the MMU stays off
    At(PROG_prog_load32);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x96000010));
    EXPECT_EQ(Far(), 0x10000000u);
}

TEST_F(Exception, MisalignedSpAndPc)
{
    El1Only();
    Build();
    MmuOn();
    uint64_t sctlr;
    ASSERT_TRUE(ops->get_sysreg(pe, 0xc080, &sctlr)); // SCTLR_EL1
    EXPECT_EQ(sctlr & 8u, 0u) << "SA is clear after reset";
    SetX(9, 0x40200008);
    At(PROG_prog_sp);
    RunToEnd(); // not checked
    SetX(0, UINT64_C(0x200800019)), SetX(1, 0x40100000), SetX(3, 0xff), SetX(4, 9);
    At(PROG_prog_mmu_setup);
    RunToEnd();
    At(PROG_prog_sp);
    RunToVector(0x200);
    EXPECT_EQ(Ec(Esr()), 0x26u);
    SetX(9, PROG_prog_stop + 2);
    At(PROG_prog_branch);
    SetX(ISS_REG_SP, 0x40200000);
    RunToVector(0x200);
    EXPECT_EQ(Ec(Esr()), 0x22u);
    EXPECT_EQ(Far(), PROG_prog_stop + 2);
    EXPECT_EQ(Elr(), PROG_prog_stop + 2);
    SetX(9, 0x123456789002); // not mapped either: alignment comes first
    At(PROG_prog_branch);
    SetX(ISS_REG_SP, 0x40200000);
    RunToVector(0x200);
    EXPECT_EQ(Ec(Esr()), 0x22u);
    EXPECT_EQ(Far(), UINT64_C(0x123456789002));
}

TEST_F(Exception, UnalignedDeviceAccessFaults)
{
    El1Only();
    Build();
    At(PROG_mmu_on);
    Run(8);
    SetX(9, 0x40200001); // MMU off: data is Device memory
    At(PROG_prog_load);
    RunToVector(0x200);
    EXPECT_EQ(Esr(), UINT64_C(0x96000021));
    EXPECT_EQ(Far(), 0x40200001u);
}

TEST_F(Exception, SmcFromEl1GoesToEl3)
{
    config.iss.conduit = ISS_CONDUIT_NONE;
    Build();
    Drop(PROG_prog_smc, kEl1h, 0x431);
    iss_result r = Run(200);
    ASSERT_EQ(r.reason, ISS_STOP_LIMIT); // the vector ends in HVC, UNDEFINED at EL3 with HCE=0
    uint64_t esr = 0;
    EXPECT_EQ(El(), 3u);
    ASSERT_TRUE(ops->get_sysreg(pe, 0xf290, &esr)); // ESR_EL3
    EXPECT_EQ(m->pe[0].events[1].pc, PROG_prog_smc + 4);
    EXPECT_EQ(m->pe[0].events[1].esr, UINT64_C(0x5e001236));
}

TEST_F(Exception, SmcIsUndefinedWithoutEl3AndIsTheConduitWhenConfigured)
{
    El1Only();
    Build();
    MmuOn();
    At(PROG_prog_smc);
    RunToVector(0x200);
    EXPECT_EQ(Ec(Esr()), 0u);
    At(PROG_prog_hvc);
    iss_result r = Run();
    EXPECT_EQ(r.reason, ISS_STOP_CONDUIT);
    EXPECT_FALSE(r.conduit_smc);
    EXPECT_EQ(r.conduit_imm, 0x1235u);
    EXPECT_EQ(Pc(), PROG_prog_hvc + 4);
}

TEST_F(Exception, HvcGoesToEl2WhenEnabled)
{
    config.iss.conduit = ISS_CONDUIT_SMC;
    Build();
    Drop(PROG_prog_hvc, kEl1h, 0x531); // NS, HCE, RW
    Run(100);
    EXPECT_EQ(m->pe[0].events[1].el, 2u);
    EXPECT_EQ(m->pe[0].events[1].esr, UINT64_C(0x5a001235));
}

TEST_F(Exception, EretToAnIllegalStateSetsIl)
{
    El1Only();
    Build();
    MmuOn();
    At(PROG_prog_svc); // SPSR_EL1 := EL1h by an exception, then turn it into EL3h
    RunToVector(0x200);
    const uint32_t msr_spsr = 0xd5184000; // msr spsr_el1, x0
    machine_store(m, 0x40080000, &msr_spsr, 4);
    uint32_t eret = 0xd69f03e0;
    machine_store(m, 0x40080004, &eret, 4);
    SetX(0, kEl3h);
    At(0x40080000);
    RunToVector(0x200);
    EXPECT_EQ(Ec(Esr()), 0x0eu);
    EXPECT_EQ(Spsr() >> 20 & 1u, 1u) << "PSTATE.IL is saved";
}

// ---- interrupts

TEST_F(Exception, IrqIsTakenWhenUnmaskedBeforeTheNextInstruction)
{
    El1Only();
    Build();
    MmuOn();
    At(PROG_prog_unmask);
    ops->set_line(pe, ISS_LINE_IRQ, true);
    RunToVector(0x280);
    EXPECT_EQ(Elr(), PROG_prog_unmask + 4);
}

TEST_F(Exception, FiqBeforeIrq)
{
    El1Only();
    Build();
    MmuOn();
    At(PROG_prog_unmask);
    ops->set_line(pe, ISS_LINE_IRQ, true);
    ops->set_line(pe, ISS_LINE_FIQ, true);
    RunToVector(0x300);
}

TEST_F(Exception, SErrorPendsOnceAndIsMaskedByA)
{
    El1Only();
    Build();
    MmuOn();
    ops->set_line(pe, ISS_LINE_SERROR, true);
    ops->set_line(pe, ISS_LINE_SERROR, false);
    At(PROG_prog_nop);
    RunToEnd();
    At(PROG_prog_nop, 0x2c5); // A clear
    RunToVector(0x380);
    EXPECT_EQ(Ec(Esr()), 0x2fu);
    At(PROG_prog_nop, 0x2c5);
    RunToEnd();
}

TEST_F(Exception, RoutingToEl3IgnoresMasksOfLowerLevels)
{
    Build();
    Drop(PROG_prog_spin, kEl1h, 0x435); // NS, FIQ to EL3
    Run(60);
    ASSERT_EQ(El(), 1u);
    ops->set_line(pe, ISS_LINE_IRQ, true);
    Run(10);
    EXPECT_EQ(El(), 1u) << "masked by PSTATE.I";
    ops->set_line(pe, ISS_LINE_FIQ, true);
    RunToVector(0x700 - 0x200, 3); // FIQ from a lower level
}

TEST_F(Exception, HcrImoRoutesToEl2AndVirtualIrqNeedsIt)
{
    Build();
    Drop(PROG_prog_stop, kEl2h, 0x531);
    Run(60);
    const uint32_t program[] = {0xd51c1100, 0xd69f03e0}; // msr hcr_el2, x0 ; eret
    machine_store(m, 0x40080000, program, sizeof program);
    // Enter EL1 from EL2 with HCR_EL2.IMO.
    const uint32_t setup[] = {0xd51c4001, 0xd51c4022, 0xd51c1100, 0xd69f03e0};
    machine_store(m, 0x40080000, setup, sizeof setup); // spsr_el2 := x1, elr_el2 := x2
    SetX(0, UINT64_C(1) << 31 | 1u << 4);
    SetX(1, 0x345), SetX(2, PROG_prog_spin); // I clear
    At(0x40080000, kEl2h);
    Run(20);
    ASSERT_EQ(El(), 1u);
    ops->set_line(pe, ISS_LINE_VIRQ, true);
    Run(1);
    EXPECT_EQ(m->pe[0].events[m->pe[0].event_count - 1].line, ISS_LINE_VIRQ);
    EXPECT_EQ(m->pe[0].events[m->pe[0].event_count - 1].el, 1u);
    ops->set_line(pe, ISS_LINE_IRQ, true);
    Run(1);
    EXPECT_EQ(m->pe[0].events[m->pe[0].event_count - 1].line, ISS_LINE_IRQ);
    EXPECT_EQ(m->pe[0].events[m->pe[0].event_count - 1].el, 2u) << "PSTATE.I does not mask it";
}

TEST_F(Exception, PeStateIsPushedOnEveryChangeOfLevelAndRouting)
{
    Build();
    EXPECT_EQ(m->pe[0].state.el, 3u);
    unsigned before = m->pe[0].pushes;
    Drop(PROG_prog_stop, kEl1h, 0x435);
    Run(60);
    EXPECT_EQ(m->pe[0].state.el, 1u);
    EXPECT_TRUE(m->pe[0].state.scr_ns);
    EXPECT_TRUE(m->pe[0].state.scr_fiq);
    EXPECT_FALSE(m->pe[0].state.scr_irq);
    EXPECT_EQ(m->pe[0].pushes, before + 2) << "SCR_EL3, then the level";
}

TEST_F(Exception, EventsCarryExactTimes)
{
    El1Only();
    config.iss.cpi.cycles[ISS_CPI_entry] = 12;
    config.iss.cpi.cycles[ISS_CPI_hint] = 3;
    Build();
    MmuOn();
    m->pe[0].event_count = 0;
    At(PROG_prog_unmask, 0x345);
    uint64_t start = ops->time(pe);
    ops->set_line(pe, ISS_LINE_IRQ, true);
    RunToVector(0x280);
    ASSERT_GE(m->pe[0].event_count, 2u);
    const iss_event *e = m->pe[0].events;
    EXPECT_EQ(e[0].kind, ISS_EVENT_EXCEPTION);
    EXPECT_EQ(e[0].time_ps, start);
    EXPECT_EQ(e[1].kind, ISS_EVENT_HANDLER);
    EXPECT_EQ(e[1].time_ps, start + 12000);
    EXPECT_EQ(e[1].pc, Pc() - 24) << "the vector: five records and HVC before the stop";
}

// ---- P-30: lines that change inside the PE's own access

struct FakeCpuif {
    machine *m;
    iss_sysreg_access last;
};

gic_sysreg_result IarDropsLine(iss_sysreg_access *a, uint64_t *, uint32_t pe, void *user)
{
    auto *test = static_cast<FakeCpuif *>(user);
    test->last = *a;
    bool raise = a->reg == GIC_ICC_PMR_EL1 && a->value == 0xff;
    if (!a->write)
        a->value = 33;
    test->m->config.ops->set_line(test->m->pe[pe].instance, ISS_LINE_IRQ, raise);
    return GIC_SYSREG_OK;
}

class SelfSynchronising : public Exception
{
protected:
    void SetUp() override
    {
        El1Only();
        config.cpuif = IarDropsLine;
        config.user = &fake;
        Build();
        fake.m = m;
        MmuOn();
    }

    FakeCpuif fake{};
};

TEST_F(SelfSynchronising, P_30_IarWithInterruptsMaskedIsSeenByTheNextUnmask)
{
    ops->set_line(pe, ISS_LINE_IRQ, true);
    At(PROG_prog_iar);
    iss_result r = Run();
    EXPECT_EQ(r.conduit_imm, 0u) << "the interrupt just acknowledged was taken";
    EXPECT_EQ(X(0), 33u);
    EXPECT_EQ(X(1), 1u);
    EXPECT_EQ(fake.last.reg, GIC_ICC_IAR1_EL1);
}

TEST_F(SelfSynchronising, P_30_PmrThatMasksIsSeenByTheNextUnmask)
{
    ops->set_line(pe, ISS_LINE_IRQ, true);
    At(PROG_prog_pmr);
    EXPECT_EQ(Run().conduit_imm, 0u);
    EXPECT_TRUE(fake.last.write);
}

TEST_F(SelfSynchronising, P_30_LineRaisedByTheOwnWriteIsTakenAtTheNextBoundary)
{
    At(PROG_prog_pmr_open, 0x345);
    RunToVector(0x280);
    EXPECT_EQ(Elr(), PROG_prog_pmr_open + 12);
    EXPECT_EQ(X(1), 0u) << "the instruction after the write must not have executed";
}

gic_sysreg_result AlwaysTrap(iss_sysreg_access *, uint64_t *, uint32_t, void *user)
{
    return *static_cast<gic_sysreg_result *>(user);
}

TEST_F(Exception, CpuInterfaceDecidesUndefinedTrapAndStall)
{
    gic_sysreg_result answer = GIC_SYSREG_UNDEFINED;
    El1Only();
    config.cpuif = AlwaysTrap;
    config.user = &answer;
    Build();
    MmuOn();
    At(PROG_prog_iar);
    RunToVector(0x200);
    EXPECT_EQ(Ec(Esr()), 0u);
    answer = GIC_SYSREG_TRAP_EL1;
    At(PROG_prog_iar);
    RunToVector(0x200);
    EXPECT_EQ(Ec(Esr()), 0x18u);
    EXPECT_EQ(Iss(Esr()), 0x300000u | 0u << 17 | 0u << 14 | 12u << 10 | 0u << 5 | 12u << 1 | 1u);
    answer = GIC_SYSREG_STALL;
    At(PROG_prog_iar);
    iss_result r = Run();
    EXPECT_EQ(r.reason, ISS_STOP_SYNC);
    EXPECT_EQ(r.insns, 0u);
    EXPECT_EQ(Pc(), PROG_prog_iar);
    answer = GIC_SYSREG_OK;
    EXPECT_EQ(Run(1).insns, 1u);
}

} // namespace
