// SPDX-License-Identifier: Apache-2.0
// The joiner: what it refuses to be built in, and what a reset leaves of wires and lines.
#include <cstdlib>
#include <cstring>

#include "gic/sysreg.h"
#include "gic_rig.hpp"

using namespace rig;

namespace
{

constexpr uint32_t SPI = 45;
constexpr uint32_t PPI = 22;

// Memory on a boundary of 64 bytes, with room to be off it.
struct block {
    explicit block(size_t bytes) : at(std::aligned_alloc(64, (bytes + 127) / 64 * 64)) {}
    ~block()
    {
        std::free(at);
    }
    block(const block &) = delete;
    block &operator=(const block &) = delete;
    void *at;
};

gic_config_error init_in(void *memory, size_t length)
{
    const gic_config config = one_state();
    gic_config_error error = GIC_CONFIG_OK;
    const gic_assembly *a =
        gic_assembly_init(memory, length, &config, nullptr, nullptr, nullptr, &error);
    EXPECT_EQ(a != nullptr, error == GIC_CONFIG_OK);
    return error;
}

} // namespace

TEST(AssemblyInit, NeedsMemoryOfItsSizeOnItsBoundary)
{
    const gic_config config = one_state();
    const size_t need = gic_assembly_footprint(&config, nullptr);
    const block memory(need);
    EXPECT_EQ(init_in(nullptr, need), GIC_CONFIG_MEMORY);
    EXPECT_EQ(init_in(static_cast<char *>(memory.at) + 8, need), GIC_CONFIG_MEMORY);
    EXPECT_EQ(init_in(static_cast<char *>(memory.at) + 32, need), GIC_CONFIG_MEMORY);
    EXPECT_EQ(init_in(memory.at, need - 1), GIC_CONFIG_MEMORY);
    EXPECT_EQ(init_in(memory.at, 0), GIC_CONFIG_MEMORY);
    EXPECT_EQ(init_in(memory.at, need), GIC_CONFIG_OK);
}

