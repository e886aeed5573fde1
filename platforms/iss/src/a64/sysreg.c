/* SPDX-License-Identifier: Apache-2.0 */
/* MRS and MSR: access checks, traps, and the registers that do more than hold a value. */
#include "mem.h"
#include "sys.h"

/** What decides a register. */
typedef enum row_kind { ROW_OWN, ROW_GIC, ROW_TIMER } row_kind;

#define SCTLR_SPAN (UINT64_C(1) << 23)
enum { PSTATE_PAN_SHIFT = 22 };

/** Controls that trap accesses. */
typedef enum row_trap {
    TRAP_NONE,
    TRAP_VM,    /**< HCR_EL2.TVM (writes), TRVM (reads). */
    TRAP_ID1,   /**< HCR_EL2.TID1. */
    TRAP_ID2,   /**< HCR_EL2.TID2. */
    TRAP_ID3,   /**< HCR_EL2.TID3. */
    TRAP_ACR,   /**< HCR_EL2.TACR. */
    TRAP_CPACR, /**< CPTR_EL2.TCPAC, CPTR_EL3.TCPAC. */
    TRAP_CTR,   /**< SCTLR_EL1.UCT, HCR_EL2.TID2. */
    TRAP_UMA,   /**< SCTLR_EL1.UMA. */
    TRAP_FP,    /**< CPACR_EL1.FPEN, CPTR_EL2.TFP, CPTR_EL3.TFP. */
    TRAP_DBG,   /**< MDCR_EL2.TDA, MDCR_EL3.TDA. */
    TRAP_PM,    /**< PMUSERENR_EL0.EN, MDCR_EL2.TPM, MDCR_EL3.TPM. */
    TRAP_PMC,   /**< The same; reads also by PMUSERENR_EL0.CR. */
    TRAP_PMU    /**< PMUSERENR_EL0 itself: MDCR only. */
} row_trap;

typedef struct row row;
typedef bool read_fn(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v);
typedef bool write_fn(a64_cpu *c, const row *r, uint32_t raw, uint64_t v);

struct row {
    uint16_t encoding;
    uint8_t kind;
    uint8_t read_el, write_el; /**< Lowest level that may; 4: none. */
    uint8_t trap;
    uint16_t slot; /**< a64_sys, gic_sysreg or iss_timer_reg. */
    read_fn *read;
    write_fn *write;
    uint64_t reset, mask;
};

#define HCR_TGE (UINT64_C(1) << 27)

static uint64_t stored(const a64_cpu *c, const row *r)
{
    return c->a.sys[r->slot];
}

/* ------------------------------------------------------------------ plain registers */

static bool read_st(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)raw;
    *v = stored(c, r);
    return true;
}

static bool write_st(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    c->a.sys[r->slot] = (v & r->mask) | (c->a.sys[r->slot] & ~r->mask);
    return true;
}

static bool write_no(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw, (void)v;
    a64_take_undefined(c);
    return false;
}

/** Registers that translation or routing depend on. */
static bool write_context(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t before = stored(c, r);
    if (c->pmu_on)
        a64_pmu_sync(c);
    write_st(c, r, raw, v);
    if (stored(c, r) == before)
        return true;
    a64_flush_buffers(c);
    a64_context_changed(c);
    return true;
}

/** TTBRn_EL1: entries are tagged with the ASID, so only what is derived goes. */
static bool write_ttbr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t before = stored(c, r);
    unsigned base = a64_secure_below3(c) ? A64_CTX_S_EL0 : A64_CTX_NS_EL0;
    write_st(c, r, raw, v);
    if (stored(c, r) != before) {
        a64_flush_context(c, base);
        a64_flush_context(c, base + 1u);
        a64_flush_context(c, base + 2u);
    }
    return true;
}

/* ------------------------------------------------------------------ identification */

