// SPDX-License-Identifier: Apache-2.0
// Lines and messages of one CPU interface, edge by edge: in which order they come, and what each
// of them says (gic/msg.h, gic/outbox.h).
#include "cpuif_rig.hpp"

using cpuif_rig::expect_edges;
using cpuif_rig::plain_config;
using cpuif_rig::rig;
using cpuif_rig::secure_config;

namespace
{

constexpr uint32_t NOTHING = GIC_INTID_SPURIOUS;

gic_msg message(gic_msg_kind kind, uint32_t intid = 0, uint8_t group = 0, uint8_t priority = 0,
                uint64_t arg = 0)
{
    return {static_cast<uint8_t>(kind), group, priority, 0, intid, arg};
}

// Members that a kind does not name are zero.
void expect_messages(rig &r, const std::vector<gic_msg> &expected)
{
    ASSERT_EQ(r.sent.size(), expected.size());
    for (size_t n = 0; n < expected.size(); n++) {
        SCOPED_TRACE(gic_msg_name(expected[n].kind));
        EXPECT_STREQ(gic_msg_name(r.sent[n].kind), gic_msg_name(expected[n].kind));
        EXPECT_EQ(r.sent[n].group, expected[n].group);
        EXPECT_EQ(r.sent[n].priority, expected[n].priority);
        EXPECT_EQ(r.sent[n].flags, 0);
        EXPECT_EQ(r.sent[n].intid, expected[n].intid);
        EXPECT_EQ(r.sent[n].arg, expected[n].arg);
    }
    r.sent.clear();
}

// PE 3 of 4 with two Security states and NMIs.
gic_config config_of_lines()
{
    gic_config config = secure_config(8, 7);
    config.pe_count = 4;
    config.nmi = true;
    config.virtual_priority_bits = 8;
    config.virtual_preemption_bits = 7;
    return config;
}

class CpuifLines : public testing::Test
{
protected:
    CpuifLines() : r(config_of_lines(), true, 3)
    {
        r.open_all();
        r.pe(1, true);
        r.forget();
        r.sent.clear();
    }
    void nmi(uint32_t intid, gic_group group)
    {
        r.receive(GIC_MSG_SET, intid, group == GIC_GROUP_1S ? 0 : 0x80, group, GIC_IS_NMI);
    }

    rig r;
};

} // namespace

TEST_F(CpuifLines, EachEdgeSaysForWhichInterrupt)
{
    r.set(40, 0x80, GIC_GROUP_1NS);
    expect_edges(r, {{GIC_LINE_IRQ, true, 40}});
    r.set(41, 0x40, GIC_GROUP_1NS);
    expect_edges(r, {}); // it stays up
    r.set(42, 0x20, GIC_GROUP_0);
    expect_edges(r, {{GIC_LINE_IRQ, false, NOTHING}, {GIC_LINE_FIQ, true, 42}});
    r.set(43, 0x10, GIC_GROUP_1NS);
    expect_edges(r, {{GIC_LINE_FIQ, false, NOTHING}, {GIC_LINE_IRQ, true, 43}});
    r.receive(GIC_MSG_CLEAR, 43);
    expect_edges(r, {{GIC_LINE_IRQ, false, NOTHING}});
}

// The line rises as what it is: NMI before IRQ, and it goes after IRQ.
TEST_F(CpuifLines, AnNmiIsSaidBeforeTheLineRises)
{
    nmi(40, GIC_GROUP_1NS);
    expect_edges(r, {{GIC_LINE_NMI, true, 40}, {GIC_LINE_IRQ, true, 40}});
    r.set(41, 0x10, GIC_GROUP_0);
    expect_edges(
        r, {{GIC_LINE_IRQ, false, NOTHING}, {GIC_LINE_NMI, false, 41}, {GIC_LINE_FIQ, true, 41}});
    nmi(42, GIC_GROUP_1S);
    expect_edges(r, {}); // of the other Security state: an FIQ as any other
    nmi(43, GIC_GROUP_1NS);
    expect_edges(
        r, {{GIC_LINE_FIQ, false, NOTHING}, {GIC_LINE_NMI, true, 43}, {GIC_LINE_IRQ, true, 43}});
    r.set(44, 0x10, GIC_GROUP_1NS);
    expect_edges(r, {{GIC_LINE_NMI, false, 44}});
    nmi(45, GIC_GROUP_1NS);
    r.forget();
    EXPECT_EQ(r.get(GIC_ICC_NMIAR1_EL1), 45u);
    expect_edges(r, {{GIC_LINE_IRQ, false, NOTHING}, {GIC_LINE_NMI, false, NOTHING}});
}

