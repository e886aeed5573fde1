// SPDX-License-Identifier: Apache-2.0
// The command queue of the ITS: rules T-01 to T-07, T-24.
#include "its_rig.hpp"

using namespace its_rig;

namespace
{

gic_config stalling()
{
    gic_config config = its_config();
    config.its.stall = true;
    return config;
}

command nothing()
{
    return bench::make(0x05, 0); // SYNC of PE 0
}

} // namespace

TEST(Rules, T_01_TheQueueWraps)
{
    everywhere(its_config(), [](bench &s) {
        s.start();
        for (unsigned i = 0; i < 0x1000 / 32 - 1; i++)
            s.give(nothing());
        s.ring();
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0xFE0u);
        s.give(nothing()); // in the last slot
        EXPECT_EQ(s.writer(), 0u);
        s.ring();
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0u);
        EXPECT_EQ(s.count(GIC_EV_ITS_COMMAND), 128u);
        s.run(nothing());
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0x20u);
        s.ring(); // equal: empty
        s.settle();
        EXPECT_EQ(s.count(GIC_EV_ITS_COMMAND), 129u);
        EXPECT_EQ(s.errors(), 0u);
    });
}

TEST(Rules, T_01_SizeOfTheQueue)
{
    bench s(its_config());
    s.queue_size = 0x3000;
    s.start();
    for (unsigned i = 0; i < 0x3000 / 32 - 1; i++)
        s.give(nothing());
    s.ring();
    s.settle();
    EXPECT_EQ(s.read64(GITS_CREADR), 0x2FE0u);
    s.run(nothing());
    s.settle();
    EXPECT_EQ(s.read64(GITS_CREADR), 0u);
}

TEST(Rules, T_02_CwriterBeyondTheQueueProcessesNothing)
{
    everywhere(its_config(), [](bench &s) {
        s.start();
        s.give(nothing());
        s.write64(GITS_CWRITER, 0x1000);
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0u);
        EXPECT_EQ(s.read64(GITS_CWRITER), 0x1000u);
        EXPECT_EQ(s.count(GIC_EV_ITS_COMMAND), 0u);
        EXPECT_EQ(s.count(GIC_EV_BAD_ITS_REGISTER), 1u);
        s.ring();
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0x20u);
        EXPECT_EQ(s.count(GIC_EV_ITS_COMMAND), 1u);
    });
}

TEST(Rules, T_03_CbaserClearsCreadrAndNotCwriter)
{
    bench s(its_config());
    s.start();
    s.run(nothing());
    s.settle();
    s.write(GITS_CTLR, 0);
    EXPECT_EQ(s.read64(GITS_CREADR), 0x20u);
    s.write64(GITS_CBASER, VALID | QUEUE);
    EXPECT_EQ(s.read64(GITS_CREADR), 0u);
    EXPECT_EQ(s.read64(GITS_CWRITER), 0x20u);
}

TEST(Rules, T_03_BasesAreFixedWhileAtWork)
{
    bench s(its_config());
    s.start();
    uint64_t cbaser = s.read64(GITS_CBASER);
    uint64_t baser = s.read64(GITS_BASER0);
    s.write64(GITS_CBASER, 0);
    s.write64(GITS_BASER0, 0);
    s.write(GITS_BASER1 + 4, 0);
    EXPECT_EQ(s.read64(GITS_CBASER), cbaser);
    EXPECT_EQ(s.read64(GITS_BASER0), baser);
    EXPECT_EQ(s.read64(GITS_BASER1) & VALID, VALID);
    EXPECT_EQ(s.count(GIC_EV_BAD_ITS_REGISTER), 3u);
    s.memory_answers = false;
    s.run(nothing());
    s.write(GITS_CTLR, 0);
    ASSERT_EQ(s.read(GITS_CTLR) & QUIESCENT, 0u);
    s.write64(GITS_CBASER, 0);
    EXPECT_EQ(s.read64(GITS_CBASER), cbaser) << "disabled but not quiescent";
    s.memory_answers = true;
    s.settle();
    s.write64(GITS_CBASER, 0);
    EXPECT_EQ(s.read64(GITS_CBASER), 0u);
}

