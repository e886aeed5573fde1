// SPDX-License-Identifier: Apache-2.0
// LPIs under races, saved and loaded in the middle of everything (N-02), and with memory that
// fails.
#include <algorithm>

#include "gic/save.h"
#include "gicr_lpi_rig.hpp"

using namespace lpi;

namespace
{

// A storm on three Redistributors by two ITSs, nothing waits for anything but credit.
class storm
{
public:
    storm(unsigned cache, uint32_t seed) : random(seed), g(configuration(cache))
    {
        for (uint32_t intid = first; intid < 16384; intid++)
            g.configure(intid, static_cast<uint8_t>(intid * 41), intid % 6 != 0);
        for (unsigned pe = 0; pe < 3; pe++)
            g.enable(pe);
        g.random = &random;
        g.settling = false;
        g.logging = true;
    }

    static gic_config configuration(unsigned cache)
    {
        gic_config config = small_config(14, cache, 3);
        config.work_limit = 3;
        config.lpi_property_cache = 3;
        return config;
    }

    unsigned pick(unsigned n)
    {
        return static_cast<unsigned>(random() % n);
    }
    uint32_t intid()
    {
        return first + pick(12) * 600 + pick(7);
    }
    void stimulate()
    {
        const unsigned pe = pick(3);
        const unsigned its = pick(2);
        const unsigned target = pick(3);
        if (!g.has_credit(pe, its))
            return;
        const unsigned what = pick(40);
        if (what < 24)
            g.send(pe, GIC_MSG_LPI_SET, intid(), 0, its), sets++;
        else if (what < 30)
            g.send(pe, GIC_MSG_LPI_MOVE, intid(), target, its);
        else if (what < 33)
            g.send(pe, GIC_MSG_LPI_CLEAR, intid(), 0, its);
        else if (what < 36)
            reconfigure(pe, its);
        else if (what == 36)
            g.send(pe, GIC_MSG_LPI_INVALL, 0, 0, its);
        else if (what == 37)
            g.send(pe, GIC_MSG_LPI_MOVEALL, 0, target, its);
    }
    void reconfigure(unsigned pe, unsigned its)
    {
        const uint32_t which = intid();
        g.configure(which, static_cast<uint8_t>(random()), pick(4) != 0);
        g.send(pe, GIC_MSG_LPI_INV, which, 0, its);
    }
    void acknowledge()
    {
        const unsigned pe = pick(3);
        if (g.ack(pe) != none)
            acks++;
    }
    void one_step()
    {
        const unsigned what = pick(8);
        if (what == 0)
            stimulate();
        else if (what == 1)
            acknowledge();
        else
            g.step();
    }
    // All that is left is enabled and taken.
    void finish()
    {
        g.settle();
        for (uint32_t which = first; which < 16384; which++)
            g.configure(which, 0x40);
        for (unsigned pe = 0; pe < 3; pe++)
            g.send(pe, GIC_MSG_LPI_INVALL);
        g.settle();
        for (unsigned pe = 0; pe < 3; pe++)
            for (; g.held(pe) != none; g.settle())
                g.ack(pe), acks++;
    }

