/* SPDX-License-Identifier: Apache-2.0 */
#include "ref_lpi.h"

enum { FIRST = 8192 };

bool ref_lpi_exists(const ref_lpi *ref, uint32_t intid)
{
    return intid >= FIRST && intid < ref->limit;
}

uint8_t ref_lpi_priority(const ref_lpi *ref, uint32_t intid)
{
    unsigned byte = ref->config[intid - FIRST];
    unsigned priority = byte / 4u * 4u;
    if (ref->two_states)
        priority = 128u + priority / 2u;
    return (uint8_t)(priority & ref->implemented);
}

bool ref_lpi_enabled(const ref_lpi *ref, uint32_t intid)
{
    return ref->config[intid - FIRST] % 2u == 1u;
}

bool ref_lpi_set(ref_lpi *ref, uint32_t intid)
{
    if (!ref_lpi_exists(ref, intid) || ref->pending[intid])
        return false;
    ref->pending[intid] = 1;
    return true;
}

bool ref_lpi_clear(ref_lpi *ref, uint32_t intid)
{
    if (!ref_lpi_exists(ref, intid) || !ref->pending[intid])
        return false;
    ref->pending[intid] = 0;
    return true;
}

uint32_t ref_lpi_best(const ref_lpi *ref)
{
    uint32_t best = REF_LPI_NONE;
    uint32_t intid;
    for (intid = FIRST; intid < ref->limit; intid++) {
        if (!ref->pending[intid] || !ref_lpi_enabled(ref, intid))
            continue;
        if (best == REF_LPI_NONE || ref_lpi_priority(ref, intid) < ref_lpi_priority(ref, best))
            best = intid;
    }
    return best;
}

uint32_t ref_lpi_count(const ref_lpi *ref)
{
    uint32_t count = 0;
    uint32_t intid;
    for (intid = FIRST; intid < ref->limit; intid++)
        count += ref->pending[intid];
    return count;
}

void ref_lpi_move_all(ref_lpi *ref, ref_lpi *to)
{
    uint32_t intid;
    for (intid = FIRST; intid < ref->limit; intid++)
        if (ref_lpi_clear(ref, intid))
            ref_lpi_set(to, intid);
}
