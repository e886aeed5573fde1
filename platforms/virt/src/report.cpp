// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <string>
#include <vector>

#include "gictime/json.h"
#include "time_util.h"
#include "where.h"

namespace virt
{

namespace
{

constexpr uint64_t ps_per_us = 1000000;
constexpr uint64_t ps_per_ns = 1000;
constexpr uint64_t icc_sre_all = 0xf; ///< ICC_SRE_EL3: SRE, DFB, DIB, Enable.

double mips(const machine &m, double host_s)
{
    return host_s > 0
               ? static_cast<double>(const_cast<machine &>(m).sched().insns_here()) / 1e6 / host_s
               : 0;
}

bool print_frame(const char *frame, const gic_frame &registers, const char *filter, FILE *out)
{
    bool any = false;

    for (unsigned n = 0; n < registers.row_count; n++) {
        const gic_reg_row &row = registers.row[n];
        const bool whole_frame = filter != nullptr && std::strcmp(filter, frame) == 0;

        if (filter != nullptr && !whole_frame &&
            std::strncmp(row.name, filter, std::strlen(filter)) != 0)
            continue;
        (void)std::fprintf(out, "%-6s 0x%05x %-20s %6u bytes  %s%s%s%s%s\n", frame, row.offset,
                           row.name, row.span, (row.widths & GIC_W8) != 0 ? "8 " : "",
                           (row.widths & GIC_W32) != 0 ? "32 " : "",
                           (row.widths & GIC_W64) != 0 ? "64 " : "",
                           (row.flags & GIC_REG_RO) != 0   ? "read-only "
                           : (row.flags & GIC_REG_WO) != 0 ? "write-only "
                                                           : "",
                           (row.flags & GIC_REG_SECURE) != 0 ? "Secure" : "");
        any = true;
    }
    return any;
}

/// A configuration that has every register this version can have.
gic_config everything()
{
    gic_config config = gic_config_default();

    config.has_el2 = config.has_el3 = config.two_security_states = true;
    config.priority_bits = 8;
    config.preemption_bits = 7;
    config.list_registers = GIC_MAX_LIST_REGISTERS;
    config.virtual_priority_bits = 8;
    config.virtual_preemption_bits = 7;
    config.lpi_bits = 24;
    config.its_count = 1;
    return config;
}

gic_pe_state non_secure_el3()
{
    gic_pe_state state = gic_pe_state();

    state.el = 3;
    state.scr_ns = true;
    return state;
}

/// What the architecture names and this version has not: UNDEFINED at EL3, where all else is there.
bool undefined_at_el3(gic_assembly *a, gic_sysreg reg)
{
    uint64_t value = 0;

    return (gic_sysreg_readable(reg)
                ? gic_assembly_sysreg_read(a, 0, 0, reg, &value)
                : gic_assembly_sysreg_write(a, 0, 0, reg, value)) == GIC_SYSREG_UNDEFINED;
}

bool print_sysregs(gic_assembly *a, const char *filter, FILE *out)
{
    bool any = false;

    for (unsigned n = 0; n < GIC_SYSREG_COUNT; n++) {
        const gic_sysreg reg = static_cast<gic_sysreg>(n);
        const char *name = gic_sysreg_name(reg);

        if (filter != nullptr && std::strncmp(name, filter, std::strlen(filter)) != 0)
            continue;
        (void)std::fprintf(out, "sysreg %-28s %s%s%s\n", name, gic_sysreg_readable(reg) ? "R" : "",
                           gic_sysreg_writable(reg) ? "W" : "",
                           undefined_at_el3(a, reg) ? " UNDEFINED in this version" : "");
        any = true;
    }
    return any;
}

} // namespace

const char *report_ending(ending reason)
{
    switch (reason) {
    case ending::power_off:
        return "the guest powered off";
    case ending::exited:
        return "the guest exited by semihosting";
    case ending::instructions:
        return "the bound of --max-insns was reached";
    case ending::time:
        return "the bound of --max-time was reached";
    case ending::stuck:
        return "every PE is asleep or off and nothing is left that could wake one";
    case ending::detached:
        return "the debugger ended the run";
    case ending::interrupted:
        return "interrupted";
    case ending::wall:
        return "the bound of --max-wall was reached";
    case ending::faults:
        return "a PE takes the same fault for ever";
    default:
        return "still running";
    }
}

namespace
{

/// What was open when a run ended before the guest did.
void report_open_end(machine &m, FILE *out)
{
    switch (m.sched().reason()) {
    case ending::faults:
        report_fault_loop(m, m.faulting_pe(), out);
        break;
    case ending::instructions:
    case ending::time:
    case ending::wall:
    case ending::stuck:
    case ending::interrupted:
        break;
    default:
        return;
    }
    report_where(m, out);
}

std::string us(uint64_t ps)
{
    char text[32];

    (void)std::snprintf(text, sizeof text, "%" PRIu64 ".%03" PRIu64, ps / ps_per_us,
                        ps % ps_per_us / ps_per_ns);
    return text;
}

/// Columns of a span: median, 99th percentile and maximum; "-" where there was none.
std::string columns(const gictime_group *group, gictime_span span)
{
    const gictime_histogram *h = group != nullptr ? &group->span[span] : nullptr;
    const bool any = h != nullptr && h->count != 0;
    const std::string words[] = {any ? us(gictime_histogram_quantile(h, 500000)) : "-",
                                 any ? us(gictime_histogram_quantile(h, 990000)) : "-",
                                 any ? us(h->max) : "-"};
    std::string text;

    for (const std::string &word : words)
        text += std::string(word.size() < 11 ? 11 - word.size() : 1, ' ') + word;
    return text;
}

void report_latency_header(FILE *out)
{
    (void)std::fprintf(out,
                       "gicvp: latency in us           to acknowledge: p50        p99        max"
                       "   service: p50        p99        max\n");
}

/// How often an interrupt was acknowledged, with its latencies where they are measured, and who
/// raises it.
void report_interrupt(machine &m, uint32_t intid, uint64_t count, FILE *out)
{
    const bool special = intid >= GIC_INTID_SPECIAL_FIRST && intid <= GIC_INTID_SPURIOUS;
    const std::string name = special ? "(no interrupt)" : m.irq_name(intid);
    const std::string title = "INTID " + std::to_string(intid);
    std::string line = title + ": " + std::to_string(count);

    if (const gictime_breakdown *latencies = m.latencies()) {
        const gictime_group *group = gictime_breakdown_find(latencies, title.c_str());

        line.resize(std::max<size_t>(line.size(), 32), ' ');
        line += columns(group, GICTIME_SPAN_ACKNOWLEDGE) + columns(group, GICTIME_SPAN_SERVICE);
    }
    (void)std::fprintf(out, "gicvp: %s%s%s\n", line.c_str(), name.empty() ? "" : "  ",
                       name.c_str());
}

void report_interrupts(machine &m, FILE *out)
{
    const std::vector<uint64_t> &count = m.acknowledged();
    bool header = m.latencies() != nullptr;

    for (size_t intid = 0; intid < count.size(); intid++) {
        if (count[intid] == 0)
            continue;
        if (header)
            report_latency_header(out);
        header = false;
        report_interrupt(m, static_cast<uint32_t>(intid), count[intid], out);
    }
}

} // namespace

void report_summary(machine &m, double host_s, FILE *out)
{
    const scheduler &s = m.sched();

    (void)std::fprintf(out, "gicvp: %s\n", report_ending(s.reason()));
    report_open_end(m, out);
    (void)std::fprintf(
        out, "gicvp: %" PRIu64 " instructions, %" PRIu64 ".%09" PRIu64 " ms simulated, %.1f MIPS\n",
        s.insns(), now_ps() / 1000000000, now_ps() % 1000000000, mips(m, host_s));
    report_interrupts(m, out);
    if (m.guest_errors() != 0)
        (void)std::fprintf(out, "gicvp: %" PRIu64 " mistakes of the guest\n", m.guest_errors());
    if (m.gic().stats().causality_violations != 0)
        (void)std::fprintf(out,
                           "gicvp: %" PRIu64 " causality violations, largest skew %" PRIu64 " ps\n",
                           m.gic().stats().causality_violations, m.gic().stats().causality_skew_ps);
}

void report_json(machine &m, double host_s, FILE *out)
{
    const scheduler &s = m.sched();
    const std::vector<uint64_t> &count = m.acknowledged();
    gictime_json json;

    gictime_json_open(&json, out, 1);
    gictime_json_object(&json, nullptr);
    gictime_json_string(&json, "ending", report_ending(s.reason()));
    gictime_json_u64(&json, "instructions", s.insns());
    gictime_json_u64(&json, "time_ps", now_ps());
    gictime_json_u64(&json, "guest_errors", m.guest_errors());
    gictime_json_u64(&json, "causality_violations", m.gic().stats().causality_violations);
    gictime_json_u64(&json, "causality_skew_ps", m.gic().stats().causality_skew_ps);
    gictime_json_object(&json, "interrupts");
    for (size_t intid = 0; intid < count.size(); intid++)
        if (count[intid] != 0)
            gictime_json_u64(&json, std::to_string(intid).c_str(), count[intid]);
    gictime_json_end(&json);
    gictime_json_object(&json, "devices");
    for (size_t intid = 0; intid < count.size(); intid++)
        if (count[intid] != 0 && m.irq_name(static_cast<uint32_t>(intid))[0] != '\0')
            gictime_json_string(&json, std::to_string(intid).c_str(),
                                m.irq_name(static_cast<uint32_t>(intid)));
    gictime_json_end(&json);
    gictime_json_milli(&json, "mips", static_cast<uint64_t>(mips(m, host_s) * 1000));
    gictime_json_end(&json);
}

void report_its(const its_stats &stats, unsigned index, std::vector<counter> &list)
{
    static const char *const caches[ITS_CACHE_COUNT] = {"device_cache", "itt_cache",
                                                        "collection_cache"};
    const std::string its = "its" + std::to_string(index) + ".";

    for (unsigned n = 0; n < ITS_CACHE_COUNT; n++) {
        const std::string cache = its + caches[n];

        list.emplace_back(cache + ".hits", stats.hits[n]);
        list.emplace_back(cache + ".misses", stats.misses[n]);
        list.emplace_back(cache + ".evictions", stats.evictions[n]);
    }
    list.emplace_back(its + "translated", stats.translated);
    list.emplace_back(its + "dropped", stats.dropped);
    list.emplace_back(its + "commands", stats.commands);
    list.emplace_back(its + "command_errors", stats.command_errors);
    list.emplace_back(its + "memory_reads", stats.memory_reads);
    list.emplace_back(its + "memory_writes", stats.memory_writes);
    list.emplace_back(its + "queue_full", stats.full);
}

/// A GIC to list the registers of, in @p memory.
gic_assembly *listed(const gic_config &config, std::vector<uint64_t> &memory)
{
    memory.resize(gic_assembly_footprint(&config, nullptr) / 8 + 8);
    const size_t skip = (64 - reinterpret_cast<uintptr_t>(memory.data()) % 64) % 64;
    const gic_timing timing = gic_timing();
    const gic_assembly_ports ports = gic_assembly_ports();

    return gic_assembly_init(reinterpret_cast<uint8_t *>(memory.data()) + skip,
                             memory.size() * 8 - skip, &config, nullptr, &timing, &ports, nullptr);
}

/// A GICv2's: GICD with what it banks by PE, and GICC.
bool report_gicv2(const char *filter, FILE *out)
{
    gic_config config = gic_config_default();
    std::vector<uint64_t> memory;

    config.gicv2 = config.has_el3 = config.two_security_states = true;
    gic_assembly *a = listed(config, memory);

    if (a == nullptr)
        return false;
    bool any = print_frame("GICD2", *gic_assembly_gicd_frame(a), filter, out);

    any = print_frame("GICD2[PE]", *gic_assembly_gicr_frame(a), filter, out) || any;
    any = print_frame("GICC", *gic_assembly_cpu_frame(a, CPUIF_GICC), filter, out) || any;
    any = print_frame("GICH", *gic_assembly_cpu_frame(a, CPUIF_GICH), filter, out) || any;
    return print_frame("GICV", *gic_assembly_cpu_frame(a, CPUIF_GICV), filter, out) || any;
}

bool report_registers(const char *filter, FILE *out, vp_error &error)
{
    const gic_pe_state el3 = non_secure_el3();
    std::vector<uint64_t> memory;
    gic_assembly *a = listed(everything(), memory);

    if (a == nullptr)
        return vp_fail(&error, "internal error: cannot build a GIC to list");
    bool any = print_frame("GICD", *gic_assembly_gicd_frame(a), filter, out);

    any = print_frame("GICR", *gic_assembly_gicr_frame(a), filter, out) || any;
    any = print_frame("GITS", *gic_assembly_its_frame(a), filter, out) || any;
    gic_assembly_pe_state(a, 0, 0, &el3);
    (void)gic_assembly_sysreg_write(a, 0, 0, GIC_ICC_SRE_EL3, icc_sre_all);
    any = print_sysregs(a, filter, out) || any;
    any = report_gicv2(filter, out) || any;
    return any || vp_fail(&error, "regs %s: no register begins so; see 'gicvp regs'", filter);
}

} // namespace virt
