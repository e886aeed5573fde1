// SPDX-License-Identifier: Apache-2.0
// Rules B-07 and B-08: debug transport, DMI, the non-blocking interface, re-entry.
#include "support.h"

using namespace tlm_test;

namespace
{

class Rules : public testing::TestWithParam<bool>
{
};

std::string mode_name(const testing::TestParamInfo<bool> &info)
{
    return info.param ? "Timed" : "LooselyTimed";
}

INSTANTIATE_TEST_SUITE_P(Tlm, Rules, testing::Bool(), mode_name);

/// transport_dbg of @p length bytes; the bytes that it says it did.
unsigned debug(tlm_utils::simple_initiator_socket<initiator> &to, transaction &t)
{
    return to->transport_dbg(t);
}

/// Every readable element of @p registers by the debugger and by the guest: the same values.
void compare_all(bench &b, tlm_utils::simple_initiator_socket<initiator> &to,
                 const gic_frame &registers)
{
    unsigned compared = 0;
    for (unsigned r = 0; r < registers.row_count; r++) {
        const gic_reg_row &row = registers.row[r];
        for (uint32_t at = 0; at < row.span; at += row.element) {
            const unsigned length = row.widths & row.element ? row.element : 4;
            transaction by_debugger(tlm::TLM_READ_COMMAND, row.offset + at, length);
            EXPECT_EQ(length, debug(to, by_debugger));
            EXPECT_EQ(b.cpu.read(to, row.offset + at, length), by_debugger.value())
                << row.name << " + 0x" << std::hex << at;
            compared++;
        }
    }
    EXPECT_GT(compared, 50u);
}

TEST_P(Rules, B_07_DebugReadsEqualReadsAndHaveNoEffect)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        b.enable_pe(0);
        b.enable_spi(40, 0);
        b.gic.spi[8].set(true, SC_ZERO_TIME);
        b.quiet();
        const std::vector<unsigned char> before = b.gic.save();
        const auto events = b.gic.stats().events[GIC_EV_BAD_RESERVED];
        const sc_time now = sc_core::sc_time_stamp();
        std::vector<unsigned char> whole(0x10000);
        transaction all(tlm::TLM_READ_COMMAND, 0, 0x10000);
        EXPECT_EQ(0x10000u, debug(b.cpu.gicd, all));
        transaction redist(tlm::TLM_READ_COMMAND, 0, 0x20000);
        EXPECT_EQ(0x20000u, debug(b.cpu.gicr, redist));
        EXPECT_EQ(before, b.gic.save()) << "a debugger's read changed something";
        EXPECT_EQ(events, b.gic.stats().events[GIC_EV_BAD_RESERVED]);
        EXPECT_EQ(now, sc_core::sc_time_stamp());
        compare_all(b, b.cpu.gicd, b.gic.gicd_registers());
        compare_all(b, b.cpu.gicr, b.gic.gicr_registers());
    });
}

TEST_P(Rules, B_07_CountsBytesOfAnyLengthAndPosition)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        b.cpu.write(b.cpu.gicd, GICD_IPRIORITYR + 32, 0x10203040);
        b.cpu.write(b.cpu.gicd, GICD_IPRIORITYR + 36, 0x50607080);
        transaction odd(tlm::TLM_READ_COMMAND, GICD_IPRIORITYR + 33, 5);
        EXPECT_EQ(5u, debug(b.cpu.gicd, odd));
        EXPECT_EQ(0x7080102030u, odd.value());
        transaction tail(tlm::TLM_READ_COMMAND, 0xFFFE, 8);
        EXPECT_EQ(2u, debug(b.cpu.gicd, tail)) << "up to the end of the frame";
        transaction outside(tlm::TLM_READ_COMMAND, 0x10000, 4);
        EXPECT_EQ(0u, debug(b.cpu.gicd, outside));
        transaction ignore(tlm::TLM_IGNORE_COMMAND, 0, 4);
        EXPECT_EQ(0u, debug(b.cpu.gicd, ignore));
    });
}

