// SPDX-License-Identifier: Apache-2.0
#include "devices/gtimer.h"

#include <random>

#include "gtest/gtest.h"

namespace
{

constexpr uint64_t tick_ps = 16000; ///< 62.5 MHz.

class Gtimer : public testing::Test
{
protected:
    Gtimer()
    {
        make(true, true);
    }
    void make(bool el2, bool el3, bool vhe = false)
    {
        const gtimer_config config = {62500000, el2, el3, vhe};
        gtimer_init(&timer, &config);
    }
    /// The PE at an Exception level, Non-secure.
    static gtimer_pe at(unsigned el)
    {
        gtimer_pe pe = gtimer_pe();
        pe.el = static_cast<uint8_t>(el);
        pe.secure = el == 3;
        pe.el2_enabled = true;
        return pe;
    }
    uint64_t read(gtimer_reg reg, unsigned el = 1)
    {
        const gtimer_pe pe = at(el);
        uint64_t value = 0;
        EXPECT_EQ(gtimer_read(&timer, reg, &pe, now, &value), GTIMER_OK);
        return value;
    }
    void write(gtimer_reg reg, uint64_t value, unsigned el = 1)
    {
        const gtimer_pe pe = at(el);
        EXPECT_EQ(gtimer_write(&timer, reg, &pe, now, value), GTIMER_OK);
    }
    gtimer_result try_read(gtimer_reg reg, const gtimer_pe &pe)
    {
        uint64_t value;
        return gtimer_read(&timer, reg, &pe, now, &value);
    }
    bool line(gtimer_id id)
    {
        return (gtimer_lines(&timer, now) >> id & 1u) != 0;
    }

