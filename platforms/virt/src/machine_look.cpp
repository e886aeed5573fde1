// SPDX-License-Identifier: Apache-2.0
// What looks into the machine while it runs: names, records, log, profile, progress.
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include <unistd.h>

#include "irq_names.h"
#include "machine_model.h"
#include "report.h"
#include "time_util.h"

namespace virt
{

namespace
{
constexpr unsigned pstate_el_lsb = 2;
} // namespace

// ---------------------------------------------------------------- names

void machine::build_names()
{
    const uint8_t *tree = vp_memory_host(&setup_.memory, setup_.boot.dtb, setup_.boot.dtb_size);

    if (tree != nullptr)
        vp_irq_names(names_.get(), tree, &setup_.machine, &setup_.plug);
}

// The function's name, and the vector of its MSI-X table that sends the event.
void machine::name_source(void *up, uint32_t device, uint32_t event, char *text, size_t size)
{
    machine &self = *static_cast<machine *>(up);
    uint16_t rid = 0;

    text[0] = '\0';
    if (!vp_function_of(&self.setup_.machine, &self.setup_.plug, device, &rid))
        return;
    vp_function_name(&self.setup_.plug, rid, text, size);
    const size_t length = std::strlen(text);
    const pcie_function *f = rid < PCIE_FUNCTIONS ? self.pcie_->host().function[rid] : nullptr;

    for (unsigned n = 0; f != nullptr && f->table != nullptr && n < f->desc.msix_vectors; n++)
        if (f->table[n].address != 0 && f->table[n].data == event) {
            (void)std::snprintf(text + length, size - length, " vector %u", n);
            return;
        }
    (void)std::snprintf(text + length, size - length, " event %" PRIu32, event);
}

// ---------------------------------------------------------------- records

// The files that are written here, and not by the observer.
bool machine::open_file(const char *option, const char *path, look_file &file, vp_error &error)
{
    if (path == nullptr || std::strcmp(path, "-") == 0)
        return true;
    file.reset(std::fopen(path, "wb"));
    return file != nullptr || vp_fail(&error, "%s%s: cannot be written: %s; give another path",
                                      option, path, std::strerror(errno));
}

bool machine::open_observer(vp_error &error)
{
    const vp_options &o = setup_.options;
    gictime_observer_config config = gictime_observer_config();
    gictime_error reason;

    if (!open_file("--profile-guest ", o.profile_guest, profile_file_, error) ||
        !open_file("--trace irq,to=", o.trace_irq.path, log_file_, error))
        return false;
    if (!vp_options_record(&o))
        return true;
    config.gic = &setup_.params.gic;
    config.profile = &setup_.params.profile;
    config.stats_path = o.stats;
    config.trace_path = o.trace_json;
    config.vcd_path = o.vcd;
    config.stamps_path = o.stamps;
    config.names = names_.get();
    if (o.trace_irq.on)
        config.log = log_file_ != nullptr ? log_file_.get() : stderr;
    config.log_max = o.trace_irq.max_lines;
    observer_ = gictime_observer_create(&config, &reason);
    if (observer_ == nullptr)
        return vp_fail(&error, "%s", reason.text);
    gictime_observer_frames(observer_, &gic_->gicd_registers(), &gic_->gicr_registers(),
                            gic_->gicc_registers());
    gic_->observe(gictime_observer_event, observer_);
    gic_->observe_lines(gictime_observer_line, observer_);
    gic_->observe_inputs(
        [](void *up, uint16_t pe, uint32_t intid, bool level, uint64_t time) {
            gictime_observer_input(static_cast<gictime_observer *>(up), pe, intid, level, time);
        },
        observer_);
    return true;
}

bool machine::close_observer(vp_error &error)
{
    const pcie_root::totals traffic = pcie_->traffic();
    std::vector<counter> counters = {
        {"instructions", scheduler_.insns()}, {"slices", scheduler_.slices()},
        {"guest_errors", guest_errors()},     {"msi_arrivals", traffic.arrivals},
        {"msis_sent", traffic.sent},          {"msis_merged_at_source", traffic.merged}};
    std::vector<gictime_fact> facts;
    gictime_run run = gictime_run();
    gictime_error reason;

    if (observer_ == nullptr)
        return true;
    run.title = setup_.options.elf != nullptr    ? setup_.options.elf
                : setup_.options.bios != nullptr ? setup_.options.bios
                                                 : setup_.options.kernel;
    run.end_ps = now_ps();
    run.gic = &gic_->stats();
    virtio_->report(counters);
    for (unsigned n = 0; n < setup_.machine.its_count; n++)
        report_its(gic_->its_counters(n), n, counters);
    facts.reserve(facts.size() + counters.size());
    for (const counter &c : counters)
        facts.push_back({c.first.c_str(), c.second});
    run.fact = facts.data();
    run.fact_count = facts.size();
    return gictime_observer_finish(observer_, &run, &reason) || vp_fail(&error, "%s", reason.text);
}

// ---------------------------------------------------------------- PEs

// For the log: which exception, and where the PE was.
void machine::note_exception(pe &unit, const iss_event &event)
{
    char place[VP_PLACE_MAX], text[VP_PLACE_MAX + 64];

    vp_symbols_place(&setup_.symbols, event.pc, place, sizeof place);
    (void)std::snprintf(text, sizeof text, "takes %s to EL%u, was in EL%u at %s",
                        event.line == ISS_LINE_FIQ ? "FIQ" : "IRQ", event.el, event.from_el, place);
    gictime_observer_note(observer_, static_cast<uint16_t>(unit.index()), event.time_ps, text);
}

void machine::pe_event(pe &unit, const iss_event &event)
{
    const bool irq = event.line == ISS_LINE_IRQ, fiq = event.line == ISS_LINE_FIQ;

    if (observer_ == nullptr || !(irq || fiq))
        return;
    if (event.kind == ISS_EVENT_EXCEPTION) {
        gictime_observer_exception(observer_, static_cast<uint16_t>(unit.index()), fiq,
                                   event.time_ps);
        if (setup_.options.trace_irq.on)
            note_exception(unit, event);
    } else if (event.kind == ISS_EVENT_HANDLER) {
        gictime_observer_handler(observer_, static_cast<uint16_t>(unit.index()), fiq,
                                 event.time_ps);
    }
}

// A debugger's user may want to look at it; anybody else would wait for nothing.
void machine::fault_loop(pe &unit)
{
    if (debugger_ != nullptr)
        return;
    faulting_pe_ = unit.index();
    scheduler_.finish(ending::faults);
}

void machine::sample(pe &unit)
{
    const uint64_t pstate = unit.ops().get_reg(unit.instance(), ISS_REG_PSTATE);

    profile_.symbols = &setup_.symbols;
    vp_profile_add(&profile_, unit.index(), static_cast<unsigned>(pstate >> pstate_el_lsb & 3u),
                   unit.ops().get_reg(unit.instance(), ISS_REG_PC));
}

bool machine::close_profile(vp_error &error)
{
    const vp_options &o = setup_.options;
    FILE *out = profile_file_ != nullptr ? profile_file_.get() : stdout;

    if (o.profile_guest == nullptr)
        return true;
    vp_profile_print(&profile_, o.profile_insns, o.profile_guest, out);
    return (std::fflush(out) == 0 && std::ferror(out) == 0) ||
           vp_fail(&error, "--profile-guest %s: cannot write; is the disk full?", o.profile_guest);
}

// ---------------------------------------------------------------- progress

// Where the guest's console is on a terminal too, the line gives way to what the guest writes.
void machine::open_progress()
{
    if (!progress_.on() || isatty(STDOUT_FILENO) == 0)
        return;
    console_->share_terminal(progress_);
    if (secure_console_ != nullptr)
        secure_console_->share_terminal(progress_);
    for (auto &one : virtio_consoles_)
        one.second->share_terminal(progress_);
}

void machine::show_progress()
{
    bool room = console_->between_lines();

    if (secure_console_ != nullptr)
        room = room && secure_console_->between_lines();
    for (auto &one : virtio_consoles_)
        room = room && one.second->between_lines();
    if (room)
        progress_.show(progress::clock::now(),
                       progress_facts{now_ps(), scheduler_.insns_here(), interrupts_});
}

} // namespace virt
