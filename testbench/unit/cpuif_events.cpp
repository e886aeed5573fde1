// SPDX-License-Identifier: Apache-2.0
// What one CPU interface reports (gic/event.def): each event with its interrupt, its PE and the
// number that the text promises, and no others.
#include "cpuif_rig.hpp"

using cpuif_rig::plain_config;
using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

constexpr uint32_t NOTHING = GIC_INTID_SPURIOUS;

gic_config of_four(gic_config config)
{
    config.pe_count = 4;
    return config;
}

void expect_events(rig &r, const std::vector<rig::event> &expected)
{
    ASSERT_EQ(r.reported.size(), expected.size());
    for (size_t n = 0; n < expected.size(); n++) {
        SCOPED_TRACE(gic_event_name(expected[n].id));
        EXPECT_STREQ(gic_event_name(r.reported[n].id), gic_event_name(expected[n].id));
        EXPECT_EQ(r.reported[n].intid, expected[n].intid);
        EXPECT_EQ(r.reported[n].arg, expected[n].arg);
    }
    r.forget();
}

// PE 3 of 4, one Security state, at EL1 with everything open.
class CpuifEvents : public testing::Test
{
protected:
    CpuifEvents() : r(of_four(plain_config()), true, 3)
    {
        r.pe(1, true);
        r.open_all();
        r.forget();
    }

    rig r;
};

// PE 2 of 4 at EL2, with list registers.
class CpuifVirtualEvents : public testing::Test
{
protected:
    CpuifVirtualEvents() : r(of_four(secure_config()), true, 2)
    {
        r.state.hcr_imo = r.state.hcr_fmo = true;
        host();
        r.put(GIC_ICH_VMCR_EL2, 0xF8000003);
        r.put(GIC_ICH_HCR_EL2, 1);
        r.forget();
    }
    void host()
    {
        r.pe(2, true);
    }
    void guest()
    {
        r.pe(1, true);
    }
    void list(unsigned n, uint64_t lr)
    {
        host();
        r.put(static_cast<gic_sysreg>(GIC_ICH_LR0_EL2 + n), lr);
    }
    // Of Group 1 and priority 0xA0.
    static uint64_t lr(uint64_t state, uint64_t vintid, uint64_t rest = 0)
    {
        return state << 62 | UINT64_C(1) << 60 | UINT64_C(0xA0) << 48 | vintid | rest;
    }
    static uint64_t linked(uint64_t pintid)
    {
        return UINT64_C(1) << 61 | pintid << 32;
    }

    rig r;
};

} // namespace

TEST_F(CpuifEvents, TheWayOfAnInterruptIsStamped)
{
    r.set(40, 0x88, GIC_GROUP_1NS);
    expect_events(r, {{GIC_EV_SIGNALLED, 40, GIC_LINE_IRQ}});
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
    expect_events(r, {{GIC_EV_ACKNOWLEDGED, 40, 0x88}});
    r.set(41, 0x18, GIC_GROUP_0);
    expect_events(r, {{GIC_EV_SIGNALLED, 41, GIC_LINE_FIQ}});
    EXPECT_EQ(r.get(GIC_ICC_IAR0_EL1), 41u);
    r.put(GIC_ICC_EOIR0_EL1, 41);
    r.put(GIC_ICC_EOIR1_EL1, 40);
    expect_events(r, {{GIC_EV_ACKNOWLEDGED, 41, 0x18}, {GIC_EV_EOI, 41, 0}, {GIC_EV_EOI, 40, 0}});
}

TEST_F(CpuifEvents, WhatCrossesOnTheLinkIsNamed)
{
    r.put(GIC_ICC_IGRPEN0_EL1, 0);
    r.set(40, 0x80, GIC_GROUP_1NS);
    r.set(41, 0x40, GIC_GROUP_1NS);
    expect_events(r, {{GIC_EV_SIGNALLED, 40, GIC_LINE_IRQ},
                      {GIC_EV_CROSSED_DISPLACED, 40, 0},
                      {GIC_EV_SIGNALLED, 41, GIC_LINE_IRQ}});
    r.receive(GIC_MSG_CLEAR, 41);
    expect_events(r, {});
    r.receive(GIC_MSG_CLEAR, 41);
    expect_events(r, {{GIC_EV_CROSSED_CLEAR, 41, 0}});
    r.set(42, 0x40, GIC_GROUP_1NS);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 42u);
    r.forget();
    r.receive(GIC_MSG_CLEAR, 42);
    expect_events(r, {{GIC_EV_CROSSED_CLEAR, 42, 0}});
    r.put(GIC_ICC_EOIR1_EL1, 42);
    r.forget();
    r.set(43, 0x40, GIC_GROUP_0);
    expect_events(r, {{GIC_EV_CROSSED_DISABLED, 43, 0}});
    r.receive(GIC_MSG_QUIESCE);
    r.set(44, 0x40, GIC_GROUP_1NS);
    expect_events(r, {{GIC_EV_CROSSED_QUIESCE, 44, 0}});
}

