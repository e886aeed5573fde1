// SPDX-License-Identifier: Apache-2.0
// The device's side of a split virtqueue: chains, rings, notifications, and hostile rings.
#include "devices/virtq.h"

#include "virtio_rig.hpp"

using namespace devices;

namespace
{

constexpr uint64_t buffers = guest_memory::base + 0x40000;
constexpr uint64_t table = guest_memory::base + 0x30000;
constexpr uint16_t write_flag = VIRTQ_DESC_WRITE;
constexpr uint16_t indirect_flag = VIRTQ_DESC_INDIRECT;

class Virtq : public testing::Test
{
protected:
    Virtq() : driver(memory, rings, 8), q(driver.queue()), dma(memory.dma()) {}

    virtq_popped pop()
    {
        return virtq_pop(&q, &dma, &chain);
    }
    /// Offers one descriptor and pops it.
    void expect_error(virtq_error error)
    {
        const uint64_t before = memory.accesses;
        EXPECT_EQ(pop(), VIRTQ_BROKEN);
        EXPECT_EQ(q.error, error) << virtq_error_text(virtq_error(q.error));
        EXPECT_LE(memory.accesses - before, 2u + VIRTQ_SIZE_MAX) << "the work is bounded";
        EXPECT_EQ(pop(), VIRTQ_BROKEN) << "and stays so";
    }

    guest_memory memory;
    driver_queue driver;
    virtq q;
    virtq_dma dma;
    virtq_chain chain;
};

TEST_F(Virtq, AnEmptyRingHasNothing)
{
    EXPECT_EQ(pop(), VIRTQ_EMPTY);
    EXPECT_EQ(q.error, VIRTQ_ERROR_NONE);
}

TEST_F(Virtq, AChainIsItsReadableThenItsWritableBuffers)
{
    driver.chain(2,
                 {{buffers, 16, 0, 0}, {buffers + 16, 4, 0, 0}, {buffers + 32, 8, write_flag, 0}});
    driver.offer(2);
    ASSERT_EQ(pop(), VIRTQ_GOT);
    EXPECT_EQ(chain.head, 2);
    EXPECT_EQ(chain.outs, 2);
    EXPECT_EQ(chain.ins, 1);
    EXPECT_EQ(chain.out_bytes, 20u);
    EXPECT_EQ(chain.in_bytes, 8u);
    EXPECT_EQ(pop(), VIRTQ_EMPTY);
}

TEST_F(Virtq, CopiesCrossTheEndsOfBuffers)
{
    uint8_t data[6] = {1, 2, 3, 4, 5, 6}, back[6] = {};

    driver.chain(0, {{buffers, 4, 0, 0},
                     {buffers + 0x100, 4, 0, 0},
                     {buffers + 0x200, 3, write_flag, 0},
                     {buffers + 0x300, 0, write_flag, 0},
                     {buffers + 0x400, 3, write_flag, 0}});
    driver.offer(0);
    ASSERT_EQ(pop(), VIRTQ_GOT);
    memory.put<uint32_t>(buffers, 0x44332211);
    memory.put<uint32_t>(buffers + 0x100, 0x88776655);
    ASSERT_TRUE(virtq_out(&dma, &chain, 2, back, 6));
    EXPECT_EQ(back[0], 0x33);
    EXPECT_EQ(back[5], 0x88);
    EXPECT_FALSE(virtq_out(&dma, &chain, 3, back, 6)) << "more than there is";
    ASSERT_TRUE(virtq_in(&dma, &chain, 0, data, 6));
    EXPECT_EQ(memory.get<uint8_t>(buffers + 0x202), 3);
    EXPECT_EQ(memory.get<uint8_t>(buffers + 0x400), 4);
    EXPECT_FALSE(virtq_in(&dma, &chain, 1, data, 6));
}

TEST_F(Virtq, AChainOfTheWholeQueueIsFineAndALongerOneIsACircle)
{
    driver.chain(0, std::vector<desc>(8, desc{buffers, 1, 0, 0}));
    driver.offer(0);
    ASSERT_EQ(pop(), VIRTQ_GOT);
    EXPECT_EQ(chain.outs, 8);
    driver.set(7, {buffers, 1, VIRTQ_DESC_NEXT, 0});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_LOOP);
}

