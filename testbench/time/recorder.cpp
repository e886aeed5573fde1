/* SPDX-License-Identifier: Apache-2.0 */
/* Instances out of events: nesting, displacement, merging, re-pending, other PEs, bounds. */
#include <gtest/gtest.h>

#include "gic/msg.h"
#include "script.hpp"
#include "text_file.hpp"

namespace
{

using times = std::vector<uint64_t>;

/* An SPI from its line to its deactivation on one PE, every stamp but the ITS's. */
void whole_spi(script &s, uint64_t t, uint32_t intid, uint16_t pe)
{
    s.at(t, GIC_EV_ASSERTED, intid).at(t + 10, GIC_EV_PENDING, intid, GIC_PE_NONE, 0xA0 | 2 << 8);
    s.at(t + 20, GIC_EV_OFFERED, intid, pe).at(t + 30, GIC_EV_SET, intid, pe);
    s.at(t + 40, GIC_EV_SIGNALLED, intid, pe);
    gictime_recorder_exception(s.recorder, pe, false, t + 50);
    gictime_recorder_handler(s.recorder, pe, false, t + 60);
    s.at(t + 70, GIC_EV_ACKNOWLEDGED, intid, pe).at(t + 80, GIC_EV_EOI, intid, pe);
    s.at(t + 90, GIC_EV_DEACTIVATED, intid);
}

TEST(Recorder, ASpiFromLineToDeactivation)
{
    script s;
    whole_spi(s, 1000, 40, 2);
    ASSERT_EQ(s.finished().size(), 1u);
    const gictime_instance &i = s.finished()[0];
    EXPECT_EQ(stamps(i), (times{1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070, 1080, 1090}));
    EXPECT_EQ(i.stamp[GICTIME_STAMP_TRANSLATED], GICTIME_NO_STAMP);
    EXPECT_EQ(i.intid, 40u);
    EXPECT_EQ(i.pe, 2u);
    EXPECT_EQ(i.priority, 0xA0);
    EXPECT_EQ(i.group, GIC_GROUP_1NS);
    EXPECT_EQ(i.outcome, GICTIME_OUTCOME_COMPLETED);
    EXPECT_FALSE(i.implied);
    EXPECT_EQ(s.stats().orphans, 0u);
}

TEST(Recorder, APpiOfTwoPEsIsTwoInterrupts)
{
    script s;
    for (uint16_t pe : {0, 1}) {
        s.at(10u + pe, GIC_EV_ASSERTED, 27, pe).at(20u + pe, GIC_EV_PENDING, 27, pe);
        s.at(30u + pe, GIC_EV_SET, 27, pe).at(40u + pe, GIC_EV_ACKNOWLEDGED, 27, pe);
    }
    s.at(60, GIC_EV_DEACTIVATED, 27, 1).at(70, GIC_EV_DEACTIVATED, 27, 0);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(s.finished()[0].pe, 1u);
    EXPECT_EQ(stamps(s.finished()[0]), (times{11, 21, 31, 41, 60}));
    EXPECT_EQ(s.finished()[1].pe, 0u);
    EXPECT_EQ(stamps(s.finished()[1]), (times{10, 20, 30, 40, 70}));
}

TEST(Recorder, AMoreUrgentInterruptNestsInAnotherOne)
{
    script s;
    s.at(10, GIC_EV_PENDING, 33).at(20, GIC_EV_SET, 33, 0).at(30, GIC_EV_SIGNALLED, 33, 0);
    gictime_recorder_exception(s.recorder, 0, false, 35);
    s.at(40, GIC_EV_ACKNOWLEDGED, 33, 0);
    s.at(50, GIC_EV_PENDING, 34).at(60, GIC_EV_SET, 34, 0).at(70, GIC_EV_SIGNALLED, 34, 0);
    gictime_recorder_exception(s.recorder, 0, false, 75);
    s.at(80, GIC_EV_ACKNOWLEDGED, 34, 0).at(90, GIC_EV_EOI, 34, 0).at(91, GIC_EV_DEACTIVATED, 34);
    s.at(100, GIC_EV_EOI, 33, 0).at(101, GIC_EV_DEACTIVATED, 33);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(s.finished()[0].intid, 34u);
    EXPECT_EQ(s.finished()[0].stamp[GICTIME_STAMP_EXCEPTION], 75u);
    EXPECT_EQ(s.finished()[1].intid, 33u);
    EXPECT_EQ(s.finished()[1].stamp[GICTIME_STAMP_EXCEPTION], 35u);
    EXPECT_EQ(s.finished()[1].seq, 0u);
}

TEST(Recorder, ADisplacedInterruptKeepsItsLastSetAndCounts)
{
    script s;
    s.at(10, GIC_EV_PENDING, 33).at(20, GIC_EV_SET, 33, 0).at(30, GIC_EV_SIGNALLED, 33, 0);
    s.at(40, GIC_EV_PENDING, 34).at(50, GIC_EV_SET, 34, 0).at(55, GIC_EV_SIGNALLED, 34, 0);
    s.at(60, GIC_EV_RELEASED, 33, 0);
    s.at(70, GIC_EV_ACKNOWLEDGED, 34, 0).at(80, GIC_EV_DEACTIVATED, 34);
    s.at(90, GIC_EV_SET, 33, 0).at(100, GIC_EV_SIGNALLED, 33, 0);
    s.at(110, GIC_EV_ACKNOWLEDGED, 33, 0).at(120, GIC_EV_DEACTIVATED, 33);
    ASSERT_EQ(s.finished().size(), 2u);
    const gictime_instance &i = s.finished()[1];
    EXPECT_EQ(i.intid, 33u);
    EXPECT_EQ(stamps(i), (times{10, 90, 100, 110, 120}));
    EXPECT_EQ(i.displaced, 1u);
    EXPECT_EQ(s.finished()[0].displaced, 0u);
}

TEST(Recorder, AReleasedInterruptThatIsAcknowledgedLateHasNoStaleSignal)
{
    script s;
    s.at(10, GIC_EV_PENDING, 33).at(20, GIC_EV_SET, 33, 0).at(30, GIC_EV_SIGNALLED, 33, 0);
    s.at(40, GIC_EV_RELEASED, 33, 0).at(50, GIC_EV_SET, 33, 0);
    s.at(60, GIC_EV_ACKNOWLEDGED, 33, 0).at(70, GIC_EV_DEACTIVATED, 33);
    EXPECT_EQ(stamps(s.finished().at(0)), (times{10, 50, 60, 70}));
}

TEST(Recorder, A1ofNInterruptMovesToAnotherPE)
{
    script s;
    s.at(10, GIC_EV_PENDING, 50).at(20, GIC_EV_OFFERED, 50, 0).at(30, GIC_EV_SET, 50, 0);
    s.at(40, GIC_EV_RELEASED, 50, 0).at(50, GIC_EV_RETURNED, 50, 0);
    s.at(60, GIC_EV_OFFERED, 50, 3).at(70, GIC_EV_SET, 50, 3).at(80, GIC_EV_SIGNALLED, 50, 3);
    s.at(90, GIC_EV_ACKNOWLEDGED, 50, 3).at(99, GIC_EV_DEACTIVATED, 50);
    ASSERT_EQ(s.finished().size(), 1u);
    const gictime_instance &i = s.finished()[0];
    EXPECT_EQ(i.pe, 3u);
    EXPECT_EQ(i.returned, 1u);
    EXPECT_EQ(i.displaced, 1u);
    EXPECT_EQ(stamps(i), (times{10, 60, 70, 80, 90, 99}));
}

TEST(Recorder, EdgesWhilePendingMergeIntoTheInstance)
{
    script s;
    s.at(10, GIC_EV_ASSERTED, 40).at(11, GIC_EV_PENDING, 40);
    s.at(20, GIC_EV_ASSERTED, 40).at(21, GIC_EV_MERGED, 40);
    s.at(30, GIC_EV_ASSERTED, 40).at(31, GIC_EV_MERGED, 40);
    s.at(40, GIC_EV_ACKNOWLEDGED, 40, 0).at(41, GIC_EV_MERGED, 40).at(50, GIC_EV_DEACTIVATED, 40);
    s.at(60, GIC_EV_ASSERTED, 40).at(61, GIC_EV_PENDING, 40).at(62, GIC_EV_WITHDRAWN, 40);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(s.finished()[0].merged, 3u);
    EXPECT_EQ(s.finished()[0].stamp[GICTIME_STAMP_ASSERTED], 10u);
    EXPECT_EQ(s.finished()[1].stamp[GICTIME_STAMP_ASSERTED], 60u) << "not an edge that merged";
    EXPECT_EQ(s.stats().merged, 3u);
}

TEST(Recorder, AssertionsUnderWayAreMatchedInOrder)
{
    script s;
    s.at(10, GIC_EV_ASSERTED, 40).at(20, GIC_EV_ASSERTED, 40);
    s.at(50, GIC_EV_PENDING, 40).at(52, GIC_EV_ACKNOWLEDGED, 40, 0);
    s.at(60, GIC_EV_PENDING, 40).at(61, GIC_EV_DEACTIVATED, 40);
    s.at(70, GIC_EV_ACKNOWLEDGED, 40, 0).at(80, GIC_EV_DEACTIVATED, 40);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(s.finished()[0].stamp[GICTIME_STAMP_ASSERTED], 10u);
    EXPECT_EQ(s.finished()[1].stamp[GICTIME_STAMP_ASSERTED], 20u);
}

TEST(Recorder, AnEdgeWhileActiveQueuesTheNextInstance)
{
    script s;
    s.at(10, GIC_EV_PENDING, 40).at(20, GIC_EV_SET, 40, 1).at(30, GIC_EV_ACKNOWLEDGED, 40, 1);
    s.at(40, GIC_EV_PENDING, 40); /* active and pending */
    EXPECT_EQ(s.stats().pending, 1u);
    EXPECT_EQ(s.stats().active, 1u);
    s.at(50, GIC_EV_EOI, 40, 1).at(55, GIC_EV_DEACTIVATED, 40);
    s.at(60, GIC_EV_SET, 40, 1).at(70, GIC_EV_ACKNOWLEDGED, 40, 1).at(80, GIC_EV_EOI, 40, 1);
    s.at(85, GIC_EV_DEACTIVATED, 40);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(stamps(s.finished()[0]), (times{10, 20, 30, 50, 55}));
    EXPECT_EQ(stamps(s.finished()[1]), (times{40, 60, 70, 80, 85}));
    EXPECT_EQ(s.stats().implied, 0u);
}

TEST(Recorder, DeactivationByAnotherPEEndsTheInstance)
{
    script s;
    s.at(10, GIC_EV_PENDING, 40).at(20, GIC_EV_SET, 40, 0).at(30, GIC_EV_ACKNOWLEDGED, 40, 0);
    s.at(40, GIC_EV_EOI, 40, 0).at(50, GIC_EV_DEACTIVATED, 40, 1);
    ASSERT_EQ(s.finished().size(), 1u);
    EXPECT_EQ(s.finished()[0].pe, 0u);
    EXPECT_EQ(s.finished()[0].deactivator, 1u);
    EXPECT_EQ(stamps(s.finished()[0]), (times{10, 20, 30, 40, 50}));
}

TEST(Recorder, WithdrawnEndsAPendingInstance)
{
    script s;
    s.at(10, GIC_EV_PENDING, 40).at(20, GIC_EV_SET, 40, 0).at(25, GIC_EV_RELEASED, 40, 0);
    s.at(30, GIC_EV_WITHDRAWN, 40);
    ASSERT_EQ(s.finished().size(), 1u);
    EXPECT_EQ(s.finished()[0].outcome, GICTIME_OUTCOME_WITHDRAWN);
    EXPECT_EQ(s.finished()[0].end_ps, 30u);
    s.at(40, GIC_EV_RELEASED, 40, 0).at(41, GIC_EV_DEACTIVATED, 40).at(42, GIC_EV_EOI, 40, 0);
    EXPECT_EQ(s.stats().orphans, 3u);
}

TEST(Recorder, ALevelStillHighAfterDeactivationIsANewInstance)
{
    script s;
    s.at(10, GIC_EV_PENDING, 40).at(20, GIC_EV_ACKNOWLEDGED, 40, 0);
    s.at(30, GIC_EV_DEACTIVATED, 40).at(30, GIC_EV_PENDING, 40);
    s.at(40, GIC_EV_SET, 40, 0).at(50, GIC_EV_ACKNOWLEDGED, 40, 0).at(60, GIC_EV_DEACTIVATED, 40);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(stamps(s.finished()[1]), (times{30, 40, 50, 60}));
    EXPECT_FALSE(s.finished()[1].implied);
}

TEST(Recorder, DeliveryWithoutAPendingEventImpliesAnInstance)
{
    script s;
    s.at(40, GIC_EV_SET, 40, 0).at(50, GIC_EV_ACKNOWLEDGED, 40, 0).at(60, GIC_EV_DEACTIVATED, 40);
    ASSERT_EQ(s.finished().size(), 1u);
    EXPECT_TRUE(s.finished()[0].implied);
    EXPECT_EQ(s.stats().implied, 1u);
}

TEST(Recorder, AnLpiEndsAtPriorityDrop)
{
    script s;
    s.at(10, GIC_EV_PENDING, 8192).at(20, GIC_EV_SET, 8192, 1);
    s.at(30, GIC_EV_ACKNOWLEDGED, 8192, 1).at(40, GIC_EV_EOI, 8192, 1);
    ASSERT_EQ(s.finished().size(), 1u);
    EXPECT_EQ(s.finished()[0].outcome, GICTIME_OUTCOME_COMPLETED);
    EXPECT_EQ(s.finished()[0].end_ps, 40u);
}

TEST(Recorder, AnSgiBeginsAtItsSendersWrite)
{
    script s;
    gic_sgi sgi = {};
    sgi.target_list = 1u << 2 | 1u << 3;
    s.at(100, GIC_EV_SGI_GENERATED, 5, 0, gic_sgi_pack(sgi));
    s.at(130, GIC_EV_PENDING, 5, 2).at(131, GIC_EV_PENDING, 5, 3);
    for (uint16_t pe : {2, 3})
        s.at(140, GIC_EV_ACKNOWLEDGED, 5, pe).at(150, GIC_EV_DEACTIVATED, 5, pe);
    ASSERT_EQ(s.finished().size(), 2u);
    for (const gictime_instance &i : s.finished()) {
        EXPECT_EQ(i.stamp[GICTIME_STAMP_ASSERTED], 100u);
        EXPECT_EQ(i.sender, 0u);
    }
}

TEST(Recorder, SgisOfSeveralSendersAreMatchedInOrder)
{
    script s;
    gic_sgi to_two = {}, all_but_self = {};
    to_two.target_list = 1u << 2;
    all_but_self.all_but_self = true;
    s.at(100, GIC_EV_SGI_GENERATED, 5, 2, gic_sgi_pack(all_but_self)); /* not for PE 2 */
    s.at(110, GIC_EV_SGI_GENERATED, 5, 0, gic_sgi_pack(to_two));
    s.at(120, GIC_EV_SGI_GENERATED, 5, 1, gic_sgi_pack(to_two));
    s.at(140, GIC_EV_PENDING, 5, 2).at(150, GIC_EV_ACKNOWLEDGED, 5, 2);
    s.at(155, GIC_EV_PENDING, 5, 2).at(160, GIC_EV_DEACTIVATED, 5, 2);
    s.at(165, GIC_EV_ACKNOWLEDGED, 5, 2).at(170, GIC_EV_DEACTIVATED, 5, 2);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(s.finished()[0].sender, 0u);
    EXPECT_EQ(s.finished()[0].stamp[GICTIME_STAMP_ASSERTED], 110u);
    EXPECT_EQ(s.finished()[1].sender, 1u);
    EXPECT_EQ(s.finished()[1].stamp[GICTIME_STAMP_ASSERTED], 120u);
}

TEST(Recorder, ARefusedSgiIsNotMatchedForever)
{
    script s;
    gic_sgi sgi = {};
    sgi.target_list = 1u << 2;
    s.at(0, GIC_EV_SGI_GENERATED, 5, 0, gic_sgi_pack(sgi)); /* refused by its group */
    s.at(200000000, GIC_EV_SGI_GENERATED, 5, 0, gic_sgi_pack(sgi));
    s.at(200000050, GIC_EV_PENDING, 5, 2).at(200000060, GIC_EV_WITHDRAWN, 5, 2);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_ASSERTED], 200000000u);
}

