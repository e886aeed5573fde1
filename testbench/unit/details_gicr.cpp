// SPDX-License-Identifier: Apache-2.0
// Redistributor kernels alone, their memory held back where an order matters: LPIs that lose their
// place, places of the cache, counters that end, messages that nobody should have sent.
#include "gicr_lpi_rig.hpp"

using namespace lpi;

namespace
{

// All that is presented, in order, until nothing is.
std::vector<uint32_t> drain(rig &g, unsigned pe = 0)
{
    std::vector<uint32_t> intids;
    for (;;) {
        g.settle();
        const uint32_t intid = g.ack(pe);
        g.settle();
        if (intid == none || intids.size() > 10000)
            return intids;
        intids.push_back(intid);
    }
}

// What is under way goes on as far as it can without memory.
void run_without_memory(rig &g)
{
    std::deque<request> held;
    do {
        held.insert(held.end(), g.requests.begin(), g.requests.end());
        g.requests.clear();
    } while (g.step());
    g.requests = held;
}

gic_config large_cache(unsigned entries)
{
    gic_config config = small_config(14, entries);
    config.lpi_property_cache = 16;
    return config;
}

} // namespace

// The line of the LPI that lost its place had one LPI in memory, which is being cleared meanwhile:
// the line is known to be empty in between, and then it is not.
TEST(LpiSpill, IntoALineThatIsBeingEmptiedIsNotLost)
{
    rig g(small_config(14, 4));
    const uint32_t loser = first, in_memory = first + 1, other = first + 512;
    g.configure(loser, 0xF0);
    g.configure(in_memory, 0xF8);
    for (uint32_t n = 0; n < 4; n++)
        g.configure(other + n, static_cast<uint8_t>(0x10 + 0x10 * n));
    g.enable(0);
    g.set(0, loser);
    for (uint32_t n = 0; n < 3; n++)
        g.set(0, other + n);
    g.set(0, in_memory);
    ASSERT_TRUE(g.in_table(0, in_memory)) << "the cache is full of better ones";
    ASSERT_FALSE(g.in_table(0, loser));

    g.settling = false;
    g.send(0, GIC_MSG_LPI_CLEAR, in_memory);
    run_without_memory(g);
    ASSERT_EQ(g.requests.size(), 1u) << "the line is on its way";
    g.set(0, other + 3);
    g.settling = true;
    g.settle();
    EXPECT_FALSE(g.in_table(0, in_memory));
    EXPECT_TRUE(g.in_table(0, loser));
    EXPECT_EQ(drain(g), (std::vector<uint32_t>{other, other + 1, other + 2, other + 3, loser}));
    EXPECT_EQ(g.count_in_table(0), 0u);
}

// gic_config.lpi_cache: as many pending LPIs need no memory but for their configuration.
TEST(LpiCache, HoldsAsManyAsItHasEntries)
{
    for (unsigned entries : {4u, 63u, 64u, 65u, 128u, 200u}) {
        rig g(large_cache(entries));
        for (uint32_t n = 0; n < entries; n++)
            g.configure(first + n, static_cast<uint8_t>(0xF8 - 8 * (n * 7 % 31)));
        g.enable(0);
        for (unsigned round = 0; round < 2; round++) {
            for (uint32_t n = 0; n < entries; n++)
                g.set(0, first + n);
            EXPECT_EQ(g.total(&gicr_lpi_stats::spills), 0u) << entries;
            std::vector<uint32_t> taken = drain(g);
            EXPECT_TRUE(std::is_sorted(taken.begin(), taken.end(), [&](uint32_t a, uint32_t b) {
                const uint8_t left = g.config_bytes[a - first];
                const uint8_t right = g.config_bytes[b - first];
                return left != right ? left < right : a < b;
            })) << entries;
            std::sort(taken.begin(), taken.end());
            EXPECT_EQ(taken.size(), entries);
            EXPECT_EQ(std::unique(taken.begin(), taken.end()), taken.end());
            EXPECT_EQ(g.writes, 0u) << entries;
        }
    }
}

