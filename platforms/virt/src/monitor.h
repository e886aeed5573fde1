// SPDX-License-Identifier: Apache-2.0
// The debugger's monitor commands.
#ifndef VIRT_MONITOR_H
#define VIRT_MONITOR_H

#include <string>

namespace virt
{

class machine;

/// Answers `why INTID [PE]`, `regs`, `help`. @param pe the PE the debugger looks at.
std::string monitor_command(machine &m, unsigned pe, const std::string &command);

} // namespace virt

#endif
