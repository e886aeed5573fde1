// SPDX-License-Identifier: Apache-2.0
// What the tests of the wrappers share: an initiator with a thread, a GIC, a recording PE.
#ifndef TLM_SUPPORT_H
#define TLM_SUPPORT_H

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "gictlm/gictlm.h"

namespace tlm_test
{

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

/// Offsets of the registers that the tests use (IHI 0069, chapter 12).
enum : uint64_t {
    GICD_CTLR = 0x0000,
    GICD_TYPER = 0x0004,
    GICD_SETSPI_NSR = 0x0040,
    GICD_CLRSPI_NSR = 0x0048,
    GICD_IGROUPR = 0x0080,
    GICD_ISENABLER = 0x0100,
    GICD_ICENABLER = 0x0180,
    GICD_ISPENDR = 0x0200,
    GICD_ISACTIVER = 0x0300,
    GICD_IPRIORITYR = 0x0400,
    GICD_ICFGR = 0x0C00,
    GICD_IROUTER = 0x6000,
    GICD_HOLE = 0xC000,
    GICR_CTLR = 0x0000,
    GICR_TYPER = 0x0008,
    GICR_WAKER = 0x0014,
    GICR_IGROUPR0 = 0x10080,
    GICR_ISENABLER0 = 0x10100,
    GICR_IPRIORITYR = 0x10400,
    GICR_STRIDE = 0x20000
};

enum : uint32_t {
    CTLR_RWP = 1u << 31,
    CTLR_ARE = 1u << 4,
    CTLR_GRP1 = 1u << 1,
    WAKER_PROCESSOR_SLEEP = 1u << 1,
    WAKER_CHILDREN_ASLEEP = 1u << 2
};

/// One transaction with data of its own, every attribute as the standard wants it.
class transaction : public tlm::tlm_generic_payload
{
public:
    transaction(tlm::tlm_command command, uint64_t address, unsigned length, uint64_t value = 0)
        : data_(length < 8 ? 8 : length)
    {
        std::memcpy(data_.data(), &value, 8);
        set_command(command);
        set_address(address);
        set_data_ptr(data_.data());
        set_data_length(length);
        set_streaming_width(length);
        set_byte_enable_ptr(nullptr);
        set_byte_enable_length(0);
        set_dmi_allowed(false);
        set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    }
    ~transaction() override
    {
        clear_extension(&attributes_);
    }
    transaction(const transaction &) = delete;
    transaction &operator=(const transaction &) = delete;

    /// Attach our attributes.
    transaction &as(bool secure, uint16_t pe = 0)
    {
        attributes_.secure = secure;
        attributes_.pe = pe;
        set_extension(&attributes_);
        return *this;
    }
    /// Byte enables, one a byte, repeated.
    transaction &enable(std::vector<unsigned char> bytes)
    {
        enables_ = std::move(bytes);
        set_byte_enable_ptr(enables_.data());
        set_byte_enable_length(static_cast<unsigned>(enables_.size()));
        return *this;
    }
    uint64_t value() const
    {
        uint64_t v = 0;
        std::memcpy(&v, data_.data(), get_data_length() < 8 ? get_data_length() : 8);
        return v;
    }
    std::vector<unsigned char> &data()
    {
        return data_;
    }

private:
    std::vector<unsigned char> data_;
    std::vector<unsigned char> enables_;
    gictlm::attributes_extension attributes_;
};

/// Runs functions in SystemC threads and reaches the frames of one GIC.
class initiator : public sc_core::sc_module
{
public:
    explicit initiator(const sc_core::sc_module_name &name)
        : sc_module(name), gicd("gicd"), gicr("gicr")
    {
    }

    tlm_utils::simple_initiator_socket<initiator> gicd;
    tlm_utils::simple_initiator_socket<initiator> gicr;
    sc_time delay = SC_ZERO_TIME; ///< Local time of send().

    /// Send @p t; the local time moves on by what the target says.
    tlm::tlm_response_status send(tlm_utils::simple_initiator_socket<initiator> &to, transaction &t)
    {
        const sc_time before = sc_core::sc_time_stamp() + delay;
        to->b_transport(t, delay);
        EXPECT_GE(sc_core::sc_time_stamp() + delay, before) << "local time went back";
        return t.get_response_status();
    }
    uint64_t read(tlm_utils::simple_initiator_socket<initiator> &from, uint64_t address,
                  unsigned length = 4)
    {
        transaction t(tlm::TLM_READ_COMMAND, address, length);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, send(from, t)) << std::hex << address;
        return t.value();
    }
    void write(tlm_utils::simple_initiator_socket<initiator> &to, uint64_t address, uint64_t value,
               unsigned length = 4)
    {
        transaction t(tlm::TLM_WRITE_COMMAND, address, length, value);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, send(to, t)) << std::hex << address;
    }
};

