/* SPDX-License-Identifier: Apache-2.0 */
/* The memories of the board in a checkpoint: the pages that are not zero. */
#ifndef VIRT_CHECKPOINT_MEMORY_H
#define VIRT_CHECKPOINT_MEMORY_H

#include "checkpoint_file.h"
#include "memory.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A section for each memory. Pages that were never touched are not looked at. */
void vp_memory_save(const vp_memory *memory, vp_ckpt_writer *w);

/** Reads them back; everything else is zero then. */
bool vp_memory_load(vp_memory *memory, vp_ckpt_reader *r, vp_error *error);

#ifdef __cplusplus
}
#endif

#endif
