// SPDX-License-Identifier: Apache-2.0
// Rules P-21 to P-23: which line, when it is withdrawn, and what a disabled group does not hide.
#include "rules_p_system.hpp"

using namespace p_rules;

namespace
{

// A way to close a gate in front of a pending interrupt, and to open it again.
struct gate {
    const char *name;
    std::function<void(p_rules::system &, bool open)> move;
};

std::vector<gate> gates()
{
    return {
        {"ICC_IGRPEN1",
         [](p_rules::system &s, bool open) { s.put(GIC_ICC_IGRPEN1_EL1, open ? 1 : 0); }},
        {"ICC_PMR",
         [](p_rules::system &s, bool open) { s.put(GIC_ICC_PMR_EL1, open ? 0xFF : 0x80); }},
        {"GICD_ICENABLER",
         [](p_rules::system &s, bool open) {
             s.set_bit(open ? GICD_ISENABLER : GICD_ICENABLER, 40);
         }},
        {"GICD_CTLR",
         [](p_rules::system &s, bool open) {
             uint64_t ctlr = s.dist(GICD_CTLR) & ~uint64_t{CTLR_RWP};
             s.dist_write(GICD_CTLR, open ? ctlr | CTLR_GROUP1NS : ctlr & ~uint64_t{CTLR_GROUP1NS});
         }},
    };
}

} // namespace

// ---- P-21 ------------------------------------------------------------------------------------

TEST(Rules, P_21_AClosedGateWithdrawsTheLineAndKeepsPending)
{
    for (const gate &g : gates()) {
        SCOPED_TRACE(g.name);
        each(any, [&g](p_rules::system &s) {
            s.raise(40, 0x80, GIC_GROUP_1NS);
            ASSERT_TRUE(s.line());
            for (int i = 0; i < 3; i++) {
                g.move(s, false);
                EXPECT_FALSE(s.line());
                EXPECT_TRUE(s.pending(40));
                EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
                g.move(s, true); // no new edge
                EXPECT_TRUE(s.line());
            }
            EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 40u);
            EXPECT_FALSE(s.pending(40));
        });
    }
}

// Timed: until RWP clears the PE may still take it; then it has it, else it reads 1023. The race is
// run at every phase, and both ends are seen.
TEST(Rules, P_21_TimedTheRaceEndsWholly)
{
    unsigned taken = 0;
    unsigned spurious = 0;
    for (const shape &shape : all_shapes()) {
        if (!shape.timed || shape.priority_bits != 5)
            continue;
        for (uint64_t phase = 0; phase < 60000; phase += 1500) {
            p_rules::system s(shape);
            s.raise(40, 0x80, GIC_GROUP_1NS);
            s.settling = false;
            s.set_bit(GICD_ICENABLER, 40);
            EXPECT_NE(s.dist(GICD_CTLR) & CTLR_RWP, 0u);
            s.pass(phase);
            bool may_take = (s.dist(GICD_CTLR) & CTLR_RWP) != 0;
            uint64_t intid = s.get(GIC_ICC_IAR1_EL1);
            if (intid == 40) {
                taken++;
                EXPECT_TRUE(may_take) << "phase " << phase;
            } else {
                spurious++;
                EXPECT_EQ(intid, GIC_INTID_SPURIOUS);
            }
            s.settle();
            EXPECT_EQ(s.dist(GICD_CTLR) & CTLR_RWP, 0u);
            EXPECT_EQ(s.active(40), intid == 40);
            EXPECT_EQ(s.pending(40), intid != 40); // never lost
            EXPECT_FALSE(s.line());
        }
    }
    EXPECT_GT(taken, 0u);
    EXPECT_GT(spurious, 0u);
}

// ---- P-22 ------------------------------------------------------------------------------------

namespace
{

// The line for a group at a level, by the manual's table for two Security states.
bool is_fiq(gic_group group, unsigned el, bool ns)
{
    if (group == GIC_GROUP_0)
        return true;
    if (group == GIC_GROUP_1S)
        return el == 3 || ns;
    return el == 3 || !ns;
}

} // namespace

