// SPDX-License-Identifier: Apache-2.0
// System registers as a TLM target, for CPU models that have nothing but sockets.
#ifndef GICTLM_ADAPTERS_SYSREG_SOCKET_H
#define GICTLM_ADAPTERS_SYSREG_SOCKET_H

#include <cstdint>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "gictlm/sysreg.h"

namespace gictlm
{

/// Register accesses of one PE in generic payloads: bind `sysreg` to gic::sysreg[pe] and the CPU's
/// initiator to `socket`. Every access is 8 bytes, or 4 for the low half (writes extend by zero).
///
///     8 * identity (gic/sysreg.h)   the register
///     pe_state_address              write: the PE's state, pack()
///     result_address                read: gic_sysreg_result of the last register access
///
/// UNDEFINED is COMMAND_ERROR, a trap GENERIC_ERROR; result_address tells which Exception level it
/// goes to. b_transport may wait as sysreg_if::read() and write() do.
class sysreg_socket : public sc_core::sc_module
{
public:
    explicit sysreg_socket(sc_core::sc_module_name name);

    tlm_utils::simple_target_socket<sysreg_socket> socket;
    sc_core::sc_port<sysreg_if> sysreg;

    static constexpr uint64_t pe_state_address = 0x1000;
    static constexpr uint64_t result_address = 0x1008;

    /// Address of a register.
    static constexpr uint64_t address_of(gic_sysreg reg)
    {
        return 8u * uint64_t(reg);
    }
    /// A PE state as a number: EL in [1:0], then SCR NS, IRQ, FIQ, EEL2, HCR IMO, FMO, AMO, TGE,
    /// E2H, AArch32 in [11:2], SCTLR_ELx.NMI in [15:12].
    static uint64_t pack(const gic_pe_state &state);
    /// The inverse of pack().
    static gic_pe_state unpack(uint64_t value);

private:
    void b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    unsigned transport_dbg(tlm::tlm_generic_payload &payload);
    static tlm::tlm_response_status check(const tlm::tlm_generic_payload &payload);
    tlm::tlm_response_status access(tlm::tlm_command command, uint64_t address, uint64_t &value,
                                    sc_core::sc_time &delay);

    gic_sysreg_result result_ = GIC_SYSREG_OK;
};

} // namespace gictlm

#endif
