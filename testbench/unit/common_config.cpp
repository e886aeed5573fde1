// SPDX-License-Identifier: Apache-2.0
// Configuration, INTID classes, names, identity.
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "gic/config.h"
#include "gic/event.h"
#include "gic/explain.h"
#include "gic/identity.h"
#include "gic/msg.h"
#include "gic/sysreg.h"

namespace
{

TEST(Config, DefaultIsValid)
{
    gic_config c = gic_config_default();
    EXPECT_EQ(gic_config_check(&c), GIC_CONFIG_OK);
    EXPECT_FALSE(c.two_security_states);
}

// Embedders start from these: the smallest GICv3 with every feature of GICv3.3 that costs no
// memory, and the caches of docs/parameters.md.
TEST(Config, DefaultsAreKept)
{
    const gic_config c = gic_config_default();
    EXPECT_FALSE(c.gicv2);
    EXPECT_EQ(c.pe_count, 1);
    EXPECT_EQ(c.spi_count, 32);
    EXPECT_EQ(c.espi_count, 0);
    EXPECT_EQ(c.eppi_count, 0);
    EXPECT_FALSE(c.ds_writable);
    EXPECT_TRUE(c.has_el2 && c.has_el3);
    EXPECT_EQ(c.priority_bits, 5);
    EXPECT_EQ(c.preemption_bits, 5);
    EXPECT_EQ(c.list_registers, 4);
    EXPECT_EQ(c.virtual_priority_bits, 5);
    EXPECT_EQ(c.virtual_preemption_bits, 5);
    EXPECT_FALSE(c.nmi);
    EXPECT_TRUE(c.mbis && c.one_of_n && c.range_select && c.aff3_valid && c.dpg);
    EXPECT_EQ(c.arch_rev, 3);
    EXPECT_EQ(c.iidr, 0u) << "nobody's product";
    EXPECT_EQ(c.bad_size, GIC_BAD_SIZE_RAZ_WI);
    EXPECT_EQ(c.work_limit, 64);
    EXPECT_EQ(c.lpi_bits, 0) << "no LPIs";
    EXPECT_EQ(c.lpi_cache, 64);
    EXPECT_EQ(c.lpi_property_cache, 64);
    EXPECT_TRUE(c.direct_lpi && c.lpi_inv_register && c.lpi_can_disable);
    EXPECT_EQ(c.its_count, 0);
    EXPECT_EQ(c.affinity, nullptr);
    EXPECT_EQ(c.its.device_bits, 32);
    EXPECT_EQ(c.its.event_bits, 16);
    EXPECT_EQ(c.its.collection_bits, 16);
    EXPECT_EQ(c.its.hcc, 0);
    EXPECT_EQ(c.its.page_sizes, GIC_PAGE_4K | GIC_PAGE_16K | GIC_PAGE_64K);
    EXPECT_TRUE(c.its.indirect && c.its.umsi && c.its.seis);
    EXPECT_FALSE(c.its.pta || c.its.stall);
    EXPECT_EQ(c.its.walks, 8);
    EXPECT_EQ(c.its.queue, 16);
    for (const gic_cache_config *cache :
         {&c.its.device_cache, &c.its.itt_cache, &c.its.collection_cache}) {
        EXPECT_EQ(cache->entries, 256);
        EXPECT_EQ(cache->ways, 4);
        EXPECT_EQ(cache->replacement, GIC_REPLACE_LRU);
    }
}

TEST(Config, EachLimitIsCheckedAndNamed)
{
    struct wrong {
        void (*spoil)(gic_config *);
        gic_config_error error;
        const char *key;
    };
    const wrong cases[] = {
        {[](gic_config *c) { c->pe_count = 0; }, GIC_CONFIG_PE_COUNT, "pe_count"},
        {[](gic_config *c) { c->pe_count = 513; }, GIC_CONFIG_PE_COUNT, "pe_count"},
        {[](gic_config *c) { c->spi_count = 33; }, GIC_CONFIG_SPI_COUNT, "spi_count"},
        {[](gic_config *c) { c->spi_count = 992; }, GIC_CONFIG_SPI_COUNT, "spi_count"},
        {[](gic_config *c) { c->espi_count = 1056; }, GIC_CONFIG_ESPI_COUNT, "espi_count"},
        {[](gic_config *c) { c->eppi_count = 16; }, GIC_CONFIG_EPPI_COUNT, "eppi_count"},
        {[](gic_config *c) { c->priority_bits = 9; }, GIC_CONFIG_PRIORITY_BITS, "priority_bits"},
        {[](gic_config *c) { c->preemption_bits = 6; }, GIC_CONFIG_PREEMPTION_BITS,
         "preemption_bits"},
        {[](gic_config *c) { c->list_registers = 17; }, GIC_CONFIG_LIST_REGISTERS,
         "list_registers"},
        {[](gic_config *c) { c->virtual_priority_bits = 4; }, GIC_CONFIG_VIRTUAL_PRIORITY,
         "virtual_priority_bits"},
        {[](gic_config *c) { c->virtual_priority_bits = 9; }, GIC_CONFIG_VIRTUAL_PRIORITY,
         "virtual_priority_bits"},
        {[](gic_config *c) { c->virtual_preemption_bits = 4; }, GIC_CONFIG_VIRTUAL_PRIORITY,
         "virtual_priority_bits"},
        {[](gic_config *c) { c->virtual_preemption_bits = 6; }, GIC_CONFIG_VIRTUAL_PRIORITY,
         "virtual_priority_bits"},
        {[](gic_config *c) { c->virtual_priority_bits = c->virtual_preemption_bits = 8; },
         GIC_CONFIG_VIRTUAL_PRIORITY, "virtual_priority_bits"},
        {[](gic_config *c) {
             c->two_security_states = true;
             c->has_el3 = false;
         },
         GIC_CONFIG_SECURITY, "two_security_states"},
        {[](gic_config *c) {
             c->nmi = true;
             c->arch_rev = 2;
         },
         GIC_CONFIG_NMI, "nmi"},
        {[](gic_config *c) { c->work_limit = 0; }, GIC_CONFIG_WORK_LIMIT, "work_limit"},
        {[](gic_config *c) {
             c->gicv2 = true;
             c->pe_count = 9;
         },
         GIC_CONFIG_GICV2, "gicv2"},
        {[](gic_config *c) {
             c->gicv2 = true;
             c->lpi_bits = 14;
         },
         GIC_CONFIG_GICV2, "gicv2"},
        {[](gic_config *c) {
             c->gicv2 = true;
             c->espi_count = 32;
         },
         GIC_CONFIG_GICV2, "gicv2"},
        {[](gic_config *c) {
             c->gicv2 = true;
             c->eppi_count = 32;
         },
         GIC_CONFIG_GICV2, "gicv2"},
        {[](gic_config *c) { c->gicv2 = c->ds_writable = true; }, GIC_CONFIG_GICV2, "gicv2"},
        {[](gic_config *c) {
             c->gicv2 = true;
             c->virtual_priority_bits = 6;
         },
         GIC_CONFIG_GICV2, "gicv2"},
    };
    for (const wrong &w : cases) {
        gic_config c = gic_config_default();
        w.spoil(&c);
        EXPECT_EQ(gic_config_check(&c), w.error) << w.key;
        EXPECT_EQ(std::string(gic_config_error_text(w.error)).rfind(w.key, 0), 0u) << w.key;
    }
}

TEST(Config, LpisAndItsAreCheckedAndNamed)
{
    struct wrong {
        void (*spoil)(gic_config *);
        gic_config_error error;
        const char *key;
    };
    const wrong cases[] = {
        {[](gic_config *c) { c->lpi_bits = 13; }, GIC_CONFIG_LPI_BITS, "lpi_bits"},
        {[](gic_config *c) { c->lpi_bits = 25; }, GIC_CONFIG_LPI_BITS, "lpi_bits"},
        {[](gic_config *c) { c->lpi_cache = 3; }, GIC_CONFIG_LPI_CACHE, "lpi_cache"},
        {[](gic_config *c) { c->lpi_property_cache = 0; }, GIC_CONFIG_LPI_CACHE, "lpi_cache"},
        {[](gic_config *c) { c->its_count = 17; }, GIC_CONFIG_ITS_COUNT, "its_count"},
        {[](gic_config *c) { c->lpi_bits = 0; }, GIC_CONFIG_ITS_COUNT, "its_count"},
        {[](gic_config *c) { c->its.device_bits = 33; }, GIC_CONFIG_ITS_BITS, "its"},
        {[](gic_config *c) { c->its.collection_bits = 17; }, GIC_CONFIG_ITS_BITS, "its"},
        {[](gic_config *c) { c->its.page_sizes = 8; }, GIC_CONFIG_ITS_PAGES, "its.page_sizes"},
        {[](gic_config *c) { c->its.walks = 65; }, GIC_CONFIG_ITS_DEPTH, "its.walks"},
        {[](gic_config *c) { c->its.queue = 0; }, GIC_CONFIG_ITS_DEPTH, "its.walks"},
        {[](gic_config *c) { c->its.itt_cache.ways = 3; }, GIC_CONFIG_ITS_CACHE, "its caches"},
        {[](gic_config *c) { c->its.device_cache.entries = 24; }, GIC_CONFIG_ITS_CACHE,
         "its caches"},
    };
    gic_config good = gic_config_default();
    good.lpi_bits = 24;
    good.its_count = 16;
    EXPECT_EQ(gic_config_check(&good), GIC_CONFIG_OK);
    for (const wrong &w : cases) {
        gic_config c = good;
        w.spoil(&c);
        EXPECT_EQ(gic_config_check(&c), w.error) << w.key;
        EXPECT_EQ(std::string(gic_config_error_text(w.error)).rfind(w.key, 0), 0u) << w.key;
    }
}

TEST(Config, SecurityDecidesTheLeastPriorityBits)
{
    gic_config c = gic_config_default();
    c.priority_bits = c.preemption_bits = 4;
    EXPECT_EQ(gic_config_check(&c), GIC_CONFIG_OK);
    c.two_security_states = true;
    EXPECT_EQ(gic_config_check(&c), GIC_CONFIG_PRIORITY_BITS);
}

TEST(Config, AffinitiesAreCheckedAgainstFeatures)
{
    const uint32_t doubled[] = {0x100, 0x100};
    const uint32_t wide[] = {0, 16};
    const uint32_t high[] = {0, 0x01000000};
    gic_config c = gic_config_default();
    c.pe_count = 2;
    c.affinity = doubled;
    EXPECT_EQ(gic_config_check(&c), GIC_CONFIG_AFFINITY);
    c.affinity = wide;
    EXPECT_EQ(gic_config_check(&c), GIC_CONFIG_OK);
    c.range_select = false;
    EXPECT_EQ(gic_config_check(&c), GIC_CONFIG_AFFINITY);
    c.affinity = high;
    EXPECT_EQ(gic_config_check(&c), GIC_CONFIG_OK);
    c.aff3_valid = false;
    EXPECT_EQ(gic_config_check(&c), GIC_CONFIG_AFFINITY);
}

TEST(Config, DefaultAffinitiesAreDistinctInClustersOf16)
{
    gic_config c = gic_config_default();
    c.pe_count = GIC_MAX_PES;
    std::set<uint32_t> seen;
    for (unsigned pe = 0; pe < c.pe_count; pe++)
        seen.insert(gic_config_affinity(&c, pe));
    EXPECT_EQ(seen.size(), size_t(GIC_MAX_PES));
    EXPECT_EQ(gic_config_affinity(&c, 17), 0x101u);
}

TEST(Intid, ClassesChangeExactlyAtTheirBoundaries)
{
    struct boundary {
        uint32_t intid;
        gic_intid_class cls;
    };
    const boundary rows[] = {
        {0, GIC_CLASS_SGI},         {15, GIC_CLASS_SGI},         {16, GIC_CLASS_PPI},
        {31, GIC_CLASS_PPI},        {32, GIC_CLASS_SPI},         {1019, GIC_CLASS_SPI},
        {1020, GIC_CLASS_SPECIAL},  {1023, GIC_CLASS_SPECIAL},   {1024, GIC_CLASS_RESERVED},
        {1055, GIC_CLASS_RESERVED}, {1056, GIC_CLASS_EPPI},      {1119, GIC_CLASS_EPPI},
        {1120, GIC_CLASS_RESERVED}, {4095, GIC_CLASS_RESERVED},  {4096, GIC_CLASS_ESPI},
        {5119, GIC_CLASS_ESPI},     {5120, GIC_CLASS_RESERVED},  {8191, GIC_CLASS_RESERVED},
        {8192, GIC_CLASS_LPI},      {UINT32_MAX, GIC_CLASS_LPI},
    };
    for (const boundary &b : rows) {
        EXPECT_EQ(gic_classify(b.intid), b.cls) << b.intid;
        EXPECT_EQ(gic_is_private(b.intid),
                  b.cls == GIC_CLASS_SGI || b.cls == GIC_CLASS_PPI || b.cls == GIC_CLASS_EPPI)
            << b.intid;
        EXPECT_EQ(gic_is_shared(b.intid), b.cls == GIC_CLASS_SPI || b.cls == GIC_CLASS_ESPI)
            << b.intid;
    }
}

TEST(Intid, UrgencyOrdersByPriorityThenIntid)
{
    EXPECT_TRUE(gic_more_urgent(8, 100, 16, 32));
    EXPECT_TRUE(gic_more_urgent(8, 32, 8, 33));
    EXPECT_FALSE(gic_more_urgent(8, 33, 8, 32));
    EXPECT_FALSE(gic_more_urgent(8, 32, 8, 32));
}

TEST(Names, EveryRowHasADistinctName)
{
    std::set<std::string> names;
    for (unsigned i = 0; i < GIC_SYSREG_COUNT; i++)
        EXPECT_TRUE(names.insert(gic_sysreg_name(static_cast<gic_sysreg>(i))).second) << i;
    for (unsigned i = 0; i < GIC_EV_COUNT; i++)
        EXPECT_TRUE(names.insert(gic_event_name(i)).second) << i;
    for (unsigned i = 0; i < GIC_GATE_COUNT; i++)
        EXPECT_TRUE(names.insert(gic_gate_name(static_cast<gic_gate_id>(i))).second) << i;
    std::set<std::string> messages;
    for (unsigned i = 0; i < GIC_MSG_KIND_COUNT; i++)
        EXPECT_TRUE(messages.insert(gic_msg_name(i)).second) << i;
    EXPECT_EQ(messages.count("?"), 0u);
    EXPECT_STREQ(gic_sysreg_name(static_cast<gic_sysreg>(GIC_SYSREG_COUNT)), "?");
    EXPECT_STREQ(gic_event_name(GIC_EV_COUNT), "?");
}

// A number that names nothing has neither a name, nor a text, nor an access.
TEST(Names, WhatIsNotThereHasNone)
{
    for (unsigned more : {0u, 1u, 1000u}) {
        const auto reg = static_cast<gic_sysreg>(GIC_SYSREG_COUNT + more);
        EXPECT_STREQ(gic_sysreg_name(reg), "?");
        EXPECT_FALSE(gic_sysreg_readable(reg));
        EXPECT_FALSE(gic_sysreg_writable(reg));
        EXPECT_STREQ(gic_event_name(GIC_EV_COUNT + more), "?");
        EXPECT_STREQ(gic_event_text(GIC_EV_COUNT + more), "?");
        EXPECT_EQ(gic_event_class_of(GIC_EV_COUNT + more), GIC_EVENT_STATE);
        EXPECT_STREQ(gic_msg_name(GIC_MSG_KIND_COUNT + more), "?");
        EXPECT_STREQ(gic_gate_name(static_cast<gic_gate_id>(GIC_GATE_COUNT + more)), "?");
    }
}

TEST(Events, HaveTheTextAndTheClassOfTheirRow)
{
    const struct {
        const char *name;
        gic_event_class class_of;
        const char *text;
    } table[] = {
#define GIC_EVENT(name, class_name, meaning) {#name, GIC_EVENT_##class_name, meaning},
#include "gic/event.def"
#undef GIC_EVENT
    };
    const gic_event_set all = gic_event_set_all();
    unsigned of_class[3] = {};
    for (unsigned id = 0; id < GIC_EV_COUNT; id++) {
        EXPECT_STREQ(gic_event_name(id), table[id].name);
        EXPECT_STREQ(gic_event_text(id), table[id].text);
        EXPECT_EQ(gic_event_class_of(id), table[id].class_of);
        EXPECT_TRUE(gic_event_set_has(&all, id));
        of_class[table[id].class_of]++;
    }
    for (unsigned class_of = 0; class_of < 3; class_of++) {
        EXPECT_GT(of_class[class_of], 0u);
        gic_event_set set = {};
        gic_event_set_add_class(&set, static_cast<gic_event_class>(class_of));
        for (unsigned id = 0; id < GIC_EV_COUNT; id++)
            EXPECT_EQ(gic_event_set_has(&set, id), table[id].class_of == class_of) << id;
        gic_event_set rest = all;
        for (unsigned word = 0; word < GIC_COUNT_OF(set.bit); word++)
            rest.bit[word] &= ~set.bit[word];
        gic_event_set_add_class(&rest, static_cast<gic_event_class>(class_of));
        EXPECT_EQ(std::memcmp(&rest, &all, sizeof all), 0) << "what is there stays";
    }
    for (unsigned id = GIC_EV_COUNT; id < 64 * GIC_COUNT_OF(all.bit); id++)
        EXPECT_FALSE(gic_event_set_has(&all, id)) << "no such event";
}

// PIDR0 to PIDR7 and CIDR0 to CIDR3 say what IIDR does.
TEST(Identity, IsThatOfIidr)
{
    const struct {
        uint32_t iidr;
        bool gicv2;
        uint32_t pidr[8];
    } cases[] = {
        {0xA503793B, false, {0xA5, 0xB0, 0x3B, 0x70, 0x49, 0, 0, 0}},
        {0x5A0C85C4, false, {0x5A, 0x40, 0x3C, 0x80, 0x45, 0, 0, 0}},
        {0xA503793B, true, {0xA5, 0xB0, 0x2B, 0x70, 0x49, 0, 0, 0}},
        {0x00000000, false, {0x00, 0x00, 0x30, 0x00, 0x40, 0, 0, 0}}, // nobody: no JEP106 code
        {0xFF0FF000, false, {0xFF, 0x00, 0x30, 0xF0, 0x40, 0, 0, 0}}, // nobody's last product
    };
    for (const auto &c : cases) {
        gic_config config = gic_config_default();
        config.iidr = c.iidr;
        config.gicv2 = c.gicv2;
        for (unsigned n = 0; n < 8; n++)
            EXPECT_EQ(gic_identity(&config, n < 4 ? 0xFFE0 + 4 * n : 0xFFD0 + 4 * (n - 4)),
                      c.pidr[n])
                << "PIDR" << n;
        const uint32_t cidr[] = {0x0D, 0xF0, 0x05, 0xB1};
        for (unsigned n = 0; n < 4; n++)
            EXPECT_EQ(gic_identity(&config, 0xFFF0 + 4 * n), cidr[n]);
    }
}

TEST(Messages, PackedArgumentsSurviveTheRoundTrip)
{
    gic_sgi sgi = {};
    sgi.cluster = 0xA1B2C3;
    sgi.target_list = 0x8001;
    sgi.range = 15;
    sgi.source = GIC_SGI_ASGI1R;
    sgi.nonsecure = true;
    sgi.all_but_self = true;
    gic_sgi back = gic_sgi_unpack(gic_sgi_pack(sgi));
    EXPECT_EQ(back.cluster, sgi.cluster);
    EXPECT_EQ(back.target_list, sgi.target_list);
    EXPECT_EQ(back.range, sgi.range);
    EXPECT_EQ(back.source, sgi.source);
    EXPECT_TRUE(back.nonsecure);
    EXPECT_TRUE(back.all_but_self);

    gic_lpi lpi = {0xBEEF, 511, 300, 15};
    gic_lpi again = gic_lpi_unpack(gic_lpi_pack(lpi));
    EXPECT_EQ(again.tag, lpi.tag);
    EXPECT_EQ(again.target, lpi.target);
    EXPECT_EQ(again.source, lpi.source);
    EXPECT_EQ(again.its, lpi.its);

    gic_pe_routing r = {5, 2, 0xA0, true};
    gic_pe_routing s = gic_pe_routing_unpack(gic_pe_routing_pack(r));
    EXPECT_EQ(s.enabled, r.enabled);
    EXPECT_EQ(s.dpg, r.dpg);
    EXPECT_EQ(s.mask_hint, r.mask_hint);
    EXPECT_TRUE(s.awake);
}

TEST(Explain, FirstClosedGateSkipsUnknownOnes)
{
    gic_explanation e = {};
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_COUNT);
    gic_gate_set(&e, GIC_GATE_PMR, false, 0);
    gic_gate_set(&e, GIC_GATE_ENABLED, true, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_PMR);
    gic_gate_set(&e, GIC_GATE_NOT_ACTIVE, false, 1);
    EXPECT_EQ(gic_first_closed_gate(&e), GIC_GATE_NOT_ACTIVE);
}

} // namespace
