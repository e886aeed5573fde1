/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors of EL1 (both worlds: the dispatcher differs) and of EL3.
 * The first instruction of an interrupt's vector stamps the cycle counter, see fw/asm.h.
 */
#include "fw/macros.inc"

    .macro vector target
    .balign 128
    b       \target
    .endm

    .macro interrupt_vector target, stamp
    .balign 128
    mrs     \stamp, pmccntr_el0
    b       \target
    .endm

    .macro bad_vector number
    .balign 128
    mov     x0, #\number
    b       bad_exception
    .endm

/* ---- EL1 ---------------------------------------------------------------------------------- */
    .macro el1_vectors name, irq
    .balign 2048
    .global \name
\name:
    bad_vector 0
    bad_vector 1
    bad_vector 2
    bad_vector 3
    bad_vector 4                         /* current EL, SP_ELx: synchronous */
    interrupt_vector \irq, x28           /* IRQ */
    bad_vector 6
    bad_vector 7
    .irp n, 8, 9, 10, 11, 12, 13, 14, 15
    bad_vector \n
    .endr
    .endm

/* Saves what a C function may change, calls `handler(frame)`, returns from the interrupt. */
    .macro el1_irq name, handler
\name:
    save_frame
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x0, x1, [sp, #FRAME_ELR]
    str     x28, [sp, #FRAME_STAMP]
    mov     x0, sp
    bl      \handler
    ldp     x0, x1, [sp, #FRAME_ELR]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    restore_frame
    eret
    .endm

    .text
    el1_vectors vectors_ns, irq_ns
    el1_irq irq_ns, irq_dispatch
    el1_vectors vectors_v2, irq_v2       /* of the normal world, with a GICv2 */
    el1_irq irq_v2, irq_dispatch_v2
    el1_vectors vectors_s, irq_s
    el1_irq irq_s, secure_irq

bad_exception:
    mrs     x4, CurrentEL
    cmp     x4, #(3 << 2)
    b.eq    1f
    mrs     x1, esr_el1
    mrs     x2, elr_el1
    mrs     x3, far_el1
    b       trap_unexpected
1:  mrs     x1, esr_el3
    mrs     x2, elr_el3
    mrs     x3, far_el3
    b       trap_unexpected

/* WFI with interrupts unmasked, without losing one that comes between the test and the WFI:
 * x0 = address of a flag. An interrupt that returns into [idle_begin, idle_end) returns to
 * idle_end instead (irq_dispatch and the monitor see to it), and the caller tests again. */
    .global idle_unless
    .global idle_begin
    .global idle_end
idle_unless:
idle_begin:
    ldr     w1, [x0]
    cbnz    w1, idle_end
    wfi
idle_end:
    ret

/* ---- EL3 ---------------------------------------------------------------------------------- */
    .balign 2048
    .global vectors_el3
vectors_el3:
    .irp n, 16, 17, 18, 19, 20, 21, 22, 23
    bad_vector \n
    .endr
    vector  el3_smc                      /* lower EL, AArch64: synchronous */
    bad_vector 25
    interrupt_vector el3_fiq, x27
    bad_vector 27
    .irp n, 28, 29, 30, 31
    bad_vector \n
    .endr

/* SP_EL3 is 16 bytes below the top of its stack; the context of the running world is in TPIDR_EL3. */
    .macro save_general
    str     x0, [sp, #-16]!
    mrs     x0, tpidr_el3
    stp     x2, x3, [x0, #16]
    stp     x4, x5, [x0, #32]
    stp     x6, x7, [x0, #48]
    stp     x8, x9, [x0, #64]
    stp     x10, x11, [x0, #80]
    stp     x12, x13, [x0, #96]
    stp     x14, x15, [x0, #112]
    stp     x16, x17, [x0, #128]
    stp     x18, x19, [x0, #144]
    stp     x20, x21, [x0, #160]
    stp     x22, x23, [x0, #176]
    stp     x24, x25, [x0, #192]
    str     x26, [x0, #208]
    stp     x28, x29, [x0, #224]
    ldr     x2, [sp], #16
    stp     x2, x1, [x0, #0]
    mrs     x1, sp_el0
    stp     x30, x1, [x0, #CTX_X30]
    mrs     x1, elr_el3
    mrs     x2, spsr_el3
    stp     x1, x2, [x0, #CTX_ELR]
    .endm

el3_smc:
    save_general
    mrs     x1, esr_el3
    bl      monitor_smc
    b       monitor_exit

el3_fiq:
    save_general
    mov     x1, x27
    bl      monitor_fiq
    b       monitor_exit

/* x0 = context to run, x1 = top of the monitor's stack: where a PE enters its first world. */
    .global monitor_enter
monitor_enter:
    mov     sp, x1

/* x0 = context to run. */
monitor_exit:
    msr     tpidr_el3, x0
    ldp     x1, x2, [x0, #CTX_ELR]
    msr     elr_el3, x1
    msr     spsr_el3, x2
    ldr     x1, [x0, #CTX_SCR]
    msr     scr_el3, x1
    ldp     x30, x1, [x0, #CTX_X30]
    msr     sp_el0, x1
    ldp     x28, x29, [x0, #224]
    ldr     x26, [x0, #208]
    ldp     x24, x25, [x0, #192]
    ldp     x22, x23, [x0, #176]
    ldp     x20, x21, [x0, #160]
    ldp     x18, x19, [x0, #144]
    ldp     x16, x17, [x0, #128]
    ldp     x14, x15, [x0, #112]
    ldp     x12, x13, [x0, #96]
    ldp     x10, x11, [x0, #80]
    ldp     x8, x9, [x0, #64]
    ldp     x6, x7, [x0, #48]
    ldp     x4, x5, [x0, #32]
    ldp     x2, x3, [x0, #16]
    /* The stamp of leaving EL3, for the sample that asks for it. */
    mrs     x1, pmccntr_el0
    str     x1, [sp, #8]
    ldp     x0, x1, [x0, #0]
    eret