TEST_F(Virtq, ADescriptorThatNamesItselfEnds)
{
    driver.set(3, {buffers, 1, VIRTQ_DESC_NEXT, 3});
    driver.offer(3);
    expect_error(VIRTQ_ERROR_LOOP);
}

TEST_F(Virtq, NumbersBeyondTheTableAreRefused)
{
    driver.offer(8);
    expect_error(VIRTQ_ERROR_INDEX);
}

TEST_F(Virtq, ANextBeyondTheTableIsRefused)
{
    driver.set(0, {buffers, 1, VIRTQ_DESC_NEXT, 0xffff});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_INDEX);
}

TEST_F(Virtq, MoreAvailableThanTheQueueHoldsIsRefused)
{
    driver.set_available(9);
    expect_error(VIRTQ_ERROR_AVAILABLE);
}

TEST_F(Virtq, AnAvailableIndexThatGoesBackIsRefused)
{
    q.available = 5;
    driver.set_available(4);
    expect_error(VIRTQ_ERROR_AVAILABLE);
}

TEST_F(Virtq, ReadableBehindWritableIsRefused)
{
    driver.chain(0, {{buffers, 1, write_flag, 0}, {buffers, 1, 0, 0}});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_ORDER);
}

TEST_F(Virtq, HugeLengthsAreRefusedWithoutOverflow)
{
    driver.chain(0, {{buffers, 0xffffffff, 0, 0}, {buffers, 2, 0, 0}});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_LENGTH);
}

TEST_F(Virtq, TheSumOfLengthsIsBounded)
{
    driver.chain(0, std::vector<desc>(5, desc{buffers, VIRTQ_BYTES_MAX / 4, write_flag, 0}));
    driver.offer(0);
    expect_error(VIRTQ_ERROR_LENGTH);
}

TEST_F(Virtq, RingsOutsideOfMemoryAreRefused)
{
    for (uint64_t virtq::*area : {&virtq::desc, &virtq::driver}) {
        q = driver.queue();
        q.*area = 0x1000;
        driver.set_available(0);
        driver.set(0, {buffers, 1, 0, 0});
        driver.offer(0);
        expect_error(VIRTQ_ERROR_MEMORY);
    }
    q = driver.queue();
    ASSERT_EQ(pop(), VIRTQ_GOT);
    q.device = ~uint64_t(3);
    EXPECT_FALSE(virtq_push(&q, &dma, &chain, 0));
    EXPECT_EQ(q.error, VIRTQ_ERROR_MEMORY);
}

TEST_F(Virtq, BuffersAreLookedAtOnlyWhenTheyAreUsed)
{
    uint8_t byte = 0;

    driver.set(0, {~uint64_t(0), 1, 0, 0});
    driver.offer(0);
    ASSERT_EQ(pop(), VIRTQ_GOT);
    EXPECT_FALSE(virtq_out(&dma, &chain, 0, &byte, 1));
}

TEST_F(Virtq, SizesAndAddressesAreChecked)
{
    const uint16_t sizes[] = {0, 3, 512, 0xffff};

    for (const uint16_t size : sizes) {
        virtq bad = driver.queue();
        bad.size = size;
        EXPECT_FALSE(virtq_check(&bad)) << size;
        EXPECT_EQ(virtq_pop(&bad, &dma, &chain), VIRTQ_BROKEN);
    }
    for (uint64_t virtq::*area : {&virtq::desc, &virtq::driver, &virtq::device}) {
        virtq bad = driver.queue();
        bad.*area += 1;
        EXPECT_FALSE(virtq_check(&bad));
        EXPECT_EQ(bad.error, VIRTQ_ERROR_SETUP);
    }
}

// ---------------------------------------------------------------- indirect tables

