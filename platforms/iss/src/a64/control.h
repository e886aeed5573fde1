/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the control registers: SCTLR_ELx, HCR_EL2, HCRX_EL2, SCR_EL3, and PSTATE as SPSR_ELx
 * holds it. */
#ifndef A64_CONTROL_H
#define A64_CONTROL_H

#include <stdint.h>

#define A64_BIT(n) (UINT64_C(1) << (n))

#define SCTLR_M    A64_BIT(0)
#define SCTLR_A    A64_BIT(1)
#define SCTLR_UMA  A64_BIT(9)
#define SCTLR_DZE  A64_BIT(14)
#define SCTLR_UCT  A64_BIT(15)
#define SCTLR_NTWI A64_BIT(16)
#define SCTLR_NTWE A64_BIT(18)
#define SCTLR_WXN  A64_BIT(19)
#define SCTLR_SPAN A64_BIT(23)
#define SCTLR_UCI  A64_BIT(26)
/* FEAT_NMI */
#define SCTLR_NMI       A64_BIT(61)
#define SCTLR_SPINTMASK A64_BIT(62)

#define HCRX_TALLINT A64_BIT(6)
#define HCRX_VINMI   A64_BIT(7)
#define HCRX_VFNMI   A64_BIT(8)

#define HCR_VM    A64_BIT(0)
#define HCR_SWIO  A64_BIT(1)
#define HCR_PTW   A64_BIT(2)
#define HCR_FMO   A64_BIT(3)
#define HCR_IMO   A64_BIT(4)
#define HCR_AMO   A64_BIT(5)
#define HCR_VF    A64_BIT(6)
#define HCR_VI    A64_BIT(7)
#define HCR_VSE   A64_BIT(8)
#define HCR_FB    A64_BIT(9)
#define HCR_BSU   (A64_BIT(10) | A64_BIT(11))
#define HCR_DC    A64_BIT(12)
#define HCR_TWI   A64_BIT(13)
#define HCR_TWE   A64_BIT(14)
#define HCR_TID1  A64_BIT(16)
#define HCR_TID2  A64_BIT(17)
#define HCR_TID3  A64_BIT(18)
#define HCR_TSC   A64_BIT(19)
#define HCR_TIDCP A64_BIT(20)
#define HCR_TACR  A64_BIT(21)
#define HCR_TSW   A64_BIT(22)
#define HCR_TPC   A64_BIT(23)
#define HCR_TPU   A64_BIT(24)
#define HCR_TTLB  A64_BIT(25)
#define HCR_TVM   A64_BIT(26)
#define HCR_TGE   A64_BIT(27)
#define HCR_TDZ   A64_BIT(28)
#define HCR_HCD   A64_BIT(29)
#define HCR_TRVM  A64_BIT(30)
#define HCR_RW    A64_BIT(31)
#define HCR_CD    A64_BIT(32)
#define HCR_ID    A64_BIT(33)
#define HCR_E2H   A64_BIT(34)

/** What behaves as 0 while TGE is set: EL1 does not exist then. */
#define HCR_OFF_WITH_TGE                                                                       \
    (HCR_SWIO | HCR_PTW | HCR_VF | HCR_VI | HCR_VSE | HCR_FB | HCR_TID1 | HCR_TID3 | HCR_TSC | \
     HCR_TIDCP | HCR_TACR | HCR_TSW | HCR_TTLB | HCR_TVM | HCR_HCD | HCR_TRVM)

/** What behaves as 0 besides when E2H and TGE say that EL2 and EL0 are a host. */
#define HCR_OFF_IN_HOST                                                                       \
    (HCR_VM | HCR_FMO | HCR_IMO | HCR_AMO | HCR_BSU | HCR_DC | HCR_TWI | HCR_TWE | HCR_TID2 | \
     HCR_TPC | HCR_TPU | HCR_TDZ | HCR_CD | HCR_ID)

/** CPACR_EL1.FPEN, and CPTR_EL2's with E2H. */
#define CPACR_FPEN(v) ((unsigned)((v) >> 20) & 3u)
#define CPTR_TFP      A64_BIT(10)
#define CPTR_TCPAC    A64_BIT(31)

#define MDCR_HPMN(v) ((unsigned)(v)&31u)
#define MDCR_TPMCR   A64_BIT(5)
#define MDCR_TPM     A64_BIT(6)
#define MDCR_HPME    A64_BIT(7)
#define MDCR_TDE     A64_BIT(8)
#define MDCR_TDA     A64_BIT(9)
#define MDCR_TDOSA   A64_BIT(10)
#define MDCR_TDRA    A64_BIT(11)

#define SCR_NS   A64_BIT(0)
#define SCR_IRQ  A64_BIT(1)
#define SCR_FIQ  A64_BIT(2)
#define SCR_EA   A64_BIT(3)
#define SCR_SMD  A64_BIT(7)
#define SCR_HCE  A64_BIT(8)
#define SCR_SIF  A64_BIT(9)
#define SCR_ST   A64_BIT(11)
#define SCR_TWI  A64_BIT(12)
#define SCR_TWE  A64_BIT(13)
#define SCR_HXEN A64_BIT(38) /* FEAT_HCX */

/* PSTATE fields as SPSR holds them. */
enum {
    SPSR_PAN_SHIFT = 22,
    SPSR_SS_SHIFT = 21,
    SPSR_IL_SHIFT = 20,
    SPSR_ALLINT_SHIFT = 13,
    SPSR_DAIF_SHIFT = 6,
    SPSR_AARCH32 = 1u << 4,
    SPSR_EL_SHIFT = 2
};

#endif
