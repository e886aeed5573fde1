// SPDX-License-Identifier: Apache-2.0
// The joiner without room: how many places there are, and what happens should one be missing all
// the same, which no kernel brings about.
#include <cstring>

#include "lpi_rig.hpp"
extern "C" {
#include "internal.h"
}

using namespace rig;

namespace
{

constexpr uint64_t HOP = 1000;
constexpr uint32_t SPI = 45, PPI = 22, LPI = 8200, DEVICE = 3;

const gic_assembly_stats &stats(const gic &g)
{
    return *gic_assembly_get_stats(g.a);
}

// Takes all places for messages under way, and gives them back.
class without_nodes
{
public:
    explicit without_nodes(gic &g) : a_(g.a), free_(g.a->node_free)
    {
        a_->node_free = NONE;
    }
    ~without_nodes()
    {
        a_->node_free = free_;
    }
    without_nodes(const without_nodes &) = delete;
    without_nodes &operator=(const without_nodes &) = delete;

private:
    gic_assembly *const a_;
    const uint32_t free_;
};

} // namespace

// What credits and queues allow to be under way at once has a place each: toggles of all wires, the
// messages of each PE, MSIs on the way to each ITS, LPIs from each ITS to each PE, requests.
TEST(Room, IsThereForWhatCreditsAllow)
{
    for (unsigned pes : {1u, 3u, 9u, 64u, 512u})
        for (unsigned itss : {0u, 1u, 16u})
            for (unsigned queue : {1u, 1024u}) {
                if (pes == 512 && queue != itss * 64) // the largest one only: it takes its time
                    continue;
                gic_config config = extended(one_state(pes));
                config.lpi_bits = itss ? 16 : 0;
                config.its_count = static_cast<uint8_t>(itss);
                config.its.queue = static_cast<uint16_t>(queue);
                config.its.walks = GIC_MAX_ITS_WALKS;
                config.lpi_cache = config.lpi_property_cache = 4;
                config.its.device_cache = config.its.itt_cache =
                    config.its.collection_cache = {4, 2, GIC_REPLACE_LRU};
                const size_t bytes = gic_assembly_footprint(&config, nullptr);
                ASSERT_LT(bytes, size_t{1} << 30);
                void *const memory = std::aligned_alloc(64, bytes);
                ASSERT_NE(memory, nullptr);
                const gic_assembly *const a =
                    gic_assembly_init(memory, bytes, &config, nullptr, nullptr, nullptr, nullptr);
                ASSERT_NE(a, nullptr);
                const uint64_t wires = config.spi_count + config.espi_count +
                                       uint64_t{pes} * (16u + config.eppi_count);
                const uint64_t of_a_pe =
                    GIC_CREDIT_OFFER + GIC_CREDIT_SET + GIC_CREDIT_CLEAR +
                    2 * (GIC_CREDIT_ACTIVATE + GIC_CREDIT_DEACTIVATE + GIC_CREDIT_GENERATE_SGI) +
                    2 * (GIC_CREDIT_UPSTREAM_CONTROL + GIC_CREDIT_PE_STATE +
                         GIC_CREDIT_GROUP_ENABLES);
                const uint64_t rows = itss ? 8ull * pes + uint64_t{itss} * GIC_MAX_ITS_WALKS : 0;
                const uint64_t lpis = uint64_t{itss} * (queue + uint64_t{GIC_CREDIT_LPI} * pes);
                EXPECT_GE(a->memory_count, rows);
                EXPECT_GE(a->node_count, fan_out_limit(&config) + 4 * wires + pes * of_a_pe + lpis +
                                             a->memory_count);
                EXPECT_GE(a->fifo_mask + 1u, pes * (of_a_pe + (itss ? GIC_CREDIT_LPI : 0)));
                EXPECT_EQ((a->fifo_mask + 1u) & a->fifo_mask, 0u) << "a power of two";
                std::free(memory);
            }
}

// Messages of the loosely-timed GIC go round in their queue, whatever else lies beside it.
TEST(Room, IsUsedAgainAndAgain)
{
    gic g(one_state(16));
    g.boot();
    g.spi(SPI, {GIC_GROUP_1NS, 0xA0, false, 15});
    for (unsigned n = 0; n < 4000; n++)
        g.dist_write(GICD_CTLR, n % 2 != 0 ? uint32_t{CTLR_ALL} : 0);
    EXPECT_GE(g.messages(GIC_MSG_GROUP_ENABLES_ACK), 16 * 4000u);
    EXPECT_EQ(stats(g).messages_lost, 0u);
    g.line(SPI, true);
    for (unsigned pe = 0; pe < 16; pe++)
        EXPECT_EQ(g.irq(pe), pe == 15);
    gic fresh(one_state(16));
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    EXPECT_EQ(gic_assembly_save(g.a, file.data()), file.size());
    EXPECT_TRUE(gic_assembly_load(fresh.a, file.data(), file.size()));
}

