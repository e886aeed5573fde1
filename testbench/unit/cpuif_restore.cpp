// SPDX-License-Identifier: Apache-2.0
// A CPU interface and its twin: the same things are done to both, and now and then the twin starts
// from what the first one saved. Nothing that software, the Redistributor or a line can tell apart
// may differ, in no configuration.
#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "cpuif_rig.hpp"

using cpuif_rig::rig;

namespace
{

constexpr unsigned STEPS = 1000;

class twins
{
public:
    twins(const gic_config &config, unsigned seed)
        : a(config), b(std::make_unique<rig>(config)), config_(config), dice_(seed)
    {
    }

    void go()
    {
        for (unsigned n = 0; n < STEPS && !testing::Test::HasFatalFailure(); n++) {
            if (n % 12 == 11)
                restore();
            if (config_.gicv2)
                step_v2();
            else
                step_v3();
            same();
        }
    }

    unsigned acknowledged = 0;
    unsigned driven = 0;
    rig a;
    std::unique_ptr<rig> b;

private:
    unsigned any(unsigned count)
    {
        return static_cast<unsigned>(dice_() % count);
    }
    uint64_t value()
    {
        const uint64_t word = uint64_t(dice_()) << 32 | dice_();
        switch (any(5)) {
        case 0:
            return 0;
        case 1:
            return ~UINT64_C(0);
        case 2:
            return UINT64_C(1) << any(64);
        default:
            return word & (uint64_t(dice_()) << 32 | dice_());
        }
    }

    void restore()
    {
        const std::vector<unsigned char> file = a.saved();
        b = std::make_unique<rig>(config_); // knows nothing but what it is told
        b->state = a.state;
        b->lines = a.lines;
        b->answer = a.answer;
        ASSERT_TRUE(cpuif_load(b->c, file.data(), file.size()));
        ASSERT_EQ(b->saved(), file);
    }

    void same()
    {
        ASSERT_EQ(a.reported.size(), b->reported.size());
        for (size_t n = 0; n < a.reported.size(); n++) {
            ASSERT_EQ(a.reported[n].id, b->reported[n].id);
            ASSERT_EQ(a.reported[n].intid, b->reported[n].intid);
            ASSERT_EQ(a.reported[n].arg, b->reported[n].arg);
            acknowledged += a.reported[n].id == GIC_EV_ACKNOWLEDGED ||
                            a.reported[n].id == GIC_EV_VIRTUAL_ACKNOWLEDGED;
        }
        ASSERT_EQ(a.driven.size(), b->driven.size());
        driven += static_cast<unsigned>(a.driven.size());
        ASSERT_EQ(a.lines, b->lines);
        ASSERT_EQ(a.sent.size(), b->sent.size());
        for (size_t n = 0; n < a.sent.size(); n++)
            ASSERT_EQ(std::memcmp(&a.sent[n], &b->sent[n], sizeof(gic_msg)), 0);
        for (rig *r : {&a, b.get()}) {
            r->forget();
            r->sent.clear();
        }
    }

    void receive(gic_msg_kind kind, uint32_t intid = 0, uint8_t priority = 0,
                 gic_group group = GIC_GROUP_0, uint8_t flags = 0)
    {
        a.receive(kind, intid, priority, group, flags);
        b->receive(kind, intid, priority, group, flags);
    }

    void redistributor()
    {
        switch (any(8)) {
        case 0:
            receive(GIC_MSG_CLEAR, 32 + any(3));
            break;
        case 1:
            if (config_.gicv2)
                break;
            receive(GIC_MSG_QUIESCE);
            receive(GIC_MSG_DOWNSTREAM_CONTROL, 0, 0, GIC_GROUP_0, any(4) == 0 ? GIC_CTL_DS : 0);
            break;
        case 2: // answers come later, or at once
            a.answer = b->answer = a.answer || a_is_idle();
            break;
        default: {
            const bool nmi = config_.nmi && any(3) == 0;
            const gic_group group = config_.gicv2 ? (any(2) != 0 ? GIC_GROUP_0 : GIC_GROUP_1NS)
                                                  : static_cast<gic_group>(any(3));
            receive(GIC_MSG_SET, 32 + any(3), nmi ? (any(2) != 0 ? 0 : 0x80) : any(256) & 0xF8,
                    group, nmi ? GIC_IS_NMI : 0);
        }
        }
    }
    bool a_is_idle() const
    {
        return !cpuif_upstream_pending(a.c);
    }

