// SPDX-License-Identifier: Apache-2.0
// The gates that a Distributor knows of a shared interrupt and a PE (gic/explain.h), of SPIs in any
// word and of extended ones.
#include "gicd_rig.hpp"

#include "gic/explain.h"

using namespace gicd_rig;

namespace
{

const uint32_t shared[] = {32, 63, 64, 127, 4096, 4127, 4159};

gic_config configuration()
{
    gic_config config = gic_config_default();
    config.pe_count = 3;
    config.spi_count = 96;
    config.espi_count = 64;
    config.has_el3 = config.two_security_states = config.ds_writable = true;
    return config;
}

gic_explanation why(const kernel &k, uint32_t intid, unsigned pe)
{
    gic_explanation e{};
    e.intid = intid;
    e.pe = static_cast<uint16_t>(pe);
    gicd_explain(k.d, &e);
    return e;
}

void expect_gate(const gic_explanation &e, gic_gate_id id, bool open, uint64_t value)
{
    SCOPED_TRACE(testing::Message() << gic_gate_name(id) << " of " << e.intid);
    EXPECT_TRUE(e.gate[id].known);
    EXPECT_EQ(e.gate[id].id, id);
    EXPECT_EQ(e.gate[id].open, open);
    EXPECT_EQ(e.gate[id].value, value);
}

unsigned known(const gic_explanation &e)
{
    unsigned count = 0;
    for (const gic_gate &gate : e.gate)
        count += gate.known;
    return count;
}

} // namespace

TEST(DistributorExplains, EachGateOfEachInterrupt)
{
    for (const uint32_t intid : shared) {
        kernel k(configuration());
        k.boot();
        const auto bit = UINT64_C(1) << intid % 32;
        gic_explanation e = why(k, intid, 1);
        EXPECT_EQ(known(e), 7u);
        expect_gate(e, GIC_GATE_IMPLEMENTED, true, 1);
        expect_gate(e, GIC_GATE_PENDING, false, 0);
        expect_gate(e, GIC_GATE_ENABLED, false, 0);
        expect_gate(e, GIC_GATE_NOT_ACTIVE, true, 0);
        expect_gate(e, GIC_GATE_GROUP_ENABLED, true, GIC_GROUP_0);
        expect_gate(e, GIC_GATE_ROUTED, false, 0);
        expect_gate(e, GIC_GATE_OWNER, true, GIC_PE_NONE);
        expect_gate(why(k, intid, 0), GIC_GATE_ROUTED, true, 0);
        k.line(intid, true);
        expect_gate(why(k, intid, 1), GIC_GATE_PENDING, true, 1);
        k.set(ISPENDR, intid);
        expect_gate(why(k, intid, 1), GIC_GATE_PENDING, true, 3);
        k.line(intid, false);
        expect_gate(why(k, intid, 1), GIC_GATE_PENDING, true, 2);
        k.set(ICPENDR, intid);
        expect_gate(why(k, intid, 1), GIC_GATE_PENDING, false, 0);
        k.write(SETSPI_NSR, intid);
        expect_gate(why(k, intid, 1), GIC_GATE_PENDING, true, 1);
        k.spi(intid, 0xA0, k.affinity(1), GIC_GROUP_1S);
        e = why(k, intid, 1);
        expect_gate(e, GIC_GATE_ENABLED, true, 1);
        expect_gate(e, GIC_GATE_GROUP_ENABLED, true, GIC_GROUP_1S);
        expect_gate(e, GIC_GATE_ROUTED, true, k.affinity(1));
        expect_gate(e, GIC_GATE_OWNER, true, 1);
        e = why(k, intid, 2);
        expect_gate(e, GIC_GATE_ROUTED, false, k.affinity(1));
        expect_gate(e, GIC_GATE_OWNER, false, 1);
        k.write(kernel::word_at(ISACTIVER, intid), bit);
        expect_gate(why(k, intid, 1), GIC_GATE_NOT_ACTIVE, false, 1);
        k.write(CTLR, 3);
        expect_gate(why(k, intid, 1), GIC_GATE_GROUP_ENABLED, false, GIC_GROUP_1S);
        k.write(kernel::route_at(intid), UINT64_C(0xFE00ABCDEF), 8);
        expect_gate(why(k, intid, 1), GIC_GATE_ROUTED, false, UINT64_C(0xFE00ABCDEF));
        for (const uint32_t other : shared)
            if (other != intid) {
                e = why(k, other, 1);
                expect_gate(e, GIC_GATE_PENDING, false, 0);
                expect_gate(e, GIC_GATE_ENABLED, false, 0);
                expect_gate(e, GIC_GATE_NOT_ACTIVE, true, 0);
                expect_gate(e, GIC_GATE_ROUTED, false, 0);
            }
    }
}

