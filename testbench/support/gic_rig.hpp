// SPDX-License-Identifier: Apache-2.0
// A whole GIC by the joiner with a scripted PE: registers, wires, acknowledge and end of interrupt
// in one line each, loosely timed or timed, and what its events counted.
//
// In timed mode `settling` decides whether each stimulus is issued after the last has settled (a
// rule's behaviour) or the test itself lets time pass (its races).
#ifndef GICTLM_TESTBENCH_SUPPORT_GIC_RIG_HPP
#define GICTLM_TESTBENCH_SUPPORT_GIC_RIG_HPP

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

#include "gic/assembly.h"
#include "gic/event.h"
#include "gic/outbox.h"

namespace rig
{

// Offsets of the frames, as the architecture names them.
enum : uint32_t {
    GICD_CTLR = 0x0000,
    GICD_TYPER = 0x0004,
    GICD_IIDR = 0x0008,
    GICD_TYPER2 = 0x000C,
    GICD_SETSPI_NSR = 0x0040,
    GICD_CLRSPI_NSR = 0x0048,
    GICD_SETSPI_SR = 0x0050,
    GICD_CLRSPI_SR = 0x0058,
    GICD_IGROUPR = 0x0080,
    GICD_ISENABLER = 0x0100,
    GICD_ICENABLER = 0x0180,
    GICD_ISPENDR = 0x0200,
    GICD_ICPENDR = 0x0280,
    GICD_ISACTIVER = 0x0300,
    GICD_ICACTIVER = 0x0380,
    GICD_IPRIORITYR = 0x0400,
    GICD_ITARGETSR = 0x0800,
    GICD_ICFGR = 0x0C00,
    GICD_IGRPMODR = 0x0D00,
    GICD_NSACR = 0x0E00,
    GICD_SGIR = 0x0F00,
    GICD_CPENDSGIR = 0x0F10,
    GICD_SPENDSGIR = 0x0F20,
    GICD_IROUTER = 0x6000,
    GICD_PIDR2 = 0xFFE8,
    GICR_CTLR = 0x0000,
    GICR_IIDR = 0x0004,
    GICR_TYPER = 0x0008,
    GICR_WAKER = 0x0014,
    GICR_SGI_BASE = 0x10000,
    GICR_ICFGR0 = 0x10C00,
    GICR_ICFGR1 = 0x10C04,
    GICR_NSACR = 0x10E00
};

enum : uint32_t {
    CTLR_GRP0 = 1u << 0,
    CTLR_GRP1NS = 1u << 1,
    CTLR_GRP1S = 1u << 2,
    CTLR_ARE_S = 1u << 4,
    CTLR_ARE_NS = 1u << 5,
    CTLR_DS = 1u << 6,
    CTLR_E1NWF = 1u << 7,
    CTLR_RWP = 1u << 31,
    CTLR_ALL = CTLR_GRP0 | CTLR_GRP1NS | CTLR_GRP1S,
    RCTLR_RWP = 1u << 3,
    RCTLR_DPG0 = 1u << 24,
    RCTLR_DPG1NS = 1u << 25,
    RCTLR_DPG1S = 1u << 26,
    RCTLR_UWP = 1u << 31,
    WAKER_SLEEP = 2,
    WAKER_CHILDREN = 4
};
constexpr uint64_t IRM = UINT64_C(1) << 31;

inline gic_config one_state(unsigned pes = 1)
{
    gic_config config = gic_config_default();
    config.pe_count = static_cast<uint16_t>(pes);
    config.spi_count = 96;
    config.has_el3 = false;
    return config;
}

inline gic_config two_states(unsigned pes = 1)
{
    gic_config config = one_state(pes);
    config.two_security_states = true;
    config.ds_writable = true;
    config.has_el3 = true;
    return config;
}

// Everything in the configuration that has a size, at its largest.
inline gic_config extended(gic_config config)
{
    config.spi_count = GIC_MAX_SPIS;
    config.espi_count = 64;
    config.eppi_count = 64;
    return config;
}

inline gic_timing loosely_timed()
{
    return gic_timing{};
}

// Every hop takes @p ps.
inline gic_timing timed(uint64_t ps = 1000)
{
    gic_timing timing{};
    timing.timed = true;
    for (uint64_t &hop : timing.hop_ps)
        hop = ps;
    timing.hop_ps[GIC_HOP_CPUIF_PE] = 0;
    return timing;
}

// Whether an event is one of which gic/event.def names no argument: then there is none.
inline bool has_no_argument(unsigned event)
{
    static const std::vector<bool> none = [] {
        const std::pair<const char *, const char *> rows[] = {
#define GIC_EVENT(name, kind, meaning) {#kind, meaning},
#include "gic/event.def"
#undef GIC_EVENT
        };
        std::vector<bool> of;
        for (const auto &row : rows)
            of.push_back(std::strcmp(row.first, "STAMP") == 0 && !std::strstr(row.second, "arg:"));
        for (unsigned state : {GIC_EV_SPURIOUS, GIC_EV_PE_ASLEEP, GIC_EV_PE_AWAKE,
                               GIC_EV_LPI_DROPPED, GIC_EV_VIRTUAL_EOI})
            of[state] = true;
        return of;
    }();
    return none.at(event);
}

// What one interrupt is set up as.
struct interrupt {
    gic_group group = GIC_GROUP_1NS;
    uint8_t priority = 0xA0;
    bool edge = false;
    uint64_t route = 0; // GICD_IROUTER
};

class gic
{
public:
    explicit gic(const gic_config &as_built, const gic_timing &timing = loosely_timed())
        : config(as_built), timed_mode(timing.timed), settling(timing.timed)
    {
        gic_assembly_ports ports{};
        ports.version = 1;
        ports.line = &gic::on_line;
        ports.event = &gic::on_event;
        ports.memory = &gic::on_memory;
        ports.its_line = &gic::on_its_line;
        ports.up = this;
        lines_.resize(config.pe_count);
        pe_.resize(config.pe_count);
        for (gic_pe_state &pe : pe_)
            pe = normal_state();
        memory_.resize(gic_assembly_footprint(&config, nullptr) / sizeof(block) + 1);
        a = gic_assembly_init(memory_.data(), memory_.size() * sizeof(block), &config, nullptr,
                              &timing, &ports, nullptr);
        EXPECT_NE(a, nullptr);
        for (unsigned pe = 0; pe < config.pe_count; pe++)
            push(pe);
    }
    gic(const gic &) = delete;
    gic &operator=(const gic &) = delete;

