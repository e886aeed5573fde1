// SPDX-License-Identifier: Apache-2.0
// Rules B-01 to B-06: what b_transport of a register frame answers, and what it leaves alone.
#include "support.h"

using namespace tlm_test;

namespace
{

/// Loosely timed and timed; each test is a process of its own.
class Rules : public testing::TestWithParam<bool>
{
};

std::string mode_name(const testing::TestParamInfo<bool> &info)
{
    return info.param ? "Timed" : "LooselyTimed";
}

INSTANTIATE_TEST_SUITE_P(Tlm, Rules, testing::Bool(), mode_name);

const std::vector<unsigned char> every_other = {0xFF, 0x00};

/// Transactions of all sorts, right and wrong.
std::vector<std::unique_ptr<transaction>> assortment()
{
    std::vector<std::unique_ptr<transaction>> list;
    const auto add = [&list](tlm::tlm_command command, uint64_t address, unsigned length,
                             uint64_t value = 0) -> transaction & {
        list.push_back(std::make_unique<transaction>(command, address, length, value));
        return *list.back();
    };
    for (const tlm::tlm_command command :
         {tlm::TLM_READ_COMMAND, tlm::TLM_WRITE_COMMAND, tlm::TLM_IGNORE_COMMAND,
          static_cast<tlm::tlm_command>(3)}) {
        add(command, GICD_TYPER, 4, 0x55AA);
        add(command, GICD_ISENABLER + 4, 4, 1);
        add(command, GICD_IPRIORITYR + 33, 1, 0x40);
        add(command, GICD_IROUTER + 8 * 33, 8);
        add(command, GICD_HOLE, 4);
        add(command, 0x10000, 4);
        add(command, 0xFFFE, 4);
        add(command, GICD_TYPER, 0);
        add(command, GICD_TYPER, 3);
        add(command, GICD_TYPER + 1, 4);
        add(command, GICD_TYPER, 64);
        add(command, GICD_TYPER, 4).set_streaming_width(2);
        add(command, GICD_TYPER, 4).set_streaming_width(0);
        add(command, GICD_TYPER, 8).enable({0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0});
        add(command, GICD_TYPER, 4).enable(every_other);
        add(command, GICD_TYPER, 4).as(true, 0);
    }
    return list;
}

TEST_P(Rules, B_01_ResponseAlwaysAndDelayOnlyGrows)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        for (const tlm::tlm_response_status entry :
             {tlm::TLM_INCOMPLETE_RESPONSE, tlm::TLM_OK_RESPONSE,
              tlm::TLM_GENERIC_ERROR_RESPONSE}) {
            for (auto &t : assortment()) {
                sc_time delay(10, SC_NS);
                t->set_response_status(entry);
                b.cpu.gicd->b_transport(*t, delay);
                EXPECT_NE(tlm::TLM_INCOMPLETE_RESPONSE, t->get_response_status());
                EXPECT_GE(delay, sc_time(10, SC_NS));
                EXPECT_EQ(SC_ZERO_TIME, sc_core::sc_time_stamp()) << "b_transport waited";
            }
            transaction good(tlm::TLM_READ_COMMAND, GICD_TYPER, 4);
            good.set_response_status(entry);
            EXPECT_EQ(tlm::TLM_OK_RESPONSE, b.cpu.send(b.cpu.gicd, good));
            transaction bad(tlm::TLM_READ_COMMAND, 0x10000, 4);
            bad.set_response_status(entry);
            EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.cpu.gicd, bad));
        }
    });
}

TEST_P(Rules, B_01_AccessesCostWhatTheProfileSays)
{
    const bool timed = GetParam();
    bench b(test_config(timed));
    b.run([&b, timed] {
        const auto cost = [&b, timed](gic_cost kind) {
            return sc_time::from_value(timed ? b.gic.configuration().timing.access_ps[kind] : 0);
        };
        b.cpu.read(b.cpu.gicd, GICD_TYPER);
        EXPECT_EQ(cost(GIC_COST_GICD_READ), b.cpu.delay);
        b.cpu.delay = SC_ZERO_TIME;
        b.cpu.write(b.cpu.gicr, GICR_IPRIORITYR, 0x80, 1);
        EXPECT_EQ(cost(GIC_COST_GICR_WRITE), b.cpu.delay);
        b.cpu.delay = SC_ZERO_TIME;
        b.sysreg_read(0, GIC_ICC_PMR_EL1);
        EXPECT_EQ(cost(GIC_COST_SYSREG_READ), b.cpu.delay);
    });
}

