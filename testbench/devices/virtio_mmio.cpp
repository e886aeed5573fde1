// SPDX-License-Identifier: Apache-2.0
// Status, features, queues and time of a virtio device, by the registers of virtio-mmio.
#include "devices/virtio_rng.h"
#include "virtio_rig.hpp"

using namespace devices;

namespace
{

constexpr uint64_t buffer = guest_memory::base + 0x40000;
constexpr uint64_t us = 1000000;

/// An entropy device: one queue, every buffer is served.
class VirtioMmio : public testing::Test
{
protected:
    explicit VirtioMmio(uint64_t latency_ps = 0) : queue(memory, rings, 8)
    {
        const virtio_setup setup = {memory.dma(), latency_ps};

        virtio_rng_init(&rng, 7, &setup);
        guest.plug(rng.base);
    }
    void offer(uint16_t head, uint32_t length = 8)
    {
        queue.set(head, {buffer + head * 64u, length, VIRTQ_DESC_WRITE, 0});
        queue.offer(head);
    }

    guest_memory memory;
    driver_queue queue;
    virtio_rng rng;
    mmio_driver guest;
};

TEST_F(VirtioMmio, SaysWhatItIs)
{
    EXPECT_EQ(guest.get(VIRTIO_MMIO_MAGIC), 0x74726976u);
    EXPECT_EQ(guest.get(VIRTIO_MMIO_VERSION), 2u);
    EXPECT_EQ(guest.get(VIRTIO_MMIO_DEVICE_ID), 4u);
    EXPECT_NE(guest.get(VIRTIO_MMIO_VENDOR_ID), 0u);
    EXPECT_EQ(guest.offered(), feature(28) | feature(29) | feature(32))
        << "no legacy, transitional or packed feature";
    EXPECT_EQ(guest.get(VIRTIO_MMIO_QUEUE_NUM_MAX), 256u);
    guest.set(VIRTIO_MMIO_QUEUE_SEL, 1);
    EXPECT_EQ(guest.get(VIRTIO_MMIO_QUEUE_NUM_MAX), 0u) << "there is one queue";
    EXPECT_EQ(guest.get(VIRTIO_MMIO_SHM_LEN_LOW), 0xffffffffu);
    EXPECT_EQ(guest.get(VIRTIO_MMIO_CONFIG_GENERATION), 0u);
}

TEST_F(VirtioMmio, RowsOfRegisters)
{
    const struct {
        uint64_t reg;
        dev_status read, write;
    } rows[] = {{VIRTIO_MMIO_MAGIC, DEV_OK, DEV_READ_ONLY},
                {VIRTIO_MMIO_VERSION, DEV_OK, DEV_READ_ONLY},
                {VIRTIO_MMIO_DEVICE_ID, DEV_OK, DEV_READ_ONLY},
                {VIRTIO_MMIO_VENDOR_ID, DEV_OK, DEV_READ_ONLY},
                {VIRTIO_MMIO_DEVICE_FEATURES, DEV_OK, DEV_READ_ONLY},
                {VIRTIO_MMIO_DEVICE_FEATURES_SEL, DEV_WRITE_ONLY, DEV_OK},
                {0x018, DEV_HOLE, DEV_HOLE},
                {VIRTIO_MMIO_DRIVER_FEATURES, DEV_WRITE_ONLY, DEV_OK},
                {VIRTIO_MMIO_DRIVER_FEATURES_SEL, DEV_WRITE_ONLY, DEV_OK},
                {0x028, DEV_HOLE, DEV_HOLE}, /* GuestPageSize of version 1 */
                {VIRTIO_MMIO_QUEUE_SEL, DEV_WRITE_ONLY, DEV_OK},
                {VIRTIO_MMIO_QUEUE_NUM_MAX, DEV_OK, DEV_READ_ONLY},
                {VIRTIO_MMIO_QUEUE_NUM, DEV_WRITE_ONLY, DEV_BAD_VALUE}, /* 0 */
                {0x03c, DEV_HOLE, DEV_HOLE}, /* QueueAlign and QueuePFN of version 1 */
                {0x040, DEV_HOLE, DEV_HOLE},
                {VIRTIO_MMIO_QUEUE_READY, DEV_OK, DEV_OK},
                {VIRTIO_MMIO_QUEUE_NOTIFY, DEV_WRITE_ONLY, DEV_OK},
                {VIRTIO_MMIO_INTERRUPT_STATUS, DEV_OK, DEV_READ_ONLY},
                {VIRTIO_MMIO_INTERRUPT_ACK, DEV_WRITE_ONLY, DEV_OK},
                {VIRTIO_MMIO_STATUS, DEV_OK, DEV_OK},
                {VIRTIO_MMIO_QUEUE_DESC_LOW, DEV_WRITE_ONLY, DEV_OK},
                {VIRTIO_MMIO_QUEUE_DESC_HIGH, DEV_WRITE_ONLY, DEV_OK},
                {VIRTIO_MMIO_QUEUE_DRIVER_LOW, DEV_WRITE_ONLY, DEV_OK},
                {VIRTIO_MMIO_QUEUE_DEVICE_HIGH, DEV_WRITE_ONLY, DEV_OK},
                {VIRTIO_MMIO_SHM_SEL, DEV_WRITE_ONLY, DEV_OK},
                {VIRTIO_MMIO_SHM_BASE_HIGH, DEV_OK, DEV_READ_ONLY},
                {VIRTIO_MMIO_CONFIG_GENERATION, DEV_OK, DEV_READ_ONLY},
                {VIRTIO_MMIO_CONFIG, DEV_HOLE, DEV_HOLE}}; /* it has no configuration */

    for (const auto &row : rows) {
        EXPECT_EQ(guest.try_get(row.reg), row.read) << std::hex << row.reg;
        EXPECT_EQ(guest.try_set(row.reg, 0), row.write) << std::hex << row.reg;
        if (row.reg < VIRTIO_MMIO_CONFIG) {
            EXPECT_EQ(guest.try_get(row.reg, 1), DEV_BAD_SIZE);
            EXPECT_EQ(guest.try_get(row.reg, 8), DEV_BAD_SIZE);
        }
    }
}

TEST_F(VirtioMmio, OtherSlotsStayEmpty)
{
    EXPECT_EQ(guest.bus.read(VIRTIO_MMIO_DEVICE_ID), 0u);
    EXPECT_EQ(guest.bus.write_status(VIRTIO_MMIO_STATUS, 4, 1), DEV_HOLE);
    EXPECT_FALSE(virtio_mmio_attach(&guest.bus.device, mmio_driver::slot, &rng.base));
    EXPECT_FALSE(virtio_mmio_attach(&guest.bus.device, VIRTIO_SLOTS, &rng.base));
}

// ---------------------------------------------------------------- features and status

TEST_F(VirtioMmio, WithoutVersion1ThereIsNoAgreement)
{
    EXPECT_FALSE(guest.negotiate(0));
    EXPECT_FALSE(guest.negotiate(feature(VIRTIO_F_EVENT_IDX)));
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_STATUS, 7), DEV_BAD_VALUE) << "DRIVER_OK without it";
    EXPECT_EQ(guest.get(VIRTIO_MMIO_STATUS), 3u);
    EXPECT_TRUE(guest.negotiate(plain));
}

