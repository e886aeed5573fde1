// SPDX-License-Identifier: Apache-2.0
// A virtio device as a PCI Express function: capabilities, structures, MSI-X, INTx.
#include "devices/virtio_pci.h"

#include "devices/virtio_rng.h"
#include "pcie_rig.hpp"
#include "virtio_rig.hpp"

using namespace devices;

namespace
{

constexpr uint64_t buffer = guest_memory::base + 0x40000;
constexpr unsigned slot = 4;
constexpr uint64_t msix_bar = mmio32_base + 0x1000;
constexpr uint64_t bar = mmio64_base + 0x8000;

/// An entropy device in slot 4, its BARs placed, bus master.
class VirtioPci : public pcie_rig
{
protected:
    VirtioPci() : queue(memory, rings, 8)
    {
        const virtio_setup setup = {memory.dma(), 0};

        virtio_rng_init(&rng, 7, &setup);
        EXPECT_TRUE(virtio_pci_init(&pci, &rng.base));
        EXPECT_TRUE(pcie_attach(&ecam.device, &pci.function, slot, 0));
        set_cfg(slot, PCI_BAR(1), msix_bar);
        set_cfg(slot, PCI_BAR(4), bar & 0xffffffff);
        set_cfg(slot, PCI_BAR(5), bar >> 32);
        set_cfg(slot, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
    }
    /// Offset of the vendor capability of a type; 0: none.
    unsigned structure(unsigned type)
    {
        unsigned where = unsigned(cfg(slot, PCI_CAP_POINTER, 1));

        for (unsigned hops = 0; where != 0 && hops < 48; hops++) {
            if (cfg(slot, where, 1) == PCI_CAP_ID_VENDOR &&
                cfg(slot, where + VIRTIO_PCI_CAP_TYPE, 1) == type)
                return where;
            where = unsigned(cfg(slot, where + PCI_CAP_NEXT, 1));
        }
        return 0;
    }
    uint64_t get(unsigned reg, unsigned size)
    {
        return read(bar + VIRTIO_PCI_COMMON + reg, size);
    }
    void set_common(unsigned reg, uint64_t value, unsigned size)
    {
        write(bar + VIRTIO_PCI_COMMON + reg, value, size);
    }
    dev_status try_set_common(unsigned reg, uint64_t value, unsigned size)
    {
        return try_write(bar + VIRTIO_PCI_COMMON + reg, size, value);
    }
    void start(uint64_t features)
    {
        set_common(VIRTIO_PCI_STATUS, 0, 1);
        set_common(VIRTIO_PCI_STATUS, 3, 1);
        for (unsigned half = 0; half < 2; half++) {
            set_common(VIRTIO_PCI_DRIVER_FEATURE_SELECT, half, 4);
            set_common(VIRTIO_PCI_DRIVER_FEATURE, features >> 32 * half & 0xffffffff, 4);
        }
        set_common(VIRTIO_PCI_STATUS, 11, 1);
        ASSERT_EQ(get(VIRTIO_PCI_STATUS, 1), 11u);
        set_common(VIRTIO_PCI_QUEUE_SELECT, 0, 2);
        set_common(VIRTIO_PCI_QUEUE_SIZE, queue.size(), 2);
        set_common(VIRTIO_PCI_QUEUE_DESC, queue.desc_area(), 8);
        set_common(VIRTIO_PCI_QUEUE_DRIVER, queue.driver_area() & 0xffffffff, 4);
        set_common(VIRTIO_PCI_QUEUE_DRIVER + 4, queue.driver_area() >> 32, 4);
        set_common(VIRTIO_PCI_QUEUE_DEVICE, queue.device_area(), 8);
        set_common(VIRTIO_PCI_QUEUE_VECTOR, 1, 2);
        set_common(VIRTIO_PCI_QUEUE_ENABLE, 1, 2);
        set_common(VIRTIO_PCI_STATUS, 15, 1);
    }
    void open_vectors()
    {
        for (unsigned n = 0; n < 2; n++) {
            write(msix_bar + n * PCI_MSIX_ENTRY + PCI_MSIX_ENTRY_ADDRESS, 0x08090040, 8);
            write(msix_bar + n * PCI_MSIX_ENTRY + PCI_MSIX_ENTRY_DATA, 70 + n, 4);
            write(msix_bar + n * PCI_MSIX_ENTRY + PCI_MSIX_ENTRY_CONTROL, 0, 4);
        }
        set_cfg(slot, capability(slot, PCI_CAP_ID_MSIX) + PCI_MSIX_CONTROL, PCI_MSIX_CONTROL_ENABLE,
                2);
    }
    void offer(uint16_t head)
    {
        queue.set(head, {buffer, 8, VIRTQ_DESC_WRITE, 0});
        queue.offer(head);
    }
    /// Notifies, and lets the device do what is due. @return the messages that were sent.
    std::vector<pcie_msi> notify()
    {
        write(bar + VIRTIO_PCI_NOTIFY, 0, 2);
        return until(ecam.now_ps, 100);
    }
    bool inta()
    {
        return ecam.line((slot + 0) % 4);
    }

    guest_memory memory;
    driver_queue queue;
    virtio_rng rng;
    virtio_pci pci;
};

TEST_F(VirtioPci, SaysWhatItIs)
{
    EXPECT_EQ(cfg(slot, PCI_VENDOR_ID, 2), 0x1af4u);
    EXPECT_EQ(cfg(slot, PCI_DEVICE_ID, 2), 0x1044u) << "modern only";
    EXPECT_EQ(cfg(slot, PCI_REVISION_ID, 1), 1u);
    EXPECT_GE(cfg(slot, PCI_SUBSYSTEM_ID, 2), 0x40u);
    EXPECT_EQ(cfg(slot, PCI_INTERRUPT_PIN, 1), 1u);
    EXPECT_EQ(cfg(slot, capability(slot, PCI_CAP_ID_MSIX) + PCI_MSIX_CONTROL, 2) &
                  PCI_MSIX_CONTROL_SIZE,
              1u)
        << "a queue and the configuration";
}

TEST_F(VirtioPci, CapabilitiesNameTheStructures)
{
    const struct {
        unsigned type, bytes;
        uint32_t offset, length;
    } rows[] = {{1, 16, 0, 0x38}, {2, 20, 0x3000, 4}, {3, 16, 0x1000, 1}, {5, 20, 0, 0}};

    for (const auto &row : rows) {
        const unsigned at = structure(row.type);
        ASSERT_NE(at, 0u) << row.type;
        EXPECT_EQ(cfg(slot, at + VIRTIO_PCI_CAP_LENGTH, 1), row.bytes);
        EXPECT_EQ(cfg(slot, at + VIRTIO_PCI_CAP_BAR, 1), 4u);
        EXPECT_EQ(cfg(slot, at + VIRTIO_PCI_CAP_OFFSET), row.offset);
        EXPECT_EQ(cfg(slot, at + VIRTIO_PCI_CAP_BYTES), row.length);
        if (row.type == 1) {
            set_cfg(slot, at + VIRTIO_PCI_CAP_OFFSET, 0xffff);
            EXPECT_EQ(cfg(slot, at + VIRTIO_PCI_CAP_OFFSET), row.offset) << "read-only";
        }
    }
    EXPECT_EQ(cfg(slot, structure(2) + VIRTIO_PCI_CAP_EXTRA), 4u);
    EXPECT_EQ(structure(4), 0u) << "it has no configuration";
}

TEST_F(VirtioPci, RowsOfTheCommonConfiguration)
{
    const struct {
        unsigned reg, size;
        uint64_t value;
        dev_status write;
    } rows[] = {{VIRTIO_PCI_DEVICE_FEATURE_SELECT, 4, 0, DEV_OK},
                {VIRTIO_PCI_DEVICE_FEATURE, 4, 3u << 28, DEV_READ_ONLY},
                {VIRTIO_PCI_DRIVER_FEATURE_SELECT, 4, 0, DEV_OK},
                {VIRTIO_PCI_DRIVER_FEATURE, 4, 0, DEV_OK},
                {VIRTIO_PCI_CONFIG_VECTOR, 2, 0xffff, DEV_OK},
                {VIRTIO_PCI_NUM_QUEUES, 2, 1, DEV_READ_ONLY},
                {VIRTIO_PCI_STATUS, 1, 0, DEV_OK},
                {VIRTIO_PCI_GENERATION, 1, 0, DEV_READ_ONLY},
                {VIRTIO_PCI_QUEUE_SELECT, 2, 0, DEV_OK},
                {VIRTIO_PCI_QUEUE_SIZE, 2, 256, DEV_BAD_VALUE},
                {VIRTIO_PCI_QUEUE_VECTOR, 2, 0xffff, DEV_OK},
                {VIRTIO_PCI_QUEUE_ENABLE, 2, 0, DEV_BAD_VALUE},
                {VIRTIO_PCI_QUEUE_NOTIFY_OFF, 2, 0, DEV_READ_ONLY},
                {VIRTIO_PCI_QUEUE_DESC, 8, 0, DEV_OK},
                {VIRTIO_PCI_QUEUE_DRIVER + 4, 4, 0, DEV_OK},
                {VIRTIO_PCI_QUEUE_DEVICE, 4, 0, DEV_OK}};
    uint64_t value;

    for (const auto &row : rows) {
        EXPECT_EQ(get(row.reg, row.size), row.value) << std::hex << row.reg;
        EXPECT_EQ(try_set_common(row.reg, 0, row.size), row.write) << std::hex << row.reg;
        if (row.reg < VIRTIO_PCI_QUEUE_DESC && row.reg % 8 == 0) {
            EXPECT_EQ(try_read(bar + row.reg, 8, value), DEV_BAD_SIZE) << std::hex << row.reg;
        }
    }
    EXPECT_EQ(try_read(bar + VIRTIO_PCI_STATUS, 2, value), DEV_BAD_SIZE);
    EXPECT_EQ(try_read(bar + VIRTIO_PCI_COMMON_SIZE, 4, value), DEV_HOLE);
    EXPECT_EQ(try_read(bar + VIRTIO_PCI_NOTIFY, 2, value), DEV_WRITE_ONLY);
    EXPECT_EQ(try_write(bar + VIRTIO_PCI_NOTIFY + 4, 2, 0), DEV_BAD_VALUE) << "no queue 1";
    EXPECT_EQ(try_write(bar + VIRTIO_PCI_NOTIFY + 2, 2, 0), DEV_BAD_SIZE);
}

TEST_F(VirtioPci, QueuesThatAreNotThereReadZero)
{
    set_common(VIRTIO_PCI_QUEUE_SELECT, 1, 2);
    EXPECT_EQ(get(VIRTIO_PCI_QUEUE_SIZE, 2), 0u);
    EXPECT_EQ(get(VIRTIO_PCI_QUEUE_DESC, 8), 0u);
    EXPECT_EQ(try_set_common(VIRTIO_PCI_QUEUE_ENABLE, 1, 2), DEV_BAD_VALUE);
    EXPECT_EQ(try_set_common(VIRTIO_PCI_QUEUE_DESC, 0, 8), DEV_BAD_VALUE);
}

TEST_F(VirtioPci, VectorsThatAreNotThereReadAsNone)
{
    set_common(VIRTIO_PCI_CONFIG_VECTOR, 1, 2);
    EXPECT_EQ(get(VIRTIO_PCI_CONFIG_VECTOR, 2), 1u);
    set_common(VIRTIO_PCI_CONFIG_VECTOR, 2, 2);
    EXPECT_EQ(get(VIRTIO_PCI_CONFIG_VECTOR, 2), 0xffffu);
    set_common(VIRTIO_PCI_QUEUE_VECTOR, 0x8000, 2);
    EXPECT_EQ(get(VIRTIO_PCI_QUEUE_VECTOR, 2), 0xffffu);
}

TEST_F(VirtioPci, InterruptsByMsix)
{
    open_vectors();
    start(plain);
    offer(0);
    const std::vector<pcie_msi> sent = notify();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].data, 71u);
    EXPECT_EQ(sent[0].rid, slot << 3);
    EXPECT_EQ(queue.used(), 1);
    EXPECT_EQ(read(bar + VIRTIO_PCI_ISR, 1), 0u) << "with MSI-X it is not used";
    EXPECT_FALSE(inta());
}

