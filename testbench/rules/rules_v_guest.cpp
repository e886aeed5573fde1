// SPDX-License-Identifier: Apache-2.0
// Rules of the virtual CPU interface that a guest sees: which of its accesses are virtual,
// selection, acknowledge, end of interrupt, traps.
#include "virtual_rig.hpp"

using namespace rig;

// ---- which accesses are virtual
// --------------------------------------------------------------------

TEST(Rules, V_01_AccessesAreVirtualByTheRoutingOfTheirInterrupts)
{
    with_guest([](guest_and_host &v) {
        v.ich(GIC_ICH_VMCR_EL2, 0x50000003);
        for (unsigned routing = 0; routing < 4; routing++) {
            SCOPED_TRACE(routing);
            gic_pe_state state = v.state(1);
            state.hcr_imo = (routing & 1) != 0;
            state.hcr_fmo = (routing & 2) != 0;
            v.g.set_pe(0, state);
            // Physically the mask is 0xF8 and IGRPEN1 is set, virtually 0x50 and cleared.
            const bool two = v.g.two();
            EXPECT_EQ(v.g.icc_read(0, GIC_ICC_PMR_EL1), routing != 0 ? 0x50u : 0xF8u);
            v.ich(GIC_ICH_VMCR_EL2, 0x50000000);
            v.g.set_pe(0, state);
            EXPECT_EQ(v.g.icc_read(0, GIC_ICC_IGRPEN1_EL1), state.hcr_imo ? 0u : 1u);
            EXPECT_EQ(v.g.icc_read(0, GIC_ICC_IGRPEN0_EL1), state.hcr_fmo ? 0u : 1u) << two;
            const gic_sysreg_result sgi = v.g.try_write(0, GIC_ICC_SGI1R_EL1, 0);
            EXPECT_EQ(sgi, routing != 0 ? GIC_SYSREG_TRAP_EL2 : GIC_SYSREG_OK);
            EXPECT_EQ(v.g.try_write(0, GIC_ICC_SGI0R_EL1, 0), sgi);
            EXPECT_EQ(v.g.try_write(0, GIC_ICC_ASGI1R_EL1, 0), sgi);
        }
    });
}

TEST(Rules, V_01_NothingIsVirtualElsewhere)
{
    with_guest([](guest_and_host &v) {
        v.ich(GIC_ICH_VMCR_EL2, 0x50000003);
        EXPECT_EQ(v.ich(GIC_ICC_PMR_EL1), 0xF8u) << "at EL2";
        gic_pe_state host = v.state(2);
        host.hcr_tge = host.hcr_e2h = true;
        v.g.set_pe(0, host);
        EXPECT_EQ(v.g.icc_read(0, GIC_ICC_PMR_EL1), 0xF8u) << "a host with VHE";
        if (v.g.two()) {
            gic_pe_state secure = v.state(1);
            secure.scr_ns = false;
            v.g.set_pe(0, secure);
            EXPECT_EQ(v.g.icc_read(0, GIC_ICC_PMR_EL1), 0xF8u) << "no EL2 in Secure state";
            secure.scr_eel2 = true;
            v.g.set_pe(0, secure);
            EXPECT_EQ(v.g.icc_read(0, GIC_ICC_PMR_EL1), 0x50u) << "Secure EL2";
        }
        uint64_t value;
        for (unsigned el : {0u, 1u}) {
            v.g.set_pe(0, v.state(el));
            EXPECT_EQ(v.g.try_read(0, GIC_ICH_HCR_EL2, &value), GIC_SYSREG_UNDEFINED) << el;
        }
    });
}

TEST(Rules, V_01_VirtualAccessesAreNotEL3s)
{
    with_guest([](guest_and_host &v) {
        if (!v.g.two())
            return;
        gic_pe_state state = v.state(1);
        state.scr_irq = state.scr_fiq = true;
        uint64_t value;
        v.g.set_pe(0, state);
        EXPECT_EQ(v.g.try_read(0, GIC_ICC_IAR1_EL1, &value), GIC_SYSREG_OK);
        state.hcr_imo = false;
        v.g.set_pe(0, state);
        EXPECT_EQ(v.g.try_read(0, GIC_ICC_IAR1_EL1, &value), GIC_SYSREG_TRAP_EL3);
        EXPECT_EQ(v.g.try_read(0, GIC_ICC_IAR0_EL1, &value), GIC_SYSREG_OK);
    });
}

