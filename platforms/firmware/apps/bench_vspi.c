/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Benchmark: `iterations=N` (boot argument) virtual interrupts. The guest makes an SPI pending; EL2
 * takes it, writes a list register linked to it and drops its priority; the guest takes the virtual
 * interrupt, acknowledges and ends it, which deactivates the SPI. The machine has EL2 and no EL3.
 */
#include "fw/gic.h"
#include "fw/io.h"
#include "fw/pe.h"

#define SPI                40
#define PRIORITY           0xa0
#define DEFAULT_ITERATIONS 100000

extern char bench_vectors[];
uint64_t bench_vspi_loop(uint64_t iterations, uintptr_t ispendr, uint32_t bit);

int app_main(void)
{
    uint64_t iterations = bootarg_number("iterations", DEFAULT_ITERATIONS);
    uint64_t vbar = read_sysreg(vbar_el1);
    uint64_t from, to, taken;

    if (pes[0].entry_el != 2) {
        console_puts("bench_vspi needs EL2 and no EL3\n");
        return 2;
    }
    gic_irq_disable(0, SPI);
    gic_irq_edge(0, SPI, true);
    gic_irq_route(SPI, 0);
    gic_irq_enable(0, SPI, PRIORITY);
    irq_mask();
    write_sysreg(vbar_el1, (uint64_t)bench_vectors);
    isb();
    __asm__ volatile("hvc #0" ::: "x0", "memory"); /* from now on interrupts are EL2's */
    irq_unmask();
    from = cycles();
    taken = bench_vspi_loop(iterations, BOARD_GICD_BASE + GICD_ISPENDR + 4 * (SPI / 32),
                            1u << SPI % 32);
    to = cycles();
    write_sysreg(vbar_el1, vbar);
    isb();
    print("bench_vspi iterations %lu taken %lu cycles %lu\n", iterations, taken, to - from);
    return taken == iterations ? 0 : 1;
}
