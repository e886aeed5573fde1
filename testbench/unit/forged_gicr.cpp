// SPDX-License-Identifier: Apache-2.0
// Forged states of a Redistributor: checksums hold, and one member is what it can never be. Beside
// each that is refused stands its neighbour that is taken, where there is one.
#include "forged_gicr.hpp"

namespace
{

using namespace forged;

class ForgedGicrNmi : public ForgedGicr
{
protected:
    ForgedGicrNmi()
    {
        config.nmi = true;
        const size_t bytes = gicr_footprint(&config);
        r = gicr_init(allocate(bytes), bytes, &config, 0, nullptr);
        r->arch.phase = GICR_AWAKE;
        r->lpi->arch.enabled = 1;
        r->lpi->arch.limit = UINT32_C(1) << 14;
        file.assign(gicr_save_size(r), 0);
        file.resize(gicr_save(r, file.data()));
    }
    bool loads_offer(uint32_t intid, gic_group group, uint8_t nmi)
    {
        return loads_with([=](parts &p) {
            p.arch.offers.count = 1;
            p.arch.offers.entry[0].intid = intid;
            p.arch.offers.entry[0].group = static_cast<uint8_t>(group);
            p.arch.offers.entry[0].nmi = nmi;
        });
    }
};

// The Redistributor's part of a GICv2 with three PEs.
class ForgedGicr2 : public Forged
{
protected:
    ForgedGicr2()
    {
        config.gicv2 = true;
        config.pe_count = 3;
        config.priority_bits = 5;
        const size_t bytes = gicr_footprint(&config);
        gic_config_error error = GIC_CONFIG_OK;
        r = gicr_init(allocate(bytes), bytes, &config, 0, &error);
        EXPECT_EQ(error, GIC_CONFIG_OK);
        file.resize(gicr_save_size(r));
        file.resize(gicr_save(r, file.data()));
    }
    bool load(const std::vector<unsigned char> &forged) override
    {
        return gicr_load(r, forged.data(), forged.size());
    }
    bool loads(const std::function<void(gicr_arch &)> &change)
    {
        return loads_with<gicr_arch>(0, change);
    }

    gicr *r = nullptr;
};

} // namespace

TEST_F(ForgedGicr, UnchangedIsTaken)
{
    EXPECT_TRUE(loads_with([](parts &) {}));
}

TEST_F(ForgedGicr, ABoolIsZeroOrOne)
{
    for (size_t at : {offsetof(gicr_arch, ds), offsetof(gicr_arch, processor_sleep),
                      offsetof(gicr_arch, quiesced), offsetof(gicr_arch, clear_open),
                      offsetof(gicr_arch, control_open), offsetof(gicr_arch, control_again),
                      offsetof(gicr_arch, routing_open), offsetof(gicr_arch, routing_rwp),
                      offsetof(gicr_arch, announced), offsetof(gicr_arch, wake),
                      offsetof(gicr_arch, last), offsetof(gicr_arch, inactive)})
        EXPECT_FALSE(loads_with([&](parts &p) {
            const unsigned char two = 2;
            std::memcpy(reinterpret_cast<unsigned char *>(&p.arch) + at, &two, 1);
        })) << at;
}

TEST_F(ForgedGicr, GroupsAndPhasesAreThoseThatExist)
{
    EXPECT_FALSE(loads_with([](parts &p) { p.arch.gicd_groups = GIC_GROUPS_ALL + 1; }));
    EXPECT_FALSE(loads_with([](parts &p) { p.arch.cpu_groups = GIC_GROUPS_ALL + 1; }));
    EXPECT_FALSE(loads_with([](parts &p) { p.arch.dpg = GIC_GROUPS_ALL + 1; }));
    EXPECT_TRUE(loads_with([](parts &p) { p.arch.dpg = GIC_GROUPS_ALL; }));
    EXPECT_FALSE(loads_with([](parts &p) { p.arch.phase = GICR_FALLING + 1; }));
    EXPECT_TRUE(loads_with([](parts &p) { p.arch.phase = GICR_FALLING; }));
}

