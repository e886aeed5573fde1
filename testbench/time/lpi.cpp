/* SPDX-License-Identifier: Apache-2.0 */
/* Instances of LPIs: MSIs matched to translations, commands, drops, moves, checkpoints. */
#include <gtest/gtest.h>

#include <memory>

#include "gictime/observer.h"
#include "script.hpp"
#include "text_file.hpp"

namespace
{

using times = std::vector<uint64_t>;

constexpr uint32_t NOBODY = GIC_INTID_SPURIOUS;

uint64_t event_of(uint32_t device, uint32_t event)
{
    return static_cast<uint64_t>(device) << 32 | event;
}

/* Translation of @p event to @p intid at @p t, and the rest of that LPI's life. */
void whole_lpi(script &s, uint64_t t, uint64_t event, uint32_t intid)
{
    s.at(t, GIC_EV_TRANSLATED, intid, 1, event).at(t + 10, GIC_EV_PENDING, intid, 1, 0xA0);
    s.at(t + 20, GIC_EV_SET, intid, 1).at(t + 30, GIC_EV_ACKNOWLEDGED, intid, 1);
    s.at(t + 40, GIC_EV_EOI, intid, 1);
}

TEST(RecorderLpi, AnMsiIsAssertedAtItsWriteAndTranslatedByTheIts)
{
    script s;
    s.at(100, GIC_EV_MSI, NOBODY, GIC_PE_NONE, event_of(5, 3));
    whole_lpi(s, 160, event_of(5, 3), 8200);
    ASSERT_EQ(s.finished().size(), 1u);
    EXPECT_EQ(stamps(s.finished()[0]), (times{100, 160, 170, 180, 190, 200}));
    EXPECT_EQ(s.finished()[0].stamp[GICTIME_STAMP_TRANSLATED], 160u);
    EXPECT_EQ(s.stats().orphans, 0u);
}

TEST(RecorderLpi, AnIntCommandBeginsWithItsTranslation)
{
    script s;
    s.at(100, GIC_EV_MSI, NOBODY, GIC_PE_NONE, event_of(5, 4)); /* another event */
    whole_lpi(s, 160, event_of(5, 3), 8200);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_ASSERTED], 160u);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_TRANSLATED], 160u);
}

TEST(RecorderLpi, MsisOfOneEventAreMatchedInOrderAndOfOthersApart)
{
    script s;
    s.at(100, GIC_EV_MSI, NOBODY, GIC_PE_NONE, event_of(5, 3));
    s.at(110, GIC_EV_MSI, NOBODY, GIC_PE_NONE, event_of(6, 3));
    s.at(120, GIC_EV_MSI, NOBODY, GIC_PE_NONE, event_of(5, 3));
    whole_lpi(s, 200, event_of(6, 3), 8300); /* overtakes */
    whole_lpi(s, 300, event_of(5, 3), 8200);
    whole_lpi(s, 400, event_of(5, 3), 8200);
    ASSERT_EQ(s.finished().size(), 3u);
    EXPECT_EQ(s.finished()[0].stamp[GICTIME_STAMP_ASSERTED], 110u);
    EXPECT_EQ(s.finished()[1].stamp[GICTIME_STAMP_ASSERTED], 100u);
    EXPECT_EQ(s.finished()[2].stamp[GICTIME_STAMP_ASSERTED], 120u);
}

TEST(RecorderLpi, AMergedMsiUsesUpItsOwnTranslation)
{
    script s;
    const uint64_t e = event_of(1, 1);
    s.at(100, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e).at(110, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e);
    s.at(150, GIC_EV_TRANSLATED, 8200, 1, e).at(160, GIC_EV_PENDING, 8200, 1);
    s.at(170, GIC_EV_TRANSLATED, 8200, 1, e).at(180, GIC_EV_MERGED, 8200, 1);
    s.at(190, GIC_EV_ACKNOWLEDGED, 8200, 1).at(200, GIC_EV_EOI, 8200, 1);
    s.at(300, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e);
    whole_lpi(s, 350, e, 8200);
    ASSERT_EQ(s.finished().size(), 2u);
    EXPECT_EQ(s.finished()[0].merged, 1u);
    EXPECT_EQ(s.finished()[0].stamp[GICTIME_STAMP_ASSERTED], 100u);
    EXPECT_EQ(s.finished()[1].stamp[GICTIME_STAMP_ASSERTED], 300u);
}