// EnableLPIs is cleared while the table is being read, and set again: all of the table
// counts, not the lines alone that had not been looked at the first time.
TEST(LpiTable, IsReadFromItsStartWheneverLpisAreEnabled)
{
    const uint32_t first_line = first, last_line = (1u << 14) - 1;
    for (unsigned answered = 0; answered <= 12; answered++) {
        rig g(small_config(14, 4));
        for (uint32_t intid : {first_line, last_line}) {
            g.configure(intid, 0x40);
            g.put_in_table(0, intid);
        }
        g.settling = false;
        g.enable(0, 0);
        run_without_memory(g);
        for (unsigned n = 0; n < answered && g.step(); n++)
            run_without_memory(g);
        g.turn_off(0);
        g.settle();
        ASSERT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, 0u);
        g.turn_on(0);
        g.settling = true;
        EXPECT_EQ(drain(g), (std::vector<uint32_t>{first_line, last_line})) << answered;
        EXPECT_EQ(g.count_in_table(0), 0u);
    }
}

// Software that changes the pending table under the GIC's feet gets what it wrote, and the cache
// has all its entries still.
TEST(LpiCache, BitsThatSoftwareClearsUnderItsFeetTakeNoPlace)
{
    rig g(small_config(14, 4));
    const uint32_t last = first + 600;
    for (uint32_t n = 0; n < 4; n++) {
        g.configure(first + n, 0x20);
        g.configure(last + n, 0x40);
        g.put_in_table(0, first + n);
    }
    g.settling = false;
    g.write(0, GICR_PROPBASER, prop_table | 13, 8);
    g.write(0, GICR_PENDBASER, g.pend_table(0), 8);
    g.write(0, GICR_CTLR, CTLR_ENABLE);
    // Until they are in the cache and with the CPU interface: taken at once, and their bits erased.
    std::vector<uint32_t> taken;
    for (unsigned bound = 0; bound < 10000 && g.step(); bound++)
        if (g.held(0) != none) {
            taken.push_back(g.ack(0));
            std::fill(g.tables[0].begin() + first / 8, g.tables[0].end(), uint8_t(0));
        }
    g.settling = true;
    g.settle();
    EXPECT_FALSE(taken.empty());
    const uint64_t before = g.total(&gicr_lpi_stats::spills);
    for (uint32_t n = 0; n < 4; n++)
        g.set(0, last + n);
    EXPECT_EQ(g.total(&gicr_lpi_stats::spills), before);
    EXPECT_EQ(drain(g), (std::vector<uint32_t>{last, last + 1, last + 2, last + 3}));
}

// The cache gives the next one at once: memory is asked for what is behind the others only.
TEST(LpiCache, WhatLosesItsPlaceHoldsUpNoBetterOne)
{
    rig g(small_config(14, 4));
    for (uint32_t n = 0; n < 5; n++)
        g.configure(first + n, static_cast<uint8_t>(0x80 - 0x10 * n));
    g.enable(0);
    for (uint32_t n = 0; n < 5; n++)
        g.set(0, first + n); // each is better than those before it
    EXPECT_TRUE(g.in_table(0, first));
    g.settling = false;
    for (uint32_t n = 4; n >= 1; n--) {
        run_without_memory(g);
        ASSERT_EQ(g.held(0), first + n);
        g.ack(0);
    }
    run_without_memory(g);
    EXPECT_EQ(g.held(0), none) << "it is in memory";
    g.settling = true;
    EXPECT_EQ(drain(g), std::vector<uint32_t>{first});
}

// gicr_lpi_stats: what memory sees is what is counted.
TEST(LpiCache, CountsItsUseOfMemory)
{
    rig g(small_config(14, 4));
    g.enable(0);
    for (uint32_t n = 0; n < 100; n++) {
        g.configure(first + 37 * n, static_cast<uint8_t>(8 * (n * 11 % 31)));
        g.set(0, first + 37 * n);
    }
    g.send(0, GIC_MSG_LPI_INVALL);
    EXPECT_EQ(drain(g).size(), 100u);
    EXPECT_EQ(g.total(&gicr_lpi_stats::table_writes), g.writes);
    EXPECT_EQ(g.total(&gicr_lpi_stats::table_reads) + g.total(&gicr_lpi_stats::config_misses),
              g.reads);
    EXPECT_GT(g.total(&gicr_lpi_stats::refills), 0u);
    EXPECT_EQ(g.total(&gicr_lpi_stats::spills), g.count(GIC_EV_LPI_SPILLED));
    EXPECT_EQ(g.total(&gicr_lpi_stats::refills), g.count(GIC_EV_LPI_REFILLED));
}

