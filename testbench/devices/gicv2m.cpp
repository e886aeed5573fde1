// SPDX-License-Identifier: Apache-2.0
#include "devices/gicv2m.h"

#include "device_rig.hpp"

namespace
{

class Gicv2m : public testing::Test
{
protected:
    Gicv2m() : m(gicv2m_ops)
    {
        const gicv2m_config config = {80, 64, 0x12345678};
        EXPECT_TRUE(gicv2m_init(&m.device, &config));
    }
    devices::rig<gicv2m> m;
};

TEST_F(Gicv2m, TyperSaysWhichSpisTheFrameHas)
{
    EXPECT_EQ(m.read(GICV2M_TYPER), 80u << 16 | 64u);
    EXPECT_EQ(m.read(GICV2M_IIDR), 0x12345678u);
    EXPECT_EQ(m.read_status(GICV2M_SETSPI_NS, 4), DEV_WRITE_ONLY);
    EXPECT_EQ(m.write_status(GICV2M_TYPER, 4), DEV_READ_ONLY);
    EXPECT_EQ(m.write_status(GICV2M_IIDR, 4), DEV_READ_ONLY);
    EXPECT_EQ(m.read_status(GICV2M_TYPER, 2), DEV_BAD_SIZE);
    for (uint64_t offset = 0; offset < 0x1000; offset += 4)
        if (offset != GICV2M_TYPER && offset != GICV2M_IIDR && offset != GICV2M_SETSPI_NS) {
            EXPECT_EQ(m.read_status(offset, 4), DEV_HOLE) << offset;
            EXPECT_EQ(m.write_status(offset, 4), DEV_HOLE) << offset;
        }
}

TEST_F(Gicv2m, SetspiRaisesASpiOfTheFrameOnceEach)
{
    gicv2m_pulse pulse;
    m.now_ps = 55;
    m.write(GICV2M_SETSPI_NS, 80);
    m.write(GICV2M_SETSPI_NS, 143, 2);
    ASSERT_TRUE(gicv2m_pop(&m.device, &pulse));
    EXPECT_EQ(pulse.intid, 80u);
    EXPECT_EQ(pulse.time_ps, 55u);
    ASSERT_TRUE(gicv2m_pop(&m.device, &pulse));
    EXPECT_EQ(pulse.intid, 143u);
    EXPECT_FALSE(gicv2m_pop(&m.device, &pulse));
    for (const uint64_t intid : {0u, 79u, 144u, 0xffffffffu})
        EXPECT_EQ(m.write_status(GICV2M_SETSPI_NS, 4, intid), DEV_BAD_VALUE) << intid;
    EXPECT_FALSE(gicv2m_pop(&m.device, &pulse));
    EXPECT_EQ(m.device.state.raised, 2u);
    EXPECT_EQ(m.device.state.refused, 4u);
}

TEST_F(Gicv2m, OnlySpisMakeAFrame)
{
    const gicv2m_config wrong[] = {{31, 1, 0}, {32, 0, 0}, {1000, 21, 0}, {1020, 1, 0}};
    gicv2m other;
    for (const gicv2m_config &config : wrong)
        EXPECT_FALSE(gicv2m_init(&other, &config));
    const gicv2m_config last = {1000, 20, 0};
    EXPECT_TRUE(gicv2m_init(&other, &last));
}

TEST_F(Gicv2m, IsRestoredWithWhatWaits)
{
    gicv2m_pulse pulse;
    m.write(GICV2M_SETSPI_NS, 90);
    const auto image = m.save();
    m.reset();
    EXPECT_FALSE(gicv2m_pop(&m.device, &pulse));
    ASSERT_TRUE(m.load(image));
    ASSERT_TRUE(gicv2m_pop(&m.device, &pulse));
    EXPECT_EQ(pulse.intid, 90u);
}

} // namespace
