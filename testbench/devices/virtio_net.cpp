// SPDX-License-Identifier: Apache-2.0
// The virtio network device, alone and joined with another.
#include "devices/virtio_net.h"

#include "virtio_rig.hpp"

using namespace devices;

namespace
{

constexpr uint64_t packets = guest_memory::base + 0x60000;
constexpr uint64_t room = 0x800;

/// A device, its driver and its buffers.
struct station {
    station(guest_memory &m, unsigned number)
        : memory(m), place(number * 0x40000u), rx(m, rings + place, 32),
          tx(m, rings + place + 0x8000, 32)
    {
        const uint8_t mac[] = {0x52, 0x54, 0, 1, 2, uint8_t(number)};
        const virtio_setup setup = {m.dma(), 0};

        virtio_net_init(&net, mac, &setup);
        guest.plug(net.base);
    }
    void hears(station &other)
    {
        const virtio_net_listener listener = {&other.net, virtio_net_hear};
        virtio_net_listen(&net, &listener);
    }
    void up()
    {
        guest.start(plain | feature(VIRTIO_NET_F_MAC), {&rx, &tx});
    }
    uint64_t buffer(unsigned n) const
    {
        return packets + place + n * room;
    }
    void give(uint16_t n, uint32_t length = room)
    {
        rx.set(n, {buffer(n), length, VIRTQ_DESC_WRITE, 0});
        rx.offer(n);
        guest.notify(VIRTIO_NET_RX);
    }
    void send(uint32_t length, uint8_t fill, uint32_t head = VIRTIO_NET_HEADER)
    {
        const uint64_t from = packets + place + 40 * room;

        memory.fill(from, 0, head);
        memory.fill(from + head, fill, length);
        tx.set(0, {from, head + length, 0, 0});
        tx.offer(0);
        guest.notify(VIRTIO_NET_TX);
    }

    guest_memory &memory;
    uint64_t place;
    driver_queue rx, tx;
    virtio_net net;
    mmio_driver guest;
};

class VirtioNet : public testing::Test
{
protected:
    VirtioNet() : a(memory, 0)
    {
        a.hears(a);
    }
    guest_memory memory;
    station a;
};

TEST_F(VirtioNet, SaysWhatItIs)
{
    EXPECT_EQ(a.guest.get(VIRTIO_MMIO_DEVICE_ID), 1u);
    EXPECT_EQ(a.guest.config(0, 1), 0x52u);
    EXPECT_EQ(a.guest.config(4, 1), 2u);
    EXPECT_EQ(a.guest.config(6, 2), 1u) << "the link is up";
    EXPECT_EQ(a.guest.config(10, 2), 1500u);
    EXPECT_EQ(a.guest.offered() & 0xfffffff,
              feature(VIRTIO_NET_F_MAC) | feature(VIRTIO_NET_F_STATUS) | feature(VIRTIO_NET_F_MTU))
        << "no offloads";
}

TEST_F(VirtioNet, LoopbackBringsFramesBack)
{
    a.up();
    a.give(0);
    a.give(1);
    a.send(64, 0x33);
    a.send(1514, 0x44);
    EXPECT_EQ(a.tx.used(), 2);
    ASSERT_EQ(a.rx.used(), 2);
    EXPECT_EQ(a.rx.used_length(0), 76u);
    EXPECT_EQ(a.rx.used_length(1), 1526u);
    EXPECT_EQ(memory.get<uint16_t>(a.buffer(0) + 10), 1) << "num_buffers";
    EXPECT_EQ(memory.get<uint8_t>(a.buffer(0) + 12), 0x33);
    EXPECT_EQ(memory.get<uint8_t>(a.buffer(1) + 12 + 1513), 0x44);
    EXPECT_EQ(a.net.state.sent, 2u);
    EXPECT_EQ(a.net.state.received, 2u);
}

TEST_F(VirtioNet, FramesWaitForBuffersAndTooManyAreDropped)
{
    a.up();
    for (unsigned n = 0; n < VIRTIO_NET_FRAMES + 3; n++)
        a.send(60, uint8_t(n));
    EXPECT_EQ(a.net.state.dropped, 3u);
    EXPECT_EQ(a.rx.used(), 0);
    for (uint16_t n = 0; n < 32; n++)
        a.give(n);
    EXPECT_EQ(a.rx.used(), 32);
    EXPECT_EQ(memory.get<uint8_t>(a.buffer(31) + 12), 31) << "in order";
    for (uint16_t n = 0; n < 32; n++)
        a.give(n);
    EXPECT_EQ(a.rx.used(), 64);
    EXPECT_EQ(memory.get<uint8_t>(a.buffer(31) + 12), 63);
}

TEST_F(VirtioNet, FramesThatAreNoneAreDropped)
{
    a.up();
    a.give(0);
    a.send(13, 1);
    a.send(1519, 1);
    a.send(0, 1);
    EXPECT_EQ(a.tx.used(), 3) << "the buffers come back";
    EXPECT_EQ(a.rx.used(), 0);
    EXPECT_EQ(a.net.state.dropped, 3u);
    EXPECT_FALSE(a.guest.needs_reset());
}

TEST_F(VirtioNet, ABufferThatIsTooSmallLosesTheFrame)
{
    a.up();
    a.give(0, 70);
    a.send(60, 1);
    EXPECT_EQ(a.rx.used(), 1);
    EXPECT_EQ(a.rx.used_length(0), 0u);
    EXPECT_EQ(a.net.state.dropped, 1u);
}

TEST_F(VirtioNet, BuffersWithoutHeaderAreAMistake)
{
    a.up();
    a.send(0, 0, 11);
    EXPECT_TRUE(a.guest.needs_reset());
    a.net.state.common.counters.errors = 0;
}

TEST_F(VirtioNet, AReceiveBufferWithoutHeaderIsAMistake)
{
    a.up();
    a.give(0, 11);
    EXPECT_FALSE(a.guest.needs_reset()) << "it is looked at when it is used";
    a.send(60, 1);
    EXPECT_TRUE(a.guest.needs_reset());
}

TEST_F(VirtioNet, ADriversResetForgetsFrames)
{
    a.up();
    a.send(60, 1);
    EXPECT_EQ(a.net.state.waiting, 1u);
    a.guest.set(VIRTIO_MMIO_STATUS, 0);
    EXPECT_EQ(a.net.state.waiting, 0u);
    EXPECT_EQ(a.net.state.sent, 1u);
}

TEST_F(VirtioNet, TwoThatAreJoinedHearEachOther)
{
    station b(memory, 1);

    a.hears(b);
    b.hears(a);
    a.up();
    a.give(0);
    a.send(60, 1);
    EXPECT_EQ(b.net.state.waiting, 0u) << "nobody hears without a driver";
    b.up();
    b.give(0);
    a.send(60, 7);
    b.guest.settle();
    EXPECT_EQ(b.rx.used(), 1);
    EXPECT_EQ(memory.get<uint8_t>(b.buffer(0) + 12), 7);
    EXPECT_EQ(a.rx.used(), 0);
    b.send(60, 8);
    a.guest.settle();
    EXPECT_EQ(a.rx.used(), 1);
    EXPECT_EQ(memory.get<uint8_t>(a.buffer(0) + 12), 8);
}

} // namespace
