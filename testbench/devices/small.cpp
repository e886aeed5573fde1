// SPDX-License-Identifier: Apache-2.0
// RTC, GPIO, and the places where nothing is.
#include "device_rig.hpp"
#include "devices/pl031.h"
#include "devices/pl061.h"
#include "devices/virtio_mmio.h"

namespace
{

constexpr uint64_t second = 1000000000000;

TEST(Pl031, CountsSecondsFromItsStart)
{
    devices::rig<pl031> rtc(pl031_ops);

    pl031_init(&rtc.device, 1000);
    EXPECT_EQ(rtc.read(0), 1000u);
    rtc.now_ps = 5 * second - 1;
    EXPECT_EQ(rtc.read(0), 1004u);
    rtc.write(8, 77);
    EXPECT_EQ(rtc.read(0), 77u);
    rtc.now_ps = 6 * second;
    EXPECT_EQ(rtc.read(0), 79u);
    EXPECT_EQ(rtc.read(8), 77u);
}

TEST(Pl031, MatchRaisesTheInterruptInItsSecond)
{
    devices::rig<pl031> rtc(pl031_ops);

    pl031_init(&rtc.device, 1000);
    rtc.write(0x10, 1);
    rtc.write(4, 1003);
    EXPECT_EQ(rtc.deadline(), 3 * second);
    rtc.advance_to(3 * second);
    EXPECT_TRUE(rtc.line());
    EXPECT_EQ(rtc.read(0x18), 1u);
    rtc.write(0x1c, 1);
    EXPECT_FALSE(rtc.line());
    EXPECT_EQ(rtc.deadline(), DEV_NEVER);
    EXPECT_EQ(rtc.read(0xfe0), 0x31u);
}

TEST(Pl061, LevelInterruptFollowsThePin)
{
    devices::rig<pl061> gpio(pl061_ops);

    pl061_init(&gpio.device);
    gpio.write(0x404, 8); /* level */
    gpio.write(0x40c, 8); /* high */
    gpio.write(0x410, 8);
    EXPECT_FALSE(gpio.line());
    pl061_set_input(&gpio.device, 3, true);
    EXPECT_TRUE(gpio.line());
    gpio.write(0x41c, 8);
    EXPECT_TRUE(gpio.line()) << "a level is not cleared by software";
    pl061_set_input(&gpio.device, 3, false);
    EXPECT_FALSE(gpio.line());
}

TEST(Pl061, EdgeInterruptLatches)
{
    devices::rig<pl061> gpio(pl061_ops);

    pl061_init(&gpio.device);
    gpio.write(0x40c, 8);
    gpio.write(0x410, 8);
    pl061_set_input(&gpio.device, 3, true);
    pl061_set_input(&gpio.device, 3, false);
    EXPECT_TRUE(gpio.line());
    EXPECT_EQ(gpio.read(0x414), 8u);
    gpio.write(0x41c, 8);
    EXPECT_FALSE(gpio.line());
    pl061_set_input(&gpio.device, 3, true);
    gpio.write(0x41c, 8);
    pl061_set_input(&gpio.device, 3, false);
    EXPECT_FALSE(gpio.line()) << "only the rising edge was asked for";
    gpio.write(0x408, 8);
    pl061_set_input(&gpio.device, 3, true);
    gpio.write(0x41c, 8);
    pl061_set_input(&gpio.device, 3, false);
    EXPECT_TRUE(gpio.line()) << "both edges";
}

TEST(Pl061, AddressBitsMaskTheData)
{
    devices::rig<pl061> gpio(pl061_ops);

    pl061_init(&gpio.device);
    gpio.write(0x400, 0x0f);
    gpio.write(0x3fc, 0xff);
    EXPECT_EQ(gpio.read(0x3fc), 0x0fu) << "inputs are low";
    gpio.write(0x05 << 2, 0x00);
    EXPECT_EQ(pl061_outputs(&gpio.device), 0x0au);
    EXPECT_EQ(gpio.read(0x02 << 2), 0x02u);
}

TEST(Vacant, VirtioSlotsSayThatNothingIsThere)
{
    devices::rig<virtio_mmio> slots(virtio_mmio_ops);

    virtio_mmio_init(&slots.device);
    for (unsigned n = 0; n < VIRTIO_SLOTS; n++) {
        EXPECT_EQ(slots.read(n * VIRTIO_SLOT_SPAN), 0x74726976u);
        EXPECT_EQ(slots.read(n * VIRTIO_SLOT_SPAN + 8), 0u);
    }
    EXPECT_EQ(slots.read_status(0x10, 4), DEV_HOLE);
    EXPECT_EQ(slots.read_status(0, 1), DEV_BAD_SIZE);
}

} // namespace
