/* SPDX-License-Identifier: Apache-2.0 */
/* SYS: cache maintenance, DC ZVA, address translation, TLB maintenance. */
#include <string.h>

#include "mem.h"
#include "sys.h"

/* SCTLR_EL1 and HCR_EL2 controls. */
#define SCTLR_DZE (UINT64_C(1) << 14)
#define SCTLR_UCI (UINT64_C(1) << 26)
#define HCR_TSW   (UINT64_C(1) << 22)
#define HCR_TPC   (UINT64_C(1) << 23)
#define HCR_TPU   (UINT64_C(1) << 24)
#define HCR_TTLB  (UINT64_C(1) << 25)
#define HCR_TDZ   (UINT64_C(1) << 28)

#define ZVA_BYTES 64u

/** What an operation does. */
typedef enum sys_kind {
    SYS_IC,      /**< Instruction cache: decoded code is always coherent, nothing is left to do. */
    SYS_DC_VA,   /**< Data cache by address: no effect but its faults. */
    SYS_DC_IVAC, /**< Needs write permission. */
    SYS_DC_SW,   /**< By set and way: no effect. */
    SYS_ZVA,
    SYS_AT,
    SYS_TLBI
} sys_kind;

/** AT stages: whose translation. */
enum { AT_EL1, AT_EL1_PAN, AT_EL0, AT_EL2, AT_EL3 };

/** One operation by op1:CRn:CRm:op2. */
typedef struct sys_row {
    uint16_t encoding;
    uint8_t kind;
    uint8_t el;     /**< Lowest Exception level. */
    uint64_t trap;  /**< HCR_EL2 bit that traps EL1 (and EL0). */
    uint8_t match;  /**< TLBI: iss_tlbi_match; AT: whose translation. */
    uint8_t regime; /**< TLBI: iss_tlbi_regime; AT: write. */
    bool broadcast; /**< TLBI: Inner Shareable. */
} sys_row;

#define ENC(op1, crn, crm, op2) ((op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define TLBI(op1, crm, op2, el, trap, match, regime, broadcast)                           \
    {                                                                                     \
        ENC(op1, 8, crm, op2), SYS_TLBI, el, trap, ISS_TLBI_##match, ISS_REGIME_##regime, \
            broadcast                                                                     \
    }
/** Local and Inner Shareable forms differ in CRm: 7 and 3. */
#define TLBI_BOTH(op1, op2, el, trap, match, regime)   \
    TLBI(op1, 7, op2, el, trap, match, regime, false), \
        TLBI(op1, 3, op2, el, trap, match, regime, true)

