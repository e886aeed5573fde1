/* SPDX-License-Identifier: Apache-2.0 */
/* Table walks: what stage 1 and stage 2 share. */
#ifndef A64_MMU_H
#define A64_MMU_H

#include "sys.h"

/** The tables of one stage for one address. */
typedef struct a64_walk {
    uint64_t base;    /**< TTBR's table address field. */
    unsigned granule; /**< log2 of the page size. */
    unsigned tsz;
    unsigned level; /**< Of the first table. */
    unsigned ps;    /**< log2 of the physical address limit. */
    bool secure;    /**< Where the tables are. */
    bool nested;    /**< Their addresses go through stage 2. */
    bool stage2;    /**< These are the tables of stage 2. */
    bool disabled;  /**< EPDn. */
} a64_walk;

/** Where a walk ends, and what the table descriptors on the way add. */
typedef struct a64_leaf {
    uint64_t desc;
    uint64_t pa; /**< Output address of the block or page. */
    unsigned level, shift;
    unsigned ap_table;
    bool pxn, xn, ns;
} a64_leaf;

/** Walks from the first table to a leaf; false with the fault in @p x. */
bool a64_descend(a64_cpu *c, uint64_t address, const a64_walk *w, a64_leaf *leaf, a64_xlat *x);

/** log2 of the page size that TG0, or TG1, asks for; one that the core lacks reads as 4 KiB. */
unsigned a64_granule_bits(const a64_cpu *c, unsigned tg, bool upper);

/** log2 of the physical address limit that a PS field asks for, at most what the core has. */
unsigned a64_pa_bits(const a64_cpu *c, unsigned ps);

/** Whether a MAIR byte says Device memory. */
static inline bool a64_is_device(uint8_t attr)
{
    return (attr & 0xf0u) == 0;
}

/** Whether EL1&0 goes through stage 2 now. */
static inline bool a64_stage2_on(const a64_cpu *c)
{
    return (a64_hcr(c) & (HCR_VM | HCR_DC)) != 0;
}

/**
 * The leaf of stage 2 for @p ipa, from the TLB or by a walk into @p fresh; rights are not looked
 * at. NULL with the fault in @p x.
 */
const a64_tlbe *a64_stage2_find(a64_cpu *c, uint64_t ipa, a64_tlbe *fresh, a64_xlat *x);

/** Turns an entry of stage 1 for @p va into one of both stages; false with the fault in @p x. */
bool a64_stage2_combine(a64_cpu *c, uint64_t va, a64_tlbe *e, a64_xlat *x);

/** Whether stage 2 allows an access by an entry of both stages; false with the fault in @p x. */
bool a64_stage2_permits(const a64_tlbe *e, uint64_t ipa, a64_intent intent, a64_xlat *x);

/** The physical address of a descriptor of stage 1; false with the fault in @p x. */
bool a64_stage2_table(a64_cpu *c, uint64_t ipa, uint64_t *pa, a64_xlat *x);

/** Stage 2 of what stage 1 left in @p x while it is off; false with the fault in @p x. */
bool a64_stage2_flat(a64_cpu *c, a64_intent intent, a64_xlat *x);

#endif
