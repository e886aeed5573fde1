// SPDX-License-Identifier: Apache-2.0
// What an ITS kernel alone says and hears: tags of its messages, answers that are none, what is
// reported and of whom.
#include "its_rig.hpp"

using namespace its_rig;

namespace
{

void reset(bench &b)
{
    its_reset(b.s);
    b.pump();
    b.drop_everything_under_way();
    b.set_writer(0);
}

void hear(bench &b, unsigned kind, unsigned from, const gic_lpi &lpi)
{
    gic_msg msg{};
    msg.kind = static_cast<uint8_t>(kind);
    msg.arg = gic_lpi_pack(lpi);
    its_receive(b.s, static_cast<uint16_t>(from), &msg);
    b.pump();
}

} // namespace

// A move counts at both Redistributors until it has arrived, however often the ITS was reset and
// whatever was synchronised before; other answers do not end it.
TEST(ItsTags, AMoveIsOpenUntilItsOwnAnswer)
{
    for (unsigned resets = 0; resets < 9; resets++)
        for (unsigned synced = 0; synced < 4; synced++)
            for (unsigned target : {0u, 2u}) {
                SCOPED_TRACE(resets * 100 + synced * 10 + target);
                bench b(its_config(3));
                for (unsigned n = 0; n < resets; n++)
                    reset(b);
                b.start_mapped();
                if (synced & 1)
                    b.sync(1);
                if (synced & 2)
                    b.sync(target);
                b.mapti(7, 1, 8200, 1);
                for (unsigned n : {0u, 2u})
                    b.mapti(7, 4 + n, 8300 + n, n);
                b.intr(7, 1);
                b.settle();
                b.answers = false;
                b.movi(7, 1, target);
                for (unsigned n : {0u, 2u}) {
                    b.msi(7, 4 + n);
                    b.serve_one(n);
                }
                b.clear(7, 1);
                EXPECT_EQ(b.messages(GIC_MSG_LPI_CLEAR), 0u) << "it may still be on its way there";
                b.serve_one(1);
                EXPECT_EQ(b.messages(GIC_MSG_LPI_CLEAR), 0u) << "it is on its way there";
                b.answers = true;
                b.settle();
                EXPECT_EQ(b.messages(GIC_MSG_LPI_CLEAR), 1u);
                EXPECT_FALSE(b.pending(target, 8200));
                for (unsigned pe = 0; pe < 3; pe++)
                    for (unsigned n = 0; n < 2; n++)
                        b.sync(pe);
                b.settle();
                EXPECT_TRUE(b.empty());
                EXPECT_EQ(b.errors(), 0u);
                b.write(GITS_CTLR, 0);
                EXPECT_EQ(b.read(GITS_CTLR), QUIESCENT);
            }
}

// Answers of before a reset are none of after it.
TEST(ItsTags, AnAnswerOfBeforeAResetIsPassedOver)
{
    bench b(its_config(3));
    std::vector<sent> old;
    for (unsigned resets = 0; resets < 9; resets++) {
        b.answers = true;
        b.start_mapped();
        b.mapti(7, 1, 8200, 1);
        b.answers = false;
        b.intr(7, 1);
        b.movi(7, 1, 2);
        const std::vector<unsigned char> before = b.save();
        for (const sent &one : old)
            hear(b, GIC_MSG_LPI_DONE, one.pe, one.lpi);
        EXPECT_EQ(b.save(), before) << resets;
        ASSERT_GE(b.log.size(), 2u);
        old.insert(old.end(), b.log.end() - 2, b.log.end());
        reset(b);
    }
    EXPECT_EQ(old.size(), 18u);
}

// What Redistributors that live elsewhere get wrong changes nothing.
TEST(ItsStrays, ArePassedOver)
{
    bench b(its_config(3));
    b.start_mapped();
    b.mapti(7, 1, 8200, 1);
    b.answers = false;
    b.msi(7, 1);
    b.movi(7, 1, 2);
    const gic_lpi set = b.log[b.log.size() - 2].lpi, move = b.log.back().lpi;
    const std::vector<unsigned char> before = b.save();
    for (unsigned kind = 0; kind < 256; kind++)
        if (kind != GIC_MSG_LPI_DONE)
            hear(b, kind, 1, set);
    EXPECT_EQ(b.save(), before) << "no answer";
    for (unsigned from : {3u, 4u, 512u, 65535u})
        hear(b, GIC_MSG_LPI_DONE, from, set);
    EXPECT_EQ(b.save(), before) << "of nobody";
    for (unsigned from : {0u, 2u}) {
        hear(b, GIC_MSG_LPI_DONE, from, set);
        hear(b, GIC_MSG_LPI_DONE, from, move);
    }
    EXPECT_EQ(b.save(), before) << "they were not asked; a move counts at PE 2, too";
    gic_lpi other = set;
    other.tag ^= 1;
    hear(b, GIC_MSG_LPI_DONE, 1, other);
    EXPECT_EQ(b.save(), before) << "nothing of that phase is open";
    other.tag = static_cast<uint16_t>(set.tag + 8);
    hear(b, GIC_MSG_LPI_DONE, 1, other);
    EXPECT_EQ(b.save(), before) << "of another reset";
    hear(b, GIC_MSG_LPI_DONE, 1, set);
    hear(b, GIC_MSG_LPI_DONE, 1, move);
    const std::vector<unsigned char> after = b.save();
    hear(b, GIC_MSG_LPI_DONE, 1, set);
    hear(b, GIC_MSG_LPI_DONE, 1, move);
    EXPECT_EQ(b.save(), after) << "again";
}

