/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the group of a data-processing instruction on SIMD and floating-point registers. */
#include "simd.h"

/** Groups with bit 24 clear that have bit 21 set, of vectors and scalars. */
static bool decode_registers(a64_decoded *d, uint32_t raw, bool scalar)
{
    unsigned kind = a64_bits(raw, 20, 17);
    if (a64_bit(raw, 10))
        return simd_decode_same(d, raw);
    if (!a64_bit(raw, 11))
        return simd_decode_different(d, raw);
    if (kind == 0u)
        return simd_decode_misc(d, raw);
    if (kind == 8u)
        return scalar ? simd_decode_pairwise(d, raw) : simd_decode_across(d, raw);
    return false;
}

/** Groups of vectors and of SIMD scalars, which have bit 28 set. */
static bool decode_vectors(a64_decoded *d, uint32_t raw, bool scalar)
{
    if (a64_bit(raw, 24)) {
        if (!a64_bit(raw, 10))
            return simd_decode_indexed(d, raw);
        if (a64_bit(raw, 23))
            return false;
        if (a64_bits(raw, 22, 19))
            return simd_decode_shift(d, raw);
        return !scalar && simd_decode_immediate(d, raw);
    }
    if (a64_bit(raw, 21))
        return decode_registers(d, raw, scalar);
    if (!a64_bit(raw, 10))
        return !scalar && simd_decode_permute(d, raw);
    return !a64_bits(raw, 23, 22) && !a64_bit(raw, 15) && simd_decode_copy(d, raw);
}

bool a64_decode_simd(a64_decoded *d, uint32_t raw)
{
    bool scalar = a64_bit(raw, 28);
    d->cls = ISS_CPI_simd;
    if (scalar && !a64_bit(raw, 30))
        return !a64_bit(raw, 29) && fp_decode(d, raw);
    return !a64_bit(raw, 31) && decode_vectors(d, raw, scalar);
}
