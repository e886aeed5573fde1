// SPDX-License-Identifier: Apache-2.0
// Save and load of the CPU interface; explaining.
#include "cpuif_rig.hpp"

#include <cstring>
#include <random>

using cpuif_rig::plain_config;
using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

std::vector<unsigned char> save(const rig &r)
{
    std::vector<unsigned char> block(cpuif_save_size(r.c));
    EXPECT_EQ(cpuif_save(r.c, block.data()), block.size());
    return block;
}

// Two nested active interrupts, one held, an Activate and an UpstreamControl unanswered.
void make_busy(rig &r)
{
    r.pe(1, true);
    r.open_all();
    r.set(40, 0xC0, GIC_GROUP_1NS);
    r.get(GIC_ICC_IAR1_EL1);
    r.answer = false;
    r.set(41, 0xA0, GIC_GROUP_1NS);
    r.get(GIC_ICC_IAR1_EL1);
    r.set(42, 0x90, GIC_GROUP_1NS);
    r.pe(3, true);
    r.put(GIC_ICC_BPR0_EL1, 5);
    r.put(GIC_ICC_CTLR_EL3, 0x5A);
    r.pe(1, true);
}

} // namespace

TEST(CpuifSave, RoundTripInTheMiddleOfThingsIsExact)
{
    rig a(secure_config());
    rig b(secure_config());
    make_busy(a);
    std::vector<unsigned char> block = save(a);
    ASSERT_TRUE(cpuif_load(b.c, block.data(), block.size()));
    EXPECT_EQ(save(b), block);
    b.answer = false;
    EXPECT_EQ(cpuif_upstream_pending(a.c), cpuif_upstream_pending(b.c));
    for (gic_sysreg reg : {GIC_ICC_RPR_EL1, GIC_ICC_HPPIR1_EL1, GIC_ICC_IAR1_EL1, GIC_ICC_PMR_EL1,
                           GIC_ICC_BPR1_EL1, GIC_ICC_AP1R0_EL1, GIC_ICC_IAR1_EL1})
        EXPECT_EQ(a.get(reg), b.get(reg)) << gic_sysreg_name(reg);
    EXPECT_EQ(save(a), save(b));
}

TEST(CpuifSave, RefusesAnotherConfigurationAndDamage)
{
    rig a(secure_config());
    rig other(secure_config(6, 6));
    make_busy(a);
    std::vector<unsigned char> block = save(a);
    EXPECT_FALSE(cpuif_load(other.c, block.data(), block.size()));
    for (size_t i = 0; i < block.size(); i++) {
        std::vector<unsigned char> bad = block;
        bad[i] ^= 0x10;
        rig b(secure_config());
        std::vector<unsigned char> before = save(b);
        ASSERT_FALSE(cpuif_load(b.c, bad.data(), bad.size())) << "byte " << i;
        ASSERT_EQ(save(b), before);
    }
    EXPECT_FALSE(cpuif_load(a.c, block.data(), block.size() - 1));
    EXPECT_FALSE(cpuif_load(a.c, block.data(), 3));
}

// A checksum is no proof of good faith: any payload leaves a kernel that works.
TEST(CpuifSave, HostilePayloadsWithGoodChecksumsDoNoHarm)
{
    const unsigned seed = 20240517;
    std::mt19937 random(seed);
    rig a(secure_config());
    make_busy(a);
    const std::vector<unsigned char> block = save(a);
    const size_t header = 16; // magic, version, length, checksum
    unsigned loaded = 0;
    for (int round = 0; round < 4000; round++) {
        std::vector<unsigned char> bad = block;
        bad[header + 8 + random() % (bad.size() - header - 8)] =
            static_cast<unsigned char>(random());
        uint32_t s1 = 1;
        uint32_t s2 = 0;
        for (size_t i = header; i < bad.size(); i++) {
            s1 = (s1 + bad[i]) % 65521u;
            s2 = (s2 + s1) % 65521u;
        }
        uint32_t checksum = s2 << 16 | s1;
        std::memcpy(bad.data() + 12, &checksum, sizeof checksum);
        rig b(secure_config());
        b.answer = false;
        if (!cpuif_load(b.c, bad.data(), bad.size()))
            continue;
        loaded++;
        b.state.el = 3;
        b.push();
        for (unsigned reg = 0; reg < GIC_SYSREG_COUNT; reg++) {
            uint64_t value;
            b.read(static_cast<gic_sysreg>(reg), &value);
            b.write(static_cast<gic_sysreg>(reg), random());
        }
        b.set(40, 0x20, GIC_GROUP_0);
    }
    EXPECT_GT(loaded, 100u) << "seed " << seed;
}

