// SPDX-License-Identifier: Apache-2.0
// Entries of the joiner: each acts at its time on its component, one that names what is not there
// does nothing, and a debugger's read does nothing either.
#include <cstring>

#include "gicv2_rig.hpp"
#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint64_t HOP = 1000;
constexpr uint32_t SPI = 45, PPI = 22;

const gic_assembly_stats &stats(const gic_assembly *a)
{
    return *gic_assembly_get_stats(a);
}

std::vector<unsigned char> saved(const gic_assembly *a)
{
    std::vector<unsigned char> bytes(gic_assembly_save_size(a));
    bytes.resize(gic_assembly_save(a, bytes.data()));
    return bytes;
}

uint64_t events(const gic_assembly *a)
{
    uint64_t sum = 0;
    for (uint64_t count : stats(a).events)
        sum += count;
    return sum;
}

gic_access requester(uint16_t pe, unsigned size, bool debug = false)
{
    gic_access access{};
    access.pe = pe;
    access.size = static_cast<uint8_t>(size);
    access.secure = true;
    access.debug = debug;
    return access;
}

// An assembly of some parts, without anything around it.
class bare
{
public:
    bare(const gic_config &config, const gic_assembly_parts &parts,
         const gic_timing &timing = loosely_timed())
        : memory_(gic_assembly_footprint(&config, &parts) / sizeof(block) + 1)
    {
        gic_assembly_ports ports{};
        ports.version = 1;
        a = gic_assembly_init(memory_.data(), memory_.size() * sizeof(block), &config, &parts,
                              &timing, &ports, nullptr);
        EXPECT_NE(a, nullptr);
    }
    bare(const bare &) = delete;
    bare &operator=(const bare &) = delete;

    gic_assembly *a = nullptr;

private:
    struct alignas(64) block {
        unsigned char byte[64];
    };
    std::vector<block> memory_;
};

// Every entry of a GICv2, of its PE 1.
struct entry {
    const char *name;
    std::function<void(gic_assembly *, uint64_t now)> make;
};

const std::vector<entry> &entries_of_gicv2()
{
    static const auto read = [](gic_assembly *a, uint64_t now, cpuif_frame_kind kind,
                                uint32_t offset) {
        uint64_t value = 0;
        const gic_access access = requester(1, 4);
        EXPECT_EQ(gic_assembly_cpu_read(a, now, kind, &access, offset, &value), GIC_OK);
    };
    static const auto write = [](gic_assembly *a, uint64_t now, cpuif_frame_kind kind,
                                 uint32_t offset) {
        const gic_access access = requester(1, 4);
        EXPECT_EQ(gic_assembly_cpu_write(a, now, kind, &access, offset, 0), GIC_OK);
    };
    static const auto dist = [](gic_assembly *a, uint64_t now, uint32_t offset, bool writes) {
        uint64_t value = 0;
        const gic_access access = requester(1, 4);
        EXPECT_EQ(writes ? gic_assembly_gicd_write(a, now, &access, offset, 0)
                         : gic_assembly_gicd_read(a, now, &access, offset, &value),
                  GIC_OK);
    };
    static const std::vector<entry> entries = {
        {"GICC read", [](gic_assembly *a, uint64_t t) { read(a, t, CPUIF_GICC, v2::GICC_PMR); }},
        {"GICC write", [](gic_assembly *a, uint64_t t) { write(a, t, CPUIF_GICC, v2::GICC_BPR); }},
        {"GICH read", [](gic_assembly *a, uint64_t t) { read(a, t, CPUIF_GICH, v2::GICH_HCR); }},
        {"GICH write", [](gic_assembly *a, uint64_t t) { write(a, t, CPUIF_GICH, v2::GICH_LR); }},
        {"GICV read", [](gic_assembly *a, uint64_t t) { read(a, t, CPUIF_GICV, v2::GICC_PMR); }},
        {"GICV write", [](gic_assembly *a, uint64_t t) { write(a, t, CPUIF_GICV, v2::GICC_BPR); }},
        {"GICD read", [](gic_assembly *a, uint64_t t) { dist(a, t, v2::GICD_TYPER, false); }},
        {"GICD write",
         [](gic_assembly *a, uint64_t t) { dist(a, t, v2::GICD_ISENABLER + 4, true); }},
        {"banked read", [](gic_assembly *a, uint64_t t) { dist(a, t, v2::GICD_ISENABLER, false); }},
        {"banked write", [](gic_assembly *a, uint64_t t) { dist(a, t, v2::GICD_ISENABLER, true); }},
        {"legacy IRQ", [](gic_assembly *a,
                          uint64_t t) { gic_assembly_set_legacy(a, t, 1, GIC_LINE_IRQ, false); }},
        {"legacy FIQ", [](gic_assembly *a,
                          uint64_t t) { gic_assembly_set_legacy(a, t, 1, GIC_LINE_FIQ, false); }},
    };
    return entries;
}

} // namespace

