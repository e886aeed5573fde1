// SPDX-License-Identifier: Apache-2.0
// The virtio block device: requests as drivers send them, and as they should not.
#include "devices/virtio_blk.h"

#include <numeric>

#include "virtio_rig.hpp"

using namespace devices;

namespace
{

constexpr uint64_t header = guest_memory::base + 0x20000;
constexpr uint64_t status = header + 0x100;
constexpr uint64_t data = guest_memory::base + 0x40000;
constexpr uint16_t write_flag = VIRTQ_DESC_WRITE;
constexpr uint64_t sectors = 128;

/// A disk in memory that can refuse.
struct disk {
    disk() : bytes(sectors * 512)
    {
        for (size_t n = 0; n < bytes.size(); n++)
            bytes[n] = static_cast<uint8_t>(n * 7 + n / 512);
    }
    virtio_blk_storage storage()
    {
        return {this, read, write, zero, flush};
    }
    static disk &of(void *ctx)
    {
        return *static_cast<disk *>(ctx);
    }
    static bool read(void *ctx, uint64_t offset, void *to, uint32_t length)
    {
        EXPECT_LE(offset + length, of(ctx).bytes.size());
        std::memcpy(to, &of(ctx).bytes[offset], length);
        return !of(ctx).refuse;
    }
    static bool write(void *ctx, uint64_t offset, const void *from, uint32_t length)
    {
        EXPECT_LE(offset + length, of(ctx).bytes.size());
        of(ctx).written.push_back(offset / 512);
        if (!of(ctx).refuse)
            std::memcpy(&of(ctx).bytes[offset], from, length);
        return !of(ctx).refuse;
    }
    static bool zero(void *ctx, uint64_t offset, uint64_t length)
    {
        EXPECT_LE(offset + length, of(ctx).bytes.size());
        std::fill_n(of(ctx).bytes.begin() + static_cast<long>(offset), length, uint8_t(0));
        return !of(ctx).refuse;
    }
    static bool flush(void *ctx)
    {
        of(ctx).flushes++;
        return !of(ctx).refuse;
    }
    std::vector<uint8_t> bytes;
    bool refuse = false;
    unsigned flushes = 0;
    std::vector<uint64_t> written; ///< Sectors, in the order of the writes.
};

class VirtioBlk : public testing::Test
{
protected:
    explicit VirtioBlk(bool read_only = false, unsigned queues = 1) : queue(memory, rings, 16)
    {
        const virtio_setup setup = {memory.dma(), 0};
        virtio_blk_config config = virtio_blk_config();

        config.storage = store.storage();
        config.sectors = sectors;
        config.read_only = read_only;
        config.queues = queues;
        std::strcpy(config.serial, "disk-7");
        EXPECT_TRUE(virtio_blk_init(&blk, &config, &setup));
        guest.plug(blk.base);
        guest.start(plain | feature(VIRTIO_F_INDIRECT_DESC), {&queue});
    }
    void put_header(uint32_t type, uint64_t sector)
    {
        memory.put<uint32_t>(header, type);
        memory.put<uint32_t>(header + 4, 0);
        memory.put<uint64_t>(header + 8, sector);
        memory.put<uint8_t>(status, 0xee);
    }
    /// One request with one data buffer (length 0: none). @return its status.
    unsigned request(uint32_t type, uint64_t sector, uint32_t length, bool in)
    {
        std::vector<desc> chain = {{header, 16, 0, 0}};

        put_header(type, sector);
        if (length != 0)
            chain.push_back({data, length, in ? write_flag : uint16_t(0), 0});
        chain.push_back({status, 1, write_flag, 0});
        send(chain);
        return memory.get<uint8_t>(status);
    }
    void send(const std::vector<desc> &chain)
    {
        queue.chain(0, chain);
        queue.offer(0);
        guest.notify(0);
    }
    bool memory_is_disk(uint64_t sector, uint64_t length)
    {
        return std::memcmp(memory.at(data), &store.bytes[sector * 512], length) == 0;
    }

