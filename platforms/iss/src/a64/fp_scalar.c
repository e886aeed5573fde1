/* SPDX-License-Identifier: Apache-2.0 */
/* Scalar floating point: data processing, comparison, selection, moves and conversions. */
#include "simd_body.h"

#define X(field) (c->a.x[o->field])

/** The format that an instruction names in [23:22]; of FCVT the source. */
static inline fp_size format_of(uint32_t raw)
{
    static const uint8_t formats[4] = {FP_SINGLE, FP_DOUBLE, 0, FP_HALF};
    return (fp_size)formats[a64_bits(raw, 23, 22)];
}

static inline uint64_t read_fp(const a64_cpu *c, unsigned reg, fp_size z)
{
    return simd_get(&c->a.v[reg], z, 0);
}

static inline void write_fp(a64_cpu *c, const a64_op *o, uint64_t v)
{
    VEC(rd) = (a64_vec){.d = {v, 0}};
}

/* ------------------------------------------------------------------ moves */

/* The lower part of a register, the rest zero. */
BODY(fmov_s, write_fp(c, o, VEC(rn).s[0]))
BODY(fmov_d, write_fp(c, o, VEC(rn).d[0]))

static void fmov_to_w(a64_cpu *c, const a64_op *o)
{
    X(rd) = VEC(rn).s[0];
}

static void fmov_to_x(a64_cpu *c, const a64_op *o)
{
    X(rd) = VEC(rn).d[0];
}

static void fmov_to_x_high(a64_cpu *c, const a64_op *o)
{
    X(rd) = VEC(rn).d[1];
}

static void fmov_from_w(a64_cpu *c, const a64_op *o)
{
    write_fp(c, o, (uint32_t)X(rn));
}

static void fmov_from_x(a64_cpu *c, const a64_op *o)
{
    write_fp(c, o, X(rn));
}

static void fmov_from_x_high(a64_cpu *c, const a64_op *o)
{
    VEC(rd).d[1] = X(rn);
}

static void fmov_imm(a64_cpu *c, const a64_op *o)
{
    write_fp(c, o, fp_expand_imm(format_of(o->raw), a64_bits(o->raw, 20, 13)));
}

static bool decode_imm(a64_decoded *d, uint32_t raw)
{
    fp_size z = format_of(raw);
    return z >= FP_SINGLE && !a64_bits(raw, 9, 5) && simd_take(d, fmov_imm, 8);
}

/* ------------------------------------------------------------------ one operand */

static inline void one(a64_cpu *c, const a64_op *o, fp_size z, fp_one_fn *fn)
{
    fp_env e = simd_fp_env(c);
    write_fp(c, o, fn(z, read_fp(c, o->rn, z), &e));
    c->a.fpsr |= e.flags;
}