TEST_F(VirtioMmio, WhatWasNotOfferedIsNotAgreedTo)
{
    for (const unsigned bit : {0u, 27u, 30u, 33u, 34u, 63u})
        EXPECT_FALSE(guest.negotiate(plain | feature(bit))) << bit;
}

TEST_F(VirtioMmio, FeaturesAreFixedOnceAgreed)
{
    ASSERT_TRUE(guest.negotiate(plain));
    guest.set(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_DRIVER_FEATURES, 1u << 29), DEV_BAD_VALUE);
    guest.set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
    EXPECT_EQ(guest.get(VIRTIO_MMIO_DEVICE_FEATURES), 0u);
}

TEST_F(VirtioMmio, StatusBitsOnlyComeUntilAReset)
{
    guest.set(VIRTIO_MMIO_STATUS, 3);
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_STATUS, 1), DEV_BAD_VALUE);
    EXPECT_EQ(guest.get(VIRTIO_MMIO_STATUS), 3u);
    guest.set(VIRTIO_MMIO_STATUS, 0);
    EXPECT_EQ(guest.get(VIRTIO_MMIO_STATUS), 0u);
}

// ---------------------------------------------------------------- queues

TEST_F(VirtioMmio, AQueueInUseKeepsItsRegisters)
{
    guest.negotiate(plain);
    guest.place(0, queue);
    EXPECT_EQ(guest.get(VIRTIO_MMIO_QUEUE_READY), 1u);
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_QUEUE_NUM, 4), DEV_BAD_VALUE);
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_QUEUE_DESC_LOW, 0), DEV_BAD_VALUE);
    EXPECT_EQ(rng.state.common.queue[0].desc, queue.desc_area());
    guest.set(VIRTIO_MMIO_QUEUE_READY, 0);
    guest.set(VIRTIO_MMIO_QUEUE_NUM, 4);
    EXPECT_EQ(rng.state.common.queue[0].size, 4);
    guest.set(VIRTIO_MMIO_QUEUE_SEL, 1);
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_QUEUE_READY, 1), DEV_BAD_VALUE) << "there is no queue 1";
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_QUEUE_DESC_LOW, 0), DEV_BAD_VALUE);
}

