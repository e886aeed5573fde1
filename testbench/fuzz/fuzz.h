/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzz target: one function, called with an input; libFuzzer or replay.c is its main program. */
#ifndef GICTLM_TESTBENCH_FUZZ_H
#define GICTLM_TESTBENCH_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** Run the target on one input. @return 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

#endif
