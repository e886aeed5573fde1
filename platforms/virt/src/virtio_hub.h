// SPDX-License-Identifier: Apache-2.0
// The virtio devices of the board, and the initiator through which they reach memory.
#ifndef VIRT_VIRTIO_HUB_H
#define VIRT_VIRTIO_HUB_H

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "devices/pcie_host.h"
#include "devices/virtio_blk.h"
#include "devices/virtio_console.h"
#include "devices/virtio_mmio.h"
#include "devices/virtio_net.h"
#include "devices/virtio_pci.h"
#include "devices/virtio_rng.h"
#include "iss/domain.h"
#include "memory.h"
#include "plug_virtio.h"
#include "saved_part.h"

namespace virt
{

/// What the hub is built from.
struct virtio_hub_config {
    vp_plug_virtios *plug = nullptr; ///< The devices; outlives the hub.
    const vp_region *ram = nullptr;  ///< What devices can reach.
    pcie_host *host = nullptr;       ///< Takes those that are PCIe functions.
    uint64_t latency_ps = 0;         ///< Of one request.
};

/// Builds the devices, plugs them into the virtio-mmio transports and the PCIe host, and keeps
/// them. Requests are served when the device is called at its deadline: in the process of the
/// agenda, which is no target's. Only RAM can be reached, which never makes its caller wait. The
/// devices' states are one section of a checkpoint.
class virtio_hub : public sc_core::sc_module, public saved_part
{
public:
    tlm_utils::simple_initiator_socket<virtio_hub> socket;

    /// Throws std::runtime_error when a device cannot be built.
    virtio_hub(sc_core::sc_module_name name, const virtio_hub_config &config, iss_domain *domain);

    /// The virtio-mmio transports.
    virtio_mmio &slots()
    {
        return slots_;
    }
    /// Device  index if it is a console, else nullptr.
    virtio_console *console_at(size_t index)
    {
        return index < units_.size() ? units_[index]->console.get() : nullptr;
    }
    /// Device @p index if it is a network device, else nullptr.
    virtio_net *net_at(size_t index)
    {
        return index < units_.size() ? units_[index]->net.get() : nullptr;
    }
    /// Says who takes what console  index sends.
    void on_console(size_t index, std::function<void(const char *, size_t)> sink)
    {
        units_[index]->sink = std::move(sink);
    }
    /// Told of a driver's mistake in a ring: device, queue, what it was.
    void on_mistake(std::function<void(const char *, unsigned, const char *)> function)
    {
        mistake_ = std::move(function);
    }
    /// Called after each call into a device.
    void look();
    /// Called after a restore: lines and deadlines of the devices are what was saved.
    void after_load(std::function<void()> function)
    {
        loaded_ = std::move(function);
    }
    /// Adds the counters of each device to @p list: "drive0.requests" and so on.
    void report(std::vector<std::pair<std::string, uint64_t>> &list) const;

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
    /// One device: one of the kinds, and its function if it is one.
    struct unit {
        std::string name;
        virtio *base = nullptr;
        std::unique_ptr<virtio_blk> blk;
        std::unique_ptr<virtio_net> net;
        std::unique_ptr<virtio_console> console;
        std::unique_ptr<virtio_rng> rng;
        std::function<void(const char *, size_t)> sink; ///< Takes what a console sends.
        std::unique_ptr<virtio_pci> function;
    };

    void add(vp_plug_virtio &plug, const virtio_setup &setup);
    static void make(unit &u, vp_plug_virtio &plug, const virtio_setup &setup);
    static void make_drive(unit &u, vp_plug_virtio &plug, const virtio_setup &setup);
    static void make_console(unit &u, const virtio_setup &setup);
    void join(const vp_plug_virtios &plug);
    static bool read(void *ctx, uint64_t address, void *data, uint32_t length);
    static bool write(void *ctx, uint64_t address, const void *data, uint32_t length);
    bool transfer(tlm::tlm_command command, uint64_t address, void *data, uint32_t length);

    iss_domain *domain_;
    const vp_region *ram_;
    pcie_host *host_;
    virtio_mmio slots_;
    std::vector<std::unique_ptr<unit>> units_;
    std::function<void(const char *, unsigned, const char *)> mistake_;
    std::function<void()> loaded_;
};

} // namespace virt

#endif
