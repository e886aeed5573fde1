/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hypervisor and its guest: an SPI is taken at EL2 and given to the guest by a list register that is
 * linked to it; the guest acknowledges and ends it, which deactivates the SPI; then the maintenance
 * interrupt arrives as PPI 25. Exits with 0; else the number of the check that failed.
 */
#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_DIR_EL1     S3_0_C12_C11_1
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_CTLR_EL1    S3_0_C12_C12_4
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICH_HCR_EL2     S3_4_C12_C11_0
#define ICH_VMCR_EL2    S3_4_C12_C11_7
#define ICH_LR0_EL2     S3_4_C12_C12_0
#define SPI             100
#define VINTID          77

    .globl _start
_start:
    mov x28, #1                 // not at EL2
    mrs x0, CurrentEL
    cmp x0, #8
    b.ne out
    adr x0, host_vectors
    msr VBAR_EL2, x0
    adr x0, guest_vectors
    msr VBAR_EL1, x0
    mov x20, #0x08000000        // GICD
    mov w0, #2
    str w0, [x20]               // GICD_CTLR: Group 1
    movz x21, #0x080a, lsl #16  // GICR
    str wzr, [x21, #0x14]       // GICR_WAKER
1:  ldr w0, [x21, #0x14]
    tbnz w0, #2, 1b
    add x21, x21, #0x10000      // SGI_base
    mov w1, #(1 << 25)
    str w1, [x21, #0x80]        // GICR_IGROUPR0
    str w1, [x21, #0x100]       // GICR_ISENABLER0
    mov w1, #(1 << (SPI % 32))
    str w1, [x20, #(0x80 + SPI / 32 * 4)]
    mov w0, #0xa0
    strb w0, [x20, #(0x400 + SPI)]
    mov x0, #(0x6000 + 8 * SPI)
    str xzr, [x20, x0]          // GICD_IROUTER: this PE
    str w1, [x20, #(0x100 + SPI / 32 * 4)]
    mov x0, #0xf0
    msr ICC_PMR_EL1, x0
    mov x0, #2
    msr ICC_CTLR_EL1, x0        // EOImode
    mov x0, #1
    msr ICC_IGRPEN1_EL1, x0
    msr ICH_HCR_EL2, x0
    movz x0, #0xf800, lsl #16
    orr x0, x0, #2
    msr ICH_VMCR_EL2, x0        // the guest's: Group 1, nothing masked
    movz x0, #0x8000, lsl #16
    orr x0, x0, #0x18
    msr HCR_EL2, x0             // RW, IMO, FMO
    mov x0, #0x345              // EL1h, interrupts unmasked
    msr SPSR_EL2, x0
    adr x0, guest
    msr ELR_EL2, x0
    mov x19, #0                 // what the guest has taken
    mov x28, #2                 // the guest waits for ever
    str w1, [x20, #(0x200 + SPI / 32 * 4)] // GICD_ISPENDR
    isb
    eret

/* The physical interrupt, from the guest. */
host_irq:
    mrs x0, ICC_IAR1_EL1
    mov x28, #3
    cmp x0, #SPI
    b.ne out
    msr ICC_EOIR1_EL1, x0
    mov x1, #VINTID
    orr x1, x1, x0, lsl #32
    movz x2, #0x7080, lsl #48   // Pending, HW, Group 1, priority 0x80
    orr x1, x1, x2
    msr ICH_LR0_EL2, x1
    isb
    eret

/* The guest is done. */
host_call:
    mov x28, #4
    cmp x19, #VINTID
    b.ne out
    mov x28, #5
    mrs x0, ICH_LR0_EL2
    lsr x0, x0, #62
    cbnz x0, out                // Invalid
    mov x28, #6
    mov w2, #4096
1:  ldr w0, [x20, #(0x300 + SPI / 32 * 4)] // GICD_ISACTIVER
    subs w2, w2, #1
    b.eq out
    tbnz w0, #(SPI % 32), 1b
    mov x28, #7
    mov x0, #3
    msr ICH_HCR_EL2, x0         // UIE: no list register is in use
    isb
    mov w2, #4096
1:  mrs x0, ICC_IAR1_EL1
    subs w2, w2, #1
    b.eq out
    cmp x0, #25
    b.ne 1b
    mov x1, #1
    msr ICH_HCR_EL2, x1
    isb
    msr ICC_EOIR1_EL1, x0
    msr ICC_DIR_EL1, x0
    mov x28, #0
out:
    adr x1, block
    str x28, [x1, #8]
    mov w0, #0x18
    hlt #0xf000
    b .

guest:
    cbz x19, guest
    hvc #0

guest_irq:
    mrs x0, ICC_IAR1_EL1
    mov x19, x0
    msr ICC_EOIR1_EL1, x0
    isb
    eret

    .balign 2048
host_vectors:
    .space 0x400
    b host_call
    .space 0x7c
    b host_irq
    .space 0x37c
    .balign 2048
guest_vectors:
    .space 0x280
    b guest_irq
    .space 0x57c
    .balign 8
block:
    .quad 0x20026, 0