TEST(Rules, T_04_EnablingStartsAQueueWrittenBefore)
{
    everywhere(its_config(), [](bench &s) {
        s.start();
        s.write(GITS_CTLR, 0);
        s.settle();
        s.give(nothing());
        s.give(nothing());
        s.ring();
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0u);
        s.write(GITS_CTLR, ENABLED);
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0x40u);
    });
}

TEST(Rules, T_04_QuiescentWhenAllIsDone)
{
    for (bool command : {true, false}) {
        bench s(its_config());
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.settle();
        EXPECT_EQ(s.read(GITS_CTLR) & QUIESCENT, 0u) << "enabled";
        s.answers = false;
        if (command)
            s.intr(7, 1);
        else
            s.msi(7, 1);
        s.settle();
        s.write(GITS_CTLR, 0);
        EXPECT_EQ(s.read(GITS_CTLR) & QUIESCENT, 0u) << "a message is not answered";
        s.answers = true;
        s.settle();
        EXPECT_EQ(s.read(GITS_CTLR), QUIESCENT);
        EXPECT_TRUE(s.pending(1, 8200)) << "what was accepted is not lost";
    }
}

TEST(Rules, T_04_NotQuiescentWhileMemoryIsAwaited)
{
    bench s(with_caches(its_config(), 1, 1), timing::late, 5);
    s.start_mapped();
    s.memory_answers = false;
    s.mapti(7, 1, 8200, 1);
    s.settle();
    s.write(GITS_CTLR, 0);
    EXPECT_EQ(s.read(GITS_CTLR) & QUIESCENT, 0u);
    s.memory_answers = true;
    s.settle();
    EXPECT_EQ(s.read(GITS_CTLR), QUIESCENT);
}

TEST(Rules, T_05_AStalledQueueGoesOnByRetry)
{
    everywhere(stalling(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        uint32_t at = s.writer();
        s.mapti(9, 1, 8201, 1); // device 9 is not mapped
        s.mapti(7, 2, 8202, 2);
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), at | STALLED);
        EXPECT_EQ(s.count(GIC_EV_ITS_STALLED), 1u);
        EXPECT_EQ(s.last[GIC_EV_ITS_STALLED].arg, at);
        EXPECT_EQ(s.error(), 0x010A04u);
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200)) << "translations continue";
        EXPECT_TRUE(s.dropped(7, 2)) << "the next command is not carried out";
        s.ring(); // no Retry: nothing
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), at | STALLED);
        s.ram.set_word(QUEUE + at, bench::make(0x0A, 7).word[0]); // made right
        s.write64(GITS_CWRITER, s.writer() | RETRY);
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), s.writer());
        EXPECT_EQ(s.read64(GITS_CWRITER), s.writer()) << "Retry reads 0";
        EXPECT_TRUE(s.arrives(7, 2, 2, 8202));
        EXPECT_TRUE(s.arrives(7, 1, 1, 8201)) << "the command was read again";
        s.write64(GITS_CWRITER, s.writer() | RETRY);
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), s.writer()) << "no effect when not stalled";
    });
}

TEST(Rules, T_05_ABusErrorIsACommandError)
{
    everywhere(stalling(), [](bench &s) {
        s.start();
        s.ram.refuse(QUEUE, QUEUE + 31);
        s.run(nothing());
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), STALLED);
        EXPECT_EQ(s.count(GIC_EV_BAD_ITS_TABLE), 1u);
        EXPECT_EQ(s.last[GIC_EV_BAD_ITS_TABLE].arg, QUEUE);
        s.ram.allow_all();
        s.write64(GITS_CWRITER, s.writer() | RETRY);
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0x20u);
        s.ram.refuse(DEVICES, DEVICES + 0xFFFFF);
        s.map_device(7, 4);
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0x20u | STALLED);
        EXPECT_EQ(s.error(), 0x0108FEu);
        s.ram.allow_all();
        s.write64(GITS_CWRITER, s.writer() | RETRY);
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), 0x40u);
    });
}

