/* SPDX-License-Identifier: Apache-2.0 */
/* The guest: makes interrupts happen, takes them, keeps what they cost. */
#define DEVICES_STIMULUS_REGS_ONLY
#include "devices/stimulus.h"

#include "vif.h"

#define FIRE_NS       2000
#define FIRE_SPAN_NS  2000
#define PMCCFILTR_NSH (1ULL << 27)

/** A workload: measures so many samples. */
struct workload {
    const char *name;
    void (*measure)(const struct workload *w, unsigned samples);
    unsigned argument;
};

/** What the handler of each vINTID has seen. */
static struct taken {
    struct irq_event event;
    uint64_t end, t0;
} taken[VIRT_SPI + 1];
static volatile uint32_t count;
static uintptr_t stimulus;
static unsigned burst, live;

/* ---- the interrupt */

static uintptr_t channel(uintptr_t reg)
{
    return stimulus + STIMULUS_CH(0, reg);
}

static void find_stimulus(void)
{
    uint64_t base = fdt_find_compatible("gictlm,stimulus");
    if (base != 0 && read32(base + STIMULUS_ID) == STIMULUS_ID_VALUE) {
        stimulus = base;
        write32(stimulus + STIMULUS_STOP, 1);
    }
}

/** Asserts the level-sensitive SPI a random time from now; by GICD_ISPENDR where there is no
 *  stimulator. @return the moment of the latter, in cycles. */
static uint64_t fire(void)
{
    uint64_t now;
    if (stimulus == 0) {
        spin_cycles(random_below(256));
        now = cycles();
        gic_irq_set_pending(0, VIRT_SPI);
        return now;
    }
    write32(channel(STIMULUS_CH_INTID), VIRT_SPI);
    write32(channel(STIMULUS_CH_CTRL), 0);
    write32(channel(STIMULUS_CH_COUNT), 1);
    write64(channel(STIMULUS_CH_DELAY_NS), FIRE_NS + random_below(FIRE_SPAN_NS));
    write64(channel(STIMULUS_CH_PHASE_PS), random_below(1000));
    write32(channel(STIMULUS_CH_GO), 1);
    return 0;
}

static void on_spi(struct irq_event *event)
{
    struct taken *t = &taken[event->intid];
    t->event = *event;
    event->end = &t->end;
    if (stimulus != 0) {
        t->t0 = read64(channel(STIMULUS_CH_ASSERT_PS));
        write32(channel(STIMULUS_CH_ACK), 1);
    }
    count++;
}

static void on_burst(struct irq_event *event)
{
    struct taken *t = &taken[event->intid];
    t->event = *event;
    event->end = &t->end;
    count++;
}

/* ---- workloads */

/** The guest of a GICv2 has another CPU interface when its interrupts are in list registers. */
static void set_mode(enum virt_mode mode)
{
    hyp_call(VIRT_CALL_MODE, mode, 0);
#ifdef VIRT_GICV2
    bool listed = mode == VIRT_SOFT || mode == VIRT_HARD;
    gic2_cpu_interface(listed ? BOARD_GICV_BASE : BOARD_GICC_BASE);
#endif
}

static void measure_spi(const struct workload *w, unsigned samples)
{
    struct taken *t = &taken[VIRT_SPI];
    set_mode((enum virt_mode)w->argument);
    for (unsigned n = 0; n < samples; n++) {
        struct sample s = {.intid = VIRT_SPI, .unit = stimulus != 0 ? 'p' : '0'};
        count = 0;
        s.t0 = fire();
        while (count == 0) {}
        s.back = cycles();
        s.t0 = stimulus != 0 ? t->t0 : s.t0;
        s.monitor = w->argument == VIRT_DIRECT ? 0 : hyp_notes.vector;
        s.exception = t->event.exception;
        s.acknowledge = t->event.acknowledge;
        s.end = t->end;
        record_sample(&s);
    }
}

/** So many virtual interrupts at once, with nothing physical behind them: what does not fit into
 * the list registers waits for a maintenance interrupt. */
static void measure_burst(const struct workload *w, unsigned samples)
{
    (void)w;
    set_mode(VIRT_HARD);
    for (unsigned n = 0; n < samples; n++) {
        uint64_t start = cycles();
        count = 0;
        hyp_call(VIRT_CALL_BURST, burst, 0);
        while (count < burst) {}
        uint64_t back = cycles();
        for (unsigned i = 0; i < burst; i++) {
            const struct taken *t = &taken[VIRT_BURST + i];
            struct sample s = {.intid = VIRT_BURST + i, .unit = '0', .t0 = start};
            s.exception = t->event.exception;
            s.acknowledge = t->event.acknowledge;
            s.end = t->end;
            s.back = back;
            record_sample(&s);
        }
    }
}

