// SPDX-License-Identifier: Apache-2.0
// The same random operations without waiting: they meet each other's messages on the way. Then all
// is left to settle, and what can be read has to explain what is driven.
//
// While operations race the reference follows only what a race cannot change: settings, wires, who
// sleeps. What is pending and active is taken from the model when it is quiet, if it may be so: a
// level that is high is pending, a stimulus that nobody took is pending, and the reference GIC, put
// into that state, presents the same to each PE and drives the same lines.
#ifndef GICTLM_TESTBENCH_SUPPORT_WHOLE_RACE_HPP
#define GICTLM_TESTBENCH_SUPPORT_WHOLE_RACE_HPP

#include <functional>
#include <map>

#include "whole_run.hpp"

namespace whole
{

class race : public pair
{
public:
    using pair::pair;

    // One operation, at @p at picoseconds after the last.
    std::string step(const op &o, uint64_t after)
    {
        wrong_.clear();
        now_ += after;
        gic_assembly_advance(a_, now_);
        close_acknowledges();
        if (o.what == kind::ICC_READ)
            read(o);
        else if (o.what == kind::ICC_WRITE || o.what == kind::END_LAST)
            write(o);
        else if (o.what != kind::GICD_READ && o.what != kind::GICR_READ)
            change(o);
        return wrong_;
    }
    // Nothing is under way any more: empty, or what is wrong.
    std::string quiet()
    {
        wrong_.clear();
        settle();
        close_acknowledges();
        completion();
        for (int pe = -1; pe < config_.pe_count && wrong_.empty(); pe++)
            settings(pe);
        each([this](int pe, ref_irq &irq) { adopt(pe, irq); });
        for (uint16_t pe = 0; pe < config_.pe_count; pe++)
            adopt_active_priorities(pe);
        settle(); // the PEs were at EL3 for a moment
        if (wrong_.empty())
            compare_presented();
        if (wrong_.empty())
            compare_lines();
        if (wrong_.empty())
            balance();
        return wrong_;
    }

private:
    // What software can know of one interrupt.
    struct account {
        bool owed = false;  // a stimulus that no acknowledge can have covered
        bool taken = false; // acknowledged, and nobody tried to end it
        int closing = -1;   // PE whose acknowledge may still be on its way
    };

    account &of(int pe, const ref_irq &irq)
    {
        return accounts_[irq.shared ? irq.intid : irq.intid + 0x10000u * (1u + unsigned(pe))];
    }
    void each(const std::function<void(int, ref_irq &)> &look)
    {
        for (int i = 0; i < ref_->intids; i++) {
            const uint32_t intid = ref_->intid[i];
            if (gic_is_shared(intid))
                look(0, ref_->spi[intid]);
            for (int pe = 0; gic_is_private(intid) && pe < config_.pe_count; pe++)
                look(pe, ref_->pe[pe].irq[intid]);
        }
    }

    // --- operations ------------------------------------------------------------------------

