/* SPDX-License-Identifier: Apache-2.0 */
#include "fw/record.h"

#include "fw/io.h"
#include "fw/pe.h"
#include "fw/random.h"

#define LIMIT       8192
#define CLOCK_READS 256
#define CLOCK_SPIN  128 /* cycles: a few ticks of the system counter */

/* Not cleared at start-up: `kept` says what is valid. */
static struct sample samples[LIMIT] __attribute__((section(".stacks.log")));
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

/** Reads the two counters of this PE many times. */
static void clocks_of_pe(void *unused)
{
    static struct counters list[CLOCK_READS]; /* one PE at a time is here */
    unsigned slot = pe_self();
    (void)unused;
    irq_mask();
    for (unsigned i = 0; i < CLOCK_READS; i++) {
        spin_cycles(random_below(CLOCK_SPIN));
        read_counters(&list[i]);
    }
    irq_unmask();
    for (unsigned i = 0; i < CLOCK_READS; i++) {
        print("K %x %lx %lx %lx\n", slot, list[i].ticks, list[i].cycles, list[i].cost);
    }
}

void record_clocks(void)
{
    clocks_of_pe(NULL);
    for (unsigned slot = 1; slot < pe_count(); slot++) {
        pe_post(slot, clocks_of_pe, NULL);
        pe_wait(slot);
    }
}

void record_sample(const struct sample *sample)
{
    if (kept == LIMIT) {
        lost++;
    } else {
        samples[kept++] = *sample;
    }
}

void record_flush(unsigned w, bool loaded)
{
    for (unsigned i = 0; i < kept; i++) {
        const struct sample *s = &samples[i];
        print("S %x %x %x %x %c %lx %lx %lx %lx %lx %lx %x %x\n", w, loaded ? 1u : 0u, s->slot,
              s->intid, s->unit, s->t0, s->monitor, s->exception, s->acknowledge, s->end, s->back,
              s->depth, s->disturbed ? 1u : 0u);
    }
    if (lost > 0) {
        print("X %u samples lost: the log holds %u\n", lost, (unsigned)LIMIT);
    }
    kept = 0;
    lost = 0;
}
