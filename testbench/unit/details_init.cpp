// SPDX-License-Identifier: Apache-2.0
// Kernels by themselves: what they refuse to be built with, and who they say they are.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "gic/cpuif.h"
#include "gic/gicd.h"
#include "gic/gicr.h"
#include "lpi_rig.hpp"

using namespace rig;

namespace
{

struct kernel {
    const char *name;
    size_t footprint;
    // Builds it in some memory. @return whether it was.
    std::function<bool(void *, size_t, const gic_config *, gic_config_error *)> init;
};

void expect_checks(const kernel &k, const gic_config &good)
{
    SCOPED_TRACE(k.name);
    const size_t room = (k.footprint + 127) / 64 * 64;
    char *memory = static_cast<char *>(std::aligned_alloc(64, room));
    gic_config bad = good;
    bad.pe_count = 0;
    gic_config_error error = GIC_CONFIG_OK;
    EXPECT_FALSE(k.init(memory, k.footprint, &bad, &error));
    EXPECT_EQ(error, GIC_CONFIG_PE_COUNT);
    EXPECT_FALSE(k.init(nullptr, k.footprint, &good, &error));
    EXPECT_EQ(error, GIC_CONFIG_MEMORY);
    EXPECT_FALSE(k.init(memory, k.footprint - 1, &good, &error));
    EXPECT_EQ(error, GIC_CONFIG_MEMORY);
    error = GIC_CONFIG_OK;
    EXPECT_FALSE(k.init(memory + 4, k.footprint, &good, &error));
    EXPECT_EQ(error, GIC_CONFIG_MEMORY);
    EXPECT_FALSE(k.init(memory, k.footprint - 1, &good, nullptr));
    EXPECT_TRUE(k.init(memory, k.footprint, &good, &error));
    EXPECT_EQ(error, GIC_CONFIG_OK);
    EXPECT_TRUE(k.init(memory, k.footprint, &good, nullptr));
    std::free(memory);
}

} // namespace

// X_footprint(): a multiple of 64, so that blocks can follow each other.
TEST(Footprints, AreMultiplesOf64)
{
    for (uint16_t pes : {1, 3, 70}) {
        gic_config config = gic_config_default();
        config.pe_count = pes;
        config.lpi_bits = 14;
        config.its_count = 1;
        for (uint16_t cache : {4, 5, 17}) {
            config.lpi_cache = cache;
            EXPECT_EQ(gicd_footprint(&config) % 64, 0u);
            EXPECT_EQ(gicr_footprint(&config) % 64, 0u);
            EXPECT_EQ(cpuif_footprint(&config) % 64, 0u);
            EXPECT_EQ(its_footprint(&config) % 64, 0u);
            EXPECT_EQ(gic_assembly_footprint(&config, nullptr) % 64, 0u);
        }
    }
}

TEST(KernelInit, ChecksConfigurationAndMemory)
{
    const gic_config config = with_its(2);
    expect_checks({"gicd", gicd_footprint(&config),
                   [](void *memory, size_t length, const gic_config *c, gic_config_error *error) {
                       return gicd_init(memory, length, c, error) != nullptr;
                   }},
                  config);
    expect_checks({"gicr", gicr_footprint(&config),
                   [](void *memory, size_t length, const gic_config *c, gic_config_error *error) {
                       return gicr_init(memory, length, c, 1, error) != nullptr;
                   }},
                  config);
    expect_checks({"cpuif", cpuif_footprint(&config),
                   [](void *memory, size_t length, const gic_config *c, gic_config_error *error) {
                       return cpuif_init(memory, length, c, 1, error) != nullptr;
                   }},
                  config);
    expect_checks({"its", its_footprint(&config),
                   [](void *memory, size_t length, const gic_config *c, gic_config_error *error) {
                       return its_init(memory, length, c, 0, error) != nullptr;
                   }},
                  config);
}