TEST_F(VirtioMmio, SizesAreChecked)
{
    for (const uint32_t size : {0u, 3u, 512u, 0x80000000u, 0xffffffffu})
        EXPECT_EQ(guest.try_set(VIRTIO_MMIO_QUEUE_NUM, size), DEV_BAD_VALUE) << size;
    for (const uint32_t size : {1u, 2u, 256u})
        EXPECT_EQ(guest.try_set(VIRTIO_MMIO_QUEUE_NUM, size), DEV_OK) << size;
}

TEST_F(VirtioMmio, NothingIsServedBeforeDriverOk)
{
    ASSERT_TRUE(guest.negotiate(plain));
    guest.place(0, queue);
    offer(0);
    guest.notify(0);
    EXPECT_EQ(queue.used(), 0);
    EXPECT_FALSE(guest.line());
    guest.go();
    guest.settle();
    EXPECT_EQ(queue.used(), 1) << "the notification was not lost";
}

TEST_F(VirtioMmio, ServesAndInterrupts)
{
    guest.start(plain, {&queue});
    offer(0, 16);
    offer(3, 5);
    guest.notify(0);
    EXPECT_EQ(queue.used(), 2);
    EXPECT_EQ(queue.used_id(0), 0u);
    EXPECT_EQ(queue.used_length(0), 16u);
    EXPECT_EQ(queue.used_id(1), 3u);
    EXPECT_EQ(queue.used_length(1), 5u);
    EXPECT_TRUE(guest.line());
    EXPECT_EQ(guest.get(VIRTIO_MMIO_INTERRUPT_STATUS), 1u);
    guest.set(VIRTIO_MMIO_INTERRUPT_ACK, 2);
    EXPECT_TRUE(guest.line());
    guest.set(VIRTIO_MMIO_INTERRUPT_ACK, 1);
    EXPECT_FALSE(guest.line());
    EXPECT_EQ(rng.state.common.counters.interrupts, 1u) << "one for all of one instant";
    EXPECT_EQ(rng.state.common.counters.requests, 2u);
    EXPECT_EQ(rng.state.common.counters.notifications, 1u);
    EXPECT_EQ(rng.state.common.counters.bytes_written, 21u);
}

