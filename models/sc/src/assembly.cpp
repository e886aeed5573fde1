// SPDX-License-Identifier: Apache-2.0
// The joiner with a clock: construction, entries, what it hands on, and when it is woken.
#include "gictlm/assembly.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "gic/fault.h"
#include "sysreg_end.h"

namespace gictlm
{

namespace
{

/// Memory aligned as the joiner wants it.
constexpr size_t alignment = 64;

/// Marks a callback or a flush for as long as it runs, exceptions included.
class flag_guard
{
public:
    explicit flag_guard(bool &flag) : flag_(flag)
    {
        flag_ = true;
    }
    ~flag_guard()
    {
        flag_ = false;
    }
    flag_guard(const flag_guard &) = delete;
    flag_guard &operator=(const flag_guard &) = delete;

private:
    bool &flag_;
};

/// SC_REPORT_ERROR throws unless the user has told it not to; a broken GIC is never built.
[[noreturn]] void refuse(const char *who, const std::string &why)
{
    SC_REPORT_ERROR(who, why.c_str());
    throw std::invalid_argument(std::string(who) + ": " + why);
}

void check_config(const char *who, const config &c)
{
    unsigned sum = 0;
    if (!c.affinity.empty() && c.affinity.size() != c.gic.pe_count)
        refuse(who, "affinity: one entry for each of the " + std::to_string(c.gic.pe_count) +
                        " PEs, not " + std::to_string(c.affinity.size()));
    if (const gic_config_error error = gic_config_check(&c.gic))
        refuse(who, gic_config_error_text(error));
    if (!c.gicr_bases.empty() && c.gicr_bases.size() != c.gic.pe_count)
        refuse(who, "gicr_bases: one address for each of the " + std::to_string(c.gic.pe_count) +
                        " PEs, not " + std::to_string(c.gicr_bases.size()));
    if (c.gicr_stride < 0x20000 || (c.gicr_stride & (c.gicr_stride - 1)) != 0)
        refuse(who, "gicr_stride: a power of two, at least 0x20000");
    for (unsigned pes : c.gicr_regions) {
        if (pes == 0)
            refuse(who, "gicr_regions: at least one PE in each region");
        sum += pes;
    }
    if (!c.gicr_regions.empty() && sum != c.gic.pe_count)
        refuse(who, "gicr_regions: " + std::to_string(sum) + " PEs in the regions, pe_count is " +
                        std::to_string(c.gic.pe_count));
}

} // namespace

void assembly::aligned_delete::operator()(void *p) const
{
    std::free(p);
}

assembly::assembly(sc_core::sc_module_name name, const config &configuration,
                   const gic_assembly_parts &parts)
    : sc_module(name), config_(configuration)
{
    if (!config_.affinity.empty())
        config_.gic.affinity = config_.affinity.data();
    check_config(this->name(), config_);
    timed_ = config_.timing.timed;
    clocked_ = timed_ || config_.gic.lpi_bits != 0;
    line_routes_.assign(size_t(GIC_LINE_COUNT) * config_.gic.pe_count + config_.gic.its_count,
                        nullptr); // ITSs behind the PEs
    receivers_.assign(config_.gic.pe_count, {nullptr, nullptr, 0});
    stream_routes_.assign(size_t(GIC_PORT_LINE) * config_.gic.pe_count, nullptr);
    stream_last_.assign(stream_routes_.size(), 0);
    pushed_.assign(config_.gic.pe_count, 0);
    reported_.assign(GIC_EV_COUNT, 0);
    has_cpuif_ = parts.cpuif;

    const size_t length = gic_align_up(gic_assembly_footprint(&config_.gic, &parts), alignment);
    memory_.reset(std::aligned_alloc(alignment, length));
    if (!memory_)
        throw std::bad_alloc();
    const gic_assembly_ports ports = {1,    on_line,   on_event,   on_external,
                                      this, on_memory, on_its_line};
    gic_config_error error = GIC_CONFIG_OK;
    a_ = gic_assembly_init(memory_.get(), length, &config_.gic, &parts, &config_.timing, &ports,
                           &error);
    if (!a_)
        refuse(this->name(), gic_config_error_text(error));
    want_events();
    name_redistributors();
    for (uint16_t pe = 0; has_cpuif_ && pe < config_.gic.pe_count; pe++)
        gic_assembly_pe_state(a_, 0, pe, &config_.pe_state);
    outputs_.clear(); // nothing is bound yet, and levels start low

    sc_core::sc_spawn_options method;
    method.spawn_method();
    method.dont_initialize();
    method.set_sensitivity(&due_);
    sc_core::sc_spawn([this] { tick(); }, sc_core::sc_gen_unique_name("link_scheduler"), &method);
}

/// Where the Redistributors stand, for commands that name them by address.
void assembly::name_redistributors()
{
    std::vector<uint64_t> base = config_.gicr_bases;
    for (uint64_t pe = base.size(); pe < config_.gic.pe_count; pe++)
        base.push_back(pe * config_.gicr_stride);
    gic_assembly_set_gicr_bases(a_, base.data());
}

assembly::~assembly() = default;

void assembly::end_of_elaboration()
{
    for (size_t i = 0; !timed_ && i < size_t(GIC_LINE_COUNT) * config_.gic.pe_count; i++) {
        receiver &to = receivers_[i % config_.gic.pe_count];
        if (to.function && line_routes_[i] && line_routes_[i]->size() == 0)
            to.alone |= 1u << i / config_.gic.pe_count;
    }
    const double tick_seconds = sc_core::sc_get_time_resolution().to_seconds();
    ps_per_tick_ = static_cast<uint64_t>(std::llround(tick_seconds * 1e12));
    ticks_per_ps_ = ps_per_tick_ ? 1 : static_cast<uint64_t>(std::llround(1e-12 / tick_seconds));
    if (timed_ && ps_per_tick_ > 1)
        SC_REPORT_WARNING(name(), "timed mode with a time resolution coarser than 1 ps: delivery "
                                  "times are rounded up to it");
}

// ---- Time ---------------------------------------------------------------------------------------

sc_core::sc_time assembly::from_ps(uint64_t ps) const
{
    if (ps_per_tick_ == 1)
        return sc_core::sc_time::from_value(ps);
    if (ps_per_tick_)
        return sc_core::sc_time::from_value((ps + ps_per_tick_ - 1) / ps_per_tick_);
    return sc_core::sc_time::from_value(ps * ticks_per_ps_);
}

sc_core::sc_time assembly::ahead(uint64_t time_ps) const
{
    const uint64_t now = now_ps(sc_core::SC_ZERO_TIME);
    return time_ps > now ? from_ps(time_ps - now) : sc_core::SC_ZERO_TIME;
}

bool assembly::in_thread() const
{
    const sc_core::sc_process_handle current = sc_core::sc_get_current_process_handle();
    return current.valid() && (current.proc_kind() == sc_core::SC_THREAD_PROC_ ||
                               current.proc_kind() == sc_core::SC_CTHREAD_PROC_);
}

void assembly::synchronise(sc_core::sc_time &delay)
{
    if (delay != sc_core::SC_ZERO_TIME) {
        sc_core::wait(delay);
        delay = sc_core::SC_ZERO_TIME;
    } else if (!settled()) {
        waiting_++;
        set_clock(next_due_ps());
        sc_core::wait(progress_event());
        waiting_--;
        set_clock(next_due_ps());
    }
}

void assembly::set_clock(uint64_t next)
{
    scheduled_ps_ = next;
    if (clock_.function)
        clock_.function(clock_.up, next);
    if (clock_.function && waiting_ == 0)
        return;
    notifications_++;
    due_.cancel();
    if (next != GIC_TIME_NEVER)
        due_.notify(ahead(next));
}

void assembly::reschedule()
{
    const uint64_t next = next_due_ps();
    if (watched_)
        tell_progress();
    if (next != scheduled_ps_)
        set_clock(next);
}

void assembly::tell_progress()
{
    const uint64_t messages = gic_assembly_get_stats(a_)->messages;
    if (messages == delivered_)
        return;
    delivered_ = messages;
    notifications_++;
    progress_.notify(sc_core::SC_ZERO_TIME);
}

void assembly::deliver_due(uint64_t now)
{
    while (!inbound_.empty() && inbound_.front().due_ps <= now) {
        const arrival next = inbound_.front();
        inbound_.erase(inbound_.begin());
        gic_assembly_receive(a_, next.due_ps, next.from, next.to, next.pe, &next.msg);
    }
}

void assembly::go_on(uint64_t now)
{
    deliver_due(now);
    gic_assembly_advance(a_, now);
    settle();
}

void assembly::tick()
{
    scheduled_ps_ = GIC_TIME_NEVER;
    go_on(now_ps(sc_core::SC_ZERO_TIME));
}

// ---- What the joiner says -----------------------------------------------------------------------

void assembly::on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t time_ps)
{
    auto *self = static_cast<assembly *>(up);
    if (!self->hand_to_pe(pe, line, level, time_ps)) {
        output o = {};
        o.time_ps = time_ps;
        o.pe = pe;
        o.what = output::line;
        o.to = static_cast<uint8_t>(line);
        o.level = level;
        self->outputs_.push_back(o);
    }
    if (self->line_observers_.empty())
        return;
    flag_guard observing(self->observing_);
    for (const auto &to : self->line_observers_)
        to.function(to.up, pe, line, level, time_ps);
}

