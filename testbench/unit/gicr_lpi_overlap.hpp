// SPDX-License-Identifier: Apache-2.0
// Operations on LPIs that overlap, on several Redistributors, and what is to come of them.
//
// What is pending is taken from what is reported (gic/event.def) and what is acknowledged; each
// report has to fit to what was pending. When all has arrived the slow reference says what is
// presented, by the configuration in memory: whatever was changed has been invalidated.
#ifndef GICTLM_TESTBENCH_UNIT_GICR_LPI_OVERLAP_HPP
#define GICTLM_TESTBENCH_UNIT_GICR_LPI_OVERLAP_HPP

#include <set>

#include "gicr_lpi_rig.hpp"
#include "ref_lpi.h"

namespace lpi
{

struct overlap_shape {
    unsigned bits;
    unsigned cache;
    unsigned property_lines;
    unsigned work_limit;
    bool two_states;
    unsigned pes;
};

class overlap
{
public:
    overlap(const overlap_shape &s, uint32_t seed)
        : random(seed), shape(s), g(configuration(s)), pe_(s.pes)
    {
        for (pe_state &p : pe_) {
            p.pending.assign(1u << s.bits, 0);
            p.ref.pending = p.pending.data();
            p.ref.config = g.config_bytes.data();
            p.ref.implemented = 0xF8;
            p.ref.two_states = s.two_states;
        }
        choose_intids();
        for (uint32_t intid : intids)
            g.configure(intid, some_priority(), pick(3) != 0);
        g.random = &random;
        g.settling = false;
        g.watch = [this](unsigned pe, const gic_out &out) { reported(pe, out); };
        g.hears = [this](unsigned pe, const gic_msg &msg) { heard(pe, msg); };
        g.answered = [this](unsigned pe, const gic_lpi &lpi) { answered(pe, lpi.tag); };
        for (unsigned pe = 0; pe < s.pes; pe++)
            turn_on(pe);
        rest();
    }

    static gic_config configuration(const overlap_shape &s)
    {
        gic_config config = small_config(s.bits, s.cache, s.pes);
        config.lpi_property_cache = static_cast<uint16_t>(s.property_lines);
        config.work_limit = static_cast<uint16_t>(s.work_limit);
        config.two_security_states = config.has_el3 = config.ds_writable = s.two_states;
        return config;
    }

    // Operations, and in between some of what is under way arrives.
    void burst(unsigned operations)
    {
        const unsigned speed[] = {0, 3, 12, 40};
        const unsigned memory[] = {0, 3, 20};
        const unsigned most = speed[pick(4)];
        g.slow_memory = memory[pick(3)];
        g.lazy = pick(2) != 0;
        g.starves = pick(3) == 0;
        eager_ = pick(2) != 0;
        for (unsigned n = 0; n < operations; n++) {
            operate();
            for (unsigned left = pick(most + 1); left > 0; left--)
                step();
        }
    }
    // All has arrived.
    void rest()
    {
        for (unsigned bound = 100000; step(); bound--)
            ASSERT_NE(bound, 0u) << "does not settle";
        EXPECT_TRUE(asked_.empty()) << "an ITS has no answer";
        for (unsigned pe = 0; pe < shape.pes; pe++) {
            SCOPED_TRACE("PE " + std::to_string(pe));
            pe_state &p = pe_[pe];
            for (unsigned its = 0; its < 2; its++)
                EXPECT_EQ(g.open[pe][its], 0u);
            EXPECT_EQ(g.read(pe, GICR_SYNCR), 0u);
            EXPECT_EQ(g.read(pe, GICR_CTLR) & (CTLR_ENABLE | CTLR_RWP), p.on ? CTLR_ENABLE : 0u);
            EXPECT_EQ(g.read(pe, GICR_WAKER), p.asleep ? 6u : 0u);
            for (uint32_t intid : intids)
                EXPECT_EQ(p.sent[intid], p.arrived[intid]) << intid << " was lost, or came twice";
            const uint32_t best = p.on && p.distributor ? ref_lpi_best(&p.ref) : none;
            const uint32_t held = p.asleep || !p.cpu ? none : best;
            EXPECT_EQ(g.held(pe), held);
            EXPECT_EQ(g.cpus[pe].line[GIC_LINE_WAKE_REQUEST], p.asleep && best != none);
            if (held != none && g.held(pe) == held) {
                EXPECT_EQ(g.cpus[pe].held_priority, ref_lpi_priority(&p.ref, held));
            }
        }
    }
    // Everything that is pending and enabled is taken, in its order, as fast as it comes.
    void drain(unsigned pe)
    {
        pe_state &p = pe_[pe];
        if (!p.on || p.asleep || !p.cpu || !p.distributor)
            return;
        std::vector<uint64_t> expected, taken;
        for (uint32_t intid : intids)
            if (intid < p.ref.limit && p.pending[intid] && ref_lpi_enabled(&p.ref, intid))
                expected.push_back(key(ref_lpi_priority(&p.ref, intid), intid));
        std::sort(expected.begin(), expected.end());
        eager_ = false;
        do {
            ASSERT_LE(taken.size(), expected.size());
            if (g.held(pe) == none || pick(2))
                continue;
            taken.push_back(key(g.cpus[pe].held_priority, g.held(pe)));
            g.ack(pe);
        } while (step() || g.held(pe) != none);
        EXPECT_EQ(taken, expected) << "PE " << pe;
    }
    // EnableLPIs is cleared, and set again: what was pending is, whatever comes while it is looked
    // for.
    void off_and_on(unsigned pe)
    {
        if (pe_[pe].on)
            turn_off(pe);
        rest();
        EXPECT_TRUE(pe_[pe].written) << "RWP never fell";
        turn_on(pe);
        burst(pick(20));
        rest();
    }