/** EL2 shows Non-secure EL1 its own values of MIDR and MPIDR. */
static bool virtual_id(const a64_cpu *c)
{
    return c->a.el == 1u && a64_el2_enabled(c);
}

static bool read_midr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = virtual_id(c) ? c->a.sys[S_VPIDR_EL2] : c->model->midr;
    return true;
}

static uint64_t mpidr(const a64_cpu *c)
{
    return c->config.mpidr | UINT64_C(1) << 31;
}

static bool read_mpidr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = virtual_id(c) ? c->a.sys[S_VMPIDR_EL2] : mpidr(c);
    return true;
}

static bool read_pfr0(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = UINT64_C(0x11) | (uint64_t)c->model->csv << 56 | (uint64_t)c->model->csv << 60 |
         (uint64_t)c->config.has_el2 << 8 | (uint64_t)c->config.has_el3 << 12 |
         (uint64_t)(c->config.gic_sysregs & 15u) << 24;
    return true;
}

static bool read_isar0(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->model->crc32 << 16 | (uint64_t)(c->model->lse ? 2u : 0u) << 20;
    return true;
}

static bool read_mmfr0(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = UINT64_C(0x1020) | c->model->pa_range | (uint64_t)c->model->gran16 << 20;
    return true;
}

/** PAN with AT S1E1RP and S1E1WP. */
static bool read_mmfr1(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)(c->model->pan ? 2u : 0u) << 20;
    return true;
}

static bool read_clidr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->model->clidr;
    return true;
}

static bool read_ccsidr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    switch (c->a.sys[S_CSSELR_EL1]) {
    case 0:
        *v = c->model->ccsidr[0];
        break;
    case 1:
        *v = c->model->ccsidr[1];
        break;
    case 2:
        *v = c->model->ccsidr[2];
        break;
    default:
        *v = 0;
        break;
    }
    return true;
}

static bool read_dczid(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    bool allowed = c->a.el || (c->a.sys[S_SCTLR_EL1] >> 14 & 1u);
    bool trapped = c->a.el < 2u && (a64_hcr(c) >> 28 & 1u);
    (void)raw;
    *v = stored(c, r) | (uint64_t)(!allowed || trapped) << 4;
    return true;
}

/* ------------------------------------------------------------------ processor state */

static bool read_el(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->a.el << 2;
    return true;
}

static bool read_spsel(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->a.sp_sel;
    return true;
}

static bool write_spsel(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    a64_set_spsel(c, v & 1u);
    return true;
}

static bool read_pan(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->a.pan << PSTATE_PAN_SHIFT;
    if (!c->model->pan)
        a64_take_undefined(c);
    return c->model->pan;
}

static bool write_pan(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    if (c->model->pan)
        a64_set_pan(c, v >> PSTATE_PAN_SHIFT & 1u);
    else
        a64_take_undefined(c);
    return c->model->pan;
}

/** PSTATE.PAN has a place in the registers only where it exists. */
static bool write_spsr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    const uint64_t pan = (uint64_t)c->model->pan << PSTATE_PAN_SHIFT;
    c->a.sys[r->slot] = (c->a.sys[r->slot] & ~pan) | (v & pan);
    return write_st(c, r, raw, v);
}

/** SCTLR_EL1.SPAN is RES1 without PAN. */
static bool write_sctlr1(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    if (c->model->pan)
        c->a.sys[r->slot] = (c->a.sys[r->slot] & ~SCTLR_SPAN) | (v & SCTLR_SPAN);
    return write_context(c, r, raw, v);
}

/** SP_EL0 is not accessible by name while it is the current stack pointer. */
static bool read_sp_el0(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->a.sp_el[0];
    if (!c->a.sp_sel)
        a64_take_undefined(c);
    return c->a.sp_sel;
}

static bool write_sp_el0(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    if (!c->a.sp_sel) {
        a64_take_undefined(c);
        return false;
    }
    c->a.sp_el[0] = v;
    return true;
}

