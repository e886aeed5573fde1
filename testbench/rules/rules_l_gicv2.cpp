// SPDX-License-Identifier: Apache-2.0
// GICv2 (L rules, IHI 0048B).
#include <cstddef>

#include "gicv2_rig.hpp"

using namespace v2;

namespace
{

constexpr uint32_t NOTHING = 1023;

TEST(Rules, L_01_RegistersOfPrivateInterruptsAreBankedByTheRequester)
{
    in_both_modes(two_states(), [](gic &g) {
        const uint32_t words[] = {GICD_IGROUPR, GICD_ISENABLER, GICD_ISPENDR, GICD_ISACTIVER};
        for (unsigned pe = 0; pe < 4; pe++)
            g.dist_write(pe, GICD_ICENABLER, 0xFFFFFFFF);
        for (unsigned pe = 0; pe < 4; pe++) {
            for (uint32_t word : words)
                g.dist_write(pe, word, 0x10000u << pe);
            g.dist_write(pe, GICD_IPRIORITYR + 20, 0x10 * (pe + 1), 1);
            g.dist_write(pe, GICD_SPENDSGIR, 1u << pe, 1);
            g.dist_write(pe, GICD_ICFGR + 4, 0x2u << 2 * pe);
            g.gicc_write(pe, GICC_PMR, 0x80 + 8 * pe);
            g.gicc_write(pe, GICC_BPR, 3 + pe);
        }
        for (unsigned pe = 0; pe < 4; pe++) {
            for (uint32_t word : words)
                EXPECT_EQ(g.dist(pe, word) >> 16, 1u << pe) << "PE " << pe << " GICD+" << word;
            EXPECT_EQ(g.dist(pe, GICD_IPRIORITYR + 20, 1), 0x10 * (pe + 1));
            EXPECT_EQ(g.dist(pe, GICD_SPENDSGIR, 1), 1u << pe);
            EXPECT_EQ(g.dist(pe, GICD_CPENDSGIR, 1), 1u << pe);
            EXPECT_EQ(g.dist(pe, GICD_ICFGR + 4), 0x2u << 2 * pe);
            EXPECT_EQ(g.dist(pe, GICD_ITARGETSR, 1), 1u << pe);
            EXPECT_EQ(g.gicc(pe, GICC_PMR), 0x80 + 8 * pe);
            EXPECT_EQ(g.gicc(pe, GICC_BPR), 3 + pe);
            EXPECT_EQ(g.dist(pe, GICD_ICPENDR) & 0xFFFF, 1u) << "an SGI pends for each";
        }
    });
}

TEST(Rules, L_01_AnAccessThatNamesNoPeOfThisGicHasNoBank)
{
    gic g(one_state(2));
    gic_access access{};
    uint64_t value = 0;
    access.size = 4;
    access.pe = 2;
    EXPECT_EQ(gic_assembly_cpu_read(g.a, 0, CPUIF_GICC, &access, GICC_PMR, &value), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_cpu_write(g.a, 0, CPUIF_GICC, &access, GICC_PMR, 0), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_gicd_read(g.a, 0, &access, GICD_ISENABLER, &value), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_gicd_write(g.a, 0, &access, GICD_ISENABLER, 1), GIC_ADDRESS);
}

TEST(Rules, L_01_ThereIsNoSystemRegister)
{
    gic g(two_states(1));
    gic_pe_state pe{};
    pe.el = 3;
    gic_assembly_pe_state(g.a, 0, 0, &pe);
    for (unsigned reg = 0; reg < GIC_SYSREG_COUNT; reg++) {
        uint64_t value = 0;
        EXPECT_EQ(gic_assembly_sysreg_read(g.a, 0, 0, static_cast<gic_sysreg>(reg), &value),
                  GIC_SYSREG_UNDEFINED);
        EXPECT_EQ(gic_assembly_sysreg_write(g.a, 0, 0, static_cast<gic_sysreg>(reg), 0),
                  GIC_SYSREG_UNDEFINED);
    }
}

TEST(Rules, L_02_TargetsOfPrivateInterruptsAreReadOnly)
{
    in_both_modes(one_state(), [](gic &g) {
        for (unsigned pe = 0; pe < 4; pe++) {
            g.dist_write(pe, GICD_ITARGETSR + 4, 0xFFFFFFFF);
            EXPECT_EQ(g.dist(pe, GICD_ITARGETSR + 4), 0x01010101u << pe);
            EXPECT_EQ(g.dist(pe, GICD_ITARGETSR + 31, 1), 1u << pe);
        }
    });
}

TEST(Rules, L_02_TargetBytesAbsentPesAndOnePe)
{
    in_both_modes(one_state(3), [](gic &g) {
        g.dist_write(1, GICD_ITARGETSR + 32, 0xFF050201);
        EXPECT_EQ(g.dist(0, GICD_ITARGETSR + 32), 0x07050201u) << "absent PEs are RAZ/WI";
        g.dist_write(2, GICD_ITARGETSR + 33, 0x04, 1);
        EXPECT_EQ(g.dist(0, GICD_ITARGETSR + 32), 0x07050401u);
        EXPECT_EQ(g.dist(0, GICD_ITARGETSR + 32 + 96), 0u);
    });
    in_both_modes(one_state(1), [](gic &g) {
        g.dist_write(0, GICD_ITARGETSR + 32, 0xFFFFFFFF);
        EXPECT_EQ(g.dist(0, GICD_ITARGETSR + 32), 0u);
        EXPECT_EQ(g.dist(0, GICD_ITARGETSR), 0u);
        g.spi(40, 0);
        g.wire(40, true);
        EXPECT_EQ(g.gicc(0, GICC_IAR), 40u) << "the one PE is everything's target";
    });
}

TEST(Rules, L_02_NoTargetKeepsItPendingAndALaterOneDelivers)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40, 0);
        g.wire(40, true);
        EXPECT_TRUE(g.bit(0, GICD_ISPENDR, 40));
        EXPECT_EQ(g.irqs(), 0u);
        g.dist_write(0, GICD_ITARGETSR + 40, 0x4, 1);
        EXPECT_EQ(g.irqs(), 4u);
        g.dist_write(0, GICD_ITARGETSR + 40, 0x2, 1);
        EXPECT_EQ(g.irqs(), 2u) << "a change moves what is pending";
        EXPECT_EQ(g.gicc(2, GICC_IAR), NOTHING);
        EXPECT_EQ(g.gicc(1, GICC_IAR), 40u);
        g.dist_write(0, GICD_ITARGETSR + 40, 0x9, 1);
        EXPECT_EQ(g.irqs(), 0u) << "and does not touch what is active";
        EXPECT_TRUE(g.bit(0, GICD_ISACTIVER, 40));
        g.gicc_write(1, GICC_EOIR, 40);
        EXPECT_EQ(g.irqs(), 9u) << "the level is still high";
        g.dist_write(0, GICD_ITARGETSR + 40, 0x8, 1);
        EXPECT_EQ(g.irqs(), 8u) << "one target of two goes";
    });
}