TEST_F(CpuifEvents, ReadsOfSpecialNumbersSayWhich)
{
    r.get(GIC_ICC_IAR0_EL1);
    r.get(GIC_ICC_IAR1_EL1);
    expect_events(r, {{GIC_EV_SPURIOUS, NOTHING, 0}, {GIC_EV_SPURIOUS, NOTHING, 0}});
    r.get(GIC_ICC_HPPIR1_EL1);
    expect_events(r, {});
    rig two(of_four(secure_config()), true, 1);
    two.open_all();
    two.pe(3, true);
    two.set(40, 0x80, GIC_GROUP_1NS);
    two.forget();
    EXPECT_EQ(two.get(GIC_ICC_IAR0_EL1), GIC_INTID_NONSECURE);
    two.set(41, 0x80, GIC_GROUP_1S);
    EXPECT_EQ(two.get(GIC_ICC_IAR0_EL1), GIC_INTID_SECURE);
    expect_events(two, {{GIC_EV_SPURIOUS, GIC_INTID_NONSECURE, 0},
                        {GIC_EV_CROSSED_DISPLACED, 40, 0},
                        {GIC_EV_SIGNALLED, 41, GIC_LINE_FIQ},
                        {GIC_EV_SPURIOUS, GIC_INTID_SECURE, 0}});
}

TEST_F(CpuifEvents, WhatWaitsForCreditSaysForWhich)
{
    r.answer = false;
    r.put(GIC_ICC_CTLR_EL1, 2); // EOImode
    for (unsigned n = 0; n < GIC_CREDIT_DEACTIVATE; n++)
        r.put(GIC_ICC_DIR_EL1, 32 + n);
    expect_events(r, {});
    EXPECT_EQ(r.write(GIC_ICC_DIR_EL1, 50), GIC_SYSREG_STALL);
    expect_events(r, {{GIC_EV_CREDIT_WAIT, 50, GIC_MSG_DEACTIVATE}});
    r.put(GIC_ICC_CTLR_EL1, 0);
    r.put(GIC_ICC_AP1R0_EL1, 1);
    r.forget();
    EXPECT_EQ(r.write(GIC_ICC_EOIR1_EL1, 51), GIC_SYSREG_STALL);
    expect_events(r, {{GIC_EV_CREDIT_WAIT, 51, GIC_MSG_DEACTIVATE}});
    for (unsigned n = 0; n < GIC_CREDIT_GENERATE_SGI; n++)
        r.put(GIC_ICC_SGI1R_EL1, 1);
    r.forget();
    EXPECT_EQ(r.write(GIC_ICC_SGI1R_EL1, UINT64_C(9) << 24 | 1), GIC_SYSREG_STALL);
    expect_events(r, {{GIC_EV_CREDIT_WAIT, 9, GIC_MSG_GENERATE_SGI}});
    r.put(GIC_ICC_IGRPEN0_EL1, 0);
    expect_events(r, {});
    r.put(GIC_ICC_IGRPEN0_EL1, 1);
    expect_events(r, {{GIC_EV_CREDIT_WAIT, NOTHING, GIC_MSG_UPSTREAM_CONTROL}});
}

TEST_F(CpuifEvents, EndsThatMatchNothingSayWhatWasWritten)
{
    const uint64_t value = UINT64_C(5) << 32 | 40;
    r.put(GIC_ICC_EOIR1_EL1, value);
    expect_events(r, {{GIC_EV_BAD_EOIR, 40, value}});
    r.put(GIC_ICC_DIR_EL1, value);
    expect_events(r, {{GIC_EV_BAD_DIR, 40, value}});
    r.put(GIC_ICC_AP1R0_EL1, 1);
    r.forget();
    r.put(GIC_ICC_EOIR0_EL1, 40);
    r.put(GIC_ICC_EOIR1_EL1, 500);
    expect_events(r, {{GIC_EV_BAD_EOIR, 40, 40}, {GIC_EV_BAD_EOIR, 500, 500}});
    for (uint32_t special = 1020; special <= 1023; special++)
        r.put(GIC_ICC_EOIR1_EL1, special);
    expect_events(r, {});
    EXPECT_EQ(r.get(GIC_ICC_AP1R0_EL1), 1u) << "and nothing is ended";
}

