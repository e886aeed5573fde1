// SPDX-License-Identifier: Apache-2.0
// Distributor registers: views, widths, security (D-01 to D-04, D-14, D-16, D-17, D-19, D-21).
#include "gic_rig.hpp"

using namespace rig;

namespace
{

TEST(Rules, D_01_AffinityRoutingClosesTheLegacyRegisters)
{
    in_both_modes(two_states(), [](gic &g) {
        for (uint32_t family :
             {GICD_IGROUPR, GICD_ISENABLER, GICD_ICENABLER, GICD_ISPENDR, GICD_ICPENDR,
              GICD_ISACTIVER, GICD_ICACTIVER, GICD_IGRPMODR, GICD_NSACR, GICD_ICFGR}) {
            g.dist_write(family, ~0u);
            EXPECT_EQ(g.dist(family), 0u) << family;
        }
        EXPECT_EQ(g.dist(GICD_ISENABLER + 4), 0u) << "INTIDs 32 to 63 are no neighbour's";
        for (uint32_t offset : {0x0400u, 0x041Cu, 0x0800u, 0x0820u, 0x0F10u, 0x0F20u}) {
            g.dist_write(offset, 0xF8F8F8F8);
            EXPECT_EQ(g.dist(offset), 0u) << offset;
        }
        g.private_interrupt(0, 3);
        g.dist_write(GICD_SGIR, 2u << 24 | 3); // a GICv2 SGI to self
        EXPECT_EQ(g.ack(0), 1023u);
        EXPECT_EQ(g.count(GIC_EV_BAD_RESERVED), 0u);
    });
}

TEST(Rules, D_02_CtlrHasAViewForEachSecurityState)
{
    gic g(two_states());
    g.dist_write(GICD_CTLR, CTLR_ALL | CTLR_E1NWF);
    EXPECT_EQ(g.dist(GICD_CTLR), CTLR_ALL | CTLR_ARE_S | CTLR_ARE_NS | CTLR_E1NWF);
    EXPECT_EQ(g.dist(GICD_CTLR, 4, false), 0x12u) << "EnableGrp1A and ARE_NS";
    g.dist_write(GICD_CTLR, 0, 4, false);
    EXPECT_EQ(g.dist(GICD_CTLR) & CTLR_ALL, CTLR_GRP0 | CTLR_GRP1S) << "only its own enable";
    g.dist_write(GICD_CTLR, 0xFF, 4, false);
    EXPECT_EQ(g.dist(GICD_CTLR), CTLR_ALL | CTLR_ARE_S | CTLR_ARE_NS | CTLR_E1NWF);

    g.dist_write(GICD_CTLR, 0);
    g.dist_write(GICD_CTLR, CTLR_DS);
    for (bool secure : {false, true}) {
        g.dist_write(GICD_CTLR, 0x83, 4, secure);
        EXPECT_EQ(g.dist(GICD_CTLR, 4, secure), 0xD3u) << "one view: E1NWF DS ARE Grp1 Grp0";
        g.dist_write(GICD_CTLR, 0x10, 4, secure);
        EXPECT_EQ(g.dist(GICD_CTLR, 4, secure), 0x50u) << "DS stays until reset";
    }
    gic_assembly_reset(g.a, 0);
    EXPECT_EQ(g.dist(GICD_CTLR), CTLR_ARE_S | CTLR_ARE_NS);
}

TEST(Rules, D_02_DsIsFixedWhereTheConfigurationSaysSo)
{
    gic one(one_state());
    one.dist_write(GICD_CTLR, 0);
    EXPECT_EQ(one.dist(GICD_CTLR), 0x50u);
    gic_config config = two_states();
    config.ds_writable = false;
    gic two(config);
    two.dist_write(GICD_CTLR, CTLR_DS);
    EXPECT_EQ(two.dist(GICD_CTLR) & CTLR_DS, 0u);
}

TEST(Rules, D_03_NonsecureSoftwareDoesNotSeeSecureInterrupts)
{
    in_both_modes(two_states(), [](gic &g) {
        g.spi(40, {GIC_GROUP_0, 0x40, true, 0});
        g.spi(41, {GIC_GROUP_1S, 0x40, true, 0});
        g.spi(42, {GIC_GROUP_1NS, 0xC0, true, 0});
        g.dist_write(GICD_CTLR, 0);
        for (uint32_t family : {GICD_ISPENDR, GICD_ISACTIVER})
            g.dist_write(family + 4, 0x700);
        for (uint32_t family : {GICD_ISENABLER, GICD_ICENABLER, GICD_ISPENDR, GICD_ICPENDR,
                                GICD_ISACTIVER, GICD_ICACTIVER})
            EXPECT_EQ(g.dist(family + 4, 4, false), 0x400u) << family;
        EXPECT_EQ(g.dist(GICD_ICFGR + 8, 4, false), 0x200000u);
        EXPECT_EQ(g.dist(GICD_IPRIORITYR + 40, 4, false), 0x00800000u);
        EXPECT_EQ(g.dist(GICD_IROUTER + 8 * 40, 8, false), 0u);
        for (uint32_t family : {GICD_ICENABLER, GICD_ICPENDR, GICD_ICACTIVER})
            g.dist_write(family + 4, 0x700, 4, false);
        for (uint32_t family : {GICD_ISENABLER, GICD_ISPENDR, GICD_ISACTIVER})
            EXPECT_EQ(g.dist(family + 4), 0x300u) << "Secure ones kept " << family;
        g.dist_write(GICD_IPRIORITYR + 40, 0xFFFFFFFF, 4, false);
        EXPECT_EQ(g.dist(GICD_IPRIORITYR + 40), 0x00F84040u);
        g.dist_write(GICD_IROUTER + 8 * 40, IRM, 8, false);
        EXPECT_EQ(g.dist(GICD_IROUTER + 8 * 40, 8), 0u);
    });
}

TEST(Rules, D_03_GroupRegistersAreClosedToNonsecureSoftware)
{
    gic g(two_states());
    g.spi(40, {GIC_GROUP_1S, 0x40, true, 0});
    for (uint32_t offset : {GICD_IGROUPR + 4, GICD_IGRPMODR + 4, GICD_NSACR + 8}) {
        g.dist_write(offset, 0xFFFFFFFF, 4, false);
        EXPECT_EQ(g.dist(offset, 4, false), 0u) << offset;
    }
    EXPECT_EQ(g.dist(GICD_IGROUPR + 4), 0u);
    EXPECT_EQ(g.dist(GICD_IGRPMODR + 4), 0x100u);
    EXPECT_EQ(g.dist(GICD_NSACR + 8), 0u);
    EXPECT_EQ(g.count(GIC_EV_BAD_SECURE_ONLY), 6u);
    g.redist_write(0, GICR_SGI_BASE + GICD_IGROUPR, 0xFFFFFFFF, 4, false);
    EXPECT_EQ(g.redist(0, GICR_SGI_BASE + GICD_IGROUPR), 0u);
    g.redist_write(0, GICR_SGI_BASE + GICD_ISENABLER, 0xFFFFFFFF, 4, false);
    EXPECT_EQ(g.redist(0, GICR_SGI_BASE + GICD_ISENABLER), 0u) << "all are Secure Group 0";
}

// What a Non-secure access reaches of a Secure SPI under one value of its NSACR field.
struct opened {
    bool set_pending, clear_pending, active, route;
};

opened probe(gic &g, uint32_t intid, unsigned nsacr)
{
    const uint32_t shift = intid % 16 * 2;
    opened o{};
    g.dist_write(GICD_NSACR + intid / 16 * 4, static_cast<uint64_t>(nsacr) << shift);
    g.spi_set(GICD_ICPENDR, intid);
    g.spi_set(GICD_ISPENDR, intid, false);
    o.set_pending = g.pending(intid) && g.spi_bit(GICD_ISPENDR, intid, false);
    g.spi_set(GICD_ICPENDR, intid);
    g.dist_write(GICD_SETSPI_NSR, intid, 4, false);
    EXPECT_EQ(g.pending(intid), o.set_pending) << "SETSPI_NSR as ISPENDR";
    g.spi_set(GICD_ISPENDR, intid);
    g.spi_set(GICD_ICPENDR, intid, false);
    o.clear_pending = !g.pending(intid);
    g.spi_set(GICD_ISPENDR, intid);
    g.dist_write(GICD_CLRSPI_NSR, intid, 2, false);
    EXPECT_EQ(!g.pending(intid), o.clear_pending) << "CLRSPI_NSR as ICPENDR";
    g.spi_set(GICD_ISACTIVER, intid);
    o.active = g.spi_bit(GICD_ISACTIVER, intid, false);
    EXPECT_EQ(g.spi_bit(GICD_ICACTIVER, intid, false), o.active);
    g.spi_set(GICD_ICACTIVER, intid, false);
    EXPECT_TRUE(g.active(intid)) << "only reading is opened";
    g.spi_set(GICD_ICACTIVER, intid);
    g.dist_write(gic::router(intid), IRM, 8, false);
    o.route = g.dist(gic::router(intid), 8) == IRM && g.dist(gic::router(intid), 8, false) == IRM;
    g.dist_write(gic::router(intid), 0, 8);
    return o;
}

TEST(Rules, D_04_NsacrOpensSecureInterruptsStepByStep)
{
    in_both_modes(two_states(), [](gic &g) {
        for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1S}) {
            g.spi(50, {group, 0x40, true, 0}, false);
            for (unsigned nsacr = 0; nsacr <= 3; nsacr++) {
                SCOPED_TRACE(nsacr);
                const opened o = probe(g, 50, nsacr);
                EXPECT_EQ(o.set_pending, nsacr >= 1);
                EXPECT_EQ(o.clear_pending, nsacr >= 2);
                EXPECT_EQ(o.active, nsacr >= 2);
                EXPECT_EQ(o.route, nsacr >= 3);
            }
        }
    });
}

