// SPDX-License-Identifier: Apache-2.0
// The joiner from inside: its lanes against slow queues, and a station for each component.
#include <deque>
#include <map>
#include <random>
#include <set>

#include "lpi_rig.hpp"
extern "C" {
#include "internal.h"
}

using namespace rig;

namespace
{

constexpr unsigned PES = 3, ITSS = 2;

gic_config configuration()
{
    gic_config config = with_its(PES, ITSS);
    return config;
}

struct waiting {
    uint64_t due;
    uint64_t sent; // order of sending
    uint32_t intid;
};

// FIFO queues. A head may be put off, and what is behind it is due no earlier than it was.
class slow_lanes
{
public:
    void push(uint32_t lane_id, uint64_t due, uint32_t intid)
    {
        lanes_[lane_id].push_back({due, sent_++, intid});
    }
    // The lane whose head is due first; of equal ones the one sent first.
    bool earliest(uint32_t *lane_id, uint64_t *due) const
    {
        const waiting *best = nullptr;
        for (const auto &one : lanes_) {
            const waiting &head = one.second.front();
            if (best && (head.due > best->due || (head.due == best->due && head.sent > best->sent)))
                continue;
            best = &head;
            *lane_id = one.first;
            *due = head.due;
        }
        return best != nullptr;
    }
    uint32_t pop(uint32_t lane_id)
    {
        std::deque<waiting> &queue = lanes_[lane_id];
        const waiting first = queue.front();
        queue.pop_front();
        if (queue.empty())
            lanes_.erase(lane_id);
        else
            queue.front().due = std::max(queue.front().due, first.due);
        return first.intid;
    }
    void postpone(uint32_t lane_id, uint64_t due)
    {
        lanes_[lane_id].front().due = due;
    }
    size_t count() const
    {
        size_t n = 0;
        for (const auto &one : lanes_)
            n += one.second.size();
        return n;
    }

private:
    std::map<uint32_t, std::deque<waiting>> lanes_;
    uint64_t sent_ = 0;
};

} // namespace

TEST(Lanes, AreFifosAndTheEarliestHeadIsFirst)
{
    its_gic g(configuration(), timed());
    gic_assembly *a = g.a;
    std::mt19937 random(5);
    const auto any = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    for (unsigned round = 0; round < 20; round++) {
        slow_lanes slow;
        uint64_t now = 0;
        uint32_t peak = 0;
        lanes_clear(a);
        a->stats.in_flight_peak = 0;
        for (unsigned n = 0; n < 2000; n++) {
            uint32_t lane_id = 0, expected_lane = 0;
            uint64_t due = 0, expected_due = 0;
            const bool some = slow.earliest(&expected_lane, &expected_due);
            ASSERT_EQ(lanes_earliest(a, &lane_id, &due), some);
            ASSERT_EQ(gic_assembly_next_due(a), some ? expected_due : GIC_TIME_NEVER);
            if (some) {
                ASSERT_EQ(lane_id, expected_lane);
                ASSERT_EQ(due, expected_due);
            }
            ASSERT_EQ(a->in_flight, slow.count());
            const unsigned what = any(round % 2 ? 8 : 6);
            if (!some || what < 4) {
                gic_out out{};
                out.msg.intid = n;
                const uint32_t to = any(4) ? any(a->lane_count) : any(3);
                const uint64_t at = now + any(50);
                ASSERT_TRUE(lanes_push(a, to, &out, at));
                slow.push(to, at, n);
                peak = std::max(peak, a->in_flight);
            } else if (what == 4) {
                const uint64_t at = expected_due + 1 + any(20);
                lanes_postpone(a, lane_id, at);
                slow.postpone(lane_id, at);
            } else {
                now = std::max(now, due);
                ASSERT_EQ(lanes_pop(a, lane_id).msg.intid, slow.pop(lane_id));
            }
        }
        EXPECT_EQ(a->stats.in_flight_peak, peak);
        lanes_clear(a);
        EXPECT_EQ(a->in_flight, 0u);
        EXPECT_EQ(gic_assembly_next_due(a), GIC_TIME_NEVER);
    }
}

// There are as many places as were built, each for one message; one more finds none.
TEST(Lanes, HaveAllTheirPlaces)
{
    its_gic g(configuration(), timed());
    gic_assembly *a = g.a;
    for (unsigned round = 0; round < 2; round++) {
        lanes_clear(a);
        gic_out out{};
        for (uint32_t n = 0; n < a->node_count; n++) {
            out.msg.intid = n;
            ASSERT_TRUE(lanes_push(a, n % a->lane_count, &out, n));
        }
        EXPECT_FALSE(lanes_push(a, 0, &out, 0));
        std::set<uint32_t> met;
        uint32_t lane_id = 0;
        uint64_t due = 0;
        while (lanes_earliest(a, &lane_id, &due))
            met.insert(lanes_pop(a, lane_id).msg.intid);
        EXPECT_EQ(met.size(), a->node_count);
    }
    lanes_clear(a);
}

