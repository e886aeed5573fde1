/* SPDX-License-Identifier: Apache-2.0 */
/* GICH and GICV of the GICv2 reference: L-12, and V-02 to V-17 as it has them. */
#include "ref_gicv2.h"

enum { SPECIAL_FIRST = 1020, ACK_IN_ALIAS = 1022, IDLE = 0xFF, LEVEL_SHIFT = 3 };

static bool bit(uint32_t value, int n)
{
    return (value >> n & 1u) != 0;
}

/* ---- list registers ------------------------------------------------------------------------ */

static uint32_t read_lr(const ref2_lr *lr)
{
    uint32_t value = lr->vid | (uint32_t)(lr->priority >> LEVEL_SHIFT) << 23;
    value |= (uint32_t)lr->pending << 28 | (uint32_t)lr->active << 29;
    value |= (uint32_t)lr->group1 << 30 | (uint32_t)lr->hardware << 31;
    if (lr->hardware)
        return value | lr->pid << 10;
    return value | lr->cpuid << 10 | (uint32_t)lr->eoi << 19;
}

static void write_lr(ref2_lr *lr, uint32_t value)
{
    lr->vid = value & 0x3FFu;
    lr->priority = (int)(value >> 23 & 31u) << LEVEL_SHIFT;
    lr->pending = bit(value, 28);
    lr->active = bit(value, 29);
    lr->group1 = bit(value, 30);
    lr->hardware = bit(value, 31);
    lr->pid = lr->hardware ? value >> 10 & 0x3FFu : 0;
    lr->cpuid = lr->hardware ? 0 : value >> 10 & 7u;
    lr->eoi = !lr->hardware && bit(value, 19);
}

static bool is_invalid(const ref2_lr *lr)
{
    return !lr->pending && !lr->active;
}

/* As GICV_IAR has it. */
static uint32_t named(const ref2_lr *lr)
{
    return lr->vid | lr->cpuid << 10;
}

/* V-02: the list register that counts, or -1. */
static int selected(const ref2 *r, unsigned pe)
{
    const ref2_guest *g = &r->pe[pe].guest;
    int best = -1;
    for (int n = 0; n < r->config.list_registers; n++) {
        const ref2_lr *lr = &g->lr[n];
        if (!lr->pending || lr->active || !g->enable[lr->group1])
            continue;
        if (best < 0 || lr->priority < g->lr[best].priority)
            best = n;
    }
    return best;
}

/* ---- priorities ----------------------------------------------------------------------------- */

static int top(const ref2_guest *g)
{
    for (int level = 0; level < REF2_VIRTUAL_LEVELS; level++)
        if (g->level[level])
            return level;
    return REF2_VIRTUAL_LEVELS;
}

static int running(const ref2_guest *g)
{
    return top(g) == REF2_VIRTUAL_LEVELS ? IDLE : top(g) << LEVEL_SHIFT;
}

static int group_mask(const ref2_guest *g, bool group1)
{
    return 0xFF << (group1 && !g->cbpr ? g->bpr[1] : g->bpr[0] + 1) & 0xFF;
}

static bool signals(const ref2 *r, unsigned pe)
{
    const ref2_guest *g = &r->pe[pe].guest;
    const int n = selected(r, pe);
    int mask;
    if (!g->on || n < 0 || g->lr[n].priority >= g->pmr)
        return false;
    mask = group_mask(g, g->lr[n].group1);
    return running(g) == IDLE || (g->lr[n].priority & mask) < (running(g) & mask);
}

static bool by_fiq(const ref2 *r, unsigned pe)
{
    const ref2_guest *g = &r->pe[pe].guest;
    return g->fiq_en && !g->lr[selected(r, pe)].group1;
}

bool ref2_virq_line(const ref2 *r, unsigned pe)
{
    return signals(r, pe) && !by_fiq(r, pe);
}

bool ref2_vfiq_line(const ref2 *r, unsigned pe)
{
    return signals(r, pe) && by_fiq(r, pe);
}

static void set_bpr(ref2_guest *g, int group, uint32_t value)
{
    const int least = group == 0 ? 2 : 3; /* 5 pre-emption bits */
    g->bpr[group] = (int)(value & 7u) < least ? least : (int)(value & 7u);
}

/* ---- what the hypervisor is told ------------------------------------------------------------ */

static uint32_t eisr(const ref2 *r, unsigned pe)
{
    uint32_t value = 0;
    for (int n = 0; n < r->config.list_registers; n++)
        if (is_invalid(&r->pe[pe].guest.lr[n]) && r->pe[pe].guest.lr[n].eoi)
            value |= UINT32_C(1) << n;
    return value;
}

static uint32_t elrsr(const ref2 *r, unsigned pe)
{
    uint32_t value = 0;
    for (int n = 0; n < r->config.list_registers; n++)
        if (is_invalid(&r->pe[pe].guest.lr[n]) && !r->pe[pe].guest.lr[n].eoi)
            value |= UINT32_C(1) << n;
    return value;
}

