/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Benchmark: `iterations=N` (boot argument) LPIs by INT commands, each taken, acknowledged and
 * ended. Prints what the guest saw; the host's time is measured by who starts the simulator.
 */
#include "fw/io.h"
#include "fw/its.h"
#include "fw/world.h"

#define PRIORITY           0xa0
#define DEVICE             5
#define LPI_BITS           14
#define COMMAND_INT        0x03
#define MEMORY_SIZE        0x100000
#define DEFAULT_ITERATIONS 100000

extern char bench_vectors[];
uint64_t bench_lpi_loop(uint64_t iterations, uint64_t *queue, uintptr_t cwriter, uint64_t offset,
                        uint64_t word0, uint64_t word1);

static struct its its;
static uint8_t memory[MEMORY_SIZE] __attribute__((aligned(0x10000), section(".stacks.its")));

static bool set_up(void)
{
    const struct its_config config = {.base = BOARD_ITS_BASE,
                                      .memory = memory,
                                      .size = sizeof memory,
                                      .device_bits = 8,
                                      .lpi_bits = LPI_BITS,
                                      .pes = 1};
    if (!its_init(&its, &config)) {
        return false;
    }
    its_lpi_configure(&its, LPI_FIRST, PRIORITY, true);
    return its_lpi_start(&its, 0) && its_mapc(&its, 0, 0, true) && its_mapd(&its, DEVICE, 1) &&
           its_mapti(&its, DEVICE, 0, LPI_FIRST, 0) && its_invall(&its, 0) && its_sync(&its, 0);
}

static uint64_t run(uint64_t iterations)
{
    uint64_t vbar = read_sysreg(vbar_el1);
    uint64_t taken;
    irq_mask();
    write_sysreg(vbar_el1, (uint64_t)bench_vectors);
    isb();
    irq_unmask();
    taken = bench_lpi_loop(iterations, its.queue, its.base + GITS_CWRITER, its.write,
                           (uint64_t)DEVICE << 32 | COMMAND_INT, 0);
    write_sysreg(vbar_el1, vbar);
    isb();
    return taken;
}

int app_main(void)
{
    uint64_t iterations = bootarg_number("iterations", DEFAULT_ITERATIONS);
    uint64_t from, taken;
    if (!set_up()) {
        print("bench_lpi: %s\n", its_error(&its));
        return 1;
    }
    from = cycles();
    taken = run(iterations);
    print("bench_lpi iterations %lu taken %lu cycles %lu\n", iterations, taken, cycles() - from);
    return taken == iterations ? 0 : 1;
}