TEST(Recorder, AMergedSgiUsesUpItsWrite)
{
    script s;
    gic_sgi sgi = {};
    sgi.target_list = 1u << 2;
    for (uint64_t t : {100, 110, 300})
        s.at(t, GIC_EV_SGI_GENERATED, 5, 0, gic_sgi_pack(sgi));
    s.at(140, GIC_EV_PENDING, 5, 2).at(150, GIC_EV_MERGED, 5, 2);
    s.at(160, GIC_EV_ACKNOWLEDGED, 5, 2).at(170, GIC_EV_DEACTIVATED, 5, 2);
    s.at(340, GIC_EV_PENDING, 5, 2).at(350, GIC_EV_WITHDRAWN, 5, 2);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(s.finished()[0].merged, 1u);
    EXPECT_EQ(s.finished()[1].stamp[GICTIME_STAMP_ASSERTED], 300u);
}

TEST(Recorder, ASpuriousReadUsesUpItsException)
{
    script s;
    gictime_recorder_exception(s.recorder, 0, false, 10);
    s.at(20, GIC_EV_SPURIOUS, 1023, 0);
    s.at(30, GIC_EV_PENDING, 40).at(31, GIC_EV_SET, 40, 0).at(40, GIC_EV_ACKNOWLEDGED, 40, 0);
    s.at(50, GIC_EV_DEACTIVATED, 40);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_EXCEPTION], GICTIME_NO_STAMP);
    EXPECT_EQ(s.stats().spurious, 1u);
}

