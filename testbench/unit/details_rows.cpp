// SPDX-License-Identifier: Apache-2.0
// The tables of registers and of their fields, by what the architecture says of all of them
// (IHI 0069, chapter 12): nobody else reads every column of every row.
#include <map>
#include <string>

#include "gic/fields.h"
#include "lpi_rig.hpp"

using namespace rig;

namespace
{

gic_config largest()
{
    gic_config config = extended(two_states(2));
    config.lpi_bits = 14;
    config.its_count = 1;
    config.priority_bits = 8;
    config.preemption_bits = 7;
    config.direct_lpi = true;
    return config;
}

class RegisterRows : public testing::Test
{
protected:
    RegisterRows() : g(largest())
    {
        for (const gic_frame *frame : {gic_assembly_gicd_frame(g.a), gic_assembly_gicr_frame(g.a),
                                       gic_assembly_its_frame(g.a)})
            for (unsigned i = 0; i < frame->row_count; i++)
                rows.push_back(&frame->row[i]);
    }
    uint64_t read(const gic_reg_row &row, uint32_t at)
    {
        const std::string name = row.name;
        if (name.find("GICD_") == 0)
            return g.dist(row.offset + at, row.element);
        if (name.find("GICR_") == 0)
            return g.redist(0, row.offset + at, row.element);
        return g.its_read(0, row.offset + at, row.element);
    }

    void write(const gic_reg_row &row, uint64_t value)
    {
        const std::string name = row.name;
        if (name.find("GICD_") == 0)
            g.dist_write(row.offset, value, row.element);
        else if (name.find("GICR_") == 0)
            g.redist_write(0, row.offset, value, row.element);
        else
            g.its_write(0, row.offset, value, row.element);
    }

