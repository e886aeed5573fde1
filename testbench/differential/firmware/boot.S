/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of every PE, at the highest Exception level that there is, EL3, EL2 or EL1; the MMU stays
 * off. With EL3 all PEs come at once, without it PE 0 turns the others on.
 */
#include "fw/macros.inc"

#define STACK_SIZE 0x4000

/* SCR_EL3: RES1, RW (EL1 and EL2 are AArch64), NS. */
    .macro security ns
    mov     x2, #0x30
    orr     x2, x2, #(1 << 10)
    .if \ns
    orr     x2, x2, #1
    .endif
    msr     scr_el3, x2
    .endm

/* Goes to the label when the GIC is one without system registers (ID_AA64PFR0_EL1.GIC). */
    .macro system_registers otherwise
    mrs     x2, id_aa64pfr0_el1
    tst     x2, #(0xf << 24)
    b.eq    \otherwise
    .endm

/* SRE, DFB, DIB and Enable for a register that SCR_EL3.NS must be set for; they are left in x3. */
    .macro non_secure_sre reg
    security 1
    isb
    mov     x3, #0xf
    msr     \reg, x3
    security 0
    isb
    .endm

/* EL2 as EL1 wants it, whether it is set up from there or from EL3. */
    .macro set_up_el2
    mov     x2, #(1 << 31)               /* RW */
    msr     hcr_el2, x2
    mov     x2, #3
    msr     cnthctl_el2, x2
    msr     cptr_el2, xzr
    msr     cntvoff_el2, xzr
    mrs     x2, midr_el1
    msr     vpidr_el2, x2
    mrs     x2, mpidr_el1
    msr     vmpidr_el2, x2
    adr_l   x2, vectors_el2
    msr     vbar_el2, x2
    ldr     x2, =0x30c50830
    msr     sctlr_el2, x2
    isb
    .endm

    .section .text.boot, "ax"
    .global _start
_start:
    msr     daifset, #0xf
    msr     spsel, #1
    mrs     x0, mpidr_el1
    and     x0, x0, #0xff
    mov     x1, #STACK_SIZE
    adr_l   x2, stacks
    add     x3, x0, #1
    madd    x2, x3, x1, x2
    mov     sp, x2
    mrs     x1, CurrentEL
    lsr     x1, x1, #2
    cmp     x1, #2
    b.eq    at_el2
    b.lo    at_el1

    adr_l   x2, vectors_el3
    msr     vbar_el3, x2
    msr     cptr_el3, xzr
    msr     mdcr_el3, xzr
    security 0
    ldr     x2, =0x30c50830              /* RES1, no MMU */
    msr     sctlr_el3, x2
    system_registers 1f
    mov     x2, #0xf                     /* SRE, DFB, DIB, Enable */
    msr     s3_6_c12_c12_5, x2           /* ICC_SRE_EL3 */
    isb
    non_secure_sre s3_0_c12_c12_5        /* ICC_SRE_EL1 */
    msr     s3_0_c12_c12_5, x3           /* the Secure copy */
1:  mrs     x2, id_aa64pfr0_el1
    tst     x2, #0xf00                   /* EL2? */
    b.eq    at_el1
    mov     x2, #STACK_SIZE              /* for what EL2 traps of EL1 */
    adr_l   x3, stacks_el2
    add     x4, x0, #1
    madd    x2, x4, x2, x3
    msr     sp_el2, x2
    system_registers 1f
    non_secure_sre s3_4_c12_c9_5         /* ICC_SRE_EL2 */
1:  set_up_el2
    b       at_el1

at_el2:
    system_registers 1f
    mov     x2, #0xf
    msr     s3_4_c12_c9_5, x2            /* ICC_SRE_EL2 */
    isb
    msr     s3_0_c12_c12_5, x2           /* ICC_SRE_EL1 */
1:  set_up_el2

at_el1:
    adr_l   x2, vectors_el1
    msr     vbar_el1, x2
    ldr     x2, =0x30d00800
    msr     sctlr_el1, x2
    isb
    bl      interpreter
2:  wfe
    b       2b

