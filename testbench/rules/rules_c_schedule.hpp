// SPDX-License-Identifier: Apache-2.0
// Random schedules: random latencies, random stimuli on one to eight PEs with a scripted handler,
// and an account of each interrupt kept beside the model. What the account finds wrong is sorted by
// the rule that it breaks.
//
// The account knows what software can know. An edge or SGI is owed an acknowledge that follows it;
// one that happens while an acknowledge is not yet complete (before the DSB after the IAR read
// would end) may be part of that acknowledge, and is owed nothing.
#ifndef GICTLM_TESTBENCH_RULES_C_SCHEDULE_HPP
#define GICTLM_TESTBENCH_RULES_C_SCHEDULE_HPP

#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>

#include "gic_rig.hpp"

namespace schedules
{

// What a schedule found, by rule; empty strings mean nothing was wrong.
struct findings {
    std::string lost;       // C-01
    std::string twice;      // C-02
    std::string dishonest;  // C-04
    std::string neither;    // C-05
    std::string unanswered; // C-06
    std::map<gic_event_id, uint64_t> events;
};

inline uint64_t base_seed()
{
    const char *given = std::getenv("GICTLM_SEED");
    return given ? std::strtoull(given, nullptr, 0) : 20240607;
}

class schedule
{
public:
    explicit schedule(uint64_t seed) : random_(seed), g_(make_config(), make_timing())
    {
        g_.settling = true;
        g_.boot();
        g_.settling = false;
        make_interrupts();
    }

    findings run(unsigned steps)
    {
        for (unsigned i = 0; i < steps && clean(); i++) {
            one_step();
            g_.pass(any(2000));
            close_acks();
        }
        drain();
        check_quiet();
        for (unsigned e = 0; e < GIC_EV_COUNT; e++)
            found_.events[static_cast<gic_event_id>(e)] = g_.count(static_cast<gic_event_id>(e));
        return found_;
    }

private:
    // One interrupt's account. Private interrupts have one a PE.
    struct account {
        uint32_t intid = 0;
        int home = -1; // PE of a private interrupt
        bool edge = false;
        bool line = false;
        bool enabled = true;
        bool certain = true; // RWP was seen 0 since it was disabled
        bool owed = false;
        uint64_t given = 0; // stimuli that may each cause one acknowledge
        uint64_t taken = 0; // acknowledges
        int serving = -1;   // PE between its IAR and its EOIR
        int closing = -1;   // PE whose IAR is not complete yet
    };

    uint64_t any(uint64_t bound)
    {
        return random_() % bound;
    }
    bool chance(unsigned percent)
    {
        return any(100) < percent;
    }
    unsigned a_pe()
    {
        return static_cast<unsigned>(any(pes_));
    }

    gic_config make_config()
    {
        pes_ = static_cast<unsigned>(1 + any(8));
        gic_config config = chance(50) ? rig::two_states(pes_) : rig::one_state(pes_);
        config.espi_count = 32;
        config.eppi_count = chance(50) ? 32 : 0;
        config.work_limit = static_cast<uint16_t>(1 + any(4));
        return config;
    }
    gic_timing make_timing()
    {
        gic_timing timing = rig::timed();
        for (uint64_t &hop : timing.hop_ps)
            hop = chance(20) ? 0 : 1 + any(6000);
        timing.hop_ps[GIC_HOP_CPUIF_PE] = 0;
        for (uint64_t &occupancy : timing.occupancy_ps)
            occupancy = chance(50) ? 0 : any(500);
        return timing;
    }
    gic_group a_group()
    {
        if (!g_.two())
            return chance(30) ? GIC_GROUP_0 : GIC_GROUP_1NS;
        return static_cast<gic_group>(any(GIC_GROUP_COUNT));
    }
    uint64_t a_route()
    {
        return chance(40) ? rig::IRM : g_.affinity(a_pe());
    }
    rig::interrupt an_interrupt(bool edge)
    {
        rig::interrupt as;
        as.group = a_group();
        as.priority = static_cast<uint8_t>(any(4) * 0x20 + 0x80);
        as.edge = edge;
        as.route = a_route();
        return as;
    }
    void make_interrupts()
    {
        g_.settling = true;
        for (uint32_t intid : {32u, 33u, 34u, 63u, 64u, 95u, 4096u, 4127u}) {
            account acc;
            acc.intid = intid;
            acc.edge = chance(50);
            const rig::interrupt as = an_interrupt(acc.edge);
            group_[intid] = as.group;
            g_.spi(intid, as);
            accounts_.push_back(acc);
        }
        for (unsigned pe = 0; pe < pes_; pe++)
            for (uint32_t intid : {1u, 7u, 20u, 27u, 1056u})
                make_private(pe, intid);
        g_.settling = false;
    }
    void make_private(unsigned pe, uint32_t intid)
    {
        if (intid >= 1056 && g_.config.eppi_count == 0)
            return;
        account acc;
        acc.intid = intid;
        acc.home = static_cast<int>(pe);
        acc.edge = intid < 16 || chance(50);
        rig::interrupt as = an_interrupt(acc.edge);
        if (intid < 16) /* one that every PE's SGI1R reaches */
            as.group = GIC_GROUP_1NS;
        group_[key(acc)] = as.group;
        g_.private_interrupt(pe, intid, as);
        accounts_.push_back(acc);
    }
    static uint64_t key(const account &acc)
    {
        return acc.intid + (static_cast<uint64_t>(acc.home + 1) << 32);
    }
    gic_group group_of(const account &acc)
    {
        return group_[acc.home < 0 ? acc.intid : key(acc)];
    }

