// SPDX-License-Identifier: Apache-2.0
// Distributors of one PE to the most there can be: whoever can take an interrupt gets it, wherever
// it is in the sets of PEs, and nobody else (D-11, D-12).
#include "gicd_rig.hpp"

#include <algorithm>
#include <functional>

using namespace gicd_rig;

namespace
{

using offers = std::vector<to_pe>;

gic_config with_pes(unsigned pes, unsigned priority_bits = 5)
{
    gic_config config = gic_config_default();
    config.pe_count = static_cast<uint16_t>(pes);
    config.spi_count = GIC_MAX_SPIS;
    config.priority_bits = static_cast<uint8_t>(priority_bits);
    config.has_el3 = config.two_security_states = config.ds_writable = true;
    return config;
}

const gic_group all_groups[] = {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS};

// The first, the last, and those on both sides of each border between words of 64.
std::vector<unsigned> marked(unsigned pes)
{
    std::vector<unsigned> found;
    for (unsigned pe = 0; pe < pes; pe++)
        if (pe % 64 == 0 || pe % 64 == 63 || pe + 1 == pes)
            found.push_back(pe);
    return found;
}

void for_each_count(const std::function<void(unsigned)> &test)
{
    for (const unsigned pes : {1u, 2u, 63u, 64u, 65u, 128u, 129u, 512u}) {
        SCOPED_TRACE(testing::Message() << pes << " PEs");
        test(pes);
    }
}

// It goes to this PE, and comes back.
void expect_goes_to(kernel &k, uint32_t intid, unsigned pe)
{
    k.sent.clear();
    k.line(intid, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{pe, intid}}));
    k.line(intid, false);
    EXPECT_EQ(k.take(GIC_MSG_RECALL), (offers{{pe, intid}}));
    k.receive(pe, GIC_MSG_RETURNED, intid);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
}

void expect_goes_nowhere(kernel &k, uint32_t intid)
{
    k.sent.clear();
    k.line(intid, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
    k.line(intid, false);
    EXPECT_EQ(k.take(GIC_MSG_RECALL), offers{});
}

} // namespace

TEST(DistributorOfManyPes, ASpiGoesWhereItIsRouted)
{
    for_each_count([](unsigned pes) {
        kernel k(with_pes(pes));
        k.boot();
        for (const unsigned pe : marked(pes)) {
            k.spi(40, 0xA0, k.affinity(pe));
            expect_goes_to(k, 40, pe);
        }
        k.spi(40, 0xA0, UINT64_C(0x500));
        if (pes <= 0x50)
            expect_goes_nowhere(k, 40);
        k.spi(40, 0xA0, UINT64_C(0x10));
        if (pes <= 16)
            expect_goes_nowhere(k, 40);
    });
}

TEST(DistributorOfManyPes, RwpWaitsForTheLastOfThem)
{
    for_each_count([](unsigned pes) {
        kernel k(with_pes(pes));
        k.boot();
        k.write(CTLR, 0);
        for (unsigned pe = pes; pe-- > 0;) {
            EXPECT_TRUE(k.rwp());
            k.receive(pe, GIC_MSG_GROUP_ENABLES_ACK);
        }
        EXPECT_FALSE(k.rwp());
    });
}

// 1-of-N: awake, group enabled, not excluded, not masked.
TEST(DistributorOfManyPes, OneOfNGoesToTheOnlyOneThatIsAble)
{
    for_each_count([](unsigned pes) {
        kernel k(with_pes(pes));
        k.boot();
        k.spi(40, 0xA0, ONE_OF_N);
        const gic_group_set group = gic_group_bit(GIC_GROUP_1NS);
        const auto others = static_cast<gic_group_set>(GIC_GROUPS_ALL & ~group);
        const std::vector<std::function<void(unsigned)>> reasons = {
            [&](unsigned pe) { k.state(pe, false); },
            [&](unsigned pe) { k.state(pe, true, others); },
            [&](unsigned pe) { k.state(pe, true, GIC_GROUPS_ALL, group); },
            [&](unsigned pe) { k.state(pe, true, GIC_GROUPS_ALL, 0, 0xA0); },
        };
        for (const auto &unable : reasons) {
            for (unsigned pe = 0; pe < pes; pe++)
                unable(pe);
            expect_goes_nowhere(k, 40);
            for (const unsigned pe : marked(pes)) {
                k.state(pe, true, group, others, 0xA8);
                expect_goes_to(k, 40, pe);
                unable(pe);
            }
            expect_goes_nowhere(k, 40);
        }
    });
}

// Who is able for one group is not for another.
TEST(DistributorOfManyPes, OneOfNOfAGroupThatNobodyHasEnabled)
{
    for_each_count([](unsigned pes) {
        for (const gic_group group : all_groups) {
            kernel k(with_pes(pes));
            k.boot(7 | E1NWF);
            for (unsigned pe = 0; pe < pes; pe++)
                k.state(pe, true, GIC_GROUPS_ALL & ~gic_group_bit(group));
            for (unsigned n = 0; n < 3; n++)
                k.spi(40 + n, 0xA0, ONE_OF_N, all_groups[n]);
            for (unsigned n = 0; n < 3; n++) {
                if (all_groups[n] == group)
                    expect_goes_nowhere(k, 40 + n);
                else
                    expect_goes_to(k, 40 + n, 0);
            }
        }
    });
}

