// SPDX-License-Identifier: Apache-2.0
// Registers of the ITS: rules T-16, T-18, T-19, T-25, and reset.
#include "its_rig.hpp"

using namespace its_rig;

TEST(Rules, T_16_TranslaterIsWriteOnlyAndHas16Or32Bits)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.settle();
        EXPECT_EQ(s.read(GITS_TRANSLATER), 0u);
        EXPECT_EQ(s.count(GIC_EV_BAD_WRITE_ONLY), 1u);
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
        s.rd[1].pending.clear();
        s.write(GITS_TRANSLATER, 1, 2, 7);
        s.settle();
        EXPECT_TRUE(s.pending(1, 8200)) << "16 bits";
        size_t sent = s.log.size();
        s.write(GITS_TRANSLATER + 2, 1, 2, 7);
        s.write(GITS_TRANSLATER, 1, 1, 7);
        s.write(GITS_TRANSLATER, 1, 8, 7);
        s.settle();
        EXPECT_EQ(s.log.size(), sent);
    });
}

TEST(Rules, T_16_WhatHasNoMappingIsIgnored)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.mapti(7, 2, 8201, 100);
        s.settle();
        EXPECT_TRUE(s.dropped(7, 0)) << "event not mapped";
        EXPECT_TRUE(s.dropped(7, 2)) << "collection not mapped";
        EXPECT_TRUE(s.dropped(8, 1)) << "device not mapped";
        EXPECT_EQ(s.count(GIC_EV_ITS_UNMAPPED), 3u);
        EXPECT_EQ(s.count(GIC_EV_BAD_ITS_MAPPING), 0u);
        EXPECT_TRUE(s.dropped(7, 32)) << "beyond the device's events";
        EXPECT_TRUE(s.dropped(0x10000, 1)) << "beyond the device table";
        EXPECT_TRUE(s.dropped(7, 0x10001)) << "bits above ID_bits are not cut off";
        EXPECT_EQ(s.count(GIC_EV_BAD_ITS_MAPPING), 3u);
        EXPECT_EQ(s.last[GIC_EV_BAD_ITS_MAPPING].arg, UINT64_C(7) << 32 | 0x10001);
        EXPECT_EQ(its_get_stats(s.s)->dropped, 6u);
        s.write(GITS_CTLR, 0);
        s.settle();
        unsigned unmapped = s.count(GIC_EV_ITS_UNMAPPED);
        EXPECT_TRUE(s.dropped(7, 1)) << "disabled";
        EXPECT_TRUE(s.dropped(8, 1));
        EXPECT_EQ(s.count(GIC_EV_ITS_UNMAPPED), unmapped);
    });
}

TEST(Rules, T_16_AFullQueuePushesBack)
{
    gic_config config = its_config();
    config.its.walks = 2;
    config.its.queue = 3;
    bench s(config);
    s.start_mapped();
    s.mapti(7, 1, 8200, 1);
    s.write(GITS_CTLR, 0);
    s.write(GITS_CTLR, ENABLED); // nothing cached
    s.memory_answers = false;
    for (unsigned i = 0; i < 5; i++) {
        EXPECT_FALSE(its_is_full(s.s));
        EXPECT_EQ(its_room(s.s), i < 2 ? 3u : 5 - i);
        EXPECT_TRUE(its_translate(s.s, 7, 1));
        s.pump();
    }
    EXPECT_TRUE(its_is_full(s.s));
    EXPECT_EQ(its_room(s.s), 0u);
    EXPECT_FALSE(its_translate(s.s, 7, 1));
    s.msi(7, 1);
    EXPECT_EQ(its_get_stats(s.s)->full, 2u);
    EXPECT_EQ(s.count(GIC_EV_ITS_FULL), 2u);
    EXPECT_EQ(s.last[GIC_EV_ITS_FULL].intid, 0u) << "an MSI without an INTID";
    s.memory_answers = true;
    s.settle();
    EXPECT_FALSE(its_is_full(s.s));
    EXPECT_EQ(s.rd[1].set, 5u) << "none lost, none doubled";
}

