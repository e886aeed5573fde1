// SPDX-License-Identifier: Apache-2.0
// The tables of registers and of their fields, by what the architecture says of all of them
// (IHI 0069, chapter 12): nobody else reads every column of every row.
#include <map>
#include <string>

#include "gic/fields.h"
#include "gicv2_rig.hpp"
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
#include "gicc_fields.def"
#include "gicd_fields.def"
#include "gicr_fields.def"
#include "gits_fields.def"
#include "icc_fields.def"
#include "ich_fields.def"
};
#undef GIC_FIELD

// The same bits by another name: an address with page sizes below 64 KiB, and with 64 KiB.
bool is_another_view(const field &f)
{
    return (f.reg == "GITS_BASER" && f.name == "Physical_Address") ||
           ((f.reg == "GICH_LR" || f.reg == "ICH_LR") && f.name == "EOI") ||
           (f.reg == "GICH_LR" && f.name == "CPUID");
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

// --- GICv2 ------------------------------------------------------------------------------------

namespace
{

struct v2_row {
    const char *name;
    uint32_t offset, span;
    unsigned bits;    // per INTID, or 0
    char access;      // r: read-only, w: write-only, b: both, 0: reads zero
    uint64_t changes; // by software, of each register
    bool secure;
};

// IHI 0048B, 4.3, 4.4, 5.3 and 5.5; GICD without what is each PE's own, and that.
const std::vector<v2_row> distributor2 = {
    {"GICD_CTLR", 0x000, 4, 0, 'b', 3, false},
    {"GICD_TYPER", 0x004, 4, 0, 'r', 0, false},
    {"GICD_IIDR", 0x008, 4, 0, 'r', 0, false},
    {"GICD_IGROUPR", 0x084, 0x7C, 1, 'b', UINT32_MAX, true},
    {"GICD_ISENABLER", 0x104, 0x7C, 1, 'b', UINT32_MAX, false},
    {"GICD_ICENABLER", 0x184, 0x7C, 1, 'b', UINT32_MAX, false},
    {"GICD_ISPENDR", 0x204, 0x7C, 1, 'b', UINT32_MAX, false},
    {"GICD_ICPENDR", 0x284, 0x7C, 1, 'b', UINT32_MAX, false},
    {"GICD_ISACTIVER", 0x304, 0x7C, 1, 'b', UINT32_MAX, false},
    {"GICD_ICACTIVER", 0x384, 0x7C, 1, 'b', UINT32_MAX, false},
    {"GICD_IPRIORITYR", 0x420, 0x3E0, 8, 'b', UINT32_MAX, false},
    {"GICD_ITARGETSR", 0x820, 0x3E0, 8, 'b', UINT32_MAX, false},
    {"GICD_ICFGR", 0xC08, 0xF8, 2, 'b', 0xAAAAAAAA, false},
    {"GICD_SPISR", 0xD04, 0x7C, 1, 'r', 0, false},
    {"GICD_NSACR", 0xE08, 0xF8, 2, 'b', UINT32_MAX, true},
    {"GICD_SGIR", 0xF00, 4, 0, 'w', bits(25, 15) | bits(3, 0), false},
    {"GICD_PIDR4", 0xFD0, 4, 0, 'r', 0, false},
    {"GICD_PIDR5", 0xFD4, 4, 0, 'r', 0, false},
    {"GICD_PIDR6", 0xFD8, 4, 0, 'r', 0, false},
    {"GICD_PIDR7", 0xFDC, 4, 0, 'r', 0, false},
    {"GICD_PIDR0", 0xFE0, 4, 0, 'r', 0, false},
    {"GICD_PIDR1", 0xFE4, 4, 0, 'r', 0, false},
    {"GICD_PIDR2", 0xFE8, 4, 0, 'r', 0, false},
    {"GICD_PIDR3", 0xFEC, 4, 0, 'r', 0, false},
    {"GICD_CIDR0", 0xFF0, 4, 0, 'r', 0, false},
    {"GICD_CIDR1", 0xFF4, 4, 0, 'r', 0, false},
    {"GICD_CIDR2", 0xFF8, 4, 0, 'r', 0, false},
    {"GICD_CIDR3", 0xFFC, 4, 0, 'r', 0, false},
};
const std::vector<v2_row> banked2 = {
    {"GICD_IGROUPR0", 0x080, 4, 1, 'b', UINT32_MAX, true},
    {"GICD_ISENABLER0", 0x100, 4, 1, 'b', UINT32_MAX, false},
    {"GICD_ICENABLER0", 0x180, 4, 1, 'b', UINT32_MAX, false},
    {"GICD_ISPENDR0", 0x200, 4, 1, 'b', bits(31, 16), false},
    {"GICD_ICPENDR0", 0x280, 4, 1, 'b', bits(31, 16), false},
    {"GICD_ISACTIVER0", 0x300, 4, 1, 'b', UINT32_MAX, false},
    {"GICD_ICACTIVER0", 0x380, 4, 1, 'b', UINT32_MAX, false},
    {"GICD_IPRIORITYR0", 0x400, 32, 8, 'b', UINT32_MAX, false},
    {"GICD_ITARGETSR0", 0x800, 32, 8, 'r', 0, false},
    {"GICD_ICFGR0", 0xC00, 4, 2, 'r', 0, false},
    {"GICD_ICFGR1", 0xC04, 4, 2, 'b', 0xAAAAAAAA, false},
    {"GICD_PPISR", 0xD00, 4, 0, 'r', 0, false},
    {"GICD_NSACR0", 0xE00, 4, 2, 'b', UINT32_MAX, true},
    {"GICD_NSACR1", 0xE04, 4, 2, '0', 0, false},
    {"GICD_CPENDSGIR", 0xF10, 16, 8, 'b', UINT32_MAX, false},
    {"GICD_SPENDSGIR", 0xF20, 16, 8, 'b', UINT32_MAX, false},
};
const std::vector<v2_row> cpu2 = {
    {"GICC_CTLR", 0x00, 4, 0, 'b', bits(10, 0), false},
    {"GICC_PMR", 0x04, 4, 0, 'b', bits(7, 0), false},
    {"GICC_BPR", 0x08, 4, 0, 'b', bits(2, 0), false},
    {"GICC_IAR", 0x0C, 4, 0, 'r', 0, false},
    {"GICC_EOIR", 0x10, 4, 0, 'w', bits(12, 0), false},
    {"GICC_RPR", 0x14, 4, 0, 'r', 0, false},
    {"GICC_HPPIR", 0x18, 4, 0, 'r', 0, false},
    {"GICC_ABPR", 0x1C, 4, 0, 'b', bits(2, 0), true},
    {"GICC_AIAR", 0x20, 4, 0, 'r', 0, true},
    {"GICC_AEOIR", 0x24, 4, 0, 'w', bits(12, 0), true},
    {"GICC_AHPPIR", 0x28, 4, 0, 'r', 0, true},
    {"GICC_APR", 0xD0, 16, 0, 'b', UINT32_MAX, false},
    {"GICC_NSAPR", 0xE0, 16, 0, 'b', UINT32_MAX, true},
    {"GICC_IIDR", 0xFC, 4, 0, 'r', 0, false},
    {"GICC_DIR", 0x1000, 4, 0, 'w', bits(12, 0), false},
};
const std::vector<v2_row> hypervisor2 = {
    {"GICH_HCR", 0x00, 4, 0, 'b', bits(31, 27) | bits(7, 0), false},
    {"GICH_VTR", 0x04, 4, 0, 'r', 0, false},
    {"GICH_VMCR", 0x08, 4, 0, 'b', bits(31, 27) | bits(23, 18) | bits(9, 9) | bits(4, 0), false},
    {"GICH_MISR", 0x10, 4, 0, 'r', 0, false},
    {"GICH_EISR", 0x20, 8, 0, 'r', 0, false},
    {"GICH_ELRSR", 0x30, 8, 0, 'r', 0, false},
    {"GICH_APR", 0xF0, 16, 0, 'b', UINT32_MAX, false},
    {"GICH_LR", 0x100, 256, 0, 'b', bits(31, 23) | bits(19, 0), false},
};

// Of a family whose first register is at the boundary below, whole for 1024 INTIDs.
uint32_t first_intid(const v2_row &row)
{
    const uint32_t family = row.bits == 1 ? 0x80 : row.bits == 2 ? 0x100 : 0x400;
    return row.bits == 0 || row.span == 16 ? 0 : row.offset % family * 8 / row.bits;
}

// The rows of the manual are the frame's first, in this order.
void expect_rows(const gic_frame *frame, const std::vector<v2_row> &expected)
{
    ASSERT_NE(frame, nullptr);
    ASSERT_GE(frame->row_count, expected.size());
    for (size_t i = 0; i < expected.size(); i++) {
        const gic_reg_row &row = frame->row[i];
        const v2_row &e = expected[i];
        SCOPED_TRACE(e.name);
        EXPECT_STREQ(row.name, e.name);
        EXPECT_EQ(row.offset, e.offset);
        EXPECT_EQ(row.span, e.span);
        EXPECT_EQ(row.element, 4);
        EXPECT_EQ(row.bits_per_intid, e.bits);
        EXPECT_EQ(row.intid_base, first_intid(e));
        EXPECT_EQ(row.widths, e.bits == 8 ? GIC_W8 | GIC_W32 : GIC_W32);
        EXPECT_EQ(row.flags & GIC_REG_RO, e.access == 'r' ? GIC_REG_RO : 0);
        EXPECT_EQ(row.flags & GIC_REG_WO, e.access == 'w' ? GIC_REG_WO : 0);
        EXPECT_EQ(row.flags & GIC_REG_RAZ, e.access == '0' ? GIC_REG_RAZ : 0);
        EXPECT_EQ(row.flags & GIC_REG_SECURE, e.secure ? GIC_REG_SECURE : 0);
        EXPECT_EQ(row.write_mask, e.changes);
    }
}

} // namespace

TEST(RegisterRowsOfAGicv2, AreTheArchitectures)
{
    gic_config config = v2::two_states();
    config.has_el2 = true;
    v2::gic g(config);
    expect_rows(gic_assembly_gicd_frame(g.a), distributor2);
    EXPECT_EQ(gic_assembly_gicd_frame(g.a)->row_count, distributor2.size());
    expect_rows(gic_assembly_gicr_frame(g.a), banked2);
    expect_rows(gic_assembly_cpu_frame(g.a, CPUIF_GICC), cpu2);
    expect_rows(gic_assembly_cpu_frame(g.a, CPUIF_GICH), hypervisor2);
    for (const gic_frame *frame :
         {gic_assembly_gicr_frame(g.a), gic_assembly_cpu_frame(g.a, CPUIF_GICC),
          gic_assembly_cpu_frame(g.a, CPUIF_GICH)}) {
        const gic_reg_row &last = frame->row[frame->row_count - 1];
        EXPECT_LE(last.offset + last.span, frame->size);
    }
    // GICV is GICC as a guest has it, all of it Non-secure: without NSAPR and what is Secure's.
    const gic_frame *guest = gic_assembly_cpu_frame(g.a, CPUIF_GICV);
    std::vector<v2_row> virtual2;
    for (v2_row row : cpu2) {
        row.secure = false;
        if (row.offset == 0)
            row.changes = bits(9, 9) | bits(4, 0);
        if (std::string(row.name) != "GICC_NSAPR")
            virtual2.push_back(row);
    }
    ASSERT_EQ(guest->row_count, virtual2.size());
    for (size_t i = 0; i < virtual2.size(); i++) {
        const std::string name = "GICV" + std::string(virtual2[i].name).substr(4);
        EXPECT_EQ(guest->row[i].name, name);
        virtual2[i].name = guest->row[i].name;
    }
    expect_rows(guest, virtual2);
    EXPECT_EQ(gic_assembly_gicd_frame(g.a)->size, 0x1000u);
}

// Constants after reset, of every register that is one (the others are zero or their own tests').
TEST(RegisterRowsOfAGicv2, AfterResetARegisterReadsWhatItsRowSays)
{
    v2::gic g(v2::one_state());
    for (unsigned pe = 0; pe < 2; pe++) {
        EXPECT_EQ(g.gicc(pe, v2::GICC_IAR), 1023u);
        EXPECT_EQ(g.gicc(pe, v2::GICC_AIAR), 1023u);
        EXPECT_EQ(g.gicc(pe, v2::GICC_HPPIR), 1023u);
        EXPECT_EQ(g.gicc(pe, v2::GICC_AHPPIR), 1023u);
        EXPECT_EQ(g.gicc(pe, v2::GICC_RPR), 0xFFu);
        EXPECT_EQ(g.dist(pe, v2::GICD_ICFGR), 0xAAAAAAAAu);
    }
    for (const gic_frame *frame : {gic_assembly_gicd_frame(g.a), gic_assembly_gicr_frame(g.a),
                                   gic_assembly_cpu_frame(g.a, CPUIF_GICC)})
        for (unsigned i = 0; i < frame->row_count; i++) {
            const gic_reg_row &row = frame->row[i];
            SCOPED_TRACE(row.name);
            const std::string register_name = row.name;
            if ((row.flags & (GIC_REG_WO | GIC_REG_RAZ)) || row.reset == 0) {
                EXPECT_EQ(row.reset, 0u);
                continue;
            }
            EXPECT_EQ(register_name.find("GICC_") == 0 ? g.gicc(0, row.offset)
                                                       : g.dist(0, row.offset),
                      row.reset);
        }
}

// Bits that are not a register's do nothing, in either view of Security.
TEST(RegisterRowsOfAGicv2, ReservedBitsDoNothing)
{
    v2::gic g(v2::two_states());
    for (const v2_row &row : cpu2)
        for (bool secure : {true, false}) {
            SCOPED_TRACE(row.name);
            if (row.access != 'b' || (row.secure && !secure))
                continue;
            const uint64_t mine = std::string(row.name) == "GICC_CTLR" && !secure
                                      ? bits(9, 9) | bits(6, 5) | bits(0, 0)
                                      : row.changes;
            g.gicc_write(1, row.offset, 0, secure);
            const uint32_t before = g.gicc(1, row.offset, secure);
            const uint32_t other = g.gicc(1, row.offset, !secure);
            g.gicc_write(1, row.offset, ~mine & UINT32_MAX, secure);
            EXPECT_EQ(g.gicc(1, row.offset, secure), before);
            EXPECT_EQ(g.gicc(1, row.offset, !secure), other);
        }
}
