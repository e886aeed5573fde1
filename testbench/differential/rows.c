/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "gic/regs.h"
#include "sysreg_ids.h"

#include <string.h>

const diff_row diff_rows[] = {
#define GICD_REG(name, offset, span, first, bits, element, widths, flags, read, write, reset, \
                 mask)                                                                        \
    {#name, DIFF_FRAME_GICD, offset, span, bits, element, widths, flags, mask},
#define GICR_REG(name, offset, span, first, bits, element, widths, flags, read, write, reset, \
                 mask)                                                                        \
    {#name, DIFF_FRAME_GICR, offset, span, bits, element, widths, flags, mask},
#define GITS_REG(name, offset, span, element, widths, flags, read, write, reset, mask) \
    {#name, DIFF_FRAME_GITS, offset, span, 0, element, widths, flags, mask},
#include "gicd.def"
#include "gicr.def"
#include "gits.def"
#undef GICD_REG
#undef GICR_REG
#undef GITS_REG
#define GICD2_REG(name, offset, span, first, bits, element, widths, flags, read, write, reset, \
                  mask)                                                                        \
    {#name, DIFF_FRAME_GICD2, offset, span, bits, element, widths, flags, mask},
#define GICR2_REG(name, offset, span, first, bits, element, widths, flags, read, write, reset, \
                  mask)                                                                        \
    {#name, DIFF_FRAME_GICD2, offset, span, bits, element, widths, flags, mask},
#define GICC_REG(name, offset, span, element, flags, read, write, reset, mask) \
    {#name, DIFF_FRAME_GICC, offset, span, 0, element, GIC_W32, flags, mask},
#define GICH_REG(name, offset, span, element, flags, read, write, reset, mask) \
    {#name, DIFF_FRAME_GICH, offset, span, 0, element, GIC_W32, flags, mask},
#define GICV_REG(name, offset, span, element, flags, read, write, reset, mask) \
    {#name, DIFF_FRAME_GICV, offset, span, 0, element, GIC_W32, flags, mask},
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
};
const size_t diff_row_count = sizeof diff_rows / sizeof diff_rows[0];

const diff_field diff_fields[] = {
#define GIC_FIELD(reg, field, high, low) {#reg, #field, high, low},
#include "gicc_fields.def"
#include "gicd_fields.def"
#include "gicr_fields.def"
#include "gits_fields.def"
#include "icc_fields.def"
#undef GIC_FIELD
};
const size_t diff_field_count = sizeof diff_fields / sizeof diff_fields[0];

static const struct {
    uint64_t base, bytes;
    const char *name;
    bool gicv2;
} frames[] = {{DIFF_GICD, 0x10000, "GICD", false}, {DIFF_GICR, 0, "GICR", false},
              {DIFF_GITS, 0x20000, "GITS", false}, {DIFF_GICD, 0x1000, "GICD", true},
              {DIFF_GICC, 0x2000, "GICC", true},   {DIFF_GICH, 0x1000, "GICH", true},
              {DIFF_GICV, 0x2000, "GICV", true}};

/** Redistributors that have room on the board, whether a PE is behind them or not. */
#define REDISTRIBUTORS 123

uint64_t row_address(unsigned row, unsigned pe, uint32_t offset)
{
    const diff_row *r = &diff_rows[row];
    uint64_t base = frames[r->frame].base + r->offset + offset;
    return r->frame == DIFF_FRAME_GICR ? base + pe * DIFF_STRIDE : base;
}

static bool find_frame(bool gicv2, uint64_t address, unsigned *frame, uint64_t *offset)
{
    for (unsigned i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        uint64_t bytes = i == DIFF_FRAME_GICR ? REDISTRIBUTORS * DIFF_STRIDE : frames[i].bytes;
        if (frames[i].gicv2 == gicv2 && address - frames[i].base < bytes) {
            *frame = i;
            *offset = address - frames[i].base;
            return true;
        }
    }
    return false;
}

diff_place row_find(const diff_program *program, uint64_t address)
{
    diff_place place = {-1, 0, 0, NULL};
    unsigned frame = 0;
    uint64_t offset = 0;
    if (!find_frame(program->gicv2, address, &frame, &offset))
        return place;
    place.frame = frames[frame].name;
    if (frame == DIFF_FRAME_GICR) {
        place.pe = (unsigned)(offset / DIFF_STRIDE);
        offset %= DIFF_STRIDE;
    }
    place.offset = (uint32_t)offset;
    for (unsigned i = 0; i < diff_row_count; i++) {
        const diff_row *row = &diff_rows[i];
        if ((unsigned)row->frame == frame && offset - row->offset < row->span) {
            place.row = (int)i;
            place.offset = (uint32_t)offset - row->offset;
            break;
        }
    }
    return place;
}

const char *row_name(unsigned row)
{
    static const char *const names[] = {
#define GICD2_REG(name, ...) #name " (v2)",
#define GICR2_REG(name, ...) #name " (v2)",
#include "gicd2.def"
#include "gicr2.def"
#undef GICD2_REG
#undef GICR2_REG
    };
    unsigned number = row - ROWS_OF_GICV3;
    return row >= ROWS_OF_GICV3 && number < sizeof names / sizeof names[0] ? names[number]
                                                                           : diff_rows[row].name;
}

static const char *const sysreg_names[] = {
#define A64_SYSREG_EXT(name, ...) #name,
#include "sysregs.def"
#undef A64_SYSREG_EXT
};

const char *sysreg_name(uint64_t number)
{
    return number < DIFF_SYSREGS ? sysreg_names[number] : "?";
}

/** What the CPU interface has: bit 0 a row, bit 1 to be read, bit 2 to be written. */
enum { HAS_ROW = 1, HAS_READ = 2, HAS_WRITE = 4 };

static unsigned sysreg_has(uint64_t number)
{
    static const struct {
        const char *name;
        unsigned has;
    } known[] = {
#define GIC_SYSREG(name, read, write) \
    {#name, ((read) ? HAS_READ : 0u) | ((write) ? HAS_WRITE : 0u)},
#include "gic/sysreg.def"
#undef GIC_SYSREG
    };
    static const unsigned rows[] = {
#define CPUIF_REG(name, ...) DIFF_##name,
#include "icc_regs.def"
#undef CPUIF_REG
    };
    unsigned has = 0;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        has |= rows[i] == number ? HAS_ROW : 0;
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].name, sysreg_name(number)) == 0)
            return has | known[i].has;
    }
    return has | HAS_READ | HAS_WRITE;
}

bool sysreg_is_row(uint64_t number)
{
    return (sysreg_has(number) & HAS_ROW) != 0;
}

bool sysreg_readable(uint64_t number)
{
    return (sysreg_has(number) & HAS_READ) != 0;
}

bool sysreg_writable(uint64_t number)
{
    return (sysreg_has(number) & HAS_WRITE) != 0;
}

const char *command_name(unsigned opcode)
{
    static const struct {
        unsigned opcode;
        const char *name;
    } commands[] = {
#define ITS_COMMAND(opcode, name, ...) {opcode, #name},
#include "its_commands.def"
#undef ITS_COMMAND
    };
    for (unsigned i = 1; i < sizeof commands / sizeof commands[0]; i++) { /* row 0 is no command */
        if (commands[i].opcode == opcode)
            return commands[i].name;
    }
    return NULL;
}
