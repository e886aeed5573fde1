// SPDX-License-Identifier: Apache-2.0
// LPIs step by step: memory answers when the test says so, and something else comes in between.
#include "gicr_lpi_rig.hpp"

using namespace lpi;

namespace
{

std::vector<uint32_t> drain(rig &g, unsigned pe = 0)
{
    std::vector<uint32_t> order;
    g.settling = true;
    for (uint32_t intid = g.ack(pe); intid != none; intid = g.ack(pe))
        order.push_back(intid);
    return order;
}

bool is_done(const rig &g, uint16_t tag)
{
    return std::count(g.done.begin(), g.done.end(), tag) == 1;
}

using intids = std::vector<uint32_t>;

} // namespace

// Two Redistributors send an LPI each, of a line that a third one is at: both are taken when the
// line is free, though neither needs memory.
TEST(LpiSteps, LpisOfTwoOthersWaitForALine)
{
    rig g(small_config(14, 8, 3));
    const uint32_t a = first, b = first + 1, busy = first + 70;
    g.configure(a, 0x40);
    g.configure(b, 0x80);
    g.configure(busy, 0xC0);
    for (unsigned pe = 0; pe < 3; pe++)
        g.enable(pe);
    g.set(0, a); // its configuration, and its neighbour's, is cached from here on
    g.ack(0);
    g.set(1, a);
    g.set(2, b);
    g.settling = false;
    g.set(0, busy);
    g.settle_without_memory();
    const uint16_t from_1 = g.send(1, GIC_MSG_LPI_MOVE, a, 0);
    const uint16_t from_2 = g.send(2, GIC_MSG_LPI_MOVE, b, 0);
    g.settle_without_memory();
    EXPECT_FALSE(is_done(g, from_1));
    EXPECT_FALSE(is_done(g, from_2));
    ASSERT_EQ(g.requests.size(), 1u) << "the configuration of the one that is at work";
    g.settle();
    EXPECT_TRUE(is_done(g, from_1));
    EXPECT_TRUE(is_done(g, from_2));
    EXPECT_EQ(drain(g), (intids{a, b, busy}));
}

// A refill that finds more than it has room for writes what loses its place, and looks at its line
// anew. Meanwhile the line is anybody's: one of its LPIs is taken away.
TEST(LpiSteps, ARefillThatWritesInBetweenLooksAtItsLineAnew)
{
    for (bool late : {false, true}) {
        SCOPED_TRACE(late);
        rig g(small_config(14, 4));
        const auto other = [](uint32_t n) { return n < 2 ? first + 300 + n : first + 512 * n + 9; };
        const uint32_t urgent = first + 512 * 10;
        g.configure(first, 0x40, false);
        g.configure(first + 9, 0x40); // never pending
        g.configure(urgent, 0x08);
        for (uint32_t n = 1; n <= 4; n++)
            g.configure(first + n, 0xF8, false);
        for (uint32_t n = 0; n < 4; n++)
            g.configure(other(n), static_cast<uint8_t>(0xC0 + 8 * n));
        g.enable(0);
        g.set(0, urgent); // its configuration is cached from here on
        g.ack(0);
        for (uint32_t n = 0; n <= 4; n++)
            g.set(0, first + n); // disabled: in memory
        for (uint32_t n = 0; n < 4; n++)
            g.set(0, other(n));
        for (uint32_t n = 1; n <= 4; n++)
            g.configure(first + n, static_cast<uint8_t>(8 + 8 * n));
        g.settling = false;
        g.send(0, GIC_MSG_LPI_INV, first + 1);
        ASSERT_TRUE(g.answer_line(0, first));
        ASSERT_TRUE(g.answer_config(first));
        ASSERT_EQ(g.held(0), first + 1) << "in the place of the last of the others";
        g.ack(0);
        g.settle_without_memory();
        ASSERT_TRUE(g.answer_line(0, first, GIC_MEMORY_WRITE));
        ASSERT_TRUE(g.answer_line(0, other(3), GIC_MEMORY_WRITE));
        ASSERT_TRUE(g.answer_line(0, first)) << "two of its LPIs find room, the third does not";
        const uint16_t clear = g.send(0, GIC_MSG_LPI_CLEAR, first + 4);
        g.settle_without_memory();
        ASSERT_TRUE(g.answer_line(0, first)) << "of the CLEAR";
        if (late) {
            ASSERT_TRUE(g.answer_line(0, other(2), GIC_MEMORY_WRITE));
            EXPECT_FALSE(g.answer_line(0, first)) << "the line is still the other's";
            g.set(0, urgent); // in the place of one of that line
            g.settle_without_memory();
            EXPECT_EQ(g.held(0), urgent);
        } else {
            ASSERT_TRUE(g.answer_line(0, first, GIC_MEMORY_WRITE));
        }
        g.settle();
        EXPECT_TRUE(is_done(g, clear));
        EXPECT_EQ(g.count(GIC_EV_WITHDRAWN), 1u);
        g.settling = true;
        g.configure(first, 0x08);
        g.send(0, GIC_MSG_LPI_INV, first);
        intids order = {first, first + 2, first + 3, other(0), other(1), other(2), other(3)};
        if (late)
            order.insert(order.begin() + 1, urgent);
        EXPECT_EQ(drain(g), order);
        g.turn_off(0);
        EXPECT_EQ(g.count_in_table(0), 0u);
    }
}

