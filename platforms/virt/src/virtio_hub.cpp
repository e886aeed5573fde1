// SPDX-License-Identifier: Apache-2.0
#include "virtio_hub.h"

#include <cstdio>
#include <stdexcept>

namespace virt
{

virtio_hub::virtio_hub(sc_core::sc_module_name name, const virtio_hub_config &config,
                       iss_domain *domain)
    : sc_module(name), socket("socket"), domain_(domain), ram_(config.ram), host_(config.host)
{
    const virtio_setup setup = {{this, read, write}, config.latency_ps};

    virtio_mmio_init(&slots_);
    for (unsigned n = 0; n < config.plug->count; n++)
        add(config.plug->device[n], setup);
    join(*config.plug);
}

void virtio_hub::make_drive(unit &u, vp_plug_virtio &plug, const virtio_setup &setup)
{
    virtio_blk_config config = virtio_blk_config();

    config.storage = {&plug.drive, vp_drive_read, vp_drive_write, vp_drive_zero, vp_drive_flush};
    config.sectors = plug.drive.size / VP_DRIVE_SECTOR;
    config.read_only = plug.drive.read_only;
    config.queues = plug.queues;
    (void)std::snprintf(config.serial, sizeof config.serial, "%s", u.name.c_str());
    u.blk = std::make_unique<virtio_blk>();
    if (virtio_blk_init(u.blk.get(), &config, &setup))
        u.base = &u.blk->base;
}

void virtio_hub::make_console(unit &u, const virtio_setup &setup)
{
    const virtio_console_sink sink = {&u, [](void *ctx, const uint8_t *bytes, uint32_t length) {
                                          const unit &to = *static_cast<unit *>(ctx);

                                          if (to.sink)
                                              to.sink(reinterpret_cast<const char *>(bytes),
                                                      length);
                                      }};

    u.console = std::make_unique<virtio_console>();
    virtio_console_init(u.console.get(), &sink, &setup);
    u.base = &u.console->base;
}

void virtio_hub::make(unit &u, vp_plug_virtio &plug, const virtio_setup &setup)
{
    switch (plug.kind) {
    case VP_VIRTIO_DRIVE:
        make_drive(u, plug, setup);
        break;
    case VP_VIRTIO_NET:
        u.net = std::make_unique<virtio_net>();
        virtio_net_init(u.net.get(), plug.mac, &setup);
        u.base = &u.net->base;
        break;
    case VP_VIRTIO_CONSOLE:
        make_console(u, setup);
        break;
    default:
        u.rng = std::make_unique<virtio_rng>();
        virtio_rng_init(u.rng.get(), plug.seed, &setup);
        u.base = &u.rng->base;
        break;
    }
}

// Who hears whom.
void virtio_hub::join(const vp_plug_virtios &plug)
{
    for (unsigned n = 0; n < plug.count; n++) {
        if (plug.device[n].kind != VP_VIRTIO_NET || plug.device[n].user)
            continue;
        const virtio_net_listener listener = {units_[plug.device[n].peer]->net.get(),
                                              virtio_net_hear};

        virtio_net_listen(units_[n]->net.get(), &listener);
    }
}

void virtio_hub::add(vp_plug_virtio &plug, const virtio_setup &setup)
{
    static const char *const names[] = {"drive", "net", "console", "rng"};
    auto made = std::make_unique<unit>();
    unit &u = *made;
    bool plugged = false;

    u.name = names[plug.kind] + std::to_string(plug.number);
    make(u, plug, setup);
    if (u.base != nullptr && plug.mmio) {
        plugged = virtio_mmio_attach(&slots_, plug.place, u.base);
    } else if (u.base != nullptr) {
        u.function = std::make_unique<virtio_pci>();
        plugged = virtio_pci_init(u.function.get(), u.base) &&
                  pcie_attach(host_, &u.function->function, plug.place, 0);
    }
    if (!plugged)
        throw std::runtime_error("internal error: virtio device " + u.name);
    units_.push_back(std::move(made));
}

// ---------------------------------------------------------------- memory

bool virtio_hub::transfer(tlm::tlm_command command, uint64_t address, void *data, uint32_t length)
{
    tlm::tlm_generic_payload payload;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;

    if (address < ram_->base || address - ram_->base >= ram_->size ||
        length > ram_->size - (address - ram_->base))
        return false;
    if (length == 0)
        return true;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char *>(data));
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(payload, delay);
    if (command == tlm::TLM_WRITE_COMMAND && payload.is_response_ok())
        iss_domain_stored(domain_, ISS_DOMAIN_NO_PE, address, length, false);
    return payload.is_response_ok();
}

bool virtio_hub::read(void *ctx, uint64_t address, void *data, uint32_t length)
{
    return static_cast<virtio_hub *>(ctx)->transfer(tlm::TLM_READ_COMMAND, address, data, length);
}

bool virtio_hub::write(void *ctx, uint64_t address, const void *data, uint32_t length)
{
    return static_cast<virtio_hub *>(ctx)->transfer(tlm::TLM_WRITE_COMMAND, address,
                                                    const_cast<void *>(data), length);
}

// ---------------------------------------------------------------- reports

void virtio_hub::look()
{
    const char *text;
    unsigned queue;

    for (auto &u : units_)
        while (virtio_take_mistake(u->base, &queue, &text))
            if (mistake_)
                mistake_(u->name.c_str(), queue, text);
}

void virtio_hub::report(std::vector<std::pair<std::string, uint64_t>> &list) const
{
    for (const auto &u : units_) {
        const virtio_counters &c = u->base->state->counters;

        list.emplace_back(u->name + ".notifications", c.notifications);
        list.emplace_back(u->name + ".requests", c.requests);
        list.emplace_back(u->name + ".interrupts", c.interrupts);
        list.emplace_back(u->name + ".bytes_read", c.bytes_read);
        list.emplace_back(u->name + ".bytes_written", c.bytes_written);
        list.emplace_back(u->name + ".errors", c.errors);
        if (u->net != nullptr)
            list.emplace_back(u->name + ".dropped", u->net->state.dropped);
    }
}

// ---------------------------------------------------------------- checkpoint

void virtio_hub::save(gictime_bytes &to) const
{
    for (const auto &u : units_)
        if (uint8_t *room = gictime_bytes_room(&to, dev_save_size(&u->base->kind->device)))
            dev_save(&u->base->kind->device, u->base->self, room);
}

bool virtio_hub::load(gictime_cursor &from)
{
    for (const auto &u : units_) {
        const size_t size = dev_save_size(&u->base->kind->device);
        const uint8_t *state = gictime_cursor_take(&from, size);

        if (state == nullptr || !dev_load(&u->base->kind->device, u->base->self, state, size))
            return false;
    }
    if (loaded_)
        loaded_();
    return gictime_cursor_done(&from);
}

} // namespace virt
