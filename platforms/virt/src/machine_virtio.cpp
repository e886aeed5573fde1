// SPDX-License-Identifier: Apache-2.0
// How the virtio devices are put into the machine.
#include "board.h"
#include "machine_model.h"
#include "time_util.h"

namespace virt
{

void machine::build_virtio()
{
    virtio_hub_config config;

    config.plug = &setup_.plug.virtio;
    config.ram = &setup_.memory.region[VP_REGION_RAM];
    config.host = &pcie_->host();
    config.latency_ps = timed_ ? setup_.params.virtio_latency_ps : 0;
    virtio_ = std::make_unique<virtio_hub>("virtio_devices", config, domain_.get());
    virtio_->socket.bind(bus_.from(virtio_initiator()));
    virtio_->on_mistake([this](const char *device, unsigned queue, const char *text) {
        complain_of_queue(device, queue, text);
    });

    device_target &slots = add_device("virtio", virtio_mmio_ops, &virtio_->slots(), VP_VIRTIO_BASE,
                                      VP_VIRTIO_SIZE, false);

    for (unsigned n = 0; n < VIRTIO_SLOTS; n++)
        if (virtio_->slots().slot[n] != nullptr)
            slots.connect(n, spi_line(VP_INTID_SPI + VP_SPI_VIRTIO + n));
    for (unsigned n = 0; n < setup_.plug.virtio.count; n++)
        if (virtio_->console_at(n) != nullptr)
            build_virtio_console(n, slots);
    for (unsigned n = 0; n < setup_.plug.virtio.count; n++) {
        const vp_plug_virtio &plug = setup_.plug.virtio.device[n];

        if (!plug.user)
            continue;
        user_nets_.emplace_back(n, std::make_unique<net_user>(
                                       ("user_net" + std::to_string(plug.number)).c_str(), agenda_,
                                       *virtio_->net_at(n), plug.mmio ? slots : *ecam_));
    }
    slots.after([this](uint64_t) { virtio_->look(); });
    add_part(*virtio_);
    /* The last devices to be restored, those of the PCIe host included: only now are lines what
     * they were. */
    virtio_->after_load([this, &slots] {
        slots.update(now_ps());
        ecam_->update(now_ps());
    });
}

void machine::build_virtio_console(unsigned n, device_target &slots)
{
    const vp_plug_virtio &plug = setup_.plug.virtio.device[n];
    virtio_console *device = virtio_->console_at(n);
    console_device wires;

    wires.can_receive = [device] { return virtio_console_can_receive(device); };
    wires.receive = [device](uint8_t byte) { virtio_console_receive(device, byte, now_ps()); };
    auto made = std::make_unique<console>(("virtio_console" + std::to_string(plug.number)).c_str(),
                                          agenda_, wires, plug.mmio ? slots : *ecam_);
    console *raw = made.get();

    virtio_->on_console(n, [raw](const char *bytes, size_t length) { raw->write(bytes, length); });
    add_part(*made);
    virtio_consoles_.emplace_back(n, std::move(made));
}

bool machine::open_virtio_nets(vp_error &error)
{
    for (auto &one : user_nets_)
        if (!one.second->open(setup_.plug.virtio.device[one.first].isolated, error))
            return false;
    return true;
}

// Standard input is that of the first console that is stdio.
bool machine::open_virtio_consoles(vp_error &error)
{
    const vp_options &o = setup_.options;
    bool input = o.uart.kind != VP_UART_STDIO && o.secure_uart.kind != VP_UART_STDIO;

    for (auto &one : virtio_consoles_) {
        const vp_uart_option &to = setup_.plug.virtio.device[one.first].to;

        if (!one.second->open(to, "--device console,to", input, error))
            return false;
        input = input && to.kind != VP_UART_STDIO;
    }
    return true;
}

} // namespace virt