    // --- time --------------------------------------------------------------------------------

    // Deliver everything under way; fails the test when that does not end.
    void settle()
    {
        for (unsigned bound = 0; bound < 100000; bound++) {
            const uint64_t due = gic_assembly_next_due(a);
            if (due == GIC_TIME_NEVER)
                return;
            now = std::max(now, due);
            advance();
        }
        ADD_FAILURE() << "the GIC does not settle";
    }
    void pass(uint64_t ps)
    {
        now += ps;
        advance();
    }

    // --- register frames ---------------------------------------------------------------------

    uint64_t dist(uint32_t offset, unsigned size = 4, bool secure = true)
    {
        uint64_t value = ~UINT64_C(0);
        const gic_access access = as(size, secure);
        EXPECT_EQ(gic_assembly_gicd_read(a, now, &access, offset, &value), GIC_OK);
        return value;
    }
    void dist_write(uint32_t offset, uint64_t value, unsigned size = 4, bool secure = true)
    {
        const gic_access access = as(size, secure);
        EXPECT_EQ(gic_assembly_gicd_write(a, now, &access, offset, value), GIC_OK);
        after();
    }
    uint64_t redist(unsigned pe, uint32_t offset, unsigned size = 4, bool secure = true)
    {
        uint64_t value = ~UINT64_C(0);
        const gic_access access = as(size, secure);
        EXPECT_EQ(gic_assembly_gicr_read(a, now, number(pe), &access, offset, &value), GIC_OK);
        return value;
    }
    void redist_write(unsigned pe, uint32_t offset, uint64_t value, unsigned size = 4,
                      bool secure = true)
    {
        const gic_access access = as(size, secure);
        EXPECT_EQ(gic_assembly_gicr_write(a, now, number(pe), &access, offset, value), GIC_OK);
        after();
    }

