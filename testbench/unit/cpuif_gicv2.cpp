// SPDX-License-Identifier: Apache-2.0
// The CPU interface of a GICv2 by itself (IHI 0048B): GICC, GICH and GICV, interrupt bypass.
#include <algorithm>

#include "cpuif_rig.hpp"

using cpuif_rig::expect_edges;
using cpuif_rig::rig;

namespace
{

enum : uint32_t {
    CTLR = 0x00,
    PMR = 0x04,
    BPR = 0x08,
    IAR = 0x0C,
    EOIR = 0x10,
    RPR = 0x14,
    HPPIR = 0x18,
    ABPR = 0x1C,
    AIAR = 0x20,
    AEOIR = 0x24,
    AHPPIR = 0x28,
    APR = 0xD0,
    NSAPR = 0xE0,
    IIDR = 0xFC,
    DIR = 0x1000
};
enum : uint32_t {
    HCR = 0x00,
    VTR = 0x04,
    VMCR = 0x08,
    MISR = 0x10,
    EISR = 0x20,
    ELRSR = 0x30,
    HYP_APR = 0xF0,
    LR = 0x100
};
enum : uint32_t { GRP0 = 1, GRP1 = 2, ACK_CTL = 4, FIQ_EN = 8, EOI_S = 1u << 9, EOI_NS = 1u << 10 };
constexpr uint32_t NOTHING = GIC_INTID_SPURIOUS;

gic_config v2_config(bool two_states = true, unsigned preemption = 5, unsigned lists = 4)
{
    gic_config config = gic_config_default();
    config.gicv2 = true;
    config.pe_count = 8;
    config.two_security_states = two_states;
    config.has_el3 = two_states;
    config.priority_bits = static_cast<uint8_t>(preemption == 7 ? 8 : preemption);
    config.preemption_bits = static_cast<uint8_t>(preemption);
    config.list_registers = static_cast<uint8_t>(lists);
    return config;
}

class v2_rig : public rig
{
public:
    explicit v2_rig(const gic_config &config) : rig(config, true, 5) {}
    uint32_t gicc(uint32_t offset, bool secure = true)
    {
        return frame(CPUIF_GICC, offset, secure);
    }
    void gicc(uint32_t offset, uint64_t value, bool secure)
    {
        frame_write(CPUIF_GICC, offset, value, secure);
    }
    uint32_t gich(uint32_t offset)
    {
        return frame(CPUIF_GICH, offset, false);
    }
    void gich(uint32_t offset, uint64_t value)
    {
        frame_write(CPUIF_GICH, offset, value, false);
    }
    uint32_t gicv(uint32_t offset)
    {
        return frame(CPUIF_GICV, offset, false);
    }
    void gicv(uint32_t offset, uint64_t value)
    {
        frame_write(CPUIF_GICV, offset, value, false);
    }
    // The hypervisor lets everything through.
    void open_guest(uint32_t vmcr = 3)
    {
        gich(VMCR, 0xF8000000 | vmcr);
        gich(HCR, 1);
    }
    unsigned counted()
    {
        return gich(HCR) >> 27;
    }
};

// A list register: state, group, priority, and what else it says.
uint32_t list(uint32_t state, unsigned group, uint32_t priority, uint32_t rest)
{
    return state << 28 | uint32_t(group) << 30 | priority >> 3 << 23 | rest;
}
uint32_t linked(uint32_t intid)
{
    return 1u << 31 | intid << 10;
}

} // namespace

// What is passed on and what the GIC signals are one line: one falls before the other rises.
TEST(CpuifBypass, NeverDrivesALineTogetherWithTheGic)
{
    v2_rig r(v2_config());
    r.gicc(PMR, 0xF8, true);
    r.legacy(GIC_LINE_FIQ, true);
    expect_edges(r, {{GIC_LINE_FIQ, true, NOTHING}});
    r.legacy(GIC_LINE_IRQ, true);
    r.legacy(GIC_LINE_IRQ, true);
    expect_edges(r, {{GIC_LINE_IRQ, true, NOTHING}});
    r.set(40, 0x80, GIC_GROUP_1NS);
    expect_edges(r, {});
    r.gicc(CTLR, GRP1, true); // what was held went back when the group was disabled
    r.set(40, 0x80, GIC_GROUP_1NS);
    expect_edges(r, {{GIC_LINE_IRQ, false, NOTHING}, {GIC_LINE_IRQ, true, 40}});
    r.gicc(CTLR, 0, true);
    expect_edges(r, {{GIC_LINE_IRQ, false, NOTHING}, {GIC_LINE_IRQ, true, NOTHING}});
    EXPECT_TRUE(r.line(GIC_LINE_IRQ));
    r.legacy(GIC_LINE_FIQ, false);
    r.legacy(GIC_LINE_IRQ, false);
    expect_edges(r, {{GIC_LINE_FIQ, false, NOTHING}, {GIC_LINE_IRQ, false, NOTHING}});
}

