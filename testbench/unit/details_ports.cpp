// SPDX-License-Identifier: Apache-2.0
// The joiner's edges: components that live elsewhere, frames that are not there, what accesses
// cost, wires that do not exist.
#include <deque>

#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint32_t SPI = 45;
constexpr uint32_t PPI = 22;

// A part of a GIC, whose messages to the other part queue up.
class part
{
public:
    part(const gic_config &config, const gic_assembly_parts &parts,
         const gic_timing &timing = loosely_timed())
    {
        gic_assembly_ports ports{};
        ports.version = 1;
        ports.up = this;
        ports.external = [](void *up, unsigned from, unsigned to, uint16_t pe, const gic_msg *msg,
                            uint64_t) {
            static_cast<part *>(up)->out.push_back({from, to, pe, *msg});
        };
        ports.line = [](void *up, uint16_t pe, gic_line line, bool level, uint64_t) {
            bool &was = static_cast<part *>(up)->level[pe][line];
            EXPECT_NE(was, level) << "it is called when a level changed";
            was = level;
        };
        memory_.resize(gic_assembly_footprint(&config, &parts) / sizeof(block) + 1);
        a = gic_assembly_init(memory_.data(), memory_.size() * sizeof(block), &config, &parts,
                              &timing, &ports, nullptr);
        EXPECT_NE(a, nullptr);
    }
    part(const part &) = delete;
    part &operator=(const part &) = delete;

    struct message {
        unsigned from, to;
        uint16_t pe;
        gic_msg msg;
    };
    // Everything that waits goes to @p other. @return how many.
    unsigned carry(part &other)
    {
        unsigned carried = 0;
        while (!out.empty()) {
            const message m = out.front();
            out.pop_front();
            gic_assembly_receive(other.a, 0, m.from, m.to, m.pe, &m.msg);
            carried++;
        }
        return carried;
    }

    gic_assembly *a = nullptr;
    std::deque<message> out;
    bool level[2][GIC_LINE_COUNT] = {};

private:
    struct alignas(64) block {
        unsigned char byte[64];
    };
    std::vector<block> memory_;
};

// A GIC in two parts: CPU interfaces in one, all else in the other; or the Distributor alone.
class two_parts
{
public:
    two_parts(const gic_assembly_parts &here, const gic_assembly_parts &there)
        : config(one_state(2)), first(config, here), second(config, there)
    {
        for (uint16_t pe = 0; pe < 2; pe++) {
            gic_pe_state state{};
            state.el = 1;
            state.scr_ns = true;
            if (here.cpuif)
                gic_assembly_pe_state(first.a, 0, pe, &state);
            if (there.cpuif)
                gic_assembly_pe_state(second.a, 0, pe, &state);
        }
        settle();
    }
    void settle()
    {
        unsigned bound = 0;
        while (first.carry(second) + second.carry(first) > 0)
            ASSERT_LT(bound++, 1000u);
    }
    void dist(uint32_t offset, uint64_t value, uint8_t size = 4)
    {
        const gic_access as = {0, 0, size, true, false};
        EXPECT_EQ(gic_assembly_gicd_write(first.a, 0, &as, offset, value), GIC_OK);
        settle();
    }
    void redist(part &of, uint16_t pe, uint32_t offset, uint64_t value)
    {
        const gic_access as = {0, 0, 4, true, false};
        EXPECT_EQ(gic_assembly_gicr_write(of.a, 0, pe, &as, offset, value), GIC_OK);
        settle();
    }
    void icc(uint16_t pe, gic_sysreg reg, uint64_t value)
    {
        EXPECT_EQ(gic_assembly_sysreg_write(second.a, 0, pe, reg, value), GIC_SYSREG_OK);
        settle();
    }
    uint64_t icc(uint16_t pe, gic_sysreg reg)
    {
        uint64_t value = 0;
        EXPECT_EQ(gic_assembly_sysreg_read(second.a, 0, pe, reg, &value), GIC_SYSREG_OK);
        settle();
        return value;
    }
    void take_an_spi(part &with_redist);

    gic_config config;
    part first, second;
};

