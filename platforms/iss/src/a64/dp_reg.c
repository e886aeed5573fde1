/* SPDX-License-Identifier: Apache-2.0 */
/* Data processing on registers: add, logic, multiply, divide, select, compare, bit counting, CRC.
 */
#include "alu.h"
#include "exec.h"

#define X(field) (c->a.x[o->field])
#define W(field) ((uint32_t)c->a.x[o->field])

/*
 * Each two-source operation in three forms: plain register (`_r`), shifted register (`_s`: type in
 * ra, amount in imm); add and subtract also with an extended register (`_x`: option in ra).
 */
#define TWO_SOURCE(name, expr64, expr32)                                     \
    A64_HANDLER(name##64_r)                                                  \
    {                                                                        \
        uint64_t l = X(rn), r = X(rm);                                       \
        X(rd) = expr64;                                                      \
        A64_NEXT();                                                          \
    }                                                                        \
    A64_HANDLER(name##32_r)                                                  \
    {                                                                        \
        uint32_t l = W(rn), r = W(rm);                                       \
        X(rd) = expr32;                                                      \
        A64_NEXT();                                                          \
    }                                                                        \
    A64_HANDLER(name##64_s)                                                  \
    {                                                                        \
        uint64_t l = X(rn), r = a64_shift64(X(rm), o->ra, (unsigned)o->imm); \
        X(rd) = expr64;                                                      \
        A64_NEXT();                                                          \
    }                                                                        \
    A64_HANDLER(name##32_s)                                                  \
    {                                                                        \
        uint32_t l = W(rn), r = a64_shift32(W(rm), o->ra, (unsigned)o->imm); \
        X(rd) = expr32;                                                      \
        A64_NEXT();                                                          \
    }

#define EXTENDED(name, expr64, expr32)                                                \
    A64_HANDLER(name##64_x)                                                           \
    {                                                                                 \
        uint64_t l = X(rn), r = a64_extend(X(rm), o->ra, (unsigned)o->imm);           \
        X(rd) = expr64;                                                               \
        A64_NEXT();                                                                   \
    }                                                                                 \
    A64_HANDLER(name##32_x)                                                           \
    {                                                                                 \
        uint32_t l = W(rn), r = (uint32_t)a64_extend(X(rm), o->ra, (unsigned)o->imm); \
        X(rd) = expr32;                                                               \
        A64_NEXT();                                                                   \
    }

TWO_SOURCE(add, l + r, l + r)
TWO_SOURCE(sub, l - r, l - r)
TWO_SOURCE(adds, a64_adds64(&c->a, l, r), a64_adds32(&c->a, l, r))
TWO_SOURCE(subs, a64_subs64(&c->a, l, r), a64_subs32(&c->a, l, r))
EXTENDED(add, l + r, l + r)
EXTENDED(sub, l - r, l - r)
EXTENDED(adds, a64_adds64(&c->a, l, r), a64_adds32(&c->a, l, r))
EXTENDED(subs, a64_subs64(&c->a, l, r), a64_subs32(&c->a, l, r))
TWO_SOURCE(land, l &r, l &r)
TWO_SOURCE(bic, l & ~r, l & ~r)
TWO_SOURCE(orr, l | r, l | r)
TWO_SOURCE(orn, l | ~r, l | ~r)
TWO_SOURCE(eor, l ^ r, l ^ r)
TWO_SOURCE(eon, l ^ ~r, l ^ ~r)
TWO_SOURCE(ands, a64_logic64(&c->a, l &r), a64_logic32(&c->a, l &r))
TWO_SOURCE(bics, a64_logic64(&c->a, l & ~r), a64_logic32(&c->a, l & ~r))

A64_HANDLER(mov64)
{
    X(rd) = X(rm);
    A64_NEXT();
}

A64_HANDLER(mov32)
{
    X(rd) = W(rm);
    A64_NEXT();
}

/* One expression over 64-bit or 32-bit operands. */
#define SIMPLE(name, expr) \
    A64_HANDLER(name)      \
    {                      \
        X(rd) = expr;      \
        A64_NEXT();        \
    }

SIMPLE(adc64, X(rn) + X(rm) + c->a.cf)
SIMPLE(adc32, (uint32_t)(W(rn) + W(rm) + (uint32_t)c->a.cf))
SIMPLE(sbc64, X(rn) + ~X(rm) + c->a.cf)
SIMPLE(sbc32, (uint32_t)(W(rn) + ~W(rm) + (uint32_t)c->a.cf))
SIMPLE(adcs64, a64_adcs64(&c->a, X(rn), X(rm)))
SIMPLE(adcs32, a64_adcs32(&c->a, W(rn), W(rm)))
SIMPLE(sbcs64, a64_adcs64(&c->a, X(rn), ~X(rm)))
SIMPLE(sbcs32, a64_adcs32(&c->a, W(rn), ~W(rm)))

SIMPLE(lslv64, X(rn) << (X(rm) & 63u))
SIMPLE(lslv32, W(rn) << (X(rm) & 31u))
SIMPLE(lsrv64, X(rn) >> (X(rm) & 63u))
SIMPLE(lsrv32, W(rn) >> (X(rm) & 31u))
SIMPLE(asrv64, (uint64_t)((int64_t)X(rn) >> (X(rm) & 63u)))
SIMPLE(asrv32, (uint32_t)((int32_t)W(rn) >> (X(rm) & 31u)))
SIMPLE(rorv64, a64_shift64(X(rn), 3, X(rm) & 63u))
SIMPLE(rorv32, a64_shift32(W(rn), 3, X(rm) & 31u))

SIMPLE(madd64, X(ra) + X(rn) * X(rm))
SIMPLE(madd32, (uint32_t)(W(ra) + W(rn) * W(rm)))
SIMPLE(msub64, X(ra) - X(rn) * X(rm))
SIMPLE(msub32, (uint32_t)(W(ra) - W(rn) * W(rm)))
SIMPLE(smaddl, X(ra) + (uint64_t)((int64_t)(int32_t)W(rn) * (int32_t)W(rm)))
SIMPLE(smsubl, X(ra) - (uint64_t)((int64_t)(int32_t)W(rn) * (int32_t)W(rm)))
SIMPLE(umaddl, X(ra) + (uint64_t)W(rn) * W(rm))
SIMPLE(umsubl, X(ra) - (uint64_t)W(rn) * W(rm))
SIMPLE(smulh, (uint64_t)(((a64_i128)(int64_t)X(rn) * (int64_t)X(rm)) >> 64))
SIMPLE(umulh, (uint64_t)(((a64_u128)X(rn) * X(rm)) >> 64))

/* Division by zero gives zero; the one signed overflow wraps. */
SIMPLE(udiv64, X(rm) ? X(rn) / X(rm) : 0)
SIMPLE(udiv32, W(rm) ? W(rn) / W(rm) : 0)
SIMPLE(sdiv64, X(rm) == 0            ? 0
               : X(rm) == UINT64_MAX ? 0 - X(rn)
                                     : (uint64_t)((int64_t)X(rn) / (int64_t)X(rm)))
SIMPLE(sdiv32, W(rm) == 0            ? 0
               : W(rm) == UINT32_MAX ? 0u - W(rn)
                                     : (uint32_t)((int32_t)W(rn) / (int32_t)W(rm)))

static uint64_t reverse_bits(uint64_t v)
{
    v = (v >> 1 & UINT64_C(0x5555555555555555)) | (v & UINT64_C(0x5555555555555555)) << 1;
    v = (v >> 2 & UINT64_C(0x3333333333333333)) | (v & UINT64_C(0x3333333333333333)) << 2;
    v = (v >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (v & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
    return __builtin_bswap64(v);
}

static uint64_t reverse16(uint64_t v)
{
    return (v >> 8 & UINT64_C(0x00ff00ff00ff00ff)) | (v & UINT64_C(0x00ff00ff00ff00ff)) << 8;
}

static unsigned count_sign64(uint64_t v)
{
    uint64_t t = v ^ (UINT64_C(0) - (v >> 63));
    return t ? (unsigned)__builtin_clzll(t) - 1u : 63u;
}

static unsigned count_sign32(uint32_t v)
{
    uint32_t t = v ^ (UINT32_C(0) - (v >> 31));
    return t ? (unsigned)__builtin_clz(t) - 1u : 31u;
}

SIMPLE(rbit64, reverse_bits(X(rn)))
SIMPLE(rbit32, reverse_bits(X(rn)) >> 32)
SIMPLE(rev16_64, reverse16(X(rn)))
SIMPLE(rev16_32, reverse16(W(rn)))
SIMPLE(rev32_64, (uint64_t)__builtin_bswap32(W(rn)) |
                     (uint64_t)__builtin_bswap32((uint32_t)(X(rn) >> 32)) << 32)
SIMPLE(rev_32, __builtin_bswap32(W(rn)))
SIMPLE(rev_64, __builtin_bswap64(X(rn)))
SIMPLE(clz64, X(rn) ? (uint64_t)__builtin_clzll(X(rn)) : 64u)
SIMPLE(clz32, W(rn) ? (uint64_t)__builtin_clz(W(rn)) : 32u)
SIMPLE(cls64, count_sign64(X(rn)))
SIMPLE(cls32, count_sign32(W(rn)))

/* CRC of the low 2^ra bytes of rm; imm is the polynomial, bit-reversed. */
static uint32_t crc32_step(uint32_t crc, uint64_t data, unsigned bytes, uint32_t poly)
{
    for (unsigned i = 0; i < bytes; i++) {
        crc ^= (uint8_t)(data >> (8u * i));
        for (unsigned bit = 0; bit < 8u; bit++)
            crc = crc >> 1 ^ (poly & (0u - (crc & 1u)));
    }
    return crc;
}

SIMPLE(crc32_any, crc32_step(W(rn), X(rm), 1u << o->ra, (uint32_t)o->imm))

/* Conditional select: ra is the condition. */
SIMPLE(csel64, a64_cond(&c->a, o->ra) ? X(rn) : X(rm))
SIMPLE(csel32, (uint32_t)(a64_cond(&c->a, o->ra) ? X(rn) : X(rm)))
SIMPLE(csinc64, a64_cond(&c->a, o->ra) ? X(rn) : X(rm) + 1u)
SIMPLE(csinc32, (uint32_t)(a64_cond(&c->a, o->ra) ? X(rn) : X(rm) + 1u))
SIMPLE(csinv64, a64_cond(&c->a, o->ra) ? X(rn) : ~X(rm))
SIMPLE(csinv32, (uint32_t)(a64_cond(&c->a, o->ra) ? X(rn) : ~X(rm)))
SIMPLE(csneg64, a64_cond(&c->a, o->ra) ? X(rn) : 0 - X(rm))
SIMPLE(csneg32, (uint32_t)(a64_cond(&c->a, o->ra) ? X(rn) : 0 - X(rm)))

/* Conditional compare: ra is the condition, rd the flags otherwise; the register form has imm 0. */
#define COND_COMPARE(name, compare)                     \
    A64_HANDLER(name)                                   \
    {                                                   \
        if (a64_cond(&c->a, o->ra))                     \
            (void)compare;                              \
        else                                            \
            a64_set_nzcv(&c->a, (uint32_t)o->rd << 28); \
        A64_NEXT();                                     \
    }

COND_COMPARE(ccmn64, a64_adds64(&c->a, X(rn), X(rm) + o->imm))
COND_COMPARE(ccmn32, a64_adds32(&c->a, W(rn), W(rm) + (uint32_t)o->imm))
COND_COMPARE(ccmp64, a64_subs64(&c->a, X(rn), X(rm) + o->imm))
COND_COMPARE(ccmp32, a64_subs32(&c->a, W(rn), W(rm) + (uint32_t)o->imm))

/* ------------------------------------------------------------------ decode */

static bool decode_logic_shifted(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const plain[8][2] = {
        {land32_r, land64_r}, {bic32_r, bic64_r}, {orr32_r, orr64_r},   {orn32_r, orn64_r},
        {eor32_r, eor64_r},   {eon32_r, eon64_r}, {ands32_r, ands64_r}, {bics32_r, bics64_r}};
    static a64_fn *const shifted[8][2] = {
        {land32_s, land64_s}, {bic32_s, bic64_s}, {orr32_s, orr64_s},   {orn32_s, orn64_s},
        {eor32_s, eor64_s},   {eon32_s, eon64_s}, {ands32_s, ands64_s}, {bics32_s, bics64_s}};
    bool sf = a64_bit(raw, 31);
    unsigned index = a64_bits(raw, 30, 29) << 1 | a64_bit(raw, 21);
    unsigned amount = a64_bits(raw, 15, 10);
    uint8_t rn = a64_zr_src(a64_bits(raw, 9, 5));
    a64_fn *fn = amount ? shifted[index][sf] : plain[index][sf];
    if (!sf && amount > 31u)
        return false;
    if (index == 2u && rn == A64_ZR && !amount)
        fn = sf ? mov64 : mov32;
    a64_set(d, fn, a64_zr_dst(a64_bits(raw, 4, 0)), rn, a64_zr_src(a64_bits(raw, 20, 16)), amount);
    d->op.ra = (uint8_t)a64_bits(raw, 23, 22);
    return true;
}

static bool decode_add_shifted(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const plain[4][2] = {
        {add32_r, add64_r}, {adds32_r, adds64_r}, {sub32_r, sub64_r}, {subs32_r, subs64_r}};
    static a64_fn *const shifted[4][2] = {
        {add32_s, add64_s}, {adds32_s, adds64_s}, {sub32_s, sub64_s}, {subs32_s, subs64_s}};
    bool sf = a64_bit(raw, 31);
    unsigned index = a64_bits(raw, 30, 29);
    unsigned amount = a64_bits(raw, 15, 10);
    unsigned type = a64_bits(raw, 23, 22);
    if (type == 3u || (!sf && amount > 31u))
        return false;
    a64_set(d, amount ? shifted[index][sf] : plain[index][sf], a64_zr_dst(a64_bits(raw, 4, 0)),
            a64_zr_src(a64_bits(raw, 9, 5)), a64_zr_src(a64_bits(raw, 20, 16)), amount);
    d->op.ra = (uint8_t)type;
    return true;
}

static bool decode_add_extended(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[4][2] = {
        {add32_x, add64_x}, {adds32_x, adds64_x}, {sub32_x, sub64_x}, {subs32_x, subs64_x}};
    unsigned index = a64_bits(raw, 30, 29);
    unsigned amount = a64_bits(raw, 12, 10);
    uint32_t rd = a64_bits(raw, 4, 0);
    if (a64_bits(raw, 23, 22) || amount > 4u)
        return false;
    a64_set(d, fn[index][a64_bit(raw, 31)], (index & 1u) ? a64_zr_dst(rd) : (uint8_t)rd,
            (uint8_t)a64_bits(raw, 9, 5), a64_zr_src(a64_bits(raw, 20, 16)), amount);
    d->op.ra = (uint8_t)a64_bits(raw, 15, 13);
    return true;
}

static bool decode_carry(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[4][2] = {
        {adc32, adc64}, {adcs32, adcs64}, {sbc32, sbc64}, {sbcs32, sbcs64}};
    if (a64_bits(raw, 15, 10))
        return false;
    a64_set(d, fn[a64_bits(raw, 30, 29)][a64_bit(raw, 31)], a64_zr_dst(a64_bits(raw, 4, 0)),
            a64_zr_src(a64_bits(raw, 9, 5)), a64_zr_src(a64_bits(raw, 20, 16)), 0);
    return true;
}

static bool decode_cond_compare(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[2][2] = {{ccmn32, ccmn64}, {ccmp32, ccmp64}};
    bool immediate = a64_bit(raw, 11);
    uint32_t rm = a64_bits(raw, 20, 16);
    if (!a64_bit(raw, 29) || a64_bit(raw, 10) || a64_bit(raw, 4))
        return false;
    a64_set(d, fn[a64_bit(raw, 30)][a64_bit(raw, 31)], (uint8_t)a64_bits(raw, 3, 0),
            a64_zr_src(a64_bits(raw, 9, 5)), immediate ? (uint8_t)A64_ZR : a64_zr_src(rm),
            immediate ? rm : 0);
    d->op.ra = (uint8_t)a64_bits(raw, 15, 12);
    return true;
}

static bool decode_cond_select(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[4][2] = {
        {csel32, csel64}, {csinc32, csinc64}, {csinv32, csinv64}, {csneg32, csneg64}};
    if (a64_bit(raw, 29) || a64_bit(raw, 11))
        return false;
    a64_set(d, fn[a64_bit(raw, 30) << 1 | a64_bit(raw, 10)][a64_bit(raw, 31)],
            a64_zr_dst(a64_bits(raw, 4, 0)), a64_zr_src(a64_bits(raw, 9, 5)),
            a64_zr_src(a64_bits(raw, 20, 16)), 0);
    d->op.ra = (uint8_t)a64_bits(raw, 15, 12);
    return true;
}

static bool decode_three_source(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const wide[8][2] = {{smaddl, smsubl}, {smulh, NULL}, {NULL, NULL}, {NULL, NULL},
                                       {umaddl, umsubl}, {umulh, NULL}, {NULL, NULL}, {NULL, NULL}};
    static a64_fn *const plain[2][2] = {{madd32, madd64}, {msub32, msub64}};
    bool sf = a64_bit(raw, 31);
    unsigned op31 = a64_bits(raw, 23, 21);
    unsigned o0 = a64_bit(raw, 15);
    a64_fn *fn = plain[o0][sf];
    if (a64_bits(raw, 30, 29))
        return false;
    if (op31 != 0u)
        fn = !sf          ? NULL
             : op31 == 1u ? wide[0][o0]
             : op31 == 2u ? wide[1][o0]
             : op31 == 5u ? wide[4][o0]
             : op31 == 6u ? wide[5][o0]
                          : NULL;
    if (!fn)
        return false;
    a64_set(d, fn, a64_zr_dst(a64_bits(raw, 4, 0)), a64_zr_src(a64_bits(raw, 9, 5)),
            a64_zr_src(a64_bits(raw, 20, 16)), 0);
    d->op.ra = a64_zr_src(a64_bits(raw, 14, 10));
    d->cls = ISS_CPI_mul;
    return true;
}

static bool decode_crc32(a64_decoded *d, uint32_t raw)
{
    unsigned size = a64_bits(raw, 11, 10);
    if (!d->model->crc32 || a64_bit(raw, 31) != (size == 3u))
        return false;
    d->op.fn = crc32_any;
    d->op.imm = a64_bit(raw, 12) ? 0x82f63b78u : 0xedb88320u;
    d->op.ra = (uint8_t)size;
    return true;
}

static bool decode_two_source(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const shifts[4][2] = {
        {lslv32, lslv64}, {lsrv32, lsrv64}, {asrv32, asrv64}, {rorv32, rorv64}};
    bool sf = a64_bit(raw, 31);
    unsigned opcode = a64_bits(raw, 15, 10);
    if (a64_bit(raw, 29))
        return false;
    a64_set(d, NULL, a64_zr_dst(a64_bits(raw, 4, 0)), a64_zr_src(a64_bits(raw, 9, 5)),
            a64_zr_src(a64_bits(raw, 20, 16)), 0);
    if (opcode >> 3 == 2u)
        return decode_crc32(d, raw);
    if (opcode >> 2 == 2u) {
        d->op.fn = shifts[opcode & 3u][sf];
    } else if (opcode >> 1 == 1u) {
        d->op.fn = (opcode & 1u) ? (sf ? sdiv64 : sdiv32) : (sf ? udiv64 : udiv32);
        d->cls = ISS_CPI_div;
    }
    return d->op.fn != NULL;
}

static bool decode_one_source(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[6][2] = {{rbit32, rbit64}, {rev16_32, rev16_64}, {rev_32, rev32_64},
                                     {NULL, rev_64},   {clz32, clz64},       {cls32, cls64}};
    unsigned opcode = a64_bits(raw, 15, 10);
    if (a64_bit(raw, 29) || a64_bits(raw, 20, 16) || opcode > 5u)
        return false;
    a64_set(d, fn[opcode][a64_bit(raw, 31)], a64_zr_dst(a64_bits(raw, 4, 0)),
            a64_zr_src(a64_bits(raw, 9, 5)), 0, 0);
    return d->op.fn != NULL;
}

bool a64_decode_dp_reg(a64_decoded *d, uint32_t raw)
{
    if (!a64_bit(raw, 28)) {
        if (!a64_bit(raw, 24))
            return decode_logic_shifted(d, raw);
        return a64_bit(raw, 21) ? decode_add_extended(d, raw) : decode_add_shifted(d, raw);
    }
    if (a64_bit(raw, 24))
        return decode_three_source(d, raw);
    switch (a64_bits(raw, 23, 21)) {
    case 0:
        return decode_carry(d, raw);
    case 2:
        return decode_cond_compare(d, raw);
    case 4:
        return decode_cond_select(d, raw);
    case 6:
        return a64_bit(raw, 30) ? decode_one_source(d, raw) : decode_two_source(d, raw);
    default:
        return false;
    }
}