// The line that the GIC takes is low before the GIC drives it, in one write.
TEST(CpuifBypass, ClosesBeforeWhatIsPendingIsSignalled)
{
    v2_rig r(v2_config());
    r.gicc(PMR, 0xF8, true);
    r.gicc(CTLR, GRP0, true);
    r.set(40, 0x80, GIC_GROUP_0);
    expect_edges(r, {{GIC_LINE_IRQ, true, 40}});
    r.legacy(GIC_LINE_FIQ, true);
    expect_edges(r, {{GIC_LINE_FIQ, true, NOTHING}});
    r.gicc(CTLR, GRP0 | FIQ_EN, true); // from IRQ to FIQ
    expect_edges(
        r,
        {{GIC_LINE_FIQ, false, NOTHING}, {GIC_LINE_IRQ, false, NOTHING}, {GIC_LINE_FIQ, true, 40}});
    r.legacy(GIC_LINE_IRQ, true);
    expect_edges(r, {{GIC_LINE_IRQ, true, NOTHING}});
    r.gicc(CTLR, GRP0, true); // and back
    expect_edges(r, {{GIC_LINE_IRQ, false, NOTHING},
                     {GIC_LINE_FIQ, false, NOTHING},
                     {GIC_LINE_IRQ, true, 40},
                     {GIC_LINE_FIQ, true, NOTHING}});
}

TEST(CpuifBypass, AResetOpensItAndKeepsTheInputs)
{
    v2_rig r(v2_config());
    const uint32_t closed = 0x1E0; // all four bits that disable it
    r.gicc(CTLR, closed, true);
    r.legacy(GIC_LINE_IRQ, true);
    r.legacy(GIC_LINE_FIQ, true);
    expect_edges(r, {});
    r.reset();
    expect_edges(r, {{GIC_LINE_IRQ, true, NOTHING}, {GIC_LINE_FIQ, true, NOTHING}});
    EXPECT_EQ(r.gicc(CTLR), 0u);
    for (gic_line line : {GIC_LINE_IRQ, GIC_LINE_FIQ}) {
        EXPECT_TRUE(cpuif_legacy(r.c, line));
        r.legacy(line, false);
        EXPECT_FALSE(cpuif_legacy(r.c, line));
    }
}

TEST(CpuifBypass, IsOfIrqAndFiqOfAGicv2)
{
    v2_rig r(v2_config());
    const std::vector<unsigned char> before = r.saved();
    for (unsigned line = GIC_LINE_VIRQ; line < GIC_LINE_COUNT; line++)
        r.legacy(static_cast<gic_line>(line), true);
    EXPECT_EQ(r.saved(), before);
    EXPECT_EQ(r.lines, 0u);
    rig three(cpuif_rig::secure_config());
    const std::vector<unsigned char> of_three = three.saved();
    three.legacy(GIC_LINE_IRQ, true);
    three.legacy(GIC_LINE_FIQ, true);
    EXPECT_EQ(three.saved(), of_three);
    EXPECT_EQ(three.lines, 0u);
    EXPECT_FALSE(cpuif_legacy(three.c, GIC_LINE_IRQ));
}

// Constants after reset are what the tables say, and the others are the smallest that they can be.
TEST(CpuifFrames, AfterResetARegisterReadsWhatItsRowSays)
{
    v2_rig r(v2_config());
    for (cpuif_frame_kind kind : {CPUIF_GICC, CPUIF_GICH, CPUIF_GICV}) {
        const gic_frame *frame = cpuif_frame(r.c, kind);
        ASSERT_NE(frame, nullptr);
        for (unsigned i = 0; i < frame->row_count; i++) {
            const gic_reg_row &row = frame->row[i];
            const std::string name = row.name;
            SCOPED_TRACE(name);
            const std::string own = name.substr(5);
            const bool special = own == "IAR" || own == "AIAR" || own == "HPPIR" || own == "AHPPIR";
            EXPECT_EQ(row.reset, special ? NOTHING : own == "RPR" ? 0xFFu : 0u);
            if ((row.flags & GIC_REG_WO) != 0)
                continue;
            uint32_t expected = static_cast<uint32_t>(row.reset);
            if (own == "BPR")
                expected = 2;
            if (own == "ABPR")
                expected = 3;
            if (name == "GICH_VTR")
                expected = 4u << 29 | 4u << 26 | 3;
            if (name == "GICH_VMCR")
                expected = 2u << 21 | 3u << 18;
            if (own == "IIDR")
                expected = 2u << 16;
            for (uint32_t at = 0; at < row.span; at += 4)
                EXPECT_EQ(r.frame(kind, row.offset + at),
                          name == "GICH_ELRSR" && at == 0 ? 0xFu : expected);
        }
    }
}

