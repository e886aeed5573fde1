// SPDX-License-Identifier: Apache-2.0
#include "line_mux.h"

#include "time_util.h"

namespace virt
{

line_queue::line_queue(sc_core::sc_module_name name) : sc_module(name)
{
    SC_HAS_PROCESS(line_queue);
    SC_METHOD(deliver);
    sensitive << due_;
    dont_initialize();
}

void line_queue::post(line_mux &line, bool level, uint64_t time_ps)
{
    under_way_.emplace(time_ps, std::make_pair(&line, level));
    due_.cancel();
    due_.notify(ahead(under_way_.begin()->first));
}

void line_queue::clear()
{
    under_way_.clear();
    due_.cancel();
}

void line_queue::deliver()
{
    while (!under_way_.empty() && under_way_.begin()->first <= now_ps()) {
        const auto [line, level] = under_way_.begin()->second;

        under_way_.erase(under_way_.begin());
        line->arrive(level, sc_core::SC_ZERO_TIME);
    }
    if (!under_way_.empty())
        due_.notify(ahead(under_way_.begin()->first));
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
