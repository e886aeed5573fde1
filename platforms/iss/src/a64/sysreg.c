/* SPDX-License-Identifier: Apache-2.0 */
/* MRS and MSR: the table, access checks, traps, registers of others. */
#include "sysreg.h"
#include "mem.h"

/* ------------------------------------------------------------------ the table */

#define A(r, w)            (r), (w)
#define ENC(a, b, n, m, o) ((a) << 14 | (b) << 11 | (n) << 7 | (m) << 3 | (o))

static const row rows[] = {
#define A64_SYSREG(name, op0, op1, crn, crm, op2, access, trap, read, write, reset, mask) \
    {ENC(op0, op1, crn, crm, op2),                                                        \
     ROW_OWN,                                                                             \
     access,                                                                              \
     TRAP_##trap,                                                                         \
     S_##name,                                                                            \
     a64_read_##read,                                                                     \
     a64_write_##write,                                                                   \
     reset,                                                                               \
     mask},
#define A64_SYSREG_EXT(name, op0, op1, crn, crm, op2, kind, id) \
    {ENC(op0, op1, crn, crm, op2), ROW_##kind, 0, 0, TRAP_NONE, id, NULL, NULL, 0, 0},
#include "sysregs.def"
#undef A64_SYSREG_EXT
#undef A64_SYSREG
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static unsigned find_encoding(uint32_t encoding)
{
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (rows[i].encoding == encoding)
            return i + 1u;
    return 0;
}

/** Row of an encoding as it is, whole ranges included. */
static unsigned find_row(uint32_t encoding)
{
    unsigned op0 = a64_bits(encoding, 15, 14), op1 = a64_bits(encoding, 13, 11);
    unsigned crn = a64_bits(encoding, 10, 7), crm = a64_bits(encoding, 6, 3);
    unsigned op2 = a64_bits(encoding, 2, 0);
    unsigned found = find_encoding(encoding);
    if (found)
        return found;
    if (op0 == 3u && op1 == 0u && crn == 0u && crm)
        return find_encoding(ENC(0u, 0u, 0u, 0u, 1u));
    if (op0 == 2u && op1 == 0u && crn == 0u && op2 >= 4u)
        return find_encoding(ENC(0u, 0u, 0u, 0u, 2u));
    if (op0 == 3u && (crn == 11u || crn == 15u))
        return find_encoding(ENC(0u, 0u, 0u, 0u, 3u));
    if (op0 == 3u && op1 == 3u && crn == 14u && crm == 8u && op2 < A64_PMU_COUNTERS)
        return find_encoding(ENC(3u, 3u, 14u, 8u, 0u));
    return 0;
}

/** Registers of EL1 and EL0 that E2H redirects at EL2, to the same place with op1 of EL2. */
static bool is_redirected(uint32_t encoding)
{
    static const uint16_t from[] = {
        ENC(3, 0, 1, 0, 0),  /* SCTLR */
        ENC(3, 0, 1, 0, 2),  /* CPACR */
        ENC(3, 0, 2, 0, 0),  /* TTBR0 */
        ENC(3, 0, 2, 0, 1),  /* TTBR1 */
        ENC(3, 0, 2, 0, 2),  /* TCR */
        ENC(3, 0, 4, 0, 0),  /* SPSR */
        ENC(3, 0, 4, 0, 1),  /* ELR */
        ENC(3, 0, 5, 1, 0),  /* AFSR0 */
        ENC(3, 0, 5, 1, 1),  /* AFSR1 */
        ENC(3, 0, 5, 2, 0),  /* ESR */
        ENC(3, 0, 6, 0, 0),  /* FAR */
        ENC(3, 0, 10, 2, 0), /* MAIR */
        ENC(3, 0, 10, 3, 0), /* AMAIR */
        ENC(3, 0, 12, 0, 0), /* VBAR */
        ENC(3, 0, 13, 0, 1), /* CONTEXTIDR */
        ENC(3, 0, 14, 1, 0), /* CNTKCTL */
        ENC(3, 3, 14, 2, 0), /* CNTP_TVAL */
        ENC(3, 3, 14, 2, 1), /* CNTP_CTL */
        ENC(3, 3, 14, 2, 2), /* CNTP_CVAL */
        ENC(3, 3, 14, 3, 0), /* CNTV_TVAL */
        ENC(3, 3, 14, 3, 1), /* CNTV_CTL */
        ENC(3, 3, 14, 3, 2)  /* CNTV_CVAL */
    };
    for (unsigned i = 0; i < sizeof from / sizeof from[0]; i++)
        if (from[i] == encoding)
            return true;
    return false;
}

#define OP1_MASK       (7u << 11)
#define WITH_OP1(e, n) (((e) & ~OP1_MASK) | (unsigned)(n) << 11)

uint64_t a64_sysreg_row(uint32_t encoding)
{
    uint32_t cpacr = ENC(3u, 0u, 1u, 0u, 2u), cptr = ENC(3u, 4u, 1u, 1u, 2u);
    if (is_redirected(encoding))
        return find_row(encoding) |
               (uint64_t)find_row(encoding == cpacr ? cptr : WITH_OP1(encoding, 4)) << 16;
    for (unsigned op1 = 0; op1 <= 3u && (encoding & OP1_MASK) == 5u << 11; op1 += 3u)
        if (is_redirected(WITH_OP1(encoding, op1)))
            return find_row(WITH_OP1(encoding, op1)) | A64_SYSREG_ALIAS;
    return find_row(encoding);
}

bool a64_sysreg_is_gic(uint64_t which, uint64_t *reg)
{
    const row *r = which && !(which >> 16) ? &rows[which - 1u] : NULL;
    if (!r || r->kind != ROW_GIC)
        return false;
    *reg = r->slot;
    return true;
}

/** The row that an access from the current level reaches; NULL for none. */
static const row *reached(const a64_cpu *c, uint64_t which)
{
    unsigned own = which & 0xffffu, other = (which >> 16) & 0xffffu;
    if (which & A64_SYSREG_ALIAS)
        return c->a.el >= 2u && (a64_hcr(c) & HCR_E2H) ? &rows[own - 1u] : NULL;
    if (other && c->a.el == 2u && (a64_hcr(c) & HCR_E2H))
        own = other;
    if (other && c->a.el == 0u && a64_is_host(a64_hcr(c)))
        own = other;
    return own ? &rows[own - 1u] : NULL;
}

void a64_sysregs_reset(a64_cpu *c)
{
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind == ROW_OWN)
            c->a.sys[rows[i].slot] = rows[i].reset;
    c->a.sys[S_VPIDR_EL2] = c->model->midr;
    c->a.sys[S_VMPIDR_EL2] = a64_mpidr(c);
}

/* ------------------------------------------------------------------ traps */

bool a64_trap_sysreg(a64_cpu *c, unsigned el, uint32_t raw)
{
    uint32_t bits = a64_bits(raw, 20, 19) << 20 | a64_bits(raw, 7, 5) << 17 |
                    a64_bits(raw, 18, 16) << 14 | a64_bits(raw, 15, 12) << 10 |
                    a64_bits(raw, 4, 0) << 5 | a64_bits(raw, 11, 8) << 1 | a64_bit(raw, 21);
    a64_take_sync(c, el, a64_esr(A64_EC_SYSREG, true, bits), c->a.pc);
    return true;
}

/** Trap to EL1 (EL2 with TGE) of an EL0 access, by a control of EL1. */
static bool trapped_at_el0(const a64_cpu *c, const row *r, bool read)
{
    uint64_t user = c->a.sys[S_PMUSERENR_EL0];
    uint64_t sctlr = a64_sctlr_el0(c);
    switch ((row_trap)r->trap) {
    case TRAP_CTR:
        return !(sctlr & SCTLR_UCT);
    case TRAP_UMA:
        return !(sctlr & SCTLR_UMA);
    case TRAP_PMC:
        return !(user & 1u) && !(read && (user & 4u));
    case TRAP_PM:
        if (r->slot == S_PMSWINC_EL0)
            return !(user & 3u);
        if (r->slot == S_PMEVCNTR0_EL0 || r->slot == S_PMXEVCNTR_EL0 || r->slot == S_PMSELR_EL0)
            return !(user & 1u) && !((read || r->slot == S_PMSELR_EL0) && (user & 8u));
        return !(user & 1u);
    default:
        return false;
    }
}

/** MDCR_EL2's say: with TDE, and so with TGE, all of debug is EL2's. */
static bool debug_trapped(const a64_cpu *c, uint64_t bit)
{
    bool all = (c->a.sys[S_MDCR_EL2] & MDCR_TDE) || (a64_hcr(c) & HCR_TGE);
    return all || (c->a.sys[S_MDCR_EL2] & bit);
}

static bool pmu_trapped(const a64_cpu *c, const row *r)
{
    uint64_t mdcr = c->a.sys[S_MDCR_EL2];
    return (mdcr & MDCR_TPM) || (r->slot == S_PMCR_EL0 && (mdcr & MDCR_TPMCR));
}

static bool trapped_to_el2(const a64_cpu *c, const row *r, bool read)
{
    uint64_t hcr = a64_hcr(c);
    if (c->a.el >= 2u || !a64_el2_enabled(c))
        return false;
    switch ((row_trap)r->trap) {
    case TRAP_VM:
        return hcr & (read ? HCR_TRVM : HCR_TVM);
    case TRAP_ID1:
        return hcr & HCR_TID1;
    case TRAP_ID2:
    case TRAP_CTR:
        return hcr & HCR_TID2;
    case TRAP_ID3:
        return hcr & HCR_TID3;
    case TRAP_ACR:
        return hcr & HCR_TACR;
    case TRAP_IDCP:
        return hcr & HCR_TIDCP;
    case TRAP_CPACR:
        return c->a.sys[S_CPTR_EL2] & CPTR_TCPAC;
    case TRAP_ALLINT:
        return !read && c->a.el == 1u && (a64_hcrx(c) & HCRX_TALLINT);
    case TRAP_DBG:
        return debug_trapped(c, MDCR_TDA);
    case TRAP_DBGOS:
        return debug_trapped(c, MDCR_TDOSA);
    case TRAP_DBGRA:
        return debug_trapped(c, MDCR_TDRA);
    case TRAP_PM:
    case TRAP_PMC:
    case TRAP_PMU:
        return pmu_trapped(c, r);
    default:
        return false;
    }
}

static bool trapped_to_el3(const a64_cpu *c, const row *r)
{
    if (c->a.el == 3u || !c->config.has_el3)
        return false;
    switch ((row_trap)r->trap) {
    case TRAP_CPACR:
        return c->a.sys[S_CPTR_EL3] & CPTR_TCPAC;
    case TRAP_HCX:
        return !(c->a.sys[S_SCR_EL3] & SCR_HXEN);
    case TRAP_DBG:
    case TRAP_DBGRA:
        return c->a.sys[S_MDCR_EL3] & MDCR_TDA;
    case TRAP_DBGOS:
        return c->a.sys[S_MDCR_EL3] & MDCR_TDOSA;
    case TRAP_PM:
    case TRAP_PMC:
    case TRAP_PMU:
        return c->a.sys[S_MDCR_EL3] & MDCR_TPM;
    default:
        return false;
    }
}

/** Whether the core has a register of a feature. */
static bool exists(const a64_cpu *c, const row *r)
{
    if (r->trap == TRAP_VHE)
        return c->model->vhe;
    return c->config.nmi || (r->trap != TRAP_HCX && r->trap != TRAP_ALLINT);
}

/** Level checks and traps; false when an exception was taken. */
static bool permitted(a64_cpu *c, const row *r, bool read, uint32_t raw)
{
    if (c->a.el < (read ? r->read_el : r->write_el) || !exists(c, r)) {
        a64_take_undefined(c);
        return false;
    }
    if (r->trap == TRAP_FP && c->fp_trap) {
        a64_take_fp_trap(c);
        return false;
    }
    if (c->a.el == 0u && trapped_at_el0(c, r, read))
        return !a64_trap_sysreg(c, a64_sync_target(c), raw);
    if (trapped_to_el2(c, r, read))
        return !a64_trap_sysreg(c, 2, raw);
    if (trapped_to_el3(c, r))
        return !a64_trap_sysreg(c, 3, raw);
    return true;
}

/* ------------------------------------------------------------------ registers of others */

/** Access to the Secure physical timer: EL3, or Secure EL1 when SCR_EL3.ST lets it. */
static bool secure_timer_allowed(a64_cpu *c, const row *r, uint32_t raw)
{
    if (r->slot < ISS_CNTPS_TVAL_EL1 || c->a.el == 3u)
        return true;
    if (c->a.el != 1u || !a64_secure(c) || !c->config.has_el3)
        a64_take_undefined(c);
    else if (!(c->a.sys[S_SCR_EL3] & SCR_ST))
        (void)a64_trap_sysreg(c, 3, raw);
    else
        return true;
    return false;
}

/** Whether a timer's register is named as EL2 names it, below EL2. Only the name tells: the EL0
 * names of a host reach the same registers. */
static bool is_name_of_el2(const a64_cpu *c, uint32_t raw)
{
    const uint32_t op1_el2 = 4;
    return c->a.el < 2u && a64_bits(raw, 18, 16) == op1_el2;
}

/** How the environment's answer to an access ends; false when an exception was taken, or the access
    is made again. */
static bool answered(a64_cpu *c, gic_sysreg_result result, uint64_t time_ps, uint32_t raw)
{
    if (A64_LIKELY(result == GIC_SYSREG_OK)) {
        a64_spend_until(c, time_ps);
        return true;
    }
    if (result == GIC_SYSREG_STALL)
        a64_retry(c);
    else if (result == GIC_SYSREG_UNDEFINED)
        a64_take_undefined(c);
    else
        (void)a64_trap_sysreg(c,
                              result == GIC_SYSREG_TRAP_EL1   ? a64_sync_target(c)
                              : result == GIC_SYSREG_TRAP_EL2 ? 2u
                                                              : 3u,
                              raw);
    return false;
}

static bool timer_access(a64_cpu *c, const row *r, bool read, uint32_t raw, uint64_t *v)
{
    iss_sysreg_access access = {.reg = r->slot, .write = !read, .value = *v, .pe = &c->pe};
    uint64_t time = a64_now_ps(c);
    gic_sysreg_result result;
    if (is_name_of_el2(c, raw)) {
        a64_take_undefined(c);
        return false;
    }
    if (!secure_timer_allowed(c, r, raw))
        return false;
    a64_publish_monitor(c);
    result = c->env.timer(&access, &time, c->env.ctx);
    *v = access.value;
    return answered(c, result, time, raw);
}

void a64_op_gic(a64_cpu *c, const a64_op *o, int64_t acc)
{
    bool read = a64_bit(o->raw, 21);
    iss_sysreg_access access = {
        .reg = (uint32_t)o->imm, .write = !read, .value = read ? 0 : c->a.x[o->rd], .pe = &c->pe};
    A64_SLOW_BEGIN();
    uint64_t time = a64_now_ps(c);
    if (!c->config.gic_sysregs) {
        a64_take_undefined(c);
        return;
    }
    a64_publish_monitor(c);
    gic_sysreg_result result = c->env.cpuif(&access, &time, c->env.ctx);
    if (!answered(c, result, time, o->raw))
        return;
    if (read)
        c->a.x[o->rd] = access.value;
    A64_SLOW_END();
}

/* ------------------------------------------------------------------ MRS, MSR */

static bool access_row(a64_cpu *c, const row *r, bool read, uint32_t raw, uint64_t *v)
{
    if (r->kind != ROW_OWN)
        return timer_access(c, r, read, raw, v);
    if (!permitted(c, r, read, raw))
        return false;
    return read ? r->read(c, r, raw, v) : r->write(c, r, raw, *v);
}

void a64_op_sysreg(a64_cpu *c, const a64_op *o, int64_t acc)
{
    bool read = a64_bit(o->raw, 21);
    uint64_t v = read ? 0 : c->a.x[o->rd];
    const row *r = reached(c, o->imm);
    A64_SLOW_BEGIN();
    if (!r) {
        a64_take_undefined(c);
        return;
    }
    if (!access_row(c, r, read, o->raw, &v))
        return;
    if (read)
        c->a.x[o->rd] = v;
    A64_SLOW_END();
}

bool a64_sysreg_peek(a64_cpu *c, uint32_t encoding, uint64_t *value)
{
    unsigned index = a64_sysreg_row(encoding) & 0xffffu;
    const row *r = index ? &rows[index - 1u] : NULL;
    if (!r || r->kind != ROW_OWN || r->read_el > 3u)
        return false;
    if (r->read == a64_read_rvbar || r->read == a64_read_rmr || r->read == a64_read_sp_el0)
        *value = r->read == a64_read_sp_el0 ? c->a.sp_el[0] : c->config.rvbar;
    else
        (void)r->read(c, r, encoding << 5, value);
    return true;
}
