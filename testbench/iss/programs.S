/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest programs of the ISS tests, linked at 0x40000000. A test starts one by its symbol (programs.h
 * is made from the symbol table). Unless said otherwise a program ends in HVC #0, which the machine
 * of the tests reports as a conduit call, with its results in x0 and up.
 */
    .arch armv8-a+lse+crc

    .equ TABLE, 0x40100000
    .equ STACK, 0x40200000

/* ---- vectors: record ESR, ELR, FAR, SPSR of the level in x20..x23 and x24 = vector offset, stop. */
    .macro record level, offset
    .balign 0x80
    mrs x20, esr_\level
    mrs x21, elr_\level
    mrs x22, far_\level
    mrs x23, spsr_\level
    mov x24, #\offset
    hvc #0x77
    .endm

    .macro vectors level
    .balign 0x800
    .globl vectors_\level
vectors_\level:
    record \level, 0x000
    record \level, 0x080
    record \level, 0x100
    record \level, 0x180
    record \level, 0x200
    record \level, 0x280
    record \level, 0x300
    record \level, 0x380
    record \level, 0x400
    record \level, 0x480
    record \level, 0x500
    record \level, 0x580
    record \level, 0x600
    record \level, 0x680
    record \level, 0x700
    record \level, 0x780
    .endm

    .globl _start
_start:
    b .
    vectors el1
    vectors el2
    vectors el3

/* ---- sets VBAR of every level up to the current one; x30 link, clobbers x0 */
set_vectors:
    mrs x0, currentel
    cmp x0, #8
    b.lo 1f
    b.eq 2f
    ldr x0, =vectors_el3
    msr vbar_el3, x0
2:  ldr x0, =vectors_el2
    msr vbar_el2, x0
1:  ldr x0, =vectors_el1
    msr vbar_el1, x0
    isb
    ret

/*
 * ---- MMU on at EL1: identity, Normal memory; EL1 only below 0x40600000, above it open to EL0 too
 * and therefore not executable at EL1.
 */
    .globl mmu_on