void two_parts::take_an_spi(part &with_redist)
{
    dist(GICD_CTLR, CTLR_ALL);
    dist(gic::bit_word(GICD_IGROUPR, SPI), UINT32_MAX);
    dist(gic::router(SPI), 1, 8); // PE 1
    dist(gic::bit_word(GICD_ISENABLER, SPI), 1u << SPI % 32);
    redist(with_redist, 1, GICR_WAKER, 0);
    icc(1, GIC_ICC_PMR_EL1, 0xF8);
    icc(1, GIC_ICC_IGRPEN1_EL1, 1);
    gic_assembly_set_spi(first.a, 0, SPI, true);
    settle();
    EXPECT_TRUE(second.level[1][GIC_LINE_IRQ]);
    EXPECT_FALSE(second.level[0][GIC_LINE_IRQ]);
    EXPECT_EQ(icc(1, GIC_ICC_IAR1_EL1), SPI);
    EXPECT_FALSE(second.level[1][GIC_LINE_IRQ]);
    gic_assembly_set_spi(first.a, 0, SPI, false);
    settle();
    icc(1, GIC_ICC_EOIR1_EL1, SPI);
    EXPECT_EQ(icc(1, GIC_ICC_IAR1_EL1), GIC_INTID_SPURIOUS);
    const gic_access as = {0, 0, 4, true, false};
    uint64_t active = 1;
    EXPECT_EQ(gic_assembly_gicd_read(first.a, 0, &as, gic::bit_word(GICD_ISACTIVER, SPI), &active),
              GIC_OK);
    EXPECT_EQ(active, 0u);
}

} // namespace

TEST(Parts, CpuInterfacesElsewhereTakeInterruptsByMessages)
{
    two_parts g({true, true, false, false}, {false, false, true, false});
    g.take_an_spi(g.first);
}

TEST(Parts, ADistributorAloneReachesAllRedistributors)
{
    two_parts g({true, false, false, false}, {false, true, true, false});
    g.take_an_spi(g.second);
}

// A part saves what it holds: no more, and as much as it said.
TEST(Parts, SaveWhatTheyHold)
{
    size_t bytes[4], whole = 0;
    for (unsigned n = 0; n < 4; n++) {
        const part one(one_state(2), {n == 0, n == 1, n == 2, n == 3});
        std::vector<unsigned char> file(gic_assembly_save_size(one.a));
        bytes[n] = gic_assembly_save(one.a, file.data());
        EXPECT_EQ(bytes[n], file.size()) << n;
        whole += bytes[n];
    }
    const part none(one_state(2), {false, false, false, false});
    const part all(one_state(2), {true, true, true, true});
    EXPECT_EQ(gic_assembly_save_size(all.a), whole - 3 * gic_assembly_save_size(none.a));
}

TEST(Parts, WhatIsNotThereHasNoFrame)
{
    two_parts g({true, false, false, false}, {false, true, true, false});
    const gic_access as = {0, 0, 4, true, false};
    uint64_t value = 7;
    EXPECT_EQ(gic_assembly_gicr_read(g.first.a, 0, 0, &as, GICR_WAKER, &value), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_gicr_write(g.first.a, 0, 0, &as, GICR_WAKER, 0), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_gicr_read(g.second.a, 0, 2, &as, GICR_WAKER, &value), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_gicd_read(g.second.a, 0, &as, GICD_CTLR, &value), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_gicd_write(g.second.a, 0, &as, GICD_CTLR, 0), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_its_read(g.first.a, 0, 0, &as, 0, &value), GIC_ADDRESS);
    EXPECT_EQ(gic_assembly_its_write(g.first.a, 0, 0, &as, 0, 0), GIC_ADDRESS);
    EXPECT_NE(gic_assembly_gicd_frame(g.first.a), nullptr);
    EXPECT_EQ(gic_assembly_gicr_frame(g.first.a), nullptr);
    EXPECT_EQ(gic_assembly_its_frame(g.first.a), nullptr);
    EXPECT_EQ(gic_assembly_its_stats(g.first.a, 0), nullptr);
    EXPECT_EQ(gic_assembly_gicd_frame(g.second.a), nullptr);
    EXPECT_NE(gic_assembly_gicr_frame(g.second.a), nullptr);
}