TEST(Rules, D_04_NsacrIsRazWiWithDs)
{
    gic g(two_states());
    g.dist_write(GICD_CTLR, CTLR_DS);
    g.dist_write(GICD_NSACR + 8, 0xFFFFFFFF);
    g.redist_write(0, GICR_NSACR, 0xFFFFFFFF);
    EXPECT_EQ(g.dist(GICD_NSACR + 8), 0u);
    EXPECT_EQ(g.redist(0, GICR_NSACR), 0u);
}

TEST(Rules, D_14_SizesHolesAndReadOnlyRegisters)
{
    gic g(extended(one_state()));
    g.dist_write(GICD_IPRIORITYR + 45, 0xFF, 1);
    EXPECT_EQ(g.dist(GICD_IPRIORITYR + 44), 0x0000F800u);
    EXPECT_EQ(g.dist(GICD_IPRIORITYR + 45, 1), 0xF8u);
    g.dist_write(GICD_IROUTER + 8 * 40 + 4, 1, 4);
    EXPECT_EQ(g.dist(GICD_IROUTER + 8 * 40, 8), UINT64_C(1) << 32);
    EXPECT_EQ(g.redist(0, GICR_TYPER, 8) & UINT32_MAX, g.redist(0, GICR_TYPER));

    const uint64_t before = g.count(GIC_EV_BAD_SIZE);
    g.dist_write(GICD_ISENABLER + 4, 0xFF, 1);
    g.dist_write(GICD_IPRIORITYR + 40, 0xFFFF, 2);
    g.dist_write(GICD_ISENABLER + 4, ~UINT64_C(0), 8);
    EXPECT_EQ(g.dist(GICD_ISENABLER + 4), 0u);
    EXPECT_EQ(g.dist(GICD_IPRIORITYR + 40), 0u);
    EXPECT_EQ(g.count(GIC_EV_BAD_SIZE) - before, 3u);

    for (uint32_t offset : {GICD_TYPER, GICD_IIDR, GICD_TYPER2, GICD_PIDR2}) {
        const uint64_t value = g.dist(offset);
        g.dist_write(offset, ~value);
        EXPECT_EQ(g.dist(offset), value) << offset;
    }
    EXPECT_EQ(g.dist(GICD_PIDR2) >> 4 & 0xF, 3u) << "ArchRev";
    EXPECT_EQ(g.count(GIC_EV_BAD_READ_ONLY), 4u);
}