TEST(Recorder, AChainedAcknowledgeHasNoExceptionOfItsOwn)
{
    script s;
    s.at(1, GIC_EV_PENDING, 40).at(2, GIC_EV_PENDING, 41);
    gictime_recorder_exception(s.recorder, 0, false, 10);
    gictime_recorder_handler(s.recorder, 0, false, 12);
    s.at(20, GIC_EV_ACKNOWLEDGED, 40, 0).at(30, GIC_EV_DEACTIVATED, 40);
    s.at(40, GIC_EV_ACKNOWLEDGED, 41, 0).at(50, GIC_EV_DEACTIVATED, 41);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_HANDLER], 12u);
    EXPECT_EQ(s.finished().at(1).stamp[GICTIME_STAMP_EXCEPTION], GICTIME_NO_STAMP);
    EXPECT_EQ(s.finished().at(1).stamp[GICTIME_STAMP_HANDLER], GICTIME_NO_STAMP);
}

TEST(Recorder, AnFiqInsideAnIrqKeepsBothExceptions)
{
    script s;
    s.at(1, GIC_EV_PENDING, 40).at(2, GIC_EV_PENDING, 41);
    gictime_recorder_exception(s.recorder, 0, false, 10);
    gictime_recorder_exception(s.recorder, 0, true, 15);
    s.at(20, GIC_EV_ACKNOWLEDGED, 41, 0).at(25, GIC_EV_DEACTIVATED, 41);
    s.at(30, GIC_EV_ACKNOWLEDGED, 40, 0).at(35, GIC_EV_DEACTIVATED, 40);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_EXCEPTION], 15u);
    EXPECT_EQ(s.finished().at(1).stamp[GICTIME_STAMP_EXCEPTION], 10u);
}

