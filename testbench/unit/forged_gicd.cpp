// SPDX-License-Identifier: Apache-2.0
// Forged states of a Distributor: checksums hold, and one member is what it can never be.
#include "forged.hpp"
extern "C" {
#include "gicd_state.h"
}

namespace
{

class ForgedGicd : public Forged
{
protected:
    ForgedGicd()
    {
        config.pe_count = 2;
        config.spi_count = 64;
        const size_t bytes = gicd_footprint(&config);
        d = gicd_init(allocate(bytes), bytes, &config, nullptr);
        file.resize(gicd_save_size(d));
        file.resize(gicd_save(d, file.data()));
    }
    bool load(const std::vector<unsigned char> &forged) override
    {
        return gicd_load(d, forged.data(), forged.size());
    }

    // The whole state, as a change sees it.
    struct whole {
        gicd_arch arch;
        gicd_word word[2];
        gicd_pe pe[2];
    };
    // The SPI of slot 41, in the second word, is offered to PE 1, but for the change.
    bool loads_with_offer(const std::function<void(whole &)> &change)
    {
        const auto at = [&](const void *part) {
            return static_cast<size_t>(static_cast<const unsigned char *>(part) -
                                       reinterpret_cast<const unsigned char *>(d->arch));
        };
        return loads_with([&](unsigned char *payload) {
            whole w;
            std::memcpy(&w.arch, payload, sizeof w.arch);
            std::memcpy(w.word, payload + at(d->word), sizeof w.word);
            std::memcpy(w.pe, payload + at(d->pe), sizeof w.pe);
            w.word[1].offered = OFFERED;
            w.pe[1].offers = 1;
            w.pe[1].offer[0].slot = 41;
            w.pe[1].offer[0].group = GIC_GROUP_1NS;
            w.pe[1].offer[0].urgency = gic_urgency(0xA0, false) & 0x1FF;
            change(w);
            std::memcpy(payload, &w.arch, sizeof w.arch);
            std::memcpy(payload + at(d->word), w.word, sizeof w.word);
            std::memcpy(payload + at(d->pe), w.pe, sizeof w.pe);
        });
    }
    static constexpr uint32_t OFFERED = 1u << 9;

    gicd *d = nullptr;
};

} // namespace

TEST_F(ForgedGicd, UnchangedIsTaken)
{
    EXPECT_TRUE(loads_with([](unsigned char *) {}));
}

TEST_F(ForgedGicd, ABoolIsZeroOrOne)
{
    for (size_t at : {offsetof(gicd_arch, ds), offsetof(gicd_arch, e1nwf),
                      offsetof(gicd_arch, announce), offsetof(gicd_arch, announce_rwp),
                      offsetof(gicd_arch, rwp), offsetof(gicd_arch, pool_dirty)})
        EXPECT_FALSE(loads_with<uint8_t>(at, 2)) << at;
}

TEST_F(ForgedGicd, MarksAreOfWordsAndPesThatExist)
{
    const uint64_t beyond = UINT64_C(1) << d->words;
    EXPECT_FALSE(loads_with(offsetof(gicd_arch, recall_words), beyond));
    EXPECT_FALSE(loads_with(offsetof(gicd_arch, rwp_words), beyond));
    EXPECT_FALSE(loads_with<uint16_t>(offsetof(gicd_arch, acks), 3));
    EXPECT_FALSE(loads_with<uint64_t>(offsetof(gicd_arch, dirty), 4)) << "there is no PE 2";
    EXPECT_FALSE(loads_with<uint64_t>(offsetof(gicd_arch, dirty) + 8, 1)) << "nor PE 64";
    EXPECT_FALSE(loads_with<uint64_t>(offsetof(gicd_arch, dirty) + sizeof(d->arch->dirty) - 8,
                                      UINT64_C(1) << 63))
        << "nor PE 511";
}

