/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file rows.h
 * @brief The registers that programs play with: the model's own rows, by name, offset and width.
 */
#ifndef DIFF_ROWS_H
#define DIFF_ROWS_H

#include "program.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bases of the frames on the `virt` board, and of what else a program touches. */
#define DIFF_GICD   UINT64_C(0x08000000)
#define DIFF_GITS   UINT64_C(0x08080000)
#define DIFF_GICR   UINT64_C(0x080A0000)
#define DIFF_STRIDE UINT64_C(0x20000)
#define DIFF_UART   UINT64_C(0x09000000)

/** Frames of registers. */
typedef enum diff_frame {
    DIFF_FRAME_GICD,
    DIFF_FRAME_GICR,
    DIFF_FRAME_GITS,
    DIFF_FRAME_GICD2, /**< Of a GICv2, and so are the ones below. */
    DIFF_FRAME_GICC,
    DIFF_FRAME_GICH,
    DIFF_FRAME_GICV
} diff_frame;

/** A register family. */
typedef struct diff_row {
    const char *name;
    diff_frame frame;
    uint32_t offset, span;  /**< In its frame. */
    uint8_t bits_per_intid; /**< 0: not by interrupt. */
    uint8_t element;        /**< Bytes of a register: 4 or 8. */
    uint8_t widths;         /**< Set of GIC_W*. */
    uint8_t flags;          /**< Set of GIC_REG_*. */
    uint64_t write_mask;    /**< Bits that software can change. */
} diff_row;

/** A field of a register (of its row, or of a system register). */
typedef struct diff_field {
    const char *owner, *name;
    uint8_t high, low;
} diff_field;

/** All rows, and the fields of all registers. */
extern const diff_row diff_rows[];
extern const size_t diff_row_count;
extern const diff_field diff_fields[];
extern const size_t diff_field_count;

/** Numbers of rows: ROW_<name>, of a GICv2 ROW2_<name>. */
enum {
#define GICD_REG(name, ...) ROW_##name,
#define GICR_REG(name, ...) ROW_##name,
#define GITS_REG(name, ...) ROW_##name,
#include "gicd.def"
#include "gicr.def"
#include "gits.def"
#undef GICD_REG
#undef GICR_REG
#undef GITS_REG
    ROWS_OF_GICV3,
    ROWS_BEFORE_GICV2 = ROWS_OF_GICV3 - 1,
#define GICD2_REG(name, ...) ROW2_##name,
#define GICR2_REG(name, ...) ROW2_##name,
#define GICC_REG(name, ...)  ROW2_##name,
#define GICH_REG(name, ...)  ROW2_##name,
#define GICV_REG(name, ...)  ROW2_##name,
#include "gicc.def"
#include "gicd2.def"
#include "gich.def"
#include "gicr2.def"
#include "gicv.def"
#undef GICD2_REG
#undef GICR2_REG
#undef GICC_REG
#undef GICH_REG
#undef GICV_REG
    ROWS
};

/** Address of byte @p offset of row @p row; of the Redistributor of @p pe where it is one's. */
uint64_t row_address(unsigned row, unsigned pe, uint32_t offset);

/** Where an address lies. */
typedef struct diff_place {
    int row;           /**< -1: in no register of a frame. */
    uint32_t offset;   /**< From the start of the row, or of the frame without a row. */
    unsigned pe;       /**< Redistributors. */
    const char *frame; /**< NULL: outside of all frames. */
} diff_place;

/** Finds the register that the program's machine has at @p address. */
diff_place row_find(const diff_program *program, uint64_t address);

/** Name of a row in reports, those of a GICv2's Distributor told from a GICv3's. */
const char *row_name(unsigned row);

/** Name of system register @p number, e.g. "ICC_PMR_EL1". */
const char *sysreg_name(uint64_t number);

/** Whether the CPU interface has system register @p number, and programs have to reach it. */
bool sysreg_is_row(uint64_t number);

/** Whether it can be read, or written. */
bool sysreg_readable(uint64_t number);
bool sysreg_writable(uint64_t number);

/** The ITS's commands: name of @p opcode, or NULL. */
const char *command_name(unsigned opcode);

#endif
