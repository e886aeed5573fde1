// SPDX-License-Identifier: Apache-2.0
// What a Distributor offers to whom while its Redistributors are slow to answer: groups that are
// announced, recalls, credit, RWP (D-12, D-15, D-20, C-04).
#include "gicd_rig.hpp"

#include <algorithm>

using namespace gicd_rig;

namespace
{

using offers = std::vector<to_pe>;

gic_config with_pes(unsigned pes)
{
    gic_config config = gic_config_default();
    config.pe_count = static_cast<uint16_t>(pes);
    config.spi_count = 64;
    return config;
}

gic_config two_states(unsigned pes)
{
    gic_config config = with_pes(pes);
    config.two_security_states = true;
    config.ds_writable = true;
    config.has_el3 = true;
    return config;
}

} // namespace

// --- groups ------------------------------------------------------------------------------------

// A group is offered when it is enabled and each Redistributor has been told so; not when it is
// only one of the two.
TEST(DistributorOffers, AGroupThatIsEnabledAndAnnounced)
{
    for (const uint64_t route : {UINT64_C(0), ONE_OF_N}) {
        SCOPED_TRACE(route);
        kernel k(with_pes(2));
        k.boot(0);
        k.spi(40, 0xA0, route, GIC_GROUP_0);
        k.spi(41, 0xA0, route, GIC_GROUP_1NS);
        k.write(CTLR, 2);
        k.sent.clear();
        k.write(CTLR, 3); // the announcement has to wait for the answers to the first
        k.line(40, true);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{}) << "Group 0 is not announced";
        k.acknowledge_enables();
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 40}}));
        k.write(CTLR, 1);
        k.state(1, true);
        k.line(41, true);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{}) << "Group 1 is not enabled";
        k.acknowledge_enables();
        k.acknowledge_enables();
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
    }
}

// What is routed to a PE waits there for the group to be enabled at its CPU interface, each by
// itself and whatever DPG excludes; to a PE that sleeps it is offered.
TEST(DistributorOffers, APeGetsTheGroupsThatItHasEnabled)
{
    const gic_group groups[] = {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS};
    for (const gic_group group : groups) {
        kernel k(two_states(2));
        k.boot();
        const gic_group_set bit = gic_group_bit(group);
        k.state(1, true, GIC_GROUPS_ALL & ~bit);
        k.spi(40, 0xA0, k.affinity(1), group);
        k.line(40, true);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
        k.state(1, true, bit, GIC_GROUPS_ALL);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{1, 40}}));
        k.receive(1, GIC_MSG_RETURNED, 40);
        k.sent.clear();
        k.state(1, true, 0);
        k.receive(1, GIC_MSG_RETURNED, 40);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
        k.state(1, false, 0, GIC_GROUPS_ALL);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{1, 40}}));
    }
}

// Of 1-of-N the most urgent of all groups comes first, then the next: the lowest INTID of equals.
TEST(DistributorOffers, OneOfNGoesByPriorityWhateverTheGroups)
{
    const gic_group groups[] = {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS};
    std::vector<unsigned> order = {0, 1, 2};
    do {
        for (const uint8_t apart : {0x20, 0}) {
            kernel k(two_states(3));
            k.boot(0);
            for (unsigned n = 0; n < 3; n++) {
                k.spi(40 + n, static_cast<uint8_t>(0x40 + apart * order[n]), ONE_OF_N, groups[n]);
                k.line(40 + n, true);
            }
            k.write(CTLR, 7);
            offers expected;
            for (unsigned place = 0; place < 3; place++)
                for (unsigned n = 0; n < 3; n++)
                    if (apart == 0 ? n == place : order[n] == place)
                        expected.emplace_back(place, 40 + n);
            EXPECT_EQ(k.take(GIC_MSG_OFFER), expected);
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

// The most urgent of a group that nobody can take keeps nothing of another group back.
TEST(DistributorOffers, OneOfNOfAGroupThatNobodyTakesHidesNothing)
{
    for (unsigned hidden = 0; hidden < 3; hidden++) {
        const gic_group groups[] = {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS};
        kernel k(two_states(1));
        k.boot();
        k.state(0, true, GIC_GROUPS_ALL & ~gic_group_bit(groups[hidden]));
        for (unsigned n = 0; n < 3; n++)
            k.spi(40 + n, n == hidden ? 0x20 : static_cast<uint8_t>(0x60 + 0x20 * n), ONE_OF_N,
                  groups[n]);
        k.sent.clear();
        for (unsigned n = 0; n < 3; n++)
            k.line(40 + n, true);
        const uint32_t first = hidden == 0 ? 41 : 40;
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, first}}));
        k.state(0, true, 0);
        k.receive(0, GIC_MSG_RETURNED, first);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
    }
}