// ---- selection and acknowledge
// -----------------------------------------------------------------------

TEST(Rules, V_02_TheMostUrgentPendingListRegisterOfAnEnabledGroupIsSignalled)
{
    with_guest([](guest_and_host &v) {
        v.put(0, {50, 0x20, 1, PENDING_ACTIVE});
        v.put(1, {51, 0x28, 1, ACTIVE});
        EXPECT_FALSE(v.virq()) << "neither is Pending";
        v.put(2, {52, 0xB0, 1, PENDING});
        EXPECT_TRUE(v.virq());
        EXPECT_EQ(v.icv(GIC_ICC_HPPIR1_EL1), 52u);
        v.put(3, {53, 0xA0, 0, PENDING});
        EXPECT_TRUE(v.vfiq()) << "Group 0, and more urgent";
        EXPECT_FALSE(v.virq());
        EXPECT_EQ(v.icv(GIC_ICC_HPPIR1_EL1), 1023u);
        v.icv(GIC_ICC_IGRPEN0_EL1, 0);
        EXPECT_TRUE(v.virq()) << "a disabled group hides nothing";
        EXPECT_FALSE(v.vfiq());
        v.put(1, {51, 0xB0, 1, PENDING});
        EXPECT_EQ(v.ack(), 51u) << "ties go to the lowest list register";
    });
}

TEST(Rules, V_02_TheMaskAndTheRunningPriorityCount)
{
    with_guest([](guest_and_host &v) {
        v.put(0, {50, 0xA0});
        v.icv(GIC_ICC_PMR_EL1, 0xA0);
        EXPECT_FALSE(v.virq()) << "equal is masked";
        EXPECT_EQ(v.ack(), 1023u);
        v.icv(GIC_ICC_PMR_EL1, 0xA8);
        EXPECT_TRUE(v.virq());
        EXPECT_EQ(v.ack(), 50u);
        v.put(1, {51, 0xA0});
        EXPECT_FALSE(v.virq()) << "equal does not pre-empt";
        v.put(1, {51, 0x98});
        EXPECT_TRUE(v.virq());
        v.icv(GIC_ICC_BPR1_EL1, 5); // group priority is [7:5]
        v.icv(GIC_ICC_BPR0_EL1, 4);
        EXPECT_TRUE(v.virq());
        v.icv(GIC_ICC_BPR1_EL1, 6); // [7:6]
        EXPECT_FALSE(v.virq()) << "the same group priority";
        v.put(1, {51, 0x98, 0});
        EXPECT_TRUE(v.vfiq()) << "Group 0 splits by its own binary point";
    });
}

TEST(Rules, V_03_AcknowledgeMakesActiveAndSetsAnActivePriority)
{
    with_guest([](guest_and_host &v) {
        EXPECT_EQ(v.ack(), 1023u) << "nothing is pending";
        for (uint32_t intid : {0u, 27u, 40u, 8192u, 60000u}) {
            SCOPED_TRACE(intid);
            v.put(0, {intid, 0xA0});
            EXPECT_EQ(v.ack(0), 1023u) << "the other group's register";
            EXPECT_EQ(v.state_of_lr(0), PENDING);
            EXPECT_EQ(v.ack(), intid);
            EXPECT_EQ(v.state_of_lr(0), ACTIVE);
            EXPECT_EQ(v.ich(GIC_ICH_AP1R0_EL2), 1u << (0xA0 >> 3));
            EXPECT_EQ(v.ich(GIC_ICH_AP0R0_EL2), 0u);
            EXPECT_EQ(v.icv(GIC_ICC_RPR_EL1), 0xA0u);
            EXPECT_FALSE(v.virq());
            v.eoi(intid);
            EXPECT_EQ(v.icv(GIC_ICC_RPR_EL1), 0xFFu);
        }
    });
}

