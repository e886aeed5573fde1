// SPDX-License-Identifier: Apache-2.0
// The joiner by itself: how far ahead it looks, wires that toggle faster than their hop, what it
// refuses to load.
#include <cstring>

#include "gic/outbox.h"
#include "gic/save.h"
#include "gic_rig.hpp"

using namespace rig;

namespace
{

constexpr uint64_t hop = 1000;
constexpr uint64_t to_pe = 300;

gic_timing slow()
{
    gic_timing timing = timed(hop);
    timing.hop_ps[GIC_HOP_CPUIF_PE] = to_pe;
    return timing;
}

const gic_assembly_stats &stats(const gic &g)
{
    return *gic_assembly_get_stats(g.a);
}

std::vector<unsigned char> saved(const gic &g)
{
    std::vector<unsigned char> bytes(gic_assembly_save_size(g.a));
    bytes.resize(gic_assembly_save(g.a, bytes.data()));
    return bytes;
}

bool loads(gic &g, const std::vector<unsigned char> &bytes)
{
    return gic_assembly_load(g.a, bytes.data(), bytes.size());
}

// Blocks have a header of magic, version, length and checksum (gic/save.h).
constexpr size_t HEADER = 16;
size_t length_at(const std::vector<unsigned char> &bytes, size_t block)
{
    uint32_t length = 0;
    std::memcpy(&length, &bytes[block + 8], sizeof length);
    return length;
}

// The checksum of the block at @p block holds again.
void seal(std::vector<unsigned char> &bytes, size_t block)
{
    const uint32_t sum = gic_checksum(&bytes[block + HEADER], length_at(bytes, block));
    std::memcpy(&bytes[block + 12], &sum, sizeof sum);
}

// Toggles a wire, low before, @p count times within one hop.
void flood(gic &g, uint32_t intid, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        g.line(intid, i % 2 == 0);
}

} // namespace

TEST(Lookahead, AnSgiIsFourHopsAndTheLineAway)
{
    gic g(one_state(), slow());
    g.boot();
    g.private_interrupt(0, 3);
    g.settling = false;
    EXPECT_EQ(gic_assembly_next_line_due(g.a), GIC_TIME_NEVER);
    g.sgi(0, GIC_ICC_SGI1R_EL1, 3, 1);
    EXPECT_EQ(gic_assembly_next_due(g.a), g.now + hop);
    EXPECT_EQ(gic_assembly_next_line_due(g.a), g.now + 4 * hop + to_pe);
    g.pass(4 * hop + to_pe - 1);
    EXPECT_FALSE(g.irq(0));
    g.pass(1);
    EXPECT_TRUE(g.irq(0));
}

TEST(Lookahead, AnAcknowledgeOfADeactivateMovesNoLine)
{
    gic g(one_state(), slow());
    g.boot();
    g.private_interrupt(0, 20);
    g.ppi(0, 20, true);
    ASSERT_EQ(g.ack(0), 20u);
    g.ppi(0, 20, false);
    g.settling = false;
    g.eoi(0, 20);
    EXPECT_EQ(gic_assembly_next_line_due(g.a), g.now + 2 * hop + to_pe) << "it may pend again";
    g.pass(hop);
    EXPECT_EQ(gic_assembly_next_due(g.a), g.now + hop);
    EXPECT_EQ(gic_assembly_next_line_due(g.a), GIC_TIME_NEVER);
}

// What is behind another message on the same link counts too.
TEST(Lookahead, ASetBehindAnAcknowledgeCounts)
{
    gic g(one_state(), slow());
    g.boot();
    g.private_interrupt(0, 20);
    g.ppi(0, 20, true);
    ASSERT_EQ(g.ack(0), 20u);
    g.settling = false;
    g.eoi(0, 20); // its wire is high still
    g.pass(hop);
    EXPECT_EQ(gic_assembly_next_line_due(g.a), g.now + hop + to_pe);
    g.pass(hop + to_pe);
    EXPECT_TRUE(g.irq(0));
}

// The wake request leaves the Redistributor without a hop.
TEST(Lookahead, ASleepingPeIsNear)
{
    gic g(one_state(2), slow());
    g.boot();
    g.spi(40, {GIC_GROUP_1NS, 0xA0, false, g.affinity(1)});
    g.sleep(1);
    g.settling = false;
    g.line(40, true);
    EXPECT_EQ(gic_assembly_next_line_due(g.a), g.now + 2 * hop);
    g.pass(2 * hop - 1);
    EXPECT_FALSE(g.wake_request(1));
    g.pass(1);
    EXPECT_TRUE(g.wake_request(1));
}