// --- moves --------------------------------------------------------------------------------------

// An LPI that arrives again where all have been moved from has arrived after that: the command
// ends.
TEST(LpiMoves, MoveallEndsThoughItsLpisComeAgain)
{
    rig g(small_config(14, 4, 2));
    for (unsigned pe = 0; pe < 2; pe++)
        g.enable(pe);
    g.configure(first, 0xA0, false); // disabled: it is in memory
    g.set(0, first);
    ASSERT_TRUE(g.in_table(0, first));
    g.settling = false;
    const uint16_t tag = g.send(0, GIC_MSG_LPI_MOVEALL, 0, 1);
    unsigned moves = 0;
    for (unsigned bound = 0; bound < 2000; bound++) {
        const uint64_t before = g.count(GIC_EV_LPI_MOVED);
        if (!g.step())
            break;
        if (g.count(GIC_EV_LPI_MOVED) != before && ++moves < 50)
            g.set(0, first);
    }
    EXPECT_EQ(moves, 1u);
    EXPECT_EQ(std::count(g.done.begin(), g.done.end(), tag), 1);
    EXPECT_TRUE(g.in_table(0, first));
    EXPECT_TRUE(g.in_table(1, first));
}

// LPI_MOVED_ACK says what LPI_MOVED said, at once and after a wait.
TEST(LpiMoves, AnswersAreOfWhatWasSent)
{
    rig g(small_config(14, 4, 3));
    for (unsigned pe = 0; pe < 3; pe++)
        g.enable(pe);
    for (unsigned pe = 0; pe < 2; pe++) {
        g.configure(first + 512 * pe, 0xA0);
        g.set(pe, first + 512 * pe);
    }
    g.settling = false;
    for (unsigned pe = 0; pe < 2; pe++)
        g.send(pe, GIC_MSG_LPI_MOVE, first + 512 * pe, 2, pe);
    gic_msg sent[2] = {};
    unsigned answered = 0;
    for (unsigned bound = 0; bound < 2000; bound++) {
        for (unsigned pe = 0; pe < 2; pe++) {
            if (!g.peers[pe * 3 + 2].empty())
                sent[pe] = g.peers[pe * 3 + 2].front();
            if (!g.peers[2 * 3 + pe].empty()) {
                const gic_msg &back = g.peers[2 * 3 + pe].front();
                EXPECT_EQ(back.kind, GIC_MSG_LPI_MOVED_ACK);
                EXPECT_EQ(back.intid, sent[pe].intid);
                EXPECT_EQ(back.arg, sent[pe].arg);
                EXPECT_EQ(gic_lpi_unpack(back.arg).its, pe);
                answered++;
            }
        }
        if (!g.step())
            break;
    }
    EXPECT_GE(answered, 2u);
    EXPECT_EQ(drain(g, 2), (std::vector<uint32_t>{first, first + 512}));
}

// --- what is presented --------------------------------------------------------------------------

// Two Sets are not answered, and the second is of another priority now: it is taken back by a
// Clear, and nothing waits for credit.
TEST(Presented, WhatIsTakenBackWaitsForNoCredit)
{
    rig g(small_config(14, 4));
    const auto ppi = [&](uint32_t intid, uint8_t priority) {
        g.write(0, GICR_SGI_BASE + 0x400 + intid, priority, 1);
        g.write(0, GICR_SGI_BASE + 0x080, UINT32_MAX);
        g.write(0, GICR_SGI_BASE + 0x100, 1u << intid);
    };
    ppi(20, 0x80);
    ppi(21, 0x40);
    g.settling = false;
    g.write(0, GICR_SGI_BASE + 0x200, 1u << 20);
    g.write(0, GICR_SGI_BASE + 0x200, 1u << 21);
    g.write(0, GICR_SGI_BASE + 0x400 + 21, 0x60, 1);
    EXPECT_EQ(g.count(GIC_EV_CREDIT_WAIT), 0u);
    g.settling = true;
    g.settle();
    EXPECT_EQ(g.held(0), 21u);
    EXPECT_EQ(g.cpus[0].held_priority, 0x60);
}