TEST(Rules, V_03_ASpecialIntidInAListRegisterLeavesNothingBehind)
{
    with_guest([](guest_and_host &v) {
        for (uint32_t intid = 1020; intid <= 1023; intid++) {
            const uint64_t reported = v.g.count(GIC_EV_BAD_LIST_REGISTER);
            v.put(1, {intid, 0xA0});
            EXPECT_EQ(v.g.count(GIC_EV_BAD_LIST_REGISTER), reported + 1);
            EXPECT_TRUE(v.virq());
            EXPECT_EQ(v.ack(), intid);
            EXPECT_EQ(v.state_of_lr(1), INVALID);
            EXPECT_EQ(v.ich(GIC_ICH_AP1R0_EL2), 0u);
            EXPECT_FALSE(v.virq());
        }
    });
}

// ---- end of interrupt
// ----------------------------------------------------------------------------------

TEST(Rules, V_04_EndOfInterruptDropsAndDeactivates)
{
    with_guest([](guest_and_host &v) {
        v.put(0, {40, 0xA0});
        EXPECT_EQ(v.ack(), 40u);
        v.put(1, {41, 0x60});
        EXPECT_EQ(v.ack(), 41u);
        EXPECT_EQ(v.icv(GIC_ICC_RPR_EL1), 0x60u);
        v.eoi(41);
        EXPECT_EQ(v.icv(GIC_ICC_RPR_EL1), 0xA0u);
        EXPECT_EQ(v.state_of_lr(1), INVALID);
        EXPECT_EQ(v.state_of_lr(0), ACTIVE);
        v.put(0, {40, 0xA0, 1, PENDING_ACTIVE});
        v.eoi(40);
        EXPECT_EQ(v.state_of_lr(0), PENDING) << "what was pended meanwhile";
        EXPECT_EQ(v.ack(), 40u);
        v.eoi(40);
        EXPECT_EQ(v.eoi_count(), 0u);
    });
}

TEST(Rules, V_04_WhatHasNoListRegisterIsCounted)
{
    with_guest([](guest_and_host &v) {
        const auto end_of_missing = [&](uint32_t intid) {
            v.ich(GIC_ICH_AP1R0_EL2, 1u << 20);
            v.eoi(intid);
            EXPECT_EQ(v.ich(GIC_ICH_AP1R0_EL2), 0u) << "it drops";
        };
        end_of_missing(40);
        EXPECT_EQ(v.eoi_count(), 1u);
        end_of_missing(8191);
        EXPECT_EQ(v.eoi_count(), 2u);
        end_of_missing(8192);
        EXPECT_EQ(v.eoi_count(), 2u) << "an LPI has nothing to deactivate";
        v.eoi(40);
        EXPECT_EQ(v.eoi_count(), 2u) << "nothing was active";
        EXPECT_EQ(v.g.count(GIC_EV_BAD_ICV_EOIR), 1u);
        for (uint32_t special = 1020; special <= 1023; special++)
            v.eoi(special);
        EXPECT_EQ(v.eoi_count(), 2u);
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | UINT64_C(31) << 27);
        end_of_missing(40);
        EXPECT_EQ(v.eoi_count(), 0u) << "five bits";
        v.icv(GIC_ICC_CTLR_EL1, 2);
        end_of_missing(40);
        EXPECT_EQ(v.eoi_count(), 0u) << "with EOImode it only drops";
    });
}

TEST(Rules, V_04_OnlyTheListRegisterThatRunsIsDeactivated)
{
    with_guest([](guest_and_host &v) {
        v.put(0, {40, 0xA0, 1, ACTIVE});
        v.ich(GIC_ICH_AP1R0_EL2, 1u << (0x60 >> 3));
        v.eoi(40);
        EXPECT_EQ(v.state_of_lr(0), ACTIVE) << "another priority";
        v.ich(GIC_ICH_AP0R0_EL2, 1u << (0xA0 >> 3));
        v.eoi(40, 0);
        EXPECT_EQ(v.state_of_lr(0), ACTIVE) << "another group";
        EXPECT_EQ(v.ich(GIC_ICH_AP0R0_EL2), 0u);
        EXPECT_EQ(v.eoi_count(), 0u);
    });
}