TEST_F(CpuifLines, VirtualLinesSayForWhichInterrupt)
{
    const uint64_t pending = UINT64_C(1) << 62 | UINT64_C(0x80) << 48;
    const uint64_t group1 = UINT64_C(1) << 60;
    const uint64_t nmi = UINT64_C(1) << 59;
    r.pe(2, true);
    r.put(GIC_ICH_VMCR_EL2, 0xFF000003);
    r.put(GIC_ICH_LR2_EL2, pending | group1 | nmi | 60);
    expect_edges(r, {});
    r.put(GIC_ICH_HCR_EL2, 3); // UIE: one list register is in use
    expect_edges(r, {{GIC_LINE_VNMI, true, 60},
                     {GIC_LINE_VIRQ, true, 60},
                     {GIC_LINE_MAINTENANCE, true, NOTHING}});
    r.put(GIC_ICH_LR2_EL2, pending | group1 | 60);
    expect_edges(r, {{GIC_LINE_VNMI, false, NOTHING}});
    r.put(GIC_ICH_LR1_EL2, pending | 61);
    expect_edges(r, {{GIC_LINE_VIRQ, false, NOTHING},
                     {GIC_LINE_MAINTENANCE, false, NOTHING},
                     {GIC_LINE_VFIQ, true, 61}});
    r.put(GIC_ICH_LR1_EL2, 61);
    expect_edges(r, {{GIC_LINE_VFIQ, false, NOTHING},
                     {GIC_LINE_VIRQ, true, 60},
                     {GIC_LINE_MAINTENANCE, true, NOTHING}});
    r.put(GIC_ICH_HCR_EL2, 2);
    expect_edges(r, {{GIC_LINE_VIRQ, false, NOTHING}, {GIC_LINE_MAINTENANCE, false, NOTHING}});
}

// After a reset lines fall as everything does.
TEST_F(CpuifLines, AResetTakesEveryLineDown)
{
    const uint64_t pending = UINT64_C(1) << 62 | UINT64_C(1) << 60 | UINT64_C(1) << 59;
    nmi(40, GIC_GROUP_1NS);
    r.pe(2, true);
    r.put(GIC_ICH_VMCR_EL2, 0xFF000003);
    r.put(GIC_ICH_LR0_EL2, pending | 60);
    r.put(GIC_ICH_HCR_EL2, 3);
    EXPECT_EQ(r.lines, 1u << GIC_LINE_IRQ | 1u << GIC_LINE_NMI | 1u << GIC_LINE_VIRQ |
                           1u << GIC_LINE_VNMI | 1u << GIC_LINE_MAINTENANCE);
    r.reset();
    EXPECT_EQ(r.lines, 0u);
}

TEST_F(CpuifLines, EveryMessageSaysWhatItsKindNames)
{
    const uint8_t all = GIC_GROUPS_ALL;
    r.set(40, 0x80, GIC_GROUP_1NS);
    EXPECT_EQ(r.get(GIC_ICC_IAR1_EL1), 40u);
    expect_messages(r, {message(GIC_MSG_ACTIVATE, 40)});
    r.put(GIC_ICC_EOIR1_EL1, 40);
    expect_messages(r, {message(GIC_MSG_DEACTIVATE, 40, gic_group_bit(GIC_GROUP_1NS))});
    r.put(GIC_ICC_SGI1R_EL1, UINT64_C(7) << 24 | 2);
    gic_sgi sgi = {};
    sgi.target_list = 2;
    sgi.source = GIC_SGI_SGI1R;
    sgi.nonsecure = true;
    expect_messages(r, {message(GIC_MSG_GENERATE_SGI, 7, 0, 0, gic_sgi_pack(sgi))});
    r.set(41, 0x80, GIC_GROUP_1NS);
    r.receive(GIC_MSG_CLEAR, 41);
    expect_messages(r, {message(GIC_MSG_RELEASE, 41), message(GIC_MSG_CLEAR_ACK, 41)});
    r.receive(GIC_MSG_CLEAR, 42);
    expect_messages(r, {message(GIC_MSG_CLEAR_ACK, 42)});
    r.pe(3, true);
    r.put(GIC_ICC_PMR_EL1, 0xE1);
    expect_messages(r, {});
    r.put(GIC_ICC_CTLR_EL3, 1u << 6); // PMHE
    expect_messages(r, {message(GIC_MSG_UPSTREAM_CONTROL, 0, all, 0xE1)});
    r.put(GIC_ICC_PMR_EL1, 0xE0);
    r.put(GIC_ICC_IGRPEN1_EL3, 2);
    r.put(GIC_ICC_CTLR_EL3, 0);
    const uint8_t secure = gic_group_bit(GIC_GROUP_0) | gic_group_bit(GIC_GROUP_1S);
    expect_messages(r, {message(GIC_MSG_UPSTREAM_CONTROL, 0, all, 0xE0),
                        message(GIC_MSG_UPSTREAM_CONTROL, 0, secure, 0xE0),
                        message(GIC_MSG_UPSTREAM_CONTROL, 0, secure, 0xFF)});
    r.set(43, 0x80, GIC_GROUP_0);
    r.receive(GIC_MSG_QUIESCE);
    expect_messages(r, {message(GIC_MSG_RELEASE, 43), message(GIC_MSG_QUIESCE_ACK)});
    r.wake(false);
    expect_messages(r, {message(GIC_MSG_DOWNSTREAM_CONTROL_ACK)});
}