TEST_F(ForgedGicd, OfAnotherConfigurationIsRefused)
{
    const auto other = [&](const std::function<void(gic_config &)> &change) {
        gic_config there = config;
        change(there);
        const size_t bytes = gicd_footprint(&there);
        void *const memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        gicd *const kernel = gicd_init(memory, bytes, &there, nullptr);
        EXPECT_NE(kernel, nullptr);
        std::vector<unsigned char> state(gicd_save_size(kernel));
        state.resize(gicd_save(kernel, state.data()));
        std::free(memory);
        return load(state);
    };
    EXPECT_TRUE(other([](gic_config &) {}));
    EXPECT_FALSE(other([](gic_config &c) { c.pe_count++; }));
    EXPECT_FALSE(other([](gic_config &c) { c.spi_count = 32; }));
    EXPECT_FALSE(other([](gic_config &c) {
        c.spi_count = 32;
        c.espi_count = 32; // as many words
    }));
    EXPECT_FALSE(other([](gic_config &c) { c.priority_bits++; }));
    EXPECT_FALSE(other([](gic_config &c) { c.nmi = true; }));
    EXPECT_FALSE(other([](gic_config &c) {
        c.two_security_states = !c.two_security_states;
        c.has_el3 = true;
    }));
    EXPECT_FALSE(other([](gic_config &c) { c.ds_writable = !c.ds_writable; }));
}

TEST_F(ForgedGicd, OfAnotherShapeIsRefused)
{
    for (size_t at = 0; at < sizeof(gicd_shape); at++)
        EXPECT_FALSE(loads_with([&](unsigned char *payload) { payload[at] ^= 1; })) << at;
}

TEST_F(ForgedGicd, ARefusedStateChangesNothing)
{
    EXPECT_FALSE(loads_with<uint8_t>(offsetof(gicd_arch, rwp), 2));
    std::vector<unsigned char> after(gicd_save_size(d));
    after.resize(gicd_save(d, after.data()));
    EXPECT_EQ(after, file);
}

TEST_F(ForgedGicd, AnOfferedSpiHasOneOwner)
{
    EXPECT_TRUE(loads_with_offer([](whole &) {}));
    EXPECT_FALSE(loads_with_offer([](whole &w) { w.word[1].offered = 0; })) << "of what is not";
    EXPECT_FALSE(loads_with_offer([](whole &w) { w.word[1].offered |= 1; })) << "without an owner";
    EXPECT_FALSE(loads_with_offer([](whole &w) { w.word[0].offered = OFFERED; }));
    EXPECT_FALSE(loads_with_offer([](whole &w) { w.pe[0] = w.pe[1]; })) << "two owners";
    EXPECT_FALSE(loads_with_offer([](whole &w) {
        w.pe[1].offers = 2;
        w.pe[1].offer[1] = w.pe[1].offer[0];
    }));
    EXPECT_TRUE(loads_with_offer([](whole &w) {
        w.pe[1].offers = 2;
        w.pe[1].offer[1] = w.pe[1].offer[0];
        w.pe[1].offer[1].slot = 63;
        w.word[1].offered |= 1u << 31;
    }));
    EXPECT_TRUE(loads_with_offer([](whole &w) { w.pe[1].offer[1] = w.pe[1].offer[0]; }))
        << "the second does not count";
    EXPECT_TRUE(loads_with_offer([](whole &w) {
        w.word[1].offered = 0;
        w.pe[1].offers = 0;
    })) << "nor does the first";
    EXPECT_FALSE(loads_with_offer([](whole &w) { w.pe[1].offers = 3; })) << "no credit for that";
    EXPECT_FALSE(loads_with_offer([](whole &w) { w.pe[1].offer[0].slot = 64; }));
    EXPECT_FALSE(loads_with_offer([](whole &w) { w.pe[1].offer[0].group = GIC_GROUP_COUNT; }));
    for (unsigned n : {0u, 1u}) {
        EXPECT_TRUE(loads_with_offer([&](whole &w) { w.pe[n].awake = true; }));
        EXPECT_FALSE(loads_with_offer([&](whole &w) {
            const unsigned char two = 2;
            std::memcpy(&w.pe[n].awake, &two, 1);
        }));
    }
}

