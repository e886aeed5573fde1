/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions that make two accesses to devices: each access is made once, whatever happens in
 * between. Prints "LP", exits with 0.
 */
    .globl _start
_start:
    mov x20, #0x08000000
    ldr w2, [x20, #4]
    ldr w4, [x20, #8]
    ldp w0, w1, [x20, #4]      // GICD_TYPER, GICD_IIDR
    cmp w0, w2
    ccmp w1, w4, #0, eq
    cset w3, ne
    mov x9, #0x09000000
    mov w12, #0x301
    str w12, [x9, #0x30]       // UARTCR: enabled
    mov w10, #0x4c
    mov w11, #0x50
    stp w10, w11, [x9]         // UARTDR, UARTECR
    stp w11, w10, [x9]
    adr x1, block
    str x3, [x1, #8]
    mov w0, #0x18
    hlt #0xf000
    b .
    .balign 8
block:
    .quad 0x20026, 0
