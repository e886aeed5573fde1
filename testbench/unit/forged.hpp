// SPDX-License-Identifier: Apache-2.0
// Forged states of one kernel: its saved state with a change, and a checksum that holds.
#ifndef GICTLM_TESTBENCH_UNIT_FORGED_HPP
#define GICTLM_TESTBENCH_UNIT_FORGED_HPP

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#include "gic/config.h"
#include "gic/save.h"

class Forged : public testing::Test
{
protected:
    ~Forged() override
    {
        std::free(memory_);
    }
    // The kernel's memory, freed after the test.
    void *allocate(size_t footprint)
    {
        std::free(memory_);
        memory_ = std::aligned_alloc(64, (footprint + 63) / 64 * 64);
        return memory_;
    }
    // Loads a file into the kernel.
    virtual bool load(const std::vector<unsigned char> &forged) = 0;

    // Whether the state is taken with one change of its payload.
    bool loads_with(const std::function<void(unsigned char *)> &change)
    {
        std::vector<unsigned char> forged = file;
        unsigned char *payload = forged.data() + sizeof(gic_save_header);
        change(payload);
        const uint32_t sum = gic_checksum(payload, forged.size() - sizeof(gic_save_header));
        std::memcpy(&forged[offsetof(gic_save_header, checksum)], &sum, sizeof sum);
        return load(forged);
    }
    // Of the T at an offset of the payload.
    template <typename T> bool loads_with(size_t offset, const std::function<void(T &)> &change)
    {
        return loads_with([&](unsigned char *payload) {
            T value;
            std::memcpy(&value, payload + offset, sizeof value);
            change(value);
            std::memcpy(payload + offset, &value, sizeof value);
        });
    }
    template <typename T> bool loads_with(size_t offset, T value)
    {
        return loads_with(
            [&](unsigned char *payload) { std::memcpy(payload + offset, &value, sizeof value); });
    }

    gic_config config = gic_config_default();
    std::vector<unsigned char> file;

private:
    void *memory_ = nullptr;
};

#endif