// 1-of-N is routed to those that can be chosen, and to the one that has it.
TEST(DistributorExplains, OneOfNIsRoutedToWhoCanTakeIt)
{
    for (const uint32_t intid : shared) {
        kernel k(configuration());
        k.boot(7 | E1NWF);
        k.spi(intid, 0xA0, ONE_OF_N | 0x00010203);
        k.state(0, true, GIC_GROUPS_ALL & ~gic_group_bit(GIC_GROUP_1NS));
        k.state(1, true, GIC_GROUPS_ALL, gic_group_bit(GIC_GROUP_1NS));
        k.state(2, false);
        for (unsigned pe = 0; pe < 3; pe++)
            expect_gate(why(k, intid, pe), GIC_GATE_ROUTED, false, ONE_OF_N | 0x00010203);
        k.line(intid, true);
        for (unsigned pe = 0; pe < 3; pe++) {
            expect_gate(why(k, intid, pe), GIC_GATE_ROUTED, pe == 2, ONE_OF_N | 0x00010203);
            expect_gate(why(k, intid, pe), GIC_GATE_OWNER, pe == 2, 2);
        }
        k.state(1, true);
        expect_gate(why(k, intid, 1), GIC_GATE_ROUTED, true, ONE_OF_N | 0x00010203);
    }
}

// What is not shared is not its to explain; nor is a PE that is not there.
TEST(DistributorExplains, NothingOfOthers)
{
    kernel k(configuration());
    for (const uint32_t intid : {0u, 31u, 1056u, 1119u})
        EXPECT_EQ(known(why(k, intid, 0)), 0u) << intid;
    EXPECT_EQ(known(why(k, 40, 3)), 0u);
    EXPECT_EQ(known(why(k, 40, GIC_PE_NONE)), 0u);
    for (const uint32_t intid : {128u, 1019u, 1020u, 4160u, 5120u}) {
        const gic_explanation e = why(k, intid, 2);
        EXPECT_EQ(known(e), 1u) << intid;
        expect_gate(e, GIC_GATE_IMPLEMENTED, false, 0);
    }
}

// A GICv2: the target list, and each of the targets may have it.
TEST(DistributorExplains, TargetListsOfAGicv2)
{
    gic_config config = configuration();
    config.gicv2 = true;
    config.arch_rev = 2;
    config.espi_count = config.eppi_count = config.lpi_bits = 0;
    config.its_count = 0;
    config.ds_writable = false;
    kernel k(config);
    k.boot();
    for (const uint32_t intid : {32u, 64u, 127u})
        for (const unsigned targets : {0u, 1u, 4u, 5u, 7u}) {
            k.spi(intid, 0xA0, targets);
            k.line(intid, true);
            for (unsigned pe = 0; pe < 3; pe++) {
                expect_gate(why(k, intid, pe), GIC_GATE_ROUTED, (targets >> pe & 1) != 0, targets);
                expect_gate(why(k, intid, pe), GIC_GATE_OWNER, true, pe);
                expect_gate(why(k, intid, pe), GIC_GATE_PENDING, true, 1);
            }
            k.line(intid, false);
            for (const to_pe &each : k.take(GIC_MSG_RECALL))
                k.receive(each.first, GIC_MSG_RETURNED, intid);
        }
}
