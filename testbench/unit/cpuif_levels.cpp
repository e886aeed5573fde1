// SPDX-License-Identifier: Apache-2.0
// A PE that goes from one Exception level and Security state to another: permissions, views and
// lines are those of the state that it is in now, wherever it has been before.
#include <random>

#include "cpuif_rig.hpp"

using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

enum kind { GROUP0, GROUP1, COMMON, DIR, SGI, SRE1, SRE2, EL3, HYPERVISOR };

// One register of each kind, and what a test may do to it.
const struct {
    gic_sysreg reg;
    kind of;
} registers[] = {{GIC_ICC_IGRPEN0_EL1, GROUP0}, {GIC_ICC_HPPIR1_EL1, GROUP1},
                 {GIC_ICC_RPR_EL1, COMMON},     {GIC_ICC_DIR_EL1, DIR},
                 {GIC_ICC_SGI0R_EL1, SGI},      {GIC_ICC_SRE_EL1, SRE1},
                 {GIC_ICC_SRE_EL2, SRE2},       {GIC_ICC_IGRPEN1_EL3, EL3},
                 {GIC_ICC_SRE_EL3, EL3},        {GIC_ICH_VTR_EL2, HYPERVISOR}};

enum : uint32_t { TC = 1u << 10, TALL0 = 1u << 11, TALL1 = 1u << 12, TDIR = 1u << 14 };

gic_pe_state state_of(unsigned n)
{
    gic_pe_state pe = {};
    pe.scr_ns = (n & 1u) != 0;
    pe.scr_irq = (n >> 1 & 1u) != 0;
    pe.scr_fiq = (n >> 2 & 1u) != 0;
    pe.scr_eel2 = (n >> 3 & 1u) != 0;
    pe.hcr_imo = (n >> 4 & 1u) != 0;
    pe.hcr_fmo = (n >> 5 & 1u) != 0;
    pe.hcr_tge = (n >> 6 & 1u) != 0;
    pe.hcr_e2h = (n >> 7 & 1u) != 0;
    return pe;
}

struct controls {
    uint32_t hcr; // ICH_HCR_EL2
    bool sre2;
    bool sre3;
};

// The accessibility pseudocode of IHI 0069, 12.2 for one kind of register, and ID-P01 where there
// are no list registers.
gic_sysreg_result expected(const gic_config &c, kind k, const gic_pe_state &pe, const controls &has)
{
    const bool el2 = c.has_el2 && (!c.has_el3 || pe.scr_ns || pe.scr_eel2);
    const bool imo = el2 && (pe.hcr_tge ? !pe.hcr_e2h : pe.hcr_imo);
    const bool fmo = el2 && (pe.hcr_tge ? !pe.hcr_e2h : pe.hcr_fmo);
    const bool irq = c.has_el3 && pe.scr_irq;
    const bool fiq = c.has_el3 && pe.scr_fiq;
    const bool lists = c.has_el2 && c.list_registers > 0;
    const uint32_t hcr = el2 && lists ? has.hcr : 0;
    bool trap2 = false, to_guest = false, trap3 = false;
    if (pe.el == 0 || (k == EL3 && pe.el != 3) || (k == EL3 && !c.has_el3))
        return GIC_SYSREG_UNDEFINED;
    if (k == HYPERVISOR)
        return pe.el >= 2 && lists ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED;
    if (k == SRE2 && (pe.el == 1 || !el2))
        return GIC_SYSREG_UNDEFINED;
    switch (k) {
    case GROUP0:
        trap2 = (hcr & TALL0) != 0;
        to_guest = fmo;
        trap3 = fiq;
        break;
    case GROUP1:
        trap2 = (hcr & TALL1) != 0;
        to_guest = imo;
        trap3 = irq;
        break;
    case COMMON:
    case DIR:
        trap2 = (hcr & TC) != 0 || (k == DIR && (hcr & TDIR) != 0);
        to_guest = imo || fmo;
        trap3 = irq && fiq;
        break;
    case SGI:
        trap2 = (hcr & TC) != 0 || imo || fmo;
        trap3 = irq && fiq;
        break;
    case SRE1:
        trap2 = el2 && !has.sre2;
        trap3 = c.has_el3 && !has.sre3;
        break;
    case SRE2:
        trap3 = c.has_el3 && !has.sre3;
        break;
    default:
        return GIC_SYSREG_OK;
    }
    if (pe.el == 1 && trap2)
        return GIC_SYSREG_TRAP_EL2;
    if (pe.el == 1 && to_guest)
        return lists ? GIC_SYSREG_OK : GIC_SYSREG_TRAP_EL2;
    return pe.el < 3 && trap3 ? GIC_SYSREG_TRAP_EL3 : GIC_SYSREG_OK;
}