    void close_acknowledges()
    {
        for (auto &known : accounts_) {
            account &a = known.second;
            if (a.closing >= 0 &&
                !gic_assembly_upstream_pending(a_, static_cast<uint16_t>(a.closing)))
                a.closing = -1;
        }
    }
    // Which latches an operation on the reference sets or clears, whatever they were.
    void account_for(const std::function<void()> &on_reference)
    {
        std::vector<bool> latches;
        std::vector<bool> actives;
        each([&](int, ref_irq &irq) {
            latches.push_back(irq.latch);
            actives.push_back(irq.active);
            irq.latch = false;
            irq.active = false;
        });
        on_reference();
        size_t at = 0;
        each([&](int pe, ref_irq &irq) {
            account &a = of(pe, irq);
            if (irq.latch && a.closing < 0)
                a.owed = true;
            if (irq.active) /* by ISACTIVER: who acknowledged does not matter any more */
                a.taken = false;
            irq.latch = irq.latch || latches[at];
            irq.active = irq.active || actives[at];
            at++;
        });
    }
    // The same for what it takes away.
    void account_for_clears(const std::function<void()> &on_reference)
    {
        std::vector<bool> latches;
        each([&](int, ref_irq &irq) {
            latches.push_back(irq.latch);
            irq.latch = true;
            irq.active = true;
        });
        on_reference();
        size_t at = 0;
        each([&](int pe, ref_irq &irq) {
            account &a = of(pe, irq);
            a.owed = a.owed && irq.latch;
            a.taken = a.taken && irq.active;
            irq.latch = irq.latch && latches[at++];
        });
    }
    static bool is_clear(const op &o)
    {
        const uint32_t at = o.what == kind::GICR_WRITE ? o.at - 0x10000 : o.at;
        return (at >= 0x280 && at < 0x300) || (at >= 0x380 && at < 0x400) ||
               (at >= 0x1800 && at < 0x1A00) || (at >= 0x1C00 && at < 0x1E00);
    }
    void change(const op &o)
    {
        // The model's part and the reference's are one call (pair::perform), with nothing between.
        const auto both = [this, &o] { perform(o); };
        if ((o.what == kind::GICD_WRITE || o.what == kind::GICR_WRITE) && is_clear(o))
            account_for_clears(both);
        else
            account_for(both);
    }
    // A PE repeats an access that finds no credit.
    gic_sysreg_result access(const std::function<gic_sysreg_result()> &try_it)
    {
        for (unsigned bound = 0; bound < 10000; bound++) {
            const gic_sysreg_result result = try_it();
            if (result != GIC_SYSREG_STALL)
                return result;
            const uint64_t due = gic_assembly_next_due(a_);
            if (due == GIC_TIME_NEVER)
                break;
            now_ = due > now_ ? due : now_;
            gic_assembly_advance(a_, now_);
        }
        wrong_ = "a PE's access finds no credit for ever";
        return GIC_SYSREG_UNDEFINED;
    }
    // The virtual half is the PE's own: no race changes what it answers. What it is linked to is
    // deactivated like any other.
    bool virtual_access(const op &o, uint64_t value)
    {
        if (!ref_icc_is_virtual(ref_.get(), o.pe, o.reg))
            return false;
        uint64_t found = 0;
        uint64_t wanted = 0;
        gic_sysreg_result right = GIC_SYSREG_OK;
        ref_->deactivated = -1;
        const gic_sysreg_result result = access([&] {
            return o.what == kind::ICC_READ
                       ? gic_assembly_sysreg_read(a_, now_, o.pe, o.reg, &found)
                       : gic_assembly_sysreg_write(a_, now_, o.pe, o.reg, value);
        });
        account_for([&] {
            right = o.what == kind::ICC_READ ? ref_icc_read(ref_.get(), o.pe, o.reg, &wanted)
                                             : ref_icc_write(ref_.get(), o.pe, o.reg, value);
        });
        if (result != right || found != wanted)
            differ(describe(o), found, wanted, static_cast<int>(result), static_cast<int>(right));
        if (ref_->deactivated >= 0)
            of(o.pe, *ref_gic_find(ref_.get(), o.pe, static_cast<uint32_t>(ref_->deactivated)))
                .taken = false;
        if (is_acknowledge(o.reg) && !gic_is_special(static_cast<uint32_t>(found)))
            guest_acknowledged_[o.pe].push_back(found);
        return true;
    }
    void read(const op &o)
    {
        const gic_pe_state old = enter(o);
        uint64_t value = GIC_INTID_SPURIOUS;
        if (virtual_access(o, 0)) {
            leave(o, old);
            return;
        }
        const gic_sysreg_result result =
            access([&] { return gic_assembly_sysreg_read(a_, now_, o.pe, o.reg, &value); });
        if (result == GIC_SYSREG_OK && is_acknowledge(o.reg) &&
            !gic_is_special(static_cast<uint32_t>(value)))
            taken(o.pe, static_cast<uint32_t>(value));
        leave(o, old);
    }
    void taken(uint16_t pe, uint32_t intid)
    {
        ref_irq *irq = ref_gic_find(ref_.get(), pe, intid);
        acknowledged_[pe].push_back(intid);
        acknowledges++;
        if (irq == nullptr) {
            wrong_ = text("INTID %u does not exist, and PE %u acknowledged it", intid, pe);
            return;
        }
        account &a = of(pe, *irq);
        if (a.taken)
            wrong_ = text("INTID %u is acknowledged by PE %u while it is active", intid, pe);
        a.owed = false;
        a.taken = true;
        a.closing = pe;
        irq->latch = false;
        irq->active = true;
    }
    void write(const op &o)
    {
        const gic_pe_state old = enter(o);
        std::vector<uint64_t> &stack = history(o);
        uint64_t value = o.value;
        if (o.what == kind::END_LAST)
            value = stack.empty() ? uint64_t{GIC_INTID_SPURIOUS} : stack.back();
        if (o.what == kind::END_LAST && !stack.empty() && o.value == 0)
            stack.pop_back();
        if (virtual_access(o, value)) {
            leave(o, old);
            return;
        }
        const gic_sysreg_result result =
            access([&] { return gic_assembly_sysreg_write(a_, now_, o.pe, o.reg, value); });
        if (o.reg == GIC_ICC_EOIR0_EL1 || o.reg == GIC_ICC_EOIR1_EL1 || o.reg == GIC_ICC_DIR_EL1) {
            const ref_irq *irq = ref_gic_find(ref_.get(), o.pe, value & 0xFFFFFF);
            if (irq != nullptr)
                of(o.pe, *irq).taken = false;
        } else {
            account_for([&] {
                const gic_sysreg_result right = ref_icc_write(ref_.get(), o.pe, o.reg, value);
                if (right != result)
                    differ(describe(o), 0, 0, static_cast<int>(result), static_cast<int>(right));
            });
        }
        leave(o, old);
    }