TEST(Rules, L_03_TheFirstAcknowledgeTakesItFromTheOthers)
{
    in_both_modes(one_state(), [](gic &g) {
        g.spi(40, 0xF, 0, 0xA0, true);
        for (unsigned first = 0; first < 4; first++) {
            g.pulse(40);
            EXPECT_EQ(g.irqs(), 0xFu);
            for (unsigned pe = 0; pe < 4; pe++)
                EXPECT_EQ(g.gicc(pe, GICC_HPPIR), 40u);
            EXPECT_EQ(g.gicc(first, GICC_IAR), 40u);
            EXPECT_EQ(g.irqs(), 0u) << "their lines drop";
            for (unsigned pe = 0; pe < 4; pe++) {
                const uint32_t running = g.gicc(pe, GICC_RPR);
                EXPECT_EQ(g.gicc(pe, GICC_IAR), NOTHING);
                EXPECT_EQ(g.gicc(pe, GICC_RPR), running) << "no state changes";
            }
            EXPECT_TRUE(g.bit(0, GICD_ISACTIVER, 40));
            g.gicc_write(first, GICC_EOIR, 40);
            EXPECT_FALSE(g.bit(0, GICD_ISACTIVER, 40));
        }
    });
}

TEST(Rules, L_03_WhoReadsWhileTheLineStillFallsReadsNothing)
{
    gic g(one_state(), timed());
    g.boot();
    g.spi(40, 0x3);
    g.wire(40, true);
    g.settling = false;
    EXPECT_EQ(g.irqs(), 3u);
    EXPECT_EQ(g.gicc(1, GICC_IAR), 40u);
    EXPECT_EQ(g.irqs(), 1u) << "its own line is down, the other's on its way";
    EXPECT_EQ(g.gicc(0, GICC_IAR), NOTHING);
    g.settle();
    EXPECT_EQ(g.irqs(), 0u);
}

TEST(Rules, L_03_AMoreUrgentOneAtOnePeLeavesItToTheOthers)
{
    in_both_modes(one_state(2), [](gic &g) {
        g.spi(40, 3, 0, 0xA0);
        g.spi(41, 1, 0, 0x50);
        g.spi(42, 3, 0, 0x90);
        g.wire(40, true);
        g.wire(41, true);
        EXPECT_EQ(g.gicc(0, GICC_HPPIR), 41u);
        EXPECT_EQ(g.gicc(1, GICC_HPPIR), 40u);
        g.wire(42, true);
        EXPECT_EQ(g.gicc(1, GICC_HPPIR), 42u);
        EXPECT_EQ(g.gicc(1, GICC_IAR), 42u);
        EXPECT_EQ(g.gicc(0, GICC_IAR), 41u);
        g.gicc_write(0, GICC_EOIR, 41);
        g.wire(41, false);
        g.dist_write(0, GICD_ICENABLER + 4, 1u << 9); // 41
        EXPECT_EQ(g.gicc(0, GICC_HPPIR), 40u);
        EXPECT_EQ(g.gicc(0, GICC_IAR), 40u);
    });
}

