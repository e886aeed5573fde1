// SPDX-License-Identifier: Apache-2.0
// The maintenance interrupt (V-08 to V-10): each cause by its own enable, in every combination of
// list registers, counts and groups; and the traps that the same register controls.
#include "cpuif_rig.hpp"

using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

enum : uint64_t {
    PENDING = UINT64_C(1) << 62,
    ACTIVE = UINT64_C(1) << 63,
    HARDWARE = UINT64_C(1) << 61,
    EOI = UINT64_C(1) << 41
};

// What the list registers hold, one after the other.
const std::vector<std::vector<uint64_t>> holdings = {
    {},
    {PENDING | 40},
    {ACTIVE | 40},
    {PENDING | ACTIVE | 40},
    {0, 0, 0, PENDING | 40},
    {PENDING | 40, PENDING | 41},
    {ACTIVE | 40, 0, ACTIVE | 41},
    {ACTIVE | 40, PENDING | ACTIVE | 41, ACTIVE | 42},
    {EOI | 40},
    {0, EOI | 40, PENDING | 41},
    {HARDWARE | EOI | 40},
    {PENDING | EOI | 40, ACTIVE | EOI | 41},
    {EOI | 40, EOI | 41, EOI | 42, EOI | 43},
};

uint64_t misr_of(const std::vector<uint64_t> &lrs, unsigned groups, uint64_t hcr)
{
    unsigned valid = 0, pending = 0, ended = 0;
    for (uint64_t lr : lrs) {
        valid += (lr >> 62) != 0;
        pending += (lr >> 62) == 1;
        ended += (lr >> 62) == 0 && (lr & HARDWARE) == 0 && (lr & EOI) != 0;
    }
    const bool holds[8] = {ended != 0,        valid < 2,         hcr >> 27 != 0,
                           pending == 0,      (groups & 1) != 0, (groups & 1) == 0,
                           (groups & 2) != 0, (groups & 2) == 0};
    uint64_t misr = holds[0] ? 1 : 0;
    for (unsigned bit = 1; bit < 8; bit++)
        if (holds[bit] && (hcr >> bit & 1) != 0)
            misr |= UINT64_C(1) << bit;
    return misr;
}

} // namespace

TEST(CpuifMaintenance, EachCauseHasItsEnable)
{
    rig r(secure_config());
    r.pe(2, true);
    for (const std::vector<uint64_t> &lrs : holdings) {
        for (unsigned n = 0; n < 4; n++)
            r.put(static_cast<gic_sysreg>(GIC_ICH_LR0_EL2 + n), n < lrs.size() ? lrs[n] : 0);
        for (unsigned groups = 0; groups < 4; groups++) {
            r.put(GIC_ICH_VMCR_EL2, groups); // nothing passes the mask
            for (uint64_t count : {0u, 1u, 16u, 31u})
                for (unsigned enable = 0; enable <= 9; enable++)
                    for (uint64_t on : {0u, 1u}) {
                        const uint64_t enables = enable == 0   ? 0
                                                 : enable == 9 ? 0xFE
                                                               : UINT64_C(1) << enable & 0xFE;
                        const uint64_t hcr = count << 27 | enables | on;
                        const uint64_t misr = misr_of(lrs, groups, hcr);
                        r.put(GIC_ICH_HCR_EL2, hcr);
                        ASSERT_EQ(r.get(GIC_ICH_HCR_EL2), hcr);
                        ASSERT_EQ(r.get(GIC_ICH_MISR_EL2), misr) << std::hex << hcr << groups;
                        ASSERT_EQ(r.line(GIC_LINE_MAINTENANCE), on != 0 && misr != 0)
                            << std::hex << hcr << groups;
                    }
        }
    }
}

