// SPDX-License-Identifier: Apache-2.0
// A whole GICv2 by the joiner: accesses of a PE to its GICD and GICC in one line each, loosely
// timed or timed, its wires and its lines.
#ifndef GICTLM_TESTBENCH_SUPPORT_GICV2_RIG_HPP
#define GICTLM_TESTBENCH_SUPPORT_GICV2_RIG_HPP

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "gic/assembly.h"
#include "gic/outbox.h"

namespace v2
{

enum : uint32_t {
    GICD_CTLR = 0x000,
    GICD_TYPER = 0x004,
    GICD_IIDR = 0x008,
    GICD_IGROUPR = 0x080,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_ISPENDR = 0x200,
    GICD_ICPENDR = 0x280,
    GICD_ISACTIVER = 0x300,
    GICD_ICACTIVER = 0x380,
    GICD_IPRIORITYR = 0x400,
    GICD_ITARGETSR = 0x800,
    GICD_ICFGR = 0xC00,
    GICD_PPISR = 0xD00,
    GICD_SPISR = 0xD04,
    GICD_NSACR = 0xE00,
    GICD_SGIR = 0xF00,
    GICD_CPENDSGIR = 0xF10,
    GICD_SPENDSGIR = 0xF20,
    GICD_PIDR2 = 0xFE8,
    GICC_CTLR = 0x0000,
    GICC_PMR = 0x0004,
    GICC_BPR = 0x0008,
    GICC_IAR = 0x000C,
    GICC_EOIR = 0x0010,
    GICC_RPR = 0x0014,
    GICC_HPPIR = 0x0018,
    GICC_ABPR = 0x001C,
    GICC_AIAR = 0x0020,
    GICC_AEOIR = 0x0024,
    GICC_AHPPIR = 0x0028,
    GICC_APR = 0x00D0,
    GICC_NSAPR = 0x00E0,
    GICC_IIDR = 0x00FC,
    GICC_DIR = 0x1000
};

enum : uint32_t {
    GICH_HCR = 0x000,
    GICH_VTR = 0x004,
    GICH_VMCR = 0x008,
    GICH_MISR = 0x010,
    GICH_EISR = 0x020,
    GICH_ELRSR = 0x030,
    GICH_APR = 0x0F0,
    GICH_LR = 0x100,
    LR_GRP1 = 1u << 30,
    LR_HW = 1u << 31,
    LR_PENDING = 1u << 28,
    LR_ACTIVE = 2u << 28,
    LR_EOI = 1u << 19
};

// GICC_CTLR, Secure view.
enum : uint32_t {
    ENABLE_GRP0 = 1u << 0,
    ENABLE_GRP1 = 1u << 1,
    ACK_CTL = 1u << 2,
    FIQ_EN = 1u << 3,
    CBPR = 1u << 4,
    EOI_MODE_S = 1u << 9,
    EOI_MODE_NS = 1u << 10
};

// GICD_SGIR.
enum : uint32_t { SGI_OTHERS = 1u << 24, SGI_SELF = 2u << 24, SGI_NSATT = 1u << 15 };

inline uint32_t sgi_to(unsigned targets)
{
    return targets << 16;
}

// The value that GICC_IAR returns for an SGI.
inline uint32_t sgi_from(unsigned source, unsigned intid)
{
    return source << 10 | intid;
}

inline gic_config one_state(unsigned pes = 4)
{
    gic_config config = gic_config_default();
    config.gicv2 = true;
    config.pe_count = static_cast<uint16_t>(pes);
    config.spi_count = 96;
    config.has_el3 = false;
    return config;
}

inline gic_config two_states(unsigned pes = 4)
{
    gic_config config = one_state(pes);
    config.two_security_states = true;
    config.has_el3 = true;
    return config;
}

inline gic_timing timed(uint64_t ps = 1000)
{
    gic_timing timing{};
    timing.timed = true;
    for (uint64_t &hop : timing.hop_ps)
        hop = ps;
    for (uint64_t &busy : timing.occupancy_ps)
        busy = ps / 2;
    return timing;
}

class gic
{
public:
    explicit gic(const gic_config &as_built, const gic_timing &timing = gic_timing{})
        : config(as_built), settling(timing.timed)
    {
        gic_assembly_ports ports{};
        ports.version = 1;
        ports.line = &gic::on_line;
        ports.event = &gic::on_event;
        ports.up = this;
        level_.resize(config.pe_count * GIC_LINE_COUNT);
        memory_.resize(gic_assembly_footprint(&config, nullptr) / sizeof(block) + 1);
        a = gic_assembly_init(memory_.data(), memory_.size() * sizeof(block), &config, nullptr,
                              &timing, &ports, nullptr);
        EXPECT_NE(a, nullptr);
    }
    gic(const gic &) = delete;
    gic &operator=(const gic &) = delete;

