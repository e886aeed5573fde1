// SPDX-License-Identifier: Apache-2.0
// Private interrupts of a Redistributor kernel alone, each by itself: its wire, and each of its
// bits and fields, which change what they are and nothing else (IHI 0069, 12.11; IHI 0048, 4.3).
#include <utility>

#include "gicr_alone.hpp"

using namespace gicr_alone;

namespace
{

// Words of 32 interrupts and the INTIDs of their bits: 0 to 31, then from 1056.
uint32_t intid_of(unsigned slot)
{
    return slot < 32 ? slot : 1056 + slot - 32;
}

// A family of registers: bits of each interrupt, and what a write does.
struct family {
    const char *name;
    uint32_t offset;
    unsigned width;                      // bits of each interrupt
    std::vector<uint32_t> shows;         // offsets of the families where the value is seen
    std::function<bool(unsigned)> there; // of which slots
    uint64_t value;                      // that is written, and seen
};

bool any(unsigned)
{
    return true;
}
bool no_sgi(unsigned slot)
{
    return slot >= 16;
}
bool sgi(unsigned slot)
{
    return slot < 16;
}

const std::vector<family> families = {
    {"IGROUPR", IGROUPR, 1, {IGROUPR}, any, 1},
    {"ISENABLER", ISENABLER, 1, {ISENABLER, ICENABLER}, any, 1},
    {"ISPENDR", ISPENDR, 1, {ISPENDR, ICPENDR}, any, 1},
    {"ISACTIVER", ISACTIVER, 1, {ISACTIVER, ICACTIVER}, any, 1},
    {"IPRIORITYR", IPRIORITYR, 8, {IPRIORITYR}, any, 0xFF},
    {"IPRIORITYR", IPRIORITYR, 8, {IPRIORITYR}, any, 0x40},
    {"ICFGR", ICFGR, 2, {ICFGR}, no_sgi, 2},
    {"IGRPMODR", IGRPMODR, 1, {IGRPMODR}, any, 1},
    {"NSACR", NSACR, 2, {NSACR}, sgi, 1},
    {"NSACR", NSACR, 2, {NSACR}, sgi, 2},
};

uint32_t register_of(const alone &g, uint32_t offset, unsigned width, unsigned slot)
{
    return g.sgi_base + offset + slot * width / 32 * 4;
}

// All registers of private interrupts: offsets in the frame, and values.
std::vector<std::pair<uint32_t, uint64_t>> snapshot(alone &g)
{
    std::vector<std::pair<uint32_t, uint64_t>> all;
    const gic_frame *frame = gicr_frame(g.r);
    for (unsigned n = 0; n < frame->row_count; n++) {
        const gic_reg_row &row = frame->row[n];
        for (uint32_t at = 0; row.bits_per_intid != 0 && row.read && at < row.span; at += 4)
            all.emplace_back(row.offset + at - g.sgi_base, g.read(row.offset + at));
    }
    return all;
}

// What @p act changes of the frame: offsets in the frame and the bits that are other ones.
std::vector<std::pair<uint32_t, uint64_t>> changes(alone &g, const std::function<void()> &act)
{
    const auto before = snapshot(g);
    act();
    const auto after = snapshot(g);
    std::vector<std::pair<uint32_t, uint64_t>> found;
    for (size_t n = 0; n < before.size(); n++)
        if (before[n] != after[n])
            found.emplace_back(before[n].first, before[n].second ^ after[n].second);
    g.take();
    return found;
}

using changed = std::vector<std::pair<uint32_t, uint64_t>>;

changed expected(const family &f, unsigned slot, uint64_t value)
{
    changed all;
    for (uint32_t shows : f.shows)
        all.emplace_back(shows + slot * f.width / 32 * 4, value << (slot * f.width % 32));
    return all;
}

} // namespace

TEST(GicrPrivate, EachFieldIsItsInterruptsAlone)
{
    for (unsigned eppis : {0u, 32u, 64u}) {
        alone g(two_states(eppis));
        for (const family &f : families)
            for (unsigned slot = 0; slot < 96; slot++) {
                SCOPED_TRACE(testing::Message() << f.name << " of " << intid_of(slot));
                const uint64_t value = f.value << (slot * f.width % 32);
                const uint32_t at = register_of(g, f.offset, f.width, slot);
                if (f.offset == NSACR && slot >= 16)
                    continue; // another register
                const bool there = f.there(slot) && slot < 32 + eppis;
                gicr_reset(g.r);
                EXPECT_EQ(changes(g, [&] { g.write(at, value); }),
                          there ? expected(f, slot, f.value) : changed());
                if (f.width == 8) {
                    gicr_reset(g.r);
                    EXPECT_EQ(
                        changes(g, [&] { g.write(g.sgi_base + f.offset + slot, f.value, 1); }),
                        there ? expected(f, slot, f.value) : changed());
                    EXPECT_EQ(g.read(g.sgi_base + f.offset + slot, 1), there ? f.value : 0u);
                }
            }
    }
}

