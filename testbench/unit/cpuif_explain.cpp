// SPDX-License-Identifier: Apache-2.0
// Explaining by one CPU interface: what each gate looked at (gic/explain.h).
#include "cpuif_rig.hpp"

using cpuif_rig::plain_config;
using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

void expect_gate(const gic_explanation &e, gic_gate_id id, bool open, uint64_t value)
{
    EXPECT_TRUE(e.gate[id].known) << gic_gate_name(id);
    EXPECT_EQ(e.gate[id].id, id);
    EXPECT_EQ(e.gate[id].open, open) << gic_gate_name(id);
    EXPECT_EQ(e.gate[id].value, value) << gic_gate_name(id);
}

gic_explanation why(const rig &r, uint32_t intid)
{
    gic_explanation e = {};
    e.intid = intid;
    cpuif_explain(r.c, &e);
    return e;
}

gic_explanation why_virtual(const rig &r, uint32_t intid)
{
    gic_explanation e = {};
    e.intid = intid;
    cpuif_explain_virtual(r.c, &e);
    return e;
}

constexpr uint64_t PENDING = UINT64_C(1) << 62;
constexpr uint64_t ACTIVE = UINT64_C(1) << 63;
constexpr uint64_t GROUP1 = UINT64_C(1) << 60;
constexpr uint64_t NMI = UINT64_C(1) << 59;

uint64_t priority(uint64_t value)
{
    return value << 48;
}

class CpuifExplainVirtual : public testing::Test
{
protected:
    CpuifExplainVirtual() : r(config())
    {
        r.state.hcr_imo = true;
        r.pe(2, true);
        r.put(GIC_ICH_VMCR_EL2, 0xF0000003);
        r.put(GIC_ICH_HCR_EL2, 1);
    }
    static gic_config config()
    {
        gic_config config = secure_config();
        config.list_registers = 16;
        config.virtual_priority_bits = 8;
        config.nmi = true;
        return config;
    }
    void list(unsigned n, uint64_t lr)
    {
        r.put(static_cast<gic_sysreg>(GIC_ICH_LR0_EL2 + n), lr);
    }

    rig r;
};

} // namespace

TEST(CpuifExplain, EachGateSaysWhatItLookedAt)
{
    rig r(plain_config());
    r.pe(1, true);
    r.open_all();
    gic_explanation e = why(r, 40);
    EXPECT_FALSE(e.gate[GIC_GATE_IGRPEN].known) << "its group is not known here";
    EXPECT_FALSE(e.gate[GIC_GATE_PMR].known);
    expect_gate(e, GIC_GATE_BEST, true, GIC_INTID_SPURIOUS);
    expect_gate(e, GIC_GATE_LINE, false, 0);
    r.put(GIC_ICC_PMR_EL1, 0xC8);
    r.put(GIC_ICC_IGRPEN0_EL1, 0);
    r.set(40, 0x88, GIC_GROUP_1NS);
    e = why(r, 40);
    expect_gate(e, GIC_GATE_IGRPEN, true, gic_group_bit(GIC_GROUP_1NS));
    expect_gate(e, GIC_GATE_BEST, true, 40);
    expect_gate(e, GIC_GATE_PMR, true, 0x88C8);
    expect_gate(e, GIC_GATE_RUNNING, true, 0x88FF);
    expect_gate(e, GIC_GATE_LINE, true, 1u << GIC_LINE_IRQ);
    e = why(r, 41);
    expect_gate(e, GIC_GATE_BEST, false, 40);
    expect_gate(e, GIC_GATE_LINE, false, 1u << GIC_LINE_IRQ);
    EXPECT_FALSE(e.gate[GIC_GATE_RUNNING].known);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
    r.set(41, 0xC8, GIC_GROUP_1NS);
    e = why(r, 41);
    expect_gate(e, GIC_GATE_PMR, false, 0xC8C8);
    expect_gate(e, GIC_GATE_RUNNING, false, 0xC888);
    expect_gate(e, GIC_GATE_LINE, false, 0);
    // What was held last and is not any more.
    expect_gate(why(r, 40), GIC_GATE_BEST, false, 41);
    r.receive(GIC_MSG_CLEAR, 41);
    expect_gate(why(r, 41), GIC_GATE_BEST, true, GIC_INTID_SPURIOUS);
}

// Pre-emption is by the group priority of the interrupt's own group.
TEST(CpuifExplain, TheBinaryPointCounts)
{
    rig r(plain_config());
    r.pe(1, true);
    r.open_all();
    r.put(GIC_ICC_AP1R0_EL1, 1u << (0xB0 >> 3));
    for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1NS})
        for (unsigned point = 3; point < 8; point++) {
            const bool own = group == GIC_GROUP_1NS;
            r.put(GIC_ICC_BPR0_EL1, own ? 2 : point - 1);
            r.put(GIC_ICC_BPR1_EL1, own ? point : 3);
            r.set(40, 0xA8, group);
            expect_gate(why(r, 40), GIC_GATE_RUNNING, 0xA8 >> point < 0xB0 >> point, 0xA8B0);
        }
}