// Any of them: the first and the last of each word.
TEST_F(ForgedGicd, AnySpiMayBeOffered)
{
    for (unsigned slot : {0u, 31u, 32u, 63u})
        EXPECT_TRUE(loads_with_offer([&](whole &w) {
            w.word[1].offered = 0;
            w.word[slot / 32].offered = 1u << slot % 32;
            w.pe[1].offer[0].slot = slot & 0xFFFF;
        })) << slot;
}

// Whatever was not taken of it is not the loaded one's to say.
TEST_F(ForgedGicd, LoadingEmptiesTheOutbox)
{
    gicd_set_line(d, 5000, true); // reported
    EXPECT_EQ(gic_outbox_count(gicd_outbox(d)), 1u);
    EXPECT_FALSE(loads_with<uint8_t>(offsetof(gicd_arch, rwp), 2));
    EXPECT_EQ(gic_outbox_count(gicd_outbox(d)), 1u);
    EXPECT_TRUE(loads_with([](unsigned char *) {}));
    EXPECT_EQ(gic_outbox_count(gicd_outbox(d)), 0u);
    gicd_set_line(d, 5000, true);
    gicd_reset(d);
    EXPECT_EQ(gic_outbox_count(gicd_outbox(d)), 0u);
}

// What is recalled, or waited for, is offered, and its word is marked.
TEST_F(ForgedGicd, RecallsAreOfOffersAndTheirWordsAreMarked)
{
    EXPECT_TRUE(loads_with_offer([](whole &w) { w.word[1].recalled = OFFERED; }));
    EXPECT_FALSE(loads_with_offer([](whole &w) { w.word[1].recalled = 1; }));
    struct {
        uint32_t gicd_word::*bits;
        uint64_t gicd_arch::*words;
    } const marks[] = {{&gicd_word::recall_wanted, &gicd_arch::recall_words},
                       {&gicd_word::rwp, &gicd_arch::rwp_words}};
    for (const auto &mark : marks) {
        const auto loads = [&](uint32_t first, uint32_t second, uint64_t words) {
            return loads_with_offer([&](whole &w) {
                w.word[0].*mark.bits = first;
                w.word[1].*mark.bits = second;
                w.arch.*mark.words = words;
            });
        };
        EXPECT_TRUE(loads(0, OFFERED, 2));
        EXPECT_FALSE(loads(0, OFFERED, 0));
        EXPECT_FALSE(loads(0, OFFERED, 1));
        EXPECT_FALSE(loads(0, OFFERED, 3));
        EXPECT_FALSE(loads(0, 0, 2));
        EXPECT_FALSE(loads(0, 0, 1));
        EXPECT_FALSE(loads(0, 1, 2)) << "not offered";
        EXPECT_FALSE(loads(OFFERED, 0, 1));
    }
}

// Only what is implemented has state: 28 SPIs of the last word, in any member.
TEST(ForgedGicdWords, OnlyImplementedSpisHaveState)
{
    gic_config config = gic_config_default();
    config.spi_count = GIC_MAX_SPIS; // the last word has 28
    const size_t bytes = gicd_footprint(&config);
    void *const memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    gicd *const d = gicd_init(memory, bytes, &config, nullptr);
    std::vector<unsigned char> file(gicd_save_size(d));
    file.resize(gicd_save(d, file.data()));
    const size_t last = static_cast<size_t>(reinterpret_cast<unsigned char *>(&d->word[30]) -
                                            reinterpret_cast<unsigned char *>(d->arch));
    for (uint32_t gicd_word::*member :
         {&gicd_word::group, &gicd_word::grpmod, &gicd_word::enable, &gicd_word::latch,
          &gicd_word::level, &gicd_word::message, &gicd_word::active, &gicd_word::edge,
          &gicd_word::one_of_n, &gicd_word::instance})
        for (unsigned bit : {27u, 28u, 31u}) {
            std::vector<unsigned char> forged = file;
            unsigned char *const payload = forged.data() + sizeof(gic_save_header);
            gicd_word word;
            std::memcpy(&word, payload + last, sizeof word);
            word.*member = 1u << bit;
            std::memcpy(payload + last, &word, sizeof word);
            const uint32_t sum = gic_checksum(payload, forged.size() - sizeof(gic_save_header));
            std::memcpy(&forged[offsetof(gic_save_header, checksum)], &sum, sizeof sum);
            EXPECT_EQ(gicd_load(d, forged.data(), forged.size()), bit == 27) << bit;
        }
    std::free(memory);
}

