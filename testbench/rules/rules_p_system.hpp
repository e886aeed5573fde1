// SPDX-License-Identifier: Apache-2.0
// A whole GIC by the joiner, as the P rules need it: SPIs of every group and priority, PEs at every
// Exception level, loosely timed or timed.
#ifndef GICTLM_TESTBENCH_RULES_P_SYSTEM_HPP
#define GICTLM_TESTBENCH_RULES_P_SYSTEM_HPP

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gic/assembly.h"

namespace p_rules
{

// One configuration that a rule is tested in.
struct shape {
    std::string name;
    bool two_states;
    bool ds; // two states, and software sets GICD_CTLR.DS
    unsigned priority_bits;
    bool timed;
};

enum {
    GICD_CTLR = 0x0000,
    GICD_IGROUPR = 0x0080,
    GICD_ISENABLER = 0x0100,
    GICD_ICENABLER = 0x0180,
    GICD_ISPENDR = 0x0200,
    GICD_ICPENDR = 0x0280,
    GICD_ISACTIVER = 0x0300,
    GICD_ICACTIVER = 0x0380,
    GICD_IPRIORITYR = 0x0400,
    GICD_ICFGR = 0x0C00,
    GICD_IGRPMODR = 0x0D00,
    GICD_IROUTER = 0x6000
};
enum {
    GICD_IGROUPR_E = 0x1000,
    GICD_ISENABLER_E = 0x1200,
    GICD_ISPENDR_E = 0x1600,
    GICD_ISACTIVER_E = 0x1A00,
    GICD_IPRIORITYR_E = 0x2000,
    GICD_IROUTER_E = 0x8000
};
enum { GICR_WAKER = 0x0014, GICR_SGI = 0x10000 };
enum {
    CTLR_GROUP0 = 1u << 0,
    CTLR_GROUP1NS = 1u << 1,
    CTLR_GROUP1S = 1u << 2,
    CTLR_ARE = 3u << 4,
    CTLR_DS = 1u << 6,
    CTLR_RWP = 1u << 31
};

class system
{
public:
    explicit system(const shape &s, unsigned pes = 1) : shape_(s)
    {
        gic_config config = gic_config_default();
        config.pe_count = static_cast<uint16_t>(pes);
        config.spi_count = 64;
        config.espi_count = 32;
        config.two_security_states = s.two_states;
        config.ds_writable = true;
        config.has_el3 = s.two_states;
        config.has_el2 = s.two_states;
        config.priority_bits = static_cast<uint8_t>(s.priority_bits);
        config.preemption_bits = static_cast<uint8_t>(std::min(s.priority_bits, 7u));
        gic_assembly_ports ports = {};
        ports.version = 1;
        ports.line = &system::on_line;
        ports.up = this;
        gic_timing timing = timing_of(s.timed);
        lines_.resize(pes);
        pe_.resize(pes);
        memory_.resize(gic_assembly_footprint(&config, nullptr) / sizeof(line64) + 1);
        a = gic_assembly_init(memory_.data(), memory_.size() * sizeof(line64), &config, nullptr,
                              &timing, &ports, nullptr);
        EXPECT_NE(a, nullptr);
        open();
    }

    system(const system &) = delete;
    system &operator=(const system &) = delete;

    bool two_states() const // as software finds it
    {
        return shape_.two_states && !shape_.ds;
    }
    bool has_el3() const
    {
        return shape_.two_states;
    }
    unsigned priority_bits() const
    {
        return shape_.priority_bits;
    }
    unsigned preemption_bits() const
    {
        return std::min(shape_.priority_bits, 7u);
    }
    bool timed() const
    {
        return shape_.timed;
    }

    // ---- time -------------------------------------------------------------------------------

    // Deliver everything that is under way.
    void settle()
    {
        for (unsigned bound = 0; bound < 10000; bound++) {
            uint64_t due = gic_assembly_next_due(a);
            if (due == GIC_TIME_NEVER)
                return;
            now = std::max(now, due);
            gic_assembly_advance(a, now);
        }
        FAIL() << "the GIC does not settle";
    }

    // Let @p ps pass.
    void pass(uint64_t ps)
    {
        now += ps;
        gic_assembly_advance(a, now);
    }

    // ---- registers of Distributor and Redistributor ---------------------------------------------

