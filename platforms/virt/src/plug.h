/* SPDX-License-Identifier: Apache-2.0 */
/* The devices that --device plugs into the board, and the ones it has anyway but can be changed. */
#ifndef VIRT_PLUG_H
#define VIRT_PLUG_H

#include <stdbool.h>
#include <stdint.h>

#include "devices/tgen.h"
#include "error.h"
#include "machine.h"
#include "options.h"
#include "params.h"
#include "plug_virtio.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VP_PCIE_SLOTS = 31, /**< Slots beside the host bridge's. */
    VP_MAX_TGENS = 248  /**< Eight functions in each. */
};

/** One traffic generator. */
typedef struct vp_plug_tgen {
    uint16_t vectors;    /**< MSI-X vectors. */
    uint8_t device;      /**< Slot, 1 to 31, ... */
    uint8_t function;    /**< ... and function. */
    uint32_t trace_size; /**< Entries of its trace. */
    tgen_arrival *trace; /**< Shared by the generators of one option; NULL: none. */
} vp_plug_tgen;

/** What is plugged in. */
typedef struct vp_plug {
    vp_plug_tgen tgen[VP_MAX_TGENS];
    unsigned tgens;
    tgen_arrival *trace[VP_MAX_DEVICES]; /**< Owned. */
    vp_plug_virtios virtio;
} vp_plug;

/**
 * Reads --drive and the --device options: `tgen[,vectors=N][,count=N][,trace=FILE]` (trace last),
 * `v2m[,base=INTID][,spis=N]`, `pcie[,base=DEVICEID][,mask=M]`. Fills in the machine: v2m frame,
 * DeviceIDs, ITSs.
 * @return false with the message in `error`.
 */
bool vp_plug_make(vp_plug *plug, const vp_options *options, const vp_params *params,
                  vp_machine *machine, vp_error *error);

/** Frees the traces. */
void vp_plug_free(vp_plug *plug);

#ifdef __cplusplus
}
#endif

#endif
