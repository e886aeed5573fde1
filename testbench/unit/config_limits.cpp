// SPDX-License-Identifier: Apache-2.0
// Limits of each member of a configuration, as gic/config.h states them: every value of the narrow
// ones, and of the wide ones those around each limit and each multiple that counts.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "gic/config.h"

namespace
{

constexpr bool within(unsigned value, unsigned low, unsigned high)
{
    return value >= low && value <= high;
}

// Everything there is: LPIs and ITSs too.
gic_config whole()
{
    gic_config config = gic_config_default();
    config.lpi_bits = 16;
    config.its_count = 1;
    return config;
}

using predicate = std::function<bool(unsigned)>;

// Each value up to @p most, put into a good configuration, is good where @p fits says so and else
// refused for @p why.
void each(const gic_config &good, unsigned most, gic_config_error why,
          const std::function<void(gic_config &, unsigned)> &set, const predicate &fits)
{
    ASSERT_EQ(gic_config_check(&good), GIC_CONFIG_OK);
    for (unsigned value = 0; value <= most; value++) {
        gic_config config = good;
        set(config, value);
        EXPECT_EQ(gic_config_check(&config), fits(value) ? GIC_CONFIG_OK : why) << value;
    }
}

template <typename T>
void sweep(const gic_config &good, unsigned most, gic_config_error why, T gic_config::*member,
           const predicate &fits)
{
    each(
        good, most, why, [=](gic_config &c, unsigned n) { c.*member = static_cast<T>(n); }, fits);
}

template <typename T>
void sweep_its(unsigned most, gic_config_error why, T gic_its_config::*member,
               const predicate &fits)
{
    each(
        whole(), most, why, [=](gic_config &c, unsigned n) { c.its.*member = static_cast<T>(n); },
        fits);
}

} // namespace

TEST(ConfigLimits, CountsOfPesAndInterrupts)
{
    const gic_config good = gic_config_default();
    sweep(good, 1100, GIC_CONFIG_PE_COUNT, &gic_config::pe_count,
          [](unsigned n) { return within(n, 1, 512); });
    sweep(good, 1100, GIC_CONFIG_SPI_COUNT, &gic_config::spi_count,
          [](unsigned n) { return n == 988 || (n % 32 == 0 && n <= 960); });
    sweep(good, 1100, GIC_CONFIG_ESPI_COUNT, &gic_config::espi_count,
          [](unsigned n) { return n % 32 == 0 && n <= 1024; });
    sweep(good, 255, GIC_CONFIG_EPPI_COUNT, &gic_config::eppi_count,
          [](unsigned n) { return n == 0 || n == 32 || n == 64; });
    sweep(good, 65535, GIC_CONFIG_WORK_LIMIT, &gic_config::work_limit,
          [](unsigned n) { return n >= 1; });
}

// With one Security state, four bits are enough.
TEST(ConfigLimits, PriorityBits)
{
    for (bool two : {false, true}) {
        const unsigned least = two ? 5 : 4;
        for (unsigned bits = 0; bits <= 12; bits++)
            for (unsigned preemption = 0; preemption <= 12; preemption++) {
                gic_config config = gic_config_default();
                config.two_security_states = two;
                config.priority_bits = static_cast<uint8_t>(bits);
                config.preemption_bits = static_cast<uint8_t>(preemption);
                const gic_config_error why = !within(bits, least, 8) ? GIC_CONFIG_PRIORITY_BITS
                                             : !within(preemption, least, 7) || preemption > bits
                                                 ? GIC_CONFIG_PREEMPTION_BITS
                                                 : GIC_CONFIG_OK;
                EXPECT_EQ(gic_config_check(&config), why) << two << bits << preemption;
            }
    }
}

TEST(ConfigLimits, VirtualInterface)
{
    sweep(gic_config_default(), 255, GIC_CONFIG_LIST_REGISTERS, &gic_config::list_registers,
          [](unsigned n) { return n <= 16; });
    for (unsigned bits = 0; bits <= 12; bits++)
        for (unsigned preemption = 0; preemption <= 12; preemption++) {
            gic_config config = gic_config_default();
            config.virtual_priority_bits = static_cast<uint8_t>(bits);
            config.virtual_preemption_bits = static_cast<uint8_t>(preemption);
            EXPECT_EQ(gic_config_check(&config) == GIC_CONFIG_OK,
                      within(bits, 5, 8) && within(preemption, 5, 7) && preemption <= bits)
                << bits << preemption;
        }
}

TEST(ConfigLimits, SecurityAndNmi)
{
    for (unsigned n = 0; n < 4; n++) {
        gic_config config = gic_config_default();
        config.two_security_states = (n & 1) != 0;
        config.has_el3 = (n & 2) != 0;
        EXPECT_EQ(gic_config_check(&config), n == 1 ? GIC_CONFIG_SECURITY : GIC_CONFIG_OK) << n;
    }
    for (bool gicv2 : {false, true})
        for (bool nmi : {false, true})
            for (unsigned rev = 0; rev < 8; rev++) {
                gic_config config = gic_config_default();
                config.gicv2 = gicv2;
                config.nmi = nmi;
                config.arch_rev = static_cast<uint8_t>(rev);
                EXPECT_EQ(gic_config_check(&config),
                          nmi && (gicv2 || rev < 3) ? GIC_CONFIG_NMI : GIC_CONFIG_OK)
                    << gicv2 << nmi << rev;
            }
}

