// SPDX-License-Identifier: Apache-2.0
// One PE: an ISS behind the port of iss/iss.h, its generic timers, and its way to bus and GIC.
#ifndef VIRT_PE_H
#define VIRT_PE_H

#include <cstdint>
#include <string>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "devices/gtimer.h"
#include "gictlm/attributes.h"
#include "gictlm/gictlm.h"
#include "iss/domain.h"
#include "iss/iss.h"
#include "line_mux.h"
#include "scheduler.h"

namespace virt
{

class pe;

/// What a PE needs done by the machine: calls that leave the PE, and its observers.
class pe_host
{
public:
    virtual ~pe_host() = default;
    /// HVC or SMC that the machine serves.
    virtual void conduit_call(pe &unit) = 0;
    /// Semihosting call.
    virtual void semihost_call(pe &unit) = 0;
    /// A breakpoint or watchpoint was met, or a step is done.
    virtual void debug_stop(pe &unit, iss_stop reason) = 0;
    /// Exceptions by a line, for stamps.
    virtual void pe_event(pe &unit, const iss_event &event) = 0;
    /// Event registers of other PEs have been set (SEV) at @p time_ps.
    virtual void events_set(pe &unit, uint64_t time_ps) = 0;
    /// A handler meets the same fault again and again, without end.
    virtual void fault_loop(pe &unit) = 0;
};

/// Takes samples of PEs; none of the methods may call the PE's ISS but to read registers.
class pe_sampler
{
public:
    virtual ~pe_sampler() = default;
    virtual void sample(pe &unit) = 0;
};

/// What a PE is built from.
struct pe_config {
    unsigned index = 0;
    iss_config iss = iss_config();
    const iss_ops *ops = nullptr;
    gtimer_config timer = gtimer_config();
    iss_domain *domain = nullptr;
    bool timed = false;    ///< Accesses to devices happen at their exact time.
    bool recorded = false; ///< The host wants pe_event().
    uint64_t way_ps = 0;   ///< Timed: the way of an access to a device.
};

/// What a PE is doing.
enum class pe_power : uint8_t { off, running, wfi, wfe };

class pe : public sc_core::sc_module
{
public:
    tlm_utils::simple_initiator_socket<pe> socket;

    /// Throws std::runtime_error with one line when the ISS refuses its configuration.
    pe(sc_core::sc_module_name name, const pe_config &config, scheduler &sched, pe_host &host);
    ~pe() override;

    /// Connects the CPU interface of this PE: system registers, state, lines.
    void connect(gictlm::gic &gic);
    /// Connects timer @p id to its PPI.
    void connect_timer(gtimer_id id, line_mux &line)
    {
        timer_lines_[id] = &line;
    }
    /// From now on @p sampler gets a sample after each @p insns instructions of the PE.
    void sample_with(pe_sampler &sampler, uint64_t insns)
    {
        sampler_ = &sampler;
        sample_insns_ = sample_left_ = insns;
    }
    /// Connects the PMU's interrupt.
    void connect_pmu(line_mux &line)
    {
        pmu_line_ = &line;
    }
    /// Resets the PE and lets it run from @p start at @p time_ps.
    void power_on(const iss_start &start, uint64_t time_ps);
    /// The PE stops for good.
    void power_off();
    /// PSCI: sleeps as in WFI.
    void suspend();
    /// Back to the state before the first power_on, timers included.
    void cold_reset();

    /// Scheduler: the next slice starts at @p start_ps and ends at @p end_ps or after @p insns
    /// instructions.
    void allow(uint64_t start_ps, uint64_t end_ps, uint64_t insns)
    {
        start_ps_ = start_ps;
        end_ps_ = end_ps;
        insns_ = insns;
    }
    /// Scheduler: the slice begins.
    void resume()
    {
        granted_.notify();
    }
    /// Instructions of the slice that has ended; one whose access is under way comes with its end.
    uint64_t slice_insns() const
    {
        return result_.insns;
    }
    /// Whether the slice that has ended was left to nobody else: what it brought forward outside
    /// the GIC has been told by scheduler::reconsider().
    bool kept_to_itself() const
    {
        return result_.reason == ISS_STOP_LIMIT || result_.reason == ISS_STOP_REQUEST ||
               result_.reason == ISS_STOP_SYNC;
    }
    /// Scheduler: the slice under way ends after the current instruction.
    void end_slice()
    {
        ops_.request_stop(iss_);
    }
    /// Scheduler: the time given to set_timer() has come.
    void timer_due(uint64_t now);