    guest_memory memory;
    disk store;
    driver_queue queue;
    virtio_blk blk;
    mmio_driver guest;
};

TEST_F(VirtioBlk, SaysWhatItIs)
{
    const uint64_t offered = guest.offered();

    EXPECT_EQ(guest.get(VIRTIO_MMIO_DEVICE_ID), 2u);
    EXPECT_EQ(guest.config(0, 8), sectors);
    EXPECT_EQ(guest.config(0, 4), sectors);
    EXPECT_EQ(guest.config(12, 4), 254u) << "segments beside header and status";
    EXPECT_EQ(guest.config(20, 4), 512u);
    EXPECT_EQ(guest.config(56, 1), 1u);
    EXPECT_EQ(guest.bus.read_status(mmio_driver::slot * VIRTIO_SLOT_SPAN + 0x13c, 4), DEV_HOLE);
    EXPECT_EQ(guest.try_set(VIRTIO_MMIO_CONFIG, 1), DEV_READ_ONLY);
    EXPECT_TRUE(offered & feature(VIRTIO_BLK_F_FLUSH));
    EXPECT_TRUE(offered & feature(VIRTIO_BLK_F_DISCARD));
    EXPECT_FALSE(offered & feature(VIRTIO_BLK_F_RO));
    EXPECT_FALSE(offered & feature(VIRTIO_BLK_F_MQ));
}

TEST_F(VirtioBlk, ReadsAndWrites)
{
    EXPECT_EQ(request(VIRTIO_BLK_T_IN, 3, 2048, true), 0u);
    EXPECT_TRUE(memory_is_disk(3, 2048));
    EXPECT_EQ(queue.used_length(0), 2049u);
    memory.fill(data, 0x5a, 1024);
    EXPECT_EQ(request(VIRTIO_BLK_T_OUT, 126, 1024, false), 0u);
    EXPECT_TRUE(memory_is_disk(126, 1024));
    EXPECT_EQ(queue.used_length(1), 1u);
    EXPECT_FALSE(guest.needs_reset());
}

TEST_F(VirtioBlk, MoreThanOnePieceIsCopiedWhole)
{
    EXPECT_EQ(request(VIRTIO_BLK_T_IN, 0, sectors * 512, true), 0u);
    EXPECT_TRUE(memory_is_disk(0, sectors * 512));
}

TEST_F(VirtioBlk, HowTheRequestIsCutIsTheDriversMatter)
{
    put_header(VIRTIO_BLK_T_IN, 5);
    send({{header, 5, 0, 0},
          {header + 5, 11, 0, 0},
          {data, 100, write_flag, 0},
          {data + 100, 412, write_flag, 0},
          {status, 1, write_flag, 0}});
    EXPECT_EQ(memory.get<uint8_t>(status), 0);
    EXPECT_TRUE(memory_is_disk(5, 512));
    send({{header, 16, 0, 0}, {data, 513, write_flag, 0}});
    EXPECT_EQ(memory.get<uint8_t>(data + 512), 0) << "status behind the data";
}

TEST_F(VirtioBlk, BeyondTheEndIsAnError)
{
    EXPECT_EQ(request(VIRTIO_BLK_T_IN, sectors, 512, true), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_IN, sectors - 1, 1024, true), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_IN, ~uint64_t(0), 512, true), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_OUT, uint64_t(1) << 55, 512, false), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_IN, 0, 511, true), 1u) << "part of a sector";
    EXPECT_EQ(request(VIRTIO_BLK_T_OUT, 0, 513, false), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_IN, sectors, 0, true), 0u) << "nothing at the end";
    EXPECT_FALSE(guest.needs_reset());
}

