/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual CPU interface: what a hypervisor sees of it (ICH_*) and what its guest sees (ICV_*)
 * are two views of one state.
 *
 * Everything about list registers that is asked often is kept as masks, a bit for each, and as the
 * place of the most urgent one; both follow from the registers.
 */
#ifndef GIC_CPUIF_VIRTUAL_H
#define GIC_CPUIF_VIRTUAL_H

#include "gic/config.h"
#include "gic/fields.h"
#include "gic/pe.h"

enum {
#define GIC_FIELD GIC_FIELD_CONSTANTS
#include "regs/ich_fields.def"
#undef GIC_FIELD
    ICH_FIELDS_END
};

enum {
    CPUIF_LR_MOST = GIC_MAX_LIST_REGISTERS,
    CPUIF_LR_NONE = CPUIF_LR_MOST,
    CPUIF_LR_BITS = 4, /* the number of a list register */
    /* Order of urgency: gic_urgency(), then number; nothing comes after everything (V-02, N-08). */
    CPUIF_URGENCY_NONE = 0xFFFF
};

/* ICH_LR<n>_EL2.State */
typedef enum cpuif_lr_state {
    CPUIF_LR_INVALID,
    CPUIF_LR_PENDING,
    CPUIF_LR_ACTIVE,
    CPUIF_LR_PENDING_ACTIVE
} cpuif_lr_state;

/* Architectural state: saved as it is. */
typedef struct cpuif_virtual {
    uint64_t lr[CPUIF_LR_MOST]; /* ICH_LR<n>_EL2 */
    uint32_t ap[2][4];          /* ICH_AP0R<n>_EL2, ICH_AP1R<n>_EL2, by virtual group */
    uint32_t hcr;               /* ICH_HCR_EL2 */
    uint32_t vmcr;              /* ICH_VMCR_EL2 */
    uint8_t lines;              /* bit = gic_line, as last driven */
    uint8_t ap_nmi;             /* ICH_AP1R0_EL2.NMI */
    uint8_t zero[6];
} cpuif_virtual;

/* What follows from it: rebuilt, never saved. */
typedef struct cpuif_virtual_derived {
    uint16_t pending;      /* list registers in exactly this state */
    uint16_t active;       /* Active, or Active and Pending */
    uint16_t valid;        /* not Invalid */
    uint16_t ended;        /* Invalid, HW=0, EOI=1: ICH_EISR_EL2 */
    uint16_t group1;       /* of virtual Group 1 */
    uint16_t urgency;      /* of the most urgent list register that is a candidate */
    uint8_t count;         /* list registers; 0: no virtual CPU interface */
    uint8_t running;       /* virtual running priority, GIC_PRIORITY_IDLE when none */
    uint8_t running_group; /* its virtual group; of nothing any */
    uint8_t running_nmi;   /* 1: what runs is an NMI */
    uint8_t group_mask[2]; /* group priority bits by the virtual binary points */
    uint8_t level_shift;   /* priority bits below one level of the AP registers */
    uint8_t ap_words;      /* ICH_AP0R<n>_EL2 implemented */
    uint8_t bank;          /* cpuif_bank that the binary points are counted by */
} cpuif_virtual_derived;

/* The most urgent candidate; there is one. */
static inline unsigned cpuif_virtual_best(const cpuif_virtual_derived *d)
{
    return d->urgency & (CPUIF_LR_MOST - 1u);
}

/* Whether it is an NMI. */
static inline bool cpuif_virtual_best_is_nmi(const cpuif_virtual_derived *d)
{
    return gic_urgency_is_nmi((unsigned)d->urgency >> CPUIF_LR_BITS);
}

/* Whether a list register holds an NMI: of Group 1 only (N-08). */
static inline bool cpuif_lr_is_nmi(uint64_t lr)
{
    return (GIC_GET(ICH_LR, NMI, lr) & GIC_GET(ICH_LR, Group, lr)) != 0;
}

#endif