TEST(Frames, TheLastRedistributorOfARegionIsTheOneThatIsToldSo)
{
    gic g(one_state(3));
    const auto last = [&](unsigned pe) { return (g.redist(pe, GICR_TYPER) >> 4 & 1) != 0; };
    EXPECT_FALSE(last(0));
    EXPECT_FALSE(last(1));
    EXPECT_TRUE(last(2));
    gic_assembly_set_last(g.a, 1, true);
    gic_assembly_set_last(g.a, 2, false);
    gic_assembly_set_last(g.a, 3, true); // there is none
    EXPECT_FALSE(last(0));
    EXPECT_TRUE(last(1));
    EXPECT_FALSE(last(2));
}

TEST(Costs, EachAccessCostsWhatItsKindDoes)
{
    gic_timing timing = timed();
    for (unsigned n = 0; n < GIC_COST_COUNT; n++)
        timing.access_ps[n] = 100 + n;
    gic slow(one_state(), timing);
    timing.timed = false;
    gic loose(one_state(), timing);
    for (unsigned n = 0; n < GIC_COST_COUNT; n++) {
        EXPECT_EQ(gic_assembly_access_ps(slow.a, static_cast<gic_cost>(n)), 100 + n);
        EXPECT_EQ(gic_assembly_access_ps(loose.a, static_cast<gic_cost>(n)), 0u);
    }
}

TEST(Costs, SystemRegistersHaveTheCostOfWhatTheyDo)
{
    for (gic_sysreg reg : {GIC_ICC_IAR0_EL1, GIC_ICC_IAR1_EL1, GIC_ICC_NMIAR1_EL1})
        EXPECT_EQ(gic_sysreg_cost(reg, false), GIC_COST_SYSREG_IAR) << gic_sysreg_name(reg);
    for (gic_sysreg reg : {GIC_ICC_EOIR0_EL1, GIC_ICC_EOIR1_EL1, GIC_ICC_DIR_EL1})
        EXPECT_EQ(gic_sysreg_cost(reg, true), GIC_COST_SYSREG_EOIR) << gic_sysreg_name(reg);
    for (gic_sysreg reg : {GIC_ICC_SGI0R_EL1, GIC_ICC_SGI1R_EL1, GIC_ICC_ASGI1R_EL1})
        EXPECT_EQ(gic_sysreg_cost(reg, true), GIC_COST_SYSREG_SGI) << gic_sysreg_name(reg);
    EXPECT_EQ(gic_sysreg_cost(GIC_ICC_PMR_EL1, true), GIC_COST_SYSREG_WRITE);
    EXPECT_EQ(gic_sysreg_cost(GIC_ICC_PMR_EL1, false), GIC_COST_SYSREG_READ);
}

TEST(Wires, ThatDoNotExistAreReportedAndIgnored)
{
    for (const gic_timing &timing : {loosely_timed(), timed()}) {
        gic g(one_state(2), timing);
        g.boot();
        unsigned reports = 0;
        for (uint32_t intid : {31u, 128u, 1019u, 4096u, 5120u, 8192u}) {
            g.line(intid, true);
            g.settle();
            EXPECT_EQ(g.count(GIC_EV_BAD_LINE), ++reports) << intid;
        }
        for (uint32_t intid : {15u, 32u, 1056u, 8192u}) {
            g.ppi(1, intid, true);
            g.settle();
            EXPECT_EQ(g.count(GIC_EV_BAD_LINE), ++reports) << intid;
        }
        g.ppi(2, PPI, true); // no such PE
        g.settle();
        EXPECT_FALSE(g.irq(0));
        EXPECT_FALSE(g.irq(1));
    }
}