    // Offset of the word that holds @p intid in the family of one bit per interrupt at @p family.
    static uint32_t bit_word(uint32_t family, uint32_t intid)
    {
        if (intid < GIC_INTID_ESPI_FIRST)
            return family + intid / 32 * 4;
        static const uint32_t from[] = {0x0080, 0x0100, 0x0180, 0x0200,
                                        0x0280, 0x0300, 0x0380, 0x0D00};
        static const uint32_t to[] = {0x1000, 0x1200, 0x1400, 0x1600,
                                      0x1800, 0x1A00, 0x1C00, 0x3400};
        for (unsigned i = 0; i < 8; i++)
            if (from[i] == family)
                return to[i] + (intid - GIC_INTID_ESPI_FIRST) / 32 * 4;
        ADD_FAILURE() << "no extended family for " << family;
        return 0;
    }
    static uint32_t priority_byte(uint32_t intid)
    {
        return intid < GIC_INTID_ESPI_FIRST ? GICD_IPRIORITYR + intid
                                            : 0x2000 + (intid - GIC_INTID_ESPI_FIRST);
    }
    static uint32_t router(uint32_t intid)
    {
        return intid < GIC_INTID_ESPI_FIRST ? GICD_IROUTER + 8 * intid
                                            : 0x8000 + 8 * (intid - GIC_INTID_ESPI_FIRST);
    }
    static uint32_t config_word(uint32_t intid)
    {
        return intid < GIC_INTID_ESPI_FIRST ? GICD_ICFGR + intid / 16 * 4
                                            : 0x3000 + (intid - GIC_INTID_ESPI_FIRST) / 16 * 4;
    }

    // A bit of an SPI in a family of one bit per interrupt; set: a write of that bit alone.
    bool spi_bit(uint32_t family, uint32_t intid, bool secure = true)
    {
        return (dist(bit_word(family, intid), 4, secure) >> (intid % 32) & 1) != 0;
    }
    void spi_set(uint32_t family, uint32_t intid, bool secure = true)
    {
        dist_write(bit_word(family, intid), UINT64_C(1) << (intid % 32), 4, secure);
    }
    bool pending(uint32_t intid)
    {
        return spi_bit(GICD_ISPENDR, intid);
    }
    bool active(uint32_t intid)
    {
        return spi_bit(GICD_ISACTIVER, intid);
    }
    // The same for a private interrupt of a PE, in the SGI_base families.
    static uint32_t private_word(uint32_t family, uint32_t intid)
    {
        return GICR_SGI_BASE + family +
               (intid < 32 ? 0 : 4 + (intid - GIC_INTID_EPPI_FIRST) / 32 * 4);
    }
    bool private_bit(unsigned pe, uint32_t family, uint32_t intid, bool secure = true)
    {
        return (redist(pe, private_word(family, intid), 4, secure) >> (intid % 32) & 1) != 0;
    }
    void private_set(unsigned pe, uint32_t family, uint32_t intid, bool secure = true)
    {
        redist_write(pe, private_word(family, intid), UINT64_C(1) << (intid % 32), 4, secure);
    }

    // --- setting up --------------------------------------------------------------------------

