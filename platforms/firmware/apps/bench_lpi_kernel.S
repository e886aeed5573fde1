/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shortest cycle of an LPI: an INT command into the queue, CWRITER, exception, IAR, EOIR, ERET.
 * The vectors are bench_vectors.S's: they count in x2 and use x3.
 * x0 = iterations, x1 = queue (64 KiB), x2 = address of GITS_CWRITER, x3 = offset of the next
 * command, x4, x5 = its first two words. x0 returns the interrupts taken.
 */
    .text
    .global bench_lpi_loop
bench_lpi_loop:
    mov     x9, x2
    mov     x10, x3
    mov     x2, #0
    cbz     x0, 2f
1:  mov     x6, x2
    add     x7, x1, x10
    stp     x4, x5, [x7]
    stp     xzr, xzr, [x7, #16]
    add     x10, x10, #32
    and     x10, x10, #0xffff
    dsb     sy
    str     x10, [x9]
3:  cmp     x6, x2                       /* until it has been taken */
    b.eq    3b
    subs    x0, x0, #1
    b.ne    1b
2:  mov     x0, x2
    ret