/** SP_EL1 and SP_EL2, from a higher level: never the current one. */
static bool read_sp_elx(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)raw;
    *v = c->a.sp_el[r->slot == S_SP_EL1 ? 1 : 2];
    return true;
}

static bool write_sp_elx(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    c->a.sp_el[r->slot == S_SP_EL1 ? 1 : 2] = v;
    return true;
}

static bool read_nzcv(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = a64_nzcv(&c->a);
    return true;
}

static bool write_nzcv(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    a64_set_nzcv(&c->a, (uint32_t)v);
    return true;
}

static bool read_fpcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->a.fpcr;
    return true;
}

static bool write_fpcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    c->a.fpcr = (uint32_t)(v & r->mask);
    return true;
}

static bool read_fpsr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->a.fpsr;
    return true;
}

static bool write_fpsr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    c->a.fpsr = (uint32_t)(v & r->mask);
    return true;
}

/** CPACR_EL1, CPTR_ELx: whether floating point traps may change. */
static bool write_fptrap(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    write_st(c, r, raw, v);
    a64_update_fp_trap(c);
    return true;
}

static bool read_daif(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->a.daif << 6;
    return true;
}

static bool write_daif(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    c->a.daif = (v >> 6) & 15u;
    a64_update_lines(c);
    return true;
}

/** ISR_EL1: what is pending; at EL1 with virtual routing, the virtual ones. */
static bool read_isr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    uint64_t hcr = c->a.el == 1u ? a64_hcr(c) : 0;
    uint32_t lines = c->a.lines;
    bool fiq = (hcr >> 3 & 1u) ? (lines >> ISS_LINE_VFIQ & 1u) || (hcr >> 6 & 1u)
                               : (lines >> ISS_LINE_FIQ & 1u);
    bool irq = (hcr >> 4 & 1u) ? (lines >> ISS_LINE_VIRQ & 1u) || (hcr >> 7 & 1u)
                               : (lines >> ISS_LINE_IRQ & 1u);
    bool serror = (hcr >> 5 & 1u) ? (hcr >> 8 & 1u) : c->a.serror;
    (void)r, (void)raw;
    *v = (uint64_t)fiq << 6 | (uint64_t)irq << 7 | (uint64_t)serror << 8;
    return true;
}

/** RVBAR_ELx and RMR_ELx exist at the highest implemented level only. */
static bool highest_only(a64_cpu *c, uint32_t raw)
{
    static const uint8_t level[8] = {1, 1, 1, 1, 2, 2, 3, 3};
    bool ok = level[a64_bits(raw, 18, 16)] == a64_highest_el(c);
    if (!ok)
        a64_take_undefined(c);
    return ok;
}

static bool read_rvbar(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r;
    *v = c->config.rvbar;
    return highest_only(c, raw);
}

static bool read_rmr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r;
    *v = 1; /* AA64 */
    return highest_only(c, raw);
}

static bool write_rmr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r;
    if (!highest_only(c, raw))
        return false;
    if (v & 2u) {
        c->stop = ISS_STOP_RESET;
        c->attn |= A64_ATTN_END;
    }
    return true;
}

static bool write_oslar(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    c->a.sys[S_OSLSR_EL1] = 8u | (v & 1u) << 1;
    return true;
}

/* ------------------------------------------------------------------ performance monitors */

static bool write_pmu(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    a64_pmu_sync(c);
    write_st(c, r, raw, v);
    a64_pmu_update(c);
    return true;
}

static bool read_pmcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)raw;
    *v = (c->model->midr >> 24 & 0xffu) << 24 | (uint64_t)A64_PMU_COUNTERS << 11 | stored(c, r);
    return true;
}

static bool write_pmcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    a64_pmu_write_control(c, v);
    return true;
}

