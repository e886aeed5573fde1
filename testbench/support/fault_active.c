/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which seeded fault is on in a fault build (gictlm_test(... FAULTS)): the one that the environment
 * variable GICTLM_FAULT names. scripts/check-plan sets it.
 */
#include "gic/fault.h"

#include <stdlib.h>
#include <string.h>

bool gic_fault_active(const char *name)
{
    static const char *chosen;
    static bool read;

    if (!read) {
        chosen = getenv("GICTLM_FAULT");
        read = true;
    }
    return chosen != NULL && strcmp(chosen, name) == 0;
}
