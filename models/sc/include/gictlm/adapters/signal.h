// SPDX-License-Identifier: Apache-2.0
// From a line to an sc_signal<bool>.
#ifndef GICTLM_ADAPTERS_SIGNAL_H
#define GICTLM_ADAPTERS_SIGNAL_H

#include <deque>

#include <systemc>

#include "gictlm/line.h"

namespace gictlm
{

/// Writes a signal at the times that a line's calls name: a change ahead of sc_time_stamp() is
/// kept until its time has come.
///
/// Warning: the signal changes in the update phase, a delta cycle after the access that caused the
/// change, and a decoupled CPU sees it only when its quantum ends. A CPU that acknowledges an
/// interrupt by a register access still reads the line as high for so long, and has to tolerate
/// the spurious interrupt (INTID 1023) that follows. A CPU that can take a line_if should.
class signal_adapter : public sc_core::sc_module, public line_if
{
public:
    explicit signal_adapter(sc_core::sc_module_name name);

    /// The signal (or the parent's port) to drive.
    sc_core::sc_port<sc_core::sc_signal_inout_if<bool>, 1, sc_core::SC_ONE_OR_MORE_BOUND> out;

    /// See line_if.
    void set(bool level, const sc_core::sc_time &delay) override;

private:
    struct change {
        sc_core::sc_time at;
        bool level;
    };
    void drive();

    std::deque<change> changes_; ///< By time; the last one is the newest call.
    sc_core::sc_event wake_;
};

} // namespace gictlm

#endif
