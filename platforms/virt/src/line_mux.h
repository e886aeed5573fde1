// SPDX-License-Identifier: Apache-2.0
// Interrupt wires from devices and PEs to the GIC.
#ifndef VIRT_LINE_MUX_H
#define VIRT_LINE_MUX_H

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include <systemc>

#include "agenda.h"
#include "gictime/bytes.h"
#include "gictlm/line.h"

namespace virt
{

class line_mux;

/// Delivers changes of lines at their exact time: the GIC must not see the future of one line
/// before the present of another.
class line_queue : public sc_core::sc_module
{
public:
    line_queue(sc_core::sc_module_name name, agenda &times);

    /// One source of @p line has @p level from @p time_ps on.
    void post(line_mux &line, bool level, uint64_t time_ps);
    /// Forgets what is under way.
    void clear();

    /// Checkpoint: what is under way, each line by its number.
    void save(gictime_bytes &to) const;
    /// @param find the line with a number, or nullptr. @return false when the content does not fit.
    bool load(gictime_cursor &from, const std::function<line_mux *(uint32_t)> &find);

private:
    void deliver();
    void schedule();

    agenda &times_;
    unsigned part_;
    std::multimap<uint64_t, std::pair<line_mux *, bool>> under_way_;
};

/// The wire to one GIC input, high while one of its sources is. Each source reports its changes.
class line_mux
{
public:
    /// @param to the GIC's input. @param latency from the source's pin to the GIC's.
    /// @param queue delivers what lies in the future; nullptr: it is handed on at once, with its
    /// delay (loosely timed). @param number names the line in a checkpoint.
    line_mux(gictlm::line_if &to, const sc_core::sc_time &latency, line_queue *queue,
             uint32_t number)
        : to_(to), latency_(latency), queue_(queue), number_(number)
    {
    }

    /// One source's output changed at sc_time_stamp() + @p delay.
    void set(bool level, const sc_core::sc_time &delay);
    /// The change arrives.
    void arrive(bool level, const sc_core::sc_time &delay);
    /// Reset: all sources are low. The GIC's own reset keeps input levels, so lower the wire.
    void reset();

    uint32_t number() const
    {
        return number_;
    }
    /// Sources that are high.
    int high() const
    {
        return high_;
    }
    /// Checkpoint: the GIC's input is restored by the GIC.
    void restore(int high)
    {
        high_ = high;
    }

private:
    gictlm::line_if &to_;
    sc_core::sc_time latency_;
    line_queue *queue_;
    uint32_t number_;
    int high_ = 0;
};

} // namespace virt

#endif
