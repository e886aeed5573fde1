// SPDX-License-Identifier: Apache-2.0
// The ITS's frame, configuration, and work that is bounded whatever the guest does.
#include "its_rig.hpp"

#include "gic/regs.h"

using namespace its_rig;

TEST(ItsFrame, RowsAreSortedAndApart)
{
    bench s(its_config());
    const gic_frame *frame = its_frame(s.s);
    for (unsigned i = 1; i < frame->row_count; i++)
        EXPECT_GE(frame->row[i].offset, frame->row[i - 1].offset + frame->row[i - 1].span);
    EXPECT_EQ(frame->size, static_cast<uint32_t>(ITS_FRAME_SIZE));
}

// Every offset with every width: nothing but the registers answers, and what is written reads back
// in the bits that the row names.
TEST(ItsFrame, EveryOffset)
{
    bench s(its_config());
    const gic_frame *frame = its_frame(s.s);
    for (uint32_t offset = 0; offset < frame->size; offset++) {
        const gic_reg_row *row = gic_frame_find(frame, offset);
        for (unsigned size : {1u, 2u, 4u, 8u}) {
            if (offset + size > frame->size)
                continue;
            gic_access access{};
            access.size = static_cast<uint8_t>(size);
            uint64_t value = 0;
            ASSERT_EQ(its_read(s.s, &access, offset, &value), GIC_OK);
            gic_outbox_clear(its_outbox(s.s));
            bool legal = row && (row->widths & size) && (offset - row->offset) % size == 0;
            if (!legal) {
                ASSERT_EQ(value, 0u) << std::hex << offset;
            }
            if (offset >= 4) { // not enabled, or the bases would be fixed
                ASSERT_EQ(its_write(s.s, &access, offset, ~UINT64_C(0)), GIC_OK);
            }
            gic_outbox_clear(its_outbox(s.s));
        }
    }
    EXPECT_EQ(s.read64(GITS_CBASER), UINT64_C(0xB8EFFFFFFFFFFCFF));
    EXPECT_EQ(s.read64(GITS_BASER1 + 8), 0u);
    gic_access access{};
    access.size = 4;
    uint64_t value = 0;
    EXPECT_EQ(its_read(s.s, &access, ITS_FRAME_SIZE, &value), GIC_ADDRESS);
}

TEST(ItsFrame, ConstantsAfterReset)
{
    bench s(its_config());
    const gic_frame *frame = its_frame(s.s);
    for (unsigned i = 0; i < frame->row_count; i++) {
        const gic_reg_row &row = frame->row[i];
        std::string name = row.name;
        if (row.flags & GIC_REG_WO || name == "GITS_TYPER" || name == "GITS_BASER" ||
            name.find("PIDR") != std::string::npos)
            continue;
        EXPECT_EQ(s.read(row.offset, row.element), row.reset) << name;
    }
}

TEST(ItsConfig, MemoryAndIndexAreChecked)
{
    gic_config config = its_config();
    std::vector<unsigned char> block(its_footprint(&config) + 128);
    uintptr_t at = (reinterpret_cast<uintptr_t>(block.data()) + 63) & ~uintptr_t(63);
    gic_config_error error = GIC_CONFIG_OK;
    auto init = [&](uintptr_t where, size_t length, uint8_t index) {
        return its_init(reinterpret_cast<void *>(where), length, &config, index, &error);
    };
    EXPECT_EQ(init(at, its_footprint(&config) - 1, 0), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_MEMORY);
    EXPECT_EQ(init(at + 8, its_footprint(&config), 0), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_MEMORY);
    EXPECT_EQ(init(at, its_footprint(&config), 1), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_ITS_COUNT);
    EXPECT_NE(init(at, its_footprint(&config), 0), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_OK);
}