    // As firmware leaves it: both groups enabled everywhere, nothing masked, SGIs and PPIs of
    // Group 1 where there are two Security states, as SPIs are by spi().
    void boot(uint32_t cpu = ENABLE_GRP0 | ENABLE_GRP1)
    {
        dist_write(0, GICD_CTLR, 3);
        for (unsigned pe = 0; pe < config.pe_count; pe++) {
            gicc_write(pe, GICC_PMR, 0xF8);
            gicc_write(pe, GICC_CTLR, cpu);
            dist_write(pe, GICD_ISENABLER, 0xFFFFFFFF);
        }
    }

    uint64_t dist(unsigned pe, uint32_t offset, unsigned size = 4, bool secure = true)
    {
        uint64_t value = ~UINT64_C(0);
        const gic_access access = as(pe, size, secure);
        EXPECT_EQ(gic_assembly_gicd_read(a, now, &access, offset, &value), GIC_OK);
        return value;
    }
    void dist_write(unsigned pe, uint32_t offset, uint64_t value, unsigned size = 4,
                    bool secure = true)
    {
        const gic_access access = as(pe, size, secure);
        EXPECT_EQ(gic_assembly_gicd_write(a, now, &access, offset, value), GIC_OK);
        after();
    }
    uint32_t gicc(unsigned pe, uint32_t offset, bool secure = true)
    {
        uint64_t value = ~UINT64_C(0);
        const gic_access access = as(pe, 4, secure);
        EXPECT_EQ(gic_assembly_cpu_read(a, now, CPUIF_GICC, &access, offset, &value), GIC_OK);
        after();
        return static_cast<uint32_t>(value);
    }
    void gicc_write(unsigned pe, uint32_t offset, uint64_t value, bool secure = true)
    {
        const gic_access access = as(pe, 4, secure);
        EXPECT_EQ(gic_assembly_cpu_write(a, now, CPUIF_GICC, &access, offset, value), GIC_OK);
        after();
    }

    uint32_t gich(unsigned pe, uint32_t offset, cpuif_frame_kind kind = CPUIF_GICH)
    {
        uint64_t value = ~UINT64_C(0);
        const gic_access access = as(pe, 4, false);
        EXPECT_EQ(gic_assembly_cpu_read(a, now, kind, &access, offset, &value), GIC_OK);
        after();
        return static_cast<uint32_t>(value);
    }
    void gich_write(unsigned pe, uint32_t offset, uint64_t value,
                    cpuif_frame_kind kind = CPUIF_GICH)
    {
        const gic_access access = as(pe, 4, false);
        EXPECT_EQ(gic_assembly_cpu_write(a, now, kind, &access, offset, value), GIC_OK);
        after();
    }
    // GICV by the offsets of GICC.
    uint32_t gicv(unsigned pe, uint32_t offset)
    {
        return gich(pe, offset, CPUIF_GICV);
    }
    void gicv_write(unsigned pe, uint32_t offset, uint64_t value)
    {
        gich_write(pe, offset, value, CPUIF_GICV);
    }
    bool line(unsigned pe, gic_line which) const
    {
        return level_[pe * GIC_LINE_COUNT + which];
    }