TEST_F(VirtioBlk, WhatTheStorageRefusesIsAnError)
{
    store.refuse = true;
    EXPECT_EQ(request(VIRTIO_BLK_T_IN, 0, 512, true), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_OUT, 0, 512, false), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_FLUSH, 0, 0, false), 1u);
}

TEST_F(VirtioBlk, FlushGetIdAndUnknownTypes)
{
    EXPECT_EQ(request(VIRTIO_BLK_T_FLUSH, 0, 0, false), 0u);
    EXPECT_EQ(store.flushes, 1u);
    memory.fill(data, 0xff, 64);
    EXPECT_EQ(request(VIRTIO_BLK_T_GET_ID, 0, 20, true), 0u);
    EXPECT_STREQ(reinterpret_cast<const char *>(memory.at(data)), "disk-7");
    EXPECT_EQ(memory.get<uint8_t>(data + 19), 0);
    EXPECT_EQ(memory.get<uint8_t>(data + 20), 0xff);
    for (const uint32_t type : {2u, 3u, 7u, 12u, 14u, 0xffffffffu})
        EXPECT_EQ(request(type, 0, 512, true), 2u) << type;
}

TEST_F(VirtioBlk, DiscardAndWriteZeroesClear)
{
    memory.put<uint64_t>(data, 10);
    memory.put<uint32_t>(data + 8, 2);
    memory.put<uint32_t>(data + 12, 0);
    EXPECT_EQ(request(VIRTIO_BLK_T_DISCARD, 0, 16, false), 0u);
    const auto at = [&](uint64_t sector) { return store.bytes[sector * 512 + 17]; };
    EXPECT_NE(at(9), 0);
    EXPECT_EQ(at(10), 0);
    EXPECT_EQ(at(11), 0);
    EXPECT_NE(at(12), 0);
    memory.put<uint32_t>(data + 12, 1);
    EXPECT_EQ(request(VIRTIO_BLK_T_DISCARD, 0, 16, false), 2u) << "unmap is not for discard";
    memory.put<uint64_t>(data, 20);
    EXPECT_EQ(request(VIRTIO_BLK_T_WRITE_ZEROES, 0, 16, false), 0u);
    EXPECT_EQ(at(21), 0);
    memory.put<uint32_t>(data + 12, 2);
    EXPECT_EQ(request(VIRTIO_BLK_T_WRITE_ZEROES, 0, 16, false), 2u);
    memory.put<uint32_t>(data + 12, 0);
    memory.put<uint64_t>(data, sectors - 1);
    EXPECT_EQ(request(VIRTIO_BLK_T_WRITE_ZEROES, 0, 16, false), 1u) << "beyond the end";
    memory.put<uint32_t>(data + 8, 0xffffffff);
    EXPECT_EQ(request(VIRTIO_BLK_T_DISCARD, 0, 16, false), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_DISCARD, 0, 15, false), 1u) << "part of a range";
    EXPECT_EQ(request(VIRTIO_BLK_T_DISCARD, 0, 17 * 16, false), 1u) << "too many ranges";
    EXPECT_EQ(request(VIRTIO_BLK_T_DISCARD, 0, 0, false), 1u);
}

TEST_F(VirtioBlk, WithoutHeaderOrStatusItIsAMistake)
{
    send({{header, 15, 0, 0}, {status, 1, write_flag, 0}});
    EXPECT_TRUE(guest.needs_reset());
    EXPECT_EQ(queue.used(), 0);
    driver_queue fresh(memory, rings + 0x8000, 16);
    guest.start(plain, {&fresh});
    fresh.chain(0, {{header, 16, 0, 0}});
    fresh.offer(0);
    guest.notify(0);
    EXPECT_TRUE(guest.needs_reset());
}

TEST_F(VirtioBlk, BuffersOutsideOfMemoryAreAMistake)
{
    put_header(VIRTIO_BLK_T_IN, 0);
    send({{header, 16, 0, 0}, {0x1000, 512, write_flag, 0}, {status, 1, write_flag, 0}});
    EXPECT_TRUE(guest.needs_reset());
    EXPECT_EQ(blk.state.common.counters.errors, 1u);
}

