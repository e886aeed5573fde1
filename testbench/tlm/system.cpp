// SPDX-License-Identifier: Apache-2.0
// The SystemC assembly at work: times of arrival, decoupled initiators, reset, saving, parts.
#include "gictlm/adapters/genattr.h"
#include "gictlm/adapters/sysreg_socket.h"
#include "gictlm/adapters/vcml.h"
#include "support.h"

using namespace tlm_test;

namespace
{

/// Sum of the hops from an SPI wire to the PE.
uint64_t spi_to_pe(const gic_timing &t)
{
    return t.hop_ps[GIC_HOP_SPI_LINE] + t.hop_ps[GIC_HOP_GICD_GICR] + t.hop_ps[GIC_HOP_GICR_CPUIF] +
           t.hop_ps[GIC_HOP_CPUIF_PE];
}

TEST(Timed, SpiArrivesAfterTheSumOfItsHops)
{
    bench b(test_config(true));
    b.run([&b] {
        b.enable_pe(0);
        b.enable_spi(40, 0);
        sc_core::wait(sc_time(123, SC_NS));
        const sc_time raised = sc_core::sc_time_stamp();
        b.gic.spi[8].set(true, SC_ZERO_TIME);
        EXPECT_TRUE(b.irq[0].changes.empty());
        b.quiet();
        ASSERT_EQ(1u, b.irq[0].changes.size());
        EXPECT_EQ(raised + sc_time::from_value(spi_to_pe(b.gic.configuration().timing)),
                  b.irq[0].changes[0].at);
    });
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
}

TEST(Timed, OccupancyMakesTheSecondMessageWait)
{
    gictlm::config c = test_config(true);
    c.timing.occupancy_ps[GIC_STATION_GICD] = 5000;
    bench b(c);
    b.run([&b] {
        b.enable_pe(0);
        const uint64_t waits = b.gic.stats().station_waits;
        for (unsigned i = 0; i < 4; i++)
            b.gic.spi[i].set(true, SC_ZERO_TIME);
        b.quiet();
        EXPECT_GT(b.gic.stats().station_waits, waits);
    });
}

TEST(Timed, BarrierWaitsForTheLastAcknowledge)
{
    bench b(test_config(true));
    b.run([&b] {
        b.enable_pe(0);
        b.enable_spi(40, 0);
        b.gic.spi[8].set(true, SC_ZERO_TIME);
        b.quiet();
        EXPECT_EQ(40u, b.sysreg_read(0, GIC_ICC_IAR1_EL1));
        b.cpu.delay = SC_ZERO_TIME; // the Activate left now
        EXPECT_TRUE(b.gic.sysreg[0]->upstream_pending());
        const sc_time start = sc_core::sc_time_stamp();
        EXPECT_TRUE(b.gic.sysreg[0]->barrier(b.cpu.delay));
        EXPECT_FALSE(b.gic.sysreg[0]->upstream_pending());
        const gic_timing &t = b.gic.configuration().timing;
        // Activate and Taken up, their acknowledges down.
        EXPECT_EQ(
            start + sc_time::from_value(t.hop_ps[GIC_HOP_CPUIF_GICR] + t.hop_ps[GIC_HOP_GICR_GICD] +
                                        t.hop_ps[GIC_HOP_GICD_GICR] + t.hop_ps[GIC_HOP_GICR_CPUIF]),
            sc_core::sc_time_stamp() + b.cpu.delay);
    });
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
}

TEST(Timed, StalledRegisterWriteWaitsForACredit)
{
    bench b(test_config(true));
    b.run([&b] {
        b.enable_pe(0);
        unsigned done = 0;
        gic_sysreg_result result = GIC_SYSREG_OK;
        sc_time none = SC_ZERO_TIME;
        while (result == GIC_SYSREG_OK && done < 100) {
            sc_time delay = SC_ZERO_TIME;
            result = b.gic.sysreg[0]->try_write(GIC_ICC_SGI1R_EL1, uint64_t(1) << 24 | 1, delay);
            done += result == GIC_SYSREG_OK;
        }
        EXPECT_EQ(GIC_SYSREG_STALL, result);
        EXPECT_EQ(unsigned(GIC_CREDIT_GENERATE_SGI), done);
        const sc_time start = sc_core::sc_time_stamp();
        EXPECT_EQ(GIC_SYSREG_OK,
                  b.gic.sysreg[0]->write(GIC_ICC_SGI1R_EL1, uint64_t(1) << 24 | 1, none));
        EXPECT_GT(sc_core::sc_time_stamp(), start) << "the write waited";
        b.quiet();
    });
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
}

/// Two initiators that run ahead of simulated time by a quantum, in turn.
void two_decoupled(bool timed)
{
    bench b(test_config(timed, 2));
    initiator second("second");
    gictlm::gic other("other", test_config(timed, 2)); // only to have somewhere to bind
    second.gicd.bind(other.gicd);
    second.gicr.bind(other.gicr);
    unsigned taken[2] = {0, 0};
    const auto pe_loop = [&](unsigned pe) {
        const sc_time quantum(200, SC_NS);
        sc_time local = SC_ZERO_TIME;
        for (unsigned i = 0; i < 400; i++) {
            local += sc_time(10 + pe, SC_NS);
            if (i < 200)
                b.gic.spi[8 + pe].set(i % 4 == 0, local);
            if (b.irq[pe].level() &&
                b.irq[pe].changes.back().at <= sc_core::sc_time_stamp() + local) {
                uint64_t intid = 1023;
                b.gic.sysreg[pe]->read(GIC_ICC_IAR1_EL1, intid, local);
                if (intid < 1020) {
                    taken[pe]++;
                    EXPECT_EQ(40u + pe, intid);
                    b.gic.sysreg[pe]->write(GIC_ICC_EOIR1_EL1, intid, local);
                }
            }
            if (local >= quantum) {
                sc_core::wait(local);
                local = SC_ZERO_TIME;
            }
        }
    };
    b.run([&] {
        // Edges, so that an interrupt does not go away before it was delivered.
        b.cpu.write(b.cpu.gicd, GICD_ICFGR + 40 / 16 * 4, 0xAu << (40 % 16 * 2));
        for (unsigned pe = 0; pe < 2; pe++) {
            b.enable_pe(pe);
            b.enable_spi(40 + pe, pe);
        }
        sc_core::sc_join join;
        for (unsigned pe = 0; pe < 2; pe++)
            join.add_process(sc_core::sc_spawn([&pe_loop, pe] { pe_loop(pe); }));
        join.wait();
        b.quiet();
        EXPECT_FALSE(b.irq[0].level());
        EXPECT_FALSE(b.irq[1].level());
    });
    EXPECT_GT(taken[0], 10u);
    EXPECT_GT(taken[1], 10u);
}

TEST(LooselyTimed, TwoDecoupledInitiators)
{
    two_decoupled(false);
}

TEST(Timed, TwoDecoupledInitiators)
{
    two_decoupled(true);
}

TEST(Lines, AnySignalPortBindsAndEachWriteIsOneCall)
{
    struct device : sc_core::sc_module {
        explicit device(const sc_core::sc_module_name &name) : sc_module(name), out("out") {}
        sc_core::sc_out<bool> out;
    } dev("dev");
    bench b(test_config(false));
    sc_core::sc_signal<bool> wire("wire");
    dev.out.bind(b.gic.spi[8]);
    b.gic.irq[0].bind(wire);
    b.run([&] {
        b.enable_pe(0);
        b.enable_spi(40, 0);
        dev.out.write(true);
        EXPECT_TRUE(b.irq[0].level()) << "no delta cycle in between";
        EXPECT_EQ(1u, b.gic.stats().events[GIC_EV_ASSERTED]);
        dev.out.write(true);
        EXPECT_EQ(1u, b.gic.stats().events[GIC_EV_ASSERTED]);
        EXPECT_TRUE(dev.out.read());
        sc_core::wait(sc_time(1, SC_NS));
        EXPECT_TRUE(wire.read());
        dev.out.write(false);
        EXPECT_FALSE(b.irq[0].level());
        sc_core::wait(sc_time(1, SC_NS));
        EXPECT_FALSE(wire.read());
    });
}

TEST(Lines, SignalAdapterKeepsChangesUntilTheirTime)
{
    gictlm::signal_adapter adapter("adapter");
    sc_core::sc_signal<bool> wire("wire");
    adapter.out.bind(wire);
    bool finished = false;
    sc_core::sc_spawn([&] {
        adapter.set(true, sc_time(10, SC_NS));
        adapter.set(false, sc_time(20, SC_NS));
        adapter.set(true, sc_time(30, SC_NS));
        sc_core::wait(sc_time(11, SC_NS));
        EXPECT_TRUE(wire.read());
        sc_core::wait(sc_time(10, SC_NS));
        EXPECT_FALSE(wire.read());
        adapter.set(false, SC_ZERO_TIME); // replaces the rise at 30 ns
        sc_core::wait(sc_time(20, SC_NS));
        EXPECT_FALSE(wire.read());
        finished = true;
    });
    sc_core::sc_start(sc_time(1, sc_core::SC_US));
    EXPECT_TRUE(finished);
}

/// Reset in the middle of everything.
void reset_on_a_running_system(bool timed)
{
    bench b(test_config(timed));
    b.run([&b] {
        b.enable_pe(0);
        b.enable_spi(40, 0);
        b.gic.spi[8].set(true, SC_ZERO_TIME);
        b.quiet();
        EXPECT_TRUE(b.irq[0].level());
        b.gic.reset.set(true, SC_ZERO_TIME);
        EXPECT_FALSE(b.irq[0].level());
        b.gic.reset.set(false, SC_ZERO_TIME);
        b.quiet();
        EXPECT_EQ(0u, b.cpu.read(b.cpu.gicd, GICD_ISENABLER + 4));
        EXPECT_EQ(0u, b.sysreg_read(0, GIC_ICC_PMR_EL1));
        EXPECT_FALSE(b.irq[0].level());
        // The wire is still high: once programmed again, the interrupt is there.
        b.enable_pe(0);
        b.enable_spi(40, 0);
        EXPECT_TRUE(b.irq[0].level());
    });
}

TEST(LooselyTimed, ResetOnARunningSystem)
{
    reset_on_a_running_system(false);
}

TEST(Timed, ResetOnARunningSystem)
{
    reset_on_a_running_system(true);
}

void pe_reset_on_a_running_system(bool timed)
{
    bench b(test_config(timed, 2));
    b.run([&b] {
        b.enable_pe(0);
        b.enable_pe(1);
        b.enable_spi(40, 0);
        b.enable_spi(41, 1);
        b.gic.spi[8].set(true, SC_ZERO_TIME);
        b.gic.spi[9].set(true, SC_ZERO_TIME);
        b.quiet();
        b.gic.pe_reset[0].set(true, SC_ZERO_TIME);
        b.gic.pe_reset[0].set(false, SC_ZERO_TIME);
        b.quiet();
        EXPECT_FALSE(b.irq[0].level());
        EXPECT_TRUE(b.irq[1].level()) << "the other PE keeps its interrupt";
        EXPECT_EQ(0u, b.sysreg_read(0, GIC_ICC_IGRPEN1_EL1));
        EXPECT_EQ(0xF0u, b.sysreg_read(1, GIC_ICC_PMR_EL1));
        b.sysreg_write(0, GIC_ICC_PMR_EL1, 0xF0);
        b.sysreg_write(0, GIC_ICC_IGRPEN1_EL1, 1);
        b.quiet();
        EXPECT_TRUE(b.irq[0].level()) << "the interrupt was not lost";
        EXPECT_EQ(40u, b.sysreg_read(0, GIC_ICC_IAR1_EL1));
    });
}

TEST(LooselyTimed, PeResetOnARunningSystem)
{
    pe_reset_on_a_running_system(false);
}

TEST(Timed, PeResetOnARunningSystem)
{
    pe_reset_on_a_running_system(true);
}

/// A 1-of-N interrupt goes to a PE whose cpu_active is high, and moves when it falls.
void cpu_active_steers_1_of_n(bool timed)
{
    bench b(test_config(timed, 2));
    b.run([&b] {
        b.enable_pe(0);
        b.enable_pe(1);
        b.enable_spi(40, 0);
        b.cpu.write(b.cpu.gicd, GICD_IROUTER + 8 * 40, uint64_t(1) << 31, 8);
        b.gic.cpu_active[0].set(false, b.cpu.delay);
        b.quiet();
        b.gic.spi[8].set(true, SC_ZERO_TIME);
        b.quiet();
        EXPECT_FALSE(b.irq[0].level());
        EXPECT_TRUE(b.irq[1].level());
        b.gic.cpu_active[0].set(true, SC_ZERO_TIME);
        b.gic.cpu_active[1].set(false, SC_ZERO_TIME);
        b.quiet();
        EXPECT_TRUE(b.irq[0].level());
        EXPECT_FALSE(b.irq[1].level());
        // What is routed by affinity comes all the same.
        b.enable_spi(41, 1);
        b.gic.spi[9].set(true, SC_ZERO_TIME);
        b.quiet();
        EXPECT_TRUE(b.irq[1].level());
    });
}

TEST(LooselyTimed, CpuActiveSteers1OfN)
{
    cpu_active_steers_1_of_n(false);
}

TEST(Timed, CpuActiveSteers1OfN)
{
    cpu_active_steers_1_of_n(true);
}

/// Everything that an observer sees, as one string.
struct event_log {
    std::string text;
    static void event(void *up, const gic_event *e)
    {
        static_cast<event_log *>(up)->text += std::to_string(e->time_ps) + " " +
                                              gic_event_name(e->id) + " " +
                                              std::to_string(e->intid) + "\n";
    }
    static void line(void *up, uint16_t pe, gic_line line, bool level, uint64_t time_ps)
    {
        static_cast<event_log *>(up)->text += std::to_string(time_ps) + " line " +
                                              std::to_string(line) + " of " + std::to_string(pe) +
                                              (level ? " high\n" : " low\n");
    }
    static void input(void *up, uint16_t, uint32_t intid, bool level, uint64_t time_ps)
    {
        static_cast<event_log *>(up)->text += std::to_string(time_ps) + " input " +
                                              std::to_string(intid) +
                                              (level ? " high\n" : " low\n");
    }
};

/// The same stimulus for whoever has GIC @p g; @p cpu reaches its frames.
void stimulus(gictlm::gic &g, initiator &cpu)
{
    sc_time &delay = cpu.delay;
    cpu.write(cpu.gicr, GICR_WAKER, 0);
    cpu.write(cpu.gicd, GICD_CTLR, CTLR_ARE | CTLR_GRP1);
    cpu.write(cpu.gicd, GICD_IGROUPR + 4, 0xFFFFFFFF);
    cpu.write(cpu.gicd, GICD_ISENABLER + 4, 0xFFFFFFFF);
    g.sysreg[0]->write(GIC_ICC_PMR_EL1, 0xF0, delay);
    g.sysreg[0]->write(GIC_ICC_IGRPEN1_EL1, 1, delay);
    for (unsigned i = 0; i < 32; i++) {
        uint64_t intid = 0;
        g.spi[(i * 7) % 32].set(true, delay);
        sc_core::wait(delay + sc_time(50, SC_NS));
        delay = SC_ZERO_TIME;
        g.sysreg[0]->read(GIC_ICC_IAR1_EL1, intid, delay);
        if (intid >= 32 && intid < 64)
            g.spi[intid - 32].set(false, delay);
        g.sysreg[0]->write(GIC_ICC_EOIR1_EL1, intid, delay);
    }
    sc_core::wait(delay + sc_time(1, sc_core::SC_US));
    delay = SC_ZERO_TIME;
}

TEST(Timed, SameStimulusSameEventsAndSameBytes)
{
    bench a(test_config(true));
    gictlm::gic twin("twin", test_config(true));
    initiator other("other");
    other.gicd.bind(twin.gicd);
    other.gicr.bind(twin.gicr);
    event_log first;
    event_log second;
    a.gic.observe(event_log::event, &first);
    a.gic.observe_lines(event_log::line, &first);
    a.gic.observe_inputs(event_log::input, &first);
    twin.observe(event_log::event, &second);
    twin.observe_lines(event_log::line, &second);
    twin.observe_inputs(event_log::input, &second);
    unsigned done = 0;
    sc_core::sc_spawn([&] {
        stimulus(a.gic, a.cpu);
        done++;
    });
    sc_core::sc_spawn([&] {
        stimulus(twin, other);
        done++;
    });
    sc_core::sc_start(sc_time(1, sc_core::SC_MS));
    EXPECT_EQ(2u, done);
    EXPECT_GT(first.text.size(), 2000u);
    EXPECT_EQ(first.text, second.text);
    EXPECT_EQ(a.gic.save(), twin.save());
}

TEST(Timed, ResumedRunEqualsTheUninterruptedOne)
{
    bench a(test_config(true));
    gictlm::gic twin("twin", test_config(true));
    recording_line twin_irq;
    twin.irq[0].bind(twin_irq);
    a.run([&] {
        a.enable_pe(0);
        a.enable_spi(40, 0);
        a.gic.spi[8].set(true, SC_ZERO_TIME);
        sc_core::wait(sc_time(2, SC_NS)); // the Offer is under way
        EXPECT_FALSE(a.gic.settled());
        std::vector<unsigned char> saved = a.gic.save();
        std::vector<unsigned char> damaged = saved;
        damaged[damaged.size() / 2] ^= 1;
        EXPECT_FALSE(twin.load(damaged));
        damaged = saved;
        damaged.resize(damaged.size() - 3);
        EXPECT_FALSE(twin.load(damaged));
        EXPECT_FALSE(twin.load({}));
        EXPECT_TRUE(twin.load(saved));
        EXPECT_TRUE(twin.spi[8].level());
        sc_core::wait(sc_time(1, sc_core::SC_US));
        ASSERT_EQ(1u, twin_irq.changes.size());
        EXPECT_EQ(a.irq[0].changes.back().at, twin_irq.changes[0].at);
        EXPECT_EQ(a.gic.save(), twin.save());
    });
}

TEST(Tools, ExplainNamesTheFirstClosedGate)
{
    bench b(test_config(false));
    b.run([&b] {
        b.enable_pe(0);
        b.gic.spi[8].set(true, SC_ZERO_TIME);
        gic_explanation why = b.gic.explain(40, 0);
        EXPECT_EQ(GIC_GATE_ENABLED, gic_first_closed_gate(&why));
    });
}

TEST(Tools, GuestErrorsAreReportedAtALimitedRate)
{
    gictlm::config c = test_config(false);
    c.guest_error_reports = 3;
    bench b(c);
    b.run([&b] {
        for (unsigned i = 0; i < 10; i++)
            b.cpu.write(b.cpu.gicd, GICD_HOLE, 1);
        EXPECT_EQ(10u, b.gic.stats().events[GIC_EV_BAD_RESERVED]);
        EXPECT_EQ(3, sc_core::sc_report_handler::get_count(sc_core::SC_WARNING));
    });
}

TEST(Tools, AnObserverMayNotEnter)
{
    bench b(test_config(false));
    struct intruder {
        bench *b;
        unsigned refused;
        static void event(void *up, const gic_event *)
        {
            auto *self = static_cast<intruder *>(up);
            try {
                self->b->gic.spi[1].set(true, SC_ZERO_TIME);
            } catch (const sc_core::sc_report &) {
                self->refused++;
            }
        }
    } intruder = {&b, 0};
    b.gic.observe(intruder::event, &intruder);
    b.run([&b] { b.cpu.write(b.cpu.gicd, GICD_HOLE, 1); });
    EXPECT_EQ(1u, intruder.refused);
}

TEST(Tools, AnObserverGetsTheEventsItAskedForAndAllAreCounted)
{
    bench b(test_config(false));
    gic_event_set wanted = {};
    event_log log;
    gic_event_set_add(&wanted, GIC_EV_ACKNOWLEDGED);
    b.gic.observe(event_log::event, &log, wanted);
    b.run([&b] { stimulus(b.gic, b.cpu); });
    EXPECT_EQ(std::string::npos, log.text.find(gic_event_name(GIC_EV_EOI)));
    EXPECT_EQ(32, std::count(log.text.begin(), log.text.end(), '\n'));
    EXPECT_EQ(32u, b.gic.stats().events[GIC_EV_ACKNOWLEDGED]);
    EXPECT_EQ(32u, b.gic.stats().events[GIC_EV_EOI]);
}

TEST(Tools, APeInPicosecondsIsToldOfItsLines)
{
    gictlm::gic g("g", test_config(false));
    initiator cpu("cpu");
    event_log told;
    event_log seen;
    bool done = false;
    cpu.gicd.bind(g.gicd);
    cpu.gicr.bind(g.gicr);
    g.connect_lines(
        0,
        [](void *up, gic_line line, bool level, uint64_t time_ps) {
            event_log::line(up, 0, line, level, time_ps);
        },
        &told);
    g.observe_lines(event_log::line, &seen);
    sc_core::sc_spawn([&] {
        stimulus(g, cpu);
        uint64_t value = 0;
        uint64_t time_ps = sc_core::sc_time_stamp().value() + 5000;
        EXPECT_EQ(GIC_SYSREG_OK, g.try_read(0, GIC_ICC_IAR1_EL1, value, time_ps));
        EXPECT_EQ(uint64_t(GIC_INTID_SPURIOUS), value);
        EXPECT_EQ(GIC_SYSREG_OK, g.try_write(0, GIC_ICC_PMR_EL1, 0x40, time_ps));
        EXPECT_EQ(0x40u, g.sysreg[0]->peek(GIC_ICC_PMR_EL1, value) ? value : 0);
        done = true;
    });
    sc_core::sc_start(sc_time(1, sc_core::SC_MS));
    EXPECT_TRUE(done);
    EXPECT_EQ(64, std::count(seen.text.begin(), seen.text.end(), '\n'));
    EXPECT_EQ(seen.text, told.text);
}

TEST(Config, MistakesAreRefusedByName)
{
    const auto why = [](const gictlm::config &c) -> std::string {
        try {
            gictlm::gic gic("gic", c);
        } catch (const sc_core::sc_report &report) {
            return report.get_msg();
        }
        return "accepted";
    };
    gictlm::config c = test_config(false);
    c.gic.pe_count = 513;
    EXPECT_NE(std::string::npos, why(c).find("pe_count"));
    c = test_config(false);
    c.gicr_stride = 0x30000;
    EXPECT_NE(std::string::npos, why(c).find("gicr_stride"));
    c = test_config(false, 4);
    c.gicr_regions = {1, 2};
    EXPECT_NE(std::string::npos, why(c).find("gicr_regions"));
    c = test_config(false, 4);
    c.affinity = {0, 1};
    EXPECT_NE(std::string::npos, why(c).find("affinity"));
}

TEST(Frames, RegionsAndStride)
{
    gictlm::config c = test_config(false, 4);
    c.gicr_stride = 0x40000;
    c.gicr_regions = {1, 3};
    bench b(c);
    initiator second("second");
    second.gicr.bind(b.gic.gicr_region[1]);
    gictlm::gic other("other", test_config(false));
    second.gicd.bind(other.gicd);
    b.run([&] {
        const auto number = [](uint64_t typer) { return typer >> 8 & 0xFFFF; };
        const auto last = [](uint64_t typer) { return typer >> 4 & 1; };
        EXPECT_EQ(3u, number(b.cpu.read(b.cpu.gicr, 3 * 0x40000 + GICR_TYPER, 8)));
        EXPECT_EQ(1u, number(second.read(second.gicr, GICR_TYPER, 8)));
        EXPECT_EQ(3u, number(second.read(second.gicr, 2 * 0x40000 + GICR_TYPER, 8)));
        EXPECT_EQ(1u, last(second.read(second.gicr, 2 * 0x40000 + GICR_TYPER, 8)));
        EXPECT_EQ(1u, last(b.cpu.read(b.cpu.gicr, GICR_TYPER, 8))) << "alone in its region";
        EXPECT_EQ(0u, last(second.read(second.gicr, GICR_TYPER, 8)));
        transaction gap(tlm::TLM_READ_COMMAND, 0x20000, 4);
        EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.cpu.gicr, gap));
    });
}