    // --- stimuli
    // ----------------------------------------------------------------------------------

    account &an_account()
    {
        return accounts_[any(accounts_.size())];
    }
    void stimulated(account &acc)
    {
        acc.given++;
        if (acc.closing < 0)
            acc.owed = true;
    }
    void drive(account &acc, bool level)
    {
        acc.line = level;
        if (acc.home < 0)
            g_.line(acc.intid, level);
        else
            g_.ppi(static_cast<unsigned>(acc.home), acc.intid, level);
    }
    void stimulate(account &acc)
    {
        if (acc.intid < 16) {
            send_sgi(acc.intid);
        } else if (acc.edge) {
            drive(acc, true);
            stimulated(acc);
            g_.pass(any(300));
            drive(acc, false);
        } else if (!acc.line) {
            drive(acc, true);
            acc.given++;
        } else if (chance(20)) { /* the device withdraws */
            drive(acc, false);
        }
    }
    void send_sgi(uint32_t intid)
    {
        const unsigned from = a_pe();
        const bool all = chance(40);
        const unsigned to = a_pe();
        if (g_.two())
            g_.become(from, 1, true);
        g_.sgi(from, GIC_ICC_SGI1R_EL1, intid,
               all ? rig::gic::SGI_ALL_BUT_SELF
                   : rig::gic::sgi_target(gic_config_affinity(&g_.config, to)));
        for (account &acc : accounts_)
            if (acc.intid == intid &&
                (all ? acc.home != static_cast<int>(from) : acc.home == static_cast<int>(to)))
                stimulated(acc);
    }
    void pend(account &acc)
    {
        if (acc.home < 0)
            g_.spi_set(rig::GICD_ISPENDR, acc.intid);
        else
            g_.private_set(static_cast<unsigned>(acc.home), rig::GICD_ISPENDR, acc.intid);
        stimulated(acc);
    }
    void enable(account &acc, bool on)
    {
        const uint32_t family = on ? rig::GICD_ISENABLER : rig::GICD_ICENABLER;
        acc.enabled = on;
        acc.certain = on;
        if (acc.home < 0)
            g_.spi_set(family, acc.intid);
        else
            g_.private_set(static_cast<unsigned>(acc.home), family, acc.intid);
    }
    // Software that waits for RWP may rely on it afterwards (C-04).
    void disable_and_wait(account &acc)
    {
        enable(acc, false);
        for (unsigned bound = 0; rwp(acc); bound++) {
            g_.pass(500);
            if (bound > 2000) {
                note(found_.dishonest, acc, "RWP stays");
                return;
            }
        }
        acc.certain = true;
    }
    bool rwp(const account &acc)
    {
        if (acc.home < 0)
            return (g_.dist(rig::GICD_CTLR) & rig::CTLR_RWP) != 0;
        return (g_.redist(static_cast<unsigned>(acc.home), rig::GICR_CTLR) & rig::RCTLR_RWP) != 0;
    }
    void change_attributes(account &acc)
    {
        const uint8_t priority = static_cast<uint8_t>(any(4) * 0x20 + 0x80);
        if (acc.home >= 0)
            g_.redist_write(static_cast<unsigned>(acc.home),
                            rig::GICR_SGI_BASE + rig::GICD_IPRIORITYR +
                                (acc.intid < 32 ? acc.intid : acc.intid - 1056 + 32),
                            priority, 1);
        else if (chance(50))
            g_.dist_write(rig::gic::priority_byte(acc.intid), priority, 1);
        else
            g_.dist_write(rig::gic::router(acc.intid), a_route(), 8);
    }
    void change_pe()
    {
        const unsigned pe = a_pe();
        if (chance(40))
            g_.enable_groups(pe, static_cast<gic_group_set>(any(8)));
        else if (chance(40))
            g_.redist_write(pe, rig::GICR_WAKER,
                            chance(50) ? static_cast<uint64_t>(rig::WAKER_SLEEP) : 0);
        else
            g_.redist_write(pe, rig::GICR_CTLR, any(8) << 24);
    }
    void change_distributor()
    {
        g_.dist_write(rig::GICD_CTLR,
                      any(8) | (chance(50) ? static_cast<uint64_t>(rig::CTLR_E1NWF) : 0));
    }
    void one_step()
    {
        const uint64_t what = any(100);
        if (what < 35)
            stimulate(an_account());
        else if (what < 40)
            pend(an_account());
        else if (what < 70)
            acknowledge(a_pe());
        else if (what < 82)
            end(a_pe());
        else if (what < 86)
            enable(an_account(), chance(60));
        else if (what < 88)
            disable_and_wait(an_account());
        else if (what < 93)
            change_attributes(an_account());
        else if (what < 97)
            change_pe();
        else
            change_distributor();
    }