// A row without one of the flags of the architecture's tables has none at all.
TEST(CpuifFrames, AccessesThatAreMistakesSayWhereAndWhat)
{
    gic_config config = v2_config();
    for (const gic_bad_size policy : {GIC_BAD_SIZE_RAZ_WI, GIC_BAD_SIZE_ERROR}) {
        config.bad_size = policy;
        v2_rig r(config);
        const gic_status bad = policy == GIC_BAD_SIZE_ERROR ? GIC_BAD_SIZE : GIC_OK;
        gic_access access = {};
        uint64_t value = 0;
        r.forget();
        access.size = 1;
        EXPECT_EQ(cpuif_frame_read(r.c, CPUIF_GICC, &access, PMR, &value), bad);
        EXPECT_EQ(cpuif_frame_write(r.c, CPUIF_GICH, &access, HCR, 1), bad);
        r.push();
        ASSERT_EQ(r.reported.size(), 2u);
        EXPECT_EQ(r.reported[0].id, GIC_EV_BAD_SIZE);
        EXPECT_EQ(r.reported[0].arg, uint64_t(PMR) << 32 | 1);
        EXPECT_EQ(r.reported[1].arg, uint64_t(HCR) << 32 | 1);
        r.forget();
        r.gicc(NSAPR, 5, false);
        r.gicc(ABPR, false);
        ASSERT_EQ(r.reported.size(), 2u);
        EXPECT_EQ(r.reported[0].id, GIC_EV_BAD_SECURE_ONLY);
        EXPECT_EQ(r.reported[0].arg, uint64_t(NSAPR) << 32 | 5);
        EXPECT_EQ(r.reported[1].arg, uint64_t(ABPR) << 32);
        r.forget();
        r.gich(VTR, 7);
        r.gicv(EOIR);
        ASSERT_EQ(r.reported.size(), 2u);
        EXPECT_EQ(r.reported[0].id, GIC_EV_BAD_READ_ONLY);
        EXPECT_EQ(r.reported[1].id, GIC_EV_BAD_WRITE_ONLY);
        access.size = 4;
        EXPECT_EQ(cpuif_frame_read(r.c, CPUIF_GICC, &access, 0x2000, &value), GIC_ADDRESS);
        EXPECT_EQ(cpuif_frame_read(r.c, CPUIF_GICV, &access, 0x1FFC, &value), GIC_OK);
        EXPECT_EQ(cpuif_frame_read(r.c, CPUIF_GICH, &access, 0x1000, &value), GIC_ADDRESS);
    }
    // With one Security state everything is open to everybody.
    v2_rig one(v2_config(false));
    one.gicc(ABPR, 6, false);
    EXPECT_EQ(one.gicc(ABPR, false), 6u);
    EXPECT_EQ(one.events_of(GIC_EV_BAD_SECURE_ONLY), 0u);
}

TEST(CpuifFrames, AreThoseOfAGicv2)
{
    const gic_config three = cpuif_rig::secure_config();
    rig r(three);
    gic_access access = {};
    uint64_t value = 0;
    access.size = 4;
    for (cpuif_frame_kind kind : {CPUIF_GICC, CPUIF_GICH, CPUIF_GICV}) {
        EXPECT_EQ(cpuif_frame(r.c, kind), nullptr);
        EXPECT_EQ(cpuif_frame_read(r.c, kind, &access, 0, &value), GIC_ADDRESS);
        EXPECT_EQ(cpuif_frame_write(r.c, kind, &access, 0, value), GIC_ADDRESS);
    }
    v2_rig none(v2_config(true, 5, 0));
    EXPECT_NE(cpuif_frame(none.c, CPUIF_GICC), nullptr);
    EXPECT_EQ(cpuif_frame(none.c, CPUIF_GICH), nullptr);
    EXPECT_EQ(cpuif_frame(none.c, CPUIF_GICV), nullptr);
    v2_rig two(v2_config());
    EXPECT_EQ(cpuif_frame(two.c, CPUIF_GICC)->size, 0x2000u);
    EXPECT_EQ(cpuif_frame(two.c, CPUIF_GICH)->size, 0x1000u);
    EXPECT_EQ(cpuif_frame(two.c, CPUIF_GICV)->size, 0x2000u);
    EXPECT_EQ(two.read(GIC_ICC_PMR_EL1, &value), GIC_SYSREG_UNDEFINED);
    EXPECT_FALSE(cpuif_peek(two.c, GIC_ICC_PMR_EL1, &value));
}

