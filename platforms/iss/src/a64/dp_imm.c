/* SPDX-License-Identifier: Apache-2.0 */
/* Data processing with an immediate: add, logic, moves, bit fields, PC-relative addresses. */
#include "alu.h"
#include "exec.h"

#define X(field) (c->a.x[o->field])

/* Subtraction of an immediate is decoded as addition of its negative where no flag is wanted. */
A64_HANDLER(add64_i)
{
    X(rd) = X(rn) + o->imm;
    A64_NEXT();
}

A64_HANDLER(add32_i)
{
    X(rd) = (uint32_t)(X(rn) + o->imm);
    A64_NEXT();
}

A64_HANDLER(adds64_i)
{
    X(rd) = a64_adds64(&c->a, X(rn), o->imm);
    A64_NEXT();
}

A64_HANDLER(adds32_i)
{
    X(rd) = a64_adds32(&c->a, (uint32_t)X(rn), (uint32_t)o->imm);
    A64_NEXT();
}

A64_HANDLER(subs64_i)
{
    X(rd) = a64_subs64(&c->a, X(rn), o->imm);
    A64_NEXT();
}

A64_HANDLER(subs32_i)
{
    X(rd) = a64_subs32(&c->a, (uint32_t)X(rn), (uint32_t)o->imm);
    A64_NEXT();
}

/* Logic: a 32-bit mask has a zero upper half; only ORR and EOR must drop the source's. */
A64_HANDLER(and_i)
{
    X(rd) = X(rn) & o->imm;
    A64_NEXT();
}

A64_HANDLER(orr64_i)
{
    X(rd) = X(rn) | o->imm;
    A64_NEXT();
}

A64_HANDLER(orr32_i)
{
    X(rd) = (uint32_t)X(rn) | o->imm;
    A64_NEXT();
}

A64_HANDLER(eor64_i)
{
    X(rd) = X(rn) ^ o->imm;
    A64_NEXT();
}

A64_HANDLER(eor32_i)
{
    X(rd) = (uint32_t)X(rn) ^ o->imm;
    A64_NEXT();
}

A64_HANDLER(ands64_i)
{
    X(rd) = a64_logic64(&c->a, X(rn) & o->imm);
    A64_NEXT();
}

A64_HANDLER(ands32_i)
{
    X(rd) = a64_logic32(&c->a, (uint32_t)(X(rn) & o->imm));
    A64_NEXT();
}

A64_HANDLER(mov_i)
{
    X(rd) = o->imm;
    A64_NEXT();
}

A64_HANDLER(movk64)
{
    X(rd) = (X(rd) & ~(UINT64_C(0xffff) << o->rm)) | o->imm;
    A64_NEXT();
}

A64_HANDLER(movk32)
{
    X(rd) = (uint32_t)((X(rd) & ~(UINT64_C(0xffff) << o->rm)) | o->imm);
    A64_NEXT();
}

A64_HANDLER(adr)
{
    X(rd) = a64_pc_of(c, o) + o->imm;
    A64_NEXT();
}

A64_HANDLER(adrp)
{
    X(rd) = (c->page_va & A64_PAGE_MASK) + o->imm; /* page_va is a PC for code outside pages */
    A64_NEXT();
}

/* Bit fields. rm: right rotation or shift, ra: left shift, imm: mask. */
A64_HANDLER(lsl64_i)
{
    X(rd) = X(rn) << o->rm;
    A64_NEXT();
}

A64_HANDLER(lsl32_i)
{
    X(rd) = (uint32_t)X(rn) << o->rm;
    A64_NEXT();
}

A64_HANDLER(ubfx)
{
    X(rd) = (X(rn) >> o->rm) & o->imm;
    A64_NEXT();
}

A64_HANDLER(ubfiz)
{
    X(rd) = (X(rn) & o->imm) << o->ra;
    A64_NEXT();
}

A64_HANDLER(asr64_i)
{
    X(rd) = (uint64_t)((int64_t)X(rn) >> o->rm);
    A64_NEXT();
}

A64_HANDLER(asr32_i)
{
    X(rd) = (uint32_t)((int32_t)X(rn) >> o->rm);
    A64_NEXT();
}

/* rm: position of the field's top bit from the left, ra: final right shift. */
A64_HANDLER(sbfm64)
{
    X(rd) = (uint64_t)((int64_t)(X(rn) << o->rm) >> o->ra);
    A64_NEXT();
}

A64_HANDLER(sbfm32)
{
    X(rd) = (uint32_t)((int64_t)(X(rn) << o->rm) >> o->ra);
    A64_NEXT();
}

