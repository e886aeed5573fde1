// SPDX-License-Identifier: Apache-2.0
// The C joiner with a clock: what the whole GIC and its parts have in common.
#ifndef GICTLM_ASSEMBLY_H
#define GICTLM_ASSEMBLY_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <systemc>

#include "gic/assembly.h"
#include "gic/outbox.h"
#include "gictlm/config.h"
#include "gictlm/frame.h"
#include "gictlm/line.h"
#include "gictlm/memory.h"
#include "gictlm/stream.h"
#include "gictlm/sysreg.h"

namespace gictlm
{

/// Receives events (gic/event.h) while the GIC is at work: record and return, do not call the GIC.
using event_function = void (*)(void *up, const gic_event *event);
/// Output line @p line of @p pe changed; the same rule.
using line_function = void (*)(void *up, uint16_t pe, gic_line line, bool level, uint64_t time_ps);
/// Somebody else keeps the clock: the next delivery is at @p next_ps (GIC_TIME_NEVER: none is).
using clock_function = void (*)(void *up, uint64_t next_ps);
/// Output line @p line of the PE that was asked for is at @p level from @p time_ps on. Called while
/// the GIC is at work (loosely timed) or when it has settled; the same rule.
using pe_line_function = void (*)(void *up, gic_line line, bool level, uint64_t time_ps);
/// Input line @p intid changed (@p pe: GIC_PE_NONE for SPIs); the same rule.
using input_function = void (*)(void *up, uint16_t pe, uint32_t intid, bool level,
                                uint64_t time_ps);

/// The GIC wrote @p length bytes of memory at @p address by a direct pointer; the same rule. For
/// platforms that must see every store (monitors, code that was decoded).
using write_function = void (*)(void *up, uint64_t address, unsigned length);

/// A gic_assembly driven by simulated time. One method process sleeps until the next message is
/// due and delivers it; entries from sockets and lines carry the caller's local time. What the
/// joiner has to say (lines, messages to other modules, guest errors) is recorded and handed on
/// when it has returned, in order, so that a receiver may call the GIC again from its callback.
class assembly : public sc_core::sc_module
{
public:
    ~assembly() override;
    assembly(const assembly &) = delete;
    assembly &operator=(const assembly &) = delete;

    /// The configuration it was built from.
    const config &configuration() const
    {
        return config_;
    }

    /// Call @p function with @p up for every event in @p events from now on. Any number of
    /// observers; an event that nobody wants costs nothing.
    void observe(event_function function, void *up,
                 const gic_event_set &events = gic_event_set_all());
    /// Call @p function for every change of an output line.
    void observe_lines(line_function function, void *up);
    /// Call @p function for every change of an input line.
    void observe_inputs(input_function function, void *up);

    /// Call @p function for every write by a direct pointer.
    void observe_memory_writes(write_function function, void *up);

    /// Walk every gate between a line and a PE (gic/explain.h). Changes nothing.
    gic_explanation explain(uint32_t intid, uint16_t pe) const;
    /// The same for a virtual INTID and the guest on a PE.
    gic_explanation explain_virtual(uint32_t vintid, uint16_t pe) const;
    /// Counters: messages, events, causality violations and their largest skew.
    const gic_assembly_stats &stats() const
    {
        return *gic_assembly_get_stats(a_);
    }
    /// The register lists of the frames (rows: gic/regs.h).
    const gic_frame &gicd_registers() const
    {
        return *gic_assembly_gicd_frame(a_);
    }
    const gic_frame &gicr_registers() const
    {
        return *gic_assembly_gicr_frame(a_);
    }

    /// NULL when this is no GICv2.
    const gic_frame *gicc_registers() const
    {
        return gic_assembly_cpu_frame(a_, CPUIF_GICC);
    }

    /// NULL without an ITS.
    const gic_frame *gits_registers() const
    {
        return gic_assembly_its_frame(a_);
    }
    /// Counters of ITS @p index, which exists.
    const its_stats &its_counters(unsigned index) const
    {
        return *gic_assembly_its_stats(a_, index);
    }