TEST(Rules, V_05_HardwareListRegistersDeactivateThePhysicalInterrupt)
{
    with_guest([](guest_and_host &v) {
        gic &g = v.g;
        g.spi(50, {GIC_GROUP_1NS, 0xA0, false, 0});
        g.private_interrupt(0, 27, {GIC_GROUP_1NS, 0xA0, false, 0});
        g.spi_set(GICD_ISACTIVER, 50);
        g.private_set(0, GICD_ISACTIVER, 27);
        g.private_set(1, GICD_ISACTIVER, 27);
        v.put(0, {60, 0xA0, 1, PENDING, 50});
        EXPECT_EQ(v.ack(), 60u);
        EXPECT_TRUE(g.active(50)) << "until the end";
        v.eoi(60);
        EXPECT_FALSE(g.active(50));
        v.put(0, {61, 0xA0, 1, PENDING, 27});
        EXPECT_EQ(v.ack(), 61u);
        v.eoi(61);
        EXPECT_FALSE(g.private_bit(0, GICD_ISACTIVER, 27));
        EXPECT_TRUE(g.private_bit(1, GICD_ISACTIVER, 27)) << "of this PE only";
        v.as_host();
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0xFFu);
        v.ich(GIC_ICH_HCR_EL2, HCR_EN);
        EXPECT_EQ(v.ich(GIC_ICH_EISR_EL2), 0u) << "no EOI maintenance interrupt with HW";
    });
}

TEST(Rules, V_05_PhysicalRunningPriorityStays)
{
    with_guest([](guest_and_host &v) {
        gic &g = v.g;
        g.spi(50, {GIC_GROUP_1NS, 0xA0, false, 0});
        g.line(50, true);
        v.as_host();
        EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 50u);
        v.put(0, {60, 0x80, 1, PENDING, 50});
        EXPECT_EQ(v.ack(), 60u);
        g.line(50, false);
        v.eoi(60);
        EXPECT_FALSE(g.active(50));
        v.as_host();
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0xA0u);
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 50);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0xFFu);
    });
}

TEST(Rules, V_05_AGuestReachesNoSecureInterrupt)
{
    in_both_modes(two_states(), [](gic &g) {
        guest_and_host v(g);
        for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS}) {
            g.spi(50, {group, 0x60, false, 0});
            g.spi_set(GICD_ISACTIVER, 50);
            v.put(0, {60, 0xA0, 1, PENDING, 50});
            EXPECT_EQ(v.ack(), 60u);
            v.eoi(60);
            EXPECT_EQ(g.active(50), group != GIC_GROUP_1NS) << group;
            EXPECT_EQ(v.state_of_lr(0), INVALID);
        }
        guest_and_host secure(g, true);
        secure.put(0, {60, 0xA0, 1, PENDING, 50});
        g.spi(50, {GIC_GROUP_1S, 0x60, false, 0});
        g.spi_set(GICD_ISACTIVER, 50);
        EXPECT_EQ(secure.ack(), 60u);
        secure.eoi(60);
        EXPECT_FALSE(g.active(50)) << "a guest of Secure EL2 does";
    });
}

TEST(Rules, V_05_LinksToWhatDoesNotExistDoNothing)
{
    with_guest([](guest_and_host &v) {
        for (int pintid : {0, 15, 1020, 1023, 1019, 2000, 1056, 4096}) {
            SCOPED_TRACE(pintid);
            const uint64_t bad = v.g.count(GIC_EV_BAD_LR_LINK);
            const uint64_t sent = v.g.messages(GIC_MSG_DEACTIVATE);
            v.put(0, {60, 0xA0, 1, PENDING, pintid});
            EXPECT_EQ(v.ack(), 60u);
            v.eoi(60);
            EXPECT_EQ(v.state_of_lr(0), INVALID);
            EXPECT_EQ(v.g.count(GIC_EV_BAD_LR_LINK), bad + 1);
            EXPECT_EQ(v.g.messages(GIC_MSG_DEACTIVATE), sent);
        }
    });
}

