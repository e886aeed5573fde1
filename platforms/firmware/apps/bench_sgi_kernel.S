/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shortest SGI cycle: SGI1R, and what bench_vectors does.
 * x0 = iterations, x1 = value for ICC_SGI1R_EL1. x0 returns the interrupts taken.
 */
    .text
    .global bench_sgi_loop
bench_sgi_loop:
    mov     x2, #0
    cbz     x0, 2f
1:  mov     x4, x2
    msr     icc_sgi1r_el1, x1
3:  cmp     x4, x2                       /* until it has been taken */
    b.eq    3b
    subs    x0, x0, #1
    b.ne    1b
2:  mov     x0, x2
    ret