TEST_P(Rules, B_01_PollOfABusyBitWaitsForTheLocalTime)
{
    const bool timed = GetParam();
    bench b(test_config(timed, 2));
    b.run([&b, timed] {
        const sc_time local(50, SC_NS);
        b.enable_pe(0);
        b.enable_pe(1);
        b.cpu.write(b.cpu.gicd, GICD_CTLR, CTLR_ARE); // Group 1 off: RWP
        const sc_time start = sc_core::sc_time_stamp();
        b.cpu.delay = local;
        unsigned polls = 0;
        bool seen_busy = false;
        // The first look is by the debugger: it must not wait, nor end the work.
        transaction look(tlm::TLM_READ_COMMAND, GICD_CTLR, 4);
        EXPECT_EQ(4u, b.cpu.gicd->transport_dbg(look));
        seen_busy = (look.value() & CTLR_RWP) != 0;
        EXPECT_EQ(timed, seen_busy) << "the race has to be there in timed mode, and only there";
        if (timed) {
            b.cpu.delay = sc_time(1, SC_NS);
            const bool still = (b.cpu.read(b.cpu.gicd, GICD_CTLR) & CTLR_RWP) != 0;
            EXPECT_TRUE(still) << "1 ns cannot have brought all answers";
            EXPECT_EQ(start + sc_time(1, SC_NS), sc_core::sc_time_stamp())
                << "the poll has to wait";
            EXPECT_GE(b.gic.gicd.stats().busy_syncs, 1u);
        }
        while ((b.cpu.read(b.cpu.gicd, GICD_CTLR) & CTLR_RWP) && ++polls < 1000)
            b.cpu.delay = SC_ZERO_TIME; // as an initiator without a local time does
        EXPECT_LT(polls, 1000u) << "a guest that polls never sees progress";
        if (!timed) {
            EXPECT_EQ(start, sc_core::sc_time_stamp()) << "nothing is busy, nothing waits";
        }
    });
    EXPECT_EQ(0u, b.gic.stats().causality_violations);
}

TEST(Sync, BusySyncCanBeSwitchedOff)
{
    gictlm::config c = test_config(true);
    c.busy_sync = false;
    bench b(c);
    b.run([&b] {
        b.enable_pe(0);
        const sc_time start = sc_core::sc_time_stamp();
        b.cpu.write(b.cpu.gicd, GICD_CTLR, CTLR_ARE);
        b.cpu.read(b.cpu.gicd, GICD_CTLR);
        EXPECT_EQ(start, sc_core::sc_time_stamp());
        EXPECT_EQ(0u, b.gic.gicd.stats().busy_syncs);
    });
}

TEST_P(Rules, B_02_PayloadStaysAsItCame)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        for (auto &t : assortment()) {
            for (unsigned char &byte : t->data())
                byte = 0xA5;
            const std::vector<unsigned char> data = t->data();
            const tlm::tlm_command command = t->get_command();
            const uint64_t address = t->get_address();
            unsigned char *const data_ptr = t->get_data_ptr();
            unsigned char *const enable_ptr = t->get_byte_enable_ptr();
            const unsigned length = t->get_data_length();
            const unsigned width = t->get_streaming_width();
            const unsigned enable_length = t->get_byte_enable_length();
            const std::vector<unsigned char> enables(enable_ptr, enable_ptr + enable_length);
            b.cpu.send(b.cpu.gicd, *t);
            EXPECT_EQ(command, t->get_command());
            EXPECT_EQ(address, t->get_address());
            EXPECT_EQ(data_ptr, t->get_data_ptr());
            EXPECT_EQ(length, t->get_data_length());
            EXPECT_EQ(width, t->get_streaming_width());
            EXPECT_EQ(enable_ptr, t->get_byte_enable_ptr());
            EXPECT_EQ(enable_length, t->get_byte_enable_length());
            EXPECT_TRUE(std::equal(enables.begin(), enables.end(), enable_ptr));
            EXPECT_FALSE(t->is_dmi_allowed());
            if (command != tlm::TLM_READ_COMMAND || !t->is_response_ok()) {
                EXPECT_EQ(data, t->data()) << "data may change for a read that is OK alone";
            } else {
                EXPECT_TRUE(
                    std::equal(data.begin() + length, data.end(), t->data().begin() + length))
                    << "bytes behind the data changed";
            }
        }
    });
}