// What waits behind a message that a busy station has put off cannot come before it.
TEST(Lookahead, BehindAMessageThatWaitsNothingIsSooner)
{
    gic_timing timing = slow();
    timing.occupancy_ps[GIC_STATION_GICR] = 20 * hop;
    gic g(one_state(1), timing);
    g.boot();
    for (unsigned n = 0; n < 4; n++)
        g.private_interrupt(0, 20 + n);
    g.settling = false;
    for (unsigned n = 0; n < 4; n++)
        g.ppi(0, 23 - n, true);
    unsigned steps = 0;
    while (gic_assembly_next_line_due(g.a) != GIC_TIME_NEVER && steps < 100) {
        const uint64_t due = gic_assembly_next_line_due(g.a);
        EXPECT_GE(due, gic_assembly_next_due(g.a)) << "step " << steps;
        g.pass(due > g.now ? due - g.now : 0);
        steps++;
    }
    EXPECT_LT(steps, 100u);
    EXPECT_TRUE(g.irq(0));
    EXPECT_EQ(g.ack(0), 20u);
}

// A line's moves on the way to its PE are due one by one, however many there are.
TEST(Lookahead, MovesOfALineAreDueOneByOne)
{
    gic_timing timing = slow();
    timing.hop_ps[GIC_HOP_CPUIF_PE] = 1000 * hop;
    gic g(one_state(1), timing);
    g.boot();
    g.private_interrupt(0, 20);
    g.settling = false;
    std::vector<uint64_t> due;
    for (unsigned n = 0; n < 12; n++) {
        g.ppi(0, 20, n % 2 == 0);
        g.pass(2 * hop + to_pe); // as far as the CPU interface
        due.push_back(g.now - to_pe + 1000 * hop);
    }
    for (unsigned n = 0; n < 12; n++) {
        EXPECT_EQ(gic_assembly_next_line_due(g.a), due[n]) << n;
        g.pass(due[n] - g.now - 1);
        EXPECT_EQ(g.irq(0), n % 2 != 0);
        g.pass(1);
        EXPECT_EQ(g.irq(0), n % 2 == 0);
    }
    EXPECT_EQ(gic_assembly_next_line_due(g.a), GIC_TIME_NEVER);
}

// Messages keep the times that they arrived at, those behind one that a busy station has put off
// too.
TEST(Saving, BehindAMessageThatWaitsTimesStay)
{
    gic_timing timing = slow();
    timing.occupancy_ps[GIC_STATION_GICR] = 20 * hop;
    gic g(one_state(1), timing);
    g.boot();
    g.settling = false;
    for (unsigned n = 0; n < 4; n++) {
        g.ppi(0, 23 - n, true);
        g.pass(hop / 10);
    }
    for (unsigned steps = 0; steps < 8; steps++) {
        const std::vector<unsigned char> before = saved(g);
        ASSERT_TRUE(loads(g, before));
        EXPECT_EQ(before, saved(g)) << "step " << steps;
        g.pass(hop / 2);
    }
}

TEST(Wires, TheLastLevelArrivesAndARiseAtLeastOnce)
{
    for (unsigned count = 1; count <= 24; count++) {
        gic g(one_state(), slow());
        g.boot();
        g.spi(40);
        g.spi(41, {GIC_GROUP_1NS, 0xA0, true, 0});
        g.settling = false;
        flood(g, 40, count);
        flood(g, 41, count);
        g.settle();
        EXPECT_EQ(g.pending(40), count % 2 == 1) << count;
        EXPECT_TRUE(g.pending(41)) << count;
        EXPECT_EQ(stats(g).toggles_folded > 0, count > 4) << count;
    }
}

TEST(Wires, AnEdgeAfterTheAcknowledgeCountsHoweverManyWentBefore)
{
    for (unsigned count = 2; count <= 24; count += 2) {
        gic_timing timing = slow();
        timing.hop_ps[GIC_HOP_SPI_LINE] = 50 * hop; // room for an acknowledge within the flood
        gic g(one_state(), timing);
        g.boot();
        g.spi(40, {GIC_GROUP_1NS, 0xA0, true, 0});
        g.settling = false;
        g.pulse(40);
        g.pass(49 * hop);
        flood(g, 40, count);
        g.pass(10 * hop); // the first edge has arrived
        ASSERT_EQ(g.ack(0), 40u);
        g.settle();
        EXPECT_TRUE(g.pending(40)) << count;
    }
}

