/* SPDX-License-Identifier: Apache-2.0 */
/* SYS: cache maintenance, DC ZVA, address translation, TLB maintenance. */
#include <string.h>

#include "mem.h"
#include "sys.h"

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
    bool flag;      /**< TLBI: Inner Shareable; AT: both stages. */
    bool any_vmid;  /**< TLBI: of all guests. */
} sys_row;

#define ENC(op1, crn, crm, op2) ((op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define TLBI(op1, crm, op2, el, trap, match, regime, broadcast, any)                      \
    {                                                                                     \
        ENC(op1, 8, crm, op2), SYS_TLBI, el, trap, ISS_TLBI_##match, ISS_REGIME_##regime, \
            broadcast, any                                                                \
    }
/** Local and Inner Shareable forms differ in CRm: 7 and 3. */
#define TLBI_BOTH(op1, op2, el, trap, match, regime, any)   \
    TLBI(op1, 7, op2, el, trap, match, regime, false, any), \
        TLBI(op1, 3, op2, el, trap, match, regime, true, any)

static const sys_row rows[] = {
    {ENC(0, 7, 1, 0), SYS_IC, 1, HCR_TPU, 0, 0, false, false},      /* IC IALLUIS */
    {ENC(0, 7, 5, 0), SYS_IC, 1, HCR_TPU, 0, 0, false, false},      /* IC IALLU */
    {ENC(3, 7, 5, 1), SYS_DC_VA, 0, HCR_TPU, 0, 0, false, false},   /* IC IVAU */
    {ENC(0, 7, 6, 1), SYS_DC_IVAC, 1, HCR_TPC, 0, 0, false, false}, /* DC IVAC */
    {ENC(0, 7, 6, 2), SYS_DC_SW, 1, HCR_TSW, 0, 0, false, false},   /* DC ISW */
    {ENC(0, 7, 10, 2), SYS_DC_SW, 1, HCR_TSW, 0, 0, false, false},  /* DC CSW */
    {ENC(0, 7, 14, 2), SYS_DC_SW, 1, HCR_TSW, 0, 0, false, false},  /* DC CISW */
    {ENC(3, 7, 4, 1), SYS_ZVA, 0, HCR_TDZ, 0, 0, false, false},     /* DC ZVA */
    {ENC(3, 7, 10, 1), SYS_DC_VA, 0, HCR_TPC, 0, 0, false, false},  /* DC CVAC */
    {ENC(3, 7, 11, 1), SYS_DC_VA, 0, HCR_TPU, 0, 0, false, false},  /* DC CVAU */
    {ENC(3, 7, 14, 1), SYS_DC_VA, 0, HCR_TPC, 0, 0, false, false},  /* DC CIVAC */
    {ENC(0, 7, 8, 0), SYS_AT, 1, 0, AT_EL1, A64_READ, false, false},
    {ENC(0, 7, 8, 1), SYS_AT, 1, 0, AT_EL1, A64_WRITE, false, false},
    {ENC(0, 7, 9, 0), SYS_AT, 1, 0, AT_EL1_PAN, A64_READ, false, false},
    {ENC(0, 7, 9, 1), SYS_AT, 1, 0, AT_EL1_PAN, A64_WRITE, false, false},
    {ENC(0, 7, 8, 2), SYS_AT, 1, 0, AT_EL0, A64_READ, false, false},
    {ENC(0, 7, 8, 3), SYS_AT, 1, 0, AT_EL0, A64_WRITE, false, false},
    {ENC(4, 7, 8, 0), SYS_AT, 2, 0, AT_EL2, A64_READ, false, false},
    {ENC(4, 7, 8, 1), SYS_AT, 2, 0, AT_EL2, A64_WRITE, false, false},
    {ENC(4, 7, 8, 4), SYS_AT, 2, 0, AT_EL1, A64_READ, true, false},  /* S12E1R */
    {ENC(4, 7, 8, 5), SYS_AT, 2, 0, AT_EL1, A64_WRITE, true, false}, /* S12E1W */
    {ENC(4, 7, 8, 6), SYS_AT, 2, 0, AT_EL0, A64_READ, true, false},  /* S12E0R */
    {ENC(4, 7, 8, 7), SYS_AT, 2, 0, AT_EL0, A64_WRITE, true, false}, /* S12E0W */
    {ENC(6, 7, 8, 0), SYS_AT, 3, 0, AT_EL3, A64_READ, false, false},
    {ENC(6, 7, 8, 1), SYS_AT, 3, 0, AT_EL3, A64_WRITE, false, false},
    TLBI_BOTH(0, 0, 1, HCR_TTLB, ALL, EL10, false),     /* VMALLE1 */
    TLBI_BOTH(0, 1, 1, HCR_TTLB, VA_ASID, EL10, false), /* VAE1 */
    TLBI_BOTH(0, 2, 1, HCR_TTLB, ASID, EL10, false),    /* ASIDE1 */
    TLBI_BOTH(0, 3, 1, HCR_TTLB, VA, EL10, false),      /* VAAE1 */
    TLBI_BOTH(0, 5, 1, HCR_TTLB, VA_ASID, EL10, false), /* VALE1 */
    TLBI_BOTH(0, 7, 1, HCR_TTLB, VA, EL10, false),      /* VAALE1 */
    TLBI_BOTH(4, 0, 2, 0, ALL, EL2, false),             /* ALLE2 */
    TLBI_BOTH(4, 1, 2, 0, VA, EL2, false),              /* VAE2 */
    TLBI_BOTH(4, 4, 2, 0, ALL, EL10, true),             /* ALLE1 */
    TLBI_BOTH(4, 5, 2, 0, VA, EL2, false),              /* VALE2 */
    TLBI_BOTH(4, 6, 2, 0, ALL, EL10, false),            /* VMALLS12E1 */
    TLBI(4, 4, 1, 2, 0, IPA, EL10, false, false),       /* IPAS2E1 */
    TLBI(4, 4, 5, 2, 0, IPA, EL10, false, false),       /* IPAS2LE1 */
    TLBI(4, 0, 1, 2, 0, IPA, EL10, true, false),        /* IPAS2E1IS */
    TLBI(4, 0, 5, 2, 0, IPA, EL10, true, false),        /* IPAS2LE1IS */
    TLBI_BOTH(6, 0, 3, 0, ALL, EL3, false),             /* ALLE3 */
    TLBI_BOTH(6, 1, 3, 0, VA, EL3, false),              /* VAE3 */
    TLBI_BOTH(6, 5, 3, 0, VA, EL3, false),              /* VALE3 */
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

unsigned a64_sysop_row(uint32_t encoding)
{
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (rows[i].encoding == (encoding & 0x3fffu))
            return i + 1u;
    return 0;
}

/* ------------------------------------------------------------------ cache maintenance */

/** Whether the look-aside buffer says that a load, or a store, at @p va would be done. */
static bool is_at_hand(const a64_cpu *c, uint64_t va, bool write)
{
    const a64_dtlb *e = &c->dtlb[(va >> A64_PAGE_BITS) % A64_DTLB_SIZE];
    return (write ? e->wtag : e->rtag) == (va & A64_PAGE_MASK);
}

/** A cache operation by address: translated for its faults; false when one was taken. */
static bool cache_by_address(a64_cpu *c, const sys_row *r, uint64_t va)
{
    a64_xlat x;
    a64_intent intent = r->kind == SYS_DC_IVAC ? A64_WRITE : A64_READ;
    if (is_at_hand(c, va, intent == A64_WRITE) ||
        a64_translate(c, va, a64_ctx_plain(c), intent, &x))
        return true;
    if (x.fsc == A64_FSC_RETRY) {
        a64_retry(c);
        return false;
    }
    /* A permission fault belongs to IVAC and to EL0 only, and to the tables on the way. */
    if ((x.fsc & ~3u) == A64_FSC_PERMISSION && !x.s1ptw && r->kind != SYS_DC_IVAC && c->a.el)
        return true;
    a64_take_abort(c, &x, va, A64_ISS_CM | A64_ISS_WNR, false);
    return false;
}

static bool zero_block(a64_cpu *c, uint64_t va)
{
    uint8_t zeros[16] = {0};
    uint64_t at = va & ~(uint64_t)(ZVA_BYTES - 1u);
    a64_xlat x;
    if (a64_translate(c, va, (a64_ctx)c->ctx, A64_WRITE, &x) && x.device) {
        /* DC ZVA on Device memory is an alignment fault. */
        x.fsc = A64_FSC_ALIGNMENT;
        a64_take_abort(c, &x, va, A64_ISS_WNR, false);
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
    uint64_t sctlr = a64_sctlr_el0(c);
    if (c->a.el)
        return false;
    return !(sctlr & (r->kind == SYS_ZVA ? SCTLR_DZE : SCTLR_UCI));
}

/* ------------------------------------------------------------------ AT, TLBI */

static bool translate_address(a64_cpu *c, const sys_row *r, uint64_t va)
{
    uint64_t hcr = a64_hcr(c);
    a64_ctx base = a64_is_host(hcr) ? A64_CTX_HOST_EL0 : a64_ctx_el0(c);
    a64_ctx ctx;
    if (r->match == AT_EL3)
        ctx = A64_CTX_EL3;
    else if (r->match == AT_EL2)
        ctx = (hcr & HCR_E2H) ? A64_CTX_HOST_EL2 : A64_CTX_EL2;
    else if (r->match == AT_EL0)
        ctx = base;
    else
        ctx = (a64_ctx)(base + 1u + (r->match == AT_EL1_PAN && c->a.pan));
    return a64_address_translate(c, va, ctx, (a64_intent)r->regime, r->flag);
}

/** The regime whose entries a TLBI means: with E2H, EL2's is EL2&0, and so is a host's EL1's. */
static unsigned tlbi_regime(const a64_cpu *c, const sys_row *r)
{
    uint64_t hcr = a64_hcr(c);
    bool host = r->regime == ISS_REGIME_EL10 ? r->el == 1u && a64_is_host(hcr)
                                             : r->regime == ISS_REGIME_EL2 && (hcr & HCR_E2H);
    return host ? ISS_REGIME_EL20 : r->regime;
}

static void invalidate_tlb(a64_cpu *c, const sys_row *r, uint64_t arg)
{
    uint64_t page = a64_field(arg, 43, 0) << A64_PAGE_BITS;
    unsigned regime = tlbi_regime(c, r);
    bool two = regime == ISS_REGIME_EL10 || regime == ISS_REGIME_EL20;
    bool forced = c->a.el == 1u && (a64_hcr(c) & HCR_FB);
    uint64_t tcr = c->a.sys[regime == ISS_REGIME_EL20 ? S_TCR_EL2 : S_TCR_EL1];
    iss_dvm op = {.kind = ISS_DVM_TLBI,
                  .regime = (uint8_t)regime,
                  .match = r->match,
                  .secure = a64_secure_below3(c),
                  .any_vmid = r->any_vmid,
                  .vmid = a64_vmid(c),
                  .asid = (uint16_t)(arg >> 48)};
    if (regime == ISS_REGIME_EL20 && r->match == ISS_TLBI_VA && r->regime == ISS_REGIME_EL2)
        op.match = ISS_TLBI_VA_ASID;
    op.address = two && r->match != ISS_TLBI_IPA ? (uint64_t)a64_sext(page, 56) : page;
    if (!(tcr >> 36 & 1u))
        op.asid &= 0xffu;
    if (r->match == ISS_TLBI_IPA && !a64_el2_enabled(c))
        return;
    a64_tlb_invalidate(c, &op);
    if ((r->flag || forced) && c->env.broadcast)
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

/** What no row describes; false when it was taken as UNDEFINED or trapped. */
static bool other(a64_cpu *c, const a64_op *o)
{
    if (!is_impdef(c, o->raw)) {
        a64_take_undefined(c);
        return false;
    }
    if (c->a.el == 1u && (a64_hcr(c) & HCR_TIDCP))
        return !a64_trap_sysreg(c, 2, o->raw);
    if (a64_bit(o->raw, 21))
        c->a.x[o->rd] = 0;
    return true;
}

static bool known(a64_cpu *c, const a64_op *o)
{
    const sys_row *r = &rows[o->imm - 1u];
    if (a64_bit(o->raw, 21) || !is_defined(c, r)) {
        a64_take_undefined(c);
        return false;
    }
    if (el0_trapped(c, r))
        return !a64_trap_sysreg(c, a64_sync_target(c), o->raw);
    if (c->a.el < 2u && (a64_hcr(c) & r->trap))
        return !a64_trap_sysreg(c, 2, o->raw);
    return execute(c, r, c->a.x[o->rd]);
}

void a64_op_sys(a64_cpu *c, const a64_op *o, int64_t acc)
{
    A64_SLOW_BEGIN();
    if (!(o->imm ? known(c, o) : other(c, o)))
        return;
    A64_SLOW_END();
}
