// SPDX-License-Identifier: Apache-2.0
// The model and the slow reference side by side: one operation at a time is done to both, and
// everything that can be read, and what its events say, is compared after it. An operation is data
// (whole_op.hpp), so that a failing sequence can be printed, and shortened by leaving operations
// out.
#ifndef GICTLM_TESTBENCH_SUPPORT_WHOLE_RIG_HPP
#define GICTLM_TESTBENCH_SUPPORT_WHOLE_RIG_HPP

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "gic/assembly.h"
#include "gic/msg.h"
#include "ref_gic.h"
#include "whole_stamps.hpp"

namespace whole
{

class pair
{
public:
    pair(const gic_config &as_built, const gic_timing &as_timed, const std::vector<uint32_t> &lpis,
         uint64_t memory_ps)
        : config_(as_built), ref_(std::make_unique<ref_gic>()), ram_(RAM_SIZE, 0),
          lines_(as_built.pe_count), acknowledged_(as_built.pe_count),
          guest_acknowledged_(as_built.pe_count), memory_ps_(memory_ps),
          heard_after_(as_timed.hop_ps[GIC_HOP_CPUIF_GICR] +
                       2 * as_timed.occupancy_ps[GIC_STATION_GICR])
    {
        gic_assembly_ports ports{};
        ports.version = 1;
        ports.line = &pair::on_line;
        ports.event = &pair::on_event;
        ports.memory = &pair::on_memory;
        ports.up = this;
        block_.resize(gic_assembly_footprint(&config_, nullptr) / sizeof(block) + 1);
        a_ = gic_assembly_init(block_.data(), block_.size() * sizeof(block), &config_, nullptr,
                               &as_timed, &ports, nullptr);
        ref_gic_init(ref_.get(), &config_);
        for (const uint32_t intid : lpis)
            ref_gic_use_lpi(ref_.get(), intid);
        for (uint16_t pe = 0; pe < config_.pe_count; pe++)
            push(pe);
        settle();
        stamps_ = std::make_unique<stamps>(*ref_);
    }
    pair(const pair &) = delete;
    pair &operator=(const pair &) = delete;

    // Do one operation to both. Empty, or what differs.
    std::string step(const op &o)
    {
        wrong_.clear();
        now_is_ = o;
        heard_ = now_ + heard_after_;
        events_.clear();
        reply_ = reply{};
        stamps_->look(o);
        perform(o);
        settle();
        if (wrong_.empty())
            compare(o);
        if (wrong_.empty())
            wrong_ = stamps_->check(o, reply_, events_);
        return wrong_;
    }

    // Completion bits are looked at while messages are under way (C-04).
    bool look_underway = false;
    uint64_t underway = 0; // how often something was still open

    // What the sequence was good for.
    uint64_t acknowledges = 0;
    uint64_t signalled = 0;
    uint64_t virtual_acknowledges = 0;
    uint64_t virtual_signalled = 0;
    uint64_t maintained = 0; // how often the maintenance interrupt was high
    uint64_t nmis = 0;       // how often an NMI was signalled
    uint64_t virtual_nmis = 0;

    const gic_assembly_stats &stats() const
    {
        return *gic_assembly_get_stats(a_);
    }

protected:
    enum : uint64_t {
        RAM_BASE = 0x80000000,
        RAM_SIZE = 0x00100000,
        PROPERTIES = RAM_BASE,
        PENDING = RAM_BASE + 0x20000 // 64 KiB a PE
    };
    // What a read finds in its place: nothing may stay of it.
    static constexpr uint64_t UNREAD = UINT64_C(0xDEADBEEFDEADBEEF);
    struct alignas(64) block {
        unsigned char byte[64];
    };
    struct pins {
        bool level[GIC_LINE_COUNT] = {};
    };

    // --- one operation ---------------------------------------------------------------------