TEST(Wires, AFloodOnOneWireDelaysNoOther)
{
    gic g(one_state(2), slow());
    g.boot();
    for (uint32_t intid : {40u, 41u})
        g.spi(intid, {GIC_GROUP_1NS, 0xA0, true, 0});
    g.private_interrupt(1, 20);
    g.settling = false;
    flood(g, 40, 100000);
    for (unsigned i = 0; i < 100000; i++)
        g.ppi(1, 20, i % 2 == 0);
    g.line(41, true);
    g.pass(hop);
    EXPECT_TRUE(g.pending(41));
    g.settle();
    EXPECT_TRUE(g.pending(40));
    EXPECT_FALSE(g.private_bit(1, GICD_ISPENDR, 20));
    EXPECT_LT(stats(g).in_flight_peak, 32u);
    EXPECT_EQ(stats(g).causality_violations, 0u);
    EXPECT_EQ(stats(g).messages_lost, 0u);
}

TEST(Wires, WhatIsFoldedIsSaved)
{
    for (unsigned count : {5u, 6u, 7u, 20u, 21u}) {
        gic g(one_state(), slow());
        gic h(one_state(), slow());
        g.boot();
        g.spi(40);
        g.spi(41, {GIC_GROUP_1NS, 0xA0, true, 0});
        g.settling = false;
        flood(g, 40, count);
        flood(g, 41, count);
        ASSERT_TRUE(loads(h, saved(g)));
        h.now = g.now;
        h.settling = false;
        for (gic *each : {&g, &h}) {
            each->settle();
            EXPECT_EQ(each->pending(40), count % 2 == 1) << count;
            EXPECT_TRUE(each->pending(41)) << count;
        }
        EXPECT_EQ(saved(g), saved(h)) << count;
    }
}

TEST(Load, TheOtherModeIsRefused)
{
    gic g(one_state(), slow());
    gic h(one_state());
    g.boot();
    h.boot();
    EXPECT_FALSE(loads(h, saved(g)));
    EXPECT_FALSE(loads(g, saved(h)));
    EXPECT_TRUE(loads(g, saved(g)));
}

// The PE states are the last of the joiner's block while nothing is under way.
TEST(Load, APeStateThatCannotBeIsRefused)
{
    gic g(one_state(), slow());
    g.boot();
    const std::vector<unsigned char> good = saved(g);
    const size_t state = HEADER + length_at(good, 0) - sizeof(gic_pe_state);
    for (size_t i = 0; i < sizeof(gic_pe_state); i++) {
        std::vector<unsigned char> bad = good;
        bad[state + i] = i == offsetof(gic_pe_state, el) ? 4 : 2;
        seal(bad, 0);
        EXPECT_EQ(loads(g, bad), i == offsetof(gic_pe_state, sctlr_nmi)) << i;
    }
    EXPECT_TRUE(loads(g, good));
}

// Whatever one byte of the Distributor's block becomes, it is refused or leaves a Distributor that
// works; no flag of it is anything but 0 or 1.
TEST(Load, FlagsOfTheDistributorAreChecked)
{
    gic g(one_state(), slow());
    g.boot();
    const std::vector<unsigned char> good = saved(g);
    const size_t dist = HEADER + length_at(good, 0);
    unsigned refused = 0;
    for (size_t i = 0; i < 24; i++) {
        std::vector<unsigned char> bad = good;
        if (bad[dist + HEADER + i] > 1)
            continue;
        bad[dist + HEADER + i] = 2;
        seal(bad, dist);
        refused += loads(g, bad) ? 0 : 1;
    }
    EXPECT_GE(refused, 6u) << "DS, E1NWF and the flags of RWP";
    EXPECT_TRUE(loads(g, good));
}

// A line that moves with the hop to the PE is of no kind of message.
TEST(Stats, LinesDoNotCountAsMessagesOfAKind)
{
    gic g(one_state(), slow());
    g.boot();
    g.private_interrupt(0, 20, {GIC_GROUP_0, 0xA0, false, 0});
    g.ppi(0, 20, true);
    ASSERT_TRUE(g.fiq(0));
    ASSERT_EQ(g.service(0, GIC_GROUP_0), 20u);
    EXPECT_EQ(g.messages(GIC_MSG_OFFER), 0u) << "a PPI is offered by nobody";
    EXPECT_GE(g.messages(GIC_MSG_SET), 1u);
}

#ifdef NDEBUG
TEST(Outbox, AMessageWithoutRoomIsCounted)
{
    gic_out entries[2];
    gic_outbox box;
    gic_outbox_init(&box, entries, 2, GIC_PORT_GICD, GIC_PE_NONE);
    for (unsigned i = 0; i < 5; i++)
        (void)gic_send_kind(&box, GIC_PORT_GICR, 0, GIC_MSG_OFFER, 40);
    gic_report(&box, GIC_EV_PENDING, 0, 40, 0);
    EXPECT_EQ(gic_outbox_count(&box), 2u);
    EXPECT_EQ(box.messages_lost, 3u);
    EXPECT_EQ(box.events_dropped, 1u);
}
#endif
