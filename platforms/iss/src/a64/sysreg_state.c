/* SPDX-License-Identifier: Apache-2.0 */
/* System registers: plain ones, controls of translation and routing, processor state. */
#include "sysreg.h"

/* Formats that registers of EL2 take from those of EL1 with E2H; see the masks in sysregs.def. */
#define SCTLR_EL1_BITS UINT64_C(0x040dd21f)
#define SCTLR_EL1_RES1 UINT64_C(0x30d00800)
#define TCR_EL1_BITS   UINT64_C(0x77ffffffbf)
#define CPACR_EL1_BITS UINT64_C(0x00300000)
#define TTBR_BADDR     UINT64_C(0x0000fffffffffffe)
#define VTCR_VS        A64_BIT(19)

/* ISR_EL1. */
#define ISR_F  A64_BIT(6)
#define ISR_I  A64_BIT(7)
#define ISR_A  A64_BIT(8)
#define ISR_FS A64_BIT(9)
#define ISR_IS A64_BIT(10)

/* ------------------------------------------------------------------ plain registers */

bool a64_read_st(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)raw;
    *v = a64_stored(c, r);
    return true;
}

bool a64_write_st(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    c->a.sys[r->slot] = (v & r->mask) | (c->a.sys[r->slot] & ~r->mask);
    return true;
}

bool a64_write_no(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw, (void)v;
    a64_take_undefined(c);
    return false;
}

/** Registers that translation or routing depend on. */
bool a64_write_context(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t before = a64_stored(c, r);
    if (c->pmu_on)
        a64_pmu_sync(c);
    a64_write_st(c, r, raw, v);
    if (a64_stored(c, r) == before)
        return true;
    a64_flush_buffers(c);
    a64_context_changed(c);
    return true;
}

/** The same for what one regime, or one with two faces, depends on. */
static bool write_regimes(a64_cpu *c, const row *r, uint64_t v, a64_regime one, a64_regime two)
{
    uint64_t before = a64_stored(c, r);
    if (c->pmu_on)
        a64_pmu_sync(c);
    a64_write_st(c, r, 0, v);
    if (a64_stored(c, r) == before)
        return true;
    a64_flush_regime(c, one);
    a64_flush_regime(c, two);
    a64_context_changed(c);
    return true;
}

bool a64_write_el1(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    return write_regimes(c, r, v, A64_R_NS10, A64_R_S10);
}

bool a64_write_el2(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    return write_regimes(c, r, v, A64_R_EL20, A64_R_EL2);
}

bool a64_write_el3(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    return write_regimes(c, r, v, A64_R_EL3, A64_R_EL3);
}

/** TTBRn_EL1: entries are tagged with the ASID, so only what is derived goes. */
bool a64_write_ttbr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t before = a64_stored(c, r);
    a64_write_st(c, r, raw, v);
    if (a64_stored(c, r) != before)
        a64_flush_regime(c, a64_secure_below3(c) ? A64_R_S10 : A64_R_NS10);
    return true;
}

/* ------------------------------------------------------------------ hypervisor */

/** HCR_EL2.E2H as stored, which decides the format of other registers of EL2. */
static bool e2h(const a64_cpu *c)
{
    return (c->a.sys[S_HCR_EL2] & HCR_E2H) != 0;
}

/** Stores bits of @p mask, whatever the row says. */
static bool write_masked(a64_cpu *c, const row *r, uint64_t v, uint64_t mask)
{
    row other = *r;
    other.mask = mask;
    return a64_write_el2(c, &other, 0, v);
}

/** HCR_EL2: E2H with VHE only, HCD without EL3 only. What depends on it looks at it itself. */
bool a64_write_hcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t mask = r->mask & ~(c->config.has_el3 ? HCR_HCD : 0);
    (void)raw;
    if (c->model->vhe)
        mask |= HCR_E2H;
    c->a.sys[r->slot] = (v & mask) | (c->a.sys[r->slot] & ~mask);
    a64_context_changed(c);
    return true;
}

