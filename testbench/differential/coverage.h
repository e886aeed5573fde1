/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file coverage.h
 * @brief What the programs of a run have reached: counted by all worker processes in shared memory.
 */
#ifndef DIFF_COVERAGE_H
#define DIFF_COVERAGE_H

#include "compare.h"
#include "rows.h"
#include "sysreg_ids.h"

#include <stdatomic.h>

/** Fields of registers, at most; interrupts of one program that are told apart. */
enum { DIFF_MAX_REG_FIELDS = 512, DIFF_MAX_COUNTED = 512, DIFF_OPCODES = 256 };

/** Counters. Accesses count when both machines have made them and they were compared. */
typedef struct diff_coverage {
    atomic_ullong programs, equal, ended, steps, compared;
    atomic_ullong gicv2; /**< Programs for a GICv2. */
    atomic_ullong row_reads[ROWS], row_writes[ROWS];
    atomic_ullong field[DIFF_MAX_REG_FIELDS]; /**< Accesses in which the field was not zero. */
    atomic_ullong sysreg_reads[DIFF_SYSREGS], sysreg_writes[DIFF_SYSREGS];
    atomic_ullong virtual_reads[DIFF_SYSREGS], virtual_writes[DIFF_SYSREGS]; /**< ICV_*. */
    atomic_ullong traps; /**< Accesses of a guest that went to EL2. */
    atomic_ullong command[DIFF_OPCODES];
    atomic_ullong known[KNOWN_ROWS], known_programs[KNOWN_ROWS];
    atomic_ullong interrupts[DIFF_MAX_COUNTED]; /**< Programs by the interrupts that were taken. */
} diff_coverage;

/** Counts one program. */
void coverage_add(diff_coverage *cov, const diff_case *c, const diff_log *ours,
                  const diff_result *result);

/** The report for people. */
void coverage_print(FILE *out, const diff_coverage *cov);

/** The same as one JSON object; @p seeds, @p failed: the run's. */
void coverage_json(FILE *out, const diff_coverage *cov, uint64_t first, uint64_t last,
                   const uint64_t *failed, size_t failures);

/** Rows of known.def that a run of so many programs has to show and has not. @return their number,
 *  each named on stderr. */
unsigned coverage_missing(const diff_coverage *cov);

#endif