TEST(Rules, T_18_BaserFields)
{
    bench s(its_config());
    EXPECT_EQ(s.read64(GITS_BASER0), UINT64_C(0x0107000000000000));
    EXPECT_EQ(s.read64(GITS_BASER1), UINT64_C(0x0407000000000000));
    for (uint32_t offset : {GITS_BASER0, GITS_BASER1}) {
        uint64_t fixed = s.read64(offset);
        s.write64(offset, ~UINT64_C(0));
        EXPECT_EQ(s.read64(offset), (UINT64_C(0xF8E0FFFFFFFFFEFF)) | fixed) << "Page_Size 3 is 64K";
        s.write64(offset, 0);
        EXPECT_EQ(s.read64(offset), fixed);
    }
    for (uint32_t offset = GITS_BASER0 + 16; offset < GITS_BASER0 + 64; offset += 8) {
        s.write64(offset, ~UINT64_C(0));
        EXPECT_EQ(s.read64(offset), 0u) << offset;
    }
}

TEST(Rules, T_18_UnsupportedPageSizesAndLevelsReadBackAsSupported)
{
    for (unsigned sizes = 1; sizes < 8; sizes++) {
        gic_config config = its_config();
        config.its.page_sizes = static_cast<uint8_t>(sizes);
        config.its.indirect = false;
        bench s(config);
        for (unsigned size = 0; size < 4; size++) {
            s.write64(GITS_BASER0, INDIRECT | size << 8);
            uint64_t value = s.read64(GITS_BASER0);
            EXPECT_EQ(value & INDIRECT, 0u);
            unsigned wanted = size == 3 ? 2 : size;
            unsigned smallest = sizes & 1 ? 0 : sizes & 2 ? 1 : 2;
            EXPECT_EQ(value >> 8 & 3, sizes >> wanted & 1 ? wanted : smallest) << sizes;
        }
    }
}

TEST(Rules, T_18_WithoutAValidTableNothingIsTranslatedOrMapped)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.settle();
        for (uint32_t offset : {GITS_BASER0, GITS_BASER1}) {
            s.write(GITS_CTLR, 0);
            s.settle();
            uint64_t value = s.read64(offset);
            s.write64(offset, value & ~VALID);
            s.write(GITS_CTLR, ENABLED);
            size_t requests = s.requests.size();
            unsigned errors = s.errors();
            EXPECT_TRUE(s.dropped(7, 1));
            s.map_device(7, 4);
            s.settle();
            s.mapc(1, 1);
            s.settle();
            EXPECT_EQ(s.errors(), errors + 1) << "of the two, the one that needs the table";
            for (size_t i = requests; i < s.requests.size(); i++)
                EXPECT_TRUE(s.requests[i].address >= QUEUE) << "nothing at address 0";
            s.write(GITS_CTLR, 0);
            s.settle();
            s.write64(offset, value);
            s.write(GITS_CTLR, ENABLED);
            EXPECT_TRUE(s.arrives(7, 1, 1, 8200)) << "the tables are as they were";
        }
    });
}

TEST(Rules, T_19_HalvesOfWideRegisters)
{
    bench s(its_config());
    for (uint32_t offset : {GITS_BASER0, GITS_BASER1, GITS_CBASER}) {
        s.write64(offset, VALID | 0x123450FF);
        uint64_t whole = s.read64(offset);
        EXPECT_EQ(s.read(offset), whole & UINT32_MAX);
        EXPECT_EQ(s.read(offset + 4), whole >> 32);
        s.write(offset, 0x76543001);
        EXPECT_EQ(s.read64(offset), (whole & ~UINT64_C(0xFFFFFFFF)) | 0x76543001);
        s.write(offset + 4, 0x80000005);
        EXPECT_EQ(s.read64(offset) & UINT64_C(0x800000FFFFFFFFFF), UINT64_C(0x8000000576543001));
    }
    EXPECT_EQ(s.read(GITS_TYPER) | s.read(GITS_TYPER + 4) << 32, s.read64(GITS_TYPER));
    s.write(GITS_CWRITER, 0x40);
    s.write(GITS_CWRITER + 4, 0xFFFFFFFF);
    EXPECT_EQ(s.read64(GITS_CWRITER), 0x40u);
    EXPECT_EQ(s.read(GITS_CREADR + 4), 0u);
    s.read(GITS_CBASER, 2);
    EXPECT_EQ(s.count(GIC_EV_BAD_SIZE), 1u);
}

