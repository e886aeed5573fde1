// SPDX-License-Identifier: Apache-2.0
// What the commands of the ITS do to mappings and pending LPIs: rules T-08 to T-15, T-20, T-22,
// T-26.
#include "its_rig.hpp"

using namespace its_rig;

TEST(Rules, T_08_LimitsOfIdentifiers)
{
    gic_config config = its_config();
    config.its.device_bits = 10;
    config.its.event_bits = 12;
    config.its.collection_bits = 5;
    config.lpi_bits = 14;
    everywhere(config, [](bench &s) {
        s.start();
        s.map_device(1023, 11);
        s.mapc(31, 3);
        s.mapti(1023, 4095, 16383, 31);
        s.mapti(1023, 0, 8192, 31);
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_TRUE(s.arrives(1023, 4095, 3, 16383));
        EXPECT_TRUE(s.arrives(1023, 0, 3, 8192));
        s.map_device(1024, 4);
        s.settle();
        EXPECT_EQ(s.error(), 0x010801u);
        s.map_device(5, 12);
        s.settle();
        EXPECT_EQ(s.error(), 0x010802u);
        s.mapc(32, 0);
        s.settle();
        EXPECT_EQ(s.error(), 0x010903u);
        s.mapti(1023, 4096, 8200, 31);
        s.settle();
        EXPECT_EQ(s.error(), 0x010A05u);
        s.mapti(1023, 1, 16384, 31);
        s.settle();
        EXPECT_EQ(s.error(), 0x010A06u);
        s.mapti(1023, 1, 8200, 32);
        s.settle();
        EXPECT_EQ(s.errors(), 6u);
        EXPECT_EQ(s.error(), 0x010A03u);
    });
}

TEST(Rules, T_08_CollectionsHeldAndInMemoryAddUp)
{
    for (uint8_t hcc : {0, 1, 5, 255}) {
        gic_config config = its_config();
        config.its.hcc = hcc;
        bench s(config);
        s.start(DEVICES | 127, COLLECTIONS | 0); // 512 in memory
        s.map_device(7, 4);
        unsigned last = hcc + 511u;
        s.mapc(last, 1);
        s.mapc(0, 2);
        s.mapti(7, 1, 8200, last);
        s.mapti(7, 2, 8201, 0);
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
        EXPECT_TRUE(s.arrives(7, 2, 2, 8201));
        EXPECT_EQ(s.ram.word(COLLECTIONS + 511 * 8), VALID | 1);
        EXPECT_EQ(s.ram.word(COLLECTIONS), hcc ? 0 : VALID | 2);
        s.mapc(last + 1, 1);
        s.settle();
        EXPECT_EQ(s.error(), 0x010903u);
    }
}

TEST(Rules, T_08_HeldCollectionsNeedNoTable)
{
    gic_config config = its_config();
    config.its.hcc = 4;
    bench s(config);
    s.start();
    s.write(GITS_CTLR, 0);
    s.write64(GITS_BASER1, 0);
    s.write(GITS_CTLR, ENABLED);
    s.map_device(7, 4);
    s.mapc(3, 2);
    s.mapti(7, 1, 8200, 3);
    EXPECT_TRUE(s.arrives(7, 1, 2, 8200));
    s.mapc(4, 0);
    EXPECT_EQ(s.error(), 0x010903u);
    s.mapc(3, 0, false);
    EXPECT_TRUE(s.dropped(7, 1));
}

TEST(Rules, T_09_MapdForgetsADevice)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.mapti(7, 2, 8201, 1);
        s.settle();
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
        s.run(bench::make(0x08, 7, 31, ~VALID)); // V=0 ignores size and address
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_TRUE(s.pending(1, 8200)) << "pending LPIs stay pending";
        EXPECT_TRUE(s.dropped(7, 1));
        s.map_device(9, 4, false); // not mapped: nothing to do
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
    });
}

TEST(Rules, T_09_MapdOnAMappedDeviceUsesTheNewItt)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.mapti(7, 2, 8201, 1);
        s.settle();
        EXPECT_TRUE(s.arrives(7, 2, 1, 8201));
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
        s.map_device(7, 4, true, ITTS + 0x4000);
        s.settle();
        EXPECT_TRUE(s.dropped(7, 1));
        EXPECT_TRUE(s.dropped(7, 2));
        s.mapti(7, 1, 8300, 2);
        s.settle();
        EXPECT_TRUE(s.arrives(7, 1, 2, 8300));
        s.map_device(7, 0, true, ITTS + 0x4000); // 2 events
        s.settle();
        EXPECT_TRUE(s.arrives(7, 1, 2, 8300));
        s.mapti(7, 2, 8301, 2);
        s.settle();
        EXPECT_EQ(s.error(), 0x010A05u);
    });
}