    uint64_t dist(uint32_t offset, unsigned size = 4, bool secure = true)
    {
        uint64_t value = 0;
        gic_access access = access_of(size, secure);
        EXPECT_EQ(gic_assembly_gicd_read(a, now, &access, offset, &value), GIC_OK);
        return value;
    }

    void dist_write(uint32_t offset, uint64_t value, unsigned size = 4, bool secure = true)
    {
        gic_access access = access_of(size, secure);
        EXPECT_EQ(gic_assembly_gicd_write(a, now, &access, offset, value), GIC_OK);
        if (settling)
            settle();
    }

    uint64_t redist(unsigned pe, uint32_t offset, unsigned size = 4, bool secure = true)
    {
        uint64_t value = 0;
        gic_access access = access_of(size, secure);
        EXPECT_EQ(
            gic_assembly_gicr_read(a, now, static_cast<uint16_t>(pe), &access, offset, &value),
            GIC_OK);
        return value;
    }

    void redist_write(unsigned pe, uint32_t offset, uint64_t value, unsigned size = 4,
                      bool secure = true)
    {
        gic_access access = access_of(size, secure);
        EXPECT_EQ(
            gic_assembly_gicr_write(a, now, static_cast<uint16_t>(pe), &access, offset, value),
            GIC_OK);
        if (settling)
            settle();
    }

    // ---- PEs
    // --------------------------------------------------------------------------------------

    gic_pe_state &state(unsigned pe = 0)
    {
        return pe_[pe];
    }

    void push(unsigned pe = 0)
    {
        gic_assembly_pe_state(a, now, static_cast<uint16_t>(pe), &pe_[pe]);
        if (settling)
            settle();
    }

    // Exception level and SCR_EL3.NS; without EL3 there is EL1 only.
    void at(unsigned el, bool ns, unsigned pe = 0)
    {
        pe_[pe].el = static_cast<uint8_t>(has_el3() ? el : 1);
        pe_[pe].scr_ns = !has_el3() || ns;
        push(pe);
    }

    void normal(unsigned pe = 0)
    {
        at(1, true, pe);
    }

    // SCR_EL3.FIQ, with the PE where it was.
    void scr_fiq(bool on, unsigned pe = 0)
    {
        pe_[pe].scr_fiq = on;
        push(pe);
    }

    uint64_t get(gic_sysreg reg, unsigned pe = 0)
    {
        uint64_t value = UINT64_C(0xDEADDEADDEAD);
        gic_sysreg_result result = GIC_SYSREG_STALL;
        for (int i = 0; i < 1000 && result == GIC_SYSREG_STALL; i++) {
            result = gic_assembly_sysreg_read(a, now, static_cast<uint16_t>(pe), reg, &value);
            if (result == GIC_SYSREG_STALL)
                step();
        }
        EXPECT_EQ(result, GIC_SYSREG_OK) << gic_sysreg_name(reg);
        if (settling)
            settle();
        return value;
    }

    void put(gic_sysreg reg, uint64_t value, unsigned pe = 0)
    {
        gic_sysreg_result result = GIC_SYSREG_STALL;
        for (int i = 0; i < 1000 && result == GIC_SYSREG_STALL; i++) {
            result = gic_assembly_sysreg_write(a, now, static_cast<uint16_t>(pe), reg, value);
            if (result == GIC_SYSREG_STALL)
                step();
        }
        EXPECT_EQ(result, GIC_SYSREG_OK) << gic_sysreg_name(reg);
        if (settling)
            settle();
    }

    // From EL3, whatever the PE is doing; the bank by @p ns.
    void put3(gic_sysreg reg, uint64_t value, bool ns = true, unsigned pe = 0)
    {
        gic_pe_state before = pe_[pe];
        at(3, ns, pe);
        put(reg, value, pe);
        pe_[pe] = before;
        push(pe);
    }

    uint64_t get3(gic_sysreg reg, bool ns = true, unsigned pe = 0)
    {
        gic_pe_state before = pe_[pe];
        at(3, ns, pe);
        uint64_t value = get(reg, pe);
        pe_[pe] = before;
        push(pe);
        return value;
    }