// --- recalls -----------------------------------------------------------------------------------

// What is recalled is as good as gone: something less urgent is offered without waiting for the
// answer, from the PE's own SPIs or from those of 1-of-N.
TEST(DistributorOffers, ARecalledSpiMakesRoomAtOnce)
{
    for (const uint64_t route : {UINT64_C(0), ONE_OF_N}) {
        SCOPED_TRACE(route);
        kernel k(with_pes(1));
        k.boot();
        k.spi(40, 0x40);
        k.spi(41, 0xA0, route);
        k.line(40, true);
        k.line(41, true);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 40}}));
        k.set(ICENABLER, 40);
        EXPECT_EQ(k.messages(GIC_MSG_RECALL), (offers{{0, 40}}));
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 41}}));
        k.receive(0, GIC_MSG_RETURNED, 40);
        EXPECT_EQ(k.messages(GIC_MSG_RECALL), offers{}) << "41 stands";
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
    }
}

// What an offer says is so still: nothing is recalled, whatever else is written.
TEST(DistributorOffers, AnOfferThatHoldsIsNotRecalled)
{
    for (const uint64_t route : {UINT64_C(1), ONE_OF_N}) {
        kernel k(two_states(2));
        k.boot();
        if (route == ONE_OF_N)
            k.state(0, true, 0);
        k.spi(40, 0xA0, route);
        k.line(40, true);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{1, 40}}));
        k.write(IROUTER + 8 * 40, route, 8);
        k.write(IROUTER + 8 * 40 + 4, 0);
        k.write(IPRIORITYR + 40, 0xA0, 1);
        k.write(IGROUPR + 4, UINT32_MAX);
        k.write(IGRPMODR + 4, 1u << 8); // says nothing of Group 1 Non-secure
        k.set(ISENABLER, 40);
        k.set(ISPENDR, 40);
        k.line(40, false); // latched
        k.set(ICACTIVER, 40);
        k.write(ICFGR + 8, 0);
        k.write(CTLR, 7 | E1NWF);
        k.write(CTLR, 7);
        k.state(1, true, GIC_GROUPS_ALL, 0, 0xF0);
        k.state(0, true, 0);
        EXPECT_EQ(k.messages(GIC_MSG_OFFER), offers{});
        EXPECT_EQ(k.messages(GIC_MSG_RECALL), offers{});
        if (route == ONE_OF_N) {
            k.write(IROUTER + 8 * 40, ONE_OF_N | 0x00010203, 8);
            EXPECT_EQ(k.messages(GIC_MSG_RECALL), offers{}) << "the affinity does not count";
            k.write(IROUTER + 8 * 40, k.affinity(1), 8);
        } else {
            k.write(IROUTER + 8 * 40, ONE_OF_N, 8);
        }
        EXPECT_EQ(k.messages(GIC_MSG_RECALL), (offers{{1, 40}})) << "it is routed otherwise";
    }
}

// A sleeping PE keeps what it has of 1-of-N as long as nobody awake is able.
TEST(DistributorOffers, ASleeperKeepsOneOfNWhileNobodyElseIsAble)
{
    kernel k(with_pes(3));
    k.boot(3 | E1NWF);
    k.state(0, false);
    k.state(1, true, 0);
    k.state(2, false, GIC_GROUPS_ALL, GIC_GROUPS_ALL);
    k.spi(40, 0xA0, ONE_OF_N);
    k.line(40, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 40}}));
    k.state(1, true, gic_group_bit(GIC_GROUP_0));
    k.state(1, true, GIC_GROUPS_ALL, GIC_GROUPS_ALL);
    k.state(2, false);
    k.write(IROUTER + 8 * 40, ONE_OF_N, 8);
    EXPECT_EQ(k.take(GIC_MSG_RECALL), offers{});
    k.state(1, true, gic_group_bit(GIC_GROUP_1NS));
    EXPECT_EQ(k.take(GIC_MSG_RECALL), (offers{{0, 40}}));
}

