// SPDX-License-Identifier: Apache-2.0
// A device of platforms/devices as a test sees it: registers, lines, a clock that the test moves.
#ifndef TESTBENCH_DEVICE_RIG_HPP
#define TESTBENCH_DEVICE_RIG_HPP

#include <cstdint>
#include <vector>

#include "devices/device.h"
#include "gtest/gtest.h"

namespace devices
{

template <class Device> class rig
{
public:
    explicit rig(const dev_ops &ops) : ops_(ops) {}

    /// Reads a register that must exist.
    uint64_t read(uint64_t offset, unsigned size = 4)
    {
        uint64_t value = ~uint64_t(0);
        EXPECT_EQ(ops_.read(&device, offset, size, now_ps, &value), DEV_OK) << "read " << offset;
        return value;
    }
    /// Writes a register that must exist.
    void write(uint64_t offset, uint64_t value, unsigned size = 4)
    {
        EXPECT_EQ(ops_.write(&device, offset, size, now_ps, value), DEV_OK) << "write " << offset;
    }
    /// How a read ends.
    dev_status read_status(uint64_t offset, unsigned size)
    {
        uint64_t value;
        return ops_.read(&device, offset, size, now_ps, &value);
    }
    /// How a write ends.
    dev_status write_status(uint64_t offset, unsigned size, uint64_t value = 0)
    {
        return ops_.write(&device, offset, size, now_ps, value);
    }
    /// Lets time come, and the device do what is due on the way.
    void advance_to(uint64_t time_ps)
    {
        now_ps = time_ps;
        ops_.advance(&device, time_ps);
    }
    bool line(unsigned index = 0)
    {
        return ops_.line(&device, index);
    }
    uint64_t deadline()
    {
        return ops_.deadline(&device);
    }

    /// Saves, disturbs by a reset, restores: everything must be as before.
    std::vector<uint8_t> save()
    {
        std::vector<uint8_t> image(dev_save_size(&ops_));
        dev_save(&ops_, &device, image.data());
        return image;
    }
    bool load(const std::vector<uint8_t> &image)
    {
        return dev_load(&ops_, &device, image.data(), image.size());
    }
    void reset()
    {
        ops_.reset(&device, now_ps);
    }

    Device device;
    uint64_t now_ps = 0;

private:
    const dev_ops &ops_;
};

} // namespace devices

#endif