    bool irq(unsigned pe = 0) const
    {
        return (lines_[pe] >> GIC_LINE_IRQ & 1u) != 0;
    }
    bool fiq(unsigned pe = 0) const
    {
        return (lines_[pe] >> GIC_LINE_FIQ & 1u) != 0;
    }
    bool line(unsigned pe = 0) const
    {
        return irq(pe) || fiq(pe);
    }

    // ---- interrupts
    // -------------------------------------------------------------------------------

    // An edge-triggered SPI, enabled, routed to @p pe. With one Security state 1S is Group 1.
    void spi(uint32_t intid, uint8_t priority, gic_group group, unsigned pe = 0)
    {
        set_bit(GICD_ICENABLER, intid);
        change_bit(GICD_IGROUPR, intid,
                   group == GIC_GROUP_1NS || (group == GIC_GROUP_1S && !two_states()));
        change_bit(GICD_IGRPMODR, intid, group == GIC_GROUP_1S);
        dist_write(GICD_IPRIORITYR + intid, priority, 1);
        change_config(intid);
        dist_write(GICD_IROUTER + 8 * intid, pe, 8);
        set_bit(GICD_ISENABLER, intid);
    }

    void pend(uint32_t intid)
    {
        set_bit(GICD_ISPENDR, intid);
    }
    void unpend(uint32_t intid)
    {
        set_bit(GICD_ICPENDR, intid);
    }
    bool pending(uint32_t intid)
    {
        return bit(GICD_ISPENDR, intid);
    }
    bool active(uint32_t intid)
    {
        return bit(GICD_ISACTIVER, intid);
    }

    // Configure, pend.
    void raise(uint32_t intid, uint8_t priority, gic_group group, unsigned pe = 0)
    {
        spi(intid, priority, group, pe);
        pend(intid);
    }

    // A pending extended SPI of (Non-secure) Group 1, and its active bit.
    void extended(uint32_t intid, uint8_t priority)
    {
        uint32_t n = intid - GIC_INTID_ESPI_FIRST;
        dist_write(GICD_IGROUPR_E, 0xFFFFFFFF);
        dist_write(GICD_IPRIORITYR_E + n, priority, 1);
        dist_write(GICD_IROUTER_E + 8 * n, 0, 8);
        set_bit(GICD_ISENABLER_E, n);
        set_bit(GICD_ISPENDR_E, n);
    }
    bool extended_active(uint32_t intid)
    {
        return bit(GICD_ISACTIVER_E, intid - GIC_INTID_ESPI_FIRST);
    }

    void set_bit(uint32_t base, uint32_t intid)
    {
        dist_write(base + intid / 32 * 4, uint64_t{1} << (intid % 32));
    }
    bool bit(uint32_t base, uint32_t intid)
    {
        return (dist(base + intid / 32 * 4) >> (intid % 32) & 1u) != 0;
    }

    // ---- by group
    // ---------------------------------------------------------------------------------

    // Put the PE where software handles interrupts of a group.
    void world_of(gic_group group, unsigned pe = 0)
    {
        if (!two_states() || group == GIC_GROUP_1NS)
            normal(pe);
        else if (group == GIC_GROUP_1S)
            at(1, false, pe);
        else
            at(3, false, pe);
    }

    uint32_t acknowledge(gic_group group, unsigned pe = 0)
    {
        return static_cast<uint32_t>(
            get(group == GIC_GROUP_0 ? GIC_ICC_IAR0_EL1 : GIC_ICC_IAR1_EL1, pe));
    }

    void end(gic_group group, uint32_t intid, unsigned pe = 0)
    {
        put(group == GIC_GROUP_0 ? GIC_ICC_EOIR0_EL1 : GIC_ICC_EOIR1_EL1, intid, pe);
    }

    // The groups that this shape tells apart.
    std::vector<gic_group> groups() const
    {
        if (two_states())
            return {GIC_GROUP_0, GIC_GROUP_1S, GIC_GROUP_1NS};
        return {GIC_GROUP_0, GIC_GROUP_1NS};
    }

    // A priority whose lower bits this shape implements.
    uint8_t masked(unsigned priority) const
    {
        return static_cast<uint8_t>(priority & 0xFFu << (8 - priority_bits()));
    }

    gic_assembly *a = nullptr;
    uint64_t now = 0;
    bool settling = true; // wait after each access until nothing is under way
    unsigned rises = 0;   // of any IRQ or FIQ

private:
    struct alignas(64) line64 {
        unsigned char byte[64];
    };

