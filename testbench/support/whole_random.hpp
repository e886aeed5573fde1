// SPDX-License-Identifier: Apache-2.0
// Random operations for whole_rig.hpp: by seed, so that a run can be repeated, and around few
// interrupts, so that operations meet.
#ifndef GICTLM_TESTBENCH_SUPPORT_WHOLE_RANDOM_HPP
#define GICTLM_TESTBENCH_SUPPORT_WHOLE_RANDOM_HPP

#include <deque>

#include "whole_shape.hpp"

namespace whole
{

// The operations of one run.
class source
{
public:
    source(dice &d, const shape &s) : d_(d), config_(s.config), lpis_(s.lpis)
    {
        choose_shared();
        for (uint32_t intid : {0u, 3u, 15u, 16u, 21u, 25u, 31u})
            private_.push_back(intid);
        if (config_.eppi_count > 0)
            private_.push_back(GIC_INTID_EPPI_FIRST + config_.eppi_count - 1u);
        beyond_ = {1020,
                   1023,
                   1055,
                   1120,
                   4095,
                   5120,
                   32u + config_.spi_count,
                   GIC_INTID_EPPI_FIRST + uint32_t{config_.eppi_count},
                   GIC_INTID_ESPI_FIRST + uint32_t{config_.espi_count}};
    }

    // What firmware does first.
    std::vector<op> boot()
    {
        std::vector<op> ops;
        ops.push_back(gicd_write(0, 7));
        for (uint16_t pe = 0; pe < config_.pe_count; pe++) {
            ops.push_back(gicr_write(pe, 0x14, 0));
            ops.push_back(icc_write(pe, GIC_ICC_PMR_EL1, 0xFF, self::EL3));
            ops.push_back(icc_write(pe, GIC_ICC_IGRPEN0_EL1, 1, self::EL3));
            ops.push_back(config_.has_el3 ? icc_write(pe, GIC_ICC_IGRPEN1_EL3, 3, self::EL3)
                                          : icc_write(pe, GIC_ICC_IGRPEN1_EL1, 1, self::AS_IS));
            ops.push_back(icc_write(pe, GIC_ICH_VMCR_EL2, 0xFF000003, self::HYPERVISOR));
            ops.push_back(icc_write(pe, GIC_ICH_HCR_EL2, 1, self::HYPERVISOR));
            for (uint32_t intid : private_)
                set_up(ops, pe, intid);
        }
        for (uint32_t intid : shared_)
            set_up(ops, 0, intid);
        for (uint32_t intid : lpis_)
            ops.push_back(lpi_config_of(intid));
        for (uint16_t pe = 0; pe < config_.pe_count && !lpis_.empty(); pe++) {
            ops.push_back(lpi_tables_of(pe, 13, true));
            ops.push_back(gicr_write(pe, 0, 1));
        }
        return ops;
    }

    op next()
    {
        if (!soon_.empty()) {
            const op o = soon_.front();
            soon_.pop_front();
            return o;
        }
        op o = choose();
        while (racing && ambiguous(o))
            o = choose();
        return o;
    }

    // Leave out what has no one result while messages are under way.
    bool racing = false;

private:
    op choose()
    {
        struct choice {
            unsigned weight;
            op (source::*make)();
        };
        static const choice choices[] = {
            {150, &source::wire},
            {90, &source::set_field},
            {70, &source::enable},
            {60, &source::pend},
            {35, &source::activity},
            {40, &source::message},
            {170, &source::acknowledge},
            {150, &source::end},
            {60, &source::sgi},
            {80, &source::control},
            {40, &source::look_icc},
            {60, &source::become},
            {30, &source::sleep},
            {25, &source::dpg},
            {25, &source::gicd_ctlr},
            {40, &source::look_anywhere},
            {25, &source::anything},
            {40, &source::route},
            {10, &source::active_priority},
            {6, &source::restart},
            {90, &source::lpi},
            {35, &source::lpi_config},
            {15, &source::lpi_switch},
            {6, &source::lpi_storm},
            {8, &source::drain},
            {10, &source::split},
            {150, &source::list_register},
            {110, &source::guest_acknowledge},
            {110, &source::guest_end},
            {60, &source::guest_control},
            {50, &source::hypervisor},
            {15, &source::look_virtual},
        };
        unsigned total = 0;
        for (const choice &c : choices)
            total += c.weight;
        uint64_t at = d_.any(total);
        for (const choice &c : choices) {
            if (at < c.weight)
                return (this->*c.make)();
            at -= c.weight;
        }
        return op{};
    }

