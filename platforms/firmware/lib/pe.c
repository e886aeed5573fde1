/* SPDX-License-Identifier: Apache-2.0 */
/* PEs together: starting them, jobs, locks, barriers. */
#include "fw/pe.h"

#include "fw/gic.h"
#include "fw/io.h"
#include "fw/psci.h"

/** Patience with a PE that is to come online, in ticks of the system counter (1 s at 62.5 MHz).
 */
#define START_TICKS 62500000

/** One PE's mailbox. */
struct job {
    pe_job_fn *fn;
    void *arg;
    uint32_t posted, finished; /**< Jobs so far. */
};

static struct job jobs[FW_MAX_PES];
static unsigned online_pes = 1;
extern void _start(void);

unsigned pe_count(void)
{
    return online_pes;
}

static bool wait_online(unsigned slot)
{
    uint64_t start = ticks();
    while (__atomic_load_n(&pes[slot].online, __ATOMIC_ACQUIRE) == 0) {
        if (ticks() - start > START_TICKS) {
            return false;
        }
    }
    return true;
}

unsigned pe_start_others(unsigned wanted)
{
    unsigned limit = wanted == 0 || wanted > FW_MAX_PES ? FW_MAX_PES : wanted;
    for (unsigned slot = 1; slot < limit && pes[slot].gicr != 0; slot++) {
        if (psci_available()) {
            psci_call(PSCI_CPU_ON, pes[slot].mpidr, (uint64_t)_start, 0);
        }
        if (!wait_online(slot)) {
            break;
        }
        online_pes = slot + 1;
    }
    return online_pes;
}

void pe_post(unsigned slot, pe_job_fn *fn, void *arg)
{
    struct job *job = &jobs[slot];
    job->fn = fn;
    job->arg = arg;
    __atomic_store_n(&job->posted, job->posted + 1, __ATOMIC_RELEASE);
    dsb_sy();
    sev();
}

void pe_wait(unsigned slot)
{
    struct job *job = &jobs[slot];
    while (__atomic_load_n(&job->finished, __ATOMIC_ACQUIRE) != job->posted) {
        wfe();
    }
}

void pe_worker(void)
{
    unsigned slot = pe_self();
    struct job *job = &jobs[slot];
    __atomic_store_n(&pes[slot].online, 1, __ATOMIC_RELEASE);
    for (;;) {
        while (__atomic_load_n(&job->posted, __ATOMIC_ACQUIRE) == job->finished) {
            wfe();
        }
        job->fn(job->arg);
        __atomic_store_n(&job->finished, job->finished + 1, __ATOMIC_RELEASE);
        dsb_sy();
        sev();
    }
}

void spin_lock(struct spinlock *lock)
{
    while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE) != 0) {}
}

void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

void pe_barrier_wait(struct pe_barrier *barrier, unsigned members)
{
    uint32_t generation = __atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&barrier->arrived, 1, __ATOMIC_ACQ_REL) == members) {
        __atomic_store_n(&barrier->arrived, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&barrier->generation, generation + 1, __ATOMIC_RELEASE);
        dsb_sy();
        sev();
        return;
    }
    while (__atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE) == generation) {
        wfe();
    }
}
