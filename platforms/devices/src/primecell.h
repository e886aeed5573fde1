/* SPDX-License-Identifier: Apache-2.0 */
/* The identification registers that end every PrimeCell's frame. */
#ifndef DEVICES_PRIMECELL_H
#define DEVICES_PRIMECELL_H

#include "devices/device.h"

enum { PRIMECELL_ID_FIRST = 0xfe0, PRIMECELL_SPAN = 0x1000 };

/** Reads PeriphID0..3 and PCellID0..3. @param periph_id the four PeriphID bytes, 0 lowest.
 *  @return false when `offset` is none of them. */
static inline bool primecell_read_id(uint32_t periph_id, uint64_t offset, uint64_t *value)
{
    const uint64_t id = UINT64_C(0xb105f00d) << 32 | periph_id;

    if (offset < PRIMECELL_ID_FIRST || offset >= PRIMECELL_SPAN)
        return false;
    *value = (id >> ((offset - PRIMECELL_ID_FIRST) / 4U * 8U)) & 0xffU;
    return true;
}

/** PrimeCell registers take aligned accesses of up to 32 bits. */
static inline bool primecell_size_ok(uint64_t offset, unsigned size)
{
    return (size == 1 || size == 2 || size == 4) && offset % 4U == 0;
}

#endif
