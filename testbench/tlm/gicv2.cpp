// SPDX-License-Identifier: Apache-2.0
// gictlm::gic as a GICv2: sockets that are banked by the PE of the access, what is absent, time.
#include "support.h"

using namespace tlm_test;

namespace
{

enum : uint64_t {
    GICD_ITARGETSR = 0x800,
    GICD_SGIR = 0xF00,
    GICC_CTLR = 0x00,
    GICC_PMR = 0x04,
    GICC_IAR = 0x0C,
    GICC_EOIR = 0x10,
    GICC_HPPIR = 0x18
};

gictlm::config v2_config(bool timed)
{
    gictlm::config c = test_config(timed, 2);
    c.gic.gicv2 = true;
    return c;
}

struct v2_bench : bench {
    explicit v2_bench(const gictlm::config &c) : bench(c), other("other")
    {
        other.gicd.bind(gic.gicc);
        other.gicr.bind(gic.gich);
    }
    initiator other; // gicd: GICC; gicr: GICH

    uint64_t get(tlm_utils::simple_initiator_socket<initiator> &from, uint64_t at, uint16_t pe)
    {
        transaction t(tlm::TLM_READ_COMMAND, at, 4);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, cpu.send(from, t.as(false, pe))) << std::hex << at;
        return t.value();
    }
    void put(tlm_utils::simple_initiator_socket<initiator> &to, uint64_t at, uint64_t value,
             uint16_t pe, unsigned length = 4)
    {
        transaction t(tlm::TLM_WRITE_COMMAND, at, length, value);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, cpu.send(to, t.as(false, pe))) << std::hex << at;
    }
    void open()
    {
        put(cpu.gicd, GICD_CTLR, 3, 0);
        for (uint16_t pe = 0; pe < 2; pe++) {
            put(other.gicd, GICC_PMR, 0xF0, pe);
            put(other.gicd, GICC_CTLR, 3, pe);
            put(cpu.gicd, GICD_ISENABLER, 0xFFFF, pe);
        }
        put(cpu.gicd, GICD_ISENABLER + 4, 1, 0);
        put(cpu.gicd, GICD_ITARGETSR + 32, 3, 0, 1);
        quiet();
    }
};

void claim(bool timed)
{
    v2_bench b(v2_config(timed));
    b.run([&b] {
        b.open();
        b.gic.spi[0].set(true, SC_ZERO_TIME);
        b.quiet();
        EXPECT_TRUE(b.irq[0].level() && b.irq[1].level());
        EXPECT_EQ(32u, b.get(b.other.gicd, GICC_IAR, 1));
        EXPECT_EQ(1023u, b.get(b.other.gicd, GICC_IAR, 0));
        b.gic.spi[0].set(false, SC_ZERO_TIME);
        b.put(b.other.gicd, GICC_EOIR, 32, 1);
        b.quiet();
        EXPECT_FALSE(b.irq[0].level() || b.irq[1].level());
        b.put(b.cpu.gicd, GICD_SGIR, 1u << 24 | 5, 1);
        b.quiet();
        EXPECT_EQ(5u | 1u << 10, b.get(b.other.gicd, GICC_IAR, 0)) << "with its source";
        EXPECT_EQ(1023u, b.get(b.other.gicd, GICC_IAR, 1));
    });
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
}

TEST(LooselyTimed, Gicv2TheFirstPeTakesIt)
{
    claim(false);
}

TEST(Timed, Gicv2TheFirstPeTakesIt)
{
    claim(true);
}

TEST(Timed, Gicv2LinesAndSgisTakeTheHopsInside)
{
    v2_bench b(v2_config(true));
    const gic_timing t = distinct_timing();
    b.run([&] {
        b.open();
        b.quiet();
        sc_time start = sc_core::sc_time_stamp();
        b.gic.spi[0].set(true, SC_ZERO_TIME);
        b.quiet();
        ASSERT_EQ(1u, b.irq[0].changes.size());
        EXPECT_EQ(start + sc_time::from_value(t.hop_ps[GIC_HOP_SPI_LINE] +
                                              t.hop_ps[GIC_HOP_GICR_CPUIF] +
                                              t.hop_ps[GIC_HOP_CPUIF_PE]),
                  b.irq[0].changes[0].at);
        b.gic.spi[0].set(false, SC_ZERO_TIME);
        b.quiet();
        start = sc_core::sc_time_stamp();
        b.put(b.cpu.gicd, GICD_SGIR, 1u << 16 | 5, 1);
        b.quiet();
        EXPECT_TRUE(b.irq[0].level());
        EXPECT_EQ(
            start + sc_time::from_value(t.hop_ps[GIC_HOP_CPUIF_GICR] + t.hop_ps[GIC_HOP_GICR_GICD] +
                                        t.hop_ps[GIC_HOP_GICD_GICR] + t.hop_ps[GIC_HOP_GICR_CPUIF] +
                                        t.hop_ps[GIC_HOP_CPUIF_PE]),
            b.irq[0].changes.back().at);
    });
}