static uint32_t misr(const ref2 *r, unsigned pe)
{
    const ref2_guest *g = &r->pe[pe].guest;
    int used = 0, pending = 0;
    uint32_t value = eisr(r, pe) != 0;
    for (int n = 0; n < r->config.list_registers; n++) {
        used += !is_invalid(&g->lr[n]);
        pending += g->lr[n].pending && !g->lr[n].active;
    }
    value |= (uint32_t)(bit(g->causes, 1) && used < 2) << 1;
    value |= (uint32_t)(bit(g->causes, 2) && g->eoi_count != 0) << 2;
    value |= (uint32_t)(bit(g->causes, 3) && pending == 0) << 3;
    for (int group = 0; group < 2; group++) {
        value |= (uint32_t)(bit(g->causes, 4 + 2 * group) && g->enable[group]) << (4 + 2 * group);
        value |= (uint32_t)(bit(g->causes, 5 + 2 * group) && !g->enable[group]) << (5 + 2 * group);
    }
    return value;
}

bool ref2_maintenance_line(const ref2 *r, unsigned pe)
{
    return r->pe[pe].guest.on && misr(r, pe) != 0;
}

/* It is PPI 25, together with that PPI's own input (ID-H10). */
static void wire_maintenance(ref2 *r, unsigned pe)
{
    ref2_wire(r, pe, 25, r->pe[pe].guest.outside);
}

/* ---- the guest ------------------------------------------------------------------------------ */

/* GICV_HPPIR, or with @p aliased GICV_AHPPIR. */
static uint32_t identify(const ref2 *r, unsigned pe, bool aliased)
{
    const ref2_guest *g = &r->pe[pe].guest;
    const int n = selected(r, pe);
    if (n < 0)
        return REF2_NONE;
    if (aliased)
        return g->lr[n].group1 ? named(&g->lr[n]) : REF2_NONE;
    return g->lr[n].group1 && !g->ack_ctl ? ACK_IN_ALIAS : named(&g->lr[n]);
}

/* Whether a read of GICV_IAR, or of GICV_AIAR, acknowledges what is signalled. */
static bool takes(const ref2 *r, unsigned pe, bool aliased)
{
    const ref2_guest *g = &r->pe[pe].guest;
    if (!signals(r, pe))
        return false;
    return g->lr[selected(r, pe)].group1 ? aliased || g->ack_ctl : !aliased;
}

static uint32_t acknowledge(ref2 *r, unsigned pe, bool aliased, bool look)
{
    ref2_guest *g = &r->pe[pe].guest;
    const uint32_t value = signals(r, pe) ? identify(r, pe, aliased) : REF2_NONE;
    ref2_lr *lr;
    if (look || !takes(r, pe, aliased))
        return value;
    lr = &g->lr[selected(r, pe)];
    lr->pending = false;
    if (lr->vid >= SPECIAL_FIRST) /* V-03 */
        return value;
    lr->active = true;
    g->level[lr->priority >> LEVEL_SHIFT] = true;
    return value;
}

/* The first that holds what a write names, active, or -1. */
static int find_active(const ref2 *r, unsigned pe, uint32_t value)
{
    for (int n = 0; n < r->config.list_registers; n++)
        if (r->pe[pe].guest.lr[n].active && named(&r->pe[pe].guest.lr[n]) == (value & 0x1FFFu))
            return n;
    return -1;
}

/* V-05: the SPI or PPI that it is linked to, one that Non-secure software could deactivate. */
static void deactivate(ref2 *r, unsigned pe, ref2_lr *lr)
{
    ref2_irq *i;
    lr->active = false;
    if (!lr->hardware || lr->pid < 16 || lr->pid >= 32u + r->config.spi_count)
        return;
    i = lr->pid < 32 ? &r->pe[pe].own[lr->pid] : &r->spi[lr->pid - 32u];
    if (i->group1 || !r->config.two_security_states)
        i->active = false;
}

static void count_eoi(ref2_guest *g)
{
    g->eoi_count = (g->eoi_count + 1) % 32;
}

static void end(ref2 *r, unsigned pe, bool aliased, uint32_t value)
{
    ref2_guest *g = &r->pe[pe].guest;
    const int n = find_active(r, pe, value);
    const int level = top(g);
    bool group_fits;
    if (level == REF2_VIRTUAL_LEVELS || (value & 0x3FFu) >= SPECIAL_FIRST)
        return;
    g->level[level] = false;
    if (g->eoi_mode)
        return;
    if (n < 0) {
        count_eoi(g);
        return;
    }
    group_fits = g->lr[n].group1 ? aliased || g->ack_ctl : !aliased;
    if (group_fits && g->lr[n].priority >> LEVEL_SHIFT == level)
        deactivate(r, pe, &g->lr[n]);
}