// An LPI loses its place while a refill looks at its line, and the one that took it waits long for
// memory. Refills that come before it is written do not forget it.
TEST(LpiSteps, AnLpiThatIsWrittenLateIsNotForgotten)
{
    gic_config config = small_config(14, 4);
    config.lpi_property_cache = 64;
    rig g(config);
    const auto in_line = [](uint32_t line, uint32_t n) { return first + 512 * line + n; };
    const uint32_t urgent = in_line(1, 0), late = in_line(5, 0), cleared = in_line(5, 1);
    const uint32_t found = in_line(3, 1);
    for (uint32_t n = 0; n < 3; n++)
        g.configure(in_line(2, n), static_cast<uint8_t>(0x80 + 0x10 * n));
    g.configure(late, 0xE0);
    g.configure(cleared, 0xE8);
    g.enable(0);
    for (uint32_t disabled : {urgent, found - 1, found, in_line(5, 100)})
        g.set(0, disabled);
    for (uint32_t n = 0; n < 3; n++)
        g.set(0, in_line(2, n));
    g.set(0, late);
    g.set(0, cleared); // there is no room: an enabled one is in that line of the table
    g.send(0, GIC_MSG_LPI_CLEAR, cleared);
    ASSERT_EQ(g.held(0), in_line(2, 0));

    g.settling = false;
    g.configure(found, 0x70);
    g.send(0, GIC_MSG_LPI_INV, found - 1);
    ASSERT_TRUE(g.answer_line(0, found));
    ASSERT_TRUE(g.answer_config(found)); // a refill begins
    g.configure(urgent, 0x20);
    g.send(0, GIC_MSG_LPI_INV, urgent + 1);
    ASSERT_TRUE(g.answer_line(0, urgent));
    g.set(0, urgent);
    ASSERT_TRUE(g.answer_config(urgent));
    const uint64_t spilled = g.count(GIC_EV_LPI_SPILLED);
    ASSERT_TRUE(g.answer_line(0, urgent));
    ASSERT_EQ(g.count(GIC_EV_LPI_SPILLED), spilled + 1);
    ASSERT_EQ(g.held(0), urgent);

    const uint64_t slow = g.pend_table(0) + urgent / 512 * 64;
    const auto answer_others = [&] {
        for (size_t at = 0; at < g.requests.size();)
            if (g.requests[at].req.address == slow)
                at++;
            else if (g.answer_at(g.requests[at].req.address, g.requests[at].req.op))
                at = 0;
    };
    answer_others();
    for (uint32_t next : {urgent, found, in_line(2, 0), in_line(2, 1)}) {
        EXPECT_EQ(g.held(0), next);
        g.ack(0);
        g.settle_without_memory();
        answer_others();
    }
    ASSERT_EQ(g.requests.size(), 1u);
    EXPECT_EQ(g.requests[0].req.op, GIC_MEMORY_WRITE);
    g.settle();
    EXPECT_EQ(drain(g), (intids{in_line(2, 2), late}));
    g.turn_off(0);
    EXPECT_EQ(g.count_in_table(0), 2u) << "the disabled ones";
}

