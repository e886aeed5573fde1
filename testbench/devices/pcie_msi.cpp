// SPDX-License-Identifier: Apache-2.0
// INTx, MSI and MSI-X of a PCIe function, and the way of messages through the host.
#include "pcie_rig.hpp"

namespace
{

constexpr uint64_t doorbell = 0x08090040;

class PcieMsi : public devices::pcie_rig
{
protected:
    PcieMsi()
    {
        add(1);
        place(1);
    }
    pcie_raised raise(unsigned vector, uint64_t time_ps, unsigned which = 0)
    {
        return pcie_raise(&generators[which]->function, vector, time_ps);
    }
    void control(unsigned value)
    {
        set_cfg(1, capability(1, PCI_CAP_ID_MSIX) + PCI_MSIX_CONTROL, value, 2);
    }
    uint64_t pba(unsigned word = 0)
    {
        return read(bar2(1) + TGEN_PBA + word * 8u, 8);
    }
    void write_msi(unsigned reg, uint64_t value, unsigned size)
    {
        set_cfg(1, capability(1, PCI_CAP_ID_MSI) + reg, value, size);
    }
    uint64_t read_msi(unsigned reg, unsigned size)
    {
        return cfg(1, capability(1, PCI_CAP_ID_MSI) + reg, size);
    }
};

TEST_F(PcieMsi, AVectorIsSentWithItsAddressDataAndDeviceId)
{
    open_msix(1, 64);
    table(1, 7, PCI_MSIX_ENTRY_ADDRESS, 0x123456789abcdef3, 8);
    table(1, 7, PCI_MSIX_ENTRY_DATA, 0xdeadbeef);
    EXPECT_EQ(raise(7, 1234), PCIE_RAISED_SENT);
    const auto all = taken();

    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].address, 0x123456789abcdef0u) << "bits 1:0 are not there";
    EXPECT_EQ(all[0].data, 0xdeadbeefu);
    EXPECT_EQ(all[0].device_id, 8u);
    EXPECT_EQ(all[0].rid, 8u);
    EXPECT_EQ(all[0].vector, 7u);
    EXPECT_EQ(all[0].time_ps, 1234u);
    EXPECT_EQ(pba(), 0u);
}

TEST_F(PcieMsi, TheTableTakesWordsAndDoubleWords)
{
    const uint64_t entry = bar2(1) + 3 * PCI_MSIX_ENTRY;
    EXPECT_EQ(read(entry + PCI_MSIX_ENTRY_CONTROL), unsigned{PCI_MSIX_ENTRY_MASKED}) << "reset";
    write(entry, 0xffffffffffffffff, 8);
    write(entry + 8, 0xffffffffffffffff, 8);
    EXPECT_EQ(read(entry, 8), 0xfffffffffffffffcu);
    EXPECT_EQ(read(entry + 8, 8), 0x00000001ffffffffu) << "one bit of control";
    write(entry + 4, 5);
    EXPECT_EQ(read(entry, 8), 0x00000005fffffffcu);
    write(entry + 8, 0);
    EXPECT_EQ(read(entry + 8, 8), 0x0000000100000000u);
    uint64_t value;
    for (const unsigned size : {1u, 2u}) {
        EXPECT_EQ(try_write(entry, size, 0), DEV_BAD_SIZE);
        EXPECT_EQ(try_read(entry, size, value), DEV_BAD_SIZE);
    }
    EXPECT_EQ(try_write(bar2(1) + TGEN_PBA, 8, 1), DEV_READ_ONLY);
    EXPECT_EQ(pba(), 0u);
    EXPECT_EQ(try_read(bar2(1) + 64 * PCI_MSIX_ENTRY, 4, value), DEV_HOLE) << "64 vectors";
    EXPECT_EQ(try_write(bar2(1) + TGEN_PBA + 8, 8, 1), DEV_HOLE);
}

