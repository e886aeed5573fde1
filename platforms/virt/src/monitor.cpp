// SPDX-License-Identifier: Apache-2.0
#include "monitor.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <sstream>

#include "machine_model.h"
#include "time_util.h"
#include "where.h"

namespace virt
{

namespace
{

const char help_text[] = "why INTID [PE]  every gate between the interrupt and the PE\n"
                         "regs            CPU interface of the PE at hand\n"
                         "where [PE]      what each PE does, and its last exception\n"
                         "symbol PLACE    address of a symbol, or symbol of an address\n"
                         "power           press the power key, 100 ms long\n"
                         "irqs            interrupts acknowledged so far, and who raises them\n";

std::string why(machine &m, unsigned pe, std::istringstream &words)
{
    std::string intid_word, pe_word;
    uint64_t intid = 0, number = pe;

    words >> intid_word >> pe_word;
    if (!vp_parse_number(intid_word.c_str(), &intid) || intid > UINT32_MAX ||
        (!pe_word.empty() && !vp_parse_number(pe_word.c_str(), &number)) || number >= m.units())
        return "usage: why INTID [PE]\n";
    return m.why(static_cast<uint32_t>(intid), static_cast<unsigned>(number));
}

std::string regs(machine &m, unsigned pe)
{
    const gictlm::sysreg_if &sysreg = m.unit(pe).sysregs();
    std::string text;
    char line[80];

    for (unsigned n = 0; n < GIC_SYSREG_COUNT; n++) {
        uint64_t value;

        if (!sysreg.peek(static_cast<gic_sysreg>(n), value))
            continue;
        (void)std::snprintf(line, sizeof line, "%-20s 0x%" PRIx64 "\n",
                            gic_sysreg_name(static_cast<gic_sysreg>(n)), value);
        text += line;
    }
    return text;
}

std::string where(machine &m, std::istringstream &words)
{
    std::string word, text;
    uint64_t number = 0;
    const bool all = !(words >> word);

    if (!all && (!vp_parse_number(word.c_str(), &number) || number >= m.units()))
        return "usage: where [PE]\n";
    const unsigned first = static_cast<unsigned>(number);
    const unsigned end = all ? std::min(m.units(), where_most_lines) : first + 1;

    for (unsigned n = first; n < end; n++)
        text += "PE " + std::to_string(n) + ": " + where_pe_and_why(m, n) + "\n";
    return text;
}

std::string symbol(machine &m, std::istringstream &words)
{
    std::string word;
    uint64_t address = 0;
    char place[VP_PLACE_MAX];

    if (!(words >> word))
        return "usage: symbol ADDRESS, symbol NAME\n";
    if (!vp_parse_number(word.c_str(), &address)) {
        const vp_symbol *found = vp_symbols_named(&m.symbols(), word.c_str());

        if (found == nullptr)
            return "no such symbol; symbols come with --symbols FILE\n";
        address = found->address;
    }
    vp_symbols_place(&m.symbols(), address, place, sizeof place);
    return std::string(place) + "\n";
}

std::string irqs(machine &m)
{
    const std::vector<uint64_t> &count = m.acknowledged();
    std::string text;

    for (size_t intid = 0; intid < count.size(); intid++)
        if (count[intid] != 0)
            text += "INTID " + std::to_string(intid) + ": " + std::to_string(count[intid]) + "  " +
                    m.irq_name(static_cast<uint32_t>(intid)) + "\n";
    return text.empty() ? "none\n" : text;
}

} // namespace

std::string monitor_command(machine &m, unsigned pe, const std::string &command)
{
    std::istringstream words(command);
    std::string verb;

    words >> verb;
    if (verb == "why")
        return why(m, pe, words);
    if (verb == "regs")
        return regs(m, pe);
    if (verb == "where")
        return where(m, words);
    if (verb == "symbol")
        return symbol(m, words);
    if (verb == "power") {
        m.key().press_at(now_ps());
        return "pressed\n";
    }
    if (verb == "irqs")
        return irqs(m);
    return help_text;
}

} // namespace virt