TEST(Recorder, AVectorThatDidNotBeginHasNoStamp)
{
    script s;
    s.at(1, GIC_EV_PENDING, 40).at(2, GIC_EV_PENDING, 41);
    gictime_recorder_exception(s.recorder, 0, false, 10);
    gictime_recorder_handler(s.recorder, 0, false, 12);
    gictime_recorder_exception(s.recorder, 0, true, 12); /* instead of its first instruction */
    gictime_recorder_handler(s.recorder, 0, true, 14);
    s.at(20, GIC_EV_ACKNOWLEDGED, 41, 0).at(25, GIC_EV_DEACTIVATED, 41);
    s.at(30, GIC_EV_ACKNOWLEDGED, 40, 0).at(35, GIC_EV_DEACTIVATED, 40);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_HANDLER], 14u);
    EXPECT_EQ(s.finished().at(1).stamp[GICTIME_STAMP_EXCEPTION], 10u);
    EXPECT_EQ(s.finished().at(1).stamp[GICTIME_STAMP_HANDLER], GICTIME_NO_STAMP);
}

TEST(Recorder, IrqsOfTwoWorldsThatNestKeepEachTheirStamps)
{
    script s;
    s.at(1, GIC_EV_PENDING, 40).at(2, GIC_EV_PENDING, 41).at(3, GIC_EV_PENDING, 42);
    gictime_recorder_exception(s.recorder, 0, false, 10);
    gictime_recorder_handler(s.recorder, 0, false, 12);
    gictime_recorder_exception(s.recorder, 0, false, 15); /* the other world, before the IAR read */
    gictime_recorder_handler(s.recorder, 0, false, 17);
    gictime_recorder_exception(s.recorder, 0, true, 18);
    gictime_recorder_handler(s.recorder, 0, true, 19);
    s.at(20, GIC_EV_ACKNOWLEDGED, 42, 0).at(25, GIC_EV_DEACTIVATED, 42);
    s.at(26, GIC_EV_ACKNOWLEDGED, 41, 0).at(28, GIC_EV_DEACTIVATED, 41);
    s.at(30, GIC_EV_ACKNOWLEDGED, 40, 0).at(35, GIC_EV_DEACTIVATED, 40);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_EXCEPTION], 18u);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_HANDLER], 19u);
    EXPECT_EQ(s.finished().at(1).stamp[GICTIME_STAMP_EXCEPTION], 15u);
    EXPECT_EQ(s.finished().at(1).stamp[GICTIME_STAMP_HANDLER], 17u);
    EXPECT_EQ(s.finished().at(2).stamp[GICTIME_STAMP_EXCEPTION], 10u);
    EXPECT_EQ(s.finished().at(2).stamp[GICTIME_STAMP_HANDLER], 12u);
}

