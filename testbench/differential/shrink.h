/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file shrink.h
 * @brief Makes a program that shows a difference as small as it can be.
 */
#ifndef DIFF_SHRINK_H
#define DIFF_SHRINK_H

#include "compare.h"
#include "run.h"

/** Runs a case on both sides and compares. The logs are the caller's, since they are large. */
void judge_case(const diff_tools *tools, const diff_case *c, diff_log *ours, diff_log *theirs,
                diff_result *result);

/** Takes away steps, then simplifies what is left, as long as the difference of @p result, in the
 * same answer to the same access, stays. At most @p runs runs of both machines. @p result becomes
 * that of the program that is left. */
void shrink(const diff_tools *tools, diff_case *c, diff_log *ours, diff_log *theirs,
            diff_result *result, unsigned runs);

/** Prints the program as a list of accesses with both machines' answers. */
void print_answers(FILE *out, const diff_case *c, const diff_log *ours, const diff_log *theirs,
                   const diff_result *result);

#endif
