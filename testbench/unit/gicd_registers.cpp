// SPDX-License-Identifier: Apache-2.0
// The registers of a Distributor that have a field per interrupt (IHI 0069, 12.9): a write changes
// the field that is written and no other, and what Non-secure software sees of it goes by group and
// GICD_NSACR (D-03, D-04).
#include "gicd_rig.hpp"

#include <map>

using namespace gicd_rig;

namespace
{

enum kind { GROUP, GRPMOD, ENABLE, PENDING, ACTIVE, PRIORITY, TRIGGER, OPEN, NMI, ROUTE, KINDS };

struct family {
    kind what;
    uint32_t base, extended; // of INTID 0, of INTID 4096
    unsigned bits;
    uint64_t mask; // of a field
};

// Read here; of pairs the register that sets.
const family families[] = {
    {GROUP, 0x0080, 0x1000, 1, 1},   {GRPMOD, 0x0D00, 0x3400, 1, 1},
    {ENABLE, 0x0100, 0x1200, 1, 1},  {PENDING, 0x0200, 0x1600, 1, 1},
    {ACTIVE, 0x0300, 0x1A00, 1, 1},  {PRIORITY, 0x0400, 0x2000, 8, 0xF8},
    {TRIGGER, 0x0C00, 0x3000, 2, 2}, {OPEN, 0x0E00, 0x3600, 2, 3},
    {NMI, 0x0F80, 0x3B00, 1, 1},     {ROUTE, 0x6000, 0x8000, 64, UINT64_C(0xFF80FFFFFF)},
};

constexpr uint32_t LAST = 127, EXTENDED = 4096, LAST_EXTENDED = 4159;

gic_config configuration()
{
    gic_config config = gic_config_default();
    config.pe_count = 2;
    config.spi_count = 96;
    config.espi_count = 64;
    config.priority_bits = 5;
    config.nmi = true;
    config.has_el3 = config.two_security_states = config.ds_writable = true;
    return config;
}

uint32_t at(const family &f, uint32_t intid)
{
    return intid < EXTENDED ? f.base + intid * f.bits / 8
                            : f.extended + (intid - EXTENDED) * f.bits / 8;
}

// Each field of each interrupt, as it is read by whole registers; those that are not zero, or that
// differ, by kind and INTID.
using fields = std::vector<uint64_t>;
using named = std::map<std::pair<unsigned, uint32_t>, uint64_t>;

constexpr uint32_t BELOW = 160, INTIDS = BELOW + LAST_EXTENDED + 32 - EXTENDED + 1;

void look(kernel &k, const family &f, uint32_t first, uint32_t place, bool secure, fields *found)
{
    const unsigned bytes = f.bits == 64 ? 8 : 4;
    const uint64_t value = k.read(at(f, first), bytes, secure);
    for (uint32_t n = 0; n < 8 * bytes / f.bits; n++)
        (*found)[f.what * INTIDS + place + n] =
            f.bits == 64 ? value : value >> n * f.bits & ((1u << f.bits) - 1);
}

fields look(kernel &k, bool secure = true)
{
    fields found(KINDS * INTIDS);
    for (const family &f : families)
        for (uint32_t place = f.what == ROUTE ? 32 : 0; place < INTIDS;
             place += f.bits == 64 ? 1 : 32 / f.bits)
            look(k, f, place < BELOW ? place : EXTENDED + place - BELOW, place, secure, &found);
    return found;
}

named changes(const fields &before, const fields &after)
{
    named found;
    for (uint32_t n = 0; n < after.size(); n++) {
        const uint32_t place = n % INTIDS;
        if (before[n] != after[n])
            found[{n / INTIDS, place < BELOW ? place : EXTENDED + place - BELOW}] = after[n];
    }
    return found;
}

const uint32_t shared[] = {32, 47, 63, 64, 95, LAST, EXTENDED, 4111, 4127, 4128, LAST_EXTENDED};

} // namespace