// ICH_HCR_EL2 and ICC_SRE_ELx.Enable as given, as far as there are any.
void set_controls(rig &r, const gic_config &c, const controls &want)
{
    r.state = {};
    r.pe(c.has_el3 ? 3 : c.has_el2 ? 2 : 1, true);
    if (c.has_el2 && c.list_registers > 0)
        r.put(GIC_ICH_HCR_EL2, want.hcr);
    if (c.has_el2)
        r.put(GIC_ICC_SRE_EL2, want.sre2 ? 8 : 0);
    if (c.has_el3)
        r.put(GIC_ICC_SRE_EL3, want.sre3 ? 8 : 0);
}

gic_sysreg_result touch(rig &r, gic_sysreg reg)
{
    uint64_t value = 0;
    return gic_sysreg_readable(reg) ? r.read(reg, &value) : r.write(reg, 0);
}

// The line of an interrupt, by P-22.
gic_line line_of(gic_group group, const gic_pe_state &pe, bool one_state)
{
    const bool secure = pe.el == 3 || !pe.scr_ns;
    switch (one_state && group != GIC_GROUP_0 ? GIC_GROUP_COUNT : group) {
    case GIC_GROUP_0:
        return GIC_LINE_FIQ;
    case GIC_GROUP_1NS:
        return secure ? GIC_LINE_FIQ : GIC_LINE_IRQ;
    case GIC_GROUP_1S:
        return !secure || (pe.el == 3 && !pe.aarch32) ? GIC_LINE_FIQ : GIC_LINE_IRQ;
    default:
        return GIC_LINE_IRQ;
    }
}

} // namespace

TEST(CpuifLevels, EveryAccessFollowsTheManualWithWhateverLevelsThereAre)
{
    static const controls all[] = {{0, true, true},     {TC, true, true},   {TALL0, true, true},
                                   {TALL1, true, true}, {TDIR, true, true}, {0, false, false},
                                   {0, true, false},    {0, false, true}};
    for (unsigned shape = 0; shape < 6; shape++) {
        gic_config config = gic_config_default();
        config.has_el3 = shape < 3;
        config.has_el2 = shape % 3 != 0;
        config.list_registers = shape % 3 == 1 ? 4 : 0;
        rig r(config);
        const unsigned highest = config.has_el3 ? 3 : config.has_el2 ? 2 : 1;
        for (const controls &now : all) {
            set_controls(r, config, now);
            for (unsigned n = 0; n < 256; n++) {
                const unsigned orders[] = {n % 4, (n + 1) % 4, (n + 2) % 4, (n + 3) % 4, n % 4};
                r.forget();
                for (unsigned level : orders) {
                    if (level > highest)
                        continue;
                    r.state = state_of(n);
                    r.state.el = static_cast<uint8_t>(level);
                    r.push();
                    for (const auto &each : registers) {
                        if (each.of == SRE2 && !config.has_el2)
                            continue;
                        ASSERT_EQ(touch(r, each.reg), expected(config, each.of, r.state, now))
                            << gic_sysreg_name(each.reg) << " at EL" << level << " in state " << n
                            << " shape " << shape << " ICH_HCR " << now.hcr;
                    }
                }
            }
        }
    }
}

// Whatever was known of a level before something else changed is forgotten.
TEST(CpuifLevels, LinesFollowEachChange)
{
    for (const bool ds : {false, true})
        for (unsigned group = 0; group < GIC_GROUP_COUNT; group++) {
            rig r(secure_config());
            std::mt19937 random(17 + group);
            r.wake(ds);
            r.open_all();
            r.set(40, 0x80, static_cast<gic_group>(group));
            for (unsigned step = 0; step < 1500; step++) {
                const auto draw = static_cast<unsigned>(random());
                if (draw % 3 == 0) {
                    r.state.scr_ns = (draw >> 8 & 1u) != 0;
                    r.state.aarch32 = (draw >> 9 & 1u) != 0;
                }
                r.state.el = draw >> 16 & 3u;
                r.push();
                const gic_line line = line_of(static_cast<gic_group>(group), r.state, ds);
                ASSERT_EQ(r.lines, 1u << line)
                    << "group " << group << " at EL" << int(r.state.el) << " step " << step;
            }
        }
}