// Work that is left over looks again at what it finds: what stands by then is not recalled, and
// nothing waits for it.
TEST(DistributorOffers, WhatStandsAgainIsNotRecalled)
{
    gic_config config = with_pes(3);
    config.work_limit = 1;
    kernel k(config);
    k.boot();
    for (unsigned pe = 0; pe < 3; pe++) {
        k.spi(40 + pe, 0xA0, k.affinity(pe));
        k.line(40 + pe, true);
    }
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 40}, {1, 41}, {2, 42}}));
    k.finishing = false;
    k.write(ICENABLER + 4, 7u << 8);
    EXPECT_EQ(k.take(GIC_MSG_RECALL), (offers{{0, 40}})) << "one unit of work";
    k.write(ISENABLER + 4, 6u << 8);
    k.finishing = true;
    k.step();
    EXPECT_EQ(k.take(GIC_MSG_RECALL), offers{});
    EXPECT_TRUE(k.rwp());
    k.receive(0, GIC_MSG_RETURNED, 40);
    EXPECT_FALSE(k.rwp());
}

// An answer that comes before the Recall has been sent is the answer.
TEST(DistributorOffers, WhatIsAnsweredBeforeItsRecallIsNotRecalled)
{
    for (const gic_msg_kind answer : {GIC_MSG_TAKEN, GIC_MSG_RETURNED}) {
        gic_config config = with_pes(2);
        config.work_limit = 1;
        kernel k(config);
        k.boot();
        for (unsigned pe = 0; pe < 2; pe++) {
            k.spi(40 + pe, 0xA0, k.affinity(pe));
            k.line(40 + pe, true);
        }
        k.finishing = false;
        k.write(ICENABLER + 4, 3u << 8);
        k.sent.clear();
        k.receive(1, answer, 41);
        EXPECT_EQ(k.events(GIC_EV_CROSSED_ACTIVATE), 0u) << "nothing was under way";
        k.finishing = true;
        k.step();
        EXPECT_EQ(k.messages(GIC_MSG_RECALL), offers{});
        EXPECT_TRUE(k.rwp());
        k.receive(0, GIC_MSG_RETURNED, 40);
        EXPECT_FALSE(k.rwp());
        EXPECT_TRUE(k.load(k.save()));
    }
}

// An activation does work_limit units of work, and says that there is more.
TEST(DistributorOffers, AnActivationIsBounded)
{
    for (unsigned limit = 1; limit <= 5; limit++) {
        gic_config config = with_pes(4);
        config.work_limit = static_cast<uint16_t>(limit);
        kernel k(config);
        k.boot(0);
        for (unsigned pe = 0; pe < 4; pe++) {
            k.spi(40 + pe, 0xA0, k.affinity(pe));
            k.line(40 + pe, true);
        }
        k.sent.clear();
        k.finishing = false;
        k.write(CTLR, 2);
        for (size_t done = limit; done < 4; done += limit) {
            EXPECT_EQ(k.messages(GIC_MSG_OFFER).size(), done) << limit;
            EXPECT_TRUE(gicd_has_work(k.d)) << limit;
            k.step();
        }
        EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 40}, {1, 41}, {2, 42}, {3, 43}}));
        EXPECT_FALSE(gicd_has_work(k.d)) << limit;
    }
}

// --- RWP ---------------------------------------------------------------------------------------

// RWP waits for what was disabled and is offered: all of it, and nothing else of the same word.
TEST(DistributorOffers, RwpWaitsForWhatWasDisabled)
{
    kernel k(with_pes(4));
    k.boot();
    for (unsigned pe = 0; pe < 4; pe++)
        k.spi(40 + pe, 0xA0, k.affinity(pe));
    for (unsigned pe = 0; pe < 3; pe++)
        k.line(40 + pe, true);
    k.write(ICENABLER + 4, 8u << 8); // 43, which is not offered
    EXPECT_FALSE(k.rwp());
    k.write(ICENABLER + 4, 3u << 8); // 40 and 41, not 42
    EXPECT_TRUE(k.rwp());
    k.receive(0, GIC_MSG_RETURNED, 40);
    EXPECT_TRUE(k.rwp()) << "41";
    EXPECT_TRUE(k.load(k.save()));
    k.receive(1, GIC_MSG_TAKEN, 41);
    EXPECT_FALSE(k.rwp());
    k.write(ICENABLER + 4, 3u << 8); // disabled already
    EXPECT_FALSE(k.rwp());
    EXPECT_TRUE(k.load(k.save()));
    k.receive(2, GIC_MSG_RETURNED, 42);
    EXPECT_FALSE(k.rwp());
}

