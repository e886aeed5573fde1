// SPDX-License-Identifier: Apache-2.0
// A Distributor kernel alone, its Redistributors played by the test.
#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "gic/event.h"
#include "gic/gicd.h"
#include "gic/pe.h"

namespace
{

constexpr uint16_t PES = 130; // more than two words of 64

enum : uint32_t {
    CTLR = 0x0000,
    IGROUPR = 0x0080,
    ISENABLER = 0x0100,
    IPRIORITYR = 0x0400,
    IROUTER = 0x6000
};

class Distributor : public testing::Test
{
protected:
    Distributor()
    {
        config.pe_count = PES;
        config.spi_count = 64;
        const size_t bytes = gicd_footprint(&config);
        memory_ = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        d = gicd_init(memory_, bytes, &config, nullptr);
        write(CTLR, 7);
        for (uint16_t pe = 0; pe < PES; pe++) {
            receive(pe, GIC_MSG_GROUP_ENABLES_ACK);
            gic_pe_routing routing{};
            routing.enabled = GIC_GROUPS_ALL;
            routing.mask_hint = 0xFF;
            routing.awake = true;
            receive(pe, GIC_MSG_PE_STATE, 0, gic_pe_routing_pack(routing));
        }
        sent.clear();
    }
    ~Distributor() override
    {
        std::free(memory_);
    }
    void write(uint32_t offset, uint64_t value, uint8_t size = 4)
    {
        const gic_access access{0, 0, size, true, false};
        EXPECT_EQ(gicd_write(d, &access, offset, value), GIC_OK);
        collect();
    }
    void spi(uint32_t intid, uint8_t priority, uint64_t route = 0)
    {
        write(IGROUPR + intid / 32 * 4, UINT32_MAX);
        write(IPRIORITYR + intid, priority, 1);
        write(IROUTER + 8 * intid, route, 8);
        write(ISENABLER + intid / 32 * 4, 1u << intid % 32);
    }
    void line(uint32_t intid, bool level)
    {
        gicd_set_line(d, intid, level);
        collect();
    }
    void receive(uint16_t pe, unsigned kind, uint32_t intid = 0, uint64_t arg = 0)
    {
        gic_msg msg{};
        msg.kind = static_cast<uint8_t>(kind);
        msg.intid = intid;
        msg.arg = arg;
        gicd_receive(d, pe, &msg);
        collect();
    }
    // INTIDs of the Offers since the last call.
    std::vector<uint32_t> offers()
    {
        std::vector<uint32_t> intids;
        for (const gic_out &out : sent)
            if (out.port == GIC_PORT_GICR && out.msg.kind == GIC_MSG_OFFER)
                intids.push_back(out.msg.intid);
        sent.clear();
        return intids;
    }
    unsigned events(gic_event_id id) const
    {
        unsigned count = 0;
        for (const gic_out &out : sent)
            count += out.port == GIC_PORT_EVENT && out.msg.kind == id;
        return count;
    }
    // There was one such event.
    void expect_event(gic_event_id id, unsigned pe, uint32_t intid, uint64_t arg) const
    {
        EXPECT_EQ(events(id), 1u) << gic_event_name(id);
        for (const gic_out &out : sent)
            if (out.port == GIC_PORT_EVENT && out.msg.kind == id) {
                EXPECT_EQ(out.to, pe) << gic_event_name(id);
                EXPECT_EQ(out.msg.intid, intid) << gic_event_name(id);
                EXPECT_EQ(out.msg.arg, arg) << gic_event_name(id);
            }
    }
    std::vector<unsigned char> save() const
    {
        std::vector<unsigned char> file(gicd_save_size(d));
        file.resize(gicd_save(d, file.data()));
        return file;
    }
    using intids = std::vector<uint32_t>;
    void waits_for_credit(uint16_t pe, bool load)
    {
        SCOPED_TRACE(pe);
        const uint64_t route = gic_config_affinity(&config, pe);
        spi(40, 0xA0, route);
        spi(41, 0x80, route);
        spi(42, 0x60, route);
        line(40, true);
        EXPECT_EQ(offers(), intids{40});
        line(41, true);
        EXPECT_EQ(offers(), intids{41});
        line(42, true);
        EXPECT_EQ(offers(), intids{}) << "two are not answered";
        if (load) {
            const std::vector<unsigned char> file = save();
            ASSERT_TRUE(gicd_load(d, file.data(), file.size()));
            EXPECT_EQ(save(), file);
        }
        receive(pe, GIC_MSG_RETURNED, 40);
        EXPECT_EQ(offers(), intids{42});
        receive(pe, GIC_MSG_RETURNED, 41);
        for (uint32_t intid : {40u, 41u, 42u})
            line(intid, false);
        receive(pe, GIC_MSG_RETURNED, 42);
        EXPECT_EQ(offers(), intids{});
    }

