/* SPDX-License-Identifier: Apache-2.0 */
/* Samples are kept in memory while a workload runs and printed after it. */
#include "latency.h"

void log_header(unsigned samples_wanted, uint64_t seed)
{
    print("C pes=%u samples=%u seed=%lu stimulator=%u counter_hz=%lu\n", pe_count(), samples_wanted,
          seed, stim_present() ? 1u : 0u, read_sysreg(cntfrq_el0));
    for (unsigned i = 0; i < workload_count; i++) {
        print("W %u %s\n", i, workloads[i].name);
    }
    record_clocks();
}

void log_probe(uint32_t intid, uint64_t back)
{
    const struct probe *p = &probes[intid];
    const struct sample s = {.intid = intid,
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
    record_sample(&s);
}

void log_cost(uint32_t intid, uint64_t from, uint64_t to)
{
    unsigned slot = pe_self();
    const struct sample s = {
        .intid = intid, .slot = slot, .unit = (char)('0' + slot), .t0 = from, .back = to};
    record_sample(&s);
}

void log_flush(const struct run *run, unsigned slot)
{
    record_flush(run->workload, run->loaded);
    print("D %x %x %x\n", run->workload, run->loaded ? 1u : 0u, slot);
}
