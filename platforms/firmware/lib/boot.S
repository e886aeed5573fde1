/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of every PE, at EL3, EL2 or EL1, MMU off. The primary is boot slot 0; the others wait in a
 * pen (entry at EL3, where no one else holds them) or come by PSCI CPU_ON when it is open already.
 */
#include "fw/board.h"
#include "fw/macros.inc"

    .section .text.boot, "ax"
    .global _start
_start:
    msr     daifset, #0xf
    mrs     x0, mpidr_el1
    ubfx    x1, x0, #8, #8
    and     x0, x0, #0xff
    add     x19, x0, x1, lsl #4          /* slot: 16 PEs in Aff0, then Aff1 */
    cmp     x19, #FW_MAX_PES
    b.hs    park
    mrs     x20, CurrentEL
    lsr     x20, x20, #2
    cbz     x19, primary

pen:
    adr_l   x1, boot_pen_open
    ldr     w2, [x1]
    cbnz    w2, leave_pen
    wfe
    b       pen
leave_pen:
    dmb     sy
    b       enter_c

primary:
    adr_l   x1, __bss_start
    adr_l   x2, __bss_end
1:  cmp     x1, x2
    b.hs    enter_c
    stp     xzr, xzr, [x1], #16
    b       1b

/* x19 = slot, x20 = Exception level */
enter_c:
    mov     x0, x19
    cmp     x20, #3
    b.eq    at_el3
    cmp     x20, #2
    b.ne    at_el1

    /* EL2: a program with a hypervisor stays here as well, in its vectors; continue at EL1. */
    .weak   hyp_start
    ldr     x1, =hyp_start
    cbz     x1, 1f
    blr     x1
1:
    mov     x1, #(1 << 31)               /* HCR_EL2.RW */
    msr     hcr_el2, x1
    mov     x1, #3                       /* physical counter and timer open to EL1 */
    msr     cnthctl_el2, x1
    msr     cntvoff_el2, xzr
    msr     vttbr_el2, xzr
    msr     cptr_el2, xzr
    mrs     x1, midr_el1
    msr     vpidr_el2, x1
    mrs     x1, mpidr_el1
    msr     vmpidr_el2, x1
    mrs     x1, id_aa64pfr0_el1          /* a GICv2 has no system registers */
    ubfx    x1, x1, #24, #4
    cbz     x1, 2f
    mov     x1, #0xf                     /* ICC_SRE_EL2: SRE, DFB, DIB, Enable */
    msr     icc_sre_el2, x1
    isb
2:
    mrs     x1, pmcr_el0                 /* MDCR_EL2.HPMN = all counters, no traps */
    ubfx    x1, x1, #11, #5
    msr     mdcr_el2, x1
    ldr     x1, =0x30c00800 | (1 << 20) | (1 << 22)
    msr     sctlr_el1, x1
    mov     x1, #0x3c5                   /* EL1h, DAIF masked */
    msr     spsr_el2, x1
    adr     x1, at_el1
    msr     elr_el2, x1
    eret

at_el1:
    msr     spsel, #1
    adr_l   x1, stacks_ns + FW_STACK_SIZE
    mov     x2, #FW_STACK_SIZE
    madd    x1, x19, x2, x1
    mov     sp, x1
    mov     x0, x19
    mov     x1, x20
    bl      boot_el1
    b       park

at_el3:
    msr     spsel, #1
    adr_l   x1, stacks_el3 + FW_STACK_SIZE - 16 /* the stamp of leaving EL3 is above SP */
    mov     x2, #FW_STACK_SIZE
    madd    x1, x19, x2, x1
    mov     sp, x1
    bl      boot_el3

    .global park
park:
    wfi
    b       park

    .section .data
    .balign 64
    .global boot_pen_open
boot_pen_open:                           /* not in .bss: read before the primary has cleared that */
    .word   0
    .balign 64

    .section .stacks, "aw", %nobits
    .balign 64
    .global stacks_ns
    .global stacks_s
    .global stacks_el3
stacks_ns:
    .skip   FW_MAX_PES * FW_STACK_SIZE
stacks_s:
    .skip   FW_MAX_PES * FW_STACK_SIZE
stacks_el3:
    .skip   FW_MAX_PES * FW_STACK_SIZE
