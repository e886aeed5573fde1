/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file arch.h
 * @brief A64 system registers, barriers and exception masks, as the firmware uses them.
 *
 * Fields are named after the Arm ARM. Every accessor is one instruction.
 */
#ifndef FW_ARCH_H
#define FW_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Reads system register `name` (a name the assembler knows). */
#define read_sysreg(name)                                            \
    ({                                                               \
        uint64_t value_;                                             \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory"); \
        value_;                                                      \
    })

/** Writes system register `name`. No barrier is implied. */
#define write_sysreg(name, value) \
    __asm__ volatile("msr " #name ", %0" ::"r"((uint64_t)(value)) : "memory")

/** Instruction synchronisation: later instructions see earlier system-register writes. */
#define isb() __asm__ volatile("isb" ::: "memory")
/** Completes all earlier memory accesses, and their effects at the GIC's CPU interface. */
#define dsb_sy() __asm__ volatile("dsb sy" ::: "memory")
/** Orders memory accesses between PEs. */
#define dmb_ish() __asm__ volatile("dmb ish" ::: "memory")
/** Wakes PEs that wait in WFE. */
#define sev() __asm__ volatile("sev" ::: "memory")
/** Waits for an event. */
#define wfe() __asm__ volatile("wfe" ::: "memory")
/** Waits for an interrupt, whatever PSTATE masks. */
#define wfi() __asm__ volatile("wfi" ::: "memory")

/** Masks IRQ at this Exception level. */
static inline void irq_mask(void)
{
    __asm__ volatile("msr daifset, #2" ::: "memory");
}

/** Unmasks IRQ at this Exception level. */
static inline void irq_unmask(void)
{
    __asm__ volatile("msr daifclr, #2" ::: "memory");
}

/* SCR_EL3 */
#define SCR_NS   (1ULL << 0) /**< Lower levels are Non-secure. */
#define SCR_FIQ  (1ULL << 2) /**< FIQ is taken to EL3. */
#define SCR_RES1 (3ULL << 4)
#define SCR_SMD  (1ULL << 7)
#define SCR_HCE  (1ULL << 8)
#define SCR_RW   (1ULL << 10) /**< The next lower level is AArch64. */
#define SCR_ST   (1ULL << 11) /**< Secure EL1 may use the Secure physical timer. */

/* HCR_EL2 */
#define HCR_RW (1ULL << 31) /**< EL1 is AArch64. */

/* CNTHCTL_EL2 */
#define CNTHCTL_EL1PCTEN (1ULL << 0)
#define CNTHCTL_EL1PCEN  (1ULL << 1)

/* SPSR_ELx */
#define SPSR_DAIF (0xfULL << 6)
#define SPSR_EL1H 0x5ULL
#define SPSR_EL2H 0x9ULL

/* SCTLR_ELx */
#define SCTLR_M        (1ULL << 0)
#define SCTLR_C        (1ULL << 2)
#define SCTLR_I        (1ULL << 12)
#define SCTLR_EL1_RES1 ((1ULL << 11) | (1ULL << 20) | (3ULL << 22) | (3ULL << 28))
#define SCTLR_EL23_RES1 \
    ((3ULL << 4) | (1ULL << 11) | (1ULL << 16) | (1ULL << 18) | (3ULL << 22) | (3ULL << 28))

/* ICC_SRE_ELx */
#define ICC_SRE_SRE    (1ULL << 0)
#define ICC_SRE_DFB    (1ULL << 1)
#define ICC_SRE_DIB    (1ULL << 2)
#define ICC_SRE_ENABLE (1ULL << 3)

/* ICC_IGRPEN1_EL3 */
#define ICC_IGRPEN1_EL3_NS (1ULL << 0)
#define ICC_IGRPEN1_EL3_S  (1ULL << 1)

/* Generic timers: CNTx_CTL */
#define CNT_CTL_ENABLE (1ULL << 0)
#define CNT_CTL_IMASK  (1ULL << 1)

/* PMU */
#define PMCR_E             (1ULL << 0)
#define PMCR_C             (1ULL << 2)
#define PMCR_LC            (1ULL << 6)
#define PMCNTEN_CYCLES     (1ULL << 31)
#define MDCR_EL3_SPME      (1ULL << 17) /**< Event and cycle counting allowed in Secure state. */
#define MDCR_EL2_HPMN_MASK 0x1fULL

/* ESR_ELx */
#define ESR_EC(esr)  (((esr) >> 26) & 0x3f)
#define ESR_EC_SMC64 0x17

/** Exception level the PE runs at, 0..3. */
static inline unsigned current_el(void)
{
    return (unsigned)(read_sysreg(CurrentEL) >> 2) & 3;
}

/** True when the PE implements EL2 in AArch64 state. */
static inline bool el2_present(void)
{
    return ((read_sysreg(id_aa64pfr0_el1) >> 8) & 0xf) != 0;
}

/** Cycle counter of this PE; runs at the PE's clock from pmu_enable() on. */
static inline uint64_t cycles(void)
{
    return read_sysreg(pmccntr_el0);
}

/** System counter, ticks of CNTFRQ_EL0. */
static inline uint64_t ticks(void)
{
    return read_sysreg(cntpct_el0);
}

/** Starts the cycle counter for all Exception levels and both Security states, from 0. */
static inline void pmu_enable(void)
{
    write_sysreg(pmccfiltr_el0, 0);
    write_sysreg(pmcr_el0, PMCR_E | PMCR_C | PMCR_LC);
    write_sysreg(pmcntenset_el0, PMCNTEN_CYCLES);
    isb();
}

/** Spins for at least `n` CPU cycles. */
static inline void spin_cycles(uint64_t n)
{
    uint64_t start = cycles();
    while (cycles() - start < n) {}
}

#endif
