// SPDX-License-Identifier: Apache-2.0
// Registers of an ITS kernel alone: what is refused and how it is reported, halves of wide ones,
// the status of unmapped MSIs.
#include "its_rig.hpp"

using namespace its_rig;

namespace
{

constexpr uint32_t UMSI = 1u << 4, OVERFLOW_BIT = 1u << 5;

gic_config with_umsi()
{
    gic_config config = its_config(2);
    config.its.umsi = true;
    return config;
}

} // namespace

// T-03, ID-T04: which register, which half, and what was to be written.
TEST(ItsRegisters, WhatIsRefusedIsReported)
{
    for (bool enabled : {true, false}) {
        bench b(its_config(2));
        b.start_mapped();
        b.mapti(7, 1, 8200, 1);
        b.settle();
        b.answers = false;
        b.msi(7, 1);
        if (!enabled)
            b.write(GITS_CTLR, 0); // not quiescent: a message is not answered
        unsigned count = 0;
        const auto refused = [&](uint32_t offset, uint64_t value, unsigned size) {
            const uint64_t before = b.read64(offset & ~7u);
            b.write(offset, value, size);
            EXPECT_EQ(b.count(GIC_EV_BAD_ITS_REGISTER), ++count) << std::hex << offset;
            EXPECT_EQ(b.last[GIC_EV_BAD_ITS_REGISTER].arg,
                      uint64_t{offset} << 32 | (value & UINT32_MAX));
            EXPECT_EQ(b.last[GIC_EV_BAD_ITS_REGISTER].intid, 0u);
            EXPECT_EQ(b.last_pe[GIC_EV_BAD_ITS_REGISTER], GIC_PE_NONE);
            EXPECT_EQ(b.read64(offset & ~7u), before);
        };
        for (uint32_t offset : {GITS_CBASER, GITS_BASER0, GITS_BASER1}) {
            refused(offset, UINT64_C(0x123456789ABC1001), 8);
            refused(offset, 0x00201000, 4);
            refused(offset + 4, 0x80000002, 4);
        }
        for (uint32_t n = 2; n < 8; n++) { // there are no such tables
            b.write64(GITS_BASER0 + 8 * n, UINT64_MAX);
            EXPECT_EQ(b.read64(GITS_BASER0 + 8 * n), 0u);
        }
        EXPECT_EQ(b.count(GIC_EV_BAD_ITS_REGISTER), count);
        if (!enabled) { // ID-T03
            b.write(GITS_CTLR, ENABLED);
            EXPECT_EQ(b.count(GIC_EV_BAD_ITS_REGISTER), ++count);
            EXPECT_EQ(b.last[GIC_EV_BAD_ITS_REGISTER].arg, uint64_t{GITS_CTLR} << 32 | ENABLED);
            EXPECT_EQ(b.read(GITS_CTLR), ENABLED);
        }
        b.write(GITS_CTLR, ENABLED);
        EXPECT_EQ(b.count(GIC_EV_BAD_ITS_REGISTER), count) << "it is enabled";
        b.write64(GITS_CWRITER, 0x1000); // ID-T02
        EXPECT_EQ(b.count(GIC_EV_BAD_ITS_REGISTER), ++count);
        EXPECT_EQ(b.last[GIC_EV_BAD_ITS_REGISTER].arg, uint64_t{GITS_CWRITER} << 32 | 0x1000);
        EXPECT_EQ(b.read64(GITS_CWRITER), 0x1000u);
        b.write64(GITS_CWRITER, 0xFE0);
        EXPECT_EQ(b.count(GIC_EV_BAD_ITS_REGISTER), count) << "the last place";
    }
}

// A write of a half leaves the other one; bits that are read-only stay.
TEST(ItsRegisters, HalvesAreWrittenAlone)
{
    bench b(its_config(2));
    const uint64_t one = UINT64_C(0xA8E5555555555455), other = UINT64_C(0x900A5AAAAAAA508A);
    for (uint32_t offset : {GITS_CBASER, GITS_BASER0, GITS_BASER1}) {
        const uint64_t mask =
            offset == GITS_CBASER ? UINT64_C(0xB8EFFFFFFFFFFCFF) : UINT64_C(0xB8E0FFFFFFFFFCFF);
        b.write64(offset, one & mask);
        const uint64_t first = b.read64(offset);
        EXPECT_EQ(first & mask, one & mask);
        b.write(offset, other & mask & UINT32_MAX, 4);
        EXPECT_EQ(b.read64(offset) & mask,
                  ((one & mask) >> 32 << 32) | (other & mask & UINT32_MAX));
        EXPECT_EQ(b.read(offset), b.read64(offset) & UINT32_MAX);
        EXPECT_EQ(b.read(offset + 4), b.read64(offset) >> 32);
        b.write64(offset, one & mask);
        b.write(offset + 4, (other & mask) >> 32, 4);
        EXPECT_EQ(b.read64(offset) & mask,
                  ((other & mask) >> 32 << 32) | (one & mask & UINT32_MAX));
        EXPECT_EQ(b.read64(offset) & ~mask, first & ~mask) << "Type, Entry_Size";
    }
    EXPECT_EQ(b.read64(GITS_BASER0) >> 56 & 7, 1u) << "devices";
    EXPECT_EQ(b.read64(GITS_BASER1) >> 56 & 7, 4u) << "collections";
    for (uint32_t offset : {GITS_BASER0, GITS_BASER1})
        EXPECT_EQ(b.read64(offset) >> 48 & 31, 7u) << "eight bytes";
}

