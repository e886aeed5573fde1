// SPDX-License-Identifier: Apache-2.0
// The project's own invariants under random schedules (C rules). A failure prints the seed; run it
// again with GICTLM_SEED=<seed> and --gtest_filter.
#include "rules_c_schedule.hpp"

namespace
{

constexpr unsigned COUNT = 1500;
constexpr unsigned STEPS = 120;

// True goes on; a failure ends the run, since one seed says enough.
bool expect_nothing(uint64_t seed, const std::string &found)
{
    EXPECT_EQ(found, "") << "GICTLM_SEED=" << seed;
    return found.empty();
}

TEST(Rules, C_01_NothingIsLostUnderRandomSchedules)
{
    schedules::each(COUNT, STEPS, [](uint64_t seed, const schedules::findings &f) {
        return expect_nothing(seed, f.lost);
    });
}

TEST(Rules, C_02_NothingIsDeliveredTwiceUnderRandomSchedules)
{
    schedules::each(COUNT, STEPS, [](uint64_t seed, const schedules::findings &f) {
        return expect_nothing(seed, f.twice);
    });
}

TEST(Rules, C_04_CompletionBitsAreHonestUnderRandomSchedules)
{
    schedules::each(COUNT, STEPS, [](uint64_t seed, const schedules::findings &f) {
        return expect_nothing(seed, f.dishonest);
    });
}

TEST(Rules, C_04_UwpAndChildrenAsleepAreNotEarly)
{
    rig::gic g(rig::one_state(2), rig::timed());
    g.boot();
    g.spi(40, {GIC_GROUP_1NS, 0xA0, true, 0});
    g.pulse(40);
    g.settling = false;
    const auto uwp = [&] { return (g.redist(0, rig::GICR_CTLR) & rig::RCTLR_UWP) != 0; };
    EXPECT_FALSE(uwp());
    EXPECT_EQ(g.ack(0), 40u);
    g.pass(1500);
    EXPECT_TRUE(uwp()) << "the Distributor does not know of the acknowledge";
    EXPECT_FALSE(g.active(40));
    while (uwp())
        g.pass(100);
    EXPECT_TRUE(g.active(40));
    EXPECT_GE(g.now, 3000u);
    g.eoi(0, 40);
    g.pass(1500);
    EXPECT_TRUE(uwp()) << "nor of the deactivation";
    while (uwp())
        g.pass(100);
    EXPECT_FALSE(g.active(40));
    g.sgi(0, GIC_ICC_SGI1R_EL1, 3, 2);
    g.pass(1500);
    EXPECT_TRUE(uwp()) << "nor of the SGI";
    g.settle();
    EXPECT_FALSE(uwp());
}

TEST(Rules, C_06_ARecallIsAnsweredWhereverItFindsTheOffer)
{
    uint64_t crossed = 0;
    for (uint64_t delay = 0; delay < 9000; delay += 250) {
        rig::gic g(rig::one_state(2), rig::timed());
        g.boot();
        g.spi(40, {GIC_GROUP_1NS, 0xA0, false, 0});
        g.settling = false;
        g.line(40, true);
        g.pass(delay);
        g.line(40, false); // the device withdraws: Recall, Clear
        g.pass(delay % 2000);
        const uint32_t taken = g.ack(0);
        g.settle();
        EXPECT_FALSE(g.irq(0)) << "delay " << delay;
        EXPECT_EQ(g.messages(GIC_MSG_OFFER),
                  g.messages(GIC_MSG_TAKEN) + g.messages(GIC_MSG_RETURNED));
        EXPECT_EQ(g.active(40), taken == 40);
        crossed += g.count(GIC_EV_CROSSED_ACTIVATE) + g.count(GIC_EV_CROSSED_CLEAR);
    }
    EXPECT_GT(crossed, 0u);
}

TEST(Rules, C_06_EveryMessageGetsItsAnswerAndEveryRaceHappens)
{
    std::map<gic_event_id, uint64_t> total;
    schedules::each(COUNT, STEPS, [&](uint64_t seed, const schedules::findings &f) {
        for (const auto &[event, count] : f.events)
            total[event] += count;
        return expect_nothing(seed, f.unanswered);
    });
    for (gic_event_id event :
         {GIC_EV_CROSSED_ACTIVATE, GIC_EV_CROSSED_CLEAR, GIC_EV_CROSSED_DISPLACED,
          GIC_EV_CROSSED_DISABLED, GIC_EV_CROSSED_QUIESCE, GIC_EV_CREDIT_WAIT, GIC_EV_PE_ASLEEP})
        EXPECT_GT(total[event], 0u) << gic_event_name(event);
}

} // namespace
