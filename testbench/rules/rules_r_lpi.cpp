// SPDX-License-Identifier: Apache-2.0
// LPIs in the Redistributor: registers, tables, configuration, order.
#include <algorithm>

#include "gicr_lpi_rig.hpp"

using namespace lpi;

namespace
{

// Each rule with the smallest cache, an odd one and one that holds everything.
template <typename F> void with_caches(F &&test, unsigned bits = 14, unsigned pes = 1)
{
    for (unsigned cache : {4u, 5u, 64u}) {
        SCOPED_TRACE("cache of " + std::to_string(cache));
        rig g(small_config(bits, cache, pes));
        test(g);
    }
}

std::vector<uint32_t> drain(rig &g, unsigned pe = 0)
{
    std::vector<uint32_t> order;
    for (uint32_t intid = g.ack(pe); intid != none; intid = g.ack(pe))
        order.push_back(intid);
    return order;
}

TEST(Rules, R_01_AnLpiAsksForTheSleepingPe)
{
    with_caches([](rig &g) {
        g.enable(0);
        g.configure(8200, 0x40);
        g.write(0, GICR_WAKER, 2);
        g.settle();
        ASSERT_EQ(g.read(0, GICR_WAKER), 6u);
        g.set(0, 8200);
        EXPECT_EQ(g.held(0), none);
        EXPECT_TRUE(g.cpus[0].line[GIC_LINE_WAKE_REQUEST]);
        g.write(0, GICR_WAKER, 0);
        g.settle();
        EXPECT_FALSE(g.cpus[0].line[GIC_LINE_WAKE_REQUEST]);
        EXPECT_EQ(g.ack(0), 8200u);
        // What the CPU interface holds when it goes to sleep comes back and waits.
        g.set(0, 8200);
        EXPECT_EQ(g.held(0), 8200u);
        g.write(0, GICR_WAKER, 2);
        g.settle();
        EXPECT_EQ(g.held(0), none);
        EXPECT_TRUE(g.cpus[0].line[GIC_LINE_WAKE_REQUEST]);
        g.write(0, GICR_WAKER, 0);
        g.settle();
        EXPECT_EQ(g.ack(0), 8200u);
    });
}

TEST(Rules, R_03_BasesAreFixedWhileLpisAreEnabled)
{
    rig g(small_config());
    const uint64_t all = ~UINT64_C(0);
    g.write(0, GICR_PROPBASER, all, 8);
    g.write(0, GICR_PENDBASER, all, 8);
    EXPECT_EQ(g.read(0, GICR_PROPBASER, 8), 0x070FFFFFFFFFFF9Fu) << "attributes are kept";
    EXPECT_EQ(g.read(0, GICR_PENDBASER, 8), 0x070FFFFFFFFF0F80u);
    g.write(0, GICR_PROPBASER, 0, 4);
    g.write(0, GICR_PENDBASER + 4, 0, 4);
    EXPECT_EQ(g.read(0, GICR_PROPBASER, 8), 0x070FFFFF00000000u) << "halves";
    EXPECT_EQ(g.read(0, GICR_PENDBASER, 8), 0xFFFF0F80u);
    EXPECT_EQ(g.read(0, GICR_PROPBASER + 4, 4), 0x070FFFFFu);
    g.enable(0);
    const uint64_t prop = g.read(0, GICR_PROPBASER, 8);
    const uint64_t pend = g.read(0, GICR_PENDBASER, 8);
    EXPECT_EQ(g.count(GIC_EV_BAD_LPI_REGISTER), 0u);
    g.write(0, GICR_PROPBASER, 0, 8);
    g.write(0, GICR_PENDBASER, 0x10000, 4);
    EXPECT_EQ(g.read(0, GICR_PROPBASER, 8), prop);
    EXPECT_EQ(g.read(0, GICR_PENDBASER, 8), pend);
    EXPECT_EQ(g.count(GIC_EV_BAD_LPI_REGISTER), 2u);
    g.turn_off(0);
    g.write(0, GICR_PROPBASER, 0, 8);
    EXPECT_EQ(g.read(0, GICR_PROPBASER, 8), 0u) << "free again after RWP";
}

TEST(Rules, R_04_PtzVouchesForAnEmptyTable)
{
    with_caches([](rig &g) {
        g.configure(8200, 0x40);
        g.configure(16000, 0x80);
        g.put_in_table(0, 8200);
        g.put_in_table(0, 16000);
        g.write(0, GICR_PENDBASER, PTZ, 8);
        EXPECT_EQ(g.read(0, GICR_PENDBASER, 8), 0u) << "write-only";
        g.enable(0, PTZ);
        EXPECT_EQ(g.reads, 0u) << "nothing is read";
        EXPECT_EQ(g.held(0), none);
        EXPECT_EQ(g.read(0, GICR_PENDBASER, 8) & PTZ, 0u) << "reads as zero";
        g.turn_off(0);
        g.put_in_table(0, 8200);
        g.put_in_table(0, 16000);
        g.enable(0, 0);
        EXPECT_GE(g.reads, (16384u - 8192u) / 512u) << "all of it is read";
        EXPECT_GE(g.requests_peak, 4u) << "several reads are outstanding";
        EXPECT_EQ(drain(g), (std::vector<uint32_t>{8200, 16000}));
    });
}

TEST(Rules, R_04_PtzCountsForOneEnable)
{
    rig g(small_config());
    g.configure(8200, 0x40, false);
    g.enable(0, PTZ);
    g.set(0, 8200);
    g.turn_off(0);
    ASSERT_TRUE(g.in_table(0, 8200));
    g.turn_on(0); // PENDBASER was not written again
    g.configure(8200, 0x40);
    g.send(0, GIC_MSG_LPI_INV, 8200);
    EXPECT_EQ(g.ack(0), 8200u);
}

// Of the priority as many bits count as are implemented, of the lower two of its byte none.
TEST(Rules, R_05_ConfigurationByte)
{
    for (bool two_states : {false, true})
        for (unsigned bits = two_states ? 5 : 4; bits <= 8; bits++) {
            SCOPED_TRACE(std::to_string(two_states) + " " + std::to_string(bits));
            gic_config config = small_config();
            config.two_security_states = config.has_el3 = two_states;
            config.priority_bits = static_cast<uint8_t>(bits);
            config.preemption_bits = static_cast<uint8_t>(std::min(bits, 5u));
            rig g(config);
            g.enable(0);
            for (unsigned byte = 0; byte < 256; byte++) {
                g.config_bytes[8200 - first] = static_cast<uint8_t>(byte);
                g.send(0, GIC_MSG_LPI_INV, 8200);
                g.set(0, 8200);
                if (byte & 1) {
                    const unsigned priority = byte & 0xFC;
                    const unsigned placed = two_states ? 0x80 | priority >> 1 : priority;
                    ASSERT_EQ(g.held(0), 8200u) << byte;
                    EXPECT_EQ(g.cpus[0].held_priority, placed & (0xFF00u >> bits)) << byte;
                    EXPECT_EQ(g.ack(0), 8200u);
                } else {
                    EXPECT_EQ(g.held(0), none) << byte;
                }
                g.send(0, GIC_MSG_LPI_CLEAR, 8200);
            }
        }
}

// The priority follows GICD_CTLR.DS, also of what is pending.
TEST(Rules, R_05_PriorityFollowsDs)
{
    with_caches([](rig &) {
        gic_config config = small_config();
        config.two_security_states = config.has_el3 = config.ds_writable = true;
        rig g(config);
        g.enable(0);
        for (uint32_t intid = 8192; intid < 8202; intid++)
            g.configure(intid, 0x20);
        for (uint32_t intid = 8192; intid < 8202; intid++)
            g.set(0, intid);
        EXPECT_EQ(g.cpus[0].held_priority, 0x90);
        g.distributor_groups(0, GIC_GROUPS_ALL, true);
        EXPECT_EQ(g.held(0), 8192u);
        EXPECT_EQ(g.cpus[0].held_priority, 0x20);
        EXPECT_EQ(drain(g).size(), 10u);
    });
}

TEST(Rules, R_06_OutOfRangeIsNeverSet)
{
    with_caches(
        [](rig &g) {
            std::fill(g.config_bytes.begin(), g.config_bytes.end(), uint8_t(0x43));
            g.enable(0, PTZ, 15); // 16 bits are implemented
            for (uint32_t intid :
                 {0u, 5u, 1023u, 4096u, 8191u, 32768u, 65535u, 65536u, 0xFFFFFFFFu})
                g.set(0, intid);
            EXPECT_EQ(g.held(0), none);
            EXPECT_EQ(g.count(GIC_EV_LPI_DROPPED), 9u);
            EXPECT_EQ(g.done.size(), 9u) << "answered all the same";
            EXPECT_EQ(g.reads + g.writes, 0u);
            for (uint32_t intid : {8192u, 32767u}) {
                g.set(0, intid);
                EXPECT_EQ(g.ack(0), intid) << "the boundaries";
            }
        },
        16);
    rig beyond(small_config(14));
    beyond.enable(0, PTZ, 24); // more than is implemented
    beyond.configure(16383, 0);
    beyond.set(0, 16383);
    EXPECT_EQ(beyond.ack(0), 16383u);
    beyond.set(0, 16384);
    EXPECT_EQ(beyond.count(GIC_EV_LPI_DROPPED), 1u);
    rig none_at_all(small_config(14));
    none_at_all.enable(0, 0, 13);
    none_at_all.set(0, 8192);
    EXPECT_EQ(none_at_all.count(GIC_EV_LPI_DROPPED), 1u);
    EXPECT_EQ(none_at_all.reads, 0u);
}

TEST(Rules, R_07_ADisabledLpiStaysPending)
{
    with_caches([](rig &g) {
        g.enable(0);
        for (uint32_t intid = 9000; intid < 9020; intid++)
            g.configure(intid, 0x40, false);
        for (uint32_t intid = 9000; intid < 9020; intid++)
            g.set(0, intid);
        EXPECT_EQ(g.held(0), none);
        g.configure(10000, 0xF0);
        g.set(0, 10000);
        EXPECT_EQ(g.ack(0), 10000u) << "they are in nobody's way";
        std::vector<uint32_t> expected;
        for (uint32_t intid = 9000; intid < 9020; intid += 2) {
            g.configure(intid, 0x40, true);
            g.send(0, GIC_MSG_LPI_INV, intid);
            expected.push_back(intid);
        }
        EXPECT_EQ(drain(g), expected);
        for (uint32_t intid = 9001; intid < 9020; intid += 2)
            g.configure(intid, 0x40, true);
        g.send(0, GIC_MSG_LPI_INVALL);
        EXPECT_EQ(drain(g).size(), 10u);
        EXPECT_EQ(g.count_in_table(0), 0u);
    });
}

// Pending in the cache, in the table, and presented: the four ways to invalidate.
TEST(Rules, R_08_TheNewValueCountsAfterInvalidation)
{
    for (unsigned way = 0; way < 4; way++) {
        SCOPED_TRACE("way " + std::to_string(way));
        with_caches([way](rig &g) {
            const auto invalidate = [&](uint32_t intid) {
                if (way == 0)
                    g.send(0, GIC_MSG_LPI_INV, intid);
                else if (way == 1)
                    g.send(0, GIC_MSG_LPI_INVALL);
                else if (way == 2)
                    g.write(0, GICR_INVLPIR, intid, 8);
                else
                    g.write(0, GICR_INVALLR, 0, 8);
                g.settle();
            };
            g.enable(0);
            for (uint32_t intid = 8192; intid < 8204; intid++)
                g.configure(intid, static_cast<uint8_t>(0x40 + 8 * (intid - 8192)));
            for (uint32_t intid = 8192; intid < 8204; intid++)
                g.set(0, intid);
            EXPECT_EQ(g.held(0), 8192u);
            g.configure(8203, 0x08); // the last one, in the table if the cache is small
            EXPECT_EQ(g.held(0), 8192u) << "the old value, as long as nobody asks";
            invalidate(8203);
            EXPECT_EQ(g.held(0), 8203u);
            EXPECT_EQ(g.cpus[0].held_priority, 0x08);
            g.configure(8203, 0xF0); // the one that is presented
            invalidate(8203);
            EXPECT_EQ(g.held(0), 8192u);
            g.configure(8192, 0, false); // presented, and disabled
            invalidate(8192);
            EXPECT_EQ(g.held(0), 8193u);
            g.configure(8192, 0x10, true);
            invalidate(8192);
            EXPECT_EQ(g.held(0), 8192u);
            const std::vector<uint32_t> order = drain(g);
            ASSERT_EQ(order.size(), 12u);
            EXPECT_EQ(order.back(), 8203u);
        });
    }
}

// Before INV either value may count; whatever the property cache forgets, nothing is doubled.
TEST(Rules, R_08_EitherValueBeforeAndNoneTwice)
{
    with_caches([](rig &g) {
        g.enable(0);
        std::mt19937 random(8);
        std::vector<uint32_t> sent;
        for (unsigned round = 0; round < 40; round++) {
            for (uint32_t n = 0; n < 24; n++) {
                const uint32_t intid = 8192 + n * 330;
                g.configure(intid, static_cast<uint8_t>(random()), random() % 4 != 0);
                g.set(0, intid);
                g.set(0, intid);
                if (round == 0)
                    sent.push_back(intid);
            }
            std::vector<uint32_t> order = drain(g);
            for (uint32_t intid : sent)
                g.configure(intid, 0x80);
            g.send(0, GIC_MSG_LPI_INVALL);
            for (uint32_t intid : drain(g))
                order.push_back(intid);
            std::sort(order.begin(), order.end());
            ASSERT_EQ(order, sent) << "round " << round;
        }
    });
}

TEST(Rules, R_09_LpisHaveNoActiveState)
{
    with_caches([](rig &g) {
        g.enable(0);
        g.configure(8192, 0x40);
        g.set(0, 8192);
        EXPECT_EQ(g.ack(0), 8192u);
        EXPECT_EQ(g.held(0), none) << "an acknowledge clears pending";
        g.set(0, 8192);
        EXPECT_EQ(g.ack(0), 8192u) << "and it pends again while its handler runs";
        EXPECT_EQ(g.held(0), none);
        g.set(0, 8192);
        g.set(0, 8192);
        EXPECT_EQ(g.count(GIC_EV_MERGED), 1u);
        EXPECT_EQ(drain(g).size(), 1u);
        EXPECT_EQ(g.count(GIC_EV_PENDING), 3u);
        EXPECT_EQ(g.count(GIC_EV_DEACTIVATED), 0u);
    });
}

TEST(Rules, R_10_ThousandsPendingOfEqualPriority)
{
    with_caches(
        [](rig &g) {
            std::fill(g.config_bytes.begin(), g.config_bytes.end(), uint8_t(0x83));
            g.enable(0);
            for (uint32_t n = 0; n < 2000; n++) // a permutation of 2000 INTIDs, 24 apart
                g.set(0, 8192 + n * 7 % 2000 * 24);
            EXPECT_EQ(g.held(0), 8192u);
            const std::vector<uint32_t> order = drain(g);
            ASSERT_EQ(order.size(), 2000u);
            for (uint32_t n = 0; n < 2000; n++)
                ASSERT_EQ(order[n], 8192 + n * 24);
            EXPECT_EQ(g.held(0), none);
            EXPECT_GT(g.total(&gicr_lpi_stats::refills), 1000u);
            EXPECT_EQ(g.count_in_table(0), 0u);
        },
        16);
}

TEST(Rules, R_10_ThousandsPendingOfDifferentPriority)
{
    with_caches(
        [](rig &g) {
            std::mt19937 random(10);
            std::vector<std::pair<uint8_t, uint32_t>> expected;
            for (uint32_t intid = 8192; intid < 65536; intid += 31) {
                const uint8_t priority = static_cast<uint8_t>(random() & 0xF8);
                g.configure(intid, priority);
                expected.emplace_back(priority, intid);
            }
            g.enable(0);
            std::vector<std::pair<uint8_t, uint32_t>> arrival = expected;
            std::shuffle(arrival.begin(), arrival.end(), random);
            for (const auto &lpi : arrival)
                g.set(0, lpi.second);
            std::sort(expected.begin(), expected.end());
            for (const auto &lpi : expected) {
                ASSERT_EQ(g.cpus[0].held_priority, lpi.first);
                ASSERT_EQ(g.ack(0), lpi.second);
            }
            EXPECT_EQ(g.held(0), none);
        },
        16);
}

// Every width from the smallest to the largest: boundaries, spills, write back and the way back.
TEST(Rules, R_10_EveryNumberOfIdBits)
{
    for (unsigned bits : {14u, 15u, 17u, 20u, 24u}) {
        SCOPED_TRACE(bits);
        rig g(small_config(bits, 5));
        std::vector<uint32_t> some{first, (1u << bits) - 1};
        for (unsigned n = 1; n < 40; n++)
            some.push_back(first + static_cast<uint32_t>((uint64_t(1) << bits) - first) / 40 * n);
        std::sort(some.begin(), some.end());
        for (uint32_t intid : some)
            g.configure(intid, 0x40);
        g.enable(0);
        for (auto intid = some.rbegin(); intid != some.rend(); ++intid)
            g.set(0, *intid);
        EXPECT_EQ(g.held(0), first);
        g.turn_off(0);
        for (uint32_t intid : some)
            ASSERT_TRUE(g.in_table(0, intid)) << intid;
        g.turn_on(0);
        EXPECT_GE(g.reads, (1u << bits) / 512 - first / 512) << "all of the table";
        EXPECT_EQ(drain(g), some);
        g.turn_off(0);
        EXPECT_EQ(g.count_in_table(0), 0u);
    }
}

// Nothing that is behind the fence overtakes what is in memory, however memory answers.
TEST(Rules, R_10_TheOrderHoldsUnderAnySchedule)
{
    for (uint32_t seed = 1; seed <= 10; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        with_caches([seed](rig &g) {
            std::mt19937 random(seed);
            for (uint32_t intid = 8192; intid < 16384; intid++)
                g.configure(intid, static_cast<uint8_t>(intid % 7 * 32));
            g.enable(0);
            g.random = &random;
            for (unsigned n = 0; n < 400; n++)
                g.set(0, 8192 + static_cast<uint32_t>(random() % 8192));
            uint8_t last = 0;
            uint32_t last_intid = 0;
            while (g.held(0) != none) {
                const uint8_t priority = g.cpus[0].held_priority;
                const uint32_t intid = g.ack(0);
                ASSERT_TRUE(priority > last || (priority == last && intid > last_intid));
                last = priority;
                last_intid = intid;
            }
            EXPECT_EQ(g.count_in_table(0), 0u);
        });
    }
}

// Acknowledged as soon as something is presented, in the middle of refills.
TEST(Rules, R_10_TheOrderHoldsWhileARefillIsAtWork)
{
    for (uint32_t seed = 1; seed <= 10; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        with_caches([seed](rig &g) {
            std::mt19937 random(seed);
            for (uint32_t intid = 8192; intid < 16384; intid++)
                g.configure(intid, static_cast<uint8_t>(random()));
            g.enable(0);
            for (unsigned n = 0; n < 300; n++)
                g.set(0, 8192 + static_cast<uint32_t>(random() % 8192));
            const uint64_t sent = g.count(GIC_EV_PENDING);
            g.random = &random;
            g.settling = false;
            std::vector<uint32_t> keys;
            do {
                if (g.held(0) != none) {
                    keys.push_back(static_cast<uint32_t>(g.cpus[0].held_priority) << 24 |
                                   g.held(0));
                    g.ack(0);
                }
            } while (g.step() || g.held(0) != none);
            EXPECT_EQ(keys.size(), sent);
            EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
        });
    }
}

TEST(Rules, R_11_SetlpirAndClrlpir)
{
    with_caches([](rig &g) {
        for (uint32_t intid = 8192; intid < 8210; intid++)
            g.configure(intid, 0x40);
        EXPECT_EQ(g.read(0, GICR_TYPER) & 9, 9u) << "PLPIS, DirectLPI";
        g.write(0, GICR_SETLPIR, 8192, 8);
        EXPECT_EQ(g.count(GIC_EV_LPI_DROPPED), 1u) << "EnableLPIs is 0";
        g.enable(0);
        EXPECT_EQ(g.held(0), none);
        g.write(0, GICR_SETLPIR, 8192, 4); // zero-extended
        g.settle();
        EXPECT_EQ(g.held(0), 8192u);
        g.write(0, GICR_SETLPIR + 4, 8193, 4);
        g.write(0, GICR_SETLPIR, 8191, 8);
        g.write(0, GICR_SETLPIR, 16384, 8);
        g.settle();
        EXPECT_EQ(g.count(GIC_EV_LPI_DROPPED), 3u);
        g.write(0, GICR_SETLPIR, 8192, 8); // pending already
        g.write(0, GICR_CLRLPIR, 8193, 8); // not pending
        g.settle();
        EXPECT_EQ(drain(g), (std::vector<uint32_t>{8192}));
        for (uint32_t intid = 8192; intid < 8204; intid++)
            g.write(0, GICR_SETLPIR, intid, 8);
        g.settle();
        for (uint32_t intid = 8192; intid < 8204; intid += 3) // presented, cached, in the table
            g.write(0, GICR_CLRLPIR, intid, 8);
        g.settle();
        EXPECT_EQ(drain(g),
                  (std::vector<uint32_t>{8193, 8194, 8196, 8197, 8199, 8200, 8202, 8203}));
    });
    gic_config config = small_config();
    config.direct_lpi = false;
    rig without(config);
    without.configure(8192, 0);
    without.enable(0);
    without.write(0, GICR_SETLPIR, 8192, 8);
    without.settle();
    EXPECT_EQ(without.held(0), none);
    EXPECT_EQ(without.read(0, GICR_TYPER) & 9, 1u);
    EXPECT_EQ(without.count(GIC_EV_BAD_RESERVED), 1u);
}

TEST(Rules, R_12_ClearingEnableLpisWritesBack)
{
    with_caches([](rig &g) {
        for (uint32_t intid = 8192; intid < 8232; intid++)
            g.configure(intid, 0x40, intid % 4 != 0);
        g.enable(0);
        EXPECT_EQ(g.read(0, GICR_CTLR), CTLR_ENABLE | CTLR_CES | CTLR_IR);
        for (uint32_t intid = 8192; intid < 8232; intid++)
            g.set(0, intid);
        EXPECT_EQ(g.held(0), 8193u);
        g.settling = false;
        g.turn_off(0);
        EXPECT_EQ(g.read(0, GICR_CTLR), CTLR_CES | CTLR_IR | CTLR_RWP);
        unsigned steps = 0;
        while (g.read(0, GICR_CTLR) & CTLR_RWP) {
            const uint64_t prop = g.read(0, GICR_PROPBASER, 8);
            g.write(0, GICR_PROPBASER, 0, 8);
            ASSERT_EQ(g.read(0, GICR_PROPBASER, 8), prop) << "not before RWP is 0";
            ASSERT_TRUE(g.step()) << "RWP waits for something";
            ASSERT_LT(++steps, 1000u);
        }
        EXPECT_GT(steps, 3u);
        EXPECT_EQ(g.held(0), none) << "nothing can be signalled";
        for (uint32_t intid = 8192; intid < 8232; intid++)
            EXPECT_TRUE(g.in_table(0, intid)) << intid;
        EXPECT_EQ(g.count_in_table(0), 40u);
        g.settling = true;
        g.settle();
        g.turn_on(0);
        EXPECT_EQ(drain(g).size(), 30u) << "set again with PTZ=0 the state is there";
        g.turn_off(0);
        EXPECT_EQ(g.count_in_table(0), 10u) << "the disabled ones";
    });
}

TEST(Rules, R_12_SettingItWhileRwpIsSetIsIgnored)
{
    rig g(small_config());
    g.configure(8192, 0x40);
    g.enable(0);
    g.set(0, 8192);
    g.settling = false;
    g.turn_off(0);
    g.turn_on(0);
    EXPECT_EQ(g.count(GIC_EV_BAD_LPI_REGISTER), 1u);
    g.settle();
    EXPECT_EQ(g.read(0, GICR_CTLR) & (CTLR_ENABLE | CTLR_RWP), 0u);
    EXPECT_TRUE(g.in_table(0, 8192));
}

TEST(Rules, R_12_WithoutCesItCannotBeCleared)
{
    gic_config config = small_config();
    config.lpi_can_disable = false;
    rig g(config);
    g.configure(8192, 0x40);
    g.enable(0);
    EXPECT_EQ(g.read(0, GICR_CTLR), CTLR_ENABLE | CTLR_IR);
    g.turn_off(0);
    EXPECT_EQ(g.read(0, GICR_CTLR), CTLR_ENABLE | CTLR_IR);
    EXPECT_EQ(g.count(GIC_EV_BAD_LPI_REGISTER), 1u);
    g.set(0, 8192);
    EXPECT_EQ(g.ack(0), 8192u);
}

TEST(Rules, R_14_TheTableHasABitForEachIntid)
{
    with_caches([](rig &g) {
        const std::vector<uint32_t> some{8192, 8193, 8199, 8200, 8703, 8704, 12345, 16383};
        g.enable(0);
        for (uint32_t intid : some) {
            g.configure(intid, 0x40, false);
            g.set(0, intid);
        }
        g.turn_off(0);
        for (uint32_t intid : some)
            EXPECT_EQ(g.tables[0][intid / 8] >> (intid % 8) & 1, 1) << intid;
        EXPECT_EQ(g.count_in_table(0), some.size());
        for (unsigned i = 0; i < 1024; i++)
            ASSERT_EQ(g.tables[0][i], untouched) << "the first KiB is not used";
        // A table all zero means nothing pending, whoever wrote it.
        std::fill(g.tables[0].begin(), g.tables[0].end(), uint8_t(0));
        for (uint32_t intid : some)
            g.configure(intid, 0x40);
        g.enable(0, 0);
        EXPECT_EQ(g.held(0), none);
    });
}

TEST(Rules, R_16_SyncrIsBusyUntilTheInvalidatesHaveTakenEffect)
{
    with_caches([](rig &g) {
        g.enable(0);
        for (uint32_t intid = 8192; intid < 8204; intid++)
            g.configure(intid, 0x40);
        for (uint32_t intid = 8192; intid < 8204; intid++)
            g.set(0, intid);
        for (bool all : {false, true}) {
            SCOPED_TRACE(all);
            EXPECT_EQ(g.read(0, GICR_SYNCR), 0u);
            EXPECT_EQ(g.held(0), 8192u);
            g.configure(8192, 0xF0);
            g.settling = false;
            g.write(0, all ? GICR_INVALLR : GICR_INVLPIR, all ? 0 : 8192, 8);
            unsigned steps = 0;
            EXPECT_EQ(g.read(0, GICR_SYNCR), 1u);
            while (g.read(0, GICR_SYNCR)) {
                ASSERT_TRUE(g.step());
                ASSERT_LT(++steps, 2000u);
            }
            EXPECT_NE(g.held(0), 8192u) << "forwarded, and looked at again";
            g.settling = true;
            g.settle();
            EXPECT_EQ(g.held(0), 8193u);
            g.configure(8192, 0x40);
            g.write(0, GICR_INVLPIR, 8192, 8);
            g.settle();
        }
    });
    // They are there with either of DirectLPI and IR.
    for (unsigned mode = 0; mode < 4; mode++) {
        gic_config config = small_config();
        config.direct_lpi = mode & 1;
        config.lpi_inv_register = mode & 2;
        rig g(config);
        EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_IR, mode & 2 ? CTLR_IR : 0u);
        g.write(0, GICR_INVALLR, 0, 8);
        g.read(0, GICR_SYNCR);
        EXPECT_EQ(g.count(GIC_EV_BAD_RESERVED), mode ? 0u : 2u);
    }
}