    void perform(const op &o)
    {
        switch (o.what) {
        case kind::GICD_READ:
        case kind::GICR_READ:
            frame_read(o, false);
            break;
        case kind::GICD_WRITE:
        case kind::GICR_WRITE:
            frame_write(o);
            break;
        case kind::ICC_READ:
            icc_read(o);
            break;
        case kind::ICC_WRITE:
            icc_write(o, o.value);
            break;
        case kind::END_LAST:
            end_last(o);
            break;
        case kind::PE_STATE:
            become(o.pe, unpack(o.value));
            break;
        case kind::WIRE:
            wire(o);
            break;
        case kind::CPU_ACTIVE:
            ref_->pe[o.pe].cpu_active = o.value != 0;
            gic_assembly_set_cpu_active(a_, now_, o.pe, o.value != 0);
            break;
        case kind::LPI_CONFIG:
            lpi_config(o);
            break;
        case kind::LPI_TABLES:
            lpi_tables(o);
            break;
        default:
            reset(o);
            break;
        }
    }
    static gic_access as(const op &o, bool debug)
    {
        gic_access access{};
        access.size = o.size;
        access.secure = o.secure;
        access.debug = debug;
        return access;
    }
    void frame_read(const op &o, bool debug)
    {
        const gic_access access = as(o, debug);
        const bool gicd = o.what == kind::GICD_READ;
        uint64_t found = UNREAD;
        uint64_t wanted = 0;
        const gic_status status =
            gicd ? gic_assembly_gicd_read(a_, now_, &access, o.at, &found)
                 : gic_assembly_gicr_read(a_, now_, o.pe, &access, o.at, &found);
        const gic_status right = gicd ? ref_gicd_read(ref_.get(), &access, o.at, &wanted)
                                      : ref_gicr_read(ref_.get(), o.pe, &access, o.at, &wanted);
        if (status != right || (status == GIC_OK && found != wanted))
            differ(describe(o), found, wanted, static_cast<int>(status), static_cast<int>(right));
    }
    void frame_write(const op &o)
    {
        const gic_access access = as(o, false);
        const bool gicd = o.what == kind::GICD_WRITE;
        const gic_status status =
            gicd ? gic_assembly_gicd_write(a_, now_, &access, o.at, o.value)
                 : gic_assembly_gicr_write(a_, now_, o.pe, &access, o.at, o.value);
        const gic_status right = gicd ? ref_gicd_write(ref_.get(), &access, o.at, o.value)
                                      : ref_gicr_write(ref_.get(), o.pe, &access, o.at, o.value);
        if (status != right)
            differ(describe(o), 0, 0, static_cast<int>(status), static_cast<int>(right));
    }
    void icc_read(const op &o)
    {
        const gic_pe_state old = enter(o);
        uint64_t found = UNREAD;
        uint64_t wanted = 0;
        const gic_sysreg_result result = gic_assembly_sysreg_read(a_, now_, o.pe, o.reg, &found);
        const gic_sysreg_result right = ref_icc_read(ref_.get(), o.pe, o.reg, &wanted);
        note_reply(o, right, wanted);
        if (result != right || (result == GIC_SYSREG_OK && found != wanted))
            differ(describe(o), found, wanted, static_cast<int>(result), static_cast<int>(right));
        if (result == GIC_SYSREG_OK && is_acknowledge(o.reg) && (found < 1020 || found > 1023)) {
            history(o).push_back(found);
            (is_guest(o) ? virtual_acknowledges : acknowledges)++;
        }
        leave(o, old);
    }
    void icc_write(const op &o, uint64_t value)
    {
        const gic_pe_state old = enter(o);
        const gic_sysreg_result result = gic_assembly_sysreg_write(a_, now_, o.pe, o.reg, value);
        const gic_sysreg_result right = ref_icc_write(ref_.get(), o.pe, o.reg, value);
        note_reply(o, right, value);
        if (result != right)
            differ(describe(o), 0, 0, static_cast<int>(result), static_cast<int>(right));
        leave(o, old);
    }
    static bool is_guest(const op &o)
    {
        return o.who == self::GUEST || o.who == self::SECURE_GUEST;
    }
    std::vector<uint64_t> &history(const op &o)
    {
        return (is_guest(o) ? guest_acknowledged_ : acknowledged_)[o.pe];
    }
    void note_reply(const op &o, gic_sysreg_result result, uint64_t value)
    {
        const gic_pe_state &pe = ref_->pe[o.pe].cpu.pe;
        reply_.result = result;
        reply_.value = value;
        reply_.virtual_ = ref_icc_is_virtual(ref_.get(), o.pe, o.reg);
        reply_.nonsecure = config_.has_el3 ? pe.el != 3 && pe.scr_ns : pe.scr_ns;
    }
    void end_last(const op &o)
    {
        std::vector<uint64_t> &stack = history(o);
        const uint64_t intid = stack.empty() ? uint64_t{GIC_INTID_SPURIOUS} : stack.back();
        if (!stack.empty() && o.reg != GIC_ICC_DIR_EL1 && o.value == 0)
            stack.pop_back();
        icc_write(o, intid);
    }
    void wire(const op &o)
    {
        ref_gic_wire(ref_.get(), o.pe, o.at, o.value != 0);
        if (gic_is_private(o.at))
            gic_assembly_set_ppi(a_, now_, o.pe, o.at, o.value != 0);
        else
            gic_assembly_set_spi(a_, now_, o.at, o.value != 0);
    }
    void lpi_config(const op &o)
    {
        const uint8_t byte = static_cast<uint8_t>(o.value);
        ref_->lpi_config[o.at - REF_LPI_FIRST] = byte;
        ram_[PROPERTIES - RAM_BASE + o.at - REF_LPI_FIRST] = byte;
        for (uint16_t pe = 0; pe < config_.pe_count; pe++) {
            op inv;
            inv.what = kind::GICR_WRITE;
            inv.pe = pe;
            inv.size = 8;
            inv.at = o.value >> 8 ? 0xB0 : 0xA0;
            inv.value = o.at;
            frame_write(inv);
        }
    }
    uint64_t table(unsigned pe) const
    {
        return PENDING - RAM_BASE + 0x10000 * pe;
    }
    void lpi_tables(const op &o)
    {
        op base;
        base.what = kind::GICR_WRITE;
        base.pe = o.pe;
        base.size = 8;
        base.at = 0x70;
        base.value = PROPERTIES | o.at;
        frame_write(base);
        if (o.value != 0 && !ref_->pe[o.pe].lpis_on)
            zero_table(o.pe);
        base.at = 0x78;
        base.value = (RAM_BASE + table(o.pe)) | o.value << 62;
        frame_write(base);
    }
    void zero_table(unsigned pe)
    {
        std::memset(ram_.data() + table(pe), 0, 0x10000);
        std::memset(ref_->pe[pe].lpi_pending, 0, sizeof ref_->pe[pe].lpi_pending);
    }
    // while LPIs are off what is pending stands in the table.
    void compare_table(unsigned pe)
    {
        for (int i = 0; i < ref_->lpis; i++) {
            const uint32_t intid = ref_->lpi[i];
            const bool found = (ram_[table(pe) + intid / 8] >> intid % 8 & 1) != 0;
            if (found != ref_->pe[pe].lpi_pending[intid - REF_LPI_FIRST])
                differ(text("LPI %u in the pending table of PE %u", intid, pe), found, !found);
        }
    }
    void reset(const op &o)
    {
        if (o.what == kind::RESET_PE) {
            ref_gic_reset_pe(ref_.get(), o.pe);
            gic_assembly_reset_pe(a_, o.pe, now_);
            acknowledged_[o.pe].clear();
            guest_acknowledged_[o.pe].clear();
        } else if (o.what == kind::RESET) {
            ref_gic_reset(ref_.get());
            gic_assembly_reset(a_, now_);
            for (auto &stack : acknowledged_)
                stack.clear();
            for (auto &stack : guest_acknowledged_)
                stack.clear();
            for (unsigned pe = 0; pe < config_.pe_count; pe++)
                zero_table(pe); /* what was cached is gone */
        } else {
            restore();
        }
        for (uint16_t pe = 0; pe < config_.pe_count; pe++)
            push(pe);
    }
    void restore()
    {
        std::vector<unsigned char> saved(gic_assembly_save_size(a_));
        const size_t length = gic_assembly_save(a_, saved.data());
        const std::vector<pins> driven = lines_;
        gic_assembly_reset(a_, now_);
        if (!gic_assembly_load(a_, saved.data(), length))
            wrong_ = "what was saved does not load";
        lines_ = driven;
    }

