/* SPDX-License-Identifier: Apache-2.0 */
/* One line that says what was wrong with the user's input, and what would be right. */
#ifndef VIRT_ERROR_H
#define VIRT_ERROR_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The first error found; empty text: none. */
typedef struct vp_error {
    char text[512];
} vp_error;

/** Exit statuses of gicvp besides the guest's own. */
enum {
    VP_EXIT_OFF = 0,      /**< The guest powered off. */
    VP_EXIT_INTERNAL = 1, /**< A defect of the simulator. */
    VP_EXIT_USAGE = 2,    /**< Bad usage or input. */
    VP_EXIT_BOUND = 3     /**< --max-insns or --max-time was reached, or nothing can ever happen. */
};

/** Writes the message; always returns false, so that `return vp_fail(...)` reads well. */
bool vp_fail(vp_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