// SPIs of several words are waited for one by one.
TEST(DistributorOffers, RwpWaitsForEachWord)
{
    gic_config config = with_pes(3);
    config.spi_count = 96;
    const uint32_t intids[] = {32, 95, 64};
    for (unsigned last = 0; last < 3; last++) {
        kernel k(config);
        k.boot();
        for (unsigned pe = 0; pe < 3; pe++) {
            k.spi(intids[pe], 0xA0, k.affinity(pe));
            k.line(intids[pe], true);
        }
        for (const uint32_t intid : intids)
            k.set(ICENABLER, intid);
        for (unsigned n = 1; n <= 3; n++) {
            EXPECT_TRUE(k.rwp());
            EXPECT_TRUE(k.load(k.save()));
            const unsigned pe = (last + n) % 3;
            k.receive(pe, GIC_MSG_RETURNED, intids[pe]);
        }
        EXPECT_FALSE(k.rwp());
    }
}

// One announcement is under way at a time; RWP waits for those that disable something, and for
// those that have to wait for another first.
TEST(DistributorOffers, RwpWaitsForAnnouncementsThatDisable)
{
    kernel k(with_pes(2));
    const auto announced = [&k] { return k.take(GIC_MSG_GROUP_ENABLES).size(); };
    k.write(CTLR, 3);
    EXPECT_EQ(announced(), 1u);
    EXPECT_FALSE(k.rwp()) << "nothing was disabled";
    k.write(CTLR, 1);
    EXPECT_EQ(k.events(GIC_EV_CREDIT_WAIT), 1u);
    EXPECT_EQ(announced(), 0u);
    EXPECT_TRUE(k.rwp());
    k.write(CTLR, 3);
    EXPECT_EQ(k.events(GIC_EV_CREDIT_WAIT), 0u) << "it waits already";
    EXPECT_EQ(announced(), 0u);
    EXPECT_TRUE(k.rwp()) << "what was disabled meanwhile";
    k.receive(0, GIC_MSG_GROUP_ENABLES_ACK);
    EXPECT_EQ(announced(), 0u);
    k.receive(1, GIC_MSG_GROUP_ENABLES_ACK);
    EXPECT_EQ(announced(), 1u);
    EXPECT_TRUE(k.rwp());
    k.receive(1, GIC_MSG_GROUP_ENABLES_ACK);
    EXPECT_TRUE(k.rwp());
    k.receive(0, GIC_MSG_GROUP_ENABLES_ACK);
    EXPECT_FALSE(k.rwp());
    EXPECT_EQ(announced(), 0u);
    k.write(CTLR, 3);
    EXPECT_EQ(announced(), 0u) << "nothing has changed";
    k.write(CTLR, 2);
    EXPECT_EQ(announced(), 1u);
    EXPECT_TRUE(k.rwp());
    k.acknowledge_enables();
    EXPECT_FALSE(k.rwp());
    k.write(CTLR, 3);
    k.write(CTLR, 3 | E1NWF);
    EXPECT_EQ(announced(), 1u);
    EXPECT_FALSE(k.rwp());
}