/// Loosely timed, a line that nobody but a PE's own receiver waits for; false: it is another.
bool assembly::hand_to_pe(uint16_t pe, gic_line line, bool level, uint64_t time_ps)
{
    const receiver &to = receivers_[pe];
    if ((to.alone >> line & 1u) == 0 || !outputs_.empty())
        return false;
    line_routes_[size_t(line) * config_.gic.pe_count + pe]->note(level);
    to.function(to.up, line, level, time_ps);
    return true;
}

void assembly::on_its_line(void *up, unsigned its, bool level, uint64_t time_ps)
{
    auto *self = static_cast<assembly *>(up);
    output o = {};
    o.time_ps = time_ps;
    o.pe = static_cast<uint16_t>(its);
    o.what = output::line;
    o.to = GIC_LINE_COUNT;
    o.level = level;
    self->outputs_.push_back(o);
}

void assembly::on_event(void *up, const gic_event *event)
{
    static_cast<assembly *>(up)->tell(*event);
}

void assembly::tell(const gic_event &event)
{
    if (!observers_.empty()) {
        flag_guard observing(observing_);
        for (const auto &to : observers_)
            if (gic_event_set_has(&to.events, event.id))
                to.function(to.up, &event);
    }
    if (reported_[event.id] >= config_.guest_error_reports ||
        gic_event_class_of(event.id) != GIC_EVENT_GUEST)
        return;
    output o = {};
    o.what = output::report;
    o.time_ps = event.time_ps;
    o.pe = event.pe;
    o.to = event.id;
    o.msg.intid = event.intid;
    o.msg.arg = event.arg;
    o.level = ++reported_[event.id] == config_.guest_error_reports;
    outputs_.push_back(o);
}