namespace
{

struct mistake {
    command what;
    uint32_t code;
};

// What is wrong in a bench by start_mapped() with event 1 of device 7 mapped to collection 1, and
// event 2 to collection 100, which is not mapped.
std::vector<mistake> mistakes(const bench &s)
{
    const uint64_t lpi = UINT64_C(8300) << 32;
    const uint64_t far = UINT64_C(0x10000);
    return {
        {bench::make(0x08, 0x10000, 4, ITTS | VALID), 0x010801},
        {bench::make(0x08, 7, 16, ITTS | VALID), 0x010802},
        {bench::make(0x09, 0, 0, s.target(s.config.pe_count) | VALID | 1), 0x010902},
        {bench::make(0x09, 0, 0, s.target(0) | VALID | 0x8000), 0x010903},
        {bench::make(0x0A, 0x10000, lpi | 1, 1), 0x010A01},
        {bench::make(0x0A, 7, lpi | 1, 0x8000), 0x010A03},
        {bench::make(0x0A, 8, lpi | 1, 1), 0x010A04},
        {bench::make(0x0A, 7, lpi | 32, 1), 0x010A05},
        {bench::make(0x0A, 7, UINT64_C(8191) << 32 | 1, 1), 0x010A06},
        {bench::make(0x0A, 7, UINT64_C(65536) << 32 | 1, 1), 0x010A06},
        {bench::make(0x0B, 7, 1, 1), 0x010B06},
        {bench::make(0x01, 0x10000, 1, 1), 0x010101},
        {bench::make(0x01, 7, 1, 0x8000), 0x010103},
        {bench::make(0x01, 8, 1, 1), 0x010104},
        {bench::make(0x01, 7, 32, 1), 0x010105},
        {bench::make(0x01, 7, 3, 1), 0x010107},
        {bench::make(0x01, 7, 1, 100), 0x010109},
        {bench::make(0x03, 0x10000, 1), 0x010301},
        {bench::make(0x03, 8, 1), 0x010304},
        {bench::make(0x03, 7, 32), 0x010305},
        {bench::make(0x03, 7, 3), 0x010307},
        {bench::make(0x03, 7, 2), 0x010309},
        {bench::make(0x04, 7, 3), 0x010507},
        {bench::make(0x0C, 7, 3), 0x010C07},
        {bench::make(0x0C, 7, far), 0x010C05},
        {bench::make(0x0F, 7, 3), 0x010F07},
        {bench::make(0x0D, 0, 0, 100), 0x010D09},
        {bench::make(0x0E, 0, 0, s.target(4), s.target(0)), 0x010E01},
        {bench::make(0x0E, 0, 0, s.target(0), s.target(4)), 0x010E01},
        {bench::make(0x05, 0, 0, s.target(4)), 0x010502},
    };
}

void make_mistakes(bench &s)
{
    s.start_mapped();
    s.mapti(7, 1, 8200, 1);
    s.mapti(7, 2, 8201, 100);
    s.settle();
    ASSERT_EQ(s.errors(), 0u);
    unsigned errors = 0;
    for (const mistake &m : mistakes(s)) {
        SCOPED_TRACE(testing::Message() << std::hex << m.code);
        uint32_t at = s.writer();
        size_t sent = s.log.size();
        s.run(m.what);
        s.settle();
        ASSERT_EQ(s.errors(), ++errors);
        EXPECT_EQ(s.error(), m.code);
        EXPECT_EQ(s.last[GIC_EV_BAD_ITS_COMMAND].arg,
                  (m.what.word[0] & 0xFF) | static_cast<uint64_t>(at) << 32);
        EXPECT_EQ(s.log.size(), sent);
        EXPECT_EQ(s.count(GIC_EV_ITS_SYSTEM_ERROR), s.config.its.seis ? errors : 0u);
        if (s.config.its.stall) {
            EXPECT_EQ(s.read64(GITS_CREADR), at | STALLED);
            s.ram.set_word(QUEUE + at, 0x05); // software repairs it
            s.ram.set_word(QUEUE + at + 16, 0);
            s.write64(GITS_CWRITER, s.writer() | RETRY);
            s.settle();
        }
        ASSERT_EQ(s.read64(GITS_CREADR), s.writer());
    }
    EXPECT_TRUE(s.arrives(7, 1, 1, 8200)) << "nothing was harmed";
}

} // namespace

