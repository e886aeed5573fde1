// SPDX-License-Identifier: Apache-2.0
#include "pe.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "exception_text.h"
#include "time_util.h"

namespace virt
{

namespace
{

constexpr size_t stack_bytes = 256 * 1024;
/// MRS encoding of SCR_EL3 (3, 6, c1, c1, 0) and its bit ST.
constexpr uint32_t scr_el3_encoding = 3u << 14 | 6u << 11 | 1u << 7 | 1u << 3 | 0u;
constexpr uint64_t scr_st = 1u << 11;
/// A handler that meets the same fault so often without ever returning will do so for ever.
constexpr uint32_t fault_loop_length = 10000;

pe &self_of(void *ctx)
{
    return *static_cast<pe *>(ctx);
}

gtimer_reg timer_register(uint32_t reg)
{
    static const gtimer_reg table[ISS_TIMER_REG_COUNT] = {
#define ISS_TIMER_REG(name) GTIMER_##name,
#include "iss/timer.def"
#undef ISS_TIMER_REG
    };

    return table[reg];
}

gic_sysreg_result sysreg_result(gtimer_result result)
{
    switch (result) {
    case GTIMER_OK:
        return GIC_SYSREG_OK;
    case GTIMER_TRAP_EL1:
        return GIC_SYSREG_TRAP_EL1;
    case GTIMER_TRAP_EL2:
        return GIC_SYSREG_TRAP_EL2;
    case GTIMER_TRAP_EL3:
        return GIC_SYSREG_TRAP_EL3;
    default:
        return GIC_SYSREG_UNDEFINED;
    }
}

} // namespace

// ---------------------------------------------------------------- construction

iss_env pe::environment(pe *self)
{
    iss_env env = iss_env();

    env.version = ISS_PORT_VERSION;
    env.ctx = self;
    env.bus = [](const iss_bus_access *a, void *data, uint64_t *time, void *ctx) {
        return self_of(ctx).bus_access(*a, data, *time);
    };
    env.direct = [](uint64_t pa, bool secure, uint32_t rights, iss_direct *out, void *ctx) {
        return self_of(ctx).direct(pa, secure, rights, *out);
    };
    env.pe_state = [](const gic_pe_state *state, uint64_t time, void *ctx) {
        pe &p = self_of(ctx);
        p.push_state(*state, time);
    };
    env.cpuif = [](iss_sysreg_access *a, uint64_t *time, void *ctx) {
        return self_of(ctx).cpuif(*a, *time);
    };
    env.timer = [](iss_sysreg_access *a, uint64_t *time, void *ctx) {
        return self_of(ctx).timer_access(*a, *time);
    };
    env.dsb = [](uint64_t *time, void *ctx) { return self_of(ctx).dsb(*time); };
    env.broadcast = [](const iss_dvm *op, void *ctx) {
        pe &p = self_of(ctx);
        iss_domain_broadcast(p.config_.domain, p.index(), op);
        if (op->kind == ISS_DVM_SEV)
            p.host_.events_set(p, p.local_ps());
    };
    env.exclusive_arm = [](uint64_t pa, uint32_t size, bool secure, void *ctx) {
        iss_domain_arm(self_of(ctx).config_.domain, self_of(ctx).index(), pa, size, secure);
    };
    env.exclusive_claim = [](uint64_t pa, uint32_t size, bool secure, void *ctx) {
        return iss_domain_claim(self_of(ctx).config_.domain, self_of(ctx).index(), pa, size,
                                secure);
    };
    env.exclusive_clear = [](void *ctx) {
        iss_domain_clear(self_of(ctx).config_.domain, self_of(ctx).index());
    };
    env.store_notify = [](uint64_t pa, uint32_t size, bool secure, void *ctx) {
        iss_domain_stored(self_of(ctx).config_.domain, self_of(ctx).index(), pa, size, secure);
    };
    env.code_cached = [](uint64_t pa, uint64_t length, bool secure, void *ctx) {
        iss_domain_code(self_of(ctx).config_.domain, pa, length, secure);
    };
    env.line_out = [](iss_line_out, bool level, uint64_t time, void *ctx) {
        pe &p = self_of(ctx);
        if (p.pmu_line_ != nullptr)
            p.pmu_line_->set(level, p.delay_of(time));
        p.sched_.reconsider();
    };
    env.event = [](const iss_event *event, void *ctx) { self_of(ctx).report(*event); };
    if (!self->config_.recorded && !self->config_.timed) /* timed, a checkpoint may hold some */
        env.unwanted_events =
            1u << ISS_EVENT_HANDLER | 1u << ISS_EVENT_SLEEP | 1u << ISS_EVENT_WAKE;
    return env;
}

pe::pe(sc_core::sc_module_name name, const pe_config &config, scheduler &sched, pe_host &host)
    : sc_module(name), socket("socket"), config_(config), ops_(*config.ops), sched_(sched),
      host_(host)
{
    SC_HAS_PROCESS(pe);
    const iss_env env = environment(this);
    char error[256] = "";

    iss_ = ops_.create(&config_.iss, &env, error, sizeof error);
    if (iss_ == nullptr)
        throw std::runtime_error(error);
    iss_domain_attach(config_.domain, config_.index, &ops_, iss_);
    gtimer_init(&timer_, &config_.timer);
    attributes_.pe = static_cast<uint16_t>(config_.index);
    payload_.set_extension(&attributes_);
    socket.register_invalidate_direct_mem_ptr(this, &pe::invalidate);
    sched_.add(config_.index, *this);
    SC_THREAD(body);
    set_stack_size(stack_bytes);
}

pe::~pe()
{
    payload_.clear_extension(&attributes_);
    ops_.destroy(iss_);
}

void pe::connect(gictlm::gic &gic)
{
    gic_ = &gic;
    sysreg_ = gic.sysreg[index()].operator->();
    gic.connect_lines(static_cast<uint16_t>(index()), on_line, this);
}

void pe::on_line(void *up, gic_line line, bool level, uint64_t time_ps)
{
    static const uint8_t inputs[GIC_LINE_COUNT] = {ISS_LINE_IRQ,   ISS_LINE_FIQ, ISS_LINE_VIRQ,
                                                   ISS_LINE_VFIQ,  ISS_LINE_NMI, ISS_LINE_COUNT,
                                                   ISS_LINE_COUNT, ISS_LINE_VNMI}; /* by gic_line */

    if (inputs[line] != ISS_LINE_COUNT)
        self_of(up).line_changed(static_cast<iss_line>(inputs[line]), level, time_ps);
}

sc_core::sc_time pe::delay_of(uint64_t time_ps) const
{
    return ahead(time_ps);
}

// ---------------------------------------------------------------- power

void pe::power_on(const iss_start &start, uint64_t time_ps)
{
    power_ = pe_power::running;
    blocked_ = false;
    last_exception_ = before_same_ = no_event();
    same_faults_ = 0;
    forget_access();
    ops_.advance(iss_, time_ps);
    ops_.reset(iss_, &start);
    push_state(state_, ops_.time(iss_));
    arm_timer(time_ps);
    queue(ops_.time(iss_));
}

void pe::power_off()
{
    power_ = pe_power::off;
    forget_access();
    wanted_ = false;
    sched_.not_ready(index());
    sched_.set_timer(index(), never_ps);
}

void pe::cold_reset()
{
    power_off();
    gtimer_ops.reset(&timer_, now_ps());
    timer_levels_ = 0;
}

void pe::queue(uint64_t time_ps)
{
    if (push_.waiting)
        time_ps = push_.time_ps;
    wanted_ = held_;
    wanted_ps_ = time_ps;
    if (!held_)
        sched_.ready(index(), time_ps);
}

void pe::hold(bool held)
{
    if (held == held_)
        return;
    if (held) {
        wanted_ = power_ == pe_power::running;
        wanted_ps_ = push_.waiting ? push_.time_ps
                     : flight_.on  ? flight_.arrival_ps
                                   : ops_.time(iss_);
        held_ = true;
        sched_.not_ready(index());
        return;
    }
    held_ = false;
    if (wanted_)
        sched_.ready(index(), std::max(wanted_ps_, now_ps()));
    wanted_ = false;
}

void pe::suspend()
{
    sched_.not_ready(index());
    sleep(pe_power::wfi);
}

// Asleep: nothing of the PE is queued but its timers.
void pe::sleep(pe_power how)
{
    power_ = how;
    if (ops_.runnable(iss_))
        wake(result_.time_ps);
    else
        arm_timer(result_.time_ps);
}

void pe::wake(uint64_t time_ps)
{
    if (power_ != pe_power::wfi && power_ != pe_power::wfe)
        return;
    power_ = pe_power::running;
    ops_.advance(iss_, time_ps);
    queue(ops_.time(iss_));
}

void pe::look_at_event(uint64_t time_ps)
{
    if (power_ == pe_power::wfe && ops_.runnable(iss_))
        wake(std::max(time_ps, ops_.time(iss_)));
}

void pe::line_changed(iss_line line, bool level, uint64_t time_ps)
{
    levels_ = (levels_ & ~(1u << line)) | uint32_t(level) << line;
    if (under_way())
        return;
    if ((levels_ ^ told_) == 1u << line) {
        told_ = levels_;
        ops_.set_line(iss_, line, level);
    } else {
        tell_lines();
    }
    if ((power_ == pe_power::wfi || power_ == pe_power::wfe) && ops_.runnable(iss_))
        wake(std::max({now_ps(), time_ps, ops_.time(iss_)}));
}

// ---------------------------------------------------------------- slices

void pe::body()
{
    for (;;) {
        wait(granted_);
        do
            execute();
        while (sched_.slice_over(*this));
    }
}

void pe::execute()
{
    blocked_ = false;
    exact_ = false;
    again_ = 0;
    retry_ps_ = 0;
    if (push_.waiting) {
        deliver_push();
        return;
    }
    /* An instruction under way is the last of its run, and its access arrives where time is now. */
    const iss_until until = {std::min(end_ps_, ops_.deadline(iss_)),
                             under_way() ? std::min<uint64_t>(insns_, 1) : insns_};

    if (!flight_.on)
        ops_.advance(iss_, start_ps_);
    if (stepping_)
        ops_.step(iss_, &result_);
    else if (sampler_ == nullptr)
        ops_.run(iss_, &until, &result_);
    else
        run_sampled(until);
    if (result_.reason != ISS_STOP_SYNC)
        end_instruction();
    after_run();
}

// The same slice in pieces that end where a sample is due: nothing else knows of them.
void pe::run_sampled(const iss_until &until)
{
    iss_result piece;
    uint64_t insns = 0;

    do {
        const iss_until part = {until.time_ps, std::min(until.insns - insns, sample_left_)};

        ops_.run(iss_, &part, &piece);
        insns += piece.insns;
        sample_left_ -= piece.insns;
        if (sample_left_ == 0) {
            sampler_->sample(*this);
            sample_left_ = sample_insns_;
        }
    } while (piece.reason == ISS_STOP_LIMIT && insns < until.insns &&
             piece.time_ps < until.time_ps);
    result_ = piece;
    result_.insns = insns;
}

// No interrupt is taken before an instruction whose access is under way.
void pe::end_instruction()
{
    made_ = 0;
    if (!flight_.on)
        tell_lines();
}

void pe::tell_lines()
{
    for (uint32_t left = levels_ ^ told_; left != 0; left &= left - 1) {
        const unsigned line = static_cast<unsigned>(__builtin_ctz(left));

        ops_.set_line(iss_, static_cast<iss_line>(line), (levels_ >> line & 1u) != 0);
    }
    told_ = levels_;
}

// The PE is reset or off: what it was about to do does not happen.
void pe::forget_access()
{
    flight_.on = false;
    push_.waiting = false;
    end_instruction();
}

void pe::after_run()
{
    switch (result_.reason) {
    case ISS_STOP_SYNC:
        retry_later();
        return;
    case ISS_STOP_WFI:
        sleep(pe_power::wfi);
        break;
    case ISS_STOP_WFE:
        sleep(pe_power::wfe);
        break;
    case ISS_STOP_CONDUIT:
        queue(result_.time_ps);
        host_.conduit_call(*this);
        break;
    case ISS_STOP_SEMIHOST:
        queue(result_.time_ps);
        host_.semihost_call(*this);
        break;
    case ISS_STOP_BREAKPOINT:
    case ISS_STOP_WATCHPOINT:
        queue(result_.time_ps);
        host_.debug_stop(*this, result_.reason);
        return;
    case ISS_STOP_HALTED:
        power_off();
        break;
    case ISS_STOP_RESET: {
        iss_start start = iss_start();

        start.pc = config_.iss.rvbar;
        power_on(start, result_.time_ps);
        break;
    }
    default:
        queue(result_.time_ps);
        break;
    }
    if (stepping_) {
        stepping_ = false;
        host_.debug_stop(*this, ISS_STOP_STEP);
    }
}

// The same instruction again: at its exact time, or when the GIC has moved on.
void pe::retry_later()
{
    uint64_t time = std::max(result_.time_ps, retry_ps_);

    exact_ = true;
    if (blocked_) {
        const uint64_t next = sched_.next_progress();

        exact_ = false;
        time = next == never_ps ? time : std::max(time, next);
    }
    queue(time);
}

// ---------------------------------------------------------------- timers

void pe::drive_timers(uint64_t time_ps)
{
    const uint32_t levels = gtimer_lines(&timer_, time_ps);
    const uint32_t changed = levels ^ timer_levels_;

    timer_levels_ = levels;
    for (unsigned n = 0; n < GTIMER_COUNT; n++)
        if ((changed >> n & 1u) != 0 && timer_lines_[n] != nullptr)
            timer_lines_[n]->set((levels >> n & 1u) != 0, delay_of(time_ps));
}

void pe::arm_timer(uint64_t time_ps)
{
    uint64_t due = gtimer_deadline(&timer_, time_ps);

    if (power_ == pe_power::wfe)
        due = std::min(due, gtimer_next_event(&timer_, time_ps));
    sched_.set_timer(index(), due);
}

void pe::timer_due(uint64_t now)
{
    drive_timers(now);
    /* In WFE the event stream may be what fell due; a spurious event is legal. */
    if (power_ == pe_power::wfe) {
        ops_.set_event(iss_);
        wake(now);
    }
    arm_timer(now);
}

gtimer_pe pe::timer_pe(const gic_pe_state &state)
{
    gtimer_pe view = gtimer_pe();
    uint64_t scr = 0;

    view.el = state.el;
    view.secure = gic_pe_secure(&state);
    view.el2_enabled = gic_pe_el2_enabled(&state, config_.iss.has_el2);
    view.e2h = state.hcr_e2h;
    view.tge = state.hcr_tge;
    if (view.secure && state.el == 1 && ops_.get_sysreg(iss_, scr_el3_encoding, &scr))
        view.st = (scr & scr_st) != 0;
    return view;
}

gic_sysreg_result pe::timer_access(iss_sysreg_access &access, uint64_t &time_ps)
{
    const gtimer_reg reg = timer_register(access.reg);
    const gtimer_pe view = timer_pe(*access.pe);

    if (!access.write)
        return sysreg_result(gtimer_read(&timer_, reg, &view, time_ps, &access.value));
    const gtimer_result result = gtimer_write(&timer_, reg, &view, time_ps, access.value);

    if (result == GTIMER_OK) {
        drive_timers(time_ps);
        arm_timer(time_ps);
        sched_.reconsider();
    }
    return sysreg_result(result);
}

// ---------------------------------------------------------------- CPU interface

// Timed, the CPU interface must not be ahead of messages that are on their way to it: whether an
// access at @p time_ps has to be made again at its exact time.
bool pe::comes_later(uint64_t time_ps)
{
    if (!config_.timed || time_ps <= now_ps() || sched_.running() != this ||
        !sched_.comes_first(time_ps))
        return false;
    retry_ps_ = time_ps;
    return true;
}

// While it is being built the PE has a state already, but no CPU interface to tell.
void pe::push_state(const gic_pe_state &state, uint64_t time_ps)
{
    state_ = state;
    if (gic_ == nullptr || loading_)
        return;
    if (comes_later(time_ps)) {
        push_ = late_push();
        push_.time_ps = time_ps;
        push_.state = state;
        push_.waiting = true;
        ops_.request_stop(iss_);
        return;
    }
    gic_->set_pe_state(static_cast<uint16_t>(index()), state, std::max(time_ps, now_ps()));
    sched_.gic_called();
}

// The slice is this and nothing else: what comes of it is seen before the next instruction.
void pe::deliver_push()
{
    const late_push now = push_;

    push_.waiting = false;
    gic_->set_pe_state(static_cast<uint16_t>(index()), now.state, std::max(now.time_ps, now_ps()));
    for (unsigned n = 0; n < now.events; n++)
        if (config_.recorded)
            host_.pe_event(*this, now.event[n]);
    result_.insns = 0;
    queue(ops_.time(iss_));
}

// The vector of a fault that meets the same fault itself, at the same place, with no return and no
// interrupt in between. FAR may differ: a handler whose stack grows into nowhere moves it.
void pe::look_for_loop(const iss_event &event)
{
    const iss_event &last = last_exception_;
    const bool again = event.line == ISS_LINE_COUNT && event.el == event.from_el &&
                       event.el == last.el && event.pc == last.pc && event.esr == last.esr &&
                       last.kind == ISS_EVENT_EXCEPTION && vp_exception_is_fault(event.esr);

    same_faults_ = again ? same_faults_ + 1 : 0;
    if (!again)
        before_same_ = last;
    last_exception_ = event;
    if (same_faults_ == fault_loop_length)
        host_.fault_loop(*this);
}

void pe::report(const iss_event &event)
{
    if (event.kind == ISS_EVENT_EXCEPTION)
        look_for_loop(event);
    else if (event.kind == ISS_EVENT_ERET)
        same_faults_ = 0;
    if (push_.waiting && push_.events < sizeof push_.event / sizeof push_.event[0])
        push_.event[push_.events++] = event;
    else if (config_.recorded)
        host_.pe_event(*this, event);
}

gic_sysreg_result pe::cpuif(iss_sysreg_access &access, uint64_t &time_ps)
{
    const gic_sysreg reg = static_cast<gic_sysreg>(access.reg);
    const uint16_t unit = static_cast<uint16_t>(index());

    if (comes_later(time_ps))
        return GIC_SYSREG_STALL;
    time_ps = std::max(time_ps, now_ps());
    const gic_sysreg_result result = access.write
                                         ? gic_->try_write(unit, reg, access.value, time_ps)
                                         : gic_->try_read(unit, reg, access.value, time_ps);

    blocked_ = blocked_ || result == GIC_SYSREG_STALL;
    sched_.gic_called();
    return result;
}

iss_status pe::dsb(uint64_t time_ps)
{
    sched_.deliver_to(time_ps);
    if (!gic_->upstream_pending(static_cast<uint16_t>(index())))
        return ISS_OK;
    blocked_ = true;
    return ISS_RETRY;
}

// ---------------------------------------------------------------- bus

// Timed, a device is accessed at the exact time: the access leaves when all that other PEs do
// before has been done, and is made when it arrives. Until then the ISS is told to try again, so
// that nothing of it is on a stack.
bool pe::arrived(uint64_t time_ps)
{
    const uint64_t now = now_ps();

    if (!flight_.on && time_ps > now) {
        retry_ps_ = time_ps;
        return false;
    }
    if (!flight_.on && config_.way_ps != 0)
        flight_ = flight{now + config_.way_ps, true};
    if (flight_.on && now < flight_.arrival_ps) {
        retry_ps_ = flight_.arrival_ps;
        return false;
    }
    flight_.on = false;
    return true;
}

// The answer to an access that this instruction has made when it was executed before.
pe::made_access *pe::made_before(const iss_bus_access &a)
{
    iss_counters count;

    if (made_ == 0)
        return nullptr;
    ops_.counters(iss_, &count);
    if (count.insns != made_insns_)
        made_ = 0;
    while (again_ < made_) {
        made_access &m = access_[again_++];

        if (m.pa == a.pa && m.size == a.size && m.write == a.write && m.kind == a.kind &&
            m.secure == a.secure)
            return &m;
    }
    return nullptr;
}

void pe::remember(const iss_bus_access &a, const void *data, bool ok)
{
    iss_counters count;

    if (made_ == most_accesses)
        return;
    ops_.counters(iss_, &count);
    made_insns_ = count.insns;
    made_access &m = access_[made_++];

    m = made_access{a.pa, 0, a.size, a.kind, a.write, a.secure, ok};
    std::memcpy(&m.data, data, std::min<size_t>(a.size, sizeof m.data));
    again_ = made_;
    ops_.request_stop(iss_); /* Lines are told at the end of the instruction. */
}

void pe::prepare_payload(const iss_bus_access &access, void *data)
{
    attributes_.secure = access.secure;
    payload_.set_command(access.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload_.set_address(access.pa);
    payload_.set_data_ptr(static_cast<unsigned char *>(data));
    payload_.set_data_length(access.size);
    payload_.set_streaming_width(access.size);
    payload_.set_byte_enable_ptr(nullptr);
    payload_.set_dmi_allowed(false);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

iss_status pe::bus_access(const iss_bus_access &access, void *data, uint64_t &time_ps)
{
    if (access.kind == ISS_KIND_DEBUG)
        return debug_access(access, data) == access.size ? ISS_OK : ISS_BUS_ERROR;
    if ((config_.timed || access.write) && find_dmi(access.pa, access.secure))
        return memory_access(access, data, time_ps);
    return device_access(access, data, time_ps);
}

void pe::transport(const iss_bus_access &access, void *data, uint64_t &time_ps)
{
    sc_core::sc_time delay = delay_of(time_ps);

    prepare_payload(access, data);
    socket->b_transport(payload_, delay);
    time_ps = std::max(time_ps, now_ps() + to_ps(delay));
}

iss_status pe::memory_access(const iss_bus_access &access, void *data, uint64_t &time_ps)
{
    transport(access, data, time_ps);
    if (access.write)
        iss_domain_stored(config_.domain, index(), access.pa, access.size, access.secure);
    sched_.reconsider();
    return payload_.is_response_ok() ? ISS_OK : ISS_BUS_ERROR;
}

iss_status pe::device_access(const iss_bus_access &access, void *data, uint64_t &time_ps)
{
    if (config_.timed) {
        if (const made_access *made = made_before(access)) {
            if (!access.write)
                std::memcpy(data, &made->data, access.size);
            return made->ok ? ISS_OK : ISS_BUS_ERROR;
        }
        if (!arrived(time_ps))
            return ISS_RETRY;
        /* The PE's own time has stood still since the access left. */
        time_ps = std::max(time_ps, now_ps());
    }
    transport(access, data, time_ps);
    if (config_.timed)
        remember(access, data, payload_.is_response_ok());
    sched_.reconsider();
    return payload_.is_response_ok() ? ISS_OK : ISS_BUS_ERROR;
}

uint32_t pe::debug_access(const iss_bus_access &access, void *data)
{
    prepare_payload(access, data);
    const uint32_t done = socket->transport_dbg(payload_);

    if (access.write && done != 0)
        iss_domain_stored(config_.domain, ISS_DOMAIN_NO_PE, access.pa, done, access.secure);
    return done;
}

const tlm::tlm_dmi *pe::find_dmi(uint64_t pa, bool secure)
{
    if (pa - refused_.first < refused_.length && refused_.secure == secure)
        return nullptr;
    for (const dmi_range &range : dmi_)
        if (range.secure == secure && pa >= range.dmi.get_start_address() &&
            pa <= range.dmi.get_end_address())
            return &range.dmi;
    tlm::tlm_dmi dmi;
    iss_bus_access access = iss_bus_access();

    access.pa = pa;
    access.secure = secure;
    access.size = 1;
    prepare_payload(access, nullptr);
    if (!socket->get_direct_mem_ptr(payload_, dmi)) {
        const uint64_t first = dmi.get_start_address();

        refused_ = refused_range{first, dmi.get_end_address() - first + 1, secure};
        return nullptr;
    }
    dmi_.push_back(dmi_range{dmi, secure});
    return &dmi_.back().dmi;
}

bool pe::direct(uint64_t pa, bool secure, uint32_t rights, iss_direct &out)
{
    const tlm::tlm_dmi *dmi = find_dmi(pa, secure);

    if (dmi == nullptr)
        return false;
    const bool writes = (rights & (ISS_RIGHT_WRITE | ISS_RIGHT_WRITE_NOTIFY)) != 0;

    if (writes && !dmi->is_write_allowed())
        return false;
    out.pa = dmi->get_start_address();
    out.length = dmi->get_end_address() - dmi->get_start_address() + 1;
    out.host = dmi->get_dmi_ptr();
    out.rights = ISS_RIGHT_READ | ISS_RIGHT_EXEC;
    if (dmi->is_write_allowed())
        out.rights |= ISS_RIGHT_WRITE;
    iss_domain_filter(config_.domain, index(), pa, secure, &out);
    return true;
}

void pe::invalidate(sc_dt::uint64 start, sc_dt::uint64 end)
{
    const auto hit = [&](const dmi_range &range) {
        return range.dmi.get_start_address() <= end && range.dmi.get_end_address() >= start;
    };

    dmi_.erase(std::remove_if(dmi_.begin(), dmi_.end(), hit), dmi_.end());
    refused_ = refused_range();
    ops_.invalidate_direct(iss_, start, end - start + 1,
                           ISS_RIGHT_READ | ISS_RIGHT_WRITE | ISS_RIGHT_EXEC |
                               ISS_RIGHT_WRITE_NOTIFY);
}

} // namespace virt
