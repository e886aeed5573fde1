// SPDX-License-Identifier: Apache-2.0
#include "devices/cfi_flash.h"

#include "device_rig.hpp"

namespace
{

class Flash : public testing::Test
{
protected:
    Flash() : bank(cfi_flash_ops), storage(2 * CFI_BANK_BLOCK, 0xff)
    {
        storage[0] = 0x11;
        storage[2] = 0x22;
        cfi_flash_init(&bank.device, storage.data(), storage.size(), true);
    }
    devices::rig<cfi_flash> bank;
    std::vector<uint8_t> storage;
};

TEST_F(Flash, ShowsItsArrayAfterReset)
{
    EXPECT_EQ(bank.read(0), 0xff22ff11u);
    EXPECT_EQ(bank.read(2, 1), 0x22u);
    EXPECT_TRUE(cfi_flash_is_array(&bank.device));
}

TEST_F(Flash, QueryTellsGeometryOnBothChips)
{
    bank.write(0x55 * 4, 0x00980098);
    EXPECT_FALSE(cfi_flash_is_array(&bank.device));
    EXPECT_EQ(bank.read(0x10 * 4), 0x00510051u);
    EXPECT_EQ(bank.read(0x11 * 4), 0x00520052u);
    EXPECT_EQ(bank.read(0x12 * 4), 0x00590059u);
    EXPECT_EQ(bank.read(0x13 * 4), 0x00010001u) << "Intel extended command set";
    EXPECT_EQ(bank.read(0x27 * 4), 0x00120012u) << "2^18 bytes a chip";
    EXPECT_EQ(bank.read(0x2d * 4), 0x00010001u) << "two blocks";
    EXPECT_EQ(bank.read(0x2f * 4), 0u);
    EXPECT_EQ(bank.read(0x30 * 4), 0x00020002u) << "of 128 KiB a chip";
    bank.write(0, 0x00ff00ff);
    EXPECT_EQ(bank.read(0), 0xff22ff11u);
}

TEST_F(Flash, ChipsHaveTheirOwnState)
{
    bank.write(0, 0x00ff0090);
    EXPECT_EQ(bank.read(0), 0xff220089u);
    EXPECT_FALSE(cfi_flash_is_array(&bank.device));
}

TEST_F(Flash, ProgrammingClearsBitsOnly)
{
    bank.write(0x100, 0x00400040);
    bank.write(0x100, 0x1234abcd);
    EXPECT_EQ(bank.read(0x100), 0x00800080u) << "status after a program command";
    bank.write(0x100, 0x00400040);
    bank.write(0x100, 0xff00ff0f);
    bank.write(0, 0x00ff00ff);
    EXPECT_EQ(bank.read(0x100), 0x1200ab0du);
}

TEST_F(Flash, EraseSetsOneBlock)
{
    storage[CFI_BANK_BLOCK] = 0;
    bank.write(0x40, 0x00200020);
    bank.write(0x40, 0x00d000d0);
    bank.write(0, 0x00ff00ff);
    EXPECT_EQ(bank.read(0), 0xffffffffu);
    EXPECT_EQ(storage[CFI_BANK_BLOCK], 0) << "the next block is untouched";
}

TEST_F(Flash, BufferedProgramWaitsForItsConfirmation)
{
    bank.write(0x200, 0x00e800e8);
    bank.write(0x200, 0x00010001); /* two words */
    bank.write(0x200, 0x11112222);
    bank.write(0x204, 0x33334444);
    EXPECT_EQ(storage[0x200], 0xff);
    bank.write(0x200, 0x00d000d0);
    EXPECT_EQ(bank.read(0x200), 0x00800080u);
    bank.write(0, 0x00ff00ff);
    EXPECT_EQ(bank.read(0x200), 0x11112222u);
    EXPECT_EQ(bank.read(0x204), 0x33334444u);
}

TEST_F(Flash, AWrongSequenceSetsBothErrorBits)
{
    bank.write(0, 0x00e800e8);
    bank.write(0, 0x00200020); /* more words than the buffer holds */
    EXPECT_EQ(bank.read(0), 0x00b000b0u);
    bank.write(0, 0x00500050);
    bank.write(0, 0x00700070);
    EXPECT_EQ(bank.read(0), 0x00800080u);
}

TEST_F(Flash, ALockedBankKeepsItsContents)
{
    cfi_flash_init(&bank.device, storage.data(), storage.size(), false);
    bank.write(0, 0x00400040);
    bank.write(0, 0);
    EXPECT_EQ(bank.read(0), 0x00920092u);
    bank.write(0, 0x00500050);
    bank.write(0, 0x00200020);
    bank.write(0, 0x00d000d0);
    EXPECT_EQ(bank.read(0), 0x00a200a2u);
    bank.write(0, 0x00ff00ff);
    EXPECT_EQ(bank.read(0), 0xff22ff11u);
}

TEST_F(Flash, NarrowWritesReachBothChips)
{
    bank.write(0x155, 0x98, 1);
    EXPECT_EQ(bank.read(0x10 * 4), 0x00510051u);
    bank.write(0, 0xff, 1);
    EXPECT_TRUE(cfi_flash_is_array(&bank.device));
    bank.write(2, 0x90, 2);
    EXPECT_EQ(bank.read(0), 0x00890089u);
    bank.write(0x155, 0xf0, 1);
    EXPECT_TRUE(cfi_flash_is_array(&bank.device)) << "what is no command resets";
}

TEST_F(Flash, AccessesOutsideAreHoles)
{
    EXPECT_EQ(bank.read_status(storage.size(), 4), DEV_HOLE);
    EXPECT_EQ(bank.write_status(storage.size() - 2, 4), DEV_HOLE);
    EXPECT_EQ(bank.write_status(2, 4), DEV_BAD_SIZE);
}

} // namespace