// An answer says that a move has ended where there is none: it is the answer that it is, and
// nothing else changes, least of all what lies beside the Redistributors' numbers.
TEST(ItsStrays, AnAnswerEndsNoMoveThatThereIsNot)
{
    const auto answered = [](bool moved, unsigned target) {
        bench b(its_config(8));
        b.config.its.walks = 1;
        b.start_mapped();
        b.mapti(7, 1, 8200, 1);
        b.msi(0x10001, 0x10001); // dropped
        b.settle();
        b.answers = false;
        b.msi(7, 1);
        gic_lpi lpi = b.log.back().lpi;
        if (moved) {
            lpi.tag |= 4;
            lpi.target = static_cast<uint16_t>(target);
        }
        hear(b, GIC_MSG_LPI_DONE, 1, lpi);
        return b.save();
    };
    const std::vector<unsigned char> expected = answered(false, 0);
    for (unsigned target : {0u, 1u, 7u, 8u, 9u, 511u, 512u, 65535u})
        EXPECT_EQ(answered(true, target), expected) << target;
}

// --- what is reported ---------------------------------------------------------------------------

// gic/event.def: of which ITS and of what.
TEST(ItsEvents, NameTheirItsAndItsCause)
{
    for (uint8_t index : {uint8_t(0), uint8_t(1), uint8_t(3)}) {
        const uint64_t its = index;
        gic_config config = its_config(2);
        config.its_count = 4;
        config.its.seis = true;
        config.its.stall = true;
        config.its.queue = 1;
        config.its.walks = 1;
        bench b(config, timing::at_once, 1, index);
        b.start_mapped();
        b.mapti(7, 1, 8200, 1);
        EXPECT_EQ(b.last[GIC_EV_ITS_COMMAND].arg, 0x0A | its << 8);
        EXPECT_EQ(b.last[GIC_EV_ITS_COMMAND].intid, 0u);
        EXPECT_EQ(b.last_pe[GIC_EV_ITS_COMMAND], GIC_PE_NONE);
        b.msi(7, 1);
        EXPECT_EQ(b.last[GIC_EV_TRANSLATED].arg, UINT64_C(7) << 32 | 1);
        EXPECT_EQ(b.last[GIC_EV_TRANSLATED].intid, 8200u);
        EXPECT_EQ(b.last_pe[GIC_EV_TRANSLATED], 1u);
        b.msi(0x105, 0x203);
        EXPECT_EQ(b.last[GIC_EV_ITS_UNMAPPED].arg, UINT64_C(0x105) << 32 | 0x203);
        EXPECT_EQ(b.last[GIC_EV_ITS_UNMAPPED].intid, 0u);
        EXPECT_EQ(b.count(GIC_EV_BAD_ITS_MAPPING), 0u);
        b.msi(0x10105, 0x203);
        EXPECT_EQ(b.last[GIC_EV_BAD_ITS_MAPPING].arg, UINT64_C(0x10105) << 32 | 0x203);
        EXPECT_EQ(b.last[GIC_EV_BAD_ITS_MAPPING].intid, 0u);
        EXPECT_EQ(b.last_pe[GIC_EV_BAD_ITS_MAPPING], GIC_PE_NONE);
        b.msi(7, 0x20);
        EXPECT_EQ(b.last[GIC_EV_BAD_ITS_MAPPING].arg, UINT64_C(7) << 32 | 0x20);
        EXPECT_EQ(b.count(GIC_EV_BAD_ITS_MAPPING), 2u);
        EXPECT_EQ(b.count(GIC_EV_ITS_UNMAPPED), 3u);

        b.memory_answers = false;
        b.write(GITS_CTLR, 0);
        b.write(GITS_CTLR, ENABLED);
        for (unsigned n = 0; n < 3; n++)
            b.msi(7, 1);
        EXPECT_EQ(b.count(GIC_EV_ITS_FULL), 1u);
        EXPECT_EQ(b.last[GIC_EV_ITS_FULL].arg, its);
        EXPECT_EQ(b.last[GIC_EV_ITS_FULL].intid, 0u);
        b.memory_answers = true;
        b.settle();

        const uint64_t at = b.writer();
        b.run(bench::make(0x2A, 0));
        EXPECT_EQ(b.last[GIC_EV_BAD_ITS_COMMAND].arg, 0x2A | its << 8 | at << 32);
        EXPECT_EQ(b.error(), 0x012AFFu);
        EXPECT_EQ(b.last_pe[GIC_EV_BAD_ITS_COMMAND], GIC_PE_NONE);
        EXPECT_EQ(b.last[GIC_EV_ITS_SYSTEM_ERROR].intid, 0x012AFFu);
        EXPECT_EQ(b.last[GIC_EV_ITS_SYSTEM_ERROR].arg, its);
        EXPECT_EQ(b.last[GIC_EV_ITS_STALLED].arg, its << 32 | at);
        EXPECT_EQ(b.last[GIC_EV_ITS_STALLED].intid, 0u);
        EXPECT_EQ(b.last_pe[GIC_EV_ITS_STALLED], GIC_PE_NONE);
        EXPECT_EQ(b.read64(GITS_CREADR), at | STALLED);
    }
}

// Without GITS_TYPER.SEIS nothing is reported as a system error, and without stalling no stall.
TEST(ItsEvents, ThereIsNoSystemErrorWithoutSeis)
{
    gic_config config = its_config(2);
    config.its.seis = false;
    config.its.stall = false;
    bench b(config);
    b.start();
    b.run(bench::make(0x2A, 0));
    EXPECT_EQ(b.errors(), 1u);
    EXPECT_EQ(b.count(GIC_EV_ITS_SYSTEM_ERROR), 0u);
    EXPECT_EQ(b.count(GIC_EV_ITS_STALLED), 0u);
}