TEST_F(VirtioPci, AMaskedVectorWaits)
{
    open_vectors();
    start(plain);
    write(msix_bar + PCI_MSIX_ENTRY + PCI_MSIX_ENTRY_CONTROL, 1, 4);
    offer(0);
    EXPECT_TRUE(notify().empty());
    EXPECT_TRUE(pcie_is_pending(&pci.function, 1));
    write(msix_bar + PCI_MSIX_ENTRY + PCI_MSIX_ENTRY_CONTROL, 0, 4);
    EXPECT_EQ(taken().size(), 1u);
}

TEST_F(VirtioPci, AQueueWithoutVectorIsSilent)
{
    open_vectors();
    start(plain);
    set_common(VIRTIO_PCI_QUEUE_VECTOR, 0xffff, 2);
    offer(0);
    EXPECT_TRUE(notify().empty());
    EXPECT_EQ(queue.used(), 1);
}

TEST_F(VirtioPci, InterruptsByIntxUntilIsrIsRead)
{
    start(plain);
    offer(0);
    EXPECT_TRUE(notify().empty());
    EXPECT_TRUE(inta());
    EXPECT_EQ(read(bar + VIRTIO_PCI_ISR, 1), 1u);
    EXPECT_FALSE(inta());
    EXPECT_EQ(read(bar + VIRTIO_PCI_ISR, 1), 0u);
    offer(1);
    notify();
    EXPECT_TRUE(inta());
    set_common(VIRTIO_PCI_STATUS, 0, 1);
    EXPECT_FALSE(inta()) << "a reset takes it away";
}

