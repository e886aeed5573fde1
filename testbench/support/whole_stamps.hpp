// SPDX-License-Identifier: Apache-2.0
// What the events of one operation have to be, by what the operation changed of the slow reference
// and by what gic/event.def says of each: the stamps of SGIs, PPIs and SPIs, of LPIs by registers,
// and the guest's mistakes at system registers and wires. Each once, with its interrupt, its PE,
// its component and its number; no other of these.
#ifndef GICTLM_TESTBENCH_SUPPORT_WHOLE_STAMPS_HPP
#define GICTLM_TESTBENCH_SUPPORT_WHOLE_STAMPS_HPP

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "gic/event.h"
#include "gic/msg.h"
#include "gic/outbox.h"
#include "ref_gic.h"
#include "whole_op.hpp"

namespace whole
{

// How the access of an operation ended, of those that have an answer.
struct reply {
    gic_sysreg_result result = GIC_SYSREG_OK;
    uint64_t value = 0;     // read, or written
    bool nonsecure = false; // the PE, when it was made
    bool virtual_ = false;  // to the virtual half: it has events of its own
};

class stamps
{
public:
    explicit stamps(ref_gic &ref) : ref_(&ref)
    {
        begin_anew();
    }

    // Before an operation: what it may change.
    void look(const op &o)
    {
        before_ = now();
        lpi_before_ = lpi_pending(o);
        drops_before_ = drops(o.pe);
    }

    // After it. Empty, or what is wrong with its events.
    std::string check(const op &o, const reply &r, const std::vector<gic_event> &events)
    {
        expected_.clear();
        for (const gic_event &event : events)
            if (event.arg != 0 && says_nothing_more(event.id))
                return "an argument without a meaning: " + tell(event);
        if (o.what == kind::RESTORE)
            return "";
        if (o.what == kind::RESET) {
            begin_anew();
            return compare(o, reset_stamps(), events);
        }
        access(o, r);
        states();
        registers_of_lpis(o);
        return compare(o, expected_, events);
    }

private:
    struct state {
        bool pending = false;
        bool active = false;
        bool latch = false;
        bool wire = false;
    };
    using place = std::pair<uint16_t, uint32_t>; // PE or GIC_PE_NONE, INTID

    // --- the reference's state -----------------------------------------------------------------

    template <typename each> void for_each(each visit)
    {
        for (int i = 0; i < ref_->intids; i++) {
            const uint32_t intid = ref_->intid[i];
            if (gic_is_shared(intid)) {
                visit(place{GIC_PE_NONE, intid}, ref_->spi[intid]);
                continue;
            }
            for (uint16_t pe = 0; pe < ref_->config.pe_count; pe++)
                visit(place{pe, intid}, ref_->pe[pe].irq[intid]);
        }
    }
    std::vector<state> now()
    {
        std::vector<state> all;
        for_each([&](place, const ref_irq &irq) {
            all.push_back({ref_gic_pending(&irq), irq.active, irq.latch, irq.wire});
        });
        return all;
    }
    // After a reset what is pending begins an instance.
    void begin_anew()
    {
        instance_.clear();
        for_each([&](place at, const ref_irq &irq) { instance_[at] = ref_gic_pending(&irq); });
    }
    bool has_lpi(const op &o) const
    {
        const uint32_t bits = std::min<uint32_t>(
            static_cast<uint32_t>(ref_->pe[o.pe].propbaser & 0x1F) + 1, ref_->config.lpi_bits);
        return ref_->pe[o.pe].lpis_on && o.value >= REF_LPI_FIRST && o.value >> bits == 0;
    }
    bool lpi_pending(const op &o) const
    {
        return writes_lpi(o) && has_lpi(o) && ref_->pe[o.pe].lpi_pending[o.value - REF_LPI_FIRST];
    }
    // GICR_SETLPIR or GICR_CLRLPIR.
    bool writes_lpi(const op &o) const
    {
        return o.what == kind::GICR_WRITE && ref_->config.lpi_bits > 0 && ref_->config.direct_lpi &&
               (o.at == 0x40 || o.at == 0x48) && o.size >= 4;
    }
    // Active priorities of a PE.
    int drops(uint16_t pe) const
    {
        int count = 0;
        for (const auto &group : ref_->pe[pe].cpu.active)
            count += static_cast<int>(std::count(std::begin(group), std::end(group), true));
        for (const bool nmi : ref_->pe[pe].cpu.active_nmi)
            count += nmi;
        return count;
    }
    uint64_t running(uint16_t pe) const
    {
        return static_cast<uint64_t>(ref_cpuif_running(&ref_->pe[pe].cpu));
    }

