// SPDX-License-Identifier: Apache-2.0
// The CPU interface of every configuration: which system registers there are, which of their bits,
// what they say of it, and what a reset leaves (IHI 0069, 12.2; docs/impdef.md).
#include <functional>
#include <string>

#include "cpuif_rig.hpp"

using cpuif_rig::rig;

namespace
{

// Every number of bits with every other kind of choice beside it, not each with each.
std::vector<gic_config> shapes()
{
    static const struct {
        unsigned priority;
        unsigned preemption;
    } bits[] = {{5, 5}, {6, 6}, {7, 7}, {8, 7}, {8, 5}, {7, 6}};
    static const unsigned counts[] = {4, 1, 0, 16, 2, 15, 3};
    static const uint8_t lpis[] = {0, 16, 17, 24, 14};
    std::vector<gic_config> all;
    unsigned n = 0;
    for (const auto &physical : bits)
        for (const auto &of_guest : bits)
            for (unsigned levels = 0; levels < 4; levels++, n++) {
                gic_config config = gic_config_default();
                config.has_el2 = levels != 1;
                config.has_el3 = levels != 2;
                config.two_security_states = levels == 3;
                config.priority_bits = static_cast<uint8_t>(physical.priority);
                config.preemption_bits = static_cast<uint8_t>(physical.preemption);
                config.virtual_priority_bits = static_cast<uint8_t>(of_guest.priority);
                config.virtual_preemption_bits = static_cast<uint8_t>(of_guest.preemption);
                config.list_registers = static_cast<uint8_t>(counts[n % 7]);
                config.lpi_bits = lpis[n % 5];
                config.nmi = n % 3 == 1;
                config.range_select = n % 2 == 0;
                config.aff3_valid = n % 4 < 2;
                all.push_back(config);
            }
    gic_config small = gic_config_default();
    small.has_el2 = small.has_el3 = false;
    small.priority_bits = small.preemption_bits = 4;
    all.push_back(small);
    return all;
}

std::string text_of(const gic_config &c)
{
    std::string text = "bits " + std::to_string(c.priority_bits) + "/" +
                       std::to_string(c.preemption_bits) + ", virtual " +
                       std::to_string(c.virtual_priority_bits) + "/" +
                       std::to_string(c.virtual_preemption_bits) + ", list registers " +
                       std::to_string(c.list_registers) + ", LPI bits " +
                       std::to_string(c.lpi_bits) + (c.nmi ? ", NMIs" : "");
    return text + (c.has_el2 ? ", EL2" : "") + (c.has_el3 ? ", EL3" : "");
}

// Active priority registers for so many pre-emption bits.
unsigned words(unsigned preemption)
{
    return preemption <= 5 ? 1 : preemption == 6 ? 2 : 4;
}

unsigned lists(const gic_config &c)
{
    return c.has_el2 ? c.list_registers : 0;
}

std::string name_of(unsigned reg)
{
    return gic_sysreg_name(static_cast<gic_sysreg>(reg));
}

bool starts(const std::string &name, const char *with)
{
    return name.rfind(with, 0) == 0;
}

// The number in ICC_AP0R<n>_EL1, ICH_LR<n>_EL2.
unsigned number_in(const std::string &name)
{
    return static_cast<unsigned>(std::stoul(name.substr(starts(name, "ICH_LR") ? 6 : 8)));
}

bool is_active_priorities(const std::string &name)
{
    return name.substr(3, 3) == "_AP";
}

// Whether the register exists for an access to the physical (or virtual) interface.
bool exists(const gic_config &c, const std::string &name, bool is_virtual)
{
    if (starts(name, "ICH_LR"))
        return number_in(name) < lists(c);
    if (starts(name, "ICH_AP"))
        return lists(c) > 0 && number_in(name) < words(c.virtual_preemption_bits);
    if (starts(name, "ICH_"))
        return lists(c) > 0;
    if (is_active_priorities(name))
        return number_in(name) < words(is_virtual ? c.virtual_preemption_bits : c.preemption_bits);
    if (name.substr(name.size() - 4) == "_EL3")
        return c.has_el3;
    return name == "ICC_SRE_EL2" ? c.has_el2 : name != "ICC_NMIAR1_EL1" || c.nmi;
}

void at_the_highest_level(rig &r, const gic_config &c)
{
    r.state = {};
    r.pe(c.has_el3 ? 3 : c.has_el2 ? 2 : 1, true);
}

void as_a_guest(rig &r)
{
    r.state = {};
    r.state.hcr_imo = r.state.hcr_fmo = true;
    r.pe(1, true);
}

gic_sysreg_result touch(rig &r, unsigned reg)
{
    uint64_t value = 0;
    const auto which = static_cast<gic_sysreg>(reg);
    return gic_sysreg_readable(which) ? r.read(which, &value) : r.write(which, 1023);
}

uint64_t field(uint64_t value, unsigned high, unsigned low)
{
    return value << (63 - high) >> (63 - high + low) << low;
}

// Active priorities that exist of one register.
uint64_t levels(unsigned preemption)
{
    return preemption == 4 ? 0xFFFF : UINT32_MAX;
}

uint64_t identification(const gic_config &c, unsigned priority_bits)
{
    return uint64_t(priority_bits - 1) << 8 | uint64_t(c.lpi_bits > 16) << 11 |
           uint64_t(c.aff3_valid) << 15 | uint64_t(c.range_select) << 18 | 1u << 19;
}

uint64_t at_least(uint64_t value, uint64_t least)
{
    return value < least ? least : value;
}

uint64_t list_register_bits(const gic_config &c)
{
    return UINT64_C(0xF) << 60 | uint64_t(c.nmi) << 59 |
           field(0xFFull << 48, 55, 56 - c.virtual_priority_bits) | UINT64_C(0x1FFF) << 32 |
           (c.lpi_bits > 16 ? 0xFFFFFF : 0xFFFF);
}

// What is read after @p w was written to a register of the hypervisor.
uint64_t hypervisors(const gic_config &c, const std::string &name, uint64_t w)
{
    const unsigned least = 7u - c.virtual_preemption_bits;
    if (name == "ICH_HCR_EL2")
        return w & 0xF8005CFF;
    if (starts(name, "ICH_LR"))
        return w & list_register_bits(c);
    if (is_active_priorities(name))
        return w & (levels(c.virtual_preemption_bits) |
                    (name == "ICH_AP1R0_EL2" ? uint64_t(c.nmi) << 63 : 0));
    EXPECT_EQ(name, "ICH_VMCR_EL2");
    return (w & 0x213) | 8 | at_least(w >> 18 & 7, least + 1) << 18 |
           at_least(w >> 21 & 7, least) << 21 | field(w, 31, 32 - c.virtual_priority_bits);
}

// Of a register that both interfaces have: at the highest level with SCR_EL3.NS=1, or a guest's.
uint64_t interfaces(const gic_config &c, const std::string &name, uint64_t w, bool is_virtual)
{
    const unsigned priority = is_virtual ? c.virtual_priority_bits : c.priority_bits;
    const unsigned preemption = is_virtual ? c.virtual_preemption_bits : c.preemption_bits;
    const bool el1_only = !is_virtual && c.two_security_states;
    if (name == "ICC_PMR_EL1")
        return field(w, 7, 8 - priority);
    if (name == "ICC_BPR0_EL1")
        return at_least(w & 7, 7 - preemption);
    if (name == "ICC_BPR1_EL1")
        return at_least(w & 7, 8 - preemption);
    if (is_active_priorities(name))
        return w & (levels(preemption) | (name == "ICC_AP1R0_EL1" ? uint64_t(c.nmi) << 63 : 0));
    if (name == "ICC_CTLR_EL1")
        return identification(c, priority) | (w & (is_virtual ? 3 : el1_only ? 2 : 0x43));
    EXPECT_TRUE(starts(name, "ICC_IGRPEN")) << name;
    return w & 1;
}

uint64_t physical(const gic_config &c, const std::string &name, uint64_t w)
{
    if (starts(name, "ICH_"))
        return hypervisors(c, name, w);
    if (name == "ICC_CTLR_EL3")
        return identification(c, c.priority_bits) | (w & 0x5F);
    if (starts(name, "ICC_SRE"))
        return 7 | (name == "ICC_SRE_EL1" ? 0 : w & 8);
    return name == "ICC_IGRPEN1_EL3" ? w & 3 : interfaces(c, name, w, false);
}

// Every bit by itself, set in zeros and clear in ones.
void check_bits(rig &r, gic_sysreg reg, const std::function<uint64_t(uint64_t)> &expected)
{
    const uint64_t before = r.get(reg);
    for (unsigned bit = 0; bit < 64; bit++)
        for (uint64_t w : {UINT64_C(1) << bit, ~(UINT64_C(1) << bit)}) {
            r.put(reg, w);
            ASSERT_EQ(r.get(reg), expected(w)) << name_of(reg) << std::hex << " written " << w;
        }
    r.put(reg, before);
}

// Writes ones to whatever takes them, in both Security states and as a guest.
void write_ones(rig &r)
{
    for (const bool ns : {true, false}) {
        r.state.hcr_imo = r.state.hcr_fmo = false;
        r.pe(3, ns);
        for (unsigned reg = 0; reg < GIC_SYSREG_COUNT; reg++) {
            const std::string name = name_of(reg);
            if (gic_sysreg_writable(static_cast<gic_sysreg>(reg)) &&
                name.find("SGI") == std::string::npos && name.find("EOIR") == std::string::npos)
                r.write(static_cast<gic_sysreg>(reg), ~UINT64_C(0));
        }
    }
}

} // namespace