TEST(Entries, OfAGicv2ReachTheirComponent)
{
    for (const entry &each : entries_of_gicv2()) {
        SCOPED_TRACE(each.name);
        const bare g(v2::one_state(2), {true, true, true, true}, timed(HOP));
        each.make(g.a, 1000 * HOP);
        EXPECT_EQ(stats(g.a).causality_violations, 0u);
        each.make(g.a, 993 * HOP);
        EXPECT_EQ(stats(g.a).causality_violations, 1u);
        EXPECT_EQ(stats(g.a).causality_skew_ps, 7 * HOP);
    }
}

// What is due before an entry is delivered by it, at its own time.
TEST(Entries, OfAGicv2ComeAfterWhatIsDueBeforeThem)
{
    for (const entry &each : entries_of_gicv2()) {
        SCOPED_TRACE(each.name);
        const bare g(v2::one_state(2), {true, true, true, true}, timed(HOP));
        gic_assembly_set_spi(g.a, 10 * HOP, SPI, true);
        gic_assembly_set_ppi(g.a, 10 * HOP, 0, PPI, true);
        ASSERT_EQ(gic_assembly_next_due(g.a), 11 * HOP);
        each.make(g.a, 11 * HOP - 1);
        EXPECT_EQ(gic_assembly_next_due(g.a), 11 * HOP);
        each.make(g.a, 11 * HOP);
        EXPECT_EQ(gic_assembly_next_due(g.a), GIC_TIME_NEVER);
        EXPECT_EQ(stats(g.a).by_kind[GIC_MSG_LINE], 2u);
    }
}

// A debugger's read neither lets time pass nor leaves an event, right or wrong as it may be.
TEST(Entries, ADebuggersReadChangesNothing)
{
    its_gic g(with_its(2, 2), timed(HOP));
    g.boot_lpis();
    g.settling = false;
    g.line(SPI, true);
    g.ppi(1, PPI, true);
    const std::vector<unsigned char> before = saved(g.a);
    const uint64_t later = g.now + 1000 * HOP;
    uint64_t value = 0;
    const gic_access word = requester(0, 4, true), wide = requester(0, 8, true);
    EXPECT_EQ(gic_assembly_gicd_read(g.a, later, &word, GICD_CTLR, &value), GIC_OK);
    EXPECT_EQ(value, g.dist(GICD_CTLR));
    EXPECT_EQ(gic_assembly_gicr_read(g.a, later, 1, &wide, GICR_TYPER, &value), GIC_OK);
    EXPECT_EQ(value, g.redist(1, GICR_TYPER, 8));
    EXPECT_EQ(gic_assembly_its_read(g.a, later, 1, &wide, GITS_BASER, &value), GIC_OK);
    EXPECT_EQ(value, g.its_read(1, GITS_BASER));
    EXPECT_TRUE(gic_assembly_sysreg_peek(g.a, 1, GIC_ICC_PMR_EL1, &value));
    EXPECT_EQ(value, g.icc_read(1, GIC_ICC_PMR_EL1));
    const uint64_t told = events(g.a);
    for (unsigned size : {1u, 2u, 4u, 8u}) { // registers, reserved places, sizes that are wrong
        const gic_access how = requester(0, size, true);
        for (uint32_t offset = 0; offset < 0x20000; offset += size) {
            if (offset < 0x10000) {
                EXPECT_EQ(gic_assembly_gicd_read(g.a, later, &how, offset, &value), GIC_OK);
                EXPECT_EQ(gic_assembly_its_read(g.a, later, 1, &how, offset, &value), GIC_OK);
            }
            EXPECT_EQ(gic_assembly_gicr_read(g.a, later, 1, &how, offset, &value), GIC_OK);
        }
    }
    EXPECT_EQ(saved(g.a), before);
    EXPECT_EQ(stats(g.a).causality_violations, 0u);
    g.dist(GICD_CTLR);
    g.redist(1, GICR_CTLR);
    g.its_read(1, GITS_CTLR, 4);
    EXPECT_EQ(events(g.a), told) << "nothing has been left for these";
}

