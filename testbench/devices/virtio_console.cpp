// SPDX-License-Identifier: Apache-2.0
// The virtio console and entropy devices.
#include "devices/virtio_console.h"

#include <string>

#include "devices/virtio_rng.h"
#include "virtio_rig.hpp"

using namespace devices;

namespace
{

constexpr uint64_t buffer = guest_memory::base + 0x60000;

class VirtioConsole : public testing::Test
{
protected:
    VirtioConsole() : rx(memory, rings, 8), tx(memory, rings + 0x8000, 8)
    {
        const virtio_setup setup = {memory.dma(), 0};
        const virtio_console_sink sink = {&said,
                                          [](void *ctx, const uint8_t *bytes, uint32_t length) {
                                              static_cast<std::string *>(ctx)->append(
                                                  reinterpret_cast<const char *>(bytes), length);
                                          }};

        virtio_console_init(&console, &sink, &setup);
        guest.plug(console.base);
        guest.start(plain, {&rx, &tx});
    }
    void give(uint16_t n, uint32_t length)
    {
        rx.set(n, {buffer + n * 0x100u, length, VIRTQ_DESC_WRITE, 0});
        rx.offer(n);
        guest.notify(VIRTIO_CONSOLE_RX);
    }
    void type(const std::string &text)
    {
        for (const char c : text)
            virtio_console_receive(&console, static_cast<uint8_t>(c), guest.bus.now_ps);
        guest.settle();
    }

    guest_memory memory;
    driver_queue rx, tx;
    std::string said;
    virtio_console console;
    mmio_driver guest;
};

TEST_F(VirtioConsole, SaysWhatTheGuestSends)
{
    memory.fill(buffer, 'x', 10000);
    tx.chain(0, {{buffer, 3, 0, 0}, {buffer, 9000, 0, 0}});
    tx.offer(0);
    guest.notify(VIRTIO_CONSOLE_TX);
    EXPECT_EQ(said, std::string(9003, 'x'));
    EXPECT_EQ(tx.used_length(0), 0u);
    EXPECT_TRUE(guest.line());
    EXPECT_EQ(guest.get(VIRTIO_MMIO_DEVICE_ID), 3u);
}

TEST_F(VirtioConsole, WhatIsTypedWaitsForABuffer)
{
    type("hello");
    EXPECT_EQ(rx.used(), 0);
    give(0, 3);
    ASSERT_EQ(rx.used(), 1);
    EXPECT_EQ(rx.used_length(0), 3u);
    EXPECT_EQ(memory.get<uint8_t>(buffer), 'h');
    give(1, 64);
    ASSERT_EQ(rx.used(), 2);
    EXPECT_EQ(rx.used_length(1), 2u);
    EXPECT_EQ(memory.get<uint8_t>(buffer + 0x100), 'l');
    give(2, 64);
    EXPECT_EQ(rx.used(), 2) << "nothing was typed";
    type("!");
    EXPECT_EQ(rx.used(), 3);
}

TEST_F(VirtioConsole, RoomForTypingEnds)
{
    type(std::string(VIRTIO_CONSOLE_IN, 'a'));
    EXPECT_FALSE(virtio_console_can_receive(&console));
    type("b");
    give(0, 0x100);
    EXPECT_EQ(rx.used_length(0), uint32_t(VIRTIO_CONSOLE_IN));
    EXPECT_TRUE(virtio_console_can_receive(&console));
}

TEST_F(VirtioConsole, AnEmptyReceiveBufferIsAMistake)
{
    give(0, 0);
    EXPECT_FALSE(guest.needs_reset());
    type("a");
    EXPECT_TRUE(guest.needs_reset());
}

TEST_F(VirtioConsole, ABufferOutsideOfMemoryIsAMistake)
{
    tx.set(0, {0x10, 4, 0, 0});
    tx.offer(0);
    guest.notify(VIRTIO_CONSOLE_TX);
    EXPECT_TRUE(guest.needs_reset());
    EXPECT_EQ(said, "");
}

/// Bytes that a device with @p seed gives.
std::vector<uint8_t> entropy(uint64_t seed, uint32_t length)
{
    guest_memory memory;
    driver_queue queue(memory, rings, 8);
    virtio_rng rng;
    mmio_driver guest;
    const virtio_setup setup = {memory.dma(), 0};

    virtio_rng_init(&rng, seed, &setup);
    guest.plug(rng.base);
    guest.start(plain, {&queue});
    queue.set(0, {buffer, length, VIRTQ_DESC_WRITE, 0});
    queue.offer(0);
    guest.notify(0);
    EXPECT_EQ(queue.used(), 1);
    return {memory.at(buffer), memory.at(buffer) + queue.used_length(0)};
}

TEST(VirtioRng, TheSameBytesForASeedAndOthersForAnother)
{
    EXPECT_EQ(entropy(1, 64), entropy(1, 64));
    EXPECT_NE(entropy(1, 64), entropy(2, 64));
    EXPECT_EQ(entropy(1, 5).size(), 5u);
}

TEST(VirtioRng, OneRequestIsBounded)
{
    EXPECT_EQ(entropy(1, 0x8000).size(), size_t(VIRTIO_RNG_MOST));
}

} // namespace
