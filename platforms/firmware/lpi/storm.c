/* SPDX-License-Identifier: Apache-2.0 */
/* Poisson arrivals, faster and faster than they are taken: what is pending already, merges. */
#include "lpi.h"

#define LEAD_NS      5000 /* from the start of the stream to its first interval */
#define QUIET_CYCLES 50000
#define PS_PER_NS    1000u
#define PS_PER_S     1000000000000u

/** What one PE has taken, and the first of it. */
static struct share {
    volatile uint32_t taken, in_time;
    struct sample list[LPI_MOST];
    uint64_t end[LPI_MOST];
} shares[FW_MAX_PES] __attribute__((section(".stacks.storm")));

static const struct options *storm;
static uint64_t end_ticks;
static volatile uint32_t stopped, finished;

static void keep(struct share *s, struct irq_event *event, uint64_t t0)
{
    uint32_t n = s->taken - 1;
    s->list[n] = (struct sample){.intid = event->intid,
                                 .slot = event->slot,
                                 .unit = 'p',
                                 .t0 = t0,
                                 .exception = event->exception,
                                 .acknowledge = event->acknowledge};
    event->end = &s->end[n];
}

/** Asks the device when it sent, as a driver asks its device something, and works. */
static void on_lpi(struct irq_event *event)
{
    struct share *s = &shares[event->slot];
    uint64_t t0 = tgen_read(generator, TGEN_LAST_PS(event->intid - LPI_FIRST));
    bool in_time = ticks() < end_ticks;
    s->taken++;
    s->in_time += in_time;
    if (!in_time && stopped == 0) {
        stopped = 1;
        tgen_stop(generator, 1);
        dsb_sy();
        sev(); /* the first PE may have taken another one, and sleep */
    }
    if (s->taken <= storm->samples) {
        keep(s, event, t0);
    }
    while (cycles() - event->acknowledge < storm->service) {}
}

static void others(void *unused)
{
    (void)unused;
    while (finished == 0) {
        wfe();
    }
}

static uint32_t taken_in_all(void)
{
    uint32_t sum = 0;
    for (unsigned slot = 0; slot < storm->pes; slot++) {
        sum += shares[slot].taken;
    }
    return sum;
}

/** Waits until the stream has been stopped and nothing comes any more. */
static void wait_for_the_end(void)
{
    uint32_t before;
    while (stopped == 0) {
        wfe();
    }
    do {
        before = taken_in_all();
        spin_cycles(QUIET_CYCLES);
    } while (taken_in_all() != before);
    finished = 1;
    dsb_sy();
    sev();
}

static bool start(uint64_t *start_ps)
{
    struct tgen_stream stream = {.ctrl =
                                     TGEN_KIND_POISSON | TGEN_CTRL_RANDOM_VECTOR | TGEN_CTRL_ABS,
                                 .vectors = storm->vectors,
                                 .burst = 1,
                                 .period_ns = storm->period_ns,
                                 .seed = storm->seed};
    stream.delay_ns = tgen_read(generator, TGEN_NOW_PS) / PS_PER_NS + LEAD_NS;
    *start_ps = stream.delay_ns * PS_PER_NS;
    end_ticks = (*start_ps + storm->duration_us * PS_PER_NS * PS_PER_NS) /
                (PS_PER_S / read_sysreg(cntfrq_el0));
    tgen_program(generator, 0, &stream);
    return tgen_start(generator, 1) || complain("the traffic generator refuses its program");
}

static void report(uint64_t start_ps)
{
    uint64_t in_time = 0;
    for (unsigned slot = 0; slot < storm->pes; slot++) {
        in_time += shares[slot].in_time;
    }
    print("N arrivals=%lu sent=%lu taken=%u in_time=%lu start_ps=%lu end_ps=%lu\n",
          tgen_read(generator, TGEN_ARRIVALS), tgen_read(generator, TGEN_SENT), taken_in_all(),
          in_time, start_ps, end_ticks * (PS_PER_S / read_sysreg(cntfrq_el0)));
    for (unsigned slot = 0; slot < storm->pes; slot++) {
        struct share *s = &shares[slot];
        for (uint32_t n = 0; n < s->taken && n < storm->samples; n++) {
            s->list[n].end = s->end[n];
            record_sample(&s->list[n]);
        }
    }
    record_flush(0, true);
}

bool measure_storm(const struct options *o)
{
    uint64_t start_ps;
    storm = o;
    for (unsigned slot = 0; slot < o->pes; slot++) {
        shares[slot].taken = 0;
        shares[slot].in_time = 0;
    }
    irq_set_lpi_handler(on_lpi);
    for (unsigned slot = 1; slot < o->pes; slot++) {
        pe_post(slot, others, NULL);
    }
    if (!start(&start_ps)) {
        return false;
    }
    wait_for_the_end();
    for (unsigned slot = 1; slot < o->pes; slot++) {
        pe_wait(slot);
    }
    report(start_ps);
    return true;
}