TEST(Rules, L_04_TargetListFilter)
{
    in_both_modes(one_state(), [](gic &g) {
        const auto sent = [&g](unsigned from, uint32_t value) {
            unsigned who = 0;
            g.sgi(from, value | 5);
            for (unsigned pe = 0; pe < 4; pe++) {
                const uint32_t got = g.gicc(pe, GICC_IAR);
                if (got == NOTHING)
                    continue;
                EXPECT_EQ(got, sgi_from(from, 5));
                g.gicc_write(pe, GICC_EOIR, got);
                who |= 1u << pe;
            }
            return who;
        };
        EXPECT_EQ(sent(1, sgi_to(0xD)), 0xDu);
        EXPECT_EQ(sent(1, sgi_to(0x2)), 0x2u) << "the sender is a target like others";
        EXPECT_EQ(sent(1, sgi_to(0)), 0u) << "an empty list";
        EXPECT_EQ(g.count(GIC_EV_BAD_SGI_TARGET), 0u);
        EXPECT_EQ(sent(1, sgi_to(0xF8)), 0x8u) << "absent PEs are ignored";
        EXPECT_EQ(g.count(GIC_EV_BAD_SGI_TARGET), 1u);
        EXPECT_EQ(sent(2, SGI_OTHERS | sgi_to(0xFF)), 0xBu);
        EXPECT_EQ(sent(3, SGI_SELF | sgi_to(0x1)), 0x8u);
        EXPECT_EQ(sent(3, 3u << 24 | sgi_to(0xF)), 0u) << "reserved";
    });
}

// SGI 5 is Group 0 at PE 0 and Group 1 at PE 1.
unsigned pended_by(gic &g, uint32_t value, bool secure)
{
    unsigned who = 0;
    g.sgi(2, value | 5 | sgi_to(3), secure);
    for (unsigned pe = 0; pe < 2; pe++) {
        who |= g.dist(pe, GICD_SPENDSGIR + 5, 1) != 0 ? 1u << pe : 0;
        g.dist_write(pe, GICD_CPENDSGIR + 5, 0xFF, 1);
    }
    return who;
}

TEST(Rules, L_05_NsattChoosesTheGroupInSecureWrites)
{
    in_both_modes(two_states(3), [](gic &g) {
        g.dist_write(1, GICD_IGROUPR, 1u << 5);
        EXPECT_EQ(pended_by(g, 0, true), 1u);
        EXPECT_EQ(pended_by(g, SGI_NSATT, true), 2u);
        EXPECT_EQ(pended_by(g, 0, false), 2u) << "Non-secure reaches Group 1 alone";
        EXPECT_EQ(pended_by(g, SGI_NSATT, false), 2u);
        g.dist_write(0, GICD_NSACR, 1u << 10);
        EXPECT_EQ(pended_by(g, 0, false), 3u) << "and what NSACR permits";
    });
    in_both_modes(one_state(3), [](gic &g) {
        g.dist_write(1, GICD_IGROUPR, 1u << 5);
        EXPECT_EQ(pended_by(g, 0, true), 3u) << "one Security state: NSATT is reserved";
        EXPECT_EQ(pended_by(g, SGI_NSATT, true), 3u);
    });
}

TEST(Rules, L_06_OnePendingBitForEachSource)
{
    in_both_modes(one_state(), [](gic &g) {
        g.sgi(3, sgi_to(1) | 7);
        g.sgi(1, sgi_to(1) | 7);
        g.sgi(3, sgi_to(1) | 7);
        EXPECT_EQ(g.count(GIC_EV_MERGED), 1u) << "one source merges";
        EXPECT_EQ(g.dist(0, GICD_SPENDSGIR + 7, 1), 0xAu);
        EXPECT_EQ(g.gicc(0, GICC_HPPIR), sgi_from(1, 7)) << "the lowest source";
        EXPECT_EQ(g.gicc(0, GICC_IAR), sgi_from(1, 7));
        EXPECT_EQ(g.dist(0, GICD_SPENDSGIR + 7, 1), 0x8u) << "acknowledge clears that one only";
        EXPECT_TRUE(g.bit(0, GICD_ISPENDR, 7));
        EXPECT_EQ(g.gicc(0, GICC_IAR), NOTHING) << "active is per INTID";
        g.gicc_write(0, GICC_EOIR, sgi_from(1, 7));
        EXPECT_TRUE(g.irq(0));
        EXPECT_EQ(g.gicc(0, GICC_IAR), sgi_from(3, 7));
        g.gicc_write(0, GICC_EOIR, sgi_from(3, 7));
        EXPECT_EQ(g.gicc(0, GICC_IAR), NOTHING);
    });
}

TEST(Rules, L_06_ALowerSourceTakesThePlaceOfAHigherOne)
{
    in_both_modes(one_state(), [](gic &g) {
        g.sgi(2, sgi_to(1) | 0);
        EXPECT_EQ(g.gicc(0, GICC_HPPIR), sgi_from(2, 0));
        g.sgi(0, sgi_to(1) | 0);
        EXPECT_EQ(g.gicc(0, GICC_HPPIR), sgi_from(0, 0));
        g.dist_write(0, GICD_CPENDSGIR, 1, 1);
        EXPECT_EQ(g.gicc(0, GICC_IAR), sgi_from(2, 0));
        EXPECT_FALSE(g.irq(0));
    });
}

