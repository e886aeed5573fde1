// SPDX-License-Identifier: Apache-2.0
// What a Redistributor says of its LPIs: events and their arguments, lookups that are charged to
// requests, and memory that refuses a request, whichever it is.
#include "gicr_lpi_rig.hpp"

using namespace lpi;

namespace
{

// Events of a kind, with INTID and argument.
class seen
{
public:
    seen(rig &g, gic_event_id id)
    {
        g.watch = [this, id](unsigned pe, const gic_out &out) {
            EXPECT_EQ(out.to, pe);
            if (out.msg.kind == id)
                all.emplace_back(out.msg.intid, out.msg.arg);
        };
    }
    std::vector<std::pair<uint32_t, uint64_t>> all;
};

using reports = std::vector<std::pair<uint32_t, uint64_t>>;

uint64_t line_of(const rig &g, uint32_t intid)
{
    return g.pend_table(0) + intid / 512 * 64;
}

} // namespace

TEST(LpiReports, ASpillAndARefillSayWhichAndHowUrgent)
{
    rig g(small_config(14, 4));
    for (uint32_t n = 0; n < 6; n++)
        g.configure(first + 512 * n, static_cast<uint8_t>(0xF0 - 0x10 * n));
    g.enable(0);
    {
        seen spilled(g, GIC_EV_LPI_SPILLED);
        for (uint32_t n = 0; n < 6; n++) // each is more urgent than the one before
            g.set(0, first + 512 * n);
        EXPECT_EQ(spilled.all, (reports{{first, 0xF0}, {first + 512, 0xE0}}));
    }
    seen refilled(g, GIC_EV_LPI_REFILLED);
    while (g.ack(0) != none)
        ;
    EXPECT_EQ(refilled.all, (reports{{first, 0xF0}, {first + 512, 0xE0}}));
}

TEST(LpiReports, AMisuseOfEnableLpisSaysWhatWasWritten)
{
    gic_config config = small_config();
    config.lpi_can_disable = false;
    rig g(config);
    g.enable(0);
    seen bad(g, GIC_EV_BAD_LPI_REGISTER);
    g.write(0, GICR_CTLR, 0);
    g.write(0, GICR_CTLR, 1u << 24); // DPG0
    EXPECT_EQ(bad.all, (reports{{0, 0}, {0, 1u << 24}}));
}

// Lookups of configuration since the last request, whatever that was for; 255 and no more.
TEST(LpiReports, ARequestSaysHowManyLookupsCameBefore)
{
    rig g(small_config());
    for (uint32_t line = 0; line < 4; line++)
        g.configure(first + 512 * line, 0x80, line != 3);
    g.enable(0);
    const auto asks = [&](uint32_t intid) {
        g.settling = false;
        g.set(0, intid);
        EXPECT_EQ(g.requests.size(), 1u);
        const unsigned lookups = g.requests.empty() ? 0 : g.requests[0].req.lookups;
        EXPECT_TRUE(g.answer_config(intid));
        g.settling = true;
        return lookups;
    };
    const auto hits = [&](unsigned n) {
        for (; n > 0; n--) {
            g.set(0, first);
            ASSERT_EQ(g.ack(0), first);
        }
    };
    EXPECT_EQ(asks(first), 1u) << "the one that it is for";
    ASSERT_EQ(g.ack(0), first);
    hits(5);
    EXPECT_EQ(asks(first + 512), 1u + 5u + 1u)
        << "once more when it has come, the hits, and its own";
    ASSERT_EQ(g.ack(0), first + 512);
    hits(300);
    EXPECT_EQ(asks(first + 1024), 255u);
    ASSERT_EQ(g.ack(0), first + 1024);
    EXPECT_EQ(asks(first + 1536), 2u);
    // A disabled one goes to memory, which is not read: no line of that table is known.
    ASSERT_EQ(g.requests.size(), 1u);
    EXPECT_EQ(g.requests[0].req.op, GIC_MEMORY_WRITE);
    EXPECT_EQ(g.requests[0].req.lookups, 1u);
    g.settle();
}