TEST(KernelInit, ChecksWhichOneItIs)
{
    const gic_config config = with_its(2);
    const size_t room = 1 << 22;
    void *memory = std::aligned_alloc(64, room);
    gic_config_error error = GIC_CONFIG_OK;
    EXPECT_EQ(gicr_init(memory, room, &config, 2, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_PE_COUNT);
    error = GIC_CONFIG_OK;
    EXPECT_EQ(cpuif_init(memory, room, &config, 2, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_PE_COUNT);
    error = GIC_CONFIG_OK;
    EXPECT_EQ(its_init(memory, room, &config, 1, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_ITS_COUNT);
    std::free(memory);
}

TEST(Identity, EveryFrameHasTheImplementersNumber)
{
    gic_config config = with_its();
    config.iidr = 0x0201743B;
    its_gic g(config);
    EXPECT_EQ(g.dist(GICD_IIDR), 0x0201743Bu);
    EXPECT_EQ(g.redist(0, GICR_IIDR), 0x0201743Bu);
    EXPECT_EQ(g.its_read(0, 4, 4), 0x0201743Bu);
}

TEST(Config, AnUnknownErrorHasATextToo)
{
    EXPECT_STREQ(gic_config_error_text(static_cast<gic_config_error>(GIC_CONFIG_MEMORY + 1)),
                 "unknown configuration error");
}

// What a kernel's memory held before it was built is nothing to it.
TEST(KernelInit, MemoryMayHoldAnything)
{
    gic_config config = gic_config_default();
    config.pe_count = 2;
    config.spi_count = 64;
    config.lpi_bits = 16;
    config.its_count = 1;
    config.its.hcc = 2;
    const auto built_in = [&](int fill, size_t bytes,
                              const std::function<std::vector<unsigned char>(void *)> &build) {
        void *const memory = std::aligned_alloc(64, bytes);
        std::memset(memory, fill, bytes);
        const std::vector<unsigned char> state = build(memory);
        std::free(memory);
        return state;
    };
    const auto same = [&](size_t bytes,
                          const std::function<std::vector<unsigned char>(void *)> &build) {
        EXPECT_EQ(built_in(0xA5, bytes, build), built_in(0, bytes, build));
    };
    same(gicd_footprint(&config), [&](void *at) {
        gicd *d = gicd_init(at, gicd_footprint(&config), &config, nullptr);
        gicd_set_line(d, 40, true);
        std::vector<unsigned char> state(gicd_save_size(d));
        gicd_save(d, state.data());
        return state;
    });
    same(gicr_footprint(&config), [&](void *at) {
        gicr *r = gicr_init(at, gicr_footprint(&config), &config, 1, nullptr);
        gicr_set_line(r, 20, true);
        std::vector<unsigned char> state(gicr_save_size(r));
        gicr_save(r, state.data());
        return state;
    });
    same(cpuif_footprint(&config), [&](void *at) {
        cpuif *c = cpuif_init(at, cpuif_footprint(&config), &config, 1, nullptr);
        std::vector<unsigned char> state(cpuif_save_size(c));
        cpuif_save(c, state.data());
        return state;
    });
    same(its_footprint(&config), [&](void *at) {
        its *s = its_init(at, its_footprint(&config), &config, 0, nullptr);
        its_translate(s, 1, 2);
        std::vector<unsigned char> state(its_save_size(s));
        its_save(s, state.data());
        return state;
    });
}

// X_outbox(): empty, with room, all of it in the kernel's own memory, whatever that held before.
TEST(KernelInit, TheOutboxIsEmptyAndInTheKernelsMemory)
{
    const gic_config config = with_its(2);
    const struct {
        const char *name;
        size_t footprint;
        std::function<gic_outbox *(void *, size_t)> build;
    } kernels[] = {
        {"gicd", gicd_footprint(&config),
         [&](void *at, size_t n) { return gicd_outbox(gicd_init(at, n, &config, nullptr)); }},
        {"gicr", gicr_footprint(&config),
         [&](void *at, size_t n) { return gicr_outbox(gicr_init(at, n, &config, 1, nullptr)); }},
        {"cpuif", cpuif_footprint(&config),
         [&](void *at, size_t n) { return cpuif_outbox(cpuif_init(at, n, &config, 1, nullptr)); }},
        {"its", its_footprint(&config),
         [&](void *at, size_t n) { return its_outbox(its_init(at, n, &config, 0, nullptr)); }},
    };
    for (const auto &kernel : kernels) {
        SCOPED_TRACE(kernel.name);
        void *const memory = std::aligned_alloc(64, kernel.footprint);
        std::memset(memory, 0xA5, kernel.footprint);
        const gic_outbox *const box = kernel.build(memory, kernel.footprint);
        const auto begin = reinterpret_cast<uintptr_t>(memory);
        EXPECT_GE(reinterpret_cast<uintptr_t>(box->entry), begin);
        EXPECT_LE(reinterpret_cast<uintptr_t>(box->end), begin + kernel.footprint);
        EXPECT_EQ(box->next, box->entry);
        EXPECT_GE(gic_outbox_room(box), 16u);
        EXPECT_LE(gic_outbox_room(box), kernel.footprint / sizeof(gic_out));
        EXPECT_EQ(box->events_dropped, 0u);
        EXPECT_EQ(box->messages_lost, 0u);
        EXPECT_FALSE(box->more);
        std::free(memory);
    }
}

// X_load(): what the old state was about to send is not sent.
TEST(KernelLoad, LeavesNothingInTheOutbox)
{
    gic_config config = gic_config_default();
    config.spi_count = 64;
    config.lpi_bits = 14;
    config.its_count = 1;
    std::vector<unsigned char> file;
    const auto memory = [&](size_t bytes) {
        return std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    };
    const size_t room =
        std::max({gicd_footprint(&config), gicr_footprint(&config), its_footprint(&config)});
    void *const at = memory(room);
    gicd *const d = gicd_init(at, room, &config, nullptr);
    file.resize(gicd_save_size(d));
    gicd_save(d, file.data());
    gicd_set_line(d, 40, true);
    EXPECT_GT(gic_outbox_count(gicd_outbox(d)), 0u);
    EXPECT_TRUE(gicd_load(d, file.data(), file.size()));
    EXPECT_EQ(gic_outbox_count(gicd_outbox(d)), 0u);
    gicr *const r = gicr_init(at, room, &config, 0, nullptr);
    file.resize(gicr_save_size(r));
    gicr_save(r, file.data());
    gicr_set_line(r, 20, true);
    EXPECT_GT(gic_outbox_count(gicr_outbox(r)), 0u);
    EXPECT_TRUE(gicr_load(r, file.data(), file.size()));
    EXPECT_EQ(gic_outbox_count(gicr_outbox(r)), 0u);
    its *const s = its_init(at, room, &config, 0, nullptr);
    file.resize(its_save_size(s));
    its_save(s, file.data());
    gic_access access{};
    access.size = 4;
    EXPECT_EQ(its_write(s, &access, 0x8, 1), GIC_OK); // GITS_TYPER is read-only: reported
    EXPECT_GT(gic_outbox_count(its_outbox(s)), 0u);
    EXPECT_TRUE(its_load(s, file.data(), file.size()));
    EXPECT_EQ(gic_outbox_count(its_outbox(s)), 0u);
    std::free(at);
}

// gic_assembly_load(): of an equal configuration, whatever of it is another.
TEST(AssemblyLoad, AnotherConfigurationIsRefused)
{
    gic_config config = with_its(2, 1);
    config.two_security_states = config.has_el3 = true;
    config.espi_count = config.eppi_count = 32;
    const its_gic g(config);
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    file.resize(gic_assembly_save(g.a, file.data()));
    const auto loads = [&](const std::function<void(gic_config &)> &change,
                           const gic_timing &timing = loosely_timed()) {
        gic_config other = config;
        change(other);
        its_gic h(other, timing);
        return gic_assembly_load(h.a, file.data(), file.size());
    };
    EXPECT_TRUE(loads([](gic_config &) {}));
    EXPECT_FALSE(loads([](gic_config &) {}, timed())) << "the other mode";
    EXPECT_FALSE(loads([](gic_config &c) { c.pe_count = 3; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.spi_count = 64; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.espi_count = 64; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.eppi_count = 64; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.two_security_states = false; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.ds_writable = !c.ds_writable; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.has_el2 = !c.has_el2; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.priority_bits = 6; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.nmi = !c.nmi; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.mbis = !c.mbis; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.one_of_n = !c.one_of_n; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.range_select = !c.range_select; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.aff3_valid = !c.aff3_valid; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.dpg = !c.dpg; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.lpi_bits = 15; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.lpi_cache = 8; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.lpi_property_cache = 8; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.its_count = 2; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.direct_lpi = !c.direct_lpi; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.lpi_inv_register = !c.lpi_inv_register; }));
    EXPECT_FALSE(loads([](gic_config &c) { c.lpi_can_disable = !c.lpi_can_disable; }));
    const uint32_t affinities[] = {0, 2}, other_way[] = {1, 0};
    EXPECT_FALSE(loads([&](gic_config &c) { c.affinity = affinities; }));
    EXPECT_FALSE(loads([&](gic_config &c) { c.affinity = other_way; }));
    const uint32_t as_built[] = {0, 1};
    EXPECT_TRUE(loads([&](gic_config &c) { c.affinity = as_built; })) << "the same, told";
}

// The affinity of each PE counts, wherever it stands in the table.
TEST(AssemblyLoad, AnotherAffinityIsRefused)
{
    constexpr unsigned PES = 16;
    uint32_t table[PES];
    for (unsigned pe = 0; pe < PES; pe++)
        table[pe] = pe << 8;
    gic_config config = one_state(PES);
    config.affinity = table;
    const gic g(config);
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    file.resize(gic_assembly_save(g.a, file.data()));
    for (unsigned pe = 0; pe < PES; pe++)
        for (uint32_t other : {1u, 0x00010000u, 0x01000000u}) {
            table[pe] ^= other;
            const gic h(config);
            EXPECT_FALSE(gic_assembly_load(h.a, file.data(), file.size())) << pe << ", " << other;
            table[pe] ^= other;
        }
    const gic same(config);
    EXPECT_TRUE(gic_assembly_load(same.a, file.data(), file.size()));
}

// What software sees of a PE's side counts too, also where no state depends on it.
TEST(AssemblyLoad, AnotherKindOfPeIsRefused)
{
    gic_config config = one_state(2);
    config.priority_bits = config.virtual_priority_bits = 7;
    config.preemption_bits = config.virtual_preemption_bits = 6;
    const gic g(config);
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    file.resize(gic_assembly_save(g.a, file.data()));
    const std::function<void(gic_config &)> changes[] = {
        [](gic_config &c) { c.has_el3 = !c.has_el3; },
        [](gic_config &c) { c.has_el2 = !c.has_el2; },
        [](gic_config &c) { c.priority_bits = 8; },
        [](gic_config &c) { c.preemption_bits = 7; },
        [](gic_config &c) { c.preemption_bits = 5; },
        [](gic_config &c) { c.list_registers = 3; },
        [](gic_config &c) { c.list_registers = 5; },
        [](gic_config &c) { c.list_registers = 0; },
        [](gic_config &c) { c.virtual_priority_bits = 8; },
        [](gic_config &c) { c.virtual_preemption_bits = 5; },
        [](gic_config &c) { c.virtual_preemption_bits = 7; },
        [](gic_config &c) { c.nmi = !c.nmi; },
    };
    for (const auto &change : changes) {
        gic_config other = config;
        change(other);
        const gic h(other);
        EXPECT_FALSE(gic_assembly_load(h.a, file.data(), file.size()))
            << &change - std::begin(changes);
    }
    // Without EL2 there are no list registers, however many are asked for.
    config.has_el2 = false;
    const gic without(config);
    file.resize(gic_assembly_save_size(without.a));
    file.resize(gic_assembly_save(without.a, file.data()));
    config.list_registers = 7;
    const gic same(config);
    EXPECT_TRUE(gic_assembly_load(same.a, file.data(), file.size()));
}