TEST_F(PcieMsi, AMaskedVectorWaitsAndGoesWhenUnmasked)
{
    open_msix(1, 64);
    table(1, 5, PCI_MSIX_ENTRY_CONTROL, PCI_MSIX_ENTRY_MASKED);
    EXPECT_EQ(raise(5, 100), PCIE_RAISED_HELD);
    EXPECT_EQ(raise(5, 200), PCIE_RAISED_MERGED);
    EXPECT_EQ(raise(6, 200), PCIE_RAISED_SENT);
    EXPECT_EQ(pba(), 1u << 5);
    EXPECT_EQ(taken().size(), 1u);
    ecam.now_ps = 5000;
    table(1, 5, PCI_MSIX_ENTRY_DATA, 99);
    EXPECT_TRUE(taken().empty());
    table(1, 5, PCI_MSIX_ENTRY_CONTROL, 0);
    const auto all = taken();

    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].data, 99u) << "as the table says when it goes";
    EXPECT_EQ(all[0].time_ps, 5000u);
    EXPECT_EQ(pba(), 0u);
}

TEST_F(PcieMsi, TheFunctionMaskHoldsEveryVector)
{
    open_msix(1, 64);
    control(PCI_MSIX_CONTROL_ENABLE | PCI_MSIX_CONTROL_MASK);
    table(1, 9, PCI_MSIX_ENTRY_CONTROL, PCI_MSIX_ENTRY_MASKED);
    for (const unsigned vector : {63u, 9u, 2u})
        EXPECT_EQ(raise(vector, 10), PCIE_RAISED_HELD);
    EXPECT_TRUE(taken().empty());
    control(PCI_MSIX_CONTROL_ENABLE);
    const auto all = taken();

    ASSERT_EQ(all.size(), 2u) << "vector 9 has its own mask";
    EXPECT_EQ(all[0].vector, 2u);
    EXPECT_EQ(all[1].vector, 63u);
    EXPECT_EQ(pba(), 1u << 9);
}

TEST_F(PcieMsi, WithoutBusMasterOrPowerNothingIsSentAndNothingLost)
{
    open_msix(1, 4);
    set_cfg(1, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
    EXPECT_EQ(raise(0, 10), PCIE_RAISED_HELD);
    set_cfg(1, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
    EXPECT_EQ(taken().size(), 1u);
    const unsigned csr = capability(1, PCI_CAP_ID_PM) + PCI_PM_CSR;
    set_cfg(1, csr, PCI_PM_D3HOT, 2);
    EXPECT_EQ(raise(1, 20), PCIE_RAISED_HELD);
    EXPECT_TRUE(taken().empty());
    set_cfg(1, csr, 0, 2);
    EXPECT_EQ(taken().size(), 1u);
}

TEST_F(PcieMsi, MsiAddsTheVectorToItsData)
{
    write_msi(PCI_MSI_ADDRESS, doorbell, 4);
    write_msi(PCI_MSI_ADDRESS_HIGH, 1, 4);
    write_msi(PCI_MSI_DATA, 0x4567, 2);
    write_msi(PCI_MSI_CONTROL, PCI_MSI_CONTROL_ENABLE | (3u << PCI_MSI_GRANTED_LSB), 2);
    EXPECT_EQ(raise(5, 1), PCIE_RAISED_SENT);
    EXPECT_EQ(raise(13, 2), PCIE_RAISED_SENT) << "8 granted: 13 is 5";
    const auto all = taken();

    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].address, doorbell | uint64_t(1) << 32);
    EXPECT_EQ(all[0].data, 0x4565u) << "the low three bits are the vector";
    EXPECT_EQ(all[1].data, 0x4565u);
    write_msi(PCI_MSI_CONTROL, PCI_MSI_CONTROL_ENABLE | PCI_MSI_CONTROL_GRANTED, 2);
    EXPECT_EQ(raise(31, 3), PCIE_RAISED_SENT) << "more granted than there are";
    EXPECT_EQ(taken()[0].data, 0x457fu);
}