TEST(RecorderLpi, AnMsiWithoutAMappingIsForgotten)
{
    script s;
    const uint64_t e = event_of(1, 1);
    s.at(100, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e).at(120, GIC_EV_ITS_UNMAPPED, 0, GIC_PE_NONE, e);
    s.at(200, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e);
    whole_lpi(s, 250, e, 8200);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_ASSERTED], 200u);
}

TEST(RecorderLpi, AnMsiOutOfRangeIsReportedTwiceAndForgottenOnce)
{
    script s;
    const uint64_t e = event_of(1, 1);
    s.at(100, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e).at(110, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e);
    s.at(120, GIC_EV_BAD_ITS_MAPPING, 0, GIC_PE_NONE, e);
    s.at(120, GIC_EV_ITS_UNMAPPED, 0, GIC_PE_NONE, e);
    whole_lpi(s, 150, e, 8200);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_ASSERTED], 110u);
}

TEST(RecorderLpi, AnMsiWhoseWalkFailedInMemoryIsNotMatchedForever)
{
    script s;
    const uint64_t e = event_of(1, 1), late = 200000000;
    s.at(0, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e).at(10, GIC_EV_BAD_ITS_TABLE, 0, GIC_PE_NONE, 64);
    s.at(late, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e);
    whole_lpi(s, late + 50, e, 8200);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_ASSERTED], late);
}

TEST(RecorderLpi, AnLpiThatIsDroppedLeavesNothingAlive)
{
    script s(1); /* room for one */
    s.at(10, GIC_EV_TRANSLATED, 8200, 1, event_of(1, 1)).at(20, GIC_EV_LPI_DROPPED, 8200, 1);
    whole_lpi(s, 100, event_of(1, 2), 8201);
    ASSERT_EQ(s.finished().size(), 1u);
    EXPECT_EQ(s.finished()[0].intid, 8201u);
    EXPECT_EQ(s.stats().dropped_live, 0u);
}

TEST(RecorderLpi, APendingLpiThatIsMovedIsTheSameInstance)
{
    script s;
    s.at(5, GIC_EV_MSI, NOBODY, GIC_PE_NONE, event_of(1, 1));
    s.at(10, GIC_EV_TRANSLATED, 8200, 1, event_of(1, 1)).at(20, GIC_EV_PENDING, 8200, 1);
    s.at(30, GIC_EV_SET, 8200, 1).at(40, GIC_EV_RELEASED, 8200, 1);
    s.at(50, GIC_EV_LPI_MOVED, 8200, 1, 2).at(60, GIC_EV_PENDING, 8200, 2);
    s.at(70, GIC_EV_SET, 8200, 2).at(80, GIC_EV_ACKNOWLEDGED, 8200, 2).at(90, GIC_EV_EOI, 8200, 2);
    ASSERT_EQ(s.finished().size(), 1u);
    EXPECT_EQ(stamps(s.finished()[0]), (times{5, 10, 20, 70, 80, 90}));
    EXPECT_EQ(s.finished()[0].pe, 2u);
    EXPECT_EQ(s.stats().begun, 1u);
}

TEST(RecorderLpi, MoreMsisThanAreRememberedForgetTheOldest)
{
    script s;
    const unsigned many = 10000;
    for (unsigned n = 0; n < many; n++)
        s.at(1000 + n, GIC_EV_MSI, NOBODY, GIC_PE_NONE, event_of(7, n));
    whole_lpi(s, 20000, event_of(7, 0), 8200);
    whole_lpi(s, 30000, event_of(7, many - 1), 8201);
    EXPECT_EQ(s.finished().at(0).stamp[GICTIME_STAMP_ASSERTED], 20000u);
    EXPECT_EQ(s.finished().at(1).stamp[GICTIME_STAMP_ASSERTED], 1000u + many - 1);
}