    unsigned pick(unsigned n)
    {
        return static_cast<unsigned>(random() % n);
    }

    std::mt19937 random;
    const overlap_shape shape;
    rig g;
    std::vector<uint32_t> intids; // that operations are about

private:
    struct pe_state {
        std::vector<uint8_t> pending;
        ref_lpi ref{};
        bool on = false;                     // EnableLPIs
        bool written = true;                 // off, and RWP is 0
        bool asleep = false;                 // WAKER.ProcessorSleep
        bool distributor = true, cpu = true; // Group 1 is enabled
        std::map<uint32_t, uint64_t> since;  // when it became pending
        std::map<uint32_t, unsigned> sent, arrived;
        std::map<uint32_t, uint64_t> cleared; // by register, while LPIs were enabled: when
    };
    struct question {
        unsigned pe;
        gic_msg_kind kind;
        uint32_t intid;
        unsigned target;
        uint64_t at;
        uint64_t left;
        bool alone;
    };

    static uint64_t key(uint8_t priority, uint32_t intid)
    {
        return static_cast<uint64_t>(priority) << 24 | intid;
    }
    uint8_t some_priority()
    {
        return static_cast<uint8_t>(pick(3) ? pick(4) * 0x40 : pick(256));
    }
    uint32_t some_intid()
    {
        return intids[pick(static_cast<unsigned>(intids.size()))];
    }
    // Both ends of the table, of lines of it and of lines of configuration; few lines, or many.
    void choose_intids()
    {
        const uint32_t bits[] = {0, 1, 63, 64, 65, 200, 448, 511};
        const uint32_t lines = (1u << shape.bits) / 512 - 16;
        const unsigned count = pick(3) == 0 ? 1 : pick(2) ? 3 : 12;
        std::set<uint32_t> chosen;
        for (unsigned n = 0; n < count; n++) {
            const uint32_t line = n == 0 ? 0 : n == 1 ? lines - 1 : pick(lines);
            for (unsigned each = 0; each < 24 / count && each < 12; each++)
                chosen.insert(first + line * 512 + bits[pick(3) ? each % 8 : pick(8)]);
        }
        intids.assign(chosen.begin(), chosen.end());
    }

    // --- what is seen ---

