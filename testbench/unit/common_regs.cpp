// SPDX-License-Identifier: Apache-2.0
// Register frames by rows: dispatch, policy, parts of registers; fields; saved blocks.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "gic/event.h"
#include "gic/fields.h"
#include "gic/regs.h"
#include "gic/save.h"

namespace
{

// A handler that finds a place of its register reserved, and has looked at it.
gic_status read_nothing(void *, const gic_reg_access *, uint64_t *value)
{
    *value = 0xBAD;
    return GIC_RESERVED;
}

gic_status write_nothing(void *, const gic_reg_access *, uint64_t)
{
    return GIC_RESERVED;
}

// A small frame with every kind of row.
struct device {
    uint64_t wide = 0x1122334455667788;
    uint32_t bits[4] = {};
    uint32_t last_intid = 0;
    uint64_t last_value = 0;
    int reads = 0;
};

gic_status read_wide(void *k, const gic_reg_access *a, uint64_t *value)
{
    static_cast<device *>(k)->reads++;
    *value = gic_reg_part(a, static_cast<device *>(k)->wide);
    return GIC_OK;
}

gic_status write_wide(void *k, const gic_reg_access *a, uint64_t value)
{
    device *d = static_cast<device *>(k);
    d->wide = gic_reg_merge(a, d->wide, value);
    return GIC_OK;
}

gic_status read_bits(void *k, const gic_reg_access *a, uint64_t *value)
{
    device *d = static_cast<device *>(k);
    d->last_intid = a->intid;
    *value = gic_reg_part(a, d->bits[a->offset / 4]);
    return GIC_OK;
}

gic_status write_bits(void *k, const gic_reg_access *a, uint64_t value)
{
    device *d = static_cast<device *>(k);
    d->last_intid = a->intid;
    d->last_value = value;
    d->bits[a->offset / 4] = static_cast<uint32_t>(gic_reg_merge(a, d->bits[a->offset / 4], value));
    return GIC_OK;
}

const gic_reg_row rows[] = {
    {"WIDE", 0x000, 8, 0, 0, 8, GIC_W32 | GIC_W64, 0, read_wide, write_wide, 0, 0x00FFFFFFFFFFFF0F},
    {"RO", 0x008, 4, 0, 0, 4, GIC_W32, GIC_REG_RO, read_bits, nullptr, 0, 0},
    {"WO", 0x00C, 4, 0, 0, 4, GIC_W32, GIC_REG_WO, nullptr, write_bits, 0, ~UINT64_C(0)},
    {"SEC", 0x010, 4, 0, 0, 4, GIC_W32, GIC_REG_SECURE, read_bits, write_bits, 0, ~UINT64_C(0)},
    {"FIXED", 0x014, 4, 0, 0, 4, GIC_W32, 0, nullptr, nullptr, 0, 0},
    {"HOLES", 0x018, 4, 0, 0, 4, GIC_W32, 0, read_nothing, write_nothing, 0, ~UINT64_C(0)},
    {"PRIO", 0x400, 128, 64, 8, 4, GIC_W8 | GIC_W32, 0, read_bits, write_bits, 0, 0xF8F8F8F8},
    {"ENABLE", 0x800, 16, 32, 1, 4, GIC_W32, 0, read_bits, write_bits, 0, ~UINT64_C(0)},
    {"LAST", 0xFF8, 8, 0, 0, 4, GIC_W32, 0, read_bits, write_bits, 0, ~UINT64_C(0)},
};

class Frame : public ::testing::Test
{
protected:
    Frame()
    {
        gic_frame_index(index, rows, GIC_COUNT_OF(rows), 0x1000);
        frame = {rows, GIC_COUNT_OF(rows), 0x1000, index};
        gic_outbox_init(&box, entries, GIC_COUNT_OF(entries), GIC_PORT_GICD, GIC_PE_NONE);
        policy = {&box, 7, true, GIC_BAD_SIZE_RAZ_WI};
    }