    // --- the PEs ---------------------------------------------------------------------------

    void push(uint16_t pe)
    {
        gic_assembly_pe_state(a_, now_, pe, &ref_->pe[pe].cpu.pe);
    }
    void become(uint16_t pe, const gic_pe_state &state)
    {
        ref_->pe[pe].cpu.pe = state;
        push(pe);
    }
    gic_pe_state enter(const op &o)
    {
        const gic_pe_state old = ref_->pe[o.pe].cpu.pe;
        gic_pe_state state{};
        state.scr_ns =
            o.who != self::EL3 && o.who != self::SECURE_EL1 && o.who != self::SECURE_GUEST;
        state.el = o.who == self::EL3 || o.who == self::EL3_NS ? 3 : 1;
        if (config_.has_el2 && (is_guest(o) || o.who == self::HYPERVISOR)) {
            state.el = o.who == self::HYPERVISOR ? 2 : 1;
            state.hcr_imo = state.hcr_fmo = true;
            state.scr_eel2 = config_.has_el3;
        }
        if (!config_.has_el3) {
            state.el = state.el == 2 ? 2 : 1;
            state.scr_ns = true;
        }
        state.scr_fiq = o.who == self::NORMAL && config_.has_el3;
        state.sctlr_nmi = old.sctlr_nmi;
        if (o.who != self::AS_IS)
            become(o.pe, state);
        return old;
    }

