/* SPDX-License-Identifier: Apache-2.0 */
/* Debugger access: registers, memory, breakpoints, watchpoints. */
#include <string.h>

#include "mem.h"
#include "port.h"
#include "sys.h"

/* ------------------------------------------------------------------ registers */

uint64_t a64_get_reg(const iss *c, iss_reg reg)
{
    const a64_arch *a = &c->a;
    unsigned half = (unsigned)reg - (unsigned)ISS_REG_V0;
    if (reg <= ISS_REG_SP)
        return a->x[reg];
    if (reg == ISS_REG_PC)
        return a->pc;
    if (reg == ISS_REG_PSTATE)
        return a64_pstate(c);
    if (reg >= ISS_REG_V0)
        return a->v[half / 2u % 32u].d[half % 2u];
    if (reg >= ISS_REG_FPCR)
        return reg == ISS_REG_FPCR ? a->fpcr : a->fpsr;
    unsigned el = (unsigned)(reg - ISS_REG_SP_EL0);
    return el == (a->sp_sel ? a->el : 0u) ? a->x[A64_SP] : a->sp_el[el & 3u];
}

static void set_pstate(iss *c, uint64_t v)
{
    unsigned el = (v >> SPSR_EL_SHIFT) & 3u;
    a64_set_nzcv(&c->a, (uint32_t)v);
    c->a.daif = (v >> SPSR_DAIF_SHIFT) & 15u;
    c->a.il = (v >> SPSR_IL_SHIFT) & 1u;
    c->a.allint = c->config.nmi && (v >> SPSR_ALLINT_SHIFT & 1u);
    if (el <= a64_highest_el(c) && (el != 2u || c->config.has_el2))
        a64_set_el(c, el, v & 1u);
    a64_set_pan(c, v >> SPSR_PAN_SHIFT & 1u);
}

void a64_set_reg(iss *c, iss_reg reg, uint64_t value)
{
    a64_arch *a = &c->a;
    if (reg <= ISS_REG_SP) {
        a->x[reg] = value;
    } else if (reg == ISS_REG_PC) {
        a->pc = value;
        a->sleep = 0;
    } else if (reg == ISS_REG_PSTATE) {
        set_pstate(c, value);
    } else if (reg == ISS_REG_FPCR) {
        a->fpcr = (uint32_t)value & A64_FPCR_MASK;
    } else if (reg == ISS_REG_FPSR) {
        a->fpsr = (uint32_t)value & A64_FPSR_MASK;
    } else if (reg >= ISS_REG_V0 && reg < ISS_REG_COUNT) {
        unsigned half = (unsigned)reg - (unsigned)ISS_REG_V0;
        a->v[half / 2u].d[half % 2u] = value;
    } else if (reg < ISS_REG_FPCR) {
        unsigned el = (unsigned)(reg - ISS_REG_SP_EL0);
        if (el == (a->sp_sel ? a->el : 0u))
            a->x[A64_SP] = value;
        else
            a->sp_el[el & 3u] = value;
    }
}

/* ------------------------------------------------------------------ memory */

/** One piece within a page. */
static bool debug_piece(iss *c, uint64_t pa, bool secure, bool write, uint8_t *data, uint32_t size)
{
    iss_direct d;
    iss_bus_access a = {.pa = pa,
                        .size = size,
                        .write = write,
                        .secure = secure,
                        .privileged = true,
                        .kind = ISS_KIND_DEBUG};
    uint64_t time = a64_now_ps(c);
    uint32_t want = write ? ISS_RIGHT_WRITE : ISS_RIGHT_READ;
    if (c->env.direct(pa, secure, want, &d, c->env.ctx)) {
        uint8_t *p = d.host + (pa - d.pa);
        if (!write && (d.rights & ISS_RIGHT_READ)) {
            memcpy(data, p, size);
            return true;
        }
        if (write && (d.rights & (ISS_RIGHT_WRITE | ISS_RIGHT_WRITE_NOTIFY))) {
            memcpy(p, data, size);
            c->env.exclusive_clear(c->env.ctx);
            c->env.store_notify(pa, size, secure, c->env.ctx);
            return true;
        }
    }
    return c->env.bus(&a, data, &time, c->env.ctx) == ISS_OK;
}

uint32_t a64_memory(iss *c, const iss_debug_access *access, void *data)
{
    uint8_t *bytes = (uint8_t *)data;
    uint32_t done = 0;
    while (done < access->size) {
        uint64_t va = access->address + done;
        uint64_t room = A64_PAGE_SIZE - (va & (A64_PAGE_SIZE - 1u));
        uint32_t size = access->size - done;
        a64_xlat x = {.pa = va, .secure = a64_secure(c)};
        size = size < room ? size : (uint32_t)room;
        size = size < 64u ? size : 64u;
        /* Read permission is enough: a debugger may patch what the guest may not write. */
        if (!access->physical && !a64_translate(c, va, a64_ctx_plain(c), A64_READ, &x) &&
            !a64_translate(c, va, a64_ctx_plain(c), A64_EXEC, &x))
            break;
        if (!debug_piece(c, x.pa, x.secure, access->write, bytes + done, size))
            break;
        done += size;
    }
    return done;
}

/* ------------------------------------------------------------------ breakpoints, watchpoints */

bool a64_breakpoint(iss *c, uint64_t address, bool add)
{
    for (unsigned i = 0; i < c->breaks; i++)
        if (c->breakpoint[i] == address) {
            if (!add)
                c->breakpoint[i] = c->breakpoint[--c->breaks];
            return true;
        }
    if (!add || c->breaks == A64_BREAKPOINTS)
        return !add;
    c->breakpoint[c->breaks++] = address;
    return true;
}

bool a64_at_breakpoint(a64_cpu *c)
{
    bool skip = c->skip_armed && c->skip_break == c->a.pc;
    c->skip_armed = false;
    for (unsigned i = 0; i < c->breaks && !skip; i++)
        if (c->breakpoint[i] == c->a.pc) {
            a64_skip_breakpoint(c);
            return true;
        }
    return false;
}

void a64_skip_breakpoint(a64_cpu *c)
{
    c->skip_break = c->a.pc;
    c->skip_armed = true;
}

bool a64_watchpoint(iss *c, uint64_t address, uint64_t length, uint32_t rights, bool add)
{
    for (unsigned i = 0; i < c->watches; i++) {
        a64_watch *w = &c->watchpoint[i];
        if (w->address != address || w->length != length || w->rights != rights)
            continue;
        if (!add)
            *w = c->watchpoint[--c->watches];
        return true;
    }
    if (!add || c->watches == A64_WATCHPOINTS)
        return !add;
    c->watchpoint[c->watches++] = (a64_watch){address, length, rights};
    /* From now on every access takes the slow path, where watchpoints are looked at. */
    a64_flush_buffers(c);
    return true;
}