    gic_status read(uint32_t offset, unsigned size, bool secure = true, bool debug = false)
    {
        gic_access a = {0, 0, static_cast<uint8_t>(size), secure, debug};
        value = 0xDEAD;
        return gic_frame_read(&frame, &policy, &dev, &a, offset, &value);
    }

    gic_status write(uint32_t offset, unsigned size, uint64_t v, bool secure = true)
    {
        gic_access a = {0, 0, static_cast<uint8_t>(size), secure, false};
        return gic_frame_write(&frame, &policy, &dev, &a, offset, v);
    }

    // The only event since the last call, or GIC_EV_COUNT.
    unsigned event()
    {
        unsigned id = gic_outbox_count(&box) == 1 ? entries[0].msg.kind : unsigned(GIC_EV_COUNT);
        gic_outbox_clear(&box);
        return id;
    }

    uint8_t index[0x1000 / GIC_FRAME_GRANULE];
    gic_frame frame;
    gic_out entries[8];
    gic_outbox box = {};
    gic_frame_policy policy;
    device dev;
    uint64_t value = 0;
};

TEST_F(Frame, FindsTheRowOfEveryOffset)
{
    for (uint32_t offset = 0; offset < 0x1000; offset++) {
        const gic_reg_row *expected = nullptr;
        for (const gic_reg_row &r : rows)
            if (offset >= r.offset && offset < r.offset + r.span)
                expected = &r;
        EXPECT_EQ(gic_frame_find(&frame, offset), expected) << offset;
    }
}

TEST_F(Frame, TheIndexHasAPlaceForEachGranuleAndNoMore)
{
    uint8_t guarded[GIC_COUNT_OF(index) + 1];
    guarded[GIC_COUNT_OF(index)] = 0xA5;
    gic_frame_index(guarded, rows, GIC_COUNT_OF(rows), 0x1000);
    EXPECT_EQ(guarded[GIC_COUNT_OF(index)], 0xA5);
}

// Each entry is the first row that ends behind the granule's begin. What lies behind the last row
// is no row.
TEST_F(Frame, TheIndexNamesTheFirstRowThatEndsBehindEachGranule)
{
    std::vector<gic_reg_row> more(rows, rows + GIC_COUNT_OF(rows));
    more.push_back({}); // ends before everything
    for (unsigned count :
         {0u, 1u, 4u, unsigned(GIC_COUNT_OF(rows)) - 1, unsigned(GIC_COUNT_OF(rows))}) {
        std::memset(index, 0xA5, sizeof index);
        gic_frame_index(index, more.data(), count, 0x1000);
        for (uint32_t granule = 0; granule < GIC_COUNT_OF(index); granule++) {
            unsigned first = 0;
            while (first < count &&
                   rows[first].offset + rows[first].span <= granule * GIC_FRAME_GRANULE)
                first++;
            EXPECT_EQ(index[granule], first) << count << " rows, granule " << granule;
        }
    }
}

TEST_F(Frame, BehindTheLastRowIsNone)
{
    const std::vector<gic_reg_row> four(rows, rows + 4);
    gic_frame_index(index, four.data(), 4, 0x1000);
    frame = {four.data(), 4, 0x1000, index};
    for (uint32_t offset = 0x14; offset < 0x1000; offset += 4)
        EXPECT_EQ(gic_frame_find(&frame, offset), nullptr) << offset;
}

TEST_F(Frame, HalvesOf64BitRegistersReadAndWriteTheirOwnBytes)
{
    EXPECT_EQ(read(0, 8), GIC_OK);
    EXPECT_EQ(value, 0x1122334455667788u);
    EXPECT_EQ(read(4, 4), GIC_OK);
    EXPECT_EQ(value, 0x11223344u);
    EXPECT_EQ(write(4, 4, 0xFFFFFFFFFFFFFFFF), GIC_OK); // excess bits of the bus are not taken
    EXPECT_EQ(dev.wide, 0x11FFFFFF55667788u);           // the top byte is not writable
    EXPECT_EQ(write(0, 4, 0), GIC_OK);
    EXPECT_EQ(dev.wide, 0x11FFFFFF00000080u); // neither are bits 7 to 4
}

TEST_F(Frame, IntidComesFromTheOffsetAndTheBitsPerIntid)
{
    EXPECT_EQ(read(0x405, 1), GIC_OK);
    EXPECT_EQ(dev.last_intid, 64u + 5u);
    EXPECT_EQ(read(0x808, 4), GIC_OK);
    EXPECT_EQ(dev.last_intid, 32u + 64u);
    EXPECT_EQ(write(0x402, 1, 0xFF), GIC_OK);
    EXPECT_EQ(dev.bits[0], 0x00F80000u);
}

// A handler gets the bytes that are written, and nothing that is beside them on the bus.
TEST_F(Frame, AHandlerGetsTheBytesWrittenAlone)
{
    EXPECT_EQ(write(0x402, 1, 0xA5A5A5A5A5A5A5A5), GIC_OK);
    EXPECT_EQ(dev.last_value, 0xA5u);
    EXPECT_EQ(write(0x800, 4, 0xA5A5A5A5A5A5A5A5), GIC_OK);
    EXPECT_EQ(dev.last_value, 0xA5A5A5A5u);
}

TEST_F(Frame, MistakesAreRazWiAndEachHasItsEvent)
{
    EXPECT_EQ(read(0x100, 4), GIC_OK);
    EXPECT_EQ(value, 0u);
    EXPECT_EQ(event(), unsigned(GIC_EV_BAD_RESERVED));
    EXPECT_EQ(read(0x0C, 4), GIC_OK);
    EXPECT_EQ(event(), unsigned(GIC_EV_BAD_WRITE_ONLY));
    EXPECT_EQ(write(0x08, 4, 1), GIC_OK);
    EXPECT_EQ(event(), unsigned(GIC_EV_BAD_READ_ONLY));
    EXPECT_EQ(read(0, 2), GIC_OK);
    EXPECT_EQ(event(), unsigned(GIC_EV_BAD_SIZE));
    EXPECT_EQ(read(2, 4), GIC_OK); // misaligned
    EXPECT_EQ(event(), unsigned(GIC_EV_BAD_SIZE));
    EXPECT_EQ(dev.reads, 0);
}

// The event of a mistake says which PE's frame, where, and what was written or how wide it was.
TEST_F(Frame, EventsOfMistakesSayWhereAndWhat)
{
    const struct {
        bool write;
        uint32_t offset;
        unsigned size;
        bool secure;
        unsigned id;
        uint64_t arg;
    } cases[] = {
        {false, 0x100, 4, true, GIC_EV_BAD_RESERVED, 0x100ull << 32},
        {true, 0x100, 4, true, GIC_EV_BAD_RESERVED, 0x100ull << 32 | 0x89ABCDEF},
        {false, 0x00C, 4, true, GIC_EV_BAD_WRITE_ONLY, 0x00Cull << 32},
        {true, 0x008, 4, true, GIC_EV_BAD_READ_ONLY, 0x008ull << 32 | 0x89ABCDEF},
        {false, 0x000, 2, true, GIC_EV_BAD_SIZE, 2},
        {true, 0x400, 2, true, GIC_EV_BAD_SIZE, 0x400ull << 32 | 2},
        {true, 0x402, 4, true, GIC_EV_BAD_SIZE, 0x402ull << 32 | 4},
        {false, 0x010, 4, false, GIC_EV_BAD_SECURE_ONLY, 0x010ull << 32},
        {true, 0x010, 4, false, GIC_EV_BAD_SECURE_ONLY, 0x010ull << 32 | 0x89ABCDEF},
        {false, 0x018, 4, true, GIC_EV_BAD_RESERVED, 0x018ull << 32},
        {true, 0x018, 4, true, GIC_EV_BAD_RESERVED, 0x018ull << 32 | 0x89ABCDEF},
    };
    for (const auto &c : cases) {
        value = 0;
        EXPECT_EQ(c.write ? write(c.offset, c.size, 0x0123456789ABCDEF, c.secure)
                          : read(c.offset, c.size, c.secure),
                  GIC_OK);
        EXPECT_EQ(value, 0u) << c.offset;
        ASSERT_EQ(gic_outbox_count(&box), 1u) << c.offset;
        EXPECT_EQ(entries[0].port, GIC_PORT_EVENT);
        EXPECT_EQ(entries[0].to, 7);
        EXPECT_EQ(entries[0].msg.intid, 0u);
        EXPECT_EQ(entries[0].msg.arg, c.arg) << c.offset;
        EXPECT_EQ(event(), c.id) << c.offset;
    }
    EXPECT_EQ(dev.bits[0], 0u);
}

// A debugger makes no mistakes that software is told of.
TEST_F(Frame, ADebuggersReadLeavesNoEvent)
{
    for (uint32_t offset : {0x100u, 0x00Cu, 0x018u})
        EXPECT_EQ(read(offset, 4, true, true), GIC_OK);
    EXPECT_EQ(read(0, 2, true, true), GIC_OK);
    EXPECT_EQ(gic_outbox_count(&box), 0u);
}

TEST_F(Frame, WhatIsRightLeavesNoEvent)
{
    EXPECT_EQ(read(0, 8), GIC_OK);
    EXPECT_EQ(write(0, 8, 5), GIC_OK);
    EXPECT_EQ(write(0x0C, 4, 5), GIC_OK);
    EXPECT_EQ(read(0x14, 4), GIC_OK);
    EXPECT_EQ(value, 0u) << "RAZ";
    EXPECT_EQ(write(0x14, 4, 5), GIC_OK) << "WI";
    EXPECT_EQ(gic_outbox_count(&box), 0u);
}

TEST_F(Frame, ThereIsARegisterAtItsVeryEnd)
{
    dev.bits[1] = 0x77;
    EXPECT_EQ(read(0xFFC, 4), GIC_OK);
    EXPECT_EQ(value, 0x77u);
    EXPECT_EQ(write(0xFFC, 4, 0x78), GIC_OK);
    EXPECT_EQ(dev.bits[1], 0x78u);
    EXPECT_EQ(read(0xFFE, 4), GIC_ADDRESS);
    EXPECT_EQ(gic_outbox_count(&box), 0u);
}

TEST_F(Frame, SecureRowsAreClosedToNonSecureOnlyWhileThePolicySaysSo)
{
    dev.bits[0] = 0x55;
    EXPECT_EQ(read(0x10, 4, false), GIC_OK);
    EXPECT_EQ(value, 0u);
    EXPECT_EQ(event(), unsigned(GIC_EV_BAD_SECURE_ONLY));
    EXPECT_EQ(write(0x10, 4, 9, false), GIC_OK);
    EXPECT_EQ(dev.bits[0], 0x55u);
    policy.secure_rows_closed = false;
    EXPECT_EQ(read(0x10, 4, false), GIC_OK);
    EXPECT_EQ(value, 0x55u);
}

TEST_F(Frame, BadSizeCanBeAnErrorAndTheEndOfTheFrameIsAlways)
{
    policy.bad_size = GIC_BAD_SIZE_ERROR;
    EXPECT_EQ(read(0, 2), GIC_BAD_SIZE);
    EXPECT_EQ(read(0x1000, 4), GIC_ADDRESS);
    EXPECT_EQ(read(0xFFC, 8), GIC_ADDRESS);
    EXPECT_EQ(write(0xFFFFFFFC, 8, 0), GIC_ADDRESS);
}

TEST(Outbox, DropsEventsButCountsThemWhenFull)
{
    gic_out entries[2];
    gic_outbox box;
    gic_outbox_init(&box, entries, 2, GIC_PORT_GICD, GIC_PE_NONE);
    for (int i = 0; i < 5; i++)
        gic_report(&box, GIC_EV_SPURIOUS, 0, 1023, 0);
    EXPECT_EQ(gic_outbox_count(&box), 2u);
    EXPECT_EQ(box.events_dropped, 3u);
    EXPECT_EQ(gic_outbox_room(&box), 0u);
}

enum {
#define GIC_FIELD GIC_FIELD_CONSTANTS
    GIC_FIELD(REG, TOP, 63, 60) GIC_FIELD(REG, ONE, 5, 5) GIC_FIELD(REG, ALL, 63, 0)
#undef GIC_FIELD
};

TEST(Fields, GetPutAndMaskAreExactAtBothEnds)
{
    EXPECT_EQ(GIC_FIELD_MASK(REG, TOP), 0xF000000000000000u);
    EXPECT_EQ(GIC_FIELD_MASK(REG, ALL), ~UINT64_C(0));
    EXPECT_EQ(GIC_PUT(REG, ONE, 0, 3), 0x20u); // excess bits are dropped
    EXPECT_EQ(GIC_GET(REG, TOP, 0xA123456789ABCDEF), 0xAu);
    EXPECT_EQ(GIC_PUT(REG, ALL, 0, 0x1234), 0x1234u);
}

TEST(Save, ABlockComesBackOnlyWhole)
{
    const char payload[] = "the state";
    std::vector<unsigned char> block(sizeof(gic_save_header) + sizeof payload);
    char back[sizeof payload] = {};
    EXPECT_EQ(gic_save_block(block.data(), 0x41, 3, payload, sizeof payload), block.size());
    EXPECT_TRUE(gic_load_block(block.data(), block.size(), 0x41, 3, back, sizeof back));
    EXPECT_STREQ(back, payload);
    EXPECT_FALSE(gic_load_block(block.data(), block.size(), 0x42, 3, back, sizeof back));
    EXPECT_FALSE(gic_load_block(block.data(), block.size(), 0x41, 4, back, sizeof back));
    EXPECT_FALSE(gic_load_block(block.data(), block.size() - 1, 0x41, 3, back, sizeof back));
    EXPECT_FALSE(gic_load_block(block.data(), 3, 0x41, 3, back, sizeof back));
    for (size_t i = 0; i < block.size(); i++) {
        std::vector<unsigned char> bad = block;
        bad[i] ^= 0x10;
        EXPECT_FALSE(gic_load_block(bad.data(), bad.size(), 0x41, 3, back, sizeof back)) << i;
    }
}

// Saved files keep their checksum: Adler-32 of the payload.
TEST(Save, TheChecksumIsAdler32)
{
    EXPECT_EQ(gic_checksum("", 0), 1u);
    EXPECT_EQ(gic_checksum("a", 1), 0x00620062u);
    EXPECT_EQ(gic_checksum("Wikipedia", 9), 0x11E60398u);
    const std::vector<unsigned char> ones(70000, 0xFF);
    EXPECT_EQ(gic_checksum(ones.data(), ones.size()), 0x2A286E81u);
    std::vector<unsigned char> round(257, 0xFF); // one sum is the modulus itself
    round[256] = 0xF0;
    EXPECT_EQ(gic_checksum(round.data(), round.size()), 0x08000000u);
}

TEST(Save, ABlockMayBeEmpty)
{
    unsigned char block[sizeof(gic_save_header)];
    EXPECT_EQ(gic_save_block(block, 0x41, 3, "", 0), sizeof block);
    char back = 7;
    EXPECT_TRUE(gic_load_block(block, sizeof block, 0x41, 3, &back, 0));
    EXPECT_FALSE(gic_load_block(block, sizeof block - 1, 0x41, 3, &back, 0));
    EXPECT_EQ(back, 7);
}

} // namespace
