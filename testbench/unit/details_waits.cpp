// SPDX-License-Identifier: Apache-2.0
// A Redistributor alone: what waits for credit and is reported, what RWP waits for and for how
// long, and LPIs that lose their place while they are looked at.
#include "gicr_lpi_rig.hpp"

using namespace lpi;

namespace
{

void enable(rig &g, uint32_t intid, bool on = true)
{
    g.write(0, GICR_SGI_BASE + (on ? 0x100 : 0x180), 1u << intid);
}

void pend(rig &g, uint32_t intid)
{
    g.write(0, GICR_SGI_BASE + 0x200, 1u << intid);
}

// PPIs of falling urgency by INTID: 20, 21, 22 at 0x80, 0x40, 0x20.
void set_up(rig &g)
{
    g.write(0, GICR_SGI_BASE + 0x080, UINT32_MAX);
    for (uint32_t n = 0; n < 3; n++) {
        g.write(0, GICR_SGI_BASE + 0x400 + 20 + n, 0x80u >> n, 1);
        enable(g, 20 + n);
    }
    g.settling = false;
}

// What the write of a register leaves in the outbox as CREDIT_WAIT; other entries go their way.
class waits
{
public:
    explicit waits(rig &g) : g_(&g) {}
    // The waits that @p act brings about: INTID and kind of message.
    std::vector<std::pair<uint32_t, uint64_t>> of(uint32_t offset, uint64_t value,
                                                  unsigned size = 4)
    {
        gic_access access{};
        access.size = static_cast<uint8_t>(size);
        access.secure = true;
        EXPECT_EQ(gicr_write(g_->redist[0], &access, offset, value), GIC_OK);
        std::vector<std::pair<uint32_t, uint64_t>> found;
        const gic_outbox *box = gicr_outbox(g_->redist[0]);
        for (const gic_out *out = box->entry; out != box->next; out++)
            if (out->port == GIC_PORT_EVENT && out->msg.kind == GIC_EV_CREDIT_WAIT) {
                EXPECT_EQ(out->to, 0u) << "the PE";
                found.emplace_back(out->msg.intid, out->msg.arg);
            }
        g_->read(0, GICR_CTLR); // takes what was left
        return found;
    }

private:
    rig *g_;
};

using seen = std::vector<std::pair<uint32_t, uint64_t>>;

} // namespace

// Two Sets may be without an answer; a third, more urgent one has to wait, and says so.
TEST(CreditWaits, AThirdSet)
{
    rig g(small_config());
    set_up(g);
    waits w(g);
    EXPECT_EQ(w.of(GICR_SGI_BASE + 0x200, 1u << 20), seen());
    EXPECT_EQ(w.of(GICR_SGI_BASE + 0x200, 1u << 21), seen());
    EXPECT_EQ(w.of(GICR_SGI_BASE + 0x200, 1u << 22), (seen{{22, GIC_MSG_SET}}));
    g.settle();
    EXPECT_EQ(g.held(0), 22u);
}

// One Clear may be without an answer.
TEST(CreditWaits, ASecondClear)
{
    rig g(small_config());
    set_up(g);
    waits w(g);
    pend(g, 20);
    EXPECT_EQ(w.of(GICR_SGI_BASE + 0x180, 1u << 20), seen());
    pend(g, 21);
    EXPECT_EQ(w.of(GICR_SGI_BASE + 0x180, 1u << 21), (seen{{21, GIC_MSG_CLEAR}}));
    g.settle();
    EXPECT_EQ(g.held(0), none);
}

// What is disabled is taken back at once, though what comes in its place has to wait.
TEST(CreditWaits, AClearDoesNotWaitForASet)
{
    rig g(small_config());
    set_up(g);
    waits w(g);
    pend(g, 20);
    pend(g, 21);
    pend(g, 22);
    EXPECT_EQ(w.of(GICR_SGI_BASE + 0x180, 1u << 21), (seen{{22, GIC_MSG_SET}}));
    EXPECT_EQ(g.cpus[0].from_gicr.back().kind, GIC_MSG_CLEAR);
    EXPECT_EQ(g.cpus[0].from_gicr.back().intid, 21u);
    g.settle();
    EXPECT_EQ(g.held(0), 22u);
}

// D-15, C-04: RWP waits for what a disabled interrupt may still do. One that is enabled again
// before anything was sent for it is waited for no more, though it is with the CPU interface.
TEST(Rules, D_15_RwpDoesNotWaitForWhatIsEnabledAgain)
{
    rig g(small_config());
    set_up(g);
    pend(g, 20);
    enable(g, 20, false);
    pend(g, 21);
    enable(g, 21, false);
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, CTLR_RWP);
    enable(g, 21);
    g.settle();
    EXPECT_EQ(g.held(0), 21u);
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, 0u) << "nobody acknowledges it";
}

