// SPDX-License-Identifier: Apache-2.0
// The Distributor of a GICv2 alone: SPIs that each of their targets is offered (L-02, L-03), and
// what GICD_SGIR asks of whom (L-04, L-05).
#include "gicd_rig.hpp"

using namespace gicd_rig;

namespace
{

constexpr uint32_t SGIR = 0x0F00;

using offers = std::vector<to_pe>;

gic_config gicv2(unsigned pes, bool two_states = false)
{
    gic_config config = gic_config_default();
    config.pe_count = static_cast<uint16_t>(pes);
    config.spi_count = 64;
    config.gicv2 = true;
    config.arch_rev = 2;
    config.espi_count = config.eppi_count = 0;
    config.lpi_bits = 0;
    config.its_count = 0;
    config.has_el3 = config.two_security_states = two_states;
    config.ds_writable = false;
    return config;
}

offers to_each(unsigned pes, uint32_t intid)
{
    offers found;
    for (unsigned pe = 0; pe < 8; pe++)
        if (pes >> pe & 1)
            found.emplace_back(pe, intid);
    return found;
}

void expect_no_flags(const kernel &k)
{
    for (const gic_out &out : k.sent)
        if (out.port == GIC_PORT_GICR && out.msg.kind == GIC_MSG_OFFER) {
            EXPECT_EQ(out.msg.flags, 0) << "as an SPI of one PE";
        }
}

} // namespace

TEST(DistributorOfAGicv2, OffersToEachTarget)
{
    kernel k(gicv2(8));
    k.boot();
    for (const uint32_t intid : {32u, 63u, 64u, 95u})
        for (const unsigned targets : {0x00u, 0x01u, 0x80u, 0x55u, 0xFFu}) {
            k.spi(intid, 0xA0, targets);
            k.sent.clear();
            k.line(intid, true);
            expect_no_flags(k);
            EXPECT_EQ(k.take(GIC_MSG_OFFER), to_each(targets, intid));
            k.line(intid, false);
            EXPECT_EQ(k.take(GIC_MSG_RECALL), to_each(targets, intid));
            for (const to_pe &each : to_each(targets, intid)) {
                k.receive(each.first, GIC_MSG_RETURNED, intid);
                k.expect_event(GIC_EV_RETURNED, each.first, intid, 0);
                k.sent.clear();
            }
            EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
        }
}

// The first takes it, from the others it is recalled; deactivated and pending, all have it again.
TEST(DistributorOfAGicv2, TheFirstToTakeItHasIt)
{
    for (unsigned taker = 0; taker < 8; taker++) {
        kernel k(gicv2(8));
        k.boot();
        k.spi(40, 0xA0, 0xFF);
        k.line(40, true);
        k.sent.clear();
        k.receive(taker, GIC_MSG_TAKEN, 40);
        const offers others = to_each(0xFF & ~(1u << taker), 40);
        EXPECT_EQ(k.messages(GIC_MSG_TAKEN_ACK), (offers{{taker, 40}}));
        EXPECT_EQ(k.messages(GIC_MSG_OFFER), offers{});
        EXPECT_EQ(k.take(GIC_MSG_RECALL), others);
        EXPECT_EQ(k.read(ISACTIVER + 4), 1u << 8);
        for (const to_pe &each : others)
            k.receive(each.first, GIC_MSG_RETURNED, 40);
        EXPECT_EQ(k.messages(GIC_MSG_RECALL), offers{});
        EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{}) << "it is active";
        k.receive(taker, GIC_MSG_DEACTIVATE_SPI, 40, 0, GIC_GROUPS_ALL);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), to_each(0xFF, 40));
    }
}

// A change of the list reaches those that are new in it and those that are not any more, and
// nobody else.
TEST(DistributorOfAGicv2, ATargetListThatChanges)
{
    for (const unsigned before : {0x00u, 0x01u, 0x0Fu, 0xA5u, 0xFFu})
        for (const unsigned after : {0x00u, 0x01u, 0x0Fu, 0xA5u, 0xFFu}) {
            kernel k(gicv2(8));
            k.boot();
            k.spi(40, 0xA0, before);
            k.line(40, true);
            k.sent.clear();
            k.write(ITARGETSR + 40, after, 1);
            EXPECT_EQ(k.messages(GIC_MSG_RECALL), to_each(before & ~after, 40));
            EXPECT_EQ(k.take(GIC_MSG_OFFER), to_each(after & ~before, 40));
            k.write(ITARGETSR + 40, after, 1);
            EXPECT_EQ(k.messages(GIC_MSG_RECALL), offers{}) << "once is enough";
            for (const to_pe &each : to_each(before & ~after, 40))
                k.receive(each.first, GIC_MSG_RETURNED, 40);
            EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
        }
}