TEST(Rules, D_14_WhatIsAbsentIsRazWi)
{
    gic g(extended(one_state()));
    g.dist_write(GICD_ISENABLER + 31 * 4, 0xFFFFFFFF);
    EXPECT_EQ(g.dist(GICD_ISENABLER + 31 * 4), 0x0FFFFFFFu) << "1020 to 1023 never";
    g.dist_write(GICD_IPRIORITYR + 1020, 0xFFFFFFFF);
    EXPECT_EQ(g.dist(GICD_IPRIORITYR + 1020), 0u);
    gic small(one_state());
    EXPECT_EQ(small.dist(GICD_TYPER) & 0x1F, 3u);
    small.dist_write(GICD_ISENABLER + 16, 0xFFFFFFFF);
    EXPECT_EQ(small.dist(GICD_ISENABLER + 16), 0u);
    for (uint32_t hole : {0x0030u, 0x0060u, 0x0F40u, 0x4000u, 0xC000u, 0xF000u}) {
        small.dist_write(hole, 0xFFFFFFFF);
        EXPECT_EQ(small.dist(hole), 0u);
    }
    EXPECT_EQ(small.count(GIC_EV_BAD_RESERVED), 12u);
    gic_config strict = one_state();
    strict.bad_size = GIC_BAD_SIZE_ERROR;
    gic erring(strict);
    gic_access access{};
    access.size = 1;
    uint64_t value;
    EXPECT_EQ(gic_assembly_gicd_read(erring.a, 0, &access, GICD_CTLR, &value), GIC_BAD_SIZE);
}

