/* SPDX-License-Identifier: Apache-2.0 */
/* What a checkpoint says of the machine it was saved from. */
#ifndef VIRT_CHECKPOINT_CONFIG_H
#define VIRT_CHECKPOINT_CONFIG_H

#include "boot.h"
#include "gictime/bytes.h"
#include "params.h"
#include "plug_virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Appends lines "name = value": options of the machine, its images by checksum, every parameter of
 * the GIC and of the profile, and which files are written whose content depends on what came
 * before.
 */
void vp_ckpt_config(const vp_options *options, const vp_params *params, const vp_boot *boot,
                    gictime_bytes *text);

/** Appends such lines for the virtio devices, what is free (paths of drives) left out. */
void vp_ckpt_virtio(const vp_plug_virtios *all, gictime_bytes *text);

/** Whether the lines of a file are those of this machine. @return false with the first that is not.
 */
bool vp_ckpt_config_same(const char *path, const gictime_cursor *saved, const gictime_bytes *own,
                         vp_error *error);

#ifdef __cplusplus
}
#endif

#endif
