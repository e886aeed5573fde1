// SPDX-License-Identifier: Apache-2.0
// What events say (gic/event.def): the interrupt, the PE, and the number that the text promises.
#include "gic/sysreg.h"
#include "lpi_rig.hpp"

using namespace rig;

namespace
{

constexpr uint32_t SPI = 45;

class EventArguments : public testing::Test
{
protected:
    // The events of @p id that @p act brings about; there is at least one.
    static gic_event last(gic &g, gic_event_id id, const std::function<void()> &act)
    {
        gic_event found{};
        unsigned count = 0;
        g.watch = [&](const gic_event &event) {
            if (event.id == id) {
                found = event;
                count++;
            }
        };
        act();
        g.watch = nullptr;
        EXPECT_GE(count, 1u) << gic_event_name(id);
        return found;
    }
    static uint64_t at(uint32_t offset, uint32_t low)
    {
        return uint64_t(offset) << 32 | low;
    }
};

} // namespace

TEST_F(EventArguments, AccessesThatAreMistakesSayWhereAndWhat)
{
    gic g(two_states(2));
    const auto arg = [&](gic_event_id id, const std::function<void()> &act) {
        return last(g, id, act).arg;
    };
    EXPECT_EQ(arg(GIC_EV_BAD_RESERVED, [&] { g.dist_write(0x30, 0x1234); }), at(0x30, 0x1234));
    EXPECT_EQ(arg(GIC_EV_BAD_RESERVED, [&] { g.dist(0x30); }), at(0x30, 0));
    EXPECT_EQ(arg(GIC_EV_BAD_SIZE, [&] { g.dist_write(GICD_ISENABLER + 4, 7, 1); }),
              at(GICD_ISENABLER + 4, 1));
    EXPECT_EQ(arg(GIC_EV_BAD_READ_ONLY, [&] { g.dist_write(GICD_TYPER, 0x55); }),
              at(GICD_TYPER, 0x55));
    EXPECT_EQ(arg(GIC_EV_BAD_WRITE_ONLY, [&] { g.dist(GICD_SETSPI_NSR); }), at(GICD_SETSPI_NSR, 0));
    EXPECT_EQ(arg(GIC_EV_BAD_SECURE_ONLY, [&] { g.dist_write(GICD_IGROUPR + 4, 9, 4, false); }),
              at(GICD_IGROUPR + 4, 9));
    EXPECT_EQ(arg(GIC_EV_BAD_INTID, [&] { g.dist_write(GICD_SETSPI_NSR, 500); }),
              at(GICD_SETSPI_NSR, 500));
    EXPECT_EQ(arg(GIC_EV_BAD_INTID, [&] { g.dist_write(GICD_CLRSPI_SR, 31); }),
              at(GICD_CLRSPI_SR, 31));
    const gic_event reserved = last(g, GIC_EV_BAD_RESERVED, [&] { g.redist(1, 0x18); });
    EXPECT_EQ(reserved.arg, at(0x18, 0));
    EXPECT_EQ(reserved.pe, 1u);
}

TEST_F(EventArguments, ChangesOfControlSayWhatWasWritten)
{
    gic g(two_states());
    g.dist_write(GICD_CTLR, CTLR_ALL);
    EXPECT_EQ(
        last(g, GIC_EV_BAD_CTLR_CHANGE, [&] { g.dist_write(GICD_CTLR, CTLR_ALL | CTLR_E1NWF); })
            .arg,
        at(GICD_CTLR, CTLR_ALL | CTLR_E1NWF));
    g.dist_write(GICD_CTLR, 0);
    g.wake(0);
    g.open_cpu(0);
    EXPECT_EQ(last(g, GIC_EV_BAD_WAKER, [&] { g.sleep(0); }).arg, at(0, WAKER_SLEEP))
        << "with its groups enabled; old and new";
}

TEST_F(EventArguments, ConfigurationsSayWhichInterrupt)
{
    gic g(extended(one_state()));
    g.boot();
    for (uint32_t intid : {SPI, 63u, 500u, 4100u}) {
        g.spi(intid);
        const gic_event event = last(g, GIC_EV_BAD_ICFGR, [&] {
            const uint32_t word = gic::config_word(intid);
            g.dist_write(word, g.dist(word) | UINT64_C(2) << intid % 16 * 2);
        });
        EXPECT_EQ(event.intid, intid);
    }
    for (uint32_t intid : {20u, 31u, 1056u, 1087u, 1100u}) {
        g.private_interrupt(0, intid);
        const uint32_t word = intid < 32 ? GICR_ICFGR1 : GICR_ICFGR1 + 4 + (intid - 1056) / 16 * 4;
        const gic_event event = last(g, GIC_EV_BAD_ICFGR, [&] {
            g.redist_write(0, word, g.redist(0, word) | UINT64_C(2) << intid % 16 * 2);
        });
        EXPECT_EQ(event.intid, intid);
    }
    g.line(SPI, true);
    const gic_event route =
        last(g, GIC_EV_BAD_ROUTE, [&] { g.dist_write(gic::router(SPI), 0x0507, 8); });
    EXPECT_EQ(route.intid, SPI);
    EXPECT_EQ(route.arg, 0x0507u);
}

