// SPDX-License-Identifier: Apache-2.0
// Rules of the virtual CPU interface that a hypervisor sees: what it is told, the maintenance
// interrupt, the one state behind ICH_ and ICV_, list registers that must not be.
#include "virtual_rig.hpp"

using namespace rig;

namespace
{

uint64_t misr(guest_and_host &v)
{
    return v.ich(GIC_ICH_MISR_EL2);
}

enum : uint64_t { MISR_EOI = 1, MISR_U = 2, MISR_LRENP = 4, MISR_NP = 8 };

} // namespace

// ---- what the hypervisor is told
// -----------------------------------------------------------------------

TEST(Rules, V_07_EisrAndElrsrAreTheInvalidListRegisters)
{
    with_guest([](guest_and_host &v) {
        EXPECT_EQ(v.ich(GIC_ICH_ELRSR_EL2), 0xFu);
        EXPECT_EQ(v.ich(GIC_ICH_EISR_EL2), 0u);
        for (unsigned state : {INVALID, PENDING, ACTIVE, PENDING_ACTIVE}) {
            const bool invalid = state == INVALID;
            SCOPED_TRACE(state);
            v.put(0, {40, 0xA0, 1, state});
            v.put(1, {41, 0xA0, 1, state, -1, true});
            v.put(2, {42, 0xA0, 1, state, 50});
            v.put(3, {43, 0xA0, 1, state, 50 | 1 << 9}); // bit 41 belongs to pINTID
            EXPECT_EQ(v.ich(GIC_ICH_EISR_EL2), invalid ? 2u : 0u);
            EXPECT_EQ(v.ich(GIC_ICH_ELRSR_EL2), invalid ? 0xDu : 0u);
            EXPECT_EQ(misr(v) & MISR_EOI, invalid ? 1u : 0u);
        }
        v.put(1, {41, 0x20, 1, PENDING, -1, true});
        EXPECT_EQ(v.ack(), 41u);
        EXPECT_EQ(v.ich(GIC_ICH_EISR_EL2), 0u);
        v.eoi(41);
        EXPECT_EQ(v.ich(GIC_ICH_EISR_EL2), 2u) << "its end is reported";
        v.ich(guest_and_host::list(1), 0);
        EXPECT_EQ(v.ich(GIC_ICH_EISR_EL2), 0u);
    });
}

TEST(Rules, V_08_UnderflowAndNonePending)
{
    with_guest([](guest_and_host &v) {
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_UIE);
        EXPECT_EQ(misr(v), uint64_t{MISR_U});
        v.put(2, {40, 0xA0, 1, ACTIVE});
        EXPECT_EQ(misr(v), uint64_t{MISR_U}) << "one is valid";
        v.put(0, {41, 0xA0, 1, PENDING});
        EXPECT_EQ(misr(v), 0u) << "two are";
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_NPIE);
        EXPECT_EQ(misr(v), 0u);
        v.put(0, {41, 0xA0, 1, PENDING_ACTIVE});
        EXPECT_EQ(misr(v), uint64_t{MISR_NP}) << "none is exactly Pending";
        v.ich(GIC_ICH_HCR_EL2, HCR_EN);
        EXPECT_EQ(misr(v), 0u) << "without their enables";
    });
}

TEST(Rules, V_08_GroupsReportEnabledAndDisabledByTheirOwnEnables)
{
    with_guest([](guest_and_host &v) {
        for (unsigned groups = 0; groups < 4; groups++) {
            v.icv(GIC_ICC_IGRPEN0_EL1, groups & 1);
            v.icv(GIC_ICC_IGRPEN1_EL1, groups >> 1);
            const unsigned all = (groups & 1 ? 0x10u : 0x20u) | (groups & 2 ? 0x40u : 0x80u);
            for (unsigned enables = 0; enables < 16; enables++) {
                v.ich(GIC_ICH_HCR_EL2, HCR_EN | enables << 4);
                EXPECT_EQ(misr(v), all & enables << 4) << groups << " " << enables;
            }
        }
    });
}

