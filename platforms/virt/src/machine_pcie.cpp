// SPDX-License-Identifier: Apache-2.0
// How PCI Express and what takes its MSIs are put together.
#include <stdexcept>

#include "board.h"
#include "machine_model.h"
#include "time_util.h"

namespace virt
{

void machine::build_pcie()
{
    pcie_root_config config;

    config.plug = &setup_.plug;
    config.msi_base = setup_.machine.msi_base;
    config.msi_mask = setup_.machine.msi_mask;
    config.cpu_period_ps = gictime_profile_period_ps(&setup_.params.profile, GICTIME_DOMAIN_CPU);
    config.counter_hz = VP_CNTFRQ_HZ;
    config.way_ps = to_ps(bus_.way());
    pcie_ = std::make_unique<pcie_root>("pcie_root", agenda_, domain_.get(), config);
    pcie_->socket.bind(bus_.from(pcie_initiator()));
    bus_.comes_by_itself(pcie_initiator());
    pcie_->on_lost([this](uint64_t address) { complain("msi", address, 4, true, DEV_HOLE); });

    device_target &ecam = add_device("pcie", pcie_ecam_ops, &pcie_->host(), VP_PCIE_ECAM_BASE,
                                     VP_PCIE_ECAM_SIZE, false);

    for (unsigned pin = 0; pin < pcie_ecam_ops.num_lines; pin++)
        ecam.connect(pin, spi_line(VP_INTID_SPI + VP_SPI_PCIE + pin));
    ecam_ = &ecam;
    ecam.after([this](uint64_t) {
        pcie_->kick();
        if (virtio_ != nullptr)
            virtio_->look();
    });
    for (pcie_root::window &w : pcie_->windows())
        add_device(w.ops.name, w.ops, &w.device, w.device.base, w.device.size, false)
            .after([&ecam](uint64_t time_ps) { ecam.update(time_ps); });
    add_part(*pcie_);
    build_v2m();
}

void machine::build_v2m()
{
    const vp_machine &m = setup_.machine;
    const gicv2m_config config = {m.v2m_first, m.v2m_spis, 0};

    if (m.v2m_spis == 0)
        return;
    if (!gicv2m_init(&v2m_, &config))
        throw std::runtime_error("internal error: GICv2m frame");
    add_device("v2m", gicv2m_ops, &v2m_, VP_V2M_BASE, VP_V2M_SIZE, false).after([this](uint64_t) {
        pass_v2m();
    });
}

// An edge on the SPI's line for each.
void machine::pass_v2m()
{
    gicv2m_pulse pulse;

    while (gicv2m_pop(&v2m_, &pulse)) {
        spi_line(pulse.intid).set(true, ahead(pulse.time_ps));
        spi_line(pulse.intid).set(false, ahead(pulse.time_ps));
    }
}

} // namespace virt