    /// Reset everything, dropping what is on the links, at sc_time_stamp() + @p delay.
    void reset_all(const sc_core::sc_time &delay = sc_core::SC_ZERO_TIME);
    /// Reset the CPU interface of @p pe alone.
    void reset_one(uint16_t pe, const sc_core::sc_time &delay = sc_core::SC_ZERO_TIME);

    /// Kernels, links, lines and messages under way, as bytes. Call it between activations.
    std::vector<unsigned char> save() const;
    /// Load what save() of an equal configuration wrote, at the same simulated time. Output lines
    /// whose level differs are driven. @return false, with nothing changed, when it does not fit.
    bool load(const std::vector<unsigned char> &saved);

    /// True while no message is under way and no work is left over.
    bool settled() const
    {
        return next_due_ps() == GIC_TIME_NEVER && !gic_assembly_waits_for_memory(a_);
    }

    /// From now on @p function is called when the time of the next delivery changes, instead of a
    /// process of this module waiting for it; who does that calls advance() in time. For a platform
    /// that decides itself who goes on next, and would otherwise pay for simulated time to come up
    /// to each delivery. What is made at a local time ahead of simulated time stays exact: lines
    /// and events carry their time.
    void keep_clock(clock_function function, void *up)
    {
        clock_ = {function, up};
    }
    /// Deliver everything due at or before @p time_ps, which may be ahead of simulated time.
    /// Whoever enters at a time has all that is due before it delivered too.
    void advance(uint64_t time_ps)
    {
        check_entry();
        go_on(time_ps);
    }
    /// Time of the next delivery in picoseconds, or GIC_TIME_NEVER.
    uint64_t next_due_ps() const
    {
        const uint64_t next = gic_assembly_next_due(a_);
        return inbound_.empty() ? next : std::min(next, inbound_.front().due_ps);
    }
    /// A time before which no output moves unless somebody enters: at or after next_due_ps(). Who
    /// keeps the clock need not call advance() before it. While a caller waits inside the GIC (for
    /// room, for a busy bit) that is the next delivery: it goes on at that very time.
    uint64_t next_line_ps() const
    {
        const uint64_t next = waiting_ ? gic_assembly_next_due(a_) : gic_assembly_next_line_due(a_);
        return inbound_.empty() ? next : std::min(next, inbound_.front().due_ps);
    }
    /// Whether a caller waits inside the GIC; who keeps the clock lets simulated time come up to
    /// each delivery as long as that is so.
    bool waited_for() const
    {
        return waiting_ != 0;
    }
    /// Notified after messages were delivered (timed mode).
    const sc_core::sc_event &progress_event() const
    {
        watched_ = true;
        return progress_;
    }
    // What a PE calls, for a model of a PE that counts picoseconds itself: sysreg_if (try_read(),
    // try_write(), set_pe_state(), upstream_pending()) and the lines of the PE without sc_time,
    // whose conversions cost as much as an access. No time is before sc_time_stamp().

    /// Read @p reg at @p time_ps; the access's cost is added to it.
    gic_sysreg_result try_read(uint16_t pe, gic_sysreg reg, uint64_t &value, uint64_t &time_ps);
    /// Write @p reg at @p time_ps; the access's cost is added to it.
    gic_sysreg_result try_write(uint16_t pe, gic_sysreg reg, uint64_t value, uint64_t &time_ps);
    /// The state of @p pe changed at @p time_ps.
    void set_pe_state(uint16_t pe, const gic_pe_state &state, uint64_t time_ps);
    /// Whether a DSB of @p pe has to wait.
    bool upstream_pending(uint16_t pe) const
    {
        return gic_assembly_upstream_pending(a_, pe);
    }
    /// Call @p function with @p up for the output lines of @p pe, besides what is bound to their
    /// ports. Before the simulation starts.
    void connect_lines(uint16_t pe, pe_line_function function, void *up)
    {
        receivers_[pe] = {function, up, 0};
    }
    /// Grows with each notification of an event of SystemC's by this module: as long as it stands
    /// still, no call of it has brought any activity forward, receivers of its lines apart.
    uint64_t notifications() const
    {
        return notifications_;
    }