    // Groups of private interrupts decide over SGIs under way, configuration over edges, DS over
    // everything; message-based SPIs ask whether something is pending already.
    static bool ambiguous(const op &o)
    {
        if (o.what == kind::RESET || o.what == kind::RESTORE)
            return true;
        if (o.what == kind::GICD_WRITE)
            return (o.at == 0 && (o.value & 0x40) != 0) || (o.at > 0 && o.at < 0x80) ||
                   (o.at >= 0xC00 && o.at < 0xD00) || (o.at >= 0x3000 && o.at < 0x3100);
        const uint32_t at = o.at - 0x10000;
        return o.what == kind::GICR_WRITE && o.at >= 0x10000 &&
               ((at >= 0x80 && at < 0x100) || at >= 0xC00);
    }

    // --- pieces ----------------------------------------------------------------------------

    static op gicd_write(uint32_t at, uint64_t value, uint8_t size = 4, bool secure = true)
    {
        op o;
        o.what = kind::GICD_WRITE;
        o.at = at;
        o.value = value;
        o.size = size;
        o.secure = secure;
        return o;
    }
    static op gicr_write(uint16_t pe, uint32_t at, uint64_t value, uint8_t size = 4,
                         bool secure = true)
    {
        op o = gicd_write(at, value, size, secure);
        o.what = kind::GICR_WRITE;
        o.pe = pe;
        return o;
    }
    static op icc_write(uint16_t pe, gic_sysreg reg, uint64_t value, self who)
    {
        op o;
        o.what = kind::ICC_WRITE;
        o.pe = pe;
        o.reg = reg;
        o.value = value;
        o.who = who;
        return o;
    }
    uint16_t a_pe()
    {
        return static_cast<uint16_t>(d_.any(config_.pe_count));
    }
    self somebody()
    {
        return d_.of({self::AS_IS, self::EL3, self::EL3, self::EL3_NS, self::SECURE_EL1,
                      self::NONSECURE_EL1, self::NORMAL, self::NORMAL});
    }
    bool secure()
    {
        return d_.chance(75);
    }
    uint64_t affinity(unsigned pe) const
    {
        const uint32_t packed = gic_config_affinity(&config_, pe);
        return static_cast<uint64_t>(packed >> 24) << 32 | (packed & 0xFFFFFF);
    }
    void choose_shared()
    {
        const uint32_t last = 31u + config_.spi_count;
        shared_ = {32, 33, last};
        for (unsigned i = 0; i < 6; i++)
            shared_.push_back(static_cast<uint32_t>(32 + d_.any(config_.spi_count)));
        if (config_.espi_count > 0) {
            shared_.push_back(GIC_INTID_ESPI_FIRST);
            shared_.push_back(GIC_INTID_ESPI_FIRST + config_.espi_count - 1u);
        }
    }
    uint32_t a_shared()
    {
        return shared_[d_.any(shared_.size())];
    }
    uint32_t a_private()
    {
        return private_[d_.any(private_.size())];
    }
    uint32_t an_intid()
    {
        if (d_.chance(5))
            return d_.chance(60) ? beyond_[d_.any(beyond_.size())]
                                 : static_cast<uint32_t>(d_.any(d_.chance(50) ? 1200 : 6000));
        return d_.chance(65) ? a_shared() : a_private();
    }
    // A write of one unit of the family at @p base, or @p extended, that holds the interrupt.
    op family(uint32_t base, uint32_t extended, unsigned bits, uint32_t intid, uint64_t value,
              uint8_t size = 4)
    {
        const uint32_t unit = size * 8u / bits;
        if (gic_is_private(intid)) {
            const uint32_t index = intid < 32 ? intid : intid - GIC_INTID_EPPI_FIRST + 32;
            return gicr_write(a_pe(), 0x10000 + base + index / unit * size, value, size, secure());
        }
        if (intid >= GIC_INTID_ESPI_FIRST)
            return gicd_write(extended + (intid - GIC_INTID_ESPI_FIRST) / unit * size, value, size,
                              secure());
        return gicd_write(base + intid / unit * size, value, size, secure());
    }
    // Bits of the interrupts in use in the word of @p intid, @p percent of them, and of itself.
    uint64_t bits_around(uint32_t intid, unsigned percent)
    {
        uint64_t value = UINT64_C(1) << intid % 32;
        const std::vector<uint32_t> &known = gic_is_private(intid) ? private_ : shared_;
        for (uint32_t other : known)
            if (other / 32 == intid / 32 && d_.chance(percent))
                value |= UINT64_C(1) << other % 32;
        return value;
    }
    void set_up(std::vector<op> &ops, uint16_t pe, uint32_t intid)
    {
        const auto add = [&](op o) {
            o.pe = pe;
            o.secure = true;
            ops.push_back(o);
        };
        if (d_.chance(50))
            add(family(0x0080, 0x1000, 1, intid, bits_around(intid, 50)));
        if (d_.chance(40))
            add(family(0x0D00, 0x3400, 1, intid, bits_around(intid, 50)));
        if (d_.chance(80))
            add(family(0x0400, 0x2000, 8, intid, a_priority(), 1));
        if (config_.nmi && d_.chance(35))
            add(family(0x0F80, 0x3B00, 1, intid, bits_around(intid, 25)));
        if (d_.chance(85))
            add(family(0x0100, 0x1200, 1, intid, UINT64_C(1) << intid % 32));
        if (gic_is_shared(intid) && d_.chance(90))
            add(route_of(intid));
    }
    uint64_t a_priority()
    {
        return d_.chance(80) ? d_.any(8) * 0x20 : d_.any(256);
    }

