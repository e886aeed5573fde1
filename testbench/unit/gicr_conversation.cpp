// SPDX-License-Identifier: Apache-2.0
// A Redistributor kernel alone, in conversation with a CPU interface and a Distributor that answer
// when the test lets them: sleep and waking, offers and what becomes of them, what is reported.
#include <deque>

#include "gicr_alone.hpp"

using namespace gicr_alone;

namespace
{

constexpr uint32_t NONE = GIC_INTID_SPURIOUS;
constexpr uint64_t SLEEP = 2, ASLEEP = 4;

// The others: what is sent to them arrives one at a time, and they answer at once.
class others
{
public:
    explicit others(alone &kernel) : g(&kernel) {}
    // The next message arrives; false: none is under way.
    bool deliver()
    {
        collect();
        if (way_.empty())
            return false;
        const gic_out out = way_.front();
        way_.pop_front();
        if (out.port == GIC_PORT_CPUIF)
            cpu_hears(out.msg);
        else if (out.msg.kind == GIC_MSG_PE_STATE)
            g->hear(GIC_PORT_GICD, GIC_MSG_PE_STATE_ACK);
        else if (out.msg.kind == GIC_MSG_RETURNED)
            returned.push_back(out.msg.intid);
        return true;
    }
    void settle()
    {
        for (unsigned bound = 0; deliver(); bound++)
            ASSERT_LT(bound, 1000u);
    }
    void collect()
    {
        for (const gic_out &out : g->take()) {
            if (out.port == GIC_PORT_EVENT)
                events.push_back(out);
            else if (out.port == GIC_PORT_LINE)
                lines.push_back(out);
            else
                way_.push_back(out);
        }
    }
    unsigned count(gic_event_id id) const
    {
        unsigned n = 0;
        for (const gic_out &out : events)
            n += out.msg.kind == id;
        return n;
    }
    size_t under_way()
    {
        collect();
        return way_.size();
    }

    alone *g;
    uint32_t held = NONE;
    bool quiet = false;
    std::vector<uint32_t> returned;
    std::vector<gic_out> events, lines;

private:
    void give_back()
    {
        if (held != NONE)
            g->release(held);
        held = NONE;
    }
    void cpu_hears(const gic_msg &msg)
    {
        if (msg.kind == GIC_MSG_SET) {
            EXPECT_FALSE(quiet);
            EXPECT_NE(held, msg.intid) << "twice";
            give_back();
            held = msg.intid;
        } else if (msg.kind == GIC_MSG_CLEAR) {
            if (held == msg.intid)
                give_back();
            g->hear(GIC_PORT_CPUIF, GIC_MSG_CLEAR_ACK, msg.intid);
        } else if (msg.kind == GIC_MSG_QUIESCE) {
            give_back();
            quiet = true;
            g->hear(GIC_PORT_CPUIF, GIC_MSG_QUIESCE_ACK);
        } else if (msg.kind == GIC_MSG_DOWNSTREAM_CONTROL) {
            quiet = false;
            g->hear(GIC_PORT_CPUIF, GIC_MSG_DOWNSTREAM_CONTROL_ACK);
        }
    }

    std::deque<gic_out> way_;
};

void make_ready(alone &g, unsigned slot, uint8_t priority)
{
    g.set_bits(IGROUPR, g.bits(IGROUPR, slot / 32) | 1u << slot % 32, slot / 32);
    g.set_priority(slot, priority);
    g.set_bits(ISENABLER, 1u << slot % 32, slot / 32);
    g.set_bits(ISPENDR, 1u << slot % 32, slot / 32);
}

} // namespace

// --- sleep --------------------------------------------------------------------------------------

