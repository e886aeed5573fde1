/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random instruction streams: entry, exceptions, and what C cannot say. The stream runs at EL0t or
 * EL1t, everything here at EL1h, so that the stream may do to its stack pointer what it likes.
 */
#include "layout.h"

    .arch armv8-a+fp+simd

/* Words of the header. */
    .equ HEADER_STAGE2, 4 + 31 + 1 + 64 + 3
    .equ HEADER_VHE, HEADER_STAGE2 + 1

    .section .text.start, "ax"
    .globl _start
_start:
    msr daifset, #15
    msr spsel, #1
    mrs x0, currentel
    cmp x0, #8
    b.ne at_el1
    ldr x20, =STREAM_PROGRAM
    ldr x21, [x20, #(8 * HEADER_VHE)]
    ldr x20, [x20, #(8 * HEADER_STAGE2)]
    cbnz x20, hypervisor
    ldr x0, =0x488000000                /* RW, TGE, E2H: EL1's names are EL2's from here on */
    msr hcr_el2, x0
    mov x0, #6
    msr mdcr_el2, x0
    isb
    b at_el1
hypervisor:
    adrp x0, hyp_stack_top
    add sp, x0, :lo12:hyp_stack_top
    bl make_hyp_tables
    adrp x0, hyp_vectors
    add x0, x0, :lo12:hyp_vectors
    msr vbar_el2, x0
    cbz x21, 1f
    ldr x0, =0x400000000                /* E2H */
    msr hcr_el2, x0
    isb
    mov x0, #(3 << 10)                  /* EL1PTEN, EL1PCTEN are there now */
    msr cnthctl_el2, x0
    mov x0, #(3 << 20)                  /* no traps: CPTR_EL2 is like CPACR_EL1 then */
    b 2f
1:  ldr x0, =0x33ff                     /* no traps */
2:  msr cptr_el2, x0
    mov x0, #6
    msr mdcr_el2, x0
    ldr x0, =0x80023559                 /* 39 bits from level 1, 4 KiB, write-back, 40 bits out */
    msr vtcr_el2, x0
    mov x0, #0
    bl enter_guest
    mrs x0, midr_el1
    msr vpidr_el2, x0
    mrs x0, mpidr_el1
    msr vmpidr_el2, x0
    ldr x0, =0x80000001                 /* RW, VM */
    cbz x21, 1f
    ldr x0, =0x480000001                /* and E2H */
1:  msr hcr_el2, x0
    isb
    tlbi alle1
    dsb sy
    ldr x0, =0x30d00800
    msr sctlr_el1, x0
    mov x0, #0x3c5
    msr spsr_el2, x0
    adr x0, at_el1
    msr elr_el2, x0
    isb
    eret
at_el1:
    adrp x0, stack_top
    add sp, x0, :lo12:stack_top
    adrp x0, vectors
    add x0, x0, :lo12:vectors
    msr vbar_el1, x0
    mov x0, #(3 << 20)
    msr cpacr_el1, x0
    isb
    bl make_tables
    ldr x0, =STREAM_TABLES
    msr ttbr0_el1, x0
    msr ttbr1_el1, x0
    mov x0, #0x00ff                     /* 0: Normal, 1: Device-nGnRnE */
    msr mair_el1, x0
    ldr x0, =0x2b5193519                /* 39 bits, 4 KiB, write-back, Inner Shareable; 40 bits out */
    msr tcr_el1, x0
    isb
    tlbi vmalle1
    dsb sy
    ldr x1, =STREAM_PROGRAM
    ldr x0, =0x30d00801                 /* RES1, M */
    ldr x2, [x1, #16]
    orr x0, x0, x2
    msr sctlr_el1, x0
    isb
    bl fill_data
    b start_stream

/* Loads the state of the header and goes to the code. */
start_stream:
    ldr x30, =STREAM_PROGRAM
    ldr x0, [x30, #(8 * (4 + 31))]
    msr sp_el0, x0
    ldr x0, [x30, #(8 * (4 + 32 + 64 + 0))]
    msr fpcr, x0
    ldr x0, [x30, #(8 * (4 + 32 + 64 + 1))]
    msr fpsr, x0
    ldr x0, [x30, #(8 * (4 + 32 + 64 + 2))]
    msr spsr_el1, x0
    ldr x0, =STREAM_CODE
    msr elr_el1, x0
    add x0, x30, #(8 * (4 + 32))
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ldr q\n, [x0], #16
    .endr
    add x30, x30, #(8 * 4)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
    ldr x\n, [x30, #(8 * \n)]
    .endr
    ldr x30, [x30, #(8 * 30)]
    eret

/* void save_vectors(uint64_t *to): 64 words, then FPCR and FPSR. */
    .globl save_vectors
save_vectors:
    mrs x1, fpcr
    str x1, [x0, #512]
    mrs x1, fpsr
    str x1, [x0, #520]
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    str q\n, [x0], #16
    .endr
    ret

/* void power_off(void): PSCI SYSTEM_OFF; with a hypervisor it is the one to ask for it. */
    .globl power_off
power_off:
    mrs x0, currentel
    cmp x0, #8
    b.eq hyp_power_off
    ldr w0, =0x84000008
    hvc #0
    b .

/* void hyp_power_off(void): the same at EL2. */
    .globl hyp_power_off
hyp_power_off:
    ldr w0, =0x84000008
    smc #0
    b .

    .macro entry number
    .balign 0x80
    sub sp, sp, #304
    stp x0, x1, [sp]
    mov x1, #\number
    b common
    .endm

/* x2 to x30, to the frame (str) or from it (ldr). */
    .macro move_registers op
    .irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    \op x\n, [sp, #(8 * \n)]
    .endr
    .endm

    .balign 0x800
vectors:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    entry \n
    .endr

common:
    move_registers str
    mrs x2, sp_el0
    mrs x3, elr_el1
    stp x2, x3, [sp, #248]
    mrs x2, spsr_el1
    mrs x3, esr_el1
    stp x2, x3, [sp, #264]
    mrs x2, far_el1
    str x2, [sp, #280]
    mov x0, sp
    bl on_exception
    ldp x2, x3, [sp, #248]
    msr sp_el0, x2
    msr elr_el1, x3
    ldr x2, [sp, #264]
    msr spsr_el1, x2
    move_registers ldr
    ldp x0, x1, [sp]
    add sp, sp, #304
    eret

/* ---- EL2: what the guest asks for, and faults of stage 2 */
    .macro hyp_entry number
    .balign 0x80
    sub sp, sp, #304
    stp x0, x1, [sp]
    mov x1, #\number
    b hyp_common
    .endm

    .balign 0x800
hyp_vectors:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    hyp_entry \n
    .endr

hyp_common:
    move_registers str
    mrs x3, elr_el2
    stp xzr, x3, [sp, #248]
    mrs x2, spsr_el2
    mrs x3, esr_el2
    stp x2, x3, [sp, #264]
    mrs x2, far_el2
    mrs x3, hpfar_el2
    stp x2, x3, [sp, #280]
    mov x0, sp
    bl on_hyp
    ldr x3, [sp, #256]
    msr elr_el2, x3
    move_registers ldr
    ldp x0, x1, [sp]
    add sp, sp, #304
    eret

    .bss
    .balign 4096
hyp_stack:
    .skip 4096
hyp_stack_top:
stack:
    .skip 16384
stack_top:
