// SPDX-License-Identifier: Apache-2.0
// Rules of non-maskable interrupts (FEAT_GICv3_NMI): INMIR, their priority, acknowledge and active
// priority, the physical and the virtual CPU interface.
#include "virtual_rig.hpp"

using namespace rig;

namespace
{

enum : uint32_t { GICD_INMIR = 0x0F80, GICD_INMIR_E = 0x3B00 };
constexpr uint64_t AP_NMI = UINT64_C(1) << 63;
constexpr uint64_t RPR_NMI = UINT64_C(1) << 63;
constexpr uint64_t RPR_NMI_NS = UINT64_C(1) << 62;
constexpr uint64_t LR_NMI = UINT64_C(1) << 59;
constexpr uint8_t APART = 0xE; // SCTLR_ELx.NMI of all levels

gic_config with_nmis(gic_config config)
{
    config.nmi = true;
    return extended(config);
}

uint32_t inmir(uint32_t intid)
{
    if (intid >= GIC_INTID_ESPI_FIRST)
        return GICD_INMIR_E + (intid - GIC_INTID_ESPI_FIRST) / 32 * 4;
    return GICD_INMIR + intid / 32 * 4;
}

// Make an SPI, or a private interrupt of PE 0, an NMI or none.
void set_nmi(gic &g, uint32_t intid, bool on = true, bool secure = true)
{
    const uint64_t bit = UINT64_C(1) << intid % 32;
    if (gic_is_private(intid)) {
        const uint32_t at = gic::private_word(GICD_INMIR, intid);
        const uint64_t old = g.redist(0, at);
        g.redist_write(0, at, on ? old | bit : old & ~bit, 4, secure);
    } else {
        const uint64_t old = g.dist(inmir(intid));
        g.dist_write(inmir(intid), on ? old | bit : old & ~bit, 4, secure);
    }
}

bool is_nmi(gic &g, uint32_t intid, bool secure = true)
{
    const uint64_t word = gic_is_private(intid)
                              ? g.redist(0, gic::private_word(GICD_INMIR, intid), 4, secure)
                              : g.dist(inmir(intid), 4, secure);
    return (word >> intid % 32 & 1) != 0;
}

// The state of PE 0 in which a group belongs to software, with SCTLR_ELx.NMI as @p apart.
gic_pe_state at(const gic &g, gic_group group, uint8_t apart = APART)
{
    gic_pe_state state{};
    state.el = 1;
    state.scr_ns = !g.config.has_el3 || group == GIC_GROUP_1NS;
    state.sctlr_nmi = apart;
    return state;
}

// An NMI of @p group, pending: of priority 0xF0 by IPRIORITYR.
void raise_nmi(gic &g, uint32_t intid, gic_group group = GIC_GROUP_1NS)
{
    interrupt as;
    as.group = group;
    as.priority = 0xF0;
    g.spi(intid, as);
    set_nmi(g, intid);
    g.line(intid, true);
}

void raise(gic &g, uint32_t intid, uint8_t priority, gic_group group = GIC_GROUP_1NS)
{
    interrupt as;
    as.group = group;
    as.priority = priority;
    g.spi(intid, as);
    g.line(intid, true);
}

void set_pmr(gic &g, uint8_t pmr)
{
    g.open_cpu(0, GIC_GROUPS_ALL, pmr);
}

// Both modes, one and two Security states.
void in_all_forms(const std::function<void(gic &)> &test)
{
    for (const gic_config &config : {one_state(1), two_states(1)}) {
        SCOPED_TRACE(config.two_security_states ? "two Security states" : "one Security state");
        in_both_modes(with_nmis(config), test);
    }
}

void with_two_states(const std::function<void(gic &)> &test)
{
    in_both_modes(with_nmis(two_states(1)), test);
}

} // namespace

// ---- acknowledge --------------------------------------------------------------------------------

