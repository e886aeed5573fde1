/* SPDX-License-Identifier: Apache-2.0 */
/* The memories of the board: host memory behind RAM, secure RAM and the flash banks. */
#ifndef VIRT_MEMORY_H
#define VIRT_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One memory. Pages that the guest never touches take no host memory. */
typedef struct vp_region {
    uint64_t base;
    uint64_t size;
    uint8_t *host;
    bool secure; /**< Only Secure accesses reach it. */
    bool rom;    /**< Writes go to a device (flash). */
} vp_region;

enum { VP_REGION_RAM, VP_REGION_FLASH0, VP_REGION_FLASH1, VP_REGION_SECURE_RAM, VP_REGIONS };

/** All memories of the board; a region of size 0 does not exist. */
typedef struct vp_memory {
    vp_region region[VP_REGIONS];
} vp_memory;

/** Allocates the memories. @param ram_size bytes of RAM. @param secure whether the secure RAM is
 *  there and flash bank 0 is Secure. */
bool vp_memory_init(vp_memory *memory, uint64_t ram_size, bool secure, vp_error *error);

/** Gives the memories back. */
void vp_memory_free(vp_memory *memory);

/** The region that holds all of [pa, pa + length), or NULL. */
vp_region *vp_memory_find(vp_memory *memory, uint64_t pa, uint64_t length);

/** Host address of [pa, pa + length), or NULL when it is not all in one memory. */
uint8_t *vp_memory_host(vp_memory *memory, uint64_t pa, uint64_t length);

#ifdef __cplusplus
}
#endif

#endif