TEST(Rules, T_19_QueueAndTablesByHalves)
{
    bench s(its_config());
    auto halves = [&](uint32_t offset, uint64_t value) {
        s.write(offset, value & UINT32_MAX);
        s.write(offset + 4, value >> 32);
    };
    halves(GITS_BASER0, VALID | DEVICES | 127);
    halves(GITS_BASER1, VALID | COLLECTIONS | 15);
    halves(GITS_CBASER, VALID | QUEUE);
    s.write(GITS_CTLR, ENABLED);
    for (const command &c : {bench::make(0x08, 7, 4, bench::itt(7) | VALID),
                             bench::make(0x09, 0, 0, s.target(2) | 3 | VALID),
                             bench::make(0x0A, 7, UINT64_C(8200) << 32 | 1, 3)}) {
        s.give(c);
        s.write(GITS_CWRITER, s.writer());
    }
    EXPECT_TRUE(s.arrives(7, 1, 2, 8200));
}

TEST(Rules, T_25_TheFirstUnmappedMsiIsKept)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        EXPECT_EQ(s.read64(GITS_TYPER) >> 44 & 3, 3u);
        EXPECT_EQ(s.read(GITS_STATUSR), 0u);
        EXPECT_TRUE(s.dropped(8, 3));
        EXPECT_EQ(s.read(GITS_STATUSR), 0x10u);
        EXPECT_EQ(s.read64(GITS_UMSIR), UINT64_C(8) << 32 | 3);
        EXPECT_FALSE(s.umsi_line);
        EXPECT_TRUE(s.dropped(7, 4));
        EXPECT_EQ(s.read(GITS_STATUSR), 0x30u) << "Overflow";
        EXPECT_EQ(s.read64(GITS_UMSIR), UINT64_C(8) << 32 | 3) << "the first";
        s.write(GITS_CTLR, ENABLED | UMSIIRQ);
        EXPECT_TRUE(s.umsi_line);
        EXPECT_EQ(s.read(GITS_CTLR), ENABLED | UMSIIRQ);
        s.write(GITS_STATUSR, 0x30);
        EXPECT_EQ(s.read(GITS_STATUSR), 0u);
        EXPECT_FALSE(s.umsi_line);
        EXPECT_TRUE(s.dropped(7, 4));
        EXPECT_TRUE(s.umsi_line);
        EXPECT_EQ(s.read64(GITS_UMSIR), UINT64_C(7) << 32 | 4);
        s.write(GITS_CTLR, ENABLED);
        EXPECT_FALSE(s.umsi_line);
    });
}

TEST(Rules, T_25_WithoutUmsiTheRegistersAreReserved)
{
    gic_config config = its_config();
    config.its.umsi = false;
    bench s(config);
    s.start_mapped();
    EXPECT_EQ(s.read64(GITS_TYPER) >> 44 & 3, 0u);
    EXPECT_TRUE(s.dropped(8, 3));
    s.write(GITS_CTLR, ENABLED | UMSIIRQ);
    EXPECT_EQ(s.read(GITS_CTLR), ENABLED);
    EXPECT_EQ(s.read(GITS_STATUSR), 0u);
    EXPECT_EQ(s.read64(GITS_UMSIR), 0u);
    EXPECT_FALSE(s.umsi_line);
}

