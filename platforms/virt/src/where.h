// SPDX-License-Identifier: Apache-2.0
// Where PEs stand, in words.
#ifndef VIRT_WHERE_H
#define VIRT_WHERE_H

#include <cstdio>
#include <string>

namespace virt
{

class machine;

/// "running at EL1, 0xffff800008010000 do_idle+0x24": what PE @p n does.
std::string where_pe(machine &m, unsigned n);
/// The same, with its last exception.
std::string where_pe_and_why(machine &m, unsigned n);
/// Where every PE stands: a line each; neighbours that stand alike share one, and beyond
/// where_most_lines the rest is counted.
void report_where(machine &m, FILE *out);
/// The line on the PE that ended the run by taking the same fault for ever.
void report_fault_loop(machine &m, unsigned n, FILE *out);

constexpr unsigned where_most_lines = 64;

} // namespace virt

#endif