/** The register that a CLR register is the other name of. */
static unsigned pm_set_of(const row *r)
{
    return r->slot == S_PMCNTENCLR_EL0   ? S_PMCNTENSET_EL0
           : r->slot == S_PMINTENCLR_EL1 ? S_PMINTENSET_EL1
                                         : S_PMOVSSET_EL0;
}

static bool read_pmclr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)raw;
    *v = c->a.sys[pm_set_of(r)];
    return true;
}

static bool write_pmclr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    a64_pmu_sync(c);
    c->a.sys[pm_set_of(r)] &= ~(v & r->mask);
    a64_pmu_update(c);
    return true;
}

static bool write_pmset(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    a64_pmu_sync(c);
    c->a.sys[r->slot] |= v & r->mask;
    a64_pmu_update(c);
    return true;
}

static bool write_pmswinc(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    a64_pmu_increment(c, (uint32_t)(v & r->mask));
    return true;
}

static bool read_pmceid(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)c, (void)r, (void)raw;
    *v = a64_pmu_events();
    return true;
}

/** Counter that PMCCNTR, PMXEV* (by PMSELR) or PMEV*<n> names. */
static unsigned pm_counter(const a64_cpu *c, uint32_t raw)
{
    unsigned crn = a64_bits(raw, 15, 12);
    if (crn == 14u)
        return a64_bits(raw, 9, 8) << 3 | a64_bits(raw, 7, 5);
    return a64_bits(raw, 7, 5) == 0u ? A64_PMU_CYCLE : (unsigned)c->a.sys[S_PMSELR_EL0];
}

static bool read_pmcnt(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r;
    *v = a64_pmu_read(c, pm_counter(c, raw));
    return true;
}

static bool write_pmcnt(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r;
    a64_pmu_write(c, pm_counter(c, raw), v);
    return true;
}

/** Storage of a counter's event type; NULL for a counter that does not exist. */
static uint64_t *pm_type(a64_cpu *c, uint32_t raw)
{
    unsigned n =
        a64_bits(raw, 15, 12) == 14u ? pm_counter(c, raw) : (unsigned)c->a.sys[S_PMSELR_EL0];
    if (n == A64_PMU_CYCLE)
        return &c->a.sys[S_PMCCFILTR_EL0];
    return n < A64_PMU_COUNTERS ? &c->a.sys[S_PMEVTYPER0_EL0 + n] : NULL;
}

static bool read_pmtype(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    const uint64_t *type = pm_type(c, raw);
    (void)r;
    *v = type ? *type : 0;
    return true;
}

static bool write_pmtype(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t *type = pm_type(c, raw);
    (void)r;
    if (!type)
        return true;
    a64_pmu_sync(c);
    *type = v & (type == &c->a.sys[S_PMCCFILTR_EL0] ? 0xfc000000u : 0xfc0003ffu);
    a64_pmu_update(c);
    return true;
}

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
     read_##read,                                                                         \
     write_##write,                                                                       \
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

unsigned a64_sysreg_row(uint32_t encoding)
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

