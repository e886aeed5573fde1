/* SPDX-License-Identifier: Apache-2.0 */
/* The Secure EL1 payload, and the normal world's side of its calls. */
#include "fw/mmu.h"
#include "fw/pe.h"
#include "fw/world.h"

static struct secure_mailbox mailboxes[FW_MAX_PES];
extern char vectors_s[];

/** Rounds of waiting for an interrupt that is on its way; it takes fewer than ten. */
#define INTERRUPT_PATIENCE 100
/** Cycles in which an interrupt that preempted the Secure world reaches the normal world. */
#define PREEMPTION_CYCLES 64

/* Steps of busy work: memory traffic on one cache line. */
static void busy_step(volatile uint64_t *line)
{
    for (unsigned i = 0; i < 8; i++) {
        line[i] += i;
    }
}

static void busy_until(uint64_t end, const volatile uint32_t *flag)
{
    uint64_t line[8] = {0};
    while ((int64_t)(cycles() - end) < 0 && (flag == NULL || *flag == 0)) {
        busy_step(line);
    }
}

/** Does what the mailbox asks for, if anything. The command is read once: an interrupt between the
 *  read and the end may let the normal world post the next one, which must not be wiped out. */
static void serve(struct secure_mailbox *box)
{
    uint32_t command = __atomic_load_n(&box->command, __ATOMIC_ACQUIRE);
    if (command == SECURE_NOTHING) {
        return;
    }
    switch (command) {
    case SECURE_TIMER_AT:
        write_sysreg(cntps_cval_el1, box->arg);
        write_sysreg(cntps_ctl_el1, CNT_CTL_ENABLE);
        isb();
        box->result = ticks();
        break;
    case SECURE_TIMER_OFF:
        write_sysreg(cntps_ctl_el1, 0);
        isb();
        break;
    case SECURE_SGI:
        write_sysreg(icc_sgi1r_el1, box->arg);
        isb();
        break;
    case SECURE_BUSY_UNTIL:
        busy_until(box->arg, box->flag);
        break;
    default:
        break;
    }
    __atomic_store_n(&box->command, SECURE_NOTHING, __ATOMIC_RELEASE);
}

/** Waits until the interrupt that the monitor came for has been taken, or is gone after all. */
static void wait_for_interrupt(unsigned slot)
{
    for (unsigned i = 0; i < INTERRUPT_PATIENCE && monitor_interrupt_expected(slot); i++) {
        isb();
    }
    monitor_interrupt_taken(slot);
}

void secure_main(unsigned slot)
{
    mmu_on_el1();
    write_sysreg(vbar_el1, (uint64_t)vectors_s);
    gic_world_pe();
    irq_unmask();
    for (;;) {
        smc(SMC_SECURE_IDLE, 0, 0);
        wait_for_interrupt(slot);
        serve(&mailboxes[slot]);
    }
}

uint64_t smc(uint64_t function, uint64_t a1, uint64_t a2)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = a1;
    register uint64_t x2 __asm__("x2") = a2;
    __asm__ volatile("smc #0" : "+r"(x0) : "r"(x1), "r"(x2) : "memory");
    return x0;
}

unsigned secure_call(enum secure_command command, uint64_t arg, const volatile uint32_t *flag)
{
    struct secure_mailbox *box = &mailboxes[pe_self()];
    unsigned preemptions = 0;
    box->arg = arg;
    box->flag = flag;
    __atomic_store_n(&box->command, command, __ATOMIC_RELEASE);
    /* The Secure world may come back without having seen the command, see serve(). */
    while (__atomic_load_n(&box->command, __ATOMIC_ACQUIRE) != SECURE_NOTHING) {
        if (smc(SMC_SECURE_CALL, 0, 0) == SMC_PREEMPTED) {
            preemptions++;
            spin_cycles(PREEMPTION_CYCLES);
        }
    }
    return preemptions;
}

uint64_t secure_result(void)
{
    return mailboxes[pe_self()].result;
}

void secure_irq_setup(const struct irq_setup *setup)
{
    smc(SMC_IRQ_SETUP, (uint64_t)setup, 0);
}
