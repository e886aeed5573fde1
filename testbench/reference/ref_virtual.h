/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slow, obvious reference of the virtual half of one CPU interface: list registers, ICH_* and
 * ICV_*. Written from the rules (V-01 to V-17), with one bool for each active priority, a loop over
 * the list registers for each question and no cache. It knows nothing of the kernel.
 */
#ifndef GICTLM_REF_VIRTUAL_H
#define GICTLM_REF_VIRTUAL_H

#include "gic/config.h"
#include "gic/sysreg.h"

GIC_BEGIN_DECLS

/** The whole state: fields by their architectural meaning. */
typedef struct ref_virtual {
    gic_config config;
    uint64_t lr[16];
    bool active[2][256]; /* [virtual group][priority] */
    bool active_nmi;     /* ICH_AP1R0_EL2.NMI */
    bool group_enabled[2];
    bool common_bpr, eoi_mode;
    int pmr, bpr[2];

    bool enabled;                                   /* ICH_HCR_EL2.En */
    bool on_underflow, on_missing, on_none_pending; /* UIE, LRENPIE, NPIE */
    bool on_group_enabled[2], on_group_disabled[2]; /* VGrpnEIE, VGrpnDIE */
    bool trap_common, trap_group[2], trap_dir;      /* TC, TALL0, TALL1, TDIR */
    int eoi_count;
    bool nmi_apart; /* SCTLR_ELx.NMI where the access is from */
    bool secure;    /* SCR_EL3.NS = 0 with EL3: VBPR1 counts as VBPR0 does */
} ref_virtual;

/** State after reset. */
void ref_virtual_reset(ref_virtual *v, const gic_config *config);

/** Whether an ICH_ register exists. */
bool ref_virtual_has(const ref_virtual *v, gic_sysreg reg);
/** An ICH_ register that exists. */
uint64_t ref_virtual_read(const ref_virtual *v, gic_sysreg reg);
void ref_virtual_write(ref_virtual *v, gic_sysreg reg, uint64_t value);

/** The ICV_ register of an ICC_ name: what a read returns, with its effect. */
uint64_t ref_virtual_guest_read(ref_virtual *v, gic_sysreg reg);
/** A write of it; the physical INTID that it deactivates, or -1. */
int ref_virtual_guest_write(ref_virtual *v, gic_sysreg reg, uint64_t value);

/** Lines. */
bool ref_virtual_virq(const ref_virtual *v);
bool ref_virtual_vfiq(const ref_virtual *v);
bool ref_virtual_vnmi(const ref_virtual *v);
bool ref_virtual_maintenance(const ref_virtual *v);

GIC_END_DECLS

#endif