TEST(Rules, V_09_MissingListRegistersNeedTheirEnableAndACount)
{
    with_guest([](guest_and_host &v) {
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_LRENPIE);
        EXPECT_EQ(misr(v), 0u);
        EXPECT_FALSE(v.maintenance());
        v.ich(GIC_ICH_AP1R0_EL2, 1);
        v.eoi(40);
        EXPECT_EQ(misr(v), uint64_t{MISR_LRENP});
        EXPECT_TRUE(v.maintenance());
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | UINT64_C(1) << 27);
        EXPECT_EQ(misr(v), 0u);
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_LRENPIE);
        EXPECT_EQ(misr(v), 0u) << "software clears the count";
    });
}

// ---- the maintenance interrupt
// ---------------------------------------------------------------------------

TEST(Rules, V_10_TheMaintenanceInterruptIsALevel)
{
    with_guest([](guest_and_host &v) {
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_UIE);
        EXPECT_TRUE(v.maintenance());
        for (unsigned n = 0; n < 3; n++) { // evaluated again and again
            v.put(0, {40, 0xA0, 1, n % 2 ? PENDING : ACTIVE});
            EXPECT_TRUE(v.maintenance());
        }
        v.put(1, {41, 0xA0});
        EXPECT_FALSE(v.maintenance()) << "the cause is gone";
        v.ich(guest_and_host::list(1), 0);
        EXPECT_TRUE(v.maintenance());
        v.ich(GIC_ICH_HCR_EL2, HCR_UIE);
        EXPECT_FALSE(v.maintenance()) << "disabled";
        EXPECT_EQ(misr(v), uint64_t{MISR_U});
    });
}

TEST(Rules, V_10_ItIsPpi25OfThePe)
{
    with_guest([](guest_and_host &v) {
        gic &g = v.g;
        g.private_interrupt(0, 25, {GIC_GROUP_1NS, 0x80, false, 0});
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_UIE);
        g.settle();
        EXPECT_TRUE(g.irq(0));
        EXPECT_FALSE(g.private_bit(1, GICD_ISPENDR, 25));
        EXPECT_EQ(g.icc_read(0, GIC_ICC_IAR1_EL1), 25u);
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 25);
        EXPECT_TRUE(g.irq(0)) << "the level is still high";
        v.ich(GIC_ICH_HCR_EL2, HCR_EN);
        g.settle();
        EXPECT_FALSE(g.irq(0));
        EXPECT_FALSE(g.private_bit(0, GICD_ISPENDR, 25));
        g.ppi(0, 25, true); // its own input joins
        EXPECT_TRUE(g.private_bit(0, GICD_ISPENDR, 25));
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_UIE);
        g.ppi(0, 25, false);
        EXPECT_TRUE(g.private_bit(0, GICD_ISPENDR, 25)) << "either is enough";
        gic_assembly_reset_pe(g.a, 0, g.now);
        g.settle();
        EXPECT_FALSE(g.private_bit(0, GICD_ISPENDR, 25));
    });
}

// ---- one state by two names
// ----------------------------------------------------------------------------------

TEST(Rules, V_11_VmcrAndTheGuestsRegistersAreOneState)
{
    with_guest([](guest_and_host &v) {
        v.ich(GIC_ICH_VMCR_EL2, UINT64_C(0x98) << 24 | 4u << 21 | 6u << 18 | VMCR_EOIM | 2);
        EXPECT_EQ(v.icv(GIC_ICC_PMR_EL1), 0x98u);
        EXPECT_EQ(v.icv(GIC_ICC_BPR0_EL1), 4u);
        EXPECT_EQ(v.icv(GIC_ICC_BPR1_EL1), 6u);
        EXPECT_EQ(v.icv(GIC_ICC_CTLR_EL1) & 3, 2u);
        EXPECT_EQ(v.icv(GIC_ICC_IGRPEN0_EL1), 0u);
        EXPECT_EQ(v.icv(GIC_ICC_IGRPEN1_EL1), 1u);
        v.icv(GIC_ICC_PMR_EL1, 0xC7);
        v.icv(GIC_ICC_BPR0_EL1, 5);
        v.icv(GIC_ICC_BPR1_EL1, 7);
        v.icv(GIC_ICC_CTLR_EL1, 1);
        v.icv(GIC_ICC_IGRPEN0_EL1, 1);
        v.icv(GIC_ICC_IGRPEN1_EL1, 0);
        EXPECT_EQ(v.ich(GIC_ICH_VMCR_EL2),
                  UINT64_C(0xC0) << 24 | 5u << 21 | 7u << 18 | VMCR_CBPR | 8 | 1);
    });
}

