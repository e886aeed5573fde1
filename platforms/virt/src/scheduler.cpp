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
    else if (time_ps + limits_.quantum_ps < slice_end_ps_ ||
             (gic_ != nullptr && gic_->next_due_ps() < slice_end_ps_)) /* alone no more */
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

void scheduler::look_at_activity()
{
    activity_ps_ = next_activity();
    if (watched_ != nullptr)
        notifications_ = watched_->notifications();
}

void scheduler::reconsider()
{
    if (running_ == nullptr)
        return;
    look_at_activity();
    cut_slice();
}

// The same where only the GIC can have brought something forward since.
void scheduler::look_at_gic()
{
    if (watched_ == nullptr || notifications_ != watched_->notifications())
        look_at_activity();
}

void scheduler::after_gic()
{
    if (running_ == nullptr)
        return;
    look_at_gic();
    cut_slice();
}

void scheduler::cut_slice()
{
    uint64_t next = activity_ps_;

    if (gic_ != nullptr && gic_->next_due_ps() < slice_end_ps_)
        next = std::min(next, gic_due());
    if (next >= slice_end_ps_)
        return;
    slice_end_ps_ = next;
    running_->end_slice();
}

bool scheduler::comes_first(uint64_t time_ps)
{
    if (time_ps >= slice_end_ps_ || activity_ps_ <= time_ps)
        return true;
    deliver_to(time_ps);
    return gic_ != nullptr && gic_->next_due_ps() <= time_ps;
}

// ---------------------------------------------------------------- the GIC's clock

void scheduler::keep_clock_of(gictlm::assembly &gic)
{
    gic_ = &gic;
    gic.keep_clock(
        [](void *up, uint64_t) {
            auto &self = *static_cast<scheduler *>(up);
            if (self.running_ == nullptr && !self.delivering_)
                self.wake_.notify();
        },
        this);
}

/// Whether one PE can run and no other: whatever it does at its local time, nobody is behind it.
bool scheduler::alone() const
{
    return ready_.count + (running_ != nullptr ? 1u : 0u) == 1;
}

uint64_t scheduler::gic_due() const
{
    if (gic_ == nullptr)
        return never_ps;
    return alone() ? gic_->next_line_ps() : gic_->next_due_ps();
}

uint64_t scheduler::next_progress() const
{
    return std::min(next_activity(), gic_ != nullptr ? gic_->next_due_ps() : never_ps);
}

void scheduler::deliver_to(uint64_t time_ps)
{
    if (gic_ != nullptr && !gic_->waited_for() && alone() && time_ps < slice_end_ps_ &&
        gic_->next_due_ps() <= time_ps)
        gic_->advance(time_ps);
}

// All that comes before the next PE, and before anything else that simulated time has to come up
// to.
void scheduler::deliver_between()
{
    uint64_t due = gic_due();

    delivering_ = true;
    while (ready_.count != 0 && due <= run_queue_time(&ready_) && due <= activity_ps_ &&
           due <= run_queue_time(&timers_) && due < limits_.time_ps && !gic_->waited_for()) {
        gic_->advance(due);
        look_at_gic();
        due = gic_due();
    }
    delivering_ = false;
    gic_due_ps_ = due;
}

// What is due at this instant.
bool scheduler::deliver_now()
{
    if (gic_ == nullptr || gic_->next_due_ps() > now_ps())
        return false;
    delivering_ = true;
    gic_->advance(now_ps());
    delivering_ = false;
    return true;
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
    do
        while (sc_core::sc_pending_activity_at_current_time())
            wait(sc_core::SC_ZERO_TIME);
    while (deliver_now());
}

/// The first moment at which the model has something to do. SystemC says the time that is left, up
/// to the last time there is when nothing is pending: never_ps.
uint64_t scheduler::next_activity() const
{
    return now_ps() + to_ps(sc_core::sc_time_to_pending_activity());
}

