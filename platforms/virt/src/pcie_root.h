// SPDX-License-Identifier: Apache-2.0
// The board's PCI Express: host, endpoints, and the initiator that makes MSIs bus writes.
#ifndef VIRT_PCIE_ROOT_H
#define VIRT_PCIE_ROOT_H

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "agenda.h"
#include "devices/pcie_host.h"
#include "devices/tgen.h"
#include "iss/domain.h"
#include "plug.h"
#include "saved_part.h"

namespace virt
{

/// What the root is built from.
struct pcie_root_config {
    const vp_plug *plug = nullptr; ///< The endpoints; outlives the root.
    uint32_t msi_base = 0;         ///< DeviceID = msi_base + (requester ID & msi_mask).
    uint16_t msi_mask = 0xffff;
    uint64_t cpu_period_ps = 0;
    uint64_t counter_hz = 0;
    uint64_t way_ps = 0; ///< From an endpoint to what its MSI writes.
};

/// MSIs wait in the host, which is saved with them, until their time and until their target takes
/// them. The endpoints' states are its own section of a checkpoint.
class pcie_root : public sc_core::sc_module, public saved_part
{
public:
    /// Where MSIs leave. The way to the target is accounted for.
    tlm_utils::simple_initiator_socket<pcie_root> socket;

    /// A window of the board, as the bus sees it.
    struct window {
        pcie_window device;
        dev_ops ops;
    };

    /// Throws std::runtime_error when an endpoint cannot be built.
    pcie_root(sc_core::sc_module_name name, agenda &times, iss_domain *domain,
              const pcie_root_config &config);

    pcie_host &host()
    {
        return host_;
    }
    /// Memory below 4 GiB, high memory, I/O.
    std::array<window, 3> &windows()
    {
        return windows_;
    }
    const std::vector<std::unique_ptr<tgen>> &generators() const
    {
        return tgens_;
    }

    /// What the generators did, all together.
    struct totals {
        uint64_t arrivals, sent, merged;
    };
    totals traffic() const;

    /// Something may have been sent: called after each call into host or endpoints.
    void kick();
    /// Called for an MSI that reached nothing.
    void on_lost(std::function<void(uint64_t address)> function)
    {
        lost_ = std::move(function);
    }
    /// Writes @p data at @p address now, as the device with @p device_id does: to GITS_TRANSLATER,
    /// a v2m frame, GICD_SETSPI or memory. Waits while its target pushes back. @return whether
    /// something took it.
    bool msi_write(uint32_t device_id, uint64_t address, uint32_t data);

    const char *section() const override
    {
        return basename();
    }
    uint32_t section_version() const override
    {
        return 1;
    }
    void save(gictime_bytes &to) const override;
    bool load(gictime_cursor &from) override;

private:
    void add_endpoints(const pcie_root_config &config);
    void add_window(unsigned n, const char *name, uint64_t base, uint64_t size, bool io);
    uint64_t due(const pcie_msi &message) const;
    void send();

    agenda &times_;
    unsigned part_;
    iss_domain *domain_;
    uint64_t way_ps_;
    pcie_host host_;
    std::vector<std::unique_ptr<tgen>> tgens_;
    std::array<window, 3> windows_;
    std::function<void(uint64_t)> lost_;
    sc_core::sc_event go_;
};

} // namespace virt

#endif
