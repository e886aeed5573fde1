// SPDX-License-Identifier: Apache-2.0
// What the machine does while it runs: start, reset, PSCI, semihosting, reports.
#include <cinttypes>
#include <cstdio>

#include "board.h"
#include "machine_model.h"
#include "time_util.h"

namespace virt
{

namespace
{

/// SCR_EL3 as firmware leaves it for a Non-secure kernel: HCE, RW.
constexpr uint64_t scr_hce = 1u << 8;
constexpr uint64_t scr_rw = 1u << 10;
constexpr uint64_t scr_hxen = uint64_t(1) << 38; // of a core that has HCRX_EL2
/// ICC_SRE_EL3: SRE, DFB, DIB, Enable.
constexpr uint64_t icc_sre_all = 0xf;
constexpr uint64_t icc_pmr_open = 0xff;
/// Offsets that the firmware's part needs.
constexpr uint64_t gicc_pmr = 0x0004;
constexpr uint64_t gicd_igroupr = 0x0080;
constexpr uint64_t gicd_igroupr_e = 0x1000;
constexpr uint64_t gicr_waker = 0x0014;
constexpr uint64_t gicr_igroupr0 = 0x10080;
constexpr unsigned pstate_f_bit = 6;
constexpr unsigned pstate_i_bit = 7;

const char *complaint_text(dev_status status)
{
    switch (status) {
    case DEV_BAD_SIZE:
        return "no register takes this size or alignment";
    case DEV_READ_ONLY:
        return "the register is read-only";
    case DEV_WRITE_ONLY:
        return "the register is write-only";
    case DEV_BAD_VALUE:
        return "the value means nothing here";
    default:
        return "no register there";
    }
}

} // namespace

bool machine::open(vp_error &error)
{
    const vp_options &o = setup_.options;

    if (!console_->open(o.uart, "--uart", true, error) ||
        (secure_console_ != nullptr &&
         !secure_console_->open(o.secure_uart, "--secure-uart", o.uart.kind != VP_UART_STDIO,
                                error)) ||
        !open_virtio_consoles(error) || !open_virtio_nets(error) || !open_restore(error) ||
        !open_saves(error))
        return false;
    open_progress();
    return open_observer(error);
}

bool machine::close(vp_error &error)
{
    progress_.erase();
    console_->flush();
    if (secure_console_ != nullptr)
        secure_console_->flush();
    for (auto &one : virtio_consoles_)
        one.second->flush();
    close_saves();
    return close_observer(error) && close_profile(error);
}

// ---------------------------------------------------------------- start and reset

void machine::start_pe(unsigned n, uint64_t entry, uint64_t x0, uint64_t time_ps)
{
    const vp_machine &m = setup_.machine;
    iss_start at = iss_start();

    at.pc = entry;
    at.el = setup_.boot.el;
    at.nonsecure = setup_.boot.nonsecure;
    at.x[0] = x0;
    if (setup_.boot.nonsecure)
        at.scr_el3 = scr_hce | scr_rw | scr_hxen;
    if (m.has_el3 && m.conduit != VP_CONDUIT_NONE)
        act_as_firmware_for(n, time_ps);
    pes_[n]->power_on(at, time_ps);
}

void machine::begin()
{
    if (setup_.options.restore != nullptr) {
        restore();
        return;
    }
    start();
    console_->start();
    if (secure_console_ != nullptr)
        secure_console_->start();
    for (auto &one : virtio_consoles_)
        one.second->start();
}

void machine::start()
{
    const unsigned number = setup_.boot.all_pes ? units() : 1;

    if (setup_.boot.nonsecure)
        act_as_firmware();
    else if (setup_.options.bios != nullptr && !setup_.machine.has_el3 && !setup_.machine.gicv2)
        wake_redistributors();
    for (unsigned n = 0; n < number; n++) {
        psci_started(&psci_, n);
        start_pe(n, setup_.boot.entry, setup_.boot.dtb, now_ps());
    }
}

// What firmware did before our time: written without time.
void machine::secure_write(uint64_t address, uint32_t value, unsigned by)
{
    tlm::tlm_generic_payload payload;
    gictlm::attributes_extension attributes;

    attributes.secure = true;
    attributes.pe = static_cast<uint16_t>(by);
    payload.set_extension(&attributes);
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
    payload.set_data_length(sizeof value);
    payload.set_streaming_width(sizeof value);
    (void)firmware_socket_->transport_dbg(payload);
    payload.clear_extension(&attributes);
}

// A kernel on a GIC with two Security states finds what firmware leaves: every interrupt in
// Non-secure Group 1, the Redistributors awake; of a GICv2 the priority masks open.
void machine::act_as_firmware()
{
    const gic_config &gic = setup_.params.gic;

    for (unsigned n = 1; n <= gic.spi_count / 32u; n++)
        secure_write(VP_GICD_BASE + gicd_igroupr + n * 4, UINT32_MAX);
    for (unsigned n = 0; setup_.machine.gicv2 && n < units(); n++) {
        secure_write(VP_GICD_BASE + gicd_igroupr, UINT32_MAX, n);
        secure_write(VP_GICC_BASE + gicc_pmr, icc_pmr_open, n);
    }
    if (setup_.machine.gicv2)
        return;
    for (unsigned n = 0; n < gic.espi_count / 32u; n++)
        secure_write(VP_GICD_BASE + gicd_igroupr_e + n * 4, UINT32_MAX);
    for (unsigned n = 0; n < units(); n++)
        for (unsigned word = 0; word <= gic.eppi_count / 32u; word++)
            secure_write(redistributor(n) + gicr_igroupr0 + word * 4, UINT32_MAX);
    wake_redistributors();
}

uint64_t machine::redistributor(unsigned n) const
{
    const unsigned first = vp_machine_first_region(setup_.machine.cpus);

    return n < first ? VP_GICR_BASE + uint64_t(n) * VP_GICR_FRAME
                     : VP_GICR_HIGH_BASE + uint64_t(n - first) * VP_GICR_FRAME;
}

// Firmware below EL3 relies on it that who was there before it has done so (EDK2 does).
void machine::wake_redistributors()
{
    for (unsigned n = 0; n < units(); n++)
        secure_write(redistributor(n) + gicr_waker, 0);
}

// Per PE: system registers on for the lower Exception levels, the priority mask open.
void machine::act_as_firmware_for(unsigned n, uint64_t time_ps)
{
    static const struct {
        gic_sysreg reg;
        uint64_t value;
    } writes[] = {{GIC_ICC_SRE_EL3, icc_sre_all}, {GIC_ICC_PMR_EL1, icc_pmr_open}};
    if (setup_.machine.gicv2)
        return;
    gictlm::sysreg_if &sysreg = pes_[n]->sysregs();
    gic_pe_state at_el3 = gic_pe_state();

    at_el3.el = 3;
    sysreg.set_pe_state(at_el3, ahead(time_ps));
    for (const auto &write : writes) {
        sc_core::sc_time delay = ahead(time_ps); /* what it costs was before our time */

        (void)sysreg.try_write(write.reg, write.value, delay);
    }
}

void machine::reset_system()
{
    vp_error error = vp_error();

    reset_wanted_ = false;
    for (auto &unit : pes_) {
        unit->hold(false);
        unit->cold_reset();
    }
    if (line_queue_ != nullptr)
        line_queue_->clear();
    for (auto &line : spi_lines_)
        if (line != nullptr)
            line->reset();
    for (auto &lines : ppi_lines_)
        for (auto &line : lines)
            if (line != nullptr)
                line->reset();
    for (auto &target : targets_)
        target->reset();
    gic_->reset_all();
    if (observer_ != nullptr)
        gictime_observer_reset(observer_, now_ps());
    psci_init(&psci_, setup_.machine.cpus);
    (void)vp_boot_restore(&setup_.boot, &setup_.options, &setup_.machine, &setup_.memory, &error);
    for (const vp_region &region : setup_.memory.region)
        if (region.size != 0)
            iss_domain_stored(domain_.get(), ISS_DOMAIN_NO_PE, region.base, region.size,
                              region.secure);
    start();
}

void machine::between_slices()
{
    const bool reset = reset_wanted_;

    if (reset)
        reset_system();
    if (observer_ != nullptr)
        gictime_observer_advance(observer_, now_ps());
    /* What a reset has set off at this very instant comes first. */
    if (!reset && !saves_.empty())
        save_where_due();
    if (progress_.on())
        show_progress();
    if (debugger_ != nullptr)
        debugger_->between_slices();
}

// ---------------------------------------------------------------- calls of a PE

void machine::conduit_call(pe &unit)
{
    const iss_ops &ops = unit.ops();
    uint64_t x[4];
    psci_result result;

    for (unsigned n = 0; n < 4; n++)
        x[n] = ops.get_reg(unit.instance(), static_cast<iss_reg>(ISS_REG_X0 + n));
    psci_call(&psci_, unit.index(), x, &result);
    ops.set_reg(unit.instance(), ISS_REG_X0, static_cast<uint64_t>(result.value));
    switch (result.action) {
    case PSCI_ACTION_CPU_ON:
        psci_started(&psci_, result.target);
        gic_->reset_one(static_cast<uint16_t>(result.target), unit.delay_of(unit.local_ps()));
        start_pe(result.target, result.entry, result.context, unit.local_ps());
        break;
    case PSCI_ACTION_CPU_OFF:
        unit.power_off();
        break;
    case PSCI_ACTION_SUSPEND:
        unit.suspend();
        break;
    case PSCI_ACTION_SYSTEM_OFF:
        scheduler_.finish(ending::power_off);
        break;
    case PSCI_ACTION_SYSTEM_RESET:
        unit.power_off();
        want_reset();
        break;
    default:
        break;
    }
}

void machine::semihost_call(pe &unit)
{
    struct context {
        machine *self;
        pe *unit;
    } at = {this, &unit};
    semihost_guest guest = semihost_guest();
    semihost_result result;

    guest.ctx = &at;
    guest.read = [](void *ctx, uint64_t address, void *data, uint32_t length) {
        const iss_debug_access access = {address, length, false, false};
        pe &p = *static_cast<context *>(ctx)->unit;
        return p.ops().memory(p.instance(), &access, data) == length;
    };
    guest.write = [](void *ctx, uint64_t address, const void *data, uint32_t length) {
        const iss_debug_access access = {address, length, true, false};
        pe &p = *static_cast<context *>(ctx)->unit;
        return p.ops().memory(p.instance(), &access, const_cast<void *>(data)) == length;
    };
    guest.console = [](void *ctx, const char *data, uint32_t length) {
        static_cast<context *>(ctx)->self->console_->write(data, length);
    };
    const iss_ops &ops = unit.ops();

    ::semihost_call(&semihost_, &guest,
                    static_cast<uint32_t>(ops.get_reg(unit.instance(), ISS_REG_X0)),
                    ops.get_reg(unit.instance(), static_cast<iss_reg>(ISS_REG_X0 + 1)),
                    unit.local_ps(), &result);
    if (result.exit)
        scheduler_.finish(ending::exited, result.status);
    else
        ops.set_reg(unit.instance(), ISS_REG_X0, result.value);
}

void machine::want_reset()
{
    reset_wanted_ = true;
    scheduler_.call_between();
}

void machine::debug_stop(pe &unit, iss_stop reason)
{
    scheduler_.call_between();
    if (debugger_ != nullptr)
        debugger_->stopped(unit.index(), reason);
}

void machine::events_set(pe &sender, uint64_t time_ps)
{
    for (auto &unit : pes_)
        if (unit != nullptr && unit.get() != &sender)
            unit->look_at_event(time_ps);
}

// A store of a PE is at its local time, one of anybody else now.
void machine::on_broken_monitor(void *up, uint32_t pe, uint32_t writer)
{
    machine &self = *static_cast<machine *>(up);

    if (pe < self.pes_.size() && self.pes_[pe] != nullptr)
        self.pes_[pe]->look_at_event(writer == ISS_DOMAIN_NO_PE ? now_ps()
                                                                : self.pes_[writer]->local_ps());
}

// ---------------------------------------------------------------- reports

void machine::on_gic_event(void *up, const gic_event *event)
{
    machine &self = *static_cast<machine *>(up);

    if ((event->id == GIC_EV_ACKNOWLEDGED || event->id == GIC_EV_SPURIOUS) &&
        event->intid < self.acknowledged_.size())
        self.acknowledged_[event->intid]++;
    self.interrupts_ += event->id == GIC_EV_ACKNOWLEDGED ? 1u : 0u;
    if (self.observer_ == nullptr)
        gictime_names_event(self.names_.get(), event);
    gictime_guest_event(&self.guest_, event);
}

void machine::on_guest_line(void *ctx, const char *line)
{
    static_cast<machine *>(ctx)->progress_.erase();
    (void)std::fprintf(stderr, "gicvp: guest: %s\n", line);
}

// The first few of a kind, then the 10th, 100th, ...: a guest cannot fill the log.
bool machine::worth_saying()
{
    uint64_t power = 10;

    device_errors_++;
    while (power < device_errors_)
        power *= 10;
    if (device_errors_ > 4 && device_errors_ != power)
        return false;
    progress_.erase();
    return true;
}

void machine::complain(const char *device, uint64_t offset, unsigned size, bool write,
                       dev_status status)
{
    if (!worth_saying())
        return;
    (void)std::fprintf(
        stderr,
        "gicvp: guest: %s: %s of %u bytes at 0x%" PRIx64 ": %s (device error %" PRIu64 ")\n",
        device, write ? "write" : "read", size, offset, complaint_text(status), device_errors_);
}

void machine::complain_of_queue(const char *device, unsigned queue, const char *text)
{
    if (worth_saying())
        (void)std::fprintf(stderr,
                           "gicvp: guest: %s: queue %u: %s; the device waits for a reset (device "
                           "error %" PRIu64 ")\n",
                           device, queue, text, device_errors_);
}

uint64_t machine::guest_errors() const
{
    return gictime_guest_total(&guest_) + device_errors_;
}

namespace
{

// The last gate is the PE's: is the line that is up masked where it would be taken?
void explain_pstate(gic_explanation &e, pe &unit)
{
    const gic_pe_state &state = unit.state();
    const bool fiq = (e.gate[GIC_GATE_LINE].value & 1u) == 0;
    const uint64_t pstate = unit.ops().get_reg(unit.instance(), ISS_REG_PSTATE);
    const bool masked = (pstate >> (fiq ? pstate_f_bit : pstate_i_bit) & 1u) != 0;
    const bool to_el3 = fiq ? state.scr_fiq : state.scr_irq;
    const bool to_el2 = state.hcr_tge || (fiq ? state.hcr_fmo : state.hcr_imo);
    const unsigned target = to_el3 ? 3 : to_el2 ? 2 : 1;
    const bool open = state.el < target || (state.el == target && !masked);

    gic_gate_set(&e, GIC_GATE_PSTATE, unit.power() != pe_power::off && open, pstate);
}

// The same of a guest's interrupt.
void explain_guest_pstate(gic_explanation &e, pe &unit)
{
    const gic_pe_state &state = unit.state();
    const bool fiq = (e.gate[GIC_GATE_VIRTUAL_LINE].value & 1u) == 0;
    const uint64_t pstate = unit.ops().get_reg(unit.instance(), ISS_REG_PSTATE);
    const bool masked = (pstate >> (fiq ? pstate_f_bit : pstate_i_bit) & 1u) != 0;
    const bool open = state.el == 0 || (state.el == 1 && !masked);

    gic_gate_set(&e, GIC_GATE_VIRTUAL_PSTATE, unit.power() != pe_power::off && open, pstate);
}

std::string tell(const gic_explanation &e, const char *what)
{
    char line[160];
    const gic_gate_id closed = gic_first_closed_gate(&e);

    (void)std::snprintf(line, sizeof line, "%s %u at PE %u: %s%s\n", what, e.intid, e.pe,
                        closed == GIC_GATE_COUNT ? "every gate is open" : "stopped at: ",
                        closed == GIC_GATE_COUNT ? "" : gic_gate_name(closed));
    std::string text = line;

    for (const gic_gate &gate : e.gate) {
        if (!gate.known)
            continue;
        (void)std::snprintf(line, sizeof line, "  %s %-28s value 0x%" PRIx64 "%s\n",
                            gate.open ? "open  " : "CLOSED",
                            gic_gate_name(static_cast<gic_gate_id>(gate.id)), gate.value,
                            gate.id == closed ? "   <== the first closed gate" : "");
        text += line;
    }
    return text;
}

} // namespace

std::string machine::why(uint32_t intid, unsigned pe)
{
    gic_explanation e = gic_->explain(intid, static_cast<uint16_t>(pe));
    gic_explanation v = gic_->explain_virtual(intid, static_cast<uint16_t>(pe));

    explain_pstate(e, unit(pe));
    std::string text = tell(e, "INTID");
    // A guest's interrupt of that number, where a hypervisor has one.
    if (v.gate[GIC_GATE_VIRTUAL_LISTED].open) {
        explain_guest_pstate(v, unit(pe));
        text += tell(v, "virtual INTID");
    }
    return text;
}

} // namespace virt