    // --- when all is quiet -----------------------------------------------------------------

    // C-04: nothing stays busy.
    void completion()
    {
        bool open = (peek_frame(-1, 0) >> 31 & 1) != 0;
        for (uint16_t pe = 0; pe < config_.pe_count; pe++) {
            const uint64_t ctlr = peek_frame(pe, 0);
            open = open || (ctlr >> 3 & 1) != 0 || (ctlr >> 31 & 1) != 0 ||
                   gic_assembly_upstream_pending(a_, pe);
        }
        if (open)
            wrong_ = "RWP, UWP or a DSB stays open";
    }
    void settings(int pe)
    {
        look(pe, 0x0000, 4, true);
        look(pe, 0x0014, 4, true);
        look_family(pe, 0x0100, 0x1200, 1, true);
        look_family(pe, 0x0080, 0x1000, 1, true);
        look_family(pe, 0x0400, 0x2000, 8, true);
        for (uint32_t i = 0; pe < 0 && i < config_.spi_count; i++)
            look(pe, 0x6100 + 8 * i, 8, true);
        for (uint16_t i = 0; pe < 0 && i < config_.pe_count; i++)
            same_control(i);
    }
    void same_control(uint16_t pe)
    {
        gic_pe_state &state = ref_->pe[pe].cpu.pe;
        const gic_pe_state old = state;
        state.el = config_.has_el3 ? 3 : config_.has_el2 ? 2 : 1;
        for (const gic_sysreg reg : {GIC_ICC_PMR_EL1, GIC_ICC_BPR0_EL1, GIC_ICC_CTLR_EL1,
                                     GIC_ICC_IGRPEN0_EL1, GIC_ICC_IGRPEN1_EL1}) {
            uint64_t found = 0;
            uint64_t wanted = 0;
            gic_assembly_sysreg_peek(a_, pe, reg, &found);
            ref_icc_read(ref_.get(), pe, reg, &wanted);
            if (found != wanted && state.hcr_imo + state.hcr_fmo + state.hcr_tge == 0)
                differ(text("PE %u: %s", pe, gic_sysreg_name(reg)), found, wanted);
        }
        state = old;
    }
    bool bit(int pe, const ref_irq &irq, uint32_t base, uint32_t extended)
    {
        const uint32_t n = irq.intid;
        uint64_t word;
        if (!irq.shared)
            word = peek_frame(pe, 0x10000 + base + (n < 32 ? 0 : 4 + (n - 1056) / 32 * 4));
        else if (n < 4096)
            word = peek_frame(-1, base + n / 32 * 4);
        else
            word = peek_frame(-1, extended + (n - 4096) / 32 * 4);
        return (word >> n % 32 & 1) != 0;
    }
    void adopt(int pe, ref_irq &irq)
    {
        const account &a = of(pe, irq);
        const bool pending = bit(pe, irq, 0x200, 0x1600);
        const bool level = !irq.edge && irq.wire;
        if (level && !pending && wrong_.empty())
            wrong_ =
                text("INTID %u of PE %d: its level is high, and it is not pending", irq.intid, pe);
        if (a.owed && !pending && wrong_.empty())
            wrong_ = text("INTID %u of PE %d: its stimulus is lost", irq.intid, pe);
        irq.latch = pending && !level;
        irq.active = bit(pe, irq, 0x300, 0x1A00);
    }
    // The active priorities of both banks, as the PE reads them at EL3.
    void adopt_active_priorities(uint16_t pe)
    {
        ref_cpuif &cpu = ref_->pe[pe].cpu;
        const gic_pe_state old = cpu.pe;
        std::memset(cpu.active, 0, sizeof cpu.active);
        std::memset(cpu.active_nmi, 0, sizeof cpu.active_nmi);
        const int step = 256 >> config_.preemption_bits;
        for (const bool nonsecure : {false, true}) {
            gic_pe_state state{};
            state.el = config_.has_el3 ? 3 : config_.has_el2 ? 2 : 1;
            state.scr_ns = nonsecure || !config_.has_el3;
            become(pe, state);
            uint64_t ap1r0 = 0;
            gic_assembly_sysreg_peek(a_, pe, GIC_ICC_AP1R0_EL1, &ap1r0);
            if ((ap1r0 >> 63 & 1) != 0)
                cpu.active_nmi[state.scr_ns ? GIC_GROUP_1NS : GIC_GROUP_1S] = true;
            for (int level = 0; level < 1 << config_.preemption_bits; level++)
                for (int group = 0; group < 2; group++)
                    if (active_bit(pe, group, level))
                        cpu.active[group == 0 ? GIC_GROUP_0
                                              : (state.scr_ns ? GIC_GROUP_1NS : GIC_GROUP_1S)]
                                  [level * step] = true;
        }
        become(pe, old);
    }
    bool active_bit(uint16_t pe, int group, int level)
    {
        const int first = group == 0 ? GIC_ICC_AP0R0_EL1 : GIC_ICC_AP1R0_EL1;
        uint64_t value = 0;
        gic_assembly_sysreg_read(a_, now_, pe, static_cast<gic_sysreg>(first + level / 32), &value);
        return (value >> level % 32 & 1) != 0;
    }
    // C-06: what was sent has been answered.
    void balance()
    {
        answered(GIC_MSG_OFFER, GIC_MSG_TAKEN, GIC_MSG_RETURNED);
        answered(GIC_MSG_CLEAR, GIC_MSG_CLEAR_ACK, GIC_MSG_NONE);
        answered(GIC_MSG_QUIESCE, GIC_MSG_QUIESCE_ACK, GIC_MSG_NONE);
        answered(GIC_MSG_GENERATE_SGI, GIC_MSG_GENERATE_SGI_ACK, GIC_MSG_NONE);
        answered(GIC_MSG_DEACTIVATE, GIC_MSG_DEACTIVATE_ACK, GIC_MSG_NONE);
        for (const pins &p : lines_)
            if (p.level[GIC_LINE_IRQ] && p.level[GIC_LINE_FIQ])
                wrong_ = "IRQ and FIQ of one PE are high";
    }
    // An Offer that is held has no answer yet.
    void answered(gic_msg_kind asked, gic_msg_kind yes, gic_msg_kind no)
    {
        const gic_assembly_stats &s = stats();
        const uint64_t answers = s.by_kind[yes] + (no == GIC_MSG_NONE ? 0 : s.by_kind[no]);
        const uint64_t held =
            asked == GIC_MSG_OFFER ? uint64_t{GIC_CREDIT_OFFER} * config_.pe_count : 0;
        if (s.by_kind[asked] < answers || s.by_kind[asked] > answers + held)
            wrong_ = text("message kind %d: sent %llu, answered %llu", static_cast<int>(asked),
                          static_cast<unsigned long long>(s.by_kind[asked]),
                          static_cast<unsigned long long>(answers));
    }