    void pe_state()
    {
        gic_pe_state pe = a.state;
        if (any(2) != 0) {
            pe.scr_ns = any(2) != 0;
            pe.scr_eel2 = any(2) != 0;
            pe.scr_fiq = any(4) == 0;
            pe.hcr_imo = any(2) != 0;
            pe.hcr_fmo = any(2) != 0;
            pe.aarch32 = any(4) == 0;
            pe.sctlr_nmi = static_cast<uint8_t>(any(16));
        }
        pe.el = static_cast<uint8_t>(any(6) == 0 ? 0 : 1 + any(3));
        for (rig *r : {&a, b.get()}) {
            r->state = pe;
            r->push();
        }
    }

    // Values that let interrupts through, more often than not.
    uint64_t value_of(const std::string &name)
    {
        if (name.find("_AP") != std::string::npos)
            return any(6) == 0 ? value() : 0; // software clears them, most often
        if (any(4) == 0)
            return value();
        if (name.find("IGRPEN") != std::string::npos)
            return 3;
        if (name.find("PMR") != std::string::npos)
            return 0xFF - any(4) * 0x20;
        if (name == "ICH_HCR_EL2")
            return 1 | (value() & 0xF80000FE);
        if (name == "ICH_VMCR_EL2")
            return 0xFF000003 | (value() & 0xFFFFFF);
        if (name.rfind("ICH_LR", 0) == 0)
            return uint64_t(1 + any(3)) << 62 | uint64_t(any(8)) << 59 | uint64_t(any(256)) << 48 |
                   uint64_t(14 + any(30)) << 32 | (32 + any(6));
        return name.find("EOIR") != std::string::npos || name.find("DIR") != std::string::npos
                   ? 32 + any(6)
                   : value();
    }

    void step_v3()
    {
        if (any(3) == 0) {
            redistributor();
            return;
        }
        if (any(4) == 0)
            pe_state();
        static const gic_sysreg often[] = {
            GIC_ICC_IAR0_EL1,  GIC_ICC_IAR1_EL1,    GIC_ICC_EOIR0_EL1,   GIC_ICC_EOIR1_EL1,
            GIC_ICC_PMR_EL1,   GIC_ICC_IGRPEN0_EL1, GIC_ICC_IGRPEN1_EL1, GIC_ICC_AP0R0_EL1,
            GIC_ICC_AP1R0_EL1, GIC_ICH_LR0_EL2,     GIC_ICH_LR1_EL2,     GIC_ICC_NMIAR1_EL1};
        const auto reg = any(3) != 0 ? often[any(GIC_COUNT_OF(often))]
                                     : static_cast<gic_sysreg>(any(GIC_SYSREG_COUNT));
        if (gic_sysreg_writable(reg) && any(3) != 0) {
            const uint64_t word = value_of(gic_sysreg_name(reg));
            ASSERT_EQ(a.write(reg, word), b->write(reg, word)) << gic_sysreg_name(reg);
            return;
        }
        uint64_t of_a = 0, of_b = 0;
        ASSERT_EQ(a.read(reg, &of_a), b->read(reg, &of_b)) << gic_sysreg_name(reg);
        ASSERT_EQ(of_a, of_b) << gic_sysreg_name(reg);
        gic_explanation e = {}, f = {};
        e.intid = f.intid = 32 + any(6);
        cpuif_explain(a.c, &e);
        cpuif_explain(b->c, &f);
        cpuif_explain_virtual(a.c, &e);
        cpuif_explain_virtual(b->c, &f);
        for (unsigned gate = 0; gate < GIC_GATE_COUNT; gate++) {
            ASSERT_EQ(e.gate[gate].open, f.gate[gate].open) << gate;
            ASSERT_EQ(e.gate[gate].value, f.gate[gate].value) << gate;
        }
    }

