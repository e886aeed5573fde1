// SPDX-License-Identifier: Apache-2.0
// Explaining: each gate says what it looked at, and closes for its own reason alone.
#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint32_t SPI = 45; // not the first bit of its word
constexpr uint32_t PPI = 22;

gic_explanation why(const gic &g, uint32_t intid, uint16_t pe = 0)
{
    gic_explanation e;
    gic_explain(g.a, intid, pe, &e);
    return e;
}

// An SPI that is signalled to PE 1 of two.
struct two_pes : gic {
    two_pes() : gic(one_state(2))
    {
        boot();
        interrupt as;
        as.route = affinity(1);
        spi(SPI, as);
        private_interrupt(1, PPI);
    }
};

void expect_gate(const gic_explanation &e, gic_gate_id id, bool open, uint64_t value)
{
    const gic_gate &gate = e.gate[id];
    EXPECT_TRUE(gate.known) << gic_gate_name(id);
    EXPECT_EQ(gate.open, open) << gic_gate_name(id);
    EXPECT_EQ(gate.value, value) << gic_gate_name(id);
}

} // namespace

TEST(Explain, PendingSaysLevelAndLatchOfAnSpi)
{
    two_pes g;
    expect_gate(why(g, SPI), GIC_GATE_PENDING, false, 0);
    g.line(SPI, true);
    expect_gate(why(g, SPI), GIC_GATE_PENDING, true, 1);
    g.spi_set(GICD_ISPENDR, SPI);
    expect_gate(why(g, SPI), GIC_GATE_PENDING, true, 3);
    g.line(SPI, false);
    expect_gate(why(g, SPI), GIC_GATE_PENDING, true, 2);
    expect_gate(why(g, SPI + 1), GIC_GATE_PENDING, false, 0);
}

TEST(Explain, PendingSaysLevelAndLatchOfAPpi)
{
    two_pes g;
    expect_gate(why(g, PPI, 1), GIC_GATE_PENDING, false, 0);
    g.ppi(1, PPI, true);
    expect_gate(why(g, PPI, 1), GIC_GATE_PENDING, true, 1);
    g.private_set(1, GICD_ISPENDR, PPI);
    expect_gate(why(g, PPI, 1), GIC_GATE_PENDING, true, 3);
    g.ppi(1, PPI, false);
    expect_gate(why(g, PPI, 1), GIC_GATE_PENDING, true, 2);
    expect_gate(why(g, PPI, 0), GIC_GATE_PENDING, false, 0);
}

TEST(Explain, ASignalledSpiHasEveryGateOpen)
{
    two_pes g;
    g.line(SPI, true);
    const gic_explanation e = why(g, SPI, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_COUNT);
    expect_gate(e, GIC_GATE_IMPLEMENTED, true, 1);
    expect_gate(e, GIC_GATE_ENABLED, true, 1);
    expect_gate(e, GIC_GATE_NOT_ACTIVE, true, 0);
    expect_gate(e, GIC_GATE_GROUP_ENABLED, true, GIC_GROUP_1NS);
    expect_gate(e, GIC_GATE_ROUTED, true, g.affinity(1));
    expect_gate(e, GIC_GATE_AWAKE, true, 0);
    expect_gate(e, GIC_GATE_OWNER, true, 1);
    expect_gate(e, GIC_GATE_BEST, true, SPI);
    expect_gate(e, GIC_GATE_PMR, true, 0xA0F8);
    expect_gate(e, GIC_GATE_RUNNING, true, 0xA0FF);
    EXPECT_TRUE(e.gate[GIC_GATE_IGRPEN].open);
    expect_gate(e, GIC_GATE_LINE, true, 1);
}

TEST(Explain, ASignalledPpiHasEveryGateOpen)
{
    two_pes g;
    g.ppi(1, PPI, true);
    const gic_explanation e = why(g, PPI, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_COUNT);
    expect_gate(e, GIC_GATE_IMPLEMENTED, true, 1);
    expect_gate(e, GIC_GATE_ENABLED, true, 1);
    expect_gate(e, GIC_GATE_GROUP_ENABLED, true, GIC_GROUP_1NS);
    expect_gate(e, GIC_GATE_ROUTED, true, g.affinity(1));
    expect_gate(e, GIC_GATE_OWNER, true, 1);
    expect_gate(e, GIC_GATE_BEST, true, PPI);
}