TEST(ConfigLimits, Lpis)
{
    gic_config good = whole();
    good.its_count = 0;
    sweep(good, 255, GIC_CONFIG_LPI_BITS, &gic_config::lpi_bits,
          [](unsigned n) { return n == 0 || within(n, 14, 24); });
    sweep(good, 5000, GIC_CONFIG_LPI_CACHE, &gic_config::lpi_cache,
          [](unsigned n) { return within(n, 4, 4096); });
    sweep(good, 5000, GIC_CONFIG_LPI_CACHE, &gic_config::lpi_property_cache,
          [](unsigned n) { return within(n, 1, 4096); });
    sweep(good, 255, GIC_CONFIG_ITS_COUNT, &gic_config::its_count,
          [](unsigned n) { return n <= 16; });
    good.lpi_bits = 0;
    sweep(good, 255, GIC_CONFIG_ITS_COUNT, &gic_config::its_count,
          [](unsigned n) { return n == 0; });
}

TEST(ConfigLimits, Its)
{
    sweep_its(255, GIC_CONFIG_ITS_BITS, &gic_its_config::device_bits,
              [](unsigned n) { return within(n, 1, 32); });
    sweep_its(255, GIC_CONFIG_ITS_BITS, &gic_its_config::event_bits,
              [](unsigned n) { return within(n, 1, 32); });
    sweep_its(255, GIC_CONFIG_ITS_BITS, &gic_its_config::collection_bits,
              [](unsigned n) { return within(n, 1, 16); });
    sweep_its(255, GIC_CONFIG_OK, &gic_its_config::hcc, [](unsigned) { return true; });
    sweep_its(255, GIC_CONFIG_ITS_PAGES, &gic_its_config::page_sizes,
              [](unsigned n) { return within(n, 1, 7); });
    sweep_its(255, GIC_CONFIG_ITS_DEPTH, &gic_its_config::walks,
              [](unsigned n) { return within(n, 1, 64); });
    sweep_its(2100, GIC_CONFIG_ITS_DEPTH, &gic_its_config::queue,
              [](unsigned n) { return within(n, 1, 1024); });
}

TEST(ConfigLimits, CachesOfAnIts)
{
    const auto power_of_two = [](unsigned n) {
        return n == 1 || n == 2 || n == 4 || n == 8 || n == 16 || n == 32 || n == 64 || n == 128 ||
               n == 256 || n == 512 || n == 1024 || n == 2048 || n == 4096;
    };
    for (auto cache : {&gic_its_config::device_cache, &gic_its_config::itt_cache,
                       &gic_its_config::collection_cache}) {
        for (unsigned ways : {0u, 1u, 2u, 3u, 4u, 5u, 8u, 64u, 4095u, 4096u, 4097u})
            for (unsigned entries = 0; entries <= 4200; entries += entries < 100 ? 1 : 4)
                for (unsigned more : {0u, 1u}) {
                    gic_config config = whole();
                    (config.its.*cache).entries = static_cast<uint16_t>(entries + more);
                    (config.its.*cache).ways = static_cast<uint16_t>(ways);
                    const unsigned n = entries + more;
                    const bool fits = within(n, 1, 4096) && within(ways, 1, n) && n % ways == 0 &&
                                      power_of_two(n / ways);
                    ASSERT_EQ(gic_config_check(&config),
                              fits ? GIC_CONFIG_OK : GIC_CONFIG_ITS_CACHE)
                        << n << " entries, " << ways << " ways";
                }
        each(
            whole(), 255, GIC_CONFIG_ITS_CACHE,
            [=](gic_config &c, unsigned n) {
                (c.its.*cache).replacement = static_cast<uint8_t>(n);
            },
            [](unsigned n) { return n <= GIC_REPLACE_RANDOM; });
    }
}

// What is not there is not looked at.
TEST(ConfigLimits, OfWhatIsNotThereDoNotCount)
{
    gic_config config = gic_config_default();
    config.lpi_cache = config.lpi_property_cache = 0;
    config.its = gic_its_config{};
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_OK) << "no LPIs";
    config.lpi_bits = 14;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_LPI_CACHE);
    config.lpi_cache = 4;
    config.lpi_property_cache = 1;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_OK) << "no ITS";
    config.its_count = 1;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_ITS_BITS);
}

