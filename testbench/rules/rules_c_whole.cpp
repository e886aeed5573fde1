// SPDX-License-Identifier: Apache-2.0
// The whole GIC against the slow reference (testbench/reference/ref_gic.h): random operations,
// everything compared after each. A failure prints its seed and a short list of operations; run it
// again with GICTLM_SEED=<seed> and --gtest_filter. GICTLM_RUNS=<n> makes it n runs.
#include <gtest/gtest.h>

#include "whole_race.hpp"

namespace
{

#ifdef GICTLM_LONG
constexpr unsigned TIMES = 20;
constexpr uint64_t FIRST_SEED = 1;
#else
constexpr unsigned TIMES = 1;
constexpr uint64_t FIRST_SEED = 20240917;
#endif

uint64_t base_seed()
{
    const char *given = std::getenv("GICTLM_SEED");
    const uint64_t seed = given ? std::strtoull(given, nullptr, 0) : FIRST_SEED;
    ::testing::Test::RecordProperty("seed", std::to_string(seed));
    return seed;
}

// One run if a seed is given: that is to be looked at.
unsigned runs(unsigned usual)
{
    const char *given = std::getenv("GICTLM_RUNS");
    if (given)
        return static_cast<unsigned>(std::strtoul(given, nullptr, 0));
    return std::getenv("GICTLM_SEED") ? 1 : TIMES * usual;
}

// No longer than a test may last, and a failure tells its story.
void each(unsigned count, whole::mode how)
{
    constexpr unsigned STEPS = 400;
    whole::outcome total;
    const uint64_t first = base_seed();
    for (unsigned i = 0; i < count; i++) {
        const std::string story = whole::run(first + i, STEPS, how, &total);
        if (!story.empty()) {
            FAIL() << story;
        }
    }
    // The runs have seen what they are for.
    EXPECT_GT(total.acknowledges, count * STEPS / 200);
    EXPECT_GT(total.signalled, count * STEPS / 40);
    EXPECT_GT(total.virtual_acknowledges, count * STEPS / 200);
    EXPECT_GT(total.virtual_signalled, count * STEPS / 40);
    EXPECT_GT(total.maintained, count * STEPS / 40);
    EXPECT_GT(total.nmis, count * STEPS / 100);
    EXPECT_GT(total.virtual_nmis, count * STEPS / 100);
    EXPECT_EQ(total.underway > 0, how == whole::mode::UNDER_WAY);
}

TEST(WholeReference, EveryStateAgreesAfterEachOperation)
{
    each(runs(30), whole::mode::LOOSELY_TIMED);
}

TEST(Rules, C_03_SpacedOutEveryStateAgreesWithTheReference)
{
    each(runs(15), whole::mode::TIMED);
}

TEST(Rules, C_04_CompletionBitsAreTrueWhileMessagesAreUnderWay)
{
    each(runs(15), whole::mode::UNDER_WAY);
}

TEST(Rules, C_05_WhatIsReadExplainsWhatIsDrivenAfterARace)
{
    constexpr unsigned ROUNDS = 20;
    uint64_t taken = 0;
    const unsigned count = runs(80);
    const uint64_t first = base_seed();
    for (unsigned i = 0; i < count; i++) {
        const std::string story = whole::run_race(first + i, ROUNDS, &taken);
        if (!story.empty()) {
            FAIL() << story;
        }
    }
    EXPECT_GT(taken, count * ROUNDS / 10);
}

} // namespace
