// SPDX-License-Identifier: Apache-2.0
// Random schedules between a CPU interface and a Redistributor that keeps to gic/msg.h: whatever
// crosses, every Set is answered once, every Clear and Quiesce too, and nothing is held that was
// given elsewhere (C-06).
#include "cpuif_rig.hpp"

#include <deque>
#include <random>
#include <set>

using cpuif_rig::plain_config;
using cpuif_rig::rig;

namespace
{

// The Redistributor's side: what is open, and the messages under way in both directions.
class schedule
{
public:
    explicit schedule(unsigned seed) : r(plain_config()), random(seed)
    {
        r.pe(1, true);
        r.open_all();
        enabled = 1u << GIC_GROUP_0 | 1u << GIC_GROUP_1NS;
        r.answer = false;
    }

    void step()
    {
        switch (random() % 10) {
        case 0:
        case 1:
            send_set();
            break;
        case 2:
            send_clear();
            break;
        case 3:
            if (random() % 4 == 0)
                sleep_or_wake();
            break;
        case 4:
            software();
            break;
        case 5:
        case 6:
        case 7:
            deliver_down();
            break;
        default:
            deliver_up();
            break;
        }
    }

    void quiet()
    {
        for (int i = 0; i < 10000 && (!down.empty() || !up.empty()); i++) {
            deliver_down();
            deliver_up();
        }
    }

    rig r;
    std::set<uint32_t> open; // Set, not yet answered
    bool clear_open = false;
    bool quiesce_open = false;
    bool asleep = false;
    unsigned enabled; // groups, as last told upstream
    unsigned activates = 0;
    unsigned releases = 0;

private:
    void queue_down(gic_msg_kind kind, uint32_t intid = 0, uint8_t priority = 0,
                    gic_group group = GIC_GROUP_0)
    {
        gic_msg msg = {};
        msg.kind = static_cast<uint8_t>(kind);
        msg.intid = intid;
        msg.priority = priority;
        msg.group = static_cast<uint8_t>(group);
        msg.flags = kind == GIC_MSG_DOWNSTREAM_CONTROL ? GIC_CTL_DS : 0;
        down.push_back(msg);
    }

    void send_set()
    {
        uint32_t intid = 32 + static_cast<uint32_t>(random() % 60);
        gic_group group = random() % 2 ? GIC_GROUP_1NS : GIC_GROUP_0;
        if (asleep || quiesce_open || open.size() >= GIC_CREDIT_SET || open.count(intid) ||
            !(enabled >> group & 1u))
            return;
        open.insert(intid);
        last = intid;
        set_again = set_again || intid == cleared;
        queue_down(GIC_MSG_SET, intid, static_cast<uint8_t>(random() % 31 * 8), group);
    }

    void send_clear()
    {
        if (clear_open || open.empty() || asleep || quiesce_open)
            return;
        clear_open = true;
        cleared = last;
        set_again = false;
        queue_down(GIC_MSG_CLEAR, cleared);
    }

    void sleep_or_wake()
    {
        if (asleep) {
            asleep = false;
            queue_down(GIC_MSG_DOWNSTREAM_CONTROL);
        } else if (!quiesce_open && !clear_open) {
            quiesce_open = true;
            queue_down(GIC_MSG_QUIESCE);
        }
    }

    void software()
    {
        uint64_t value;
        switch (random() % 6) {
        case 0:
            r.write(GIC_ICC_IGRPEN1_EL1, random() % 4 != 0);
            break;
        case 1:
            r.write(GIC_ICC_IGRPEN0_EL1, random() % 4 != 0);
            break;
        case 2:
            r.write(GIC_ICC_PMR_EL1, random() % 4 ? 0xFF : random() % 256);
            break;
        case 3:
            r.write(random() % 2 ? GIC_ICC_EOIR0_EL1 : GIC_ICC_EOIR1_EL1, 40);
            break;
        default:
            r.read(random() % 2 ? GIC_ICC_IAR0_EL1 : GIC_ICC_IAR1_EL1, &value);
            break;
        }
        collect();
    }

