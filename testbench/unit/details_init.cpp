// SPDX-License-Identifier: Apache-2.0
// Kernels by themselves: what they refuse to be built with, and who they say they are.
#include <cstdlib>
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
