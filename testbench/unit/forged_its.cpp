// SPDX-License-Identifier: Apache-2.0
// Forged states of an ITS: checksums hold, and one member is what it can never be.
#include <memory>

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

    // A member of the first row, which is at work: an MSI that waits for its turn, but for that.
    bool loads_with_row(const std::function<void(its_arch &, its_row &)> &change)
    {
        const size_t at = static_cast<size_t>(reinterpret_cast<unsigned char *>(s->row) -
                                              reinterpret_cast<unsigned char *>(s->arch));
        return loads_with([&](unsigned char *payload) {
            its_arch arch;
            its_row row;
            std::memcpy(&arch, payload, sizeof arch);
            std::memcpy(&row, payload + at, sizeof row);
            arch.busy = 1;
            row.plan = ITS_PLAN_MSI;
            row.wait = ITS_WAIT_HAZARD;
            change(arch, row);
            std::memcpy(payload, &arch, sizeof arch);
            std::memcpy(payload + at, &row, sizeof row);
        });
    }
    bool loads_with_row(const std::function<void(its_row &)> &change)
    {
        return loads_with_row([&](its_arch &, its_row &row) { change(row); });
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

// The length of a state says little: parts of it are rounded up.
TEST_F(ForgedIts, OfAnotherConfigurationOfTheSameLengthIsRefused)
{
    const auto saved = [](const gic_config &c, const std::function<void(its *)> &act) {
        const size_t bytes = its_footprint(&c);
        void *const memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        its *const kernel = its_init(memory, bytes, &c, 0, nullptr);
        EXPECT_NE(kernel, nullptr);
        act(kernel);
        std::free(memory);
    };
    gic_config small = config;
    small.its.hcc = 3;
    small.its.queue = 5;
    small.its.device_cache = small.its.itt_cache =
        small.its.collection_cache = {2, 2, GIC_REPLACE_LRU};
    const auto refused = [&](const std::function<void(gic_config &)> &change) {
        gic_config other = small;
        change(other);
        std::vector<unsigned char> state;
        saved(other, [&](its *there) {
            state.resize(its_save_size(there));
            state.resize(its_save(there, state.data()));
        });
        saved(small, [&](its *here) {
            EXPECT_EQ(its_save_size(here), state.size());
            EXPECT_FALSE(its_load(here, state.data(), state.size()));
        });
    };
    refused([](gic_config &c) { c.its.hcc = 2; });
    refused([](gic_config &c) { c.its.hcc = 4; });
    refused([](gic_config &c) { c.its.queue = 6; });
    refused([](gic_config &c) { c.pe_count = 3; });
    for (gic_cache_config gic_its_config::*cache :
         {&gic_its_config::device_cache, &gic_its_config::itt_cache,
          &gic_its_config::collection_cache}) {
        refused([&](gic_config &c) { c.its.*cache = {1, 1, GIC_REPLACE_LRU}; });
        refused([&](gic_config &c) { c.its.*cache = {2, 1, GIC_REPLACE_LRU}; });
        refused([&](gic_config &c) { c.its.*cache = {2, 2, GIC_REPLACE_FIFO}; });
        refused([&](gic_config &c) { c.its.*cache = {2, 2, GIC_REPLACE_RANDOM}; });
    }
}

TEST_F(ForgedIts, OfAnotherShapeIsRefused)
{
    for (size_t at = 0; at < sizeof(its_shape); at++)
        EXPECT_FALSE(loads_with([&](unsigned char *payload) { payload[at] ^= 1; })) << at;
}

TEST_F(ForgedIts, ARowNamesPesThatThereAre)
{
    for (uint16_t its_row::*member : {&its_row::pe, &its_row::target, &its_row::wait_pe}) {
        EXPECT_TRUE(loads_with_row([&](its_row &row) { row.*member = 1; }));
        EXPECT_FALSE(loads_with_row([&](its_row &row) { row.*member = 2; }));
    }
}

// A plan that there is, a step of it, and a reason to wait that goes with how far the step is.
TEST_F(ForgedIts, ARowIsSomewhereInItsPlan)
{
    EXPECT_TRUE(loads_with_row([](its_row &row) { row.pc = 3; })) << "the last step of an MSI";
    EXPECT_FALSE(loads_with_row([](its_row &row) { row.pc = 4; }));
    EXPECT_FALSE(loads_with_row([](its_row &row) { row.pc = ITS_PLAN_STEPS; }));
    EXPECT_FALSE(loads_with_row([](its_row &row) { row.plan = 0x05; })) << "no command is at work";
    const auto command = [&](uint8_t plan) {
        return loads_with_row([&](its_arch &arch, its_row &row) {
            arch.command_row = 0;
            row.plan = plan;
        });
    };
    EXPECT_TRUE(command(0x05));
    EXPECT_TRUE(command(0x0F));
    EXPECT_FALSE(command(ITS_PLAN_MSI));
    EXPECT_FALSE(command(0x02));
    EXPECT_FALSE(command(0x10));
    EXPECT_FALSE(command(0xFF));
}

TEST_F(ForgedIts, ARowWaitsForWhatItsStepNeeds)
{
    const auto waits = [&](uint8_t sub, uint8_t wait, bool runnable = false) {
        return loads_with_row([&](its_arch &arch, its_row &row) {
            arch.runnable = runnable;
            row.sub = sub;
            row.wait = wait;
        });
    };
    EXPECT_TRUE(waits(ITS_FRESH, ITS_WAIT_HAZARD));
    EXPECT_TRUE(waits(ITS_FRESH, ITS_WAIT_MESSAGE));
    EXPECT_FALSE(waits(ITS_FRESH, ITS_WAIT_NOTHING)) << "nobody would wake it";
    EXPECT_TRUE(waits(ITS_FRESH, ITS_WAIT_NOTHING, true));
    EXPECT_FALSE(waits(ITS_FRESH, ITS_WAIT_MEMORY)) << "it has not asked";
    for (uint8_t sub : {ITS_LEVEL1, ITS_ENTRY, ITS_WRITTEN}) {
        EXPECT_TRUE(waits(sub, ITS_WAIT_MEMORY)) << unsigned{sub};
        EXPECT_FALSE(waits(sub, ITS_WAIT_MEMORY, true)) << unsigned{sub};
        EXPECT_FALSE(waits(sub, ITS_WAIT_HAZARD)) << unsigned{sub};
    }
    EXPECT_TRUE(waits(ITS_SYNCING, ITS_WAIT_MESSAGE));
    EXPECT_FALSE(waits(ITS_SYNCING + 1, ITS_WAIT_MESSAGE));
    EXPECT_FALSE(waits(ITS_FRESH, ITS_WAIT_HAZARD + 1));
}

TEST_F(ForgedIts, ABoolOfARowIsZeroOrOne)
{
    for (size_t at : {offsetof(its_row, valid), offsetof(its_row, mapped)})
        for (unsigned char value : {0, 1, 2})
            EXPECT_EQ(loads_with_row([&](its_row &row) {
                          std::memcpy(reinterpret_cast<unsigned char *>(&row) + at, &value, 1);
                      }),
                      value < 2)
                << at;
}

// A cached collection leads to a PE that there is.
TEST_F(ForgedIts, ACollectionOfTheCacheHasAPe)
{
    const its_cache &cache = s->cache[ITS_CACHE_COLLECTION];
    for (unsigned n : {0u, cache.entries - 1u}) {
        const size_t at = static_cast<size_t>(reinterpret_cast<unsigned char *>(cache.entry + n) -
                                              reinterpret_cast<unsigned char *>(s->arch));
        const auto names = [&](uint64_t pe, bool valid) {
            return loads_with<its_cache_entry>(at, [&](its_cache_entry &e) {
                e.key = 5;
                e.valid = valid;
                e.value = UINT64_C(1) << 63 | pe;
            });
        };
        EXPECT_TRUE(names(1, true)) << n;
        EXPECT_FALSE(names(2, true)) << n;
        EXPECT_TRUE(names(2, false)) << "what is not valid says nothing";
    }
}

// What was said before has no place in what is loaded, or reset.
TEST_F(ForgedIts, TheOutboxIsEmptyAfterwards)
{
    const gic_access access{0, 0, 4, true, false};
    const auto say = [&] { // read-only
        EXPECT_EQ(its_write(s, &access, 4, 1), GIC_OK);
        EXPECT_NE(gic_outbox_count(its_outbox(s)), 0u);
    };
    say();
    EXPECT_TRUE(loads_with([](unsigned char *) {}));
    EXPECT_EQ(gic_outbox_count(its_outbox(s)), 0u);
    say();
    its_reset(s);
    EXPECT_EQ(gic_outbox_count(its_outbox(s)), 0u);
}

// Lists of each cache go through their entries once.
TEST_F(ForgedIts, CachesHaveProperLists)
{
    for (const its_cache &cache : s->cache) {
        const size_t at = static_cast<size_t>(reinterpret_cast<unsigned char *>(cache.entry) -
                                              reinterpret_cast<unsigned char *>(s->arch));
        const auto with = [&](const std::function<void(its_cache_entry &)> &change) {
            return loads_with<its_cache_entry>(at, change);
        };
        EXPECT_TRUE(with([](its_cache_entry &) {}));
        EXPECT_FALSE(with([](its_cache_entry &e) { e.valid = 2; }));
        EXPECT_FALSE(with([](its_cache_entry &e) { e.newer = 1; }));
        EXPECT_FALSE(with([](its_cache_entry &e) { e.older = 0; }));
        EXPECT_FALSE(with([](its_cache_entry &e) { e.older = 0xFFFE; }));
    }
}

class ForgedHeldIts : public ForgedIts
{
protected:
    ForgedHeldIts()
    {
        config.its.hcc = 3;
        const size_t bytes = its_footprint(&config);
        memory_.reset(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
        s = its_init(memory_.get(), bytes, &config, 0, nullptr);
        file.resize(its_save_size(s));
        file.resize(its_save(s, file.data()));
    }

private:
    struct release {
        void operator()(void *p) const
        {
            std::free(p);
        }
    };
    std::unique_ptr<void, release> memory_;
};

TEST_F(ForgedHeldIts, AHeldCollectionHasAPe)
{
    for (unsigned n = 0; n < 3; n++) {
        const size_t at = static_cast<size_t>(reinterpret_cast<unsigned char *>(s->held + n) -
                                              reinterpret_cast<unsigned char *>(s->arch));
        EXPECT_TRUE(loads_with(at, UINT64_C(1) << 63 | 1)) << n;
        EXPECT_FALSE(loads_with(at, UINT64_C(1) << 63 | 2)) << n;
    }
}
