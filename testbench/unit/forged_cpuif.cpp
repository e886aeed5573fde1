// SPDX-License-Identifier: Apache-2.0
// Forged states of a CPU interface: checksums hold, and one member is what it can never be.
#include "forged.hpp"
extern "C" {
#include "internal.h"
}

namespace
{

// The block is the shape of the configuration, then the state.
class ForgedCpuif : public Forged
{
protected:
    ForgedCpuif()
    {
        build();
    }
    void build()
    {
        const size_t bytes = cpuif_footprint(&config);
        c = cpuif_init(allocate(bytes), bytes, &config, 0, nullptr);
        file.resize(cpuif_save_size(c));
        file.resize(cpuif_save(c, file.data()));
    }
    // What is refused changes nothing.
    bool load(const std::vector<unsigned char> &forged) override
    {
        const std::vector<unsigned char> before = saved();
        const bool taken = cpuif_load(c, forged.data(), forged.size());
        if (!taken) {
            EXPECT_EQ(saved(), before);
        }
        return taken;
    }
    std::vector<unsigned char> saved() const
    {
        std::vector<unsigned char> state(cpuif_save_size(c));
        state.resize(cpuif_save(c, state.data()));
        return state;
    }
    bool loads_with(const std::function<void(cpuif_state &)> &change)
    {
        const size_t at = file.size() - sizeof(gic_save_header) - sizeof(cpuif_state);
        return Forged::loads_with<cpuif_state>(at, change);
    }

    cpuif *c = nullptr;
};

} // namespace

TEST_F(ForgedCpuif, UnchangedIsTaken)
{
    EXPECT_TRUE(loads_with([](cpuif_state &) {}));
}

TEST_F(ForgedCpuif, BinaryPointsAndActivePrioritiesAreThoseThatExist)
{
    for (unsigned g = 0; g < GIC_GROUP_COUNT; g++) {
        EXPECT_TRUE(loads_with([&](cpuif_state &s) { s.bpr[g] = CPUIF_BPR_MAX; })) << g;
        EXPECT_FALSE(loads_with([&](cpuif_state &s) { s.bpr[g] = CPUIF_BPR_MAX + 1; })) << g;
        const uint8_t least = cpuif_minimum_bpr(&config, static_cast<gic_group>(g));
        ASSERT_GT(least, 0) << "the configuration has fewer than 8 priority bits";
        EXPECT_FALSE(loads_with([&](cpuif_state &s) {
            s.bpr[g] = static_cast<uint8_t>(least - 1);
        })) << g;
        for (unsigned n = cpuif_ap_count(config.preemption_bits); n < CPUIF_AP_WORDS; n++)
            EXPECT_FALSE(loads_with([&](cpuif_state &s) { s.ap[g][n] = 1; })) << g << n;
    }
}

TEST_F(ForgedCpuif, CreditsAreNoMoreThanThereAre)
{
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.open_activate = GIC_CREDIT_ACTIVATE + 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.open_deactivate = GIC_CREDIT_DEACTIVATE + 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.open_sgi = GIC_CREDIT_GENERATE_SGI + 1; }));
    EXPECT_FALSE(
        loads_with([](cpuif_state &s) { s.open_upstream = GIC_CREDIT_UPSTREAM_CONTROL + 1; }));
    EXPECT_TRUE(loads_with([](cpuif_state &s) {
        s.open_activate = GIC_CREDIT_ACTIVATE;
        s.open_deactivate = GIC_CREDIT_DEACTIVATE;
        s.open_sgi = GIC_CREDIT_GENERATE_SGI;
        s.open_upstream = GIC_CREDIT_UPSTREAM_CONTROL;
    }));
}

TEST_F(ForgedCpuif, FlagsGroupsAndLinesAreThoseThatExist)
{
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.held.valid = 2; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.held.group = GIC_GROUP_COUNT; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.igrpen = GIC_GROUPS_ALL + 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.lines = 1u << GIC_LINE_VIRQ; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.lines = 1u << GIC_LINE_IRQ; }))
        << "nothing is signalled";
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.pe.el = 4; }));
}

// Each flag by itself.
TEST_F(ForgedCpuif, AFlagIsSetOrNot)
{
    for (uint8_t value : {0, 1, 2, 128, 255}) {
        const bool flag = value <= 1;
        EXPECT_EQ(loads_with([&](cpuif_state &s) { s.held.valid = value; }), flag);
        EXPECT_EQ(loads_with([&](cpuif_state &s) { s.sre_enable_el2 = value; }), flag);
        EXPECT_EQ(loads_with([&](cpuif_state &s) { s.sre_enable_el3 = value; }), flag);
        EXPECT_EQ(loads_with([&](cpuif_state &s) { s.ds = value; }), flag);
        EXPECT_EQ(loads_with([&](cpuif_state &s) { s.quiesced = value; }), flag);
    }
    for (unsigned groups = 0; groups < 256; groups++) {
        const auto set = static_cast<gic_group_set>(groups);
        EXPECT_EQ(loads_with([&](cpuif_state &s) { s.igrpen = set; }), groups < 8);
        EXPECT_EQ(loads_with([&](cpuif_state &s) { s.sent_groups = set; }), groups < 8);
    }
}

