/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry to EL2, and its vectors. The first instruction of a vector stamps the cycle counter into
 * x27, which the compiler does not use (fw/asm.h).
 */
#include "fw/board.h"
#include "fw/macros.inc"

/* struct hyp_frame */
#define HYP_STAMP 248
#define HYP_ELR   256
#define HYP_SIZE  272

    .text
/* Called at EL2, x19 = slot, on every PE: gives EL2 its vectors and stack, and returns. */
    .global hyp_start
hyp_start:
    adr_l   x1, vectors_el2
    msr     vbar_el2, x1
    adr_l   x1, stacks_el3 + FW_STACK_SIZE /* there is no EL3 */
    mov     x2, #FW_STACK_SIZE
    madd    x1, x19, x2, x1
    mov     sp, x1
    ret

    .macro hyp_vector target
    .balign 128
    mrs     x27, pmccntr_el0
    b       \target
    .endm

    .balign 2048
vectors_el2:
    .rept 8
    hyp_vector hyp_lost
    .endr
    hyp_vector el2_sync                  /* lower EL, AArch64: synchronous */
    hyp_vector el2_irq                   /* IRQ */
    .rept 6
    hyp_vector hyp_lost
    .endr

    .macro from_guest handler
    sub     sp, sp, #HYP_SIZE
    stp     x0, x1, [sp, #0]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    stp     x30, x27, [sp, #240]
    mrs     x0, elr_el2
    mrs     x1, spsr_el2
    stp     x0, x1, [sp, #HYP_ELR]
    mov     x0, sp
    bl      \handler
    b       to_guest
    .endm

el2_sync:
    from_guest hyp_sync
el2_irq:
    from_guest hyp_irq

to_guest:
    ldp     x0, x1, [sp, #HYP_ELR]
    msr     elr_el2, x0
    msr     spsr_el2, x1
    ldp     x0, x1, [sp, #0]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldr     x26, [sp, #208]
    ldp     x28, x29, [sp, #224]
    ldr     x30, [sp, #240]
    add     sp, sp, #HYP_SIZE
    eret

hyp_lost:
    mov     x0, #32
    mrs     x1, esr_el2
    mrs     x2, elr_el2
    mrs     x3, far_el2
    b       trap_unexpected