    std::mt19937 random;
    rig g;
    uint64_t sets = 0;
    uint64_t acks = 0;
};

TEST(Rules, R_10_NothingIsLostOrDoubledInAStorm)
{
    uint64_t moved = 0;
    uint64_t merged = 0;
    for (unsigned cache : {4u, 5u, 64u})
        for (uint32_t seed = 1; seed <= 12; seed++) {
            SCOPED_TRACE("cache " + std::to_string(cache) + ", seed " + std::to_string(seed));
            storm s(cache, seed);
            for (unsigned n = 0; n < 4000; n++)
                s.one_step();
            s.finish();
            for (unsigned pe = 0; pe < 3; pe++) {
                EXPECT_EQ(s.g.open[pe][0] + s.g.open[pe][1], 0u) << "every message is answered";
                EXPECT_EQ(s.g.count_in_table(pe), 0u);
            }
            const uint64_t pended = s.g.count(GIC_EV_PENDING);
            EXPECT_EQ(s.sets + s.g.count(GIC_EV_LPI_MOVED), pended + s.g.count(GIC_EV_MERGED));
            EXPECT_EQ(pended, s.acks + s.g.count(GIC_EV_WITHDRAWN) + s.g.count(GIC_EV_LPI_MOVED));
            moved += s.g.count(GIC_EV_LPI_MOVED);
            merged += s.g.count(GIC_EV_MERGED);
        }
    EXPECT_GT(moved, 500u);
    EXPECT_GT(merged, 500u);
}

// Saved, built anew and loaded after every few steps: the run is the same, event by event.
TEST(Rules, N_02_LpisSavedInTheMiddleGoOnAlike)
{
    for (unsigned cache : {4u, 5u, 64u})
        for (uint32_t seed = 1; seed <= 4; seed++) {
            SCOPED_TRACE("cache " + std::to_string(cache) + ", seed " + std::to_string(seed));
            storm whole(cache, seed);
            storm broken(cache, seed);
            const gic_config config = storm::configuration(cache);
            unsigned in_walk = 0;
            for (unsigned n = 0; n < 1500; n++) {
                whole.one_step();
                broken.one_step();
                if (n % 3 != 0)
                    continue;
                in_walk += !broken.g.requests.empty();
                for (unsigned pe = 0; pe < 3; pe++) {
                    const std::vector<unsigned char> image = broken.g.save(pe);
                    ASSERT_NE(gicr_init(broken.g.redist[pe], gicr_footprint(&config), &config,
                                        static_cast<uint16_t>(pe), nullptr),
                              nullptr);
                    ASSERT_TRUE(gicr_load(broken.g.redist[pe], image.data(), image.size()));
                    ASSERT_EQ(broken.g.save(pe), image);
                }
            }
            whole.finish();
            broken.finish();
            EXPECT_EQ(whole.g.log, broken.g.log);
            EXPECT_EQ(whole.g.done, broken.g.done);
            EXPECT_EQ(whole.g.tables, broken.g.tables);
            EXPECT_GT(in_walk, 50u) << "walks were outstanding";
        }
}

// A block of the image: its payload, and what makes its checksum right again.
void reseal(std::vector<unsigned char> &image, size_t at)
{
    gic_save_header header;
    std::memcpy(&header, image.data() + at, sizeof header);
    header.checksum = gic_checksum(image.data() + at + sizeof header, header.length);
    std::memcpy(image.data() + at, &header, sizeof header);
}

std::vector<size_t> blocks_of(const std::vector<unsigned char> &image)
{
    std::vector<size_t> blocks;
    for (size_t at = 0; at < image.size();) {
        gic_save_header header;
        std::memcpy(&header, image.data() + at, sizeof header);
        blocks.push_back(at);
        at += sizeof header + header.length;
    }
    return blocks;
}

TEST(Rules, N_02_ForgedOrDamagedLpiStateIsRefused)
{
    storm s(4, 2);
    for (unsigned n = 0; n < 700; n++)
        s.one_step();
    const std::vector<unsigned char> image = s.g.save(0);
    gicr *r = s.g.redist[0];
    for (size_t length = 0; length < image.size(); length += 97)
        EXPECT_FALSE(gicr_load(r, image.data(), length)) << "cut at " << length;
    for (size_t at = 0; at < image.size(); at += 13) {
        std::vector<unsigned char> damaged = image;
        damaged[at] ^= 0x40;
        EXPECT_FALSE(gicr_load(r, damaged.data(), damaged.size())) << "damaged at " << at;
    }
    EXPECT_EQ(s.g.save(0), image) << "and nothing has changed";
    // With a right checksum: refused, or taken as it is; never half, and nothing is overrun.
    const std::vector<size_t> blocks = blocks_of(image);
    ASSERT_EQ(blocks.size(), 3u);
    unsigned refused = 0;
    for (size_t block : blocks) {
        gic_save_header header;
        std::memcpy(&header, image.data() + block, sizeof header);
        for (size_t at = 0; at < header.length; at++)
            for (unsigned char value : {0x02, 0xFF}) {
                std::vector<unsigned char> forged = image;
                forged[block + sizeof header + at] = value;
                reseal(forged, block);
                const bool loaded = gicr_load(r, forged.data(), forged.size());
                refused += !loaded;
                ASSERT_EQ(s.g.save(0), loaded ? forged : image) << block << "+" << at;
                ASSERT_TRUE(gicr_load(r, image.data(), image.size()));
            }
    }
    EXPECT_GT(refused, 300u);
    s.finish();
    EXPECT_EQ(s.g.open[0][0], 0u);
}

// Memory that fails is reported; everything is answered, and what does not need it goes on.
TEST(Rules, R_14_MemoryThatFailsIsReported)
{
    for (unsigned cache : {4u, 64u}) {
        SCOPED_TRACE(cache);
        rig g(small_config(14, cache));
        std::fill(g.config_bytes.begin(), g.config_bytes.end(), uint8_t(0x43));
        const uint64_t bad_config = prop_table + (8704 - first) / 64 * 64;
        const uint64_t bad_line = g.pend_table(0) + 8192 / 512 * 64;
        g.fails = [&](const gic_memory_req &req) {
            return req.address == bad_config || req.address == bad_line;
        };
        g.enable(0, 0); // reads the bad line
        EXPECT_EQ(g.count(GIC_EV_BAD_LPI_TABLE), 1u);
        g.set(0, 8704); // its configuration cannot be read: not enabled
        EXPECT_EQ(g.held(0), none);
        EXPECT_EQ(g.count(GIC_EV_BAD_LPI_TABLE), 2u);
        for (uint32_t n = 0; n < 40; n++) // those of the bad line may be lost for want of room
            g.set(0, n % 2 ? 8192 + n : 9216 + n);
        unsigned good = 0;
        for (uint32_t intid = g.ack(0); intid != none; intid = g.ack(0))
            good += intid >= 9216;
        EXPECT_EQ(good, 20u);
        g.turn_off(0);
        EXPECT_EQ(g.read(0, GICR_CTLR) & CTLR_RWP, 0u);
        EXPECT_EQ(g.open[0][0], 0u);
        g.fails = nullptr;
        g.turn_on(0);
        g.send(0, GIC_MSG_LPI_INV, 8704);
        EXPECT_EQ(g.ack(0), 8704u) << "pending all the while";
    }
}

TEST(Rules, N_03_LpiRegistersReset)
{
    rig g(small_config());
    g.configure(8192, 0x40);
    g.configure(8193, 0x40, false);
    g.enable(0);
    g.set(0, 8193);
    g.settling = false;
    g.set(0, 8192);
    gicr_reset(g.redist[0]);
    g.cpus[0] = cpu();
    g.settle(); // an answer of memory that is under way is not one to what comes now
    EXPECT_EQ(g.read(0, GICR_CTLR), CTLR_CES | CTLR_IR);
    EXPECT_EQ(g.read(0, GICR_PROPBASER, 8), 0u);
    EXPECT_EQ(g.read(0, GICR_PENDBASER, 8), 0u);
    EXPECT_EQ(g.read(0, GICR_SYNCR), 0u);
    gic_config config = gic_config_default();
    rig without(config);
    EXPECT_EQ(without.read(0, GICR_TYPER) & 0xF, 0u);
    without.write(0, GICR_CTLR, CTLR_ENABLE);
    EXPECT_EQ(without.read(0, GICR_CTLR), 0u);
    uint64_t reserved = 0;
    for (uint32_t offset :
         {GICR_SETLPIR, GICR_CLRLPIR, GICR_PROPBASER, GICR_PENDBASER, GICR_INVLPIR, GICR_INVALLR}) {
        without.write(0, offset, 0xFFFF, 8);
        EXPECT_EQ(without.count(GIC_EV_BAD_RESERVED), ++reserved) << offset;
    }
    for (uint32_t offset : {GICR_PROPBASER, GICR_PENDBASER, GICR_SYNCR}) {
        EXPECT_EQ(without.read(0, offset, offset == GICR_SYNCR ? 4 : 8), 0u);
        EXPECT_EQ(without.count(GIC_EV_BAD_RESERVED), ++reserved) << offset;
    }
}

} // namespace
