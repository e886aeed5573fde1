// SPDX-License-Identifier: Apache-2.0
#include "devices/stimulus.h"

#include "device_rig.hpp"

namespace
{

class Stimulus : public testing::Test
{
protected:
    Stimulus() : s(stimulus_ops)
    {
        const stimulus_config config = {500, 4, 256, 32, 0};
        stimulus_init(&s.device, &config);
    }
    void set(unsigned n, unsigned reg, uint64_t value, unsigned size = 4)
    {
        s.write(STIMULUS_CH(n, reg), value, size);
    }
    uint64_t get(unsigned n, unsigned reg, unsigned size = 4)
    {
        return s.read(STIMULUS_CH(n, reg), size);
    }
    std::vector<stimulus_change> changes()
    {
        std::vector<stimulus_change> all;
        stimulus_change change;
        while (stimulus_pop(&s.device, &change))
            all.push_back(change);
        return all;
    }
    /// Lets every assertion up to a time happen.
    std::vector<stimulus_change> until(uint64_t time_ps)
    {
        std::vector<stimulus_change> all;
        while (s.deadline() <= time_ps) {
            s.advance_to(s.deadline());
            for (const stimulus_change &change : changes())
                all.push_back(change);
        }
        s.now_ps = time_ps;
        return all;
    }
    devices::rig<stimulus> s;
};

TEST_F(Stimulus, ALevelRisesAtTheExactTimeAndStaysUntilAck)
{
    s.now_ps = 1000;
    set(3, STIMULUS_CH_INTID, 200);
    set(3, STIMULUS_CH_DELAY_NS, 5, 8);
    set(3, STIMULUS_CH_PHASE_PS, 137, 8);
    set(3, STIMULUS_CH_GO, 1);
    EXPECT_EQ(s.deadline(), 1000u + 5000 + 137);
    const auto up = until(100000);

    ASSERT_EQ(up.size(), 1u);
    EXPECT_EQ(up[0].time_ps, 6137u);
    EXPECT_EQ(up[0].intid, 200u);
    EXPECT_FALSE(up[0].ppi);
    EXPECT_TRUE(up[0].level);
    EXPECT_EQ(get(3, STIMULUS_CH_ASSERT_PS, 8), 6137u);
    EXPECT_EQ(get(3, STIMULUS_CH_ASSERT_NS, 8), 6u);
    EXPECT_EQ(get(3, STIMULUS_CH_ASSERT_CYCLES, 8), 12u) << "500 ps a cycle";
    EXPECT_EQ(get(3, STIMULUS_CH_STATUS), unsigned{STIMULUS_STATUS_LINE});
    set(3, STIMULUS_CH_ACK, 1);
    const auto down = changes();

    ASSERT_EQ(down.size(), 1u);
    EXPECT_FALSE(down[0].level);
    EXPECT_EQ(get(3, STIMULUS_CH_RELEASE_PS, 8), 100000u);
}

TEST_F(Stimulus, AnEdgePulses)
{
    set(0, STIMULUS_CH_CTRL, STIMULUS_CTRL_EDGE);
    set(0, STIMULUS_CH_INTID, 40);
    set(0, STIMULUS_CH_COUNT, 3);
    set(0, STIMULUS_CH_DELAY_NS, 10, 8);
    set(0, STIMULUS_CH_PERIOD_NS, 2, 8);
    set(0, STIMULUS_CH_GO, 1);
    const auto all = until(1000000);

    ASSERT_EQ(all.size(), 6u);
    EXPECT_EQ(all[0].time_ps, 10000u);
    EXPECT_EQ(all[2].time_ps, 12000u);
    EXPECT_EQ(all[4].time_ps, 14000u);
    EXPECT_TRUE(all[4].level);
    EXPECT_FALSE(all[5].level);
    EXPECT_EQ(get(0, STIMULUS_CH_FIRED), 3u);
    EXPECT_EQ(s.deadline(), DEV_NEVER);
}

TEST_F(Stimulus, ALevelWithoutPeriodStartsAgainAtAck)
{
    set(0, STIMULUS_CH_INTID, 40);
    set(0, STIMULUS_CH_COUNT, 2);
    set(0, STIMULUS_CH_DELAY_NS, 10, 8);
    set(0, STIMULUS_CH_GO, 1);
    EXPECT_EQ(until(50000).size(), 1u);
    EXPECT_EQ(get(0, STIMULUS_CH_STATUS) & STIMULUS_STATUS_ARMED, unsigned{STIMULUS_STATUS_ARMED});
    set(0, STIMULUS_CH_ACK, 1);
    EXPECT_EQ(s.deadline(), 60000u);
}

TEST_F(Stimulus, AssertionsThatFindTheLineHighAreCounted)
{
    set(0, STIMULUS_CH_INTID, 40);
    set(0, STIMULUS_CH_COUNT, 3);
    set(0, STIMULUS_CH_PERIOD_NS, 1, 8);
    set(0, STIMULUS_CH_GO, 1);
    EXPECT_EQ(until(1000000).size(), 1u);
    EXPECT_EQ(get(0, STIMULUS_CH_FIRED), 3u);
    EXPECT_EQ(get(0, STIMULUS_CH_MERGED), 2u);
}

TEST_F(Stimulus, DrivesThePpiOfAnyPe)
{
    set(7, STIMULUS_CH_CTRL, STIMULUS_CTRL_PPI);
    set(7, STIMULUS_CH_INTID, 22);
    set(7, STIMULUS_CH_PE, 3);
    set(7, STIMULUS_CH_GO, 1);
    const auto all = until(0);

    ASSERT_EQ(all.size(), 1u);
    EXPECT_TRUE(all[0].ppi);
    EXPECT_EQ(all[0].pe, 3u);
    EXPECT_EQ(all[0].intid, 22u);
}

TEST_F(Stimulus, GoIsRefusedForALineThatIsNotThere)
{
    const struct {
        unsigned ctrl, intid, pe;
    } bad[] = {{0, 31, 0},
               {0, 288, 0},
               {0, 1020, 0},
               {0, 4128, 0},
               {STIMULUS_CTRL_PPI, 15, 0},
               {STIMULUS_CTRL_PPI, 22, 4},
               {STIMULUS_CTRL_PPI, 1056, 0}};

    for (const auto &line : bad) {
        set(0, STIMULUS_CH_CTRL, line.ctrl);
        set(0, STIMULUS_CH_INTID, line.intid);
        set(0, STIMULUS_CH_PE, line.pe);
        set(0, STIMULUS_CH_GO, 1);
        EXPECT_EQ(get(0, STIMULUS_CH_STATUS), unsigned{STIMULUS_STATUS_ERROR}) << line.intid;
        EXPECT_EQ(s.deadline(), DEV_NEVER);
    }
    set(0, STIMULUS_CH_CTRL, 0);
    set(0, STIMULUS_CH_INTID, 4127);
    set(0, STIMULUS_CH_GO, 1);
    EXPECT_EQ(get(0, STIMULUS_CH_STATUS), unsigned{STIMULUS_STATUS_ARMED});
}

TEST_F(Stimulus, AnAbsoluteTimeGoneByAssertsAtOnce)
{
    s.now_ps = 5000;
    set(0, STIMULUS_CH_CTRL, STIMULUS_CTRL_ABS);
    set(0, STIMULUS_CH_INTID, 40);
    set(0, STIMULUS_CH_DELAY_NS, 9, 8);
    set(0, STIMULUS_CH_GO, 1);
    EXPECT_EQ(s.deadline(), 9000u);
    set(0, STIMULUS_CH_DELAY_NS, 1, 8);
    set(0, STIMULUS_CH_GO, 1);
    EXPECT_EQ(s.deadline(), 5000u);
}

TEST_F(Stimulus, RandomPhaseStaysInItsSpanAndRepeatsWithItsSeed)
{
    std::vector<uint64_t> first, second;

    for (std::vector<uint64_t> *run : {&first, &second}) {
        s.reset();
        s.now_ps = 0;
        s.write(STIMULUS_SEED, 12345, 8);
        set(0, STIMULUS_CH_CTRL, STIMULUS_CTRL_EDGE);
        set(0, STIMULUS_CH_INTID, 40);
        set(0, STIMULUS_CH_COUNT, 100);
        set(0, STIMULUS_CH_DELAY_NS, 10, 8);
        set(0, STIMULUS_CH_SPAN_PS, 1000, 8);
        set(0, STIMULUS_CH_GO, 1);
        uint64_t last = 0;
        for (const stimulus_change &change : until(1000000000))
            if (change.level) {
                EXPECT_GE(change.time_ps - last, 10000u);
                EXPECT_LT(change.time_ps - last, 11000u);
                run->push_back(change.time_ps - last);
                last = change.time_ps;
            }
    }
    ASSERT_EQ(first.size(), 100u);
    EXPECT_EQ(first, second);
    EXPECT_NE(first[0], first[1]);
}

TEST_F(Stimulus, EarliestFirstAndOfEqualTimesTheLowestChannel)
{
    for (const unsigned n : {5u, 2u, 9u}) {
        set(n, STIMULUS_CH_INTID, 32 + n);
        set(n, STIMULUS_CH_DELAY_NS, n == 9 ? 1 : 2, 8);
        set(n, STIMULUS_CH_GO, 1);
    }
    const auto all = until(1000000);

    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].intid, 41u);
    EXPECT_EQ(all[1].intid, 34u);
    EXPECT_EQ(all[2].intid, 37u);
}

