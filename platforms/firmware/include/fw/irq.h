/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file irq.h
 * @brief Interrupts as programs see them: one handler an INTID, whatever world takes it.
 */
#ifndef FW_IRQ_H
#define FW_IRQ_H

#include "fw/arch.h"

/** One interrupt being handled; all times are PMCCNTR_EL0 of the PE that takes it. */
struct irq_event {
    uint32_t intid;
    uint32_t slot;      /**< PE. */
    uint64_t monitor;   /**< First instruction of EL3's FIQ vector, 0 when EL3 was not involved. */
    uint64_t exception; /**< First instruction of the vector of the world that handles it. */
    uint64_t acknowledge; /**< The instruction after the read of IAR. */
    bool disturbed;       /**< EL3 came in at the vector: `exception` may be late. */
    uint64_t *end;        /**< Set by the handler: gets the time just before EOIR. */
};

/** A handler. Runs with IRQ masked at: EL3 (Group 0), Secure EL1 (Secure Group 1), NS EL1
 * (Non-secure Group 1). It may unmask IRQ to be preempted, and must mask it again. Level sources
 * must be quiet when it returns. */
typedef void irq_handler_fn(struct irq_event *event);

/** Installs a handler on all PEs and in all worlds; NULL removes it. INTID below 1020. */
void irq_set_handler(uint32_t intid, irq_handler_fn *handler);

/** Installs the handler of every LPI, on all PEs; NULL removes it. */
void irq_set_lpi_handler(irq_handler_fn *handler);

/** Interrupts acknowledged as 1020..1023 (spurious) on this PE since the start. */
uint32_t irq_spurious(unsigned slot);

/** Frame that the EL1 vectors push, see fw/asm.h. */
struct trap_frame {
    uint64_t x[19], x30, elr, spsr, stamp, pad;
};

/** Called by the EL1 vectors of the normal world and of the Secure world. */
void irq_dispatch(struct trap_frame *frame);
void irq_dispatch_v2(struct trap_frame *frame);
void secure_irq(struct trap_frame *frame);

/** Called by the monitor for a Group 0 interrupt, acknowledged by `intid`. */
void irq_group0(unsigned slot, uint32_t intid, uint64_t monitor, uint64_t acknowledge);

/** Any exception that nobody expects: prints it and ends the program. */
_Noreturn void trap_unexpected(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far);

/** WFI unless *flag is already set; returns after an interrupt. IRQ must be unmasked. */
void idle_unless(const volatile uint32_t *flag);

/** Where to resume after an interrupt that came at `pc`: steps over a WFI of idle_unless(). */
uint64_t idle_fix_pc(uint64_t pc);

#endif