// Each of the private interrupts for itself, extended ones too.
TEST(Explain, AnExtendedPpiIsExplainedByItsOwnState)
{
    gic g(extended(one_state()));
    g.boot();
    const std::vector<uint32_t> ppis = {16, 31, 1056, 1057, 1087, 1088, 1119};
    for (uint32_t intid : ppis) {
        g.private_interrupt(0, intid);
        g.ppi(0, intid, true);
        for (uint32_t other : ppis) {
            const gic_explanation e = why(g, other);
            EXPECT_EQ(e.gate[GIC_GATE_PENDING].open, other == intid) << intid << " " << other;
            EXPECT_EQ(e.gate[GIC_GATE_ENABLED].open, other == intid) << intid << " " << other;
        }
        EXPECT_EQ(g.ack(0), intid);
        EXPECT_FALSE(why(g, intid).gate[GIC_GATE_NOT_ACTIVE].open);
        g.ppi(0, intid, false);
        g.eoi(0, intid);
        g.private_set(0, GICD_ICENABLER, intid);
    }
    for (uint32_t intid : {1055u, 1120u})
        EXPECT_FALSE(why(g, intid).gate[GIC_GATE_IMPLEMENTED].open) << intid;
}

// What has been given back is nobody's.
TEST(Explain, AnSpiThatWasWithdrawnHasNoOwner)
{
    two_pes g;
    g.line(SPI, true);
    expect_gate(why(g, SPI, 1), GIC_GATE_OWNER, true, 1);
    g.line(SPI, false);
    expect_gate(why(g, SPI, 1), GIC_GATE_OWNER, true, GIC_PE_NONE);
}

TEST(Explain, TheOtherPeIsNeitherRoutedToNorTheOwner)
{
    two_pes g;
    g.line(SPI, true);
    const gic_explanation e = why(g, SPI, 0);
    expect_gate(e, GIC_GATE_ROUTED, false, g.affinity(1));
    expect_gate(e, GIC_GATE_OWNER, false, 1);
    expect_gate(e, GIC_GATE_LINE, false, 0);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_ROUTED);
}

TEST(Explain, AnyOneOfThePesIsRoutedToOneOfN)
{
    two_pes g;
    g.dist_write(gic::router(SPI), IRM, 8);
    expect_gate(why(g, SPI, 0), GIC_GATE_ROUTED, true, IRM);
    expect_gate(why(g, SPI, 1), GIC_GATE_ROUTED, true, IRM);
    g.enable_groups(1, GIC_GROUPS_NONE);
    expect_gate(why(g, SPI, 0), GIC_GATE_ROUTED, true, IRM);
    expect_gate(why(g, SPI, 1), GIC_GATE_ROUTED, false, IRM);
}

TEST(Explain, EachOfTheDistributorsGatesClosesAlone)
{
    two_pes g;
    g.line(SPI, true);
    g.spi_set(GICD_ICENABLER, SPI);
    gic_explanation e = why(g, SPI, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_ENABLED);
    expect_gate(e, GIC_GATE_ENABLED, false, 0);
    g.spi_set(GICD_ISENABLER, SPI);
    g.dist_write(GICD_CTLR, CTLR_GRP0);
    e = why(g, SPI, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_GROUP_ENABLED);
    g.dist_write(GICD_CTLR, CTLR_ALL);
    EXPECT_EQ(g.ack(1), SPI);
    e = why(g, SPI, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_NOT_ACTIVE);
    expect_gate(e, GIC_GATE_NOT_ACTIVE, false, 1);
}

TEST(Explain, EachOfTheRedistributorsGatesClosesAlone)
{
    two_pes g;
    g.ppi(1, PPI, true);
    g.private_set(1, GICD_ICENABLER, PPI);
    gic_explanation e = why(g, PPI, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_ENABLED);
    expect_gate(e, GIC_GATE_ENABLED, false, 0);
    g.private_set(1, GICD_ISENABLER, PPI);
    g.dist_write(GICD_CTLR, CTLR_GRP0);
    e = why(g, PPI, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_GROUP_ENABLED);
    g.dist_write(GICD_CTLR, CTLR_ALL);
    EXPECT_EQ(g.ack(1), PPI);
    e = why(g, PPI, 1);
    expect_gate(e, GIC_GATE_NOT_ACTIVE, false, 1);
    g.sleep(1);
    expect_gate(why(g, PPI, 1), GIC_GATE_AWAKE, false, 3);
}