// ID-L05: each level of each register, in the Secure view and in the Non-secure one.
TEST(CpuifFrames, ActivePrioritiesOfBothViews)
{
    for (unsigned preemption : {5u, 6u, 7u}) {
        const unsigned half = 1u << (preemption - 1); // levels of either half
        SCOPED_TRACE(preemption);
        for (unsigned level = 0; level < 128; level++) {
            v2_rig r(v2_config(true, preemption));
            const uint32_t at = level / 32 * 4;
            const uint32_t bit = 1u << level % 32;
            const bool exists = level < 2 * half;
            const uint32_t running = level << (8 - preemption);
            r.gicc(APR + at, bit, true);
            EXPECT_EQ(r.gicc(APR + at), exists ? bit : 0u) << level;
            EXPECT_EQ(r.gicc(NSAPR + at), 0u) << level;
            EXPECT_EQ(r.gicc(RPR), exists ? running : 0xFFu) << level;
            r.gicc(APR + at, 0, true);
            r.gicc(NSAPR + at, bit, true);
            EXPECT_EQ(r.gicc(NSAPR + at), exists ? bit : 0u) << level;
            EXPECT_EQ(r.gicc(APR + at), 0u) << level;
            const unsigned seen = level - half; // where Non-secure software sees it
            for (unsigned n = 0; n < 4; n++)
                EXPECT_EQ(r.gicc(APR + 4 * n, false),
                          exists && level >= half && seen / 32 == n ? 1u << seen % 32 : 0u)
                    << level;
            r.gicc(NSAPR + at, 0, true);
            // Non-secure software sets its own half, and nothing else.
            r.gicc(APR + at, bit, false);
            EXPECT_EQ(r.gicc(APR + at, false), level < half ? bit : 0u) << level;
            const unsigned moved = level + half;
            for (unsigned n = 0; n < 4; n++)
                EXPECT_EQ(r.gicc(NSAPR + 4 * n),
                          level < half && moved / 32 == n ? 1u << moved % 32 : 0u)
                    << level;
        }
    }
}

// A Non-secure write changes none of the Secure half, which Group 1 may have too.
TEST(CpuifFrames, ANonSecureWriteKeepsTheSecureHalf)
{
    v2_rig r(v2_config());
    r.gicc(NSAPR, 0x00080004, true);
    r.gicc(APR, 0xFFFF0000 | 0x10, false);
    EXPECT_EQ(r.gicc(NSAPR), 0x00100004u);
    r.gicc(APR, 0, false);
    EXPECT_EQ(r.gicc(NSAPR), 0x00000004u);
}