TEST(Rules, T_10_MapiUsesTheEventAsIntid)
{
    everywhere(its_config(), [](bench &s) {
        s.start();
        s.map_device(3, 15);
        s.mapc(1, 1);
        s.mapi(3, 8192, 1);
        s.mapi(3, 65535, 1);
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_TRUE(s.arrives(3, 8192, 1, 8192));
        EXPECT_TRUE(s.arrives(3, 65535, 1, 65535));
        s.mapi(3, 8191, 1);
        s.settle();
        EXPECT_EQ(s.error(), 0x010B06u);
        s.mapti(3, 1, 1023, 1);
        s.settle();
        EXPECT_EQ(s.error(), 0x010A06u);
        EXPECT_EQ(s.errors(), 2u);
        EXPECT_TRUE(s.dropped(3, 1));
    });
}

TEST(Rules, T_10_MappingAgainReplaces)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.settle();
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
        s.mapti(7, 1, 8201, 2);
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_TRUE(s.arrives(7, 1, 2, 8201));
    });
}

TEST(Rules, T_11_MapcUnmapsAndMoves)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.settle();
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
        s.mapc(1, 3);
        s.settle();
        EXPECT_TRUE(s.arrives(7, 1, 3, 8200));
        s.run(bench::make(0x09, 0, 0, UINT64_C(0x7FFF) << 32 | 1)); // V=0 ignores RDbase
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_TRUE(s.dropped(7, 1));
        s.mapc(1, 4);
        s.settle();
        EXPECT_EQ(s.error(), 0x010902u);
        EXPECT_TRUE(s.dropped(7, 1));
        s.mapc(1, 0);
        s.settle();
        EXPECT_TRUE(s.arrives(7, 1, 0, 8200));
    });
}

TEST(Rules, T_12_MoviMovesAPendingLpi)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.mapti(7, 2, 8201, 1);
        s.intr(7, 1);
        s.intr(7, 2);
        s.movi(7, 1, 2);
        s.sync(2);
        s.settle();
        EXPECT_FALSE(s.pending(1, 8200));
        EXPECT_TRUE(s.pending(2, 8200));
        EXPECT_TRUE(s.pending(1, 8201)) << "the other stays";
        EXPECT_TRUE(s.arrives(7, 1, 2, 8200));
        s.rd[2].pending.clear();
        s.movi(7, 1, 3); // not pending: nothing pends
        s.settle();
        EXPECT_TRUE(s.rd[3].pending.empty());
        s.movi(7, 1, 3); // to where it is
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_TRUE(s.arrives(7, 1, 3, 8200));
    });
}

TEST(Rules, T_12_MovesInARowEndAtTheLastOne)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 0);
        s.intr(7, 1);
        for (unsigned i = 1; i < 10; i++)
            s.movi(7, 1, i % 4);
        s.settle();
        EXPECT_TRUE(s.pending(1, 8200));
        for (unsigned pe : {0u, 2u, 3u})
            EXPECT_FALSE(s.pending(pe, 8200)) << pe;
        s.movi(7, 1, 3);
        s.clear(7, 1); // finds it wherever it is on its way to
        s.settle();
        for (unsigned pe = 0; pe < 4; pe++)
            EXPECT_FALSE(s.pending(pe, 8200)) << pe;
    });
}

TEST(Rules, T_13_MovallUnites)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        for (unsigned e = 0; e < 4; e++)
            s.mapti(7, e, 8200 + e, e < 3 ? 1 : 2);
        for (unsigned e = 0; e < 4; e++)
            s.intr(7, e);
        s.movall(1, 2);
        s.sync(1);
        s.settle();
        EXPECT_TRUE(s.rd[1].pending.empty());
        EXPECT_EQ(s.rd[2].pending, (std::set<uint32_t>{8200, 8201, 8202, 8203}));
        EXPECT_TRUE(s.arrives(7, 1, 1, 8201)) << "mappings do not change";
        s.movall(1, 1);
        s.settle();
        EXPECT_TRUE(s.pending(1, 8201));
        EXPECT_EQ(s.messages(GIC_MSG_LPI_MOVEALL), 1u);
    });
}