// What is announced: the groups that are enabled now, and DS.
TEST(DistributorOffers, AnAnnouncementSaysWhatIsEnabled)
{
    kernel k(two_states(1));
    const auto expect = [&k](gic_group_set groups, bool ds) {
        ASSERT_EQ(k.messages(GIC_MSG_GROUP_ENABLES).size(), 1u);
        for (const gic_out &out : k.sent)
            if (out.port == GIC_PORT_GICR && out.msg.kind == GIC_MSG_GROUP_ENABLES) {
                EXPECT_EQ(out.msg.group, groups);
                EXPECT_EQ(out.msg.flags, ds ? GIC_CTL_DS : 0);
            }
        k.sent.clear();
        k.acknowledge_enables();
        EXPECT_FALSE(k.rwp());
    };
    const gic_group_set group0 = gic_group_bit(GIC_GROUP_0);
    const gic_group_set group1s = gic_group_bit(GIC_GROUP_1S);
    const gic_group_set group1ns = gic_group_bit(GIC_GROUP_1NS);
    k.write(CTLR, 1);
    expect(group0, false);
    k.write(CTLR, 2);
    expect(group1ns, false);
    k.write(CTLR, 4);
    expect(group1s, false);
    k.write(CTLR, 7);
    expect(GIC_GROUPS_ALL, false);
    k.write(CTLR, 0x47);
    EXPECT_TRUE(k.rwp()) << "Group 1 Secure is gone, and DS has changed";
    expect(group0 | group1ns, true);
    k.write(CTLR, 0);
    expect(0, true);
}

// DS alone is announced, and waited for.
TEST(DistributorOffers, DsIsAnnouncedWithoutAGroup)
{
    kernel k(two_states(2));
    k.write(CTLR, 0x40);
    EXPECT_EQ(k.take(GIC_MSG_GROUP_ENABLES).size(), 1u);
    EXPECT_TRUE(k.rwp());
    k.acknowledge_enables();
    EXPECT_FALSE(k.rwp());
    k.write(CTLR, 0x40);
    EXPECT_EQ(k.take(GIC_MSG_GROUP_ENABLES).size(), 0u);
}

// Whatever has been waiting is offered when DS is set and the groups are enabled: Secure Group 1 is
// Group 0 then.
TEST(DistributorOffers, NothingIsLostWhenDsIsSet)
{
    const gic_group groups[] = {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS};
    for (const uint16_t spis : {32, 64, 96, 128, 256, 512})
        for (unsigned pes = 1; pes <= 4; pes++)
            for (const gic_group group : groups) {
                gic_config config = two_states(pes);
                config.spi_count = spis;
                kernel k(config);
                k.boot(0);
                offers expected;
                for (unsigned pe = 0; pe < pes; pe++) {
                    const uint32_t intid = pe % 2 ? 31u + spis - pe : 32 + pe;
                    k.spi(intid, 0xA0, pe == pes - 1 ? ONE_OF_N : k.affinity(pe), group);
                    k.line(intid, true);
                    expected.emplace_back(pe, intid);
                }
                k.write(CTLR, 0x40);
                k.acknowledge_enables();
                k.write(CTLR, 3);
                EXPECT_EQ(k.take(GIC_MSG_OFFER), expected);
            }
}

// --- PEs that sleep ----------------------------------------------------------------------------

// E1NWF cleared: what sleeping PEs hold of 1-of-N is recalled, and RWP waits for that. What is
// theirs by its route stays, and so does all that PEs hold that are awake.
TEST(DistributorOffers, RwpWaitsForWhatSleepersHoldOfOneOfN)
{
    for (const unsigned both : {0u, 1u}) {
        kernel k(with_pes(3));
        k.boot(3 | E1NWF);
        k.state(0, true, 0);
        k.state(1, false);
        k.state(2, true, 0);
        k.spi(40, 0xA0, k.affinity(1));
        k.spi(41, 0x40, ONE_OF_N);
        if (both)
            k.line(40, true);
        else
            k.state(2, false);
        k.sent.clear();
        k.line(41, true);
        // PE 1 sleeps and holds nothing, or an SPI of its own: then nobody is free.
        EXPECT_EQ(k.take(GIC_MSG_OFFER), both ? offers{} : (offers{{1, 41}}));
        k.write(CTLR, 3);
        EXPECT_EQ(k.take(GIC_MSG_RECALL), both ? offers{} : (offers{{1, 41}}));
        EXPECT_EQ(k.rwp(), !both);
        if (!both)
            k.receive(1, GIC_MSG_RETURNED, 41);
        EXPECT_FALSE(k.rwp());
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
    }
}