// Two LPIs of a line lose their places, and the second is written first: the line is not written
// unread over it.
TEST(LpiSteps, TheSecondOfALineIsWrittenFirst)
{
    rig g(small_config(14, 4));
    const uint32_t late = first + 512, soon = late + 1, merges = first + 1024,
                   urgent = first + 1536;
    g.configure(first, 0x80);
    g.configure(first + 1, 0x90);
    g.configure(late, 0xE0);
    g.configure(soon, 0xD0);
    g.configure(urgent, 0x30);
    g.enable(0);
    g.set(0, urgent); // its configuration is cached from here on
    g.ack(0);
    g.set(0, merges); // disabled: in memory
    for (uint32_t intid : {first, first + 1, late, soon})
        g.set(0, intid);
    g.settling = false;
    g.configure(merges, 0x20);
    g.send(0, GIC_MSG_LPI_INV, merges + 1);
    ASSERT_TRUE(g.answer_line(0, merges));
    g.set(0, merges);
    ASSERT_TRUE(g.answer_config(merges));
    ASSERT_TRUE(g.answer_line(0, merges));
    ASSERT_EQ(g.count(GIC_EV_LPI_SPILLED), 1u);
    g.set(0, urgent);
    ASSERT_EQ(g.count(GIC_EV_LPI_SPILLED), 2u);
    g.answer_line(0, soon);
    ASSERT_TRUE(g.answer_line(0, soon, GIC_MEMORY_WRITE));
    ASSERT_TRUE(g.in_table(0, soon));
    EXPECT_FALSE(g.in_table(0, late));
    g.settle();
    EXPECT_EQ(drain(g), (intids{merges, urgent, first, first + 1, soon, late}));
}

// What of a line is in memory has been looked at once: the next LPI of it needs no second look.
TEST(LpiSteps, ALineThatWasLookedAtIsInDoubtNoLonger)
{
    rig g(small_config(14, 4));
    const uint32_t spilled = first + 512, looks = spilled + 1, urgent = spilled + 2;
    for (uint32_t n = 0; n < 4; n++)
        g.configure(first + n, 0x20);
    g.configure(spilled, 0x80);
    g.configure(looks, 0x90);
    g.configure(urgent, 0x10);
    g.enable(0);
    for (uint32_t n = 0; n < 4; n++)
        g.set(0, first + n);
    g.set(0, spilled);
    ASSERT_TRUE(g.in_table(0, spilled));
    g.send(0, GIC_MSG_LPI_INV, spilled);
    g.settling = false;
    g.set(0, looks);
    ASSERT_TRUE(g.answer_line(0, looks)) << "what is there is not known by this configuration";
    g.settle();
    ASSERT_TRUE(g.in_table(0, looks));
    g.set(0, urgent);
    EXPECT_FALSE(g.answer_line(0, urgent));
    g.settle();
    EXPECT_EQ(drain(g), (intids{urgent, first, first + 1, first + 2, first + 3, spilled, looks}));
}

// the configuration of a cached LPI has been read anew, with that of its neighbours. It
// goes to memory by its old priority, and arrives once more by the new one.
TEST(LpiSteps, AnLpiThatGoesToMemoryByItsOldPriorityIsNotDoubled)
{
    rig g(small_config(14, 4));
    const uint32_t old = first + 512, neighbour = old + 1, arrives = first + 1024;
    g.configure(first, 0x40);
    g.configure(first + 1, 0x50);
    g.configure(old, 0xF0);
    g.configure(neighbour, 0x60);
    g.configure(arrives, 0x58);
    g.enable(0);
    for (uint32_t intid : {first, first + 1, old})
        g.set(0, intid);
    g.configure(old, 0x20);
    g.send(0, GIC_MSG_LPI_INV, neighbour);
    g.set(0, neighbour); // its configuration is read, and that of the old one
    g.set(0, arrives);
    ASSERT_TRUE(g.in_table(0, old)) << "the least urgent by what it went by";
    g.set(0, old);
    EXPECT_EQ(g.count(GIC_EV_MERGED), 1u);
    intids order = drain(g);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, (intids{first, first + 1, old, neighbour, arrives}));
}

