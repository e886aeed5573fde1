// SPDX-License-Identifier: Apache-2.0
// The Distributor's decisions against slow, obvious ones, and its derived state against a full
// recompute, on random states. A scripted Redistributor answers its messages, late and in order.
#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <random>
#include <vector>

#include "gic/save.h"
#include "gicd_derived.hpp"

namespace
{

struct alignas(64) block {
    unsigned char byte[64];
};

class distributor
{
public:
    explicit distributor(uint64_t seed) : random_(seed)
    {
        config_ = gic_config_default();
        config_.pe_count = static_cast<uint16_t>(1 + any(70));
        config_.spi_count = static_cast<uint16_t>(any(2) ? 64 : GIC_MAX_SPIS);
        config_.espi_count = 32;
        config_.priority_bits = static_cast<uint8_t>(5 + any(4));
        config_.two_security_states = any(2) != 0;
        config_.work_limit = static_cast<uint16_t>(1 + any(8));
        memory_.resize(gicd_footprint(&config_) / sizeof(block) + 1);
        d = gicd_init(memory_.data(), memory_.size() * sizeof(block), &config_, nullptr);
    }

    void step()
    {
        switch (any(10)) {
        case 0:
            write(0x0000, any(256) & ~UINT64_C(0x40));
            break;
        case 1:
            tell_state();
            break;
        case 2:
            write(family() + 4 * any(words()), random_());
            break;
        case 3:
            write(0x0400 + an_intid(), any(256), 1);
            break;
        case 4:
            write(0x6000 + 8 * an_intid(),
                  any(3) ? any(config_.pe_count) % 16 | any(config_.pe_count) / 16 << 8
                         : UINT64_C(1) << 31,
                  8);
            break;
        case 5:
        case 6:
            gicd_set_line(d, an_intid(), any(2) != 0);
            break;
        default:
            answer_one();
            break;
        }
        collect();
    }
    void quiesce()
    {
        while (!inbox_.empty() || gicd_has_work(d)) {
            answer_one();
            gicd_step(d);
            collect();
        }
    }

    // Slow and obvious.
    unsigned best_of(unsigned list, gic_group_set groups) const
    {
        unsigned best = GICD_NO_SLOT;
        for (unsigned slot = 0; slot < d->words * 32u; slot++) {
            const gicd_word &w = d->word[slot / 32];
            const uint32_t bit = gic_bit(slot);
            const uint32_t pending = w.latch | ((w.level | w.message) & ~w.edge);
            if (!(pending & w.enable & ~w.active & ~w.offered & bit))
                continue;
            if (gicd_route_of(d, slot) != list || !(groups & gic_group_bit(gicd_group(d, slot))))
                continue;
            if (best == GICD_NO_SLOT || d->priority[slot] < d->priority[best])
                best = slot;
        }
        return best;
    }
    bool able(unsigned pe, gic_group group) const
    {
        const gicd_pe &p = d->pe[pe];
        return p.awake && (p.enabled & gic_group_bit(group)) && !(p.dpg & gic_group_bit(group));
    }
    int held_priority(unsigned pe) const /* -1: can take nothing; 256: holds nothing that stays */
    {
        const gicd_pe &p = d->pe[pe];
        if (p.offers == GIC_CREDIT_OFFER)
            return -1;
        if (p.offers == 0)
            return 256;
        const unsigned slot = p.offer[0].slot;
        return d->word[slot / 32].recalled & gic_bit(slot)
                   ? 256
                   : gic_urgency_priority(p.offer[0].urgency);
    }
    uint16_t pick(uint8_t priority, gic_group group) const
    {
        uint16_t best = GIC_PE_NONE;
        int best_held = -1;
        bool any_able = false;
        for (uint16_t pe = 0; pe < config_.pe_count; pe++) {
            const int held = held_priority(pe);
            any_able |= able(pe, group);
            if (!able(pe, group) || held <= priority || held <= best_held)
                continue;
            if (d->pe[pe].mask_hint != 0xFF && priority >= d->pe[pe].mask_hint)
                continue;
            best = pe;
            best_held = held;
        }
        if (best != GIC_PE_NONE || any_able || !d->arch->e1nwf)
            return best;
        for (uint16_t pe = 0; pe < config_.pe_count; pe++)
            if (!d->pe[pe].awake && !(d->pe[pe].dpg & gic_group_bit(group)) &&
                held_priority(pe) == 256 &&
                (d->pe[pe].mask_hint == 0xFF || priority < d->pe[pe].mask_hint))
                return pe;
        return GIC_PE_NONE;
    }
    uint64_t any(uint64_t bound)
    {
        return random_() % bound;
    }