TEST(Rules, L_07_SourcesArePendedAndClearedByByteRegisters)
{
    in_both_modes(two_states(), [](gic &g) {
        g.dist_write(0, GICD_SPENDSGIR + 4, 0x0001FF06);
        EXPECT_EQ(g.dist(0, GICD_SPENDSGIR + 4), 0x00010F06u) << "absent PEs are WI";
        EXPECT_EQ(g.dist(0, GICD_ISPENDR), 0x70u) << "the OR over the sources";
        EXPECT_EQ(g.dist(1, GICD_ISPENDR), 0u);
        g.dist_write(0, GICD_CPENDSGIR + 5, 0x0D, 1);
        EXPECT_EQ(g.dist(0, GICD_CPENDSGIR + 4), 0x00010206u);
        g.dist_write(0, GICD_ICPENDR, 0xFFFF);
        EXPECT_EQ(g.dist(0, GICD_SPENDSGIR + 4), 0x00010206u) << "ICPENDR0[15:0] ignores writes";
        g.dist_write(0, GICD_ISPENDR, 0x1000F);
        EXPECT_EQ(g.dist(0, GICD_ISPENDR), 0x10070u) << "and ISPENDR0[15:0]";
        EXPECT_EQ(g.gicc(0, GICC_IAR), sgi_from(1, 4));
    });
    in_both_modes(two_states(), [](gic &g) {
        g.dist_write(0, GICD_SPENDSGIR, 0x0202, 4);
        g.dist_write(0, GICD_IGROUPR, 2);
        EXPECT_EQ(g.dist(0, GICD_SPENDSGIR, 4, false), 0x0200u) << "Group 0 is hidden";
        g.dist_write(0, GICD_CPENDSGIR, 0xFFFF, 4, false);
        EXPECT_EQ(g.dist(0, GICD_SPENDSGIR), 0x0002u);
        g.dist_write(0, GICD_NSACR, 1);
        g.dist_write(0, GICD_SPENDSGIR, 1, 1, false);
        EXPECT_EQ(g.dist(0, GICD_SPENDSGIR), 0x0003u) << "NSACR 1 opens setting";
        g.dist_write(0, GICD_CPENDSGIR, 1, 1, false);
        EXPECT_EQ(g.dist(0, GICD_SPENDSGIR), 0x0003u);
        g.dist_write(0, GICD_NSACR, 2);
        g.dist_write(0, GICD_CPENDSGIR, 1, 1, false);
        EXPECT_EQ(g.dist(0, GICD_SPENDSGIR), 0x0002u) << "2 clearing";
    });
}

TEST(Rules, L_08_TheSourceInEoirAndDirIsIgnored)
{
    in_both_modes(one_state(), [](gic &g) {
        g.sgi(1, sgi_to(1) | 3);
        EXPECT_EQ(g.gicc(0, GICC_IAR), sgi_from(1, 3));
        EXPECT_TRUE(g.bit(0, GICD_ISACTIVER, 3));
        g.gicc_write(0, GICC_EOIR, sgi_from(2, 3));
        EXPECT_FALSE(g.bit(0, GICD_ISACTIVER, 3));
        EXPECT_EQ(g.gicc(0, GICC_RPR), 0xFFu);
        g.gicc_write(0, GICC_CTLR, ENABLE_GRP0 | EOI_MODE_S);
        g.sgi(1, sgi_to(1) | 3);
        EXPECT_EQ(g.gicc(0, GICC_IAR), sgi_from(1, 3));
        g.gicc_write(0, GICC_EOIR, sgi_from(1, 3));
        EXPECT_TRUE(g.bit(0, GICD_ISACTIVER, 3));
        g.gicc_write(0, GICC_DIR, sgi_from(3, 3));
        EXPECT_FALSE(g.bit(0, GICD_ISACTIVER, 3));
    });
}

TEST(Rules, L_09_IarBySecurityAndAckCtl)
{
    in_both_modes(two_states(1), [](gic &g) {
        g.spi(40, 1, 1);
        g.spi(41, 1, 0);
        g.wire(40, true);
        EXPECT_EQ(g.gicc(0, GICC_HPPIR), 1022u) << "Secure, Group 1";
        EXPECT_EQ(g.gicc(0, GICC_IAR), 1022u);
        EXPECT_EQ(g.gicc(0, GICC_HPPIR, false), 40u);
        g.wire(41, true);
        g.dist_write(0, GICD_IPRIORITYR + 41, 0x40, 1);
        EXPECT_EQ(g.gicc(0, GICC_HPPIR, false), NOTHING) << "Non-secure, Group 0";
        EXPECT_EQ(g.gicc(0, GICC_IAR, false), NOTHING);
        EXPECT_EQ(g.gicc(0, GICC_RPR), 0xFFu) << "neither changes state";
        EXPECT_TRUE(g.bit(0, GICD_ISPENDR, 40));
        EXPECT_TRUE(g.irq(0));
        EXPECT_EQ(g.gicc(0, GICC_IAR), 41u);
        g.gicc_write(0, GICC_EOIR, 41);
        g.wire(41, false);
        g.dist_write(0, GICD_ICPENDR + 4, 1u << 9);
        g.gicc_write(0, GICC_CTLR, ENABLE_GRP0 | ENABLE_GRP1 | ACK_CTL);
        EXPECT_EQ(g.gicc(0, GICC_IAR), 40u) << "AckCtl";
        g.gicc_write(0, GICC_EOIR, 40);
        EXPECT_EQ(g.gicc(0, GICC_RPR), 0xFFu);
        EXPECT_EQ(g.gicc(0, GICC_IAR, false), 40u);
        g.gicc_write(0, GICC_EOIR, 40, false);
        EXPECT_FALSE(g.bit(0, GICD_ISACTIVER, 40));
    });
}