    /// The joiner itself, for tools that read it. Calling an entry of it by-passes the clock.
    gic_assembly *joiner()
    {
        return a_;
    }

protected:
    /// Build the @p parts of @p configuration. An error of the configuration is reported by
    /// SC_REPORT_FATAL with the reason.
    assembly(sc_core::sc_module_name name, const config &configuration,
             const gic_assembly_parts &parts);

    void end_of_elaboration() override;

    using lines = sc_core::sc_vector<line_in>;
    using pe_lines = sc_core::sc_vector<sc_core::sc_vector<line_in>>;
    using outputs = sc_core::sc_vector<line_out>;
    void make_lines(lines &vector, line_kind kind, unsigned count, uint32_t first_intid);
    void make_pe_lines(pe_lines &vector, unsigned count, uint32_t first_intid);
    void make_outputs(outputs &vector, gic_line line);

    /// One end of a message link into this assembly.
    class stream_end : public stream_if
    {
    public:
        stream_end(assembly &owner, gic_port from, gic_port to, uint16_t pe)
            : owner_(owner), from_(from), to_(to), pe_(pe)
        {
        }
        void receive(const gic_msg &msg, const sc_core::sc_time &delay) override
        {
            owner_.receive(from_, to_, pe_, msg, delay);
        }

    private:
        assembly &owner_;
        gic_port from_;
        gic_port to_;
        uint16_t pe_;
    };
    using stream_ports = sc_core::sc_vector<stream_port>;
    using stream_exports = sc_core::sc_vector<stream_export>;
    /// Make the ends of the links between our @p self and somebody's @p other, one a PE.
    void make_streams(stream_ports &out, stream_exports &in, gic_port self, gic_port other);

    /// The PE's side of one CPU interface.
    class sysreg_end;
    using sysregs = sc_core::sc_vector<sc_core::sc_export<sysreg_if>>;
    void make_sysregs(sysregs &vector);
    /// Make one output per ITS.
    void make_its_outputs(outputs &vector);
    /// Make one socket per ITS.
    void make_itss(sc_core::sc_vector<frame_target> &vector, frame_kind kind);
    /// Where memory requests go; nullptr: they fail.
    memory_port *memory_port_ = nullptr;
    /// Make one socket per Redistributor region.
    void make_regions(sc_core::sc_vector<frame_target> &vector);

private:
    friend class frame_target;
    friend class line_in;
    friend class memory_port;

    /// Something to hand on when the joiner has returned.
    struct output {
        enum what : uint8_t { line, message, report };
        uint64_t time_ps;
        gic_msg msg;
        uint16_t pe;
        uint8_t what;
        uint8_t from;
        uint8_t to; ///< gic_line, gic_port or gic_event_id
        bool level;
    };
    /// A message of another module that has not arrived yet.
    struct arrival {
        uint64_t due_ps;
        gic_msg msg;
        uint16_t pe;
        uint8_t from;
        uint8_t to;
    };
    template <class F> struct observer {
        F function;
        void *up;
    };
    struct receiver {
        pe_line_function function;
        void *up;
        uint32_t alone; ///< Bit = gic_line: nobody else waits for that line.
    };
    struct event_observer {
        event_function function;
        void *up;
        gic_event_set events;
    };

    static void on_line(void *up, uint16_t pe, gic_line line, bool level, uint64_t time_ps);
    static void on_event(void *up, const gic_event *event);
    static void on_its_line(void *up, unsigned its, bool level, uint64_t time_ps);
    static gic_memory_answer on_memory(void *up, gic_memory_access *access, uint64_t now_ps,
                                       uint64_t *done_ps);
    static void on_external(void *up, unsigned from, unsigned to, uint16_t pe, const gic_msg *msg,
                            uint64_t time_ps);

    /// Simulated time plus @p delay in picoseconds.
    uint64_t now_ps(const sc_core::sc_time &delay) const
    {
        return to_ps(simcontext()->time_stamp().value() + delay.value());
    }
    uint64_t to_ps(uint64_t value) const
    {
        return ps_per_tick_ == 1 ? value
               : ps_per_tick_    ? value * ps_per_tick_
                                 : value / ticks_per_ps_;
    }
    sc_core::sc_time from_ps(uint64_t ps) const;
    /// Distance from sc_time_stamp() to @p time_ps, zero for the past.
    sc_core::sc_time ahead(uint64_t time_ps) const;