    void step_v2()
    {
        const unsigned what = any(6);
        if (what == 0 || what == 5) {
            redistributor();
            return;
        }
        if (what == 1) {
            const auto line = static_cast<gic_line>(any(2));
            const bool level = any(2) != 0;
            a.legacy(line, level);
            b->legacy(line, level);
            return;
        }
        const cpuif_frame_kind kinds[] = {CPUIF_GICC, CPUIF_GICC, CPUIF_GICH, CPUIF_GICV};
        const cpuif_frame_kind kind = kinds[any(4)];
        const gic_frame *frame = cpuif_frame(a.c, kind);
        const gic_reg_row *chosen = &frame->row[any(frame->row_count)];
        if (any(3) != 0) // what acknowledges and ends
            chosen = gic_frame_find(frame, kind == CPUIF_GICH ? 0x100 : any(2) != 0 ? 0x0C : 0x10);
        const gic_reg_row &row = *chosen;
        const std::string name = std::string(row.name).substr(5);
        const uint32_t at = row.offset + 4 * any(name == "LR" ? 4 : row.span / 4u);
        const bool secure = any(3) != 0;
        if ((row.flags & GIC_REG_RO) == 0 && any(3) != 0) {
            uint64_t word = value();
            if (any(3) != 0 && name == "CTLR")
                word |= 3;
            else if (any(2) != 0 && name == "PMR")
                word = 0xFF;
            else if (any(6) != 0 && name.find("APR") != std::string::npos)
                word = 0;
            else if (any(2) != 0 && name.find("EOIR") != std::string::npos)
                word = 32 + any(6);
            else if (name == "LR")
                word = uint64_t(1 + any(3)) << 28 | uint64_t(any(2)) << 30 |
                       uint64_t(any(31)) << 23 | (32 + any(6));
            a.frame_write(kind, at, word, secure);
            b->frame_write(kind, at, word, secure);
        } else if ((row.flags & GIC_REG_WO) == 0) {
            ASSERT_EQ(a.frame(kind, at, secure), b->frame(kind, at, secure)) << row.name;
        }
    }

    gic_config config_;
    std::mt19937 dice_;
};

} // namespace

TEST(CpuifTwins, OneThatWasRestoredGoesOnAsTheOther)
{
    unsigned acknowledged = 0, driven = 0;
    for (unsigned n = 0; n < 24; n++) {
        static const unsigned bits[] = {5, 6, 7, 8};
        gic_config config = gic_config_default();
        config.two_security_states = n % 2 == 0;
        config.has_el3 = n % 3 != 1 || config.two_security_states;
        config.priority_bits = static_cast<uint8_t>(bits[n % 4]);
        config.preemption_bits = static_cast<uint8_t>(std::min(7u, bits[n % 4]));
        config.virtual_priority_bits = static_cast<uint8_t>(bits[(n + n / 4) % 4]);
        config.virtual_preemption_bits = static_cast<uint8_t>(std::min(7u, bits[(n + n / 4) % 4]));
        config.list_registers = static_cast<uint8_t>(n % 5 == 4 ? 16 : n % 5);
        config.nmi = n % 3 == 0;
        SCOPED_TRACE("configuration " + std::to_string(n));
        twins t(config, 1000 + n);
        t.go();
        acknowledged += t.acknowledged;
        driven += t.driven;
    }
    EXPECT_GT(acknowledged, 100u);
    EXPECT_GT(driven, 1000u);
}

TEST(CpuifTwins, AGicv2ThatWasRestoredGoesOnAsTheOther)
{
    unsigned acknowledged = 0, driven = 0;
    for (unsigned n = 0; n < 12; n++) {
        gic_config config = gic_config_default();
        config.gicv2 = true;
        config.two_security_states = n % 2 == 0;
        config.has_el3 = config.two_security_states;
        config.priority_bits = static_cast<uint8_t>(5 + n % 4);
        config.preemption_bits = static_cast<uint8_t>(std::min(7u, 5 + n % 4));
        config.list_registers = static_cast<uint8_t>(n % 3 == 2 ? 16 : 4);
        SCOPED_TRACE("configuration " + std::to_string(n));
        twins t(config, 2000 + n);
        t.go();
        acknowledged += t.acknowledged;
        driven += t.driven;
    }
    EXPECT_GT(acknowledged, 50u);
    EXPECT_GT(driven, 500u);
}

