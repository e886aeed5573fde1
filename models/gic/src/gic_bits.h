/* SPDX-License-Identifier: Apache-2.0 */
/* Small helpers that the Distributor and the Redistributor share; they share no state. */
#ifndef GIC_BITS_H
#define GIC_BITS_H

#include "gic/config.h"
#include "gic/fault.h"
#include "gic/identity.h"

/** Group by {IGRPMODR, IGROUPR} with two Security states in use, by IGROUPR alone with DS=1 (D-21).
 */
static inline uint32_t gic_group_words(gic_group group, bool ds, uint32_t igroup, uint32_t igrpmod)
{
    if (GIC_FAULT("D-21") && !ds)
        igroup &= ~igrpmod;
    if (group == GIC_GROUP_1NS)
        return igroup;
    if (group == GIC_GROUP_1S)
        return ds ? 0 : ~igroup & igrpmod;
    return ds ? ~igroup : ~igroup & ~igrpmod;
}

/** 16 bits to the odd bits of 32: ICFGR and the high half of NSACR have two bits per INTID. */
static inline uint32_t gic_spread_odd(uint32_t bits)
{
    uint32_t v = bits & 0xFFFFu;
    v = (v | v << 8) & 0x00FF00FFu;
    v = (v | v << 4) & 0x0F0F0F0Fu;
    v = (v | v << 2) & 0x33333333u;
    v = (v | v << 1) & 0x55555555u;
    return v << 1;
}

/** The odd bits of 32 as 16 bits. */
static inline uint32_t gic_squeeze_odd(uint32_t word)
{
    uint32_t v = word >> 1 & 0x55555555u;
    v = (v | v >> 1) & 0x33333333u;
    v = (v | v >> 2) & 0x0F0F0F0Fu;
    v = (v | v >> 4) & 0x00FF00FFu;
    v = (v | v >> 8) & 0x0000FFFFu;
    return v;
}

/** Bits that a configuration implements of a priority byte: the high ones (P-06). */
static inline uint8_t gic_priority_mask(const gic_config *config)
{
    return (uint8_t)(0xFF00u >> config->priority_bits);
}

/** A priority byte as Non-secure software sees that of a G1NS interrupt with DS=0 (P-14). */
static inline uint8_t gic_priority_to_nonsecure(uint8_t priority)
{
    return (uint8_t)(priority << 1);
}

/** A Non-secure write of a priority byte, moved to the Non-secure half. */
static inline uint8_t gic_priority_from_nonsecure(uint8_t value)
{
    return (uint8_t)(0x80u | value >> 1);
}

#endif
