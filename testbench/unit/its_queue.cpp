// SPDX-License-Identifier: Apache-2.0
// The command queue of an ITS kernel alone: what was read ahead and is not ours any more, reads
// that fail; and the queue of MSIs.
#include "its_rig.hpp"

using namespace its_rig;

namespace
{

constexpr uint32_t FIRST_INTID = 8200;

command sync_of(unsigned pe)
{
    return bench::make(0x05, 0, 0, uint64_t{pe} << 16);
}

command int_of(uint32_t event)
{
    return bench::make(0x03, 7, event);
}

void put(bench &b, uint32_t at, const command &c)
{
    for (unsigned i = 0; i < 4; i++)
        b.ram.set_word(QUEUE + at + i * 8, c.word[i]);
}

// Events 0 to 7 are mapped; the next command is the first one of a line.
void start(bench &b)
{
    b.start_mapped();
    for (unsigned event = 0; event < 8; event++)
        b.mapti(7, event, FIRST_INTID + event, 1);
    while (b.writer() % 64 != 0)
        b.run(sync_of(0));
    b.settle();
}

// INT of event 3 stands in the queue behind another command and was replaced by one of event 4.
void expect_the_new_one(bench &b, uint32_t line)
{
    b.answers = true;
    b.memory_answers = true;
    b.settle();
    EXPECT_EQ(b.read64(GITS_CREADR), line + 64);
    EXPECT_FALSE(b.pending(1, FIRST_INTID + 2)) << "that is not in the queue";
    EXPECT_FALSE(b.pending(1, FIRST_INTID + 3)) << "that is not in the queue";
    EXPECT_TRUE(b.pending(1, FIRST_INTID + 4));
    EXPECT_EQ(b.errors(), 0u);
}

} // namespace

// Two commands of a line are read at once; the second is software's again as soon as CWRITER goes
// back, though the first is at work.
TEST(ItsQueue, WhatIsBehindAWriterThatWentBackIsReadAgain)
{
    for (uint32_t back : {0u, 32u}) {
        bench b(its_config(2));
        start(b);
        const uint32_t line = b.writer();
        b.answers = false;
        b.msi(7, 0);
        put(b, line, sync_of(1)); // waits for the MSI
        put(b, line + 32, int_of(3));
        b.write64(GITS_CWRITER, line + 64);
        ASSERT_EQ(b.read64(GITS_CREADR), line);
        b.write64(GITS_CWRITER, line + back);
        put(b, line + 32, int_of(4));
        b.write64(GITS_CWRITER, line + 64);
        expect_the_new_one(b, line);
    }
}

// The same while the line is on its way.
TEST(ItsQueue, ALineOnItsWayIsNotUsedBeyondAWriterThatWentBack)
{
    for (uint32_t back : {0u, 32u}) {
        bench b(its_config(2));
        start(b);
        const uint32_t line = b.writer();
        b.memory_answers = false;
        put(b, line, back == 0 ? int_of(2) : sync_of(0));
        put(b, line + 32, int_of(3));
        b.write64(GITS_CWRITER, line + 64);
        ASSERT_EQ(b.open_requests(), 1u);
        b.perform_open(0);
        b.write64(GITS_CWRITER, line + back);
        put(b, line, sync_of(0));
        put(b, line + 32, int_of(4));
        b.write64(GITS_CWRITER, line + 64);
        expect_the_new_one(b, line);
    }
}

// ID-T02: a CWRITER beyond the queue stops it, at once.
TEST(ItsQueue, ALineThatArrivesWhileTheQueueIsStoppedIsReadAgain)
{
    bench b(its_config(2));
    start(b);
    b.run(int_of(2));
    b.run(sync_of(0)); // what a kernel may still have in its buffer: INT of event 2
    b.settle();
    b.rd[1].pending.clear();
    const uint32_t line = b.writer();
    b.memory_answers = false;
    put(b, line, sync_of(0));
    put(b, line + 32, int_of(3));
    b.write64(GITS_CWRITER, line + 64);
    ASSERT_EQ(b.open_requests(), 1u);
    b.write64(GITS_CWRITER, 0x1000);
    b.answer_oldest();
    EXPECT_EQ(b.open_requests(), 0u);
    put(b, line + 32, int_of(4));
    b.write64(GITS_CWRITER, line + 64);
    expect_the_new_one(b, line);
}