// Of an interrupt that is not held, the group that another kernel named decides.
TEST(CpuifExplain, TheGroupThatIsKnownDecides)
{
    rig r(secure_config());
    r.pe(3, true);
    for (unsigned enabled = 0; enabled < 8; enabled++) {
        r.put(GIC_ICC_IGRPEN0_EL1, enabled & 1u);
        r.put(GIC_ICC_IGRPEN1_EL3, (enabled >> 2 & 1u) | (enabled >> 1 & 1u) << 1);
        for (unsigned group = 0; group <= GIC_GROUP_COUNT; group++) {
            gic_explanation e = {};
            e.intid = 40;
            gic_gate_set(&e, GIC_GATE_GROUP_ENABLED, true, group);
            cpuif_explain(r.c, &e);
            if (group < GIC_GROUP_COUNT)
                expect_gate(e, GIC_GATE_IGRPEN, (enabled >> group & 1u) != 0, enabled);
            else
                EXPECT_FALSE(e.gate[GIC_GATE_IGRPEN].known) << "no group has this number";
        }
    }
}

TEST(CpuifExplain, AnNmiIsComparedAsOne)
{
    gic_config config = secure_config();
    config.nmi = true;
    rig r(config);
    r.pe(1, true);
    r.open_all();
    r.pe(3, true);
    r.put(GIC_ICC_PMR_EL1, 0x40);
    r.pe(1, true);
    r.receive(GIC_MSG_SET, 40, 0, GIC_GROUP_1S, GIC_IS_NMI);
    expect_gate(why(r, 40), GIC_GATE_PMR, true, 0x0040);
    r.receive(GIC_MSG_SET, 41, 0x80, GIC_GROUP_1NS, GIC_IS_NMI);
    expect_gate(why(r, 41), GIC_GATE_PMR, false, 0x8040);
    expect_gate(why(r, 41), GIC_GATE_RUNNING, true, 0x80FF);
    r.pe(3, true);
    r.put(GIC_ICC_PMR_EL1, 0xF8);
    r.put(GIC_ICC_AP1R0_EL1, 1u << 16); // 0x80, and no NMI
    expect_gate(why(r, 41), GIC_GATE_RUNNING, true, 0x8080);
    r.put(GIC_ICC_AP1R0_EL1, UINT64_C(1) << 63);
    expect_gate(why(r, 41), GIC_GATE_RUNNING, false, 0x8080);
}

// GICv2: an SGI is asked for without its source.
TEST(CpuifExplain, AnSgiOfAGicv2IsFoundWhateverItsSource)
{
    gic_config config = plain_config();
    config.gicv2 = true;
    rig r(config);
    r.frame_write(CPUIF_GICC, 0, 3);
    r.frame_write(CPUIF_GICC, 4, 0xF8);
    r.set(5u << 10 | 9, 0x80, GIC_GROUP_0);
    const gic_explanation e = why(r, 9);
    expect_gate(e, GIC_GATE_BEST, true, 9);
    expect_gate(e, GIC_GATE_LINE, true, 1u << GIC_LINE_IRQ);
    expect_gate(e, GIC_GATE_PMR, true, 0x80F8);
    expect_gate(why(r, 8), GIC_GATE_LINE, false, 1u << GIC_LINE_IRQ);
}