TEST(CpuifShapes, RegistersExistByTheConfiguration)
{
    for (const gic_config &config : shapes()) {
        SCOPED_TRACE(text_of(config));
        rig r(config);
        at_the_highest_level(r, config);
        for (unsigned reg = 0; reg < GIC_SYSREG_COUNT; reg++)
            ASSERT_EQ(touch(r, reg),
                      exists(config, name_of(reg), false) ? GIC_SYSREG_OK : GIC_SYSREG_UNDEFINED)
                << name_of(reg);
        if (!config.has_el2)
            continue;
        as_a_guest(r);
        for (unsigned reg = 0; reg < GIC_SYSREG_COUNT; reg++) {
            const std::string name = name_of(reg);
            if (!starts(name, "ICC_") || starts(name, "ICC_SRE") ||
                name.substr(name.size() - 4) == "_EL3")
                continue;
            // Without list registers there is nothing virtual: EL2 gets the access.
            const bool none = lists(config) == 0;
            const bool trapped = none || name.find("SGI") != std::string::npos;
            ASSERT_EQ(touch(r, reg), !exists(config, name, !none) ? GIC_SYSREG_UNDEFINED
                                     : trapped                    ? GIC_SYSREG_TRAP_EL2
                                                                  : GIC_SYSREG_OK)
                << name;
        }
    }
}