    void deliver_down()
    {
        if (down.empty())
            return;
        gic_msg msg = down.front();
        down.pop_front();
        r.receive(static_cast<gic_msg_kind>(msg.kind), msg.intid, msg.priority,
                  static_cast<gic_group>(msg.group), msg.flags);
        collect();
    }

    void collect()
    {
        up.insert(up.end(), r.sent.begin(), r.sent.end());
        r.sent.clear();
    }

    void deliver_up()
    {
        if (up.empty())
            return;
        gic_msg msg = up.front();
        up.pop_front();
        switch (msg.kind) {
        case GIC_MSG_ACTIVATE:
            activates++;
            ASSERT_EQ(open.erase(msg.intid), 1u) << "Activate of what was not presented";
            queue_down(GIC_MSG_ACTIVATE_ACK, msg.intid);
            break;
        case GIC_MSG_RELEASE:
            releases++;
            ASSERT_EQ(open.erase(msg.intid), 1u) << "Release of what was not presented";
            break;
        case GIC_MSG_CLEAR_ACK:
            ASSERT_TRUE(clear_open);
            ASSERT_EQ(msg.intid, cleared);
            ASSERT_TRUE(set_again || open.count(msg.intid) == 0)
                << "Clear acknowledged before its Release";
            clear_open = false;
            break;
        case GIC_MSG_QUIESCE_ACK:
            ASSERT_TRUE(quiesce_open);
            ASSERT_TRUE(open.empty()) << "asleep with something unanswered";
            quiesce_open = false;
            asleep = true;
            break;
        case GIC_MSG_UPSTREAM_CONTROL:
            enabled = msg.group;
            queue_down(GIC_MSG_UPSTREAM_CONTROL_ACK);
            break;
        case GIC_MSG_DEACTIVATE:
            queue_down(GIC_MSG_DEACTIVATE_ACK, msg.intid);
            break;
        default:
            ASSERT_EQ(msg.kind, GIC_MSG_DOWNSTREAM_CONTROL_ACK);
            break;
        }
    }

    std::deque<gic_msg> down;
    std::deque<gic_msg> up;
    uint32_t last = 0;
    uint32_t cleared = 0;
    bool set_again = false; // the INTID of the last Clear, behind it
    std::mt19937 random;
};

} // namespace

TEST(CpuifSchedule, CrossedHandShakesClose)
{
    unsigned activates = 0;
    unsigned releases = 0;
    unsigned crossed_clear = 0;
    unsigned crossed_disabled = 0;
    for (unsigned seed = 1; seed <= 50; seed++) {
        SCOPED_TRACE(seed);
        schedule s(seed);
        for (int i = 0; i < 2000; i++) {
            s.step();
            if (::testing::Test::HasFatalFailure())
                return;
        }
        s.quiet();
        if (::testing::Test::HasFatalFailure())
            return;
        EXPECT_FALSE(s.clear_open);
        EXPECT_FALSE(s.quiesce_open);
        EXPECT_LE(s.open.size(), 1u); // what is held
        EXPECT_FALSE(cpuif_upstream_pending(s.r.c));
        EXPECT_EQ(cpuif_outbox(s.r.c)->events_dropped, 0u);
        uint64_t g0 = 0;
        uint64_t g1 = 0;
        cpuif_peek(s.r.c, GIC_ICC_HPPIR0_EL1, &g0);
        cpuif_peek(s.r.c, GIC_ICC_HPPIR1_EL1, &g1);
        bool holds = g0 != GIC_INTID_SPURIOUS || g1 != GIC_INTID_SPURIOUS;
        EXPECT_EQ(holds, !s.open.empty());
        activates += s.activates;
        releases += s.releases;
        crossed_clear += s.r.events_of(GIC_EV_CROSSED_CLEAR);
        crossed_disabled += s.r.events_of(GIC_EV_CROSSED_DISABLED);
    }
    // The races were there.
    EXPECT_GT(activates, 200u);
    EXPECT_GT(releases, 200u);
    EXPECT_GT(crossed_clear, 50u);
    EXPECT_GT(crossed_disabled, 50u);
}