TEST_F(CpuifExplainVirtual, EachGateSaysWhatItLookedAt)
{
    const uint64_t mine = PENDING | GROUP1 | priority(0xA3) | 60;
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_LISTED, false, GIC_MAX_LIST_REGISTERS);
    EXPECT_FALSE(why_virtual(r, 60).gate[GIC_GATE_VIRTUAL_PENDING].known);
    list(5, mine);
    gic_explanation e = why_virtual(r, 60);
    expect_gate(e, GIC_GATE_VIRTUAL_LISTED, true, 5);
    expect_gate(e, GIC_GATE_VIRTUAL_PENDING, true, mine);
    expect_gate(e, GIC_GATE_VIRTUAL_ENABLED, true, 1);
    expect_gate(e, GIC_GATE_VIRTUAL_GROUP, true, 1);
    expect_gate(e, GIC_GATE_VIRTUAL_BEST, true, 5);
    expect_gate(e, GIC_GATE_VIRTUAL_PMR, true, 0xA3F0);
    expect_gate(e, GIC_GATE_VIRTUAL_RUNNING, true, 0xA3FF);
    expect_gate(e, GIC_GATE_VIRTUAL_LINE, true, 1);
    expect_gate(e, GIC_GATE_VIRTUAL_ROUTED, true, 1);
    list(9, PENDING | priority(0x20) | 61);
    e = why_virtual(r, 61);
    expect_gate(e, GIC_GATE_VIRTUAL_GROUP, true, 0);
    expect_gate(e, GIC_GATE_VIRTUAL_LINE, true, 2);
    expect_gate(e, GIC_GATE_VIRTUAL_ROUTED, false, 1);
    e = why_virtual(r, 60);
    expect_gate(e, GIC_GATE_VIRTUAL_BEST, false, 9);
    expect_gate(e, GIC_GATE_VIRTUAL_LINE, false, 2);
    r.state.hcr_imo = false;
    r.state.hcr_fmo = true;
    r.push();
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_ROUTED, false, 2);
    expect_gate(why_virtual(r, 61), GIC_GATE_VIRTUAL_ROUTED, true, 2);
    list(9, 0);
    r.put(GIC_ICH_VMCR_EL2, 0xA3000001);
    e = why_virtual(r, 60);
    expect_gate(e, GIC_GATE_VIRTUAL_GROUP, false, 1);
    expect_gate(e, GIC_GATE_VIRTUAL_PMR, false, 0xA3A3);
    expect_gate(e, GIC_GATE_VIRTUAL_BEST, true, GIC_MAX_LIST_REGISTERS); // none
    expect_gate(e, GIC_GATE_VIRTUAL_LINE, false, 0);
    r.put(GIC_ICH_AP0R0_EL2, 1u << (0xA0 >> 3));
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_RUNNING, false, 0xA3A0);
    r.put(GIC_ICH_AP0R0_EL2, 1u << (0xA8 >> 3));
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_RUNNING, true, 0xA3A8);
    r.put(GIC_ICH_VMCR_EL2, 0xA3000001 | 5u << 18); // group priority: [7:5] of Group 1
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_RUNNING, false, 0xA3A8);
    r.put(GIC_ICH_VMCR_EL2, 0xA3000001 | 7u << 21);
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_RUNNING, true, 0xA3A8);
    r.put(GIC_ICH_HCR_EL2, 1u << 14);
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_ENABLED, false, 1u << 14);
}

TEST_F(CpuifExplainVirtual, PendingIsExactlyPendingAndNotTheLowestPriority)
{
    for (unsigned state = 0; state < 4; state++)
        for (unsigned value : {0u, 0xFEu, 0xFFu})
            for (bool nmi : {false, true}) {
                const uint64_t lr =
                    uint64_t(state) << 62 | GROUP1 | (nmi ? NMI : 0) | priority(value) | 60;
                list(15, lr);
                const gic_explanation e = why_virtual(r, 60);
                expect_gate(e, GIC_GATE_VIRTUAL_LISTED, state != 0, state != 0 ? 15 : 16);
                if (state != 0)
                    expect_gate(e, GIC_GATE_VIRTUAL_PENDING, state == 1 && (value != 0xFF || nmi),
                                lr);
            }
}

TEST_F(CpuifExplainVirtual, AnNmiHasPriorityZeroAndIsNotMasked)
{
    r.put(GIC_ICH_VMCR_EL2, 3);
    list(1, PENDING | GROUP1 | NMI | priority(0xC0) | 60);
    gic_explanation e = why_virtual(r, 60);
    expect_gate(e, GIC_GATE_VIRTUAL_PMR, true, 0);
    expect_gate(e, GIC_GATE_VIRTUAL_RUNNING, true, 0x00FF);
    r.put(GIC_ICH_AP1R0_EL2, UINT64_C(1) << 63);
    e = why_virtual(r, 60);
    expect_gate(e, GIC_GATE_VIRTUAL_RUNNING, false, 0);
    list(1, PENDING | NMI | priority(0xC0) | 60); // Group 0: none
    e = why_virtual(r, 60);
    expect_gate(e, GIC_GATE_VIRTUAL_PMR, false, 0xC000);
}

// Held twice: the one that is the most urgent, else the first.
TEST_F(CpuifExplainVirtual, OfTwoTheOneThatWouldBeTakenIsLookedAt)
{
    list(15, ACTIVE | GROUP1 | priority(0x80) | 60);
    list(3, ACTIVE | GROUP1 | priority(0x80) | 60);
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_LISTED, true, 3);
    list(0, 60);
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_LISTED, true, 3);
    list(15, PENDING | GROUP1 | priority(0x80) | 60);
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_LISTED, true, 15);
    list(7, PENDING | GROUP1 | priority(0x10) | 61);
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_LISTED, true, 3);
    list(0, ACTIVE | GROUP1 | 60);
    expect_gate(why_virtual(r, 60), GIC_GATE_VIRTUAL_LISTED, true, 0);
}
