// SPDX-License-Identifier: Apache-2.0
// Fields of ITS commands, tables and registers, bit by bit (IHI 0069, 5.3 and 12.19;
// docs/its-tables.md): each bit of an identifier or an address comes to where it belongs, and one
// that is beyond what the configuration has is refused.
#include "its_rig.hpp"

using namespace its_rig;

namespace
{

// As wide as identifiers can be.
gic_config widest(unsigned pes = 2)
{
    gic_config config = its_config(pes);
    config.lpi_bits = 24;
    config.its.device_bits = 32;
    config.its.event_bits = 32;
    config.its.collection_bits = 16;
    config.its.indirect = true;
    config.its.page_sizes = 7;
    return config;
}

constexpr uint64_t level_2 = UINT64_C(0x1000000000);
constexpr uint64_t far_itts = UINT64_C(0x4000000000000);

// Device table of two levels of 64 KiB, a page of level 2 for @p device; flat collections.
void start_wide(bench &b)
{
    b.start(INDIRECT | DEVICES | PAGE_64K << 8 | 255, COLLECTIONS | PAGE_64K << 8 | 7);
    for (unsigned pe = 0; pe < b.config.pe_count; pe++)
        b.mapc(pe, pe);
}

uint64_t page_of(uint32_t device)
{
    return level_2 + (uint64_t{device} >> 13) * 0x10000;
}

void make_page(bench &b, uint32_t device)
{
    b.ram.set_word(DEVICES + (uint64_t{device} >> 13) * 8, VALID | page_of(device));
}

// What is cached is forgotten, so that the tables tell.
void forget(bench &b)
{
    b.settle();
    b.write(GITS_CTLR, 0);
    b.write(GITS_CTLR, ENABLED);
}

command mapti_of(uint32_t device, uint32_t event, uint64_t intid, unsigned icid)
{
    return bench::make(0x0A, device, event | intid << 32, icid);
}

} // namespace

TEST(ItsFields, EachBitOfADeviceIdCounts)
{
    bench b(widest());
    start_wide(b);
    const auto itt = [](unsigned bit) { return far_itts + bit * UINT64_C(0x10000); };
    for (unsigned bit = 0; bit < 32; bit++) {
        const uint32_t device = UINT32_C(1) << bit;
        make_page(b, device);
        b.map_device(device, 4, true, itt(bit));
        b.mapti(device, 3, 8200 + bit, 0);
    }
    for (bool cached : {true, false})
        for (unsigned bit = 0; bit < 32; bit++) {
            const uint32_t device = UINT32_C(1) << bit;
            if (!cached)
                forget(b);
            EXPECT_TRUE(b.arrives(device, 3, 0, 8200 + bit)) << bit;
            EXPECT_EQ(b.ram.word(page_of(device) + device % 8192 * 8), VALID | itt(bit) | 4) << bit;
        }
    EXPECT_TRUE(b.dropped(0, 3));
    EXPECT_EQ(b.errors(), 0u);
}

TEST(ItsFields, EachBitOfAnEventIdCounts)
{
    bench b(widest());
    start_wide(b);
    make_page(b, 7);
    b.map_device(7, 31, true, far_itts);
    for (unsigned bit = 0; bit < 32; bit++)
        b.mapti(7, UINT32_C(1) << bit, 8200 + bit, 0);
    for (bool cached : {true, false})
        for (unsigned bit = 0; bit < 32; bit++) {
            const uint32_t event = UINT32_C(1) << bit;
            if (!cached)
                forget(b);
            EXPECT_TRUE(b.arrives(7, event, 0, 8200 + bit)) << bit;
            EXPECT_EQ(b.ram.word(far_itts + uint64_t{event} * 16), VALID | (8200 + bit)) << bit;
        }
    EXPECT_TRUE(b.dropped(7, 0));
    EXPECT_EQ(b.errors(), 0u);
}

TEST(ItsFields, EachBitOfAnIntidCounts)
{
    bench b(widest());
    start_wide(b);
    make_page(b, 7);
    b.map_device(7, 23);
    for (unsigned bit = 13; bit < 24; bit++) {
        const uint32_t intid = UINT32_C(1) << bit;
        b.mapti(7, bit, intid, 1);
        b.mapti(7, 32 + bit, intid | 1, 1);
        b.mapi(7, intid | 2, 1);
    }
    for (bool cached : {true, false})
        for (unsigned bit = 13; bit < 24; bit++) {
            const uint32_t intid = UINT32_C(1) << bit;
            if (!cached)
                forget(b);
            EXPECT_TRUE(b.arrives(7, bit, 1, intid));
            EXPECT_TRUE(b.arrives(7, 32 + bit, 1, intid | 1));
            EXPECT_TRUE(b.arrives(7, intid | 2, 1, intid | 2));
            EXPECT_EQ(b.ram.word(bench::itt(7) + bit * 16), VALID | UINT64_C(1) << 32 | intid);
        }
    ASSERT_EQ(b.errors(), 0u);
    for (unsigned bit = 24; bit < 32; bit++) {
        b.run(mapti_of(7, 5, UINT64_C(8192) | UINT64_C(1) << bit, 0));
        EXPECT_EQ(b.error(), 0x010A06u) << bit;
    }
    EXPECT_EQ(b.errors(), 8u);
}