// however WAKER is written, and whatever is under way then, in the end the PE is what
// was written last, and its SGI is with the CPU interface exactly if it is awake.
TEST(GicrSleep, EndsAsWakerWasWrittenLast)
{
    for (unsigned writes = 0; writes < 16; writes++)        // 1: sleep
        for (unsigned gaps = 0; gaps < 4 * 4 * 4; gaps++) { // messages that arrive between
            SCOPED_TRACE(testing::Message() << "writes " << writes << " gaps " << gaps);
            alone g(two_states());
            g.start();
            others o(g);
            make_ready(g, 3, 0x80);
            for (unsigned n = 0; n < 4; n++) {
                g.write(WAKER, writes >> n & 1 ? SLEEP : 0);
                for (unsigned arrive = n < 3 ? gaps >> 2 * n & 3 : 0; arrive > 0; arrive--)
                    o.deliver();
            }
            o.settle();
            const bool asleep = (writes >> 3 & 1) != 0;
            ASSERT_EQ(g.read(WAKER), asleep ? SLEEP | ASLEEP : 0u);
            ASSERT_EQ(o.held, asleep ? NONE : 3u);
            ASSERT_EQ(o.quiet, asleep);
            ASSERT_EQ(o.count(GIC_EV_PE_ASLEEP), o.count(GIC_EV_PE_AWAKE) + asleep);
            ASSERT_EQ(!o.lines.empty() && o.lines.back().msg.flags, asleep) << "wake request";
            for (const gic_out &out : o.events)
                if (out.msg.kind == GIC_EV_PE_ASLEEP || out.msg.kind == GIC_EV_PE_AWAKE) {
                    ASSERT_EQ(out.to, 1u);
                    ASSERT_EQ(out.msg.intid, NONE);
                    ASSERT_EQ(out.msg.arg, 0u);
                }
        }
}

// ChildrenAsleep goes with the phase: one between the CPU interface's last message and the first
// one after waking.
TEST(GicrSleep, ChildrenAreAsleepWhenAllIsAnswered)
{
    alone g(two_states());
    g.start();
    others o(g);
    g.write(WAKER, SLEEP);
    ASSERT_EQ(o.under_way(), 2u) << "Quiesce and PEState";
    EXPECT_EQ(g.read(WAKER), SLEEP);
    o.deliver();
    EXPECT_EQ(g.read(WAKER), SLEEP);
    o.deliver();
    EXPECT_EQ(g.read(WAKER), SLEEP | ASLEEP);
    g.write(WAKER, 0);
    ASSERT_EQ(o.under_way(), 1u) << "DownstreamControl";
    EXPECT_EQ(g.read(WAKER), ASLEEP);
    o.deliver();
    EXPECT_EQ(g.read(WAKER), 0u);
}

// waking before the children are asleep, and sleeping with groups enabled, are reported.
TEST(GicrSleep, MisuseIsReportedWithOldAndNew)
{
    const auto reported = [](alone &g, uint64_t value) {
        const std::vector<gic_out> said = g.take();
        (void)said;
        g.write(WAKER, value);
        std::vector<gic_msg> bad;
        for (const gic_out &out : g.take())
            if (out.port == GIC_PORT_EVENT && out.msg.kind == GIC_EV_BAD_WAKER) {
                EXPECT_EQ(out.to, 1u);
                EXPECT_EQ(out.msg.intid, 0u);
                bad.push_back(out.msg);
            }
        return bad;
    };
    alone g(two_states());
    EXPECT_TRUE(reported(g, SLEEP).empty()) << "it sleeps";
    EXPECT_TRUE(reported(g, 0).empty()) << "it is asleep";
    EXPECT_TRUE(reported(g, 0).empty());
    g.hear(GIC_PORT_CPUIF, GIC_MSG_DOWNSTREAM_CONTROL_ACK);
    EXPECT_TRUE(reported(g, SLEEP).empty()) << "no group is enabled";
    std::vector<gic_msg> bad = reported(g, 0);
    ASSERT_EQ(bad.size(), 1u) << "it is not asleep yet";
    EXPECT_EQ(bad[0].arg, SLEEP << 32);
    for (gic_group_set groups = 1; groups <= GIC_GROUPS_ALL; groups++) {
        alone enabled(two_states());
        enabled.start();
        enabled.cpu(groups);
        bad = reported(enabled, SLEEP);
        ASSERT_EQ(bad.size(), 1u);
        EXPECT_EQ(bad[0].arg, SLEEP);
        EXPECT_TRUE(reported(enabled, SLEEP).empty()) << "again";
    }
}

