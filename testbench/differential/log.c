/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <stdlib.h>
#include <string.h>

static bool is_kind(char c)
{
    return c == DIFF_RECORD_STEP || c == DIFF_RECORD_INTERRUPT || c == DIFF_RECORD_SWEEP ||
           c == DIFF_RECORD_VIRTUAL;
}

static bool parse_line(const char *line, diff_record *record)
{
    if (!is_kind(line[0]) || line[1] != ' ')
        return false;
    record->kind = line[0];
    record->fields = 0;
    const char *at = line + 1;
    while (*at == ' ' && record->fields < DIFF_MAX_FIELDS) {
        char *end;
        record->field[record->fields++] = strtoull(at + 1, &end, 16);
        if (end == at + 1)
            return false;
        at = end;
    }
    return true;
}

void log_parse(const char *text, diff_log *log)
{
    log->records = 0;
    log->complete = false;
    while (*text) {
        if (strncmp(text, "end ", 4) == 0)
            log->complete = strtoull(text + 4, NULL, 16) == log->records;
        else if (log->records < DIFF_MAX_RECORDS && parse_line(text, &log->record[log->records]))
            log->records++;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
}

const char *log_field_name(char kind, unsigned field)
{
    static const char *const step[] = {"step",    "PE",     "exception", "result",
                                       "ISR_EL1", "HPPIR0", "HPPIR1",    "RPR"};
    static const char *const interrupt[] = {"step", "PE",  "entry",  "exception",
                                            "IAR",  "RPR", "HPPIR0", "HPPIR1"};
    static const char *const hypervisor[] = {"step", "PE",   "ISR_EL1", "HCR", "MISR", "VMCR",
                                             "AP0R", "AP1R", "LR0",     "LR1", "LR2",  "LR3"};
    static const char *const sweep[] = {"step", "index", "value"};
    if (kind == DIFF_RECORD_SWEEP)
        return field > DIFF_W_VALUE ? "?" : sweep[field];
    if (kind == DIFF_RECORD_VIRTUAL)
        return field < DIFF_MAX_FIELDS ? hypervisor[field] : "?";
    if (field > DIFF_S_RPR)
        return "?";
    return kind == DIFF_RECORD_INTERRUPT ? interrupt[field] : step[field];
}

size_t log_interrupts(const diff_log *log)
{
    size_t count = 0;
    for (size_t i = 0; i < log->records; i++) {
        const diff_record *r = &log->record[i];
        count += r->kind == DIFF_RECORD_INTERRUPT &&
                 (r->field[DIFF_I_IAR] < 1020 || r->field[DIFF_I_IAR] > 1023);
    }
    return count;
}
