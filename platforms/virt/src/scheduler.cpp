// SPDX-License-Identifier: Apache-2.0
#include "scheduler.h"

#include <algorithm>

#include "pe.h"
#include "time_util.h"

namespace virt
{

namespace
{
/// A PE that runs alone still ends its slice so often, for the debugger and for signals.
constexpr uint64_t longest_slice_ps = 1000000000;
} // namespace

volatile int scheduler::interrupted_ = 0;

scheduler::scheduler(sc_core::sc_module_name name, const bounds &limits)
    : sc_module(name), limits_(limits)
{
    SC_HAS_PROCESS(scheduler);
    run_queue_init(&ready_);
    run_queue_init(&timers_);
    SC_THREAD(run);
}

void scheduler::add(unsigned index, pe &unit)
{
    if (pes_.size() <= index)
        pes_.resize(index + 1, nullptr);
    pes_[index] = &unit;
}

// What a call brought forward ends the slice under way and wakes the scheduler's own wait.
void scheduler::ready(unsigned index, uint64_t time_ps)
{
    run_queue_put(&ready_, index, time_ps);
    if (running_ == nullptr)
        wake_.notify();
    else if (time_ps + limits_.quantum_ps < slice_end_ps_)
        running_->end_slice();
}

void scheduler::not_ready(unsigned index)
{
    run_queue_remove(&ready_, index);
}

void scheduler::set_timer(unsigned index, uint64_t time_ps)
{
    run_queue_put(&timers_, index, time_ps);
    if (running_ == nullptr)
        wake_.notify();
    else if (time_ps < slice_end_ps_)
        running_->end_slice();
}

void scheduler::reconsider()
{
    if (running_ != nullptr && next_activity() < slice_end_ps_)
        running_->end_slice();
}

bool scheduler::comes_first(uint64_t time_ps) const
{
    return time_ps >= slice_end_ps_ || next_activity() <= time_ps;
}

void scheduler::finish(ending reason, int status)
{
    if (reason_ != ending::none)
        return;
    reason_ = reason;
    status_ = status;
    if (running_ == nullptr) {
        wake_.notify();
        return;
    }
    end_ps_ = std::min(running_->local_ps(), limits_.time_ps);
    running_->end_slice();
}

// Lets everything that happens at this instant happen before a PE runs.
void scheduler::settle()
{
    while (sc_core::sc_pending_activity_at_current_time())
        wait(sc_core::SC_ZERO_TIME);
}

/// The first moment at which the model has something to do. SystemC says the time that is left, up
/// to the last time there is when nothing is pending: never_ps.
uint64_t scheduler::next_activity() const
{
    return now_ps() + to_ps(sc_core::sc_time_to_pending_activity());
}

// A slice that starts at local time @p start. Another PE that is now at t can affect this one from
// t + quantum on.
uint64_t scheduler::slice_end(uint64_t start) const
{
    const uint64_t other = run_queue_time(&ready_);
    uint64_t end = std::min(
        {start + longest_slice_ps, limits_.time_ps, activity_ps_, run_queue_time(&timers_)});

    if (other != RUN_QUEUE_NEVER)
        end = std::min(end, std::max(other, start) + limits_.quantum_ps);
    return end;
}

// The next PE, if it can run before anything else happens. Simulated time stays behind as long as
// nobody looks at it: the PE's own calls carry its local time.
bool scheduler::may_run(uint64_t now) const
{
    if (ready_.count == 0)
        return false;
    const uint64_t time = run_queue_time(&ready_);

    if (time <= now)
        return true;
    return !pes_[run_queue_first(&ready_)]->exact() && time < now + longest_slice_ps &&
           time < limits_.time_ps && time < run_queue_time(&timers_) && time < activity_ps_;
}

void scheduler::begin_slice(pe &unit)
{
    const uint64_t start = std::max(run_queue_time(&ready_), now_ps());

    run_queue_remove(&ready_, unit.index());
    slice_end_ps_ = slice_end(start);
    running_ = &unit;
    slices_++;
    in_access_ -= unit.in_access() ? 1 : 0;
    unit.allow(slice_end_ps_, limits_.insns - insns_ - in_access_);
}

void scheduler::end_slice(pe &unit)
{
    in_access_ += unit.in_access() ? 1 : 0;
    insns_ += unit.slice_insns();
    if (insns_ >= limits_.insns)
        finish(ending::instructions);
    running_ = nullptr;
}

// The PE that can run at once; nullptr when the scheduler's own process has something to do first.
pe *scheduler::pick()
{
    const uint64_t now = now_ps();

    activity_ps_ = next_activity();
    if (reason_ != ending::none || attention_ || interrupted_ != 0 ||
        run_queue_time(&timers_) <= now || activity_ps_ <= now || !may_run(now))
        return nullptr;
    return pes_[run_queue_first(&ready_)];
}

// Until @p time_ps, or until wake_ is notified at once, which takes the place of the notification.
void scheduler::wait_until(uint64_t time_ps)
{
    wake_.notify(from_ps(time_ps - now_ps()));
    wait(wake_);
}

// Where only time lies between the PEs and the next slice, waits for the model's next activity or
// the next PE in the process of the PE that ended its slice. @return whether to look again.
bool scheduler::wait_here()
{
    const uint64_t now = now_ps();
    const uint64_t time = std::max(now, std::min(run_queue_time(&ready_), activity_ps_));

    if (reason_ != ending::none || attention_ || interrupted_ != 0 || ready_.count == 0 ||
        time >= run_queue_time(&timers_) || time >= limits_.time_ps ||
        time - between_ps_ >= longest_slice_ps)
        return false;
    if (time > now)
        wait_until(time);
    settle();
    return true;
}

// From PE to PE without a detour by the scheduler's process.
bool scheduler::slice_over(pe &unit)
{
    end_slice(unit);
    pe *next = pick();

    while (next == nullptr && wait_here())
        next = pick();
    if (next == nullptr) {
        idle_.notify();
        return false;
    }
    begin_slice(*next);
    if (next != &unit)
        next->resume();
    return next == &unit;
}

void scheduler::run_timer(uint64_t now)
{
    const uint32_t first = run_queue_first(&timers_);

    run_queue_remove(&timers_, first);
    pes_[first]->timer_due(now);
}

// Nothing to run before @p time_ps; never_ps: only somebody else can change that.
void scheduler::sleep_until(uint64_t time_ps)
{
    if (time_ps == never_ps && !sc_core::sc_pending_activity()) {
        if (!stuck_ || !stuck_())
            finish(ending::stuck);
        return;
    }
    const uint64_t end = std::min(time_ps, limits_.time_ps);

    if (end == never_ps)
        wait(wake_);
    else
        wait_until(end);
}

bool scheduler::over(uint64_t now)
{
    if (interrupted_ != 0)
        finish(ending::interrupted);
    if (now >= limits_.time_ps)
        finish(ending::time);
    return reason_ != ending::none;
}

// Until no PE can run at once.
void scheduler::run_slices(pe &first)
{
    begin_slice(first);
    first.resume();
    wait(idle_);
}

void scheduler::step(uint64_t now)
{
    const uint64_t timer = run_queue_time(&timers_);

    if (timer <= now)
        run_timer(now);
    else if (pe *unit = pick())
        run_slices(*unit);
    else
        sleep_until(std::min(timer, run_queue_time(&ready_)));
}

// Simulated time comes up to the PE that ended the run.
void scheduler::catch_up()
{
    if (end_ps_ > now_ps())
        wait(from_ps(end_ps_ - now_ps()));
}

void scheduler::run()
{
    if (start_)
        start_();
    for (;;) {
        settle();
        if (over(now_ps()))
            break;
        if (between_)
            between_();
        between_ps_ = now_ps();
        attention_ = false;
        if (reason_ != ending::none)
            break;
        step(now_ps());
    }
    catch_up();
    sc_core::sc_stop();
}

} // namespace virt
