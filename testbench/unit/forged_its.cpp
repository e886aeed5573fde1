// SPDX-License-Identifier: Apache-2.0
// Forged states of an ITS: checksums hold, and one member is what it can never be.
#include "forged.hpp"
extern "C" {
#include "its_state.h"
}

namespace
{

class ForgedIts : public Forged
{
protected:
    ForgedIts()
    {
        config.pe_count = 2;
        config.lpi_bits = 14;
        config.its_count = 1;
        const size_t bytes = its_footprint(&config);
        s = its_init(allocate(bytes), bytes, &config, 0, nullptr);
        file.resize(its_save_size(s));
        file.resize(its_save(s, file.data()));
    }
    bool load(const std::vector<unsigned char> &forged) override
    {
        return its_load(s, forged.data(), forged.size());
    }
    // A member of what the ITS knows of PE @p pe.
    bool loads_with_peer(unsigned pe, const std::function<void(its_peer &)> &change)
    {
        const size_t at = static_cast<size_t>(reinterpret_cast<unsigned char *>(s->peer) -
                                              reinterpret_cast<unsigned char *>(s->arch)) +
                          pe * sizeof(its_peer);
        return loads_with<its_peer>(at, change);
    }

    its *s = nullptr;
};

} // namespace

TEST_F(ForgedIts, UnchangedIsTaken)
{
    EXPECT_TRUE(loads_with([](unsigned char *) {}));
}

TEST_F(ForgedIts, PeersHaveNoMoreUnansweredThanCreditAndTheirTagsAddUp)
{
    for (unsigned pe = 0; pe < 2; pe++) {
        EXPECT_FALSE(loads_with_peer(
            pe, [](its_peer &p) { p.unanswered = static_cast<uint8_t>(GIC_CREDIT_LPI + 1); }));
        EXPECT_FALSE(loads_with_peer(pe, [](its_peer &p) { p.phase = 2; }));
        EXPECT_TRUE(loads_with_peer(pe, [](its_peer &p) { p.phase = 1; }));
        EXPECT_FALSE(loads_with_peer(pe, [](its_peer &p) { p.unanswered = 1; }));
        EXPECT_FALSE(loads_with_peer(pe, [](its_peer &p) { p.open[0] = 1; }));
        EXPECT_FALSE(loads_with_peer(pe, [](its_peer &p) { p.open[1] = 1; }));
        EXPECT_FALSE(loads_with_peer(pe, [](its_peer &p) { p.incoming = 1; }));
    }
    EXPECT_FALSE(loads_with<uint32_t>(offsetof(its_arch, open), 1));
}

TEST_F(ForgedIts, QueuesAndRowsAreWithinTheirBounds)
{
    EXPECT_FALSE(loads_with<uint16_t>(offsetof(its_arch, queue_first), config.its.queue));
    EXPECT_FALSE(loads_with<uint16_t>(offsetof(its_arch, queue_count),
                                      static_cast<uint16_t>(config.its.queue + 1)));
    EXPECT_FALSE(loads_with<uint32_t>(offsetof(its_arch, creadr), 4096));
    EXPECT_FALSE(loads_with<uint32_t>(offsetof(its_arch, creadr), 16));
    EXPECT_TRUE(loads_with<uint32_t>(offsetof(its_arch, creadr), 4064));
    EXPECT_FALSE(loads_with<uint32_t>(offsetof(its_arch, cwriter), 1));
    EXPECT_FALSE(loads_with<uint8_t>(offsetof(its_arch, buffered), 3));
    EXPECT_FALSE(loads_with<uint8_t>(offsetof(its_arch, buffer_first), 3));
    EXPECT_FALSE(loads_with<uint8_t>(offsetof(its_arch, hazard), ITS_HAZARD_DEVICE))
        << "there is no command at work";
    EXPECT_FALSE(loads_with<uint8_t>(offsetof(its_arch, command_row), 0)) << "row 0 is free";
    EXPECT_FALSE(loads_with<uint8_t>(offsetof(its_arch, command_row), config.its.walks));
    EXPECT_FALSE(loads_with(offsetof(its_arch, busy), UINT64_C(1) << config.its.walks));
    EXPECT_FALSE(loads_with(offsetof(its_arch, runnable), UINT64_C(1)));
}

TEST_F(ForgedIts, ABoolIsZeroOrOne)
{
    for (size_t at :
         {offsetof(its_arch, fetching), offsetof(its_arch, enabled), offsetof(its_arch, umsiirq),
          offsetof(its_arch, stalled), offsetof(its_arch, line), offsetof(its_arch, msi_turn)})
        EXPECT_FALSE(loads_with<uint8_t>(at, 2)) << at;
}

// Caches of another geometry and the like: where no length tells, the shape does.
TEST_F(ForgedIts, OfAnotherConfigurationIsRefused)
{
    const auto other = [&](const std::function<void(gic_config &)> &change) {
        gic_config there = config;
        change(there);
        const size_t bytes = its_footprint(&there);
        void *const memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        its *const kernel = its_init(memory, bytes, &there, 0, nullptr);
        EXPECT_NE(kernel, nullptr);
        std::vector<unsigned char> state(its_save_size(kernel));
        state.resize(its_save(kernel, state.data()));
        std::free(memory);
        return load(state);
    };
    EXPECT_TRUE(other([](gic_config &) {}));
    for (gic_cache_config gic_its_config::*cache :
         {&gic_its_config::device_cache, &gic_its_config::itt_cache,
          &gic_its_config::collection_cache}) {
        EXPECT_FALSE(other([&](gic_config &c) { (c.its.*cache).entries *= 2; }));
        EXPECT_FALSE(other([&](gic_config &c) {
            (c.its.*cache).ways = (c.its.*cache).ways == 1 ? 2 : (c.its.*cache).ways / 2;
        }));
        EXPECT_FALSE(other([&](gic_config &c) {
            (c.its.*cache).replacement = (c.its.*cache).replacement == 0 ? 1 : 0;
        }));
    }
    EXPECT_FALSE(other([](gic_config &c) { c.its.device_bits--; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.event_bits--; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.collection_bits--; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.hcc ^= 1; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.page_sizes ^= 1; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.indirect = !c.its.indirect; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.pta = !c.its.pta; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.umsi = !c.its.umsi; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.seis = !c.its.seis; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.stall = !c.its.stall; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.walks--; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its.queue--; }));
    EXPECT_FALSE(other([](gic_config &c) { c.lpi_bits = 15; }));
    EXPECT_FALSE(other([](gic_config &c) { c.pe_count = 3; }));
}

TEST_F(ForgedIts, OfAnotherShapeIsRefused)
{
    for (size_t at = 0; at < sizeof(its_shape); at++)
        EXPECT_FALSE(loads_with([&](unsigned char *payload) { payload[at] ^= 1; })) << at;
}
