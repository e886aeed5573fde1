// SPDX-License-Identifier: Apache-2.0
// The platform's own SystemC parts: interconnect, device target, agenda, wires. One process a test.
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "agenda.h"
#include "bus.h"
#include "device_target.h"
#include "gictlm/attributes.h"
#include "line_mux.h"
#include "memory_target.h"
#include "time_util.h"
#include "gtest/gtest.h"

namespace
{

using sc_core::sc_time;
using virt::from_ps;
using virt::now_ps;

/// An initiator, and whether it is Secure.
struct initiator : sc_core::sc_module {
    explicit initiator(sc_core::sc_module_name name) : sc_module(name), socket("socket")
    {
        socket.register_invalidate_direct_mem_ptr(this, &initiator::invalidate);
    }

    void invalidate(sc_dt::uint64 start, sc_dt::uint64 end)
    {
        invalidated.emplace_back(start, end);
    }

    void fill(tlm::tlm_generic_payload &p, tlm::tlm_command command, uint64_t address, void *data,
              unsigned length)
    {
        p.set_command(command);
        p.set_address(address);
        p.set_data_ptr(static_cast<unsigned char *>(data));
        p.set_data_length(length);
        p.set_streaming_width(length);
        p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    }

    tlm::tlm_response_status access(tlm::tlm_command command, uint64_t address, void *data,
                                    unsigned length, uint64_t &delay_ps)
    {
        tlm::tlm_generic_payload p;
        gictlm::attributes_extension attributes;
        sc_time delay = from_ps(delay_ps);

        attributes.secure = secure;
        p.set_extension(&attributes);
        fill(p, command, address, data, length);
        socket->b_transport(p, delay);
        EXPECT_EQ(p.get_address(), address) << "the initiator's address is left as it was";
        p.clear_extension(&attributes);
        delay_ps = virt::to_ps(delay);
        return p.get_response_status();
    }

    tlm::tlm_response_status write32(uint64_t address, uint32_t value, uint64_t delay_ps = 0)
    {
        return access(tlm::TLM_WRITE_COMMAND, address, &value, sizeof value, delay_ps);
    }

    uint32_t read32(uint64_t address)
    {
        uint32_t value = 0xdeadbeef;
        uint64_t delay = 0;

        EXPECT_EQ(access(tlm::TLM_READ_COMMAND, address, &value, sizeof value, delay),
                  tlm::TLM_OK_RESPONSE);
        return value;
    }

    unsigned debug(tlm::tlm_command command, uint64_t address, void *data, unsigned length)
    {
        tlm::tlm_generic_payload p;

        fill(p, command, address, data, length);
        return socket->transport_dbg(p);
    }