TEST(Rules, D_14_EveryOffsetOfTheFramesAnswers)
{
    gic g(extended(two_states(2)));
    g.boot();
    gic_access access{};
    for (uint8_t size : {1, 2, 4, 8})
        for (bool secure : {false, true}) {
            access.size = size;
            access.secure = secure;
            uint64_t value = 0;
            for (uint32_t at = 0; at < 0x10000; at += size) {
                ASSERT_EQ(gic_assembly_gicd_read(g.a, 0, &access, at, &value), GIC_OK) << at;
                ASSERT_EQ(gic_assembly_gicd_write(g.a, 0, &access, at, ~value), GIC_OK) << at;
            }
            for (uint32_t at = 0; at < 0x20000; at += size) {
                ASSERT_EQ(gic_assembly_gicr_read(g.a, 0, 1, &access, at, &value), GIC_OK) << at;
                ASSERT_EQ(gic_assembly_gicr_write(g.a, 0, 1, &access, at, ~value), GIC_OK) << at;
            }
        }
}

TEST(Rules, D_16_ExtendedRangesOnlyWhereAnnounced)
{
    gic none(one_state());
    EXPECT_EQ(none.dist(GICD_TYPER) & 0xF8000100u, 0u);
    EXPECT_EQ(none.redist(0, GICR_TYPER, 8) >> 27 & 0x1F, 0u);
    for (uint32_t offset : {0x1000u, 0x1200u, 0x1600u, 0x1A00u, 0x2000u, 0x3000u}) {
        none.dist_write(offset, 0xFFFFFFFF);
        EXPECT_EQ(none.dist(offset), 0u) << offset;
    }
    EXPECT_EQ(none.dist(GICD_ISENABLER + 4), 0u);
    none.dist_write(0x8000, IRM, 8);
    EXPECT_EQ(none.dist(0x8000, 8), 0u);
    gic some(extended(one_state()));
    EXPECT_EQ(some.dist(GICD_TYPER) >> 27, 1u) << "64 extended SPIs";
    EXPECT_EQ(some.dist(GICD_TYPER) >> 8 & 1, 1u);
    some.dist_write(0x1204, 0xFFFFFFFF);
    some.dist_write(0x1208, 0xFFFFFFFF);
    EXPECT_EQ(some.dist(0x1204), 0xFFFFFFFFu);
    EXPECT_EQ(some.dist(0x1208), 0u);
}

