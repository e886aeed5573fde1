// SPDX-License-Identifier: Apache-2.0
// Rule T-23, command by command: MSIs of all events of two devices are under way, walking or with
// everything cached, when a mapping changes.
#include "its_rig.hpp"

using namespace its_rig;

namespace
{

constexpr unsigned EVENTS = 4, CHANGED = 2, NEVER = 0;

// Where an MSI leads: an LPI and its PE; NEVER: nowhere.
struct lpi_at {
    uint32_t intid;
    unsigned pe;
};

struct remapping {
    const char *name;
    std::function<void(bench &)> give;
    // What is of an event of device 7 (false: of device 8) after it; given is what was before.
    std::function<lpi_at(unsigned event, bool seven, lpi_at before)> after;
};

constexpr uint64_t other_itt = UINT64_C(0x70000000);

lpi_at mapped(unsigned event, bool seven)
{
    return {(seven ? 8200 : 8300) + event, 1};
}

const std::vector<remapping> remappings = {
    {"MAPD", [](bench &b) { b.map_device(7, 4, true, other_itt); },
     [](unsigned event, bool seven, lpi_at before) {
         return seven ? lpi_at{8400 + event, 2} : before;
     }},
    {"MAPD V=0", [](bench &b) { b.map_device(7, 4, false); },
     [](unsigned, bool seven, lpi_at before) {
         return seven ? lpi_at{NEVER, 0} : before;
     }},
    {"MAPTI", [](bench &b) { b.mapti(7, CHANGED, 8500, 2); },
     [](unsigned event, bool seven, lpi_at before) {
         return seven && event == CHANGED ? lpi_at{8500, 2} : before;
     }},
    {"MOVI", [](bench &b) { b.movi(7, CHANGED, 2); },
     [](unsigned event, bool seven, lpi_at before) {
         return seven && event == CHANGED ? lpi_at{before.intid, 2} : before;
     }},
    {"DISCARD", [](bench &b) { b.discard(7, CHANGED); },
     [](unsigned event, bool seven, lpi_at before) {
         return seven && event == CHANGED ? lpi_at{NEVER, 0} : before;
     }},
    {"MAPC", [](bench &b) { b.mapc(1, 2); },
     [](unsigned, bool, lpi_at before) {
         return lpi_at{before.intid, 2};
     }},
    {"MAPC V=0", [](bench &b) { b.mapc(1, 1, false); },
     [](unsigned, bool, lpi_at) {
         return lpi_at{NEVER, 0};
     }},
};

gic_config config_of(unsigned seed)
{
    static const uint16_t geometry[][2] = {{64, 4}, {8, 2}, {1, 1}};
    const uint16_t *g = geometry[seed % 3];
    gic_config config = with_caches(its_config(3), g[0], g[1]);
    config.its.walks = static_cast<uint8_t>(seed % 2 ? 8 : 3);
    config.its.queue = 64;
    config.its.hcc = seed % 5 == 0 ? 4 : 0;
    return config;
}

void map_all(bench &b)
{
    b.start_mapped();
    b.map_device(8, 4);
    for (unsigned event = 0; event < EVENTS; event++) {
        b.mapti(7, event, mapped(event, true).intid, 1);
        b.mapti(8, event, mapped(event, false).intid, 1);
        b.ram.set_word(other_itt + event * 16, VALID | UINT64_C(2) << 32 | (8400 + event));
    }
    b.settle();
}

bool same(const lpi_at &a, const sent &m)
{
    return a.intid == m.msg.intid && a.pe == m.pe;
}

// Every LPI that was set is one of the two mappings of its event; from @p first on the new one.
void expect_whole(const bench &b, const remapping &r, size_t first)
{
    for (size_t n = 0; n < b.log.size(); n++) {
        if (b.log[n].msg.kind != GIC_MSG_LPI_SET)
            continue;
        bool old = false, now = false;
        for (unsigned event = 0; event < EVENTS; event++)
            for (bool seven : {true, false}) {
                const lpi_at before = mapped(event, seven);
                old = old || same(before, b.log[n]);
                now = now || same(r.after(event, seven, before), b.log[n]);
            }
        ASSERT_TRUE(now || (old && n < first))
            << b.log[n].msg.intid << " at PE " << b.log[n].pe << (n < first ? "" : ", after SYNC");
    }
}

void expect_new(bench &b, const remapping &r)
{
    for (unsigned event = 0; event < EVENTS; event++)
        for (bool seven : {true, false}) {
            const lpi_at to = r.after(event, seven, mapped(event, seven));
            const uint32_t device = seven ? 7 : 8;
            if (to.intid == NEVER) {
                ASSERT_TRUE(b.dropped(device, event)) << device << " " << event;
            } else {
                ASSERT_TRUE(b.arrives(device, event, to.pe, to.intid)) << device << " " << event;
            }
        }
}

void storm(bench &b, std::mt19937 &random, unsigned most)
{
    for (unsigned n = random() % most; n > 0; n--) {
        if (!its_is_full(b.s))
            b.msi(random() % 4 ? 7 : 8, random() % EVENTS);
        for (unsigned ticks = random() % 4; ticks > 0; ticks--)
            b.tick();
    }
}

} // namespace