#define ONE(name, expr) \
    ONE_FN(name, expr)  \
    BODIES_SD(name, one, one_##name)

FP_OPS_OF_ONE(ONE)

/** FCVT: the source is named in [23:22], the destination in [16:15]. */
static void fcvt(a64_cpu *c, const a64_op *o)
{
    fp_size from = format_of(o->raw), to = format_of(o->raw << 7);
    fp_env e = simd_fp_env(c);
    write_fp(c, o, fp_convert(from, to, read_fp(c, o->rn, from), (fp_round)e.round, &e));
    c->a.fpsr |= e.flags;
}

static bool decode_one(a64_decoded *d, uint32_t raw)
{
    static a64_body *const bodies[16][2] = {
        {fmov_s, fmov_d},     {fabs__s, fabs__d},   {fneg_s, fneg_d},     {fsqrt_s, fsqrt_d},
        {NULL, fcvt},         {fcvt, NULL},         {NULL, NULL},         {fcvt, fcvt},
        {frintn_s, frintn_d}, {frintp_s, frintp_d}, {frintm_s, frintm_d}, {frintz_s, frintz_d},
        {frinta_s, frinta_d}, {NULL, NULL},         {frintx_s, frintx_d}, {frinti_s, frinti_d}};
    unsigned opcode = a64_bits(raw, 20, 15);
    fp_size z = format_of(raw);
    if (z == FP_HALF)
        return (opcode == 4u || opcode == 5u) && simd_take(d, fcvt, 8);
    return opcode < 16u && z && simd_take(d, bodies[opcode][z == FP_DOUBLE], 8);
}

/* ------------------------------------------------------------------ two and three operands */

static inline void two(a64_cpu *c, const a64_op *o, fp_size z, fp_two_fn *fn)
{
    fp_env e = simd_fp_env(c);
    write_fp(c, o, fn(z, read_fp(c, o->rn, z), read_fp(c, o->rm, z), &e));
    c->a.fpsr |= e.flags;
}

static uint64_t nmul(fp_size z, uint64_t l, uint64_t r, fp_env *e)
{
    return fp_neg(z, fp_mul(z, l, r, e));
}

#define TWO(name, fn) BODIES_SD(name, two, fn)

FP_OPS_OF_TWO(TWO)
TWO(fnmul, nmul)

static bool decode_two(a64_decoded *d, uint32_t raw)
{
    static a64_body *const bodies[9][2] = {
        {fmul_s, fmul_d},     {fdiv_s, fdiv_d},     {fadd_s, fadd_d},
        {fsub_s, fsub_d},     {fmax_s, fmax_d},     {fmin_s, fmin_d},
        {fmaxnm_s, fmaxnm_d}, {fminnm_s, fminnm_d}, {fnmul_s, fnmul_d}};
    unsigned opcode = a64_bits(raw, 15, 12);
    fp_size z = format_of(raw);
    return opcode < 9u && z >= FP_SINGLE && simd_take(d, bodies[opcode][z == FP_DOUBLE], 8);
}

/** FMADD and its relatives: @p product and @p addend are negated first. ra is a register here. */
static inline void fused(a64_cpu *c, const a64_op *o, fp_size z, bool product, bool addend)
{
    fp_env e = simd_fp_env(c);
    uint64_t a = read_fp(c, o->ra, z), l = read_fp(c, o->rn, z), r = read_fp(c, o->rm, z);
    a = addend ? fp_neg(z, a) : a;
    l = product ? fp_neg(z, l) : l;
    write_fp(c, o, fp_muladd(z, a, l, r, &e));
    c->a.fpsr |= e.flags;
}

BODIES_SD(fmadd, fused, false, false)
BODIES_SD(fmsub, fused, true, false)
BODIES_SD(fnmadd, fused, true, true)
BODIES_SD(fnmsub, fused, false, true)

static bool decode_three(a64_decoded *d, uint32_t raw)
{
    static a64_body *const bodies[4][2] = {
        {fmadd_s, fmadd_d}, {fmsub_s, fmsub_d}, {fnmadd_s, fnmadd_d}, {fnmsub_s, fnmsub_d}};
    unsigned which = a64_bit(raw, 21) << 1 | a64_bit(raw, 15);
    fp_size z = format_of(raw);
    if (z < FP_SINGLE)
        return false;
    return simd_take(d, bodies[which][z == FP_DOUBLE], a64_bits(raw, 14, 10));
}

/* ------------------------------------------------------------------ comparison, selection */

static unsigned condition_of(const a64_op *o)
{
    return a64_bits(o->raw, 15, 12);
}

/** FCMP and FCMPE; with zero when bit 3 is set. */
static void fcmp(a64_cpu *c, const a64_op *o)
{
    fp_size z = format_of(o->raw);
    fp_env e = simd_fp_env(c);
    uint64_t r = a64_bit(o->raw, 3) ? 0 : read_fp(c, o->rm, z);
    a64_set_nzcv(&c->a, (uint32_t)fp_compare(z, read_fp(c, o->rn, z), r, a64_bit(o->raw, 4), &e)
                            << 28);
    c->a.fpsr |= e.flags;
}

static void fccmp(a64_cpu *c, const a64_op *o)
{
    fp_size z = format_of(o->raw);
    fp_env e = simd_fp_env(c);
    uint32_t nzcv = a64_bits(o->raw, 3, 0);
    if (a64_cond(&c->a, condition_of(o)))
        nzcv = fp_compare(z, read_fp(c, o->rn, z), read_fp(c, o->rm, z), a64_bit(o->raw, 4), &e);
    a64_set_nzcv(&c->a, nzcv << 28);
    c->a.fpsr |= e.flags;
}

static void fcsel(a64_cpu *c, const a64_op *o)
{
    unsigned from = a64_cond(&c->a, condition_of(o)) ? o->rn : o->rm;
    write_fp(c, o, read_fp(c, from, format_of(o->raw)));
}

/* ------------------------------------------------------------------ general registers */

/** Destination of a conversion to an integer: W or X. */
static void to_general(a64_cpu *c, const a64_op *o, unsigned frac, fp_round round)
{
    fp_size z = format_of(o->raw);
    fp_env e = simd_fp_env(c);
    unsigned bits = a64_bit(o->raw, 31) ? 64u : 32u;
    bool is_signed = !a64_bit(o->raw, 16);
    X(rd) = fp_to_fixed(z, read_fp(c, o->rn, z), bits, frac, is_signed, round, &e);
    c->a.fpsr |= e.flags;
}

static void from_general(a64_cpu *c, const a64_op *o, unsigned frac)
{
    fp_env e = simd_fp_env(c);
    unsigned bits = a64_bit(o->raw, 31) ? 64u : 32u;
    uint64_t v = X(rn) & simd_ones(bits);
    write_fp(c, o, fp_from_fixed(format_of(o->raw), v, bits, frac, !a64_bit(o->raw, 16), &e));
    c->a.fpsr |= e.flags;
}

static void fcvt_to_int(a64_cpu *c, const a64_op *o)
{
    bool away = a64_bit(o->raw, 18);
    to_general(c, o, 0, away ? FP_TIES_AWAY : (fp_round)a64_bits(o->raw, 20, 19));
}

static void fcvt_to_fixed(a64_cpu *c, const a64_op *o)
{
    to_general(c, o, 64u - a64_bits(o->raw, 15, 10), FP_TO_ZERO);
}

static void fcvt_from_int(a64_cpu *c, const a64_op *o)
{
    from_general(c, o, 0);
}

static void fcvt_from_fixed(a64_cpu *c, const a64_op *o)
{
    from_general(c, o, 64u - a64_bits(o->raw, 15, 10));
}

/** To a general register: 31 is the zero register. */
static bool take_to(a64_decoded *d, a64_body *body)
{
    bool ok = simd_take(d, body, 8);
    d->op.rd = a64_zr_dst(d->op.rd);
    return ok;
}

static bool take_from(a64_decoded *d, a64_body *body)
{
    bool ok = simd_take(d, body, 8);
    d->op.rn = a64_zr_src(d->op.rn);
    return ok;
}

/** FMOV between the kinds of registers, bits unchanged. */
static bool decode_move(a64_decoded *d, uint32_t raw, bool from)
{
    unsigned form = a64_bit(raw, 31) << 4 | a64_bits(raw, 23, 22) << 2 | a64_bits(raw, 20, 19);
    switch (form) {
    case 0x00:
        return from ? take_from(d, fmov_from_w) : take_to(d, fmov_to_w);
    case 0x14:
        return from ? take_from(d, fmov_from_x) : take_to(d, fmov_to_x);
    case 0x19:
        return from ? take_from(d, fmov_from_x_high) : take_to(d, fmov_to_x_high);
    default:
        return false;
    }
}

static bool decode_integer(a64_decoded *d, uint32_t raw)
{
    unsigned opcode = a64_bits(raw, 18, 16), mode = a64_bits(raw, 20, 19);
    if (opcode >= 6u)
        return decode_move(d, raw, opcode == 7u);
    if (format_of(raw) < FP_SINGLE || (opcode >= 2u && mode))
        return false;
    return opcode == 2u || opcode == 3u ? take_from(d, fcvt_from_int) : take_to(d, fcvt_to_int);
}

static bool decode_fixed(a64_decoded *d, uint32_t raw)
{
    unsigned opcode = a64_bits(raw, 20, 16);
    if (format_of(raw) < FP_SINGLE || (!a64_bit(raw, 31) && !a64_bit(raw, 15)))
        return false;
    if (opcode >> 1 == 1u) /* SCVTF, UCVTF */
        return take_from(d, fcvt_from_fixed);
    return opcode >> 1 == 12u && take_to(d, fcvt_to_fixed);
}

/* ------------------------------------------------------------------ decode */

static bool decode_compare(a64_decoded *d, uint32_t raw)
{
    return format_of(raw) >= FP_SINGLE && !a64_bits(raw, 15, 14) && !a64_bits(raw, 2, 0) &&
           simd_take(d, fcmp, 8);
}

bool fp_decode(a64_decoded *d, uint32_t raw)
{
    if (a64_bit(raw, 24))
        return !a64_bit(raw, 31) && decode_three(d, raw);
    if (!a64_bit(raw, 21))
        return decode_fixed(d, raw);
    if (!a64_bits(raw, 15, 10))
        return decode_integer(d, raw);
    if (a64_bit(raw, 31))
        return false;
    switch (a64_bits(raw, 11, 10)) {
    case 1:
        return format_of(raw) >= FP_SINGLE && simd_take(d, fccmp, 8);
    case 2:
        return decode_two(d, raw);
    case 3:
        return format_of(raw) >= FP_SINGLE && simd_take(d, fcsel, 8);
    default:
        break;
    }
    if (a64_bit(raw, 12))
        return decode_imm(d, raw);
    if (a64_bit(raw, 13))
        return decode_compare(d, raw);
    return a64_bit(raw, 14) && decode_one(d, raw);
}
