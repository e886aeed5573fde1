// SPDX-License-Identifier: Apache-2.0
// The ITS's sockets and the GIC as an initiator: tables in a memory with and without direct
// pointers, back-pressure of GITS_TRANSLATER, polls, saving in the middle.
#include <algorithm>
#include <set>

#include <tlm_utils/simple_target_socket.h>

#include "support.h"

using namespace tlm_test;

namespace
{

enum : uint64_t {
    GICR_SETLPIR = 0x0040,
    GICR_PROPBASER = 0x0070,
    GICR_PENDBASER = 0x0078,
    GITS_CTLR = 0x0000,
    GITS_TYPER = 0x0008,
    GITS_CBASER = 0x0080,
    GITS_CWRITER = 0x0088,
    GITS_CREADR = 0x0090,
    GITS_BASER = 0x0100,
    GITS_TRANSLATER = 0x10040,
    VALID = UINT64_C(1) << 63,
    PTZ = UINT64_C(1) << 62
};

// Where the tables stand in the memory.
enum : uint64_t {
    QUEUE = 0x10000,
    DEVICES = 0x20000,
    COLLECTIONS = 0x30000,
    ITT = 0x40000,
    PROPERTIES = 0x50000,
    PENDING = 0x60000,
    MEMORY_SIZE = 0x80000
};

/// A memory with a cost, and with or without direct pointers.
class memory : public sc_core::sc_module
{
public:
    memory(const sc_core::sc_module_name &name, bool direct)
        : sc_module(name), socket("socket"), bytes(MEMORY_SIZE, 0), direct_(direct)
    {
        socket.register_b_transport(this, &memory::b_transport);
        socket.register_get_direct_mem_ptr(this, &memory::get_direct_mem_ptr);
    }

    tlm_utils::simple_target_socket<memory> socket;
    std::vector<unsigned char> bytes;
    sc_time cost = sc_time(50, SC_NS);
    bool waits = false;             ///< Inside b_transport, instead of annotating.
    uint64_t refused = MEMORY_SIZE; ///< From here on it answers with data, and with an error.
    unsigned transports = 0;

private:
    void b_transport(tlm::tlm_generic_payload &p, sc_time &delay)
    {
        transports++;
        if (p.get_address() + p.get_data_length() > bytes.size()) {
            p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return;
        }
        unsigned char *at = bytes.data() + p.get_address();
        if (p.is_read())
            std::memcpy(p.get_data_ptr(), at, p.get_data_length());
        else
            std::memcpy(at, p.get_data_ptr(), p.get_data_length());
        if (waits)
            sc_core::wait(cost);
        else
            delay += cost;
        p.set_response_status(p.get_address() < refused ? tlm::TLM_OK_RESPONSE
                                                        : tlm::TLM_GENERIC_ERROR_RESPONSE);
    }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &, tlm::tlm_dmi &dmi)
    {
        dmi.init();
        if (!direct_)
            return false;
        dmi.set_dmi_ptr(bytes.data());
        dmi.set_start_address(0);
        dmi.set_end_address(bytes.size() - 1);
        dmi.set_read_latency(cost);
        dmi.set_write_latency(cost);
        dmi.allow_read_write();
        return true;
    }

    bool direct_;
};

gictlm::config its_config(bool timed)
{
    gictlm::config c = test_config(timed);
    c.gic.lpi_bits = 14;
    c.gic.its_count = 2;
    c.gic.its.queue = 2;
    c.gic.its.walks = 1;
    return c;
}

/// The way to one ITS, and the way of MSIs.
class its_ports : public sc_core::sc_module
{
public:
    explicit its_ports(const sc_core::sc_module_name &name)
        : sc_module(name), its("its"), msi("msi")
    {
    }
    tlm_utils::simple_initiator_socket<its_ports> its;
    tlm_utils::simple_initiator_socket<its_ports> msi;
};

struct its_bench : bench {
    its_bench(const gictlm::config &c, bool direct)
        : bench(c), ram("ram", direct), ports("ports"), its(ports.its), msi(ports.msi)
    {
        gic.mem.bind(ram.socket);
        its.bind(gic.gits[1]);
        msi.bind(gic.translater[1]);
    }