// An acknowledge crosses a Clear only where there is one.
TEST(Presented, APlainAcknowledgeCrossesNothing)
{
    rig g(small_config(14, 4));
    g.configure(first, 0xA0);
    g.enable(0);
    g.set(0, first);
    EXPECT_EQ(g.ack(0), first);
    EXPECT_EQ(g.count(GIC_EV_CROSSED_ACTIVATE), 0u);
    g.set(0, first);
    g.settling = false;
    g.cpus[0].held = none; // acknowledged; the Clear of a disabled one is under way
    g.write(0, GICR_CTLR, 0);
    g.upstream(0, GIC_MSG_ACTIVATE, first);
    g.settling = true;
    g.settle();
    EXPECT_EQ(g.count(GIC_EV_CROSSED_ACTIVATE), 1u);
}

// What is under way when the Redistributor is reset is no answer to what is asked after it, though
// it is asked for the same and by the same row.
TEST(LpiMemory, AnAnswerOfBeforeAResetIsPassedOver)
{
    rig g(small_config(14, 4));
    g.configure(first, 0xA0);
    g.enable(0);
    g.settling = false;
    g.set(0, first);
    ASSERT_EQ(g.requests.size(), 1u);
    const uint32_t old = g.requests[0].req.tag;
    g.requests.clear();
    gicr_reset(g.redist[0]);
    g.write(0, GICR_WAKER, 0);
    g.write(0, GICR_PROPBASER, prop_table | 13, 8);
    g.write(0, GICR_PENDBASER, g.pend_table(0) | PTZ, 8);
    g.write(0, GICR_CTLR, CTLR_ENABLE);
    g.set(0, first);
    ASSERT_EQ(g.requests.size(), 1u);
    EXPECT_NE(g.requests[0].req.tag, old);
    const std::vector<unsigned char> before = g.save(0);
    uint8_t line[64] = {};
    gicr_mem_done(g.redist[0], old, line, true);
    EXPECT_EQ(g.save(0), before);
}

// GICR_SYNCR.Busy is about writes of registers: DS changes every priority, and nobody has asked.
TEST(LpiRegisters, ANewViewOfThePrioritiesLeavesSyncrAlone)
{
    gic_config config = small_config(14, 4);
    config.two_security_states = true;
    config.ds_writable = true;
    config.direct_lpi = true;
    rig g(config);
    g.configure(first, 0xA0);
    g.enable(0);
    g.set(0, first);
    EXPECT_EQ(g.cpus[0].held_priority, 0xD0) << "in the Non-secure half";
    g.distributor_groups(0, GIC_GROUPS_ALL, true);
    EXPECT_EQ(g.read(0, GICR_SYNCR), 0u);
    EXPECT_EQ(g.held(0), first);
    EXPECT_EQ(g.cpus[0].held_priority, 0xA0);
    g.write(0, GICR_INVALLR, 0, 8);
    g.settle();
    EXPECT_EQ(g.read(0, GICR_SYNCR), 0u);
    EXPECT_EQ(g.ack(0), first);
}

// --- what crosses -------------------------------------------------------------------------------

namespace
{

// A message of the Distributor, and what is reported of it.
std::vector<gic_event> hears(rig &g, gic_msg_kind kind, uint32_t intid, gic_group group,
                             uint8_t flags = 0)
{
    gic_msg msg{};
    msg.kind = static_cast<uint8_t>(kind);
    msg.intid = intid;
    msg.priority = 0xA0;
    msg.group = static_cast<uint8_t>(group);
    msg.flags = flags;
    gicr_receive(g.redist[0], GIC_PORT_GICD, &msg);
    gic_outbox *const box = gicr_outbox(g.redist[0]);
    std::vector<gic_event> events;
    for (const gic_out *out = box->entry; out != box->next; out++)
        if (out->port == GIC_PORT_EVENT) {
            gic_event event{};
            event.id = out->msg.kind;
            event.intid = out->msg.intid;
            event.arg = out->msg.arg;
            event.pe = out->to;
            events.push_back(event);
        }
    gic_outbox_clear(box);
    return events;
}

void expect_crossing(const std::vector<gic_event> &events, gic_event_id id, uint32_t intid,
                     gic_msg_kind kind)
{
    unsigned count = 0;
    for (const gic_event &event : events)
        if (event.id == id) {
            EXPECT_EQ(event.intid, intid);
            EXPECT_EQ(event.arg, static_cast<uint64_t>(kind));
            EXPECT_EQ(event.pe, 0u);
            count++;
        }
    EXPECT_EQ(count, 1u) << gic_event_name(id);
}

} // namespace