// Zero, and what is read, are what software may write.
TEST_F(CpuifEvents, ActivePrioritiesThatWereNotReadAreReported)
{
    for (gic_sysreg reg : {GIC_ICC_AP0R0_EL1, GIC_ICC_AP1R0_EL1}) {
        r.put(reg, 0);
        expect_events(r, {});
        r.put(reg, 6);
        expect_events(r, {{GIC_EV_BAD_AP_WRITE, NOTHING, 6}});
        r.put(reg, 6);
        expect_events(r, {});
        r.put(reg, 1);
        expect_events(r, {{GIC_EV_BAD_AP_WRITE, NOTHING, 1}});
        r.put(reg, 0);
        expect_events(r, {});
    }
}

// ICC_SRE may be written before anything is awake, and the hypervisor's registers do not sleep.
TEST(CpuifEventsAsleep, EveryWriteButOfSreAndOfTheHypervisorIsReported)
{
    rig r(of_four(secure_config()), false, 3);
    unsigned reported = 0;
    r.pe(3, true);
    for (unsigned n = 0; n < GIC_SYSREG_COUNT; n++) {
        const auto reg = static_cast<gic_sysreg>(n);
        const std::string name = gic_sysreg_name(reg);
        const bool silent = name.rfind("ICC_SRE", 0) == 0 || name.rfind("ICH_", 0) == 0;
        uint64_t value;
        if (gic_sysreg_readable(reg) && r.read(reg, &value) == GIC_SYSREG_OK) {
            for (const rig::event &event : r.reported)
                EXPECT_NE(event.id, GIC_EV_BAD_ASLEEP) << name;
        }
        r.forget();
        if (!gic_sysreg_writable(reg) || r.write(reg, 0) != GIC_SYSREG_OK)
            continue;
        if (silent) {
            EXPECT_TRUE(r.reported.empty()) << name;
            continue;
        }
        ASSERT_FALSE(r.reported.empty()) << name;
        EXPECT_EQ(r.reported[0].id, GIC_EV_BAD_ASLEEP) << name;
        EXPECT_EQ(r.reported[0].intid, NOTHING) << name;
        EXPECT_EQ(r.reported[0].arg, n) << name;
        reported++;
        r.forget();
    }
    EXPECT_GT(reported, 15u);
    r.wake(false);
    r.forget();
    r.put(GIC_ICC_PMR_EL1, 0);
    EXPECT_TRUE(r.reported.empty());
}

TEST(CpuifEventsRefused, UndefinedIsReportedAndATrapIsNot)
{
    rig r(of_four(secure_config()), true, 3);
    uint64_t value = 0;
    r.pe(1, true);
    EXPECT_EQ(r.read(GIC_ICC_CTLR_EL3, &value), GIC_SYSREG_UNDEFINED);
    expect_events(r, {{GIC_EV_BAD_SYSREG, NOTHING, GIC_ICC_CTLR_EL3}});
    EXPECT_EQ(r.write(GIC_ICH_HCR_EL2, 0), GIC_SYSREG_UNDEFINED);
    expect_events(r, {{GIC_EV_BAD_SYSREG, NOTHING, GIC_ICH_HCR_EL2}});
    r.state.scr_irq = r.state.scr_fiq = true;
    r.push();
    EXPECT_EQ(r.read(GIC_ICC_PMR_EL1, &value), GIC_SYSREG_TRAP_EL3);
    EXPECT_EQ(r.write(GIC_ICC_PMR_EL1, 0), GIC_SYSREG_TRAP_EL3);
    EXPECT_EQ(r.read(GIC_ICC_SRE_EL1, &value), GIC_SYSREG_TRAP_EL2);
    expect_events(r, {});
}