    /// The event register may be set since @p time_ps: leave WFE if it is.
    void look_at_event(uint64_t time_ps);

    /// Whether the PE continues only when simulated time has come up to it: before an access or in
    /// the middle of one, or with a state that the CPU interface does not know yet.
    bool exact() const
    {
        return exact_ || flight_.on || push_.waiting;
    }

    /// Checkpoint: between slices; ISS, timers, and what of the PE is neither's.
    void save(gictime_bytes &to) const;
    /// @return false when the content does not fit.
    bool load(gictime_cursor &from);

    /// Debugger: the PE is not to run, whatever it is ready for; and again.
    void hold(bool held);
    /// Debugger: the next slice is one instruction.
    void step()
    {
        stepping_ = true;
    }

    unsigned index() const
    {
        return config_.index;
    }
    pe_power power() const
    {
        return power_;
    }
    iss *instance()
    {
        return iss_;
    }
    const iss_ops &ops() const
    {
        return ops_;
    }
    gtimer &timers()
    {
        return timer_;
    }
    uint64_t local_ps() const
    {
        return ops_.time(iss_);
    }
    const iss_result &result() const
    {
        return result_;
    }
    const gic_pe_state &state() const
    {
        return state_;
    }
    /// The exception taken last; kind ISS_EVENT_COUNT: none yet.
    const iss_event &last_exception() const
    {
        return last_exception_;
    }
    /// The one before that, but for those that were the same.
    const iss_event &exception_before() const
    {
        return before_same_;
    }
    gictlm::sysreg_if &sysregs()
    {
        return *sysreg_;
    }
    /// Local time, counted from now.
    sc_core::sc_time delay_of(uint64_t time_ps) const;

private:
    /// An access to a device that is on its way: the instruction is executed again, and makes it,
    /// when it arrives.
    struct flight {
        uint64_t arrival_ps;
        bool on;
    };
    /// An access that an instruction has made which is executed again for a later one: answered
    /// from here.
    struct made_access {
        uint64_t pa;
        uint64_t data;
        uint32_t size;
        uint8_t kind;
        bool write;
        bool secure;
        bool ok;
    };
    /// More than any instruction makes: two walks of 8 and a fetch of 5, and 16 bytes one by one
    /// are 29.
    static constexpr unsigned most_accesses = 32;
    /// The state last pushed, where other activity comes before it.
    struct late_push {
        uint64_t time_ps;
        gic_pe_state state;
        bool waiting;
        uint8_t events;
        iss_event event[4]; ///< What was reported after it.
    };