    tlm_utils::simple_initiator_socket<initiator> socket;
    std::vector<std::pair<uint64_t, uint64_t>> invalidated;
    bool secure = false;
};

// ------------------------------------------------------------------ a device

struct gadget_state {
    uint64_t due_ps; ///< DEV_NEVER: nothing.
    uint32_t value;
    uint32_t reads;
    uint32_t advances;
    uint32_t level;
};

/// Registers: 0 value, reads count; 4 level of its line; 8 deadline in ns; 12 read-only.
struct gadget {
    gadget_state s = {DEV_NEVER, 0, 0, 0, 0};
    std::vector<uint64_t> times; ///< Of each access.
    std::vector<std::string> *log = nullptr;
    std::string name;
};

gadget &gadget_of(void *self)
{
    return *static_cast<gadget *>(self);
}

dev_ops gadget_ops()
{
    dev_ops ops = dev_ops();

    ops.name = "gadget";
    ops.span = 0x1000;
    ops.num_lines = 1;
    ops.version = 3;
    ops.state_offset = offsetof(gadget, s);
    ops.state_size = sizeof(gadget_state);
    ops.reset = [](void *self, uint64_t) { gadget_of(self).s = {DEV_NEVER, 0, 0, 0, 0}; };
    ops.read = [](void *self, uint64_t offset, unsigned, uint64_t now, uint64_t *value) {
        gadget_of(self).times.push_back(now);
        gadget_of(self).s.reads++;
        *value = offset == 0 ? gadget_of(self).s.value : 0;
        return offset < 16 ? DEV_OK : DEV_HOLE;
    };
    ops.peek = [](const void *self, uint64_t, unsigned, uint64_t, uint64_t *value) {
        *value = static_cast<const gadget *>(self)->s.value;
        return DEV_OK;
    };
    ops.write = [](void *self, uint64_t offset, unsigned, uint64_t now, uint64_t value) {
        gadget &g = gadget_of(self);
        g.times.push_back(now);
        if (offset == 0)
            g.s.value = static_cast<uint32_t>(value);
        else if (offset == 4)
            g.s.level = value != 0;
        else if (offset == 8)
            g.s.due_ps = now + value * 1000;
        return offset < 12 ? DEV_OK : DEV_READ_ONLY;
    };
    ops.advance = [](void *self, uint64_t) {
        gadget &g = gadget_of(self);
        g.s.due_ps = DEV_NEVER;
        g.s.advances++;
        g.s.level = 1;
        if (g.log != nullptr)
            g.log->push_back(g.name);
    };
    ops.deadline = [](const void *self) { return static_cast<const gadget *>(self)->s.due_ps; };
    ops.line = [](const void *self, unsigned) {
        return static_cast<const gadget *>(self)->s.level != 0;
    };
    return ops;
}

/// A line that remembers what it was told.
struct pin : gictlm::line_if {
    void set(bool level, const sc_time &delay) override
    {
        changes.emplace_back(now_ps() + virt::to_ps(delay), level);
    }
    std::vector<std::pair<uint64_t, bool>> changes;
};

using changes = std::vector<std::pair<uint64_t, bool>>;

const dev_ops ops = gadget_ops();

// ------------------------------------------------------------------ interconnect

/// Two initiators, memory at 0x1000, a device at 0x10000, a Secure one at 0x20000.
struct board : sc_core::sc_module {
    explicit board(sc_core::sc_module_name name = "board")
        : sc_module(name), times("times"), bus("bus", 2, 1001), first("first"), second("second")
    {
        region = vp_region{0x1000, 0x1000, store, false, false};
        memory = std::make_unique<virt::memory_target>("memory", region, 700, 900);
        plain = std::make_unique<virt::device_target>("plain", times, ops, &plain_device, 40);
        locked = std::make_unique<virt::device_target>("locked", times, ops, &locked_device, 40);
        bus.map(memory->socket, region.base, region.size, false, true);
        bus.map(plain->socket, 0x10000, 0x1000, false, false);
        bus.map(locked->socket, 0x20000, 0x1000, true, false);
        first.socket.bind(bus.from(0));
        second.socket.bind(bus.from(1));
    }

    virt::agenda times;
    virt::bus bus;
    initiator first, second;
    gadget plain_device, locked_device;
    uint8_t store[0x1000] = {};
    vp_region region = vp_region();
    std::unique_ptr<virt::memory_target> memory;
    std::unique_ptr<virt::device_target> plain, locked;
};

/// A device that nobody but the test calls.
struct alone {
    alone(const char *name, virt::agenda &times, gadget &device)
        : driver((std::string(name) + "_driver").c_str()), target(name, times, ops, &device, 0)
    {
        driver.socket.bind(target.socket);
    }

