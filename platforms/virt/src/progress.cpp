// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <cinttypes>

namespace virt
{

namespace
{
constexpr uint64_t ps_per_ms = 1000000000;
} // namespace

void progress::show(clock::time_point now, const progress_facts &facts)
{
    if (!on_ || now < next_)
        return;
    const double seconds = std::chrono::duration<double>(now - last_).count();
    const double mips = static_cast<double>(facts.insns - before_.insns) / 1e6 / seconds;
    const double rate = static_cast<double>(facts.interrupts - before_.interrupts) / seconds;

    (void)std::fprintf(
        out_, "\r\033[Kgicvp: %" PRIu64 ".%03" PRIu64 " ms simulated, %.1f MIPS, %.0f interrupts/s",
        facts.time_ps / ps_per_ms, facts.time_ps % ps_per_ms / (ps_per_ms / 1000), mips, rate);
    (void)std::fflush(out_);
    shown_ = true;
    next_ = now + period;
    last_ = now;
    before_ = facts;
}

void progress::erase()
{
    if (!shown_)
        return;
    (void)std::fputs("\r\033[K", out_);
    (void)std::fflush(out_);
    shown_ = false;
}

} // namespace virt