TEST(Crossings, AreReportedWithTheirInterrupt)
{
    rig g(small_config(14, 4));
    expect_crossing(hears(g, GIC_MSG_RECALL, 40, GIC_GROUP_0), GIC_EV_CROSSED_CLEAR, 40,
                    GIC_MSG_RECALL);
    EXPECT_EQ(hears(g, GIC_MSG_OFFER, 41, GIC_GROUP_1NS).size(), 1u) << "it is presented";
    expect_crossing(hears(g, GIC_MSG_OFFER, 42, GIC_GROUP_1NS), GIC_EV_CROSSED_DISPLACED, 41,
                    GIC_MSG_OFFER);
    EXPECT_TRUE(hears(g, GIC_MSG_RECALL, 42, GIC_GROUP_1NS).empty()) << "it is here";

    rig closed(small_config(14, 4));
    closed.cpu_groups(0, gic_group_bit(GIC_GROUP_1NS));
    expect_crossing(hears(closed, GIC_MSG_OFFER, 40, GIC_GROUP_0), GIC_EV_CROSSED_DISABLED, 40,
                    GIC_MSG_OFFER);

    rig sleepy(small_config(14, 4));
    sleepy.settling = false;
    sleepy.write(0, GICR_WAKER, 2);
    expect_crossing(hears(sleepy, GIC_MSG_OFFER, 40, GIC_GROUP_1NS, GIC_OFFER_1OFN),
                    GIC_EV_CROSSED_QUIESCE, 40, GIC_MSG_OFFER);
}

// GICD_CTLR.DS changes while the CPU interface is being woken: it is told again.
TEST(Crossings, ACpuInterfaceThatIsBeingWokenHearsOfDs)
{
    gic_config config = small_config(14, 4);
    config.two_security_states = true;
    config.ds_writable = true;
    rig g(config);
    g.write(0, GICR_WAKER, 2);
    g.settle();
    g.settling = false;
    g.write(0, GICR_WAKER, 0);
    g.distributor_groups(0, GIC_GROUPS_ALL, true);
    std::vector<uint8_t> told;
    for (unsigned bound = 0; bound < 100; bound++) {
        const std::deque<gic_msg> &link = g.cpus[0].from_gicr;
        if (!link.empty() && link.front().kind == GIC_MSG_DOWNSTREAM_CONTROL)
            told.push_back(link.front().flags);
        if (!g.step())
            break;
    }
    EXPECT_EQ(told, (std::vector<uint8_t>{0, GIC_CTL_DS}));
    EXPECT_EQ(g.read(0, GICR_WAKER), 0u);
}

TEST(Crossings, APeIsReportedAsleepAndAwakeAndWhatItGaveBack)
{
    rig g(small_config(14, 4));
    EXPECT_EQ(g.count(GIC_EV_PE_AWAKE), 1u);
    g.write(0, GICR_SGI_BASE + 0x080, UINT32_MAX);
    g.write(0, GICR_SGI_BASE + 0x100, 1u << 20);
    g.write(0, GICR_SGI_BASE + 0x200, 1u << 20);
    g.settle();
    EXPECT_EQ(g.held(0), 20u);
    g.write(0, GICR_WAKER, 2);
    g.settle();
    EXPECT_EQ(g.count(GIC_EV_PE_ASLEEP), 1u);
    EXPECT_EQ(g.count(GIC_EV_RELEASED), 1u);
    EXPECT_EQ(g.held(0), none);
    g.write(0, GICR_WAKER, 0);
    g.settle();
    EXPECT_EQ(g.count(GIC_EV_PE_AWAKE), 2u);
    EXPECT_EQ(g.held(0), 20u);
}

// --- messages that nobody should have sent ------------------------------------------------------

