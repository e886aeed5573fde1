/* SPDX-License-Identifier: Apache-2.0 */
/* The two machines, bounded in time, instructions and output. */
#include "run.h"

#include <stdio.h>
#include <string.h>

#include "child.h"

static bool run(const char *const *arguments, char *text)
{
    child_result child = child_run(arguments, RUN_SECONDS, text, RUN_BYTES);
    if (child.end == CHILD_EXITED && child.code == 0)
        return true;
    size_t used = strlen(text);
    (void)snprintf(text + used, RUN_BYTES + 1u - used, "\n%s: %s %d\n", arguments[0],
                   child.end == CHILD_NOT_STARTED ? "not started"
                   : child.end == CHILD_ENDED     ? "not ended after seconds:"
                   : child.end == CHILD_SIGNALLED ? "signal"
                                                  : "status",
                   child.end == CHILD_ENDED ? RUN_SECONDS : child.code);
    return false;
}

bool run_image(const machines *m, side which, const char *image, bool el2, bool vhe, char *text)
{
    const char *const ours[] = {m->gicvp,
                                "run",
                                "--cpu",
                                vhe ? "max" : "cortex-a57",
                                "--ram",
                                "128M",
                                "--max-insns",
                                "100000000",
                                "--elf",
                                image,
                                el2 ? "--virtualization" : NULL,
                                NULL};
    const char *const theirs[] = {
        m->qemu,
        "-M",
        el2 ? "virt,gic-version=3,virtualization=on" : "virt,gic-version=3",
        "-cpu",
        vhe ? "cortex-a76" : "cortex-a57", /* "max" has far more than VHE */
        "-m",
        "128M",
        "-nodefaults",
        "-display",
        "none",
        "-monitor",
        "none",
        "-serial",
        "stdio",
        "-kernel",
        image,
        NULL};
    return run(which == SIDE_GICVP ? ours : theirs, text);
}