static void keep_cost(unsigned lists, uint64_t from, uint64_t to)
{
    const struct sample s = {.intid = lists, .unit = '0', .t0 = from, .back = to};
    record_sample(&s);
}

static void measure_call(const struct workload *w, unsigned samples)
{
    for (unsigned n = 0; n < samples; n++) {
        uint64_t from = cycles();
        hyp_call((enum virt_call)w->argument, 0, 0);
        keep_cost(0, from, cycles());
    }
}

static void measure_save(const struct workload *w, unsigned samples)
{
    for (unsigned n = 0; n < samples; n++) {
        hyp_call(VIRT_CALL_SWITCH, w->argument, live);
        keep_cost(live, hyp_notes.switched.save_from, hyp_notes.switched.save_to);
    }
}

static void measure_restore(const struct workload *w, unsigned samples)
{
    for (unsigned n = 0; n < samples; n++) {
        hyp_call(VIRT_CALL_SWITCH, w->argument, live);
        keep_cost(live, hyp_notes.switched.restore_from, hyp_notes.switched.restore_to);
    }
}

static const struct workload workloads[] = {
    {"direct", measure_spi, VIRT_DIRECT},
    {"emulated", measure_spi, VIRT_EMULATED},
    {"lr_soft", measure_spi, VIRT_SOFT},
    {"lr_hard", measure_spi, VIRT_HARD},
    {"burst", measure_burst, 0},
    {"hvc", measure_call, VIRT_CALL_NOTHING},
    {"save_up", measure_save, SWITCH_UP},
    {"save_down", measure_save, SWITCH_DOWN},
    {"save_used", measure_save, SWITCH_USED},
    {"restore_up", measure_restore, SWITCH_UP},
    {"restore_down", measure_restore, SWITCH_DOWN},
    {"restore_used", measure_restore, SWITCH_USED},
};

#define WORKLOADS (sizeof workloads / sizeof workloads[0])

static void set_up(void)
{
    find_stimulus();
    set_mode(VIRT_DIRECT);
    irq_set_handler(VIRT_SPI, on_spi);
    for (uint32_t n = 0; n < VIRT_MOST_BURST; n++) {
        irq_set_handler(VIRT_BURST + n, on_burst);
    }
    gic_irq_disable(0, VIRT_SPI);
    gic_irq_edge(0, VIRT_SPI, false);
    gic_irq_route(VIRT_SPI, 0);
    gic_irq_enable(0, VIRT_SPI, VIRT_PRIORITY);
    gic_irq_enable(0, INTID_MAINTENANCE, VIRT_PRIORITY);
    write_sysreg(pmccfiltr_el0, PMCCFILTR_NSH);
    isb();
}

static void run_all(unsigned samples)
{
    const char *names = bootarg_text("workloads");
    for (unsigned n = 0; n < WORKLOADS; n++) {
        const struct workload *w = &workloads[n];
        if (!bootarg_lists(names, w->name)) {
            continue;
        }
        hyp_notes.maintenance = hyp_notes.traps = 0;
        w->measure(w, samples);
        print("V %u %u %u\n", n, hyp_notes.maintenance, hyp_notes.traps);
        set_mode(VIRT_DIRECT);
        record_flush(n, false);
    }
}

int app_main(void)
{
    unsigned samples = (unsigned)bootarg_number("samples", 64);
    uint64_t seed = bootarg_number("seed", 1);
    burst = (unsigned)bootarg_number("burst", 8);
    live = (unsigned)bootarg_number("live", 2);
    if (pes[0].entry_el != 2) {
        console_puts("X virt needs EL2 and no EL3: start the machine with --virtualization\n");
        return 2;
    }
    if (gic_is_v2 != (VIRT_GIC_VERSION == 2)) {
        print("X this program is for a GICv%u\n", (unsigned)VIRT_GIC_VERSION);
        return 2;
    }
    if (samples == 0 || samples > 4096 || burst == 0 || burst > VIRT_MOST_BURST ||
        live > VIRT_MOST_LISTS) {
        console_puts("X samples= must be 1 to 4096, burst= 1 to 32, live= at most 16\n");
        return 2;
    }
    random_seed(seed);
    set_up();
    print("C pes=1 samples=%u seed=%lu burst=%u live=%u lists=%u stimulator=%u counter_hz=%lu\n",
          samples, seed, burst, live, hyp_notes.lists, stimulus != 0 ? 1u : 0u,
          read_sysreg(cntfrq_el0));
    for (unsigned n = 0; n < WORKLOADS; n++) {
        print("W %u %s\n", n, workloads[n].name);
    }
    record_clocks();
    run_all(samples);
    console_puts("E\n");
    return 0;
}
