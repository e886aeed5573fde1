// SPDX-License-Identifier: Apache-2.0
// The virtual half of one CPU interface by itself: credits, events, lines, resets.
#include "cpuif_rig.hpp"

using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

enum : uint64_t {
    PENDING = UINT64_C(1) << 62,
    ACTIVE = UINT64_C(2) << 62,
    HARDWARE = UINT64_C(1) << 61,
    GROUP1 = UINT64_C(1) << 60,
    PRIORITY = UINT64_C(0xA0) << 48
};

uint64_t linked(uint64_t state, uint64_t pintid, uint64_t vintid)
{
    return state | HARDWARE | GROUP1 | PRIORITY | pintid << 32 | vintid;
}

// A hypervisor that has opened everything, at EL2 of Non-secure state.
class CpuifVirtual : public testing::Test
{
protected:
    CpuifVirtual() : r(secure_config())
    {
        r.state.hcr_imo = r.state.hcr_fmo = true;
        host();
        r.put(GIC_ICH_VMCR_EL2, 0xF8000003);
        r.put(GIC_ICH_HCR_EL2, 1);
        r.sent.clear();
    }
    void host()
    {
        r.pe(2, true);
    }
    void guest()
    {
        r.pe(1, true);
    }

    rig r;
};

} // namespace

TEST_F(CpuifVirtual, AnEndThatFindsNoCreditChangesNothingAndIsRepeated)
{
    const uint64_t active = linked(ACTIVE, 40, 60);
    r.answer = false;
    r.put(GIC_ICH_LR0_EL2, active);
    for (unsigned i = 0; i < GIC_CREDIT_DEACTIVATE; i++) {
        host();
        r.put(GIC_ICH_LR1_EL2, linked(ACTIVE, 41, 61));
        r.put(GIC_ICH_AP1R0_EL2, 1u << 20);
        guest();
        r.put(GIC_ICC_EOIR1_EL1, 61);
    }
    EXPECT_EQ(r.count(GIC_MSG_DEACTIVATE), unsigned(GIC_CREDIT_DEACTIVATE));
    host();
    r.put(GIC_ICH_AP1R0_EL2, 1u << 20);
    guest();
    EXPECT_EQ(r.write(GIC_ICC_EOIR1_EL1, 60), GIC_SYSREG_STALL);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xA0u);
    r.put(GIC_ICC_CTLR_EL1, 2);
    EXPECT_EQ(r.write(GIC_ICC_DIR_EL1, 60), GIC_SYSREG_STALL);
    host();
    EXPECT_EQ(r.get(GIC_ICH_LR0_EL2), active);
    // What is linked to nothing waits for nobody.
    r.put(GIC_ICH_LR2_EL2, linked(ACTIVE, 5, 62));
    guest();
    r.put(GIC_ICC_DIR_EL1, 62);
    r.receive(GIC_MSG_DEACTIVATE_ACK, 41);
    r.put(GIC_ICC_CTLR_EL1, 0);
    r.put(GIC_ICC_EOIR1_EL1, 60);
    EXPECT_EQ(r.sent.back().kind, GIC_MSG_DEACTIVATE);
    EXPECT_EQ(r.sent.back().intid, 40u);
    EXPECT_EQ(r.sent.back().group, gic_group_bit(GIC_GROUP_1NS));
    EXPECT_TRUE(cpuif_upstream_pending(r.c));
}

TEST_F(CpuifVirtual, NothingGoesUpstreamButDeactivates)
{
    r.put(GIC_ICH_LR0_EL2, linked(PENDING, 40, 60));
    guest();
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 60u);
    r.put(GIC_ICC_PMR_EL1, 0x40);
    r.put(GIC_ICC_IGRPEN1_EL1, 0);
    EXPECT_TRUE(r.sent.empty());
    EXPECT_FALSE(cpuif_upstream_pending(r.c)) << "a DSB waits for no more than before";
    r.put(GIC_ICC_EOIR1_EL1, 60);
    EXPECT_EQ(r.count(GIC_MSG_DEACTIVATE), 1u);
}

