// SPDX-License-Identifier: Apache-2.0
// What has state that a checkpoint holds.
#ifndef VIRT_SAVED_PART_H
#define VIRT_SAVED_PART_H

#include <cstdint>

#include "gictime/bytes.h"

namespace virt
{

/// A part of the machine with a section of its own in a checkpoint. Both calls come between
/// activations, load() at the simulated time of save() in a machine that was built alike and has
/// done nothing; it asks again for what is to happen later.
class saved_part
{
public:
    virtual ~saved_part() = default;
    /// Name of the section, unique in the machine, at most 23 characters.
    virtual const char *section() const = 0;
    /// Version of what save() writes.
    virtual uint32_t section_version() const = 0;
    virtual void save(gictime_bytes &to) const = 0;
    /// @return false when the content does not fit; the machine is not used any more then.
    virtual bool load(gictime_cursor &from) = 0;
};

} // namespace virt

#endif
