// SPDX-License-Identifier: Apache-2.0
// A PCIe host with traffic generators as software sees it: ECAM, windows, messages.
#ifndef TESTBENCH_PCIE_RIG_HPP
#define TESTBENCH_PCIE_RIG_HPP

#include <memory>
#include <vector>

#include "device_rig.hpp"
#include "devices/pcie_host.h"
#include "devices/tgen.h"

namespace devices
{

constexpr uint64_t mmio32_base = 0x10000000, mmio32_size = 0x2eff0000;
constexpr uint64_t mmio64_base = 0x8000000000, mmio64_size = 0x8000000000;

class pcie_rig : public testing::Test
{
protected:
    pcie_rig() : ecam(pcie_ecam_ops)
    {
        const pcie_host_config config = pcie_host_config_default();

        EXPECT_TRUE(pcie_host_init(&ecam.device, &config));
        low = pcie_window{&ecam.device, mmio32_base, mmio32_size, false};
        high = pcie_window{&ecam.device, mmio64_base, mmio64_size, false};
    }
    /// Puts a generator into slot @p device.
    tgen &add(unsigned device, uint16_t vectors = 64, unsigned function = 0)
    {
        const tgen_config config = {500, 62500000, vectors, PCIE_VENDOR_DEFAULT};

        generators.push_back(std::make_unique<tgen>());
        EXPECT_TRUE(tgen_init(generators.back().get(), &config));
        EXPECT_TRUE(pcie_attach(&ecam.device, &generators.back()->function, device, function));
        return *generators.back();
    }
    static uint64_t at(unsigned device, unsigned reg, unsigned function = 0)
    {
        return PCI_ECAM_OFFSET(uint64_t(PCI_RID(0u, device, function)), reg);
    }
    uint64_t cfg(unsigned device, unsigned reg, unsigned size = 4)
    {
        return ecam.read(at(device, reg), size);
    }
    void set_cfg(unsigned device, unsigned reg, uint64_t value, unsigned size = 4)
    {
        ecam.write(at(device, reg), value, size);
    }
    /// Offset of a capability in the list of slot @p device; 0: not there.
    unsigned capability(unsigned device, unsigned id)
    {
        unsigned where = unsigned(cfg(device, PCI_CAP_POINTER, 1));

        for (unsigned hops = 0; where != 0 && hops < 48; hops++) {
            if (cfg(device, where, 1) == id)
                return where;
            where = unsigned(cfg(device, where + PCI_CAP_NEXT, 1));
        }
        return 0;
    }
    /// Places both BARs of a generator and switches memory and bus mastering on.
    void place(unsigned device, uint64_t bar0, uint64_t bar2)
    {
        set_cfg(device, PCI_BAR(0), bar0);
        set_cfg(device, PCI_BAR(2), bar2 & 0xffffffff);
        set_cfg(device, PCI_BAR(3), bar2 >> 32);
        set_cfg(device, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
    }
    void place(unsigned device)
    {
        place(device, mmio32_base + device * 0x100000u, mmio64_base + device * 0x100000u);
    }
    /// MSI-X on; every vector n of the generator to @p address with data n, not masked.
    void open_msix(unsigned device, unsigned vectors, uint64_t address = 0x08090040)
    {
        for (unsigned n = 0; n < vectors; n++) {
            table(device, n, PCI_MSIX_ENTRY_ADDRESS, address, 8);
            table(device, n, PCI_MSIX_ENTRY_DATA, n);
            table(device, n, PCI_MSIX_ENTRY_CONTROL, 0);
        }
        set_cfg(device, capability(device, PCI_CAP_ID_MSIX) + PCI_MSIX_CONTROL,
                PCI_MSIX_CONTROL_ENABLE, 2);
    }
    void table(unsigned device, unsigned vector, unsigned reg, uint64_t value, unsigned size = 4)
    {
        write(bar2(device) + vector * PCI_MSIX_ENTRY + reg, value, size);
    }
    uint64_t bar0(unsigned device)
    {
        return cfg(device, PCI_BAR(0)) & ~uint64_t(PCI_BAR_FLAGS);
    }
    uint64_t bar2(unsigned device)
    {
        return (cfg(device, PCI_BAR(2)) & ~uint64_t(PCI_BAR_FLAGS)) | cfg(device, PCI_BAR(3)) << 32;
    }
    /// Accesses of the CPU to a window.
    dev_status try_read(uint64_t address, unsigned size, uint64_t &value)
    {
        pcie_window &w = address >= mmio64_base ? high : low;
        return pcie_window_ops.read(&w, address - w.base, size, ecam.now_ps, &value);
    }
    dev_status try_write(uint64_t address, unsigned size, uint64_t value)
    {
        pcie_window &w = address >= mmio64_base ? high : low;
        return pcie_window_ops.write(&w, address - w.base, size, ecam.now_ps, value);
    }
    uint64_t read(uint64_t address, unsigned size = 4)
    {
        uint64_t value = 0;
        EXPECT_EQ(try_read(address, size, value), DEV_OK) << std::hex << address;
        return value;
    }
    void write(uint64_t address, uint64_t value, unsigned size = 4)
    {
        EXPECT_EQ(try_write(address, size, value), DEV_OK) << std::hex << address;
    }
    /// A stream's registers.
    void set(unsigned device, unsigned stream, unsigned reg, uint64_t value)
    {
        const bool wide = reg >= TGEN_S_DELAY_NS && reg <= TGEN_S_SEED;
        write(bar0(device) + TGEN_STREAM(stream, reg), value, wide ? 8 : 4);
    }
    uint64_t get(unsigned device, uint64_t offset, unsigned size = 8)
    {
        return read(bar0(device) + offset, size);
    }
    /// The messages that wait, taken away.
    std::vector<pcie_msi> taken()
    {
        std::vector<pcie_msi> all;

        while (const pcie_msi *head = pcie_msi_head(&ecam.device)) {
            all.push_back(*head);
            pcie_msi_begin(&ecam.device);
            pcie_msi_done(&ecam.device, ecam.now_ps);
        }
        return all;
    }
    /// Lets everything up to a time happen, and takes the messages.
    std::vector<pcie_msi> until(uint64_t time_ps, unsigned most_calls = 1000000)
    {
        std::vector<pcie_msi> all;

        for (unsigned calls = 0; ecam.deadline() <= time_ps && calls < most_calls; calls++) {
            ecam.advance_to(ecam.deadline());
            for (const pcie_msi &message : taken())
                all.push_back(message);
        }
        ecam.now_ps = time_ps;
        return all;
    }

    rig<pcie_host> ecam;
    pcie_window low, high;
    std::vector<std::unique_ptr<tgen>> generators;
};

} // namespace devices

#endif