TEST_F(CpuifVirtual, EachStepIsReportedOnce)
{
    const auto seen = [this](gic_event_id id) { return r.events_of(id); };
    r.put(GIC_ICH_LR0_EL2, PENDING | GROUP1 | PRIORITY | 60);
    EXPECT_EQ(seen(GIC_EV_VIRTUAL_SIGNALLED), 1u);
    r.put(GIC_ICH_LR0_EL2, PENDING | GROUP1 | PRIORITY | 60);
    EXPECT_EQ(seen(GIC_EV_VIRTUAL_SIGNALLED), 1u);
    guest();
    EXPECT_EQ(r.get(GIC_ICC_IAR0_EL1), 1023u);
    EXPECT_EQ(seen(GIC_EV_VIRTUAL_SPURIOUS), 1u);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 60u);
    EXPECT_EQ(seen(GIC_EV_VIRTUAL_ACKNOWLEDGED), 1u);
    EXPECT_EQ(seen(GIC_EV_ACKNOWLEDGED), 0u) << "not of the physical interrupt";
    r.put(GIC_ICC_EOIR1_EL1, 60);
    EXPECT_EQ(seen(GIC_EV_VIRTUAL_EOI), 1u);
    EXPECT_EQ(seen(GIC_EV_VIRTUAL_DEACTIVATED), 1u);
    EXPECT_EQ(seen(GIC_EV_EOI), 0u);
    EXPECT_EQ(seen(GIC_EV_BAD_ICV_EOIR), 0u);
    host();
    r.put(GIC_ICH_AP1R0_EL2, 1);
    guest();
    r.put(GIC_ICC_EOIR0_EL1, 60);
    EXPECT_EQ(seen(GIC_EV_BAD_ICV_EOIR), 1u) << "the other group's register";
    host();
    r.put(GIC_ICH_HCR_EL2, 3);
    r.put(GIC_ICH_HCR_EL2, 3);
    EXPECT_EQ(seen(GIC_EV_MAINTENANCE), 1u);
}

TEST_F(CpuifVirtual, HypervisorAndGuestMayWriteWhileChildrenAreAsleep)
{
    r.receive(GIC_MSG_QUIESCE);
    r.put(GIC_ICH_LR0_EL2, PENDING | GROUP1 | PRIORITY | 60);
    EXPECT_TRUE(r.line(GIC_LINE_VIRQ)) << "the list registers do not sleep";
    guest();
    r.put(GIC_ICC_PMR_EL1, 0x80);
    EXPECT_EQ(r.events_of(GIC_EV_BAD_ASLEEP), 0u);
    host();
    r.put(GIC_ICC_PMR_EL1, 0x80);
    EXPECT_EQ(r.events_of(GIC_EV_BAD_ASLEEP), 1u);
}

TEST_F(CpuifVirtual, AResetTakesTheLinesDown)
{
    r.put(GIC_ICH_LR0_EL2, PENDING | GROUP1 | PRIORITY | 60);
    r.put(GIC_ICH_HCR_EL2, 3);
    EXPECT_TRUE(r.line(GIC_LINE_VIRQ));
    EXPECT_TRUE(r.line(GIC_LINE_MAINTENANCE));
    cpuif_reset(r.c);
    host();
    EXPECT_EQ(r.lines, 0u);
    EXPECT_EQ(r.get(GIC_ICH_HCR_EL2), 0u);
    EXPECT_EQ(r.get(GIC_ICH_LR0_EL2), 0u);
    EXPECT_EQ(r.get(GIC_ICH_AP1R0_EL2), 0u);
    EXPECT_EQ(r.get(GIC_ICH_VMCR_EL2), 1u << 3 | 3u << 18 | 2u << 21);
}

// The most urgent is kept by increments: whatever is written in whatever order, it is the one that
// a search would find.
TEST_F(CpuifVirtual, TheMostUrgentListRegisterIsAlwaysTheOne)
{
    uint64_t lr[4] = {};
    uint64_t draw = 12345;
    for (unsigned step = 0; step < 20000; step++) {
        draw = draw * UINT64_C(6364136223846793005) + 1442695040888963407u;
        const unsigned n = draw >> 33 & 3;
        lr[n] = (draw >> 40 & 1 ? uint64_t{PENDING} : 0) | (draw >> 41 & 1 ? uint64_t{GROUP1} : 0) |
                (draw >> 44 & 3) * 0x20 << 48 | (60 + n);
        r.put(static_cast<gic_sysreg>(GIC_ICH_LR0_EL2 + n), lr[n]);
        unsigned best = 4;
        for (unsigned i = 0; i < 4; i++)
            if ((lr[i] & PENDING) != 0 &&
                (best == 4 || (lr[i] >> 48 & 0xFF) < (lr[best] >> 48 & 0xFF)))
                best = i;
        const bool group1 = best < 4 && (lr[best] & GROUP1) != 0;
        ASSERT_EQ(r.line(GIC_LINE_VIRQ), best < 4 && group1) << step;
        ASSERT_EQ(r.line(GIC_LINE_VFIQ), best < 4 && !group1) << step;
    }
}

