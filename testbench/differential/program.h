/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file program.h
 * @brief A random program as the interpreter firmware executes it, and the log it leaves.
 *
 * A program is a list of steps. Each names the PE that executes it; the others wait, so that what
 * happens has one order on every machine. The host writes the program into the section `.program`
 * of the firmware's ELF. Everything is little-endian, and the layout is the same on both sides.
 */
#ifndef DIFF_PROGRAM_H
#define DIFF_PROGRAM_H

#include <stdint.h>

/** Steps and PEs of a program, at most. */
#define DIFF_MAX_STEPS 1024
#define DIFF_MAX_PES   8

/** Marks the section in the ELF (little-endian "gicdiff1"). */
#define DIFF_MAGIC UINT64_C(0x3166666964636967)

/** What a step does. */
enum diff_op {
    DIFF_READ,    /**< Read `width` bytes at `address`. */
    DIFF_WRITE,   /**< Write the low `width` bytes of `value` at `address`. */
    DIFF_MRS,     /**< Read system register number `address`. */
    DIFF_MSR,     /**< Write `value` to system register number `address`. */
    DIFF_WINDOW,  /**< Take interrupts for a while, see DIFF_TAKE_*. */
    DIFF_COMMAND, /**< Four doublewords `data` to the queue slot at `address`, then `value` to
                       GITS_CWRITER; the result is GITS_CREADR. */
    DIFF_SWEEP,   /**< Read `value` registers of `width` bytes from `address` on. */
    DIFF_ACK,     /**< Read ICC_IAR0 or ICC_IAR1 (`value`), and remember what it gave. */
    DIFF_END,     /**< End the last one remembered of the interface, physical or
                     virtual, that the world has (the result is DIFF_ENDED and its INTID): EOIR and
                     DIR as DIFF_TAKE_* of `value` says. */
    DIFF_DROPPED, /**< DIR of the oldest that was ended without DIR. */
    DIFF_OPS
};

/** Where a step runs: `world`. A machine without EL3 has EL1 alone, or EL1 and EL2, and no SCR_EL3.
 */
enum {
    DIFF_LEVEL = 3,    /**< Mask: Exception level 1, 2 or 3. */
    DIFF_NS = 1 << 2,  /**< SCR_EL3.NS. */
    DIFF_FIQ = 1 << 3, /**< SCR_EL3.FIQ. */
    DIFF_IRQ = 1 << 4, /**< SCR_EL3.IRQ. */
    DIFF_IMO = 1 << 5, /**< HCR_EL2.IMO: at Non-secure EL1 Group 1 is the virtual one. */
    DIFF_FMO = 1 << 6  /**< HCR_EL2.FMO, Group 0. */
};

/** How a window takes interrupts: `value` of DIFF_WINDOW. */
enum {
    DIFF_TAKE_IRQ = 1 << 0,   /**< Unmask IRQ. */
    DIFF_TAKE_FIQ = 1 << 1,   /**< Unmask FIQ. */
    DIFF_TAKE_EOI = 1 << 2,   /**< End what was acknowledged. */
    DIFF_TAKE_DIR = 1 << 3,   /**< Deactivate it as well (it counts with EOImode=1). */
    DIFF_TAKE_NEST = 1 << 4,  /**< Interrupts stay unmasked in the handler. */
    DIFF_TAKE_RAISE = 1 << 5, /**< The first handler writes the word data[0] to `address`. */
    DIFF_TAKE_LATE = 1 << 6,  /**< End with the other order: DIR before EOIR. */
    DIFF_TAKE_CROSS = 1 << 7  /**< GICv2: end what the other Security state has acknowledged too. */
};

/** Result of DIFF_END and DIFF_DROPPED when there was one to end: this bit and its INTID. */
#define DIFF_ENDED (UINT64_C(1) << 32)

/** Acknowledged interrupts that a PE remembers; further ones are forgotten. */
#define DIFF_REMEMBERED 64

/** Interrupts that one window takes; then they are masked. */
#define DIFF_WINDOW_LIMIT 8

/** One step. */
typedef struct diff_step {
    uint8_t op;    /**< enum diff_op. */
    uint8_t pe;    /**< Who executes it. */
    uint8_t world; /**< DIFF_LEVEL, DIFF_NS, DIFF_FIQ, DIFF_IRQ. */
    uint8_t width; /**< Bytes of an access: 1, 2, 4 or 8. */
    uint32_t pad0;
    uint64_t address;
    uint64_t value;
    uint64_t data[4];
    uint64_t pad1;
} diff_step;

/** The section `.program`. */
typedef struct diff_program {
    uint64_t magic;
    uint32_t steps;
    uint32_t pes;
    uint32_t secure; /**< The machine has EL3. */
    uint32_t el2;    /**< The machine has EL2; without EL3 it starts there. */
    uint32_t gicv2;  /**< The machine has a GICv2: GICC and GICV instead of system registers. */
    uint32_t pad0;
    uint64_t pad[4];
    diff_step step[DIFF_MAX_STEPS];
} diff_program;

/** Records of the log: a line each, fields in hexadecimal, the kind first.
 *    s STEP PE EXCEPTION RESULT ISR HPPIR0 HPPIR1 RPR    after each step, as EL3 (or EL1) sees it;
 *                                                        with a GICv2 GICC_HPPIR, GICD_ISPENDR0,
 *                                                        GICC_RPR
 *    i STEP PE ENTRY EXCEPTION IAR RPR HPPIR0 HPPIR1     an interrupt taken
 *    g STEP PE ISR HCR MISR VMCR AP0R AP1R LR0 LR1 LR2 LR3
 *                                                        the virtual interface after a step of the
 *                                                        guest, or of ICH_*; ISR_EL1 as the guest
 *                                                        has it, or 0; then ICH_*; with a GICv2
 *                                                        GICH_*: AP0R is GICH_APR, AP1R GICH_ELRSR0
 *                                                        with GICH_EISR0 above it
 *    w STEP INDEX VALUE                                  a register of a sweep that is not zero
 *    end COUNT                                           the last line: number of lines before it
 *  EXCEPTION is the syndrome of the synchronous exception that the access ended in, or 0. ENTRY is
 *  the Exception level of the vector, 0x10 for FIQ, DIFF_ENTRY_GUEST when IAR and RPR are those of
 *  the virtual interface. */
#define DIFF_ENTRY_GUEST 0x20u
enum {
    DIFF_RECORD_STEP = 's',
    DIFF_RECORD_INTERRUPT = 'i',
    DIFF_RECORD_VIRTUAL = 'g',
    DIFF_RECORD_SWEEP = 'w'
};

/** Frames of a GICv2 on the board; GICD is where a GICv3 has it. */
#define DIFF_GICC UINT64_C(0x08010000)
#define DIFF_V2M  UINT64_C(0x08020000)
#define DIFF_GICH UINT64_C(0x08030000)
#define DIFF_GICV UINT64_C(0x08040000)

/** The interpreter's memory for tables: queue, device table, and so on, see layout.h. */
#define DIFF_ARENA_BASE UINT64_C(0x42000000)

#endif