// The registers that clear: with everything set, the bit goes and nothing else.
TEST(GicrPrivate, EachBitIsClearedAlone)
{
    const std::vector<family> clearing = {
        {"ICENABLER", ICENABLER, 1, {ISENABLER, ICENABLER}, any, 1},
        {"ICPENDR", ICPENDR, 1, {ISPENDR, ICPENDR}, any, 1},
        {"ICACTIVER", ICACTIVER, 1, {ISACTIVER, ICACTIVER}, any, 1},
    };
    for (unsigned eppis : {0u, 32u, 64u}) {
        alone g(two_states(eppis));
        for (unsigned word = 0; word < 3; word++)
            for (uint32_t set : {ISENABLER, ISPENDR, ISACTIVER})
                g.set_bits(set, UINT32_MAX, word);
        g.take();
        for (const family &f : clearing)
            for (unsigned slot = 0; slot < 96; slot++) {
                SCOPED_TRACE(testing::Message() << f.name << " of " << intid_of(slot));
                const bool there = slot < 32 + eppis;
                EXPECT_EQ(changes(g, [&] { g.set_bits(f.offset, 1u << slot % 32, slot / 32); }),
                          there ? expected(f, slot, 1) : changed());
                EXPECT_EQ(changes(g, [&] { g.set_bits(f.offset, 1u << slot % 32, slot / 32); }),
                          changed())
                    << "again";
                g.set_bits(f.offset - 0x80, 1u << slot % 32, slot / 32);
                g.take();
            }
    }
}

// D-03: to a Non-secure access there are only interrupts of Non-secure Group 1.
TEST(GicrPrivate, NonsecureAccessesChangeNonsecureInterruptsAlone)
{
    alone g(two_states(64));
    for (unsigned slot = 0; slot < 96; slot++) {
        const unsigned word = slot / 32;
        const uint32_t bit = 1u << slot % 32;
        for (unsigned group = 0; group < 3; group++) { // Group 0, Non-secure and Secure Group 1
            SCOPED_TRACE(testing::Message() << intid_of(slot) << " group " << group);
            gicr_reset(g.r);
            g.set_bits(group == 1 ? IGROUPR : IGRPMODR, group ? bit : 0, word);
            const uint32_t seen = group == 1 ? bit : 0;
            for (uint32_t set : {ISENABLER, ISPENDR, ISACTIVER}) {
                g.set_bits(set, UINT32_MAX, word, false);
                EXPECT_EQ(g.bits(set, word), seen);
                g.set_bits(set, UINT32_MAX, word);
                EXPECT_EQ(g.bits(set, word, false), seen);
                EXPECT_EQ(g.bits(set + 0x80, word, false), seen);
                g.set_bits(set + 0x80, UINT32_MAX, word, false);
                EXPECT_EQ(g.bits(set, word), ~seen);
            }
            g.write(SGI_BASE + IPRIORITYR + slot, 0x40, 1, false);
            EXPECT_EQ(g.read(SGI_BASE + IPRIORITYR + slot, 1), seen ? 0xA0u : 0u);
            EXPECT_EQ(g.read(SGI_BASE + IPRIORITYR + slot, 1, false), seen ? 0x40u : 0u);
            g.set_priority(slot, 0xC0);
            EXPECT_EQ(g.read(SGI_BASE + IPRIORITYR + slot, 1, false), seen ? 0x80u : 0u);
            const uint32_t edge = slot < 16 ? 2u : 0u;
            const uint32_t icfgr = SGI_BASE + ICFGR + slot / 16 * 4;
            g.write(icfgr, UINT32_MAX, 4, false);
            EXPECT_EQ(g.read(icfgr) >> slot % 16 * 2 & 3, seen ? 2u : edge);
            EXPECT_EQ(g.read(icfgr, 4, false) >> slot % 16 * 2 & 3, seen ? 2u : 0u);
            for (uint32_t secure_only : {IGROUPR, IGRPMODR, NSACR}) {
                const uint32_t before = g.bits(secure_only);
                g.set_bits(secure_only, ~before, 0, false);
                EXPECT_EQ(g.bits(secure_only), before);
                EXPECT_EQ(g.bits(secure_only, 0, false), 0u);
            }
            g.take();
        }
    }
}