TEST(Rules, N_01_IarTellsOfAnNmiAndNmiarAcknowledgesIt)
{
    in_all_forms([](gic &g) {
        raise_nmi(g, 40);
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_TRUE(g.irq(0));
        EXPECT_TRUE(g.level(0, GIC_LINE_NMI));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_HPPIR1_EL1), 40u);
        for (unsigned i = 0; i < 2; i++)
            EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 1022u);
        EXPECT_FALSE(g.active(40));
        EXPECT_TRUE(g.irq(0));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 40u);
        g.settle();
        EXPECT_TRUE(g.active(40));
        EXPECT_FALSE(g.irq(0));
        EXPECT_FALSE(g.level(0, GIC_LINE_NMI));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 1023u);
    });
}

TEST(Rules, N_01_IarAcknowledgesAnNmiWhereSoftwareDoesNotTellThemApart)
{
    in_all_forms([](gic &g) {
        raise_nmi(g, 40);
        g.set_pe(0, at(g, GIC_GROUP_1NS, static_cast<uint8_t>(APART & ~2u)));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 40u) << "SCTLR of another level";
        g.settle();
        EXPECT_TRUE(g.active(40));
    });
}

TEST(Rules, N_01_NmiarDoesNotTakeWhatIsNoNmi)
{
    in_all_forms([](gic &g) {
        raise(g, 41, 0x90);
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_TRUE(g.irq(0));
        EXPECT_FALSE(g.level(0, GIC_LINE_NMI));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 1023u);
        EXPECT_FALSE(g.active(41));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 41u);
    });
}

TEST(Rules, N_01_WithoutNmisThereIsNoNmiar)
{
    in_both_modes(one_state(1), [](gic &g) {
        uint64_t value;
        EXPECT_EQ(g.try_read(0, GIC_ICC_NMIAR1_EL1, &value), GIC_SYSREG_UNDEFINED);
        EXPECT_EQ(g.dist(GICD_TYPER) >> 9 & 1, 0u);
        raise_nmi(g, 40);
        EXPECT_FALSE(is_nmi(g, 40)) << "RES0";
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_FALSE(g.level(0, GIC_LINE_NMI));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0xFFu);
        g.icc_write(0, GIC_ICC_AP1R0_EL1, AP_NMI);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_AP1R0_EL1), 0u);
    });
}

TEST(Rules, N_01_AnNmiOfTheOtherStateIsNotTaken)
{
    with_two_states([](gic &g) {
        raise_nmi(g, 40, GIC_GROUP_1S);
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_TRUE(g.fiq(0));
        EXPECT_FALSE(g.level(0, GIC_LINE_NMI)) << "superpriority is of IRQ alone";
        EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 1023u);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 1023u);
        g.set_pe(0, at(g, GIC_GROUP_1S));
        EXPECT_TRUE(g.irq(0) && g.level(0, GIC_LINE_NMI));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 1022u);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 40u);
    });
}

TEST(Rules, N_01_AnNmiPreemptsWhatIsNoneOfEqualPriority)
{
    in_all_forms([](gic &g) {
        const uint8_t equal = g.two() ? 0x80 : 0x00;
        const uint32_t nmi = 60; // not by the order of INTIDs
        raise(g, 41, equal);
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 41u);
        raise(g, 42, equal);
        EXPECT_FALSE(g.irq(0));
        raise_nmi(g, nmi);
        EXPECT_TRUE(g.irq(0)) << "and is presented before INTID 42";
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), nmi);
        g.line(nmi, false);
        g.icc_write(0, GIC_ICC_EOIR1_EL1, nmi);
        EXPECT_FALSE(g.irq(0)) << "INTID 41 is active";
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 41);
    });
}

// ---- priority -----------------------------------------------------------------------------------