TEST_F(ForgedGicr, WhatIsPresentedOrOfferedHasItsPlacesGroupsAndFlags)
{
    const uint8_t presented = GICR_CLEARING | GICR_RWP;
    const uint8_t offered = GICR_RWP | GICR_RETURN | GICR_1OFN;
    for (unsigned n = 0; n < 2; n++) {
        const auto with = [&](bool offers, const gicr_entry &entry, uint32_t count) {
            return loads_with([&](parts &p) {
                gicr_entries &at = offers ? p.arch.offers : p.arch.presented;
                for (unsigned i = 0; i < n; i++)
                    at.entry[i] = spi(40 + i, 0);
                at.entry[n] = entry;
                at.count = count;
            });
        };
        for (bool offers : {false, true}) {
            EXPECT_TRUE(with(offers, spi(50, offers ? offered : presented), n + 1));
            EXPECT_FALSE(with(offers, spi(50, offers ? GICR_CLEARING : GICR_RETURN), n + 1));
            EXPECT_FALSE(with(offers, spi(50, 16), n + 1));
            EXPECT_FALSE(with(offers, spi(50, 0), n)) << "the place is none";
            EXPECT_FALSE(with(offers, spi(50, 0), 3));
            gicr_entry entry = spi(50, 0);
            entry.group = GIC_GROUP_COUNT;
            EXPECT_FALSE(with(offers, entry, n + 1));
        }
        EXPECT_FALSE(with(false, spi(50, GICR_1OFN), n + 1));
    }
}

TEST_F(ForgedGicr, OfAnotherShapeIsRefused)
{
    for (size_t at = 0; at < sizeof(gicr_shape); at++)
        EXPECT_FALSE(loads_with([&](parts &p) {
            unsigned char shape[sizeof(gicr_shape)];
            std::memcpy(shape, &p.arch.shape, sizeof shape);
            shape[at] ^= 1;
            std::memcpy(&p.arch.shape, shape, sizeof shape);
        })) << at;
}

// Where no length tells, the shape does.
TEST_F(ForgedGicr, OfAnotherConfigurationIsRefused)
{
    const auto other = [&](const std::function<void(gic_config &)> &change, uint16_t pe = 0) {
        gic_config config_there = config;
        change(config_there);
        const size_t bytes = gicr_footprint(&config_there);
        void *const memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        gicr *const there = gicr_init(memory, bytes, &config_there, pe, nullptr);
        EXPECT_NE(there, nullptr);
        std::vector<unsigned char> state(gicr_save_size(there));
        state.resize(gicr_save(there, state.data()));
        std::free(memory);
        return load(state);
    };
    EXPECT_TRUE(other([](gic_config &) {}));
    EXPECT_FALSE(other([](gic_config &) {}, 1));
    EXPECT_FALSE(other([](gic_config &c) { c.pe_count = 4; }));
    EXPECT_FALSE(other([](gic_config &c) { c.eppi_count = 32; }));
    EXPECT_FALSE(other([](gic_config &c) { c.priority_bits++; }));
    EXPECT_FALSE(other([](gic_config &c) {
        c.two_security_states = !c.two_security_states;
        c.has_el3 = true;
    }));
    EXPECT_FALSE(other([](gic_config &c) { c.dpg = !c.dpg; }));
    EXPECT_FALSE(other([](gic_config &c) { c.lpi_bits = 15; }));
    EXPECT_FALSE(other([](gic_config &c) { c.lpi_bits = 16; }));
    EXPECT_FALSE(other([](gic_config &c) { c.its_count = 1; }));
    EXPECT_FALSE(other([](gic_config &c) { c.lpi_cache++; }));
    EXPECT_FALSE(other([](gic_config &c) { c.lpi_property_cache++; }));
}

TEST_F(ForgedGicr, ARefusedStateChangesNothing)
{
    EXPECT_FALSE(loads_with([&](parts &p) {
        p.arch.ds = !p.arch.ds;
        set_entry(p, 0, LPI, LPI_PENDING);
        p.lpi.work = 2;
    }));
    std::vector<unsigned char> after(gicr_save_size(r));
    after.resize(gicr_save(r, after.data()));
    EXPECT_EQ(after, file);
}

TEST_F(ForgedGicr, WithoutNmisNothingIsOne)
{
    EXPECT_FALSE(loads_with([](parts &p) { p.arch.inmir[0] = 1; }));
    EXPECT_FALSE(loads_with([](parts &p) { p.arch.inmir[2] = 1; })) << "no such word";
    const auto offered = [this](uint8_t nmi) {
        return loads_with([nmi](parts &p) {
            p.arch.offers.count = 1;
            p.arch.offers.entry[0].intid = 40;
            p.arch.offers.entry[0].group = GIC_GROUP_1NS;
            p.arch.offers.entry[0].nmi = nmi;
        });
    };
    EXPECT_TRUE(offered(0));
    EXPECT_FALSE(offered(1));
}

TEST_F(ForgedGicrNmi, NmisAreOfGroup1AndOfInterruptsThatExist)
{
    EXPECT_TRUE(loads_with([](parts &p) { p.arch.inmir[0] = 0xFFFFFFFF; }));
    EXPECT_FALSE(loads_with([](parts &p) { p.arch.inmir[1] = 1; })) << "no extended PPIs";
    EXPECT_TRUE(loads_offer(40, GIC_GROUP_1S, 1));
    EXPECT_FALSE(loads_offer(40, GIC_GROUP_1S, 2));
    EXPECT_FALSE(loads_offer(40, GIC_GROUP_0, 1));
    EXPECT_FALSE(loads_offer(LPI, GIC_GROUP_1NS, 1)) << "an LPI is none";
}