// Disabled and enabled while the line is on its way.
TEST(ItsQueue, ALineThatWasAskedForBeforeTheItsWasDisabledIsReadAgain)
{
    for (bool answered_between : {false, true}) {
        bench b(its_config(2));
        start(b);
        const uint32_t line = b.writer();
        b.memory_answers = false;
        put(b, line, sync_of(0));
        put(b, line + 32, int_of(3));
        b.write64(GITS_CWRITER, line + 64);
        ASSERT_EQ(b.open_requests(), 1u);
        b.perform_open(0);
        b.write(GITS_CTLR, 0);
        EXPECT_EQ(b.read(GITS_CTLR), 0u) << "not quiescent";
        if (answered_between) {
            b.answer_oldest();
            EXPECT_EQ(b.read(GITS_CTLR), QUIESCENT);
        }
        put(b, line + 32, int_of(4));
        b.write(GITS_CTLR, ENABLED);
        expect_the_new_one(b, line);
    }
}

// A command that is at work when the ITS is disabled is finished, the others stay.
TEST(ItsQueue, TheCommandAtWorkIsTheLastOneOfADisabledIts)
{
    bench b(its_config(2));
    start(b);
    const uint32_t line = b.writer();
    b.answers = false;
    b.msi(7, 0);
    put(b, line, sync_of(1));
    put(b, line + 32, int_of(3));
    b.write64(GITS_CWRITER, line + 64);
    b.write(GITS_CTLR, 0);
    b.answers = true;
    b.settle();
    EXPECT_EQ(b.read64(GITS_CREADR), line + 32);
    EXPECT_EQ(b.read(GITS_CTLR), QUIESCENT);
    put(b, line + 32, int_of(4));
    b.write(GITS_CTLR, ENABLED);
    expect_the_new_one(b, line);
}

// A line that memory refuses has no commands: the second is what it is when it can be read.
TEST(ItsQueue, AfterARefusedLineTheNextCommandIsRead)
{
    for (bool stall : {false, true}) {
        gic_config config = its_config(2);
        config.its.stall = stall;
        bench b(config);
        start(b);
        const uint32_t line = b.writer();
        put(b, line, sync_of(0));
        put(b, line + 32, int_of(4));
        b.ram.refuse(QUEUE + line, QUEUE + line + 31);
        b.write64(GITS_CWRITER, line + 64);
        b.settle();
        EXPECT_EQ(b.errors(), 1u);
        EXPECT_EQ(b.error(), 0x0100FEu);
        EXPECT_EQ(b.last[GIC_EV_BAD_ITS_COMMAND].arg, uint64_t{line} << 32);
        EXPECT_EQ(b.last[GIC_EV_BAD_ITS_TABLE].arg, QUEUE + line);
        EXPECT_EQ(b.read64(GITS_CREADR), stall ? line | STALLED : line + 64);
        EXPECT_EQ(b.pending(1, FIRST_INTID + 4), !stall);
        b.ram.allow_all();
        b.write64(GITS_CWRITER, (line + 64) | RETRY);
        b.settle();
        EXPECT_EQ(b.errors(), 1u);
        EXPECT_EQ(b.read64(GITS_CREADR), line + 64);
        EXPECT_TRUE(b.pending(1, FIRST_INTID + 4));
    }
}

// its_mem_done(): without data, or when it failed, nothing has been read, whatever comes along.
TEST(ItsQueue, AFailedReadBringsNothing)
{
    const std::vector<unsigned char> line(64, 0xFF);
    struct outcome {
        const void *data;
        bool ok;
    };
    for (const outcome &o :
         {outcome{line.data(), false}, outcome{nullptr, true}, outcome{nullptr, false}}) {
        bench b(its_config(2));
        start(b);
        b.memory_answers = false;
        b.run(sync_of(0));
        std::vector<gic_memory_req> open = b.take_open();
        ASSERT_EQ(open.size(), 1u);
        its_mem_done(b.s, open[0].tag, o.data, o.ok);
        b.pump();
        EXPECT_EQ(b.error(), 0x0100FEu);
        EXPECT_TRUE(b.empty());

        b.write(GITS_CTLR, 0);
        b.write(GITS_CTLR, ENABLED);
        const uint64_t dropped = its_get_stats(b.s)->dropped;
        b.msi(7, 3);
        open = b.take_open();
        ASSERT_EQ(open.size(), 1u) << "the device's entry";
        its_mem_done(b.s, open[0].tag, o.data, o.ok);
        b.pump();
        EXPECT_EQ(its_get_stats(b.s)->dropped, dropped + 1);
        EXPECT_EQ(b.last[GIC_EV_BAD_ITS_TABLE].arg, DEVICES + 7 * 8);
        EXPECT_EQ(b.open_requests(), 0u);
        b.memory_answers = true;
        EXPECT_TRUE(b.arrives(7, 3, 1, FIRST_INTID + 3));
    }
}

