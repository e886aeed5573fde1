// SPDX-License-Identifier: Apache-2.0
// Extended SPIs and PPIs (M rules).
#include <algorithm>
#include <random>

#include "gic_rig.hpp"

using namespace rig;

namespace
{

TEST(Rules, M_01_ExtendedSpisAreSpisInEveryRespect)
{
    in_both_modes(extended(two_states(2)), [](gic &g) {
        EXPECT_EQ(g.dist(GICD_TYPER) >> 19 & 0x1F, 12u) << "IDbits";
        for (uint32_t intid : {4096u, 4127u, 4128u, 4159u}) {
            SCOPED_TRACE(intid);
            g.spi(intid, {GIC_GROUP_1NS, 0xA0, false, g.affinity(1)});
            g.line(intid, true);
            EXPECT_EQ(g.ack(1), intid);
            EXPECT_TRUE(g.active(intid) && g.pending(intid));
            g.line(intid, false);
            g.eoi(1, intid);
            g.dist_write(GICD_SETSPI_NSR, intid, 4, false);
            EXPECT_EQ(g.ack(1), intid) << "SETSPI with 13 bits";
            g.dist_write(GICD_CLRSPI_NSR, intid, 2, false);
            g.eoi(1, intid);
            EXPECT_EQ(g.ack(1), 1023u);
            g.dist_write(gic::router(intid), IRM, 8);
            g.enable_groups(1, GIC_GROUPS_NONE);
            g.spi_set(GICD_ISPENDR, intid);
            EXPECT_EQ(g.service(0), intid) << "1-of-N";
            g.enable_groups(1, GIC_GROUPS_ALL);
            g.spi(intid, {GIC_GROUP_1S, 0x40, true, 0});
            g.pulse(intid);
            EXPECT_FALSE(g.spi_bit(GICD_ISPENDR, intid, false));
            g.dist_write(0x3600 + (intid - 4096) / 16 * 4, UINT64_C(2) << intid % 16 * 2);
            EXPECT_TRUE(g.spi_bit(GICD_ISPENDR, intid, false)) << "NSACR";
            g.spi_set(GICD_ICPENDR, intid, false);
            EXPECT_EQ(g.ack(0, GIC_GROUP_1S), 1023u);
        }
    });
}

TEST(Rules, M_01_OrderGoesByIntidOverBothRanges)
{
    in_both_modes(extended(one_state()), [](gic &g) {
        const uint32_t intids[] = {4159, 1019, 32, 4096, 64};
        for (uint32_t intid : intids) {
            g.spi(intid, {GIC_GROUP_1NS, 0xA0, true, 0});
            g.pulse(intid);
        }
        for (uint32_t intid : {32u, 64u, 1019u, 4096u, 4159u})
            EXPECT_EQ(g.service(0), intid);
    });
}

TEST(Rules, M_02_ExtendedPpis)
{
    for (unsigned count : {0u, 32u, 64u}) {
        SCOPED_TRACE(count);
        gic_config config = one_state(2);
        config.eppi_count = static_cast<uint8_t>(count);
        in_both_modes(config, [&](gic &g) {
            EXPECT_EQ(g.redist(1, GICR_TYPER, 8) >> 27 & 0x1F, count / 32);
            for (uint32_t intid : {1056u, 1087u, 1088u, 1119u}) {
                const bool there = intid - 1056 < count;
                g.private_interrupt(1, intid, {GIC_GROUP_1NS, 0xA0, false, 0});
                EXPECT_EQ(g.private_bit(1, GICD_ISENABLER, intid), there);
                EXPECT_FALSE(g.private_bit(0, GICD_ISENABLER, intid)) << "per PE";
                g.ppi(1, intid, true);
                EXPECT_EQ(g.private_bit(1, GICD_ISPENDR, intid), there);
                EXPECT_EQ(g.ack(1), there ? intid : 1023u);
                g.ppi(1, intid, false);
                if (there)
                    g.eoi(1, intid);
                EXPECT_FALSE(g.private_bit(1, GICD_ISACTIVER, intid));
            }
        });
    }
}

TEST(Rules, M_03_ExtRangeAgreesWithTheCpuInterface)
{
    gic g(extended(two_states()));
    g.boot();
    g.become(0, 3, false);
    EXPECT_EQ(g.icc_read(0, GIC_ICC_CTLR_EL1) >> 19 & 1, 1u);
    EXPECT_EQ(g.icc_read(0, GIC_ICC_CTLR_EL3) >> 19 & 1, 1u);
    gic_config config = extended(two_states());
    config.espi_count = 33;
    EXPECT_NE(gic_config_check(&config), GIC_CONFIG_OK);
}

TEST(Rules, M_04_ExtendedIntidsHaveAnActiveState)
{
    in_both_modes(extended(one_state()), [](gic &g) {
        g.spi(4100, {GIC_GROUP_1NS, 0xA0, true, 0});
        g.private_interrupt(0, 1060, {GIC_GROUP_1NS, 0x80, true, 0});
        g.icc_write(0, GIC_ICC_CTLR_EL1, 2); // EOImode
        g.pulse(4100);
        EXPECT_EQ(g.ack(0), 4100u);
        g.ppi(0, 1060, true);
        EXPECT_EQ(g.ack(0), 1060u) << "pre-empts";
        g.eoi(0, 1060);
        g.eoi(0, 4100);
        EXPECT_TRUE(g.active(4100) && g.private_bit(0, GICD_ISACTIVER, 1060));
        g.icc_write(0, GIC_ICC_DIR_EL1, 4100);
        EXPECT_FALSE(g.active(4100));
        g.icc_write(0, GIC_ICC_DIR_EL1, 1060);
        EXPECT_FALSE(g.private_bit(0, GICD_ISACTIVER, 1060));
        EXPECT_EQ(g.count(GIC_EV_DEACTIVATED), 2u);
    });
}

TEST(Rules, M_05_ReservedIntidsNeverPend)
{
    in_both_modes(extended(one_state()), [](gic &g) {
        const uint64_t before = g.count(GIC_EV_BAD_INTID);
        for (uint32_t intid :
             {0u, 31u, 1020u, 1023u, 1024u, 1055u, 1056u, 1120u, 4095u, 4160u, 5119u, 5120u, 8191u})
            g.dist_write(GICD_SETSPI_NSR, intid);
        EXPECT_EQ(g.count(GIC_EV_BAD_INTID) - before, 13u);
        for (uint32_t offset = GICD_ISPENDR; offset < GICD_ICPENDR; offset += 4)
            EXPECT_EQ(g.dist(offset), 0u);
        for (uint32_t intid : {1020u, 1024u, 1120u, 4095u, 4160u})
            g.line(intid, true);
        for (uint32_t intid : {1055u, 1120u, 3u})
            g.ppi(0, intid, true);
        EXPECT_EQ(g.count(GIC_EV_BAD_LINE), 8u);
        g.dist_write(0x1600 + 8, 0xFFFFFFFF);
        EXPECT_EQ(g.dist(0x1600 + 8), 0u) << "beyond ESPI_range";
        EXPECT_EQ(g.ack(0), 1023u);
    });
}

} // namespace