// The same while PEs hold interrupts of other groups.
TEST(DistributorOfManyPes, WhatPesHoldOfOneGroupSaysNothingOfAnother)
{
    for_each_count([](unsigned pes) {
        for (unsigned n = 0; n < 3; n++) {
            kernel k(with_pes(pes));
            k.boot();
            for (unsigned pe = 0; pe < pes; pe++)
                k.state(pe, true, GIC_GROUPS_ALL & ~gic_group_bit(all_groups[n]));
            for (unsigned pe = 0; pe < pes && pe < 32; pe++) {
                k.spi(40 + pe, static_cast<uint8_t>(8 * pe), k.affinity(pe),
                      all_groups[(n + 1 + pe % 2) % 3]);
                k.line(40 + pe, true);
            }
            EXPECT_EQ(k.take(GIC_MSG_OFFER).size(), std::min(pes, 32u));
            k.spi(1000, 0, ONE_OF_N, all_groups[n]);
            expect_goes_nowhere(k, 1000);
            k.write(CTLR, 7 | E1NWF);
            expect_goes_nowhere(k, 1000);
        }
    });
}

// E1NWF: the only sleeping one that does not exclude the group, if nobody awake is able.
TEST(DistributorOfManyPes, OneOfNWakesTheOnlyOneThatDoesNotExcludeIt)
{
    for_each_count([](unsigned pes) {
        for (const gic_group group : all_groups) {
            kernel k(with_pes(pes));
            k.boot(7 | E1NWF);
            k.spi(40, 0xA0, ONE_OF_N, group);
            for (unsigned pe = 0; pe < pes; pe++)
                k.state(pe, false, GIC_GROUPS_ALL, gic_group_bit(group));
            expect_goes_nowhere(k, 40);
            for (const unsigned pe : marked(pes)) {
                k.state(pe, false, 0, GIC_GROUPS_ALL & ~gic_group_bit(group));
                expect_goes_to(k, 40, pe);
                if (pes > 1) {
                    const unsigned awake = pe == 0 ? pes - 1 : 0;
                    k.state(awake, true, gic_group_bit(group));
                    expect_goes_to(k, 40, awake);
                    k.state(awake, false, 0, GIC_GROUPS_ALL);
                }
                k.state(pe, false, 0, GIC_GROUPS_ALL);
            }
        }
    });
}

// All hold something: the one that holds the least urgent gets what is more urgent than that, also
// in a Distributor that was loaded; what is not goes to nobody.
TEST(DistributorOfManyPes, OneOfNDisplacesTheLeastUrgent)
{
    struct held {
        uint8_t by_others, by_one, more, equal;
    };
    static const held cases[] = {
        {0x40, 0x80, 0x78, 0x80}, {0x00, 0xFF, 0xFE, 0xFF}, {0x3F, 0x41, 0x40, 0x41}};
    unsigned turn = 0;
    for_each_count([&turn](unsigned pes) {
        for (const unsigned pe : marked(pes)) {
            const held &h = cases[turn++ % 3];
            kernel k(with_pes(pes, 8));
            k.boot();
            for (unsigned n = 0; n < pes; n++) {
                k.spi(40 + n, n == pe ? h.by_one : h.by_others, k.affinity(n));
                k.line(40 + n, true);
            }
            k.spi(1000, h.equal, ONE_OF_N);
            expect_goes_nowhere(k, 1000);
            k.spi(1001, h.more, ONE_OF_N);
            if (pe % 2) {
                ASSERT_TRUE(k.load(k.save()));
            }
            k.sent.clear();
            k.line(1001, true);
            EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{pe, 1001}}));
            k.line(1001, false);
            k.receive(pe, GIC_MSG_RETURNED, 1001);
            k.line(1000, true);
            EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
            k.receive(pe, GIC_MSG_TAKEN, 40 + pe);
            EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{pe, 1000}})) << "it is free now";
        }
    });
}

// Each has something else: 1-of-N go to the least urgent first, one to each while there is room.
TEST(DistributorOfManyPes, OneOfNGoesToTheLeastUrgentFirst)
{
    for (const bool nmi : {false, true}) {
        gic_config config = with_pes(4, 8);
        config.nmi = nmi;
        const uint8_t held[] = {0x50, 0xF1, 0x90, 0xF0};
        kernel k(config);
        k.boot();
        for (unsigned pe = 0; pe < 4; pe++) {
            k.spi(40 + pe, held[pe], k.affinity(pe));
            k.line(40 + pe, true);
        }
        const unsigned order[] = {1, 3, 2, 0};
        for (unsigned n = 0; n < 4; n++) {
            k.spi(50 + n, 0x20, ONE_OF_N);
            k.sent.clear();
            k.line(50 + n, true);
            EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{order[n], 50 + n}}));
        }
        k.spi(54, 0x10, ONE_OF_N);
        k.sent.clear();
        k.line(54, true);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{}) << "two are not answered at each";
        k.receive(2, GIC_MSG_RETURNED, 42);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{2, 54}}));
    }
}

// An SPI that is no NMI does not displace an NMI of the same priority; an NMI displaces it.
TEST(DistributorOfManyPes, AnNmiIsMoreUrgentThanItsPriority)
{
    gic_config config = with_pes(1, 8);
    config.nmi = true;
    config.has_el3 = config.two_security_states = config.ds_writable = false;
    for (const bool first_is_nmi : {false, true}) {
        kernel k(config);
        k.boot();
        k.spi(40, 0, ONE_OF_N);
        k.spi(41, 0, ONE_OF_N);
        k.set(INMIR, first_is_nmi ? 40 : 41);
        k.sent.clear();
        k.line(40, true);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 40}}));
        k.line(41, true);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), first_is_nmi ? offers{} : (offers{{0, 41}}));
    }
}