// What an offer said is not so any more: it is recalled, and offered again as it is now.
TEST(DistributorOfAGicv2, WhatChangesIsOfferedAgain)
{
    struct change {
        const char *what;
        uint32_t at;
        uint64_t value;
        unsigned size;
        bool again;
    };
    for (const change &c : {change{"priority", IPRIORITYR + 40, 0x60, 1, true},
                            change{"group", IGROUPR + 4, 0, 4, true},
                            change{"disabled", ICENABLER + 4, 1u << 8, 4, false},
                            change{"active", ISACTIVER + 4, 1u << 8, 4, false}}) {
        SCOPED_TRACE(c.what);
        kernel k(gicv2(3));
        k.boot();
        k.spi(40, 0xA0, 5);
        k.line(40, true);
        k.sent.clear();
        k.write(c.at, c.value, c.size);
        EXPECT_EQ(k.messages(GIC_MSG_OFFER), offers{});
        EXPECT_EQ(k.take(GIC_MSG_RECALL), to_each(5, 40));
        k.receive(2, GIC_MSG_RETURNED, 40);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), c.again ? to_each(4, 40) : offers{});
        k.receive(0, GIC_MSG_RETURNED, 40);
        EXPECT_EQ(k.take(GIC_MSG_OFFER), c.again ? to_each(1, 40) : offers{});
    }
}

// Of several, each target has the most urgent that it may take, and the next one in reserve.
TEST(DistributorOfAGicv2, TargetsHoldTheMostUrgent)
{
    kernel k(gicv2(2));
    k.boot();
    k.spi(40, 0xA0, 3);
    k.spi(41, 0x80, 2);
    k.spi(42, 0x60, 3);
    k.spi(43, 0x90, 3);
    k.line(40, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 40}, {1, 40}}));
    k.line(41, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{1, 41}}));
    k.line(42, true);
    EXPECT_EQ(k.events(GIC_EV_CREDIT_WAIT), 1u) << "PE 1 has not answered two";
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 42}}));
    k.line(43, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{});
    ASSERT_TRUE(k.load(k.save()));
    k.receive(1, GIC_MSG_RETURNED, 40);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{1, 42}}));
    k.receive(0, GIC_MSG_RETURNED, 40);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{}) << "42 is more urgent";
    k.receive(0, GIC_MSG_TAKEN, 42);
    EXPECT_EQ(k.messages(GIC_MSG_RECALL), (offers{{1, 42}}));
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 43}}));
    k.receive(1, GIC_MSG_RETURNED, 42);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), offers{}) << "41 stands";
}

// By bytes and words: bits of PEs that are not there, and bytes of INTIDs, are RAZ/WI; a Secure
// SPI's is open to Non-secure software with GICD_NSACR 3 (D-04).
TEST(DistributorOfAGicv2, TargetListsByByteAndWord)
{
    gic_config config = gicv2(3, true);
    config.spi_count = GIC_MAX_SPIS;
    kernel k(config);
    k.write(ITARGETSR + 40, 0xFF06F905);
    EXPECT_EQ(k.read(ITARGETSR + 40), 0x07060105u);
    for (unsigned n = 4; n-- > 0;) {
        EXPECT_EQ(k.read(ITARGETSR + 40 + n, 1), 0x07060105u >> 8 * n & 0xFF);
        k.write(ITARGETSR + 40 + n, n + 2, 1);
    }
    EXPECT_EQ(k.read(ITARGETSR + 40), 0x05040302u);
    EXPECT_EQ(k.read(ITARGETSR + 36), 0u);
    EXPECT_EQ(k.read(ITARGETSR + 44), 0u);
    k.write(ITARGETSR + 1016, 0x01020304);
    EXPECT_EQ(k.read(ITARGETSR + 1016), 0x01020304u);
    k.write(ITARGETSR + 1020, 0x07070707);
    EXPECT_EQ(k.read(ITARGETSR + 1020), 0u) << "no INTIDs";
    EXPECT_EQ(k.read(ITARGETSR + 40, 4, false), 0u);
    k.write(ITARGETSR + 40, 0x07070707, 4, false);
    EXPECT_EQ(k.read(ITARGETSR + 40), 0x05040302u) << "Secure";
    k.write(IGROUPR + 4, 2u << 8);
    k.write(0x0E08, 0x3u << 20 | 0x2u << 16); // NSACR: 42 is 3, 40 is 2
    EXPECT_EQ(k.read(ITARGETSR + 40, 4, false), 0x00040300u);
    k.write(ITARGETSR + 40, 0x07010107, 4, false);
    EXPECT_EQ(k.read(ITARGETSR + 40), 0x05010102u);
    k.write(ITARGETSR + 43, 0x07, 1, false);
    EXPECT_EQ(k.read(ITARGETSR + 43, 1), 5u);
}

