// SPDX-License-Identifier: Apache-2.0
#include "memory_target.h"

#include <algorithm>
#include <cstring>

#include "time_util.h"
#include "tlm_util.h"

namespace virt
{

memory_target::memory_target(sc_core::sc_module_name name, const vp_region &region,
                             uint64_t read_ps, uint64_t write_ps)
    : sc_module(name), socket("socket"), region_(region), read_cost_(from_ps(read_ps)),
      write_cost_(from_ps(write_ps))
{
    socket.register_b_transport(this, &memory_target::b_transport);
    socket.register_transport_dbg(this, &memory_target::transport_dbg);
    socket.register_get_direct_mem_ptr(this, &memory_target::get_direct_mem_ptr);
}

void memory_target::copy(tlm::tlm_generic_payload &payload)
{
    uint8_t *at = region_.host + payload.get_address();

    if (payload.is_read())
        std::memcpy(payload.get_data_ptr(), at, payload.get_data_length());
    else
        std::memcpy(at, payload.get_data_ptr(), payload.get_data_length());
}

void memory_target::b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    if (!check_payload(payload, region_.size, UINT32_MAX))
        return;
    copy(payload);
    delay += payload.is_read() ? read_cost_ : write_cost_;
    payload.set_dmi_allowed(true);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned memory_target::transport_dbg(tlm::tlm_generic_payload &payload)
{
    if (payload.get_address() >= region_.size)
        return 0;
    const uint64_t room = region_.size - payload.get_address();

    payload.set_data_length(
        static_cast<unsigned>(std::min<uint64_t>(payload.get_data_length(), room)));
    copy(payload);
    return payload.get_data_length();
}

bool memory_target::get_direct_mem_ptr(tlm::tlm_generic_payload &, tlm::tlm_dmi &dmi)
{
    dmi.set_dmi_ptr(region_.host);
    dmi.set_start_address(0);
    dmi.set_end_address(region_.size - 1);
    dmi.set_read_latency(read_cost_);
    dmi.set_write_latency(write_cost_);
    dmi.allow_read_write();
    return true;
}

} // namespace virt
