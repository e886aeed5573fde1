/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the firmware of random instruction streams and their generator agree on: where things lie,
 * and the header in front of the code.
 *
 * RAM (physical and, up to the code, virtual): firmware, program (header page, then code), data.
 * The data's pages are seen through windows in virtual space, each with its own rights, and again
 * through TTBR1 by the same tables. With stage 2 the windows lead to intermediate physical
 * addresses of their own, whose rights the stream changes by HVC: of two guests, that is of two
 * sets of tables with a VMID each, and with the stage 1 of both.
 *
 * With VHE and no stage 2 all of it runs at EL2 with HCR_EL2.E2H and TGE: the firmware's own EL1
 * names are EL2's then. With both EL2 has E2H and its guest is at EL1.
 */
#ifndef STREAM_LAYOUT_H
#define STREAM_LAYOUT_H

#define STREAM_FIRMWARE 0x40200000
#define STREAM_TABLES   0x40380000 /* levels 1, 2 and 3, a page each */
#define STREAM_HYP      0x40390000 /* tables of stage 2, STREAM_HYP_PAGES of each guest */
#define STREAM_PROGRAM  0x40400000 /* header */
#define STREAM_CODE     0x40401000
#define STREAM_DATA     0x40600000 /* physical pages behind the windows */

/* Windows: 64 KiB apart, the first STREAM_PAGES pages of each are there. */
#define STREAM_WINDOWS     0x50000000
#define STREAM_WINDOW_SIZE 0x10000
#define STREAM_PAGES       4
#define STREAM_PAGE        4096

/* The 2 MiB after the windows: a block over the data, when the stream says so. */
#define STREAM_BLOCK 0x50200000

/* Where TTBR1 shows what TTBR0 has at address 0. */
#define STREAM_HIGH 0xffffff8000000000

/* Stage 2: where the windows lead, 2 MiB whose first pages are the data's. */
#define STREAM_IPA       0x60000000
#define STREAM_HYP_PAGES 4 /* levels 1, 2, 3 of the firmware, 3 of the data */
#define STREAM_GUESTS    2

/*
 * HVC: a group of pages gets other rights and is invalidated in one of the ways that do; the other
 * guest; AT of the address in a register, by both stages or by the first. 0: the end.
 */
#define STREAM_HVC_RIGHTS 0x1000 /* + how << 8 | group << 4 | rights */
#define STREAM_HVC_SWITCH 0x2000
#define STREAM_HVC_AT     0x3000 /* + which << 8 | register */
#define STREAM_HVC_EL12   0x4000 /* + register: EL2 reads and writes by _EL12 and _EL02 names */
#define STREAM_HOWS       3
#define STREAM_GROUPS     6 /* the last: the page of stage 1's tables of level 3 */
#define STREAM_RIGHTS     8
#define STREAM_ATS        8

/* Immediates of SVC that mean something; all others are just exceptions. */
#define STREAM_SVC_LEVEL      0x10 /* from EL0 to EL1, or from EL1 to EL0 */
#define STREAM_SVC_CHECKPOINT 0x11
#define STREAM_SVC_END        0xff

/* Attributes of a page of Normal memory that nobody executes, to which AP and AF are added. */
#define STREAM_PAGE_BITS 0x0060000000000303
#define STREAM_AF        0x400
#define STREAM_AP_EL0    0x40
#define STREAM_AP_RO     0x80
#define STREAM_PXN       0x0020000000000000
#define STREAM_NG        0x800

#ifndef __ASSEMBLER__
#include <stdint.h>

/** Rights of the windows, in order. */
typedef enum stream_window {
    STREAM_RW,       /**< Read and write, EL0 and EL1. */
    STREAM_RO,       /**< Read only, both. */
    STREAM_EL1_RW,   /**< EL1 only. */
    STREAM_ALIAS,    /**< The pages of the first window again. */
    STREAM_NO_AF,    /**< Access flag clear. */
    STREAM_CHANGING, /**< Not mapped at first; the stream changes its descriptors. */
    STREAM_EL1_RO,   /**< EL1 only, read only. */
    STREAM_SELF,     /**< EL1 only, read, write and execute: code that the stream writes. */
    STREAM_WINDOW_COUNT
} stream_window;

/** The header of a program. */
typedef struct stream_header {
    uint64_t trace; /**< Print a line at each checkpoint. */
    uint64_t dump;  /**< Print everything at this checkpoint and end; 0: never. */
    uint64_t sctlr; /**< Bits of SCTLR_EL1 besides those of translation. */
    uint64_t seed;  /**< Of the data's content. */
    uint64_t x[31];
    uint64_t sp;
    uint64_t v[64];
    uint64_t fpcr, fpsr, spsr;
    uint64_t stage2; /**< Not 0: starts at EL2, with stage 2 on. */
    uint64_t vhe;    /**< Not 0: starts at EL2, with HCR_EL2.E2H. */
} stream_header;
#endif

#endif
