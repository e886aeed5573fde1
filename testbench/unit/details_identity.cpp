// SPDX-License-Identifier: Apache-2.0
// What a GIC says of itself is what was built: each identification register of random
// configurations, its fields where the architecture has them (IHI 0069, chapter 12).
#include <random>

#include "lpi_rig.hpp"

using namespace rig;

namespace
{

uint64_t at(unsigned low, uint64_t value)
{
    return value << low;
}

class dice
{
public:
    explicit dice(uint32_t seed) : random_(seed) {}
    unsigned upto(unsigned low, unsigned high)
    {
        return low + static_cast<unsigned>(random_() % (high - low + 1));
    }
    bool coin()
    {
        return random_() % 2 != 0;
    }

private:
    std::mt19937 random_;
};

gic_config any_config(dice &d)
{
    gic_config c = gic_config_default();
    c.pe_count = static_cast<uint16_t>(d.upto(1, 5));
    c.spi_count = static_cast<uint16_t>(32 * d.upto(0, 30));
    if (d.upto(0, 4) == 0)
        c.spi_count = GIC_MAX_SPIS;
    c.espi_count = static_cast<uint16_t>(d.coin() ? 0 : 32 * d.upto(1, 32));
    c.eppi_count = static_cast<uint8_t>(32 * d.upto(0, 2));
    c.two_security_states = d.coin();
    c.has_el3 = c.two_security_states || d.coin();
    c.has_el2 = d.coin();
    c.priority_bits = static_cast<uint8_t>(d.upto(5, 8));
    c.preemption_bits = static_cast<uint8_t>(d.upto(5, std::min<unsigned>(c.priority_bits, 7)));
    c.mbis = d.coin();
    c.nmi = d.coin();
    c.one_of_n = d.coin();
    c.range_select = d.coin();
    c.aff3_valid = d.coin();
    c.dpg = d.coin();
    c.lpi_bits = static_cast<uint8_t>(d.coin() ? 0 : d.upto(14, 24));
    if (c.lpi_bits > 0) {
        c.direct_lpi = d.coin();
        c.lpi_inv_register = d.coin();
        c.lpi_can_disable = d.coin();
        c.its_count = static_cast<uint8_t>(d.upto(0, 2));
        c.its.device_bits = static_cast<uint8_t>(d.upto(1, 32));
        c.its.event_bits = static_cast<uint8_t>(d.upto(1, 32));
        c.its.collection_bits = static_cast<uint8_t>(d.upto(1, 16));
        c.its.hcc = static_cast<uint8_t>(
            d.coin() ? 0 : d.upto(1, std::min(255u, 1u << c.its.collection_bits)));
        c.its.pta = d.coin();
        c.its.umsi = d.coin();
        c.its.seis = d.coin();
    } else {
        c.its_count = 0;
    }
    c.iidr =
        d.coin() ? 0xA702643B : d.upto(0, 1) << 31 | d.upto(0, 15) << 12 | d.upto(0, 255) << 24;
    return c;
}

uint64_t gicd_typer(const gic_config &c)
{
    const unsigned id_bits = c.lpi_bits > 0 ? c.lpi_bits : c.espi_count || c.eppi_count ? 13 : 10;
    return at(0, (c.spi_count + 31u) / 32u) | at(8, c.espi_count > 0) | at(9, c.nmi) |
           at(10, c.two_security_states) | at(16, c.mbis) | at(17, c.lpi_bits > 0) |
           at(19, id_bits - 1) | at(24, c.aff3_valid) | at(25, !c.one_of_n) |
           at(26, c.range_select) | at(27, c.espi_count ? c.espi_count / 32u - 1 : 0);
}

uint64_t gicr_typer(const gic_config &c, unsigned pe)
{
    return at(0, c.lpi_bits > 0) | at(3, c.lpi_bits > 0 && c.direct_lpi) |
           at(4, pe + 1 == c.pe_count) | at(5, c.dpg) | at(8, pe) | at(27, c.eppi_count / 32u) |
           at(32, gic_config_affinity(&c, pe));
}

uint64_t gits_typer(const gic_config &c)
{
    const gic_its_config &i = c.its;
    const bool cil = i.collection_bits < 16;
    return at(0, 1) | at(2, i.hcc > 0) | at(4, 16 - 1) | at(8, i.event_bits - 1u) |
           at(13, i.device_bits - 1u) | at(18, i.seis) | at(19, i.pta) | at(24, i.hcc) |
           at(32, cil ? i.collection_bits - 1u : 0) | at(36, cil) | at(44, i.umsi) |
           at(45, i.umsi) | at(46, 1);
}

// PIDR0 to PIDR4 by IIDR: product, revision, and the designer's JEP106 code, if there is one.
void expect_identity(const gic_config &c, const std::function<uint64_t(uint32_t)> &read)
{
    const uint32_t code = c.iidr & 0x7F, continuation = c.iidr >> 8 & 0xF;
    const bool has_code = (c.iidr & 0xFFF) != 0;
    EXPECT_EQ(read(0xFFE0), c.iidr >> 24);
    EXPECT_EQ(read(0xFFE4), at(4, code & 0xF));
    EXPECT_EQ(read(0xFFE8), at(4, c.arch_rev) | at(3, has_code) | code >> 4);
    EXPECT_EQ(read(0xFFEC), at(4, c.iidr >> 12 & 0xF));
    EXPECT_EQ(read(0xFFD0), at(4, 4) | continuation);
}

// Read-only fields of ICC_CTLR: IDbits is 0 for 16 bits, 1 for 24; ExtRange.
uint64_t icc_ctlr(const gic_config &c)
{
    return at(8, c.priority_bits - 1u) | at(11, c.lpi_bits > 16) | at(15, c.aff3_valid) |
           at(18, c.range_select) | at(19, 1);
}

} // namespace