TEST(Rules, V_11_BinaryPointsHaveTheirMinimumAndCommonIsCommon)
{
    with_guest([](guest_and_host &v) {
        v.ich(GIC_ICH_VMCR_EL2, 0);
        EXPECT_EQ(v.ich(GIC_ICH_VMCR_EL2) >> 18 & 0x3F, 2u << 3 | 3u) << "5 pre-emption bits";
        v.icv(GIC_ICC_BPR0_EL1, 0);
        v.icv(GIC_ICC_BPR1_EL1, 0);
        EXPECT_EQ(v.icv(GIC_ICC_BPR0_EL1), 2u);
        EXPECT_EQ(v.icv(GIC_ICC_BPR1_EL1), 3u);
        v.icv(GIC_ICC_BPR0_EL1, 4);
        v.icv(GIC_ICC_CTLR_EL1, 1);
        EXPECT_EQ(v.icv(GIC_ICC_BPR1_EL1), 5u);
        v.icv(GIC_ICC_BPR1_EL1, 7);
        EXPECT_EQ(v.icv(GIC_ICC_BPR1_EL1), 5u) << "ignored";
        EXPECT_EQ(v.ich(GIC_ICH_VMCR_EL2) >> 18 & 7, 3u) << "the hypervisor still reaches it";
        v.icv(GIC_ICC_BPR0_EL1, 7);
        EXPECT_EQ(v.icv(GIC_ICC_BPR1_EL1), 7u) << "saturated";
        v.ich(GIC_ICH_VMCR_EL2, 6u << 18 | VMCR_CBPR);
        EXPECT_EQ(v.ich(GIC_ICH_VMCR_EL2) >> 18 & 7, 6u);
    });
}

TEST(Rules, V_11_InSecureStateTheBinaryPointsCountAlike)
{
    in_both_modes(two_states(), [](gic &g) {
        guest_and_host v(g, true);
        v.icv(GIC_ICC_BPR1_EL1, 0);
        EXPECT_EQ(v.icv(GIC_ICC_BPR1_EL1), 2u);
        v.icv(GIC_ICC_CTLR_EL1, 1);
        v.icv(GIC_ICC_BPR1_EL1, 5);
        EXPECT_EQ(v.icv(GIC_ICC_BPR0_EL1), 5u);
        EXPECT_EQ(v.icv(GIC_ICC_BPR1_EL1), 5u);
        v.icv(GIC_ICC_CTLR_EL1, 0);
        v.icv(GIC_ICC_BPR1_EL1, 5); // group priority is [7:6]; in Non-secure state [7:5]
        v.ich(GIC_ICH_AP1R0_EL2, 1u << (0xB0 >> 3));
        v.put(0, {40, 0x98});
        EXPECT_FALSE(v.virq());
        v.ich(GIC_ICH_VMCR_EL2, VMCR_OPEN | 5u << 18);
        v.as_guest();
        EXPECT_FALSE(v.virq());
        gic_pe_state nonsecure = v.state(1);
        nonsecure.scr_ns = true;
        g.set_pe(0, nonsecure);
        EXPECT_TRUE(v.virq()) << "the state of the PE decides";
    });
}