TEST(Rules, L_09_OneSecurityStateReadsAsSecure)
{
    in_both_modes(one_state(1), [](gic &g) {
        g.spi(40, 1, 1);
        g.wire(40, true);
        EXPECT_EQ(g.gicc(0, GICC_IAR, false), 1022u);
        EXPECT_EQ(g.gicc(0, GICC_AIAR, false), 40u);
        g.gicc_write(0, GICC_AEOIR, 40, false);
        EXPECT_FALSE(g.bit(0, GICD_ISACTIVER, 40));
    });
}

TEST(Rules, L_09_NonSecureViewsOfPriorities)
{
    in_both_modes(two_states(1), [](gic &g) {
        g.gicc_write(0, GICC_PMR, 0x40);
        EXPECT_EQ(g.gicc(0, GICC_PMR, false), 0u) << "the Secure half reads 0";
        g.gicc_write(0, GICC_PMR, 0xF0, false);
        EXPECT_EQ(g.gicc(0, GICC_PMR), 0x40u) << "and is not Non-secure software's";
        g.gicc_write(0, GICC_PMR, 0xF0);
        EXPECT_EQ(g.gicc(0, GICC_PMR, false), 0xE0u);
        g.gicc_write(0, GICC_PMR, 0xF0, false);
        EXPECT_EQ(g.gicc(0, GICC_PMR), 0xF8u);
        g.gicc_write(0, GICC_BPR, 4);
        g.gicc_write(0, GICC_BPR, 6, false);
        EXPECT_EQ(g.gicc(0, GICC_BPR), 4u);
        EXPECT_EQ(g.gicc(0, GICC_BPR, false), 6u);
        EXPECT_EQ(g.gicc(0, GICC_ABPR), 6u);
        g.gicc_write(0, GICC_CTLR, ENABLE_GRP0 | ENABLE_GRP1 | CBPR);
        EXPECT_EQ(g.gicc(0, GICC_BPR, false), 5u) << "CBPR: BPR + 1";
        g.gicc_write(0, GICC_BPR, 7, false);
        EXPECT_EQ(g.gicc(0, GICC_ABPR), 6u) << "and writes are ignored";
        g.spi(40, 1, 1, 0xC0);
        g.spi(41, 1, 0, 0x40);
        g.wire(40, true);
        EXPECT_EQ(g.gicc(0, GICC_IAR, false), 40u);
        EXPECT_EQ(g.gicc(0, GICC_RPR), 0xC0u);
        EXPECT_EQ(g.gicc(0, GICC_RPR, false), 0x80u);
        EXPECT_EQ(g.gicc(0, GICC_NSAPR), 1u << (0xC0 >> 3));
        EXPECT_EQ(g.gicc(0, GICC_APR), 0u);
        EXPECT_EQ(g.gicc(0, GICC_APR, false), 1u << (0x80 >> 4)) << "its half of the levels";
        g.wire(41, true);
        EXPECT_EQ(g.gicc(0, GICC_IAR), 41u);
        EXPECT_EQ(g.gicc(0, GICC_RPR, false), 0u);
        EXPECT_EQ(g.gicc(0, GICC_APR), 1u << (0x40 >> 3));
        g.gicc_write(0, GICC_APR, 0, false);
        EXPECT_EQ(g.gicc(0, GICC_NSAPR), 0u);
        EXPECT_EQ(g.gicc(0, GICC_APR), 1u << (0x40 >> 3));
        EXPECT_EQ(g.gicc(0, GICC_NSAPR, false), 0u);
    });
}