    gicd *d = nullptr;
    gic_config config_{};
    std::vector<std::vector<unsigned char>> saved;

private:
    struct letter {
        uint16_t pe;
        gic_msg msg;
    };

    uint32_t words() const
    {
        return 1 + (config_.spi_count + 31u) / 32;
    }
    uint32_t family()
    {
        static const uint32_t families[] = {0x80,  0x100, 0x100, 0x180, 0x200,
                                            0x280, 0x300, 0x380, 0xD00, 0xC00};
        return families[any(10)];
    }
    uint32_t an_intid()
    {
        return static_cast<uint32_t>(32 + any(config_.spi_count));
    }
    void write(uint64_t offset, uint64_t value, unsigned size = 4)
    {
        gic_access access{};
        access.size = static_cast<uint8_t>(size);
        access.secure = true;
        ASSERT_EQ(gicd_write(d, &access, static_cast<uint32_t>(offset), value), GIC_OK);
    }
    void tell_state()
    {
        gic_msg msg{};
        gic_pe_routing routing{};
        routing.awake = any(4) != 0;
        routing.enabled = static_cast<gic_group_set>(any(3) ? 7 : any(8));
        routing.dpg = static_cast<gic_group_set>(any(3) ? 0 : any(8));
        routing.mask_hint = static_cast<uint8_t>(any(3) ? 0xFF : any(256));
        msg.kind = GIC_MSG_PE_STATE;
        msg.arg = gic_pe_routing_pack(routing);
        gicd_receive(d, static_cast<uint16_t>(any(config_.pe_count)), &msg);
    }
    void collect()
    {
        gic_outbox *box = gicd_outbox(d);
        for (const gic_out *entry = box->entry; entry != box->next; entry++) {
            const gic_out &out = *entry;
            if (out.port != GIC_PORT_GICR)
                continue;
            if (out.to == GIC_PE_ALL)
                for (uint16_t pe = 0; pe < config_.pe_count; pe++)
                    inbox_.push_back({pe, out.msg});
            else
                inbox_.push_back({out.to, out.msg});
        }
        gic_outbox_clear(box);
    }
    // The Redistributor: offers are taken or returned, whatever is recalled is returned.
    void answer_one()
    {
        if (inbox_.empty())
            return;
        const letter l = inbox_.front();
        inbox_.pop_front();
        gic_msg msg{};
        msg.intid = l.msg.intid;
        if (l.msg.kind == GIC_MSG_GROUP_ENABLES)
            msg.kind = GIC_MSG_GROUP_ENABLES_ACK;
        else if (l.msg.kind == GIC_MSG_OFFER)
            msg.kind = any(3) ? GIC_MSG_TAKEN : GIC_MSG_RETURNED;
        else if (l.msg.kind == GIC_MSG_TAKEN_ACK && any(2)) {
            msg.kind = GIC_MSG_DEACTIVATE_SPI;
            msg.group = GIC_GROUPS_ALL;
        }
        if (msg.kind)
            gicd_receive(d, l.pe, &msg);
    }

