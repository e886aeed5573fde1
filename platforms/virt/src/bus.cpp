// SPDX-License-Identifier: Apache-2.0
#include "bus.h"

#include <algorithm>
#include <string>

#include "time_util.h"
#include "tlm_util.h"

namespace virt
{

bus::bus(sc_core::sc_module_name name, unsigned initiators, uint64_t device_ps)
    : sc_module(name), there_(from_ps(device_ps / 2)), back_(from_ps(device_ps - device_ps / 2)),
      by_itself_(initiators, false)
{
    for (unsigned n = 0; n < initiators; n++) {
        from_.push_back(std::make_unique<target_socket>(("from_" + std::to_string(n)).c_str()));
        from_[n]->register_b_transport(this, &bus::b_transport, static_cast<int>(n));
        from_[n]->register_transport_dbg(this, &bus::transport_dbg, static_cast<int>(n));
        from_[n]->register_get_direct_mem_ptr(this, &bus::get_direct_mem_ptr, static_cast<int>(n));
    }
}

bus::initiator_socket &bus::add_area(uint64_t base, uint64_t size, bool secure, bool memory)
{
    const size_t n = areas_.size();

    areas_.push_back(area{base, size, secure, memory});
    to_.push_back(std::make_unique<initiator_socket>(("to_" + std::to_string(n)).c_str()));
    to_[n]->register_invalidate_direct_mem_ptr(this, &bus::invalidate, static_cast<int>(n));
    return *to_[n];
}

// A target may say anything of addresses that are not its own.
void bus::clip(const area &a, tlm::tlm_dmi &dmi)
{
    const uint64_t end = std::min<uint64_t>(dmi.get_end_address(), a.size - 1);

    dmi.set_start_address(a.base + dmi.get_start_address());
    dmi.set_end_address(a.base + end);
}

// The area of an access, or -1. An access does not cross the end of an area.
int bus::find(const tlm::tlm_generic_payload &payload) const
{
    const uint64_t address = payload.get_address();
    const auto hit = [&](const area &a) { return address - a.base < a.size; };

    if (last_ >= areas_.size() || !hit(areas_[last_])) {
        unsigned n = 0;

        while (n < areas_.size() && !hit(areas_[n]))
            n++;
        if (n == areas_.size())
            return -1;
        last_ = n;
    }
    if (areas_[last_].secure && !is_secure(payload))
        return -1;
    return static_cast<int>(last_);
}

void bus::b_transport(int initiator, tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    const int found = find(payload);

    if (found < 0) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    const size_t n = static_cast<size_t>(found);
    const uint64_t address = payload.get_address();

    payload.set_address(address - areas_[n].base);
    if (!areas_[n].memory && !by_itself_[static_cast<size_t>(initiator)])
        delay += there_;
    (*to_[n])->b_transport(payload, delay);
    if (!areas_[n].memory)
        delay += back_;
    payload.set_address(address);
}

unsigned bus::transport_dbg(int, tlm::tlm_generic_payload &payload)
{
    const int n = find(payload);

    if (n < 0)
        return 0;
    const uint64_t address = payload.get_address();

    payload.set_address(address - areas_[static_cast<size_t>(n)].base);
    const unsigned done = (*to_[static_cast<size_t>(n)])->transport_dbg(payload);
    payload.set_address(address);
    return done;
}

bool bus::get_direct_mem_ptr(int, tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi)
{
    const int n = find(payload);

    const uint64_t address = payload.get_address();

    dmi.init();
    if (n < 0) {
        dmi.set_start_address(address);
        dmi.set_end_address(address);
        return false;
    }
    const area &a = areas_[static_cast<size_t>(n)];

    payload.set_address(address - a.base);
    const bool granted = (*to_[static_cast<size_t>(n)])->get_direct_mem_ptr(payload, dmi);
    payload.set_address(address);
    clip(a, dmi);
    return granted;
}

void bus::invalidate(int index, sc_dt::uint64 start, sc_dt::uint64 end)
{
    const uint64_t base = areas_[static_cast<size_t>(index)].base;

    for (auto &socket : from_)
        (*socket)->invalidate_direct_mem_ptr(start + base, end + base);
}

} // namespace virt
