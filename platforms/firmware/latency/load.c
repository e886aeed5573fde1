/* SPDX-License-Identifier: Apache-2.0 */
/* Background work, waiting, and the set-up of all interrupts. */
#include "latency.h"

#include "fw/gic2.h"

#define LOAD_BYTES      65536
#define LOAD_WORDS      (LOAD_BYTES / sizeof(uint64_t))
#define LOAD_STRIDE     8 /* words: one cache line */
#define STORM_SGI_STEPS 64
#define STORM_WORK      24

struct probe probes[LATENCY_INTIDS];

/** Per PE: its memory, its SGI to send. */
struct pe_load {
    uint32_t step;
    volatile uint32_t sgi_request; /**< 0, or 1 + slot of the PE to send SGI_PROBE to. */
    uint64_t words[LOAD_WORDS];
};

static struct pe_load loads[FW_MAX_PES] __attribute__((aligned(64)));

/** A few loads and stores that wander through the PE's memory. */
static void touch_memory(struct pe_load *load, unsigned lines)
{
    volatile uint64_t *words = load->words;
    for (unsigned i = 0; i < lines; i++) {
        uint64_t at = (load->step++ * LOAD_STRIDE) % LOAD_WORDS;
        words[at] += at;
    }
}

void work_step(void)
{
    touch_memory(&loads[pe_self()], 8);
}

void load_step(void)
{
    unsigned slot = pe_self();
    struct pe_load *load = &loads[slot];
    touch_memory(load, 8);
    if (load->step % (8 * STORM_SGI_STEPS) == 0) {
        unsigned next = (slot + 1) % pe_count();
        if (gic_is_v2) {
            gic2_send_sgi(SGI_STORM, next);
        } else {
            write_sysreg(icc_sgi1r_el1, gic_sgi_value(SGI_STORM, next));
        }
    }
}

void wait_probe(const struct run *run, uint32_t intid)
{
    while (probes[intid].done == 0) {
        if (run->loaded) {
            load_step();
        } else {
            idle_unless(&probes[intid].done);
        }
    }
}

void request_sgi(unsigned from, unsigned to)
{
    loads[from].sgi_request = 1 + to;
    dsb_sy();
    sev();
}

static void serve_request(struct pe_load *load)
{
    unsigned to = load->sgi_request;
    if (to != 0) {
        load->sgi_request = 0;
        spin_cycles(2000 + random_below(1000)); /* the target falls asleep meanwhile */
        sgi_fire(SGI_PROBE, to - 1);
    }
}

void background(void *arg)
{
    struct run *run = arg;
    unsigned slot = pe_self();
    stim_storm(slot, run->loaded);
    while (run->stop == 0) {
        serve_request(&loads[slot]);
        if (run->loaded) {
            load_step();
        } else if (loads[slot].sgi_request == 0) {
            wfe();
        }
    }
    stim_storm(slot, false);
}

/** Notes who took the probe of an INTID, and when. */
static struct probe *take(struct irq_event *event)
{
    struct probe *p = &probes[event->intid];
    p->slot = event->slot;
    p->event = *event;
    event->end = &p->end;
    return p;
}

static void finish(struct probe *p)
{
    p->done = 1;
    dsb_sy();
    sev(); /* whoever waits may be another PE */
}

static void on_sgi(struct irq_event *event)
{
    finish(take(event));
}

static void on_spi(struct irq_event *event)
{
    struct probe *p = take(event);
    stim_taken(p, event->intid);
    finish(p);
}

static void on_timer(struct irq_event *event)
{
    struct probe *p = take(event);
    if (event->intid == INTID_CNTPS) {
        write_sysreg(cntps_ctl_el1, 0);
    } else if (event->intid == INTID_CNTP) {
        write_sysreg(cntp_ctl_el0, 0);
    } else {
        write_sysreg(cntv_ctl_el0, 0);
    }
    isb();
    finish(p);
}

static void on_storm(struct irq_event *event)
{
    touch_memory(&loads[event->slot], STORM_WORK);
}

/** Secure interrupts: groups and priorities are EL3's business. */
static void secure_setup(uint32_t intid, unsigned slot, enum gic_group group, uint8_t priority)
{
    struct irq_setup setup = {.intid = intid,
                              .slot = slot,
                              .group = group,
                              .priority = priority,
                              .enable = true,
                              .edge = intid >= 32};
    secure_irq_setup(&setup);
}

static void spi_setup(uint32_t intid, bool edge, uint8_t priority, irq_handler_fn *handler)
{
    irq_set_handler(intid, handler);
    gic_irq_disable(0, intid);
    gic_irq_edge(0, intid, edge);
    gic_irq_route(intid, 0);
    gic_irq_clear_pending(0, intid);
    gic_irq_enable(0, intid, priority);
}

static void private_setup(unsigned slot)
{
    gic_irq_enable(slot, SGI_PROBE, PRIO_PROBE);
    gic_irq_enable(slot, SGI_LOW, PRIO_LOW);
    gic_irq_enable(slot, SGI_STORM, PRIO_STORM);
    gic_irq_enable(slot, INTID_CNTP, PRIO_PROBE);
    gic_irq_enable(slot, INTID_CNTV, PRIO_PROBE);
    if (!gic_is_v2) {
        secure_setup(INTID_CNTPS, slot, GIC_GROUP1S, PRIO_SECURE);
    }
    spi_setup(SPI_STORM + slot, true, PRIO_STORM, on_storm);
    gic_irq_route(SPI_STORM + slot, slot);
}

/** Of a GICv2 a PE reaches its own private interrupts alone. */
static void private_setup_here(void *unused)
{
    (void)unused;
    private_setup(pe_self());
}

void irqs_init(void)
{
    irq_set_handler(SGI_PROBE, on_sgi);
    irq_set_handler(SGI_STORM, on_storm);
    irq_set_handler(INTID_CNTP, on_timer);
    irq_set_handler(INTID_CNTV, on_timer);
    irq_set_handler(INTID_CNTPS, on_timer);
    irq_set_handler(SPI_SECURE, on_spi);
    irq_set_handler(SPI_GROUP0, on_spi);
    spi_setup(SPI_LEVEL, false, PRIO_PROBE, on_spi);
    spi_setup(SPI_EDGE, true, PRIO_PROBE, on_spi);
    spi_setup(SPI_ANY, true, PRIO_PROBE, on_spi);
    spi_setup(SPI_HIGH, true, PRIO_HIGH, on_spi);
    gic_irq_route_any(SPI_ANY);
    for (unsigned slot = 0; slot < pe_count(); slot++) {
        if (slot != 0 && gic_is_v2) {
            pe_post(slot, private_setup_here, NULL);
            pe_wait(slot);
        } else {
            private_setup(slot);
        }
    }
}

void irqs_route_here(void)
{
    unsigned slot = pe_self();
    gic_irq_route(SPI_LEVEL, slot);
    gic_irq_route(SPI_EDGE, slot);
    gic_irq_route(SPI_HIGH, slot);
    if (!gic_is_v2) {
        secure_setup(SPI_SECURE, slot, GIC_GROUP1S, PRIO_SECURE);
        secure_setup(SPI_GROUP0, slot, GIC_GROUP0, PRIO_GROUP0);
    }
}
