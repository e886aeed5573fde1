// SPDX-License-Identifier: Apache-2.0
// The coherence domain alone: rights, monitors, code record.
#include <gtest/gtest.h>

#include <vector>

#include "iss/domain.h"

namespace
{

// A PE that only writes down what the domain asks of it.
struct Probe {
    std::vector<uint64_t> revoked, invalidated;
    unsigned events = 0;
    std::vector<iss_dvm> dvm;
};

Probe *Of(iss *pe)
{
    return reinterpret_cast<Probe *>(pe);
}

iss_ops ProbeOps()
{
    iss_ops ops = {};
    ops.version = ISS_PORT_VERSION;
    ops.invalidate_direct = [](iss *pe, uint64_t pa, uint64_t, uint32_t) {
        Of(pe)->revoked.push_back(pa);
    };
    ops.invalidate = [](iss *pe, uint64_t pa, uint64_t) { Of(pe)->invalidated.push_back(pa); };
    ops.set_event = [](iss *pe) { Of(pe)->events++; };
    ops.dvm = [](iss *pe, const iss_dvm *op) { Of(pe)->dvm.push_back(*op); };
    return ops;
}

class Domain : public ::testing::Test
{
protected:
    void SetUp() override
    {
        domain = iss_domain_create(3);
        ASSERT_NE(domain, nullptr);
        for (uint32_t i = 0; i < 3; i++)
            iss_domain_attach(domain, i, &ops, reinterpret_cast<iss *>(&probe[i]));
    }

    void TearDown() override
    {
        iss_domain_destroy(domain);
    }

    uint32_t RightsAt(uint64_t pa)
    {
        static uint8_t ram[0x10000];
        iss_direct d = {0x40000000, sizeof ram, ram,
                        ISS_RIGHT_READ | ISS_RIGHT_WRITE | ISS_RIGHT_EXEC};
        iss_domain_filter(domain, 0, pa, false, &d);
        EXPECT_EQ(d.pa, pa & ~UINT64_C(0xfff));
        EXPECT_EQ(d.length, 0x1000u);
        EXPECT_EQ(d.host, ram + (d.pa - 0x40000000));
        return d.rights;
    }