static void end_by_dir(ref2 *r, unsigned pe, uint32_t value)
{
    ref2_guest *g = &r->pe[pe].guest;
    const int n = find_active(r, pe, value);
    if (!g->eoi_mode || (value & 0x3FFu) >= SPECIAL_FIRST)
        return;
    if (n < 0)
        count_eoi(g);
    else
        deactivate(r, pe, &g->lr[n]);
}

/* ---- registers as words --------------------------------------------------------------------- */

static uint32_t read_levels(const ref2_guest *g)
{
    uint32_t value = 0;
    for (int n = 0; n < REF2_VIRTUAL_LEVELS; n++)
        value |= (uint32_t)g->level[n] << n;
    return value;
}

static void write_levels(ref2_guest *g, uint32_t value)
{
    for (int n = 0; n < REF2_VIRTUAL_LEVELS; n++)
        g->level[n] = bit(value, n);
}

static uint32_t read_ctlr(const ref2_guest *g)
{
    return (uint32_t)g->enable[0] | (uint32_t)g->enable[1] << 1 | (uint32_t)g->ack_ctl << 2 |
           (uint32_t)g->fiq_en << 3 | (uint32_t)g->cbpr << 4 | (uint32_t)g->eoi_mode << 9;
}

static void write_ctlr(ref2_guest *g, uint32_t value)
{
    g->enable[0] = bit(value, 0);
    g->enable[1] = bit(value, 1);
    g->ack_ctl = bit(value, 2);
    g->fiq_en = bit(value, 3);
    g->cbpr = bit(value, 4);
    g->eoi_mode = bit(value, 9);
}

uint32_t ref2_gich_read(const ref2 *r, unsigned pe, unsigned offset)
{
    const ref2_guest *g = &r->pe[pe].guest;
    if (offset >= 0x100)
        return offset < 0x100u + 4u * r->config.list_registers
                   ? read_lr(&g->lr[(offset - 0x100) / 4])
                   : 0;
    switch (offset) {
    case 0x00:
        return (uint32_t)g->on | g->causes | (uint32_t)g->eoi_count << 27;
    case 0x04:
        return (uint32_t)(r->config.list_registers - 1) | 4u << 26 | 4u << 29;
    case 0x08:
        return read_ctlr(g) | (uint32_t)g->bpr[1] << 18 | (uint32_t)g->bpr[0] << 21 |
               (uint32_t)g->pmr << 24;
    case 0x10:
        return misr(r, pe);
    case 0x20:
        return eisr(r, pe);
    case 0x30:
        return elrsr(r, pe);
    case 0xF0:
        return read_levels(g);
    default:
        return 0;
    }
}

static void write_vmcr(ref2_guest *g, uint32_t value)
{
    write_ctlr(g, value);
    set_bpr(g, 1, value >> 18);
    set_bpr(g, 0, value >> 21);
    g->pmr = (int)(value >> 24 & 0xF8u);
}

void ref2_gich_write(ref2 *r, unsigned pe, unsigned offset, uint32_t value)
{
    ref2_guest *g = &r->pe[pe].guest;
    if (offset == 0x00) {
        g->on = bit(value, 0);
        g->causes = value & 0xFEu;
        g->eoi_count = (int)(value >> 27);
    } else if (offset == 0x08) {
        write_vmcr(g, value);
    } else if (offset == 0xF0) {
        write_levels(g, value);
    } else if (offset >= 0x100 && offset < 0x100u + 4u * r->config.list_registers) {
        write_lr(&g->lr[(offset - 0x100) / 4], value);
    }
    wire_maintenance(r, pe);
}

uint32_t ref2_gicv_read(ref2 *r, unsigned pe, unsigned offset, bool look)
{
    const ref2_guest *g = &r->pe[pe].guest;
    uint32_t value;
    switch (offset) {
    case 0x00:
        return read_ctlr(g);
    case 0x04:
        return (uint32_t)g->pmr;
    case 0x08:
        return (uint32_t)g->bpr[0];
    case 0x0C:
    case 0x20:
        value = acknowledge(r, pe, offset == 0x20, look);
        if (!look)
            wire_maintenance(r, pe);
        return value;
    case 0x14:
        return (uint32_t)running(g);
    case 0x18:
    case 0x28:
        return identify(r, pe, offset == 0x28);
    case 0x1C:
        return (uint32_t)g->bpr[1];
    case 0xD0:
        return read_levels(g);
    default:
        return 0;
    }
}

void ref2_gicv_write(ref2 *r, unsigned pe, unsigned offset, uint32_t value)
{
    ref2_guest *g = &r->pe[pe].guest;
    if (offset == 0x00)
        write_ctlr(g, value);
    else if (offset == 0x04)
        g->pmr = (int)(value & 0xF8u);
    else if (offset == 0x08 || offset == 0x1C)
        set_bpr(g, offset == 0x1C, value);
    else if (offset == 0x10 || offset == 0x24)
        end(r, pe, offset == 0x24, value);
    else if (offset == 0xD0)
        write_levels(g, value);
    else if (offset == 0x1000)
        end_by_dir(r, pe, value);
    wire_maintenance(r, pe);
}
