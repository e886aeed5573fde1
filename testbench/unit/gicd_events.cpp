// SPDX-License-Identifier: Apache-2.0
// What a Distributor tells tools of its interrupts, event by event (gic/event.def): an instance
// begins when an interrupt pends and ends when it is taken or withdrawn; software's mistakes.
#include "gicd_rig.hpp"

using namespace gicd_rig;

namespace
{

struct event {
    unsigned id, pe;
    uint32_t intid;
    uint64_t arg;
    bool operator==(const event &o) const
    {
        return id == o.id && pe == o.pe && intid == o.intid && arg == o.arg;
    }
};

void PrintTo(const event &e, std::ostream *out)
{
    *out << gic_event_name(e.id) << " PE " << e.pe << " INTID " << e.intid << " arg " << std::hex
         << e.arg << std::dec;
}

using events = std::vector<event>;

// Those since the last question.
events take(kernel &k)
{
    events found;
    for (const gic_out &out : k.sent)
        if (out.port == GIC_PORT_EVENT)
            found.push_back({out.msg.kind, out.to, out.msg.intid, out.msg.arg});
    k.sent.clear();
    return found;
}

event pending(uint32_t intid, uint8_t priority = 0xA0, gic_group group = GIC_GROUP_1NS)
{
    return {GIC_EV_PENDING, GIC_PE_NONE, intid, priority | unsigned(group) << 8};
}
event withdrawn(uint32_t intid)
{
    return {GIC_EV_WITHDRAWN, GIC_PE_NONE, intid, 0};
}
event merged(uint32_t intid)
{
    return {GIC_EV_MERGED, GIC_PE_NONE, intid, 0};
}
event deactivated(uint32_t intid)
{
    return {GIC_EV_DEACTIVATED, GIC_PE_NONE, intid, 0};
}
event offered(unsigned pe, uint32_t intid, uint8_t priority = 0xA0)
{
    return {GIC_EV_OFFERED, pe, intid, priority};
}

gic_config configuration()
{
    gic_config config = gic_config_default();
    config.pe_count = 3;
    config.spi_count = 96;
    config.espi_count = 64;
    config.has_el3 = config.two_security_states = config.ds_writable = true;
    return config;
}

const uint32_t shared[] = {32, 63, 70, 127, 4096, 4127, 4128, 4159};

class DistributorEvents : public testing::Test
{
protected:
    DistributorEvents() : k(configuration())
    {
        k.boot();
    }
    // Nobody is told of it: its group is enabled nowhere.
    void quiet()
    {
        for (unsigned pe = 0; pe < 3; pe++)
            k.state(pe, true, 0);
        k.sent.clear();
    }
    void edge(uint32_t intid)
    {
        k.write(kernel::config_at(intid), UINT64_C(2) << intid % 16 * 2);
        k.sent.clear();
    }
    void spi(uint32_t intid, uint8_t priority = 0xA0, unsigned pe = 1,
             gic_group group = GIC_GROUP_1NS)
    {
        k.spi(intid, priority, k.affinity(pe), group);
        k.sent.clear();
    }
    kernel k;
};

} // namespace

TEST_F(DistributorEvents, ALevelBeginsAndEndsInstances)
{
    for (const uint32_t intid : shared) {
        spi(intid);
        k.line(intid, true);
        EXPECT_EQ(take(k), (events{pending(intid), offered(1, intid)}));
        k.line(intid, true);
        EXPECT_EQ(take(k), events{}) << "repeated";
        k.line(intid, false);
        EXPECT_EQ(take(k), events{withdrawn(intid)});
        k.receive(1, GIC_MSG_RETURNED, intid);
        EXPECT_EQ(take(k), (events{{GIC_EV_RETURNED, 1, intid, 0}}));
        k.line(intid, true);
        EXPECT_EQ(take(k), (events{pending(intid), offered(1, intid)}));
        k.receive(1, GIC_MSG_TAKEN, intid);
        EXPECT_EQ(take(k), events{});
        k.receive(1, GIC_MSG_DEACTIVATE_SPI, intid, 0, GIC_GROUPS_ALL);
        EXPECT_EQ(take(k), (events{deactivated(intid), pending(intid), offered(1, intid)}))
            << "it is high still";
        k.receive(1, GIC_MSG_TAKEN, intid);
        k.line(intid, false);
        EXPECT_EQ(take(k), events{}) << "that was taken";
        k.line(intid, true);
        EXPECT_EQ(take(k), events{pending(intid)});
        k.line(intid, false);
        EXPECT_EQ(take(k), events{withdrawn(intid)});
        k.receive(1, GIC_MSG_DEACTIVATE_SPI, intid, 0, GIC_GROUPS_ALL);
        EXPECT_EQ(take(k), events{deactivated(intid)});
        k.receive(1, GIC_MSG_DEACTIVATE_SPI, intid, 0, GIC_GROUPS_ALL);
        EXPECT_EQ(take(k), events{}) << "it is not active";
    }
}