    bool two() const
    {
        return config.two_security_states;
    }
    // As firmware leaves it: groups enabled everywhere, PEs awake, nothing masked.
    void boot(uint32_t ctlr = CTLR_ALL)
    {
        const bool was = settling;
        settling = true;
        dist_write(GICD_CTLR, ctlr);
        for (unsigned pe = 0; pe < config.pe_count; pe++) {
            wake(pe);
            open_cpu(pe);
        }
        settle();
        settling = was;
    }
    void wake(unsigned pe)
    {
        redist_write(pe, GICR_WAKER, 0);
    }
    void sleep(unsigned pe)
    {
        redist_write(pe, GICR_WAKER, WAKER_SLEEP);
    }
    bool asleep(unsigned pe)
    {
        return (redist(pe, GICR_WAKER) & WAKER_CHILDREN) != 0;
    }
    // Group enables and mask of a PE's CPU interface.
    void open_cpu(unsigned pe, gic_group_set groups = GIC_GROUPS_ALL, uint8_t pmr = 0xF8)
    {
        const gic_pe_state old = pe_[pe];
        if (config.has_el3)
            become(pe, 3, false);
        icc_write(pe, GIC_ICC_PMR_EL1, pmr);
        enable_groups(pe, groups);
        pe_[pe] = old;
        push(pe);
    }
    void enable_groups(unsigned pe, gic_group_set groups)
    {
        const gic_pe_state old = pe_[pe];
        const auto has = [&](gic_group g) { return (groups & gic_group_bit(g)) != 0 ? 1u : 0u; };
        if (config.has_el3)
            become(pe, 3, false);
        icc_write(pe, GIC_ICC_IGRPEN0_EL1, has(GIC_GROUP_0));
        if (config.has_el3)
            icc_write(pe, GIC_ICC_IGRPEN1_EL3, has(GIC_GROUP_1NS) | has(GIC_GROUP_1S) << 1);
        else
            icc_write(pe, GIC_ICC_IGRPEN1_EL1, has(GIC_GROUP_1NS));
        pe_[pe] = old;
        push(pe);
    }
    uint64_t affinity(unsigned pe) const
    {
        const uint32_t packed = gic_config_affinity(&config, pe);
        return static_cast<uint64_t>(packed >> 24) << 32 | (packed & 0xFFFFFF);
    }
    void spi(uint32_t intid, const interrupt &as = interrupt{}, bool enable = true)
    {
        field(bit_word(GICD_IGROUPR, intid), intid % 32, as.group == GIC_GROUP_1NS);
        field(bit_word(GICD_IGRPMODR, intid), intid % 32, as.group == GIC_GROUP_1S);
        field(config_word(intid), intid % 16 * 2 + 1, as.edge);
        dist_write(priority_byte(intid), as.priority, 1);
        dist_write(router(intid), as.route, 8);
        if (enable)
            spi_set(GICD_ISENABLER, intid);
    }
    void private_interrupt(unsigned pe, uint32_t intid, const interrupt &as = interrupt{})
    {
        redist_field(pe, private_word(GICD_IGROUPR, intid), intid % 32, as.group == GIC_GROUP_1NS);
        redist_field(pe, private_word(GICD_IGRPMODR, intid), intid % 32, as.group == GIC_GROUP_1S);
        if (intid >= 16)
            redist_field(pe,
                         intid < 32 ? GICR_ICFGR1
                                    : GICR_ICFGR1 + 4 + (intid - GIC_INTID_EPPI_FIRST) / 16 * 4,
                         intid % 16 * 2 + 1, as.edge);
        redist_write(pe,
                     GICR_SGI_BASE + GICD_IPRIORITYR +
                         (intid < 32 ? intid : 32 + intid - GIC_INTID_EPPI_FIRST),
                     as.priority, 1);
        private_set(pe, GICD_ISENABLER, intid);
    }

    // --- the PE
    // ------------------------------------------------------------------------------------