// Active priorities of 5 bits physically and 7 virtually, or the other way round: each name exists
// by the interface that the access is to.
TEST(CpuifVirtualShape, ActivePriorityRegistersExistForTheInterfaceThatIsMeant)
{
    for (const bool wide_guest : {true, false}) {
        gic_config config = secure_config(wide_guest ? 5 : 8, wide_guest ? 5 : 7);
        config.virtual_priority_bits = wide_guest ? 8 : 5;
        config.virtual_preemption_bits = wide_guest ? 7 : 5;
        rig r(config);
        uint64_t value;
        const gic_sysreg_result there = GIC_SYSREG_OK;
        const gic_sysreg_result not_there = GIC_SYSREG_UNDEFINED;
        r.state.hcr_imo = r.state.hcr_fmo = true;
        r.pe(1, true);
        for (gic_sysreg reg : {GIC_ICC_AP0R3_EL1, GIC_ICC_AP1R1_EL1})
            EXPECT_EQ(r.read(reg, &value), wide_guest ? there : not_there) << wide_guest;
        r.pe(2, true);
        for (gic_sysreg reg : {GIC_ICC_AP0R3_EL1, GIC_ICC_AP1R1_EL1})
            EXPECT_EQ(r.read(reg, &value), wide_guest ? not_there : there) << wide_guest;
        EXPECT_EQ(r.read(GIC_ICH_AP1R3_EL2, &value), wide_guest ? there : not_there);
        EXPECT_EQ(cpuif_peek(r.c, GIC_ICC_AP1R1_EL1, &value), !wide_guest);
        r.put(GIC_ICH_HCR_EL2, 0x1C00); // TC, TALL0, TALL1
        r.pe(1, true);
        EXPECT_EQ(r.read(GIC_ICC_AP1R1_EL1, &value), wide_guest ? GIC_SYSREG_TRAP_EL2 : not_there);
    }
}

// A name with a 0 is of virtual Group 0, one with a 1 of Group 1.
TEST_F(CpuifVirtual, EachNameIsOfItsGroup)
{
    const struct {
        gic_sysreg hppir, iar, eoir, igrpen, hypervisors, own;
    } names[2] = {{GIC_ICC_HPPIR0_EL1, GIC_ICC_IAR0_EL1, GIC_ICC_EOIR0_EL1, GIC_ICC_IGRPEN0_EL1,
                   GIC_ICH_AP0R0_EL2, GIC_ICC_AP0R0_EL1},
                  {GIC_ICC_HPPIR1_EL1, GIC_ICC_IAR1_EL1, GIC_ICC_EOIR1_EL1, GIC_ICC_IGRPEN1_EL1,
                   GIC_ICH_AP1R0_EL2, GIC_ICC_AP1R0_EL1}};
    for (unsigned group : {0u, 1u}) {
        const auto &mine = names[group];
        const auto &other = names[1 - group];
        host();
        r.put(GIC_ICH_VMCR_EL2, 0xF8000000 | 1u << group);
        r.put(GIC_ICH_LR1_EL2, PENDING | PRIORITY | uint64_t(group) << 60 | 60);
        guest();
        EXPECT_EQ(r.get(mine.igrpen), 1u);
        EXPECT_EQ(r.get(other.igrpen), 0u);
        EXPECT_EQ(r.get(other.hppir), 1023u);
        EXPECT_EQ(r.get(mine.hppir), 60u);
        EXPECT_EQ(r.get(other.iar), 1023u);
        EXPECT_EQ(r.get(mine.iar), 60u);
        EXPECT_EQ(r.get(mine.own), 1u << 20);
        EXPECT_EQ(r.get(other.own), 0u);
        host();
        EXPECT_EQ(r.get(mine.hypervisors), 1u << 20);
        EXPECT_EQ(r.get(other.hypervisors), 0u);
        guest();
        r.put(other.eoir, 60);
        EXPECT_EQ(r.events_of(GIC_EV_BAD_ICV_EOIR), group + 1) << "of the other group";
        host();
        EXPECT_EQ(r.get(GIC_ICH_LR1_EL2) >> 62, 2u) << "dropped, and not deactivated";
        r.put(mine.hypervisors, 1u << 20);
        guest();
        r.put(mine.eoir, 60);
        host();
        EXPECT_EQ(r.get(GIC_ICH_LR1_EL2) >> 62, 0u);
        EXPECT_EQ(r.events_of(GIC_EV_BAD_ICV_EOIR), group + 1);
        EXPECT_EQ(r.get(GIC_ICH_HCR_EL2), 1u) << "nothing is counted";
    }
}