TEST_P(Rules, B_03_IgnoreAndUnknownCommands)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        transaction ignore(tlm::TLM_IGNORE_COMMAND, GICD_ISENABLER + 4, 4, 0xFFFFFFFF);
        const sc_time before = b.cpu.delay;
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, b.cpu.send(b.cpu.gicd, ignore));
        EXPECT_EQ(before, b.cpu.delay);
        EXPECT_EQ(0xFFFFFFFFu, ignore.value());
        transaction unknown(static_cast<tlm::tlm_command>(3), GICD_ISENABLER + 4, 4, 0xFFFFFFFF);
        EXPECT_EQ(tlm::TLM_COMMAND_ERROR_RESPONSE, b.cpu.send(b.cpu.gicd, unknown));
        EXPECT_EQ(0u, b.cpu.read(b.cpu.gicd, GICD_ISENABLER + 4));
        EXPECT_EQ(1u, b.gic.gicd.stats().command_errors);
    });
}

/// An extension that this model knows nothing of.
struct foreign_extension : tlm::tlm_extension<foreign_extension> {
    tlm::tlm_extension_base *clone() const override
    {
        return new foreign_extension;
    }
    void copy_from(const tlm::tlm_extension_base &) override {}
};

TEST_P(Rules, B_03_DefaultsWithoutAttributes)
{
    gictlm::config c = test_config(GetParam());
    c.gic.two_security_states = true;
    c.gicd_defaults.secure = true; // GICR keeps Non-secure
    bench b(c);
    b.run([&b] {
        b.cpu.write(b.cpu.gicd, GICD_IGROUPR + 4, 0xF0F0F0F0); // secure by default: has effect
        EXPECT_EQ(0xF0F0F0F0u, b.cpu.read(b.cpu.gicd, GICD_IGROUPR + 4));
        transaction nonsecure(tlm::TLM_READ_COMMAND, GICD_IGROUPR + 4, 4);
        b.cpu.send(b.cpu.gicd, nonsecure.as(false));
        EXPECT_EQ(0u, nonsecure.value()) << "IGROUPR is RAZ to Non-secure accesses";
        foreign_extension foreign;
        transaction odd(tlm::TLM_READ_COMMAND, GICD_IGROUPR + 4, 4);
        odd.set_extension(&foreign);
        b.cpu.send(b.cpu.gicd, odd);
        odd.clear_extension(&foreign);
        EXPECT_EQ(0xF0F0F0F0u, odd.value());
        b.cpu.write(b.cpu.gicr, GICR_IGROUPR0, 0xFFFFFFFF); // Non-secure by default: ignored
        transaction secure(tlm::TLM_READ_COMMAND, GICR_IGROUPR0, 4);
        b.cpu.send(b.cpu.gicr, secure.as(true));
        EXPECT_EQ(0u, secure.value());
    });
}

TEST_P(Rules, B_04_AddressesOutsideAndHolesInside)
{
    bench b(test_config(GetParam(), 2));
    b.run([&b] {
        for (const uint64_t address : {uint64_t(0x10000), uint64_t(0xFFFFFFFFFFFFFFFC)}) {
            transaction t(tlm::TLM_READ_COMMAND, address, 4);
            EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.cpu.gicd, t));
        }
        transaction behind(tlm::TLM_WRITE_COMMAND, 2 * GICR_STRIDE, 4);
        EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.cpu.gicr, behind));
        EXPECT_EQ(2 * GICR_STRIDE, b.gic.gicr.frame_size());

        const uint64_t reports = b.gic.stats().events[GIC_EV_BAD_RESERVED];
        b.cpu.write(b.cpu.gicd, GICD_HOLE, 0xFFFFFFFF);
        EXPECT_EQ(0u, b.cpu.read(b.cpu.gicd, GICD_HOLE));
        EXPECT_EQ(reports + 2, b.gic.stats().events[GIC_EV_BAD_RESERVED]) << "counted";
        b.cpu.read(b.cpu.gicr, GICR_STRIDE + GICR_TYPER, 8); // the second PE's frame is there
    });
}