TEST_F(DistributorEvents, EdgesMergeUntilTheAcknowledge)
{
    for (const uint32_t intid : shared) {
        spi(intid, 0x40, 2, GIC_GROUP_1S);
        edge(intid);
        const event begin = pending(intid, 0x40, GIC_GROUP_1S);
        const event goes = offered(2, intid, 0x40);
        k.line(intid, true);
        EXPECT_EQ(take(k), (events{begin, goes}));
        k.line(intid, false);
        EXPECT_EQ(take(k), events{});
        k.line(intid, true);
        EXPECT_EQ(take(k), events{merged(intid)});
        k.write(SETSPI_NSR, intid);
        EXPECT_EQ(take(k), events{merged(intid)});
        k.set(ISPENDR, intid);
        EXPECT_EQ(take(k), events{}) << "no edge";
        k.receive(2, GIC_MSG_TAKEN, intid);
        k.line(intid, false);
        EXPECT_EQ(take(k), events{});
        k.line(intid, true);
        EXPECT_EQ(take(k), events{begin}) << "while it is active";
        k.receive(2, GIC_MSG_DEACTIVATE_SPI, intid, 0, GIC_GROUPS_ALL);
        EXPECT_EQ(take(k), (events{deactivated(intid), goes}));
        k.set(ICPENDR, intid);
        EXPECT_EQ(take(k), events{withdrawn(intid)});
        k.receive(2, GIC_MSG_RETURNED, intid);
        k.line(intid, false);
        k.sent.clear();
        k.write(SETSPI_NSR, intid);
        EXPECT_EQ(take(k), (events{begin, goes}));
        k.write(CLRSPI_NSR, intid);
        EXPECT_EQ(take(k), events{withdrawn(intid)});
        k.receive(2, GIC_MSG_RETURNED, intid);
    }
}

// Words of interrupts: those of them that change, the lowest INTID first.
TEST_F(DistributorEvents, AWordReportsWhatChanges)
{
    quiet();
    const uint32_t first = 4128; // and a neighbour below and above that stays as it is
    k.write(kernel::word_at(IGROUPR, first), 0xFFFFFFFF);
    k.write(kernel::priority_at(first) & ~3u, 0xA0A0A0A0);
    k.write(ISPENDR + 12, 0xFFFFFFFF);
    k.sent.clear();
    k.line(first + 2, true);
    EXPECT_EQ(take(k), events{pending(first + 2)});
    k.write(kernel::word_at(ISPENDR, first), 0x0D);
    EXPECT_EQ(take(k), (events{pending(first), pending(first + 3)})) << "2 pends already";
    k.write(kernel::word_at(ISACTIVER, first), 0x0E);
    EXPECT_EQ(take(k), events{});
    k.write(kernel::word_at(ICPENDR, first), 0x0F);
    EXPECT_EQ(take(k), (events{withdrawn(first), withdrawn(first + 3)})) << "2 is high";
    k.write(kernel::word_at(ICACTIVER, first), 0x07);
    EXPECT_EQ(take(k), (events{deactivated(first + 1), deactivated(first + 2)}))
        << "2 has gone on pending";
    k.write(kernel::word_at(ICACTIVER, first), 0xFFFFFFFF);
    EXPECT_EQ(take(k), events{deactivated(first + 3)});
    k.line(first + 2, false);
    EXPECT_EQ(take(k), events{withdrawn(first + 2)});
}

// ICFGR decides whether the input counts.
TEST_F(DistributorEvents, TheTriggerDecidesWhetherAnInputPends)
{
    quiet();
    for (const uint32_t intid : shared) {
        k.set(ICENABLER, intid);
        k.field(IGROUPR, intid, true);
        k.write(kernel::priority_at(intid), 0x20, 1);
        k.line(intid, true);
        EXPECT_EQ(take(k), events{pending(intid, 0x20)});
        k.write(kernel::config_at(intid), UINT64_C(2) << intid % 16 * 2);
        EXPECT_EQ(take(k), events{withdrawn(intid)});
        k.write(kernel::config_at(intid), 0);
        EXPECT_EQ(take(k), events{pending(intid, 0x20)});
        k.set(ISENABLER, intid);
        k.write(kernel::config_at(intid), 0xAAAAAAAA, 4, true, 2);
        EXPECT_EQ(take(k), (events{{GIC_EV_BAD_ICFGR, 2, intid, 0xAAAAAAAA}, withdrawn(intid)}));
        k.write(kernel::config_at(intid), 0xAAAAAAAA, 4, true, 2);
        EXPECT_EQ(take(k), events{}) << "nothing changes";
        k.line(intid, false);
        k.set(ICENABLER, intid);
        k.write(kernel::config_at(intid), 0, 4, true, 2);
        EXPECT_EQ(take(k), events{}) << "it is not enabled";
    }
}