TEST_F(EventArguments, SgisSayWhatWasAskedFor)
{
    gic_config config = one_state(2);
    config.range_select = false;
    gic g(config);
    g.boot();
    const gic_event sent =
        last(g, GIC_EV_SGI_GENERATED, [&] { g.sgi(1, GIC_ICC_SGI1R_EL1, 5, 0x3); });
    EXPECT_EQ(sent.intid, 5u);
    EXPECT_EQ(sent.pe, 1u);
    const gic_sgi sgi = gic_sgi_unpack(sent.arg);
    EXPECT_EQ(sgi.target_list, 3u);
    EXPECT_EQ(sgi.source, GIC_SGI_SGI1R);
    const gic_event missing =
        last(g, GIC_EV_BAD_SGI_TARGET, [&] { g.sgi(0, GIC_ICC_SGI1R_EL1, 7, 0x8); });
    EXPECT_EQ(missing.intid, 7u);
    EXPECT_EQ(gic_sgi_unpack(missing.arg).target_list, 8u);
    const uint64_t range = UINT64_C(1) << 44 | 6u << 24 | 1;
    const gic_event bad =
        last(g, GIC_EV_BAD_SGI_RANGE, [&] { g.icc_write(0, GIC_ICC_SGI1R_EL1, range); });
    EXPECT_EQ(bad.intid, 6u);
    EXPECT_EQ(bad.arg, range);
}

TEST_F(EventArguments, SystemRegistersSayWhatWasWritten)
{
    gic g(one_state(2));
    g.boot();
    const auto seen = [&](gic_event_id id, gic_sysreg reg, uint64_t value) {
        return last(g, id, [&] { g.icc_write(1, reg, value); });
    };
    gic_event event = seen(GIC_EV_BAD_EOIR, GIC_ICC_EOIR1_EL1, SPI);
    EXPECT_EQ(event.arg, SPI);
    EXPECT_EQ(event.intid, SPI);
    EXPECT_EQ(event.pe, 1u);
    event = seen(GIC_EV_BAD_DIR, GIC_ICC_DIR_EL1, SPI);
    EXPECT_EQ(event.arg, SPI);
    EXPECT_EQ(event.intid, SPI);
    event = seen(GIC_EV_BAD_AP_WRITE, GIC_ICC_AP1R0_EL1, 4);
    EXPECT_EQ(event.arg, 4u);
    g.icc_write(1, GIC_ICC_AP1R0_EL1, 0);
    g.enable_groups(1, GIC_GROUPS_NONE);
    g.sleep(1);
    event = seen(GIC_EV_BAD_ASLEEP, GIC_ICC_PMR_EL1, 0xF0);
    EXPECT_EQ(event.arg, static_cast<uint64_t>(GIC_ICC_PMR_EL1));
    event = last(g, GIC_EV_BAD_SYSREG, [&] {
        uint64_t value = 0;
        EXPECT_EQ(gic_assembly_sysreg_read(g.a, g.now, 1, GIC_ICC_CTLR_EL3, &value),
                  GIC_SYSREG_UNDEFINED);
    });
    EXPECT_EQ(event.arg, static_cast<uint64_t>(GIC_ICC_CTLR_EL3));
    EXPECT_EQ(event.pe, 1u);
}

TEST_F(EventArguments, LpiRegistersSayWhereAndWhat)
{
    gic_config config = with_its(2, 0);
    config.direct_lpi = true;
    its_gic g(config);
    g.boot_lpis();
    gic_event event =
        last(g, GIC_EV_BAD_LPI_REGISTER, [&] { g.redist_write(1, GICR_PROPBASER, 0x5000, 8); });
    EXPECT_EQ(event.arg, at(GICR_PROPBASER, 0x5000));
    EXPECT_EQ(event.pe, 1u);
    event =
        last(g, GIC_EV_BAD_LPI_REGISTER, [&] { g.redist_write(1, GICR_PENDBASER + 4, 0x77, 4); });
    EXPECT_EQ(event.arg, at(GICR_PENDBASER + 4, 0x77));
    event = last(g, GIC_EV_LPI_DROPPED, [&] { g.redist_write(1, GICR_SETLPIR, 0x5000, 8); });
    EXPECT_EQ(event.intid, 0x5000u);
    EXPECT_EQ(event.pe, 1u);
}