// A PE that becomes able to take it, awake, gets what a sleeping one holds; RWP has no part in it.
TEST(DistributorOffers, AnAblePeTakesOverFromASleeper)
{
    kernel k(with_pes(2));
    k.boot(3 | E1NWF);
    k.state(0, false);
    k.state(1, true, 0);
    k.spi(40, 0xA0, ONE_OF_N);
    k.spi(41, 0x60, k.affinity(0));
    k.line(40, true);
    k.line(41, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 40}, {0, 41}}));
    k.state(1, true);
    EXPECT_EQ(k.take(GIC_MSG_RECALL), (offers{{0, 40}})) << "41 is its own";
    EXPECT_FALSE(k.rwp());
    k.receive(0, GIC_MSG_RETURNED, 40);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{1, 40}}));
}

// E1NWF cleared where nobody sleeps, of any number of PEs and whatever the groups of SPIs: nothing
// is recalled.
TEST(DistributorOffers, WithoutSleepersE1nwfChangesNothing)
{
    for (unsigned pes = 1; pes <= 9; pes++)
        for (const gic_group group : {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS}) {
            kernel k(two_states(pes));
            k.boot(7 | E1NWF);
            offers expected;
            for (unsigned pe = 0; pe < pes; pe++) {
                k.spi(32 + pe, 0xA0, ONE_OF_N, group);
                k.line(32 + pe, true);
                expected.emplace_back(pe, 32 + pe);
            }
            EXPECT_EQ(k.take(GIC_MSG_OFFER), expected);
            const std::vector<unsigned char> before = k.save();
            k.write(CTLR, 7);
            EXPECT_FALSE(k.rwp());
            k.write(CTLR, 7 | E1NWF);
            EXPECT_EQ(k.messages(GIC_MSG_RECALL), offers{});
            EXPECT_EQ(k.save(), before);
        }
}

// Which groups a PE has enabled does not count while it sleeps, its exclusions do.
TEST(DistributorOffers, ASleeperIsAskedByItsExclusions)
{
    for (const gic_group_set dpg : {0, 1 << GIC_GROUP_0, 1 << GIC_GROUP_1S, 1 << GIC_GROUP_1NS}) {
        kernel k(two_states(1));
        k.boot(7 | E1NWF);
        k.state(0, false, 0, dpg);
        const gic_group groups[] = {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS};
        for (const gic_group group : groups) {
            k.spi(40, 0xA0, ONE_OF_N, group);
            k.line(40, true);
            const bool taken = (dpg & gic_group_bit(group)) == 0;
            EXPECT_EQ(k.take(GIC_MSG_OFFER), taken ? (offers{{0, 40}}) : offers{});
            k.line(40, false);
            if (taken)
                k.receive(0, GIC_MSG_RETURNED, 40);
        }
    }
}

// Without E1NWF nobody is woken for 1-of-N; what is routed to a sleeper is offered to it.
TEST(DistributorOffers, WithoutE1nwfASleeperGetsItsOwn)
{
    kernel k(with_pes(1));
    k.boot();
    k.state(0, false, 0);
    k.spi(40, 0xA0, ONE_OF_N);
    k.spi(41, 0xA0);
    k.line(40, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
    k.line(41, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 41}}));
}

// --- SGIs --------------------------------------------------------------------------------------