// What is held, what is unanswered and what has been told upstream are part of the state.
TEST(CpuifTwins, WhatIsUnderWayIsRestored)
{
    gic_config config = cpuif_rig::secure_config();
    config.nmi = true;
    rig a(config), b(config);
    a.open_all();
    a.pe(3, true);
    a.answer = false;
    a.receive(GIC_MSG_SET, 40, 0, GIC_GROUP_1NS, GIC_IS_NMI);
    EXPECT_EQ(a.get(GIC_ICC_NMIAR1_EL1), 40u);
    a.put(GIC_ICC_SGI1R_EL1, 1);
    a.put(GIC_ICC_EOIR1_EL1, 40);
    a.put(GIC_ICC_PMR_EL1, 0xF8);
    a.put(GIC_ICC_CTLR_EL3, 1u << 6);
    a.put(GIC_ICC_IGRPEN1_EL3, 1);
    a.set(41, 0x80, GIC_GROUP_1NS);
    const std::vector<unsigned char> file = a.saved();
    b.answer = false;
    ASSERT_TRUE(cpuif_load(b.c, file.data(), file.size()));
    EXPECT_EQ(b.saved(), file);
    EXPECT_TRUE(cpuif_upstream_pending(b.c));
    const gic_msg_kind answers[] = {GIC_MSG_ACTIVATE_ACK, GIC_MSG_GENERATE_SGI_ACK,
                                    GIC_MSG_DEACTIVATE_ACK, GIC_MSG_UPSTREAM_CONTROL_ACK};
    for (gic_msg_kind kind : answers) {
        EXPECT_TRUE(cpuif_upstream_pending(b.c)) << gic_msg_name(kind);
        b.receive(kind);
    }
    ASSERT_EQ(b.sent.size(), 1u) << "the groups that changed meanwhile";
    EXPECT_EQ(b.sent[0].kind, GIC_MSG_UPSTREAM_CONTROL);
    EXPECT_EQ(b.sent[0].group, gic_group_bit(GIC_GROUP_0) | gic_group_bit(GIC_GROUP_1NS));
    EXPECT_EQ(b.sent[0].priority, 0xF8);
    b.receive(GIC_MSG_UPSTREAM_CONTROL_ACK);
    EXPECT_FALSE(cpuif_upstream_pending(b.c));
    b.pe(3, true);
    EXPECT_EQ(b.get(GIC_ICC_HPPIR1_EL1), 41u);
    EXPECT_EQ(b.get(GIC_ICC_IAR1_EL1), 41u);
}

// A file that is refused leaves everything as it was, what follows from the state too.
TEST(CpuifTwins, WhatIsRefusedChangesNothing)
{
    rig r(cpuif_rig::secure_config());
    rig other(cpuif_rig::secure_config(6, 6));
    r.open_all();
    r.state.hcr_imo = true;
    r.pe(2, true);
    r.put(GIC_ICH_VMCR_EL2, 0xF8000002);
    r.put(GIC_ICH_LR3_EL2, UINT64_C(5) << 60 | UINT64_C(0x80) << 48 | 40);
    r.put(GIC_ICH_HCR_EL2, 1);
    r.set(40, 0x80, GIC_GROUP_1NS);
    const std::vector<unsigned char> before = r.saved();
    const unsigned lines = r.lines;
    EXPECT_EQ(lines, 1u << GIC_LINE_IRQ | 1u << GIC_LINE_VIRQ);
    const std::vector<unsigned char> file = other.saved();
    EXPECT_FALSE(cpuif_load(r.c, file.data(), file.size()));
    std::vector<unsigned char> cut = before;
    EXPECT_FALSE(cpuif_load(r.c, cut.data(), cut.size() - 1));
    cut.back() ^= 1;
    EXPECT_FALSE(cpuif_load(r.c, cut.data(), cut.size()));
    EXPECT_EQ(r.saved(), before);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
    r.pe(1, true);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
    EXPECT_EQ(r.lines, 0u);
}