// The state of the PE: one of four levels, bools, and a set of levels.
TEST_F(ForgedCpuif, TheStateOfThePeIsOne)
{
    for (unsigned value : {0u, 1u, 2u, 3u, 4u, 128u, 255u})
        for (size_t at = 0; at < sizeof(gic_pe_state); at++) {
            const bool taken = loads_with([&](cpuif_state &s) {
                reinterpret_cast<unsigned char *>(&s.pe)[at] = static_cast<unsigned char>(value);
            });
            const bool legal = at == offsetof(gic_pe_state, el)
                                   ? value < 4
                                   : at == offsetof(gic_pe_state, sctlr_nmi) || value < 2;
            EXPECT_EQ(taken, legal) << at << " " << value;
        }
}

// The file is that of four list registers, 5 priority bits and 16 bits of INTID.
TEST_F(ForgedCpuif, VirtualStateIsWhatSoftwareCanWrite)
{
    const uint64_t pending = UINT64_C(1) << 62;
    EXPECT_TRUE(loads_with([&](cpuif_state &s) { s.v.lr[3] = pending | 40; }));
    EXPECT_FALSE(loads_with([&](cpuif_state &s) { s.v.lr[4] = pending | 40; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.lr[0] = UINT64_C(1) << 16; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.lr[0] = UINT64_C(1) << 50; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.lr[0] = UINT64_C(1) << 59; }));
    EXPECT_TRUE(loads_with([](cpuif_state &s) { s.v.ap[1][0] = 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.ap[0][1] = 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.ap[1][3] = 1; }));
    EXPECT_TRUE(loads_with([](cpuif_state &s) { s.v.hcr = 0x1Fu << 27; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.hcr = 1u << 13; })) << "TSEI";
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.vmcr = 0; })) << "VFIQEn is RES1";
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.vmcr |= 1u << 2; })) << "VAckCtl";
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.vmcr |= 1u << 24; })) << "VPMR";
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.zero[5] = 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.zero[4] = 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.gicc = 1; })) << "no GICv2";
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.legacy = 1; })) << "no GICv2";
}

// Lines are what the state says, and a binary point as low as Secure state may have it is taken.
TEST_F(ForgedCpuif, VirtualLinesFollowFromTheState)
{
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.lines = 1u << GIC_LINE_VIRQ; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.lines = 1u << GIC_LINE_MAINTENANCE; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.hcr = 3; })) << "underflow, and no line";
    EXPECT_TRUE(loads_with([](cpuif_state &s) {
        s.v.hcr = 3;
        s.v.lines = 1u << GIC_LINE_MAINTENANCE;
    }));
    EXPECT_TRUE(loads_with([](cpuif_state &s) { s.v.vmcr = 1u << 3 | 2u << 18 | 2u << 21; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.vmcr = 1u << 3 | 1u << 18 | 2u << 21; }));
}

TEST_F(ForgedCpuif, OfAnotherConfigurationIsRefused)
{
    const auto other = [&](const std::function<void(gic_config &)> &change, uint16_t pe = 0) {
        gic_config there = config;
        change(there);
        const size_t bytes = cpuif_footprint(&there);
        void *const memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        cpuif *const kernel = cpuif_init(memory, bytes, &there, pe, nullptr);
        EXPECT_NE(kernel, nullptr);
        std::vector<unsigned char> state(cpuif_save_size(kernel));
        state.resize(cpuif_save(kernel, state.data()));
        std::free(memory);
        return load(state);
    };
    EXPECT_TRUE(other([](gic_config &) {}));
    EXPECT_FALSE(other([](gic_config &c) { c.pe_count = 2; }, 1)) << "another PE";
    EXPECT_FALSE(other([](gic_config &c) { c.priority_bits++; }));
    EXPECT_FALSE(other([](gic_config &c) { c.priority_bits = c.preemption_bits = 6; }));
    EXPECT_FALSE(other([](gic_config &c) { c.has_el2 = !c.has_el2; }));
    EXPECT_FALSE(other([](gic_config &c) { c.has_el3 = !c.has_el3; }));
    EXPECT_FALSE(other([](gic_config &c) { c.two_security_states = true; }));
    EXPECT_FALSE(other([](gic_config &c) { c.nmi = true; }));
    EXPECT_FALSE(other([](gic_config &c) { c.lpi_bits = 20; })) << "INTIDs of 24 bits";
}

TEST_F(ForgedCpuif, WithoutNmisNothingIsOne)
{
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.held.nmi = 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.ap_nmi = 1u << GIC_GROUP_1NS; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.ap_nmi = 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.lr[0] = UINT64_C(1) << 59; }));
}