TEST(Entries, ADebuggersReadOfAGicv2ChangesNothing)
{
    const bare g(v2::one_state(2), {true, true, true, true}, timed(HOP));
    gic_assembly_set_spi(g.a, 10 * HOP, SPI, true);
    const std::vector<unsigned char> before = saved(g.a);
    const uint64_t told = events(g.a);
    for (unsigned size : {1u, 2u, 4u}) {
        const gic_access how = requester(1, size, true);
        uint64_t value = 1;
        for (uint32_t offset = 0; offset < 0x1000; offset += size) {
            for (cpuif_frame_kind kind : {CPUIF_GICC, CPUIF_GICH, CPUIF_GICV})
                EXPECT_EQ(gic_assembly_cpu_read(g.a, 100 * HOP, kind, &how, offset, &value),
                          GIC_OK);
            EXPECT_EQ(gic_assembly_gicd_read(g.a, 100 * HOP, &how, offset, &value), GIC_OK);
        }
    }
    EXPECT_EQ(saved(g.a), before);
    const gic_access word = requester(1, 4);
    uint64_t value = 0;
    EXPECT_EQ(gic_assembly_cpu_read(g.a, HOP, CPUIF_GICC, &word, v2::GICC_PMR, &value), GIC_OK);
    EXPECT_EQ(gic_assembly_gicd_read(g.a, HOP, &word, v2::GICD_CTLR, &value), GIC_OK);
    EXPECT_EQ(gic_assembly_gicd_read(g.a, HOP, &word, v2::GICD_ISENABLER, &value), GIC_OK);
    EXPECT_EQ(events(g.a), told);
}

// A PE, an ITS, a row or a part that is not there: nothing happens.
TEST(Entries, OfWhatIsNotThereDoNothing)
{
    its_gic g(with_its(2, 2), timed(HOP));
    g.boot_lpis();
    const std::vector<unsigned char> before = saved(g.a);
    const uint64_t later = g.now + 1000 * HOP;
    gic_msg msg{};
    msg.kind = GIC_MSG_LPI_DONE;
    gic_lpi lpi{};
    for (uint16_t none : {uint16_t{2}, uint16_t{3}, uint16_t{0xFFFE}}) {
        gic_assembly_set_cpu_active(g.a, later, none, false);
        gic_assembly_reset_pe(g.a, none, later);
        gic_assembly_set_last(g.a, none, true);
        lpi.its = static_cast<uint8_t>(none);
        msg.arg = gic_lpi_pack(lpi);
        gic_assembly_receive(g.a, later, GIC_PORT_GICR, GIC_PORT_ITS, 0, &msg);
        EXPECT_TRUE(gic_assembly_msi(g.a, later, none, 3, 5)) << "taken by nobody";
        EXPECT_TRUE(gic_assembly_msi_has_room(g.a, none));
        gic_assembly_msi_waits(g.a, none);
        EXPECT_TRUE(gic_assembly_lpi_has_room(g.a, none));
        EXPECT_EQ(gic_assembly_its_stats(g.a, none), nullptr);
        EXPECT_FALSE(gic_assembly_upstream_pending(g.a, none));
        uint64_t value = 0;
        EXPECT_FALSE(gic_assembly_sysreg_peek(g.a, none, GIC_ICC_PMR_EL1, &value));
        const gic_access word = requester(0, 4);
        EXPECT_EQ(gic_assembly_gicr_read(g.a, later, none, &word, 0, &value), GIC_ADDRESS);
        EXPECT_EQ(gic_assembly_gicr_write(g.a, later, none, &word, 0, 0), GIC_ADDRESS);
        EXPECT_EQ(gic_assembly_its_read(g.a, later, none, &word, 0, &value), GIC_ADDRESS);
        EXPECT_EQ(gic_assembly_its_write(g.a, later, none, &word, 0, 0), GIC_ADDRESS);
        EXPECT_EQ(gic_assembly_cpu_read(g.a, later, CPUIF_GICC, &word, 0, &value), GIC_ADDRESS);
        EXPECT_EQ(gic_assembly_cpu_write(g.a, later, CPUIF_GICC, &word, 0, 0), GIC_ADDRESS);
    }
    for (uint32_t id : {0x00000000u, 0x0000FFFFu, 0x0001FFFEu})
        gic_assembly_memory_done(g.a, later, id, "", true);
    EXPECT_FALSE(gic_assembly_waits_for_memory(g.a));
    EXPECT_EQ(saved(g.a), before);
}