void assembly::on_external(void *up, unsigned from, unsigned to, uint16_t pe, const gic_msg *msg,
                           uint64_t time_ps)
{
    auto *self = static_cast<assembly *>(up);
    output o = {};
    o.time_ps = time_ps;
    o.msg = *msg;
    o.pe = pe;
    o.what = output::message;
    o.from = static_cast<uint8_t>(from);
    o.to = static_cast<uint8_t>(to);
    self->outputs_.push_back(o);
}

gic_memory_answer assembly::on_memory(void *up, gic_memory_access *access, uint64_t now_ps,
                                      uint64_t *done_ps)
{
    auto *self = static_cast<assembly *>(up);
    if (!self->memory_port_)
        return GIC_MEMORY_FAILED;
    return self->memory_port_->ask(*access, now_ps, *done_ps);
}

void assembly::tell_memory_written(const gic_memory_access &access)
{
    flag_guard observing(observing_);
    for (const auto &to : write_observers_)
        to.function(to.up, access.address, access.length);
}

void assembly::memory_done(const gic_memory_access &access, bool ok, uint64_t time_ps)
{
    gic_assembly_memory_done(a_, time_ps, access.id, access.data, ok);
    if (watched_) {
        notifications_++;
        progress_.notify(sc_core::SC_ZERO_TIME);
    }
    go_on(now_ps(sc_core::SC_ZERO_TIME));
}