// ID-R01: what GICD_CTLR enables asks for the PE to be woken, whatever ICC_IGRPEN says.
TEST(GicrSleep, AWakeRequestGoesByTheDistributorsGroups)
{
    for (gic_group_set groups = 0; groups <= GIC_GROUPS_ALL; groups++)
        for (unsigned group = 0; group < 3; group++)
            for (unsigned slot : {0u, 15u, 16u, 31u, 32u, 95u}) {
                alone g(two_states(64));
                g.distributor(groups, false);
                g.take();
                const uint32_t bit = 1u << slot % 32;
                g.set_bits(IGROUPR, group == GIC_GROUP_1NS ? bit : 0, slot / 32);
                g.set_bits(IGRPMODR, group == GIC_GROUP_1S ? bit : 0, slot / 32);
                g.set_bits(ISENABLER, bit, slot / 32);
                const auto lines = [&](const std::function<void()> &act) {
                    act();
                    std::vector<std::pair<uint32_t, unsigned>> seen;
                    for (const gic_out &out : g.take())
                        if (out.port == GIC_PORT_LINE) {
                            EXPECT_EQ(out.msg.kind, GIC_LINE_WAKE_REQUEST);
                            EXPECT_EQ(out.to, 1u);
                            seen.emplace_back(out.msg.intid, out.msg.flags);
                        }
                    return seen;
                };
                using line_seen = std::vector<std::pair<uint32_t, unsigned>>;
                const bool wakes = (groups >> group & 1) != 0;
                const uint32_t intid = slot < 32 ? slot : 1056 + slot - 32;
                EXPECT_EQ(lines([&] { g.set_bits(ISPENDR, bit, slot / 32); }),
                          wakes ? line_seen({{intid, 1}}) : line_seen());
                EXPECT_EQ(lines([&] { g.set_bits(ISPENDR, bit, slot / 32); }), line_seen());
                EXPECT_EQ(lines([&] { g.set_bits(ICPENDR, bit, slot / 32); }),
                          wakes ? line_seen({{NONE, 0}}) : line_seen());
            }
}

// --- what the Distributor knows -----------------------------------------------------------------

// The cpu_active input counts at once.
TEST(GicrConversation, CpuActiveIsToldAtOnce)
{
    alone g(two_states());
    g.start();
    for (bool active : {false, true}) {
        gicr_set_cpu_active(g.r, active);
        const std::vector<gic_msg> told = g.of(GIC_PORT_GICD, GIC_MSG_PE_STATE);
        ASSERT_EQ(told.size(), 1u) << active;
        const gic_pe_routing routing = gic_pe_routing_unpack(told[0].arg);
        EXPECT_EQ(routing.dpg, active ? 0 : GIC_GROUPS_ALL);
        EXPECT_EQ(routing.enabled, GIC_GROUPS_ALL);
        EXPECT_EQ(routing.mask_hint, 0xFF);
        EXPECT_TRUE(routing.awake);
        g.hear(GIC_PORT_GICD, GIC_MSG_PE_STATE_ACK);
        g.take();
        gicr_set_cpu_active(g.r, active);
        EXPECT_TRUE(g.take().empty()) << "again";
    }
}

// One PEState is open at a time; what changes meanwhile is told after its answer, once.
TEST(GicrConversation, APeStateWaitsForTheAnswerToTheLast)
{
    alone g(two_states());
    g.start();
    g.cpu(1);
    EXPECT_EQ(g.of(GIC_PORT_GICD, GIC_MSG_PE_STATE).size(), 1u);
    EXPECT_EQ(g.read(CTLR) >> 31, 1u) << "UWP";
    g.cpu(3);
    const std::vector<gic_msg> waits = g.of(GIC_PORT_EVENT, GIC_EV_CREDIT_WAIT);
    ASSERT_EQ(waits.size(), 1u);
    EXPECT_EQ(waits[0].intid, NONE);
    EXPECT_EQ(waits[0].arg, static_cast<uint64_t>(GIC_MSG_PE_STATE));
    g.cpu(5, 0x40);
    EXPECT_TRUE(g.of(GIC_PORT_GICD, GIC_MSG_PE_STATE).empty());
    g.hear(GIC_PORT_GICD, GIC_MSG_PE_STATE_ACK);
    const std::vector<gic_msg> told = g.of(GIC_PORT_GICD, GIC_MSG_PE_STATE);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(gic_pe_routing_unpack(told[0].arg).enabled, 5);
    EXPECT_EQ(gic_pe_routing_unpack(told[0].arg).mask_hint, 0x40);
    EXPECT_EQ(g.read(CTLR) >> 31, 1u);
    g.hear(GIC_PORT_GICD, GIC_MSG_PE_STATE_ACK);
    EXPECT_TRUE(g.of(GIC_PORT_GICD, GIC_MSG_PE_STATE).empty());
    EXPECT_EQ(g.read(CTLR) >> 31, 0u);
}

// --- offers -------------------------------------------------------------------------------------