TEST(Rules, N_06_IpriorityrDoesNotCount)
{
    for (const uint32_t nmi : {UINT32_C(60), UINT32_C(4100), UINT32_C(27), UINT32_C(1060)}) {
        SCOPED_TRACE(nmi);
        in_all_forms([nmi](gic &g) {
            raise(g, 41, 0x88);
            if (gic_is_private(nmi)) {
                g.private_interrupt(0, nmi, {GIC_GROUP_1NS, 0xF0});
                set_nmi(g, nmi);
                g.ppi(0, nmi, true);
            } else {
                raise_nmi(g, nmi);
            }
            g.set_pe(0, at(g, GIC_GROUP_1NS));
            EXPECT_EQ(g.icc_read(0, GIC_ICC_HPPIR1_EL1), nmi);
            set_nmi(g, nmi, false);
            EXPECT_EQ(g.icc_read(0, GIC_ICC_HPPIR1_EL1), 41u) << "0xF0 counts again";
            EXPECT_FALSE(g.level(0, GIC_LINE_NMI));
            set_nmi(g, nmi);
            EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), nmi);
            EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1) & 0xFF, g.two() ? 0x80u : 0u);
        });
    }
}

TEST(Rules, N_06_ANonSecureNmiComesAfterTheSecureHalf)
{
    with_two_states([](gic &g) {
        raise_nmi(g, 60);
        raise(g, 41, 0x78, GIC_GROUP_1S);
        g.set_pe(0, at(g, GIC_GROUP_1S));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 41u);
        EXPECT_FALSE(g.fiq(0)) << "0x80 does not pre-empt 0x78";
        raise_nmi(g, 61, GIC_GROUP_1S);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 61u) << "0x00 does";
    });
}

TEST(Rules, N_06_TheMaskDoesNotCount)
{
    in_all_forms([](gic &g) {
        set_pmr(g, 0);
        raise_nmi(g, 40, g.two() ? GIC_GROUP_1S : GIC_GROUP_1NS);
        g.set_pe(0, at(g, g.two() ? GIC_GROUP_1S : GIC_GROUP_1NS));
        EXPECT_TRUE(g.irq(0));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 40u);
    });
}

TEST(Rules, N_06_TheSecureHalfOfTheMaskMasksNonSecureNmis)
{
    with_two_states([](gic &g) {
        raise_nmi(g, 40);
        for (const uint8_t pmr : {0x00, 0x40, 0x78, 0x80, 0x88, 0xF8}) {
            SCOPED_TRACE(static_cast<unsigned>(pmr));
            set_pmr(g, pmr);
            g.set_pe(0, at(g, GIC_GROUP_1NS));
            EXPECT_EQ(g.irq(0), pmr >= 0x80);
            EXPECT_EQ(g.level(0, GIC_LINE_NMI), pmr >= 0x80);
            g.set_pe(0, at(g, GIC_GROUP_1S));
            EXPECT_EQ(g.fiq(0), pmr > 0x80);
            EXPECT_FALSE(g.level(0, GIC_LINE_NMI)) << "an FIQ has no superpriority";
            EXPECT_FALSE(g.irq(0));
        }
    });
}

TEST(Rules, N_06_AnActiveNmiIsNotPreemptedByAnotherOfItsGroup)
{
    in_all_forms([](gic &g) {
        raise_nmi(g, 60);
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 60u);
        raise_nmi(g, 40);
        EXPECT_FALSE(g.irq(0));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 1023u);
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 60);
        EXPECT_TRUE(g.irq(0));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 40u);
    });
}

TEST(Rules, N_06_ThePriorityFollowsDs)
{
    with_two_states([](gic &g) {
        raise(g, 41, 0x40, GIC_GROUP_0);
        raise_nmi(g, 60);
        g.become(0, 3, true);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_HPPIR0_EL1), 41u);
        g.dist_write(GICD_CTLR, CTLR_DS);
        g.dist_write(GICD_CTLR, CTLR_GRP0 | CTLR_GRP1NS);
        g.settle();
        EXPECT_EQ(g.icc_read(0, GIC_ICC_HPPIR1_EL1), 60u) << "0x00 before 0x40";
    });
}

