// SPDX-License-Identifier: Apache-2.0
#include "gdb_debugger.h"

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "monitor.h"

namespace virt
{

namespace
{

/// How often, in host time, a running guest's debugger is looked at.
constexpr int64_t poll_ms = 20;

machine &machine_of(void *ctx)
{
    return *static_cast<machine *>(ctx);
}

iss_reg register_of(unsigned reg, unsigned half)
{
    if (reg >= GDB_REG_V0 && reg < GDB_REG_FPSR)
        return static_cast<iss_reg>(ISS_REG_V0 + 2 * (reg - GDB_REG_V0) + half);
    switch (reg) {
    case GDB_REG_SP:
        return ISS_REG_SP;
    case GDB_REG_PC:
        return ISS_REG_PC;
    case GDB_REG_CPSR:
        return ISS_REG_PSTATE;
    case GDB_REG_FPSR:
        return ISS_REG_FPSR;
    case GDB_REG_FPCR:
        return ISS_REG_FPCR;
    default:
        return static_cast<iss_reg>(ISS_REG_X0 + reg);
    }
}

uint32_t memory(void *ctx, unsigned n, uint64_t address, void *data, uint32_t length, bool write)
{
    pe &unit = machine_of(ctx).unit(n);
    const iss_debug_access access = {address, length, write, false};

    return unit.ops().memory(unit.instance(), &access, data);
}

void describe(void *ctx, unsigned n, char *text, uint32_t size)
{
    static const char *const words[] = {"off", "running", "asleep (WFI)", "asleep (WFE)"};
    machine &m = machine_of(ctx);
    pe &unit = m.unit(n);
    const uint64_t pc = unit.ops().get_reg(unit.instance(), ISS_REG_PC);
    const vp_symbol *symbol =
        unit.power() != pe_power::off ? vp_symbols_find(&m.symbols(), pc) : nullptr;

    (void)std::snprintf(text, size, "PE %u, EL%u%s, %s%s%s", n, unit.state().el,
                        gic_pe_secure(&unit.state()) ? " Secure" : "",
                        words[static_cast<unsigned>(unit.power())],
                        symbol != nullptr ? ", in " : "",
                        symbol != nullptr ? vp_symbol_name(&m.symbols(), symbol) : "");
}

} // namespace

gdb_target gdb_debugger::target()
{
    gdb_target t = gdb_target();

    t.ctx = &machine_;
    t.pes = machine_.units();
    t.get_reg = [](void *ctx, unsigned n, unsigned reg, unsigned half) {
        pe &unit = machine_of(ctx).unit(n);
        return unit.ops().get_reg(unit.instance(), register_of(reg, half));
    };
    t.set_reg = [](void *ctx, unsigned n, unsigned reg, unsigned half, uint64_t value) {
        pe &unit = machine_of(ctx).unit(n);
        unit.ops().set_reg(unit.instance(), register_of(reg, half), value);
    };
    t.read = [](void *ctx, unsigned n, uint64_t address, void *data, uint32_t length) {
        return memory(ctx, n, address, data, length, false);
    };
    t.write = [](void *ctx, unsigned n, uint64_t address, const void *data, uint32_t length) {
        return memory(ctx, n, address, const_cast<void *>(data), length, true);
    };
    t.breakpoint = [](void *ctx, uint64_t address, bool add) {
        bool ok = true;
        for (unsigned n = 0; n < machine_of(ctx).units(); n++) {
            pe &unit = machine_of(ctx).unit(n);
            ok = unit.ops().breakpoint(unit.instance(), address, add) && ok;
        }
        return ok;
    };
    t.watchpoint = [](void *ctx, uint64_t address, uint64_t length, bool reads, bool writes,
                      bool add) {
        const uint32_t rights =
            (reads ? unsigned{ISS_RIGHT_READ} : 0u) | (writes ? unsigned{ISS_RIGHT_WRITE} : 0u);
        bool ok = true;
        for (unsigned n = 0; n < machine_of(ctx).units(); n++) {
            pe &unit = machine_of(ctx).unit(n);
            ok = unit.ops().watchpoint(unit.instance(), address, length, rights, add) && ok;
        }
        return ok;
    };
    t.describe = describe;
    t.monitor = [](void *ctx, unsigned n, const char *command, char *text, uint32_t size) {
        const std::string answer = monitor_command(machine_of(ctx), n, command);
        (void)std::snprintf(text, size, "%s", answer.c_str());
    };
    return t;
}

bool gdb_debugger::open(uint16_t port, bool wait, vp_error &error)
{
    const gdb_target t = target();

    waiting_ = wait;
    if (!gdb_open(&server_, &t, port, &error))
        return false;
    (void)std::fprintf(stderr, "gicvp: debugger at 127.0.0.1:%u: target remote :%u\n", port, port);
    return true;
}

bool gdb_debugger::poll_is_due()
{
    using clock = std::chrono::steady_clock;
    const int64_t now =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock::now().time_since_epoch())
            .count();

    if (now < next_poll_ms_)
        return false;
    next_poll_ms_ = now + poll_ms;
    return true;
}

// The other PEs stand still while one steps.
void gdb_debugger::hold_all_but(int pe)
{
    held_for_ = pe;
    for (unsigned n = 0; n < machine_.units(); n++)
        machine_.unit(n).hold(pe >= 0 && n != static_cast<unsigned>(pe));
}

void gdb_debugger::resume(gdb_resume how)
{
    if (how == GDB_RESUME_KILL) {
        machine_.sched().finish(ending::detached);
        return;
    }
    detached_ = how == GDB_RESUME_DETACH;
    if (detached_)
        gdb_link_drop(&server_.link);
    if (how != GDB_RESUME_STEP)
        return;
    pe &unit = machine_.unit(server_.step_pe);

    if (unit.power() != pe_power::running) { /* asleep or off: there is nothing to step */
        stopped(server_.step_pe, ISS_STOP_STEP);
        return;
    }
    if (server_.step_alone)
        hold_all_but(static_cast<int>(server_.step_pe));
    unit.step();
}

void gdb_debugger::session(bool report)
{
    const bool watched = report && reason_ == ISS_STOP_WATCHPOINT;

    hold_all_but(-1);
    machine_.terminal().flush();
    stopped_ = false;
    waiting_ = false;
    resume(gdb_session(&server_, stopped_pe_, report, watched,
                       watched ? machine_.unit(stopped_pe_).result().watch_address : 0));
}

void gdb_debugger::between_slices()
{
    if (server_.link.listener < 0)
        return;
    if (waiting_)
        session(false);
    while (stopped_)
        session(true);
    if (held_for_ < 0 && poll_is_due() && gdb_wants_stop(&server_))
        session(false);
}

void gdb_debugger::stopped(unsigned index, iss_stop reason)
{
    stopped_ = true;
    stopped_pe_ = index;
    reason_ = reason;
}

// Everything sleeps for ever: only the debugger can change that, unless it has taken its leave.
bool gdb_debugger::idle()
{
    if (server_.link.listener < 0 || detached_)
        return false;
    machine_.terminal().flush();
    gdb_wait(&server_);
    session(false);
    return true;
}

} // namespace virt
