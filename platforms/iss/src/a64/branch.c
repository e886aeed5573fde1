/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Branches. A target in the same page is a distance between slots (imm, in bytes of decoded code);
 * any other goes through the instruction look-aside buffer (imm: byte offset from the branch).
 */
#include "exec.h"

#define X(field) (c->a.x[o->field])

/** The slot at a distance of imm bytes of decoded code. */
static inline const a64_op *near_target(const a64_op *o)
{
    return (const a64_op *)((const char *)o + (int64_t)o->imm);
}

#define BRANCH_IF(name, test)                   \
    A64_HANDLER(name##_near)                    \
    {                                           \
        if (test)                               \
            A64_GOTO(near_target(o));           \
        A64_NEXT();                             \
    }                                           \
    A64_HANDLER(name##_far)                     \
    {                                           \
        if (test)                               \
            A64_JUMP(a64_pc_of(c, o) + o->imm); \
        A64_NEXT();                             \
    }

#define N_SET (c->a.nf >> 63)
#define V_SET (c->a.vf >> 63)

BRANCH_IF(b_eq, c->a.zf == 0)
BRANCH_IF(b_ne, c->a.zf != 0)
BRANCH_IF(b_cs, c->a.cf)
BRANCH_IF(b_cc, !c->a.cf)
BRANCH_IF(b_mi, N_SET)
BRANCH_IF(b_pl, !N_SET)
BRANCH_IF(b_vs, V_SET)
BRANCH_IF(b_vc, !V_SET)
BRANCH_IF(b_hi, c->a.cf && c->a.zf)
BRANCH_IF(b_ls, !(c->a.cf && c->a.zf))
BRANCH_IF(b_ge, !((c->a.nf ^ c->a.vf) >> 63))
BRANCH_IF(b_lt, (c->a.nf ^ c->a.vf) >> 63)
BRANCH_IF(b_gt, c->a.zf && !((c->a.nf ^ c->a.vf) >> 63))
BRANCH_IF(b_le, !(c->a.zf && !((c->a.nf ^ c->a.vf) >> 63)))
BRANCH_IF(cbz64, X(rn) == 0)
BRANCH_IF(cbz32, (uint32_t)X(rn) == 0)
BRANCH_IF(cbnz64, X(rn) != 0)
BRANCH_IF(cbnz32, (uint32_t)X(rn) != 0)
BRANCH_IF(tbz, !(X(rn) >> o->ra & 1u))
BRANCH_IF(tbnz, X(rn) >> o->ra & 1u)

A64_HANDLER(b_near)
{
    A64_GOTO(near_target(o));
}

A64_HANDLER(b_far)
{
    A64_JUMP(a64_pc_of(c, o) + o->imm);
}

A64_HANDLER(bl_near)
{
    c->a.x[30] = a64_pc_of(c, o) + 4u;
    A64_GOTO(near_target(o));
}

A64_HANDLER(bl_far)
{
    uint64_t pc = a64_pc_of(c, o);
    c->a.x[30] = pc + 4u;
    A64_JUMP(pc + o->imm);
}

A64_HANDLER(br)
{
    A64_JUMP(X(rn));
}

A64_HANDLER(blr)
{
    uint64_t target = X(rn);
    c->a.x[30] = a64_pc_of(c, o) + 4u;
    A64_JUMP(target);
}

/* ------------------------------------------------------------------ decode */

/** Picks the near or far form of a branch by @p offset bytes. */
static bool set_branch(a64_decoded *d, a64_fn *near_fn, a64_fn *far_fn, int64_t offset)
{
    int64_t slot = (int64_t)d->slot + (offset >> 2);
    bool near = slot >= 0 && slot < (int64_t)A64_PAGE_OPS;
    d->op.fn = near ? near_fn : far_fn;
    d->op.imm = (uint64_t)(near ? offset * (1 << A64_OP_SHIFT) : offset);
    d->cls = ISS_CPI_branch;
    return true;
}

static bool decode_cond_branch(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[16][2] = {
        {b_eq_near, b_eq_far}, {b_ne_near, b_ne_far}, {b_cs_near, b_cs_far}, {b_cc_near, b_cc_far},
        {b_mi_near, b_mi_far}, {b_pl_near, b_pl_far}, {b_vs_near, b_vs_far}, {b_vc_near, b_vc_far},
        {b_hi_near, b_hi_far}, {b_ls_near, b_ls_far}, {b_ge_near, b_ge_far}, {b_lt_near, b_lt_far},
        {b_gt_near, b_gt_far}, {b_le_near, b_le_far}, {b_near, b_far},       {b_near, b_far}};
    unsigned cond = a64_bits(raw, 3, 0);
    if (a64_bit(raw, 4) || a64_bit(raw, 24))
        return false;
    return set_branch(d, fn[cond][0], fn[cond][1], a64_sext(a64_bits(raw, 23, 5), 19) * 4);
}

static bool decode_compare_branch(a64_decoded *d, uint32_t raw)
{
    static a64_fn *const fn[2][2][2] = {{{cbz32_near, cbz32_far}, {cbz64_near, cbz64_far}},
                                        {{cbnz32_near, cbnz32_far}, {cbnz64_near, cbnz64_far}}};
    a64_fn *const *pair = fn[a64_bit(raw, 24)][a64_bit(raw, 31)];
    d->op.rn = a64_zr_src(a64_bits(raw, 4, 0));
    return set_branch(d, pair[0], pair[1], a64_sext(a64_bits(raw, 23, 5), 19) * 4);
}

static bool decode_test_branch(a64_decoded *d, uint32_t raw)
{
    int64_t offset = a64_sext(a64_bits(raw, 18, 5), 14) * 4;
    d->op.rn = a64_zr_src(a64_bits(raw, 4, 0));
    d->op.ra = (uint8_t)(a64_bit(raw, 31) << 5 | a64_bits(raw, 23, 19));
    return a64_bit(raw, 24) ? set_branch(d, tbnz_near, tbnz_far, offset)
                            : set_branch(d, tbz_near, tbz_far, offset);
}

static bool decode_register_branch(a64_decoded *d, uint32_t raw)
{
    unsigned opc = a64_bits(raw, 24, 21);
    if (a64_bits(raw, 20, 16) != 31u || a64_bits(raw, 15, 10) || a64_bits(raw, 4, 0) || opc > 2u)
        return false;
    d->op.fn = opc == 1u ? blr : br;
    d->op.rn = a64_zr_src(a64_bits(raw, 9, 5));
    d->cls = ISS_CPI_branch;
    return true;
}

bool a64_decode_branch(a64_decoded *d, uint32_t raw)
{
    int64_t offset = a64_sext(a64_bits(raw, 25, 0), 26) * 4;
    switch (a64_bits(raw, 31, 29)) {
    case 0:
        return set_branch(d, b_near, b_far, offset);
    case 4:
        return set_branch(d, bl_near, bl_far, offset);
    case 2:
        return !a64_bit(raw, 25) && decode_cond_branch(d, raw);
    case 1:
    case 5:
        return a64_bit(raw, 25) ? decode_test_branch(d, raw) : decode_compare_branch(d, raw);
    case 6:
        return a64_bit(raw, 25) && decode_register_branch(d, raw);
    default:
        return false;
    }
}