TEST(Rules, D_17_AreIsAlwaysOnInBothViews)
{
    gic g(two_states());
    g.dist_write(GICD_CTLR, 0);
    EXPECT_EQ(g.dist(GICD_CTLR), CTLR_ARE_S | CTLR_ARE_NS);
    EXPECT_EQ(g.dist(GICD_CTLR, 4, false), 0x10u);
    g.dist_write(GICD_CTLR, CTLR_ALL);
    EXPECT_EQ(g.count(GIC_EV_BAD_CTLR_CHANGE), 0u);
    g.dist_write(GICD_CTLR, CTLR_ALL | CTLR_DS); // ID-D04: applied, and reported
    EXPECT_EQ(g.dist(GICD_CTLR), 0x53u);
    EXPECT_EQ(g.dist(GICD_CTLR, 4, false), 0x53u);
    EXPECT_EQ(g.count(GIC_EV_BAD_CTLR_CHANGE), 1u);
}

TEST(Rules, D_19_IcfgrDerivesPendingAnew)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40, {GIC_GROUP_1NS, 0xA0, true, 0}, false);
        g.line(40, true);
        g.spi_set(GICD_ICPENDR, 40);
        EXPECT_FALSE(g.pending(40)) << "an edge that was cleared";
        g.dist_write(gic::config_word(40), 0);
        EXPECT_TRUE(g.pending(40)) << "level-sensitive: the input is high (ID-D07)";
        g.spi_set(GICD_ISENABLER, 40);
        EXPECT_TRUE(g.irq(0));
        g.dist_write(gic::config_word(40), 0x20000);
        EXPECT_FALSE(g.irq(0));
        EXPECT_GT(g.count(GIC_EV_BAD_ICFGR), 0u) << "written while enabled";
        g.dist_write(gic::config_word(40), 0x55555555);
        EXPECT_EQ(g.dist(gic::config_word(40)), 0u) << "the low bit of each field is RES0";
        g.redist_write(0, GICR_ICFGR0, 0);
        EXPECT_EQ(g.redist(0, GICR_ICFGR0), 0xAAAAAAAAu) << "SGIs are edge-triggered";
    });
}

TEST(Rules, D_21_GroupFollowsIgrpmodrAndIgroupr)
{
    in_both_modes(two_states(), [](gic &g) {
        const uint32_t word = GICD_IGROUPR + 4;
        const uint32_t mod = GICD_IGRPMODR + 4;
        const struct {
            unsigned modr, grp;
            gic_group group;
        } row[] = {{0, 0, GIC_GROUP_0},
                   {0, 1, GIC_GROUP_1NS},
                   {1, 0, GIC_GROUP_1S},
                   {1, 1, GIC_GROUP_1NS}};
        g.spi(40, {GIC_GROUP_0, 0xA0, true, 0});
        g.become(0, 1, true);
        g.pulse(40);
        for (const auto &r : row) {
            g.dist_write(word, r.grp << 8);
            g.dist_write(mod, r.modr << 8);
            EXPECT_EQ(g.irq(0), r.group == GIC_GROUP_1NS) << "line and group change together";
            EXPECT_EQ(g.fiq(0), r.group != GIC_GROUP_1NS);
            EXPECT_EQ(g.spi_bit(GICD_ISPENDR, 40, false), r.group == GIC_GROUP_1NS);
            EXPECT_EQ(g.service(0, r.group), 40u) << r.modr << r.grp;
            g.pulse(40);
        }
        EXPECT_EQ(g.dist(GICD_IGROUPR + 16), 0u) << "beyond ITLinesNumber";
    });
}

TEST(Rules, D_21_WithDsIgrouprAloneDecides)
{
    gic g(two_states());
    g.dist_write(GICD_IGRPMODR + 4, 0xFFFFFFFF);
    g.dist_write(GICD_CTLR, CTLR_DS);
    g.boot(CTLR_GRP0 | CTLR_GRP1NS);
    EXPECT_EQ(g.dist(GICD_IGRPMODR + 4), 0u);
    g.dist_write(GICD_ISENABLER + 4, 0x100);
    g.line(40, true);
    EXPECT_EQ(g.service(0, GIC_GROUP_0), 40u);
}

} // namespace