TEST(AssemblyInit, NamesWhatIsWrongWithTheConfiguration)
{
    gic_config config = one_state();
    config.pe_count = 0;
    gic_config_error error = GIC_CONFIG_OK;
    EXPECT_EQ(gic_assembly_init(nullptr, 0, &config, nullptr, nullptr, nullptr, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_PE_COUNT);
    EXPECT_EQ(gic_assembly_init(nullptr, 0, &config, nullptr, nullptr, nullptr, nullptr), nullptr);
}

class AssemblyReset : public testing::TestWithParam<bool>
{
protected:
    AssemblyReset() : g(one_state(2), GetParam() ? timed() : loosely_timed()) {}
    void set_up()
    {
        g.boot();
        g.spi(SPI);
        g.private_interrupt(1, PPI);
        g.settle();
    }
    gic g;
};

TEST_P(AssemblyReset, WiresKeepTheirLevels)
{
    set_up();
    g.line(SPI, true);
    g.ppi(1, PPI, true);
    EXPECT_TRUE(g.irq(0));
    EXPECT_TRUE(g.irq(1));
    gic_assembly_reset(g.a, g.now);
    g.settle();
    EXPECT_FALSE(g.irq(0));
    EXPECT_FALSE(g.irq(1));
    EXPECT_TRUE(g.pending(SPI)) << "its wire is high still";
    EXPECT_TRUE(g.private_bit(1, GICD_ISPENDR, PPI));
    EXPECT_FALSE(g.pending(SPI + 1));
    EXPECT_FALSE(g.private_bit(0, GICD_ISPENDR, PPI)) << "the other PE's wire is low";
    set_up();
    EXPECT_TRUE(g.irq(0));
    EXPECT_TRUE(g.irq(1));
    g.line(SPI, false);
    g.ppi(1, PPI, false);
    EXPECT_FALSE(g.irq(0));
    EXPECT_FALSE(g.irq(1));
}

TEST_P(AssemblyReset, OfOnePeTakesItsLineAwayAndNoOther)
{
    set_up();
    g.line(SPI, true);
    g.ppi(1, PPI, true);
    gic_assembly_reset_pe(g.a, 1, g.now);
    g.settle();
    EXPECT_TRUE(g.irq(0));
    EXPECT_FALSE(g.irq(1));
    EXPECT_EQ(g.icc_read(0, GIC_ICC_PMR_EL1), 0xF8u);
    g.become(1, 1, true);
    EXPECT_EQ(g.icc_read(1, GIC_ICC_PMR_EL1), 0u);
    g.open_cpu(1);
    g.settle();
    EXPECT_TRUE(g.irq(1)) << "it is pending still";
}

// The messages of the changes are under way when the reset comes, and are gone.
TEST_P(AssemblyReset, AChangeUnderWayArrivesAfterIt)
{
    set_up();
    g.settling = false;
    g.line(SPI, true);
    g.ppi(1, PPI, true);
    gic_assembly_reset(g.a, g.now);
    g.settle();
    EXPECT_TRUE(g.pending(SPI));
    EXPECT_TRUE(g.private_bit(1, GICD_ISPENDR, PPI));
    g.line(SPI, false);
    g.ppi(1, PPI, false);
    gic_assembly_reset(g.a, g.now);
    g.settle();
    EXPECT_FALSE(g.pending(SPI));
    EXPECT_FALSE(g.private_bit(1, GICD_ISPENDR, PPI));
}

TEST(AssemblyResetPe, ThePeIsAtItsHighestExceptionLevelAgain)
{
    gic g(two_states());
    g.boot();
    g.become(0, 1, true);
    uint64_t value = 0;
    EXPECT_EQ(gic_assembly_sysreg_read(g.a, g.now, 0, GIC_ICC_CTLR_EL3, &value),
              GIC_SYSREG_UNDEFINED);
    gic_assembly_reset_pe(g.a, 0, g.now);
    EXPECT_EQ(gic_assembly_sysreg_read(g.a, g.now, 0, GIC_ICC_CTLR_EL3, &value), GIC_SYSREG_OK);
}

INSTANTIATE_TEST_SUITE_P(Modes, AssemblyReset, testing::Bool(), [](const auto &mode) {
    return mode.param ? std::string("Timed") : std::string("LooselyTimed");
});

namespace
{

// What is saved of the Distributor, and of the Redistributor and the CPU interface of each PE.
std::vector<std::vector<unsigned char>> kernels_of(const gic &g)
{
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    file.resize(gic_assembly_save(g.a, file.data()));
    std::vector<std::vector<unsigned char>> blocks;
    for (size_t at = 0; at < file.size();) {
        uint32_t length = 0;
        std::memcpy(&length, &file[at + 8], sizeof length); // gic/save.h
        const size_t end = at + 16 + length;
        if (at != 0)
            blocks.emplace_back(file.begin() + static_cast<std::ptrdiff_t>(at),
                                file.begin() + static_cast<std::ptrdiff_t>(end));
        at = end;
    }
    return blocks;
}

} // namespace

// Nothing of what a GIC has seen outlives its reset (N-03).
TEST_P(AssemblyReset, ItIsAsItWasBuilt)
{
    const gic_timing timing = GetParam() ? timed() : loosely_timed();
    gic fresh(extended(two_states(2)), timing);
    gic_assembly_reset(fresh.a, fresh.now);
    fresh.settle();
    gic used(extended(two_states(2)), timing);
    used.boot();
    for (unsigned pe = 0; pe < 2; pe++) {
        for (uint32_t intid : {3u, 20u, 1060u, 1100u})
            used.private_interrupt(pe, intid, {GIC_GROUP_1NS, 0x60, intid > 1060, 0});
        used.icc_write(pe, GIC_ICC_BPR1_EL1, 6);
        used.redist_write(pe, GICR_CTLR, RCTLR_DPG0 | RCTLR_DPG1S);
        used.redist_write(pe, GICR_NSACR, 0x55);
    }
    for (uint32_t intid : {SPI, 900u, 4100u}) {
        used.spi(intid, {GIC_GROUP_1NS, 0x40, intid == 900, intid == SPI ? 1 : IRM});
        used.dist_write(GICD_NSACR + 8, 0xFF);
        used.spi_set(GICD_ISPENDR, intid);
        used.line(intid, true);
    }
    used.dist_write(GICD_SETSPI_SR, SPI);
    used.sgi(0, GIC_ICC_SGI1R_EL1, 3, 3);
    used.ppi(1, 1060, true);
    for (unsigned pe = 0; pe < 2; pe++)
        EXPECT_NE(used.ack(pe), GIC_INTID_SPURIOUS);
    used.settling = false;
    used.dist_write(GICD_CTLR, CTLR_ALL | CTLR_E1NWF);
    used.sleep(1);
    for (uint32_t intid : {SPI, 900u, 4100u})
        used.line(intid, false);
    used.ppi(1, 1060, false);
    gic_assembly_reset(used.a, used.now);
    used.settle();
    const auto expected = kernels_of(fresh);
    const auto found = kernels_of(used);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t n = 0; n < found.size(); n++)
        EXPECT_EQ(found[n], expected[n]) << "block " << n;
}