TEST(Rules, L_10_AliasedRegistersAreGroup1)
{
    in_both_modes(two_states(1), [](gic &g) {
        g.spi(40, 1, 1);
        g.spi(41, 1, 0, 0x40);
        g.wire(41, true);
        EXPECT_EQ(g.gicc(0, GICC_AHPPIR), NOTHING);
        EXPECT_EQ(g.gicc(0, GICC_AIAR), NOTHING);
        EXPECT_EQ(g.gicc(0, GICC_IAR), 41u);
        g.gicc_write(0, GICC_AEOIR, 41);
        EXPECT_EQ(g.gicc(0, GICC_RPR), 0x40u) << "not its register";
        EXPECT_EQ(g.count(GIC_EV_BAD_EOIR), 1u);
        g.wire(41, false);
        g.gicc_write(0, GICC_EOIR, 41);
        g.wire(40, true);
        for (uint32_t alias : {GICC_AIAR, GICC_AHPPIR, GICC_ABPR})
            EXPECT_EQ(g.gicc(0, alias, false), 0u) << "Secure only";
        EXPECT_EQ(g.gicc(0, GICC_AHPPIR), 40u);
        EXPECT_EQ(g.gicc(0, GICC_AIAR), 40u);
        g.gicc_write(0, GICC_EOIR, 40);
        EXPECT_EQ(g.gicc(0, GICC_RPR), 0xA0u);
        g.gicc_write(0, GICC_AEOIR, 40);
        EXPECT_EQ(g.gicc(0, GICC_RPR), 0xFFu);
        EXPECT_FALSE(g.bit(0, GICD_ISACTIVER, 40));
        g.gicc_write(0, GICC_ABPR, 7);
        EXPECT_EQ(g.gicc(0, GICC_BPR, false), 7u);
    });
}

TEST(Rules, L_10_ViewsOfTheControlRegister)
{
    in_both_modes(two_states(1), [](gic &g) {
        g.gicc_write(0, GICC_CTLR, 0xFFFFFFFF);
        EXPECT_EQ(g.gicc(0, GICC_CTLR), 0x7FFu);
        EXPECT_EQ(g.gicc(0, GICC_CTLR, false), 0x261u);
        g.gicc_write(0, GICC_CTLR, 0, false);
        EXPECT_EQ(g.gicc(0, GICC_CTLR), 0x27Du) << "Group 0's and the common ones stay";
        g.gicc_write(0, GICC_CTLR, 0);
        g.gicc_write(0, GICC_CTLR, 0xFFFFFFFF, false);
        EXPECT_EQ(g.gicc(0, GICC_CTLR), 0x582u);
    });
    gic g(one_state(1));
    g.gicc_write(0, GICC_CTLR, 0xFFFFFFFF, false);
    EXPECT_EQ(g.gicc(0, GICC_CTLR, false), 0x3FFu) << "one Security state: one EOImode";
}

TEST(Rules, L_10_Group0UsesFiqIfFiqEnSaysSo)
{
    in_both_modes(two_states(1), [](gic &g) {
        g.spi(40, 1, 1, 0xA0);
        g.spi(41, 1, 0, 0x40);
        g.wire(41, true);
        EXPECT_TRUE(g.irq(0));
        EXPECT_FALSE(g.fiq(0));
        g.gicc_write(0, GICC_CTLR, ENABLE_GRP0 | ENABLE_GRP1 | FIQ_EN);
        EXPECT_FALSE(g.irq(0));
        EXPECT_TRUE(g.fiq(0));
        g.wire(41, false);
        g.wire(40, true);
        EXPECT_TRUE(g.irq(0)) << "Group 1 always IRQ";
        EXPECT_FALSE(g.fiq(0));
        g.gicc_write(0, GICC_CTLR, ENABLE_GRP0 | FIQ_EN);
        EXPECT_FALSE(g.irq(0));
        g.gicc_write(0, GICC_CTLR, 1, false);
        EXPECT_TRUE(g.irq(0));
    });
}

TEST(Rules, L_11_DirOnlyWithSplitEoiAndNeverGroup0FromNonSecure)
{
    in_both_modes(two_states(2), [](gic &g) {
        g.spi(40, 3, 1, 0xA0, true);
        g.spi(41, 3, 0, 0x40, true);
        g.pulse(40);
        EXPECT_EQ(g.gicc(0, GICC_IAR, false), 40u);
        g.gicc_write(0, GICC_DIR, 40, false);
        EXPECT_TRUE(g.bit(0, GICD_ISACTIVER, 40)) << "EOImode 0: ignored";
        EXPECT_EQ(g.count(GIC_EV_BAD_DIR), 1u);
        for (unsigned pe = 0; pe < 2; pe++)
            g.gicc_write(pe, GICC_CTLR, ENABLE_GRP0 | ENABLE_GRP1 | EOI_MODE_S | EOI_MODE_NS);
        g.gicc_write(0, GICC_EOIR, 40, false);
        EXPECT_EQ(g.gicc(0, GICC_RPR), 0xFFu);
        EXPECT_TRUE(g.bit(0, GICD_ISACTIVER, 40)) << "EOImode 1: only drops";
        g.gicc_write(1, GICC_DIR, 40, false);
        EXPECT_FALSE(g.bit(0, GICD_ISACTIVER, 40)) << "by another PE";
        g.pulse(41);
        EXPECT_EQ(g.gicc(1, GICC_IAR), 41u);
        g.gicc_write(1, GICC_EOIR, 41);
        g.gicc_write(1, GICC_DIR, 41, false);
        EXPECT_TRUE(g.bit(0, GICD_ISACTIVER, 41)) << "Non-secure, Group 0";
        g.gicc_write(0, GICC_DIR, 41);
        EXPECT_FALSE(g.bit(0, GICD_ISACTIVER, 41));
    });
}