TEST(ItsConfig, LargestAndSmallest)
{
    gic_config config = with_caches(its_config(512), GIC_MAX_CACHE, GIC_MAX_CACHE);
    config.its.walks = GIC_MAX_ITS_WALKS;
    config.its.queue = GIC_MAX_ITS_QUEUE;
    config.its.hcc = 255;
    bench large(config);
    large.start_mapped();
    large.mapti(7, 1, 8200, 511);
    EXPECT_TRUE(large.arrives(7, 1, 511, 8200));
    config = with_caches(its_config(1), 1, 1);
    config.its.walks = 1;
    config.its.queue = 1;
    config.work_limit = 1;
    bench small(config, timing::late, 3);
    small.start_mapped();
    small.mapti(7, 1, 8200, 0);
    small.settle();
    EXPECT_TRUE(small.arrives(7, 1, 0, 8200));
}

// A queue of a MiB full of mistakes does not keep an MSI from its PE, and one activation does no
// more than it may.
TEST(ItsWork, AHostileQueueHoldsUpNobody)
{
    gic_config config = its_config();
    config.work_limit = 8;
    bench s(config, timing::late, 9);
    s.start_mapped();
    s.mapti(7, 1, 8200, 1);
    s.settle();
    s.write(GITS_CTLR, 0);
    s.write64(GITS_CBASER, VALID | (QUEUE + 0x200000) | 255);
    s.write(GITS_CTLR, ENABLED);
    gic_access access{};
    access.size = 8;
    // Memory reads as zero: 32767 unknown commands.
    ASSERT_EQ(its_write(s.s, &access, GITS_CWRITER, 0xFFFE0), GIC_OK);
    s.pump();
    unsigned longest = 0;
    for (unsigned i = 0; i < 20; i++) {
        ASSERT_TRUE(its_translate(s.s, 7, 1));
        unsigned set = s.rd[1].set;
        unsigned ticks = 0;
        for (s.pump(); s.rd[1].set == set && ticks < 1000; ticks++) {
            unsigned errors = s.errors();
            ASSERT_TRUE(s.tick());
            ASSERT_LE(s.errors() - errors, 8u);
        }
        longest = std::max(longest, ticks);
    }
    EXPECT_LT(longest, 50u);
    EXPECT_LT(s.errors(), 32767u) << "still at it";
    s.settle();
    EXPECT_EQ(s.errors(), 32767u);
    EXPECT_EQ(s.read64(GITS_CREADR), 0xFFFE0u);
}

// As many walks are outstanding as there are rows, and one more may read commands.
TEST(ItsWork, SeveralWalksAreOutstanding)
{
    for (uint8_t walks : {1, 2, 8, 64}) {
        gic_config config = with_caches(its_config(), 1, 1);
        config.its.walks = walks;
        config.its.queue = 100;
        bench s(config);
        s.start_mapped();
        for (unsigned e = 0; e < 32; e++)
            s.mapti(7, e, 8200 + e, e % 4);
        s.memory_answers = false;
        for (unsigned e = 0; e < 100; e++)
            s.msi(7, e % 31);
        EXPECT_EQ(s.open_requests(), size_t{walks});
        s.sync(0);
        EXPECT_EQ(s.open_requests(), walks + size_t{1});
        s.memory_answers = true;
        s.settle();
        EXPECT_TRUE(s.empty());
        EXPECT_EQ(its_get_stats(s.s)->translated, 100u);
    }
}

TEST(ItsWork, TablesOnTopOfEachOther)
{
    for (unsigned seed = 0; seed < 20; seed++) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        bench s(with_caches(its_config(), 4, 2), timing::late, seed);
        s.start(QUEUE | 1, QUEUE | 1); // devices, collections and commands in one place
        std::mt19937 random(seed);
        for (unsigned i = 0; i < 200; i++) {
            s.run(bench::make(random() % 16, random() % 64,
                              random() % 64 | uint64_t(random()) << 32,
                              (QUEUE + random() % 0x1000) | (random() % 2 ? VALID : 0)));
            s.settle();
            s.msi(random() % 64, random() % 64);
        }
        s.settle();
        EXPECT_TRUE(s.empty());
    }
}