    // A PE that is as it was says nothing: its lines are what the access left.
    void leave(const op &o, const gic_pe_state &old)
    {
        if (o.who != self::AS_IS)
            become(o.pe, old);
    }

    // --- comparing -------------------------------------------------------------------------

    void differ(const std::string &what, uint64_t found, uint64_t wanted, int status = 0,
                int right = 0)
    {
        if (!wrong_.empty())
            return;
        wrong_ = what + text(": 0x%llx, the reference says 0x%llx",
                             static_cast<unsigned long long>(found),
                             static_cast<unsigned long long>(wanted));
        if (status != right)
            wrong_ += text(" (ended with %d, the reference with %d)", status, right);
    }
    // Settings change by writes to their own frame.
    static bool changes_settings(const op &o, int pe)
    {
        if (o.what == kind::RESET || o.what == kind::RESTORE)
            return true;
        return pe < 0 ? o.what == kind::GICD_WRITE : o.what == kind::GICR_WRITE && o.pe == pe;
    }
    void compare(const op &o)
    {
        compare_presented();
        if (wrong_.empty())
            compare_lines();
        for (int pe = -1; pe < config_.pe_count && wrong_.empty(); pe++)
            compare_frame(pe, changes_settings(o, pe));
        for (uint16_t pe = 0; pe < config_.pe_count && wrong_.empty(); pe++) {
            compare_registers(pe);
            compare_virtual(pe);
            if (!ref_->pe[pe].lpis_on)
                compare_table(pe);
        }
        const gic_assembly_stats &s = stats();
        if (wrong_.empty() && (s.messages_lost != 0 || s.causality_violations != 0))
            wrong_ = "a message was lost, or late";
    }
    uint32_t peek_presented(uint16_t pe) const
    {
        uint64_t zero = GIC_INTID_SPURIOUS;
        uint64_t one = GIC_INTID_SPURIOUS;
        gic_assembly_sysreg_peek(a_, pe, GIC_ICC_HPPIR0_EL1, &zero);
        gic_assembly_sysreg_peek(a_, pe, GIC_ICC_HPPIR1_EL1, &one);
        if (zero < GIC_INTID_SPECIAL_FIRST || zero > GIC_INTID_SPURIOUS)
            return static_cast<uint32_t>(zero);
        return gic_is_special(static_cast<uint32_t>(one)) ? static_cast<uint32_t>(REF_NONE)
                                                          : static_cast<uint32_t>(one);
    }
    void compare_presented()
    {
        std::vector<uint32_t> presented;
        for (uint16_t pe = 0; pe < config_.pe_count; pe++)
            presented.push_back(peek_presented(pe));
        const char *bad = ref_gic_present(ref_.get(), presented.data());
        if (bad == nullptr)
            return;
        wrong_ = bad;
        for (uint16_t pe = 0; pe < config_.pe_count; pe++)
            wrong_ += text("; PE %u: %u, its own best %u", pe, presented[pe],
                           ref_gic_directed(ref_.get(), pe));
    }
    void compare_lines()
    {
        bool wake[REF_PES] = {};
        for (uint16_t pe = 0; pe < config_.pe_count; pe++) {
            const ref_line line = ref_cpuif_line(&ref_->pe[pe].cpu);
            wake[pe] = lines_[pe].level[GIC_LINE_WAKE_REQUEST];
            signalled += line != REF_NO_LINE ? 1u : 0u;
            if (lines_[pe].level[GIC_LINE_IRQ] != (line == REF_IRQ))
                differ(text("IRQ of PE %u", pe), !(line == REF_IRQ), line == REF_IRQ);
            if (lines_[pe].level[GIC_LINE_FIQ] != (line == REF_FIQ))
                differ(text("FIQ of PE %u", pe), !(line == REF_FIQ), line == REF_FIQ);
            const bool nmi = line == REF_IRQ && ref_->pe[pe].cpu.pending_nmi;
            nmis += nmi ? 1u : 0u;
            if (lines_[pe].level[GIC_LINE_NMI] != nmi)
                differ(text("NMI of PE %u", pe), !nmi, nmi);
            compare_virtual_lines(pe);
        }
        const char *bad = ref_gic_check_wake(ref_.get(), wake);
        if (bad != nullptr && wrong_.empty())
            wrong_ = bad;
    }
    void compare_virtual_lines(uint16_t pe)
    {
        ref_gic_maintain(ref_.get(), pe);
        const ref_virtual *v = &ref_->pe[pe].v;
        const bool wanted[] = {ref_virtual_virq(v), ref_virtual_vfiq(v), ref_virtual_maintenance(v),
                               ref_virtual_vnmi(v)};
        static const gic_line lines[] = {GIC_LINE_VIRQ, GIC_LINE_VFIQ, GIC_LINE_MAINTENANCE,
                                         GIC_LINE_VNMI};
        static const char *const names[] = {"vIRQ", "vFIQ", "maintenance interrupt", "vNMI"};
        virtual_signalled += wanted[0] || wanted[1] ? 1u : 0u;
        maintained += wanted[2] ? 1u : 0u;
        virtual_nmis += wanted[3] ? 1u : 0u;
        for (unsigned i = 0; i < 4; i++)
            if (lines_[pe].level[lines[i]] != wanted[i])
                differ(text("%s of PE %u", names[i], pe), !wanted[i], wanted[i]);
    }
    // ICH_ registers, as a debugger reads them.
    void compare_virtual(uint16_t pe)
    {
        for (unsigned n = GIC_ICH_HCR_EL2; n < GIC_SYSREG_COUNT; n++) {
            const gic_sysreg reg = static_cast<gic_sysreg>(n);
            const ref_virtual *v = &ref_->pe[pe].v;
            uint64_t found = 0;
            const bool there = gic_assembly_sysreg_peek(a_, pe, reg, &found);
            const bool right = ref_virtual_has(v, reg);
            const uint64_t wanted = right ? ref_virtual_read(v, reg) : 0;
            if (there != right || found != wanted)
                differ(text("PE %u: %s, by a debugger", pe, gic_sysreg_name(reg)), found, wanted,
                       there, right);
        }
    }
    void look(int pe, uint32_t offset, uint8_t size, bool secure)
    {
        op o;
        o.what = pe < 0 ? kind::GICD_READ : kind::GICR_READ;
        o.pe = static_cast<uint16_t>(pe < 0 ? 0 : pe);
        o.at = offset;
        o.size = size;
        o.secure = secure;
        frame_read(o, true);
    }
    // A family of @p bits an INTID at @p base, and at @p extended of the GICD frame.
    void look_family(int pe, uint32_t base, uint32_t extended, unsigned bits, bool secure)
    {
        const uint32_t spis = 32u + config_.spi_count;
        if (pe >= 0) {
            for (uint32_t word = 0; word < (32u + GIC_MAX_EPPIS) / 32 * bits; word++)
                look(pe, 0x10000 + base + 4 * word, 4, secure);
            return;
        }
        for (uint32_t word = 0; word < (spis + 31) / 32 * bits && word < 32 * bits; word++)
            look(pe, base + 4 * word, 4, secure);
        for (uint32_t word = 0; word < config_.espi_count / 32u * bits; word++)
            look(pe, extended + 4 * word, 4, secure);
    }
    void compare_frame(int pe, bool all)
    {
        turn_ = !turn_;
        for (const bool secure : {true, false}) {
            if (!all && secure != turn_)
                continue;
            look(pe, 0x0000, 4, secure);                // CTLR
            look(pe, 0x0014, 4, secure);                // WAKER
            look(pe, 0x0008, 4, secure);                // TYPER
            look_family(pe, 0x0100, 0x1200, 1, secure); // ISENABLER
            look_family(pe, 0x0200, 0x1600, 1, secure); // ISPENDR
            look_family(pe, 0x0300, 0x1A00, 1, secure); // ISACTIVER
            if (all)
                compare_settings(pe, secure);
        }
    }
    void compare_settings(int pe, bool secure)
    {
        for (uint32_t base = 0x70; pe >= 0 && base <= 0x78; base += 8)
            look(pe, base, 8, secure);              // PROPBASER, PENDBASER
        look_family(pe, 0x0080, 0x1000, 1, secure); // IGROUPR
        look_family(pe, 0x0D00, 0x3400, 1, secure); // IGRPMODR
        look_family(pe, 0x0180, 0x1400, 1, secure); // ICENABLER
        look_family(pe, 0x0280, 0x1800, 1, secure); // ICPENDR
        look_family(pe, 0x0380, 0x1C00, 1, secure); // ICACTIVER
        look_family(pe, 0x0400, 0x2000, 8, secure); // IPRIORITYR
        look_family(pe, 0x0C00, 0x3000, 2, secure); // ICFGR
        look_family(pe, 0x0E00, 0x3600, 2, secure); // NSACR
        look_family(pe, 0x0F80, 0x3B00, 1, secure); // INMIR
        for (uint32_t i = 0; pe < 0 && i < config_.spi_count; i++)
            look(pe, 0x6100 + 8 * i, 8, secure); // IROUTER
        for (uint32_t i = 0; pe < 0 && i < config_.espi_count; i++)
            look(pe, 0x8000 + 8 * i, 8, secure);
    }
    // What a debugger reads: at EL3, or without it at EL1.
    void compare_registers(uint16_t pe)
    {
        static const gic_sysreg regs[] = {
            GIC_ICC_RPR_EL1,    GIC_ICC_PMR_EL1,   GIC_ICC_BPR0_EL1,    GIC_ICC_BPR1_EL1,
            GIC_ICC_CTLR_EL1,   GIC_ICC_CTLR_EL3,  GIC_ICC_IGRPEN0_EL1, GIC_ICC_IGRPEN1_EL1,
            GIC_ICC_AP0R0_EL1,  GIC_ICC_AP1R0_EL1, GIC_ICC_AP0R1_EL1,   GIC_ICC_AP1R1_EL1,
            GIC_ICC_AP0R3_EL1,  GIC_ICC_AP1R3_EL1, GIC_ICC_IGRPEN1_EL3, GIC_ICC_SRE_EL3,
            GIC_ICC_HPPIR0_EL1, GIC_ICC_HPPIR1_EL1};
        gic_pe_state &state = ref_->pe[pe].cpu.pe;
        const gic_pe_state old = state;
        state.el = config_.has_el3 ? 3 : config_.has_el2 ? 2 : 1;
        state.hcr_imo = state.hcr_fmo = state.hcr_tge = false;
        for (const gic_sysreg reg : regs) {
            uint64_t found = 0;
            uint64_t wanted = 0;
            const bool there = gic_assembly_sysreg_peek(a_, pe, reg, &found);
            const bool right = ref_icc_read(ref_.get(), pe, reg, &wanted) == GIC_SYSREG_OK;
            if (there != right || found != wanted)
                differ(text("PE %u: %s, by a debugger", pe, gic_sysreg_name(reg)), found, wanted,
                       there, right);
        }
        state = old;
    }

