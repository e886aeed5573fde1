/* SPDX-License-Identifier: Apache-2.0 */
/* System registers: what identifies the PE. */
#include "sysreg.h"

/** EL2 shows Non-secure EL1 its own values of MIDR and MPIDR. */
static bool virtual_id(const a64_cpu *c)
{
    return c->a.el == 1u && a64_el2_enabled(c);
}

bool a64_read_midr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = virtual_id(c) ? c->a.sys[S_VPIDR_EL2] : c->model->midr;
    return true;
}

uint64_t a64_mpidr(const a64_cpu *c)
{
    return c->config.mpidr | UINT64_C(1) << 31;
}

bool a64_read_mpidr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = virtual_id(c) ? c->a.sys[S_VMPIDR_EL2] : a64_mpidr(c);
    return true;
}

bool a64_read_pfr0(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = UINT64_C(0x11) | (uint64_t)c->model->csv << 56 | (uint64_t)c->model->csv << 60 |
         (uint64_t)c->config.has_el2 << 8 | (uint64_t)c->config.has_el3 << 12 |
         (uint64_t)(c->config.gic_sysregs & 15u) << 24;
    return true;
}

bool a64_read_pfr1(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->config.nmi << 36;
    return true;
}

bool a64_read_isar0(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)c->model->crc32 << 16 | (uint64_t)(c->model->lse ? 2u : 0u) << 20;
    return true;
}

bool a64_read_mmfr0(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = UINT64_C(0x1020) | c->model->pa_range | (uint64_t)c->model->gran16 << 20;
    return true;
}

/** PAN with AT S1E1RP and S1E1WP; VHE, and VMIDs of 16 bits with it; HCRX_EL2 with NMIs. */
bool a64_read_mmfr1(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = (uint64_t)(c->model->pan ? 2u : 0u) << 20 | (uint64_t)c->model->vhe << 8 |
         (uint64_t)(c->model->vhe ? 2u : 0u) << 4 | (uint64_t)c->config.nmi << 40;
    return true;
}

bool a64_read_clidr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    (void)r, (void)raw;
    *v = c->model->clidr;
    return true;
}

bool a64_read_ccsidr(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
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

bool a64_read_dczid(a64_cpu *c, const row *r, uint32_t raw, uint64_t *v)
{
    bool allowed = c->a.el || (a64_sctlr_el0(c) & SCTLR_DZE);
    bool trapped = c->a.el < 2u && (a64_hcr(c) & HCR_TDZ);
    (void)raw;
    *v = a64_stored(c, r) | (uint64_t)(!allowed || trapped) << 4;
    return true;
}
