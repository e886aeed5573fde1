/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software with NMIs at EL1: with interrupts masked by PSTATE.I and by ICC_PMR, an SPI that GICD_INMIR
 * makes an NMI waits while PSTATE.ALLINT is set and is taken when it is clear. The handler finds ALLINT
 * set, 1022 in ICC_IAR1 and the SPI in ICC_NMIAR1. Another SPI stays masked throughout. Exits with 0;
 * else the number of the check that failed.
 */
#define ALLINT          S3_0_C4_C3_0
#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_NMIAR1_EL1  S3_0_C12_C9_5
#define ICC_RPR_EL1     S3_0_C12_C11_3
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define NMI             100
#define SPI             101

    .globl _start
_start:
    mov x28, #1                 // not at EL1
    mrs x0, CurrentEL
    cmp x0, #4
    b.ne out
    adr x0, vectors
    msr VBAR_EL1, x0
    mov x20, #0x08000000        // GICD
    mov x28, #2                 // GICD_TYPER.NMI
    ldr w0, [x20, #4]
    tbz w0, #9, out
    mov w0, #2
    str w0, [x20]               // GICD_CTLR: Group 1
    movz x21, #0x080a, lsl #16  // GICR
    str wzr, [x21, #0x14]       // GICR_WAKER
1:  ldr w0, [x21, #0x14]
    tbnz w0, #2, 1b
    mov w2, #(1 << (NMI % 32))
    mov w1, #(3 << (NMI % 32))
    str w1, [x20, #(0x80 + NMI / 32 * 4)]
    str w1, [x20, #(0x100 + NMI / 32 * 4)]
    mov w0, #0xa0a0
    strb w0, [x20, #(0x400 + NMI)]
    strb w0, [x20, #(0x400 + SPI)]
    mov x0, #(0x6000 + 8 * NMI)
    add x0, x0, x20
    stp xzr, xzr, [x0]          // GICD_IROUTER: this PE
    str w2, [x20, #(0xf80 + NMI / 32 * 4)] // GICD_INMIR
    msr ICC_PMR_EL1, xzr        // everything is masked
    mov x0, #1
    msr ICC_IGRPEN1_EL1, x0
    mrs x0, SCTLR_EL1
    orr x0, x0, #(1 << 61)      // NMI
    msr SCTLR_EL1, x0
    mov x0, #(1 << 13)
    msr ALLINT, x0
    msr DAIFSet, #2
    isb
    mov x19, #0                 // what was taken
    str w1, [x20, #(0x200 + NMI / 32 * 4)] // GICD_ISPENDR: both
    mov x28, #3                 // taken in spite of ALLINT
    mov w2, #256
1:  subs w2, w2, #1
    b.ne 1b
    cbnz x19, out
    mov x28, #4                 // not taken
    msr ALLINT, xzr
    isb
    mov w2, #4096
1:  subs w2, w2, #1
    b.eq out
    cbz x19, 1b
    mov x28, #5
    cmp x19, #NMI
    b.ne out
    mov x28, #6                 // ALLINT is back
    mrs x0, ALLINT
    cbnz x0, out
    mov x28, #7                 // nothing is active
    mrs x0, ICC_RPR_EL1
    cmp x0, #255
    b.ne out
    mov x28, #8                 // the other one is masked
    mrs x0, ICC_IAR1_EL1
    cmp x0, #1023
    b.ne out
    mov x0, #0xf0
    msr ICC_PMR_EL1, x0
    isb
    mov w2, #4096
1:  mrs x0, ICC_NMIAR1_EL1      // and is no NMI
    cmp x0, #1023
    b.ne out
    mrs x0, ICC_IAR1_EL1
    subs w2, w2, #1
    b.eq out
    cmp x0, #SPI
    b.ne 1b
    msr ICC_EOIR1_EL1, x0
    mov x28, #0
out:
    adr x1, block
    str x28, [x1, #8]
    mov w0, #0x18
    hlt #0xf000
    b .

taken:
    mov x28, #20                // an exception sets ALLINT
    mrs x0, ALLINT
    tbz x0, #13, out
    mov x28, #21
    mrs x0, ICC_IAR1_EL1
    cmp x0, #1022
    b.ne out
    mov x28, #22
    mrs x19, ICC_NMIAR1_EL1
    cmp x19, #NMI
    b.ne out
    mov x28, #23                // RPR.NMI and priority 0
    mrs x0, ICC_RPR_EL1
    mov x1, #(1 << 63)
    cmp x0, x1
    b.ne out
    msr ICC_EOIR1_EL1, x19
    isb
    mov x28, #4
    eret

    .balign 2048
vectors:
    .space 0x280
    b taken
    .space 0x57c
    .balign 8
block:
    .quad 0x20026, 0