TEST(Explain, TheCpuInterfacesGatesCompareWithMaskAndRunningPriority)
{
    two_pes g;
    g.line(SPI, true);
    g.icc_write(1, GIC_ICC_PMR_EL1, 0xA0);
    gic_explanation e = why(g, SPI, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_PMR);
    expect_gate(e, GIC_GATE_PMR, false, 0xA0A0);
    expect_gate(e, GIC_GATE_RUNNING, true, 0xA0FF);
    g.icc_write(1, GIC_ICC_PMR_EL1, 0xF8);
    interrupt as;
    as.priority = 0x80;
    g.private_interrupt(1, PPI, as);
    g.ppi(1, PPI, true);
    expect_gate(why(g, SPI, 1), GIC_GATE_BEST, false, PPI);
    EXPECT_EQ(g.ack(1), PPI);
    e = why(g, SPI, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_RUNNING);
    expect_gate(e, GIC_GATE_RUNNING, false, 0xA080);
    expect_gate(e, GIC_GATE_PMR, true, 0xA0F8);
}

TEST(Explain, WhatDoesNotExistIsNotImplemented)
{
    two_pes g;
    for (uint32_t intid : {128u, 1020u, 1056u, 4096u, 8192u}) {
        const gic_explanation e = why(g, intid);
        EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_IMPLEMENTED) << intid;
    }
    const gic_explanation e = why(g, SPI, 2);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_IMPLEMENTED) << "there is no PE 2";
}

TEST(Explain, ThePoolOfOneOfNHasEveryPeByItsNumber)
{
    gic g(one_state(66));
    g.boot();
    g.spi(SPI);
    g.dist_write(gic::router(SPI), IRM, 8);
    g.enable_groups(0, GIC_GROUPS_NONE);
    g.enable_groups(65, GIC_GROUPS_NONE);
    for (uint16_t pe : {0, 1, 63, 64, 65})
        expect_gate(why(g, SPI, pe), GIC_GATE_ROUTED, pe != 0 && pe != 65, IRM);
}

// An LPI: what its Redistributor knows of it without reading its table, and no more.
TEST(Explain, AnLpiIsPendingNotPendingOrInMemory)
{
    gic_config config = with_small_caches(with_its(2, 0));
    config.direct_lpi = true;
    its_gic g(config);
    constexpr uint32_t LPI = 8200, OTHER_LINE = 9000;
    expect_gate(why(g, LPI), GIC_GATE_IMPLEMENTED, false, 0);
    EXPECT_FALSE(why(g, LPI).gate[GIC_GATE_PENDING].known);
    g.boot_lpis();
    expect_gate(why(g, LPI), GIC_GATE_IMPLEMENTED, true, 1);
    expect_gate(why(g, LPI), GIC_GATE_PENDING, false, 0);
    g.property(LPI, 0xA0);
    g.redist_write(0, GICR_SETLPIR, LPI, 8);
    expect_gate(why(g, LPI), GIC_GATE_PENDING, true, 2);
    expect_gate(why(g, LPI), GIC_GATE_ENABLED, true, 1);
    expect_gate(why(g, LPI), GIC_GATE_GROUP_ENABLED, true, GIC_GROUP_1NS);
    expect_gate(why(g, LPI, 1), GIC_GATE_PENDING, false, 0);
    expect_gate(why(g, LPI), GIC_GATE_OWNER, true, 0);
    expect_gate(why(g, LPI, 1), GIC_GATE_OWNER, true, 1);
    g.property(LPI + 1, 0xA0, false);
    g.redist_write(0, GICR_SETLPIR, LPI + 1, 8);
    EXPECT_FALSE(why(g, LPI + 1).gate[GIC_GATE_PENDING].known) << "it is in memory";
    EXPECT_FALSE(why(g, LPI + 2).gate[GIC_GATE_PENDING].known) << "so may this one be";
    expect_gate(why(g, OTHER_LINE), GIC_GATE_PENDING, false, 0);
    expect_gate(why(g, 1u << 14), GIC_GATE_IMPLEMENTED, false, 0);
    g.dist_write(GICD_CTLR, CTLR_GRP0);
    expect_gate(why(g, LPI), GIC_GATE_GROUP_ENABLED, false, GIC_GROUP_1NS);
}

// More PEs than a word has bits.
TEST(Explain, PesBeyondTheFirstWordAreNamed)
{
    gic g(one_state(130));
    g.boot();
    g.spi(SPI, {GIC_GROUP_1NS, 0xA0, false, IRM});
    for (uint16_t pe : {0, 63, 64, 65, 127, 128, 129})
        expect_gate(why(g, SPI, pe), GIC_GATE_ROUTED, true, IRM);
    for (uint16_t pe : {63, 64, 128}) {
        g.redist_write(pe, GICR_CTLR, RCTLR_DPG1NS);
        expect_gate(why(g, SPI, pe), GIC_GATE_ROUTED, false, IRM);
        expect_gate(why(g, SPI, static_cast<uint16_t>(pe + 1)), GIC_GATE_ROUTED, true, IRM);
        g.redist_write(pe, GICR_CTLR, 0);
    }
}