TEST(Rules, T_23_MsisInFlightSeeOneMappingAndKeepNoneOfBefore)
{
    for (const remapping &r : remappings)
        for (unsigned seed = 0; seed < 60; seed++) {
            SCOPED_TRACE(testing::Message() << r.name << " seed " << seed);
            bench b(config_of(seed), timing::late, seed);
            std::mt19937 random(seed);
            map_all(b);
            if (seed % 4) { // nothing is cached
                b.write(GITS_CTLR, 0);
                b.write(GITS_CTLR, ENABLED);
            }
            b.log.clear();
            storm(b, random, 12);
            r.give(b);
            b.sync(1);
            for (unsigned bound = 0; !b.empty(); bound++) {
                ASSERT_LT(bound, 10000u);
                storm(b, random, 3);
                b.tick();
            }
            const size_t first = b.log.size();
            storm(b, random, 12);
            b.settle();
            EXPECT_EQ(b.errors(), 0u);
            expect_whole(b, r, first);
            expect_new(b, r);
            if (HasFailure())
                return;
        }
}

// An MSI that has begun is finished by the old mapping before the command changes it, wherever it
// waits for memory: or it would leave in a cache what it has read before.
TEST(Rules, T_23_AnMsiThatWalksIsFinishedBeforeItsMappingChanges)
{
    for (const remapping &r : remappings)
        for (unsigned seed : {1u, 5u})
            for (unsigned answered = 0; answered < 3; answered++) {
                SCOPED_TRACE(testing::Message() << r.name << " seed " << seed << " " << answered);
                bench b(config_of(seed));
                map_all(b);
                b.write(GITS_CTLR, 0);
                b.write(GITS_CTLR, ENABLED);
                b.log.clear();
                b.memory_answers = false;
                b.msi(7, CHANGED);
                for (unsigned n = 0; n < answered && b.open_requests(); n++)
                    b.answer_open(0);
                if (b.open_requests())
                    b.perform_open(0); // what it reads is of before
                const size_t walks = b.open_requests();
                r.give(b);
                b.sync(1);
                while (b.open_requests() > walks)
                    b.answer_open(walks); // all others go first
                b.memory_answers = true;
                b.settle();
                ASSERT_TRUE(b.empty());
                const size_t first = b.log.size();
                b.msi(7, CHANGED);
                b.settle();
                expect_whole(b, r, first);
                expect_new(b, r);
                if (HasFailure())
                    return;
            }
}

// The same where it waits for credit: what SYNC waits for covers it.
TEST(Rules, T_23_AnMsiThatWaitsForCreditIsSentBeforeItsMappingChanges)
{
    for (const remapping &r : remappings)
        for (unsigned seed : {1u, 5u}) {
            SCOPED_TRACE(testing::Message() << r.name << " seed " << seed);
            bench b(config_of(seed));
            map_all(b);
            b.log.clear();
            b.answers = false;
            for (unsigned n = 0; n < GIC_CREDIT_LPI; n++)
                b.msi(8, 0);
            b.msi(7, CHANGED);
            ASSERT_EQ(b.log.size(), static_cast<size_t>(GIC_CREDIT_LPI));
            r.give(b);
            b.sync(1);
            EXPECT_FALSE(b.empty());
            b.answers = true;
            while (!b.empty())
                ASSERT_TRUE(b.tick());
            const size_t first = b.log.size();
            b.settle();
            b.msi(7, CHANGED);
            b.settle();
            expect_whole(b, r, first);
            expect_new(b, r);
            if (HasFailure())
                return;
        }
}