    std::map<uint32_t, account> accounts_;
};

// An operation of a race, and when.
struct raced {
    op what;
    uint64_t after = 0;
    bool quiet = false; // let all settle behind it, and look
};

inline std::string play(const shape &s, const std::vector<raced> &ops, size_t *at, uint64_t *taken)
{
    race r(s.config, s.timing, {}, s.memory_ps);
    std::string wrong;
    for (*at = 0; *at < ops.size(); ++*at) {
        wrong = r.step(ops[*at].what, ops[*at].after);
        if (wrong.empty() && ops[*at].quiet)
            wrong = r.quiet();
        if (!wrong.empty())
            break;
    }
    *taken = r.acknowledges;
    return wrong;
}

inline std::vector<raced> shorten(const shape &s, std::vector<raced> ops)
{
    unsigned replays = 600;
    for (size_t piece = ops.size() / 2; piece > 0 && replays > 0;) {
        bool shorter = false;
        for (size_t from = 0; from + piece <= ops.size() && replays > 0; replays--) {
            std::vector<raced> fewer = ops;
            const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(from);
            fewer.erase(first, first + static_cast<std::ptrdiff_t>(piece));
            size_t at = 0;
            uint64_t taken = 0;
            if (play(s, fewer, &at, &taken).empty()) {
                from += piece;
                continue;
            }
            fewer.resize(at + 1);
            ops = fewer;
            shorter = true;
        }
        piece = shorter && piece > 1 ? std::min(piece, ops.size()) / 2 : piece / 2;
    }
    return ops;
}

// One race by seed: empty, or the story of the failure.
inline std::string run_race(uint64_t seed, unsigned rounds, uint64_t *taken)
{
    dice d(seed);
    shape s(d, true);
    s.lpis.clear();
    source operations(d, s);
    operations.racing = true;
    std::vector<raced> ops;
    for (const op &o : operations.boot())
        ops.push_back({o, 100000, false});
    for (unsigned i = 0; i < rounds; i++) {
        const uint64_t pace = d.of<uint64_t>({1, 500, 3000, 9000});
        for (unsigned n = 0; n < 16; n++)
            ops.push_back({operations.next(), d.any(pace), n == 15});
    }
    size_t at = 0;
    uint64_t acknowledges = 0;
    std::string wrong = play(s, ops, &at, &acknowledges);
    *taken += acknowledges;
    if (wrong.empty())
        return "";
    ops.resize(at + 1);
    ops = shorten(s, ops);
    std::string story =
        text("GICTLM_SEED=%llu: ", static_cast<unsigned long long>(seed)) + describe(s) + "\n";
    for (const raced &r : ops)
        story += text("  +%llu ps: ", static_cast<unsigned long long>(r.after)) + describe(r.what) +
                 (r.quiet ? "; settle\n" : "\n");
    return story + play(s, ops, &at, &acknowledges);
}

} // namespace whole

#endif
