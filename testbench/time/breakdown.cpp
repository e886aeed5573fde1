/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time went: hops add up, groups are kept apart. */
#include <gtest/gtest.h>

#include <random>

#include "gictime/breakdown.h"
#include "json_check.hpp"
#include "script.hpp"
#include "text_file.hpp"

namespace
{

struct breakdown {
    gictime_breakdown *b = gictime_breakdown_create();
    breakdown() = default;
    ~breakdown()
    {
        gictime_breakdown_destroy(b);
    }
    breakdown(const breakdown &) = delete;
    breakdown &operator=(const breakdown &) = delete;
    const gictime_group &operator[](const char *name) const
    {
        const gictime_group *g = gictime_breakdown_find(b, name);
        if (!g)
            throw std::runtime_error(name);
        return *g;
    }
};

gictime_instance instance(uint32_t intid, const std::vector<uint64_t> &stamp)
{
    gictime_instance i = {};
    i.intid = intid;
    i.outcome = GICTIME_OUTCOME_COMPLETED;
    for (size_t s = 0; s < GICTIME_STAMP_COUNT; s++)
        i.stamp[s] = s < stamp.size() ? stamp[s] : GICTIME_NO_STAMP;
    return i;
}

const uint64_t none = GICTIME_NO_STAMP;

TEST(Breakdown, AHopIsNamedByTheStampThatEndsIt)
{
    breakdown b;
    gictime_instance i = instance(40, {100, none, 110, 130, 160, 200, 250, 310, 380, 460, 550});
    gictime_breakdown_add(b.b, &i);
    const gictime_group &g = b["INTID 40"];
    const uint64_t expected[] = {0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90};
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++) {
        EXPECT_EQ(g.hop[s].count, expected[s] ? 1u : 0u);
        EXPECT_EQ(g.hop[s].max, expected[s]);
    }
    EXPECT_EQ(g.span[GICTIME_SPAN_SIGNAL].max, 100u);
    EXPECT_EQ(g.span[GICTIME_SPAN_ACKNOWLEDGE].max, 280u);
    EXPECT_EQ(g.span[GICTIME_SPAN_SERVICE].max, 80u);
    EXPECT_EQ(g.span[GICTIME_SPAN_TOTAL].max, 450u);
}

TEST(Breakdown, AMissingStampsTimeFallsToTheNextOne)
{
    breakdown b;
    gictime_instance i = instance(40, {100, none, none, none, none, none, none, none, 380});
    gictime_breakdown_add(b.b, &i);
    EXPECT_EQ(b["all"].hop[GICTIME_STAMP_ACKNOWLEDGED].max, 280u);
    EXPECT_EQ(b["all"].span[GICTIME_SPAN_TOTAL].max, 280u);
    EXPECT_EQ(b["all"].span[GICTIME_SPAN_SIGNAL].count, 0u);
}

TEST(Breakdown, AStampBeforeItsPredecessorCountsAsZero)
{
    breakdown b;
    /* The exception (index 6) was taken for another interrupt before this one was set (4). */
    gictime_instance i = instance(40, {100, none, 110, none, 200, none, 150, 160, 230});
    gictime_breakdown_add(b.b, &i);
    EXPECT_EQ(b["all"].hop[GICTIME_STAMP_EXCEPTION].max, 0u);
    EXPECT_EQ(b["all"].hop[GICTIME_STAMP_ACKNOWLEDGED].max, 30u);
    EXPECT_EQ(b["all"].span[GICTIME_SPAN_TOTAL].max, 130u);
}

