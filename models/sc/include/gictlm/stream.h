// SPDX-License-Identifier: Apache-2.0
// Messages between parts that live in different modules: the GIC Stream, typed.
#ifndef GICTLM_STREAM_H
#define GICTLM_STREAM_H

#include <cstdint>

#include <systemc>

#include "gic/msg.h"

namespace gictlm
{

/// One direction of the link between two components of one PE: gicr to cpuif, gicd to gicr, or
/// back. The conversation is that of gic/msg.h; whoever connects a CPU interface of his own speaks
/// it. A link is FIFO: the arrival times of one sender never decrease.
class stream_if : public virtual sc_core::sc_interface
{
public:
    /// @p msg arrives at sc_time_stamp() + @p delay (the sender has added the link's latency).
    /// The callee must not wait; it may send an answer at once.
    virtual void receive(const gic_msg &msg, const sc_core::sc_time &delay) = 0;
};

/// A sender's end.
using stream_port = sc_core::sc_port<stream_if, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;
/// A receiver's end.
using stream_export = sc_core::sc_export<stream_if>;

} // namespace gictlm

#endif
