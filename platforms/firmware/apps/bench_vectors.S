/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors of the benchmarks' shortest cycles: IAR, EOIR, ERET.
 * x2 = interrupts taken, one more each time; x3 = INTID.
 */
    .text
    .balign 2048
    .global bench_vectors
bench_vectors:
    .rept 5
    .balign 128
    b       .
    .endr
    .balign 128                          /* current EL, SP_ELx: IRQ */
    mrs     x3, icc_iar1_el1
    add     x2, x2, #1
    msr     icc_eoir1_el1, x3
    eret
    .rept 10
    .balign 128
    b       .
    .endr