// ID-S05, ID-S06: cpu_active is an input, and keeps its level as wires do.
TEST_P(AssemblyReset, CpuActiveKeepsItsLevel)
{
    gic_assembly_set_cpu_active(g.a, g.now, 0, false);
    g.settle();
    for (bool again : {false, true}) {
        if (again) {
            gic_assembly_reset(g.a, g.now);
            g.settle();
        }
        g.boot();
        g.spi(SPI, {GIC_GROUP_1NS, 0xA0, false, IRM});
        g.line(SPI, true);
        EXPECT_FALSE(g.irq(0)) << "1-of-N, and PE 0 is not active";
        EXPECT_TRUE(g.irq(1));
        EXPECT_EQ(g.ack(1), SPI);
        g.line(SPI, false);
        g.eoi(1, SPI);
    }
}

// A reset leaves nothing under way (timed, but for the wires that are high).
TEST_P(AssemblyReset, NothingIsUnderWay)
{
    set_up();
    gic_assembly_reset(g.a, g.now);
    EXPECT_EQ(gic_assembly_next_due(g.a), GIC_TIME_NEVER);
    EXPECT_EQ(gic_assembly_next_line_due(g.a), GIC_TIME_NEVER);
}

// The smallest GIC can be saved while a wire's change is under way, and goes on.
TEST(AssemblyLoad, OnePeAndAWireUnderWay)
{
    gic g(one_state(), timed()), h(one_state(), timed());
    for (gic *one : {&g, &h}) {
        one->boot();
        one->spi(SPI);
        one->private_interrupt(0, PPI);
    }
    g.settling = false;
    g.line(SPI, true);
    g.ppi(0, PPI, true);
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    file.resize(gic_assembly_save(g.a, file.data()));
    ASSERT_TRUE(gic_assembly_load(h.a, file.data(), file.size()));
    h.now = g.now;
    h.settle();
    EXPECT_TRUE(h.irq(0));
    EXPECT_TRUE(h.pending(SPI));
    EXPECT_TRUE(h.private_bit(0, GICD_ISPENDR, PPI));
}