TEST_F(VirtioPci, ADebuggersLookAtIsrChangesNothing)
{
    uint64_t value = 0;

    start(plain);
    offer(0);
    notify();
    EXPECT_EQ(pcie_window_ops.peek(&high, bar - high.base + VIRTIO_PCI_ISR, 1, 0, &value), DEV_OK);
    EXPECT_EQ(value, 1u);
    EXPECT_TRUE(inta());
}

TEST_F(VirtioPci, AMistakeIsAConfigurationInterrupt)
{
    open_vectors();
    start(plain);
    set_common(VIRTIO_PCI_CONFIG_VECTOR, 0, 2);
    queue.offer(99);
    const std::vector<pcie_msi> sent = notify();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].data, 70u);
    EXPECT_EQ(get(VIRTIO_PCI_STATUS, 1), 0x4fu);
}

TEST_F(VirtioPci, WithoutBusMasterRequestsWait)
{
    start(plain);
    set_cfg(slot, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
    offer(0);
    notify();
    EXPECT_EQ(queue.used(), 0);
    EXPECT_EQ(ecam.deadline(), DEV_NEVER);
    set_cfg(slot, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
    until(ecam.now_ps, 100);
    EXPECT_EQ(queue.used(), 1);
}

TEST_F(VirtioPci, AsleepItWaitsToo)
{
    const unsigned csr = capability(slot, PCI_CAP_ID_PM) + PCI_PM_CSR;

    start(plain);
    offer(0);
    set_cfg(slot, csr, PCI_PM_D3HOT, 2);
    virtio_notify(&rng.base, 0, ecam.now_ps);
    EXPECT_EQ(ecam.deadline(), DEV_NEVER);
    set_cfg(slot, csr, 0, 2);
    until(ecam.now_ps, 100);
    EXPECT_EQ(queue.used(), 1);
}

TEST_F(VirtioPci, AFunctionLevelResetResetsTheDevice)
{
    const unsigned express = capability(slot, PCI_CAP_ID_PCIE);

    start(plain);
    set_cfg(slot, express + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_FLR, 2);
    EXPECT_EQ(cfg(slot, PCI_COMMAND, 2), 0u);
    EXPECT_EQ(rng.state.common.status, 0u);
    EXPECT_EQ(rng.state.common.queue[0].ready, 0);
}

// ---------------------------------------------------------------- the fifth capability

class VirtioPciAccess : public VirtioPci
{
protected:
    VirtioPciAccess() : at(structure(VIRTIO_PCI_CAP_ACCESS)) {}

    void aim(unsigned in_bar, uint32_t offset, uint32_t length)
    {
        set_cfg(slot, at + VIRTIO_PCI_CAP_BAR, in_bar, 1);
        set_cfg(slot, at + VIRTIO_PCI_CAP_OFFSET, offset);
        set_cfg(slot, at + VIRTIO_PCI_CAP_BYTES, length);
    }
    unsigned at;
};

TEST_F(VirtioPciAccess, ReachesTheStructuresWithoutTheBars)
{
    set_cfg(slot, PCI_COMMAND, PCI_COMMAND_MASTER, 2);
    aim(4, VIRTIO_PCI_NUM_QUEUES, 2);
    EXPECT_EQ(cfg(slot, at + VIRTIO_PCI_CAP_EXTRA, 2), 1u);
    aim(4, VIRTIO_PCI_STATUS, 1);
    set_cfg(slot, at + VIRTIO_PCI_CAP_EXTRA, 3, 1);
    EXPECT_EQ(rng.state.common.status, 3u);
    EXPECT_EQ(cfg(slot, at + VIRTIO_PCI_CAP_EXTRA, 1), 3u);
    aim(1, PCI_MSIX_ENTRY_CONTROL, 4);
    EXPECT_EQ(cfg(slot, at + VIRTIO_PCI_CAP_EXTRA), 1u) << "the MSI-X table, masked";
}

TEST_F(VirtioPciAccess, ReadsHaveTheirEffectsAndPeeksDoNot)
{
    uint64_t value;

    start(plain);
    offer(0);
    notify();
    aim(4, VIRTIO_PCI_ISR, 1);
    EXPECT_EQ(pcie_ecam_ops.peek(&ecam.device,
                                 PCI_ECAM_OFFSET(uint64_t(slot << 3), at + VIRTIO_PCI_CAP_EXTRA), 1,
                                 0, &value),
              DEV_OK);
    EXPECT_TRUE(inta());
    EXPECT_EQ(cfg(slot, at + VIRTIO_PCI_CAP_EXTRA, 1), 1u);
    EXPECT_FALSE(inta());
}

TEST_F(VirtioPciAccess, WhatMakesNoSenseIsRefused)
{
    const struct {
        unsigned bar;
        uint32_t offset, length;
    } wrong[] = {{0, 0, 4},          {6, 0, 4},      {255, 0, 4},   {4, 0, 0},
                 {4, 0, 3},          {4, 0, 8},      {4, 2, 4},     {4, VIRTIO_PCI_BAR_SIZE, 4},
                 {4, 0xfffffffc, 4}, {1, 0x1000, 1}, {4, 0x3ffd, 4}};

    for (const auto &w : wrong) {
        aim(w.bar, w.offset, w.length);
        EXPECT_EQ(
            ecam.read_status(PCI_ECAM_OFFSET(uint64_t(slot << 3), at + VIRTIO_PCI_CAP_EXTRA), 4),
            DEV_BAD_VALUE)
            << w.bar << " " << w.offset << " " << w.length;
        EXPECT_EQ(ecam.write_status(PCI_ECAM_OFFSET(uint64_t(slot << 3), at + VIRTIO_PCI_CAP_EXTRA),
                                    4, 0),
                  DEV_BAD_VALUE);
    }
}

} // namespace