TEST(CpuifFrames, EachFormAcknowledgesItsGroup)
{
    v2_rig r(v2_config());
    r.gicc(PMR, 0xF8, true);
    const struct {
        uint32_t ctlr;
        gic_group group;
        uint32_t at;
        bool secure;
        uint32_t identity;
    } rows[] = {
        {0, GIC_GROUP_0, IAR, true, 40},          {0, GIC_GROUP_0, IAR, false, 1023},
        {0, GIC_GROUP_0, AIAR, true, 1023},       {0, GIC_GROUP_1NS, IAR, true, 1022},
        {0, GIC_GROUP_1NS, IAR, false, 40},       {0, GIC_GROUP_1NS, AIAR, true, 40},
        {ACK_CTL, GIC_GROUP_0, IAR, true, 40},    {ACK_CTL, GIC_GROUP_0, IAR, false, 1023},
        {ACK_CTL, GIC_GROUP_0, AIAR, true, 1023}, {ACK_CTL, GIC_GROUP_1NS, IAR, true, 40},
        {ACK_CTL, GIC_GROUP_1NS, IAR, false, 40}, {ACK_CTL, GIC_GROUP_1NS, AIAR, true, 40},
    };
    for (const auto &row : rows) {
        SCOPED_TRACE(row.at + row.ctlr * 0x100);
        r.gicc(CTLR, GRP0 | GRP1 | row.ctlr, true);
        r.set(40, 0x80, row.group);
        const uint32_t hppir = row.at == IAR ? HPPIR : AHPPIR;
        EXPECT_EQ(r.gicc(hppir, row.secure), row.identity);
        r.sent.clear();
        r.forget();
        gic_access debugger = {};
        uint64_t value = 0;
        debugger.size = 4;
        debugger.secure = row.secure;
        debugger.debug = true;
        EXPECT_EQ(cpuif_frame_read(r.c, CPUIF_GICC, &debugger, row.at, &value), GIC_OK);
        EXPECT_EQ(value, row.identity);
        EXPECT_EQ(gic_outbox_count(cpuif_outbox(r.c)), 0u) << "a debugger acknowledges nothing";
        EXPECT_EQ(r.gicc(row.at, row.secure), row.identity);
        EXPECT_EQ(r.count(GIC_MSG_ACTIVATE), row.identity == 40 ? 1u : 0u);
        ASSERT_EQ(r.reported.size(), 1u);
        EXPECT_EQ(r.reported[0].id, row.identity == 40 ? GIC_EV_ACKNOWLEDGED : GIC_EV_SPURIOUS);
        EXPECT_EQ(r.reported[0].intid, row.identity);
        if (row.identity != 40) {
            EXPECT_EQ(r.gicc(row.group == GIC_GROUP_0 ? IAR : AIAR), 40u);
        }
        r.gicc(row.group == GIC_GROUP_0 ? EOIR : AEOIR, 40, true);
        EXPECT_EQ(r.gicc(RPR), 0xFFu);
    }
}

// EOImode of the state that writes, and what its Deactivate may reach.
TEST(CpuifFrames, EndsAreOfTheWritersState)
{
    v2_rig r(v2_config());
    r.gicc(PMR, 0xF8, true);
    for (uint32_t modes : {0u, EOI_S + 0u, EOI_NS + 0u, EOI_S | EOI_NS})
        for (const bool secure : {true, false}) {
            r.gicc(CTLR, GRP0 | GRP1 | ACK_CTL | modes, true);
            const bool splits = (modes & (secure ? EOI_S : EOI_NS)) != 0;
            const gic_group_set reach = secure ? GIC_GROUPS_ALL : gic_group_bit(GIC_GROUP_1NS);
            r.set(40, 0x80, GIC_GROUP_1NS);
            EXPECT_EQ(r.gicc(IAR, secure), 40u);
            r.sent.clear();
            r.gicc(EOIR, 5u << 10 | 1u << 13 | 40, secure); // the CPUID is not looked at
            ASSERT_EQ(r.sent.size(), splits ? 0u : 1u);
            if (!splits) {
                EXPECT_EQ(r.sent[0].intid, 40u);
                EXPECT_EQ(r.sent[0].group, reach);
            }
            r.sent.clear();
            r.gicc(DIR, 3u << 10 | 40, secure);
            ASSERT_EQ(r.sent.size(), splits ? 1u : 0u);
            if (splits) {
                EXPECT_EQ(r.sent[0].intid, 40u);
                EXPECT_EQ(r.sent[0].group & gic_group_bit(GIC_GROUP_0),
                          secure ? gic_group_bit(GIC_GROUP_0) : 0);
            }
        }
}

// As many list registers as there are: each has its place, its bit and its row.
TEST(CpuifGuest, EachListRegisterIsItsOwn)
{
    for (unsigned count : {1u, 2u, 4u, 15u, 16u}) {
        v2_rig r(v2_config(true, 5, count));
        r.open_guest();
        const uint32_t all = (1u << count) - 1;
        EXPECT_EQ(r.gich(VTR) & 0x3F, count - 1);
        EXPECT_EQ(r.gich(ELRSR), all);
        for (unsigned n = 0; n < 64; n++) {
            const bool exists = n < count;
            const uint32_t ended = list(0, 0, 0, 1u << 19 | 40);
            r.gich(LR + 4 * n, ended);
            EXPECT_EQ(r.gich(LR + 4 * n), exists ? ended : 0u) << n;
            EXPECT_EQ(r.gich(EISR), exists ? 1u << n : 0u) << n;
            EXPECT_EQ(r.gich(EISR + 4), 0u) << n;
            const uint32_t pending = list(1, 1, 0x80, 40);
            r.gich(LR + 4 * n, pending);
            EXPECT_EQ(r.gich(LR + 4 * n), exists ? pending : 0u) << n;
            EXPECT_EQ(r.gich(ELRSR), exists ? all & ~(1u << n) : all) << n;
            EXPECT_EQ(r.gich(EISR), 0u) << n;
            EXPECT_EQ(r.line(GIC_LINE_VIRQ), exists) << n;
            EXPECT_EQ(r.gich(ELRSR + 4), 0u) << n;
            r.gich(LR + 4 * n, 0);
        }
        // What is behind the last one in memory is no list register.
        r.gich(HYP_APR, UINT32_MAX);
        EXPECT_EQ(r.gich(LR + 4 * count), 0u);
    }
}