// The level follows each thing that it is made of: a list register, the groups, the count.
TEST(CpuifMaintenance, TheLevelFollowsItsCauses)
{
    rig r(secure_config());
    r.state.hcr_imo = r.state.hcr_fmo = true;
    const auto line = [&r] { return r.line(GIC_LINE_MAINTENANCE); };
    const auto at = [&r](unsigned level) { r.pe(level, true); };
    at(2);
    r.put(GIC_ICH_VMCR_EL2, 0xF8000000);
    r.put(GIC_ICH_HCR_EL2, 1 | 1u << 6); // VGrp1EIE
    EXPECT_FALSE(line());
    at(1);
    r.put(GIC_ICC_IGRPEN1_EL1, 1);
    EXPECT_TRUE(line());
    r.put(GIC_ICC_IGRPEN1_EL1, 0);
    EXPECT_FALSE(line());
    at(2);
    r.put(GIC_ICH_VMCR_EL2, 0xF8000002);
    EXPECT_TRUE(line());
    r.put(GIC_ICH_HCR_EL2, 1 | 1u << 3); // NPIE
    EXPECT_TRUE(line());
    r.put(GIC_ICH_LR3_EL2, PENDING | UINT64_C(1) << 60 | UINT64_C(0x80) << 48 | 40);
    EXPECT_FALSE(line());
    at(1);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
    EXPECT_TRUE(line()) << "it is Active now";
    at(2);
    r.put(GIC_ICH_HCR_EL2, 1 | 1u << 2); // LRENPIE
    EXPECT_FALSE(line());
    at(1);
    r.put(GIC_ICC_EOIR1_EL1, 50);
    EXPECT_TRUE(line()) << "counted";
    at(2);
    EXPECT_EQ(r.get(GIC_ICH_HCR_EL2), UINT64_C(1) << 27 | 1 | 1u << 2);
    r.put(GIC_ICH_HCR_EL2, UINT64_C(31) << 27 | 1 | 1u << 2);
    r.put(GIC_ICH_AP1R0_EL2, 1);
    at(1);
    r.put(GIC_ICC_EOIR1_EL1, 50);
    EXPECT_FALSE(line()) << "the count wraps";
    r.put(GIC_ICC_CTLR_EL1, 2);
    r.put(GIC_ICC_DIR_EL1, 50);
    EXPECT_TRUE(line()) << "and counts on";
    at(2);
    r.put(GIC_ICH_HCR_EL2, 1);
    r.put(GIC_ICH_LR3_EL2, ACTIVE | EOI | UINT64_C(1) << 60 | 40);
    at(1);
    EXPECT_FALSE(line());
    r.put(GIC_ICC_DIR_EL1, 40);
    EXPECT_TRUE(line()) << "its end is reported";
}

// V-14: from the next access on, with nothing else changed but the Exception level.
TEST(CpuifMaintenance, ATrapTakesEffectAtOnce)
{
    rig r(secure_config());
    const struct {
        unsigned bit;
        gic_sysreg reg;
    } traps[] = {{10, GIC_ICC_PMR_EL1},
                 {11, GIC_ICC_BPR0_EL1},
                 {12, GIC_ICC_BPR1_EL1},
                 {14, GIC_ICC_DIR_EL1}};
    r.state.hcr_imo = r.state.hcr_fmo = true;
    r.pe(1, true);
    r.pe(2, true);
    for (unsigned round = 0; round < 2; round++)
        for (unsigned bits = 0; bits < 16; bits++) {
            uint64_t hcr = 0;
            for (unsigned n = 0; n < 4; n++)
                hcr |= (bits >> n & 1u) != 0 ? UINT64_C(1) << traps[n].bit : 0;
            r.put(GIC_ICH_HCR_EL2, hcr);
            r.pe(1, true);
            for (unsigned n = 0; n < 4; n++) {
                const bool trapped = (bits >> n & 1u) != 0 || (n == 3 && (bits & 1u) != 0);
                ASSERT_EQ(r.write(traps[n].reg, 0), trapped ? GIC_SYSREG_TRAP_EL2 : GIC_SYSREG_OK)
                    << gic_sysreg_name(traps[n].reg) << " " << bits;
            }
            r.pe(2, true);
        }
    // One bit after the other, with the others as they are.
    for (unsigned n = 0; n < 4; n++)
        for (const bool on : {true, false}) {
            r.put(GIC_ICH_HCR_EL2, on ? UINT64_C(1) << traps[n].bit : 0);
            r.pe(1, true);
            EXPECT_EQ(r.write(traps[n].reg, 0), on ? GIC_SYSREG_TRAP_EL2 : GIC_SYSREG_OK);
            r.pe(2, true);
        }
}
