// SPDX-License-Identifier: Apache-2.0
#include "devices/pl011.h"

#include <string>

#include "device_rig.hpp"

namespace
{

enum { DR = 0x00, RSR = 0x04, FR = 0x18, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30 };
enum { IFLS = 0x34, IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44 };
enum { INT_RX = 0x10, INT_TX = 0x20, INT_RT = 0x40, INT_OE = 0x400 };
enum { FR_RXFE = 0x10, FR_RXFF = 0x40, FR_TXFE = 0x80 };

class Pl011 : public testing::Test
{
protected:
    Pl011() : uart(pl011_ops)
    {
        pl011_init(&uart.device, 24000000);
        uart.write(IBRD, 13); /* 115200 baud: 24 MHz / (16 * 13.02) */
        uart.write(FBRD, 1);
        uart.write(LCR_H, 0x70);
        uart.write(CR, 0x301);
    }
    std::string sent()
    {
        std::string text;
        uint8_t byte;
        while (pl011_pop(&uart.device, &byte))
            text += static_cast<char>(byte);
        return text;
    }
    void receive(unsigned bytes)
    {
        for (unsigned n = 0; n < bytes; n++)
            ASSERT_TRUE(pl011_receive(&uart.device, static_cast<uint8_t>('a' + n), uart.now_ps));
    }
    devices::rig<pl011> uart;
};

TEST_F(Pl011, SendsBytesInOrderAndNeverReportsItselfFull)
{
    for (const char c : std::string("ok\n"))
        uart.write(DR, static_cast<uint8_t>(c));
    EXPECT_EQ(uart.read(FR) & (FR_TXFE | 0x20u), unsigned{FR_TXFE});
    EXPECT_EQ(sent(), "ok\n");
}

TEST_F(Pl011, ATransmitterThatIsOffSendsNothing)
{
    uart.write(CR, 0x201);
    uart.write(DR, 'x');
    EXPECT_EQ(sent(), "");
    EXPECT_EQ(uart.read(RIS) & INT_TX, 0u);
}

TEST_F(Pl011, TransmitInterruptIsALevelUntilCleared)
{
    uart.write(IMSC, INT_TX);
    EXPECT_FALSE(uart.line());
    uart.write(DR, 'x');
    EXPECT_TRUE(uart.line());
    EXPECT_EQ(uart.read(MIS), unsigned{INT_TX});
    uart.write(ICR, INT_TX);
    EXPECT_FALSE(uart.line());
}

TEST_F(Pl011, ReceiveInterruptComesAtTheTriggerLevelAndGoesBelowIt)
{
    uart.write(IMSC, INT_RX);
    receive(7);
    EXPECT_FALSE(uart.line()) << "the trigger is 8 of 16";
    receive(1);
    EXPECT_TRUE(uart.line());
    EXPECT_EQ(uart.read(DR), unsigned{'a'});
    EXPECT_FALSE(uart.line());
}

TEST_F(Pl011, ReceiveTimeoutComesAfter32BitPeriods)
{
    const uint64_t bit_ps = (13 * 64 + 1) * uint64_t{1000000000000} / 4 / 24000000;

    uart.write(IMSC, INT_RT);
    receive(1);
    EXPECT_NEAR(static_cast<double>(uart.deadline()), static_cast<double>(32 * bit_ps),
                static_cast<double>(bit_ps));
    uart.advance_to(uart.deadline() - 1);
    EXPECT_FALSE(uart.line());
    uart.advance_to(uart.deadline());
    EXPECT_TRUE(uart.line());
    EXPECT_EQ(uart.read(DR), unsigned{'a'});
    EXPECT_FALSE(uart.line()) << "an empty FIFO ends the timeout";
    EXPECT_EQ(uart.deadline(), DEV_NEVER);
}

TEST_F(Pl011, OverrunKeepsTheFifoAndMarksIt)
{
    receive(16);
    EXPECT_EQ(uart.read(FR) & FR_RXFF, unsigned{FR_RXFF});
    EXPECT_FALSE(pl011_receive(&uart.device, 'z', 0));
    EXPECT_EQ(uart.read(RIS) & INT_OE, unsigned{INT_OE});
    for (unsigned n = 0; n < 15; n++)
        EXPECT_EQ(uart.read(DR), unsigned{'a'} + n);
    EXPECT_EQ(uart.read(DR), 0x800u | ('a' + 15u));
    EXPECT_EQ(uart.read(RSR), 8u);
    uart.write(RSR, 0);
    EXPECT_EQ(uart.read(RSR), 0u);
}

TEST_F(Pl011, WithoutFifoOneByteIsHeld)
{
    uart.write(LCR_H, 0x60);
    uart.write(IMSC, INT_RX);
    receive(1);
    EXPECT_TRUE(uart.line());
    EXPECT_FALSE(pl011_can_receive(&uart.device));
}

TEST_F(Pl011, LoopbackReturnsWhatIsSent)
{
    uart.write(CR, 0x381);
    uart.write(DR, 'q');
    EXPECT_EQ(sent(), "");
    EXPECT_EQ(uart.read(DR), unsigned{'q'});
}

TEST_F(Pl011, IdentifiesItselfAsPl011)
{
    const uint8_t id[] = {0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

    for (unsigned n = 0; n < 8; n++)
        EXPECT_EQ(uart.read(0xfe0 + 4 * n), id[n]);
}

TEST_F(Pl011, HonestStatusForWhatIsNotThere)
{
    EXPECT_EQ(uart.read_status(ICR, 4), DEV_WRITE_ONLY);
    EXPECT_EQ(uart.write_status(FR, 4), DEV_READ_ONLY);
    EXPECT_EQ(uart.write_status(0xfe0, 4), DEV_READ_ONLY);
    EXPECT_EQ(uart.read_status(0x800, 4), DEV_HOLE);
    EXPECT_EQ(uart.read_status(DR + 1, 1), DEV_BAD_SIZE);
    EXPECT_EQ(uart.read_status(DR, 8), DEV_BAD_SIZE);
}

TEST_F(Pl011, ADebuggersLookTakesNothing)
{
    uint64_t value = 0;

    receive(1);
    EXPECT_EQ(pl011_ops.peek(&uart.device, DR, 4, 0, &value), DEV_OK);
    EXPECT_EQ(value, unsigned{'a'});
    EXPECT_EQ(uart.read(DR), unsigned{'a'});
}

TEST_F(Pl011, StateIsSavedAndRestored)
{
    receive(3);
    const std::vector<uint8_t> image = uart.save();

    uart.reset();
    EXPECT_EQ(uart.read(FR) & FR_RXFE, unsigned{FR_RXFE});
    ASSERT_TRUE(uart.load(image));
    EXPECT_EQ(uart.read(DR), unsigned{'a'});
    EXPECT_EQ(uart.read(DR), unsigned{'b'});
}

TEST_F(Pl011, ADamagedImageIsRefusedAndChangesNothing)
{
    receive(1);
    std::vector<uint8_t> image = uart.save();

    image.back() ^= 1;
    image[image.size() / 2] ^= 0x40;
    EXPECT_FALSE(uart.load(image));
    image.pop_back();
    EXPECT_FALSE(uart.load(image));
    EXPECT_EQ(uart.read(DR), unsigned{'a'});
}

} // namespace
