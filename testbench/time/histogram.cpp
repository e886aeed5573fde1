/* SPDX-License-Identifier: Apache-2.0 */
/* The histogram against a sorted array of the same values. */
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "gictime/histogram.h"
#include "json_check.hpp"
#include "text_file.hpp"

__extension__ typedef unsigned __int128 wide;

namespace
{

struct histogram : gictime_histogram {
    histogram() : gictime_histogram() {}
    ~histogram()
    {
        gictime_histogram_clear(this);
    }
    histogram(const histogram &) = delete;
    histogram &operator=(const histogram &) = delete;
};

uint64_t exact_quantile(const std::vector<uint64_t> &sorted, uint32_t ppm)
{
    uint64_t rank = (sorted.size() * static_cast<uint64_t>(ppm) + 999999u) / 1000000u;
    return sorted[rank ? rank - 1u : 0u];
}

void expect_quantiles(const gictime_histogram &h, std::vector<uint64_t> values)
{
    std::sort(values.begin(), values.end());
    for (uint32_t ppm : {0u, 1u, 1000u, 100000u, 500000u, 900000u, 990000u, 999000u, 1000000u}) {
        uint64_t exact = exact_quantile(values, ppm), got = gictime_histogram_quantile(&h, ppm);
        EXPECT_GE(got, exact) << ppm;
        EXPECT_LE(got - exact, exact / 128u) << ppm;
        if (exact < 256) {
            EXPECT_EQ(got, exact) << ppm;
        }
    }
}

/* Values of all magnitudes: a uniform exponent, then uniform below. */
std::vector<uint64_t> random_values(unsigned seed, size_t count, unsigned max_bits)
{
    std::mt19937_64 random(seed);
    std::vector<uint64_t> values(count);
    for (uint64_t &v : values)
        v = random() >> (64u - 1u - random() % max_bits);
    return values;
}

TEST(Histogram, EmptyIsZero)
{
    histogram h;
    EXPECT_EQ(gictime_histogram_min(&h), 0u);
    EXPECT_EQ(gictime_histogram_quantile(&h, 500000), 0u);
    EXPECT_EQ(gictime_histogram_mean_milli(&h, 0), 0u);
}

TEST(Histogram, QuantilesAgreeWithASortedArray)
{
    for (unsigned seed = 1; seed <= 8; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        histogram h;
        std::vector<uint64_t> values = random_values(seed, 5000, 43);
        for (uint64_t v : values)
            gictime_histogram_add(&h, v);
        expect_quantiles(h, values);
        EXPECT_EQ(h.count, values.size());
        EXPECT_EQ(h.max, *std::max_element(values.begin(), values.end()));
        EXPECT_EQ(gictime_histogram_min(&h), *std::min_element(values.begin(), values.end()));
        EXPECT_EQ(h.over, 0u);
    }
}

TEST(Histogram, SumAndMeanAreExact)
{
    histogram h;
    wide sum = 0;
    std::vector<uint64_t> values = random_values(99, 3000, 64);
    for (uint64_t v : values) {
        gictime_histogram_add(&h, v);
        sum += v;
    }
    EXPECT_EQ(h.sum_low, static_cast<uint64_t>(sum));
    EXPECT_EQ(h.sum_high, static_cast<uint64_t>(sum >> 64));
    gictime_histogram_clear(&h);
    for (uint64_t v : {UINT64_C(10), UINT64_C(11), UINT64_C(11)})
        gictime_histogram_add(&h, v);
    EXPECT_EQ(gictime_histogram_mean_milli(&h, 3), 10667u);
    EXPECT_EQ(gictime_histogram_mean_milli(&h, 6), 5333u);
}

TEST(Histogram, OneValueManyTimesIsThatValueAtEveryQuantile)
{
    histogram h;
    for (int i = 0; i < 1000; i++)
        gictime_histogram_add(&h, 220833);
    for (uint32_t ppm : {0u, 500000u, 990000u, 1000000u})
        EXPECT_EQ(gictime_histogram_quantile(&h, ppm), 220833u);
    EXPECT_EQ(gictime_histogram_mean_milli(&h, h.count), 220833000u);
}

TEST(Histogram, EdgesOfEveryOctaveStayInTheirBucket)
{
    for (unsigned bit = 0; bit < 43; bit++) {
        for (uint64_t v :
             {(UINT64_C(1) << bit) - 1u, UINT64_C(1) << bit, (UINT64_C(1) << bit) + 1u}) {
            histogram h;
            uint32_t position = 0;
            uint64_t low = 0, high = 0, count = 0;
            gictime_histogram_add(&h, v);
            ASSERT_TRUE(gictime_histogram_next(&h, &position, &low, &high, &count));
            EXPECT_LE(low, v);
            EXPECT_GE(high, v);
            EXPECT_LE(high - low, low / 128u);
            EXPECT_EQ(count, 1u);
            EXPECT_FALSE(gictime_histogram_next(&h, &position, &low, &high, &count));
        }
    }
}

TEST(Histogram, ValuesBeyondTheRangeAreCountedAndTheMaximumStaysExact)
{
    histogram h;
    gictime_histogram_add(&h, GICTIME_HISTOGRAM_MAX);
    gictime_histogram_add(&h, GICTIME_HISTOGRAM_MAX + 12345u);
    EXPECT_EQ(h.over, 1u);
    EXPECT_EQ(h.max, GICTIME_HISTOGRAM_MAX + 12345u);
    EXPECT_EQ(gictime_histogram_quantile(&h, 999999), h.max);
}

TEST(Histogram, MergedEqualsAddedTogether)
{
    histogram a, b, both;
    std::vector<uint64_t> x = random_values(5, 1000, 40), y = random_values(6, 700, 30);
    for (uint64_t v : x) {
        gictime_histogram_add(&a, v);
        gictime_histogram_add(&both, v);
    }
    for (uint64_t v : y) {
        gictime_histogram_add(&b, v);
        gictime_histogram_add(&both, v);
    }
    gictime_histogram_merge(&a, &b);
    text_file merged, added;
    gictime_histogram_csv(&a, merged.file);
    gictime_histogram_csv(&both, added.file);
    EXPECT_EQ(merged.text(), added.text());
    EXPECT_EQ(a.sum_low, both.sum_low);
    EXPECT_EQ(a.min, both.min);
    EXPECT_EQ(a.max, both.max);
    EXPECT_EQ(a.count, both.count);
}

TEST(Histogram, BucketsInJsonAddUpToTheCount)
{
    histogram h;
    text_file out;
    gictime_json json;
    for (uint64_t v : random_values(7, 500, 40))
        gictime_histogram_add(&h, v);
    gictime_json_open(&json, out.file, 1);
    gictime_histogram_json(&h, &json, nullptr, true);
    json_check::value v = json_check::parse(out.text());
    unsigned long long sum = 0;
    for (const json_check::value &bucket : v["buckets"].items)
        sum += bucket[2].number();
    EXPECT_EQ(sum, 500u);
    EXPECT_EQ(v["count"].number(), 500u);
    EXPECT_EQ(v["max_ps"].number(), h.max);
}

} // namespace
