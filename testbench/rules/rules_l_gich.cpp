// SPDX-License-Identifier: Apache-2.0
// The virtual half of a GICv2 (L-12).
#include "gicv2_rig.hpp"

using namespace v2;

namespace
{

constexpr uint32_t NOTHING = 1023;

// A hypervisor's list register.
uint32_t listed(uint32_t intid, uint8_t priority, uint32_t rest)
{
    return intid | static_cast<uint32_t>(priority) >> 3 << 23 | rest;
}

TEST(Rules, L_12_AListRegisterIsTheGuestsInterrupt)
{
    in_both_modes(two_states(2), [](gic &g) {
        g.gich_write(1, GICH_HCR, 1);
        g.gicv_write(1, GICC_PMR, 0xF8);
        g.gicv_write(1, GICC_CTLR, ENABLE_GRP0 | ENABLE_GRP1 | FIQ_EN);
        EXPECT_EQ(g.gich(1, GICH_VMCR), 0xF84C000Bu) << "one state by both names";
        g.gich_write(1, GICH_LR + 4, listed(sgi_from(3, 5), 0xA0, LR_PENDING));
        EXPECT_TRUE(g.line(1, GIC_LINE_VFIQ));
        EXPECT_FALSE(g.line(0, GIC_LINE_VFIQ)) << "banked by PE";
        g.gicv_write(1, GICC_CTLR, ENABLE_GRP0 | ENABLE_GRP1);
        EXPECT_TRUE(g.line(1, GIC_LINE_VIRQ)) << "VFIQEn";
        EXPECT_FALSE(g.line(1, GIC_LINE_VFIQ));
        EXPECT_EQ(g.gicv(1, GICC_AIAR), NOTHING);
        EXPECT_EQ(g.gicv(1, GICC_IAR), sgi_from(3, 5)) << "with the CPUID of the list register";
        EXPECT_EQ(g.gich(1, GICH_LR + 4), listed(sgi_from(3, 5), 0xA0, LR_ACTIVE));
        EXPECT_EQ(g.gich(1, GICH_APR), 1u << (0xA0 >> 3)) << "one register, whatever the group";
        EXPECT_EQ(g.gicv(1, GICC_RPR), 0xA0u);
        g.gicv_write(1, GICC_EOIR, sgi_from(3, 5));
        EXPECT_EQ(g.gich(1, GICH_LR + 4), listed(sgi_from(3, 5), 0xA0, 0));
        EXPECT_EQ(g.gich(1, GICH_APR), 0u);
        EXPECT_EQ(g.gicv(1, GICC_IAR), NOTHING);
    });
}

TEST(Rules, L_12_Group1OfTheGuestByAckCtlOrTheAliases)
{
    in_both_modes(one_state(1), [](gic &g) {
        g.gich_write(0, GICH_HCR, 1);
        g.gich_write(0, GICH_VMCR, 0xF8000003);
        g.gich_write(0, GICH_LR, listed(40, 0x80, LR_PENDING | LR_GRP1));
        EXPECT_TRUE(g.line(0, GIC_LINE_VIRQ));
        EXPECT_EQ(g.gicv(0, GICC_HPPIR), 1022u);
        EXPECT_EQ(g.gicv(0, GICC_IAR), 1022u) << "VMAckCtl=0";
        EXPECT_EQ(g.gicv(0, GICC_AHPPIR), 40u);
        EXPECT_EQ(g.gicv(0, GICC_AIAR), 40u);
        EXPECT_EQ(g.gich(0, GICH_APR), 1u << (0x80 >> 3)) << "one register, whatever the group";
        g.gicv_write(0, GICC_AEOIR, 40);
        EXPECT_EQ(g.gich(0, GICH_LR) >> 28 & 3u, 0u);
        g.gicv_write(0, GICC_CTLR, ENABLE_GRP1 | ACK_CTL);
        g.gich_write(0, GICH_LR, listed(40, 0x80, LR_PENDING | LR_GRP1));
        EXPECT_EQ(g.gicv(0, GICC_IAR), 40u);
        g.gicv_write(0, GICC_EOIR, 40);
        EXPECT_EQ(g.gich(0, GICH_LR) >> 28 & 3u, 0u);
        EXPECT_EQ(g.count(GIC_EV_BAD_ICV_EOIR), 0u);
    });
}

TEST(Rules, L_12_AnInterruptInHardwareEndsWithItsListRegister)
{
    in_both_modes(two_states(2), [](gic &g) {
        g.spi(40, 1, 1, 0xA0, true);
        g.spi(41, 1, 0, 0x90, true);
        g.gicc_write(0, GICC_CTLR, ENABLE_GRP0 | ENABLE_GRP1 | EOI_MODE_NS);
        g.pulse(40);
        EXPECT_EQ(g.gicc(0, GICC_IAR, false), 40u);
        g.gicc_write(0, GICC_EOIR, 40, false);
        EXPECT_TRUE(g.bit(0, GICD_ISACTIVER, 40));
        g.gich_write(0, GICH_HCR, 1);
        g.gich_write(0, GICH_VMCR, 0xF8000001);
        g.gich_write(0, GICH_LR, listed(64, 0xA0, LR_PENDING | LR_HW | 40u << 10));
        EXPECT_EQ(g.gicv(0, GICC_IAR), 64u);
        g.gicv_write(0, GICC_EOIR, 64);
        EXPECT_FALSE(g.bit(0, GICD_ISACTIVER, 40));
        g.pulse(41);
        EXPECT_EQ(g.gicc(0, GICC_IAR), 41u);
        g.gich_write(0, GICH_LR, listed(64, 0xA0, LR_PENDING | LR_HW | 41u << 10));
        EXPECT_EQ(g.gicv(0, GICC_IAR), 64u);
        g.gicv_write(0, GICC_EOIR, 64);
        EXPECT_TRUE(g.bit(0, GICD_ISACTIVER, 41)) << "not a Secure one";
    });
}

TEST(Rules, L_12_MaintenanceAndWhatHasNoListRegister)
{
    in_both_modes(one_state(1), [](gic &g) {
        EXPECT_EQ(g.gich(0, GICH_VTR), 4u << 29 | 4u << 26 | 3u) << "5 bits each, 4 registers";
        g.gich_write(0, GICH_HCR, 0xFFFFFFFD);
        EXPECT_EQ(g.gich(0, GICH_HCR), 0xF80000FDu) << "no traps";
        g.gich_write(0, GICH_HCR, 1 | 1u << 2);
        g.gich_write(0, GICH_VMCR, 0xF8000201);
        EXPECT_EQ(g.gich(0, GICH_ELRSR), 0xFu);
        g.gich_write(0, GICH_LR, listed(40, 0x80, LR_PENDING | LR_EOI));
        EXPECT_EQ(g.gich(0, GICH_ELRSR), 0xEu);
        EXPECT_EQ(g.gicv(0, GICC_IAR), 40u);
        g.gicv_write(0, GICC_EOIR, 40);
        g.gicv_write(0, GICC_DIR, 40);
        EXPECT_EQ(g.gich(0, GICH_EISR), 1u);
        EXPECT_EQ(g.gich(0, GICH_MISR), 1u);
        EXPECT_TRUE(g.line(0, GIC_LINE_MAINTENANCE));
        EXPECT_EQ(g.gicc(0, GICC_HPPIR), 25u) << "PPI 25";
        g.gich_write(0, GICH_LR, 0);
        EXPECT_EQ(g.gicc(0, GICC_HPPIR), NOTHING);
        g.gicv_write(0, GICC_DIR, 50);
        g.gicv_write(0, GICC_DIR, sgi_from(1, 2));
        EXPECT_EQ(g.gich(0, GICH_HCR) >> 27, 2u) << "EOICount counts every missing one";
        EXPECT_EQ(g.gich(0, GICH_MISR), 1u << 2);
        g.gich_write(0, GICH_APR, 1u << 4);
        EXPECT_EQ(g.gicv(0, GICC_RPR), 0x20u) << "restored";
        g.gich_write(0, GICH_LR + 16, ~0u);
        EXPECT_EQ(g.gich(0, GICH_LR + 16), 0u) << "no such list register";
    });
}

TEST(Rules, L_12_SpecialNumbersInAListRegisterLeaveNothingBehind)
{
    in_both_modes(one_state(1), [](gic &g) {
        g.gich_write(0, GICH_HCR, 1);
        g.gich_write(0, GICH_VMCR, 0xF8000007);
        for (uint32_t intid : {1020u, 1022u, 1023u, sgi_from(3, 1021), sgi_from(1, 1023)}) {
            g.gich_write(0, GICH_LR, listed(intid, 0x80, LR_PENDING));
            EXPECT_TRUE(g.line(0, GIC_LINE_VIRQ)) << intid;
            EXPECT_EQ(g.gicv(0, GICC_IAR), intid);
            EXPECT_FALSE(g.line(0, GIC_LINE_VIRQ)) << intid << " is gone: the guest goes on";
            EXPECT_EQ(g.gich(0, GICH_LR), listed(intid, 0x80, 0));
            EXPECT_EQ(g.gicv(0, GICC_RPR), 0xFFu);
        }
        g.gich_write(0, GICH_APR, 1u << 16);
        g.gicv_write(0, GICC_EOIR, sgi_from(2, 1022));
        EXPECT_EQ(g.gich(0, GICH_APR), 1u << 16) << "an end of such a number is ignored";
    });
}

TEST(Rules, L_12_WithoutEl2ThereIsNoVirtualHalf)
{
    gic_config config = one_state(1);
    config.has_el2 = false;
    gic g(config);
    gic_access access{};
    uint64_t value = 0;
    access.size = 4;
    EXPECT_EQ(gic_assembly_cpu_read(g.a, 0, CPUIF_GICH, &access, 0, &value), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_cpu_read(g.a, 0, CPUIF_GICV, &access, 0, &value), GIC_ADDRESS);
}

} // namespace

