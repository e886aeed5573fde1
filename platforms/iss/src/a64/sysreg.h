/* SPDX-License-Identifier: Apache-2.0 */
/* A row of the table of system registers, and the functions that its columns name. */
#ifndef A64_SYSREG_H
#define A64_SYSREG_H

#include "sys.h"

/** What decides a register. */
typedef enum row_kind { ROW_OWN, ROW_GIC, ROW_TIMER } row_kind;

/** Controls that trap accesses. */
typedef enum row_trap {
    TRAP_NONE,
    TRAP_VM,     /**< HCR_EL2.TVM (writes), TRVM (reads). */
    TRAP_ID1,    /**< HCR_EL2.TID1. */
    TRAP_ID2,    /**< HCR_EL2.TID2. */
    TRAP_ID3,    /**< HCR_EL2.TID3. */
    TRAP_ACR,    /**< HCR_EL2.TACR. */
    TRAP_CPACR,  /**< CPTR_EL2.TCPAC, CPTR_EL3.TCPAC. */
    TRAP_CTR,    /**< SCTLR_EL1.UCT, HCR_EL2.TID2. */
    TRAP_UMA,    /**< SCTLR_EL1.UMA. */
    TRAP_FP,     /**< CPACR_EL1.FPEN, CPTR_EL2.TFP, CPTR_EL3.TFP. */
    TRAP_DBG,    /**< MDCR_EL2.TDA, MDCR_EL3.TDA. */
    TRAP_DBGOS,  /**< MDCR_EL2.TDOSA, MDCR_EL3.TDOSA. */
    TRAP_DBGRA,  /**< MDCR_EL2.TDRA, MDCR_EL3.TDA. */
    TRAP_IDCP,   /**< HCR_EL2.TIDCP. */
    TRAP_VHE,    /**< None: exists with VHE only. */
    TRAP_HCX,    /**< SCR_EL3.HXEn; exists with FEAT_NMI only. */
    TRAP_ALLINT, /**< HCRX_EL2.TALLINT (writes); exists with FEAT_NMI only. */
    TRAP_PM,     /**< PMUSERENR_EL0.EN, MDCR_EL2.TPM, MDCR_EL3.TPM. */
    TRAP_PMC,    /**< The same; reads also by PMUSERENR_EL0.CR. */
    TRAP_PMU     /**< PMUSERENR_EL0 itself: MDCR only. */
} row_trap;

typedef struct row row;
typedef bool read_fn(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v);
typedef bool write_fn(a64_cpu *c, const row *r, uint32_t raw, uint64_t v);

struct row {
    uint16_t encoding;
    uint8_t kind;
    uint8_t read_el, write_el; /**< Lowest level that may; 4: none. */
    uint8_t trap;
    uint16_t slot; /**< a64_sys, gic_sysreg or iss_timer_reg. */
    read_fn *read;
    write_fn *write;
    uint64_t reset, mask;
};

/** Reads, or writes, a register; false when an exception was taken. */
#define A64_READER(name) bool a64_read_##name(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
#define A64_WRITER(name) bool a64_write_##name(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)

A64_READER(st);
A64_READER(midr);
A64_READER(mpidr);
A64_READER(pfr0);
A64_READER(pfr1);
A64_READER(isar0);
A64_READER(mmfr0);
A64_READER(mmfr1);
A64_READER(clidr);
A64_READER(ccsidr);
A64_READER(dczid);
A64_READER(el);
A64_READER(spsel);
A64_READER(pan);
A64_READER(allint);
A64_READER(sp_el0);
A64_READER(sp_elx);
A64_READER(nzcv);
A64_READER(fpcr);
A64_READER(fpsr);
A64_READER(daif);
A64_READER(isr);
A64_READER(rvbar);
A64_READER(rmr);
A64_READER(pmcr);
A64_READER(pmclr);
A64_READER(pmceid);
A64_READER(pmcnt);
A64_READER(pmtype);
A64_READER(pmbits);

A64_WRITER(st);
A64_WRITER(no);
A64_WRITER(el1);
A64_WRITER(el2);
A64_WRITER(el3);
A64_WRITER(context);
A64_WRITER(ttbr);
A64_WRITER(ttbr2);
A64_WRITER(vttbr);
A64_WRITER(vtcr);
A64_WRITER(hcr);
A64_WRITER(hcrx);
A64_WRITER(scr);
A64_WRITER(sctlr1);
A64_WRITER(sctlr2);
A64_WRITER(sctlr3);
A64_WRITER(tcr2);
A64_WRITER(cptr2);
A64_WRITER(spsel);
A64_WRITER(pan);
A64_WRITER(allint);
A64_WRITER(spsr);
A64_WRITER(sp_el0);
A64_WRITER(sp_elx);
A64_WRITER(nzcv);
A64_WRITER(fpcr);
A64_WRITER(fpsr);
A64_WRITER(fptrap);
A64_WRITER(daif);
A64_WRITER(rmr);
A64_WRITER(oslar);
A64_WRITER(pmu);
A64_WRITER(pmcr);
A64_WRITER(pmclr);
A64_WRITER(pmset);
A64_WRITER(pmswinc);
A64_WRITER(pmcnt);
A64_WRITER(pmtype);

/** The stored value. */
static inline uint64_t a64_stored(const a64_cpu *c, const row *r)
{
    return c->a.sys[r->slot];
}

/** MPIDR_EL1 of the PE itself. */
uint64_t a64_mpidr(const a64_cpu *c);

#endif
