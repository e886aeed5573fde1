/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest program that shows that a platform works: console, timer interrupts, an SGI to each
 * PE, exit code. Runs on machines with and without EL3 and EL2.
 * Boot arguments: exit=N (exit code, default 0), ticks=N (timer interrupts, default 3).
 */
#include "fw/gic.h"
#include "fw/io.h"
#include "fw/irq.h"
#include "fw/pe.h"
#include "fw/world.h"

#define SGI_HELLO    1
#define PRIORITY     0xa0
#define PERIOD_TICKS 6250 /* 100 us at 62.5 MHz */
#define WAIT_TICKS   62500000

static volatile uint32_t timer_count;
static uint32_t sgi_count;

static void on_timer(struct irq_event *event)
{
    (void)event;
    timer_count++;
    write_sysreg(cntv_cval_el0, read_sysreg(cntv_cval_el0) + PERIOD_TICKS);
    isb();
}

static void on_sgi(struct irq_event *event)
{
    (void)event;
    __atomic_fetch_add(&sgi_count, 1, __ATOMIC_RELAXED);
}

static void enable_sgi(void *arg)
{
    (void)arg;
    gic_irq_enable(pe_self(), SGI_HELLO, PRIORITY);
}

static bool timer_test(unsigned wanted)
{
    static const volatile uint32_t never = 0;
    gic_irq_enable(0, INTID_CNTV, PRIORITY);
    write_sysreg(cntv_cval_el0, read_sysreg(cntvct_el0) + PERIOD_TICKS);
    write_sysreg(cntv_ctl_el0, CNT_CTL_ENABLE);
    isb();
    while (timer_count < wanted) {
        idle_unless(&never);
    }
    write_sysreg(cntv_ctl_el0, 0);
    isb();
    print("timer: %u interrupts\n", timer_count);
    return timer_count >= wanted;
}

static bool sgi_test(void)
{
    unsigned n = pe_start_others(0);
    uint64_t start;
    enable_sgi(NULL);
    for (unsigned slot = 1; slot < n; slot++) {
        pe_post(slot, enable_sgi, NULL);
        pe_wait(slot);
    }
    for (unsigned slot = 0; slot < n; slot++) {
        gic_send_sgi(SGI_HELLO, slot);
    }
    start = ticks();
    while (__atomic_load_n(&sgi_count, __ATOMIC_RELAXED) < n && ticks() - start < WAIT_TICKS) {}
    print("sgi: %u of %u PEs\n", sgi_count, n);
    return sgi_count == n;
}

int app_main(void)
{
    print("hello from EL%u (entered at EL%u)\n", current_el(), pes[0].entry_el);
    irq_set_handler(INTID_CNTV, on_timer);
    irq_set_handler(SGI_HELLO, on_sgi);
    if (!timer_test((unsigned)bootarg_number("ticks", 3)) || !sgi_test()) {
        console_puts("FAILED\n");
        return 1;
    }
    console_puts("PASSED\n");
    return (int)bootarg_number("exit", 0);
}
