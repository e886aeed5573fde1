/* SPDX-License-Identifier: Apache-2.0 */
/* The latency study: every workload, idle and loaded, on every PE in turn. */
#include "latency.h"

/** What is left of the storm before has come and gone after this. */
#define SETTLE_CYCLES 10000

const struct workload workloads[] = {
    {"sgi_self", measure_sgi_self, 1, false, false},
    {"sgi_other", measure_sgi_other, 2, false, false},
    {"ppi_cntp", measure_cntp, 1, false, false},
    {"ppi_cntv", measure_cntv, 1, false, false},
    {"ppi_cntps", measure_cntps, 1, false, true},
    {"spi_level", measure_spi_level, 1, false, false},
    {"spi_edge", measure_spi_edge, 1, false, false},
    {"spi_1ofn", measure_spi_any, 1, false, false},
    {"preempt", measure_preempt, 1, false, false},
    {"world_g0", measure_group0, 1, false, true},
    {"world_g1s", measure_group1s, 1, false, true},
    {"world_g1ns", measure_group1ns, 1, false, true},
    {"fire", measure_fire, 1, false, true},
    {"smc", measure_smc, 1, true, true},
    {"secure_call", measure_call, 1, true, true},
};
const unsigned workload_count = sizeof(workloads) / sizeof(workloads[0]);

static void measure_job(void *arg)
{
    struct run *run = arg;
    unsigned slot = pe_self();
    irqs_route_here();
    spin_cycles(SETTLE_CYCLES);
    if (run->loaded) {
        stim_storm(slot, true);
    }
    workloads[run->workload].measure(run);
    stim_storm(slot, false);
    run->stop = 1;
    dsb_sy();
    sev();
}

/** Measures on PE `target` while all the others are in the background. */
static void measure_on(struct run *run, unsigned target)
{
    unsigned n = pe_count();
    run->stop = 0;
    for (unsigned slot = 1; slot < n; slot++) {
        pe_post(slot, slot == target ? measure_job : background, run);
    }
    if (target == 0) {
        measure_job(run);
    } else {
        background(run);
    }
    for (unsigned slot = 1; slot < n; slot++) {
        pe_wait(slot);
    }
    log_flush(run, target);
}

static void run_workload(unsigned index, bool loaded, unsigned samples)
{
    unsigned n = pe_count();
    struct run run = {.workload = index, .loaded = loaded, .samples = (samples + n - 1) / n};
    for (unsigned target = 0; target < n; target++) {
        measure_on(&run, target);
    }
}

static void run_all(unsigned samples)
{
    const char *names = bootarg_text("workloads");
    const char *loads = bootarg_text("loads");
    for (unsigned index = 0; index < workload_count; index++) {
        const struct workload *w = &workloads[index];
        if (pe_count() < w->min_pes || !bootarg_lists(names, w->name) || (w->worlds && gic_is_v2)) {
            continue;
        }
        if (bootarg_lists(loads, "idle")) {
            run_workload(index, false, samples);
        }
        if (bootarg_lists(loads, "loaded") && !w->idle_only) {
            run_workload(index, true, samples);
        }
    }
}

int app_main(void)
{
    unsigned samples = (unsigned)bootarg_number("samples", 64);
    uint64_t seed = bootarg_number("seed", 1);

    if (pes[0].entry_el != 3 && !gic_is_v2) {
        console_puts("X latency needs EL3: start the machine with two Security states\n");
        return 2;
    }
    if (samples == 0 || samples > 4096) {
        console_puts("X samples= must be 1 to 4096\n");
        return 2;
    }
    random_seed(seed);
    stim_init();
    pe_start_others((unsigned)bootarg_number("pes", 0));
    irqs_init();
    log_header(samples, seed);
    run_all(samples);
    console_puts("E\n");
    return 0;
}
