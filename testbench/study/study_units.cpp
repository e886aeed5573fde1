// SPDX-License-Identifier: Apache-2.0
// The study driver's parts: log, clocks, statistics, JSON look-up, join.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "study.h"

namespace
{

// A file with this text, removed at the end.
class text_file
{
public:
    explicit text_file(const std::string &text) : path_(testing::TempDir() + "study_units.txt")
    {
        std::ofstream(path_) << text;
    }
    ~text_file()
    {
        std::remove(path_.c_str());
    }
    const char *path() const
    {
        return path_.c_str();
    }

private:
    std::string path_;
};

const char log_head[] = "C pes=2 samples=3 seed=1 stimulator=1 counter_hz=62500000\r\n"
                        "W 0 sgi_self\r\nW 1 spi_edge\r\n";

TEST(StudyLog, ReadsEveryRecord)
{
    text_file file(std::string(log_head) +
                   "K 0 10 205 2\r\nS 1 1 1 65 p 1f4 0 a b c 0 1 1\r\nD 1 1 1\r\nE\r\n");
    study_log log;
    ASSERT_TRUE(study_log_read(&log, file.path()));
    EXPECT_EQ(log.pes, 2u);
    EXPECT_EQ(log.counter_hz, 62500000u);
    EXPECT_TRUE(log.stimulator);
    ASSERT_EQ(log.num_reads, 1u);
    EXPECT_EQ(log.reads[0].cycles, 0x205u);
    ASSERT_EQ(log.num_samples, 1u);
    EXPECT_EQ(log.samples[0].intid, 101u);
    EXPECT_TRUE(log.samples[0].loaded);
    EXPECT_EQ(log.samples[0].t0, 500u);
    EXPECT_EQ(log.samples[0].depth, 1u);
    EXPECT_TRUE(log.samples[0].disturbed);
    study_log_free(&log);
}

TEST(StudyLog, RefusesALogWithoutEnd)
{
    text_file file(log_head);
    study_log log;
    EXPECT_FALSE(study_log_read(&log, file.path()));
    study_log_free(&log);
}

TEST(StudyLog, RefusesGarbageAndComplaints)
{
    for (const char *line :
         {"S 1 1 1\n", "PANIC pe 0\n", "X no samples\n", "S 9 0 0 1 p 0 0 0 0 0 0 0 0\n"}) {
        text_file file(std::string(log_head) + line + "E\n");
        study_log log;
        EXPECT_FALSE(study_log_read(&log, file.path())) << line;
        study_log_free(&log);
    }
}

// Counter reads of a PE whose PMCCNTR_EL0 is `offset` cycles behind, at many phases.
std::vector<study_clock_read> reads_of(unsigned pe, int64_t offset, uint64_t period, uint64_t tick)
{
    std::vector<study_clock_read> reads;
    for (uint64_t cycle = 1000; cycle < 1000 + 97 * 33; cycle += 97) {
        const uint64_t now = cycle * period;
        reads.push_back(
            {pe, now / tick, static_cast<uint64_t>(static_cast<int64_t>(cycle) - offset) + 1, 1});
    }
    return reads;
}

TEST(StudyClock, FindsTheOffsetOfEveryPe)
{
    const uint64_t period = 400, tick = 16000;
    std::vector<study_clock_read> reads = reads_of(0, 37, period, tick);
    const std::vector<study_clock_read> other = reads_of(1, -12345, period, tick);
    reads.insert(reads.end(), other.begin(), other.end());
    study_log log = {};
    log.pes = 2;
    log.counter_hz = 62500000;
    log.reads = reads.data();
    log.num_reads = reads.size();
    study_clock clock;
    ASSERT_TRUE(study_clock_make(&clock, &log, period));
    EXPECT_LE(std::llabs(clock.offset[0] - 37), clock.doubt);
    EXPECT_LE(std::llabs(clock.offset[1] + 12345), clock.doubt);
    EXPECT_LE(clock.doubt, 2);
    EXPECT_EQ(study_clock_ps(&clock, 0, 63), static_cast<uint64_t>(63 + clock.offset[0]) * period);
}

TEST(StudyClock, RefusesAPeriodThatDoesNotFit)
{
    std::vector<study_clock_read> reads = reads_of(0, 0, 400, 16000);
    study_log log = {};
    log.pes = 1;
    log.counter_hz = 62500000;
    log.reads = reads.data();
    log.num_reads = reads.size();
    study_clock clock;
    EXPECT_FALSE(study_clock_make(&clock, &log, 500));
}

TEST(StudyStat, NearestRankQuantiles)
{
    std::vector<int64_t> list;
    for (int64_t n = 200; n >= 1; n--)
        list.push_back(n);
    const study_stat s = study_stat_of(list.data(), list.size());
    EXPECT_EQ(s.count, 200u);
    EXPECT_EQ(s.min, 1);
    EXPECT_EQ(s.p50, 100);
    EXPECT_EQ(s.p90, 180);
    EXPECT_EQ(s.p99, 198);
    EXPECT_EQ(s.max, 200);
    EXPECT_EQ(s.mean, 100);
    EXPECT_EQ(study_stat_of(list.data(), 0).count, 0u);
}

TEST(StudyJson, FindsByPath)
{
    const char text[] = R"({"a": "x\"}", "b": {"c": [1, {"d": 42}, "e"], "f": null}, "g.h": 7})";
    char word[8];
    EXPECT_EQ(study_json_number(text, "b/c/1/d", 0), 42u);
    EXPECT_EQ(study_json_number(text, "b/c/0", 0), 1u);
    EXPECT_EQ(study_json_number(text, "g.h", 0), 7u);
    EXPECT_EQ(study_json_number(text, "b/f", 5), 5u);
    EXPECT_EQ(study_json_number(text, "b/none", 5), 5u);
    ASSERT_TRUE(study_json_string(text, "a", word, sizeof word));
    EXPECT_STREQ(word, "x\"}");
    EXPECT_FALSE(study_json_string(text, "b", word, sizeof word));
}