static const sys_row rows[] = {
    {ENC(0, 7, 1, 0), SYS_IC, 1, HCR_TPU, 0, 0, false},      /* IC IALLUIS */
    {ENC(0, 7, 5, 0), SYS_IC, 1, HCR_TPU, 0, 0, false},      /* IC IALLU */
    {ENC(3, 7, 5, 1), SYS_DC_VA, 0, HCR_TPU, 0, 0, false},   /* IC IVAU */
    {ENC(0, 7, 6, 1), SYS_DC_IVAC, 1, HCR_TPC, 0, 0, false}, /* DC IVAC */
    {ENC(0, 7, 6, 2), SYS_DC_SW, 1, HCR_TSW, 0, 0, false},   /* DC ISW */
    {ENC(0, 7, 10, 2), SYS_DC_SW, 1, HCR_TSW, 0, 0, false},  /* DC CSW */
    {ENC(0, 7, 14, 2), SYS_DC_SW, 1, HCR_TSW, 0, 0, false},  /* DC CISW */
    {ENC(3, 7, 4, 1), SYS_ZVA, 0, HCR_TDZ, 0, 0, false},     /* DC ZVA */
    {ENC(3, 7, 10, 1), SYS_DC_VA, 0, HCR_TPC, 0, 0, false},  /* DC CVAC */
    {ENC(3, 7, 11, 1), SYS_DC_VA, 0, HCR_TPU, 0, 0, false},  /* DC CVAU */
    {ENC(3, 7, 14, 1), SYS_DC_VA, 0, HCR_TPC, 0, 0, false},  /* DC CIVAC */
    {ENC(0, 7, 8, 0), SYS_AT, 1, 0, AT_EL1, A64_READ, false},
    {ENC(0, 7, 8, 1), SYS_AT, 1, 0, AT_EL1, A64_WRITE, false},
    {ENC(0, 7, 9, 0), SYS_AT, 1, 0, AT_EL1_PAN, A64_READ, false},
    {ENC(0, 7, 9, 1), SYS_AT, 1, 0, AT_EL1_PAN, A64_WRITE, false},
    {ENC(0, 7, 8, 2), SYS_AT, 1, 0, AT_EL0, A64_READ, false},
    {ENC(0, 7, 8, 3), SYS_AT, 1, 0, AT_EL0, A64_WRITE, false},
    {ENC(4, 7, 8, 0), SYS_AT, 2, 0, AT_EL2, A64_READ, false},
    {ENC(4, 7, 8, 1), SYS_AT, 2, 0, AT_EL2, A64_WRITE, false},
    {ENC(4, 7, 8, 4), SYS_AT, 2, 0, AT_EL1, A64_READ, false},
    {ENC(4, 7, 8, 5), SYS_AT, 2, 0, AT_EL1, A64_WRITE, false},
    {ENC(4, 7, 8, 6), SYS_AT, 2, 0, AT_EL0, A64_READ, false},
    {ENC(4, 7, 8, 7), SYS_AT, 2, 0, AT_EL0, A64_WRITE, false},
    {ENC(6, 7, 8, 0), SYS_AT, 3, 0, AT_EL3, A64_READ, false},
    {ENC(6, 7, 8, 1), SYS_AT, 3, 0, AT_EL3, A64_WRITE, false},
    TLBI_BOTH(0, 0, 1, HCR_TTLB, ALL, EL10),     /* VMALLE1 */
    TLBI_BOTH(0, 1, 1, HCR_TTLB, VA_ASID, EL10), /* VAE1 */
    TLBI_BOTH(0, 2, 1, HCR_TTLB, ASID, EL10),    /* ASIDE1 */
    TLBI_BOTH(0, 3, 1, HCR_TTLB, VA, EL10),      /* VAAE1 */
    TLBI_BOTH(0, 5, 1, HCR_TTLB, VA_ASID, EL10), /* VALE1 */
    TLBI_BOTH(0, 7, 1, HCR_TTLB, VA, EL10),      /* VAALE1 */
    TLBI_BOTH(4, 0, 2, 0, ALL, EL2),             /* ALLE2 */
    TLBI_BOTH(4, 1, 2, 0, VA, EL2),              /* VAE2 */
    TLBI_BOTH(4, 4, 2, 0, ALL, EL10),            /* ALLE1 */
    TLBI_BOTH(4, 5, 2, 0, VA, EL2),              /* VALE2 */
    TLBI_BOTH(4, 6, 2, 0, ALL, EL10),            /* VMALLS12E1 */
    TLBI(4, 4, 1, 2, 0, IPA, EL10, false),       /* IPAS2E1 */
    TLBI(4, 4, 5, 2, 0, IPA, EL10, false),       /* IPAS2LE1 */
    TLBI(4, 0, 1, 2, 0, IPA, EL10, true),        /* IPAS2E1IS */
    TLBI(4, 0, 5, 2, 0, IPA, EL10, true),        /* IPAS2LE1IS */
    TLBI_BOTH(6, 0, 3, 0, ALL, EL3),             /* ALLE3 */
    TLBI_BOTH(6, 1, 3, 0, VA, EL3),              /* VAE3 */
    TLBI_BOTH(6, 5, 3, 0, VA, EL3),              /* VALE3 */
};

static const sys_row *find(uint32_t raw)
{
    uint32_t encoding = a64_bits(raw, 18, 5);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].encoding == encoding)
            return &rows[i];
    return NULL;
}

/* ------------------------------------------------------------------ cache maintenance */

/** A cache operation by address: translated for its faults; false when one was taken. */
static bool cache_by_address(a64_cpu *c, const sys_row *r, uint64_t va)
{
    a64_xlat x;
    a64_intent intent = r->kind == SYS_DC_IVAC ? A64_WRITE : A64_READ;
    if (a64_translate(c, va, a64_ctx_plain(c), intent, &x))
        return true;
    if (x.fsc == 0xff) {
        a64_retry(c);
        return false;
    }
    /* A permission fault belongs to IVAC and to EL0 only. */
    if ((x.fsc & ~3u) == A64_FSC_PERMISSION && r->kind != SYS_DC_IVAC && c->a.el)
        return true;
    unsigned el = a64_sync_target(c);
    unsigned ec = el == c->a.el ? A64_EC_DABT_SAME : A64_EC_DABT_LOWER;
    a64_take_fault(c, el, a64_esr(ec, true, x.fsc | 1u << 6 | 1u << 8), va, c->a.pc);
    return false;
}

