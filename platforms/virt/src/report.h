// SPDX-License-Identifier: Apache-2.0
// What gicvp says at the end of a run, and its lists.
#ifndef VIRT_REPORT_H
#define VIRT_REPORT_H

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "error.h"
#include "gic/its.h"
#include "machine_model.h"

namespace virt
{

/// Prints the summary: instructions, simulated time, MIPS, interrupts by INTID.
void report_summary(machine &m, double host_s, FILE *out);
/// The same as a JSON object.
void report_json(machine &m, double host_s, FILE *out);
/// The line that says why the run ended.
const char *report_ending(ending reason);
/// A counter of the platform, as --stats has it.
using counter = std::pair<std::string, uint64_t>;
/// Adds the counters of ITS @p index to @p list: "its0.device_cache.hits" and so on.
void report_its(const its_stats &stats, unsigned index, std::vector<counter> &list);
/// `gicvp regs`: registers of all frames whose name begins with @p filter (nullptr: all).
bool report_registers(const char *filter, FILE *out, vp_error &error);

} // namespace virt

#endif