TEST(Rules, N_06_AHintOfTheMaskDoesNotKeepAnNmiFromAnyPe)
{
    in_both_modes(with_nmis(one_state(2)), [](gic &g) {
        for (unsigned pe = 0; pe < 2; pe++) {
            g.open_cpu(pe, GIC_GROUPS_ALL, 0);
            g.icc_write(pe, GIC_ICC_CTLR_EL1, 1u << 6); // PMHE
        }
        interrupt as;
        as.route = IRM;
        g.spi(40, as);
        g.line(40, true);
        EXPECT_FALSE(g.irq(0) || g.irq(1));
        set_nmi(g, 40);
        EXPECT_TRUE(g.irq(0)) << "not masked, so it is offered";
        EXPECT_FALSE(g.irq(1));
    });
}

// ---- active priority ----------------------------------------------------------------------------

TEST(Rules, N_07_AcknowledgeSetsBit63AndEoirClearsIt)
{
    in_all_forms([](gic &g) {
        raise(g, 41, 0xA0);
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 41u);
        const uint64_t before = g.icc_read(0, GIC_ICC_AP1R0_EL1);
        EXPECT_NE(before, 0u);
        raise_nmi(g, 60);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 60u);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_AP1R0_EL1), before | AP_NMI);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI | (g.two() ? 0x80u : 0u));
        g.line(60, false);
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 60);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_AP1R0_EL1), before);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0xA0u);
        g.settle();
        EXPECT_FALSE(g.active(60));
    });
}

TEST(Rules, N_07_RprShowsTheActiveNmiOfEachView)
{
    with_two_states([](gic &g) {
        raise_nmi(g, 60);
        gic_pe_state ns = at(g, GIC_GROUP_1NS);
        g.set_pe(0, ns);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 60u);
        ns.scr_fiq = true;
        g.set_pe(0, ns);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI | 0x00) << "shifted";
        g.set_pe(0, at(g, GIC_GROUP_1S));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI_NS | 0x80);
        raise_nmi(g, 61, GIC_GROUP_1S);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 61u) << "0x00 pre-empts 0x80";
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI | RPR_NMI_NS | 0x00);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_AP1R0_EL1), AP_NMI) << "of each bank";
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_AP1R0_EL1), AP_NMI);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI | 0x00) << "the Secure one is not its";
        g.set_pe(0, at(g, GIC_GROUP_1S));
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 61);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI_NS | 0x80);
        g.become(0, 3, true);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI_NS | 0x80) << "EL3";
    });
}

TEST(Rules, N_07_SoftwareRestoresTheActiveNmi)
{
    in_all_forms([](gic &g) {
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        g.icc_write(0, GIC_ICC_AP1R0_EL1, AP_NMI);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_AP1R0_EL1), AP_NMI);
        raise_nmi(g, 60);
        EXPECT_FALSE(g.irq(0));
        g.icc_write(0, GIC_ICC_AP1R0_EL1, 0);
        EXPECT_TRUE(g.irq(0));
    });
}

TEST(Rules, N_07_ASnapshotHoldsTheActiveAndThePendingNmi)
{
    in_all_forms([](gic &g) {
        raise_nmi(g, 60);
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 60u);
        raise_nmi(g, 40);
        g.settle();
        std::vector<unsigned char> saved(gic_assembly_save_size(g.a));
        const size_t length = gic_assembly_save(g.a, saved.data());
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 60);
        set_nmi(g, 40, false);
        g.settle();
        ASSERT_TRUE(gic_assembly_load(g.a, saved.data(), length));
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_TRUE(is_nmi(g, 40));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI | (g.two() ? 0x80u : 0u));
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 60);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 40u);
    });
}

// ---- INMIR --------------------------------------------------------------------------------------

