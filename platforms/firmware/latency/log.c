/* SPDX-License-Identifier: Apache-2.0 */
/* Samples are kept in memory while a workload runs and printed after it. */
#include "latency.h"

#define LOG_LIMIT         8192
#define CALIBRATION_READS 256
#define CALIBRATION_SPIN  128 /* cycles: a few ticks of the system counter */

/** One S record. */
struct sample {
    uint32_t intid, slot, depth;
    char unit;
    bool disturbed;
    uint64_t t0, monitor, exception, acknowledge, end, back;
};

/* Not cleared at start-up: `kept` says what is valid. */
static struct sample samples[LOG_LIMIT] __attribute__((section(".stacks.log")));
static unsigned kept, lost;

/** One pair of counter values, and what one read costs. */
struct counters {
    uint64_t ticks, cycles, cost;
};

static void read_counters(struct counters *c)
{
    uint64_t first, second;
    __asm__ volatile("isb\n\tmrs %0, cntpct_el0\n\tmrs %1, pmccntr_el0\n\t"
                     "mrs %2, pmccntr_el0\n\tmrs %3, pmccntr_el0"
                     : "=&r"(c->ticks), "=&r"(c->cycles), "=&r"(first), "=&r"(second)::"memory");
    c->cost = second - first;
}

/** Reads the two counters of this PE many times, at drifting phases. */
void log_calibration(void *unused)
{
    static struct counters list[CALIBRATION_READS]; /* one PE at a time is here */
    unsigned slot = pe_self();
    (void)unused;
    irq_mask();
    for (unsigned i = 0; i < CALIBRATION_READS; i++) {
        spin_cycles(random_below(CALIBRATION_SPIN));
        read_counters(&list[i]);
    }
    irq_unmask();
    for (unsigned i = 0; i < CALIBRATION_READS; i++) {
        print("K %x %lx %lx %lx\n", slot, list[i].ticks, list[i].cycles, list[i].cost);
    }
}

void log_header(unsigned samples_wanted, uint64_t seed)
{
    print("C pes=%u samples=%u seed=%lu stimulator=%u counter_hz=%lu\n", pe_count(), samples_wanted,
          seed, stim_present() ? 1u : 0u, read_sysreg(cntfrq_el0));
    for (unsigned i = 0; i < workload_count; i++) {
        print("W %u %s\n", i, workloads[i].name);
    }
    log_calibration(NULL);
    for (unsigned slot = 1; slot < pe_count(); slot++) {
        pe_post(slot, log_calibration, NULL);
        pe_wait(slot);
    }
}

static struct sample *new_sample(void)
{
    if (kept == LOG_LIMIT) {
        lost++;
        return NULL;
    }
    return &samples[kept++];
}

void log_probe(const struct run *run, uint32_t intid, uint64_t back)
{
    const struct probe *p = &probes[intid];
    struct sample *s = new_sample();
    (void)run;
    if (s != NULL) {
        *s = (struct sample){.intid = intid,
                             .slot = p->slot,
                             .depth = p->depth,
                             .unit = p->unit,
                             .disturbed = p->event.disturbed,
                             .t0 = p->t0,
                             .monitor = p->event.monitor,
                             .exception = p->event.exception,
                             .acknowledge = p->event.acknowledge,
                             .end = p->end,
                             .back = back};
    }
}

void log_cost(const struct run *run, uint32_t intid, uint64_t from, uint64_t to)
{
    struct sample *s = new_sample();
    unsigned slot = pe_self();
    (void)run;
    if (s != NULL) {
        *s = (struct sample){
            .intid = intid, .slot = slot, .unit = (char)('0' + slot), .t0 = from, .back = to};
    }
}

void log_flush(const struct run *run, unsigned slot)
{
    for (unsigned i = 0; i < kept; i++) {
        const struct sample *s = &samples[i];
        print("S %x %x %x %x %c %lx %lx %lx %lx %lx %lx %x %x\n", run->workload,
              run->loaded ? 1u : 0u, s->slot, s->intid, s->unit, s->t0, s->monitor, s->exception,
              s->acknowledge, s->end, s->back, s->depth, s->disturbed ? 1u : 0u);
    }
    if (lost > 0) {
        print("X %u samples lost: the log holds %u\n", lost, (unsigned)LOG_LIMIT);
    }
    print("D %x %x %x\n", run->workload, run->loaded ? 1u : 0u, slot);
    kept = 0;
    lost = 0;
}