// Whichever request is refused: it is reported with its address, the operation goes on and is
// answered, and what cannot be read is zero.
TEST(LpiReports, ARequestThatIsRefusedSaysForWhichLpiAndWhere)
{
    const uint32_t lpi = first + 512 * 2 + 70;
    struct refused {
        uint64_t address;
        unsigned op;
        bool in_table; // before
        bool enabled, pending;
    };
    const uint64_t config = prop_table + (lpi - first) / 64 * 64;
    const uint64_t line = UINT64_C(0x80000000) + lpi / 512 * 64;
    for (const refused &what : {refused{config, GIC_MEMORY_READ, false, false, true},
                                refused{line, GIC_MEMORY_WRITE, false, false, false},
                                refused{line, GIC_MEMORY_READ, true, false, true}}) {
        rig g(small_config());
        g.configure(lpi, 0x80, what.op == GIC_MEMORY_READ);
        g.configure(lpi + 1, 0x80, false);
        g.enable(0);
        if (what.in_table)
            g.set(0,
                  lpi + 1); // its line is known, so that it is read; and its configuration cached
        if (what.in_table)
            g.configure(lpi, 0x80, false), g.send(0, GIC_MSG_LPI_INV, lpi);
        ASSERT_EQ(line, line_of(g, lpi));
        seen bad(g, GIC_EV_BAD_LPI_TABLE);
        g.fails = [&](const gic_memory_req &req) {
            return req.address == what.address && req.op == what.op;
        };
        g.set(0, lpi);
        EXPECT_EQ(bad.all, (reports{{lpi, what.address}}));
        EXPECT_EQ(g.open[0][0], 0u);
        EXPECT_EQ(g.held(0), none) << "configuration that cannot be read is disabled";
        g.fails = nullptr;
        g.configure(lpi, 0x80);
        g.send(0, GIC_MSG_LPI_INV, lpi);
        EXPECT_EQ(g.held(0), what.pending ? lpi : none);
    }
}

// Memory refuses one request in a few: each is reported, all is answered, and when memory is well
// again and the tables are empty all works.
TEST(LpiReports, WithMemoryThatFailsAllIsAnswered)
{
    for (uint32_t seed = 1; seed <= 12; seed++) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
        gic_config config = small_config(14, 4, 3);
        config.lpi_property_cache = 2;
        config.work_limit = static_cast<uint16_t>(seed % 2 ? 1 : 64);
        rig g(config);
        uint64_t refused = 0;
        g.fails = [&](const gic_memory_req &) {
            const bool fails = pick(6) == 0;
            refused += fails;
            return fails;
        };
        for (uint32_t intid = first; intid < 16384; intid++)
            g.configure(intid, static_cast<uint8_t>(intid * 41), intid % 5 != 0);
        for (unsigned pe = 0; pe < 3; pe++)
            g.enable(pe, pick(2) ? PTZ : 0);
        g.random = &random;
        g.settling = false;
        g.lazy = seed % 3 == 0;
        for (unsigned n = 0; n < 600; n++) {
            const unsigned pe = pick(3);
            const uint32_t intid = first + pick(6) * 512 + pick(4) * 63;
            const gic_msg_kind kinds[] = {GIC_MSG_LPI_SET,  GIC_MSG_LPI_SET,   GIC_MSG_LPI_SET,
                                          GIC_MSG_LPI_MOVE, GIC_MSG_LPI_CLEAR, GIC_MSG_LPI_INV};
            const bool all = pick(20) == 0;
            if (g.has_credit(pe))
                g.send(pe,
                       !all      ? kinds[pick(6)]
                       : pick(2) ? GIC_MSG_LPI_INVALL
                                 : GIC_MSG_LPI_MOVEALL,
                       all ? 0 : intid, pick(3));
            if (pick(3) == 0)
                g.ack(pe);
            for (unsigned left = pick(6); left > 0; left--)
                g.step();
        }
        g.settle();
        EXPECT_GT(refused, 20u);
        EXPECT_EQ(g.count(GIC_EV_BAD_LPI_TABLE), refused);
        for (unsigned pe = 0; pe < 3; pe++) {
            EXPECT_EQ(g.open[pe][0], 0u);
            g.turn_off(pe);
        }
        g.settle();
        EXPECT_EQ(g.count(GIC_EV_BAD_LPI_TABLE), refused);
        g.fails = nullptr;
        for (unsigned pe = 0; pe < 3; pe++) {
            EXPECT_EQ(g.read(pe, GICR_CTLR) & (CTLR_ENABLE | CTLR_RWP), 0u);
            std::fill(g.tables[pe].begin() + 1024, g.tables[pe].end(), uint8_t(0));
            g.enable(pe);
            g.set(pe, first + 1);
            g.settle();
            EXPECT_EQ(g.held(pe), first + 1);
        }
    }
}
