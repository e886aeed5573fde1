/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Linux Image of a few instructions: takes its virtual timer's interrupt as Non-secure Group 1,
 * by polling ICC_IAR1, and powers off by PSCI when everything was as firmware leaves it. x27 counts
 * the steps reached; a wrong answer ends in an endless loop.
 */
#define GICD 0x08000000
#define GICR 0x080a0000
#define ICC_PMR_EL1 s3_0_c4_c6_0
#define ICC_IAR1_EL1 s3_0_c12_c12_0
#define ICC_EOIR1_EL1 s3_0_c12_c12_1
#define ICC_SRE_EL1 s3_0_c12_c12_5
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7

    .macro imm reg, value
    movz    \reg, #((\value) & 0xffff)
    movk    \reg, #((\value) >> 16 & 0xffff), lsl #16
    .endm

    .text
    b       start
    .word   0
    .quad   0               /* text_offset */
    .quad   0x1000          /* image_size */
    .quad   0xa             /* flags: little-endian, 4 KiB pages, anywhere */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .word   0

start:
    mov     x27, #1
    mrs     x1, ICC_SRE_EL1
    tbz     x1, #0, .       /* system registers are on */
    mov     x27, #2
    mov     x1, #0xf8
    msr     ICC_PMR_EL1, x1
    mrs     x1, ICC_PMR_EL1
    cmp     x1, #0xf8
    b.ne    .               /* and the mask is ours to open */
    mov     x27, #3
    mov     x1, #1
    msr     ICC_IGRPEN1_EL1, x1
    imm     x2, GICD
    mov     w1, #0x12       /* ARE_NS, EnableGrp1A */
    str     w1, [x2]
    imm     x2, GICR + 0x10000
    mov     w1, #(1 << 27)
    str     w1, [x2, #0x100] /* GICR_ISENABLER0: sticks for Non-secure Group 1 only */
    ldr     w3, [x2, #0x100]
    tbz     w3, #27, .
    mov     x27, #4
    mov     x1, #100
    msr     cntv_tval_el0, x1
    mov     x1, #1
    msr     cntv_ctl_el0, x1
wait:
    wfi
    mrs     x1, ICC_IAR1_EL1
    cmp     x1, #27
    b.ne    wait
    mov     x27, #5
    msr     cntv_ctl_el0, xzr
    msr     ICC_EOIR1_EL1, x1
    imm     x0, 0x84000008  /* SYSTEM_OFF */
    smc     #0
    b       .