namespace
{

struct offered {
    gic_group group;
    bool one_of_n;
    bool distributor; // the group is enabled there,
    bool cpu;         // and there
    bool excluded;    // by DPG
    bool inactive;    // cpu_active is low
    uint8_t hint;     // of the priority mask; the offer has 0x80
    bool kept() const
    {
        if (!distributor || !cpu)
            return false;
        return !one_of_n || (!excluded && !inactive && (hint == 0xFF || hint > 0x80));
    }
};

uint64_t dpg_of(gic_group group)
{
    return UINT64_C(1) << (group == GIC_GROUP_0 ? 24 : group == GIC_GROUP_1NS ? 25 : 26);
}

void expect_offer(const offered &c)
{
    alone g(two_states());
    g.start();
    others o(g);
    const gic_group_set all_but =
        static_cast<gic_group_set>(GIC_GROUPS_ALL & ~gic_group_bit(c.group));
    g.cpu(c.cpu ? GIC_GROUPS_ALL : all_but, c.hint);
    g.distributor(c.distributor ? GIC_GROUPS_ALL : all_but, false);
    g.write(CTLR, c.excluded ? dpg_of(c.group) : (7u << 24 & ~dpg_of(c.group)));
    gicr_set_cpu_active(g.r, !c.inactive);
    o.settle();
    o.events.clear();
    g.offer(40, 0x80, c.group, c.one_of_n ? GIC_OFFER_1OFN : 0);
    o.settle();
    EXPECT_EQ(o.held, c.kept() ? 40u : NONE);
    EXPECT_EQ(o.returned.size(), c.kept() ? 0u : 1u);
    EXPECT_EQ(o.count(GIC_EV_CROSSED_DISABLED), c.kept() ? 0u : 1u);
    EXPECT_EQ(o.events.size(), 1u) << "that, or that it is presented";
    const std::vector<unsigned char> image = g.save();
    EXPECT_TRUE(gicr_load(g.r, image.data(), image.size()));
    for (const gic_out &out : o.events)
        if (out.msg.kind == GIC_EV_CROSSED_DISABLED) {
            EXPECT_EQ(out.to, 1u);
            EXPECT_EQ(out.msg.intid, 40u);
            EXPECT_EQ(out.msg.arg, static_cast<uint64_t>(GIC_MSG_OFFER));
        }
}

} // namespace

// An offer that this PE cannot keep goes back, for whatever reason.
TEST(GicrConversation, AnOfferIsKeptOrGivenBack)
{
    for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS})
        for (unsigned bits = 0; bits < 32; bits++)
            for (uint8_t hint : {0xFF, 0xF0, 0x80, 0x78, 0x00}) {
                const offered c = {group,
                                   (bits & 1) != 0,
                                   (bits & 2) != 0,
                                   (bits & 4) != 0,
                                   (bits & 8) != 0,
                                   (bits & 16) != 0,
                                   hint};
                SCOPED_TRACE(testing::Message()
                             << group << " bits " << bits << " hint " << unsigned{hint});
                expect_offer(c);
            }
}

// The same when the reason comes after the offer: it is taken back first.
TEST(GicrConversation, AnOfferThatIsPresentedIsTakenBackFirst)
{
    const std::vector<std::function<void(alone &)>> reasons = {
        [](alone &g) { g.distributor(GIC_GROUPS_ALL & ~gic_group_bit(GIC_GROUP_1NS), false); },
        [](alone &g) { g.write(CTLR, dpg_of(GIC_GROUP_1NS)); },
        [](alone &g) { gicr_set_cpu_active(g.r, false); },
        [](alone &g) { g.cpu(GIC_GROUPS_ALL, 0x78); },
        [](alone &g) { g.write(WAKER, SLEEP); },
        [](alone &g) { g.hear(GIC_PORT_GICD, GIC_MSG_RECALL, 40); },
    };
    for (size_t n = 0; n < reasons.size(); n++)
        for (bool one_of_n : {true, false}) {
            SCOPED_TRACE(testing::Message() << n << (one_of_n ? " 1-of-N" : ""));
            alone g(two_states());
            g.start();
            others o(g);
            g.offer(40, 0x80, GIC_GROUP_1NS, one_of_n ? GIC_OFFER_1OFN : 0);
            o.settle();
            ASSERT_EQ(o.held, 40u);
            reasons[n](g);
            const bool goes = one_of_n || n == 0 || n == 5;
            EXPECT_TRUE(o.returned.empty());
            o.settle();
            EXPECT_EQ(o.returned, goes ? std::vector<uint32_t>{40} : std::vector<uint32_t>{});
            EXPECT_EQ(o.held, goes || n == 4 ? NONE : 40u);
            EXPECT_EQ(g.read(CTLR) & 0x80000008, 0u) << "RWP, UWP";
            EXPECT_EQ(o.count(GIC_EV_CROSSED_DISABLED), 0u) << "it had been presented";
            EXPECT_EQ(o.count(GIC_EV_CROSSED_QUIESCE), n == 4 && one_of_n ? 1u : 0u);
        }
}

