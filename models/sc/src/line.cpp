// SPDX-License-Identifier: Apache-2.0
// Input lines as signals, output lines as signals.
#include "gictlm/line.h"

#include "gictlm/adapters/signal.h"
#include "gictlm/assembly.h"

namespace gictlm
{

/// What a process that is sensitive to an input line waits for.
struct line_in::events {
    sc_core::sc_event changed;
    sc_core::sc_event rose;
    sc_core::sc_event fell;
};

line_in::line_in(const char *name, assembly &owner, line_kind kind, uint16_t pe, uint32_t intid)
    : sc_export(name), owner_(owner), intid_(intid), pe_(pe), kind_(kind),
      level_(kind == line_kind::cpu_active)
{
    bind(static_cast<sc_core::sc_signal_inout_if<bool> &>(*this));
}

line_in::~line_in() = default;

line_in::events &line_in::observed() const
{
    if (!events_)
        events_ = std::make_unique<events>();
    return *events_;
}

const sc_core::sc_event &line_in::value_changed_event() const
{
    return observed().changed;
}

const sc_core::sc_event &line_in::posedge_event() const
{
    return observed().rose;
}

const sc_core::sc_event &line_in::negedge_event() const
{
    return observed().fell;
}

bool line_in::event() const
{
    return changed_delta_ + 1 == sc_core::sc_delta_count();
}

void line_in::write(const bool &level)
{
    set(level, sc_core::SC_ZERO_TIME);
}

void line_in::set(bool level, const sc_core::sc_time &delay)
{
    if (level == level_)
        return;
    level_ = level;
    changed_delta_ = sc_core::sc_delta_count();
    if (events_) {
        events_->changed.notify(sc_core::SC_ZERO_TIME);
        (level ? events_->rose : events_->fell).notify(sc_core::SC_ZERO_TIME);
    }
    owner_.set_input(*this, level, delay);
}

line_out::~line_out() = default;

void line_out::bind(sc_core::sc_signal_inout_if<bool> &signal)
{
    auto adapter = std::make_unique<signal_adapter>(sc_core::sc_gen_unique_name("signal_adapter"));
    adapter->out.bind(signal);
    base::bind(*adapter);
    adapters_.push_back(std::move(adapter));
}

// ---- To a signal --------------------------------------------------------------------------------

signal_adapter::signal_adapter(sc_core::sc_module_name name) : sc_module(name), out("out")
{
    sc_core::sc_spawn_options method;
    method.spawn_method();
    method.dont_initialize();
    method.set_sensitivity(&wake_);
    sc_core::sc_spawn([this] { drive(); }, sc_core::sc_gen_unique_name("drive"), &method);
}

/// Always through the method, so that the signal has one writer whoever calls.
void signal_adapter::set(bool level, const sc_core::sc_time &delay)
{
    const sc_core::sc_time at = sc_core::sc_time_stamp() + delay;
    while (!changes_.empty() && changes_.back().at >= at)
        changes_.pop_back();
    changes_.push_back({at, level});
    wake_.cancel();
    wake_.notify(changes_.front().at - sc_core::sc_time_stamp());
}

void signal_adapter::drive()
{
    while (!changes_.empty() && changes_.front().at <= sc_core::sc_time_stamp()) {
        out->write(changes_.front().level);
        changes_.pop_front();
    }
    if (!changes_.empty())
        wake_.notify(changes_.front().at - sc_core::sc_time_stamp());
}

} // namespace gictlm