TEST(Rules, V_11_IdentificationAgrees)
{
    for (unsigned bits = 5; bits <= 8; bits++) {
        const unsigned preemption = bits < 7 ? bits : 7;
        with_guest(
            [&](guest_and_host &v) {
                const uint64_t vtr = v.ich(GIC_ICH_VTR_EL2);
                const uint64_t ctlr = v.icv(GIC_ICC_CTLR_EL1);
                EXPECT_EQ(vtr & 0x1F, 15u);
                EXPECT_EQ(vtr >> 29, bits - 1);
                EXPECT_EQ(vtr >> 26 & 7, preemption - 1);
                EXPECT_EQ(ctlr >> 8 & 7, bits - 1);
                EXPECT_EQ(vtr >> 23 & 7, ctlr >> 11 & 7);
                EXPECT_EQ(vtr >> 21 & 1, ctlr >> 15 & 1);
                EXPECT_EQ(vtr >> 22 & 1, ctlr >> 14 & 1);
                v.icv(GIC_ICC_PMR_EL1, 0xFF);
                EXPECT_EQ(v.icv(GIC_ICC_PMR_EL1), 0xFFu << (8 - bits) & 0xFF);
                v.icv(GIC_ICC_BPR0_EL1, 0);
                EXPECT_EQ(v.icv(GIC_ICC_BPR0_EL1), 7 - preemption);
            },
            [&](gic_config &config) {
                config.list_registers = 16;
                config.virtual_priority_bits = static_cast<uint8_t>(bits);
                config.virtual_preemption_bits = static_cast<uint8_t>(preemption);
            });
    }
}

TEST(Rules, V_13_ActivePrioritiesOfBothNamesAreOneState)
{
    with_guest(
        [](guest_and_host &v) {
            for (unsigned n = 0; n < 4; n++) {
                const auto hyp0 = static_cast<gic_sysreg>(GIC_ICH_AP0R0_EL2 + n);
                const auto hyp1 = static_cast<gic_sysreg>(GIC_ICH_AP1R0_EL2 + n);
                const auto own0 = static_cast<gic_sysreg>(GIC_ICC_AP0R0_EL1 + n);
                const auto own1 = static_cast<gic_sysreg>(GIC_ICC_AP1R0_EL1 + n);
                v.ich(hyp0, 0x10);
                v.ich(hyp1, 0x20);
                EXPECT_EQ(v.icv(own0), 0x10u) << n;
                EXPECT_EQ(v.icv(own1), 0x20u) << n;
                EXPECT_EQ(v.icv(GIC_ICC_RPR_EL1), (32 * n + 4) * 2);
                v.icv(own0, 0);
                v.icv(own1, 0x40);
                EXPECT_EQ(v.ich(hyp0), 0u) << n;
                EXPECT_EQ(v.ich(hyp1), 0x40u) << n;
                EXPECT_EQ(v.icv(GIC_ICC_RPR_EL1), (32 * n + 6) * 2);
                v.ich(hyp1, 0);
            }
            EXPECT_EQ(v.ich(GIC_ICC_AP1R0_EL1), 0u) << "the physical ones are others";
        },
        [](gic_config &config) {
            config.virtual_priority_bits = 8;
            config.virtual_preemption_bits = 7;
        });
}

// ---- list registers
// --------------------------------------------------------------------------------------------

TEST(Rules, V_15_ListRegistersBeyondTheLastAreUndefined)
{
    for (unsigned count : {1u, 4u, 15u, 16u}) {
        with_guest(
            [&](guest_and_host &v) {
                EXPECT_EQ(v.ich(GIC_ICH_VTR_EL2) & 0x1F, count - 1);
                EXPECT_EQ(v.ich(GIC_ICH_ELRSR_EL2), (UINT64_C(1) << count) - 1);
                for (unsigned n = 0; n < 16; n++) {
                    uint64_t value;
                    v.as_host();
                    const gic_sysreg_result right =
                        n < count ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED;
                    EXPECT_EQ(v.g.try_read(0, guest_and_host::list(n), &value), right) << n;
                    EXPECT_EQ(v.g.try_write(0, guest_and_host::list(n), 0), right) << n;
                }
            },
            [&](gic_config &config) { config.list_registers = static_cast<uint8_t>(count); });
    }
}

TEST(Rules, V_15_WithoutListRegistersThereIsNoVirtualInterface)
{
    gic_config config = two_states();
    config.list_registers = 0;
    in_both_modes(config, [](gic &g) {
        gic_pe_state state{};
        uint64_t value;
        state.el = 2;
        state.scr_ns = true;
        g.set_pe(0, state);
        for (unsigned n = GIC_ICH_HCR_EL2; n < GIC_SYSREG_COUNT; n++)
            EXPECT_EQ(g.try_read(0, static_cast<gic_sysreg>(n), &value), GIC_SYSREG_UNDEFINED) << n;
        state.el = 1;
        state.hcr_imo = true;
        g.set_pe(0, state);
        EXPECT_EQ(g.try_read(0, GIC_ICC_IAR1_EL1, &value), GIC_SYSREG_TRAP_EL2);
        g.ppi(0, 25, true);
        EXPECT_TRUE(g.private_bit(0, GICD_ISPENDR, 25)) << "a PPI like any other";
    });
}