// D-15: RWP covers DPG until the interrupts that it excludes have gone back.
TEST(GicrConversation, RwpWaitsForWhatDpgExcludes)
{
    alone g(two_states());
    g.start();
    others o(g);
    g.offer(40, 0x80, GIC_GROUP_1NS, GIC_OFFER_1OFN);
    o.settle();
    g.write(CTLR, dpg_of(GIC_GROUP_0));
    EXPECT_EQ(g.read(CTLR) & 8, 8u) << "the Distributor has to know";
    o.settle();
    EXPECT_EQ(g.read(CTLR) & 8, 0u);
    EXPECT_EQ(o.held, 40u) << "of another group";
    g.write(CTLR, dpg_of(GIC_GROUP_1NS));
    unsigned waited = 0;
    while (g.read(CTLR) & 8) {
        waited++;
        ASSERT_TRUE(o.deliver());
    }
    EXPECT_GE(waited, 2u);
    EXPECT_EQ(o.held, NONE);
    o.settle();
    EXPECT_EQ(o.returned, std::vector<uint32_t>{40});
}

// What is excluded is waited for though the Distributor knows it by now, and though it was
// recalled.
TEST(GicrConversation, RwpWaitsForWhatIsExcludedToTheEnd)
{
    for (bool recalled : {false, true}) {
        alone g(two_states());
        g.start();
        g.offer(40, 0x80, GIC_GROUP_1NS, GIC_OFFER_1OFN);
        g.take();
        g.write(CTLR, dpg_of(GIC_GROUP_1NS));
        if (recalled)
            g.hear(GIC_PORT_GICD, GIC_MSG_RECALL, 40);
        g.hear(GIC_PORT_GICD, GIC_MSG_PE_STATE_ACK);
        EXPECT_EQ(g.of(GIC_PORT_CPUIF, GIC_MSG_CLEAR).size(), 1u);
        EXPECT_EQ(g.read(CTLR) & 8, 8u) << "it may still be acknowledged";
        g.release(40);
        EXPECT_EQ(g.of(GIC_PORT_GICD, GIC_MSG_RETURNED).size(), 1u);
        EXPECT_EQ(g.read(CTLR) & 8, 0u);
    }
}

// A write that changes nothing of DPG is waited for by nobody.
TEST(GicrConversation, RwpIsForWhatChanges)
{
    alone g(two_states());
    g.start();
    g.write(CTLR, dpg_of(GIC_GROUP_0));
    g.hear(GIC_PORT_GICD, GIC_MSG_PE_STATE_ACK);
    EXPECT_EQ(g.read(CTLR) & 8, 0u);
    g.cpu(1); // a PEState is on its way for another reason
    g.write(CTLR, dpg_of(GIC_GROUP_0));
    EXPECT_EQ(g.read(CTLR) & 8, 0u);
    g.write(CTLR, 0);
    EXPECT_EQ(g.read(CTLR) & 8, 8u);
}

// PEState goes before the Returned that it causes; so does nothing that says more than that.
TEST(GicrConversation, NothingGoesBackBeforeTheDistributorKnowsWhy)
{
    for (bool disabled : {false, true}) {
        alone g(two_states());
        g.start();
        g.offer(40, 0x80, GIC_GROUP_1NS, GIC_OFFER_1OFN);
        g.cpu(GIC_GROUPS_ALL, 0xF0); // a PEState is on its way
        g.take();
        if (disabled)
            g.distributor(GIC_GROUPS_ALL & ~gic_group_bit(GIC_GROUP_1NS), false);
        g.write(CTLR, dpg_of(GIC_GROUP_1NS));
        EXPECT_EQ(g.of(GIC_PORT_CPUIF, GIC_MSG_CLEAR).size(), 1u);
        g.release(40);
        g.hear(GIC_PORT_CPUIF, GIC_MSG_CLEAR_ACK, 40);
        for (const gic_out &out : g.take())
            EXPECT_NE(out.port, GIC_PORT_GICD) << unsigned{out.msg.kind};
        g.hear(GIC_PORT_GICD, GIC_MSG_PE_STATE_ACK);
        std::vector<unsigned> said;
        for (const gic_out &out : g.take())
            if (out.port == GIC_PORT_GICD)
                said.push_back(out.msg.kind);
        std::vector<unsigned> expected = {GIC_MSG_PE_STATE, GIC_MSG_RETURNED};
        if (disabled)
            expected.push_back(GIC_MSG_GROUP_ENABLES_ACK);
        EXPECT_EQ(said, expected);
    }
}