TEST(Recorder, HandlersThatNeverReadAnIarDoNotFillItUp)
{
    script s;
    for (uint64_t t = 0; t < 1000; t++)
        gictime_recorder_exception(s.recorder, 0, t % 3 == 0, t);
    s.at(2000, GIC_EV_PENDING, 40);
    gictime_recorder_exception(s.recorder, 0, false, 2010);
    s.at(2020, GIC_EV_ACKNOWLEDGED, 40, 0).at(2030, GIC_EV_DEACTIVATED, 40);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_EXCEPTION], 2010u);
}

TEST(Recorder, WhatIsAliveAtTheEndIsOpenInOrderOfBeginning)
{
    script s;
    s.at(10, GIC_EV_PENDING, 40).at(11, GIC_EV_ACKNOWLEDGED, 40, 0).at(12, GIC_EV_PENDING, 41);
    s.at(13, GIC_EV_PENDING, 40).at(14, GIC_EV_ASSERTED, 42);
    gictime_recorder_close(s.recorder, 100);
    ASSERT_EQ(s.finished().size(), 3u);
    for (size_t n = 0; n < 3; n++) {
        EXPECT_EQ(s.finished()[n].seq, n);
        EXPECT_EQ(s.finished()[n].outcome, GICTIME_OUTCOME_OPEN);
        EXPECT_EQ(s.finished()[n].end_ps, 100u);
    }
    EXPECT_EQ(s.stats().pending, 0u);
    EXPECT_EQ(s.stats().active, 0u);
}