    // --- operations ------------------------------------------------------------------------

    op wire()
    {
        op o;
        o.what = kind::WIRE;
        o.pe = a_pe();
        o.at = an_intid();
        o.value = d_.chance(60);
        return o;
    }
    op set_field()
    {
        const uint32_t intid = an_intid();
        if (d_.chance(config_.nmi ? 20 : 2))
            return family(0x0F80, 0x3B00, 1, intid, bits_around(intid, 40) & d_.bits());
        switch (d_.any(5)) {
        case 0:
            return family(0x0080, 0x1000, 1, intid, bits_around(intid, 50) & d_.bits());
        case 1:
            return family(0x0D00, 0x3400, 1, intid, bits_around(intid, 50) & d_.bits());
        case 2:
            return d_.chance(70) ? family(0x0400, 0x2000, 8, intid, a_priority(), 1)
                                 : family(0x0400, 0x2000, 8, intid, d_.bits() & 0xFFFFFFFF);
        case 3:
            return family(0x0C00, 0x3000, 2, intid, d_.bits() & 0xFFFFFFFF);
        default:
            return family(0x0E00, 0x3600, 2, intid, d_.bits() & 0xFFFFFFFF);
        }
    }
    op enable()
    {
        const uint32_t intid = an_intid();
        return d_.chance(65) ? family(0x0100, 0x1200, 1, intid, bits_around(intid, 50))
                             : family(0x0180, 0x1400, 1, intid, bits_around(intid, 10));
    }
    op pend()
    {
        const uint32_t intid = an_intid();
        return d_.chance(65) ? family(0x0200, 0x1600, 1, intid, bits_around(intid, 20))
                             : family(0x0280, 0x1800, 1, intid, bits_around(intid, 20));
    }
    op activity()
    {
        const uint32_t intid = an_intid();
        return d_.chance(30) ? family(0x0300, 0x1A00, 1, intid, bits_around(intid, 10))
                             : family(0x0380, 0x1C00, 1, intid, bits_around(intid, 40));
    }
    op message()
    {
        const uint64_t value = an_intid() | (d_.chance(5) ? d_.bits() & 0xFFFF0000 : 0);
        return gicd_write(d_.of({0x40u, 0x40u, 0x48u, 0x50u, 0x50u, 0x58u}), value,
                          d_.chance(20) ? 2 : 4, secure());
    }
    op route_of(uint32_t intid)
    {
        uint64_t value = affinity(a_pe());
        if (d_.chance(35))
            value = UINT64_C(1) << 31 | (d_.chance(50) ? value : 0);
        else if (d_.chance(10))
            value = d_.bits();
        const uint32_t at = intid < GIC_INTID_ESPI_FIRST
                                ? 0x6000 + 8 * intid
                                : 0x8000 + 8 * (intid - GIC_INTID_ESPI_FIRST);
        return gicd_write(at, value, 8, secure());
    }
    op route()
    {
        op o = route_of(a_shared());
        if (d_.chance(40)) {
            o.size = 4;
            if (d_.chance(40)) {
                o.at += 4;
                o.value >>= 32;
            } else {
                o.value &= 0xFFFFFFFF;
            }
        }
        return o;
    }
    op acknowledge()
    {
        op o;
        o.what = kind::ICC_READ;
        o.pe = a_pe();
        o.who = somebody();
        o.reg = d_.chance(40) ? GIC_ICC_IAR0_EL1 : GIC_ICC_IAR1_EL1;
        if (d_.chance(config_.nmi ? 25 : 2))
            o.reg = GIC_ICC_NMIAR1_EL1;
        return o;
    }
    op end()
    {
        static const uint32_t odd[] = {1020, 1023, 1024, 5119, 8191, 8192, 0x4000, 0xFFFFFF};
        op o;
        o.what = kind::END_LAST;
        o.pe = a_pe();
        o.who = somebody();
        o.reg = d_.of({GIC_ICC_EOIR0_EL1, GIC_ICC_EOIR1_EL1, GIC_ICC_EOIR1_EL1, GIC_ICC_DIR_EL1});
        o.value = d_.chance(15); // it stays the last one
        if (d_.chance(20)) {
            o.what = kind::ICC_WRITE;
            o.value = d_.chance(50) ? an_intid() : odd[d_.any(8)];
        }
        return o;
    }
    // EOImode is on for everybody, and anybody deactivates what is active (P-17).
    op split()
    {
        const uint16_t pe = a_pe();
        const uint32_t intid = an_intid();
        op activate = family(0x0300, 0x1A00, 1, intid, bits_around(intid, 30));
        activate.pe = pe;
        activate.secure = true;
        soon_.push_back(activate);
        for (unsigned i = 0; i < 3; i++)
            soon_.push_back(icc_write(pe, GIC_ICC_DIR_EL1, intid, somebody()));
        return icc_write(pe, config_.has_el3 ? GIC_ICC_CTLR_EL3 : GIC_ICC_CTLR_EL1,
                         config_.has_el3 ? 0x1C : 2, self::EL3);
    }
    op sgi()
    {
        const uint32_t packed = gic_config_affinity(&config_, a_pe());
        uint64_t value = static_cast<uint64_t>(packed >> 24) << 48 |
                         static_cast<uint64_t>(packed >> 4 & 0xF) << 44 |
                         static_cast<uint64_t>(packed >> 16 & 0xFF) << 32 |
                         static_cast<uint64_t>(packed >> 8 & 0xFF) << 16;
        value |= d_.chance(50) ? UINT64_C(1) << packed % 16 : d_.bits() & 0xFFFF;
        if (d_.chance(25))
            value |= UINT64_C(1) << 40;
        if (d_.chance(5))
            value ^= UINT64_C(1) << d_.any(56);
        value |= static_cast<uint64_t>(d_.chance(80) ? private_[d_.any(3)] : d_.any(16)) << 24;
        return icc_write(
            a_pe(),
            d_.of({GIC_ICC_SGI1R_EL1, GIC_ICC_SGI1R_EL1, GIC_ICC_SGI0R_EL1, GIC_ICC_ASGI1R_EL1}),
            value, somebody());
    }
    op control()
    {
        const uint16_t pe = a_pe();
        const self who = somebody();
        switch (d_.any(12)) {
        case 0:
        case 1:
            return icc_write(pe, GIC_ICC_PMR_EL1, d_.chance(60) ? 0xFF : d_.any(256), who);
        case 2:
            return icc_write(pe, GIC_ICC_BPR0_EL1, d_.any(8), who);
        case 3:
            return icc_write(pe, GIC_ICC_BPR1_EL1, d_.any(8), who);
        case 4:
        case 10:
            return icc_write(pe, GIC_ICC_CTLR_EL1, d_.bits() & 0xFF, who);
        case 5:
        case 11:
            return icc_write(pe, GIC_ICC_CTLR_EL3, d_.bits() & 0xFF, self::EL3);
        case 6:
            return icc_write(pe, GIC_ICC_IGRPEN0_EL1, d_.chance(75), who);
        case 7:
            return icc_write(pe, GIC_ICC_IGRPEN1_EL1, d_.chance(75), who);
        case 8:
            return icc_write(pe, GIC_ICC_IGRPEN1_EL3, d_.chance(60) ? 3 : d_.any(4), self::EL3);
        default:
            return icc_write(pe,
                             d_.of({GIC_ICC_SRE_EL1, GIC_ICC_SRE_EL2, GIC_ICC_SRE_EL2,
                                    GIC_ICC_SRE_EL3, GIC_ICC_SRE_EL3}),
                             d_.any(16), who);
        }
    }
    // --- the virtual half ------------------------------------------------------------------

