// SPDX-License-Identifier: Apache-2.0
// A Distributor kernel alone, its Redistributors played by the test.
#include "gicd_rig.hpp"

using namespace gicd_rig;

namespace
{

gic_config many()
{
    gic_config config = gic_config_default();
    config.pe_count = 130; // more than two words of 64
    config.spi_count = 64;
    return config;
}

class Distributor : public testing::Test, protected kernel
{
protected:
    Distributor() : kernel(many())
    {
        boot();
    }
    // INTIDs of the Offers since the last call.
    intids offers()
    {
        intids found;
        for (const to_pe &offer : take(GIC_MSG_OFFER))
            found.push_back(offer.second);
        return found;
    }
    void waits_for_credit(uint16_t pe, bool load)
    {
        SCOPED_TRACE(pe);
        const uint64_t route = affinity(pe);
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
            ASSERT_TRUE(kernel::load(file));
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
    set(ICENABLER, 41); // a Recall
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