TEST(Recorder, MoreAliveThanThereIsRoomForIsCountedAndTheRestIsRight)
{
    script s(2);
    s.at(1, GIC_EV_PENDING, 40).at(2, GIC_EV_PENDING, 41).at(3, GIC_EV_PENDING, 42);
    s.at(4, GIC_EV_ACKNOWLEDGED, 42, 0);
    EXPECT_EQ(s.stats().dropped_live, 2u);
    EXPECT_EQ(s.stats().live_peak, 2u);
    s.at(5, GIC_EV_ACKNOWLEDGED, 40, 0).at(6, GIC_EV_DEACTIVATED, 40);
    s.at(7, GIC_EV_PENDING, 42).at(8, GIC_EV_ACKNOWLEDGED, 42, 0).at(9, GIC_EV_DEACTIVATED, 42);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(stamps(s.finished()[1]), (times{7, 8, 9}));
}

TEST(Recorder, AFullRingWithoutASinkCountsWhatItDrops)
{
    script s(0, 3, false);
    gictime_instance out[4];
    for (uint64_t t = 0; t < 500; t += 100)
        whole_spi(s, t, 40, 0);
    EXPECT_EQ(s.stats().dropped_finished, 2u);
    EXPECT_EQ(gictime_recorder_take(s.recorder, out, 2), 2u);
    EXPECT_EQ(out[0].seq, 0u);
    whole_spi(s, 500, 40, 0);
    EXPECT_EQ(gictime_recorder_take(s.recorder, out, 4), 2u);
    EXPECT_EQ(out[0].seq, 2u);
    EXPECT_EQ(out[1].seq, 5u);
}