/* SBFIZ: sign-extend a field of the low bits, then shift left by imm. */
A64_HANDLER(sbfiz64)
{
    X(rd) = (uint64_t)((int64_t)(X(rn) << o->rm) >> o->rm) << o->ra;
    A64_NEXT();
}

A64_HANDLER(sbfiz32)
{
    X(rd) = (uint32_t)((uint64_t)((int64_t)(X(rn) << o->rm) >> o->rm) << o->ra);
    A64_NEXT();
}

/* BFM: imm is the mask at its place in the destination. */
A64_HANDLER(bfxil)
{
    X(rd) = (X(rd) & ~o->imm) | ((X(rn) >> o->rm) & o->imm);
    A64_NEXT();
}

A64_HANDLER(bfi)
{
    X(rd) = (X(rd) & ~o->imm) | ((X(rn) << o->ra) & o->imm);
    A64_NEXT();
}

A64_HANDLER(bfxil32)
{
    X(rd) = (uint32_t)((X(rd) & ~o->imm) | (((uint32_t)X(rn) >> o->rm) & o->imm));
    A64_NEXT();
}

A64_HANDLER(bfi32)
{
    X(rd) = (uint32_t)((X(rd) & ~o->imm) | ((X(rn) << o->ra) & o->imm));
    A64_NEXT();
}

A64_HANDLER(extr64)
{
    X(rd) = o->imm ? X(rm) >> o->imm | X(rn) << (64u - o->imm) : X(rm);
    A64_NEXT();
}

A64_HANDLER(extr32)
{
    X(rd) = (uint32_t)((X(rn) << 32 | (uint32_t)X(rm)) >> o->imm);
    A64_NEXT();
}

/* ------------------------------------------------------------------ decode */

bool a64_bitmask(unsigned n, unsigned immr, unsigned imms, bool is64, uint64_t *mask)
{
    unsigned key = n << 6 | (~imms & 0x3fu);
    if (key < 2u)
        return false;
    unsigned len = 31u - (unsigned)__builtin_clz(key);
    unsigned esize = 1u << len;
    unsigned levels = esize - 1u;
    unsigned s = imms & levels;
    unsigned r = immr & levels;
    if (s == levels || (!is64 && n))
        return false;
    uint64_t element = (UINT64_C(2) << s) - 1u;
    uint64_t all = esize == 64u ? UINT64_MAX : (UINT64_C(1) << esize) - 1u;
    if (r)
        element = (element >> r | element << (esize - r)) & all;
    for (unsigned width = esize; width < 64u; width *= 2u)
        element |= element << width;
    *mask = is64 ? element : (uint32_t)element;
    return true;
}

static bool decode_add_imm(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const flags[2][2] = {{adds32_i, adds64_i}, {subs32_i, subs64_i}};
    bool sf = a64_bit(raw, 31);
    bool sub = a64_bit(raw, 30);
    uint64_t imm = a64_bits(raw, 21, 10);
    uint8_t rd = (uint8_t)a64_bits(raw, 4, 0);
    uint8_t rn = (uint8_t)a64_bits(raw, 9, 5);
    if (a64_bit(raw, 23))
        return false;
    if (a64_bit(raw, 22))
        imm <<= 12;
    if (a64_bit(raw, 29))
        a64_set(d, flags[sub][sf], a64_zr_dst(rd), rn, 0, imm);
    else
        a64_set(d, sf ? add64_i : add32_i, rd, rn, 0, sub ? 0 - imm : imm);
    return true;
}

static bool decode_logic_imm(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[4][2] = {
        {and_i, and_i}, {orr32_i, orr64_i}, {eor32_i, eor64_i}, {ands32_i, ands64_i}};
    bool sf = a64_bit(raw, 31);
    unsigned opc = a64_bits(raw, 30, 29);
    uint32_t rd = a64_bits(raw, 4, 0);
    uint64_t mask;
    if (!a64_bitmask(a64_bit(raw, 22), a64_bits(raw, 21, 16), a64_bits(raw, 15, 10), sf, &mask))
        return false;
    a64_set(d, fn[opc][sf], opc == 3u ? a64_zr_dst(rd) : (uint8_t)rd,
            a64_zr_src(a64_bits(raw, 9, 5)), 0, mask);
    return true;
}

static bool decode_mov_wide(a64_decoded *d, uint32_t raw)
{
    bool sf = a64_bit(raw, 31);
    unsigned opc = a64_bits(raw, 30, 29);
    unsigned shift = a64_bits(raw, 22, 21) * 16u;
    uint64_t imm = (uint64_t)a64_bits(raw, 20, 5) << shift;
    uint8_t rd = a64_zr_dst(a64_bits(raw, 4, 0));
    if (opc == 1u || (!sf && shift > 16u))
        return false;
    if (opc == 0u)
        imm = ~imm;
    if (!sf)
        imm = (uint32_t)imm;
    if (opc == 3u)
        a64_set(d, sf ? movk64 : movk32, rd, 0, (uint8_t)shift, imm);
    else
        a64_set(d, mov_i, rd, 0, 0, imm);
    return true;
}

