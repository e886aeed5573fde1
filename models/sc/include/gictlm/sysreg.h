// SPDX-License-Identifier: Apache-2.0
// The system-register interface between a PE and its CPU interface.
#ifndef GICTLM_SYSREG_H
#define GICTLM_SYSREG_H

#include <cstdint>

#include <systemc>

#include "gic/pe.h"
#include "gic/sysreg.h"

namespace gictlm
{

/// What a PE calls. `gic::sysreg[pe]` exports it; this is the primary form, and
/// gictlm/adapters/sysreg_socket.h offers it as a TLM target. Registers are named by identity
/// (gic/sysreg.h), not by their encoding in an instruction. An access takes effect at
/// sc_time_stamp() + @p delay; its cost by the timing profile is added to @p delay.
class sysreg_if : public virtual sc_core::sc_interface
{
public:
    /// Read @p reg in the PE state last pushed. Where the CPU interface has no credit upstream the
    /// call waits (it then must come from a thread) and @p delay comes back as zero plus the cost.
    /// @return GIC_SYSREG_OK with @p value, UNDEFINED, or the trap; STALL only outside threads.
    virtual gic_sysreg_result read(gic_sysreg reg, uint64_t &value, sc_core::sc_time &delay) = 0;
    /// Write @p reg; see read().
    virtual gic_sysreg_result write(gic_sysreg reg, uint64_t value, sc_core::sc_time &delay) = 0;

    /// As read(), but never waits: GIC_SYSREG_STALL means that nothing happened, not even to
    /// @p delay; repeat after progress_event().
    virtual gic_sysreg_result try_read(gic_sysreg reg, uint64_t &value,
                                       sc_core::sc_time &delay) = 0;
    /// As write(), but never waits; see try_read().
    virtual gic_sysreg_result try_write(gic_sysreg reg, uint64_t value,
                                        sc_core::sc_time &delay) = 0;

    /// The PE's state changed at sc_time_stamp() + @p delay: push it before the next access.
    virtual void set_pe_state(const gic_pe_state &state, const sc_core::sc_time &delay) = 0;

    /// A debugger's read, without effect and without time; false where @p reg cannot be read.
    virtual bool peek(gic_sysreg reg, uint64_t &value) const = 0;

    /// Whether a DSB has to wait: an upstream message is unacknowledged.
    virtual bool upstream_pending() const = 0;
    /// DSB: wait until no upstream message is unacknowledged. Call it from a thread.
    /// @return false, with nothing waited for, outside a thread while something is pending.
    virtual bool barrier(sc_core::sc_time &delay) = 0;
    /// Notified after messages were delivered; what STALL and upstream_pending() wait for.
    virtual const sc_core::sc_event &progress_event() const = 0;
};

} // namespace gictlm

#endif