// P-20 with all private interrupts there can be: the most urgent first, of equals the lowest INTID.
TEST(Rules, M_02_AllPrivateInterruptsComeInOrderOfPriority)
{
    for (unsigned eppis : {0u, 32u, 64u})
        for (uint32_t seed = 1; seed <= 8; seed++) {
            SCOPED_TRACE(std::to_string(eppis) + " extended PPIs, seed " + std::to_string(seed));
            std::mt19937 random(seed);
            gic_config config = one_state();
            config.eppi_count = static_cast<uint8_t>(eppis);
            gic g(config);
            g.boot();
            g.open_cpu(0, 0);
            std::vector<std::pair<uint32_t, uint32_t>> expected; // by priority and INTID
            for (uint32_t n = 0; n < 32 + eppis; n++) {
                const uint32_t intid = n < 32 ? n : GIC_INTID_EPPI_FIRST + n - 32;
                const uint32_t priority = random() % 31 * 8;
                g.private_interrupt(0, intid, {GIC_GROUP_1NS, static_cast<uint8_t>(priority)});
                g.private_set(0, GICD_ISPENDR, intid);
                expected.emplace_back(priority, intid);
            }
            std::sort(expected.begin(), expected.end());
            g.open_cpu(0);
            for (const auto &next : expected) {
                ASSERT_EQ(g.ack(0), next.second);
                g.private_set(0, GICD_ICPENDR, next.second);
                g.eoi(0, next.second);
            }
            EXPECT_EQ(g.ack(0), uint32_t{GIC_INTID_SPURIOUS});
        }
}