    gic_config config = gic_config_default();
    gicd *d = nullptr;
    std::vector<gic_out> sent;

private:
    void collect()
    {
        gic_outbox *box = gicd_outbox(d);
        do {
            sent.insert(sent.end(), box->entry, box->next);
            gic_outbox_clear(box);
            if (box->more)
                gicd_step(d);
        } while (gic_outbox_count(box) > 0 || box->more);
    }
    void *memory_ = nullptr;
};

} // namespace

// An instance begins anew when what was withdrawn pends again.
TEST_F(Distributor, WhatWasWithdrawnPendsAgain)
{
    spi(40, 0xA0);
    for (unsigned round = 0; round < 3; round++) {
        sent.clear();
        line(40, true);
        EXPECT_EQ(events(GIC_EV_PENDING), 1u);
        EXPECT_EQ(events(GIC_EV_WITHDRAWN), 0u);
        line(40, false);
        EXPECT_EQ(events(GIC_EV_WITHDRAWN), 1u);
        receive(0, GIC_MSG_RETURNED, 40);
    }
}

// The third and most urgent has no credit and waits; the first to be answered makes room for it,
// also in a Distributor that was loaded meanwhile.
TEST_F(Distributor, WhatWaitsForCreditIsOfferedAfterLoading)
{
    for (bool load : {false, true})
        for (uint16_t pe : {0, 1, 63, 64, 65, 127, 128, 129})
            waits_for_credit(pe, load);
}

// What crosses, or waits, is reported with the interrupt, the PE, and the kind of message.
TEST_F(Distributor, ReportsWhatCrossesAndWhatWaits)
{
    spi(40, 0xA0);
    spi(41, 0x80);
    spi(42, 0x60);
    line(40, true);
    line(41, true);
    sent.clear();
    line(42, true);
    expect_event(GIC_EV_CREDIT_WAIT, 0, 42, GIC_MSG_OFFER);
    write(0x0180 + 4, 1u << 9); // ICENABLER of 41: a Recall
    sent.clear();
    receive(0, GIC_MSG_TAKEN, 41);
    expect_event(GIC_EV_CROSSED_ACTIVATE, 0, 41, GIC_MSG_RECALL);
    sent.clear();
    receive(0, GIC_MSG_RETURNED, 40);
    expect_event(GIC_EV_RETURNED, 0, 40, 0);
    EXPECT_EQ(events(GIC_EV_CROSSED_ACTIVATE), 0u);
    sent.clear();
    receive(0, GIC_MSG_TAKEN, 42);
    EXPECT_EQ(events(GIC_EV_CROSSED_ACTIVATE), 0u);
    write(CTLR, 2);
    EXPECT_EQ(events(GIC_EV_CREDIT_WAIT), 0u);
    write(CTLR, 1);
    expect_event(GIC_EV_CREDIT_WAIT, GIC_PE_NONE, GIC_INTID_SPURIOUS, GIC_MSG_GROUP_ENABLES);
}

// Redistributors may live elsewhere (gic_assembly_parts): what they get wrong changes nothing here.
TEST_F(Distributor, MessagesThatNobodyShouldHaveSentArePassedOver)
{
    spi(40, 0xA0, 0);
    spi(41, 0xA0, 1);
    line(40, true);
    line(41, true);
    const std::vector<unsigned char> before = save();
    for (unsigned kind : {unsigned(GIC_MSG_NONE), unsigned(GIC_MSG_OFFER), unsigned(GIC_MSG_SET),
                          unsigned(GIC_MSG_LPI_DONE), unsigned(GIC_MSG_KIND_COUNT), 255u}) {
        receive(0, kind, 40);
        EXPECT_EQ(save(), before) << kind;
    }
    for (uint16_t pe : {130, 512, 0xFFFE, 0xFFFF})
        for (unsigned kind :
             {GIC_MSG_TAKEN, GIC_MSG_RETURNED, GIC_MSG_PE_STATE, GIC_MSG_SGI_REQUEST,
              GIC_MSG_DEACTIVATE_SPI, GIC_MSG_GROUP_ENABLES_ACK}) {
            receive(pe, kind, 40);
            EXPECT_EQ(save(), before) << kind << " of PE " << pe;
        }
    receive(0, GIC_MSG_GROUP_ENABLES_ACK);
    for (uint32_t intid : {0u, 31u, 42u, 96u, 1019u, 4096u, 8192u}) {
        receive(0, GIC_MSG_RETURNED, intid);
        receive(0, GIC_MSG_TAKEN, intid);
    }
    EXPECT_EQ(save(), before);
    offers();
    receive(0, GIC_MSG_TAKEN, 41);
    receive(1, GIC_MSG_TAKEN, 40);
    EXPECT_EQ(save(), before) << "each is the other's";
    receive(0, GIC_MSG_TAKEN, 40);
    receive(1, GIC_MSG_RETURNED, 41);
    const std::vector<unsigned char> after = save();
    EXPECT_NE(after, before);
    offers();
    receive(0, GIC_MSG_TAKEN, 40);
    receive(0, GIC_MSG_RETURNED, 40);
    EXPECT_EQ(save(), after) << "it has been answered";
}
