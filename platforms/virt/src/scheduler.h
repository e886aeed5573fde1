// SPDX-License-Identifier: Apache-2.0
// Who runs when: PEs in the order of local time, then number, whatever the kernel's process order.
#ifndef VIRT_SCHEDULER_H
#define VIRT_SCHEDULER_H

#include <cstdint>
#include <functional>
#include <vector>

#include <systemc>

#include "gictime/bytes.h"
#include "gictlm/assembly.h"
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
    refused,      ///< The checkpoint does not fit.
    interrupted,  ///< SIGINT or SIGTERM.
    wall,         ///< --max-wall.
    faults        ///< A PE takes the same fault for ever.
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
///
/// Timed, the GIC's clock is kept here: its deliveries are made between slices, at their own times,
/// without simulated time coming up to them, and never before a PE's local time has. A PE that runs
/// alone has its slice end only where a line can move; what is due before that is delivered when
/// the PE enters the GIC, or at the end of the slice.
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
    /// Wants between_slices() to be called as soon as simulated time has come up to @p time_ps or
    /// so many instructions have been executed. Nothing else depends on that: slices are the same.
    void pause_at(uint64_t time_ps, uint64_t insns)
    {
        pause_ps_ = time_ps;
        pause_insns_ = insns;
    }
    /// Called when nothing can ever happen any more; true: go on nevertheless.
    void when_stuck(std::function<bool()> function)
    {
        stuck_ = std::move(function);
    }

    /// Has the events of @p gic in view: gic_called().
    void watch(const gictlm::assembly &gic)
    {
        watched_ = &gic;
    }
    /// Keeps the clock of @p gic.
    void keep_clock_of(gictlm::assembly &gic);
    /// The running PE looks at the GIC at local time @p time_ps: what is due by then is delivered,
    /// unless others have to come first.
    void deliver_to(uint64_t time_ps);
    /// When something goes on next that a PE may wait for: SystemC or the GIC; never_ps: nothing.
    uint64_t next_progress() const;

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
    /// The same after a call of the running PE into the watched GIC: it brought activity of
    /// SystemC's forward only if the GIC says so, since the GIC's lines end at the PEs.
    void gic_called()
    {
        if (gic_ != nullptr || notifications_ != watched_->notifications())
            after_gic();
    }
    /// Whether at local time @p time_ps of the running PE something else comes first: an
    /// instruction of several cycles may reach beyond the end of its slice.
    bool comes_first(uint64_t time_ps);
    /// Checkpoint: between slices.
    void save(gictime_bytes &to) const;
    /// @return false when the content does not fit.
    bool load(gictime_cursor &from);

    /// Ends the simulation.
    void finish(ending reason, int status = 0);
    /// Asks for it from a signal handler.
    static void interrupt(ending reason)
    {
        interrupted_ = static_cast<int>(reason);
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
    /// Instructions that were executed here: not those before a checkpoint.
    uint64_t insns_here() const
    {
        return insns_ - insns_before_;
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
    void after_gic();
    void look_at_activity();
    void look_at_gic();
    void cut_slice();
    void settle();
    void run_timer(uint64_t now);
    void begin_slice(pe &unit);
    void end_slice(pe &unit);
    void run_slices(pe &first);
    bool called() const;
    pe *pick();
    bool alone() const;
    uint64_t gic_due() const;
    void deliver_between();
    bool deliver_now();
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
    gictlm::assembly *gic_ = nullptr;
    const gictlm::assembly *watched_ = nullptr;
    uint64_t notifications_ = 0; ///< Of the GIC's, as of the last look at the pending activity.
    bool delivering_ = false;
    std::vector<pe *> pes_;
    run_queue ready_;
    run_queue timers_;
    std::function<void()> start_;
    std::function<void()> between_;
    std::function<bool()> stuck_;
    sc_core::sc_event wake_; ///< Something became ready while the scheduler sleeps.
    sc_core::sc_event idle_; ///< No PE can run at once.
    bool attention_ = false;
    uint64_t pause_ps_ = UINT64_MAX;
    uint64_t pause_insns_ = UINT64_MAX;
    pe *running_ = nullptr;
    uint64_t slice_end_ps_ = 0;
    uint64_t between_ps_ = 0;          ///< When between_slices() was called last.
    uint64_t gic_due_ps_ = UINT64_MAX; ///< gic_due(), as pick() left it.
    uint64_t activity_ps_ = 0;         ///< The first pending activity, as of the last look.
    uint64_t end_ps_ = 0;              ///< Local time of the PE that ended the run.
    uint64_t insns_ = 0;
    uint64_t insns_before_ = 0; ///< As of the checkpoint that the run began with.
    uint64_t slices_ = 0;
    ending reason_ = ending::none;
    int status_ = 0;
    static volatile int interrupted_; ///< The ending that a signal asks for; 0: none.
};

} // namespace virt

#endif