TEST(CpuifGuest, EachFormTakesAndEndsItsGroup)
{
    for (const bool both : {false, true})
        for (unsigned group : {0u, 1u})
            for (const bool aliased : {false, true}) {
                v2_rig r(v2_config());
                SCOPED_TRACE(both * 4 + group * 2 + aliased);
                r.open_guest(both ? 7 : 3);
                const uint32_t mine = list(1, group, 0x80, 5u << 10 | 3); // SGI 3 of PE 5
                const uint32_t identity = group == 1 ? (aliased || both ? 5u << 10 | 3 : 1022)
                                                     : (aliased ? 1023 : 5u << 10 | 3);
                const bool takes = identity < 1020 || identity > 1023;
                r.gich(LR + 8, mine);
                r.forget();
                EXPECT_EQ(r.gicv(aliased ? AHPPIR : HPPIR), identity);
                EXPECT_TRUE(r.reported.empty());
                gic_access debugger = {};
                uint64_t value = 0;
                debugger.size = 4;
                debugger.debug = true;
                EXPECT_EQ(
                    cpuif_frame_read(r.c, CPUIF_GICV, &debugger, aliased ? AIAR : IAR, &value),
                    GIC_OK);
                EXPECT_EQ(value, identity);
                EXPECT_EQ(r.gich(LR + 8), mine) << "a debugger acknowledges nothing";
                EXPECT_EQ(r.gicv(aliased ? AIAR : IAR), identity);
                ASSERT_EQ(r.reported.size(), 1u);
                EXPECT_EQ(r.reported[0].id,
                          takes ? GIC_EV_VIRTUAL_ACKNOWLEDGED : GIC_EV_VIRTUAL_SPURIOUS);
                EXPECT_EQ(r.reported[0].intid, identity);
                EXPECT_EQ(r.reported[0].arg, takes ? 0x80u : 0u);
                EXPECT_EQ(r.gich(LR + 8) >> 28 & 3u, takes ? 2u : 1u);
                EXPECT_EQ(r.gicv(RPR), takes ? 0x80u : 0xFFu);
                if (!takes)
                    continue;
                // The same form ends it; bits from 13 on are not looked at.
                r.gicv(aliased ? AEOIR : EOIR, 0xFFFFE000 | 5u << 10 | 3);
                EXPECT_EQ(r.gicv(RPR), 0xFFu);
                EXPECT_EQ(r.gich(LR + 8) >> 28 & 3u, 0u);
                EXPECT_EQ(r.counted(), 0u);
            }
}

// V-04: what another form, or a number with another CPUID, ends.
TEST(CpuifGuest, AnEndThatIsNotOfTheListRegisterDropsAndDeactivatesNothing)
{
    const struct {
        uint32_t vmcr;
        unsigned group;
        uint32_t at;
        uint32_t value;
        bool ends;
        unsigned counts;
    } rows[] = {
        {3, 0, EOIR, 5u << 10 | 3, true, 0},  {3, 0, AEOIR, 5u << 10 | 3, false, 0},
        {3, 1, EOIR, 5u << 10 | 3, false, 0}, {3, 1, AEOIR, 5u << 10 | 3, true, 0},
        {7, 1, EOIR, 5u << 10 | 3, true, 0},  {7, 0, EOIR, 5u << 10 | 3, true, 0},
        {3, 0, EOIR, 4u << 10 | 3, false, 1}, {3, 0, EOIR, 3, false, 1},
        {7, 1, EOIR, 40, false, 1},           {3, 1, AEOIR, 40, false, 1},
    };
    for (const auto &row : rows) {
        v2_rig r(v2_config());
        SCOPED_TRACE(row.vmcr * 0x10000 + row.at * 0x10 + row.group);
        r.open_guest(row.vmcr);
        r.gich(LR, list(2, row.group, 0x80, 5u << 10 | 3));
        r.gich(LR + 4, list(1, row.group, 0x80, 40)); // Pending, not to be ended
        r.gich(HYP_APR, 1u << 16);
        r.gicv(row.at, row.value);
        EXPECT_EQ(r.gicv(RPR), 0xFFu) << "drops";
        EXPECT_EQ(r.gich(LR) >> 28 & 3u, row.ends ? 0u : 2u);
        EXPECT_EQ(r.gich(LR + 4) >> 28 & 3u, 1u);
        EXPECT_EQ(r.counted(), row.counts);
        EXPECT_EQ(r.events_of(GIC_EV_BAD_ICV_EOIR), 0u);
        r.gicv(row.at, row.value);
        EXPECT_EQ(r.events_of(GIC_EV_BAD_ICV_EOIR), 1u) << "nothing is active";
        EXPECT_EQ(r.counted(), row.counts);
    }
}