TEST(Rules, V_06_DirDeactivatesWithEOImodeAndIsIgnoredWithout)
{
    with_guest([](guest_and_host &v) {
        v.put(0, {40, 0xA0});
        EXPECT_EQ(v.ack(), 40u);
        v.icv(GIC_ICC_DIR_EL1, 40);
        EXPECT_EQ(v.state_of_lr(0), ACTIVE) << "EOImode is 0";
        EXPECT_EQ(v.g.count(GIC_EV_BAD_ICV_DIR), 1u);
        v.icv(GIC_ICC_CTLR_EL1, 2);
        v.eoi(40);
        EXPECT_EQ(v.icv(GIC_ICC_RPR_EL1), 0xFFu);
        EXPECT_EQ(v.state_of_lr(0), ACTIVE) << "only dropped";
        v.icv(GIC_ICC_DIR_EL1, 40);
        EXPECT_EQ(v.state_of_lr(0), INVALID);
        EXPECT_EQ(v.eoi_count(), 0u);
        v.icv(GIC_ICC_DIR_EL1, 40);
        EXPECT_EQ(v.eoi_count(), 1u) << "no list register";
        v.icv(GIC_ICC_DIR_EL1, 8192);
        v.icv(GIC_ICC_DIR_EL1, 1021);
        EXPECT_EQ(v.eoi_count(), 1u);
        v.g.spi(50, {GIC_GROUP_1NS, 0xA0, false, 0});
        v.g.spi_set(GICD_ISACTIVER, 50);
        v.put(1, {41, 0xA0, 1, ACTIVE, 50});
        v.icv(GIC_ICC_DIR_EL1, 41);
        EXPECT_FALSE(v.g.active(50));
    });
}

TEST(Rules, V_12_AnLpiInAListRegisterIsRetiredAtEoi)
{
    with_guest([](guest_and_host &v) {
        for (unsigned mode : {0u, 2u}) {
            SCOPED_TRACE(mode);
            v.icv(GIC_ICC_CTLR_EL1, mode);
            v.put(0, {8192, 0xA0});
            EXPECT_EQ(v.ack(), 8192u);
            v.eoi(8192);
            EXPECT_EQ(v.state_of_lr(0), INVALID);
            EXPECT_EQ(v.eoi_count(), 0u);
        }
    });
}

// ---- extended INTIDs
// -------------------------------------------------------------------------------------

TEST(Rules, M_03_VirtualExtRangeSaysTheSame)
{
    with_guest([](guest_and_host &v) {
        EXPECT_EQ(v.icv(GIC_ICC_CTLR_EL1) >> 19 & 1, 1u);
        v.put(0, {5119, 0xA0});
        EXPECT_EQ(v.ack(), 5119u);
    });
}

TEST(Rules, M_04_ExtendedInterruptsAreLinkedAndCounted)
{
    in_both_modes(extended(one_state()), [](gic &g) {
        guest_and_host v(g);
        for (int pintid : {1056, 1119, 4096, 4159}) {
            SCOPED_TRACE(pintid);
            const uint32_t intid = static_cast<uint32_t>(pintid);
            const bool own = gic_is_private(intid);
            if (own)
                g.private_set(0, GICD_ISACTIVER, intid);
            else
                g.spi_set(GICD_ISACTIVER, intid);
            v.put(0, {4096, 0xA0, 1, PENDING, pintid});
            EXPECT_EQ(v.ack(), 4096u);
            v.eoi(4096);
            EXPECT_FALSE(own ? g.private_bit(0, GICD_ISACTIVER, intid) : g.active(intid));
        }
        v.ich(GIC_ICH_AP1R0_EL2, 1);
        v.eoi(4097);
        EXPECT_EQ(v.eoi_count(), 1u);
        v.icv(GIC_ICC_CTLR_EL1, 2);
        v.icv(GIC_ICC_DIR_EL1, 1056);
        EXPECT_EQ(v.eoi_count(), 2u);
    });
}

// ---- traps
// ----------------------------------------------------------------------------------------------