// What happens to an SPI is reported with its own INTID, whichever word it is in.
TEST(Events, NameTheInterruptTheyAreAbout)
{
    gic g(extended(one_state()));
    g.boot();
    for (uint32_t intid : {32u, 45u, 500u, 1019u, 4096u, 4159u}) {
        g.spi(intid);
        std::vector<gic_event> seen;
        g.watch = [&](const gic_event &event) { seen.push_back(event); };
        const auto last = [&](gic_event_id id) -> const gic_event * {
            const gic_event *found = nullptr;
            for (const gic_event &event : seen)
                if (event.id == id)
                    found = &event;
            EXPECT_NE(found, nullptr) << gic_event_name(id) << " of " << intid;
            return found;
        };
        g.line(intid, true);
        const gic_event *pending = last(GIC_EV_PENDING);
        ASSERT_NE(pending, nullptr);
        EXPECT_EQ(pending->intid, intid);
        EXPECT_EQ(pending->arg, 0xA0u | static_cast<uint64_t>(GIC_GROUP_1NS) << 8);
        g.line(intid, false);
        ASSERT_NE(last(GIC_EV_WITHDRAWN), nullptr);
        EXPECT_EQ(last(GIC_EV_WITHDRAWN)->intid, intid);
        g.line(intid, true);
        EXPECT_EQ(g.ack(0), intid);
        g.line(intid, false);
        g.eoi(0, intid);
        ASSERT_NE(last(GIC_EV_DEACTIVATED), nullptr);
        EXPECT_EQ(last(GIC_EV_DEACTIVATED)->intid, intid);
        g.watch = nullptr;
    }
}

// DPG1S is RES0 with one Security state, also for what it was before.
TEST(Rules, R_13_SettingDsClearsDpg1s)
{
    gic g(two_states());
    g.redist_write(0, GICR_CTLR, RCTLR_DPG0 | RCTLR_DPG1NS | RCTLR_DPG1S);
    EXPECT_EQ(g.redist(0, GICR_CTLR) & (RCTLR_DPG0 | RCTLR_DPG1NS | RCTLR_DPG1S),
              uint64_t{RCTLR_DPG0 | RCTLR_DPG1NS | RCTLR_DPG1S});
    g.dist_write(GICD_CTLR, CTLR_DS);
    EXPECT_EQ(g.redist(0, GICR_CTLR) & (RCTLR_DPG0 | RCTLR_DPG1NS | RCTLR_DPG1S),
              uint64_t{RCTLR_DPG0 | RCTLR_DPG1NS});
}

// Bits above the INTID are RES0 (IHI 0069, 12.9.36).
TEST(Rules, D_13_SetspiNamesAnIntidOf13Bits)
{
    gic g(extended(two_states()));
    g.boot();
    for (uint32_t intid : {SPI, 4100u}) {
        g.spi(intid, {GIC_GROUP_1NS, 0xA0, true, 0}, false);
        for (unsigned bit = 13; bit < 32; bit++) {
            const uint32_t value = intid | 1u << bit;
            g.dist_write(bit % 2 ? GICD_SETSPI_NSR : GICD_SETSPI_SR, value);
            EXPECT_TRUE(g.pending(intid)) << bit;
            g.dist_write(bit % 2 ? GICD_CLRSPI_NSR : GICD_CLRSPI_SR, value);
            EXPECT_FALSE(g.pending(intid)) << bit;
        }
    }
}

// A message for an edge-triggered SPI sets that SPI's latch, in whichever word it is.
TEST(Rules, D_13_SetspiLatchesItsOwnEdgeSpi)
{
    gic g(extended(one_state()));
    g.boot();
    for (uint32_t intid : {32u, 63u, 64u, 96u, 500u, 1019u, 4096u, 4159u}) {
        interrupt as;
        as.edge = true;
        g.spi(intid, as, false);
        g.dist_write(GICD_SETSPI_NSR, intid);
        EXPECT_TRUE(g.pending(intid)) << intid;
        g.dist_write(GICD_CLRSPI_NSR, intid);
        EXPECT_FALSE(g.pending(intid)) << intid;
    }
}

