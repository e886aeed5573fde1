/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named register fields. A room lists its fields once, in a .def file of rows
 *
 *     GIC_FIELD(GICD_TYPER, CPUNumber, 7, 5)      register, field, high bit, low bit
 *
 * in the order of the manual, and includes it between GIC_FIELDS_BEGIN and GIC_FIELDS_END to make
 * the constants that GIC_GET, GIC_PUT and GIC_FIELD_MASK use.
 */
#ifndef GIC_FIELDS_H
#define GIC_FIELDS_H

#include "gic/defs.h"

/** Expansion of GIC_FIELD that declares the constants of one field (use inside an enum). */
#define GIC_FIELD_CONSTANTS(reg, field, high, low) \
    reg##_##field##_HIGH = (high), reg##_##field##_LOW = (low),

/** A row of a field table: for documentation, sweeps and comparison with other sources. */
typedef struct gic_field_row {
    const char *reg;
    const char *field;
    uint8_t high;
    uint8_t low;
} gic_field_row;

/** Expansion of GIC_FIELD that makes a table row. */
#define GIC_FIELD_TABLE_ROW(reg, field, high, low) {#reg, #field, (high), (low)},

/** Mask of bits @p high to @p low. */
static inline uint64_t gic_mask(unsigned high, unsigned low)
{
    return (~UINT64_C(0) >> (63u - (high - low))) << low;
}

/** The field of @p value, shifted down. */
static inline uint64_t gic_extract(uint64_t value, unsigned high, unsigned low)
{
    return (value & gic_mask(high, low)) >> low;
}

/** @p value with the field replaced by @p bits (excess bits of @p bits are dropped). */
static inline uint64_t gic_deposit(uint64_t value, unsigned high, unsigned low, uint64_t bits)
{
    uint64_t mask = gic_mask(high, low);
    return (value & ~mask) | ((bits << low) & mask);
}

/** Mask of a named field, in place. */
#define GIC_FIELD_MASK(reg, field) gic_mask(reg##_##field##_HIGH, reg##_##field##_LOW)
/** Value of a named field of @p value. */
#define GIC_GET(reg, field, value) gic_extract((value), reg##_##field##_HIGH, reg##_##field##_LOW)
/** @p value with a named field set to @p bits. */
#define GIC_PUT(reg, field, value, bits) \
    gic_deposit((value), reg##_##field##_HIGH, reg##_##field##_LOW, (uint64_t)(bits))
/** A register value that has only the named field, set to @p bits. */
#define GIC_MAKE(reg, field, bits) GIC_PUT(reg, field, 0, bits)

#endif
