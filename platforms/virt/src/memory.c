/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "board.h"

static bool map_region(vp_region *region, uint64_t base, uint64_t size, vp_error *error)
{
    void *host = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (host == MAP_FAILED)
        return vp_fail(error,
                       "this machine cannot provide %" PRIu64 " MiB of guest memory; "
                       "give a smaller --ram",
                       size >> 20);
    region->base = base;
    region->size = size;
    region->host = (uint8_t *)host;
    return true;
}

bool vp_memory_init(vp_memory *memory, uint64_t ram_size, bool secure, vp_error *error)
{
    vp_region *r = memory->region;

    memset(memory, 0, sizeof *memory);
    if (!map_region(&r[VP_REGION_RAM], VP_RAM_BASE, ram_size, error) ||
        !map_region(&r[VP_REGION_FLASH0], VP_FLASH0_BASE, VP_FLASH0_SIZE, error) ||
        !map_region(&r[VP_REGION_FLASH1], VP_FLASH1_BASE, VP_FLASH1_SIZE, error))
        return false;
    r[VP_REGION_FLASH0].rom = true;
    r[VP_REGION_FLASH1].rom = true;
    r[VP_REGION_FLASH0].secure = secure;
    if (!secure)
        return true;
    r[VP_REGION_SECURE_RAM].secure = true;
    return map_region(&r[VP_REGION_SECURE_RAM], VP_SECURE_RAM_BASE, VP_SECURE_RAM_SIZE, error);
}

void vp_memory_free(vp_memory *memory)
{
    for (unsigned n = 0; n < VP_REGIONS; n++)
        if (memory->region[n].host != NULL)
            (void)munmap(memory->region[n].host, memory->region[n].size);
    memset(memory, 0, sizeof *memory);
}

vp_region *vp_memory_find(vp_memory *memory, uint64_t pa, uint64_t length)
{
    for (unsigned n = 0; n < VP_REGIONS; n++) {
        vp_region *region = &memory->region[n];

        if (pa >= region->base && pa - region->base < region->size &&
            length <= region->size - (pa - region->base))
            return region;
    }
    return NULL;
}

uint8_t *vp_memory_host(vp_memory *memory, uint64_t pa, uint64_t length)
{
    const vp_region *region = vp_memory_find(memory, pa, length);

    return region == NULL ? NULL : region->host + (pa - region->base);
}
