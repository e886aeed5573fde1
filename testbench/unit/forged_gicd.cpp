// SPDX-License-Identifier: Apache-2.0
// Forged states of a Distributor: checksums hold, and one member is what it can never be.
#include "forged.hpp"
extern "C" {
#include "gicd_state.h"
}

namespace
{

class ForgedGicd : public Forged
{
protected:
    ForgedGicd()
    {
        config.pe_count = 2;
        config.spi_count = 64;
        const size_t bytes = gicd_footprint(&config);
        d = gicd_init(allocate(bytes), bytes, &config, nullptr);
        file.resize(gicd_save_size(d));
        file.resize(gicd_save(d, file.data()));
    }
    bool load(const std::vector<unsigned char> &forged) override
    {
        return gicd_load(d, forged.data(), forged.size());
    }

    gicd *d = nullptr;
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

TEST_F(ForgedGicd, OfAnotherConfigurationIsRefused)
{
    const auto other = [&](const std::function<void(gic_config &)> &change) {
        gic_config there = config;
        change(there);
        const size_t bytes = gicd_footprint(&there);
        void *const memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        gicd *const kernel = gicd_init(memory, bytes, &there, nullptr);
        EXPECT_NE(kernel, nullptr);
        std::vector<unsigned char> state(gicd_save_size(kernel));
        state.resize(gicd_save(kernel, state.data()));
        std::free(memory);
        return load(state);
    };
    EXPECT_TRUE(other([](gic_config &) {}));
    EXPECT_FALSE(other([](gic_config &c) { c.pe_count++; }));
    EXPECT_FALSE(other([](gic_config &c) { c.spi_count = 32; }));
    EXPECT_FALSE(other([](gic_config &c) {
        c.spi_count = 32;
        c.espi_count = 32; // as many words
    }));
    EXPECT_FALSE(other([](gic_config &c) { c.priority_bits++; }));
    EXPECT_FALSE(other([](gic_config &c) {
        c.two_security_states = !c.two_security_states;
        c.has_el3 = true;
    }));
    EXPECT_FALSE(other([](gic_config &c) { c.ds_writable = !c.ds_writable; }));
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