/// Distributor, Redistributors and CPU interfaces as three modules, joined by their links.
void parts_equal_the_whole(bool timed)
{
    const gictlm::config c = test_config(timed, 2);
    bench whole(c);
    gictlm::distributor dist("dist", c);
    gictlm::redistributor redist("redist", c);
    gictlm::cpu_interface cpuif("cpuif", c);
    initiator cpu("parts_cpu");
    recording_line irq;
    cpu.gicd.bind(dist.gicd);
    cpu.gicr.bind(redist.gicr);
    cpuif.irq[1].bind(irq);
    for (unsigned pe = 0; pe < 2; pe++) {
        dist.to_gicr[pe].bind(redist.from_gicd[pe]);
        redist.to_gicd[pe].bind(dist.from_gicr[pe]);
        redist.to_cpuif[pe].bind(cpuif.from_gicr[pe]);
        cpuif.to_gicr[pe].bind(redist.from_cpuif[pe]);
    }
    // Between modules an initiator must not run ahead of the messages.
    const auto write = [&cpu](tlm_utils::simple_initiator_socket<initiator> &to, uint64_t address,
                              uint64_t value, unsigned length) {
        cpu.write(to, address, value, length);
        sc_core::wait(cpu.delay + sc_time(1, sc_core::SC_US));
        cpu.delay = SC_ZERO_TIME;
    };
    whole.run([&] {
        whole.enable_pe(1);
        whole.enable_spi(40, 1);
        write(cpu.gicr, GICR_STRIDE + GICR_WAKER, 0, 4);
        EXPECT_EQ(0u, cpu.read(cpu.gicr, GICR_STRIDE + GICR_WAKER));
        write(cpu.gicd, GICD_CTLR, CTLR_ARE | CTLR_GRP1, 4);
        write(cpu.gicd, GICD_IGROUPR + 4, 1u << 8, 4);
        write(cpu.gicd, GICD_IROUTER + 8 * 40, 1, 8);
        write(cpu.gicd, GICD_ISENABLER + 4, 1u << 8, 4);
        cpuif.sysreg[1]->write(GIC_ICC_PMR_EL1, 0xF0, cpu.delay);
        cpuif.sysreg[1]->write(GIC_ICC_IGRPEN1_EL1, 1, cpu.delay);
        sc_core::wait(cpu.delay + sc_time(1, sc_core::SC_US));
        cpu.delay = SC_ZERO_TIME;
        whole.gic.spi[8].set(true, SC_ZERO_TIME);
        dist.spi[8].set(true, SC_ZERO_TIME);
        sc_core::wait(sc_time(1, sc_core::SC_US));
        ASSERT_EQ(1u, irq.changes.size());
        ASSERT_EQ(1u, whole.irq[1].changes.size());
        EXPECT_EQ(whole.irq[1].changes[0].at, irq.changes[0].at);
        uint64_t intid = 0;
        cpuif.sysreg[1]->read(GIC_ICC_IAR1_EL1, intid, cpu.delay);
        EXPECT_EQ(40u, intid);
        sc_core::wait(cpu.delay);
        cpu.delay = SC_ZERO_TIME;
        EXPECT_TRUE(cpuif.sysreg[1]->barrier(cpu.delay));
        EXPECT_EQ(1u << 8, cpu.read(cpu.gicd, GICD_ISACTIVER + 4));
    });
    EXPECT_EQ(0u, dist.stats().causality_violations + redist.stats().causality_violations +
                      cpuif.stats().causality_violations);
}