// V-04, V-06, V-12: what is ended is what a list register holds Active; LPIs begin at 8192.
TEST_F(CpuifVirtual, WhatIsNotActiveIsNotDeactivated)
{
    const auto ended = [this](gic_sysreg reg, uint64_t vintid) {
        host();
        r.put(GIC_ICH_AP1R0_EL2, 1u << 20);
        r.put(GIC_ICH_HCR_EL2, 1);
        guest();
        r.put(reg, vintid);
        host();
        return static_cast<unsigned>(r.get(GIC_ICH_HCR_EL2) >> 27);
    };
    const uint64_t group1 = GROUP1 | PRIORITY;
    r.put(GIC_ICH_LR0_EL2, PENDING | group1 | 60);
    r.put(GIC_ICH_LR1_EL2, group1 | 61);
    r.put(GIC_ICH_LR3_EL2, ACTIVE | group1 | 62);
    for (gic_sysreg reg : {GIC_ICC_EOIR1_EL1, GIC_ICC_DIR_EL1}) {
        r.put(GIC_ICH_VMCR_EL2, 0xF8000003 | (reg == GIC_ICC_DIR_EL1 ? 1u << 9 : 0));
        for (uint64_t vintid : {60u, 61u, 63u, 8191u})
            EXPECT_EQ(ended(reg, vintid), 1u) << vintid;
        for (uint64_t vintid : {8192u, 8193u})
            EXPECT_EQ(ended(reg, vintid), 0u) << vintid << ": LPIs are not counted";
        EXPECT_EQ(r.get(GIC_ICH_LR0_EL2), PENDING | group1 | 60);
        EXPECT_EQ(r.get(GIC_ICH_LR1_EL2), group1 | 61);
        EXPECT_EQ(r.get(GIC_ICH_LR3_EL2), ACTIVE | group1 | 62);
        EXPECT_EQ(ended(reg, 62), 0u);
        EXPECT_EQ(r.get(GIC_ICH_LR3_EL2), group1 | 62);
        r.put(GIC_ICH_LR3_EL2, ACTIVE | group1 | 62);
    }
    // With VEOIM an end deactivates LPIs alone.
    for (uint64_t vintid : {8191u, 8192u}) {
        r.put(GIC_ICH_LR3_EL2, ACTIVE | group1 | vintid);
        EXPECT_EQ(ended(GIC_ICC_EOIR1_EL1, vintid), 0u);
        EXPECT_EQ(r.get(GIC_ICH_LR3_EL2) >> 62, vintid == 8191 ? 2u : 0u) << vintid;
    }
}

