// SPDX-License-Identifier: Apache-2.0
// What a Distributor says of itself: GICD_TYPER of each build-time choice (IHI 0069, 12.9.38; IHI
// 0048B, 4.3.2), and GICD_IIDR.
#include "gicd_rig.hpp"

#include <functional>

using namespace gicd_rig;

namespace
{

struct typer {
    const char *what;
    std::function<void(gic_config &)> change;
    uint64_t value;
};

// One PE, 32 SPIs, one Security state, no LPIs, nothing of what can be left out.
gic_config plain()
{
    gic_config config = gic_config_default();
    config.spi_count = 32;
    config.espi_count = config.eppi_count = 0;
    config.two_security_states = config.ds_writable = config.has_el3 = false;
    config.nmi = config.mbis = config.range_select = config.aff3_valid = false;
    config.one_of_n = true;
    config.lpi_bits = 0;
    config.its_count = 0;
    return config;
}

// IDbits 9: ten bits, up to INTID 1019.
constexpr uint64_t ID_10 = UINT64_C(9) << 19, ID_13 = UINT64_C(12) << 19;

const typer distributors[] = {
    {"no SPIs", [](gic_config &c) { c.spi_count = 0; }, ID_10},
    {"32 SPIs", [](gic_config &) {}, ID_10 | 1},
    {"64 SPIs", [](gic_config &c) { c.spi_count = 64; }, ID_10 | 2},
    {"960 SPIs", [](gic_config &c) { c.spi_count = 960; }, ID_10 | 30},
    {"988 SPIs", [](gic_config &c) { c.spi_count = 988; }, ID_10 | 31},
    {"several PEs", [](gic_config &c) { c.pe_count = 8; }, ID_10 | 1},
    {"32 extended SPIs", [](gic_config &c) { c.espi_count = 32; }, ID_13 | 0x100 | 1},
    {"64 extended SPIs", [](gic_config &c) { c.espi_count = 64; }, ID_13 | 0x08000100 | 1},
    {"1024 extended SPIs", [](gic_config &c) { c.espi_count = 1024; }, ID_13 | 0xF8000100 | 1},
    {"32 extended PPIs", [](gic_config &c) { c.eppi_count = 32; }, ID_13 | 1},
    {"64 extended PPIs", [](gic_config &c) { c.eppi_count = 64; }, ID_13 | 1},
    {"NMIs", [](gic_config &c) { c.nmi = true; }, ID_10 | 1u << 9 | 1},
    {"two Security states",
     [](gic_config &c) { c.has_el3 = c.two_security_states = c.ds_writable = true; },
     ID_10 | 1u << 10 | 1},
    {"message-based SPIs", [](gic_config &c) { c.mbis = true; }, ID_10 | 1u << 16 | 1},
    {"LPIs of 14 bits", [](gic_config &c) { c.lpi_bits = 14; }, 13u << 19 | 1u << 17 | 1},
    {"LPIs of 24 bits", [](gic_config &c) { c.lpi_bits = 24; }, 23u << 19 | 1u << 17 | 1},
    {"LPIs and extended SPIs",
     [](gic_config &c) {
         c.lpi_bits = 16;
         c.espi_count = 96;
     },
     15u << 19 | 1u << 17 | 2u << 27 | 0x100 | 1},
    {"Aff3", [](gic_config &c) { c.aff3_valid = true; }, ID_10 | 1u << 24 | 1},
    {"no 1-of-N", [](gic_config &c) { c.one_of_n = false; }, ID_10 | 1u << 25 | 1},
    {"range selector", [](gic_config &c) { c.range_select = true; }, ID_10 | 1u << 26 | 1},
};

const typer gicv2s[] = {
    {"one PE", [](gic_config &) {}, 1},
    {"two PEs", [](gic_config &c) { c.pe_count = 2; }, 1u << 5 | 1},
    {"eight PEs", [](gic_config &c) { c.pe_count = 8; }, 7u << 5 | 1},
    {"no SPIs", [](gic_config &c) { c.spi_count = 0; }, 0},
    {"988 SPIs", [](gic_config &c) { c.spi_count = 988; }, 31},
    {"two Security states", [](gic_config &c) { c.has_el3 = c.two_security_states = true; },
     1u << 10 | 1},
};

} // namespace

TEST(DistributorIdentity, TyperSaysWhatThereIs)
{
    for (const typer &t : distributors) {
        SCOPED_TRACE(t.what);
        gic_config config = plain();
        t.change(config);
        kernel k(config);
        EXPECT_EQ(k.read(TYPER), t.value);
        EXPECT_EQ(k.read(TYPER, 4, false), t.value);
        k.write(TYPER, UINT32_MAX);
        EXPECT_EQ(k.read(TYPER), t.value) << "read-only";
    }
}

TEST(DistributorIdentity, TyperOfAGicv2)
{
    for (const typer &t : gicv2s) {
        SCOPED_TRACE(t.what);
        gic_config config = plain();
        config.gicv2 = true;
        config.arch_rev = 2;
        config.one_of_n = false;
        t.change(config);
        kernel k(config);
        EXPECT_EQ(k.read(TYPER), t.value);
    }
}

// SecurityExtn goes with the second Security state.
TEST(DistributorIdentity, TyperFollowsDs)
{
    gic_config config = plain();
    config.has_el3 = config.two_security_states = config.ds_writable = true;
    kernel k(config);
    k.write(CTLR, 0x40);
    EXPECT_EQ(k.read(TYPER), ID_10 | 1);
    k.reset();
    EXPECT_EQ(k.read(TYPER), ID_10 | 1u << 10 | 1);
}

TEST(DistributorIdentity, IidrIsTheConfigurations)
{
    for (const uint32_t iidr : {0u, 0x0100143Bu, 0xFFFFFFFFu}) {
        gic_config config = plain();
        config.iidr = iidr;
        kernel k(config);
        EXPECT_EQ(k.read(0x0008), iidr);
        EXPECT_EQ(k.read(0x000C), 0u) << "TYPER2: nothing of GICv4.1";
    }
}
