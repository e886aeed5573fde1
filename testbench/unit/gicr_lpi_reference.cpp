// SPDX-License-Identifier: Apache-2.0
// LPIs against the slow and obvious reference, under random operations: what is presented whenever
// all is quiet, what is acknowledged, what the pending tables say after EnableLPIs is cleared.
#include <tuple>

#include "gicr_lpi_rig.hpp"
#include "ref_lpi.h"

using namespace lpi;

namespace
{

struct shape {
    unsigned bits;
    unsigned cache;
    unsigned property_lines;
    unsigned work_limit;
    bool two_states;
};

std::string name_of(const testing::TestParamInfo<shape> &info)
{
    const shape &s = info.param;
    return "Bits" + std::to_string(s.bits) + "Cache" + std::to_string(s.cache) + "Lines" +
           std::to_string(s.property_lines) + "Work" + std::to_string(s.work_limit) +
           (s.two_states ? "Two" : "One");
}

class LpiReference : public testing::TestWithParam<shape>
{
protected:
    void SetUp() override
    {
        const shape &s = GetParam();
        gic_config config = small_config(s.bits, s.cache, pes);
        config.lpi_property_cache = static_cast<uint16_t>(s.property_lines);
        config.work_limit = static_cast<uint16_t>(s.work_limit);
        config.two_security_states = config.has_el3 = s.two_states;
        g = std::make_unique<rig>(config);
        limit = 1u << s.bits;
        for (unsigned pe = 0; pe < pes; pe++) {
            pending.emplace_back(limit, uint8_t(0));
            ref_lpi r{};
            r.pending = pending[pe].data();
            r.config = g->config_bytes.data();
            r.limit = limit;
            r.implemented = 0xF8;
            r.two_states = s.two_states;
            ref.push_back(r);
            g->enable(pe);
        }
    }

    unsigned pick(unsigned n)
    {
        return std::uniform_int_distribution<unsigned>(0, n - 1)(random);
    }
    // A few lines of the table, far apart, so that lines fill and INTIDs meet again.
    uint32_t pick_intid()
    {
        const uint32_t lines = (limit - first) / 512;
        const uint32_t line = pick(4) ? pick(3) * (lines / 3) : pick(lines);
        const uint32_t at = pick(3) ? pick(24) * 21 : pick(512);
        return first + line * 512 + at % 512;
    }
    uint8_t pick_priority()
    {
        return static_cast<uint8_t>(pick(2) ? pick(4) * 0x40 : pick(256));
    }

    // What is reported of pending LPIs by the operation (gic/event.def): the PE, the INTID.
    void expect(gic_event_id id, unsigned pe, uint32_t intid)
    {
        expected.emplace_back(id, pe, intid);
    }
    void arrives(unsigned pe, uint32_t intid)
    {
        expect(pending[pe][intid] ? GIC_EV_MERGED : GIC_EV_PENDING, pe, intid);
    }
    void note(unsigned pe, const gic_out &out)
    {
        const gic_event_id id = static_cast<gic_event_id>(out.msg.kind);
        EXPECT_EQ(out.to, pe);
        if (id == GIC_EV_PENDING || id == GIC_EV_MERGED || id == GIC_EV_WITHDRAWN ||
            id == GIC_EV_LPI_MOVED || id == GIC_EV_LPI_DROPPED)
            seen.emplace_back(id, pe, out.msg.intid);
        if (id == GIC_EV_LPI_MOVED) {
            EXPECT_EQ(out.msg.arg, 1 - pe) << "where it goes";
        } else if (id == GIC_EV_PENDING) {
            EXPECT_EQ(out.msg.arg, ref_lpi_priority(&ref[pe], out.msg.intid) |
                                       static_cast<uint64_t>(GIC_GROUP_1NS) << 8);
        } else if (id == GIC_EV_MERGED || id == GIC_EV_WITHDRAWN) {
            EXPECT_EQ(out.msg.arg, 0u);
        }
    }
    void compare_events()
    {
        std::sort(seen.begin(), seen.end());
        std::sort(expected.begin(), expected.end());
        ASSERT_EQ(seen, expected) << "step " << steps;
        seen.clear();
        expected.clear();
    }

