// SPDX-License-Identifier: Apache-2.0
// The lines of the virtual CPU interface on their way: vIRQ to the PE, the maintenance interrupt to
// the Redistributor and out.
#include "virtual_rig.hpp"

using namespace rig;

namespace
{

constexpr uint64_t hop = 1000;
constexpr uint64_t to_pe = 300;

gic_timing slow()
{
    gic_timing timing = timed(hop);
    timing.hop_ps[GIC_HOP_CPUIF_PE] = to_pe;
    return timing;
}

bool maintenance_pends(gic &g)
{
    return g.private_bit(0, GICD_ISPENDR, 25);
}

} // namespace

TEST(VirtualLines, VirqRisesAfterItsHopAndFallsAtOnce)
{
    gic g(one_state(), slow());
    g.boot();
    guest_and_host v(g);
    g.settling = false;
    v.put(0, {40, 0xA0});
    EXPECT_FALSE(v.virq());
    EXPECT_EQ(gic_assembly_next_line_due(g.a), g.now + to_pe);
    g.pass(to_pe - 1);
    EXPECT_FALSE(v.virq());
    g.pass(1);
    EXPECT_TRUE(v.virq());
    EXPECT_EQ(v.ack(), 40u);
    EXPECT_FALSE(v.virq()) << "before the next instruction (P-30)";
    v.put(1, {41, 0x80});
    v.icv(GIC_ICC_PMR_EL1, 0);
    g.pass(10 * hop);
    EXPECT_FALSE(v.virq()) << "the rise was overtaken";
}

TEST(VirtualLines, MaintenanceTakesTheWayOfAPpiWireInside)
{
    gic g(one_state(), slow());
    g.boot();
    guest_and_host v(g);
    g.private_interrupt(0, 25, {GIC_GROUP_1NS, 0x80, false, 0});
    g.settling = false;
    v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_UIE);
    EXPECT_TRUE(v.maintenance()) << "outside at once";
    EXPECT_FALSE(maintenance_pends(g));
    g.pass(hop - 1);
    EXPECT_FALSE(maintenance_pends(g));
    g.pass(1);
    EXPECT_TRUE(maintenance_pends(g));
    EXPECT_EQ(g.count(GIC_EV_ASSERTED), 1u);
    g.pass(hop + to_pe);
    EXPECT_TRUE(g.irq(0));
    v.ich(GIC_ICH_HCR_EL2, HCR_EN);
    EXPECT_FALSE(v.maintenance());
    g.pass(hop);
    EXPECT_FALSE(maintenance_pends(g));
    g.settle();
    EXPECT_FALSE(g.irq(0));
}

TEST(VirtualLines, AFloodOfMaintenanceIsFoldedAndItsLastLevelArrives)
{
    for (unsigned count : {1001u, 1002u}) {
        gic g(one_state(), slow());
        g.boot();
        guest_and_host v(g);
        g.settling = false;
        for (unsigned i = 0; i < count; i++)
            g.icc_write(0, GIC_ICH_HCR_EL2, i % 2 == 0 ? HCR_EN | HCR_UIE : uint64_t{HCR_EN});
        g.settle();
        EXPECT_EQ(maintenance_pends(g), count % 2 == 1);
        EXPECT_GT(gic_assembly_get_stats(g.a)->toggles_folded, 0u);
        EXPECT_LT(gic_assembly_get_stats(g.a)->in_flight_peak, 32u);
        EXPECT_EQ(gic_assembly_get_stats(g.a)->causality_violations, 0u);
    }
}

TEST(VirtualLines, WhatIsOnTheWayIsSaved)
{
    gic g(one_state(), slow());
    gic h(one_state(), slow());
    g.boot();
    guest_and_host v(g);
    g.settling = false;
    v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_UIE);
    v.put(0, {40, 0xA0});
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    file.resize(gic_assembly_save(g.a, file.data()));
    ASSERT_TRUE(gic_assembly_load(h.a, file.data(), file.size()));
    h.now = g.now;
    h.settle();
    EXPECT_TRUE(h.level(0, GIC_LINE_VIRQ));
    EXPECT_TRUE(maintenance_pends(h));
}

TEST(VirtualLines, ResetsDropMaintenanceAndKeepTheInput)
{
    for (const gic_timing &timing : {loosely_timed(), slow()}) {
        gic g(one_state(2), timing);
        g.boot();
        guest_and_host v(g);
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_UIE);
        g.settle();
        EXPECT_TRUE(maintenance_pends(g));
        gic_assembly_reset(g.a, g.now);
        g.settle();
        EXPECT_FALSE(v.maintenance());
        EXPECT_FALSE(maintenance_pends(g));
        g.ppi(0, 25, true);
        gic_assembly_reset(g.a, g.now);
        g.settle();
        EXPECT_TRUE(maintenance_pends(g)) << "the input is high";
        g.ppi(0, 25, false);
        g.settle();
        EXPECT_FALSE(maintenance_pends(g));
    }
}

// A Redistributor whose CPU interface is elsewhere takes PPI 25 by its input, and a CPU interface
// alone drives its line.
TEST(VirtualLines, PartsAlone)
{
    struct alignas(64) block {
        unsigned char byte[64];
    };
    gic_config config = one_state();
    const gic_assembly_parts alone = {false, false, true, false};
    std::vector<block> memory(gic_assembly_footprint(&config, &alone) / sizeof(block) + 1);
    bool level = false;
    gic_assembly_ports ports{};
    ports.version = 1;
    ports.up = &level;
    ports.line = [](void *up, uint16_t, gic_line line, bool high, uint64_t) {
        if (line == GIC_LINE_MAINTENANCE)
            *static_cast<bool *>(up) = high;
    };
    const gic_timing timing{};
    gic_assembly *a = gic_assembly_init(memory.data(), memory.size() * sizeof(block), &config,
                                        &alone, &timing, &ports, nullptr);
    ASSERT_NE(a, nullptr);
    gic_pe_state host{};
    host.el = 2;
    host.scr_ns = true;
    gic_assembly_pe_state(a, 0, 0, &host);
    EXPECT_EQ(gic_assembly_sysreg_write(a, 0, 0, GIC_ICH_HCR_EL2, HCR_EN | HCR_UIE), GIC_SYSREG_OK);
    EXPECT_TRUE(level);
    std::vector<unsigned char> file(gic_assembly_save_size(a));
    file.resize(gic_assembly_save(a, file.data()));
    EXPECT_TRUE(gic_assembly_load(a, file.data(), file.size()));
    EXPECT_EQ(gic_assembly_sysreg_write(a, 0, 0, GIC_ICH_HCR_EL2, 0), GIC_SYSREG_OK);
    EXPECT_FALSE(level);
}

TEST(VirtualExplain, ByTheJoiner)
{
    gic g(one_state());
    g.boot();
    guest_and_host v(g);
    gic_explanation e;
    v.put(0, {40, 0xA0});
    gic_explain_virtual(g.a, 40, 0, &e);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_COUNT);
    EXPECT_EQ(e.intid, 40u);
    gic_explain_virtual(g.a, 41, 0, &e);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_VIRTUAL_LISTED);
    gic_explain_virtual(g.a, 40, 1, &e);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_VIRTUAL_LISTED);
}