TEST(Rules, N_08_InmirIsOfGroup1AndOfTheStateThatOwnsTheInterrupt)
{
    for (const uint32_t intid : {UINT32_C(40), UINT32_C(4100), UINT32_C(3), UINT32_C(1060)}) {
        SCOPED_TRACE(intid);
        with_two_states([intid](gic &g) {
            const bool is_private = gic_is_private(intid);
            const auto as_group = [&](gic_group group) {
                interrupt as;
                as.group = group;
                is_private ? g.private_interrupt(0, intid, as) : g.spi(intid, as);
            };
            EXPECT_EQ(g.dist(GICD_TYPER) >> 9 & 1, 1u);
            as_group(GIC_GROUP_0);
            set_nmi(g, intid);
            EXPECT_FALSE(is_nmi(g, intid)) << "Group 0";
            as_group(GIC_GROUP_1S);
            EXPECT_FALSE(is_nmi(g, intid)) << "nor is it kept";
            set_nmi(g, intid, true, false);
            EXPECT_FALSE(is_nmi(g, intid)) << "Non-secure";
            set_nmi(g, intid);
            EXPECT_TRUE(is_nmi(g, intid));
            EXPECT_FALSE(is_nmi(g, intid, false));
            set_nmi(g, intid, false, false);
            EXPECT_TRUE(is_nmi(g, intid));
            as_group(GIC_GROUP_1NS);
            EXPECT_TRUE(is_nmi(g, intid, false));
            as_group(GIC_GROUP_0);
            EXPECT_FALSE(is_nmi(g, intid));
        });
    }
}

TEST(Rules, N_08_AChangeToGroup0MakesItNoNmi)
{
    in_all_forms([](gic &g) {
        raise_nmi(g, 60);
        g.set_pe(0, at(g, GIC_GROUP_1NS));
        EXPECT_TRUE(g.level(0, GIC_LINE_NMI));
        g.spi(60, {GIC_GROUP_0, 0xA0});
        g.settle();
        EXPECT_TRUE(g.fiq(0));
        EXPECT_FALSE(g.level(0, GIC_LINE_NMI));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_NMIAR1_EL1), 1023u);
    });
}

TEST(Rules, N_08_WhatTheDistributorHasNot)
{
    in_all_forms([](gic &g) {
        g.dist_write(GICD_INMIR, 0xFFFFFFFF);
        EXPECT_EQ(g.dist(GICD_INMIR), 0u) << "INTIDs 0 to 31";
        g.dist_write(GICD_INMIR_E + 0x7C, 0xFFFFFFFF);
        EXPECT_EQ(g.dist(GICD_INMIR_E + 0x7C), 0u) << "not implemented";
    });
}

// ---- virtual ------------------------------------------------------------------------------------

namespace
{

void with_virtual_nmis(const std::function<void(guest_and_host &)> &test)
{
    with_guest(test, [](gic_config &config) { config.nmi = true; });
}

void put_nmi(guest_and_host &v, unsigned n, lr as)
{
    v.ich(guest_and_host::list(n), as.word() | LR_NMI);
}

// The guest, with SCTLR_EL1.NMI.
void as_guest(guest_and_host &v, bool apart = true)
{
    gic_pe_state state = v.state(1);
    state.sctlr_nmi = apart ? 1u << 1 : 1u << 2;
    v.g.set_pe(0, state);
}

} // namespace

TEST(Rules, N_08_AVirtualNmiBeatsAnEqualListRegisterAndIsNotMasked)
{
    with_virtual_nmis([](guest_and_host &v) {
        v.put(0, {50, 0xA0});
        EXPECT_FALSE(v.g.level(0, GIC_LINE_VNMI));
        put_nmi(v, 1, {51, 0xA0});
        EXPECT_TRUE(v.virq());
        EXPECT_TRUE(v.g.level(0, GIC_LINE_VNMI));
        EXPECT_EQ(v.icv(GIC_ICC_HPPIR1_EL1), 51u);
        v.icv(GIC_ICC_PMR_EL1, 0);
        EXPECT_TRUE(v.virq()) << "VPMR";
        v.ich(GIC_ICH_HCR_EL2, 0);
        EXPECT_FALSE(v.virq());
        EXPECT_FALSE(v.g.level(0, GIC_LINE_VNMI));
        v.ich(GIC_ICH_HCR_EL2, HCR_EN);
        v.put(1, {51, 0xA0, 0});
        v.ich(guest_and_host::list(1), v.ich(guest_and_host::list(1)) | LR_NMI);
        v.icv(GIC_ICC_PMR_EL1, 0xF8);
        EXPECT_FALSE(v.g.level(0, GIC_LINE_VNMI)) << "Group 0 has none";
        EXPECT_EQ(v.icv(GIC_ICC_HPPIR1_EL1), 50u);
    });
}