// By GICV_DIR with VMEOIM, and physically where it is linked: a Non-secure interrupt.
TEST(CpuifGuest, DirDeactivatesListRegisterAndLink)
{
    for (const bool two_states : {true, false}) {
        v2_rig r(v2_config(two_states));
        r.open_guest(0x203);
        r.gich(LR + 4, list(2, 0, 0x80, linked(45) | 40));
        r.gicv(DIR, 0xFFFFE000 | 40);
        EXPECT_EQ(r.gich(LR + 4), list(0, 0, 0x80, linked(45) | 40));
        ASSERT_EQ(r.count(GIC_MSG_DEACTIVATE), 1u);
        EXPECT_EQ(r.sent.back().intid, 45u);
        EXPECT_EQ(r.sent.back().group, two_states ? gic_group_bit(GIC_GROUP_1NS) : GIC_GROUPS_ALL);
        r.gicv(DIR, 41);
        EXPECT_EQ(r.counted(), 1u);
        r.gicv(CTLR, 3);
        r.gicv(DIR, 41);
        EXPECT_EQ(r.counted(), 1u) << "VMEOIM=0: ignored";
        EXPECT_EQ(r.events_of(GIC_EV_BAD_ICV_DIR), 1u);
    }
}

// VMBPR splits priorities of Group 0, and of Group 1 with VMCBPR; VMABPR those of Group 1.
TEST(CpuifGuest, BinaryPointsSplitPriorities)
{
    for (const bool two_states : {true, false})
        for (unsigned group : {0u, 1u})
            for (unsigned point = 0; point < 8; point++)
                for (const bool common : {false, true}) {
                    v2_rig r(v2_config(two_states));
                    const bool by_bpr = group == 0 || common;
                    r.open_guest(common ? 0x13 : 3);
                    r.gicv(BPR, by_bpr ? point : 7 - point);
                    r.gicv(ABPR, by_bpr ? 7 - point : point);
                    // Group priority: all bits above the point, one more of Group 1's own.
                    const unsigned least = by_bpr ? 2 : 3;
                    const unsigned shift = (point < least ? least : point) + (by_bpr ? 1 : 0);
                    r.gich(HYP_APR, 1u << (0xB0 >> 3));
                    for (uint32_t priority = 0x80; priority < 0xC0; priority += 8) {
                        r.gich(LR, list(1, group, priority, 40));
                        EXPECT_EQ((r.lines & (1u << GIC_LINE_VIRQ | 1u << GIC_LINE_VFIQ)) != 0,
                                  priority >> shift < 0xB0u >> shift)
                            << group << " point " << point << common << std::hex << priority;
                    }
                }
}

// The designer, product and revision of the GIC, and version 2 of the architecture.
TEST(CpuifFrames, IdentificationIsThatOfTheGic)
{
    for (uint32_t iidr : {0u, ~0u, 0x43B0F43Bu}) {
        gic_config config = v2_config();
        config.iidr = iidr;
        v2_rig r(config);
        EXPECT_EQ(r.gicc(IIDR), (iidr & 0xFF00FFFF) | 2u << 16);
        EXPECT_EQ(r.gicv(IIDR), r.gicc(IIDR));
    }
}