// --- GICD_CTLR ----------------------------------------------------------------------------------

// GROUP_ENABLES_ACK: nothing of a disabled group is here any more, and DS is known to the CPU
// interface.
TEST(GicrConversation, GroupEnablesAreAnsweredWhenTheyHold)
{
    gic_config config = two_states();
    config.ds_writable = true;
    const auto answered = [](others &o) {
        unsigned n = 0;
        gic_outbox *const box = gicr_outbox(o.g->r);
        for (const gic_out *out = box->entry; out != box->next; out++)
            n += out->port == GIC_PORT_GICD && out->msg.kind == GIC_MSG_GROUP_ENABLES_ACK;
        return n;
    };
    for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS}) {
        alone g(config);
        g.start();
        others o(g);
        g.offer(40, 0x80, group);
        o.settle();
        ASSERT_EQ(o.held, 40u);
        g.distributor(GIC_GROUPS_ALL, false);
        EXPECT_EQ(answered(o), 1u) << "nothing is disabled";
        o.settle();
        g.distributor(static_cast<gic_group_set>(GIC_GROUPS_ALL & ~gic_group_bit(group)), false);
        EXPECT_EQ(answered(o), 0u);
        o.collect();
        unsigned steps = 0;
        while (answered(o) == 0) {
            ASSERT_TRUE(o.deliver());
            ASSERT_LT(steps++, 10u);
        }
        EXPECT_EQ(answered(o), 1u);
        EXPECT_EQ(o.held, NONE);
        o.settle();
    }
    alone g(config);
    g.start();
    g.write(CTLR, 7u << 24);
    others o(g);
    o.settle();
    EXPECT_EQ(g.read(CTLR) & 7u << 24, 7u << 24);
    g.distributor(GIC_GROUPS_ALL, true);
    EXPECT_EQ(answered(o), 0u) << "the CPU interface has to know";
    EXPECT_EQ(g.read(CTLR) & 7u << 24, 3u << 24) << "DPG1S is RES0 now";
    o.collect();
    ASSERT_TRUE(o.deliver());
    EXPECT_EQ(answered(o), 1u);
}

// The CPU interface hears of DS when it changes, and not while it sleeps: that would wake it.
TEST(GicrConversation, TheCpuInterfaceHearsOfDsWhileItIsAwake)
{
    gic_config config = two_states();
    config.ds_writable = true;
    for (unsigned answers = 0; answers < 3; answers++) { // of Quiesce and PEState; 2: it is asleep
        alone g(config);
        g.start();
        g.write(WAKER, SLEEP);
        if (answers > 0)
            g.hear(GIC_PORT_CPUIF, GIC_MSG_QUIESCE_ACK);
        if (answers > 1)
            g.hear(GIC_PORT_GICD, GIC_MSG_PE_STATE_ACK);
        g.take();
        g.distributor(GIC_GROUPS_ALL, true);
        EXPECT_TRUE(g.of(GIC_PORT_CPUIF, GIC_MSG_DOWNSTREAM_CONTROL).empty()) << answers;
    }
    alone g(config);
    g.start();
    g.distributor(1, false);
    EXPECT_TRUE(g.of(GIC_PORT_CPUIF, GIC_MSG_DOWNSTREAM_CONTROL).empty()) << "it is as it was";
    g.distributor(1, true);
    const std::vector<gic_msg> told = g.of(GIC_PORT_CPUIF, GIC_MSG_DOWNSTREAM_CONTROL);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].flags, GIC_CTL_DS);
}

// --- presented ----------------------------------------------------------------------------------