    iss_ops ops = ProbeOps();
    Probe probe[3];
    iss_domain *domain = nullptr;
};

TEST_F(Domain, CodeTakesWriteRightsBackAndStoresInvalidate)
{
    EXPECT_TRUE(RightsAt(0x40002010) & ISS_RIGHT_WRITE);
    iss_domain_code(domain, 0x40002000, 4096, false);
    EXPECT_FALSE(RightsAt(0x40002010) & ISS_RIGHT_WRITE);
    EXPECT_TRUE(RightsAt(0x40002010) & ISS_RIGHT_WRITE_NOTIFY);
    EXPECT_TRUE(RightsAt(0x40003010) & ISS_RIGHT_WRITE);
    for (Probe &p : probe)
        EXPECT_EQ(p.revoked, std::vector<uint64_t>{0x40002000});
    iss_domain_stored(domain, 1, 0x40003000, 8, false);
    EXPECT_TRUE(probe[0].invalidated.empty());
    iss_domain_stored(domain, 1, 0x40002ffc, 4, true);
    for (Probe &p : probe)
        EXPECT_EQ(p.invalidated, std::vector<uint64_t>{0x40002ffc});
}

TEST_F(Domain, OnlyLinesWithCodeAreWatched)
{
    iss_domain_code(domain, 0x40002040, 64, false);
    iss_domain_stored(domain, ISS_DOMAIN_NO_PE, 0x40002000, 64, false);
    iss_domain_stored(domain, ISS_DOMAIN_NO_PE, 0x40002080, 64, false);
    EXPECT_TRUE(probe[0].invalidated.empty());
    iss_domain_stored(domain, ISS_DOMAIN_NO_PE, 0x40001000, 0x2000, false);
    EXPECT_EQ(probe[0].invalidated.size(), 1u);
}

TEST_F(Domain, MonitorIsBrokenByOthersOnly)
{
    iss_domain_arm(domain, 0, 0x40004008, 8, false);
    iss_domain_stored(domain, 0, 0x40004008, 8, false);
    EXPECT_TRUE(iss_domain_armed(domain, 0)) << "its own store";
    iss_domain_stored(domain, 1, 0x40004040, 8, false);
    EXPECT_TRUE(iss_domain_armed(domain, 0)) << "the next granule";
    iss_domain_stored(domain, 1, 0x40003ffc, 8, false);
    EXPECT_FALSE(iss_domain_armed(domain, 0)) << "its last bytes are in the granule";
    EXPECT_EQ(probe[0].events, 1u);
    EXPECT_FALSE(iss_domain_claim(domain, 0, 0x40004008, 8, false));
    iss_domain_arm(domain, 0, 0x40004008, 8, false);
    EXPECT_FALSE(iss_domain_claim(domain, 0, 0x40004048, 8, false)) << "another granule";
    EXPECT_FALSE(iss_domain_claim(domain, 0, 0x40004008, 8, false)) << "and it is disarmed";
    iss_domain_arm(domain, 0, 0x40004008, 8, false);
    EXPECT_TRUE(iss_domain_claim(domain, 0, 0x40004010, 8, false));
    EXPECT_EQ(probe[0].events, 1u) << "claims are no events";
}

TEST_F(Domain, MonitorPagesAreLetGo)
{
    for (uint64_t page = 0; page < 200; page++) {
        uint64_t pa = 0x40000000 + page % 16 * 0x1000;
        iss_domain_arm(domain, 1, 0x80000000 + page * 0x1000, 8, false);
        iss_domain_clear(domain, 1);
        EXPECT_TRUE(RightsAt(pa) & ISS_RIGHT_WRITE);
    }
    iss_domain_arm(domain, 1, 0x40005000, 8, false);
    EXPECT_FALSE(RightsAt(0x40005000) & ISS_RIGHT_WRITE);
    for (uint64_t page = 0; page < 200; page++)
        iss_domain_arm(domain, 2, 0x80000000 + page * 0x1000, 8, false);
    EXPECT_FALSE(RightsAt(0x40005000) & ISS_RIGHT_WRITE) << "still armed";
    iss_domain_clear(domain, 1);
    for (uint64_t page = 0; page < 200; page++)
        iss_domain_arm(domain, 2, 0x80000000 + page * 0x1000, 8, false);
    EXPECT_TRUE(RightsAt(0x40005000) & ISS_RIGHT_WRITE);
}

TEST_F(Domain, ABrokenMonitorIsToldWithItsWriterAndAPEsOwnActsAreNot)
{
    std::vector<std::pair<uint32_t, uint32_t>> broken;
    iss_domain_on_broken(
        domain,
        [](void *ctx, uint32_t pe, uint32_t writer) {
            static_cast<decltype(broken) *>(ctx)->emplace_back(pe, writer);
        },
        &broken);
    iss_domain_arm(domain, 0, 0x40007000, 8, false);
    iss_domain_arm(domain, 1, 0x40007000, 8, false);
    iss_domain_arm(domain, 2, 0x40007040, 8, false);
    EXPECT_TRUE(iss_domain_claim(domain, 0, 0x40007000, 8, false)) << "a store exclusive";
    EXPECT_TRUE(broken.empty()) << "its own monitor is cleared without an event";
    iss_domain_stored(domain, 0, 0x40007000, 8, false);
    ASSERT_EQ(broken.size(), 1u) << "and its store breaks the other one";
    EXPECT_EQ(broken[0], (std::pair<uint32_t, uint32_t>(1, 0)));
    EXPECT_EQ(probe[1].events, 1u);
    iss_domain_stored(domain, ISS_DOMAIN_NO_PE, 0x40007040, 4, false);
    ASSERT_EQ(broken.size(), 2u) << "DMA";
    EXPECT_EQ(broken[1], (std::pair<uint32_t, uint32_t>(2, ISS_DOMAIN_NO_PE)));
    iss_domain_arm(domain, 1, 0x40007000, 8, false);
    iss_domain_clear(domain, 1);
    EXPECT_EQ(broken.size(), 2u) << "CLREX is no event";
    EXPECT_EQ(probe[0].events + probe[1].events + probe[2].events, 2u);
}

TEST_F(Domain, BroadcastReachesTheOthers)
{
    iss_dvm op = {};
    op.kind = ISS_DVM_SEV;
    iss_domain_broadcast(domain, 1, &op);
    EXPECT_EQ(probe[0].dvm.size(), 1u);
    EXPECT_EQ(probe[1].dvm.size(), 0u);
    EXPECT_EQ(probe[2].dvm.size(), 1u);
}

TEST_F(Domain, CheckpointKeepsMonitors)
{
    iss_domain_arm(domain, 2, 0x40006000, 8, false);
    std::vector<uint8_t> image(iss_domain_save_size(domain));
    iss_domain_save(domain, image.data());
    iss_domain_clear(domain, 2);
    ASSERT_TRUE(iss_domain_load(domain, image.data(), image.size()));
    EXPECT_TRUE(iss_domain_armed(domain, 2));
    iss_domain_stored(domain, 0, 0x40006000, 4, false);
    EXPECT_FALSE(iss_domain_armed(domain, 2));
    EXPECT_FALSE(iss_domain_load(domain, image.data(), image.size() - 1));
}

} // namespace
