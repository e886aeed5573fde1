/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the encodings of loads and stores of general registers apart. */
#include "mem.h"

/** Size, sign and direction from size [31:30] and opc [23:22]; false when unallocated. */
static bool parse_size(uint32_t raw, a64_mem *m)
{
    unsigned opc = a64_bits(raw, 23, 22);
    m->size = (uint8_t)a64_bits(raw, 31, 30);
    m->load = opc != 0u;
    m->sign = opc >= 2u;
    m->to64 = opc == 2u;
    if (opc < 2u)
        return true;
    if (m->size == 3u) {
        m->kind = A64_MEM_PREFETCH;
        return opc == 2u;
    }
    return opc == 2u || m->size < 2u;
}

static bool parse_atomic(uint32_t raw, bool lse, a64_mem *m)
{
    unsigned o3 = a64_bit(raw, 15);
    unsigned opc = a64_bits(raw, 14, 12);
    if (!lse || (o3 && opc))
        return false;
    m->kind = A64_MEM_ATOMIC;
    m->size = (uint8_t)a64_bits(raw, 31, 30);
    m->load = true;
    m->rs = (uint8_t)a64_bits(raw, 20, 16);
    m->op = (uint8_t)(o3 ? 8u : opc);
    return true;
}

static bool parse_register_offset(uint32_t raw, a64_mem *m)
{
    m->mode = A64_MODE_REGISTER;
    m->rm = (uint8_t)a64_bits(raw, 20, 16);
    m->option = (uint8_t)a64_bits(raw, 15, 13);
    if (!(m->option & 2u) || !parse_size(raw, m))
        return false;
    m->shift = a64_bit(raw, 12) ? m->size : 0;
    return true;
}

static bool parse_single(uint32_t raw, bool lse, a64_mem *m)
{
    unsigned sub = a64_bits(raw, 11, 10);
    if (a64_bit(raw, 24)) {
        if (!parse_size(raw, m))
            return false;
        m->offset = (int64_t)a64_bits(raw, 21, 10) << m->size;
        return true;
    }
    if (a64_bit(raw, 21))
        return sub == 2u ? parse_register_offset(raw, m) : sub == 0u && parse_atomic(raw, lse, m);
    m->mode = a64_mem_mode_of(sub);
    m->unpriv = sub == 2u;
    m->offset = a64_sext(a64_bits(raw, 20, 12), 9);
    if (!parse_size(raw, m))
        return false;
    return m->kind != A64_MEM_PREFETCH || sub == 0u;
}

static bool parse_pair(uint32_t raw, a64_mem *m)
{
    unsigned opc = a64_bits(raw, 31, 30);
    unsigned mode = a64_bits(raw, 24, 23);
    m->kind = A64_MEM_PAIR;
    m->load = a64_bit(raw, 22);
    m->mode = a64_mem_mode_of(mode);
    m->size = opc == 2u ? 3u : 2u;
    m->sign = m->to64 = opc == 1u;
    m->rt2 = (uint8_t)a64_bits(raw, 14, 10);
    m->offset = a64_sext(a64_bits(raw, 21, 15), 7) * (1 << m->size);
    return opc != 3u && !(opc == 1u && (!m->load || mode == 0u));
}

static bool parse_literal(uint32_t raw, a64_mem *m)
{
    unsigned opc = a64_bits(raw, 31, 30);
    m->mode = A64_MODE_LITERAL;
    m->rn = 0;
    m->load = true;
    m->size = opc == 1u ? 3u : 2u;
    m->sign = m->to64 = opc == 2u;
    if (opc == 3u)
        m->kind = A64_MEM_PREFETCH;
    m->offset = a64_sext(a64_bits(raw, 23, 5), 19) * 4;
    return true;
}

/** Compare and swap share the exclusives' encoding space. */
static bool parse_cas(uint32_t raw, bool pair, bool lse, a64_mem *m)
{
    m->kind = pair ? A64_MEM_CASP : A64_MEM_CAS;
    m->load = true;
    if (pair)
        m->size = a64_bit(raw, 30) ? 3u : 2u;
    return lse && m->rt2 == 31u && !(pair && ((m->rs | m->rt) & 1u));
}

static bool parse_exclusive(uint32_t raw, bool lse, a64_mem *m)
{
    bool o2 = a64_bit(raw, 23);
    bool o1 = a64_bit(raw, 21);
    m->size = (uint8_t)a64_bits(raw, 31, 30);
    m->load = a64_bit(raw, 22);
    m->rs = (uint8_t)a64_bits(raw, 20, 16);
    m->rt2 = (uint8_t)a64_bits(raw, 14, 10);
    if (o2) {
        m->kind = A64_MEM_ORDERED;
        return o1 ? parse_cas(raw, false, lse, m) : a64_bit(raw, 15);
    }
    if (o1 && m->size < 2u)
        return parse_cas(raw, true, lse, m);
    m->kind = o1 ? A64_MEM_EXCLUSIVE_PAIR : A64_MEM_EXCLUSIVE;
    return true;
}

bool a64_mem_parse(uint32_t raw, bool lse, a64_mem *m)
{
    *m = (a64_mem){.kind = A64_MEM_SINGLE,
                   .rt = (uint8_t)a64_bits(raw, 4, 0),
                   .rn = (uint8_t)a64_bits(raw, 9, 5)};
    switch (a64_bits(raw, 29, 28)) {
    case 0:
        return !a64_bit(raw, 24) && parse_exclusive(raw, lse, m);
    case 1:
        return !a64_bit(raw, 24) && parse_literal(raw, m);
    case 2:
        return parse_pair(raw, m);
    default:
        return parse_single(raw, lse, m);
    }
}