TEST(DistributorRegisters, AFieldIsOneInterrupts)
{
    kernel k(configuration());
    k.write(IGROUPR + 4, UINT32_MAX); // INMIR is of Group 1
    for (const uint32_t intid : shared)
        k.field(IGROUPR, intid, true);
    for (const family &f : families)
        for (const uint32_t intid : shared) {
            SCOPED_TRACE(testing::Message() << "family " << f.what << ", INTID " << intid);
            if (f.what == GROUP)
                continue;
            const fields before = look(k);
            const uint32_t word = at(f, intid) & ~3u;
            const unsigned shift = intid * f.bits % 32;
            if (f.bits == 64)
                k.write(at(f, intid), UINT64_MAX, 8);
            else if (f.bits == 8)
                k.write(at(f, intid), 0xFF, 1);
            else if (f.what == ENABLE || f.what == PENDING || f.what == ACTIVE)
                k.write(word, f.mask << shift);
            else
                k.write(word, k.read(word) | f.mask << shift);
            EXPECT_EQ(changes(before, look(k)), (named{{{f.what, intid}, f.mask}}));
        }
    // And back: of pairs by the register that clears, which reads the same.
    for (const family &f : families)
        for (const uint32_t intid : shared) {
            SCOPED_TRACE(testing::Message() << "family " << f.what << ", INTID " << intid);
            if (f.what == GROUP)
                continue;
            const fields before = look(k);
            const uint32_t word = at(f, intid) & ~3u;
            const uint32_t clear = word + (intid < EXTENDED ? 0x80 : 0x200);
            const unsigned shift = intid * f.bits % 32;
            if (f.bits == 64)
                k.write(at(f, intid), 0, 8);
            else if (f.bits == 8)
                k.write(at(f, intid), 0, 1);
            else if (f.what == ENABLE || f.what == PENDING || f.what == ACTIVE) {
                EXPECT_EQ(k.read(clear), k.read(word));
                k.write(clear, f.mask << shift);
            } else
                k.write(word, k.read(word) & ~(f.mask << shift));
            EXPECT_EQ(changes(before, look(k)), (named{{{f.what, intid}, 0}}));
        }
}

// All bits of a register at once: what is not implemented stays zero.
TEST(DistributorRegisters, WhatIsNotThereReadsZero)
{
    kernel k(configuration());
    for (const family &f : families)
        for (const uint32_t first : {0u, 128u, EXTENDED + 64}) {
            if (f.what == ROUTE && first == 0)
                continue;
            for (uint32_t n = 0; n < 32; n += f.bits == 64 ? 1 : 32 / f.bits)
                k.write(at(f, first + n), UINT64_MAX >> (f.bits == 64 ? 0 : 32),
                        f.bits == 64 ? 8 : 4);
        }
    EXPECT_EQ(changes(fields(KINDS * INTIDS), look(k)), named{});
}

// Halves of GICD_IROUTER, and bytes of GICD_IPRIORITYR, leave the others alone.
TEST(DistributorRegisters, PartsOfARegister)
{
    kernel k(configuration());
    for (const uint32_t intid : {64u, 4128u}) {
        const uint32_t route = kernel::route_at(intid);
        k.write(route, UINT64_C(0xAB80123456), 8);
        k.write(route, 0x00654321);
        EXPECT_EQ(k.read(route, 8), UINT64_C(0xAB00654321));
        k.write(route + 4, 0xFFFFFFCD);
        EXPECT_EQ(k.read(route, 8), UINT64_C(0xCD00654321));
        EXPECT_EQ(k.read(route), 0x00654321u);
        EXPECT_EQ(k.read(route + 4), 0xCDu);
        const uint32_t priority = kernel::priority_at(intid);
        k.write(priority, 0x18283848);
        for (unsigned n = 4; n-- > 0;) {
            EXPECT_EQ(k.read(priority + n, 1), 0x18283848u >> 8 * n & 0xFF);
            k.write(priority + n, 0x50 + 8 * n, 1);
        }
        EXPECT_EQ(k.read(priority), 0x68605850u);
        k.write(priority + 1, 0, 1);
        EXPECT_EQ(k.read(priority), 0x68600050u);
    }
}

