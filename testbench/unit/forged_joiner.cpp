// SPDX-License-Identifier: Apache-2.0
// Forged states of a whole GIC: what is left behind by a file that one of its kernels refuses.
#include <cstring>

#include "gic/save.h"
#include "gic_rig.hpp"
extern "C" {
#include "gicd_state.h"
}

using namespace rig;

namespace
{

constexpr uint32_t SPI = 45;

// Where the payload of the block that is the @p nth of the file begins.
unsigned char *payload_of(std::vector<unsigned char> &file, unsigned nth)
{
    unsigned char *at = file.data();
    for (;; nth--) {
        gic_save_header header;
        std::memcpy(&header, at, sizeof header);
        if (nth == 0)
            return at + sizeof header;
        at += sizeof header + header.length;
    }
}

void seal(unsigned char *payload)
{
    gic_save_header header;
    std::memcpy(&header, payload - sizeof header, sizeof header);
    header.checksum = gic_checksum(payload, header.length);
    std::memcpy(payload - sizeof header, &header, sizeof header);
}

// The state of a GIC that took an interrupt, with a bool of its Distributor that is neither.
std::vector<unsigned char> forged()
{
    gic g(one_state());
    g.boot();
    g.spi(SPI);
    g.line(SPI, true);
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    file.resize(gic_assembly_save(g.a, file.data()));
    unsigned char *const distributor = payload_of(file, 1);
    distributor[offsetof(gicd_arch, ds)] = 2;
    seal(distributor);
    return file;
}

// A file in which the wires of these are high, as they are at the pins.
std::vector<unsigned char> with_high(std::initializer_list<uint32_t> spis,
                                     std::initializer_list<uint32_t> ppis)
{
    gic g(one_state());
    for (uint32_t intid : spis)
        g.line(intid, true);
    for (uint32_t intid : ppis)
        g.ppi(0, intid, true);
    std::vector<unsigned char> file(gic_assembly_save_size(g.a));
    file.resize(gic_assembly_save(g.a, file.data()));
    return file;
}

// Offset of the byte that holds the pin of the lowest INTID of a byte: it and the byte behind it
// differ as the two INTIDs do.
size_t pin_byte(const std::vector<unsigned char> &low, const std::vector<unsigned char> &first,
                const std::vector<unsigned char> &second)
{
    for (size_t at = sizeof(gic_save_header); at + 1 < low.size(); at++)
        if ((low[at] ^ first[at]) == 1 && low[at + 1] == first[at + 1] && low[at] == second[at] &&
            (low[at + 1] ^ second[at + 1]) == 1)
            return at;
    return 0;
}

bool loads_with(std::vector<unsigned char> file, size_t at, unsigned char bits)
{
    file[at] |= bits;
    seal(payload_of(file, 0));
    gic g(one_state());
    return gic_assembly_load(g.a, file.data(), file.size());
}

} // namespace

TEST(ForgedJoiner, PinsAreOfInterruptsThatExist)
{
    const std::vector<unsigned char> low = with_high({}, {});
    const size_t spi_32 = pin_byte(low, with_high({32}, {}), with_high({40}, {}));
    ASSERT_NE(spi_32, 0u);
    EXPECT_TRUE(loads_with(low, spi_32 + 11, 0x80)) << "SPI 127, the last";
    EXPECT_FALSE(loads_with(low, spi_32 + 12, 1)) << "128";
    EXPECT_FALSE(loads_with(low, spi_32 - 1, 0x80)) << "31 is no SPI";
    const size_t ppi_16 = pin_byte(low, with_high({}, {16}), with_high({}, {24}));
    ASSERT_NE(ppi_16, 0u);
    EXPECT_TRUE(loads_with(low, ppi_16, 2));
    EXPECT_FALSE(loads_with(low, ppi_16 - 1, 0x80)) << "an SGI has no wire";
    EXPECT_FALSE(loads_with(low, ppi_16 + 2, 1)) << "nor an extended PPI that is not there";
}

TEST(ForgedJoiner, ARefusedFileIsNotCounted)
{
    const std::vector<unsigned char> file = forged();
    gic g(one_state());
    const gic_assembly_stats before = *gic_assembly_get_stats(g.a);
    EXPECT_FALSE(gic_assembly_load(g.a, file.data(), file.size()));
    EXPECT_EQ(0, std::memcmp(&before, gic_assembly_get_stats(g.a), sizeof before));
    gic_assembly_reset(g.a, g.now);
    g.boot();
    g.spi(SPI);
    g.line(SPI, true);
    EXPECT_TRUE(g.irq(0)) << "after a reset it is a GIC like any other";
}