/** HCRX_EL2: what superpriority a virtual interrupt of HCR_EL2 has. */
bool a64_write_hcrx(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    a64_write_st(c, r, raw, v);
    a64_update_lines(c);
    return true;
}

/** SCR_EL3: HXEn is there with HCRX_EL2. */
bool a64_write_scr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    row other = *r;
    other.mask |= c->config.nmi ? SCR_HXEN : 0;
    return a64_write_context(c, &other, raw, v);
}

/** What FEAT_NMI adds to SCTLR_ELx. */
static uint64_t nmi_bits(const a64_cpu *c)
{
    return c->config.nmi ? SCTLR_NMI | SCTLR_SPINTMASK : 0;
}

/** SCTLR_EL2: with E2H it has the format of SCTLR_EL1, whose reserved bits are others. */
bool a64_write_sctlr2(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t mask = nmi_bits(c) | (e2h(c) ? SCTLR_EL1_BITS | SCTLR_SPAN : r->mask);
    uint64_t reserved = (e2h(c) ? SCTLR_EL1_RES1 : r->reset) & ~mask;
    (void)raw;
    return write_masked(c, r, (v & mask) | reserved, UINT64_MAX);
}

/** TCR_EL2: with E2H it has the format of TCR_EL1. */
bool a64_write_tcr2(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    if (e2h(c))
        return write_masked(c, r, v & TCR_EL1_BITS, UINT64_MAX);
    return write_masked(c, r, (v & r->mask) | r->reset, UINT64_MAX);
}

/** CPTR_EL2: with E2H it has the format of CPACR_EL1. */
bool a64_write_cptr2(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    c->a.sys[r->slot] = e2h(c) ? v & (CPACR_EL1_BITS | CPTR_TCPAC) : (v & r->mask) | r->reset;
    a64_update_fp_trap(c);
    return true;
}

/** TTBRn_EL2: the ASID is there with E2H. */
bool a64_write_ttbr2(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    return write_masked(c, r, e2h(c) ? v : v & TTBR_BADDR, ~UINT64_C(1));
}

/** VTTBR_EL2: Non-secure EL1&0's buffers are looked at when it is entered. */
bool a64_write_vttbr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t vmid = (UINT64_C(1) << (c->model->vhe ? 16 : 8)) - 1u;
    (void)raw;
    c->a.sys[r->slot] = v & (r->mask | vmid << 48);
    return true;
}

bool a64_write_vtcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    uint64_t mask = r->mask | (c->model->vhe ? VTCR_VS : 0);
    (void)raw;
    c->a.sys[r->slot] = (v & mask) | r->reset;
    a64_flush_regime(c, A64_R_NS10);
    return true;
}

/* ------------------------------------------------------------------ processor state */

bool a64_read_el(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->a.el << 2;
    return true;
}

bool a64_read_spsel(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->a.sp_sel;
    return true;
}

bool a64_write_spsel(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    a64_set_spsel(c, v & 1u);
    return true;
}

bool a64_read_pan(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->a.pan << SPSR_PAN_SHIFT;
    if (!c->model->pan)
        a64_take_undefined(c);
    return c->model->pan;
}

bool a64_write_pan(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    if (c->model->pan)
        a64_set_pan(c, v >> SPSR_PAN_SHIFT & 1u);
    else
        a64_take_undefined(c);
    return c->model->pan;
}

bool a64_read_allint(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->a.allint << SPSR_ALLINT_SHIFT;
    return true;
}

bool a64_write_allint(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    c->a.allint = v >> SPSR_ALLINT_SHIFT & 1u;
    a64_update_lines(c);
    return true;
}

/** PSTATE.PAN and ALLINT have a place in the registers only where they exist. */
bool a64_write_spsr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    const uint64_t bits = (uint64_t)c->model->pan << SPSR_PAN_SHIFT | (uint64_t)c->config.nmi
                                                                          << SPSR_ALLINT_SHIFT;
    c->a.sys[r->slot] = (c->a.sys[r->slot] & ~bits) | (v & bits);
    return a64_write_st(c, r, raw, v);
}

