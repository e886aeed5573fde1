/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD copies, permutations, table look-ups, extraction and immediates. */
#include "simd.h"

#define X(field) (c->a.x[o->field])

/* ------------------------------------------------------------------ copies */

/** The lane that imm5 names, for elements of 2^size bytes. */
static inline unsigned lane_of(const a64_op *o, unsigned size)
{
    return a64_bits(o->raw, 20, 16) >> (size + 1u);
}

static inline void fill(a64_cpu *c, const a64_op *o, unsigned size, uint64_t v)
{
    static const uint64_t every[4] = {UINT64_C(0x0101010101010101), UINT64_C(0x0001000100010001),
                                      UINT64_C(0x0000000100000001), 1};
    uint64_t pattern = (v & simd_ones(8u << size)) * every[size];
    simd_put(c, o, (a64_vec){.d = {pattern, pattern}});
}

/* gen: from a general register; lane: from an element of a vector. */
#define COPY(lane, size)                                                \
    static void dup_gen_##lane(a64_cpu *c, const a64_op *o)             \
    {                                                                   \
        fill(c, o, size, X(rn));                                        \
    }                                                                   \
    static void dup_lane_##lane(a64_cpu *c, const a64_op *o)            \
    {                                                                   \
        fill(c, o, size, VEC(rn).lane[lane_of(o, size)]);               \
    }                                                                   \
    static void ins_gen_##lane(a64_cpu *c, const a64_op *o)             \
    {                                                                   \
        simd_set(&VEC(rd), size, lane_of(o, size), X(rn));              \
    }                                                                   \
    static void ins_lane_##lane(a64_cpu *c, const a64_op *o)            \
    {                                                                   \
        unsigned from = a64_bits(o->raw, 14, 11) >> (size);             \
        simd_set(&VEC(rd), size, lane_of(o, size), VEC(rn).lane[from]); \
    }                                                                   \
    static void umov_##lane(a64_cpu *c, const a64_op *o)                \
    {                                                                   \
        X(rd) = VEC(rn).lane[lane_of(o, size)];                         \
    }

COPY(b, 0u)
COPY(h, 1u)
COPY(s, 2u)
COPY(d, 3u)

/* SMOV: sign-extended to 32 or 64 bits. */
#define SMOV(lane, size, wide)                                                          \
    static void smov_##lane##_##wide(a64_cpu *c, const a64_op *o)                       \
    {                                                                                   \
        X(rd) = (uint##wide##_t)a64_sext(VEC(rn).lane[lane_of(o, size)], 8u << (size)); \
    }

SMOV(b, 0u, 32)
SMOV(b, 0u, 64)
SMOV(h, 1u, 32)
SMOV(h, 1u, 64)
SMOV(s, 2u, 64)

/** A lane to a general register. */
static bool decode_move(a64_decoded *d, uint32_t raw, unsigned size, bool is_signed)
{
    static a64_body *const to_x[4] = {umov_b, umov_h, umov_s, umov_d};
    static a64_body *const sign[2][4] = {{smov_b_32, smov_h_32, NULL, NULL},
                                         {smov_b_64, smov_h_64, smov_s_64, NULL}};
    bool q = a64_bit(raw, 30);
    if (!is_signed && q != (size == 3u))
        return false;
    if (!simd_take(d, is_signed ? sign[q][size] : to_x[size], 16))
        return false;
    d->op.rd = a64_zr_dst(d->op.rd);
    return true;
}

bool simd_decode_copy(a64_decoded *d, uint32_t raw)
{
    static a64_body *const dup_lane[4] = {dup_lane_b, dup_lane_h, dup_lane_s, dup_lane_d};
    static a64_body *const dup_gen[4] = {dup_gen_b, dup_gen_h, dup_gen_s, dup_gen_d};
    static a64_body *const ins_gen[4] = {ins_gen_b, ins_gen_h, ins_gen_s, ins_gen_d};
    static a64_body *const ins_lane[4] = {ins_lane_b, ins_lane_h, ins_lane_s, ins_lane_d};
    unsigned imm5 = a64_bits(raw, 20, 16), imm4 = a64_bits(raw, 14, 11);
    bool q = a64_bit(raw, 30), general = false;
    unsigned size = 0, bytes = q ? 16u : 8u;
    if (!(imm5 & 15u))
        return false;
    while (!(imm5 >> size & 1u))
        size++;
    if (a64_bit(raw, 28)) /* scalar: DUP only */
        return imm4 == 0u && !a64_bit(raw, 29) && simd_take(d, dup_lane[size], 1u << size);
    if (a64_bit(raw, 29))
        return q && simd_take(d, ins_lane[size], 16);
    switch (imm4) {
    case 0:
        return (size != 3u || q) && simd_take(d, dup_lane[size], bytes);
    case 1:
        general = (size != 3u || q) && simd_take(d, dup_gen[size], bytes);
        break;
    case 3:
        general = q && simd_take(d, ins_gen[size], 16);
        break;
    case 5:
    case 7:
        return decode_move(d, raw, size, imm4 == 5u);
    default:
        return false;
    }
    d->op.rn = a64_zr_src(d->op.rn);
    return general;
}

/* ------------------------------------------------------------------ permutations */

/** UZP, TRN and ZIP as the lane of the two vectors end to end that each lane comes from. */
static unsigned source_of(unsigned opcode, unsigned i, unsigned lanes)
{
    unsigned second = opcode >> 2;
    switch (opcode & 3u) {
    case 1: /* UZP */
        return 2u * i + second;
    case 2: /* TRN */
        return (i & ~1u) + second + (i & 1u) * lanes;
    default: /* ZIP */
        return i / 2u + second * (lanes / 2u) + (i & 1u) * lanes;
    }
}

static void permute(a64_cpu *c, const a64_op *o)
{
    const a64_vec n = VEC(rn), m = VEC(rm);
    unsigned size = a64_bits(o->raw, 23, 22), lanes = (unsigned)o->ra >> size;
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < lanes; i++) {
        unsigned from = source_of(a64_bits(o->raw, 14, 12), i, lanes);
        simd_set(&r, size, i,
                 from < lanes ? simd_get(&n, size, from) : simd_get(&m, size, from - lanes));
    }
    simd_put(c, o, r);
}

