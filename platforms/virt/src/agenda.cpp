// SPDX-License-Identifier: Apache-2.0
#include "agenda.h"

#include <stdexcept>
#include <utility>

#include "time_util.h"

namespace virt
{

agenda::agenda(sc_core::sc_module_name name) : sc_module(name)
{
    SC_HAS_PROCESS(agenda);
    run_queue_init(&queue_);
    SC_METHOD(work);
    sensitive << due_;
    dont_initialize();
}

unsigned agenda::add(std::function<void()> call)
{
    if (call_.size() == RUN_QUEUE_MAX)
        throw std::runtime_error("too many devices for the agenda of the platform");
    call_.push_back(std::move(call));
    return static_cast<unsigned>(call_.size() - 1);
}

void agenda::set(unsigned part, uint64_t time_ps)
{
    const uint64_t before = run_queue_time(&queue_);

    run_queue_put(&queue_, part, time_ps);
    if (!working_ && run_queue_time(&queue_) != before)
        arm();
}

void agenda::arm()
{
    const uint64_t time = run_queue_time(&queue_);

    due_.cancel();
    if (time != RUN_QUEUE_NEVER)
        due_.notify(ahead(time));
}

void agenda::work()
{
    working_ = true;
    while (run_queue_time(&queue_) <= now_ps() && queue_.count != 0) {
        const uint32_t part = run_queue_first(&queue_);

        run_queue_remove(&queue_, part);
        call_[part]();
    }
    working_ = false;
    arm();
}

} // namespace virt