    memory ram;
    its_ports ports;
    tlm_utils::simple_initiator_socket<its_ports> &its;
    tlm_utils::simple_initiator_socket<its_ports> &msi;
    uint64_t writer = 0;

    template <class Socket> tlm::tlm_response_status to(Socket &socket, transaction &t)
    {
        socket->b_transport(t, cpu.delay);
        return t.get_response_status();
    }
    uint64_t its_read(uint64_t offset, unsigned length = 8)
    {
        transaction t(tlm::TLM_READ_COMMAND, offset, length);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, to(its, t)) << std::hex << offset;
        return t.value();
    }
    void its_write(uint64_t offset, uint64_t value, unsigned length = 8)
    {
        transaction t(tlm::TLM_WRITE_COMMAND, offset, length, value);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, to(its, t)) << std::hex << offset;
    }
    void queue(uint64_t dw0, uint64_t dw1, uint64_t dw2)
    {
        const uint64_t words[4] = {dw0, dw1, dw2, 0};
        std::memcpy(ram.bytes.data() + QUEUE + writer, words, sizeof words);
        writer += 32;
    }
    /// A poll as a driver does it; how often it read.
    unsigned finish_commands()
    {
        unsigned polls = 1;
        its_write(GITS_CWRITER, writer);
        while (its_read(GITS_CREADR) != writer && polls < 1000)
            polls++;
        return polls;
    }
    /// Device @p device, event 0 to LPI 8192 of PE 0. @return the polls that it took.
    unsigned set_up(uint32_t device)
    {
        enable_pe(0);
        cpu.write(cpu.gicr, GICR_PROPBASER, PROPERTIES | 13, 8);
        cpu.write(cpu.gicr, GICR_PENDBASER, PENDING | PTZ, 8);
        cpu.write(cpu.gicr, GICR_CTLR, 1);
        std::memset(ram.bytes.data() + PROPERTIES, 0xA1, 8);
        its_write(GITS_BASER, VALID | DEVICES);
        its_write(GITS_BASER + 8, VALID | COLLECTIONS);
        its_write(GITS_CBASER, VALID | QUEUE);
        its_write(GITS_CTLR, 1, 4);
        queue(0x09, 0, VALID);                                         // MAPC
        queue(0x08 | uint64_t(device) << 32, 3, VALID | ITT);          // MAPD
        queue(0x0A | uint64_t(device) << 32, UINT64_C(8192) << 32, 0); // MAPTI
        queue(0x05, 0, 0);                                             // SYNC
        return finish_commands();
    }
    tlm::tlm_response_status send_msi(uint32_t device, uint32_t event)
    {
        transaction t(tlm::TLM_WRITE_COMMAND, 0x40, 4, event);
        gictlm::attributes_extension from;
        from.device_id = device;
        t.set_extension(&from);
        const auto status = to(msi, t);
        t.clear_extension(&from);
        return status;
    }
};

void an_msi_arrives(bool timed, bool direct)
{
    its_bench b(its_config(timed), direct);
    b.run([&] {
        const unsigned polls = b.set_up(5);
        EXPECT_LT(polls, 100u) << "a poll lets time pass";
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, b.send_msi(5, 0));
        b.quiet();
        EXPECT_TRUE(b.irq[0].level());
        EXPECT_EQ(8192u, b.sysreg_read(0, GIC_ICC_IAR1_EL1));
        b.sysreg_write(0, GIC_ICC_EOIR1_EL1, 8192);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, b.send_msi(6, 0));
        b.quiet();
        EXPECT_FALSE(b.irq[0].level()) << "another DeviceID has no mapping";
    });
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
    EXPECT_EQ(direct, b.ram.transports == 0);
    EXPECT_GT(direct ? b.gic.mem.stats().direct : b.gic.mem.stats().transport, 5u);
    EXPECT_EQ(1u, b.gic.its_counters(1).translated);
    EXPECT_EQ(0u, b.gic.its_counters(0).translated);
}

