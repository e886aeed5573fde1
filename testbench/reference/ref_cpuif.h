/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slow, obvious reference of one CPU interface: what is signalled, what the acknowledge and
 * priority registers return. Written from the rules (P-01 to P-13, P-22 to P-28), with one bool for
 * each priority and no cache. It knows nothing of the kernel.
 */
#ifndef GICTLM_REF_CPUIF_H
#define GICTLM_REF_CPUIF_H

#include "gic/config.h"
#include "gic/pe.h"

GIC_BEGIN_DECLS

/** Which interrupt line the reference wants high. */
typedef enum ref_line { REF_NO_LINE, REF_IRQ, REF_FIQ } ref_line;

/** The whole state: registers by their architectural meaning, whoever writes them. */
typedef struct ref_cpuif {
    int priority_bits;
    int preemption_bits;
    bool has_el3;
    bool one_state; /* GICD_CTLR.DS, or one Security state */
    gic_pe_state pe;

    int pmr;
    int bpr0, bpr1_s, bpr1_ns;
    bool cbpr_s, cbpr_ns;
    bool eoimode_el3, eoimode_s, eoimode_ns;
    bool enable_0, enable_1s, enable_1ns;
    bool active[3][256]; /* [gic_group][priority] */
    bool active_nmi[3];  /* [gic_group]: ICC_AP1R0.NMI of the banks */

    bool pending; /* presented by the Redistributor */
    int pending_intid;
    int pending_priority;
    gic_group pending_group;
    bool pending_nmi;
} ref_cpuif;

/** State after reset. */
void ref_cpuif_reset(ref_cpuif *r, const gic_config *config);

/** The line that is high now. */
ref_line ref_cpuif_line(const ref_cpuif *r);

/** ICC_HPPIR<n>_EL1, n = 0 or 1. */
int ref_cpuif_hppir(const ref_cpuif *r, int n);
/** Read of ICC_IAR<n>_EL1, with its effect. */
int ref_cpuif_iar(ref_cpuif *r, int n);
/** Read of ICC_NMIAR1_EL1, with its effect. */
int ref_cpuif_nmiar(ref_cpuif *r);
/** Write of ICC_EOIR<n>_EL1 with an INTID that is implemented; whether it dropped a priority. */
bool ref_cpuif_eoir(ref_cpuif *r, int n);
/** EOImode that counts for the PE now. */
bool ref_cpuif_eoimode(const ref_cpuif *r);

/** Views of the priority registers for the PE now. */
uint64_t ref_cpuif_rpr(const ref_cpuif *r);
/** The running priority itself; 255: nothing is active. */
int ref_cpuif_running(const ref_cpuif *r);
int ref_cpuif_pmr(const ref_cpuif *r);
void ref_cpuif_write_pmr(ref_cpuif *r, int value);
int ref_cpuif_bpr0(const ref_cpuif *r);
int ref_cpuif_bpr1(const ref_cpuif *r);
void ref_cpuif_write_bpr0(ref_cpuif *r, int value);
void ref_cpuif_write_bpr1(ref_cpuif *r, int value);
/** ICC_CTLR_EL1 writes CBPR (where it may) and EOImode of the bank. */
void ref_cpuif_write_ctlr_el1(ref_cpuif *r, bool cbpr, bool eoimode);
/** ICC_IGRPEN1_EL1 of the bank. */
void ref_cpuif_write_igrpen1(ref_cpuif *r, bool enable);
bool ref_cpuif_igrpen1(const ref_cpuif *r);

GIC_END_DECLS

#endif
