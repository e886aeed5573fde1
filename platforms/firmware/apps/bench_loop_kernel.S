/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work for measuring an instruction set simulator: loads, stores, additions, conditional branches,
 * a call and a return. x0 = iterations, x1 = 4 KiB of memory. x0 returns a checksum.
 */
    .text
    .global bench_loop
bench_loop:
    mov     x9, x30
    mov     x2, #0                       /* checksum */
    mov     x3, #0                       /* offset */
    cbz     x0, 3f
1:  ldr     x4, [x1, x3]
    add     x4, x4, x0
    str     x4, [x1, x3]
    add     x2, x2, x4
    bl      mix
    add     x3, x3, #8
    and     x3, x3, #0xff8
    tbz     x2, #3, 2f                   /* taken for half of the data */
    eor     x2, x2, x3
2:  subs    x0, x0, #1
    b.ne    1b
3:  mov     x0, x2
    ret     x9

mix:
    ldp     x5, x6, [x1]
    add     x5, x5, x6
    cmp     x5, x2
    b.hi    1f
    add     x2, x2, x5, lsr #3
1:  ret