// V-07, V-11: neighbours of a field do not count.
TEST(CpuifVirtualFields, NeighboursDoNotCount)
{
    gic_config config = secure_config();
    config.virtual_priority_bits = 8;
    config.virtual_preemption_bits = 7;
    config.nmi = true;
    rig r(config);
    r.state.hcr_imo = r.state.hcr_fmo = true;
    r.pe(2, true);
    r.put(GIC_ICH_LR0_EL2, UINT64_C(1) << 41);
    EXPECT_EQ(r.get(GIC_ICH_EISR_EL2), 1u);
    for (unsigned bit : {40u, 42u, 44u}) {
        r.put(GIC_ICH_LR0_EL2, UINT64_C(1) << bit);
        EXPECT_EQ(r.get(GIC_ICH_EISR_EL2), 0u) << bit;
        EXPECT_EQ(r.get(GIC_ICH_ELRSR_EL2), 0xFu) << bit;
    }
    for (unsigned point = 0; point < 8; point++) {
        r.pe(2, true);
        r.put(GIC_ICH_VMCR_EL2, 0xFF000003 | point << 21 | (7 - point) << 18);
        r.pe(1, true);
        EXPECT_EQ(r.get(GIC_ICC_PMR_EL1), 0xFFu);
        EXPECT_EQ(r.get(GIC_ICC_BPR0_EL1), point);
        EXPECT_EQ(r.get(GIC_ICC_BPR1_EL1), point == 7 ? 1 : 7 - point);
    }
    // An active NMI is of Group 1.
    r.pe(2, true);
    r.put(GIC_ICH_AP1R0_EL2, UINT64_C(1) << 63);
    r.pe(1, true);
    r.put(GIC_ICC_EOIR1_EL1, 60);
    EXPECT_EQ(r.events_of(GIC_EV_BAD_ICV_EOIR), 0u);
    EXPECT_EQ(r.get(GIC_ICC_RPR_EL1), 0xFFu);
    r.pe(2, true);
    r.put(GIC_ICH_AP1R0_EL2, UINT64_C(1) << 63);
    r.pe(1, true);
    r.put(GIC_ICC_EOIR0_EL1, 60);
    EXPECT_EQ(r.events_of(GIC_EV_BAD_ICV_EOIR), 1u);
}

// Group priorities of both virtual groups, in either Security state, for every binary point.
TEST(CpuifVirtualFields, BinaryPointsSplitBothGroups)
{
    for (const bool ns : {true, false})
        for (const bool common : {false, true})
            for (unsigned group : {0u, 1u})
                for (unsigned point = 0; point < 8; point++) {
                    gic_config config = secure_config();
                    config.virtual_priority_bits = 8;
                    config.virtual_preemption_bits = 7;
                    rig r(config);
                    r.state.scr_eel2 = true;
                    r.pe(2, ns);
                    const bool by_bpr0 = group == 0 || common;
                    const unsigned own = by_bpr0 ? point : 7 - point;
                    r.put(GIC_ICH_VMCR_EL2,
                          0xFF000003 | (common ? 0x10u : 0) | own << 21 | (7 - own) << 18);
                    r.put(GIC_ICH_HCR_EL2, 1);
                    r.put(GIC_ICH_AP0R1_EL2, 0);
                    r.put(GIC_ICH_AP0R2_EL2, 1u << 0xB6 / 2 % 32);
                    const unsigned extra = !by_bpr0 && ns ? 1 : 0;
                    const unsigned shift = (point < extra ? extra : point) + 1 - extra;
                    for (uint64_t priority = 0x80; priority < 0xC0; priority++) {
                        r.put(GIC_ICH_LR0_EL2,
                              PENDING | uint64_t(group) << 60 | priority << 48 | 60);
                        ASSERT_EQ(r.lines != 0, priority >> shift < 0xB6u >> shift)
                            << "group " << group << " point " << point << common << ns << " "
                            << priority;
                    }
                }
}

// Each name has its list register, and each list register its bit.
TEST(CpuifVirtualFields, EachListRegisterIsItsOwn)
{
    gic_config config = secure_config();
    config.list_registers = 16;
    rig r(config);
    r.pe(2, true);
    for (unsigned n = 0; n < 16; n++) {
        const auto reg = static_cast<gic_sysreg>(GIC_ICH_LR0_EL2 + n);
        r.put(reg, ACTIVE | (40 + n));
        EXPECT_EQ(r.get(GIC_ICH_ELRSR_EL2), 0xFFFFu & ~(1u << n)) << n;
        r.put(reg, UINT64_C(1) << 41 | (40 + n));
        EXPECT_EQ(r.get(GIC_ICH_EISR_EL2), 1u << n) << n;
        EXPECT_EQ(r.get(GIC_ICH_ELRSR_EL2), 0xFFFFu & ~(1u << n)) << n;
        for (unsigned other = 0; other < 16; other++)
            EXPECT_EQ(r.get(static_cast<gic_sysreg>(GIC_ICH_LR0_EL2 + other)),
                      other == n ? UINT64_C(1) << 41 | (40 + n) : 0);
        r.put(reg, 0);
    }
    // Behind the last one in memory there is none.
    r.put(GIC_ICH_AP0R0_EL2, UINT32_MAX);
    EXPECT_EQ(r.get(GIC_ICH_ELRSR_EL2), 0xFFFFu);
    EXPECT_EQ(r.get(GIC_ICH_EISR_EL2), 0u);
}