// gic_assembly_next_line_due(): what leaves for another assembly leaves when it is due, and its
// owner cannot be late for it. A GIC in parts promises no more than its next delivery.
TEST(Parts, LookNoFurtherAheadThanTheirNextDelivery)
{
    const gic_timing timing = timed();
    const gic_assembly_parts redists = {false, true, true, false},
                             dist = {true, false, false, false},
                             no_cpu = {true, true, false, false};
    for (const gic_assembly_parts &parts : {redists, dist, no_cpu}) {
        part p(one_state(2), parts, timing);
        if (parts.gicd)
            gic_assembly_set_spi(p.a, 0, SPI, true);
        if (parts.gicr)
            gic_assembly_set_ppi(p.a, 0, 1, PPI, true);
        ASSERT_NE(gic_assembly_next_due(p.a), GIC_TIME_NEVER);
        for (unsigned bound = 0; gic_assembly_next_due(p.a) != GIC_TIME_NEVER; bound++) {
            ASSERT_LT(bound, 100u);
            EXPECT_EQ(gic_assembly_next_line_due(p.a), gic_assembly_next_due(p.a));
            gic_assembly_advance(p.a, gic_assembly_next_due(p.a));
        }
        EXPECT_EQ(gic_assembly_next_line_due(p.a), GIC_TIME_NEVER);
    }
}

// gic_assembly_ports: "Any member may be NULL" - then nobody is called, and all else is as ever.
TEST(Ports, AnyMemberMayBeMissing)
{
    const gic_assembly_parts all = {true, true, true, true}, no_cpu = {true, true, false, false};
    struct alignas(64) block {
        unsigned char byte[64];
    };
    for (const gic_assembly_parts &parts : {all, no_cpu})
        for (const gic_timing &timing : {loosely_timed(), timed()}) {
            gic_config config = with_its(2);
            config.direct_lpi = true;
            gic_config_error error = GIC_CONFIG_OK;
            gic_assembly_ports ports{};
            ports.version = 1;
            std::vector<block> memory(gic_assembly_footprint(&config, &parts) / sizeof(block) + 1);
            gic_assembly *a = gic_assembly_init(memory.data(), memory.size() * sizeof(block),
                                                &config, &parts, &timing, &ports, &error);
            ASSERT_NE(a, nullptr) << gic_config_error_text(error);
            const gic_access as = {0, 0, 4, true, false}, as_doubleword = {0, 0, 8, true, false};
            uint64_t now = 0;
            const auto settle = [&] {
                for (unsigned n = 0; gic_assembly_next_due(a) != GIC_TIME_NEVER && n < 1000; n++)
                    gic_assembly_advance(a, now = gic_assembly_next_due(a));
            };
            const auto gicr = [&](const gic_access &how, uint32_t offset, uint64_t value) {
                EXPECT_EQ(gic_assembly_gicr_write(a, now, 1, &how, offset, value), GIC_OK);
                settle();
            };
            gicr(as, GICR_WAKER, 0);
            if (parts.cpuif) {
                gic_pe_state state{};
                state.el = 1;
                state.scr_ns = true;
                gic_assembly_pe_state(a, now, 1, &state);
                gic_assembly_sysreg_write(a, now, 1, GIC_ICC_PMR_EL1, 0xF8);
                gic_assembly_sysreg_write(a, now, 1, GIC_ICC_IGRPEN1_EL1, 1);
            }
            for (uint32_t offset : {0x80u, 0x100u}) // IGROUPR0, ISENABLER0
                gicr(as, GICR_SGI_BASE + offset, UINT32_MAX);
            EXPECT_EQ(gic_assembly_gicd_write(a, now, &as, GICD_CTLR, CTLR_ALL), GIC_OK);
            settle();
            gic_assembly_set_ppi(a, now, 1, PPI, true);
            settle();
            // Without memory every request fails: the LPI is dropped, nothing waits.
            gicr(as_doubleword, GICR_PROPBASER, its_gic::PROPERTIES | (config.lpi_bits - 1u));
            gicr(as_doubleword, GICR_PENDBASER, its_gic::PENDING);
            gicr(as, GICR_CTLR, RCTLR_ENABLE_LPIS);
            gicr(as_doubleword, GICR_SETLPIR, GIC_INTID_LPI_FIRST);
            EXPECT_EQ(gic_assembly_next_due(a), GIC_TIME_NEVER);
            gic_assembly_stats stats = *gic_assembly_get_stats(a);
            EXPECT_GT(stats.events[GIC_EV_PENDING], 0u) << "counted all the same";
            EXPECT_GT(stats.memory_requests[GIC_MEMORY_READ], 0u);
            EXPECT_EQ(stats.messages_lost, 0u);
            if (parts.cpuif) {
                uint64_t value = 0;
                EXPECT_EQ(gic_assembly_sysreg_read(a, now, 1, GIC_ICC_IAR1_EL1, &value),
                          GIC_SYSREG_OK);
                EXPECT_EQ(value, PPI);
            }
        }
}