// A state fits its own shape: one attribute that differs is enough, in either direction, and even
// though every value in it would be legal there.
TEST(CpuifTwins, AStateFitsNoOtherShape)
{
    using change = void (*)(gic_config &);
    static const struct {
        const char *what;
        change make;
    } changes[] = {
        {"priority bits", [](gic_config &c) { c.priority_bits = 7; }},
        {"pre-emption bits", [](gic_config &c) { c.preemption_bits = 5; }},
        {"Security states", [](gic_config &c) { c.two_security_states = true; }},
        {"EL2", [](gic_config &c) { c.has_el2 = false; }},
        {"EL3", [](gic_config &c) { c.has_el3 = false; }},
        {"list registers", [](gic_config &c) { c.list_registers = 5; }},
        {"virtual priority bits", [](gic_config &c) { c.virtual_priority_bits = 7; }},
        {"virtual pre-emption bits", [](gic_config &c) { c.virtual_preemption_bits = 5; }},
        {"INTID bits", [](gic_config &c) { c.lpi_bits = 17; }},
        {"NMIs", [](gic_config &c) { c.nmi = true; }},
    };
    gic_config base = gic_config_default();
    base.priority_bits = base.virtual_priority_bits = 8;
    base.preemption_bits = base.virtual_preemption_bits = 6;
    rig mine(base);
    for (const auto &each : changes) {
        SCOPED_TRACE(each.what);
        gic_config config = base;
        each.make(config);
        rig other(config);
        const std::vector<unsigned char> of_mine = mine.saved(), of_other = other.saved();
        EXPECT_EQ(of_mine.size(), of_other.size());
        EXPECT_FALSE(cpuif_load(mine.c, of_other.data(), of_other.size()));
        EXPECT_FALSE(cpuif_load(other.c, of_mine.data(), of_mine.size()));
        EXPECT_TRUE(cpuif_load(other.c, of_other.data(), of_other.size()));
    }
    base.pe_count = 2;
    rig second(base, true, 1);
    const std::vector<unsigned char> of_mine = mine.saved();
    EXPECT_FALSE(cpuif_load(second.c, of_mine.data(), of_mine.size())) << "another PE";
}

// Before the PE says where it is: the highest level, in Secure state where there is EL3.
TEST(CpuifTwins, AResetPutsThePeAtItsHighestLevel)
{
    rig r(cpuif_rig::secure_config());
    r.state.aarch32 = r.state.scr_irq = r.state.scr_fiq = r.state.hcr_imo = true;
    r.state.hcr_tge = r.state.scr_eel2 = true;
    r.pe(1, true);
    r.reset();
    r.put(GIC_ICC_IGRPEN1_EL3, 2);
    EXPECT_EQ(r.get(GIC_ICC_IGRPEN1_EL1), 1u) << "the Secure bank";
    r.put(GIC_ICC_PMR_EL1, 0xF8);
    r.set(40, 0x80, GIC_GROUP_1S);
    EXPECT_TRUE(r.line(GIC_LINE_FIQ)) << "at EL3, AArch64";
    r.put(GIC_ICC_SGI1R_EL1, 1);
    EXPECT_FALSE(gic_sgi_unpack(r.sent.back().arg).nonsecure);
    for (const bool el2 : {false, true}) {
        gic_config config = cpuif_rig::plain_config();
        config.has_el2 = el2;
        rig one(config);
        one.state.hcr_imo = one.state.hcr_fmo = true;
        one.pe(0, false);
        one.reset();
        one.put(GIC_ICC_SGI1R_EL1, 1);
        EXPECT_TRUE(gic_sgi_unpack(one.sent.back().arg).nonsecure);
        uint64_t value = 0;
        EXPECT_EQ(one.read(GIC_ICH_VTR_EL2, &value), el2 ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED);
        EXPECT_EQ(one.read(GIC_ICC_CTLR_EL3, &value), GIC_SYSREG_UNDEFINED);
    }
}
