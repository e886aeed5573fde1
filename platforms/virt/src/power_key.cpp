// SPDX-License-Identifier: Apache-2.0
#include "power_key.h"

#include "time_util.h"

namespace virt
{

namespace
{
/// A driver filters presses of a few milliseconds out as bouncing.
constexpr uint64_t held_ps = 100000000000;
} // namespace

power_key::power_key(agenda &times, std::function<void(bool)> drive)
    : times_(times), drive_(std::move(drive)), part_(times.add([this] { move(); })),
      next_ps_(never_ps)
{
}

void power_key::wait_for(uint64_t time_ps)
{
    next_ps_ = time_ps;
    times_.set(part_, time_ps);
}

void power_key::press_at(uint64_t time_ps)
{
    if (!down_)
        wait_for(time_ps);
}

void power_key::move()
{
    down_ = !down_;
    drive_(down_);
    wait_for(down_ ? now_ps() + held_ps : never_ps);
}

void power_key::save(gictime_bytes &to) const
{
    gictime_bytes_u64(&to, next_ps_);
    gictime_bytes_u8(&to, down_);
}

bool power_key::load(gictime_cursor &from)
{
    const uint64_t time = gictime_cursor_u64(&from);

    down_ = gictime_cursor_bool(&from);
    if (!gictime_cursor_done(&from))
        return false;
    if (down_ || next_ps_ == never_ps || next_ps_ <= now_ps())
        wait_for(time);
    return true;
}

} // namespace virt