// Offers are of slots that exist, whatever the one that loads has been doing.
TEST(ForgedGicdWords, OffersAreOfSpisThatExist)
{
    gic_config config = gic_config_default();
    config.spi_count = 128;
    const size_t bytes = gicd_footprint(&config);
    void *const memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    gicd *const d = gicd_init(memory, bytes, &config, nullptr);
    gic_access access{};
    access.size = 4;
    access.secure = true;
    for (uint32_t w = 1; w <= 4; w++) {
        EXPECT_EQ(gicd_write(d, &access, 0x100 + 4 * w, UINT32_MAX), GIC_OK);
        EXPECT_EQ(gicd_write(d, &access, 0x200 + 4 * w, UINT32_MAX), GIC_OK);
    }
    gic_outbox_clear(gicd_outbox(d));
    std::vector<unsigned char> file(gicd_save_size(d));
    file.resize(gicd_save(d, file.data()));
    const size_t pe = static_cast<size_t>(reinterpret_cast<unsigned char *>(d->pe) -
                                          reinterpret_cast<unsigned char *>(d->arch));
    for (const unsigned slot : {128u, 129u, 160u, 255u, 1000u, 0xFFFFu}) {
        std::vector<unsigned char> forged = file;
        unsigned char *const payload = forged.data() + sizeof(gic_save_header);
        gicd_pe p;
        std::memcpy(&p, payload + pe, sizeof p);
        p.offers = 1;
        p.offer[0].slot = slot & 0xFFFF;
        p.offer[0].urgency = 1;
        std::memcpy(payload + pe, &p, sizeof p);
        const uint32_t sum = gic_checksum(payload, forged.size() - sizeof(gic_save_header));
        std::memcpy(&forged[offsetof(gic_save_header, checksum)], &sum, sizeof sum);
        EXPECT_FALSE(gicd_load(d, forged.data(), forged.size())) << slot;
    }
    EXPECT_TRUE(gicd_load(d, file.data(), file.size()));
    std::free(memory);
}

// PEs that are to be looked at: their words are marked, and no others.
TEST_F(ForgedGicd, MarkedPesHaveMarkedWords)
{
    const auto loads = [&](uint64_t dirty, uint8_t words) {
        return loads_with_offer([&](whole &w) {
            w.arch.dirty[0] = dirty;
            w.arch.dirty_words = words;
        });
    };
    EXPECT_TRUE(loads(1, 1));
    EXPECT_TRUE(loads(2, 1));
    EXPECT_FALSE(loads(3, 0));
    EXPECT_FALSE(loads(0, 1));
    EXPECT_FALSE(loads(1, 3));
    EXPECT_FALSE(loads(0, 0x80));
    EXPECT_FALSE(loads(4, 1)) << "there is no PE 2";
}

TEST_F(ForgedGicd, WithoutNmisNothingIsOne)
{
    const size_t inmir = static_cast<size_t>(reinterpret_cast<const unsigned char *>(d->inmir) -
                                             reinterpret_cast<const unsigned char *>(d->arch));
    EXPECT_FALSE(loads_with<uint32_t>(inmir, 1));
    EXPECT_FALSE(loads_with_offer([](whole &w) { w.pe[1].offer[0].urgency = 0x80 << 1; }));
    EXPECT_TRUE(loads_with_offer([](whole &) {}));
}