// Each component is busy for itself: an access is one's own, of a station that no other has.
TEST(Stations, EachComponentHasItsOwn)
{
    its_gic g(configuration(), timed());
    std::map<uint32_t, unsigned> used;
    unsigned components = 0;
    const auto touches_one = [&](const std::function<void()> &act) {
        g.now += 1000000;
        g.settle();
        act();
        unsigned count = 0;
        for (uint32_t n = 0; n < station_count(&g.config); n++)
            if (g.a->stations[n].reached_ps == g.now) {
                used[n]++;
                count++;
            }
        EXPECT_EQ(count, 1u);
        components++;
    };
    g.settling = false;
    touches_one([&] { g.dist(GICD_TYPER); });
    for (unsigned pe = 0; pe < PES; pe++) {
        touches_one([&] { g.redist(pe, GICR_TYPER, 8); });
        touches_one([&] { g.icc_read(pe, GIC_ICC_RPR_EL1); });
    }
    for (unsigned its = 0; its < ITSS; its++)
        touches_one([&] { g.its_read(its, GITS_TYPER); });
    EXPECT_EQ(used.size(), components);
    EXPECT_EQ(components, station_count(&g.config));
}

// A message that waits for a busy component takes as long as that component's kind does.
TEST(Stations, AreBusyByTheirKind)
{
    for (unsigned kind = 0; kind < GIC_STATION_COUNT; kind++) {
        gic_timing timing = timed();
        timing.occupancy_ps[kind] = 77000;
        its_gic g(configuration(), timing);
        g.boot_lpis();
        g.mapd(0, 3, 4);
        g.mapc(0, 1, 1);
        g.mapti(0, 3, 5, 8200, 1);
        g.property(8200, 0xA0);
        g.spi(40, {GIC_GROUP_1NS, 0x80, false, g.affinity(1)});
        g.settle();
        g.pass(10000000);
        const std::vector<station> before(g.a->stations, g.a->stations + station_count(&g.config));
        g.line(40, true);
        g.msi(0, 3, 5);
        g.settle();
        for (uint32_t n = 0; n < station_count(&g.config); n++) {
            const station &s = g.a->stations[n];
            if (s.busy_until_ps == before[n].busy_until_ps)
                continue;
            const unsigned which = n == 0         ? GIC_STATION_GICD
                                   : n <= PES     ? GIC_STATION_GICR
                                   : n <= 2 * PES ? GIC_STATION_CPUIF
                                                  : GIC_STATION_ITS;
            EXPECT_EQ(s.busy_until_ps, s.reached_ps + (which == kind ? 77000 : 0)) << n;
        }
    }
}

// A kernel whose leftover work is on no lane, as only a forged file has it, goes on all the same.
TEST(Work, WithoutItsMessageGoesOnAfterLoading)
{
    for (bool of_its : {true, false}) {
        gic_config config = with_small_caches(with_its(2, 2));
        config.work_limit = 1;
        config.direct_lpi = true;
        gic_timing timing = timed();
        timing.occupancy_ps[GIC_STATION_ITS] = timing.occupancy_ps[GIC_STATION_GICR] = 50000;
        its_gic g(config, timing), h(config, timing);
        g.boot();
        std::memset(g.at(g.pending_table(1) + 1024), 0xFF, 4);
        g.enable_lpis(0);
        g.enable_lpis(1, false);
        g.enable_its(1);
        g.mapc(1, 0, 0);
        g.mapc(1, 1, 1);
        g.settle();
        g.settling = false;
        const lane *const work = of_its ? &g.a->lanes[its_lane_of(g.a, 1, LANE_ITS_WORK)]
                                        : &g.a->lanes[lpi_lane_of(g.a, 1, LANE_GICR_WORK)];
        if (of_its)
            for (unsigned n = 0; n < 20; n++)
                g.sync(1, 0);
        else
            g.movall(1, 1, 0);
        const auto work_is_next = [&] {
            return g.a->heap_count > 0 && &g.a->lanes[g.a->heap[0]] == work;
        };
        for (unsigned n = 0; n < 10000 && !work_is_next(); n++)
            g.pass(gic_assembly_next_due(g.a) - g.now);
        ASSERT_TRUE(work_is_next()) << of_its;
        std::vector<unsigned char> file(gic_assembly_save_size(g.a));
        (void)lanes_pop(g.a, g.a->heap[0]);
        file.resize(gic_assembly_save(g.a, file.data()));
        h.ram = g.ram;
        h.writer = g.writer;
        h.now = g.now;
        ASSERT_TRUE(gic_assembly_load(h.a, file.data(), file.size()));
        EXPECT_GT(gic_assembly_next_due(h.a), g.now) << "at its own pace";
        h.settle();
        EXPECT_TRUE(h.queue_is_empty(1));
        for (unsigned pe = 0; pe < 2; pe++)
            h.redist_write(pe, GICR_CTLR, 0); // what is pending goes to memory
        h.settle();
        EXPECT_EQ(h.pending_in_memory(0, 8200), !of_its);
        EXPECT_EQ(h.pending_in_memory(1, 8200), of_its);
    }
}