// ID-H08: AP0R by HCR_EL2.FMO, AP1R by HCR_EL2.IMO, each by its own routing to EL3.
TEST(CpuifShapes, ActivePrioritiesExistForTheirOwnGroup)
{
    for (const gic_config &config : shapes()) {
        if (lists(config) == 0)
            continue;
        SCOPED_TRACE(text_of(config));
        rig r(config);
        for (unsigned n = 0; n < 16; n++) {
            r.state = {};
            r.state.hcr_fmo = (n & 1u) != 0;
            r.state.hcr_imo = (n & 2u) != 0;
            r.state.scr_fiq = (n & 4u) != 0;
            r.state.scr_irq = (n & 8u) != 0;
            r.pe(1, true);
            for (unsigned reg = GIC_ICC_AP0R0_EL1; reg <= GIC_ICC_AP1R3_EL1; reg++) {
                const std::string name = name_of(reg);
                const bool group0 = starts(name, "ICC_AP0R");
                const bool of_guest = group0 ? r.state.hcr_fmo : r.state.hcr_imo;
                const bool to_el3 = config.has_el3 && (group0 ? r.state.scr_fiq : r.state.scr_irq);
                ASSERT_EQ(touch(r, reg), !exists(config, name, of_guest) ? GIC_SYSREG_UNDEFINED
                                         : !of_guest && to_el3           ? GIC_SYSREG_TRAP_EL3
                                                                         : GIC_SYSREG_OK)
                    << name << " in state " << n;
            }
        }
    }
}

TEST(CpuifShapes, IdentificationSaysWhatThereIs)
{
    for (const gic_config &config : shapes()) {
        SCOPED_TRACE(text_of(config));
        rig r(config);
        at_the_highest_level(r, config);
        EXPECT_EQ(r.get(GIC_ICC_CTLR_EL1), identification(config, config.priority_bits));
        if (config.has_el3) {
            EXPECT_EQ(r.get(GIC_ICC_CTLR_EL3), identification(config, config.priority_bits));
        }
        if (lists(config) == 0)
            continue;
        EXPECT_EQ(r.get(GIC_ICH_VTR_EL2), uint64_t(config.virtual_priority_bits - 1) << 29 |
                                              uint64_t(config.virtual_preemption_bits - 1) << 26 |
                                              uint64_t(config.lpi_bits > 16) << 23 |
                                              uint64_t(config.aff3_valid) << 21 | 1u << 20 |
                                              1u << 19 | (lists(config) - 1));
        EXPECT_EQ(r.get(GIC_ICH_ELRSR_EL2), (1u << lists(config)) - 1);
        if (config.has_el3)
            r.put(GIC_ICC_CTLR_EL3, 0x40); // PMHE is of the physical interface alone
        as_a_guest(r);
        EXPECT_EQ(r.get(GIC_ICC_CTLR_EL1), identification(config, config.virtual_priority_bits));
    }
}