TEST_F(VirtioMmio, EventIndexSuppressesBothWays)
{
    guest.start(plain | feature(VIRTIO_F_EVENT_IDX), {&queue});
    queue.set_used_event(1);
    offer(0);
    guest.notify(0);
    EXPECT_EQ(queue.used(), 1);
    EXPECT_FALSE(guest.line());
    EXPECT_EQ(queue.avail_event(), 1);
    offer(1);
    guest.notify(0);
    EXPECT_TRUE(guest.line());
    EXPECT_EQ(queue.avail_event(), 2);
}

TEST_F(VirtioMmio, NotificationsOfNoQueueAreRefused)
{
    guest.start(plain, {&queue});
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_QUEUE_NOTIFY, 1), DEV_BAD_VALUE);
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_QUEUE_NOTIFY, 0xffffffff), DEV_BAD_VALUE);
    EXPECT_EQ(rng.state.common.counters.notifications, 0u);
}

TEST_F(VirtioMmio, AResetForgetsTheQueueAndTheInterrupt)
{
    guest.start(plain, {&queue});
    offer(0);
    guest.notify(0);
    guest.set(VIRTIO_MMIO_STATUS, 0);
    EXPECT_FALSE(guest.line());
    EXPECT_EQ(guest.get(VIRTIO_MMIO_QUEUE_READY), 0u);
    offer(1);
    guest.notify(0);
    EXPECT_EQ(queue.used(), 1);
    EXPECT_EQ(rng.state.common.counters.requests, 1u) << "counters are not the driver's";
}

// ---------------------------------------------------------------- mistakes

TEST_F(VirtioMmio, AMistakeAsksForAResetOnce)
{
    unsigned at = 99;
    const char *text = "";

    guest.start(plain, {&queue});
    queue.offer(100); /* no such descriptor */
    guest.notify(0);
    EXPECT_TRUE(guest.needs_reset());
    EXPECT_EQ(guest.get(VIRTIO_MMIO_INTERRUPT_STATUS), 2u) << "a change of the configuration";
    EXPECT_EQ(rng.state.common.counters.errors, 1u);
    ASSERT_TRUE(virtio_take_mistake(&rng.base, &at, &text));
    EXPECT_EQ(at, 0u);
    EXPECT_STREQ(text, virtq_error_text(VIRTQ_ERROR_INDEX));
    EXPECT_FALSE(virtio_take_mistake(&rng.base, &at, &text));
    guest.notify(0);
    EXPECT_EQ(rng.state.common.counters.errors, 1u) << "nothing is served until the reset";

    driver_queue fresh(memory, rings + 0x8000, 8);
    guest.start(plain, {&fresh});
    EXPECT_FALSE(guest.needs_reset());
    fresh.set(0, {buffer, 4, VIRTQ_DESC_WRITE, 0});
    fresh.offer(0);
    guest.notify(0);
    EXPECT_EQ(fresh.used(), 1);
}

TEST_F(VirtioMmio, BuffersThatAreNoRequestAreAMistake)
{
    guest.start(plain, {&queue});
    queue.set(0, {buffer, 4, 0, 0}); /* nothing to write to */
    queue.offer(0);
    guest.notify(0);
    EXPECT_TRUE(guest.needs_reset());
    EXPECT_EQ(queue.used(), 0);
}

TEST_F(VirtioMmio, MisplacedRingsAreAMistake)
{
    ASSERT_TRUE(guest.negotiate(plain));
    guest.set_address(VIRTIO_MMIO_QUEUE_DESC_LOW, rings + 8);
    guest.set(VIRTIO_MMIO_QUEUE_READY, 1);
    EXPECT_EQ(guest.get(VIRTIO_MMIO_QUEUE_READY), 0u);
    EXPECT_TRUE(guest.needs_reset());
    EXPECT_FALSE(guest.line()) << "before DRIVER_OK there is no interrupt";
}