TEST(Rules, V_15_UnimplementedBitsReadZeroAndEveryWriteIsEvaluated)
{
    with_guest([](guest_and_host &v) {
        v.ich(guest_and_host::list(0), ~UINT64_C(0));
        EXPECT_EQ(v.ich(guest_and_host::list(0)), UINT64_C(0xF0F81FFF0000FFFF));
        v.ich(guest_and_host::list(0), 0);
        v.put(1, {40, 0xA7});
        EXPECT_EQ(v.ich(guest_and_host::list(1)) >> 48 & 0xFF, 0xA0u);
        EXPECT_TRUE(v.virq());
        v.put(1, {40, 0xA0, 0});
        EXPECT_TRUE(v.vfiq());
        EXPECT_FALSE(v.virq());
        v.put(1, {40, 0xA0, 0, INVALID});
        EXPECT_FALSE(v.vfiq());
    });
}

TEST(Rules, V_16_ImpossibleListRegistersDoNoHarm)
{
    with_guest([](guest_and_host &v) {
        gic &g = v.g;
        for (uint32_t spi : {50u, 51u}) {
            g.spi(spi, {GIC_GROUP_1NS, 0xA0, false, 0});
            g.spi_set(GICD_ISACTIVER, spi);
        }
        g.private_set(0, GICD_ISACTIVER, 5);
        // One vINTID twice, each linked to another physical interrupt.
        const lr first = {60, 0xA0, 1, PENDING, 50};
        const lr second = {60, 0x90, 1, PENDING, 51};
        v.put(0, first);
        EXPECT_EQ(g.count(GIC_EV_BAD_LIST_REGISTER), 0u);
        v.put(1, second);
        EXPECT_EQ(g.count(GIC_EV_BAD_LIST_REGISTER), 1u);
        EXPECT_EQ(v.ich(guest_and_host::list(0)), first.word());
        EXPECT_EQ(v.ich(guest_and_host::list(1)), second.word());
        EXPECT_EQ(v.ack(), 60u);
        v.eoi(60);
        EXPECT_TRUE(g.active(50)) << "what was acknowledged was the second";
        EXPECT_FALSE(g.active(51));
        EXPECT_EQ(v.ack(), 60u);
        v.eoi(60);
        EXPECT_FALSE(g.active(50));
        EXPECT_FALSE(v.virq()) << "the vCPU goes on";
        // Hardware, Pending and Active; a link to an SGI.
        g.spi_set(GICD_ISACTIVER, 50);
        g.spi_set(GICD_ISACTIVER, 51);
        const lr both = {61, 0xA0, 1, PENDING_ACTIVE, 50};
        v.put(0, both);
        EXPECT_EQ(v.ich(guest_and_host::list(0)), both.word());
        v.ich(GIC_ICH_AP1R0_EL2, 1u << (0xA0 >> 3));
        v.eoi(61);
        EXPECT_FALSE(g.active(50)) << "its own";
        EXPECT_TRUE(g.active(51)) << "and no other";
        EXPECT_EQ(v.state_of_lr(0), PENDING);
        const lr linked_to_sgi = {62, 0x80, 1, PENDING, 5};
        v.put(0, linked_to_sgi);
        EXPECT_EQ(v.ich(guest_and_host::list(0)), linked_to_sgi.word());
        EXPECT_EQ(v.ack(), 62u);
        v.eoi(62);
        EXPECT_TRUE(g.private_bit(0, GICD_ISACTIVER, 5));
        EXPECT_EQ(v.state_of_lr(0), INVALID);
        EXPECT_EQ(g.count(GIC_EV_BAD_LIST_REGISTER), 3u);
    });
}

