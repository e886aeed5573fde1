// SPDX-License-Identifier: Apache-2.0
// The export behind gic::sysreg[pe].
#ifndef GICTLM_SRC_SYSREG_END_H
#define GICTLM_SRC_SYSREG_END_H

#include "gictlm/assembly.h"

namespace gictlm
{

/// Calls of one PE into the assembly that holds its CPU interface.
class assembly::sysreg_end : public sysreg_if
{
public:
    sysreg_end(assembly &owner, uint16_t pe) : owner_(owner), pe_(pe) {}

    gic_sysreg_result read(gic_sysreg reg, uint64_t &value, sc_core::sc_time &delay) override;
    gic_sysreg_result write(gic_sysreg reg, uint64_t value, sc_core::sc_time &delay) override;
    gic_sysreg_result try_read(gic_sysreg reg, uint64_t &value, sc_core::sc_time &delay) override;
    gic_sysreg_result try_write(gic_sysreg reg, uint64_t value, sc_core::sc_time &delay) override;
    void set_pe_state(const gic_pe_state &state, const sc_core::sc_time &delay) override;
    bool peek(gic_sysreg reg, uint64_t &value) const override;
    bool upstream_pending() const override;
    bool barrier(sc_core::sc_time &delay) override;
    const sc_core::sc_event &progress_event() const override;

private:
    assembly &owner_;
    uint16_t pe_;
};

} // namespace gictlm

#endif