TEST(CpuifEventsSgi, SayWhatWasAskedFor)
{
    gic_config config = of_four(plain_config());
    config.range_select = config.aff3_valid = false;
    rig r(config, true, 3);
    r.pe(1, true);
    const uint64_t value = UINT64_C(7) << 32 | UINT64_C(5) << 24 | UINT64_C(3) << 16 | 0x8001;
    r.put(GIC_ICC_SGI1R_EL1, value);
    gic_sgi sgi = {};
    sgi.cluster = 0x0703;
    sgi.target_list = 0x8001;
    sgi.source = GIC_SGI_SGI1R;
    sgi.nonsecure = true;
    expect_events(r, {{GIC_EV_SGI_GENERATED, 5, gic_sgi_pack(sgi)}});
    for (unsigned bit : {44u, 47u, 48u, 55u}) {
        r.put(GIC_ICC_SGI0R_EL1, UINT64_C(1) << bit | value);
        expect_events(r, {{GIC_EV_BAD_SGI_RANGE, 5, UINT64_C(1) << bit | value}});
    }
    r.put(GIC_ICC_SGI1R_EL1, value & ~UINT64_C(0xFFFF));
    expect_events(r, {});
}

TEST_F(CpuifVirtualEvents, TheWayOfAVirtualInterruptIsReported)
{
    for (uint64_t group : {0u, 1u}) {
        const uint64_t line = group == 0 ? GIC_LINE_VFIQ : GIC_LINE_VIRQ;
        list(2, lr(1, 60) ^ (group ^ 1) << 60);
        expect_events(r, {{GIC_EV_VIRTUAL_SIGNALLED, 60, line}});
        guest();
        EXPECT_EQ(r.get(group == 0 ? GIC_ICC_IAR0_EL1 : GIC_ICC_IAR1_EL1), 60u);
        expect_events(r, {{GIC_EV_VIRTUAL_ACKNOWLEDGED, 60, 0xA0}});
        r.put(group == 0 ? GIC_ICC_EOIR0_EL1 : GIC_ICC_EOIR1_EL1, 60);
        expect_events(r, {{GIC_EV_VIRTUAL_EOI, 60, 0}, {GIC_EV_VIRTUAL_DEACTIVATED, 60, 2}});
    }
    r.get(GIC_ICC_IAR0_EL1);
    r.get(GIC_ICC_IAR1_EL1);
    expect_events(r,
                  {{GIC_EV_VIRTUAL_SPURIOUS, NOTHING, 0}, {GIC_EV_VIRTUAL_SPURIOUS, NOTHING, 0}});
    list(3, lr(1, 1021));
    r.forget();
    guest();
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 1021u);
    expect_events(r, {{GIC_EV_VIRTUAL_SPURIOUS, 1021, 0}});
}

TEST_F(CpuifVirtualEvents, VirtualEndsThatMatchNothingSayWhatWasWritten)
{
    const uint64_t value = UINT64_C(5) << 32 | 60;
    guest();
    r.put(GIC_ICC_EOIR1_EL1, value);
    expect_events(r, {{GIC_EV_BAD_ICV_EOIR, 60, value}});
    host();
    EXPECT_EQ(r.get(GIC_ICH_HCR_EL2) >> 27, 0u) << "not counted: nothing was active";
    r.put(GIC_ICH_AP1R0_EL2, 0x80000000);
    guest();
    for (uint32_t special = 1020; special <= 1023; special++)
        r.put(GIC_ICC_EOIR1_EL1, special);
    expect_events(r, {});
    r.put(GIC_ICC_EOIR0_EL1, value);
    expect_events(r, {{GIC_EV_BAD_ICV_EOIR, 60, value}, {GIC_EV_VIRTUAL_EOI, 60, 0}});
    r.put(GIC_ICC_DIR_EL1, value);
    expect_events(r, {{GIC_EV_BAD_ICV_DIR, 60, value}});
    r.put(GIC_ICC_CTLR_EL1, 2);
    for (uint32_t intid : {1020u, 1023u, 8192u}) {
        r.put(GIC_ICC_DIR_EL1, intid);
        expect_events(r, {{GIC_EV_BAD_ICV_DIR, intid, intid}});
    }
    r.put(GIC_ICC_DIR_EL1, 61);
    expect_events(r, {});
    host();
    EXPECT_EQ(r.get(GIC_ICH_HCR_EL2) >> 27, 2u) << "the EOIR that dropped, and INTID 61";
}