class VirtioBlkReadOnly : public VirtioBlk
{
protected:
    VirtioBlkReadOnly() : VirtioBlk(true) {}
};

TEST_F(VirtioBlkReadOnly, RefusesWhatWrites)
{
    const std::vector<uint8_t> before = store.bytes;

    EXPECT_TRUE(guest.offered() & feature(VIRTIO_BLK_F_RO));
    EXPECT_FALSE(guest.offered() & feature(VIRTIO_BLK_F_DISCARD));
    EXPECT_EQ(request(VIRTIO_BLK_T_OUT, 0, 512, false), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_DISCARD, 0, 16, false), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_WRITE_ZEROES, 0, 16, false), 1u);
    EXPECT_EQ(request(VIRTIO_BLK_T_IN, 0, 512, true), 0u);
    EXPECT_EQ(store.bytes, before);
}

class VirtioBlkQueues : public VirtioBlk
{
protected:
    VirtioBlkQueues() : VirtioBlk(false, 4) {}
};

TEST_F(VirtioBlkQueues, EachQueueIsServedInTurn)
{
    driver_queue other(memory, rings + 0x8000, 16);

    EXPECT_TRUE(guest.offered() & feature(VIRTIO_BLK_F_MQ));
    EXPECT_EQ(guest.config(34, 2), 4u);
    driver_queue first(memory, rings + 0x60000, 16);
    guest.start(plain | feature(VIRTIO_BLK_F_MQ), {&first, &other});
    put_header(VIRTIO_BLK_T_FLUSH, 0);
    other.chain(0, {{header, 16, 0, 0}, {status, 1, write_flag, 0}});
    other.offer(0);
    guest.notify(3);
    EXPECT_EQ(other.used(), 0) << "queue 3 is not in use";
    guest.notify(1);
    EXPECT_EQ(other.used(), 1);
    EXPECT_EQ(store.flushes, 1u);
}

TEST_F(VirtioBlkQueues, NoQueueKeepsTheOthersWaiting)
{
    driver_queue other(memory, rings + 0x8000, 16), first(memory, rings + 0x60000, 16);
    uint64_t place = header;

    guest.start(plain | feature(VIRTIO_BLK_F_MQ), {&first, &other});
    for (uint16_t n = 0; n < 6; n++, place += 16) {
        driver_queue &to = n % 2 == 0 ? first : other;
        memory.put<uint32_t>(place, VIRTIO_BLK_T_OUT);
        memory.put<uint64_t>(place + 8, n % 2 * 10u + n / 2u);
        to.chain(uint16_t(n / 2 * 3),
                 {{place, 16, 0, 0}, {data, 512, 0, 0}, {status, 1, write_flag, 0}});
        to.offer(uint16_t(n / 2 * 3));
    }
    guest.set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    guest.notify(1);
    EXPECT_EQ(store.written, (std::vector<uint64_t>{0, 10, 1, 11, 2, 12}));
}

TEST(VirtioBlkInit, RefusesWhatMakesNoSense)
{
    const virtio_setup setup = virtio_setup();
    virtio_blk_config config = virtio_blk_config();
    disk store;
    virtio_blk blk;

    config.storage = store.storage();
    config.queues = 1;
    EXPECT_FALSE(virtio_blk_init(&blk, &config, &setup)) << "no sectors";
    config.sectors = ~uint64_t(0);
    EXPECT_FALSE(virtio_blk_init(&blk, &config, &setup));
    config.sectors = 1;
    config.queues = VIRTIO_QUEUES_MAX + 1;
    EXPECT_FALSE(virtio_blk_init(&blk, &config, &setup));
    config.queues = VIRTIO_QUEUES_MAX;
    EXPECT_TRUE(virtio_blk_init(&blk, &config, &setup));
}

} // namespace