TEST(Its, AnMsiArrivesLooselyTimedByDirectPointers)
{
    an_msi_arrives(false, true);
}

TEST(Its, AnMsiArrivesLooselyTimedByTransport)
{
    an_msi_arrives(false, false);
}

TEST(Its, AnMsiArrivesTimedByDirectPointers)
{
    an_msi_arrives(true, true);
}

TEST(Its, AnMsiArrivesTimedByTransport)
{
    an_msi_arrives(true, false);
}

TEST(Its, AMemoryThatWaitsIsWaitedFor)
{
    its_bench b(its_config(true), false);
    b.ram.waits = true;
    b.run([&] {
        b.set_up(5);
        b.send_msi(5, 0);
        b.quiet();
        EXPECT_TRUE(b.irq[0].level());
    });
}

// What was written by commands is cached; of the LPI only the property line is read.
TEST(Its, MemorysLatencyIsPartOfTheInterrupts)
{
    its_bench b(its_config(true), true);
    const gic_timing &t = b.gic.configuration().timing;
    b.run([&] {
        b.set_up(5);
        b.quiet();
        const auto latency = [&] {
            const sc_time sent = sc_core::sc_time_stamp();
            b.send_msi(5, 0);
            b.quiet();
            const sc_time rose = b.irq[0].changes.back().at;
            EXPECT_EQ(8192u, b.sysreg_read(0, GIC_ICC_IAR1_EL1));
            b.sysreg_write(0, GIC_ICC_EOIR1_EL1, 8192);
            b.quiet();
            return rose - sent;
        };
        const sc_time cold = latency(), warm = latency();
        EXPECT_EQ(sc_time(50, SC_NS), cold - warm);
        EXPECT_EQ(sc_time::from_value(t.hop_ps[GIC_HOP_MSI] + t.hop_ps[GIC_HOP_ITS_GICR] +
                                      3 * t.access_ps[GIC_COST_ITS_LOOKUP] +
                                      t.hop_ps[GIC_HOP_GICR_CPUIF] + t.hop_ps[GIC_HOP_CPUIF_PE]),
                  warm);
    });
}

TEST(Its, T_16_AFullQueueHoldsItsWriterUp)
{
    its_bench b(its_config(true), false);
    b.ram.cost = sc_time(2, sc_core::SC_US);
    b.run([&] {
        b.set_up(5);
        b.quiet();
        const sc_time begun = sc_core::sc_time_stamp();
        for (uint32_t device = 10; device < 30; device++) // none is mapped: each reads memory
            EXPECT_EQ(tlm::TLM_OK_RESPONSE, b.send_msi(device, 0));
        EXPECT_GT(sc_core::sc_time_stamp() - begun, sc_time(20, sc_core::SC_US));
        EXPECT_GT(b.gic.translater[1].stats().msi_waits, 10u);
        EXPECT_EQ(b.gic.translater[1].stats().msi_waits, b.gic.its_counters(1).full);
        b.quiet();
        EXPECT_EQ(20u, b.gic.its_counters(1).dropped) << "every one was looked up, none was lost";
    });
}

TEST(Its, B_01_AFullTranslaterAnswersWhenThereIsRoom)
{
    its_bench b(its_config(true), false);
    b.ram.cost = sc_time(2, sc_core::SC_US);
    b.run([&] {
        b.set_up(5);
        b.quiet();
        for (uint32_t device = 10; device < 22; device++) {
            const sc_time before = sc_core::sc_time_stamp() + b.cpu.delay;
            EXPECT_EQ(tlm::TLM_OK_RESPONSE, b.send_msi(device, 0)) << device;
            EXPECT_GE(sc_core::sc_time_stamp() + b.cpu.delay, before) << device;
        }
        EXPECT_GT(b.gic.translater[1].stats().msi_waits, 5u);
        b.quiet();
        EXPECT_EQ(12u, b.gic.its_counters(1).dropped);
    });
}