/* lower(fn, argument, spsr, stack): runs, at EL1 with that stack or at EL2 with its own,
 * fn(argument) at the Exception level of spsr and comes back by SMC to EL3, by HVC to EL2.
 * @return what fn returned. EL3, or EL2 of a machine without EL3, alone calls it. */
    .global lower
lower:
    stp     x29, x30, [sp, #-96]!
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    mrs     x4, CurrentEL
    cmp     x4, #(2 << 2)
    b.eq    2f
    msr     spsr_el3, x2
    adr     x4, lower_entry
    msr     elr_el3, x4
    and     x4, x2, #0xc
    cmp     x4, #8
    b.eq    1f
    msr     sp_el1, x3
1:  eret
2:  msr     spsr_el2, x2
    adr     x4, lower_entry_of_el2
    msr     elr_el2, x4
    msr     sp_el1, x3
    eret

    .macro lower_entry_by call
    mov     x2, x0
    mov     x0, x1
    blr     x2
    \call     #0
    .endm
lower_entry:
    lower_entry_by smc
    .global lower_exit
lower_exit:                              /* from EL2, when a step of EL1 is abandoned */
    smc     #0
lower_entry_of_el2:
    lower_entry_by hvc

/* From the vector of SMC or HVC: SP is where lower() left it. */
    .global lower_return
lower_return:
    ldp     x19, x20, [sp, #16]
    ldp     x21, x22, [sp, #32]
    ldp     x23, x24, [sp, #48]
    ldp     x25, x26, [sp, #64]
    ldp     x27, x28, [sp, #80]
    ldp     x29, x30, [sp], #96
    ret

/* ---- vectors ------------------------------------------------------------------------------ */
    .macro entry label
    .balign 128
    b       \label
    .endm

    .macro table el
    .balign 2048
vectors_el\el:
    .rept 4
    entry   unexpected
    .endr
    entry   sync_el\el                   /* current level */
    entry   irq_el\el
    entry   fiq_el\el
    entry   unexpected
    entry   sync_el\el                   /* lower level */
    entry   irq_el\el
    entry   fiq_el\el
    entry   unexpected
    .rept 4
    entry   unexpected
    .endr

irq_el\el:
    save_frame
    mov     x0, #\el
    b       interrupt_el\el
fiq_el\el:
    save_frame
    mov     x0, #(0x10 + \el)
interrupt_el\el:
    mrs     x1, elr_el\el
    mrs     x2, spsr_el\el
    stp     x1, x2, [sp, #FRAME_ELR]
    add     x1, sp, #FRAME_ELR
    bl      take_interrupt
    ldp     x1, x2, [sp, #FRAME_ELR]
    msr     elr_el\el, x1
    msr     spsr_el\el, x2
    restore_frame
    eret

    /* An access that is UNDEFINED or trapped: note it and pass it over. */
sync_el\el:
    .if \el != 1
    stp     x16, x17, [sp, #-16]!
    mrs     x16, esr_el\el
    lsr     x16, x16, #26
    cmp     x16, #(0x14 + \el)           /* SMC to EL3, HVC to EL2, AArch64 */
    ldp     x16, x17, [sp], #16
    b.eq    lower_return
    .endif
    save_frame
    mrs     x0, esr_el\el
    mrs     x1, elr_el\el
    add     x2, x1, #4
    msr     elr_el\el, x2
    bl      take_exception
    restore_frame
    eret
    .endm

    .text
    table 1
    table 2
    table 3

unexpected:
    b       give_up

/* ---- system registers: 32 bytes each, read at 0, write at 16 ------------------------------- */
    .balign 32
    .global sysreg_access
sysreg_access:
#define A64_SYSREG_EXT(name, op0, op1, crn, crm, op2, ...) \
    SYSREG_THUNK s##op0##_##op1##_c##crn##_c##crm##_##op2 ;
    .macro SYSREG_THUNK encoding
    .balign 32
    mrs     x0, \encoding
    ret
    nop
    nop
    msr     \encoding, x0
    isb
    ret
    nop
    .endm
#include "../sysregs.def"

    .section .bss
    .balign 4096
stacks:
    .skip   8 * STACK_SIZE
stacks_el2:
    .skip   8 * STACK_SIZE