// Of each width that INTIDs can have, the last one is, and the next one is not.
TEST(ItsFields, IntidsEndWhereTheConfigurationSays)
{
    for (unsigned bits = 14; bits <= 24; bits++) {
        gic_config config = its_config(2);
        config.lpi_bits = static_cast<uint8_t>(bits);
        bench b(config);
        b.start_mapped();
        b.mapti(7, 1, (1u << bits) - 1, 0);
        b.mapti(7, 2, 8192, 0);
        EXPECT_EQ(b.errors(), 0u) << bits;
        EXPECT_TRUE(b.arrives(7, 1, 0, (1u << bits) - 1));
        EXPECT_TRUE(b.arrives(7, 2, 0, 8192));
        b.mapti(7, 3, 1u << bits, 0);
        b.mapti(7, 4, 8191, 0);
        EXPECT_EQ(b.errors(), 2u) << bits;
    }
}

TEST(ItsFields, EachBitOfACollectionCounts)
{
    bench b(widest());
    start_wide(b);
    make_page(b, 7);
    b.map_device(7, 6);
    for (unsigned bit = 1; bit < 16; bit++) {
        const unsigned icid = 1u << bit;
        b.mapc(icid, bit % 2);
        b.mapti(7, bit, 8200 + bit, icid);
        b.mapti(7, 16 + bit, 8300 + bit, 0);
        b.movi(7, 16 + bit, icid);
    }
    for (bool cached : {true, false})
        for (unsigned bit = 1; bit < 16; bit++) {
            const uint64_t icid = UINT64_C(1) << bit;
            if (!cached)
                forget(b);
            EXPECT_TRUE(b.arrives(7, bit, bit % 2, 8200 + bit));
            EXPECT_TRUE(b.arrives(7, 16 + bit, bit % 2, 8300 + bit));
            EXPECT_EQ(b.ram.word(bench::itt(7) + bit * 16), VALID | icid << 32 | (8200 + bit));
            EXPECT_EQ(b.ram.word(COLLECTIONS + icid * 8), VALID | bit % 2);
            const size_t sent = b.log.size();
            b.invall(static_cast<unsigned>(icid));
            b.settle();
            ASSERT_EQ(b.log.size(), sent + 1);
            EXPECT_EQ(b.log.back().pe, bit % 2);
        }
    EXPECT_EQ(b.errors(), 0u);
}

// --- where RDbase leads -----------------------------------------------------------------------

TEST(ItsFields, EachBitOfAProcessorNumberCounts)
{
    bench b(its_config(512));
    b.start();
    b.map_device(7, 4);
    for (unsigned bit = 0; bit < 9; bit++) {
        const unsigned pe = 1u << bit;
        b.mapc(bit, pe);
        b.mapti(7, bit, 8200 + bit, bit);
        EXPECT_TRUE(b.arrives(7, bit, pe, 8200 + bit));
        EXPECT_EQ(b.ram.word(COLLECTIONS + bit * 8), VALID | pe);
        b.movall(pe, pe - 1);
        b.settle();
        EXPECT_TRUE(b.pending(pe - 1, 8200 + bit));
        b.sync(pe);
    }
    EXPECT_EQ(b.errors(), 0u);
    for (unsigned bit = 25; bit < 52; bit++) {
        const uint64_t nobody = UINT64_C(1) << bit;
        b.run(bench::make(0x09, 0, 0, nobody | VALID));
        EXPECT_EQ(b.error(), 0x010902u) << bit;
        b.run(bench::make(0x05, 0, 0, nobody));
        EXPECT_EQ(b.error(), 0x010502u) << bit;
        b.run(bench::make(0x0E, 0, 0, nobody, 0));
        EXPECT_EQ(b.error(), 0x010E01u) << bit;
        b.run(bench::make(0x0E, 0, 0, 0, nobody));
    }
    EXPECT_EQ(b.errors(), 4u * (52 - 25));
    EXPECT_TRUE(b.arrives(7, 0, 1, 8200)) << "the collection is where it was";
}

