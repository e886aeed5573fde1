/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads of the normal world: SGIs, timers, SPIs, 1 of N, preemption. */
#include "latency.h"

#define LOW_WORK_CYCLES 20000
#define PREEMPT_NS      200
#define PREEMPT_SPAN_NS 1500
/** Depth of SGI_LOW's handler on each PE: what a preempting handler finds. */
static volatile uint32_t low_running[FW_MAX_PES];

static void arm(uint32_t intid)
{
    probes[intid].done = 0;
    probes[intid].t0 = 0;
    probes[intid].depth = 0;
    dsb_sy();
}

void measure_sgi_self(struct run *run)
{
    for (unsigned i = 0; i < run->samples; i++) {
        arm(SGI_PROBE);
        if (run->loaded) {
            for (unsigned steps = random_below(16); steps > 0; steps--) {
                load_step();
            }
        }
        sgi_fire(SGI_PROBE, pe_self());
        while (probes[SGI_PROBE].done == 0) { /* no WFI: who sends itself an SGI is awake */
        }
        log_probe(SGI_PROBE, 0);
    }
}

void measure_sgi_other(struct run *run)
{
    unsigned self = pe_self();
    unsigned others = pe_count() - 1;
    for (unsigned i = 0; i < run->samples; i++) {
        arm(SGI_PROBE);
        request_sgi((self + 1 + i % others) % pe_count(), self);
        wait_probe(run, SGI_PROBE);
        while (*(volatile uint64_t *)&probes[SGI_PROBE].t0 == 0) {}
        log_probe(SGI_PROBE, 0);
    }
}

static void measure_timer(struct run *run, uint32_t intid)
{
    for (unsigned i = 0; i < run->samples; i++) {
        arm(intid);
        bool in_time = timer_fire(intid);
        wait_probe(run, intid);
        if (in_time) {
            log_probe(intid, intid == INTID_CNTPS ? monitor_exit_stamp(pe_self()) : 0);
        }
    }
}

void measure_cntp(struct run *run)
{
    measure_timer(run, INTID_CNTP);
}

void measure_cntv(struct run *run)
{
    measure_timer(run, INTID_CNTV);
}

void measure_cntps(struct run *run)
{
    measure_timer(run, INTID_CNTPS);
}

static void measure_spi(struct run *run, uint32_t intid, bool edge)
{
    for (unsigned i = 0; i < run->samples; i++) {
        arm(intid);
        stim_fire(intid, edge);
        wait_probe(run, intid);
        log_probe(intid, 0);
    }
}

void measure_spi_level(struct run *run)
{
    measure_spi(run, SPI_LEVEL, false);
}

void measure_spi_edge(struct run *run)
{
    measure_spi(run, SPI_EDGE, true);
}

void measure_spi_any(struct run *run)
{
    for (unsigned i = 0; i < run->samples; i++) {
        arm(SPI_ANY);
        stim_fire(SPI_ANY, true);
        while (probes[SPI_ANY].done == 0) {
            if (run->loaded) {
                load_step();
            } else {
                wfe(); /* any PE may take it: an event wakes us, not an interrupt */
            }
        }
        log_probe(SPI_ANY, 0);
    }
}

/** The handler to be preempted: works with IRQ open until the other one has come. */
static void on_low(struct irq_event *event)
{
    uint64_t start = cycles();
    low_running[event->slot] = 1;
    irq_unmask();
    while (probes[SPI_HIGH].done == 0 && cycles() - start < LOW_WORK_CYCLES) {
        work_step();
    }
    irq_mask();
    low_running[event->slot] = 0;
}

static void on_high(struct irq_event *event)
{
    struct probe *p = &probes[SPI_HIGH];
    p->slot = event->slot;
    p->event = *event;
    p->depth = low_running[event->slot];
    event->end = &p->end;
    stim_taken(p, SPI_HIGH);
    p->done = 1;
}

void measure_preempt(struct run *run)
{
    unsigned slot = pe_self();
    irq_set_handler(SGI_LOW, on_low);
    irq_set_handler(SPI_HIGH, on_high);
    for (unsigned i = 0; i < run->samples; i++) {
        arm(SPI_HIGH);
        if (stim_present()) {
            stim_fire_in(SPI_HIGH, true, PREEMPT_NS, PREEMPT_SPAN_NS);
        }
        gic_send_sgi(SGI_LOW, slot);
        if (!stim_present()) {
            stim_fire_in(SPI_HIGH, true, 0, 0);
        }
        wait_probe(run, SPI_HIGH);
        log_probe(SPI_HIGH, 0);
    }
}