    // Exception level and Security state of a PE.
    void become(unsigned pe, unsigned el, bool nonsecure)
    {
        pe_[pe].el = static_cast<uint8_t>(el);
        pe_[pe].scr_ns = nonsecure;
        push(pe);
    }
    // The whole state of a PE.
    void set_pe(unsigned pe, const gic_pe_state &state)
    {
        pe_[pe] = state;
        push(pe);
    }
    // How an access of the PE as it is ends; of a write, of @p value.
    gic_sysreg_result try_read(unsigned pe, gic_sysreg reg, uint64_t *value)
    {
        return gic_assembly_sysreg_read(a, now, number(pe), reg, value);
    }
    gic_sysreg_result try_write(unsigned pe, gic_sysreg reg, uint64_t value)
    {
        return gic_assembly_sysreg_write(a, now, number(pe), reg, value);
    }
    uint64_t icc_read(unsigned pe, gic_sysreg reg)
    {
        uint64_t value = 0;
        gic_sysreg_result result = GIC_SYSREG_STALL;
        for (unsigned bound = 0; result == GIC_SYSREG_STALL && bound < 10000; bound++) {
            result = gic_assembly_sysreg_read(a, now, number(pe), reg, &value);
            stall(result);
        }
        EXPECT_EQ(result, GIC_SYSREG_OK) << gic_sysreg_name(reg);
        after();
        return value;
    }
    void icc_write(unsigned pe, gic_sysreg reg, uint64_t value)
    {
        gic_sysreg_result result = GIC_SYSREG_STALL;
        for (unsigned bound = 0; result == GIC_SYSREG_STALL && bound < 10000; bound++) {
            result = gic_assembly_sysreg_write(a, now, number(pe), reg, value);
            stall(result);
        }
        EXPECT_EQ(result, GIC_SYSREG_OK) << gic_sysreg_name(reg);
        after();
    }
    // Acknowledge and end of interrupt in the state in which the group belongs to software.
    uint32_t ack(unsigned pe, gic_group group = GIC_GROUP_1NS)
    {
        const gic_pe_state old = enter(pe, group);
        const uint64_t intid =
            icc_read(pe, group == GIC_GROUP_0 ? GIC_ICC_IAR0_EL1 : GIC_ICC_IAR1_EL1);
        pe_[pe] = old;
        push(pe);
        return static_cast<uint32_t>(intid);
    }
    void eoi(unsigned pe, uint32_t intid, gic_group group = GIC_GROUP_1NS)
    {
        const gic_pe_state old = enter(pe, group);
        icc_write(pe, group == GIC_GROUP_0 ? GIC_ICC_EOIR0_EL1 : GIC_ICC_EOIR1_EL1, intid);
        pe_[pe] = old;
        push(pe);
    }
    // What is taken and ended at once; 1023 when there is nothing.
    uint32_t service(unsigned pe, gic_group group = GIC_GROUP_1NS)
    {
        const uint32_t intid = ack(pe, group);
        if (intid < GIC_INTID_SPECIAL_FIRST || intid > GIC_INTID_SPURIOUS)
            eoi(pe, intid, group);
        return intid;
    }
    void sgi(unsigned pe, gic_sysreg reg, uint32_t intid, uint64_t target)
    {
        icc_write(pe, reg, target | static_cast<uint64_t>(intid) << 24);
    }
    // Aff3.Aff2.Aff1 and RS of an affinity, and its bit of the target list.
    static uint64_t sgi_target(uint32_t affinity)
    {
        return static_cast<uint64_t>(affinity >> 24) << 48 |
               static_cast<uint64_t>(affinity >> 4 & 0xF) << 44 |
               static_cast<uint64_t>(affinity >> 16 & 0xFF) << 32 |
               static_cast<uint64_t>(affinity >> 8 & 0xFF) << 16 | UINT64_C(1) << (affinity & 0xF);
    }
    static constexpr uint64_t SGI_ALL_BUT_SELF = UINT64_C(1) << 40;

    // --- wires and what was seen
    // ------------------------------------------------------------------

    void line(uint32_t intid, bool level)
    {
        gic_assembly_set_spi(a, now, intid, level);
        after();
    }
    void pulse(uint32_t intid)
    {
        line(intid, true);
        line(intid, false);
    }
    void ppi(unsigned pe, uint32_t intid, bool level)
    {
        gic_assembly_set_ppi(a, now, number(pe), intid, level);
        after();
    }
    bool irq(unsigned pe) const
    {
        return lines_[pe].level[GIC_LINE_IRQ];
    }
    // What a restored GIC drives already.
    void adopt_line(unsigned pe, bool irq_level)
    {
        lines_[pe].level[GIC_LINE_IRQ] = irq_level;
    }
    bool level(unsigned pe, gic_line line) const
    {
        return lines_[pe].level[line];
    }
    bool fiq(unsigned pe) const
    {
        return lines_[pe].level[GIC_LINE_FIQ];
    }
    bool wake_request(unsigned pe) const
    {
        return lines_[pe].level[GIC_LINE_WAKE_REQUEST];
    }
    uint64_t count(gic_event_id event) const
    {
        return gic_assembly_get_stats(a)->events[event];
    }
    uint64_t messages(gic_msg_kind kind) const
    {
        return gic_assembly_get_stats(a)->by_kind[kind];
    }