    void became(unsigned pe, uint32_t intid, bool pending)
    {
        pe_state &p = pe_[pe];
        EXPECT_EQ(p.pending[intid] != 0, !pending) << intid << " of PE " << pe;
        p.pending[intid] = pending;
        if (pending)
            p.since[intid] = now_;
    }
    void reported(unsigned pe, const gic_out &out)
    {
        const uint32_t intid = out.msg.intid;
        pe_state &p = pe_[pe];
        now_++;
        switch (out.msg.kind) {
        case GIC_EV_PENDING:
            became(pe, intid, true);
            p.arrived[intid]++;
            arrival_[pe][intid] = now_;
            break;
        case GIC_EV_MERGED:
            EXPECT_TRUE(p.pending[intid]) << intid << " of PE " << pe;
            p.arrived[intid]++;
            arrival_[pe][intid] = now_;
            break;
        case GIC_EV_LPI_DROPPED:
            EXPECT_TRUE(!p.on || intid >= p.ref.limit) << intid << " of PE " << pe;
            p.arrived[intid]++;
            arrival_[pe][intid] = now_;
            break;
        case GIC_EV_WITHDRAWN:
            became(pe, intid, false);
            break;
        case GIC_EV_LPI_MOVED:
            became(pe, intid, false);
            ASSERT_LT(out.msg.arg, shape.pes);
            pe_[out.msg.arg].sent[intid]++;
            for (auto &q : asked_)
                if (q.second.pe == pe && q.second.intid == intid && q.second.left == 0)
                    q.second.left = now_;
            break;
        case GIC_EV_BAD_LPI_TABLE:
            ADD_FAILURE() << "all tables can be read";
            break;
        default:
            break;
        }
    }
    void heard(unsigned pe, const gic_msg &msg)
    {
        now_++;
        if (msg.kind == GIC_MSG_ACTIVATE)
            became(pe, msg.intid, false);
    }
    // What was pending when it was asked for, and all the time since, should not be.
    void is_gone(unsigned pe, uint32_t intid, uint64_t at, const char *what)
    {
        EXPECT_FALSE(pe_[pe].pending[intid] && pe_[pe].since[intid] < at &&
                     intid < pe_[pe].ref.limit)
            << what << " " << intid << " of PE " << pe;
    }
    void answered(unsigned pe, uint16_t tag)
    {
        const auto at = asked_.find(tag);
        if (at == asked_.end())
            return;
        const question q = at->second;
        asked_.erase(at);
        EXPECT_EQ(q.pe, pe);
        if (q.kind == GIC_MSG_LPI_CLEAR) {
            is_gone(pe, q.intid, q.at, "CLEAR");
        } else if (q.kind == GIC_MSG_LPI_MOVE && q.target != pe) {
            is_gone(pe, q.intid, q.at, "MOVE");
            EXPECT_TRUE(!q.alone || q.left == 0 || arrival_[q.target][q.intid] > q.left)
                << "MOVE is answered, and " << q.intid << " has not arrived";
        } else if (q.kind == GIC_MSG_LPI_MOVEALL && q.target != pe) {
            for (uint32_t intid : intids) // what arrives meanwhile may stay (ID-R16)
                if (arrival_[pe][intid] < q.at)
                    is_gone(pe, intid, q.at, "MOVEALL");
        }
    }
    // One thing arrives; then what can be seen at any time is looked at.
    bool step()
    {
        bool more = g.step();
        for (unsigned pe = 0; pe < shape.pes; pe++) {
            pe_state &p = pe_[pe];
            if (eager_ && g.held(pe) != none && pick(4) == 0)
                more |= g.ack(pe) != none;
            if (!p.cleared.empty() && g.read(pe, GICR_SYNCR) == 0) {
                for (const auto &each : p.cleared)
                    is_gone(pe, each.first, each.second, "CLRLPIR");
                p.cleared.clear();
            }
            if (!p.on && !p.written && !(g.read(pe, GICR_CTLR) & CTLR_RWP))
                is_written_back(pe);
        }
        return more;
    }
    void is_written_back(unsigned pe)
    {
        pe_[pe].written = true;
        EXPECT_EQ(g.held(pe), none);
        for (const gic_msg &msg : g.cpus[pe].from_gicr)
            EXPECT_FALSE(msg.kind == GIC_MSG_SET && msg.intid >= first);
        for (uint32_t intid = first; intid < 1u << shape.bits; intid++)
            ASSERT_EQ(g.in_table(pe, intid), pe_[pe].pending[intid] != 0)
                << intid << " of PE " << pe;
        for (unsigned n = 0; n < 1024; n++)
            ASSERT_EQ(g.tables[pe][n], untouched) << n;
    }

    // --- what is done ---