// A PE that has said nothing of itself is at its highest exception level, after a reset too.
TEST(AssemblyInit, APeIsAtItsHighestLevel)
{
    for (bool el3 : {false, true})
        for (bool el2 : {false, true}) {
            gic_config config = one_state();
            config.has_el3 = el3;
            config.has_el2 = el2;
            const block memory(gic_assembly_footprint(&config, nullptr));
            gic_assembly *a = gic_assembly_init(memory.at, gic_assembly_footprint(&config, nullptr),
                                                &config, nullptr, nullptr, nullptr, nullptr);
            ASSERT_NE(a, nullptr);
            for (unsigned round = 0; round < 2; round++, gic_assembly_reset(a, 0)) {
                uint64_t value = 0;
                EXPECT_EQ(gic_assembly_sysreg_read(a, 0, 0, GIC_ICC_PMR_EL1, &value),
                          GIC_SYSREG_OK);
                EXPECT_EQ(gic_assembly_sysreg_read(a, 0, 0, GIC_ICC_CTLR_EL3, &value),
                          el3 ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED);
                // Without EL3 it is Non-secure; at EL3, Secure: then EL2 is not enabled (ID-P06).
                EXPECT_EQ(gic_assembly_sysreg_read(a, 0, 0, GIC_ICC_SRE_EL2, &value),
                          el2 && !el3 ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED);
            }
        }
}

// As many PEs as there can be, each with an interrupt of its own and one that is routed to it: all
// of them arrive, all are taken back at once, nothing is lost on the way.
TEST(AssemblyLoad, TheLargestGic)
{
    for (const gic_timing &timing : {loosely_timed(), timed()}) {
        gic_config config = one_state(GIC_MAX_PES);
        config.spi_count = GIC_MAX_SPIS;
        gic g(config, timing);
        g.boot();
        const bool was = g.settling;
        g.settling = false;
        for (unsigned pe = 0; pe < GIC_MAX_PES; pe++) {
            g.private_interrupt(pe, PPI);
            g.ppi(pe, PPI, true);
            if (pe < 448)
                g.spi(32 + pe, {GIC_GROUP_1NS, 0x40, true, g.affinity(pe)});
            else // these go to whoever is left
                g.spi(32 + pe, {GIC_GROUP_1NS, 0x60, true, IRM});
        }
        g.settle();
        for (unsigned pe = 0; pe < GIC_MAX_PES; pe++)
            g.pulse(32 + pe);
        g.settle();
        g.settling = was;
        for (unsigned pe = 0; pe < GIC_MAX_PES; pe++)
            ASSERT_TRUE(g.irq(pe)) << pe;
        g.dist_write(GICD_CTLR, 0);
        g.settle();
        for (unsigned pe = 0; pe < GIC_MAX_PES; pe++)
            ASSERT_FALSE(g.irq(pe)) << pe;
        g.dist_write(GICD_CTLR, CTLR_ALL);
        g.settle();
        std::vector<uint32_t> taken;
        for (unsigned pe = 0; pe < GIC_MAX_PES; pe++) {
            const uint32_t intid = g.ack(pe);
            if (pe < 448) {
                ASSERT_EQ(intid, 32 + pe);
            }
            taken.push_back(intid);
        }
        std::sort(taken.begin(), taken.end());
        for (unsigned pe = 0; pe < GIC_MAX_PES; pe++)
            ASSERT_EQ(taken[pe], 32 + pe);
        EXPECT_EQ(gic_assembly_get_stats(g.a)->messages_lost, 0u);
        EXPECT_EQ(gic_assembly_get_stats(g.a)->events_dropped, 0u);
        EXPECT_EQ(gic_assembly_get_stats(g.a)->causality_violations, 0u);
    }
}

// Whatever wire is high can be saved and loaded: extended ones too.
TEST(AssemblyLoad, WiresKeepTheirLevels)
{
    for (const gic_timing &timing : {loosely_timed(), timed()}) {
        gic g(extended(one_state(2)), timing);
        g.boot();
        for (uint32_t intid : {32u, 63u, 64u, 1019u, 4096u, 4159u})
            g.line(intid, true);
        for (uint32_t intid : {16u, 31u, 1056u, 1087u, 1088u, 1119u})
            g.ppi(1, intid, true);
        std::vector<unsigned char> file(gic_assembly_save_size(g.a));
        file.resize(gic_assembly_save(g.a, file.data()));
        gic h(extended(one_state(2)), timing);
        ASSERT_TRUE(gic_assembly_load(h.a, file.data(), file.size()));
        std::vector<unsigned char> again(gic_assembly_save_size(h.a));
        again.resize(gic_assembly_save(h.a, again.data()));
        EXPECT_EQ(again, file);
        h.now = g.now;
        gic_assembly_reset(h.a, h.now);
        h.settle();
        for (uint32_t intid : {32u, 63u, 64u, 1019u, 4096u, 4159u})
            EXPECT_TRUE(h.pending(intid)) << intid;
        for (uint32_t intid : {16u, 31u, 1056u, 1087u, 1088u, 1119u}) {
            EXPECT_TRUE(h.private_bit(1, GICD_ISPENDR, intid)) << intid;
            EXPECT_FALSE(h.private_bit(0, GICD_ISPENDR, intid)) << intid;
        }
    }
}