// --- NMIs ---------------------------------------------------------------------------------------

// N-08: a bit of INMIR is there for Group 1.
TEST(GicrPrivate, EachNmiIsItsInterruptsAlone)
{
    for (bool nmi : {true, false})
        for (unsigned eppis : {0u, 32u, 64u}) {
            gic_config config = two_states(eppis);
            config.nmi = nmi;
            alone g(config);
            for (unsigned slot = 0; slot < 96; slot++)
                for (unsigned group = 0; group < 3; group++) {
                    SCOPED_TRACE(testing::Message() << intid_of(slot) << " group " << group);
                    const uint32_t bit = 1u << slot % 32;
                    gicr_reset(g.r);
                    g.set_bits(group == 1 ? IGROUPR : IGRPMODR, group ? bit : 0, slot / 32);
                    const bool there = nmi && group && slot < 32 + eppis;
                    const family f = {"INMIR", INMIR, 1, {INMIR}, any, 1};
                    EXPECT_EQ(changes(g, [&] { g.set_bits(INMIR, bit, slot / 32); }),
                              there ? expected(f, slot, 1) : changed());
                    EXPECT_EQ(g.bits(INMIR, slot / 32, false), there && group == 1 ? bit : 0u);
                    EXPECT_EQ(changes(g, [&] { g.set_bits(INMIR, 0, slot / 32); }),
                              there ? expected(f, slot, 1) : changed());
                }
        }
}

// --- wires --------------------------------------------------------------------------------------

TEST(GicrPrivate, EachWireIsItsInterruptsAlone)
{
    for (unsigned eppis : {0u, 32u, 64u}) {
        alone g(two_states(eppis));
        for (unsigned slot = 16; slot < 32 + eppis; slot++) {
            SCOPED_TRACE(intid_of(slot));
            const family f = {"", 0, 1, {ISPENDR, ICPENDR}, any, 1};
            for (bool edge : {false, true}) {
                gicr_reset(g.r);
                g.write(SGI_BASE + ICFGR + slot / 16 * 4, edge ? 2u << slot % 16 * 2 : 0);
                const auto wire = [&](bool level) {
                    return changes(g, [&] { gicr_set_line(g.r, intid_of(slot), level); });
                };
                EXPECT_EQ(wire(true), expected(f, slot, 1));
                const std::vector<unsigned char> high = g.save();
                EXPECT_EQ(wire(true), changed()) << "again";
                EXPECT_EQ(g.save(), high);
                EXPECT_EQ(wire(false), edge ? changed() : expected(f, slot, 1));
                const std::vector<unsigned char> low = g.save();
                EXPECT_EQ(wire(false), changed()) << "again";
                EXPECT_EQ(g.save(), low);
            }
        }
    }
}

// Wires of interrupts that are not there, and of SGIs, which have none.
TEST(GicrPrivate, AWireOfNothingIsReportedAndDoesNothing)
{
    for (unsigned eppis : {0u, 32u, 64u}) {
        alone g(two_states(eppis));
        std::vector<uint32_t> nothing = {32,   33,   127,  1019, 1020, 1023,      1024,
                                         1055, 1120, 4096, 5119, 8192, 0xFFFFFFFF};
        for (uint32_t intid = 0; intid < 16; intid++)
            nothing.push_back(intid);
        for (uint32_t intid = 1056 + eppis; intid < 1120; intid++)
            nothing.push_back(intid);
        const std::vector<unsigned char> before = g.save();
        for (uint32_t intid : nothing)
            for (bool level : {true, false}) {
                gicr_set_line(g.r, intid, level);
                const std::vector<gic_out> said = g.take();
                ASSERT_EQ(said.size(), 1u) << intid;
                EXPECT_EQ(said[0].port, GIC_PORT_EVENT);
                EXPECT_EQ(said[0].to, 1u) << "the PE";
                EXPECT_EQ(said[0].msg.kind, GIC_EV_BAD_LINE);
                EXPECT_EQ(said[0].msg.intid, intid);
                EXPECT_EQ(said[0].msg.arg, level ? 1u : 0u);
                EXPECT_EQ(g.save(), before) << intid;
            }
    }
}