TEST(Identification, SaysWhatWasBuilt)
{
    dice d(2024);
    for (unsigned n = 0; n < 150; n++) {
        SCOPED_TRACE(n);
        const gic_config c = any_config(d);
        ASSERT_EQ(gic_config_check(&c), GIC_CONFIG_OK);
        its_gic g(c);
        for (bool secure : {true, false}) {
            EXPECT_EQ(g.dist(GICD_TYPER, 4, secure), gicd_typer(c));
            EXPECT_EQ(g.dist(GICD_TYPER2, 4, secure), 0u);
            EXPECT_EQ(g.dist(GICD_IIDR, 4, secure), c.iidr);
            for (unsigned pe = 0; pe < c.pe_count; pe++) {
                EXPECT_EQ(g.redist(pe, GICR_TYPER, 8, secure), gicr_typer(c, pe));
                EXPECT_EQ(g.redist(pe, GICR_TYPER, 4, secure), gicr_typer(c, pe) & UINT32_MAX);
                EXPECT_EQ(g.redist(pe, GICR_TYPER + 4, 4, secure), gicr_typer(c, pe) >> 32);
                EXPECT_EQ(g.redist(pe, GICR_IIDR, 4, secure), c.iidr);
                EXPECT_EQ(g.redist(pe, GICR_CTLR, 4, secure),
                          c.lpi_bits ? at(1, c.lpi_can_disable) | at(2, c.lpi_inv_register) : 0);
            }
        }
        for (unsigned its = 0; its < c.its_count; its++) {
            EXPECT_EQ(g.its_read(its, GITS_TYPER), gits_typer(c));
            EXPECT_EQ(g.its_read(its, GITS_TYPER + 4, 4), gits_typer(c) >> 32);
            EXPECT_EQ(g.its_read(its, GITS_CTLR, 4), at(31, 1)) << "quiescent";
            // Type and Entry_Size of the two tables there are.
            EXPECT_EQ(g.its_read(its, GITS_BASER), at(56, 1) | at(48, 8 - 1));
            EXPECT_EQ(g.its_read(its, GITS_BASER + 8), at(56, 4) | at(48, 8 - 1));
            for (unsigned table = 2; table < 8; table++)
                EXPECT_EQ(g.its_read(its, GITS_BASER + 8 * table), 0u);
        }
        expect_identity(c, [&](uint32_t offset) { return g.dist(offset); });
        expect_identity(c, [&](uint32_t offset) { return g.redist(0, offset); });
        if (c.its_count > 0)
            expect_identity(c, [&](uint32_t offset) { return g.its_read(0, offset, 4); });
        EXPECT_EQ(g.icc_read(0, GIC_ICC_CTLR_EL1), icc_ctlr(c));
        if (c.has_el3) {
            g.become(0, 3, false);
            EXPECT_EQ(g.icc_read(0, GIC_ICC_CTLR_EL3), icc_ctlr(c));
        }
    }
}

// GICD_TYPER.SecurityExtn goes with the second Security state.
TEST(Identification, HasOneStateOnceDsIsSet)
{
    gic g(two_states());
    EXPECT_EQ(g.dist(GICD_TYPER) >> 10 & 1, 1u);
    g.dist_write(GICD_CTLR, CTLR_DS);
    EXPECT_EQ(g.dist(GICD_TYPER) >> 10 & 1, 0u);
}