// A slice that starts at local time @p start, after pick(). Another PE that is now at t can affect
// this one from t + quantum on.
uint64_t scheduler::slice_end(uint64_t start) const
{
    const uint64_t other = run_queue_time(&ready_);
    uint64_t end = std::min({start + longest_slice_ps, limits_.time_ps, activity_ps_,
                             run_queue_time(&timers_), gic_due_ps_});

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
    running_ = &unit;
    slice_end_ps_ = slice_end(start);
    slices_++;
    unit.allow(start, slice_end_ps_, limits_.insns - insns_);
}

void scheduler::end_slice(pe &unit)
{
    insns_ += unit.slice_insns();
    if (insns_ >= limits_.insns)
        finish(ending::instructions);
    running_ = nullptr;
}

// Whether the scheduler's own process has to go round before the next slice.
bool scheduler::called() const
{
    return reason_ != ending::none || attention_ || interrupted_ != 0 || now_ps() >= pause_ps_ ||
           insns_ >= pause_insns_;
}

// The PE that can run at once; nullptr when the scheduler's own process has something to do first.
// The pending activity has been looked at.
pe *scheduler::pick()
{
    const uint64_t now = now_ps();

    if (called() || run_queue_time(&timers_) <= now || activity_ps_ <= now)
        return nullptr;
    if (gic_ != nullptr)
        deliver_between();
    if (activity_ps_ <= now || !may_run(now))
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

    if (called() || ready_.count == 0 || time >= pause_ps_ || time >= run_queue_time(&timers_) ||
        time >= limits_.time_ps || time - between_ps_ >= longest_slice_ps)
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
    if (unit.kept_to_itself())
        look_at_gic();
    else
        look_at_activity();
    pe *next = pick();

    while (next == nullptr && wait_here()) {
        look_at_activity();
        next = pick();
    }
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
    const uint64_t end = std::min({time_ps, limits_.time_ps, pause_ps_});

    if (end == never_ps)
        wait(wake_);
    else
        wait_until(end);
}

bool scheduler::over(uint64_t now)
{
    if (interrupted_ != 0)
        finish(static_cast<ending>(interrupted_));
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

    look_at_activity();
    if (timer <= now)
        run_timer(now);
    else if (pe *unit = pick())
        run_slices(*unit);
    else
        sleep_until(std::min(
            {timer, run_queue_time(&ready_), gic_ != nullptr ? gic_->next_due_ps() : never_ps}));
}

// ---------------------------------------------------------------- checkpoint

namespace
{

void save_queue(const run_queue &q, gictime_bytes &to)
{
    gictime_bytes_u32(&to, q.count);
    for (uint32_t n = 0; n < RUN_QUEUE_MAX; n++)
        if (run_queue_has(&q, n)) {
            gictime_bytes_u32(&to, n);
            gictime_bytes_u64(&to, q.time[n]);
        }
}

void load_queue(run_queue &q, uint32_t pes, gictime_cursor &from)
{
    const uint32_t count = gictime_cursor_count(&from, pes);

    run_queue_init(&q);
    for (uint32_t n = 0; n < count && !from.bad; n++) {
        const uint32_t index = gictime_cursor_count(&from, pes - 1);

        run_queue_put(&q, index, gictime_cursor_u64(&from));
    }
}

} // namespace

void scheduler::save(gictime_bytes &to) const
{
    gictime_bytes_u64(&to, insns_);
    gictime_bytes_u64(&to, slices_);
    gictime_bytes_u64(&to, between_ps_);
    save_queue(ready_, to);
    save_queue(timers_, to);
}

bool scheduler::load(gictime_cursor &from)
{
    const uint32_t pes = static_cast<uint32_t>(pes_.size());

    insns_ = insns_before_ = gictime_cursor_u64(&from);
    slices_ = gictime_cursor_u64(&from);
    between_ps_ = gictime_cursor_u64(&from);
    load_queue(ready_, pes, from);
    load_queue(timers_, pes, from);
    return !from.bad;
}

// ---------------------------------------------------------------- the run

// Simulated time comes up to the PE that ended the run.
void scheduler::catch_up()
{
    if (end_ps_ > now_ps())
        wait(from_ps(end_ps_ - now_ps()));
    (void)deliver_now();
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