TEST_F(CpuifVirtualEvents, TheMaintenanceInterruptSaysWhy)
{
    r.put(GIC_ICH_HCR_EL2, 1 | 1u << 1 | 1u << 3); // UIE, NPIE
    expect_events(r, {{GIC_EV_MAINTENANCE, GIC_INTID_MAINTENANCE, 1u << 1 | 1u << 3}});
    r.put(GIC_ICH_HCR_EL2, 1 | 1u << 1);
    expect_events(r, {}) /* it is up already */;
    r.put(GIC_ICH_HCR_EL2, 0);
    list(0, UINT64_C(1) << 41); // Invalid, EOI
    expect_events(r, {});
    r.put(GIC_ICH_HCR_EL2, 1);
    expect_events(r, {{GIC_EV_MAINTENANCE, GIC_INTID_MAINTENANCE, 1}});
}

// ID-H03.
TEST_F(CpuifVirtualEvents, ListRegistersThatMustNotBeAreReported)
{
    const auto reported = [this](unsigned n, uint64_t value) {
        list(n, value);
        unsigned count = 0;
        for (const rig::event &event : r.reported)
            if (event.id == GIC_EV_BAD_LIST_REGISTER) {
                EXPECT_EQ(event.intid, value & UINT32_MAX);
                EXPECT_EQ(event.arg, value);
                count++;
            }
        r.forget();
        EXPECT_LE(count, 1u);
        return count == 1;
    };
    EXPECT_FALSE(reported(0, lr(1, 60)));
    for (uint64_t vintid : {1020u, 1023u})
        EXPECT_TRUE(reported(1, lr(1, vintid))) << vintid;
    EXPECT_FALSE(reported(1, lr(0, 1020))) << "Invalid: it says nothing";
    EXPECT_FALSE(reported(1, lr(1, 1019)));
    EXPECT_FALSE(reported(1, lr(1, 1024)));
    for (uint64_t pintid : {0u, 15u, 96u, 1020u, 1056u, 4096u, 8191u})
        for (uint64_t state : {1u, 2u})
            EXPECT_TRUE(reported(1, lr(state, 61, linked(pintid)))) << pintid;
    for (uint64_t pintid : {16u, 31u, 32u, 95u}) {
        EXPECT_FALSE(reported(1, lr(1, 61, linked(pintid)))) << pintid;
        EXPECT_FALSE(reported(1, lr(2, 61, linked(pintid)))) << pintid;
        EXPECT_TRUE(reported(1, lr(3, 61, linked(pintid)))) << pintid;
        EXPECT_FALSE(reported(1, lr(0, 61, linked(pintid)))) << pintid;
    }
    EXPECT_FALSE(reported(1, lr(3, 61)));
    for (uint64_t state : {1u, 2u, 3u}) {
        EXPECT_TRUE(reported(3, lr(state, 60))) << "LR0 holds it";
        EXPECT_FALSE(reported(3, lr(state, 62)));
        EXPECT_FALSE(reported(3, lr(state, 62))) << "this one itself";
    }
    list(0, lr(0, 60));
    r.forget();
    EXPECT_FALSE(reported(2, lr(1, 60))) << "an Invalid one does not hold it";
    EXPECT_TRUE(reported(0, lr(1, 60))) << "a later one does";
}

TEST_F(CpuifVirtualEvents, AnEndOfALinkToNothingIsReported)
{
    for (uint64_t pintid : {0u, 15u, 16u, 31u, 32u, 95u, 96u}) {
        const uint64_t active = lr(2, 61, linked(pintid));
        list(1, active);
        r.put(GIC_ICH_AP1R0_EL2, 1u << 20);
        guest();
        r.sent.clear();
        r.forget();
        r.put(GIC_ICC_EOIR1_EL1, 61);
        if (pintid >= 16 && pintid < 96) {
            expect_events(r, {{GIC_EV_VIRTUAL_EOI, 61, 0}, {GIC_EV_VIRTUAL_DEACTIVATED, 61, 1}});
            ASSERT_EQ(r.sent.size(), 1u);
            EXPECT_EQ(r.sent[0].intid, pintid);
            continue;
        }
        expect_events(r, {{GIC_EV_VIRTUAL_EOI, 61, 0},
                          {GIC_EV_BAD_LR_LINK, static_cast<uint32_t>(pintid), active},
                          {GIC_EV_VIRTUAL_DEACTIVATED, 61, 1}});
        EXPECT_TRUE(r.sent.empty());
    }
}
