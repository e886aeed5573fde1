// SPDX-License-Identifier: Apache-2.0
#include "fw_cfg_dma.h"

#include <algorithm>
#include <cstring>

namespace virt
{

namespace
{
/// A read of zeros goes in pieces of this size.
constexpr uint32_t piece = 4096;
} // namespace

fw_cfg_dma::fw_cfg_dma(sc_core::sc_module_name name, fw_cfg &device, iss_domain *domain)
    : sc_module(name), socket("socket"), device_(device), domain_(domain)
{
    SC_HAS_PROCESS(fw_cfg_dma);
    SC_METHOD(work);
    sensitive << go_;
    dont_initialize();
}

void fw_cfg_dma::kick()
{
    fw_cfg_mem request;

    if (fw_cfg_request(&device_, &request))
        go_.notify(sc_core::SC_ZERO_TIME);
}

bool fw_cfg_dma::transfer(bool write, uint64_t address, uint8_t *data, uint32_t length)
{
    tlm::tlm_generic_payload payload;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;

    payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_address(address);
    payload.set_data_ptr(data);
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(payload, delay);
    if (write && payload.is_response_ok())
        iss_domain_stored(domain_, ISS_DOMAIN_NO_PE, address, length, false);
    return payload.is_response_ok();
}

bool fw_cfg_dma::perform(const fw_cfg_mem &request, uint8_t *descriptor)
{
    uint8_t buffer[piece];

    if (!request.write)
        return transfer(false, request.address, descriptor, request.length);
    for (uint32_t done = 0; done < request.length;) {
        const uint32_t now = std::min(piece, request.length - done);

        if (request.data != nullptr)
            std::memcpy(buffer, request.data + done, now);
        else
            std::memset(buffer, 0, now);
        if (!transfer(true, request.address + done, buffer, now))
            return false;
        done += now;
    }
    return true;
}

void fw_cfg_dma::work()
{
    fw_cfg_mem request;

    while (fw_cfg_request(&device_, &request)) {
        uint8_t descriptor[FW_CFG_DMA_BYTES] = {};
        const bool ok = perform(request, descriptor);

        fw_cfg_done(&device_, descriptor, ok);
    }
}

} // namespace virt