TEST_F(VirtioMmio, RingsThatVanishAreAMistake)
{
    guest.start(plain, {&queue});
    offer(0);
    rng.state.common.queue[0].device = 0; /* as a hostile checkpoint has it */
    guest.notify(0);
    EXPECT_TRUE(guest.needs_reset());
}

// ---------------------------------------------------------------- saving

TEST_F(VirtioMmio, ASavedDeviceGoesOn)
{
    std::vector<uint8_t> image(dev_save_size(&virtio_rng_kind.device));
    std::vector<uint8_t> expected(8), got(8);

    guest.start(plain, {&queue});
    offer(0);
    guest.notify(0);
    dev_save(&virtio_rng_kind.device, &rng, image.data());
    offer(1);
    guest.notify(0);
    std::memcpy(expected.data(), memory.at(buffer + 64), 8);
    ASSERT_TRUE(dev_load(&virtio_rng_kind.device, &rng, image.data(), image.size()));
    EXPECT_TRUE(guest.line());
    guest.notify(0);
    std::memcpy(got.data(), memory.at(buffer + 64), 8);
    EXPECT_EQ(got, expected) << "the same bytes once more";
    EXPECT_EQ(queue.used(), 2);
    image.back() ^= 1;
    EXPECT_FALSE(dev_load(&virtio_rng_kind.device, &rng, image.data(), image.size()));
}

TEST_F(VirtioMmio, AColdResetClearsCountersToo)
{
    guest.start(plain, {&queue});
    offer(0);
    guest.notify(0);
    guest.bus.reset();
    EXPECT_EQ(rng.state.common.counters.requests, 0u);
    EXPECT_EQ(rng.state.random, 7u) << "the seed";
    EXPECT_FALSE(guest.line());
}

// ---------------------------------------------------------------- time

class VirtioTimed : public VirtioMmio
{
protected:
    VirtioTimed() : VirtioMmio(10 * us) {}
};

TEST_F(VirtioTimed, RequestsEndOneAfterTheOther)
{
    guest.start(plain, {&queue});
    guest.bus.now_ps = 3 * us;
    offer(0);
    offer(1);
    guest.set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    EXPECT_EQ(guest.bus.deadline(), 13 * us);
    guest.bus.advance_to(13 * us);
    EXPECT_EQ(queue.used(), 1);
    EXPECT_TRUE(guest.line());
    EXPECT_EQ(guest.bus.deadline(), 23 * us);
    guest.bus.advance_to(23 * us);
    EXPECT_EQ(queue.used(), 2);
    EXPECT_EQ(rng.state.common.counters.interrupts, 2u);
    guest.settle();
    EXPECT_EQ(queue.used(), 2);
}

TEST_F(VirtioTimed, LateItInterruptsForEachAllTheSame)
{
    guest.start(plain, {&queue});
    offer(0);
    offer(1);
    guest.set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    guest.bus.advance_to(50 * us);
    EXPECT_EQ(queue.used(), 2);
    EXPECT_EQ(rng.state.common.counters.interrupts, 2u);
}

TEST_F(VirtioTimed, ANotificationMeanwhileDelaysNothing)
{
    guest.start(plain, {&queue});
    offer(0);
    guest.set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    guest.bus.now_ps = 9 * us;
    offer(1);
    guest.set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    EXPECT_EQ(guest.bus.deadline(), 10 * us);
}

TEST_F(VirtioTimed, AResetForgetsWhatIsUnderWay)
{
    guest.start(plain, {&queue});
    offer(0);
    guest.set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    guest.set(VIRTIO_MMIO_STATUS, 0);
    EXPECT_EQ(guest.bus.deadline(), DEV_NEVER);
    EXPECT_EQ(queue.used(), 0);
}

} // namespace