TEST_F(PcieMsi, MsiMasksAndPendingBits)
{
    write_msi(PCI_MSI_CONTROL, PCI_MSI_CONTROL_ENABLE | (5u << PCI_MSI_GRANTED_LSB), 2);
    write_msi(PCI_MSI_MASK, 0x80000002, 4);
    EXPECT_EQ(raise(1, 1), PCIE_RAISED_HELD);
    EXPECT_EQ(raise(31, 1), PCIE_RAISED_HELD);
    EXPECT_EQ(raise(31, 1), PCIE_RAISED_MERGED);
    EXPECT_EQ(raise(0, 1), PCIE_RAISED_SENT);
    EXPECT_EQ(read_msi(PCI_MSI_PENDING, 4), 0x80000002u);
    EXPECT_TRUE(pcie_is_pending(&generators[0]->function, 31));
    EXPECT_EQ(taken().size(), 1u);
    write_msi(PCI_MSI_MASK, 0x00000002, 4);
    EXPECT_EQ(read_msi(PCI_MSI_PENDING, 4), 0x00000002u);
    EXPECT_EQ(taken().size(), 1u);
}

TEST_F(PcieMsi, MsixWinsOverMsi)
{
    write_msi(PCI_MSI_CONTROL, PCI_MSI_CONTROL_ENABLE, 2);
    open_msix(1, 2);
    EXPECT_EQ(raise(1, 0), PCIE_RAISED_SENT);
    EXPECT_EQ(taken()[0].address, doorbell);
}

TEST_F(PcieMsi, WithNeitherTheLineIsUsedAndSwizzled)
{
    for (unsigned device = 2; device <= 8; device++)
        add(device);
    EXPECT_EQ(raise(0, 0), PCIE_RAISED_INTX);
    for (unsigned device = 1; device <= 8; device++) {
        pcie_set_intx(&generators[device - 1]->function, true);
        for (unsigned line = 0; line < 4; line++)
            EXPECT_EQ(ecam.line(line), line == device % 4) << device;
        EXPECT_EQ(cfg(device, PCI_STATUS, 2) & PCI_STATUS_INTX, unsigned{PCI_STATUS_INTX});
        pcie_set_intx(&generators[device - 1]->function, false);
        EXPECT_EQ(cfg(device, PCI_STATUS, 2) & PCI_STATUS_INTX, 0u);
    }
    pcie_set_intx(&generators[0]->function, true);
    pcie_set_intx(&generators[4]->function, true);
    EXPECT_TRUE(ecam.line(1));
    pcie_set_intx(&generators[0]->function, false);
    EXPECT_TRUE(ecam.line(1)) << "slots 1 and 5 share it";
}