// A write has no data; it is done or refused.
TEST(ItsQueue, AWriteNeedsNoData)
{
    for (bool ok : {true, false}) {
        bench b(its_config(2));
        start(b);
        b.memory_answers = false;
        b.mapti(7, 9, 8300, 1);
        b.answer_oldest(); // the command
        ASSERT_EQ(b.open_requests(), 1u);
        ASSERT_EQ(b.requests.back().op, GIC_MEMORY_WRITE);
        b.perform_open(0);
        const std::vector<gic_memory_req> open = b.take_open();
        its_mem_done(b.s, open[0].tag, nullptr, ok);
        b.pump();
        b.memory_answers = true;
        EXPECT_EQ(b.errors(), ok ? 0u : 1u);
        EXPECT_TRUE(b.empty());
        EXPECT_TRUE(b.arrives(7, 9, 1, 8300)) << "it stands in memory";
    }
}

// --- MSIs ---------------------------------------------------------------------------------------

// First come, first served; the queue takes as many as it has places, wherever it begins.
TEST(ItsMsis, TheQueueHoldsAsManyAsItSays)
{
    for (uint16_t places : {uint16_t(1), uint16_t(2), uint16_t(3), uint16_t(5)}) {
        gic_config config = its_config(2);
        config.its.queue = places;
        config.its.walks = 1;
        bench b(config);
        start(b);
        b.write(GITS_CTLR, 0);
        b.write(GITS_CTLR, ENABLED);
        for (unsigned round = 0; round < 7; round++) {
            b.write(GITS_CTLR, 0);
            b.write(GITS_CTLR, ENABLED); // empties the caches
            b.memory_answers = false;
            b.msi(7, 7); // at work
            const size_t before = b.log.size();
            for (unsigned n = 0; n < places; n++) {
                EXPECT_FALSE(its_is_full(b.s));
                EXPECT_EQ(its_room(b.s), uint32_t(places) - n);
                EXPECT_TRUE(its_translate(b.s, 7, n));
                b.pump();
            }
            EXPECT_TRUE(its_is_full(b.s));
            EXPECT_EQ(its_room(b.s), 0u);
            const uint64_t full = its_get_stats(b.s)->full;
            EXPECT_FALSE(its_translate(b.s, 7, 6));
            its_note_wait(b.s);
            b.pump();
            EXPECT_EQ(its_get_stats(b.s)->full, full + 2);
            b.memory_answers = true;
            b.settle();
            ASSERT_EQ(b.log.size(), before + 1 + places);
            EXPECT_EQ(b.log[before].msg.intid, FIRST_INTID + 7);
            for (unsigned n = 0; n < places; n++)
                EXPECT_EQ(b.log[before + 1 + n].msg.intid, FIRST_INTID + n);
            EXPECT_EQ(its_room(b.s), places);
        }
    }
}

// Where there is one row for both, neither waits for all of the other.
TEST(ItsMsis, AndCommandsTakeTurns)
{
    gic_config config = its_config(2);
    config.its.walks = 1;
    config.its.queue = 8;
    bench b(config);
    start(b);
    const uint32_t line = b.writer();
    for (unsigned n = 0; n < 8; n++)
        put(b, line + 32 * n, int_of(n % 2));
    b.write(GITS_CTLR, 0);
    b.write(GITS_CTLR, ENABLED);
    b.memory_answers = false;
    b.msi(7, 7);
    for (unsigned n = 0; n < 8; n++)
        b.msi(7, 2 + n % 2);
    b.write64(GITS_CWRITER, line + 32 * 8);
    const size_t before = b.log.size() + 1;
    b.memory_answers = true;
    b.settle();
    ASSERT_EQ(b.log.size(), before + 16);
    unsigned in_a_row = 0;
    for (size_t n = before + 1; n < b.log.size(); n++) {
        const bool same =
            (b.log[n].msg.intid < FIRST_INTID + 2) == (b.log[n - 1].msg.intid < FIRST_INTID + 2);
        in_a_row = same ? in_a_row + 1 : 0;
        EXPECT_LT(in_a_row, 3u) << n;
    }
}