TEST_F(Virtq, AnIndirectTableIsTheRestOfTheChain)
{
    driver.chain(0, {{buffers, 1, 0, 0}, {table, 32, indirect_flag, 0}});
    driver.put_desc(table, {buffers + 8, 2, VIRTQ_DESC_NEXT, 1});
    driver.put_desc(table + 16, {buffers + 16, 4, write_flag, 0});
    driver.offer(0);
    ASSERT_EQ(pop(), VIRTQ_GOT);
    EXPECT_EQ(chain.outs, 2);
    EXPECT_EQ(chain.ins, 1);
    EXPECT_EQ(chain.segment[1].address, buffers + 8);
    EXPECT_EQ(chain.in_bytes, 4u);
}

TEST_F(Virtq, AnIndirectTableMayHaveMoreDescriptorsThanTheQueue)
{
    driver.set(0, {table, VIRTQ_SIZE_MAX * 16, indirect_flag, 0});
    for (uint16_t n = 0; n < VIRTQ_SIZE_MAX; n++)
        driver.put_desc(
            table + n * 16u,
            {buffers, 1, uint16_t(n + 1 < VIRTQ_SIZE_MAX ? VIRTQ_DESC_NEXT : 0), uint16_t(n + 1)});
    driver.offer(0);
    ASSERT_EQ(pop(), VIRTQ_GOT);
    EXPECT_EQ(chain.outs, VIRTQ_SIZE_MAX);
}

TEST_F(Virtq, ALongChainBeforeAFullTableIsRefused)
{
    driver.chain(0, {{buffers, 1, 0, 0}, {table, VIRTQ_SIZE_MAX * 16, indirect_flag, 0}});
    for (uint16_t n = 0; n < VIRTQ_SIZE_MAX; n++)
        driver.put_desc(table + n * 16u, {buffers, 1, VIRTQ_DESC_NEXT, uint16_t(n + 1)});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_LOOP);
}

TEST_F(Virtq, ATableInATableIsRefused)
{
    driver.set(0, {table, 16, indirect_flag, 0});
    driver.put_desc(table, {table, 16, indirect_flag, 0});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_INDIRECT);
}

TEST_F(Virtq, ATableThatWasNotNegotiatedIsRefused)
{
    q = driver.queue(false);
    driver.set(0, {table, 16, indirect_flag, 0});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_INDIRECT);
}

TEST_F(Virtq, ATableThatGoesOnBehindItselfIsRefused)
{
    driver.set(0, {table, 16, uint16_t(indirect_flag | VIRTQ_DESC_NEXT), 1});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_INDIRECT);
}

TEST_F(Virtq, TablesOfWrongLengthAreRefused)
{
    const uint32_t lengths[] = {0, 8, 17, VIRTQ_SIZE_MAX * 16 + 16, 0xfffffff0};

    for (const uint32_t length : lengths) {
        q = driver.queue();
        driver.set_available(0);
        driver.set(0, {table, length, indirect_flag, 0});
        driver.offer(0);
        expect_error(VIRTQ_ERROR_INDIRECT);
    }
}

TEST_F(Virtq, CirclesAndEndsOfATableAreFound)
{
    driver.set(0, {table, 32, indirect_flag, 0});
    driver.put_desc(table, {buffers, 1, VIRTQ_DESC_NEXT, 1});
    driver.put_desc(table + 16, {buffers, 1, VIRTQ_DESC_NEXT, 0});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_LOOP);
    q = driver.queue();
    driver.put_desc(table + 16, {buffers, 1, VIRTQ_DESC_NEXT, 2});
    expect_error(VIRTQ_ERROR_INDEX);
}

TEST_F(Virtq, ATableOutsideOfMemoryIsRefused)
{
    driver.set(0, {guest_memory::base + guest_memory::size - 16, 32, indirect_flag, 0});
    driver.offer(0);
    expect_error(VIRTQ_ERROR_MEMORY);
}

// ---------------------------------------------------------------- rings and notifications