// What is being taken back is presented again when it has been given back, not before: it might be
// acknowledged twice.
TEST(GicrConversation, WhatIsBeingTakenBackIsNotPresentedAgain)
{
    for (bool v2 : {false, true}) {
        alone g(v2 ? gicv2() : two_states(64));
        g.start();
        const std::vector<unsigned> slots =
            v2 ? std::vector<unsigned>{3, 20} : std::vector<unsigned>{3, 20, 40, 95};
        for (unsigned slot : slots) {
            const uint32_t bit = 1u << slot % 32;
            uint32_t wire = slot < 32 ? slot : 1056 + slot - 32;
            g.set_bits(ISENABLER, bit, slot / 32);
            if (v2 && slot < 16) {
                g.write(SPENDSGIR + slot, 4, 1);
                wire |= 2 << 10;
            } else {
                g.set_bits(ISPENDR, bit, slot / 32);
            }
            std::vector<gic_msg> sets = g.of(GIC_PORT_CPUIF, GIC_MSG_SET);
            ASSERT_EQ(sets.size(), 1u) << slot;
            EXPECT_EQ(sets[0].intid, wire);
            g.set_bits(ICENABLER, bit, slot / 32);
            ASSERT_EQ(g.of(GIC_PORT_CPUIF, GIC_MSG_CLEAR).size(), 1u);
            g.set_bits(ISENABLER, bit, slot / 32);
            EXPECT_TRUE(g.of(GIC_PORT_CPUIF, GIC_MSG_SET).empty()) << "it is still there";
            g.release(wire);
            g.hear(GIC_PORT_CPUIF, GIC_MSG_CLEAR_ACK, wire);
            EXPECT_EQ(g.of(GIC_PORT_CPUIF, GIC_MSG_SET).size(), 1u);
            g.activate(wire);
            g.take();
            EXPECT_EQ(g.bits(ISPENDR, slot / 32) & bit, 0u);
            EXPECT_EQ(g.bits(ISACTIVER, slot / 32) & bit, bit);
            g.set_bits(ICACTIVER, bit, slot / 32);
            EXPECT_TRUE(g.of(GIC_PORT_CPUIF, GIC_MSG_SET).empty());
        }
    }
}

// P-20 and more: of each kind of interrupt, what is more urgent displaces what is presented; of
// equal priority the lower INTID; and what was displaced comes again.
TEST(GicrConversation, EachKindDisplacesEachOther)
{
    const std::vector<uint32_t> kinds = {0, 1, 15, 16, 31, 1056, 1119, 32, 1019, 4096, 5119};
    const auto pend = [](alone &g, uint32_t intid, uint8_t priority) {
        if (intid < 32 || (intid >= 1056 && intid < 1120))
            make_ready(g, intid < 32 ? intid : intid - 1056 + 32, priority);
        else
            g.offer(intid, priority, GIC_GROUP_1NS);
    };
    for (uint32_t first : kinds)
        for (uint32_t second : kinds)
            for (uint8_t priority : {0x40, 0x80, 0xC0}) {
                const bool spis = first >= 32 && second >= 32 && (first < 1056 || first > 1119) &&
                                  (second < 1056 || second > 1119);
                if (first == second || spis) // the Distributor chooses
                    continue;
                SCOPED_TRACE(testing::Message()
                             << first << ", then " << second << " at " << unsigned{priority});
                alone g(two_states(64));
                g.start();
                others o(g);
                pend(g, first, 0x80);
                o.settle();
                ASSERT_EQ(o.held, first);
                pend(g, second, priority);
                o.settle();
                const bool displaces = priority < 0x80 || (priority == 0x80 && second < first);
                ASSERT_EQ(o.held, displaces ? second : first);
                EXPECT_EQ(o.count(GIC_EV_RELEASED), displaces ? 1u : 0u);
                g.activate(o.held);
                o.held = NONE;
                o.settle();
                EXPECT_EQ(o.held, displaces ? first : second);
            }
}

// N-08: an offer is an NMI in a GIC that has them, and of Group 1.
TEST(GicrConversation, AnNmiIsOfGroup1)
{
    for (bool nmi : {true, false})
        for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS})
            for (uint8_t flags : {uint8_t(0), uint8_t(GIC_IS_NMI)}) {
                gic_config config = two_states();
                config.nmi = nmi;
                alone g(config);
                g.start();
                for (unsigned round = 0; round < 2; round++) {
                    g.offer(40, 0x80, group, flags);
                    const std::vector<gic_msg> sets = g.of(GIC_PORT_CPUIF, GIC_MSG_SET);
                    ASSERT_EQ(sets.size(), 1u);
                    EXPECT_EQ(sets[0].flags,
                              nmi && flags && group != GIC_GROUP_0 ? unsigned(GIC_IS_NMI) : 0u);
                    EXPECT_EQ(sets[0].group, static_cast<uint8_t>(group));
                    EXPECT_EQ(sets[0].priority, 0x80);
                    g.activate(40);
                    g.take();
                }
                g.offer(41, 0x80, group);
                EXPECT_EQ(g.of(GIC_PORT_CPUIF, GIC_MSG_SET).at(0).flags, 0u) << "another one";
            }
}