TEST(Entries, OfPartsThatAreElsewhereDoNothing)
{
    const gic_config config = with_its(2, 2);
    const gic_assembly_parts dist = {true, false, false, false},
                             redists = {false, true, false, false},
                             cpus = {false, false, true, false}, itss = {false, false, false, true};
    for (const gic_assembly_parts &parts : {dist, redists, cpus, itss}) {
        const bare g(config, parts, timed(HOP));
        const std::vector<unsigned char> before = saved(g.a);
        const gic_access word = requester(0, 4);
        uint64_t value = 0;
        if (!parts.gicd) {
            EXPECT_EQ(gic_assembly_gicd_read(g.a, HOP, &word, 0, &value), GIC_ADDRESS);
            EXPECT_EQ(gic_assembly_gicd_write(g.a, HOP, &word, 0, 0), GIC_ADDRESS);
        }
        if (!parts.gicr) {
            EXPECT_EQ(gic_assembly_gicr_read(g.a, HOP, 0, &word, 0, &value), GIC_ADDRESS);
            EXPECT_EQ(gic_assembly_gicr_write(g.a, HOP, 0, &word, 0, 0), GIC_ADDRESS);
            gic_assembly_set_cpu_active(g.a, HOP, 0, false);
            gic_assembly_set_last(g.a, 0, true);
            EXPECT_TRUE(gic_assembly_lpi_has_room(g.a, 0));
        }
        if (!parts.cpuif) {
            gic_assembly_reset_pe(g.a, 0, HOP);
            EXPECT_FALSE(gic_assembly_upstream_pending(g.a, 0));
            EXPECT_FALSE(gic_assembly_sysreg_peek(g.a, 0, GIC_ICC_PMR_EL1, &value));
        }
        if (!parts.its) {
            EXPECT_EQ(gic_assembly_its_read(g.a, HOP, 0, &word, 0, &value), GIC_ADDRESS);
            EXPECT_EQ(gic_assembly_its_write(g.a, HOP, 0, &word, 0, 0), GIC_ADDRESS);
            EXPECT_TRUE(gic_assembly_msi(g.a, HOP, 0, 3, 5));
            EXPECT_EQ(gic_assembly_its_stats(g.a, 0), nullptr);
            EXPECT_EQ(gic_assembly_its_frame(g.a), nullptr);
            const uint64_t bases[2] = {0x10000, 0x20000};
            gic_assembly_set_gicr_bases(g.a, bases);
        }
        gic_explanation why{};
        for (uint32_t intid : {3u, PPI, SPI, 8200u, 1023u}) {
            gic_explain(g.a, intid, 1, &why);
            EXPECT_EQ(why.intid, intid);
            EXPECT_EQ(why.pe, 1);
            EXPECT_EQ(why.gate[GIC_GATE_LINE].known, parts.cpuif);
            EXPECT_FALSE(why.gate[GIC_GATE_VIRTUAL_LISTED].known);
            gic_explain_virtual(g.a, intid, 1, &why);
            EXPECT_TRUE(why.gate[GIC_GATE_VIRTUAL_LISTED].known);
            EXPECT_FALSE(why.gate[GIC_GATE_VIRTUAL_LISTED].open);
            if (!parts.cpuif) {
                EXPECT_EQ(why.gate[GIC_GATE_VIRTUAL_LISTED].value, 1u) << "the PE";
            }
        }
        EXPECT_EQ(saved(g.a), before);
        gic_assembly_reset(g.a, HOP);
        EXPECT_EQ(gic_assembly_next_due(g.a), GIC_TIME_NEVER);
    }
}

