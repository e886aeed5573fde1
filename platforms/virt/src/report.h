// SPDX-License-Identifier: Apache-2.0
// What gicvp says at the end of a run, and its lists.
#ifndef VIRT_REPORT_H
#define VIRT_REPORT_H

#include <cstdio>

#include "error.h"
#include "machine_model.h"

namespace virt
{

/// Prints the summary: instructions, simulated time, MIPS, interrupts by INTID.
void report_summary(machine &m, double host_s, FILE *out);
/// The same as a JSON object.
void report_json(machine &m, double host_s, FILE *out);
/// The line that says why the run ended.
const char *report_ending(ending reason);
/// `gicvp regs`: registers of all frames whose name begins with @p filter (nullptr: all).
bool report_registers(const char *filter, FILE *out, vp_error &error);

} // namespace virt

#endif