/* Random instances with random gaps: sums of hops equal the sum of totals, to the picosecond. */
TEST(Breakdown, HopsAddUpToTheTotal)
{
    for (unsigned seed = 1; seed <= 5; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        breakdown b;
        for (int n = 0; n < 2000; n++) {
            uint64_t t = random() % 1000000;
            std::vector<uint64_t> stamp(GICTIME_STAMP_COUNT);
            for (uint64_t &s : stamp) {
                t += random() % 5000;
                s = random() % 4 == 0 ? none : t - random() % 300;
            }
            gictime_instance i = instance(32 + static_cast<uint32_t>(random() % 40), stamp);
            gictime_breakdown_add(b.b, &i);
        }
        const gictime_group *g;
        for (unsigned n = 0; (g = gictime_breakdown_group(b.b, n)); n++) {
            uint64_t hops = 0;
            for (const gictime_histogram &h : g->hop)
                hops += h.sum_low;
            EXPECT_EQ(hops, g->span[GICTIME_SPAN_TOTAL].sum_low) << g->name;
        }
    }
}

TEST(Breakdown, ClassesAndIntidsAreKeptApart)
{
    breakdown b;
    for (uint32_t intid : {3u, 27u, 40u, 40u, 1060u, 4100u, 9000u}) {
        gictime_instance i = instance(intid, {0, none, 5});
        gictime_breakdown_add(b.b, &i);
    }
    gictime_instance withdrawn = instance(40, {0, none, 5});
    withdrawn.outcome = GICTIME_OUTCOME_WITHDRAWN;
    gictime_breakdown_add(b.b, &withdrawn);
    EXPECT_EQ(b["all"].instances, 7u);
    EXPECT_EQ(b["SPI"].instances, 2u);
    EXPECT_EQ(b["SPI"].withdrawn, 1u);
    for (const char *name : {"SGI", "PPI", "EPPI", "ESPI", "LPI", "INTID 9000"})
        EXPECT_EQ(b[name].instances, 1u) << name;
    EXPECT_EQ(b["INTID 40"].span[GICTIME_SPAN_TOTAL].count, 2u) << "a withdrawn one has no total";
}

TEST(Breakdown, IntidsBeyondTheBoundAreStillInClassAndAll)
{
    breakdown b;
    for (uint32_t n = 0; n < GICTIME_MAX_INTIDS + 10u; n++) {
        gictime_instance i = instance(8192 + n * 7, {0, none, 5});
        gictime_breakdown_add(b.b, &i);
    }
    EXPECT_EQ(gictime_breakdown_ungrouped(b.b), 10u);
    EXPECT_EQ(b["LPI"].instances, GICTIME_MAX_INTIDS + 10u);
}

TEST(Breakdown, SharesInJsonAddUpToTheMeanTotal)
{
    breakdown b;
    text_file out;
    gictime_json json;
    for (uint64_t n = 0; n < 50; n++) {
        gictime_instance i =
            instance(40, {0, none, 10, 20, 30, n % 2 ? none : 40 + n, none, none, 90 + 3 * n});
        gictime_breakdown_add(b.b, &i);
    }
    gictime_json_open(&json, out.file, 2);
    gictime_json_object(&json, nullptr);
    gictime_breakdown_json(b.b, &json, "breakdown", true);
    gictime_json_end(&json);
    json_check::value all = json_check::parse(out.text())["breakdown"][0];
    EXPECT_EQ(all["group"].text, "all");
    double share = 0;
    for (const json_check::value &hop : all["hops"].items)
        share += std::stod(hop["share_ps"].text);
    EXPECT_NEAR(share, std::stod(all["spans"]["total"]["mean_ps"].text), 0.01);
    EXPECT_TRUE(all["spans"]["total"].has("buckets"));
}

TEST(Breakdown, CsvAndTableHaveARowPerHop)
{
    breakdown b;
    text_file csv, table;
    gictime_instance i = instance(40, {1000, none, 3500});
    gictime_breakdown_add(b.b, &i);
    gictime_breakdown_csv(b.b, csv.file);
    EXPECT_NE(csv.text().find("INTID 40,pending,1,2500,2500.000,2500,2500,2500\n"),
              std::string::npos);
    gictime_breakdown_print(&b["all"], table.file);
    EXPECT_NE(table.text().find("pending"), std::string::npos);
    EXPECT_NE(table.text().find("2.500"), std::string::npos);
}

} // namespace
