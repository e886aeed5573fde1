/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Benchmark: `iterations=N` (boot argument) SGIs to the own PE, each taken, acknowledged and ended.
 * Prints what the guest saw; the host's time is measured by who starts the simulator.
 */
#include "fw/gic.h"
#include "fw/io.h"
#include "fw/pe.h"
#include "fw/world.h"

#define SGI                3
#define PRIORITY           0xa0
#define DEFAULT_ITERATIONS 100000

extern char bench_vectors[];
uint64_t bench_sgi_loop(uint64_t iterations, uint64_t value);

int app_main(void)
{
    uint64_t iterations = bootarg_number("iterations", DEFAULT_ITERATIONS);
    uint64_t vbar = read_sysreg(vbar_el1);
    uint64_t from;
    uint64_t to;
    uint64_t taken;

    gic_irq_enable(0, SGI, PRIORITY);
    irq_mask();
    write_sysreg(vbar_el1, (uint64_t)bench_vectors);
    isb();
    irq_unmask();
    from = cycles();
    taken = bench_sgi_loop(iterations, gic_sgi_value(SGI, 0));
    to = cycles();
    write_sysreg(vbar_el1, vbar);
    isb();
    print("bench_sgi iterations %lu taken %lu cycles %lu\n", iterations, taken, to - from);
    return taken == iterations ? 0 : 1;
}