/** SCTLR_EL1.SPAN is RES1 without PAN. */
bool a64_write_sctlr1(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    row other = *r;
    other.mask |= nmi_bits(c) | (c->model->pan ? SCTLR_SPAN : 0);
    return a64_write_el1(c, &other, raw, v);
}

bool a64_write_sctlr3(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    row other = *r;
    other.mask |= nmi_bits(c);
    return a64_write_el3(c, &other, raw, v);
}

/** SP_EL0 is not accessible by name while it is the current stack pointer. */
bool a64_read_sp_el0(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->a.sp_el[0];
    if (!c->a.sp_sel)
        a64_take_undefined(c);
    return c->a.sp_sel;
}

bool a64_write_sp_el0(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
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
bool a64_read_sp_elx(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)raw;
    *v = c->a.sp_el[r->slot == S_SP_EL1 ? 1 : 2];
    return true;
}

bool a64_write_sp_elx(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    c->a.sp_el[r->slot == S_SP_EL1 ? 1 : 2] = v;
    return true;
}

bool a64_read_nzcv(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = a64_nzcv(&c->a);
    return true;
}

bool a64_write_nzcv(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    a64_set_nzcv(&c->a, (uint32_t)v);
    return true;
}

bool a64_read_fpcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->a.fpcr;
    return true;
}

bool a64_write_fpcr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    c->a.fpcr = (uint32_t)(v & r->mask);
    return true;
}

bool a64_read_fpsr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->a.fpsr;
    return true;
}

bool a64_write_fpsr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)raw;
    c->a.fpsr = (uint32_t)(v & r->mask);
    return true;
}

/** CPACR_EL1, CPTR_ELx: whether floating point traps may change. */
bool a64_write_fptrap(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    a64_write_st(c, r, raw, v);
    a64_update_fp_trap(c);
    return true;
}

bool a64_read_daif(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->a.daif << 6;
    return true;
}

bool a64_write_daif(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    c->a.daif = (v >> 6) & 15u;
    a64_update_lines(c);
    return true;
}

/** ISR_EL1: what is pending; at EL1 with virtual routing, the virtual ones. */
bool a64_read_isr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    uint64_t hcr = c->a.el == 1u ? a64_hcr(c) : 0;
    uint32_t lines = c->a.lines;
    bool fiq = (hcr & HCR_FMO) ? (lines >> ISS_LINE_VFIQ & 1u) || (hcr & HCR_VF)
                               : (lines >> ISS_LINE_FIQ & 1u);
    bool irq = (hcr & HCR_IMO) ? (lines >> ISS_LINE_VIRQ & 1u) || (hcr & HCR_VI)
                               : (lines >> ISS_LINE_IRQ & 1u);
    bool super = irq && ((hcr & HCR_IMO) ? a64_super_virq(c) : a64_super_irq(c));
    bool super_fiq = fiq && ((hcr & HCR_FMO) ? a64_super_vfiq(c) : a64_super_fiq(c));
    bool serror = (hcr & HCR_AMO) ? (hcr & HCR_VSE) != 0 : c->a.serror;
    (void)r, (void)raw;
    *v = (fiq ? ISR_F : 0) | (irq ? ISR_I : 0) | (serror ? ISR_A : 0) | (super ? ISR_IS : 0) |
         (super_fiq ? ISR_FS : 0);
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

bool a64_read_rvbar(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r;
    *v = c->config.rvbar;
    return highest_only(c, raw);
}

bool a64_read_rmr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r;
    *v = 1; /* AA64 */
    return highest_only(c, raw);
}

bool a64_write_rmr(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
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

bool a64_write_oslar(a64_cpu *c, const row *r, uint32_t raw, uint64_t v)
{
    (void)r, (void)raw;
    c->a.sys[S_OSLSR_EL1] = 8u | (v & 1u) << 1;
    return true;
}
