/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file world.h
 * @brief The EL3 monitor, and what the worlds ask of it and of each other.
 *
 * Interrupts. Group 0 belongs to EL3: FIQ, handled there. Group 1 of the running world is an IRQ
 * to it. Group 1 of the other world is an FIQ to EL3; reading ICC_IAR0_EL1 says which world it is
 * for (1020 Secure, 1021 Non-secure) and the monitor switches worlds; the interrupt is then taken
 * there as an IRQ. Secure interrupts have priorities below 0x80, which Non-secure ones cannot have.
 *
 * Calls. NS EL1 calls the Secure world by SMC; a Non-secure interrupt preempts the call, which
 * returns SMC_PREEMPTED after the interrupt has been handled; secure_call() then calls again, which
 * continues it.
 */
#ifndef FW_WORLD_H
#define FW_WORLD_H

#include "fw/gic.h"

/* SMC function numbers (OEM range of the SMC calling convention, 64-bit, fast). */
#define SMC_SECURE_CALL                                                      \
    0xc3000001 /**< NS: run or continue the call in the PE's secure_mailbox. \
                */
#define SMC_SECURE_IDLE     0xc3000002 /**< S: nothing to do; the call (if any) is done. */
#define SMC_SECURE_IRQ_DONE 0xc3000003 /**< S: an interrupt has been handled. */
#define SMC_IRQ_SETUP       0xc3000004 /**< NS: struct irq_setup in x1. */
#define SMC_SGI0            0xc3000005 /**< NS: x1 to ICC_SGI0R_EL1. */
#define SMC_PEND            0xc3000006 /**< NS: make INTID x1 of PE slot x2 pending. */
#define SMC_NOTHING         0xc3000007 /**< NS: enter and leave EL3. */

#define SMC_DONE      0
#define SMC_PREEMPTED 1
#define SMC_UNKNOWN   (~0ULL)

/** Secure state's set-up of an interrupt, made by EL3. */
struct irq_setup {
    uint32_t intid;
    uint32_t slot; /**< PE of an SGI or PPI; target of an SPI. */
    enum gic_group group;
    uint8_t priority; /**< Secure view: Group 0 and Secure Group 1 below 0x80. */
    bool enable;
    bool edge;
};

/** What the Secure payload can do. */
enum secure_command {
    SECURE_NOTHING,    /**< No command. */
    SECURE_RETURN,     /**< Comes straight back. */
    SECURE_TIMER_AT,   /**< Programs CNTPS to fire at tick `arg`; the result is the tick then. */
    SECURE_TIMER_OFF,  /**< Stops CNTPS. */
    SECURE_SGI,        /**< Sends a Secure Group 1 SGI: `arg` to ICC_SGI1R_EL1. */
    SECURE_BUSY_UNTIL, /**< Works until PMCCNTR reaches `arg` or *flag is set; preemptible. */
};

/** One call to the Secure world, per PE. */
struct secure_mailbox {
    uint32_t command; /**< enum secure_command; 0 when done. */
    uint64_t arg;
    const volatile uint32_t *flag;
    uint64_t result;
};

/** State of one world of one PE; the layout is fw/asm.h's CTX_*. */
struct world_context {
    uint64_t x[31];
    uint64_t sp_el0, sp_el1, elr, spsr, scr;
    uint64_t sctlr, tcr, ttbr0, ttbr1, mair, amair, vbar, cpacr, contextidr;
    uint64_t elr_el1, spsr_el1, esr_el1, far_el1, tpidr_el0, tpidrro_el0, tpidr_el1, par, cntkctl;
};

/** NS EL1: one SMC with up to two arguments. @return x0. */
uint64_t smc(uint64_t function, uint64_t a1, uint64_t a2);

/** NS EL1: runs a command in the Secure world of this PE, to its end, preempted or not.
 *  @return how often it was preempted. */
unsigned secure_call(enum secure_command command, uint64_t arg, const volatile uint32_t *flag);

/** NS EL1: result of this PE's last secure_call(), for commands that have one. */
uint64_t secure_result(void);

/** NS EL1: changes group, priority, configuration and target of any interrupt. */
void secure_irq_setup(const struct irq_setup *setup);

/** First instruction of the FIQ vector of EL3 that brought the running interrupt here; cleared by
 *  reading. 0 when EL3 was not involved. */
uint64_t monitor_take_entry_stamp(unsigned slot);

/** Secure EL1: whether EL3 entered the Secure world for an interrupt that has not been taken yet.
 * It takes the CPU interface some cycles to raise IRQ after the switch; who goes idle before that
 * makes the worlds change for nothing. Cleared by monitor_interrupt_taken(). */
bool monitor_interrupt_expected(unsigned slot);
void monitor_interrupt_taken(unsigned slot);

/** Whether EL3 took the PE away in an interrupt vector of EL1, maybe before it could stamp; cleared
 *  by reading. */
bool monitor_take_disturbed(unsigned slot);

/** PMCCNTR when EL3 was last left on this PE. */
uint64_t monitor_exit_stamp(unsigned slot);

/** Group 0 interrupts and world switches of this PE since the start. */
uint32_t monitor_group0_count(unsigned slot);
uint32_t monitor_switch_count(unsigned slot);

/* Entry points of the assembler. */
struct world_context *monitor_smc(struct world_context *running, uint64_t esr);
struct world_context *monitor_fiq(struct world_context *running, uint64_t stamp);
_Noreturn void monitor_enter(struct world_context *first, uint64_t stack);
_Noreturn void boot_el3(unsigned slot);
_Noreturn void boot_el1(unsigned slot, unsigned entry_el);
_Noreturn void secure_main(unsigned slot);

/** EL3: prepares the monitor of this PE and enters its Secure world. */
_Noreturn void monitor_start(unsigned slot);

/** The program, on the primary at NS EL1 with IRQ unmasked, other PEs not yet started.
 *  @return exit code. */
int app_main(void);

#endif