    // --- the handler
    // --------------------------------------------------------------------------------

    account *find(unsigned pe, uint32_t intid)
    {
        for (account &acc : accounts_)
            if (acc.intid == intid && (acc.home < 0 || acc.home == static_cast<int>(pe)))
                return &acc;
        return nullptr;
    }
    bool acknowledge(unsigned pe)
    {
        const gic_group group = a_group();
        const uint32_t intid = g_.ack(pe, group);
        if (intid >= 1020 && intid <= 1023)
            return false;
        account *acc = find(pe, intid);
        if (!acc) {
            found_.twice += "INTID nobody stimulates: " + std::to_string(intid) + "\n";
            return false;
        }
        acc->taken++;
        if (acc->serving >= 0)
            note(found_.twice, *acc, "acknowledged while active");
        if (acc->edge && acc->taken > acc->given)
            note(found_.twice, *acc, "more acknowledges than stimuli");
        if (!acc->enabled && acc->certain)
            note(found_.dishonest, *acc, "acknowledged after RWP said that it is disabled");
        if (group_of(*acc) != group)
            note(found_.neither, *acc, "acknowledged in a group that it never had");
        acc->serving = static_cast<int>(pe);
        acc->closing = static_cast<int>(pe);
        acc->owed = false;
        stack_[pe].push_back({intid, group});
        return true;
    }
    // The acknowledge of a PE without unanswered messages is complete.
    void close_acks()
    {
        for (account &acc : accounts_)
            if (acc.closing >= 0 &&
                !gic_assembly_upstream_pending(g_.a, static_cast<uint16_t>(acc.closing)))
                acc.closing = -1;
    }
    void end(unsigned pe)
    {
        if (stack_[pe].empty())
            return;
        const auto [intid, group] = stack_[pe].back();
        stack_[pe].pop_back();
        account *acc = find(pe, intid);
        if (!acc->edge && acc->line && (draining_ || chance(70)))
            drive(*acc, false);
        else if (!acc->edge && acc->line)
            acc->given++; /* still high: one more delivery is due */
        acc->serving = -1;
        g_.eoi(pe, intid, group);
    }

    // --- the end
    // --------------------------------------------------------------------------------------

