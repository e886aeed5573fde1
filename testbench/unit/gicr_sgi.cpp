// SPDX-License-Identifier: Apache-2.0
// SGIs as they come to a Redistributor kernel alone: each INTID, source register, Security state
// and group (IHI 0069, table of SGIs that are forwarded; rules S-03, S-04, S-06, L-06), and what a
// reset leaves of everything.
#include "gicr_alone.hpp"

using namespace gicr_alone;

namespace
{

gic_sgi sgi_of(uint8_t source, bool nonsecure, uint8_t cluster = 0)
{
    gic_sgi sgi{};
    sgi.source = source;
    sgi.nonsecure = nonsecure;
    sgi.cluster = cluster;
    return sgi;
}

void send(alone &g, uint32_t intid, const gic_sgi &sgi)
{
    g.hear(GIC_PORT_GICD, GIC_MSG_SGI, intid, 0, 0, 0, gic_sgi_pack(sgi));
}

bool permitted(bool ds, bool nonsecure, uint8_t source, gic_group group, unsigned nsacr)
{
    if (ds)
        return source == GIC_SGI_SGI1R || group == GIC_GROUP_0;
    if (!nonsecure)
        return group == (source == GIC_SGI_SGI0R   ? GIC_GROUP_0
                         : source == GIC_SGI_SGI1R ? GIC_GROUP_1S
                                                   : GIC_GROUP_1NS);
    switch (group) {
    case GIC_GROUP_1NS:
        return source == GIC_SGI_SGI1R;
    case GIC_GROUP_1S:
        return source != GIC_SGI_SGI0R && nsacr >= 2;
    default:
        return nsacr >= 1;
    }
}

} // namespace

TEST(Rules, S_04_EachSgiIsForwardedByItsOwnGroupAndNsacr)
{
    gic_config config = two_states();
    config.ds_writable = true;
    alone g(config);
    for (unsigned intid = 0; intid < 16; intid++)
        for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS})
            for (unsigned nsacr = 0; nsacr < 4; nsacr++)
                for (unsigned bits = 0; bits < 4; bits++)
                    for (uint8_t source : {uint8_t(GIC_SGI_SGI1R), uint8_t(GIC_SGI_ASGI1R),
                                           uint8_t(GIC_SGI_SGI0R)}) {
                        const bool ds = (bits & 1) != 0, nonsecure = (bits & 2) != 0;
                        if (ds && group == GIC_GROUP_1S)
                            continue;
                        gicr_reset(g.r);
                        const uint32_t bit = 1u << intid;
                        // The others are of another group and of another NSACR.
                        g.set_bits(IGROUPR, group == GIC_GROUP_1NS ? bit : ~bit);
                        g.set_bits(IGRPMODR, group == GIC_GROUP_1S ? bit : 0);
                        const uint32_t mine = 3u << 2 * intid;
                        g.set_bits(NSACR, (0x55555555u * nsacr & mine) |
                                              (0x55555555u * (3 - nsacr) & ~mine));
                        g.distributor(GIC_GROUPS_ALL, ds);
                        g.take();
                        send(g, intid, sgi_of(source, nonsecure));
                        EXPECT_EQ(g.bits(ISPENDR),
                                  permitted(ds, nonsecure, source, group, nsacr) ? bit : 0u)
                            << intid << " group " << group << " NSACR " << nsacr << " DS " << ds
                            << " NS " << nonsecure << " source " << unsigned{source};
                        g.take();
                    }
    for (uint32_t none : {16u, 31u, 32u, 1023u, 1056u}) {
        send(g, none, sgi_of(GIC_SGI_SGI1R, false));
        EXPECT_EQ(g.bits(ISPENDR), 0u) << none;
    }
}

// S-03: a second one of the same INTID merges, and says so.
TEST(Rules, S_03_ASecondSgiMergesAndIsReported)
{
    for (bool v2 : {false, true}) {
        alone g(v2 ? gicv2() : two_states());
        const auto merged = [&](uint32_t intid, uint8_t source) {
            g.take();
            send(g, intid, sgi_of(v2 ? GIC_SGI_SGI1R : GIC_SGI_SGI0R, false, source));
            const std::vector<gic_msg> events = g.of(GIC_PORT_EVENT, GIC_EV_MERGED);
            for (const gic_msg &event : events) {
                EXPECT_EQ(event.intid, intid);
                EXPECT_EQ(event.arg, 0u);
            }
            return events.size();
        };
        for (uint32_t intid = 0; intid < 16; intid++)
            for (uint8_t source = 0; source < 4; source++) {
                const size_t before = v2 || source == 0 ? 0u : 1u;
                EXPECT_EQ(merged(intid, source), before) << intid << " of " << unsigned{source};
                EXPECT_EQ(merged(intid, source), 1u) << intid << " of " << unsigned{source};
                EXPECT_EQ(g.bits(ISPENDR), (2u << intid) - 1);
            }
    }
}