    void check(const char *what)
    {
        for (unsigned pe = 0; pe < pes; pe++) {
            uint32_t best = ref_lpi_best(&ref[pe]);
            ASSERT_EQ(g->held(pe), best) << what << ", PE " << pe << ", step " << steps;
            if (best != REF_LPI_NONE) {
                ASSERT_EQ(g->cpus[pe].held_priority, ref_lpi_priority(&ref[pe], best));
            }
        }
    }

    void acknowledge(unsigned pe)
    {
        const uint32_t best = ref_lpi_best(&ref[pe]);
        ASSERT_EQ(g->ack(pe), best);
        if (best != REF_LPI_NONE)
            ref_lpi_clear(&ref[pe], best);
    }
    void reconfigure()
    {
        for (unsigned n = pick(6); n > 0; n--) {
            const uint32_t intid = pick_intid();
            g->configure(intid, pick_priority(), pick(3) != 0);
            for (unsigned pe = 0; pe < pes; pe++)
                invalidate(pe, intid);
        }
    }
    void invalidate(unsigned pe, uint32_t intid)
    {
        if (pick(2))
            g->send(pe, GIC_MSG_LPI_INV, intid);
        else
            g->write(pe, GICR_INVLPIR, intid, 8);
        g->settle();
        EXPECT_EQ(g->read(pe, GICR_SYNCR), 0u);
    }
    void reconfigure_many()
    {
        for (unsigned n = 0; n < 40; n++)
            g->configure(pick_intid(), pick_priority(), pick(3) != 0);
        for (unsigned pe = 0; pe < pes; pe++) {
            if (pick(2))
                g->send(pe, GIC_MSG_LPI_INVALL);
            else
                g->write(pe, GICR_INVALLR, 0, 8);
        }
        g->settle();
    }
    void off_and_on(unsigned pe)
    {
        g->turn_off(pe);
        ASSERT_EQ(g->read(pe, GICR_CTLR) & (CTLR_RWP | CTLR_ENABLE), 0u);
        ASSERT_EQ(g->held(pe), none);
        for (uint32_t intid = first; intid < limit; intid++)
            ASSERT_EQ(g->in_table(pe, intid), pending[pe][intid] != 0) << intid << " " << steps;
        for (unsigned i = 0; i < 1024; i++)
            ASSERT_EQ(g->tables[pe][i], untouched) << i;
        g->turn_on(pe);
    }
    void operate()
    {
        const unsigned pe = pick(pes);
        const uint32_t intid = pick_intid();
        switch (pick(32)) {
        case 0:
            return reconfigure();
        case 1:
            if (pick(4) == 0)
                reconfigure_many();
            return;
        case 2:
            if (pick(4) == 0)
                off_and_on(pe);
            return;
        case 3:
            if (pick(4) == 0) {
                for (uint32_t each = first; each < limit; each++)
                    if (pending[pe][each]) {
                        expect(GIC_EV_LPI_MOVED, pe, each);
                        arrives(1 - pe, each);
                    }
                g->send(pe, GIC_MSG_LPI_MOVEALL, 0, 1 - pe);
                ref_lpi_move_all(&ref[pe], &ref[1 - pe]);
            }
            return;
        case 4:
        case 5:
        case 6:
            if (pending[pe][intid]) {
                expect(GIC_EV_LPI_MOVED, pe, intid);
                arrives(1 - pe, intid);
            }
            g->send(pe, GIC_MSG_LPI_MOVE, intid, 1 - pe);
            if (ref_lpi_clear(&ref[pe], intid))
                ref_lpi_set(&ref[1 - pe], intid);
            return;
        case 7:
        case 8:
        case 9:
            if (pending[pe][intid])
                expect(GIC_EV_WITHDRAWN, pe, intid);
            g->send(pe, GIC_MSG_LPI_CLEAR, intid);
            ref_lpi_clear(&ref[pe], intid);
            return;
        case 10:
            if (pending[pe][intid])
                expect(GIC_EV_WITHDRAWN, pe, intid);
            g->write(pe, GICR_CLRLPIR, intid, 8);
            ref_lpi_clear(&ref[pe], intid);
            return;
        case 11:
        case 12:
        case 13:
        case 14:
        case 15:
        case 16:
            return acknowledge(pe);
        case 17:
            arrives(pe, intid);
            g->write(pe, GICR_SETLPIR, intid, 8);
            break;
        default:
            arrives(pe, intid);
            g->set(pe, intid);
        }
        ref_lpi_set(&ref[pe], intid);
    }