TEST(Rules, T_26_TyperTellsTheConfiguration)
{
    gic_config config = its_config();
    config.its.device_bits = 20;
    config.its.event_bits = 11;
    config.its.collection_bits = 9;
    config.its.hcc = 17;
    config.its.pta = true;
    config.its.seis = true;
    bench s(config);
    uint64_t typer = s.read64(GITS_TYPER);
    EXPECT_EQ(typer & 0xFF, 0xF5u) << "Physical, CCT, 16-byte entries; nothing of GICv4";
    EXPECT_EQ(typer >> 8 & 0x1F, 10u);
    EXPECT_EQ(typer >> 13 & 0x1F, 19u);
    EXPECT_EQ(typer >> 18 & 3, 3u) << "SEIS, PTA";
    EXPECT_EQ(typer >> 24 & 0xFF, 17u);
    EXPECT_EQ(typer >> 32 & 0x1F, 0x18u) << "CIL, CIDbits";
    EXPECT_EQ(typer >> 37 & 0x7F, 0u);
    EXPECT_EQ(s.read(GITS_PIDR2), 0x30u);
    config.its.collection_bits = 16;
    config.its.hcc = 0;
    config.its.pta = false;
    bench plain(config);
    EXPECT_EQ(plain.read64(GITS_TYPER) >> 32 & 0x1F, 0u);
    EXPECT_EQ(plain.read64(GITS_TYPER) >> 19 & 1, 0u);
    EXPECT_EQ(plain.read64(GITS_TYPER) & 4, 0u);
}

TEST(Rules, N_03_ResetWhileTheQueueIsBusy)
{
    bench s(with_caches(its_config(), 4, 1));
    s.start_mapped();
    s.mapti(7, 1, 8200, 1);
    s.dropped(8, 3);
    s.write(GITS_CTLR, ENABLED | UMSIIRQ);
    ASSERT_TRUE(s.umsi_line);
    s.answers = false;
    s.memory_answers = false;
    s.intr(7, 1);
    s.sync(1);
    for (unsigned i = 0; i < 30; i++)
        its_translate(s.s, 7, i), s.pump();
    std::vector<gic_memory_req> open = s.take_open();
    ASSERT_FALSE(open.empty());
    std::vector<sent> sent = s.log;
    s.drop_everything_under_way();
    its_reset(s.s);
    s.pump();
    EXPECT_FALSE(s.umsi_line);
    EXPECT_EQ(s.read(GITS_CTLR), QUIESCENT);
    for (uint32_t offset : {GITS_CBASER, GITS_CWRITER, GITS_CREADR, GITS_UMSIR})
        EXPECT_EQ(s.read64(offset), 0u) << offset;
    EXPECT_EQ(s.read64(GITS_BASER0) & VALID, 0u);
    EXPECT_EQ(s.read(GITS_STATUSR), 0u);
    EXPECT_FALSE(its_is_full(s.s));
    // Answers to what was asked before the reset mean nothing any more.
    uint8_t line[64] = {};
    for (const gic_memory_req &req : open)
        its_mem_done(s.s, req.tag, line, true);
    for (const its_rig::sent &m : sent) {
        gic_msg done{};
        done.kind = GIC_MSG_LPI_DONE;
        done.arg = m.msg.arg;
        its_receive(s.s, m.pe, &done);
    }
    EXPECT_EQ(gic_outbox_count(its_outbox(s.s)), 0u);
    EXPECT_EQ(s.read(GITS_CTLR), QUIESCENT);
    // Nor do they when there is something new to be answered.
    s.set_writer(0);
    s.memory_answers = true;
    s.start_mapped();
    s.mapti(7, 1, 8200, 1);
    s.msi(7, 1);
    ASSERT_EQ(s.rd[1].inbox.size(), 1u);
    gic_msg late{};
    late.kind = GIC_MSG_LPI_DONE;
    late.arg = sent.back().msg.arg;
    its_receive(s.s, 1, &late);
    s.write(GITS_CTLR, 0);
    EXPECT_EQ(s.read(GITS_CTLR), 0u);
    s.answers = true;
    s.settle();
    EXPECT_EQ(s.read(GITS_CTLR), QUIESCENT);
}