TEST_P(Rules, B_07_DebugWritesActAsTheGuestWould)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        transaction priorities(tlm::TLM_WRITE_COMMAND, GICD_IPRIORITYR + 33, 6);
        for (unsigned i = 0; i < 6; i++)
            priorities.data()[i] = static_cast<unsigned char>(0x80 + 8 * i);
        const sc_time now = sc_core::sc_time_stamp();
        EXPECT_EQ(6u, debug(b.cpu.gicd, priorities));
        EXPECT_EQ(now, sc_core::sc_time_stamp());
        EXPECT_EQ(0x90888000u, b.cpu.read(b.cpu.gicd, GICD_IPRIORITYR + 32));
        EXPECT_EQ(0x00A8A098u, b.cpu.read(b.cpu.gicd, GICD_IPRIORITYR + 36));

        b.enable_pe(0);
        b.enable_spi(40, 0);
        transaction pend(tlm::TLM_WRITE_COMMAND, GICD_ISPENDR + 4, 4, 1u << 8);
        EXPECT_EQ(4u, debug(b.cpu.gicd, pend));
        b.quiet();
        EXPECT_TRUE(b.irq[0].level()) << "a debugger can pend an interrupt";
    });
}

TEST(Rules, B_07_UsableWhileABroadcastIsUnderWay)
{
    bench b(test_config(true, 2));
    b.run([&b] {
        b.enable_pe(0);
        b.enable_pe(1);
        b.cpu.write(b.cpu.gicd, GICD_CTLR, CTLR_ARE);
        const uint64_t messages = b.gic.stats().messages;
        transaction t(tlm::TLM_READ_COMMAND, GICD_CTLR, 4);
        EXPECT_EQ(4u, debug(b.cpu.gicd, t));
        EXPECT_TRUE(t.value() & CTLR_RWP);
        EXPECT_EQ(messages, b.gic.stats().messages) << "nothing was delivered by looking";
        EXPECT_EQ(0u, b.gic.stats().causality_violations);
    });
}

TEST_P(Rules, B_08_DmiIsRefused)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        transaction t(tlm::TLM_READ_COMMAND, GICD_TYPER, 4);
        tlm::tlm_dmi dmi;
        dmi.allow_read_write();
        EXPECT_FALSE(b.cpu.gicd->get_direct_mem_ptr(t, dmi));
        EXPECT_TRUE(dmi.is_none_allowed());
        t.set_dmi_allowed(true); // an initiator that forgot to clear it
        b.cpu.send(b.cpu.gicd, t);
        EXPECT_FALSE(t.is_dmi_allowed());
    });
}

/// An initiator of the non-blocking interface, with a memory manager.
class non_blocking : public sc_core::sc_module, public tlm::tlm_mm_interface
{
public:
    explicit non_blocking(const sc_core::sc_module_name &name) : sc_module(name), socket("socket")
    {
        socket.register_nb_transport_bw(this, &non_blocking::nb_transport_bw);
    }
    tlm_utils::simple_initiator_socket<non_blocking> socket;
    unsigned responses = 0;
    sc_core::sc_event answered;

    void free(tlm::tlm_generic_payload *) override {}

    void access(transaction &t)
    {
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay = SC_ZERO_TIME;
        t.set_mm(this);
        t.acquire();
        const unsigned before = responses;
        const tlm::tlm_sync_enum state = socket->nb_transport_fw(t, phase, delay);
        ASSERT_NE(tlm::TLM_COMPLETED, state) << "the conversion answers by a response phase";
        while (responses == before)
            sc_core::wait(answered);
        t.release();
    }

private:
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &, tlm::tlm_phase &phase, sc_time &)
    {
        if (phase != tlm::BEGIN_RESP)
            return tlm::TLM_ACCEPTED;
        responses++;
        answered.notify(SC_ZERO_TIME);
        return tlm::TLM_COMPLETED;
    }
};

TEST_P(Rules, B_08_NonBlockingTransportWorksByConversion)
{
    gictlm::gic gic("gic", test_config(GetParam()));
    non_blocking cpu("cpu");
    cpu.socket.bind(gic.gicd);
    bool finished = false;
    sc_core::sc_spawn([&] {
        transaction write(tlm::TLM_WRITE_COMMAND, GICD_IPRIORITYR + 32, 4, 0x40);
        cpu.access(write);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, write.get_response_status());
        transaction read(tlm::TLM_READ_COMMAND, GICD_IPRIORITYR + 32, 4);
        cpu.access(read);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, read.get_response_status());
        EXPECT_EQ(0x40u, read.value());
        finished = true;
    });
    sc_core::sc_start(sc_time(1, sc_core::SC_MS));
    EXPECT_TRUE(finished);
}

