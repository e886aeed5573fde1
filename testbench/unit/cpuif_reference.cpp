// SPDX-License-Identifier: Apache-2.0
// Random operations on the CPU interface and on the slow reference: registers and lines agree after
// each one, for every number of priority bits, one and two Security states.
#include "cpuif_rig.hpp"

#include <random>

#include "ref_cpuif.h"

using cpuif_rig::rig;

namespace
{

struct shape {
    bool two_states;
    bool el3;
    bool ds; // two states, then software sets GICD_CTLR.DS
    unsigned priority_bits;
    unsigned preemption_bits;
};

gic_config config_of(const shape &s)
{
    gic_config config = cpuif_rig::secure_config(s.priority_bits, s.preemption_bits);
    config.two_security_states = s.two_states;
    config.has_el3 = s.el3;
    config.has_el2 = s.el3;
    return config;
}

class pair
{
public:
    pair(const shape &s, unsigned seed) : shape_(s), config_(config_of(s)), r(config_), random(seed)
    {
        ref_cpuif_reset(&ref, &config_);
        if (s.ds) {
            r.wake(true);
            ref.one_state = true;
        }
        new_pe_state();
    }

    void step()
    {
        switch (draw(14)) {
        case 0:
            new_pe_state();
            break;
        case 1:
        case 2:
        case 3:
            new_interrupt();
            break;
        case 4:
        case 5:
            acknowledge(static_cast<int>(draw(2)));
            break;
        case 6:
        case 7:
            end(static_cast<int>(draw(2)));
            break;
        case 8:
            write_pmr();
            break;
        case 9:
            write_bpr(static_cast<int>(draw(2)));
            break;
        case 10:
            write_enables();
            break;
        case 11:
            write_ctlr();
            break;
        case 12:
            withdraw();
            break;
        default:
            nudge_enables();
            break;
        }
        // What a disabled group holds has been given back.
        if (ref.pending && r.count(GIC_MSG_RELEASE) > 0)
            ref.pending = false;
        r.sent.clear();
    }

    void compare()
    {
        ref_line line = ref_cpuif_line(&ref);
        ASSERT_EQ(r.line(GIC_LINE_IRQ), line == REF_IRQ);
        ASSERT_EQ(r.line(GIC_LINE_FIQ), line == REF_FIQ);
        same(GIC_ICC_HPPIR0_EL1, ref_cpuif_hppir(&ref, 0));
        same(GIC_ICC_HPPIR1_EL1, ref_cpuif_hppir(&ref, 1));
        same(GIC_ICC_RPR_EL1, ref_cpuif_rpr(&ref));
        same(GIC_ICC_PMR_EL1, ref_cpuif_pmr(&ref));
        same(GIC_ICC_BPR0_EL1, ref_cpuif_bpr0(&ref));
        same(GIC_ICC_BPR1_EL1, ref_cpuif_bpr1(&ref));
        same(GIC_ICC_IGRPEN1_EL1, ref_cpuif_igrpen1(&ref));
        signalled += line != REF_NO_LINE ? 1u : 0u;
    }

    unsigned signalled = 0;
    unsigned acknowledged = 0;
    unsigned preempted = 0;

private:
    unsigned draw(unsigned n)
    {
        return static_cast<unsigned>(random() % n);
    }

    bool flip()
    {
        return draw(2) != 0;
    }

    // A read, where the PE may read: traps have their own test.
    void same(gic_sysreg reg, int expected)
    {
        uint64_t value = 0;
        if (r.read(reg, &value) == GIC_SYSREG_OK) {
            ASSERT_EQ(value, static_cast<uint64_t>(expected)) << gic_sysreg_name(reg);
        }
    }

    void new_pe_state()
    {
        gic_pe_state pe = {};
        pe.el = static_cast<uint8_t>(shape_.el3 ? 1 + draw(3) : 1);
        pe.scr_ns = !shape_.el3 || flip();
        pe.scr_fiq = shape_.el3 && draw(4) == 0;
        pe.scr_irq = false;
        pe.scr_eel2 = true;
        pe.aarch32 = draw(8) == 0;
        ref.pe = pe;
        r.state = pe;
        r.push();
    }

    void new_interrupt()
    {
        unsigned step = 256u >> shape_.priority_bits;
        ref.pending = true;
        ref.pending_intid = static_cast<int>(32 + draw(60));
        ref.pending_priority = static_cast<int>(draw(256u / step) * step);
        ref.pending_group = static_cast<gic_group>(draw(3));
        if (ref.one_state && ref.pending_group == GIC_GROUP_1S)
            ref.pending_group = GIC_GROUP_1NS;
        r.set(static_cast<uint32_t>(ref.pending_intid), static_cast<uint8_t>(ref.pending_priority),
              ref.pending_group);
        // One of a disabled group went back at once.
        if (!is_enabled(ref.pending_group))
            ref.pending = false;
        r.sent.clear();
    }

    bool is_enabled(gic_group group) const
    {
        return group == GIC_GROUP_0    ? ref.enable_0
               : group == GIC_GROUP_1S ? ref.enable_1s
                                       : ref.enable_1ns;
    }