// More invalidates than wait one by one: all of them have taken effect when SYNCR says so.
TEST(Rules, R_16_ManyInvalidatesAtOnce)
{
    with_caches([](rig &g) {
        g.enable(0);
        for (uint32_t intid = 8192; intid < 8592; intid++)
            g.set(0, intid); // disabled
        for (uint32_t intid = 8192; intid < 8592; intid++)
            g.configure(intid, 0x40);
        g.settling = false;
        for (uint32_t intid = 8192; intid < 8592; intid++)
            g.write(0, GICR_INVLPIR, intid, 8);
        EXPECT_EQ(g.read(0, GICR_SYNCR), 1u);
        g.settle();
        g.settling = true;
        EXPECT_EQ(g.read(0, GICR_SYNCR), 0u);
        EXPECT_EQ(drain(g).size(), 400u);
    });
}

TEST(Rules, R_17_WithoutEnableLpisNothingStays)
{
    with_caches(
        [](rig &g) {
            for (uint32_t intid = 8192; intid < 8200; intid++)
                g.configure(intid, 0x40);
            g.enable(1);
            g.set(0, 8192);
            g.send(0, GIC_MSG_LPI_CLEAR, 8192);
            g.send(0, GIC_MSG_LPI_INV, 8192);
            g.send(0, GIC_MSG_LPI_INVALL);
            g.send(0, GIC_MSG_LPI_MOVE, 8192, 1);
            g.send(0, GIC_MSG_LPI_MOVEALL, 0, 1);
            EXPECT_EQ(g.done.size(), 6u) << "answered";
            EXPECT_EQ(g.count(GIC_EV_LPI_DROPPED), 1u);
            g.set(1, 8193);
            g.send(1, GIC_MSG_LPI_MOVE, 8193, 0); // lost on arrival
            EXPECT_EQ(g.count(GIC_EV_LPI_DROPPED), 2u);
            EXPECT_EQ(g.held(0), none);
            EXPECT_EQ(g.held(1), none);
            g.enable(0, 0);
            EXPECT_EQ(g.held(0), none) << "not resurrected";
            g.turn_off(0);
            g.set(0, 8194);
            EXPECT_EQ(g.count(GIC_EV_LPI_DROPPED), 3u);
            g.turn_on(0);
            EXPECT_EQ(g.held(0), none);
        },
        14, 2);
}