static void extract(a64_cpu *c, const a64_op *o)
{
    const a64_vec n = VEC(rn), m = VEC(rm);
    unsigned first = a64_bits(o->raw, 14, 11), bytes = o->ra;
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < bytes; i++)
        r.b[i] = first + i < bytes ? n.b[first + i] : m.b[first + i - bytes];
    simd_put(c, o, r);
}

/** TBL, and TBX, which leaves lanes whose index is out of range as they are. */
static void table(a64_cpu *c, const a64_op *o)
{
    const a64_vec m = VEC(rm), d = VEC(rd);
    unsigned registers = a64_bits(o->raw, 14, 13) + 1u;
    bool keep = a64_bit(o->raw, 12);
    a64_vec r = {.d = {0, 0}};
    for (unsigned i = 0; i < o->ra; i++) {
        unsigned index = m.b[i];
        if (index < 16u * registers)
            r.b[i] = c->a.v[(o->rn + index / 16u) % 32u].b[index % 16u];
        else
            r.b[i] = keep ? d.b[i] : 0;
    }
    simd_put(c, o, r);
}

bool simd_decode_permute(a64_decoded *d, uint32_t raw)
{
    bool q = a64_bit(raw, 30);
    unsigned bytes = q ? 16u : 8u, size = a64_bits(raw, 23, 22);
    if (a64_bit(raw, 15) || a64_bit(raw, 10) || a64_bit(raw, 21))
        return false;
    if (a64_bit(raw, 29)) /* EXT */
        return size == 0u && (q || !a64_bit(raw, 14)) && simd_take(d, extract, bytes);
    if (a64_bit(raw, 11))
        return a64_bits(raw, 13, 12) && (size != 3u || q) && simd_take(d, permute, bytes);
    return size == 0u && simd_take(d, table, bytes);
}

/* ------------------------------------------------------------------ immediates */

/** What cmode makes of the eight bits; op tells MOVI of D and FMOV of D from their neighbours. */
static uint64_t expand(unsigned op, unsigned cmode, unsigned imm8)
{
    uint64_t v = imm8, bytes = 0;
    if (cmode < 8u)
        return (v << (8u * (cmode >> 1))) * UINT64_C(0x100000001);
    if (cmode < 12u)
        return (v << (8u * (cmode >> 1 & 1u))) * UINT64_C(0x1000100010001);
    if (cmode == 12u)
        return (v << 8 | 0xffu) * UINT64_C(0x100000001);
    if (cmode == 13u)
        return (v << 16 | 0xffffu) * UINT64_C(0x100000001);
    if (cmode == 15u)
        return op ? fp_expand_imm(FP_DOUBLE, imm8)
                  : fp_expand_imm(FP_SINGLE, imm8) * UINT64_C(0x100000001);
    if (!op)
        return v * UINT64_C(0x0101010101010101);
    for (unsigned i = 0; i < 8u; i++)
        bytes |= (v >> i & 1u ? UINT64_C(0xff) : 0) << (8u * i);
    return bytes;
}

/* These keep the constant in imm. */
A64_HANDLER(movi)
{
    if (A64_UNLIKELY(c->fp_trap))
        A64_TAIL(a64_op_fp_trap, c, o, acc);
    VEC(rd) = (a64_vec){.d = {o->imm, o->ra == 16u ? o->imm : 0}};
    A64_NEXT();
}

A64_HANDLER(orr_imm)
{
    if (A64_UNLIKELY(c->fp_trap))
        A64_TAIL(a64_op_fp_trap, c, o, acc);
    VEC(rd).d[0] |= o->imm;
    VEC(rd).d[1] = o->ra == 16u ? VEC(rd).d[1] | o->imm : 0;
    A64_NEXT();
}

A64_HANDLER(bic_imm)
{
    if (A64_UNLIKELY(c->fp_trap))
        A64_TAIL(a64_op_fp_trap, c, o, acc);
    VEC(rd).d[0] &= ~o->imm;
    VEC(rd).d[1] = o->ra == 16u ? VEC(rd).d[1] & ~o->imm : 0;
    A64_NEXT();
}

bool simd_decode_immediate(a64_decoded *d, uint32_t raw)
{
    unsigned op = a64_bit(raw, 29), cmode = a64_bits(raw, 15, 12);
    unsigned imm8 = a64_bits(raw, 18, 16) << 5 | a64_bits(raw, 9, 5);
    bool q = a64_bit(raw, 30), logic = cmode < 12u && (cmode & 1u);
    uint64_t v = expand(op, cmode, imm8);
    if (a64_bit(raw, 11) || (cmode == 15u && op && !q))
        return false;
    d->op.rd = (uint8_t)a64_bits(raw, 4, 0);
    d->op.ra = q ? 16u : 8u;
    d->op.fn = logic ? (op ? bic_imm : orr_imm) : movi;
    d->op.imm = op && !logic && cmode < 14u ? ~v : v;
    return true;
}
