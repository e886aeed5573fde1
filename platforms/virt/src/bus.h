// SPDX-License-Identifier: Apache-2.0
// The interconnect: decodes addresses, checks the Security state, adds its cost, passes on DMI.
#ifndef VIRT_BUS_H
#define VIRT_BUS_H

#include <cstdint>
#include <memory>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

namespace virt
{

/// A router with one target socket per initiator and one initiator socket per area.
class bus : public sc_core::sc_module
{
public:
    using target_socket = tlm_utils::simple_target_socket_tagged<bus>;
    using initiator_socket = tlm_utils::simple_initiator_socket_tagged<bus>;

    /// @param initiators number of initiators. @param device_ps cost of a way to a device and back.
    bus(sc_core::sc_module_name name, unsigned initiators, uint64_t device_ps);

    /// The socket of initiator @p n.
    target_socket &from(unsigned n)
    {
        return *from_[n];
    }

    /// Initiator @p n accounts for the way to a device itself, before it makes the access.
    void comes_by_itself(unsigned n)
    {
        by_itself_[n] = true;
    }
    /// The way to a device.
    const sc_core::sc_time &way() const
    {
        return there_;
    }

    /// Puts @p socket at [base, base + size). @param secure only Secure accesses reach it.
    /// @param memory the area is memory: its own cost holds and not the way to a device.
    template <class Socket>
    void map(Socket &socket, uint64_t base, uint64_t size, bool secure, bool memory)
    {
        add_area(base, size, secure, memory).bind(socket);
    }

private:
    struct area {
        uint64_t base;
        uint64_t size;
        bool secure;
        bool memory;
    };

    initiator_socket &add_area(uint64_t base, uint64_t size, bool secure, bool memory);
    int find(const tlm::tlm_generic_payload &payload) const;
    void b_transport(int initiator, tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    unsigned transport_dbg(int initiator, tlm::tlm_generic_payload &payload);
    static void clip(const area &a, tlm::tlm_dmi &dmi);
    bool get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi);
    void invalidate(int index, sc_dt::uint64 start, sc_dt::uint64 end);

    sc_core::sc_time there_; ///< A PE's way to a device ...
    sc_core::sc_time back_;  ///< ... and the answer's way back.
    std::vector<bool> by_itself_;
    std::vector<area> areas_;
    std::vector<std::unique_ptr<target_socket>> from_;
    std::vector<std::unique_ptr<initiator_socket>> to_;
    mutable unsigned last_ = 0; ///< The area last found: accesses come in runs.
};

} // namespace virt

#endif