    gic_assembly *a = nullptr;
    gic_config config;
    bool timed_mode;
    bool settling;
    uint64_t now = 0;
    std::function<void(const gic_event &)> watch;       // every event, if set
    std::function<void(unsigned its, bool level)> umsi; // the line of an ITS, if set
    // The memory of the GIC's tables, if set (lpi_rig.hpp).
    std::function<gic_memory_answer(gic_memory_access &, uint64_t, uint64_t &)> memory;

private:
    struct alignas(64) block {
        unsigned char byte[64];
    };
    struct pins {
        bool level[GIC_LINE_COUNT] = {};
    };

    gic_pe_state normal_state() const
    {
        gic_pe_state state{};
        state.el = 1;
        state.scr_ns = true;
        return state;
    }
    gic_pe_state enter(unsigned pe, gic_group group)
    {
        const gic_pe_state old = pe_[pe];
        if (config.has_el3)
            become(pe, group == GIC_GROUP_0 ? 3 : 1, group == GIC_GROUP_1NS);
        return old;
    }
    // No line moves before the time that was promised.
    void advance()
    {
        promised_ = gic_assembly_next_line_due(a);
        EXPECT_GE(promised_, gic_assembly_next_due(a))
            << "a scheduler that trusts it never goes on";
        gic_assembly_advance(a, now);
        promised_ = 0;
    }
    void push(unsigned pe)
    {
        gic_assembly_pe_state(a, now, number(pe), &pe_[pe]);
    }
    static uint16_t number(unsigned pe)
    {
        return static_cast<uint16_t>(pe);
    }
    static gic_access as(unsigned size, bool secure)
    {
        gic_access access{};
        access.size = static_cast<uint8_t>(size);
        access.secure = secure;
        return access;
    }
    void field(uint32_t offset, unsigned bit, bool set)
    {
        const uint64_t value = dist(offset) & ~(UINT64_C(1) << bit);
        dist_write(offset, value | static_cast<uint64_t>(set) << bit);
    }
    void redist_field(unsigned pe, uint32_t offset, unsigned bit, bool set)
    {
        const uint64_t value = redist(pe, offset) & ~(UINT64_C(1) << bit);
        redist_write(pe, offset, value | static_cast<uint64_t>(set) << bit);
    }
    void after()
    {
        if (settling)
            settle();
    }
    void stall(gic_sysreg_result result)
    {
        if (result != GIC_SYSREG_STALL)
            return;
        const uint64_t due = gic_assembly_next_due(a);
        if (due != GIC_TIME_NEVER)
            pass(due > now ? due - now : 0);
    }
    static void on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t time)
    {
        gic *self = static_cast<gic *>(up);
        self->lines_[pe].level[line] = level;
        EXPECT_GE(time, self->promised_) << "line " << line << " of PE " << pe;
    }
    static void on_event(void *up, const gic_event *event)
    {
        gic *self = static_cast<gic *>(up);
        if (has_no_argument(event->id)) {
            EXPECT_EQ(event->arg, 0u) << gic_event_name(event->id);
        }
        if (self->watch)
            self->watch(*event);
    }
    static void on_its_line(void *up, unsigned its, bool level, uint64_t)
    {
        gic *self = static_cast<gic *>(up);
        if (self->umsi)
            self->umsi(its, level);
    }

    static gic_memory_answer on_memory(void *up, gic_memory_access *access, uint64_t now_ps,
                                       uint64_t *done_ps)
    {
        gic *self = static_cast<gic *>(up);
        return self->memory ? self->memory(*access, now_ps, *done_ps) : GIC_MEMORY_FAILED;
    }

    std::vector<block> memory_;
    uint64_t promised_ = 0; // gic_assembly_next_line_due() while time passes
    std::vector<pins> lines_;
    std::vector<gic_pe_state> pe_;
};

// Run @p test loosely timed and timed with each stimulus settled: what the two must agree in.
inline void in_both_modes(const gic_config &config, const std::function<void(gic &)> &test)
{
    {
        SCOPED_TRACE("loosely timed");
        gic g(config);
        g.boot();
        test(g);
    }
    {
        SCOPED_TRACE("timed");
        gic g(config, timed());
        g.boot();
        test(g);
        g.settle();
        EXPECT_EQ(gic_assembly_get_stats(g.a)->causality_violations, 0u);
    }
}

} // namespace rig

#endif