mmu_on:
    bl set_vectors
    ldr x1, =TABLE
    ldr x2, =TABLE + 0x1000 + 3
    str x2, [x1, #8]
    ldr x2, =0x40000000 | (1 << 10) | (3 << 8) | 1
    add x3, x1, #0x1000
    mov x4, #512
1:  cmp x4, #509
    b.ne 2f
    orr x2, x2, #(1 << 6)
2:  str x2, [x3], #8
    add x2, x2, #0x200000
    subs x4, x4, #1
    b.ne 1b
    msr ttbr0_el1, x1
    mov x2, #0xff
    msr mair_el1, x2
    ldr x2, =25 | (1 << 23) | (2 << 32)
    msr tcr_el1, x2
    isb
    mrs x2, sctlr_el1
    orr x2, x2, #1
    msr sctlr_el1, x2
    isb
    hvc #0

/* ---- drop from EL3 to the level in x0 (SPSR value) at the address in x1, SCR_EL3 = x2 */
    .globl drop_el3
drop_el3:
    mov x3, x0
    bl set_vectors
    msr scr_el3, x2
    msr spsr_el3, x3
    msr elr_el3, x1
    isb
    eret

/* ---- one instruction each, for exceptions */
    .globl prog_svc
prog_svc:
    svc #0x1234
    .globl prog_hvc
prog_hvc:
    hvc #0x1235
    .globl prog_smc
prog_smc:
    smc #0x1236
    .globl prog_brk
prog_brk:
    brk #0x1237
    .globl prog_udf
prog_udf:
    .word 0
    .globl prog_fp
prog_fp:
    fadd d0, d1, d0
    hvc #0
    .globl prog_fp_el2
prog_fp_el2: /* what EL3 says of EL2 and EL1, then down to PSTATE x0 at x1 with SCR_EL3 = x2 */
    msr cptr_el2, x4
    msr cptr_el3, x5
    msr cpacr_el1, x6
    msr hcr_el2, x7
    b drop_el3
    .globl prog_fpen
prog_fpen:
    msr cpacr_el1, x0
    hvc #0
    .globl prog_fpcr
prog_fpcr:
    msr fpcr, x0
    mrs x0, fpcr
    msr fpsr, x1
    mrs x1, fpsr
    hvc #0
    .globl prog_ldp_q
prog_ldp_q: /* post-indexed */
    ldp q1, q2, [x9], #32
    hvc #0
    .globl prog_stp_q
prog_stp_q:
    stp q1, q2, [x9, #-32]!
    hvc #0
    .globl prog_st4
prog_st4:
    st4 {v1.4s-v4.4s}, [x9], #64
    hvc #0
    .globl prog_ld1_sp
prog_ld1_sp:
    mov sp, x9
    ld1 {v1.16b}, [sp], #16
    hvc #0
    .globl prog_load
prog_load:
    ldr x10, [x9]
    hvc #0
    .globl prog_store
prog_store:
    str x10, [x9]
    hvc #0
    .globl prog_load32
prog_load32:
    ldr w10, [x9]
    hvc #0
    .globl prog_branch
prog_branch:
    br x9
    .globl prog_sp
prog_sp:
    mov sp, x9
    ldr x10, [sp]
    hvc #0
    .globl prog_eret
prog_eret:
    eret
    .globl prog_nop
prog_nop:
    nop
    nop
    nop
    nop
    hvc #0
    .globl prog_stop
prog_stop:
    hvc #0

/* ---- loops */
    .globl prog_spin
prog_spin:
    add x0, x0, #1
    b prog_spin

    .globl prog_count
prog_count: /* x0 rounds of 4 instructions */
    add x1, x1, #1
    ldr x3, [x2]
    subs x0, x0, #1
    b.ne prog_count
    hvc #0

/* ---- interrupts: unmask, spin; the vector of the tests stops */
    .globl prog_unmask
prog_unmask:
    msr daifclr, #3
    nop
    nop
    hvc #0

/* ---- the CPU interface masks or acknowledges: the line falls inside the access (P-30) */
    .globl prog_iar
prog_iar:
    mrs x0, S3_0_C12_C12_0 /* ICC_IAR1_EL1, interrupts still masked */
    msr daifclr, #2
    mov x1, #1
    msr daifset, #2
    hvc #0
    .globl prog_pmr
prog_pmr:
    msr S3_0_C4_C6_0, xzr /* ICC_PMR_EL1 */
    msr daifclr, #2
    mov x1, #1
    msr daifset, #2
    hvc #0
    .globl prog_pmr_open
prog_pmr_open: /* the line rises inside the write: taken before the next instruction */
    mov x1, #0
    mov x0, #0xff
    msr S3_0_C4_C6_0, x0
    mov x1, #1
    mov x1, #2
    hvc #0

/* ---- WFI, WFE */
    .globl prog_wfi
prog_wfi:
    mov x0, #1
    wfi
    mov x0, #2
    hvc #0
    .globl prog_wfe
prog_wfe:
    sevl
    wfe
    mov x0, #1
    wfe
    mov x0, #2
    hvc #0
    .globl prog_sev
prog_sev:
    sev
    hvc #0

/* ---- spin lock taken with WFE: x2 lock address */
    .globl prog_lock
prog_lock:
    mov w1, #1
    sevl
1:  wfe
    ldaxr w0, [x2]
    cbnz w0, 1b
    stxr w0, w1, [x2]
    cbnz w0, 1b
    hvc #0
    .globl prog_unlock
prog_unlock:
    stlr wzr, [x2]
    hvc #0

/* ---- exclusives */
    .globl prog_exclusive
prog_exclusive: /* x2 address */
    ldxr x0, [x2]
    .globl prog_exclusive_store
prog_exclusive_store:
    add x1, x0, #1
    stxr w3, x1, [x2]
    hvc #0
    .globl prog_exclusive_clrex
prog_exclusive_clrex:
    ldxr x0, [x2]
    clrex
    stxr w3, x0, [x2]
    hvc #0
    .globl prog_exclusive_pair
prog_exclusive_pair:
    ldaxp x0, x1, [x2]
    add x0, x0, #1
    add x1, x1, #2
    stlxp w3, x0, x1, [x2]
    hvc #0
    .globl prog_plain_store
prog_plain_store:
    str x4, [x2]
    hvc #0

/* ---- self-modifying code: patches `patched` from mov x0,#1 to the word in w1 and calls it */
    .globl prog_patch
prog_patch:
    mov x19, x30
    bl patched
    mov x5, x0
    adr x2, patched
    str w1, [x2]
    dc cvau, x2
    dsb ish
    ic ivau, x2
    dsb ish
    isb
    bl patched
    hvc #0
    .globl patched
patched:
    mov x0, #1
    ret

/* ---- performance monitors */
    .globl prog_pmu
prog_pmu: /* cycle counter and instructions over x0 rounds of two instructions */
    mov x1, #8
    msr pmselr_el0, xzr
    isb
    msr pmxevtyper_el0, x1
    ldr x1, =0x80000001
    msr pmcntenset_el0, x1
    mov x1, #7
    msr pmcr_el0, x1
    isb
    mrs x2, pmccntr_el0
    mrs x4, pmevcntr0_el0
1:  subs x0, x0, #1
    b.ne 1b
    mrs x3, pmccntr_el0
    mrs x5, pmevcntr0_el0
    hvc #0

/* ---- system registers */
    .globl prog_ids
prog_ids:
    mrs x0, midr_el1
    mrs x1, mpidr_el1
    mrs x2, id_aa64pfr0_el1
    mrs x3, id_aa64isar0_el1
    mrs x4, id_aa64mmfr0_el1
    mrs x5, id_aa64dfr0_el1
    mrs x6, id_pfr0_el1
    mrs x7, ctr_el0
    mrs x8, dczid_el0
    mrs x9, clidr_el1
    mrs x10, mvfr0_el1
    mrs x11, mvfr1_el1
    mrs x12, mvfr2_el1
    hvc #0

    .globl prog_el0_read
prog_el0_read: /* at EL0: an ID register */
    mrs x0, midr_el1
    .globl prog_el0_ctr
prog_el0_ctr:
    mrs x0, ctr_el0
    .globl prog_el0_daif
prog_el0_daif:
    msr daifset, #2
    .globl prog_el0_wfi
prog_el0_wfi:
    wfi
    .globl prog_el0_zva
prog_el0_zva:
    dc zva, x9
    hvc #0
    .globl prog_el0_pmccntr
prog_el0_pmccntr:
    mrs x0, pmccntr_el0

    .globl prog_at
prog_at:
    at s1e1r, x9
    isb
    mrs x0, par_el1
    at s1e1w, x9
    isb
    mrs x1, par_el1
    at s1e0r, x9
    isb
    mrs x2, par_el1
    hvc #0

    .globl prog_tlbi_vae1
prog_tlbi_vae1: /* x9 operand */
    dsb ishst
    tlbi vae1, x9
    dsb ish
    isb
    hvc #0
    .globl prog_tlbi_vae1is
prog_tlbi_vae1is:
    dsb ishst
    tlbi vae1is, x9
    dsb ish
    isb
    hvc #0
    .globl prog_tlbi_vaae1
prog_tlbi_vaae1:
    tlbi vaae1, x9
    dsb ish
    isb
    hvc #0
    .globl prog_tlbi_aside1
prog_tlbi_aside1:
    tlbi aside1, x9
    dsb ish
    isb
    hvc #0
    .globl prog_tlbi_vmalle1
prog_tlbi_vmalle1:
    tlbi vmalle1
    dsb ish
    isb
    hvc #0
    .globl prog_set_ttbr0
prog_set_ttbr0:
    msr ttbr0_el1, x9
    isb
    hvc #0
/* x0 TCR, x1 TTBR0, x2 TTBR1, x3 MAIR, x4 SCTLR bits to set */
    .globl prog_mmu_setup
prog_mmu_setup:
    msr tcr_el1, x0
    msr ttbr0_el1, x1
    msr ttbr1_el1, x2
    msr mair_el1, x3
    tlbi vmalle1
    dsb ish
    ldr x5, =vectors_el1
    msr vbar_el1, x5
    isb
    mrs x5, sctlr_el1
    orr x5, x5, x4
    msr sctlr_el1, x5
    isb
    hvc #0

    .globl prog_ldtr
prog_ldtr:
    ldtr x10, [x9]
    hvc #0
    .globl prog_zva
prog_zva:
    dc zva, x9
    hvc #0

    .globl prog_mmio
prog_mmio: /* device read, write, read */
    ldr w0, [x9]
    str w0, [x9, #4]
    ldr w1, [x9, #8]
    hvc #0
    .ltorg
