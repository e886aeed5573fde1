/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzz target: one function, called with an input; libFuzzer or replay.c is its main program. */
#ifndef GICTLM_TESTBENCH_FUZZ_H
#define GICTLM_TESTBENCH_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** What has to hold; the fuzzer and the replay take the abort for a finding. */
#define CHECK(cond) ((cond) ? (void)0 : abort())

/** What is left of an input. */
typedef struct fuzz_input {
    const uint8_t *at;
    size_t left;
} fuzz_input;

/** The next @p bytes (1 to 8) as a little-endian number; what is behind the end is 0. */
static inline uint64_t fuzz_take(fuzz_input *in, unsigned bytes)
{
    uint64_t value = 0;
    unsigned i;
    for (i = 0; i < bytes && in->left > 0; i++, in->at++, in->left--)
        value |= (uint64_t)*in->at << (8u * i);
    return value;
}

/** Checks that an error, an array of @p room bytes, is one line and not empty. */
static inline void fuzz_check_error(const char *text, size_t room)
{
    CHECK(text[0] != '\0' && memchr(text, '\0', room) != NULL && strchr(text, '\n') == NULL);
}

/** Run the target on one input. @return 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

#endif
