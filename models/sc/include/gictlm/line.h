// SPDX-License-Identifier: Apache-2.0
// Interrupt lines: function calls with the caller's local time.
//
// No line of the model passes through an sc_signal, whose level would change a delta cycle, or a
// quantum, after the access that caused it. Inputs accept any sc_out<bool>; outputs call a line_if,
// or a signal through an adapter (gictlm/adapters/signal.h) that says what is lost by it.
#ifndef GICTLM_LINE_H
#define GICTLM_LINE_H

#include <cstdint>
#include <memory>
#include <vector>

#include <systemc>

namespace gictlm
{

class assembly;

/// A line: what a sender calls and a receiver implements.
class line_if : public virtual sc_core::sc_interface
{
public:
    /// The line is at @p level from sc_time_stamp() + @p delay on. A call replaces what earlier
    /// calls said about times at or after its own. The callee must not wait; it may call the GIC.
    virtual void set(bool level, const sc_core::sc_time &delay) = 0;
};

/// What an input line is.
enum class line_kind : uint8_t {
    spi,        ///< SPI or extended SPI.
    ppi,        ///< PPI or extended PPI of one PE.
    cpu_active, ///< Low: this PE is not to be chosen for 1-of-N interrupts. High when unbound.
    legacy_irq, ///< GICv2: legacy input that interrupt bypass connects to IRQ of one PE.
    legacy_fiq, ///< The same for FIQ.
    pe_reset,   ///< Rising edge: reset of one CPU interface.
    reset       ///< Rising edge: reset of everything, dropping what is on the links.
};

/// An input line: an export that any sc_out<bool> or sc_inout<bool> binds to, and a line_if for
/// callers that have a local time. Unbound is legal and means low. A write is one call into the
/// GIC; there is no delta cycle and no sensitivity list.
class line_in : public sc_core::sc_export<sc_core::sc_signal_inout_if<bool>>,
                public line_if,
                public sc_core::sc_signal_inout_if<bool>
{
public:
    /// Input @p intid of @p owner (and @p pe where the kind has one).
    line_in(const char *name, assembly &owner, line_kind kind, uint16_t pe, uint32_t intid);
    ~line_in() override;

    /// The line is at @p level from sc_time_stamp() + @p delay on.
    void set(bool level, const sc_core::sc_time &delay) override;
    /// The level last set.
    bool level() const
    {
        return level_;
    }
    /// The INTID, or 0 for a reset line.
    uint32_t intid() const
    {
        return intid_;
    }

    const char *kind() const override
    {
        return "gictlm::line_in";
    }

    // The signal's interface, for the port that binds; a write is set() without a delay.
    const sc_core::sc_event &value_changed_event() const override;
    const sc_core::sc_event &posedge_event() const override;
    const sc_core::sc_event &negedge_event() const override;
    const bool &read() const override
    {
        return level_;
    }
    const bool &get_data_ref() const override
    {
        return level_;
    }
    bool event() const override;
    bool posedge() const override
    {
        return level_ && event();
    }
    bool negedge() const override
    {
        return !level_ && event();
    }
    void write(const bool &level) override;
    sc_core::sc_writer_policy get_writer_policy() const override
    {
        return sc_core::SC_MANY_WRITERS;
    }

private:
    friend class assembly;
    struct events;

    events &observed() const;

    assembly &owner_;
    mutable std::unique_ptr<events> events_; ///< Only where somebody is sensitive to the line.
    uint64_t changed_delta_ = ~uint64_t(0);
    uint32_t intid_;
    uint16_t pe_;
    line_kind kind_;
    bool level_;
};

/// An output line: a port for any number of line_if, none included.
class line_out : public sc_core::sc_port<line_if, 0, sc_core::SC_ZERO_OR_MORE_BOUND>
{
    using base = sc_core::sc_port<line_if, 0, sc_core::SC_ZERO_OR_MORE_BOUND>;

public:
    explicit line_out(const char *name) : base(name) {}
    ~line_out() override;

    using base::bind;
    /// Drive a signal: through a signal_adapter (see its warning) that is made here.
    void bind(sc_core::sc_signal_inout_if<bool> &signal);
    using base::operator();
    void operator()(sc_core::sc_signal_inout_if<bool> &signal)
    {
        bind(signal);
    }

    /// Call every receiver.
    void drive(bool level, const sc_core::sc_time &delay)
    {
        level_ = level;
        for (int i = 0; i < size(); i++)
            (*this)[i]->set(level, delay);
    }
    /// The level moved and nobody is bound: remember it.
    void note(bool level)
    {
        level_ = level;
    }
    /// The level last driven.
    bool level() const
    {
        return level_;
    }

    const char *kind() const override
    {
        return "gictlm::line_out";
    }

private:
    std::vector<std::unique_ptr<sc_core::sc_module>> adapters_;
    bool level_ = false;
};

} // namespace gictlm

#endif