namespace
{

enum trap_class { TRAP_COMMON, TRAP_DIR, TRAP_SGI, TRAP_GROUP0, TRAP_GROUP1, TRAP_NONE };

// V-14's own lists.
trap_class trap_of(gic_sysreg reg)
{
    switch (reg) {
    case GIC_ICC_PMR_EL1:
    case GIC_ICC_RPR_EL1:
    case GIC_ICC_CTLR_EL1:
        return TRAP_COMMON;
    case GIC_ICC_DIR_EL1:
        return TRAP_DIR;
    case GIC_ICC_SGI0R_EL1:
    case GIC_ICC_SGI1R_EL1:
    case GIC_ICC_ASGI1R_EL1:
        return TRAP_SGI;
    case GIC_ICC_IAR0_EL1:
    case GIC_ICC_EOIR0_EL1:
    case GIC_ICC_HPPIR0_EL1:
    case GIC_ICC_BPR0_EL1:
    case GIC_ICC_AP0R0_EL1:
    case GIC_ICC_IGRPEN0_EL1:
        return TRAP_GROUP0;
    case GIC_ICC_IAR1_EL1:
    case GIC_ICC_EOIR1_EL1:
    case GIC_ICC_HPPIR1_EL1:
    case GIC_ICC_BPR1_EL1:
    case GIC_ICC_AP1R0_EL1:
    case GIC_ICC_IGRPEN1_EL1:
        return TRAP_GROUP1;
    default:
        return TRAP_NONE;
    }
}

bool is_trapped(trap_class c, uint64_t hcr, bool is_virtual)
{
    switch (c) {
    case TRAP_COMMON:
        return (hcr & HCR_TC) != 0;
    case TRAP_DIR:
        return (hcr & (HCR_TC | HCR_TDIR)) != 0;
    case TRAP_SGI:
        return (hcr & HCR_TC) != 0 || is_virtual;
    case TRAP_GROUP0:
        return (hcr & HCR_TALL0) != 0;
    case TRAP_GROUP1:
        return (hcr & HCR_TALL1) != 0;
    default:
        return false;
    }
}

} // namespace

TEST(Rules, V_14_EachTrapTakesItsRegistersAndNoOthers)
{
    static const uint64_t bits[] = {HCR_TC, HCR_TALL0, HCR_TALL1, HCR_TDIR};
    with_guest([](guest_and_host &v) {
        for (unsigned set = 0; set < 32; set++) {
            const bool is_virtual = (set & 16) != 0;
            uint64_t hcr = HCR_EN;
            for (unsigned i = 0; i < 4; i++)
                hcr |= (set >> i & 1) != 0 ? bits[i] : 0;
            v.ich(GIC_ICH_HCR_EL2, hcr);
            EXPECT_EQ(v.ich(GIC_ICH_HCR_EL2), hcr);
            gic_pe_state state = v.state(1);
            state.hcr_imo = state.hcr_fmo = is_virtual;
            v.g.set_pe(0, state);
            for (unsigned n = 0; n < GIC_ICC_NMIAR1_EL1; n++) {
                const gic_sysreg reg = static_cast<gic_sysreg>(n);
                const trap_class c = trap_of(reg);
                uint64_t value;
                if (c == TRAP_NONE)
                    continue;
                const gic_sysreg_result result =
                    gic_sysreg_readable(reg) ? v.g.try_read(0, reg, &value)
                                             : v.g.try_write(0, reg, c == TRAP_SGI ? 0 : 1023);
                EXPECT_EQ(result,
                          is_trapped(c, hcr, is_virtual) ? GIC_SYSREG_TRAP_EL2 : GIC_SYSREG_OK)
                    << gic_sysreg_name(reg) << " with " << set;
            }
        }
    });
}

TEST(Rules, V_14_OnlyWhereEL2IsEnabledAndOnlyFromEL1)
{
    in_both_modes(two_states(), [](gic &g) {
        guest_and_host v(g);
        uint64_t value;
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_TC | HCR_TALL0 | HCR_TALL1 | HCR_TDIR);
        EXPECT_EQ(v.ich(GIC_ICC_PMR_EL1), 0xF8u) << "EL2 itself";
        g.become(0, 3, true);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_PMR_EL1), 0xF8u) << "EL3";
        gic_pe_state secure = v.state(1);
        secure.scr_ns = false;
        g.set_pe(0, secure);
        EXPECT_EQ(g.try_read(0, GIC_ICC_IAR1_EL1, &value), GIC_SYSREG_OK) << "Secure EL1";
        secure.scr_eel2 = true;
        g.set_pe(0, secure);
        EXPECT_EQ(g.try_read(0, GIC_ICC_IAR1_EL1, &value), GIC_SYSREG_TRAP_EL2);
    });
}
