// SPDX-License-Identifier: Apache-2.0
// The DMA engine of fw_cfg: performs the accesses that the device asks for.
#ifndef VIRT_FW_CFG_DMA_H
#define VIRT_FW_CFG_DMA_H

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "devices/fw_cfg.h"
#include "iss/domain.h"

namespace virt
{

/// A process of its own: an initiator is never called from inside a target.
class fw_cfg_dma : public sc_core::sc_module
{
public:
    tlm_utils::simple_initiator_socket<fw_cfg_dma> socket;

    fw_cfg_dma(sc_core::sc_module_name name, fw_cfg &device, iss_domain *domain);

    /// The device may want something.
    void kick();

private:
    void work();
    bool perform(const fw_cfg_mem &request, uint8_t *descriptor);
    bool transfer(bool write, uint64_t address, uint8_t *data, uint32_t length);

    fw_cfg &device_;
    iss_domain *domain_;
    sc_core::sc_event go_;
};

} // namespace virt

#endif