class ForgedGicdNmi : public ForgedGicd
{
protected:
    ForgedGicdNmi()
    {
        config.nmi = true;
        config.espi_count = 0;
        config.spi_count = GIC_MAX_SPIS; // the last four INTIDs of its words are not there
        const size_t bytes = gicd_footprint(&config);
        d = gicd_init(allocate(bytes), bytes, &config, nullptr);
        file.assign(gicd_save_size(d), 0);
        file.resize(gicd_save(d, file.data()));
    }
};

TEST_F(ForgedGicdNmi, NmisAreOfGroup1AndOfInterruptsThatExist)
{
    const size_t inmir = static_cast<size_t>(reinterpret_cast<const unsigned char *>(d->inmir) -
                                             reinterpret_cast<const unsigned char *>(d->arch));
    EXPECT_TRUE(loads_with<uint32_t>(inmir, 0xFFFFFFFF));
    EXPECT_FALSE(loads_with<uint32_t>(inmir + 30 * sizeof(uint32_t), 0x80000000)) << "INTID 1023";
    EXPECT_TRUE(loads_with_offer([](whole &w) { w.pe[1].offer[0].urgency = 0x80 << 1; }));
    EXPECT_FALSE(loads_with_offer([](whole &w) {
        w.pe[1].offer[0].urgency = 0x80 << 1;
        w.pe[1].offer[0].group = GIC_GROUP_0;
    }));
}

// A GICv2: target lists, and offers that several PEs may have of one SPI.
class ForgedGicdOfAGicv2 : public Forged
{
protected:
    void build(unsigned pes)
    {
        config.gicv2 = true;
        config.arch_rev = 2;
        config.pe_count = static_cast<uint16_t>(pes);
        config.spi_count = GIC_MAX_SPIS; // the last word has 28
        config.espi_count = config.eppi_count = 0;
        config.lpi_bits = 0;
        config.its_count = 0;
        const size_t bytes = gicd_footprint(&config);
        d = gicd_init(allocate(bytes), bytes, &config, nullptr);
        ASSERT_NE(d, nullptr);
        file.assign(gicd_save_size(d), 0);
        file.resize(gicd_save(d, file.data()));
    }
    bool load(const std::vector<unsigned char> &forged) override
    {
        return gicd_load(d, forged.data(), forged.size());
    }
    size_t at(const void *part) const
    {
        return static_cast<size_t>(static_cast<const unsigned char *>(part) -
                                   reinterpret_cast<const unsigned char *>(d->arch));
    }
    bool loads_with_targets(unsigned slot, uint32_t targets)
    {
        return loads_with<uint32_t>(at(&d->irouter[slot]), targets);
    }
    // Of PE @p pe, these slots are offered.
    bool loads_with_offers(unsigned pe, const std::vector<uint16_t> &slots,
                           uint8_t group = GIC_GROUP_1NS)
    {
        return loads_with<gicd_pe>(at(&d->pe[pe]), [&](gicd_pe &p) {
            p.offers = static_cast<uint8_t>(slots.size());
            for (size_t i = 0; i < slots.size(); i++) {
                p.offer[i].slot = slots[i];
                p.offer[i].group = group & 0xFu;
                p.offer[i].urgency = gic_urgency(0xA0, false) & 0x1FF;
            }
        });
    }
    gicd *d = nullptr;
};

