/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file log.h
 * @brief The log of a program: records in order, as program.h describes them.
 */
#ifndef DIFF_LOG_H
#define DIFF_LOG_H

#include "program.h"

#include <stdbool.h>
#include <stddef.h>

/** Records of a log, and fields of a record, at most. */
#define DIFF_MAX_RECORDS 8192
#define DIFF_MAX_FIELDS  12

/** Fields of each kind of record, by their places. The first is the step's number. */
enum {
    DIFF_S_STEP,
    DIFF_S_PE,
    DIFF_S_EXCEPTION,
    DIFF_S_RESULT,
    DIFF_S_ISR,
    DIFF_S_HPPIR0,
    DIFF_S_HPPIR1,
    DIFF_S_RPR
};
enum {
    DIFF_I_STEP,
    DIFF_I_PE,
    DIFF_I_ENTRY,
    DIFF_I_EXCEPTION,
    DIFF_I_IAR,
    DIFF_I_RPR,
    DIFF_I_HPPIR0,
    DIFF_I_HPPIR1
};
enum {
    DIFF_G_STEP,
    DIFF_G_PE,
    DIFF_G_ISR,
    DIFF_G_HCR,
    DIFF_G_MISR,
    DIFF_G_VMCR,
    DIFF_G_AP0R,
    DIFF_G_AP1R,
    DIFF_G_LR0
};
enum { DIFF_W_STEP, DIFF_W_INDEX, DIFF_W_VALUE };

/** One line. */
typedef struct diff_record {
    char kind; /**< DIFF_RECORD_*. */
    uint8_t fields;
    uint64_t field[DIFF_MAX_FIELDS];
} diff_record;

/** What became of a run. */
typedef struct diff_log {
    diff_record record[DIFF_MAX_RECORDS];
    size_t records;
    bool complete;     /**< The last line is there and counts right. */
    char outcome[160]; /**< Empty, or how the run ended otherwise: exit status, signal, time. */
} diff_log;

/** Reads the text of a log. Lines that are none are passed over. */
void log_parse(const char *text, diff_log *log);

/** Name of field @p field of records of @p kind. */
const char *log_field_name(char kind, unsigned field);

/** Interrupts taken (records of that kind that acknowledged one). */
size_t log_interrupts(const diff_log *log);

#endif