// The architecture's read-only and write-only registers (IHI 0069, 12.2 to 12.4).
TEST(Sysreg, AccessIsTheArchitectures)
{
    const std::vector<gic_sysreg> read_only = {
        GIC_ICC_IAR0_EL1, GIC_ICC_IAR1_EL1,   GIC_ICC_HPPIR0_EL1, GIC_ICC_HPPIR1_EL1,
        GIC_ICC_RPR_EL1,  GIC_ICC_NMIAR1_EL1, GIC_ICH_VTR_EL2,    GIC_ICH_MISR_EL2,
        GIC_ICH_EISR_EL2, GIC_ICH_ELRSR_EL2};
    const std::vector<gic_sysreg> write_only = {GIC_ICC_EOIR0_EL1, GIC_ICC_EOIR1_EL1,
                                                GIC_ICC_DIR_EL1,   GIC_ICC_SGI0R_EL1,
                                                GIC_ICC_SGI1R_EL1, GIC_ICC_ASGI1R_EL1};
    const auto is_in = [](const std::vector<gic_sysreg> &set, gic_sysreg reg) {
        return std::find(set.begin(), set.end(), reg) != set.end();
    };
    for (int n = 0; n < GIC_SYSREG_COUNT; n++) {
        const gic_sysreg reg = static_cast<gic_sysreg>(n);
        EXPECT_EQ(gic_sysreg_readable(reg), !is_in(write_only, reg)) << gic_sysreg_name(reg);
        EXPECT_EQ(gic_sysreg_writable(reg), !is_in(read_only, reg)) << gic_sysreg_name(reg);
    }
    const gic_sysreg none = GIC_SYSREG_COUNT;
    EXPECT_FALSE(gic_sysreg_readable(none));
    EXPECT_FALSE(gic_sysreg_writable(none));
    EXPECT_STREQ(gic_sysreg_name(none), "?");
}

TEST(Sysreg, WhatIsNoRegisterIsUndefined)
{
    gic g(one_state());
    uint64_t value = 0;
    for (unsigned reg : {unsigned(GIC_SYSREG_COUNT), GIC_SYSREG_COUNT + 1u, 0xFFFFu}) {
        EXPECT_EQ(g.try_read(0, static_cast<gic_sysreg>(reg), &value), GIC_SYSREG_UNDEFINED);
        EXPECT_EQ(g.try_write(0, static_cast<gic_sysreg>(reg), 0), GIC_SYSREG_UNDEFINED);
        EXPECT_FALSE(gic_assembly_sysreg_peek(g.a, 0, static_cast<gic_sysreg>(reg), &value));
    }
}

TEST(AssemblyFrames, AreThoseOfTheOnlyPeToo)
{
    gic g(one_state());
    ASSERT_NE(gic_assembly_gicr_frame(g.a), nullptr);
    EXPECT_STREQ(gic_assembly_gicr_frame(g.a)->row[0].name, "GICR_CTLR");
    EXPECT_STREQ(gic_assembly_gicd_frame(g.a)->row[0].name, "GICD_CTLR");
    EXPECT_EQ(gic_assembly_cpu_frame(g.a, CPUIF_GICC), nullptr) << "a GICv2's";
}