TEST_P(Rules, B_04_CrossingTheEndTouchesNothing)
{
    bench b(test_config(GetParam(), 2));
    b.run([&b] {
        transaction end(tlm::TLM_READ_COMMAND, 0xFFFC, 8, ~uint64_t(0));
        EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.cpu.gicd, end));
        EXPECT_EQ(~uint64_t(0), end.value());
        // From the frames of PE 0 into those of PE 1: two frames, not one access.
        transaction between(tlm::TLM_WRITE_COMMAND, GICR_STRIDE - 4, 8, ~uint64_t(0));
        EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.cpu.gicr, between));
        transaction huge(tlm::TLM_READ_COMMAND, 0, 0x10004);
        EXPECT_EQ(tlm::TLM_ADDRESS_ERROR_RESPONSE, b.cpu.send(b.cpu.gicd, huge));
        EXPECT_EQ(2u, b.gic.gicd.stats().address_errors);
        EXPECT_EQ(0u, b.gic.stats().events[GIC_EV_BAD_RESERVED]);
    });
}

TEST_P(Rules, B_05_LengthAndStreamingWidth)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        transaction empty(tlm::TLM_WRITE_COMMAND, GICD_ISENABLER + 4, 0);
        EXPECT_EQ(tlm::TLM_BURST_ERROR_RESPONSE, b.cpu.send(b.cpu.gicd, empty));
        for (const unsigned width : {0u, 1u, 3u}) {
            transaction t(tlm::TLM_WRITE_COMMAND, GICD_ISENABLER + 4, 4, 1);
            t.set_streaming_width(width);
            EXPECT_EQ(tlm::TLM_BURST_ERROR_RESPONSE, b.cpu.send(b.cpu.gicd, t)) << width;
        }
        EXPECT_EQ(0u, b.cpu.read(b.cpu.gicd, GICD_ISENABLER + 4));
        transaction wide(tlm::TLM_WRITE_COMMAND, GICD_ISENABLER + 4, 4, 1);
        wide.set_streaming_width(64);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, b.cpu.send(b.cpu.gicd, wide));
        EXPECT_EQ(1u, b.cpu.read(b.cpu.gicd, GICD_ISENABLER + 4));
    });
}

/// Sizes that no register has, and sizes that this register does not have.
void check_bad_sizes(bool timed, gic_bad_size policy)
{
    gictlm::config c = test_config(timed);
    c.gic.bad_size = policy;
    bench b(c);
    const tlm::tlm_response_status expected =
        policy == GIC_BAD_SIZE_ERROR ? tlm::TLM_BURST_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE;
    b.run([&b, expected] {
        struct {
            uint64_t address;
            unsigned length;
        } const cases[] = {{GICD_ISENABLER + 4, 1},   {GICD_ISENABLER + 4, 2},
                           {GICD_ISENABLER + 4, 3},   {GICD_ISENABLER + 4, 8},
                           {GICD_ISENABLER + 4, 16},  {GICD_ISENABLER + 6, 4},
                           {GICD_IPRIORITYR + 33, 4}, {GICD_IPRIORITYR + 32, 5}};
        uint64_t reported = 0;
        for (const auto &one : cases) {
            transaction write(tlm::TLM_WRITE_COMMAND, one.address, one.length, ~uint64_t(0));
            transaction read(tlm::TLM_READ_COMMAND, one.address, one.length, ~uint64_t(0));
            EXPECT_EQ(expected, b.cpu.send(b.cpu.gicd, write)) << one.length;
            EXPECT_EQ(expected, b.cpu.send(b.cpu.gicd, read)) << one.length;
            if (expected == tlm::TLM_OK_RESPONSE) {
                EXPECT_EQ(0u, read.value()) << one.length;
            }
            reported += 2;
        }
        EXPECT_EQ(0u, b.cpu.read(b.cpu.gicd, GICD_ISENABLER + 4)) << "no part of it happened";
        EXPECT_EQ(0u, b.cpu.read(b.cpu.gicd, GICD_IPRIORITYR + 32));
        EXPECT_EQ(0u, b.cpu.read(b.cpu.gicd, GICD_IPRIORITYR + 36));
        EXPECT_EQ(reported, b.gic.stats().events[GIC_EV_BAD_SIZE] + b.gic.gicd.stats().bad_sizes);
    });
}

