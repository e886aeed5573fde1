// SPDX-License-Identifier: Apache-2.0
// Forged states of a Distributor: checksums hold, and one member is what it can never be.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#include "gic/save.h"
extern "C" {
#include "gicd_state.h"
}

namespace
{

class ForgedGicd : public testing::Test
{
protected:
    ForgedGicd()
    {
        config.pe_count = 2;
        config.spi_count = 64;
        const size_t bytes = (gicd_footprint(&config) + 63) / 64 * 64;
        memory = std::aligned_alloc(64, bytes);
        d = gicd_init(memory, bytes, &config, nullptr);
        file.resize(gicd_save_size(d));
        file.resize(gicd_save(d, file.data()));
    }
    ~ForgedGicd() override
    {
        std::free(memory);
    }
    // Whether the state is taken with one change of its payload.
    bool loads_with(const std::function<void(unsigned char *)> &change)
    {
        std::vector<unsigned char> forged = file;
        unsigned char *payload = forged.data() + sizeof(gic_save_header);
        change(payload);
        const uint32_t sum = gic_checksum(payload, forged.size() - sizeof(gic_save_header));
        std::memcpy(&forged[offsetof(gic_save_header, checksum)], &sum, sizeof sum);
        return gicd_load(d, forged.data(), forged.size());
    }
    template <typename T> bool loads_with(size_t offset, T value)
    {
        return loads_with(
            [&](unsigned char *payload) { std::memcpy(payload + offset, &value, sizeof value); });
    }

    gic_config config = gic_config_default();
    void *memory = nullptr;
    gicd *d = nullptr;
    std::vector<unsigned char> file;
};

} // namespace

TEST_F(ForgedGicd, UnchangedIsTaken)
{
    EXPECT_TRUE(loads_with([](unsigned char *) {}));
}

TEST_F(ForgedGicd, ABoolIsZeroOrOne)
{
    for (size_t at : {offsetof(gicd_arch, ds), offsetof(gicd_arch, e1nwf),
                      offsetof(gicd_arch, announce), offsetof(gicd_arch, announce_rwp),
                      offsetof(gicd_arch, rwp), offsetof(gicd_arch, pool_dirty)})
        EXPECT_FALSE(loads_with<uint8_t>(at, 2)) << at;
}

TEST_F(ForgedGicd, MarksAreOfWordsAndPesThatExist)
{
    const uint64_t beyond = UINT64_C(1) << d->words;
    EXPECT_FALSE(loads_with(offsetof(gicd_arch, recall_words), beyond));
    EXPECT_FALSE(loads_with(offsetof(gicd_arch, rwp_words), beyond));
    EXPECT_FALSE(loads_with<uint16_t>(offsetof(gicd_arch, acks), 3));
    EXPECT_FALSE(loads_with<uint64_t>(offsetof(gicd_arch, dirty), 4)) << "there is no PE 2";
    EXPECT_FALSE(loads_with<uint64_t>(offsetof(gicd_arch, dirty) + 8, 1)) << "nor PE 64";
    EXPECT_FALSE(loads_with<uint64_t>(offsetof(gicd_arch, dirty) + sizeof(d->arch->dirty) - 8,
                                      UINT64_C(1) << 63))
        << "nor PE 511";
}

TEST_F(ForgedGicd, OfAnotherShapeIsRefused)
{
    for (size_t at = 0; at < sizeof(gicd_shape); at++)
        EXPECT_FALSE(loads_with([&](unsigned char *payload) { payload[at] ^= 1; })) << at;
}

TEST_F(ForgedGicd, ARefusedStateChangesNothing)
{
    EXPECT_FALSE(loads_with<uint8_t>(offsetof(gicd_arch, rwp), 2));
    std::vector<unsigned char> after(gicd_save_size(d));
    after.resize(gicd_save(d, after.data()));
    EXPECT_EQ(after, file);
}