    gtimer timer;
    uint64_t now = 0;
};

TEST_F(Gtimer, CountsSimulatedTime)
{
    now = 10 * tick_ps - 1;
    EXPECT_EQ(read(GTIMER_CNTPCT_EL0), 9u);
    now = 10 * tick_ps;
    EXPECT_EQ(read(GTIMER_CNTPCT_EL0), 10u);
    EXPECT_EQ(read(GTIMER_CNTFRQ_EL0), 62500000u);
}

TEST_F(Gtimer, FrequenciesWithoutWholePeriodAreExact)
{
    const dev_clock clock = dev_clock_make(19200000);
    std::mt19937_64 random(20231117);

    for (unsigned n = 0; n < 1000; n++) {
        const uint64_t ticks = random() % 1000000000000;
        const uint64_t ps = dev_clock_ps(&clock, ticks);

        EXPECT_EQ(dev_clock_ticks(&clock, ps), ticks) << "seed 20231117";
        if (ps > 0) {
            EXPECT_LT(dev_clock_ticks(&clock, ps - 1), ticks) << "seed 20231117";
        }
    }
}

TEST_F(Gtimer, LineIsHighExactlyFromTheDeadlineOn)
{
    now = 5;
    write(GTIMER_CNTP_CVAL_EL0, 100);
    write(GTIMER_CNTP_CTL_EL0, 1);
    const uint64_t due = gtimer_deadline(&timer, now);

    EXPECT_EQ(due, 100 * tick_ps);
    now = due - 1;
    EXPECT_FALSE(line(GTIMER_P));
    EXPECT_EQ(read(GTIMER_CNTP_CTL_EL0), 1u);
    now = due;
    EXPECT_TRUE(line(GTIMER_P));
    EXPECT_EQ(read(GTIMER_CNTP_CTL_EL0), 5u);
    EXPECT_EQ(gtimer_deadline(&timer, now), DEV_NEVER) << "a level stays";
}

TEST_F(Gtimer, MaskAndDisableLowerTheLine)
{
    write(GTIMER_CNTP_CTL_EL0, 1);
    EXPECT_TRUE(line(GTIMER_P)) << "CVAL 0 has passed";
    write(GTIMER_CNTP_CTL_EL0, 3);
    EXPECT_FALSE(line(GTIMER_P));
    EXPECT_EQ(read(GTIMER_CNTP_CTL_EL0), 7u) << "ISTATUS ignores IMASK";
    write(GTIMER_CNTP_CTL_EL0, 0);
    EXPECT_FALSE(line(GTIMER_P));
}

TEST_F(Gtimer, TvalIsASignedDistance)
{
    now = 1000 * tick_ps;
    write(GTIMER_CNTP_TVAL_EL0, 50);
    EXPECT_EQ(read(GTIMER_CNTP_CVAL_EL0), 1050u);
    write(GTIMER_CNTP_TVAL_EL0, 0xfffffff6u);
    EXPECT_EQ(read(GTIMER_CNTP_CVAL_EL0), 990u);
    EXPECT_EQ(read(GTIMER_CNTP_TVAL_EL0), 0xfffffff6u);
}

TEST_F(Gtimer, VirtualTimerSubtractsTheOffset)
{
    write(GTIMER_CNTVOFF_EL2, 40, 2);
    now = 100 * tick_ps;
    EXPECT_EQ(read(GTIMER_CNTVCT_EL0), 60u);
    write(GTIMER_CNTV_CVAL_EL0, 70);
    write(GTIMER_CNTV_CTL_EL0, 1);
    EXPECT_EQ(gtimer_deadline(&timer, now), 110 * tick_ps);
}

TEST_F(Gtimer, AHostSeesThePhysicalCountAndTheGuestsTimerByItsOffset)
{
    make(true, false, true);
    gtimer_pe host = at(2);
    uint64_t value = 0;
    host.e2h = host.tge = true;
    write(GTIMER_CNTVOFF_EL2, 40, 2);
    now = 100 * tick_ps;
    EXPECT_EQ(gtimer_read(&timer, GTIMER_CNTVCT_EL0, &host, now, &value), GTIMER_OK);
    EXPECT_EQ(value, 100u);
    EXPECT_EQ(gtimer_write(&timer, GTIMER_CNTV_TVAL_EL0, &host, now, 10), GTIMER_OK); // by _EL02
    EXPECT_EQ(read(GTIMER_CNTV_CVAL_EL0), 70u);
    EXPECT_EQ(gtimer_write(&timer, GTIMER_CNTHV_TVAL_EL2, &host, now, 10), GTIMER_OK);
    EXPECT_EQ(gtimer_read(&timer, GTIMER_CNTHV_CVAL_EL2, &host, now, &value), GTIMER_OK);
    EXPECT_EQ(value, 110u);
    EXPECT_EQ(gtimer_write(&timer, GTIMER_CNTHV_CTL_EL2, &host, now, 1), GTIMER_OK);
    now = 110 * tick_ps;
    EXPECT_TRUE(line(GTIMER_HV));
}

TEST_F(Gtimer, AHostsEl0ReachesEl2sTimersAsCnthctlSays)
{
    make(true, false, true);
    gtimer_pe app = at(0);
    EXPECT_EQ(try_read(GTIMER_CNTHV_CTL_EL2, app), GTIMER_UNDEFINED);
    app.e2h = app.tge = true;
    write(GTIMER_CNTHCTL_EL2, 0, 2);
    EXPECT_EQ(try_read(GTIMER_CNTHV_CTL_EL2, app), GTIMER_TRAP_EL2);
    EXPECT_EQ(try_read(GTIMER_CNTHP_CTL_EL2, app), GTIMER_TRAP_EL2);
    write(GTIMER_CNTHCTL_EL2, 1 << 8, 2); // EL0VTEN
    EXPECT_EQ(try_read(GTIMER_CNTHV_CTL_EL2, app), GTIMER_OK);
    EXPECT_EQ(try_read(GTIMER_CNTHP_CTL_EL2, app), GTIMER_TRAP_EL2);
    write(GTIMER_CNTHCTL_EL2, 1 << 9, 2); // EL0PTEN
    EXPECT_EQ(try_read(GTIMER_CNTHP_CTL_EL2, app), GTIMER_OK);
}

TEST_F(Gtimer, ConditionEndsWhenTheOffsetCountWraps)
{
    write(GTIMER_CNTVOFF_EL2, 20, 2);
    write(GTIMER_CNTV_CVAL_EL0, 100);
    write(GTIMER_CNTV_CTL_EL0, 1);
    now = 10 * tick_ps; /* the virtual count is -10, far above 100 */
    EXPECT_TRUE(line(GTIMER_V));
    EXPECT_EQ(gtimer_deadline(&timer, now), 20 * tick_ps);
    now = 20 * tick_ps;
    EXPECT_FALSE(line(GTIMER_V));
    EXPECT_EQ(gtimer_deadline(&timer, now), 120 * tick_ps);
}

TEST_F(Gtimer, ADeadlineBeyondTheEndOfTimeNeverComes)
{
    write(GTIMER_CNTP_CVAL_EL0, UINT64_MAX);
    write(GTIMER_CNTP_CTL_EL0, 1);
    EXPECT_EQ(gtimer_deadline(&timer, now), DEV_NEVER);
}

TEST_F(Gtimer, El0AsksCntkctl)
{
    const gtimer_pe el0 = at(0);

    EXPECT_EQ(try_read(GTIMER_CNTVCT_EL0, el0), GTIMER_TRAP_EL1);
    EXPECT_EQ(try_read(GTIMER_CNTFRQ_EL0, el0), GTIMER_TRAP_EL1);
    write(GTIMER_CNTKCTL_EL1, 2);
    EXPECT_EQ(try_read(GTIMER_CNTVCT_EL0, el0), GTIMER_OK);
    EXPECT_EQ(try_read(GTIMER_CNTFRQ_EL0, el0), GTIMER_OK);
    EXPECT_EQ(try_read(GTIMER_CNTPCT_EL0, el0), GTIMER_TRAP_EL1);
    EXPECT_EQ(try_read(GTIMER_CNTV_CTL_EL0, el0), GTIMER_TRAP_EL1);
    write(GTIMER_CNTKCTL_EL1, 0x100);
    EXPECT_EQ(try_read(GTIMER_CNTV_CTL_EL0, el0), GTIMER_OK);
    EXPECT_EQ(try_read(GTIMER_CNTKCTL_EL1, el0), GTIMER_UNDEFINED);
}

TEST_F(Gtimer, CnthctlTrapsThePhysicalTimerOfEl1)
{
    const gtimer_pe el1 = at(1);

    EXPECT_EQ(try_read(GTIMER_CNTPCT_EL0, el1), GTIMER_OK);
    write(GTIMER_CNTHCTL_EL2, 0, 2);
    EXPECT_EQ(try_read(GTIMER_CNTPCT_EL0, el1), GTIMER_TRAP_EL2);
    EXPECT_EQ(try_read(GTIMER_CNTP_CTL_EL0, el1), GTIMER_TRAP_EL2);
    EXPECT_EQ(try_read(GTIMER_CNTV_CTL_EL0, el1), GTIMER_OK);
    EXPECT_EQ(try_read(GTIMER_CNTPCT_EL0, at(2)), GTIMER_OK);
}

TEST_F(Gtimer, SecureTimerBelongsToEl3AndWithStToSecureEl1)
{
    gtimer_pe secure_el1 = at(1);

    secure_el1.secure = true;
    secure_el1.el2_enabled = false;
    EXPECT_EQ(try_read(GTIMER_CNTPS_CTL_EL1, at(1)), GTIMER_UNDEFINED);
    EXPECT_EQ(try_read(GTIMER_CNTPS_CTL_EL1, secure_el1), GTIMER_TRAP_EL3);
    secure_el1.st = true;
    EXPECT_EQ(try_read(GTIMER_CNTPS_CTL_EL1, secure_el1), GTIMER_OK);
    EXPECT_EQ(try_read(GTIMER_CNTPS_CTL_EL1, at(2)), GTIMER_UNDEFINED);
    EXPECT_EQ(try_read(GTIMER_CNTPS_CTL_EL1, at(3)), GTIMER_OK);
}

TEST_F(Gtimer, El2RegistersAreUndefinedBelowEl2AndRes0WithoutIt)
{
    EXPECT_EQ(try_read(GTIMER_CNTHP_CTL_EL2, at(1)), GTIMER_UNDEFINED);
    write(GTIMER_CNTHP_CTL_EL2, 1, 2);
    EXPECT_TRUE(line(GTIMER_HP));
    make(false, true);
    write(GTIMER_CNTHP_CTL_EL2, 1, 3);
    EXPECT_EQ(read(GTIMER_CNTHP_CTL_EL2, 3), 0u);
    EXPECT_FALSE(line(GTIMER_HP));
}

TEST_F(Gtimer, FrequencyIsWrittenByTheHighestLevelOnly)
{
    const gtimer_pe el2 = at(2), el3 = at(3);

    EXPECT_EQ(gtimer_write(&timer, GTIMER_CNTFRQ_EL0, &el2, 0, 1), GTIMER_UNDEFINED);
    EXPECT_EQ(gtimer_write(&timer, GTIMER_CNTFRQ_EL0, &el3, 0, 1), GTIMER_OK);
    EXPECT_EQ(read(GTIMER_CNTFRQ_EL0), 1u);
    now = 10 * tick_ps;
    EXPECT_EQ(read(GTIMER_CNTPCT_EL0), 10u) << "the register says, it does not set";
}

TEST_F(Gtimer, EventStreamFollowsItsBitAndDirection)
{
    EXPECT_EQ(gtimer_next_event(&timer, 0), DEV_NEVER);
    write(GTIMER_CNTKCTL_EL1, 4 | 3 << 4); /* bit 3 rises at 8, 24, 40 ... */
    EXPECT_EQ(gtimer_next_event(&timer, 0), 8 * tick_ps);
    EXPECT_EQ(gtimer_next_event(&timer, 8 * tick_ps), 24 * tick_ps);
    write(GTIMER_CNTKCTL_EL1, 4 | 8 | 3 << 4); /* falls at 16, 32 ... */
    EXPECT_EQ(gtimer_next_event(&timer, 0), 16 * tick_ps);
    EXPECT_EQ(gtimer_next_event(&timer, 16 * tick_ps), 32 * tick_ps);
}

} // namespace