TEST(LooselyTimed, PartsEqualTheWhole)
{
    parts_equal_the_whole(false);
}

TEST(Timed, PartsEqualTheWhole)
{
    parts_equal_the_whole(true);
}

TEST(Parts, ExternalCpuInterface)
{
    gictlm::config c = test_config(true);
    c.external_cpuif = true;
    bench b(c);
    gictlm::cpu_interface core("core", test_config(true));
    recording_line irq;
    core.irq[0].bind(irq);
    b.gic.to_cpuif[0].bind(core.from_gicr[0]);
    core.to_gicr[0].bind(b.gic.from_cpuif[0]);
    EXPECT_EQ(0u, b.gic.irq.size());
    EXPECT_EQ(0u, b.gic.sysreg.size());
    b.run([&] {
        b.cpu.write(b.cpu.gicr, GICR_WAKER, 0);
        b.cpu.write(b.cpu.gicd, GICD_CTLR, CTLR_ARE | CTLR_GRP1);
        core.sysreg[0]->write(GIC_ICC_PMR_EL1, 0xF0, b.cpu.delay);
        core.sysreg[0]->write(GIC_ICC_IGRPEN1_EL1, 1, b.cpu.delay);
        b.enable_spi(40, 0);
        const sc_time raised = sc_core::sc_time_stamp();
        b.gic.spi[8].set(true, SC_ZERO_TIME);
        sc_core::wait(sc_time(1, sc_core::SC_US));
        ASSERT_EQ(1u, irq.changes.size());
        EXPECT_EQ(raised + sc_time::from_value(spi_to_pe(c.timing)), irq.changes[0].at);
    });
}

