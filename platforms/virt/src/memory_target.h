// SPDX-License-Identifier: Apache-2.0
// RAM as a TLM target with DMI.
#ifndef VIRT_MEMORY_TARGET_H
#define VIRT_MEMORY_TARGET_H

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "memory.h"

namespace virt
{

/// One memory of the board.
class memory_target : public sc_core::sc_module
{
public:
    tlm_utils::simple_target_socket<memory_target> socket;

    /// @param region host memory, outlives the module. @param read_ps, write_ps cost of an access
    /// that goes over the bus.
    memory_target(sc_core::sc_module_name name, const vp_region &region, uint64_t read_ps,
                  uint64_t write_ps);

private:
    void b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    unsigned transport_dbg(tlm::tlm_generic_payload &payload);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi);
    void copy(tlm::tlm_generic_payload &payload);

    const vp_region &region_;
    sc_core::sc_time read_cost_;
    sc_core::sc_time write_cost_;
};

} // namespace virt

#endif
