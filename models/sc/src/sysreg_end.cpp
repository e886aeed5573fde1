// SPDX-License-Identifier: Apache-2.0
// System register accesses of one PE.
#include "sysreg_end.h"

namespace gictlm
{

/// An access that took place costs what the profile says.
void assembly::sysreg_end::charge(gic_sysreg_result result, gic_sysreg reg, bool write,
                                  sc_core::sc_time &delay)
{
    if (owner_.timed_ && result == GIC_SYSREG_OK)
        delay += owner_.from_ps(gic_assembly_access_ps(owner_.a_, gic_sysreg_cost(reg, write)));
}

gic_sysreg_result assembly::sysreg_end::try_read(gic_sysreg reg, uint64_t &value,
                                                 sc_core::sc_time &delay)
{
    owner_.check_entry();
    const gic_sysreg_result result =
        gic_assembly_sysreg_read(owner_.a_, owner_.now_ps(delay), pe_, reg, &value);
    owner_.settle();
    charge(result, reg, false, delay);
    return result;
}

gic_sysreg_result assembly::sysreg_end::try_write(gic_sysreg reg, uint64_t value,
                                                  sc_core::sc_time &delay)
{
    owner_.check_entry();
    const gic_sysreg_result result =
        gic_assembly_sysreg_write(owner_.a_, owner_.now_ps(delay), pe_, reg, value);
    owner_.settle();
    charge(result, reg, true, delay);
    return result;
}

gic_sysreg_result assembly::sysreg_end::read(gic_sysreg reg, uint64_t &value,
                                             sc_core::sc_time &delay)
{
    gic_sysreg_result result = try_read(reg, value, delay);
    while (result == GIC_SYSREG_STALL && owner_.in_thread()) {
        owner_.synchronise(delay);
        result = try_read(reg, value, delay);
    }
    return result;
}

gic_sysreg_result assembly::sysreg_end::write(gic_sysreg reg, uint64_t value,
                                              sc_core::sc_time &delay)
{
    gic_sysreg_result result = try_write(reg, value, delay);
    while (result == GIC_SYSREG_STALL && owner_.in_thread()) {
        owner_.synchronise(delay);
        result = try_write(reg, value, delay);
    }
    return result;
}

void assembly::sysreg_end::set_pe_state(const gic_pe_state &state, const sc_core::sc_time &delay)
{
    owner_.push_pe_state(pe_, state, delay);
}

bool assembly::sysreg_end::peek(gic_sysreg reg, uint64_t &value) const
{
    return gic_assembly_sysreg_peek(owner_.a_, pe_, reg, &value);
}

bool assembly::sysreg_end::upstream_pending() const
{
    return gic_assembly_upstream_pending(owner_.a_, pe_);
}

bool assembly::sysreg_end::barrier(sc_core::sc_time &delay)
{
    while (upstream_pending()) {
        if (!owner_.in_thread())
            return false;
        owner_.synchronise(delay);
    }
    return true;
}

const sc_core::sc_event &assembly::sysreg_end::progress_event() const
{
    return owner_.progress_event();
}

} // namespace gictlm
