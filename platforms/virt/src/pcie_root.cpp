// SPDX-License-Identifier: Apache-2.0
#include "pcie_root.h"

#include <stdexcept>
#include <string>

#include "board.h"
#include "gictlm/attributes.h"
#include "time_util.h"

namespace virt
{

pcie_root::pcie_root(sc_core::sc_module_name name, agenda &times, iss_domain *domain,
                     const pcie_root_config &config)
    : sc_module(name), socket("socket"), times_(times), part_(times.add([this] { go_.notify(); })),
      domain_(domain), way_ps_(config.way_ps)
{
    pcie_host_config host = pcie_host_config_default();

    SC_HAS_PROCESS(pcie_root);
    SC_THREAD(send);
    host.map[0].device_base = config.msi_base;
    host.rid_mask = config.msi_mask;
    if (!pcie_host_init(&host_, &host))
        throw std::runtime_error("internal error: PCIe host");
    add_endpoints(config);
    add_window(0, "pcie-memory", VP_PCIE_MMIO_BASE, VP_PCIE_MMIO_SIZE, false);
    add_window(1, "pcie-high-memory", VP_PCIE_MMIO_HIGH_BASE, VP_PCIE_MMIO_HIGH_SIZE, false);
    add_window(2, "pcie-io", VP_PCIE_PIO_BASE, VP_PCIE_PIO_SIZE, true);
}

void pcie_root::add_endpoints(const pcie_root_config &config)
{
    for (unsigned n = 0; n < config.plug->tgens; n++) {
        const vp_plug_tgen &plug = config.plug->tgen[n];
        const tgen_config c = {config.cpu_period_ps, config.counter_hz, plug.vectors,
                               PCIE_VENDOR_DEFAULT};
        uint32_t bad = 0;

        tgens_.push_back(std::make_unique<tgen>());
        tgen &t = *tgens_.back();

        if (!tgen_init(&t, &c) || !tgen_load_trace(&t, plug.trace, plug.trace_size, &bad) ||
            !pcie_attach(&host_, &t.function, plug.device, plug.function))
            throw std::runtime_error("internal error: traffic generator " + std::to_string(n));
    }
}

void pcie_root::add_window(unsigned n, const char *name, uint64_t base, uint64_t size, bool io)
{
    windows_[n] = window{pcie_window{&host_, base, size, io}, pcie_window_ops};
    windows_[n].ops.name = name;
    windows_[n].ops.span = size;
}

pcie_root::totals pcie_root::traffic() const
{
    totals sum = totals();

    for (const auto &t : tgens_) {
        sum.arrivals += t->state.arrivals;
        sum.sent += t->state.sent;
        sum.merged += t->state.merged;
    }
    return sum;
}

// ---------------------------------------------------------------- messages

uint64_t pcie_root::due(const pcie_msi &message) const
{
    return message.time_ps > never_ps - way_ps_ ? never_ps : message.time_ps + way_ps_;
}

void pcie_root::kick()
{
    const pcie_msi *head = pcie_msi_head(&host_);

    times_.set(part_, head == nullptr ? never_ps : due(*head));
}

// A process of its own: an initiator is never called from inside a target, and GITS_TRANSLATER may
// make it wait. What is not delivered yet stays in the host.
void pcie_root::send()
{
    for (;;) {
        wait(go_);
        for (const pcie_msi *head = pcie_msi_head(&host_);
             head != nullptr && due(*head) <= now_ps(); head = pcie_msi_head(&host_)) {
            const pcie_msi message = *head;

            pcie_msi_begin(&host_);
            if (!msi_write(message.device_id, message.address, message.data) && lost_)
                lost_(message.address);
            pcie_msi_done(&host_, now_ps());
        }
        kick();
    }
}

bool pcie_root::msi_write(uint32_t device_id, uint64_t address, uint32_t data)
{
    tlm::tlm_generic_payload payload;
    gictlm::attributes_extension attributes;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;

    attributes.device_id = device_id;
    payload.set_extension(&attributes);
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char *>(&data));
    payload.set_data_length(sizeof data);
    payload.set_streaming_width(sizeof data);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(payload, delay);
    payload.clear_extension(&attributes);
    if (payload.is_response_ok())
        iss_domain_stored(domain_, ISS_DOMAIN_NO_PE, address, sizeof data, false);
    return payload.is_response_ok();
}

// ---------------------------------------------------------------- checkpoint

void pcie_root::save(gictime_bytes &to) const
{
    for (const auto &t : tgens_) {
        gictime_bytes_u64(&to, tgen_trace_checksum(t.get()));
        if (uint8_t *room = gictime_bytes_room(&to, dev_save_size(&tgen_ops.device)))
            dev_save(&tgen_ops.device, t.get(), room);
    }
}

bool pcie_root::load(gictime_cursor &from)
{
    const size_t size = dev_save_size(&tgen_ops.device);

    for (const auto &t : tgens_) {
        const bool same_trace = gictime_cursor_u64(&from) == tgen_trace_checksum(t.get());
        const uint8_t *state = gictime_cursor_take(&from, size);

        if (!same_trace || state == nullptr || !dev_load(&tgen_ops.device, t.get(), state, size))
            return false;
    }
    return gictime_cursor_done(&from);
}

} // namespace virt