// Bits that name no PE reach nobody, whatever PEs other clusters have.
TEST(DistributorOffers, AnSgiReachesThePesThatAreNamed)
{
    const uint32_t affinities[] = {0x00000101, 0x00000000, 0x00000020, 0x0000001F, 0x01000002};
    gic_config config = with_pes(5);
    config.affinity = affinities;
    kernel k(config);
    const auto ask = [&k](uint32_t cluster, uint8_t range, uint16_t list) {
        gic_sgi sgi{};
        sgi.cluster = cluster;
        sgi.range = range;
        sgi.target_list = list;
        sgi.source = GIC_SGI_SGI1R;
        sgi.nonsecure = true;
        k.sent.clear();
        k.receive(3, GIC_MSG_SGI_REQUEST, 9, gic_sgi_pack(sgi));
        for (const gic_out &out : k.sent)
            if (out.port == GIC_PORT_GICR && out.msg.kind == GIC_MSG_SGI) {
                sgi.target_list = 0;
                EXPECT_EQ(out.msg.arg, gic_sgi_pack(sgi));
            }
        EXPECT_EQ(k.messages(GIC_MSG_SGI_REQUEST_ACK), (offers{{3, 9}}));
        return k.messages(GIC_MSG_SGI);
    };
    EXPECT_EQ(ask(0, 0, 0xFFFF), (offers{{1, 9}}));
    EXPECT_EQ(k.events(GIC_EV_BAD_SGI_TARGET), 1u);
    EXPECT_EQ(ask(0, 0, 0xFFFE), offers{}) << "101 and 1F are others'";
    EXPECT_EQ(ask(0, 0, 1), (offers{{1, 9}}));
    EXPECT_EQ(k.events(GIC_EV_BAD_SGI_TARGET), 0u);
    EXPECT_EQ(ask(0, 1, 0x8001), (offers{{3, 9}})) << "20 is of the next range";
    EXPECT_EQ(ask(0, 2, 1), (offers{{2, 9}}));
    EXPECT_EQ(ask(1, 0, 3), (offers{{0, 9}}));
    EXPECT_EQ(ask(0x10000, 0, 4), (offers{{4, 9}}));
    EXPECT_EQ(ask(0, 0, 4), offers{});
    EXPECT_EQ(ask(0, 0, 0), offers{});
    EXPECT_EQ(k.events(GIC_EV_BAD_SGI_TARGET), 0u);
}

// Aff0 of 0 is nobody's here; and what is listed behind the last PE is no PE's.
TEST(DistributorOffers, AffinitiesAreThoseOfThePes)
{
    const uint32_t affinities[] = {0x00000105, 0x00000102, 0x00000001, 0x00000000, 0x00000102};
    for (const unsigned pes : {2u, 3u}) {
        gic_config config = with_pes(pes);
        config.affinity = affinities;
        kernel k(config);
        k.boot();
        for (const uint32_t cluster : {0u, 1u}) {
            gic_sgi sgi{};
            sgi.cluster = cluster;
            sgi.target_list = 0xFFFF;
            k.sent.clear();
            k.receive(0, GIC_MSG_SGI_REQUEST, 3, gic_sgi_pack(sgi));
            offers expected = {{1, 3}, {0, 3}};
            if (cluster == 0)
                expected = pes == 3 ? offers{{2, 3}} : offers{};
            EXPECT_EQ(k.messages(GIC_MSG_SGI), expected);
        }
        for (unsigned pe = 0; pe < 4; pe++) {
            k.spi(40 + pe, 0xA0, affinities[pe]);
            k.sent.clear();
            k.line(40 + pe, true);
            EXPECT_EQ(k.take(GIC_MSG_OFFER), pe < pes ? (offers{{pe, 40 + pe}}) : offers{});
        }
    }
}

// Aff0 of 0 is nobody's in a cluster that the last PEs are in.
TEST(DistributorOffers, AnSgiReachesNobodyBehindTheLastPe)
{
    const uint32_t affinities[] = {2, 1};
    gic_config config = with_pes(2);
    config.affinity = affinities;
    kernel k(config);
    gic_sgi sgi{};
    sgi.target_list = 0xFFFF;
    k.receive(0, GIC_MSG_SGI_REQUEST, 3, gic_sgi_pack(sgi));
    EXPECT_EQ(k.messages(GIC_MSG_SGI), (offers{{1, 3}, {0, 3}}));
    EXPECT_EQ(k.events(GIC_EV_BAD_SGI_TARGET), 1u);
}

// All but the one that asks: one message for all.
TEST(DistributorOffers, AnSgiToAllButSelfIsOneMessage)
{
    kernel k(with_pes(3));
    gic_sgi sgi{};
    sgi.all_but_self = true;
    sgi.source = GIC_SGI_SGI0R;
    sgi.target_list = 0xFFFF; // does not count
    k.receive(2, GIC_MSG_SGI_REQUEST, 15, gic_sgi_pack(sgi));
    ASSERT_EQ(k.messages(GIC_MSG_SGI), (offers{{GIC_PE_ALL, 15}}));
    EXPECT_EQ(k.sent[0].except, 2u);
    EXPECT_EQ(k.messages(GIC_MSG_SGI_REQUEST_ACK), (offers{{2, 15}}));
    EXPECT_EQ(k.events(GIC_EV_BAD_SGI_TARGET), 0u);
}
