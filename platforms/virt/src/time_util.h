// SPDX-License-Identifier: Apache-2.0
// Simulated time in picoseconds and as sc_time.
#ifndef VIRT_TIME_UTIL_H
#define VIRT_TIME_UTIL_H

#include <cstdint>

#include <systemc>

namespace virt
{

/// "Never" as a time in picoseconds.
constexpr uint64_t never_ps = UINT64_MAX;

/// @p ps as sc_time. The resolution is 1 ps (main() sees to it).
inline sc_core::sc_time from_ps(uint64_t ps)
{
    return sc_core::sc_time::from_value(ps);
}

/// @p time in picoseconds.
inline uint64_t to_ps(const sc_core::sc_time &time)
{
    return time.value();
}

/// Simulated time now, in picoseconds.
inline uint64_t now_ps()
{
    static const sc_core::sc_simcontext *const context = sc_core::sc_get_curr_simcontext();

    return context->time_stamp().value();
}

/// Distance from now to @p time_ps; zero for the past.
inline sc_core::sc_time ahead(uint64_t time_ps)
{
    const uint64_t now = now_ps();

    return time_ps > now ? from_ps(time_ps - now) : sc_core::SC_ZERO_TIME;
}

} // namespace virt

#endif