TEST_P(Rules, B_08_AccessesCountAtTheLocalTime)
{
    const bool timed = GetParam();
    bench b(test_config(timed));
    b.run([&b, timed] {
        b.enable_pe(0);
        b.enable_spi(40, 0);
        const sc_time start = sc_core::sc_time_stamp();
        const sc_time local(500, SC_NS);
        b.cpu.delay = local;
        b.cpu.write(b.cpu.gicd, GICD_SETSPI_NSR, 40);
        b.quiet();
        ASSERT_EQ(1u, b.irq[0].changes.size());
        const gic_timing &t = b.gic.configuration().timing;
        const uint64_t hops =
            t.hop_ps[GIC_HOP_GICD_GICR] + t.hop_ps[GIC_HOP_GICR_CPUIF] + t.hop_ps[GIC_HOP_CPUIF_PE];
        EXPECT_EQ(start + local + sc_time::from_value(timed ? hops : 0), b.irq[0].changes[0].at);
    });
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
}

TEST_P(Rules, B_08_ReEntryFromACallbackIsSafe)
{
    bench b(test_config(GetParam()));
    uint64_t acknowledged = 0;
    uint64_t pending = 0;
    b.irq[0].react = [&](bool level) {
        // A PE that takes its interrupt from inside the call, and looks at the Distributor too.
        if (!level)
            return;
        sc_time delay = SC_ZERO_TIME;
        EXPECT_EQ(GIC_SYSREG_OK, b.gic.sysreg[0]->try_read(GIC_ICC_IAR1_EL1, acknowledged, delay));
        transaction t(tlm::TLM_READ_COMMAND, GICD_ISPENDR + 4, 4);
        b.cpu.gicd->b_transport(t, delay);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, t.get_response_status());
        pending = t.value();
    };
    b.run([&b] {
        b.enable_pe(0);
        b.enable_spi(40, 0);
        b.gic.spi[8].set(true, SC_ZERO_TIME);
        b.quiet();
        EXPECT_FALSE(b.irq[0].level());
        b.gic.spi[8].set(false, SC_ZERO_TIME);
        b.sysreg_write(0, GIC_ICC_EOIR1_EL1, 40);
        b.quiet();
    });
    EXPECT_EQ(40u, acknowledged);
    EXPECT_EQ(1u << 8, pending) << "the level is still high";
    ASSERT_EQ(2u, b.irq[0].changes.size());
    EXPECT_TRUE(b.irq[0].changes[0].level);
    EXPECT_FALSE(b.irq[0].changes[1].level);
}

TEST(Rules, B_08_ThreadsEnterWhileAnotherWaits)
{
    bench b(test_config(true, 2));
    bool other_done = false;
    b.run([&] {
        b.enable_pe(0);
        b.enable_pe(1);
        const sc_time start = sc_core::sc_time_stamp();
        sc_core::sc_spawn([&] {
            // Enters while the first thread waits in its poll.
            sc_core::wait(sc_time(2, SC_NS));
            transaction t(tlm::TLM_READ_COMMAND, GICD_TYPER, 4);
            sc_time delay = SC_ZERO_TIME;
            b.cpu.gicd->b_transport(t, delay);
            EXPECT_EQ(tlm::TLM_OK_RESPONSE, t.get_response_status());
            EXPECT_EQ(start + sc_time(2, SC_NS), sc_core::sc_time_stamp());
            other_done = true;
        });
        b.cpu.write(b.cpu.gicd, GICD_CTLR, CTLR_ARE);
        b.cpu.delay = sc_time(4, SC_NS);
        b.cpu.read(b.cpu.gicd, GICD_CTLR);
        EXPECT_EQ(start + sc_time(4, SC_NS), sc_core::sc_time_stamp());
        EXPECT_TRUE(other_done);
    });
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
}

} // namespace