// The first source begins an instance, and the last one that is cleared withdraws it.
TEST(Rules, L_07_SourcesBeginAndWithdrawInstances)
{
    for (uint32_t intid = 0; intid < 16; intid++) {
        alone g(gicv2());
        const auto said = [&](uint32_t family, uint8_t value) {
            g.take();
            g.write(family + intid, value, 1);
            std::vector<unsigned> kinds;
            for (const gic_out &out : g.take())
                if (out.port == GIC_PORT_EVENT) {
                    EXPECT_EQ(out.msg.intid, intid);
                    kinds.push_back(out.msg.kind);
                }
            return kinds;
        };
        EXPECT_EQ(said(SPENDSGIR, 2), std::vector<unsigned>{GIC_EV_PENDING});
        EXPECT_EQ(said(SPENDSGIR, 8), std::vector<unsigned>{});
        EXPECT_EQ(said(CPENDSGIR, 2), std::vector<unsigned>{});
        EXPECT_EQ(said(CPENDSGIR, 8), std::vector<unsigned>{GIC_EV_WITHDRAWN});
        EXPECT_EQ(said(SPENDSGIR, 1), std::vector<unsigned>{GIC_EV_PENDING});
    }
}

// L-06: an SGI of a GICv2 is acknowledged once for each PE that sent it, the lowest first.
TEST(Rules, L_06_EachSourceIsAcknowledgedAlone)
{
    for (uint32_t intid = 0; intid < 16; intid++)
        for (unsigned sources = 1; sources < 16; sources++) {
            alone g(gicv2());
            g.start();
            for (uint8_t source = 4; source-- > 0;)
                if (sources >> source & 1)
                    send(g, intid, sgi_of(GIC_SGI_SGI1R, false, source));
            g.set_bits(ISENABLER, 1u << intid);
            g.take();
            for (unsigned source = 0; source < 4; source++) {
                if (!(sources >> source & 1))
                    continue;
                EXPECT_EQ(g.read(SPENDSGIR + intid, 1), sources >> source << source);
                g.activate(intid | source << 10);
                EXPECT_EQ(g.bits(ISACTIVER), 1u << intid);
                const unsigned left = sources >> (source + 1);
                EXPECT_EQ(g.bits(ISPENDR), left ? 1u << intid : 0u);
                g.take();
                g.set_bits(ICACTIVER, 1u << intid);
                const std::vector<gic_msg> sets = g.of(GIC_PORT_CPUIF, GIC_MSG_SET);
                ASSERT_EQ(sets.size(), left ? 1u : 0u);
            }
        }
}

// --- reset --------------------------------------------------------------------------------------

// N-03: after whatever it was, a Redistributor that is reset is as one that was built; wires and
// inputs have the levels that they had.
TEST(Rules, N_03_ARedistributorThatIsResetIsAsNew)
{
    for (bool v2 : {false, true}) {
        gic_config config = v2 ? gicv2() : two_states(64);
        config.nmi = !v2;
        alone fresh(config), used(config);
        const auto inputs = [](alone &g) {
            gicr_set_line(g.r, 20, true);
            if (g.config.eppi_count) {
                gicr_set_line(g.r, 1056, true);
                gicr_set_line(g.r, 1119, true);
            }
            gicr_set_last(g.r, true);
            gicr_set_cpu_active(g.r, false);
        };
        inputs(used);
        used.start();
        for (unsigned word = 0; word < 3; word++)
            for (uint32_t family : {IGROUPR, ISENABLER, ISPENDR, ISACTIVER, IGRPMODR, INMIR, NSACR})
                used.set_bits(family, 0x5A5A5A5A, word);
        for (unsigned slot = 0; slot < (v2 ? 32u : 96u); slot++)
            used.set_priority(slot, 0x80);
        for (uint32_t at = ICFGR + 4; at < ICFGR + 24; at += 4)
            used.write(used.sgi_base + at, UINT32_MAX);
        used.take();
        used.offer(40, 0x20, GIC_GROUP_1NS, GIC_OFFER_1OFN);
        used.offer(41, 0x10, GIC_GROUP_1NS);
        used.cpu(3, 0x40);
        if (v2) {
            used.write(SPENDSGIR, 0x01020408);
        } else {
            used.write(CTLR, 7u << 24);
            used.write(WAKER, 2);
        }
        used.hear(GIC_PORT_CPUIF, GIC_MSG_GENERATE_SGI, 3);
        used.take();
        gicr_reset(used.r);
        inputs(fresh);
        gicr_reset(fresh.r);
        EXPECT_EQ(used.save(), fresh.save());
        const std::vector<gic_out> one = used.take(), other = fresh.take();
        ASSERT_EQ(one.size(), other.size());
        EXPECT_EQ(one.size(), v2 ? 1u : 3u) << "the wires that are high";
        for (size_t n = 0; n < one.size(); n++) {
            EXPECT_EQ(one[n].msg.kind, GIC_EV_PENDING);
            EXPECT_EQ(one[n].msg.intid, other[n].msg.intid);
            EXPECT_EQ(one[n].msg.arg, 0u);
        }
        EXPECT_EQ(used.bits(ISPENDR), 1u << 20);
        EXPECT_EQ(used.bits(ICFGR), 0xAAAAAAAAu);
    }
}