void assembly::refuse_entry() const
{
    refuse(name(), "called from inside an event observer: observers record and return");
}

/// Oldest first. A receiver may enter the GIC again; what that adds is handed on by this loop.
void assembly::flush()
{
    flag_guard flushing(flushing_);
    struct forget {
        std::vector<output> &list;
        ~forget()
        {
            list.clear();
        }
    } after = {outputs_};
    for (size_t i = 0; i < outputs_.size(); i++) {
        const output o = outputs_[i];
        hand_on(o);
    }
}

void assembly::hand_on(const output &o)
{
    if (o.what == output::line) {
        hand_on_line(o);
    } else if (o.what == output::message) {
        hand_on_message(o);
    } else {
        report_guest_error(o);
    }
}

void assembly::hand_on_line(const output &o)
{
    line_out *port = line_routes_[size_t(o.to) * config_.gic.pe_count + o.pe];
    if (port)
        port->drive(o.level, port->size() != 0 ? ahead(o.time_ps) : sc_core::SC_ZERO_TIME);
    if (o.to < GIC_LINE_COUNT && receivers_[o.pe].function) // behind the PEs' lines: ITSs'
        receivers_[o.pe].function(receivers_[o.pe].up, static_cast<gic_line>(o.to), o.level,
                                  o.time_ps);
}

static gic_hop hop_between(unsigned from, unsigned to)
{
    if (from == GIC_PORT_GICD)
        return GIC_HOP_GICD_GICR;
    if (from == GIC_PORT_CPUIF)
        return GIC_HOP_CPUIF_GICR;
    return to == GIC_PORT_GICD ? GIC_HOP_GICR_GICD : GIC_HOP_GICR_CPUIF;
}

/// The link is FIFO: a message is due no earlier than the one before it.
void assembly::hand_on_message(const output &o)
{
    const size_t link = size_t(o.to) * config_.gic.pe_count + o.pe;
    const uint64_t hop = timed_ ? config_.timing.hop_ps[hop_between(o.from, o.to)] : 0;
    stream_port *port = stream_routes_[link];
    if (!port || port->size() == 0)
        return;
    stream_last_[link] = std::max(stream_last_[link], o.time_ps + hop);
    (*port)->receive(o.msg, ahead(stream_last_[link]));
}

void assembly::report_guest_error(const output &o)
{
    std::string text = gic_event_name(o.to);
    text += std::string(": ") + gic_event_text(o.to);
    char numbers[80];
    std::snprintf(numbers, sizeof numbers, " [PE %d, INTID %u, arg 0x%llx]",
                  o.pe == GIC_PE_NONE ? -1 : int(o.pe), o.msg.intid,
                  static_cast<unsigned long long>(o.msg.arg));
    text += numbers;
    if (o.level)
        text += "; further ones are counted only";
    SC_REPORT_WARNING(name(), text.c_str());
}

// ---- Entries ------------------------------------------------------------------------------------

void assembly::set_input(const line_in &line, bool rising, const sc_core::sc_time &delay)
{
    const uint64_t now = now_ps(delay);
    check_entry();
    if (line.intid_ && !input_observers_.empty()) {
        const uint16_t pe = line.kind_ == line_kind::spi ? uint16_t(GIC_PE_NONE) : line.pe_;
        flag_guard observing(observing_);
        for (const auto &to : input_observers_)
            to.function(to.up, pe, line.intid_, line.level_, now);
    }
    if (line.kind_ == line_kind::spi)
        gic_assembly_set_spi(a_, now, line.intid_, line.level_);
    else if (line.kind_ == line_kind::ppi)
        gic_assembly_set_ppi(a_, now, line.pe_, line.intid_, line.level_);
    else if (line.kind_ == line_kind::cpu_active)
        gic_assembly_set_cpu_active(a_, now, line.pe_, line.level_);
    else if (line.kind_ == line_kind::legacy_irq)
        gic_assembly_set_legacy(a_, now, line.pe_, GIC_LINE_IRQ, line.level_);
    else if (line.kind_ == line_kind::legacy_fiq)
        gic_assembly_set_legacy(a_, now, line.pe_, GIC_LINE_FIQ, line.level_);
    else if (rising && line.kind_ == line_kind::reset)
        reset_all(delay);
    else if (rising)
        reset_one(line.pe_, delay);
    settle();
}