TEST(CpuifExplain, NamesTheGateThatIsClosed)
{
    rig r(plain_config());
    r.pe(1, true);
    auto gate = [&r](uint32_t intid) {
        gic_explanation e = {};
        e.intid = intid;
        cpuif_explain(r.c, &e);
        return gic_first_closed_gate(&e);
    };
    r.open_all();
    r.set(40, 0x80, GIC_GROUP_1NS);
    EXPECT_EQ(gate(40), GIC_GATE_COUNT);
    EXPECT_EQ(gate(41), GIC_GATE_BEST);
    r.put(GIC_ICC_PMR_EL1, 0x80);
    EXPECT_EQ(gate(40), GIC_GATE_PMR);
    r.put(GIC_ICC_PMR_EL1, 0xF8);
    r.get(GIC_ICC_IAR1_EL1);
    r.set(42, 0x80, GIC_GROUP_1NS);
    EXPECT_EQ(gate(42), GIC_GATE_RUNNING);
    r.put(GIC_ICC_IGRPEN1_EL1, 0);
    gic_explanation e = {};
    e.intid = 42;
    gic_gate_set(&e, GIC_GATE_GROUP_ENABLED, true, GIC_GROUP_1NS);
    cpuif_explain(r.c, &e);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_IGRPEN);
}

TEST(CpuifExplain, NamesTheVirtualGateThatIsClosed)
{
    rig r(secure_config());
    r.state.hcr_imo = true;
    r.pe(2, true);
    auto explain = [&r](uint32_t vintid) {
        gic_explanation e = {};
        e.intid = vintid;
        cpuif_explain_virtual(r.c, &e);
        return e;
    };
    auto gate = [&](uint32_t vintid) {
        const gic_explanation e = explain(vintid);
        return gic_first_closed_gate(&e);
    };
    const uint64_t pending = UINT64_C(1) << 62 | UINT64_C(1) << 60 | UINT64_C(0xA0) << 48;
    EXPECT_EQ(gate(40), GIC_GATE_VIRTUAL_LISTED);
    r.put(GIC_ICH_LR1_EL2, pending << 1 | 40);
    EXPECT_EQ(gate(40), GIC_GATE_VIRTUAL_PENDING);
    r.put(GIC_ICH_LR1_EL2, pending | 40);
    EXPECT_EQ(gate(40), GIC_GATE_VIRTUAL_ENABLED);
    r.put(GIC_ICH_HCR_EL2, 1);
    EXPECT_EQ(gate(40), GIC_GATE_VIRTUAL_GROUP);
    r.put(GIC_ICH_VMCR_EL2, 2);
    EXPECT_EQ(gate(40), GIC_GATE_VIRTUAL_PMR);
    r.put(GIC_ICH_VMCR_EL2, 0xF8000002);
    EXPECT_EQ(gate(40), GIC_GATE_COUNT);
    EXPECT_EQ(explain(40).gate[GIC_GATE_VIRTUAL_LISTED].value, 1u);
    EXPECT_EQ(explain(40).gate[GIC_GATE_VIRTUAL_LINE].value, 1u);
    r.put(GIC_ICH_LR0_EL2, pending | 41);
    EXPECT_EQ(gate(40), GIC_GATE_VIRTUAL_BEST);
    r.put(GIC_ICH_LR0_EL2, 0);
    r.put(GIC_ICH_AP1R0_EL2, 1);
    EXPECT_EQ(gate(40), GIC_GATE_VIRTUAL_RUNNING);
    r.put(GIC_ICH_AP1R0_EL2, 0);
    r.state.hcr_imo = false;
    r.push();
    EXPECT_EQ(gate(40), GIC_GATE_VIRTUAL_ROUTED);
    // Twice: the one that would be taken is the one that is looked at.
    r.state.hcr_imo = true;
    r.push();
    r.put(GIC_ICH_LR0_EL2, pending << 1 | 40);
    EXPECT_EQ(explain(40).gate[GIC_GATE_VIRTUAL_LISTED].value, 1u);
    EXPECT_EQ(gate(40), GIC_GATE_COUNT);
}