    void turn_off(unsigned pe)
    {
        pe_[pe].on = false;
        pe_[pe].written = false;
        g.turn_off(pe);
    }
    // With what the table says, or says after software has written it; or with none of it.
    void turn_on(unsigned pe)
    {
        pe_state &p = pe_[pe];
        const bool clean = pick(4) == 0;
        const unsigned bits = pick(4) ? shape.bits : 13 + pick(shape.bits - 12);
        if (clean) {
            std::fill(g.tables[pe].begin() + 1024, g.tables[pe].end(), uint8_t(0));
            std::fill(p.pending.begin(), p.pending.end(), uint8_t(0));
        } else if (pick(2)) {
            for (unsigned n = pick(12); n > 0; n--) {
                const uint32_t intid = some_intid();
                g.put_in_table(pe, intid);
                p.pending[intid] = 1;
                p.since[intid] = now_;
            }
        }
        p.on = true;
        p.ref.limit = bits > 13 ? 1u << bits : 0;
        g.enable(pe, clean ? PTZ : 0, bits);
    }
    bool ask(unsigned pe, gic_msg_kind kind, uint32_t intid = 0, unsigned target = 0)
    {
        const unsigned its = pick(2);
        if (!g.has_credit(pe, its))
            return false;
        question q{pe, kind, intid, target, now_, 0, true};
        for (const auto &other : asked_)
            if (other.second.pe == pe &&
                (other.second.kind == GIC_MSG_LPI_MOVE || other.second.kind == GIC_MSG_LPI_MOVEALL))
                q.alone = false;
        if (pe_[pe].on && (intid == 0 || intid < pe_[pe].ref.limit))
            asked_[g.next_tag] = q;
        g.send(pe, kind, intid, target, its);
        return true;
    }
    void set(unsigned pe, uint32_t intid)
    {
        if (pick(5) == 0 && gicr_lpi_has_room(g.redist[pe])) {
            pe_[pe].sent[intid]++;
            g.write(pe, GICR_SETLPIR, intid, 8);
        } else if (g.has_credit(pe, 0) && g.has_credit(pe, 1)) {
            pe_[pe].sent[intid]++;
            ask(pe, GIC_MSG_LPI_SET, intid);
        }
    }
    void clear(unsigned pe, uint32_t intid)
    {
        if (pick(3) != 0) {
            ask(pe, GIC_MSG_LPI_CLEAR, intid);
        } else if (gicr_lpi_has_room(g.redist[pe])) {
            if (pe_[pe].on)
                pe_[pe].cleared[intid] = now_;
            g.write(pe, GICR_CLRLPIR, intid, 8);
        }
    }
    void reconfigure()
    {
        const bool all = pick(4) == 0;
        std::vector<uint32_t> changed;
        for (unsigned n = all ? 4 + pick(40) : 1 + pick(3); n > 0; n--) {
            changed.push_back(some_intid());
            g.configure(changed.back(), some_priority(), pick(3) != 0);
        }
        for (unsigned pe = 0; pe < shape.pes; pe++)
            if (all)
                invalidate_all(pe);
            else
                for (uint32_t intid : changed)
                    invalidate(pe, intid);
    }
    void invalidate(unsigned pe, uint32_t intid)
    {
        if (pick(3) == 0 || !ask(pe, GIC_MSG_LPI_INV, intid))
            g.write(pe, GICR_INVLPIR, intid, 8);
    }
    void invalidate_all(unsigned pe)
    {
        if (pick(3) == 0 || !ask(pe, GIC_MSG_LPI_INVALL))
            g.write(pe, GICR_INVALLR, 0, 8);
    }
    void sleep(unsigned pe)
    {
        pe_[pe].asleep = !pe_[pe].asleep;
        g.write(pe, GICR_WAKER, pe_[pe].asleep ? 2 : 0);
    }
    void switch_lpis(unsigned pe)
    {
        if (pe_[pe].on)
            turn_off(pe);
        else if (pe_[pe].written)
            turn_on(pe);
    }
    void tell_groups(unsigned pe)
    {
        const uint8_t none_of_1 = GIC_GROUPS_ALL & ~gic_group_bit(GIC_GROUP_1NS);
        pe_state &p = pe_[pe];
        if (pick(2) && g.cpus[pe].to_gicr.empty()) {
            p.cpu = !p.cpu || pick(2);
            g.cpu_groups(pe, p.cpu ? uint8_t(GIC_GROUPS_ALL) : none_of_1);
        } else {
            p.distributor = !p.distributor || pick(2);
            if (shape.two_states && pick(2))
                p.ref.two_states = !p.ref.two_states;
            g.distributor_groups(pe, p.distributor ? uint8_t(GIC_GROUPS_ALL) : none_of_1,
                                 !p.ref.two_states);
        }
    }
    // Saved, built anew in other memory, and loaded.
    void reload(unsigned pe)
    {
        const std::vector<unsigned char> image = g.save(pe);
        std::memset(static_cast<void *>(g.redist[pe]), 0x5A, gicr_footprint(&g.config_));
        ASSERT_NE(gicr_init(g.redist[pe], gicr_footprint(&g.config_), &g.config_,
                            static_cast<uint16_t>(pe), nullptr),
                  nullptr);
        ASSERT_TRUE(gicr_load(g.redist[pe], image.data(), image.size()));
        ASSERT_EQ(g.save(pe), image);
    }
    void operate()
    {
        const unsigned pe = pick(shape.pes);
        const unsigned target = pick(shape.pes);
        const unsigned what = pick(100);
        if (what < 48)
            set(pe, some_intid());
        else if (what < 56)
            clear(pe, some_intid());
        else if (what < 66)
            ask(pe, GIC_MSG_LPI_MOVE, some_intid(), target);
        else if (what < 68)
            ask(pe, GIC_MSG_LPI_MOVEALL, 0, target);
        else if (what < 78)
            reconfigure();
        else if (what < 80)
            invalidate_all(pe);
        else if (what < 92)
            g.ack(pe);
        else if (what < 94)
            sleep(pe);
        else if (what < 96)
            tell_groups(pe);
        else if (what < 98)
            switch_lpis(pe);
        else
            reload(pe);
    }

    std::vector<pe_state> pe_;
    std::map<uint16_t, question> asked_;
    std::map<unsigned, std::map<uint32_t, uint64_t>> arrival_;
    uint64_t now_ = 1;   // things seen
    bool eager_ = false; // acknowledged as soon as something is presented
};

} // namespace lpi

#endif