// GICD_CTLR.DS changes while LPIs of others wait to be taken: one that is in memory already, behind
// everything by its old priority and before it by the new one, is not taken a second time.
TEST(LpiSteps, LpisOfOthersWaitForAChangeOfDs)
{
    gic_config config = small_config(14, 4, 3);
    config.two_security_states = config.has_el3 = config.ds_writable = true;
    config.work_limit = 1;
    rig g(config);
    const uint32_t in_cache = first, in_memory = first + 10, busy = first + 70;
    for (uint32_t n = 0; n < 4; n++)
        g.configure(in_cache + n, 0x70); // 0xB8 while DS is 0
    g.configure(in_memory, 0x80);        // 0xC0
    g.configure(busy, 0x80, false);
    for (unsigned pe = 0; pe < 3; pe++)
        g.enable(pe);
    for (uint32_t n = 0; n < 4; n++)
        g.set(0, in_cache + n);
    g.set(0, in_memory);
    ASSERT_TRUE(g.in_table(0, in_memory));
    g.set(1, in_cache);
    g.set(2, in_memory);
    g.settling = false;
    g.set(0, busy);
    ASSERT_TRUE(g.answer_config(busy));
    ASSERT_TRUE(g.answer_line(0, busy));
    g.send(1, GIC_MSG_LPI_MOVE, in_cache, 0);
    g.settle_without_memory();
    g.send(2, GIC_MSG_LPI_MOVE, in_memory, 0);
    g.settle_without_memory();
    ASSERT_EQ(g.count(GIC_EV_MERGED), 0u) << "both wait";
    ASSERT_TRUE(g.answer_at(g.pend_table(0) + busy / 512 * 64, GIC_MEMORY_WRITE, false));
    ASSERT_EQ(g.count(GIC_EV_MERGED), 1u) << "a thing at a time";
    g.distributor_groups(0, GIC_GROUPS_ALL, true);
    g.settle();
    EXPECT_EQ(g.count(GIC_EV_MERGED), 2u);
    EXPECT_EQ(drain(g), (intids{in_cache, in_cache + 1, in_cache + 2, in_cache + 3, in_memory}));
}

// RWP waits for LPIs that may still be acknowledged, and for nothing else that is presented.
TEST(LpiSteps, RwpDoesNotWaitForAPrivateInterrupt)
{
    rig g(small_config());
    g.configure(first, 0x80);
    g.enable(0);
    g.write(0, GICR_SGI_BASE + 0x080, UINT32_MAX);
    g.write(0, GICR_SGI_BASE + 0x100, 1u << 20);
    g.write(0, GICR_SGI_BASE + 0x414, 0x40, 1);
    g.set(0, first);
    g.write(0, GICR_SGI_BASE + 0x200, 1u << 20);
    g.settle();
    ASSERT_EQ(g.held(0), 20u);
    g.turn_off(0);
    EXPECT_EQ(g.read(0, GICR_CTLR) & (CTLR_RWP | CTLR_ENABLE), 0u);
    EXPECT_EQ(g.held(0), 20u);
    EXPECT_TRUE(g.in_table(0, first));
}

