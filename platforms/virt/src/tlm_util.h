// SPDX-License-Identifier: Apache-2.0
// What the platform's TLM targets have in common.
#ifndef VIRT_TLM_UTIL_H
#define VIRT_TLM_UTIL_H

#include <cstdint>

#include <tlm>

#include "gictlm/attributes.h"

namespace virt
{

/// Whether @p payload is a plain access of up to @p most bytes inside [0, @p size); if not, its
/// response says why (TLM-2.0 base protocol).
inline bool check_payload(tlm::tlm_generic_payload &payload, uint64_t size, unsigned most)
{
    const unsigned length = payload.get_data_length();
    const uint64_t address = payload.get_address();

    if (payload.get_command() == tlm::TLM_IGNORE_COMMAND)
        payload.set_response_status(tlm::TLM_OK_RESPONSE);
    else if (address >= size || length > size - address)
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    else if (payload.get_byte_enable_ptr() != nullptr)
        payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    else if (length == 0 || length > most || payload.get_streaming_width() < length)
        payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    else if (payload.get_data_ptr() == nullptr)
        payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    else
        return true;
    return false;
}

/// Whether @p payload is a Secure access; without our extension it is not.
inline bool is_secure(const tlm::tlm_generic_payload &payload)
{
    gictlm::attributes found;

    gictlm::attributes_from_extension(payload, found);
    return found.secure;
}

} // namespace virt

#endif