// Each field of the guest's registers is one of GICH_VMCR, by the architecture's place.
TEST(Rules, L_12_TheGuestsRegistersAreFieldsOfVmcr)
{
    gic g(two_states(2));
    const uint32_t all = ENABLE_GRP0 | ENABLE_GRP1 | ACK_CTL | FIQ_EN | CBPR | 1u << 9;
    const uint32_t rest = g.gich(1, GICH_VMCR) & ~all;
    for (unsigned bit = 0; bit < 32; bit++) {
        g.gicv_write(1, GICC_CTLR, UINT32_C(1) << bit);
        EXPECT_EQ(g.gicv(1, GICC_CTLR), (UINT32_C(1) << bit) & all) << bit;
        EXPECT_EQ(g.gich(1, GICH_VMCR), rest | ((UINT32_C(1) << bit) & all)) << bit;
    }
    g.gicv_write(1, GICC_CTLR, all);
    EXPECT_EQ(g.gicv(1, GICC_CTLR), all);
    g.gicv_write(1, GICC_PMR, 0xA8);
    g.gicv_write(1, GICC_BPR, 5);
    g.gicv_write(1, GICC_ABPR, 6);
    EXPECT_EQ(g.gicv(1, GICC_PMR), 0xA8u);
    EXPECT_EQ(g.gicv(1, GICC_BPR), 5u);
    EXPECT_EQ(g.gicv(1, GICC_ABPR), 6u) << "its own, whatever CBPR says";
    EXPECT_EQ(g.gich(1, GICH_VMCR), 0xA8000000u | 5u << 21 | 6u << 18 | all);
    EXPECT_EQ(g.gicv(1, GICC_IIDR), g.gicc(1, GICC_IIDR));
    g.gicv_write(1, GICC_APR, 1u << 20);
    EXPECT_EQ(g.gicv(1, GICC_APR), 1u << 20);
    EXPECT_EQ(g.gich(1, GICH_APR), 1u << 20);
    EXPECT_EQ(g.gicv(1, GICC_RPR), 0xA0u);
    g.gicv_write(1, GICC_APR, 0);
    EXPECT_EQ(g.gicv(1, GICC_RPR), 0xFFu);
    EXPECT_EQ(g.gicv(0, GICC_CTLR), 0u) << "banked by PE";
}