// The same, and what the first one waits for has been answered in between.
TEST(Rules, D_15_RwpWaitsForTheOneThatIsTakenBack)
{
    rig g(small_config());
    set_up(g);
    pend(g, 20);
    g.settle();
    ASSERT_EQ(g.held(0), 20u);
    enable(g, 20, false);
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, CTLR_RWP);
    enable(g, 20);
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, CTLR_RWP) << "its Clear is on the way";
    g.settle();
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, 0u);
    EXPECT_EQ(g.held(0), 20u) << "presented anew";
}

// an LPI whose INV is at work loses its place in the cache; after the INV it counts by its
// new configuration, more urgent than everything that is cached.
TEST(Rules, R_08_AnInvHoldsForAnLpiThatLosesItsPlaceMeanwhile)
{
    rig g(small_config(14, 4));
    const uint32_t invalidated = first + 3 * 512, arrives = first + 2 * 512;
    g.configure(arrives, 0x80);
    g.configure(invalidated, 0xF0);
    for (uint32_t n = 0; n < 3; n++)
        g.configure(first + n, static_cast<uint8_t>(0x40 + 0x10 * n));
    g.enable(0);
    g.set(0, arrives); // its configuration is cached from here on
    g.send(0, GIC_MSG_LPI_CLEAR, arrives);
    for (uint32_t n = 0; n < 3; n++)
        g.set(0, first + n);
    g.set(0, invalidated);
    ASSERT_EQ(g.held(0), first);

    g.settling = false;
    g.configure(invalidated, 0x20);
    const uint16_t tag = g.send(0, GIC_MSG_LPI_INV, invalidated);
    while (g.requests.empty() && g.step())
        ;
    ASSERT_EQ(g.requests.size(), 1u) << "its configuration";
    const uint64_t spills = g.count(GIC_EV_LPI_SPILLED);
    g.set(0, arrives);
    ASSERT_EQ(g.count(GIC_EV_LPI_SPILLED), spills + 1) << "the least urgent one had to go";
    g.settle();
    EXPECT_EQ(std::count(g.done.begin(), g.done.end(), tag), 1);
    std::vector<uint32_t> order;
    for (unsigned n = 0; n < 5; n++) {
        order.push_back(g.ack(0));
        g.settle();
    }
    EXPECT_EQ(order, (std::vector<uint32_t>{invalidated, first, first + 1, first + 2, arrives}));
}

// an LPI is on its way to memory while the configuration of its neighbours is read again. It
// arrives once more, more urgent by what has been read: it is pending already, and taken once.
TEST(Rules, R_10_AnLpiOnItsWayToMemoryIsNotDoubled)
{
    rig g(small_config(14, 4));
    const uint32_t spilled = first + 3 * 512, neighbour = spilled + 1, arrives = first + 2 * 512;
    g.configure(arrives, 0x80);
    g.configure(spilled, 0xF0);
    g.configure(neighbour, 0x40, false);
    for (uint32_t n = 0; n < 3; n++)
        g.configure(first + n, static_cast<uint8_t>(0x40 + 0x10 * n));
    g.enable(0);
    g.set(0, arrives); // its configuration is cached from here on
    g.send(0, GIC_MSG_LPI_CLEAR, arrives);
    for (uint32_t n = 0; n < 3; n++)
        g.set(0, first + n);
    g.set(0, neighbour);
    g.set(0, spilled);
    ASSERT_TRUE(g.in_table(0, neighbour));
    ASSERT_FALSE(g.in_table(0, spilled));

    g.settling = false;
    g.configure(spilled, 0x20);
    g.send(0, GIC_MSG_LPI_INV, neighbour);
    while (g.requests.empty() && g.step())
        ;
    const uint64_t spills = g.count(GIC_EV_LPI_SPILLED);
    g.set(0, arrives);
    ASSERT_EQ(g.count(GIC_EV_LPI_SPILLED), spills + 1);
    g.settle();
    ASSERT_TRUE(g.in_table(0, spilled));
    const uint64_t merged = g.count(GIC_EV_MERGED);
    g.settling = true;
    g.set(0, spilled);
    EXPECT_EQ(g.count(GIC_EV_MERGED), merged + 1);
    std::vector<uint32_t> order;
    for (uint32_t intid = g.ack(0); intid != none; intid = g.ack(0))
        order.push_back(intid);
    EXPECT_EQ(order, (std::vector<uint32_t>{spilled, first, first + 1, first + 2, arrives}));
}