// Messages that are none.
TEST(GicrConversation, UnknownMessagesArePassedOver)
{
    alone g(two_states());
    g.start();
    const std::vector<unsigned char> before = g.save();
    for (unsigned kind : {unsigned(GIC_MSG_NONE), unsigned(GIC_MSG_KIND_COUNT),
                          unsigned(GIC_MSG_KIND_COUNT) + 1, 255u})
        g.hear(GIC_PORT_GICD, static_cast<gic_msg_kind>(kind), 20, 7, 0, 0xFF, 1);
    EXPECT_TRUE(g.take().empty());
    EXPECT_EQ(g.save(), before);
}

// gic/event.def: every event of a Redistributor is of its PE, and says what its text promises.
TEST(GicrConversation, EventsSayOfWhichPeAndInterrupt)
{
    alone g(two_states(64));
    g.start();
    const auto said = [&](gic_event_id id, const std::function<void()> &act) {
        g.take();
        act();
        gic_msg found{};
        unsigned count = 0;
        for (const gic_out &out : g.take())
            if (out.port == GIC_PORT_EVENT) {
                EXPECT_EQ(out.to, 1u);
                EXPECT_EQ(out.from_pe, 1u);
                if (out.msg.kind == id) {
                    found = out.msg;
                    count++;
                }
            }
        EXPECT_EQ(count, 1u) << gic_event_name(id);
        return found;
    };
    for (unsigned slot : {3u, 20u, 40u, 95u})
        for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS}) {
            const uint32_t bit = 1u << slot % 32, intid = slot < 32 ? slot : 1056 + slot - 32;
            const unsigned w = slot / 32;
            SCOPED_TRACE(testing::Message() << intid << " group " << group);
            g.set_bits(ICENABLER, UINT32_MAX, w);
            g.set_bits(IGROUPR, group == GIC_GROUP_1NS ? bit : 0, w);
            g.set_bits(IGRPMODR, group == GIC_GROUP_1S ? bit : 0, w);
            g.set_priority(slot, 0xA8);
            gic_msg event = said(GIC_EV_PENDING, [&] { g.set_bits(ISPENDR, bit, w); });
            EXPECT_EQ(event.intid, intid);
            EXPECT_EQ(event.arg, 0xA8u | unsigned(group) << 8);
            event = said(GIC_EV_WITHDRAWN, [&] { g.set_bits(ICPENDR, bit, w); });
            EXPECT_EQ(event.intid, intid);
            EXPECT_EQ(event.arg, 0u);
            g.set_bits(ISPENDR, bit, w);
            event = said(GIC_EV_SET, [&] { g.set_bits(ISENABLER, bit, w); });
            EXPECT_EQ(event.intid, intid);
            EXPECT_EQ(event.arg, 0xA8u);
            event = said(GIC_EV_RELEASED, [&] { g.release(intid); });
            EXPECT_EQ(event.intid, intid);
            EXPECT_EQ(event.arg, 0u);
            g.activate(intid);
            event = said(GIC_EV_DEACTIVATED, [&] { g.set_bits(ICACTIVER, bit, w); });
            EXPECT_EQ(event.intid, intid);
            EXPECT_EQ(event.arg, 0u);
            if (slot >= 16) {
                const uint32_t icfgr = SGI_BASE + ICFGR + slot / 16 * 4;
                const uint32_t value = 2u << slot % 16 * 2;
                event = said(GIC_EV_BAD_ICFGR, [&] { g.write(icfgr, value); });
                EXPECT_EQ(event.intid, intid);
                gicr_set_line(g.r, intid, true);
                gicr_set_line(g.r, intid, false);
                event = said(GIC_EV_MERGED, [&] { gicr_set_line(g.r, intid, true); });
                EXPECT_EQ(event.intid, intid);
                EXPECT_EQ(event.arg, 0u);
                gicr_set_line(g.r, intid, false);
                g.activate(intid);
                g.set_bits(ICACTIVER, bit, w);
                g.write(icfgr, 0);
            }
        }
}