TEST(Rules, N_08_TheGuestAcknowledgesAVirtualNmiAsAPhysicalOne)
{
    with_virtual_nmis([](guest_and_host &v) {
        put_nmi(v, 0, {50, 0xA0});
        as_guest(v);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_IAR1_EL1), 1022u);
        EXPECT_EQ(v.state_of_lr(0), PENDING);
        as_guest(v);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_NMIAR1_EL1), 50u);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI | 0x00);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_AP1R0_EL1), AP_NMI);
        EXPECT_EQ(v.ich(GIC_ICH_AP1R0_EL2), AP_NMI);
        EXPECT_EQ(v.state_of_lr(0), ACTIVE);
        put_nmi(v, 1, {51, 0x20});
        EXPECT_FALSE(v.virq()) << "an active NMI is not pre-empted by another";
        v.eoi(50);
        EXPECT_EQ(v.ich(GIC_ICH_AP1R0_EL2), 0u);
        EXPECT_EQ(v.state_of_lr(0), INVALID);
        EXPECT_TRUE(v.virq());
        as_guest(v, false);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_IAR1_EL1), 51u) << "SCTLR_EL2 is not the guest's";
    });
}

TEST(Rules, N_08_IcvNmiarDoesNotTakeWhatIsNoNmi)
{
    with_virtual_nmis([](guest_and_host &v) {
        v.put(0, {50, 0xA0});
        as_guest(v);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_NMIAR1_EL1), 1023u);
        EXPECT_EQ(v.state_of_lr(0), PENDING);
        as_guest(v);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_IAR1_EL1), 50u);
        put_nmi(v, 1, {51, 0xA0});
        EXPECT_TRUE(v.virq()) << "pre-empts its equal";
        as_guest(v);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_NMIAR1_EL1), 51u);
    });
}

TEST(Rules, N_08_ThePriorityOfAVirtualNmiIsZero)
{
    with_virtual_nmis([](guest_and_host &v) {
        v.put(0, {50, 0x20});
        put_nmi(v, 1, {51, 0xF0});
        EXPECT_EQ(v.icv(GIC_ICC_HPPIR1_EL1), 51u) << "whatever the Priority field says";
        put_nmi(v, 1, {51, 0xFF});
        EXPECT_EQ(v.icv(GIC_ICC_HPPIR1_EL1), 51u);
        v.ich(guest_and_host::list(1), 0);
        as_guest(v);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_IAR1_EL1), 50u);
        put_nmi(v, 1, {51, 0xF0});
        EXPECT_TRUE(v.virq()) << "pre-empts what is more urgent by that field";
        as_guest(v);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_NMIAR1_EL1), 51u);
        v.put(2, {52, 0x00});
        EXPECT_FALSE(v.virq());
        v.eoi(51);
        EXPECT_EQ(v.state_of_lr(1), INVALID);
        v.eoi(50);
        EXPECT_EQ(v.state_of_lr(0), INVALID);
    });
}

TEST(Rules, N_08_TheHypervisorRestoresTheGuestsActiveNmi)
{
    with_virtual_nmis([](guest_and_host &v) {
        v.ich(GIC_ICH_AP1R0_EL2, AP_NMI);
        EXPECT_EQ(v.ich(GIC_ICH_AP1R0_EL2), AP_NMI);
        as_guest(v);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_RPR_EL1), RPR_NMI | 0x00);
        put_nmi(v, 0, {51, 0x20});
        EXPECT_FALSE(v.virq());
        v.ich(GIC_ICH_AP1R0_EL2, 0);
        EXPECT_EQ(v.ich(GIC_ICH_AP1R0_EL2), 0u);
        EXPECT_TRUE(v.virq());
    });
    with_guest([](guest_and_host &v) {
        v.ich(GIC_ICH_AP1R0_EL2, AP_NMI);
        EXPECT_EQ(v.ich(GIC_ICH_AP1R0_EL2), 0u) << "RES0 without NMIs";
    });
}