TEST_F(Virtq, IndicesWrapAround)
{
    q.available = q.used = q.told = 0xfffe;
    memory.put<uint16_t>(driver.device_area() + 2, 0xfffe);
    driver.set_available(0xfffe);
    driver.set(5, {buffers, 1, write_flag, 0});
    for (uint16_t n = 0; n < 5; n++) {
        driver.offer(5);
        ASSERT_EQ(pop(), VIRTQ_GOT) << n;
        ASSERT_TRUE(virtq_push(&q, &dma, &chain, n));
        EXPECT_EQ(driver.used(), uint16_t(0xffff + n));
        EXPECT_EQ(driver.used_id(uint16_t(0xfffe + n)), 5u);
        EXPECT_EQ(driver.used_length(uint16_t(0xfffe + n)), n);
    }
    EXPECT_EQ(pop(), VIRTQ_EMPTY);
}

TEST_F(Virtq, AChainThatIsGivenBackComesAgain)
{
    driver.set(1, {buffers, 1, 0, 0});
    driver.offer(1);
    ASSERT_EQ(pop(), VIRTQ_GOT);
    virtq_unpop(&q);
    ASSERT_EQ(pop(), VIRTQ_GOT);
    EXPECT_EQ(chain.head, 1);
}

class VirtqTell : public Virtq
{
protected:
    void use(unsigned times)
    {
        for (unsigned n = 0; n < times; n++) {
            driver.offer(0);
            ASSERT_EQ(pop(), VIRTQ_GOT);
            ASSERT_TRUE(virtq_push(&q, &dma, &chain, 0));
        }
    }
    bool wants()
    {
        bool yes = false;
        EXPECT_TRUE(virtq_wants_interrupt(&q, &dma, &yes));
        return yes;
    }
};

TEST_F(VirtqTell, ByFlag)
{
    EXPECT_FALSE(wants()) << "nothing was used";
    use(1);
    EXPECT_TRUE(wants());
    EXPECT_FALSE(wants()) << "told already";
    driver.set_flags(VIRTQ_AVAIL_NO_INTERRUPT);
    use(1);
    EXPECT_FALSE(wants());
}

TEST_F(VirtqTell, ByEventIndex)
{
    q = driver.queue(true, true);
    driver.set_flags(VIRTQ_AVAIL_NO_INTERRUPT); /* counts no more */
    driver.set_used_event(2);
    use(2);
    EXPECT_FALSE(wants()) << "entry 2 is not used yet";
    use(1);
    EXPECT_TRUE(wants());
    use(3);
    EXPECT_FALSE(wants()) << "that is behind";
    driver.set_used_event(7);
    use(4);
    EXPECT_TRUE(wants()) << "passed among others";
}

TEST_F(VirtqTell, ByEventIndexAcrossTheEnd)
{
    q = driver.queue(true, true);
    q.available = q.used = q.told = 0xffff;
    driver.set_available(0xffff);
    driver.set_used_event(0);
    use(1);
    EXPECT_FALSE(wants());
    use(1);
    EXPECT_TRUE(wants());
}

TEST_F(VirtqTell, ArmingSaysWhereAndFindsWhatCameMeanwhile)
{
    bool more = true;

    q = driver.queue(true, true);
    use(3);
    ASSERT_TRUE(virtq_arm(&q, &dma, &more));
    EXPECT_FALSE(more);
    EXPECT_EQ(driver.avail_event(), 3);
    driver.offer(0);
    ASSERT_TRUE(virtq_arm(&q, &dma, &more));
    EXPECT_TRUE(more);
}

TEST_F(VirtqTell, WithoutEventIndexArmingWritesNothing)
{
    bool more = true;

    memory.put<uint16_t>(driver.device_area() + 4 + driver.size() * 8u, 0xabcd);
    use(1);
    ASSERT_TRUE(virtq_arm(&q, &dma, &more));
    EXPECT_EQ(driver.avail_event(), 0xabcd);
}

TEST(VirtqText, EveryErrorHasWords)
{
    for (unsigned n = 0; n < VIRTQ_ERRORS; n++)
        EXPECT_STRNE(virtq_error_text(virtq_error(n)), "unknown error");
    EXPECT_STREQ(virtq_error_text(VIRTQ_ERRORS), "unknown error");
}

} // namespace