    static gic_timing timing_of(bool timed)
    {
        gic_timing timing = {};
        timing.timed = timed;
        for (uint64_t &hop : timing.hop_ps)
            hop = timed ? 10000 : 0;
        for (uint64_t &occupancy : timing.occupancy_ps)
            occupancy = timed ? 1000 : 0;
        return timing;
    }

    static gic_access access_of(unsigned size, bool secure)
    {
        gic_access access = {};
        access.size = static_cast<uint8_t>(size);
        access.secure = secure;
        return access;
    }

    static void on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t)
    {
        system *self = static_cast<system *>(up);
        unsigned bit = 1u << line;
        self->lines_[pe] = level ? self->lines_[pe] | bit : self->lines_[pe] & ~bit;
        if (level && line <= GIC_LINE_FIQ)
            self->rises++;
    }

    void step()
    {
        uint64_t due = gic_assembly_next_due(a);
        ASSERT_NE(due, GIC_TIME_NEVER) << "stalled for ever";
        now = std::max(now, due);
        gic_assembly_advance(a, now);
    }

    void change_bit(uint32_t base, uint32_t intid, bool on)
    {
        uint64_t mask = uint64_t{1} << (intid % 32);
        uint64_t old = dist(base + intid / 32 * 4);
        dist_write(base + intid / 32 * 4, on ? old | mask : old & ~mask);
    }

    void change_config(uint32_t intid)
    {
        uint64_t old = dist(GICD_ICFGR + intid / 16 * 4);
        dist_write(GICD_ICFGR + intid / 16 * 4, old | uint64_t{2} << (intid % 16 * 2));
    }

    // What firmware does: everything enabled, nothing masked, every PE awake in the normal world.
    void open()
    {
        settle();
        if (shape_.ds)
            dist_write(GICD_CTLR, CTLR_ARE | CTLR_DS);
        dist_write(GICD_CTLR, CTLR_ARE);
        dist_write(GICD_CTLR, two_states() ? CTLR_ARE | CTLR_GROUP0 | CTLR_GROUP1NS | CTLR_GROUP1S
                                           : CTLR_ARE | CTLR_GROUP0 | CTLR_GROUP1NS);
        for (unsigned pe = 0; pe < pe_.size(); pe++) {
            redist_write(pe, GICR_WAKER, 0);
            normal(pe);
            put3(GIC_ICC_IGRPEN0_EL1, 1, true, pe);
            put3(GIC_ICC_IGRPEN1_EL1, 1, true, pe);
            if (has_el3())
                put3(GIC_ICC_IGRPEN1_EL1, 1, false, pe);
            put3(GIC_ICC_PMR_EL1, 0xFF, true, pe);
        }
        settle();
        rises = 0;
    }

    shape shape_;
    std::vector<line64> memory_;
    std::vector<unsigned> lines_;
    std::vector<gic_pe_state> pe_;
};

// Every shape: 5 to 8 priority bits with two Security states, with DS set, with one; and timed.
inline std::vector<shape> all_shapes()
{
    std::vector<shape> shapes;
    for (unsigned bits = 5; bits <= 8; bits++) {
        const std::string n = std::to_string(bits) + " bits";
        for (bool timed : {false, true}) {
            const std::string t = timed ? ", timed" : "";
            shapes.push_back({"two states, " + n + t, true, false, bits, timed});
            shapes.push_back({"DS=1, " + n + t, true, true, bits, timed});
            shapes.push_back({"one state, " + n + t, false, false, bits, timed});
        }
    }
    return shapes;
}

using filter = bool (*)(const shape &);
inline bool any(const shape &)
{
    return true;
}
inline bool two(const shape &s)
{
    return s.two_states && !s.ds;
}
inline bool with_el3(const shape &s)
{
    return s.two_states;
}
inline bool one(const shape &s)
{
    return !s.two_states || s.ds;
}

// Run @p test on a fresh system of every shape that @p wanted lets through.
inline void each(filter wanted, const std::function<void(system &)> &test, unsigned pes = 1)
{
    for (const shape &s : all_shapes()) {
        if (!wanted(s))
            continue;
        SCOPED_TRACE(s.name);
        system sys(s, pes);
        test(sys);
        if (::testing::Test::HasFailure())
            return;
    }
}

} // namespace p_rules

#endif