// the PE acknowledges an LPI while it is being taken back from it: then it is not pending.
TEST(LpiSteps, RwpWaitsForAnLpiThatIsAcknowledged)
{
    rig g(small_config());
    g.configure(first, 0x80);
    g.configure(first + 1, 0x90);
    g.enable(0);
    g.set(0, first);
    g.set(0, first + 1);
    ASSERT_EQ(g.held(0), first);
    g.settling = false;
    g.turn_off(0);
    for (unsigned n = 0; n < 4 && g.requests.size() > 0; n++)
        g.step();
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, CTLR_RWP) << "it can be acknowledged still";
    g.ack(0);
    g.settle();
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, 0u);
    EXPECT_FALSE(g.in_table(0, first));
    EXPECT_TRUE(g.in_table(0, first + 1));
}

// ID-R12: 64 register writes wait. Beyond them an invalidation becomes one of everything; the
// others have no effect and are reported.
TEST(LpiSteps, RegisterWritesWaitAsLongAsThereIsRoom)
{
    for (bool all : {false, true}) {
        rig g(small_config(14, 64));
        std::vector<std::pair<unsigned, uint32_t>> dropped;
        g.watch = [&](unsigned pe, const gic_out &out) {
            if (out.msg.kind == GIC_EV_LPI_DROPPED)
                dropped.emplace_back(pe, out.msg.intid);
        };
        for (uint32_t n = 0; n < 70; n++)
            g.configure(first + n, 0x80);
        g.enable(0);
        g.settling = false;
        for (uint32_t n = 0; n < 64; n++) {
            EXPECT_TRUE(gicr_lpi_has_room(g.redist[0])) << n;
            g.write(0, GICR_SETLPIR, first + n, 8);
        }
        EXPECT_FALSE(gicr_lpi_has_room(g.redist[0]));
        EXPECT_TRUE(dropped.empty());
        g.write(0, GICR_SETLPIR, first + 64, 8);
        g.write(0, GICR_CLRLPIR, first + 1, 8);
        EXPECT_EQ(dropped,
                  (std::vector<std::pair<unsigned, uint32_t>>{{0, first + 64}, {0, first + 1}}));
        ASSERT_TRUE(g.answer_at(prop_table, GIC_MEMORY_READ, false));
        while (gicr_lpi_has_room(g.redist[0]))
            g.write(0, GICR_SETLPIR, first + 69, 8);
        g.configure(first + 2, 0x10); // its old configuration is cached
        g.configure(first + 3, 0x18);
        for (unsigned n = 0; n < 3; n++)
            g.write(0, all ? GICR_INVALLR : GICR_INVLPIR, all ? 0 : first + 2, 8);
        EXPECT_EQ(dropped.size(), 2u);
        EXPECT_EQ(g.read(0, GICR_SYNCR), 1u);
        g.settle();
        EXPECT_EQ(g.read(0, GICR_SYNCR), 0u);
        EXPECT_TRUE(gicr_lpi_has_room(g.redist[0]));
        const intids order = drain(g);
        ASSERT_EQ(order.size(), 65u);
        EXPECT_EQ(order[0], first + 2);
        EXPECT_EQ(order[1], first + 3);
    }
}

// A line of the pending table in which each LPI is more urgent than the ones before it: more is to
// be reported than an activation has room for.
TEST(LpiSteps, ALineOfRisingUrgency)
{
    for (unsigned cache : {4u, 64u}) {
        rig g(small_config(14, cache));
        intids expected;
        for (uint32_t n = 0; n < 512; n++) {
            g.configure(first + n, static_cast<uint8_t>(0xF8 - n / 16 * 8));
            g.put_in_table(0, first + n);
        }
        for (uint32_t level = 32; level-- > 0;)
            for (uint32_t n = 0; n < 16; n++)
                expected.push_back(first + level * 16 + n);
        g.enable(0, 0);
        EXPECT_EQ(drain(g), expected);
        EXPECT_EQ(g.count_in_table(0), 0u);
    }
}