static bool zero_block(a64_cpu *c, uint64_t va)
{
    uint8_t zeros[16] = {0};
    uint64_t at = va & ~(uint64_t)(ZVA_BYTES - 1u);
    a64_xlat x;
    if (a64_translate(c, va, (a64_ctx)c->ctx, A64_WRITE, &x) && x.device) {
        /* DC ZVA on Device memory is an alignment fault. */
        unsigned el = a64_sync_target(c);
        unsigned ec = el == c->a.el ? A64_EC_DABT_SAME : A64_EC_DABT_LOWER;
        a64_take_fault(c, el, a64_esr(ec, true, A64_FSC_ALIGNMENT | 1u << 6), va, c->a.pc);
        return false;
    }
    /* A fault is reported at the address of the instruction, the block lies in one page. */
    if (!a64_translate(c, va, (a64_ctx)c->ctx, A64_WRITE, &x))
        return a64_access(c, va, 1, 1, A64_ACC_WRITE, zeros);
    for (unsigned i = 0; i < ZVA_BYTES; i += sizeof zeros)
        if (!a64_access(c, at + i, 16, 16, A64_ACC_WRITE, zeros))
            return false;
    return true;
}

/** Controls of EL1 over cache operations at EL0; true when trapped. */
static bool el0_trapped(const a64_cpu *c, const sys_row *r)
{
    uint64_t sctlr = c->a.sys[S_SCTLR_EL1];
    if (c->a.el)
        return false;
    return !(sctlr & (r->kind == SYS_ZVA ? SCTLR_DZE : SCTLR_UCI));
}

/* ------------------------------------------------------------------ AT, TLBI */

static bool translate_address(a64_cpu *c, const sys_row *r, uint64_t va)
{
    a64_ctx base = a64_secure_below3(c) ? A64_CTX_S_EL0 : A64_CTX_NS_EL0;
    a64_ctx ctx = r->match == AT_EL2   ? A64_CTX_EL2
                  : r->match == AT_EL3 ? A64_CTX_EL3
                  : r->match == AT_EL0
                      ? base
                      : (a64_ctx)(base + 1u + (r->match == AT_EL1_PAN && c->a.pan));
    a64_address_translate(c, va, ctx, (a64_intent)r->regime);
    return !(c->attn & A64_ATTN_END);
}

static void invalidate_tlb(a64_cpu *c, const sys_row *r, uint64_t arg)
{
    uint64_t page = a64_field(arg, 43, 0) << A64_PAGE_BITS;
    iss_dvm op = {.kind = ISS_DVM_TLBI,
                  .regime = r->regime,
                  .match = r->match,
                  .secure = a64_secure_below3(c),
                  .asid = (uint16_t)(arg >> 48)};
    op.address = r->regime == ISS_REGIME_EL10 ? (uint64_t)a64_sext(page, 56) : page;
    if (!(c->a.sys[S_TCR_EL1] >> 36 & 1u))
        op.asid &= 0xffu;
    a64_tlb_invalidate(c, &op);
    if (r->broadcast && c->env.broadcast)
        c->env.broadcast(&op, c->env.ctx);
}

/* ------------------------------------------------------------------ SYS */

static bool execute(a64_cpu *c, const sys_row *r, uint64_t arg)
{
    switch ((sys_kind)r->kind) {
    case SYS_DC_VA:
    case SYS_DC_IVAC:
        return cache_by_address(c, r, arg);
    case SYS_ZVA:
        return zero_block(c, arg);
    case SYS_AT:
        return translate_address(c, r, arg);
    case SYS_TLBI:
        invalidate_tlb(c, r, arg);
        return true;
    default:
        return true;
    }
}

/** Whether this core has the operation at this level. */
static bool is_defined(const a64_cpu *c, const sys_row *r)
{
    return c->a.el >= r->el && !(r->el == 2u && !c->config.has_el2) &&
           !(r->kind == SYS_AT && r->match == AT_EL1_PAN && !c->model->pan);
}

/** IMPLEMENTATION DEFINED operations (CRn 11 and 15) do nothing, from EL1. */
static bool is_impdef(const a64_cpu *c, uint32_t raw)
{
    unsigned crn = a64_bits(raw, 15, 12);
    return c->a.el && (crn == 11u || crn == 15u);
}

void a64_op_sys(a64_cpu *c, const a64_op *o, int64_t acc)
{
    const sys_row *r = find(o->raw);
    A64_SLOW_BEGIN();
    if (!r || a64_bit(o->raw, 21) || !is_defined(c, r)) {
        if (!r && is_impdef(c, o->raw)) {
            if (a64_bit(o->raw, 21))
                c->a.x[o->rd] = 0;
            A64_SLOW_END();
        }
        a64_take_undefined(c);
        return;
    }
    if (el0_trapped(c, r)) {
        (void)a64_trap_sysreg(c, a64_sync_target(c), o->raw);
        return;
    }
    if (c->a.el < 2u && (a64_hcr(c) & r->trap)) {
        (void)a64_trap_sysreg(c, 2, o->raw);
        return;
    }
    if (!execute(c, r, c->a.x[o->rd]))
        return;
    A64_SLOW_END();
}
