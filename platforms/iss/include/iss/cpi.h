/* SPDX-License-Identifier: Apache-2.0 */
/* Cycles per instruction class: changes time, never the instruction stream. */
#ifndef ISS_CPI_H
#define ISS_CPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Instruction classes (rows: iss/cpi.def). */
typedef enum iss_cpi_class {
#define ISS_CPI(name, cycles, meaning) ISS_CPI_##name,
#include "iss/cpi.def"
#undef ISS_CPI
    ISS_CPI_COUNT
} iss_cpi_class;

/** Cycles of each class, 0 to 65535; a class that is an instruction costs at least 1. */
typedef struct iss_cpi {
    uint16_t cycles[ISS_CPI_COUNT];
} iss_cpi;

/** Fills in the loosely timed default. */
void iss_cpi_default(iss_cpi *cpi);

/** Name and meaning of a class, for listings; NULL beyond the last. */
const char *iss_cpi_name(unsigned cls);
const char *iss_cpi_meaning(unsigned cls);

/** Least cycles an instruction of this class may cost: 1, or 0 for `entry` and `wake`. */
unsigned iss_cpi_min(unsigned cls);

/** Sets the class called @p name (as in iss/cpi.def); false when there is none or out of range. */
bool iss_cpi_set(iss_cpi *cpi, const char *name, uint64_t cycles);

#ifdef __cplusplus
}
#endif

#endif