    std::mt19937_64 random_;
    std::vector<block> memory_;
    std::deque<letter> inbox_;
};

TEST(Gicd, DecidesAsTheSlowReference)
{
    for (uint64_t seed = 1; seed <= 25; seed++) {
        SCOPED_TRACE(seed);
        distributor dist(seed);
        for (unsigned i = 0; i < 300; i++) {
            dist.step();
            ASSERT_EQ(gicd_derived_check::wrong(dist.d), "") << "step " << i;
            const unsigned list = static_cast<unsigned>(dist.any(dist.config_.pe_count + 1u));
            const gic_group_set groups = static_cast<gic_group_set>(1 + dist.any(7));
            const unsigned expected = dist.best_of(list, groups);
            const unsigned found = gicd_best(dist.d, list, groups);
            ASSERT_EQ(found, expected) << "step " << i;
            const uint8_t priority =
                static_cast<uint8_t>(dist.any(256) & (0xFF00u >> dist.config_.priority_bits));
            const gic_group group = static_cast<gic_group>(dist.any(GIC_GROUP_COUNT));
            gicd_settle_routing(dist.d);
            ASSERT_EQ(gicd_pick_1ofn(dist.d, gic_urgency(priority, false), group),
                      dist.pick(priority, group));
        }
    }
}

TEST(Gicd, SaveAndLoadGiveTheSameDistributor)
{
    for (uint64_t seed = 100; seed < 130; seed++) {
        distributor dist(seed);
        for (unsigned i = 0; i < 200; i++)
            dist.step();
        std::vector<unsigned char> first(gicd_save_size(dist.d));
        ASSERT_EQ(gicd_save(dist.d, first.data()), first.size());
        gicd_reset(dist.d);
        ASSERT_TRUE(gicd_load(dist.d, first.data(), first.size()));
        EXPECT_EQ(gicd_derived_check::wrong(dist.d), "");
        std::vector<unsigned char> second(first.size());
        gicd_save(dist.d, second.data());
        EXPECT_EQ(first, second);
        dist.quiesce();
        EXPECT_EQ(gicd_derived_check::wrong(dist.d), "");
        EXPECT_FALSE(gicd_rwp(dist.d));
    }
}

TEST(Gicd, DamagedStatesAreRefusedAndChangeNothing)
{
    distributor dist(7);
    for (unsigned i = 0; i < 200; i++)
        dist.step();
    std::vector<unsigned char> good(gicd_save_size(dist.d));
    gicd_save(dist.d, good.data());
    for (size_t at = 0; at < good.size(); at += 13) {
        std::vector<unsigned char> bad = good;
        bad[at] ^= 0x5A;
        ASSERT_FALSE(gicd_load(dist.d, bad.data(), bad.size())) << at;
    }
    EXPECT_FALSE(gicd_load(dist.d, good.data(), good.size() - 1));
    std::vector<unsigned char> now(good.size());
    gicd_save(dist.d, now.data());
    EXPECT_EQ(now, good);
}

// Hostile states with a right checksum: refused, or at least harmless afterwards.
TEST(Gicd, ForgedStatesDoNoHarm)
{
    for (uint64_t seed = 1; seed <= 400; seed++) {
        distributor dist(seed % 7);
        for (unsigned i = 0; i < 60; i++)
            dist.step();
        const size_t header = gicd_save_size(dist.d) - dist.d->saved_bytes;
        std::vector<unsigned char> forged(gicd_save_size(dist.d));
        gicd_save(dist.d, forged.data());
        for (unsigned i = 0; i < 3; i++)
            forged[header + dist.any(dist.d->saved_bytes)] =
                static_cast<unsigned char>(dist.any(256));
        std::vector<unsigned char> resealed(forged.size());
        gic_save_header old;
        std::memcpy(&old, forged.data(), sizeof old);
        gic_save_block(resealed.data(), old.magic, old.version, forged.data() + header,
                       dist.d->saved_bytes);
        if (!gicd_load(dist.d, resealed.data(), resealed.size()))
            continue;
        for (unsigned i = 0; i < 100; i++)
            dist.step();
        EXPECT_EQ(gicd_derived_check::wrong(dist.d), "");
    }
}

TEST(Gicd, MemoryPerPeIsBits)
{
    gic_config config = gic_config_default();
    config.spi_count = GIC_MAX_SPIS;
    config.espi_count = GIC_MAX_ESPIS;
    config.priority_bits = 8;
    config.pe_count = 1;
    const size_t one = gicd_footprint(&config);
    config.pe_count = GIC_MAX_PES;
    EXPECT_LT((gicd_footprint(&config) - one) / (GIC_MAX_PES - 1), 512u);
}

} // namespace
