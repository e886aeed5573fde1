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

} // namespace

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