    // --- what has to be reported ---------------------------------------------------------------

    void expect(gic_event_id id, uint16_t pe, uint32_t intid, uint64_t arg, gic_port port)
    {
        gic_event event{};
        event.id = static_cast<uint8_t>(id);
        event.pe = pe;
        event.intid = intid;
        event.arg = arg;
        event.port = static_cast<uint8_t>(port);
        expected_.push_back(event);
    }
    static gic_port owner(place at)
    {
        return at.first == GIC_PE_NONE ? GIC_PORT_GICD : GIC_PORT_GICR;
    }
    void stamp(gic_event_id id, place at, uint64_t arg = 0)
    {
        expect(id, at.first, at.second, arg, owner(at));
    }
    uint64_t begins(const ref_irq &irq) const
    {
        return static_cast<uint64_t>(ref_gic_priority(ref_, &irq)) |
               static_cast<uint64_t>(ref_gic_group(ref_, &irq)) << 8;
    }
    std::vector<gic_event> reset_stamps()
    {
        for_each([&](place at, const ref_irq &irq) {
            if (irq.wire)
                stamp(GIC_EV_ASSERTED, at);
            if (ref_gic_pending(&irq))
                stamp(GIC_EV_PENDING, at, begins(irq));
        });
        return expected_;
    }

    // Instances begin and end (D-07, D-08): by what was pending and active, and is.
    void states()
    {
        const std::vector<state> after = now();
        size_t n = 0;
        for_each([&](place at, const ref_irq &irq) {
            const state &was = before_[n];
            const state &is = after[n++];
            bool &instance = instance_[at];
            if (is.active && !was.active && taken_ == at.second)
                instance = false;
            if (is.pending && !was.pending && !instance) {
                stamp(GIC_EV_PENDING, at, begins(irq));
                instance = true;
            }
            if (!is.pending && was.pending && instance) {
                stamp(GIC_EV_WITHDRAWN, at);
                instance = false;
            }
            if (was.active && !is.active) {
                stamp(GIC_EV_DEACTIVATED, at);
                if (is.pending && !instance) {
                    stamp(GIC_EV_PENDING, at, begins(irq));
                    instance = true;
                }
            }
            if (is.wire && !was.wire) {
                stamp(GIC_EV_ASSERTED, at);
                if (irq.edge && was.latch)
                    stamp(GIC_EV_MERGED, at);
            }
        });
        taken_ = REF_NONE;
    }

