// SPDX-License-Identifier: Apache-2.0
// Who raises an interrupt: by the device tree that the machine gives its guest, and by what is
// plugged into PCI Express.
#include "irq_names.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "device_tree.h"
#include "progress.h"
#include "gtest/gtest.h"

namespace
{

struct names_of {
    explicit names_of(const vp_machine &machine, const vp_plug &plug)
        : names(gictime_names_create(nullptr, nullptr), gictime_names_destroy)
    {
        std::vector<uint8_t> blob(64 * 1024);
        vp_error error = vp_error();
        uint32_t size = 0;

        EXPECT_TRUE(vp_device_tree_make(&machine, blob.data(), static_cast<uint32_t>(blob.size()),
                                        &size, &error))
            << error.text;
        vp_irq_names(names.get(), blob.data(), &machine, &plug);
    }
    std::string operator[](uint32_t intid) const
    {
        return gictime_name_of(names.get(), intid);
    }
    std::unique_ptr<gictime_names, void (*)(gictime_names *)> names;
};

vp_machine small_machine()
{
    vp_machine m = vp_machine();

    m.cpu = "cortex-a57";
    m.cpus = 2;
    m.ram_size = UINT64_C(1) << 28;
    m.has_el2 = true;
    m.its_count = 1;
    m.msi_mask = 0xffff;
    return m;
}

vp_plug_virtio device(vp_virtio_kind kind, bool mmio, uint8_t place)
{
    vp_plug_virtio d = vp_plug_virtio();

    d.kind = kind;
    d.mmio = mmio;
    d.place = place;
    return d;
}

TEST(IrqNames, WiresAreCalledAsTheirNodes)
{
    const names_of n(small_machine(), vp_plug());

    EXPECT_EQ(n[27], "timer virtual");
    EXPECT_EQ(n[30], "timer physical");
    EXPECT_EQ(n[29], "timer secure physical");
    EXPECT_EQ(n[26], "timer hypervisor");
    EXPECT_EQ(n[23], "pmu");
    EXPECT_EQ(n[25], "intc@8000000");
    EXPECT_EQ(n[33], "pl011@9000000");
    EXPECT_EQ(n[34], "pl031@9010000");
    EXPECT_EQ(n[39], "pl061@9030000");
    EXPECT_EQ(n[35], "pcie@10000000 INTx");
    EXPECT_EQ(n[48], "virtio_mmio@a000000");
    EXPECT_EQ(n[79], "virtio_mmio@a003e00");
    EXPECT_EQ(n[80], "");
    EXPECT_EQ(n[1], "");
}

TEST(IrqNames, ASlotIsCalledAfterTheDeviceInIt)
{
    vp_plug plug = vp_plug();

    plug.virtio.device[0] = device(VP_VIRTIO_NET, true, 2);
    plug.virtio.count = 1;
    const names_of n(small_machine(), plug);

    EXPECT_EQ(n[50], "virtio-net-mmio slot 2");
    EXPECT_EQ(n[49], "virtio_mmio@a000200");
}

TEST(IrqNames, WithoutAnItsTheFrameHasItsSpis)
{
    vp_machine machine = small_machine();

    machine.its_count = 0;
    machine.v2m_first = 80;
    machine.v2m_spis = 4;
    const names_of n(machine, vp_plug());

    EXPECT_EQ(n[80], "v2m@8020000 SPI 0");
    EXPECT_EQ(n[83], "v2m@8020000 SPI 3");
    EXPECT_EQ(n[84], "");
}

TEST(IrqNames, ADeviceIdIsAFunction)
{
    auto plug = std::make_unique<vp_plug>();
    vp_machine machine = small_machine();
    char text[GICTIME_NAME_MAX];
    uint16_t rid = 0;

    plug->virtio.device[0] = device(VP_VIRTIO_RNG, true, 0);
    plug->virtio.device[1] = device(VP_VIRTIO_DRIVE, false, 2);
    plug->virtio.count = 2;
    plug->tgen[0].device = 3;
    plug->tgen[0].function = 5;
    plug->tgens = 1;
    machine.msi_base = 0x1000;
    ASSERT_TRUE(vp_function_of(&machine, plug.get(), 0x1010, &rid));
    vp_function_name(plug.get(), rid, text, sizeof text);
    EXPECT_STREQ(text, "virtio-blk-pci 00:02.0");
    ASSERT_TRUE(vp_function_of(&machine, plug.get(), 0x101d, &rid));
    vp_function_name(plug.get(), rid, text, sizeof text);
    EXPECT_STREQ(text, "tgen 00:03.5");
    EXPECT_FALSE(vp_function_of(&machine, plug.get(), 0x10, &rid));
    vp_function_name(plug.get(), 0x77, text, sizeof text);
    EXPECT_STREQ(text, "");
}

// ---------------------------------------------------------------- progress

struct shown_text {
    shown_text() : file(open_memstream(&data, &size)) {}
    ~shown_text()
    {
        (void)std::fclose(file);
        std::free(data);
    }
    std::string text() const
    {
        (void)std::fflush(file);
        return std::string(data, size);
    }
    char *data = nullptr;
    size_t size = 0;
    FILE *file;
};

TEST(Progress, ALineFromTwoSecondsOnAndErasedAtTheEnd)
{
    shown_text out;
    const auto begin = virt::progress::clock::now();
    {
        virt::progress line(out.file, true);

        line.show(begin + std::chrono::milliseconds(1500), {1, 1, 1});
        EXPECT_EQ(out.text(), "");
        line.show(begin + std::chrono::seconds(10), {12345678900000, 500000000, 70});
        EXPECT_EQ(out.text().rfind("\r\033[Kgicvp: 12345.678 ms simulated, ", 0), 0u) << out.text();
        const size_t length = out.text().size();

        line.show(begin + std::chrono::milliseconds(10100), {12345678900000, 500000000, 70});
        EXPECT_EQ(out.text().size(), length) << "not again so soon";
    }
    EXPECT_EQ(out.text().substr(out.text().size() - 4), "\r\033[K");
}

TEST(Progress, NothingWithoutATerminal)
{
    shown_text out;
    {
        virt::progress line(out.file, false);

        line.show(virt::progress::clock::now() + std::chrono::seconds(10), {1, 1, 1});
    }
    EXPECT_EQ(out.text(), "");
}

} // namespace
