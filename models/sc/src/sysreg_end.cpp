// SPDX-License-Identifier: Apache-2.0
// System register accesses of one PE.
#include "sysreg_end.h"

namespace gictlm
{

gic_sysreg_result assembly::sysreg_end::try_read(gic_sysreg reg, uint64_t &value,
                                                 sc_core::sc_time &delay)
{
    const uint64_t now = owner_.now_ps(delay);
    uint64_t end = now;
    const gic_sysreg_result result = owner_.try_read(pe_, reg, value, end);
    if (end != now)
        delay += owner_.from_ps(end - now);
    return result;
}

gic_sysreg_result assembly::sysreg_end::try_write(gic_sysreg reg, uint64_t value,
                                                  sc_core::sc_time &delay)
{
    const uint64_t now = owner_.now_ps(delay);
    uint64_t end = now;
    const gic_sysreg_result result = owner_.try_write(pe_, reg, value, end);
    if (end != now)
        delay += owner_.from_ps(end - now);
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
    owner_.set_pe_state(pe_, state, owner_.now_ps(delay));
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