// C-04: with DPG set RWP waits until what was offered is given back, though the Distributor has
// asked for it in between for a reason of its own.
TEST(Rules, C_04_RwpOfDpgOutlastsARecall)
{
    rig g(small_config());
    const auto hears = [&](gic_msg_kind kind, uint8_t flags) {
        gic_msg msg{};
        msg.kind = static_cast<uint8_t>(kind);
        msg.intid = 40;
        msg.flags = flags;
        if (kind == GIC_MSG_OFFER) {
            msg.priority = 0xA0;
            msg.group = GIC_GROUP_1NS;
        }
        gicr_receive(g.redist[0], GIC_PORT_GICD, &msg);
        g.read(0, GICR_CTLR); // takes what it sent
    };
    hears(GIC_MSG_OFFER, GIC_OFFER_1OFN);
    g.settle();
    ASSERT_EQ(g.held(0), 40u);
    g.settling = false;
    g.write(0, GICR_CTLR, 1u << 25); // DPG1NS
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, CTLR_RWP);
    hears(GIC_MSG_RECALL, 0);
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, CTLR_RWP) << "it can be acknowledged still";
    g.settle();
    EXPECT_EQ(g.held(0), none);
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, 0u);
}

// What is asked behind a command for all LPIs is done when that is done, a step at a time.
TEST(LpiQueue, GoesOnBehindACommandForAll)
{
    for (gic_msg_kind kind : {GIC_MSG_LPI_MOVEALL, GIC_MSG_LPI_INVALL}) {
        gic_config config = small_config(14, 4, 2);
        config.work_limit = 1;
        rig g(config);
        for (unsigned pe = 0; pe < 2; pe++)
            g.enable(pe);
        g.configure(first, 0xA0);
        g.configure(first + 512, 0x80);
        for (unsigned steps = 0; steps < 40; steps++) {
            g.settling = false;
            const uint16_t tag = g.send(0, kind, 0, 1);
            for (unsigned n = 0; n < steps && g.step(); n++)
                ;
            const uint16_t behind = g.send(0, GIC_MSG_LPI_SET, first + 512 * (steps % 2));
            g.settle();
            g.settling = true;
            EXPECT_EQ(std::count(g.done.begin(), g.done.end(), tag), 1) << steps;
            EXPECT_EQ(std::count(g.done.begin(), g.done.end(), behind), 1) << steps;
            for (unsigned pe = 0; pe < 2; pe++)
                while (g.ack(pe) != none)
                    g.settle();
        }
    }
}

// ID-R11: while the last LPI of the cache is with the CPU interface the next one is looked for
// already.
TEST(LpiRefill, StartsWhileTheLastOneIsPresented)
{
    rig g(small_config(14, 4));
    for (uint32_t n = 0; n < 5; n++)
        g.configure(first + 512 * n, static_cast<uint8_t>(0x20 + 0x20 * n));
    g.enable(0);
    for (uint32_t n = 0; n < 5; n++)
        g.set(0, first + 512 * n);
    ASSERT_TRUE(g.in_table(0, first + 512 * 4)) << "it found no room";
    for (uint32_t n = 0; n < 3; n++) {
        const uint64_t reads = g.reads;
        EXPECT_EQ(g.ack(0), first + 512 * n);
        EXPECT_EQ(g.held(0), first + 512 * (n + 1));
        EXPECT_EQ(g.reads > reads, n == 2) << "the fourth one is the last of the cache";
    }
}

// a MOVALL that finds EnableLPIs cleared leaves what is on its way to memory alone.
TEST(Rules, R_17_MoveallWhileLpisAreBeingDisabledMovesNothing)
{
    rig g(small_config(14, 4, 2));
    for (unsigned pe = 0; pe < 2; pe++)
        g.enable(pe);
    for (uint32_t n = 0; n < 3; n++) {
        g.configure(first + n, 0xA0);
        g.set(0, first + n);
    }
    g.settling = false;
    g.write(0, GICR_CTLR, 0);
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, CTLR_RWP);
    const uint16_t tag = g.send(0, GIC_MSG_LPI_MOVEALL, 0, 1);
    g.settle();
    EXPECT_EQ(std::count(g.done.begin(), g.done.end(), tag), 1) << "it is answered all the same";
    EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, 0u);
    EXPECT_EQ(g.held(1), none);
    EXPECT_EQ(g.count(GIC_EV_LPI_MOVED), 0u);
    for (uint32_t n = 0; n < 3; n++)
        EXPECT_TRUE(g.in_table(0, first + n));
}
