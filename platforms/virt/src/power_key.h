// SPDX-License-Identifier: Apache-2.0
// The board's power key: a pin of the PL061 that somebody presses for a moment.
#ifndef VIRT_POWER_KEY_H
#define VIRT_POWER_KEY_H

#include <cstdint>
#include <functional>

#include "agenda.h"
#include "saved_part.h"

namespace virt
{

class power_key : public saved_part
{
public:
    /// @param drive drives the pin.
    power_key(agenda &times, std::function<void(bool)> drive);

    /// Presses the key at @p time_ps, at once when that is past, and lets it go 100 ms later. A
    /// press that is still to come is replaced.
    void press_at(uint64_t time_ps);

    const char *section() const override
    {
        return "power_key";
    }
    uint32_t section_version() const override
    {
        return 1;
    }
    void save(gictime_bytes &to) const override;
    /// A press that was asked for in this run and lies ahead stays, else what was saved counts.
    bool load(gictime_cursor &from) override;

private:
    void move();
    void wait_for(uint64_t time_ps);

    agenda &times_;
    std::function<void(bool)> drive_;
    unsigned part_;
    uint64_t next_ps_; ///< When it moves next.
    bool down_ = false;
};

} // namespace virt

#endif