TEST(StudyJson, SurvivesEveryTruncation)
{
    const std::string text = R"({"a": [1, {"b": "c\\"}], "d": {"e": 3}})";
    for (size_t n = 0; n < text.size(); n++)
        EXPECT_EQ(study_json_number(text.substr(0, n).c_str(), "d/f", 9), 9u) << n;
}

// One sample of an SPI and the instance that the model has of it.
class StudyJoin : public testing::Test
{
protected:
    StudyJoin()
    {
        snprintf(log.name[0], STUDY_NAME, "spi_edge");
        log.num_names = 1;
        log.pes = 1;
        sample = {};
        sample.intid = 101;
        sample.unit = 'p';
        sample.t0 = 1000000;
        sample.exception = 2600; // 1040000 ps: 40 ns after the assertion
        sample.acknowledge = 2625;
        sample.end = 2700;
        log.samples = &sample;
        log.num_samples = 1;
        for (uint64_t &stamp : instance.stamp)
            stamp = GICTIME_NO_STAMP;
        instance.intid = 101;
        instance.stamp[GICTIME_STAMP_ASSERTED] = 1000000;
        instance.stamp[GICTIME_STAMP_HANDLER] = 1040000;
        instance.stamp[GICTIME_STAMP_ACKNOWLEDGED] = 1049600;
        instance.stamp[GICTIME_STAMP_DEACTIVATED] = 1090000;
        instances.list = &instance;
        instances.count = 1;
        clock.period_ps = 400;
        clock.tick_ps = 16000;
    }
    ~StudyJoin() override
    {
        for (size_t n = 0; n < result.num_sets; n++)
            free(result.sets[n].ecdf);
        free(result.sets);
        free(result.points);
    }
    void join()
    {
        result.period_ps = clock.period_ps;
        study_join(&result, &log, &instances, &clock);
        study_sets_finish(&result);
    }

    study_log log = {};
    study_sample sample;
    gictime_instance instance = {};
    study_instances instances = {};
    study_clock clock = {};
    study_result result = {};
};

TEST_F(StudyJoin, BothViewsOfOneInterrupt)
{
    join();
    ASSERT_EQ(result.num_points, 1u);
    ASSERT_EQ(result.num_sets, 1u);
    EXPECT_EQ(result.points[0].fw_vector, 40000);
    EXPECT_EQ(result.points[0].model_vector, 40000);
    EXPECT_EQ(result.unmatched, 0u);
    EXPECT_EQ(result.sets[0].compared, 1u);
    EXPECT_EQ(result.sets[0].disagree, 0u);
    EXPECT_EQ(result.sets[0].total.max, 90000);
}

TEST_F(StudyJoin, MoreThanACycleApartIsCounted)
{
    instance.stamp[GICTIME_STAMP_HANDLER] += 401;
    join();
    EXPECT_EQ(result.sets[0].disagree, 1u);
    EXPECT_EQ(result.sets[0].worst_difference, 401);
}

TEST_F(StudyJoin, AnotherInterruptDoesNotMatch)
{
    instance.intid = 102;
    join();
    EXPECT_EQ(result.unmatched, 1u);
    EXPECT_EQ(result.sets[0].compared, 0u);
}

TEST_F(StudyJoin, AnAcknowledgeLongBeforeDoesNotMatch)
{
    instance.stamp[GICTIME_STAMP_ACKNOWLEDGED] = 0;
    sample.acknowledge = 1000000;
    join();
    EXPECT_EQ(result.unmatched, 1u);
}

TEST_F(StudyJoin, ADisturbedEntryIsNotCompared)
{
    sample.disturbed = true;
    instance.stamp[GICTIME_STAMP_HANDLER] += 4000;
    join();
    EXPECT_EQ(result.sets[0].compared, 0u);
    EXPECT_EQ(result.incomparable, 1u);
    EXPECT_EQ(result.sets[0].fw.max, 40000);
}

TEST_F(StudyJoin, ALateArrivalHasWaitedForNothing)
{
    sample.t0 = 1041000; // after the first instruction of the vector
    join();
    EXPECT_EQ(result.sets[0].fw.max, 0);
    EXPECT_EQ(result.sets[0].compared, 0u);
}

TEST_F(StudyJoin, PreemptionThatDidNotPreemptIsLeftOut)
{
    snprintf(log.name[0], STUDY_NAME, "preempt");
    join();
    EXPECT_EQ(result.num_points, 0u);
    sample.depth = 1;
    join();
    EXPECT_EQ(result.num_points, 1u);
}

TEST_F(StudyJoin, HopsAddUpToTheWholeLife)
{
    join();
    int64_t sum = 0;
    for (const int64_t hop : result.sets[0].hop_mean)
        sum += hop;
    EXPECT_EQ(sum, 90000);
}

} // namespace
