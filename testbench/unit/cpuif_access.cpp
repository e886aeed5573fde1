// SPDX-License-Identifier: Apache-2.0
// Who may access the CPU interface's system registers, what is UNDEFINED, what is trapped where.
#include "cpuif_rig.hpp"

using cpuif_rig::plain_config;
using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

enum kind { GROUP0, GROUP1, COMMON, SGI, SRE1, SRE2, EL3, HYPERVISOR, ABSENT };

// The kinds of register by the manual's pseudocode, by name and not by the kernel's rows.
kind kind_of(unsigned reg)
{
    const std::string name = gic_sysreg_name(static_cast<gic_sysreg>(reg));
    if (name == "ICC_NMIAR1_EL1")
        return ABSENT;
    if (name.rfind("ICH_", 0) == 0)
        return HYPERVISOR;
    if (name == "ICC_SRE_EL1")
        return SRE1;
    if (name == "ICC_SRE_EL2")
        return SRE2;
    if (name.size() > 4 && name.substr(name.size() - 4) == "_EL3")
        return EL3;
    if (name.find("SGI") != std::string::npos)
        return SGI;
    for (const char *group0 : {"IAR0", "EOIR0", "HPPIR0", "BPR0", "AP0R", "IGRPEN0"})
        if (name.find(group0) != std::string::npos)
            return GROUP0;
    for (const char *group1 : {"IAR1", "EOIR1", "HPPIR1", "BPR1", "AP1R", "IGRPEN1"})
        if (name.find(group1) != std::string::npos)
            return GROUP1;
    return COMMON;
}

// Read where it can be read, else write (of a value that does nothing).
gic_sysreg_result touch(rig &r, unsigned reg)
{
    uint64_t value;
    gic_sysreg which = static_cast<gic_sysreg>(reg);
    return gic_sysreg_readable(which) ? r.read(which, &value) : r.write(which, 1023);
}

// AP registers beyond the first are not there with 5 pre-emption bits, nor more than four list
// registers.
bool is_missing(unsigned reg)
{
    const std::string name = gic_sysreg_name(static_cast<gic_sysreg>(reg));
    if (name.rfind("ICH_LR", 0) == 0)
        return reg >= GIC_ICH_LR0_EL2 + 4u;
    return name.substr(3, 3) == "_AP" && name.substr(0, 9).back() != '0';
}

// What the manual's accessibility pseudocode answers.
gic_sysreg_result expected(kind k, const gic_pe_state &pe, bool sre2, bool sre3)
{
    bool el2_enabled = pe.scr_ns || pe.scr_eel2;
    bool imo = el2_enabled && pe.hcr_imo;
    bool fmo = el2_enabled && pe.hcr_fmo;
    bool trap2 = false;
    bool trap3 = false;
    if (k == ABSENT || pe.el == 0)
        return GIC_SYSREG_UNDEFINED;
    if (k == HYPERVISOR)
        return pe.el >= 2 ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED;
    if (k == EL3)
        return pe.el == 3 ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED;
    if (k == SRE2 && (pe.el == 1 || !el2_enabled))
        return GIC_SYSREG_UNDEFINED;
    switch (k) {
    case GROUP0:
        trap3 = pe.scr_fiq && !(pe.el == 1 && fmo); /* virtual registers are not EL3's */
        break;
    case GROUP1:
        trap3 = pe.scr_irq && !(pe.el == 1 && imo);
        break;
    case COMMON:
        trap3 = pe.scr_irq && pe.scr_fiq && !(pe.el == 1 && (imo || fmo));
        break;
    case SRE1:
        trap2 = el2_enabled && !sre2;
        trap3 = !sre3;
        break;
    case SRE2:
        trap3 = !sre3;
        break;
    default:
        trap2 = imo || fmo;
        trap3 = pe.scr_irq && pe.scr_fiq;
        break;
    }
    if (pe.el == 1 && trap2)
        return GIC_SYSREG_TRAP_EL2;
    return pe.el < 3 && trap3 ? GIC_SYSREG_TRAP_EL3 : GIC_SYSREG_OK;
}

// PE state number n of 2^9: two bits of level, seven controls.
gic_pe_state state_of(unsigned n)
{
    gic_pe_state pe = {};
    pe.el = static_cast<uint8_t>(n & 3u);
    pe.scr_ns = (n >> 2 & 1u) != 0;
    pe.scr_irq = (n >> 3 & 1u) != 0;
    pe.scr_fiq = (n >> 4 & 1u) != 0;
    pe.scr_eel2 = (n >> 5 & 1u) != 0;
    pe.hcr_imo = (n >> 6 & 1u) != 0;
    pe.hcr_fmo = (n >> 7 & 1u) != 0;
    return pe;
}

void set_sre(rig &r, bool el2, bool el3)
{
    r.state = {};
    r.state.el = 3;
    r.state.scr_ns = true;
    r.push();
    r.put(GIC_ICC_SRE_EL2, el2 ? 8 : 0);
    r.put(GIC_ICC_SRE_EL3, el3 ? 8 : 0);
}

} // namespace

TEST(CpuifAccess, EveryRegisterInEveryStateFollowsTheManual)
{
    rig r(secure_config());
    for (unsigned sre = 0; sre < 4; sre++) {
        bool sre2 = (sre & 1u) != 0;
        bool sre3 = (sre & 2u) != 0;
        set_sre(r, sre2, sre3);
        for (unsigned n = 0; n < 256; n++) {
            r.state = state_of(n);
            r.push();
            for (unsigned reg = 0; reg < GIC_SYSREG_COUNT; reg++) {
                kind k = is_missing(reg) ? ABSENT : kind_of(reg);
                ASSERT_EQ(touch(r, reg), expected(k, r.state, sre2, sre3))
                    << gic_sysreg_name(static_cast<gic_sysreg>(reg)) << " in state " << n << " SRE "
                    << sre;
            }
        }
    }
}