TEST(ConfigLimits, OfAGicv2)
{
    gic_config good = gic_config_default();
    good.gicv2 = true;
    for (uint16_t pes = 1; pes <= 512; pes++) {
        gic_config config = good;
        config.pe_count = pes;
        EXPECT_EQ(gic_config_check(&config), pes <= 8 ? GIC_CONFIG_OK : GIC_CONFIG_GICV2) << pes;
    }
    for (unsigned n : {32u, 64u}) {
        gic_config config = good;
        config.eppi_count = static_cast<uint8_t>(n);
        EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_GICV2) << n;
        config = good;
        config.espi_count = static_cast<uint16_t>(n);
        EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_GICV2) << n;
    }
    gic_config config = good;
    config.ds_writable = true;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_GICV2);
    config = good;
    config.lpi_bits = 14;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_GICV2);
    config.its_count = 1;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_GICV2);
    // GICH_LR has five bits of priority, where there are list registers.
    for (bool el2 : {false, true})
        for (uint8_t registers : {0, 1, 16})
            for (uint8_t bits = 5; bits <= 8; bits++) {
                config = good;
                config.has_el2 = el2;
                config.list_registers = registers;
                config.virtual_priority_bits = bits;
                EXPECT_EQ(gic_config_check(&config),
                          el2 && registers && bits != 5 ? GIC_CONFIG_GICV2 : GIC_CONFIG_OK)
                    << el2 << unsigned{registers} << unsigned{bits};
            }
    // A table of affinities is not looked at by a GICv2's software, but has to be one all the same.
    const uint32_t doubled[] = {5, 5};
    config = good;
    config.pe_count = 2;
    config.affinity = doubled;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_AFFINITY);
}

TEST(ConfigLimits, Affinities)
{
    uint32_t table[4] = {0x00000000, 0x00000001, 0x00000002, 0x00000003};
    gic_config config = gic_config_default();
    config.pe_count = 4;
    config.affinity = table;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_OK);
    for (unsigned i = 0; i < 4; i++)
        for (unsigned j = 0; j < i; j++) {
            table[i] = j;
            EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_AFFINITY) << i << " as " << j;
            table[i] = i;
        }
    for (unsigned i = 0; i < 4; i++)
        for (unsigned bit = 4; bit < 32; bit++) {
            table[i] = i | 1u << bit;
            for (bool range : {false, true})
                for (bool aff3 : {false, true}) {
                    config.range_select = range;
                    config.aff3_valid = aff3;
                    const bool fits = bit < 8 ? range : bit < 24 || aff3;
                    EXPECT_EQ(gic_config_check(&config), fits ? GIC_CONFIG_OK : GIC_CONFIG_AFFINITY)
                        << i << ": " << bit;
                }
            table[i] = i;
        }
    table[3] = 15;
    config.range_select = false;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_OK) << "Aff0 up to 15";
    table[3] = 16;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_AFFINITY);
    // Without a table there are 16 PEs a cluster.
    config = gic_config_default();
    config.pe_count = GIC_MAX_PES;
    config.range_select = config.aff3_valid = false;
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_OK);
    for (unsigned pe = 0; pe < GIC_MAX_PES; pe++)
        EXPECT_EQ(gic_config_affinity(&config, pe), (pe / 16) << 8 | pe % 16);
}

// Each reason has a line of its own, which begins with the key that it is about.
TEST(ConfigLimits, EachReasonNamesItsKey)
{
    const struct {
        gic_config_error error;
        const char *key;
    } rows[] = {
        {GIC_CONFIG_OK, "the configuration is valid"},
        {GIC_CONFIG_PE_COUNT, "pe_count:"},
        {GIC_CONFIG_SPI_COUNT, "spi_count:"},
        {GIC_CONFIG_ESPI_COUNT, "espi_count:"},
        {GIC_CONFIG_EPPI_COUNT, "eppi_count:"},
        {GIC_CONFIG_PRIORITY_BITS, "priority_bits:"},
        {GIC_CONFIG_PREEMPTION_BITS, "preemption_bits:"},
        {GIC_CONFIG_LIST_REGISTERS, "list_registers:"},
        {GIC_CONFIG_VIRTUAL_PRIORITY, "virtual_priority_bits:"},
        {GIC_CONFIG_NMI, "nmi:"},
        {GIC_CONFIG_SECURITY, "two_security_states:"},
        {GIC_CONFIG_AFFINITY, "affinity:"},
        {GIC_CONFIG_WORK_LIMIT, "work_limit:"},
        {GIC_CONFIG_LPI_BITS, "lpi_bits:"},
        {GIC_CONFIG_LPI_CACHE, "lpi_cache:"},
        {GIC_CONFIG_ITS_COUNT, "its_count:"},
        {GIC_CONFIG_ITS_BITS, "its: device_bits"},
        {GIC_CONFIG_ITS_PAGES, "its.page_sizes:"},
        {GIC_CONFIG_ITS_DEPTH, "its.walks:"},
        {GIC_CONFIG_ITS_CACHE, "its caches:"},
        {GIC_CONFIG_GICV2, "gicv2:"},
        {GIC_CONFIG_MEMORY, "memory:"},
    };
    unsigned expected = 0;
    for (const auto &row : rows) {
        EXPECT_EQ(row.error, expected++) << "one row each";
        EXPECT_EQ(std::string(gic_config_error_text(row.error)).rfind(row.key, 0), 0u) << row.key;
    }
    EXPECT_STREQ(gic_config_error_text(static_cast<gic_config_error>(GIC_CONFIG_MEMORY + 1)),
                 "unknown configuration error");
}