TEST_F(ForgedGicdOfAGicv2, TargetListsNamePesThatAreThere)
{
    const unsigned last = GIC_MAX_SPIS - 1;
    build(3);
    for (unsigned slot : {0u, 31u, 32u, last}) {
        for (uint32_t targets : {0u, 1u, 4u, 7u})
            EXPECT_TRUE(loads_with_targets(slot, targets)) << slot << " " << targets;
        for (uint32_t targets : {8u, 0x80u, 0x107u, 0x80000000u})
            EXPECT_FALSE(loads_with_targets(slot, targets)) << slot << " " << targets;
    }
    build(8);
    EXPECT_TRUE(loads_with_targets(last, 0xFF));
    EXPECT_FALSE(loads_with_targets(last, 0x1FF));
    build(1);
    for (unsigned slot : {0u, last}) {
        EXPECT_TRUE(loads_with_targets(slot, 1));
        EXPECT_FALSE(loads_with_targets(slot, 0)) << "one PE is everything's target";
        EXPECT_FALSE(loads_with_targets(slot, 2));
        EXPECT_FALSE(loads_with_targets(slot, 3));
    }
}

TEST_F(ForgedGicdOfAGicv2, OffersAreOfSpisThatExist)
{
    build(3);
    for (unsigned pe : {0u, 2u}) {
        EXPECT_TRUE(loads_with_offers(pe, {0}));
        EXPECT_TRUE(loads_with_offers(pe, {GIC_MAX_SPIS - 1, 0}));
        EXPECT_FALSE(loads_with_offers(pe, {GIC_MAX_SPIS})) << "INTID 1020";
        EXPECT_FALSE(loads_with_offers(pe, {991})) << "INTID 1023";
        EXPECT_FALSE(loads_with_offers(pe, {992}));
        EXPECT_FALSE(loads_with_offers(pe, {0, 991}));
        EXPECT_FALSE(loads_with_offers(pe, {40, 40})) << "twice to one PE";
        EXPECT_TRUE(loads_with_offers(pe, {40}, GIC_GROUP_0));
        EXPECT_FALSE(loads_with_offers(pe, {40}, GIC_GROUP_COUNT));
    }
    EXPECT_TRUE(loads_with([&](unsigned char *payload) {
        for (unsigned pe = 0; pe < 3; pe++) {
            gicd_pe p;
            std::memcpy(&p, payload + at(&d->pe[pe]), sizeof p);
            p.offers = 1;
            p.offer[0].slot = 40;
            p.offer[0].group = GIC_GROUP_1NS;
            p.offer[0].urgency = gic_urgency(0xA0, false) & 0x1FF;
            std::memcpy(payload + at(&d->pe[pe]), &p, sizeof p);
        }
    })) << "to each of its targets";
}

// What ownership goes by names nothing here.
TEST_F(ForgedGicdOfAGicv2, NoSpiHasAnOwner)
{
    build(2);
    EXPECT_TRUE(loads_with<gicd_word>(at(&d->word[1]), [](gicd_word &w) { w.enable = 1; }));
    EXPECT_FALSE(loads_with<gicd_word>(at(&d->word[1]), [](gicd_word &w) { w.offered = 1; }));
    EXPECT_FALSE(loads_with<gicd_word>(at(&d->word[1]), [](gicd_word &w) { w.recalled = 1; }));
    EXPECT_FALSE(loads_with<gicd_word>(at(&d->word[1]), [](gicd_word &w) { w.rwp = 1; }));
}

// A state with an offer that nobody has any use for: it is recalled when the SPI is touched, and
// the answer ends it.
TEST_F(ForgedGicdOfAGicv2, AnOfferWithoutAReasonEndsWithItsAnswer)
{
    build(2);
    ASSERT_TRUE(loads_with_offers(1, {40}));
    gic_msg returned{};
    returned.kind = GIC_MSG_RETURNED;
    returned.intid = 72;
    gicd_receive(d, 1, &returned);
    gic_outbox_clear(gicd_outbox(d));
    std::vector<unsigned char> after(gicd_save_size(d));
    after.resize(gicd_save(d, after.data()));
    gicd_pe p;
    std::memcpy(&p, after.data() + sizeof(gic_save_header) + at(&d->pe[1]), sizeof p);
    EXPECT_EQ(p.offers, 0u);
    EXPECT_TRUE(load(after));
}