TEST_F(DistributorEvents, MessagesPendOnce)
{
    quiet();
    for (const uint32_t intid : shared) {
        k.field(IGROUPR, intid, true);
        k.write(kernel::priority_at(intid), 0x20, 1);
        k.write(SETSPI_NSR, intid);
        EXPECT_EQ(take(k), events{pending(intid, 0x20)});
        k.write(SETSPI_NSR, intid, 2);
        EXPECT_EQ(take(k), events{}) << "it pends";
        k.line(intid, true);
        k.write(CLRSPI_NSR, intid, 2);
        EXPECT_EQ(take(k), events{}) << "the wire is high";
        k.line(intid, false);
        EXPECT_EQ(take(k), events{withdrawn(intid)});
        k.write(CLRSPI_NSR, intid);
        EXPECT_EQ(take(k), events{});
    }
    for (const uint32_t intid : {0u, 31u, 128u, 1020u, 4095u, 4160u, 8191u})
        for (const uint32_t at : {0x40u, 0x48u, 0x50u, 0x58u}) {
            k.write(at, intid, 4, true, 1);
            EXPECT_EQ(take(k), (events{{GIC_EV_BAD_INTID, 1, intid,
                                        static_cast<uint64_t>(at) << 32 | intid}}));
        }
}

TEST_F(DistributorEvents, ARouteThatLeadsNowhere)
{
    for (const uint32_t intid : shared) {
        spi(intid);
        k.write(kernel::route_at(intid), 0x1234, 8, true, 2);
        EXPECT_EQ(take(k), events{}) << "it does not pend";
        k.line(intid, true);
        EXPECT_EQ(take(k), events{pending(intid)});
        k.write(kernel::route_at(intid), UINT64_C(0x7F00010203), 8, true, 2);
        EXPECT_EQ(take(k), (events{{GIC_EV_BAD_ROUTE, 2, intid, 0x7F010203}}));
        k.write(kernel::route_at(intid), ONE_OF_N, 8);
        EXPECT_EQ(take(k), events{offered(0, intid)});
        k.write(kernel::route_at(intid), k.affinity(2), 8);
        EXPECT_EQ(take(k), events{});
        k.receive(0, GIC_MSG_RETURNED, intid);
        EXPECT_EQ(take(k), (events{{GIC_EV_RETURNED, 0, intid, 0}, offered(2, intid)}));
        k.line(intid, false);
        k.receive(2, GIC_MSG_RETURNED, intid);
    }
}

TEST_F(DistributorEvents, ControlThatChangesWhileAGroupIsEnabled)
{
    k.write(CTLR, 7, 4, true, 1);
    EXPECT_EQ(take(k), events{});
    k.write(CTLR, 7 | E1NWF, 4, true, 1);
    EXPECT_EQ(take(k), (events{{GIC_EV_BAD_CTLR_CHANGE, 1, 0, 7 | E1NWF}}));
    k.write(CTLR, 2, 4, false, 1);
    EXPECT_EQ(take(k), events{}) << "E1NWF and DS are not in the Non-secure view";
    k.write(CTLR, 0x47 | E1NWF, 4, true, 2);
    EXPECT_EQ(take(k), (events{{GIC_EV_BAD_CTLR_CHANGE, 2, 0, 0x47 | E1NWF}}));
    k.acknowledge_enables();
    k.write(CTLR, E1NWF, 4, true, 1);
    k.acknowledge_enables();
    EXPECT_EQ(take(k), events{});
    k.write(CTLR, 0, 4, true, 1);
    EXPECT_EQ(take(k), events{}) << "no group is enabled";
}

TEST_F(DistributorEvents, WiresThatDoNotExist)
{
    for (const uint32_t intid : {0u, 31u, 128u, 1020u, 4095u, 4160u, 100000u})
        for (const bool level : {true, false}) {
            k.line(intid, level);
            EXPECT_EQ(take(k), (events{{GIC_EV_BAD_LINE, GIC_PE_NONE, intid, level}}));
        }
}

// Deactivation reaches the groups that the writer may deactivate (P-17).
TEST_F(DistributorEvents, DeactivationGoesByGroup)
{
    quiet();
    const gic_group groups[] = {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS};
    for (const uint32_t intid : {40u, 4159u})
        for (const gic_group group : groups)
            for (gic_group_set may = 0; may <= GIC_GROUPS_ALL; may++) {
                k.field(IGROUPR, intid, group == GIC_GROUP_1NS);
                k.field(IGRPMODR, intid, group == GIC_GROUP_1S);
                k.set(ISACTIVER, intid);
                k.sent.clear();
                k.receive(2, GIC_MSG_DEACTIVATE_SPI, intid, 0, may);
                EXPECT_EQ(k.messages(GIC_MSG_DEACTIVATE_SPI_ACK), (std::vector<to_pe>{{2, intid}}));
                const bool reached = (may & gic_group_bit(group)) != 0;
                EXPECT_EQ(take(k), reached ? events{deactivated(intid)} : events{});
            }
    k.receive(2, GIC_MSG_DEACTIVATE_SPI, 5000, 0, GIC_GROUPS_ALL);
    EXPECT_EQ(k.messages(GIC_MSG_DEACTIVATE_SPI_ACK), (std::vector<to_pe>{{2, 5000}}));
}