// L-10, ID-L13: each bit of GICC_CTLR by itself, in both views, and what it controls in the other.
TEST(CpuifFrames, EachBitOfTheControlRegisterIsItsOwn)
{
    static const struct {
        unsigned bit;   // of the Secure view
        unsigned of_ns; // of the Non-secure one
    } shared[] = {{1, 0}, {7, 5}, {8, 6}, {10, 9}};
    const auto seen = [](uint32_t all) {
        uint32_t ns = 0;
        for (const auto &each : shared)
            ns |= (all >> each.bit & 1u) << each.of_ns;
        return ns;
    };
    for (const bool two_states : {true, false}) {
        v2_rig r(v2_config(two_states));
        const uint32_t bits = two_states ? 0x7FF : 0x3FF;
        for (unsigned bit = 0; bit < 32; bit++)
            for (uint32_t value : {1u << bit, ~(1u << bit)}) {
                r.gicc(CTLR, value, true);
                EXPECT_EQ(r.gicc(CTLR), value & bits) << bit;
                EXPECT_EQ(r.gicc(CTLR, false), two_states ? seen(value & bits) : value & bits);
                if (!two_states)
                    continue;
                uint32_t others = value & bits;
                for (const auto &each : shared)
                    others &= ~(1u << each.bit);
                r.gicc(CTLR, 0, false);
                EXPECT_EQ(r.gicc(CTLR), others) << "Secure software's bits stay";
                r.gicc(CTLR, UINT32_MAX, false);
                EXPECT_EQ(r.gicc(CTLR), others | 0x582) << bit;
            }
        for (unsigned bit = 0; bit < 32 && two_states; bit++) {
            r.gicc(CTLR, 0, true);
            r.gicc(CTLR, 1u << bit, false);
            EXPECT_EQ(r.gicc(CTLR, false), 1u << bit & 0x261) << bit;
            EXPECT_EQ(seen(r.gicc(CTLR)), 1u << bit & 0x261) << bit;
        }
    }
}

// GICV_CTLR, PMR, BPR and ABPR are fields of GICH_VMCR, bit by bit (L-12).
TEST(CpuifGuest, EachBitOfItsRegistersIsOneOfVmcr)
{
    v2_rig r(v2_config());
    for (unsigned bit = 0; bit < 32; bit++)
        for (uint32_t value : {1u << bit, ~(1u << bit)}) {
            r.gich(VMCR, value);
            const uint32_t vmcr = r.gich(VMCR);
            EXPECT_EQ(vmcr & 0xF800021F, value & 0xF800021F) << bit;
            EXPECT_EQ(vmcr & 0x0703FDE0, 0u) << bit;
            EXPECT_EQ(r.gicv(CTLR), value & 0x21F) << bit;
            EXPECT_EQ(r.gicv(PMR), value >> 24 & 0xF8) << bit;
            EXPECT_EQ(r.gicv(BPR), std::max(2u, value >> 21 & 7)) << bit;
            EXPECT_EQ(r.gicv(ABPR), std::max(3u, value >> 18 & 7)) << bit;
            r.gich(VMCR, ~value);
            r.gicv(CTLR, value);
            r.gicv(PMR, value);
            r.gicv(BPR, value);
            r.gicv(ABPR, value);
            EXPECT_EQ(r.gich(VMCR), (value & 0x21F) | (value & 0xF8) << 24 |
                                        std::max(2u, value & 7) << 21 |
                                        std::max(3u, value & 7) << 18)
                << bit;
        }
}

// Each bit of a list register, linked to a physical interrupt or not (L-12).
TEST(CpuifGuest, EachBitOfAListRegisterIsKeptOrReserved)
{
    v2_rig r(v2_config());
    for (unsigned bit = 0; bit < 31; bit++)
        for (uint32_t value : {1u << bit, 0x7FFFFFFF & ~(1u << bit)}) {
            r.gich(LR, value);
            EXPECT_EQ(r.gich(LR), value & 0x7F881FFF) << bit;
            r.gich(LR, value | 1u << 31);
            EXPECT_EQ(r.gich(LR), (value & 0x7F8FFFFF) | 1u << 31) << bit;
        }
    // The guest's number is the list register's: with its source, or linked to another.
    r.open_guest();
    for (uint32_t vintid : {7u << 10 | 15, 1u << 10 | 0, 0x3FBu, 40u}) {
        r.gich(LR, list(1, 0, 0x80, vintid));
        EXPECT_EQ(r.gicv(HPPIR), vintid);
        r.gich(LR, list(1, 0, 0x80, linked(0x5F) | (vintid & 0x3FF)));
        EXPECT_EQ(r.gicv(HPPIR), vintid & 0x3FF);
    }
}