// The maintenance interrupt leaves a whole GIC, whose PPI 25 follows it, and a CPU interface alone.
TEST(Parts, MaintenanceLeavesTheGic)
{
    const gictlm::config c = test_config(false);
    bench b(c);
    gictlm::cpu_interface alone("alone", c);
    recording_line out[2];
    b.gic.maintenance[0].bind(out[0]);
    alone.maintenance[0].bind(out[1]);
    b.run([&] {
        gic_pe_state host = gictlm::config::non_secure_el1();
        host.el = 2;
        const auto pending = [&b] { return b.cpu.read(b.cpu.gicr, 0x10200) >> 25 & 1; };
        gictlm::sysreg_if *interfaces[] = {b.gic.sysreg[0].operator->(),
                                           alone.sysreg[0].operator->()};
        for (unsigned i = 0; i < 2; i++) {
            sc_time delay = SC_ZERO_TIME;
            interfaces[i]->set_pe_state(host, delay);
            EXPECT_EQ(GIC_SYSREG_OK, interfaces[i]->write(GIC_ICH_HCR_EL2, 3, delay));
            ASSERT_EQ(1u, out[i].changes.size()) << i;
            EXPECT_EQ(i == 0 ? 1u : 0u, pending()) << i;
            EXPECT_EQ(GIC_SYSREG_OK, interfaces[i]->write(GIC_ICH_HCR_EL2, 1, delay));
            EXPECT_EQ(2u, out[i].changes.size()) << i;
            EXPECT_EQ(0u, pending()) << i;
        }
    });
}

