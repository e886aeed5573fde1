/* SPDX-License-Identifier: Apache-2.0 */
/* Boot: which image goes where, and where each PE starts. */
#ifndef VIRT_BOOT_H
#define VIRT_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "image.h"
#include "machine.h"
#include "memory.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The plan of a boot, and the images that fw_cfg offers (they live as long as the plan). */
typedef struct vp_boot {
    uint64_t entry; /**< First instruction of PE 0. */
    uint8_t el;     /**< Exception level it starts at; 0: the highest. */
    bool nonsecure; /**< Start Non-secure though there is EL3: we are the firmware. */
    bool all_pes;   /**< Every PE starts with PE 0 (firmware owns EL3); else PSCI wakes them. */
    uint64_t dtb;   /**< Physical address of the device tree, also in x0. */
    uint32_t dtb_size;
    vp_blob bios, kernel, initrd, elf, guest_kernel, guest_initrd;
} vp_boot;

/** Reads the images, lays them out in memory, makes the device tree. Fills in the machine's initrd
 *  addresses. @return false with the message in `error`. */
bool vp_boot_prepare(vp_boot *boot, const vp_options *options, vp_machine *machine,
                     vp_memory *memory, vp_error *error);

/** Writes the images and the device tree to memory again, for a reset of the system. */
bool vp_boot_restore(vp_boot *boot, const vp_options *options, vp_machine *machine,
                     vp_memory *memory, vp_error *error);

/** Frees the images. */
void vp_boot_free(vp_boot *boot);

#ifdef __cplusplus
}
#endif

#endif