TEST(CpuifAccess, RefusedAccessesChangeNothing)
{
    rig r(secure_config());
    r.pe(3, true);
    r.put(GIC_ICC_PMR_EL1, 0xF0);
    r.state.scr_irq = true;
    r.state.scr_fiq = true;
    r.pe(1, true);
    r.sent.clear();
    EXPECT_EQ(r.write(GIC_ICC_PMR_EL1, 0), GIC_SYSREG_TRAP_EL3);
    EXPECT_EQ(r.write(GIC_ICC_IGRPEN1_EL1, 1), GIC_SYSREG_TRAP_EL3);
    EXPECT_EQ(r.write(GIC_ICC_SGI1R_EL1, 1), GIC_SYSREG_TRAP_EL3);
    EXPECT_TRUE(r.sent.empty());
    r.pe(3, true);
    EXPECT_EQ(r.get(GIC_ICC_PMR_EL1), 0xF0u);
}

TEST(CpuifAccess, ReadOfWriteOnlyAndWriteOfReadOnlyAreUndefined)
{
    rig r(secure_config());
    r.pe(3, true);
    for (unsigned reg = 0; reg < GIC_SYSREG_COUNT; reg++) {
        gic_sysreg which = static_cast<gic_sysreg>(reg);
        uint64_t value;
        if (!gic_sysreg_readable(which)) {
            EXPECT_EQ(r.read(which, &value), GIC_SYSREG_UNDEFINED) << gic_sysreg_name(which);
            EXPECT_FALSE(cpuif_peek(r.c, which, &value)) << gic_sysreg_name(which);
        }
        if (!gic_sysreg_writable(which)) {
            EXPECT_EQ(r.write(which, 0), GIC_SYSREG_UNDEFINED) << gic_sysreg_name(which);
        }
    }
    EXPECT_GT(r.events_of(GIC_EV_BAD_SYSREG), 0u);
    EXPECT_EQ(r.read(GIC_SYSREG_COUNT, nullptr), GIC_SYSREG_UNDEFINED);
    EXPECT_EQ(r.write(GIC_SYSREG_COUNT, 0), GIC_SYSREG_UNDEFINED);
}

TEST(CpuifAccess, WithoutEL3AndEL2TheirRegistersAreUndefinedAndTheirTrapsDoNotCount)
{
    rig r(plain_config());
    r.state.scr_irq = true;
    r.state.scr_fiq = true;
    r.state.hcr_imo = true;
    r.state.hcr_fmo = true;
    r.pe(1, true);
    for (unsigned reg = 0; reg < GIC_SYSREG_COUNT; reg++) {
        kind k = is_missing(reg) ? ABSENT : kind_of(reg);
        bool absent = k == ABSENT || k == EL3 || k == SRE2 || k == HYPERVISOR;
        EXPECT_EQ(touch(r, reg), absent ? GIC_SYSREG_UNDEFINED : GIC_SYSREG_OK)
            << gic_sysreg_name(static_cast<gic_sysreg>(reg));
    }
}

TEST(CpuifAccess, SreIsFixedButForItsEnables)
{
    rig r(secure_config());
    r.pe(3, true);
    for (gic_sysreg reg : {GIC_ICC_SRE_EL1, GIC_ICC_SRE_EL2, GIC_ICC_SRE_EL3}) {
        EXPECT_EQ(r.get(reg), 7u) << gic_sysreg_name(reg);
        r.put(reg, 0);
        EXPECT_EQ(r.get(reg), 7u) << gic_sysreg_name(reg);
        r.put(reg, ~UINT64_C(0));
        EXPECT_EQ(r.get(reg), reg == GIC_ICC_SRE_EL1 ? 7u : 15u) << gic_sysreg_name(reg);
    }
}

TEST(CpuifAccess, HostAtEL2WithTGEStillReachesThePhysicalRegisters)
{
    rig r(secure_config());
    r.state.hcr_tge = true;
    r.state.hcr_e2h = true;
    r.pe(2, true);
    r.put(GIC_ICC_PMR_EL1, 0x80);
    EXPECT_EQ(r.get(GIC_ICC_PMR_EL1), 0x80u);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
}

TEST(CpuifAccess, PeekShowsWhatEL3WouldReadAndChangesNothing)
{
    rig r(secure_config());
    uint64_t value = 0;
    r.pe(1, true);
    r.open_all();
    r.set(40, 0xA0, GIC_GROUP_1NS);
    r.sent.clear();
    EXPECT_TRUE(cpuif_peek(r.c, GIC_ICC_IAR1_EL1, &value));
    EXPECT_EQ(value, 40u);
    EXPECT_TRUE(cpuif_peek(r.c, GIC_ICC_IAR0_EL1, &value));
    EXPECT_EQ(value, GIC_INTID_NONSECURE);
    EXPECT_TRUE(cpuif_peek(r.c, GIC_ICC_IGRPEN1_EL3, &value));
    EXPECT_EQ(value, 3u);
    EXPECT_FALSE(cpuif_peek(r.c, GIC_ICC_AP0R1_EL1, &value));
    EXPECT_FALSE(cpuif_peek(r.c, GIC_ICH_LR4_EL2, &value));
    EXPECT_TRUE(cpuif_peek(r.c, GIC_ICH_VTR_EL2, &value));
    EXPECT_EQ(value & 0x1F, 3u) << "four list registers";
    EXPECT_TRUE(r.sent.empty());
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
}
