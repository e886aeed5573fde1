/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pe.h
 * @brief What the firmware knows of each PE, and how PEs work together.
 */
#ifndef FW_PE_H
#define FW_PE_H

#include "fw/arch.h"
#include "fw/board.h"

/** Start of a PE of the firmware, filled before it leaves its pen. */
struct pe {
    uint64_t mpidr;    /**< Affinity fields of MPIDR_EL1. */
    uintptr_t gicr;    /**< RD_base of its Redistributor. */
    uint32_t number;   /**< GICR_TYPER.Processor_Number. */
    uint32_t entry_el; /**< Exception level at which the PE entered the firmware, 1..3. */
    uint32_t online;   /**< 1 once the PE runs its normal-world worker. */
    uint32_t pad;
};

/** All PEs, by boot slot (Aff0 + 16 * Aff1). */
extern struct pe pes[FW_MAX_PES];

/** Slot of the PE that runs this code. */
unsigned pe_self(void);

/** PEs that are online. At least 1 after pe_start_others(). */
unsigned pe_count(void);

/** Brings the other PEs into the normal world's worker loop: releases those that wait in the pen
 *  (entry at EL3) or turns them on by PSCI. Primary only. `wanted` 0 means all.
 *  @return the number of PEs online. */
unsigned pe_start_others(unsigned wanted);

/** A piece of work for a PE. */
typedef void pe_job_fn(void *arg);

/** Runs `fn(arg)` on PE `slot`, at NS EL1 with IRQ unmasked; returns at once. The PE must be idle,
 *  see pe_wait(). */
void pe_post(unsigned slot, pe_job_fn *fn, void *arg);

/** Waits (in WFE, with IRQ as the caller has it) until PE `slot` has finished its job. */
void pe_wait(unsigned slot);

/** The worker loop of the other PEs: takes jobs for ever. */
_Noreturn void pe_worker(void);

/** A spin-lock for code that masks interrupts while it holds it. Zero is unlocked. */
struct spinlock {
    uint32_t held;
};
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);

/** The number of online PEs meet here, again and again. Zero-initialised. */
struct pe_barrier {
    uint32_t arrived, generation;
};
void pe_barrier_wait(struct pe_barrier *barrier, unsigned members);

#endif
