// SPDX-License-Identifier: Apache-2.0
// A C device (devices/device.h) as a TLM target: registers, lines, deadlines.
#ifndef VIRT_DEVICE_TARGET_H
#define VIRT_DEVICE_TARGET_H

#include <cstdint>
#include <functional>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "agenda.h"
#include "devices/device.h"
#include "line_mux.h"
#include "saved_part.h"

namespace virt
{

/// Told of a guest's mistake at a device: what and where.
using device_complaint = std::function<void(const char *device, uint64_t offset, unsigned size,
                                            bool write, dev_status status)>;

/// The wrapper decides nothing: it pushes time, moves levels, wakes the device when it asks.
/// Its state is a section of every checkpoint.
class device_target : public sc_core::sc_module, public saved_part
{
public:
    tlm_utils::simple_target_socket<device_target> socket;

    /// @param self the device, outlives the module. @param cost_ps cost of an access.
    device_target(sc_core::sc_module_name name, agenda &times, const dev_ops &ops, void *self,
                  uint64_t cost_ps);

    /// Connects interrupt output @p index.
    void connect(unsigned index, line_mux &line);
    /// Who hears of the guest's mistakes.
    void on_complaint(device_complaint complaint)
    {
        complaint_ = std::move(complaint);
    }
    /// Called after each call into the device, with the time of that call: takes the outbox.
    void after(std::function<void(uint64_t)> function)
    {
        after_ = std::move(function);
    }
    /// The device was called from outside (a back-end): looks at its lines and deadline.
    void update(uint64_t time_ps);
    /// Cold reset; the wires are reset by their owner.
    void reset();

    const char *section() const override
    {
        return basename();
    }
    uint32_t section_version() const override
    {
        return ops_.version;
    }
    void save(gictime_bytes &to) const override;
    bool load(gictime_cursor &from) override;

    /// Kept between a DMI grant and its end; flash banks set it.
    void grant_reads(uint8_t *host, uint64_t size, std::function<bool()> allowed);

private:
    void b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
    unsigned transport_dbg(tlm::tlm_generic_payload &payload);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi);
    dev_status access(tlm::tlm_generic_payload &payload, uint64_t time_ps);
    void on_deadline();
    void schedule();

    agenda &times_;
    unsigned part_ = 0;
    const dev_ops &ops_;
    void *self_;
    sc_core::sc_time cost_;
    std::vector<line_mux *> lines_;
    std::vector<bool> levels_;
    device_complaint complaint_;
    std::function<void(uint64_t)> after_;
    std::function<bool()> readable_;
    uint8_t *host_ = nullptr;
    uint64_t host_size_ = 0;
    bool granted_ = false;
};

} // namespace virt

#endif
