// SPDX-License-Identifier: Apache-2.0
// The generation side of SGIs: what a write of ICC_SGI0R, SGI1R, ASGI1R asks of the Redistributor.
#include "cpuif_rig.hpp"

using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

uint64_t sgir(unsigned intid, unsigned list, unsigned aff1 = 0, unsigned aff2 = 0,
              unsigned aff3 = 0, unsigned rs = 0, bool irm = false)
{
    return uint64_t{aff3} << 48 | uint64_t{rs} << 44 | uint64_t{irm} << 40 | uint64_t{aff2} << 32 |
           uint64_t{intid} << 24 | uint64_t{aff1} << 16 | list;
}

gic_sgi last(const rig &r)
{
    EXPECT_FALSE(r.sent.empty());
    return r.sent.empty() ? gic_sgi{} : gic_sgi_unpack(r.sent.back().arg);
}

} // namespace

TEST(CpuifSgi, EveryFieldArrives)
{
    rig r(secure_config());
    r.pe(1, true);
    r.put(GIC_ICC_SGI1R_EL1, sgir(11, 0x8421, 0x12, 0x34, 0x56, 0xA));
    ASSERT_EQ(r.count(GIC_MSG_GENERATE_SGI), 1u);
    EXPECT_EQ(r.sent[0].intid, 11u);
    gic_sgi sgi = last(r);
    EXPECT_EQ(sgi.cluster, 0x563412u);
    EXPECT_EQ(sgi.target_list, 0x8421);
    EXPECT_EQ(sgi.range, 0xA);
    EXPECT_FALSE(sgi.all_but_self);
    EXPECT_EQ(r.events_of(GIC_EV_SGI_GENERATED), 1u);
}

TEST(CpuifSgi, RegisterAndSecurityStateAreNamed)
{
    struct row {
        gic_sysreg reg;
        gic_sgi_source source;
    };
    const row rows[] = {{GIC_ICC_SGI0R_EL1, GIC_SGI_SGI0R},
                        {GIC_ICC_SGI1R_EL1, GIC_SGI_SGI1R},
                        {GIC_ICC_ASGI1R_EL1, GIC_SGI_ASGI1R}};
    rig r(secure_config());
    for (const row &x : rows)
        for (unsigned el = 1; el <= 3; el++)
            for (bool ns : {false, true}) {
                r.state.scr_eel2 = true;
                r.pe(el, ns);
                r.put(x.reg, sgir(1, 1));
                EXPECT_EQ(last(r).source, x.source);
                EXPECT_EQ(last(r).nonsecure, el != 3 && ns); // EL3 is Secure, whatever NS says
            }
}

TEST(CpuifSgi, AllButSelfIgnoresTheAffinity)
{
    gic_config config = secure_config();
    config.range_select = false;
    config.aff3_valid = false;
    rig r(config);
    r.pe(1, true);
    r.put(GIC_ICC_SGI1R_EL1, sgir(2, 0, 9, 9, 9, 9, true));
    ASSERT_EQ(r.count(GIC_MSG_GENERATE_SGI), 1u);
    EXPECT_TRUE(last(r).all_but_self);
}

TEST(CpuifSgi, UnsupportedRangeOrAff3IsIgnoredAndReported)
{
    gic_config config = secure_config();
    config.range_select = false;
    config.aff3_valid = false;
    rig r(config);
    r.pe(1, true);
    EXPECT_EQ(r.get(GIC_ICC_CTLR_EL1) >> 18 & 1u, 0u); // RSS
    EXPECT_EQ(r.get(GIC_ICC_CTLR_EL1) >> 15 & 1u, 0u); // A3V
    r.put(GIC_ICC_SGI1R_EL1, sgir(2, 1, 0, 0, 0, 1));
    r.put(GIC_ICC_SGI1R_EL1, sgir(2, 1, 0, 0, 1, 0));
    EXPECT_EQ(r.count(GIC_MSG_GENERATE_SGI), 0u);
    EXPECT_EQ(r.events_of(GIC_EV_BAD_SGI_RANGE), 2u);
    rig full(secure_config());
    full.pe(1, true);
    EXPECT_EQ(full.get(GIC_ICC_CTLR_EL1) >> 18 & 1u, 1u);
    EXPECT_EQ(full.get(GIC_ICC_CTLR_EL1) >> 15 & 1u, 1u);
}

TEST(CpuifSgi, AnEmptyListGeneratesNothing)
{
    rig r(secure_config());
    r.pe(1, true);
    r.put(GIC_ICC_SGI1R_EL1, sgir(2, 0, 1));
    EXPECT_TRUE(r.sent.empty());
}

// Each bit of the register asks for its own part, and the reserved ones for nothing.
TEST(CpuifSgi, EachBitIsOfItsField)
{
    rig r(secure_config());
    r.pe(1, true);
    for (unsigned bit = 0; bit < 64; bit++)
        for (uint64_t base : {UINT64_C(1), ~UINT64_C(0x0000010000000000)}) {
            const uint64_t value = base ^ UINT64_C(1) << bit;
            if ((value & 0xFFFF) == 0)
                continue; // generates nothing
            r.put(GIC_ICC_SGI0R_EL1, value);
            const gic_sgi sgi = last(r);
            ASSERT_EQ(r.sent.back().intid, value >> 24 & 0xF) << bit;
            ASSERT_EQ(sgi.target_list, value & 0xFFFF) << bit;
            ASSERT_EQ(sgi.cluster,
                      (value >> 48 & 0xFF) << 16 | (value >> 32 & 0xFF) << 8 | (value >> 16 & 0xFF))
                << bit;
            ASSERT_EQ(sgi.range, value >> 44 & 0xF) << bit;
            ASSERT_EQ(sgi.all_but_self, (value >> 40 & 1) != 0) << bit;
        }
}