// GITS_TYPER.PTA=1: addresses in any order, each bit of them; between them and beyond is nobody.
TEST(ItsFields, EachBitOfARedistributorsAddressCounts)
{
    const std::vector<std::vector<unsigned>> orders = {{51, 16}, {16, 51}, {20, 18, 19}, {30}};
    std::vector<std::vector<unsigned>> all = orders;
    all.emplace_back();
    for (unsigned bit = 16; bit < 52; bit++)
        all.back().push_back(16 + (bit * 7 + 3) % 36);
    for (const std::vector<unsigned> &order : all) {
        gic_config config = its_config(static_cast<unsigned>(order.size()));
        config.its.pta = true;
        bench b(config);
        std::vector<uint64_t> bases;
        for (unsigned bit : order)
            bases.push_back(UINT64_C(1) << bit);
        its_set_targets(b.s, bases.data(), static_cast<unsigned>(bases.size()));
        b.start();
        b.map_device(7, 6);
        for (unsigned n = 0; n < order.size(); n++) {
            b.run(bench::make(0x09, 0, 0, VALID | bases[n] | n));
            b.mapti(7, n, 8200 + n, n);
            EXPECT_TRUE(b.arrives(7, n, n, 8200 + n)) << order[n];
        }
        EXPECT_EQ(b.errors(), 0u);
        unsigned errors = 0;
        for (uint64_t base : bases)
            for (uint64_t nobody : {base + 0x50000, base | UINT64_C(5) << 40, UINT64_C(0)}) {
                b.run(bench::make(0x05, 0, 0, nobody));
                EXPECT_EQ(b.errors(), ++errors) << std::hex << nobody;
            }
    }
}

// --- addresses --------------------------------------------------------------------------------

TEST(ItsFields, EachBitOfAnIttsAddressCounts)
{
    bench b(its_config(2));
    b.start_mapped();
    for (unsigned bit = 8; bit < 52; bit++) {
        const uint64_t itt = UINT64_C(1) << bit;
        b.map_device(9, 4, true, itt);
        b.settle();
        b.mapti(9, 3, 8200, 1);
        b.settle();
        EXPECT_EQ(b.requests.back().op, GIC_MEMORY_WRITE);
        EXPECT_EQ(b.requests.back().address, itt + 3 * 16) << bit;
        forget(b);
        EXPECT_TRUE(b.arrives(9, 3, 1, 8200)) << bit;
    }
    EXPECT_EQ(b.errors(), 0u);
}

TEST(ItsFields, EachBitOfTheQueuesAddressCounts)
{
    bench b(its_config(2));
    b.start();
    for (unsigned bit = 12; bit < 52; bit++) {
        const uint64_t queue = UINT64_C(1) << bit;
        b.write(GITS_CTLR, 0);
        b.write64(GITS_CWRITER, 0);
        b.write64(GITS_CBASER, VALID | queue);
        b.ram.set_word(queue, 0x05);
        b.write(GITS_CTLR, ENABLED);
        b.write64(GITS_CWRITER, 32);
        b.settle();
        EXPECT_EQ(b.requests.back().address, queue) << bit;
        EXPECT_EQ(b.read64(GITS_CREADR), 32u);
    }
    EXPECT_EQ(b.count(GIC_EV_ITS_COMMAND), 40u);
    EXPECT_EQ(b.errors(), 0u);
}

namespace
{

// GITS_BASER of a table at @p address.
uint64_t baser_of(uint64_t address, page_size size)
{
    if (size == PAGE_64K)
        address = (address & 0xFFFFFFFF0000) | address >> 48 << 12;
    return address | uint64_t{size} << 8;
}

} // namespace

// Flat tables and level 1, and pages of level 2: with 64 KiB up to bit 51, else up to bit 47; bits
// of level 1's entries below the size of a page do not count.
TEST(ItsFields, EachBitOfATablesAddressCounts)
{
    gic_config config = its_config(2);
    config.its.indirect = true;
    config.its.page_sizes = 7;
    bench b(config);
    b.start();
    for (page_size size : {PAGE_4K, PAGE_16K, PAGE_64K}) {
        const unsigned shift = 12 + 2 * size;
        for (unsigned bit = shift; bit < 52; bit++) {
            const uint64_t base = UINT64_C(1) << bit;
            if (bit < 48 || size == PAGE_64K) {
                const uint64_t below = size == PAGE_16K ? 0x3000 : 0; // RES0 there
                b.write(GITS_CTLR, 0);
                b.write64(GITS_BASER0, VALID | baser_of(base, size) | below | 1);
                b.write64(GITS_BASER1, VALID | baser_of(base, size) | below | 1);
                b.write(GITS_CTLR, ENABLED);
                b.map_device(7, 4);
                b.settle();
                EXPECT_EQ(b.requests.back().address, base + 7 * 8) << bit;
                b.mapc(9, 1);
                b.settle();
                EXPECT_EQ(b.requests.back().address, base + 9 * 8) << bit;
            }
            b.write(GITS_CTLR, 0);
            b.write64(GITS_BASER0, VALID | INDIRECT | baser_of(DEVICES, size));
            b.write(GITS_CTLR, ENABLED);
            b.ram.set_word(DEVICES, VALID | base | ((UINT64_C(1) << shift) - 1));
            b.map_device(7, 4);
            b.settle();
            EXPECT_EQ(b.requests.back().address, base + 7 * 8) << bit;
        }
    }
    EXPECT_EQ(b.errors(), 0u);
}