TEST(Adapters, SysregSocketTakesForeignCpus)
{
    bench b(test_config(false));
    gictlm::sysreg_socket target("target");
    target.sysreg.bind(b.gic.sysreg[0]);
    initiator foreign("foreign");
    gictlm::gic other("other", test_config(false));
    foreign.gicd.bind(target.socket);
    foreign.gicr.bind(other.gicr);
    b.run([&] {
        const auto address = [](gic_sysreg reg) { return gictlm::sysreg_socket::address_of(reg); };
        foreign.write(foreign.gicd, address(GIC_ICC_PMR_EL1), 0xF0, 8);
        EXPECT_EQ(0xF0u, foreign.read(foreign.gicd, address(GIC_ICC_PMR_EL1), 8));
        EXPECT_EQ(0xF0u, b.sysreg_read(0, GIC_ICC_PMR_EL1));
        EXPECT_EQ(1023u, foreign.read(foreign.gicd, address(GIC_ICC_IAR1_EL1), 8));
        transaction undefined(tlm::TLM_READ_COMMAND, address(GIC_ICC_EOIR1_EL1), 8);
        EXPECT_EQ(tlm::TLM_COMMAND_ERROR_RESPONSE, foreign.send(foreign.gicd, undefined));
        EXPECT_EQ(uint64_t(GIC_SYSREG_UNDEFINED),
                  foreign.read(foreign.gicd, gictlm::sysreg_socket::result_address, 8));
        transaction narrow(tlm::TLM_READ_COMMAND, address(GIC_ICC_PMR_EL1), 2);
        EXPECT_EQ(tlm::TLM_BURST_ERROR_RESPONSE, foreign.send(foreign.gicd, narrow));
        transaction outside(tlm::TLM_READ_COMMAND, 0x2000, 8);
        EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, foreign.send(foreign.gicd, outside));
        transaction peek(tlm::TLM_READ_COMMAND, address(GIC_ICC_PMR_EL1), 8);
        EXPECT_EQ(8u, foreign.gicd->transport_dbg(peek));
        EXPECT_EQ(0xF0u, peek.value());
        // EL0: every access is UNDEFINED.
        gic_pe_state el0 = gictlm::config::non_secure_el1();
        el0.el = 0;
        foreign.write(foreign.gicd, gictlm::sysreg_socket::pe_state_address,
                      gictlm::sysreg_socket::pack(el0), 8);
        transaction at_el0(tlm::TLM_READ_COMMAND, address(GIC_ICC_PMR_EL1), 8);
        EXPECT_EQ(tlm::TLM_COMMAND_ERROR_RESPONSE, foreign.send(foreign.gicd, at_el0));
    });
}

