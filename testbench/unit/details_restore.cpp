// SPDX-License-Identifier: Apache-2.0
// A GIC that goes on from a saved state goes on as the one that was saved (N-02, N-05): the same
// events and levels at the same times, the same requests for memory, and the same state in the end.
// Whatever the GIC that loads has been doing before is gone.
#include <map>
#include <random>

#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint32_t DEVICES = 3, EVENTS = 8, PES = 3;
constexpr uint32_t LPI = 8200;

gic_config configuration()
{
    gic_config config = with_small_caches(with_its(PES, 2));
    config.its.walks = 2;
    config.its.queue = 3;
    config.its.hcc = 1;
    config.direct_lpi = true;
    config.espi_count = 32;
    config.eppi_count = 32;
    config.work_limit = 3;
    return config;
}

gic_timing latencies(bool is_timed)
{
    if (!is_timed)
        return loosely_timed();
    gic_timing timing = timed(900);
    timing.hop_ps[GIC_HOP_CPUIF_PE] = 400;
    timing.hop_ps[GIC_HOP_SPI_LINE] = 5000;
    timing.hop_ps[GIC_HOP_MSI] = 3000;
    for (uint64_t &occupancy : timing.occupancy_ps)
        occupancy = 350;
    timing.access_ps[GIC_COST_ITS_LOOKUP] = 250;
    return timing;
}

// A GIC at work, its stimuli by a seed, with everything that comes out of it in one list.
class at_work
{
public:
    explicit at_work(bool is_timed) : g(configuration(), latencies(is_timed))
    {
        g.boot_lpis();
        for (unsigned its = 0; its < 2; its++) {
            for (uint32_t device = 0; device < DEVICES; device++) {
                g.mapd(its, device, 3);
                for (uint32_t event = 0; event < EVENTS; event++)
                    g.mapti(its, device, event, intid(its, device, event), event % PES);
            }
            for (unsigned pe = 0; pe < PES; pe++)
                g.mapc(its, pe, pe);
        }
        for (uint32_t n = 0; n < 2 * DEVICES * EVENTS; n++)
            g.property(LPI + 40 * n, static_cast<uint8_t>(0x20 + 8 * (n * 7 % 24)));
        for (uint32_t n : {40u, 50u, 4100u})
            g.spi(n, {GIC_GROUP_1NS, 0x50, n == 50, n == 40 ? IRM : g.affinity(1)});
        for (unsigned pe = 0; pe < PES; pe++)
            for (uint32_t n : {3u, 20u, 1060u})
                g.private_interrupt(pe, n, {GIC_GROUP_1NS, 0x60, n == 20, 0});
        g.settle();
        g.settling = false;
        g.latency_ps = is_timed ? 7000 : 0;
        g.watch = [this](const gic_event &e) {
            out.push_back({e.time_ps, e.id, e.pe, e.intid, e.arg});
        };
    }
    static uint32_t intid(unsigned its, uint32_t device, uint32_t event)
    {
        return LPI + 40 * ((its * DEVICES + device) * EVENTS + event);
    }