// GICD_NSACR: 1 opens setting pending, 2 clearing it and reading active too, 3 the route; priority,
// enable and trigger stay closed.
TEST(DistributorRegisters, WhatNonsecureSoftwareSeesOfASecureInterrupt)
{
    for (const uint32_t intid : {32u, 63u, 90u, 4096u, LAST_EXTENDED})
        for (const gic_group group : {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS})
            for (unsigned open = 0; open < 4; open++) {
                SCOPED_TRACE(testing::Message() << intid << " group " << group << " " << open);
                kernel k(configuration());
                k.field(IGROUPR, intid, group == GIC_GROUP_1NS);
                k.field(IGRPMODR, intid, group == GIC_GROUP_1S);
                for (const family &f : families)
                    if (f.what == OPEN)
                        k.write(at(f, intid) & ~3u, static_cast<uint64_t>(open) << intid * 2 % 32);
                    else if (f.bits == 64)
                        k.write(at(f, intid), 0x00010203, 8);
                    else if (f.bits == 8)
                        k.write(at(f, intid), 0xC8, 1);
                    else if (f.what != GROUP && f.what != GRPMOD)
                        k.write(at(f, intid) & ~3u, f.mask << intid * f.bits % 32);
                const bool mine = group == GIC_GROUP_1NS;
                named expected;
                const auto expect = [&](kind what, bool visible, uint64_t value) {
                    if (visible)
                        expected[{what, intid}] = value;
                };
                expect(ENABLE, mine, 1);
                expect(PENDING, mine || open >= 1, 1);
                expect(ACTIVE, mine || open >= 2, 1);
                expect(PRIORITY, mine, 0x90);
                expect(TRIGGER, mine, 2);
                expect(NMI, mine, 1);
                expect(ROUTE, mine || open == 3, 0x00010203);
                EXPECT_EQ(changes(fields(KINDS * INTIDS), look(k, false)), expected);
                const uint32_t clear = kernel::word_at(ICPENDR, intid);
                EXPECT_EQ(k.read(clear, 4, false) != 0, mine || open >= 2);
                EXPECT_EQ(k.read(kernel::word_at(ICACTIVER, intid), 4, false) != 0,
                          mine || open >= 2);
            }
}

// The same of what it can change.
TEST(DistributorRegisters, WhatNonsecureSoftwareChangesOfASecureInterrupt)
{
    for (const uint32_t intid : shared)
        for (unsigned open = 0; open < 4; open++) {
            SCOPED_TRACE(testing::Message() << intid << " " << open);
            kernel k(configuration());
            const uint32_t nsacr =
                intid < EXTENDED ? 0x0E00 + intid / 16 * 4 : 0x3600 + (intid - EXTENDED) / 16 * 4;
            k.write(nsacr, static_cast<uint64_t>(open) << intid * 2 % 32);
            const fields before = look(k);
            for (const family &f : families)
                for (uint32_t n = 0; n < 32; n += f.bits == 64 ? 1 : 32 / f.bits) {
                    const uint32_t first = (intid & ~31u) + n;
                    k.write(at(f, first), UINT64_MAX >> (f.bits == 64 ? 0 : 32),
                            f.bits == 64 ? 8 : 4, false);
                }
            named expected;
            if (open >= 1)
                expected[{PENDING, intid}] = 1;
            if (open == 3)
                expected[{ROUTE, intid}] = UINT64_C(0xFF80FFFFFF);
            EXPECT_EQ(changes(before, look(k)), expected);
            k.set(ISPENDR, intid);
            k.set(ISACTIVER, intid);
            k.set(ISENABLER, intid);
            k.write(kernel::word_at(ICPENDR, intid), UINT32_MAX, 4, false);
            k.write(kernel::word_at(ICACTIVER, intid), UINT32_MAX, 4, false);
            k.write(kernel::word_at(ICENABLER, intid), UINT32_MAX, 4, false);
            const uint64_t bit = UINT64_C(1) << intid % 32;
            EXPECT_EQ(k.read(kernel::word_at(ISPENDR, intid)), open >= 2 ? 0 : bit);
            EXPECT_EQ(k.read(kernel::word_at(ISACTIVER, intid)), bit);
            EXPECT_EQ(k.read(kernel::word_at(ISENABLER, intid)), bit);
        }
}