// T-18, ID-T14: of each set of page sizes, each that is asked for.
TEST(ItsRegisters, PageSizesAreThoseThatThereAre)
{
    for (uint8_t sizes = 1; sizes < 8; sizes++)
        for (uint64_t asked = 0; asked < 4; asked++) {
            gic_config config = its_config(2);
            config.its.page_sizes = sizes;
            bench b(config);
            const uint64_t wanted = asked == 3 ? 2 : asked;
            uint64_t smallest = 0;
            while (!(sizes >> smallest & 1))
                smallest++;
            for (uint32_t offset : {GITS_BASER0, GITS_BASER1}) {
                b.write64(offset, VALID | asked << 8);
                EXPECT_EQ(b.read64(offset) >> 8 & 3, sizes >> wanted & 1 ? wanted : smallest)
                    << unsigned{sizes} << " " << asked;
            }
        }
}

// T-25: the first unmapped MSI is kept until UMSI is cleared; each bit of STATUSR is cleared by
// itself, and the line follows UMSI and UMSIirq.
TEST(ItsRegisters, StatusOfUnmappedMsis)
{
    for (bool wired : {false, true}) {
        bench b(with_umsi());
        b.start();
        b.write(GITS_CTLR, ENABLED | (wired ? UMSIIRQ : 0));
        EXPECT_FALSE(b.umsi_line);
        b.msi(0x1234, 0x5678);
        EXPECT_EQ(b.read(GITS_STATUSR), UMSI);
        EXPECT_EQ(b.read64(GITS_UMSIR), UINT64_C(0x1234) << 32 | 0x5678);
        EXPECT_EQ(b.read(GITS_UMSIR), 0x5678u);
        EXPECT_EQ(b.read(GITS_UMSIR + 4), 0x1234u);
        EXPECT_EQ(b.umsi_line, wired);
        b.msi(1, 2);
        EXPECT_EQ(b.read(GITS_STATUSR), UMSI | OVERFLOW_BIT);
        EXPECT_EQ(b.read64(GITS_UMSIR), UINT64_C(0x1234) << 32 | 0x5678);
        b.write(GITS_STATUSR, ~(UMSI | OVERFLOW_BIT));
        EXPECT_EQ(b.read(GITS_STATUSR), UMSI | OVERFLOW_BIT);
        b.write(GITS_STATUSR, OVERFLOW_BIT);
        EXPECT_EQ(b.read(GITS_STATUSR), UMSI);
        EXPECT_EQ(b.umsi_line, wired);
        b.msi(1, 2);
        b.write(GITS_STATUSR, UMSI);
        EXPECT_EQ(b.read(GITS_STATUSR), OVERFLOW_BIT);
        EXPECT_FALSE(b.umsi_line);
        b.msi(3, 4);
        EXPECT_EQ(b.read(GITS_STATUSR), UMSI | OVERFLOW_BIT);
        EXPECT_EQ(b.read64(GITS_UMSIR), UINT64_C(3) << 32 | 4);
        EXPECT_EQ(b.umsi_line, wired);
        b.write(GITS_CTLR, ENABLED | (wired ? 0 : UMSIIRQ));
        EXPECT_EQ(b.umsi_line, !wired);
        EXPECT_EQ(b.read(GITS_CTLR), ENABLED | (wired ? 0 : UMSIIRQ));
        b.write(GITS_CTLR, wired ? UMSIIRQ : 0);
        EXPECT_EQ(b.umsi_line, wired) << "disabled or not";
    }
}

// Without GITS_TYPER.UMSI there is none of it.
TEST(ItsRegisters, WithoutUmsiNothingIsKept)
{
    gic_config config = its_config(2);
    config.its.umsi = false;
    bench b(config);
    b.start();
    b.write(GITS_CTLR, ENABLED | UMSIIRQ);
    EXPECT_EQ(b.read(GITS_CTLR), ENABLED);
    b.msi(0x1234, 0x5678);
    EXPECT_EQ(b.count(GIC_EV_ITS_UNMAPPED), 1u);
    EXPECT_EQ(b.read(GITS_STATUSR), 0u);
    EXPECT_EQ(b.read64(GITS_UMSIR), 0u);
    EXPECT_FALSE(b.umsi_line);
}

// The line keeps its level over a reset until the reset itself lowers it.
TEST(ItsRegisters, AResetLowersTheLine)
{
    bench b(with_umsi());
    b.start();
    b.write(GITS_CTLR, ENABLED | UMSIIRQ);
    b.msi(0x1234, 0x5678);
    ASSERT_TRUE(b.umsi_line);
    its_reset(b.s);
    b.pump();
    EXPECT_FALSE(b.umsi_line);
    for (uint32_t offset : {GITS_CBASER, GITS_CWRITER, GITS_CREADR, GITS_UMSIR})
        EXPECT_EQ(b.read64(offset), 0u) << std::hex << offset;
    EXPECT_EQ(b.read(GITS_STATUSR), 0u);
    EXPECT_EQ(b.read(GITS_CTLR), QUIESCENT);
}

// T-16: of 16 bits or 32, at its own offset; the EventID is what was written, whole.
TEST(ItsRegisters, TranslaterTakesAnEventId)
{
    bench b(its_config(2));
    b.start_mapped();
    for (uint32_t event : {0u, 1u, 0xFFFFu, 0x10000u, 0x80000000u, 0xFFFFFFFFu}) {
        b.write(GITS_TRANSLATER, event, 4, 9);
        EXPECT_EQ(b.last[GIC_EV_ITS_UNMAPPED].arg, UINT64_C(9) << 32 | event);
        b.write(GITS_TRANSLATER, event & 0xFFFF, 2, 0xABCD);
        EXPECT_EQ(b.last[GIC_EV_ITS_UNMAPPED].arg, UINT64_C(0xABCD) << 32 | (event & 0xFFFF));
    }
    EXPECT_EQ(b.count(GIC_EV_ITS_UNMAPPED), 12u);
}