    void access(const op &o, const reply &r)
    {
        const bool system =
            o.what == kind::ICC_READ || o.what == kind::ICC_WRITE || o.what == kind::END_LAST;
        taken_ = REF_NONE;
        if (o.what == kind::WIRE)
            wire(o);
        else if (system && r.result == GIC_SYSREG_UNDEFINED)
            expect(GIC_EV_BAD_SYSREG, o.pe, GIC_INTID_SPURIOUS, o.reg, GIC_PORT_CPUIF);
        else if (system && r.result == GIC_SYSREG_OK && !r.virtual_)
            o.what == kind::ICC_READ ? read(o, r) : write(o, r);
    }
    void wire(const op &o)
    {
        const bool is_private = gic_is_private(o.at);
        if (is_private ? o.at < 16 || !gic_config_has_private(&ref_->config, o.at)
                       : !gic_config_has_shared(&ref_->config, o.at))
            expect(GIC_EV_BAD_LINE, is_private ? o.pe : static_cast<uint16_t>(GIC_PE_NONE), o.at, 0,
                   is_private ? GIC_PORT_GICR : GIC_PORT_GICD);
    }
    void read(const op &o, const reply &r)
    {
        const uint32_t intid = static_cast<uint32_t>(r.value);
        if (!is_acknowledge(o.reg))
            return;
        if (gic_is_special(intid)) {
            expect(GIC_EV_SPURIOUS, o.pe, intid, 0, GIC_PORT_CPUIF);
            return;
        }
        taken_ = intid;
        expect(GIC_EV_ACKNOWLEDGED, o.pe, intid, running(o.pe), GIC_PORT_CPUIF);
    }
    void write(const op &o, const reply &r)
    {
        const uint32_t intid = static_cast<uint32_t>(r.value & 0xFFFFFF);
        if (o.reg == GIC_ICC_SGI0R_EL1 || o.reg == GIC_ICC_SGI1R_EL1 || o.reg == GIC_ICC_ASGI1R_EL1)
            sgi(o, r);
        if ((o.reg != GIC_ICC_EOIR0_EL1 && o.reg != GIC_ICC_EOIR1_EL1) || gic_is_special(intid))
            return;
        if (drops(o.pe) < drops_before_)
            expect(GIC_EV_EOI, o.pe, intid, 0, GIC_PORT_CPUIF);
        else
            expect(GIC_EV_BAD_EOIR, o.pe, intid, r.value, GIC_PORT_CPUIF);
    }

    // S-01: what is asked for, and bits of the list that name nobody.
    void sgi(const op &o, const reply &r)
    {
        const gic_config &c = ref_->config;
        const uint32_t intid = static_cast<uint32_t>(r.value >> 24 & 0xF);
        gic_sgi sgi{};
        sgi.target_list = static_cast<uint16_t>(r.value);
        sgi.cluster = static_cast<uint32_t>(r.value >> 48 & 0xFF) << 16 |
                      static_cast<uint32_t>(r.value >> 32 & 0xFF) << 8 |
                      static_cast<uint32_t>(r.value >> 16 & 0xFF);
        sgi.range = static_cast<uint8_t>(r.value >> 44 & 0xF);
        sgi.all_but_self = (r.value >> 40 & 1) != 0;
        sgi.nonsecure = r.nonsecure;
        sgi.source = static_cast<uint8_t>(o.reg == GIC_ICC_SGI0R_EL1   ? GIC_SGI_SGI0R
                                          : o.reg == GIC_ICC_SGI1R_EL1 ? GIC_SGI_SGI1R
                                                                       : GIC_SGI_ASGI1R);
        if (!sgi.all_but_self &&
            ((sgi.range != 0 && !c.range_select) || (sgi.cluster >> 16 != 0 && !c.aff3_valid))) {
            expect(GIC_EV_BAD_SGI_RANGE, o.pe, intid, r.value, GIC_PORT_CPUIF);
            return;
        }
        if (!sgi.all_but_self && sgi.target_list == 0)
            return;
        expect(GIC_EV_SGI_GENERATED, o.pe, intid, gic_sgi_pack(sgi), GIC_PORT_CPUIF);
        if (sgi.all_but_self)
            return;
        uint32_t nobody = sgi.target_list;
        for (uint16_t pe = 0; pe < c.pe_count; pe++)
            if (ref_->pe[pe].affinity / 16 == sgi.cluster * 16 + sgi.range)
                nobody &= ~(1u << ref_->pe[pe].affinity % 16);
        if (nobody != 0)
            expect(GIC_EV_BAD_SGI_TARGET, o.pe, intid, gic_sgi_pack(sgi), GIC_PORT_GICD);
    }