    self guest()
    {
        return d_.chance(85) ? self::GUEST : d_.of({self::SECURE_GUEST, self::AS_IS});
    }
    self virtual_host()
    {
        return d_.chance(80) ? self::HYPERVISOR : d_.of({self::EL3, self::EL3_NS, self::AS_IS});
    }
    uint32_t a_virtual_intid()
    {
        static const uint32_t odd[] = {1020, 1023, 1024, 4096, 8191, 0xFFFF, 0x12345};
        if (d_.chance(6))
            return odd[d_.any(7)];
        return d_.chance(15) ? static_cast<uint32_t>(8192 + d_.any(3))
                             : static_cast<uint32_t>(d_.any(8) * 9);
    }
    op list_register()
    {
        const uint64_t state = d_.chance(60) ? 1 : d_.any(4);
        uint64_t value = a_virtual_intid() | state << 62 | (d_.chance(70) ? 1ull << 60 : 0);
        value |= (d_.chance(80) ? d_.any(8) * 0x20 : d_.any(256)) << 48;
        if (d_.chance(40))
            value |= UINT64_C(1) << 61 | static_cast<uint64_t>(an_intid() & 0x1FFF) << 32;
        else if (d_.chance(30))
            value |= UINT64_C(1) << 41;
        if (d_.chance(3))
            value = d_.bits();
        if (d_.chance(config_.nmi ? 30 : 3))
            value |= UINT64_C(1) << 59;
        const unsigned n = static_cast<unsigned>(d_.chance(70) ? d_.any(4) : d_.any(16));
        const uint16_t pe = a_pe();
        if (d_.chance(30))
            serve_soon(pe, (value >> 60 & 1) != 0);
        return icc_write(pe, static_cast<gic_sysreg>(GIC_ICH_LR0_EL2 + n), value, virtual_host());
    }
    // The guest takes what it is given, and mostly ends it.
    void serve_soon(uint16_t pe, bool group1)
    {
        op o;
        o.what = kind::ICC_READ;
        o.pe = pe;
        o.who = self::GUEST;
        o.reg = group1 ? GIC_ICC_IAR1_EL1 : GIC_ICC_IAR0_EL1;
        soon_.push_back(o);
        o.what = kind::END_LAST;
        o.reg = group1 ? GIC_ICC_EOIR1_EL1 : GIC_ICC_EOIR0_EL1;
        if (d_.chance(60))
            soon_.push_back(o);
    }
    op guest_acknowledge()
    {
        op o = acknowledge();
        o.who = guest();
        return o;
    }
    op guest_end()
    {
        op o;
        o.what = kind::END_LAST;
        o.pe = a_pe();
        o.who = guest();
        o.reg = d_.of({GIC_ICC_EOIR0_EL1, GIC_ICC_EOIR1_EL1, GIC_ICC_EOIR1_EL1, GIC_ICC_DIR_EL1});
        o.value = d_.chance(15);
        if (d_.chance(25)) {
            o.what = kind::ICC_WRITE;
            o.value = a_virtual_intid();
        }
        return o;
    }
    op guest_control()
    {
        op o = d_.chance(12) ? active_priority() : control();
        o.who = guest();
        if (o.reg >= GIC_ICC_CTLR_EL3 && o.reg <= GIC_ICC_SRE_EL3)
            o.reg = GIC_ICC_CTLR_EL1;
        return o;
    }
    op hypervisor()
    {
        const uint16_t pe = a_pe();
        const self who = virtual_host();
        switch (d_.any(5)) {
        case 0:
            return icc_write(pe, static_cast<gic_sysreg>(GIC_ICH_AP0R0_EL2 + d_.any(8)),
                             d_.chance(60) ? 0 : d_.bits() & d_.bits() & d_.bits() & d_.bits(),
                             who);
        case 1:
        case 2:
            return icc_write(pe, GIC_ICH_VMCR_EL2,
                             d_.chance(60) ? 0xFF000003 | (d_.any(64) << 18) | (d_.any(2) << 9)
                                           : d_.bits(),
                             who);
        default:
            /* Enabled, with some reasons for maintenance, and now and then a trap. */
            return icc_write(pe, GIC_ICH_HCR_EL2,
                             (d_.chance(90) ? 1 : 0) | (d_.bits() & d_.bits() & 0xFE) |
                                 (d_.chance(10) ? d_.bits() & 0x7C00 : 0) |
                                 (d_.chance(20) ? d_.bits() & 0xF8000000 : 0),
                             who);
        }
    }
    op look_virtual()
    {
        op o;
        o.pe = a_pe();
        o.who = d_.of({self::HYPERVISOR, self::GUEST, self::EL3, self::NORMAL, self::AS_IS});
        o.reg = static_cast<gic_sysreg>(d_.any(GIC_SYSREG_COUNT));
        if (o.reg == GIC_ICC_IAR0_EL1 || o.reg == GIC_ICC_IAR1_EL1)
            o.reg = GIC_ICH_MISR_EL2;
        o.what = gic_sysreg_readable(o.reg) ? kind::ICC_READ : kind::ICC_WRITE;
        o.value = GIC_INTID_SPURIOUS;
        if (o.reg >= GIC_ICC_SGI0R_EL1 && o.reg <= GIC_ICC_ASGI1R_EL1)
            o.value = 0;
        return o;
    }
    op active_priority()
    {
        const gic_sysreg reg =
            d_.of({GIC_ICC_AP0R0_EL1, GIC_ICC_AP0R1_EL1, GIC_ICC_AP0R3_EL1, GIC_ICC_AP1R0_EL1,
                   GIC_ICC_AP1R1_EL1, GIC_ICC_AP1R2_EL1, GIC_ICC_AP1R3_EL1});
        const uint64_t value =
            d_.chance(75) ? 0 : d_.bits() & d_.bits() & d_.bits() & 0x80000000FFFFFFFF;
        return icc_write(a_pe(), reg, value, somebody());
    }
    op look_icc()
    {
        op o;
        o.pe = a_pe();
        o.who = somebody();
        o.reg =
            static_cast<gic_sysreg>(d_.any(d_.chance(90) ? GIC_ICC_NMIAR1_EL1 : GIC_SYSREG_COUNT));
        if (d_.chance(40) || o.reg == GIC_ICC_IAR0_EL1 || o.reg == GIC_ICC_IAR1_EL1)
            o.reg = d_.of({GIC_ICC_RPR_EL1, GIC_ICC_PMR_EL1, GIC_ICC_HPPIR0_EL1, GIC_ICC_HPPIR1_EL1,
                           GIC_ICC_CTLR_EL1});
        o.what = gic_sysreg_readable(o.reg) ? kind::ICC_READ : kind::ICC_WRITE;
        o.value = GIC_INTID_SPURIOUS;
        if (o.reg >= GIC_ICC_SGI0R_EL1 && o.reg <= GIC_ICC_ASGI1R_EL1)
            o.value = 0;
        return o;
    }
    op become()
    {
        gic_pe_state s{};
        const unsigned highest = config_.has_el3 ? 3 : 2;
        s.el = static_cast<uint8_t>(d_.chance(5) ? 0 : 1 + d_.any(highest));
        if (s.el == 2 && !config_.has_el2)
            s.el = 1;
        s.scr_ns = !config_.has_el3 || d_.chance(60);
        s.scr_eel2 = config_.has_el3 && config_.has_el2 && d_.chance(50);
        if (s.el == 2 && !s.scr_ns && !s.scr_eel2)
            s.el = 1;
        s.scr_irq = config_.has_el3 && d_.chance(15);
        s.scr_fiq = config_.has_el3 && d_.chance(25);
        s.hcr_imo = config_.has_el2 && d_.chance(20);
        s.hcr_fmo = config_.has_el2 && d_.chance(20);
        s.hcr_tge = config_.has_el2 && s.el != 1 && d_.chance(10);
        s.hcr_e2h = config_.has_el2 && d_.chance(10);
        s.aarch32 = d_.chance(8);
        s.sctlr_nmi = static_cast<uint8_t>(config_.nmi ? d_.any(8) << 1 : 0);
        op o;
        o.what = kind::PE_STATE;
        o.pe = a_pe();
        o.value = pack(s);
        return o;
    }
    op sleep()
    {
        return gicr_write(a_pe(), 0x14, d_.chance(30) ? 2 : 0, 4, d_.chance(90));
    }
    op dpg()
    {
        if (d_.chance(30)) {
            op o;
            o.what = kind::CPU_ACTIVE;
            o.pe = a_pe();
            o.value = d_.chance(70);
            return o;
        }
        return gicr_write(a_pe(), 0, (d_.any(8) << 24 & d_.bits()) | 1, 4, d_.chance(70));
    }
    op gicd_ctlr()
    {
        uint64_t value = d_.chance(65) ? 7 : d_.any(8);
        value |= d_.chance(40) ? 0x80 : 0;
        value |= d_.chance(3) ? 0x40 : 0;
        return gicd_write(0, value, 4, d_.chance(85));
    }
    op lpi_config_of(uint32_t intid)
    {
        op o;
        o.what = kind::LPI_CONFIG;
        o.at = intid;
        o.value = (a_priority() & 0xFC) | d_.chance(75) | (config_.lpi_bits && d_.chance(30)) << 8;
        return o;
    }
    static op lpi_tables_of(uint16_t pe, uint32_t id_bits, bool ptz)
    {
        op o;
        o.what = kind::LPI_TABLES;
        o.pe = pe;
        o.at = id_bits;
        o.value = ptz;
        return o;
    }
    uint32_t an_lpi()
    {
        static const uint32_t odd[] = {0, 40, 1023, 8191, 16384, 0x10000};
        return d_.chance(5) ? odd[d_.any(6)] : lpis_[d_.any(lpis_.size())];
    }
    op lpi()
    {
        if (lpis_.empty())
            return wire();
        return gicr_write(a_pe(), d_.chance(80) ? 0x40 : 0x48, an_lpi(), d_.chance(80) ? 8 : 4,
                          d_.chance(50));
    }
    op lpi_config()
    {
        return lpis_.empty() ? wire() : lpi_config_of(lpis_[d_.any(lpis_.size())]);
    }
    op lpi_switch()
    {
        if (lpis_.empty())
            return wire();
        if (d_.chance(30))
            return lpi_tables_of(a_pe(), d_.of({13u, 13u, 13u, 12u, 15u}), d_.chance(50));
        return gicr_write(a_pe(), 0, d_.chance(65));
    }
    // More LPIs than the cache holds, in any order, and what meets them.
    op lpi_storm()
    {
        if (lpis_.empty())
            return wire();
        const uint16_t pe = a_pe();
        const bool off = d_.chance(20);
        if (off)
            soon_.push_back(gicr_write(pe, 0, 0));
        for (unsigned i = 0; i < 12; i++)
            soon_.push_back(gicr_write(pe, 0x40, lpis_[d_.any(lpis_.size())], 8));
        if (d_.chance(40))
            soon_.push_back(restored());
        if (off || d_.chance(30))
            soon_.push_back(gicr_write(pe, 0, off ? 1 : 0));
        for (unsigned i = 0; i < 3 && d_.chance(60); i++)
            soon_.push_back(lpi_config());
        if (d_.chance(70))
            drain_of(pe);
        return gicr_write(pe, 0, 1);
    }
    static op restored()
    {
        op o;
        o.what = kind::RESTORE;
        return o;
    }
    // A PE takes and ends what there is, all groups.
    void drain_of(uint16_t pe)
    {
        soon_.push_back(icc_write(pe, GIC_ICC_PMR_EL1, 0xFF, self::EL3));
        for (unsigned i = 0; i < 6; i++) {
            op o;
            o.pe = pe;
            o.who = self::EL3;
            o.what = kind::ICC_READ;
            o.reg = d_.chance(30) ? GIC_ICC_IAR0_EL1 : GIC_ICC_IAR1_EL1;
            soon_.push_back(o);
            if (config_.nmi) {
                o.reg = GIC_ICC_NMIAR1_EL1;
                soon_.push_back(o);
            }
            o.what = kind::END_LAST;
            o.reg = o.reg == GIC_ICC_IAR0_EL1 ? GIC_ICC_EOIR0_EL1 : GIC_ICC_EOIR1_EL1;
            soon_.push_back(o);
        }
    }
    op drain()
    {
        const uint16_t pe = a_pe();
        drain_of(pe);
        return icc_write(pe, GIC_ICC_IGRPEN0_EL1, 1, self::EL3);
    }
    // Registers anywhere in the frames, by any width, mostly ones that exist.
    uint32_t an_offset(bool gicd)
    {
        static const uint32_t fixed[] = {0x0000, 0x0004, 0x0008, 0x000C, 0x0014, 0x0040, 0x0048,
                                         0x0050, 0x0070, 0x0074, 0x0078, 0x007C, 0xFFE8};
        if (d_.chance(25))
            return fixed[d_.any(13)] + (gicd || d_.chance(90) ? 0 : 0x10000);
        const uint32_t base = static_cast<uint32_t>(d_.any(0x1000));
        if (gicd)
            return d_.chance(80) ? base : static_cast<uint32_t>(0x1000 + d_.any(0x9000));
        return 0x10000 + base;
    }
    bool is_identity(const op &o) const // checked elsewhere, by value
    {
        return (o.at & 0xFFFF) >= 0xFFD0 && o.at != 0xFFE8;
    }
    bool is_memory_register(const op &o) const // PROPBASER and PENDBASER: only set up once
    {
        return o.what == kind::GICR_WRITE && o.at >= 0x40 && o.at < 0x100;
    }
    op anywhere()
    {
        const bool gicd = d_.chance(60);
        const uint32_t at = an_offset(gicd);
        op o = gicd ? gicd_write(at, 0) : gicr_write(a_pe(), at, 0);
        o.size = d_.of<uint8_t>({4, 4, 4, 4, 1, 2, 8});
        o.at = d_.chance(95) ? o.at / o.size * o.size : o.at;
        o.secure = d_.chance(50);
        return o;
    }
    op look_anywhere()
    {
        op o = anywhere();
        if (is_identity(o) || o.at % 4 + o.size > 8)
            o.at = 0;
        o.what = o.what == kind::GICD_WRITE ? kind::GICD_READ : kind::GICR_READ;
        return o;
    }
    op anything()
    {
        op o = anywhere();
        o.value = d_.bits();
        if (o.size < 8)
            o.value &= (UINT64_C(1) << 8 * o.size) - 1;
        if (o.at == 0 && d_.chance(90))
            o.value &= ~UINT64_C(0x40);
        if (is_memory_register(o))
            o.at = 0x10200;
        return o;
    }
    op restart()
    {
        op o;
        o.pe = a_pe();
        o.what = d_.of({kind::RESTORE, kind::RESTORE, kind::RESTORE, kind::RESET_PE, kind::RESET_PE,
                        kind::RESET});
        return o;
    }

    dice &d_;
    gic_config config_;
    std::vector<uint32_t> shared_;
    std::vector<uint32_t> private_;
    std::vector<uint32_t> lpis_;
    std::deque<op> soon_;
    std::vector<uint32_t> beyond_; // just outside what is implemented
};

} // namespace whole

#endif