TEST(Rules, T_14_ClearDiscardInt)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.intr(7, 1);
        s.settle();
        EXPECT_TRUE(s.pending(1, 8200)) << "INT is an MSI";
        EXPECT_EQ(s.last[GIC_EV_TRANSLATED].intid, 8200u);
        EXPECT_EQ(s.last[GIC_EV_TRANSLATED].arg, UINT64_C(7) << 32 | 1);
        EXPECT_EQ(s.last_pe[GIC_EV_TRANSLATED], 1u);
        s.clear(7, 1);
        s.settle();
        EXPECT_FALSE(s.pending(1, 8200));
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200)) << "CLEAR leaves the mapping";
        s.discard(7, 1);
        s.settle();
        EXPECT_FALSE(s.pending(1, 8200));
        EXPECT_TRUE(s.dropped(7, 1)) << "DISCARD does not";
        EXPECT_EQ(s.errors(), 0u);
        s.mapti(7, 2, 8201, 100); // collection not mapped
        s.discard(7, 2);
        s.intr(7, 2);
        s.settle();
        EXPECT_EQ(s.errors(), 1u);
        EXPECT_EQ(s.error(), 0x010307u) << "discarded all the same";
    });
}

TEST(Rules, T_15_InvAndInvallGoToTheRightRedistributor)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 3);
        s.inv(7, 1);
        s.settle();
        ASSERT_EQ(s.log.size(), 1u);
        EXPECT_EQ(s.log[0].msg.kind, GIC_MSG_LPI_INV);
        EXPECT_EQ(s.log[0].msg.intid, 8200u);
        EXPECT_EQ(s.log[0].pe, 3u);
        s.invall(2);
        s.settle();
        ASSERT_EQ(s.log.size(), 2u);
        EXPECT_EQ(s.log[1].msg.kind, GIC_MSG_LPI_INVALL);
        EXPECT_EQ(s.log[1].pe, 2u);
    });
}

TEST(Rules, T_15_SyncWaitsForWhatWasSentBefore)
{
    bench s(its_config());
    s.start_mapped();
    s.mapti(7, 1, 8200, 1);
    s.mapti(7, 2, 8201, 2);
    s.answers = false;
    s.inv(7, 1);
    uint32_t at = s.writer();
    s.sync(1);
    s.mapti(7, 3, 8202, 1);
    EXPECT_EQ(s.read64(GITS_CREADR), at);
    for (unsigned i = 0; i < 3; i++)
        s.msi(7, 1); // a storm does not hold it up
    EXPECT_EQ(s.read64(GITS_CREADR), at);
    s.msi(7, 2);
    s.serve_one(2);
    EXPECT_EQ(s.read64(GITS_CREADR), at) << "another Redistributor's answer";
    s.serve_one(1);
    s.settle();
    EXPECT_EQ(s.read64(GITS_CREADR), s.writer()) << "INV was answered, the MSIs after it were not";
    EXPECT_EQ(s.rd[1].inbox.size(), 3u);
    s.answers = true;
    s.settle();
    s.sync(0); // nothing open
    EXPECT_TRUE(s.empty());
}

TEST(Rules, T_15_SyncOfEitherSideWaitsForAMove)
{
    for (unsigned side : {1u, 2u}) {
        bench s(its_config());
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.intr(7, 1);
        s.answers = false;
        s.movi(7, 1, 2);
        uint32_t at = s.writer();
        s.sync(side);
        EXPECT_EQ(s.read64(GITS_CREADR), at);
        s.serve_one(1); // the LPI is on its way from 1 to 2
        EXPECT_EQ(s.read64(GITS_CREADR), at);
        s.answers = true;
        s.settle();
        EXPECT_TRUE(s.empty());
        EXPECT_TRUE(s.pending(2, 8200));
    }
}

TEST(Rules, T_15_CreditsBoundWhatIsUnderWay)
{
    bench s(its_config());
    s.start_mapped();
    s.mapti(7, 1, 8200, 1);
    s.mapti(7, 2, 8201, 2);
    s.answers = false;
    for (unsigned i = 0; i < 12; i++)
        s.msi(7, 1);
    EXPECT_EQ(s.rd[1].inbox.size(), 8u);
    s.msi(7, 2);
    EXPECT_EQ(s.rd[2].inbox.size(), 1u) << "another Redistributor is not held up";
    s.answers = true;
    s.settle();
    EXPECT_EQ(s.rd[1].set, 12u);
}