    initiator driver;
    virt::device_target target;
};

TEST(Bus, LeadsToTheAreaOfAnAddressWithTheOffsetInIt)
{
    board b;

    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    EXPECT_EQ(b.first.write32(0x10000, 77), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(b.plain_device.s.value, 77u);
    EXPECT_EQ(b.second.read32(0x10000), 77u);
    EXPECT_EQ(b.first.write32(0x1ffc, 5), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(b.store[0xffc], 5);
    for (const uint64_t hole : {UINT64_C(0), UINT64_C(0xfff), UINT64_C(0x2000), UINT64_C(0xffff),
                                UINT64_C(0x11000), UINT64_MAX - 3})
        EXPECT_EQ(b.first.write32(hole, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE) << hole;
    EXPECT_EQ(b.first.write32(0x1ffe, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE) << "out of its area";
}

TEST(Bus, OnlySecureAccessesReachASecureArea)
{
    board b;

    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    EXPECT_EQ(b.first.write32(0x20000, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_TRUE(b.locked_device.times.empty());
    b.first.secure = true;
    EXPECT_EQ(b.first.write32(0x20000, 1), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(b.locked_device.s.value, 1u);
    EXPECT_EQ(b.first.write32(0x10000, 2), tlm::TLM_OK_RESPONSE) << "and any other one";
    uint32_t value = 0;
    EXPECT_EQ(b.first.debug(tlm::TLM_READ_COMMAND, 0x20000, &value, 4), 0u)
        << "a debugger without attributes is Non-secure";
}

TEST(Bus, TheWayToADeviceAndBackTakesItsTimeTheWayToMemoryHasItsOwn)
{
    board b;
    uint32_t value = 0;
    uint64_t delay = 5000;

    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    b.first.access(tlm::TLM_WRITE_COMMAND, 0x10000, &value, 4, delay);
    EXPECT_EQ(b.plain_device.times, std::vector<uint64_t>{5500}) << "it arrives half way";
    EXPECT_EQ(delay, 5000u + 1001u + 40u) << "there, the access, back: nothing is lost by halves";
    b.bus.comes_by_itself(1);
    delay = 7000;
    b.second.access(tlm::TLM_WRITE_COMMAND, 0x10000, &value, 4, delay);
    EXPECT_EQ(b.plain_device.times.back(), 7000u) << "this one has accounted for the way";
    EXPECT_EQ(delay, 7000u + 40u + 501u);
    delay = 0;
    b.first.access(tlm::TLM_READ_COMMAND, 0x1000, &value, 4, delay);
    EXPECT_EQ(delay, 700u);
}

TEST(Bus, DirectPointersAndTheirEndComeInTheInitiatorsAddresses)
{
    board b;
    uint8_t flash[64] = {1, 2, 3};
    bool readable = true;
    tlm::tlm_generic_payload p;
    tlm::tlm_dmi dmi;

    b.plain->grant_reads(flash, sizeof flash, [&] { return readable; });
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    b.first.fill(p, tlm::TLM_READ_COMMAND, 0x1800, nullptr, 1);
    ASSERT_TRUE(b.first.socket->get_direct_mem_ptr(p, dmi));
    EXPECT_EQ(dmi.get_start_address(), 0x1000u);
    EXPECT_EQ(dmi.get_end_address(), 0x1fffu);
    EXPECT_EQ(dmi.get_dmi_ptr(), b.store);
    EXPECT_TRUE(dmi.is_write_allowed());
    b.first.fill(p, tlm::TLM_READ_COMMAND, 0x10000, nullptr, 1);
    ASSERT_TRUE(b.first.socket->get_direct_mem_ptr(p, dmi));
    EXPECT_EQ(dmi.get_end_address(), 0x1003fu);
    EXPECT_FALSE(dmi.is_write_allowed());
    readable = false;
    b.second.write32(0x10000, 1);
    const std::vector<std::pair<uint64_t, uint64_t>> taken = {{0x10000, 0x1003f}};
    EXPECT_EQ(b.first.invalidated, taken);
    EXPECT_EQ(b.second.invalidated, taken) << "every initiator is told";
    EXPECT_FALSE(b.first.socket->get_direct_mem_ptr(p, dmi));
    b.first.fill(p, tlm::TLM_READ_COMMAND, 0x3000, nullptr, 1);
    EXPECT_FALSE(b.first.socket->get_direct_mem_ptr(p, dmi));
}

// ------------------------------------------------------------------ device target

TEST(DeviceTarget, AnAccessComesWithItsTimeAndTheLineMovesThen)
{
    board b;
    pin to;
    virt::line_mux line(to, from_ps(30), nullptr, 0);

    b.plain->connect(0, line);
    sc_core::sc_start(from_ps(2000));
    b.bus.comes_by_itself(0);
    b.first.write32(0x10004, 1, 100);
    b.first.write32(0x10004, 1, 200);
    b.first.write32(0x10004, 0, 300);
    EXPECT_EQ(to.changes, (changes{{2130, true}, {2330, false}}));
}

TEST(DeviceTarget, WhatTheGuestDoesWrongIsToldAndDoesNothing)
{
    board b;
    std::vector<std::string> told;

    b.plain->on_complaint(
        [&](const char *device, uint64_t offset, unsigned size, bool write, dev_status status) {
            told.push_back(std::string(device) + " " + std::to_string(offset) + " " +
                           std::to_string(size) + (write ? " w " : " r ") + std::to_string(status));
        });
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    EXPECT_EQ(b.first.write32(0x1000c, 1), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(b.first.read32(0x10100), 0u);
    EXPECT_EQ(b.first.read32(0x10000), 0u);
    EXPECT_EQ(told, (std::vector<std::string>{"gadget 12 4 w " + std::to_string(DEV_READ_ONLY),
                                              "gadget 256 4 r " + std::to_string(DEV_HOLE)}));
}

TEST(DeviceTarget, PayloadsThatAreNoPlainAccessAreRefused)
{
    board b;
    tlm::tlm_generic_payload p;
    uint8_t data[16] = {}, enables[4] = {0xff, 0, 0, 0};
    sc_time delay = sc_core::SC_ZERO_TIME;
    const auto send = [&] {
        p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        b.first.socket->b_transport(p, delay);
        return p.get_response_status();
    };

    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    b.first.fill(p, tlm::TLM_WRITE_COMMAND, 0x10000, data, 16);
    EXPECT_EQ(send(), tlm::TLM_BURST_ERROR_RESPONSE);
    b.first.fill(p, tlm::TLM_WRITE_COMMAND, 0x10000, data, 0);
    EXPECT_EQ(send(), tlm::TLM_BURST_ERROR_RESPONSE);
    b.first.fill(p, tlm::TLM_WRITE_COMMAND, 0x10000, data, 8);
    p.set_streaming_width(4);
    EXPECT_EQ(send(), tlm::TLM_BURST_ERROR_RESPONSE);
    b.first.fill(p, tlm::TLM_WRITE_COMMAND, 0x10ffc, data, 8);
    EXPECT_EQ(send(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    b.first.fill(p, tlm::TLM_WRITE_COMMAND, 0x10000, nullptr, 4);
    EXPECT_EQ(send(), tlm::TLM_GENERIC_ERROR_RESPONSE);
    b.first.fill(p, tlm::TLM_WRITE_COMMAND, 0x10000, data, 4);
    p.set_byte_enable_ptr(enables);
    p.set_byte_enable_length(4);
    EXPECT_EQ(send(), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    p.set_byte_enable_ptr(nullptr);
    b.first.fill(p, tlm::TLM_IGNORE_COMMAND, 0x10000, data, 4);
    EXPECT_EQ(send(), tlm::TLM_OK_RESPONSE);
    EXPECT_TRUE(b.plain_device.times.empty()) << "none of these reached the device";
}

TEST(DeviceTarget, ADebuggerReadsWithoutEffectAndWritesWithoutTime)
{
    board b;
    uint32_t value = 9;

    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    EXPECT_EQ(b.first.debug(tlm::TLM_WRITE_COMMAND, 0x10000, &value, 4), 4u);
    value = 0;
    EXPECT_EQ(b.first.debug(tlm::TLM_READ_COMMAND, 0x10000, &value, 4), 4u);
    EXPECT_EQ(value, 9u);
    EXPECT_EQ(b.plain_device.s.reads, 0u);
    EXPECT_EQ(b.first.debug(tlm::TLM_READ_COMMAND, 0x10ffe, &value, 4), 0u);
    EXPECT_EQ(b.first.debug(tlm::TLM_READ_COMMAND, 0x3000, &value, 4), 0u);
}

TEST(DeviceTarget, ADeadlineIsMetAtItsTimeAndAWriteMovesIt)
{
    board b;
    pin to;
    virt::line_mux line(to, sc_core::SC_ZERO_TIME, nullptr, 0);

    b.plain->connect(0, line);
    b.bus.comes_by_itself(0);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    b.first.write32(0x10008, 50);
    b.first.write32(0x10008, 20);
    sc_core::sc_start(from_ps(19999));
    EXPECT_EQ(b.plain_device.s.advances, 0u);
    sc_core::sc_start(from_ps(100000));
    EXPECT_EQ(b.plain_device.s.advances, 1u) << "the first deadline is gone";
    EXPECT_EQ(to.changes, (changes{{20000, true}}));
}

TEST(DeviceTarget, AColdResetTakesLineAndDeadlineBack)
{
    board b;

    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    b.first.write32(0x10008, 20);
    b.plain->reset();
    sc_core::sc_start(from_ps(100000));
    EXPECT_EQ(b.plain_device.s.advances, 0u);
}

// ------------------------------------------------------------------ order

TEST(Agenda, AtOneInstantPartsAreCalledInTheOrderInWhichTheyWereAdded)
{
    virt::agenda times("times");
    std::vector<std::string> log;
    gadget g[3];
    std::vector<std::unique_ptr<alone>> devices;

    for (unsigned n = 0; n < 3; n++) {
        g[n].log = &log;
        g[n].name = std::to_string(n);
        devices.push_back(std::make_unique<alone>(("t" + g[n].name).c_str(), times, g[n]));
    }
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    for (const unsigned n : {2u, 0u, 1u}) {
        g[n].s.due_ps = 5000;
        devices[n]->target.update(0);
    }
    sc_core::sc_start(from_ps(10000));
    EXPECT_EQ(log, (std::vector<std::string>{"0", "1", "2"}));
}

TEST(Agenda, APartCanAskAgainFromItsCallAndBeTakenOff)
{
    virt::agenda times("times");
    std::vector<uint64_t> called;
    unsigned again = 0;
    const unsigned one = times.add([&] {
        called.push_back(now_ps());
        if (++again < 3)
            times.set(0, now_ps() + 10);
    });
    const unsigned other = times.add([&] { called.push_back(0); });

    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    times.set(one, 100);
    times.set(other, 50);
    times.set(other, virt::never_ps);
    sc_core::sc_start(from_ps(1000));
    EXPECT_EQ(called, (std::vector<uint64_t>{100, 110, 120}));
    times.set(one, 7);
    sc_core::sc_start(from_ps(1));
    EXPECT_EQ(called.back(), 1000u) << "what is past is called at once";
}

TEST(LineMux, IsHighWhileOneOfItsSourcesIs)
{
    pin to;
    virt::line_mux line(to, sc_core::SC_ZERO_TIME, nullptr, 0);

    line.set(true, from_ps(5));
    line.set(true, from_ps(6));
    line.set(false, from_ps(7));
    line.set(false, from_ps(8));
    line.set(true, from_ps(9));
    line.reset();
    EXPECT_EQ(to.changes, (changes{{5, true}, {8, false}, {9, true}, {0, false}}));
}

// ------------------------------------------------------------------ checkpoint

/// What @p part saves, loaded into @p other. @param cut bytes that are missing at the end.
template <class Part> bool carry(const Part &part, Part &other, size_t cut = 0)
{
    gictime_bytes bytes = gictime_bytes();

    part.save(bytes);
    gictime_cursor from = {bytes.data, bytes.size - cut, false};
    const bool ok = other.load(from);
    gictime_bytes_free(&bytes);
    return ok;
}

TEST(Checkpoint, ADeviceGoesOnWithItsStateLineAndDeadline)
{
    virt::agenda times("times");
    gadget from, to;
    pin from_pin, to_pin;
    virt::line_mux from_line(from_pin, sc_core::SC_ZERO_TIME, nullptr, 0);
    virt::line_mux to_line(to_pin, sc_core::SC_ZERO_TIME, nullptr, 0);
    alone from_alone("saved", times, from), to_alone("loaded", times, to);
    virt::device_target &saved = from_alone.target, &loaded = to_alone.target;

    saved.connect(0, from_line);
    loaded.connect(0, to_line);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    from.s.value = 4;
    from.s.level = 1;
    from.s.due_ps = 5000;
    saved.update(0);
    EXPECT_FALSE(carry(saved, loaded, 1)) << "one byte is missing";
    ASSERT_TRUE(carry(saved, loaded));
    EXPECT_EQ(to.s.value, 4u);
    EXPECT_TRUE(to_pin.changes.empty()) << "the wire is restored by its owner";
    sc_core::sc_start(from_ps(6000));
    EXPECT_EQ(to.s.advances, 1u);
    to.s.level = 0;
    loaded.update(now_ps());
    EXPECT_EQ(to_pin.changes, (changes{{6000, false}})) << "it knew that the line was high";
}

TEST(Checkpoint, ChangesUnderWayOnTheWiresArriveAtTheirTimes)
{
    virt::agenda times("times");
    virt::line_queue from("from", times), to("to", times);
    pin a, b;
    virt::line_mux from_a(a, sc_core::SC_ZERO_TIME, &from, 7),
        to_a(b, sc_core::SC_ZERO_TIME, &to, 7);
    gictime_bytes bytes = gictime_bytes();

    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    from_a.set(true, from_ps(40));
    from_a.set(false, from_ps(60));
    from.save(bytes);
    gictime_cursor cursor = {bytes.data, bytes.size, false};
    ASSERT_TRUE(to.load(cursor, [&](uint32_t n) { return n == 7 ? &to_a : nullptr; }));
    sc_core::sc_start(from_ps(100));
    EXPECT_EQ(b.changes, (changes{{40, true}, {60, false}}));
    EXPECT_EQ(a.changes, b.changes);
    cursor = {bytes.data, bytes.size, false};
    EXPECT_FALSE(to.load(cursor, [](uint32_t) -> virt::line_mux * { return nullptr; }))
        << "no such line here";
    gictime_bytes_free(&bytes);
}

} // namespace
