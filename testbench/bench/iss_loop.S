/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that iss_mips is measured on: MMU on, interrupts enabled, loads, stores, adds, conditional
 * branches, call and return. Entered at EL1 with the MMU off, at the start of RAM; x0 is the number
 * of rounds. Ends in HVC.
 */
    .equ TABLE, 0x40010000
    .equ DATA, 0x40020000

    .globl _start
_start:
    /* One 1 GiB block of Normal memory, identity mapped: level 1 entry of 0x40000000. */
    ldr x1, =TABLE
    ldr x2, =0x40000000 | (1 << 10) | (3 << 8) | 1
    str x2, [x1, #8]
    msr ttbr0_el1, x1
    mov x2, #0xff
    msr mair_el1, x2
    /* T0SZ 25, 4 KiB granule, no TTBR1, 40 bits of physical address. */
    ldr x2, =25 | (1 << 23) | (2 << 32)
    msr tcr_el1, x2
    isb
    mrs x2, sctlr_el1
    orr x2, x2, #1
    msr sctlr_el1, x2
    isb
    ldr x1, =DATA
    add sp, x1, #0x8000
    msr daifclr, #15
    mov x9, x0
    mov x4, #0
    mov x5, #0

round:
    mov x6, #64 /* elements of the array */
    mov x7, x1
element:
    ldr x2, [x7]
    add x3, x2, x6
    str x3, [x7], #8
    tbz x3, #1, even
    add x4, x4, x3
even:
    ldr w8, [x1, #64]
    add x5, x5, x8
    subs x6, x6, #1
    b.ne element
    bl leaf
    subs x9, x9, #1
    b.ne round
    hvc #0
    b .

    .balign 4
leaf:
    stp x29, x30, [sp, #-16]!
    mov x29, sp
    add x0, x4, x5
    eor x4, x0, x5, lsr #3
    cmp x4, x5
    csel x5, x4, x5, lo
    ldp x29, x30, [sp], #16
    ret
    .ltorg
