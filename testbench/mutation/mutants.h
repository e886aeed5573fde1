/* SPDX-License-Identifier: Apache-2.0 */
/* All mutants of a source file: each changes one operator, constant, condition or statement. */
#ifndef GICTLM_TESTBENCH_MUTATION_MUTANTS_H
#define GICTLM_TESTBENCH_MUTATION_MUTANTS_H

#include "source.h"

enum { MUTANT_TEXT_MAX = 400 };

/** One change: length bytes at offset become text. */
typedef struct mutant {
    const source *in;
    const char *kind; /**< operator, constant, condition, statement or return */
    size_t offset;
    size_t length;
    unsigned line;   /**< Of the change, from 1: what has to run for it to matter. */
    size_t function; /**< Token of the function's name, or 0. */
    char text[MUTANT_TEXT_MAX];
} mutant;

/** Where mutants go. */
typedef struct mutant_list {
    mutant *items;
    size_t count;
    size_t room;
    bool failed; /**< Out of memory. */
} mutant_list;

/** Append all mutants of @p s. */
void mutants_of(const source *s, mutant_list *list);

#endif
