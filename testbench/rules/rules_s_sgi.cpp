// SPDX-License-Identifier: Apache-2.0
// Software-generated interrupts (S rules).
#include "gic_rig.hpp"

using namespace rig;

namespace
{

const interrupt normal{GIC_GROUP_1NS, 0xA0, true, 0};

// Which PEs take SGI @p intid now, as a bit each; every one is ended.
uint64_t taken_by(gic &g, uint32_t intid, gic_group group = GIC_GROUP_1NS)
{
    uint64_t who = 0;
    for (unsigned pe = 0; pe < g.config.pe_count; pe++) {
        const uint32_t got = g.service(pe, group);
        EXPECT_TRUE(got == intid || got == 1023) << got;
        who |= static_cast<uint64_t>(got == intid) << pe;
    }
    return who;
}

void everywhere(gic &g, uint32_t intid, const interrupt &as)
{
    for (unsigned pe = 0; pe < g.config.pe_count; pe++)
        g.private_interrupt(pe, intid, as);
}

TEST(Rules, S_01_TargetListRangeAndAffinity)
{
    gic_config config = one_state(6);
    const uint32_t affinities[] = {0x00000000, 0x00000003, 0x00000010,
                                   0x000000F3, 0x00020103, 0x07000003};
    config.affinity = affinities;
    in_both_modes(config, [&](gic &g) {
        everywhere(g, 5, normal);
        for (unsigned pe = 0; pe < 6; pe++) {
            g.sgi(0, GIC_ICC_SGI1R_EL1, 5, gic::sgi_target(affinities[pe]));
            EXPECT_EQ(taken_by(g, 5), UINT64_C(1) << pe) << "PE " << pe;
        }
        g.sgi(1, GIC_ICC_SGI1R_EL1, 5, 0x0009);
        EXPECT_EQ(taken_by(g, 5), 3u) << "a list of two";
        EXPECT_EQ(g.count(GIC_EV_BAD_SGI_TARGET), 0u);
        g.sgi(1, GIC_ICC_SGI1R_EL1, 5, 0xFFF7);
        EXPECT_EQ(taken_by(g, 5), 1u) << "bits that name no PE are ignored";
        g.sgi(1, GIC_ICC_SGI1R_EL1, 5, 0);
        EXPECT_EQ(taken_by(g, 5), 0u) << "an empty list";
        EXPECT_EQ(g.count(GIC_EV_BAD_SGI_TARGET), 1u);
    });
}

TEST(Rules, S_02_AllButSelfAndSelfByTheList)
{
    in_both_modes(one_state(5), [](gic &g) {
        everywhere(g, 5, normal);
        g.sgi(2, GIC_ICC_SGI1R_EL1, 5, gic::SGI_ALL_BUT_SELF | 0xFFFF | UINT64_C(0xFF) << 16);
        EXPECT_EQ(taken_by(g, 5), 0x1Bu) << "affinity and list are ignored";
        g.sgi(2, GIC_ICC_SGI1R_EL1, 5, 1u << 2);
        EXPECT_EQ(taken_by(g, 5), 0x04u) << "the sender is a target like others";
    });
}

TEST(Rules, S_03_ASecondSgiMerges)
{
    in_both_modes(one_state(3), [](gic &g) {
        everywhere(g, 5, normal);
        g.sgi(1, GIC_ICC_SGI1R_EL1, 5, 1);
        g.sgi(2, GIC_ICC_SGI1R_EL1, 5, 1);
        EXPECT_EQ(g.count(GIC_EV_MERGED), 1u);
        EXPECT_EQ(g.ack(0), 5u) << "no source, one interrupt";
        g.sgi(1, GIC_ICC_SGI1R_EL1, 5, 1);
        g.eoi(0, 5);
        EXPECT_EQ(g.service(0), 5u) << "one that came while active is one more";
        EXPECT_EQ(g.service(0), 1023u);
    });
}

TEST(Rules, S_03_SgisAndAcknowledgeRace)
{
    for (uint64_t delay = 0; delay < 8000; delay += 250) {
        gic g(one_state(2), timed());
        g.boot();
        g.private_interrupt(0, 5, normal);
        g.settling = false;
        g.sgi(1, GIC_ICC_SGI1R_EL1, 5, 1);
        g.pass(delay);
        g.sgi(1, GIC_ICC_SGI1R_EL1, 5, 1);
        unsigned taken = 0;
        for (unsigned i = 0; i < 40; i++) {
            g.pass(500);
            taken += g.service(0) == 5;
        }
        EXPECT_TRUE(taken == 1 || taken == 2) << taken << " delay " << delay;
        EXPECT_FALSE(g.private_bit(0, GICD_ISPENDR, 5));
    }
}

// Whether a write of @p reg by PE 0 in @p nonsecure state reaches the target of @p group.
bool reaches(gic &g, gic_sysreg reg, bool nonsecure, gic_group group, unsigned nsacr)
{
    g.private_interrupt(1, 5, {group, 0x40, true, 0});
    g.redist_write(1, GICR_NSACR, static_cast<uint64_t>(nsacr) << 10);
    g.become(0, 1, nonsecure);
    g.sgi(0, reg, 5, 1u << 1);
    const bool arrived = g.private_bit(1, GICD_ISPENDR, 5);
    g.private_set(1, GICD_ICPENDR, 5);
    return arrived;
}

TEST(Rules, S_04_TheSecurityMatrix)
{
    in_both_modes(two_states(2), [](gic &g) {
        const gic_sysreg reg[] = {GIC_ICC_SGI0R_EL1, GIC_ICC_SGI1R_EL1, GIC_ICC_ASGI1R_EL1};
        for (unsigned nsacr = 0; nsacr <= 3; nsacr++)
            for (unsigned i = 0; i < 3; i++) {
                SCOPED_TRACE(gic_sysreg_name(reg[i]));
                EXPECT_EQ(reaches(g, reg[i], true, GIC_GROUP_1NS, nsacr), i == 1);
                EXPECT_EQ(reaches(g, reg[i], true, GIC_GROUP_0, nsacr), nsacr >= 1);
                EXPECT_EQ(reaches(g, reg[i], true, GIC_GROUP_1S, nsacr), nsacr >= 2 && i != 0)
                    << "NSACR 3 counts as 2 (ID-R04)";
                EXPECT_EQ(reaches(g, reg[i], false, GIC_GROUP_0, nsacr), i == 0) << "ID-R05";
                EXPECT_EQ(reaches(g, reg[i], false, GIC_GROUP_1S, nsacr), i == 1);
                EXPECT_EQ(reaches(g, reg[i], false, GIC_GROUP_1NS, nsacr), i == 2);
            }
    });
}

TEST(Rules, S_05_SgisAreEdgeAndWaitForASleepingPe)
{
    in_both_modes(one_state(2), [](gic &g) {
        everywhere(g, 5, normal);
        EXPECT_EQ(g.redist(1, GICR_ICFGR0), 0xAAAAAAAAu);
        g.redist_write(1, GICR_ICFGR0, 0);
        EXPECT_EQ(g.redist(1, GICR_ICFGR0), 0xAAAAAAAAu);
        g.enable_groups(1, GIC_GROUPS_NONE);
        g.sleep(1);
        EXPECT_TRUE(g.asleep(1));
        g.sgi(0, GIC_ICC_SGI1R_EL1, 5, 2);
        EXPECT_TRUE(g.private_bit(1, GICD_ISPENDR, 5));
        EXPECT_TRUE(g.wake_request(1));
        g.wake(1);
        EXPECT_FALSE(g.wake_request(1));
        g.enable_groups(1, GIC_GROUPS_ALL);
        EXPECT_EQ(g.service(1), 5u);
    });
}

void one_state_matrix(gic &g)
{
    const struct {
        gic_sysreg reg;
        bool any_group;
    } row[] = {{GIC_ICC_SGI0R_EL1, false}, {GIC_ICC_SGI1R_EL1, true}, {GIC_ICC_ASGI1R_EL1, false}};
    for (const auto &r : row)
        for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1NS}) {
            SCOPED_TRACE(gic_sysreg_name(r.reg));
            g.private_interrupt(1, 5, {group, 0xA0, true, 0});
            g.sgi(0, r.reg, 5, 2);
            EXPECT_EQ(g.private_bit(1, GICD_ISPENDR, 5), r.any_group || group == GIC_GROUP_0);
            g.private_set(1, GICD_ICPENDR, 5);
        }
}

TEST(Rules, S_06_WithOneSecurityStateSgi1rReachesEitherGroup)
{
    in_both_modes(one_state(2), one_state_matrix);
    gic ds(two_states(2));
    ds.dist_write(GICD_CTLR, CTLR_DS);
    ds.boot(CTLR_GRP0 | CTLR_GRP1NS);
    one_state_matrix(ds);
}

} // namespace