// Views of the priorities, banks, and EOImode of the level that writes.
TEST(CpuifLevels, ViewsFollowEachChange)
{
    rig r(secure_config());
    std::mt19937 random(5);
    r.pe(3, true);
    r.put(GIC_ICC_PMR_EL1, 0xC0);
    r.put(GIC_ICC_IGRPEN1_EL3, 2);              // Secure only
    r.put(GIC_ICC_CTLR_EL3, 1u << 2 | 1u << 4); // EOImode at EL3 and in Non-secure state
    for (unsigned step = 0; step < 2000; step++) {
        const auto draw = static_cast<unsigned>(random());
        if (draw % 3 == 0) {
            r.state.scr_ns = (draw >> 8 & 1u) != 0;
            r.state.scr_fiq = (draw >> 9 & 1u) != 0;
        }
        r.state.el = 1 + (draw >> 16) % 3u;
        r.state.scr_eel2 = true;
        r.push();
        SCOPED_TRACE("EL" + std::to_string(r.state.el) + (r.state.scr_ns ? " NS" : " S"));
        const bool secure = r.state.el == 3 || !r.state.scr_ns;
        ASSERT_EQ(r.get(GIC_ICC_PMR_EL1), !secure && r.state.scr_fiq ? 0x80u : 0xC0u);
        ASSERT_EQ(r.get(GIC_ICC_IGRPEN1_EL1), r.state.scr_ns ? 0u : 1u);
        const unsigned refused = r.events_of(GIC_EV_BAD_DIR);
        r.put(GIC_ICC_DIR_EL1, 40);
        const bool splits = r.state.el == 3 || r.state.scr_ns;
        ASSERT_EQ(r.events_of(GIC_EV_BAD_DIR) - refused, splits ? 0u : 1u);
    }
}

// SCTLR_ELx.NMI of the level that reads decides whether ICC_IAR1 takes an NMI.
TEST(CpuifLevels, EachLevelTellsNmisApartForItself)
{
    gic_config config = gic_config_default();
    config.nmi = true;
    rig r(config);
    r.pe(3, true);
    r.open_all();
    for (unsigned level = 1; level <= 3; level++)
        for (unsigned bits = 0; bits < 16; bits++) {
            r.receive(GIC_MSG_SET, 40, 0, GIC_GROUP_1NS, GIC_IS_NMI);
            r.state.sctlr_nmi = static_cast<uint8_t>(bits);
            r.pe(level, true);
            if ((bits >> level & 1u) != 0) {
                EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), GIC_INTID_NMI) << bits;
                EXPECT_EQ(r.get(GIC_ICC_NMIAR1_EL1), 40u) << bits;
            } else {
                EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u) << bits;
            }
            r.put(GIC_ICC_EOIR1_EL1, 40);
        }
}

// Without EL3 the PE says in which Security state it is; an SGI tells the Redistributor.
TEST(CpuifLevels, WithoutEl3SgisSayTheSecurityStateOfThePe)
{
    for (const bool el3 : {false, true})
        for (const bool ns : {false, true}) {
            gic_config config = gic_config_default();
            config.has_el3 = el3;
            rig r(config);
            r.pe(1, ns);
            r.put(GIC_ICC_SGI0R_EL1, 1);
            ASSERT_EQ(r.sent.size(), 1u);
            EXPECT_EQ(gic_sgi_unpack(r.sent[0].arg).nonsecure, ns);
        }
}

// ID-P17: before it has heard of GICD_CTLR.DS, a CPU interface goes by the configuration.
TEST(CpuifLevels, BeforeItIsAwakeTheConfigurationSaysHowManySecurityStates)
{
    for (const bool two : {false, true}) {
        gic_config config = gic_config_default();
        config.two_security_states = two;
        rig r(config, false);
        r.pe(1, true);
        r.put(GIC_ICC_CTLR_EL1, 1); // CBPR is EL3's with two
        EXPECT_EQ(r.get(GIC_ICC_CTLR_EL1) & 1, two ? 0u : 1u);
        r.put(GIC_ICC_AP1R0_EL1, 1); // of the Secure half with two
        EXPECT_EQ(r.get(GIC_ICC_AP1R0_EL1), two ? 0u : 1u);
        r.set(40, 0x80, GIC_GROUP_1NS);
        EXPECT_EQ(r.count(GIC_MSG_RELEASE), 1u) << "it takes nothing";
    }
}
