// SPDX-License-Identifier: Apache-2.0
// System registers as a TLM target.
#include "gictlm/adapters/sysreg_socket.h"

#include <cstring>

namespace gictlm
{

namespace
{

/// The flags of a packed PE state, from bit 2 up.
constexpr bool gic_pe_state::*flags[] = {
    &gic_pe_state::scr_ns,  &gic_pe_state::scr_irq, &gic_pe_state::scr_fiq, &gic_pe_state::scr_eel2,
    &gic_pe_state::hcr_imo, &gic_pe_state::hcr_fmo, &gic_pe_state::hcr_amo, &gic_pe_state::hcr_tge,
    &gic_pe_state::hcr_e2h, &gic_pe_state::aarch32};
constexpr unsigned first_flag = 2;
constexpr unsigned nmi_low = 12;
constexpr uint64_t el_mask = 0x3;
constexpr uint64_t nmi_mask = 0xF;

} // namespace

uint64_t sysreg_socket::pack(const gic_pe_state &state)
{
    uint64_t value = state.el & el_mask;
    unsigned bit = first_flag;
    for (bool gic_pe_state::*flag : flags)
        value |= uint64_t(state.*flag) << bit++;
    return value | (state.sctlr_nmi & nmi_mask) << nmi_low;
}

gic_pe_state sysreg_socket::unpack(uint64_t value)
{
    gic_pe_state state = gic_pe_state();
    unsigned bit = first_flag;
    state.el = static_cast<uint8_t>(value & el_mask);
    for (bool gic_pe_state::*flag : flags)
        state.*flag = (value >> bit++ & 1) != 0;
    state.sctlr_nmi = static_cast<uint8_t>(value >> nmi_low & nmi_mask);
    return state;
}

sysreg_socket::sysreg_socket(sc_core::sc_module_name name)
    : sc_module(name), socket("socket"), sysreg("sysreg")
{
    socket.register_b_transport(this, &sysreg_socket::b_transport);
    socket.register_transport_dbg(this, &sysreg_socket::transport_dbg);
}

tlm::tlm_response_status sysreg_socket::check(const tlm::tlm_generic_payload &payload)
{
    const unsigned length = payload.get_data_length();
    if (!payload.is_read() && !payload.is_write())
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    if ((length != 4 && length != 8) || payload.get_streaming_width() < length)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (!payload.get_data_ptr())
        return tlm::TLM_GENERIC_ERROR_RESPONSE;
    if (payload.get_byte_enable_ptr())
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    return payload.get_address() % 8 ? tlm::TLM_ADDRESS_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE;
}

tlm::tlm_response_status sysreg_socket::access(tlm::tlm_command command, uint64_t address,
                                               uint64_t &value, sc_core::sc_time &delay)
{
    if (address == pe_state_address && command == tlm::TLM_WRITE_COMMAND) {
        sysreg->set_pe_state(unpack(value), delay);
        return tlm::TLM_OK_RESPONSE;
    }
    if (address == result_address && command == tlm::TLM_READ_COMMAND) {
        value = result_;
        return tlm::TLM_OK_RESPONSE;
    }
    if (address >= address_of(GIC_SYSREG_COUNT))
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    const auto reg = static_cast<gic_sysreg>(address / 8);
    result_ = command == tlm::TLM_READ_COMMAND ? sysreg->read(reg, value, delay)
                                               : sysreg->write(reg, value, delay);
    if (result_ == GIC_SYSREG_OK)
        return tlm::TLM_OK_RESPONSE;
    return result_ == GIC_SYSREG_UNDEFINED ? tlm::TLM_COMMAND_ERROR_RESPONSE
                                           : tlm::TLM_GENERIC_ERROR_RESPONSE;
}

void sysreg_socket::b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
    if (payload.get_command() != tlm::TLM_IGNORE_COMMAND) {
        status = check(payload);
        if (status == tlm::TLM_OK_RESPONSE) {
            uint64_t value = 0;
            if (payload.is_write())
                std::memcpy(&value, payload.get_data_ptr(), payload.get_data_length());
            status = access(payload.get_command(), payload.get_address(), value, delay);
            if (payload.is_read() && status == tlm::TLM_OK_RESPONSE)
                std::memcpy(payload.get_data_ptr(), &value, payload.get_data_length());
        }
    }
    payload.set_dmi_allowed(false);
    payload.set_response_status(status);
}

/// Reads alone: writing a register of a running CPU interface by the back door has no meaning.
unsigned sysreg_socket::transport_dbg(tlm::tlm_generic_payload &payload)
{
    const uint64_t address = payload.get_address();
    uint64_t value = 0;
    if (!payload.is_read() || check(payload) != tlm::TLM_OK_RESPONSE ||
        address >= address_of(GIC_SYSREG_COUNT) ||
        !sysreg->peek(static_cast<gic_sysreg>(address / 8), value))
        return 0;
    std::memcpy(payload.get_data_ptr(), &value, payload.get_data_length());
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return payload.get_data_length();
}

} // namespace gictlm
