/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters: keys of the machine (params.def) and of the timing profile, set by --set. */
#ifndef VIRT_PARAMS_H
#define VIRT_PARAMS_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"
#include "gic/config.h"
#include "gictime/profile.h"
#include "machine.h"
#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Everything that is set by keys. */
typedef struct vp_params {
    gic_config gic;
    gictime_profile profile;
    uint64_t virtio_latency_ps; /**< Of one request, in timed mode. */
} vp_params;

/** Profile, then --set in order, then the checks. */
bool vp_params_make(vp_params *params, const vp_options *options, const vp_machine *machine,
                    vp_error *error);

/** Prints the parameters that are not the profile's as lines "key = value". */
void vp_params_print(const vp_params *params, FILE *out);

/** Lists all keys that begin with `prefix` (NULL: all) with defaults, ranges and meanings. */
bool vp_params_list(const char *prefix, FILE *out, vp_error *error);

#ifdef __cplusplus
}
#endif

#endif