// What came with an error does not count, and the error is not the end of what follows.
TEST(Its, B_08_TheResponseOfEachAccessOfItsOwnIsChecked)
{
    its_bench b(its_config(true), false);
    b.ram.bytes[PENDING + 8192 / 8] = 1;
    b.ram.refused = PENDING;
    b.run([&] {
        b.enable_pe(0);
        std::memset(b.ram.bytes.data() + PROPERTIES, 0xA1, 8);
        b.cpu.write(b.cpu.gicr, GICR_PROPBASER, PROPERTIES | 13, 8);
        b.cpu.write(b.cpu.gicr, GICR_PENDBASER, PENDING, 8);
        b.cpu.write(b.cpu.gicr, GICR_CTLR, 1);
        b.quiet();
        EXPECT_GT(b.gic.mem.stats().failed, 0u);
        EXPECT_FALSE(b.irq[0].level()) << "a pending bit of a read that failed";
        b.cpu.write(b.cpu.gicr, GICR_SETLPIR, 8193, 8);
        b.quiet();
        EXPECT_TRUE(b.irq[0].level());
        EXPECT_EQ(8193u, b.sysreg_read(0, GIC_ICC_IAR1_EL1));
    });
}

// The memory moves: what is left in its old place is no memory any more.
TEST(Its, B_08_DirectPointersAreHeldUntilInvalidated)
{
    its_bench b(its_config(true), true);
    b.run([&] {
        b.set_up(5);
        b.quiet();
        const uint64_t before = b.gic.mem.stats().direct;
        std::vector<unsigned char> old(b.ram.bytes);
        old.swap(b.ram.bytes);
        std::fill(old.begin(), old.end(), 0);
        b.ram.socket->invalidate_direct_mem_ptr(0, MEMORY_SIZE - 1);
        b.queue(0x0A | UINT64_C(5) << 32, UINT64_C(8193) << 32 | 1, 0); // MAPTI
        b.queue(0x05, 0, 0);                                            // SYNC
        b.finish_commands();
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, b.send_msi(5, 1));
        b.quiet();
        EXPECT_TRUE(b.irq[0].level());
        EXPECT_EQ(8193u, b.sysreg_read(0, GIC_ICC_IAR1_EL1));
        EXPECT_GT(b.gic.mem.stats().direct, before);
        EXPECT_EQ(0, std::count_if(old.begin(), old.end(), [](int byte) { return byte != 0; }));
    });
}

TEST(Its, T_16_AMethodThatFindsTheQueueFullIsToldSo)
{
    its_bench b(its_config(true), false);
    std::vector<tlm::tlm_response_status> answers;
    sc_core::sc_event go;
    sc_core::sc_spawn_options method;
    method.spawn_method();
    method.dont_initialize();
    method.set_sensitivity(&go);
    sc_core::sc_spawn(
        [&] {
            for (uint32_t n = 0; n < 10; n++) {
                b.cpu.delay = SC_ZERO_TIME; // all at one instant
                answers.push_back(b.send_msi(5, 0));
            }
        },
        "writer", &method);
    b.run([&] {
        b.set_up(5);
        b.quiet();
        go.notify();
        sc_core::wait(sc_time(10, sc_core::SC_US));
    });
    ASSERT_EQ(10u, answers.size());
    EXPECT_EQ(tlm::TLM_OK_RESPONSE, answers[0]);
    EXPECT_EQ(tlm::TLM_GENERIC_ERROR_RESPONSE, answers[9]);
}

