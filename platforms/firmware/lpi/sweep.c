/* SPDX-License-Identifier: Apache-2.0 */
/* Round by round: some events at once, taken at random from all that are mapped. */
#include "lpi.h"

#define COMMAND_BYTES 32
#define COMMAND_INT   0x03
#define QUEUE_BYTES   0x10000
#define DELAY_NS      2000
#define PHASE_PS      2000000 /* of a round's start, to meet all clocks at all phases */
#define WARM_ROUNDS   1024

/** What the handler of each LPI has seen. */
static struct taken {
    struct irq_event event;
    uint64_t end;
} taken[LPI_MOST];
static uint16_t order[LPI_MOST];
static volatile uint32_t wanted, count, all_taken;
static uint64_t command_cycles; /**< PMCCNTR_EL0 right before the commands were made visible. */

static void on_lpi(struct irq_event *event)
{
    struct taken *t = &taken[event->intid - LPI_FIRST];
    t->event = *event;
    event->end = &t->end;
    count++;
    all_taken = count == wanted;
}

/** Picks this round's LPIs into order[0 ..]: any, but for the generator neighbours, which one
 *  stream can send. */
static void pick(const struct options *o, unsigned all)
{
    if (!o->commands) {
        unsigned first = random_below(all - o->burst + 1);
        for (unsigned i = 0; i < o->burst; i++) {
            order[i] = (uint16_t)(first + i);
        }
        return;
    }
    for (unsigned i = 0; i < o->burst; i++) {
        unsigned other = i + random_below(all - i);
        uint16_t swap = order[i];
        order[i] = order[other];
        order[other] = swap;
    }
}

/** A stream that sends the round's vectors in one instant, a random time from now. */
static bool send_msis(const struct options *o)
{
    const struct tgen_stream stream = {.ctrl = TGEN_KIND_BURST,
                                       .count = o->burst,
                                       .first = order[0],
                                       .vectors = o->burst,
                                       .burst = o->burst,
                                       .delay_ns = DELAY_NS,
                                       .period_ns = 1};
    tgen_program(generator, 0, &stream);
    write64(generator->bar[0] + TGEN_STREAM(0, TGEN_S_PHASE_PS), random_below(PHASE_PS));
    return tgen_start(generator, 1) || complain("the traffic generator refuses its program");
}

/** Puts the commands into the queue, and shows all of them to the ITS at once. The queue is empty,
 *  since what was sent before has been taken. */
static bool send_commands(const struct options *o)
{
    for (unsigned i = 0; i < o->burst; i++) {
        volatile uint64_t *at = its.queue + its.write / sizeof *its.queue;
        at[0] = (uint64_t)device_id(o, order[i] / o->events) << 32 | COMMAND_INT;
        at[1] = order[i] % o->events;
        at[2] = 0;
        at[3] = 0;
        its.write = (its.write + COMMAND_BYTES) % QUEUE_BYTES;
    }
    spin_cycles(random_below(100));
    dsb_sy();
    __asm__ volatile("mrs %0, pmccntr_el0\n\tstr %1, [%2]"
                     : "=&r"(command_cycles)
                     : "r"((uint64_t)its.write), "r"(its.base + GITS_CWRITER)
                     : "memory");
    return true;
}

static bool round_of(const struct options *o, unsigned all)
{
    pick(o, all);
    count = 0;
    all_taken = 0;
    wanted = o->burst;
    dsb_sy();
    if (!(o->commands ? send_commands(o) : send_msis(o))) {
        return false;
    }
    while (all_taken == 0) {
        idle_unless(&all_taken);
    }
    return !o->commands || its_wait(&its) || complain(its_error(&its));
}

static void keep(const struct options *o, unsigned n)
{
    const struct taken *t = &taken[n];
    struct sample s = {.intid = LPI_FIRST + n,
                       .slot = t->event.slot,
                       .unit = 'p',
                       .exception = t->event.exception,
                       .acknowledge = t->event.acknowledge,
                       .end = t->end};
    if (o->commands) {
        s.unit = (char)('0' + pe_self());
        s.t0 = command_cycles;
    } else {
        s.t0 = tgen_read(generator, TGEN_LAST_PS(n));
    }
    record_sample(&s);
}

/** So many rounds, kept or not. */
static bool rounds(const struct options *o, unsigned all, unsigned number, bool kept)
{
    for (unsigned n = 0; n < number; n++) {
        if (!round_of(o, all)) {
            return false;
        }
        for (unsigned i = 0; kept && i < o->burst; i++) {
            keep(o, order[i]);
        }
    }
    return true;
}

bool measure_sweep(const struct options *o)
{
    unsigned all = o->devices * o->events;
    unsigned warm = 2 * all / o->burst;
    for (unsigned n = 0; n < all; n++) {
        order[n] = (uint16_t)n;
    }
    irq_set_lpi_handler(on_lpi);
    if (!rounds(o, all, warm < WARM_ROUNDS ? warm + 1 : WARM_ROUNDS, false) ||
        !rounds(o, all, (o->samples + o->burst - 1) / o->burst, true)) {
        return false;
    }
    record_flush(0, false);
    return true;
}