namespace
{

// A message to a Redistributor that has nothing to do with it; what it sends is dropped.
void stray(rig &g, gic_port from, gic_msg_kind kind, uint32_t intid = 40, uint64_t arg = 0)
{
    gic_msg msg{};
    msg.kind = static_cast<uint8_t>(kind);
    msg.intid = intid;
    msg.arg = arg;
    gicr_receive(g.redist[0], from, &msg);
    gic_outbox_clear(gicr_outbox(g.redist[0]));
}

} // namespace

// Components may live elsewhere (gic_assembly_parts): what they get wrong changes nothing here.
TEST(Strays, ARedistributorPassesThemOver)
{
    rig g(small_config(14, 4, 2));
    g.enable(0);
    g.configure(first, 0xA0);
    g.set(0, first);
    const std::vector<unsigned char> before = g.save(0);
    for (unsigned kind : {unsigned(GIC_MSG_NONE), unsigned(GIC_MSG_SET), unsigned(GIC_MSG_LINE),
                          unsigned(GIC_MSG_KIND_COUNT), 255u}) {
        stray(g, GIC_PORT_GICD, static_cast<gic_msg_kind>(kind));
        EXPECT_EQ(g.save(0), before) << kind;
    }
    stray(g, GIC_PORT_GICD, GIC_MSG_RECALL);
    stray(g, GIC_PORT_CPUIF, GIC_MSG_RELEASE);
    stray(g, GIC_PORT_CPUIF, GIC_MSG_RELEASE, first + 1);
    stray(g, GIC_PORT_CPUIF, GIC_MSG_ACTIVATE, 50);
    stray(g, GIC_PORT_CPUIF, GIC_MSG_ACTIVATE, first + 1);
    stray(g, GIC_PORT_GICD, GIC_MSG_SGI, 16);
    stray(g, GIC_PORT_GICR, GIC_MSG_LPI_MOVED_ACK, first);
    gic_lpi lpi{};
    lpi.its = 2;
    stray(g, GIC_PORT_ITS, GIC_MSG_LPI_CLEAR, first, gic_lpi_pack(lpi));
    lpi = gic_lpi{};
    lpi.source = 2;
    stray(g, GIC_PORT_GICR, GIC_MSG_LPI_MOVED, first + 1, gic_lpi_pack(lpi));
    EXPECT_EQ(g.save(0), before);
    gicr_mem_done(g.redist[0], 12345, nullptr, true);
    EXPECT_EQ(gicr_mem_data(g.redist[0], 12345), nullptr);
    EXPECT_EQ(g.save(0), before);
    EXPECT_EQ(g.ack(0), first);
}

TEST(Strays, ARedistributorWithoutLpisHasNothingToDoWithThem)
{
    gic_config config = small_config(14, 4);
    config.lpi_bits = 0;
    config.its_count = 0;
    rig g(config);
    const std::vector<unsigned char> before = g.save(0);
    for (unsigned kind = GIC_MSG_LPI_SET; kind <= GIC_MSG_LPI_MOVED_ACK; kind++)
        if (kind != GIC_MSG_LPI_DONE)
            stray(g, GIC_PORT_ITS, static_cast<gic_msg_kind>(kind), first);
    stray(g, GIC_PORT_CPUIF, GIC_MSG_ACTIVATE, first);
    gicr_mem_done(g.redist[0], 0, nullptr, true);
    EXPECT_EQ(gicr_mem_data(g.redist[0], 0), nullptr);
    EXPECT_EQ(gicr_get_lpi_stats(g.redist[0]), nullptr);
    EXPECT_TRUE(gicr_lpi_has_room(g.redist[0]));
    EXPECT_EQ(g.save(0), before);
}

// A third Offer where two are not answered: there is no credit for it.
TEST(Strays, AnOfferWithoutCreditIsPassedOver)
{
    rig g(small_config(14, 4));
    const auto offer = [&](uint32_t intid) {
        gic_msg msg{};
        msg.kind = GIC_MSG_OFFER;
        msg.intid = intid;
        msg.priority = 0xA0;
        msg.group = GIC_GROUP_1NS;
        gicr_receive(g.redist[0], GIC_PORT_GICD, &msg);
        gic_outbox_clear(gicr_outbox(g.redist[0]));
    };
    offer(40);
    offer(41);
    const std::vector<unsigned char> before = g.save(0);
    offer(42);
    EXPECT_EQ(g.save(0), before);
}
