// SPDX-License-Identifier: Apache-2.0
// Every hop of the profile is on the way that its name says, and on no other; wires that toggle
// faster than theirs.
#include <cstring>

#include "gicv2_rig.hpp"
#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint32_t SPI = 45, PPI = 22, LPI = 8200, DEVICE = 3;

// Hop n takes 2^n nanoseconds: a sum of hops tells which ones they were.
constexpr uint64_t ps(unsigned hop)
{
    return UINT64_C(1000) << hop;
}

gic_timing powers()
{
    gic_timing timing{};
    timing.timed = true;
    for (unsigned hop = 0; hop < GIC_HOP_COUNT; hop++)
        timing.hop_ps[hop] = ps(hop);
    return timing;
}

constexpr uint64_t TO_PE = ps(GIC_HOP_GICR_CPUIF) + ps(GIC_HOP_CPUIF_PE);

// How long it takes from @p act until @p is.
template <typename Gic>
uint64_t time_until(Gic &g, const std::function<void()> &act, const std::function<bool()> &is)
{
    g.settle();
    g.now += 1000000000;
    g.settling = false;
    const uint64_t start = g.now;
    act();
    EXPECT_FALSE(is()) << "not at once";
    while (!is()) {
        const uint64_t due = gic_assembly_next_due(g.a);
        if (due == GIC_TIME_NEVER) {
            ADD_FAILURE() << "it never is";
            break;
        }
        g.now = due;
        gic_assembly_advance(g.a, g.now);
    }
    const uint64_t took = g.now - start;
    g.settling = true;
    g.settle();
    return took;
}

} // namespace

TEST(Hops, EachIsOnItsOwnWay)
{
    gic_config config = with_its(2);
    config.direct_lpi = true;
    its_gic g(config, powers());
    g.boot_lpis();
    const auto irq = [&](unsigned pe) { return [&g, pe] { return g.irq(pe); }; };
    g.spi(SPI, {GIC_GROUP_1NS, 0x80, true, g.affinity(1)});
    EXPECT_EQ(time_until(
                  g, [&] { g.pulse(SPI); }, irq(1)),
              ps(GIC_HOP_SPI_LINE) + ps(GIC_HOP_GICD_GICR) + TO_PE);
    EXPECT_EQ(g.service(1), SPI);
    g.private_interrupt(1, PPI, {GIC_GROUP_1NS, 0x80, true, 0});
    EXPECT_EQ(time_until(
                  g,
                  [&] {
                      g.ppi(1, PPI, true);
                      g.ppi(1, PPI, false);
                  },
                  irq(1)),
              ps(GIC_HOP_PPI_LINE) + TO_PE);
    EXPECT_EQ(g.service(1), PPI);
    g.private_interrupt(1, 3);
    EXPECT_EQ(time_until(
                  g, [&] { g.sgi(0, GIC_ICC_SGI1R_EL1, 3, 2); }, irq(1)),
              ps(GIC_HOP_CPUIF_GICR) + ps(GIC_HOP_GICR_GICD) + ps(GIC_HOP_GICD_GICR) + TO_PE);
    EXPECT_EQ(g.service(1), 3u);
    // LPIs: everything is in a cache, and memory takes no time.
    g.mapd(0, DEVICE, 4);
    g.mapc(0, 0, 0);
    g.mapc(0, 1, 1);
    g.mapti(0, DEVICE, 5, LPI, 1);
    g.property(LPI, 0x40);
    g.msi(0, DEVICE, 5);
    EXPECT_EQ(g.service(1), LPI);
    EXPECT_EQ(time_until(
                  g, [&] { g.msi(0, DEVICE, 5); }, irq(1)),
              ps(GIC_HOP_MSI) + ps(GIC_HOP_ITS_GICR) + TO_PE);
    EXPECT_EQ(g.service(1), LPI);
    EXPECT_EQ(time_until(
                  g, [&] { g.redist_write(1, GICR_SETLPIR, LPI, 8); }, irq(1)),
              TO_PE);
    EXPECT_EQ(g.service(1), LPI);
    // SYNC waits for the answer to what went before.
    const auto empty = [&] { return g.queue_is_empty(0); };
    EXPECT_EQ(time_until(
                  g,
                  [&] {
                      g.command(0, ITS_INT | uint64_t{DEVICE} << 32, 5);
                      g.sync(0, 1);
                  },
                  empty),
              ps(GIC_HOP_ITS_GICR) + ps(GIC_HOP_GICR_ITS));
    ASSERT_TRUE(g.irq(1));
    // What is pending at PE 1 goes to PE 0.
    EXPECT_EQ(time_until(
                  g, [&] { g.movall(0, 1, 0); }, irq(0)),
              ps(GIC_HOP_ITS_GICR) + ps(GIC_HOP_GICR_CPUIF) + ps(GIC_HOP_CPUIF_GICR) +
                  ps(GIC_HOP_GICR_GICR) + TO_PE)
        << "taken back from the CPU interface, and moved";
    EXPECT_EQ(g.service(0), LPI);
    EXPECT_EQ(gic_assembly_get_stats(g.a)->causality_violations, 0u);
}