// gic_config_default(): one PE, 32 SPIs, one Security state, 5 priority bits, everything else on.
TEST(Defaults, HaveEverythingOn)
{
    const gic_config c = gic_config_default();
    EXPECT_EQ(gic_config_check(&c), GIC_CONFIG_OK);
    EXPECT_EQ(c.pe_count, 1u);
    EXPECT_EQ(c.spi_count, 32u);
    EXPECT_FALSE(c.two_security_states);
    EXPECT_EQ(c.priority_bits, 5u);
    EXPECT_EQ(c.preemption_bits, c.priority_bits) << "all of them";
    EXPECT_EQ(c.arch_rev, 3u) << "GICv3";
    for (bool on : {c.has_el2, c.has_el3, c.mbis, c.one_of_n, c.range_select, c.aff3_valid, c.dpg,
                    c.direct_lpi, c.lpi_inv_register, c.lpi_can_disable, c.its.indirect, c.its.umsi,
                    c.its.seis})
        EXPECT_TRUE(on);
    EXPECT_EQ(c.its.page_sizes, GIC_PAGE_4K | GIC_PAGE_16K | GIC_PAGE_64K);
    // LPIs need no more than their bits, and ITSs their number.
    gic_config with_lpis = c;
    with_lpis.lpi_bits = 16;
    with_lpis.its_count = 1;
    EXPECT_EQ(gic_config_check(&with_lpis), GIC_CONFIG_OK);
}

// Bits of system registers that are none of their fields do nothing (IHI 0069, 12.2).
TEST(SystemRegisters, ReservedBitsDoNothing)
{
    const struct {
        gic_sysreg reg;
        uint64_t fields; // that software can change
    } rows[] = {
        {GIC_ICC_PMR_EL1, 0xFF},  {GIC_ICC_BPR0_EL1, 7},    {GIC_ICC_BPR1_EL1, 7},
        {GIC_ICC_IGRPEN0_EL1, 1}, {GIC_ICC_IGRPEN1_EL1, 1}, {GIC_ICC_IGRPEN1_EL3, 3},
        {GIC_ICC_CTLR_EL1, 0x43}, {GIC_ICC_CTLR_EL3, 0x5F}, {GIC_ICC_SRE_EL1, 0},
        {GIC_ICC_SRE_EL3, 8},
    };
    for (bool nonsecure : {false, true}) {
        gic g(two_states());
        g.boot();
        g.become(0, 3, nonsecure);
        for (const auto &row : rows) {
            SCOPED_TRACE(gic_sysreg_name(row.reg));
            for (uint64_t value : {UINT64_C(0), row.fields, row.fields & 0x55}) {
                g.icc_write(0, row.reg, value);
                const uint64_t as_written = g.icc_read(0, row.reg);
                for (unsigned bit = 0; bit < 64; bit++)
                    if (!(row.fields >> bit & 1)) {
                        g.icc_write(0, row.reg, value | UINT64_C(1) << bit);
                        ASSERT_EQ(g.icc_read(0, row.reg), as_written) << bit;
                    }
            }
        }
    }
}

// The same of those that act: EOIR and DIR have an INTID of 24 bits, the SGI registers their
// fields.
TEST(SystemRegisters, ReservedBitsOfActionsDoNothing)
{
    gic g(one_state(2));
    g.boot();
    g.private_interrupt(0, 20);
    g.private_interrupt(1, 3);
    for (unsigned bit = 24; bit < 64; bit++) {
        g.ppi(0, 20, true);
        EXPECT_EQ(g.ack(0), 20u);
        g.ppi(0, 20, false);
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 20 | UINT64_C(1) << bit);
        EXPECT_EQ(g.icc_read(0, GIC_ICC_RPR_EL1), 0xFFu) << bit;
        EXPECT_FALSE(g.private_bit(0, GICD_ISACTIVER, 20)) << bit;
    }
    g.icc_write(0, GIC_ICC_CTLR_EL1, 2); // EOImode
    for (unsigned bit = 24; bit < 64; bit++) {
        g.ppi(0, 20, true);
        EXPECT_EQ(g.ack(0), 20u);
        g.ppi(0, 20, false);
        g.icc_write(0, GIC_ICC_EOIR1_EL1, 20);
        EXPECT_TRUE(g.private_bit(0, GICD_ISACTIVER, 20)) << bit;
        g.icc_write(0, GIC_ICC_DIR_EL1, 20 | UINT64_C(1) << bit);
        EXPECT_FALSE(g.private_bit(0, GICD_ISACTIVER, 20)) << bit;
    }
    for (unsigned bit : {28u, 29u, 30u, 31u, 41u, 42u, 43u, 56u, 57u, 60u, 63u}) {
        g.sgi(0, GIC_ICC_SGI1R_EL1, 3, 2 | UINT64_C(1) << bit);
        EXPECT_EQ(g.service(1), 3u) << bit;
        EXPECT_EQ(g.service(0), GIC_INTID_SPURIOUS) << bit;
    }
}