    // --- the model's surroundings ----------------------------------------------------------

    void settle()
    {
        for (unsigned bound = 0; bound < 100000; bound++) {
            const uint64_t due = gic_assembly_next_due(a_);
            if (due == GIC_TIME_NEVER)
                return;
            if (look_underway && wrong_.empty())
                compare_underway();
            now_ = due > now_ ? due : now_;
            gic_assembly_advance(a_, now_);
        }
        wrong_ = "the GIC does not settle";
    }

    // --- messages are under way ------------------------------------------------------------

    uint64_t peek_frame(int pe, uint32_t offset) const
    {
        gic_access access{};
        access.size = 4;
        access.secure = true;
        access.debug = true;
        uint64_t value = 0;
        if (pe < 0)
            gic_assembly_gicd_read(a_, now_, &access, offset, &value);
        else
            gic_assembly_gicr_read(a_, now_, static_cast<uint16_t>(pe), &access, offset, &value);
        return value;
    }
    // Whether RWP has to cover the operation: ICENABLER, group enables, EnableLPIs (D-15).
    bool rwp_covers() const
    {
        const op &o = now_is_;
        if (o.what == kind::GICD_WRITE)
            return o.at == 0 || (o.at >= 0x180 && o.at < 0x200) ||
                   (o.at >= 0x1400 && o.at < 0x1480);
        return o.what == kind::GICR_WRITE && (o.at == 0 || (o.at >= 0x10180 && o.at < 0x1018C));
    }
    // C-04: a bit that says that all is done is true: what the reference, which is there already,
    // does not allow is gone.
    void compare_underway()
    {
        bool rwp = !rwp_covers() || (peek_frame(-1, 0) >> 31 & 1) != 0;
        bool uwp = false;
        bool busy = false;
        for (int pe = 0; pe < config_.pe_count; pe++) {
            const uint64_t ctlr = peek_frame(pe, 0);
            rwp = rwp || (ctlr >> 3 & 1) != 0;
            uwp = uwp || (ctlr >> 31 & 1) != 0;
            busy = busy || (peek_frame(pe, 0xC0) & 1) != 0;
        }
        underway += rwp || uwp || busy ? 1 : 0;
        for (uint16_t pe = 0; pe < config_.pe_count; pe++)
            underway_of(pe, rwp, busy);
        // Once the Redistributor has heard of the access, it says so until the Distributor knows.
        if (now_ > heard_ && !uwp)
            underway_active();
    }
    void underway_of(uint16_t pe, bool rwp, bool busy)
    {
        const uint32_t intid = peek_presented(pe);
        const ref_pe &p = ref_->pe[pe];
        if (intid != REF_NONE && (peek_frame(pe, 0x14) & 4) != 0)
            differ(text("ChildrenAsleep, and PE %u is presented with INTID", pe), intid, REF_NONE);
        if (intid >= REF_LPI_FIRST) {
            const bool enabled = (ref_->lpi_config[intid - REF_LPI_FIRST] & 1) != 0;
            if (!rwp && !p.lpis_on)
                differ(text("LPIs are off, and PE %u is presented with", pe), intid, REF_NONE);
            if (!busy && p.lpis_on && !enabled)
                differ(text("not busy, and PE %u is presented with a disabled LPI", pe), intid,
                       REF_NONE);
            return;
        }
        const ref_irq *irq = ref_gic_find(ref_.get(), pe, intid);
        if (!rwp && irq != nullptr &&
            !(irq->enabled && ref_->group_enabled[ref_gic_group(ref_.get(), irq)]))
            differ(text("no RWP, and PE %u is presented with what is disabled", pe), intid,
                   REF_NONE);
        if (!rwp && !p.lpis_on)
            compare_table(pe);
    }
    // What was acknowledged or deactivated has reached the Distributor.
    void underway_active()
    {
        for (uint32_t word = 1; word <= config_.spi_count / 32u; word++) {
            const uint64_t found = peek_frame(-1, 0x300 + 4 * word);
            for (uint32_t bit = 0; bit < 32; bit++) {
                const ref_irq *irq = ref_gic_find(ref_.get(), 0, 32 * word + bit);
                if (irq != nullptr && irq->active != ((found >> bit & 1) != 0))
                    differ(text("no UWP, and active of INTID %u", 32 * word + bit),
                           found >> bit & 1, irq->active);
            }
        }
    }
    static void on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t)
    {
        static_cast<pair *>(up)->lines_[pe].level[line] = level;
    }
    static void on_event(void *up, const gic_event *event)
    {
        static_cast<pair *>(up)->events_.push_back(*event);
    }
    static gic_memory_answer on_memory(void *up, gic_memory_access *access, uint64_t now,
                                       uint64_t *done)
    {
        std::vector<uint8_t> &ram = static_cast<pair *>(up)->ram_;
        *done = now + static_cast<pair *>(up)->memory_ps_;
        if (access->address < RAM_BASE || access->address + access->length > RAM_BASE + RAM_SIZE)
            return GIC_MEMORY_FAILED;
        uint8_t *at = ram.data() + (access->address - RAM_BASE);
        if (access->op == GIC_MEMORY_WRITE)
            std::memcpy(at, access->data, access->length);
        else
            std::memcpy(access->data, at, access->length);
        return GIC_MEMORY_OK;
    }

    gic_config config_;
    std::vector<block> block_;
    gic_assembly *a_ = nullptr;
    std::unique_ptr<ref_gic> ref_;
    std::vector<uint8_t> ram_;
    std::unique_ptr<stamps> stamps_;
    std::vector<gic_event> events_; // of this operation
    reply reply_;
    std::vector<pins> lines_;
    std::vector<std::vector<uint64_t>> acknowledged_;
    std::vector<std::vector<uint64_t>> guest_acknowledged_;
    uint64_t memory_ps_;
    uint64_t now_ = 0;
    op now_is_;
    uint64_t heard_after_;
    uint64_t heard_ = 0;
    bool turn_ = false; // which view is compared next
    std::string wrong_;
};

} // namespace whole

#endif
