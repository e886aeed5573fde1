/* SPDX-License-Identifier: Apache-2.0 */
/* Latency through the whole GIC: hops cost what the profile says, load has its price. */
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "system.hpp"

namespace
{

using row_sums = std::map<std::string, uint64_t>;

/* Sum of every row of a group's breakdown. */
row_sums rows_of(const gictime_group &group)
{
    row_sums sums;
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        sums[gictime_stamp_name(s)] = group.hop[s].sum_low;
    return sums;
}

/* One SPI, one PPI and one SGI, each alone. */
std::map<std::string, row_sums> three_interrupts(const gictime_profile &profile)
{
    timed_system s(2, timing_of(profile));
    std::map<std::string, row_sums> out;
    s.spi(40, 1);
    s.ppi(27, 1);
    s.ppi(5, 1);
    s.pulse(1000000, 40);
    s.pulse_ppi(2000000, 1, 27);
    s.sgi(3000000, 0, 1, 5);
    s.run();
    EXPECT_EQ(s.instances.size(), 3u);
    EXPECT_EQ(gic_assembly_get_stats(s.g.a)->causality_violations, 0u);
    for (const char *name : {"SPI", "PPI", "SGI"})
        out[name] = rows_of(s.group(name));
    return out;
}

/* Where each hop of the profile shows in the breakdown of an interrupt's class. */
const struct {
    const char *key;
    const char *interrupt_class;
    const char *row;
} places[] = {
    {"hop.spi_line", "SPI", "pending"},       {"hop.gicd_gicr", "SPI", "set"},
    {"hop.gicr_cpuif", "SPI", "signalled"},   {"hop.cpuif_pe", "SPI", "exception"},
    {"hop.cpuif_gicr", "SPI", "deactivated"}, {"hop.gicr_gicd", "SPI", "deactivated"},
    {"hop.ppi_line", "PPI", "pending"},       {"hop.gicr_cpuif", "PPI", "signalled"},
    {"hop.cpuif_pe", "PPI", "exception"},     {"hop.cpuif_gicr", "PPI", "deactivated"},
    {"hop.gicr_cpuif", "SGI", "signalled"},   {"hop.cpuif_pe", "SGI", "exception"},
    {"hop.gicr_gicd", "SGI", "pending"},      {"hop.gicd_gicr", "SGI", "pending"},
};

TEST(Latency, HalvingOneHopChangesExactlyThatHop)
{
    const gictime_profile whole = profile_of("gic600", {"hop.cpuif_pe = 4 ns"});
    const auto before = three_interrupts(whole);
    for (const auto &place : places) {
        SCOPED_TRACE(std::string(place.key) + " of an " + place.interrupt_class);
        uint64_t half = gictime_profile_ps(&whole, gictime_key_find(place.key)) / 2u;
        ASSERT_GT(half, 0u);
        auto after = three_interrupts(
            profile_of("gic600", {"hop.cpuif_pe = 4 ns",
                                  std::string(place.key) + " = " + std::to_string(half) + " ps"}));
        row_sums expected = before.at(place.interrupt_class);
        expected[place.row] -= half;
        EXPECT_EQ(after[place.interrupt_class], expected);
    }
}

TEST(Latency, AnIdleSpiCostsTheSumOfItsHops)
{
    const gictime_profile p = profile_of("gic600");
    const gic_timing t = timing_of(p);
    timed_system s(1, t);
    s.spi(40, 0);
    for (unsigned n = 0; n < 20; n++)
        s.pulse(1000000 + n * 1000000, 40);
    s.run();
    const gictime_group &g = s.group("INTID 40");
    EXPECT_EQ(g.instances, 20u);
    uint64_t hops =
        t.hop_ps[GIC_HOP_SPI_LINE] + t.hop_ps[GIC_HOP_GICD_GICR] + t.hop_ps[GIC_HOP_GICR_CPUIF];
    const gictime_histogram &signal = g.span[GICTIME_SPAN_SIGNAL];
    EXPECT_EQ(signal.max, gictime_histogram_min(&signal)) << "nothing else is going on";
    EXPECT_GE(signal.max, hops);
    EXPECT_LE(signal.max, hops + t.occupancy_ps[GIC_STATION_GICD] +
                              t.occupancy_ps[GIC_STATION_GICR] + t.occupancy_ps[GIC_STATION_CPUIF]);
}

TEST(Latency, AnSgiIsMeasuredFromItsSendersWrite)
{
    const gic_timing t = timing_of(profile_of("gic600"));
    timed_system s(2, t);
    s.ppi(5, 1);
    s.sgi(1000000, 0, 1, 5);
    s.run();
    ASSERT_EQ(s.instances.size(), 1u);
    EXPECT_EQ(s.instances[0].sender, 0u);
    EXPECT_EQ(s.instances[0].pe, 1u);
    EXPECT_GE(s.group("SGI").hop[GICTIME_STAMP_PENDING].max, t.hop_ps[GIC_HOP_CPUIF_GICR] +
                                                                 t.hop_ps[GIC_HOP_GICR_GICD] +
                                                                 t.hop_ps[GIC_HOP_GICD_GICR]);
}

TEST(Latency, LooselyTimedDeliveryTakesNoTime)
{
    gictime_profile p;
    gictime_profile_default(&p);
    timed_system s(1, timing_of(p));
    s.spi(40, 0);
    s.pulse(1000, 40);
    s.run();
    EXPECT_EQ(s.group("SPI").span[GICTIME_SPAN_SIGNAL].count, 1u);
    EXPECT_EQ(s.group("SPI").span[GICTIME_SPAN_SIGNAL].max, 0u);
}

/* Latencies of INTID 40 while @p others interrupts of the same PE come at random times. */
const gictime_histogram *under_load(timed_system &s, unsigned others, unsigned seed)
{
    std::mt19937 random(seed);
    const uint64_t span = UINT64_C(400) * 1000000;
    s.spi(40, 0);
    for (unsigned n = 0; n < 400; n++)
        s.pulse((n + 1) * (span / 400) + random() % 200000, 40);
    for (unsigned o = 0; o < others; o++) {
        s.spi(41 + o, 0);
        for (unsigned n = 0; n < 300; n++)
            s.pulse(1000000 + random() % span, 41 + o);
    }
    s.run();
    return &s.group("INTID 40").span[GICTIME_SPAN_ACKNOWLEDGE];
}

TEST(Latency, P99UnderLoadExceedsIdleP99)
{
    const gic_timing t = timing_of(profile_of("gic600"));
    timed_system idle(1, t), loaded(1, t);
    const gictime_histogram *a = under_load(idle, 0, 17), *b = under_load(loaded, 8, 17);
    EXPECT_EQ(a->count, 400u);
    EXPECT_GT(b->count, 350u) << "few may merge";
    EXPECT_GT(gictime_histogram_quantile(b, 990000), gictime_histogram_quantile(a, 990000));
    EXPECT_GT(gictime_histogram_mean_milli(b, b->count), gictime_histogram_mean_milli(a, a->count));
    /* The least may be below idle: a late arrival is answered by an exception already taken. */
    EXPECT_LE(gictime_histogram_min(b), gictime_histogram_min(a));
}

/* Whatever happens under load, hops add up and every edge is served or merged. */
TEST(Latency, UnderLoadHopsAddUpAndNothingIsLost)
{
    timed_system s(1, timing_of(profile_of("a53-gic400")));
    under_load(s, 12, 23);
    uint64_t edges = 400 + 12 * 300, served = 0;
    for (const gictime_instance &i : s.instances) {
        EXPECT_EQ(i.outcome, GICTIME_OUTCOME_COMPLETED);
        served += 1u + i.merged;
    }
    EXPECT_EQ(served, edges);
    const gictime_group &all = s.group("all");
    uint64_t hops = 0;
    for (const gictime_histogram &h : all.hop)
        hops += h.sum_low;
    EXPECT_EQ(hops, all.span[GICTIME_SPAN_TOTAL].sum_low);
    EXPECT_EQ(gic_assembly_get_stats(s.g.a)->causality_violations, 0u);
    EXPECT_GT(gic_assembly_get_stats(s.g.a)->station_waits, 0u);
}

} // namespace