TEST_P(Rules, B_05_BadSizesReadZeroAndWriteNothing)
{
    check_bad_sizes(GetParam(), GIC_BAD_SIZE_RAZ_WI);
}

TEST_P(Rules, B_05_BadSizesAreErrorsByConfiguration)
{
    check_bad_sizes(GetParam(), GIC_BAD_SIZE_ERROR);
}

TEST_P(Rules, B_06_EnabledBytesAreOneAccess)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        // One byte of a word, and one word of a wide beat.
        transaction byte(tlm::TLM_WRITE_COMMAND, GICD_IPRIORITYR + 32, 4, 0x4080C0A0);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE,
                  b.cpu.send(b.cpu.gicd, byte.enable({0x00, 0xFF, 0x00, 0x00})));
        EXPECT_EQ(0xC000u, b.cpu.read(b.cpu.gicd, GICD_IPRIORITYR + 32));
        transaction word(tlm::TLM_WRITE_COMMAND, GICD_ISENABLER, 8, uint64_t(0x11) << 32 | 0x22);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE,
                  b.cpu.send(b.cpu.gicd, word.enable({0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF})));
        EXPECT_EQ(0x11u, b.cpu.read(b.cpu.gicd, GICD_ISENABLER + 4));
        // Reading leaves the bytes that are not enabled as they were.
        transaction read(tlm::TLM_READ_COMMAND, GICD_IPRIORITYR + 32, 4, 0xEEEEEEEE);
        b.cpu.send(b.cpu.gicd, read.enable({0x00, 0xFF, 0x00, 0x00}));
        EXPECT_EQ(0xEEEEC0EEu, read.value());
        // All bytes, by a pattern that repeats: the 64-bit register once.
        transaction all(tlm::TLM_WRITE_COMMAND, GICD_IROUTER + 8 * 33, 8, 0);
        EXPECT_EQ(tlm::TLM_OK_RESPONSE, b.cpu.send(b.cpu.gicd, all.enable({0xFF})));
    });
}

TEST_P(Rules, B_06_AnythingElseIsRefusedWithoutSideEffect)
{
    bench b(test_config(GetParam()));
    b.run([&b] {
        const std::vector<std::vector<unsigned char>> patterns = {
            {0xFF, 0x00},             // every other byte
            {0xFF, 0x00, 0x00, 0xFF}, // both ends
            {0xFF, 0xFF, 0xFF, 0x00}, // three bytes
            {0x00, 0xFF, 0xFF, 0x00}, // two bytes, not aligned
            {0x00},                   // none
            {0x01, 0x01, 0x01, 0x01}, // no byte enable at all
        };
        for (const auto &pattern : patterns) {
            transaction write(tlm::TLM_WRITE_COMMAND, GICD_IPRIORITYR + 32, 4, 0xF0F0F0F0);
            EXPECT_EQ(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE,
                      b.cpu.send(b.cpu.gicd, write.enable(pattern)));
            transaction read(tlm::TLM_READ_COMMAND, GICD_IPRIORITYR + 32, 4, 0xEEEEEEEE);
            EXPECT_EQ(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE,
                      b.cpu.send(b.cpu.gicd, read.enable(pattern)));
            EXPECT_EQ(0xEEEEEEEEu, read.value());
        }
        transaction no_length(tlm::TLM_WRITE_COMMAND, GICD_IPRIORITYR + 32, 4, 0xF0F0F0F0);
        no_length.enable({0xFF}).set_byte_enable_length(0);
        EXPECT_EQ(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE, b.cpu.send(b.cpu.gicd, no_length));
        EXPECT_EQ(0u, b.cpu.read(b.cpu.gicd, GICD_IPRIORITYR + 32));
        EXPECT_EQ(2 * patterns.size() + 1, b.gic.gicd.stats().byte_enable_errors);
    });
}

} // namespace