TEST(Gicv2, AGuestsReadWithoutAnInterruptIsReported)
{
    gic g(two_states(2));
    std::vector<gic_event> seen;
    g.watch = [&seen](const gic_event &event) { seen.push_back(event); };
    EXPECT_EQ(g.gicv(1, GICC_IAR), NOTHING);
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].id, GIC_EV_VIRTUAL_SPURIOUS);
    EXPECT_EQ(seen[0].pe, 1);
    EXPECT_EQ(seen[0].intid, NOTHING);
    EXPECT_EQ(seen[0].arg, 0u);
}

// Linked to a physical interrupt, bits [19:10] are its INTID; else EOI and the SGI's CPUID.
TEST(Rules, L_12_AListRegisterKeepsItsFields)
{
    gic g(two_states(2));
    for (unsigned bit = 0; bit < 32; bit++) {
        const uint32_t one = UINT32_C(1) << bit;
        g.gich_write(1, GICH_LR + 8, one | LR_HW);
        EXPECT_EQ(g.gich(1, GICH_LR + 8), (one & 0x7F8FFFFF) | LR_HW) << bit;
        g.gich_write(1, GICH_LR + 8, one & ~LR_HW);
        EXPECT_EQ(g.gich(1, GICH_LR + 8), one & 0x7F881FFF) << bit;
        EXPECT_EQ(g.gich(1, GICH_LR), 0u) << "of its own number";
    }
    g.gich_write(1, GICH_LR, LR_EOI | 5);
    EXPECT_EQ(g.gich(1, GICH_EISR), 1u);
    EXPECT_EQ(g.gich(1, GICH_ELRSR), 0xEu);
    EXPECT_EQ(g.gich(1, GICH_EISR + 4), 0u) << "there are no list registers from 32 on";
    EXPECT_EQ(g.gich(1, GICH_ELRSR + 4), 0u);
}