// The parts of a GICv2 are one block: what is between them is on the way out.
TEST(Hops, OfAGicv2AreOnTheWayOut)
{
    v2::gic g(v2::one_state(2), powers());
    g.boot();
    const auto irq = [&](unsigned pe) { return [&g, pe] { return g.irq(pe); }; };
    const auto service = [&](unsigned pe) {
        const uint32_t intid = g.gicc(pe, v2::GICC_IAR);
        g.gicc_write(pe, v2::GICC_EOIR, intid);
        return intid;
    };
    g.spi(SPI, 2, 0, 0xA0, true);
    EXPECT_EQ(time_until(
                  g, [&] { g.pulse(SPI); }, irq(1)),
              ps(GIC_HOP_SPI_LINE) + TO_PE);
    EXPECT_EQ(service(1), SPI);
    EXPECT_EQ(time_until(
                  g, [&] { g.ppi(1, PPI, true); }, irq(1)),
              ps(GIC_HOP_PPI_LINE) + TO_PE);
    EXPECT_EQ(time_until(
                  g, [&] { g.ppi(1, PPI, false); }, [&] { return !g.irq(1); }),
              ps(GIC_HOP_PPI_LINE) + TO_PE);
    const uint64_t posted = ps(GIC_HOP_CPUIF_GICR) + ps(GIC_HOP_GICR_GICD) + ps(GIC_HOP_GICD_GICR);
    EXPECT_EQ(time_until(
                  g, [&] { g.sgi(0, v2::sgi_to(2) | 3); }, irq(1)),
              posted + TO_PE);
    EXPECT_EQ(service(1), v2::sgi_from(0, 3));
    EXPECT_EQ(gic_assembly_get_stats(g.a)->causality_violations, 0u);
}

// Four toggles of a wire are under way at once. Of what comes beyond, up to three follow, each when
// one has arrived; two more change nothing (ID-S09).
TEST(Hops, TogglesBeyondFourFollowAsOthersArrive)
{
    constexpr uint64_t HOP = 100000, STEP = 100;
    for (bool shared : {true, false})
        for (unsigned count = 1; count <= 12; count++) {
            SCOPED_TRACE(count);
            gic g(one_state(), timed(HOP));
            g.boot();
            g.spi(SPI);
            g.private_interrupt(0, PPI);
            g.settling = false;
            const uint64_t start = g.now;
            for (unsigned n = 0; n < count; n++) {
                shared ? g.line(SPI, n % 2 == 0) : g.ppi(0, PPI, n % 2 == 0);
                g.now += STEP;
            }
            const unsigned held = count <= 4 ? 0 : count <= 7 ? count - 4 : 2 + count % 2;
            EXPECT_EQ(gic_assembly_get_stats(g.a)->toggles_folded, count > 4 ? count - 4 : 0);
            const auto pending = [&] {
                return shared ? g.pending(SPI) : g.private_bit(0, GICD_ISPENDR, PPI);
            };
            const auto arrives = [&](uint64_t at, bool level) {
                g.now = at - 1;
                EXPECT_EQ(pending(), !level) << at - start;
                g.now = at;
                EXPECT_EQ(pending(), level) << at - start;
            };
            for (unsigned n = 0; n < std::min(count, 4u); n++)
                arrives(start + HOP + n * STEP, n % 2 == 0);
            for (unsigned n = 0; n < held; n++)
                arrives(start + 2 * HOP + n * STEP, n % 2 == 0);
            g.settle();
            EXPECT_EQ(pending(), count % 2 == 1);
            EXPECT_LE(g.now, start + 2 * HOP + 10 * HOP);
        }
}
