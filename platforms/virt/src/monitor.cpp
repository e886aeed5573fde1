// SPDX-License-Identifier: Apache-2.0
#include "monitor.h"

#include <cinttypes>
#include <cstdio>
#include <sstream>

#include "machine_model.h"

namespace virt
{

namespace
{

const char help_text[] = "why INTID [PE]  every gate between the interrupt and the PE\n"
                         "regs            CPU interface of the PE at hand\n";

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
    return help_text;
}

} // namespace virt