TEST_F(Stimulus, StopLowersEverything)
{
    set(0, STIMULUS_CH_INTID, 40);
    set(0, STIMULUS_CH_COUNT, 0);
    set(0, STIMULUS_CH_PERIOD_NS, 1, 8);
    set(0, STIMULUS_CH_GO, 1);
    (void)until(5000);
    EXPECT_EQ(s.read(STIMULUS_LINES), 1u);
    EXPECT_EQ(s.read(STIMULUS_ARMED), 1u);
    s.write(STIMULUS_STOP, 1);
    EXPECT_EQ(s.read(STIMULUS_LINES), 0u);
    EXPECT_EQ(s.deadline(), DEV_NEVER);
    EXPECT_EQ(changes().size(), 1u);
}

TEST_F(Stimulus, AZeroPeriodEdgeDoesNotStopTime)
{
    set(0, STIMULUS_CH_CTRL, STIMULUS_CTRL_EDGE);
    set(0, STIMULUS_CH_INTID, 40);
    set(0, STIMULUS_CH_COUNT, 0);
    set(0, STIMULUS_CH_GO, 1);
    EXPECT_EQ(until(100).size(), 2u * 101);
}

TEST_F(Stimulus, ALineThatIsHighKeepsItsName)
{
    set(0, STIMULUS_CH_INTID, 40);
    set(0, STIMULUS_CH_GO, 1);
    (void)until(0);
    EXPECT_EQ(s.write_status(STIMULUS_CH(0, STIMULUS_CH_INTID), 4, 41), DEV_BAD_VALUE);
    EXPECT_EQ(get(0, STIMULUS_CH_INTID), 40u);
}

TEST_F(Stimulus, GlobalRegisters)
{
    s.now_ps = 1234567;
    EXPECT_EQ(s.read(STIMULUS_ID), unsigned{STIMULUS_ID_VALUE});
    EXPECT_EQ(s.read(STIMULUS_CHANNELS), 32u);
    EXPECT_EQ(s.read(STIMULUS_NOW_PS, 8), 1234567u);
    EXPECT_EQ(s.read(STIMULUS_NOW_NS, 8), 1234u);
    EXPECT_EQ(s.read(STIMULUS_NOW_CYCLES, 8), 2469u);
    EXPECT_EQ(s.read(STIMULUS_CPU_HZ, 8), 2000000000u);
    EXPECT_EQ(s.read_status(STIMULUS_STOP, 4), DEV_WRITE_ONLY);
    EXPECT_EQ(s.write_status(STIMULUS_ID, 4), DEV_READ_ONLY);
    EXPECT_EQ(s.read_status(STIMULUS_CH(32, 0), 4), DEV_HOLE);
    EXPECT_EQ(s.read_status(STIMULUS_NOW_PS, 1), DEV_BAD_SIZE);
}

} // namespace