    void step(std::mt19937 &random)
    {
        const auto any = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
        const unsigned its = any(2), pe = any(PES);
        const uint32_t device = any(DEVICES), event = any(EVENTS);
        const bool room = !g.queue_is_full(its);
        out.push_back(
            {gic_assembly_next_due(g.a), GIC_EV_COUNT, 0, 0, gic_assembly_next_line_due(g.a)});
        switch (any(17)) {
        case 16:
            any(2) ? g.wake(pe) : g.sleep(pe);
            break;
        case 0:
            if (room)
                g.movi(its, device, event, any(PES));
            break;
        case 1:
            if (room)
                g.inv(its, device, event);
            break;
        case 2:
            if (room)
                g.sync(its, pe);
            break;
        case 3:
            if (room && any(3) == 0)
                g.movall(its, pe, any(PES));
            break;
        case 4:
            if (room)
                g.mapc(its, 1 + any(PES - 1), pe);
            break;
        case 5:
            g.line(any(2) ? 40 : 4100, any(2) != 0);
            break;
        case 6:
            g.pulse(50);
            break;
        case 7:
            g.ppi(pe, any(2) ? 20 : 1060, any(2) != 0);
            break;
        case 8:
            g.sgi(pe, GIC_ICC_SGI1R_EL1, 3, any(8));
            break;
        case 9:
        case 10:
        case 11:
            taken(pe, g.ack(pe));
            break;
        case 12:
            g.redist_write(pe, any(2) ? GICR_SETLPIR : GICR_INVLPIR, intid(its, device, event), 8);
            break;
        default:
            g.msi(its, device, event);
        }
        g.pass(any(4) * 700);
    }
    // Acknowledged: ended later, oldest last.
    void taken(unsigned pe, uint32_t which)
    {
        if (which != GIC_INTID_SPURIOUS)
            active[pe].push_back(which);
        else if (!active[pe].empty()) {
            g.eoi(pe, active[pe].back());
            active[pe].pop_back();
        }
    }

    std::vector<unsigned char> save() const
    {
        std::vector<unsigned char> file(gic_assembly_save_size(g.a));
        file.resize(gic_assembly_save(g.a, file.data()));
        return file;
    }
    // Load @p file of @p other, with what is around it.
    void take(const at_work &other, const std::vector<unsigned char> &file)
    {
        ASSERT_TRUE(gic_assembly_load(g.a, file.data(), file.size()));
        g.now = other.g.now;
        g.ram = other.g.ram;
        g.writer = other.g.writer;
        for (unsigned pe = 0; pe < PES; pe++)
            g.adopt_line(pe, other.g.irq(pe));
        std::copy(std::begin(other.active), std::end(other.active), std::begin(active));
        out.clear();
    }

    struct seen {
        uint64_t time;
        unsigned id, pe;
        uint32_t intid;
        uint64_t arg;
        bool operator==(const seen &o) const
        {
            return time == o.time && id == o.id && pe == o.pe && intid == o.intid && arg == o.arg;
        }
    };
    its_gic g;
    std::vector<seen> out;
    std::vector<uint32_t> active[PES];
};

} // namespace

TEST(Rules, N_02_ARestoredGicGoesOnAsTheOther)
{
    for (bool is_timed : {true, false}) {
        at_work second(is_timed);
        std::mt19937 elsewhere(99);
        for (uint32_t seed = 1; seed <= 30; seed++) {
            SCOPED_TRACE(testing::Message() << (is_timed ? "timed, seed " : "seed ") << seed);
            at_work first(is_timed);
            std::mt19937 random(seed);
            for (unsigned n = 0; n < 10 * seed; n++)
                first.step(random);
            for (unsigned n = 0; n < 25; n++)
                second.step(elsewhere); // in the middle of something else
            const std::vector<unsigned char> file = first.save();
            second.take(first, file);
            ASSERT_EQ(second.save(), file);
            first.out.clear();
            std::mt19937 again = random;
            for (unsigned n = 0; n < 60; n++)
                first.step(random);
            for (unsigned n = 0; n < 60; n++)
                second.step(again);
            first.g.settle();
            second.g.settle();
            ASSERT_EQ(second.out.size(), first.out.size());
            for (size_t n = 0; n < first.out.size(); n++)
                ASSERT_TRUE(second.out[n] == first.out[n])
                    << n << ": " << gic_event_name(first.out[n].id) << " "
                    << gic_event_name(second.out[n].id);
            ASSERT_EQ(second.g.ram, first.g.ram);
            ASSERT_EQ(second.save(), first.save());
            for (unsigned pe = 0; pe < PES; pe++)
                EXPECT_EQ(second.g.irq(pe), first.g.irq(pe));
            EXPECT_EQ(gic_assembly_get_stats(first.g.a)->messages_lost, 0u);
        }
    }
}