// Should no place be free, a message loses its time: it arrives at once, and is counted.
TEST(Room, WithoutAPlaceAMessageLosesItsTimeAndNotItself)
{
    gic_config config = with_its(2);
    config.direct_lpi = true;
    its_gic g(config, timed(HOP));
    g.boot_lpis();
    g.mapd(0, DEVICE, 4);
    g.mapc(0, 1, 1);
    g.mapti(0, DEVICE, 5, LPI, 1);
    g.property(LPI, 0x40);
    g.private_interrupt(0, PPI);
    g.spi(SPI, {GIC_GROUP_1NS, 0x80, true, g.affinity(1)});
    g.settle();
    g.settling = false;
    const without_nodes none(g);
    uint64_t before = stats(g).causality_violations;
    const auto violations = [&] {
        const uint64_t was = before;
        before = stats(g).causality_violations;
        return before - was;
    };
    g.ppi(0, PPI, true);
    EXPECT_TRUE(g.irq(0)) << "the wire, the Redistributor's message";
    EXPECT_GE(violations(), 1u);
    g.line(SPI, true);
    EXPECT_TRUE(g.irq(1));
    EXPECT_GE(violations(), 2u) << "Offer, Set";
    EXPECT_EQ(g.ack(1), SPI);
    EXPECT_GE(violations(), 2u) << "Activate, Taken and their answers";
    g.eoi(1, SPI);
    violations();
    g.dist_write(GICD_CTLR, CTLR_GRP0);
    EXPECT_EQ(g.dist(GICD_CTLR) & CTLR_RWP, 0u) << "to all Redistributors, and back";
    EXPECT_GE(violations(), 4u);
    g.dist_write(GICD_CTLR, CTLR_ALL);
    violations();
    EXPECT_TRUE(g.msi(0, DEVICE, 5));
    EXPECT_TRUE(g.irq(1)) << "and memory on the way";
    EXPECT_GE(violations(), 2u);
    EXPECT_EQ(g.service(1), LPI);
    EXPECT_EQ(gic_assembly_next_due(g.a), GIC_TIME_NEVER);
    EXPECT_EQ(stats(g).messages_lost, 0u);
}

// The same of toggles that were held back: the last level holds, and a rise counts.
TEST(Room, WithoutAPlaceAToggleThatWasHeldBackArrivesAtOnce)
{
    gic g(one_state(), timed(HOP));
    g.boot();
    g.spi(SPI, {GIC_GROUP_1NS, 0x80, true, 0});
    g.spi(SPI + 1);
    g.settle();
    g.settling = false;
    for (uint32_t intid : {SPI, SPI + 1}) {
        g.line(intid, true); // one is under way, ...
        g.line(intid, false);
        g.line(intid, true);
        g.a->spi_wires[spi_pin_index(intid)].held = 3; // ... as are three more, ending high
    }
    const without_nodes none(g);
    g.pass(HOP);
    g.pass(HOP);
    EXPECT_TRUE(g.pending(SPI));
    EXPECT_TRUE(g.pending(SPI + 1)) << "high at last";
    EXPECT_EQ(g.a->spi_wires[spi_pin_index(SPI)].held, 0);
    EXPECT_EQ(stats(g).messages_lost, 0u);
}

// A queue that is full loses what comes, and says so.
TEST(Room, WhatFindsTheQueueFullIsCountedAsLost)
{
    gic g(one_state(8));
    g.boot();
    const uint32_t mask = g.a->fifo_mask;
    g.a->fifo_mask = 3;
    g.a->fifo_head = g.a->fifo_tail = 0;
    g.dist_write(GICD_CTLR, 0);
    EXPECT_EQ(stats(g).messages_lost, 6u) << "of eight acknowledges two had a place";
    g.a->fifo_mask = mask;
}

// An outbox without room drops events, which is counted, and loses messages, which is counted too;
// when there is room again, all is as ever.
TEST(Room, WhatFindsAnOutboxFullIsCounted)
{
    for (bool in_time : {false, true}) {
        gic_config config = with_its(2);
        config.direct_lpi = true;
        its_gic g(config, in_time ? timed(HOP) : loosely_timed());
        g.boot_lpis();
        g.spi(SPI);
        uint64_t events = 0;
        const struct {
            gic_outbox *box;
            std::function<void()> mistake; // of software: one event
        } kernels[] = {
            {g.a->dist_box, [&] { g.dist_write(GICD_TYPER, 0); }},
            {g.a->seats[1].redist_box, [&] { g.redist_write(1, GICR_TYPER, 0, 8); }},
            {g.a->itss[0].box, [&] { g.its_write(0, GITS_TYPER, 0); }},
        };
        for (const auto &each : kernels) {
            gic_out *const end = each.box->end;
            each.box->end = each.box->entry;
            for (unsigned n = 0; n < 3; n++) {
                each.mistake();
                EXPECT_EQ(stats(g).events_dropped, ++events);
                EXPECT_EQ(each.box->next, each.box->entry);
                EXPECT_EQ(each.box->events_dropped, 0u) << "they have been counted";
            }
            each.box->end = each.box->entry + 1;
            each.mistake();
            EXPECT_EQ(stats(g).events_dropped, events) << "room for one";
            each.box->end = end;
            each.mistake();
            EXPECT_EQ(stats(g).events_dropped, events);
        }
        EXPECT_EQ(g.count(GIC_EV_BAD_READ_ONLY), 6u);
        EXPECT_EQ(stats(g).messages_lost, 0u);
        // One message of each kernel but the ITS, which does nothing without room.
        const struct {
            gic_outbox *box;
            std::function<void()> act;
        } senders[] = {
            {g.a->seats[1].cpu_box, [&] { g.icc_write(1, GIC_ICC_SGI1R_EL1, 1); }},
            {g.a->seats[0].redist_box, [&] { g.redist_write(0, GICR_SETLPIR, LPI, 8); }},
            {g.a->dist_box, [&] { g.line(SPI, true); }},
        };
        uint64_t lost = 0;
        for (const auto &each : senders) {
            gic_out *const end = each.box->end;
            each.box->end = each.box->entry;
            each.act();
            EXPECT_EQ(stats(g).messages_lost, ++lost);
            EXPECT_EQ(each.box->messages_lost, 0u);
            EXPECT_EQ(each.box->next, each.box->entry);
            each.box->end = end;
        }
    }
}