void assembly::receive(gic_port from, gic_port to, uint16_t pe, const gic_msg &msg,
                       const sc_core::sc_time &delay)
{
    const uint64_t due = now_ps(delay);
    check_entry();
    if (!timed_) {
        gic_assembly_receive(a_, due, from, to, pe, &msg);
    } else {
        const arrival next = {due, msg, pe, static_cast<uint8_t>(from), static_cast<uint8_t>(to)};
        const auto later = [](uint64_t t, const arrival &other) { return t < other.due_ps; };
        inbound_.insert(std::upper_bound(inbound_.begin(), inbound_.end(), due, later), next);
        deliver_due(now_ps(sc_core::SC_ZERO_TIME));
    }
    settle();
}

gic_sysreg_result assembly::try_read(uint16_t pe, gic_sysreg reg, uint64_t &value,
                                     uint64_t &time_ps)
{
    check_entry();
    const gic_sysreg_result result = gic_assembly_sysreg_read(a_, time_ps, pe, reg, &value);
    settle();
    charge(result, reg, false, time_ps);
    return result;
}

gic_sysreg_result assembly::try_write(uint16_t pe, gic_sysreg reg, uint64_t value,
                                      uint64_t &time_ps)
{
    check_entry();
    const gic_sysreg_result result = gic_assembly_sysreg_write(a_, time_ps, pe, reg, value);
    settle();
    charge(result, reg, true, time_ps);
    return result;
}

void assembly::set_pe_state(uint16_t pe, const gic_pe_state &state, uint64_t time_ps)
{
    check_entry();
    pushed_[pe] = 1;
    gic_assembly_pe_state(a_, time_ps, pe, &state);
    settle();
}

void assembly::assume_pe_state(uint16_t pe, uint64_t now)
{
    if (has_cpuif_ && !pushed_[pe])
        gic_assembly_pe_state(a_, now, pe, &config_.pe_state);
}

void assembly::reset_all(const sc_core::sc_time &delay)
{
    const uint64_t now = now_ps(delay);
    check_entry();
    inbound_.clear();
    if (memory_port_)
        memory_port_->forget();
    gic_assembly_reset(a_, now);
    for (uint16_t pe = 0; pe < config_.gic.pe_count; pe++)
        assume_pe_state(pe, now);
    settle();
}

void assembly::reset_one(uint16_t pe, const sc_core::sc_time &delay)
{
    const uint64_t now = now_ps(delay);
    check_entry();
    if (pe >= config_.gic.pe_count)
        return;
    gic_assembly_reset_pe(a_, pe, now);
    assume_pe_state(pe, now);
    settle();
}

void assembly::observe(event_function function, void *up, const gic_event_set &events)
{
    observers_.push_back({function, up, events});
    want_events();
}

/// Those of the observers, and the guest's mistakes where they are reported.
void assembly::want_events()
{
    gic_event_set wanted = {};
    if (config_.guest_error_reports != 0)
        gic_event_set_add_class(&wanted, GIC_EVENT_GUEST);
    for (const event_observer &to : observers_)
        for (unsigned id = 0; id < GIC_EV_COUNT; id++)
            if (gic_event_set_has(&to.events, id))
                gic_event_set_add(&wanted, id);
    gic_assembly_want_events(a_, &wanted);
}

void assembly::observe_lines(line_function function, void *up)
{
    line_observers_.push_back({function, up});
}

void assembly::observe_inputs(input_function function, void *up)
{
    input_observers_.push_back({function, up});
}

void assembly::observe_memory_writes(write_function function, void *up)
{
    write_observers_.push_back({function, up});
}

gic_explanation assembly::explain(uint32_t intid, uint16_t pe) const
{
    gic_explanation out;
    gic_explain(a_, intid, pe, &out);
    return out;
}

gic_explanation assembly::explain_virtual(uint32_t vintid, uint16_t pe) const
{
    gic_explanation out;
    gic_explain_virtual(a_, vintid, pe, &out);
    return out;
}

} // namespace gictlm