// The members of a GICv3 that only a GICv2 has.
TEST_F(ForgedGicr, SgisHaveNoSources)
{
    for (unsigned sgi = 0; sgi < 16; sgi++)
        for (bool latched : {false, true}) {
            EXPECT_FALSE(loads_with([&](parts &p) {
                p.arch.word[0].latch = latched ? 1u << sgi : 0;
                p.arch.sgi_source[sgi] = 1;
            })) << sgi;
            EXPECT_TRUE(loads_with([&](parts &p) {
                p.arch.word[0].latch = latched ? 1u << sgi : 0;
            })) << sgi;
        }
}

TEST_F(ForgedGicr2, SgisArePendingExactlyFromPesThatThereAre)
{
    EXPECT_TRUE(loads([](gicr_arch &) {}));
    for (unsigned sgi = 0; sgi < 16; sgi++) {
        const auto pending = [&](uint8_t sources, bool latched) {
            return loads([&](gicr_arch &arch) {
                arch.sgi_source[sgi] = sources;
                arch.word[0].latch = latched ? 1u << sgi : 0;
            });
        };
        for (unsigned source = 0; source < 8; source++) {
            const uint8_t bit = static_cast<uint8_t>(1u << source);
            EXPECT_EQ(pending(bit, true), source < 3) << sgi << " from " << source;
            EXPECT_FALSE(pending(bit, false)) << sgi << " from " << source;
        }
        EXPECT_TRUE(pending(7, true));
        EXPECT_TRUE(pending(0, false));
        EXPECT_FALSE(pending(0, true)) << sgi;
    }
    EXPECT_TRUE(loads([](gicr_arch &arch) { arch.word[0].latch = 1u << 20; })) << "a PPI";
}

TEST_F(ForgedGicr2, NobodySleeps)
{
    for (uint8_t phase : {GICR_ASLEEP, GICR_WAKING, GICR_AWAKE, GICR_FALLING})
        for (bool sleep : {false, true})
            EXPECT_EQ(loads([&](gicr_arch &arch) {
                          arch.phase = phase;
                          arch.processor_sleep = sleep;
                      }),
                      phase == GICR_AWAKE && !sleep)
                << unsigned{phase} << sleep;
}

// An SPI that is with the CPU interface and that nobody offered is taken back by a Clear.
TEST_F(ForgedGicr, AnSpiThatNobodyOfferedIsTakenBack)
{
    for (bool offered : {true, false}) {
        ASSERT_TRUE(loads_with([&](parts &p) {
            p.arch.cpu_groups = GIC_GROUPS_ALL;
            p.arch.gicd_groups = GIC_GROUPS_ALL;
            p.arch.processor_sleep = false;
            p.arch.presented.count = 1;
            p.arch.presented.entry[0] = spi(40, 0);
            p.arch.offers.count = 1;
            p.arch.offers.entry[0] = spi(offered ? 40 : 41, offered ? 0 : GICR_RETURN);
        }));
        const gic_access access{0, 0, 4, true, false};
        EXPECT_EQ(gicr_write(r, &access, 0x10100, 0), GIC_OK); // GICR_ISENABLER0
        unsigned clears = 0;
        for (const gic_out *out = r->outbox.entry; out != r->outbox.next; out++)
            clears += out->port == GIC_PORT_CPUIF && out->msg.kind == GIC_MSG_CLEAR &&
                      out->msg.intid == 40;
        EXPECT_EQ(clears, offered ? 0u : 1u);
    }
}

// What was said before has no place in what is loaded.
TEST_F(ForgedGicr, TheOutboxIsEmptyAfterwards)
{
    const gic_access access{0, 0, 4, true, false};
    EXPECT_EQ(gicr_write(r, &access, 0x10200, 1), GIC_OK); // GICR_ISPENDR0
    EXPECT_NE(gic_outbox_count(gicr_outbox(r)), 0u);
    EXPECT_TRUE(loads_with([](parts &) {}));
    EXPECT_EQ(gic_outbox_count(gicr_outbox(r)), 0u);
    EXPECT_EQ(gicr_write(r, &access, 0x10200, 1), GIC_OK);
    EXPECT_NE(gic_outbox_count(gicr_outbox(r)), 0u);
    gicr_reset(r);
    EXPECT_EQ(gic_outbox_count(gicr_outbox(r)), 0u);
}