TEST_F(EventArguments, TablesOfAnItsSayTheirAddress)
{
    its_gic g(with_its(1, 2));
    g.boot_lpis();
    const uint64_t nowhere = 0x1000;
    g.mapc(1, 1, 0);
    g.command(1, ITS_MAPD | UINT64_C(3) << 32, 3, VALID | nowhere);
    const gic_event table = last(g, GIC_EV_BAD_ITS_TABLE, [&] { g.msi(1, 3, 2); });
    EXPECT_EQ(table.intid, 0u);
    EXPECT_EQ(table.pe, static_cast<uint16_t>(GIC_PE_NONE));
    EXPECT_GE(table.arg, nowhere);
    EXPECT_LT(table.arg, nowhere + 16 * 8);
    const gic_event mapping = last(g, GIC_EV_ITS_UNMAPPED, [&] { g.msi(1, 4, 9); });
    EXPECT_EQ(mapping.arg, at(4, 9));
    EXPECT_EQ(mapping.intid, 0u);
    const gic_event locked =
        last(g, GIC_EV_BAD_ITS_REGISTER, [&] { g.its_write(1, GITS_CBASER, 0x77); });
    EXPECT_EQ(locked.arg, at(GITS_CBASER, 0x77));
    EXPECT_EQ(locked.intid, 0u);
    const gic_event command = last(g, GIC_EV_ITS_COMMAND, [&] { g.sync(1, 0); });
    EXPECT_EQ(command.arg & 0xFF, ITS_SYNC);
    EXPECT_EQ(command.arg >> 8, 1u);
    EXPECT_EQ(command.intid, 0u);
}

// The way of one SPI: each stamp names it, its PE, and its priority or line.
TEST_F(EventArguments, StampsFollowAnInterrupt)
{
    for (gic_group group : {GIC_GROUP_0, GIC_GROUP_1NS}) {
        gic g(one_state(2));
        g.boot();
        g.spi(SPI, {group, 0x48, false, 1});
        std::vector<gic_event> seen;
        g.watch = [&](const gic_event &event) {
            if (event.intid == SPI && event.id <= GIC_EV_WITHDRAWN)
                seen.push_back(event);
        };
        g.line(SPI, true);
        EXPECT_EQ(g.ack(1, group), SPI);
        g.line(SPI, false);
        g.eoi(1, SPI, group);
        const uint64_t line = group == GIC_GROUP_0 ? GIC_LINE_FIQ : GIC_LINE_IRQ;
        const struct {
            gic_event_id id;
            uint16_t pe;
            uint64_t arg;
            gic_port port;
        } expected[] = {{GIC_EV_ASSERTED, GIC_PE_NONE, 0, GIC_PORT_GICD},
                        {GIC_EV_PENDING, GIC_PE_NONE, 0x48u | uint64_t(group) << 8, GIC_PORT_GICD},
                        {GIC_EV_OFFERED, 1, 0x48, GIC_PORT_GICD},
                        {GIC_EV_SET, 1, 0x48, GIC_PORT_GICR},
                        {GIC_EV_SIGNALLED, 1, line, GIC_PORT_CPUIF},
                        {GIC_EV_ACKNOWLEDGED, 1, 0x48, GIC_PORT_CPUIF},
                        {GIC_EV_EOI, 1, 0, GIC_PORT_CPUIF},
                        {GIC_EV_DEACTIVATED, GIC_PE_NONE, 0, GIC_PORT_GICD}};
        ASSERT_EQ(seen.size(), GIC_COUNT_OF(expected));
        for (unsigned n = 0; n < seen.size(); n++) {
            EXPECT_EQ(seen[n].id, expected[n].id) << n;
            EXPECT_EQ(seen[n].pe, expected[n].pe) << n;
            EXPECT_EQ(seen[n].arg, expected[n].arg) << n;
            EXPECT_EQ(seen[n].port, expected[n].port) << n;
            EXPECT_EQ(seen[n].time_ps, 0u) << n;
        }
    }
}

// An instance begins and ends by registers as it does by wires, of whatever interrupt.
TEST_F(EventArguments, RegistersBeginAndWithdrawInstances)
{
    gic g(extended(one_state(2)));
    g.boot();
    for (uint32_t intid : {0u, 15u, 16u, 31u, 32u, SPI, 1019u, 1056u, 1087u, 1119u, 4096u, 4159u}) {
        std::vector<gic_event> seen;
        g.watch = [&](const gic_event &event) {
            if (event.id == GIC_EV_PENDING || event.id == GIC_EV_WITHDRAWN)
                seen.push_back(event);
        };
        const bool is_private = gic_is_private(intid);
        for (uint32_t family : {GICD_ISPENDR, GICD_ICPENDR, GICD_ISPENDR, GICD_ICPENDR}) {
            if (is_private)
                g.private_set(1, family, intid);
            else
                g.spi_set(family, intid);
            if (family == GICD_ISPENDR) { // once more changes nothing
                if (is_private)
                    g.private_set(1, family, intid);
                else
                    g.spi_set(family, intid);
            }
        }
        ASSERT_EQ(seen.size(), 4u) << intid;
        for (unsigned n = 0; n < 4; n++) {
            EXPECT_EQ(seen[n].id, n % 2 ? GIC_EV_WITHDRAWN : GIC_EV_PENDING) << intid;
            EXPECT_EQ(seen[n].intid, intid);
            EXPECT_EQ(seen[n].pe, is_private ? 1u : unsigned(GIC_PE_NONE));
        }
        g.watch = nullptr;
    }
}
