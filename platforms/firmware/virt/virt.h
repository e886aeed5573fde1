/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file virt.h
 * @brief What a virtual interrupt costs: a hypervisor at EL2, its guest at EL1, and what they
 * share.
 *
 * The machine has EL2 and no EL3; there is a program for a GICv3 and one for a GICv2, whose CPU
 * interface is memory: what traps there is a second stage of translation without its pages, which
 * is on for that way alone. The guest owns its devices and the Distributor; the hypervisor owns the
 * CPU interface's physical half, takes every physical interrupt and gives it to the guest in the
 * way that is measured.
 *
 * Boot arguments: samples=N (of each workload, default 64), seed=N, workloads=a,b,... (default:
 * all), burst=N (virtual interrupts at once, default 8), live=N (list registers in use while the
 * state is switched, default 2).
 *
 * Output: the records of fw/record.h, and (decimal where not said otherwise)
 *
 * - `C key=value ...` configuration.
 * - `W number name` a workload.
 * - `V number maintenance traps` maintenance interrupts, and accesses that were trapped, of it.
 * - `E` the end.
 *
 * In an S record `monitor` is the first instruction of EL2's vector, `back` the first one of the
 * guest's program after all is over; of a cost, t0 and `back` alone count and intid is the number
 * of list registers.
 */
#ifndef VIRT_H
#define VIRT_H

#include "fw/gic.h"
#include "fw/io.h"
#include "fw/irq.h"
#include "fw/mmu.h"
#include "fw/pe.h"
#include "fw/random.h"
#include "fw/record.h"

enum {
    VIRT_SPI = 100,  /**< The physical interrupt that the guest gets. */
    VIRT_BURST = 64, /**< First vINTID of a burst. */
    VIRT_MOST_BURST = 32,
    VIRT_PRIORITY = 0xa0,
    VIRT_MOST_LISTS = 16
};

/** How the guest gets its interrupts. */
enum virt_mode {
    VIRT_DIRECT,   /**< Physical interrupts are the guest's own: nothing is virtual. */
    VIRT_EMULATED, /**< HCR_EL2.VI; IAR and EOIR of the guest are trapped and emulated. */
    VIRT_SOFT,     /**< A list register; its end is a maintenance interrupt. */
    VIRT_HARD      /**< A list register whose end deactivates the physical interrupt. */
};

/** Functions of the guest's HVC: number in x0, arguments in x1 to x3, result in x0. */
enum virt_call {
    VIRT_CALL_NOTHING,
    VIRT_CALL_MODE,  /**< x1: enum virt_mode. */
    VIRT_CALL_BURST, /**< x1: that many virtual interrupts become pending, highest number last. */
    VIRT_CALL_SWITCH /**< x1: enum switch_order, x2: list registers in use; fills in `switched`. */
};

/** Which list registers a switch saves, and in which order. */
enum switch_order { SWITCH_UP, SWITCH_DOWN, SWITCH_USED, SWITCH_ORDERS };

/** What one switch took, in cycles: state saved between the first two, restored between the last.
 */
struct switched {
    uint64_t save_from, save_to, restore_from, restore_to;
};

/** What the hypervisor noted for the guest. */
struct hyp_notes {
    volatile uint64_t vector; /**< First instruction of EL2's vector for the last interrupt. */
    volatile uint32_t maintenance, traps;
    volatile uint32_t lists; /**< List registers. */
    struct switched switched;
};

extern struct hyp_notes hyp_notes;

/** Registers of the guest as EL2's vectors keep them; the layout is in vectors.S. */
struct hyp_frame {
    uint64_t x[31], stamp, elr, spsr;
};

/** From the vectors. */
void hyp_irq(struct hyp_frame *frame);
void hyp_sync(struct hyp_frame *frame);

/** List registers of this PE. */
unsigned lists_count(void);
/** Puts a virtual interrupt into a list register, or makes it wait for one. @param physical 0:
 * there is none behind it. */
void lists_add(uint32_t vintid, uint32_t physical, bool hard);
/** What ICH_MISR_EL2 asks for: ended interrupts are deactivated, waiting ones move up. */
void lists_maintain(void);
/** Empties everything. */
void lists_reset(void);

/** GICv2: the guest's second stage of translation, the identity without GICC, on or off. */
void stage2_set(bool on);
/** The guest's address of the access that it did not let through. */
uint64_t stage2_faulted(void);

/** Saves and restores the virtual CPU interface once. */
void switch_measure(enum switch_order order, unsigned live, struct switched *result);

/** Calls the hypervisor. */
static inline uint64_t hyp_call(enum virt_call function, uint64_t a1, uint64_t a2)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = a1;
    register uint64_t x2 __asm__("x2") = a2;
    __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2)::"memory");
    return x0;
}

#endif