TEST(Timed, Gicv2LegacyInputsTakeTheWayOfALineToItsPe)
{
    v2_bench b(v2_config(true));
    const gic_timing t = distinct_timing();
    const sc_time hop =
        sc_time::from_value(t.hop_ps[GIC_HOP_GICR_CPUIF] + t.hop_ps[GIC_HOP_CPUIF_PE]);
    b.run([&] {
        ASSERT_EQ(2u, b.gic.legacy_irq.size());
        const sc_time start = sc_core::sc_time_stamp();
        b.gic.legacy_irq[1].set(true, SC_ZERO_TIME);
        b.gic.legacy_fiq[0].set(true, SC_ZERO_TIME);
        b.quiet();
        ASSERT_EQ(1u, b.irq[1].changes.size());
        EXPECT_EQ(start + hop, b.irq[1].changes[0].at);
        EXPECT_TRUE(b.gic.fiq[0].level());
        b.open();
        EXPECT_FALSE(b.irq[1].level()) << "the GIC signals by IRQ now";
        EXPECT_TRUE(b.gic.fiq[0].level()) << "but not by FIQ";
        const std::vector<unsigned char> saved = b.gic.save();
        b.gic.legacy_fiq[0].set(false, SC_ZERO_TIME);
        b.quiet();
        EXPECT_FALSE(b.gic.fiq[0].level());
        ASSERT_TRUE(b.gic.load(saved));
        EXPECT_TRUE(b.gic.legacy_fiq[0].level() && b.gic.fiq[0].level());
        b.gic.reset_all();
        b.quiet();
        EXPECT_TRUE(b.irq[1].level() && b.gic.fiq[0].level()) << "inputs keep their level";
    });
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
}

TEST(LooselyTimed, Gicv2DebugReadsAndWhatIsAbsent)
{
    v2_bench b(v2_config(false));
    b.run([&b] {
        b.open();
        b.put(b.cpu.gicd, GICD_SGIR, 1u << 16 | 5, 1);
        transaction look(tlm::TLM_READ_COMMAND, GICC_IAR, 4);
        EXPECT_EQ(4u, b.other.gicd->transport_dbg(look.as(false, 0)));
        EXPECT_EQ(5u | 1u << 10, look.value());
        EXPECT_TRUE(b.irq[0].level()) << "nothing is acknowledged";
        transaction write(tlm::TLM_WRITE_COMMAND, GICD_ISENABLER, 4, 1u << 27);
        EXPECT_EQ(4u, b.cpu.gicd->transport_dbg(write.as(false, 1)));
        EXPECT_EQ(0xFFFFu | 1u << 27, b.get(b.cpu.gicd, GICD_ISENABLER, 1)) << "a banked word";
        EXPECT_EQ(0xFFFFu, b.get(b.cpu.gicd, GICD_ISENABLER, 0));
        transaction nobody(tlm::TLM_READ_COMMAND, GICC_HPPIR, 4);
        EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.other.gicd, nobody.as(false, 2)));
        transaction beyond(tlm::TLM_READ_COMMAND, 0x1000, 4);
        EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.cpu.gicd, beyond));
        transaction gicr(tlm::TLM_READ_COMMAND, GICR_TYPER, 4);
        EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.cpu.gicr, gicr));
        EXPECT_EQ(3u, b.get(b.other.gicr, 4, 0) & 0x3F) << "GICH_VTR";
        uint64_t value = 0;
        EXPECT_EQ(GIC_SYSREG_UNDEFINED,
                  b.gic.sysreg[0]->read(GIC_ICC_IAR1_EL1, value, b.cpu.delay));
    });
}

} // namespace