// The CPU interface of a GICv2 is no part of the PE: its reset leaves it as it is. Nor has a GICv3
// legacy inputs, nor a GICv2 more than two.
TEST(Entries, ResetOfAPeLeavesAGicv2AsItIs)
{
    const bare g(v2::one_state(2), {true, true, true, true});
    const gic_access word = requester(1, 4);
    EXPECT_EQ(gic_assembly_cpu_write(g.a, 0, CPUIF_GICC, &word, v2::GICC_PMR, 0xF0), GIC_OK);
    const std::vector<unsigned char> before = saved(g.a);
    gic_assembly_reset_pe(g.a, 1, 0);
    EXPECT_EQ(saved(g.a), before);
    const bare v3(one_state(2), {true, true, true, true});
    const uint64_t bad = stats(v3.a).events[GIC_EV_BAD_LINE];
    gic_assembly_set_legacy(v3.a, 0, 1, GIC_LINE_IRQ, true);
    EXPECT_EQ(stats(v3.a).events[GIC_EV_BAD_LINE], bad + 1);
    gic_assembly_set_legacy(g.a, 0, 2, GIC_LINE_IRQ, true);
    gic_assembly_set_legacy(g.a, 0, 1, GIC_LINE_VIRQ, true);
    EXPECT_EQ(stats(g.a).events[GIC_EV_BAD_LINE], 2u);
    gic_assembly_set_legacy(g.a, 0, 1, GIC_LINE_FIQ, true);
    EXPECT_EQ(stats(g.a).events[GIC_EV_BAD_LINE], 2u);
}

// Everything that is delivered counts, of its kind where it has one.
TEST(Counters, EveryDeliveryIsAMessage)
{
    gic_config config = with_its(1);
    config.direct_lpi = true;
    gic_timing timing = timed(HOP);
    timing.hop_ps[GIC_HOP_CPUIF_PE] = HOP;
    its_gic g(config, timing);
    g.boot_lpis();
    g.property(8200, 0x40);
    const auto delivered = [&] {
        uint64_t by_kind = 0;
        for (uint64_t count : stats(g.a).by_kind)
            by_kind += count;
        EXPECT_EQ(stats(g.a).messages, by_kind);
        return stats(g.a).messages;
    };
    const uint64_t before = delivered(), read = stats(g.a).memory_requests[GIC_MEMORY_READ],
                   none = stats(g.a).by_kind[GIC_MSG_NONE], set = g.messages(GIC_MSG_SET);
    g.redist_write(0, GICR_SETLPIR, 8200, 8);
    EXPECT_TRUE(g.irq(0));
    ASSERT_EQ(stats(g.a).memory_requests[GIC_MEMORY_READ], read + 1);
    EXPECT_EQ(stats(g.a).by_kind[GIC_MSG_NONE], none + 2) << "an answer of memory, a line";
    EXPECT_EQ(g.messages(GIC_MSG_SET), set + 1);
    EXPECT_EQ(delivered(), before + 3);
}

// gic_assembly_msi(): false, and nothing happened, where there is no room.
TEST(Entries, AnMsiWithoutRoomIsNotTaken)
{
    for (bool in_time : {false, true}) {
        gic_config config = with_its();
        config.its.queue = 2;
        config.its.walks = 1;
        its_gic g(config, in_time ? timed(HOP) : loosely_timed());
        g.boot_lpis();
        g.settling = false;
        g.later = true; // the first one waits for memory
        unsigned taken = 0;
        while (taken < 100 && g.msi(0, 3, taken))
            taken++;
        EXPECT_GE(taken, 2u);
        EXPECT_LT(taken, 100u);
        EXPECT_FALSE(gic_assembly_msi_has_room(g.a, 0));
        const std::vector<unsigned char> before = saved(g.a);
        EXPECT_FALSE(g.msi(0, 3, 7));
        EXPECT_EQ(saved(g.a), before);
    }
}