// An answer of memory is one to the request that waits for it; data to be written is there while
// the write waits.
TEST(LpiSteps, ARequestIsAnsweredOnce)
{
    rig g(small_config());
    g.configure(first, 0x80);
    g.enable(0);
    const uint8_t ones[GIC_MEMORY_LINE] = {0xFF, 0xFF, 0xFF, 0xFF};
    const auto passed_over = [&](uint32_t tag) {
        const std::vector<unsigned char> before = g.save(0);
        gicr_mem_done(g.redist[0], tag, ones, true);
        EXPECT_EQ(g.save(0), before) << tag;
        EXPECT_EQ(gicr_mem_data(g.redist[0], tag), nullptr) << tag;
    };
    g.settling = false;
    g.set(0, first);
    ASSERT_EQ(g.requests.size(), 1u);
    const uint32_t read = g.requests[0].req.tag;
    EXPECT_EQ(gicr_mem_data(g.redist[0], read), nullptr) << "a read";
    for (uint32_t bit = 0; bit < 32; bit++)
        passed_over(read ^ UINT32_C(1) << bit);
    g.settle();
    passed_over(read);
    // Looked at again while it is presented: its row waits for the CPU interface.
    ASSERT_EQ(g.held(0), first);
    g.configure(first, 0x80, false);
    g.send(0, GIC_MSG_LPI_INV, first);
    ASSERT_EQ(g.requests.size(), 1u);
    const uint32_t again = g.requests[0].req.tag;
    ASSERT_TRUE(g.answer_at(prop_table, GIC_MEMORY_READ, false));
    passed_over(again);
    g.settle_without_memory();
    ASSERT_EQ(g.held(0), none);
    ASSERT_EQ(g.requests.size(), 1u) << "memory keeps it";
    const uint32_t write = g.requests[0].req.tag;
    EXPECT_EQ(g.requests[0].req.op, GIC_MEMORY_WRITE);
    EXPECT_NE(gicr_mem_data(g.redist[0], write), nullptr);
    EXPECT_EQ(gicr_mem_data(g.redist[0], write ^ 8u), nullptr);
    g.settle();
    EXPECT_TRUE(g.in_table(0, first));
    passed_over(write);
}

// INVALLR and INVLPIR are their lower half: a write of the upper half alone does nothing.
TEST(LpiSteps, TheUpperHalfOfARegisterNamesNothing)
{
    rig g(small_config());
    g.configure(first, 0x80);
    g.enable(0);
    g.set(0, first);
    const std::vector<unsigned char> before = g.save(0);
    for (uint32_t offset : {GICR_SETLPIR, GICR_CLRLPIR, GICR_INVLPIR, GICR_INVALLR}) {
        g.settling = false;
        g.write(0, offset + 4, first, 4);
        EXPECT_EQ(g.save(0), before) << offset;
        EXPECT_TRUE(g.requests.empty()) << offset;
        EXPECT_EQ(g.read(0, GICR_SYNCR), 0u) << offset;
    }
}

// A refill has found an LPI, and its bit in memory is still to be cleared. Whatever is done about
// the LPI in between holds.
class LpiFound : public testing::Test
{
protected:
    // What @p act does is answered; then the LPI is pending or not, enabled or not, and where.
    void expect(const std::function<void(rig &g)> &act, bool pending, bool enabled,
                unsigned where = 0)
    {
        rig g(small_config(14, 4, 2));
        g.configure(found, 0x40);
        g.configure(other, 0x80);
        g.put_in_table(0, found);
        g.put_in_table(0, other);
        g.enable(1);
        g.settling = false;
        g.enable(0, 0);
        g.settle_without_memory();
        ASSERT_TRUE(g.answer_line(0, found));
        ASSERT_TRUE(g.answer_config(found));
        ASSERT_EQ(g.count(GIC_EV_LPI_REFILLED), 1u);
        ASSERT_EQ(g.held(0), none) << "not before all of the table is read";
        const size_t sent = g.next_tag;
        act(g);
        for (unsigned n = 0; n < 4 && g.answer_config(found); n++)
            ;
        g.settle();
        EXPECT_EQ(g.done.size() + 1, g.next_tag) << "from " << sent << " on";
        EXPECT_EQ(g.read(0, GICR_SYNCR), 0u);
        EXPECT_EQ(g.held(where), pending && enabled ? found : where == 0 ? other : none);
        EXPECT_EQ(g.held(1 - where), where == 0 ? none : other);
        g.settling = true;
        for (unsigned pe = 0; pe < 2; pe++) {
            g.turn_off(pe);
            EXPECT_EQ(g.in_table(pe, found), pending && where == pe) << "PE " << pe;
            EXPECT_EQ(g.in_table(pe, other), pe == 0);
            g.turn_on(pe);
        }
        g.configure(found, 0x20);
        g.send(where, GIC_MSG_LPI_INV, found);
        EXPECT_EQ(drain(g, where).size(), (pending ? 1u : 0u) + (where == 0 ? 1u : 0u));
    }
    static void disable(rig &g)
    {
        g.configure(found, 0x40, false);
        g.send(0, GIC_MSG_LPI_INV, found);
        g.settle_without_memory();
        g.answer_config(found);
    }
    static void clear(rig &g)
    {
        g.send(0, GIC_MSG_LPI_CLEAR, found);
        g.settle_without_memory();
    }
    static void set(rig &g)
    {
        g.set(0, found);
        g.settle_without_memory();
    }
    static void move(rig &g)
    {
        g.send(0, GIC_MSG_LPI_MOVE, found, 1);
        g.settle_without_memory();
    }