TEST(Rules, V_17_DisabledNothingIsSignalledAndNothingForgotten)
{
    with_guest([](guest_and_host &v) {
        v.put(0, {40, 0xA0});
        v.put(1, {41, 0x60, 0});
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_NPIE);
        EXPECT_TRUE(v.vfiq());
        v.ich(GIC_ICH_HCR_EL2, HCR_UIE | HCR_NPIE);
        EXPECT_FALSE(v.vfiq());
        EXPECT_FALSE(v.virq());
        EXPECT_FALSE(v.maintenance());
        EXPECT_EQ(v.ack(), 1023u);
        EXPECT_EQ(v.ack(0), 1023u);
        v.ich(guest_and_host::list(1), 0);
        v.ich(GIC_ICH_AP1R0_EL2, 1u << 25);
        EXPECT_FALSE(v.virq());
        EXPECT_FALSE(v.maintenance());
        EXPECT_EQ(v.state_of_lr(0), PENDING);
        EXPECT_EQ(v.ich(GIC_ICH_VMCR_EL2) & VMCR_OPEN, uint64_t{VMCR_OPEN});
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_UIE);
        EXPECT_TRUE(v.virq());
        EXPECT_TRUE(v.maintenance());
        EXPECT_EQ(v.ack(), 40u);
    });
}

TEST(Rules, V_18_NothingIsInjectedDirectly)
{
    with_guest([](guest_and_host &v) {
        EXPECT_EQ(v.ich(GIC_ICH_VTR_EL2) >> 20 & 1, 1u) << "nV4";
        EXPECT_EQ(v.ich(GIC_ICH_VTR_EL2) >> 18 & 1, 0u) << "DVIM";
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | 1u << 8 | 1u << 15);
        EXPECT_EQ(v.ich(GIC_ICH_HCR_EL2), uint64_t{HCR_EN}) << "vSGIEOICount, DVIM";
    });
}

// ---- saved in the middle of it
// -----------------------------------------------------------------------------------

TEST(Rules, N_02_ListRegistersInEachStateSurviveASnapshot)
{
    const gic_config config = two_states();
    for (const gic_timing &timing : {loosely_timed(), timed()}) {
        gic g(config, timing);
        gic other(config, timing);
        g.boot();
        guest_and_host v(g);
        g.spi(50, {GIC_GROUP_1NS, 0xA0, false, 0});
        g.spi_set(GICD_ISACTIVER, 50);
        v.put(0, {40, 0xA0, 1, PENDING, 50});
        EXPECT_EQ(v.ack(), 40u);
        v.put(1, {41, 0x80});
        v.put(2, {42, 0xB0, 1, PENDING_ACTIVE});
        v.put(3, {43, 0xC0, 1, INVALID, -1, true});
        v.ich(GIC_ICH_HCR_EL2, HCR_EN | HCR_LRENPIE | UINT64_C(3) << 27);
        v.as_guest();
        std::vector<unsigned char> file(gic_assembly_save_size(g.a));
        file.resize(gic_assembly_save(g.a, file.data()));
        ASSERT_TRUE(gic_assembly_load(other.a, file.data(), file.size()));
        other.now = g.now;
        for (unsigned n = GIC_ICH_HCR_EL2; n < GIC_SYSREG_COUNT; n++) {
            uint64_t was = 0;
            uint64_t is = 0;
            const auto reg = static_cast<gic_sysreg>(n);
            EXPECT_EQ(gic_assembly_sysreg_peek(g.a, 0, reg, &was),
                      gic_assembly_sysreg_peek(other.a, 0, reg, &is));
            EXPECT_EQ(was, is) << gic_sysreg_name(reg);
        }
        other.settle();
        guest_and_host w(other);
        w.ich(GIC_ICH_HCR_EL2, v.ich(GIC_ICH_HCR_EL2));
        for (guest_and_host *who : {&v, &w}) {
            EXPECT_EQ(who->icv(GIC_ICC_RPR_EL1), 0xA0u);
            EXPECT_EQ(who->ack(), 41u);
            who->eoi(41);
            who->eoi(40);
            EXPECT_FALSE(who->g.active(50));
            EXPECT_EQ(who->eoi_count(), 3u);
        }
    }
}