/// Extensions shaped like those of other libraries.
struct sbi_like : tlm::tlm_extension<sbi_like> {
    bool is_secure = true;
    uint64_t cpuid = 3;
    tlm::tlm_extension_base *clone() const override
    {
        return new sbi_like;
    }
    void copy_from(const tlm::tlm_extension_base &) override {}
};

struct genattr_like : tlm::tlm_extension<genattr_like> {
    bool get_secure() const
    {
        return true;
    }
    uint64_t get_master_id() const
    {
        return 5;
    }
    tlm::tlm_extension_base *clone() const override
    {
        return new genattr_like;
    }
    void copy_from(const tlm::tlm_extension_base &) override {}
};

TEST(Adapters, AttributesOfOtherLibraries)
{
    gictlm::config c = test_config(false);
    c.gic.two_security_states = true;
    c.attributes_of = gictlm::attributes_from_sbi<sbi_like>;
    bench b(c);
    b.run([&b] {
        sbi_like sbi;
        transaction write(tlm::TLM_WRITE_COMMAND, GICD_IGROUPR + 4, 4, 0xFF);
        write.set_extension(&sbi);
        b.cpu.send(b.cpu.gicd, write);
        transaction read(tlm::TLM_READ_COMMAND, GICD_IGROUPR + 4, 4);
        read.set_extension(&sbi);
        b.cpu.send(b.cpu.gicd, read);
        EXPECT_EQ(0xFFu, read.value());
        read.clear_extension(&sbi);
        write.clear_extension(&sbi);
        EXPECT_EQ(0u, b.cpu.read(b.cpu.gicd, GICD_IGROUPR + 4)) << "without: the defaults";

        genattr_like attributes;
        gictlm::attributes found;
        transaction t(tlm::TLM_READ_COMMAND, 0, 4);
        t.set_extension(&attributes);
        gictlm::attributes_from_genattr<genattr_like>(t, found);
        t.clear_extension(&attributes);
        EXPECT_TRUE(found.secure);
        EXPECT_EQ(5u, found.device_id);
    });
}

} // namespace