TEST(DistributorOfAGicv2, OnePeIsTheTargetOfAll)
{
    kernel k(gicv2(1));
    k.boot();
    k.spi(95, 0xA0, 0);
    EXPECT_EQ(k.read(ITARGETSR + 95, 1), 0u) << "RAZ/WI";
    k.sent.clear();
    k.line(95, true);
    EXPECT_EQ(k.take(GIC_MSG_OFFER), (offers{{0, 95}}));
}

// --- SGIs ----------------------------------------------------------------------------------------

namespace
{

struct request {
    unsigned pes, from, filter, list;
    bool two_states, secure, nsatt;
};

unsigned asked(const request &r)
{
    const unsigned all = (1u << r.pes) - 1;
    const unsigned of_filter[] = {r.list & all, all & ~(1u << r.from), 1u << r.from, 0};
    return of_filter[r.filter];
}

gic_sgi_source source(const request &r)
{
    if (!r.two_states || !r.secure)
        return GIC_SGI_SGI1R;
    return r.nsatt ? GIC_SGI_ASGI1R : GIC_SGI_SGI0R;
}

void expect_asks(const request &r)
{
    SCOPED_TRACE(testing::Message()
                 << r.pes << " PEs, from " << r.from << ", filter " << r.filter << ", list "
                 << r.list << (r.secure ? ", Secure" : "") << (r.nsatt ? ", NSATT" : ""));
    kernel k(gicv2(r.pes, r.two_states));
    k.sent.clear();
    k.write(SGIR, r.filter << 24 | r.list << 16 | (r.nsatt ? 1u << 15 : 0) | 0x7FF0 | 13, 4,
            r.secure, static_cast<uint16_t>(r.from));
    EXPECT_EQ(k.messages(GIC_MSG_SGI), to_each(asked(r), 13));
    gic_sgi sgi{};
    sgi.source = source(r);
    sgi.nonsecure = !r.secure;
    sgi.target_list = static_cast<uint16_t>(asked(r));
    k.expect_event(GIC_EV_SGI_GENERATED, r.from, 13, gic_sgi_pack(sgi));
    if (r.filter == 0 && r.list >> r.pes != 0)
        k.expect_event(GIC_EV_BAD_SGI_TARGET, r.from, 13, gic_sgi_pack(sgi));
    else
        EXPECT_EQ(k.events(GIC_EV_BAD_SGI_TARGET), 0u);
    sgi.target_list = 0;
    sgi.cluster = r.from; // the PE that asked
    for (const gic_out &out : k.sent)
        if (out.port == GIC_PORT_GICR) {
            EXPECT_EQ(out.msg.arg, gic_sgi_pack(sgi));
        }
}

} // namespace

TEST(DistributorOfAGicv2, SgirAsksThePesOfItsFilter)
{
    for (const unsigned pes : {1u, 3u, 8u})
        for (unsigned from = 0; from < pes; from++)
            for (unsigned filter = 0; filter < 4; filter++)
                for (const unsigned list : {0x00u, 0x01u, 0x06u, 0x81u, 0xFFu})
                    for (unsigned how = 0; how < 8; how++)
                        expect_asks({pes, from, filter, list, (how & 1) != 0, (how & 2) != 0,
                                     (how & 4) != 0});
}