TEST(Rules, T_20_ItsesAreIndependent)
{
    gic_config config = its_config();
    config.its_count = 2;
    bench a(config, timing::at_once, 1, 0);
    bench b(config, timing::at_once, 1, 1);
    for (bench *s : {&a, &b})
        s->start_mapped();
    a.mapti(7, 1, 8200, 1);
    b.mapti(7, 1, 8300, 2);
    b.mapti(7, 2, 8200, 1); // the same LPI by another ITS
    EXPECT_TRUE(a.arrives(7, 1, 1, 8200));
    EXPECT_TRUE(a.dropped(7, 2));
    EXPECT_TRUE(b.arrives(7, 1, 2, 8300));
    EXPECT_TRUE(b.arrives(7, 2, 1, 8200));
    EXPECT_EQ(a.log[0].lpi.its, 0u);
    EXPECT_EQ(b.log[0].lpi.its, 1u);
    b.discard(7, 1);
    EXPECT_TRUE(a.arrives(7, 1, 1, 8200));
    gic_config_error error = GIC_CONFIG_OK;
    std::vector<unsigned char> block(its_footprint(&config) + 64);
    EXPECT_EQ(its_init(block.data(), block.size(), &config, 2, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_ITS_COUNT);
}

TEST(Rules, T_22_LargestEventAndDevice)
{
    gic_config config = its_config();
    config.its.device_bits = 32;
    config.its.event_bits = 32;
    config.lpi_bits = 24;
    everywhere(config, [](bench &s) {
        // Two levels of 64 KiB pages: 2^13 * 2^8 entries of level 1 reach 2^34 devices.
        uint64_t top = UINT64_C(0xFFFFFFFF);
        uint64_t l2 = UINT64_C(0x500000000000);
        s.start(DEVICES | INDIRECT | PAGE_64K << 8 | 255);
        s.ram.set_word(DEVICES + (top >> 13) * 8, VALID | l2);
        s.ram.set_word(DEVICES, VALID | (l2 + 0x10000));
        for (unsigned pe = 0; pe < 4; pe++)
            s.mapc(pe, pe);
        s.map_device(UINT32_MAX, 31, true, UINT64_C(0x600000000000));
        s.map_device(0xFFFF, 31, true, UINT64_C(0x700000000000)); // its low bits
        s.settle();
        EXPECT_EQ(s.error(), 0x010801u) << "level 1 has no page for it";
        s.ram.set_word(DEVICES + (0xFFFF >> 13) * 8, VALID | (l2 + 0x20000));
        s.map_device(0xFFFF, 31, true, UINT64_C(0x700000000000));
        s.mapti(UINT32_MAX, UINT32_MAX, (1u << 24) - 1, 2);
        s.mapti(0xFFFF, UINT32_MAX, 8192, 3);
        s.mapti(UINT32_MAX, 0xFFFF, 8193, 1);
        s.settle();
        EXPECT_EQ(s.errors(), 1u);
        EXPECT_TRUE(s.arrives(UINT32_MAX, UINT32_MAX, 2, (1u << 24) - 1));
        EXPECT_TRUE(s.arrives(0xFFFF, UINT32_MAX, 3, 8192));
        EXPECT_TRUE(s.arrives(UINT32_MAX, 0xFFFF, 1, 8193));
        EXPECT_TRUE(s.dropped(0xFFFF, 0xFFFF));
        EXPECT_EQ(s.ram.word(UINT64_C(0x600000000000) + (UINT64_C(16) << 32) - 16) & 0xFFFFFF,
                  0xFFFFFFu);
    });
}

TEST(Rules, T_26_RdbaseByNumberAndByAddress)
{
    for (bool pta : {false, true}) {
        gic_config config = its_config(8);
        config.its.pta = pta;
        everywhere(config, [pta](bench &s) {
            s.start_mapped();
            s.mapti(7, 1, 8200, 6);
            s.mapti(7, 2, 8201, 5);
            EXPECT_TRUE(s.arrives(7, 1, 6, 8200));
            EXPECT_TRUE(s.arrives(7, 2, 5, 8201));
            s.movall(5, 4);
            s.sync(4);
            s.settle();
            EXPECT_TRUE(s.pending(4, 8201));
            EXPECT_EQ(s.errors(), 0u);
            uint64_t wrong = pta ? rd_base(3) + 0x10000 : UINT64_C(8) << 16;
            s.run(bench::make(0x09, 0, 0, wrong | 3 | VALID));
            s.run(bench::make(0x05, 0, 0, wrong));
            s.run(bench::make(0x0E, 0, 0, wrong, s.target(0)));
            s.run(bench::make(0x05, 0, 0, UINT64_C(1) << 51 | s.target(0)));
            s.settle();
            EXPECT_EQ(s.errors(), 4u);
        });
    }
}

TEST(Rules, T_26_MaptiBeforeMapc)
{
    everywhere(its_config(), [](bench &s) {
        s.start();
        s.map_device(7, 4);
        s.mapti(7, 1, 8200, 9);
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_TRUE(s.dropped(7, 1));
        s.mapc(9, 2);
        s.settle();
        EXPECT_TRUE(s.arrives(7, 1, 2, 8200));
    });
}