// --- GICv2
// ----------------------------------------------------------------------------------------

// L-01, L-07: by PE's own registers; SGIs are pended and cleared by their sources alone.
TEST(GicrPrivate, EachSourceOfAnSgiIsItsAlone)
{
    alone g(gicv2());
    const family pending = {"", 0, 1, {ISPENDR, ICPENDR}, any, 1};
    for (unsigned n = 0; n < 16; n++)
        for (unsigned source = 0; source < 8; source++) {
            SCOPED_TRACE(testing::Message() << n << " from " << source);
            gicr_reset(g.r);
            const bool there = source < 4;
            changed both = expected(pending, n, 1);
            for (uint32_t shows : {CPENDSGIR, SPENDSGIR})
                both.emplace_back(shows + n / 4 * 4, UINT64_C(1) << (n % 4 * 8 + source));
            const auto act = [&](uint32_t family, uint8_t value) {
                return changes(g, [&] { g.write(family + n, value, 1); });
            };
            const uint8_t bit = static_cast<uint8_t>(1u << source);
            EXPECT_EQ(act(SPENDSGIR, bit), there ? both : changed());
            EXPECT_EQ(act(SPENDSGIR, bit), changed()) << "again";
            EXPECT_EQ(act(CPENDSGIR, static_cast<uint8_t>(~bit)), changed()) << "others";
            EXPECT_EQ(changes(g, [&] { g.set_bits(ICPENDR, UINT32_MAX); }), changed());
            EXPECT_EQ(act(CPENDSGIR, bit), there ? both : changed());
            EXPECT_EQ(changes(g, [&] { g.set_bits(ISPENDR, 0xFFFF); }), changed());
        }
}

// --- states of others
// ----------------------------------------------------------------------------------------

// A state goes into a Redistributor of the same PE and configuration, and into no other.
TEST(GicrPrivate, AStateOfAnotherConfigurationIsRefused)
{
    std::vector<std::pair<const char *, gic_config>> all = {{"two states", two_states()},
                                                            {"GICv2", gicv2()}};
    const auto vary = [&](const char *what, void (*change)(gic_config &)) {
        all.emplace_back(what, two_states());
        change(all.back().second);
    };
    vary("one state", [](gic_config &c) { c.two_security_states = false; });
    vary("DS can be written", [](gic_config &c) { c.ds_writable = true; });
    vary("NMIs", [](gic_config &c) { c.nmi = true; });
    vary("both", [](gic_config &c) { c.nmi = c.ds_writable = true; });
    vary("one state, NMIs", [](gic_config &c) {
        c.two_security_states = false;
        c.nmi = true;
    });
    vary("PEs", [](gic_config &c) { c.pe_count = 5; });
    vary("extended PPIs", [](gic_config &c) { c.eppi_count = 32; });
    vary("priority bits", [](gic_config &c) { c.priority_bits = 7; });
    vary("no DPG", [](gic_config &c) { c.dpg = false; });
    vary("LPIs", [](gic_config &c) { c.lpi_bits = 16; });
    vary("fewer LPIs", [](gic_config &c) { c.lpi_bits = 15; });
    vary("an ITS", [](gic_config &c) {
        c.lpi_bits = 16;
        c.its_count = 1;
    });
    vary("a smaller cache", [](gic_config &c) {
        c.lpi_bits = 16;
        c.lpi_cache = 32;
    });
    vary("a smaller property cache", [](gic_config &c) {
        c.lpi_bits = 16;
        c.lpi_property_cache = 32;
    });
    for (const auto &from : all)
        for (const auto &to : all) {
            SCOPED_TRACE(std::string(from.first) + " into " + to.first);
            const std::vector<unsigned char> file = alone(from.second).save();
            alone g(to.second);
            EXPECT_EQ(gicr_load(g.r, file.data(), file.size()), &from == &to);
        }
    const std::vector<unsigned char> of_another = alone(two_states(), 2).save();
    alone g(two_states());
    EXPECT_FALSE(gicr_load(g.r, of_another.data(), of_another.size()));
}

// The caches of LPIs are no part of a Redistributor that has none.
TEST(GicrPrivate, WithoutLpisTheirCachesMakeNoDifference)
{
    gic_config config = two_states();
    config.lpi_cache = config.lpi_property_cache = 32;
    const std::vector<unsigned char> file = alone(config).save();
    alone g(two_states());
    EXPECT_TRUE(gicr_load(g.r, file.data(), file.size()));
}