    its_gic g;
    std::vector<const gic_reg_row *> rows;
};

// What comes after the component's name: "GICD_ISENABLER_E" and "GICR_ISENABLER0" are one family.
std::string family_of(const gic_reg_row &row)
{
    std::string name = std::string(row.name).substr(5);
    if (name.size() > 2 && name.substr(name.size() - 2) == "_E")
        name.resize(name.size() - 2);
    if (name.find("PIDR") == std::string::npos && name.find("CIDR") == std::string::npos &&
        name != "TYPER2")
        while (std::isdigit(static_cast<unsigned char>(name.back())))
            name.pop_back();
    return name;
}

bool is_one_of(const std::string &name, std::initializer_list<const char *> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

unsigned bits_of(const std::string &family)
{
    if (is_one_of(family, {"IGROUPR", "ISENABLER", "ICENABLER", "ISPENDR", "ICPENDR", "ISACTIVER",
                           "ICACTIVER", "IGRPMODR", "INMIR"}))
        return 1;
    if (is_one_of(family, {"ICFGR", "NSACR"}))
        return 2;
    if (is_one_of(family, {"IPRIORITYR", "ITARGETSR", "CPENDSGIR", "SPENDSGIR"}))
        return 8;
    return family == "IROUTER" ? 64 : 0;
}

bool is_wide(const std::string &name)
{
    return is_one_of(name, {"GICR_TYPER", "GICR_SETLPIR", "GICR_CLRLPIR", "GICR_PROPBASER",
                            "GICR_PENDBASER", "GICR_INVLPIR", "GICR_INVALLR", "GITS_TYPER",
                            "GITS_UMSIR", "GITS_CBASER", "GITS_CWRITER", "GITS_CREADR",
                            "GITS_BASER", "GICD_IROUTER", "GICD_IROUTER_E"});
}

uint64_t bits(unsigned high, unsigned low)
{
    return gic_mask(high, low);
}

} // namespace

TEST_F(RegisterRows, RegistersAreWholeAlignedAndApart)
{
    const gic_reg_row *before = nullptr;
    for (const gic_reg_row *row : rows) {
        SCOPED_TRACE(row->name);
        EXPECT_EQ(row->element, is_wide(row->name) ? 8 : 4);
        EXPECT_EQ(row->offset % row->element, 0u);
        EXPECT_EQ(row->span % row->element, 0u);
        if (before &&
            std::string(before->name).substr(0, 5) == std::string(row->name).substr(0, 5)) {
            EXPECT_GE(row->offset, before->offset + before->span);
        }
        before = row;
    }
}

TEST_F(RegisterRows, WidthsAreTheArchitectures)
{
    for (const gic_reg_row *row : rows) {
        SCOPED_TRACE(row->name);
        const std::string family = family_of(*row);
        unsigned widths = GIC_W32;
        if (is_wide(row->name))
            widths |= GIC_W64;
        if (bits_of(family) == 8)
            widths |= GIC_W8;
        if (family.find("TSPI_") != std::string::npos || family.find("LRSPI_") == 1 ||
            family == "TRANSLATER")
            widths |= GIC_W16;
        EXPECT_EQ(row->widths, widths);
    }
}

TEST_F(RegisterRows, BitsAndFirstIntidAreThoseOfTheFamily)
{
    for (const gic_reg_row *row : rows) {
        SCOPED_TRACE(row->name);
        const std::string name = row->name;
        uint32_t first = 0;
        if (name.find("_E") == name.size() - 2)
            first = name.find("GICD_") == 0 ? GIC_INTID_ESPI_FIRST : GIC_INTID_EPPI_FIRST;
        else if (name == "GICD_IROUTER")
            first = GIC_INTID_SPI_FIRST;
        else if (name == "GICR_ICFGR1")
            first = 16;
        EXPECT_EQ(row->bits_per_intid, bits_of(family_of(*row)));
        EXPECT_EQ(row->intid_base, first);
    }
}

// As many INTIDs as the architecture has room for; registers that are one are one.
TEST_F(RegisterRows, SpansCoverTheirIntids)
{
    for (const gic_reg_row *row : rows) {
        SCOPED_TRACE(row->name);
        const std::string name = row->name;
        const std::string family = family_of(*row);
        if (row->bits_per_intid == 0) {
            EXPECT_EQ(row->span, name == "GITS_BASER" ? 64u : row->element);
            continue;
        }
        unsigned intids = name.find("GICR_") == 0 ? 32 : 1024;
        if (name.find("_E") == name.size() - 2)
            intids = name.find("GICR_") == 0 ? 64 : 1024;
        if (is_one_of(family, {"CPENDSGIR", "SPENDSGIR"}) || family == "ICFGR")
            intids = name.find("GICR_ICFGR_E") == 0 ? 64 : name.find("GICD_I") == 0 ? 1024 : 16;
        if (name == "GICR_NSACR")
            intids = 16;
        if (name == "GICD_IROUTER")
            intids = 1020 - 32;
        EXPECT_EQ(row->span * 8 / row->bits_per_intid, intids);
    }
}

TEST_F(RegisterRows, WhatIsReadOnlyOrReservedCannotBeChanged)
{
    for (const gic_reg_row *row : rows) {
        SCOPED_TRACE(row->name);
        if (row->element == 4) {
            EXPECT_LE(row->write_mask, UINT32_MAX);
            EXPECT_LE(row->reset, UINT32_MAX);
        }
        if (row->flags & (GIC_REG_RO | GIC_REG_RAZ)) {
            EXPECT_EQ(row->write_mask, 0u);
        }
        if (row->flags & GIC_REG_RAZ) {
            EXPECT_EQ(row->read, nullptr);
            EXPECT_EQ(row->write, nullptr);
        }
        if (row->flags & (GIC_REG_RAZ | GIC_REG_WO)) {
            EXPECT_EQ(row->reset, 0u);
        }
        EXPECT_NE(row->flags & (GIC_REG_RO | GIC_REG_WO), GIC_REG_RO | GIC_REG_WO);
    }
}

TEST_F(RegisterRows, AfterResetARegisterReadsWhatItsRowSays)
{
    for (const gic_reg_row *row : rows) {
        SCOPED_TRACE(row->name);
        if (row->flags & (GIC_REG_WO | GIC_REG_RAZ))
            continue;
        for (uint32_t at = 0; at < row->span; at += row->element) {
            const uint64_t value = read(*row, at);
            if (row->reset != 0) {
                EXPECT_EQ(value, row->reset) << at;
            } else if (row->write_mask != 0 && std::string(row->name) != "GICD_CTLR") {
                EXPECT_EQ(value & row->write_mask, 0u) << at;
            }
        }
    }
}

// Bits that are not a register's do nothing, in either view of Security.
TEST_F(RegisterRows, ReservedBitsDoNothing)
{
    for (bool ds : {false, true}) {
        if (ds)
            g.dist_write(GICD_CTLR, CTLR_DS);
        for (const gic_reg_row *row : rows) {
            SCOPED_TRACE(row->name);
            if (row->write_mask == 0 || row->bits_per_intid != 0 || (row->flags & GIC_REG_WO))
                continue;
            write(*row, 0);
            const uint64_t before = read(*row, 0);
            write(*row, ~row->write_mask);
            EXPECT_EQ(read(*row, 0), before);
        }
    }
}

TEST_F(RegisterRows, SoftwareChangesTheArchitecturesBits)
{
    const std::map<std::string, uint64_t> masks = {
        {"GICD_SETSPI_NSR", bits(12, 0)},
        {"GICD_CLRSPI_NSR", bits(12, 0)},
        {"GICD_SETSPI_SR", bits(12, 0)},
        {"GICD_CLRSPI_SR", bits(12, 0)},
        {"GICD_CTLR", bits(7, 4) | bits(2, 0)}, // E1NWF, DS, ARE_NS, ARE_S, enables
        {"GICD_IROUTER", bits(39, 31) | bits(23, 0)},
        {"GICD_IROUTER_E", bits(39, 31) | bits(23, 0)},
        {"GICR_CTLR", bits(26, 24) | bits(0, 0)}, // DPG, EnableLPIs
        {"GICR_WAKER", bits(1, 1)},
        {"GICR_SETLPIR", bits(31, 0)},
        {"GICR_CLRLPIR", bits(31, 0)},
        {"GICR_INVLPIR", bits(31, 0)},
        {"GICR_INVALLR", 0}, // its fields are of GICv4.1
        {"GICR_PROPBASER", bits(58, 56) | bits(51, 7) | bits(4, 0)},
        {"GICR_PENDBASER", bits(62, 62) | bits(58, 56) | bits(51, 16) | bits(11, 7)},
        {"GITS_CTLR", bits(8, 8) | bits(0, 0)},
        {"GITS_STATUSR", bits(5, 4)},
        {"GITS_CBASER", bits(63, 63) | bits(61, 59) | bits(55, 53) | bits(51, 10) | bits(7, 0)},
        {"GITS_CWRITER", bits(19, 5) | bits(0, 0)},
        {"GITS_BASER", bits(63, 59) | bits(55, 53) | bits(47, 0)},
        {"GITS_TRANSLATER", bits(31, 0)},
    };
    for (const gic_reg_row *row : rows) {
        SCOPED_TRACE(row->name);
        if (row->flags & (GIC_REG_RO | GIC_REG_RAZ))
            continue;
        const auto at = masks.find(row->name);
        if (at != masks.end()) {
            EXPECT_EQ(row->write_mask, at->second);
        } else {
            ASSERT_NE(row->bits_per_intid, 0) << "a register that this table does not know";
            EXPECT_EQ(row->write_mask, family_of(*row) == "ICFGR" ? 0xAAAAAAAA : 0xFFFFFFFF);
        }
    }
}

// The same of the three frames, by what the configuration gives as IIDR (ID-D01).
TEST(Identification, IsMadeOfIidrInEachFrame)
{
    gic_config config = with_its();
    // Product A7, variant 2, revision 6, designer: bank 4, code 3B.
    config.iidr = 0xA702643B;
    its_gic g(config);
    const uint64_t arch = uint64_t(config.arch_rev) << 4;
    const std::map<uint32_t, uint64_t> expected = {
        {0xFFD0, 0x44}, // 64 KiB; bank
        {0xFFD4, 0},
        {0xFFD8, 0},
        {0xFFDC, 0},
        {0xFFE0, 0xA7},         // product
        {0xFFE4, 0xB0},         // code, low
        {0xFFE8, arch | 8 | 3}, // JEDEC; code, high
        {0xFFEC, 0x60},         // revision
        {0xFFF0, 0x0D},
        {0xFFF4, 0xF0},
        {0xFFF8, 0x05},
        {0xFFFC, 0xB1},
    };
    for (const auto &each : expected) {
        EXPECT_EQ(g.dist(each.first), each.second) << std::hex << each.first;
        EXPECT_EQ(g.redist(0, each.first), each.second) << std::hex << each.first;
        EXPECT_EQ(g.its_read(0, each.first, 4), each.second) << std::hex << each.first;
    }
    EXPECT_EQ(g.dist(GICD_IIDR), config.iidr);
    EXPECT_EQ(g.redist(0, GICR_IIDR), config.iidr);
    EXPECT_EQ(g.its_read(0, 4, 4), config.iidr);
}

// --- fields -----------------------------------------------------------------------------------

namespace
{

struct field {
    std::string reg, name;
    unsigned high, low;
};

#define GIC_FIELD(reg, name, high, low) {#reg, #name, high, low},
const std::vector<field> all_fields = {
#include "gicd_fields.def"
#include "gicr_fields.def"
#include "gits_fields.def"
#include "icc_fields.def"
};
#undef GIC_FIELD

// The same bits by another name: an address with page sizes below 64 KiB, and with 64 KiB.
bool is_another_view(const field &f)
{
    return f.reg == "GITS_BASER" && f.name == "Physical_Address";
}

} // namespace

TEST(RegisterFields, DoNotOverlap)
{
    std::map<std::string, uint64_t> used;
    for (const field &f : all_fields) {
        SCOPED_TRACE(f.reg + "." + f.name);
        ASSERT_GE(f.high, f.low);
        ASSERT_LT(f.high, 64u);
        if (is_another_view(f))
            continue;
        EXPECT_EQ(used[f.reg] & bits(f.high, f.low), 0u);
        used[f.reg] |= bits(f.high, f.low);
    }
}

// What software can change of a register is its fields but those that are read-only, and no bits
// between them.
TEST_F(RegisterRows, AreMadeOfTheirFields)
{
    std::map<std::string, uint64_t> used;
    for (const field &f : all_fields)
        if (!is_one_of(f.name, {"RWP", "UWP", "IR", "CES", "ChildrenAsleep", "Quiescent", "ImDe",
                                "ITS_Number", "Syndrome", "Type", "Entry_Size"}))
            used[f.reg] |= bits(f.high, f.low);
    for (const gic_reg_row *row : rows) {
        SCOPED_TRACE(row->name);
        const auto at = used.find(row->name);
        if (at != used.end() && row->write_mask != 0) {
            EXPECT_EQ(at->second, row->write_mask);
        }
    }
}
