/* SPDX-License-Identifier: Apache-2.0 */
/* The two machines. */
#ifndef STREAM_RUN_H
#define STREAM_RUN_H

#include <stdbool.h>
#include <stddef.h>

/** Programs to run. */
typedef struct machines {
    const char *gicvp, *qemu;
} machines;

/** Which of them. */
typedef enum side { SIDE_GICVP, SIDE_QEMU } side;

/** A run that takes longer (seconds) or prints more (bytes) is ended. */
enum { RUN_SECONDS = 30, RUN_BYTES = 1 << 20 };

/**
 * Runs @p image on one side, from EL2 if @p el2, on a core with VHE if @p vhe; what it printed goes
 * to @p text (RUN_BYTES + 1 bytes). False when it did not end, or badly; @p text then says how.
 */
bool run_image(const machines *m, side which, const char *image, bool el2, bool vhe, char *text);

#endif