    // GICR_SETLPIR and GICR_CLRLPIR.
    void registers_of_lpis(const op &o)
    {
        const uint32_t intid = static_cast<uint32_t>(o.value);
        if (!writes_lpi(o))
            return;
        if (!has_lpi(o)) {
            if (o.at == 0x40)
                expect(GIC_EV_LPI_DROPPED, o.pe, intid, 0, GIC_PORT_GICR);
            return;
        }
        if (o.at == 0x48) {
            if (lpi_before_)
                expect(GIC_EV_WITHDRAWN, o.pe, intid, 0, GIC_PORT_GICR);
            return;
        }
        expect(lpi_before_ ? GIC_EV_MERGED : GIC_EV_PENDING, o.pe, intid, ANY, GIC_PORT_GICR);
    }

    // --- comparing -------------------------------------------------------------------------------

    // MERGED is predicted but for SGIs and SETSPI.
    bool is_checked(const op &o, const gic_event &event) const
    {
        static const gic_event_id ids[] = {
            GIC_EV_ASSERTED,    GIC_EV_PENDING,       GIC_EV_WITHDRAWN,      GIC_EV_ACKNOWLEDGED,
            GIC_EV_EOI,         GIC_EV_DEACTIVATED,   GIC_EV_SPURIOUS,       GIC_EV_SGI_GENERATED,
            GIC_EV_LPI_DROPPED, GIC_EV_BAD_SGI_RANGE, GIC_EV_BAD_SGI_TARGET, GIC_EV_BAD_SYSREG,
            GIC_EV_BAD_LINE,    GIC_EV_BAD_EOIR};
        if (event.id == GIC_EV_MERGED)
            return o.what == kind::GICD_WRITE  ? o.at >= 0x80
                   : o.what == kind::ICC_WRITE ? event.intid >= GIC_INTID_PPI_FIRST
                                               : true;
        return std::find(std::begin(ids), std::end(ids), event.id) != std::end(ids);
    }
    // Events whose text gives their argument no meaning.
    static bool says_nothing_more(uint8_t id)
    {
        static const gic_event_id ids[] = {GIC_EV_ASSERTED,  GIC_EV_MERGED,    GIC_EV_RETURNED,
                                           GIC_EV_RELEASED,  GIC_EV_EOI,       GIC_EV_SPURIOUS,
                                           GIC_EV_PE_ASLEEP, GIC_EV_PE_AWAKE,  GIC_EV_DEACTIVATED,
                                           GIC_EV_BAD_LINE,  GIC_EV_WITHDRAWN, GIC_EV_LPI_DROPPED};
        return std::find(std::begin(ids), std::end(ids), id) != std::end(ids);
    }
    static bool same(const gic_event &wanted, const gic_event &found)
    {
        return wanted.id == found.id && wanted.pe == found.pe && wanted.intid == found.intid &&
               (wanted.arg == ANY || wanted.arg == found.arg) && wanted.port == found.port;
    }
    static std::string tell(const gic_event &e)
    {
        return text("%s of INTID %u, PE %u, port %u, arg 0x%llx", gic_event_name(e.id), e.intid,
                    e.pe, e.port, static_cast<unsigned long long>(e.arg));
    }
    std::string compare(const op &o, std::vector<gic_event> wanted,
                        const std::vector<gic_event> &events)
    {
        for (const gic_event &found : events) {
            if (!is_checked(o, found))
                continue;
            const auto at = std::find_if(wanted.begin(), wanted.end(),
                                         [&](const gic_event &w) { return same(w, found); });
            if (at == wanted.end())
                return "reported without a reason: " + tell(found);
            wanted.erase(at);
        }
        return wanted.empty() ? "" : "not reported: " + tell(wanted.front());
    }

    static constexpr uint64_t ANY = UINT64_MAX;
    ref_gic *ref_;
    std::vector<state> before_;
    std::map<place, bool> instance_;
    std::vector<gic_event> expected_;
    uint32_t taken_ = REF_NONE;
    bool lpi_before_ = false;
    int drops_before_ = 0;
};

} // namespace whole

#endif