// Nothing is under way before somebody asks for something.
TEST(CpuifStart, SaysNothing)
{
    for (const bool gicv2 : {false, true}) {
        gic_config config = plain_config();
        config.gicv2 = gicv2;
        std::vector<uint64_t> memory(cpuif_footprint(&config) / 8);
        std::fill(memory.begin(), memory.end(), UINT64_C(0xA5A5A5A5A5A5A5A5));
        cpuif *const c = cpuif_init(memory.data(), memory.size() * 8, &config, 0, nullptr);
        ASSERT_NE(c, nullptr);
        EXPECT_EQ(gic_outbox_count(cpuif_outbox(c)), 0u);
        EXPECT_FALSE(cpuif_upstream_pending(c));
        EXPECT_EQ(cpuif_outbox(c)->messages_lost + cpuif_outbox(c)->events_dropped, 0u);
    }
}

// Whatever the memory held before.
TEST(CpuifStart, DoesNotDependOnTheMemory)
{
    for (const bool gicv2 : {false, true}) {
        gic_config config = gic_config_default();
        config.gicv2 = gicv2;
        std::vector<std::vector<unsigned char>> files;
        for (uint64_t content : {UINT64_C(0), ~UINT64_C(0), UINT64_C(0x0123456789ABCDEF)}) {
            std::vector<uint64_t> memory(cpuif_footprint(&config) / 8, content);
            cpuif *const c = cpuif_init(memory.data(), memory.size() * 8, &config, 0, nullptr);
            ASSERT_NE(c, nullptr);
            std::vector<unsigned char> file(cpuif_save_size(c));
            file.resize(cpuif_save(c, file.data()));
            EXPECT_TRUE(cpuif_load(c, file.data(), file.size()));
            files.push_back(file);
        }
        EXPECT_EQ(files[0], files[1]);
        EXPECT_EQ(files[0], files[2]);
    }
}

// By the byte, and by the alignment that 64-bit members need.
TEST(CpuifStart, RefusesMemoryThatDoesNotFit)
{
    const gic_config config = plain_config();
    const size_t bytes = cpuif_footprint(&config);
    std::vector<uint64_t> memory(bytes / 8 + 1);
    auto *const at = reinterpret_cast<unsigned char *>(memory.data());
    gic_config_error error = GIC_CONFIG_MEMORY;
    EXPECT_EQ(bytes % 64, 0u);
    EXPECT_NE(cpuif_init(at, bytes, &config, 0, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_OK);
    EXPECT_EQ(cpuif_init(nullptr, bytes, &config, 0, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_MEMORY);
    EXPECT_EQ(cpuif_init(at, bytes - 1, &config, 0, nullptr), nullptr);
    for (unsigned offset = 1; offset < 8; offset++)
        EXPECT_EQ(cpuif_init(at + offset, bytes, &config, 0, nullptr), nullptr) << offset;
    EXPECT_EQ(cpuif_init(at, bytes, &config, config.pe_count, &error), nullptr);
    EXPECT_EQ(error, GIC_CONFIG_PE_COUNT);
}
