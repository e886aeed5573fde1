/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file asm.h
 * @brief Layouts shared by assembler and C: exception frame and world context, in bytes.
 *
 * Reserved registers: the compiler never uses x27 and x28 (-ffixed-x27 -ffixed-x28), so that the
 * first instruction of an interrupt vector can read PMCCNTR_EL0 without saving anything before:
 * x28 at EL1, x27 at EL3.
 */
#ifndef FW_ASM_H
#define FW_ASM_H

/* Exception frame on the stack of EL1 (struct trap_frame). */
#define FRAME_X0    0
#define FRAME_X18   144
#define FRAME_X30   152
#define FRAME_ELR   160
#define FRAME_SPSR  168
#define FRAME_STAMP 176
#define FRAME_SIZE  192

/* World context (struct world_context). x0..x30 first. */
#define CTX_X0          0
#define CTX_X30         240
#define CTX_SP_EL0      248
#define CTX_SP_EL1      256
#define CTX_ELR         264
#define CTX_SPSR        272
#define CTX_SCR         280
#define CTX_SCTLR       288
#define CTX_TCR         296
#define CTX_TTBR0       304
#define CTX_TTBR1       312
#define CTX_MAIR        320
#define CTX_AMAIR       328
#define CTX_VBAR        336
#define CTX_CPACR       344
#define CTX_CONTEXTIDR  352
#define CTX_ELR_EL1     360
#define CTX_SPSR_EL1    368
#define CTX_ESR_EL1     376
#define CTX_FAR_EL1     384
#define CTX_TPIDR_EL0   392
#define CTX_TPIDRRO_EL0 400
#define CTX_TPIDR_EL1   408
#define CTX_PAR         416
#define CTX_CNTKCTL     424
#define CTX_SIZE        432

#endif