// Each LPI has its configuration in a line of its own, and memory is slow.
void a_slow_table_holds_the_writer_up(bool timed)
{
    constexpr uint32_t lpis = 120;
    gictlm::config c = its_config(timed);
    c.gic.direct_lpi = true;
    its_bench b(c, false);
    b.ram.waits = true;
    b.ram.cost = sc_time(2, sc_core::SC_US);
    std::set<uint64_t> taken;
    b.run([&] {
        b.set_up(5);
        b.quiet();
        std::memset(b.ram.bytes.data() + PROPERTIES, 0xA1, 64 * lpis);
        for (uint32_t n = 0; n < lpis; n++) {
            sc_core::wait(b.cpu.delay);
            b.cpu.delay = SC_ZERO_TIME;
            b.cpu.write(b.cpu.gicr, GICR_SETLPIR, 8192 + 64 * n, 8);
        }
        sc_core::wait(sc_time(300, sc_core::SC_US));
        for (uint32_t n = 0; n < lpis; n++) {
            b.quiet();
            const uint64_t intid = b.sysreg_read(0, GIC_ICC_IAR1_EL1);
            taken.insert(intid);
            b.sysreg_write(0, GIC_ICC_EOIR1_EL1, intid);
        }
    });
    EXPECT_EQ(lpis, taken.size()) << "none was lost";
    EXPECT_EQ(0u, taken.count(1023));
    EXPECT_GT(b.gic.gicr.stats().lpi_waits, 20u);
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
}

TEST(Its, R_11_AFullRedistributorHoldsItsWriterUp)
{
    a_slow_table_holds_the_writer_up(true);
}

TEST(Its, R_11_AFullRedistributorHoldsItsWriterUpLooselyTimedToo)
{
    a_slow_table_holds_the_writer_up(false);
}

TEST(Its, B_07_ADebuggersLookMovesNothing)
{
    its_bench b(its_config(true), false);
    b.run([&] {
        b.set_up(5);
        b.queue(0x05, 0, 0);
        b.its_write(GITS_CWRITER, b.writer);
        transaction t(tlm::TLM_READ_COMMAND, GITS_CREADR, 8);
        EXPECT_EQ(8u, b.its->transport_dbg(t));
        const uint64_t seen = t.value();
        EXPECT_EQ(8u, b.its->transport_dbg(t));
        EXPECT_EQ(seen, t.value());
        EXPECT_NE(seen, b.writer) << "the command is still under way";
        b.quiet();
        EXPECT_EQ(b.writer, b.its_read(GITS_CREADR));
    });
}

TEST(Its, WithoutMemoryTheQueueDoesNotMoveAndNothingHangs)
{
    bench b(its_config(false));
    its_ports ports("ports");
    auto &its = ports.its;
    its.bind(b.gic.gits[0]);
    ports.msi.bind(b.gic.translater[0]);
    b.run([&] {
        sc_time delay = SC_ZERO_TIME;
        transaction base(tlm::TLM_WRITE_COMMAND, GITS_CBASER, 8, VALID | QUEUE);
        transaction on(tlm::TLM_WRITE_COMMAND, GITS_CTLR, 4, 1);
        transaction go(tlm::TLM_WRITE_COMMAND, GITS_CWRITER, 8, 64);
        its->b_transport(base, delay);
        its->b_transport(on, delay);
        its->b_transport(go, delay);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, go.get_response_status());
    });
    EXPECT_GT(b.gic.mem.stats().failed, 0u);
    EXPECT_GT(b.gic.stats().events[GIC_EV_BAD_ITS_TABLE] +
                  b.gic.stats().events[GIC_EV_BAD_ITS_COMMAND],
              0u);
}

TEST(Its, N_02_AQueueInTheMiddleIsSavedAndGoesOn)
{
    its_bench b(its_config(true), false);
    b.run([&] {
        b.set_up(5);
        for (unsigned n = 0; n < 8; n++)
            b.queue(0x0A | UINT64_C(5) << 32, uint64_t(8192 + n) << 32 | n, 0);
        b.its_write(GITS_CWRITER, b.writer);
        sc_core::wait(sc_time(120, SC_NS));
        EXPECT_FALSE(b.gic.settled());
        const std::vector<unsigned char> saved = b.gic.save();
        b.quiet();
        EXPECT_EQ(b.writer, b.its_read(GITS_CREADR));
        const std::vector<unsigned char> tables = b.ram.bytes;
        ASSERT_TRUE(b.gic.load(saved));
        b.quiet();
        EXPECT_EQ(b.writer, b.its_read(GITS_CREADR));
        EXPECT_EQ(tables, b.ram.bytes);
    });
}

} // namespace