    void body();
    void execute();
    void after_run();
    void forget_access();
    void end_instruction();
    void tell_lines();
    void deliver_push();
    bool comes_later(uint64_t time_ps);
    bool arrived(uint64_t time_ps);
    bool under_way() const
    {
        return flight_.on || made_ != 0;
    }
    made_access *made_before(const iss_bus_access &access);
    void remember(const iss_bus_access &access, const void *data, bool ok);
    void report(const iss_event &event);
    void look_for_loop(const iss_event &event);
    void run_sampled(const iss_until &until);
    void save_access(gictime_bytes &to) const;
    void save_push(gictime_bytes &to) const;
    void load_access(gictime_cursor &from);
    void load_push(gictime_cursor &from);
    bool load_iss(gictime_cursor &from);
    void sleep(pe_power how);
    void wake(uint64_t time_ps);
    void line_changed(iss_line line, bool level, uint64_t time_ps);
    void queue(uint64_t time_ps);
    void retry_later();
    void drive_timers(uint64_t time_ps);
    void arm_timer(uint64_t time_ps);
    void invalidate(sc_dt::uint64 start, sc_dt::uint64 end);
    iss_status bus_access(const iss_bus_access &access, void *data, uint64_t &time_ps);
    iss_status memory_access(const iss_bus_access &access, void *data, uint64_t &time_ps);
    iss_status device_access(const iss_bus_access &access, void *data, uint64_t &time_ps);
    void transport(const iss_bus_access &access, void *data, uint64_t &time_ps);
    uint32_t debug_access(const iss_bus_access &access, void *data);
    void prepare_payload(const iss_bus_access &access, void *data);
    bool direct(uint64_t pa, bool secure, uint32_t rights, iss_direct &out);
    const tlm::tlm_dmi *find_dmi(uint64_t pa, bool secure);
    void push_state(const gic_pe_state &state, uint64_t time_ps);
    gic_sysreg_result cpuif(iss_sysreg_access &access, uint64_t &time_ps);
    gic_sysreg_result timer_access(iss_sysreg_access &access, uint64_t &time_ps);
    gtimer_pe timer_pe(const gic_pe_state &state);
    iss_status dsb(uint64_t time_ps);

    static iss_env environment(pe *self);
    static void on_line(void *up, gic_line line, bool level, uint64_t time_ps);
    static iss_event no_event()
    {
        iss_event event = iss_event();

        event.kind = ISS_EVENT_COUNT;
        return event;
    }

    pe_config config_;
    const iss_ops &ops_;
    iss *iss_ = nullptr;
    scheduler &sched_;
    pe_host &host_;
    gtimer timer_;
    uint32_t timer_levels_ = 0;
    line_mux *timer_lines_[GTIMER_COUNT] = {};
    line_mux *pmu_line_ = nullptr;
    gictlm::gic *gic_ = nullptr;
    gictlm::sysreg_if *sysreg_ = nullptr; ///< Of this PE, for others.
    gic_pe_state state_ = gic_pe_state();
    pe_power power_ = pe_power::off;
    bool held_ = false;
    bool wanted_ = false; ///< Held, and ready at wanted_ps_.
    uint64_t wanted_ps_ = 0;
    bool stepping_ = false;
    flight flight_ = flight();
    made_access access_[most_accesses] = {}; ///< In their order; made_ of them.
    unsigned made_ = 0;
    unsigned again_ = 0;      ///< How many of these this execution has asked for again.
    uint64_t made_insns_ = 0; ///< Instructions retired before the one that made them.
    late_push push_ = late_push();
    uint32_t levels_ = 0;   ///< Lines as the GIC drives them, bit per iss_line ...
    uint32_t told_ = 0;     ///< ... and as the ISS knows them: not while an access is under way.
    uint64_t retry_ps_ = 0; ///< When an access that was refused is made again, if later.
    bool loading_ = false;  ///< The CPU interface knows the state already.
    bool exact_ = false;
    bool blocked_ = false; ///< The GIC has no credit, or a DSB waits for it.
    uint64_t start_ps_ = 0;
    uint64_t end_ps_ = 0;
    uint64_t insns_ = 0;
    iss_result result_ = iss_result();
    iss_event last_exception_ = no_event();
    iss_event before_same_ = no_event(); ///< The one before the first of same_faults_.
    uint32_t same_faults_ = 0;           ///< The fault was met so often since one that was another.
    pe_sampler *sampler_ = nullptr;
    uint64_t sample_insns_ = 0; ///< From sample to sample ...
    uint64_t sample_left_ = 0;  ///< ... and until the next.
    sc_core::sc_event granted_;
    tlm::tlm_generic_payload payload_;
    gictlm::attributes_extension attributes_;
    /// A direct pointer that the bus granted.
    struct dmi_range {
        tlm::tlm_dmi dmi;
        bool secure;
    };
    std::vector<dmi_range> dmi_;
    /// Addresses for which the bus refused one last.
    struct refused_range {
        uint64_t first;
        uint64_t length; ///< 0: none.
        bool secure;
    };
    refused_range refused_ = refused_range();
};

} // namespace virt

#endif