    static constexpr unsigned pes = 2;
    std::unique_ptr<rig> g;
    std::vector<std::vector<uint8_t>> pending;
    std::vector<ref_lpi> ref;
    using report = std::tuple<gic_event_id, unsigned, uint32_t>;
    std::vector<report> expected, seen;
    std::mt19937 random;
    uint32_t limit = 0;
    unsigned steps = 0;
};

// The schedule of answers is random; each operation settles before the next.
TEST_P(LpiReference, EachStateOfRestIsTheReferences)
{
    for (uint32_t seed = 1; seed <= 4; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        random.seed(seed * 7919 + GetParam().cache);
        g->random = seed % 2 ? &random : nullptr;
        for (uint32_t intid = first; intid < limit; intid++)
            g->configure(intid, static_cast<uint8_t>(intid * 37), intid % 5 != 0);
        reconfigure_many();
        g->watch = [this](unsigned pe, const gic_out &out) { note(pe, out); };
        for (unsigned n = 0; n < 1200; n++, steps++) {
            operate();
            g->settle();
            check("after an operation");
            compare_events();
            if (HasFatalFailure() || HasFailure())
                return;
        }
        for (unsigned pe = 0; pe < pes; pe++)
            off_and_on(pe);
    }
    EXPECT_GT(g->total(&gicr_lpi_stats::spills), GetParam().cache < 64 ? 100u : 0u);
    EXPECT_GT(g->total(&gicr_lpi_stats::refills), GetParam().cache < 64 ? 100u : 0u);
    EXPECT_EQ(g->count(GIC_EV_BAD_LPI_TABLE), 0u);
}

// Of LPIs of falling urgency the cache keeps the first; what comes behind goes straight to memory.
TEST(LpiCounters, AnArrivalWithoutRoomIsASpill)
{
    constexpr unsigned cache = 4, lpis = 12;
    rig g(small_config(14, cache, 1));
    for (uint32_t n = 0; n < lpis; n++)
        g.configure(first + n, static_cast<uint8_t>(0x20 + 4 * n));
    g.configure(first + lpis, 0x80, false);
    g.enable(0);
    for (uint32_t n = 0; n <= lpis; n++) {
        g.set(0, first + n);
        g.set(0, first + n); // merges, and is no second spill
    }
    EXPECT_EQ(g.count(GIC_EV_LPI_SPILLED), lpis - cache) << "a disabled LPI needs no room";
    EXPECT_EQ(g.total(&gicr_lpi_stats::spills), lpis - cache);
    for (uint32_t n = 0; n < lpis; n++)
        EXPECT_EQ(g.in_table(0, first + n), n >= cache) << n;
}

INSTANTIATE_TEST_SUITE_P(Sizes, LpiReference,
                         testing::Values(shape{14, 4, 1, 64, false}, shape{14, 4, 8, 1, true},
                                         shape{14, 5, 5, 3, false}, shape{14, 64, 64, 64, true},
                                         shape{16, 4, 2, 64, false}, shape{16, 5, 1, 7, true},
                                         shape{16, 64, 16, 64, false}),
                         name_of);

} // namespace
