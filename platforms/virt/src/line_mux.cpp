// SPDX-License-Identifier: Apache-2.0
#include "line_mux.h"

#include "time_util.h"

namespace virt
{

line_queue::line_queue(sc_core::sc_module_name name, agenda &times)
    : sc_module(name), times_(times), part_(times.add([this] { deliver(); }))
{
}

void line_queue::schedule()
{
    times_.set(part_, under_way_.empty() ? never_ps : under_way_.begin()->first);
}

void line_queue::post(line_mux &line, bool level, uint64_t time_ps)
{
    under_way_.emplace(time_ps, std::make_pair(&line, level));
    schedule();
}

void line_queue::clear()
{
    under_way_.clear();
    schedule();
}

void line_queue::deliver()
{
    while (!under_way_.empty() && under_way_.begin()->first <= now_ps()) {
        const auto [line, level] = under_way_.begin()->second;

        under_way_.erase(under_way_.begin());
        line->arrive(level, sc_core::SC_ZERO_TIME);
    }
    schedule();
}

void line_queue::save(gictime_bytes &to) const
{
    gictime_bytes_u32(&to, static_cast<uint32_t>(under_way_.size()));
    for (const auto &[time, change] : under_way_) {
        gictime_bytes_u64(&to, time);
        gictime_bytes_u32(&to, change.first->number());
        gictime_bytes_u8(&to, change.second);
    }
}

bool line_queue::load(gictime_cursor &from, const std::function<line_mux *(uint32_t)> &find)
{
    const uint32_t count = gictime_cursor_u32(&from);

    for (uint32_t n = 0; n < count && !from.bad; n++) {
        const uint64_t time = gictime_cursor_u64(&from);
        line_mux *line = find(gictime_cursor_u32(&from));
        const bool level = gictime_cursor_bool(&from);

        if (line == nullptr)
            return false;
        under_way_.emplace(time, std::make_pair(line, level));
    }
    schedule();
    return !from.bad;
}

void line_mux::set(bool level, const sc_core::sc_time &delay)
{
    const sc_core::sc_time total = delay + latency_;

    if (queue_ == nullptr || total == sc_core::SC_ZERO_TIME)
        arrive(level, total);
    else
        queue_->post(*this, level, now_ps() + to_ps(total));
}

void line_mux::arrive(bool level, const sc_core::sc_time &delay)
{
    const bool before = high_ != 0;

    high_ += level ? 1 : -1;
    if ((high_ != 0) != before)
        to_.set(level, delay);
}

void line_mux::reset()
{
    if (high_ != 0)
        to_.set(false, sc_core::SC_ZERO_TIME);
    high_ = 0;
}

} // namespace virt
