/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file step.h
 * @brief Programs on the host: what a machine is, and steps as text.
 */
#ifndef DIFF_STEP_H
#define DIFF_STEP_H

#include "program.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** A program with the machine that it is for: program.pes, program.secure, program.el2. */
typedef struct diff_case {
    uint64_t seed;
    diff_program program;
} diff_case;

/** Bytes that step_text() needs at most. */
#define DIFF_STEP_TEXT 256

/** A step as an access in one line: who, where, what; without a newline. */
const char *step_text(const diff_program *program, const diff_step *step,
                      char text[DIFF_STEP_TEXT]);

/** The program as a list. */
void program_print(FILE *out, const diff_case *c);

#endif