// P-30: a rise that the PE's own act overtakes is never told, and so its fall is not either.
TEST(Ports, ALineIsToldWhenItChanges)
{
    gic_timing timing = timed();
    timing.hop_ps[GIC_HOP_CPUIF_PE] = 5000;
    part p(one_state(1), {true, true, true, false}, timing);
    uint64_t now = 0;
    const auto settle = [&] {
        for (unsigned n = 0; gic_assembly_next_due(p.a) != GIC_TIME_NEVER && n < 1000; n++)
            gic_assembly_advance(p.a, now = gic_assembly_next_due(p.a));
    };
    const gic_access as = {0, 0, 4, true, false};
    gic_pe_state state{};
    state.el = 1;
    state.scr_ns = true;
    gic_assembly_pe_state(p.a, now, 0, &state);
    EXPECT_EQ(gic_assembly_gicd_write(p.a, now, &as, GICD_CTLR, CTLR_ALL), GIC_OK);
    EXPECT_EQ(gic_assembly_gicr_write(p.a, now, 0, &as, GICR_WAKER, 0), GIC_OK);
    for (uint32_t offset : {0x80u, 0x100u}) // IGROUPR0, ISENABLER0
        EXPECT_EQ(gic_assembly_gicr_write(p.a, now, 0, &as, GICR_SGI_BASE + offset, UINT32_MAX),
                  GIC_OK);
    gic_assembly_sysreg_write(p.a, now, 0, GIC_ICC_IGRPEN1_EL1, 1);
    settle();
    gic_assembly_set_ppi(p.a, now, 0, PPI, true);
    settle();
    EXPECT_FALSE(p.level[0][GIC_LINE_IRQ]) << "masked as yet";
    for (unsigned round = 0; round < 2; round++) {
        gic_assembly_sysreg_write(p.a, now, 0, GIC_ICC_PMR_EL1, 0xF8); // the rise is under way
        gic_assembly_sysreg_write(p.a, now, 0, GIC_ICC_PMR_EL1, 0);
        settle();
        EXPECT_FALSE(p.level[0][GIC_LINE_IRQ]);
        gic_assembly_sysreg_write(p.a, now, 0, GIC_ICC_PMR_EL1, 0xF8);
        settle();
        EXPECT_TRUE(p.level[0][GIC_LINE_IRQ]);
        gic_assembly_sysreg_write(p.a, now, 0, GIC_ICC_PMR_EL1, 0);
        EXPECT_FALSE(p.level[0][GIC_LINE_IRQ]) << "at once";
    }
}

// An MSI without a mapping raises the line of its ITS (UMSIirq), wherever that leads.
TEST(Ports, TheLineOfAnItsMayBeMissing)
{
    gic_config config = with_its();
    std::vector<uint64_t> memory(gic_assembly_footprint(&config, nullptr) / 8 + 8);
    const auto start = (reinterpret_cast<uintptr_t>(memory.data()) + 63) & ~uintptr_t{63};
    gic_assembly *const a = gic_assembly_init(
        reinterpret_cast<void *>(start), // NOLINT(performance-no-int-to-ptr)
        gic_assembly_footprint(&config, nullptr), &config, nullptr, nullptr, nullptr, nullptr);
    ASSERT_NE(a, nullptr);
    gic_access access{};
    access.size = 4;
    EXPECT_EQ(gic_assembly_its_write(a, 0, 0, &access, GITS_CTLR, 1 | 1u << 8), GIC_OK);
    EXPECT_TRUE(gic_assembly_msi(a, 0, 0, 3, 5));
    EXPECT_EQ(gic_assembly_get_stats(a)->events[GIC_EV_ITS_UNMAPPED], 1u);
}