TEST_F(PcieMsi, TheLineFallsWhenDisabledOrReplaced)
{
    pcie_set_intx(&generators[0]->function, true);
    EXPECT_TRUE(ecam.line(1));
    set_cfg(1, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_DISABLE, 2);
    EXPECT_FALSE(ecam.line(1));
    EXPECT_NE(cfg(1, PCI_STATUS, 2) & PCI_STATUS_INTX, 0u) << "it still waits inside";
    set_cfg(1, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
    EXPECT_TRUE(ecam.line(1));
    control(PCI_MSIX_CONTROL_ENABLE);
    EXPECT_FALSE(ecam.line(1));
    control(0);
    write_msi(PCI_MSI_CONTROL, PCI_MSI_CONTROL_ENABLE, 2);
    EXPECT_FALSE(ecam.line(1));
    write_msi(PCI_MSI_CONTROL, 0, 2);
    set_cfg(1, capability(1, PCI_CAP_ID_PM) + PCI_PM_CSR, PCI_PM_D3HOT, 2);
    EXPECT_FALSE(ecam.line(1));
}

TEST_F(PcieMsi, MessagesLeaveInTheOrderOfTimeThenOfSending)
{
    add(2);
    place(2);
    open_msix(1, 8);
    open_msix(2, 8);
    EXPECT_EQ(raise(0, 300), PCIE_RAISED_SENT);
    EXPECT_EQ(raise(1, 100, 1), PCIE_RAISED_SENT);
    EXPECT_EQ(raise(2, 300, 1), PCIE_RAISED_SENT);
    EXPECT_EQ(raise(3, 200), PCIE_RAISED_SENT);
    std::vector<unsigned> order;
    for (const pcie_msi &message : taken())
        order.push_back(message.vector);
    EXPECT_EQ(order, (std::vector<unsigned>{1, 3, 0, 2}));
}

TEST_F(PcieMsi, AMessageThatIsBeingDeliveredStaysTheFirst)
{
    open_msix(1, 8);
    raise(0, 500);
    pcie_msi_done(&ecam.device, 500);
    EXPECT_NE(pcie_msi_head(&ecam.device), nullptr) << "its delivery has not begun";
    pcie_msi_begin(&ecam.device);
    raise(1, 300);
    raise(2, 200);
    EXPECT_EQ(pcie_msi_head(&ecam.device)->vector, 0u);
    const auto image = ecam.save();
    pcie_msi_done(&ecam.device, 600);
    EXPECT_EQ(pcie_msi_head(&ecam.device)->vector, 2u);
    ASSERT_TRUE(ecam.load(image));
    EXPECT_EQ(pcie_msi_head(&ecam.device)->vector, 0u) << "it is delivered again";
    ecam.reset();
    pcie_msi_done(&ecam.device, 700);
    EXPECT_EQ(ecam.device.state.count, 0u);
}

TEST_F(PcieMsi, WhatTheFullQueueDoesNotTakeGoesLater)
{
    add(2, 2048);
    place(2);
    open_msix(1, 64);
    open_msix(2, 2048);
    unsigned sent = 0, held = 0;
    for (unsigned vector = 0; vector < 2048; vector++) {
        const pcie_raised how = raise(vector, vector, 1);
        sent += how == PCIE_RAISED_SENT;
        held += how == PCIE_RAISED_HELD;
    }
    EXPECT_EQ(sent, unsigned{PCIE_MSI_QUEUE});
    EXPECT_EQ(held, 2048u - PCIE_MSI_QUEUE);
    EXPECT_EQ(raise(0, 4000), PCIE_RAISED_HELD);
    ecam.now_ps = 5000;
    std::vector<unsigned> seen(2048);
    unsigned of_first = 0;
    for (const pcie_msi &message : taken())
        message.rid == 8 ? of_first++ : seen[message.vector]++;
    EXPECT_EQ(of_first, 1u);
    EXPECT_EQ(seen, std::vector<unsigned>(2048, 1)) << "each exactly once";
    EXPECT_EQ(generators[1]->state.sent, 2048u);
}

TEST_F(PcieMsi, ARequesterThatTheMapDoesNotKnowIsCounted)
{
    pcie_host_config c = pcie_host_config_default();
    c.map[0] = pcie_map{0x10, 8, 0};
    ecam.device.config = c;
    open_msix(1, 2);
    EXPECT_EQ(raise(0, 0), PCIE_RAISED_SENT);
    EXPECT_TRUE(taken().empty());
    EXPECT_EQ(ecam.device.state.unmapped, 1u);
}

TEST_F(PcieMsi, HostAndFunctionAreRestoredWithMessagesUnderWay)
{
    open_msix(1, 64);
    table(1, 5, PCI_MSIX_ENTRY_CONTROL, PCI_MSIX_ENTRY_MASKED);
    raise(5, 10);
    raise(6, 20);
    raise(7, 30);
    const auto host = ecam.save();
    std::vector<uint8_t> image(dev_save_size(&tgen_ops.device));
    dev_save(&tgen_ops.device, generators[0].get(), image.data());
    ecam.reset();
    EXPECT_EQ(pcie_msi_head(&ecam.device), nullptr);
    EXPECT_EQ(cfg(1, PCI_COMMAND, 2), 0u);
    ASSERT_TRUE(ecam.load(host));
    ASSERT_TRUE(dev_load(&tgen_ops.device, generators[0].get(), image.data(), image.size()));
    const auto all = taken();

    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[1].vector, 7u);
    EXPECT_EQ(pba(), 1u << 5);
    table(1, 5, PCI_MSIX_ENTRY_CONTROL, 0);
    EXPECT_EQ(taken().size(), 1u);
    image[100] ^= 1;
    EXPECT_FALSE(dev_load(&tgen_ops.device, generators[0].get(), image.data(), image.size()));
}

} // namespace