class ForgedCpuifNmi : public ForgedCpuif
{
protected:
    ForgedCpuifNmi()
    {
        config.nmi = true;
        const size_t bytes = cpuif_footprint(&config);
        c = cpuif_init(allocate(bytes), bytes, &config, 0, nullptr);
        file.assign(cpuif_save_size(c), 0);
        file.resize(cpuif_save(c, file.data()));
    }
};

TEST_F(ForgedCpuifNmi, NmisAreOfGroup1)
{
    EXPECT_TRUE(loads_with([](cpuif_state &s) { s.ap_nmi = 6; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.ap_nmi = 1; })) << "Group 0";
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.ap_nmi = 8; }));
    EXPECT_TRUE(loads_with([](cpuif_state &s) { s.v.ap_nmi = 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.ap_nmi = 2; }));
    EXPECT_TRUE(loads_with([](cpuif_state &s) { s.v.lr[0] = UINT64_C(1) << 59; }));
    EXPECT_TRUE(loads_with([](cpuif_state &s) {
        s.held.nmi = 1;
        s.held.group = GIC_GROUP_1S;
    }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.held.nmi = 1; })) << "Group 0";
    EXPECT_FALSE(loads_with([](cpuif_state &s) {
        s.held.nmi = 2;
        s.held.group = GIC_GROUP_1S;
    }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.lines = 1u << GIC_LINE_NMI; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.v.lines = 1u << GIC_LINE_VNMI; }));
}

// Each member of what is compared counts by itself.
TEST_F(ForgedCpuif, OfAnotherShapeIsRefused)
{
    const size_t shape = file.size() - sizeof(gic_save_header) - sizeof(cpuif_state);
    for (size_t at = 0; at < shape; at++)
        EXPECT_FALSE(Forged::loads_with([&](unsigned char *payload) { payload[at] ^= 1; })) << at;
}

TEST_F(ForgedCpuif, WhatABypassDrivesFollowsFromItsInputs)
{
    config.gicv2 = true;
    config.lpi_bits = 0;
    config.its_count = 0;
    build();
    ASSERT_NE(c, nullptr);
    EXPECT_TRUE(loads_with([](cpuif_state &) {}));
    EXPECT_TRUE(loads_with([](cpuif_state &s) { s.legacy = s.passed = 3; })) << "open after reset";
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.legacy = 4; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.legacy = 1; }));
    EXPECT_FALSE(loads_with([](cpuif_state &s) { s.passed = 1; }));
    // What a GICv2 has of its own: AckCtl, FIQEn and the four bits that disable the bypass.
    for (unsigned bit = 0; bit < 32; bit++)
        EXPECT_EQ(loads_with([&](cpuif_state &s) { s.gicc = UINT32_C(1) << bit; }),
                  (UINT32_C(0x1EC) >> bit & 1u) != 0)
            << bit;
    for (unsigned bit = 0; bit < 8; bit++)
        EXPECT_EQ(loads_with([&](cpuif_state &s) {
                      s.legacy = s.passed = static_cast<uint8_t>(1u << bit);
                  }),
                  bit < 2)
            << bit;
}

// A state fits no interface of another shape, even if each value in it would be legal there.
TEST(CpuifShape, OfTheVirtualInterfaceCounts)
{
    struct kernel {
        explicit kernel(const gic_config &config) : memory(cpuif_footprint(&config) / 64 + 1)
        {
            c = cpuif_init(memory.data(), cpuif_footprint(&config), &config, 0, nullptr);
            EXPECT_NE(c, nullptr);
        }
        std::vector<unsigned char> saved() const
        {
            std::vector<unsigned char> state(cpuif_save_size(c));
            state.resize(cpuif_save(c, state.data()));
            return state;
        }
        struct alignas(64) block {
            unsigned char byte[64];
        };
        std::vector<block> memory;
        cpuif *c;
    };
    gic_config config = gic_config_default();
    config.virtual_priority_bits = 7;
    config.virtual_preemption_bits = 6;
    gic_config more_registers = config, fewer_priorities = config, fewer_levels = config;
    more_registers.list_registers = 8;
    fewer_priorities.virtual_priority_bits = 6;
    fewer_levels.virtual_preemption_bits = 5;
    kernel mine(config);
    const std::vector<unsigned char> same = mine.saved();
    EXPECT_TRUE(cpuif_load(mine.c, same.data(), same.size()));
    for (const gic_config &other : {more_registers, fewer_priorities, fewer_levels}) {
        const std::vector<unsigned char> state = kernel(other).saved();
        EXPECT_FALSE(cpuif_load(mine.c, state.data(), state.size()));
    }
    const gic_config v3 = gic_config_default(); // five bits, as every GICv2 has
    gic_config v2 = v3;
    v2.gicv2 = true;
    const std::vector<unsigned char> of_v2 = kernel(v2).saved();
    EXPECT_FALSE(cpuif_load(kernel(v3).c, of_v2.data(), of_v2.size()));
}