TEST(Rules, L_11_TheFrameIs8KiB)
{
    gic g(one_state(1));
    gic_access access{};
    uint64_t value = 0;
    access.size = 4;
    EXPECT_EQ(gic_assembly_cpu_read(g.a, 0, CPUIF_GICC, &access, 0x1FFC, &value), GIC_OK);
    EXPECT_EQ(gic_assembly_cpu_read(g.a, 0, CPUIF_GICC, &access, 0x2000, &value), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_gicd_read(g.a, 0, &access, 0x0FFC, &value), GIC_OK);
    EXPECT_EQ(gic_assembly_gicd_read(g.a, 0, &access, 0x1000, &value), GIC_ADDRESS);
}

// ---- what no rule names
// ---------------------------------------------------------------------------

TEST(Gicv2, IdentificationSaysWhatItIs)
{
    gic_config config = two_states(4);
    config.iidr = 0x0200143B;
    gic g(config);
    EXPECT_EQ(g.dist(0, GICD_TYPER), 3u | 3u << 5 | 1u << 10);
    EXPECT_EQ(g.dist(0, GICD_IIDR), 0x0200143Bu);
    EXPECT_EQ(g.gicc(0, GICC_IIDR), 0x0202143Bu);
    EXPECT_EQ(g.dist(0, GICD_PIDR2), 0x2Bu);
    EXPECT_EQ(g.dist(0, 0xFFC), 0xB1u);
    EXPECT_EQ(g.dist(0, GICD_CTLR), 0u);
    g.dist_write(0, GICD_CTLR, 0xFFFFFFFF);
    EXPECT_EQ(g.dist(0, GICD_CTLR), 3u);
    EXPECT_EQ(g.dist(0, GICD_CTLR, 4, false), 1u);
    g.dist_write(0, GICD_CTLR, 0, 4, false);
    EXPECT_EQ(g.dist(0, GICD_CTLR), 1u);
}

// Every offset of every frame, by every width: what has no row reads zero, takes nothing, and is
// told.
TEST(Gicv2, EveryOffsetOfEveryFrame)
{
    gic g(two_states(2));
    g.boot();
    const auto sweep = [&g](const std::vector<const gic_frame *> &frames, const auto &access) {
        for (uint32_t at = 0; at < frames[0]->size; at += 4) {
            const gic_reg_row *row = nullptr;
            for (const gic_frame *frame : frames)
                row = row != nullptr ? row : gic_frame_find(frame, at);
            const uint64_t before = g.count(GIC_EV_BAD_RESERVED);
            for (unsigned size = 1; size <= 8; size *= 2)
                if (at % size == 0 && at + size <= frames[0]->size)
                    access(at, size, row != nullptr && (row->widths & size) != 0);
            EXPECT_EQ(g.count(GIC_EV_BAD_RESERVED) > before, row == nullptr) << std::hex << at;
        }
        for (const gic_frame *frame : frames)
            for (unsigned n = 0; n + 1 < frame->row_count; n++)
                EXPECT_LE(frame->row[n].offset + frame->row[n].span, frame->row[n + 1].offset);
    };
    gic_access as{};
    as.secure = true;
    sweep({gic_assembly_gicd_frame(g.a), gic_assembly_gicr_frame(g.a)},
          [&](uint32_t at, unsigned size, bool there) {
              uint64_t value = 0;
              as.size = static_cast<uint8_t>(size);
              EXPECT_EQ(gic_assembly_gicd_read(g.a, 0, &as, at, &value), GIC_OK);
              EXPECT_TRUE(there || value == 0) << std::hex << at;
              EXPECT_EQ(gic_assembly_gicd_write(g.a, 0, &as, at, 0), GIC_OK);
          });
    for (const cpuif_frame_kind kind : {CPUIF_GICC, CPUIF_GICH, CPUIF_GICV})
        sweep({gic_assembly_cpu_frame(g.a, kind)}, [&](uint32_t at, unsigned size, bool there) {
            uint64_t value = 0;
            as.size = static_cast<uint8_t>(size);
            EXPECT_EQ(gic_assembly_cpu_read(g.a, 0, kind, &as, at, &value), GIC_OK);
            EXPECT_TRUE(there || value == 0) << std::hex << at;
            EXPECT_EQ(gic_assembly_cpu_write(g.a, 0, kind, &as, at, 0), GIC_OK);
        });
}

TEST(Gicv2, ASavedStateIsLoadedAndADamagedOneRefused)
{
    gic g(two_states(3));
    g.boot();
    g.spi(40, 7);
    g.wire(40, true);
    g.sgi(1, sgi_to(3) | 4);
    (void)g.gicc(0, GICC_IAR);
    std::vector<unsigned char> saved(gic_assembly_save_size(g.a));
    std::vector<unsigned char> again(saved.size());
    saved.resize(gic_assembly_save(g.a, saved.data()));
    ASSERT_TRUE(gic_assembly_load(g.a, saved.data(), saved.size()));
    again.resize(gic_assembly_save(g.a, again.data()));
    EXPECT_EQ(saved, again);
    EXPECT_EQ(g.gicc(1, GICC_HPPIR), sgi_from(1, 4));
    saved[saved.size() / 2] ^= 0x40;
    EXPECT_FALSE(gic_assembly_load(g.a, saved.data(), saved.size()));
    gic_config config = two_states(3);
    config.gicv2 = false;
    gic v3(config);
    EXPECT_FALSE(gic_assembly_load(v3.a, again.data(), again.size())) << "of another architecture";
}