/* The log of MSIs against a list, under random coming and going. */
TEST(RecorderLpi, ManyMsisUnderWayDoNotMix)
{
    script s;
    std::vector<times> sent(64);
    uint64_t random = 88172645463325252u, matched = 0;
    for (uint64_t t = 1; t < 20000; t++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        const uint32_t n = static_cast<uint32_t>(random % 64);
        const uint64_t e = event_of(n % 8, n / 8);
        if (sent[n].size() < 20 && (random >> 32 & 1)) {
            s.at(t * 100, GIC_EV_MSI, NOBODY, GIC_PE_NONE, e);
            sent[n].push_back(t * 100);
        } else if (!sent[n].empty()) {
            whole_lpi(s, t * 100, e, 8192 + n);
            ASSERT_EQ(s.finished().at(matched).stamp[GICTIME_STAMP_ASSERTED], sent[n].front());
            sent[n].erase(sent[n].begin());
            matched++;
        }
    }
    EXPECT_GT(matched, 5000u);
}

struct by_destroy {
    void operator()(gictime_observer *o) const
    {
        gictime_observer_destroy(o);
    }
};

std::unique_ptr<gictime_observer, by_destroy> observer(const gictime_profile &profile)
{
    gic_config gic = gic_config_default();
    gictime_observer_config c = {};
    gictime_error error;
    gic.pe_count = 4;
    c.gic = &gic;
    c.profile = &profile;
    return std::unique_ptr<gictime_observer, by_destroy>(gictime_observer_create(&c, &error));
}

void tell(gictime_observer *o, uint64_t t, gic_event_id id, uint32_t intid, uint64_t arg = 0)
{
    gic_event e = {};
    e.time_ps = t;
    e.id = static_cast<uint8_t>(id);
    e.intid = intid;
    e.pe = id == GIC_EV_MSI ? static_cast<uint16_t>(GIC_PE_NONE) : static_cast<uint16_t>(0);
    e.arg = arg;
    gictime_observer_event(o, &e);
}

std::string stats_of(gictime_observer *o)
{
    text_file out;
    gictime_run run = {};
    gictime_error error;
    EXPECT_TRUE(gictime_observer_finish(o, &run, &error));
    gictime_observer_stats(o, &run, out.file);
    return out.text();
}

TEST(RecorderLpi, MsisUnderWayAndLpisOnTheMoveSurviveACheckpoint)
{
    gictime_profile profile;
    gictime_error error;
    ASSERT_TRUE(gictime_profile_load(&profile, "gic600", &error));
    const auto whole = observer(profile), rest = observer(profile);
    gictime_bytes bytes = {};
    for (unsigned n = 0; n < 5000; n++)
        tell(whole.get(), 100 + n, GIC_EV_MSI, NOBODY, event_of(1, n % 40));
    tell(whole.get(), 6000, GIC_EV_TRANSLATED, 8192, event_of(1, 0));
    tell(whole.get(), 6001, GIC_EV_TRANSLATED, 8193, event_of(1, 1));
    tell(whole.get(), 6002, GIC_EV_PENDING, 8193);
    tell(whole.get(), 6003, GIC_EV_LPI_MOVED, 8193, 1);
    gictime_observer_save(whole.get(), &bytes);
    gictime_cursor from = {bytes.data, bytes.size, false};
    ASSERT_TRUE(gictime_observer_load(rest.get(), &from));
    for (gictime_observer *o : {whole.get(), rest.get()}) {
        tell(o, 6010, GIC_EV_PENDING, 8192);
        tell(o, 6011, GIC_EV_PENDING, 8193);
        for (unsigned n = 2; n < 40; n++) {
            tell(o, 6100 + n, GIC_EV_TRANSLATED, 8192 + n, event_of(1, n));
            tell(o, 6200 + n, GIC_EV_PENDING, 8192 + n);
        }
        for (unsigned n = 0; n < 40; n++) {
            tell(o, 6300 + n, GIC_EV_ACKNOWLEDGED, 8192 + n);
            tell(o, 6400 + n, GIC_EV_EOI, 8192 + n);
        }
    }
    const std::string expected = stats_of(whole.get());
    EXPECT_NE(expected.find("\"completed\": 40"), std::string::npos);
    EXPECT_EQ(stats_of(rest.get()), expected);
    gictime_bytes_free(&bytes);
}

} // namespace
