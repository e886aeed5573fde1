// SPDX-License-Identifier: Apache-2.0
// Guest memory, and a driver of virtqueues in it that also does what no driver should.
#ifndef TESTBENCH_VIRTIO_RIG_HPP
#define TESTBENCH_VIRTIO_RIG_HPP

#include <cstring>
#include <initializer_list>
#include <vector>

#include "device_rig.hpp"
#include "devices/virtio_mmio.h"
#include "devices/virtq.h"

namespace devices
{

/// Memory at an address that is not 0. Counts accesses; those outside fail.
class guest_memory
{
public:
    static constexpr uint64_t base = 0x40000000;
    static constexpr uint64_t size = 0x100000;

    guest_memory() : bytes_(size, 0) {}

    virtq_dma dma()
    {
        return {this, read, write};
    }
    template <class Number> Number get(uint64_t address) const
    {
        Number value;
        std::memcpy(&value, &bytes_.at(address - base), sizeof value);
        return value;
    }
    template <class Number> void put(uint64_t address, Number value)
    {
        std::memcpy(&bytes_.at(address - base), &value, sizeof value);
    }
    void fill(uint64_t address, uint8_t value, uint64_t length)
    {
        std::memset(&bytes_.at(address - base), value, length);
    }
    const uint8_t *at(uint64_t address) const
    {
        return &bytes_.at(address - base);
    }

    uint64_t accesses = 0; ///< Calls so far.

private:
    bool there(uint64_t address, uint32_t length)
    {
        accesses++;
        return address >= base && address - base <= size && length <= size - (address - base);
    }
    static bool read(void *ctx, uint64_t address, void *data, uint32_t length)
    {
        guest_memory &m = *static_cast<guest_memory *>(ctx);
        const bool good = m.there(address, length);
        if (good && length != 0)
            std::memcpy(data, m.at(address), length);
        return good;
    }
    static bool write(void *ctx, uint64_t address, const void *data, uint32_t length)
    {
        guest_memory &m = *static_cast<guest_memory *>(ctx);
        const bool good = m.there(address, length);
        if (good && length != 0)
            std::memcpy(&m.bytes_[address - base], data, length);
        return good;
    }

    std::vector<uint8_t> bytes_;
};

/// Where the tests put their queues.
constexpr uint64_t rings = guest_memory::base + 0x10000;

/// A descriptor as the driver writes it.
struct desc {
    uint64_t address;
    uint32_t length;
    uint16_t flags;
    uint16_t next;
};

/// The driver's side of one queue: rings at a place of their own.
class driver_queue
{
public:
    driver_queue(guest_memory &memory, uint64_t place, uint16_t size)
        : memory_(memory), size_(size), desc_(place), driver_(place + 0x2000),
          device_(place + 0x4000)
    {
    }
    uint64_t desc_area() const
    {
        return desc_;
    }
    uint64_t driver_area() const
    {
        return driver_;
    }
    uint64_t device_area() const
    {
        return device_;
    }
    uint16_t size() const
    {
        return size_;
    }
    void set(uint16_t index, const desc &d)
    {
        put_desc(desc_ + index * 16u, d);
    }
    void put_desc(uint64_t address, const desc &d)
    {
        memory_.put(address, d.address);
        memory_.put(address + 8, d.length);
        memory_.put(address + 12, d.flags);
        memory_.put(address + 14, d.next);
    }
    /// Descriptors @p first and following become a chain; flags NEXT and next are set here.
    void chain(uint16_t first, const std::vector<desc> &all)
    {
        for (size_t n = 0; n < all.size(); n++) {
            desc d = all[n];
            if (n + 1 < all.size()) {
                d.flags = static_cast<uint16_t>(d.flags | VIRTQ_DESC_NEXT);
                d.next = static_cast<uint16_t>((first + n + 1) % size_);
            }
            set(static_cast<uint16_t>((first + n) % size_), d);
        }
    }
    /// Makes @p head available.
    void offer(uint16_t head)
    {
        memory_.put<uint16_t>(driver_ + 4 + available_ % size_ * 2u, head);
        set_available(static_cast<uint16_t>(available_ + 1));
    }
    void set_available(uint16_t index)
    {
        available_ = index;
        memory_.put(driver_ + 2, index);
    }
    void set_flags(uint16_t flags)
    {
        memory_.put(driver_, flags);
    }
    void set_used_event(uint16_t index)
    {
        memory_.put(driver_ + 4 + size_ * 2u, index);
    }
    uint16_t avail_event() const
    {
        return memory_.get<uint16_t>(device_ + 4 + size_ * 8u);
    }
    uint16_t used() const
    {
        return memory_.get<uint16_t>(device_ + 2);
    }
    uint32_t used_id(uint16_t n) const
    {
        return memory_.get<uint32_t>(device_ + 4 + n % size_ * 8u);
    }
    uint32_t used_length(uint16_t n) const
    {
        return memory_.get<uint32_t>(device_ + 4 + n % size_ * 8u + 4);
    }
    /// The device's view of it, in use.
    virtq queue(bool indirect = true, bool event_idx = false) const
    {
        virtq q = virtq();
        q.desc = desc_;
        q.driver = driver_;
        q.device = device_;
        q.size = size_;
        q.ready = 1;
        q.indirect = indirect;
        q.event_idx = event_idx;
        return q;
    }

private:
    guest_memory &memory_;
    uint16_t size_;
    uint64_t desc_, driver_, device_;
    uint16_t available_ = 0;
};

/// A device in slot 3 of the virtio-mmio transports, and a driver for it.
class mmio_driver
{
public:
    static constexpr uint64_t slot = 3;

