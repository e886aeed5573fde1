/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file run.h
 * @brief Runs one program on one machine, and gives back what it printed.
 */
#ifndef DIFF_RUN_H
#define DIFF_RUN_H

#include "log.h"
#include "step.h"

/** The two machines. */
typedef enum diff_side { DIFF_OURS, DIFF_THEIRS, DIFF_SIDES } diff_side;

/** Paths of what is run, and where files of a run may lie. */
typedef struct diff_tools {
    const char *gicvp, *qemu, *firmware;
    const char *cache;  /**< NULL, or a folder where QEMU's logs are kept and taken from. */
    char directory[64]; /**< Temporary, one per process. */
} diff_tools;

/** Name of a side in reports: "gicvp", "qemu". */
const char *side_name(diff_side side);

/** Makes the temporary directory. @return false (with a message) when it cannot. */
bool tools_open(diff_tools *tools);

/** Removes it. */
void tools_close(const diff_tools *tools);

/** Writes the firmware with the program inside to @p path. @return false (with a message) when the
 *  firmware cannot be read, has no place for a program, or @p path cannot be written. */
bool image_write(const diff_tools *tools, const diff_program *program, const char *path);

/** Runs the program on one side. A run that ends badly, or not at all, leaves it in log->outcome.
 */
void run_side(const diff_tools *tools, const diff_case *c, diff_side side, diff_log *log);

#endif
