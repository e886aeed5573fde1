// SPDX-License-Identifier: Apache-2.0
// An interrupt wire that several sources share: high while one of them is.
#ifndef VIRT_LINE_MUX_H
#define VIRT_LINE_MUX_H

#include "gictlm/line.h"

namespace virt
{

/// The wire to one GIC input. Each source reports its own changes only.
class line_mux
{
public:
    /// @param to the GIC's input. @param latency from a device's pin to the GIC's.
    line_mux(gictlm::line_if &to, const sc_core::sc_time &latency) : to_(to), latency_(latency) {}

    /// One source's output changed at sc_time_stamp() + @p delay.
    void set(bool level, const sc_core::sc_time &delay)
    {
        const bool before = high_ != 0;

        high_ += level ? 1 : -1;
        if ((high_ != 0) != before)
            to_.set(level, delay + latency_);
    }
    /// Reset: all sources are low. The GIC's own reset keeps input levels, so lower the wire.
    void reset(const sc_core::sc_time &delay)
    {
        if (high_ != 0)
            to_.set(false, delay);
        high_ = 0;
    }

private:
    gictlm::line_if &to_;
    sc_core::sc_time latency_;
    int high_ = 0;
};

} // namespace virt

#endif