    void drain()
    {
        draining_ = true;
        g_.settling = true;
        g_.boot();
        for (unsigned pe = 0; pe < pes_; pe++)
            g_.redist_write(pe, rig::GICR_CTLR, 0);
        for (account &acc : accounts_)
            enable(acc, true);
        for (unsigned pe = 0; pe < pes_; pe++)
            while (!stack_[pe].empty())
                end(pe);
        for (unsigned quiet = 0, bound = 0; quiet < 40 && bound < 4000; bound++) {
            bool any_taken = false;
            for (unsigned pe = 0; pe < pes_; pe++)
                while (acknowledge(pe)) {
                    close_acks();
                    end(pe);
                    any_taken = true;
                }
            quiet = any_taken ? 0 : quiet + 1;
        }
        g_.settle();
    }
    bool pending(const account &acc)
    {
        return acc.home < 0
                   ? g_.pending(acc.intid)
                   : g_.private_bit(static_cast<unsigned>(acc.home), rig::GICD_ISPENDR, acc.intid);
    }
    bool active(const account &acc)
    {
        return acc.home < 0 ? g_.active(acc.intid)
                            : g_.private_bit(static_cast<unsigned>(acc.home), rig::GICD_ISACTIVER,
                                             acc.intid);
    }
    void check_quiet()
    {
        for (account &acc : accounts_) {
            if (acc.owed)
                note(found_.lost, acc, "owed an acknowledge");
            if (pending(acc))
                note(found_.lost, acc, "pending, enabled and not delivered");
            if (acc.line)
                note(found_.lost, acc, "level high and not delivered");
            if (active(acc))
                note(found_.unanswered, acc, "active after its end");
        }
        if (g_.dist(rig::GICD_CTLR) & rig::CTLR_RWP)
            found_.dishonest += "GICD RWP stays\n";
        for (unsigned pe = 0; pe < pes_; pe++) {
            if (g_.redist(pe, rig::GICR_CTLR) & (rig::RCTLR_RWP | rig::RCTLR_UWP))
                found_.dishonest += "GICR RWP or UWP stays\n";
            if (g_.asleep(pe))
                found_.dishonest += "ChildrenAsleep stays\n";
            if (gic_assembly_upstream_pending(g_.a, static_cast<uint16_t>(pe)))
                found_.unanswered += "a PE waits for an answer for ever\n";
        }
        balance(GIC_MSG_SET, GIC_MSG_ACTIVATE, GIC_MSG_RELEASE);
        balance(GIC_MSG_OFFER, GIC_MSG_TAKEN, GIC_MSG_RETURNED);
        balance(GIC_MSG_CLEAR, GIC_MSG_CLEAR_ACK, GIC_MSG_NONE);
        balance(GIC_MSG_QUIESCE, GIC_MSG_QUIESCE_ACK, GIC_MSG_NONE);
        balance(GIC_MSG_PE_STATE, GIC_MSG_PE_STATE_ACK, GIC_MSG_NONE);
        balance(GIC_MSG_GENERATE_SGI, GIC_MSG_GENERATE_SGI_ACK, GIC_MSG_NONE);
        balance(GIC_MSG_DEACTIVATE, GIC_MSG_DEACTIVATE_ACK, GIC_MSG_NONE);
    }
    void balance(gic_msg_kind asked, gic_msg_kind one, gic_msg_kind other)
    {
        const uint64_t answers =
            g_.messages(one) + (other == GIC_MSG_NONE ? 0 : g_.messages(other));
        if (g_.messages(asked) != answers)
            found_.unanswered += std::string(gic_msg_name(asked)) + " " +
                                 std::to_string(g_.messages(asked)) + ", answers " +
                                 std::to_string(answers) + "\n";
    }
    static void note(std::string &where, const account &acc, const char *what)
    {
        where += "INTID " + std::to_string(acc.intid) + " of PE " + std::to_string(acc.home) +
                 ": " + what + "\n";
    }
    bool clean() const
    {
        return found_.lost.empty() && found_.twice.empty() && found_.dishonest.empty() &&
               found_.neither.empty() && found_.unanswered.empty();
    }

    std::mt19937_64 random_;
    unsigned pes_ = 1;
    rig::gic g_;
    findings found_;
    bool draining_ = false;
    std::vector<account> accounts_;
    std::map<uint64_t, gic_group> group_;
    std::map<unsigned, std::vector<std::pair<uint32_t, gic_group>>> stack_;
};

// Run @p count schedules, @p steps stimuli each, from the base seed on; @p look gets each one's.
inline void each(unsigned count, unsigned steps,
                 const std::function<bool(uint64_t, const findings &)> &look)
{
    const uint64_t base = base_seed();
    ::testing::Test::RecordProperty("seed", std::to_string(base));
    for (unsigned i = 0; i < count; i++) {
        schedule s(base + i);
        if (!look(base + i, s.run(steps)))
            return;
    }
}

} // namespace schedules

#endif
