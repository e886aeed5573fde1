/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shortest cycle of a virtual interrupt: what EL2 does, and the loop at EL1, whose vectors are
 * bench_vectors.S's. Both levels share the registers: x2 and x3 as there, x5 = INTID at EL2,
 * x6 = value of the list register.
 */
#include "fw/macros.inc"

#define LR_VALUE ((1 << 62) | (1 << 61) | (1 << 60) | (0xa0 << 48) | (40 << 32) | 40)

    .text
/* Called at EL2 by the entry code. */
    .global hyp_start
hyp_start:
    adr_l   x1, vectors_el2
    msr     vbar_el2, x1
    ret

    .balign 2048
vectors_el2:
    .rept 8
    .balign 128
    b       .
    .endr
    .balign 128                          /* lower EL: HVC */
    mrs     x0, hcr_el2
    orr     x0, x0, #(1 << 4)            /* HCR_EL2.IMO */
    msr     hcr_el2, x0
    mov     x0, #2                       /* ICC_CTLR_EL1.EOImode: EOIR only drops */
    msr     icc_ctlr_el1, x0
    ldr     x0, =0xff000002              /* ICH_VMCR_EL2: VPMR open, VENG1 */
    msr     ich_vmcr_el2, x0
    mov     x0, #1                       /* ICH_HCR_EL2.En */
    msr     ich_hcr_el2, x0
    eret
    .balign 128                          /* lower EL: IRQ */
    mrs     x5, icc_iar1_el1
    msr     ich_lr0_el2, x6
    msr     icc_eoir1_el1, x5
    eret
    .rept 6
    .balign 128
    b       .
    .endr

/* x0 = iterations, x1 = address of the SPI's GICD_ISPENDR, w2 = its bit. x0 returns the interrupts
 * taken. */
    .global bench_vspi_loop
bench_vspi_loop:
    mov     w7, w2
    ldr     x6, =LR_VALUE
    mov     x2, #0
    cbz     x0, 2f
1:  mov     x4, x2
    str     w7, [x1]
3:  cmp     x4, x2                       /* until it has been taken */
    b.eq    3b
    subs    x0, x0, #1
    b.ne    1b
2:  mov     x0, x2
    ret
    .ltorg