/// A PE that records what its lines do.
class recording_line : public gictlm::line_if
{
public:
    struct change {
        bool level;
        sc_time at;
    };
    std::vector<change> changes;
    std::function<void(bool)> react; ///< Called from inside the call.

    void set(bool level, const sc_time &delay) override
    {
        changes.push_back({level, sc_core::sc_time_stamp() + delay});
        if (react)
            react(level);
    }
    bool level() const
    {
        return !changes.empty() && changes.back().level;
    }
};

/// Latencies that are all different, so that a sum says which hops are in it.
inline gic_timing distinct_timing()
{
    gic_timing t = gic_timing();
    t.timed = true;
    for (unsigned i = 0; i < GIC_HOP_COUNT; i++)
        t.hop_ps[i] = 1000u << i;
    for (unsigned i = 0; i < GIC_COST_COUNT; i++)
        t.access_ps[i] = 300000u + 10000u * i;
    return t;
}

/// A configuration for tests: one Security state, 64 SPIs, timed or not.
inline gictlm::config test_config(bool timed, unsigned pes = 1)
{
    gictlm::config c;
    c.gic.pe_count = static_cast<uint16_t>(pes);
    c.gic.spi_count = 64;
    c.guest_error_reports = 0;
    if (timed)
        c.timing = distinct_timing();
    return c;
}

/// A GIC, an initiator and recording PEs.
struct bench {
    explicit bench(const gictlm::config &c) : gic("gic", c), cpu("cpu"), irq(c.gic.pe_count)
    {
        cpu.gicd.bind(gic.gicd);
        cpu.gicr.bind(gic.gicr);
        for (unsigned pe = 0; pe < gic.irq.size(); pe++)
            gic.irq[pe].bind(irq[pe]);
    }

    gictlm::gic gic;
    initiator cpu;
    std::vector<recording_line> irq;

    /// Run @p body in a thread; the simulation is bounded, and the body has to come to its end.
    void run(const std::function<void()> &body)
    {
        bool finished = false;
        sc_core::sc_spawn([&] {
            body();
            finished = true;
        });
        sc_core::sc_start(sc_time(1, sc_core::SC_MS));
        EXPECT_TRUE(finished) << "the test's thread is still waiting after 1 ms";
    }

    uint64_t sysreg_read(unsigned pe, gic_sysreg reg)
    {
        uint64_t value = 0;
        EXPECT_EQ(GIC_SYSREG_OK, gic.sysreg[pe]->read(reg, value, cpu.delay))
            << gic_sysreg_name(reg);
        return value;
    }
    void sysreg_write(unsigned pe, gic_sysreg reg, uint64_t value)
    {
        EXPECT_EQ(GIC_SYSREG_OK, gic.sysreg[pe]->write(reg, value, cpu.delay))
            << gic_sysreg_name(reg);
    }

    /// Wait until the local time has come and nothing is under way.
    void quiet()
    {
        sc_core::wait(cpu.delay);
        cpu.delay = SC_ZERO_TIME;
        for (int i = 0; i < 1000 && !gic.settled(); i++)
            sc_core::wait(sc_time(100, SC_NS));
        EXPECT_TRUE(gic.settled());
    }

    /// Wake PE @p pe, enable Group 1 everywhere.
    void enable_pe(unsigned pe)
    {
        const uint64_t base = pe * GICR_STRIDE;
        cpu.write(cpu.gicr, base + GICR_WAKER, 0);
        for (int i = 0; i < 100 && (cpu.read(cpu.gicr, base + GICR_WAKER) & WAKER_CHILDREN_ASLEEP);
             i++) {}
        cpu.write(cpu.gicd, GICD_CTLR, CTLR_ARE | CTLR_GRP1);
        sysreg_write(pe, GIC_ICC_PMR_EL1, 0xF0);
        sysreg_write(pe, GIC_ICC_IGRPEN1_EL1, 1);
        quiet();
    }
    /// Group 1, priority 0x80, level-sensitive, to PE @p pe, enabled.
    void enable_spi(uint32_t intid, unsigned pe)
    {
        const uint64_t word = intid / 32 * 4;
        const uint32_t bit = 1u << intid % 32;
        cpu.write(cpu.gicd, GICD_IGROUPR + word, cpu.read(cpu.gicd, GICD_IGROUPR + word) | bit);
        cpu.write(cpu.gicd, GICD_IPRIORITYR + intid, 0x80, 1);
        cpu.write(cpu.gicd, GICD_IROUTER + 8 * intid,
                  gic_config_affinity(&gic.configuration().gic, pe), 8);
        cpu.write(cpu.gicd, GICD_ISENABLER + word, bit);
        quiet();
    }
};

} // namespace tlm_test

#endif
