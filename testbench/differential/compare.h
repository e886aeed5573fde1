/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file compare.h
 * @brief Two logs of one program, and the differences that are explained (known.def).
 */
#ifndef DIFF_COMPARE_H
#define DIFF_COMPARE_H

#include "log.h"
#include "step.h"

/** What an explained difference means for the rest of the program. */
typedef enum known_effect {
    KNOWN_VALUE, /**< The bits are passed over, and the comparison goes on. */
    KNOWN_END    /**< The machines' states differ from here on: nothing behind it is compared. */
} known_effect;

/** Numbers of the explained differences: KNOWN_IS_<id>. */
enum {
#define KNOWN(id, ...)    KNOWN_IS_##id,
#define KNOWN_V2(id, ...) KNOWN_IS_##id,
#include "known.def"
#undef KNOWN
#undef KNOWN_V2
    KNOWN_ROWS
};

/** One pair of answers that differ. */
typedef struct diff_pair {
    const diff_case *c;
    const diff_step *step; /**< NULL: beyond the program. */
    uint32_t number;       /**< The step's. */
    char kind;             /**< DIFF_RECORD_*, of our record or, without one, of theirs. */
    int field; /**< -1: the machines did different things (records missing or others). */
    uint64_t ours, theirs;                        /**< Of the field. */
    const diff_record *our_record, *their_record; /**< NULL: missing. */
    const diff_log *our_log;                      /**< For what happened before. */
} diff_pair;

/** An explained difference. */
typedef struct known_row {
    const char *id, *rule, *text;
    known_effect effect;
    bool gicv2;    /**< Of machines with a GICv2, else of those with a GICv3. */
    bool expected; /**< Must be seen in a run of 200 programs: its absence is a finding. */
    /** Bits of the field that the row explains; for a pair without field not zero: explained. */
    uint64_t (*explains)(const diff_pair *pair);
} known_row;

extern const known_row known_rows[KNOWN_ROWS];

/** What a comparison gave. */
typedef struct diff_result {
    bool equal;                /**< But for what is explained. */
    diff_pair first;           /**< The first difference that is not. */
    char outcome[384];         /**< A run that ended badly, else empty. */
    uint32_t hits[KNOWN_ROWS]; /**< Differences that each row explained. */
    uint32_t compared;         /**< Steps compared: all, or those before a KNOWN_END. */
} diff_result;

/** Compares two logs of @p c. */
void compare_logs(const diff_case *c, const diff_log *ours, const diff_log *theirs,
                  diff_result *result);

#endif
