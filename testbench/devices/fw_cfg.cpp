// SPDX-License-Identifier: Apache-2.0
#include "devices/fw_cfg.h"

#include <cstring>

#include "device_rig.hpp"

namespace
{

/// fw_cfg and the memory that it wants to reach.
class FwCfg : public testing::Test
{
protected:
    FwCfg() : f(fw_cfg_ops), memory(0x1000, 0xee)
    {
        fw_cfg_init(&f.device);
        EXPECT_TRUE(fw_cfg_add(&f.device, FW_CFG_KERNEL_DATA, kernel, sizeof kernel));
        EXPECT_TRUE(fw_cfg_add_number(&f.device, FW_CFG_KERNEL_SIZE, sizeof kernel, 4));
        EXPECT_TRUE(fw_cfg_add_file(&f.device, "etc/test", kernel, 3));
    }
    void select(unsigned key)
    {
        f.write(8, (key & 0xff) << 8 | key >> 8, 2);
    }
    void put_be(uint64_t address, uint64_t value, unsigned bytes)
    {
        for (unsigned n = 0; n < bytes; n++)
            memory[address + n] = static_cast<uint8_t>(value >> ((bytes - 1 - n) * 8));
    }
    uint32_t get_be(uint64_t address)
    {
        return uint32_t(memory[address]) << 24 | uint32_t(memory[address + 1]) << 16 |
               uint32_t(memory[address + 2]) << 8 | memory[address + 3];
    }
    /// Performs what the device asks for; addresses outside the memory fail.
    void serve()
    {
        fw_cfg_mem request;
        for (unsigned n = 0; n < 100 && fw_cfg_request(&f.device, &request); n++) {
            const bool ok = request.address < memory.size() &&
                            request.length <= memory.size() - request.address;
            uint8_t bytes[FW_CFG_DMA_BYTES] = {};
            if (ok && !request.write)
                std::memcpy(bytes, &memory[request.address], request.length);
            else if (ok && request.data != nullptr)
                std::memcpy(&memory[request.address], request.data, request.length);
            else if (ok)
                std::memset(&memory[request.address], 0, request.length);
            fw_cfg_done(&f.device, bytes, ok);
        }
        EXPECT_FALSE(fw_cfg_request(&f.device, &request)) << "a transfer ends";
    }
    uint32_t dma(uint32_t control, uint32_t length, uint64_t address)
    {
        put_be(0x100, control, 4);
        put_be(0x104, length, 4);
        put_be(0x108, address, 8);
        f.write(0x10, 0, 4);
        f.write(0x14, 0x00010000, 4); /* 0x100, big-endian */
        serve();
        return get_be(0x100);
    }
    devices::rig<fw_cfg> f;
    std::vector<uint8_t> memory;
    const uint8_t kernel[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
};

TEST_F(FwCfg, SignatureAndFeatures)
{
    select(FW_CFG_SIGNATURE);
    EXPECT_EQ(f.read(0, 1), unsigned{'Q'});
    EXPECT_EQ(f.read(0, 1), unsigned{'E'});
    EXPECT_EQ(f.read(0, 2), unsigned{'M' | 'U' << 8});
    EXPECT_EQ(f.read(0, 4), 0u) << "zeros behind the end";
    select(FW_CFG_ID);
    EXPECT_EQ(f.read(0, 4), 3u);
    EXPECT_EQ(f.read(0x10, 8), 0x47464320554d4551u) << "the bytes read QEMU CFG";
}

TEST_F(FwCfg, DataComesInByteOrderAtAnyWidth)
{
    select(FW_CFG_KERNEL_DATA);
    EXPECT_EQ(f.read(0, 8), 0x0807060504030201u);
    EXPECT_EQ(f.read(0, 4), 0x0a09u);
}

TEST_F(FwCfg, DirectoryListsFilesBigEndian)
{
    select(FW_CFG_FILE_DIR);
    EXPECT_EQ(f.read(0, 4), 0x01000000u);
    EXPECT_EQ(f.read(0, 4), 0x03000000u) << "size";
    EXPECT_EQ(f.read(0, 4), 0x00002000u) << "key 0x20, then reserved";
    std::string name;
    for (char c; (c = static_cast<char>(f.read(0, 1))) != 0;)
        name += c;
    EXPECT_EQ(name, "etc/test");
}

TEST_F(FwCfg, AnUnknownKeyReadsZeros)
{
    select(0x7777);
    EXPECT_EQ(f.read(0, 8), 0u);
}

TEST_F(FwCfg, DmaSelectsAndReads)
{
    EXPECT_EQ(dma(FW_CFG_KERNEL_DATA << 16 | 8 | 2, 10, 0x200), 0u);
    EXPECT_EQ(std::memcmp(&memory[0x200], kernel, sizeof kernel), 0);
    EXPECT_EQ(memory[0x20a], 0xee);
}

TEST_F(FwCfg, DmaBehindTheEndWritesZeros)
{
    EXPECT_EQ(dma(FW_CFG_KERNEL_DATA << 16 | 8 | 2, 14, 0x200), 0u);
    EXPECT_EQ(memory[0x209], 10);
    EXPECT_EQ(memory[0x20a], 0);
    EXPECT_EQ(memory[0x20d], 0);
    EXPECT_EQ(memory[0x20e], 0xee);
}

TEST_F(FwCfg, DmaSkipMovesOn)
{
    EXPECT_EQ(dma(FW_CFG_KERNEL_DATA << 16 | 8 | 4, 5, 0), 0u);
    EXPECT_EQ(dma(2, 2, 0x300), 0u);
    EXPECT_EQ(memory[0x300], 6);
    EXPECT_EQ(memory[0x301], 7);
}

TEST_F(FwCfg, DmaErrorsAreToldAndEnd)
{
    EXPECT_EQ(dma(FW_CFG_KERNEL_DATA << 16 | 8 | 2, 10, 0x10000), 1u) << "outside of memory";
    EXPECT_EQ(dma(FW_CFG_KERNEL_DATA << 16 | 8 | 16, 4, 0x200), 1u) << "items are read-only";
    f.write(0x10, UINT64_MAX, 8); /* a descriptor that is nowhere */
    serve();
    EXPECT_EQ(dma(FW_CFG_KERNEL_DATA << 16 | 8 | 2, 1, 0x200), 0u) << "and the next one works";
}

TEST_F(FwCfg, WritesOfDataAreRefused)
{
    EXPECT_EQ(f.write_status(0, 1, 5), DEV_READ_ONLY);
    EXPECT_EQ(f.write_status(8, 4, 5), DEV_BAD_SIZE);
    EXPECT_EQ(f.read_status(0x18, 4), DEV_HOLE);
}

} // namespace