TEST(Rules, T_06_AFaultyCommandIsPassedOver)
{
    everywhere(its_config(), make_mistakes);
}

TEST(Rules, T_06_AFaultyCommandStalls)
{
    gic_config config = stalling();
    everywhere(config, make_mistakes);
    config.its.seis = false;
    bench s(config);
    make_mistakes(s);
}

TEST(Rules, T_07_UnknownAndVirtualCommandsAreErrors)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        s.mapti(7, 1, 8200, 1);
        s.settle();
        unsigned errors = 0;
        for (unsigned opcode = 0; opcode < 256; opcode++) {
            if (std::string(its_command_name(opcode)) != "?")
                continue;
            s.run(bench::make(opcode, 7, 1, 1));
            s.settle();
            ASSERT_EQ(s.errors(), ++errors) << opcode;
            EXPECT_EQ(s.error(), 0x0100FFu | opcode << 8);
        }
        EXPECT_EQ(errors, 256u - 12u);
        EXPECT_STREQ(its_command_name(0x2A), "?") << "VMAPTI is GICv4";
        EXPECT_TRUE(s.empty());
        EXPECT_TRUE(s.arrives(7, 1, 1, 8200));
    });
}

TEST(Rules, T_24_CreadrPassesACommandWhenItIsConsumed)
{
    bench s(with_caches(its_config(), 1, 1));
    s.start_mapped();
    uint32_t at = s.writer();
    s.memory_answers = false;
    s.give(bench::make(0x0A, 7, UINT64_C(8200) << 32 | 1, 1));
    s.give(bench::make(0x0A, 7, UINT64_C(8201) << 32 | 2, 1));
    s.ring();
    EXPECT_EQ(s.read64(GITS_CREADR), at) << "not even read";
    s.answer_oldest(); // the commands
    EXPECT_EQ(s.read64(GITS_CREADR), at) << "read, and waiting for the device's entry or a write";
    while (s.open_requests() && s.requests.back().op != GIC_MEMORY_WRITE)
        s.answer_oldest();
    EXPECT_EQ(s.read64(GITS_CREADR), at) << "waiting for the write";
    s.answer_oldest();
    EXPECT_EQ(s.read64(GITS_CREADR), at + 32);
    s.memory_answers = true;
    s.settle();
    EXPECT_EQ(s.read64(GITS_CREADR), at + 64);
}

TEST(Rules, T_24_AFullQueueAndSlotsThatSoftwareOwns)
{
    everywhere(its_config(), [](bench &s) {
        s.start_mapped();
        unsigned before = s.count(GIC_EV_ITS_COMMAND);
        // Full: CWRITER one behind CREADR.
        uint32_t last = (s.writer() + 0x1000 - 32) % 0x1000;
        while (s.writer() != last)
            s.give(nothing());
        s.ring();
        // Slots from CWRITER up to CREADR are software's: what it writes there is not read yet.
        s.ram.set_word(QUEUE + last, 0xEE);
        s.settle();
        EXPECT_EQ(s.read64(GITS_CREADR), last);
        EXPECT_EQ(s.count(GIC_EV_ITS_COMMAND), before + 127);
        EXPECT_EQ(s.errors(), 0u);
        // The second half of a line that was read is read again when CWRITER passes it.
        s.give(nothing());
        s.ring();
        s.settle();
        EXPECT_EQ(s.errors(), 0u);
        EXPECT_EQ(s.count(GIC_EV_ITS_COMMAND), before + 128);
    });
}

TEST(Rules, T_24_WithoutAValidQueueNothingIsRead)
{
    bench s(its_config());
    s.start();
    s.write(GITS_CTLR, 0);
    s.write64(GITS_CBASER, QUEUE);
    s.give(nothing());
    s.ring();
    s.write(GITS_CTLR, ENABLED);
    s.settle();
    EXPECT_EQ(s.read64(GITS_CREADR), 0u);
    EXPECT_TRUE(s.requests.empty());
}
