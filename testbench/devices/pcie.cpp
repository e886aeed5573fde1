// SPDX-License-Identifier: Apache-2.0
// Configuration space, BARs, windows, the host's map and queue.
#include <random>

#include "pcie_rig.hpp"

namespace
{

using devices::mmio32_base;
using devices::mmio64_base;

class Pcie : public devices::pcie_rig
{
};

TEST_F(Pcie, WhereNoFunctionIsAllReadsOnes)
{
    add(2);
    for (unsigned device = 0; device < 32; device++)
        for (unsigned function = 0; function < 8; function++) {
            const bool there = function == 0 && (device == 0 || device == 2);
            const uint64_t id = ecam.read(at(device, PCI_VENDOR_ID, function), 4);

            EXPECT_EQ(id != PCI_NO_FUNCTION, there) << device << "." << function;
        }
    EXPECT_EQ(ecam.read(PCI_ECAM_OFFSET(uint64_t(PCI_RID(1u, 2u, 0u)), 0), 4), PCI_NO_FUNCTION);
    EXPECT_EQ(ecam.read(PCI_ECAM_OFFSET(uint64_t(PCI_RID(255u, 31u, 7u)), 0xffe), 2), 0xffffu);
    ecam.write(at(5, PCI_COMMAND), 0xffff, 2);
    EXPECT_EQ(ecam.read(at(5, PCI_COMMAND), 2), 0xffffu);
}

TEST_F(Pcie, HeadersSayWhatTheFunctionsAre)
{
    add(1);
    EXPECT_EQ(cfg(0, PCI_CLASS_CODE, 1) | cfg(0, PCI_CLASS_CODE + 1, 2) << 8, 0x060000u);
    EXPECT_EQ(cfg(1, PCI_VENDOR_ID, 2), unsigned{PCIE_VENDOR_DEFAULT});
    EXPECT_EQ(cfg(1, PCI_DEVICE_ID, 2), unsigned{PCIE_DEVICE_TGEN});
    EXPECT_EQ(cfg(1, PCI_SUBSYSTEM_ID, 2), unsigned{PCIE_DEVICE_TGEN});
    EXPECT_EQ(cfg(1, PCI_INTERRUPT_PIN, 1), 1u);
    EXPECT_EQ(cfg(1, PCI_HEADER_TYPE, 1), 0u);
    EXPECT_EQ(cfg(1, PCI_STATUS, 2), unsigned{PCI_STATUS_CAP_LIST});
    EXPECT_EQ(cfg(1, PCI_COMMAND, 2), 0u);
    EXPECT_EQ(ecam.read_status(at(1, 0), 8), DEV_BAD_SIZE);
    EXPECT_EQ(ecam.read_status(at(1, 2), 4), DEV_BAD_SIZE);
    EXPECT_EQ(ecam.write_status(at(1, 1), 2), DEV_BAD_SIZE);
}

TEST_F(Pcie, FunctionZeroTellsOfItsNeighbours)
{
    add(3, 4, 1);
    EXPECT_EQ(cfg(3, PCI_VENDOR_ID), PCI_NO_FUNCTION);
    add(3, 4, 0);
    EXPECT_EQ(cfg(3, PCI_HEADER_TYPE, 1), unsigned{PCI_HEADER_MULTIFUNCTION});
    EXPECT_EQ(ecam.read(at(3, PCI_HEADER_TYPE, 1), 1), 0u);
    ecam.reset();
    EXPECT_EQ(cfg(3, PCI_HEADER_TYPE, 1), unsigned{PCI_HEADER_MULTIFUNCTION});
    tgen spare;
    const tgen_config config = {500, 62500000, 4, PCIE_VENDOR_DEFAULT};
    ASSERT_TRUE(tgen_init(&spare, &config));
    EXPECT_FALSE(pcie_attach(&ecam.device, &spare.function, 3, 1)) << "taken";
    EXPECT_FALSE(pcie_attach(&ecam.device, &spare.function, 32, 0));
    EXPECT_FALSE(pcie_attach(&ecam.device, &spare.function, 0, 8));
}

TEST_F(Pcie, CapabilitiesAreAListOfFour)
{
    add(1, 2048);
    std::vector<uint64_t> ids;
    for (uint64_t where = cfg(1, PCI_CAP_POINTER, 1); where != 0 && ids.size() < 10;
         where = cfg(1, unsigned(where) + PCI_CAP_NEXT, 1)) {
        EXPECT_EQ(where % 4, 0u);
        EXPECT_GE(where, uint64_t{PCI_HEADER_END});
        ids.push_back(cfg(1, unsigned(where), 1));
    }
    EXPECT_EQ(ids, (std::vector<uint64_t>{PCI_CAP_ID_PM, PCI_CAP_ID_MSI, PCI_CAP_ID_MSIX,
                                          PCI_CAP_ID_PCIE}));
    const unsigned msix = capability(1, PCI_CAP_ID_MSIX);
    EXPECT_EQ(cfg(1, msix + PCI_MSIX_CONTROL, 2), 2047u);
    EXPECT_EQ(cfg(1, msix + PCI_MSIX_TABLE), 2u);
    EXPECT_EQ(cfg(1, msix + PCI_MSIX_PBA), TGEN_PBA | 2u);
    const unsigned express = capability(1, PCI_CAP_ID_PCIE);
    EXPECT_EQ(cfg(1, express + PCI_EXP_FLAGS, 2), 0x92u) << "integrated endpoint, version 2";
}

/// Which bits software can change, written down a second time: by word of configuration space.
uint32_t writable_word(unsigned word, unsigned pm, unsigned msi, unsigned msix)
{
    switch (word) {
    case 0x04:
        return 0x0406;
    case 0x0c:
        return 0xff;
    case 0x10:
        return 0xfffe0000;
    case 0x18:
        return 0xffff0000;
    case 0x1c:
        return 0xffffffff;
    case 0x3c:
        return 0xff;
    default:
        break;
    }
    if (word == pm + 4)
        return 3;
    if (word == msi)
        return 0x00710000;
    if (word == msi + 4)
        return 0xfffffffc;
    if (word == msi + 8 || word == msi + 16)
        return 0xffffffff;
    if (word == msi + 12)
        return 0xffff;
    return word == msix ? 0xc0000000 : 0;
}

TEST_F(Pcie, ASweepOfConfigurationSpaceChangesWhatIsWritableAndNothingElse)
{
    add(4);
    const unsigned pm = capability(4, PCI_CAP_ID_PM), msi = capability(4, PCI_CAP_ID_MSI),
                   msix = capability(4, PCI_CAP_ID_MSIX), express = capability(4, PCI_CAP_ID_PCIE);

    for (unsigned word = 0; word < PCIE_CONFIG_SIZE; word += 4) {
        const uint32_t before = uint32_t(cfg(4, word));
        const uint32_t mask = writable_word(word, pm, msi, msix);
        /* Function level reset is an action, tested elsewhere. */
        const uint32_t ones = word == express + PCI_EXP_DEVCTL ? 0xffff7fff : 0xffffffff;

        set_cfg(4, word, ones);
        EXPECT_EQ(cfg(4, word), (before & ~mask) | mask) << std::hex << word;
        set_cfg(4, word, 0);
        EXPECT_EQ(cfg(4, word), before & ~mask) << std::hex << word;
        for (unsigned byte = 0; byte < 4; byte++) {
            set_cfg(4, word + byte, (ones >> (8 * byte)) & 0xff, 1);
            EXPECT_EQ(cfg(4, word + byte, 1), (((before & ~mask) | mask) >> (8 * byte)) & 0xff)
                << std::hex << word + byte;
        }
        set_cfg(4, word, before);
    }
}

TEST_F(Pcie, BarsAreSizedByWritingOnes)
{
    add(1);
    set_cfg(1, PCI_BAR(0), 0xffffffff);
    EXPECT_EQ(cfg(1, PCI_BAR(0)), 0xfffe0000u) << "128 KiB, 32-bit, not prefetchable";
    EXPECT_EQ(cfg(1, PCI_BAR(1)), 0u);
    set_cfg(1, PCI_BAR(1), 0xffffffff);
    EXPECT_EQ(cfg(1, PCI_BAR(1)), 0u) << "not there";
    set_cfg(1, PCI_BAR(2), 0xffffffff);
    set_cfg(1, PCI_BAR(3), 0xffffffff);
    EXPECT_EQ(cfg(1, PCI_BAR(2)), 0xffff000cu) << "64 KiB, 64-bit, prefetchable";
    EXPECT_EQ(cfg(1, PCI_BAR(3)), 0xffffffffu);
    set_cfg(0, PCI_BAR(0), 0xffffffff);
    EXPECT_EQ(cfg(0, PCI_BAR(0)), 0u) << "the bridge has none";
}

TEST_F(Pcie, ABarAnswersOnlyWhereItIsAndWhenItIsOn)
{
    uint64_t value;
    add(1);
    place(1, mmio32_base + 0x20000, mmio64_base);
    EXPECT_EQ(read(mmio32_base + 0x20000 + TGEN_ID), unsigned{TGEN_ID_VALUE});
    EXPECT_EQ(try_read(mmio32_base + 0x1fffc, 4, value), DEV_HOLE);
    EXPECT_EQ(value, 0xffffffffu);
    EXPECT_EQ(try_read(mmio32_base + 0x40000, 8, value), DEV_HOLE);
    EXPECT_EQ(value, UINT64_MAX);
    EXPECT_EQ(try_read(mmio32_base + 0x20000 + 2, 4, value), DEV_BAD_SIZE);
    EXPECT_EQ(try_write(mmio32_base, 4, 1), DEV_HOLE);
    EXPECT_EQ(ecam.device.state.unclaimed, 3u);
    set_cfg(1, PCI_COMMAND, PCI_COMMAND_MASTER, 2);
    EXPECT_EQ(try_read(mmio32_base + 0x20000, 4, value), DEV_HOLE) << "memory off";
    set_cfg(1, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
    EXPECT_EQ(try_read(mmio32_base + 0x20000, 4, value), DEV_OK);
    set_cfg(1, capability(1, PCI_CAP_ID_PM) + PCI_PM_CSR, PCI_PM_D3HOT, 2);
    EXPECT_EQ(try_read(mmio32_base + 0x20000, 4, value), DEV_HOLE) << "asleep";
    set_cfg(1, capability(1, PCI_CAP_ID_PM) + PCI_PM_CSR, 1, 2);
    EXPECT_EQ(cfg(1, capability(1, PCI_CAP_ID_PM) + PCI_PM_CSR, 2) & PCI_PM_CSR_STATE,
              unsigned{PCI_PM_D3HOT})
        << "there is no D1";
    set_cfg(1, capability(1, PCI_CAP_ID_PM) + PCI_PM_CSR, 0, 2);
    EXPECT_EQ(try_read(mmio32_base + 0x20000, 4, value), DEV_OK) << "no soft reset";
}

TEST_F(Pcie, ABarAtZeroOrOutsideTheWindowsIsOutOfReach)
{
    uint64_t value;
    add(1);
    for (const uint64_t bar0 : {uint64_t(0), uint64_t(0x40000000), uint64_t(0xfffe0000)}) {
        place(1, bar0, 0xffffffffffff0000);
        EXPECT_EQ(try_read(mmio32_base, 4, value), DEV_HOLE);
        EXPECT_EQ(try_read(mmio64_base, 8, value), DEV_HOLE);
        EXPECT_EQ(try_read(mmio64_base + devices::mmio64_size - 8, 8, value), DEV_HOLE);
    }
}

TEST_F(Pcie, OfOverlappingBarsTheFirstFunctionHasTheAccess)
{
    tgen &one = add(1);
    tgen &two = add(2);
    place(2, mmio32_base, mmio32_base + 0x10000); /* BAR 2 within BAR 0 */
    place(1, mmio32_base, mmio32_base + 0x100000);
    write(mmio32_base + TGEN_STREAM(0, TGEN_S_FIRST), 5);
    EXPECT_EQ(one.state.stream[0].program.first, 5u);
    EXPECT_EQ(two.state.stream[0].program.first, 0u);
    set_cfg(1, PCI_COMMAND, 0, 2);
    write(mmio32_base + TGEN_STREAM(0, TGEN_S_FIRST), 6);
    EXPECT_EQ(two.state.stream[0].program.first, 6u);
    EXPECT_EQ(read(mmio32_base + TGEN_LAST_CYCLES(0), 8), 0u) << "BAR 0 before BAR 2";
    EXPECT_EQ(two.state.table[0].control, unsigned{PCI_MSIX_ENTRY_MASKED});
}

TEST_F(Pcie, RandomBarsAndAccessesStayInsideTheFunctions)
{
    std::mt19937_64 random(4711);
    uint64_t value, hits = 0;

    add(1, 64);
    add(2, 2048);
    for (unsigned round = 0; round < 20000; round++) {
        const unsigned device = 1 + unsigned(random() % 2);
        /* Mostly around the start of a window, so that accesses do hit. */
        const uint64_t base = random() % 8 == 0   ? random()
                              : random() % 2 == 0 ? mmio32_base + (random() % 4) * 0x10000
                                                  : mmio64_base + (random() % 4) * 0x10000;
        place(device, base, base + (random() % 2) * 0x20000);
        set_cfg(device, PCI_COMMAND, random() % 8, 2);
        const unsigned size = 1u << random() % 4;
        /* Registers lie at the start of a BAR; one access in eight is not aligned. */
        const uint64_t offset = (random() % 8) * 0x10000 + random() % 0x2000;
        const uint64_t address = (random() % 2 == 0 ? mmio32_base : mmio64_base) +
                                 (random() % 8 == 0 ? offset : offset & ~uint64_t(size - 1));

        hits += try_read(address, size, value) == DEV_OK;
        (void)try_write(address, size, random());
        (void)until(ecam.now_ps + random() % 1000, 8);
    }
    EXPECT_GT(hits, 300u);
}

TEST_F(Pcie, TheIoWindowHasNoFunction)
{
    uint64_t value;
    pcie_window io = {&ecam.device, 0x3eff0000, 0x10000, true};
    add(1);
    place(1, 0x3eff0000, mmio64_base);
    EXPECT_EQ(pcie_window_ops.read(&io, 0, 4, 0, &value), DEV_HOLE);
    EXPECT_EQ(value, 0xffffffffu);
    EXPECT_EQ(pcie_window_ops.write(&io, 0, 1, 0, 1), DEV_HOLE);
    EXPECT_EQ(pcie_window_ops.peek(&io, 4, 4, 0, &value), DEV_HOLE);
}

TEST_F(Pcie, APeekHasNoEffect)
{
    uint64_t value;
    add(1);
    place(1);
    const auto before = ecam.save();
    EXPECT_EQ(pcie_window_ops.peek(&low, bar0(1) - mmio32_base, 4, 0, &value), DEV_OK);
    EXPECT_EQ(value, unsigned{TGEN_ID_VALUE});
    EXPECT_EQ(pcie_window_ops.peek(&high, bar2(1) - mmio64_base + 12, 4, 0, &value), DEV_OK);
    EXPECT_EQ(value, unsigned{PCI_MSIX_ENTRY_MASKED});
    EXPECT_EQ(pcie_window_ops.peek(&low, 0x1000000, 4, 0, &value), DEV_HOLE);
    EXPECT_EQ(pcie_ecam_ops.peek(&ecam.device, at(1, 0), 4, 0, &value), DEV_OK);
    EXPECT_EQ(before, ecam.save());
}

TEST_F(Pcie, FunctionLevelResetLeavesTheOthersAlone)
{
    add(1);
    add(2);
    place(1);
    place(2);
    open_msix(1, 4);
    const unsigned express = capability(1, PCI_CAP_ID_PCIE);
    set_cfg(1, express + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_FLR, 2);
    EXPECT_EQ(cfg(1, PCI_COMMAND, 2), 0u);
    EXPECT_EQ(cfg(1, PCI_BAR(0)), 0u);
    EXPECT_EQ(cfg(1, express + PCI_EXP_DEVCTL, 2), 0u);
    EXPECT_EQ(cfg(1, capability(1, PCI_CAP_ID_MSIX) + PCI_MSIX_CONTROL, 2), 63u);
    EXPECT_EQ(cfg(1, PCI_VENDOR_ID, 2), unsigned{PCIE_VENDOR_DEFAULT});
    EXPECT_EQ(cfg(2, PCI_COMMAND, 2), unsigned{PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER});
}

TEST_F(Pcie, RequesterIdsBecomeDeviceIdsByTheMap)
{
    uint32_t id;
    pcie_host_config c = pcie_host_config_default();
    pcie_host h;
    ASSERT_TRUE(pcie_host_init(&h, &c));
    EXPECT_TRUE(pcie_device_id(&h, 0xffff, &id) && id == 0xffff) << "identity";
    c.rid_mask = 0x00f8;
    c.maps = 2;
    c.map[0] = pcie_map{0x08, 8, 0x1000};
    c.map[1] = pcie_map{0x10, 16, 0xfffffff0};
    ASSERT_TRUE(pcie_host_init(&h, &c));
    EXPECT_TRUE(pcie_device_id(&h, 0x0f, &id) && id == 0x1000) << "the function is masked";
    EXPECT_TRUE(pcie_device_id(&h, 0x1a, &id) && id == 0xfffffff8);
    EXPECT_FALSE(pcie_device_id(&h, 0x20, &id));
    EXPECT_FALSE(pcie_device_id(&h, 0x00, &id));
}

TEST_F(Pcie, AMapThatContradictsItselfIsRefused)
{
    const pcie_map bad[] = {{0, 0, 0}, {1, 0x10000, 0}, {0x10000, 1, 0}, {0, 2, UINT32_MAX}};
    pcie_host_config c = pcie_host_config_default();
    pcie_host h;
    for (const pcie_map &row : bad) {
        c.map[0] = row;
        EXPECT_FALSE(pcie_host_init(&h, &c)) << row.rid_base << "+" << row.length;
    }
    c.maps = 2;
    c.map[0] = pcie_map{0, 16, 0};
    c.map[1] = pcie_map{15, 1, 100};
    EXPECT_FALSE(pcie_host_init(&h, &c)) << "overlap";
    c.map[1].rid_base = 16;
    EXPECT_TRUE(pcie_host_init(&h, &c));
    c.maps = PCIE_MAPS + 1;
    EXPECT_FALSE(pcie_host_init(&h, &c));
}

TEST_F(Pcie, ADescriptionThatContradictsItselfIsRefused)
{
    pcie_function f;
    pcie_function_state state;
    pcie_msix_entry entries[8];
    uint64_t pba[1];
    const auto good = [] {
        pcie_desc d = pcie_desc();
        d.vendor = 1;
        d.bar[0] = pcie_bar_desc{PCIE_BAR_64, 0x1000};
        d.msi_vectors = 8;
        d.msix_vectors = 8;
        d.msix_table = 0x800;
        d.msix_pba = 0xff8;
        return d;
    };
    const auto accepts = [&](const pcie_desc &d) {
        return pcie_function_init(&f, &d, &tgen_ops, nullptr, &state, entries, pba);
    };
    pcie_desc d = good();
    EXPECT_TRUE(accepts(d));
    (d = good()).bar[0].size = 0x1800;
    EXPECT_FALSE(accepts(d)) << "no power of two";
    (d = good()).bar[1] = pcie_bar_desc{PCIE_BAR_32, 16};
    EXPECT_FALSE(accepts(d)) << "the upper half is taken";
    (d = good()).bar[5] = pcie_bar_desc{PCIE_BAR_64, 16};
    EXPECT_FALSE(accepts(d)) << "no upper half";
    (d = good()).msix_pba = 0x1000;
    EXPECT_FALSE(accepts(d)) << "outside the BAR";
    (d = good()).msix_pba = 0x878;
    EXPECT_FALSE(accepts(d)) << "in the table";
    (d = good()).msix_bar = 1;
    EXPECT_FALSE(accepts(d)) << "no such BAR";
    (d = good()).msi_vectors = 3;
    EXPECT_FALSE(accepts(d));
    (d = good()).pin = 5;
    EXPECT_FALSE(accepts(d));
    (d = good()).vendor = 0xffff;
    EXPECT_FALSE(accepts(d));
}

} // namespace
