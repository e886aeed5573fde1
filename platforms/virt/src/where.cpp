// SPDX-License-Identifier: Apache-2.0
#include "where.h"

#include <cinttypes>

#include "exception_text.h"
#include "machine_model.h"
#include "time_util.h"

namespace virt
{

namespace
{

constexpr unsigned pstate_el_lsb = 2;
constexpr unsigned highest_el = 3;

/// MRS encoding of a register of EL1 to EL3: FAR_ELx.
uint32_t far_encoding(unsigned el)
{
    static const uint32_t op1[] = {0, 0, 4, 6};

    return 3u << 14 | op1[el] << 11 | 6u << 7;
}

const char *doing(pe_power power)
{
    static const char *const words[] = {"off", "running", "asleep (WFI)", "asleep (WFE)"};

    return words[static_cast<unsigned>(power)];
}

template <class... Values> std::string text_of(const char *format, Values... values)
{
    char text[480];

    (void)std::snprintf(text, sizeof text, format, values...);
    return text;
}

std::string place_of(machine &m, uint64_t address)
{
    char text[VP_PLACE_MAX];

    vp_symbols_place(&m.symbols(), address, text, sizeof text);
    return text;
}

const char *line_name(uint8_t line)
{
    static const char *const names[] = {"IRQ", "FIQ", "virtual IRQ", "virtual FIQ", "NMI"};

    return line < sizeof names / sizeof names[0] ? names[line] : "SError";
}

/// The syndrome and the address of a fault, as the handler finds them.
std::string syndrome(machine &m, unsigned n, const iss_event &event)
{
    pe &unit = m.unit(n);
    uint64_t far = 0;
    std::string text = text_of(", ESR 0x%" PRIx64, event.esr);

    if (vp_exception_has_far(event.esr) && event.el >= 1 && event.el <= highest_el &&
        unit.ops().get_sysreg(unit.instance(), far_encoding(event.el), &far))
        text += text_of(", FAR 0x%" PRIx64, far);
    return text;
}

std::string exception_of(machine &m, unsigned n)
{
    const iss_event &event = m.unit(n).last_exception();
    const bool by_line = event.line < ISS_LINE_COUNT;

    if (event.kind != ISS_EVENT_EXCEPTION)
        return "; no exception so far";
    return text_of("; last exception %s to EL%u at %" PRIu64 ".%09" PRIu64 " ms from EL%u, ",
                   by_line ? line_name(event.line) : vp_exception_name(event.esr), event.el,
                   event.time_ps / 1000000000, event.time_ps % 1000000000, event.from_el) +
           place_of(m, event.pc) + (by_line ? "" : syndrome(m, n, event));
}

} // namespace

std::string where_pe(machine &m, unsigned n)
{
    pe &unit = m.unit(n);
    const uint64_t pstate = unit.ops().get_reg(unit.instance(), ISS_REG_PSTATE);

    if (unit.power() == pe_power::off)
        return doing(unit.power());
    return text_of("%s at EL%u, ", doing(unit.power()),
                   static_cast<unsigned>(pstate >> pstate_el_lsb & 3u)) +
           place_of(m, unit.ops().get_reg(unit.instance(), ISS_REG_PC));
}

std::string where_pe_and_why(machine &m, unsigned n)
{
    return where_pe(m, n) + (m.unit(n).power() == pe_power::off ? "" : exception_of(m, n));
}

void report_where(machine &m, FILE *out)
{
    unsigned lines = 0;

    for (unsigned n = 0; n < m.units();) {
        const std::string here = where_pe_and_why(m, n);
        unsigned end = n + 1;

        if (lines++ == where_most_lines) {
            (void)std::fprintf(out, "gicvp: and %u further PEs\n", m.units() - n);
            return;
        }
        while (end < m.units() && where_pe_and_why(m, end) == here)
            end++;
        if (end - n == 1)
            (void)std::fprintf(out, "gicvp: PE %u: %s\n", n, here.c_str());
        else
            (void)std::fprintf(out, "gicvp: PEs %u to %u: %s\n", n, end - 1, here.c_str());
        n = end;
    }
}

void report_fault_loop(machine &m, unsigned n, FILE *out)
{
    const iss_event &event = m.unit(n).last_exception();
    const iss_event &before = m.unit(n).exception_before();
    std::string text = text_of("PE %u: the handler at EL%u takes %s at ", n, event.el,
                               vp_exception_name(event.esr)) +
                       place_of(m, event.pc) + syndrome(m, n, event) + ", again and again";

    if (before.kind == ISS_EVENT_EXCEPTION)
        text += text_of("; it began with %s at ", before.line < ISS_LINE_COUNT
                                                      ? line_name(before.line)
                                                      : vp_exception_name(before.esr)) +
                place_of(m, before.pc);
    (void)std::fprintf(out, "gicvp: %s\n", text.c_str());
}

} // namespace virt