    void acknowledge(int n)
    {
        uint64_t value = 0;
        bool nested = ref_cpuif_rpr(&ref) != 255;
        if (r.read(n == 0 ? GIC_ICC_IAR0_EL1 : GIC_ICC_IAR1_EL1, &value) != GIC_SYSREG_OK)
            return;
        int expected = ref_cpuif_iar(&ref, n);
        ASSERT_EQ(value, static_cast<uint64_t>(expected));
        if (expected < 1020) {
            acknowledged++;
            preempted += nested ? 1u : 0u;
        }
        ASSERT_EQ(r.count(GIC_MSG_ACTIVATE), expected < 1020 ? 1u : 0u);
    }

    void end(int n)
    {
        if (r.write(n == 0 ? GIC_ICC_EOIR0_EL1 : GIC_ICC_EOIR1_EL1, 40) != GIC_SYSREG_OK)
            return;
        bool dropped = ref_cpuif_eoir(&ref, n);
        ASSERT_EQ(r.count(GIC_MSG_DEACTIVATE), dropped && !ref_cpuif_eoimode(&ref) ? 1u : 0u);
    }

    void write_pmr()
    {
        int value = flip() ? 255 : static_cast<int>(draw(256));
        if (r.write(GIC_ICC_PMR_EL1, static_cast<uint64_t>(value)) == GIC_SYSREG_OK)
            ref_cpuif_write_pmr(&ref, value);
    }

    void write_bpr(int n)
    {
        int value = static_cast<int>(draw(8));
        gic_sysreg reg = n == 0 ? GIC_ICC_BPR0_EL1 : GIC_ICC_BPR1_EL1;
        if (r.write(reg, static_cast<uint64_t>(value)) != GIC_SYSREG_OK)
            return;
        if (n == 0)
            ref_cpuif_write_bpr0(&ref, value);
        else
            ref_cpuif_write_bpr1(&ref, value);
    }

    void write_enables()
    {
        bool enable = draw(4) != 0;
        if (flip()) {
            if (r.write(GIC_ICC_IGRPEN0_EL1, enable) == GIC_SYSREG_OK)
                ref.enable_0 = enable;
        } else if (r.write(GIC_ICC_IGRPEN1_EL1, enable) == GIC_SYSREG_OK) {
            ref_cpuif_write_igrpen1(&ref, enable);
        }
    }

    // EL3's register, which reaches both banks.
    void nudge_enables()
    {
        unsigned value = draw(4);
        if (r.write(GIC_ICC_IGRPEN1_EL3, value) == GIC_SYSREG_OK) {
            ref.enable_1ns = (value & 1u) != 0;
            ref.enable_1s = (value & 2u) != 0;
        }
    }

    void write_ctlr()
    {
        unsigned value = draw(32);
        if (r.state.el == 3 && flip()) {
            r.put(GIC_ICC_CTLR_EL3, value);
            ref.cbpr_s = (value & 1u) != 0;
            ref.cbpr_ns = (value & 2u) != 0;
            ref.eoimode_el3 = (value & 4u) != 0;
            ref.eoimode_s = (value & 8u) != 0;
            ref.eoimode_ns = (value & 16u) != 0;
        } else if (r.write(GIC_ICC_CTLR_EL1, value & 3u) == GIC_SYSREG_OK) {
            ref_cpuif_write_ctlr_el1(&ref, (value & 1u) != 0, (value & 2u) != 0);
        }
    }

    void withdraw()
    {
        r.receive(GIC_MSG_CLEAR, static_cast<uint32_t>(ref.pending_intid));
        ref.pending = false;
        r.sent.clear();
    }

    shape shape_;
    gic_config config_;
    rig r;
    ref_cpuif ref = {};
    std::mt19937 random;
};

void run(const shape &s, unsigned seed, unsigned steps)
{
    pair p(s, seed);
    for (unsigned i = 0; i < steps; i++) {
        p.step();
        p.compare();
        if (::testing::Test::HasFatalFailure()) {
            ADD_FAILURE() << "seed " << seed << " step " << i << " bits " << s.priority_bits << "/"
                          << s.preemption_bits << " states " << (s.two_states ? 2 : 1);
            return;
        }
    }
    // The walk has seen what it is for.
    EXPECT_GT(p.acknowledged, steps / 200);
    EXPECT_GT(p.preempted, 0u);
    EXPECT_GT(p.signalled, steps / 50);
}

} // namespace

TEST(CpuifReference, RandomStatesAgreeWithTwoSecurityStates)
{
    for (unsigned bits = 5; bits <= 8; bits++)
        run({true, true, false, bits, bits < 7 ? bits : 7}, 100 + bits, 20000);
}

TEST(CpuifReference, RandomStatesAgreeWithDS)
{
    for (unsigned bits = 5; bits <= 8; bits++)
        run({true, true, true, bits, bits < 7 ? bits : 7}, 200 + bits, 20000);
}

TEST(CpuifReference, RandomStatesAgreeWithOneSecurityState)
{
    for (unsigned bits = 5; bits <= 8; bits++) {
        run({false, false, false, bits, bits < 7 ? bits : 7}, 300 + bits, 20000);
        run({false, true, false, bits, 5}, 400 + bits, 20000);
    }
}