    mmio_driver() : bus(virtio_mmio_ops)
    {
        virtio_mmio_init(&bus.device);
    }
    /// Puts a prepared device into the slot.
    void plug(virtio &v)
    {
        EXPECT_TRUE(virtio_mmio_attach(&bus.device, slot, &v));
    }
    uint32_t get(uint64_t reg)
    {
        return static_cast<uint32_t>(bus.read(slot * VIRTIO_SLOT_SPAN + reg));
    }
    void set(uint64_t reg, uint32_t value)
    {
        bus.write(slot * VIRTIO_SLOT_SPAN + reg, value);
    }
    dev_status try_set(uint64_t reg, uint32_t value)
    {
        return bus.write_status(slot * VIRTIO_SLOT_SPAN + reg, 4, value);
    }
    dev_status try_get(uint64_t reg, unsigned size = 4)
    {
        return bus.read_status(slot * VIRTIO_SLOT_SPAN + reg, size);
    }
    uint64_t config(uint64_t offset, unsigned size)
    {
        return bus.read(slot * VIRTIO_SLOT_SPAN + VIRTIO_MMIO_CONFIG + offset, size);
    }
    uint64_t offered()
    {
        set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
        const uint64_t high = get(VIRTIO_MMIO_DEVICE_FEATURES);
        set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
        return high << 32 | get(VIRTIO_MMIO_DEVICE_FEATURES);
    }
    void accept(uint64_t features)
    {
        for (unsigned half = 0; half < 2; half++) {
            set(VIRTIO_MMIO_DRIVER_FEATURES_SEL, half);
            set(VIRTIO_MMIO_DRIVER_FEATURES, static_cast<uint32_t>(features >> 32 * half));
        }
    }
    /// From reset to FEATURES_OK. @return whether the device agreed.
    bool negotiate(uint64_t features)
    {
        set(VIRTIO_MMIO_STATUS, 0);
        set(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE);
        set(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
        accept(features);
        set(VIRTIO_MMIO_STATUS, get(VIRTIO_MMIO_STATUS) | VIRTIO_STATUS_FEATURES_OK);
        return (get(VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_FEATURES_OK) != 0;
    }
    void place(unsigned index, const driver_queue &q)
    {
        set(VIRTIO_MMIO_QUEUE_SEL, index);
        set(VIRTIO_MMIO_QUEUE_NUM, q.size());
        set_address(VIRTIO_MMIO_QUEUE_DESC_LOW, q.desc_area());
        set_address(VIRTIO_MMIO_QUEUE_DRIVER_LOW, q.driver_area());
        set_address(VIRTIO_MMIO_QUEUE_DEVICE_LOW, q.device_area());
        set(VIRTIO_MMIO_QUEUE_READY, 1);
    }
    void set_address(uint64_t low, uint64_t address)
    {
        set(low, static_cast<uint32_t>(address));
        set(low + 4, static_cast<uint32_t>(address >> 32));
    }
    void go()
    {
        set(VIRTIO_MMIO_STATUS, get(VIRTIO_MMIO_STATUS) | VIRTIO_STATUS_DRIVER_OK);
    }
    /// All of it: features, queues from 0, DRIVER_OK.
    void start(uint64_t features, const std::vector<const driver_queue *> &queues)
    {
        EXPECT_TRUE(negotiate(features));
        for (unsigned n = 0; n < queues.size(); n++)
            place(n, *queues[n]);
        go();
    }
    /// Notifies, and lets the device do what it wants to.
    void notify(uint32_t queue)
    {
        set(VIRTIO_MMIO_QUEUE_NOTIFY, queue);
        settle();
    }
    /// Everything that is due, up to a bound.
    void settle(unsigned most = 10000)
    {
        for (unsigned n = 0; n < most && bus.deadline() != DEV_NEVER; n++)
            bus.advance_to(bus.deadline());
        EXPECT_EQ(bus.deadline(), DEV_NEVER) << "it comes to rest";
    }
    bool line()
    {
        return bus.line(slot);
    }
    bool needs_reset()
    {
        return (get(VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET) != 0;
    }

    rig<virtio_mmio> bus;
};

constexpr uint64_t feature(unsigned bit)
{
    return uint64_t(1) << bit;
}
constexpr uint64_t plain = feature(VIRTIO_F_VERSION_1);

} // namespace devices

#endif