    void check_entry() const
    {
        if (observing_)
            refuse_entry();
    }
    [[noreturn]] void refuse_entry() const;
    /// After every entry: hand on what was recorded; set the clock where something is under way.
    void settle()
    {
        if (!outputs_.empty() && !flushing_)
            flush();
        if (clocked_ && (watched_ || next_due_ps() != scheduled_ps_))
            reschedule();
    }
    void flush();
    void hand_on(const output &o);
    void hand_on_line(const output &o);
    bool hand_to_pe(uint16_t pe, gic_line line, bool level, uint64_t time_ps);
    void hand_on_message(const output &o);
    void report_guest_error(const output &o);
    void reschedule();
    void tell_progress();
    void deliver_due(uint64_t now);
    void tick();
    void go_on(uint64_t now);
    void set_clock(uint64_t next);
    void set_input(const line_in &line, bool rising, const sc_core::sc_time &delay);
    void receive(gic_port from, gic_port to, uint16_t pe, const gic_msg &msg,
                 const sc_core::sc_time &delay);
    void charge(gic_sysreg_result result, gic_sysreg reg, bool write, uint64_t &time_ps) const
    {
        if (timed_ && result == GIC_SYSREG_OK)
            time_ps += gic_assembly_access_ps(a_, gic_sysreg_cost(reg, write));
    }
    void assume_pe_state(uint16_t pe, uint64_t now);
    void name_redistributors();
    void tell(const gic_event &event);
    void want_events();
    void tell_memory_written(const gic_memory_access &access);
    void memory_done(const gic_memory_access &access, bool ok, uint64_t time_ps);
    bool load_joiner(const unsigned char *joiner, size_t size);
    void adopt_levels(const unsigned char *inputs, const unsigned char *levels);
    bool in_thread() const;
    /// Let the caller's local time come, and at least one delivery when it has come already.
    void synchronise(sc_core::sc_time &delay);

    config config_;
    gic_assembly *a_ = nullptr;
    bool timed_ = false;
    bool clocked_ = false; ///< Something may be under way when an entry returns.
    bool has_cpuif_ = false;
    bool flushing_ = false;
    bool observing_ = false; ///< An observer is running inside the joiner.
    uint64_t ps_per_tick_ = 1;
    uint64_t ticks_per_ps_ = 1;
    uint64_t scheduled_ps_ = GIC_TIME_NEVER;
    uint64_t delivered_ = 0; ///< Messages when progress was last told.
    uint64_t notifications_ = 0;
    unsigned waiting_ = 0; ///< Calls that wait here: the clock is ours meanwhile.
    observer<clock_function> clock_ = {nullptr, nullptr};
    mutable bool watched_ = false; ///< Somebody has asked for the progress event.
    std::vector<output> outputs_;
    std::vector<arrival> inbound_;
    std::vector<event_observer> observers_;
    std::vector<observer<line_function>> line_observers_;
    std::vector<observer<input_function>> input_observers_;
    std::vector<observer<write_function>> write_observers_;
    std::vector<line_out *> line_routes_;
    std::vector<receiver> receivers_; ///< By PE.
    std::vector<stream_port *> stream_routes_;
    std::vector<uint64_t> stream_last_;
    std::vector<line_in *> inputs_;
    std::vector<std::unique_ptr<stream_end>> stream_ends_;
    std::vector<std::unique_ptr<sysreg_end>> sysreg_ends_;
    std::vector<uint8_t> pushed_;    ///< PEs that have pushed a state of their own.
    std::vector<uint32_t> reported_; ///< Guest errors by event; the others have no entry to come.
    sc_core::sc_event due_;
    sc_core::sc_event progress_;
    struct aligned_delete {
        void operator()(void *p) const;
    };
    std::unique_ptr<void, aligned_delete> memory_;
};

} // namespace gictlm

#endif