TEST(CpuifShapes, EachBitIsThereOrReserved)
{
    const std::vector<gic_config> all = shapes();
    for (size_t n = 0; n < all.size(); n += n + 5 < all.size() ? 5 : 1) {
        const gic_config &config = all[n];
        SCOPED_TRACE(text_of(config));
        rig r(config);
        at_the_highest_level(r, config);
        for (unsigned n_reg = 0; n_reg < GIC_SYSREG_COUNT; n_reg++) {
            const auto reg = static_cast<gic_sysreg>(n_reg);
            const std::string name = name_of(reg);
            if (!gic_sysreg_readable(reg) || !gic_sysreg_writable(reg) ||
                !exists(config, name, false))
                continue;
            check_bits(r, reg, [&](uint64_t w) { return physical(config, name, w); });
            if (testing::Test::HasFatalFailure())
                return;
        }
        if (lists(config) == 0)
            continue;
        as_a_guest(r);
        for (unsigned n_reg = 0; n_reg < GIC_SYSREG_COUNT; n_reg++) {
            const auto reg = static_cast<gic_sysreg>(n_reg);
            const std::string name = name_of(reg);
            if (!starts(name, "ICC_") || starts(name, "ICC_SRE") ||
                name.substr(name.size() - 4) == "_EL3" || !gic_sysreg_readable(reg) ||
                !gic_sysreg_writable(reg) || !exists(config, name, true))
                continue;
            check_bits(r, reg, [&](uint64_t w) { return interfaces(config, name, w, true); });
            if (testing::Test::HasFatalFailure())
                return;
        }
    }
}

// The saved state is all there is of it.
TEST(CpuifShapes, AResetLeavesNothingOfWhatWasWritten)
{
    for (const gic_config &config : shapes()) {
        SCOPED_TRACE(text_of(config));
        rig fresh(config);
        rig r(config);
        write_ones(r);
        EXPECT_NE(r.saved(), fresh.saved());
        r.reset();
        EXPECT_EQ(r.saved(), fresh.saved());
        EXPECT_EQ(r.lines, 0u);
        at_the_highest_level(r, config);
        at_the_highest_level(fresh, config);
        for (unsigned n = 0; n < GIC_SYSREG_COUNT; n++) {
            const auto reg = static_cast<gic_sysreg>(n);
            uint64_t is = 0, was = 0;
            ASSERT_EQ(cpuif_peek(r.c, reg, &is), cpuif_peek(fresh.c, reg, &was));
            EXPECT_EQ(is, was) << name_of(n);
        }
    }
}

// Highest level: what a debugger sees is what a read there returns.
TEST(CpuifShapes, APeekIsAReadAtTheHighestLevel)
{
    for (const gic_config &config : shapes()) {
        SCOPED_TRACE(text_of(config));
        rig r(config);
        const unsigned highest = config.has_el3 ? 3 : config.has_el2 ? 2 : 1;
        r.state = {};
        r.state.sctlr_nmi = static_cast<uint8_t>(1u << highest);
        r.pe(highest, true);
        r.open_all();
        r.put(GIC_ICC_BPR0_EL1, 6);
        r.put(GIC_ICC_BPR1_EL1, 7);
        r.put(GIC_ICC_CTLR_EL1, 2);
        if (config.nmi)
            r.receive(GIC_MSG_SET, 40, 0, GIC_GROUP_1NS, GIC_IS_NMI);
        for (unsigned level = 0; level <= highest; level++) {
            uint64_t seen[GIC_SYSREG_COUNT] = {};
            bool there[GIC_SYSREG_COUNT] = {};
            r.pe(level, true);
            for (unsigned n = 0; n < GIC_SYSREG_COUNT; n++)
                there[n] = cpuif_peek(r.c, static_cast<gic_sysreg>(n), &seen[n]);
            r.pe(highest, true);
            for (unsigned n = 0; n < GIC_SYSREG_COUNT; n++) {
                const auto reg = static_cast<gic_sysreg>(n);
                uint64_t value = 0;
                const std::string name = name_of(n);
                if (name.find("IAR") != std::string::npos)
                    continue; // a read would acknowledge
                ASSERT_EQ(there[n], r.read(reg, &value) == GIC_SYSREG_OK) << name;
                ASSERT_EQ(seen[n], value) << name;
            }
            uint64_t value = 0;
            EXPECT_TRUE(cpuif_peek(r.c, GIC_ICC_IAR1_EL1, &value));
            EXPECT_EQ(value, config.nmi ? GIC_INTID_NMI : GIC_INTID_SPURIOUS);
            EXPECT_FALSE(cpuif_peek(r.c, GIC_SYSREG_COUNT, &value));
        }
    }
}
