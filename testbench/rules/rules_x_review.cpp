// SPDX-License-Identifier: Apache-2.0
// Corners between the components: reset with wires under way, overload of the links, honesty of RWP
// without an answer to wait for, saved states that lie about themselves.
#include <cstring>

#include "gic_rig.hpp"

using namespace rig;

namespace
{

std::vector<unsigned char> saved(const gic &g)
{
    std::vector<unsigned char> bytes(gic_assembly_save_size(g.a));
    bytes.resize(gic_assembly_save(g.a, bytes.data()));
    return bytes;
}

// Where the payload of the first block ends: header of magic, version, length, checksum.
constexpr size_t HEADER = 16;
size_t first_block(const std::vector<unsigned char> &bytes)
{
    uint32_t length = 0;
    std::memcpy(&length, &bytes[8], sizeof length);
    return HEADER + length;
}

// Of the first block, after it has been changed: Fletcher sum as gic/save.h has it.
void seal(std::vector<unsigned char> &bytes)
{
    uint32_t a = 1;
    uint32_t b = 0;
    for (size_t i = HEADER; i < first_block(bytes); i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    const uint32_t checksum = b << 16 | a;
    std::memcpy(&bytes[12], &checksum, sizeof checksum);
}

} // namespace

TEST(Rules, N_03_ResetSamplesAWireThatIsFalling)
{
    gic g(one_state(), timed());
    g.boot();
    g.line(40, true);
    g.ppi(0, 27, true);
    g.line(41, true);
    g.settling = false;
    g.line(40, false);
    g.ppi(0, 27, false);
    gic_assembly_reset(g.a, g.now);
    g.settle();
    EXPECT_FALSE(g.pending(40)) << "its wire is low";
    EXPECT_TRUE(g.pending(41)) << "its wire is high";
    EXPECT_FALSE(g.private_bit(0, GICD_ISPENDR, 27));
}

TEST(Rules, R_01_ResetTakesTheWakeRequestBack)
{
    gic g(one_state());
    g.boot();
    g.private_interrupt(0, 20);
    g.sleep(0);
    g.ppi(0, 20, true);
    ASSERT_TRUE(g.wake_request(0));
    gic_assembly_reset(g.a, g.now);
    EXPECT_FALSE(g.wake_request(0)) << "no group is enabled";
}

TEST(Rules, C_04_DpgRwpEndsWithCpuActiveLow)
{
    for (const gic_timing &timing : {loosely_timed(), timed()}) {
        gic g(one_state(2), timing);
        g.boot();
        gic_assembly_set_cpu_active(g.a, g.now, 0, false);
        g.settle();
        g.redist_write(0, GICR_CTLR, RCTLR_DPG1NS);
        g.settle();
        EXPECT_EQ(g.redist(0, GICR_CTLR) & (RCTLR_RWP | RCTLR_DPG1NS), RCTLR_DPG1NS);
    }
}

TEST(Rules, D_14_SetspiUpperHalfwordNamesNoSpi)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40);
        g.dist_write(GICD_SETSPI_NSR + 2, 40, 2);
        EXPECT_FALSE(g.pending(40));
        g.dist_write(GICD_SETSPI_NSR, 40, 2);
        g.dist_write(GICD_CLRSPI_NSR + 2, 40, 2);
        EXPECT_TRUE(g.pending(40));
    });
}

// More SGIs at once than there are messages to carry them, towards Redistributors that are slower
// than the Distributor: the links fill and wait, nothing overtakes, nothing is lost.
TEST(Rules, C_01_SgisToAllFromAllAtOnce)
{
    constexpr unsigned pes = 64;
    gic_timing timing = timed();
    timing.occupancy_ps[GIC_STATION_GICD] = 100;
    timing.occupancy_ps[GIC_STATION_GICR] = 5000;
    gic g(one_state(pes), timing);
    g.boot();
    for (unsigned pe = 0; pe < pes; pe++)
        for (uint32_t intid = 0; intid < 4; intid++)
            g.private_interrupt(pe, intid);
    g.settling = false;
    for (uint32_t intid = 0; intid < 4; intid++)
        for (unsigned pe = 0; pe < pes; pe++)
            g.sgi(pe, GIC_ICC_SGI1R_EL1, intid, gic::SGI_ALL_BUT_SELF);
    g.settle();
    EXPECT_EQ(gic_assembly_get_stats(g.a)->causality_violations, 0u);
    g.settling = true;
    for (unsigned pe = 0; pe < pes; pe++)
        for (uint32_t intid = 0; intid < 4; intid++)
            EXPECT_EQ(g.service(pe), intid) << pe;
}

TEST(Rules, P_24_ApBitsWithoutALevelAreReserved)
{
    gic_config config = one_state();
    config.priority_bits = 4;
    config.preemption_bits = 4;
    gic g(config);
    g.boot();
    g.icc_write(0, GIC_ICC_AP1R0_EL1, 0x10000);
    EXPECT_EQ(g.icc_read(0, GIC_ICC_AP1R0_EL1), 0u);
    EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0xFFu);
    g.icc_write(0, GIC_ICC_AP1R0_EL1, 0x8000);
    EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0xF0u);
}

TEST(Rules, M_02_TyperHasTheIdBitsOfExtendedPpis)
{
    gic_config config = one_state();
    config.eppi_count = 64;
    gic g(config);
    EXPECT_GE(g.dist(GICD_TYPER) >> 19 & 0x1F, 10u) << "1119 takes 11 bits";
}

TEST(Rules, N_03_LoadRefusesBlocksThatAreTooShort)
{
    gic g(one_state(2));
    std::vector<unsigned char> bytes = saved(g);
    bytes.resize(first_block(bytes));
    const uint32_t empty[4] = {0, 0, 0, 1};
    for (unsigned kernel = 0; kernel < 5; kernel++) {
        const unsigned char *at = reinterpret_cast<const unsigned char *>(empty);
        bytes.insert(bytes.end(), at, at + sizeof empty);
    }
    const std::vector<unsigned char> exact(bytes.begin(), bytes.end());
    const std::vector<unsigned char> before = saved(g);
    EXPECT_FALSE(gic_assembly_load(g.a, exact.data(), exact.size()));
    EXPECT_EQ(saved(g), before);
}

// The last message under way: due, seq, then port, from, to, ..., 24 bytes of it, and the lane.
TEST(Rules, N_03_LoadRefusesMessagesThatLeadNowhere)
{
    constexpr size_t NODE = 48;
    gic g(one_state(2), timed());
    g.boot();
    g.settling = false;
    g.line(40, true);
    const std::vector<unsigned char> good = saved(g);
    const size_t node = first_block(good) - NODE;
    ASSERT_EQ(good[node + 16], GIC_PORT_GICD);
    const struct {
        size_t at;
        unsigned char port;
        uint16_t to;
    } bad[] = {
        {node, GIC_PORT_GICR, GIC_PE_ALL}, {node, GIC_PORT_CPUIF, 0}, {node, GIC_PORT_GICR, 2}};
    for (const auto &b : bad) {
        std::vector<unsigned char> bytes = good;
        bytes[b.at + 16] = b.port;
        std::memcpy(&bytes[b.at + 18], &b.to, sizeof b.to);
        seal(bytes);
        EXPECT_FALSE(gic_assembly_load(g.a, bytes.data(), bytes.size())) << unsigned{b.port};
        EXPECT_EQ(saved(g), good);
    }
    EXPECT_TRUE(gic_assembly_load(g.a, good.data(), good.size()));
}
