// SPDX-License-Identifier: Apache-2.0
// gicvp: the virt board with our GIC.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include <sys/time.h>
#include <systemc>

#include "gdb_debugger.h"
#include "machine_model.h"
#include "report.h"

namespace
{

int fail(const vp_error &error)
{
    (void)std::fprintf(stderr, "gicvp: %s\n", error.text);
    return VP_EXIT_USAGE;
}

/// Exit status of a run.
int status_of(const virt::scheduler &s)
{
    switch (s.reason()) {
    case virt::ending::power_off:
    case virt::ending::detached:
        return VP_EXIT_OFF;
    case virt::ending::exited:
        return s.status();
    case virt::ending::instructions:
    case virt::ending::time:
    case virt::ending::stuck:
    case virt::ending::interrupted:
    case virt::ending::wall:
    case virt::ending::faults:
        return VP_EXIT_BOUND;
    default:
        return VP_EXIT_INTERNAL;
    }
}

bool read_symbols(virt::machine_setup &setup, vp_error &error)
{
    for (unsigned n = 0; n < setup.options.num_symbols; n++)
        if (!vp_symbols_read(&setup.symbols, setup.options.symbols[n], &error))
            return false;
    return true;
}

/// Everything before the platform: images, parameters, device tree.
bool prepare(virt::machine_setup &setup, vp_error &error)
{
    vp_machine_make(&setup.machine, &setup.options);
    return vp_params_make(&setup.params, &setup.options, &setup.machine, &error) &&
           vp_plug_make(&setup.plug, &setup.options, &setup.params, &setup.machine, &error) &&
           vp_memory_init(&setup.memory, setup.options.ram, setup.options.secure, &error) &&
           vp_boot_prepare(&setup.boot, &setup.options, &setup.machine, &setup.memory, &error) &&
           read_symbols(setup, error);
}

void on_signal(int)
{
    virt::scheduler::interrupt(virt::ending::interrupted);
}

void on_alarm(int)
{
    virt::scheduler::interrupt(virt::ending::wall);
}

/// SIGALRM after so much time of the host.
void set_alarm(uint64_t us)
{
    constexpr uint64_t us_per_s = 1000000;
    struct itimerval at = {};

    at.it_value.tv_sec = static_cast<time_t>(us / us_per_s);
    at.it_value.tv_usec = static_cast<suseconds_t>(us % us_per_s);
    (void)std::signal(SIGALRM, on_alarm);
    (void)setitimer(ITIMER_REAL, &at, nullptr);
}

double simulate(uint64_t max_wall_us)
{
    const auto begin = std::chrono::steady_clock::now();

    (void)std::signal(SIGINT, on_signal);
    (void)std::signal(SIGTERM, on_signal);
    if (max_wall_us != UINT64_MAX)
        set_alarm(max_wall_us);
    sc_core::sc_start();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int run_machine(virt::machine_setup &setup, virt::machine &m, vp_error &error)
{
    const vp_options &o = setup.options;
    virt::gdb_debugger gdb(m);

    if (!m.open(error))
        return fail(error);
    if (o.gdb_port != 0) {
        if (!gdb.open(o.gdb_port, o.wait_gdb, error))
            return fail(error);
        m.attach(&gdb);
    }
    const double host_s = simulate(o.max_wall_us);
    const int status = status_of(m.sched());

    if (o.gdb_port != 0)
        gdb.close(status);
    if (m.sched().reason() == virt::ending::refused)
        return fail(m.checkpoint_error());
    if (!m.close(error))
        return fail(error);
    if (o.command == VP_COMMAND_WHY)
        (void)std::fputs(m.why(o.why_intid, o.why_pe).c_str(), stdout);
    virt::report_summary(m, host_s, stderr);
    if (o.json)
        virt::report_json(m, host_s, stdout);
    return status;
}

int run(virt::machine_setup &setup)
{
    vp_error error = vp_error();

    if (!prepare(setup, error))
        return fail(error);
    if (setup.options.bios == nullptr && setup.options.kernel == nullptr &&
        setup.options.elf == nullptr && setup.options.dump_dtb != nullptr)
        return VP_EXIT_OFF;
    sc_core::sc_set_time_resolution(1, sc_core::SC_PS);
    std::unique_ptr<virt::machine> m;

    try {
        m = std::make_unique<virt::machine>("virt", setup);
    } catch (const std::runtime_error &reason) {
        (void)std::snprintf(error.text, sizeof error.text, "%s", reason.what());
        return fail(error);
    }
    return run_machine(setup, *m, error);
}

int dispatch(int argc, char **argv)
{
    virt::machine_setup setup;
    vp_error error = vp_error();

    if (!vp_options_parse(&setup.options, argc, argv, &error))
        return fail(error);
    switch (setup.options.command) {
    case VP_COMMAND_HELP:
        vp_options_help(stdout);
        return VP_EXIT_OFF;
    case VP_COMMAND_VERSION:
        (void)std::printf("gicvp %s\n", GICVP_VERSION);
        return VP_EXIT_OFF;
    case VP_COMMAND_PARAMS:
        return vp_params_list(setup.options.filter, stdout, &error) ? VP_EXIT_OFF : fail(error);
    case VP_COMMAND_REGS:
        return virt::report_registers(setup.options.filter, stdout, error) ? VP_EXIT_OFF
                                                                           : fail(error);
    default:
        return run(setup);
    }
}

} // namespace

// SystemC's own main would print its banner and call sc_main(); the banner has no place here.
int main(int argc, char **argv)
{
    (void)setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}

int sc_main(int argc, char **argv)
{
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
    try {
        return dispatch(argc, argv);
    } catch (const std::exception &reason) {
        (void)std::fprintf(stderr, "gicvp: internal error: %s\n", reason.what());
        return VP_EXIT_INTERNAL;
    }
}