TEST(Rules, P_22_GroupAndSecurityChooseTheLine)
{
    each(two, [](p_rules::system &s) {
        s.state().scr_eel2 = true;
        for (gic_group group : s.groups()) {
            s.raise(40, 0x80, group);
            for (unsigned el = 0; el < 4; el++)
                for (bool ns : {false, true}) {
                    s.at(el, ns);
                    s.settle();
                    EXPECT_EQ(s.fiq(), is_fiq(group, el, ns)) << group << " EL" << el << ns;
                    EXPECT_NE(s.fiq(), s.irq());
                }
            s.unpend(40);
        }
    });
}

TEST(Rules, P_22_AArch32AtEL3TakesSecureGroup1AsIrq)
{
    each(two, [](p_rules::system &s) {
        s.raise(40, 0x80, GIC_GROUP_1S);
        s.state().aarch32 = true;
        s.at(3, false);
        s.settle();
        EXPECT_TRUE(s.irq());
        s.state().aarch32 = false;
        s.at(3, false);
        s.settle();
        EXPECT_TRUE(s.fiq());
    });
}

TEST(Rules, P_22_WithOneSecurityStateGroup0IsFiqAndGroup1Irq)
{
    each(one, [](p_rules::system &s) {
        for (unsigned el = 0; el < 4; el++)
            for (bool ns : {false, true}) {
                s.at(el, ns);
                s.raise(40, 0x80, GIC_GROUP_1NS);
                EXPECT_TRUE(s.irq() && !s.fiq());
                s.raise(41, 0x40, GIC_GROUP_0);
                EXPECT_TRUE(s.fiq() && !s.irq());
                s.unpend(40);
                s.unpend(41);
                EXPECT_FALSE(s.line());
            }
    });
}

// ---- P-23 ------------------------------------------------------------------------------------

TEST(Rules, P_23_ADisabledGroupHidesNothing)
{
    each(any, [](p_rules::system &s) {
        s.raise(40, 0x40, GIC_GROUP_0);
        s.raise(41, 0x80, GIC_GROUP_1NS);
        EXPECT_TRUE(s.fiq());
        s.put3(GIC_ICC_IGRPEN0_EL1, 0);
        s.settle();
        EXPECT_EQ(s.get(GIC_ICC_HPPIR1_EL1), 41u);
        EXPECT_TRUE(s.irq());
        EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 41u);
        EXPECT_TRUE(s.pending(40));
        s.put3(GIC_ICC_IGRPEN0_EL1, 1);
        s.settle();
        EXPECT_TRUE(s.fiq()); // re-enabled: pre-empts
    });
}

TEST(Rules, P_23_A1OfNInterruptGoesToAnotherPe)
{
    each(
        any,
        [](p_rules::system &s) {
            s.spi(40, 0x80, GIC_GROUP_1NS);
            s.dist_write(GICD_IROUTER + 8 * 40, uint64_t{1} << 31, 8);
            s.pend(40);
            ASSERT_NE(s.line(0), s.line(1));
            unsigned first = s.line(0) ? 0 : 1;
            s.put(GIC_ICC_IGRPEN1_EL1, 0, first);
            s.settle();
            EXPECT_FALSE(s.line(first));
            EXPECT_TRUE(s.line(1 - first));
            EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1, 1 - first), 40u);
        },
        2);
}

// Timed: the Set is under way while the group is disabled. It crosses, comes back, and what is
// behind it is presented.
TEST(Rules, P_23_TimedASetThatCrossesTheDisableComesBack)
{
    uint64_t crossed = 0;
    for (const shape &shape : all_shapes()) {
        if (!shape.timed || shape.priority_bits != 5)
            continue;
        for (uint64_t phase = 0; phase < 40000; phase += 1000) {
            p_rules::system s(shape);
            s.spi(40, 0x40, GIC_GROUP_0);
            s.spi(41, 0x80, GIC_GROUP_1NS);
            s.settling = false;
            s.pend(40);
            s.pend(41);
            s.pass(phase);
            s.put3(GIC_ICC_IGRPEN0_EL1, 0);
            s.settle();
            EXPECT_TRUE(s.irq()) << "phase " << phase;
            EXPECT_TRUE(s.pending(40));
            EXPECT_EQ(s.get(GIC_ICC_IAR1_EL1), 41u) << "phase " << phase;
            crossed += gic_assembly_get_stats(s.a)->events[GIC_EV_CROSSED_DISABLED];
        }
    }
    EXPECT_GT(crossed, 0u);
}