void a64_sysregs_reset(a64_cpu *c)
{
    for (unsigned i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind == ROW_OWN)
            c->a.sys[rows[i].slot] = rows[i].reset;
    c->a.sys[S_VPIDR_EL2] = c->model->midr;
    c->a.sys[S_VMPIDR_EL2] = mpidr(c);
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
    uint64_t sctlr = c->a.sys[S_SCTLR_EL1];
    switch ((row_trap)r->trap) {
    case TRAP_CTR:
        return !(sctlr >> 15 & 1u);
    case TRAP_UMA:
        return !(sctlr >> 9 & 1u);
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

static bool trapped_to_el2(const a64_cpu *c, const row *r, bool read)
{
    uint64_t hcr = a64_hcr(c);
    uint64_t mdcr = c->a.sys[S_MDCR_EL2];
    if (c->a.el >= 2u || !a64_el2_enabled(c))
        return false;
    switch ((row_trap)r->trap) {
    case TRAP_VM:
        return hcr >> (read ? 30 : 26) & 1u;
    case TRAP_ID1:
        return hcr >> 16 & 1u;
    case TRAP_ID2:
    case TRAP_CTR:
        return hcr >> 17 & 1u;
    case TRAP_ID3:
        return hcr >> 18 & 1u;
    case TRAP_ACR:
        return hcr >> 21 & 1u;
    case TRAP_CPACR:
        return c->a.sys[S_CPTR_EL2] >> 31 & 1u;
    case TRAP_DBG:
        return mdcr >> 9 & 1u;
    case TRAP_PM:
    case TRAP_PMC:
    case TRAP_PMU:
        return (mdcr >> 6 & 1u) || (r->slot == S_PMCR_EL0 && (mdcr >> 5 & 1u));
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
        return c->a.sys[S_CPTR_EL3] >> 31 & 1u;
    case TRAP_DBG:
        return c->a.sys[S_MDCR_EL3] >> 9 & 1u;
    case TRAP_PM:
    case TRAP_PMC:
    case TRAP_PMU:
        return c->a.sys[S_MDCR_EL3] >> 6 & 1u;
    default:
        return false;
    }
}

/** Level checks and traps; false when an exception was taken. */
static bool permitted(a64_cpu *c, const row *r, bool read, uint32_t raw)
{
    if (c->a.el < (read ? r->read_el : r->write_el)) {
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
    else if (!(c->a.sys[S_SCR_EL3] >> 11 & 1u))
        (void)a64_trap_sysreg(c, 3, raw);
    else
        return true;
    return false;
}

static bool external(a64_cpu *c, const row *r, bool read, uint32_t raw, uint64_t *v)
{
    iss_sysreg_access access = {.reg = r->slot, .write = !read, .value = *v, .pe = &c->pe};
    uint64_t time = a64_now_ps(c);
    bool gic = r->kind == ROW_GIC;
    gic_sysreg_result result;
    if (gic && !c->config.gic_sysregs) {
        a64_take_undefined(c);
        return false;
    }
    if (!gic && !secure_timer_allowed(c, r, raw))
        return false;
    a64_publish_monitor(c);
    result = (gic ? c->env.cpuif : c->env.timer)(&access, &time, c->env.ctx);
    *v = access.value;
    if (result == GIC_SYSREG_OK) {
        a64_spend_until(c, time);
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

/* ------------------------------------------------------------------ MRS, MSR */

static bool access_row(a64_cpu *c, const row *r, bool read, uint32_t raw, uint64_t *v)
{
    if (r->kind != ROW_OWN)
        return external(c, r, read, raw, v);
    if (!permitted(c, r, read, raw))
        return false;
    return read ? r->read(c, r, raw, v) : r->write(c, r, raw, *v);
}

void a64_op_sysreg(a64_cpu *c, const a64_op *o, int64_t acc)
{
    bool read = a64_bit(o->raw, 21);
    uint64_t v = read ? 0 : c->a.x[o->rd];
    A64_SLOW_BEGIN();
    if (!o->imm) {
        a64_take_undefined(c);
        return;
    }
    if (!access_row(c, &rows[o->imm - 1u], read, o->raw, &v))
        return;
    if (read)
        c->a.x[o->rd] = v;
    A64_SLOW_END();
}

bool a64_sysreg_peek(a64_cpu *c, uint32_t encoding, uint64_t *value)
{
    unsigned index = a64_sysreg_row(encoding);
    const row *r = index ? &rows[index - 1u] : NULL;
    if (!r || r->kind != ROW_OWN || r->read_el > 3u)
        return false;
    if (r->read == read_rvbar || r->read == read_rmr || r->read == read_sp_el0)
        *value = r->read == read_sp_el0 ? c->a.sp_el[0] : c->config.rvbar;
    else
        (void)r->read(c, r, encoding << 5, value);
    return true;
}