    // An SPI: group 0 or 1, its targets.
    void spi(uint32_t intid, unsigned targets, unsigned group = 0, uint8_t priority = 0xA0,
             bool edge = false)
    {
        const uint64_t groups = dist(0, GICD_IGROUPR + intid / 32 * 4);
        const uint64_t bit = UINT64_C(1) << (intid % 32);
        const unsigned shift = intid % 16 * 2 + 1;
        const uint64_t edges = dist(0, GICD_ICFGR + intid / 16 * 4) & ~(UINT64_C(1) << shift);
        dist_write(0, GICD_IGROUPR + intid / 32 * 4, group != 0 ? groups | bit : groups & ~bit);
        dist_write(0, GICD_ICFGR + intid / 16 * 4, edges | static_cast<uint64_t>(edge) << shift);
        dist_write(0, GICD_IPRIORITYR + intid, priority, 1);
        dist_write(0, GICD_ITARGETSR + intid, targets, 1);
        dist_write(0, GICD_ISENABLER + intid / 32 * 4, bit);
    }
    void wire(uint32_t intid, bool level)
    {
        gic_assembly_set_spi(a, now, intid, level);
        after();
    }
    void pulse(uint32_t intid)
    {
        wire(intid, true);
        wire(intid, false);
    }
    void ppi(unsigned pe, uint32_t intid, bool level)
    {
        gic_assembly_set_ppi(a, now, static_cast<uint16_t>(pe), intid, level);
        after();
    }
    // The legacy inputs behind IRQ and FIQ.
    void legacy(unsigned pe, bool irq, bool fiq)
    {
        gic_assembly_set_legacy(a, now, static_cast<uint16_t>(pe), GIC_LINE_IRQ, irq);
        gic_assembly_set_legacy(a, now, static_cast<uint16_t>(pe), GIC_LINE_FIQ, fiq);
        after();
    }
    void sgi(unsigned pe, uint32_t value, bool secure = true)
    {
        dist_write(pe, GICD_SGIR, value, 4, secure);
    }
    bool bit(unsigned pe, uint32_t family, uint32_t intid, bool secure = true)
    {
        return (dist(pe, family + intid / 32 * 4, 4, secure) >> (intid % 32) & 1) != 0;
    }
    bool irq(unsigned pe) const
    {
        return level_[pe * GIC_LINE_COUNT + GIC_LINE_IRQ];
    }
    bool fiq(unsigned pe) const
    {
        return level_[pe * GIC_LINE_COUNT + GIC_LINE_FIQ];
    }
    // The PEs whose IRQ is up, as a set.
    unsigned irqs() const
    {
        unsigned set = 0;
        for (unsigned pe = 0; pe < config.pe_count; pe++)
            set |= irq(pe) ? 1u << pe : 0u;
        return set;
    }
    // Save, reset, load: lines are again as they were, since a load drives none.
    bool reload()
    {
        const std::vector<bool> level = level_;
        std::vector<unsigned char> saved(gic_assembly_save_size(a));
        const size_t length = gic_assembly_save(a, saved.data());
        gic_assembly_reset(a, now);
        level_ = level;
        return gic_assembly_load(a, saved.data(), length);
    }
    uint64_t count(unsigned event) const
    {
        return gic_assembly_get_stats(a)->events[event];
    }
    // Deliver everything under way; fails the test when that does not end.
    void settle()
    {
        for (unsigned bound = 0; bound < 100000; bound++) {
            const uint64_t due = gic_assembly_next_due(a);
            if (due == GIC_TIME_NEVER)
                return;
            promised_ = gic_assembly_next_line_due(a);
            now = now < due ? due : now;
            gic_assembly_advance(a, now);
            promised_ = 0;
        }
        ADD_FAILURE() << "the GIC does not settle";
    }

    gic_assembly *a = nullptr;
    gic_config config;
    uint64_t now = 0;
    bool settling;
    std::function<void(const gic_event &)> watch;

private:
    struct alignas(64) block {
        unsigned char byte[64];
    };
    static gic_access as(unsigned pe, unsigned size, bool secure)
    {
        gic_access access{};
        access.pe = static_cast<uint16_t>(pe);
        access.size = static_cast<uint8_t>(size);
        access.secure = secure;
        return access;
    }
    void after()
    {
        if (settling)
            settle();
    }
    static void on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t time)
    {
        gic *self = static_cast<gic *>(up);
        self->level_[size_t(pe) * GIC_LINE_COUNT + line] = level;
        EXPECT_GE(time, self->promised_) << "line " << line << " of PE " << pe;
    }
    static void on_event(void *up, const gic_event *event)
    {
        gic *self = static_cast<gic *>(up);
        EXPECT_TRUE(event->intid <= GIC_INTID_SPURIOUS) << gic_event_name(event->id);
        if (self->watch)
            self->watch(*event);
    }

    std::vector<block> memory_;
    std::vector<bool> level_;
    uint64_t promised_ = 0; // gic_assembly_next_line_due() while time passes
};

// Run @p test loosely timed, and timed with each stimulus settled.
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

} // namespace v2

#endif
