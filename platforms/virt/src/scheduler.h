// SPDX-License-Identifier: Apache-2.0
// Who runs when: PEs in the order of local time, then number, whatever the kernel's process order.
#ifndef VIRT_SCHEDULER_H
#define VIRT_SCHEDULER_H

#include <cstdint>
#include <functional>
#include <vector>

#include <systemc>

#include "run_queue.h"

namespace virt
{

class pe;

/// Why the simulation ended.
enum class ending : uint8_t {
    none,
    power_off,    ///< The guest switched the system off.
    exited,       ///< Semihosting exit.
    instructions, ///< --max-insns.
    time,         ///< --max-time.
    stuck,        ///< Everything sleeps and nothing is left that could wake it.
    detached,     ///< The debugger killed the run.
    interrupted   ///< SIGINT or SIGTERM.
};

/// Bounds of a run.
struct bounds {
    uint64_t insns = UINT64_MAX;
    uint64_t time_ps = UINT64_MAX;
    uint64_t quantum_ps = 10000000;
};

/// Gives slices to PEs. At one instant the model's own activity comes first, then timers that fall
/// due, then PEs. A slice ends at the earliest of: the quantum (while another PE could run), the
/// next timer of any PE, the next pending SystemC activity, a bound; and early when something that
/// the PE did brought one of these forward.
class scheduler : public sc_core::sc_module
{
public:
    scheduler(sc_core::sc_module_name name, const bounds &limits);

    /// Adds PE number @p index.
    void add(unsigned index, pe &unit);
    /// Called in the scheduler's process before the first slice.
    void at_start(std::function<void()> function)
    {
        start_ = std::move(function);
    }
    /// Called between slices, at least once a millisecond and after call_between(); may block in
    /// host time (debugger).
    void between_slices(std::function<void()> function)
    {
        between_ = std::move(function);
    }

    /// Wants between_slices() to be called before the next slice.
    void call_between()
    {
        attention_ = true;
    }
    /// Called when nothing can ever happen any more; true: go on nevertheless.
    void when_stuck(std::function<bool()> function)
    {
        stuck_ = std::move(function);
    }

    /// PE @p index is runnable from its local time @p time_ps on.
    void ready(unsigned index, uint64_t time_ps);
    /// PE @p index is not runnable any more.
    void not_ready(unsigned index);
    /// Something of PE @p index falls due at @p time_ps (never_ps: nothing).
    void set_timer(unsigned index, uint64_t time_ps);
    /// The slice of @p unit is over. @return whether it goes on with a next one at once; if not it
    /// waits to be resumed.
    bool slice_over(pe &unit);
    /// The running PE made an access: ends its slice where that brought an event forward.
    void reconsider();
    /// Whether at local time @p time_ps of the running PE something else comes first: an
    /// instruction of several cycles may reach beyond the end of its slice.
    bool comes_first(uint64_t time_ps) const;
    /// Ends the simulation.
    void finish(ending reason, int status = 0);
    /// Asks for it from a signal handler.
    static void interrupt()
    {
        interrupted_ = 1;
    }

    ending reason() const
    {
        return reason_;
    }
    /// Exit status of a semihosting exit.
    int status() const
    {
        return status_;
    }
    uint64_t insns() const
    {
        return insns_;
    }
    uint64_t slices() const
    {
        return slices_;
    }
    /// The PE whose slice it is; nullptr between slices.
    pe *running() const
    {
        return running_;
    }

private:
    void run();
    void settle();
    void run_timer(uint64_t now);
    void begin_slice(pe &unit);
    void end_slice(pe &unit);
    void run_slices(pe &first);
    pe *pick();
    bool wait_here();
    void wait_until(uint64_t time_ps);
    void step(uint64_t now);
    void catch_up();
    bool may_run(uint64_t now) const;
    uint64_t next_activity() const;
    uint64_t slice_end(uint64_t start) const;
    void sleep_until(uint64_t time_ps);
    bool over(uint64_t now);

    bounds limits_;
    std::vector<pe *> pes_;
    run_queue ready_;
    run_queue timers_;
    std::function<void()> start_;
    std::function<void()> between_;
    std::function<bool()> stuck_;
    sc_core::sc_event wake_; ///< Something became ready while the scheduler sleeps.
    sc_core::sc_event idle_; ///< No PE can run at once.
    bool attention_ = false;
    pe *running_ = nullptr;
    uint64_t slice_end_ps_ = 0;
    uint64_t between_ps_ = 0;  ///< When between_slices() was called last.
    uint64_t activity_ps_ = 0; ///< The first pending activity, as of the last pick().
    uint64_t end_ps_ = 0;      ///< Local time of the PE that ended the run.
    uint64_t insns_ = 0;
    uint64_t slices_ = 0;
    uint64_t in_access_ = 0; ///< PEs with an instruction under way that is not yet counted.
    ending reason_ = ending::none;
    int status_ = 0;
    static volatile int interrupted_;
};

} // namespace virt

#endif