static void decode_sbfm(a64_decoded *d, bool sf, unsigned r, unsigned s)
{
    unsigned width = sf ? 64u : 32u;
    if (s >= r && s == width - 1u) {
        d->op.fn = sf ? asr64_i : asr32_i;
        d->op.rm = (uint8_t)r;
    } else if (s >= r) {
        d->op.fn = sf ? sbfm64 : sbfm32;
        d->op.rm = (uint8_t)(63u - s);
        d->op.ra = (uint8_t)(63u - s + r);
    } else {
        d->op.fn = sf ? sbfiz64 : sbfiz32;
        d->op.rm = (uint8_t)(63u - s);
        d->op.ra = (uint8_t)(width - r);
    }
}

static void decode_ubfm(a64_decoded *d, bool sf, unsigned r, unsigned s)
{
    unsigned width = sf ? 64u : 32u;
    if (s >= r) {
        d->op.fn = ubfx;
        d->op.rm = (uint8_t)r;
        d->op.imm = (UINT64_C(2) << (s - r)) - 1u;
    } else if (s + 1u == r) {
        d->op.fn = sf ? lsl64_i : lsl32_i;
        d->op.rm = (uint8_t)(width - r);
    } else {
        d->op.fn = ubfiz;
        d->op.imm = (UINT64_C(2) << s) - 1u;
        d->op.ra = (uint8_t)(width - r);
    }
}

static void decode_bfm(a64_decoded *d, bool sf, unsigned r, unsigned s)
{
    unsigned width = sf ? 64u : 32u;
    if (s >= r) {
        d->op.fn = sf ? bfxil : bfxil32;
        d->op.rm = (uint8_t)r;
        d->op.imm = (UINT64_C(2) << (s - r)) - 1u;
    } else {
        d->op.fn = sf ? bfi : bfi32;
        d->op.ra = (uint8_t)(width - r);
        d->op.imm = ((UINT64_C(2) << s) - 1u) << (width - r);
    }
}

static bool decode_bitfield(a64_decoded *d, uint32_t raw)
{
    bool sf = a64_bit(raw, 31);
    unsigned r = a64_bits(raw, 21, 16);
    unsigned s = a64_bits(raw, 15, 10);
    unsigned opc = a64_bits(raw, 30, 29);
    if (opc == 3u || a64_bit(raw, 22) != sf || (!sf && (r > 31u || s > 31u)))
        return false;
    d->op.rd = a64_zr_dst(a64_bits(raw, 4, 0));
    d->op.rn = a64_zr_src(a64_bits(raw, 9, 5));
    if (opc == 0u)
        decode_sbfm(d, sf, r, s);
    else if (opc == 1u)
        decode_bfm(d, sf, r, s);
    else
        decode_ubfm(d, sf, r, s);
    return true;
}

static bool decode_extract(a64_decoded *d, uint32_t raw)
{
    bool sf = a64_bit(raw, 31);
    unsigned lsb = a64_bits(raw, 15, 10);
    if (a64_bits(raw, 30, 29) || a64_bit(raw, 21) || a64_bit(raw, 22) != sf || (!sf && lsb > 31u))
        return false;
    a64_set(d, sf ? extr64 : extr32, a64_zr_dst(a64_bits(raw, 4, 0)),
            a64_zr_src(a64_bits(raw, 9, 5)), a64_zr_src(a64_bits(raw, 20, 16)), lsb);
    return true;
}

static bool decode_pc_rel(a64_decoded *d, uint32_t raw)
{
    uint64_t imm = (uint64_t)a64_sext(a64_bits(raw, 23, 5) << 2 | a64_bits(raw, 30, 29), 21);
    bool page = a64_bit(raw, 31);
    a64_set(d, page ? adrp : adr, a64_zr_dst(a64_bits(raw, 4, 0)), 0, 0,
            page ? imm << A64_PAGE_BITS : imm);
    return true;
}

bool a64_decode_dp_imm(a64_decoded *d, uint32_t raw)
{
    switch (a64_bits(raw, 25, 23)) {
    case 0:
    case 1:
        return decode_pc_rel(d, raw);
    case 2:
    case 3:
        return decode_add_imm(d, raw);
    case 4:
        return decode_logic_imm(d, raw);
    case 5:
        return decode_mov_wide(d, raw);
    case 6:
        return decode_bitfield(d, raw);
    default:
        return decode_extract(d, raw);
    }
}