TEST(Gicv2, IsBuiltInOnePiece)
{
    const gic_config config = one_state(1);
    const gic_assembly_parts parts = {true, true, false, false};
    gic_config_error error = GIC_CONFIG_OK;
    std::vector<std::max_align_t> memory(
        gic_assembly_footprint(&config, &parts) / sizeof(std::max_align_t) + 8);
    void *at = reinterpret_cast<void *>((reinterpret_cast<uintptr_t>(memory.data()) + 63) & ~63ull);
    EXPECT_EQ(gic_assembly_init(at, gic_assembly_footprint(&config, &parts), &config, &parts,
                                nullptr, nullptr, &error),
              nullptr);
    EXPECT_EQ(error, GIC_CONFIG_GICV2);
}

TEST(Gicv2, WiresCanBeRead)
{
    in_both_modes(two_states(2), [](gic &g) {
        g.wire(40, true);
        g.ppi(1, 27, true);
        EXPECT_EQ(g.dist(0, GICD_SPISR), 1u << 8);
        EXPECT_EQ(g.dist(0, GICD_SPISR, 4, false), 0u) << "Group 0 is hidden";
        EXPECT_EQ(g.dist(1, GICD_PPISR), 1u << 11);
        EXPECT_EQ(g.dist(0, GICD_PPISR), 0u);
    });
}

TEST(Gicv2, ExplainNamesTheGate)
{
    gic g(one_state(2));
    gic_explanation why{};
    g.boot(0);
    g.spi(40, 1);
    g.wire(40, true);
    gic_explain(g.a, 40, 1, &why);
    EXPECT_EQ(gic_first_closed_gate(&why), GIC_GATE_ROUTED);
    gic_explain(g.a, 40, 0, &why);
    EXPECT_EQ(gic_first_closed_gate(&why), GIC_GATE_IGRPEN);
    g.gicc_write(0, GICC_CTLR, ENABLE_GRP0);
    gic_explain(g.a, 40, 0, &why);
    EXPECT_EQ(gic_first_closed_gate(&why), GIC_GATE_COUNT);
    g.sgi(1, sgi_to(1) | 2);
    g.dist_write(0, GICD_IPRIORITYR + 2, 0x10, 1);
    gic_explain(g.a, 2, 0, &why);
    EXPECT_EQ(gic_first_closed_gate(&why), GIC_GATE_COUNT);
    gic_explain(g.a, 40, 0, &why);
    EXPECT_EQ(gic_first_closed_gate(&why), GIC_GATE_BEST);
}

TEST(Gicv2, ADebuggersReadAcknowledgesNothing)
{
    gic g(one_state(1));
    gic_access access{};
    uint64_t value = 0;
    g.boot();
    g.sgi(0, SGI_SELF | 4);
    access.size = 4;
    access.debug = true;
    EXPECT_EQ(gic_assembly_cpu_read(g.a, 0, CPUIF_GICC, &access, GICC_IAR, &value), GIC_OK);
    EXPECT_EQ(value, 4u);
    EXPECT_TRUE(g.irq(0));
    EXPECT_EQ(g.gicc(0, GICC_IAR), 4u);
}

} // namespace

// One block: what the hops inside a GICv3 take is on the way out, and that of an SGI before it.
TEST(Gicv2, HopsOfAProfileAreOnTheWayOut)
{
    gic_timing timing{};
    timing.timed = true;
    timing.hop_ps[GIC_HOP_CPUIF_GICR] = 1;
    timing.hop_ps[GIC_HOP_GICR_GICD] = 20;
    timing.hop_ps[GIC_HOP_GICD_GICR] = 300;
    timing.hop_ps[GIC_HOP_GICR_CPUIF] = 4000;
    timing.hop_ps[GIC_HOP_CPUIF_PE] = 50000;
    timing.hop_ps[GIC_HOP_SPI_LINE] = 600000;
    gic g(one_state(2), timing);
    g.boot();
    g.spi(40, 2);
    g.settling = false;
    const auto time_to_irq = [&g](unsigned pe) {
        const uint64_t from = g.now;
        while (!g.irq(pe) && gic_assembly_next_due(g.a) != GIC_TIME_NEVER) {
            g.now = gic_assembly_next_due(g.a);
            gic_assembly_advance(g.a, g.now);
        }
        return g.now - from;
    };
    g.sgi(0, sgi_to(2) | 5);
    EXPECT_EQ(time_to_irq(1), 54321u);
    EXPECT_EQ(g.gicc(1, GICC_IAR), 5u);
    g.gicc_write(1, GICC_EOIR, 5);
    g.settle();
    g.wire(40, true);
    EXPECT_EQ(time_to_irq(1), 654000u);
    EXPECT_EQ(g.gicc(1, GICC_IAR), 40u);
}