TEST(Recorder, AFullRingSpillsToItsSinkInOrder)
{
    script s(0, 3);
    for (uint64_t t = 0; t < 1000; t += 100)
        whole_spi(s, t, 40, 0);
    ASSERT_EQ(s.finished().size(), 10u);
    for (size_t n = 0; n < 10; n++)
        EXPECT_EQ(s.finished()[n].seq, n);
    EXPECT_EQ(s.stats().dropped_finished, 0u);
}

/* The index of what is alive under random coming and going. */
TEST(Recorder, ManyInterruptsComeAndGoWithoutMixing)
{
    script s(300);
    uint64_t random = 88172645463325252u, ended = 0;
    bool alive[300] = {};
    for (uint64_t t = 0; t < 20000; t++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint32_t n = static_cast<uint32_t>(random % 300);
        uint32_t intid = n < 150 ? 32 + n : 8192 + n;
        s.at(t, alive[n] ? GIC_EV_WITHDRAWN : GIC_EV_PENDING, intid);
        ended += alive[n];
        alive[n] = !alive[n];
    }
    EXPECT_EQ(s.finished().size(), ended);
    EXPECT_EQ(s.stats().orphans, 0u);
    EXPECT_EQ(s.stats().dropped_live, 0u);
    for (const gictime_instance &i : s.finished())
        ASSERT_GE(i.end_ps, i.stamp[GICTIME_STAMP_PENDING]);
}

TEST(Recorder, CsvHasAColumnPerStampAndLeavesAbsentOnesEmpty)
{
    script s;
    text_file out;
    gic_sgi sgi = {};
    sgi.target_list = 1u << 2;
    s.at(100, GIC_EV_SGI_GENERATED, 5, 1, gic_sgi_pack(sgi));
    s.at(130, GIC_EV_PENDING, 5, 2, 0x80).at(150, GIC_EV_MERGED, 5, 2).at(160, GIC_EV_SET, 5, 2);
    s.at(170, GIC_EV_ACKNOWLEDGED, 5, 2).at(180, GIC_EV_EOI, 5, 2);
    s.at(190, GIC_EV_DEACTIVATED, 5, 2);
    gictime_instance_csv_header(out.file);
    gictime_instance_csv(&s.finished().at(0), out.file);
    EXPECT_EQ(out.text(),
              "seq,pe,intid,class,outcome,priority,group,sender,merged,displaced,returned,"
              "asserted_ps,translated_ps,pending_ps,offered_ps,set_ps,signalled_ps,exception_ps,"
              "handler_ps,acknowledged_ps,eoi_ps,deactivated_ps\n"
              "0,2,5,SGI,completed,128,0,1,1,0,0,100,,130,,160,,,,170,180,190\n");
}

} // namespace