    static constexpr uint32_t found = first + 3, other = first + 512 * 9;
};

TEST_F(LpiFound, NothingIsDone)
{
    expect([](rig &) {}, true, true);
}

TEST_F(LpiFound, ItIsSetAgain)
{
    expect([](rig &g) { set(g); }, true, true);
}

TEST_F(LpiFound, ItIsDisabled)
{
    expect([](rig &g) { disable(g); }, true, false);
}

TEST_F(LpiFound, ItIsDisabledAndCleared)
{
    expect(
        [](rig &g) {
            disable(g);
            clear(g);
        },
        false, false);
}

TEST_F(LpiFound, ItIsCleared)
{
    expect([](rig &g) { clear(g); }, false, true);
}

TEST_F(LpiFound, ItIsClearedTwice)
{
    expect(
        [](rig &g) {
            clear(g);
            clear(g);
        },
        false, true);
}

TEST_F(LpiFound, ItIsClearedAndSet)
{
    expect(
        [](rig &g) {
            clear(g);
            set(g);
        },
        true, true);
}

TEST_F(LpiFound, ItIsClearedDisabledAndSet)
{
    expect(
        [](rig &g) {
            clear(g);
            disable(g);
            set(g);
        },
        true, false);
}

TEST_F(LpiFound, ItIsMoved)
{
    expect([](rig &g) { move(g); }, true, true, 1);
}

TEST_F(LpiFound, ItIsClearedAndMoved)
{
    expect(
        [](rig &g) {
            clear(g);
            move(g);
        },
        false, true);
}

TEST_F(LpiFound, ItIsMoreUrgent)
{
    expect(
        [](rig &g) {
            g.configure(found, 0x08);
            g.send(0, GIC_MSG_LPI_INV, found);
        },
        true, true);
}

// Memory is the guest's: the bit goes before it is cleared, and counts no more.
TEST_F(LpiFound, SoftwareClearsItsBit)
{
    const auto clear_bit = [](rig &g) { g.tables[0].at(found / 8) = 0; };
    expect(clear_bit, true, true);
    expect(
        [&](rig &g) {
            clear_bit(g);
            clear(g);
        },
        false, true);
    expect(
        [&](rig &g) {
            clear_bit(g);
            disable(g);
            clear(g);
        },
        false, false);
}

TEST_F(LpiFound, SoftwareClearsItsBitAndItIsSetLater)
{
    expect(
        [](rig &g) {
            g.tables[0].at(found / 8) = 0;
            clear(g);
            g.settle();
            ASSERT_EQ(g.held(0), other);
            g.set(0, found);
        },
        true, true);
}

TEST_F(LpiFound, AllIsInvalidated)
{
    expect(
        [](rig &g) {
            g.configure(found, 0x08, false);
            g.send(0, GIC_MSG_LPI_INVALL);
        },
        true, false);
}
