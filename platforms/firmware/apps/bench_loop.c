/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Benchmark: `iterations=N` rounds of mixed integer work, MMU and caches on, interrupts enabled, a
 * timer ticking. The simulator says how many instructions that were.
 */
#include "fw/board.h"
#include "fw/gic.h"
#include "fw/io.h"
#include "fw/irq.h"
#include "fw/world.h"

#define PRIORITY           0xa0
#define TIMER_TICKS        62500 /* 1 ms at 62.5 MHz */
#define DEFAULT_ITERATIONS 1000000

static uint64_t memory[512] __attribute__((aligned(4096)));
static volatile uint32_t timer_count;

uint64_t bench_loop(uint64_t iterations, uint64_t *memory_4k);

static void on_timer(struct irq_event *event)
{
    (void)event;
    timer_count++;
    write_sysreg(cntv_cval_el0, read_sysreg(cntvct_el0) + TIMER_TICKS);
    isb();
}

int app_main(void)
{
    uint64_t iterations = bootarg_number("iterations", DEFAULT_ITERATIONS);
    uint64_t sum;

    irq_set_handler(INTID_CNTV, on_timer);
    gic_irq_enable(0, INTID_CNTV, PRIORITY);
    write_sysreg(cntv_cval_el0, read_sysreg(cntvct_el0) + TIMER_TICKS);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    isb();
    sum = bench_loop(iterations, memory);
    write_sysreg(cntv_ctl_el0, 0);
    print("bench_loop iterations %lu checksum %lx timer %u\n", iterations, sum, timer_count);
    return 0;
}