// An LPI competes with SGIs and PPIs by priority and INTID.
TEST(Rules, R_10_LpisCompeteWithPrivateInterrupts)
{
    rig g(small_config());
    g.enable(0);
    g.configure(8192, 0x40);
    g.configure(8193, 0x80);
    g.write(0, GICR_SGI_BASE + 0x080, ~0u);
    g.write(0, GICR_SGI_BASE + 0x100, ~0u);
    g.write(0, GICR_SGI_BASE + 0x404, 0x40);
    g.write(0, GICR_SGI_BASE + 0x408, 0x60);
    g.set(0, 8192);
    g.set(0, 8193);
    g.write(0, GICR_SGI_BASE + 0x200, 1u << 4 | 1u << 8);
    g.settle();
    EXPECT_EQ(drain(g), (std::vector<uint32_t>{4, 8192, 8, 8193}));
    g.cpu_groups(0, GIC_GROUPS_ALL & ~gic_group_bit(GIC_GROUP_1NS));
    g.set(0, 8192);
    EXPECT_EQ(g.held(0), none) << "LPIs are Group 1";
    g.cpu_groups(0, GIC_GROUPS_ALL);
    EXPECT_EQ(g.held(0), 8192u);
    g.distributor_groups(0, GIC_GROUPS_NONE, true);
    EXPECT_EQ(g.held(0), none);
    g.distributor_groups(0, GIC_GROUPS_ALL, true);
    EXPECT_EQ(g.ack(0), 8192u);
}

} // namespace
