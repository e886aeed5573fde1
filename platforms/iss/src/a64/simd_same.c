/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD three same: two integer vectors to one, lane by lane or by pairs. */
#include "simd_body.h"

/*
 * Lane by lane: `expr` over ul, ur (unsigned), sl, sr (signed) and acc (the destination). All 16
 * bytes are computed whatever the vector's length, which lets the compiler use vectors itself.
 */
#define LANES(name, bits, lane, expr)                                           \
    static void name##_##lane(a64_cpu *c, const a64_op *o)                      \
    {                                                                           \
        const a64_vec n = VEC(rn), m = VEC(rm), d = VEC(rd);                    \
        a64_vec r;                                                              \
        for (unsigned i = 0; i < 128u / (bits); i++) {                          \
            const uint##bits##_t ul = n.lane[i], ur = m.lane[i];                \
            const uint##bits##_t acc = d.lane[i];                               \
            const int##bits##_t sl = (int##bits##_t)ul, sr = (int##bits##_t)ur; \
            (void)sl, (void)sr, (void)acc;                                      \
            r.lane[i] = (uint##bits##_t)(expr);                                 \
        }                                                                       \
        simd_put(c, o, r);                                                      \
    }

#define LANES_BHS(name, expr) \
    LANES(name, 8, b, expr)   \
    LANES(name, 16, h, expr)  \
    LANES(name, 32, s, expr)
#define LANES_ALL(name, expr) \
    LANES_BHS(name, expr)     \
    LANES(name, 64, d, expr)

/* Wide enough for sums and differences of up to 32 bits. */
#define S(x) ((int64_t)(x))
#define U(x) ((uint64_t)(x))

LANES_BHS(shadd, (S(sl) + S(sr)) >> 1)
LANES_BHS(uhadd, (U(ul) + U(ur)) >> 1)
LANES_BHS(srhadd, (S(sl) + S(sr) + 1) >> 1)
LANES_BHS(urhadd, (U(ul) + U(ur) + 1u) >> 1)
LANES_BHS(shsub, (S(sl) - S(sr)) >> 1)
LANES_BHS(uhsub, (U(ul) - U(ur)) >> 1)
LANES_ALL(cmgt, sl > sr ? -1 : 0)
LANES_ALL(cmhi, ul > ur ? -1 : 0)
LANES_ALL(cmge, sl >= sr ? -1 : 0)
LANES_ALL(cmhs, ul >= ur ? -1 : 0)
LANES_ALL(cmtst, (ul & ur) != 0 ? -1 : 0)
LANES_ALL(cmeq, ul == ur ? -1 : 0)
LANES_BHS(smax, sl > sr ? ul : ur)
LANES_BHS(umax, ul > ur ? ul : ur)
LANES_BHS(smin, sl < sr ? ul : ur)
LANES_BHS(umin, ul < ur ? ul : ur)
LANES_BHS(sabd, sl > sr ? U(ul) - ur : U(ur) - ul)
LANES_BHS(uabd, ul > ur ? U(ul) - ur : U(ur) - ul)
LANES_BHS(saba, acc + (sl > sr ? U(ul) - ur : U(ur) - ul))
LANES_BHS(uaba, acc + (ul > ur ? U(ul) - ur : U(ur) - ul))
LANES_ALL(add, ul + ur)
LANES_ALL(sub, ul - ur)
LANES_BHS(mla, acc + 1u * ul * ur)
LANES_BHS(mls, acc - 1u * ul * ur)
LANES_BHS(mul, 1u * ul * ur)

LANES(land, 64, d, ul &ur)
LANES(bic, 64, d, ul & ~ur)
LANES(orr, 64, d, ul | ur)
LANES(orn, 64, d, ul | ~ur)
LANES(eor, 64, d, ul ^ ur)
LANES(bsl, 64, d, (ul & acc) | (ur & ~acc))
LANES(bit, 64, d, (ul & ur) | (acc & ~ur))
LANES(bif, 64, d, (ul & ~ur) | (acc & ur))

LANES(pmul, 8, b, simd_polynomial(ul, ur))

/* ------------------------------------------------------------------ pairs */

/* `half` lanes of the result from adjacent lanes of one vector: `expr` over the two of a pair. */
#define PAIRS_OF(bits, lane, from, half, first, expr)                                 \
    for (unsigned i = 0; i < (half); i++) {                                           \
        const uint##bits##_t ul = (from).lane[2u * i], ur = (from).lane[2u * i + 1u]; \
        const int##bits##_t sl = (int##bits##_t)ul, sr = (int##bits##_t)ur;           \
        (void)sl, (void)sr;                                                           \
        r.lane[(first) + i] = (uint##bits##_t)(expr);                                 \
    }

/* Two vectors laid end to end. The numbers of lanes are constants so that loops are unrolled. */
#define PAIRS(name, bits, lane, expr)                                 \
    static void name##_##lane(a64_cpu *c, const a64_op *o)            \
    {                                                                 \
        const a64_vec n = VEC(rn), m = VEC(rm);                       \
        a64_vec r = {.d = {0, 0}};                                    \
        if (o->ra == 16u) {                                           \
            PAIRS_OF(bits, lane, n, 64u / (bits), 0u, expr)           \
            PAIRS_OF(bits, lane, m, 64u / (bits), 64u / (bits), expr) \
        } else {                                                      \
            PAIRS_OF(bits, lane, n, 32u / (bits), 0u, expr)           \
            PAIRS_OF(bits, lane, m, 32u / (bits), 32u / (bits), expr) \
        }                                                             \
        VEC(rd) = r;                                                  \
    }

#define PAIRS_BHS(name, expr) \
    PAIRS(name, 8, b, expr)   \
    PAIRS(name, 16, h, expr)  \
    PAIRS(name, 32, s, expr)

PAIRS_BHS(smaxp, sl > sr ? ul : ur)
PAIRS_BHS(umaxp, ul > ur ? ul : ur)
PAIRS_BHS(sminp, sl < sr ? ul : ur)
PAIRS_BHS(uminp, ul < ur ? ul : ur)
PAIRS_BHS(addp, ul + ur)

/** Of 64-bit lanes there is the 128-bit form only. */
static void addp_d(a64_cpu *c, const a64_op *o)
{
    uint64_t low = VEC(rn).d[0] + VEC(rn).d[1], high = VEC(rm).d[0] + VEC(rm).d[1];
    VEC(rd) = (a64_vec){.d = {low, high}};
}

/* ------------------------------------------------------------------ saturating, shifting */

/* A function of whole lanes: size is log2 of the bytes, sat is set on saturation. */
typedef uint64_t lane_fn(uint64_t l, uint64_t r, unsigned bits, bool *sat);

static inline void by_lane(a64_cpu *c, const a64_op *o, unsigned size, lane_fn *fn)
{
    const a64_vec n = VEC(rn), m = VEC(rm);
    a64_vec r = {.d = {0, 0}};
    bool sat = false;
    for (unsigned i = 0; i < (unsigned)o->ra >> size; i++)
        simd_set(&r, size, i, fn(simd_get(&n, size, i), simd_get(&m, size, i), 8u << size, &sat));
    simd_note(c, sat);
    simd_put(c, o, r);
}

static uint64_t sqadd(uint64_t l, uint64_t r, unsigned bits, bool *sat)
{
    a64_i128 v = (a64_i128)a64_sext(l, bits) + a64_sext(r, bits);
    return (uint64_t)simd_sat_signed(v, bits, sat);
}

static uint64_t uqadd(uint64_t l, uint64_t r, unsigned bits, bool *sat)
{
    return simd_sat_unsigned((a64_i128)l + r, bits, sat);
}

static uint64_t sqsub(uint64_t l, uint64_t r, unsigned bits, bool *sat)
{
    a64_i128 v = (a64_i128)a64_sext(l, bits) - a64_sext(r, bits);
    return (uint64_t)simd_sat_signed(v, bits, sat);
}

static uint64_t uqsub(uint64_t l, uint64_t r, unsigned bits, bool *sat)
{
    return simd_sat_unsigned((a64_i128)l - r, bits, sat);
}

static uint64_t sqdmulh(uint64_t l, uint64_t r, unsigned bits, bool *sat)
{
    return simd_double_high(l, r, bits, false, sat);
}

static uint64_t sqrdmulh(uint64_t l, uint64_t r, unsigned bits, bool *sat)
{
    return simd_double_high(l, r, bits, true, sat);
}

/** A left shift by -128 to 127; to the right it rounds down or to nearest. Exact up to 127 bits. */
static a64_i128 shift_by(a64_i128 v, uint64_t by, bool round)
{
    int n = (int)a64_sext(by, 8);
    if (n >= 0)
        return (a64_i128)((a64_u128)v << (n > 127 ? 127 : n));
    n = -n;
    if (round)
        return n > 66 ? 0 : (v + ((a64_i128)1 << (n - 1))) >> n;
    return v >> (n > 127 ? 127 : n);
}

/** Whether a left shift by this much certainly saturates what is not zero. */
static bool shifts_out(uint64_t by, unsigned bits)
{
    return a64_sext(by, 8) >= (int)bits;
}

static uint64_t shift_plain(a64_i128 v, uint64_t by, unsigned bits, bool round)
{
    return shifts_out(by, bits) ? 0 : (uint64_t)shift_by(v, by, round);
}

static uint64_t shift_signed(uint64_t l, uint64_t by, unsigned bits, bool round, bool *sat)
{
    int64_t v = a64_sext(l, bits);
    if (shifts_out(by, bits) && v)
        return (uint64_t)simd_sat_signed(v < 0 ? -((a64_i128)1 << 100) : (a64_i128)1 << 100, bits,
                                         sat);
    return (uint64_t)simd_sat_signed(shift_by(v, by, round), bits, sat);
}

static uint64_t shift_unsigned(uint64_t l, uint64_t by, unsigned bits, bool round, bool *sat)
{
    if (shifts_out(by, bits) && l)
        return simd_sat_unsigned((a64_i128)1 << 100, bits, sat);
    return simd_sat_unsigned(shift_by((a64_i128)l, by, round), bits, sat);
}

#define SHIFT(name, expr)                                                  \
    static uint64_t name(uint64_t l, uint64_t r, unsigned bits, bool *sat) \
    {                                                                      \
        (void)sat;                                                         \
        return expr;                                                       \
    }

SHIFT(sshl, shift_plain(a64_sext(l, bits), r, bits, false))
SHIFT(ushl, shift_plain((a64_i128)l, r, bits, false))
SHIFT(srshl, shift_plain(a64_sext(l, bits), r, bits, true))
SHIFT(urshl, shift_plain((a64_i128)l, r, bits, true))
SHIFT(sqshl, shift_signed(l, r, bits, false, sat))
SHIFT(uqshl, shift_unsigned(l, r, bits, false, sat))
SHIFT(sqrshl, shift_signed(l, r, bits, true, sat))
SHIFT(uqrshl, shift_unsigned(l, r, bits, true, sat))

BODIES_ALL(sqadd, by_lane, sqadd)
BODIES_ALL(uqadd, by_lane, uqadd)
BODIES_ALL(sqsub, by_lane, sqsub)
BODIES_ALL(uqsub, by_lane, uqsub)
BODIES_ALL(sshl, by_lane, sshl)
BODIES_ALL(ushl, by_lane, ushl)
BODIES_ALL(srshl, by_lane, srshl)
BODIES_ALL(urshl, by_lane, urshl)
BODIES_ALL(sqshl, by_lane, sqshl)
BODIES_ALL(uqshl, by_lane, uqshl)
BODIES_ALL(sqrshl, by_lane, sqrshl)
BODIES_ALL(uqrshl, by_lane, uqrshl)
BODIES_HS(sqdmulh, by_lane, sqdmulh)
BODIES_HS(sqrdmulh, by_lane, sqrdmulh)

/* ------------------------------------------------------------------ decode */

bool simd_decode_same(a64_decoded *d, uint32_t raw)
{
    static const simd_row rows[2][24] = {
        {ROW_BHS(shadd, NONE),   ROW_ALL(sqadd, ALL),
         ROW_BHS(srhadd, NONE),  {{land_d, bic_d, orr_d, orn_d}, NONE, NONE},
         ROW_BHS(shsub, NONE),   ROW_ALL(sqsub, ALL),
         ROW_ALL(cmgt, D_ONLY),  ROW_ALL(cmge, D_ONLY),
         ROW_ALL(sshl, D_ONLY),  ROW_ALL(sqshl, ALL),
         ROW_ALL(srshl, D_ONLY), ROW_ALL(sqrshl, ALL),
         ROW_BHS(smax, NONE),    ROW_BHS(smin, NONE),
         ROW_BHS(sabd, NONE),    ROW_BHS(saba, NONE),
         ROW_ALL(add, D_ONLY),   ROW_ALL(cmtst, D_ONLY),
         ROW_BHS(mla, NONE),     ROW_BHS(mul, NONE),
         ROW_BHS(smaxp, NONE),   ROW_BHS(sminp, NONE),
         ROW_HS(sqdmulh, HS),    ROW_ALL(addp, NONE)},
        {ROW_BHS(uhadd, NONE),   ROW_ALL(uqadd, ALL),
         ROW_BHS(urhadd, NONE),  {{eor_d, bsl_d, bit_d, bif_d}, NONE, NONE},
         ROW_BHS(uhsub, NONE),   ROW_ALL(uqsub, ALL),
         ROW_ALL(cmhi, D_ONLY),  ROW_ALL(cmhs, D_ONLY),
         ROW_ALL(ushl, D_ONLY),  ROW_ALL(uqshl, ALL),
         ROW_ALL(urshl, D_ONLY), ROW_ALL(uqrshl, ALL),
         ROW_BHS(umax, NONE),    ROW_BHS(umin, NONE),
         ROW_BHS(uabd, NONE),    ROW_BHS(uaba, NONE),
         ROW_ALL(sub, D_ONLY),   ROW_ALL(cmeq, D_ONLY),
         ROW_BHS(mls, NONE),     {{pmul_b, NULL, NULL, NULL}, B_ONLY, NONE},
         ROW_BHS(umaxp, NONE),   ROW_BHS(uminp, NONE),
         ROW_HS(sqrdmulh, HS),   ROW_NONE}};
    unsigned opcode = a64_bits(raw, 15, 11), size = a64_bits(raw, 23, 22);
    const simd_row *row;
    if (opcode >= 24u)
        return simd_decode_same_fp(d, raw);
    row = &rows[a64_bit(raw, 29)][opcode];
    if (opcode == 3u) /* logic: the size says which */
        return !a64_bit(raw, 28) && simd_take(d, row->body[size], a64_bit(raw, 30) ? 16 : 8);
    return simd_take_row(d, row, size);
}
