/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 130 PEs in two regions of Redistributors: GICR_TYPER of each frame names its PE, and Last is set in
 * the last frame of each region alone. Exits with 0; 1 to 130: that PE's frame plus 1 is wrong.
 */
    .globl _start
_start:
    mov x0, #0                 // PE
    mov x1, #0x080a0000        // its frame
    mov x5, #0x20000
loop:
    ldr x2, [x1, #8]           // GICR_TYPER
    add x4, x0, #1
    ubfx x3, x2, #8, #16       // Processor_Number
    cmp x3, x0
    b.ne out
    ubfx x3, x2, #4, #1        // Last
    cmp x0, #122
    cset x6, eq
    cmp x0, #129
    csinc x6, x6, xzr, ne
    cmp x3, x6
    b.ne out
    add x1, x1, x5
    mov x7, #0x4000000000
    cmp x0, #122
    csel x1, x7, x1, eq
    add x0, x0, #1
    cmp x0, #130
    b.ne loop
    mov x4, #0
out:
    adr x1, block
    str x4, [x1, #8]
    mov w0, #0x18
    hlt #0xf000
    b .
    .balign 8
block:
    .quad 0x20026, 0
