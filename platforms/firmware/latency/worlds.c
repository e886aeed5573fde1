/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads that change worlds: interrupts of the group that the running world does not own. */
#include "latency.h"

#define FIRE_NS      1500
#define FIRE_SPAN_NS 1500
#define BUSY_CYCLES  1000000
/* INTID fields of the cost records, which belong to no interrupt. */
#define NO_INTID 1023

static void arm(uint32_t intid)
{
    probes[intid].done = 0;
    probes[intid].t0 = 0;
    dsb_sy();
}

/** A Secure interrupt while the normal world runs; `back` is when the normal world had the PE
 * again. */
static void measure_foreign(struct run *run, uint32_t intid)
{
    for (unsigned i = 0; i < run->samples; i++) {
        arm(intid);
        stim_fire(intid, true);
        wait_probe(run, intid);
        log_probe(intid, monitor_exit_stamp(pe_self()));
    }
}

void measure_group0(struct run *run)
{
    measure_foreign(run, SPI_GROUP0);
}

void measure_group1s(struct run *run)
{
    measure_foreign(run, SPI_SECURE);
}

/** Works in the Secure world until the probe is done. */
static void secure_work(uint32_t intid)
{
    secure_call(SECURE_BUSY_UNTIL, cycles() + BUSY_CYCLES, &probes[intid].done);
}

void measure_group1ns(struct run *run)
{
    for (unsigned i = 0; i < run->samples; i++) {
        arm(SPI_EDGE);
        stim_fire(SPI_EDGE, true);
        while (probes[SPI_EDGE].done == 0) {
            secure_work(SPI_EDGE);
        }
        log_probe(SPI_EDGE, 0);
    }
}

/** All three groups at about the same time, into either world. */
void measure_fire(struct run *run)
{
    static const uint32_t intids[] = {SPI_GROUP0, SPI_SECURE, SPI_EDGE};
    unsigned n = sizeof(intids) / sizeof(intids[0]);
    for (unsigned i = 0; i < run->samples; i++) {
        for (unsigned k = 0; k < n; k++) {
            arm(intids[k]);
        }
        for (unsigned k = 0; k < n; k++) {
            stim_fire_in(intids[k], true, FIRE_NS, FIRE_SPAN_NS);
        }
        if (i % 2 == 0) {
            secure_work(intids[i % n]);
        }
        for (unsigned k = 0; k < n; k++) {
            wait_probe(run, intids[k]);
            log_probe(intids[k], 0);
        }
    }
}

void measure_smc(struct run *run)
{
    for (unsigned i = 0; i < run->samples; i++) {
        uint64_t from = cycles();
        smc(SMC_NOTHING, 0, 0);
        log_cost(NO_INTID, from, cycles());
    }
}

void measure_call(struct run *run)
{
    for (unsigned i = 0; i < run->samples; i++) {
        uint64_t from = cycles();
        secure_call(SECURE_RETURN, 0, NULL);
        log_cost(NO_INTID, from, cycles());
    }
}
